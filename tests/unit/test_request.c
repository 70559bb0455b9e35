/* SPDX-License-Identifier: MIT */
/* Requests for certificates (PKCS#10). */
#include "libprov/identity.h"
#include "tests/unit/support.h"

#include <openssl/x509v3.h>
#include <string.h>

static struct prov_error err;
static struct prov_identity *ca;

static struct prov_certificate_plan
plan_of(unsigned purposes)
{
    return (struct prov_certificate_plan){
        .size = sizeof(struct prov_certificate_plan),
        .common_name = "Acme CA",
        .organization = "Acme",
        .unit = "Voice",
        .curve = "secp256r1",
        .digest = "sha256",
        .years = 10,
        .now = VECTOR_TIME,
        .purposes = purposes,
    };
}

static int
begin(void **state)
{
    const struct prov_certificate_plan plan = plan_of(PROV_PURPOSE_CA);
    int rc = support_begin(state);
    return rc != 0 ? rc : prov_certificate_issue(&plan, &ca, &err);
}

static int
end(void **state)
{
    prov_identity_free(ca);
    return support_end(state);
}

static X509_NAME *
usual_name(void)
{
    return name_of("O=Acme", "OU=Gateways", "CN=gw.acme.example", NULL);
}

/* The DER of a request; `names` and `constraints` may be NULL. */
static struct prov_span
request_of(EVP_PKEY *key, X509_NAME *subject, const char *names, const char *constraints)
{
    const struct {
        int nid;
        const char *value;
    } wanted[] = {{NID_subject_alt_name, names}, {NID_basic_constraints, constraints}};
    X509_REQ *request = X509_REQ_new();
    STACK_OF(X509_EXTENSION) *extensions = sk_X509_EXTENSION_new_null();
    for (size_t i = 0; i < LENGTH(wanted); i++)
        if (wanted[i].value != NULL)
            sk_X509_EXTENSION_push(extensions,
                                   X509V3_EXT_conf_nid(NULL, NULL, wanted[i].nid, wanted[i].value));
    assert_int_equal(X509_REQ_set_subject_name(request, subject), 1);
    assert_int_equal(X509_REQ_set_pubkey(request, key), 1);
    if (sk_X509_EXTENSION_num(extensions) > 0)
        assert_int_equal(X509_REQ_add_extensions(request, extensions), 1);
    assert_true(X509_REQ_sign(request, key, EVP_sha256()) > 0);
    unsigned char *der = NULL;
    int len = i2d_X509_REQ(request, &der);
    assert_true(len > 0);
    struct prov_bytes *kept = prov_bytes_new((size_t)len);
    expect_ok(prov_bytes_put(kept, der, (size_t)len, &err), &err);
    OPENSSL_free(der);
    sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
    X509_REQ_free(request);
    return kept_bytes(kept);
}

static int
read_request(struct prov_span der, struct prov_request **out)
{
    *out = NULL;
    return prov_request_read(der.data, der.len, out, &err);
}

static void
refuses(struct prov_span der, int code, const char *part)
{
    struct prov_request *request = NULL;
    expect_failure(read_request(der, &request), code, &err, part);
    assert_null(request);
}

static const struct prov_identity *
issue(struct prov_span der, struct prov_certificate_plan plan)
{
    struct prov_request *request = NULL;
    struct prov_identity *made = NULL;
    plan.issuer = ca;
    expect_ok(read_request(der, &request), &err);
    expect_ok(prov_request_issue(request, &plan, &made, &err), &err);
    prov_request_free(request);
    const struct prov_identity *kept = identity_of(prov__identity_x509(made), NULL);
    prov_identity_free(made);
    return kept;
}

static int
alt_name_count(const struct prov_identity *made)
{
    GENERAL_NAMES *names =
        X509_get_ext_d2i(prov__identity_x509(made), NID_subject_alt_name, NULL, NULL);
    int count = sk_GENERAL_NAME_num(names);
    GENERAL_NAMES_free(names);
    return count < 0 ? 0 : count;
}

