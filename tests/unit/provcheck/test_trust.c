/* SPDX-License-Identifier: MIT */
/* The trust store, and what the vendor's own lists mean to it. */
#include "provcheck/phone/internal.h"
#include "provcheck/phone/trust.h"
#include "tests/unit/support.h"

#include <string.h>
#include <sys/stat.h>

static struct prov_error err;
static const struct prov_mac mac = {"58971ECC97C1"};

static struct trust
new_trust(void)
{
    struct trust_library *library = trust_library_new();
    assert_non_null(library);
    keep(library, (void (*)(void *))trust_library_free);
    return (struct trust){.known = library};
}

static void
hold(struct trust *trust, enum trust_kind kind, const char *file)
{
    expect_ok(trust_library_read(trust->known, vector("callmanager-shape/%s", file),
                                 &trust->lists[kind], &err),
              &err);
}

static void
count_warning(void *context, const char *text)
{
    (void)text;
    ++*(unsigned *)context;
}

static enum install_outcome
offer(struct trust *trust, struct prov_span list, unsigned *warnings)
{
    const struct verify_rules rules = {.family = family_find("8800"),
                                       .now = VECTOR_TIME + 1000,
                                       .warn = count_warning,
                                       .context = warnings};
    *warnings = 0;
    return install_list(trust, TRUST_ITL, list, &rules, &err);
}

static void
the_same_list_is_kept_once(void **state)
{
    (void)state;
    struct trust a = new_trust();
    struct trust b = {.known = a.known};
    hold(&a, TRUST_ITL, "ITLFile-sha256.tlv");
    hold(&b, TRUST_ITL, "ITLFile-sha256.tlv");
    assert_ptr_equal(a.lists[TRUST_ITL], b.lists[TRUST_ITL]);
    hold(&b, TRUST_ITL, "ITLFile-latin1-name.tlv");
    assert_ptr_not_equal(a.lists[TRUST_ITL], b.lists[TRUST_ITL]);
}

static void
a_list_that_is_none_is_not_kept(void **state)
{
    (void)state;
    struct trust trust = new_trust();
    const struct prov_trustlist *list = NULL;
    assert_int_equal(trust_library_read(trust.known, span_of("junk"), &list, &err), PROV_E_FORMAT);
}

static void
a_ctl_without_certificates_asks_for_no_signatures(void **state)
{
    (void)state;
    struct trust trust = new_trust();
    assert_true(trust_is_empty(&trust));
    assert_false(trust_lacks_server(&trust));
    hold(&trust, TRUST_CTL, "CTLFile-etoken-nonsecure.tlv");
    assert_false(trust_is_empty(&trust));
    assert_false(trust_signs_files(&trust));
    assert_false(trust_lacks_server(&trust));
    assert_false(trust_announces_https(&trust));
    assert_false(trust_is_released(&trust));
}

static void
tvs_records_count_by_hash_alone(void **state)
{
    (void)state;
    struct trust trust = new_trust();
    hold(&trust, TRUST_ITL, "ITLFile-tvs-hash-only.tlv");
    assert_true(trust_has_tvs(&trust));
    assert_false(trust_is_released(&trust));
}

static void
the_store_survives(void **state)
{
    (void)state;
    const char *folder = temporary("store");
    struct trust before = new_trust(), after = new_trust(), other = new_trust();
    hold(&before, TRUST_CTL, "CTLFile-etoken-nonsecure.tlv");
    hold(&before, TRUST_ITL, "ITLFile-sha256.tlv");
    expect_ok(trust_load(&other, folder, &mac, &err), &err);
    assert_true(trust_is_empty(&other));
    expect_ok(trust_save(&before, folder, &mac, &err), &err);
    expect_ok(trust_load(&after, folder, &mac, &err), &err);
    for (size_t kind = 0; kind < TRUST_KINDS; kind++)
        expect_same(prov_trustlist_bytes(before.lists[kind]),
                    prov_trustlist_bytes(after.lists[kind]));
    const struct prov_mac another = {"000000000001"};
    expect_ok(trust_load(&other, folder, &another, &err), &err);
    assert_true(trust_is_empty(&other));
}

