/* SPDX-License-Identifier: MIT */
/* Making keys and certificates, self-signed. */
#include "libprov/identity.h"
#include "tests/unit/support.h"

#include <openssl/x509v3.h>
#include <string.h>

#define DAY INT64_C(86400)
#define MIDNIGHT (VECTOR_TIME - VECTOR_TIME % DAY)

static struct prov_error err;

/* A plan that can be carried out quickly. */
static struct prov_certificate_plan
good(void)
{
    return (struct prov_certificate_plan){
        .size = sizeof(struct prov_certificate_plan),
        .common_name = "pbx",
        .organization = "Acme, Ltd",
        .unit = "Voice",
        .curve = "secp256r1",
        .digest = "sha256",
        .years = 10,
        .now = VECTOR_TIME,
    };
}

static const struct prov_identity *
make(struct prov_certificate_plan plan)
{
    struct prov_bytes *made = NULL;
    struct prov_identity *identity = NULL;
    expect_ok(prov_certificate_make(&plan, &made, &err), &err);
    struct prov_span text = kept_bytes(made);
    const char *path = write_temporary("made.pem", text.data, text.len);
    expect_ok(prov_identity_load(path, PROV_NEED_CERTIFICATE | PROV_NEED_KEY, NULL, NULL, &identity,
                                 &err),
              &err);
    const struct prov_identity *kept =
        identity_of(prov__identity_x509(identity), prov__identity_private_key(identity));
    prov_identity_free(identity);
    return kept;
}

static void
refuses(struct prov_certificate_plan plan, const char *part)
{
    struct prov_bytes *made = NULL;
    expect_failure(prov_certificate_make(&plan, &made, &err), PROV_E_ARGUMENT, &err, part);
    assert_null(made);
}

static void
a_plan_of_another_size_is_refused(void **state)
{
    (void)state;
    struct prov_certificate_plan plan = good();
    struct prov_identity *made = NULL;
    struct prov_bytes *pem_text = NULL,
                      *buffer = keep(prov_bytes_new(10), (void (*)(void *))prov_bytes_free);
    plan.size = sizeof plan - 1;
    refuses(plan, "the plan states a size of");
    assert_int_equal(prov_certificate_end(&plan), 0);
    expect_failure(prov_certificate_renew(pem("sast.pem"), &plan, &made, &err), PROV_E_ARGUMENT,
                   &err, "the plan states a size of");
    expect_failure(prov_pem_put_issuers(buffer, &plan, true, &err), PROV_E_ARGUMENT, &err,
                   "the plan states a size of");
    expect_failure(
        prov_pem_renew(span_of(""), pem("sast.pem"), pem("sast.pem"), &plan, &pem_text, &err),
        PROV_E_ARGUMENT, &err, "the plan states a size of");
    assert_null(made);
}

static void
the_key_stands_first(void **state)
{
    (void)state;
    const struct prov_certificate_plan plan = good();
    struct prov_bytes *made = NULL;
    expect_ok(prov_certificate_make(&plan, &made, &err), &err);
    struct prov_span text = kept_bytes(made);
    assert_memory_equal(text.data, "-----BEGIN PRIVATE KEY-----\n", 28);
    assert_non_null(memmem(text.data, text.len, "\n-----BEGIN CERTIFICATE-----\n", 29));
}

static void
names_stand_in_order(void **state)
{
    (void)state;
    struct prov_certificate_plan plan = good();
    struct prov_bytes *name = NULL;
    plan.locality = "Dunedin";
    plan.state = "Ot\xc4\x81go";
    plan.country = "nz";
    const struct prov_identity *made = make(plan);
    expect_ok(prov_identity_subject(made, NULL, &name, &err), &err);
    expect_same(kept_bytes(name),
                span_of("CN=pbx;O=Acme\\, Ltd;OU=Voice;L=Dunedin;ST=Ot\xc4\x81go;C=NZ"));
    expect_ok(prov_identity_issuer(made, NULL, &name, &err), &err);
    expect_same(kept_bytes(name),
                span_of("CN=pbx;O=Acme\\, Ltd;OU=Voice;L=Dunedin;ST=Ot\xc4\x81go;C=NZ"));
    expect_ok(prov_identity_subject(make(good()), NULL, &name, &err), &err);
    expect_same(kept_bytes(name), span_of("CN=pbx;O=Acme\\, Ltd;OU=Voice"));
}

