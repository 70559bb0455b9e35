/* SPDX-License-Identifier: MIT */
/* Certificates and keys, in whatever form they come. */
#include "tests/unit/support.h"

#include <errno.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BOTH (PROV_NEED_CERTIFICATE | PROV_NEED_KEY)
#define PASSPHRASE "open sesame"

static EVP_PKEY *key, *other_key;
static X509 *certificate, *other_certificate;

static int
begin(void **state)
{
    if (support_begin(state) != 0)
        return -1;
    key = rsa_key(1024);
    other_key = ec_key("P-256");
    certificate = x509_of(key, name_of("CN=one", "O=o", "OU=u", NULL), 1);
    other_certificate = x509_of(other_key, name_of("CN=two", "O=o", NULL), 2);
    return 0;
}

/* What a person would answer, and how often he was asked. */
struct person {
    const char *answer; /* NULL: none */
    int len;            /* 0: as long as the answer */
    unsigned asked;
    const char *path;
};

static int
ask(void *context, const char *path, char *buffer, size_t size)
{
    struct person *person = context;
    person->asked++;
    if (person->path != NULL)
        assert_string_equal(path, person->path);
    else
        assert_null(path);
    if (person->answer == NULL)
        return -1;
    size_t len = strlen(person->answer);
    assert_true(len <= size);
    memcpy(buffer, person->answer, len);
    return (int)len;
}

static int
load(const char *path, unsigned need, struct person *person, struct prov_identity **identity,
     struct prov_error *err)
{
    *identity = NULL;
    if (person == NULL)
        return prov_identity_load(path, need, NULL, NULL, identity, err);
    person->path = path;
    return prov_identity_load(path, need, ask, person, identity, err);
}

static bool
is_certificate(const struct prov_identity *identity, X509 *expected)
{
    unsigned char *der = NULL;
    int len = i2d_X509(expected, &der);
    struct prov_span actual = prov_identity_der(identity);
    bool same = (size_t)len == actual.len && memcmp(der, actual.data, actual.len) == 0;
    OPENSSL_free(der);
    return same;
}

/* The file gives this certificate, and a key if one is needed. */
static void
gives(const char *path, unsigned need, struct person *person, X509 *expected)
{
    struct prov_identity *identity = NULL;
    struct prov_error err;
    expect_ok(load(path, need, person, &identity, &err), &err);
    assert_int_equal(prov_identity_has_certificate(identity), expected != NULL);
    assert_int_equal(prov_identity_has_key(identity), (need & PROV_NEED_KEY) != 0);
    if (expected != NULL)
        assert_true(is_certificate(identity, expected));
    prov_identity_free(identity);
}

static void
refuses(const char *path, unsigned need, struct person *person, int code, const char *part)
{
    struct prov_identity *identity = NULL;
    struct prov_error err;
    expect_failure(load(path, need, person, &identity, &err), code, &err, part);
    assert_null(identity);
}

static const char *
in_file(const char *name, BIO *bio)
{
    char *data = NULL;
    long len = BIO_get_mem_data(bio, &data);
    const char *path = write_temporary(name, data, (size_t)len);
    BIO_free(bio);
    return path;
}

enum key_form { NO_KEY, PLAIN, PKCS8, TRADITIONAL };

static void
put_key(BIO *bio, EVP_PKEY *written, enum key_form form)
{
    char passphrase[] = PASSPHRASE;
    const EVP_CIPHER *cipher = EVP_aes_128_cbc();
    int len = (int)strlen(passphrase);
    unsigned char *bytes = (unsigned char *)passphrase;
    if (form == PLAIN)
        assert_int_equal(PEM_write_bio_PrivateKey(bio, written, NULL, NULL, 0, NULL, NULL), 1);
    if (form == PKCS8)
        assert_int_equal(
            PEM_write_bio_PKCS8PrivateKey(bio, written, cipher, passphrase, len, NULL, NULL), 1);
    if (form == TRADITIONAL)
        assert_int_equal(
            PEM_write_bio_PrivateKey_traditional(bio, written, cipher, bytes, len, NULL, NULL), 1);
}

static const char *
pem_file(enum key_form form, EVP_PKEY *written, X509 *first, X509 *second)
{
    BIO *bio = BIO_new(BIO_s_mem());
    put_key(bio, written, form);
    if (first != NULL)
        assert_int_equal(PEM_write_bio_X509(bio, first), 1);
    if (second != NULL)
        assert_int_equal(PEM_write_bio_X509(bio, second), 1);
    return in_file("file.pem", bio);
}

