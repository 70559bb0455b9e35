/* SPDX-License-Identifier: MIT */
/* By what phones name their model to a DHCP server. */
#include "provcheck/dhcp/vendor_class.h"

#include <stdio.h>
#include <string.h>

#define VENDOR "Cisco Systems, Inc."

/* Seen in requests, by the beginning of the model's number; the first that fits counts. */
static const struct {
    const char *models;
    const char *before, *after; /* the model's number, where it is `named` */
    bool named;
    bool nul; /* it ends with one, which counts */
} seen[] = {
    {"69", VENDOR, "", false, false}, /* 6901, load 9.2.1 */
    {"7902", VENDOR " IP Phone ", "", true, false},
    {"7905", VENDOR " IP Phone ", "", true, false},
    {"7912", VENDOR " IP Phone ", "", true, false},  /* 7912, load 9.0.3 */
    {"79", VENDOR " IP Phone CP-", "G", true, true}, /* 7911, 7940, 7941, 7960 */
    {"", VENDOR " IP Phone CP-", "", true, true},    /* 8961, 9951; assumed of all others */
};

bool
dhcp_vendor_class(const char *model, char out[static DHCP_VENDOR_CLASS_MAX], size_t *len)
{
    size_t i = 0;
    if (strlen(model) != 4 || strspn(model, "0123456789") != 4)
        return false;
    while (strncmp(model, seen[i].models, strlen(seen[i].models)) != 0)
        i++;
    *len = (size_t)snprintf(out, DHCP_VENDOR_CLASS_MAX, "%s%s%s", seen[i].before,
                            seen[i].named ? model : "", seen[i].after) +
           seen[i].nul;
    return true;
}
