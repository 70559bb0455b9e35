/* SPDX-License-Identifier: MIT */
/* Building trust lists (formats.md, section 2). */
#include "libprov/bytes.h"
#include "libprov/error.h"
#include "libprov/header.h"
#include "libprov/identity.h"
#include "libprov/layout.h"
#include "libprov/tlv.h"
#include "libprov/trustlist.h"

#include <prov/text.h>

#include <openssl/x509.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define EC_POINT_UNCOMPRESSED 4 /* first byte of an X9.62 point */
#define SUBJECT_SHOWN_MAX 256

/* A certificate's subject for a message. */
static const char *
show_subject(const struct prov_identity *certificate, char *out, size_t size)
{
    struct prov_bytes *subject = NULL;
    if (prov_identity_subject(certificate, NULL, &subject, NULL) != PROV_OK)
        return "a certificate";
    struct prov_span text = prov_bytes_span(subject);
    prov_printable(text.data, text.len, out, size);
    prov_bytes_free(subject);
    return out;
}

/* formats.md, section 2; OpenSSL's names. */
static bool
is_known_curve(const struct prov_identity *certificate)
{
    static const char *const known[] = {"prime256v1", "secp384r1", "secp521r1"};
    char name[64];
    size_t len = 0;
    if (EVP_PKEY_get_group_name(prov__identity_public_key(certificate), name, sizeof name, &len) !=
        1)
        return false;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(name, known[i]) == 0)
            return true;
    return false;
}

static int
check_key(const struct prov_identity *certificate, struct prov_error *err)
{
    char subject[SUBJECT_SHOWN_MAX];
    if (prov_identity_key_type(certificate) == PROV_KEY_OTHER)
        return prov_fail(err, PROV_E_UNFIT,
                         "%s has an %s key; a trust list holds RSA and EC keys only",
                         show_subject(certificate, subject, sizeof subject),
                         prov_identity_key_name(certificate));
    if (prov_identity_key_type(certificate) == PROV_KEY_EC && !is_known_curve(certificate))
        return prov_fail(
            err, PROV_E_UNFIT,
            "%s has an EC key on a curve that phones do not know; they know secp256r1, "
            "secp384r1 and secp521r1",
            show_subject(certificate, subject, sizeof subject));
    const X509 *x509 = prov__identity_x509(certificate);
    if (x509 == NULL) /* one of a phone's certificate is made when it is asked for */
        return prov__no_memory(err);
    const ASN1_BIT_STRING *key = X509_get0_pubkey_bitstr(x509);
    if (prov_identity_key_type(certificate) == PROV_KEY_EC &&
        (ASN1_STRING_length(key) < 1 || ASN1_STRING_get0_data(key)[0] != EC_POINT_UNCOMPRESSED))
        return prov_fail(err, PROV_E_UNFIT,
                         "%s holds its EC key as a compressed point, which no phone is known to "
                         "read; make the certificate again with an uncompressed one",
                         show_subject(certificate, subject, sizeof subject));
    return PROV_OK;
}

static int
check_entries(const struct prov_trustlist_plan *plan, struct prov_error *err)
{
    size_t sast = 0;
    char subject[SUBJECT_SHOWN_MAX];
    for (size_t i = 0; i < plan->count; i++) {
        const struct prov_trustlist_entry *entry = &plan->entries[i];
        sast += entry->role == PROV_ROLE_SAST;
        if (!prov_identity_has_certificate(entry->certificate))
            return prov_fail(err, PROV_E_UNFIT, "each entry of a trust list needs a certificate");
        int rc = check_key(entry->certificate, err);
        if (rc != PROV_OK)
            return rc;
        for (size_t k = 0; k < i; k++)
            if (plan->entries[k].role == entry->role &&
                prov_span_equal(prov_identity_der(plan->entries[k].certificate),
                                prov_identity_der(entry->certificate)))
                return prov_fail(err, PROV_E_ARGUMENT,
                                 "%s stands twice in role %s; give each certificate once per role",
                                 show_subject(entry->certificate, subject, sizeof subject),
                                 prov_role_name(entry->role));
    }
    if (sast == 0)
        return prov_fail(err, PROV_E_ARGUMENT,
                         "a trust list needs a SAST certificate, which signs it");
    if (sast > PROV_TRUSTLIST_SAST_MAX)
        return prov_fail(err, PROV_E_ARGUMENT, "%zu SAST certificates; phones take at most %d",
                         sast, PROV_TRUSTLIST_SAST_MAX);
    return PROV_OK;
}