static const char *
pkcs12_file(const char *passphrase, EVP_PKEY *written, X509 *first)
{
    BIO *bio = BIO_new(BIO_s_mem());
    PKCS12 *bag = PKCS12_create(passphrase, NULL, written, first, NULL, 0, 0, 0, 0, 0);
    assert_non_null(bag);
    assert_int_equal(i2d_PKCS12_bio(bio, bag), 1);
    PKCS12_free(bag);
    return in_file("file.p12", bio);
}

static void
pem_gives_key_and_certificate(void **state)
{
    (void)state;
    const char *path = pem_file(PLAIN, key, certificate, NULL);
    gives(path, BOTH, NULL, certificate);
    gives(path, PROV_NEED_CERTIFICATE, NULL, certificate);
    gives(path, PROV_NEED_KEY, NULL, certificate);
    gives(pem_file(NO_KEY, NULL, certificate, NULL), PROV_NEED_CERTIFICATE, NULL, certificate);
}

static void
text_around_pem_is_passed_over(void **state)
{
    (void)state;
    BIO *bio = BIO_new(BIO_s_mem());
    BIO_puts(bio, "Bag Attributes\n    friendlyName: one\n");
    put_key(bio, key, PLAIN);
    BIO_puts(bio, "subject=one\n");
    assert_int_equal(PEM_write_bio_X509(bio, certificate), 1);
    BIO_puts(bio, "the end\n");
    gives(in_file("text.pem", bio), BOTH, NULL, certificate);
}

static void
der_gives_a_certificate(void **state)
{
    (void)state;
    BIO *bio = BIO_new(BIO_s_mem());
    assert_int_equal(i2d_X509_bio(bio, certificate), 1);
    const char *path = in_file("certificate.der", bio);
    gives(path, PROV_NEED_CERTIFICATE, NULL, certificate);
    refuses(path, BOTH, NULL, PROV_E_FORMAT, "it holds no private key");
}

static void
der_gives_a_key(void **state)
{
    (void)state;
    BIO *bio = BIO_new(BIO_s_mem());
    assert_int_equal(i2d_PrivateKey_bio(bio, key), 1);
    const char *path = in_file("key.der", bio);
    gives(path, PROV_NEED_KEY, NULL, NULL);
    refuses(path, BOTH, NULL, PROV_E_FORMAT, "it holds no certificate");
}

static void
an_encrypted_der_key_asks(void **state)
{
    (void)state;
    char passphrase[] = PASSPHRASE;
    BIO *bio = BIO_new(BIO_s_mem());
    struct person person = {.answer = PASSPHRASE};
    assert_int_equal(i2d_PKCS8PrivateKey_bio(bio, key, EVP_aes_128_cbc(), passphrase,
                                             (int)strlen(passphrase), NULL, NULL),
                     1);
    const char *path = in_file("key.p8", bio);
    gives(path, PROV_NEED_KEY, &person, NULL);
    assert_int_equal(person.asked, 1);
    refuses(path, PROV_NEED_KEY, NULL, PROV_E_PASSPHRASE, "it is encrypted");
}

static void
pkcs12_with_a_passphrase_asks(void **state)
{
    (void)state;
    const char *path = pkcs12_file(PASSPHRASE, key, certificate);
    struct person person = {.answer = PASSPHRASE};
    gives(path, BOTH, &person, certificate);
    assert_int_equal(person.asked, 1);
    gives(path, PROV_NEED_CERTIFICATE, &person, certificate);
    assert_int_equal(person.asked, 2);
    struct person forgetful = {.answer = "wrong"};
    refuses(path, BOTH, &forgetful, PROV_E_PASSPHRASE, "the passphrase is wrong");
    refuses(path, PROV_NEED_CERTIFICATE, &forgetful, PROV_E_PASSPHRASE, "the passphrase is wrong");
    struct person silent = {.answer = NULL};
    refuses(path, BOTH, &silent, PROV_E_PASSPHRASE, "there is no passphrase; give --passphrase-");
    assert_int_equal(silent.asked, 1);
    refuses(path, BOTH, NULL, PROV_E_PASSPHRASE, "there is no passphrase");
}

