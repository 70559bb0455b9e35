/* SPDX-License-Identifier: MIT */
/* What is to be published, as a value: lists with their entries, and who signs files. */
#include "provbuild/lists/wanted.h"

#include "provbuild/run/phones.h"

#include <stdlib.h>
#include <string.h>

static int
no_memory(struct prov_error *err)
{
    return prov_fail(err, PROV_E_MEMORY, "out of memory");
}

int
wanted_set_entries(struct settings_list *list, const struct settings_entry *entries, size_t count,
                   struct prov_error *err)
{
    struct settings_entry *copy = calloc(count + 1, sizeof *copy);
    if (copy == NULL)
        return no_memory(err);
    for (size_t i = 0; i < count; i++)
        copy[i] = entries[i];
    free(list->entries);
    list->entries = copy;
    list->entry_count = count;
    return PROV_OK;
}

/* Appends a list with entries of its own, as `like`. */
static int
add(struct settings_list **lists, size_t *count, const struct settings_list *like,
    struct prov_error *err)
{
    struct settings_list copy = *like;
    copy.entries = NULL;
    struct settings_list *more = reallocarray(*lists, *count + 1, sizeof *more);
    if (more == NULL)
        return no_memory(err);
    *lists = more;
    int rc = wanted_set_entries(&copy, like->entries, like->entry_count, err);
    if (rc == PROV_OK)
        more[(*count)++] = copy;
    return rc;
}

int
wanted_make(const struct settings_build *settings, struct wanted *out, struct prov_error *err)
{
    *out = (struct wanted){.signs = calloc(settings->sign_count + 1, sizeof *out->signs)};
    if (out->signs == NULL)
        return no_memory(err);
    for (; out->sign_count < settings->sign_count; out->sign_count++)
        out->signs[out->sign_count] = settings->signs[out->sign_count];
    int rc = PROV_OK;
    for (size_t i = 0; rc == PROV_OK && i < settings->list_count; i++)
        rc = add(&out->lists, &out->list_count, &settings->lists[i], err);
    return rc;
}

void
wanted_release(struct wanted *wanted)
{
    for (size_t i = 0; i < wanted->list_count; i++)
        free(wanted->lists[i].entries);
    free(wanted->lists);
    free(wanted->keys);
    free(wanted->signs);
    *wanted = (struct wanted){0};
}

struct settings_list *
wanted_find(const struct wanted *wanted, enum list_kind kind, const struct prov_mac *phone)
{
    for (size_t i = 0; i < wanted->list_count; i++) {
        struct settings_list *list = &wanted->lists[i];
        if (list->kind == kind && list->for_one == (phone != NULL) &&
            (phone == NULL || phone_same(&list->phone, phone)))
            return list;
    }
    return NULL;
}

bool
wanted_takes_generic(const struct wanted *wanted, enum list_kind kind, const struct prov_mac *phone)
{
    return wanted_find(wanted, kind, phone) == NULL;
}

int
wanted_add_own(struct wanted *wanted, enum list_kind kind, const struct prov_mac *phone,
               struct prov_error *err)
{
    const struct settings_list *generic = wanted_find(wanted, kind, NULL);
    if (generic == NULL || wanted_find(wanted, kind, phone) != NULL)
        return PROV_OK;
    struct settings_list own = *generic;
    own.for_one = true;
    own.phone = *phone;
    return add(&wanted->lists, &wanted->list_count, &own, err);
}

int
wanted_add_key(struct wanted *wanted, const char *path, struct prov_error *err)
{
    for (size_t i = 0; i < wanted->key_count; i++)
        if (strcmp(wanted->keys[i], path) == 0)
            return PROV_OK;
    const char **keys = reallocarray(wanted->keys, wanted->key_count + 1, sizeof *keys);
    if (keys == NULL)
        return no_memory(err);
    wanted->keys = keys;
    keys[wanted->key_count++] = path;
    return PROV_OK;
}
