/* SPDX-License-Identifier: MIT */
/* Judges a configuration by the dictionary and by what its elements say together. */
#ifndef CHECKS_CONFIG_H
#define CHECKS_CONFIG_H

#include "checks/finding.h"
#include "families/dictionary.h"
#include "families/family.h"
#include "families/load.h"

/* Whose it is, by the name of its file. */
enum config_owner {
    CONFIG_OF_PHONE,  /* SEP<MAC>.cnf.xml */
    CONFIG_OF_ALL,    /* XMLDefault.cnf.xml */
    CONFIG_OF_NOBODY, /* a sample, a template */
};

/* What is known besides the file. */
struct config_context {
    const struct dictionary *dictionary;
    enum config_owner owner;
    const struct family *family; /* NULL: as the model or the load says */
    const struct model *model;   /* NULL: not known */
};

/* Says all that is wrong with it, an XML fault among it. What is nobody's is judged if its root is
 * that of a configuration: not the profiles of multiplatform phones. */
void config_check(struct prov_span xml, const struct config_context *about, check_report *report,
                  void *context);

#endif
