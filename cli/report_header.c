/* SPDX-License-Identifier: MIT */
/* A signed header as a report. */
#include "cli/report.h"

#include <stdio.h>

#define UNKNOWN_SHOWN_MAX 64

/* What the codes of the formats mean (formats.md, section 1). */
static const struct {
    uint8_t tag;
    uint32_t code;
    const char *meaning;
} meanings[] = {
    {PROV_TAG_SIGNATURE_ALGORITHM, 0, "RSA PKCS#1 v1.5"},
    {PROV_TAG_SIGNATURE_MODULUS, 0, "512 bits"},
    {PROV_TAG_SIGNATURE_MODULUS, 1, "1024 bits"},
    {PROV_TAG_SIGNATURE_MODULUS, 2, "2048 bits"},
    {PROV_TAG_SIGNATURE_MODULUS, 3, "4096 bits"},
    {PROV_TAG_ENCRYPTION_ALGORITHM, 0, "AES-128-CBC"},
    {PROV_TAG_KEY_USAGE, 0, "wrapped to a public key"},
    {PROV_TAG_KEY_USAGE, 1, "symmetric"},
};

static const char *
find_meaning(const struct prov_field *field)
{
    for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++)
        if (meanings[i].tag == field->tag && meanings[i].code == field->number)
            return meanings[i].meaning;
    return NULL;
}

static void
report_digest_algorithm(struct cli_report *report, const char *label, uint32_t code)
{
    char unknown[32];
    const char *name = code != PROV_MD5 ? prov_digest_name(code) : NULL;
    snprintf(unknown, sizeof unknown, "unknown (%u)", code);
    cli_report_text(report, label, name != NULL ? name : unknown);
}

static void
report_number(struct cli_report *report, const struct prov_field *field)
{
    const char *label = prov_tag_name(field->tag);
    switch (field->tag) {
    case PROV_TAG_DIGEST_ALGORITHM:
    case PROV_TAG_ENCRYPTION_DIGEST_ALGORITHM:
        report_digest_algorithm(report, label, field->number);
        break;
    case PROV_TAG_TIMESTAMP:
        cli_report_time(report, label, field->number);
        break;
    case PROV_TAG_HEADER_LENGTH:
    case PROV_TAG_ENCRYPTION_PADDING:
        cli_report_number(report, label, field->number, " bytes", NULL);
        break;
    case PROV_TAG_ENCRYPTION_KEY_SIZE:
        cli_report_number(report, label, field->number, " bits", NULL);
        break;
    default:
        cli_report_number(report, label, field->number, "", find_meaning(field));
        break;
    }
}

void
cli_report_unknown(struct cli_report *report, const struct prov_field *field)
{
    char label[32];
    snprintf(label, sizeof label, "Tag %u", field->tag);
    if (cli_report_is_json(report)) { /* where a tag may come twice, and keys may not */
        cli_report_open(report, "unknown_fields", true);
        cli_report_number(report, "Tag", field->tag, "", NULL);
        cli_report_hex(report, "Value", field->value);
        cli_report_close(report);
    } else if (field->value.len <= UNKNOWN_SHOWN_MAX) {
        cli_report_hex(report, label, field->value);
    } else {
        cli_report_blob(report, label, field->value);
    }
}

static void
report_field(struct cli_report *report, const struct prov_field *field)
{
    char version[16];
    const char *label = prov_tag_name(field->tag);
    switch (field->kind) {
    case PROV_FIELD_VERSION:
        snprintf(version, sizeof version, "%u.%u", field->value.data[0], field->value.data[1]);
        cli_report_text(report, label, version);
        break;
    case PROV_FIELD_NUMBER:
        report_number(report, field);
        break;
    case PROV_FIELD_STRING:
        cli_report_name(report, label, field->value);
        break;
    case PROV_FIELD_BYTES:
        if (field->tag == PROV_TAG_SERIAL_NUMBER || field->tag == PROV_TAG_ENCRYPTION_DIGEST)
            cli_report_hex(report, label, field->value);
        else
            cli_report_blob(report, label, field->value);
        break;
    case PROV_FIELD_UNKNOWN:
        cli_report_unknown(report, field);
        break;
    case PROV_FIELD_CONTAINER: /* markers: nothing to see */
    case PROV_FIELD_PADDING:
        break;
    }
}

void
cli_report_header(struct cli_report *report, const struct prov_header *header)
{
    for (size_t i = 0; i < prov_header_count(header); i++)
        report_field(report, prov_header_at(header, i));
    if (prov_header_padding(header) > 0)
        cli_report_number(report, "Padding", prov_header_padding(header), " bytes", NULL);
}

void
cli_report_valid(struct cli_report *report, const struct prov_header *header,
                 const struct prov_identity *signer)
{
    if (!prov_header_names_issuer(header, signer))
        cli_report_warning(report, "the header writes the signer's issuer differently than the "
                                   "certificate; a phone may not find the signer");
    cli_report_verdict(report, "valid", NULL);
    cli_report_line(report, "\nValid signature");
}
