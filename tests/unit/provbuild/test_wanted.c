/* SPDX-License-Identifier: MIT */
/* What a change of certificates wants at each stage, by what was published and what phones hold. */
#include "provbuild/change/internal.h"
#include "tests/unit/provbuild/values.h"

#include <stdlib.h>

#define DAY 86400

static void
forget_rotation(void *object)
{
    struct rotation *rotation = object;
    wanted_release(&rotation->wanted);
    for (enum list_kind kind = 0; kind < LIST_KINDS; kind++)
        phones_release(&rotation->record.own[kind]);
    phones_release(&rotation->record.released);
    free(rotation->files);
    free(rotation);
}

/* A change from sast.pem (asterisk.pem) to sast2.pem (apache.pem). Takes over what `world` wants.
 */
static struct rotation *
change(struct world *world, enum record_change change)
{
    struct rotation *rotation = keep(calloc(1, sizeof *rotation), forget_rotation);
    assert_non_null(rotation);
    bool sast = change == RECORD_SAST;
    rotation->run = &world->run;
    rotation->record.change = change;
    rotation->record.from = (char *)(sast ? "sast.pem" : "asterisk.pem");
    rotation->record.to = (char *)(sast ? "sast2.pem" : "apache.pem");
    rotation->record.heard = 1;
    rotation->next = (struct prov_identity *)certificate_of(rotation->record.to);
    rotation->wanted = world->wanted;
    world->wanted = (struct wanted){0};
    return rotation;
}

static void
know_file(struct rotation *rotation, const char *path, bool lacks_key)
{
    rotation->files =
        reallocarray(rotation->files, rotation->file_count + 1, sizeof *rotation->files);
    assert_non_null(rotation->files);
    rotation->files[rotation->file_count++] =
        (struct change_file){path, lacks_key, (struct prov_identity *)certificate_of(path)};
}

/* "sast.pem sast2.pem asterisk.pem": the entries in order. */
static const char *
entries_of(const struct settings_list *list)
{
    const char *text = "";
    for (size_t i = 0; i < list->entry_count; i++)
        text = text_of("%s%s%s", text, i > 0 ? " " : "", list->entries[i].certificate);
    return text;
}

/* --- the SAST */

static const struct list_wish first = {"ITLFile.tlv", "sast.pem", NULL, 0, 0},
                              between = {"ITLFile.tlv", "sast.pem", "sast2.pem", 10, 0};

static void
the_new_sast_signs_only_when_phones_hold_the_list_between(void **state)
{
    (void)state;
    static const struct {
        bool published; /* the list between */
        bool ledger;
        int64_t one, two; /* which list they hold */
        int64_t days;     /* since it was signed */
        const char *entries;
        size_t own;
    } cases[] = {
        {false, true, 0, 0, 0, "sast.pem sast2.pem asterisk.pem", 0},
        {true, true, 0, 0, 0, "sast.pem sast2.pem asterisk.pem", 0},
        {true, true, 0, 0, 30, "sast.pem sast2.pem asterisk.pem", 0},
        {true, false, 10, 10, 30, "sast.pem sast2.pem asterisk.pem", 0},
        {true, true, 10, 0, 0, "sast2.pem tvs.pem asterisk.pem", 1},
        {true, true, 10, -1, 0, "sast2.pem tvs.pem asterisk.pem", 1},
        {true, true, 10, 10, 0, "sast2.pem tvs.pem asterisk.pem", 0},
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct world *world = world_of_nothing();
        publish_once(world, first, false);
        if (cases[i].published)
            publish_once(world, between, true);
        want(world, NULL, "sast.pem", "tvs.pem", "asterisk.pem");
        settle(world);
        world->fleet.ledger = cases[i].ledger;
        world->run.now = (uint32_t)(VECTOR_TIME + 10 + cases[i].days * DAY);
        phone_holds(world, ONE, cases[i].one);
        phone_holds(world, TWO, cases[i].two);
        struct rotation *rotation = change(world, RECORD_SAST);
        know_file(rotation, "sast.pem", false);
        assert_int_equal(rotation_apply_sast(rotation, NULL), PROV_OK);
        const char *entries = entries_of(&rotation->wanted.lists[0]);
        if (strcmp(entries, cases[i].entries) != 0 ||
            rotation->record.own[LIST_ITL].count != cases[i].own)
            fail_msg("case %zu: %s, %zu of their own", i, entries,
                     rotation->record.own[LIST_ITL].count);
    }
}

