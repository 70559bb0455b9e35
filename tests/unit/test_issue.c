/* SPDX-License-Identifier: MIT */
/* Issuing from a CA, renewing, and the chains and PEM texts around both. */
#include "libprov/identity.h"
#include "tests/unit/support.h"

#include <openssl/x509v3.h>
#include <string.h>

#define DAY INT64_C(86400)

static struct prov_error err;

static void
release_identity(void *object)
{
    prov_identity_free(object);
}

static void
release_chain(void *object)
{
    prov_chain_free(object);
}

static struct prov_certificate_plan
plan_of(const char *name, unsigned purposes, const struct prov_identity *issuer)
{
    return (struct prov_certificate_plan){
        .size = sizeof(struct prov_certificate_plan),
        .common_name = name,
        .organization = "Acme",
        .unit = "Voice",
        .curve = "secp256r1",
        .digest = "sha256",
        .years = 10,
        .now = VECTOR_TIME,
        .purposes = purposes,
        .issuer = issuer,
    };
}

static const struct prov_identity *
issue(struct prov_certificate_plan plan)
{
    struct prov_identity *made = NULL;
    expect_ok(prov_certificate_issue(&plan, &made, &err), &err);
    return keep(made, release_identity);
}

static void
refuses(struct prov_certificate_plan plan, int code, const char *part)
{
    struct prov_identity *made = NULL;
    expect_failure(prov_certificate_issue(&plan, &made, &err), code, &err, part);
    assert_null(made);
}

static const struct prov_identity *
root_of(const char *name)
{
    return issue(plan_of(name, PROV_PURPOSE_CA, NULL));
}

/* A chain of these, up to a NULL. */
static const struct prov_chain *
chain_of(const struct prov_identity *const *members)
{
    struct prov_bytes *pem = prov_bytes_new(65536);
    struct prov_chain *chain = NULL;
    for (; *members != NULL; members++)
        expect_ok(prov_pem_put_certificate(pem, *members, &err), &err);
    struct prov_span text = kept_bytes(pem);
    const char *path = write_temporary("chain.pem", text.data, text.len);
    expect_ok(prov_chain_load(path, &chain, &err), &err);
    return keep(chain, release_chain);
}

static long
path_length(const struct prov_identity *ca)
{
    return X509_get_pathlen(prov__identity_x509(ca));
}

static void
chains_end_at_four(void **state)
{
    (void)state;
    const struct prov_identity *root = root_of("root");
    struct prov_certificate_plan plan = plan_of("one", PROV_PURPOSE_CA, root);
    const struct prov_identity *one = issue(plan);
    plan = plan_of("two", PROV_PURPOSE_CA, one);
    plan.issuers = chain_of((const struct prov_identity *[]){root, NULL});
    const struct prov_identity *two = issue(plan);
    assert_int_equal(path_length(root), 2);
    assert_int_equal(path_length(one), 1);
    assert_int_equal(path_length(two), 0);
    plan = plan_of("three", PROV_PURPOSE_CA, two);
    plan.issuers = chain_of((const struct prov_identity *[]){one, root, NULL});
    refuses(plan, PROV_E_UNFIT, "what this CA issues would end a chain of 5 certificates");
    plan.purposes = 0;
    assert_int_equal(X509_check_ca(prov__identity_x509(issue(plan))), 0);
    /* A root that is not at hand counts all the same. */
    plan = plan_of("three", PROV_PURPOSE_CA, two);
    plan.issuers = chain_of((const struct prov_identity *[]){one, NULL});
    refuses(plan, PROV_E_UNFIT, "a chain of 5 certificates");
    plan.issuers = NULL;
    refuses(plan, PROV_E_UNFIT, "the issuer allows 0 CAs below it (pathlen), not 1");
}

static void
every_issuer_counts(void **state)
{
    (void)state;
    const struct prov_identity *root = root_of("root");
    struct prov_certificate_plan plan = plan_of("ca", PROV_PURPOSE_CA, root);
    const struct prov_identity *ca = issue(plan);
    plan = plan_of("leaf", 0, ca);
    plan.issuers = chain_of((const struct prov_identity *[]){issue(plan_of("x", 0, root)), NULL});
    refuses(plan, PROV_E_UNFIT, "a CA above the issuer is no CA (basicConstraints)");
    plan.issuers = NULL;
    plan.now += 20 * 366 * DAY;
    refuses(plan, PROV_E_UNFIT, "the issuer has expired; renew it first");
    plan.now = 0;
    refuses(plan, PROV_E_UNFIT, "the issuer is not valid yet");
}