static void
pkcs12_with_an_empty_passphrase_does_not_ask(void **state)
{
    (void)state;
    const char *path = pkcs12_file("", key, certificate);
    struct person person = {.answer = PASSPHRASE};
    gives(path, BOTH, &person, certificate);
    gives(path, PROV_NEED_CERTIFICATE, &person, certificate);
    assert_int_equal(person.asked, 0);
}

static void
opens_with_the_right_passphrase_only(enum key_form form)
{
    const char *path = pem_file(form, key, certificate, NULL);
    struct person person = {.answer = PASSPHRASE};
    gives(path, BOTH, &person, certificate);
    assert_int_equal(person.asked, 1);
    struct person forgetful = {.answer = "wrong"};
    refuses(path, BOTH, &forgetful, PROV_E_PASSPHRASE, "the passphrase is wrong");
    struct person silent = {.answer = NULL};
    refuses(path, BOTH, &silent, PROV_E_PASSPHRASE, "there is no passphrase");
    refuses(path, BOTH, NULL, PROV_E_PASSPHRASE, "there is no passphrase");
    struct person empty = {.answer = ""};
    refuses(path, BOTH, &empty, PROV_E_PASSPHRASE, "the passphrase is wrong");
}

static void
encrypted_pkcs8_keys_ask(void **state)
{
    (void)state;
    opens_with_the_right_passphrase_only(PKCS8);
}

static void
encrypted_traditional_keys_ask(void **state)
{
    (void)state;
    opens_with_the_right_passphrase_only(TRADITIONAL);
}

static void
a_certificate_beside_an_encrypted_key_does_not_ask(void **state)
{
    (void)state;
    struct person person = {.answer = PASSPHRASE};
    gives(pem_file(PKCS8, key, certificate, NULL), PROV_NEED_CERTIFICATE, &person, certificate);
    gives(pem_file(TRADITIONAL, key, certificate, NULL), PROV_NEED_CERTIFICATE, &person,
          certificate);
    assert_int_equal(person.asked, 0);
}

static void
among_certificates_the_keys_own_is_taken(void **state)
{
    (void)state;
    gives(pem_file(PLAIN, key, other_certificate, certificate), BOTH, NULL, certificate);
    gives(pem_file(PLAIN, key, other_certificate, certificate), PROV_NEED_CERTIFICATE, NULL,
          certificate);
    gives(pem_file(PLAIN, key, certificate, other_certificate), PROV_NEED_CERTIFICATE, NULL,
          certificate);
    struct person person = {.answer = PASSPHRASE};
    gives(pem_file(PKCS8, key, other_certificate, certificate), PROV_NEED_CERTIFICATE, &person,
          certificate);
    assert_int_equal(person.asked, 1);
}

static void
among_certificates_without_a_key_the_first_is_taken(void **state)
{
    (void)state;
    gives(pem_file(NO_KEY, NULL, other_certificate, certificate), PROV_NEED_CERTIFICATE, NULL,
          other_certificate);
    gives(pem_file(PKCS8, key, other_certificate, certificate), PROV_NEED_CERTIFICATE, NULL,
          other_certificate);
}

static void
a_key_of_another_certificate_is_refused(void **state)
{
    (void)state;
    const char *path = pem_file(PLAIN, key, other_certificate, NULL);
    refuses(path, BOTH, NULL, PROV_E_UNFIT, "its private key does not belong to its certificate");
    refuses(path, PROV_NEED_KEY, NULL, PROV_E_UNFIT, "its private key does not belong");
    gives(path, PROV_NEED_CERTIFICATE, NULL, other_certificate);
}

static void
a_key_alone_is_described(void **state)
{
    (void)state;
    struct prov_identity *identity = NULL;
    struct prov_error err;
    const char *path = pem_file(PLAIN, other_key, NULL, NULL);
    expect_ok(load(path, PROV_NEED_KEY, NULL, &identity, &err), &err);
    assert_false(prov_identity_has_certificate(identity));
    assert_int_equal(prov_identity_key_type(identity), PROV_KEY_EC);
    assert_int_equal(prov_identity_key_bits(identity), 256);
    prov_identity_free(identity);
    refuses(path, BOTH, NULL, PROV_E_FORMAT, "it holds no certificate");
    refuses(path, PROV_NEED_CERTIFICATE, NULL, PROV_E_FORMAT, "it holds no certificate");
}