static void
key_and_subject_are_those_asked_for(void **state)
{
    (void)state;
    EVP_PKEY *keys[] = {rsa_key(2048), ec_key("prime256v1"), ec_key("secp384r1"),
                        ec_key("secp521r1")};
    for (size_t i = 0; i < LENGTH(keys); i++) {
        struct prov_bytes *name = NULL;
        const struct prov_identity *made =
            issue(request_of(keys[i], usual_name(), NULL, NULL), plan_of(0));
        X509 *x509 = prov__identity_x509(made);
        assert_int_equal(EVP_PKEY_eq(X509_get0_pubkey(x509), keys[i]), 1);
        expect_ok(prov_identity_subject(made, NULL, &name, &err), &err);
        expect_same(kept_bytes(name), span_of("O=Acme;OU=Gateways;CN=gw.acme.example"));
        assert_int_equal(X509_verify(x509, prov__identity_public_key(ca)), 1);
        assert_int_equal(X509_check_ca(x509), 0);
        assert_int_equal(alt_name_count(made), 1);
    }
}

static void
names_are_taken_over_unless_the_plan_has_some(void **state)
{
    (void)state;
    static const char *const own[] = {"DNS:other.example"};
    struct prov_certificate_plan plan = plan_of(0);
    struct prov_span der =
        request_of(ec_key("prime256v1"), usual_name(),
                   "DNS:a.example,DNS:gw.acme.example,IP:192.0.2.1,IP:::1", NULL);
    assert_int_equal(alt_name_count(issue(der, plan)), 4);
    plan.alt_names = own;
    plan.alt_name_count = 1;
    assert_int_equal(alt_name_count(issue(der, plan)), 2);
}

static void
a_ca_needs_both_sides_to_agree(void **state)
{
    (void)state;
    struct prov_request *request = NULL;
    struct prov_identity *made = NULL;
    struct prov_certificate_plan plan = plan_of(0);
    struct prov_span der =
        request_of(ec_key("prime256v1"), usual_name(), NULL, "critical,CA:TRUE,pathlen:9");
    plan.issuer = ca;
    expect_ok(read_request(der, &request), &err);
    expect_failure(prov_request_issue(request, &plan, &made, &err), PROV_E_UNFIT, &err,
                   "it asks for the certificate of a CA");
    prov_request_free(request);
    X509 *x509 = prov__identity_x509(issue(der, plan_of(PROV_PURPOSE_CA)));
    assert_int_equal(X509_check_ca(x509), 1);
    assert_int_equal(X509_get_pathlen(x509), 1);
    der = request_of(ec_key("prime256v1"), usual_name(), NULL, NULL);
    assert_int_equal(X509_check_ca(prov__identity_x509(issue(der, plan_of(PROV_PURPOSE_CA)))), 1);
}

static void
an_issuer_is_needed(void **state)
{
    (void)state;
    struct prov_request *request = NULL;
    struct prov_identity *made = NULL;
    const struct prov_certificate_plan plan = plan_of(0);
    expect_ok(read_request(request_of(ec_key("prime256v1"), usual_name(), NULL, NULL), &request),
              &err);
    expect_failure(prov_request_issue(request, &plan, &made, &err), PROV_E_ARGUMENT, &err,
                   "a request is signed by a CA");
    prov_request_free(request);
}

static void
weak_and_unknown_keys_are_refused(void **state)
{
    (void)state;
    refuses(request_of(rsa_key(1024), usual_name(), NULL, NULL), PROV_E_UNFIT,
            "the request's RSA key has 1024 bits; 2048 to 4096 can be used");
    refuses(request_of(ec_key("secp256k1"), usual_name(), NULL, NULL), PROV_E_UNFIT,
            "the request's key is neither RSA nor on secp256r1");
}

static void
names_that_no_device_has_are_refused(void **state)
{
    (void)state;
    EVP_PKEY *key = ec_key("prime256v1");
    refuses(request_of(key, name_of("O=Acme", NULL), NULL, NULL), PROV_E_UNFIT,
            "it asks for no common name");
    refuses(request_of(key, name_of("CN=a", "CN=b", NULL), NULL, NULL), PROV_E_UNFIT,
            "several common names");
    refuses(request_of(key, name_of("CN=a\nb", NULL), NULL, NULL), PROV_E_UNFIT,
            "part 1 of the subject that it asks for");
}

