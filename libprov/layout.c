/* SPDX-License-Identifier: MIT */
/* The three layouts, as data (formats.md, section 7). */
#include "libprov/internal.h"

#include <string.h>

static const struct prov_layout layouts[] = {
    {"callmanager", ';', {4, 5, 6}, {3, 4, 5, 6, 7, 8, 9}, true, false},
    {"4.11", ';', {4, 5, 6}, {3, 4, 5, 6, 7, 8, 9}, true, true},
    {"4.13", ',', {4, 6, 5}, {3, 5, 6, 4, 7, 8, 9}, false, true},
};

#define LAYOUT_COUNT (sizeof layouts / sizeof layouts[0])

const struct prov_layout *
prov_layout_default(void)
{
    return &layouts[0];
}

const struct prov_layout *
prov__layout_or_default(const struct prov_layout *layout)
{
    return layout != NULL ? layout : prov_layout_default();
}

const struct prov_layout *
prov_layout_find(const char *name)
{
    for (size_t i = 0; i < LAYOUT_COUNT; i++)
        if (strcmp(layouts[i].name, name) == 0)
            return &layouts[i];
    return NULL;
}

const char *
prov_layout_name(const struct prov_layout *layout)
{
    return prov__layout_or_default(layout)->name;
}

const struct prov_layout *
prov_layout_at(size_t index)
{
    return index < LAYOUT_COUNT ? &layouts[index] : NULL;
}
