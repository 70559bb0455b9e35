/* SPDX-License-Identifier: MIT */
/* Reads bytes as a trust list, verifies it and asks who would take it. */
#include "tests/fuzz/fuzz.h"

static struct prov_identity *known;

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    known = fuzz_identity("sast.pem", PROV_NEED_CERTIFICATE);
    return 0;
}

static void
show_certificate(const struct prov_identity *certificate)
{
    const struct prov_layout *layout;
    for (size_t i = 0; (layout = prov_layout_at(i)) != NULL; i++) {
        struct prov_bytes *subject = NULL, *issuer = NULL;
        if (prov_identity_subject(certificate, layout, &subject, NULL) != PROV_OK)
            subject = NULL;
        if (prov_identity_issuer(certificate, layout, &issuer, NULL) != PROV_OK)
            issuer = NULL;
        prov_bytes_free(subject);
        prov_bytes_free(issuer);
    }
    struct prov_hash hash;
    struct prov_mac mac;
    fuzz_require(prov_identity_hash(certificate, PROV_SHA1, &hash, NULL) == PROV_OK &&
                     hash.len == 20,
                 "every certificate has a hash");
    fuzz_require(prov_identity_key_name(certificate) != NULL, "every key has a name");
    (void)prov_identity_key_bits(certificate);
    (void)prov_identity_not_before(certificate);
    (void)prov_identity_not_after(certificate);
    (void)prov_identity_has_required_names(certificate);
    (void)prov_mac_of_certificate(certificate, &mac);
    fuzz_require(prov_identity_serial(certificate).len > 0, "every certificate has a serial");
}

static void
show_record(const struct prov_record *record)
{
    for (size_t i = 0; i < record->count; i++) {
        fuzz_show_field(&record->fields[i]);
        (void)prov_record_tag_name(record->fields[i].tag);
    }
    fuzz_require(prov_record_find(record, PROV_RECORD_ROLE) != NULL, "every record has a role");
    (void)prov_role_name(record->role);
    if (record->certificate != NULL)
        show_certificate(record->certificate);
}

static void
compare_with_itself(const struct prov_trustlist *list)
{
    uint32_t next = 0;
    fuzz_require(prov_trustlist_follows(list, list, NULL) == PROV_OK, "a list follows itself");
    fuzz_require(prov_trustlist_same(list, list), "a list is the same as itself");
    int rc = prov_trustlist_next_timestamp(&list, 1, 0, UINT32_MAX, &next, NULL);
    const struct prov_field *time =
        prov_header_find(prov_trustlist_header(list), PROV_TAG_TIMESTAMP);
    fuzz_require(rc != PROV_OK || time == NULL || next > time->number, "time goes on");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct prov_trustlist *list = NULL;
    struct prov_error err;
    if (prov_trustlist_read(data, len, &list, &err) != PROV_OK)
        return 0;
    size_t signer = 0;
    fuzz_require(prov_trustlist_bytes(list).len == len, "a list is read to its end");
    fuzz_show_header(prov_trustlist_header(list));
    for (size_t i = 0; i < prov_trustlist_count(list); i++)
        show_record(prov_trustlist_at(list, i));
    if (prov_trustlist_verify(list, known, &signer, &err) == PROV_OK)
        fuzz_require(prov_trustlist_at(list, signer)->role == PROV_ROLE_SAST, "the signer is SAST");
    compare_with_itself(list);
    prov_trustlist_free(list);
    return 0;
}
