/* SPDX-License-Identifier: MIT */
/* Tag, length, value: the one reader and the one writer of all formats (formats.md, section 1). */
#ifndef LIBPROV_TLV_H
#define LIBPROV_TLV_H

#include <prov/bytes.h>
#include <prov/field.h>

/* What a tag means in one of the two numberings, header and record. */
struct prov__tag_rule {
    const char *name; /* NULL: nobody knows this tag */
    enum prov_field_kind kind;
    size_t len; /* the only length that is right; 0: any */
};

struct prov__tag_table {
    const char *what; /* "header", "record": for messages */
    const struct prov__tag_rule *rules;
    size_t count; /* at most 32 */
};

/* Reads fields from `bytes`, which start at `base` in their file. */
struct prov__reader {
    struct prov_span bytes;
    size_t at;
    size_t base;
    const struct prov__tag_table *table;
    uint32_t seen; /* known tags so far, a bit each: none may come twice */
};

/* All fields of `bytes` into a new array, padding left out but counted in `*padding`. Values point
 * into `bytes`. PROV_E_FORMAT, also for more than `max` fields. */
int prov__fields_read(struct prov__reader *reader, size_t max, struct prov_field **fields,
                      size_t *count, size_t *padding, struct prov_error *err) PROV_CHECKED;

const struct prov_field *prov__fields_find(const struct prov_field *fields, size_t count,
                                           unsigned tag);
/* The value of a field that may be missing: then empty, or 0. */
struct prov_span prov__field_value(const struct prov_field *field);

uint16_t prov__get_u16(const uint8_t *data);
uint32_t prov__get_u32(const uint8_t *data);
uint32_t prov__get_u32_little(const uint8_t *data);

int prov__put_u8(struct prov_bytes *out, uint8_t tag, uint8_t value,
                 struct prov_error *err) PROV_CHECKED;
int prov__put_u16(struct prov_bytes *out, uint8_t tag, uint16_t value,
                  struct prov_error *err) PROV_CHECKED;
int prov__put_u32(struct prov_bytes *out, uint8_t tag, uint32_t value,
                  struct prov_error *err) PROV_CHECKED;
/* PROV_E_LIMIT where the value does not fit a 16-bit length. */
int prov__put_value(struct prov_bytes *out, uint8_t tag, struct prov_span value,
                    struct prov_error *err) PROV_CHECKED;
/* The same with a NUL at the end. */
int prov__put_string(struct prov_bytes *out, uint8_t tag, struct prov_span text,
                     struct prov_error *err) PROV_CHECKED;
/* Starts a container; `*mark` goes to prov__close_container, which writes the length of what came
 * between. */
int prov__open_container(struct prov_bytes *out, uint8_t tag, size_t *mark,
                         struct prov_error *err) PROV_CHECKED;
int prov__close_container(struct prov_bytes *out, size_t mark, struct prov_error *err) PROV_CHECKED;

#endif
