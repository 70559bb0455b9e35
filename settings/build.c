/* SPDX-License-Identifier: MIT */
/* Sections trust, ctl and sign: what is to be built. */
#include "settings/internal.h"

#include <stdlib.h>
#include <string.h>

/* --- sections */

static int
add_list(struct settings_build *build, const struct settings_list *list, void **out,
         struct prov_error *err)
{
    struct settings_list *lists =
        reallocarray(build->lists, build->list_count + 1, sizeof *build->lists);
    if (lists == NULL)
        return settings__no_memory(err);
    build->lists = lists;
    lists[build->list_count] = *list;
    *out = &lists[build->list_count++];
    return PROV_OK;
}

static int
list_section(struct settings_build *build, enum list_kind kind, const char *title, void **out,
             struct prov_error *err)
{
    struct settings_list wanted = {.kind = kind,
                                   .for_one = title[0] != '\0',
                                   .version = {1, 0},
                                   .digest = PROV_SHA1,
                                   .layout = prov_layout_default()};
    if (wanted.for_one && !prov_mac_of_file(title, "", "", &wanted.phone))
        return prov_fail(err, PROV_E_ARGUMENT,
                         "'%s' is no phone; write SEP and the twelve digits of its MAC address",
                         settings__quoted(title).text);
    for (size_t i = 0; i < build->list_count; i++) {
        struct settings_list *list = &build->lists[i];
        if (list->kind == kind && list->for_one == wanted.for_one &&
            strcmp(list->phone.text, wanted.phone.text) == 0) {
            *out = list;
            return PROV_OK;
        }
    }
    return add_list(build, &wanted, out, err);
}

/* The section for all files comes first, wherever it stands in the file. */
static int
sign_section(struct settings_build *build, const char *title, void **out, struct prov_error *err)
{
    bool for_all = title[0] == '\0';
    for (size_t i = 0; i < build->sign_count; i++) {
        const char *pattern = build->signs[i].pattern;
        if (for_all ? pattern == NULL : pattern != NULL && strcmp(pattern, title) == 0) {
            *out = &build->signs[i];
            return PROV_OK;
        }
    }
    struct settings_sign sign = {.layout = prov_layout_default(), .digest = PROV_SHA1};
    struct settings_sign *signs =
        reallocarray(build->signs, build->sign_count + 1, sizeof *build->signs);
    if (signs == NULL)
        return settings__no_memory(err);
    build->signs = signs;
    if (!for_all && (sign.pattern = strdup(title)) == NULL)
        return settings__no_memory(err);
    size_t at = for_all ? 0 : build->sign_count;
    memmove(signs + at + 1, signs + at, (build->sign_count - at) * sizeof *signs);
    signs[at] = sign;
    build->sign_count++;
    *out = &signs[at];
    return PROV_OK;
}

int
settings__build_section(struct settings_build *build, enum settings_section section,
                        const char *title, void **out, struct prov_error *err)
{
    if (section == SETTINGS_SIGN)
        return sign_section(build, title, out, err);
    return list_section(build, section == SETTINGS_CTL ? LIST_CTL : LIST_ITL, title, out, err);
}

/* --- values */

static bool
has_sast(const struct settings_list *list)
{
    return list->entry_count > 0 && list->entries[0].role == PROV_ROLE_SAST;
}

static void
drop_role(struct settings_list *list, enum prov_role role)
{
    size_t kept = 0;
    for (size_t i = 0; i < list->entry_count; i++) {
        if (list->entries[i].role == role)
            free(list->entries[i].certificate);
        else
            list->entries[kept++] = list->entries[i];
    }
    list->entry_count = kept;
}

/* Makes room for `count` entries: SAST ones before all others, others at the end. */
static struct settings_entry *
insert(struct settings_list *list, enum prov_role role, size_t count)
{
    size_t total = list->entry_count + count;
    struct settings_entry *entries = reallocarray(list->entries, total + 1, sizeof *entries);
    if (entries == NULL)
        return NULL;
    size_t at = role == PROV_ROLE_SAST ? 0 : list->entry_count;
    memmove(entries + at + count, entries + at, (list->entry_count - at) * sizeof *entries);
    memset(entries + at, 0, count * sizeof *entries);
    list->entries = entries;
    list->entry_count = total;
    return entries + at;
}

int
settings__take_entries(const struct settings_option *option, void *into,
                       const struct settings_values *values, struct prov_error *err)
{
    struct settings_list *list = into;
    enum prov_role role;
    int rc = PROV_OK;
    if (!prov_role_by_name(option->name, &role))
        return prov_fail(err, PROV_E_ARGUMENT, "no role has this name");
    if (role == PROV_ROLE_SAST && values->count > PROV_TRUSTLIST_SAST_MAX)
        return prov_fail(err, PROV_E_ARGUMENT, "more than %d certificates; phones take no more",
                         PROV_TRUSTLIST_SAST_MAX);
    drop_role(list, role);
    struct settings_entry *entries = insert(list, role, values->count);
    if (entries == NULL)
        return settings__no_memory(err);
    for (size_t i = 0; i < values->count; i++) {
        entries[i].role = role;
        if (rc == PROV_OK)
            rc = settings__copy_key(values->folder, values->at[i], &entries[i].certificate, err);
    }
    return rc;
}

