/* SPDX-License-Identifier: MIT */
/* What differs between the layouts, as data: formats.md, section 7. */
#ifndef LIBPROV_LAYOUT_H
#define LIBPROV_LAYOUT_H

#include <prov/layout.h>

#include <stdbool.h>
#include <stdint.h>

#define PROV__SIGNER_FIELDS 3
#define PROV__RECORD_FIELDS 7

struct prov_layout {
    const char *name;
    char separator;                            /* between the attributes of a name */
    uint8_t signer_order[PROV__SIGNER_FIELDS]; /* header tags inside tag 3 */
    uint8_t record_order[PROV__RECORD_FIELDS]; /* record tags after tag 1 */
    bool encryption_info_holds_digest;         /* length of tag 16 covers tags 26 and 27 */
    bool key_size_is_wrapped_size;             /* tag 23 counts the wrapped key's bits */
};

/* The layout meant by one that may be NULL. */
const struct prov_layout *prov__layout_or_default(const struct prov_layout *layout);

#endif
