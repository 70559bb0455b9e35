/* SPDX-License-Identifier: MIT */
/* Where the programs are that `prov` stands for, and how it becomes one of them. */
#include "prov/internal.h"

#include "cli/program.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef PROV_BINDIR
#define PROV_BINDIR "/usr/local/bin"
#endif
#ifndef PROV_LIBEXECDIR
#define PROV_LIBEXECDIR "/usr/local/libexec/prov"
#endif

/* The folder of this very program, whatever links led to it; false where nobody knows. */
static bool
own_folder(char folder[PATH_MAX])
{
    ssize_t len = readlink("/proc/self/exe", folder, PATH_MAX);
    if (len <= 0 || len >= PATH_MAX || folder[0] != '/')
        return false;
    folder[len] = '\0';
    char *name = strrchr(folder, '/');
    name[name == folder ? 1 : 0] = '\0';
    return true;
}

static bool
same_folder(const char *one, const char *other)
{
    struct stat of_one, of_other;
    return stat(one, &of_one) == 0 && stat(other, &of_other) == 0 &&
           of_one.st_dev == of_other.st_dev && of_one.st_ino == of_other.st_ino;
}

/* The folders to look in, in turn; returns how many. Beside an installed `prov` there may be
 * somebody else's program of the same name (Debian has another mkcert), so there its own folder
 * comes last. Anywhere else, as in a build, what is beside it belongs to it. */
static size_t
folders_of(char own[PATH_MAX], const char *folders[2])
{
    if (!own_folder(own)) {
        folders[0] = PROV_LIBEXECDIR;
        return 1;
    }
    bool installed = same_folder(own, PROV_BINDIR);
    folders[0] = installed ? PROV_LIBEXECDIR : own;
    folders[1] = installed ? own : PROV_LIBEXECDIR;
    return 2;
}

/* Returns only if it could not be run, with errno. */
static void
become(const char *folder, const char *program, char **arguments)
{
    char path[2 * PATH_MAX];
    int len = snprintf(path, sizeof path, "%s/%s", folder, program);
    if (len < 0 || (size_t)len >= sizeof path)
        errno = ENAMETOOLONG;
    else
        execv(path, arguments);
}

int
program_run(const char *program, char **arguments)
{
    char own[PATH_MAX];
    const char *folders[2];
    size_t count = folders_of(own, folders);
    for (size_t i = 0; i < count; i++) {
        become(folders[i], program, arguments);
        if (errno != ENOENT && errno != ENOTDIR)
            return cli_error(program, "cannot run it in %s: %s", folders[i], strerror(errno));
    }
    if (count == 1)
        return cli_error(program, "it is not installed: it is not in %s", folders[0]);
    return cli_error(program, "it is not installed: it is neither in %s nor in %s", folders[0],
                     folders[1]);
}
