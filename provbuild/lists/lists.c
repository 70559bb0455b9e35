/* SPDX-License-Identifier: MIT */
/* The trust lists of a run: what is wanted and what stands, side by side. */
#include "provbuild/lists/lists.h"

#include "provbuild/run/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int
add(struct lists *lists, const char *tree, const char *name, const struct settings_list *wanted,
    struct prov_error *err)
{
    struct list *more = reallocarray(lists->at, lists->count + 1, sizeof *lists->at);
    if (more == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    lists->at = more;
    struct list *list = &more[lists->count];
    *list = (struct list){.wanted = wanted, .path = run_path(tree, name, "")};
    if (list->path == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    lists->count++;
    snprintf(list->name, sizeof list->name, "%s", name);
    return PROV_OK;
}

bool
rungs_same(const struct rungs *a, const struct rungs *b)
{
    bool same = a->count == b->count;
    for (size_t i = 0; same && i < a->count; i++)
        same = prov_span_equal(prov_trustlist_bytes(a->at[i]), prov_trustlist_bytes(b->at[i]));
    return same;
}

void
list_put(struct list *list, const struct rungs *rungs)
{
    list->rungs = *rungs;
    list->stands = rungs->count > 0 ? rungs->at[rungs->count - 1] : NULL;
}

/* Its rungs by the table, or what is in the tree under its name. */
static void
take_what_stands(struct list *list, const struct published *published)
{
    const struct ladder_row *row = ladder_table_find(&published->table, list->name);
    struct past_list *past = published_in_tree(published, list->name);
    struct rungs rungs = {0};
    list->in_tree = past != NULL ? past_list_read(past) : NULL;
    list->doubt = past != NULL ? past->why : NULL;
    for (size_t i = 0; row != NULL && i < row->count; i++) {
        const struct past_list *rung = published_file(published, row->file[i]);
        if (rung != NULL)
            rungs.at[rungs.count++] = rung->list;
    }
    if (rungs.count == 0 && list->in_tree != NULL)
        rungs.at[rungs.count++] = list->in_tree;
    list_put(list, &rungs);
    list->before = rungs;
    const struct past_list *kept = NULL;
    if (rungs.count == 0 && published_newest_kept(published, list->name, &kept, NULL) == PROV_OK &&
        kept != NULL)
        list->before = (struct rungs){1, {kept->list}};
}

int
lists_make(const struct wanted *wanted, const struct published *published, const char *tree,
           struct lists *out, struct prov_error *err)
{
    int rc = PROV_OK;
    *out = (struct lists){0};
    for (size_t i = 0; rc == PROV_OK && i < wanted->list_count; i++) {
        char name[LIST_NAME_SIZE];
        list_name_of(&wanted->lists[i], name);
        rc = add(out, tree, name, &wanted->lists[i], err);
        if (rc == PROV_OK)
            take_what_stands(&out->at[out->count - 1], published);
    }
    for (size_t i = 0; rc == PROV_OK && i < published->count; i++) {
        const struct past_list *past = &published->at[i];
        if (!past->in_tree || !list_is_name(past->file) || lists_find(out, past->file) != NULL)
            continue;
        rc = add(out, tree, past->file, NULL, err);
        if (rc == PROV_OK)
            take_what_stands(&out->at[out->count - 1], published);
    }
    return rc;
}

static bool
is_rung(const struct list *list)
{
    for (size_t i = 0; i < list->rungs.count; i++)
        if (prov_span_equal(prov_trustlist_bytes(list->in_tree),
                            prov_trustlist_bytes(list->rungs.at[i])))
            return true;
    return false;
}

void
lists_note_again(struct lists *lists, const struct published *published, bool still, int64_t now)
{
    for (size_t i = 0; i < lists->count; i++) {
        struct list *list = &lists->at[i];
        struct past_list *past = published_in_tree(published, list->name);
        const struct past_list *newest = published_newest(published, list->name);
        bool in_turns = list->rungs.count > 1 && list->in_tree != NULL && is_rung(list);
        list->again =
            list->in_tree != NULL && newest != NULL && (still || !in_turns) &&
            prov_trustlist_timestamp(list->in_tree) < prov_trustlist_timestamp(newest->list);
        if (!list->again)
            continue;
        past->again = now;
        past = published_kept(published, past);
        if (past != NULL)
            past->again = now;
    }
}

int
lists_put(struct lists *lists, const char *tree, const char *name,
          const struct prov_trustlist *stands, struct prov_error *err)
{
    int rc = lists_find(lists, name) == NULL ? add(lists, tree, name, NULL, err) : PROV_OK;
    if (rc != PROV_OK)
        return rc;
    const struct rungs alone = {.count = stands != NULL, .at = {stands}};
    struct list *list = lists_find(lists, name);
    list_put(list, &alone);
    list->in_tree = stands;
    list->doubt = NULL;
    return PROV_OK;
}

void
lists_release(struct lists *lists)
{
    for (size_t i = 0; i < lists->count; i++) {
        for (size_t k = 0; k < lists->at[i].made_count; k++)
            prov_trustlist_free(lists->at[i].made[k]);
        free(lists->at[i].path);
    }
    free(lists->at);
    *lists = (struct lists){0};
}

struct list *
lists_find(const struct lists *lists, const char *name)
{
    for (size_t i = 0; i < lists->count; i++)
        if (strcmp(lists->at[i].name, name) == 0)
            return &lists->at[i];
    return NULL;
}

const struct list *
lists_of(const struct lists *lists, enum list_kind kind, const struct prov_mac *phone)
{
    char name[LIST_NAME_SIZE];
    list_name(kind, phone, name);
    return lists_find(lists, name);
}

const struct list *
lists_generic(const struct lists *lists, enum list_kind kind)
{
    return lists_of(lists, kind, NULL);
}

/* --- beside what was published before */

int64_t
lists_ahead(const struct lists *lists, const struct published *published, int64_t now,
            const char **name)
{
    int64_t latest = now;
    for (size_t i = 0; i < lists->count; i++) {
        const struct list *list = &lists->at[i];
        const struct past_list *kept = NULL;
        int64_t newest = list->stands != NULL ? prov_trustlist_timestamp(list->stands) : 0;
        if (list->wanted != NULL &&
            published_newest_kept(published, list->name, &kept, NULL) == PROV_OK && kept != NULL &&
            prov_trustlist_timestamp(kept->list) > newest)
            newest = prov_trustlist_timestamp(kept->list);
        if (newest <= latest)
            continue;
        latest = newest;
        *name = list->name;
    }
    return latest - now;
}

bool
lists_any_changed(const struct lists *lists)
{
    bool any = false;
    for (size_t i = 0; !any && i < lists->count; i++)
        any = lists->at[i].changed;
    return any;
}

bool
lists_lost(const struct lists *lists, const struct published *published, bool archive)
{
    const struct past_list *kept;
    for (size_t i = 0; archive && i < lists->count; i++)
        if (lists->at[i].wanted != NULL && lists->at[i].stands == NULL &&
            (published_newest_kept(published, lists->at[i].name, &kept, NULL) != PROV_OK ||
             kept != NULL))
            return true;
    return false;
}

/* --- what they say */

bool
list_role_signs(unsigned role)
{
    return role == PROV_ROLE_TFTP || role == PROV_ROLE_CCM_TFTP;
}

bool
list_names(const struct prov_trustlist *list, const struct prov_identity *certificate, bool sast)
{
    for (size_t i = 0; i < prov_trustlist_count(list); i++) {
        const struct prov_record *record = prov_trustlist_at(list, i);
        if ((sast ? record->role == PROV_ROLE_SAST : list_role_signs(record->role)) &&
            record->certificate != NULL &&
            prov_span_equal(prov_identity_der(record->certificate), prov_identity_der(certificate)))
            return true;
    }
    return false;
}

/* Phones compare the issuer's name byte for byte, and layouts write it in different ways. */
static bool
names_alike(const struct prov_record *record, const struct prov_header *header)
{
    const struct prov_field *listed = prov_record_find(record, PROV_RECORD_ISSUER_NAME);
    const struct prov_field *used = prov_header_find(header, PROV_TAG_ISSUER_NAME);
    return listed == NULL || used == NULL || prov_span_equal(listed->value, used->value);
}

static bool
names_signer(const struct prov_trustlist *list, const struct prov_identity *signer,
             const struct prov_header *header, bool *any)
{
    *any |= list != NULL && prov_trustlist_signs_files(list);
    for (size_t i = 0; list != NULL && i < prov_trustlist_count(list); i++) {
        const struct prov_record *record = prov_trustlist_at(list, i);
        if (!list_role_signs(record->role) || record->certificate == NULL ||
            prov_identity_key_type(record->certificate) != PROV_KEY_RSA)
            continue;
        if (names_alike(record, header) &&
            prov_span_equal(prov_identity_der(record->certificate), prov_identity_der(signer)))
            return true;
    }
    return false;
}

bool
lists_trust(const struct lists *lists, const struct prov_mac *phone,
            const struct prov_identity *signer, const struct prov_header *header)
{
    bool any = false;
    for (enum list_kind kind = 0; kind < LIST_KINDS; kind++) {
        const struct list *list = phone != NULL ? lists_of(lists, kind, phone) : NULL;
        if (list == NULL || (list->stands == NULL && list->held == NULL && !list->lost))
            list = lists_generic(lists, kind);
        if (list != NULL && list->lost)
            return false;
        if (list != NULL &&
            names_signer(list->stands != NULL ? list->stands : list->held, signer, header, &any))
            return true;
    }
    return !any;
}
