/* SPDX-License-Identifier: MIT */
/* Whom client-ca trusts: authorities, and certificates of phones, each for itself alone. */
#include "server/http/client_trust.h"

#include <prov/digest.h>
#include <prov/file.h>
#include <prov/identity.h>
#include <prov/text.h>

#include <gnutls/x509.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CHAIN_MAX 16

/* A certificate of a phone, by the SHA-256 of all of it. */
struct pin {
    uint8_t sha256[32];
};

struct client_trust {
    bool weak;
    gnutls_x509_trust_list_t authorities;
    size_t authority_count;
    gnutls_x509_crt_t *authority; /* the same once more, to be announced */
    size_t pin_count;
    struct pin *pins; /* in ascending order */
};

static int
by_digest(const void *a, const void *b)
{
    return memcmp(((const struct pin *)a)->sha256, ((const struct pin *)b)->sha256,
                  sizeof(struct pin));
}

static bool
pin_of(const gnutls_datum_t *der, struct pin *out)
{
    struct prov_hash hash;
    if (prov_digest(PROV_SHA256, der->data, der->size, &hash, NULL) != PROV_OK)
        return false;
    memcpy(out->sha256, hash.value, sizeof out->sha256);
    return true;
}

/* The phone that it names by its only CN, whoever issued it. */
static bool
names_phone(const gnutls_datum_t *der, struct prov_mac *phone)
{
    struct prov_identity *identity = NULL;
    if (prov_identity_from_der(der->data, der->size, &identity, NULL) != PROV_OK)
        return false;
    bool named = prov_mac_of_certificate(identity, phone);
    prov_identity_free(identity);
    return named;
}

/* --- loading */

/* Takes the certificate over. */
static int
add(struct client_trust *trust, gnutls_x509_crt_t certificate, struct prov_error *err)
{
    struct prov_mac phone;
    gnutls_datum_t der = {0};
    if (gnutls_x509_crt_export2(certificate, GNUTLS_X509_FMT_DER, &der) != 0) {
        gnutls_x509_crt_deinit(certificate);
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    }
    int rc = PROV_OK;
    bool phones = names_phone(&der, &phone);
    if (phones && !pin_of(&der, &trust->pins[trust->pin_count++]))
        rc = prov_fail(err, PROV_E_MEMORY, "out of memory");
    if (phones)
        gnutls_x509_crt_deinit(certificate);
    else
        trust->authority[trust->authority_count++] = certificate;
    gnutls_free(der.data);
    return rc;
}

/* All of them, of which each is taken over. */
static int
add_all(struct client_trust *trust, gnutls_x509_crt_t *certificates, unsigned count,
        struct prov_error *err)
{
    trust->authority = calloc(count, sizeof(gnutls_x509_crt_t));
    trust->pins = calloc(count, sizeof *trust->pins);
    bool room = trust->authority != NULL && trust->pins != NULL;
    int rc = room ? PROV_OK : prov_fail(err, PROV_E_MEMORY, "out of memory");
    for (unsigned i = 0; i < count; i++) {
        if (room && rc == PROV_OK)
            rc = add(trust, certificates[i], err);
        else
            gnutls_x509_crt_deinit(certificates[i]);
    }
    if (!room || rc != PROV_OK)
        return rc;
    qsort(trust->pins, trust->pin_count, sizeof *trust->pins, by_digest);
    if (gnutls_x509_trust_list_init(&trust->authorities, 0) != 0 ||
        gnutls_x509_trust_list_add_cas(trust->authorities, trust->authority,
                                       (unsigned)trust->authority_count,
                                       0) != (int)trust->authority_count)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    return PROV_OK;
}

static int
read_pem(struct client_trust *trust, const char *path, struct prov_error *err)
{
    struct prov_bytes *pem = NULL;
    int rc = prov_file_read(path, PROV_IDENTITY_FILE_MAX, &pem, err);
    if (rc != PROV_OK)
        return rc;
    struct prov_span span = prov_bytes_span(pem);
    gnutls_datum_t datum = {.data = (unsigned char *)span.data, .size = (unsigned)span.len};
    gnutls_x509_crt_t *certificates = NULL;
    unsigned count = 0;
    bool read =
        gnutls_x509_crt_list_import2(&certificates, &count, &datum, GNUTLS_X509_FMT_PEM, 0) >= 0 &&
        count > 0;
    prov_bytes_free(pem);
    rc = read ? add_all(trust, certificates, count, err)
              : prov_fail(err, PROV_E_FORMAT,
                          "it holds no certificate of a CA; it must be a PEM file");
    gnutls_free(certificates);
    return rc;
}

