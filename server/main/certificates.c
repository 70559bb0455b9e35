/* SPDX-License-Identifier: MIT */
/* Loads the certificates of all TLS ports, so that a reload changes all or none. */
#include "server/main/certificates.h"

#include <prov/file.h>
#include <prov/identity.h>

#include <stdio.h>
#include <string.h>

static bool
is_shown(const struct certificates *certificates, const char *path)
{
    for (size_t i = 0; i < certificates->shown_count; i++)
        if (strcmp(certificates->shown[i].name, path) == 0)
            return true;
    return false;
}

/* Notes when a certificate ends, for the metrics; once, though several ports may have it. */
static int
show(struct certificates *certificates, const char *path, struct prov_error *err)
{
    struct prov_identity *identity;
    if (is_shown(certificates, path))
        return PROV_OK;
    int result = prov_identity_load(path, PROV_NEED_CERTIFICATE, NULL, NULL, &identity, err);
    if (result != PROV_OK)
        return result;
    struct delivery_certificate *shown = &certificates->shown[certificates->shown_count++];
    snprintf(shown->name, sizeof shown->name, "%s", path);
    shown->not_after = prov_identity_not_after(identity);
    prov_identity_free(identity);
    return PROV_OK;
}

static int
load_set(struct certificates *certificates, size_t set, enum tls_profile profile,
         char *const *paths, size_t count, const struct tls_client_terms *clients,
         struct prov_error *err)
{
    int result = tls_credentials_new(profile, paths, count, clients, &certificates->sets[set], err);
    for (size_t i = 0; result == PROV_OK && i < count; i++)
        result = show(certificates, paths[i], err);
    return result;
}

int
certificates_load(const struct settings *settings, bool with_https, struct certificates *out,
                  struct prov_error *err)
{
    *out = (struct certificates){0};
    int result = PROV_OK;
    struct tls_client_terms clients = {.ca = settings->client_ca,
                                       .weak = settings->client_weak,
                                       .maker_ca = settings->maker_ca,
                                       .expired_makers = settings->expired_makers,
                                       .proof = settings->proof_certificate};
    if (with_https)
        result = load_set(out, 0, TLS_STRICT, settings->certificates, settings->certificate_count,
                          &clients, err);
    for (size_t i = 0; result == PROV_OK && i < settings->https_count; i++) {
        const struct settings_https *section = &settings->old_phones[i];
        result = load_set(out, 1 + i, TLS_OLD_PHONES, section->certificates,
                          section->certificate_count, NULL, err);
    }
    if (result != PROV_OK)
        certificates_release(out);
    return result;
}

void
certificates_release(struct certificates *certificates)
{
    for (size_t i = 0; i < 1 + SETTINGS_HTTPS_MAX; i++) {
        tls_credentials_release(certificates->sets[i]);
        certificates->sets[i] = NULL;
    }
}
