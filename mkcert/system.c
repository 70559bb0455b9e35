/* SPDX-License-Identifier: MIT */
/* A certificate as the files that a telephone system reads, all of them or none. */
#include "mkcert/mkcert.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER_MODE 0755
#define FILE_SIZE_MAX (1024 * 1024)
#define FILES_MAX 3
#define VALUES_MAX 4
#define FREESWITCH_DAYS_MAX 2190 /* longer validities wrapped around there */
#define FREESWITCH_YEARS 5
#define IMG2020_CAS_MAX 16 /* entries in CAList.pem */
#define DAY INT64_C(86400)

/* What a file holds, in this order. */
enum part {
    PART_CERTIFICATE = 1,
    PART_ISSUERS = 2, /* between certificate and root, for a server to present */
    PART_KEY = 4,
    PART_TRUSTED = 8,       /* the root and what --ca-list adds */
    PART_TRUSTED_CHAIN = 16 /* with every CA between */
};

struct system_file {
    const char *name; /* with placeholders */
    mode_t mode;
    unsigned parts;
};

static const struct system {
    const char *name;
    const char *text; /* template */
    size_t cas_max;   /* in its list; 0: any number */
    struct system_file files[FILES_MAX];
} systems[] = {
    {"phone", NULL, 0, {{0}}},
    {"asterisk",
     "asterisk.txt.in",
     0,
     {{"@NAME@.crt", 0644, PART_CERTIFICATE | PART_ISSUERS},
      {"@NAME@.key", 0600, PART_KEY},
      {"ca.crt", 0644, PART_TRUSTED}}},
    {"freeswitch",
     "freeswitch.txt.in",
     0,
     {{"agent.pem", 0640, PART_CERTIFICATE | PART_ISSUERS | PART_KEY},
      {"cafile.pem", 0640, PART_TRUSTED_CHAIN}}}, /* Sofia-SIP sends the CAs between out of it */
    {"img2020",
     "img2020.txt.in",
     IMG2020_CAS_MAX,
     {{"privateKey.pem", 0600, PART_KEY},
      {"publickey.pem", 0644, PART_CERTIFICATE},
      {"CAList.pem", 0644, PART_TRUSTED_CHAIN}}},
    {"mediatrix",
     "mediatrix.txt.in",
     1,
     {{"host.crt", 0600, PART_CERTIFICATE | PART_ISSUERS | PART_KEY},
      {"other.crt", 0644, PART_TRUSTED}}},
};

/* One run: what was made, whom it trusts, and the text around it. */
struct output {
    const struct mkcert *run;
    const struct system *system;
    struct prov_identity *made;
    struct prov_bytes *trusted; /* PEM: the root and --ca-list */
    struct prov_bytes *trusted_chain;
    char *name;   /* of the certificate, fit for file names */
    char *folder; /* without links, as configurations need it */
    bool made_folder;
    char day[CLI_DAY_SIZE]; /* the validity's last */
    struct mkcert_value values[VALUES_MAX];
    struct prov_batch *batch;
};

static const struct system *
find_system(const char *name)
{
    for (size_t i = 0; i < sizeof systems / sizeof systems[0]; i++)
        if (strcmp(systems[i].name, name) == 0)
            return &systems[i];
    return NULL;
}

bool
mkcert_is_system(const char *name)
{
    return find_system(name) != NULL;
}

static bool
consists_of(const char *text, const char *more)
{
    for (; *text != '\0'; text++)
        if (!isascii((unsigned char)*text) ||
            (!isalnum((unsigned char)*text) && strchr(more, *text) == NULL))
            return false;
    return true;
}

/* --- whom the system trusts */

static const struct prov_identity *
find_root(const struct mkcert *run, const struct prov_identity *made)
{
    size_t above = prov_chain_count(run->issuers);
    const struct prov_identity *top = run->issuer == NULL ? made
                                      : above == 0        ? run->issuer
                                                          : prov_chain_get(run->issuers, above - 1);
    return prov_certificate_is_self_signed(top) ? top : NULL;
}

static int
put_ca(struct prov_bytes *list, const struct prov_identity *ca, size_t *count,
       struct prov_error *err)
{
    struct prov_bytes *pem = prov_bytes_new(FILE_SIZE_MAX);
    int rc = pem == NULL ? prov_fail(err, PROV_E_MEMORY, "out of memory")
                         : prov_pem_put_certificate(pem, ca, err);
    if (rc == PROV_OK) {
        struct prov_span have = prov_bytes_span(list), more = prov_bytes_span(pem);
        if (have.len == 0 || memmem(have.data, have.len, more.data, more.len) == NULL) {
            rc = prov_bytes_put(list, more.data, more.len, err);
            *count += 1;
        }
    }
    prov_bytes_free(pem);
    return rc;
}

