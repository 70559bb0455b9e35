/* SPDX-License-Identifier: MIT */
/* Lists in turns: the table that stands, and what deliveries do to the odds. */
#include "server/resolver/turns.h"

#include "ladder/draw.h"
#include "tests/unit/support.h"
#include "tree/roots.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DRAWS 4000

static struct prov_error err;

static int
open_tree(const char *table)
{
    int fd = -1;
    (void)mkdir(temporary("tree"), 0755);
    (void)mkdir(temporary("tree/" LADDER_FOLDER), 0755);
    (void)unlink(temporary("tree/" LADDER_FOLDER "/" LADDER_TABLE));
    if (table != NULL)
        write_temporary("tree/" LADDER_FOLDER "/" LADDER_TABLE, table, strlen(table));
    expect_ok(root_open(temporary("tree"), &fd, &err), &err);
    return fd;
}

static struct turns *
turns_over(int root)
{
    struct turns *turns = NULL;
    expect_ok(turns_new(&turns, &err), &err);
    expect_ok(turns_refresh(turns, root, &err), &err);
    return keep(turns, (void (*)(void *))turns_free);
}

static const char two[] = "ITLFile.tlv ITLFile.tlv.1 ITLFile.tlv.2\n"
                          "CTLFile.tlv CTLFile.tlv.1 CTLFile.tlv.2\nend 2\n";

static void
without_a_table_nothing_is_drawn(void **state)
{
    (void)state;
    char out[sizeof LADDER_FOLDER + LADDER_FILE_SIZE];
    int root = open_tree(NULL);
    struct turns *turns = turns_over(root);
    assert_false(turns_draw(turns, "ITLFile.tlv", "SEP58971ECC97C1", 100, out));
    close(root);
}

static void
both_kinds_draw_the_same(void **state)
{
    (void)state;
    int root = open_tree(two);
    struct turns *turns = turns_over(root);
    for (int64_t now = 0; now < 200 * LADDER_WINDOW; now += LADDER_WINDOW) {
        char itl[sizeof LADDER_FOLDER + LADDER_FILE_SIZE], ctl[sizeof itl];
        assert_true(turns_draw(turns, "ITLFile.tlv", "SEP58971ECC97C1", now, itl));
        /* A delivery within the boot does not change what the boot draws. */
        turns_note(turns, "SEP58971ECC97C1", itl, now);
        assert_true(turns_draw(turns, "CTLFile.tlv", "SEP58971ECC97C1", now + 1, ctl));
        turns_note(turns, "SEP58971ECC97C1", ctl, now + 1);
        assert_string_equal(itl + sizeof LADDER_FOLDER + 3, ctl + sizeof LADDER_FOLDER + 3);
        char again[sizeof itl];
        assert_true(turns_draw(turns, "ITLFile.tlv", "SEP58971ECC97C1", now + 2, again));
        assert_string_equal(itl, again);
    }
    close(root);
}

static unsigned
count_newest(struct turns *turns, const char *who)
{
    unsigned newest = 0;
    for (int64_t window = 10; window < DRAWS; window++) {
        char out[sizeof LADDER_FOLDER + LADDER_FILE_SIZE];
        assert_true(turns_draw(turns, "ITLFile.tlv", who, window * LADDER_WINDOW, out));
        newest += strcmp(out, LADDER_FOLDER "/ITLFile.tlv.2") == 0;
    }
    return newest;
}

static void
deliveries_shift_the_odds(void **state)
{
    (void)state;
    int root = open_tree(two);
    struct turns *turns = turns_over(root);
    assert_in_range(count_newest(turns, "SEP58971ECC97C1"), DRAWS * 20 / 100, DRAWS * 30 / 100);
    turns_note(turns, "SEP58971ECC97C1", LADDER_FOLDER "/ITLFile.tlv.1", 0);
    assert_in_range(count_newest(turns, "SEP58971ECC97C1"), DRAWS * 70 / 100, DRAWS * 80 / 100);
    assert_in_range(count_newest(turns, "SEP001122334455"), DRAWS * 20 / 100, DRAWS * 30 / 100);
    /* What is no rung is nothing. */
    turns_note(turns, "SEP001122334455", "ITLFile.tlv", 0);
    turns_note(turns, "SEP001122334455", LADDER_FOLDER "/ITLFile.tlv.3", 0);
    turns_note(turns, "SEP001122334455", LADDER_FOLDER "/" LADDER_TABLE, 0);
    assert_in_range(count_newest(turns, "SEP001122334455"), DRAWS * 20 / 100, DRAWS * 30 / 100);
    close(root);
}

