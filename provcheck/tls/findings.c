/* SPDX-License-Identifier: MIT */
/* All that can be wrong with a server's TLS, as a table with the words for it. */
#include "provcheck/tls/findings.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct tls_problem_fact facts[TLS_PROBLEMS] = {
    [TLS_NO_CONNECTION] = {"no-connection", "no connection", TLS_REFUSES, 0,
                           "start the server, and check its address, its port and the firewall"},
    [TLS_NO_ANSWER] = {"no-answer", "no answer", TLS_REFUSES, 0,
                       "check that TLS is switched on for this port, and read the server's log"},
    [TLS_NOT_TLS] = {"not-tls", "not TLS", TLS_REFUSES, 0,
                     "use the server's TLS port (for SIP usually 5061), or switch TLS on for this "
                     "one"},
    [TLS_BAD_ANSWER] = {"bad-answer", "malformed answer", TLS_REFUSES, 0,
                        "check what stands at this port, and update the server"},

    [TLS_PROTOCOL] = {"protocol", "no common protocol version", TLS_REFUSES, 0,
                      "enable a version that the device knows in the server's configuration; for "
                      "TLS 1.0 OpenSSL needs MinProtocol = TLSv1 and security level 0, too"},
    [TLS_CIPHER] = {"cipher", "no common cipher suite", TLS_REFUSES, 0,
                    "enable one of the suites that the device offers (old ones need @SECLEVEL=0), "
                    "and give the server a key of the type that they need: ECDSA suites an EC "
                    "key, all others RSA"},
    [TLS_GROUP] = {"group", "no common group", TLS_REFUSES, 0,
                   "add P-256 (prime256v1) to the groups, or curves, that the server takes: "
                   "Groups in OpenSSL's settings, ssl_ecdh_curve in nginx's"},
    [TLS_SIGNATURE] = {"signature", "no common signature algorithm", TLS_REFUSES, 0,
                       "let the server sign by RSA with SHA-256, too (SignatureAlgorithms in "
                       "OpenSSL's settings), and give it a certificate with an RSA key that is "
                       "not for PSS alone"},
    [TLS_CLIENT_DEMANDED] = {"client-demanded", "client certificate demanded", TLS_REFUSES, 0,
                             "make client certificates optional on the server, or give the device "
                             "one (and give it here with --client)"},
    [TLS_CLIENT_REFUSED] = {"client-refused", "client certificate refused", TLS_REFUSES, 0,
                            "add the CA that issued the device's certificate to those that the "
                            "server trusts for clients, and check its dates and purposes"},
    [TLS_HANDSHAKE] = {"handshake", "handshake failed", TLS_REFUSES, 0,
                       "read the server's log, and check that its certificate and key belong "
                       "together"},

    [TLS_KEY_SIZE] = {"key-size", "key too large", TLS_REFUSES, 0,
                      "give the server a certificate with a smaller key, RSA with 2048 bits"},
    [TLS_KEY_TYPE] = {"key-type", "key of the wrong type", TLS_REFUSES, 0,
                      "give the server a certificate with an EC key (prov mkcert --curve)"},

    [TLS_ISSUER_NOT_FOUND] = {"issuer-not-found", "issuer not found", TLS_REFUSES, 0x1,
                              "append the certificates of all CAs between the server's and the "
                              "root to the server's certificate file, and load the CA's "
                              "certificate into the device (and give it here with --ca)"},
    [TLS_UNTRUSTED] = {"untrusted", "untrusted", TLS_REFUSES, 0x2,
                       "give the server a certificate of a CA that the device trusts, or load the "
                       "CA's certificate into the device (and give it here with --ca)"},
    [TLS_NOT_YET_VALID] = {"not-yet-valid", "not yet valid", TLS_REFUSES, 0x4,
                           "set the clocks (the device's by NTP), and issue the certificate again "
                           "if its first day is wrong"},
    [TLS_EXPIRED] =
        {"expired", "expired", TLS_REFUSES, 0x4,
         "renew the certificate (prov mkcert --renew), and set the device's clock by NTP"},
    [TLS_INVALID_FORMAT] = {"invalid-format", "invalid format", TLS_REFUSES, 0x8,
                            "issue the certificate again"},
    [TLS_PURPOSE] =
        {"purpose", "bad purpose", TLS_REFUSES, 0x10,
         "issue it again for its purpose: a server's with prov mkcert --server, a CA's with "
         "prov mkcert --ca"},
    [TLS_ISSUER_MISMATCH] = {"issuer-mismatch", "issuer mismatch", TLS_REFUSES, 0x20,
                             "a CA was made anew under its old name: issue the certificate again "
                             "from the CA that the device has, or load the new CA into the device"},
    [TLS_CRL] = {"crl", "revocation list unusable", TLS_REFUSES, 0x40,
                 "publish a current revocation list of the CA that issued the certificate"},
    [TLS_REVOKED] = {"revoked", "revoked", TLS_REFUSES, 0x80,
                     "give the server a new key and certificate"},
    [TLS_CHAIN_TOO_LONG] = {"chain-too-long", "chain too long", TLS_REFUSES, 0x100,
                            "issue the server's certificate from a CA that is nearer to the root"},
    [TLS_IDENTITY] =
        {"identity", "identity mismatch", TLS_REFUSES, 0x40000000,
         "issue the certificate again with the name that devices connect to as "
         "subjectAltName (prov mkcert --san), or let them connect to a name that it has"},
    [TLS_WILDCARD] = {"wildcard", "wildcard name", TLS_REFUSES, 0x40000000,
                      "issue the certificate for the server's full name, for RFC 5922, section "
                      "7.2, forbids wildcards in SIP (or allow them on the device, if it can: "
                      "--allow-wildcard)"},
    [TLS_UNKNOWN] = {"unknown", "other verification error", TLS_REFUSES, 0x80000000,
                     "issue the certificate again"},
    [TLS_CA_ENTRIES] = {"ca-entries", "too many CAs", TLS_REFUSES, 0,
                        "take CAs that are not needed out of the device's list"},

    [TLS_LIST] = {"list", "trust list unusable", TLS_REFUSES, 0,
                  "build the trust list again with tlvfile"},
    [TLS_NOT_LISTED] = {"not-listed", "not in the trust list", TLS_REFUSES, 0,
                        "add the certificate that the server shows to the trust list with its role "
                        "(tlvfile --ccm, --app-server or --tftp)"},
    [TLS_LISTED_ROLE] = {"listed-role", "listed in another role", TLS_REFUSES, 0,
                         "add the certificate to the trust list with this role, too (tlvfile "
                         "--ccm, --app-server or --tftp)"},

    [TLS_TRUST_UNCHECKED] = {"trust-unchecked", "trust not checked", TLS_NOTE, 0,
                             "give the phones' trust list with --itl, and --role"},
    [TLS_CA_ASSUMED] = {"ca-assumed", "CAs assumed", TLS_NOTE, 0,
                        "give the device's list of CAs with --ca"},
    [TLS_CRL_UNUSED] = {"crl-unused", "revocation list not used", TLS_NOTE, 0,
                        "what is revoked must be replaced at once"},
    [TLS_HANDSHAKE_UNCHECKED] = {"handshake-unchecked", "handshake not completed", TLS_NOTE, 0,
                                 "try it with the device itself"},
};

