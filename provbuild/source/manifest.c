/* SPDX-License-Identifier: MIT */
/* What is wanted of the source folder: an output for each file, and why some have none. */
#include "provbuild/source/manifest.h"

#include "checks/names.h"
#include "provbuild/source/bare.h"
#include "provbuild/source/writers.h"
#include "tree/name.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONFIGURATION ".cnf.xml"

/* --- names */

const char *
manifest_refuse_name(const char *path)
{
    const char *base = prov_file_base(path);
    struct prov_mac phone;
    if (name_ends_with(base, ".pem") || name_ends_with(base, ".key") ||
        name_ends_with(base, ".p12"))
        return "keys have no place in the source folder; move it away";
    if (name_ends_with(base, ".tlv"))
        return "trust lists are built from the sections trust and ctl of the settings; move it "
               "away";
    if (prov_mac_of_file(base, "", CONFIGURATION, &phone)) {
        if (path != base)
            return "phones ask for their configuration without a folder; move it to the top";
        if (strncmp(base + 3, phone.text, PROV_MAC_LEN) != 0)
            return "phones ask for this name in capitals; rename it";
        return NULL;
    }
    if (phone_named_in(base, &phone))
        return "it names a phone but is not SEP<MAC>.cnf.xml, so no phone asks for it, and it may "
               "hold a password; rename it, or move it away";
    return NULL;
}

/* --- what is wanted */

void
output_refuse(struct output *output, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    free(output->own_problem);
    if (vasprintf(&output->own_problem, format, arguments) < 0)
        output->own_problem = NULL;
    va_end(arguments);
    output->problem = output->own_problem != NULL ? output->own_problem : "out of memory";
}

void
output_check_encryption(const struct run *run, const struct manifest *manifest,
                        struct output *output)
{
    if (!output->configuration || output->kind == OUTPUT_ENCRYPTED)
        return;
    const struct device *lookalike = devices_lookalike_of(&manifest->devices, &output->phone);
    output->refused = run->settings->build.encryption == SETTINGS_ENCRYPTION_REQUIRED;
    if (!manifest->devices.known)
        output->problem = "the certificates of phones cannot be read, so whether it is to be "
                          "encrypted is unknown";
    else if (lookalike != NULL && !phones_hold(&run->forced, &output->phone))
        output_refuse(output,
                      "%s seems to be the phone's certificate, but only SEP%s.pem in the devices "
                      "folder itself is taken, so it is not published in clear text; rename it (in "
                      "PEM form), remove it, or give --force SEP%s",
                      lookalike->path, output->phone.text, output->phone.text);
    else if (output->refused)
        output->problem = "encryption is required, and there is no certificate of this phone in "
                          "the devices folder";
}

static int
describe(const struct run *run, struct manifest *manifest, const struct walk_file *file,
         struct output *output, struct prov_error *err)
{
    *output = (struct output){.source = file->path, .modified = file->modified};
    output->configuration =
        prov_mac_of_file(prov_file_base(file->path), "", CONFIGURATION, &output->phone);
    bool excluded = signings_exclude(&manifest->signings, file->path);
    if (output->configuration)
        output->device = devices_of(&manifest->devices, &output->phone);
    output->kind = output->device != NULL ? OUTPUT_ENCRYPTED
                   : excluded             ? OUTPUT_COPY
                                          : OUTPUT_SIGNED;
    output->problem = manifest_refuse_name(file->path);
    const char *odd = output->problem == NULL ? name_oddity(file->path) : NULL;
    if (odd != NULL)
        output_refuse(output,
                      "it looks like a phone's configuration, but no phone asks for this name: %s; "
                      "rename it, or move it away",
                      odd);
    if (output->problem == NULL && file->beyond != NULL)
        output_refuse(output,
                      "it, or a folder that it is in, %s, who could publish anything through it; "
                      "mend that, name a group in trusted-groups, or give --force",
                      file->beyond);
    if (output->problem == NULL && output->device != NULL && excluded)
        output->problem =
            "it is excluded from signing, but its phone has a certificate, and a copy "
            "would publish its passwords; narrow exclude";
    if (output->problem == NULL)
        output_check_encryption(run, manifest, output);
    if (output->kind == OUTPUT_COPY || output->problem != NULL)
        return PROV_OK;
    return signings_for(&manifest->signings, file->path,
                        output->configuration ? &output->phone : NULL, &output->signing, err);
}

