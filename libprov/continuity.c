/* SPDX-License-Identifier: MIT */
/* Whether phones that hold one trust list will take another: the rule that, once broken, means a
 * reset by hand for each phone (formats.md, section 2; phones.md, section 5). */
#include "libprov/internal.h"
#include "libprov/tlv.h"

#include <prov/text.h>

#define DAY INT64_C(86400)
#define SASTS_SHOWN_MAX (2 * PROV_SIGNER_TEXT_MAX + 8)

static struct prov_span
header_value(const struct prov_trustlist *list, unsigned tag)
{
    return prov__field_value(prov_header_find(prov_trustlist_header(list), tag));
}

/* The held list's SAST record that the new list's header names, compared byte by byte as phones do;
 * NULL if there is none. */
static const struct prov_record *
find_signer(const struct prov_trustlist *held, const struct prov_trustlist *next)
{
    for (size_t i = 0; i < prov_trustlist_count(held); i++) {
        const struct prov_record *record = prov_trustlist_at(held, i);
        if (prov__record_is_sast(record, header_value(next, PROV_TAG_ISSUER_NAME),
                                 header_value(next, PROV_TAG_SERIAL_NUMBER)))
            return record;
    }
    return NULL;
}

/* The signer's certificate as the new list itself holds it; NULL if it does not. */
static const struct prov_identity *
own_signer(const struct prov_trustlist *list)
{
    const struct prov_record *record = find_signer(list, list);
    return record != NULL ? record->certificate : NULL;
}

/* A list in another layout writes the same issuer with another separator, and phones compare
 * bytes. */
static bool
differs_in_layout_only(const struct prov_trustlist *held, const struct prov_trustlist *next)
{
    const struct prov_identity *signer = own_signer(next);
    for (size_t i = 0; signer != NULL && i < prov_trustlist_count(held); i++) {
        const struct prov_record *record = prov_trustlist_at(held, i);
        if (record->role == PROV_ROLE_SAST && record->certificate != NULL &&
            prov_span_equal(prov_identity_der(record->certificate), prov_identity_der(signer)))
            return true;
    }
    return false;
}

static int
unknown_signer(const struct prov_trustlist *held, const struct prov_trustlist *next,
               struct prov_error *err)
{
    const struct prov_header *header = prov_trustlist_header(next);
    char signer[PROV_SIGNER_TEXT_MAX], sasts[SASTS_SHOWN_MAX] = "";
    prov_signer_text(prov_header_find(header, PROV_TAG_ISSUER_NAME),
                     prov_header_find(header, PROV_TAG_SERIAL_NUMBER), signer, sizeof signer);
    prov_trustlist_put_signers(held, 1U << PROV_ROLE_SAST, sasts, sizeof sasts);
    if (differs_in_layout_only(held, next))
        return prov_fail(
            err, PROV_E_CONTINUITY,
            "phones would refuse the new list: its signer (%s) is in the old list, but "
            "written in another layout (%s); keep the old list's --layout",
            signer, sasts);
    return prov_fail(
        err, PROV_E_CONTINUITY,
        "phones would refuse the new list: it is signed by %s, but the old list trusts "
        "%s; to rotate, first publish a list that one of those signs and that names the new "
        "SAST too, and sign with the new one when every phone has it",
        signer, sasts[0] != '\0' ? sasts : "nobody");
}

static int
check_signature(const struct prov_record *record, const struct prov_trustlist *next,
                struct prov_error *err)
{
    const struct prov_identity *signer = prov__record_certificate(record, own_signer(next));
    if (signer == NULL)
        return prov_fail(
            err, PROV_E_CONTINUITY,
            "the old list's record of the signer holds no certificate that can be read or that the "
            "new list shows; whether phones would take the new list is unknown");
    int rc =
        prov_header_verify(prov_trustlist_header(next), prov_trustlist_content(next), signer, err);
    if (rc == PROV_E_SIGNATURE)
        return prov_fail(err, PROV_E_CONTINUITY,
                         "phones would refuse the new list: its signer has the issuer and serial "
                         "number of a SAST in the old list, but another key, or the list was "
                         "changed");
    return rc;
}

static int
check_name(const struct prov_trustlist *held, const struct prov_trustlist *next,
           struct prov_error *err)
{
    struct prov_span old_name = header_value(held, PROV_TAG_FILENAME);
    struct prov_span new_name = header_value(next, PROV_TAG_FILENAME);
    if (prov_span_equal(old_name, new_name))
        return PROV_OK;
    char old_text[128], new_text[128];
    return prov_fail(err, PROV_E_CONTINUITY,
                     "phones would refuse the new list: the name inside is %s, in the old list %s; "
                     "give --filename",
                     prov_printable(new_name.data, new_name.len, new_text, sizeof new_text),
                     prov_printable(old_name.data, old_name.len, old_text, sizeof old_text));
}

