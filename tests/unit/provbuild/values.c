/* SPDX-License-Identifier: MIT */
/* Values in memory for the rules of provbuild. */
#include "tests/unit/provbuild/values.h"

#include <stdlib.h>

struct prov_mac
phone_of(const char *name)
{
    struct prov_mac phone;
    assert_true(prov_mac_of_file(name, "", "", &phone));
    return phone;
}

struct phones
phones_of(const char *first, ...)
{
    struct phones phones = {0};
    va_list names;
    va_start(names, first);
    for (const char *name = first; name != NULL; name = va_arg(names, const char *)) {
        const struct prov_mac phone = phone_of(name);
        assert_int_equal(phones_add(&phones, &phone, NULL), PROV_OK);
    }
    va_end(names);
    if (phones.at != NULL)
        keep(phones.at, free);
    return phones;
}

struct prov_trustlist *
list_like(struct list_wish wish)
{
    const struct prov_signing how = {.signer = pem(wish.signer),
                                     .digest = wish.digest != 0 ? wish.digest : PROV_SHA1,
                                     .timestamp = VECTOR_TIME + wish.time};
    const struct prov_trustlist_entry entries[] = {
        {pem(wish.signer), PROV_ROLE_SAST},
        {certificate_of("asterisk.pem"), PROV_ROLE_CCM_TFTP},
        {wish.second != NULL ? certificate_of(wish.second) : NULL, PROV_ROLE_SAST},
    };
    const struct prov_trustlist_plan plan = {.size = sizeof plan,
                                             .signer_version = {1, 0},
                                             .name = prov_trustlist_stored_name(wish.name),
                                             .entries = entries,
                                             .count = wish.second != NULL ? 3 : 2};
    struct prov_span bytes = build_list(&how, &plan);
    struct prov_trustlist *list = NULL;
    assert_int_equal(prov_trustlist_read(bytes.data, bytes.len, &list, NULL), PROV_OK);
    return list;
}

/* --- a world */

static void
forget_world(void *object)
{
    struct world *world = object;
    lists_release(&world->lists);
    wanted_release(&world->wanted);
    published_release(&world->published);
    free(world->fleet.at);
    proofs_release(&world->fleet.proofs);
    report_free(world->run.report);
    free(world);
}

struct world *
world_of_nothing(void)
{
    struct world *world = keep(calloc(1, sizeof *world), forget_world);
    assert_non_null(world);
    world->settings.tftpboot = (char *)"/tree";
    world->settings.archive = (char *)"/archive";
    world->fleet.published = &world->published;
    world->fleet.ledger = true;
    world->run = (struct run){.settings = &world->settings,
                              .published = &world->published,
                              .wanted = &world->wanted,
                              .fleet = &world->fleet,
                              .report = report_new(false, true),
                              .now = VECTOR_TIME + 1000};
    return world;
}

void
publish_once(struct world *world, struct list_wish wish, bool stands)
{
    const char *archived = text_of("/archive/%s.%u", wish.name, VECTOR_TIME + wish.time);
    const char *standing = text_of("/tree/%s", wish.name);
    assert_int_equal(published_add(&world->published, archived, false, list_like(wish), NULL),
                     PROV_OK);
    if (stands)
        assert_int_equal(published_add(&world->published, standing, true, list_like(wish), NULL),
                         PROV_OK);
}

struct past_list *
kept_list(const struct world *world, const struct list_wish *wish)
{
    size_t end = 0;
    for (size_t i = published_range(&world->published, wish->name, &end); i < end; i++)
        if (!world->published.at[i].in_tree &&
            world->published.at[i].timestamp == VECTOR_TIME + wish->time)
            return &world->published.at[i];
    fail_msg("%s of %u was not published", wish->name, wish->time);
    return NULL;
}

void
settle(struct world *world)
{
    published_sort(&world->published);
    assert_int_equal(published_index(&world->published, NULL), PROV_OK);
    assert_int_equal(lists_make(&world->wanted, &world->published, "/tree", &world->lists, NULL),
                     PROV_OK);
}

struct settings_list *
want(struct world *world, const char *phone, const char *first_sast, const char *second_sast,
     const char *signer)
{
    struct settings_entry entries[3] = {{PROV_ROLE_SAST, (char *)first_sast}};
    struct settings_list list = {.for_one = phone != NULL,
                                 .version = {1, 0},
                                 .digest = PROV_SHA1,
                                 .layout = prov_layout_default()};
    size_t count = 1;
    if (phone != NULL)
        list.phone = phone_of(phone);
    if (second_sast != NULL)
        entries[count++] = (struct settings_entry){PROV_ROLE_SAST, (char *)second_sast};
    if (signer != NULL)
        entries[count++] = (struct settings_entry){PROV_ROLE_CCM_TFTP, (char *)signer};
    struct wanted *wanted = &world->wanted;
    wanted->lists = reallocarray(wanted->lists, wanted->list_count + 1, sizeof list);
    assert_non_null(wanted->lists);
    wanted->lists[wanted->list_count] = list;
    assert_int_equal(wanted_set_entries(&wanted->lists[wanted->list_count], entries, count, NULL),
                     PROV_OK);
    return &wanted->lists[wanted->list_count++];
}

static const struct past_list *
published_at(const struct world *world, int64_t time)
{
    for (size_t i = 0; i < world->published.count; i++)
        if (!world->published.at[i].in_tree &&
            prov_trustlist_timestamp(world->published.at[i].list) == VECTOR_TIME + time)
            return &world->published.at[i];
    fail_msg("no list of %lld was published", (long long)time);
    return NULL;
}

struct fleet_phone *
phone_holds(struct world *world, const char *name, int64_t time)
{
    struct fleet *fleet = &world->fleet;
    fleet->at = reallocarray(fleet->at, fleet->count + 1, sizeof *fleet->at);
    assert_non_null(fleet->at);
    struct fleet_phone *phone = &fleet->at[fleet->count++];
    *phone = (struct fleet_phone){.phone = phone_of(name)};
    if (time >= 0)
        phone->proof[LIST_ITL] = (struct fleet_proof){published_at(world, time), PROOF_SEEN, 1};
    return phone;
}
