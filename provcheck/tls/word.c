/* SPDX-License-Identifier: MIT */
/* The bits of a Sangoma phone's error word. */
#include "provcheck/tls/findings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

const struct tls_word_bit tls_word_bits[] = {
    {0x00000001, "EISSUER_NOT_FOUND", "issuer certificate not found"},
    {0x00000002, "EUNTRUSTED", "certificate untrusted"},
    {0x00000004, "EVALIDITY_PERIOD", "expired or not yet valid"},
    {0x00000008, "EINVALID_FORMAT", "some fields have an invalid format"},
    {0x00000010, "EINVALID_PURPOSE", "not usable for the purpose"},
    {0x00000020, "EISSUER_MISMATCH", "issuer information does not match the candidate issuer"},
    {0x00000040, "ECRL_FAILURE", "revocation list not found or unreadable"},
    {0x00000080, "EREVOKED", "revoked"},
    {0x00000100, "ECHAIN_TOO_LONG", "chain too long"},
    {0x40000000, "EIDENTITY_NOT_MATCH", "server identity mismatch"},
    {0x80000000, "EUNKNOWN", "unknown verification error"},
    {0, NULL, NULL},
};

const struct tls_word_bit *
tls_word_find(uint32_t bit)
{
    for (const struct tls_word_bit *at = tls_word_bits; at->bit != 0; at++)
        if (at->bit == bit)
            return at;
    return NULL;
}

uint32_t
tls_word_of(const struct tls_findings *findings)
{
    uint32_t word = 0;
    for (size_t i = 0; i < findings->count; i++)
        if (findings->at[i].severity == TLS_REFUSES)
            word |= tls_problem_fact(findings->at[i].problem)->bit;
    return word;
}

const char *
tls_word_text(uint32_t word, char out[static TLS_WORD_TEXT_MAX])
{
    size_t used = 0;
    uint32_t unknown = word;
    snprintf(out, TLS_WORD_TEXT_MAX, "no error");
    for (const struct tls_word_bit *at = tls_word_bits; at->bit != 0; at++) {
        if ((word & at->bit) != 0)
            used += (size_t)snprintf(out + used, TLS_WORD_TEXT_MAX - used, "%s%s",
                                     used > 0 ? " + " : "", at->name);
        unknown &= ~at->bit;
    }
    if (unknown != 0)
        snprintf(out + used, TLS_WORD_TEXT_MAX - used, "%sunknown 0x%08x", used > 0 ? " + " : "",
                 unknown);
    return out;
}

int
tls_word_parse(const char *text, uint32_t *out, struct prov_error *err)
{
    bool marked = strncasecmp(text, "0x", 2) == 0;
    const char *digits = marked ? text + 2 : "";
    if (*digits == '\0' || digits[strspn(digits, "0123456789abcdefABCDEF")] != '\0')
        return prov_fail(err, PROV_E_ARGUMENT,
                         "give the error word as the phone shows it, 0x and hexadecimal digits: "
                         "0x40000022");
    if (strlen(digits) > 8)
        return prov_fail(err, PROV_E_ARGUMENT,
                         "%.40s is too long a number: error words have eight hexadecimal digits, "
                         "and this has %zu%s",
                         text, strlen(digits),
                         strcmp(digits, "400000022") == 0
                             ? "; the vendor's page misprints its example 0x40000022 so"
                             : "");
    *out = (uint32_t)strtoul(digits, NULL, 16);
    return PROV_OK;
}
