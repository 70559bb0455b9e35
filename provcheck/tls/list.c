/* SPDX-License-Identifier: MIT */
/* The server's certificate against the trust list that the phones hold (phones.md, section 5). */
#include "provcheck/tls/internal.h"

#include <stdio.h>
#include <string.h>

static bool
has_role(const struct prov_record *record, enum prov_role role)
{
    return record->role == role || (record->role == PROV_ROLE_CCM_TFTP &&
                                    (role == PROV_ROLE_CCM || role == PROV_ROLE_TFTP));
}

/* By the whole certificate, or by its digest where the record has no more (formats.md, section 2).
 */
static bool
names_certificate(const struct prov_record *record, struct prov_span der)
{
    const struct prov_field *whole = prov_record_find(record, PROV_RECORD_CERTIFICATE);
    const struct prov_field *hash = prov_record_find(record, PROV_RECORD_CERTIFICATE_HASH);
    struct prov_hash digest;
    struct prov_error err;
    if (whole != NULL)
        return prov_span_equal(whole->value, der);
    for (enum prov_digest kind = PROV_SHA1; hash != NULL && kind <= PROV_SHA512; kind++)
        if (prov_digest(kind, der.data, der.len, &digest, &err) == PROV_OK &&
            prov_span_equal(hash->value, (struct prov_span){digest.value, digest.len}))
            return true;
    return false;
}

/* Appends ", CCM" and the like; each role once. */
static void
add_role(char *text, size_t size, const struct prov_record *record)
{
    char number[16];
    size_t used = strlen(text);
    const char *name = prov_role_name(record->role);
    snprintf(number, sizeof number, "%u", record->role);
    if (name == NULL)
        name = number;
    if (strstr(text, name) == NULL)
        snprintf(text + used, size - used, "%s%s", used > 0 ? ", " : "", name);
}

/* True if the list holds an older or newer certificate with the same key. */
static bool
lists_key(const struct prov_trustlist *list, struct prov_span der)
{
    struct prov_identity *identity = NULL;
    struct prov_error err;
    bool listed = false;
    if (prov_identity_from_der(der.data, der.len, &identity, &err) != PROV_OK)
        return false;
    for (size_t i = 0; i < prov_trustlist_count(list) && !listed; i++) {
        const struct prov_identity *other = prov_trustlist_at(list, i)->certificate;
        listed = other != NULL && prov_identity_same_key(identity, other);
    }
    prov_identity_free(identity);
    return listed;
}

static void
look_up(const struct tls_check *check, struct prov_span der, struct tls_findings *findings)
{
    char roles[128] = "";
    const char *wanted = prov_role_name(check->role);
    for (size_t i = 0; i < prov_trustlist_count(check->list); i++) {
        const struct prov_record *record = prov_trustlist_at(check->list, i);
        if (!names_certificate(record, der))
            continue;
        if (has_role(record, check->role))
            return;
        add_role(roles, sizeof roles, record);
    }
    if (*roles != '\0')
        tls_found(findings, TLS_LISTED_ROLE,
                  "the server's certificate is in the trust list with role %s, and not %s", roles,
                  wanted);
    else
        tls_found(findings, TLS_NOT_LISTED,
                  "the server's certificate is not in the trust list, which needs it with role "
                  "%s%s",
                  wanted,
                  lists_key(check->list, der) ? "; it holds another certificate with the same key"
                                              : "");
}

bool
tls_check_list(const struct tls_check *check, X509 *certificate, struct tls_findings *findings)
{
    unsigned char *der = NULL;
    struct prov_error err;
    int len = i2d_X509(certificate, &der);
    if (len < 0)
        return false;
    if (prov_trustlist_verify(check->list, NULL, NULL, &err) != PROV_OK)
        tls_found(findings, TLS_LIST, "phones refuse the trust list: %s", err.text);
    look_up(check, (struct prov_span){der, (size_t)len}, findings);
    OPENSSL_free(der);
    return true;
}