static void
what_is_missing_is_said(void **state)
{
    (void)state;
    const char *empty = write_temporary("empty", "", 0);
    refuses(empty, BOTH, NULL, PROV_E_FORMAT,
            "it holds neither a certificate nor a private key in PEM, DER or PKCS#12");
    refuses(empty, PROV_NEED_CERTIFICATE, NULL, PROV_E_FORMAT, "it holds no certificate");
    refuses(empty, PROV_NEED_KEY, NULL, PROV_E_FORMAT,
            "it holds no private key; give the file that holds the key too");
    refuses(write_temporary("text", "hello\n", 6), BOTH, NULL, PROV_E_FORMAT, "neither");
    refuses(pem_file(NO_KEY, NULL, certificate, NULL), BOTH, NULL, PROV_E_FORMAT,
            "it holds no private key");
}

static void
broken_pem_is_refused(void **state)
{
    (void)state;
    static const char broken[] = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
    refuses(write_temporary("broken", broken, sizeof broken - 1), PROV_NEED_CERTIFICATE, NULL,
            PROV_E_FORMAT, "it holds no certificate");
}

static void
files_that_cannot_be_read_are_refused(void **state)
{
    (void)state;
    struct prov_identity *identity = NULL;
    struct prov_error err;
    const char *missing = temporary("missing");
    expect_failure(load(missing, BOTH, NULL, &identity, &err), PROV_E_SYSTEM, &err,
                   "cannot open it: No such file or directory");
    assert_int_equal(err.sys, ENOENT);
    expect_failure(load(temporary(""), BOTH, NULL, &identity, &err), PROV_E_SYSTEM, &err,
                   "cannot read: Is a directory");
    assert_int_equal(err.sys, EISDIR);
}

static void
a_file_that_is_too_large_is_refused(void **state)
{
    (void)state;
    struct prov_span one = read_path(pem_file(PLAIN, key, certificate, NULL));
    const char *path = write_temporary("large.pem", one.data, one.len);
    assert_int_equal(truncate(path, PROV_IDENTITY_FILE_MAX + 1), 0);
    refuses(path, BOTH, NULL, PROV_E_LIMIT, "larger than the 1048576 bytes that are read");
    assert_int_equal(truncate(path, PROV_IDENTITY_FILE_MAX), 0);
    gives(path, BOTH, NULL, certificate);
}

static void
a_pipe_is_read(void **state)
{
    (void)state;
    int ends[2];
    struct prov_span pem_text = read_path(pem_file(PLAIN, key, certificate, NULL));
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], pem_text.data, pem_text.len), pem_text.len);
    close(ends[1]);
    const char *path = text_of("/proc/self/fd/%d", ends[0]);
    gives(path, BOTH, NULL, certificate);
    close(ends[0]);
}

static void
memory_is_read(void **state)
{
    (void)state;
    struct prov_identity *identity = NULL;
    struct prov_error err;
    struct prov_span text = read_path(pem_file(PKCS8, key, certificate, NULL));
    struct person person = {.answer = PASSPHRASE};
    expect_ok(prov_identity_read(text.data, text.len, BOTH, ask, &person, &identity, &err), &err);
    assert_int_equal(person.asked, 1);
    assert_true(prov_identity_has_key(identity) && is_certificate(identity, certificate));
    assert_false(prov_identity_key_exposed(identity));
    prov_identity_free(identity);
    identity = NULL;
    expect_ok(
        prov_identity_read(text.data, text.len, PROV_NEED_CERTIFICATE, NULL, NULL, &identity, &err),
        &err);
    assert_false(prov_identity_has_key(identity));
    prov_identity_free(identity);
    identity = NULL;
    expect_failure(prov_identity_read(text.data, text.len, BOTH, NULL, NULL, &identity, &err),
                   PROV_E_PASSPHRASE, &err, "there is no passphrase");
    expect_failure(prov_identity_read(NULL, 0, BOTH, NULL, NULL, &identity, &err), PROV_E_FORMAT,
                   &err, "it holds neither");
    expect_failure(prov_identity_read(text.data, PROV_IDENTITY_FILE_MAX + 1, BOTH, NULL, NULL,
                                      &identity, &err),
                   PROV_E_LIMIT, &err, "larger than the 1048576 bytes that are read");
    assert_null(identity);
}

