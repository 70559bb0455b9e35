/* SPDX-License-Identifier: MIT */
/* The one error type of libprov: a code to act on and a sentence to print. */
#ifndef PROV_ERROR_H
#define PROV_ERROR_H

#include <stddef.h>

/* What the library offers; with C's linkage in C++ too. */
#ifdef __cplusplus
#define PROV_API extern "C" __attribute__((visibility("default")))
#else
#define PROV_API __attribute__((visibility("default")))
#endif
#define PROV_CHECKED __attribute__((warn_unused_result))
#define PROV_PRINTF(string, first) __attribute__((format(printf, string, first)))

enum prov_code {
    PROV_OK = 0,
    PROV_E_MEMORY = -1,      /* out of memory */
    PROV_E_SYSTEM = -2,      /* a system call failed; `sys` holds errno */
    PROV_E_CRYPTO = -3,      /* OpenSSL failed; `ssl` holds its error code */
    PROV_E_FORMAT = -4,      /* the input is not what it should be; `offset` says where */
    PROV_E_LIMIT = -5,       /* larger than a phone or this library takes */
    PROV_E_ARGUMENT = -6,    /* a value that the caller gave cannot be used */
    PROV_E_UNFIT = -7,       /* this certificate or key cannot play that role */
    PROV_E_SIGNATURE = -8,   /* the signature is not that of the content */
    PROV_E_SIGNER = -9,      /* the signer's certificate is not at hand */
    PROV_E_CONTINUITY = -10, /* a phone that holds the old trust list would refuse the new one */
    PROV_E_EXISTS = -11,     /* the file exists and may not be replaced */
    PROV_E_PASSPHRASE = -12  /* a passphrase is missing or wrong */
};

#define PROV_ERROR_TEXT_MAX 1536

/* Filled by the function that found the fault. Its contents are the last failure's only: a call
 * that succeeds leaves it alone. `text` is one line without a full stop, with bytes from files
 * already made fit for a terminal (prov/text.h); it does not name the file unless the library
 * opened a file that the caller did not name in that call. */
struct prov_error {
    int code;          /* enum prov_code */
    int sys;           /* errno, or 0 */
    unsigned long ssl; /* OpenSSL's packed error code, or 0 */
    size_t offset;     /* byte in the input where the fault lies; 0 if it has no place */
    char text[PROV_ERROR_TEXT_MAX];
};

/* What a code means in general, for callers without a struct prov_error. Never NULL. */
PROV_API const char *prov_strerror(int code);

/* Fills `err` (which may be NULL) and returns `code`; for programs that add checks of their own. */
PROV_API int prov_fail(struct prov_error *err, int code, const char *format, ...) PROV_PRINTF(3, 4);

/* PROV_E_SYSTEM with errno in `sys`, and its meaning after the sentence and a colon. */
PROV_API int prov_system_failed(struct prov_error *err, const char *format, ...) PROV_PRINTF(2, 3);

#endif
