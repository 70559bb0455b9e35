/* SPDX-License-Identifier: MIT */
/* A phone's configuration under another name in the source folder: what is encrypted under one name
 * must not be readable under the other. */
#ifndef PROVBUILD_TWINS_H
#define PROVBUILD_TWINS_H

#include "provbuild/evidence.h"
#include "provbuild/manifest.h"

/* Refuses them. The configuration for all is for all, whoever links to it. */
void twins_refuse(const struct run *run, const struct evidence *evidence,
                  struct manifest *manifest);

#endif
