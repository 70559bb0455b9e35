/* SPDX-License-Identifier: MIT */
/* The recovery certificate: the second SAST, whose key is kept offline. */
#include "provbuild/change/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define YEARS 30
#define KEY_MODE 0600
#define CERTIFICATE_MODE 0644

/* --- making it */

static int
put_certificate(struct prov_span pem, struct prov_bytes *out, struct prov_error *err)
{
    struct prov_identity *identity = NULL;
    int rc =
        prov_identity_read(pem.data, pem.len, PROV_NEED_CERTIFICATE, NULL, NULL, &identity, err);
    if (rc == PROV_OK)
        rc = prov_pem_put_certificate(out, identity, err);
    prov_identity_free(identity);
    return rc;
}

static int
write_both(const char *key, const char *certificate, struct prov_span pem, struct prov_error *err)
{
    struct prov_bytes *alone = prov_bytes_new(pem.len);
    struct prov_batch *batch = prov_batch_new();
    int rc = alone != NULL && batch != NULL ? put_certificate(pem, alone, err)
                                            : prov_fail(err, PROV_E_MEMORY, "out of memory");
    if (rc == PROV_OK) {
        struct prov_span text = prov_bytes_span(alone);
        prov_batch_only_new(batch);
        rc = prov_batch_put(batch, certificate, CERTIFICATE_MODE, text.data, text.len, err);
    }
    if (rc == PROV_OK)
        rc = prov_batch_put(batch, key, KEY_MODE, pem.data, pem.len, err);
    if (rc == PROV_OK)
        rc = prov_batch_commit(batch, err);
    prov_batch_free(batch);
    prov_bytes_free(alone);
    return rc;
}

/* The first value of an attribute ("O=") in a subject in the project's notation; to be freed. */
static char *
attribute(const char *subject, size_t len, const char *type)
{
    size_t type_len = strlen(type);
    for (size_t i = 0; i + type_len <= len; i++) {
        if ((i > 0 && subject[i - 1] != ';') || strncmp(subject + i, type, type_len) != 0)
            continue;
        size_t begin = i + type_len, end = begin;
        while (end < len && subject[end] != ';' && subject[end] != '\\')
            end++;
        return end > begin ? strndup(subject + begin, end - begin) : NULL;
    }
    return NULL;
}

/* Organization and unit of the SAST, so that both look alike on a phone. */
static int
make_pem(const struct prov_identity *sast, int64_t now, struct prov_bytes **pem,
         struct prov_error *err)
{
    struct prov_bytes *subject = NULL;
    char *name = NULL;
    int rc = prov_identity_subject(sast, prov_layout_default(), &subject, err);
    if (rc != PROV_OK)
        return rc;
    struct prov_span span = prov_bytes_span(subject);
    char *organization = attribute((const char *)span.data, span.len, "O=");
    char *unit = attribute((const char *)span.data, span.len, "OU=");
    if (asprintf(&name, "SAST %.30s recovery", organization != NULL ? organization : "prov") < 0)
        name = NULL;
    struct prov_certificate_plan plan = {
        .size = sizeof plan,
        .common_name = name != NULL ? name : "SAST recovery",
        .organization = organization != NULL ? organization : "prov",
        .unit = unit != NULL ? unit : "Voice",
        .rsa_bits = 2048,
        .digest = "sha256",
        .years = YEARS,
        .now = now,
    };
    rc = prov_certificate_make(&plan, pem, err);
    free(name);
    free(organization);
    free(unit);
    prov_bytes_free(subject);
    return rc;
}

int
recovery_make(const struct run *run, const char *path, char **certificate, struct prov_error *err)
{
    struct prov_bytes *pem = NULL;
    const struct settings_build *build = &run->settings->build;
    *certificate = NULL;
    if (prov_identity_is_uri(path))
        return prov_fail(err, PROV_E_ARGUMENT, "a recovery key is made as a file; name one");
    char *absolute = run_real_path(path);
    if (absolute == NULL || asprintf(certificate, "%s.crt", absolute) < 0) {
        free(absolute);
        *certificate = NULL;
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    }
    free(absolute);
    if (build->list_count == 0 || build->lists[0].entry_count == 0)
        return prov_fail(err, PROV_E_ARGUMENT,
                         "the settings describe no trust list that it could stand in");
    const char *like =
        run->rotate_sast != NULL ? run->rotate_sast : build->lists[0].entries[0].certificate;
    struct prov_identity *sast = cli_identity(&run->common, like, PROV_NEED_CERTIFICATE);
    if (sast == NULL)
        return prov_fail(err, PROV_E_UNFIT, "without the SAST no list can name a second one");
    int rc = make_pem(sast, run->now, &pem, err);
    if (rc == PROV_OK)
        rc = write_both(path, *certificate, prov_bytes_span(pem), err);
    prov_bytes_free(pem);
    prov_identity_free(sast);
    return rc;
}

/* --- listing it until the settings do */

static bool
is_file(const char *absolute, const char *path)
{
    char *other = run_real_path(path);
    bool same = other != NULL && strcmp(absolute, other) == 0;
    free(other);
    return same;
}

int
rotation_apply_recovery(struct rotation *rotation, struct prov_error *err)
{
    struct record *record = &rotation->record;
    struct wanted *wanted = &rotation->wanted;
    bool all_name_it = true;
    int rc = PROV_OK;
    if (record->recovery == NULL)
        return PROV_OK;
    for (size_t i = 0; rc == PROV_OK && i < wanted->list_count; i++) {
        struct settings_list *list = &wanted->lists[i];
        struct settings_entry *entries = calloc(list->entry_count + 2, sizeof *entries);
        size_t count = 0, sast = 0;
        if (entries == NULL)
            return prov_fail(err, PROV_E_MEMORY, "out of memory");
        for (size_t k = 0; k < list->entry_count; k++) {
            bool is_sast = list->entries[k].role == PROV_ROLE_SAST;
            if (is_sast && sast++ > 0) {
                all_name_it &= is_file(record->recovery, list->entries[k].certificate);
                continue;
            }
            entries[count++] = list->entries[k];
            if (is_sast)
                entries[count++] = (struct settings_entry){PROV_ROLE_SAST, record->recovery};
        }
        all_name_it &= sast == 2;
        rc = wanted_set_entries(list, entries, count, err);
        free(entries);
    }
    if (rc == PROV_OK)
        record->recovery_listed = all_name_it;
    return rc;
}
