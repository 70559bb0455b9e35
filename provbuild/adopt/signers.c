/* SPDX-License-Identifier: MIT */
/* How the files of a tree were signed: the way that most were is for all, others get a section. */
#include "provbuild/adopt/internal.h"

#include "provbuild/source/reference.h"
#include "provbuild/source/walk.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* A way to sign, and how many files were signed so. */
struct way {
    const struct adopt_key *key;
    enum prov_digest digest;
    const struct prov_layout *layout;
    size_t count;
};

#define LAYOUTS_MAX 8

struct signed_file {
    char *source; /* its name without .sgn */
    struct way found;
    unsigned layouts; /* a bit for each that it may be in */
    size_t way;
};

struct ways {
    size_t count;
    struct way *at;
    size_t file_count;
    struct signed_file *files;
    size_t unknown; /* signer not at hand */
};

static bool
is_there(const char *folder, const char *path)
{
    struct stat status;
    char *joined = run_path(folder, path, "");
    bool there = joined != NULL && stat(joined, &status) == 0;
    free(joined);
    return there;
}

/* --- one file */

static const struct adopt_key *
find_signer(const struct adoption *adoption, struct prov_signedfile *file)
{
    const struct prov_field *serial =
        prov_header_find(prov_signedfile_header(file), PROV_TAG_SERIAL_NUMBER);
    for (size_t i = 0; serial != NULL && i < adoption->key_count; i++) {
        const struct adopt_key *key = &adoption->keys[i];
        if (prov_identity_has_key(key->identity) &&
            prov_span_equal(serial->value, prov_identity_serial(key->identity)) &&
            prov_signedfile_verify(file, key->identity, NULL) == PROV_OK)
            return key;
    }
    return NULL;
}

/* The layouts, a bit for each, in which the header may have been written. `device` NULL: a .sgn. */
static unsigned
find_layouts(const struct prov_header *header, const struct way *way, const char *name,
             const struct prov_identity *device)
{
    const struct prov_layout *layout;
    unsigned fit = 0;
    for (unsigned i = 0; (layout = prov_layout_at(i)) != NULL; i++) {
        struct prov_header *reference = NULL;
        struct prov_signing how = {
            .layout = layout, .signer = way->key->identity, .digest = way->digest};
        unsigned bits = device != NULL ? prov_identity_key_bits(device) : 0;
        if (prov_header_expect(&how, bits, &reference, NULL) == PROV_OK &&
            reference_difference(header, reference, name) == NULL)
            fit |= 1U << i;
        prov_header_free(reference);
    }
    return fit;
}

/* Those that the encrypted half of a pair leaves; all where there is none. */
static unsigned
find_pair_layouts(const struct adoption *adoption, const struct way *way, const char *stub)
{
    const struct settings *settings = adoption->settings;
    struct prov_identity *device = NULL;
    struct prov_signedfile *file = NULL;
    struct prov_mac phone;
    char name[64], certificate[32];
    unsigned fit = ~0U;
    if (settings->devices == NULL || !prov_mac_of_file(stub, "", ".cnf.xml.sgn", &phone))
        return fit;
    snprintf(name, sizeof name, "SEP%s.cnf.xml.enc.sgn", phone.text);
    snprintf(certificate, sizeof certificate, "SEP%s.pem", phone.text);
    char *path = run_path(settings->tftpboot, name, "");
    char *device_path = run_path(settings->devices, certificate, "");
    if (path != NULL && device_path != NULL && prov_signedfile_open(path, &file, NULL) == PROV_OK &&
        prov_identity_load(device_path, PROV_NEED_CERTIFICATE, NULL, NULL, &device, NULL) ==
            PROV_OK)
        fit = find_layouts(prov_signedfile_header(file), way, name, device);
    prov_identity_free(device);
    prov_signedfile_free(file);
    free(path);
    free(device_path);
    return fit;
}

