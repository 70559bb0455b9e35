/* SPDX-License-Identifier: MIT */
/* What stands of one output: which files, of what age, and in what they differ from what is wanted.
 */
#include "provbuild/disk/look.h"

#include "checks/parsed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CLEAR_MODE 0640

static const enum output_part all_parts[] = {PART_ENCRYPTED, PART_SIGNED, PART_COPY, PART_CLEAR,
                                             PART_BARE};

/* Parts of which it matters whether they stand. */
static unsigned
parts_to_look_at(const struct output *output, const struct settings *settings)
{
    if (!output->configuration)
        return output->kind == OUTPUT_COPY
                   ? PART_COPY
                   : PART_ENCRYPTED | PART_SIGNED | (output->bare ? PART_BARE : 0U);
    return PART_ENCRYPTED | PART_SIGNED | PART_COPY | (settings->secure != NULL ? PART_CLEAR : 0U);
}

bool
look_stands(const struct run *run, const struct output *output, struct facts *facts)
{
    unsigned parts = parts_to_look_at(output, run->settings);
    for (size_t i = 0; i < sizeof all_parts / sizeof all_parts[0]; i++) {
        enum output_part part = all_parts[i];
        if ((parts & part) == 0)
            continue;
        char *path = output_path(output, part, run->settings);
        if (path == NULL)
            return false;
        if (stands_at(path, &facts->modified[part]))
            facts->stands |= part;
        free(path);
    }
    return true;
}

bool
look_stub(const struct run *run, const struct output *output, struct facts *facts)
{
    if ((facts->stands & PART_SIGNED) == 0 || !output->configuration)
        return true;
    char *path = output_path(output, PART_SIGNED, run->settings);
    if (path == NULL)
        return false;
    facts->stub = stub_hash_of(path, facts->stub_hash);
    free(path);
    return true;
}

bool
facts_show_encrypted(const struct facts *facts)
{
    return (facts->stands & (PART_ENCRYPTED | PART_CLEAR)) != 0 || facts->stub;
}

bool
facts_show_clear(const struct facts *facts)
{
    return (facts->stands & PART_COPY) != 0 || ((facts->stands & PART_SIGNED) != 0 && !facts->stub);
}

/* --- age */

/* Changed after its inputs. */
static bool
is_newer(const struct output *output, const struct facts *facts, enum output_part part)
{
    struct timespec modified = facts->modified[part];
    return (facts->stands & part) != 0 && walk_later(modified, output->modified) &&
           (output->device == NULL || walk_later(modified, output->device->modified)) &&
           (output->signing == NULL || walk_later(modified, output->signing->modified));
}

/* The header says who signed: a certificate can be replaced by one whose file is older. The parts
 * of a pair are signed alike, and the stub is the last of them; so the other one is looked at only
 * where the settings are newer. */
static bool
is_settled(const struct run *run, const struct devices *devices, const struct output *output,
           const struct facts *facts, enum output_part part)
{
    struct prov_identity *device = NULL;
    if (part == PART_ENCRYPTED && walk_later(facts->modified[part], run->settled))
        return true;
    if (part == PART_ENCRYPTED && device_load(devices, output->device, &device, NULL) != PROV_OK)
        return false;
    char *path = output_path(output, part, run->settings);
    char *name = output_name(output, part); /* the header has it, too */
    bool fits = path != NULL && name != NULL && compare_header(output->signing, path, name, device);
    prov_identity_free(device);
    free(name);
    free(path);
    return fits;
}

void
look_fresh(const struct run *run, const struct devices *devices, const struct output *output,
           struct facts *facts)
{
    switch (output->kind) {
    case OUTPUT_COPY:
        facts->fresh = is_newer(output, facts, PART_COPY);
        return;
    case OUTPUT_SIGNED:
        facts->fresh = (facts->stands & PART_ENCRYPTED) == 0 &&
                       is_newer(output, facts, PART_SIGNED) &&
                       is_settled(run, devices, output, facts, PART_SIGNED) &&
                       (!output->bare || (is_newer(output, facts, PART_BARE) &&
                                          is_settled(run, devices, output, facts, PART_BARE)));
        return;
    case OUTPUT_ENCRYPTED:
        facts->fresh = (facts->stands & PART_COPY) == 0 &&
                       (run->settings->secure == NULL || is_newer(output, facts, PART_CLEAR)) &&
                       is_newer(output, facts, PART_SIGNED) &&
                       is_settled(run, devices, output, facts, PART_SIGNED) &&
                       is_newer(output, facts, PART_ENCRYPTED) &&
                       is_settled(run, devices, output, facts, PART_ENCRYPTED);
        return;
    }
}

/* --- encrypted configurations */

/* What an encrypted output is built from. */
struct material {
    struct prov_identity *device;
    struct prov_bytes *clear;
    struct prov_bytes *stub; /* its content */
};

static int
make_stub(struct material *material, char hex[static STUB_HASH_SIZE], struct prov_error *err)
{
    struct prov_hash hash;
    struct prov_deviceconfig *config = NULL;
    struct prov_span xml = prov_bytes_span(material->clear);
    int rc = prov_identity_hash(material->device, PROV_MD5, &hash, err);
    if (rc == PROV_OK)
        prov_hex(hash.value, hash.len, hex, STUB_HASH_SIZE);
    if (rc == PROV_OK)
        rc = prov_deviceconfig_read(xml.data, xml.len, &config, err);
    if (rc == PROV_OK)
        rc = prov_deviceconfig_stub(config, hex, &material->stub, err);
    prov_deviceconfig_free(config);
    return rc;
}

