/* SPDX-License-Identifier: MIT */
/* The server's certificates against the CAs that a device trusts. The check goes on after each
 * fault, for a server often has several. */
#include "provcheck/tls/internal.h"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static const struct meaning {
    int error;
    enum tls_problem problem;
} meanings[] = {
    {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, TLS_ISSUER_NOT_FOUND},
    {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, TLS_ISSUER_NOT_FOUND},
    {X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, TLS_UNTRUSTED},
    {X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, TLS_UNTRUSTED},
    {X509_V_ERR_CERT_UNTRUSTED, TLS_UNTRUSTED},
    {X509_V_ERR_CERT_REJECTED, TLS_UNTRUSTED},
    {X509_V_ERR_CERT_NOT_YET_VALID, TLS_NOT_YET_VALID},
    {X509_V_ERR_CERT_HAS_EXPIRED, TLS_EXPIRED},
    {X509_V_ERR_ERROR_IN_CERT_NOT_BEFORE_FIELD, TLS_INVALID_FORMAT},
    {X509_V_ERR_ERROR_IN_CERT_NOT_AFTER_FIELD, TLS_INVALID_FORMAT},
    {X509_V_ERR_UNABLE_TO_DECRYPT_CERT_SIGNATURE, TLS_INVALID_FORMAT},
    {X509_V_ERR_UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY, TLS_INVALID_FORMAT},
    {X509_V_ERR_INVALID_EXTENSION, TLS_INVALID_FORMAT},
    {X509_V_ERR_SIGNATURE_ALGORITHM_INCONSISTENCY, TLS_INVALID_FORMAT},
    {X509_V_ERR_INVALID_PURPOSE, TLS_PURPOSE},
    {X509_V_ERR_INVALID_CA, TLS_PURPOSE},
    {X509_V_ERR_INVALID_NON_CA, TLS_PURPOSE},
    {X509_V_ERR_KEYUSAGE_NO_CERTSIGN, TLS_PURPOSE},
    {X509_V_ERR_CERT_SIGNATURE_FAILURE, TLS_ISSUER_MISMATCH},
    {X509_V_ERR_SUBJECT_ISSUER_MISMATCH, TLS_ISSUER_MISMATCH},
    {X509_V_ERR_AKID_SKID_MISMATCH, TLS_ISSUER_MISMATCH},
    {X509_V_ERR_AKID_ISSUER_SERIAL_MISMATCH, TLS_ISSUER_MISMATCH},
    {X509_V_ERR_SIGNATURE_ALGORITHM_MISMATCH, TLS_ISSUER_MISMATCH},
    {X509_V_ERR_UNABLE_TO_GET_CRL, TLS_CRL},
    {X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER, TLS_CRL},
    {X509_V_ERR_UNABLE_TO_DECRYPT_CRL_SIGNATURE, TLS_CRL},
    {X509_V_ERR_CRL_SIGNATURE_FAILURE, TLS_CRL},
    {X509_V_ERR_CRL_NOT_YET_VALID, TLS_CRL},
    {X509_V_ERR_CRL_HAS_EXPIRED, TLS_CRL},
    {X509_V_ERR_ERROR_IN_CRL_LAST_UPDATE_FIELD, TLS_CRL},
    {X509_V_ERR_ERROR_IN_CRL_NEXT_UPDATE_FIELD, TLS_CRL},
    {X509_V_ERR_KEYUSAGE_NO_CRL_SIGN, TLS_CRL},
    {X509_V_ERR_UNHANDLED_CRITICAL_CRL_EXTENSION, TLS_CRL},
    {X509_V_ERR_DIFFERENT_CRL_SCOPE, TLS_CRL},
    {X509_V_ERR_CRL_PATH_VALIDATION_ERROR, TLS_CRL},
    {X509_V_ERR_CERT_REVOKED, TLS_REVOKED},
    {X509_V_ERR_CERT_CHAIN_TOO_LONG, TLS_CHAIN_TOO_LONG},
    {X509_V_ERR_PATH_LENGTH_EXCEEDED, TLS_CHAIN_TOO_LONG},
};

static enum tls_problem
problem_of(int error)
{
    for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++)
        if (meanings[i].error == error)
            return meanings[i].problem;
    return TLS_UNKNOWN;
}

/* What the check has come across so far. */
struct walk {
    struct tls_result *result;
    int doubted; /* the depth of the last certificate whose revocation list its CA did not sign */
};

/* The fault that is being told. */
struct fault {
    X509_STORE_CTX *store;
    X509 *certificate;
    int error;
    char who[TLS_NAME_TEXT_MAX + 64]; /* "the server's certificate" */
    struct tls_findings *findings;
};

