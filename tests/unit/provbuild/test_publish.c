/* SPDX-License-Identifier: MIT */
/* Trust lists beside what was published before: found, dated, and in turns. */
#include "tests/unit/provbuild/values.h"

#include <errno.h>
#include <stdlib.h>

static const struct list_wish first = {"ITLFile.tlv", "sast.pem", NULL, 0, 0},
                              other = {"ITLFile.tlv", "sast2.pem", NULL, 5, 0};

static struct prov_trustlist *
keep_list(struct list_wish wish)
{
    return keep(list_like(wish), (void (*)(void *))prov_trustlist_free);
}

/* --- beside what was published */

static void
a_clock_that_was_set_back_is_seen(void **state)
{
    (void)state;
    for (int stands = 0; stands < 2; stands++) {
        struct world *world = world_of_nothing();
        publish_once(world, first, stands == 1);
        want(world, NULL, "x", NULL, NULL);
        settle(world);
        const char *name = NULL;
        assert_int_equal(lists_ahead(&world->lists, &world->published, VECTOR_TIME - 86401, &name),
                         86401);
        assert_string_equal(name, "ITLFile.tlv");
        assert_int_equal(lists_ahead(&world->lists, &world->published, VECTOR_TIME, &name), 0);
        assert_int_equal(lists_lost(&world->lists, &world->published, true), stands == 0);
        assert_false(lists_lost(&world->lists, &world->published, false));
    }
}

static void
past_lists_are_found_by_name_and_by_digest(void **state)
{
    (void)state;
    const struct past_list *kept = NULL;
    struct prov_hash hash;
    struct world *world = world_of_nothing();
    publish_once(world, other, false);
    publish_once(world, first, true);
    publish_once(world, (struct list_wish){"ITLSEP001122334455.tlv", "sast.pem", NULL, 0, 0},
                 false);
    assert_int_equal(published_add(&world->published, "/tree/SEP.cnf.xml", true, NULL, NULL),
                     PROV_OK);
    settle(world);
    assert_int_equal(world->published.count, 4);
    assert_int_equal(
        prov_trustlist_timestamp(published_newest(&world->published, "ITLFile.tlv")->list),
        VECTOR_TIME + other.time);
    assert_null(published_newest(&world->published, "CTLFile.tlv"));
    assert_int_equal(published_newest_kept(&world->published, "ITLFile.tlv", &kept, NULL), PROV_OK);
    assert_string_equal(kept->file, "ITLFile.tlv.1700000005");
    assert_true(published_kept(&world->published,
                               published_in_tree(&world->published, "ITLFile.tlv")) != NULL);
    struct prov_span bytes = prov_trustlist_bytes(keep_list(other));
    assert_int_equal(prov_digest(PROV_SHA256, bytes.data, bytes.len, &hash, NULL), PROV_OK);
    assert_ptr_equal(published_find(&world->published, hash.value), kept);
    bytes = prov_trustlist_bytes(keep_list(first));
    assert_int_equal(prov_digest(PROV_SHA256, bytes.data, bytes.len, &hash, NULL), PROV_OK);
    assert_string_equal(published_find(&world->published, hash.value)->file,
                        "ITLFile.tlv.1700000000");
    hash.value[0] ^= 1;
    assert_null(published_find(&world->published, hash.value));
}

static void
a_folder_that_cannot_be_read_says_why(void **state)
{
    (void)state;
    struct published published;
    const struct past_list *kept = NULL;
    struct prov_error err = {.code = PROV_OK};
    const char *none = temporary("none"), *tree = temporary(".");
    expect_failure(published_read(NULL, none, &published, &err), PROV_E_SYSTEM, &err,
                   "cannot read ");
    assert_int_equal(err.sys, ENOENT);
    published_release(&published);

    expect_ok(published_read(none, tree, &published, &err), &err);
    expect_failure(published_newest_kept(&published, "ITLFile.tlv", &kept, &err), PROV_E_SYSTEM,
                   &err, "without it nobody knows which lists phones hold");
    assert_int_equal(err.sys, ENOENT);
    published_release(&published);
}

static void
phones_take_files_of_listed_signers_alone(void **state)
{
    (void)state;
    static const struct {
        bool stands;
        const char *signer;
        bool trusted;
    } cases[] = {
        {true, "asterisk.pem", true},
        {true, "apache.pem", false},
        {false, "apache.pem", true}, /* nobody holds a list */
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct prov_header *header = NULL;
        const struct prov_signing how = {.signer = pem(cases[i].signer), .digest = PROV_SHA1};
        struct world *world = world_of_nothing();
        if (cases[i].stands)
            publish_once(world, first, true);
        settle(world);
        assert_int_equal(prov_header_expect(&how, 0, &header, NULL), PROV_OK);
        assert_int_equal(lists_trust(&world->lists, NULL, how.signer, header), cases[i].trusted);
        prov_header_free(header);
    }
}

/* The table says which lists stand; what stands under a list's own name is one of them. */
static void
lists_in_turns_stand_by_their_table(void **state)
{
    (void)state;
    static const char text[] = "ITLFile.tlv ITLFile.tlv.1700000000 ITLFile.tlv.1700000005\nend 1\n";
    struct world *world = world_of_nothing();
    publish_once(world, first, true);
    publish_once(world, other, false);
    assert_int_equal(ladder_table_read((struct prov_span){(const uint8_t *)text, strlen(text)},
                                       &world->published.table, NULL),
                     PROV_OK);
    settle(world);
    const struct list *list = lists_find(&world->lists, "ITLFile.tlv");
    assert_int_equal(list->rungs.count, 2);
    assert_int_equal(prov_trustlist_timestamp(list->stands), VECTOR_TIME + other.time);
    assert_int_equal(prov_trustlist_timestamp(list->in_tree), VECTOR_TIME);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_clock_that_was_set_back_is_seen),
        cmocka_unit_test(past_lists_are_found_by_name_and_by_digest),
        cmocka_unit_test(a_folder_that_cannot_be_read_says_why),
        cmocka_unit_test(phones_take_files_of_listed_signers_alone),
        cmocka_unit_test(lists_in_turns_stand_by_their_table),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
