/* SPDX-License-Identifier: MIT */
/* The handshake to its end, by OpenSSL, on what server and device were found to agree on. No device
 * speaks TLS 1.3, so a server that refuses a client's certificate says so before the end. */
#include "provcheck/fetch/fetch.h"
#include "provcheck/tls/internal.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

/* Old suites, short keys and SHA-1 are what is to be tried. */
static SSL_CTX *
new_context(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    if (context == NULL)
        return NULL;
    SSL_CTX_set_security_level(context, 0);
    SSL_CTX_set_options(context, SSL_OP_LEGACY_SERVER_CONNECT);
    SSL_CTX_set_verify(context, SSL_VERIFY_NONE, NULL); /* tls_check_chain does */
    return context;
}

int
tls_client_check(const char *path, struct prov_error *err)
{
    SSL_CTX *context = new_context();
    bool usable = context != NULL && fetch_tls_use_key(context, path);
    SSL_CTX_free(context);
    ERR_clear_error();
    if (usable)
        return PROV_OK;
    return prov_fail(err, PROV_E_FORMAT,
                     "not a PEM file with a certificate and its key without passphrase, which a "
                     "device shows");
}

static SSL_CTX *
context_for(const struct tls_terms *terms)
{
    char ciphers[TLS_SUITE_TEXT_MAX + 16], name[TLS_SUITE_TEXT_MAX];
    SSL_CTX *context = new_context();
    snprintf(ciphers, sizeof ciphers, "%s:@SECLEVEL=0", tls_suite_text(terms->suite, name));
    if (context != NULL && SSL_CTX_set_min_proto_version(context, (int)terms->version) == 1 &&
        SSL_CTX_set_max_proto_version(context, (int)terms->version) == 1 &&
        SSL_CTX_set_cipher_list(context, ciphers) == 1 &&
        (terms->client == NULL || fetch_tls_use_key(context, terms->client)))
        return context;
    SSL_CTX_free(context);
    ERR_clear_error();
    return NULL;
}

/* Why it did not come to its end. */
static enum tls_handshake_outcome
judge_end(int error, char why[static TLS_WHAT_MAX])
{
    unsigned long code = ERR_peek_last_error();
    int reason = ERR_GET_REASON(code);
    if (error == SSL_ERROR_SSL && reason == SSL_R_NO_PROTOCOLS_AVAILABLE)
        return TLS_HANDSHAKE_UNSUPPORTED; /* SSLv3, mostly */
    if (error == SSL_ERROR_SSL && reason > SSL_AD_REASON_OFFSET &&
        reason <= SSL_AD_REASON_OFFSET + UINT8_MAX) {
        snprintf(why, TLS_WHAT_MAX, "%s (alert %d)",
                 tls_alert_text((uint8_t)(reason - SSL_AD_REASON_OFFSET)),
                 reason - SSL_AD_REASON_OFFSET);
        return TLS_HANDSHAKE_ENDED;
    }
    if (error == SSL_ERROR_SSL && reason != SSL_R_UNEXPECTED_EOF_WHILE_READING) {
        const char *text = ERR_reason_error_string(code);
        snprintf(why, TLS_WHAT_MAX, "what the server sends is not usable: %s",
                 text != NULL ? text : "OpenSSL does not say why");
        return TLS_HANDSHAKE_FAILED;
    }
    snprintf(why, TLS_WHAT_MAX, "the server hung up");
    return TLS_HANDSHAKE_ENDED;
}

static enum tls_handshake_outcome
shake_hands(SSL *ssl, int fd, int64_t deadline, char why[static TLS_WHAT_MAX])
{
    for (;;) {
        ERR_clear_error();
        int rc = SSL_connect(ssl);
        int error = SSL_get_error(ssl, rc);
        if (rc == 1)
            return TLS_HANDSHAKE_DONE;
        if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE)
            return judge_end(error, why);
        if (!tls_peer_wait(fd, error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT, deadline)) {
            snprintf(why, TLS_WHAT_MAX, "the server did not go on with it");
            return TLS_HANDSHAKE_FAILED;
        }
    }
}

enum tls_handshake_outcome
tls_handshake_run(const struct tls_peer *peer, const struct tls_terms *terms,
                  char why[static TLS_WHAT_MAX])
{
    struct prov_error err;
    int64_t deadline = fetch_clock() + peer->timeout;
    int fd = -1;
    enum tls_handshake_outcome outcome = TLS_HANDSHAKE_UNSUPPORTED;
    SSL_CTX *context = context_for(terms);
    SSL *ssl = context != NULL ? SSL_new(context) : NULL;
    snprintf(why, TLS_WHAT_MAX, "OpenSSL does not implement it here");
    if (ssl != NULL && terms->name != NULL && SSL_set_tlsext_host_name(ssl, terms->name) != 1) {
        SSL_free(ssl);
        ssl = NULL;
    }
    if (ssl != NULL && tls_peer_connect(peer, deadline, &fd, &err) != PROV_OK) {
        snprintf(why, TLS_WHAT_MAX, "a second connection failed: %.500s", err.text);
        outcome = TLS_HANDSHAKE_FAILED;
    }
    if (fd >= 0 && SSL_set_fd(ssl, fd) == 1)
        outcome = shake_hands(ssl, fd, deadline, why);
    if (outcome == TLS_HANDSHAKE_DONE)
        SSL_shutdown(ssl);
    ERR_clear_error();
    SSL_free(ssl);
    SSL_CTX_free(context);
    if (fd >= 0)
        close(fd);
    return outcome;
}
