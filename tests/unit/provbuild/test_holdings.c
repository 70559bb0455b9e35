/* SPDX-License-Identifier: MIT */
/* What phones may hold, by what was published and what they are proven to hold. */
#include "provbuild/fleet/holdings.h"
#include "tests/unit/provbuild/values.h"

static const struct list_wish first = {"ITLFile.tlv", "sast.pem", NULL, 0, 0},
                              own = {"ITL" ONE ".tlv", "sast.pem", NULL, 5, 0},
                              second = {"ITLFile.tlv", "sast.pem", "sast2.pem", 10, 0},
                              third = {"ITLFile.tlv", "sast2.pem", NULL, 20, 0},
                              others = {"CTLFile.tlv", "sast.pem", NULL, 30, 0};

static struct world *
world_of_four_lists(void)
{
    struct world *world = world_of_nothing();
    publish_once(world, first, false);
    publish_once(world, own, false);
    publish_once(world, second, false);
    publish_once(world, third, true);
    publish_once(world, others, true);
    settle(world);
    return world;
}

/* Their ages, as in "0 5 10 20"; `name` NULL: of all who have no list of their own. */
static const char *
held(struct world *world, const char *name)
{
    struct holdings holdings;
    struct prov_mac phone = name != NULL ? phone_of(name) : (struct prov_mac){""};
    const char *text = "";
    assert_int_equal(holdings_of(&world->published, &world->fleet, LIST_ITL,
                                 name != NULL ? &phone : NULL, &holdings, NULL),
                     PROV_OK);
    for (size_t i = 0; i < holdings.count; i++)
        text = text_of("%s%s%lu", text, i > 0 ? " " : "",
                       (unsigned long)prov_trustlist_timestamp(holdings.at[i]->list) - VECTOR_TIME);
    holdings_release(&holdings);
    return text;
}

static void
prove(struct world *world, struct fleet_phone *phone, const struct list_wish *list, int64_t time)
{
    phone->proof[LIST_ITL] = (struct fleet_proof){kept_list(world, list), PROOF_SEEN, time};
}

static void
a_phone_may_hold_all_that_it_could_ask_for(void **state)
{
    (void)state;
    struct world *world = world_of_four_lists();
    assert_string_equal(held(world, TWO), "0 10 20");
    assert_string_equal(held(world, ONE), "0 10 20 5");
    phone_holds(world, ONE, -1);
    assert_string_equal(held(world, ONE), "0 10 20 5");
}

static void
a_proof_ends_what_was_published_before(void **state)
{
    (void)state;
    struct world *world = world_of_four_lists();
    struct fleet_phone *phone = phone_holds(world, ONE, -1);
    prove(world, phone, &second, 1000);
    assert_string_equal(held(world, ONE), "10 20");
    prove(world, phone, &own, 1000);
    assert_string_equal(held(world, ONE), "10 20 5");
}

/* The CTL is of 30; what it says of an ITL is no more than that older ones do not matter. */
static void
a_proof_of_the_other_kind_leaves_the_newest(void **state)
{
    (void)state;
    struct world *world = world_of_four_lists();
    struct fleet_phone *phone = phone_holds(world, ONE, -1);
    phone->proof[LIST_CTL] = (struct fleet_proof){kept_list(world, &others), PROOF_SEEN, 1000};
    assert_string_equal(held(world, ONE), "20");
    kept_list(world, &first)->again = 1000;
    assert_string_equal(held(world, ONE), "0 10 20 5");
    prove(world, phone, &second, 2000);
    assert_string_equal(held(world, ONE), "0 10 20 5");
}

static void
what_is_published_again_may_be_held_again(void **state)
{
    (void)state;
    struct world *world = world_of_four_lists();
    prove(world, phone_holds(world, ONE, -1), &third, 1000);
    kept_list(world, &first)->again = 999;
    assert_string_equal(held(world, ONE), "20");
    kept_list(world, &first)->again = 1000;
    assert_string_equal(held(world, ONE), "0 10 20 5");
}

static void
all_together_may_hold_what_any_of_them_may(void **state)
{
    (void)state;
    struct world *world = world_of_four_lists();
    world->fleet.partial = true;
    assert_string_equal(held(world, NULL), "0 10 20");
    prove(world, phone_holds(world, TWO, -1), &third, 1000);
    assert_string_equal(held(world, NULL), "0 10 20");
    world->fleet.partial = false;
    assert_string_equal(held(world, NULL), "20");
    phone_holds(world, ONE, -1);
    assert_string_equal(held(world, NULL), "0 10 20 5");
    world->fleet.at[1].left_out = true;
    assert_string_equal(held(world, NULL), "20");
    world->fleet.at[1].left_out = false;
    world->fleet.at[1].section[LIST_ITL] = true;
    assert_string_equal(held(world, NULL), "20");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_phone_may_hold_all_that_it_could_ask_for),
        cmocka_unit_test(a_proof_ends_what_was_published_before),
        cmocka_unit_test(a_proof_of_the_other_kind_leaves_the_newest),
        cmocka_unit_test(what_is_published_again_may_be_held_again),
        cmocka_unit_test(all_together_may_hold_what_any_of_them_may),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
