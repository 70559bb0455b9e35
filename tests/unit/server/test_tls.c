/* SPDX-License-Identifier: MIT */
/* Certificates that the server can be given. */
#include "server/http/http.h"
#include "tests/unit/support.h"

#include <string.h>
#include <time.h>

/* A new certificate and its key in one file; `curve` NULL for RSA. */
static char *
certificate(const char *name, const char *curve)
{
    struct prov_certificate_plan plan = {.size = sizeof plan,
                                         .common_name = "localhost",
                                         .organization = "A",
                                         .unit = "B",
                                         .rsa_bits = curve == NULL ? 2048 : 0,
                                         .curve = curve,
                                         .digest = "sha256",
                                         .years = 1,
                                         .now = (int64_t)time(NULL)};
    struct prov_bytes *pem = NULL;
    struct prov_error err;
    expect_ok(prov_certificate_make(&plan, &pem, &err), &err);
    struct prov_span span = kept_bytes(pem);
    return (char *)(uintptr_t)write_temporary(name, span.data, span.len);
}

static void
loads(enum tls_profile profile, char *const *paths, size_t count, const char *client_ca)
{
    struct tls_credentials *credentials = NULL;
    struct prov_error err;
    expect_ok(tls_credentials_new(profile, paths, count, client_ca, &credentials, &err), &err);
    assert_ptr_equal(tls_credentials_hold(credentials), credentials);
    tls_credentials_release(credentials);
    tls_credentials_release(credentials);
}

/* The code, and a sentence that names the file. */
static void
fails(enum tls_profile profile, char *const *paths, size_t count, const char *client_ca, int code,
      const char *part)
{
    struct tls_credentials *credentials = NULL;
    struct prov_error err = {0};
    int rc = tls_credentials_new(profile, paths, count, client_ca, &credentials, &err);
    assert_int_equal(rc, code);
    assert_null(credentials);
    if (strstr(err.text, part) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", err.text, part);
}

static void
each_kind_loads(void **state)
{
    (void)state;
    char *p256 = certificate("p256.pem", "secp256r1"), *p384 = certificate("p384.pem", "secp384r1"),
         *rsa = certificate("rsa.pem", NULL);
    char *const rsa_first[] = {rsa, p256};
    loads(TLS_STRICT, &p256, 1, NULL);
    loads(TLS_STRICT, &p384, 1, NULL);
    loads(TLS_STRICT, &rsa, 1, NULL);
    loads(TLS_STRICT, rsa_first, 2, rsa);
    loads(TLS_OLD_PHONES, &rsa, 1, NULL);
    loads(TLS_OLD_PHONES, rsa_first, 2, NULL);
    tls_credentials_release(NULL);
}

static void
what_does_not_go_together_is_refused(void **state)
{
    (void)state;
    char *p256 = certificate("p256.pem", "secp256r1"), *p384 = certificate("p384.pem", "secp384r1"),
         *rsa = certificate("rsa.pem", NULL), *rsa2 = certificate("rsa2.pem", NULL);
    char *const two_ec[] = {p256, p384}, *const two_rsa[] = {rsa, rsa2},
                *const three[] = {p256, rsa, rsa2};
    fails(TLS_STRICT, two_ec, 2, NULL, PROV_E_UNFIT, "p256.pem and ");
    fails(TLS_STRICT, two_rsa, 2, NULL, PROV_E_UNFIT, "are both RSA");
    fails(TLS_STRICT, three, 3, NULL, PROV_E_ARGUMENT, "one EC certificate, one RSA");
    fails(TLS_STRICT, NULL, 0, NULL, PROV_E_ARGUMENT, "one EC certificate, one RSA");
    fails(TLS_OLD_PHONES, &p256, 1, NULL, PROV_E_UNFIT, "old phones know RSA alone");
}

static void
files_that_cannot_be_used_are_named(void **state)
{
    (void)state;
    char *good = certificate("good.pem", "secp256r1");
    char *none = (char *)(uintptr_t)temporary("none.pem");
    char *text = (char *)(uintptr_t)write_temporary("text.pem", "no PEM\n", 7);
    struct prov_span pem = read_path(good);
    static const char mark[] = "-----BEGIN CERTIFICATE";
    const uint8_t *begin = memmem(pem.data, pem.len, mark, sizeof mark - 1);
    assert_non_null(begin);
    size_t key_len = (size_t)(begin - pem.data);
    char *keyless = (char *)(uintptr_t)write_temporary("keyless.pem", begin, pem.len - key_len);
    char *key_only = (char *)(uintptr_t)write_temporary("key.pem", pem.data, key_len);
    fails(TLS_STRICT, &none, 1, NULL, PROV_E_SYSTEM, "none.pem: ");
    fails(TLS_STRICT, &text, 1, NULL, PROV_E_FORMAT, "text.pem: ");
    fails(TLS_STRICT, &keyless, 1, NULL, PROV_E_FORMAT, "keyless.pem: ");
    fails(TLS_STRICT, &key_only, 1, NULL, PROV_E_FORMAT, "key.pem: ");
    fails(TLS_STRICT, &good, 1, none, PROV_E_SYSTEM, "none.pem: ");
    fails(TLS_STRICT, &good, 1, text, PROV_E_FORMAT, "text.pem: it holds no certificate");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_loads),
        cmocka_unit_test(what_does_not_go_together_is_refused),
        cmocka_unit_test(files_that_cannot_be_used_are_named),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