static int
check_signer(const struct prov_signing *how, const struct prov_trustlist_plan *plan,
             struct prov_error *err)
{
    for (size_t i = 0; i < plan->count; i++) {
        if (plan->entries[i].role != PROV_ROLE_SAST)
            continue;
        if (prov_span_equal(prov_identity_der(plan->entries[i].certificate),
                            prov_identity_der(how->signer)))
            return PROV_OK;
        break;
    }
    return prov_fail(err, PROV_E_ARGUMENT, "the first SAST certificate must be the signer");
}

static int
put_name(struct prov_bytes *out, const struct prov_layout *layout, uint8_t tag,
         const struct prov_identity *certificate, struct prov_error *err)
{
    struct prov_bytes *name = NULL;
    int rc = tag == PROV_RECORD_SUBJECT_NAME
                 ? prov_identity_subject(certificate, layout, &name, err)
                 : prov_identity_issuer(certificate, layout, &name, err);
    if (rc == PROV_OK)
        rc = prov__put_string(out, tag, prov_bytes_span(name), err);
    prov_bytes_free(name);
    return rc;
}

static int
put_field(struct prov_bytes *out, const struct prov_layout *layout, uint8_t tag,
          const struct prov_trustlist_entry *entry, struct prov_error *err)
{
    const X509 *x509 = prov__identity_x509(entry->certificate);
    const ASN1_BIT_STRING *bits = NULL;
    switch (tag) {
    case PROV_RECORD_SUBJECT_NAME:
    case PROV_RECORD_ISSUER_NAME:
        return put_name(out, layout, tag, entry->certificate, err);
    case PROV_RECORD_ROLE:
        return prov__put_u16(out, tag, (uint16_t)entry->role, err);
    case PROV_RECORD_SERIAL_NUMBER:
        return prov__put_value(out, tag, prov_identity_serial(entry->certificate), err);
    case PROV_RECORD_CERTIFICATE:
        return prov__put_value(out, tag, prov_identity_der(entry->certificate), err);
    case PROV_RECORD_PUBLIC_KEY:
        /* What X.509 wraps is what the record wants: RSAPublicKey, or the EC point. */
        bits = X509_get0_pubkey_bitstr(x509);
        break;
    default:
        X509_get0_signature(&bits, NULL, x509);
        break;
    }
    struct prov_span value = {ASN1_STRING_get0_data(bits), (size_t)ASN1_STRING_length(bits)};
    return prov__put_value(out, tag, value, err);
}

static int
put_record(struct prov_bytes *out, const struct prov_layout *layout,
           const struct prov_trustlist_entry *entry, struct prov_error *err)
{
    size_t start = prov_bytes_span(out).len;
    int rc = prov__put_u16(out, PROV_RECORD_LENGTH, 0, err);
    size_t length_at = prov_bytes_span(out).len - sizeof(uint16_t);
    for (size_t i = 0; rc == PROV_OK && i < PROV__RECORD_FIELDS; i++)
        rc = put_field(out, layout, layout->record_order[i], entry, err);
    size_t len = prov_bytes_span(out).len - start;
    if (rc == PROV_E_LIMIT || len > UINT16_MAX)
        return prov_fail(err, PROV_E_LIMIT, "a certificate is too large for a trust list");
    if (rc != PROV_OK)
        return rc;
    prov__bytes_patch_u16(out, length_at, (uint16_t)len);
    return PROV_OK;
}

static int
check_size(const struct prov_bytes *bytes, struct prov_error *err)
{
    if (prov_bytes_span(bytes).len <= PROV_TRUSTLIST_BUILD_MAX)
        return PROV_OK;
    return prov_fail(err, PROV_E_LIMIT,
                     "the list would be larger than the %d bytes that a phone holds; list fewer "
                     "certificates",
                     PROV_TRUSTLIST_BUILD_MAX);
}

typedef int write_header(const struct prov_signing *how, const struct prov__header_plan *plan,
                         struct prov_span content, struct prov_bytes *out, struct prov_error *err);

static int
build(const struct prov_signing *how, const struct prov_trustlist_plan *plan, write_header *write,
      struct prov_bytes *records, struct prov_bytes *list, struct prov_error *err)
{
    const struct prov_layout *layout = prov__layout_or_default(how->layout);
    int rc = PROV_OK;
    for (size_t i = 0; rc == PROV_OK && i < plan->count; i++) {
        rc = put_record(records, layout, &plan->entries[i], err);
        if (rc == PROV_OK)
            rc = check_size(records, err);
    }
    const uint8_t version[] = {plan->signer_version.major, plan->signer_version.minor};
    const struct prov__header_plan header = {
        .major = 1, .minor = 2, .signer_version = version, .name = plan->name};
    if (rc == PROV_OK)
        rc = write(how, &header, prov_bytes_span(records), list, err);
    return rc != PROV_OK ? rc : check_size(list, err);
}

