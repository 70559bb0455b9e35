/* SPDX-License-Identifier: MIT */
/* Signing and verifying: RSASSA-PKCS1-v1_5 over the whole file less the signature TLV
 * (formats.md, section 1, Signature). */
#include "libprov/bytes.h"
#include "libprov/error.h"
#include "libprov/header.h"
#include "libprov/identity.h"
#include "libprov/layout.h"
#include "libprov/tlv.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <string.h>

#define SIGNATURE_PREFIX 3           /* tag and length */
#define SIGNATURE_INFO_LENGTH 15     /* length of tag 7: formats.md, section 1 */
#define SIGNATURE_ALGORITHM_LENGTH 8 /* length of tag 9 */
#define SIGNATURE_RSA 0              /* tag 10 */
#define HEADER_ALIGNMENT 4
#define KEY_SOURCE 1             /* tag 24 */
#define SIGNATURE_MAX (4096 / 8) /* bytes */

/* Tag 11. Other sizes have no code and cannot be written. */
static const struct {
    unsigned bits;
    uint8_t code;
} moduli[] = {{512, 0}, {1024, 1}, {2048, 2}, {4096, 3}};

static int
modulus_code(unsigned bits, uint8_t *code)
{
    for (size_t i = 0; i < sizeof moduli / sizeof moduli[0]; i++) {
        if (moduli[i].bits == bits) {
            *code = moduli[i].code;
            return PROV_OK;
        }
    }
    return PROV_E_UNFIT;
}

int
prov_signing_check(const struct prov_signing *how, struct prov_error *err)
{
    const struct prov_identity *signer = how->signer;
    uint8_t code;
    if (!prov_identity_has_certificate(signer) || !prov_identity_has_key(signer))
        return prov_fail(err, PROV_E_UNFIT, "the signer needs a certificate and its private key");
    if (prov_identity_key_type(signer) != PROV_KEY_RSA)
        return prov_fail(err, PROV_E_UNFIT,
                         "the signer's key is %s, but phones take RSA signatures only",
                         prov_identity_key_name(signer));
    unsigned bits = prov_identity_key_bits(signer);
    if (modulus_code(bits, &code) != PROV_OK)
        return prov_fail(err, PROV_E_UNFIT,
                         "the signer's key has %u bits; the format knows 512, 1024, 2048 and 4096",
                         bits);
    if (how->digest != PROV_SHA1 && how->digest != PROV_SHA512)
        return prov_fail(err, PROV_E_ARGUMENT, "files are signed with SHA-1 or SHA-512 only");
    if (bits == 512 && how->digest == PROV_SHA512)
        return prov_fail(err, PROV_E_UNFIT,
                         "a key of 512 bits has no room for a SHA-512 signature");
    return PROV_OK;
}

static int
put_name(struct prov_bytes *out, const struct prov_signing *how, uint8_t tag,
         struct prov_error *err)
{
    struct prov_bytes *name = NULL;
    int rc = tag == PROV_TAG_SIGNER_NAME
                 ? prov_identity_subject(how->signer, how->layout, &name, err)
                 : prov_identity_issuer(how->signer, how->layout, &name, err);
    if (rc == PROV_OK)
        rc = prov__put_string(out, tag, prov_bytes_span(name), err);
    prov_bytes_free(name);
    return rc;
}

static int
put_signer_info(struct prov_bytes *out, const struct prov_signing *how, struct prov_error *err)
{
    const struct prov_layout *layout = prov__layout_or_default(how->layout);
    size_t mark = 0;
    int rc = prov__open_container(out, PROV_TAG_SIGNER_INFO, &mark, err);
    for (size_t i = 0; rc == PROV_OK && i < PROV__SIGNER_FIELDS; i++) {
        uint8_t tag = layout->signer_order[i];
        rc = tag == PROV_TAG_SERIAL_NUMBER
                 ? prov__put_value(out, tag, prov_identity_serial(how->signer), err)
                 : put_name(out, how, tag, err);
    }
    return rc != PROV_OK ? rc : prov__close_container(out, mark, err);
}

/* The containers' lengths are fixed by the format; tag 7 does not count the signature that the tags
 * after it lead to. */
