/* SPDX-License-Identifier: MIT */
/* Failing in the library's own words: the short forms of prov_fail. */
#ifndef LIBPROV_ERROR_H
#define LIBPROV_ERROR_H

#include <prov/error.h>

int prov__no_memory(struct prov_error *err);
/* PROV_E_ARGUMENT unless a plan states the size of the struct that this library knows. */
int prov__check_plan_size(size_t stated, size_t known, struct prov_error *err) PROV_CHECKED;
/* PROV_E_FORMAT at a byte of the input. */
int prov__bad_format(struct prov_error *err, size_t offset, const char *format, ...)
    PROV_PRINTF(3, 4);
/* PROV_E_CRYPTO with OpenSSL's reason after `what`; empties OpenSSL's error queue. */
int prov__crypto_failed(struct prov_error *err, const char *what);

#endif
