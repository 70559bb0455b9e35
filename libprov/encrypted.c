/* SPDX-License-Identifier: MIT */
/* Encrypted configurations (formats.md, section 4): AES-128-CBC under a key that is wrapped to the
 * phone's RSA key. */
#include "libprov/header.h"
#include "libprov/identity.h"
#include "libprov/internal.h"
#include "libprov/x509.h"

#include <prov/deviceconfig.h>
#include <prov/encrypted.h>
#include <prov/file.h>
#include <prov/text.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AES_KEY_LEN (PROV__AES_KEY_BITS / 8)
#define AES_BLOCK PROV__AES_BLOCK
#define PADDING_BYTE 0x0d

struct prov_encrypted {
    struct prov_bytes *bytes;
    struct prov_header *header;
};

int
prov_encrypted_load_device(const char *path, struct prov_identity **out, struct prov_error *err)
{
    struct prov_bytes *text = NULL;
    struct prov__x509 *certificate = NULL;
    if (prov_file_read(path, PROV_IDENTITY_FILE_MAX, &text, NULL) == PROV_OK)
        certificate = prov__x509_from_pem(prov_bytes_span(text));
    prov_bytes_free(text);
    return certificate != NULL
               ? prov__identity_from_parsed(certificate, out, err)
               : prov_identity_load(path, PROV_NEED_CERTIFICATE, NULL, NULL, out, err);
}

int
prov_encrypted_check_device(const struct prov_identity *device, struct prov_error *err)
{
    if (prov_identity_key_type(device) != PROV_KEY_RSA)
        return prov_fail(err, PROV_E_UNFIT,
                         "the phone's certificate holds an %s key, and how a phone would get its "
                         "encrypted configuration with one is not known; enrol an RSA certificate "
                         "(LSC) or serve this phone over HTTPS",
                         prov_identity_key_name(device));
    if (prov_identity_key_bits(device) > 8 * PROV__WRAPPED_MAX)
        return prov_fail(err, PROV_E_UNFIT, "the phone's key has %u bits",
                         prov_identity_key_bits(device));
    return PROV_OK;
}

static int
wrap_key(EVP_PKEY *key, const uint8_t aes_key[static AES_KEY_LEN], uint8_t *wrapped,
         size_t *wrapped_len, struct prov_error *err)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
    bool done = ctx != NULL && EVP_PKEY_encrypt_init(ctx) == 1 &&
                EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1 &&
                EVP_PKEY_encrypt(ctx, wrapped, wrapped_len, aes_key, AES_KEY_LEN) == 1;
    EVP_PKEY_CTX_free(ctx);
    return done ? PROV_OK : prov__crypto_failed(err, "cannot encrypt to the phone's key");
}

/* Gives true for the right key only by chance where the key is wrong: a newer OpenSSL answers
 * random bytes instead of an error. The content's digest decides. */
static bool
unwrap_key(EVP_PKEY *key, struct prov_span wrapped, uint8_t aes_key[static AES_KEY_LEN])
{
    uint8_t plain[PROV__WRAPPED_MAX];
    size_t len = sizeof plain;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
    bool done = ctx != NULL && EVP_PKEY_decrypt_init(ctx) == 1 &&
                EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1 &&
                EVP_PKEY_decrypt(ctx, plain, &len, wrapped.data, wrapped.len) == 1 &&
                len == AES_KEY_LEN;
    if (done)
        memcpy(aes_key, plain, AES_KEY_LEN);
    OPENSSL_cleanse(plain, sizeof plain);
    EVP_PKEY_CTX_free(ctx);
    ERR_clear_error();
    return done;
}

/* AES-128-CBC without padding of OpenSSL's own; `len` is a multiple of the block. */
static int
run_cipher(bool encrypt, const uint8_t key[static AES_KEY_LEN], const uint8_t iv[static AES_BLOCK],
           const uint8_t *in, size_t len, uint8_t *out, struct prov_error *err)
{
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    int written = 0, last = 0;
    bool done =
        ctx != NULL && EVP_CipherInit_ex2(ctx, EVP_aes_128_cbc(), key, iv, encrypt, NULL) == 1 &&
        EVP_CIPHER_CTX_set_padding(ctx, 0) == 1 &&
        EVP_CipherUpdate(ctx, out, &written, in, (int)len) == 1 &&
        EVP_CipherFinal_ex(ctx, out + written, &last) == 1 && (size_t)written + (size_t)last == len;
    EVP_CIPHER_CTX_free(ctx);
    return done ? PROV_OK : prov__crypto_failed(err, "cannot run AES");
}

