/* SPDX-License-Identifier: MIT */
/* Filling the one error type: a code, its cause and a sentence. */
#include "libprov/internal.h"

#include <errno.h>
#include <openssl/err.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const meanings[] = {
    [-PROV_OK] = "no error",
    [-PROV_E_MEMORY] = "out of memory",
    [-PROV_E_SYSTEM] = "a system call failed",
    [-PROV_E_CRYPTO] = "a cryptographic operation failed",
    [-PROV_E_FORMAT] = "the input is malformed",
    [-PROV_E_LIMIT] = "too large",
    [-PROV_E_ARGUMENT] = "an unusable value",
    [-PROV_E_UNFIT] = "an unsuitable certificate or key",
    [-PROV_E_SIGNATURE] = "the signature does not match",
    [-PROV_E_SIGNER] = "the signer's certificate is missing",
    [-PROV_E_CONTINUITY] = "phones would refuse the new trust list",
    [-PROV_E_EXISTS] = "the file exists",
    [-PROV_E_PASSPHRASE] = "a passphrase is missing or wrong",
};

const char *
prov_strerror(int code)
{
    const int known = sizeof meanings / sizeof meanings[0];
    return code <= 0 && code > -known ? meanings[-code] : "an unknown error";
}

/* A sentence that was cut may end inside a UTF-8 character. */
static void
drop_half_character(char *text)
{
    size_t len = strlen(text), start = len;
    if (len < PROV_ERROR_TEXT_MAX - 1)
        return;
    while (start > 0 && ((unsigned char)text[start - 1] & 0xc0) == 0x80)
        start--;
    if (start > 0 && (unsigned char)text[start - 1] >= 0xc0)
        text[start - 1] = '\0';
}

PROV_PRINTF(3, 0)
static void
set(struct prov_error *err, int code, const char *format, va_list arguments)
{
    err->code = code;
    err->sys = 0;
    err->ssl = 0;
    err->offset = 0;
    vsnprintf(err->text, sizeof err->text, format, arguments);
    drop_half_character(err->text);
}

static void
append(struct prov_error *err, const char *reason)
{
    size_t used = strlen(err->text);
    snprintf(err->text + used, sizeof err->text - used, ": %s", reason);
}

int
prov_fail(struct prov_error *err, int code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    if (err != NULL)
        set(err, code, format, arguments);
    va_end(arguments);
    return code;
}

int
prov__no_memory(struct prov_error *err)
{
    return prov_fail(err, PROV_E_MEMORY, "out of memory");
}

int
prov__check_plan_size(size_t stated, size_t known, struct prov_error *err)
{
    if (stated == known)
        return PROV_OK;
    return prov_fail(err, PROV_E_ARGUMENT,
                     "the plan states a size of %zu bytes, and libprov " PROV_VERSION
                     " knows one of %zu only",
                     stated, known);
}

int
prov__bad_format(struct prov_error *err, size_t offset, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    if (err != NULL) {
        set(err, PROV_E_FORMAT, format, arguments);
        err->offset = offset;
    }
    va_end(arguments);
    return PROV_E_FORMAT;
}

int
prov_system_failed(struct prov_error *err, const char *format, ...)
{
    int sys = errno;
    va_list arguments;
    va_start(arguments, format);
    if (err != NULL) {
        char reason[128];
        set(err, PROV_E_SYSTEM, format, arguments);
        err->sys = sys;
        append(err, strerror_r(sys, reason, sizeof reason));
    }
    va_end(arguments);
    return PROV_E_SYSTEM;
}

int
prov__crypto_failed(struct prov_error *err, const char *what)
{
    unsigned long first = ERR_get_error();
    ERR_clear_error();
    if (err == NULL)
        return PROV_E_CRYPTO;
    prov_fail(err, PROV_E_CRYPTO, "%s", what);
    err->ssl = first;
    const char *reason = ERR_reason_error_string(first);
    if (reason != NULL)
        append(err, reason);
    return PROV_E_CRYPTO;
}
