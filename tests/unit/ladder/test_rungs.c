/* SPDX-License-Identifier: MIT */
/* The table of ladders, as text and back. */
#include "ladder/rungs.h"

#include "tests/unit/support.h"

#include <string.h>

static struct prov_error err;

static const char sound[] = "# given in turns\n"
                            "ITLFile.tlv ITLFile.tlv.10 ITLFile.tlv.11.2\n"
                            "\n"
                            "CTLSEP58971ECC97C1.tlv CTLSEP58971ECC97C1.tlv.1 "
                            "CTLSEP58971ECC97C1.tlv.2 CTLSEP58971ECC97C1.tlv.3\n"
                            "newest ITL SEP58971ECC97C1\n"
                            "newest CTL SEP001122334455\n"
                            "end 4\n";

static void
a_table_is_read(void **state)
{
    (void)state;
    struct ladder_table table;
    expect_ok(ladder_table_read(span_of(sound), &table, &err), &err);
    assert_int_equal(table.count, 2);
    const struct ladder_row *row = ladder_table_find(&table, "ITLFile.tlv");
    assert_non_null(row);
    assert_int_equal(row->count, 2);
    assert_string_equal(row->file[1], "ITLFile.tlv.11.2");
    assert_int_equal(ladder_row_find(row, "ITLFile.tlv.10"), 0);
    assert_int_equal(ladder_row_find(row, "ITLFile.tlv.12"), LADDER_NO_LIST);
    assert_null(ladder_table_find(&table, "CTLFile.tlv"));
    const struct prov_mac one = {"001122334455"}, two = {"58971ECC97C1"};
    assert_true(ladder_table_proves(&table, LADDER_CTL, &one));
    assert_false(ladder_table_proves(&table, LADDER_ITL, &one));
    assert_true(ladder_table_proves(&table, LADDER_ITL, &two));
    assert_false(ladder_table_proves(&table, LADDER_CTL, &two));
    ladder_table_release(&table);
}

static void
a_table_is_written_as_it_is_read(void **state)
{
    (void)state;
    struct ladder_table table, again;
    struct prov_bytes *bytes = NULL;
    expect_ok(ladder_table_read(span_of(sound), &table, &err), &err);
    expect_ok(ladder_table_write(&table, &bytes, &err), &err);
    expect_ok(ladder_table_read(prov_bytes_span(bytes), &again, &err), &err);
    assert_int_equal(again.count, table.count);
    assert_memory_equal(again.at, table.at, table.count * sizeof *table.at);
    assert_int_equal(again.proven_count, 2);
    assert_memory_equal(again.proven, table.proven, 2 * sizeof *table.proven);
    prov_bytes_free(bytes);
    table.at[0].count = 1;
    expect_failure(ladder_table_write(&table, &bytes, &err), PROV_E_ARGUMENT, &err, "two or more");
    ladder_table_release(&table);
    ladder_table_release(&again);
}

static void
a_rung_names_its_list(void **state)
{
    (void)state;
    static const char *const rungs[][2] = {
        {"ITLFile.tlv.10", "ITLFile.tlv"},
        {"CTLFile.tlv.0.1", "CTLFile.tlv"},
        {"CTLSEP58971ECC97C1.tlv.4294967295.999", "CTLSEP58971ECC97C1.tlv"}};
    static const char *const others[] = {"",
                                         "ITLFile.tlv",
                                         "ITLFile.tlv.",
                                         "ITLFile.tlv.x",
                                         "ITLFile.tlv.1.",
                                         "ITLFile.tlv..1",
                                         "ITLFile.tlv.1.2.3",
                                         "ITLFile.tlv.1.tmp",
                                         "ITLOther.tlv.1",
                                         "ITLSEP58971ECC97C.tlv.1",
                                         "ITLSEP58971ECC97C1SEP58971ECC97C1.tlv.1",
                                         ".tlv.1",
                                         "CTLSEP58971ECC97C1.tlv.1.22222222222222222222222"};
    char name[LADDER_NAME_SIZE];
    for (size_t i = 0; i < LENGTH(rungs); i++) {
        assert_true(ladder_list_of_rung(rungs[i][0], name));
        assert_string_equal(name, rungs[i][1]);
    }
    for (size_t i = 0; i < LENGTH(others); i++)
        if (ladder_list_of_rung(others[i], name))
            fail_msg("%s is taken for a rung of %s", others[i], name);
}