static void
the_issuers_key_has_to_be_there(void **state)
{
    (void)state;
    const struct prov_identity *root = root_of("root"), *other = root_of("other");
    const struct prov_identity *bare = identity_of(prov__identity_x509(root), NULL);
    struct prov_certificate_plan plan = plan_of("leaf", 0, bare);
    refuses(plan, PROV_E_UNFIT, "the private key of the issuer is not at hand");
    plan.issuer_key = other;
    refuses(plan, PROV_E_UNFIT, "the private key given for the issuer does not belong");
    plan.issuer_key = root;
    const struct prov_identity *leaf = issue(plan);
    assert_int_equal(X509_verify(prov__identity_x509(leaf), prov__identity_public_key(root)), 1);
    plan.key = bare;
    refuses(plan, PROV_E_UNFIT, "there is no private key to make a certificate for");
}

static void
an_issuer_ends_what_it_issues(void **state)
{
    (void)state;
    struct prov_certificate_plan plan = plan_of("root", PROV_PURPOSE_CA, NULL);
    plan.years = 2;
    const struct prov_identity *root = issue(plan);
    plan = plan_of("leaf", 0, root);
    assert_int_equal(prov_identity_not_after(issue(plan)), prov_identity_not_after(root));
    assert_true(prov_certificate_end(&plan) > prov_identity_not_after(root));
    plan.years = 1;
    assert_int_equal(prov_identity_not_after(issue(plan)), prov_certificate_end(&plan));
    plan.years = 0;
    assert_int_equal(prov_certificate_end(&plan), 0);
}

static void
years_are_rounded(void **state)
{
    (void)state;
    static const unsigned years[] = {1, 2, 3, 4, 5, 10, 30, 100};
    for (size_t i = 0; i < LENGTH(years); i++) {
        struct prov_certificate_plan plan = plan_of("x", 0, NULL);
        plan.years = years[i];
        assert_int_equal(prov_certificate_years(issue(plan)), years[i]);
    }
}

static void
chains_are_found_in_any_order(void **state)
{
    (void)state;
    const struct prov_identity *root = root_of("root");
    const struct prov_identity *one = issue(plan_of("one", PROV_PURPOSE_CA, root));
    const struct prov_identity *two = issue(plan_of("two", PROV_PURPOSE_CA, one));
    const struct prov_identity *leaf = issue(plan_of("leaf", 0, two));
    const struct prov_chain *pool = chain_of((const struct prov_identity *[]){
        root_of("root"), leaf, root, one, root_of("two"), two, NULL});
    struct prov_chain *above = NULL;
    expect_ok(prov_chain_above(leaf, pool, &above, &err), &err);
    keep(above, release_chain);
    assert_int_equal(prov_chain_count(above), 3);
    assert_true(prov_identity_same_key(prov_chain_get(above, 0), two));
    assert_true(prov_identity_same_key(prov_chain_get(above, 1), one));
    assert_true(prov_identity_same_key(prov_chain_get(above, 2), root));
    assert_null(prov_chain_get(above, 3));
    expect_ok(prov_chain_above(root, pool, &above, &err), &err);
    assert_int_equal(prov_chain_count(above), 0);
    prov_chain_free(above);
    expect_ok(prov_chain_above(leaf, NULL, &above, &err), &err);
    assert_int_equal(prov_chain_count(above), 0);
    prov_chain_free(above);
    assert_int_equal(prov_chain_count(NULL), 0);
    assert_null(prov_chain_get(NULL, 0));
    prov_chain_free(NULL);
}

