/* SPDX-License-Identifier: MIT */
/* Which files in folders that are searched are signed under their bare names, too. */
#include "provbuild/source/bare.h"

#include "tree/search.h"

#include <prov/file.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define SIGNED ".sgn"

/* A source that phones come to without a folder. */
struct place {
    struct bare_source *source;
    const char *base;
    size_t len;  /* of the name without the ending of a signed file that is copied */
    size_t rank; /* 0: at the top, where nothing is searched for; then the folders in their order */
};

/* False if nobody comes there without a folder. */
static bool
find_rank(const char *path, char *const *folders, size_t count, size_t *rank)
{
    const char *base = prov_file_base(path);
    size_t len = base > path ? (size_t)(base - path) - 1 : 0;
    *rank = 0;
    if (len == 0)
        return true;
    for (size_t i = 0; i < count; i++) {
        *rank = i + 1;
        if (strlen(folders[i]) == len && strncasecmp(folders[i], path, len) == 0)
            return true;
    }
    return false;
}

static int
compare_names(const struct place *a, const struct place *b)
{
    size_t len = a->len < b->len ? a->len : b->len;
    int order = strncasecmp(a->base, b->base, len);
    return order != 0 ? order : (a->len > b->len) - (a->len < b->len);
}

static int
by_name_and_rank(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    int order = compare_names(x, y);
    if (order == 0)
        order = (x->rank > y->rank) - (x->rank < y->rank);
    return order != 0 ? order : strcmp(x->source->path, y->source->path);
}

static size_t
gather(char *const *folders, size_t folder_count, struct bare_source *sources, size_t count,
       struct place *out)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        struct place *place = &out[found];
        if (!find_rank(sources[i].path, folders, folder_count, &place->rank))
            continue;
        place->source = &sources[i];
        place->base = prov_file_base(sources[i].path);
        place->len = strlen(place->base);
        if (!sources[i].is_signed && name_ends_with(place->base, SIGNED))
            place->len -= strlen(SIGNED);
        found++;
    }
    return found;
}

int
bare_mark(char *const *folders, size_t folder_count, struct bare_source *sources, size_t count,
          struct prov_error *err)
{
    struct place *places = calloc(count + 1, sizeof *places);
    if (places == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    size_t found = gather(folders, folder_count, sources, count, places);
    if (found > 0)
        qsort(places, found, sizeof *places, by_name_and_rank);
    for (size_t i = 0; i < found; i++) {
        const struct place *place = &places[i];
        bool first = i == 0 || compare_names(&places[i - 1], place) != 0;
        place->source->bare =
            first && place->rank > 0 && place->source->is_signed && search_covers(place->base);
    }
    free(places);
    return PROV_OK;
}
