/* SPDX-License-Identifier: MIT */
/* Names that are not at the top of the public root, in the folders that are searched for them. */
#include "server/resolver/internal.h"

#include "tree/search.h"

#include <prov/header.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The name inside a signed file, if it is one: phones compare it with the name that they asked
 * for. */
static bool
is_named_otherwise(const struct resolver_file *file, const char *asked)
{
    struct prov_header *header = NULL;
    size_t len = file->size < PROV_HEADER_MAX ? (size_t)file->size : PROV_HEADER_MAX;
    uint8_t *start = malloc(len + 1);
    if (start == NULL)
        return true;
    bool otherwise = false;
    if (resolver_read(file, 0, start, len) == (ssize_t)len &&
        prov_header_read(start, len, &header, NULL) == PROV_OK) {
        const struct prov_field *name = prov_header_find(header, PROV_TAG_FILENAME);
        otherwise = name == NULL || name->value.len != strlen(asked) ||
                    memcmp(name->value.data, asked, name->value.len) != 0;
    }
    prov_header_free(header);
    free(start);
    return otherwise;
}

/* A signed file that the phone would refuse is none for it. */
static enum opened
open_whole(struct resolver *resolver, const char *path, const char *asked,
           struct resolver_file **out)
{
    enum opened result = resolver__open_any_case(resolver, &resolver->public, path, false, out);
    if (result != OPENED || !name_ends_with(asked, RESOLVER__SIGNED) ||
        !is_named_otherwise(*out, asked))
        return result;
    resolver_release(*out);
    *out = NULL;
    return ABSENT;
}

/* The file of this name, or what stands after the header of the signed one. */
static enum opened
open_in(struct resolver *resolver, const char *folder, const char *asked,
        struct resolver_file **out)
{
    char path[NAME_LEN_MAX + 1], signed_path[NAME_LEN_MAX + sizeof RESOLVER__SIGNED];
    if (!search_path(folder, asked, path) ||
        folder_index_lacks_beginning(resolver->public.index, path)) /* of both: most end here */
        return ABSENT;
    enum opened result = open_whole(resolver, path, asked, out);
    if (result != ABSENT)
        return result;
    snprintf(signed_path, sizeof signed_path, "%s" RESOLVER__SIGNED, path);
    return resolver__open_any_case(resolver, &resolver->public, signed_path, true, out);
}

enum opened
resolver__open_searched(struct resolver *resolver, const char *asked, struct resolver_file **out)
{
    enum opened result = ABSENT;
    if (!search_covers(asked))
        return ABSENT;
    for (size_t i = 0; i < resolver->search_count && result == ABSENT; i++)
        result = open_in(resolver, resolver->search[i], asked, out);
    return result;
}
