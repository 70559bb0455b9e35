/* SPDX-License-Identifier: MIT */
/* One field of a file: a tag with its value, as read from a header or a trust list's record. */
#ifndef PROV_FIELD_H
#define PROV_FIELD_H

#include <prov/bytes.h>

#include <stddef.h>
#include <stdint.h>

/* How a field is written, and so how it may be shown. */
enum prov_field_kind {
    PROV_FIELD_UNKNOWN, /* a tag that nobody knows: length and value */
    PROV_FIELD_NUMBER,  /* 1, 2 or 4 bytes, big-endian */
    PROV_FIELD_VERSION, /* major and minor, a byte each */
    PROV_FIELD_STRING,  /* text, one NUL at its end */
    PROV_FIELD_BYTES,
    PROV_FIELD_CONTAINER, /* a marker: its fields follow it */
    PROV_FIELD_PADDING    /* a single byte */
};

struct prov_field {
    uint8_t tag;
    enum prov_field_kind kind;
    size_t offset;          /* of the tag, from the start of the file */
    struct prov_span value; /* containers: empty; strings: without the NUL at the end */
    uint32_t number;        /* PROV_FIELD_NUMBER */
};

#endif
