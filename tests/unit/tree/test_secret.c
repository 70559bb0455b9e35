/* SPDX-License-Identifier: MIT */
/* Private keys, whatever file they stand in. */
#include "tree/secret.h"

#include "tests/unit/support.h"

#include <errno.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BEGIN "-----BEGIN "
#define END "PRIVATE KEY-----"

static void
see_keys_in_text(void **state)
{
    static const struct {
        const char *text;
        bool secret;
    } cases[] = {
        {BEGIN END "\nMIIE", true},
        {BEGIN "RSA " END "\r\nMIIE", true},
        {BEGIN "ENCRYPTED " END "\nMIIE", true},
        {BEGIN "OPENSSH " END "\nb3Bl", true},
        {"<key>" BEGIN "EC " END "&#10;MHcC</key>", true},
        {"\"key\": \"" BEGIN END "\\nMIIE\"", true},
        {BEGIN "RSA " END "\nProc-Type: 4,ENCRYPTED", true},
        {"words first, " BEGIN END "\nMIIE", true},
        {BEGIN "PGP PRIVATE KEY BLOCK-----\n\nlQOY", true},
        {"PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none", true},
        {"PuTTY-User-Key-File-%d: ", false},
        {BEGIN "PGP PRIVATE KEY BLOCK-----", false},
        {BEGIN END, false},
        {BEGIN END "\n", false},
        {BEGIN END "MIIE", false},
        {"strstr(text, \"" BEGIN END "\")", false},
        {END "\nMIIE", false},
        {BEGIN "CERTIFICATE-----\nMIIE", false},
        {BEGIN "PUBLIC KEY-----\nMIIE", false},
        {"", false},
    };
    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        bool secret = secret_in_text((const uint8_t *)cases[i].text, strlen(cases[i].text));
        if (secret != cases[i].secret)
            print_error("%s\n", cases[i].text);
        assert_int_equal(secret, cases[i].secret);
    }
}

/* Wherever a key stands in a file, between two pieces that are read, too. */
static void
see_keys_in_files(void **state)
{
    static const char key[] = BEGIN "ENCRYPTED " END "\r\nMIIE";
    const size_t size = 600 * 1024, piece = 256 * 1024;
    uint8_t *file = malloc(size);
    (void)state;
    assert_non_null(file);
    memset(file, 'x', size);
    int fd = memory_file(bytes_of(file, size));
    assert_int_equal(secret_in_file(fd), 0);
    for (size_t at = piece - 2 * strlen(key); at < piece + strlen(key); at++) {
        assert_int_equal(pwrite(fd, key, strlen(key), (off_t)at), strlen(key));
        assert_int_equal(secret_in_file(fd), 1);
        assert_int_equal(pwrite(fd, file, strlen(key), (off_t)at), strlen(key));
    }
    assert_int_equal(secret_in_file(fd), 0);
    close(fd);
    errno = 0;
    assert_int_equal(secret_in_file(fd), -1);
    assert_int_equal(errno, EBADF);
    free(file);
}

static void
see_keys_in_der(void **state)
{
    uint8_t *der = NULL;
    (void)state;
    int len = i2d_PrivateKey(ec_key("P-256"), &der);
    assert_true(len > 0);
    assert_true(secret_in_der(der, (size_t)len));
    assert_false(secret_in_der(der, (size_t)len / 2));
    assert_false(secret_in_der(der, 0));
    OPENSSL_free(der);
    struct prov_span certificate = prov_identity_der(certificate_of("issued.pem"));
    assert_false(secret_in_der(certificate.data, certificate.len));
}

/* Without a length (BER), and with other bytes behind it. */
static void
see_keys_without_an_end(void **state)
{
    (void)state;
    static uint8_t open[4096] = {0x30, 0x80};
    uint8_t *der = NULL;
    int len = i2d_PrivateKey(ec_key("P-256"), &der);
    assert_true(len > 2 && len < 128 && der[1] == len - 2);
    memcpy(open + 2, der + 2, (size_t)len - 2); /* two zeroes end it */
    OPENSSL_free(der);
    assert_true(secret_in_der(open, (size_t)len + 2));
    assert_true(secret_in_der(open, sizeof open));
}

/* PKCS#8 with a passphrase and without, PKCS#12, OpenSSH's bytes, keystores. */
static void
see_keys_of_other_kinds(void **state)
{
    static const uint8_t openssh[] = "openssh-key-v1\0\0\0\0\4none";
    uint8_t store[32] = {0xfe, 0xed, 0xfe, 0xed, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1};
    uint8_t *der = NULL;
    (void)state;
    PKCS8_PRIV_KEY_INFO *plain = EVP_PKEY2PKCS8(ec_key("P-256"));
    int len = i2d_PKCS8_PRIV_KEY_INFO(plain, &der);
    assert_true(len > 0 && secret_in_content(der, (size_t)len));
    OPENSSL_free(der);
    der = NULL;
    X509_SIG *closed = PKCS8_encrypt(-1, EVP_aes_256_cbc(), "x", 1, NULL, 0, 1, plain);
    assert_non_null(closed);
    len = i2d_X509_SIG(closed, &der);
    assert_true(len > 0 && secret_in_content(der, (size_t)len));
    OPENSSL_free(der);
    der = NULL;
    PKCS12 *store12 = PKCS12_create("x", "name", ec_key("P-256"), NULL, NULL, 0, 0, 1, 1, 0);
    assert_non_null(store12);
    len = i2d_PKCS12(store12, &der);
    assert_true(len > 0 && secret_in_content(der, (size_t)len));
    OPENSSL_free(der);
    PKCS8_PRIV_KEY_INFO_free(plain);
    X509_SIG_free(closed);
    PKCS12_free(store12);
    assert_true(secret_in_content(openssh, sizeof openssh));
    assert_true(secret_in_content(store, sizeof store));
    store[15] = 2; /* certificates alone */
    assert_false(secret_in_content(store, sizeof store));
}

static void
see_keys_in_utf16(void **state)
{
    static const char text[] = BEGIN END "\r\nMIIE";
    uint8_t wide[2 + 2 * sizeof text] = {0xff, 0xfe};
    (void)state;
    for (size_t i = 0; i < sizeof text; i++)
        wide[2 + 2 * i] = (uint8_t)text[i];
    assert_true(secret_in_content(wide, sizeof wide));
    assert_false(secret_in_content(wide, strlen(text)));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(see_keys_in_text),        cmocka_unit_test(see_keys_in_files),
        cmocka_unit_test(see_keys_in_der),         cmocka_unit_test(see_keys_without_an_end),
        cmocka_unit_test(see_keys_of_other_kinds), cmocka_unit_test(see_keys_in_utf16),
    };
    return cmocka_run_group_tests_name("secret", tests, support_begin, support_end);
}
