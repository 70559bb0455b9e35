/* SPDX-License-Identifier: MIT */
/* Certificates read without OpenSSL's decoders: the same are taken, and the same is read off them.
 */
#include "libprov/identity.h"
#include "libprov/x509.h"
#include "tests/unit/support.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>

static struct prov_error err;

static const char *const names[] = {
    "SEP58971ECC97C1", "SEP00AABBCCDDEE", "SEP001122334455", "asterisk", "odd",
    "issued",          "rsa1024",         "rsa4096",         "apache-ec"};

static void
release_identity(void *identity)
{
    prov_identity_free(identity);
}

/* A file with this certificate alone. */
static const char *
alone(const char *name)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *text = NULL;
    const char *file = text_of("%s.pem", name);
    assert_int_equal(PEM_write_bio_X509(bio, prov__identity_x509(certificate_of(file))), 1);
    long len = BIO_get_mem_data(bio, &text);
    const char *path = write_temporary(file, text, (size_t)len);
    BIO_free(bio);
    return path;
}

static const struct prov_identity *
loaded(const char *path)
{
    struct prov_identity *identity = NULL;
    expect_ok(prov_encrypted_load_device(path, &identity, &err), &err);
    return keep(identity, release_identity);
}

static void
expect_same_names(const struct prov_identity *a, const struct prov_identity *b)
{
    struct prov_bytes *of_a = NULL, *of_b = NULL;
    expect_ok(prov_identity_subject(a, NULL, &of_a, &err), &err);
    expect_ok(prov_identity_subject(b, NULL, &of_b, &err), &err);
    expect_same(kept_bytes(of_a), kept_bytes(of_b));
    expect_ok(prov_identity_issuer(a, NULL, &of_a, &err), &err);
    expect_ok(prov_identity_issuer(b, NULL, &of_b, &err), &err);
    expect_same(kept_bytes(of_a), kept_bytes(of_b));
}

static void
a_device_is_what_its_certificate_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(names); i++) {
        const struct prov_identity *usual = certificate_of(text_of("%s.pem", names[i]));
        const struct prov_identity *device = loaded(alone(names[i]));
        expect_same(prov_identity_der(device), prov_identity_der(usual));
        expect_same(prov_identity_serial(device), prov_identity_serial(usual));
        expect_same_names(device, usual);
        assert_int_equal(prov_identity_not_before(device), prov_identity_not_before(usual));
        assert_int_equal(prov_identity_not_after(device), prov_identity_not_after(usual));
        assert_int_equal(prov_identity_key_type(device), prov_identity_key_type(usual));
        assert_int_equal(prov_identity_key_bits(device), prov_identity_key_bits(usual));
        assert_string_equal(prov_identity_key_name(device), prov_identity_key_name(usual));
        assert_true(prov_identity_same_key(device, usual));
        assert_false(prov_identity_has_key(device));
        assert_int_equal(X509_cmp(prov__identity_x509(device), prov__identity_x509(usual)), 0);
        assert_ptr_equal(prov__identity_x509(device), prov__identity_x509(device));
    }
}

static void
what_is_encrypted_to_a_device_its_key_decrypts(void **state)
{
    (void)state;
    static const char xml[] = "<device><pw>x</pw></device>";
    const struct prov_signing how = {
        .signer = pem("rsa1024.pem"), .digest = PROV_SHA1, .timestamp = VECTOR_TIME};
    struct prov_bytes *encrypted = NULL, *stub = NULL, *clear = NULL;
    struct prov_encrypted *file = NULL;
    expect_ok(prov_encrypted_build(&how, loaded(alone("SEP58971ECC97C1")), "x", xml, strlen(xml),
                                   &encrypted, &stub, &err),
              &err);
    struct prov_span bytes = kept_bytes(encrypted);
    kept_bytes(stub);
    expect_ok(prov_encrypted_read(bytes.data, bytes.len, &file, &err), &err);
    expect_ok(prov_encrypted_decrypt(file, pem("SEP58971ECC97C1.pem"), &clear, &err), &err);
    expect_same(kept_bytes(clear), span_of(xml));
    prov_encrypted_free(file);
}

/* Both ways to load a file end alike. */
static void
loads_as_usual(const char *path, int code)
{
    struct prov_identity *device = NULL, *usual = NULL;
    struct prov_error why;
    assert_int_equal(prov_identity_load(path, PROV_NEED_CERTIFICATE, NULL, NULL, &usual, &why),
                     code);
    assert_int_equal(prov_encrypted_load_device(path, &device, &err), code);
    if (code == PROV_OK)
        expect_same(prov_identity_der(device), prov_identity_der(usual));
    else
        assert_string_equal(err.text, why.text);
    prov_identity_free(device);
    prov_identity_free(usual);
}

static void
other_files_are_read_as_usual(void **state)
{
    (void)state;
    struct prov_span text = read_path(alone("SEP58971ECC97C1"));
    struct prov_span other = read_path(alone("asterisk"));
    struct prov_span der = prov_identity_der(certificate_of("SEP58971ECC97C1.pem"));
    const char *lone = (const char *)text.data;
    int len = (int)text.len;
    struct prov_span begin = span_of("-----BEGIN CERTIFICATE-----\n");
    struct prov_span broken = altered(text, begin.len, 4);
    loads_as_usual(write_temporary("der", der.data, der.len), PROV_OK);
    loads_as_usual(VECTORS "/pem/SEP58971ECC97C1.pem", PROV_OK);
    const char *both = text_of("%.*s%.*s", len, lone, (int)other.len, (const char *)other.data);
    loads_as_usual(write_temporary("two", both, strlen(both)), PROV_OK);
    const char *before = text_of("subject=phone\n%.*s", len, lone);
    loads_as_usual(write_temporary("text", before, strlen(before)), PROV_OK);
    loads_as_usual(write_temporary("cut", lone, text.len / 2), PROV_E_FORMAT);
    loads_as_usual(write_temporary("broken", broken.data, broken.len), PROV_E_FORMAT);
    loads_as_usual(write_temporary("empty", "", 0), PROV_E_FORMAT);
    loads_as_usual(temporary("missing"), PROV_E_SYSTEM);
    loads_as_usual(temporary(""), PROV_E_SYSTEM);
}

