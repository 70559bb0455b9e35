/* SPDX-License-Identifier: MIT */
/* Encrypted configurations: built, read, verified, decrypted. */
#include "tests/unit/support.h"

#include <openssl/bn.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PHONE "SEP58971ECC97C1.pem"
#define XML "<device><capfAuthMode>0</capfAuthMode></device>"

static struct prov_error err;

static void
release_encrypted(void *file)
{
    prov_encrypted_free(file);
}

static struct prov_signing
how(enum prov_digest digest)
{
    return (struct prov_signing){
        .signer = pem("rsa1024.pem"), .digest = digest, .timestamp = VECTOR_TIME};
}

struct pair {
    struct prov_span encrypted;
    struct prov_span stub;
};

static struct pair
build(enum prov_digest digest, const void *xml, size_t len)
{
    const struct prov_signing signing = how(digest);
    struct prov_bytes *encrypted = NULL, *stub = NULL;
    expect_ok(prov_encrypted_build(&signing, certificate_of(PHONE), "SEP58971ECC97C1.cnf.xml", xml,
                                   len, &encrypted, &stub, &err),
              &err);
    return (struct pair){kept_bytes(encrypted), kept_bytes(stub)};
}

static struct prov_encrypted *
reads(struct prov_span bytes)
{
    struct prov_encrypted *file = NULL;
    expect_ok(prov_encrypted_read(bytes.data, bytes.len, &file, &err), &err);
    return keep(file, release_encrypted);
}

static void
refuses_to_build(const struct prov_signing *signing, const struct prov_identity *device,
                 const char *name, const void *xml, size_t len, int code, const char *part)
{
    struct prov_bytes *encrypted = NULL, *stub = NULL;
    expect_failure(prov_encrypted_build(signing, device, name, xml, len, &encrypted, &stub, &err),
                   code, &err, part);
    assert_null(encrypted);
    assert_null(stub);
}

static void
refuses_to_decrypt(struct prov_span bytes, const struct prov_identity *device, int code,
                   const char *part)
{
    struct prov_bytes *xml = NULL;
    expect_failure(prov_encrypted_decrypt(reads(bytes), device, &xml, &err), code, &err, part);
    assert_null(xml);
}

static void
what_is_encrypted_decrypts(void **state)
{
    (void)state;
    static const enum prov_digest digests[] = {PROV_SHA1, PROV_SHA512};
    char xml[200] = "<device></device>";
    for (size_t len = 17; len < 17 + 33; len++) {
        struct pair pair = build(digests[len % 2], xml, len);
        struct prov_encrypted *file = reads(pair.encrypted);
        const struct prov_header *header = prov_encrypted_header(file);
        struct prov_bytes *clear = NULL;
        expect_ok(prov_encrypted_verify(file, certificate_of("rsa1024.pem"), &err), &err);
        expect_ok(prov_encrypted_decrypt(file, pem(PHONE), &clear, &err), &err);
        expect_same(kept_bytes(clear), bytes_of(xml, len));
        uint32_t padding = prov_header_find(header, PROV_TAG_ENCRYPTION_PADDING)->number;
        assert_int_equal(padding, 16 - len % 16);
        assert_int_equal(pair.encrypted.len - prov_header_len(header), len + padding);
        xml[len] = '\n';
    }
}

static void
the_header_says_how_it_is_encrypted(void **state)
{
    (void)state;
    struct pair pair = build(PROV_SHA512, XML, strlen(XML));
    const struct prov_header *header = prov_encrypted_header(reads(pair.encrypted));
    static const struct {
        unsigned tag, number;
    } expected[] = {{8, 3}, {18, 0}, {20, 1}, {22, 0}, {23, 128}, {24, 1}, {26, 3}};
    for (size_t i = 0; i < LENGTH(expected); i++)
        assert_int_equal(prov_header_find(header, expected[i].tag)->number, expected[i].number);
    expect_same(prov_header_find(header, PROV_TAG_VERSION)->value, bytes_of("\2\0", 2));
    expect_same(prov_header_find(header, PROV_TAG_FILENAME)->value,
                span_of("SEP58971ECC97C1.cnf.xml.enc.sgn"));
    assert_int_equal(prov_header_find(header, PROV_TAG_ENCRYPTION_IV)->value.len, 16);
    assert_int_equal(prov_header_find(header, PROV_TAG_ENCRYPTION_KEY)->value.len, 256);
    assert_int_equal(prov_header_find(header, PROV_TAG_ENCRYPTION_DIGEST)->value.len, 64);
}

