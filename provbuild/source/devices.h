/* SPDX-License-Identifier: MIT */
/* Phones' certificates: SEP<MAC>.pem in the devices folder, in letters of any case. They are loaded
 * when they are needed, one at a time, so that a fleet of them takes no memory. */
#ifndef PROVBUILD_SOURCE_DEVICES_H
#define PROVBUILD_SOURCE_DEVICES_H

#include "provbuild/source/walk.h"

struct device {
    struct prov_mac phone;
    char *path; /* with the folder */
    struct timespec modified;
    const char *beyond; /* who else may write to it, where no authority says whose it is; NULL */
};

struct devices {
    bool known;   /* the folder could be read */
    size_t count; /* in ascending order of their phones */
    struct device *at;
    size_t lookalike_count; /* the same for files that seem to be certificates, but are not taken */
    struct device *lookalikes;
    struct prov_anchors *anchors; /* NULL: any certificate counts */
};

/* `folder` may be NULL: no phone has a certificate. A folder that cannot be read is reported and
 * counted as a fault. `ca` may be NULL: then `writers`, if it is not NULL, says who may write. */
int devices_find(const char *folder, const char *ca, const struct writers *writers,
                 walk_report *report, void *context, size_t *faults, struct devices *out,
                 struct prov_error *err) PROV_CHECKED;
void devices_release(struct devices *devices);

/* NULL if the phone has none. */
const struct device *devices_of(const struct devices *devices, const struct prov_mac *phone);

/* A file that seems to be its certificate, but has another name, or stands in a folder below; NULL.
 */
const struct device *devices_lookalike_of(const struct devices *devices,
                                          const struct prov_mac *phone);

/* The certificate, if a configuration can be encrypted to it: it names this phone, holds an RSA key
 * and comes from one of the authorities. */
int device_load(const struct devices *devices, const struct device *device,
                struct prov_identity **out, struct prov_error *err) PROV_CHECKED;

#endif
