/* SPDX-License-Identifier: MIT */
/* Phones' certificates: the files that are taken for them, and the checks before one is used. */
#include "provbuild/source/devices.h"

#include "cli/program.h"
#include "provbuild/run/run.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static int
by_phone(const void *a, const void *b)
{
    const struct device *left = a, *right = b;
    int order = strcmp(left->phone.text, right->phone.text);
    return order != 0 ? order : strcmp(left->path, right->path);
}

/* SEP<MAC>.pem in letters of any case. */
static bool
is_certificate(const char *path, struct prov_mac *phone)
{
    char name[3 + PROV_MAC_LEN + sizeof ".PEM"] = "";
    for (size_t i = 0; i < sizeof name - 1 && path[i] != '\0'; i++)
        name[i] = (char)toupper((unsigned char)path[i]);
    return strlen(path) == sizeof name - 1 && prov_mac_of_file(name, "", ".PEM", phone);
}

static bool
seems_a_certificate(const char *path, struct prov_mac *phone)
{
    static const char *const endings[] = {".pem", ".crt", ".cer", ".der"};
    const char *dot = strrchr(path, '.');
    for (size_t i = 0; dot != NULL && i < sizeof endings / sizeof endings[0]; i++)
        if (strcasecmp(dot, endings[i]) == 0)
            return phone_named_in(prov_file_base(path), phone);
    return false;
}

static int
take(struct devices *devices, const char *folder, const struct walk *walk, struct prov_error *err)
{
    devices->at = calloc(walk->count + 1, sizeof *devices->at);
    devices->lookalikes = calloc(walk->count + 1, sizeof *devices->lookalikes);
    if (devices->at == NULL || devices->lookalikes == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    for (size_t i = 0; i < walk->count; i++) {
        const char *path = walk->files[i].path;
        struct device device = {.modified = walk->files[i].modified,
                                .beyond = walk->files[i].beyond};
        bool taken = is_certificate(path, &device.phone);
        if (!taken && !seems_a_certificate(path, &device.phone))
            continue;
        device.path = run_path(folder, path, "");
        if (device.path == NULL)
            return prov_fail(err, PROV_E_MEMORY, "out of memory");
        if (taken)
            devices->at[devices->count++] = device;
        else
            devices->lookalikes[devices->lookalike_count++] = device;
    }
    qsort(devices->lookalikes, devices->lookalike_count, sizeof *devices->lookalikes, by_phone);
    return PROV_OK;
}

/* Sorts, and leaves one file for each phone. */
static void
settle(struct devices *devices, walk_report *report, void *context, size_t *faults)
{
    size_t kept = 0;
    qsort(devices->at, devices->count, sizeof *devices->at, by_phone);
    for (size_t i = 0; i < devices->count; i++) {
        struct device *device = &devices->at[i];
        if (kept > 0 && strcmp(devices->at[kept - 1].phone.text, device->phone.text) == 0) {
            report(context, device->path, "another file here is the same phone's; remove one");
            (*faults)++;
            free(device->path);
        } else {
            devices->at[kept++] = *device;
        }
    }
    devices->count = kept;
}

int
devices_find(const char *folder, const char *ca, const struct writers *writers, walk_report *report,
             void *context, size_t *faults, struct devices *out, struct prov_error *err)
{
    struct walk walk = {0};
    *out = (struct devices){.known = folder == NULL};
    int rc = ca != NULL ? prov_anchors_load(ca, &out->anchors, err) : PROV_OK;
    if (rc != PROV_OK) {
        struct prov_error why = *err;
        return prov_fail(err, rc, "%s: %s", ca, why.text);
    }
    if (folder == NULL)
        return PROV_OK;
    rc = walk_folder(folder, ca == NULL ? writers : NULL, report, context, faults, &walk, err);
    if (rc == PROV_E_SYSTEM) {
        report(
            context, folder,
            "the certificates of phones cannot be read, so no configuration is built; see whether "
            "the folder is mounted");
        (*faults)++;
        return PROV_OK;
    }
    if (rc == PROV_OK)
        rc = take(out, folder, &walk, err);
    walk_release(&walk);
    if (rc != PROV_OK)
        return rc;
    settle(out, report, context, faults);
    out->known = true;
    return PROV_OK;
}

void
devices_release(struct devices *devices)
{
    for (size_t i = 0; i < devices->count; i++)
        free(devices->at[i].path);
    free(devices->at);
    for (size_t i = 0; i < devices->lookalike_count; i++)
        free(devices->lookalikes[i].path);
    free(devices->lookalikes);
    prov_anchors_free(devices->anchors);
    *devices = (struct devices){0};
}

static int
compare_phone(const void *key, const void *member)
{
    return strcmp(((const struct prov_mac *)key)->text,
                  ((const struct device *)member)->phone.text);
}

const struct device *
devices_of(const struct devices *devices, const struct prov_mac *phone)
{
    if (devices->count == 0)
        return NULL;
    return bsearch(phone, devices->at, devices->count, sizeof *devices->at, compare_phone);
}

const struct device *
devices_lookalike_of(const struct devices *devices, const struct prov_mac *phone)
{
    if (devices->lookalike_count == 0)
        return NULL;
    return bsearch(phone, devices->lookalikes, devices->lookalike_count,
                   sizeof *devices->lookalikes, compare_phone);
}

static int
check(const struct devices *devices, const struct device *device,
      const struct prov_identity *certificate, struct prov_error *err)
{
    struct prov_mac named;
    if (!prov_mac_of_certificate(certificate, &named))
        return prov_fail(err, PROV_E_UNFIT,
                         "its one CN is neither SEP<MAC> nor CP-<model>-SEP<MAC>, so it is no "
                         "phone's certificate");
    if (strcmp(named.text, device->phone.text) != 0)
        return prov_fail(err, PROV_E_UNFIT, "it is the certificate of SEP%s", named.text);
    int rc = prov_encrypted_check_device(certificate, err);
    if (rc == PROV_OK && devices->anchors != NULL)
        rc = prov_anchors_check(devices->anchors, certificate, err);
    return rc;
}

int
device_load(const struct devices *devices, const struct device *device, struct prov_identity **out,
            struct prov_error *err)
{
    struct prov_identity *certificate = NULL;
    if (device->beyond != NULL)
        return prov_fail(err, PROV_E_UNFIT,
                         "%s %s, so it may be anybody's certificate: name the CA that phones' "
                         "certificates come from as devices-ca, or mend who may write there",
                         device->path, device->beyond);
    int rc = prov_encrypted_load_device(device->path, &certificate, err);
    if (rc == PROV_OK)
        rc = check(devices, device, certificate, err);
    if (rc != PROV_OK) {
        struct prov_error why = *err;
        prov_identity_free(certificate);
        return prov_fail(err, rc, "%s: %s; %s", device->path, why.text,
                         cli_mend(&why, "replace it, or remove it to do without encryption"));
    }
    *out = certificate;
    return PROV_OK;
}