/* Two CAs that issued each other's certificate. */
static void
circles_end(void **state)
{
    (void)state;
    const struct prov_identity *a = root_of("a"), *b = root_of("b");
    struct prov_certificate_plan plan = plan_of("a", PROV_PURPOSE_CA, b);
    plan.key = a;
    const struct prov_identity *a_by_b = issue(plan);
    plan = plan_of("b", PROV_PURPOSE_CA, a);
    plan.key = b;
    const struct prov_identity *b_by_a = issue(plan);
    struct prov_chain *above = NULL;
    expect_ok(prov_chain_above(a_by_b,
                               chain_of((const struct prov_identity *[]){a_by_b, b_by_a, NULL}),
                               &above, &err),
              &err);
    assert_true(prov_chain_count(above) <= 16);
    prov_chain_free(above);
}

static void
files_without_certificates_are_empty_chains(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "nonsense", "0nonsense",
                                        "-----BEGIN PRIVATE KEY-----\nAAAA\n"
                                        "-----END PRIVATE KEY-----\n"};
    for (size_t i = 0; i < LENGTH(texts); i++) {
        struct prov_chain *chain = NULL;
        const char *path = write_temporary("none.pem", texts[i], strlen(texts[i]));
        expect_ok(prov_chain_load(path, &chain, &err), &err);
        assert_int_equal(prov_chain_count(chain), 0);
        prov_chain_free(chain);
    }
    struct prov_chain *chain = NULL;
    const char torn[] = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    expect_failure(
        prov_chain_load(write_temporary("torn.pem", torn, sizeof torn - 1), &chain, &err),
        PROV_E_FORMAT, &err, "certificate 1 of it cannot be read");
    expect_failure(prov_chain_load(temporary("missing"), &chain, &err), PROV_E_SYSTEM, &err,
                   "cannot open it");
}

static void
chains_are_read_from_memory(void **state)
{
    (void)state;
    struct prov_chain *chain = NULL;
    struct prov_span text = vector("pem/sast.pem");
    struct prov_span der = prov_identity_der(certificate_of("sast.pem"));
    expect_ok(prov_chain_read(text.data, text.len, &chain, &err), &err);
    assert_int_equal(prov_chain_count(chain), 1);
    expect_same(prov_identity_der(prov_chain_get(chain, 0)), der);
    prov_chain_free(chain);
    expect_ok(prov_chain_read(der.data, der.len, &chain, &err), &err);
    assert_int_equal(prov_chain_count(chain), 1);
    prov_chain_free(chain);
    chain = NULL;
    expect_failure(prov_chain_read(text.data, PROV_IDENTITY_FILE_MAX + 1, &chain, &err),
                   PROV_E_LIMIT, &err, "larger than");
    assert_null(chain);
}

static void
renewals_keep_all_but_serial_and_validity(void **state)
{
    (void)state;
    struct prov_certificate_plan plan = plan_of("pbx.example", 0, NULL);
    const struct prov_identity *old = issue(plan);
    struct prov_identity *renewed = NULL;
    plan = (struct prov_certificate_plan){.size = sizeof(struct prov_certificate_plan),
                                          .now = VECTOR_TIME + 365 * DAY};
    expect_ok(prov_certificate_renew(old, &plan, &renewed, &err), &err);
    keep(renewed, release_identity);
    assert_true(prov_identity_same_key(old, renewed));
    assert_false(prov_span_equal(prov_identity_serial(old), prov_identity_serial(renewed)));
    assert_int_equal(prov_certificate_years(renewed), 10);
    assert_int_equal(prov_identity_not_before(renewed), prov_identity_not_before(old) + 365 * DAY);
    X509 *a = prov__identity_x509(old), *b = prov__identity_x509(renewed);
    assert_int_equal(X509_get_ext_count(a), X509_get_ext_count(b));
    for (int i = 0; i < X509_get_ext_count(a); i++) {
        const ASN1_OBJECT *type = X509_EXTENSION_get_object(X509_get_ext(a, i));
        int at = X509_get_ext_by_OBJ(b, type, -1);
        assert_true(at >= 0);
        assert_int_equal(ASN1_STRING_cmp(X509_EXTENSION_get_data(X509_get_ext(a, i)),
                                         X509_EXTENSION_get_data(X509_get_ext(b, at))),
                         0);
    }
    assert_true(prov_certificate_is_self_signed(renewed));
    plan.issuer = root_of("ca");
    expect_failure(prov_certificate_renew(old, &plan, &renewed, &err), PROV_E_ARGUMENT, &err,
                   "it is self-signed and issues itself again");
}