static void
the_stub_names_the_phones_certificate(void **state)
{
    (void)state;
    struct pair pair = build(PROV_SHA1, XML, strlen(XML));
    struct prov_header *header = NULL;
    struct prov_hash hash;
    char hex[33];
    expect_ok(prov_header_read(pair.stub.data, pair.stub.len, &header, &err), &err);
    expect_same(prov_header_find(header, PROV_TAG_FILENAME)->value,
                span_of("SEP58971ECC97C1.cnf.xml.sgn"));
    size_t len = prov_header_len(header);
    struct prov_span xml = bytes_of(pair.stub.data + len, pair.stub.len - len);
    expect_ok(prov_header_verify(header, xml, certificate_of("rsa1024.pem"), &err), &err);
    prov_header_free(header);
    expect_ok(prov_identity_hash(certificate_of(PHONE), PROV_MD5, &hash, &err), &err);
    prov_hex(hash.value, hash.len, hex, sizeof hex);
    expect_same(xml, span_of(text_of("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<device>\n"
                                     "  <fullConfig>false</fullConfig>\n"
                                     "  <capfAuthMode>0</capfAuthMode>\n"
                                     "  <certHash>%s</certHash>\n"
                                     "  <encrConfig>true</encrConfig>\n</device>\n",
                                     hex)));
}

static void
every_build_has_its_own_key_and_iv(void **state)
{
    (void)state;
    const struct prov_header *a =
        prov_encrypted_header(reads(build(PROV_SHA1, XML, strlen(XML)).encrypted));
    const struct prov_header *b =
        prov_encrypted_header(reads(build(PROV_SHA1, XML, strlen(XML)).encrypted));
    assert_memory_not_equal(prov_header_find(a, PROV_TAG_ENCRYPTION_IV)->value.data,
                            prov_header_find(b, PROV_TAG_ENCRYPTION_IV)->value.data, 16);
    assert_memory_not_equal(prov_header_find(a, PROV_TAG_ENCRYPTION_KEY)->value.data,
                            prov_header_find(b, PROV_TAG_ENCRYPTION_KEY)->value.data, 256);
}

static void
phones_without_an_rsa_key_are_refused(void **state)
{
    (void)state;
    const struct prov_signing signing = how(PROV_SHA1);
    expect_ok(prov_encrypted_check_device(certificate_of(PHONE), &err), &err);
    expect_failure(prov_encrypted_check_device(certificate_of("p256.pem"), &err), PROV_E_UNFIT,
                   &err, "the phone's certificate holds an EC key");
    refuses_to_build(&signing, certificate_of("p256.pem"), "n", XML, strlen(XML), PROV_E_UNFIT,
                     "the phone's certificate holds an EC key, and how a phone would get");
}

/* A certificate with an RSA key of so many bits that nobody has the private half of. */
static const struct prov_identity *
phone_with_bits(int bits)
{
    EVP_PKEY *key = NULL;
    BIGNUM *modulus = BN_new(), *exponent = BN_new();
    assert_int_equal(BN_rand(modulus, bits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ODD), 1);
    assert_int_equal(BN_set_word(exponent, RSA_F4), 1);
    OSSL_PARAM_BLD *numbers = OSSL_PARAM_BLD_new();
    assert_int_equal(OSSL_PARAM_BLD_push_BN(numbers, "n", modulus), 1);
    assert_int_equal(OSSL_PARAM_BLD_push_BN(numbers, "e", exponent), 1);
    OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(numbers);
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
    assert_int_equal(EVP_PKEY_fromdata_init(ctx), 1);
    assert_int_equal(EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params), 1);
    X509 *x509 = x509_of(rsa_key(1024), name_of("CN=SEP001122334455", NULL), 1);
    assert_int_equal(X509_set_pubkey(x509, key), 1);
    EVP_PKEY_CTX_free(ctx);
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(numbers);
    BN_free(exponent);
    BN_free(modulus);
    EVP_PKEY_free(key);
    return identity_of(x509, NULL);
}

