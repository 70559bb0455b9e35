/* SPDX-License-Identifier: MIT */
/* Who belongs to the fleet, by folders and settings, and what the file of proofs says of them. */
#include "provbuild/fleet/fleet.h"

#include "cli/array.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- who belongs to it */

static int
compare(const void *a, const void *b)
{
    const struct fleet_phone *x = a, *y = b;
    return strcmp(x->phone.text, y->phone.text);
}

static int
add(struct fleet *fleet, const struct fleet_phone *phone, struct prov_error *err)
{
    struct fleet_phone *at = array_room(fleet->at, fleet->count, sizeof *at);
    if (at == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    fleet->at = at;
    at[fleet->count++] = *phone;
    return PROV_OK;
}

/* Phones by the names of a folder's files. */
static int
add_folder(struct fleet *fleet, const char *folder, const char *ending, struct prov_error *err)
{
    int rc = PROV_OK;
    struct dirent *entry;
    DIR *directory = opendir(folder);
    if (directory == NULL)
        return prov_system_failed(err, "cannot read %s", folder);
    /* cppcheck-suppress readdirCalled; the stream is this function's own */
    for (errno = 0; rc == PROV_OK && (entry = readdir(directory)) != NULL; errno = 0) {
        struct fleet_phone phone = {.given = {{0}}};
        size_t len = strlen(entry->d_name), ending_len = strlen(ending);
        bool ends = len > ending_len && strcasecmp(entry->d_name + len - ending_len, ending) == 0;
        if (ends &&
            prov_mac_of_file(entry->d_name, "", entry->d_name + len - ending_len, &phone.phone))
            rc = add(fleet, &phone, err);
    }
    if (rc == PROV_OK && errno != 0)
        rc = prov_system_failed(err, "cannot read %s", folder);
    closedir(directory);
    return rc;
}

/* Phones without a configuration of their own take this one (phones.md, section 1). */
static bool
is_for_any_phone(const char *name)
{
    return strcasecmp(name, "XMLDefault.cnf.xml") == 0 ||
           strcasecmp(name, "SEPDefault.cnf.xml") == 0;
}

static int
add_configured(struct fleet *fleet, const char *source, struct prov_error *err)
{
    struct dirent *entry;
    DIR *directory = opendir(source);
    if (directory == NULL)
        return prov_system_failed(err, "cannot read %s", source);
    /* cppcheck-suppress readdirCalled; the stream is this function's own */
    while ((entry = readdir(directory)) != NULL)
        fleet->open |= is_for_any_phone(entry->d_name);
    closedir(directory);
    int rc = add_folder(fleet, source, ".cnf.xml", err);
    fleet->partial = fleet->count == 0 || fleet->open;
    return rc;
}

/* That they cannot be read is told by who encrypts to them. */
static int
add_enrolled(struct fleet *fleet, const char *devices, struct prov_error *err)
{
    struct prov_error why = {.code = PROV_OK};
    int rc = devices != NULL ? add_folder(fleet, devices, ".pem", &why) : PROV_OK;
    fleet->partial |= rc != PROV_OK;
    return rc == PROV_E_MEMORY ? prov_fail(err, rc, "%s", why.text) : PROV_OK;
}

/* A list of its own names a phone, too. */
static int
add_owners(struct fleet *fleet, const struct settings_list *lists, size_t count,
           struct prov_error *err)
{
    int rc = PROV_OK;
    for (size_t i = 0; rc == PROV_OK && i < count; i++) {
        struct fleet_phone phone = {.phone = lists[i].phone};
        phone.section[lists[i].kind] = true;
        if (lists[i].for_one)
            rc = add(fleet, &phone, err);
    }
    return rc;
}

/* One entry for each phone. */
static void
merge(struct fleet *fleet)
{
    size_t kept = 0;
    if (fleet->count > 0)
        qsort(fleet->at, fleet->count, sizeof *fleet->at, compare);
    for (size_t i = 0; i < fleet->count; i++) {
        struct fleet_phone *phone = &fleet->at[i];
        if (kept > 0 && compare(&fleet->at[kept - 1], phone) == 0) {
            struct fleet_phone *into = &fleet->at[kept - 1];
            for (enum list_kind kind = 0; kind < LIST_KINDS; kind++)
                into->section[kind] |= phone->section[kind];
        } else {
            fleet->at[kept++] = *phone;
        }
    }
    fleet->count = kept;
}

int
fleet_know(struct run *run, struct prov_error *err)
{
    const struct settings *settings = run->settings;
    const struct settings_build *build = &settings->build;
    if (run->fleet != NULL)
        return PROV_OK;
    struct fleet *out = run->fleet = calloc(1, sizeof *out);
    if (out == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    out->published = run->published;
    int rc = add_configured(out, settings->source, err);
    if (rc == PROV_OK)
        rc = add_enrolled(out, settings->devices, err);
    if (rc == PROV_OK)
        rc = add_owners(out, build->lists, build->list_count, err);
    merge(out);
    if (rc == PROV_OK && settings->archive != NULL)
        rc = proofs_read(settings->archive, &out->proofs, err);
    if (rc == PROV_OK) {
        fleet_prove(out);
        return PROV_OK;
    }
    fleet_free(out); /* known in part it is worse than not known */
    run->fleet = NULL;
    return rc;
}

void
fleet_free(struct fleet *fleet)
{
    if (fleet == NULL)
        return;
    proofs_release(&fleet->proofs);
    free(fleet->at);
    free(fleet);
}

struct fleet_phone *
fleet_find(const struct fleet *fleet, const struct prov_mac *phone)
{
    struct fleet_phone key = {.phone = *phone};
    if (fleet->count == 0)
        return NULL;
    return bsearch(&key, fleet->at, fleet->count, sizeof *fleet->at, compare);
}

/* --- what they are proven to hold */

struct past_list *
fleet_newest(const struct fleet *fleet, const struct fleet_phone *phone, enum list_kind kind)
{
    const struct published *published = fleet->published;
    struct past_list *newest = NULL;
    char name[LIST_NAME_SIZE];
    size_t end = 0;
    list_name(kind, &phone->phone, name);
    if (!phone->section[kind] && published_in_tree(published, name) == NULL)
        list_name(kind, NULL, name);
    for (size_t i = published_range(published, name, &end); i < end; i++) {
        struct past_list *past = &published->at[i];
        if (!past->in_tree && past_list_read(past) != NULL &&
            (newest == NULL ||
             prov_trustlist_timestamp(past->list) >= prov_trustlist_timestamp(newest->list)))
            newest = past;
    }
    return newest;
}

static bool
is_forgotten(const struct fleet_phone *phone)
{
    for (enum list_kind kind = 0; kind < LIST_KINDS; kind++)
        if (phone->proof[kind].list != NULL && phone->proof[kind].how == PROOF_FORGOTTEN)
            return true;
    return false;
}

void
fleet_prove(struct fleet *fleet)
{
    const struct proofs *proofs = &fleet->proofs;
    for (size_t i = 0; i < proofs->again_count; i++) {
        struct past_list *past = published_file(fleet->published, proofs->again[i].file);
        if (past != NULL && proofs->again[i].time > past->again)
            past->again = proofs->again[i].time;
    }
    for (size_t i = 0; i < proofs->count; i++) {
        const struct proof *proof = &proofs->at[i];
        struct fleet_phone *phone = fleet_find(fleet, &proof->phone);
        struct past_list *past =
            phone != NULL ? published_file(fleet->published, proof->file) : NULL;
        const uint8_t *sha256 = past != NULL ? past_list_sha256(past) : NULL;
        bool same = sha256 != NULL && memcmp(sha256, proof->sha256, LIST_SHA256_LEN) == 0;
        if (phone != NULL)
            phone->proof[proof->kind] = same ? (struct fleet_proof){past, proof->how, proof->time}
                                             : (struct fleet_proof){.list = NULL};
    }
    for (size_t i = 0; i < fleet->count; i++)
        fleet->at[i].forgotten = is_forgotten(&fleet->at[i]);
}

/* --- names */

void
fleet_name(struct fleet_names *names, const struct prov_mac *phone)
{
    size_t used = strlen(names->text);
    names->count++;
    if (used + 2 * sizeof ", SEP0123456789AB" + sizeof " and 1000000 more" <= sizeof names->text)
        snprintf(names->text + used, sizeof names->text - used, "%sSEP%s", used > 0 ? ", " : "",
                 phone->text);
}

void
fleet_names_end(struct fleet_names *names)
{
    size_t used = strlen(names->text), shown = 0;
    for (const char *at = names->text; (at = strstr(at, "SEP")) != NULL; at++)
        shown++;
    if (shown < names->count)
        snprintf(names->text + used, sizeof names->text - used, " and %zu more",
                 names->count - shown);
}
