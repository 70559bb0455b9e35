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

static int
strip_into(struct prov_batch *batch, int in, const char *path, const char *output, bool force)
{
    struct prov_error err;
    struct stat status;
    int out = -1;
    if (fstat(in, &status) != 0)
        return cli_error(path, "cannot look at it: %s", strerror(errno));
    if (prov_batch_open(batch, output, status.st_mode & OPEN_TO, &out, &err) != PROV_OK)
        return cli_fail(output, &err);
    int rc = prov_signedfile_strip(in, out, &err);
    if (rc == PROV_OK && !force)
        rc = prov_batch_check_same(batch, &err);
    if (rc != PROV_OK) {
        prov_batch_drop(batch);
        return cli_fail(path, &err);
    }
    return prov_batch_done(batch, &err) == PROV_OK ? CLI_DONE : cli_fail(output, &err);
}

static int
strip(struct prov_batch *batch, int in, const char *path, const char *output, bool force)
{
    struct prov_error err;
    if (output != NULL && strcmp(output, "-") == 0)
        return prov_signedfile_strip(in, STDOUT_FILENO, &err) == PROV_OK ? CLI_DONE
                                                                         : cli_fail(path, &err);
    char *own_name = output == NULL ? output_name(path) : NULL;
    if (output == NULL && own_name == NULL)
        return CLI_FAILED;
    int status = strip_into(batch, in, path, output != NULL ? output : own_name, force);
    free(own_name);
    return status;
}

/* What is stripped is the very file that was verified, whatever has its name by then. */
static int
strip_verified(struct prov_batch *batch, const char *path, const struct prov_identity *signer,
               const char *output, bool force)
{
    struct prov_error err;
    struct prov_signedfile *file = NULL;
    int rc = prov_signedfile_open(path, &file, &err);
    if (rc == PROV_OK)
        rc = prov_signedfile_verify(file, signer, &err);
    if (rc == PROV_OK && lseek(prov_signedfile_descriptor(file), 0, SEEK_SET) != 0)
        rc = prov_system_failed(&err, "cannot read");
    int status = rc == PROV_OK ? strip(batch, prov_signedfile_descriptor(file), path, output, force)
                               : cli_fail(path, &err);
    prov_signedfile_free(file);
    return status;
}

int
strip_header(struct prov_batch *batch, const char *path, const struct prov_identity *signer,
             const char *output, bool force)
{
    struct prov_error err;
    int in = -1;
    if (signer != NULL)
        return strip_verified(batch, path, signer, output, force);
    if (prov_file_open(path, &in, &err) != PROV_OK)
        return cli_fail(path, &err);
    int status = strip(batch, in, path, output, force);
    close(in);
    return status;
}
