/* SPDX-License-Identifier: MIT */
/* Trust lists: each by itself, and those that a phone would hold one after the other or together
 * (phones.md, section 5). */
#include "provcheck/tree/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A list at hand. */
struct at_hand {
    struct tree *tree;
    const struct tree_file *file;
    const struct prov_trustlist *list;
};

#define report(at, finding, ...)                                                                   \
    tree_report((at)->tree, finding, &(at)->tree->root, (at)->file, __VA_ARGS__)

/* --- one by itself */

static void
report_rule(void *context, enum list_rule rule, const char *what)
{
    const struct at_hand *at = context;
    report(at, (enum finding)rule, "%s", what);
}

static void
note_certificates(const struct at_hand *at)
{
    for (size_t i = 0; i < prov_trustlist_count(at->list); i++) {
        const struct prov_record *record = prov_trustlist_at(at->list, i);
        const char *role = prov_role_name(record->role);
        char whose[TREE_VALUE_MAX];
        snprintf(whose, sizeof whose, "the certificate of record %zu (%s)", i + 1,
                 role != NULL ? role : "an unknown role");
        if (record->certificate != NULL)
            tree_note_certificate(at->tree, record->certificate, at->tree->root.path,
                                  at->file->path, whose);
    }
}

static void
check_list(struct at_hand *at)
{
    list_rules_check(at->list, at->file->path, at->tree->place->now, TREE_SLACK, report_rule, at);
    note_certificates(at);
}

/* NULL after a finding, or where the file is empty, which does no harm. */
static struct prov_trustlist *
read_list(struct tree *tree, struct tree_file *file)
{
    struct prov_trustlist *list = NULL;
    struct prov_error err;
    struct prov_bytes *bytes = NULL;
    if (file->status.st_size > PROV_TRUSTLIST_READ_MAX)
        tree_report(tree, (enum finding)LIST_TOO_LARGE, &tree->root, file, "it has %lld bytes",
                    (long long)file->status.st_size);
    if (file->status.st_size > 0 && file->status.st_size <= PROV_TRUSTLIST_READ_MAX)
        bytes = tree_read(tree, &tree->root, file, PROV_TRUSTLIST_READ_MAX);
    if (bytes == NULL)
        return NULL;
    struct prov_span span = prov_bytes_span(bytes);
    if (prov_trustlist_read(span.data, span.len, &list, &err) == PROV_OK) {
        const struct prov_field *digest =
            prov_header_find(prov_trustlist_header(list), PROV_TAG_DIGEST_ALGORITHM);
        file->digest = digest != NULL ? digest->number : 0;
        check_list(&(struct at_hand){tree, file, list});
    } else {
        tree_report(tree, (enum finding)LIST_UNREADABLE, &tree->root, file, "%s", err.text);
    }
    prov_bytes_free(bytes);
    return list;
}

/* --- lists that hold the same */

/* Of kind, records and announced version. */
static int
class_key(enum trust_kind kind, const struct prov_trustlist *list, struct prov_hash *key,
          struct prov_error *err)
{
    const struct prov_field *version =
        prov_header_find(prov_trustlist_header(list), PROV_TAG_SIGNER_VERSION);
    struct prov_span content = prov_trustlist_content(list);
    int rc = prov_digest(PROV_SHA256, content.data, content.len, key, err);
    if (rc == PROV_OK && version != NULL && version->value.len == 2)
        for (size_t i = 0; i < 2; i++)
            key->value[key->len++] = version->value.data[i];
    key->value[key->len++] = (uint8_t)kind;
    return rc;
}

static bool
same_key(const struct prov_hash *a, const struct prov_hash *b)
{
    return a->len == b->len && memcmp(a->value, b->value, a->len) == 0;
}

/* Takes `list` over; the one that stands for it and all that hold the same is `*out`. */
static int
classify(struct tree_lists *lists, enum trust_kind kind, struct prov_trustlist *list,
         const struct prov_trustlist **out, struct prov_error *err)
{
    struct tree_class class = {.kind = kind, .list = list};
    int rc = class_key(kind, list, &class.key, err);
    for (size_t i = 0; rc == PROV_OK && i < lists->class_count; i++)
        if (same_key(&lists->classes[i].key, &class.key)) {
            *out = lists->classes[i].list;
            prov_trustlist_free(list);
            return PROV_OK;
        }
    struct tree_class *classes =
        reallocarray(lists->classes, lists->class_count + 1, sizeof *classes);
    if (rc != PROV_OK || classes == NULL) {
        prov_trustlist_free(list);
        return rc != PROV_OK ? rc : prov_fail(err, PROV_E_MEMORY, "out of memory");
    }
    lists->classes = classes;
    classes[lists->class_count++] = class;
    *out = list;
    return PROV_OK;
}

