/* SPDX-License-Identifier: MIT */
/* Reading and verifying trust lists (formats.md, section 2). */
#include "libprov/header.h"
#include "libprov/internal.h"
#include "libprov/tlv.h"

#include <ctype.h>
#include <prov/device.h>
#include <prov/file.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RECORD_PREFIX 5 /* tag 1 with its two bytes */

static const struct prov__tag_rule record_rules[] = {
    [PROV_RECORD_LENGTH] = {"Record Length", PROV_FIELD_NUMBER, 2},
    [PROV_RECORD_DNS_NAME] = {"DNS Name", PROV_FIELD_STRING, 0},
    [PROV_RECORD_SUBJECT_NAME] = {"Subject Name", PROV_FIELD_STRING, 0},
    [PROV_RECORD_ROLE] = {"Role", PROV_FIELD_NUMBER, 2},
    [PROV_RECORD_ISSUER_NAME] = {"Issuer Name", PROV_FIELD_STRING, 0},
    [PROV_RECORD_SERIAL_NUMBER] = {"Serial Number", PROV_FIELD_BYTES, 0},
    [PROV_RECORD_PUBLIC_KEY] = {"Public Key", PROV_FIELD_BYTES, 0},
    [PROV_RECORD_SIGNATURE] = {"Signature", PROV_FIELD_BYTES, 0},
    [PROV_RECORD_CERTIFICATE] = {"Certificate", PROV_FIELD_BYTES, 0},
    [PROV_RECORD_IP_ADDRESS] = {"IP Address", PROV_FIELD_BYTES, 4},
    [PROV_RECORD_CERTIFICATE_HASH] = {"Certificate Hash", PROV_FIELD_BYTES, 0},
    [PROV_RECORD_HASH_ALGORITHM] = {"Hash Algorithm", PROV_FIELD_NUMBER, 1},
};

#define RULE_COUNT (sizeof record_rules / sizeof record_rules[0])

static const struct prov__tag_table record_table = {"record", record_rules, RULE_COUNT};

static const struct {
    enum prov_role role;
    const char *name;
} roles[] = {
    {PROV_ROLE_SAST, "SAST"}, {PROV_ROLE_CCM, "CCM"},   {PROV_ROLE_CCM_TFTP, "CCM+TFTP"},
    {PROV_ROLE_TFTP, "TFTP"}, {PROV_ROLE_CAPF, "CAPF"}, {PROV_ROLE_APP_SERVER, "APP-SERVER"},
    {PROV_ROLE_TVS, "TVS"},
};

struct prov_trustlist {
    struct prov_bytes *bytes; /* a copy of the file; the records point into it */
    struct prov_header *header;
    struct owned_record {
        struct prov_record record;
        struct prov_field *fields;
        struct prov_identity *certificate;
    } * records;
    size_t count;
    size_t capacity;
};

const char *
prov_role_name(unsigned role)
{
    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++)
        if (roles[i].role == role)
            return roles[i].name;
    return NULL;
}

static bool
same_word(const char *given, const char *name)
{
    size_t i = 0;
    while (name[i] != '\0' &&
           (toupper((unsigned char)given[i]) == name[i] || (given[i] == '-' && name[i] == '+')))
        i++;
    return given[i] == '\0' && name[i] == '\0';
}

bool
prov_role_by_name(const char *name, enum prov_role *out)
{
    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++)
        if (same_word(name, roles[i].name)) {
            *out = roles[i].role;
            return true;
        }
    return false;
}

const char *
prov_record_tag_name(unsigned tag)
{
    return tag < RULE_COUNT ? record_rules[tag].name : NULL;
}

const char *
prov_trustlist_stored_name(const char *file_name)
{
    const char *base = prov_file_base(file_name);
    struct prov_mac mac;
    if (prov_mac_of_file(base, "ITL", ".tlv", &mac))
        return "ITLFile.tlv";
    if (prov_mac_of_file(base, "CTL", ".tlv", &mac))
        return "CTLFile.tlv";
    return base;
}

static int
read_record_length(struct prov_span rest, size_t offset, size_t number, size_t *len,
                   struct prov_error *err)
{
    if (rest.len < RECORD_PREFIX || rest.data[0] != PROV_RECORD_LENGTH ||
        prov__get_u16(rest.data + 1) != 2)
        return prov__bad_format(
            err, offset, "record %zu does not start with its length at byte %zu", number, offset);
    *len = prov__get_u16(rest.data + 3);
    if (*len < RECORD_PREFIX)
        return prov__bad_format(err, offset, "record %zu at byte %zu is too short: %zu bytes",
                                number, offset, *len);
    if (*len > rest.len)
        return prov__bad_format(
            err, offset, "record %zu at byte %zu says %zu bytes, but the file ends after %zu",
            number, offset, *len, rest.len);
    return PROV_OK;
}