static int
put_ca_list(struct output *output, const char *path, size_t *count, struct prov_error *err)
{
    struct prov_chain *cas = NULL;
    int rc = prov_chain_load(path, &cas, err);
    if (rc == PROV_OK && prov_chain_count(cas) == 0)
        rc = prov_fail(err, PROV_E_FORMAT, "it holds no certificate in PEM or DER");
    for (size_t i = 0; rc == PROV_OK && i < prov_chain_count(cas); i++) {
        size_t ignored = 0;
        rc = put_ca(output->trusted, prov_chain_get(cas, i), &ignored, err);
        if (rc == PROV_OK)
            rc = put_ca(output->trusted_chain, prov_chain_get(cas, i), count, err);
    }
    prov_chain_free(cas);
    return rc;
}

/* Every CA of the chain, the root apart. */
static int
put_issuers(struct output *output, const struct prov_identity *root, size_t *count,
            struct prov_error *err)
{
    int rc = PROV_OK;
    const struct prov_identity *issuer = output->run->issuer;
    for (size_t i = 0; rc == PROV_OK && issuer != NULL; i++) {
        if (issuer != root)
            rc = put_ca(output->trusted_chain, issuer, count, err);
        issuer = prov_chain_get(output->run->issuers, i);
    }
    return rc;
}

/* Returns an exit code, other than CLI_DONE after a message. */
static int
gather_trusted(struct output *output)
{
    const struct mkcert *run = output->run;
    struct prov_error err;
    size_t count = 0, ignored = 0;
    const struct prov_identity *root = find_root(run, output->made);
    if (root == NULL)
        return cli_error(
            run->issuer_file,
            "the root above it is not in it, and %s must trust that; give it with --chain",
            run->system);
    const char *about = run->issuer_file;
    int rc = put_ca(output->trusted, root, &ignored, &err);
    if (rc == PROV_OK)
        rc = put_ca(output->trusted_chain, root, &count, &err);
    if (rc == PROV_OK)
        rc = put_issuers(output, root, &count, &err);
    for (size_t i = 0; rc == PROV_OK && i < run->ca_list_count; i++) {
        about = run->ca_lists[i];
        rc = put_ca_list(output, about, &count, &err);
    }
    if (rc != PROV_OK)
        return mkcert_failed(about, &err);
    if (output->system->cas_max == IMG2020_CAS_MAX && count > IMG2020_CAS_MAX)
        return cli_error("CAList.pem", "it would hold %zu CAs; an IMG 2020 takes %d", count,
                         IMG2020_CAS_MAX);
    return CLI_DONE;
}

/* --- the files */

static int
compose(const struct output *output, unsigned parts, struct prov_bytes *pem, struct prov_error *err)
{
    struct prov_span trusted = prov_bytes_span(output->trusted);
    struct prov_span chain = prov_bytes_span(output->trusted_chain);
    int rc = PROV_OK;
    if ((parts & PART_CERTIFICATE) != 0)
        rc = prov_pem_put_certificate(pem, output->made, err);
    if (rc == PROV_OK && (parts & PART_ISSUERS) != 0)
        rc = prov_pem_put_issuers(pem, &output->run->plan, false, err);
    if (rc == PROV_OK && (parts & PART_KEY) != 0)
        rc = prov_pem_put_key(pem, output->made, err);
    if (rc == PROV_OK && (parts & PART_TRUSTED) != 0)
        rc = prov_bytes_put(pem, trusted.data, trusted.len, err);
    if (rc == PROV_OK && (parts & PART_TRUSTED_CHAIN) != 0)
        rc = prov_bytes_put(pem, chain.data, chain.len, err);
    return rc;
}

/* Files that anybody may read get the mode they need whatever the umask; a key stays as closed as
 * the umask says until its owner is changed. */
static int
put_with_mode(struct output *output, const struct system_file *file, const char *path,
              const struct prov_bytes *pem, struct prov_error *err)
{
    struct prov_span text = prov_bytes_span(pem);
    mode_t mask = umask(0);
    if ((file->parts & PART_KEY) != 0)
        umask(mask);
    int rc = prov_batch_put(output->batch, path, file->mode, text.data, text.len, err);
    umask(mask);
    return rc;
}

/* Returns an exit code, other than CLI_DONE after a message. */
static int
put_file(struct output *output, const struct system_file *file)
{
    struct prov_error err;
    int rc = PROV_OK;
    char *name = mkcert_fill_in(file->name, file->name, output->values, VALUES_MAX);
    char *path = NULL;
    if (name == NULL || asprintf(&path, "%s/%s", output->folder, name) < 0) {
        free(name);
        return CLI_FAILED;
    }
    free(name);
    struct prov_bytes *pem = prov_bytes_new(FILE_SIZE_MAX);
    bool may = mkcert_may_write(output->run, path);
    if (may)
        rc = pem == NULL ? prov_fail(&err, PROV_E_MEMORY, "out of memory")
                         : compose(output, file->parts, pem, &err);
    if (may && rc == PROV_OK)
        rc = put_with_mode(output, file, path, pem, &err);
    if (rc != PROV_OK)
        cli_fail(path, &err);
    prov_bytes_free(pem);
    free(path);
    return may && rc == PROV_OK ? CLI_DONE : CLI_FAILED;
}

