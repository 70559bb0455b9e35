/* SPDX-License-Identifier: MIT */
/* A certificate again, in the file that holds it: its key stays where and as it is. */
#include "mkcert/mkcert.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define MODE_BITS 0777

/* Phones find a signer and a server in their trust list by issuer and serial number, so the old
 * certificate is needed until all of them hold a list with the new one. */
static void
tell_about_lists(const char *path, const struct prov_identity *renewed, const char *kept)
{
    if (!prov_certificate_is_self_signed(renewed)) {
        cli_warn(path,
                 "where a trust list holds it, publish one with both first; the old one is %s",
                 kept);
        return;
    }
    cli_warn(path,
             "its serial number is new: where a trust list holds it, publish one with both, signed "
             "as before, and put the new one to use when every phone has that list and before the "
             "old one expires; the old one is %s",
             kept);
}

static int
replace(const struct mkcert *run, const struct prov_identity *old,
        const struct prov_identity *renewed, char **kept, struct prov_error *err)
{
    const char *path = run->renew_file;
    struct prov_bytes *content = NULL, *pem = NULL;
    struct stat status;
    int rc = prov_file_read(path, PROV_IDENTITY_FILE_MAX, &content, err);
    if (rc == PROV_OK && lstat(path, &status) != 0)
        rc = prov_system_failed(err, "cannot see what it is");
    if (rc == PROV_OK && !S_ISREG(status.st_mode))
        rc = prov_fail(err, PROV_E_EXISTS, "it is a link; name the file itself");
    if (rc == PROV_OK && status.st_nlink > 1)
        rc = prov_fail(err, PROV_E_EXISTS,
                       "it has %ju names (hard links), and the others would keep the old "
                       "certificate; copy it to a file of its own first",
                       (uintmax_t)status.st_nlink);
    if (rc == PROV_OK)
        rc = prov_pem_renew(prov_bytes_span(content), old, renewed, &run->plan, &pem, err);
    if (rc == PROV_OK)
        rc = prov_file_keep(path, "old", kept, err);
    if (rc == PROV_OK) {
        rc = mkcert_write(path, status.st_mode & MODE_BITS, pem, true, err);
        if (rc != PROV_OK)
            (void)unlink(*kept); /* nothing was replaced */
    }
    prov_bytes_free(pem);
    prov_bytes_free(content);
    return rc;
}

/* What is in the file; the key only where it has to sign. NULL after a message. */
static struct prov_identity *
load_old(const struct mkcert *run)
{
    bool key_signs = run->issuer == NULL && run->key == NULL;
    struct prov_identity *old = cli_identity(&run->common, run->renew_file, PROV_NEED_CERTIFICATE);
    if (old == NULL || !key_signs || !prov_certificate_is_self_signed(old))
        return old;
    prov_identity_free(old);
    return cli_identity(&run->common, run->renew_file, PROV_NEED_CERTIFICATE | PROV_NEED_KEY);
}

int
mkcert_renew(struct mkcert *run)
{
    const char *path = run->renew_file;
    struct prov_error err;
    struct prov_identity *renewed = NULL;
    char *kept = NULL;
    int lock = -1;
    struct prov_identity *old = load_old(run);
    if (old == NULL)
        return CLI_FAILED;
    if (!run->years_given)
        run->plan.years = prov_certificate_years(old);
    int rc = prov_file_lock(path, &lock, &err);
    if (rc == PROV_OK)
        rc = prov_certificate_renew(old, &run->plan, &renewed, &err);
    if (rc == PROV_OK)
        rc = replace(run, old, renewed, &kept, &err);
    if (rc == PROV_OK) {
        mkcert_warn(run, path, renewed);
        tell_about_lists(path, renewed, kept);
    }
    if (lock >= 0)
        close(lock);
    free(kept);
    prov_identity_free(renewed);
    prov_identity_free(old);
    return rc == PROV_OK ? CLI_DONE : mkcert_failed(path, &err);
}