int
settings__take_list_version(const struct settings_option *option, void *into,
                            const struct settings_values *values, struct prov_error *err)
{
    (void)option;
    struct settings_list *list = into;
    bool first = strcmp(values->at[0], "1.0") == 0;
    if (!first && strcmp(values->at[0], "1.1") != 0)
        return prov_fail(err, PROV_E_ARGUMENT, "'%s' is neither 1.0 nor 1.1",
                         settings__quoted(values->at[0]).text);
    list->version = (struct prov_signer_version){1, first ? 0 : 1};
    return PROV_OK;
}

/* Notes in a section `sign` that it says something of its own. */
static void
note_set(const struct settings_option *option, void *into)
{
    if (option->count != 0)
        *(bool *)((char *)into + option->count) = true;
}

int
settings__take_digest(const struct settings_option *option, void *into,
                      const struct settings_values *values, struct prov_error *err)
{
    enum prov_digest *digest = (enum prov_digest *)(void *)((char *)into + option->field);
    if (!prov_digest_parse(values->at[0], digest))
        return prov_fail(err, PROV_E_ARGUMENT, "'%s' is neither sha1 nor sha512",
                         settings__quoted(values->at[0]).text);
    note_set(option, into);
    return PROV_OK;
}

int
settings__take_layout(const struct settings_option *option, void *into,
                      const struct settings_values *values, struct prov_error *err)
{
    const struct prov_layout *layout = prov_layout_find(values->at[0]);
    if (layout == NULL)
        return prov_fail(err, PROV_E_ARGUMENT, "'%s' is none of callmanager, 4.11 and 4.13",
                         settings__quoted(values->at[0]).text);
    *(const struct prov_layout **)(void *)((char *)into + option->field) = layout;
    note_set(option, into);
    return PROV_OK;
}

static int
only_for_all(const struct settings_sign *sign, struct prov_error *err)
{
    if (sign->pattern == NULL)
        return PROV_OK;
    return prov_fail(err, PROV_E_ARGUMENT,
                     "this holds for all files; set it in the section sign without a pattern");
}

int
settings__take_exclude(const struct settings_option *option, void *into,
                       const struct settings_values *values, struct prov_error *err)
{
    (void)option;
    struct settings_sign *sign = into;
    int rc = only_for_all(sign, err);
    if (rc != PROV_OK)
        return rc;
    for (size_t i = 0; i < sign->exclude_count; i++)
        free(sign->exclude[i]);
    sign->exclude_count = 0;
    char **exclude = reallocarray(sign->exclude, values->count + 1, sizeof *exclude);
    if (exclude == NULL)
        return settings__no_memory(err);
    sign->exclude = exclude;
    for (size_t i = 0; i < values->count; i++) {
        exclude[i] = strdup(values->at[i]);
        if (exclude[i] == NULL)
            return settings__no_memory(err);
        sign->exclude_count++;
    }
    return PROV_OK;
}

int
settings__take_encryption(const struct settings_option *option, void *into,
                          const struct settings_values *values, struct prov_error *err)
{
    (void)option;
    bool required = strcmp(values->at[0], "required") == 0;
    int rc = only_for_all(into, err);
    if (rc != PROV_OK)
        return rc;
    if (!required && strcmp(values->at[0], "available") != 0)
        return prov_fail(err, PROV_E_ARGUMENT, "'%s' is neither available nor required",
                         settings__quoted(values->at[0]).text);
    values->settings->build.encryption =
        required ? SETTINGS_ENCRYPTION_REQUIRED : SETTINGS_ENCRYPTION_AVAILABLE;
    return PROV_OK;
}

int
settings__take_devices_ca(const struct settings_option *option, void *into,
                          const struct settings_values *values, struct prov_error *err)
{
    (void)option;
    char *path = NULL;
    int rc = only_for_all(into, err);
    if (rc == PROV_OK)
        rc = settings__copy_path(values->folder, values->at[0], &path, err);
    if (rc != PROV_OK)
        return rc;
    settings__replace(&values->settings->build.devices_ca, path);
    return PROV_OK;
}

/* --- what only shows later */

int
settings__check_build_section(struct settings_build *build, enum settings_section section,
                              const char *title, struct prov_error *err)
{
    void *object = NULL;
    int rc = settings__build_section(build, section, title, &object, err);
    if (rc != PROV_OK || section == SETTINGS_SIGN || object == NULL || has_sast(object))
        return rc;
    return prov_fail(err, PROV_E_ARGUMENT,
                     "a trust list needs the certificate that signs it; set sast");
}

int
settings__check_build(const struct settings_build *build, struct prov_error *err)
{
    if (build->sign_count == 0)
        return PROV_OK;
    if (build->signs[0].pattern != NULL)
        return prov_fail(err, PROV_E_ARGUMENT,
                         "section sign '%s' stands without a section sign for all files",
                         settings__quoted(build->signs[0].pattern).text);
    if (build->signs[0].certificate == NULL)
        return prov_fail(err, PROV_E_ARGUMENT, "section sign has no certificate; set certificate");
    return PROV_OK;
}

void
settings__build_release(const struct settings_build *build)
{
    for (size_t i = 0; i < build->list_count; i++) {
        for (size_t k = 0; k < build->lists[i].entry_count; k++)
            free(build->lists[i].entries[k].certificate);
        free(build->lists[i].entries);
    }
    free(build->lists);
    for (size_t i = 0; i < build->sign_count; i++) {
        struct settings_sign *sign = &build->signs[i];
        for (size_t k = 0; k < sign->exclude_count; k++)
            free(sign->exclude[k]);
        free(sign->exclude);
        free(sign->pattern);
        free(sign->certificate);
    }
    free(build->signs);
    free(build->devices_ca);
    free(build->restart);
}
