/* SPDX-License-Identifier: MIT */
/* The archive compared with its inventory: a list that is missing, damaged or another one stops the
 * run, since phones may hold what it was. */
#include "provbuild/lists/evidence.h"

#include "provbuild/lists/keep.h"
#include "provbuild/lists/records.h"
#include "provbuild/run/run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define INVENTORY_MAX (16 * 1024 * 1024)

struct checking {
    struct published *published;
    const char *archive;
    const struct phones *forgotten;
    bool accept;
    struct inventory recorded; /* as it stands beside the tree */
    size_t faults;
    struct prov_error first;
};

/* --- the inventory that stands */

/* A list names those who may have signed it. */
static bool
is_signed_by_list(struct prov_signedfile *file, const struct prov_trustlist *list)
{
    for (size_t i = 0; i < prov_trustlist_count(list); i++) {
        const struct prov_record *record = prov_trustlist_at(list, i);
        if (record->role == PROV_ROLE_SAST && record->certificate != NULL &&
            prov_signedfile_verify(file, record->certificate, NULL) == PROV_OK)
            return true;
    }
    return false;
}

static int
check_signature(const struct published *published, struct prov_signedfile *file,
                struct prov_error *err)
{
    for (int in_tree = 1; in_tree >= 0; in_tree--)
        for (size_t i = 0; i < published->count; i++)
            if (published->at[i].in_tree == in_tree && past_list_read(&published->at[i]) != NULL &&
                is_signed_by_list(file, published->at[i].list))
                return PROV_OK;
    return prov_fail(err, PROV_E_SIGNATURE,
                     "no SAST of a list in the tree or in the archive signed it");
}

static int
take_recorded(struct checking *checking, struct prov_span bytes, struct prov_error *err)
{
    struct prov_signedfile *file = NULL;
    int rc = prov_signedfile_read(bytes.data, bytes.len, &file, err);
    if (rc == PROV_OK)
        rc = check_signature(checking->published, file, err);
    if (rc == PROV_OK)
        rc = inventory_read(prov_signedfile_content(file), &checking->recorded, err);
    prov_signedfile_free(file);
    return rc;
}

/* Rungs stand in the tree, or their table: the inventory was written before them. */
static bool
has_rungs(const struct published *published)
{
    bool has = !published->table_lost;
    for (size_t i = 0; !has && i < published->count; i++)
        has = published->at[i].in_tree && published->at[i].file[published->at[i].name_len] == '.';
    return has;
}

