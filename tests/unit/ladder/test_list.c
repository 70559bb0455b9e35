/* SPDX-License-Identifier: MIT */
/* What real lists are to phones. */
#include "ladder/list.h"

#include "tests/unit/support.h"

#include <string.h>

static struct prov_error err;

static struct ladder_list
made(const char *by, const char *second, const char *files, uint32_t time,
     const struct prov_layout *layout)
{
    const struct prov_signing how = {
        .signer = pem(by), .digest = PROV_SHA1, .layout = layout, .timestamp = time};
    struct prov_trustlist_entry entries[] = {
        {pem(by), PROV_ROLE_SAST},
        {certificate_of(second), PROV_ROLE_SAST},
        {files != NULL ? certificate_of(files) : certificate_of(second), PROV_ROLE_TFTP}};
    const struct prov_trustlist_plan plan = {.size = sizeof plan,
                                             .signer_version = {1, 0},
                                             .name = "ITLFile.tlv",
                                             .entries = entries,
                                             .count = files != NULL ? 3 : 2};
    struct ladder_list out;
    expect_ok(ladder_list_of(read_list(build_list(&how, &plan)), NULL, &out, &err), &err);
    return out;
}

static void
a_list_knows_its_signer(void **state)
{
    (void)state;
    struct ladder_list a = made("sast.pem", "asterisk.pem", "asterisk.pem", 100, NULL);
    assert_int_equal(a.sast_count, 2);
    assert_int_equal(a.time, 100);
    assert_true(ladder_signer_equal(&a.signer, &a.sasts[0]));
    assert_false(ladder_signer_equal(&a.signer, &a.sasts[1]));
    assert_true(a.serves);
    assert_false(made("sast.pem", "asterisk.pem", NULL, 100, NULL).serves);
}

static void
records_are_compared_without_sasts(void **state)
{
    (void)state;
    struct ladder_list a = made("sast.pem", "asterisk.pem", "asterisk.pem", 100, NULL);
    struct ladder_list b = made("asterisk.pem", "sast.pem", "asterisk.pem", 200, NULL);
    struct ladder_list c = made("sast.pem", "asterisk.pem", "sast.pem", 100, NULL);
    assert_memory_equal(a.records, b.records, sizeof a.records);
    assert_memory_not_equal(a.records, c.records, sizeof a.records);
    assert_memory_not_equal(a.sha256, b.sha256, sizeof a.sha256);
}

static void
phones_compare_the_words(void **state)
{
    (void)state;
    struct ladder_list a = made("sast.pem", "asterisk.pem", "asterisk.pem", 100, NULL);
    struct ladder_list next = made("asterisk.pem", "sast.pem", "asterisk.pem", 200, NULL);
    struct ladder_list words =
        made("sast.pem", "asterisk.pem", "asterisk.pem", 200, prov_layout_find("4.13"));
    struct ladder_pair pair = {{NULL, &a}};
    assert_true(ladder_takes(&pair, LADDER_ITL, &next, true));
    assert_false(ladder_takes(&pair, LADDER_ITL, &words, true));
    assert_false(ladder_takes(&pair, LADDER_ITL, &a, false));
    assert_true(ladder_takes(&pair, LADDER_CTL, &next, true));
    next.time = 100;
    assert_false(ladder_takes(&pair, LADDER_ITL, &next, true));
    assert_true(ladder_takes(&pair, LADDER_ITL, &next, false));
    pair.list[LADDER_ITL] = NULL;
    assert_true(ladder_takes(&pair, LADDER_ITL, &words, true));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_knows_its_signer),
        cmocka_unit_test(records_are_compared_without_sasts),
        cmocka_unit_test(phones_compare_the_words),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