/* Two sources whose outputs have one name: a signed x and a copied x.sgn. */
static void
find_collisions(struct manifest *manifest)
{
    for (size_t i = 0; i < manifest->count; i++) {
        struct output *copy = &manifest->outputs[i];
        size_t len = strlen(copy->source);
        if (copy->kind != OUTPUT_COPY || !name_ends_with(copy->source, ".sgn"))
            continue;
        for (size_t k = 0; k < manifest->count; k++) {
            struct output *other = &manifest->outputs[k];
            size_t other_len = strlen(other->source);
            if (other->kind == OUTPUT_COPY || strncmp(other->source, copy->source, other_len) != 0)
                continue;
            const char *rest = copy->source + other_len;
            if (other_len < len && (strcmp(rest, ".sgn") == 0 ||
                                    (other->configuration && strcmp(rest, ".enc.sgn") == 0)))
                copy->problem = other->problem =
                    "two sources would be published under one name, this one copied and that one "
                    "signed; remove one";
        }
    }
}

static int
by_base(const void *a, const void *b)
{
    const struct output *const *x = a, *const *y = b;
    return strcmp(prov_file_base((*x)->source), prov_file_base((*y)->source));
}

/* Phones come to these through the folders that are searched. */
static int
mark_bare(const struct settings *settings, struct manifest *manifest, struct prov_error *err)
{
    struct bare_source *sources = calloc(manifest->count + 1, sizeof *sources);
    manifest->bare = calloc(manifest->count + 1, sizeof(const struct output *));
    if (sources == NULL || manifest->bare == NULL) {
        free(sources);
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    }
    for (size_t i = 0; i < manifest->count; i++)
        sources[i] = (struct bare_source){.path = manifest->outputs[i].source,
                                          .is_signed = manifest->outputs[i].kind == OUTPUT_SIGNED};
    int rc = bare_mark(settings->search, settings->search_count, sources, manifest->count, err);
    for (size_t i = 0; rc == PROV_OK && i < manifest->count; i++) {
        manifest->outputs[i].bare = sources[i].bare;
        if (sources[i].bare)
            manifest->bare[manifest->bare_count++] = &manifest->outputs[i];
    }
    free(sources);
    if (rc == PROV_OK && manifest->bare_count > 0)
        qsort(manifest->bare, manifest->bare_count, sizeof(const struct output *), by_base);
    return rc;
}

static void
report(void *context, const char *place, const char *text)
{
    const struct run *run = context;
    report_fault(run->report, place, text);
}