/* One that is not there yet says nothing. */
static int
read_recorded(struct checking *checking, const char *tree, struct prov_error *err)
{
    struct prov_bytes *content = NULL;
    struct prov_error why = {.code = PROV_OK};
    char *path = run_path(tree, INVENTORY_FILE, "");
    if (path == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    int rc = prov_file_read(path, INVENTORY_MAX, &content, &why);
    bool missing = rc == PROV_E_SYSTEM && why.sys == ENOENT && !has_rungs(checking->published);
    if (rc == PROV_OK)
        rc = take_recorded(checking, prov_bytes_span(content), &why);
    prov_bytes_free(content);
    if (missing || (rc != PROV_OK && rc != PROV_E_MEMORY && checking->accept))
        rc = PROV_OK;
    if (rc != PROV_OK)
        rc = prov_fail(err, PROV_E_CONTINUITY,
                       "%s: %s, so whether the archive %s is whole is unknown and nothing is "
                       "built; take both from the backup, or give --accept-archive if the archive "
                       "holds every list that a phone may hold",
                       path, why.text, checking->archive);
    free(path);
    return rc;
}

/* --- what the archive holds */

/* A phone that is left out may hold what it likes. */
static bool
is_accepted(const struct checking *checking, const char *name)
{
    enum list_kind kind;
    struct prov_mac phone;
    return checking->accept ||
           (list_phone_of(name, &kind, &phone) && phones_hold(checking->forgotten, &phone));
}

/* The list's name that the file's begins with. */
static bool
name_of(const char *file, char name[static LIST_NAME_SIZE])
{
    const char *end = strstr(file, ".tlv");
    size_t len = end != NULL ? (size_t)(end - file) + strlen(".tlv") : 0;
    if (len == 0 || len >= LIST_NAME_SIZE)
        return false;
    memcpy(name, file, len);
    name[len] = '\0';
    return list_is_name(name);
}

static void
note_fault(struct checking *checking, const char *file, const char *name, const char *what)
{
    struct prov_mac phone;
    enum list_kind kind;
    bool own = list_phone_of(name, &kind, &phone);
    if (checking->faults++ == 0)
        (void)prov_fail(&checking->first, PROV_E_CONTINUITY,
                        "%s/%s: %.300s; phones may hold what it was, so nothing is built; see "
                        "whether the archive is mounted, take the list from the backup, or give "
                        "--accept-archive if no phone holds it%s%s",
                        checking->archive, file, what,
                        own ? ", or leave that phone out with --forget SEP" : "",
                        own ? phone.text : "");
}

/* Of one that may not be read nobody knows that it is damaged. */
static void
note_unreadable(struct checking *checking, const struct past_list *past, const char *name)
{
    if (!past->denied)
        note_fault(checking, past->file, name, past->why != NULL ? past->why : "it cannot be read");
    else if (checking->faults++ == 0)
        (void)prov_fail(&checking->first, PROV_E_CONTINUITY,
                        "%s/%s: %.300s; run this as a user who may read it; phones may hold it, so "
                        "nothing is built",
                        checking->archive, past->file, past->why != NULL ? past->why : "denied");
}

/* A damaged one that is accepted is as if it were not there. */
static void
leave_out(struct past_list *past)
{
    prov_trustlist_free(past->list);
    free(past->why);
    past->list = NULL;
    past->why = NULL;
    past->read = true;
    past->stamped = false;
}

static int
check_file(struct checking *checking, struct past_list *past, struct prov_error *err)
{
    struct inventory_line line = {.damaged = false};
    char name[LIST_NAME_SIZE];
    if (!name_of(past->file, name) || strlen(past->file) >= sizeof line.file)
        return PROV_OK;
    const struct inventory_line *recorded = inventory_find(&checking->recorded, past->file);
    snprintf(line.file, sizeof line.file, "%s", past->file);
    memcpy(line.sha256, past->sha256, sizeof line.sha256); /* zeros where it could not be read */
    bool same = recorded != NULL && memcmp(recorded->sha256, line.sha256, sizeof line.sha256) == 0;
    line.damaged = same ? recorded->damaged : past_list_read(past) == NULL;
    if (!same && line.damaged && (past->denied || !is_accepted(checking, name)))
        note_unreadable(checking, past, name);
    else if (!same && recorded != NULL && !recorded->damaged && !is_accepted(checking, name))
        note_fault(checking, past->file, name, "it is another list than was kept there");
    if (line.damaged)
        leave_out(past);
    return inventory_put(&checking->published->inventory, &line, err);
}

static void
check_missing(struct checking *checking)
{
    for (size_t i = 0; i < checking->recorded.count; i++) {
        const char *file = checking->recorded.at[i].file;
        char name[LIST_NAME_SIZE];
        if (name_of(file, name) && inventory_find(&checking->published->inventory, file) == NULL &&
            !checking->recorded.at[i].damaged && !is_accepted(checking, name))
            note_fault(checking, file, name, "it is missing");
    }
}

/* Known to the inventory, and older than that. */
static bool
is_untouched(const struct checking *checking, const struct past_list *past,
             const struct stat *inventory)
{
    struct stat status;
    const struct inventory_line *line = inventory_find(&checking->recorded, past->file);
    return line != NULL &&
           (line->damaged ||
            (stat(past->path, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0 &&
             (status.st_mtim.tv_sec < inventory->st_mtim.tv_sec ||
              (status.st_mtim.tv_sec == inventory->st_mtim.tv_sec &&
               status.st_mtim.tv_nsec <= inventory->st_mtim.tv_nsec))));
}

static bool
all_untouched(const struct checking *checking, const char *tree)
{
    struct stat inventory;
    char name[LIST_NAME_SIZE];
    size_t count = 0;
    char *path = run_path(tree, INVENTORY_FILE, "");
    bool untouched = path != NULL && stat(path, &inventory) == 0;
    free(path);
    for (size_t i = 0; untouched && i < checking->published->count; i++) {
        const struct past_list *past = &checking->published->at[i];
        if (past->in_tree || !name_of(past->file, name))
            continue;
        count++;
        untouched = is_untouched(checking, past, &inventory);
    }
    return untouched && count == checking->recorded.count;
}

/* Without a look into the files. */
static int
take_untouched(struct checking *checking, struct prov_error *err)
{
    struct published *published = checking->published;
    int rc = PROV_OK;
    for (size_t i = 0; i < published->count; i++) {
        struct past_list *past = &published->at[i];
        const struct inventory_line *line =
            past->in_tree ? NULL : inventory_find(&checking->recorded, past->file);
        if (line != NULL && line->damaged)
            leave_out(past);
    }
    for (size_t i = 0; i < checking->recorded.count; i++)
        rc = rc == PROV_OK ? inventory_put(&published->inventory, &checking->recorded.at[i], err)
                           : rc;
    return rc;
}

/* --- its records */

static const char *const whats[] = {
    [INVENTORY_UNDER_WAY] = "it says where the keys of changes lie that are under way",
    [INVENTORY_PROVEN] =
        "it says what phones are proven to hold, and what was given to them again"};
static const char *const costs[] = {
    [INVENTORY_UNDER_WAY] = "give the changes again then, and name keys of older SASTs with "
                            "--old-sast",
    [INVENTORY_PROVEN] = "each phone may hold any list again then, and keys of older SASTs may be "
                         "needed (--old-sast)"};

static void
note_record_fault(struct checking *checking, enum inventory_record which, const char *fault)
{
    if (checking->faults++ == 0)
        (void)prov_fail(&checking->first, PROV_E_CONTINUITY,
                        "%s/%s: %s; %s, so nothing is built; take the right one from the newest "
                        "backup, or give --accept-archive: %s",
                        checking->archive, inventory_file_of(which), fault, whats[which],
                        costs[which]);
}

/* What stands is what is to be noted from now on. */
static int
check_records(struct checking *checking, struct prov_error *err)
{
    struct published *published = checking->published;
    int rc = PROV_OK;
    for (size_t i = 0; rc == PROV_OK && i < INVENTORY_RECORDS; i++) {
        const struct inventory_noted *noted = &checking->recorded.records[i];
        struct inventory_noted *stands = &published->inventory.records[i];
        enum inventory_record which = (enum inventory_record)i;
        bool readable = false;
        published->noted[i] = noted->noted;
        rc = record_look(checking->archive, which, stands, &readable, err);
        const char *fault = rc == PROV_OK && readable ? record_fault(noted, stands) : NULL;
        if (fault != NULL && !checking->accept)
            note_record_fault(checking, which, fault);
    }
    return rc;
}

/* --- the whole */

static int
tell_faults(const struct checking *checking, struct prov_error *err)
{
    if (checking->faults == 0)
        return PROV_OK;
    if (checking->faults == 1)
        return prov_fail(err, checking->first.code, "%s", checking->first.text);
    return prov_fail(err, checking->first.code, "%s (so are %zu others)", checking->first.text,
                     checking->faults - 1);
}

static int
check_archive(struct checking *checking, struct prov_error *err)
{
    struct published *published = checking->published;
    int rc = published_index(published, err);
    for (size_t i = 0; rc == PROV_OK && i < published->count; i++)
        if (!published->at[i].in_tree)
            rc = check_file(checking, &published->at[i], err);
    if (rc != PROV_OK)
        return rc;
    check_missing(checking);
    return rc;
}

int
evidence_check(struct published *published, const char *archive, const char *tree,
               const struct phones *forgotten, bool accept, bool quick, struct prov_error *err)
{
    struct checking checking = {
        .published = published, .archive = archive, .forgotten = forgotten, .accept = accept};
    char name[LIST_NAME_SIZE];
    if (list_name_respelt(published->misspelt, name))
        return prov_fail(err, PROV_E_CONTINUITY,
                         "%s/%s: phones are given it as %s, and nobody else takes it for that, so "
                         "nothing is built; rename it, or remove it",
                         tree, published->misspelt, name);
    if (archive == NULL)
        return PROV_OK;
    if (published->archive_error.code != PROV_OK)
        return prov_fail(err, published->archive_error.code, "%s", published->archive_error.text);
    int rc = read_recorded(&checking, tree, err);
    if (rc == PROV_OK)
        rc = quick && all_untouched(&checking, tree) ? take_untouched(&checking, err)
                                                     : check_archive(&checking, err);
    if (rc == PROV_OK)
        rc = check_records(&checking, err);
    if (rc == PROV_OK)
        rc = tell_faults(&checking, err);
    published->inventory_stands = inventory_same(&published->inventory, &checking.recorded);
    inventory_release(&checking.recorded);
    return rc;
}