static int
pad_and_encrypt(const uint8_t key[static AES_KEY_LEN], const uint8_t iv[static AES_BLOCK],
                struct prov_span xml, size_t padding, struct prov_bytes *out,
                struct prov_error *err)
{
    size_t len = xml.len + padding;
    struct prov_bytes *plain = prov_bytes_new(len);
    uint8_t *room = plain != NULL ? prov__bytes_extend(plain, len, err) : NULL;
    uint8_t *cipher = prov__bytes_extend(out, len, err);
    int rc = PROV_OK;
    if (room == NULL || cipher == NULL) {
        rc = prov__no_memory(err);
    } else {
        memcpy(room, xml.data, xml.len);
        memset(room + xml.len, PADDING_BYTE, padding);
        rc = run_cipher(true, key, iv, room, len, cipher, err);
    }
    prov_bytes_free(plain);
    return rc;
}

static int
build_encrypted(const struct prov_signing *how, const struct prov_identity *device,
                const char *name, struct prov_span xml, struct prov_bytes *out,
                struct prov_error *err)
{
    uint8_t key[AES_KEY_LEN], iv[AES_BLOCK], wrapped[PROV__WRAPPED_MAX];
    size_t wrapped_len = sizeof wrapped;
    size_t padding = AES_BLOCK - xml.len % AES_BLOCK;
    struct prov_hash digest;
    struct prov_bytes *cipher = prov_bytes_new(PROV_DEVICECONFIG_MAX + AES_BLOCK);
    int rc = cipher == NULL ? prov__no_memory(err) : PROV_OK;
    ERR_clear_error();
    if (rc == PROV_OK && (RAND_priv_bytes(key, sizeof key) != 1 || RAND_bytes(iv, sizeof iv) != 1))
        rc = prov__crypto_failed(err, "no random numbers");
    if (rc == PROV_OK)
        rc = wrap_key(prov__identity_public_key(device), key, wrapped, &wrapped_len, err);
    if (rc == PROV_OK)
        rc = prov_digest(how->digest, xml.data, xml.len, &digest, err);
    if (rc == PROV_OK)
        rc = pad_and_encrypt(key, iv, xml, padding, cipher, err);
    OPENSSL_cleanse(key, sizeof key);
    if (rc == PROV_OK) {
        const struct prov__encryption encryption = {
            .iv = {iv, sizeof iv},
            .wrapped_key = {wrapped, wrapped_len},
            .digest = {digest.value, digest.len},
            .padding = (uint16_t)padding,
            .key_bits = PROV__AES_KEY_BITS,
        };
        const struct prov__header_plan plan = {
            .major = 2, .minor = 0, .name = name, .encryption = &encryption};
        rc = prov__header_write(how, &plan, prov_bytes_span(cipher), out, err);
    }
    prov_bytes_free(cipher);
    return rc;
}

static int
build_stub(const struct prov_signing *how, const struct prov_identity *device, const char *name,
           const struct prov_deviceconfig *config, struct prov_bytes *out, struct prov_error *err)
{
    struct prov_hash hash;
    int rc = prov_identity_hash(device, PROV_MD5, &hash, err);
    if (rc != PROV_OK)
        return rc;
    char hex[PROV_HEX_SIZE(PROV_DIGEST_MAX)];
    struct prov_bytes *xml = NULL;
    rc = prov_deviceconfig_stub(config, prov_hex(hash.value, hash.len, hex, sizeof hex), &xml, err);
    const struct prov__header_plan plan = {.major = 1, .minor = 0, .name = name};
    if (rc == PROV_OK)
        rc = prov__header_write(how, &plan, prov_bytes_span(xml), out, err);
    prov_bytes_free(xml);
    return rc;
}

