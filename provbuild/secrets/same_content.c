/* SPDX-License-Identifier: MIT */
/* Sources that would publish under another name what a phone gets encrypted. */
#include "provbuild/secrets/same_content.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define FOR_ALL "XMLDefault.cnf.xml"
#define SHA256_LEN 32

static bool
is_for_all(const struct output *output)
{
    return strcmp(output->source, FOR_ALL) == 0;
}

/* Published encrypted, or not at all. */
static bool
is_secret(const struct encrypted_before *encrypted, const struct output *output)
{
    return output->kind == OUTPUT_ENCRYPTED || output->problem != NULL ||
           encrypted_may_be_secret(encrypted, &output->phone);
}

static void
refuse(struct output *output, const struct prov_mac *phone)
{
    output_refuse(output,
                  "it is the configuration of SEP%s under another name, and would publish its "
                  "passwords; remove it, or move it out of the source folder",
                  phone->text);
}

/* True if the link leads to a file that names another phone. */
static bool
leads_to(const char *path, const struct output *output, struct prov_mac *phone)
{
    char real[PATH_MAX];
    return realpath(path, real) != NULL && phone_named_in(prov_file_base(real), phone) &&
           !(output->configuration && strcmp(phone->text, output->phone.text) == 0);
}

static void
check_link(const struct run *run, const struct encrypted_before *encrypted,
           const struct manifest *manifest, struct output *output)
{
    struct prov_mac phone;
    char *path = run_path(run->settings->source, output->source, "");
    if (path == NULL) {
        output->problem = "out of memory";
    } else if (leads_to(path, output, &phone)) {
        const struct output *other = manifest_configuration(manifest, &phone);
        if (!output->configuration || (other != NULL ? is_secret(encrypted, other)
                                                     : encrypted_may_be_secret(encrypted, &phone)))
            refuse(output, &phone);
    }
    free(path);
}

/* --- copies */

/* A configuration that is secret, or what seems to be a copy of one, by its content. */
struct content {
    off_t size;
    uint8_t sha256[SHA256_LEN];
    const struct prov_mac *phone;
};

static int
by_size(const void *a, const void *b)
{
    const struct content *left = a, *right = b;
    return left->size < right->size ? -1 : left->size > right->size;
}

static int
by_content(const void *a, const void *b)
{
    const struct content *left = a, *right = b;
    int order = by_size(a, b);
    return order != 0 ? order : memcmp(left->sha256, right->sha256, sizeof left->sha256);
}

/* False if the file cannot be read, or is of another size by now. */
static bool
read_content(const struct run *run, const struct output *output, struct content *out)
{
    struct prov_bytes *bytes = NULL;
    struct prov_hash hash = {.len = 0};
    char *path = run_path(run->settings->source, output->source, "");
    bool read = path != NULL && prov_file_read(path, (size_t)out->size, &bytes, NULL) == PROV_OK &&
                prov_bytes_span(bytes).len == (size_t)out->size &&
                prov_digest(PROV_SHA256, prov_bytes_span(bytes).data, (size_t)out->size, &hash,
                            NULL) == PROV_OK;
    if (read)
        memcpy(out->sha256, hash.value, sizeof out->sha256);
    prov_bytes_free(bytes);
    free(path);
    return read;
}

/* Its content may not be known under this name. */
static bool
may_be_copy(const struct output *output)
{
    return output->problem == NULL && !output->configuration && !is_for_all(output);
}

/* All that are secret and of the size of a file that may be a copy, in the order of their contents;
 * `room` is for all outputs. Each is read once, and so is each that may be a copy. */
static size_t
find_secrets(const struct run *run, const struct encrypted_before *encrypted,
             const struct manifest *manifest, struct content *room)
{
    size_t suspects = 0, count = 0;
    for (size_t i = 0; i < manifest->count; i++)
        if (may_be_copy(&manifest->outputs[i]))
            room[suspects++].size = manifest->source.files[i].size;
    qsort(room, suspects, sizeof *room, by_size);
    struct content *secrets = room + suspects;
    for (size_t i = 0; i < manifest->count; i++) {
        const struct output *output = &manifest->outputs[i];
        struct content content = {.size = manifest->source.files[i].size, .phone = &output->phone};
        if (output->configuration && is_secret(encrypted, output) &&
            bsearch(&content, room, suspects, sizeof *room, by_size) != NULL &&
            read_content(run, output, &content))
            secrets[count++] = content;
    }
    qsort(secrets, count, sizeof *secrets, by_content);
    memmove(room, secrets, count * sizeof *secrets);
    return count;
}

static void
check_copies(const struct run *run, const struct encrypted_before *encrypted,
             struct manifest *manifest, struct content *room)
{
    size_t count = find_secrets(run, encrypted, manifest, room);
    for (size_t i = 0; count > 0 && i < manifest->count; i++) {
        struct content content = {.size = manifest->source.files[i].size};
        const struct content *secret;
        if (!may_be_copy(&manifest->outputs[i]) ||
            bsearch(&content, room, count, sizeof *room, by_size) == NULL ||
            !read_content(run, &manifest->outputs[i], &content))
            continue;
        secret = bsearch(&content, room, count, sizeof *room, by_content);
        if (secret != NULL)
            refuse(&manifest->outputs[i], secret->phone);
    }
}

int
same_content_refuse(const struct run *run, const struct encrypted_before *encrypted,
                    struct manifest *manifest, struct prov_error *err)
{
    struct content *room = calloc(manifest->count + 1, sizeof *room);
    if (room == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    for (size_t i = 0; i < manifest->count; i++) {
        struct output *output = &manifest->outputs[i];
        if (manifest->source.files[i].link && output->problem == NULL &&
            output->kind != OUTPUT_ENCRYPTED && !is_for_all(output))
            check_link(run, encrypted, manifest, output);
    }
    check_copies(run, encrypted, manifest, room);
    free(room);
    return PROV_OK;
}