static void
keys_are_those_asked_for(void **state)
{
    (void)state;
    static const struct {
        const char *curve;
        unsigned bits;
    } cases[] = {{NULL, 1024},       {NULL, 2048},       {"secp256r1", 256},
                 {"secp384r1", 384}, {"secp521r1", 521}, {NULL, 4096}};
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct prov_certificate_plan plan = good();
        plan.curve = cases[i].curve;
        plan.rsa_bits = cases[i].curve == NULL ? cases[i].bits : 0;
        const struct prov_identity *made = make(plan);
        assert_int_equal(prov_identity_key_bits(made), cases[i].bits);
        assert_int_equal(prov_identity_key_type(made),
                         cases[i].curve == NULL ? PROV_KEY_RSA : PROV_KEY_EC);
    }
}

static void
other_keys_are_refused(void **state)
{
    (void)state;
    static const unsigned bits[] = {0, 512, 3072, 8192};
    struct prov_certificate_plan plan = good();
    plan.curve = "secp256k1";
    refuses(plan, "phones know the curves secp256r1, secp384r1 and secp521r1 only");
    plan.curve = "";
    refuses(plan, "phones know the curves");
    plan.curve = NULL;
    for (size_t i = 0; i < LENGTH(bits); i++) {
        plan.rsa_bits = bits[i];
        refuses(plan, text_of("an RSA key has 1024, 2048 or 4096 bits, not %u", bits[i]));
    }
}

static void
digests_are_those_asked_for(void **state)
{
    (void)state;
    static const struct {
        const char *digest;
        int nid;
    } cases[] = {{"sha1", NID_sha1}, {"sha256", NID_sha256}, {"SHA512", NID_sha512}};
    struct prov_certificate_plan plan = good();
    for (size_t i = 0; i < LENGTH(cases); i++) {
        int digest = 0;
        plan.digest = cases[i].digest;
        X509 *x509 = prov__identity_x509(make(plan));
        assert_int_equal(OBJ_find_sigid_algs(X509_get_signature_nid(x509), &digest, NULL), 1);
        assert_int_equal(digest, cases[i].nid);
        assert_int_equal(X509_verify(x509, X509_get0_pubkey(x509)), 1);
    }
    plan.digest = "md5";
    refuses(plan, "a certificate is signed with sha1, sha256 or sha512");
    plan.digest = "sha";
    refuses(plan, "sha1, sha256 or sha512");
}

static void
validity_runs_from_midnight_to_midnight(void **state)
{
    (void)state;
    struct prov_certificate_plan plan = good();
    const struct prov_identity *made = make(plan);
    assert_int_equal(prov_identity_not_before(made), MIDNIGHT);
    assert_int_equal(prov_identity_not_after(made), MIDNIGHT + (10 * 365 + 3) * DAY);
    plan.now = MIDNIGHT;
    plan.years = 1;
    made = make(plan);
    assert_int_equal(prov_identity_not_before(made), MIDNIGHT);
    assert_int_equal(prov_identity_not_after(made), MIDNIGHT + 366 * DAY);
    plan.years = 100;
    assert_int_equal(prov_identity_not_after(make(plan)), MIDNIGHT + (100 * 365 + 24) * DAY);
}

static void
a_leap_day_ends_on_the_28th(void **state)
{
    (void)state;
    const int64_t leap_day = 1709164800; /* 29 February 2024 */
    struct prov_certificate_plan plan = good();
    plan.now = leap_day + 100;
    plan.years = 1;
    const struct prov_identity *made = make(plan);
    assert_int_equal(prov_identity_not_before(made), leap_day);
    assert_int_equal(prov_identity_not_after(made), leap_day + 365 * DAY);
    plan.years = 4;
    assert_int_equal(prov_identity_not_after(make(plan)), leap_day + (4 * 365 + 1) * DAY);
}

static void
times_that_cannot_be_are_refused(void **state)
{
    (void)state;
    struct prov_certificate_plan plan = good();
    plan.years = 0;
    refuses(plan, "a certificate is valid for 1 to 100 years");
    plan.years = 101;
    refuses(plan, "a certificate is valid for 1 to 100 years");
    plan.years = 1;
    plan.now = INT64_MAX;
    refuses(plan, "the clock shows no date that a certificate can hold");
}

