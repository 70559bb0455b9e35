/* SPDX-License-Identifier: MIT */
/* TLS as phones of the 7800 and 8800 series use it for their configuration (phones.md, section 4).
 * No certificate authorities: the phone's trust list says whom it trusts. */
#include "provcheck/fetch/internal.h"

#include <openssl/err.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>

static const char ciphers[] = "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256:"
                              "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256:"
                              "AES256-GCM-SHA384:AES128-GCM-SHA256:AES256-SHA:AES128-SHA";

struct fetch_tls {
    SSL_CTX *context;
};

static bool
ask_trust(struct fetch *fetch, X509 *certificate)
{
    unsigned char *der = NULL;
    int len = certificate != NULL ? i2d_X509(certificate, &der) : -1;
    struct prov_error why = {0};
    if (len < 0) {
        fetch_end(fetch, FETCH_UNTRUSTED, "the server shows no certificate that can be read");
        return false;
    }
    bool trusted =
        fetch->request.trusts(fetch->request.context, (struct prov_span){der, (size_t)len}, &why);
    if (!trusted)
        fetch_end(fetch, FETCH_UNTRUSTED, "%s", why.text);
    OPENSSL_free(der);
    return trusted;
}

static int
verify(X509_STORE_CTX *store, void *argument)
{
    (void)argument;
    const SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
    bool trusted = ask_trust(SSL_get_app_data(ssl), X509_STORE_CTX_get0_cert(store));
    X509_STORE_CTX_set_error(store, trusted ? X509_V_OK : X509_V_ERR_CERT_UNTRUSTED);
    return trusted;
}

int
fetch_no_passphrase(char *buffer, int size, int writing, void *context)
{
    (void)buffer, (void)size, (void)writing, (void)context;
    return -1;
}

bool
fetch_tls_use_key(SSL_CTX *context, const char *path)
{
    SSL_CTX_set_default_passwd_cb(context, fetch_no_passphrase);
    return SSL_CTX_use_certificate_chain_file(context, path) == 1 &&
           SSL_CTX_use_PrivateKey_file(context, path, SSL_FILETYPE_PEM) == 1 &&
           SSL_CTX_check_private_key(context) == 1;
}

int
fetch_tls_new(const char *key_path, struct fetch_tls **out, struct prov_error *err)
{
    struct fetch_tls *tls = calloc(1, sizeof *tls);
    if (tls == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    tls->context = SSL_CTX_new(TLS_client_method());
    int rc = PROV_OK;
    if (tls->context == NULL || SSL_CTX_set_min_proto_version(tls->context, TLS1_2_VERSION) != 1 ||
        SSL_CTX_set_max_proto_version(tls->context, TLS1_2_VERSION) != 1 ||
        SSL_CTX_set_cipher_list(tls->context, ciphers) != 1)
        rc = prov_fail(err, PROV_E_CRYPTO, "OpenSSL cannot be set up as phones use it");
    if (rc == PROV_OK) {
        SSL_CTX_set_verify(tls->context, SSL_VERIFY_PEER, NULL);
        SSL_CTX_set_cert_verify_callback(tls->context, verify, NULL);
        SSL_CTX_set_options(tls->context, SSL_OP_IGNORE_UNEXPECTED_EOF);
        if (key_path != NULL && !fetch_tls_use_key(tls->context, key_path))
            rc =
                prov_fail(err, PROV_E_FORMAT,
                          "not a PEM file with a certificate and its key without passphrase, which "
                          "the phone needs for HTTPS");
        ERR_clear_error();
    }
    if (rc == PROV_OK)
        *out = tls;
    else
        fetch_tls_free(tls);
    return rc;
}

void
fetch_tls_free(struct fetch_tls *tls)
{
    if (tls == NULL)
        return;
    SSL_CTX_free(tls->context);
    free(tls);
}

SSL *
fetch_tls_connection(struct fetch *fetch)
{
    SSL *ssl = SSL_new(fetch->tls->context);
    if (ssl == NULL || SSL_set_fd(ssl, fetch->fd) != 1) {
        SSL_free(ssl);
        return NULL;
    }
    SSL_set_app_data(ssl, fetch);
    SSL_set_connect_state(ssl);
    return ssl;
}

void
fetch_tls_failed(struct fetch *fetch)
{
    char reason[160] = "the connection ended";
    unsigned long code = ERR_peek_last_error();
    if (fetch->outcome != FETCH_RUNNING)
        return; /* the certificate was judged, with a better reason */
    if (code != 0 && ERR_reason_error_string(code) != NULL)
        snprintf(reason, sizeof reason, "%s", ERR_reason_error_string(code));
    bool agreed = SSL_is_init_finished(fetch->http.ssl) == 1;
    fetch_end(fetch, agreed ? FETCH_BROKEN : FETCH_UNTRUSTED, "%s: %s",
              agreed ? "the encrypted connection failed" : "no agreement on TLS 1.2", reason);
    ERR_clear_error();
}