static void
renewed_texts_keep_all_else(void **state)
{
    (void)state;
    const struct prov_identity *root = root_of("root");
    const struct prov_identity *old = issue(plan_of("leaf", 0, root));
    const struct prov_identity *next = issue(plan_of("leaf", 0, root));
    const struct prov_certificate_plan plan = plan_of("leaf", 0, root);
    struct prov_bytes *text = prov_bytes_new(65536), *renewed = NULL;
    expect_ok(prov_bytes_put(text, "before\n", 7, &err), &err);
    expect_ok(prov_pem_put_certificate(text, old, &err), &err);
    expect_ok(prov_bytes_put(text, "after", 5, &err), &err);
    struct prov_span had = kept_bytes(text);
    expect_ok(prov_pem_renew(had, old, next, &plan, &renewed, &err), &err);
    struct prov_span has = kept_bytes(renewed);
    assert_memory_equal(has.data, "before\n-----BEGIN", 17);
    assert_memory_equal(has.data + has.len - 6, "\nafter", 6);
    struct prov_bytes *again = NULL;
    expect_failure(prov_pem_renew(has, old, next, &plan, &again, &err), PROV_E_FORMAT, &err,
                   "its certificate is not in PEM");
    expect_failure(prov_pem_renew(span_of(""), old, next, &plan, &again, &err), PROV_E_FORMAT, &err,
                   "its certificate is not in PEM");
    for (size_t len = 0; len < had.len - 6; len += 7)
        expect_failure(prov_pem_renew(bytes_of(had.data, len), old, next, &plan, &again, &err),
                       PROV_E_FORMAT, &err, "its certificate is not in PEM");
    assert_null(again);
}

static void
wildcards_are_refused_on_demand(void **state)
{
    (void)state;
    static const char *const names[] = {"DNS:*.b.example"};
    struct prov_certificate_plan plan = plan_of("*.a.example", 0, NULL);
    (void)issue(plan);
    plan.no_wildcards = true;
    refuses(plan, PROV_E_ARGUMENT, "*.a.example is a wildcard, which RFC 5922 (section 7.2)");
    plan.common_name = "a.example";
    (void)issue(plan);
    plan.alt_names = names;
    plan.alt_name_count = 1;
    refuses(plan, PROV_E_ARGUMENT, "*.b.example is a wildcard");
}

/* As a key on a token shows itself. */
static void
keys_without_a_private_part_are_not_written(void **state)
{
    (void)state;
    struct prov_certificate_plan plan = plan_of("a", 0, NULL);
    for (int rsa = 0; rsa < 2; rsa++) {
        plan.curve = rsa ? NULL : "secp256r1";
        plan.rsa_bits = rsa ? 1024 : 0;
        const struct prov_identity *whole = issue(plan);
        struct prov_bytes *pem = prov_bytes_new(65536);
        EVP_PKEY *public = prov__identity_public_key(whole);
        struct prov_identity *half = NULL;
        assert_int_equal(EVP_PKEY_up_ref(public), 1);
        expect_ok(prov__identity_assemble(NULL, public, &half, &err), &err);
        expect_failure(prov_pem_put_key(pem, half, &err), PROV_E_UNFIT, &err,
                       "it may not leave its token");
        assert_int_equal(prov_bytes_span(pem).len, 0);
        expect_ok(prov_pem_put_key(pem, whole, &err), &err);
        prov_identity_free(half);
        prov_bytes_free(pem);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chains_end_at_four),
        cmocka_unit_test(every_issuer_counts),
        cmocka_unit_test(the_issuers_key_has_to_be_there),
        cmocka_unit_test(an_issuer_ends_what_it_issues),
        cmocka_unit_test(years_are_rounded),
        cmocka_unit_test(chains_are_found_in_any_order),
        cmocka_unit_test(circles_end),
        cmocka_unit_test(files_without_certificates_are_empty_chains),
        cmocka_unit_test(chains_are_read_from_memory),
        cmocka_unit_test(renewals_keep_all_but_serial_and_validity),
        cmocka_unit_test(renewed_texts_keep_all_else),
        cmocka_unit_test(wildcards_are_refused_on_demand),
        cmocka_unit_test(keys_without_a_private_part_are_not_written),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
