/* SPDX-License-Identifier: MIT */
/* Names in certificates. What a SIP server is called RFC 5922, section 7, says: the host of a sip:
 * URI or a DNS name among the alternative names, the common name only where there are none, and no
 * wildcards. */
#include "provcheck/tls/internal.h"

#include <arpa/inet.h>
#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

const char *
tls_name_text(const X509_NAME *name, char out[static TLS_NAME_TEXT_MAX])
{
    char *text = NULL;
    BIO *bio = BIO_new(BIO_s_mem());
    long len = -1;
    if (bio != NULL &&
        X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB) >=
            0)
        len = BIO_get_mem_data(bio, &text);
    if (len > 0)
        prov_printable(text, (size_t)len, out, TLS_NAME_TEXT_MAX);
    else
        snprintf(out, TLS_NAME_TEXT_MAX, "an empty name");
    BIO_free(bio);
    return out;
}

static void
append(char *out, const char *kind, const void *data, size_t len)
{
    char shown[TLS_NAME_TEXT_MAX];
    size_t used = strlen(out);
    prov_printable(data, len, shown, sizeof shown);
    snprintf(out + used, TLS_WHAT_MAX - used, "%s%s %s", used > 0 ? ", " : "", kind, shown);
}

static void
append_name(char *out, const GENERAL_NAME *name)
{
    int kind = 0;
    char text[INET6_ADDRSTRLEN];
    const ASN1_STRING *value = GENERAL_NAME_get0_value(name, &kind);
    const unsigned char *data = kind == GEN_DNS || kind == GEN_URI || kind == GEN_IPADD
                                    ? ASN1_STRING_get0_data(value)
                                    : NULL;
    if (data == NULL)
        return;
    size_t len = (size_t)ASN1_STRING_length(value);
    if (kind != GEN_IPADD)
        append(out, kind == GEN_DNS ? "DNS" : "URI", data, len);
    else if ((len == 4 || len == 16) &&
             inet_ntop(len == 4 ? AF_INET : AF_INET6, data, text, sizeof text) != NULL)
        append(out, "IP", text, strlen(text));
}

static void
append_common_names(char *out, const X509 *certificate)
{
    const X509_NAME *subject = X509_get_subject_name(certificate);
    for (int at = -1; (at = X509_NAME_get_index_by_NID(subject, NID_commonName, at)) >= 0;) {
        unsigned char *text = NULL;
        const ASN1_STRING *value = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at));
        int len = ASN1_STRING_to_UTF8(&text, value);
        if (len >= 0)
            append(out, "CN", text, (size_t)len);
        OPENSSL_free(text);
    }
}

const char *
tls_identities_text(const X509 *certificate, char out[static TLS_WHAT_MAX])
{
    GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
    out[0] = '\0';
    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++)
        append_name(out, sk_GENERAL_NAME_value(names, i));
    if (names == NULL)
        append_common_names(out, certificate);
    GENERAL_NAMES_free(names);
    if (out[0] == '\0')
        snprintf(out, TLS_WHAT_MAX, "nobody");
    return out;
}

/* RFC 5922, section 7.1: the host of a sip: URI without a user. */
static bool
uri_is(const ASN1_STRING *uri, const char *wanted)
{
    const char *data = (const char *)ASN1_STRING_get0_data(uri);
    size_t len = (size_t)ASN1_STRING_length(uri), host = 4;
    if (len <= 4 || strncasecmp(data, "sip:", 4) != 0 || memchr(data, '@', len) != NULL)
        return false;
    while (host < len && strchr(":;?", data[host]) == NULL) /* also ends at a NUL */
        host++;
    return host - 4 == strlen(wanted) && strncasecmp(data + 4, wanted, host - 4) == 0 &&
           (host == len || data[host] != '\0');
}

static bool
names_uri(const GENERAL_NAMES *names, const char *wanted)
{
    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        int kind = 0;
        const ASN1_STRING *value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names, i), &kind);
        if (kind == GEN_URI && uri_is(value, wanted))
            return true;
    }
    return false;
}

static bool
names_host(const struct tls_check *check, X509 *certificate, unsigned flags)
{
    if (check->name_is_address)
        return X509_check_ip_asc(certificate, check->name, 0) == 1;
    return X509_check_host(certificate, check->name, 0, flags, NULL) == 1;
}

void
tls_check_name(const struct tls_check *check, X509 *certificate, struct tls_findings *findings)
{
    char held[TLS_WHAT_MAX];
    GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
    unsigned flags = names != NULL ? X509_CHECK_FLAG_NEVER_CHECK_SUBJECT : 0;
    tls_identities_text(certificate, held);
    held[400] = '\0'; /* what is found has to hold it */
    if (names_host(check, certificate, flags | X509_CHECK_FLAG_NO_WILDCARDS) ||
        names_uri(names, check->name))
        ;
    else if (!names_host(check, certificate, flags | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS))
        tls_found(findings, TLS_IDENTITY, "the certificate is for %s, and not for %s", held,
                  check->name);
    else if (!check->allow_wildcard)
        tls_found(findings, TLS_WILDCARD, "the certificate is for %s, a wildcard for %s", held,
                  check->name);
    GENERAL_NAMES_free(names);
}
