/* SPDX-License-Identifier: MIT */
/* Whether a trust list is published: each refusal as a case, over lists in memory. */
#include "provbuild/publish/decide.h"
#include "tests/unit/provbuild/values.h"

#include <errno.h>
#include <stdlib.h>

static const struct list_wish first = {"ITLFile.tlv", "sast.pem", NULL, 0, 0},
                              other = {"ITLFile.tlv", "sast2.pem", NULL, 5, 0},
                              both = {"ITLFile.tlv", "sast.pem", "sast2.pem", 10, 0};

static struct prov_trustlist *
keep_list(struct list_wish wish)
{
    return keep(list_like(wish), (void (*)(void *))prov_trustlist_free);
}

static struct decision
decision_on(struct world *world)
{
    const struct past_list *kept = NULL;
    const struct list *list = &world->lists.at[0];
    assert_int_equal(published_newest_kept(&world->published, list->name, &kept, NULL), PROV_OK);
    struct decision decision = {.all = &world->lists,
                                .list = list,
                                .published = &world->published,
                                .archived = kept != NULL ? kept->list : NULL,
                                .archived_path = kept != NULL ? kept->path : NULL,
                                .forced_phones = &world->run.forced,
                                .left_out = &world->run.left_out,
                                .now = world->run.now,
                                .verdict = VERDICT_NEXT};
    assert_int_equal(decide_held(&decision, NULL), PROV_OK);
    if (decision.held != NULL)
        keep(decision.held, free);
    return decision;
}

/* --- whom it would lock out */

struct lock_out {
    bool stands; /* `first` stands in the tree; else `both` does */
    bool ledger;
    int64_t holds; /* by the ledger: the list of this time; -1: nothing is known */
    bool unknown, forgotten;
    struct list_wish next;
    const char *refusal; /* NULL: it is published */
    const char *forced;  /* what is said of it by force; NULL: nothing */
};

static const struct list_wish by_same = {"ITLFile.tlv", "sast.pem", NULL, 20, 0};

static void
a_list_that_locks_phones_out_is_refused(void **state)
{
    (void)state;
    static const struct lock_out cases[] = {
        {true, true, 0, false, false, {"ITLFile.tlv", "sast.pem", NULL, 20, 0}, NULL, NULL},
        {true,
         true,
         0,
         false,
         false,
         {"ITLFile.tlv", "sast2.pem", NULL, 20, 0},
         "all phones that hold /tree/ITLFile.tlv would be locked out",
         "sast"},
        {true,
         true,
         0,
         false,
         false,
         {"ITLFile.tlv", "rsa1024.pem", NULL, 20, 0},
         "all phones that hold /tree/ITLFile.tlv would be locked out",
         "sast"},
        {false, true, 10, false, false, {"ITLFile.tlv", "sast2.pem", NULL, 20, 0}, NULL, NULL},
        {false,
         true,
         0,
         false,
         false,
         {"ITLFile.tlv", "sast2.pem", NULL, 20, 0},
         "1 of 1 phones would be locked out, or may be, by what the ledger knows: " ONE,
         "1 of 1 phones would be locked out"},
        {false,
         true,
         -1,
         false,
         false,
         {"ITLFile.tlv", "sast2.pem", NULL, 20, 0},
         "1 of 1 phones would be locked out",
         "1 of 1 phones"},
        {false, true, 0, false, true, {"ITLFile.tlv", "sast2.pem", NULL, 20, 0}, NULL, NULL},
        {false,
         true,
         -1,
         true,
         false,
         {"ITLFile.tlv", "sast.pem", NULL, 20, 0},
         "hold a list that the archive does not know",
         "does not know"},
        {false,
         false,
         -1,
         false,
         false,
         {"ITLFile.tlv", "sast2.pem", NULL, 20, 0},
         "phones that were off may still hold an older list (1 in the archive, such as "
         "ITLFile.tlv.1700000000)",
         "phones that were off"},
        {false,
         false,
         -1,
         false,
         false,
         {"ITLFile.tlv", "sast.pem", "sast2.pem", 20, 0},
         NULL,
         NULL},
    };
    for (size_t i = 0; i < LENGTH(cases); i++)
        for (int force = 0; force < 2; force++) {
            const struct lock_out *at = &cases[i];
            struct prov_error err = {.code = PROV_OK}, warning;
            const char *place = NULL;
            struct world *world = world_of_nothing();
            publish_once(world, first, at->stands);
            if (!at->stands)
                publish_once(world, both, true);
            want(world, NULL, "x", NULL, NULL);
            settle(world);
            world->fleet.ledger = at->ledger;
            struct fleet_phone *phone = phone_holds(world, ONE, at->holds);
            phone->held[LIST_ITL].unknown = at->unknown;
            phone->forgotten = at->forgotten;
            struct decision decision = decision_on(world);
            decision.forced = force == 1;
            int rc = decide_phones(&decision, &world->fleet, keep_list(at->next), &warning, &place,
                                   &err);
            bool refused = at->refusal != NULL && force == 0;
            if (rc != (refused ? PROV_E_CONTINUITY : PROV_OK) ||
                (refused && strstr(err.text, at->refusal) == NULL) ||
                (force == 1 && (at->forced != NULL) != (warning.code != PROV_OK)))
                fail_msg("case %zu, force %d: %d: %s; %s", i, force, rc, err.text, warning.text);
        }
}

