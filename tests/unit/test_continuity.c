/* SPDX-License-Identifier: MIT */
/* Whether phones that hold one list take another. */
#include "libprov/tlv.h"
#include "tests/unit/support.h"

#include <string.h>

#define DAY INT64_C(86400)

static struct prov_error err;

/* What a list of these tests says; the rest is the same in all. */
struct wish {
    const struct prov_identity *signer;
    const struct prov_identity *second; /* SAST too; may be NULL */
    const struct prov_layout *layout;
    const char *name;
    uint32_t timestamp;
};

static struct wish
first(void)
{
    return (struct wish){
        .signer = pem("sast.pem"), .name = "ITLFile.tlv", .timestamp = VECTOR_TIME};
}

static struct prov_trustlist *
make(struct wish wish)
{
    const struct prov_signing how = {.layout = wish.layout,
                                     .signer = wish.signer,
                                     .digest = PROV_SHA1,
                                     .timestamp = wish.timestamp};
    const struct prov_trustlist_entry entries[] = {
        {wish.signer, PROV_ROLE_SAST},
        {certificate_of("asterisk.pem"), PROV_ROLE_CCM_TFTP},
        {wish.second, PROV_ROLE_SAST},
    };
    const struct prov_trustlist_plan plan = {.size = sizeof plan,
                                             .signer_version = {1, 0},
                                             .name = wish.name,
                                             .entries = entries,
                                             .count = wish.second != NULL ? 3 : 2};
    return read_list(build_list(&how, &plan));
}

static struct wish
later(struct wish wish)
{
    wish.timestamp++;
    return wish;
}

static void
refused(struct wish held, struct wish next, const char *part)
{
    expect_failure(prov_trustlist_follows(make(held), make(next), &err), PROV_E_CONTINUITY, &err,
                   part);
}

static void
a_newer_list_of_the_same_signer_follows(void **state)
{
    (void)state;
    struct wish next = later(first());
    expect_ok(prov_trustlist_follows(make(first()), make(next), &err), &err);
    next.second = pem("sast2.pem");
    expect_ok(prov_trustlist_follows(make(first()), make(next), &err), &err);
}

static void
an_identical_list_follows(void **state)
{
    (void)state;
    expect_ok(prov_trustlist_follows(make(first()), make(first()), &err), &err);
}

static void
the_second_sast_may_sign_the_next_list(void **state)
{
    (void)state;
    struct wish held = first(), next = first();
    held.second = pem("sast2.pem");
    next.signer = pem("sast2.pem");
    expect_ok(prov_trustlist_follows(make(held), make(later(next)), &err), &err);
}

static void
an_unknown_signer_is_refused_with_both_names(void **state)
{
    (void)state;
    struct wish next = later(first());
    next.signer = pem("sast2.pem");
    refused(first(), next, "it is signed by CN=SAST-2 acme;O=SAST;OU=SAST, serial 01, but the old");
    assert_non_null(strstr(
        err.text, "trusts CN=SAST acme;O=SAST;OU=SAST, serial 69accfe0a59ff5bfe0da8185eaf7a093;"));
    assert_non_null(strstr(err.text, "to rotate, first publish a list that one of those signs"));
}

static void
all_sasts_of_the_old_list_are_named(void **state)
{
    (void)state;
    struct wish held = first(), next = later(first());
    held.second = pem("sast2.pem");
    next.signer = pem("tvs.pem");
    refused(held, next, "it is signed by CN=TVS-acme;O=TVS;OU=TVS, serial 45ad");
    assert_non_null(strstr(err.text, "CN=SAST acme;O=SAST;OU=SAST, serial 69ac"));
    assert_non_null(strstr(err.text, "; CN=SAST-2 acme;O=SAST;OU=SAST, serial 01"));
}

