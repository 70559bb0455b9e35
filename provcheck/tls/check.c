/* SPDX-License-Identifier: MIT */
/* Plays one device against a server: hellos, handshake, certificates. */
#include "provcheck/tls/internal.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdlib.h>

/* --- what both agree on */

static const char *
sent_name(const struct tls_check *check, const struct tls_device *device)
{
    return device->sends_name && !check->name_is_address ? check->name : NULL;
}

static void
say_hello(const struct tls_check *check, struct tls_result *result, struct tls_probe *probe)
{
    const struct tls_device *device = result->device;
    unsigned version = tls_newest(result->versions);
    /* Whoever speaks TLS 1.2 names signature algorithms. */
    const struct tls_offer offer = {.version = version,
                                    .suites = result->suites,
                                    .extensions = device->extensions || version >= TLS_1_2 ||
                                                  check->suites.count > 0,
                                    .name = sent_name(check, device)};
    tls_probe_run(&check->peer, &offer, probe);
    const struct tls_flight *flight = &probe->flight;
    result->agreed = probe->outcome == TLS_PROBE_AGREED &&
                     (result->versions & TLS_BIT(flight->version)) != 0 &&
                     tls_suites_hold(&result->suites, flight->suite);
    if (result->agreed) {
        result->version = flight->version;
        result->suite = flight->suite;
    }
}

static void
explain_choice(const struct tls_flight *flight, struct tls_result *result)
{
    char offered[TLS_VERSIONS_TEXT_MAX], name[TLS_SUITE_TEXT_MAX];
    if ((result->versions & TLS_BIT(flight->version)) != 0)
        tls_found(&result->findings, TLS_BAD_ANSWER, "it chose %s, which was not offered",
                  tls_suite_text(flight->suite, name));
    else
        tls_found(&result->findings, TLS_PROTOCOL, "the server chose %s, and the device knows %s",
                  tls_version_name(flight->version), tls_versions_text(result->versions, offered));
}

/* Nothing that another device could do better. */
static void
explain_port(struct tls_check *check, const struct tls_probe *probe, struct tls_result *result)
{
    struct tls_findings *findings = &result->findings;
    if (probe->outcome == TLS_PROBE_UNREACHABLE)
        tls_found(findings, TLS_NO_CONNECTION, "%s", probe->text);
    else if (probe->outcome == TLS_PROBE_SILENT)
        tls_found(findings, TLS_NO_ANSWER, "%s within %.3g seconds", probe->text,
                  (double)check->peer.timeout / 1000);
    else
        tls_found(findings, TLS_NOT_TLS, "%s", probe->text);
    check->unusable = *findings;
}

static bool
explain(struct tls_check *check, const struct tls_probe *probe, struct tls_result *result)
{
    switch (probe->outcome) {
    case TLS_PROBE_AGREED:
        explain_choice(&probe->flight, result);
        return true;
    case TLS_PROBE_ALERT:
    case TLS_PROBE_CLOSED:
        return tls_ask_spoken(check) && tls_explain_refusal(check, probe, result);
    case TLS_PROBE_BROKEN:
        tls_found(&result->findings, TLS_BAD_ANSWER, "%s", probe->text);
        return true;
    case TLS_PROBE_SILENT:
    case TLS_PROBE_PLAIN:
    case TLS_PROBE_UNREACHABLE:
        explain_port(check, probe, result);
        return true;
    default:
        return false;
    }
}

/* Tries what the device is known to speak, then what it may speak besides. */
static bool
agree(struct tls_check *check, struct tls_result *result, struct tls_probe *probe)
{
    const struct tls_device *device = result->device;
    say_hello(check, result, probe);
    if (!result->agreed && device->versions_unsure != 0 && check->versions == 0 &&
        (probe->outcome == TLS_PROBE_ALERT || probe->outcome == TLS_PROBE_CLOSED)) {
        result->versions |= device->versions_unsure;
        say_hello(check, result, probe);
        if (result->agreed)
            tls_found_unsure(&result->findings, TLS_PROTOCOL,
                             "the server wants %s, which the device is not known to speak",
                             tls_version_name(result->version));
    }
    return result->agreed || explain(check, probe, result);
}

