/* SPDX-License-Identifier: MIT */
/* Names of trust lists, for all phones and for single ones. */
#include "provbuild/lists/name.h"

#include <stdio.h>
#include <string.h>

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
