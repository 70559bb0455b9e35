/* SPDX-License-Identifier: MIT */
/* Taking the header off a signed file. */
#include "sgnfile/strip.h"
#include "cli/program.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
    struct stat status;
    int out = -1;
    if (fstat(in, &status) != 0) {
        cli_error(path, "cannot look at it: %s", strerror(errno));
        return false;
    }
    if (prov_batch_open(batch, output, status.st_mode & OPEN_TO, &out, &err) != PROV_OK) {
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

static bool
strip(struct prov_batch *batch, int in, const char *path, const char *output, bool force)
{
    if (output != NULL && strcmp(output, "-") == 0)
        return strip_to_stdout(in, path);
    char *own_name = output == NULL ? output_name(path) : NULL;
    if (output == NULL && own_name == NULL)
        return false;
    bool done = strip_into(batch, in, path, output != NULL ? output : own_name, force);
    free(own_name);
    return done;
}

/* What is stripped is the very file that was verified, whatever has its name by then. */
static bool
strip_verified(struct prov_batch *batch, const char *path, const struct prov_identity *signer,
               const char *output, bool force)
{
    struct prov_error err;
    struct prov_signedfile *file = NULL;
    bool done = false;
    int rc = prov_signedfile_open(path, &file, &err);
    if (rc == PROV_OK)
        rc = prov_signedfile_verify(file, signer, &err);
    if (rc == PROV_OK && lseek(prov_signedfile_descriptor(file), 0, SEEK_SET) != 0)
        rc = prov_system_failed(&err, "cannot read");
    if (rc == PROV_OK)
        done = strip(batch, prov_signedfile_descriptor(file), path, output, force);
    else
        cli_fail(path, &err);
    prov_signedfile_free(file);
    return done;
}

bool
strip_header(struct prov_batch *batch, const char *path, const struct prov_identity *signer,
             const char *output, bool force)
{
    struct prov_error err;
    int in = -1;
    if (signer != NULL)
        return strip_verified(batch, path, signer, output, force);
    if (prov_file_open(path, &in, &err) != PROV_OK) {
        cli_fail(path, &err);
        return false;
    }
    bool done = strip(batch, in, path, output, force);
    close(in);
    return done;
}
