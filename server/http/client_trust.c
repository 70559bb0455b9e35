/* SPDX-License-Identifier: MIT */
/* Whom client-ca and maker-ca trust: authorities, and certificates of phones, each for itself
 * alone. */
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

struct authorities {
    gnutls_x509_trust_list_t list; /* NULL: there are none */
    size_t count;
    gnutls_x509_crt_t *at; /* the same once more, to be announced */
};

struct client_trust {
    bool weak, expired_makers;
    struct authorities clients, makers;
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

static int
pin(struct client_trust *trust, const gnutls_datum_t *der, struct prov_error *err)
{
    struct pin *pins = reallocarray(trust->pins, trust->pin_count + 1, sizeof *pins);
    if (pins == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    trust->pins = pins;
    return pin_of(der, &pins[trust->pin_count++]) ? PROV_OK
                                                  : prov_fail(err, PROV_E_MEMORY, "out of memory");
}

/* Takes the certificate over: a phone's is good for itself, and not as a manufacturer's. */
static int
add(struct client_trust *trust, struct authorities *into, gnutls_x509_crt_t certificate,
    struct prov_error *err)
{
    struct prov_mac phone;
    gnutls_datum_t der = {0};
    int rc = PROV_OK;
    if (gnutls_x509_crt_export2(certificate, GNUTLS_X509_FMT_DER, &der) != 0)
        rc = prov_fail(err, PROV_E_MEMORY, "out of memory");
    bool phones = rc == PROV_OK && names_phone(&der, &phone);
    if (phones && into == &trust->makers)
        rc = prov_fail(err, PROV_E_UNFIT,
                       "it holds the certificate of SEP%s itself, which is no manufacturer's CA; "
                       "put it into client-ca",
                       phone.text);
    else if (phones)
        rc = pin(trust, &der, err);
    if (rc == PROV_OK && !phones)
        into->at[into->count++] = certificate;
    else
        gnutls_x509_crt_deinit(certificate);
    gnutls_free(der.data);
    return rc;
}

/* All of them, of which each is taken over. */
static int
add_all(struct client_trust *trust, struct authorities *into, gnutls_x509_crt_t *certificates,
        unsigned count, struct prov_error *err)
{
    into->at = calloc(count, sizeof(gnutls_x509_crt_t));
    bool room = into->at != NULL;
    int rc = room ? PROV_OK : prov_fail(err, PROV_E_MEMORY, "out of memory");
    for (unsigned i = 0; i < count; i++) {
        if (room && rc == PROV_OK)
            rc = add(trust, into, certificates[i], err);
        else
            gnutls_x509_crt_deinit(certificates[i]);
    }
    if (!room || rc != PROV_OK)
        return rc;
    if (gnutls_x509_trust_list_init(&into->list, 0) != 0 ||
        gnutls_x509_trust_list_add_cas(into->list, into->at, (unsigned)into->count, 0) !=
            (int)into->count)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    return PROV_OK;
}

static int
read_pem(struct client_trust *trust, struct authorities *into, const char *path,
         struct prov_error *err)
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
    rc = read ? add_all(trust, into, certificates, count, err)
              : prov_fail(err, PROV_E_FORMAT,
                          "it holds no certificate of a CA; it must be a PEM file");
    gnutls_free(certificates);
    return rc;
}

int
client_trust_load(const struct tls_client_terms *terms, struct client_trust **out,
                  const char **path, struct prov_error *err)
{
    struct client_trust *trust = calloc(1, sizeof *trust);
    *path = terms->ca != NULL ? terms->ca : terms->maker_ca;
    if (trust == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    trust->weak = terms->weak;
    trust->expired_makers = terms->expired_makers;
    int rc = terms->ca != NULL ? read_pem(trust, &trust->clients, terms->ca, err) : PROV_OK;
    if (rc == PROV_OK && terms->maker_ca != NULL) {
        *path = terms->maker_ca;
        rc = read_pem(trust, &trust->makers, terms->maker_ca, err);
    }
    if (rc != PROV_OK) {
        client_trust_free(trust);
        return rc;
    }
    if (trust->pin_count > 0)
        qsort(trust->pins, trust->pin_count, sizeof *trust->pins, by_digest);
    *out = trust;
    return PROV_OK;
}

static void
release(struct authorities *authorities)
{
    if (authorities->list != NULL) /* its certificates are freed with it */
        gnutls_x509_trust_list_deinit(authorities->list, 1);
    else
        for (size_t i = 0; i < authorities->count; i++)
            gnutls_x509_crt_deinit(authorities->at[i]);
    free(authorities->at);
}

void
client_trust_free(struct client_trust *trust)
{
    if (trust == NULL)
        return;
    release(&trust->clients);
    release(&trust->makers);
    free(trust->pins);
    free(trust);
}

static bool
announce(const struct authorities *authorities, gnutls_certificate_credentials_t credentials)
{
    return authorities->count == 0 ||
           gnutls_certificate_set_x509_trust(credentials, authorities->at,
                                             (int)authorities->count) >= 0;
}

int
client_trust_announce(const struct client_trust *trust,
                      gnutls_certificate_credentials_t credentials, struct prov_error *err)
{
    if (trust->pin_count > 0 ||
        (announce(&trust->clients, credentials) && announce(&trust->makers, credentials)))
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

#define EXPIRED_CURE                                                                               \
    " Enrol the phone again; if its manufacturer issued it, and no other can be had, name that "   \
    "CA "                                                                                          \
    "in maker-ca instead, with expired-maker-certificates = yes."

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
        return refuse(why, "it has expired." EXPIRED_CURE);
    if (trust->weak)
        return true;
    if (algorithm < 0 || gnutls_pk_bits_to_sec_param((gnutls_pk_algorithm_t)algorithm, bits) <
                             GNUTLS_SEC_PARAM_MEDIUM)
        return refuse(why, "its key is too short; client-weak = true takes it");
    if (!gnutls_x509_crt_check_key_purpose(certificate, GNUTLS_KP_TLS_WWW_CLIENT, 0))
        return refuse(why, "it is not for TLS clients; client-weak = true takes it");
    return true;
}

#define WEAK (GNUTLS_CERT_INSECURE_ALGORITHM | GNUTLS_CERT_PURPOSE_MISMATCH)

static bool
say_status(unsigned status, const struct client_trust *trust, struct prov_error *why)
{
    char shown[256];
    gnutls_datum_t text = {0};
    if (gnutls_certificate_verification_status_print(status, GNUTLS_CRT_X509, &text, 0) != 0)
        return refuse(why, "it cannot be verified");
    prov_printable(text.data, text.size > 0 ? text.size - 1 : 0, shown, sizeof shown);
    gnutls_free(text.data);
    const char *cure = "";
    if ((status & GNUTLS_CERT_EXPIRED) != 0)
        cure = EXPIRED_CURE;
    else if (!trust->weak && (status & WEAK) != 0)
        cure = " If phones of an old family need it, client-weak = true takes it.";
    prov_fail(why, PROV_E_UNFIT, "%s%s", shown, cure);
    return false;
}

/* What stands in the way of a certificate that comes from one of the authorities: GnuTLS' status,
 * with `flags` besides those that hold for all. False, with the reason, if that cannot be told. */
static bool
verify(const struct client_trust *trust, const struct authorities *authorities,
       gnutls_x509_crt_t *certificates, unsigned count, unsigned flags, unsigned *status,
       struct prov_error *why)
{
    char purpose[] = GNUTLS_KP_TLS_WWW_CLIENT;
    gnutls_typed_vdata_st wanted = {.type = GNUTLS_DT_KEY_PURPOSE_OID,
                                    .data = (unsigned char *)purpose};
    flags |= trust->weak
                 ? GNUTLS_PROFILE_TO_VFLAGS(GNUTLS_PROFILE_LOW) | GNUTLS_VERIFY_ALLOW_SIGN_WITH_SHA1
                 : GNUTLS_PROFILE_TO_VFLAGS(GNUTLS_PROFILE_MEDIUM);
    *status = GNUTLS_CERT_SIGNER_NOT_FOUND;
    if (authorities->list == NULL)
        return true;
    int rc = gnutls_x509_trust_list_verify_crt2(authorities->list, certificates, count, &wanted,
                                                trust->weak ? 0 : 1, flags, status, NULL);
    return rc == 0 || refuse(why, gnutls_strerror(rc));
}

static bool
begins_later(gnutls_x509_crt_t *certificates, unsigned count)
{
    time_t now = time(NULL);
    for (unsigned i = 0; i < count; i++)
        if (gnutls_x509_crt_get_activation_time(certificates[i]) > now)
            return true;
    return false;
}

/* Of a manufacturer: expiry alone is excused, since it issues no other for a phone that it has
 * sold. GnuTLS looks at both ends of a certificate's time, or at none. `status` is what stands in
 * the way without manufacturers. */
static bool
accept_maker(const struct client_trust *trust, gnutls_x509_crt_t *certificates, unsigned count,
             unsigned status, bool *expired, struct prov_error *why)
{
    unsigned of_maker = 0, besides = 0;
    if (!verify(trust, &trust->makers, certificates, count, 0, &of_maker, why))
        return false;
    if (of_maker == 0)
        return true;
    if ((of_maker & GNUTLS_CERT_SIGNER_NOT_FOUND) != 0)
        return say_status(status, trust, why);
    if (!verify(trust, &trust->makers, certificates, count,
                GNUTLS_VERIFY_DISABLE_TIME_CHECKS | GNUTLS_VERIFY_DISABLE_TRUSTED_TIME_CHECKS,
                &besides, why))
        return false;
    if (besides != 0 || begins_later(certificates, count))
        return say_status(besides != 0 ? besides : of_maker, trust, why);
    *expired = true;
    return trust->expired_makers ||
           refuse(why, "it has expired, and its manufacturer renews none: "
                       "expired-maker-certificates = yes takes it, or enrol the phone");
}

/* Who is a phone is nobody's issuer, whatever its certificate says of itself. */
static bool
accept_issued(const struct client_trust *trust, gnutls_x509_crt_t *certificates,
              const gnutls_datum_t *chain, unsigned count, bool *expired, struct prov_error *why)
{
    struct prov_mac issuer;
    unsigned status = 0;
    for (unsigned i = 1; i < count; i++)
        if (names_phone(&chain[i], &issuer))
            return refuse(why, "a phone's certificate stands among its issuers");
    if (!verify(trust, &trust->clients, certificates, count, 0, &status, why))
        return false;
    if (status == 0)
        return true;
    return trust->makers.list != NULL
               ? accept_maker(trust, certificates, count, status, expired, why)
               : say_status(status, trust, why);
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
                     struct client_verdict *out, struct prov_error *why)
{
    gnutls_x509_crt_t certificates[CHAIN_MAX] = {NULL};
    *out = (struct client_verdict){.pinned = false};
    if (count < 1 || count > CHAIN_MAX)
        return refuse(why, "its chain is too long");
    if (!import_chain(chain, count, certificates))
        return refuse(why, "it cannot be read");
    out->pinned = is_pinned(trust, &chain[0]);
    bool accepted = out->pinned
                        ? accept_pinned(trust, certificates[0], why)
                        : accept_issued(trust, certificates, chain, count, &out->expired, why);
    for (unsigned i = 0; i < count; i++)
        gnutls_x509_crt_deinit(certificates[i]);
    if (accepted && !names_phone(&chain[0], &out->phone))
        return refuse(why,
                      "it names no phone: its only CN must be SEP<MAC> or CP-<model>-SEP<MAC>");
    return accepted;
}
