/* SPDX-License-Identifier: MIT */
/* The files of one output: copied, signed, or encrypted, each into a batch. */
#include "provbuild/apply/write.h"

#include "provbuild/disk/folders.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PUBLIC_MODE 0644
#define CLEAR_MODE 0640
#define ALL_MODES 07777
#define FOLDER_MODE 0755
#define STEP 65536

/* The path of a part, its folders made; to be freed. */
static int
prepare(const struct plan *plan, const struct output *output, enum output_part part, char **out,
        struct prov_error *err)
{
    const struct settings *settings = plan->run->settings;
    const char *root = part == PART_CLEAR ? settings->secure : settings->tftpboot;
    char *path = output_path(output, part, settings);
    if (path == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    int rc = folders_make(path, strlen(root), FOLDER_MODE, err);
    if (rc != PROV_OK) {
        free(path);
        return rc;
    }
    *out = path;
    return PROV_OK;
}

/* --- contents */

static int
copy(int in, int out, struct prov_error *err)
{
    uint8_t *buffer = malloc(STEP);
    size_t got = STEP;
    int rc = buffer == NULL ? prov_fail(err, PROV_E_MEMORY, "out of memory") : PROV_OK;
    while (rc == PROV_OK && got == STEP) {
        rc = prov_read_full(in, buffer, STEP, &got, err);
        if (rc == PROV_OK)
            rc = prov_write_full(out, buffer, got, err);
    }
    free(buffer);
    return rc;
}

static struct prov_signing
signing_now(const struct plan *plan, const struct output *output)
{
    struct prov_signing how = output->signing->how;
    how.timestamp = plan->run->now;
    return how;
}

/* A file whose content streams: signed, or copied. */
static int
write_streamed(const struct plan *plan, const struct output *output, enum output_part part,
               struct prov_batch *batch, struct prov_error *err)
{
    char *source = run_path(plan->run->settings->source, output->source, "");
    char *name = run_path("", output->source, output_ending(part));
    char *path = NULL;
    int in = -1, out = -1;
    int rc = source == NULL || name == NULL ? prov_fail(err, PROV_E_MEMORY, "out of memory")
                                            : prov_file_open(source, &in, err);
    if (rc == PROV_OK)
        rc = prepare(plan, output, part, &path, err);
    if (rc == PROV_OK)
        rc = prov_batch_open(batch, path, PUBLIC_MODE, &out, err);
    if (rc == PROV_OK) {
        if (part == PART_COPY) {
            rc = copy(in, out, err);
        } else {
            struct prov_signing how = signing_now(plan, output);
            rc = prov_signedfile_build(&how, name + 1, in, out, err);
        }
        if (rc == PROV_OK)
            rc = prov_batch_done(batch, err);
        else
            prov_batch_drop(batch);
    }
    if (in >= 0)
        close(in);
    free(path);
    free(name);
    free(source);
    return rc;
}

static int
put(const struct plan *plan, const struct output *output, enum output_part part,
    struct prov_span content, struct prov_batch *batch, struct prov_error *err)
{
    char *path = NULL;
    int rc = prepare(plan, output, part, &path, err);
    if (rc == PROV_OK)
        rc = prov_batch_put(batch, path, PUBLIC_MODE, content.data, content.len, err);
    free(path);
    return rc;
}

/* The encrypted file becomes visible first: the stub that stands till then shows what is still to
 * be done if we are stopped between the two. */
static int
write_pair(const struct plan *plan, const struct output *output, struct prov_span xml,
           struct prov_batch *batch, struct prov_error *err)
{
    struct prov_identity *device = NULL;
    struct prov_bytes *encrypted = NULL, *stub = NULL;
    struct prov_signing how = signing_now(plan, output);
    int rc = device_load(&plan->manifest->devices, output->device, &device, err);
    if (rc == PROV_OK)
        rc = prov_encrypted_build(&how, device, output->source, xml.data, xml.len, &encrypted,
                                  &stub, err);
    if (rc == PROV_OK)
        rc = put(plan, output, PART_ENCRYPTED, prov_bytes_span(encrypted), batch, err);
    if (rc == PROV_OK)
        rc = put(plan, output, PART_SIGNED, prov_bytes_span(stub), batch, err);
    prov_identity_free(device);
    prov_bytes_free(encrypted);
    prov_bytes_free(stub);
    return rc;
}

/* A file that stood with a looser mode would pass it on; one with a closer mode may. */
static int
write_clear(const struct plan *plan, const struct output *output, struct prov_span xml,
            struct prov_batch *batch, struct prov_error *err)
{
    char *path = NULL;
    int fd = -1;
    int rc = prepare(plan, output, PART_CLEAR, &path, err);
    if (rc == PROV_OK)
        rc = prov_batch_open(batch, path, CLEAR_MODE, &fd, err);
    free(path);
    if (rc != PROV_OK)
        return rc;
    struct stat status;
    if (fstat(fd, &status) != 0 || ((status.st_mode & ALL_MODES & ~(mode_t)CLEAR_MODE) != 0 &&
                                    fchmod(fd, status.st_mode & CLEAR_MODE) != 0))
        rc = prov_system_failed(err, "cannot close it to others");
    if (rc == PROV_OK)
        rc = prov_write_full(fd, xml.data, xml.len, err);
    if (rc == PROV_OK)
        return prov_batch_done(batch, err);
    prov_batch_drop(batch);
    return rc;
}

static int
write_encrypted(const struct plan *plan, const struct step *step, struct prov_batch *batch,
                struct prov_error *err)
{
    const struct output *output = step->output;
    struct prov_bytes *xml = NULL;
    char *source = run_path(plan->run->settings->source, output->source, "");
    int rc = source == NULL ? prov_fail(err, PROV_E_MEMORY, "out of memory")
                            : prov_file_read(source, PROV_DEVICECONFIG_MAX, &xml, err);
    if (rc == PROV_OK && (step->parts & PART_ENCRYPTED) != 0)
        rc = write_pair(plan, output, prov_bytes_span(xml), batch, err);
    if (rc == PROV_OK && (step->parts & PART_CLEAR) != 0)
        rc = write_clear(plan, output, prov_bytes_span(xml), batch, err);
    prov_bytes_free(xml);
    free(source);
    return rc;
}

int
write_output(const struct plan *plan, const struct step *step, struct prov_batch *batch,
             struct prov_error *err)
{
    if (step->parts == 0)
        return PROV_OK;
    switch (step->output->kind) {
    case OUTPUT_ENCRYPTED:
        return write_encrypted(plan, step, batch, err);
    case OUTPUT_COPY:
        return write_streamed(plan, step->output, PART_COPY, batch, err);
    default:
        return write_streamed(plan, step->output, PART_SIGNED, batch, err);
    }
}

void
write_remove_obsolete(const struct plan *plan, struct step *step)
{
    static const enum output_part parts[] = {PART_ENCRYPTED, PART_CLEAR};
    struct prov_error err = {.code = PROV_OK};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if ((step->obsolete & parts[i]) == 0)
            continue;
        char *path = output_path(step->output, parts[i], plan->run->settings);
        int rc = path != NULL ? prov_file_remove(path, &err)
                              : prov_fail(&err, PROV_E_MEMORY, "out of memory");
        free(path);
        if (rc != PROV_OK) {
            step_withhold(step, "%s", err.text);
            return;
        }
    }
}