static void
a_few_wait_a_week_for_the_many(void **state)
{
    (void)state;
    static const char *const phones[] = {ONE, "SEP001122334456", "SEP001122334457"};
    for (int64_t days = 6; days <= 8; days += 2) {
        struct world *world = world_of_nothing();
        publish_once(world, first, false);
        publish_once(world, between, true);
        want(world, NULL, "sast.pem", NULL, "asterisk.pem");
        settle(world);
        world->run.now = (uint32_t)(VECTOR_TIME + 10 + days * DAY);
        for (size_t i = 0; i < LENGTH(phones); i++)
            phone_holds(world, phones[i], i == 0 ? 10 : 0);
        struct rotation *rotation = change(world, RECORD_SAST);
        know_file(rotation, "sast.pem", false);
        assert_int_equal(rotation_apply_sast(rotation, NULL), PROV_OK);
        assert_string_equal(rotation->wanted.lists[0].entries[0].certificate,
                            days < 7 ? "sast.pem" : "sast2.pem");
    }
}

/* Who asked first in the name of a phone that nobody knew need not be that phone. */
static void
a_phone_that_came_late_is_behind_until_it_asks_again(void **state)
{
    (void)state;
    for (int again = 0; again < 2; again++) {
        struct world *world = world_of_nothing();
        publish_once(world, first, false);
        publish_once(world, between, true);
        want(world, NULL, "sast.pem", NULL, "asterisk.pem");
        settle(world);
        struct fleet_phone *phone = phone_holds(world, ONE, 10);
        phone->late = true;
        phone->held[LIST_ITL].again = again == 1;
        struct rotation *rotation = change(world, RECORD_SAST);
        know_file(rotation, "sast.pem", false);
        assert_int_equal(rotation_apply_sast(rotation, NULL), PROV_OK);
        assert_int_equal(rotation->record.own[LIST_ITL].count, again == 1 ? 0 : 1);
    }
}

static void
without_a_key_lists_stay_as_they_are(void **state)
{
    (void)state;
    static const struct {
        bool published, via_recovery;
        const char *second;
        bool lacks_key;
        size_t frozen;
        const char *signer; /* NULL: it fails, or is frozen */
    } cases[] = {
        {false, false, NULL, false, 0, "sast.pem"}, {true, false, NULL, true, 1, NULL},
        {false, true, "tvs.pem", true, 1, NULL},    {false, true, "tvs.pem", false, 0, "tvs.pem"},
        {false, true, NULL, false, 0, NULL}, /* no second SAST: no phone would take another */
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct world *world = world_of_nothing();
        struct prov_error err = {.code = PROV_OK};
        publish_once(world, first, !cases[i].published);
        if (cases[i].published)
            publish_once(world, between, true);
        want(world, NULL, "sast.pem", cases[i].second, "asterisk.pem");
        settle(world);
        phone_holds(world, ONE, 0);
        struct rotation *rotation = change(world, RECORD_SAST);
        rotation->record.via_recovery = cases[i].via_recovery;
        know_file(rotation, "sast.pem", cases[i].lacks_key);
        know_file(rotation, "tvs.pem", cases[i].lacks_key);
        int rc = rotation_apply_sast(rotation, &err);
        assert_int_equal(rotation->wanted.frozen_count, cases[i].frozen);
        if (cases[i].signer != NULL)
            assert_string_equal(rotation->wanted.lists[0].entries[0].certificate, cases[i].signer);
        else if (cases[i].frozen == 0)
            expect_failure(rc, PROV_E_ARGUMENT, &err, "names no second SAST");
    }
}

/* --- the signer of files */

