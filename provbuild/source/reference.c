/* SPDX-License-Identifier: MIT */
/* What of a header belongs to one file, and what to the way in which it was signed. */
#include "provbuild/source/reference.h"

#include <string.h>

#define ALIGNMENT 4     /* of a header's end (formats.md, section 1, Padding) */
#define FIELD_PREFIX 3U /* bytes of tag and length */

/* Fields whose value is a single file's. */
static bool
is_own(unsigned tag)
{
    static const uint8_t own[] = {
        PROV_TAG_HEADER_LENGTH,  PROV_TAG_SIGNATURE,         PROV_TAG_FILENAME,
        PROV_TAG_TIMESTAMP,      PROV_TAG_ENCRYPTION_IV,     PROV_TAG_ENCRYPTION_PADDING,
        PROV_TAG_ENCRYPTION_KEY, PROV_TAG_ENCRYPTION_DIGEST,
    };
    return memchr(own, (int)tag, sizeof own) != NULL;
}

static struct prov_span
value_of(const struct prov_header *header, unsigned tag)
{
    const struct prov_field *field = prov_header_find(header, tag);
    return field != NULL ? field->value : (struct prov_span){NULL, 0};
}

static bool
same_value(const struct prov_header *a, const struct prov_header *b, unsigned tag)
{
    return prov_span_equal(value_of(a, tag), value_of(b, tag));
}

/* Tag, length and value: a container's length says more than the field's value does. */
static struct prov_span
raw(const struct prov_header *header, const struct prov_field *field)
{
    struct prov_span bytes = prov_header_bytes(header);
    size_t end = field->value.len > 0 ? (size_t)(field->value.data - bytes.data) + field->value.len
                                      : field->offset + FIELD_PREFIX;
    return (struct prov_span){bytes.data + field->offset, end - field->offset};
}

static bool
same_layout(const struct prov_header *header, const struct prov_header *reference)
{
    if (prov_header_count(header) != prov_header_count(reference) ||
        prov_header_len(header) % ALIGNMENT != 0 || prov_header_padding(header) >= ALIGNMENT)
        return false;
    for (size_t i = 0; i < prov_header_count(header); i++) {
        const struct prov_field *field = prov_header_at(header, i);
        const struct prov_field *wanted = prov_header_at(reference, i);
        if (field->tag != wanted->tag ||
            (!is_own(field->tag) && !prov_span_equal(raw(header, field), raw(reference, wanted))))
            return false;
    }
    return true;
}

const char *
reference_difference(const struct prov_header *header, const struct prov_header *reference,
                     const char *name)
{
    if (!same_value(header, reference, PROV_TAG_SERIAL_NUMBER))
        return "signer";
    if (!same_value(header, reference, PROV_TAG_DIGEST_ALGORITHM))
        return "digest";
    if (!prov_span_equal(value_of(header, PROV_TAG_FILENAME),
                         (struct prov_span){(const uint8_t *)name, strlen(name)}))
        return "name";
    return same_layout(header, reference) ? NULL : "layout";
}
