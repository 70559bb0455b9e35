/* SPDX-License-Identifier: MIT */
/* Phones, as the names in the tree tell them, and what shows only when all their files were seen.
 */
#include "provcheck/tree/internal.h"

#include "tree/name.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* --- whose file it is */

/* Of a file at the top of the tree. */
static bool
read_name(const char *path, struct prov_mac *mac, enum tree_slot *slot)
{
    struct name_meaning meaning;
    name_read(path, &meaning);
    *mac = meaning.phone;
    *slot = meaning.kind == NAME_CTL           ? SLOT_CTL
            : meaning.kind == NAME_ITL         ? SLOT_ITL
            : name_ends_with(path, ".xml")     ? SLOT_CLEAR
            : name_ends_with(path, ".enc.sgn") ? SLOT_ENCRYPTED
                                               : SLOT_SIGNED;
    return meaning.names_phone && strchr(path, '/') == NULL && meaning.kind != NAME_OTHER &&
           !name_ends_with(path, ".cnf");
}

static int
by_mac(const void *a, const void *b)
{
    return strcmp(((const struct tree_phone *)a)->mac.text,
                  ((const struct tree_phone *)b)->mac.text);
}

struct tree_phone *
tree_phone_of(const struct tree *tree, const char *path, enum tree_slot *slot)
{
    struct tree_phone key = {0};
    if (tree->phone_count == 0 || !read_name(path, &key.mac, slot))
        return NULL;
    return bsearch(&key, tree->phones, tree->phone_count, sizeof *tree->phones, by_mac);
}

/* Each name makes a phone of its own at first. */
static void
gather(struct tree *tree, const struct tree_root *root)
{
    enum tree_slot slot;
    for (size_t i = 0; i < root->count; i++) {
        struct tree_phone phone = {0};
        if (!read_name(root->files[i].path, &phone.mac, &slot))
            continue;
        if (!root->secure)
            phone.files[slot] = &root->files[i];
        else if (slot == SLOT_CLEAR)
            phone.secure = &root->files[i];
        tree->phones[tree->phone_count++] = phone;
    }
}

static void
merge(struct tree *tree)
{
    size_t kept = 0;
    for (size_t i = 0; i < tree->phone_count; i++) {
        const struct tree_phone *phone = &tree->phones[i];
        if (kept == 0 || by_mac(&tree->phones[kept - 1], phone) != 0) {
            tree->phones[kept++] = *phone;
            continue;
        }
        struct tree_phone *into = &tree->phones[kept - 1];
        for (size_t slot = 0; slot < TREE_SLOTS; slot++)
            if (phone->files[slot] != NULL)
                into->files[slot] = phone->files[slot];
        if (phone->secure != NULL)
            into->secure = phone->secure;
    }
    tree->phone_count = kept;
}

