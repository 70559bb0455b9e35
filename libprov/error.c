/* SPDX-License-Identifier: MIT */
/* Filling the one error type: a code, its cause and a sentence. */
#include "libprov/error.h"

#include <errno.h>
#include <openssl/err.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *
prov_strerror(int code)
{
    switch (code) {
    case PROV_OK:
        return "no error";
    case PROV_E_MEMORY:
        return "out of memory";
    case PROV_E_SYSTEM:
        return "a system call failed";
    case PROV_E_CRYPTO:
        return "a cryptographic operation failed";
    case PROV_E_FORMAT:
        return "the input is malformed";
    case PROV_E_LIMIT:
        return "too large";
    case PROV_E_ARGUMENT:
        return "an unusable value";
    case PROV_E_UNFIT:
        return "an unsuitable certificate or key";
    case PROV_E_SIGNATURE:
        return "the signature does not match";
    case PROV_E_SIGNER:
        return "the signer's certificate is missing";
    case PROV_E_CONTINUITY:
        return "phones would refuse the new trust list";
    case PROV_E_EXISTS:
        return "the file exists";
    case PROV_E_PASSPHRASE:
        return "a passphrase is missing or wrong";
    default:
        return "an unknown error";
    }
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

static void set(struct prov_error *err, int code, const char *format, va_list arguments)
    PROV_PRINTF(3, 0);

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
