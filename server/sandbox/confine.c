/* SPDX-License-Identifier: MIT */
/* Shutting all but some folders away with Landlock. */
#include "server/sandbox/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Newer than the headers of Debian 12. */
#define ACCESS_TRUNCATE (1ULL << 14)  /* version 3 */
#define ACCESS_IOCTL_DEV (1ULL << 15) /* version 5 */

#define READ_RIGHTS (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define WRITE_RIGHTS                                                                               \
    (READ_RIGHTS | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG |                   \
     LANDLOCK_ACCESS_FS_REMOVE_FILE | ACCESS_TRUNCATE)
/* The kernel refuses the others for what is no folder. */
#define FILE_RIGHTS (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | ACCESS_TRUNCATE)

uint64_t
sandbox__handled(int abi)
{
    uint64_t rights = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;
    if (abi >= 2)
        rights |= LANDLOCK_ACCESS_FS_REFER;
    if (abi >= 3)
        rights |= ACCESS_TRUNCATE;
    if (abi >= 5)
        rights |= ACCESS_IOCTL_DEV;
    return rights;
}

static int
path_failed(struct prov_error *err, const char *path)
{
    return prov_system_failed(err, "%s: cannot be opened", path);
}

static int
allow(int ruleset, const struct sandbox_path *path, uint64_t handled, struct prov_error *err)
{
    struct landlock_path_beneath_attr rule = {.allowed_access = handled};
    struct stat status;
    int rc = PROV_OK;
    int fd = open(path->path, O_PATH | O_CLOEXEC);
    if (fd < 0)
        return path_failed(err, path->path);
    if (fstat(fd, &status) != 0) {
        rc = path_failed(err, path->path);
        close(fd);
        return rc;
    }
    rule.parent_fd = fd;
    rule.allowed_access &= path->access == SANDBOX_WRITE ? WRITE_RIGHTS : READ_RIGHTS;
    if (!S_ISDIR(status.st_mode))
        rule.allowed_access &= FILE_RIGHTS;
    if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0)
        rc = prov_system_failed(err, "cannot add a rule to Landlock");
    close(fd);
    return rc;
}

static int
restrict_self(int ruleset, struct prov_error *err)
{
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return prov_system_failed(err, "cannot set no_new_privs");
    if (syscall(SYS_landlock_restrict_self, ruleset, 0) != 0)
        return prov_system_failed(err, "cannot confine the process by Landlock");
    return PROV_OK;
}

int
sandbox_confine(const struct sandbox_path *paths, size_t count, bool *confined,
                struct prov_error *err)
{
    *confined = false;
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (abi < 0 && (errno == ENOSYS || errno == EOPNOTSUPP))
        return PROV_OK;
    if (abi < 0)
        return prov_system_failed(err, "cannot ask for Landlock");
    struct landlock_ruleset_attr attributes = {.handled_access_fs = sandbox__handled((int)abi)};
    int ruleset = (int)syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0);
    if (ruleset < 0)
        return prov_system_failed(err, "cannot make a set of rules for Landlock");
    int rc = PROV_OK;
    for (size_t i = 0; i < count && rc == PROV_OK; i++)
        rc = allow(ruleset, &paths[i], attributes.handled_access_fs, err);
#ifdef __SANITIZE_ADDRESS__ /* at the end of a test it looks there for leaks */
    static const struct sandbox_path proc = {"/proc", SANDBOX_READ};
    if (rc == PROV_OK)
        rc = allow(ruleset, &proc, attributes.handled_access_fs, err);
#endif
    if (rc == PROV_OK)
        rc = restrict_self(ruleset, err);
    close(ruleset);
    *confined = rc == PROV_OK;
    return rc;
}
