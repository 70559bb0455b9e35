/* SPDX-License-Identifier: MIT */
/* What changes of certificates want, by settings, record and orders: each order as a row. */
#include "provbuild/change/internal.h"
#include "tests/unit/provbuild/values.h"

#include <stdlib.h>

#define VALID 1795300000U /* seconds since 1970: the certificates are good then */

static void
forget_rotation(void *object)
{
    rotation_release(object);
    free(object);
}

static char *
path_of(const char *name)
{
    return (char *)text_of("%s/pem/%s", VECTORS, name);
}

/* With these SASTs in its one list, and asterisk.pem, which signs files, too. */
static struct world *
world_with(const char *first, const char *second)
{
    struct world *world = world_of_nothing();
    struct settings_build *build = &world->settings.build;
    struct settings_sign *sign = keep(calloc(1, sizeof *sign), free);
    world->run.now = VALID;
    world->run.common.loose_keys_elsewhere = true;
    world->run.dry_run = true;
    want(world, NULL, path_of(first), second != NULL ? path_of(second) : NULL,
         path_of("asterisk.pem"));
    build->lists = world->wanted.lists;
    build->list_count = world->wanted.list_count;
    sign->certificate = path_of("asterisk.pem");
    build->signs = sign;
    build->sign_count = 1;
    settle(world);
    return world;
}

static struct rotation *
rotation_of(struct world *world)
{
    struct rotation *rotation = keep(calloc(1, sizeof *rotation), forget_rotation);
    rotation->run = &world->run;
    return rotation;
}

static const char *
base_of(const char *path)
{
    return prov_file_base(path);
}

/* "sast.pem sast2.pem asterisk.pem": the entries in order. */
static const char *
entries_of(const struct settings_list *list)
{
    const char *text = "";
    for (size_t i = 0; i < list->entry_count; i++)
        text = text_of("%s%s%s", text, i > 0 ? " " : "", base_of(list->entries[i].certificate));
    return text;
}

/* "tvs.pem sast2.pem asterisk.pem; sast.pem": and the keys that sign bridges. */
static const char *
wanted_text(const struct wanted *wanted)
{
    const char *text = text_of("%s;", entries_of(&wanted->lists[0]));
    for (size_t i = 0; i < wanted->key_count; i++)
        text = text_of("%s %s", text, base_of(wanted->keys[i]));
    return text;
}

static int
want_with(struct rotation *rotation, struct prov_error *err)
{
    wanted_release(&rotation->wanted);
    int rc = wanted_make(&rotation->run->settings->build, &rotation->wanted, err);
    if (rc == PROV_OK)
        rc = rotation_take_orders(rotation, err);
    return rc == PROV_OK ? rotation_apply_sast(rotation, err) : rc;
}

/* --- the SAST */

/* Orders to change the SAST, and what is wanted after them. */
struct ordered {
    const char *first, *second; /* by the settings */
    const char *orders[3];      /* one run each; "": none in that run */
    const char *recovery_key;   /* with the last order */
    const char *wanted;         /* NULL: refused */
    const char *refusal;
};

/* Gives the orders, one run after the other. */
static int
give_orders(const struct ordered *ordered, struct world *world, struct rotation *rotation,
            struct prov_error *err)
{
    int rc = PROV_OK;
    size_t count = 0;
    while (count < LENGTH(ordered->orders) && ordered->orders[count] != NULL)
        count++;
    for (size_t k = 0; rc == PROV_OK && k < (count > 0 ? count : 1); k++) {
        const char *order = ordered->orders[k];
        bool last = k + 1 == count;
        world->run.rotate_sast = order != NULL && order[0] != '\0' ? path_of(order) : NULL;
        world->run.recovery_key =
            last && ordered->recovery_key != NULL ? path_of(ordered->recovery_key) : NULL;
        rc = want_with(rotation, err);
    }
    return rc;
}

