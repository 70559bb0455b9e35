/* SPDX-License-Identifier: MIT */
/* Why a server and a device did not agree: what else the server takes. */
#include "provcheck/tls_room.h"

#include <stdlib.h>

bool
tls_ask_spoken(struct tls_check *check)
{
    uint16_t numbers[TLS_SUITES_MAX];
    struct tls_offer offer = {.suites = tls_all_suites(numbers),
                              .extensions = true,
                              .name = check->name_is_address ? NULL : check->name};
    if (check->spoken.asked)
        return true;
    struct tls_probe *probe = malloc(sizeof *probe);
    if (probe == NULL)
        return false;
    check->spoken.asked = true;
    for (offer.version = TLS_SSL3; offer.version <= TLS_1_3; offer.version++) {
        tls_probe_run(&check->peer, &offer, probe);
        if (probe->outcome != TLS_PROBE_AGREED || probe->flight.version != offer.version)
            continue;
        check->spoken.versions |= TLS_BIT(offer.version);
        check->spoken.suites[offer.version - TLS_SSL3] = probe->flight.suite;
    }
    free(probe);
    return true;
}

static void
explain_suites(const struct tls_check *check, const char *how, unsigned common,
               struct tls_result *result)
{
    char name[TLS_SUITE_TEXT_MAX];
    unsigned version = tls_newest(common);
    uint16_t suite = check->spoken.suites[version - TLS_SSL3];
    tls_suite_text(suite, name);
    if (tls_result_offers(result, suite))
        tls_found(&result->findings, TLS_HANDSHAKE,
                  "%s; from a client that sends more extensions it takes %s with %s", how,
                  tls_version_name(version), name);
    else
        tls_found(&result->findings, TLS_CIPHER,
                  "the server takes none of the %zu cipher suites that the device offers; with %s "
                  "it takes %s",
                  result->suites.count, tls_version_name(version), name);
}

void
tls_explain_refusal(const struct tls_check *check, const struct tls_probe *probe,
                    struct tls_result *result)
{
    char spoken[TLS_VERSIONS_TEXT_MAX], offered[TLS_VERSIONS_TEXT_MAX];
    unsigned common = check->spoken.versions & result->versions;
    if (common != 0)
        explain_suites(check, probe->text, common, result);
    else if (check->spoken.versions != 0)
        tls_found(&result->findings, TLS_PROTOCOL, "the server speaks %s, and the device %s",
                  tls_versions_text(check->spoken.versions, spoken),
                  tls_versions_text(result->versions, offered));
    else
        tls_found(&result->findings, TLS_HANDSHAKE,
                  "%s; it refuses every version of TLS with every cipher suite, too", probe->text);
}
