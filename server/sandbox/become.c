/* SPDX-License-Identifier: MIT */
/* Becoming another user without any capability. */
#include "server/sandbox/sandbox.h"

#include "cli/core.h"
#include "server/sandbox/internal.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A number that the kernel does not know ends the list. */
static int
drop_bounding_set(struct prov_error *err)
{
    for (unsigned long capability = 0; prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0;
         capability++) {
        if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0)
            continue;
        if (errno == EPERM) /* without CAP_SETPCAP; no_new_privs makes the set meaningless */
            return PROV_OK;
        return prov_system_failed(err, "cannot drop a capability from the bounding set");
    }
    return PROV_OK;
}

/* The ambient set follows the permitted one. */
static int
drop_capabilities(struct prov_error *err)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0}};
    if (syscall(SYS_capset, &header, none) != 0)
        return prov_system_failed(err, "cannot give up the capabilities");
    return PROV_OK;
}

/* Core files were forbidden before, which a change of user undoes. */
static int
shut(struct prov_error *err)
{
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return prov_system_failed(err, "cannot set no_new_privs");
    return cli_forbid_core(err);
}

static int
find_user(const char *user, const struct passwd **out, struct prov_error *err)
{
    errno = 0;
    /* cppcheck-suppress getpwnamCalled; no thread was started yet */
    *out = getpwnam(user);
    if (*out != NULL)
        return PROV_OK;
    if (errno != 0 && errno != ENOENT && errno != ESRCH)
        return prov_system_failed(err, "cannot look the user up");
    return prov_fail(err, PROV_E_ARGUMENT, "there is no user '%s'; make one or name another", user);
}

static int
check_no_way_back(const struct passwd *entry, struct prov_error *err)
{
    uid_t real, effective, saved;
    gid_t real_group, effective_group, saved_group;
    if (getresuid(&real, &effective, &saved) != 0 ||
        getresgid(&real_group, &effective_group, &saved_group) != 0)
        return prov_system_failed(err, "cannot read the user");
    uid_t uid = entry->pw_uid;
    bool is_user = real == uid && effective == uid && saved == uid &&
                   real_group == effective_group && effective_group == saved_group;
    if (!is_user || (uid != 0 && (seteuid(0) == 0 || setuid(0) == 0)))
        return prov_fail(err, PROV_E_SYSTEM, "cannot become '%s' for good", entry->pw_name);
    return PROV_OK;
}

static int
change_user(const struct passwd *entry, struct prov_error *err)
{
    if (initgroups(entry->pw_name, entry->pw_gid) != 0)
        return prov_system_failed(err, "cannot take the groups of the user");
    if (setresgid(entry->pw_gid, entry->pw_gid, entry->pw_gid) != 0)
        return prov_system_failed(err, "cannot take the group of the user");
    if (setresuid(entry->pw_uid, entry->pw_uid, entry->pw_uid) != 0)
        return prov_system_failed(err, "cannot become the user");
    return PROV_OK;
}

static int
refuse_other(const char *user, struct prov_error *err)
{
    prov_fail(err, PROV_E_SYSTEM,
              "cannot become '%s': only root can; start as root or as that user, or leave the "
              "user out",
              user);
    if (err != NULL)
        err->sys = EPERM;
    return PROV_E_SYSTEM;
}

int
sandbox_become(const char *user, struct prov_error *err)
{
    const struct passwd *entry = NULL;
    int rc = user != NULL ? find_user(user, &entry, err) : PROV_OK;
    if (rc == PROV_OK && entry != NULL && geteuid() != 0 && geteuid() != entry->pw_uid)
        rc = refuse_other(user, err);
    if (rc == PROV_OK)
        rc = drop_bounding_set(err);
    if (rc == PROV_OK && entry != NULL && geteuid() == 0)
        rc = change_user(entry, err);
    if (rc == PROV_OK)
        rc = drop_capabilities(err);
    if (rc == PROV_OK && entry != NULL)
        rc = check_no_way_back(entry, err);
    return rc == PROV_OK ? shut(err) : rc;
}
