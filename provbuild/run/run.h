/* SPDX-License-Identifier: MIT */
/* One run: what the command line and the file said, where findings go, and what was read. */
#ifndef PROVBUILD_RUN_RUN_H
#define PROVBUILD_RUN_RUN_H

#include "provbuild/run/checksums.h"
#include "provbuild/run/phones.h"
#include "provbuild/run/report.h"

#include "settings/settings.h"

#include <sys/types.h>

struct fleet;
struct published;
struct wanted;

/* Which phones --forget means besides those that are named. */
struct forget_rule {
    bool given;
    unsigned followed; /* so often at least; */
    int64_t seconds;   /* and over so long */
    bool silent;       /* instead: nothing was asked in its name for so long */
};

struct run {
    struct cli_common common;
    const char *config; /* NULL: the default */
    bool dry_run;
    bool quick; /* trusts modification times */
    bool prune;
    bool accept_archive;     /* the archive is whole, whatever the inventory says */
    bool accept_clock;       /* the clock is right, whatever the last run's was */
    bool dated;              /* the caller says what time it is */
    unsigned jobs;           /* threads */
    unsigned wait;           /* seconds, for another run to end */
    struct phones forced;    /* --force SEP<MAC> */
    struct phones accepted;  /* --accept-key SEP<MAC> */
    struct phones forgotten; /* --forget SEP<MAC> */
    bool forgets;            /* --forget, for those or by a rule */
    bool forget_time;        /* --for */
    struct forget_rule forget;
    bool seen;                  /* --seen */
    struct checksums checksums; /* --seen */
    struct phones left_out;     /* those, and those of earlier runs */

    int verb;                  /* which of those that follow was given */
    const char *rotate_sast;   /* path of the new certificate and key; NULL: none */
    const char *rotate_signer; /* the same for the one that signs files */
    const char *old_sast;      /* where the key of an older SAST lies now; NULL */
    const char *recovery_key;  /* where the key of the second SAST lies now; NULL */
    const char *new_recovery;  /* where to make it; NULL */
    const char *adopt;         /* folder with keys; NULL */
    bool release, take_back;   /* --release, --take-back */
    bool all_phones;           /* --force with one of them */
    struct phones released;    /* the phones named with one of them */
    bool status;               /* only says how things stand */
    mode_t umask;              /* the caller's */

    const struct settings *settings;
    struct timespec settled; /* when the file of settings last changed */
    uint32_t now;
    struct report *report;
    struct phones freed;         /* whose own list was taken away */
    struct published *published; /* trust lists, in the tree and in the archive */
    const struct wanted *wanted; /* what is to be published; NULL until that is known */
    struct fleet *fleet;         /* what phones hold; NULL until somebody had to know */
};

/* --force without names: all that it can be given for, except clear text. */
bool run_forces_all(const struct run *run);
/* --force for this phone, or for all. */
bool run_forces(const struct run *run, const struct prov_mac *phone);

/* "FOLDER/PATH", to be freed; NULL when memory is short. */
char *run_path(const char *folder, const char *path, const char *ending);

/* True if the path or name is longer than the ending, and ends in it. */
bool run_ends_with(const char *text, const char *ending);

/* The absolute path, without links, of a file that may be missing, or a URI as it is; to be
 * freed. */
char *run_real_path(const char *path);

#endif
