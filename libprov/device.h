/* SPDX-License-Identifier: MIT */
/* Phones by the common names of their certificates. */
#ifndef LIBPROV_DEVICE_H
#define LIBPROV_DEVICE_H

#include <prov/device.h>

/* True for what begins as the common name of a phone's certificate does: SEP and a MAC address, or
 * CP-<model>-SEP and one; in letters of any case, whatever follows. Wider than
 * prov_mac_of_certificate: a name that is almost a phone's is not to be an authority's. */
bool prov__names_phone(const char *common_name);

#endif
