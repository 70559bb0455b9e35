/* SPDX-License-Identifier: MIT */
/* A certificate into one PEM file: a new one, or one for a request. */
#include "mkcert/mkcert.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEY_MODE 0600
#define CERTIFICATE_MODE 0644
#define CHAIN_SIZE (256 * 1024)

/* The CAs above the issuer, from --chain or the issuer's own file; a key on a token has none. */
static int
load_issuers(struct mkcert *run)
{
    struct prov_error err;
    struct prov_chain *pool = NULL;
    int rc = PROV_OK;
    const char *path = run->chain_file != NULL ? run->chain_file : run->issuer_file;
    if (run->chain_file != NULL || access(path, F_OK) == 0)
        rc = prov_chain_load(path, &pool, &err);
    if (rc == PROV_OK)
        rc = prov_chain_above(run->issuer, pool, &run->issuers, &err);
    prov_chain_free(pool);
    if (rc == PROV_OK)
        return CLI_DONE;
    return cli_fail(path, &err);
}

static bool
load(const struct mkcert *run, const char *path, unsigned need, struct prov_identity **out)
{
    if (path != NULL)
        *out = cli_identity(&run->common, path, need);
    return path == NULL || *out != NULL;
}

int
mkcert_load(struct mkcert *run)
{
    unsigned need = PROV_NEED_CERTIFICATE | (run->issuer_key_file == NULL ? PROV_NEED_KEY : 0);
    if (!load(run, run->issuer_file, need, &run->issuer) ||
        !load(run, run->issuer_key_file, PROV_NEED_KEY, &run->issuer_key) ||
        !load(run, run->key_file, PROV_NEED_KEY, &run->key))
        return CLI_FAILED;
    if (run->issuer != NULL && load_issuers(run) != CLI_DONE)
        return CLI_FAILED;
    run->plan.issuer = run->issuer;
    run->plan.issuer_key = run->issuer_key;
    run->plan.issuers = run->issuers;
    run->plan.key = run->key;
    return CLI_DONE;
}

void
mkcert_unload(struct mkcert *run)
{
    prov_identity_free(run->issuer);
    prov_identity_free(run->issuer_key);
    prov_identity_free(run->key);
    prov_chain_free(run->issuers);
}

int
mkcert_failed(const char *path, const struct prov_error *err)
{
    if (err->code == PROV_E_ARGUMENT)
        return cli_usage("%s", err->text);
    return cli_fail(path, err);
}

/* Sizes that the formats have a number for (formats.md, section 1, tag 11). */
static bool
has_code(unsigned bits)
{
    return bits == 512 || bits == 1024 || bits == 2048 || bits == 4096;
}

void
mkcert_warn(const struct mkcert *run, const char *path, const struct prov_identity *made)
{
    char day[CLI_DAY_SIZE];
    int64_t end = prov_identity_not_after(made);
    if (run->plan.issuer != NULL && end < prov_certificate_end(&run->plan))
        cli_warn(path, "it ends on %s with its issuer, not after %u years; renew the issuer first",
                 cli_day(end, day), run->plan.years);
    if (prov_identity_key_type(made) == PROV_KEY_RSA &&
        prov_identity_key_bits(made) > PROV_SIGNER_KEY_MAX)
        cli_warn(path, "7900 phones refuse keys over %d bits%s", PROV_SIGNER_KEY_MAX,
                 has_code(prov_identity_key_bits(made))
                     ? ""
                     : ", and no file for phones can be signed with one of this size");
    if (!prov_identity_has_required_names(made))
        cli_warn(path, "it lacks one of CN, O and OU, so phones take it in no trust list");
}

/* Nothing was made of it: a host name is ASCII without underscores (RFC 1123, section 2.1). */
static bool
is_no_host_name(const char *name)
{
    for (; *name != '\0'; name++)
        if (!isascii((unsigned char)*name) ||
            (!isalnum((unsigned char)*name) && strchr(".-:*", *name) == NULL))
            return true;
    return false;
}

static void
warn_of_names(const struct mkcert *run, const char *path)
{
    const struct prov_certificate_plan *plan = &run->plan;
    bool server = plan->issuer != NULL &&
                  (plan->purposes == 0 || (plan->purposes & PROV_PURPOSE_SERVER) != 0);
    if (server && plan->alt_name_count == 0 && is_no_host_name(plan->common_name))
        cli_warn(path, "its common name is no host name, so it has no subjectAltName, and devices "
                       "accept it under no name; give one with --san, with umlauts as xn--...");
}

static bool
is_same_file(const char *path, const char *other)
{
    struct stat a, b;
    return other != NULL && stat(path, &a) == 0 && stat(other, &b) == 0 && a.st_dev == b.st_dev &&
           a.st_ino == b.st_ino;
}