static int
check_and_build(const struct prov_signing *how, const struct prov_trustlist_plan *plan,
                write_header *write, struct prov_bytes **out, struct prov_error *err)
{
    int rc = PROV_OK;
    if ((rc = prov__check_plan_size(plan->size, sizeof *plan, err)) != PROV_OK ||
        (rc = check_entries(plan, err)) != PROV_OK ||
        (rc = prov_signing_check(how, err)) != PROV_OK ||
        (rc = check_signer(how, plan, err)) != PROV_OK)
        return rc;
    struct prov_bytes *records = prov_bytes_new(PROV_TRUSTLIST_READ_MAX);
    struct prov_bytes *list = prov_bytes_new(PROV_TRUSTLIST_READ_MAX);
    rc = records == NULL || list == NULL ? prov__no_memory(err)
                                         : build(how, plan, write, records, list, err);
    prov_bytes_free(records);
    if (rc != PROV_OK) {
        prov_bytes_free(list);
        return rc;
    }
    *out = list;
    return PROV_OK;
}

int
prov_trustlist_build(const struct prov_signing *how, const struct prov_trustlist_plan *plan,
                     struct prov_bytes **out, struct prov_error *err)
{
    return check_and_build(how, plan, prov__header_write, out, err);
}

int
prov_trustlist_expect(const struct prov_signing *how, const struct prov_trustlist_plan *plan,
                      struct prov_bytes **out, struct prov_error *err)
{
    return check_and_build(how, plan, prov__header_expect, out, err);
}

struct warner {
    prov_warning *warn;
    void *context;
};

static void warn_about(const struct warner *warner, const struct prov_identity *certificate,
                       const char *format, ...) PROV_PRINTF(3, 4);

static void
warn_about(const struct warner *warner, const struct prov_identity *certificate, const char *format,
           ...)
{
    char subject[SUBJECT_SHOWN_MAX], what[256], text[SUBJECT_SHOWN_MAX + 256 + 4];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    snprintf(text, sizeof text, "%s: %s", show_subject(certificate, subject, sizeof subject), what);
    warner->warn(warner->context, text);
}

static void
warn_certificate(const struct warner *warner, const struct prov_identity *certificate, int64_t now)
{
    if (!prov_identity_has_required_names(certificate))
        warn_about(warner, certificate, "its subject lacks CN, O or OU, which phones expect");
    if (prov_identity_key_type(certificate) == PROV_KEY_RSA &&
        prov_identity_key_bits(certificate) > PROV_SIGNER_KEY_MAX)
        warn_about(warner, certificate, "its key has %u bits; 7900 phones refuse more than %d",
                   prov_identity_key_bits(certificate), PROV_SIGNER_KEY_MAX);
    const char *validity = prov_identity_validity_warning(certificate, now);
    if (validity != NULL)
        warn_about(warner, certificate, "%s", validity);
}

static bool
seen_before(const struct prov_trustlist_plan *plan, size_t index)
{
    for (size_t k = 0; k < index; k++)
        if (prov_span_equal(prov_identity_der(plan->entries[k].certificate),
                            prov_identity_der(plan->entries[index].certificate)))
            return true;
    return false;
}

void
prov_trustlist_plan_warnings(const struct prov_trustlist_plan *plan, int64_t now,
                             prov_warning *warn, void *context)
{
    const struct warner warner = {warn, context};
    struct prov_error err;
    if (prov__check_plan_size(plan->size, sizeof *plan, &err) != PROV_OK) {
        warn(context, err.text);
        return;
    }
    bool old_version = plan->signer_version.major == 1 && plan->signer_version.minor == 0;
    size_t sast = 0;
    for (size_t i = 0; i < plan->count; i++) {
        const struct prov_trustlist_entry *entry = &plan->entries[i];
        bool is_ec = prov_identity_key_type(entry->certificate) == PROV_KEY_EC;
        sast += entry->role == PROV_ROLE_SAST;
        if (!seen_before(plan, i))
            warn_certificate(&warner, entry->certificate, now);
        if (is_ec && entry->role == PROV_ROLE_TFTP && old_version)
            warn_about(&warner, entry->certificate,
                       "phones ignore an EC certificate for HTTPS unless the list has version 1.1");
        if (is_ec && entry->role == PROV_ROLE_SAST)
            warn_about(&warner, entry->certificate,
                       "an EC certificate in role SAST cannot sign a later list");
    }
    if (sast == 1)
        warn(context, "the list names one SAST certificate only: if its key is lost, every phone "
                      "must be reset by hand; add a second one and keep its key offline");
}