/* Proof ends the turns of a phone, for the kind that it is proof of. */
static void
who_is_proven_is_given_the_newest(void **state)
{
    (void)state;
    static const char table[] = "ITLFile.tlv ITLFile.tlv.1 ITLFile.tlv.2\n"
                                "CTLFile.tlv CTLFile.tlv.1 CTLFile.tlv.2\n"
                                "newest ITL SEP58971ECC97C1\nend 3\n";
    int root = open_tree(table);
    struct turns *turns = turns_over(root);
    char out[TURNS_PATH_SIZE];
    unsigned newest = 0;
    assert_int_equal(count_newest(turns, "SEP58971ECC97C1"), DRAWS - 10);
    assert_in_range(count_newest(turns, "SEP001122334455"), DRAWS * 20 / 100, DRAWS * 30 / 100);
    for (int64_t window = 10; window < DRAWS; window++) {
        assert_true(
            turns_draw(turns, "CTLFile.tlv", "SEP58971ECC97C1", window * LADDER_WINDOW, out));
        newest += strcmp(out, LADDER_FOLDER "/CTLFile.tlv.2") == 0;
    }
    assert_in_range(newest, DRAWS * 20 / 100, DRAWS * 30 / 100);
    close(root);
}

static const char three[] = "ITLFile.tlv ITLFile.tlv.1 ITLFile.tlv.2 ITLFile.tlv.3\nend 1\n";

/* How often each of three rungs is drawn. */
static void
count_each(struct turns *turns, const char *who, unsigned counts[static 3])
{
    memset(counts, 0, 3 * sizeof counts[0]);
    for (int64_t window = 10; window < DRAWS; window++) {
        char out[TURNS_PATH_SIZE];
        assert_true(turns_draw(turns, "ITLFile.tlv", who, window * LADDER_WINDOW, out));
        counts[out[strlen(out) - 1] - '1']++;
    }
}

/* Each rung keeps a sixth of the draws, whatever is delivered in its own name or in any other. */
static void
no_delivery_takes_a_rung_away(void **state)
{
    (void)state;
    unsigned counts[3];
    int root = open_tree(three);
    struct turns *turns = turns_over(root);
    for (int last = 1; last <= 3; last++) {
        char file[TURNS_PATH_SIZE], who[32];
        snprintf(file, sizeof file, LADDER_FOLDER "/ITLFile.tlv.%d", last);
        for (unsigned other = 0; other < 5000; other++) {
            snprintf(who, sizeof who, "SEP%012X", other);
            turns_note(turns, who, file, 0);
        }
        count_each(turns, "SEP58971ECC97C1", counts);
        for (size_t i = 0; i < 3; i++)
            assert_in_range(counts[i], DRAWS * 12 / 100, DRAWS);
        turns_note(turns, "SEP58971ECC97C1", file, 0);
        count_each(turns, "SEP58971ECC97C1", counts);
        for (size_t i = 0; i < 3; i++)
            assert_in_range(counts[i], DRAWS * 12 / 100, DRAWS);
        /* The one after it is the likeliest; the newest stays. */
        assert_in_range(counts[last < 3 ? last : 2], DRAWS * 60 / 100, DRAWS * 73 / 100);
    }
    close(root);
}

/* Somebody asks in the phone's name, window after window, until what was delivered last makes
 * another rung the likelier; and goes on within the phone's own boot. */