static void
keys_of_impossible_sizes_are_told(void **state)
{
    (void)state;
    const struct prov_signing signing = how(PROV_SHA1);
    expect_ok(prov_encrypted_check_device(phone_with_bits(16384), &err), &err);
    refuses_to_build(&signing, phone_with_bits(16392), "n", XML, strlen(XML), PROV_E_UNFIT,
                     "the phone's key has 16392 bits");
    refuses_to_build(&signing, phone_with_bits(128), "n", XML, strlen(XML), PROV_E_CRYPTO,
                     "cannot encrypt to the phone's key");
    assert_int_not_equal(err.ssl, 0);
}

static void
inputs_that_cannot_be_built_leave_nothing(void **state)
{
    (void)state;
    const struct prov_signing signing = how(PROV_SHA1);
    struct prov_signing keyless = signing, md5 = signing;
    const struct prov_identity *phone = certificate_of(PHONE);
    char *name = keep(calloc(1, 66000), free);
    char *large = keep(calloc(1, PROV_DEVICECONFIG_MAX + 1), free);
    memset(name, 'n', 65999);
    refuses_to_build(&signing, phone, "n", "<Default/>", 10, PROV_E_FORMAT, "its root element is");
    refuses_to_build(&signing, phone, "n", "<device>", 8, PROV_E_FORMAT, "malformed XML");
    refuses_to_build(&signing, phone, "n", "", 0, PROV_E_FORMAT, "the configuration is empty");
    refuses_to_build(&signing, phone, "n", large, PROV_DEVICECONFIG_MAX + 1, PROV_E_LIMIT,
                     "larger than the 2097152 bytes that a phone downloads");
    refuses_to_build(&signing, phone, name, XML, strlen(XML), PROV_E_LIMIT,
                     "the name inside is too long");
    keyless.signer = certificate_of("rsa1024.pem");
    refuses_to_build(&keyless, phone, "n", XML, strlen(XML), PROV_E_UNFIT, "the signer needs");
    md5.digest = PROV_MD5;
    refuses_to_build(&md5, phone, "n", XML, strlen(XML), PROV_E_ARGUMENT, "SHA-1 or SHA-512 only");
    md5.digest = (enum prov_digest)9;
    refuses_to_build(&md5, phone, "n", XML, strlen(XML), PROV_E_ARGUMENT, "");
}

static void
the_smallest_phone_key_is_large_enough(void **state)
{
    (void)state;
    const struct prov_signing signing = how(PROV_SHA1);
    EVP_PKEY *key = rsa_key(512);
    struct prov_bytes *encrypted = NULL, *stub = NULL;
    const struct prov_identity *small =
        identity_of(x509_of(key, name_of("CN=SEP001122334455", NULL), 1), key);
    expect_ok(prov_encrypted_build(&signing, small, "n", XML, strlen(XML), &encrypted, &stub, &err),
              &err);
    struct prov_bytes *clear = NULL;
    expect_ok(prov_encrypted_decrypt(reads(kept_bytes(encrypted)), small, &clear, &err), &err);
    expect_same(kept_bytes(clear), span_of(XML));
    prov_bytes_free(stub);
}

static void
the_largest_configuration_is_encrypted(void **state)
{
    (void)state;
    char *xml = keep(malloc(PROV_DEVICECONFIG_MAX), free);
    struct prov_bytes *clear = NULL;
    memset(xml, ' ', PROV_DEVICECONFIG_MAX);
    memcpy(xml, "<device/>", 9);
    struct pair pair = build(PROV_SHA1, xml, PROV_DEVICECONFIG_MAX);
    assert_true(pair.encrypted.len <= PROV_ENCRYPTED_MAX);
    expect_ok(prov_encrypted_decrypt(reads(pair.encrypted), pem(PHONE), &clear, &err), &err);
    expect_same(kept_bytes(clear), bytes_of(xml, PROV_DEVICECONFIG_MAX));
}

