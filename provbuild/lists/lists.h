/* SPDX-License-Identifier: MIT */
/* The trust lists of a run: each that is wanted, or that stands, with both side by side. */
#ifndef PROVBUILD_LISTS_LISTS_H
#define PROVBUILD_LISTS_LISTS_H

#include "provbuild/lists/published.h"
#include "provbuild/lists/wanted.h"

/* A ladder of lists, the newest last: those are given in turns; one that is alone always. */
struct rungs {
    size_t count;
    const struct prov_trustlist *at[LADDER_RUNGS_MAX];
};
/* Both are the same files. */
bool rungs_same(const struct rungs *a, const struct rungs *b);

struct list {
    const struct settings_list *wanted;   /* NULL: no section; what stands is only looked at */
    char name[LIST_NAME_SIZE];            /* ITLFile.tlv, CTLSEP<MAC>.tlv, … */
    char *path;                           /* in the tree */
    const struct prov_trustlist *in_tree; /* under its own name: the list, or one of its rungs */
    struct rungs before; /* what stood when the run began; where nothing did, the newest in the
                            archive */
    struct rungs rungs;  /* what stands, or was published by this run */
    const struct prov_trustlist *stands; /* the newest of them; NULL: nothing */
    const char *doubt; /* why what is in the tree cannot be read; NULL: nothing is wrong */
    size_t made_count; /* by this run: freed with it */
    struct prov_trustlist *made[LADDER_RUNGS_MAX];
    bool drafted;  /* whoever signs it is at hand */
    bool changed;  /* published by this run, or planned to be */
    bool refused;  /* a new one was, by this run, which said why */
    bool put_back; /* no section describes it, and the tree had lost it */
    bool again;    /* what is in the tree is older than the newest, and everybody is given it */
    bool goes;     /* its phone is to get the list for all */
    const struct prov_trustlist *held; /* the newest in the archive, once a new one was refused */
    bool lost; /* it does not stand, and what phones hold cannot be read in the archive */
};

struct lists {
    size_t count; /* those that are wanted first */
    struct list *at;
};

/* `tree` is the folder that they stand in. To be released, also after a failure. */
int lists_make(const struct wanted *wanted, const struct published *published, const char *tree,
               struct lists *out, struct prov_error *err) PROV_CHECKED;
void lists_release(struct lists *lists);
/* An older list that stands in the tree, whoever put it there, is published again as long as it
 * stands: phones may hold it again, whatever they were proven to hold. `still`: the server knows no
 * turns, and gives what is in the tree. */
void lists_note_again(struct lists *lists, const struct published *published, bool still,
                      int64_t now);
/* What stands in the place of this list from now on; borrowed. */
void list_put(struct list *list, const struct rungs *rungs);
/* The same of a list alone. Adds it where it is not there yet. */
int lists_put(struct lists *lists, const char *tree, const char *name,
              const struct prov_trustlist *stands, struct prov_error *err) PROV_CHECKED;

struct list *lists_find(const struct lists *lists, const char *name);
/* The list for all phones of one kind, or that of one phone; NULL without one. */
const struct list *lists_generic(const struct lists *lists, enum list_kind kind);
const struct list *lists_of(const struct lists *lists, enum list_kind kind,
                            const struct prov_mac *phone);

/* So many seconds the latest list that was published lies ahead of `now`, and then its name; 0 if
 * none does. */
int64_t lists_ahead(const struct lists *lists, const struct published *published, int64_t now,
                    const char **name);
/* True if this run publishes one of them, or is planned to. */
bool lists_any_changed(const struct lists *lists);
/* True if the archive holds a list that the tree has lost. */
bool lists_lost(const struct lists *lists, const struct published *published, bool archive);

/* True if a phone (NULL: any) that holds the lists that stand takes files signed by `signer` with
 * such a header: one of them names it, or none of them names any signer. */
bool lists_trust(const struct lists *lists, const struct prov_mac *phone,
                 const struct prov_identity *signer, const struct prov_header *header);
/* True if the list names the certificate as a SAST, or else for files. */
bool list_names(const struct prov_trustlist *list, const struct prov_identity *certificate,
                bool sast);
/* True for the role of a certificate that signs files, as a record or a section has it. */
bool list_role_signs(unsigned role);

#endif