/* --- the handshake */

static void
judge_client(const struct tls_check *check, const char *why, struct tls_result *result)
{
    if (check->client != NULL && result->device->client_certificate) {
        result->client = TLS_CLIENT_TURNED_DOWN;
        tls_found(&result->findings, TLS_CLIENT_REFUSED,
                  "the server refuses the device's certificate: %s", why);
    } else {
        result->client = TLS_CLIENT_MISSED;
        tls_found(&result->findings, TLS_CLIENT_DEMANDED,
                  "the server asks for a certificate, %s, and it ends the handshake: %s",
                  result->device->client_certificate ? "none was given here"
                                                     : "this device has none",
                  why);
    }
}

static void
complete(const struct tls_check *check, bool asked, struct tls_result *result)
{
    char why[TLS_WHAT_MAX], name[TLS_SUITE_TEXT_MAX];
    const struct tls_device *device = result->device;
    const struct tls_terms terms = {.version = result->version,
                                    .suite = result->suite,
                                    .name = sent_name(check, device),
                                    .client = device->client_certificate ? check->client : NULL};
    switch (tls_handshake_run(&check->peer, &terms, why)) {
    case TLS_HANDSHAKE_DONE:
        if (asked)
            result->client = terms.client != NULL ? TLS_CLIENT_TAKEN : TLS_CLIENT_OPTIONAL;
        return;
    case TLS_HANDSHAKE_UNSUPPORTED:
        tls_found(&result->findings, TLS_HANDSHAKE_UNCHECKED,
                  "the hellos agree on %s with %s, and the rest is not tried: %s",
                  tls_version_name(result->version), tls_suite_text(result->suite, name), why);
        if (asked)
            result->client = TLS_CLIENT_OPTIONAL;
        return;
    case TLS_HANDSHAKE_ENDED:
        if (asked) {
            judge_client(check, why, result);
            return;
        }
        break;
    case TLS_HANDSHAKE_FAILED:
        if (asked)
            result->client = TLS_CLIENT_UNKNOWN;
        break;
    }
    tls_found(&result->findings, TLS_HANDSHAKE,
              "the hellos agree, and then the handshake fails: %s", why);
}

/* --- the certificate */

static bool
read_certificates(const struct tls_flight *flight, struct tls_result *result)
{
    result->certificates = sk_X509_new_null();
    if (result->certificates == NULL)
        return false;
    for (size_t i = 0; i < flight->certificate_count; i++) {
        const uint8_t *at = flight->certificates[i].data;
        size_t len = flight->certificates[i].len;
        X509 *certificate = len > 0 ? d2i_X509(NULL, &at, (long)len) : NULL;
        if (certificate == NULL || at != flight->certificates[i].data + len) {
            tls_found(&result->findings, TLS_INVALID_FORMAT,
                      "certificate %zu that the server sends cannot be read", i + 1);
            X509_free(certificate);
            return true; /* those before it count */
        }
        if (sk_X509_push(result->certificates, certificate) == 0) {
            X509_free(certificate);
            return false;
        }
    }
    if (flight->certificates_passed_over > 0)
        tls_found(&result->findings, TLS_CHAIN_TOO_LONG,
                  "the server sends %zu certificates, and %zu are read, more than any chain has",
                  flight->certificate_count + flight->certificates_passed_over,
                  flight->certificate_count);
    if (flight->certificate_count == 0)
        tls_found(&result->findings, TLS_INVALID_FORMAT, "the server sends no certificate");
    return true;
}

