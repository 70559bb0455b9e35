/* SPDX-License-Identifier: MIT */
/* Whether somebody answers SIP's OPTIONS (RFC 3261, section 11). */
#ifndef PROVCHECK_WHY_OPTIONS_H
#define PROVCHECK_WHY_OPTIONS_H

#include "provcheck/tls/peer.h"

/* Any answer will do, whatever it says. PROV_E_SYSTEM where nobody listens, PROV_E_FORMAT where
 * something else than SIP is said, or nothing, until the deadline (fetch_clock). */
int options_over_udp(const struct tls_peer *peer, int64_t deadline,
                     struct prov_error *err) PROV_CHECKED;
/* On a connection that stands, and stays the caller's. */
int options_over_tcp(int fd, const struct tls_peer *peer, int64_t deadline,
                     struct prov_error *err) PROV_CHECKED;

#endif
