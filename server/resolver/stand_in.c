/* SPDX-License-Identifier: MIT */
/* What the public root gives for a name: the file itself, or what stands in for it. */
#include "server/resolver/internal.h"

#include <stdio.h>
#include <string.h>

#define STUB_MAX (16 * 1024) /* bytes of a configuration that are searched for its mark */
#define ENCRYPTED ".enc.sgn"

/* `path` with its last component, or the end of it, replaced; false if it gets too long. */
static bool
replace_base(const char *path, const char *base, char out[static NAME_LEN_MAX + 1])
{
    const char *slash = strrchr(path, '/');
    int folder_len = slash != NULL ? (int)(slash + 1 - path) : 0;
    return snprintf(out, NAME_LEN_MAX + 1, "%.*s%s", folder_len, path, base) <= NAME_LEN_MAX;
}

static bool
append(const char *path, const char *suffix, char out[static NAME_LEN_MAX + 1])
{
    return snprintf(out, NAME_LEN_MAX + 1, "%s%s", path, suffix) <= NAME_LEN_MAX;
}

/* The stub of an encrypted configuration tells the phone to ask for the encrypted one, and holds
 * nothing else: without its signature it would only take the phone's lines away. */
static bool
is_stub(const struct resolver_file *file)
{
    static const char mark[] = "<encrConfig>true</encrConfig>"; /* formats.md, section 4 */
    char start[STUB_MAX];
    ssize_t len = resolver_read(file, 0, start, sizeof start);
    return len > 0 && memmem(start, (size_t)len, mark, strlen(mark)) != NULL;
}

static enum opened
open_stripped(struct resolver *resolver, const struct root *root, const char *path,
              const struct name_meaning *meaning, struct resolver_file **out)
{
    char other[NAME_LEN_MAX + 1];
    struct resolver_file *encrypted = NULL;
    if (meaning->kind == NAME_CONFIGURATION && append(path, ENCRYPTED, other) &&
        resolver__open_any_case(resolver, root, other, false, &encrypted) != ABSENT) {
        resolver_release(encrypted);
        return ABSENT;
    }
    if (!append(path, RESOLVER__SIGNED, other))
        return ABSENT;
    enum opened result = resolver__open_any_case(resolver, root, other, true, out);
    if (result != OPENED || meaning->kind != NAME_CONFIGURATION || !is_stub(*out))
        return result;
    resolver_release(*out);
    *out = NULL;
    return ABSENT;
}

enum opened
resolver__open_public(struct resolver *resolver, const char *path,
                      const struct name_meaning *meaning, struct resolver_file **out)
{
    const struct root *root = &resolver->public;
    char other[NAME_LEN_MAX + 1];
    enum opened result = resolver__open_in_turns(resolver, path, meaning, false, out);
    if (result == ABSENT)
        result = resolver__open_any_case(resolver, root, path, false, out);
    if (result == ABSENT)
        result = resolver__open_in_turns(resolver, path, meaning, true, out);
    if (result == ABSENT && meaning->generic != NULL && replace_base(path, meaning->generic, other))
        result = resolver__open_any_case(resolver, root, other, false, out);
    if (result == ABSENT)
        result = open_stripped(resolver, root, path, meaning, out);
    return result;
}
