/* SPDX-License-Identifier: MIT */
/* Gathers what this machine knows of a phone: reads settings, folders and the ledger, and asks its
 * PBX. Changes nothing. */
#ifndef PROVCHECK_WHY_GATHER_H
#define PROVCHECK_WHY_GATHER_H

#include "families/dictionary.h"
#include "provcheck/why/facts.h"
#include "settings/settings.h"

/* What is asked, and by what. */
struct why_question {
    const struct settings *settings;
    const struct dictionary *dictionary;
    struct prov_mac phone;
    int64_t now;
    int64_t pbx_timeout; /* milliseconds for each of the PBX's servers; 0: it is not asked */
};

/* PROV_E_MEMORY, or PROV_E_SYSTEM where a folder of the settings cannot be looked at; the settings
 * must outlive `out`. What else cannot be read is a fact. */
int why_gather(const struct why_question *question, struct why_facts *out,
               struct prov_error *err) PROV_CHECKED;

#endif