static int
put_signature_info(struct prov_bytes *out, const struct prov_signing *how, struct prov_error *err)
{
    uint8_t code = 0;
    (void)modulus_code(prov_identity_key_bits(how->signer), &code); /* checked at the start */
    const uint8_t info[] = {PROV_TAG_SIGNATURE_INFO,
                            0,
                            SIGNATURE_INFO_LENGTH,
                            PROV_TAG_DIGEST_ALGORITHM,
                            0,
                            1,
                            (uint8_t)how->digest,
                            PROV_TAG_SIGNATURE_ALGORITHM_INFO,
                            0,
                            SIGNATURE_ALGORITHM_LENGTH};
    int rc = prov_bytes_put(out, info, sizeof info, err);
    if (rc == PROV_OK)
        rc = prov__put_u8(out, PROV_TAG_SIGNATURE_ALGORITHM, SIGNATURE_RSA, err);
    return rc != PROV_OK ? rc : prov__put_u8(out, PROV_TAG_SIGNATURE_MODULUS, code, err);
}

static int
put_encryption_algorithm(struct prov_bytes *out, const struct prov__encryption *encryption,
                         struct prov_error *err)
{
    size_t mark = 0;
    int rc = prov__open_container(out, PROV_TAG_ENCRYPTION_ALGORITHM_INFO, &mark, err);
    if (rc == PROV_OK)
        rc = prov__put_u8(out, PROV_TAG_ENCRYPTION_ALGORITHM, PROV__AES_128_CBC, err);
    if (rc == PROV_OK)
        rc = prov__put_value(out, PROV_TAG_ENCRYPTION_IV, encryption->iv, err);
    if (rc == PROV_OK)
        rc = prov__put_u16(out, PROV_TAG_ENCRYPTION_PADDING, encryption->padding, err);
    return rc != PROV_OK ? rc : prov__close_container(out, mark, err);
}

static int
put_encryption_key(struct prov_bytes *out, const struct prov_layout *layout,
                   const struct prov__encryption *encryption, struct prov_error *err)
{
    size_t mark = 0;
    uint16_t bits = layout->key_size_is_wrapped_size ? (uint16_t)(8 * encryption->wrapped_key.len)
                                                     : encryption->key_bits;
    int rc = prov__open_container(out, PROV_TAG_ENCRYPTION_KEY_INFO, &mark, err);
    if (rc == PROV_OK)
        rc = prov__put_u8(out, PROV_TAG_KEY_USAGE, PROV__KEY_USAGE_PUBLIC, err);
    if (rc == PROV_OK)
        rc = prov__put_u16(out, PROV_TAG_ENCRYPTION_KEY_SIZE, bits, err);
    if (rc == PROV_OK)
        rc = prov__put_u8(out, PROV_TAG_KEY_SOURCE, KEY_SOURCE, err);
    if (rc == PROV_OK)
        rc = prov__put_value(out, PROV_TAG_ENCRYPTION_KEY, encryption->wrapped_key, err);
    return rc != PROV_OK ? rc : prov__close_container(out, mark, err);
}

static int
put_encryption_digest(struct prov_bytes *out, const struct prov_signing *how,
                      const struct prov__encryption *encryption, struct prov_error *err)
{
    int rc = prov__put_u8(out, PROV_TAG_ENCRYPTION_DIGEST_ALGORITHM, (uint8_t)how->digest, err);
    return rc != PROV_OK
               ? rc
               : prov__put_value(out, PROV_TAG_ENCRYPTION_DIGEST, encryption->digest, err);
}

/* The digest stands inside tag 16 in each layout; only whether its length counts it differs. */
static int
put_encryption_info(struct prov_bytes *out, const struct prov_signing *how,
                    const struct prov__encryption *encryption, struct prov_error *err)
{
    const struct prov_layout *layout = prov__layout_or_default(how->layout);
    size_t mark = 0;
    int rc = prov__open_container(out, PROV_TAG_ENCRYPTION_INFO, &mark, err);
    if (rc == PROV_OK)
        rc = put_encryption_algorithm(out, encryption, err);
    if (rc == PROV_OK)
        rc = put_encryption_key(out, layout, encryption, err);
    if (rc == PROV_OK && !layout->encryption_info_holds_digest)
        rc = prov__close_container(out, mark, err);
    if (rc == PROV_OK)
        rc = put_encryption_digest(out, how, encryption, err);
    if (rc == PROV_OK && layout->encryption_info_holds_digest)
        rc = prov__close_container(out, mark, err);
    return rc;
}

