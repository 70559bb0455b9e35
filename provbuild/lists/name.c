/* SPDX-License-Identifier: MIT */
/* Names of trust lists, for all phones and for single ones. */
#include "provbuild/lists/name.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const char *const prefixes[LIST_KINDS] = {[LIST_ITL] = "ITL", [LIST_CTL] = "CTL"};

void
list_name(enum list_kind kind, const struct prov_mac *phone, char out[static LIST_NAME_SIZE])
{
    if (phone == NULL)
        snprintf(out, LIST_NAME_SIZE, "%sFile.tlv", prefixes[kind]);
    else
        snprintf(out, LIST_NAME_SIZE, "%sSEP%s.tlv", prefixes[kind], phone->text);
}

void
list_name_of(const struct settings_list *wanted, char out[static LIST_NAME_SIZE])
{
    list_name(wanted->kind, wanted->for_one ? &wanted->phone : NULL, out);
}

bool
list_phone_of(const char *name, enum list_kind *kind, struct prov_mac *phone)
{
    *kind = strncmp(name, prefixes[LIST_CTL], 3) == 0 ? LIST_CTL : LIST_ITL;
    return prov_mac_of_file(name, prefixes[*kind], ".tlv", phone);
}

bool
list_name_respelt(const char *name, char out[static LIST_NAME_SIZE])
{
    size_t len = strlen(name);
    if (len >= LIST_NAME_SIZE)
        return false;
    for (enum list_kind kind = 0; kind < LIST_KINDS; kind++) {
        struct prov_mac phone;
        char upper[LIST_NAME_SIZE];
        for (size_t i = 0; i <= len; i++)
            upper[i] = (char)toupper((unsigned char)name[i]);
        list_name(kind, NULL, out);
        if (prov_mac_of_file(upper, prefixes[kind], ".TLV", &phone))
            list_name(kind, &phone, out);
        if (strcasecmp(name, out) == 0)
            return strcmp(name, out) != 0;
    }
    return false;
}

bool
list_is_name(const char *name)
{
    enum list_kind kind;
    struct prov_mac phone;
    char generic[LIST_NAME_SIZE];
    if (list_phone_of(name, &kind, &phone))
        return true;
    list_name(kind, NULL, generic);
    return strcmp(name, generic) == 0;
}
