/* SPDX-License-Identifier: MIT */
/* Requests for certificates: PKCS#10 (RFC 2986), whose key stays with whoever asks. */
#ifndef PROV_REQUEST_H
#define PROV_REQUEST_H

#include <prov/certificate.h>
#include <prov/error.h>
#include <prov/identity.h>

#include <stddef.h>

#define PROV_REQUEST_MAX (64 * 1024)
#define PROV_REQUEST_RSA_MIN 2048 /* bits */

struct prov_request;

/* Reads and checks a request in PEM or DER: its own signature, its key, its subject. PROV_E_FORMAT,
 * PROV_E_LIMIT, PROV_E_SIGNATURE, PROV_E_UNFIT for a weak key or names that no device can use. */
PROV_API int prov_request_read(const void *data, size_t len, struct prov_request **out,
                               struct prov_error *err) PROV_CHECKED;
/* NULL is allowed. */
PROV_API void prov_request_free(struct prov_request *request);

/* Issues what is asked for, with the request's key and subject. Its alternative names are taken
 * over unless the plan has any; of its other extensions none is. PROV_E_UNFIT if one of those is no
 * host name or IP address, or if it asks to be a CA and the plan's purposes do not agree. */
PROV_API int prov_request_issue(const struct prov_request *request,
                                const struct prov_certificate_plan *plan,
                                struct prov_identity **out, struct prov_error *err) PROV_CHECKED;

#endif
