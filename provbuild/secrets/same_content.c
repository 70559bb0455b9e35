/* SPDX-License-Identifier: MIT */
/* Sources that would publish under another name what a phone gets encrypted. */
#include "provbuild/secrets/same_content.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define FOR_ALL "XMLDefault.cnf.xml"

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

/* Two files of this size. */
static bool
same_content(const struct run *run, const struct output *a, const struct output *b, off_t size)
{
    size_t max = (size_t)size;
    struct prov_bytes *of_a = NULL, *of_b = NULL;
    char *path_a = run_path(run->settings->source, a->source, "");
    char *path_b = run_path(run->settings->source, b->source, "");
    bool same = path_a != NULL && path_b != NULL &&
                prov_file_read(path_a, max, &of_a, NULL) == PROV_OK &&
                prov_file_read(path_b, max, &of_b, NULL) == PROV_OK &&
                prov_span_equal(prov_bytes_span(of_a), prov_bytes_span(of_b));
    prov_bytes_free(of_a);
    prov_bytes_free(of_b);
    free(path_a);
    free(path_b);
    return same;
}

static void
check_copies(const struct run *run, const struct encrypted_before *encrypted,
             struct manifest *manifest, size_t index)
{
    struct output *output = &manifest->outputs[index];
    for (size_t i = 0; output->problem == NULL && i < manifest->count; i++) {
        const struct output *other = &manifest->outputs[i];
        if (other->configuration &&
            manifest->source.files[i].size == manifest->source.files[index].size &&
            is_secret(encrypted, other) &&
            same_content(run, output, other, manifest->source.files[i].size))
            refuse(output, &other->phone);
    }
}

void
same_content_refuse(const struct run *run, const struct encrypted_before *encrypted,
                    struct manifest *manifest)
{
    for (size_t i = 0; i < manifest->count; i++) {
        struct output *output = &manifest->outputs[i];
        if (output->problem != NULL || output->kind == OUTPUT_ENCRYPTED ||
            strcmp(output->source, FOR_ALL) == 0)
            continue;
        if (manifest->source.files[i].link)
            check_link(run, encrypted, manifest, output);
        if (!output->configuration)
            check_copies(run, encrypted, manifest, i);
    }
}
