/* SPDX-License-Identifier: MIT */
/* Whose files the older signer keeps: asterisk.pem, which all lists name, while apache.pem takes
 * its place. */
#include "provbuild/fleet/signers.h"
#include "tests/unit/provbuild/values.h"

#define OLD "asterisk.pem"
#define NEXT "apache.pem"

static const struct list_wish first = {"ITLFile.tlv", "sast.pem", NULL, 0, 0},
                              both = {"ITLFile.tlv", "sast.pem", NULL, 10, 0},
                              own = {"ITL" TWO ".tlv", "sast.pem", NULL, 20, 0},
                              both_ctl = {"CTLFile.tlv", "sast.pem", NULL, 30, 0},
                              old_ctl = {"CTLFile.tlv", "sast.pem", NULL, 40, 0},
                              next_alone = {"ITLFile.tlv", "sast.pem", NULL, 50, 0};

/* Names these for files; `second` may be NULL. */
static void
publish(struct world *world, const struct list_wish *wish, const char *signer, const char *second)
{
    const struct prov_signing how = {
        .signer = pem(wish->signer), .digest = PROV_SHA1, .timestamp = VECTOR_TIME + wish->time};
    const struct prov_trustlist_entry entries[] = {
        {pem(wish->signer), PROV_ROLE_SAST},
        {certificate_of(signer), PROV_ROLE_CCM_TFTP},
        {second != NULL ? certificate_of(second) : NULL, PROV_ROLE_TFTP},
    };
    const struct prov_trustlist_plan plan = {.size = sizeof plan,
                                             .signer_version = {1, 0},
                                             .name = prov_trustlist_stored_name(wish->name),
                                             .entries = entries,
                                             .count = second != NULL ? 3 : 2};
    struct prov_span bytes = build_list(&how, &plan);
    struct prov_trustlist *list = NULL;
    assert_int_equal(prov_trustlist_read(bytes.data, bytes.len, &list, NULL), PROV_OK);
    assert_int_equal(published_add(&world->published,
                                   text_of("/archive/%s.%u", wish->name, VECTOR_TIME + wish->time),
                                   false, list, NULL),
                     PROV_OK);
}

static struct world *
world_of_phones(void)
{
    struct world *world = world_of_nothing();
    phone_holds(world, ONE, -1);
    phone_holds(world, TWO, -1);
    return world;
}

/* Who keeps the old one: "common SEP… SEP…". */
static const char *
keepers(struct world *world)
{
    struct signings_kept kept = {.from = OLD, .to = NEXT};
    struct prov_error err;
    expect_ok(signers_keep(&world->fleet, certificate_of(OLD), certificate_of(NEXT), &kept, &err),
              &err);
    const char *text = kept.common ? "common" : "";
    for (size_t i = 0; i < kept.phones.count; i++)
        text = text_of("%s SEP%s", text, kept.phones.at[i].text);
    phones_release(&kept.phones);
    return text;
}

static void
prove(struct world *world, size_t phone, const struct list_wish *wish)
{
    enum list_kind kind = wish->name[0] == 'C' ? LIST_CTL : LIST_ITL;
    world->fleet.at[phone].proof[kind] =
        (struct fleet_proof){kept_list(world, wish), PROOF_SEEN, 1};
}

static void
who_may_hold_a_list_of_the_old_one_alone_keeps_it(void **state)
{
    (void)state;
    struct world *world = world_of_phones();
    publish(world, &first, OLD, NULL);
    settle(world);
    assert_string_equal(keepers(world), "common " ONE " " TWO);
    world = world_of_phones();
    publish(world, &both, OLD, NEXT);
    settle(world);
    assert_string_equal(keepers(world), "");
}

static void
each_phone_changes_by_itself_and_common_files_last(void **state)
{
    (void)state;
    struct world *world = world_of_phones();
    publish(world, &first, OLD, NULL);
    publish(world, &both, OLD, NEXT);
    settle(world);
    assert_string_equal(keepers(world), "common " ONE " " TWO);
    prove(world, 0, &first);
    assert_string_equal(keepers(world), "common " ONE " " TWO);
    prove(world, 0, &both);
    assert_string_equal(keepers(world), "common " TWO);
    prove(world, 1, &both);
    assert_string_equal(keepers(world), "");
}

static void
both_kinds_and_own_lists_count(void **state)
{
    (void)state;
    struct world *world = world_of_phones();
    publish(world, &both, OLD, NEXT);
    publish(world, &own, OLD, NULL);
    settle(world);
    assert_string_equal(keepers(world), "common " TWO);
    world = world_of_phones();
    publish(world, &both, OLD, NEXT);
    publish(world, &both_ctl, OLD, NEXT);
    publish(world, &old_ctl, OLD, NULL);
    settle(world);
    assert_string_equal(keepers(world), "common " ONE " " TWO);
}

/* A CTL leads on whoever holds it, but the ITL beside it may still name the old one alone. */
static void
a_proof_of_one_kind_says_nothing_of_the_other(void **state)
{
    (void)state;
    struct world *world = world_of_phones();
    publish(world, &first, OLD, NULL);
    publish(world, &both, OLD, NEXT);
    publish(world, &both_ctl, OLD, NEXT);
    settle(world);
    prove(world, 0, &both_ctl);
    prove(world, 1, &both);
    assert_string_equal(keepers(world), "common " ONE);
    prove(world, 0, &both);
    assert_string_equal(keepers(world), "");
}

/* A list that stood again when its phone was forgotten holds up nothing. */
static void
who_is_forgotten_keeps_it_no_more(void **state)
{
    (void)state;
    struct world *world = world_of_phones();
    publish(world, &first, OLD, NULL);
    publish(world, &both, OLD, NEXT);
    settle(world);
    kept_list(world, &first)->again = 1;
    prove(world, 0, &both);
    prove(world, 1, &both);
    assert_string_equal(keepers(world), "common " ONE " " TWO);
    world->fleet.at[0].proof[LIST_ITL].how = PROOF_FORGOTTEN;
    world->fleet.at[1].proof[LIST_ITL].how = PROOF_FORGOTTEN;
    assert_string_equal(keepers(world), "");
}

static void
lists_that_name_the_old_one_no_more_hold_up_nothing(void **state)
{
    (void)state;
    struct world *world = world_of_phones();
    publish(world, &both, OLD, NEXT);
    publish(world, &next_alone, NEXT, NULL);
    settle(world);
    assert_string_equal(keepers(world), "");
}

/* A source folder without any configuration may be one that is not mounted. */
static void
without_phones_nothing_changes(void **state)
{
    (void)state;
    struct world *world = world_of_nothing();
    world->fleet.partial = true;
    publish(world, &both, OLD, NEXT);
    settle(world);
    assert_string_equal(keepers(world), "common");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_may_hold_a_list_of_the_old_one_alone_keeps_it),
        cmocka_unit_test(each_phone_changes_by_itself_and_common_files_last),
        cmocka_unit_test(both_kinds_and_own_lists_count),
        cmocka_unit_test(a_proof_of_one_kind_says_nothing_of_the_other),
        cmocka_unit_test(who_is_forgotten_keeps_it_no_more),
        cmocka_unit_test(lists_that_name_the_old_one_no_more_hold_up_nothing),
        cmocka_unit_test(without_phones_nothing_changes),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