static int
put_before_signature(struct prov_bytes *out, const struct prov_signing *how,
                     const struct prov__header_plan *plan, struct prov_error *err)
{
    const uint8_t version[] = {plan->major, plan->minor};
    int rc =
        prov__put_value(out, PROV_TAG_VERSION, (struct prov_span){version, sizeof version}, err);
    if (rc == PROV_OK)
        rc = prov__put_u16(out, PROV_TAG_HEADER_LENGTH, 0, err); /* known at the end */
    if (rc == PROV_OK && plan->signer_version != NULL)
        rc = prov__put_value(out, PROV_TAG_SIGNER_VERSION,
                             (struct prov_span){plan->signer_version, 2}, err);
    if (rc == PROV_OK)
        rc = put_signer_info(out, how, err);
    return rc != PROV_OK ? rc : put_signature_info(out, how, err);
}

static int
put_after_signature(struct prov_bytes *out, const struct prov_signing *how,
                    const struct prov__header_plan *plan, struct prov_error *err)
{
    struct prov_span name = {(const uint8_t *)plan->name, strlen(plan->name)};
    int rc = prov__put_string(out, PROV_TAG_FILENAME, name, err);
    if (rc == PROV_OK)
        rc = prov__put_u32(out, PROV_TAG_TIMESTAMP, how->timestamp, err);
    if (rc == PROV_OK && plan->encryption != NULL)
        rc = put_encryption_info(out, how, plan->encryption, err);
    return rc;
}

size_t
prov__header_write_len(const struct prov__header_writer *writer)
{
    return prov_bytes_span(writer->before).len + SIGNATURE_PREFIX + writer->signature_len +
           prov_bytes_span(writer->after).len;
}

static int
pad_and_set_length(struct prov__header_writer *writer, struct prov_error *err)
{
    static const uint8_t padding = PROV_TAG_PADDING;
    while (prov__header_write_len(writer) % HEADER_ALIGNMENT != 0) {
        int rc = prov_bytes_put(writer->after, &padding, 1, err);
        if (rc != PROV_OK)
            return rc;
    }
    size_t len = prov__header_write_len(writer);
    if (len > PROV_HEADER_MAX)
        return prov_fail(err, PROV_E_LIMIT,
                         "the header would have %zu bytes, more than %d: a name is too long", len,
                         PROV_HEADER_MAX);
    prov__bytes_patch_u16(writer->before, PROV_HEADER_PREFIX - 2, (uint16_t)len);
    return PROV_OK;
}

/* All but the signature. */
static int
lay_out(struct prov__header_writer *writer, const struct prov_signing *how,
        const struct prov__header_plan *plan, struct prov_error *err)
{
    int rc = prov_signing_check(how, err);
    if (rc != PROV_OK)
        return rc;
    if (strlen(plan->name) >= PROV_HEADER_MAX)
        return prov_fail(err, PROV_E_LIMIT, "the name inside is too long");
    writer->signature_len = prov_identity_key_bits(how->signer) / 8;
    writer->before = prov_bytes_new(4 * (size_t)PROV_HEADER_MAX);
    writer->after = prov_bytes_new(4 * (size_t)PROV_HEADER_MAX);
    if (writer->before == NULL || writer->after == NULL)
        return prov__no_memory(err);
    if ((rc = put_before_signature(writer->before, how, plan, err)) != PROV_OK ||
        (rc = put_after_signature(writer->after, how, plan, err)) != PROV_OK)
        return rc;
    return pad_and_set_length(writer, err);
}

int
prov__header_write_begin(struct prov__header_writer *writer, const struct prov_signing *how,
                         const struct prov__header_plan *plan, struct prov_error *err)
{
    int rc = lay_out(writer, how, plan, err);
    if (rc != PROV_OK)
        return rc;
    ERR_clear_error();
    writer->signing = prov__identity_start_signing(how->signer, how->digest);
    if (writer->signing == NULL)
        return prov__crypto_failed(err, "cannot start a signature");
    /* Signed once: without it, OpenSSL signs with a copy and could go on. */
    EVP_MD_CTX_set_flags(writer->signing, EVP_MD_CTX_FLAG_FINALISE);
    struct prov_span before = prov_bytes_span(writer->before);
    struct prov_span after = prov_bytes_span(writer->after);
    rc = prov__header_write_content(writer, before.data, before.len, err);
    return rc != PROV_OK ? rc : prov__header_write_content(writer, after.data, after.len, err);
}

int
prov__header_write_content(struct prov__header_writer *writer, const void *data, size_t len,
                           struct prov_error *err)
{
    if (len > 0 && EVP_DigestSignUpdate(writer->signing, data, len) != 1)
        return prov__crypto_failed(err, "cannot digest the content");
    return PROV_OK;
}

