/* SPDX-License-Identifier: MIT */
/* Trust lists on their way to the disk: into the archive, then the rungs, the table, and what
 * stands in the tree itself. Stopped anywhere, a ladder stands that leads all phones, and the next
 * run does the rest. */
#include "provbuild/publish/publish.h"

#include "provbuild/fleet/fleet.h"
#include "provbuild/lists/archive.h"
#include "provbuild/lists/draft.h"
#include "provbuild/lists/keep.h"
#include "provbuild/lists/ladder_folder.h"
#include "provbuild/restart/waiting.h"

#include <dirent.h>
#include <fcntl.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int
no_memory(struct prov_error *err)
{
    return prov_fail(err, PROV_E_MEMORY, "out of memory");
}

/* --- the archive */

/* One that no section describes stays as it is, in turns or alone. */
static bool
is_ours(const struct list *list)
{
    return list->rungs.count > 1 ||
           (list->rungs.count > 0 && (list->wanted != NULL || list->put_back || list->goes));
}

/* What was in the tree up to now. */
static int
keep_standing(struct run *run, const struct list *list, bool *again, struct prov_error *err)
{
    char file[INVENTORY_NAME_SIZE];
    int rc =
        keep_list(run->published, run->settings->archive, list->name, list->in_tree, file, err);
    if (rc == PROV_OK && list->again)
        rc = fleet_know(run, err);
    if (rc != PROV_OK || !list->again || !proofs_lack_again(&run->fleet->proofs, file, run->now))
        return rc;
    *again = true;
    return proofs_note_again(&run->fleet->proofs, file, run->now, err);
}

/* The newest first: the latest of an archive is never a bridge, wherever the run is stopped. */
static int
keep(struct run *run, const struct list *list, struct ladder_row *row, bool *again,
     struct prov_error *err)
{
    char file[INVENTORY_NAME_SIZE];
    const char *archive = run->settings->archive;
    int rc = list->in_tree != NULL ? keep_standing(run, list, again, err) : PROV_OK;
    bool fits = snprintf(row->name, sizeof row->name, "%s", list->name) < LADDER_NAME_SIZE;
    for (size_t i = list->rungs.count; rc == PROV_OK && i-- > 0;) {
        rc = keep_list(run->published, archive, list->name, list->rungs.at[i], file, err);
        fits = fits && snprintf(row->file[i], LADDER_FILE_SIZE, "%s", file) < LADDER_FILE_SIZE;
    }
    if (rc == PROV_OK && !fits)
        rc = prov_fail(err, PROV_E_LIMIT, "its name is too long");
    row->count = list->rungs.count;
    if (rc == PROV_OK)
        return rc;
    struct prov_error why = *err;
    return prov_fail(err, rc, "%s cannot be kept in the archive %s: %s", list->name, archive,
                     why.text);
}

/* Lists that were published before newer ones, and are given out again: phones may hold them again,
 * whatever they were proven to hold. */
static int
note_again(struct run *run, const struct list *list, const struct ladder_row *row, bool *any,
           struct prov_error *err)
{
    const struct past_list *newest = published_newest(run->published, list->name);
    int rc = list->changed || list->put_back ? fleet_know(run, err) : PROV_OK;
    for (size_t i = 0; rc == PROV_OK && i < row->count; i++) {
        if (!(list->changed || list->put_back) || newest == NULL ||
            published_file(run->published, row->file[i]) == NULL ||
            prov_trustlist_timestamp(list->rungs.at[i]) >= prov_trustlist_timestamp(newest->list))
            continue;
        *any = true;
        rc = proofs_note_again(&run->fleet->proofs, row->file[i], run->now, err);
    }
    return rc;
}

static int
note_all_again(struct run *run, const struct lists *lists, const struct ladder_row *rows, bool any,
               struct prov_error *err)
{
    int rc = PROV_OK;
    for (size_t i = 0; rc == PROV_OK && i < lists->count; i++)
        rc = note_again(run, &lists->at[i], &rows[i], &any, err);
    return rc == PROV_OK && any ? proofs_write(run->settings->archive, &run->fleet->proofs, err)
                                : rc;
}

/* By a list that stands: who signs one that was refused is unknown to the next run. */
static int
sign_inventory(const struct run *run, const struct list *list, struct prov_error *err)
{
    struct list_draft *draft = NULL;
    int rc = list_draft_new(run, list->wanted, list->name, NULL, &draft, err);
    if (rc == PROV_OK && list_draft_is_trusted(draft, list->stands))
        rc = list_draft_note(draft, run, err);
    list_draft_free(draft);
    return rc;
}

