/* SPDX-License-Identifier: MIT */
/* tlvfile --diff: what a new list changes, and whether phones will take it. */
#include "cli/report.h"
#include "tlvfile/tlvfile.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static struct prov_span
value(const struct prov_record *record, unsigned tag)
{
    const struct prov_field *field = prov_record_find(record, tag);
    return field != NULL ? field->value : (struct prov_span){NULL, 0};
}

static bool
same_field(const struct prov_record *a, const struct prov_record *b, unsigned tag)
{
    return prov_span_equal(value(a, tag), value(b, tag));
}

/* The same certificate in the same role: what identifies a record for a phone. */
static bool
same_record(const struct prov_record *a, const struct prov_record *b)
{
    return a->role == b->role && same_field(a, b, PROV_RECORD_CERTIFICATE) &&
           same_field(a, b, PROV_RECORD_CERTIFICATE_HASH) &&
           same_field(a, b, PROV_RECORD_ISSUER_NAME) &&
           same_field(a, b, PROV_RECORD_SERIAL_NUMBER) &&
           same_field(a, b, PROV_RECORD_SUBJECT_NAME);
}

/* Another certificate for the same name and role. */
static bool
successor(const struct prov_record *a, const struct prov_record *b)
{
    return a->role == b->role && same_field(a, b, PROV_RECORD_SUBJECT_NAME);
}

/* The records of `list` that were paired off so far. */
struct side {
    const struct prov_trustlist *list;
    bool *paired;
};

static size_t
find_pair(const struct side *side, const struct prov_record *record,
          bool (*matches)(const struct prov_record *a, const struct prov_record *b))
{
    size_t count = prov_trustlist_count(side->list);
    for (size_t i = 0; i < count; i++)
        if (!side->paired[i] && matches(record, prov_trustlist_at(side->list, i)))
            return i;
    return count;
}

static void
report_change(struct cli_report *report, char sign, const char *change,
              const struct prov_record *record, const struct prov_record *before)
{
    char subject[512], serial[PROV_HEX_SIZE(64)], role[16];
    struct prov_span name = value(record, PROV_RECORD_SUBJECT_NAME);
    struct prov_span number = value(record, PROV_RECORD_SERIAL_NUMBER);
    const char *role_name = prov_role_name(record->role);
    prov_printable(name.data, name.len, subject, sizeof subject);
    snprintf(role, sizeof role, "role %u", record->role);
    prov_hex(number.data, number.len, serial, sizeof serial);
    cli_report_open(report, "changes", true);
    if (cli_report_is_json(report)) {
        cli_report_text(report, "Change", change);
        cli_report_number(report, "Role Number", record->role, "", NULL);
        cli_report_text(report, "Role", role_name != NULL ? role_name : "unknown");
        cli_report_name(report, "Subject Name", name);
        cli_report_hex(report, "Serial Number", number);
        if (before != NULL)
            cli_report_hex(report, "Old Serial Number", value(before, PROV_RECORD_SERIAL_NUMBER));
    }
    cli_report_line(report, "%c %-10s %s, serial %s%s", sign, role_name != NULL ? role_name : role,
                    subject, serial, before != NULL ? " (another certificate than before)" : "");
    cli_report_close(report);
}

/* Equal records are paired off first, so that a moved one is no change. */
static void
report_changes(struct cli_report *report, const struct side *old, const struct side *next)
{
    for (size_t i = 0; i < prov_trustlist_count(old->list); i++) {
        size_t k = find_pair(next, prov_trustlist_at(old->list, i), same_record);
        if (k == prov_trustlist_count(next->list))
            continue;
        old->paired[i] = next->paired[k] = true;
    }
    for (size_t i = 0; i < prov_trustlist_count(old->list); i++) {
        const struct prov_record *record = prov_trustlist_at(old->list, i);
        if (old->paired[i])
            continue;
        size_t k = find_pair(next, record, successor);
        if (k == prov_trustlist_count(next->list)) {
            report_change(report, '-', "removed", record, NULL);
        } else {
            next->paired[k] = true;
            report_change(report, '~', "changed", prov_trustlist_at(next->list, k), record);
        }
    }
    for (size_t k = 0; k < prov_trustlist_count(next->list); k++)
        if (!next->paired[k])
            report_change(report, '+', "added", prov_trustlist_at(next->list, k), NULL);
}

