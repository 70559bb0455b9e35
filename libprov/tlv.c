/* SPDX-License-Identifier: MIT */
/* The one reader and the one writer of tag, length and value (formats.md, section 1). */
#include "libprov/tlv.h"
#include "libprov/internal.h"

#include <stdlib.h>

#define PREFIX_LEN 3 /* tag and length */

uint16_t
prov__get_u16(const uint8_t *data)
{
    return (uint16_t)(data[0] << 8 | data[1]);
}

uint32_t
prov__get_u32(const uint8_t *data)
{
    return (uint32_t)prov__get_u16(data) << 16 | prov__get_u16(data + 2);
}

uint32_t
prov__get_u32_little(const uint8_t *data)
{
    return (uint32_t)data[3] << 24 | (uint32_t)data[2] << 16 | (uint32_t)data[1] << 8 | data[0];
}

static const struct prov__tag_rule *
find_rule(const struct prov__tag_table *table, uint8_t tag)
{
    static const struct prov__tag_rule unknown = {NULL, PROV_FIELD_UNKNOWN, 0};
    if (tag < table->count && table->rules[tag].name != NULL)
        return &table->rules[tag];
    return &unknown;
}

static int
check_once(struct prov__reader *reader, const struct prov_field *field, struct prov_error *err)
{
    uint32_t bit = UINT32_C(1) << field->tag;
    if ((reader->seen & bit) != 0)
        return prov__bad_format(err, field->offset, "%s tag %u stands twice, again at byte %zu",
                                reader->table->what, field->tag, field->offset);
    reader->seen |= bit;
    return PROV_OK;
}

static void
set_meaning(struct prov_field *field)
{
    const uint8_t *data = field->value.data;
    switch (field->kind) {
    case PROV_FIELD_NUMBER:
        field->number = field->value.len == 4   ? prov__get_u32(data)
                        : field->value.len == 2 ? prov__get_u16(data)
                                                : data[0];
        break;
    case PROV_FIELD_STRING:
        if (field->value.len > 0 && data[field->value.len - 1] == '\0')
            field->value.len--;
        break;
    default:
        break;
    }
}

/* The next field. A container is a marker: its length is passed over and bounds nothing, since real
 * files state wrong ones (formats.md, section 1, Order). */
static int
next_field(struct prov__reader *reader, struct prov_field *field, struct prov_error *err)
{
    const char *what = reader->table->what;
    const uint8_t *data = reader->bytes.data + reader->at;
    size_t left = reader->bytes.len - reader->at;
    const struct prov__tag_rule *rule = find_rule(reader->table, data[0]);
    *field = (struct prov_field){
        .tag = data[0], .kind = rule->kind, .offset = reader->base + reader->at};
    if (rule->kind == PROV_FIELD_PADDING) {
        reader->at++;
        return PROV_OK;
    }
    if (left < PREFIX_LEN)
        return prov__bad_format(err, field->offset, "%s tag %u at byte %zu is cut off", what,
                                field->tag, field->offset);
    reader->at += PREFIX_LEN;
    if (rule->kind != PROV_FIELD_CONTAINER) {
        size_t len = prov__get_u16(data + 1);
        if (len > left - PREFIX_LEN)
            return prov__bad_format(
                err, field->offset,
                "%s tag %u at byte %zu says %zu bytes, but the %s ends after %zu", what, field->tag,
                field->offset, len, what, left - PREFIX_LEN);
        if (rule->len != 0 && len != rule->len)
            return prov__bad_format(err, field->offset,
                                    "%s tag %u at byte %zu has %zu bytes instead of %zu", what,
                                    field->tag, field->offset, len, rule->len);
        field->value = (struct prov_span){data + PREFIX_LEN, len};
        reader->at += len;
        set_meaning(field);
    }
    return rule->name != NULL ? check_once(reader, field, err) : PROV_OK;
}

static int
append_field(struct prov_field **fields, size_t *count, size_t *capacity,
             const struct prov_field *field, struct prov_error *err)
{
    if (*count == *capacity) {
        size_t larger = *capacity == 0 ? 16 : *capacity * 2;
        struct prov_field *moved = reallocarray(*fields, larger, sizeof **fields);
        if (moved == NULL)
            return prov__no_memory(err);
        *fields = moved;
        *capacity = larger;
    }
    (*fields)[(*count)++] = *field;
    return PROV_OK;
}

