/* SPDX-License-Identifier: MIT */
/* Signed files whose source is lost: what is signed still holds it, what is encrypted does not. */
#include "provbuild/adopt/internal.h"
#include "provbuild/disk/compare.h"
#include "provbuild/disk/folders.h"
#include "provbuild/source/devices.h"
#include "provbuild/source/manifest.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SOURCE_MODE 0600 /* it may hold passwords */
#define FOLDER_MODE 0750
#define PRUNED "; --prune would remove it"

static bool
stands_in(const char *folder, const char *source, const char *ending)
{
    char *path = folder != NULL ? run_path(folder, source, ending) : NULL;
    bool there = path != NULL && stands_at(path, NULL);
    free(path);
    return there;
}

static bool
is_stub(const struct adoption *adoption, const char *source)
{
    char hash[STUB_HASH_SIZE], *path = run_path(adoption->settings->tftpboot, source, ".sgn");
    bool stub = path != NULL && stub_hash_of(path, hash);
    free(path);
    return stub;
}

static bool
has_certificate(const struct adoption *adoption, const struct prov_mac *phone)
{
    char name[PHONE_NAME_SIZE];
    phone_name(phone, name);
    return stands_in(adoption->settings->devices, name, ".pem");
}

/* The clear text in the secure root is what stands encrypted beside it. */
static bool
is_encrypted_of(const struct prov_header *header, struct prov_span clear)
{
    const struct prov_field *stated = prov_header_find(header, PROV_TAG_ENCRYPTION_DIGEST);
    const struct prov_field *digest = prov_header_find(header, PROV_TAG_DIGEST_ALGORITHM);
    struct prov_hash actual;
    enum prov_digest how =
        digest != NULL && digest->number == PROV_SHA512 ? PROV_SHA512 : PROV_SHA1;
    return stated != NULL && prov_digest(how, clear.data, clear.len, &actual, NULL) == PROV_OK &&
           prov_span_equal(stated->value, (struct prov_span){actual.value, actual.len});
}

static bool
secure_fits(const struct adoption *adoption, const char *source)
{
    const struct settings *settings = adoption->settings;
    struct prov_bytes *clear = NULL;
    struct prov_signedfile *encrypted = NULL;
    char *path = run_path(settings->tftpboot, source, ".enc.sgn");
    char *secure = settings->secure != NULL ? run_path(settings->secure, source, "") : NULL;
    bool fits = path != NULL && secure != NULL &&
                prov_file_read(secure, PROV_DEVICECONFIG_MAX, &clear, NULL) == PROV_OK &&
                prov_signedfile_open(path, &encrypted, NULL) == PROV_OK &&
                is_encrypted_of(prov_signedfile_header(encrypted), prov_bytes_span(clear));
    prov_signedfile_free(encrypted);
    prov_bytes_free(clear);
    free(path);
    free(secure);
    return fits;
}

/* Why the source cannot be had, or is better not taken; NULL if it is. `*secure` says where it is.
 */
static const char *
refuse(const struct adoption *adoption, const char *source, bool *secure)
{
    struct prov_mac phone;
    bool configuration = prov_mac_of_file(source, "", ".cnf.xml", &phone);
    *secure = false;
    if (manifest_refuse_name(source) != NULL)
        return "it has no source, and none of this name would be published" PRUNED;
    if (configuration && is_stub(adoption, source)) {
        *secure = secure_fits(adoption, source);
        return *secure
                   ? NULL
                   : "it has no source and is encrypted: only the phone's key opens it "
                     "(enccnf --remove --key); without that, write the configuration anew" PRUNED;
    }
    if (configuration && has_certificate(adoption, &phone))
        return "it has no source, and with one it would be encrypted to the phone's certificate; "
               "take it out with sgnfile --remove if it shall" PRUNED;
    return NULL;
}

/* --- taking it out */

static int
copy(const char *from, bool is_signed, int to, struct prov_error *err)
{
    struct prov_bytes *clear = NULL;
    int in = -1;
    int rc = is_signed ? prov_file_open(from, &in, err)
                       : prov_file_read(from, PROV_DEVICECONFIG_MAX, &clear, err);
    if (rc == PROV_OK && is_signed)
        rc = prov_signedfile_strip(in, to, err);
    if (rc == PROV_OK && !is_signed)
        rc = prov_write_full(to, prov_bytes_span(clear).data, prov_bytes_span(clear).len, err);
    if (in >= 0)
        close(in);
    prov_bytes_free(clear);
    return rc;
}

static int
take_out(const struct adoption *adoption, const char *source, bool secure, struct folders *folders,
         struct prov_batch *batch, struct prov_error *err)
{
    const struct settings *settings = adoption->settings;
    char *from = secure ? run_path(settings->secure, source, "")
                        : run_path(settings->tftpboot, source, ".sgn");
    int folder = -1, fd = -1;
    int rc = from != NULL ? folders_of(folders, source, FOLDER_MODE, &folder, err)
                          : prov_fail(err, PROV_E_MEMORY, "out of memory");
    if (rc == PROV_OK)
        rc = prov_batch_open_at(batch, folder, prov_file_base(source), SOURCE_MODE, &fd, err);
    if (rc == PROV_OK) {
        rc = copy(from, !secure, fd, err);
        if (rc == PROV_OK)
            rc = prov_batch_done(batch, err);
        else
            prov_batch_drop(batch);
    }
    free(from);
    return rc;
}

static void
say(const struct adoption *adoption, const char *source, bool secure)
{
    char shown[PROV_PRINTABLE_SIZE(1024)];
    prov_printable(source, strlen(source), shown, sizeof shown);
    printf("%s %s: its source was lost, and is taken %s%s%s\n",
           adoption->run->dry_run ? "# would write" : "wrote", shown,
           secure ? "from the secure root" : "out of ", secure ? "" : shown, secure ? "" : ".sgn");
}

int
adopt_sources(struct adoption *adoption, struct prov_error *err)
{
    struct folders folders;
    struct prov_batch *batch = prov_batch_new();
    int rc = folders_begin(&folders, adoption->settings->source, err);
    if (rc == PROV_OK && batch == NULL)
        rc = prov_fail(err, PROV_E_MEMORY, "out of memory");
    if (rc == PROV_OK)
        prov_batch_only_new(batch);
    for (size_t i = 0; rc == PROV_OK && i < adoption->lost_count; i++) {
        const char *source = adoption->lost[i];
        bool secure = false;
        const char *why = refuse(adoption, source, &secure);
        if (why != NULL)
            cli_warn(source, "%s", why);
        else if (!adoption->run->dry_run)
            rc = take_out(adoption, source, secure, &folders, batch, err);
        if (rc == PROV_OK && why == NULL)
            say(adoption, source, secure);
    }
    if (rc == PROV_OK)
        rc = prov_batch_commit(batch, err);
    prov_batch_free(batch);
    folders_end(&folders);
    return rc;
}