static void
other_files_are_refused(void **state)
{
    (void)state;
    struct prov_encrypted *file = NULL;
    struct pair pair = build(PROV_SHA1, XML, strlen(XML));
    uint8_t *large = keep(calloc(1, PROV_ENCRYPTED_MAX + 1), free);
    expect_failure(prov_encrypted_read(pair.stub.data, pair.stub.len, &file, &err), PROV_E_FORMAT,
                   &err,
                   "this is no encrypted file: its header has no Encryption Algorithm (tag 18)");
    expect_failure(prov_encrypted_read("", 0, &file, &err), PROV_E_FORMAT, &err, "is empty");
    expect_failure(prov_encrypted_read(large, PROV_ENCRYPTED_MAX + 1, &file, &err), PROV_E_LIMIT,
                   &err, "larger than the 2162703 bytes that are read");
    assert_null(file);
    prov_encrypted_free(NULL);
}

/* The encrypted file with the tag byte of a field changed to one that nobody knows. */
static struct prov_span
hidden(struct prov_span bytes, unsigned tag)
{
    const struct prov_field *field = prov_header_find(prov_encrypted_header(reads(bytes)), tag);
    return altered(bytes, field->offset, (uint8_t)(tag ^ 0x80));
}

static struct prov_span
with_byte(struct prov_span bytes, unsigned tag, size_t at, uint8_t value)
{
    const struct prov_field *field = prov_header_find(prov_encrypted_header(reads(bytes)), tag);
    return altered(bytes, field->offset + 3 + at, field->value.data[at] ^ value);
}

static struct prov_span
flipped(struct prov_span bytes, unsigned tag, size_t at)
{
    const struct prov_field *field = prov_header_find(prov_encrypted_header(reads(bytes)), tag);
    return altered(bytes, field->offset + 3 + at, 1);
}

static void
fields_that_are_needed_are_demanded(void **state)
{
    (void)state;
    static const unsigned needed[] = {18, 19, 20, 26, 27};
    struct prov_encrypted *file = NULL;
    struct prov_span bytes = build(PROV_SHA1, XML, strlen(XML)).encrypted;
    for (size_t i = 0; i < LENGTH(needed); i++) {
        struct prov_span other = hidden(bytes, needed[i]);
        expect_failure(prov_encrypted_read(other.data, other.len, &file, &err), PROV_E_FORMAT, &err,
                       text_of("(tag %u)", needed[i]));
    }
}

static void
other_ways_of_encrypting_are_told(void **state)
{
    (void)state;
    static const char message[] = "it is not encrypted to a phone's key with AES-128";
    struct prov_span bytes = build(PROV_SHA1, XML, strlen(XML)).encrypted;
    refuses_to_decrypt(hidden(bytes, PROV_TAG_ENCRYPTION_KEY), pem(PHONE), PROV_E_FORMAT, message);
    refuses_to_decrypt(with_byte(bytes, PROV_TAG_KEY_USAGE, 0, 1), pem(PHONE), PROV_E_FORMAT,
                       message);
    refuses_to_decrypt(with_byte(bytes, PROV_TAG_ENCRYPTION_ALGORITHM, 0, 2), pem(PHONE),
                       PROV_E_FORMAT, message);
    struct prov_bytes *xml = NULL;
    struct prov_encrypted *file = reads(hidden(bytes, PROV_TAG_KEY_USAGE));
    expect_ok(prov_encrypted_decrypt(file, pem(PHONE), &xml, &err), &err);
    prov_bytes_free(xml);
}

static void
broken_lengths_are_told(void **state)
{
    (void)state;
    struct prov_span bytes = build(PROV_SHA1, XML, strlen(XML)).encrypted;
    size_t header_len = prov_header_len(prov_encrypted_header(reads(bytes)));
    refuses_to_decrypt(bytes_of(bytes.data, bytes.len - 1), pem(PHONE), PROV_E_FORMAT,
                       "its ciphertext of 47 bytes is not whole blocks");
    refuses_to_decrypt(bytes_of(bytes.data, header_len), pem(PHONE), PROV_E_FORMAT,
                       "its ciphertext of 0 bytes is not whole blocks");
    refuses_to_decrypt(with_byte(bytes, PROV_TAG_ENCRYPTION_PADDING, 1, 0), pem(PHONE),
                       PROV_E_FORMAT, "it says that 0 bytes of padding end its text; 1 to 16 can");
    refuses_to_decrypt(with_byte(bytes, PROV_TAG_ENCRYPTION_PADDING, 1, 17), pem(PHONE),
                       PROV_E_FORMAT, "it says that 17 bytes of padding");
    refuses_to_decrypt(with_byte(bytes, PROV_TAG_ENCRYPTION_PADDING, 0, 0xff), pem(PHONE),
                       PROV_E_FORMAT, "it says that 65281 bytes of padding");
}

