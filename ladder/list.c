/* SPDX-License-Identifier: MIT */
/* What a trust list is to phones, and whether one that holds a pair of lists takes another. */
#include "ladder/list.h"

#include <prov/digest.h>
#include <prov/header.h>
#include <prov/identity.h>

#include <openssl/evp.h>
#include <string.h>

/* --- from a list that was read */

static struct prov_span
value_of(const struct prov_field *field)
{
    return field != NULL ? field->value : (struct prov_span){NULL, 0};
}

/* Lengths are digested, too: what follows one another cannot be read in two ways. */
static bool
digest_span(EVP_MD_CTX *digest, struct prov_span span)
{
    uint64_t len = span.len;
    return EVP_DigestUpdate(digest, &len, sizeof len) == 1 &&
           (span.len == 0 || EVP_DigestUpdate(digest, span.data, span.len) == 1);
}

static int
make_signer(struct prov_span issuer, struct prov_span serial, struct prov_span certificate,
            struct ladder_signer *out, struct prov_error *err)
{
    EVP_MD_CTX *digest = EVP_MD_CTX_new();
    bool made = digest != NULL && EVP_DigestInit_ex(digest, EVP_sha256(), NULL) == 1 &&
                digest_span(digest, issuer) && digest_span(digest, serial) &&
                digest_span(digest, certificate) && EVP_DigestFinal_ex(digest, out->id, NULL) == 1;
    EVP_MD_CTX_free(digest);
    return made ? PROV_OK : prov_fail(err, PROV_E_CRYPTO, "a list could not be digested");
}

static int
signer_of(const struct prov_record *record, struct ladder_signer *out, struct prov_error *err)
{
    struct prov_span certificate =
        record->certificate != NULL
            ? prov_identity_der(record->certificate)
            : value_of(prov_record_find(record, PROV_RECORD_CERTIFICATE_HASH));
    return make_signer(value_of(prov_record_find(record, PROV_RECORD_ISSUER_NAME)),
                       value_of(prov_record_find(record, PROV_RECORD_SERIAL_NUMBER)), certificate,
                       out, err);
}

static bool
is_certificate(const struct prov_record *record, const struct prov_identity *certificate)
{
    return certificate != NULL && record->certificate != NULL &&
           prov_span_equal(prov_identity_der(record->certificate), prov_identity_der(certificate));
}

static int
digest_records(const struct prov_trustlist *list, const struct prov_identity *proof,
               struct ladder_list *out, struct prov_error *err)
{
    struct prov_span bytes = prov_trustlist_bytes(list);
    EVP_MD_CTX *digest = EVP_MD_CTX_new();
    bool made = digest != NULL && EVP_DigestInit_ex(digest, EVP_sha256(), NULL) == 1;
    for (size_t i = 0; made && i < prov_trustlist_count(list); i++) {
        const struct prov_record *record = prov_trustlist_at(list, i);
        if (record->role != PROV_ROLE_SAST && !is_certificate(record, proof))
            made =
                digest_span(digest, (struct prov_span){bytes.data + record->offset, record->len});
    }
    made = made && EVP_DigestFinal_ex(digest, out->records, NULL) == 1;
    EVP_MD_CTX_free(digest);
    return made ? PROV_OK : prov_fail(err, PROV_E_CRYPTO, "a list could not be digested");
}

/* All that a new signature leaves as it is, but for who signs. */
static bool
is_form(unsigned tag)
{
    return tag == PROV_TAG_SIGNER_VERSION || tag == PROV_TAG_VERSION ||
           tag == PROV_TAG_DIGEST_ALGORITHM || tag == PROV_TAG_FILENAME;
}

static bool
names_proof(const struct prov_trustlist *list, const struct prov_identity *proof)
{
    for (size_t i = 0; i < prov_trustlist_count(list); i++)
        if (is_certificate(prov_trustlist_at(list, i), proof))
            return true;
    return false;
}

static int
digest_form(const struct prov_trustlist *list, struct ladder_list *out, struct prov_error *err)
{
    const struct prov_header *header = prov_trustlist_header(list);
    EVP_MD_CTX *digest = EVP_MD_CTX_new();
    bool made = digest != NULL && EVP_DigestInit_ex(digest, EVP_sha256(), NULL) == 1;
    for (size_t i = 0; made && i < prov_header_count(header); i++) {
        const struct prov_field *field = prov_header_at(header, i);
        if (is_form(field->tag))
            made = digest_span(digest, field->value);
    }
    made = made && EVP_DigestFinal_ex(digest, out->form, NULL) == 1;
    EVP_MD_CTX_free(digest);
    return made ? PROV_OK : prov_fail(err, PROV_E_CRYPTO, "a list could not be digested");
}