static void
anything_else_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *part;
    } cases[] = {
        {"", "last line"},
        {"end 1\n", "it holds 0 lines, and its last line is 'end 1'"},
        {"end \n", "its last line is 'end '"},
        {"end 0\nend 0\n", "follows its last line"},
        {"ITLFile.tlv ITLFile.tlv.1\nend 1\n", "two rungs or more"},
        {"ITLFile.tlv\nend 1\n", "two rungs or more"},
        {" ITLFile.tlv.1 ITLFile.tlv.2\nend 1\n", "two rungs or more"},
        {"../ITLFile.tlv ../ITLFile.tlv.1 ../ITLFile.tlv.2\nend 1\n", "two rungs or more"},
        {"newest ITL\nend 1\n", "no kind of list and phone follow newest"},
        {"newest XTL SEP001122334455\nend 1\n", "no kind of list and phone follow newest"},
        {"newest ITL SEP00112233445\nend 1\n", "no kind of list and phone follow newest"},
        {"newest ITL SEP001122334455 x\nend 1\n", "no kind of list and phone follow newest"},
        {"newest\nend 1\n", "two rungs or more"},
        {"ITLFile.tlv ITLFile.tlv.1 CTLFile.tlv.2\nend 1\n", "two rungs or more"},
        {"ITLFile.tlv ITLFile.tlv.1 ITLFile.tlv.1\nend 1\n", "two rungs or more"},
        {"ITLFile.tlv ITLFile.tlv.1 ITLFile.tlv.\nend 1\n", "two rungs or more"},
        {"ITLFile.tlv ITLFile.tlv.1 ITLFile.tlv.2/../x\nend 1\n", "two rungs or more"},
        {"ITLFile.tlv  ITLFile.tlv.1 ITLFile.tlv.2\nend 1\n", "two rungs"},
        {"SEP58971ECC97C1.cnf.xml a b\nend 1\n", "two rungs or more"},
        {"ITLFile.tlv ITLFile.tlv.1 ITLFile.tlv.2\nITLFile.tlv ITLFile.tlv.1 "
         "ITLFile.tlv.2\nend 2\n",
         "twice"},
    };
    struct ladder_table table;
    for (size_t i = 0; i < LENGTH(cases); i++)
        expect_failure(ladder_table_read(span_of(cases[i].text), &table, &err), PROV_E_FORMAT, &err,
                       cases[i].part);
}

static void
too_many_rungs_are_refused(void **state)
{
    (void)state;
    char text[2048] = "ITLFile.tlv";
    struct ladder_table table;
    for (int i = 0; i <= LADDER_RUNGS_MAX; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), " ITLFile.tlv.%d", i);
    strcat(text, "\nend 1\n");
    expect_failure(ladder_table_read(span_of(text), &table, &err), PROV_E_FORMAT, &err, "too many");
}

/* However it is cut, what is left of a table is none; its last line may lack its end. */
static void
no_part_is_a_table(void **state)
{
    (void)state;
    struct ladder_table table;
    for (size_t len = 0; len < strlen(sound) - 1; len++)
        assert_int_not_equal(
            ladder_table_read((struct prov_span){(const uint8_t *)sound, len}, &table, &err),
            PROV_OK);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_is_read),
        cmocka_unit_test(a_table_is_written_as_it_is_read),
        cmocka_unit_test(a_rung_names_its_list),
        cmocka_unit_test(anything_else_is_refused),
        cmocka_unit_test(too_many_rungs_are_refused),
        cmocka_unit_test(no_part_is_a_table),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