const char *
tls_time_text(const ASN1_TIME *time, char out[static TLS_DAY_TEXT_MAX])
{
    struct tm tm;
    if (ASN1_TIME_to_tm(time, &tm) != 1 ||
        strftime(out, TLS_DAY_TEXT_MAX, "%Y-%m-%d %H:%M:%S UTC", &tm) == 0)
        snprintf(out, TLS_DAY_TEXT_MAX, "a time that cannot be read");
    return out;
}

static void
tell_validity(const struct fault *fault, enum tls_problem problem)
{
    char time[TLS_DAY_TEXT_MAX];
    if (problem == TLS_EXPIRED)
        tls_found(fault->findings, problem, "%s expired at %s", fault->who,
                  tls_time_text(X509_get0_notAfter(fault->certificate), time));
    else
        tls_found(fault->findings, problem, "%s is not valid before %s", fault->who,
                  tls_time_text(X509_get0_notBefore(fault->certificate), time));
}

/* --- an issuer that is not found */

/* A CA by the name of the issuer was passed over by OpenSSL, which does not say why. True if that
 * was told. */
static bool
tell_candidate(const struct fault *fault, X509 *candidate)
{
    char name[TLS_NAME_TEXT_MAX];
    if (X509_NAME_cmp(X509_get_subject_name(candidate), X509_get_issuer_name(fault->certificate)) !=
            0 ||
        X509_cmp(candidate, fault->certificate) == 0)
        return false;
    int why = X509_check_issued(candidate, fault->certificate);
    if (why == X509_V_OK)
        return false;
    tls_found(fault->findings, TLS_ISSUER_MISMATCH,
              "the CA at hand that is named %s is not the one that issued %s: %s",
              tls_name_text(X509_get_subject_name(candidate), name), fault->who,
              X509_verify_cert_error_string(why));
    return true;
}

static bool
tell_candidates(const struct fault *fault, STACK_OF(X509) * candidates)
{
    bool told = false;
    for (int i = 0; i < sk_X509_num(candidates); i++)
        told = tell_candidate(fault, sk_X509_value(candidates, i)) || told;
    return told;
}

static void
tell_issuer(const struct fault *fault)
{
    char issuer[TLS_NAME_TEXT_MAX];
    STACK_OF(X509) *known =
        X509_STORE_CTX_get1_certs(fault->store, X509_get_issuer_name(fault->certificate));
    bool told = tell_candidates(fault, known);
    told = tell_candidates(fault, X509_STORE_CTX_get0_untrusted(fault->store)) || told;
    if (!told)
        tls_found(fault->findings, TLS_ISSUER_NOT_FOUND,
                  "the issuer of %s, %s, is neither sent by the server nor among the CAs that the "
                  "device trusts",
                  fault->who, tls_name_text(X509_get_issuer_name(fault->certificate), issuer));
    sk_X509_pop_free(known, X509_free);
}

/* --- a root that is not trusted */

static void
tell_untrusted(const struct fault *fault)
{
    const X509_NAME *name = X509_get_subject_name(fault->certificate);
    STACK_OF(X509) *known = X509_STORE_CTX_get1_certs(fault->store, name);
    if (fault->error == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT)
        tls_found(fault->findings, TLS_UNTRUSTED,
                  "%s is self-signed, and not among those that the device trusts", fault->who);
    else
        tls_found(fault->findings, TLS_UNTRUSTED,
                  "%s, with which the chain ends, is not among the CAs that the device trusts",
                  fault->who);
    if (sk_X509_num(known) > 0)
        tls_found(fault->findings, TLS_ISSUER_MISMATCH,
                  "the device trusts a CA with the same name as %s, but another key", fault->who);
    sk_X509_pop_free(known, X509_free);
}

/* --- every fault */

/* Anybody can have made such a list. */
static bool
is_list_doubtful(int error)
{
    return error == X509_V_ERR_CRL_SIGNATURE_FAILURE ||
           error == X509_V_ERR_UNABLE_TO_DECRYPT_CRL_SIGNATURE ||
           error == X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER ||
           error == X509_V_ERR_KEYUSAGE_NO_CRL_SIGN ||
           error == X509_V_ERR_CRL_PATH_VALIDATION_ERROR;
}

static bool
is_told_otherwise(const struct fault *fault, const struct walk *walk, int depth)
{
    /* It follows that of the issuer. */
    if (fault->error == X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE)
        return true;
    if (fault->error == X509_V_ERR_CERT_REVOKED && walk->doubted == depth)
        return true;
    /* The list of the CA that issued the server's certificate is what is asked for. */
    return fault->error == X509_V_ERR_UNABLE_TO_GET_CRL && depth > 0;
}

