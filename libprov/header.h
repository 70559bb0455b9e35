/* SPDX-License-Identifier: MIT */
/* Writing the signed header, and verifying it over content that comes in pieces. */
#ifndef LIBPROV_HEADER_H
#define LIBPROV_HEADER_H

#include <prov/header.h>

#include <openssl/evp.h>

#define PROV__AES_128_CBC 0 /* tag 18 */
#define PROV__AES_BLOCK 16  /* bytes */
#define PROV__AES_KEY_BITS 128
#define PROV__WRAPPED_MAX (16384 / 8) /* bytes of a key that is wrapped to a phone's */
#define PROV__KEY_USAGE_PUBLIC 0      /* tag 22: wrapped to a public key */

/* What an encrypted file's header says beyond the others (tags 16 to 27). */
struct prov__encryption {
    struct prov_span iv;
    struct prov_span wrapped_key;
    struct prov_span digest; /* of the clear text, with the signing's digest */
    uint16_t padding;        /* bytes that end the plaintext, 1 to 16 */
    uint16_t key_bits;       /* of the symmetric key */
};

/* What one format's header says beyond how it is signed. */
struct prov__header_plan {
    uint8_t major, minor;                      /* tag 1 */
    const uint8_t *signer_version;             /* tag 28, two bytes; NULL: none */
    const char *name;                          /* tag 14 */
    const struct prov__encryption *encryption; /* NULL: none */
};

/* A header whose signature is still being computed. */
struct prov__header_writer {
    struct prov_bytes *before; /* up to the signature TLV */
    struct prov_bytes *after;  /* from there to the content */
    EVP_MD_CTX *signing;
    size_t signature_len;
};

/* Starts with all zeroes. After a begin, whatever it returns, call the end. */
int prov__header_write_begin(struct prov__header_writer *writer, const struct prov_signing *how,
                             const struct prov__header_plan *plan,
                             struct prov_error *err) PROV_CHECKED;
/* Bytes of the header, known before the content is. */
size_t prov__header_write_len(const struct prov__header_writer *writer);
/* The next piece of content. */
int prov__header_write_content(struct prov__header_writer *writer, const void *data, size_t len,
                               struct prov_error *err) PROV_CHECKED;
/* Signs, and appends the header to `out`. */
int prov__header_write_finish(struct prov__header_writer *writer, struct prov_bytes *out,
                              struct prov_error *err) PROV_CHECKED;
void prov__header_write_end(struct prov__header_writer *writer);

/* Header and content in one: appends both to `out`. */
int prov__header_write(const struct prov_signing *how, const struct prov__header_plan *plan,
                       struct prov_span content, struct prov_bytes *out,
                       struct prov_error *err) PROV_CHECKED;

/* The same, but zeroes stand for the signature. */
int prov__header_expect(const struct prov_signing *how, const struct prov__header_plan *plan,
                        struct prov_span content, struct prov_bytes *out,
                        struct prov_error *err) PROV_CHECKED;

/* The three steps of prov_header_verify; `*verifying` is freed with EVP_MD_CTX_free. */
int prov__header_verify_begin(const struct prov_header *header, const struct prov_identity *signer,
                              EVP_MD_CTX **verifying, struct prov_error *err) PROV_CHECKED;
int prov__header_verify_content(EVP_MD_CTX *verifying, const void *data, size_t len,
                                struct prov_error *err) PROV_CHECKED;
int prov__header_verify_finish(const struct prov_header *header, const struct prov_identity *signer,
                               EVP_MD_CTX *verifying, struct prov_error *err) PROV_CHECKED;

#endif