/* What some phones know and others do not; signer, name and time are in the verdict. */
static void
report_header_changes(struct cli_report *report, const struct prov_header *old,
                      const struct prov_header *next)
{
    static const uint8_t tags[] = {PROV_TAG_DIGEST_ALGORITHM, PROV_TAG_SIGNER_VERSION};
    for (size_t i = 0; i < sizeof tags; i++) {
        const struct prov_field *before = prov_header_find(old, tags[i]);
        const struct prov_field *now = prov_header_find(next, tags[i]);
        if ((before == NULL) == (now == NULL) &&
            (now == NULL || prov_span_equal(before->value, now->value)))
            continue;
        cli_report_open(report, "header_changes", true);
        if (cli_report_is_json(report))
            cli_report_text(report, "Field", prov_tag_name(tags[i]));
        cli_report_line(report, "~ header     %s", prov_tag_name(tags[i]));
        cli_report_close(report);
    }
}

/* A list that names its signer by hash only is verified with a SAST certificate of the other. */
static int
verify(const struct prov_trustlist *list, const struct prov_trustlist *other,
       struct prov_error *err)
{
    int rc = prov_trustlist_verify(list, NULL, NULL, err);
    for (size_t i = 0; rc == PROV_E_SIGNER && i < prov_trustlist_count(other); i++) {
        const struct prov_record *record = prov_trustlist_at(other, i);
        if (record->role == PROV_ROLE_SAST && record->certificate != NULL)
            rc = prov_trustlist_verify(list, record->certificate, NULL, err);
    }
    return rc;
}

static int
report_diff(const struct tlvfile *run, const struct prov_trustlist *old,
            const struct prov_trustlist *next, struct cli_report *report)
{
    struct prov_error err;
    struct side old_side = {old, calloc(prov_trustlist_count(old) + 1, sizeof(bool))};
    struct side next_side = {next, calloc(prov_trustlist_count(next) + 1, sizeof(bool))};
    const char *blamed = run->files[1];
    int rc = PROV_OK;
    if (old_side.paired == NULL || next_side.paired == NULL) {
        rc = prov_fail(&err, PROV_E_MEMORY, "out of memory");
    } else {
        report_header_changes(report, prov_trustlist_header(old), prov_trustlist_header(next));
        report_changes(report, &old_side, &next_side);
        rc = verify(old, next, &err);
        if (rc != PROV_OK)
            blamed = run->files[0];
        if (rc == PROV_OK)
            rc = prov_trustlist_follows(old, next, &err);
        if (rc == PROV_OK)
            rc = prov_trustlist_check_limits(next, (int64_t)time(NULL), &err);
    }
    free(old_side.paired);
    free(next_side.paired);
    if (rc != PROV_OK) {
        cli_report_verdict(report, "refused", err.text);
        return cli_fail(blamed, &err);
    }
    cli_report_verdict(report, "accepted", NULL);
    cli_report_line(report, "A phone that holds %s will take %s.", run->files[0], run->files[1]);
    return CLI_DONE;
}

static struct prov_trustlist *
read_or_fail(const char *path)
{
    struct prov_error err;
    struct prov_trustlist *list = NULL;
    if (cli_read_list(path, &list, &err) != PROV_OK)
        cli_fail(path, &err);
    return list;
}

int
tlvfile_diff(const struct tlvfile *run)
{
    int status = CLI_FAILED;
    struct prov_trustlist *old = read_or_fail(run->files[0]);
    struct prov_trustlist *next = old != NULL ? read_or_fail(run->files[1]) : NULL;
    if (next != NULL) {
        struct cli_report *report = cli_report_new(run->common.json);
        status = report != NULL ? report_diff(run, old, next, report) : CLI_FAILED;
        status = cli_report_end(report, status);
    }
    prov_trustlist_free(old);
    prov_trustlist_free(next);
    return status;
}
