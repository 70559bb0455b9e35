/* SPDX-License-Identifier: MIT */
/* A change of certificates as the rules see it: what is under way, what phones hold, what was
 * published, and what is wanted by now. All of it is read before anything is decided. */
#ifndef PROVBUILD_CHANGE_MODEL_H
#define PROVBUILD_CHANGE_MODEL_H

#include "provbuild/change/record.h"
#include "provbuild/fleet/fleet.h"

/* Where a list stands. */
enum rotation_stage {
    STAGE_OLD,     /* it does not name the new SAST yet */
    STAGE_BETWEEN, /* it names the new one; the old one, or the recovery key, signs */
    STAGE_NEW      /* the new one signs */
};

/* What a rule must know of a file with a certificate or a key. */
struct change_file {
    const char *path;                  /* as `wanted` has it */
    bool lacks_key;                    /* the key is not at hand */
    struct prov_identity *certificate; /* NULL: not read, or it cannot be */
};

struct rotation {
    struct run *run;
    struct record record;
    bool begun;                 /* by this run */
    struct prov_identity *next; /* its certificate; NULL: no change is under way */
    bool lost; /* the file of the new one cannot be read; `next` is then taken from a list */
    /* Begins as the settings have it, but for paths: what means a file of the record is that very
     * path. */
    struct wanted wanted;
    size_t file_count;
    struct change_file *files;
};

/* True if both are one path of the record; NULL is none. */
bool rotation_is(const char *recorded, const char *path);
const struct change_file *rotation_file(const struct rotation *rotation, const char *path);

bool rotation_names(const struct prov_trustlist *list, const struct prov_identity *certificate,
                    bool signer_of_files);
/* True for the role that is to change: SAST, or that of files. */
bool rotation_is_role(unsigned role, bool signer_of_files);
enum rotation_stage rotation_stage(const struct rotation *rotation,
                                   const struct prov_trustlist *list);
/* The list as it was published last; NULL if it was not. */
const struct past_list *rotation_newest(const struct rotation *rotation,
                                        const struct settings_list *wanted);
/* The stage of that one. */
enum rotation_stage rotation_stage_of(const struct rotation *rotation,
                                      const struct settings_list *wanted);
/* -1: the list has nothing to do with the change. */
int rotation_find_entry(const struct record *record, const struct settings_list *wanted);

/* It is certain that the phone holds a list that names the new SAST. */
bool rotation_is_through(const struct rotation *rotation, const struct fleet_phone *phone,
                         enum list_kind kind);
/* Phones that a list is for; those of them that were given one that names the new SAST, and those
 * of which it is certain that they hold it. */
struct rotation_count {
    size_t all, given, through;
    struct fleet_names behind;
};
void rotation_count(const struct rotation *rotation, const struct settings_list *wanted,
                    struct rotation_count *out);
/* How many phones must hold the list that names the new signer: all. */
void rotation_count_signer(const struct rotation *rotation, struct rotation_count *out);

#endif
