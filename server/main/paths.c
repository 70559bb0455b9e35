/* SPDX-License-Identifier: MIT */
/* Which folders the server needs, for its sandbox. */
#include "server/main/paths.h"

#include "server/log/log.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Twice for files, which may be links. */
#define PATHS_MAX (2 * (9 + (SETTINGS_HTTPS_MAX + 1) * SETTINGS_CERTIFICATES_MAX))

struct paths {
    struct sandbox_path at[PATHS_MAX];
    char *owned[PATHS_MAX]; /* what `at` points to */
    size_t count;
    bool failed;
};

static void
add(struct paths *paths, const char *path, enum sandbox_access access)
{
    char *copy = path != NULL ? strdup(path) : NULL;
    if (path != NULL && copy == NULL)
        paths->failed = true;
    if (copy == NULL)
        return;
    paths->owned[paths->count] = copy;
    paths->at[paths->count++] = (struct sandbox_path){copy, access};
}

static void
add_folder_of_name(struct paths *paths, const char *file, enum sandbox_access access)
{
    const char *slash = strrchr(file, '/');
    if (slash == NULL) {
        add(paths, ".", access);
        return;
    }
    char *folder = strndup(file, slash > file ? (size_t)(slash - file) : 1);
    if (folder == NULL)
        paths->failed = true;
    add(paths, folder, access);
    free(folder);
}

/* The folder that a file stands in, since what replaces it at a reload is another file; and the one
 * that it stands in really: certificates are often links into a folder of all versions. */
static void
add_folder_of(struct paths *paths, const char *file, enum sandbox_access access)
{
    if (file == NULL)
        return;
    add_folder_of_name(paths, file, access);
    char *real = realpath(file, NULL);
    if (real != NULL)
        add_folder_of_name(paths, real, access);
    free(real);
}

static void
add_config(struct paths *paths, const char *config)
{
    if (config != NULL)
        add_folder_of(paths, config, SANDBOX_READ);
    else if (access(SETTINGS_FILE_DEFAULT, F_OK) == 0) /* may be missing */
        add_folder_of(paths, SETTINGS_FILE_DEFAULT, SANDBOX_READ);
}

int
paths_confine(const struct settings *settings, const char *config, struct prov_error *err)
{
    struct paths paths = {0};
    bool confined = false;
    add_config(&paths, config);
    add(&paths, settings->tftpboot, SANDBOX_READ);
    add(&paths, settings->secure, SANDBOX_READ);
    add_folder_of(&paths, settings->client_ca, SANDBOX_READ);
    add_folder_of(&paths, settings->maker_ca, SANDBOX_READ);
    add_folder_of(&paths, settings->proof_certificate, SANDBOX_READ);
    for (size_t i = 0; i < settings->certificate_count; i++)
        add_folder_of(&paths, settings->certificates[i], SANDBOX_READ);
    for (size_t i = 0; i < settings->https_count; i++)
        for (size_t j = 0; j < settings->old_phones[i].certificate_count; j++)
            add_folder_of(&paths, settings->old_phones[i].certificates[j], SANDBOX_READ);
    add_folder_of(&paths, settings->ledger, SANDBOX_WRITE);
    add_folder_of(&paths, settings->log_file, SANDBOX_WRITE);
    int result = paths.failed ? prov_fail(err, PROV_E_MEMORY, "out of memory")
                              : sandbox_confine(paths.at, paths.count, &confined, err);
    if (result == PROV_OK && !confined)
        log_warn("this kernel has no Landlock: the server is not confined to its folders");
    for (size_t i = 0; i < paths.count; i++)
        free(paths.owned[i]);
    return result;
}