/* The files into the batch, then the text filled in; only then anything becomes visible. */
static int
write_files(struct output *output)
{
    struct prov_error err;
    int status = CLI_DONE;
    if (!output->run->common.force)
        prov_batch_only_new(output->batch);
    for (size_t i = 0; status == CLI_DONE && i < FILES_MAX && output->system->files[i].name != NULL;
         i++)
        status = put_file(output, &output->system->files[i]);
    if (status != CLI_DONE)
        return status;
    char *text = mkcert_template(output->system->text, output->values, VALUES_MAX);
    if (text == NULL)
        return CLI_FAILED;
    if (prov_batch_commit(output->batch, &err) == PROV_OK)
        fputs(text, stdout);
    else
        status = cli_fail(output->folder, &err);
    free(text);
    return status;
}

/* --- the run */

/* Its files are for other users too, whatever the umask. */
static int
make_folder(struct output *output, const char *folder)
{
    mode_t mask = umask(0);
    output->made_folder = mkdir(folder, FOLDER_MODE) == 0;
    int sys = errno;
    umask(mask);
    if (output->made_folder || sys == EEXIST)
        return CLI_DONE;
    return cli_error(folder, "cannot make this folder: %s", strerror(sys));
}

/* What goes into configuration files and shell commands unquoted must be of one piece there. */
static int
prepare_names(struct output *output, const char *folder)
{
    const char *common_name = output->run->plan.common_name;
    if (!consists_of(common_name, ".-:*") || common_name[0] == '-')
        return cli_usage("with --for %s the common name is the host name or IP address that "
                         "devices connect to",
                         output->system->name);
    if (make_folder(output, folder) != CLI_DONE)
        return CLI_FAILED;
    output->folder = realpath(folder, NULL);
    output->name = mkcert_file_name(common_name, "");
    if (output->folder == NULL || output->name == NULL)
        return cli_error(folder, "cannot use this folder: %s", strerror(errno));
    if (!consists_of(output->folder, "/._-+,:@="))
        return cli_error(folder,
                         "its path holds characters that shells and configuration files take "
                         "apart; choose another folder");
    return CLI_DONE;
}

static int
prepare(struct output *output, const char *folder)
{
    output->trusted = prov_bytes_new(FILE_SIZE_MAX);
    output->trusted_chain = prov_bytes_new(FILE_SIZE_MAX);
    output->batch = prov_batch_new();
    if (output->trusted == NULL || output->trusted_chain == NULL || output->batch == NULL)
        return cli_error(NULL, "out of memory");
    if (output->system->cas_max == 1 && output->run->ca_list_count > 0)
        return cli_usage("--ca-list goes with a system that has a list; a Mediatrix unit takes "
                         "each further CA as an Other certificate of its own");
    return prepare_names(output, folder);
}

static int
issue(struct output *output)
{
    struct prov_error err;
    if (prov_certificate_issue(&output->run->plan, &output->made, &err) != PROV_OK)
        return mkcert_failed(output->folder, &err);
    const struct mkcert_value values[VALUES_MAX] = {
        {"NAME", output->name},
        {"FOLDER", output->folder},
        {"HOST", output->run->plan.common_name},
        {"UNTIL", cli_day(prov_identity_not_after(output->made), output->day)},
    };
    memcpy(output->values, values, sizeof values);
    return CLI_DONE;
}

static void
warn(const struct output *output)
{
    int64_t days =
        (prov_identity_not_after(output->made) - prov_identity_not_before(output->made)) / DAY;
    mkcert_warn(output->run, output->folder, output->made);
    if (strcmp(output->system->name, "freeswitch") == 0 && days > FREESWITCH_DAYS_MAX)
        cli_warn(output->folder,
                 "FreeSWITCH has wrapped validities over %d days around; give --years %d or less",
                 FREESWITCH_DAYS_MAX, FREESWITCH_YEARS);
}

int
mkcert_make_for_system(struct mkcert *run, const char *folder)
{
    struct output output = {.run = run, .system = find_system(run->system)};
    if (strcmp(run->system, "freeswitch") == 0 && !run->years_given)
        run->plan.years = FREESWITCH_YEARS;
    int status = prepare(&output, folder);
    if (status == CLI_DONE)
        status = issue(&output);
    if (status == CLI_DONE)
        status = gather_trusted(&output);
    if (status == CLI_DONE)
        status = write_files(&output);
    if (status == CLI_DONE)
        warn(&output);
    prov_batch_free(output.batch);
    if (status != CLI_DONE && output.made_folder)
        (void)rmdir(folder); /* it is empty, or somebody else uses it */
    prov_bytes_free(output.trusted);
    prov_bytes_free(output.trusted_chain);
    prov_identity_free(output.made);
    free(output.name);
    free(output.folder);
    return status;
}
