/* SPDX-License-Identifier: MIT */
#include "provbuild/run/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool
phones_hold(const struct phones *phones, const struct prov_mac *phone)
{
    for (size_t i = 0; i < phones->count; i++)
        if (strcmp(phones->at[i].text, phone->text) == 0)
            return true;
    return false;
}

bool
run_forces_all(const struct run *run)
{
    return run->common.force && run->forced.count == 0;
}

bool
run_forces(const struct run *run, const struct prov_mac *phone)
{
    return run_forces_all(run) || phones_hold(&run->forced, phone);
}

bool
phone_named_in(const char *base, struct prov_mac *out)
{
    char name[3 + PROV_MAC_LEN + 1] = "SEP";
    for (const char *at = strcasestr(base, "SEP"); at != NULL; at = strcasestr(at + 1, "SEP")) {
        snprintf(name, sizeof name, "SEP%.*s", PROV_MAC_LEN, at + 3);
        if (prov_mac_of_file(name, "", "", out))
            return true;
    }
    return false;
}

char *
run_path(const char *folder, const char *path, const char *ending)
{
    char *joined = malloc(strlen(folder) + 1 + strlen(path) + strlen(ending) + 1);
    if (joined != NULL)
        stpcpy(stpcpy(stpcpy(stpcpy(joined, folder), "/"), path), ending);
    return joined;
}
