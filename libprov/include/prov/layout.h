/* SPDX-License-Identifier: MIT */
/* The three layouts in which the formats are written (formats.md, section 7). */
#ifndef PROV_LAYOUT_H
#define PROV_LAYOUT_H

#include <prov/error.h>

#include <stddef.h>

/* What differs between the layouts. The objects are constant and belong to the library. */
struct prov_layout;

/* The vendor's own layout, the default everywhere: NULL for a layout means this one. */
PROV_API const struct prov_layout *prov_layout_default(void);
/* By name: "callmanager", "4.11", "4.13"; NULL for any other. */
PROV_API const struct prov_layout *prov_layout_find(const char *name);
PROV_API const char *prov_layout_name(const struct prov_layout *layout);
/* The layouts in turn, from 0; NULL after the last. */
PROV_API const struct prov_layout *prov_layout_at(size_t index);

#endif