static int
put_all(const struct prov__header_writer *writer, struct prov_span signature,
        struct prov_bytes *out, struct prov_error *err)
{
    struct prov_span before = prov_bytes_span(writer->before);
    struct prov_span after = prov_bytes_span(writer->after);
    int rc = prov_bytes_put(out, before.data, before.len, err);
    if (rc == PROV_OK)
        rc = prov__put_value(out, PROV_TAG_SIGNATURE, signature, err);
    return rc != PROV_OK ? rc : prov_bytes_put(out, after.data, after.len, err);
}

int
prov__header_write_finish(struct prov__header_writer *writer, struct prov_bytes *out,
                          struct prov_error *err)
{
    uint8_t signature[SIGNATURE_MAX];
    size_t len = sizeof signature;
    if (EVP_DigestSignFinal(writer->signing, signature, &len) != 1)
        return prov__crypto_failed(err, "cannot sign");
    if (len != writer->signature_len)
        return prov_fail(err, PROV_E_CRYPTO, "a signature has %zu bytes instead of %zu", len,
                         writer->signature_len);
    return put_all(writer, (struct prov_span){signature, len}, out, err);
}

void
prov__header_write_end(struct prov__header_writer *writer)
{
    prov_bytes_free(writer->before);
    prov_bytes_free(writer->after);
    EVP_MD_CTX_free(writer->signing);
}

int
prov__header_write(const struct prov_signing *how, const struct prov__header_plan *plan,
                   struct prov_span content, struct prov_bytes *out, struct prov_error *err)
{
    struct prov__header_writer writer = {0};
    int rc = prov__header_write_begin(&writer, how, plan, err);
    if (rc == PROV_OK)
        rc = prov__header_write_content(&writer, content.data, content.len, err);
    if (rc == PROV_OK)
        rc = prov__header_write_finish(&writer, out, err);
    if (rc == PROV_OK)
        rc = prov_bytes_put(out, content.data, content.len, err);
    prov__header_write_end(&writer);
    return rc;
}

int
prov__header_expect(const struct prov_signing *how, const struct prov__header_plan *plan,
                    struct prov_span content, struct prov_bytes *out, struct prov_error *err)
{
    static const uint8_t zeroes[SIGNATURE_MAX] = {0};
    struct prov__header_writer writer = {0};
    int rc = lay_out(&writer, how, plan, err);
    if (rc == PROV_OK)
        rc = put_all(&writer, (struct prov_span){zeroes, writer.signature_len}, out, err);
    if (rc == PROV_OK)
        rc = prov_bytes_put(out, content.data, content.len, err);
    prov__header_write_end(&writer);
    return rc;
}

int
prov_header_expect(const struct prov_signing *how, unsigned device_bits, struct prov_header **out,
                   struct prov_error *err)
{
    static const uint8_t zeroes[SIGNATURE_MAX] = {0};
    static const uint8_t wrapped[PROV__WRAPPED_MAX] = {0};
    const struct prov__encryption encryption = {
        .iv = {zeroes, PROV__AES_BLOCK},
        .wrapped_key = {wrapped, (device_bits + 7) / 8},
        .digest = {zeroes, prov_digest_len(how->digest)},
        .padding = PROV__AES_BLOCK,
        .key_bits = PROV__AES_KEY_BITS,
    };
    const struct prov__header_plan plan = {.major = device_bits > 0 ? 2 : 1,
                                           .name = "x",
                                           .encryption = device_bits > 0 ? &encryption : NULL};
    if (device_bits > 8 * PROV__WRAPPED_MAX)
        return prov_fail(err, PROV_E_LIMIT, "the phone's key has %u bits", device_bits);
    struct prov_bytes *bytes = prov_bytes_new(PROV_HEADER_MAX);
    int rc = bytes == NULL
                 ? prov__no_memory(err)
                 : prov__header_expect(how, &plan, (struct prov_span){zeroes, 0}, bytes, err);
    if (rc == PROV_OK) {
        struct prov_span span = prov_bytes_span(bytes);
        rc = prov_header_read(span.data, span.len, out, err);
    }
    prov_bytes_free(bytes);
    return rc;
}

static int
need_field(const struct prov_header *header, unsigned tag, const struct prov_field **field,
           struct prov_error *err)
{
    *field = prov_header_find(header, tag);
    if (*field == NULL)
        return prov__bad_format(err, 0, "its header has no %s (tag %u), so nothing can be verified",
                                prov_tag_name(tag), tag);
    return PROV_OK;
}

