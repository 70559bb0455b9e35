/* SPDX-License-Identifier: MIT */
/* Which library this is. */
#ifndef PROV_VERSION_H
#define PROV_VERSION_H

#include <prov/error.h>

/* These headers' version: major, minor and patch, a byte each. */
#define PROV_VERSION_NUMBER 0x000200

/* The version of the library that is loaded, in that form, and as "MAJOR.MINOR.PATCH". */
PROV_API unsigned prov_version_number(void);
PROV_API const char *prov_version(void);

#endif
