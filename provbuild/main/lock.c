/* SPDX-License-Identifier: MIT */
/* The lock of a folder, and who holds it. */
#include "provbuild/main/lock.h"

#include "cli/program.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#define TRIES_PER_SECOND 20

/* The process that a line of /proc/locks, such as "1: FLOCK ADVISORY WRITE 123 08:01:42 0 EOF",
 * says to hold the lock of `file` (its last field but two); 0 if it speaks of another. */
static long
holder_in(char *line, const char *file)
{
    enum { TYPE = 1, PROCESS = 4, FILE_ID = 5, WORDS };
    char *words[WORDS], *rest = line;
    for (size_t i = 0; i < WORDS; i++) {
        words[i] = strtok_r(i == 0 ? line : NULL, " \n", &rest);
        if (words[i] == NULL)
            return 0;
    }
    if (strcmp(words[TYPE], "FLOCK") != 0 || strcmp(words[FILE_ID], file) != 0)
        return 0;
    return strtol(words[PROCESS], NULL, 10);
}

/* 0 where the kernel does not say who holds the lock (another container). */
static long
holder(int fd)
{
    struct stat status;
    char line[256], file[64];
    long found = 0;
    if (fstat(fd, &status) != 0)
        return 0;
    snprintf(file, sizeof file, "%02x:%02x:%lu", major(status.st_dev), minor(status.st_dev),
             (unsigned long)status.st_ino);
    FILE *locks = fopen("/proc/locks", "re");
    while (locks != NULL && found <= 0 && fgets(line, sizeof line, locks) != NULL)
        found = holder_in(line, file);
    if (locks != NULL)
        fclose(locks);
    return found > 0 ? found : 0;
}

static int
held_by_another(const char *folder, int fd, unsigned seconds, struct prov_error *err)
{
    char path[64], name[64] = "a program";
    long pid = holder(fd);
    if (pid == 0)
        return prov_fail(err, PROV_E_EXISTS,
                         "another run is at work on %s, and was for %u seconds; nothing was done",
                         folder, seconds);
    snprintf(path, sizeof path, "/proc/%ld/comm", pid);
    FILE *comm = fopen(path, "re");
    if (comm != NULL && fgets(name, sizeof name, comm) != NULL)
        name[strcspn(name, "\n")] = '\0';
    if (comm != NULL)
        fclose(comm);
    return prov_fail(err, PROV_E_EXISTS,
                     "process %ld (%s) is at work on %s, and was for %u seconds; nothing was done",
                     pid, name, folder, seconds);
}

int
lock_folder(const char *folder, unsigned seconds, int *fd, struct prov_error *err)
{
    const struct timespec pause = {.tv_nsec = 1000000000L / TRIES_PER_SECOND};
    int opened = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (opened < 0)
        return prov_system_failed(err, "cannot open the folder %s", folder);
    int locked = flock(opened, LOCK_EX | LOCK_NB);
    for (unsigned long i = 0; locked != 0 && (errno == EWOULDBLOCK || errno == EINTR) &&
                              i < (unsigned long)seconds * TRIES_PER_SECOND && !cli_interrupted();
         i++) {
        nanosleep(&pause, NULL);
        locked = flock(opened, LOCK_EX | LOCK_NB);
    }
    if (locked == 0) {
        *fd = opened;
        return PROV_OK;
    }
    int rc = errno == EWOULDBLOCK || errno == EINTR
                 ? held_by_another(folder, opened, seconds, err)
                 : prov_system_failed(err, "cannot lock %s", folder);
    close(opened);
    return rc;
}
