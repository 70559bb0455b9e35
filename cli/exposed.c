/* SPDX-License-Identifier: MIT */
/* What to do about a private key that every user can read, and whom that leaves it to. */
#include "cli/exposed.h"

#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <sys/stat.h>

#define NAME_MAX_SHOWN 64
#define ENTRY_SIZE 4096 /* of a user or group; a larger one is shown by its number */

static void
name_owner(uid_t uid, char out[NAME_MAX_SHOWN])
{
    struct passwd entry, *user = NULL;
    char room[ENTRY_SIZE];
    if (getpwuid_r(uid, &entry, room, sizeof room, &user) == 0 && user != NULL)
        snprintf(out, NAME_MAX_SHOWN, "%s", user->pw_name);
    else
        snprintf(out, NAME_MAX_SHOWN, "%u", uid);
}

static void
name_group(gid_t gid, char out[NAME_MAX_SHOWN])
{
    struct group entry, *group = NULL;
    char room[ENTRY_SIZE];
    if (getgrgid_r(gid, &entry, room, sizeof room, &group) == 0 && group != NULL)
        snprintf(out, NAME_MAX_SHOWN, "%s", group->gr_name);
    else
        snprintf(out, NAME_MAX_SHOWN, "%u", gid);
}

const char *
cli_exposed_advice(const char *path, char *out, size_t size)
{
    char owner[NAME_MAX_SHOWN] = "its owner", group[NAME_MAX_SHOWN] = "its group";
    struct stat status;
    if (stat(path, &status) == 0) {
        name_owner(status.st_uid, owner);
        name_group(status.st_gid, group);
    }
    snprintf(out, size,
             "every user can read the private key; run: chmod o= %s; that leaves it to its owner "
             "(%s) and group (%s), of whom a server that reads it must be one",
             path, owner, group);
    return out;
}