static int
check_newer(const struct prov_trustlist *held, const struct prov_trustlist *next,
            struct prov_error *err)
{
    int64_t old_time = prov_trustlist_timestamp(held);
    if (old_time < 0 || prov_trustlist_timestamp(next) > old_time)
        return PROV_OK;
    return prov_fail(err, PROV_E_CONTINUITY,
                     "phones would refuse the new list: its timestamp is not later than the old "
                     "list's");
}

int
prov_trustlist_follows(const struct prov_trustlist *held, const struct prov_trustlist *next,
                       struct prov_error *err)
{
    if (prov_span_equal(prov_trustlist_bytes(held), prov_trustlist_bytes(next)))
        return PROV_OK;
    const struct prov_record *record = find_signer(held, next);
    if (record == NULL)
        return unknown_signer(held, next, err);
    int rc = check_signature(record, next, err);
    if (rc == PROV_OK)
        rc = check_name(held, next, err);
    return rc != PROV_OK ? rc : check_newer(held, next, err);
}

int
prov_trustlist_check_limits(const struct prov_trustlist *list, int64_t now, struct prov_error *err)
{
    size_t sast = 0;
    for (size_t i = 0; i < prov_trustlist_count(list); i++)
        sast += prov_trustlist_at(list, i)->role == PROV_ROLE_SAST;
    if (sast == 0)
        return prov_fail(err, PROV_E_CONTINUITY,
                         "the new list has no SAST record: phones that took it could never take "
                         "another list");
    if (sast > PROV_TRUSTLIST_SAST_MAX)
        return prov_fail(err, PROV_E_CONTINUITY,
                         "phones would refuse the new list: it has %zu SAST records, and they take "
                         "two",
                         sast);
    if (prov_trustlist_bytes(list).len > PROV_TRUSTLIST_BUILD_MAX)
        return prov_fail(err, PROV_E_CONTINUITY,
                         "phones would refuse the new list: it is larger than 64 KB");
    if (prov_trustlist_timestamp(list) > now + DAY)
        return prov_fail(err, PROV_E_CONTINUITY,
                         "phones would refuse the new list: its timestamp lies in the future");
    return PROV_OK;
}

/* Fields of both headers in turn, those left out that a new signature changes by itself. */
static const struct prov_field *
next_lasting_field(const struct prov_header *header, size_t *index)
{
    while (*index < prov_header_count(header)) {
        const struct prov_field *field = prov_header_at(header, (*index)++);
        if (field->tag != PROV_TAG_TIMESTAMP && field->tag != PROV_TAG_SIGNATURE)
            return field;
    }
    return NULL;
}

bool
prov_trustlist_same(const struct prov_trustlist *a, const struct prov_trustlist *b)
{
    if (!prov_span_equal(prov_trustlist_content(a), prov_trustlist_content(b)))
        return false;
    size_t at_a = 0, at_b = 0;
    for (;;) {
        const struct prov_field *field_a = next_lasting_field(prov_trustlist_header(a), &at_a);
        const struct prov_field *field_b = next_lasting_field(prov_trustlist_header(b), &at_b);
        if (field_a == NULL || field_b == NULL)
            return field_a == field_b;
        if (field_a->tag != field_b->tag || !prov_span_equal(field_a->value, field_b->value))
            return false;
    }
}

int
prov_trustlist_next_timestamp(const struct prov_trustlist *const *held, size_t count, int64_t clock,
                              int64_t now, uint32_t *out, struct prov_error *err)
{
    int64_t next = clock;
    for (size_t i = 0; i < count; i++) {
        int64_t timestamp = prov_trustlist_timestamp(held[i]);
        if (timestamp >= next)
            next = timestamp + 1;
    }
    if (next > now + DAY)
        return prov_fail(
            err, PROV_E_CONTINUITY,
            "the new list's timestamp would lie more than a day ahead of the clock, and "
            "phones refuse lists from the future; set the clock");
    if (next < 0 || next > UINT32_MAX)
        return prov_fail(err, PROV_E_ARGUMENT, "a timestamp must lie between 1970 and 2106");
    *out = (uint32_t)next;
    return PROV_OK;
}