/* --- continuity, timestamps aside: which of both came first is not known here */

static bool
signs(const struct prov_trustlist *held, const struct prov_trustlist *next)
{
    const struct trust trust = {.lists = {[TRUST_ITL] = held}};
    const struct prov_header *header = prov_trustlist_header(next);
    const struct prov_record *record;
    struct prov_error err;
    for (size_t at = 0;
         (record = trust_next_signer(&trust, TRUST_ROLE(PROV_ROLE_SAST), header, &at)) != NULL;)
        if (record->certificate != NULL && prov_header_verify(header, prov_trustlist_content(next),
                                                              record->certificate, &err) == PROV_OK)
            return true;
    return false;
}

/* A list that stands for one phone: in a rotation it leads to the common one, or away from it. */
static void
check_conflict(const struct at_hand *at, const struct prov_trustlist *common, const char *name)
{
    if (common != NULL && !signs(common, at->list) && !signs(at->list, common))
        report(at, LIST_CONFLICT, "neither it nor %s is signed by a SAST of the other", name);
}

static void
check_ctl_itl(const struct at_hand *at, const struct prov_trustlist *ctl,
              const struct prov_trustlist *itl)
{
    if (ctl != NULL && itl != NULL && !signs(ctl, itl))
        report(at, LIST_CTL_ITL, "the ITL that goes with it is not signed by a SAST of the CTL");
}

static int
read_common(struct tree *tree, enum trust_kind kind, struct prov_error *err)
{
    struct tree_file *file = tree_find(&tree->root, trust_list_name(kind));
    struct prov_trustlist *list = file != NULL ? read_list(tree, file) : NULL;
    if (list == NULL) {
        tree->lists.lacking = tree->lists.lacking || (file != NULL && file->status.st_size > 0);
        return PROV_OK;
    }
    int rc = classify(&tree->lists, kind, list, &tree->lists.common[kind], err);
    if (rc == PROV_OK && kind == TRUST_ITL)
        check_ctl_itl(&(struct at_hand){tree, file, tree->lists.common[kind]},
                      tree->lists.common[TRUST_CTL], tree->lists.common[kind]);
    return rc;
}

static int
read_own(struct tree *tree, struct tree_phone *phone, enum trust_kind kind, struct prov_error *err)
{
    struct tree_file *file = phone->files[kind == TRUST_CTL ? SLOT_CTL : SLOT_ITL];
    struct prov_trustlist *list = file != NULL ? read_list(tree, file) : NULL;
    if (list == NULL)
        return PROV_OK;
    const struct at_hand at = {tree, file, list};
    const struct prov_trustlist *const *common = tree->lists.common;
    const struct prov_trustlist *ctl =
        phone->own[TRUST_CTL] != NULL ? phone->own[TRUST_CTL] : common[TRUST_CTL];
    check_conflict(&at, common[kind], trust_list_name(kind));
    if (kind == TRUST_ITL)
        check_ctl_itl(&at, ctl, list);
    else if (phone->files[SLOT_ITL] == NULL)
        check_ctl_itl(&at, list, common[TRUST_ITL]);
    return classify(&tree->lists, kind, list, &phone->own[kind], err);
}

/* --- which lists phones hold together */