static int
check_algorithms(const struct prov_header *header, const struct prov_identity *signer,
                 const char **digest, struct prov_error *err)
{
    const struct prov_field *field = NULL;
    int rc = need_field(header, PROV_TAG_SIGNATURE_ALGORITHM, &field, err);
    if (rc != PROV_OK)
        return rc;
    if (field->number != SIGNATURE_RSA)
        return prov__bad_format(err, field->offset, "signature algorithm %u is unknown",
                                field->number);
    rc = need_field(header, PROV_TAG_DIGEST_ALGORITHM, &field, err);
    if (rc != PROV_OK)
        return rc;
    *digest = field->number != PROV_MD5 ? prov_digest_name(field->number) : NULL;
    if (*digest == NULL)
        return prov__bad_format(err, field->offset, "digest algorithm %u is unknown",
                                field->number);
    if (prov_identity_key_type(signer) != PROV_KEY_RSA)
        return prov_fail(err, PROV_E_UNFIT,
                         "the signature is RSA, but the signer's certificate holds an %s key",
                         prov_identity_key_name(signer));
    return PROV_OK;
}

int
prov__header_verify_begin(const struct prov_header *header, const struct prov_identity *signer,
                          EVP_MD_CTX **verifying, struct prov_error *err)
{
    const struct prov_field *signature = NULL;
    const char *digest = NULL;
    if (!prov_identity_has_certificate(signer))
        return prov_fail(err, PROV_E_UNFIT, "verifying needs the signer's certificate");
    int rc = need_field(header, PROV_TAG_SIGNATURE, &signature, err);
    if (rc == PROV_OK)
        rc = check_algorithms(header, signer, &digest, err);
    if (rc != PROV_OK)
        return rc;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    if (ctx == NULL)
        return prov__no_memory(err);
    ERR_clear_error();
    if (EVP_DigestVerifyInit_ex(ctx, NULL, digest, NULL, NULL, prov__identity_public_key(signer),
                                NULL) != 1)
        rc = prov__crypto_failed(err, "cannot start to verify");
    struct prov_span bytes = prov_header_bytes(header);
    size_t after = signature->offset + SIGNATURE_PREFIX + signature->value.len;
    if (rc == PROV_OK)
        rc = prov__header_verify_content(ctx, bytes.data, signature->offset, err);
    if (rc == PROV_OK)
        rc = prov__header_verify_content(ctx, bytes.data + after, bytes.len - after, err);
    if (rc != PROV_OK) {
        EVP_MD_CTX_free(ctx);
        return rc;
    }
    *verifying = ctx;
    return PROV_OK;
}

int
prov__header_verify_content(EVP_MD_CTX *verifying, const void *data, size_t len,
                            struct prov_error *err)
{
    if (len > 0 && EVP_DigestVerifyUpdate(verifying, data, len) != 1)
        return prov__crypto_failed(err, "cannot digest the content");
    return PROV_OK;
}

int
prov__header_verify_finish(const struct prov_header *header, const struct prov_identity *signer,
                           EVP_MD_CTX *verifying, struct prov_error *err)
{
    struct prov_span signature = prov_header_find(header, PROV_TAG_SIGNATURE)->value;
    bool valid = EVP_DigestVerifyFinal(verifying, signature.data, signature.len) == 1;
    ERR_clear_error();
    if (!valid)
        return prov_fail(
            err, PROV_E_SIGNATURE,
            "Invalid signature: the file was changed, or another certificate signed it");
    const struct prov_field *serial = prov_header_find(header, PROV_TAG_SERIAL_NUMBER);
    if (!prov_span_equal(prov__field_value(serial), prov_identity_serial(signer)))
        return prov_fail(err, PROV_E_SIGNATURE,
                         "Invalid signature: the key is right, but the header names another serial "
                         "number than the certificate has, so a phone would not find the signer");
    return PROV_OK;
}

int
prov_header_verify(const struct prov_header *header, struct prov_span content,
                   const struct prov_identity *signer, struct prov_error *err)
{
    EVP_MD_CTX *verifying = NULL;
    int rc = prov__header_verify_begin(header, signer, &verifying, err);
    if (rc != PROV_OK)
        return rc;
    rc = prov__header_verify_content(verifying, content.data, content.len, err);
    if (rc == PROV_OK)
        rc = prov__header_verify_finish(header, signer, verifying, err);
    EVP_MD_CTX_free(verifying);
    return rc;
}
