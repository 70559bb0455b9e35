/* SPDX-License-Identifier: MIT */
/* What mkcert was asked for, and the ways of doing it. */
#ifndef MKCERT_MKCERT_H
#define MKCERT_MKCERT_H

#include "cli/program.h"

#define MKCERT_NAMES_MAX 64    /* --san */
#define MKCERT_CA_LISTS_MAX 16 /* --ca-list */

struct mkcert {
    struct cli_common common;
    struct prov_certificate_plan plan;
    const char *alt_names[MKCERT_NAMES_MAX];
    bool bits_given;
    bool years_given;
    bool allow_wildcard;
    const char *file;
    const char *issuer_file;
    const char *issuer_key_file;
    const char *chain_file;
    const char *key_file;
    const char *request_file;
    const char *renew_file;
    const char *system;
    const char *ca_lists[MKCERT_CA_LISTS_MAX];
    size_t ca_list_count;
    /* What the files hold; the plan points at it. */
    struct prov_identity *issuer;
    struct prov_identity *issuer_key;
    struct prov_identity *key;
    struct prov_chain *issuers;
};

/* Each returns an exit code, other than CLI_DONE after a message. */

/* Loads the issuer, those above it and the key, as far as they are named. */
int mkcert_load(struct mkcert *run);
void mkcert_unload(struct mkcert *run);

/* A certificate into the one PEM file `path`: new, or for a request. */
int mkcert_make(const struct mkcert *run, const char *path);
int mkcert_sign_request(const struct mkcert *run, const char *path);
/* A certificate again, in the file that holds it. */
int mkcert_renew(struct mkcert *run);
/* A certificate as the files of a system, into a folder. */
bool mkcert_is_system(const char *name);
int mkcert_make_for_system(struct mkcert *run, const char *folder);

/* What went wrong with `path`; a plan that cannot be carried out is wrong usage. */
int mkcert_failed(const char *path, const struct prov_error *err);
/* Says what an administrator may not expect of the certificate. */
void mkcert_warn(const struct mkcert *run, const char *path, const struct prov_identity *made);
/* False after a message: `path` exists and may not be replaced, or is one of the inputs. */
bool mkcert_may_write(const struct mkcert *run, const char *path);
/* Writes the file, durably; fails if it exists and is not to be replaced. */
int mkcert_write(const char *path, mode_t mode, const struct prov_bytes *pem, bool replace,
                 struct prov_error *err) PROV_CHECKED;
/* A common name as part of a file name, followed by `ending`: every character but letters, digits
 * and hyphens is made an underscore, as scripts expect. To be freed; NULL when out of memory. */
char *mkcert_file_name(const char *common_name, const char *ending);

/* The template share/prov/`name`, with each @PLACEHOLDER@ replaced by its value; to be freed.
 * NULL after a message. */
struct mkcert_value {
    const char *name;
    const char *value;
};
char *mkcert_template(const char *name, const struct mkcert_value *values, size_t count);
/* The same for a text; `source` is what messages call it. */
char *mkcert_fill_in(const char *source, const char *text, const struct mkcert_value *values,
                     size_t count);

#endif