static void
an_exposed_key_is_seen(void **state)
{
    (void)state;
    static const struct {
        mode_t mode;
        bool exposed;
    } cases[] = {{0600, false}, {0400, false}, {0610, false},
                 {0640, true},  {0604, true},  {0644, true}};
    const char *path = pem_file(PLAIN, key, certificate, NULL);
    struct prov_error err;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct prov_identity *identity = NULL;
        assert_int_equal(chmod(path, cases[i].mode), 0);
        expect_ok(load(path, BOTH, NULL, &identity, &err), &err);
        assert_int_equal(prov_identity_key_exposed(identity), cases[i].exposed);
        prov_identity_free(identity);
        expect_ok(load(path, PROV_NEED_CERTIFICATE, NULL, &identity, &err), &err);
        assert_false(prov_identity_key_exposed(identity));
        prov_identity_free(identity);
    }
}

static void
from_der_takes_one_certificate_and_nothing_else(void **state)
{
    (void)state;
    struct prov_span der = prov_identity_der(identity_of(certificate, NULL));
    struct prov_identity *identity = NULL;
    struct prov_error err;
    uint8_t longer[2000];
    memcpy(longer, der.data, der.len);
    longer[der.len] = 0;
    expect_failure(prov_identity_from_der(longer, der.len + 1, &identity, &err), PROV_E_FORMAT,
                   &err, "this is not a certificate in DER");
    expect_failure(prov_identity_from_der(der.data, der.len - 1, &identity, &err), PROV_E_FORMAT,
                   &err, "this is not a certificate in DER");
    expect_failure(prov_identity_from_der("", 0, &identity, &err), PROV_E_FORMAT, &err, "not a");
    expect_failure(prov_identity_from_der("", SIZE_MAX, &identity, &err), PROV_E_FORMAT, &err,
                   "not a certificate");
    prov_identity_free(NULL);
}

/* The certificate's DER with `from` replaced by `to` where it stands first. */
static int
from_patched(const char *from, const char *to, size_t len, struct prov_identity **identity,
             struct prov_error *err)
{
    struct prov_span der = prov_identity_der(identity_of(certificate, NULL));
    uint8_t copy[2000];
    memcpy(copy, der.data, der.len);
    uint8_t *at = memmem(copy, der.len, from, len);
    assert_non_null(at);
    memcpy(at, to, len);
    return prov_identity_from_der(copy, der.len, identity, err);
}

static void
a_key_of_an_unknown_kind_is_refused(void **state)
{
    (void)state;
    struct prov_identity *identity = NULL;
    struct prov_error err;
    expect_failure(from_patched("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01",
                                "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x7f", 9, &identity, &err),
                   PROV_E_UNFIT, &err, "a certificate holds a public key of an unknown kind");
}

static void
a_validity_that_is_no_time_is_refused(void **state)
{
    (void)state;
    struct prov_identity *identity = NULL;
    struct prov_error err;
    expect_failure(from_patched("\x17\x0d"
                                "22",
                                "\x17\x0dzz", 4, &identity, &err),
                   PROV_E_UNFIT, &err, "a certificate's validity is not a time");
    expect_failure(from_patched("\x17\x0d"
                                "33",
                                "\x17\x0dzz", 4, &identity, &err),
                   PROV_E_UNFIT, &err, "a certificate's validity is not a time");
}

static X509 *
with_serial(const char *hex)
{
    X509 *x509 = x509_of(key, name_of("CN=serial", NULL), 1);
    BIGNUM *number = NULL;
    assert_true(BN_hex2bn(&number, hex) > 0);
    assert_non_null(BN_to_ASN1_INTEGER(number, X509_get_serialNumber(x509)));
    BN_free(number);
    assert_true(X509_sign(x509, key, EVP_sha256()) > 0);
    return x509;
}

static void
serials_are_as_short_as_can_be(void **state)
{
    (void)state;
    expect_same(prov_identity_serial(identity_of(with_serial("0"), NULL)), bytes_of("", 1));
    expect_same(prov_identity_serial(identity_of(with_serial("7F"), NULL)), bytes_of("\x7f", 1));
    expect_same(prov_identity_serial(identity_of(with_serial("80"), NULL)), bytes_of("\x80", 1));
    expect_same(prov_identity_serial(identity_of(with_serial("100"), NULL)), bytes_of("\1\0", 2));
}