/* The option that names this file as something to be read; NULL if none does. */
static const char *
find_input(const struct mkcert *run, const char *path)
{
    const struct {
        const char *option;
        const char *path;
    } inputs[] = {
        {"--key", run->key_file},
        {"--issuer", run->issuer_file},
        {"--issuer-key", run->issuer_key_file},
        {"--chain", run->chain_file},
        {"--csr", run->request_file},
        {"--passphrase-file", run->common.passphrase_file},
    };
    for (size_t i = 0; i < sizeof inputs / sizeof inputs[0]; i++)
        if (is_same_file(path, inputs[i].path))
            return inputs[i].option;
    for (size_t i = 0; i < run->ca_list_count; i++)
        if (is_same_file(path, run->ca_lists[i]))
            return "--ca-list";
    return NULL;
}

bool
mkcert_may_write(const struct mkcert *run, const char *path)
{
    struct stat status;
    const char *input = find_input(run, path);
    if (input != NULL) {
        cli_error(path, "it is what %s reads, and would be lost; choose another name", input);
        return false;
    }
    if (run->common.force || (lstat(path, &status) != 0 && errno == ENOENT))
        return true;
    cli_error(path, "it exists, and a lost key cannot be had back; choose another name or give "
                    "--force");
    return false;
}

char *
mkcert_file_name(const char *common_name, const char *ending)
{
    char *name = NULL;
    if (asprintf(&name, "%s%s", common_name, ending) < 0)
        return NULL;
    char *to = name;
    for (const char *at = common_name; *at != '\0'; at++) {
        unsigned char c = (unsigned char)*at;
        if ((c & 0xc0) != 0x80) /* not the rest of a UTF-8 character */
            *to++ = isascii(c) && (isalnum(c) || c == '-') ? (char)c : '_';
    }
    memcpy(to, ending, strlen(ending) + 1);
    return name;
}

int
mkcert_write(const char *path, mode_t mode, const struct prov_bytes *pem, bool replace,
             struct prov_error *err)
{
    struct prov_span text = prov_bytes_span(pem);
    struct prov_batch *batch = prov_batch_new();
    if (batch == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    if (!replace)
        prov_batch_only_new(batch);
    int rc = prov_batch_put(batch, path, mode, text.data, text.len, err);
    if (rc == PROV_OK)
        rc = prov_batch_commit(batch, err);
    prov_batch_free(batch);
    return rc;
}

/* Everything in one text: the key if it was made here, the certificate, its issuers. */
static int
put_all(const struct mkcert *run, const struct prov_identity *made, struct prov_bytes *pem,
        struct prov_error *err)
{
    bool ca = (run->plan.purposes & PROV_PURPOSE_CA) != 0;
    int rc = PROV_OK;
    if (prov_identity_has_key(made) && run->key == NULL)
        rc = prov_pem_put_key(pem, made, err);
    if (rc == PROV_OK)
        rc = prov_pem_put_certificate(pem, made, err);
    return rc == PROV_OK ? prov_pem_put_issuers(pem, &run->plan, ca, err) : rc;
}

static int
write_made(const struct mkcert *run, const char *path, const struct prov_identity *made,
           struct prov_error *err)
{
    bool with_key = prov_identity_has_key(made) && run->key == NULL;
    struct prov_bytes *pem = prov_bytes_new(CHAIN_SIZE);
    if (pem == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    int rc = put_all(run, made, pem, err);
    if (rc == PROV_OK)
        rc =
            mkcert_write(path, with_key ? KEY_MODE : CERTIFICATE_MODE, pem, run->common.force, err);
    prov_bytes_free(pem);
    return rc;
}

int
mkcert_make(const struct mkcert *run, const char *path)
{
    struct prov_error err;
    struct prov_identity *made = NULL;
    if (!mkcert_may_write(run, path))
        return CLI_FAILED;
    int rc = prov_certificate_issue(&run->plan, &made, &err);
    if (rc == PROV_OK)
        rc = write_made(run, path, made, &err);
    if (rc == PROV_OK) {
        mkcert_warn(run, path, made);
        warn_of_names(run, path);
    }
    prov_identity_free(made);
    return rc == PROV_OK ? CLI_DONE : mkcert_failed(path, &err);
}

int
mkcert_sign_request(const struct mkcert *run, const char *path)
{
    struct prov_error err;
    struct prov_bytes *content = NULL;
    struct prov_request *request = NULL;
    struct prov_identity *made = NULL;
    if (!mkcert_may_write(run, path))
        return CLI_FAILED;
    int rc = prov_file_read(run->request_file, PROV_REQUEST_MAX, &content, &err);
    if (rc == PROV_OK) {
        struct prov_span bytes = prov_bytes_span(content);
        rc = prov_request_read(bytes.data, bytes.len, &request, &err);
    }
    if (rc == PROV_OK)
        rc = prov_request_issue(request, &run->plan, &made, &err);
    bool issued = rc == PROV_OK;
    if (issued)
        rc = write_made(run, path, made, &err);
    if (rc == PROV_OK)
        mkcert_warn(run, path, made);
    prov_identity_free(made);
    prov_request_free(request);
    prov_bytes_free(content);
    return rc == PROV_OK ? CLI_DONE : mkcert_failed(issued ? path : run->request_file, &err);
}