static void
whoever_polls_takes_no_rung_away(void **state)
{
    (void)state;
    static const char who[] = "SEP58971ECC97C1";
    int root = open_tree(three);
    struct turns *turns = turns_over(root);
    for (size_t wanted = 0; wanted < 3; wanted++) {
        unsigned given = 0;
        int64_t now = 0;
        char out[TURNS_PATH_SIZE];
        for (int boot = 0; boot < DRAWS; boot++) {
            size_t next = wanted;
            for (int asked = 0; next == wanted && asked < 50; asked++) {
                now += LADDER_WINDOW;
                assert_true(turns_draw(turns, "ITLFile.tlv", who, now, out));
                turns_note(turns, who, out, now);
                next = (size_t)(out[strlen(out) - 1] - '0'); /* the one after it */
                next = next < 3 ? next : 2;
            }
            now += LADDER_WINDOW;
            assert_true(turns_draw(turns, "ITLFile.tlv", who, now, out));
            turns_note(turns, who, out, now);
            assert_true(turns_draw(turns, "ITLFile.tlv", who, now + 1, out));
            given += (size_t)(out[strlen(out) - 1] - '1') == wanted;
        }
        assert_in_range(given, DRAWS / 6 * 8 / 10, DRAWS / 6 * 12 / 10);
    }
    close(root);
}

/* It is read once, not at every request, and again when it changes or goes. */
static void
what_cannot_be_read_is_said_until_it_is_replaced(void **state)
{
    (void)state;
    int root = open_tree("junk");
    struct turns *turns = NULL;
    expect_ok(turns_new(&turns, &err), &err);
    (void)keep(turns, (void (*)(void *))turns_free);
    for (int i = 0; i < 2; i++)
        assert_int_equal(turns_refresh(turns, root, &err), PROV_E_FORMAT);
    (void)unlink(temporary("tree/" LADDER_FOLDER "/" LADDER_TABLE));
    expect_ok(turns_refresh(turns, root, &err), &err);
    (void)mkdir(temporary("tree/" LADDER_FOLDER "/" LADDER_TABLE), 0755);
    expect_ok(turns_refresh(turns, root, &err), &err); /* no file is no table */
    (void)rmdir(temporary("tree/" LADDER_FOLDER "/" LADDER_TABLE));
    assert_int_equal(symlink("/etc/passwd", temporary("tree/" LADDER_FOLDER "/" LADDER_TABLE)), 0);
    assert_int_equal(turns_refresh(turns, root, &err), PROV_E_SYSTEM);
    (void)unlink(temporary("tree/" LADDER_FOLDER "/" LADDER_TABLE));
    expect_ok(turns_refresh(turns, root, &err), &err);
    close(root);
}

static void
a_table_that_changes_is_read_again(void **state)
{
    (void)state;
    char out[sizeof LADDER_FOLDER + LADDER_FILE_SIZE];
    int root = open_tree(two);
    struct turns *turns = turns_over(root);
    assert_true(turns_draw(turns, "CTLFile.tlv", "CTLFile.tlv", 100, out));
    close(open_tree("end 1\n"));
    expect_failure(turns_refresh(turns, root, &err), PROV_E_FORMAT, &err, "its last line is");
    assert_true(turns_draw(turns, "CTLFile.tlv", "CTLFile.tlv", 100, out));
    close(open_tree("end 0\n"));
    expect_ok(turns_refresh(turns, root, &err), &err);
    assert_false(turns_draw(turns, "CTLFile.tlv", "CTLFile.tlv", 100, out));
    close(open_tree(two));
    expect_ok(turns_refresh(turns, root, &err), &err);
    assert_true(turns_draw(turns, "CTLFile.tlv", "CTLFile.tlv", 100, out));
    close(open_tree(NULL));
    expect_ok(turns_refresh(turns, root, &err), &err);
    assert_false(turns_draw(turns, "CTLFile.tlv", "CTLFile.tlv", 100, out));
    close(root);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_table_nothing_is_drawn),
        cmocka_unit_test(both_kinds_draw_the_same),
        cmocka_unit_test(deliveries_shift_the_odds),
        cmocka_unit_test(who_is_proven_is_given_the_newest),
        cmocka_unit_test(no_delivery_takes_a_rung_away),
        cmocka_unit_test(whoever_polls_takes_no_rung_away),
        cmocka_unit_test(a_table_that_changes_is_read_again),
        cmocka_unit_test(what_cannot_be_read_is_said_until_it_is_replaced),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