static int
build_pair(const struct prov_signing *how, const struct prov_identity *device, const char *name,
           struct prov_span xml, struct prov_bytes *encrypted, struct prov_bytes *stub,
           struct prov_error *err)
{
    struct prov_deviceconfig *config = NULL;
    char *encrypted_name = NULL, *stub_name = NULL;
    int rc = prov_deviceconfig_read(xml.data, xml.len, &config, err);
    if (rc == PROV_OK && asprintf(&encrypted_name, "%s.enc.sgn", name) < 0) {
        encrypted_name = NULL;
        rc = prov__no_memory(err);
    }
    if (rc == PROV_OK && asprintf(&stub_name, "%s.sgn", name) < 0) {
        stub_name = NULL;
        rc = prov__no_memory(err);
    }
    if (rc == PROV_OK)
        rc = build_encrypted(how, device, encrypted_name, xml, encrypted, err);
    if (rc == PROV_OK)
        rc = build_stub(how, device, stub_name, config, stub, err);
    free(encrypted_name);
    free(stub_name);
    prov_deviceconfig_free(config);
    return rc;
}

int
prov_encrypted_build(const struct prov_signing *how, const struct prov_identity *device,
                     const char *name, const void *xml, size_t len, struct prov_bytes **encrypted,
                     struct prov_bytes **stub, struct prov_error *err)
{
    int rc = prov_encrypted_check_device(device, err);
    if (rc != PROV_OK)
        return rc;
    struct prov_bytes *new_encrypted = prov_bytes_new(PROV_ENCRYPTED_MAX);
    struct prov_bytes *new_stub = prov_bytes_new(17 * (size_t)PROV_DEVICECONFIG_MAX);
    rc = new_encrypted == NULL || new_stub == NULL
             ? prov__no_memory(err)
             : build_pair(how, device, name, (struct prov_span){xml, len}, new_encrypted, new_stub,
                          err);
    if (rc != PROV_OK) {
        prov_bytes_free(new_encrypted);
        prov_bytes_free(new_stub);
        return rc;
    }
    *encrypted = new_encrypted;
    *stub = new_stub;
    return PROV_OK;
}

static int
check_fields(const struct prov_header *header, struct prov_error *err)
{
    static const uint8_t needed[] = {
        PROV_TAG_ENCRYPTION_ALGORITHM, PROV_TAG_ENCRYPTION_IV,
        PROV_TAG_ENCRYPTION_PADDING,   PROV_TAG_ENCRYPTION_DIGEST_ALGORITHM,
        PROV_TAG_ENCRYPTION_DIGEST,
    };
    for (size_t i = 0; i < sizeof needed; i++)
        if (prov_header_find(header, needed[i]) == NULL)
            return prov__bad_format(err, 0,
                                    "this is no encrypted file: its header has no %s (tag %u)",
                                    prov_tag_name(needed[i]), needed[i]);
    return PROV_OK;
}

int
prov_encrypted_read(const void *data, size_t len, struct prov_encrypted **out,
                    struct prov_error *err)
{
    if (len > PROV_ENCRYPTED_MAX)
        return prov_fail(err, PROV_E_LIMIT, "larger than the %d bytes that are read",
                         PROV_ENCRYPTED_MAX);
    struct prov_encrypted *file = calloc(1, sizeof *file);
    if (file == NULL)
        return prov__no_memory(err);
    file->bytes = prov_bytes_new(len);
    int rc =
        file->bytes == NULL ? prov__no_memory(err) : prov_bytes_put(file->bytes, data, len, err);
    if (rc == PROV_OK)
        rc = prov_header_read(data, len, &file->header, err);
    if (rc == PROV_OK)
        rc = check_fields(file->header, err);
    if (rc == PROV_OK)
        *out = file;
    else
        prov_encrypted_free(file);
    return rc;
}

void
prov_encrypted_free(struct prov_encrypted *file)
{
    if (file == NULL)
        return;
    prov_bytes_free(file->bytes);
    prov_header_free(file->header);
    free(file);
}

const struct prov_header *
prov_encrypted_header(const struct prov_encrypted *file)
{
    return file->header;
}

static struct prov_span
ciphertext(const struct prov_encrypted *file)
{
    struct prov_span bytes = prov_bytes_span(file->bytes);
    size_t header_len = prov_header_len(file->header);
    return (struct prov_span){bytes.data + header_len, bytes.len - header_len};
}

int
prov_encrypted_verify(const struct prov_encrypted *file, const struct prov_identity *signer,
                      struct prov_error *err)
{
    return prov_header_verify(file->header, ciphertext(file), signer, err);
}

