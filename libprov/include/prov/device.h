/* SPDX-License-Identifier: MIT */
/* Phones by the MAC address in the names of their files and certificates. */
#ifndef PROV_DEVICE_H
#define PROV_DEVICE_H

#include <prov/error.h>
#include <prov/identity.h>

#include <stdbool.h>

#define PROV_MAC_LEN 12 /* hexadecimal digits */

/* A MAC address as twelve upper-case hexadecimal digits. */
struct prov_mac {
    char text[PROV_MAC_LEN + 1];
};

/* The phone whose file `name` (a base name) is: `prefix`, SEP, the MAC address, `suffix`, and
 * nothing else; the digits in any case. Example: prefix "", suffix ".cnf.xml". */
PROV_API bool prov_mac_of_file(const char *name, const char *prefix, const char *suffix,
                               struct prov_mac *out);

/* The phone that a certificate names: exactly one CN, the whole of it SEP<MAC> (an LSC) or
 * CP-<model>-SEP<MAC> (a MIC). */
PROV_API bool prov_mac_of_certificate(const struct prov_identity *certificate,
                                      struct prov_mac *out);

#endif
