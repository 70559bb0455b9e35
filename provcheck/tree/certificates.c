/* SPDX-License-Identifier: MIT */
/* Certificates that expire, the one that the HTTPS port shows, and keys that others can read. */
#include "provcheck/tree/internal.h"

#include "cli/program.h"
#include "tree/secret.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DAY INT64_C(86400)

/* --- validity */

/* True for the first time that this certificate is seen, or where that cannot be told. */
static bool
is_new(struct tree_seen *seen, const struct prov_identity *certificate)
{
    struct prov_hash hash;
    struct prov_error err;
    if (prov_identity_hash(certificate, PROV_SHA1, &hash, &err) != PROV_OK)
        return true;
    for (size_t i = 0; i < seen->count; i++)
        if (memcmp(seen->at[i].value, hash.value, hash.len) == 0)
            return false;
    struct prov_hash *at = reallocarray(seen->at, seen->count + 1, sizeof *at);
    if (at != NULL) {
        seen->at = at;
        at[seen->count++] = hash;
    }
    return true;
}

/* What is said of a certificate that has expired, and of one that will. */
struct expiry {
    enum finding expired, expires;
};

static void
note_expiry(struct tree *tree, const struct prov_identity *certificate, struct expiry kinds,
            const char *folder, const char *file, const char *what)
{
    int64_t end = prov_identity_not_after(certificate);
    char day[CLI_DAY_SIZE], subject[TREE_VALUE_MAX];
    if (end > tree->place->now + tree->place->days * DAY || !is_new(&tree->seen, certificate))
        return;
    if (!prov_identity_common_name(certificate, subject, sizeof subject))
        snprintf(subject, sizeof subject, "no common name");
    findings_add(tree->findings, end < tree->place->now ? kinds.expired : kinds.expires, folder,
                 file, "%s, %s, %s on %s", what, subject,
                 end < tree->place->now ? "expired" : "expires", cli_day(end, day));
}

void
tree_note_certificate(struct tree *tree, const struct prov_identity *certificate,
                      const char *folder, const char *file, const char *what)
{
    note_expiry(tree, certificate, (struct expiry){CERTIFICATE_EXPIRED, CERTIFICATE_EXPIRES},
                folder, file, what);
}

/* --- phones' certificates */

/* The name of the phone's file, whose letters may be of any case. */
static void
find_device(const struct tree *tree, const struct prov_mac *mac, char *name, size_t size)
{
    snprintf(name, size, "SEP%s.pem", mac->text);
    DIR *folder = opendir(tree->devices);
    const struct dirent *entry;
    /* cppcheck-suppress readdirCalled; there are no threads */
    while (folder != NULL && (entry = readdir(folder)) != NULL)
        if (strcasecmp(entry->d_name, name) == 0) {
            memcpy(name, entry->d_name, strlen(name)); /* they are of one length */
            break;
        }
    if (folder != NULL)
        closedir(folder);
}

/* A file that may not be read may be sound. */
static enum finding
kind_of(const struct prov_error *err)
{
    bool denied = err->code == PROV_E_SYSTEM && (err->sys == EACCES || err->sys == EPERM);
    return denied ? CERTIFICATE_DENIED : CERTIFICATE_UNREADABLE;
}

static int
load_device(const struct tree *tree, const struct prov_mac *mac, char *name, size_t size,
            struct prov_identity **out, struct prov_error *err)
{
    char *path = NULL;
    snprintf(name, size, "SEP%s.pem", mac->text);
    if (asprintf(&path, "%s/%s", tree->devices, name) < 0)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    if (access(path, F_OK) != 0) {
        free(path);
        find_device(tree, mac, name, size);
        if (asprintf(&path, "%s/%s", tree->devices, name) < 0)
            return prov_fail(err, PROV_E_MEMORY, "out of memory");
    }
    int rc = prov_identity_load(path, PROV_NEED_CERTIFICATE, NULL, NULL, out, err);
    free(path);
    return rc;
}

