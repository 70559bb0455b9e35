/* SPDX-License-Identifier: MIT */
/* sgnfile --parse: signed files, the vendor's firmware, and its later container. */
#include "cli/report.h"
#include "sgnfile/sgnfile.h"

#include <string.h>

#define NOT_CHECKED "signature: not checked"
/* artifacts.md, section 2: what the vendor's signature covers is not known. */
#define FIRMWARE                                                                                   \
    "this is the vendor's firmware (version 1.1), whose signature cannot be checked: what it "     \
    "covers is not known"

static bool
report_verification(const struct sgnfile *run, struct prov_signedfile *file, const char *path,
                    struct cli_report *report)
{
    struct prov_error err;
    const struct prov_header *header = prov_signedfile_header(file);
    if (run->signer == NULL) {
        cli_report_verdict(report, "not checked", NULL);
        cli_report_line(report, "\n" NOT_CHECKED);
        return true;
    }
    int rc = prov_header_is_firmware(header) ? prov_fail(&err, PROV_E_SIGNATURE, FIRMWARE)
                                             : prov_signedfile_verify(file, run->signer, &err);
    if (rc != PROV_OK) {
        cli_report_verdict(report, "invalid", err.text);
        cli_fail(path, &err);
        return false;
    }
    cli_report_valid(report, header, run->signer);
    return true;
}

static bool
report_signed_file(const struct sgnfile *run, const char *path, struct cli_report *report)
{
    struct prov_error err;
    struct prov_signedfile *file = NULL;
    if (prov_signedfile_open(path, &file, &err) != PROV_OK) {
        cli_report_verdict(report, "unreadable", err.text);
        cli_fail(path, &err);
        return false;
    }
    const struct prov_header *header = prov_signedfile_header(file);
    cli_report_header(report, header);
    cli_report_number(report, "Content", prov_signedfile_content_len(file), " bytes", NULL);
    if (prov_header_is_firmware(header))
        cli_report_warning(report, FIRMWARE);
    bool valid = report_verification(run, file, path, report);
    prov_signedfile_free(file);
    return valid;
}

static bool
report_fifthgen(const struct sgnfile *run, const char *path, struct cli_report *report)
{
    struct prov_error err;
    struct prov_fifthgen container;
    if (prov_fifthgen_read(path, &container, &err) != PROV_OK) {
        cli_report_verdict(report, "unreadable", err.text);
        cli_fail(path, &err);
        return false;
    }
    cli_report_text(report, "Format", "5th generation container");
    cli_report_number(report, "Header Length", container.header_len, " bytes", NULL);
    cli_report_name(report, "Filename",
                    (struct prov_span){(const uint8_t *)container.name, strlen(container.name)});
    cli_report_number(report, "Content", container.payload_len, " bytes", NULL);
    cli_report_hex(report, "SHA256",
                   (struct prov_span){container.stated.value, container.stated.len});
    bool same = memcmp(container.stated.value, container.actual.value, container.stated.len) == 0;
    cli_report_flag(report, "SHA256 Matches", same);
    if (!same || run->signer != NULL) {
        prov_fail(
            &err, PROV_E_SIGNATURE, "%s",
            same ? "the vendor's signature on a 5th generation container cannot be checked"
                 : "its content has another SHA-256 than its header says; the file is damaged");
        cli_report_verdict(report, same ? "not checked" : "invalid", err.text);
        cli_fail(path, &err);
        return false;
    }
    cli_report_warning(report, "the vendor's signature cannot be checked");
    cli_report_verdict(report, "not checked", NULL);
    cli_report_line(report, "\n" NOT_CHECKED);
    return true;
}

static bool
report_file(const struct sgnfile *run, const char *path, struct cli_report *report)
{
    bool several = run->count > 1;
    if (several) {
        cli_report_open(report, "files", true);
        cli_report_name(report, "File", (struct prov_span){(const uint8_t *)path, strlen(path)});
    }
    bool valid = prov_fifthgen_detect(path) ? report_fifthgen(run, path, report)
                                            : report_signed_file(run, path, report);
    if (several)
        cli_report_close(report);
    return valid;
}

int
sgnfile_parse(const struct sgnfile *run)
{
    struct cli_report *report = cli_report_new(run->common.json);
    bool valid = true;
    for (size_t i = 0; report != NULL && i < run->count; i++) {
        if (i > 0)
            cli_report_line(report, "%s", "");
        valid = report_file(run, run->files[i], report) && valid;
    }
    return cli_report_end(report, valid ? CLI_DONE : CLI_FAILED);
}