static void
each_order_wants_its_ladder(void **state)
{
    (void)state;
    static const char at_first[] = "sast.pem sast2.pem asterisk.pem;";
    static const struct ordered cases[] = {
        {"sast.pem", "sast2.pem", {NULL}, NULL, at_first, NULL},
        {"sast.pem",
         "sast2.pem",
         {"tvs.pem"},
         NULL,
         "tvs.pem sast2.pem asterisk.pem; sast.pem",
         NULL},
        {"sast.pem",
         "sast2.pem",
         {"tvs.pem", "", "tvs.pem"},
         NULL,
         "tvs.pem sast2.pem asterisk.pem; sast.pem",
         NULL},
        /* again, and back again */
        {"sast.pem",
         "sast2.pem",
         {"tvs.pem", "capf.pem"},
         NULL,
         "capf.pem sast2.pem asterisk.pem; sast.pem tvs.pem",
         NULL},
        {"sast.pem",
         "sast2.pem",
         {"tvs.pem", "capf.pem", "tvs.pem"},
         NULL,
         "tvs.pem sast2.pem asterisk.pem; sast.pem capf.pem",
         NULL},
        {"sast.pem",
         "sast2.pem",
         {"tvs.pem", "sast.pem"},
         NULL,
         "sast.pem sast2.pem asterisk.pem; tvs.pem",
         NULL},
        /* one SAST alone, and one that stands in the list as the second already */
        {"sast.pem", NULL, {"tvs.pem"}, NULL, "tvs.pem asterisk.pem; sast.pem", NULL},
        {"sast.pem", "sast2.pem", {"sast2.pem"}, NULL, "sast2.pem asterisk.pem; sast.pem", NULL},
        /* the recovery key leads on once, and may not be named by the newest */
        {"sast.pem", "sast2.pem", {"tvs.pem"}, "sast2.pem", NULL, "--new-recovery FILE"},
        {"sast.pem",
         "capf.pem",
         {"tvs.pem"},
         "sast2.pem",
         "tvs.pem capf.pem asterisk.pem; sast.pem sast2.pem",
         NULL},
        /* what is there already */
        {"sast.pem", "sast2.pem", {"sast.pem"}, NULL, NULL, "is what the settings have already"},
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct prov_error err = {.code = PROV_OK};
        struct world *world = world_with(cases[i].first, cases[i].second);
        struct rotation *rotation = rotation_of(world);
        int rc = give_orders(&cases[i], world, rotation, &err);
        const char *wanted = rc == PROV_OK ? wanted_text(&rotation->wanted) : NULL;
        if ((wanted == NULL) != (cases[i].wanted == NULL) ||
            (wanted != NULL && strcmp(wanted, cases[i].wanted) != 0) ||
            (wanted == NULL && strstr(err.text, cases[i].refusal) == NULL))
            fail_msg("case %zu: %s; %s", i, wanted != NULL ? wanted : "refused", err.text);
    }
}

static void
settings_that_catch_up_end_it(void **state)
{
    (void)state;
    struct prov_error err = {.code = PROV_OK};
    struct world *world = world_with("sast.pem", "sast2.pem");
    struct rotation *rotation = rotation_of(world);
    world->run.rotate_sast = path_of("tvs.pem");
    expect_ok(want_with(rotation, &err), &err);
    assert_non_null(rotation->record.newest.path);
    world->run.rotate_sast = NULL;
    world->settings.build.lists[0].entries[0].certificate = path_of("tvs.pem");
    expect_ok(want_with(rotation, &err), &err);
    assert_null(rotation->record.newest.path);
    assert_string_equal(wanted_text(&rotation->wanted), "tvs.pem sast2.pem asterisk.pem; sast.pem");
    /* the next one begins from there */
    world->run.rotate_sast = path_of("capf.pem");
    expect_ok(want_with(rotation, &err), &err);
    assert_string_equal(wanted_text(&rotation->wanted),
                        "capf.pem sast2.pem asterisk.pem; sast.pem tvs.pem");
}

