/* SPDX-License-Identifier: MIT */
/* What is wanted: every file that should stand in the tftpboot tree (and the secure root) besides
 * trust lists, as the settings and the source folder describe it. Knows nothing of what stands
 * there now. */
#ifndef PROVBUILD_SOURCE_MANIFEST_H
#define PROVBUILD_SOURCE_MANIFEST_H

#include "provbuild/run/run.h"
#include "provbuild/source/devices.h"
#include "provbuild/source/signing.h"

enum output_kind {
    OUTPUT_SIGNED,   /* source.sgn */
    OUTPUT_COPY,     /* the source as it is (excluded: firmware has its vendor's signature) */
    OUTPUT_ENCRYPTED /* the pair SEP<MAC>.cnf.xml.enc.sgn and SEP<MAC>.cnf.xml.sgn, and the clear
                        configuration in the secure root, if there is one */
};

struct output {
    enum output_kind kind;
    const char *source; /* below the source folder; borrowed from the walk */
    struct timespec modified;
    bool bare;          /* signed under its name without a folder, too, by which phones find it */
    bool configuration; /* of `phone` */
    struct prov_mac phone;
    const struct device *device; /* whose certificate it is encrypted to */
    struct signing *signing;     /* NULL for copies */
    const char *problem;         /* why it cannot be built, so that what stands stays; NULL */
    char *own_problem;           /* the same, where it is made up for this one */
    bool refused; /* encryption is required, and it cannot be: nor may it stand clear */
};

struct manifest {
    struct walk source;
    bool complete; /* all of the source folder could be read */
    struct devices devices;
    struct signings signings;
    size_t count; /* in ascending order of their sources */
    struct output *outputs;
    size_t bare_count; /* those that are `bare`, in ascending order of these names */
    const struct output **bare;
};

/* Reads the source and devices folders; `signs` as in struct settings_build, but for files of
 * `kept`. Both are borrowed. What cannot be used is reported and has a `problem`. Fails only where
 * the run must end. */
int manifest_make(const struct run *run, const struct settings_sign *signs, size_t sign_count,
                  const struct signings_kept *kept, struct manifest *out,
                  struct prov_error *err) PROV_CHECKED;
void manifest_release(struct manifest *manifest);

/* The files of an output, to be or-ed. */
enum output_part {
    PART_ENCRYPTED = 1, /* .enc.sgn */
    PART_SIGNED = 2,    /* .sgn: the file, or the stub of a pair */
    PART_COPY = 4,
    PART_CLEAR = 8, /* in the secure root */
    PART_BARE = 16  /* .sgn, at the top: where a phone finds it that asks without a folder */
};
/* The path of a part below its root, to be freed; NULL when memory is short. */
char *output_name(const struct output *output, enum output_part part);
/* What is added to the source's path. */
const char *output_ending(enum output_part part);
/* The same with its root. */
char *output_path(const struct output *output, enum output_part part,
                  const struct settings *settings);

/* Sets why it cannot be built. Without memory for that it says so. */
void output_refuse(struct output *output, const char *format, ...) PROV_PRINTF(2, 3);
/* Sets why a configuration that cannot be encrypted may not be published in clear text either: it
 * was to be encrypted, or that is unknown. */
void output_check_encryption(const struct run *run, const struct manifest *manifest,
                             struct output *output);
/* Why a source of this path would not be published; NULL if it may be. */
const char *manifest_refuse_name(const char *path);
/* True if an output has a file of this name below the public tree. */
bool manifest_wants(const struct manifest *manifest, const char *path);
/* The output that is published signed under this name; NULL without one. */
const struct output *manifest_signed_as(const struct manifest *manifest, const char *path);
/* The output of this phone's configuration; NULL without one. */
const struct output *manifest_configuration(const struct manifest *manifest,
                                            const struct prov_mac *phone);

#endif
