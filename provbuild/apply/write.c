/* SPDX-License-Identifier: MIT */
/* The files of one output: copied, signed, or encrypted, each into a batch. */
#include "provbuild/apply/write.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define PUBLIC_MODE 0644
#define CLEAR_MODE 0640
#define ALL_MODES 07777
#define FOLDER_MODE 0755
#define STEP 65536

/* Where a part stands: its folder, made where it is missing, and the name in it. */
struct place {
    int folder;
    char *path; /* below the root */
    const char *name;
};

static int
find_place(struct write_roots *roots, const struct output *output, enum output_part part,
           struct place *out, struct prov_error *err)
{
    struct folders *root = part == PART_CLEAR ? &roots->secure : &roots->tree;
    if ((out->path = output_name(output, part)) == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    out->name = prov_file_base(out->path);
    int rc = folders_of(root, out->path, FOLDER_MODE, &out->folder, err);
    if (rc != PROV_OK)
        free(out->path);
    return rc;
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

/* What was judged before is what is published. */
static int
open_source(const struct plan *plan, const struct output *output, int *fd, struct prov_error *err)
{
    struct stat status;
    char *source = run_path(plan->run->settings->source, output->source, "");
    int rc = source == NULL ? prov_fail(err, PROV_E_MEMORY, "out of memory")
                            : prov_file_open(source, fd, err);
    free(source);
    if (rc == PROV_OK &&
        (fstat(*fd, &status) != 0 || walk_later(status.st_mtim, output->modified) ||
         walk_later(output->modified, status.st_mtim)))
        rc = prov_fail(err, PROV_E_SYSTEM,
                       "it changed while this run was at work; the next one takes it");
    return rc;
}

static int
stream(const struct plan *plan, const struct output *output, const struct place *place, int in,
       int out, struct prov_error *err)
{
    if (output->kind == OUTPUT_COPY)
        return copy(in, out, err);
    struct prov_signing how = signing_now(plan, output);
    return prov_signedfile_build(&how, place->path, in, out, err);
}

/* A file whose content streams: signed, or copied. */
static int
write_streamed(const struct plan *plan, const struct output *output, enum output_part part,
               struct write_roots *roots, struct prov_batch *batch, struct prov_error *err)
{
    struct place place = {0};
    int in = -1, out = -1;
    int rc = open_source(plan, output, &in, err);
    if (rc == PROV_OK)
        rc = find_place(roots, output, part, &place, err);
    if (rc == PROV_OK) {
        rc = prov_batch_open_at(batch, place.folder, place.name, PUBLIC_MODE, &out, err);
        if (rc == PROV_OK) {
            rc = stream(plan, output, &place, in, out, err);
            if (rc == PROV_OK)
                rc = prov_batch_done(batch, err);
            else
                prov_batch_drop(batch);
        }
        free(place.path);
    }
    if (in >= 0)
        close(in);
    return rc;
}

static int
put(struct write_roots *roots, const struct output *output, enum output_part part,
    struct prov_span content, struct prov_batch *batch, struct prov_error *err)
{
    struct place place = {0};
    int rc = find_place(roots, output, part, &place, err);
    if (rc != PROV_OK)
        return rc;
    rc = prov_batch_put_at(batch, place.folder, place.name, PUBLIC_MODE, content.data, content.len,
                           err);
    free(place.path);
    return rc;
}

/* The encrypted file becomes visible first: the stub that stands till then shows what is still to
 * be done if we are stopped between the two. */
static int
write_pair(const struct plan *plan, const struct output *output, struct prov_span xml,
           struct write_roots *roots, struct prov_batch *batch, struct prov_error *err)
{
    struct prov_identity *device = NULL;
    struct prov_bytes *encrypted = NULL, *stub = NULL;
    struct prov_signing how = signing_now(plan, output);
    int rc = device_load(&plan->manifest->devices, output->device, &device, err);
    if (rc == PROV_OK)
        rc = prov_encrypted_build(&how, device, output->source, xml.data, xml.len, &encrypted,
                                  &stub, err);
    if (rc == PROV_OK)
        rc = put(roots, output, PART_ENCRYPTED, prov_bytes_span(encrypted), batch, err);
    if (rc == PROV_OK)
        rc = put(roots, output, PART_SIGNED, prov_bytes_span(stub), batch, err);
    prov_identity_free(device);
    prov_bytes_free(encrypted);
    prov_bytes_free(stub);
    return rc;
}

/* A file that stood with a looser mode would pass it on; one with a closer mode may. */
static int
write_clear(const struct output *output, struct prov_span xml, struct write_roots *roots,
            struct prov_batch *batch, struct prov_error *err)
{
    struct place place = {0};
    int fd = -1;
    int rc = find_place(roots, output, PART_CLEAR, &place, err);
    if (rc != PROV_OK)
        return rc;
    rc = prov_batch_open_at(batch, place.folder, place.name, CLEAR_MODE, &fd, err);
    free(place.path);
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
write_encrypted(const struct plan *plan, const struct step *step, struct write_roots *roots,
                struct prov_batch *batch, struct prov_error *err)
{
    const struct output *output = step->output;
    struct prov_bytes *xml = NULL;
    char *source = run_path(plan->run->settings->source, output->source, "");
    int rc = source == NULL ? prov_fail(err, PROV_E_MEMORY, "out of memory")
                            : prov_file_read(source, PROV_DEVICECONFIG_MAX, &xml, err);
    if (rc == PROV_OK && (step->parts & PART_ENCRYPTED) != 0)
        rc = write_pair(plan, output, prov_bytes_span(xml), roots, batch, err);
    if (rc == PROV_OK && (step->parts & PART_CLEAR) != 0)
        rc = write_clear(output, prov_bytes_span(xml), roots, batch, err);
    prov_bytes_free(xml);
    free(source);
    return rc;
}

int
write_begin(struct write_roots *roots, const struct settings *settings, struct prov_error *err)
{
    int rc = folders_begin(&roots->tree, settings->tftpboot, err);
    int also = folders_begin(&roots->secure, settings->secure, rc == PROV_OK ? err : NULL);
    return rc != PROV_OK ? rc : also;
}

void
write_end(struct write_roots *roots)
{
    folders_end(&roots->secure);
    folders_end(&roots->tree);
}

int
write_output(const struct plan *plan, const struct step *step, struct write_roots *roots,
             struct prov_batch *batch, struct prov_error *err)
{
    if (step->parts == 0)
        return PROV_OK;
    if (step->output->kind == OUTPUT_ENCRYPTED)
        return write_encrypted(plan, step, roots, batch, err);
    static const enum output_part parts[] = {PART_SIGNED, PART_BARE, PART_COPY};
    int rc = PROV_OK;
    for (size_t i = 0; rc == PROV_OK && i < sizeof parts / sizeof parts[0]; i++)
        if ((step->parts & parts[i]) != 0)
            rc = write_streamed(plan, step->output, parts[i], roots, batch, err);
    return rc;
}

void
write_remove_obsolete(const struct plan *plan, struct step *step)
{
    static const enum output_part parts[] = {PART_ENCRYPTED, PART_CLEAR};
    const struct settings *settings = plan->run->settings;
    struct prov_error err = {.code = PROV_OK};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        char *file = NULL;
        if ((step->obsolete & parts[i]) == 0)
            continue;
        int rc =
            (file = output_name(step->output, parts[i])) != NULL
                ? folders_remove(parts[i] == PART_CLEAR ? settings->secure : settings->tftpboot,
                                 file, &err)
                : prov_fail(&err, PROV_E_MEMORY, "out of memory");
        free(file);
        if (rc != PROV_OK) {
            step_withhold(step, "%s", err.text);
            return;
        }
    }
}
