/* SPDX-License-Identifier: MIT */
/* The lists that a phone holds, and whom it trusts by them. */
#include "provcheck/phone/trust.h"

static const char *const list_names[TRUST_KINDS] = {
    [TRUST_CTL] = "CTLFile.tlv",
    [TRUST_ITL] = "ITLFile.tlv",
};

const char *
trust_list_name(enum trust_kind kind)
{
    return list_names[kind];
}

/* All records of all lists in turn; NULL after the last. */
static const struct prov_record *
next_record(const struct trust *trust, size_t *at)
{
    size_t index = (*at)++;
    for (size_t kind = 0; kind < TRUST_KINDS; kind++) {
        size_t count = trust->lists[kind] != NULL ? prov_trustlist_count(trust->lists[kind]) : 0;
        if (index < count)
            return prov_trustlist_at(trust->lists[kind], index);
        index -= count;
    }
    return NULL;
}

static bool
has_role(const struct prov_record *record, unsigned roles)
{
    return record->role < 32 && (roles & TRUST_ROLE(record->role)) != 0;
}

size_t
trust_count_role(const struct prov_trustlist *list, unsigned role)
{
    size_t count = 0;
    for (size_t i = 0; i < prov_trustlist_count(list); i++)
        count += prov_trustlist_at(list, i)->role == role;
    return count;
}

bool
trust_holds(const struct trust *trust, unsigned roles)
{
    const struct prov_record *record;
    for (size_t at = 0; (record = next_record(trust, &at)) != NULL;)
        if (has_role(record, roles))
            return true;
    return false;
}

bool
trust_is_empty(const struct trust *trust)
{
    return trust->lists[TRUST_CTL] == NULL && trust->lists[TRUST_ITL] == NULL;
}

bool
trust_is_released(const struct trust *trust)
{
    return trust->lists[TRUST_ITL] != NULL &&
           !trust_holds(trust, TRUST_ROLES_FILES | TRUST_ROLE(PROV_ROLE_TVS));
}

bool
trust_signs_files(const struct trust *trust)
{
    for (size_t kind = 0; kind < TRUST_KINDS; kind++)
        if (trust->lists[kind] != NULL && prov_trustlist_signs_files(trust->lists[kind]))
            return true;
    return false;
}

bool
trust_lacks_server(const struct trust *trust)
{
    return trust->lists[TRUST_CTL] != NULL && !trust_holds(trust, TRUST_ROLES_FILES);
}

bool
trust_has_tvs(const struct trust *trust)
{
    return trust_holds(trust, TRUST_ROLE(PROV_ROLE_TVS));
}

bool
trust_announces_https(const struct trust *trust)
{
    const struct prov_trustlist *itl = trust->lists[TRUST_ITL];
    if (itl == NULL)
        return false;
    const struct prov_field *version =
        prov_header_find(prov_trustlist_header(itl), PROV_TAG_SIGNER_VERSION);
    return version != NULL && version->value.len == 2 &&
           version->value.data[0] * 256 + version->value.data[1] >= 0x0101;
}

static bool
itl_lists_server(const struct prov_trustlist *itl, struct prov_span der)
{
    for (size_t i = 0; i < prov_trustlist_count(itl); i++) {
        const struct prov_record *record = prov_trustlist_at(itl, i);
        const struct prov_field *certificate = prov_record_find(record, PROV_RECORD_CERTIFICATE);
        if (has_role(record, TRUST_ROLES_FILES) && certificate != NULL &&
            prov_span_equal(certificate->value, der))
            return true;
    }
    return false;
}

bool
trust_server(void *context, struct prov_span der, struct prov_error *why)
{
    const struct trust *trust = context;
    struct prov_identity *certificate = NULL;
    if (prov_identity_from_der(der.data, der.len, &certificate, why) != PROV_OK)
        return false;
    bool trusted = false;
    if (prov_identity_key_type(certificate) != PROV_KEY_EC)
        prov_fail(why, PROV_E_UNFIT,
                  "the server's certificate holds an %s key, and phones want EC there; give the "
                  "server a certificate made with prov mkcert --curve",
                  prov_identity_key_name(certificate));
    else if (!itl_lists_server(trust->lists[TRUST_ITL], der))
        prov_fail(why, PROV_E_UNFIT,
                  "the server's certificate is not in the phone's ITL with role TFTP%s; add it "
                  "with tlvfile --tftp",
                  trust_has_tvs(trust) ? " (unless the list's TVS vouches for it, which is not "
                                         "asked here)"
                                       : "");
    else
        trusted = true;
    prov_identity_free(certificate);
    return trusted;
}

static bool
names(const struct prov_record *record, unsigned tag, const struct prov_field *wanted)
{
    const struct prov_field *field = prov_record_find(record, tag);
    return field != NULL && wanted != NULL && prov_span_equal(field->value, wanted->value);
}

const struct prov_record *
trust_next_signer(const struct trust *trust, unsigned roles, const struct prov_header *header,
                  size_t *at)
{
    const struct prov_field *issuer = prov_header_find(header, PROV_TAG_ISSUER_NAME);
    const struct prov_field *serial = prov_header_find(header, PROV_TAG_SERIAL_NUMBER);
    const struct prov_record *record;
    while ((record = next_record(trust, at)) != NULL)
        if (has_role(record, roles) && names(record, PROV_RECORD_ISSUER_NAME, issuer) &&
            names(record, PROV_RECORD_SERIAL_NUMBER, serial))
            return record;
    return NULL;
}