/* Phones with a list of their own are not given the one for all. */
static void
a_list_without_a_section_counts_until_its_phone_is_left_out(void **state)
{
    (void)state;
    for (int left_out = 0; left_out < 2; left_out++) {
        struct prov_error err = {.code = PROV_OK}, warning;
        const char *place = NULL;
        struct world *world = world_of_nothing();
        publish_once(world, (struct list_wish){"ITLSEP001122334455.tlv", "tvs.pem", NULL, 3, 0},
                     true);
        publish_once(world, first, true);
        want(world, NULL, "x", NULL, NULL);
        settle(world);
        if (left_out == 1)
            world->run.left_out = phones_of(ONE, NULL);
        struct decision decision = decision_on(world);
        int rc =
            decide_phones(&decision, &world->fleet, keep_list(by_same), &warning, &place, &err);
        if (left_out == 1)
            assert_int_equal(rc, PROV_OK);
        else
            expect_failure(rc, PROV_E_CONTINUITY, &err,
                           "leave that phone out with --forget SEP<MAC> if it is gone");
    }
}

static void
old_phones_must_be_able_to_verify_it(void **state)
{
    (void)state;
    struct prov_error err = {.code = PROV_OK}, warning = {.code = PROV_OK};
    const struct list_wish sha512 = {"ITLFile.tlv", "sast.pem", NULL, 20, PROV_SHA512};
    struct world *world = world_of_nothing();
    publish_once(world, first, true);
    want(world, NULL, "x", NULL, NULL);
    settle(world);
    struct decision decision = decision_on(world);
    const struct prov_trustlist *next = keep_list(sha512);
    const struct abilities_names old = {.old = {1, ONE}}, none = {.old = {0, ""}},
                                 unnamed = {.unnamed = {1, TWO}};
    assert_true(decide_needs_old(&decision, next));
    assert_false(decide_needs_old(&decision, keep_list(by_same)));
    expect_failure(decide_old(&decision, next, &old, &warning, &err), PROV_E_CONTINUITY, &err,
                   "1 phones would be locked out, by the loads of their configurations: " ONE);
    expect_failure(decide_old(&decision, next, &unnamed, &warning, &err), PROV_E_CONTINUITY, &err,
                   "1 phones may be locked out, since their configurations name no load and 7900 "
                   "ones may be meant: " TWO);
    expect_ok(decide_old(&decision, next, &none, &warning, &err), &err);
    decision.forced = true;
    expect_ok(decide_old(&decision, next, &old, &warning, &err), &err);
    assert_non_null(strstr(warning.text, ONE));
    decision.verdict = VERDICT_AGAIN;
    assert_false(decide_needs_old(&decision, next));
}

static void
what_cannot_be_read_refuses_but_by_force(void **state)
{
    (void)state;
    struct prov_error err = {.code = PROV_OK};
    expect_failure(decide_doubt(false, "/tree/ITLFile.tlv", "it ends early", &err),
                   PROV_E_CONTINUITY, &err,
                   "/tree/ITLFile.tlv cannot be trusted (it ends early), so whether phones would");
    expect_ok(decide_doubt(true, "/tree/ITLFile.tlv", "it ends early", &err), &err);
}

