/* SPDX-License-Identifier: MIT */
/* Lists of single phones that no section describes, and that the tree has lost. */
#include "provbuild/publish/unlisted.h"

#include "cli/lines.h"
#include "provbuild/publish/scope.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SETTLED_FILE "settled-lists"
#define SETTLED_MODE 0640

/* Those in the archive, in the order of their files' names. */
struct lost {
    size_t count, settled;
    const struct past_list **at;
};

/* The list of one phone that a file holds. False if it is none. */
static bool
own_name(const struct past_list *past, char name[static LIST_NAME_SIZE], enum list_kind *kind,
         struct prov_mac *phone)
{
    if (past->name_len >= LIST_NAME_SIZE)
        return false;
    memcpy(name, past->file, past->name_len);
    name[past->name_len] = '\0';
    return list_phone_of(name, kind, phone);
}

/* It neither stands nor has a section, and a list for all is there to be taken instead. */
static bool
is_lost(const struct lists *lists, enum list_kind kind, const struct prov_mac *phone)
{
    return lists_of(lists, kind, phone) == NULL && lists_generic(lists, kind) != NULL;
}

static int
find_lost(const struct published *published, const struct lists *lists, struct lost *out,
          struct prov_error *err)
{
    *out = (struct lost){.at = calloc(published->count + 1, sizeof(const struct past_list *))};
    if (out->at == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    for (size_t i = 0; i < published->count; i++) {
        const struct past_list *past = &published->at[i];
        char name[LIST_NAME_SIZE];
        enum list_kind kind;
        struct prov_mac phone;
        if (!past->in_tree && past->file[past->name_len] == '.' &&
            own_name(past, name, &kind, &phone) && is_lost(lists, kind, &phone))
            out->at[out->count++] = past;
    }
    return PROV_OK;
}

/* --- settled ones: that their phones can leave them was found out once, and holds until lists
 * change */

static int
settle_one(void *context, char *line, struct prov_error *err)
{
    struct lost *lost = context;
    if (lost->settled == lost->count || strcmp(lost->at[lost->settled]->file, line) != 0)
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
        fprintf(to, "%s\n", lost->at[i]->file);
}

/* --- bringing them back */

/* The lists for all do not lead its phone on. */
static bool
is_needed(const struct run *run, const struct lists *lists, const struct past_list *past,
          enum list_kind kind, const struct prov_mac *mac)
{
    const struct fleet_phone *phone = fleet_find(run->fleet, mac);
    bool forgotten = phone != NULL ? phone->forgotten : phones_hold(&run->left_out, mac);
    return !forgotten && !scope_leads(lists, kind, past->list);
}

struct bringing {
    struct run *run;
    struct lists *lists;
    unlisted_pass *pass;
    void *context;
};

static int
bring_back(const struct bringing *bringing, const char *name, const struct past_list *past,
           enum list_kind kind, const struct prov_mac *phone, struct prov_error *err)
{
    static const struct rungs nothing = {0};
    struct report *report = bringing->run->report;
    struct prov_error why = {.code = PROV_OK};
    const char *tree = bringing->run->settings->tftpboot;
    int rc = lists_put(bringing->lists, tree, name, past->list, err);
    if (rc != PROV_OK)
        return rc;
    struct list *list = lists_find(bringing->lists, name);
    rc = bringing->pass(bringing->context, list, kind, phone, &why);
    list->put_back = rc == PROV_OK;
    if (rc == PROV_OK) {
        report_change(report, REPORT_WROTE, name, "missing, taken from the archive", NULL);
        return rc;
    }
    list_put(list, &nothing);
    list->in_tree = NULL;
    if (rc != PROV_E_CONTINUITY)
        return prov_fail(err, rc, "%s: %s", name, why.text);
    report_fault(report, name, why.text);
    return PROV_OK;
}

static int
bring_back_held(const struct bringing *bringing, const struct lost *lost, bool *any,
                struct prov_error *err)
{
    const struct run *run = bringing->run;
    struct lists *lists = bringing->lists;
    int rc = PROV_OK;
    for (size_t i = 0; rc == PROV_OK && i < lost->count; i++) {
        const struct past_list *past = lost->at[i];
        char name[LIST_NAME_SIZE];
        enum list_kind kind;
        struct prov_mac phone;
        if (!own_name(past, name, &kind, &phone) || !is_lost(lists, kind, &phone) ||
            published_newest(run->published, name) != past ||
            !is_needed(run, lists, past, kind, &phone))
            continue;
        *any = true;
        rc = bring_back(bringing, name, past, kind, &phone, err);
    }
    return rc;
}

int
unlisted_bring_back(struct run *run, struct lists *lists, unlisted_pass *pass, void *context,
                    struct prov_error *err)
{
    const struct bringing bringing = {run, lists, pass, context};
    const char *archive = run->settings->archive;
    struct lost lost = {0};
    bool any = false;
    if (archive == NULL)
        return PROV_OK;
    char *path = run_path(archive, SETTLED_FILE, "");
    int rc = path != NULL ? find_lost(run->published, lists, &lost, err)
                          : prov_fail(err, PROV_E_MEMORY, "out of memory");
    /* Whom the lists for all led on, they may lead on no more once they change. */
    if (rc == PROV_OK && (lists_any_changed(lists) || !all_settled(path, &lost))) {
        rc = fleet_know(run, err);
        if (rc == PROV_OK)
            rc = bring_back_held(&bringing, &lost, &any, err);
        if (rc == PROV_OK && !any && !run->dry_run)
            rc = lines_write(path, SETTLED_MODE, put_settled, &lost, err);
    }
    free(lost.at);
    free(path);
    return rc;
}
