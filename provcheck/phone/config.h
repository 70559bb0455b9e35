/* SPDX-License-Identifier: MIT */
/* What a phone's configuration tells it to do next (phones.md, sections 7 and 8). */
#ifndef PROVCHECK_PHONE_CONFIG_H
#define PROVCHECK_PHONE_CONFIG_H

#include <prov.h>

#include <stdbool.h>

#define CONFIG_VALUE_MAX 128

/* Values that the configuration does not give are empty. */
struct config {
    bool encrypted; /* a stub: the configuration is in .enc.sgn */
    char certificate_hash[CONFIG_VALUE_MAX];
    char load[CONFIG_VALUE_MAX];
    char user_locale[CONFIG_VALUE_MAX];
    char network_locale[CONFIG_VALUE_MAX];
    char dial_template[CONFIG_VALUE_MAX];
    char soft_keys[CONFIG_VALUE_MAX];
};

/* PROV_E_FORMAT where the phone cannot read it, PROV_E_LIMIT. */
int config_read(struct prov_span xml, struct config *out, struct prov_error *err) PROV_CHECKED;

#endif