static void
a_serial_that_is_too_long_is_refused(void **state)
{
    (void)state;
    char digits[2 * 65 + 1];
    memset(digits, 'f', sizeof digits);
    digits[128] = '\0';
    assert_int_equal(prov_identity_serial(identity_of(with_serial(digits), NULL)).len, 64);
    digits[128] = 'f';
    digits[130] = '\0';
    unsigned char *der = NULL;
    int len = i2d_X509(with_serial(digits), &der);
    struct prov_identity *identity = NULL;
    struct prov_error err;
    expect_failure(prov_identity_from_der(der, (size_t)len, &identity, &err), PROV_E_UNFIT, &err,
                   "a certificate's serial number has 65 bytes");
    OPENSSL_free(der);
}

static void
keys_are_described(void **state)
{
    (void)state;
    EVP_PKEY *ed25519 = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    const struct prov_identity *rsa = identity_of(certificate, NULL);
    const struct prov_identity *ec = identity_of(other_certificate, NULL);
    const struct prov_identity *other =
        identity_of(x509_of(ed25519, name_of("CN=three", NULL), 3), NULL);
    EVP_PKEY_free(ed25519);
    assert_int_equal(prov_identity_key_type(rsa), PROV_KEY_RSA);
    assert_string_equal(prov_identity_key_name(rsa), "RSA");
    assert_int_equal(prov_identity_key_bits(rsa), 1024);
    assert_int_equal(prov_identity_key_type(ec), PROV_KEY_EC);
    assert_string_equal(prov_identity_key_name(ec), "EC");
    assert_int_equal(prov_identity_key_bits(ec), 256);
    assert_int_equal(prov_identity_key_type(other), PROV_KEY_OTHER);
    assert_string_equal(prov_identity_key_name(other), "ED25519");
    assert_true(prov_identity_same_key(rsa, identity_of(certificate, key)));
    assert_false(prov_identity_same_key(rsa, ec));
}

static void
names_and_times_are_read(void **state)
{
    (void)state;
    const struct prov_identity *issued = certificate_of("issued.pem");
    struct prov_bytes *text = NULL;
    struct prov_error err;
    expect_ok(prov_identity_subject(issued, NULL, &text, &err), &err);
    expect_same(kept_bytes(text), span_of("CN=issued.acme.example;O=Issued\\, Inc;OU=Voice"));
    expect_ok(prov_identity_issuer(issued, prov_layout_find("4.13"), &text, &err), &err);
    expect_same(kept_bytes(text), span_of("C=NZ,ST=Otago,L=Dunedin,O=Acme\\, Ltd,"
                                          "OU=Voice \\\"Ops\\\",CN=pbx.acme.example"));
    const struct prov_identity *own = identity_of(certificate, NULL);
    assert_int_equal(prov_identity_not_before(own), VECTOR_TIME - 365 * 86400);
    assert_int_equal(prov_identity_not_after(own), VECTOR_TIME + 3650 * 86400L);
}

static void
the_validity_is_judged(void **state)
{
    (void)state;
    const struct prov_identity *own = identity_of(certificate, NULL);
    const int64_t start = prov_identity_not_before(own), end = prov_identity_not_after(own);
    const int64_t month = 30 * 86400;
    assert_null(prov_identity_validity_warning(own, start));
    assert_null(prov_identity_validity_warning(own, end - month));
    assert_string_equal(prov_identity_validity_warning(own, start - 1), "it is not valid yet");
    assert_string_equal(prov_identity_validity_warning(own, end - month + 1),
                        "it expires within 30 days");
    assert_string_equal(prov_identity_validity_warning(own, end), "it expires within 30 days");
    assert_string_equal(prov_identity_validity_warning(own, end + 1), "it has expired");
}

static void
hashes_are_of_the_der(void **state)
{
    (void)state;
    const struct prov_identity *own = identity_of(certificate, NULL);
    struct prov_span der = prov_identity_der(own);
    struct prov_hash hash, expected;
    struct prov_error err;
    expect_ok(prov_identity_hash(own, PROV_MD5, &hash, &err), &err);
    expect_ok(prov_digest(PROV_MD5, der.data, der.len, &expected, &err), &err);
    expect_same(bytes_of(hash.value, hash.len), bytes_of(expected.value, 16));
    expect_failure(prov_identity_hash(own, (enum prov_digest)7, &hash, &err), PROV_E_ARGUMENT, &err,
                   "digest 7 is unknown");
}

static bool
has_required_names(X509_NAME *name)
{
    return prov_identity_has_required_names(identity_of(x509_of(key, name, 1), NULL));
}

