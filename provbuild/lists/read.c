/* SPDX-License-Identifier: MIT */
/* Trust lists as they stand in the tree. */
#include "provbuild/lists/archive.h"
#include "provbuild/publish/publish.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAY 86400

void
lists_name(bool ctl, const struct prov_mac *phone, char out[static LISTS_NAME_SIZE])
{
    const char *kind = ctl ? "CTL" : "ITL";
    if (phone == NULL)
        snprintf(out, LISTS_NAME_SIZE, "%sFile.tlv", kind);
    else
        snprintf(out, LISTS_NAME_SIZE, "%sSEP%s.tlv", kind, phone->text);
}

bool
lists_phone_of(const char *name, bool *ctl, struct prov_mac *phone)
{
    *ctl = prov_mac_of_file(name, "CTL", ".tlv", phone);
    return *ctl || prov_mac_of_file(name, "ITL", ".tlv", phone);
}

static struct list *
find(const struct lists *lists, const char *name)
{
    for (size_t i = 0; i < lists->count; i++)
        if (strcmp(lists->at[i].name, name) == 0)
            return &lists->at[i];
    return NULL;
}

static int
add(struct lists *lists, const char *folder, const char *name, const struct settings_list *wanted,
    struct prov_error *err)
{
    struct prov_error why = {.code = PROV_OK};
    struct list *more = reallocarray(lists->at, lists->count + 1, sizeof *lists->at);
    if (more == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    lists->at = more;
    struct list *list = &more[lists->count];
    *list = (struct list){.wanted = wanted, .path = run_path(folder, name, "")};
    if (list->path == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    lists->count++;
    snprintf(list->name, sizeof list->name, "%s", name);
    int rc = archive_read_list(list->path, &list->stands, &why);
    if (rc != PROV_OK && !(rc == PROV_E_SYSTEM && why.sys == ENOENT))
        snprintf(list->doubt, sizeof list->doubt, "%s", why.text);
    return PROV_OK;
}

static bool
is_list_name(const char *name)
{
    struct prov_mac phone;
    bool ctl = false;
    return strcmp(name, "ITLFile.tlv") == 0 || strcmp(name, "CTLFile.tlv") == 0 ||
           lists_phone_of(name, &ctl, &phone);
}

static int
add_standing(struct lists *lists, const char *folder, struct prov_error *err)
{
    int rc = PROV_OK;
    DIR *directory = opendir(folder);
    if (directory == NULL)
        return prov_fail(err, PROV_E_SYSTEM, "cannot read %s: %s", folder, strerror(errno));
    struct dirent *entry;
    /* cppcheck-suppress readdirCalled; the stream is this function's own */
    while (rc == PROV_OK && (entry = readdir(directory)) != NULL)
        if (is_list_name(entry->d_name) && find(lists, entry->d_name) == NULL)
            rc = add(lists, folder, entry->d_name, NULL, err);
    closedir(directory);
    return rc;
}

int
lists_read(const struct run *run, struct lists *out, struct prov_error *err)
{
    const struct settings_build *build = &run->settings->build;
    const char *folder = run->settings->tftpboot;
    *out = (struct lists){0};
    int rc = PROV_OK;
    for (size_t i = 0; rc == PROV_OK && i < build->list_count; i++) {
        const struct settings_list *wanted = &build->lists[i];
        char name[LISTS_NAME_SIZE];
        lists_name(wanted->ctl, wanted->for_one ? &wanted->phone : NULL, name);
        rc = add(out, folder, name, wanted, err);
    }
    return rc == PROV_OK ? add_standing(out, folder, err) : rc;
}

int
lists_add_stray(const struct run *run, struct lists *lists, const char *name, const char *instead,
                struct prov_error *err)
{
    int rc = add(lists, run->settings->tftpboot, name, NULL, err);
    struct list *list = rc == PROV_OK ? &lists->at[lists->count - 1] : NULL;
    if (list != NULL && list->stands == NULL)
        rc = archive_read_list(instead, &list->stands, err);
    return rc;
}

void
lists_release(struct lists *lists)
{
    for (size_t i = 0; i < lists->count; i++) {
        prov_trustlist_free(lists->at[i].stands);
        prov_trustlist_free(lists->at[i].held);
        free(lists->at[i].path);
    }
    free(lists->at);
    *lists = (struct lists){0};
}

const struct list *
lists_of(const struct lists *lists, bool ctl, const struct prov_mac *phone)
{
    char name[LISTS_NAME_SIZE];
    lists_name(ctl, phone, name);
    return find(lists, name);
}

const struct list *
lists_generic(const struct lists *lists, bool ctl)
{
    return lists_of(lists, ctl, NULL);
}

/* --- the clock */

static int64_t
time_of(const struct prov_trustlist *list)
{
    const struct prov_field *field =
        list != NULL ? prov_header_find(prov_trustlist_header(list), PROV_TAG_TIMESTAMP) : NULL;
    return field != NULL ? (int64_t)field->number : 0;
}

int
lists_check_clock(const struct run *run, const struct lists *lists, struct prov_error *err)
{
    for (size_t i = 0; i < lists->count; i++) {
        const struct list *list = &lists->at[i];
        struct prov_trustlist *archived = NULL;
        char *path = NULL;
        int64_t newest = time_of(list->stands);
        if (list->wanted != NULL && run->settings->archive != NULL &&
            archive_newest(run->settings->archive, list->name, &archived, &path, NULL) == PROV_OK &&
            time_of(archived) > newest)
            newest = time_of(archived);
        prov_trustlist_free(archived);
        free(path);
        if (newest > (int64_t)run->now + DAY)
            return prov_fail(err, PROV_E_CONTINUITY,
                             "the clock is more than a day behind %s, which was published already; "
                             "nothing is built before it is right; set the clock",
                             list->name);
    }
    return PROV_OK;
}

/* --- what the lists say */

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
    for (size_t i = 0; list != NULL && i < prov_trustlist_count(list); i++) {
        const struct prov_record *record = prov_trustlist_at(list, i);
        if ((record->role != PROV_ROLE_TFTP && record->role != PROV_ROLE_CCM_TFTP) ||
            record->certificate == NULL ||
            prov_identity_key_type(record->certificate) != PROV_KEY_RSA)
            continue;
        *any = true;
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
    for (int kind = 0; kind < 2; kind++) {
        const struct list *list = phone != NULL ? lists_of(lists, kind == 1, phone) : NULL;
        if (list == NULL || (list->stands == NULL && list->held == NULL && !list->lost))
            list = lists_generic(lists, kind == 1);
        if (list != NULL && list->lost)
            return false;
        if (list != NULL &&
            names_signer(list->stands != NULL ? list->stands : list->held, signer, header, &any))
            return true;
    }
    return !any;
}

bool
lists_lost(const struct run *run, const struct lists *lists)
{
    for (size_t i = 0; i < lists->count; i++) {
        const struct list *list = &lists->at[i];
        struct prov_trustlist *archived = NULL;
        char *path = NULL;
        bool lost = list->wanted != NULL && list->stands == NULL &&
                    run->settings->archive != NULL &&
                    (archive_newest(run->settings->archive, list->name, &archived, &path, NULL) !=
                         PROV_OK ||
                     archived != NULL);
        prov_trustlist_free(archived);
        free(path);
        if (lost)
            return true;
    }
    return false;
}
