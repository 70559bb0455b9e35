/* SPDX-License-Identifier: MIT */
/* A certificate with or without its private key. */
#ifndef PROV_IDENTITY_H
#define PROV_IDENTITY_H

#include <prov/bytes.h>
#include <prov/digest.h>
#include <prov/error.h>
#include <prov/layout.h>

#include <stdbool.h>
#include <strings.h>
#include <time.h>

struct prov_identity;

/* What a file must hold, to be or-ed. */
enum prov_need {
    PROV_NEED_CERTIFICATE = 1,
    PROV_NEED_KEY = 2 /* a private key; with a certificate, the one that belongs to it */
};

/* A key in hardware is named by a URI of RFC 7512 where others are by the path of their file. */
#define PROV_URI_SCHEME "pkcs11:"
static inline bool
prov_identity_is_uri(const char *path)
{
    return strncasecmp(path, PROV_URI_SCHEME, sizeof PROV_URI_SCHEME - 1) == 0;
}

/* Asks for the passphrase of `path`, or for the PIN of the token that this URI names: writes at
 * most `size` bytes without a NUL into `buffer` and returns how many, or -1 when there is none. */
typedef int prov_passphrase(void *context, const char *path, char *buffer, size_t size);

#define PROV_IDENTITY_FILE_MAX                                                                     \
    (1024 * 1024) /* a file of certificates larger than this is refused */

/* Loads PEM, DER or PKCS#12 from `path`, a file or pipe, through OpenSSL's store. Where a file
 * holds several certificates, the one that belongs to the private key is taken, else the first; a
 * key that is needed alone still brings its certificate if the file holds one. `ask` (may be NULL)
 * is called at most once, and only if something that is needed is encrypted: for a certificate
 * alone that is so in PKCS#12, and where the key has to choose among several. PROV_E_FORMAT if what
 * is needed is not in the file, PROV_E_PASSPHRASE, PROV_E_UNFIT if key and certificate do not
 * belong together, PROV_E_SYSTEM, PROV_E_LIMIT. The caller frees `*out`.
 *
 * From a URI of RFC 7512 the key is used where it is, through OpenSSL's engine pkcs11, and the
 * certificate with its id, else its label, is read from the token; without PROV_NEED_KEY nobody
 * logs in. The PIN comes from the file of pin-source, else from `ask`; after a wrong one the
 * process tries no other on that token. PROV_E_ARGUMENT for a malformed URI, PROV_E_FORMAT where
 * token or object are missing, PROV_E_UNFIT where several fit, PROV_E_CRYPTO without the engine. */
PROV_API int prov_identity_load(const char *path, unsigned need, prov_passphrase *ask,
                                void *context, struct prov_identity **out,
                                struct prov_error *err) PROV_CHECKED;

/* The same from `len` bytes in memory, of which nothing is kept; `ask` gets NULL for a path. */
PROV_API int prov_identity_read(const void *data, size_t len, unsigned need, prov_passphrase *ask,
                                void *context, struct prov_identity **out,
                                struct prov_error *err) PROV_CHECKED;

/* A certificate from its DER, all of `len` bytes. */
PROV_API int prov_identity_from_der(const void *der, size_t len, struct prov_identity **out,
                                    struct prov_error *err) PROV_CHECKED;

/* Wipes and frees. NULL is allowed. */
PROV_API void prov_identity_free(struct prov_identity *identity);

PROV_API bool prov_identity_has_certificate(const struct prov_identity *identity);
PROV_API bool prov_identity_has_key(const struct prov_identity *identity);
/* True if every user of the machine can read the file that the private key came from. What its
 * group may read is its owner's affair: a server's user may have to. */
PROV_API bool prov_identity_key_exposed(const struct prov_identity *identity);

enum prov_key_type { PROV_KEY_RSA, PROV_KEY_EC, PROV_KEY_OTHER };
PROV_API enum prov_key_type prov_identity_key_type(const struct prov_identity *identity);
/* "RSA", "EC", or OpenSSL's name of the type. Borrowed. */
PROV_API const char *prov_identity_key_name(const struct prov_identity *identity);
PROV_API unsigned prov_identity_key_bits(const struct prov_identity *identity);

/* The functions below need a certificate (prov_identity_has_certificate). */

/* Its DER, borrowed. */
PROV_API struct prov_span prov_identity_der(const struct prov_identity *identity);
/* Its serial number, shortest big-endian form, borrowed (formats.md, section 1, tag 5). */
PROV_API struct prov_span prov_identity_serial(const struct prov_identity *identity);
/* Subject and issuer as phones compare them, in the layout's separator; a new buffer without a NUL
 * (formats.md, section 1, Names). */
PROV_API int prov_identity_subject(const struct prov_identity *identity,
                                   const struct prov_layout *layout, struct prov_bytes **out,
                                   struct prov_error *err) PROV_CHECKED;
PROV_API int prov_identity_issuer(const struct prov_identity *identity,
                                  const struct prov_layout *layout, struct prov_bytes **out,
                                  struct prov_error *err) PROV_CHECKED;
/* Digest of the DER: SHA-1 is what phones and certhash show, MD5 the certHash element. */
PROV_API int prov_identity_hash(const struct prov_identity *identity, enum prov_digest digest,
                                struct prov_hash *out, struct prov_error *err) PROV_CHECKED;
/* The validity in seconds since 1970, UTC. */
PROV_API int64_t prov_identity_not_before(const struct prov_identity *identity);
PROV_API int64_t prov_identity_not_after(const struct prov_identity *identity);
/* What is to be said about the validity at `now`: "it has expired", "it expires within 30 days",
 * "it is not valid yet", or NULL if nothing is. */
PROV_API const char *prov_identity_validity_warning(const struct prov_identity *identity,
                                                    int64_t now);
/* True if the subject holds at least one each of CN, O and OU (formats.md, section 2). */
PROV_API bool prov_identity_has_required_names(const struct prov_identity *identity);
/* The only CN of the subject as UTF-8 into `out`; false if there is none, several, one that holds a
 * NUL, or one that does not fit. */
PROV_API bool prov_identity_common_name(const struct prov_identity *identity, char *out,
                                        size_t size);
/* True if both hold the same public key. */
PROV_API bool prov_identity_same_key(const struct prov_identity *a, const struct prov_identity *b);

#endif
