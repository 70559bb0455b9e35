/* SPDX-License-Identifier: MIT */
/* Private keys, whatever file they stand in. */
#include "tree/secret.h"

#include "tests/unit/support.h"

#include <stdlib.h>
#include <string.h>

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

/* Wherever two pieces of a file meet that share SECRET_OVERLAP bytes, one of them shows the key. */
static void
see_keys_across_pieces(void **state)
{
    static const char key[] = BEGIN "ENCRYPTED " END "\r\nMIIE";
    uint8_t file[4 * SECRET_OVERLAP];
    (void)state;
    memset(file, 'x', sizeof file);
    memcpy(file + SECRET_OVERLAP, key, strlen(key));
    for (size_t cut = SECRET_OVERLAP; cut < 3 * SECRET_OVERLAP; cut++)
        assert_true(
            secret_in_text(file, cut) ||
            secret_in_text(file + cut - SECRET_OVERLAP, sizeof file - (cut - SECRET_OVERLAP)));
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
        cmocka_unit_test(see_keys_across_pieces),
        cmocka_unit_test(see_keys_in_der),
    };
    return cmocka_run_group_tests_name("secret", tests, support_begin, support_end);
}
