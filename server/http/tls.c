/* SPDX-License-Identifier: MIT */
/* Certificates, keys and protocols of a TLS port, as one object that connections share. */
#include "server/http/tls.h"
#include "server/log/log.h"

#include <prov/file.h>
#include <prov/identity.h>

#include <errno.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* No handshake that is signed with SHA-1; what clients' certificates are signed with is judged in
 * client_trust.c. X25519 comes first, since clients send a key share for it: asking for another
 * group would cost a round trip. */
#define GROUPS "-GROUP-ALL:+GROUP-X25519:+GROUP-SECP256R1:+GROUP-SECP384R1:+GROUP-SECP521R1:"
#define PRIORITY_STRICT                                                                            \
    "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-RSA:-SIGN-RSA-SHA1:-SIGN-ECDSA-SHA1:" GROUPS      \
    "%SERVER_PRECEDENCE"
#define PRIORITY_OLD_PHONES                                                                        \
    "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:+VERS-TLS1.1:+VERS-TLS1.0:%SERVER_PRECEDENCE"

/* --- loading */

struct pair {
    const char *path;
    enum prov_key_type type;
    struct prov_bytes *pem;
};

static void
pair_free(struct pair *pair)
{
    prov_bytes_free(pair->pem);
    pair->pem = NULL;
}

/* `err` was filled by a function that does not name the file. */
static int
fail_with_file(const char *path, int code, struct prov_error *err)
{
    struct prov_error cause = *err;
    switch (code) {
    case PROV_E_SYSTEM:
        prov_fail(err, code, "%s: %s%s", path, cause.text,
                  cause.sys == EACCES ? "; the user that provd runs as must be able to read it"
                                      : "");
        err->sys = cause.sys;
        return code;
    case PROV_E_PASSPHRASE:
        return prov_fail(err, PROV_E_UNFIT,
                         "%s: its key is encrypted, and nobody is there to ask for the "
                         "passphrase; store it unencrypted (openssl pkey)",
                         path);
    default:
        return prov_fail(err, code, "%s: %s", path, cause.text);
    }
}

static int
check_pair(struct pair *pair, const struct prov_identity *identity, struct prov_error *err)
{
    pair->type = prov_identity_key_type(identity);
    if (pair->type != PROV_KEY_EC && pair->type != PROV_KEY_RSA)
        return prov_fail(err, PROV_E_UNFIT, "%s: phones know RSA and EC keys, this is %s",
                         pair->path, prov_identity_key_name(identity));
    const char *warning = prov_identity_validity_warning(identity, (int64_t)time(NULL));
    if (warning != NULL)
        log_warn("%s: %s; it is served all the same", pair->path, warning);
    return PROV_OK;
}

static int
pair_load(const char *path, struct pair *pair, struct prov_error *err)
{
    struct prov_identity *identity = NULL;
    pair->path = path;
    int rc =
        prov_identity_load(path, PROV_NEED_CERTIFICATE | PROV_NEED_KEY, NULL, NULL, &identity, err);
    if (rc != PROV_OK)
        return fail_with_file(path, rc, err);
    rc = check_pair(pair, identity, err);
    prov_identity_free(identity);
    if (rc != PROV_OK)
        return rc;
    rc = prov_file_read(path, PROV_IDENTITY_FILE_MAX, &pair->pem, err);
    return rc == PROV_OK ? PROV_OK : fail_with_file(path, rc, err);
}

static gnutls_datum_t
datum_of(const struct prov_bytes *bytes)
{
    struct prov_span span = prov_bytes_span(bytes);
    return (gnutls_datum_t){.data = (unsigned char *)span.data, .size = (unsigned)span.len};
}

static int
set_pair(gnutls_certificate_credentials_t x509, const struct pair *pair, struct prov_error *err)
{
    gnutls_datum_t pem = datum_of(pair->pem);
    int rc = gnutls_certificate_set_x509_key_mem2(x509, &pem, &pem, GNUTLS_X509_FMT_PEM, NULL, 0);
    if (rc < 0)
        return prov_fail(err, PROV_E_UNFIT,
                         "%s: GnuTLS cannot use it (%s); it must hold a PEM certificate, its chain "
                         "and its key",
                         pair->path, gnutls_strerror(rc));
    return PROV_OK;
}

static int
use_pair(struct tls_credentials *credentials, const struct pair *pair, struct prov_error *err)
{
    int rc = set_pair(credentials->x509, pair, err);
    if (rc != PROV_OK)
        return rc;
    if (pair->type == PROV_KEY_EC)
        credentials->terms.has_ec = true;
    else
        credentials->terms.has_rsa = true;
    return PROV_OK;
}

static int
check_kinds(const struct tls_credentials *credentials, const struct pair *pairs, size_t count,
            struct prov_error *err)
{
    if (count == 2 && pairs[0].type == pairs[1].type)
        return prov_fail(err, PROV_E_UNFIT,
                         "%s and %s are both %s certificates; a port takes one EC and one RSA "
                         "certificate",
                         pairs[0].path, pairs[1].path, pairs[0].type == PROV_KEY_EC ? "EC" : "RSA");
    if (credentials->profile == TLS_OLD_PHONES && pairs[0].type != PROV_KEY_RSA &&
        (count < 2 || pairs[1].type != PROV_KEY_RSA))
        return prov_fail(err, PROV_E_UNFIT,
                         "%s: old phones know RSA alone; name an RSA certificate for their port",
                         pairs[0].path);
    return PROV_OK;
}

