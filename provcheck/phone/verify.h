/* SPDX-License-Identifier: MIT */
/* Whether a phone takes a signed file (phones.md, sections 5 and 6). */
#ifndef PROVCHECK_PHONE_VERIFY_H
#define PROVCHECK_PHONE_VERIFY_H

#include "provcheck/phone/family.h"
#include "provcheck/phone/trust.h"

#include <prov.h>

/* What a file is held against. */
struct verify_rules {
    const struct family *family;
    const struct trust *trust;
    unsigned roles;   /* that may sign it, TRUST_ROLE(…) */
    const char *name; /* that must stand inside */
    int64_t now;
    prov_warning *warn; /* told what the phone may dislike */
    void *context;
};

/* PROV_OK if the phone takes a file with this header and content. PROV_E_SIGNER for a signer that
 * no held list names in these roles, PROV_E_SIGNATURE, PROV_E_UNFIT for a digest or key that the
 * family does not know, PROV_E_CONTINUITY for name and time, PROV_E_FORMAT. The texts begin with
 * the phone's own word for the error. */
int verify_header(const struct verify_rules *rules, const struct prov_header *header,
                  struct prov_span content, struct prov_error *err) PROV_CHECKED;

/* The same for a whole .sgn file; `*content` (borrowed from `file`) is what it holds. */
int verify_file(const struct verify_rules *rules, struct prov_span file, struct prov_span *content,
                struct prov_error *err) PROV_CHECKED;

#endif