static void
the_next_list_is_later_than_all_that_are_held(void **state)
{
    (void)state;
    struct prov_error err = {.code = PROV_OK}, warning;
    uint32_t time = 0;
    struct world *world = world_of_nothing();
    publish_once(world, (struct list_wish){"ITLFile.tlv", "sast.pem", NULL, 500000, 0}, true);
    want(world, NULL, "x", NULL, NULL);
    settle(world);
    struct decision decision = decision_on(world);
    expect_failure(decide_time(&decision, &time, &warning, &err), PROV_E_CONTINUITY, &err, "");
    decision.forced = true;
    expect_ok(decide_time(&decision, &time, &warning, &err), &err);
    assert_int_equal(time, VECTOR_TIME + 500001);
    assert_int_not_equal(warning.code, PROV_OK);
    decision.now = VECTOR_TIME + 600000;
    expect_ok(decide_time(&decision, &time, &warning, &err), &err);
    assert_int_equal(time, decision.now);
    assert_int_equal(warning.code, PROV_OK);
}

/* --- what is to be done */

static void
what_stands_or_was_kept_is_not_made_again(void **state)
{
    (void)state;
    static const struct {
        bool published, stands;
        const char *signer; /* that is wanted */
        enum verdict verdict;
    } cases[] = {
        {true, true, "sast.pem", VERDICT_STANDS},
        {true, false, "sast.pem", VERDICT_AGAIN},
        {false, false, "sast.pem", VERDICT_NEXT},
        {true, true, "sast2.pem", VERDICT_NEXT},
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct list_draft *draft = NULL;
        struct world *world = world_of_nothing();
        if (cases[i].published)
            publish_once(world, first, cases[i].stands);
        want(world, NULL, text_of("%s/pem/%s", VECTORS, cases[i].signer), NULL,
             VECTORS "/pem/asterisk.pem");
        settle(world);
        struct decision decision = decision_on(world);
        assert_int_equal(
            list_draft_new(&world->run, &world->wanted.lists[0], "ITLFile.tlv", &draft, NULL),
            PROV_OK);
        assert_int_equal(decide_verdict(&decision, draft, NULL), PROV_OK);
        if (decision.verdict != cases[i].verdict)
            fail_msg("case %zu: %d", i, (int)decision.verdict);
        list_draft_free(draft);
    }
}

/* --- beside what was published */

static void
a_clock_that_was_set_back_is_seen(void **state)
{
    (void)state;
    struct prov_error err = {.code = PROV_OK};
    for (int stands = 0; stands < 2; stands++) {
        struct world *world = world_of_nothing();
        publish_once(world, first, stands == 1);
        want(world, NULL, "x", NULL, NULL);
        settle(world);
        expect_failure(
            lists_check_clock(&world->lists, &world->published, VECTOR_TIME - 86401, &err),
            PROV_E_CONTINUITY, &err, "the clock is more than a day behind ITLFile.tlv");
        expect_ok(lists_check_clock(&world->lists, &world->published, VECTOR_TIME - 86400, &err),
                  &err);
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
    assert_true(
        published_twice(&world->published, published_in_tree(&world->published, "ITLFile.tlv")));
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

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_that_locks_phones_out_is_refused),
        cmocka_unit_test(a_list_without_a_section_counts_until_its_phone_is_left_out),
        cmocka_unit_test(old_phones_must_be_able_to_verify_it),
        cmocka_unit_test(what_cannot_be_read_refuses_but_by_force),
        cmocka_unit_test(the_next_list_is_later_than_all_that_are_held),
        cmocka_unit_test(what_stands_or_was_kept_is_not_made_again),
        cmocka_unit_test(a_clock_that_was_set_back_is_seen),
        cmocka_unit_test(past_lists_are_found_by_name_and_by_digest),
        cmocka_unit_test(a_folder_that_cannot_be_read_says_why),
        cmocka_unit_test(phones_take_files_of_listed_signers_alone),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
