/* SPDX-License-Identifier: MIT */
/* Reads bytes as tags, lengths and values. */
#include "libprov/tlv.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

#define BASE 1000 /* as if the fields stood inside a file */

static const struct prov__tag_rule rules[] = {
    [1] = {"Number of one", PROV_FIELD_NUMBER, 1}, [2] = {"Number of two", PROV_FIELD_NUMBER, 2},
    [3] = {"Container", PROV_FIELD_CONTAINER, 0},  [4] = {"String", PROV_FIELD_STRING, 0},
    [5] = {"Bytes", PROV_FIELD_BYTES, 0},          [6] = {"Number of four", PROV_FIELD_NUMBER, 4},
    [7] = {"Version", PROV_FIELD_VERSION, 2},      [13] = {"Padding", PROV_FIELD_PADDING, 0},
};

static const struct prov__tag_table table = {"field list", rules, sizeof rules / sizeof rules[0]};

static void
read_fields(const uint8_t *data, size_t len)
{
    struct prov__reader reader = {.bytes = {data, len}, .base = BASE, .table = &table};
    struct prov_field *fields = NULL;
    size_t count = 0, padding = 0;
    struct prov_error err;
    if (prov__fields_read(&reader, PROV_HEADER_FIELDS_MAX, &fields, &count, &padding, &err) !=
        PROV_OK) {
        fuzz_require(err.code == PROV_E_FORMAT, "fields that cannot be read are malformed");
        return;
    }
    size_t total = padding;
    for (size_t i = 0; i < count; i++) {
        const uint8_t *wire = data + fields[i].offset - BASE;
        size_t value_len = fields[i].kind != PROV_FIELD_CONTAINER ? prov__get_u16(wire + 1) : 0;
        total += 3 + value_len;
        fuzz_show_field(&fields[i]);
        fuzz_require(prov__fields_find(fields, count, fields[i].tag) != NULL, "a field is found");
    }
    fuzz_require(total == len, "fields and padding are all there is");
    free(fields);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    read_fields(data, len);
    struct prov_header *header = NULL;
    if (prov_header_read(data, len, &header, NULL) == PROV_OK)
        fuzz_show_header(header);
    prov_header_free(header);
    return 0;
}