/* Room for one more record, all zeroes; NULL when memory is short. */
static struct owned_record *
add_record(struct prov_trustlist *list)
{
    if (list->count == list->capacity) {
        size_t larger = list->capacity == 0 ? 16 : list->capacity * 2;
        struct owned_record *moved = reallocarray(list->records, larger, sizeof *moved);
        if (moved == NULL)
            return NULL;
        list->records = moved;
        list->capacity = larger;
    }
    struct owned_record *added = &list->records[list->count++];
    memset(added, 0, sizeof *added);
    return added;
}

static int
read_record(struct prov_trustlist *list, struct prov_span rest, size_t offset,
            struct prov_error *err)
{
    size_t len = 0, padding = 0;
    int rc = read_record_length(rest, offset, list->count + 1, &len, err);
    if (rc != PROV_OK)
        return rc;
    if (list->count == PROV_TRUSTLIST_RECORDS_MAX)
        return prov_fail(err, PROV_E_LIMIT, "the list has more than %d records",
                         PROV_TRUSTLIST_RECORDS_MAX);
    struct owned_record *owned = add_record(list);
    if (owned == NULL)
        return prov__no_memory(err);
    struct prov_record *record = &owned->record;
    struct prov__reader reader = {
        .bytes = {rest.data, len}, .base = offset, .table = &record_table};
    rc = prov__fields_read(&reader, PROV_RECORD_FIELDS_MAX, &owned->fields, &record->count,
                           &padding, err);
    if (rc != PROV_OK)
        return rc;
    record->offset = offset;
    record->len = len;
    record->fields = owned->fields;
    const struct prov_field *role = prov_record_find(record, PROV_RECORD_ROLE);
    if (role == NULL)
        return prov__bad_format(err, offset, "record %zu at byte %zu has no role", list->count,
                                offset);
    record->role = role->number;
    /* One that cannot be read does not make the list unreadable: a phone may never need it. */
    const struct prov_field *der = prov_record_find(record, PROV_RECORD_CERTIFICATE);
    if (der != NULL) {
        rc = prov_identity_from_der(der->value.data, der->value.len, &owned->certificate, NULL);
        if (rc == PROV_E_MEMORY)
            return prov__no_memory(err);
    }
    record->certificate = owned->certificate;
    return PROV_OK;
}

static int
read_records(struct prov_trustlist *list, struct prov_error *err)
{
    struct prov_span file = prov_bytes_span(list->bytes);
    size_t at = prov_header_len(list->header);
    while (at < file.len) {
        struct prov_span rest = {file.data + at, file.len - at};
        int rc = read_record(list, rest, at, err);
        if (rc != PROV_OK)
            return rc;
        at += list->records[list->count - 1].record.len;
    }
    return PROV_OK;
}

int
prov_trustlist_read(const void *data, size_t len, struct prov_trustlist **out,
                    struct prov_error *err)
{
    if (len > PROV_TRUSTLIST_READ_MAX)
        return prov_fail(err, PROV_E_LIMIT, "larger than the %d bytes that are read",
                         PROV_TRUSTLIST_READ_MAX);
    struct prov_trustlist *list = calloc(1, sizeof *list);
    if (list == NULL)
        return prov__no_memory(err);
    list->bytes = prov_bytes_new(len);
    int rc =
        list->bytes == NULL ? prov__no_memory(err) : prov_bytes_put(list->bytes, data, len, err);
    if (rc == PROV_OK)
        rc = prov_header_read(data, len, &list->header, err);
    if (rc == PROV_OK)
        rc = read_records(list, err);
    if (rc == PROV_OK)
        *out = list;
    else
        prov_trustlist_free(list);
    return rc;
}

void
prov_trustlist_free(struct prov_trustlist *list)
{
    if (list == NULL)
        return;
    for (size_t i = 0; i < list->count; i++) {
        free(list->records[i].fields);
        prov_identity_free(list->records[i].certificate);
    }
    free(list->records);
    prov_header_free(list->header);
    prov_bytes_free(list->bytes);
    free(list);
}

struct prov_span
prov_trustlist_bytes(const struct prov_trustlist *list)
{
    return prov_bytes_span(list->bytes);
}

const struct prov_header *
prov_trustlist_header(const struct prov_trustlist *list)
{
    return list->header;
}

int64_t
prov_trustlist_timestamp(const struct prov_trustlist *list)
{
    const struct prov_field *field = prov_header_find(list->header, PROV_TAG_TIMESTAMP);
    return field != NULL ? (int64_t)field->number : -1;
}

size_t
prov_trustlist_count(const struct prov_trustlist *list)
{
    return list->count;
}

const struct prov_record *
prov_trustlist_at(const struct prov_trustlist *list, size_t index)
{
    return &list->records[index].record;
}

const struct prov_field *
prov_record_find(const struct prov_record *record, unsigned tag)
{
    return prov__fields_find(record->fields, record->count, tag);
}

