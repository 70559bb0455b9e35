/* SPDX-License-Identifier: MIT */
/* Which library this is. */
#include <prov/version.h>

unsigned
prov_version_number(void)
{
    return PROV_VERSION_NUMBER;
}

const char *
prov_version(void)
{
    return PROV_VERSION;
}
