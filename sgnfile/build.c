/* SPDX-License-Identifier: MIT */
/* sgnfile --build and --remove: the verbs that write. */
#include "checks/parsed.h"
#include "cli/lists.h"
#include "sgnfile/sgnfile.h"
#include "sgnfile/strip.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* A file that is signed already is signed again as it was asked for, but hardly ever was that
 * meant. */
static void
warn_if_signed(const char *file, int in)
{
    uint8_t start[PROV_HEADER_PREFIX];
    size_t header_len = 0;
    if (pread(in, start, sizeof start, 0) == (ssize_t)sizeof start &&
        prov_header_length(start, sizeof start, &header_len, NULL) == PROV_OK)
        cli_warn(file, "it carries a signature already and gets a second one");
}

/* Signed or not, a phone discards what it cannot parse. */
static int
check_xml(const struct sgnfile *run, const char *file, struct prov_error *err)
{
    struct prov_bytes *xml = NULL;
    size_t header_len = 0;
    if (run->common.force || !parsed_by_phones(file))
        return PROV_OK;
    int rc = prov_file_read(file, PROV_DEVICECONFIG_MAX, &xml, err);
    struct prov_span span = rc == PROV_OK ? prov_bytes_span(xml) : (struct prov_span){NULL, 0};
    if (rc == PROV_OK && prov_header_length(span.data, span.len, &header_len, NULL) != PROV_OK)
        rc = parsed_read(span, err);
    prov_bytes_free(xml);
    return rc;
}

static int
sign_open(const struct sgnfile *run, const struct prov_signing *how, struct prov_batch *batch,
          const char *file, const char *output, int in)
{
    struct prov_error err;
    struct stat status;
    int out = -1;
    char *name = sgnfile_stored_name(run, file);
    if (name == NULL)
        return CLI_FAILED;
    int rc = fstat(in, &status) == 0
                 ? prov_batch_open(batch, output, status.st_mode & OPEN_TO, &out, &err)
                 : prov_system_failed(&err, "cannot look at it");
    if (rc == PROV_OK) {
        rc = prov_signedfile_build(how, name, in, out, &err);
        if (rc != PROV_OK)
            prov_batch_drop(batch);
        else
            rc = prov_batch_done(batch, &err);
    }
    free(name);
    return rc == PROV_OK ? CLI_DONE : cli_fail(output, &err);
}

static int
build_one(const struct sgnfile *run, const void *how, struct prov_batch *batch, const char *file)
{
    struct prov_error err;
    char *output = NULL;
    int in = -1;
    int status = CLI_FAILED;
    if (check_xml(run, file, &err) != PROV_OK || prov_file_open(file, &in, &err) != PROV_OK)
        return cli_fail(file, &err);
    warn_if_signed(file, in);
    if (asprintf(&output, "%s.sgn", file) >= 0) {
        status = sign_open(run, how, batch, file, output, in);
        free(output);
    }
    close(in);
    return status;
}

int
sgnfile_build(const struct sgnfile *run)
{
    struct prov_signing how;
    int status = cli_signing(&run->common, run->tftp, run->signer, &how);
    if (status != CLI_DONE)
        return status;
    if (!cli_layout_of_lists(&run->common, run->root, run->files, run->count, &how.layout))
        return CLI_FAILED;
    cli_warn_signer(run->tftp, run->signer);
    return sgnfile_for_each(run, build_one, &how);
}

static int
remove_one(const struct sgnfile *run, const void *context, struct prov_batch *batch,
           const char *file)
{
    (void)context;
    return strip_header(batch, file, run->signer, run->output, run->common.force);
}

int
sgnfile_remove(const struct sgnfile *run)
{
    return sgnfile_for_each(run, remove_one, NULL);
}