static void
the_ccm_of_the_old_list_may_not_sign(void **state)
{
    (void)state;
    struct wish next = later(first());
    next.signer = pem("asterisk.pem");
    refused(first(), next, "it is signed by C=NZ;ST=Otago;L=Dunedin;O=Acme\\, Ltd");
}

static void
another_key_under_the_same_name_is_refused(void **state)
{
    (void)state;
    X509_NAME *name = name_of("CN=SAST", "O=o", "OU=u", NULL);
    EVP_PKEY *key = rsa_key(1024), *other = rsa_key(1024);
    struct wish held = first(), next = later(first());
    held.signer = identity_of(x509_of(key, name, 5), key);
    next.signer = identity_of(x509_of(other, name, 5), other);
    refused(held, next, "a SAST in the old list, but another key, or the list was changed");
    next.signer = identity_of(x509_of(key, name, 6), key);
    refused(held, next, "it is signed by CN=SAST;O=o;OU=u, serial 06");
}

static void
another_certificate_of_the_same_key_and_name_follows(void **state)
{
    (void)state;
    X509_NAME *name = name_of("CN=SAST", "O=o", "OU=u", NULL);
    EVP_PKEY *key = rsa_key(1024);
    struct wish held = first(), next = later(first());
    X509 *renewed = x509_of(key, name, 5);
    assert_non_null(ASN1_TIME_set(X509_getm_notAfter(renewed), VECTOR_TIME + 99 * DAY));
    assert_true(X509_sign(renewed, key, EVP_sha256()) > 0);
    held.signer = identity_of(x509_of(key, name, 5), key);
    next.signer = identity_of(renewed, key);
    expect_ok(prov_trustlist_follows(make(held), make(next), &err), &err);
}

static void
a_changed_list_is_refused(void **state)
{
    (void)state;
    struct prov_span bytes = prov_trustlist_bytes(make(later(first())));
    struct prov_trustlist *changed = read_list(altered(bytes, bytes.len - 1, 1));
    expect_failure(prov_trustlist_follows(make(first()), changed, &err), PROV_E_CONTINUITY, &err,
                   "another key, or the list was changed");
}

static void
another_layout_is_refused_as_such(void **state)
{
    (void)state;
    struct wish next = later(first());
    next.layout = prov_layout_find("4.13");
    refused(first(), next,
            "its signer (CN=SAST acme,O=SAST,OU=SAST, serial 69accfe0a59ff5bfe0da8185eaf7a093) is "
            "in the old list, but written in another layout (CN=SAST acme;O=SAST;OU=SAST, serial "
            "69accfe0a59ff5bfe0da8185eaf7a093); keep the old list's --layout");
    struct wish held = next;
    held.timestamp = VECTOR_TIME;
    expect_ok(prov_trustlist_follows(make(held), make(next), &err), &err);
    next.layout = prov_layout_find("4.11");
    expect_ok(prov_trustlist_follows(make(first()), make(next), &err), &err);
}

static void
another_name_inside_is_refused(void **state)
{
    (void)state;
    struct wish next = later(first());
    next.name = "CTLFile.tlv";
    refused(first(), next, "the name inside is CTLFile.tlv, in the old list ITLFile.tlv; give");
    next.name = "\x1b[2J";
    refused(first(), next, "the name inside is \\x1b[2J, in the old list");
}

static void
an_older_or_equal_timestamp_is_refused(void **state)
{
    (void)state;
    struct wish next = first();
    next.second = pem("sast2.pem");
    refused(first(), next, "its timestamp is not later than the old list's");
    next.timestamp--;
    refused(first(), next, "its timestamp is not later than the old list's");
    next.timestamp = UINT32_MAX;
    expect_ok(prov_trustlist_follows(make(first()), make(next), &err), &err);
}