static void
a_store_that_cannot_be_written_is_said(void **state)
{
    (void)state;
    const char *file = write_temporary("no-folder", "", 0);
    struct trust trust = new_trust();
    hold(&trust, TRUST_ITL, "ITLFile-sha256.tlv");
    expect_failure(trust_save(&trust, file, &mac, &err), PROV_E_SYSTEM, &err, "no-folder");
}

static void
first_lists_are_taken_with_doubts(void **state)
{
    (void)state;
    static const struct {
        const char *file;
        enum install_outcome outcome;
        unsigned warnings; /* at least */
    } lists[] = {
        {"ITLFile-sha512-v28.tlv", INSTALL_FIRST, 0},
        {"ITLFile-unknown-role.tlv", INSTALL_FIRST, 1},
        {"ITLFile-sha256.tlv", INSTALL_FIRST, 1},
        {"ITLFile-sast-hash-only.tlv", INSTALL_FIRST, 1},
        {"ITLFile-empty.tlv", INSTALL_EMPTY, 0},
        {"ITLFile-trunc-hdr.tlv", INSTALL_REFUSED, 0},
        {"ITLFile-trunc-rec.tlv", INSTALL_REFUSED, 0},
    };
    for (size_t i = 0; i < LENGTH(lists); i++) {
        struct trust trust = new_trust();
        unsigned warnings = 0;
        enum install_outcome outcome =
            offer(&trust, vector("callmanager-shape/%s", lists[i].file), &warnings);
        if (outcome != lists[i].outcome || warnings < lists[i].warnings)
            fail_msg("%s: outcome %d, %u warnings", lists[i].file, outcome, warnings);
    }
}

static void
a_server_must_be_listed_and_ec(void **state)
{
    (void)state;
    const struct prov_signing how = {
        .signer = pem("sast.pem"), .digest = PROV_SHA1, .timestamp = VECTOR_TIME};
    const struct prov_trustlist_entry entries[] = {{pem("sast.pem"), PROV_ROLE_SAST},
                                                   {pem("asterisk.pem"), PROV_ROLE_TFTP},
                                                   {pem("p256.pem"), PROV_ROLE_TFTP},
                                                   {pem("p521.pem"), PROV_ROLE_CCM}};
    struct prov_span list =
        build_list(&how, &(struct prov_trustlist_plan){.size = sizeof(struct prov_trustlist_plan),
                                                       .signer_version = {1, 1},
                                                       .name = "ITLFile.tlv",
                                                       .entries = entries,
                                                       .count = 4});
    struct trust trust = new_trust();
    expect_ok(trust_library_read(trust.known, list, &trust.lists[TRUST_ITL], &err), &err);
    assert_true(trust_announces_https(&trust));
    assert_true(trust_server(&trust, prov_identity_der(pem("p256.pem")), &err));
    assert_false(trust_server(&trust, prov_identity_der(pem("p521.pem")), &err));
    assert_non_null(strstr(err.text, "not in the phone's ITL"));
    assert_false(trust_server(&trust, prov_identity_der(pem("asterisk.pem")), &err));
    assert_non_null(strstr(err.text, "RSA"));
    assert_false(trust_server(&trust, span_of("junk"), &err));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_list_is_kept_once),
        cmocka_unit_test(a_list_that_is_none_is_not_kept),
        cmocka_unit_test(a_ctl_without_certificates_asks_for_no_signatures),
        cmocka_unit_test(tvs_records_count_by_hash_alone),
        cmocka_unit_test(the_store_survives),
        cmocka_unit_test(a_store_that_cannot_be_written_is_said),
        cmocka_unit_test(first_lists_are_taken_with_doubts),
        cmocka_unit_test(a_server_must_be_listed_and_ec),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