static int
join_trust(struct tree *tree, struct tree_phone *phone, struct prov_error *err)
{
    struct tree_lists *lists = &tree->lists;
    struct tree_trust held = {.file = phone->files[SLOT_ITL]};
    if (held.file == NULL)
        held.file = lists->trusts[0].file != NULL ? lists->trusts[0].file : phone->files[SLOT_CTL];
    for (size_t kind = 0; kind < TRUST_KINDS; kind++)
        held.trust.lists[kind] = phone->own[kind] != NULL ? phone->own[kind] : lists->common[kind];
    snprintf(held.example, sizeof held.example, "SEP%s", phone->mac.text);
    for (size_t i = 0; i < lists->trust_count; i++)
        if (memcmp(&lists->trusts[i].trust, &held.trust, sizeof held.trust) == 0) {
            phone->trust = i;
            return PROV_OK;
        }
    struct tree_trust *trusts = reallocarray(lists->trusts, lists->trust_count + 1, sizeof *trusts);
    if (trusts == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    lists->trusts = trusts;
    phone->trust = lists->trust_count;
    trusts[lists->trust_count++] = held;
    return PROV_OK;
}

static const struct tree_file *
common_file(const struct tree *tree)
{
    const struct tree_file *itl = tree_find(&tree->root, trust_list_name(TRUST_ITL));
    return itl != NULL ? itl : tree_find(&tree->root, trust_list_name(TRUST_CTL));
}

static int
gather_trusts(struct tree *tree, struct prov_error *err)
{
    struct tree_lists *lists = &tree->lists;
    lists->trusts = calloc(1, sizeof *lists->trusts);
    if (lists->trusts == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    lists->trust_count = 1;
    lists->trusts[0].file = common_file(tree);
    for (size_t kind = 0; kind < TRUST_KINDS; kind++)
        lists->trusts[0].trust.lists[kind] = lists->common[kind];
    int rc = PROV_OK;
    for (size_t i = 0; rc == PROV_OK && i < tree->phone_count; i++)
        rc = join_trust(tree, &tree->phones[i], err);
    return rc;
}

/* --- all of them */

bool
tree_trusts_role(const struct tree_trust *trust, unsigned roles)
{
    for (size_t kind = 0; kind < TRUST_KINDS; kind++) {
        const struct prov_trustlist *list = trust->trust.lists[kind];
        for (size_t i = 0; list != NULL && i < prov_trustlist_count(list); i++) {
            unsigned role = prov_trustlist_at(list, i)->role;
            if (role < 32 && (roles & TRUST_ROLE(role)) != 0)
                return true;
        }
    }
    return false;
}

/* Signed files that no phone asks for by their signed names. */
void
tree_check_list_missing(struct tree *tree)
{
    size_t signed_files = 0;
    if (tree->lists.class_count > 0)
        return;
    for (size_t i = 0; i < tree->root.count; i++) {
        enum tree_kind kind = tree->root.files[i].kind;
        if (kind == TREE_LIST && tree->root.files[i].status.st_size > 0)
            return; /* and that none can be read is said already */
        signed_files += kind == TREE_SIGNED || kind == TREE_ENCRYPTED;
    }
    tree->lists.lacking = signed_files > 0;
    if (signed_files > 0)
        findings_add(tree->findings, NO_LIST, tree->root.path, "",
                     "there are %zu signed files, and no trust list", signed_files);
}

static void
check_version(struct tree *tree)
{
    const struct tree_trust *trust = &tree->lists.trusts[0];
    const struct tree_file *file = tree_find(&tree->root, trust_list_name(TRUST_ITL));
    if (tree->secure.path != NULL && trust->trust.lists[TRUST_ITL] != NULL && file != NULL &&
        !trust_announces_https(&trust->trust))
        tree_report(tree, LIST_VERSION, &tree->root, file,
                    "its version is not 1.1, although there is a secure root");
}

int
tree_check_lists(struct tree *tree, struct prov_error *err)
{
    int rc = PROV_OK;
    for (enum trust_kind kind = TRUST_CTL; rc == PROV_OK && kind < TRUST_KINDS; kind++)
        rc = read_common(tree, kind, err);
    for (size_t i = 0; rc == PROV_OK && i < tree->phone_count; i++)
        for (enum trust_kind kind = TRUST_CTL; rc == PROV_OK && kind < TRUST_KINDS; kind++)
            rc = read_own(tree, &tree->phones[i], kind, err);
    if (rc == PROV_OK)
        rc = gather_trusts(tree, err);
    if (rc != PROV_OK)
        return rc;
    check_version(tree);
    return PROV_OK;
}

void
tree_lists_release(struct tree_lists *lists)
{
    for (size_t i = 0; i < lists->class_count; i++)
        prov_trustlist_free(lists->classes[i].list);
    free(lists->classes);
    free(lists->trusts);
}
