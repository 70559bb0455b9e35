/* SPDX-License-Identifier: MIT */
/* A set of digests, in memory and as a file. */
#include "provbuild/fleet/digests.h"

#include "cli/lines.h"

#include <stdlib.h>
#include <string.h>

#define DIGESTS_MODE 0640

/* --- in memory */

int
digests_add(struct digests *digests, const uint8_t sha256[static LIST_SHA256_LEN],
            struct prov_error *err)
{
    if (digests->count == digests->room) {
        size_t room = digests->room > 0 ? 2 * digests->room : 16;
        uint8_t(*at)[LIST_SHA256_LEN] = reallocarray(digests->at, room, sizeof *at);
        if (at == NULL)
            return prov_fail(err, PROV_E_MEMORY, "out of memory");
        digests->at = at;
        digests->room = room;
    }
    memcpy(digests->at[digests->count++], sha256, LIST_SHA256_LEN);
    return PROV_OK;
}

static int
compare(const void *a, const void *b)
{
    return memcmp(a, b, LIST_SHA256_LEN);
}

void
digests_sort(struct digests *digests)
{
    size_t kept = 0;
    if (digests->count > 0)
        qsort(digests->at, digests->count, sizeof *digests->at, compare);
    for (size_t i = 0; i < digests->count; i++)
        if (kept == 0 || compare(digests->at[kept - 1], digests->at[i]) != 0)
            memmove(digests->at[kept++], digests->at[i], LIST_SHA256_LEN);
    digests->count = kept;
}

bool
digests_hold(const struct digests *digests, const uint8_t sha256[static LIST_SHA256_LEN])
{
    return digests->count > 0 &&
           bsearch(sha256, digests->at, digests->count, sizeof *digests->at, compare) != NULL;
}

void
digests_release(struct digests *digests)
{
    free(digests->at);
    *digests = (struct digests){0};
}

/* --- as a file */

static int
take_line(void *context, char *line, struct prov_error *err)
{
    uint8_t sha256[LIST_SHA256_LEN];
    size_t len = 0;
    if (!prov_hex_read(line, sha256, sizeof sha256, &len) || len != sizeof sha256)
        return prov_fail(err, PROV_E_FORMAT, "'%.40s' is no digest of a list", line);
    return digests_add(context, sha256, err);
}

int
digests_read(const char *path, struct digests *out, struct prov_error *err)
{
    struct digests digests = {0};
    bool missing = false;
    int rc = lines_read(path, take_line, &digests, &missing, err);
    if (rc != PROV_OK) {
        digests_release(&digests);
        return rc;
    }
    digests_sort(&digests);
    *out = digests;
    return PROV_OK;
}

struct writing {
    const char *comment;
    const struct digests *digests;
};

static void
put_lines(const void *context, FILE *to)
{
    const struct writing *writing = context;
    char hex[PROV_HEX_SIZE(LIST_SHA256_LEN)];
    fprintf(to, "# %s Not to be edited.\n", writing->comment);
    for (size_t i = 0; i < writing->digests->count; i++)
        fprintf(to, "%s\n", prov_hex(writing->digests->at[i], LIST_SHA256_LEN, hex, sizeof hex));
}

int
digests_write(const char *path, const char *comment, const struct digests *digests,
              struct prov_error *err)
{
    const struct writing writing = {comment, digests};
    return lines_write(path, DIGESTS_MODE, put_lines, &writing, err);
}