const struct tls_problem_fact *
tls_problem_fact(enum tls_problem problem)
{
    return &facts[problem];
}

const char *
tls_severity_name(enum tls_severity severity)
{
    return severity == TLS_REFUSES ? "refused" : severity == TLS_MAY ? "may be refused" : "note";
}

PROV_PRINTF(4, 0)
static void
note(struct tls_findings *findings, enum tls_problem problem, enum tls_severity severity,
     const char *what, va_list arguments)
{
    if (findings->count == TLS_FINDINGS_MAX)
        return;
    struct tls_finding *found = &findings->at[findings->count];
    found->problem = problem;
    found->severity = severity;
    vsnprintf(found->what, sizeof found->what, what, arguments);
    for (size_t i = 0; i < findings->count; i++)
        if (findings->at[i].problem == problem && strcmp(findings->at[i].what, found->what) == 0)
            return;
    findings->count++;
}

void
tls_found(struct tls_findings *findings, enum tls_problem problem, const char *what, ...)
{
    va_list arguments;
    va_start(arguments, what);
    note(findings, problem, facts[problem].severity, what, arguments);
    va_end(arguments);
}

void
tls_found_unsure(struct tls_findings *findings, enum tls_problem problem, const char *what, ...)
{
    va_list arguments;
    va_start(arguments, what);
    note(findings, problem, TLS_MAY, what, arguments);
    va_end(arguments);
}

bool
tls_has(const struct tls_findings *findings, enum tls_problem problem)
{
    for (size_t i = 0; i < findings->count; i++)
        if (findings->at[i].problem == problem)
            return true;
    return false;
}

bool
tls_has_severity(const struct tls_findings *findings, enum tls_severity severity)
{
    for (size_t i = 0; i < findings->count; i++)
        if (findings->at[i].severity == severity)
            return true;
    return false;
}
