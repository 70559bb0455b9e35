/* SPDX-License-Identifier: MIT */
#include "provbuild/strays.h"

#include "provbuild/archive.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PUBLIC_MODE 0644

bool
strays_is(const struct list *list, bool ctl)
{
    return list->wanted == NULL && strncmp(list->name, ctl ? "CTLSEP" : "ITLSEP", 6) == 0;
}

bool
strays_may_leave(const struct history *history, const struct prov_trustlist *own, bool ctl)
{
    for (size_t i = 0; i < history->count; i++)
        if (strcmp(history->at[i].name, ctl ? "CTLFile.tlv" : "ITLFile.tlv") == 0 &&
            prov_trustlist_follows(own, history->at[i].list, NULL) == PROV_OK)
            return true;
    return false;
}

/* The list of one phone that an entry of the archive was published as. False if it is none. */
static bool
parse_name(const char *entry, char name[static LISTS_NAME_SIZE], bool *ctl, struct prov_mac *phone)
{
    const char *end = strstr(entry, ".tlv.");
    size_t len = end != NULL ? (size_t)(end - entry) + strlen(".tlv") : LISTS_NAME_SIZE;
    if (len >= LISTS_NAME_SIZE)
        return false;
    memcpy(name, entry, len);
    name[len] = '\0';
    *ctl = prov_mac_of_file(name, "CTL", ".tlv", phone);
    return *ctl || prov_mac_of_file(name, "ITL", ".tlv", phone);
}

/* It neither stands nor has a section, and a list for all is there to be taken instead. */
static bool
is_lost(const struct lists *lists, bool ctl, const struct prov_mac *phone)
{
    return lists_of(lists, ctl, phone) == NULL && lists_generic(lists, ctl) != NULL;
}

/* Names alone: mostly there is nothing to read. */
static int
find_any(const char *archive, const struct lists *lists, bool *found, struct prov_error *err)
{
    char name[LISTS_NAME_SIZE];
    struct prov_mac phone;
    bool ctl = false;
    DIR *directory = opendir(archive);
    *found = false;
    if (directory == NULL && errno == ENOENT)
        return PROV_OK;
    if (directory == NULL)
        return prov_fail(err, PROV_E_SYSTEM, "cannot read %s: %s", archive, strerror(errno));
    struct dirent *entry;
    /* cppcheck-suppress readdirCalled; the stream is this function's own */
    while (!*found && (entry = readdir(directory)) != NULL)
        *found = parse_name(entry->d_name, name, &ctl, &phone) && is_lost(lists, ctl, &phone);
    closedir(directory);
    return PROV_OK;
}

/* The phone holds it for certain, or it may, since it takes no list for all. */
static bool
is_held(const struct run *run, const struct lists *lists, const struct past_list *past, bool ctl,
        const struct prov_mac *mac)
{
    const struct fleet_phone *phone = fleet_find(run->fleet, mac);
    const struct past_list *held = phone != NULL ? phone->held[ctl].list : NULL;
    const struct list *generic = lists_generic(lists, ctl);
    if (phone != NULL && phone->forgotten)
        return false;
    if (held == NULL || phone->held[ctl].elsewhere)
        return !strays_may_leave(&run->fleet->history, past->list, ctl);
    if (memcmp(held->sha256, past->sha256, HISTORY_SHA256_LEN) != 0)
        return false;
    return generic->stands != NULL
               ? prov_trustlist_follows(past->list, generic->stands, NULL) != PROV_OK
               : !strays_may_leave(&run->fleet->history, past->list, ctl);
}

static int
bring_back(struct run *run, struct lists *lists, const struct past_list *past,
           struct prov_error *err)
{
    struct prov_span bytes = prov_trustlist_bytes(past->list);
    char *path = run_path(run->settings->tftpboot, past->name, "");
    char *archived = run_path(run->settings->archive, past->file, "");
    struct prov_batch *batch = run->dry_run ? NULL : prov_batch_new();
    int rc = path != NULL && archived != NULL && (run->dry_run || batch != NULL)
                 ? PROV_OK
                 : prov_fail(err, PROV_E_MEMORY, "out of memory");
    if (rc == PROV_OK && batch != NULL)
        rc = prov_batch_put(batch, path, PUBLIC_MODE, bytes.data, bytes.len, err);
    if (rc == PROV_OK && batch != NULL)
        rc = prov_batch_commit(batch, err);
    if (rc == PROV_OK)
        rc = lists_add_stray(run, lists, past->name, archived, err);
    if (rc == PROV_OK)
        report_change(run->report, REPORT_WROTE, past->name, "missing, taken from the archive",
                      NULL);
    prov_batch_free(batch);
    free(path);
    free(archived);
    return rc;
}

int
strays_bring_back(struct run *run, struct lists *lists, struct prov_error *err)
{
    bool any = false;
    int rc = run->settings->archive != NULL ? find_any(run->settings->archive, lists, &any, err)
                                            : PROV_OK;
    if (rc == PROV_OK && any)
        rc = fleet_know(run, err);
    for (size_t i = 0; any && rc == PROV_OK && i < run->fleet->history.count; i++) {
        const struct past_list *past = &run->fleet->history.at[i];
        char name[LISTS_NAME_SIZE], file[LISTS_NAME_SIZE + 1];
        struct prov_mac phone;
        bool ctl = false;
        snprintf(file, sizeof file, "%s.", past->name);
        if (parse_name(file, name, &ctl, &phone) && is_lost(lists, ctl, &phone) &&
            history_newest(&run->fleet->history, past->name) == past &&
            is_held(run, lists, past, ctl, &phone))
            rc = bring_back(run, lists, past, err);
    }
    return rc;
}
