/* SPDX-License-Identifier: MIT */
/* The certificates of all TLS ports, loaded together so that a reload changes all or none. */
#ifndef SERVER_MAIN_CERTIFICATES_H
#define SERVER_MAIN_CERTIFICATES_H

#include "server/delivery/delivery.h"
#include "server/http/http.h"
#include "settings/settings.h"

/* Credentials of section `server` first, then those of the `https` sections in their order. NULL
 * where a section listens nowhere. */
struct certificates {
    struct tls_credentials *sets[1 + SETTINGS_HTTPS_MAX];
    struct delivery_certificate shown[SETTINGS_CERTIFICATES_MAX * (1 + SETTINGS_HTTPS_MAX)];
    size_t shown_count;
};

/* `with_https`: whether section `server` has a TLS port. */
int certificates_load(const struct settings *settings, bool with_https, struct certificates *out,
                      struct prov_error *err) PROV_CHECKED;
void certificates_release(struct certificates *certificates);

#endif
