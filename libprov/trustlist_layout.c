/* SPDX-License-Identifier: MIT */
/* In which layout a trust list is written, by its own bytes: the separator in its names, and the
 * order of its fields (formats.md, section 7). */
#include "libprov/internal.h"

#include <ctype.h>
#include <string.h>

/* True if an attribute, such as "CN=", begins at `at`; lists of the vendor have blanks before it.
 */
static bool
begins_attribute(struct prov_span name, size_t at)
{
    while (at < name.len && name.data[at] == ' ')
        at++;
    size_t start = at;
    while (at < name.len && (isalnum(name.data[at]) || name.data[at] == '.'))
        at++;
    return at > start && at < name.len && name.data[at] == '=';
}

static bool
is_separated_by(struct prov_span name, char separator)
{
    for (size_t i = 0; i < name.len; i++) {
        if (name.data[i] == '\\')
            i++; /* what it escapes separates nothing */
        else if (name.data[i] == (uint8_t)separator && begins_attribute(name, i + 1))
            return true;
    }
    return false;
}

/* The separator of a name; '\0' where it has one attribute only. The vendor escapes nothing, so
 * that a comma in one of its values separates nothing where semicolons do. */
static char
separator_of(struct prov_span name)
{
    return is_separated_by(name, ';') ? ';' : is_separated_by(name, ',') ? ',' : '\0';
}

static bool
fits_name(const struct prov_layout *layout, struct prov_span name)
{
    char separator = separator_of(name);
    return separator == '\0' || separator == layout->separator;
}

/* Goes past the tag of `field` in `order`; false if it stands behind. Tags that the layout does not
 * write stand anywhere. */
static bool
comes_next(const uint8_t *order, size_t count, size_t *at, const struct prov_field *field)
{
    const uint8_t *found = memchr(order, field->tag, count);
    if (found == NULL)
        return true;
    bool next = (size_t)(found - order) >= *at;
    *at = (size_t)(found - order);
    return next;
}

static bool
fits_header(const struct prov_layout *layout, const struct prov_header *header)
{
    size_t at = 0;
    for (size_t i = 0; i < prov_header_count(header); i++) {
        const struct prov_field *field = prov_header_at(header, i);
        bool name = field->tag == PROV_TAG_SIGNER_NAME || field->tag == PROV_TAG_ISSUER_NAME;
        if ((name && !fits_name(layout, field->value)) ||
            !comes_next(layout->signer_order, PROV__SIGNER_FIELDS, &at, field))
            return false;
    }
    return true;
}

static bool
fits_record(const struct prov_layout *layout, const struct prov_record *record)
{
    size_t at = 0;
    for (size_t i = 0; i < record->count; i++) {
        const struct prov_field *field = &record->fields[i];
        bool name = field->tag == PROV_RECORD_SUBJECT_NAME || field->tag == PROV_RECORD_ISSUER_NAME;
        if ((name && !fits_name(layout, field->value)) ||
            !comes_next(layout->record_order, PROV__RECORD_FIELDS, &at, field))
            return false;
    }
    return true;
}

static bool
fits(const struct prov_layout *layout, const struct prov_trustlist *list)
{
    if (!fits_header(layout, prov_trustlist_header(list)))
        return false;
    for (size_t i = 0; i < prov_trustlist_count(list); i++)
        if (!fits_record(layout, prov_trustlist_at(list, i)))
            return false;
    return true;
}

const struct prov_layout *
prov_trustlist_layout(const struct prov_trustlist *list, const struct prov_layout *preferred)
{
    const struct prov_layout *layout = prov__layout_or_default(preferred);
    if (fits(layout, list))
        return layout;
    for (size_t i = 0; (layout = prov_layout_at(i)) != NULL; i++)
        if (fits(layout, list))
            return layout;
    return NULL;
}
