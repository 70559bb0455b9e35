/* SPDX-License-Identifier: MIT */
/* Which phones a list would lock out, by what the ledger knows of the lists that they hold. */
#include "provbuild/fleet/follow.h"
#include "tests/unit/provbuild/values.h"

static const struct list_wish first = {"ITLFile.tlv", "sast.pem", NULL, 0, 0},
                              both = {"ITLFile.tlv", "sast.pem", "sast2.pem", 10, 0},
                              next = {"ITLFile.tlv", "sast2.pem", NULL, 20, 0};

/* How many would not follow from `first` or from `both`, which stands, to `next`. */
static size_t
locked_out(struct world *world)
{
    struct fleet_locked_out out;
    struct prov_trustlist *list = keep(list_like(next), (void (*)(void *))prov_trustlist_free);
    const struct list *wanted = &world->lists.at[0];
    assert_int_equal(fleet_lock_out(&world->fleet, &world->run.left_out, &world->lists, wanted,
                                    wanted->stands, list, &out, NULL),
                     PROV_OK);
    return out.phones.count;
}

static struct world *
world_of_two_lists(void)
{
    struct world *world = world_of_nothing();
    publish_once(world, first, false);
    publish_once(world, both, true);
    want(world, NULL, "x", NULL, NULL);
    settle(world);
    return world;
}

static void
a_phone_follows_from_the_list_that_it_holds(void **state)
{
    (void)state;
    struct world *world = world_of_two_lists();
    phone_holds(world, ONE, 10);
    assert_int_equal(locked_out(world), 0);
    phone_holds(world, TWO, 0);
    assert_int_equal(locked_out(world), 1);
}

/* Whoever was last given another list, at another address, may be the phone itself. */
static void
a_list_that_was_given_elsewhere_is_not_held_for_certain(void **state)
{
    (void)state;
    struct world *world = world_of_two_lists();
    phone_holds(world, ONE, 10)->held[LIST_ITL].elsewhere = true;
    assert_int_equal(locked_out(world), 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_phone_follows_from_the_list_that_it_holds),
        cmocka_unit_test(a_list_that_was_given_elsewhere_is_not_held_for_certain),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