int
publish_note_archive(const struct run *run, const struct lists *lists, struct prov_error *err)
{
    if (run->settings->archive == NULL)
        return PROV_OK;
    int rc = keep_records(run->published, run->settings->archive, err);
    for (size_t i = 0; i < lists->count; i++) {
        const struct list *list = &lists->at[i];
        if (rc == PROV_OK && !run->published->inventory_stands && list->drafted &&
            list->stands != NULL)
            rc = sign_inventory(run, list, err);
    }
    return rc;
}

/* --- files */

static int
write_list(const char *folder, const char *file, const struct prov_trustlist *list,
           struct prov_error *err)
{
    struct prov_bytes *stands = NULL;
    char *path = run_path(folder, file, "");
    if (path == NULL)
        return no_memory(err);
    bool same = prov_file_read(path, PROV_TRUSTLIST_READ_MAX, &stands, NULL) == PROV_OK &&
                prov_span_equal(prov_bytes_span(stands), prov_trustlist_bytes(list));
    int rc = same ? PROV_OK : archive_write_list(path, list, err);
    prov_bytes_free(stands);
    free(path);
    return rc;
}

static int
write_rungs(int folder, const struct list *list, const struct ladder_row *row,
            struct prov_error *err)
{
    int rc = PROV_OK;
    for (size_t i = 0; rc == PROV_OK && i < row->count; i++)
        rc = ladder_folder_put(folder, row->file[i], prov_trustlist_bytes(list->rungs.at[i]), err);
    return rc;
}

static int
write_table(int folder, const struct ladder_table *table, struct prov_error *err)
{
    struct prov_bytes *text = NULL;
    if (table->count == 0)
        return prov_file_remove_at(folder, LADDER_TABLE, err);
    int rc = ladder_table_write(table, &text, err);
    if (rc == PROV_OK)
        rc = ladder_folder_put(folder, LADDER_TABLE, prov_bytes_span(text), err);
    prov_bytes_free(text);
    return rc;
}

/* Servers that know no turns give what stands in the tree: another rung with each run. */
static const struct prov_trustlist *
draw(const struct list *list, uint32_t lot)
{
    return list->rungs.at[((uint64_t)lot * list->rungs.count) >> 32];
}

/* A rung that is in no ladder any more; what else is there is not ours. */
static bool
is_old_rung(const struct ladder_table *table, const char *file)
{
    char name[LADDER_NAME_SIZE];
    if (!ladder_list_of_rung(file, name))
        return false;
    const struct ladder_row *row = ladder_table_find(table, name);
    return row == NULL || ladder_row_find(row, file) == LADDER_NO_LIST;
}

static int
remove_old_rungs(int folder, const struct ladder_table *table, struct prov_error *err)
{
    int copy = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC); /* closedir closes it */
    DIR *directory = copy >= 0 ? fdopendir(copy) : NULL;
    const struct dirent *entry;
    int rc = directory != NULL ? PROV_OK : prov_system_failed(err, "cannot read " LADDER_FOLDER);
    /* cppcheck-suppress readdirCalled; the stream is this function's own */
    while (rc == PROV_OK && directory != NULL && (entry = readdir(directory)) != NULL)
        if (is_old_rung(table, entry->d_name))
            rc = prov_file_remove_at(folder, entry->d_name, err);
    if (directory != NULL)
        closedir(directory);
    else if (copy >= 0)
        close(copy);
    return rc;
}

/* --- in order */

struct writing {
    struct run *run;
    const struct lists *lists;
    struct ladder_row *rows; /* one for each list; count 0: not ours */
    struct ladder_table table;
    int folder; /* of rungs */
};

static bool
stays_in_turns(const struct writing *writing, size_t index)
{
    return writing->rows[index].count > 1 && !writing->lists->at[index].goes;
}

static int
keep_all(struct writing *writing, struct prov_error *err)
{
    const struct lists *lists = writing->lists;
    bool again = false;
    int rc = PROV_OK;
    for (size_t i = 0; rc == PROV_OK && i < lists->count; i++)
        if (is_ours(&lists->at[i]))
            rc = keep(writing->run, &lists->at[i], &writing->rows[i], &again, err);
        else if (lists->at[i].in_tree != NULL) /* whoever put it there, phones were given it */
            rc = keep_standing(writing->run, &lists->at[i], &again, err);
    if (rc == PROV_OK)
        rc = note_all_again(writing->run, lists, writing->rows, again, err);
    return rc == PROV_OK ? publish_note_archive(writing->run, lists, err) : rc;
}

static int
note_restarts(const struct writing *writing, struct prov_error *err)
{
    int rc = PROV_OK;
    for (size_t i = 0; rc == PROV_OK && i < writing->lists->count; i++) {
        const struct list *list = &writing->lists->at[i];
        if (list->changed || list->put_back || list->goes)
            rc = restarts_note_list(writing->run, list->name, err);
    }
    return rc;
}