/* Without CAs, how its key is judged; phones.md, sections 4 and 5. */
static void
check_key(const struct tls_check *check, X509 *certificate, struct tls_result *result)
{
    const struct tls_device *device = result->device;
    const EVP_PKEY *key = X509_get0_pubkey(certificate);
    bool rsa = key != NULL && EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA;
    int bits = key != NULL ? EVP_PKEY_get_bits(key) : 0;
    if (rsa && device->rsa_bits_max > 0 && bits > (int)device->rsa_bits_max)
        tls_found(&result->findings, TLS_KEY_SIZE,
                  "the server's RSA key has %d bits, and the device takes %u", bits,
                  device->rsa_bits_max);
    if (rsa && check->role_given && check->role == PROV_ROLE_TFTP &&
        (device->versions & TLS_BIT(TLS_1_2)) != 0)
        tls_found(&result->findings, TLS_KEY_TYPE,
                  "the server's key is RSA, and phones want EC where they fetch configurations");
}

/* Nothing is known of how phones that trust by list see the dates. */
static void
check_dates(const struct tls_check *check, X509 *certificate, struct tls_findings *findings)
{
    char time[TLS_DAY_TEXT_MAX];
    time_t now = (time_t)check->now;
    if (X509_cmp_time(X509_get0_notBefore(certificate), &now) > 0)
        tls_found_unsure(findings, TLS_NOT_YET_VALID,
                         "the server's certificate is not valid before %s",
                         tls_time_text(X509_get0_notBefore(certificate), time));
    if (X509_cmp_time(X509_get0_notAfter(certificate), &now) < 0)
        tls_found_unsure(findings, TLS_EXPIRED, "the server's certificate expired at %s",
                         tls_time_text(X509_get0_notAfter(certificate), time));
}

static bool
check_by_list(const struct tls_check *check, X509 *certificate, struct tls_result *result)
{
    check_key(check, certificate, result);
    check_dates(check, certificate, &result->findings);
    if (check->list != NULL)
        return tls_check_list(check, certificate, &result->findings);
    tls_found(&result->findings, TLS_TRUST_UNCHECKED,
              "these phones trust what their trust list holds, not CAs, and none is given");
    return true;
}

static bool
check_certificates(const struct tls_check *check, const struct tls_flight *flight,
                   struct tls_result *result)
{
    if (!read_certificates(flight, result))
        return false;
    X509 *certificate = sk_X509_value(result->certificates, 0);
    if (certificate == NULL)
        return true;
    if (result->device->by_list)
        return check_by_list(check, certificate, result);
    tls_check_name(check, certificate, &result->findings);
    return tls_check_chain(check, result);
}

/* --- all of it */

/* Phones of the 7900 series offer others for SIP. Without --role, its port tells. */
static bool
is_signalling(const struct tls_check *check)
{
    return check->role_given ? check->role == PROV_ROLE_CCM : check->peer.port == 5061;
}

bool
tls_check_run(struct tls_check *check, const struct tls_device *device, struct tls_result *out)
{
    struct tls_probe *probe = calloc(1, sizeof *probe);
    *out =
        (struct tls_result){.device = device,
                            .known = check->versions != 0 && check->suites.count > 0,
                            .versions = check->versions != 0 ? check->versions : device->versions,
                            .suites = check->suites.count > 0 ? check->suites : device->suites};
    if (probe == NULL)
        return false;
    out->findings = check->unusable;
    out->signalling = device->signalling.count > 0 && is_signalling(check);
    if (out->signalling)
        out->suites = device->signalling;
    bool whole = check->unusable.count > 0 || agree(check, out, probe);
    if (whole && out->agreed) {
        complete(check, probe->flight.asks_certificate, out);
        whole = check_certificates(check, &probe->flight, out);
    }
    ERR_clear_error();
    free(probe);
    return whole;
}

void
tls_result_release(struct tls_result *result)
{
    sk_X509_pop_free(result->certificates, X509_free);
    result->certificates = NULL;
}

bool
tls_result_accepts(const struct tls_result *result)
{
    return !tls_has_severity(&result->findings, TLS_REFUSES);
}