static void
a_key_of_before_that_is_lost_is_asked_for(void **state)
{
    (void)state;
    for (int force = 0; force < 2; force++) {
        struct prov_error err = {.code = PROV_OK};
        struct world *world = world_with("none.pem", "sast2.pem");
        struct rotation *rotation = rotation_of(world);
        world->run.rotate_sast = path_of("tvs.pem");
        world->run.common.force = force == 1;
        int rc = want_with(rotation, &err);
        if (force == 0)
            expect_failure(rc, PROV_E_CONTINUITY, &err, "is not at hand");
        else
            expect_ok(rc, &err);
    }
}

/* --- a record that an earlier version wrote */

static void
stages_are_carried_on_as_a_ladder(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *wanted;
        size_t own;
    } cases[] = {
        {"heard 5\nown ITL" ONE ".tlv\nunseen " TWO "\nend 6\n",
         "tvs.pem sast2.pem asterisk.pem; sast.pem", 1},
        {"via-recovery\nend 4\n", "tvs.pem sast2.pem asterisk.pem; sast.pem", 0},
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct prov_error err = {.code = PROV_OK};
        char *folder = realpath(VECTORS, NULL);
        struct world *world = world_with("sast.pem", "sast2.pem");
        struct rotation *rotation = rotation_of(world);
        const char *text = text_of("rotate-sast\nold %s/pem/sast.pem\nnew %s/pem/tvs.pem\n%s",
                                   folder, folder, cases[i].text);
        write_temporary("under-way", text, strlen(text));
        free(folder);
        expect_ok(record_read(temporary("."), &rotation->record, &err), &err);
        assert_int_equal(rotation->record.own[LIST_ITL].count, cases[i].own);
        expect_ok(want_with(rotation, &err), &err);
        assert_string_equal(wanted_text(&rotation->wanted), cases[i].wanted);
        /* what is written is read again, without what is over */
        expect_ok(record_write(temporary("."), &rotation->record, false, &err), &err);
        record_release(&rotation->record);
        expect_ok(record_read(temporary("."), &rotation->record, &err), &err);
        assert_int_equal(rotation->record.old_count, 1);
        assert_non_null(rotation->record.newest.path);
        assert_int_equal(remove(temporary("under-way")), 0);
    }
}

/* --- the signer of files */

static void
both_signers_are_listed_and_phones_keep_the_old_one_that_know_no_other(void **state)
{
    (void)state;
    static const struct list_wish first = {"ITLFile.tlv", "sast.pem", NULL, 0, 0};
    for (int published = 0; published < 2; published++) {
        struct prov_error err = {.code = PROV_OK};
        struct world *world = world_with("sast.pem", NULL);
        struct rotation *rotation = rotation_of(world);
        if (published)
            publish_once(world, first, false);
        published_sort(&world->published);
        phone_holds(world, ONE, -1);
        world->run.rotate_signer = path_of("apache.pem");
        expect_ok(want_with(rotation, &err), &err);
        expect_ok(rotation_apply_signer(rotation, &err), &err);
        assert_string_equal(entries_of(&rotation->wanted.lists[0]),
                            "sast.pem asterisk.pem apache.pem");
        assert_string_equal(base_of(rotation->wanted.signs[0].certificate), "apache.pem");
        assert_int_equal(rotation->kept.common, published);
        assert_int_equal(rotation->kept.phones.count, published);
        assert_int_equal(rotation->record.signs, !published);
        assert_int_equal(rotation->record.all_signed, !published);
    }
}

/* --- the recovery certificate, and phones that are let go */