static uint32_t
number(const struct prov_encrypted *file, unsigned tag)
{
    return prov_header_find(file->header, tag)->number;
}

/* What must hold before the key is touched. */
static int
check_decryptable(const struct prov_encrypted *file, struct prov_error *err)
{
    const struct prov_field *usage = prov_header_find(file->header, PROV_TAG_KEY_USAGE);
    const struct prov_field *key = prov_header_find(file->header, PROV_TAG_ENCRYPTION_KEY);
    size_t len = ciphertext(file).len;
    uint32_t padding = number(file, PROV_TAG_ENCRYPTION_PADDING);
    if (key == NULL || (usage != NULL && usage->number != PROV__KEY_USAGE_PUBLIC) ||
        number(file, PROV_TAG_ENCRYPTION_ALGORITHM) != PROV__AES_128_CBC)
        return prov_fail(
            err, PROV_E_FORMAT,
            "it is not encrypted to a phone's key with AES-128, as configurations are");
    if (len == 0 || len % AES_BLOCK != 0)
        return prov_fail(err, PROV_E_FORMAT, "its ciphertext of %zu bytes is not whole blocks",
                         len);
    if (padding == 0 || padding > AES_BLOCK)
        return prov_fail(err, PROV_E_FORMAT,
                         "it says that %u bytes of padding end its text; 1 to 16 can", padding);
    return PROV_OK;
}

static int
decrypt(const struct prov_encrypted *file, const uint8_t key[static AES_KEY_LEN],
        struct prov_bytes *out, struct prov_error *err)
{
    struct prov_span cipher = ciphertext(file);
    struct prov_span iv = prov_header_find(file->header, PROV_TAG_ENCRYPTION_IV)->value;
    struct prov_span stated = prov_header_find(file->header, PROV_TAG_ENCRYPTION_DIGEST)->value;
    struct prov_hash actual;
    uint8_t *room = prov__bytes_extend(out, cipher.len, err);
    if (room == NULL)
        return PROV_E_MEMORY;
    int rc = run_cipher(false, key, iv.data, cipher.data, cipher.len, room, err);
    if (rc != PROV_OK)
        return rc;
    prov__bytes_truncate(out, cipher.len - number(file, PROV_TAG_ENCRYPTION_PADDING));
    struct prov_span xml = prov_bytes_span(out);
    uint32_t algorithm = number(file, PROV_TAG_ENCRYPTION_DIGEST_ALGORITHM);
    if (algorithm == PROV_MD5 || prov_digest_len(algorithm) == 0)
        return prov_fail(err, PROV_E_FORMAT, "encryption digest algorithm %u is unknown",
                         algorithm);
    rc = prov_digest((enum prov_digest)algorithm, xml.data, xml.len, &actual, err);
    if (rc == PROV_OK &&
        (stated.len != actual.len || CRYPTO_memcmp(stated.data, actual.value, actual.len) != 0))
        rc = PROV_E_UNFIT;
    return rc;
}

int
prov_encrypted_decrypt(const struct prov_encrypted *file, const struct prov_identity *device,
                       struct prov_bytes **xml, struct prov_error *err)
{
    int rc = check_decryptable(file, err);
    if (rc != PROV_OK)
        return rc;
    EVP_PKEY *private_key = prov__identity_private_key(device);
    if (private_key == NULL || prov_identity_key_type(device) != PROV_KEY_RSA)
        return prov_fail(err, PROV_E_UNFIT, "decrypting needs the phone's RSA private key");
    uint8_t key[AES_KEY_LEN];
    struct prov_span wrapped = prov_header_find(file->header, PROV_TAG_ENCRYPTION_KEY)->value;
    struct prov_bytes *out = prov_bytes_new(PROV_ENCRYPTED_MAX);
    if (out == NULL)
        return prov__no_memory(err);
    rc = unwrap_key(private_key, wrapped, key) ? decrypt(file, key, out, err) : PROV_E_UNFIT;
    OPENSSL_cleanse(key, sizeof key);
    if (rc == PROV_E_UNFIT)
        prov_fail(err, rc,
                  "this key does not decrypt it: it was encrypted to another phone, or the "
                  "file was changed");
    if (rc == PROV_OK)
        *xml = out;
    else
        prov_bytes_free(out);
    return rc;
}
