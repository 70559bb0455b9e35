/* SPDX-License-Identifier: MIT */
/* Reading the signed header (formats.md, section 1). Writing and verifying: signature.c. */
#include "libprov/header.h"
#include "libprov/internal.h"
#include "libprov/tlv.h"

#include <prov/text.h>

#include <stdio.h>
#include <stdlib.h>

#define NAME_SHOWN 150
#define SERIAL_SHOWN 32 /* bytes; RFC 5280 allows 20 */

static const struct prov__tag_rule header_rules[] = {
    [PROV_TAG_VERSION] = {"Version", PROV_FIELD_VERSION, 2},
    [PROV_TAG_HEADER_LENGTH] = {"Header Length", PROV_FIELD_NUMBER, 2},
    [PROV_TAG_SIGNER_INFO] = {"Signer Info", PROV_FIELD_CONTAINER, 0},
    [PROV_TAG_SIGNER_NAME] = {"Signer Name", PROV_FIELD_STRING, 0},
    [PROV_TAG_SERIAL_NUMBER] = {"Serial Number", PROV_FIELD_BYTES, 0},
    [PROV_TAG_ISSUER_NAME] = {"Issuer Name", PROV_FIELD_STRING, 0},
    [PROV_TAG_SIGNATURE_INFO] = {"Signature Info", PROV_FIELD_CONTAINER, 0},
    [PROV_TAG_DIGEST_ALGORITHM] = {"Digest Algorithm", PROV_FIELD_NUMBER, 1},
    [PROV_TAG_SIGNATURE_ALGORITHM_INFO] = {"Signature Algorithm Info", PROV_FIELD_CONTAINER, 0},
    [PROV_TAG_SIGNATURE_ALGORITHM] = {"Signature Algorithm", PROV_FIELD_NUMBER, 1},
    [PROV_TAG_SIGNATURE_MODULUS] = {"Signature Modulus", PROV_FIELD_NUMBER, 1},
    [PROV_TAG_SIGNATURE] = {"Signature", PROV_FIELD_BYTES, 0},
    [PROV_TAG_PADDING] = {"Padding", PROV_FIELD_PADDING, 0},
    [PROV_TAG_FILENAME] = {"Filename", PROV_FIELD_STRING, 0},
    [PROV_TAG_TIMESTAMP] = {"Timestamp", PROV_FIELD_NUMBER, 4},
    [PROV_TAG_ENCRYPTION_INFO] = {"Encryption Info", PROV_FIELD_CONTAINER, 0},
    [PROV_TAG_ENCRYPTION_ALGORITHM_INFO] = {"Encryption Algorithm Info", PROV_FIELD_CONTAINER, 0},
    [PROV_TAG_ENCRYPTION_ALGORITHM] = {"Encryption Algorithm", PROV_FIELD_NUMBER, 1},
    [PROV_TAG_ENCRYPTION_IV] = {"Encryption IV", PROV_FIELD_BYTES, 16},
    [PROV_TAG_ENCRYPTION_PADDING] = {"Encryption Padding", PROV_FIELD_NUMBER, 2},
    [PROV_TAG_ENCRYPTION_KEY_INFO] = {"Encryption Key Info", PROV_FIELD_CONTAINER, 0},
    [PROV_TAG_KEY_USAGE] = {"Key Usage", PROV_FIELD_NUMBER, 1},
    [PROV_TAG_ENCRYPTION_KEY_SIZE] = {"Encryption Key Size", PROV_FIELD_NUMBER, 2},
    [PROV_TAG_KEY_SOURCE] = {"Key Source", PROV_FIELD_NUMBER, 1},
    [PROV_TAG_ENCRYPTION_KEY] = {"Encryption Key", PROV_FIELD_BYTES, 0},
    [PROV_TAG_ENCRYPTION_DIGEST_ALGORITHM] = {"Encryption Digest Algorithm", PROV_FIELD_NUMBER, 1},
    [PROV_TAG_ENCRYPTION_DIGEST] = {"Encryption Digest", PROV_FIELD_BYTES, 0},
    [PROV_TAG_SIGNER_VERSION] = {"Signer Version", PROV_FIELD_VERSION, 2},
};

#define RULE_COUNT (sizeof header_rules / sizeof header_rules[0])

static const struct prov__tag_table header_table = {"header", header_rules, RULE_COUNT};

struct prov_header {
    struct prov_bytes *bytes; /* a copy of the header; the fields point into it */
    struct prov_field *fields;
    size_t count;
    size_t padding;
};

