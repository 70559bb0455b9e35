/* SPDX-License-Identifier: MIT */
/* Names of versions and cipher suites. A table of our own: of those that devices offer, OpenSSL
 * implements only a part. */
#include "provcheck/tls/device.h"

#include "cli/guess.h"

#include <prov/text.h>
#include <stdio.h>
#include <string.h>

static const struct suite {
    uint16_t number;
    const char *name;
} suites[] = {
    /* clang-format off */
    {0x1301, "TLS_AES_128_GCM_SHA256"}, {0x1302, "TLS_AES_256_GCM_SHA384"},
    {0x1303, "TLS_CHACHA20_POLY1305_SHA256"}, {0xc030, "ECDHE-RSA-AES256-GCM-SHA384"},
    {0xc02c, "ECDHE-ECDSA-AES256-GCM-SHA384"}, {0xc028, "ECDHE-RSA-AES256-SHA384"},
    {0xc024, "ECDHE-ECDSA-AES256-SHA384"}, {0xc014, "ECDHE-RSA-AES256-SHA"},
    {0xc00a, "ECDHE-ECDSA-AES256-SHA"}, {0x00a5, "DH-DSS-AES256-GCM-SHA384"},
    {0x00a3, "DHE-DSS-AES256-GCM-SHA384"}, {0x00a1, "DH-RSA-AES256-GCM-SHA384"},
    {0x009f, "DHE-RSA-AES256-GCM-SHA384"}, {0x006b, "DHE-RSA-AES256-SHA256"},
    {0x006a, "DHE-DSS-AES256-SHA256"}, {0x0069, "DH-RSA-AES256-SHA256"},
    {0x0068, "DH-DSS-AES256-SHA256"}, {0x0039, "DHE-RSA-AES256-SHA"},
    {0x0038, "DHE-DSS-AES256-SHA"}, {0x0037, "DH-RSA-AES256-SHA"},
    {0x0036, "DH-DSS-AES256-SHA"}, {0xc032, "ECDH-RSA-AES256-GCM-SHA384"},
    {0xc02e, "ECDH-ECDSA-AES256-GCM-SHA384"}, {0xc02a, "ECDH-RSA-AES256-SHA384"},
    {0xc026, "ECDH-ECDSA-AES256-SHA384"}, {0xc00f, "ECDH-RSA-AES256-SHA"},
    {0xc005, "ECDH-ECDSA-AES256-SHA"}, {0x009d, "AES256-GCM-SHA384"},
    {0x003d, "AES256-SHA256"}, {0x0035, "AES256-SHA"},
    {0xc02f, "ECDHE-RSA-AES128-GCM-SHA256"}, {0xc02b, "ECDHE-ECDSA-AES128-GCM-SHA256"},
    {0xc027, "ECDHE-RSA-AES128-SHA256"}, {0xc023, "ECDHE-ECDSA-AES128-SHA256"},
    {0xc013, "ECDHE-RSA-AES128-SHA"}, {0xc009, "ECDHE-ECDSA-AES128-SHA"},
    {0x00a4, "DH-DSS-AES128-GCM-SHA256"}, {0x00a2, "DHE-DSS-AES128-GCM-SHA256"},
    {0x00a0, "DH-RSA-AES128-GCM-SHA256"}, {0x009e, "DHE-RSA-AES128-GCM-SHA256"},
    {0x0067, "DHE-RSA-AES128-SHA256"}, {0x0040, "DHE-DSS-AES128-SHA256"},
    {0x003f, "DH-RSA-AES128-SHA256"}, {0x003e, "DH-DSS-AES128-SHA256"},
    {0x0033, "DHE-RSA-AES128-SHA"}, {0x0032, "DHE-DSS-AES128-SHA"},
    {0x0031, "DH-RSA-AES128-SHA"}, {0x0030, "DH-DSS-AES128-SHA"},
    {0xc031, "ECDH-RSA-AES128-GCM-SHA256"}, {0xc02d, "ECDH-ECDSA-AES128-GCM-SHA256"},
    {0xc029, "ECDH-RSA-AES128-SHA256"}, {0xc025, "ECDH-ECDSA-AES128-SHA256"},
    {0xc00e, "ECDH-RSA-AES128-SHA"}, {0xc004, "ECDH-ECDSA-AES128-SHA"},
    {0x009c, "AES128-GCM-SHA256"}, {0x003c, "AES128-SHA256"},
    {0x002f, "AES128-SHA"}, {0xcca8, "ECDHE-RSA-CHACHA20-POLY1305"},
    {0xcca9, "ECDHE-ECDSA-CHACHA20-POLY1305"}, {0xccaa, "DHE-RSA-CHACHA20-POLY1305"},
    {0xc012, "ECDHE-RSA-DES-CBC3-SHA"}, {0xc008, "ECDHE-ECDSA-DES-CBC3-SHA"},
    {0x0084, "CAMELLIA256-SHA"}, {0x0041, "CAMELLIA128-SHA"},
    {0x0016, "DHE-RSA-DES-CBC3-SHA"}, {0x0013, "DHE-DSS-DES-CBC3-SHA"},
    {0x000a, "DES-CBC3-SHA"}, {0x0005, "RC4-SHA"},
    {0x0004, "RC4-MD5"}, {0x00a7, "ADH-AES256-GCM-SHA384"},
    {0x00a6, "ADH-AES128-GCM-SHA256"}, {0x003a, "ADH-AES256-SHA"},
    {0x0034, "ADH-AES128-SHA"}, {0xc019, "AECDH-AES256-SHA"},
    {0xc018, "AECDH-AES128-SHA"}, {0x003b, "NULL-SHA256"},
    {0x0002, "NULL-SHA"}, {0x0001, "NULL-MD5"},
    {0x00ff, "TLS_EMPTY_RENEGOTIATION_INFO_SCSV"},
    /* clang-format on */
};

