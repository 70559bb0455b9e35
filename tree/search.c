/* SPDX-License-Identifier: MIT */
/* Which names are looked for in which folders, where they are not at the top of a tree. */
#include "tree/search.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Beginnings of the names of lists and configurations. SIP is not among them as it is, since the
 * names of firmware begin so, too (SIP42.9-4-2SR3-1S.loads). */
static const char *const beginnings[] = {"SEP", "CTL", "ITL", "XMLDefault", "SIPDefault"};

#define MAC_DIGITS "0123456789ABCDEFabcdef"

bool
search_tidy_folder(const char *text, char out[static NAME_LEN_MAX + 1])
{
    return text[0] != '/' && name_tidy(text, strlen(text), false, out) && out[0] != '\0' &&
           !name_is_denied(out);
}

/* The configuration of a 7940, of whatever ending. */
static bool
is_sip_of_phone(const char *name)
{
    return strncasecmp(name, "SIP", 3) == 0 && strspn(name + 3, MAC_DIGITS) >= PROV_MAC_LEN;
}

bool
search_covers(const char *name)
{
    for (size_t i = 0; i < sizeof beginnings / sizeof beginnings[0]; i++)
        if (strncasecmp(name, beginnings[i], strlen(beginnings[i])) == 0)
            return false;
    return name[0] != '\0' && strchr(name, '/') == NULL && !is_sip_of_phone(name) &&
           strcasestr(name, ".cnf") == NULL && !name_ends_with(name, ".tlv");
}

bool
search_path(const char *folder, const char *name, char out[static NAME_LEN_MAX + 1])
{
    return snprintf(out, NAME_LEN_MAX + 1, "%s/%s", folder, name) <= NAME_LEN_MAX;
}