/* A SAST record of the signer as the vendor's own lists hold it: by hash. */
static struct prov_span
hash_record(const struct prov_identity *certificate)
{
    struct prov_hash hash;
    struct prov_bytes *record = prov_bytes_new(65535), *issuer = NULL;
    expect_ok(prov_identity_hash(certificate, PROV_SHA1, &hash, &err), &err);
    expect_ok(prov__put_u16(record, PROV_RECORD_LENGTH, 0, &err), &err);
    expect_ok(prov__put_u16(record, PROV_RECORD_ROLE, PROV_ROLE_SAST, &err), &err);
    expect_ok(prov_identity_issuer(certificate, NULL, &issuer, &err), &err);
    expect_ok(prov__put_string(record, PROV_RECORD_ISSUER_NAME, kept_bytes(issuer), &err), &err);
    expect_ok(
        prov__put_value(record, PROV_RECORD_SERIAL_NUMBER, prov_identity_serial(certificate), &err),
        &err);
    expect_ok(
        prov__put_value(record, PROV_RECORD_CERTIFICATE_HASH, bytes_of(hash.value, hash.len), &err),
        &err);
    expect_ok(prov__put_u8(record, PROV_RECORD_HASH_ALGORITHM, PROV_SHA1, &err), &err);
    struct prov_span span = kept_bytes(record);
    assert_true(span.len < 256);
    return altered(span, 4, (uint8_t)span.len);
}

static struct prov_trustlist *
hash_only(uint32_t timestamp)
{
    const struct prov_signing how = {
        .signer = pem("sast.pem"), .digest = PROV_SHA1, .timestamp = timestamp};
    return read_list(build_raw_list(&how, "ITLFile.tlv", hash_record(pem("sast.pem"))));
}

static void
a_held_record_by_hash_finds_the_certificate_in_the_next_list(void **state)
{
    (void)state;
    expect_ok(prov_trustlist_follows(hash_only(VECTOR_TIME), make(later(first())), &err), &err);
}

static void
lists_by_hash_alone_cannot_be_judged(void **state)
{
    (void)state;
    expect_failure(prov_trustlist_follows(hash_only(VECTOR_TIME), hash_only(VECTOR_TIME + 1), &err),
                   PROV_E_CONTINUITY, &err,
                   "holds no certificate that can be read or that the new list shows; whether "
                   "phones would take the new list is unknown");
    expect_ok(prov_trustlist_follows(make(first()), hash_only(VECTOR_TIME + 1), &err), &err);
    expect_ok(prov_trustlist_follows(hash_only(5), hash_only(5), &err), &err);
}

static void
a_list_without_sasts_trusts_nobody(void **state)
{
    (void)state;
    static const uint8_t record[] = {1, 0, 2, 0, 10, 4, 0, 2, 0, 1};
    const struct prov_signing how = {.signer = pem("sast.pem"), .digest = PROV_SHA1};
    struct prov_trustlist *held =
        read_list(build_raw_list(&how, "ITLFile.tlv", bytes_of(record, sizeof record)));
    expect_failure(prov_trustlist_follows(held, make(first()), &err), PROV_E_CONTINUITY, &err,
                   "but the old list trusts nobody; to rotate");
}

static void
a_list_without_a_timestamp_is_older_than_any(void **state)
{
    (void)state;
    struct prov_span bytes = prov_trustlist_bytes(make(first()));
    const struct prov_field *time =
        prov_header_find(prov_trustlist_header(make(first())), PROV_TAG_TIMESTAMP);
    struct prov_trustlist *held = read_list(altered(bytes, time->offset, 0x0f ^ 0x40));
    assert_int_equal(prov_trustlist_timestamp(make(first())), VECTOR_TIME);
    assert_int_equal(prov_trustlist_timestamp(held), -1);
    expect_ok(prov_trustlist_follows(held, make(first()), &err), &err);
}

static void
lists_that_differ_in_time_alone_are_the_same(void **state)
{
    (void)state;
    assert_true(prov_trustlist_same(make(first()), make(first())));
    assert_true(prov_trustlist_same(make(first()), make(later(first()))));
}