int
tree_find_phones(struct tree *tree, struct prov_error *err)
{
    tree->phones = calloc(tree->root.count + tree->secure.count + 1, sizeof *tree->phones);
    if (tree->phones == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    gather(tree, &tree->root);
    gather(tree, &tree->secure);
    if (tree->phone_count > 0)
        qsort(tree->phones, tree->phone_count, sizeof *tree->phones, by_mac);
    merge(tree);
    return PROV_OK;
}

/* --- stub and encrypted file (phones.md, section 7) */

static bool
differ(const struct prov_hash *a, const struct prov_hash *b)
{
    return a->len > 0 && b->len > 0 && memcmp(a->value, b->value, a->len) != 0;
}

static void
check_certificate_hash(struct tree *tree, const struct tree_phone *phone)
{
    const struct tree_file *stub = phone->files[SLOT_SIGNED];
    struct prov_hash hash;
    struct prov_error err;
    char hex[PROV_HEX_SIZE(PROV_DIGEST_MAX)] = "";
    if (phone->certificate_hash[0] == '\0') {
        tree_report(tree, CERTIFICATE_HASH, &tree->root, stub, "its certHash is empty");
        return;
    }
    struct prov_identity *device = tree->devices != NULL ? tree_device(tree, &phone->mac) : NULL;
    if (device == NULL)
        return;
    if (prov_identity_hash(device, PROV_MD5, &hash, &err) == PROV_OK)
        prov_hex(hash.value, hash.len, hex, sizeof hex);
    if (strcasecmp(hex, phone->certificate_hash) != 0)
        tree_report(tree, CERTIFICATE_HASH, &tree->root, stub,
                    "its certHash %s is not that of the phone's certificate (%s)",
                    phone->certificate_hash, hex);
    prov_identity_free(device);
}

static void
check_pair(struct tree *tree, const struct tree_phone *phone)
{
    const struct tree_file *clear = phone->files[SLOT_CLEAR], *stub = phone->files[SLOT_SIGNED],
                           *encrypted = phone->files[SLOT_ENCRYPTED];
    if (stub != NULL && phone->is_stub)
        check_certificate_hash(tree, phone);
    if (stub != NULL && phone->is_stub && encrypted == NULL)
        tree_report(tree, STUB_ALONE, &tree->root, stub,
                    "this stub leads to SEP%s.cnf.xml.enc.sgn, which is not there",
                    phone->mac.text);
    if (encrypted == NULL)
        return;
    if (stub == NULL || (!phone->is_stub && phone->signers[SLOT_SIGNED].len > 0))
        tree_report(tree, ENCRYPTED_ALONE, &tree->root, encrypted, "SEP%s.cnf.xml.sgn %s",
                    phone->mac.text, stub == NULL ? "is not there" : "does not lead to it");
    else if (differ(&phone->signers[SLOT_SIGNED], &phone->signers[SLOT_ENCRYPTED]))
        tree_report(tree, PAIR_SIGNERS, &tree->root, encrypted,
                    "it has another signer or digest than its stub");
    if (clear != NULL)
        tree_report(tree, CONFIG_BESIDE_ENCRYPTED, &tree->root, clear,
                    "the clear configuration stands beside the encrypted one");
}

/* --- what the phone asks for and does not find (phones.md, section 6) */

static void
check_unsigned(struct tree *tree, const struct tree_phone *phone)
{
    const struct tree_trust *trust = &tree->lists.trusts[phone->trust];
    const struct tree_file *clear = phone->files[SLOT_CLEAR];
    bool over_https = phone->secure != NULL && trust_announces_https(&trust->trust);
    if (clear != NULL && phone->files[SLOT_SIGNED] == NULL && phone->configured && !phone->no_itl &&
        !over_https && phone->files[SLOT_ENCRYPTED] == NULL && trust_signs_files(&trust->trust))
        tree_report(tree, CONFIG_UNSIGNED, &tree->root, clear,
                    "there is no SEP%s.cnf.xml.sgn beside it", phone->mac.text);
}

/* --- digests (phones.md, section 5) */

static void
report_digest(struct tree *tree, const struct tree_file *file, const char *whom)
{
    const char *digest = prov_digest_name(file->digest);
    tree_report(tree, file->kind == TREE_LIST ? (enum finding)LIST_DIGEST : SIGNED_DIGEST,
                &tree->root, file, "it is signed with %s, which %s",
                digest != NULL ? digest : "an unknown digest", whom);
}

/* A phone's own files are signed for it alone, so only what it surely refuses counts. */
static void
check_own_digests(struct tree *tree, const struct tree_phone *phone)
{
    for (size_t slot = 0; slot < TREE_SLOTS; slot++) {
        const struct tree_file *file = phone->files[slot];
        if (file != NULL && file->digest != 0 && phone->family != NULL &&
            family_verifies(phone->family, file->digest) == FAMILY_NO)
            report_digest(tree, file, "this phone does not know, by its load");
    }
}

static void
check_common_digests(struct tree *tree)
{
    enum tree_slot slot;
    size_t sure = 0;
    for (size_t i = 0; i < tree->phone_count; i++)
        sure += tree->phones[i].family != NULL &&
                family_verifies(tree->phones[i].family, PROV_SHA512) == FAMILY_YES;
    for (size_t i = 0; i < tree->root.count; i++) {
        const struct tree_file *file = &tree->root.files[i];
        bool all = file->digest == PROV_SHA512 && sure == tree->phone_count && sure > 0;
        if (file->digest != 0 && file->digest != PROV_SHA1 && !all &&
            tree_phone_of(tree, file->path, &slot) == NULL)
            report_digest(tree, file, "not all phones here are known to know");
    }
}

void
tree_check_phones(struct tree *tree)
{
    for (size_t i = 0; i < tree->phone_count; i++) {
        if (tree->phones[i].secure != NULL)
            tree_check_device_over_https(tree, &tree->phones[i].mac);
        check_pair(tree, &tree->phones[i]);
        check_unsigned(tree, &tree->phones[i]);
        check_own_digests(tree, &tree->phones[i]);
    }
    check_common_digests(tree);
}