/* TLS 1.3 takes the first that fits, and EC is cheaper. */
static int
use_pairs(struct tls_credentials *credentials, const struct pair *pairs, size_t count,
          struct prov_error *err)
{
    int rc = check_kinds(credentials, pairs, count, err);
    for (size_t i = 0; rc == PROV_OK && i < count; i++)
        if (pairs[i].type == PROV_KEY_EC)
            rc = use_pair(credentials, &pairs[i], err);
    for (size_t i = 0; rc == PROV_OK && i < count; i++)
        if (pairs[i].type == PROV_KEY_RSA)
            rc = use_pair(credentials, &pairs[i], err);
    return rc;
}

static int
load_certificates(struct tls_credentials *credentials, char *const *paths, size_t count,
                  struct prov_error *err)
{
    struct pair pairs[2] = {{0}, {0}};
    if (count < 1 || count > 2)
        return prov_fail(err, PROV_E_ARGUMENT,
                         "a TLS port takes one EC certificate, one RSA certificate, or both");
    int rc = PROV_OK;
    for (size_t i = 0; rc == PROV_OK && i < count; i++)
        rc = pair_load(paths[i], &pairs[i], err);
    if (rc == PROV_OK)
        rc = use_pairs(credentials, pairs, count, err);
    pair_free(&pairs[0]);
    pair_free(&pairs[1]);
    return rc;
}

static int
load_clients(struct tls_credentials *credentials, const struct tls_client_terms *terms,
             struct prov_error *err)
{
    const char *path = NULL;
    int rc = client_trust_load(terms, &credentials->clients, &path, err);
    if (rc != PROV_OK)
        return fail_with_file(path, rc, err);
    return client_trust_announce(credentials->clients, credentials->x509, err);
}

static int
load_proof(struct tls_credentials *credentials, const char *path, struct prov_error *err)
{
    struct pair pair = {0};
    if (gnutls_certificate_allocate_credentials(&credentials->proof) != 0)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    int rc = pair_load(path, &pair, err);
    if (rc == PROV_OK)
        rc = set_pair(credentials->proof, &pair, err);
    pair_free(&pair);
    if (rc == PROV_OK && credentials->clients != NULL)
        rc = client_trust_announce(credentials->clients, credentials->proof, err);
    if (rc != PROV_OK)
        return rc;
    rc = prov_identity_load(path, PROV_NEED_CERTIFICATE, NULL, NULL,
                            &credentials->proof_certificate, err);
    return rc == PROV_OK ? PROV_OK : fail_with_file(path, rc, err);
}

int
tls_credentials_new(enum tls_profile profile, char *const *certificates, size_t count,
                    const struct tls_client_terms *clients, struct tls_credentials **out,
                    struct prov_error *err)
{
    struct tls_credentials *credentials = calloc(1, sizeof *credentials);
    if (credentials == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    atomic_init(&credentials->references, 1);
    credentials->profile = profile;
    bool strict = profile == TLS_STRICT;
    credentials->terms.oldest = strict ? VERSION_TLS12 : VERSION_TLS10;
    credentials->terms.rsa_key_exchange = !strict;
    int rc = PROV_OK;
    if (gnutls_certificate_allocate_credentials(&credentials->x509) != 0 ||
        gnutls_priority_init2(&credentials->priority,
                              strict ? PRIORITY_STRICT : PRIORITY_OLD_PHONES, NULL, 0) != 0)
        rc = prov_fail(err, PROV_E_CRYPTO,
                       "GnuTLS does not start; its system configuration may leave no protocol");
    if (rc == PROV_OK)
        rc = load_certificates(credentials, certificates, count, err);
    if (rc == PROV_OK && clients != NULL && (clients->ca != NULL || clients->maker_ca != NULL))
        rc = load_clients(credentials, clients, err);
    if (rc == PROV_OK && clients != NULL && clients->proof != NULL)
        rc = load_proof(credentials, clients->proof, err);
    if (rc != PROV_OK) {
        tls_credentials_release(credentials);
        return rc;
    }
    *out = credentials;
    return PROV_OK;
}

/* --- references */

struct tls_credentials *
tls_credentials_hold(struct tls_credentials *credentials)
{
    atomic_fetch_add(&credentials->references, 1);
    return credentials;
}

void
tls_credentials_release(struct tls_credentials *credentials)
{
    if (credentials == NULL || atomic_fetch_sub(&credentials->references, 1) > 1)
        return;
    if (credentials->x509 != NULL)
        gnutls_certificate_free_credentials(credentials->x509);
    if (credentials->priority != NULL)
        gnutls_priority_deinit(credentials->priority);
    client_trust_free(credentials->clients);
    if (credentials->proof != NULL)
        gnutls_certificate_free_credentials(credentials->proof);
    prov_identity_free(credentials->proof_certificate);
    free(credentials);
}

void
tls_protocols(const struct tls_credentials *credentials, char *out, size_t size)
{
    const unsigned *list = NULL;
    int count = gnutls_priority_protocol_list(credentials->priority, &list);
    size_t used = 0;
    out[0] = '\0';
    for (int i = 0; i < count; i++) {
        static const struct {
            gnutls_protocol_t protocol;
            const char *name;
        } names[] = {{GNUTLS_TLS1_3, "TLS 1.3"},
                     {GNUTLS_TLS1_2, "TLS 1.2"},
                     {GNUTLS_TLS1_1, "TLS 1.1"},
                     {GNUTLS_TLS1_0, "TLS 1.0"}};
        for (size_t j = 0; j < sizeof names / sizeof names[0]; j++)
            if (names[j].protocol == list[i] && used < size)
                used += (size_t)snprintf(out + used, size - used, "%s%s", used > 0 ? ", " : "",
                                         names[j].name);
    }
}