int
prov__fields_read(struct prov__reader *reader, size_t max, struct prov_field **fields,
                  size_t *count, size_t *padding, struct prov_error *err)
{
    struct prov_field *list = NULL;
    size_t n = 0, capacity = 0, pad = 0;
    int rc = PROV_OK;
    while (rc == PROV_OK && reader->at < reader->bytes.len) {
        struct prov_field field;
        rc = next_field(reader, &field, err);
        if (rc != PROV_OK)
            break;
        if (field.kind == PROV_FIELD_PADDING)
            pad++;
        else if (n == max)
            rc = prov__bad_format(err, field.offset, "more than %zu fields in a %s", max,
                                  reader->table->what);
        else
            rc = append_field(&list, &n, &capacity, &field, err);
    }
    if (rc != PROV_OK) {
        free(list);
        return rc;
    }
    *fields = list;
    *count = n;
    *padding = pad;
    return PROV_OK;
}

const struct prov_field *
prov__fields_find(const struct prov_field *fields, size_t count, unsigned tag)
{
    for (size_t i = 0; i < count; i++)
        if (fields[i].tag == tag)
            return &fields[i];
    return NULL;
}

struct prov_span
prov__field_value(const struct prov_field *field)
{
    return field != NULL ? field->value : (struct prov_span){NULL, 0};
}

static int
put_prefix(struct prov_bytes *out, uint8_t tag, size_t len, struct prov_error *err)
{
    if (len > UINT16_MAX)
        return prov_fail(err, PROV_E_LIMIT, "tag %u cannot hold %zu bytes", tag, len);
    uint8_t prefix[PREFIX_LEN] = {tag, (uint8_t)(len >> 8), (uint8_t)(len & 0xff)};
    return prov_bytes_put(out, prefix, sizeof prefix, err);
}

int
prov__put_value(struct prov_bytes *out, uint8_t tag, struct prov_span value, struct prov_error *err)
{
    int rc = put_prefix(out, tag, value.len, err);
    return rc != PROV_OK ? rc : prov_bytes_put(out, value.data, value.len, err);
}

int
prov__put_string(struct prov_bytes *out, uint8_t tag, struct prov_span text, struct prov_error *err)
{
    int rc = put_prefix(out, tag, text.len + 1, err);
    if (rc == PROV_OK)
        rc = prov_bytes_put(out, text.data, text.len, err);
    return rc != PROV_OK ? rc : prov_bytes_put(out, "", 1, err);
}

int
prov__put_u8(struct prov_bytes *out, uint8_t tag, uint8_t value, struct prov_error *err)
{
    return prov__put_value(out, tag, (struct prov_span){&value, 1}, err);
}

int
prov__put_u16(struct prov_bytes *out, uint8_t tag, uint16_t value, struct prov_error *err)
{
    uint8_t wire[2] = {(uint8_t)(value >> 8), (uint8_t)(value & 0xff)};
    return prov__put_value(out, tag, (struct prov_span){wire, sizeof wire}, err);
}

int
prov__put_u32(struct prov_bytes *out, uint8_t tag, uint32_t value, struct prov_error *err)
{
    uint8_t wire[4] = {(uint8_t)(value >> 24), (uint8_t)(value >> 16 & 0xff),
                       (uint8_t)(value >> 8 & 0xff), (uint8_t)(value & 0xff)};
    return prov__put_value(out, tag, (struct prov_span){wire, sizeof wire}, err);
}

int
prov__open_container(struct prov_bytes *out, uint8_t tag, size_t *mark, struct prov_error *err)
{
    int rc = put_prefix(out, tag, 0, err);
    if (rc == PROV_OK)
        *mark = prov_bytes_span(out).len;
    return rc;
}

int
prov__close_container(struct prov_bytes *out, size_t mark, struct prov_error *err)
{
    size_t len = prov_bytes_span(out).len - mark;
    if (len > UINT16_MAX)
        return prov_fail(err, PROV_E_LIMIT, "the names are too long for a header");
    prov__bytes_patch_u16(out, mark - 2, (uint16_t)len);
    return PROV_OK;
}
