/* SPDX-License-Identifier: MIT */
/* The signed header that .tlv, .sgn and .enc.sgn files and vendor firmware share
 * (formats.md, section 1). */
#ifndef PROV_HEADER_H
#define PROV_HEADER_H

#include <prov/bytes.h>
#include <prov/digest.h>
#include <prov/error.h>
#include <prov/field.h>
#include <prov/identity.h>
#include <prov/layout.h>

#include <stdbool.h>

enum prov_tag {
    PROV_TAG_VERSION = 1,
    PROV_TAG_HEADER_LENGTH = 2,
    PROV_TAG_SIGNER_INFO = 3,
    PROV_TAG_SIGNER_NAME = 4,
    PROV_TAG_SERIAL_NUMBER = 5,
    PROV_TAG_ISSUER_NAME = 6,
    PROV_TAG_SIGNATURE_INFO = 7,
    PROV_TAG_DIGEST_ALGORITHM = 8,
    PROV_TAG_SIGNATURE_ALGORITHM_INFO = 9,
    PROV_TAG_SIGNATURE_ALGORITHM = 10,
    PROV_TAG_SIGNATURE_MODULUS = 11,
    PROV_TAG_SIGNATURE = 12,
    PROV_TAG_PADDING = 13,
    PROV_TAG_FILENAME = 14,
    PROV_TAG_TIMESTAMP = 15,
    PROV_TAG_ENCRYPTION_INFO = 16,
    PROV_TAG_ENCRYPTION_ALGORITHM_INFO = 17,
    PROV_TAG_ENCRYPTION_ALGORITHM = 18,
    PROV_TAG_ENCRYPTION_IV = 19,
    PROV_TAG_ENCRYPTION_PADDING = 20,
    PROV_TAG_ENCRYPTION_KEY_INFO = 21,
    PROV_TAG_KEY_USAGE = 22,
    PROV_TAG_ENCRYPTION_KEY_SIZE = 23,
    PROV_TAG_KEY_SOURCE = 24,
    PROV_TAG_ENCRYPTION_KEY = 25,
    PROV_TAG_ENCRYPTION_DIGEST_ALGORITHM = 26,
    PROV_TAG_ENCRYPTION_DIGEST = 27,
    PROV_TAG_SIGNER_VERSION = 28
};

/* "Signer Name", … for a header tag; NULL for one that nobody knows. */
PROV_API const char *prov_tag_name(unsigned tag);

#define PROV_HEADER_MAX 65535 /* the header length is a u16 */
#define PROV_HEADER_PREFIX                                                                         \
    10 /* bytes that tell the header's length: the version and length tags                         \
        */
#define PROV_HEADER_FIELDS_MAX 256 /* fields, padding not counted, in a header that is read */

/* A header that was read: every field is whole, and known fields have their right size and stand
 * only once. Which fields there are is up to the file: tags 1 and 2 only are certain. */
struct prov_header;

/* Header length from the first PROV_HEADER_PREFIX bytes; PROV_E_FORMAT if this is no signed file.
 */
PROV_API int prov_header_length(const void *data, size_t len, size_t *header_len,
                                struct prov_error *err) PROV_CHECKED;

/* Reads the header at the start of `data`, of which it keeps a copy. PROV_E_FORMAT. */
PROV_API int prov_header_read(const void *data, size_t len, struct prov_header **out,
                              struct prov_error *err) PROV_CHECKED;
PROV_API void prov_header_free(struct prov_header *header);

/* Bytes from the file's start to the content. */
PROV_API size_t prov_header_len(const struct prov_header *header);
/* The header as it stands in the file; borrowed. */
PROV_API struct prov_span prov_header_bytes(const struct prov_header *header);
/* Fields in the order of the file, padding left out; borrowed. */
PROV_API size_t prov_header_count(const struct prov_header *header);
PROV_API const struct prov_field *prov_header_at(const struct prov_header *header, size_t index);
/* The field of a tag, NULL if the header has none; borrowed. */
PROV_API const struct prov_field *prov_header_find(const struct prov_header *header, unsigned tag);
/* Bytes of padding at the end of the header. */
PROV_API size_t prov_header_padding(const struct prov_header *header);
/* True for version 1.1, which only the vendor's firmware carries. */
PROV_API bool prov_header_is_firmware(const struct prov_header *header);

/* Verifies the signature over header and `content` with the certificate of `signer`, and that the
 * header names that certificate's serial number (a phone looks it up by it). PROV_E_SIGNATURE,
 * PROV_E_FORMAT where the header lacks what a signature needs, PROV_E_UNFIT for a key not RSA. */
PROV_API int prov_header_verify(const struct prov_header *header, struct prov_span content,
                                const struct prov_identity *signer,
                                struct prov_error *err) PROV_CHECKED;

/* True if the header names the issuer of `signer` byte for byte in one of the layouts. Where it
 * does not, a phone may not find the signer, though real files of the vendor escape differently. */
PROV_API bool prov_header_names_issuer(const struct prov_header *header,
                                       const struct prov_identity *signer);

/* A signer for a message, "ISSUER, serial HEX", by the fields of a header or record that name it;
 * each may be NULL. Returns `out`. */
#define PROV_SIGNER_TEXT_MAX 240
PROV_API const char *prov_signer_text(const struct prov_field *issuer,
                                      const struct prov_field *serial, char *out, size_t size);

/* How a file is to be signed; the same for all formats. */
struct prov_signing {
    const struct prov_layout *layout;   /* NULL: callmanager */
    const struct prov_identity *signer; /* certificate and RSA private key */
    enum prov_digest digest;            /* PROV_SHA1 or PROV_SHA512 */
    uint32_t timestamp;                 /* seconds since 1970, UTC */
};

/* PROV_OK if `signer` can sign with `digest` at all: certificate, private key, RSA of 512, 1024,
 * 2048 or 4096 bits (others have no code, formats.md section 1), room for the digest. */
PROV_API int prov_signing_check(const struct prov_signing *how,
                                struct prov_error *err) PROV_CHECKED;

/* The header that is written by signing in this way, to compare with one that stands: name, time,
 * signature and what encryption makes up are stand-ins of the right length. `device_bits` is the
 * size of a phone's key, for an encrypted configuration; 0 for a signed file. Nothing is signed.
 * The caller frees `*out`. Errors as prov_signing_check's; PROV_E_LIMIT. */
PROV_API int prov_header_expect(const struct prov_signing *how, unsigned device_bits,
                                struct prov_header **out, struct prov_error *err) PROV_CHECKED;

#define PROV_SIGNER_KEY_MAX 2048 /* bits that every phone takes (phones.md, section 5) */

#endif