static int
add_way(struct ways *ways, const struct way *way, size_t *index, struct prov_error *err)
{
    for (size_t i = 0; i < ways->count; i++) {
        if (ways->at[i].key != way->key || ways->at[i].digest != way->digest ||
            ways->at[i].layout != way->layout)
            continue;
        ways->at[i].count++;
        *index = i;
        return PROV_OK;
    }
    struct way *at = reallocarray(ways->at, ways->count + 1, sizeof *at);
    if (at == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    ways->at = at;
    at[ways->count] = *way;
    at[ways->count].count = 1;
    *index = ways->count++;
    return PROV_OK;
}

static int
add_file(struct ways *ways, const char *path, const struct way *found, unsigned layouts,
         struct prov_error *err)
{
    struct signed_file *files =
        reallocarray(ways->files, ways->file_count + 1, sizeof *ways->files);
    if (files == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    ways->files = files;
    struct signed_file *file = &files[ways->file_count];
    *file = (struct signed_file){NULL, *found, layouts, 0};
    file->source = strndup(path, strlen(path) - strlen(".sgn"));
    if (file->source == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    ways->file_count++;
    return PROV_OK;
}

static int
look_at(struct adoption *adoption, struct ways *ways, const char *path, struct prov_error *err)
{
    struct prov_signedfile *file = NULL;
    char *full = run_path(adoption->settings->tftpboot, path, "");
    int rc = PROV_OK;
    if (full != NULL && prov_signedfile_open(full, &file, NULL) == PROV_OK) {
        struct way way = {.key = find_signer(adoption, file), .digest = PROV_SHA1};
        const struct prov_header *header = prov_signedfile_header(file);
        const struct prov_field *digest = prov_header_find(header, PROV_TAG_DIGEST_ALGORITHM);
        if (digest != NULL && digest->number == PROV_SHA512)
            way.digest = PROV_SHA512;
        if (way.key == NULL) {
            ways->unknown++;
        } else {
            unsigned layouts = find_layouts(header, &way, path, NULL);
            layouts &= find_pair_layouts(adoption, &way, path);
            rc = add_file(ways, path, &way, layouts, err);
        }
    }
    prov_signedfile_free(file);
    free(full);
    return rc;
}

/* Most headers may be in several layouts: then it is the one that fits most files. */
static int
choose_layouts(struct ways *ways, struct prov_error *err)
{
    size_t fits[LAYOUTS_MAX] = {0};
    unsigned best = 0;
    int rc = PROV_OK;
    for (size_t i = 0; i < ways->file_count; i++)
        for (unsigned k = 0; k < LAYOUTS_MAX; k++)
            fits[k] += (ways->files[i].layouts >> k) & 1U;
    for (unsigned k = 1; k < LAYOUTS_MAX; k++)
        if (fits[k] > fits[best])
            best = k;
    for (size_t i = 0; rc == PROV_OK && i < ways->file_count; i++) {
        struct signed_file *file = &ways->files[i];
        unsigned use = best;
        for (unsigned k = 0; ((file->layouts >> use) & 1U) == 0 && k < LAYOUTS_MAX; k++)
            if (((file->layouts >> k) & 1U) != 0)
                use = k;
        file->found.layout = prov_layout_at(use);
        if (file->found.layout == NULL)
            file->found.layout = prov_layout_default();
        rc = add_way(ways, &file->found, &file->way, err);
    }
    return rc;
}

/* --- the sections */

static void
print_way(FILE *text, const struct way *way)
{
    fputs("    certificate = ", text);
    adopt_quote(text, way->key->path);
    fprintf(text, "\n    digest = \"%s\"\n    layout = \"%s\"\n",
            way->digest == PROV_SHA512 ? "sha512" : "sha1", prov_layout_name(way->layout));
}

/* Sources that stand in the tree as they are. */
static void
print_excluded(struct adoption *adoption, const struct walk *sources)
{
    bool any = false;
    for (size_t i = 0; i < sources->count; i++) {
        const char *path = sources->files[i].path;
        char *signed_name = run_path(adoption->settings->tftpboot, path, ".sgn");
        struct stat status;
        bool copied = signed_name != NULL && stat(signed_name, &status) != 0 &&
                      is_there(adoption->settings->tftpboot, path);
        free(signed_name);
        if (!copied)
            continue;
        fputs(any ? ", " : "    exclude = {", adoption->text);
        adopt_quote(adoption->text, path);
        any = true;
    }
    fputs(any ? "}\n" : "", adoption->text);
}

static void
print_ways(struct adoption *adoption, const struct ways *ways, const struct walk *sources)
{
    size_t most = 0;
    for (size_t i = 1; i < ways->count; i++)
        if (ways->at[i].count > ways->at[most].count)
            most = i;
    fputs("sign {\n", adoption->text);
    print_way(adoption->text, &ways->at[most]);
    print_excluded(adoption, sources);
    fputs("}\n", adoption->text);
    for (size_t i = 0; i < ways->file_count; i++) {
        if (ways->files[i].way == most)
            continue;
        fputs("sign ", adoption->text);
        adopt_quote(adoption->text, ways->files[i].source);
        fputs(" {\n", adoption->text);
        print_way(adoption->text, &ways->at[ways->files[i].way]);
        fputs("}\n", adoption->text);
    }
}

static int
add_lost(struct adoption *adoption, const char *source, struct prov_error *err)
{
    char **lost = reallocarray(adoption->lost, adoption->lost_count + 1, sizeof *lost);
    if (lost == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    adoption->lost = lost;
    lost[adoption->lost_count] = strdup(source);
    if (lost[adoption->lost_count] == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    adoption->lost_count++;
    return PROV_OK;
}

static void
ignore(void *context, const char *place, const char *text)
{
    (void)context;
    cli_warn(place, "%s", text);
}

static int
survey(struct adoption *adoption, struct ways *ways, struct prov_error *err)
{
    struct walk walk = {0}, sources = {0};
    size_t faults = 0;
    int rc = walk_folder(adoption->settings->tftpboot, ignore, NULL, &faults, &walk, err);
    if (rc == PROV_OK)
        rc = walk_folder(adoption->settings->source, ignore, NULL, &faults, &sources, err);
    for (size_t i = 0; rc == PROV_OK && i < walk.count; i++)
        if (run_ends_with(walk.files[i].path, ".sgn") &&
            !run_ends_with(walk.files[i].path, ".enc.sgn"))
            rc = look_at(adoption, ways, walk.files[i].path, err);
    for (size_t i = 0; rc == PROV_OK && i < ways->file_count; i++)
        if (!is_there(adoption->settings->source, ways->files[i].source))
            rc = add_lost(adoption, ways->files[i].source, err);
    if (rc == PROV_OK)
        rc = choose_layouts(ways, err);
    if (rc == PROV_OK && ways->count > 0)
        print_ways(adoption, ways, &sources);
    walk_release(&walk);
    walk_release(&sources);
    return rc;
}

int
adopt_signers(struct adoption *adoption, struct prov_error *err)
{
    struct ways ways = {0};
    int rc = survey(adoption, &ways, err);
    if (rc == PROV_OK && ways.unknown > 0)
        cli_warn(NULL,
                 "%zu signed files are by a key that is not in %s; they stay as they are "
                 "until their source is built",
                 ways.unknown, adoption->run->adopt);
    if (rc == PROV_OK && ways.count == 0)
        rc = prov_fail(err, PROV_E_UNFIT,
                       "nothing that is signed with a key of %s stands in %s, so there is nothing "
                       "to adopt; name the folder with the keys, or write section sign by hand",
                       adoption->run->adopt, adoption->settings->tftpboot);
    for (size_t i = 0; i < ways.file_count; i++)
        free(ways.files[i].source);
    free(ways.files);
    free(ways.at);
    return rc;
}