static void
required_names_are_cn_o_and_ou(void **state)
{
    (void)state;
    assert_true(has_required_names(name_of("CN=c", "O=o", "OU=u", NULL)));
    assert_true(has_required_names(name_of("OU=u", "C=NZ", "O=o", "OU=v", "CN=c", NULL)));
    assert_false(has_required_names(name_of("CN=c", "O=o", NULL)));
    assert_false(has_required_names(name_of("CN=c", "OU=u", NULL)));
    assert_false(has_required_names(name_of("O=o", "OU=u", NULL)));
}

static void
the_only_common_name_is_given(void **state)
{
    (void)state;
    char name[10] = "untouched";
    const struct prov_identity *one = identity_of(certificate, NULL);
    assert_true(prov_identity_common_name(one, name, sizeof name));
    assert_string_equal(name, "one");
    assert_true(prov_identity_common_name(one, name, 4));
    assert_false(prov_identity_common_name(one, name, 3));
    assert_false(prov_identity_common_name(one, name, 0));
    X509_NAME *none = name_of("O=o", NULL);
    assert_false(prov_identity_common_name(identity_of(x509_of(key, none, 1), NULL), name, 10));
    X509_NAME *two = name_of("CN=a", "O=o", "CN=b", NULL);
    assert_false(prov_identity_common_name(identity_of(x509_of(key, two, 1), NULL), name, 10));
    X509_NAME *nul = name_of("O=o", NULL);
    assert_int_equal(X509_NAME_add_entry_by_NID(nul, NID_commonName, V_ASN1_UTF8STRING,
                                                (const unsigned char *)"a\0b", 3, -1, 0),
                     1);
    assert_false(prov_identity_common_name(identity_of(x509_of(key, nul, 1), NULL), name, 10));
    X509_NAME *no_text = name_of("O=o", NULL);
    assert_int_equal(X509_NAME_add_entry_by_NID(no_text, NID_commonName, V_ASN1_BIT_STRING,
                                                (const unsigned char *)"a", 1, -1, 0),
                     1);
    assert_false(prov_identity_common_name(identity_of(x509_of(key, no_text, 1), NULL), name, 10));
    assert_string_equal(name, "one");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pem_gives_key_and_certificate),
        cmocka_unit_test(text_around_pem_is_passed_over),
        cmocka_unit_test(der_gives_a_certificate),
        cmocka_unit_test(der_gives_a_key),
        cmocka_unit_test(an_encrypted_der_key_asks),
        cmocka_unit_test(pkcs12_with_a_passphrase_asks),
        cmocka_unit_test(pkcs12_with_an_empty_passphrase_does_not_ask),
        cmocka_unit_test(encrypted_pkcs8_keys_ask),
        cmocka_unit_test(encrypted_traditional_keys_ask),
        cmocka_unit_test(a_certificate_beside_an_encrypted_key_does_not_ask),
        cmocka_unit_test(among_certificates_the_keys_own_is_taken),
        cmocka_unit_test(among_certificates_without_a_key_the_first_is_taken),
        cmocka_unit_test(a_key_of_another_certificate_is_refused),
        cmocka_unit_test(a_key_alone_is_described),
        cmocka_unit_test(what_is_missing_is_said),
        cmocka_unit_test(broken_pem_is_refused),
        cmocka_unit_test(files_that_cannot_be_read_are_refused),
        cmocka_unit_test(a_file_that_is_too_large_is_refused),
        cmocka_unit_test(a_pipe_is_read),
        cmocka_unit_test(memory_is_read),
        cmocka_unit_test(an_exposed_key_is_seen),
        cmocka_unit_test(from_der_takes_one_certificate_and_nothing_else),
        cmocka_unit_test(a_key_of_an_unknown_kind_is_refused),
        cmocka_unit_test(a_validity_that_is_no_time_is_refused),
        cmocka_unit_test(serials_are_as_short_as_can_be),
        cmocka_unit_test(a_serial_that_is_too_long_is_refused),
        cmocka_unit_test(keys_are_described),
        cmocka_unit_test(names_and_times_are_read),
        cmocka_unit_test(the_validity_is_judged),
        cmocka_unit_test(hashes_are_of_the_der),
        cmocka_unit_test(required_names_are_cn_o_and_ou),
        cmocka_unit_test(the_only_common_name_is_given),
    };
    return cmocka_run_group_tests(tests, begin, support_end);
}
