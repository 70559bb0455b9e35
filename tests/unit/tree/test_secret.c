/* SPDX-License-Identifier: MIT */
/* Private keys, whatever file they stand in. */
#include "tree/secret.h"

#include "tests/unit/support.h"

#include <errno.h>
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

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(see_keys_in_text),
        cmocka_unit_test(see_keys_in_files),
        cmocka_unit_test(see_keys_in_der),
    };
    return cmocka_run_group_tests_name("secret", tests, support_begin, support_end);
}
