/* SPDX-License-Identifier: MIT */
/* Checksums that phones show, found among those of the lists that were published for them. */
#include "provbuild/fleet/seen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of each list that was published, once somebody asks. */
struct digests {
    bool known;
    struct prov_hash md5, sha1;
};

struct seeing {
    const struct published *published;
    struct digests *digests; /* as `published->at` */
};

static bool
is_shown(const struct seeing *seeing, struct past_list *past, const struct checksum *checksum)
{
    struct digests *digests = &seeing->digests[past - seeing->published->at];
    if (past->in_tree || past_list_read(past) == NULL)
        return false;
    struct prov_span bytes = prov_trustlist_bytes(past->list);
    if (!digests->known)
        digests->known =
            prov_digest(PROV_MD5, bytes.data, bytes.len, &digests->md5, NULL) == PROV_OK &&
            prov_digest(PROV_SHA1, bytes.data, bytes.len, &digests->sha1, NULL) == PROV_OK;
    const struct prov_hash *hash = checksum->digest == PROV_MD5 ? &digests->md5 : &digests->sha1;
    return digests->known && memcmp(hash->value, checksum->value, hash->len) == 0;
}

/* Among all that the phone may ask for; NULL if it is none of these. */
static struct past_list *
find(const struct seeing *seeing, const struct checksum *checksum, enum list_kind *kind)
{
    for (*kind = 0; *kind < LIST_KINDS; ++*kind)
        for (int own = 1; own >= 0; own--) {
            char name[LIST_NAME_SIZE];
            size_t end = 0;
            list_name(*kind, own ? &checksum->phone : NULL, name);
            for (size_t i = published_range(seeing->published, name, &end); i < end; i++)
                if (is_shown(seeing, &seeing->published->at[i], checksum))
                    return &seeing->published->at[i];
        }
    return NULL;
}

/* Why it cannot be taken; NULL if it can. */
static const char *
refuse(const struct seeing *seeing, const struct fleet *fleet, const struct checksum *checksum)
{
    enum list_kind kind;
    if (fleet_find(fleet, &checksum->phone) == NULL)
        return "there is no configuration, section or certificate of this phone; look at its name";
    if (find(seeing, checksum, &kind) == NULL)
        return "no list that was ever published for this phone has this checksum; look at the "
               "digits; if they are right, the phone holds another system's list, and must be "
               "reset by hand";
    return NULL;
}

static int
check_all(const struct run *run, const struct seeing *seeing, const struct fleet *fleet,
          const struct checksums *checksums, struct prov_error *err)
{
    size_t refused = 0;
    for (size_t i = 0; i < checksums->count; i++) {
        const char *why = refuse(seeing, fleet, &checksums->at[i]);
        char place[CHECKSUM_PLACE_SIZE];
        checksum_place(checksums, &checksums->at[i], place);
        if (why != NULL)
            report_fault(run->report, place, why);
        refused += why != NULL;
    }
    return refused == 0 ? PROV_OK
                        : prov_fail(err, PROV_E_ARGUMENT,
                                    "%zu of %zu checksums prove nothing, so nothing was done",
                                    refused, checksums->count);
}

static void
report(const struct run *run, const struct fleet *fleet, const struct proof *proof,
       const struct past_list *past)
{
    const struct past_list *newest =
        fleet_newest(fleet, fleet_find(fleet, &proof->phone), proof->kind);
    char name[PHONE_NAME_SIZE], text[256];
    phone_name(&proof->phone, name);
    if (newest == NULL ||
        prov_trustlist_timestamp(past->list) >= prov_trustlist_timestamp(newest->list)) {
        report_change(run->report, REPORT_PROVED, name, proof->file, "seen on the phone");
        return;
    }
    snprintf(text, sizeof text, "it holds %s, and the newest is %s: it is not there yet",
             proof->file, newest->file);
    report_warning(run->report, name, text);
}

static int
take(const struct run *run, const struct seeing *seeing, struct fleet *fleet,
     const struct checksum *checksum, struct prov_error *err)
{
    struct proof proof = {.phone = checksum->phone, .how = PROOF_SEEN, .time = run->now};
    struct past_list *past = find(seeing, checksum, &proof.kind);
    const uint8_t *sha256 = past_list_sha256(past);
    if (sha256 == NULL)
        return prov_fail(err, PROV_E_CRYPTO, "%s cannot be digested", past->file);
    snprintf(proof.file, sizeof proof.file, "%s", past->file);
    memcpy(proof.sha256, sha256, sizeof proof.sha256);
    report(run, fleet, &proof, past);
    return proofs_put(&fleet->proofs, &proof, err);
}

int
seen_take(const struct run *run, struct fleet *fleet, const struct checksums *checksums,
          struct prov_error *err)
{
    struct seeing seeing = {.published = fleet->published,
                            .digests = calloc(fleet->published->count + 1, sizeof *seeing.digests)};
    if (seeing.digests == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    int rc = check_all(run, &seeing, fleet, checksums, err);
    for (size_t i = 0; rc == PROV_OK && i < checksums->count; i++)
        rc = take(run, &seeing, fleet, &checksums->at[i], err);
    free(seeing.digests);
    fleet_prove(fleet);
    return rc;
}