void
prov_trustlist_put_signers(const struct prov_trustlist *list, unsigned wanted, char *text,
                           size_t size)
{
    char signer[PROV_SIGNER_TEXT_MAX];
    for (size_t i = 0; i < list->count; i++) {
        const struct prov_record *record = prov_trustlist_at(list, i);
        size_t used = strlen(text);
        if (record->role >= 32 || (wanted & 1U << record->role) == 0)
            continue;
        prov_signer_text(prov_record_find(record, PROV_RECORD_ISSUER_NAME),
                         prov_record_find(record, PROV_RECORD_SERIAL_NUMBER), signer,
                         sizeof signer);
        if (used + strlen("; ") + strlen(signer) < size)
            snprintf(text + used, size - used, "%s%s", used > 0 ? "; " : "", signer);
    }
}

bool
prov_trustlist_signs_files(const struct prov_trustlist *list)
{
    for (size_t i = 0; i < prov_trustlist_count(list); i++) {
        const struct prov_record *record = prov_trustlist_at(list, i);
        if ((record->role == PROV_ROLE_TFTP || record->role == PROV_ROLE_CCM_TFTP) &&
            prov_record_find(record, PROV_RECORD_CERTIFICATE) != NULL)
            return true;
    }
    return false;
}

struct prov_span
prov_trustlist_content(const struct prov_trustlist *list)
{
    struct prov_span file = prov_trustlist_bytes(list);
    size_t header_len = prov_header_len(list->header);
    return (struct prov_span){file.data + header_len, file.len - header_len};
}

bool
prov__record_is_sast(const struct prov_record *record, struct prov_span issuer,
                     struct prov_span serial)
{
    const struct prov_field *record_issuer = prov_record_find(record, PROV_RECORD_ISSUER_NAME);
    const struct prov_field *record_serial = prov_record_find(record, PROV_RECORD_SERIAL_NUMBER);
    return record->role == PROV_ROLE_SAST && record_issuer != NULL && record_serial != NULL &&
           prov_span_equal(record_issuer->value, issuer) &&
           prov_span_equal(record_serial->value, serial);
}

/* True if tags 11 and 12 of the record are the digest of this certificate. */
static bool
hash_names(const struct prov_record *record, const struct prov_identity *certificate)
{
    const struct prov_field *hash = prov_record_find(record, PROV_RECORD_CERTIFICATE_HASH);
    const struct prov_field *algorithm = prov_record_find(record, PROV_RECORD_HASH_ALGORITHM);
    if (hash == NULL || algorithm == NULL || algorithm->number == PROV_MD5)
        return false;
    struct prov_hash actual;
    if (prov_identity_hash(certificate, (enum prov_digest)algorithm->number, &actual, NULL) !=
        PROV_OK)
        return false;
    return prov_span_equal(hash->value, (struct prov_span){actual.value, actual.len});
}

const struct prov_identity *
prov__record_certificate(const struct prov_record *record, const struct prov_identity *known)
{
    if (record->certificate != NULL)
        return record->certificate;
    if (prov_record_find(record, PROV_RECORD_CERTIFICATE) == NULL && known != NULL &&
        prov_identity_has_certificate(known) && hash_names(record, known))
        return known;
    return NULL;
}

static int
verify_with_record(const struct prov_trustlist *list, const struct prov_record *record,
                   const struct prov_identity *known, struct prov_error *err)
{
    const struct prov_identity *signer = prov__record_certificate(record, known);
    if (signer != NULL)
        return prov_header_verify(list->header, prov_trustlist_content(list), signer, err);
    if (prov_record_find(record, PROV_RECORD_CERTIFICATE) != NULL)
        return prov_fail(err, PROV_E_SIGNER,
                         "Invalid signature: the signer's SAST record holds a certificate that "
                         "cannot be read");
    if (known != NULL)
        return prov_fail(err, PROV_E_SIGNER,
                         "the signer's SAST record names its certificate by hash only, and the "
                         "certificate at hand has another hash");
    return prov_fail(err, PROV_E_SIGNER,
                     "the signer's SAST record names its certificate by hash only; give the "
                     "certificate with --sast");
}

int
prov_trustlist_verify(const struct prov_trustlist *list, const struct prov_identity *known,
                      size_t *signer, struct prov_error *err)
{
    const struct prov_field *issuer = prov_header_find(list->header, PROV_TAG_ISSUER_NAME);
    const struct prov_field *serial = prov_header_find(list->header, PROV_TAG_SERIAL_NUMBER);
    if (issuer == NULL || serial == NULL)
        return prov_fail(err, PROV_E_FORMAT,
                         "its header does not name its signer by issuer and serial number");
    int rc =
        prov_fail(err, PROV_E_SIGNER,
                  "Invalid signature: no SAST record of the list is the signer that its header "
                  "names");
    for (size_t i = 0; i < list->count; i++) {
        const struct prov_record *record = &list->records[i].record;
        if (!prov__record_is_sast(record, issuer->value, serial->value))
            continue;
        rc = verify_with_record(list, record, known, err);
        if (rc == PROV_OK) {
            if (signer != NULL)
                *signer = i;
            return PROV_OK;
        }
    }
    return rc;
}
