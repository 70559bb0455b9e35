/* SPDX-License-Identifier: MIT */
/* The phones that must restart, as the file `to-restart` in the archive keeps them. */
#include "provbuild/restart/waiting.h"

#include "cli/lines.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define FILE_NAME "to-restart"
#define FILE_MODE 0644
#define EVERYBODY "all"

static bool
is_kept(const struct run *run)
{
    return run->settings->archive != NULL && run->settings->build.restart != NULL;
}

int
restarts_add(struct restarts_waiting *restarts, const struct restarts_waiting *others,
             struct prov_error *err)
{
    restarts->all |= others->all;
    return phones_add_all(&restarts->phones, &others->phones, err);
}

bool
restarts_any(const struct restarts_waiting *restarts)
{
    return restarts->all || restarts->phones.count > 0;
}

void
restarts_release(struct restarts_waiting *restarts)
{
    phones_release(&restarts->phones);
    restarts->all = false;
}

/* --- reading */

static int
take_line(void *context, char *line, struct prov_error *err)
{
    struct restarts_waiting *restarts = context;
    struct prov_mac phone;
    if (strcmp(line, EVERYBODY) == 0) {
        restarts->all = true;
        return PROV_OK;
    }
    if (prov_mac_of_file(line, "", "", &phone))
        return phones_add(&restarts->phones, &phone, err);
    return prov_fail(err, PROV_E_FORMAT, "'%.40s' is no phone", line);
}

/* Adds the names in this file; one that is not there holds none. */
static int
read_file(const char *path, struct restarts_waiting *restarts, struct prov_error *err)
{
    struct prov_error why = {.code = PROV_OK};
    bool missing = false;
    int rc = lines_read(path, take_line, restarts, &missing, &why);
    if (rc != PROV_OK)
        return prov_fail(err, rc,
                         "%s: it says which phones must restart, but: %s; remove it, and restart "
                         "them yourself",
                         path, why.text);
    return PROV_OK;
}

/* What a run that is gone was telling when it ended. */
static int
take_over(const struct run *run, const char *path, struct restarts_waiting *restarts,
          struct prov_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return PROV_OK; /* its run has just ended well */
    int rc = PROV_OK;
    if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
        rc = read_file(path, restarts, err);
        if (rc == PROV_OK && !run->dry_run)
            rc = restarts_write(run, restarts, err);
        if (rc == PROV_OK && !run->dry_run)
            rc = prov_file_remove(path, err);
    }
    close(fd);
    return rc;
}

static int
take_over_all(const struct run *run, struct restarts_waiting *restarts, struct prov_error *err)
{
    const char *archive = run->settings->archive;
    DIR *folder = opendir(archive);
    const struct dirent *entry;
    if (folder == NULL)
        return prov_system_failed(err, "cannot read the archive %s", archive);
    int rc = PROV_OK;
    /* cppcheck-suppress readdirCalled; the stream is this function's own */
    while (rc == PROV_OK && (entry = readdir(folder)) != NULL) {
        if (strncmp(entry->d_name, FILE_NAME ".", sizeof FILE_NAME) != 0)
            continue;
        char *path = run_path(archive, entry->d_name, "");
        rc = path != NULL ? take_over(run, path, restarts, err)
                          : prov_fail(err, PROV_E_MEMORY, "out of memory");
        free(path);
    }
    closedir(folder);
    return rc;
}

int
restarts_read(const struct run *run, struct restarts_waiting *out, struct prov_error *err)
{
    *out = (struct restarts_waiting){0};
    if (!is_kept(run))
        return PROV_OK;
    char *path = run_path(run->settings->archive, FILE_NAME, "");
    int rc =
        path != NULL ? read_file(path, out, err) : prov_fail(err, PROV_E_MEMORY, "out of memory");
    free(path);
    return rc == PROV_OK ? take_over_all(run, out, err) : rc;
}

/* --- writing */

static void
put_lines(const void *context, FILE *to)
{
    const struct restarts_waiting *restarts = context;
    if (restarts->all)
        fputs(EVERYBODY "\n", to);
    for (size_t i = 0; i < restarts->phones.count; i++)
        fprintf(to, "SEP%s\n", restarts->phones.at[i].text);
}

int
restarts_write(const struct run *run, const struct restarts_waiting *restarts,
               struct prov_error *err)
{
    if (!is_kept(run))
        return PROV_OK;
    char *path = run_path(run->settings->archive, FILE_NAME, "");
    if (path == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    int rc = PROV_OK;
    if (restarts_any(restarts))
        rc = lines_write(path, FILE_MODE, put_lines, restarts, err);
    else if (access(path, F_OK) == 0)
        rc = prov_file_remove(path, err);
    free(path);
    return rc;
}

int
restarts_note_list(const struct run *run, const char *name, struct prov_error *err)
{
    struct restarts_waiting restarts;
    struct prov_mac phone;
    if (!is_kept(run))
        return PROV_OK;
    int rc = restarts_read(run, &restarts, err);
    bool own = prov_mac_of_file(name, "ITL", ".tlv", &phone) ||
               prov_mac_of_file(name, "CTL", ".tlv", &phone);
    if (rc == PROV_OK && own)
        rc = phones_add(&restarts.phones, &phone, err);
    else
        restarts.all = true;
    if (rc == PROV_OK)
        rc = restarts_write(run, &restarts, err);
    restarts_release(&restarts);
    return rc;
}

/* --- telling */

int
restarts_begin(const struct run *run, int *lock, char **path, struct prov_error *err)
{
    *lock = -1;
    *path = NULL;
    if (!is_kept(run))
        return PROV_OK;
    char *kept = run_path(run->settings->archive, FILE_NAME, ""), *telling = NULL;
    if (kept == NULL || asprintf(&telling, "%s.%ld", kept, (long)getpid()) < 0) {
        free(kept);
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    }
    int rc = PROV_OK;
    int fd = open(kept, O_RDONLY | O_CLOEXEC);
    if (fd >= 0 && (flock(fd, LOCK_EX | LOCK_NB) != 0 || rename(kept, telling) != 0))
        rc = prov_system_failed(err, "cannot lock %s", kept);
    free(kept);
    if (fd >= 0 && rc == PROV_OK) {
        *lock = fd;
        *path = telling;
        return PROV_OK;
    }
    if (fd >= 0)
        close(fd);
    free(telling);
    return rc;
}

int
restarts_end(int lock, char *path, bool told, struct prov_error *err)
{
    int rc = path != NULL && told ? prov_file_remove(path, err) : PROV_OK;
    if (lock >= 0)
        close(lock);
    free(path);
    return rc;
}