static int
take_list(const struct prov_trustlist *list, size_t signer, const struct prov_identity *proof,
          struct ladder_list *out, struct prov_error *err)
{
    struct ladder_list made = {.time = 0};
    struct prov_span bytes = prov_trustlist_bytes(list);
    struct prov_hash hash;
    const struct prov_field *time =
        prov_header_find(prov_trustlist_header(list), PROV_TAG_TIMESTAMP);
    made.time = time != NULL ? (int64_t)time->number : 0;
    int rc = prov_digest(PROV_SHA256, bytes.data, bytes.len, &hash, err);
    if (rc == PROV_OK)
        rc = signer_of(prov_trustlist_at(list, signer), &made.signer, err);
    for (size_t i = 0; rc == PROV_OK && i < prov_trustlist_count(list); i++)
        if (prov_trustlist_at(list, i)->role == PROV_ROLE_SAST &&
            made.sast_count < LADDER_SASTS_MAX)
            rc = signer_of(prov_trustlist_at(list, i), &made.sasts[made.sast_count++], err);
    if (rc == PROV_OK)
        rc = digest_records(list, proof, &made, err);
    if (rc == PROV_OK)
        rc = digest_form(list, &made, err);
    if (rc != PROV_OK)
        return rc;
    memcpy(made.sha256, hash.value, sizeof made.sha256);
    made.proves = names_proof(list, proof);
    made.serves = prov_trustlist_signs_files(list);
    *out = made;
    return PROV_OK;
}

int
ladder_list_of(const struct prov_trustlist *list, const struct prov_identity *proof,
               struct ladder_list *out, struct prov_error *err)
{
    size_t signer = 0;
    int rc = prov_trustlist_verify(list, NULL, &signer, err);
    return rc == PROV_OK ? take_list(list, signer, proof, out, err) : rc;
}

/* The first SAST signs. */
int
ladder_list_drafted(const struct prov_trustlist *list, const struct prov_identity *proof,
                    struct ladder_list *out, struct prov_error *err)
{
    for (size_t i = 0; i < prov_trustlist_count(list); i++)
        if (prov_trustlist_at(list, i)->role == PROV_ROLE_SAST)
            return take_list(list, i, proof, out, err);
    return prov_fail(err, PROV_E_SIGNER, "it names no SAST");
}

/* --- what phones do with it */

bool
ladder_signer_equal(const struct ladder_signer *a, const struct ladder_signer *b)
{
    return memcmp(a->id, b->id, sizeof a->id) == 0;
}

bool
ladder_names(const struct ladder_list *list, const struct ladder_signer *signer)
{
    for (size_t i = 0; i < list->sast_count; i++)
        if (ladder_signer_equal(&list->sasts[i], signer))
            return true;
    return false;
}

bool
ladder_list_equal(const struct ladder_list *a, const struct ladder_list *b)
{
    return memcmp(a->sha256, b->sha256, sizeof a->sha256) == 0;
}

bool
ladder_says_the_same(const struct ladder_list *a, const struct ladder_list *b)
{
    bool same = a->sast_count == b->sast_count && ladder_signer_equal(&a->signer, &b->signer) &&
                memcmp(a->records, b->records, sizeof a->records) == 0 &&
                memcmp(a->form, b->form, sizeof a->form) == 0 && a->proves == b->proves;
    for (size_t i = 0; same && i < a->sast_count; i++)
        same = ladder_signer_equal(&a->sasts[i], &b->sasts[i]);
    return same;
}

bool
ladder_same_sasts(const struct ladder_list *a, const struct ladder_list *b)
{
    if (a->sast_count != b->sast_count)
        return false;
    for (size_t i = 0; i < a->sast_count; i++)
        if (!ladder_names(b, &a->sasts[i]) || !ladder_names(a, &b->sasts[i]))
            return false;
    return true;
}

bool
ladder_takes(const struct ladder_pair *pair, enum ladder_kind kind, const struct ladder_list *next,
             bool heeds_time)
{
    const struct ladder_list *own = pair->list[kind];
    if (pair->list[LADDER_CTL] == NULL && pair->list[LADDER_ITL] == NULL)
        return true;
    if (own != NULL && (ladder_list_equal(own, next) || (heeds_time && next->time <= own->time)))
        return false;
    for (int i = 0; i < LADDER_KINDS; i++)
        if (pair->list[i] != NULL && ladder_names(pair->list[i], &next->signer))
            return true;
    return false;
}
