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

/* What a name is in a header and in a record. */
struct names {
    uint8_t first, second; /* tags */
};

static bool
fits_fields(const struct prov_layout *layout, const uint8_t *order, size_t order_len,
            struct names names, const struct prov_field *fields, size_t count)
{
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        bool name = fields[i].tag == names.first || fields[i].tag == names.second;
        if ((name && !fits_name(layout, fields[i].value)) ||
            !comes_next(order, order_len, &at, &fields[i]))
            return false;
    }
    return true;
}

static bool
fits(const struct prov_layout *layout, const struct prov_trustlist *list)
{
    static const struct names in_header = {PROV_TAG_SIGNER_NAME, PROV_TAG_ISSUER_NAME};
    static const struct names in_record = {PROV_RECORD_SUBJECT_NAME, PROV_RECORD_ISSUER_NAME};
    const struct prov_header *header = prov_trustlist_header(list);
    bool fit = fits_fields(layout, layout->signer_order, PROV__SIGNER_FIELDS, in_header,
                           prov_header_at(header, 0), prov_header_count(header));
    for (size_t i = 0; fit && i < prov_trustlist_count(list); i++) {
        const struct prov_record *record = prov_trustlist_at(list, i);
        fit = fits_fields(layout, layout->record_order, PROV__RECORD_FIELDS, in_record,
                          record->fields, record->count);
    }
    return fit;
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
