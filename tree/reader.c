/* SPDX-License-Identifier: MIT */
/* Who has to read the files of a tree, and whether their modes let him. */
#include "tree/reader.h"

#include <grp.h>
#include <pwd.h>

#define GROUPS_MAX (sizeof((struct reader *)0)->groups / sizeof(gid_t))

/* Groups that do not fit are no harm: at worst something counts as unreadable. */
void
reader_find(struct reader *reader, const char *user)
{
    /* cppcheck-suppress getpwnamCalled; there are no threads */
    const struct passwd *entry = user != NULL ? getpwnam(user) : NULL;
    int count = (int)GROUPS_MAX;
    *reader = (struct reader){.known = false};
    if (entry == NULL)
        return;
    if (getgrouplist(user, entry->pw_gid, reader->groups, &count) < 0)
        count = (int)GROUPS_MAX;
    reader->known = true;
    reader->uid = entry->pw_uid;
    reader->group_count = (size_t)count;
}

static bool
is_in_group(const struct reader *reader, gid_t group)
{
    for (size_t i = 0; i < reader->group_count; i++)
        if (reader->groups[i] == group)
            return true;
    return false;
}

static bool
all_set(mode_t mode, mode_t bits)
{
    return (mode & bits) == bits;
}

bool
reader_may(const struct reader *reader, const struct stat *status, mode_t bits)
{
    if (reader->known && reader->uid == 0)
        return true;
    if (reader->known && status->st_uid == reader->uid)
        return all_set(status->st_mode, bits & S_IRWXU);
    bool group = reader->known ? is_in_group(reader, status->st_gid) : status->st_gid != 0;
    return (group && all_set(status->st_mode, bits & S_IRWXG)) ||
           all_set(status->st_mode, bits & S_IRWXO);
}
