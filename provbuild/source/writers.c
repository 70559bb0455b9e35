/* SPDX-License-Identifier: MIT */
/* Judges owners and modes of what a run follows, as ssh does with its keys. */
#include "provbuild/source/writers.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAMES_SIZE 65536 /* bytes for the names of a group's members */

/* --- the judgement */

static bool
is_member(const struct writers *writers, uid_t user)
{
    bool member = user == 0 || user == writers->user;
    for (size_t i = 0; !member && i < writers->member_count; i++)
        member = writers->members[i] == user;
    return member;
}

static bool
is_trusted_group(const struct writers *writers, gid_t group)
{
    bool trusted = group == 0;
    for (size_t i = 0; !trusted && i < writers->group_count; i++)
        trusted = writers->groups[i] == group;
    return trusted;
}

const char *
writers_beyond(const struct writers *writers, uid_t owner, gid_t group, mode_t mode)
{
    if (!is_member(writers, owner))
        return "belongs to another user";
    if (writers->user != 0)
        return NULL;
    if ((mode & S_IWOTH) != 0)
        return "can be written by everybody";
    if ((mode & S_IWGRP) != 0 && !is_trusted_group(writers, group))
        return "can be written by a group";
    return NULL;
}

/* --- who is trusted */

static int
add_member(struct writers *writers, uid_t user, struct prov_error *err)
{
    uid_t *members =
        reallocarray((void *)writers->members, writers->member_count + 1, sizeof *members);
    if (members == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    members[writers->member_count++] = user;
    writers->members = members;
    return PROV_OK;
}

/* By name, and the user that the group is made for: a service's user has a group of its own. */
static int
add_members(struct writers *writers, const struct group *group, struct prov_error *err)
{
    char buffer[NAMES_SIZE];
    struct passwd entry, *user = NULL;
    int rc = PROV_OK;
    for (char **name = group->gr_mem; rc == PROV_OK && *name != NULL; name++)
        if (getpwnam_r(*name, &entry, buffer, sizeof buffer, &user) == 0 && user != NULL)
            rc = add_member(writers, user->pw_uid, err);
    if (rc == PROV_OK && getpwnam_r(group->gr_name, &entry, buffer, sizeof buffer, &user) == 0 &&
        user != NULL && user->pw_gid == group->gr_gid)
        rc = add_member(writers, user->pw_uid, err);
    return rc;
}

static int
add_group(struct writers *writers, const char *name, struct prov_error *err)
{
    char buffer[NAMES_SIZE];
    struct group entry, *group = NULL;
    if (getgrnam_r(name, &entry, buffer, sizeof buffer, &group) != 0 || group == NULL)
        return prov_fail(err, PROV_E_ARGUMENT,
                         "trusted-groups: there is no group %s; look at the name", name);
    gid_t *groups = reallocarray((void *)writers->groups, writers->group_count + 1, sizeof *groups);
    if (groups == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    groups[writers->group_count++] = group->gr_gid;
    writers->groups = groups;
    return add_members(writers, group, err);
}

int
writers_load(const struct settings *settings, struct writers *out, struct prov_error *err)
{
    int rc = PROV_OK;
    *out = (struct writers){.user = geteuid()};
    for (size_t i = 0; rc == PROV_OK && i < settings->build.trusted_group_count; i++)
        rc = add_group(out, settings->build.trusted_groups[i], err);
    return rc;
}

void
writers_release(struct writers *writers)
{
    free((void *)writers->groups);
    free((void *)writers->members);
}

/* --- what a run follows */

struct check {
    const struct writers *trusted; /* with the groups of the settings */
    struct writers alone;          /* without them */
    walk_report *report;
    void *context;
};

/* Who may write to a folder may put another thing in the place of what is in it, except where each
 * may remove only what is his own, as in /tmp. */
static const char *
beyond_folder(const struct writers *writers, const struct stat *status)
{
    bool own_alone = (status->st_mode & S_ISVTX) != 0;
    return writers_beyond(writers, status->st_uid, status->st_gid, own_alone ? 0 : status->st_mode);
}

/* The folders above `path`, which is absolute and without links, and is cut short. */
static const char *
beyond_above(const struct writers *writers, char *path)
{
    struct stat status;
    const char *who = NULL;
    for (char *slash; who == NULL && (slash = strrchr(path, '/')) != NULL && path[1] != '\0';) {
        slash[slash == path] = '\0';
        if (lstat(path, &status) == 0)
            who = beyond_folder(writers, &status);
    }
    return who;
}

/* The thing itself by `writers`, what it stands in by root and the user alone. */
static void
check_path(const struct check *check, const char *path, const struct writers *writers)
{
    char real[PATH_MAX], text[PATH_MAX + 256];
    struct stat status;
    if (path == NULL || realpath(path, real) == NULL || lstat(real, &status) != 0)
        return; /* told where it is needed */
    const char *who = writers_beyond(writers, status.st_uid, status.st_gid, status.st_mode);
    bool itself = who != NULL;
    if (!itself)
        who = beyond_above(&check->alone, real);
    if (who == NULL)
        return;
    snprintf(text, sizeof text,
             "%s%s%s %s, who could decide what phones run, and what is run here; mend owner and "
             "mode%s",
             itself ? "it" : "the folder ", itself ? "" : real, itself ? "" : ", where it stands,",
             who, itself && writers == check->trusted ? ", name a group in trusted-groups" : "");
    check->report(check->context, path, text);
}

/* A word of the command that is a file by its whole path. */
static void
check_words(const struct check *check, const char *command)
{
    char *text = command != NULL ? strdup(command) : NULL, *rest = text;
    for (char *word; text != NULL && (word = strtok_r(rest, " \t\n\"';|&()<>", &rest)) != NULL;) {
        struct stat status;
        if (word[0] == '/' && stat(word, &status) == 0 && S_ISREG(status.st_mode))
            check_path(check, word, &check->alone);
    }
    free(text);
}

int
writers_check(const struct run *run, const char *config, walk_report *report, void *context,
              struct prov_error *err)
{
    const struct settings *settings = run->settings;
    struct writers trusted;
    int rc = writers_load(settings, &trusted, err);
    struct check check = {
        .trusted = &trusted, .alone = {.user = trusted.user}, .report = report, .context = context};
    if (rc == PROV_OK) {
        check_path(&check, config, &check.alone);
        check_path(&check, settings->source, &trusted);
        if (settings->build.devices_ca == NULL)
            check_path(&check, settings->devices, &trusted);
        check_path(&check, settings->build.devices_ca, &check.alone);
        check_path(&check, settings->tftpboot, &trusted);
        check_path(&check, settings->secure, &check.alone);
        check_path(&check, settings->archive, &check.alone);
        check_words(&check, settings->build.restart);
    }
    writers_release(&trusted);
    return rc;
}
