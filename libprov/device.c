/* SPDX-License-Identifier: MIT */
/* MAC addresses out of the names of files and certificates. */
#include "libprov/internal.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define COMMON_NAME_MAX 256

/* SEP and twelve hexadecimal digits at the start of `text`. */
static bool
read_mac(const char *text, struct prov_mac *out)
{
    struct prov_mac mac;
    if (strncmp(text, "SEP", 3) != 0)
        return false;
    for (size_t i = 0; i < PROV_MAC_LEN; i++) {
        unsigned char c = (unsigned char)text[3 + i];
        if (!isxdigit(c))
            return false;
        mac.text[i] = (char)toupper(c);
    }
    mac.text[PROV_MAC_LEN] = '\0';
    *out = mac;
    return true;
}

bool
prov_mac_of_file(const char *name, const char *prefix, const char *suffix, struct prov_mac *out)
{
    size_t prefix_len = strlen(prefix);
    if (strncmp(name, prefix, prefix_len) != 0)
        return false;
    const char *sep = name + prefix_len;
    struct prov_mac mac;
    if (!read_mac(sep, &mac) || strcmp(sep + 3 + PROV_MAC_LEN, suffix) != 0)
        return false;
    *out = mac;
    return true;
}

/* The same in letters of any case. */
static bool
begins_with_mac(const char *text)
{
    if (strncasecmp(text, "SEP", 3) != 0)
        return false;
    for (size_t i = 0; i < PROV_MAC_LEN; i++)
        if (isxdigit((unsigned char)text[3 + i]) == 0)
            return false;
    return true;
}

bool
prov__names_phone(const char *common_name)
{
    if (common_name == NULL)
        return false;
    const char *last = strrchr(common_name, '-');
    return begins_with_mac(common_name) ||
           (strncasecmp(common_name, "CP-", 3) == 0 && last != NULL && begins_with_mac(last + 1));
}

bool
prov_mac_of_certificate(const struct prov_identity *certificate, struct prov_mac *out)
{
    char name[COMMON_NAME_MAX];
    if (!prov_identity_common_name(certificate, name, sizeof name))
        return false;
    if (prov_mac_of_file(name, "", "", out))
        return true;
    /* A manufacturing certificate: CP-<model>-SEP<MAC>. The model itself may hold hyphens. */
    const char *last = strrchr(name, '-');
    return strncmp(name, "CP-", 3) == 0 && last > name + 3 &&
           prov_mac_of_file(last + 1, "", "", out);
}
