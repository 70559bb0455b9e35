/* SPDX-License-Identifier: MIT */
/* enccnf --build: the pair is on the disk before the clear text goes. */
#include "cli/lists.h"
#include "enccnf/enccnf.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define PUBLIC_MODE 0644

static int
check_phone(const struct enccnf *run)
{
    struct prov_mac file, certificate;
    if (!prov_mac_of_file(prov_file_base(run->file), "", CLEAR_ENDING, &file))
        return cli_error(run->file, "its name is not SEP<MAC>" CLEAR_ENDING
                                    ", so no phone asks for it; rename it or give --force");
    if (!prov_mac_of_certificate(run->device, &certificate))
        return cli_error(run->certificate,
                         "its one CN is neither SEP<MAC> nor CP-<model>-SEP<MAC>, so it is no "
                         "phone's certificate; give the phone's or --force");
    if (strcmp(file.text, certificate.text) != 0)
        return cli_error(run->certificate,
                         "this is the certificate of SEP%s, who alone could read the configuration "
                         "of SEP%s; give the right one or --force",
                         certificate.text, file.text);
    if (strncmp(prov_file_base(run->file) + strlen("SEP"), file.text, PROV_MAC_LEN) != 0)
        cli_warn(run->file,
                 "phones ask for SEP%s" CLEAR_ENDING " in capitals, and the name inside "
                 "must be the same",
                 file.text);
    return CLI_DONE;
}

static int
write_pair(const char *path, struct prov_span encrypted, struct prov_span stub)
{
    struct prov_error err;
    char *encrypted_path = NULL, *stub_path = NULL;
    struct prov_batch *batch = prov_batch_new();
    if (asprintf(&encrypted_path, "%s.enc.sgn", path) < 0)
        encrypted_path = NULL;
    if (asprintf(&stub_path, "%s.sgn", path) < 0)
        stub_path = NULL;
    const char *blamed = path;
    int rc = PROV_E_MEMORY;
    if (batch == NULL || encrypted_path == NULL || stub_path == NULL) {
        prov_fail(&err, rc, "out of memory");
    } else {
        blamed = encrypted_path;
        rc = prov_batch_put(batch, blamed, PUBLIC_MODE, encrypted.data, encrypted.len, &err);
    }
    if (rc == PROV_OK) {
        blamed = stub_path;
        rc = prov_batch_put(batch, blamed, PUBLIC_MODE, stub.data, stub.len, &err);
    }
    if (rc == PROV_OK)
        rc = prov_batch_commit(batch, &err);
    int status = rc == PROV_OK ? CLI_DONE : cli_fail(blamed, &err);
    prov_batch_free(batch);
    free(encrypted_path);
    free(stub_path);
    return status;
}

static bool
same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* Somebody may have saved a new version meanwhile: that one stays. */
static int
remove_clear_text(const char *path, const struct stat *as_read)
{
    struct stat now;
    if (lstat(path, &now) != 0 || !same_file(&now, as_read))
        return cli_error(path,
                         "it changed while it was encrypted and was left in place; run again");
    return remove_file(path);
}

static int
encrypt(const struct enccnf *run, const struct prov_signing *how, struct prov_span xml)
{
    struct prov_error err;
    struct prov_bytes *encrypted = NULL, *stub = NULL;
    if (prov_encrypted_build(how, run->device, prov_file_base(run->file), xml.data, xml.len,
                             &encrypted, &stub, &err) != PROV_OK)
        return cli_fail(run->file, &err);
    int status = write_pair(run->file, prov_bytes_span(encrypted), prov_bytes_span(stub));
    prov_bytes_free(encrypted);
    prov_bytes_free(stub);
    return status;
}

int
enccnf_build(const struct enccnf *run)
{
    struct prov_error err;
    struct stat as_read;
    struct prov_signing how;
    int status = cli_signing(&run->common, run->tftp, run->signer, &how);
    if (status != CLI_DONE)
        return status;
    if (prov_encrypted_check_device(run->device, &err) != PROV_OK)
        return cli_fail(run->certificate, &err);
    if (!run->common.force && check_phone(run) != CLI_DONE)
        return CLI_FAILED;
    char *files[] = {(char *)run->file}; /* it is only read */
    if (!cli_layout_of_lists(&run->common, run->root, files, 1, &how.layout))
        return CLI_FAILED;
    cli_warn_signer(run->tftp, run->signer);
    struct prov_bytes *xml = NULL;
    if (lstat(run->file, &as_read) != 0)
        return cli_error(run->file, "cannot open it: %s", strerror(errno));
    if (!run->keep && S_ISLNK(as_read.st_mode))
        return cli_error(run->file,
                         "it is a link, and removing that would leave the clear text; name the "
                         "file that it leads to, or give --keep");
    if (!run->keep && S_ISREG(as_read.st_mode) && as_read.st_nlink > 1)
        cli_warn(run->file, "the clear text has a second name (hard link), which stays");
    if (prov_file_read(run->file, PROV_DEVICECONFIG_MAX, &xml, &err) != PROV_OK)
        return cli_fail(run->file, &err);
    cli_finish_before_signals();
    status = encrypt(run, &how, prov_bytes_span(xml));
    prov_bytes_free(xml);
    return status == CLI_DONE && !run->keep ? remove_clear_text(run->file, &as_read) : status;
}
