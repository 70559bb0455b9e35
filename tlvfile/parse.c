/* SPDX-License-Identifier: MIT */
/* tlvfile --parse: shows a list and verifies its signature. */
#include "cli/report.h"
#include "tlvfile/tlvfile.h"

#include <stdio.h>
#include <time.h>

static void
report_certificate(struct cli_report *report, const struct prov_identity *certificate, int64_t now)
{
    struct prov_hash hash;
    const char *validity = prov_identity_validity_warning(certificate, now);
    cli_report_text(report, "Key Algorithm", prov_identity_key_name(certificate));
    cli_report_number(report, "Key Size", prov_identity_key_bits(certificate), " bits", NULL);
    cli_report_time(report, "Valid From", prov_identity_not_before(certificate));
    cli_report_time(report, "Valid Until", prov_identity_not_after(certificate));
    if (prov_identity_hash(certificate, PROV_SHA1, &hash, NULL) == PROV_OK)
        cli_report_hex(report, "Certificate Hash", (struct prov_span){hash.value, hash.len});
    if (prov_identity_hash(certificate, PROV_MD5, &hash, NULL) == PROV_OK)
        cli_report_hex(report, "Certificate MD5", (struct prov_span){hash.value, hash.len});
    if (validity != NULL)
        cli_report_warning(report, validity);
    if (prov_identity_key_type(certificate) == PROV_KEY_RSA &&
        prov_identity_key_bits(certificate) > PROV_SIGNER_KEY_MAX)
        cli_report_warning(report, "7900 phones refuse keys over 2048 bits");
}

static void
report_address(struct cli_report *report, const char *label, struct prov_span value)
{
    char text[16];
    snprintf(text, sizeof text, "%u.%u.%u.%u", value.data[0], value.data[1], value.data[2],
             value.data[3]);
    cli_report_text(report, label, text);
}

static void
report_role(struct cli_report *report, const struct prov_field *field)
{
    const char *name = prov_role_name(field->number);
    cli_report_text(report, "Role", name != NULL ? name : "unknown");
    cli_report_number(report, "Role Number", field->number, "", NULL);
}

static void
report_field(struct cli_report *report, const struct prov_field *field)
{
    const char *label = prov_record_tag_name(field->tag);
    const char *digest;
    switch (field->tag) {
    case PROV_RECORD_LENGTH:
        cli_report_number(report, label, field->number, " bytes", NULL);
        break;
    case PROV_RECORD_ROLE:
        report_role(report, field);
        break;
    case PROV_RECORD_SERIAL_NUMBER:
        cli_report_hex(report, label, field->value);
        break;
    case PROV_RECORD_CERTIFICATE_HASH:
        cli_report_hex(report, "Listed Hash", field->value);
        break;
    case PROV_RECORD_HASH_ALGORITHM:
        digest = field->number != PROV_MD5 ? prov_digest_name(field->number) : NULL;
        cli_report_text(report, label, digest != NULL ? digest : "unknown");
        break;
    case PROV_RECORD_IP_ADDRESS:
        report_address(report, label, field->value);
        break;
    default:
        if (field->kind == PROV_FIELD_UNKNOWN)
            cli_report_unknown(report, field);
        else if (field->kind == PROV_FIELD_STRING)
            cli_report_name(report, label, field->value);
        else
            cli_report_blob(report, label, field->value);
        break;
    }
}

static void
report_record(struct cli_report *report, const struct prov_record *record, int64_t now)
{
    for (size_t i = 0; i < record->count; i++)
        report_field(report, &record->fields[i]);
    if (record->certificate != NULL)
        report_certificate(report, record->certificate, now);
    else if (prov_record_find(record, PROV_RECORD_CERTIFICATE) != NULL)
        cli_report_warning(report, "the certificate cannot be read");
    if (prov_role_name(record->role) == NULL)
        cli_report_warning(report, "nobody knows this role; a phone may refuse the list");
}

static void
report_file_hashes(struct cli_report *report, struct prov_span bytes)
{
    struct prov_hash hash;
    cli_report_number(report, "File Length", bytes.len, " bytes", NULL);
    if (prov_digest(PROV_MD5, bytes.data, bytes.len, &hash, NULL) == PROV_OK)
        cli_report_hex(report, "File MD5", (struct prov_span){hash.value, hash.len});
    if (prov_digest(PROV_SHA1, bytes.data, bytes.len, &hash, NULL) == PROV_OK)
        cli_report_hex(report, "File SHA1", (struct prov_span){hash.value, hash.len});
    if (bytes.len > PROV_TRUSTLIST_BUILD_MAX)
        cli_report_warning(report, "the list is larger than the 64 KB that a phone holds");
}

static void
report_list(struct cli_report *report, const struct prov_trustlist *list, int64_t now)
{
    size_t sast = 0;
    cli_report_header(report, prov_trustlist_header(list));
    report_file_hashes(report, prov_trustlist_bytes(list));
    for (size_t i = 0; i < prov_trustlist_count(list); i++)
        sast += prov_trustlist_at(list, i)->role == PROV_ROLE_SAST;
    if (sast > PROV_TRUSTLIST_SAST_MAX)
        cli_report_warning(report, "the list has more than two SAST records; phones take two");
    for (size_t i = 0; i < prov_trustlist_count(list); i++) {
        cli_report_open(report, "records", false);
        report_record(report, prov_trustlist_at(list, i), now);
        cli_report_close(report);
    }
}

static void
report_signer(struct cli_report *report, const struct prov_trustlist *list, size_t signer)
{
    const struct prov_field *subject =
        prov_record_find(prov_trustlist_at(list, signer), PROV_RECORD_SUBJECT_NAME);
    char name[512] = "no name";
    if (subject != NULL)
        prov_printable(subject->value.data, subject->value.len, name, sizeof name);
    cli_report_verdict(report, "valid", NULL);
    cli_report_line(report, "\nValid signature");
    cli_report_line(report, "by the list's own record %zu: SAST, %s", signer + 1, name);
    cli_report_line(report,
                    "This does not prove that a phone trusts the list: it must hold one already "
                    "that names this\nsigner as SAST, or none (tlvfile --diff OLD NEW).");
}

static int
verify_and_report(const struct tlvfile *run, const struct prov_identity *known,
                  struct cli_report *report)
{
    struct prov_error err;
    struct prov_trustlist *list = NULL;
    size_t signer = 0;
    int rc = cli_read_list(run->files[0], &list, &err);
    if (rc == PROV_OK) {
        report_list(report, list, (int64_t)time(NULL));
        rc = prov_trustlist_verify(list, known, &signer, &err);
    }
    if (rc == PROV_OK) {
        report_signer(report, list, signer);
        if (cli_report_is_json(report))
            cli_report_number(report, "Signed By Record", signer + 1, "", NULL);
    } else {
        cli_report_verdict(report, "invalid", err.text);
        cli_fail(run->files[0], &err);
    }
    prov_trustlist_free(list);
    return rc == PROV_OK ? CLI_DONE : CLI_FAILED;
}

int
tlvfile_parse(const struct tlvfile *run)
{
    struct prov_identity *known = NULL;
    if (run->count > 0) {
        known = cli_identity(&run->common, run->entries[0].path, PROV_NEED_CERTIFICATE);
        if (known == NULL)
            return CLI_FAILED;
    }
    struct cli_report *report = cli_report_new(run->common.json);
    int status = report != NULL ? verify_and_report(run, known, report) : CLI_FAILED;
    prov_identity_free(known);
    return cli_report_end(report, status);
}
