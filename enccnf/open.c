/* SPDX-License-Identifier: MIT */
/* enccnf --parse and --remove: encrypted files that are there. */
#include "cli/report.h"
#include "enccnf/enccnf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLEAR_MODE 0600

int
remove_file(const char *path)
{
    struct prov_error err;
    return prov_file_remove(path, &err) == PROV_OK ? CLI_DONE : cli_fail(path, &err);
}

static int
read_encrypted(const char *path, struct prov_encrypted **file, struct prov_error *err)
{
    struct prov_bytes *content = NULL;
    int rc = prov_file_read(path, PROV_ENCRYPTED_MAX, &content, err);
    if (rc != PROV_OK)
        return rc;
    struct prov_span bytes = prov_bytes_span(content);
    rc = prov_encrypted_read(bytes.data, bytes.len, file, err);
    prov_bytes_free(content);
    return rc;
}

static int
report_checks(const struct enccnf *run, const struct prov_encrypted *file,
              struct cli_report *report, struct prov_error *err)
{
    int rc = PROV_OK;
    struct prov_bytes *xml = NULL;
    if (run->device != NULL) {
        rc = prov_encrypted_decrypt(file, run->device, &xml, err);
        if (rc != PROV_OK)
            return rc;
        cli_report_number(report, "Clear Text", prov_bytes_span(xml).len, " bytes", NULL);
        cli_report_text(report, "Decryption", "the content has the digest that the header says");
        prov_bytes_free(xml);
    }
    if (run->signer == NULL) {
        cli_report_verdict(report, "not checked", NULL);
        cli_report_line(report, "\nsignature: not checked");
        return PROV_OK;
    }
    rc = prov_encrypted_verify(file, run->signer, err);
    if (rc != PROV_OK)
        return rc;
    cli_report_valid(report, prov_encrypted_header(file), run->signer);
    return PROV_OK;
}

static int
report_file(const struct enccnf *run, struct cli_report *report, struct prov_error *err)
{
    struct prov_encrypted *file = NULL;
    int rc = read_encrypted(run->file, &file, err);
    if (rc == PROV_OK) {
        cli_report_header(report, prov_encrypted_header(file));
        rc = report_checks(run, file, report, err);
    }
    if (rc != PROV_OK) {
        cli_report_verdict(report, "invalid", err->text);
        cli_fail(run->file, err);
    }
    prov_encrypted_free(file);
    return rc;
}

int
enccnf_parse(const struct enccnf *run)
{
    struct prov_error err;
    struct cli_report *report = cli_report_new(run->common.json);
    bool valid = report != NULL && report_file(run, report, &err) == PROV_OK;
    return cli_report_end(report, valid ? CLI_DONE : CLI_FAILED);
}

/* Writes the clear text beside its encrypted file. */
static int
write_clear_text(const char *path, struct prov_span xml, bool force, struct prov_error *err)
{
    struct prov_batch *batch = prov_batch_new();
    if (batch == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    int rc = prov_batch_put(batch, path, CLEAR_MODE, xml.data, xml.len, err);
    if (rc == PROV_OK && !force)
        rc = prov_batch_check_same(batch, err);
    if (rc == PROV_OK)
        rc = prov_batch_commit(batch, err);
    prov_batch_free(batch);
    return rc;
}

static int
decrypt_to(const struct enccnf *run, const char *clear_path)
{
    struct prov_error err;
    struct prov_encrypted *file = NULL;
    struct prov_bytes *xml = NULL;
    int rc = read_encrypted(run->file, &file, &err);
    if (rc == PROV_OK && run->signer != NULL)
        rc = prov_encrypted_verify(file, run->signer, &err);
    if (rc == PROV_OK)
        rc = prov_encrypted_decrypt(file, run->device, &xml, &err);
    if (rc == PROV_OK)
        rc = write_clear_text(clear_path, prov_bytes_span(xml), run->common.force, &err);
    prov_bytes_free(xml);
    prov_encrypted_free(file);
    return rc == PROV_OK ? CLI_DONE : cli_fail(run->file, &err);
}

int
enccnf_remove(const struct enccnf *run)
{
    size_t len = strlen(run->file) - strlen(ENCRYPTED_ENDING) + strlen(CLEAR_ENDING);
    char *clear_path = strndup(run->file, len);
    char *stub_path = NULL;
    if (clear_path == NULL || asprintf(&stub_path, "%s.sgn", clear_path) < 0) {
        free(clear_path);
        return cli_error(NULL, "out of memory");
    }
    cli_finish_before_signals();
    int status = decrypt_to(run, clear_path);
    if (status == CLI_DONE && !run->keep)
        status = remove_file(stub_path);
    if (status == CLI_DONE && !run->keep)
        status = remove_file(run->file);
    free(clear_path);
    free(stub_path);
    return status;
}
