/* SPDX-License-Identifier: MIT */
/* The dictionary of configurations: its lines in memory, and finding an element in it. */
#include "families/internal.h"

#include "cli/guess.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define PATH_LEN_MAX 512 /* longer paths are not known */
#define NUMBER_MAX 99999 /* that a name goes on with */
#define SIBLINGS_MAX 512

/* --- order */

static int
by_path(const void *a, const void *b)
{
    const struct element *x = a, *y = b;
    int order = strcmp(x->path, y->path);
    if (order == 0)
        order = (x->last > 0) - (y->last > 0);
    return order;
}

/* Lines of one path: the last read is the last in order. */
static int
by_path_and_age(const void *a, const void *b)
{
    const struct element *x = a, *y = b;
    int order = by_path(a, b);
    if (order == 0)
        order = (x->age > y->age) - (x->age < y->age);
    return order;
}

static int
by_name(const void *a, const void *b)
{
    const struct element *x = *(const struct element *const *)a;
    const struct element *y = *(const struct element *const *)b;
    int order = strcasecmp(x->name, y->name);
    return order != 0 ? order : strcmp(x->name, y->name);
}

static bool
is_set(const struct element *element)
{
    return element->path[0] == '@';
}

int
dictionary_sort(struct dictionary *dictionary, struct prov_error *err)
{
    size_t kept = 0;
    struct element *at = dictionary->at;
    if (dictionary->count > 0)
        qsort(at, dictionary->count, sizeof *at, by_path_and_age);
    for (size_t i = 0; i < dictionary->count; i++) {
        bool replaces = kept > 0 && !is_set(&at[i]) && by_path(&at[kept - 1], &at[i]) == 0;
        at[replaces ? kept - 1 : kept++] = at[i];
    }
    dictionary->count = kept;
    dictionary->named = calloc(kept + 1, sizeof(const struct element *));
    if (dictionary->named == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    for (size_t i = 0; i < kept; i++)
        dictionary->named[i] = &at[i];
    if (kept > 0)
        qsort(dictionary->named, kept, sizeof(const struct element *), by_name);
    return PROV_OK;
}

void
dictionary_free(struct dictionary *dictionary)
{
    if (dictionary == NULL)
        return;
    for (size_t i = 0; i < dictionary->text_count; i++)
        free(dictionary->texts[i]);
    free(dictionary->texts);
    free(dictionary->named);
    free(dictionary->at);
    free(dictionary);
}

size_t
dictionary_count(const struct dictionary *dictionary)
{
    return dictionary->count;
}

const struct element *
dictionary_at(const struct dictionary *dictionary, size_t index)
{
    return &dictionary->at[index];
}

size_t
dictionary_index(const struct dictionary *dictionary, const struct element *element)
{
    return (size_t)(element - dictionary->at);
}

/* --- by path */

static const struct element *
search(const struct dictionary *dictionary, const char *path, bool numbered)
{
    const struct element key = {.path = path, .last = numbered};
    return dictionary->count > 0
               ? bsearch(&key, dictionary->at, dictionary->count, sizeof *dictionary->at, by_path)
               : NULL;
}

/* The same, where the name goes on with a number. */
static const struct element *
search_numbered(const struct dictionary *dictionary, const char *path)
{
    char base[PATH_LEN_MAX];
    size_t len = strlen(path);
    while (len > 0 && isdigit((unsigned char)path[len - 1]))
        len--;
    if (path[len] == '\0' || path[len] == '0' || len + 5 < strlen(path))
        return NULL;
    snprintf(base, sizeof base, "%.*s", (int)len, path);
    unsigned long number = strtoul(path + len, NULL, 10);
    const struct element *element = search(dictionary, base, true);
    return element != NULL && number >= element->first && number <= element->last ? element : NULL;
}

static const struct element *
find(const struct dictionary *dictionary, const char *path)
{
    const struct element *element = search(dictionary, path, false);
    return element != NULL ? element : search_numbered(dictionary, path);
}

static bool
begins_with(const char *path, const char *begin)
{
    return strncmp(path, begin, strlen(begin)) == 0;
}

/* The path with its begin replaced; false where it begins with none of these. */
static bool
rename_begin(const char *path, const char *const *from, const char *to, char *out)
{
    for (; *from != NULL; from++)
        if (begins_with(path, *from))
            return snprintf(out, PATH_LEN_MAX, "%s%s", to, path + strlen(*from)) < PATH_LEN_MAX;
    return false;
}

/* By other names for what is around it. */
static bool
as_device(const char *path, char *out)
{
    static const char *const roots[] = {"Default/", "default/", NULL};
    return rename_begin(path, roots, "device/", out);
}

static bool
as_vendor_config(const char *path, char *out)
{
    static const char *const blocks[] = {"device/commonConfig/", "device/enterpriseConfig/", NULL};
    return rename_begin(path, blocks, "device/vendorConfig/", out);
}

const struct element *
dictionary_find(const struct dictionary *dictionary, const char *path)
{
    char device[PATH_LEN_MAX], vendor[PATH_LEN_MAX];
    const struct element *element = NULL;
    if (strlen(path) >= PATH_LEN_MAX)
        return NULL;
    element = find(dictionary, path);
    if (element == NULL && as_device(path, device)) {
        path = device;
        element = find(dictionary, path);
    }
    if (element == NULL && as_vendor_config(path, vendor))
        element = find(dictionary, vendor);
    return element;
}

/* --- by name */

/* The first in order of names that differ from it at most in case. */
static size_t
first_named(const struct dictionary *dictionary, const char *name)
{
    size_t low = 0, high = dictionary->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcasecmp(dictionary->named[middle]->name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct element *
dictionary_named(const struct dictionary *dictionary, const char *name)
{
    for (size_t i = first_named(dictionary, name);
         i < dictionary->count && strcasecmp(dictionary->named[i]->name, name) == 0; i++)
        if (strcmp(dictionary->named[i]->name, name) == 0 && dictionary->named[i]->last == 0)
            return dictionary->named[i];
    return NULL;
}

const struct element *
dictionary_in_other_case(const struct dictionary *dictionary, const char *name)
{
    size_t at = first_named(dictionary, name);
    if (at == dictionary->count || strcasecmp(dictionary->named[at]->name, name) != 0 ||
        dictionary_named(dictionary, name) != NULL)
        return NULL;
    return dictionary->named[at];
}

/* All lines right below the block that `path` is in. */
static size_t
gather_siblings(const struct dictionary *dictionary, const char *path, const char **names)
{
    size_t count = 0, len = (size_t)(strrchr(path, '/') - path) + 1;
    for (size_t i = 0; i < dictionary->count && count < SIBLINGS_MAX; i++) {
        const struct element *element = &dictionary->at[i];
        if (strncmp(element->path, path, len) == 0 && strchr(element->path + len, '/') == NULL)
            names[count++] = element->name;
    }
    return count;
}

const struct element *
dictionary_guess(const struct dictionary *dictionary, const char *path)
{
    char device[PATH_LEN_MAX], vendor[PATH_LEN_MAX], meant[2 * PATH_LEN_MAX];
    const char *names[SIBLINGS_MAX];
    if (strlen(path) >= PATH_LEN_MAX || strchr(path, '/') == NULL)
        return NULL;
    if (as_device(path, device))
        path = device;
    if (as_vendor_config(path, vendor))
        path = vendor;
    const char *name = strrchr(path, '/') + 1;
    const char *near = cli_guess(name, names, gather_siblings(dictionary, path, names));
    if (near == NULL)
        return NULL;
    snprintf(meant, sizeof meant, "%.*s%s", (int)(name - path), path, near);
    return search(dictionary, meant, false);
}

/* --- words of a choice */

static bool
same(const struct element *element, const char *word, size_t len, const char *value)
{
    if (strlen(value) != len)
        return false;
    return element->type == ELEMENT_WORD ? strncasecmp(word, value, len) == 0
                                         : strncmp(word, value, len) == 0;
}

static bool
among(const struct element *element, const char *words, const char *value)
{
    for (const char *at = words;; at++) {
        size_t len = strcspn(at, "|");
        if (same(element, at, len, value))
            return true;
        at += len;
        if (*at == '\0')
            return false;
    }
}

bool
dictionary_allows(const struct dictionary *dictionary, const struct element *element,
                  const char *value)
{
    if (element->values[0] != '@')
        return among(element, element->values, value);
    for (size_t i = 0; i < dictionary->count && is_set(&dictionary->at[i]); i++)
        if (strcmp(dictionary->at[i].path, element->values) == 0 &&
            among(element, dictionary->at[i].values, value))
            return true;
    return false;
}
