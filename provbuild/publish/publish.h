/* SPDX-License-Identifier: MIT */
/* Trust lists: which are wanted and which stand, whether phones will follow, and their publication.
 */
#ifndef PROVBUILD_PUBLISH_PUBLISH_H
#define PROVBUILD_PUBLISH_PUBLISH_H

#include "provbuild/run/run.h"

#define LISTS_NAME_SIZE 32

/* A list that is wanted, or that stands. */
struct list {
    const struct settings_list *wanted; /* NULL: no section; what stands is only looked at */
    char name[LISTS_NAME_SIZE];         /* ITLFile.tlv, CTLSEP<MAC>.tlv, … */
    char *path;                         /* in the tree */
    struct prov_trustlist *stands;   /* in the tree, or once this run has published; may be NULL */
    char doubt[PROV_ERROR_TEXT_MAX]; /* why what stands cannot be read; "": nothing is wrong */
    bool changed;                    /* published by this run, or planned to be */
    struct prov_trustlist *held;     /* the newest in the archive, once a new one was refused */
    bool lost; /* it does not stand, and what phones hold cannot be read in the archive */
};

struct lists {
    size_t count;
    struct list *at;
};

/* Reads what stands in the tree, and adds what the settings want. */
int lists_read(const struct run *run, struct lists *out, struct prov_error *err) PROV_CHECKED;
void lists_release(struct lists *lists);
/* Adds the list `name`, that no section describes, as it stands; or, where it does not, as the file
 * `instead` has it. */
int lists_add_stray(const struct run *run, struct lists *lists, const char *name,
                    const char *instead, struct prov_error *err) PROV_CHECKED;

/* PROV_E_CONTINUITY if the clock is behind what was published already: it was set back. */
int lists_check_clock(const struct run *run, const struct lists *lists,
                      struct prov_error *err) PROV_CHECKED;

/* Publishes what differs from what is wanted, unless phones would not follow: then it is reported,
 * and the old list stays. Fails only where the run must end. */
int lists_publish(struct run *run, struct lists *lists, struct prov_error *err) PROV_CHECKED;

/* True if a phone (NULL: any) that holds the lists that stand takes files signed by `signer` with
 * such a header: one of them names it, or none of them names any signer. */
bool lists_trust(const struct lists *lists, const struct prov_mac *phone,
                 const struct prov_identity *signer, const struct prov_header *header);

/* The list for all phones of one kind, or that of one phone; NULL without one. */
const struct list *lists_generic(const struct lists *lists, bool ctl);
const struct list *lists_of(const struct lists *lists, bool ctl, const struct prov_mac *phone);

/* ITLFile.tlv or CTLFile.tlv; with a phone its own, ITLSEP<MAC>.tlv or CTLSEP<MAC>.tlv. */
void lists_name(bool ctl, const struct prov_mac *phone, char out[static LISTS_NAME_SIZE]);
/* The other way round, for a list of one phone; false if it is none. */
bool lists_phone_of(const char *name, bool *ctl, struct prov_mac *phone);

/* True if the archive holds a list that the tree has lost. */
bool lists_lost(const struct run *run, const struct lists *lists);

#endif