/* OpenSSL has several words for a CA that is none. */
static bool
was_told(const struct fault *fault, enum tls_problem problem)
{
    const struct tls_findings *findings = fault->findings;
    for (size_t i = 0; i < findings->count; i++)
        if (findings->at[i].problem == problem &&
            strncmp(findings->at[i].what, fault->who, strlen(fault->who)) == 0)
            return true;
    return false;
}

static void
tell(const struct fault *fault)
{
    enum tls_problem problem = problem_of(fault->error);
    if (problem == TLS_ISSUER_NOT_FOUND)
        tell_issuer(fault);
    else if (problem == TLS_UNTRUSTED)
        tell_untrusted(fault);
    else if (problem == TLS_EXPIRED || problem == TLS_NOT_YET_VALID)
        tell_validity(fault, problem);
    else if (!was_told(fault, problem))
        tls_found(fault->findings, problem, "%s: %s", fault->who,
                  X509_verify_cert_error_string(fault->error));
}

static int
note_fault(int holds, X509_STORE_CTX *store)
{
    struct walk *walk = X509_STORE_CTX_get_app_data(store);
    int depth = X509_STORE_CTX_get_error_depth(store);
    struct fault fault = {.store = store,
                          .certificate = X509_STORE_CTX_get_current_cert(store),
                          .error = X509_STORE_CTX_get_error(store),
                          .who = "the server's certificate",
                          .findings = &walk->result->findings};
    char name[TLS_NAME_TEXT_MAX];
    if (holds == 1 || is_told_otherwise(&fault, walk, depth))
        return 1;
    if (is_list_doubtful(fault.error))
        walk->doubted = depth;
    if (fault.certificate == NULL)
        fault.certificate = sk_X509_value(walk->result->certificates, 0);
    if (depth > 0)
        snprintf(fault.who, sizeof fault.who, "the CA certificate %s",
                 tls_name_text(X509_get_subject_name(fault.certificate), name));
    tell(&fault);
    return 1;
}

/* --- the chain */

static void
check_length(X509_STORE_CTX *store, struct tls_result *result)
{
    int count = sk_X509_num(X509_STORE_CTX_get0_chain(store));
    unsigned max = result->device->chain_max;
    if (max > 0 && count > (int)max)
        tls_found(&result->findings, TLS_CHAIN_TOO_LONG,
                  "the chain has %d certificates, the server's and the root included, and the "
                  "device follows %u",
                  count, max);
}

static void
check_anchors(const struct tls_check *check, struct tls_result *result)
{
    const struct tls_device *device = result->device;
    if (device->ca_max > 0 && check->anchors.ca_count > device->ca_max)
        tls_found(&result->findings, TLS_CA_ENTRIES,
                  "the list of CAs has %zu entries, and the device takes %u",
                  check->anchors.ca_count, device->ca_max);
    if (check->anchors.ca_count == 0 && !device->builtin_roots)
        tls_found(&result->findings, TLS_CA_ASSUMED,
                  "the device has no CAs built in, and the public ones of this system stand for "
                  "those that were loaded");
    if (check->anchors.crl && !device->crl)
        tls_found(&result->findings, TLS_CRL_UNUSED, "the device knows no revocation lists");
}

bool
tls_check_chain(const struct tls_check *check, struct tls_result *result)
{
    struct walk walk = {.result = result, .doubted = -1};
    X509_STORE_CTX *store = X509_STORE_CTX_new();
    bool ready =
        store != NULL &&
        X509_STORE_CTX_init(store, check->anchors.store, sk_X509_value(result->certificates, 0),
                            result->certificates) == 1 &&
        X509_STORE_CTX_set_purpose(store, X509_PURPOSE_SSL_SERVER) == 1;
    if (ready) {
        X509_VERIFY_PARAM *how = X509_STORE_CTX_get0_param(store);
        X509_VERIFY_PARAM_set_time(how, (time_t)check->now);
        X509_VERIFY_PARAM_set_auth_level(how, 0);
        if (check->anchors.crl && result->device->crl)
            X509_VERIFY_PARAM_set_flags(how, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
        X509_STORE_CTX_set_app_data(store, &walk);
        X509_STORE_CTX_set_verify_cb(store, note_fault);
        if (X509_verify_cert(store) !=
            1) /* not for a fault in them: note_fault passes these over */
            tls_found(&result->findings, TLS_UNKNOWN, "the certificates cannot be verified");
        check_length(store, result);
        check_anchors(check, result);
    }
    ERR_clear_error();
    X509_STORE_CTX_free(store);
    return ready;
}