static void
serials_have_sixteen_bytes(void **state)
{
    (void)state;
    struct prov_span a = prov_identity_serial(make(good()));
    struct prov_span b = prov_identity_serial(make(good()));
    assert_int_equal(a.len, 16);
    assert_int_equal(b.len, 16);
    assert_memory_not_equal(a.data, b.data, 16);
}

static void
the_extensions_are_the_references(void **state)
{
    (void)state;
    X509 *x509 = prov__identity_x509(make(good()));
    int critical = -1;
    BASIC_CONSTRAINTS *basic = X509_get_ext_d2i(x509, NID_basic_constraints, &critical, NULL);
    assert_int_equal(critical, 1);
    assert_true(basic->ca != 0);
    assert_int_equal(ASN1_INTEGER_get(basic->pathlen), 0);
    BASIC_CONSTRAINTS_free(basic);
    assert_int_equal(X509_get_version(x509), X509_VERSION_3);
    assert_int_equal(X509_get_key_usage(x509), KU_KEY_CERT_SIGN | KU_CRL_SIGN |
                                                   KU_DIGITAL_SIGNATURE | KU_KEY_ENCIPHERMENT |
                                                   KU_DATA_ENCIPHERMENT);
    EXTENDED_KEY_USAGE *usage = X509_get_ext_d2i(x509, NID_ext_key_usage, NULL, NULL);
    assert_int_equal(sk_ASN1_OBJECT_num(usage), 3);
    assert_int_equal(OBJ_obj2nid(sk_ASN1_OBJECT_value(usage, 0)), NID_server_auth);
    assert_int_equal(OBJ_obj2nid(sk_ASN1_OBJECT_value(usage, 1)), NID_client_auth);
    assert_int_equal(OBJ_obj2nid(sk_ASN1_OBJECT_value(usage, 2)), NID_ipsecEndSystem);
    EXTENDED_KEY_USAGE_free(usage);
    assert_int_equal(ASN1_STRING_length(X509_get0_subject_key_id(x509)), 20);
}

/* The subject alternative names as "DNS:a IP:01020304". */
static const char *
alt_names(struct prov_certificate_plan plan)
{
    X509 *x509 = prov__identity_x509(make(plan));
    GENERAL_NAMES *names = X509_get_ext_d2i(x509, NID_subject_alt_name, NULL, NULL);
    const char *text = "";
    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        int type = 0;
        const ASN1_STRING *value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names, i), &type);
        const uint8_t *data = ASN1_STRING_get0_data(value);
        int len = ASN1_STRING_length(value);
        text = text_of("%s%s%s", text, i > 0 ? " " : "", type == GEN_DNS ? "DNS:" : "IP:");
        for (int k = 0; k < len; k++)
            text =
                type == GEN_DNS ? text_of("%s%c", text, data[k]) : text_of("%s%02x", text, data[k]);
    }
    GENERAL_NAMES_free(names);
    return text;
}

static void
common_names_give_alternative_names_of_their_kind(void **state)
{
    (void)state;
    static const struct {
        const char *common_name, *expected;
    } cases[] = {
        {"pbx.Acme.example", "DNS:pbx.acme.example"},
        {"*.acme.example", "DNS:*.acme.example"},
        {"pbx", "DNS:pbx"},
        {"192.0.2.7", "IP:c0000207"},
        {"2001:db8::1", "IP:20010db8000000000000000000000001"},
        {"SAST Acme", ""},
        {"a_b.example", ""},
        {"-a.example", ""},
        {"a-.example", ""},
        {"a..example", ""},
        {"a.", ""},
        {".a", ""},
        {"*", ""},
        {"*.", ""},
        {"caf\xc3\xa9", ""},
        {"x.y-z.example", "DNS:x.y-z.example"},
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct prov_certificate_plan plan = good();
        plan.common_name = cases[i].common_name;
        assert_string_equal(alt_names(plan), cases[i].expected);
    }
}