/* A manufacturer's certificate cannot be renewed; one of the site's can. */
static bool
is_of_site(const struct prov_identity *device)
{
    char common_name[TREE_VALUE_MAX];
    return prov_identity_common_name(device, common_name, sizeof common_name) &&
           strncmp(common_name, "SEP", 3) == 0;
}

struct prov_identity *
tree_device(struct tree *tree, const struct prov_mac *mac)
{
    struct prov_identity *device = NULL;
    struct prov_error err;
    char name[64];
    int rc = load_device(tree, mac, name, sizeof name, &device, &err);
    if (rc == PROV_E_SYSTEM && err.sys == ENOENT)
        findings_add(tree->findings, DEVICE_CERTIFICATE, tree->devices, name,
                     "it is not there, though the phone's configuration is encrypted");
    else if (rc != PROV_OK)
        findings_add(tree->findings, kind_of(&err), tree->devices, name, "%s", err.text);
    else if (is_of_site(device))
        tree_note_certificate(tree, device, tree->devices, name, "the phone's certificate");
    return device;
}

void
tree_check_device_over_https(struct tree *tree, const struct prov_mac *mac)
{
    struct prov_identity *device = NULL;
    struct prov_error err;
    char name[64];
    const struct settings *settings = tree->place->settings;
    bool excused = settings != NULL && settings->expired_makers;
    if (tree->devices == NULL || (settings != NULL && settings->secure_root_open) ||
        load_device(tree, mac, name, sizeof name, &device, &err) != PROV_OK)
        return; /* it need not be there */
    if (!excused || is_of_site(device))
        note_expiry(tree, device, (struct expiry){PHONE_EXPIRED, PHONE_EXPIRES}, tree->devices,
                    name, "what the phone shows over HTTPS");
    prov_identity_free(device);
}

/* --- the HTTPS port (phones.md, section 2) */

static bool
is_listed(const struct tree_trust *trust, struct prov_identity *const *certificates, size_t count)
{
    struct prov_error why;
    for (size_t i = 0; i < count; i++)
        if (trust_server((void *)&trust->trust, prov_identity_der(certificates[i]), &why))
            return true;
    return false;
}

/* Every list that sends phones to the HTTPS port must name one of its certificates. */
static void
check_listed(struct tree *tree, const char *path, struct prov_identity *const *certificates,
             size_t count)
{
    for (size_t i = 0; i < tree->lists.trust_count; i++) {
        const struct tree_trust *trust = &tree->lists.trusts[i];
        if (!trust_announces_https(&trust->trust) || trust_has_tvs(&trust->trust) ||
            is_listed(trust, certificates, count))
            continue;
        findings_add(tree->findings, HTTPS_UNLISTED, NULL, path,
                     "%s of version 1.1 does not name this certificate as TFTP",
                     trust->file != NULL ? trust->file->path : "a trust list");
        return;
    }
}

static bool
sends_to_https(const struct tree *tree)
{
    for (size_t i = 0; i < tree->lists.trust_count; i++)
        if (trust_announces_https(&tree->lists.trusts[i].trust))
            return true;
    return tree->secure.path != NULL;
}

static void
check_https(struct tree *tree)
{
    struct prov_identity *certificates[TREE_CERTIFICATES_MAX] = {NULL};
    const char *ec = NULL;
    size_t count = 0;
    struct prov_error err;
    for (size_t i = 0; i < tree->place->https_count; i++) {
        struct prov_identity **at = &certificates[count];
        if (prov_identity_load(tree->place->https[i], PROV_NEED_CERTIFICATE, NULL, NULL, at,
                               &err) != PROV_OK) {
            findings_add(tree->findings, kind_of(&err), NULL, tree->place->https[i], "%s",
                         err.text);
            continue;
        }
        if (prov_identity_key_type(*at) == PROV_KEY_EC)
            ec = tree->place->https[i];
        tree_note_certificate(tree, *at, NULL, tree->place->https[i], "the HTTPS certificate");
        count++;
    }
    if (count > 0 && sends_to_https(tree) && ec == NULL)
        findings_add(tree->findings, HTTPS_NOT_EC, NULL, tree->place->https[0],
                     "the HTTPS certificate holds an %s key",
                     prov_identity_key_name(certificates[0]));
    else if (count > 0 && ec != NULL)
        check_listed(tree, ec, certificates, count);
    for (size_t i = 0; i < count; i++)
        prov_identity_free(certificates[i]);
}

