/* SPDX-License-Identifier: MIT */
/* What to do about a private key that every user can read, and whom that leaves it to. */
#include "cli/exposed.h"

#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <sys/stat.h>

#define NAME_MAX_SHOWN 64
#define ENTRY_SIZE 4096 /* of a user or group; a larger one is shown by its number */

/* A user's or a group's name, or its number. */
static void
show_name(const char *name, unsigned id, char out[NAME_MAX_SHOWN])
{
    if (name != NULL)
        snprintf(out, NAME_MAX_SHOWN, "%s", name);
    else
        snprintf(out, NAME_MAX_SHOWN, "%u", id);
}

const char *
cli_exposed_advice(const char *path, char *out, size_t size)
{
    char owner[NAME_MAX_SHOWN] = "its owner", group[NAME_MAX_SHOWN] = "its group";
    struct passwd user_entry, *user = NULL;
    struct group group_entry, *users = NULL;
    char room[2][ENTRY_SIZE];
    struct stat status;
    if (stat(path, &status) == 0) {
        (void)getpwuid_r(status.st_uid, &user_entry, room[0], ENTRY_SIZE, &user);
        (void)getgrgid_r(status.st_gid, &group_entry, room[1], ENTRY_SIZE, &users);
        show_name(user != NULL ? user->pw_name : NULL, status.st_uid, owner);
        show_name(users != NULL ? users->gr_name : NULL, status.st_gid, group);
    }
    snprintf(out, size,
             "every user can read the private key; run: chmod o= %s; that leaves it to its owner "
             "(%s) and group (%s), of whom a server that reads it must be one",
             path, owner, group);
    return out;
}
