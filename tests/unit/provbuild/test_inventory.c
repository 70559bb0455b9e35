/* SPDX-License-Identifier: MIT */
/* The inventory of the archive: what is written is read again, and part of it is refused. */
#include "provbuild/lists/records.h"
#include "tests/unit/support.h"

#include <stdio.h>
#include <string.h>

static struct inventory_line
line_of(const char *file, uint8_t digest, bool damaged)
{
    struct inventory_line line = {.damaged = damaged};
    snprintf(line.file, sizeof line.file, "%s", file);
    memset(line.sha256, digest, sizeof line.sha256);
    return line;
}

static void
put(struct inventory *inventory, const char *file, uint8_t digest, bool damaged)
{
    struct inventory_line line = line_of(file, digest, damaged);
    assert_int_equal(inventory_put(inventory, &line, NULL), PROV_OK);
}

static void
fill(struct inventory *inventory)
{
    put(inventory, "ITLFile.tlv.1795300000", 0xa1, false);
    put(inventory, "CTLSEP001122334455.tlv.1795300000.12", 0xff, false);
    put(inventory, "CTLFile.tlv.1", 0, true);
    inventory->records[INVENTORY_PROVEN] = (struct inventory_noted){true, 17, {0xc3}};
}

static void
files_stand_once_and_in_order(void **state)
{
    (void)state;
    struct inventory inventory = {0};
    fill(&inventory);
    put(&inventory, "ITLFile.tlv.1795300000", 0xb2, true);
    assert_int_equal(inventory.count, 3);
    for (size_t i = 1; i < inventory.count; i++)
        assert_true(strcmp(inventory.at[i - 1].file, inventory.at[i].file) < 0);
    const struct inventory_line *found = inventory_find(&inventory, "ITLFile.tlv.1795300000");
    assert_non_null(found);
    assert_int_equal(found->sha256[31], 0xb2);
    assert_true(found->damaged);
    assert_null(inventory_find(&inventory, "ITLFile.tlv.179530000"));
    inventory_release(&inventory);
    assert_null(inventory_find(&inventory, "ITLFile.tlv.1795300000"));
}

static void
what_is_written_is_read_again(void **state)
{
    (void)state;
    struct inventory inventory = {0}, again;
    struct prov_bytes *text = NULL;
    for (int filled = 0; filled < 2; filled++) {
        assert_int_equal(inventory_text(&inventory, &text, NULL), PROV_OK);
        assert_int_equal(inventory_read(prov_bytes_span(text), &again, NULL), PROV_OK);
        assert_true(inventory_same(&inventory, &again));
        assert_false(again.records[INVENTORY_UNDER_WAY].noted);
        assert_int_equal(again.records[INVENTORY_PROVEN].written, filled * 17);
        again.records[INVENTORY_PROVEN].written++;
        assert_true(inventory_same(&inventory, &again) == (filled == 0));
        again.records[INVENTORY_PROVEN].written--;
        put(&again, "ITLFile.tlv.2", 1, false);
        assert_false(inventory_same(&inventory, &again));
        inventory_release(&again);
        prov_bytes_free(text);
        fill(&inventory);
    }
    inventory_release(&inventory);
}

static void
an_older_record_is_told_from_a_newer_one(void **state)
{
    (void)state;
    const struct inventory_noted none = {.noted = false}, empty = {.written = 6},
                                 noted = {true, 5, {1}}, older = {true, 4, {1}},
                                 newer = {true, 6, {2}}, other = {true, 5, {2}};
    assert_null(record_fault(&none, &none));
    assert_null(record_fault(&none, &older));
    assert_null(record_fault(&noted, &noted));
    assert_null(record_fault(&noted, &newer));
    assert_null(record_fault(&noted, &empty));
    assert_string_equal(record_fault(&noted, &none), "it is missing");
    assert_string_equal(record_fault(&noted, &older), "it is older than it was");
    assert_non_null(strstr(record_fault(&noted, &other), "another one"));
}

static void
part_of_it_and_anything_else_is_refused(void **state)
{
    (void)state;
    struct inventory inventory = {0}, again;
    struct prov_bytes *text = NULL;
    fill(&inventory);
    assert_int_equal(inventory_text(&inventory, &text, NULL), PROV_OK);
    struct prov_span whole = prov_bytes_span(text);
    for (size_t len = 0; len + 1 < whole.len; len++) /* only the last line feed may be missing */
        if (inventory_read((struct prov_span){whole.data, len}, &again, NULL) != PROV_E_FORMAT)
            fail_msg("%zu of %zu bytes", len, whole.len);
    static const char *const bad[] = {
        "00 ITLFile.tlv.1\nend 1\n",
        "ITLFile.tlv.1\nend 1\n",
        "0000000000000000000000000000000000000000000000000000000000000000 \nend 1\n",
        "0000000000000000000000000000000000000000000000000000000000000000 a b\nend 1\n",
        "000000000000000000000000000000000000000000000000000000000000000g a\nend 1\n",
        "0000000000000000000000000000000000000000000000000000000000000000 "
        "ITLFile.tlv.111111111111111111111111111111111111111111111111111111111111\nend 1\n",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(inventory_read((struct prov_span){(const uint8_t *)bad[i], strlen(bad[i])},
                                        &again, NULL),
                         PROV_E_FORMAT);
    prov_bytes_free(text);
    inventory_release(&inventory);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_stand_once_and_in_order),
        cmocka_unit_test(what_is_written_is_read_again),
        cmocka_unit_test(an_older_record_is_told_from_a_newer_one),
        cmocka_unit_test(part_of_it_and_anything_else_is_refused),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