#define SUITES (sizeof suites / sizeof suites[0])
_Static_assert(SUITES <= TLS_SUITES_MAX, "all suites fit");

bool
tls_suites_hold(const struct tls_suites *set, uint16_t suite)
{
    for (size_t i = 0; i < set->count; i++)
        if (set->at[i] == suite)
            return true;
    return false;
}

struct tls_suites
tls_all_suites(uint16_t out[static TLS_SUITES_MAX])
{
    for (size_t i = 0; i < SUITES; i++)
        out[i] = suites[i].number;
    return (struct tls_suites){out, SUITES};
}

static const char *const version_names[] = {"SSLv3", "TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3"};

#define VERSIONS (sizeof version_names / sizeof version_names[0])

const char *
tls_version_name(unsigned version)
{
    return version >= TLS_SSL3 && version - TLS_SSL3 < VERSIONS ? version_names[version - TLS_SSL3]
                                                                : NULL;
}

unsigned
tls_newest(unsigned versions)
{
    for (unsigned version = TLS_1_3; version >= TLS_SSL3; version--)
        if ((versions & TLS_BIT(version)) != 0)
            return version;
    return 0;
}

const char *
tls_versions_text(unsigned versions, char out[static TLS_VERSIONS_TEXT_MAX])
{
    size_t used = 0;
    snprintf(out, TLS_VERSIONS_TEXT_MAX, "nothing");
    for (unsigned version = TLS_SSL3; version <= TLS_1_3; version++)
        if ((versions & TLS_BIT(version)) != 0)
            used += (size_t)snprintf(out + used, TLS_VERSIONS_TEXT_MAX - used, "%s%s",
                                     used > 0 ? ", " : "", tls_version_name(version));
    return out;
}

const char *
tls_suite_name(uint16_t suite)
{
    for (size_t i = 0; i < SUITES; i++)
        if (suites[i].number == suite)
            return suites[i].name;
    return NULL;
}

const char *
tls_suite_text(uint16_t suite, char out[static TLS_SUITE_TEXT_MAX])
{
    const char *name = tls_suite_name(suite);
    if (name != NULL)
        snprintf(out, TLS_SUITE_TEXT_MAX, "%s", name);
    else
        snprintf(out, TLS_SUITE_TEXT_MAX, "suite 0x%04x", suite);
    return out;
}

/* --- as they are given */

/* "1.2" at the start of the text, which ends where `*end` is; 0 for none that can be played. */
static unsigned
read_version(const char *text, const char **end)
{
    if (strncmp(text, "1.", 2) != 0 || text[2] < '0' || text[2] > '2')
        return 0;
    *end = text + 3;
    return TLS_1_0 + (unsigned)(text[2] - '0');
}

int
tls_versions_parse(const char *text, unsigned *out, struct prov_error *err)
{
    const char *end = text;
    unsigned first = read_version(text, &end), last = first;
    if (first != 0 && *end == '-')
        last = read_version(end + 1, &end);
    if (first == 0 || last < first || *end != '\0')
        return prov_fail(err, PROV_E_ARGUMENT,
                         "tls must be 1.0, 1.1 or 1.2, or a range such as 1.0-1.2");
    *out = 0;
    for (unsigned version = first; version <= last; version++)
        *out |= TLS_BIT(version);
    return PROV_OK;
}

/* Of TLS 1.3 there are no others than its own, which no device here offers. */
static bool
is_older(const struct suite *suite)
{
    return suite->number >> 8 != 0x13;
}

static int
unknown_suite(const char *name, struct prov_error *err)
{
    const char *names[SUITES];
    char shown[PROV_PRINTABLE_SIZE(TLS_SUITE_TEXT_MAX)];
    size_t count = 0;
    for (size_t i = 0; i < SUITES; i++)
        if (is_older(&suites[i]))
            names[count++] = suites[i].name;
    const char *meant = cli_guess(name, names, count);
    prov_printable(name, strlen(name), shown, sizeof shown);
    if (meant != NULL)
        return prov_fail(err, PROV_E_ARGUMENT, "no cipher suite %s; did you mean %s?", shown,
                         meant);
    return prov_fail(err, PROV_E_ARGUMENT,
                     "no cipher suite %s; give those of TLS 1.2 and older by OpenSSL's names, such "
                     "as ECDHE-RSA-AES128-GCM-SHA256:AES128-SHA",
                     shown);
}

static int
add_suite(const char *name, uint16_t out[static TLS_SUITES_MAX], size_t *count,
          struct prov_error *err)
{
    for (size_t i = 0; i < SUITES; i++) {
        const struct tls_suites so_far = {out, *count};
        if (!is_older(&suites[i]) || strcmp(suites[i].name, name) != 0)
            continue;
        if (!tls_suites_hold(&so_far, suites[i].number))
            out[(*count)++] = suites[i].number;
        return PROV_OK;
    }
    return unknown_suite(name, err);
}

int
tls_suites_parse(const char *text, uint16_t out[static TLS_SUITES_MAX], size_t *count,
                 struct prov_error *err)
{
    char name[TLS_SUITE_TEXT_MAX];
    int rc = PROV_OK;
    *count = 0;
    for (bool more = true; rc == PROV_OK && more;) {
        size_t len = strcspn(text, ":,");
        snprintf(name, sizeof name, "%.*s", (int)len, text);
        rc = len < sizeof name ? add_suite(name, out, count, err) : unknown_suite(name, err);
        more = text[len] != '\0';
        text += len + more;
    }
    return rc;
}