static void
a_new_recovery_certificate_is_listed_until_the_settings_name_it(void **state)
{
    (void)state;
    static const struct {
        const char *second, *entries;
        bool listed;
    } cases[] = {
        {NULL, "sast.pem tvs.pem asterisk.pem", false},
        {"sast2.pem", "sast.pem tvs.pem asterisk.pem", false},
        {"tvs.pem", "sast.pem tvs.pem asterisk.pem", true},
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct world *world = world_with("sast.pem", cases[i].second);
        struct rotation *rotation = rotation_of(world);
        assert_int_equal(wanted_make(&world->settings.build, &rotation->wanted, NULL), PROV_OK);
        rotation->record.recovery = run_real_path(path_of("tvs.pem"));
        assert_int_equal(rotation_apply_recovery(rotation, NULL), PROV_OK);
        assert_string_equal(entries_of(&rotation->wanted.lists[0]), cases[i].entries);
        assert_int_equal(record_keeps_recovery(&rotation->record), !cases[i].listed);
    }
}

static void
released_phones_get_sast_records_alone(void **state)
{
    (void)state;
    struct world *world = world_with("sast.pem", "sast2.pem");
    const struct prov_mac phone = phone_of(ONE), other = phone_of(TWO);
    struct rotation *rotation = rotation_of(world);
    assert_int_equal(wanted_make(&world->settings.build, &rotation->wanted, NULL), PROV_OK);
    assert_int_equal(phones_add(&rotation->record.released, &phone, NULL), PROV_OK);
    assert_int_equal(rotation_apply_release(rotation, NULL), PROV_OK);
    assert_int_equal(rotation->wanted.list_count, 2);
    assert_string_equal(entries_of(&rotation->wanted.lists[0]), "sast.pem sast2.pem asterisk.pem");
    assert_string_equal(entries_of(wanted_find(&rotation->wanted, LIST_ITL, &phone)),
                        "sast.pem sast2.pem");
    assert_false(wanted_takes_generic(&rotation->wanted, LIST_ITL, &phone));
    assert_true(wanted_takes_generic(&rotation->wanted, LIST_ITL, &other));
    rotation->record.release_all = true;
    assert_int_equal(rotation_apply_release(rotation, NULL), PROV_OK);
    assert_string_equal(entries_of(&rotation->wanted.lists[0]), "sast.pem sast2.pem");
}

/* --- the value itself */

static void
settings_stay_as_they_were_read(void **state)
{
    (void)state;
    struct settings_entry entries[] = {{PROV_ROLE_SAST, (char *)"sast.pem"}};
    struct settings_list list = {.entry_count = 1, .entries = entries};
    struct settings_sign sign = {.certificate = (char *)"asterisk.pem"};
    const struct settings_build build = {
        .list_count = 1, .lists = &list, .sign_count = 1, .signs = &sign};
    struct wanted wanted;
    assert_int_equal(wanted_make(&build, &wanted, NULL), PROV_OK);
    wanted.lists[0].entries[0].certificate = (char *)"other.pem";
    wanted.signs[0].certificate = (char *)"other.pem";
    assert_int_equal(wanted_add_key(&wanted, "other.pem", NULL), PROV_OK);
    assert_int_equal(wanted_add_key(&wanted, "other.pem", NULL), PROV_OK);
    assert_int_equal(wanted.key_count, 1);
    assert_string_equal(entries[0].certificate, "sast.pem");
    assert_string_equal(sign.certificate, "asterisk.pem");
    wanted_release(&wanted);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_order_wants_its_ladder),
        cmocka_unit_test(settings_that_catch_up_end_it),
        cmocka_unit_test(a_key_of_before_that_is_lost_is_asked_for),
        cmocka_unit_test(stages_are_carried_on_as_a_ladder),
        cmocka_unit_test(both_signers_are_listed_and_phones_keep_the_old_one_that_know_no_other),
        cmocka_unit_test(a_new_recovery_certificate_is_listed_until_the_settings_name_it),
        cmocka_unit_test(released_phones_get_sast_records_alone),
        cmocka_unit_test(settings_stay_as_they_were_read),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