/* Proof of the newest list, or --forget, ends the turns of a phone. */
static int
add_proven(struct writing *writing, const struct fleet_phone *phone, enum list_kind kind,
           struct prov_error *err)
{
    static const enum ladder_kind kinds[LIST_KINDS] = {LADDER_ITL, LADDER_CTL};
    const struct ladder_proven proven = {kinds[kind], phone->phone};
    const struct past_list *held = phone->proof[kind].list;
    const struct list *list = lists_of(writing->lists, kind, &phone->phone);
    if (list == NULL || list->stands == NULL || list->goes)
        list = lists_generic(writing->lists, kind);
    if (held == NULL || list == NULL || list->stands == NULL || list->rungs.count < 2 ||
        !prov_span_equal(prov_trustlist_bytes(held->list), prov_trustlist_bytes(list->stands)))
        return PROV_OK;
    return ladder_table_add_proven(&writing->table, &proven, err);
}

static int
make_table(struct writing *writing, struct prov_error *err)
{
    struct run *run = writing->run;
    int rc = PROV_OK;
    for (size_t i = 0; rc == PROV_OK && i < writing->lists->count; i++)
        if (stays_in_turns(writing, i))
            rc = ladder_table_add(&writing->table, &writing->rows[i], err);
    if (rc == PROV_OK && writing->table.count > 0)
        rc = fleet_know(run, err);
    for (size_t i = 0; rc == PROV_OK && writing->table.count > 0 && i < run->fleet->count; i++)
        for (enum list_kind kind = 0; rc == PROV_OK && kind < LIST_KINDS; kind++)
            rc = add_proven(writing, &run->fleet->at[i], kind, err);
    return rc == PROV_OK ? ladder_table_sort(&writing->table, err) : rc;
}

static int
write_ladders(struct writing *writing, struct prov_error *err)
{
    int rc = make_table(writing, err);
    for (size_t i = 0; rc == PROV_OK && i < writing->lists->count; i++)
        if (stays_in_turns(writing, i))
            rc = write_rungs(writing->folder, &writing->lists->at[i], &writing->rows[i], err);
    return rc == PROV_OK ? write_table(writing->folder, &writing->table, err) : rc;
}

/* Lists of single phones first: a phone that gets its first one holds that for all as it was. */
static int
write_tree(const struct writing *writing, struct prov_error *err)
{
    const char *tree = writing->run->settings->tftpboot;
    uint32_t lot = 0;
    int rc = PROV_OK;
    if (RAND_bytes((unsigned char *)&lot, sizeof lot) != 1)
        return prov_fail(err, PROV_E_CRYPTO, "there are no random numbers");
    for (int own = 1; own >= 0; own--)
        for (size_t i = 0; rc == PROV_OK && i < writing->lists->count; i++) {
            const struct list *list = &writing->lists->at[i];
            enum list_kind kind;
            struct prov_mac phone;
            if (writing->rows[i].count > 0 && !list->goes &&
                list_phone_of(list->name, &kind, &phone) == own)
                rc = write_list(tree, list->name, draw(list, lot), err);
        }
    return rc;
}

static int
remove_lists(const struct lists *lists, struct prov_error *err)
{
    int rc = PROV_OK;
    for (size_t i = 0; rc == PROV_OK && i < lists->count; i++)
        if (lists->at[i].goes && access(lists->at[i].path, F_OK) == 0)
            rc = prov_file_remove(lists->at[i].path, err);
    return rc;
}

int
publish_write(struct run *run, const struct lists *lists, struct prov_error *err)
{
    struct writing writing = {.run = run,
                              .lists = lists,
                              .rows = calloc(lists->count + 1, sizeof *writing.rows),
                              .folder = -1};
    bool archive = run->settings->archive != NULL; /* without one there are no lists */
    if (writing.rows == NULL)
        return no_memory(err);
    int rc = archive ? keep_all(&writing, err) : PROV_OK;
    if (rc == PROV_OK && archive)
        rc = ladder_folder_open(run->settings->tftpboot, &writing.folder, err);
    if (rc == PROV_OK)
        rc = note_restarts(&writing, err);
    if (rc == PROV_OK && archive)
        rc = write_ladders(&writing, err);
    if (rc == PROV_OK)
        rc = write_tree(&writing, err);
    if (rc == PROV_OK) /* who has none any more finds that for all newer than what he had */
        rc = remove_lists(lists, err);
    if (rc == PROV_OK && archive)
        rc = remove_old_rungs(writing.folder, &writing.table, err);
    if (writing.folder >= 0)
        close(writing.folder);
    free(writing.rows);
    ladder_table_release(&writing.table);
    return rc;
}
