/* SPDX-License-Identifier: MIT */
/* What a trust list may not be, or should not, as a table: what is found in a tree, and what is
 * refused on its way there (phones.md, section 5). */
#ifndef TREE_LIST_RULES_H
#define TREE_LIST_RULES_H

#include <prov/trustlist.h>

enum list_rule {
    LIST_UNREADABLE,
    LIST_TOO_LARGE,
    LIST_NO_SAST,
    LIST_MANY_SAST,
    LIST_ONE_SAST,
    LIST_EC_SAST,
    LIST_SIGNER,
    LIST_SIGNATURE,
    LIST_NAME,
    LIST_FUTURE,
    LIST_DIGEST,
    LIST_KEY_SIZE,
    LIST_CERTIFICATE,
    LIST_NO_TFTP,
    LIST_RULES /* how many there are */
};

#define RULE_FAILS "error"   /* a phone does not come up or is locked out, or a secret is exposed */
#define RULE_WARNS "warning" /* something will not work, or not for every phone */
#define RULE_NOTES "note"    /* of no use, or likely not meant */

/* The words for it. */
struct rule_words {
    const char *id;
    const char *severity;
    const char *why;
    const char *mend;
    const char *source; /* where it is known from */
};
const struct rule_words *list_rule_words(enum list_rule rule);

/* Called for each rule that the list breaks, with what is wrong in this case. */
typedef void list_rule_report(void *context, enum list_rule rule, const char *what);
/* All that a list shows by itself. `name` is that of its file; a timestamp more than `slack`
 * seconds after `now` lies in the future. */
void list_rules_check(const struct prov_trustlist *list, const char *name, int64_t now,
                      int64_t slack, list_rule_report *report, void *context);

/* What a list that names no certificate for files means, by the list that phones held before it
 * (NULL: none): phones that had one take any file and any list from anybody then, which is meant
 * only where they are let go; a first list may be so, and is warned of. */
enum list_release { LIST_SERVES, LIST_FIRST_WITHOUT, LIST_LETS_GO };
enum list_release list_release_of(const struct prov_trustlist *before,
                                  const struct prov_trustlist *next);

#endif
