/* SPDX-License-Identifier: MIT */
/* Private keys that others can read. */
#include "provbuild/main/exposed.h"

#include "cli/exposed.h"

#include <stdlib.h>
#include <string.h>

struct paths {
    size_t count;
    const char **at;
};

static void
add(struct paths *paths, const char *path)
{
    for (size_t i = 0; path != NULL && i < paths->count; i++)
        if (strcmp(paths->at[i], path) == 0)
            return;
    const char **at = path != NULL && !prov_identity_is_uri(path)
                          ? reallocarray(paths->at, paths->count + 1, sizeof(const char *))
                          : NULL;
    if (at == NULL)
        return; /* then it is not looked at this time */
    paths->at = at;
    at[paths->count++] = path;
}

/* A key that a passphrase closes is none that others can read. */
static bool
is_exposed(const char *path)
{
    struct prov_identity *identity = NULL;
    bool exposed = prov_identity_load(path, PROV_NEED_CERTIFICATE | PROV_NEED_KEY, NULL, NULL,
                                      &identity, NULL) == PROV_OK &&
                   prov_identity_key_exposed(identity);
    prov_identity_free(identity);
    return exposed;
}

void
exposed_keys(const struct wanted *wanted, walk_report *report, void *context)
{
    struct paths paths = {0};
    for (size_t i = 0; i < wanted->sign_count; i++)
        add(&paths, wanted->signs[i].certificate);
    for (size_t i = 0; i < wanted->list_count; i++)
        for (size_t k = 0; k < wanted->lists[i].entry_count; k++)
            add(&paths, wanted->lists[i].entries[k].certificate);
    for (size_t i = 0; i < paths.count; i++) {
        char advice[512];
        if (is_exposed(paths.at[i]))
            report(context, paths.at[i], cli_exposed_advice(paths.at[i], advice, sizeof advice));
    }
    free(paths.at);
}