static void
lists_that_differ_otherwise_are_not(void **state)
{
    (void)state;
    struct prov_trustlist *list = make(first());
    struct wish other = first();
    other.second = pem("sast2.pem");
    assert_false(prov_trustlist_same(list, make(other)));
    other = first();
    other.name = "CTLFile.tlv";
    assert_false(prov_trustlist_same(list, make(other)));
    other = first();
    other.layout = prov_layout_find("4.13");
    assert_false(prov_trustlist_same(list, make(other)));
    other.layout = prov_layout_find("4.11");
    assert_true(prov_trustlist_same(list, make(other)));
}

static void
lists_with_more_header_fields_are_not_the_same(void **state)
{
    (void)state;
    const struct prov_signing how = {.signer = pem("sast.pem"), .digest = PROV_SHA1};
    struct prov_trustlist *without = read_list(build_raw_list(&how, "n", span_of("")));
    const struct prov_trustlist_entry entry = {pem("sast.pem"), PROV_ROLE_SAST};
    const struct prov_trustlist_plan plan = {
        .size = sizeof plan, .signer_version = {1, 0}, .name = "n", .entries = &entry, .count = 1};
    struct prov_span full = build_list(&how, &plan);
    size_t header_len = prov_header_len(prov_trustlist_header(read_list(full)));
    struct prov_trustlist *with = read_list(bytes_of(full.data, header_len));
    assert_false(prov_trustlist_same(without, with));
    assert_false(prov_trustlist_same(with, without));
    assert_true(prov_trustlist_same(with, with));
}

static int
next_time(uint32_t held, int64_t clock, int64_t now, uint32_t *out)
{
    struct wish wish = first();
    wish.timestamp = held;
    const struct prov_trustlist *list = make(wish);
    return prov_trustlist_next_timestamp(&list, 1, clock, now, out, &err);
}

static void
the_next_timestamp_is_the_clock_or_a_second_more(void **state)
{
    (void)state;
    uint32_t out = 0;
    expect_ok(prov_trustlist_next_timestamp(NULL, 0, VECTOR_TIME, VECTOR_TIME, &out, &err), &err);
    assert_int_equal(out, VECTOR_TIME);
    expect_ok(next_time(VECTOR_TIME - 5, VECTOR_TIME, VECTOR_TIME, &out), &err);
    assert_int_equal(out, VECTOR_TIME);
    expect_ok(next_time(VECTOR_TIME, VECTOR_TIME, VECTOR_TIME, &out), &err);
    assert_int_equal(out, VECTOR_TIME + 1);
    expect_ok(next_time(VECTOR_TIME + 10, VECTOR_TIME, VECTOR_TIME, &out), &err);
    assert_int_equal(out, VECTOR_TIME + 11);
}

static void
the_newest_of_several_lists_counts(void **state)
{
    (void)state;
    uint32_t out = 0;
    struct wish wish = first();
    const struct prov_trustlist *held[3];
    held[0] = make(wish);
    held[1] = make(later(later(wish)));
    held[2] = make(later(wish));
    expect_ok(prov_trustlist_next_timestamp(held, 3, VECTOR_TIME, VECTOR_TIME, &out, &err), &err);
    assert_int_equal(out, VECTOR_TIME + 3);
}

static void
a_timestamp_more_than_a_day_ahead_is_refused(void **state)
{
    (void)state;
    uint32_t out = 77;
    const uint32_t ahead = (uint32_t)(VECTOR_TIME + DAY - 1);
    expect_ok(next_time(ahead, VECTOR_TIME, VECTOR_TIME, &out), &err);
    assert_int_equal(out, VECTOR_TIME + DAY);
    expect_failure(next_time(ahead + 1, VECTOR_TIME, VECTOR_TIME, &out), PROV_E_CONTINUITY, &err,
                   "more than a day ahead of the clock, and phones refuse lists from the future");
    expect_failure(next_time(1, VECTOR_TIME + DAY + 1, VECTOR_TIME, &out), PROV_E_CONTINUITY, &err,
                   "more than a day ahead");
    assert_int_equal(out, VECTOR_TIME + DAY);
}

