/* SPDX-License-Identifier: MIT */
#include "sgnfile/strip.h"
#include "cli/program.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CONTENT_MODE 0644

/* To be freed; NULL after a message. */
static char *
output_name(const char *path)
{
    static const char *const endings[] = {".sgn", ".sha512"};
    size_t len = strlen(path);
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        size_t ending = strlen(endings[i]);
        const char *base = prov_file_base(path);
        if (strlen(base) > ending && strcmp(path + len - ending, endings[i]) == 0)
            return strndup(path, len - ending);
    }
    cli_error(path, "its name ends neither in .sgn nor in .sha512; give --output");
    return NULL;
}

static bool
strip_to_stdout(int in, const char *path)
{
    struct prov_error err;
    int rc = prov_signedfile_strip(in, STDOUT_FILENO, &err);
    if (rc != PROV_OK)
        cli_fail(path, &err);
    return rc == PROV_OK;
}

static bool
strip_into(struct prov_batch *batch, int in, const char *path, const char *output, bool force)
{
    struct prov_error err;
    int out = -1;
    if (prov_batch_open(batch, output, CONTENT_MODE, &out, &err) != PROV_OK) {
        cli_fail(output, &err);
        return false;
    }
    int rc = prov_signedfile_strip(in, out, &err);
    if (rc == PROV_OK && !force)
        rc = prov_batch_check_same(batch, &err);
    if (rc != PROV_OK) {
        prov_batch_drop(batch);
        cli_fail(path, &err);
        return false;
    }
    if (prov_batch_done(batch, &err) == PROV_OK)
        return true;
    cli_fail(output, &err);
    return false;
}

bool
strip_header(struct prov_batch *batch, const char *path, const char *output, bool force)
{
    struct prov_error err;
    int in = -1;
    char *own_name = output == NULL ? output_name(path) : NULL;
    if (output == NULL && own_name == NULL)
        return false;
    bool done = false;
    if (prov_file_open(path, &in, &err) != PROV_OK) {
        cli_fail(path, &err);
    } else {
        done = output != NULL && strcmp(output, "-") == 0
                   ? strip_to_stdout(in, path)
                   : strip_into(batch, in, path, output != NULL ? output : own_name, force);
        close(in);
    }
    free(own_name);
    return done;
}
