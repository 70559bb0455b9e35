/* SPDX-License-Identifier: MIT */
/* How often the archive's records were written, and whether one of them is older than it was. */
#include "provbuild/lists/records.h"

#include "cli/lines.h"
#include "provbuild/run/run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define WRITTEN "written "
#define FILE_MAX (16 * 1024 * 1024)

void
record_put_written(FILE *to, unsigned long written)
{
    fprintf(to, WRITTEN "%lu\n", written);
}

bool
record_take_written(const char *line, unsigned long *out)
{
    const char *digits = line + strlen(WRITTEN);
    if (strncmp(line, WRITTEN, strlen(WRITTEN)) != 0 || *digits == '\0' || strlen(digits) > 9 ||
        strspn(digits, "0123456789") != strlen(digits))
        return false;
    *out = strtoul(digits, NULL, 10);
    return true;
}

/* One that holds nothing else says nothing. */
static int
take_line(void *context, char *line, struct prov_error *err)
{
    struct inventory_noted *noted = context;
    (void)err;
    if (!record_take_written(line, &noted->written))
        noted->noted = true;
    return PROV_OK;
}

static int
look(struct prov_span content, struct inventory_noted *out, bool *readable, struct prov_error *err)
{
    struct inventory_noted noted = {.noted = false};
    struct prov_hash hash;
    int rc = lines_take_all(content, take_line, &noted, NULL);
    if (rc == PROV_E_MEMORY)
        return prov_fail(err, rc, "out of memory");
    *readable = rc == PROV_OK;
    rc = prov_digest(PROV_SHA256, content.data, content.len, &hash, err);
    if (rc != PROV_OK || !*readable)
        return rc;
    memcpy(noted.sha256, hash.value, sizeof noted.sha256);
    *out = noted;
    return PROV_OK;
}

int
record_look(const char *archive, enum inventory_record which, struct inventory_noted *out,
            bool *readable, struct prov_error *err)
{
    struct prov_bytes *content = NULL;
    struct prov_error why = {.code = PROV_OK};
    char *path = run_path(archive, inventory_file_of(which), "");
    *out = (struct inventory_noted){.noted = false};
    if (path == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    int rc = prov_file_read(path, FILE_MAX, &content, &why);
    *readable = rc == PROV_OK || (rc == PROV_E_SYSTEM && why.sys == ENOENT);
    free(path);
    if (rc != PROV_OK)
        return rc == PROV_E_MEMORY ? prov_fail(err, rc, "out of memory") : PROV_OK;
    rc = look(prov_bytes_span(content), out, readable, err);
    prov_bytes_free(content);
    return rc;
}

const char *
record_fault(const struct inventory_noted *noted, const struct inventory_noted *stands)
{
    if (!noted->noted || stands->written > noted->written)
        return NULL;
    if (!stands->noted)
        return "it is missing";
    if (stands->written < noted->written)
        return "it is older than it was";
    return memcmp(noted->sha256, stands->sha256, sizeof noted->sha256) == 0
               ? NULL
               : "it is another one than was kept there";
}
