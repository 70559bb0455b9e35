/* SPDX-License-Identifier: MIT */
/* Changes of certificates that take several lists, one after the other, and each only when phones
 * hold the one before: the settings are changed in memory to what is to be published at this stage,
 * so that all else builds and checks it as usual. */
#ifndef PROVBUILD_CHANGE_ROTATION_H
#define PROVBUILD_CHANGE_ROTATION_H

#include "provbuild/change/record.h"
#include "provbuild/fleet/fleet.h"

/* Where a list stands. */
enum rotation_stage {
    STAGE_OLD,     /* it does not name the new SAST yet */
    STAGE_BETWEEN, /* it names the new one; the old one, or the recovery key, signs */
    STAGE_NEW      /* the new one signs */
};

struct rotation {
    struct run *run;
    struct settings *settings;
    struct record record;
    bool begun;                /* by this run */
    struct prov_identity *new; /* its certificate; NULL: no change is under way */
    bool lost; /* the file of the new one cannot be read; `new` is then taken from a list */
    /* Lists that stay as they are published: their signer's key is not at hand. */
    struct record_names frozen;
};

/* Reads what is under way, takes the orders of the command line, and changes the settings. Fails
 * where the run must end. To be released in any case. */
int rotation_prepare(struct rotation *rotation, struct run *run, struct settings *settings,
                     struct prov_error *err) PROV_CHECKED;
void rotation_release(struct rotation *rotation);

/* Before lists are published: keeps what is under way, gives phones that are behind a list of
 * their own, and takes lists that no section describes away from phones that are left out. */
int rotation_before_lists(struct rotation *rotation, struct lists *lists,
                          struct prov_error *err) PROV_CHECKED;
/* Afterwards: takes those lists away from phones that are through, and from those that are taken
 * back. */
int rotation_after_lists(struct rotation *rotation, struct prov_error *err) PROV_CHECKED;

/* --- within the room */

/* The absolute path, without links, of a file that may be missing, or a URI as it is; to be
 * freed. */
char *rotation_path(const char *path);
/* True if both mean one file. */
bool rotation_same_path(const char *recorded, const char *path);
int rotation_take_orders(struct rotation *rotation, struct prov_error *err) PROV_CHECKED;

/* True if the file at `path` holds the certificate of which the record has this digest. */
bool rotation_is_certificate(const char *path, const char *recorded);
/* Lets the settings name the certificates of the change by the paths of the record. */
int rotation_settle_paths(struct rotation *rotation, struct prov_error *err) PROV_CHECKED;
/* Loads the new certificate, or finds it in a list that was published; with neither, a change that
 * had no effect yet is forgotten. */
int rotation_load_new(struct rotation *rotation, struct prov_error *err) PROV_CHECKED;
/* A change that this run begins: notes what later runs must know of it. */
int rotation_note_begin(struct rotation *rotation, struct prov_error *err) PROV_CHECKED;
void rotation_forget_change(struct rotation *rotation);

enum rotation_stage rotation_stage(const struct rotation *rotation,
                                   const struct prov_trustlist *list);
bool rotation_names(const struct prov_trustlist *list, const struct prov_identity *certificate,
                    bool signer_of_files);
/* Phones that a list is for; those of them that were given one that names the new SAST, and those
 * of which it is certain that they hold it. */
struct rotation_count {
    size_t all, given, through;
    struct fleet_names behind;
};
void rotation_count(const struct rotation *rotation, const struct settings_list *wanted,
                    struct rotation_count *out);
/* The key at this path is not at hand. */
bool rotation_lacks_key(const char *path);
bool rotation_is_through(const struct rotation *rotation, const struct fleet_phone *phone,
                         bool ctl);
/* True if the phone takes the list for all, by what the settings say. */
bool rotation_takes_generic(const struct rotation *rotation, bool ctl,
                            const struct prov_mac *phone);
void rotation_list_name(const struct settings_list *wanted, char out[static LISTS_NAME_SIZE]);
/* -1: the list has nothing to do with the change. */
int rotation_find_entry(const struct record *record, const struct settings_list *wanted);

/* The list stays as it was published. */
int rotation_freeze(struct rotation *rotation, size_t index, struct prov_error *err) PROV_CHECKED;
int rotation_apply_sast(struct rotation *rotation, struct prov_error *err) PROV_CHECKED;
int rotation_apply_signer(struct rotation *rotation, struct prov_error *err) PROV_CHECKED;
int rotation_apply_release(struct rotation *rotation, struct prov_error *err) PROV_CHECKED;
int rotation_end_release(struct rotation *rotation, struct prov_error *err) PROV_CHECKED;
int rotation_apply_recovery(struct rotation *rotation, struct prov_error *err) PROV_CHECKED;
/* Removes a list of one phone, which must restart then. */
int rotation_remove_own(struct rotation *rotation, const char *name, const char *reason,
                        struct prov_error *err) PROV_CHECKED;
/* How many phones must hold the list that names the new signer: all. */
void rotation_count_signer(const struct rotation *rotation, struct rotation_count *out);

/* A new list of entries, in place of the old one, which is freed. */
int rotation_set_entries(struct settings_list *wanted, struct settings_entry *entries, size_t count,
                         struct prov_error *err) PROV_CHECKED;

#endif