static void
unknown_content_digests_are_told(void **state)
{
    (void)state;
    struct prov_span bytes = build(PROV_SHA1, XML, strlen(XML)).encrypted;
    refuses_to_decrypt(with_byte(bytes, PROV_TAG_ENCRYPTION_DIGEST_ALGORITHM, 0, 9), pem(PHONE),
                       PROV_E_FORMAT, "encryption digest algorithm 9 is unknown");
    refuses_to_decrypt(with_byte(bytes, PROV_TAG_ENCRYPTION_DIGEST_ALGORITHM, 0, 0), pem(PHONE),
                       PROV_E_FORMAT, "encryption digest algorithm 0 is unknown");
}

static void
the_right_key_alone_decrypts(void **state)
{
    (void)state;
    static const char message[] =
        "this key does not decrypt it: it was encrypted to another phone, or the file was changed";
    struct prov_span bytes = build(PROV_SHA1, XML, strlen(XML)).encrypted;
    refuses_to_decrypt(bytes, pem("SEP00AABBCCDDEE.pem"), PROV_E_UNFIT, message);
    refuses_to_decrypt(bytes, pem("rsa1024.pem"), PROV_E_UNFIT, message);
    refuses_to_decrypt(bytes, certificate_of(PHONE), PROV_E_UNFIT,
                       "decrypting needs the phone's RSA private key");
    refuses_to_decrypt(bytes, pem("p256.pem"), PROV_E_UNFIT,
                       "decrypting needs the phone's RSA private key");
}

static void
changes_of_what_is_encrypted_are_noticed(void **state)
{
    (void)state;
    static const char message[] = "this key does not decrypt it";
    struct prov_span bytes = build(PROV_SHA1, XML, strlen(XML)).encrypted;
    refuses_to_decrypt(altered(bytes, bytes.len - 20, 1), pem(PHONE), PROV_E_UNFIT, message);
    refuses_to_decrypt(flipped(bytes, PROV_TAG_ENCRYPTION_IV, 0), pem(PHONE), PROV_E_UNFIT,
                       message);
    refuses_to_decrypt(flipped(bytes, PROV_TAG_ENCRYPTION_KEY, 100), pem(PHONE), PROV_E_UNFIT,
                       message);
    refuses_to_decrypt(flipped(bytes, PROV_TAG_ENCRYPTION_DIGEST, 0), pem(PHONE), PROV_E_UNFIT,
                       message);
    refuses_to_decrypt(with_byte(bytes, PROV_TAG_ENCRYPTION_PADDING, 1, 2), pem(PHONE),
                       PROV_E_UNFIT, message);
    refuses_to_decrypt(with_byte(bytes, PROV_TAG_ENCRYPTION_DIGEST_ALGORITHM, 0, 2), pem(PHONE),
                       PROV_E_UNFIT, message);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_encrypted_decrypts),
        cmocka_unit_test(the_header_says_how_it_is_encrypted),
        cmocka_unit_test(the_stub_names_the_phones_certificate),
        cmocka_unit_test(every_build_has_its_own_key_and_iv),
        cmocka_unit_test(phones_without_an_rsa_key_are_refused),
        cmocka_unit_test(keys_of_impossible_sizes_are_told),
        cmocka_unit_test(inputs_that_cannot_be_built_leave_nothing),
        cmocka_unit_test(the_smallest_phone_key_is_large_enough),
        cmocka_unit_test(the_largest_configuration_is_encrypted),
        cmocka_unit_test(other_files_are_refused),
        cmocka_unit_test(fields_that_are_needed_are_demanded),
        cmocka_unit_test(other_ways_of_encrypting_are_told),
        cmocka_unit_test(broken_lengths_are_told),
        cmocka_unit_test(unknown_content_digests_are_told),
        cmocka_unit_test(the_right_key_alone_decrypts),
        cmocka_unit_test(changes_of_what_is_encrypted_are_noticed),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