static void
alternative_names_are_added_once(void **state)
{
    (void)state;
    static const char *const names[] = {"DNS:PBX",      "dns:other.example", "IP:192.0.2.7",
                                        "ip:192.0.2.7", "DNS:other.example", "IP:::1"};
    struct prov_certificate_plan plan = good();
    plan.alt_names = names;
    plan.alt_name_count = LENGTH(names);
    assert_string_equal(
        alt_names(plan),
        "DNS:pbx DNS:other.example IP:c0000207 IP:00000000000000000000000000000001");
}

static void
alternative_names_that_are_none_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"pbx.example",  "DNS:",      "DNS:a b", "IP:", "IP:1.2.3",
                                      "IP:pbx",       "email:a@b", "DNS:-a",  "",    "DNS",
                                      "IP:1.2.3.256", "DNS:a..b"};
    for (size_t i = 0; i < LENGTH(bad); i++) {
        struct prov_certificate_plan plan = good();
        plan.alt_names = &bad[i];
        plan.alt_name_count = 1;
        refuses(plan,
                text_of("%s is no subject alternative name; write DNS:NAME or IP:ADDRESS", bad[i]));
    }
    static const char *const escape[] = {"DNS:\x1b[2J"};
    struct prov_certificate_plan plan = good();
    plan.alt_names = escape;
    plan.alt_name_count = 1;
    refuses(plan, "DNS:\\x1b[2J is no subject alternative name");
}

static void
host_names_have_limits(void **state)
{
    (void)state;
    char name[4 + 300] = "DNS:";
    const char *names[] = {name};
    struct prov_certificate_plan plan = good();
    plan.alt_names = names;
    plan.alt_name_count = 1;
    memset(name + 4, 'a', 63);
    assert_int_equal(strlen(alt_names(plan)), strlen("DNS:pbx ") + 4 + 63);
    name[4 + 63] = 'a';
    refuses(plan, "is no subject alternative name");
    for (size_t i = 0; i < 253; i++)
        name[4 + i] = i % 2 == 0 ? 'a' : '.';
    assert_int_equal(strlen(alt_names(plan)), strlen("DNS:pbx ") + 4 + 253);
    memcpy(name + 4 + 253, ".a", 3);
    refuses(plan, "is no subject alternative name");
}

static void
names_that_cannot_be_are_refused(void **state)
{
    (void)state;
    char long_name[70];
    struct prov_certificate_plan plan = good();
    memset(long_name, 'x', sizeof long_name);
    long_name[65] = '\0';
    plan.common_name = long_name;
    refuses(plan, "CN cannot be \"xxx");
    plan.common_name = "";
    refuses(plan, "CN cannot be \"\": it is empty, too long or not UTF-8");
    plan.common_name = "caf\xe9";
    refuses(plan, "CN cannot be \"caf\\xe9\"");
    plan = good();
    plan.unit = "";
    refuses(plan, "OU cannot be \"\"");
}

static void
countries_are_two_letters(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "N", "NZL", "N1", "1N", "\xc3\xa9"};
    struct prov_certificate_plan plan = good();
    for (size_t i = 0; i < LENGTH(bad); i++) {
        plan.country = bad[i];
        refuses(plan, "a country is a code of two letters (ISO 3166), as NZ");
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plan_of_another_size_is_refused),
        cmocka_unit_test(the_key_stands_first),
        cmocka_unit_test(names_stand_in_order),
        cmocka_unit_test(keys_are_those_asked_for),
        cmocka_unit_test(other_keys_are_refused),
        cmocka_unit_test(digests_are_those_asked_for),
        cmocka_unit_test(validity_runs_from_midnight_to_midnight),
        cmocka_unit_test(a_leap_day_ends_on_the_28th),
        cmocka_unit_test(times_that_cannot_be_are_refused),
        cmocka_unit_test(serials_have_sixteen_bytes),
        cmocka_unit_test(the_extensions_are_the_references),
        cmocka_unit_test(common_names_give_alternative_names_of_their_kind),
        cmocka_unit_test(alternative_names_are_added_once),
        cmocka_unit_test(alternative_names_that_are_none_are_refused),
        cmocka_unit_test(host_names_have_limits),
        cmocka_unit_test(names_that_cannot_be_are_refused),
        cmocka_unit_test(countries_are_two_letters),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