static int
describe_all(const struct run *run, struct manifest *manifest, struct prov_error *err)
{
    int rc = PROV_OK;
    manifest->outputs = calloc(manifest->source.count + 1, sizeof *manifest->outputs);
    if (manifest->outputs == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    manifest->count = manifest->source.count;
    for (size_t i = 0; rc == PROV_OK && i < manifest->count; i++)
        rc = describe(run, manifest, &manifest->source.files[i], &manifest->outputs[i], err);
    return rc;
}

int
manifest_make(const struct run *run, const struct settings_sign *signs, size_t sign_count,
              const struct signings_kept *kept, struct manifest *out, struct prov_error *err)
{
    const struct settings *settings = run->settings;
    size_t faults = 0, device_faults = 0;
    *out = (struct manifest){.signings = {.common = &run->common,
                                          .kept = kept,
                                          .sign_count = sign_count,
                                          .signs = signs,
                                          .now = run->now}};
    struct writers writers;
    int rc = writers_load(settings, &writers, err);
    const struct writers *asked = run_forces_all(run) ? NULL : &writers;
    if (rc == PROV_OK)
        rc = walk_folder(settings->source, asked, report, (void *)run, &faults, &out->source, err);
    if (rc == PROV_OK)
        rc = devices_find(settings->devices, settings->build.devices_ca, asked, report, (void *)run,
                          &device_faults, &out->devices, err);
    writers_release(&writers);
    if (rc == PROV_OK)
        rc = describe_all(run, out, err);
    out->complete = faults == 0;
    if (rc == PROV_OK)
        find_collisions(out);
    return rc == PROV_OK && settings->search_count > 0 ? mark_bare(settings, out, err) : rc;
}

void
manifest_release(struct manifest *manifest)
{
    for (size_t i = 0; i < manifest->count; i++)
        free(manifest->outputs[i].own_problem);
    free(manifest->outputs);
    free(manifest->bare);
    signings_release(&manifest->signings);
    devices_release(&manifest->devices);
    walk_release(&manifest->source);
}

/* --- the files of an output */

const char *
output_ending(enum output_part part)
{
    switch (part) {
    case PART_ENCRYPTED:
        return ".enc.sgn";
    case PART_SIGNED:
    case PART_BARE:
        return ".sgn";
    default:
        return "";
    }
}

static const char *
published_name(const struct output *output, enum output_part part)
{
    return part == PART_BARE ? prov_file_base(output->source) : output->source;
}

char *
output_name(const struct output *output, enum output_part part)
{
    char *name = NULL;
    int len = asprintf(&name, "%s%s", published_name(output, part), output_ending(part));
    return len >= 0 ? name : NULL;
}

char *
output_path(const struct output *output, enum output_part part, const struct settings *settings)
{
    const char *folder = part == PART_CLEAR ? settings->secure : settings->tftpboot;
    return run_path(folder, published_name(output, part), output_ending(part));
}

static int
compare_source(const void *key, const void *member)
{
    return strcmp(key, ((const struct output *)member)->source);
}

static const struct output *
find(const struct manifest *manifest, const char *source)
{
    if (manifest->count == 0)
        return NULL;
    return bsearch(source, manifest->outputs, manifest->count, sizeof *manifest->outputs,
                   compare_source);
}

/* The output whose source is `path` without `ending`. */
static const struct output *
find_without(const struct manifest *manifest, const char *path, const char *ending)
{
    size_t len = strlen(path), ending_len = strlen(ending);
    if (len <= ending_len || strcmp(path + len - ending_len, ending) != 0)
        return NULL;
    char *source = strndup(path, len - ending_len);
    const struct output *output = source != NULL ? find(manifest, source) : NULL;
    free(source);
    return output;
}

static int
compare_base(const void *key, const void *member)
{
    const struct output *const *output = member;
    return strcmp(key, prov_file_base((*output)->source));
}

/* The output that is signed under this name without a folder. */
static const struct output *
find_bare(const struct manifest *manifest, const char *path)
{
    static const char ending[] = ".sgn";
    size_t len = strlen(path), ending_len = strlen(ending);
    if (manifest->bare_count == 0 || len <= ending_len ||
        strcmp(path + len - ending_len, ending) != 0)
        return NULL;
    char *base = strndup(path, len - ending_len);
    const struct output *const *found = base != NULL
                                            ? bsearch(base, manifest->bare, manifest->bare_count,
                                                      sizeof(const struct output *), compare_base)
                                            : NULL;
    free(base);
    return found != NULL ? *found : NULL;
}

/* A source that has a problem still wants all that may stand of it. */
static bool
wants(const struct output *output, unsigned part)
{
    if (output == NULL)
        return false;
    if (output->problem != NULL)
        return true;
    switch (output->kind) {
    case OUTPUT_ENCRYPTED:
        return (part & (PART_ENCRYPTED | PART_SIGNED)) != 0;
    case OUTPUT_COPY:
        return part == PART_COPY;
    default:
        /* The rest of a pair is what shows that the phone was once encrypted. */
        return part == PART_SIGNED || (output->configuration && part == PART_ENCRYPTED);
    }
}

bool
manifest_wants(const struct manifest *manifest, const char *path)
{
    static const enum output_part parts[] = {PART_ENCRYPTED, PART_SIGNED, PART_COPY};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (wants(find_without(manifest, path, output_ending(parts[i])), parts[i]))
            return true;
    return find_bare(manifest, path) != NULL;
}

const struct output *
manifest_signed_as(const struct manifest *manifest, const char *path)
{
    const struct output *output = find_without(manifest, path, output_ending(PART_SIGNED));
    if (output == NULL)
        output = find_bare(manifest, path);
    return output != NULL && output->kind == OUTPUT_SIGNED ? output : NULL;
}

const struct output *
manifest_configuration(const struct manifest *manifest, const struct prov_mac *phone)
{
    char source[3 + PROV_MAC_LEN + sizeof CONFIGURATION];
    snprintf(source, sizeof source, "SEP%s" CONFIGURATION, phone->text);
    return find(manifest, source);
}
