/* SPDX-License-Identifier: MIT */
/* Why a server and a device did not agree: what else the server takes. */
#include "provcheck/tls/internal.h"

#include <stdlib.h>

bool
tls_ask_spoken(struct tls_check *check)
{
    uint16_t numbers[TLS_SUITES_MAX];
    struct tls_offer offer = {.suites = tls_all_suites(numbers),
                              .extensions = true,
                              .newer_groups = true,
                              .newer_signatures = true,
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

/* --- why there was no agreement */

/* The device's suites, from a client that knows more than the device does. */
static struct tls_offer
wide_offer(const struct tls_check *check, const struct tls_result *result, unsigned version)
{
    return (struct tls_offer){.version = version,
                              .suites = result->suites,
                              .extensions = true,
                              .newer_groups = true,
                              .newer_signatures = true,
                              .name = check->name_is_address ? NULL : check->name};
}

static bool
is_refused(const struct tls_check *check, const struct tls_offer *offer, struct tls_probe *probe)
{
    tls_probe_run(&check->peer, offer, probe);
    return probe->outcome == TLS_PROBE_ALERT || probe->outcome == TLS_PROBE_CLOSED;
}

/* The wide offer was taken: what it cannot do without. False if that is not known. */
static bool
explain_algorithms(const struct tls_check *check, const struct tls_offer *wide,
                   struct tls_probe *probe, struct tls_result *result)
{
    struct tls_offer without_groups = *wide, without_signatures = *wide;
    without_groups.newer_groups = false;
    without_signatures.newer_signatures = false;
    bool groups = is_refused(check, &without_groups, probe);
    bool signatures = wide->version >= TLS_1_2 && is_refused(check, &without_signatures, probe);
    if (groups)
        tls_found(&result->findings, TLS_GROUP,
                  "the server takes none of the groups that the device is taken to offer, P-256, "
                  "P-384 and P-521, but a newer one");
    if (signatures)
        tls_found(&result->findings, TLS_SIGNATURE,
                  "the server signs with none of the algorithms that the device is taken to offer, "
                  "RSA (PKCS #1 v1.5) and ECDSA, but with a newer one");
    return groups || signatures;
}

static void
explain_suites(const struct tls_check *check, const char *how, unsigned version,
               struct tls_probe *probe, struct tls_result *result)
{
    char name[TLS_SUITE_TEXT_MAX];
    uint16_t suite = check->spoken.suites[version - TLS_SSL3];
    struct tls_offer wide = wide_offer(check, result, version);
    tls_probe_run(&check->peer, &wide, probe);
    bool taken = probe->outcome == TLS_PROBE_AGREED && probe->flight.version == version;
    if (taken)
        suite = probe->flight.suite;
    tls_suite_text(suite, name);
    if (taken && explain_algorithms(check, &wide, probe, result))
        return;
    if (tls_suites_hold(&result->suites, suite))
        tls_found(&result->findings, TLS_HANDSHAKE,
                  "%s; from a client that sends more extensions it takes %s with %s", how,
                  tls_version_name(version), name);
    else
        tls_found(&result->findings, TLS_CIPHER,
                  "the server takes none of the %zu cipher suites that the device offers; with %s "
                  "it takes %s",
                  result->suites.count, tls_version_name(version), name);
}

bool
tls_explain_refusal(const struct tls_check *check, const struct tls_probe *refusal,
                    struct tls_result *result)
{
    char spoken[TLS_VERSIONS_TEXT_MAX], offered[TLS_VERSIONS_TEXT_MAX];
    unsigned common = check->spoken.versions & result->versions;
    struct tls_probe *probe = malloc(sizeof *probe);
    if (probe == NULL)
        return false;
    if (common != 0)
        explain_suites(check, refusal->text, tls_newest(common), probe, result);
    else if (check->spoken.versions != 0)
        tls_found(&result->findings, TLS_PROTOCOL, "the server speaks %s, and the device %s",
                  tls_versions_text(check->spoken.versions, spoken),
                  tls_versions_text(result->versions, offered));
    else
        tls_found(&result->findings, TLS_HANDSHAKE,
                  "%s; it refuses every version of TLS with every cipher suite, too",
                  refusal->text);
    free(probe);
    return true;
}
