/* SPDX-License-Identifier: MIT */
/* Firmware loads by the beginning of their names, and the models that run them: which files a load
 * consists of, which archive of a language and which pictures its phones take. */
#ifndef FAMILIES_LOAD_H
#define FAMILIES_LOAD_H

#include <prov.h>

#include <stdbool.h>

#define LOAD_SUFFIXES_MAX 5
#define LOAD_ARCHIVE_SIZE 32

/* What is not known is NULL. */
struct load {
    const char *beginning; /* of the name, in any case: "SIP42" */
    const char *family;    /* its name: see family_find */
    const char *models;    /* "7942, 7962" */
    /* Ends of the file that a phone fetches for loadInformation, the usual one first; no more than
     * one of them is there. An empty table: not known. */
    const char *suffixes[LOAD_SUFFIXES_MAX];
    const char *locale;     /* how the archive of a language begins: "mk" in mk-sip.jar */
    const char *background; /* folder of pictures below Desktops: "320x196x4" */
    bool sccp;              /* speaks SCCP; false: SIP, or not known */
    bool text_config;       /* reads SIP<MAC>.cnf; SEP<MAC>.cnf.xml tells it the load alone */
    bool either_tones;      /* sources differ on whether it takes g3-tones.xml or g4-tones.xml */
};

/* The load of this name (loadInformation, without .loads); NULL for one that is not known. */
const struct load *load_find(const char *name);

/* The archive of a language that its phones fetch, "mk-sip.jar"; NULL where that is not known. */
const char *load_archive(const struct load *load, char out[static LOAD_ARCHIVE_SIZE]);

/* True for termNN.default.loads: phones ask for that list when they were reset to the factory's
 * state. */
bool load_is_factory_list(const char *file);

/* True for a file that the vendor made for phones to run, by the end of its name; also where the
 * vendor signed it as .sgn. */
bool load_is_firmware(const char *file);

/* True for the folder of a display that is known, below Desktops: "320x196x4". */
bool load_is_display(const char *folder);

#define MODEL_LOADS_MAX 4

/* A model, by the number that the vendor's server gives it: Default/loadInformation<N>. */
struct model {
    unsigned number;                    /* 0: not known */
    const char *name;                   /* "7942" */
    const char *loads[MODEL_LOADS_MAX]; /* beginnings of those that it runs, SIP first */
};

/* NULL for an unknown name or number. */
const struct model *model_find(const char *name);
const struct model *model_of_number(unsigned number);
/* All of them in turn; NULL after the last. */
const struct model *model_at(size_t index);
/* The load that a model runs unless one is named; NULL where that is not known. */
const struct load *model_load(const struct model *model);
/* False where a load that is known belongs to other models. */
bool model_runs(const struct model *model, const char *load);

#endif
