/* SPDX-License-Identifier: MIT */
/* Signed and encrypted files: header and signature (phones.md, section 6). */
#include "provcheck/tree/internal.h"

#include <string.h>
#include <strings.h>

/* A signed file at hand. */
struct at_hand {
    struct tree *tree;
    const struct tree_root *root;
    struct tree_file *file;
    const struct prov_header *header;
    struct prov_span content;
};

#define report(at, finding, ...)                                                                   \
    tree_report((at)->tree, finding, (at)->root, (at)->file, __VA_ARGS__)

/* --- header */

static void
check_name(const struct at_hand *at)
{
    const struct prov_field *name = prov_header_find(at->header, PROV_TAG_FILENAME);
    const char *path = at->file->path;
    char shown[PROV_PRINTABLE_SIZE(256)] = "missing";
    if (name != NULL && name->value.len == strlen(path) &&
        strncasecmp((const char *)name->value.data, path, name->value.len) == 0)
        return;
    if (name != NULL)
        prov_printable(name->value.data, name->value.len, shown, sizeof shown);
    report(at, SIGNED_NAME, "the name inside is %s", shown);
}

static void
check_time(const struct at_hand *at)
{
    const struct prov_field *time = prov_header_find(at->header, PROV_TAG_TIMESTAMP);
    if (time != NULL && time->number > at->tree->place->now + TREE_SLACK)
        report(at, SIGNED_FUTURE, "its timestamp lies %lld seconds ahead of the clock",
               (long long)time->number - (long long)at->tree->place->now);
}

/* Who signed it and how, as the header says it: to compare two files. */
static void
note_signer(const struct at_hand *at, struct tree_phone *phone, enum tree_slot slot)
{
    const struct prov_field *from = prov_header_find(at->header, PROV_TAG_SIGNER_NAME);
    const struct prov_field *to = prov_header_find(at->header, PROV_TAG_SIGNATURE);
    struct prov_span header = prov_header_bytes(at->header);
    struct prov_error err;
    if (from == NULL || to == NULL || to->offset <= from->offset || to->offset > header.len ||
        prov_digest(PROV_SHA256, header.data + from->offset, to->offset - from->offset,
                    &phone->signers[slot], &err) != PROV_OK)
        phone->signers[slot].len = 0;
}

/* --- signature */

enum verdict { GOOD, BAD, OTHER_ROLE, UNKNOWN };

/* What the last verification with a certificate said: most trust stores share theirs. */
struct verified {
    struct prov_span der;
    int rc;
    struct prov_error err;
};

static enum verdict
judge(const struct at_hand *at, const struct tree_trust *trust, struct verified *last)
{
    const struct prov_record *record;
    enum verdict verdict = UNKNOWN;
    size_t i = 0;
    while ((record = trust_next_signer(&trust->trust, TRUST_ROLES_FILES, at->header, &i)) != NULL) {
        if (record->certificate == NULL)
            return GOOD; /* for all that can be told here */
        struct prov_span der = prov_identity_der(record->certificate);
        if (last->der.data == NULL || !prov_span_equal(der, last->der)) {
            last->der = der;
            last->rc = prov_header_verify(at->header, at->content, record->certificate, &last->err);
        }
        if (last->rc == PROV_OK)
            return GOOD;
        verdict = BAD;
    }
    i = 0;
    if (verdict == UNKNOWN && trust_next_signer(&trust->trust, ~0U, at->header, &i) != NULL)
        verdict = OTHER_ROLE;
    return verdict;
}

/* Against the lists of one phone or of some. */
static bool
check_signature(const struct at_hand *at, const struct tree_trust *trust, struct verified *last)
{
    const struct prov_field *name = prov_header_find(at->header, PROV_TAG_SIGNER_NAME);
    char signer[TREE_VALUE_MAX] = "nobody";
    const char *of = trust->example[0] != '\0' ? " of " : "";
    if (name != NULL)
        prov_printable(name->value.data, name->value.len, signer, sizeof signer);
    switch (judge(at, trust, last)) {
    case GOOD:
        return true;
    case BAD:
        report(at, SIGNED_SIGNATURE, "%s", last->err.text);
        break;
    case OTHER_ROLE:
        report(at, SIGNED_ROLE, "its signer %s is in the trust list%s%s, but not for files", signer,
               of, trust->example);
        break;
    case UNKNOWN:
        report(at, SIGNED_SIGNER, "its signer %s is not in the trust list%s%s", signer, of,
               trust->example);
    }
    return false;
}

/* The first lists that phones refuse it by are enough. */
static void
check_trusts(const struct at_hand *at, const struct tree_phone *phone)
{
    const struct tree_lists *lists = &at->tree->lists;
    struct verified last = {0};
    for (size_t i = 0; i < lists->trust_count; i++) {
        bool holds = phone == NULL || phone->trust == i;
        if (holds && trust_signs_files(&lists->trusts[i].trust) &&
            !check_signature(at, &lists->trusts[i], &last))
            return;
    }
}

/* --- the file */

static void
check_header(struct at_hand *at)
{
    enum tree_slot slot = SLOT_CTL;
    struct tree_phone *phone = tree_phone_of(at->tree, at->file->path, &slot);
    const struct prov_field *digest = prov_header_find(at->header, PROV_TAG_DIGEST_ALGORITHM);
    at->file->digest = digest != NULL ? digest->number : 0;
    check_name(at);
    check_time(at);
    if (phone != NULL)
        note_signer(at, phone, slot);
    check_trusts(at, phone);
}

static void
check_encrypted(const struct at_hand *at, struct prov_span bytes)
{
    struct prov_encrypted *encrypted = NULL;
    struct prov_error err;
    if (prov_encrypted_read(bytes.data, bytes.len, &encrypted, &err) != PROV_OK)
        report(at, ENCRYPTED_UNREADABLE, "%s", err.text);
    prov_encrypted_free(encrypted);
}

void
tree_check_signed(struct tree *tree, const struct tree_root *root, struct tree_file *file,
                  struct prov_span bytes, struct prov_span *content)
{
    struct prov_header *header = NULL;
    struct prov_error err;
    *content = (struct prov_span){0};
    if (prov_header_read(bytes.data, bytes.len, &header, &err) != PROV_OK) {
        tree_report(tree, SIGNED_UNREADABLE, root, file, "%s", err.text);
        return;
    }
    if (prov_header_is_firmware(header)) {
        file->kind = TREE_FIRMWARE;
    } else {
        size_t len = prov_header_len(header);
        struct at_hand at = {tree, root, file, header, {bytes.data + len, bytes.len - len}};
        check_header(&at);
        if (file->kind == TREE_ENCRYPTED)
            check_encrypted(&at, bytes);
        else
            *content = at.content;
    }
    prov_header_free(header);
}
