/* SPDX-License-Identifier: MIT */
#include "provbuild/publish/unlisted.h"

#include "provbuild/lists/archive.h"
#include "provbuild/run/lines.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PUBLIC_MODE 0644
#define SETTLED_FILE "settled-lists"
#define SETTLED_MODE 0640

struct lost {
    size_t count, settled;
    struct dirent **names;
};

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
parse_entry(const char *entry, char name[static LISTS_NAME_SIZE], bool *ctl, struct prov_mac *phone)
{
    const char *end = strstr(entry, ".tlv.");
    size_t len = end != NULL ? (size_t)(end - entry) + strlen(".tlv") : LISTS_NAME_SIZE;
    if (len >= LISTS_NAME_SIZE)
        return false;
    memcpy(name, entry, len);
    name[len] = '\0';
    return lists_phone_of(name, ctl, phone);
}

/* It neither stands nor has a section, and a list for all is there to be taken instead. */
static bool
is_lost(const struct lists *lists, bool ctl, const struct prov_mac *phone)
{
    return lists_of(lists, ctl, phone) == NULL && lists_generic(lists, ctl) != NULL;
}

/* --- settled ones: that their phones can leave them was found out once, and does not change */

static int
is_entry(const struct dirent *entry)
{
    return strstr(entry->d_name, ".tlv.") != NULL;
}

/* Lost lists by their names in the archive, in order. */
static int
find_lost(const char *archive, const struct lists *lists, struct lost *out, struct prov_error *err)
{
    struct dirent **entries = NULL;
    int count = scandir(archive, &entries, is_entry, alphasort);
    *out = (struct lost){0};
    if (count < 0 && errno == ENOENT)
        return PROV_OK;
    if (count < 0)
        return prov_fail(err, PROV_E_SYSTEM, "cannot read %s: %s", archive, strerror(errno));
    out->names = entries;
    for (int i = 0; i < count; i++) {
        char name[LISTS_NAME_SIZE];
        struct prov_mac phone;
        bool ctl = false;
        if (parse_entry(entries[i]->d_name, name, &ctl, &phone) && is_lost(lists, ctl, &phone))
            entries[out->count++] = entries[i];
        else
            free(entries[i]);
    }
    return PROV_OK;
}

static void
release_lost(struct lost *lost)
{
    for (size_t i = 0; i < lost->count; i++)
        free(lost->names[i]);
    free(lost->names);
}

static int
settle_one(void *context, char *line, struct prov_error *err)
{
    struct lost *lost = context;
    if (lost->settled == lost->count || strcmp(lost->names[lost->settled]->d_name, line) != 0)
        return prov_fail(err, PROV_E_FORMAT, "it is about others");
    lost->settled++;
    return PROV_OK;
}

/* A file that cannot be read only means that all is looked at once more. */
static bool
all_settled(const char *path, struct lost *lost)
{
    bool missing = false;
    return lost->count == 0 || (lines_read(path, settle_one, lost, &missing, NULL) == PROV_OK &&
                                lost->settled == lost->count);
}

static void
put_settled(const void *context, FILE *to)
{
    const struct lost *lost = context;
    fputs("# Lists of single phones that take the list for all by now. Not to be edited.\n", to);
    for (size_t i = 0; i < lost->count; i++)
        fprintf(to, "%s\n", lost->names[i]->d_name);
}

/* --- bringing them back */

/* The phone holds it for certain, or it may, since it takes no list for all. */
static bool
is_held(const struct run *run, const struct lists *lists, const struct past_list *past, bool ctl,
        const struct prov_mac *mac)
{
    const struct fleet_phone *phone = fleet_find(run->fleet, mac);
    const struct past_list *held = phone != NULL ? phone->held[ctl].list : NULL;
    const struct list *generic = lists_generic(lists, ctl);
    if (phone != NULL ? phone->forgotten : phones_hold(&run->left_out, mac))
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

static int
bring_back_held(struct run *run, struct lists *lists, bool *any, struct prov_error *err)
{
    const struct history *history = &run->fleet->history;
    int rc = PROV_OK;
    for (size_t i = 0; rc == PROV_OK && i < history->count; i++) {
        const struct past_list *past = &history->at[i];
        struct prov_mac phone;
        bool ctl = false;
        if (!lists_phone_of(past->name, &ctl, &phone) || !is_lost(lists, ctl, &phone) ||
            history_newest(history, past->name) != past || !is_held(run, lists, past, ctl, &phone))
            continue;
        *any = true;
        rc = bring_back(run, lists, past, err);
    }
    return rc;
}

int
strays_bring_back(struct run *run, struct lists *lists, struct prov_error *err)
{
    const char *archive = run->settings->archive;
    struct lost lost = {0};
    bool any = false;
    if (archive == NULL)
        return PROV_OK;
    char *path = run_path(archive, SETTLED_FILE, "");
    int rc = path != NULL ? find_lost(archive, lists, &lost, err)
                          : prov_fail(err, PROV_E_MEMORY, "out of memory");
    if (rc == PROV_OK && !all_settled(path, &lost)) {
        rc = fleet_know(run, err);
        if (rc == PROV_OK)
            rc = bring_back_held(run, lists, &any, err);
        if (rc == PROV_OK && !any && !run->dry_run)
            rc = lines_write(path, SETTLED_MODE, put_settled, &lost, err);
    }
    release_lost(&lost);
    free(path);
    return rc;
}
