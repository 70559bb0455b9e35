/* SPDX-License-Identifier: MIT */
/* A trust list as a section of the settings describes it, before it is signed. */
#ifndef PROVBUILD_LISTS_DRAFT_H
#define PROVBUILD_LISTS_DRAFT_H

#include "provbuild/run/run.h"

#include "ladder/list.h"

struct list_draft;

/* Loads the certificates. `name` is that of the file. `key` NULL: the list as the section has it,
 * with the certificate that serves as proof; else the bridge that this key signs: it and the first
 * SAST of the section, and all other records. PROV_E_UNFIT after a message where a certificate
 * cannot be loaded. */
int list_draft_new(const struct run *run, const struct settings_list *wanted, const char *name,
                   const char *key, struct list_draft **out, struct prov_error *err) PROV_CHECKED;
void list_draft_free(struct list_draft *draft);

/* What the list is to phones; its time and hash do not count. Nothing is signed. `proof` as for
 * ladder_list_of. */
int list_draft_value(const struct list_draft *draft, const struct prov_identity *proof,
                     struct ladder_list *out, struct prov_error *err) PROV_CHECKED;
/* The list, signed, and read back as phones will read it. */
int list_draft_sign(const struct list_draft *draft, uint32_t time, struct prov_trustlist **out,
                    struct prov_error *err) PROV_CHECKED;
/* Whoever holds `list` trusts what signs the draft. */
bool list_draft_is_trusted(const struct list_draft *draft, const struct prov_trustlist *list);
/* Notes what the archive holds by now beside the tree, signed as this list is. */
int list_draft_note(const struct list_draft *draft, const struct run *run,
                    struct prov_error *err) PROV_CHECKED;
/* PROV_E_UNFIT if the certificate that signs is not valid at this time. */
int list_draft_check_time(const struct list_draft *draft, int64_t now,
                          struct prov_error *err) PROV_CHECKED;
/* True if it has run out: whether phones mind that of who signs a list is not known. */
bool list_draft_expired(const struct list_draft *draft, int64_t now);
/* Reports a bridge that such a certificate signs. */
void list_draft_warn_expired(const struct list_draft *draft, const struct run *run);

/* What to say of a list that names no certificate for files. */
#define LIST_NAMES_NO_SIGNER                                                                       \
    "it names no certificate as tftp or ccm-tftp, so phones that hold it ask for files without "   \
    "signature, and do not get the signed and encrypted ones of this tree"

#define LIST_LACKS_PROOF                                                                           \
    "it does not name proof-certificate: lists did that another SAST signed, and who takes it "    \
    "may "                                                                                         \
    "hold one of these; make another certificate for it with each rotation, or nobody can prove "  \
    "what he holds"

/* Reports what is allowed but unwise. */
void list_draft_warn(const struct list_draft *draft, const struct run *run);

#endif