static void
alternative_names_that_are_none_can_be_replaced(void **state)
{
    (void)state;
    static const char *const own[] = {"DNS:other.example"};
    static const char *const bad[] = {"DNS:a,URI:http://a", "DNS:a,DNS:a_b", "DNS:a,DNS:a.",
                                      "DNS:a,email:a@b.example,DNS:b"};
    for (size_t i = 0; i < LENGTH(bad); i++) {
        struct prov_request *request = NULL;
        struct prov_identity *made = NULL;
        struct prov_certificate_plan plan = plan_of(0);
        plan.issuer = ca;
        struct prov_span der = request_of(ec_key("prime256v1"), usual_name(), bad[i], NULL);
        expect_ok(read_request(der, &request), &err);
        expect_failure(prov_request_issue(request, &plan, &made, &err), PROV_E_UNFIT, &err,
                       "alternative name 2 that it asks for");
        prov_request_free(request);
        plan.alt_names = own;
        plan.alt_name_count = 1;
        assert_int_equal(alt_name_count(issue(der, plan)), 2);
    }
}

/* Nothing in a request is free to change: one in DER that was touched anywhere is refused. */
static void
no_byte_can_change(void **state)
{
    (void)state;
    static const uint8_t masks[] = {0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0xff};
    struct prov_span ders[] = {
        request_of(rsa_key(2048), usual_name(), "DNS:a", NULL),
        request_of(ec_key("prime256v1"), usual_name(), "DNS:a,IP:192.0.2.1", "CA:FALSE"),
    };
    for (size_t i = 0; i < LENGTH(ders); i++) {
        struct prov_request *untouched = NULL;
        expect_ok(read_request(ders[i], &untouched), &err);
        prov_request_free(untouched);
        for (size_t at = 0; at < ders[i].len; at++) {
            for (size_t k = 0; k < LENGTH(masks); k++) {
                uint8_t *copy = malloc(ders[i].len);
                struct prov_request *request = NULL;
                assert_non_null(copy);
                memcpy(copy, ders[i].data, ders[i].len);
                copy[at] ^= masks[k];
                assert_int_not_equal(prov_request_read(copy, ders[i].len, &request, &err), PROV_OK);
                assert_null(request);
                free(copy);
            }
        }
    }
}

static void
no_part_is_a_request(void **state)
{
    (void)state;
    struct prov_span der = request_of(ec_key("prime256v1"), usual_name(), "DNS:a", NULL);
    for (size_t len = 0; len < der.len; len++)
        refuses(bytes_of(der.data, len), PROV_E_FORMAT, "it is no certificate request");
    refuses(
        span_of("-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n"),
        PROV_E_FORMAT, "it is no certificate request");
}

/* PEM leaves room for blanks and lines; whatever is made of that, nothing breaks. */
static void
pem_that_was_touched_breaks_nothing(void **state)
{
    (void)state;
    struct prov_span pem = read_path("tests/fuzz/corpus/request/ec.pem");
    struct prov_request *request = NULL;
    expect_ok(read_request(pem, &request), &err);
    prov_request_free(request);
    for (size_t at = 0; at < pem.len; at++) {
        uint8_t *copy = malloc(pem.len);
        assert_non_null(copy);
        memcpy(copy, pem.data, pem.len);
        copy[at] ^= 0x11;
        if (prov_request_read(copy, pem.len, &request, &err) == PROV_OK)
            prov_request_free(request);
        free(copy);
    }
}

static void
large_input_is_not_looked_at(void **state)
{
    (void)state;
    uint8_t *zeros = calloc(1, PROV_REQUEST_MAX + 1);
    struct prov_request *request = NULL;
    assert_non_null(zeros);
    expect_failure(prov_request_read(zeros, PROV_REQUEST_MAX + 1, &request, &err), PROV_E_LIMIT,
                   &err, "larger than a request can be");
    free(zeros);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(key_and_subject_are_those_asked_for),
        cmocka_unit_test(names_are_taken_over_unless_the_plan_has_some),
        cmocka_unit_test(a_ca_needs_both_sides_to_agree),
        cmocka_unit_test(an_issuer_is_needed),
        cmocka_unit_test(weak_and_unknown_keys_are_refused),
        cmocka_unit_test(names_that_no_device_has_are_refused),
        cmocka_unit_test(alternative_names_that_are_none_can_be_replaced),
        cmocka_unit_test(no_byte_can_change),
        cmocka_unit_test(no_part_is_a_request),
        cmocka_unit_test(pem_that_was_touched_breaks_nothing),
        cmocka_unit_test(large_input_is_not_looked_at),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
