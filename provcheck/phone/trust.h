/* SPDX-License-Identifier: MIT */
/* The phone's trust store: the lists it holds, and what follows from them (phones.md, sections 2, 5
 * and 6). */
#ifndef PROVCHECK_PHONE_TRUST_H
#define PROVCHECK_PHONE_TRUST_H

#include <prov.h>

#include <stdbool.h>

enum trust_kind { TRUST_CTL, TRUST_ITL, TRUST_KINDS };

/* All lists that were read, each kept once: thousands of phones hold the same one. */
struct trust_library;

/* NULL when memory is short. */
struct trust_library *trust_library_new(void);
void trust_library_free(struct trust_library *library);
/* A list of these bytes; borrowed from the library. */
int trust_library_read(struct trust_library *library, struct prov_span bytes,
                       const struct prov_trustlist **out, struct prov_error *err) PROV_CHECKED;

/* Lists that the phone does not hold are NULL; they are borrowed from the library. */
struct trust {
    struct trust_library *known;
    const struct prov_trustlist *lists[TRUST_KINDS];
};

/* The name inside of a list: CTLFile.tlv, ITLFile.tlv. */
const char *trust_list_name(enum trust_kind kind);

/* The store of phone `mac` below folder `state`; nothing there is an empty store. PROV_E_SYSTEM,
 * PROV_E_FORMAT for a file that is no list. */
int trust_load(struct trust *trust, const char *state, const struct prov_mac *mac,
               struct prov_error *err) PROV_CHECKED;
int trust_save(const struct trust *trust, const char *state, const struct prov_mac *mac,
               struct prov_error *err) PROV_CHECKED;

/* Roles as a set. */
#define TRUST_ROLE(role) (1U << (role))
#define TRUST_ROLES_FILES (TRUST_ROLE(PROV_ROLE_TFTP) | TRUST_ROLE(PROV_ROLE_CCM_TFTP))

/* How many records of a list have this role. */
size_t trust_count_role(const struct prov_trustlist *list, unsigned role);
/* True if a list of the phone's has a record with one of these roles. */
bool trust_holds(const struct trust *trust, unsigned roles);
/* True if the phone holds no list at all, and so takes the first on faith. */
bool trust_is_empty(const struct trust *trust);
/* True if its lists hold neither TFTP nor TVS records: it takes anything (section 5, Release). */
bool trust_is_released(const struct trust *trust);
/* True if it asks for signed files: a TFTP or CCM+TFTP record with a certificate (section 6). */
bool trust_signs_files(const struct trust *trust);
/* True if it holds a CTL and no list names the TFTP server, not even without a certificate. */
bool trust_lacks_server(const struct trust *trust);
/* True if the ITL says version 1.1, which makes phones use HTTPS (section 2). */
bool trust_announces_https(const struct trust *trust);
/* True if a list names a trust verification service, which could vouch for others. */
bool trust_has_tvs(const struct trust *trust);

/* A fetch_trusts: the certificate is EC and in the ITL for TFTP; `context` is the store. */
bool trust_server(void *context, struct prov_span der, struct prov_error *why);

/* The held records whose role is in `roles` and that issuer and serial number of `header` name, in
 * turn: `*at` starts at 0. NULL after the last. */
const struct prov_record *trust_next_signer(const struct trust *trust, unsigned roles,
                                            const struct prov_header *header, size_t *at);

#endif
