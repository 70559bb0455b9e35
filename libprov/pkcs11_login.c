/* SPDX-License-Identifier: MIT */
/* Logging in to a token: where its PIN comes from, and how seldom it is tried. */
#include "libprov/internal.h"
#include "libprov/pkcs11.h"

#include <openssl/crypto.h>
#include <string.h>

#define PIN_MAX 255
#define PIN_FILE_MAX 1024

struct pin {
    char text[PIN_MAX];
    size_t len;
};

static int
read_pin(const char *path, struct pin *pin, struct prov_error *err)
{
    struct prov_bytes *content = NULL;
    struct prov_error why = {.code = PROV_OK};
    struct stat status;
    int rc = prov__file_read_with_status(path, PIN_FILE_MAX, &content, &status, &why);
    if (rc != PROV_OK) {
        (void)prov_fail(err, rc, "the PIN's file %s: %s", path, why.text);
        if (err != NULL)
            err->sys = why.sys;
        return rc;
    }
    struct prov_span span = prov_bytes_span(content);
    while (pin->len < span.len && span.data[pin->len] != '\r' && span.data[pin->len] != '\n')
        pin->len++;
    if (S_ISREG(status.st_mode) && (status.st_mode & (S_IRGRP | S_IROTH)) != 0)
        rc = prov_fail(err, PROV_E_PASSPHRASE,
                       "others can read the PIN's file %s; run: chmod 600 %s", path, path);
    else if (pin->len == 0 || pin->len > PIN_MAX)
        rc = prov_fail(err, PROV_E_PASSPHRASE,
                       "the PIN's file %s holds no PIN of at most %d bytes in its first line", path,
                       PIN_MAX);
    else
        memcpy(pin->text, span.data, pin->len);
    prov_bytes_free(content); /* which wipes it */
    return rc;
}

/* A program that runs again and again must not use up the tries that are left. */
static int
stored_pin(const struct prov__token *token, const char *path, struct pin *pin,
           struct prov_error *err)
{
    if ((token->info.flags & (CKF_USER_PIN_COUNT_LOW | CKF_USER_PIN_FINAL_TRY)) == 0)
        return read_pin(path, pin, err);
    return prov_fail(err, PROV_E_PASSPHRASE,
                     "the last PIN that the token '%s' got was wrong, and it locks itself after a "
                     "few such; see to the PIN in %s, then log in once by hand: pkcs11-tool "
                     "--module %s --token-label '%s' --login --list-objects",
                     token->label, path, token->module->path, token->label);
}

static int
get_pin(const struct prov__token *token, const struct prov__uri *uri, const char *text,
        prov_passphrase *ask, void *context, struct pin *pin, struct prov_error *err)
{
    const struct prov__uri_value *source = &uri->at[PROV__URI_PIN_SOURCE];
    if (source->given)
        return stored_pin(token, source->text, pin, err);
    int len = ask != NULL ? ask(context, text, pin->text, sizeof pin->text) : -1;
    if (len <= 0)
        return prov_fail(
            err, PROV_E_PASSPHRASE,
            "the token '%s' wants its PIN, and there is no terminal to ask for it; write it into a "
            "file of mode 600 and add ?pin-source=/path/to/file to the URI",
            token->label);
    pin->len = (size_t)len;
    return PROV_OK;
}

static int
log_in(struct prov__token *token, struct pin *pin, struct prov_error *err)
{
    CK_RV rv = token->module->call->C_Login(token->session, CKU_USER, (CK_UTF8CHAR *)pin->text,
                                            (CK_ULONG)pin->len);
    if (rv == CKR_OK || rv == CKR_USER_ALREADY_LOGGED_IN)
        return PROV_OK;
    token->refused = true;
    if (rv == CKR_PIN_INCORRECT || rv == CKR_PIN_INVALID || rv == CKR_PIN_LEN_RANGE)
        return prov_fail(err, PROV_E_PASSPHRASE,
                         "the PIN of the token '%s' is wrong; it is not tried again by this run, "
                         "as the token locks itself after a few wrong ones",
                         token->label);
    if (rv == CKR_PIN_LOCKED)
        return prov_fail(err, PROV_E_PASSPHRASE,
                         "the token '%s' has locked its PIN after wrong ones; its security officer "
                         "can set a new one",
                         token->label);
    return prov_fail(err, PROV_E_PASSPHRASE, "the token '%s' takes no login: PKCS#11 error 0x%lX",
                     token->label, rv);
}

static bool
is_logged_in(const struct prov__token *token)
{
    CK_SESSION_INFO session;
    return token->module->call->C_GetSessionInfo(token->session, &session) == CKR_OK &&
           (session.state == CKS_RO_USER_FUNCTIONS || session.state == CKS_RW_USER_FUNCTIONS);
}

int
prov__token_login(struct prov__token *token, const struct prov__uri *uri, const char *text,
                  prov_passphrase *ask, void *context, struct prov_error *err)
{
    struct pin pin = {.len = 0};
    if ((token->info.flags & CKF_LOGIN_REQUIRED) == 0 || is_logged_in(token))
        return PROV_OK;
    if (token->refused)
        return prov_fail(err, PROV_E_PASSPHRASE,
                         "the token '%s' has refused a PIN, and gets no other one from this run",
                         token->label);
    int rc = get_pin(token, uri, text, ask, context, &pin, err);
    if (rc == PROV_OK)
        rc = log_in(token, &pin, err);
    OPENSSL_cleanse(&pin, sizeof pin);
    return rc;
}
