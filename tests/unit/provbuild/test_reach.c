/* SPDX-License-Identifier: MIT */
/* Who may need a bridge to the newest lists, and whose key would sign it. */
#include "provbuild/fleet/reach.h"
#include "tests/unit/provbuild/values.h"

static const struct list_wish first = {"ITLFile.tlv", "sast.pem", NULL, 0, 0},
                              bridge = {"ITLFile.tlv", "sast.pem", "sast2.pem", 10, 0},
                              newest = {"ITLFile.tlv", "sast2.pem", NULL, 20, 0},
                              old_ctl = {"CTLFile.tlv", "sast.pem", NULL, 5, 0},
                              new_ctl = {"CTLFile.tlv", "sast2.pem", NULL, 15, 0};

/* The phones that may need a bridge, by kind, then those that may need the key of `sast.pem`:
 * "ITL: ONE TWO; CTL: ; key: 2". */
static const char *
needs(struct world *world)
{
    struct reach reach;
    struct prov_error err;
    const char *text = "";
    size_t keys = 0;
    expect_ok(reach_make(&world->fleet, &reach, &err), &err);
    for (enum list_kind kind = 0; kind < LIST_KINDS; kind++) {
        text = text_of("%s%s:", text, kind == LIST_ITL ? "ITL" : " CTL");
        for (size_t i = 0; i < world->fleet.count; i++)
            if (world->fleet.at[i].needs[kind])
                text = text_of("%s %zu", text, i + 1);
    }
    for (size_t i = 0; i < reach.signer_count; i++)
        if (!reach.signers[i].newest)
            keys += reach.signers[i].phones.count;
    reach_release(&reach);
    return text_of("%s key: %zu", text, keys);
}

static void
prove(struct world *world, size_t phone, const struct list_wish *wish, enum proof_how how)
{
    enum list_kind kind = wish->name[0] == 'C' ? LIST_CTL : LIST_ITL;
    world->fleet.at[phone].proof[kind] = (struct fleet_proof){kept_list(world, wish), how, 1};
}

static void
without_a_rotation_nobody_needs_one(void **state)
{
    (void)state;
    struct world *world = world_of_nothing();
    publish_once(world, first, false);
    publish_once(world, bridge, true);
    settle(world);
    phone_holds(world, ONE, -1);
    assert_string_equal(needs(world), "ITL: CTL: key: 0");
}

static void
a_proof_ends_the_need(void **state)
{
    (void)state;
    struct world *world = world_of_nothing();
    publish_once(world, first, false);
    publish_once(world, bridge, false);
    publish_once(world, newest, true);
    settle(world);
    phone_holds(world, ONE, -1);
    phone_holds(world, TWO, -1);
    assert_string_equal(needs(world), "ITL: 1 2 CTL: key: 2");
    prove(world, 0, &first, PROOF_SEEN);
    assert_string_equal(needs(world), "ITL: 1 2 CTL: key: 2");
    prove(world, 0, &bridge, PROOF_SEEN);
    assert_string_equal(needs(world), "ITL: 2 CTL: key: 1");
    prove(world, 1, &newest, PROOF_FORGOTTEN);
    assert_string_equal(needs(world), "ITL: CTL: key: 0");
    kept_list(world, &first)->again = 1; /* when the second was forgotten: by one who knew */
    assert_string_equal(needs(world), "ITL: 1 CTL: key: 1");
    kept_list(world, &first)->again = 2;
    assert_string_equal(needs(world), "ITL: 1 2 CTL: key: 2");
}

/* A list of either kind leads to those of both. */
static void
a_proof_of_one_kind_serves_for_both(void **state)
{
    (void)state;
    struct world *world = world_of_nothing();
    publish_once(world, first, false);
    publish_once(world, newest, true);
    publish_once(world, old_ctl, false);
    publish_once(world, new_ctl, true);
    settle(world);
    phone_holds(world, ONE, -1);
    assert_string_equal(needs(world), "ITL: 1 CTL: 1 key: 1");
    prove(world, 0, &newest, PROOF_SIGNED);
    assert_string_equal(needs(world), "ITL: CTL: key: 0");
    world->fleet.at[0].proof[LIST_ITL].list = NULL;
    prove(world, 0, &old_ctl, PROOF_SEEN);
    assert_string_equal(needs(world), "ITL: CTL: 1 key: 1");
}

static void
each_phone_is_in_one_state(void **state)
{
    (void)state;
    struct world *world = world_of_nothing();
    publish_once(world, first, true);
    settle(world);
    const struct past_list *list = kept_list(world, &first);
    const struct {
        struct fleet_phone phone;
        enum reach_state state;
    } cases[] = {
        {{.seen = 1}, REACH_READY},
        {{.given = {{1, 1, 1, 1}}}, REACH_READY},
        {{.proof = {[LIST_CTL] = {list, PROOF_SIGNED, 1}}}, REACH_PROVEN},
        {{.proof = {{list, PROOF_FORGOTTEN, 1}, {list, PROOF_SEEN, 1}}}, REACH_PROVEN},
        {{.proof = {{list, PROOF_FORGOTTEN, 1}}}, REACH_FORGOTTEN},
        {{.proof = {{list, PROOF_SEEN, 1}}, .needs = {true}}, REACH_SILENT},
        {{.needs = {true}, .given = {{1, 1, 1, 1}}}, REACH_FOLLOWED},
        {{.needs = {false, true}, .given = {{1, 0, 0, 0}}}, REACH_GIVEN},
        {{.needs = {true}, .seen = 1}, REACH_SILENT},
    };
    for (size_t i = 0; i < LENGTH(cases); i++)
        assert_int_equal(reach_state(&cases[i].phone), cases[i].state);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_rotation_nobody_needs_one),
        cmocka_unit_test(a_proof_ends_the_need),
        cmocka_unit_test(a_proof_of_one_kind_serves_for_both),
        cmocka_unit_test(each_phone_is_in_one_state),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