static void
timestamps_end_in_2106(void **state)
{
    (void)state;
    uint32_t out = 77;
    const int64_t end = UINT32_MAX;
    expect_ok(next_time(UINT32_MAX - 1, end, end, &out), &err);
    assert_int_equal(out, UINT32_MAX);
    expect_failure(next_time(UINT32_MAX, end, end, &out), PROV_E_ARGUMENT, &err,
                   "a timestamp must lie between 1970 and 2106");
    expect_failure(prov_trustlist_next_timestamp(NULL, 0, end + 1, end + 1, &out, &err),
                   PROV_E_ARGUMENT, &err, "between 1970 and 2106");
    expect_failure(prov_trustlist_next_timestamp(NULL, 0, -1, 0, &out, &err), PROV_E_ARGUMENT, &err,
                   "between 1970 and 2106");
    expect_ok(prov_trustlist_next_timestamp(NULL, 0, 0, 0, &out, &err), &err);
    assert_int_equal(out, 0);
}

static void
long_signers_are_cut_in_messages(void **state)
{
    (void)state;
    char common_name[64], unit[65];
    memset(common_name, 'c', sizeof common_name);
    memset(unit, 'u', sizeof unit);
    memcpy(common_name, "CN=", 3);
    memcpy(unit, "OU=", 3);
    common_name[63] = '\0';
    unit[64] = '\0';
    EVP_PKEY *key = rsa_key(1024);
    X509_NAME *name = name_of(common_name, unit, unit, unit, unit, NULL);
    struct wish held = first(), next = later(first());
    held.signer = identity_of(x509_of(key, name, 0x7fffffffffffffffL), key);
    held.second = identity_of(x509_of(key, name, 0x7ffffffffffffff0L), key);
    next.signer = pem("sast.pem");
    refused(held, next, "..., serial 7fffffffffffffff");
    refused(next, held, "it is signed by CN=ccc");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_newer_list_of_the_same_signer_follows),
        cmocka_unit_test(an_identical_list_follows),
        cmocka_unit_test(the_second_sast_may_sign_the_next_list),
        cmocka_unit_test(an_unknown_signer_is_refused_with_both_names),
        cmocka_unit_test(all_sasts_of_the_old_list_are_named),
        cmocka_unit_test(the_ccm_of_the_old_list_may_not_sign),
        cmocka_unit_test(another_key_under_the_same_name_is_refused),
        cmocka_unit_test(another_certificate_of_the_same_key_and_name_follows),
        cmocka_unit_test(a_changed_list_is_refused),
        cmocka_unit_test(another_layout_is_refused_as_such),
        cmocka_unit_test(another_name_inside_is_refused),
        cmocka_unit_test(an_older_or_equal_timestamp_is_refused),
        cmocka_unit_test(a_held_record_by_hash_finds_the_certificate_in_the_next_list),
        cmocka_unit_test(lists_by_hash_alone_cannot_be_judged),
        cmocka_unit_test(a_list_without_sasts_trusts_nobody),
        cmocka_unit_test(a_list_without_a_timestamp_is_older_than_any),
        cmocka_unit_test(lists_that_differ_in_time_alone_are_the_same),
        cmocka_unit_test(lists_that_differ_otherwise_are_not),
        cmocka_unit_test(lists_with_more_header_fields_are_not_the_same),
        cmocka_unit_test(the_next_timestamp_is_the_clock_or_a_second_more),
        cmocka_unit_test(the_newest_of_several_lists_counts),
        cmocka_unit_test(a_timestamp_more_than_a_day_ahead_is_refused),
        cmocka_unit_test(timestamps_end_in_2106),
        cmocka_unit_test(long_signers_are_cut_in_messages),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