const char *
prov_tag_name(unsigned tag)
{
    return tag < RULE_COUNT ? header_rules[tag].name : NULL;
}

int
prov_header_length(const void *data, size_t len, size_t *header_len, struct prov_error *err)
{
    const uint8_t *in = data;
    if (len < PROV_HEADER_PREFIX)
        return prov__bad_format(err, len,
                                len == 0 ? "the file is empty"
                                         : "this is no signed file: it ends after %zu bytes",
                                len);
    if (in[0] != PROV_TAG_VERSION || prov__get_u16(in + 1) != 2)
        return prov__bad_format(err, 0, "this is no signed file: it does not start with a version");
    if (in[5] != PROV_TAG_HEADER_LENGTH || prov__get_u16(in + 6) != 2)
        return prov__bad_format(err, 5,
                                "this is no signed file: no header length follows its version");
    size_t stated = prov__get_u16(in + 8);
    if (stated < PROV_HEADER_PREFIX)
        return prov__bad_format(err, 5, "its header length of %zu bytes is too short", stated);
    *header_len = stated;
    return PROV_OK;
}

int
prov_header_read(const void *data, size_t len, struct prov_header **out, struct prov_error *err)
{
    size_t header_len = 0;
    int rc = prov_header_length(data, len, &header_len, err);
    if (rc != PROV_OK)
        return rc;
    if (header_len > len)
        return prov__bad_format(err, len,
                                "the header should have %zu bytes, but the file ends after %zu",
                                header_len, len);
    struct prov_header *header = calloc(1, sizeof *header);
    if (header == NULL)
        return prov__no_memory(err);
    header->bytes = prov_bytes_new(header_len);
    rc = header->bytes == NULL ? prov__no_memory(err)
                               : prov_bytes_put(header->bytes, data, header_len, err);
    if (rc == PROV_OK) {
        struct prov__reader reader = {.bytes = prov_bytes_span(header->bytes),
                                      .table = &header_table};
        rc = prov__fields_read(&reader, PROV_HEADER_FIELDS_MAX, &header->fields, &header->count,
                               &header->padding, err);
    }
    if (rc == PROV_OK)
        *out = header;
    else
        prov_header_free(header);
    return rc;
}

void
prov_header_free(struct prov_header *header)
{
    if (header == NULL)
        return;
    prov_bytes_free(header->bytes);
    free(header->fields);
    free(header);
}

size_t
prov_header_len(const struct prov_header *header)
{
    return prov_bytes_span(header->bytes).len;
}

struct prov_span
prov_header_bytes(const struct prov_header *header)
{
    return prov_bytes_span(header->bytes);
}

size_t
prov_header_count(const struct prov_header *header)
{
    return header->count;
}

const struct prov_field *
prov_header_at(const struct prov_header *header, size_t index)
{
    return &header->fields[index];
}

const struct prov_field *
prov_header_find(const struct prov_header *header, unsigned tag)
{
    return prov__fields_find(header->fields, header->count, tag);
}

const char *
prov_signer_text(const struct prov_field *issuer, const struct prov_field *serial, char *out,
                 size_t size)
{
    char name[NAME_SHOWN] = "nobody", digits[PROV_HEX_SIZE(SERIAL_SHOWN)] = "";
    if (issuer != NULL)
        prov_printable(issuer->value.data, issuer->value.len, name, sizeof name);
    if (serial != NULL)
        prov_hex(serial->value.data, serial->value.len, digits, sizeof digits);
    snprintf(out, size, "%s, serial %s", name, digits);
    return out;
}

size_t
prov_header_padding(const struct prov_header *header)
{
    return header->padding;
}

bool
prov_header_is_firmware(const struct prov_header *header)
{
    struct prov_span version = prov_header_find(header, PROV_TAG_VERSION)->value;
    return version.data[0] == 1 && version.data[1] == 1;
}

bool
prov_header_names_issuer(const struct prov_header *header, const struct prov_identity *signer)
{
    const struct prov_field *field = prov_header_find(header, PROV_TAG_ISSUER_NAME);
    const struct prov_layout *layout;
    for (size_t i = 0; field != NULL && (layout = prov_layout_at(i)) != NULL; i++) {
        struct prov_bytes *issuer = NULL;
        if (prov_identity_issuer(signer, layout, &issuer, NULL) != PROV_OK)
            return false;
        bool same = prov_span_equal(prov_bytes_span(issuer), field->value);
        prov_bytes_free(issuer);
        if (same)
            return true;
    }
    return false;
}