/* --- keys beside the tree */

bool
tree_is_exposed(const char *path)
{
    struct stat status;
    char *real = realpath(path, NULL);
    bool exposed = real != NULL && stat(real, &status) == 0 && (status.st_mode & S_IROTH) != 0;
    for (char *slash; exposed && (slash = strrchr(real, '/')) != NULL;) {
        *slash = '\0';
        exposed = stat(*real != '\0' ? real : "/", &status) == 0 && (status.st_mode & S_IXOTH) != 0;
    }
    free(real);
    return exposed;
}

static bool
holds_key(const char *path)
{
    struct prov_bytes *bytes = NULL;
    struct prov_error err;
    if (prov_file_read(path, PROV_IDENTITY_FILE_MAX, &bytes, &err) != PROV_OK)
        return false;
    struct prov_span span = prov_bytes_span(bytes);
    bool found = secret_in_content(span.data, span.len);
    prov_bytes_free(bytes);
    return found;
}

static void
check_key(struct tree *tree, const char *path)
{
    if (path != NULL && tree_is_exposed(path) && holds_key(path))
        findings_add(tree->findings, KEY_EXPOSED, NULL, path,
                     "others can read this file, which holds a private key");
}

/* Each file once, however many settings name it. */
struct key_paths {
    size_t count;
    const char **at;
};

static void
check_key_once(struct tree *tree, struct key_paths *checked, const char *path)
{
    for (size_t i = 0; path != NULL && i < checked->count; i++)
        if (strcmp(checked->at[i], path) == 0)
            return;
    const char **at = reallocarray(checked->at, checked->count + 1, sizeof(const char *));
    if (at != NULL) {
        checked->at = at;
        at[checked->count++] = path != NULL ? path : "";
    }
    check_key(tree, path);
}

static void
check_configured_keys(struct tree *tree, struct key_paths *checked)
{
    const struct settings *settings = tree->place->settings;
    for (size_t i = 0; i < settings->https_count; i++)
        for (size_t j = 0; j < settings->old_phones[i].certificate_count; j++)
            check_key_once(tree, checked, settings->old_phones[i].certificates[j]);
    for (size_t i = 0; i < settings->build.sign_count; i++)
        check_key_once(tree, checked, settings->build.signs[i].certificate);
    for (size_t i = 0; i < settings->build.list_count; i++)
        for (size_t j = 0; j < settings->build.lists[i].entry_count; j++)
            check_key_once(tree, checked, settings->build.lists[i].entries[j].certificate);
}

void
tree_check_devices(struct tree *tree)
{
    DIR *folder = tree->devices != NULL ? opendir(tree->devices) : NULL;
    const struct dirent *entry;
    if (folder == NULL && tree->devices != NULL)
        findings_add(tree->findings, UNREADABLE, NULL, tree->devices,
                     "the devices folder cannot be read: %s", strerror(errno));
    if (folder == NULL) {
        tree->devices = NULL;
        return;
    }
    /* cppcheck-suppress readdirCalled; there are no threads */
    while ((entry = readdir(folder)) != NULL) {
        char *path = NULL;
        if (entry->d_name[0] == '.' || asprintf(&path, "%s/%s", tree->devices, entry->d_name) < 0)
            continue;
        check_key(tree, path);
        free(path);
    }
    closedir(folder);
}

void
tree_check_certificates(struct tree *tree)
{
    struct key_paths checked = {0};
    check_https(tree);
    for (size_t i = 0; i < tree->place->https_count; i++)
        check_key_once(tree, &checked, tree->place->https[i]);
    if (tree->place->settings != NULL)
        check_configured_keys(tree, &checked);
    free(checked.at);
}