static const char *
compare_pair(const struct run *run, const struct output *output, const struct material *material)
{
    char *encrypted = output_path(output, PART_ENCRYPTED, run->settings);
    char *stub = output_path(output, PART_SIGNED, run->settings);
    char *encrypted_name = output_name(output, PART_ENCRYPTED);
    char *stub_name = output_name(output, PART_SIGNED);
    bool whole = encrypted != NULL && stub != NULL && encrypted_name != NULL && stub_name != NULL;
    const char *reason = whole
                             ? compare_encrypted(output->signing, encrypted, encrypted_name,
                                                 material->device, prov_bytes_span(material->clear))
                             : "memory";
    if (reason == NULL)
        reason = compare_stub(output->signing, stub, stub_name, prov_bytes_span(material->stub));
    free(encrypted);
    free(stub);
    free(encrypted_name);
    free(stub_name);
    return reason;
}

static const char *
compare_with_source(const struct run *run, const struct output *output, enum output_part part,
                    const char *source)
{
    char *path = output_path(output, part, run->settings);
    char *name = output_name(output, part);
    const char *reason = path == NULL || name == NULL ? "memory"
                         : part == PART_SIGNED || part == PART_BARE
                             ? compare_signed(output->signing, path, name, source)
                             : compare_copy(path, source, part == PART_CLEAR ? CLEAR_MODE : 0);
    free(path);
    free(name);
    return reason;
}

void
look_pair(const struct run *run, const struct devices *devices, const struct output *output,
          struct facts *facts)
{
    struct material material = {0};
    struct prov_error *err = &facts->source_error;
    char *source = run_path(run->settings->source, output->source, "");
    int rc = source == NULL ? prov_fail(err, PROV_E_MEMORY, "out of memory")
                            : device_load(devices, output->device, &material.device, err);
    if (rc == PROV_OK)
        rc = prov_file_read(source, PROV_DEVICECONFIG_MAX, &material.clear, err);
    if (rc == PROV_OK)
        rc = make_stub(&material, facts->device_hash, err);
    facts->source_error.code = rc;
    if (rc == PROV_OK)
        facts->pair = compare_pair(run, output, &material);
    if (rc == PROV_OK && run->settings->secure != NULL)
        facts->clear = compare_with_source(run, output, PART_CLEAR, source);
    prov_identity_free(material.device);
    prov_bytes_free(material.clear);
    prov_bytes_free(material.stub);
    free(source);
}

/* --- files in the clear */

static bool
is_signed_already(const char *path)
{
    uint8_t start[PROV_HEADER_PREFIX];
    size_t header_len = 0;
    int fd = -1;
    if (prov_file_open(path, &fd, NULL) != PROV_OK)
        return false;
    bool is = pread(fd, start, sizeof start, 0) == (ssize_t)sizeof start &&
              prov_header_length(start, sizeof start, &header_len, NULL) == PROV_OK;
    close(fd);
    return is;
}

/* What phones parse must be XML; a configuration must have the root of one, too. */
static int
check_xml(const char *path, bool configuration, struct prov_error *err)
{
    struct prov_bytes *xml = NULL;
    struct prov_deviceconfig *config = NULL;
    int rc = prov_file_read(path, PROV_DEVICECONFIG_MAX, &xml, err);
    if (rc == PROV_OK && configuration) {
        struct prov_span span = prov_bytes_span(xml);
        rc = prov_deviceconfig_read(span.data, span.len, &config, err);
        if (rc == PROV_E_FORMAT && parsed_read(span, err) == PROV_OK) /* the root, then */
            rc = prov_deviceconfig_read(span.data, span.len, &config, err);
    } else if (rc == PROV_OK) {
        rc = parsed_read(prov_bytes_span(xml), err);
    }
    prov_deviceconfig_free(config);
    prov_bytes_free(xml);
    return rc;
}

/* Why a signed part is not as it is wanted; NULL if it is, or the source cannot be used. */
static const char *
look_signed(const struct run *run, const struct output *output, enum output_part part,
            const char *source, const struct facts *facts)
{
    if ((facts->stands & part) == 0)
        return "new";
    return facts->source_error.code == PROV_OK && !facts->carries_signature
               ? compare_with_source(run, output, part, source)
               : NULL;
}

void
look_clear(const struct run *run, const struct output *output, struct facts *facts)
{
    char *source = run_path(run->settings->source, output->source, "");
    if (source == NULL) {
        prov_fail(&facts->source_error, PROV_E_MEMORY, "out of memory");
        return;
    }
    bool is_signed = !output->configuration && is_signed_already(source);
    if (parsed_by_phones(output->source) && !is_signed)
        facts->source_error.code = check_xml(source, output->configuration, &facts->source_error);
    if (output->kind == OUTPUT_COPY) {
        facts->copy = compare_with_source(run, output, PART_COPY, source);
    } else {
        facts->carries_signature = is_signed;
        facts->signed_file = look_signed(run, output, PART_SIGNED, source, facts);
        if (output->bare)
            facts->bare = look_signed(run, output, PART_BARE, source, facts);
    }
    free(source);
}