static void
the_new_signer_signs_when_every_phone_holds_its_name(void **state)
{
    (void)state;
    struct world *world = world_of_nothing();
    publish_once(world, first, true);
    want(world, NULL, "sast.pem", NULL, "asterisk.pem");
    settle(world);
    phone_holds(world, ONE, 0);
    struct fleet_phone *silent = phone_holds(world, TWO, -1);
    struct rotation *rotation = change(world, RECORD_SIGNER);
    struct settings_sign sign = {.certificate = (char *)"asterisk.pem"};
    rotation->wanted.signs = malloc(sizeof sign);
    rotation->wanted.signs[rotation->wanted.sign_count++] = sign;
    know_file(rotation, "sast.pem", false);
    assert_int_equal(rotation_apply_signer(rotation, NULL), PROV_OK);
    assert_string_equal(entries_of(&rotation->wanted.lists[0]), "sast.pem asterisk.pem apache.pem");
    assert_string_equal(rotation->wanted.signs[0].certificate, "asterisk.pem");
    /* asterisk.pem stands for the new one: then one of two holds its name */
    rotation->next = (struct prov_identity *)certificate_of("asterisk.pem");
    assert_int_equal(rotation_apply_signer(rotation, NULL), PROV_OK);
    assert_string_equal(rotation->wanted.signs[0].certificate, "asterisk.pem");
    silent->forgotten = true; /* all that count */
    assert_int_equal(rotation_apply_signer(rotation, NULL), PROV_OK);
    assert_string_equal(rotation->wanted.signs[0].certificate, "apache.pem");
}

static void
signer_and_sast_are_never_changed_together(void **state)
{
    (void)state;
    struct prov_error err = {.code = PROV_OK};
    struct world *world = world_of_nothing();
    publish_once(world, first, true);
    want(world, NULL, "sast2.pem", NULL, "asterisk.pem");
    settle(world);
    struct rotation *rotation = change(world, RECORD_SIGNER);
    know_file(rotation, "sast2.pem", false);
    expect_failure(rotation_apply_signer(rotation, &err), PROV_E_CONTINUITY, &err,
                   "does not name the SAST sast2.pem");
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
        struct world *world = world_of_nothing();
        want(world, NULL, "sast.pem", cases[i].second, "asterisk.pem");
        struct rotation *rotation = change(world, RECORD_NONE);
        rotation->record.recovery = (char *)"tvs.pem";
        assert_int_equal(rotation_apply_recovery(rotation, NULL), PROV_OK);
        assert_string_equal(entries_of(&rotation->wanted.lists[0]), cases[i].entries);
        assert_int_equal(record_keeps_recovery(&rotation->record), !cases[i].listed);
    }
}

static void
released_phones_get_sast_records_alone(void **state)
{
    (void)state;
    struct world *world = world_of_nothing();
    const struct prov_mac phone = phone_of(ONE), other = phone_of(TWO);
    want(world, NULL, "sast.pem", "sast2.pem", "asterisk.pem");
    struct rotation *rotation = change(world, RECORD_NONE);
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
    assert_int_equal(wanted_freeze(&wanted, 0, NULL), PROV_OK);
    assert_int_equal(wanted.list_count, 0);
    assert_string_equal(wanted.frozen[0].entries[0].certificate, "other.pem");
    assert_string_equal(entries[0].certificate, "sast.pem");
    assert_string_equal(sign.certificate, "asterisk.pem");
    wanted_release(&wanted);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_new_sast_signs_only_when_phones_hold_the_list_between),
        cmocka_unit_test(a_few_wait_a_week_for_the_many),
        cmocka_unit_test(a_phone_that_came_late_is_behind_until_it_asks_again),
        cmocka_unit_test(without_a_key_lists_stay_as_they_are),
        cmocka_unit_test(the_new_signer_signs_when_every_phone_holds_its_name),
        cmocka_unit_test(signer_and_sast_are_never_changed_together),
        cmocka_unit_test(a_new_recovery_certificate_is_listed_until_the_settings_name_it),
        cmocka_unit_test(released_phones_get_sast_records_alone),
        cmocka_unit_test(settings_stay_as_they_were_read),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