int
client_trust_load(const struct tls_client_terms *terms, struct client_trust **out,
                  struct prov_error *err)
{
    struct client_trust *trust = calloc(1, sizeof *trust);
    if (trust == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    trust->weak = terms->weak;
    int rc = read_pem(trust, terms->ca, err);
    if (rc != PROV_OK) {
        client_trust_free(trust);
        return rc;
    }
    *out = trust;
    return PROV_OK;
}

void
client_trust_free(struct client_trust *trust)
{
    if (trust == NULL)
        return;
    if (trust->authorities != NULL) /* its certificates are freed with it */
        gnutls_x509_trust_list_deinit(trust->authorities, 1);
    else
        for (size_t i = 0; i < trust->authority_count; i++)
            gnutls_x509_crt_deinit(trust->authority[i]);
    free(trust->authority);
    free(trust->pins);
    free(trust);
}

int
client_trust_announce(const struct client_trust *trust,
                      gnutls_certificate_credentials_t credentials, struct prov_error *err)
{
    if (trust->pin_count > 0 || trust->authority_count == 0 ||
        gnutls_certificate_set_x509_trust(credentials, trust->authority,
                                          (int)trust->authority_count) >= 0)
        return PROV_OK;
    return prov_fail(err, PROV_E_MEMORY, "out of memory");
}

/* --- judging */

static bool
refuse(struct prov_error *why, const char *phrase)
{
    prov_fail(why, PROV_E_UNFIT, "%s", phrase);
    return false;
}

/* What a chain's signatures would show of a certificate is known of this one. Its time, its purpose
 * and its key still count. */
static bool
accept_pinned(const struct client_trust *trust, gnutls_x509_crt_t certificate,
              struct prov_error *why)
{
    unsigned bits = 0;
    time_t now = time(NULL);
    int algorithm = gnutls_x509_crt_get_pk_algorithm(certificate, &bits);
    if (gnutls_x509_crt_get_activation_time(certificate) > now)
        return refuse(why, "it is not yet valid");
    if (gnutls_x509_crt_get_expiration_time(certificate) < now)
        return refuse(why, "it has expired");
    if (trust->weak)
        return true;
    if (algorithm < 0 || gnutls_pk_bits_to_sec_param((gnutls_pk_algorithm_t)algorithm, bits) <
                             GNUTLS_SEC_PARAM_MEDIUM)
        return refuse(why, "its key is too short; client-weak = true takes it");
    if (!gnutls_x509_crt_check_key_purpose(certificate, GNUTLS_KP_TLS_WWW_CLIENT, 0))
        return refuse(why, "it is not for TLS clients; client-weak = true takes it");
    return true;
}

static bool
say_status(unsigned status, bool weak, struct prov_error *why)
{
    char shown[256];
    gnutls_datum_t text = {0};
    if (gnutls_certificate_verification_status_print(status, GNUTLS_CRT_X509, &text, 0) != 0)
        return refuse(why, "it cannot be verified");
    prov_printable(text.data, text.size > 0 ? text.size - 1 : 0, shown, sizeof shown);
    gnutls_free(text.data);
    bool curable =
        !weak && (status & (GNUTLS_CERT_INSECURE_ALGORITHM | GNUTLS_CERT_PURPOSE_MISMATCH)) != 0;
    prov_fail(why, PROV_E_UNFIT, "%s%s", shown,
              curable ? " If phones of an old family need it, client-weak = true takes it." : "");
    return false;
}

/* Who is a phone is nobody's issuer, whatever its certificate says of itself. */
static bool
accept_issued(const struct client_trust *trust, gnutls_x509_crt_t *certificates,
              const gnutls_datum_t *chain, unsigned count, struct prov_error *why)
{
    struct prov_mac issuer;
    for (unsigned i = 1; i < count; i++)
        if (names_phone(&chain[i], &issuer))
            return refuse(why, "a phone's certificate stands among its issuers");
    char purpose[] = GNUTLS_KP_TLS_WWW_CLIENT;
    gnutls_typed_vdata_st wanted = {.type = GNUTLS_DT_KEY_PURPOSE_OID,
                                    .data = (unsigned char *)purpose};
    unsigned status = 0;
    unsigned flags = trust->weak ? GNUTLS_PROFILE_TO_VFLAGS(GNUTLS_PROFILE_LOW) |
                                       GNUTLS_VERIFY_ALLOW_SIGN_WITH_SHA1
                                 : GNUTLS_PROFILE_TO_VFLAGS(GNUTLS_PROFILE_MEDIUM);
    int rc = gnutls_x509_trust_list_verify_crt2(trust->authorities, certificates, count, &wanted,
                                                trust->weak ? 0 : 1, flags, &status, NULL);
    if (rc != 0)
        return refuse(why, gnutls_strerror(rc));
    return status == 0 || say_status(status, trust->weak, why);
}

static bool
is_pinned(const struct client_trust *trust, const gnutls_datum_t *der)
{
    struct pin wanted;
    return trust->pin_count > 0 && pin_of(der, &wanted) &&
           bsearch(&wanted, trust->pins, trust->pin_count, sizeof wanted, by_digest) != NULL;
}

static bool
import_chain(const gnutls_datum_t *chain, unsigned count, gnutls_x509_crt_t *out)
{
    for (unsigned i = 0; i < count; i++) {
        if (gnutls_x509_crt_init(&out[i]) == 0 &&
            gnutls_x509_crt_import(out[i], &chain[i], GNUTLS_X509_FMT_DER) == 0)
            continue;
        for (unsigned j = 0; j <= i; j++)
            if (out[j] != NULL)
                gnutls_x509_crt_deinit(out[j]);
        return false;
    }
    return true;
}

bool
client_trust_accepts(const struct client_trust *trust, const gnutls_datum_t *chain, unsigned count,
                     struct prov_mac *phone, bool *pinned, struct prov_error *why)
{
    gnutls_x509_crt_t certificates[CHAIN_MAX] = {NULL};
    if (count < 1 || count > CHAIN_MAX)
        return refuse(why, "its chain is too long");
    if (!import_chain(chain, count, certificates))
        return refuse(why, "it cannot be read");
    *pinned = is_pinned(trust, &chain[0]);
    bool accepted = *pinned ? accept_pinned(trust, certificates[0], why)
                            : accept_issued(trust, certificates, chain, count, why);
    for (unsigned i = 0; i < count; i++)
        gnutls_x509_crt_deinit(certificates[i]);
    if (accepted && !names_phone(&chain[0], phone))
        return refuse(why,
                      "it names no phone: its only CN must be SEP<MAC> or CP-<model>-SEP<MAC>");
    return accepted;
}