/* Whether OpenSSL takes these bytes, and if so as which. */
static void
takes_what_openssl_takes(struct prov_span bytes, size_t *taken)
{
    const unsigned char *at = bytes.data;
    unsigned char *ours = NULL, *theirs = NULL;
    X509 *usual = d2i_X509(NULL, &at, (long)bytes.len);
    bool whole = usual != NULL && at == bytes.data + bytes.len;
    struct prov__x509 *certificate = prov__x509_from_der(bytes.data, bytes.len);
    assert_int_equal(certificate != NULL, whole);
    if (whole) {
        int len = i2d_X509(usual, &theirs);
        size_t our_len = prov__x509_encode(certificate, &ours);
        assert_true(len > 0);
        expect_same(bytes_of(ours, our_len), bytes_of(theirs, (size_t)len));
        EVP_PKEY *key = prov__x509_rsa_key(certificate), *their_key = X509_get0_pubkey(usual);
        assert_true(key == NULL || (their_key != NULL && EVP_PKEY_eq(key, their_key) == 1));
        EVP_PKEY_free(key);
        (*taken)++;
    }
    OPENSSL_free(ours);
    OPENSSL_free(theirs);
    prov__x509_free(certificate);
    X509_free(usual);
    ERR_clear_error();
}

static void
a_changed_certificate_is_taken_or_refused_as_openssl_does(void **state)
{
    (void)state;
    struct prov_span der = prov_identity_der(certificate_of("rsa1024.pem"));
    static const uint8_t masks[] = {0x01, 0x20, 0x80};
    uint8_t copy[2048];
    size_t taken = 0, tried = 0;
    assert_true(der.len < sizeof copy);
    for (size_t i = 0; i < der.len; i++) {
        for (size_t k = 0; k < sizeof masks; k++, tried++) {
            memcpy(copy, der.data, der.len);
            copy[i] ^= masks[k];
            takes_what_openssl_takes(bytes_of(copy, der.len), &taken);
        }
        takes_what_openssl_takes(bytes_of(der.data, i), &taken);
    }
    assert_true(taken > 0 && taken < tried);
}

/* `text` with `instead` for the first `what`. */
static const char *
replaced(const char *text, const char *what, const char *instead)
{
    const char *at = strstr(text, what);
    assert_non_null(at);
    return text_of("%.*s%s%s", (int)(at - text), text, instead, at + strlen(what));
}

/* What is not just as OpenSSL writes it goes to its own reader, or is refused as by that. */
static void
other_forms_of_base64_are_read_as_usual(void **state)
{
    (void)state;
    struct prov_span file = read_path(alone("SEP58971ECC97C1"));
    const char *text = text_of("%.*s", (int)file.len, (const char *)file.data);
    const char *body = strchr(text, '\n') + 1, *end = strstr(text, "\n-----END");
    const char *first = text_of("%.64s", body), *last = text_of("%.*s", 4, end - 4);
    const char *forms[] = {
        replaced(text, "\n-----END", "\r\n-----END"),
        replaced(text, "\n-----END", " \n-----END"),
        replaced(text, "\n-----END", "\n\n-----END"),
        replaced(text, "\n-----END", "=\n-----END"),
        replaced(text, "\n-----END", "====\n-----END"),
        replaced(text, text_of("%s\n-----END", last), "A=B=\n-----END"),
        replaced(text, text_of("%s\n-----END", last), "AB=A\n-----END"),
        replaced(text, text_of("%s\n-----END", last), "    \n-----END"),
        replaced(text, text_of("%s\n-----END", last), "\n-----END"),
        replaced(text, "-----\n", "-----\n\n"),
        replaced(text, "-----\n", "----- \n"),
        replaced(text, "-----\n", "-----\nProc-Type: 4,CLEAR\n\n"),
        replaced(text, text_of("%s\n", first), first),
        replaced(text, first, text_of("%.32s\n%s", first, first + 32)),
        replaced(text, first, text_of("%.60s====", first)),
        replaced(text, first, text_of("%.63s-", first)),
        replaced(text, "END CERTIFICATE-----\n", "END CERTIFICATE-----"),
        replaced(text, "END CERTIFICATE-----\n", "END CERTIFICATE-----\nmore\n"),
        replaced(text, "END CERTIFICATE-----", "END CERTIFICAT-----"),
    };
    for (size_t i = 0; i < LENGTH(forms); i++) {
        struct prov_identity *usual = NULL;
        const char *path = write_temporary("form", forms[i], strlen(forms[i]));
        int code = prov_identity_load(path, PROV_NEED_CERTIFICATE, NULL, NULL, &usual, &err);
        prov_identity_free(usual);
        loads_as_usual(path, code);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_device_is_what_its_certificate_says),
        cmocka_unit_test(what_is_encrypted_to_a_device_its_key_decrypts),
        cmocka_unit_test(other_files_are_read_as_usual),
        cmocka_unit_test(other_forms_of_base64_are_read_as_usual),
        cmocka_unit_test(a_changed_certificate_is_taken_or_refused_as_openssl_does),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
