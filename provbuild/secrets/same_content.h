/* SPDX-License-Identifier: MIT */
/* A phone's configuration under another name in the source folder: what is encrypted under one name
 * must not be readable under the other. */
#ifndef PROVBUILD_SECRETS_SAME_CONTENT_H
#define PROVBUILD_SECRETS_SAME_CONTENT_H

#include "provbuild/secrets/encrypted_before.h"
#include "provbuild/source/manifest.h"

/* Refuses them. The configuration for all is for all, whoever links to it. PROV_E_MEMORY. */
int same_content_refuse(const struct run *run, const struct encrypted_before *encrypted,
                        struct manifest *manifest, struct prov_error *err) PROV_CHECKED;

#endif
