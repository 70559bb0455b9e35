/* SPDX-License-Identifier: MIT */
/* Trust lists: a header, then one record per certificate and role (formats.md, section 2). */
#ifndef PROV_TRUSTLIST_H
#define PROV_TRUSTLIST_H

#include <prov/bytes.h>
#include <prov/error.h>
#include <prov/header.h>
#include <prov/identity.h>
#include <prov/layout.h>

enum prov_role {
    PROV_ROLE_SAST = 0,
    PROV_ROLE_CCM = 1,
    PROV_ROLE_CCM_TFTP = 2,
    PROV_ROLE_TFTP = 3,
    PROV_ROLE_CAPF = 4,
    PROV_ROLE_APP_SERVER = 7,
    PROV_ROLE_TVS = 21
};

/* "SAST", "CCM", "CCM+TFTP", "TFTP", "CAPF", "APP-SERVER", "TVS"; NULL for another number. */
PROV_API const char *prov_role_name(unsigned role);
/* The role of such a name, in capitals or not, with `-` for `+` too ("ccm-tftp"); `*out` is set on
 * success only. */
PROV_API bool prov_role_by_name(const char *name, enum prov_role *out);

enum prov_record_tag {
    PROV_RECORD_LENGTH = 1,
    PROV_RECORD_DNS_NAME = 2,
    PROV_RECORD_SUBJECT_NAME = 3,
    PROV_RECORD_ROLE = 4,
    PROV_RECORD_ISSUER_NAME = 5,
    PROV_RECORD_SERIAL_NUMBER = 6,
    PROV_RECORD_PUBLIC_KEY = 7,
    PROV_RECORD_SIGNATURE = 8,
    PROV_RECORD_CERTIFICATE = 9,
    PROV_RECORD_IP_ADDRESS = 10,
    PROV_RECORD_CERTIFICATE_HASH = 11,
    PROV_RECORD_HASH_ALGORITHM = 12
};

PROV_API const char *prov_record_tag_name(unsigned tag);

#define PROV_TRUSTLIST_BUILD_MAX (64 * 1024)  /* bytes that a phone holds (phones.md, section 5) */
#define PROV_TRUSTLIST_READ_MAX (1024 * 1024) /* bytes at which reading stops */
#define PROV_TRUSTLIST_SAST_MAX 2             /* SAST records (formats.md, section 2) */
#define PROV_TRUSTLIST_RECORDS_MAX 4096       /* records in a list that is read */
#define PROV_RECORD_FIELDS_MAX 64             /* fields in a record that is read */

/* The name that the header of the list `file_name` must hold: ITLFile.tlv for ITLSEP<MAC>.tlv,
 * CTLFile.tlv for CTLSEP<MAC>.tlv, else the base name. Borrowed from `file_name` or constant. */
PROV_API const char *prov_trustlist_stored_name(const char *file_name);

/* Of the formats that the signer writes, tag 28. */
struct prov_signer_version {
    uint8_t major, minor;
};

struct prov_trustlist_entry {
    const struct prov_identity *certificate;
    enum prov_role role;
};

/* What a new list is to hold. */
struct prov_trustlist_plan {
    size_t size; /* sizeof(struct prov_trustlist_plan): later versions may add to its end */
    struct prov_signer_version signer_version;  /* 1.0, or 1.1 for HTTPS and elliptic curves */
    const char *name;                           /* as from prov_trustlist_stored_name */
    const struct prov_trustlist_entry *entries; /* records, in this order */
    size_t count;
};

/* Called with a sentence on something that a phone may dislike. */
typedef void prov_warning(void *context, const char *text);

/* Builds and signs a list; `how->signer` must be the certificate of the first SAST entry.
 * PROV_E_ARGUMENT where a rule of formats.md section 2 is broken or the plan's size is unknown,
 * PROV_E_LIMIT over 64 KB, PROV_E_UNFIT for a certificate that cannot be listed. */
PROV_API int prov_trustlist_build(const struct prov_signing *how,
                                  const struct prov_trustlist_plan *plan, struct prov_bytes **out,
                                  struct prov_error *err) PROV_CHECKED;
/* The same bytes with zeroes for the signature, to compare with a list that stands. Nothing is
 * signed; errors as above. */
PROV_API int prov_trustlist_expect(const struct prov_signing *how,
                                   const struct prov_trustlist_plan *plan, struct prov_bytes **out,
                                   struct prov_error *err) PROV_CHECKED;
/* Says what is allowed in a plan but unwise: missing names, an EC TFTP certificate that version 1.0
 * hides, keys over 2048 bits, one SAST only, certificates that expired or will within 30 days. */
PROV_API void prov_trustlist_plan_warnings(const struct prov_trustlist_plan *plan, int64_t now,
                                           prov_warning *warn, void *context);

/* A list that was read. */
struct prov_trustlist;

/* One record; all that it points at is borrowed from the list. */
struct prov_record {
    size_t offset; /* of the record, from the start of the file */
    size_t len;
    const struct prov_field *fields; /* in the order of the file, tag 1 included */
    size_t count;
    unsigned role;                           /* enum prov_role, or a number nobody knows */
    const struct prov_identity *certificate; /* NULL: none, or one that cannot be read */
};

/* Reads all of `data`, of which it keeps a copy. Every record is bounded and has a role; lists of
 * the vendor's that lack other fields are taken. PROV_E_FORMAT, PROV_E_LIMIT. */
PROV_API int prov_trustlist_read(const void *data, size_t len, struct prov_trustlist **out,
                                 struct prov_error *err) PROV_CHECKED;
PROV_API void prov_trustlist_free(struct prov_trustlist *list);
PROV_API struct prov_span prov_trustlist_bytes(const struct prov_trustlist *list);
/* All that follows the header, which the signature is over as well. */
PROV_API struct prov_span prov_trustlist_content(const struct prov_trustlist *list);
PROV_API const struct prov_header *prov_trustlist_header(const struct prov_trustlist *list);
/* When it was signed, in seconds since 1970; -1 where its header does not say. */
PROV_API int64_t prov_trustlist_timestamp(const struct prov_trustlist *list);
PROV_API size_t prov_trustlist_count(const struct prov_trustlist *list);
PROV_API const struct prov_record *prov_trustlist_at(const struct prov_trustlist *list,
                                                     size_t index);
/* The field of a tag in a record; NULL if it has none. */
PROV_API const struct prov_field *prov_record_find(const struct prov_record *record, unsigned tag);

/* Whom the list names in these roles (1 << enum prov_role, or-ed), for a message: appended to the
 * text in `text`, of `size` bytes, each as by prov_signer_text, as many as fit. */
PROV_API void prov_trustlist_put_signers(const struct prov_trustlist *list, unsigned roles,
                                         char *text, size_t size);

/* The layout in which `list` is written, by the separator in its names and the order of its fields:
 * `preferred` (NULL: callmanager) where that writes lists in this way, since two layouts may, else
 * another. NULL where none does (formats.md, section 7). */
PROV_API const struct prov_layout *prov_trustlist_layout(const struct prov_trustlist *list,
                                                         const struct prov_layout *preferred);

/* True if phones that hold it ask for signed files: it names a certificate as TFTP or CCM+TFTP
 * (phones.md, section 6). Phones with a list that does not take files and lists from anybody, as
 * far as is known (section 5, Release). */
PROV_API bool prov_trustlist_signs_files(const struct prov_trustlist *list);

/* Verifies the list with the SAST record that its header names by issuer and serial number.
 * `known` (may be NULL) supplies a certificate that the record names by its hash alone. `*signer`
 * (may be NULL) becomes that record's index. PROV_E_SIGNER if no record or certificate is at hand,
 * PROV_E_SIGNATURE, PROV_E_FORMAT; of several records that fit and fail, the last one's. This shows
 * that the list is whole, not that a phone trusts it.
 */
PROV_API int prov_trustlist_verify(const struct prov_trustlist *list,
                                   const struct prov_identity *known, size_t *signer,
                                   struct prov_error *err) PROV_CHECKED;

/* PROV_OK if a phone that holds `held` will install `next` (or keep it, if they are the same):
 * `next` is signed by a SAST of `held`, matched by issuer and serial bytes and by key, has the same
 * name inside, and is newer (phones.md, section 5). PROV_E_CONTINUITY with the reason otherwise. */
PROV_API int prov_trustlist_follows(const struct prov_trustlist *held,
                                    const struct prov_trustlist *next,
                                    struct prov_error *err) PROV_CHECKED;

/* PROV_OK if nothing but its signer could make a phone refuse `list` at the time `now` (seconds
 * since 1970), or leave it stranded: one or two SAST records, at most 64 KB, a timestamp not more
 * than a day ahead. PROV_E_CONTINUITY with the reason otherwise. */
PROV_API int prov_trustlist_check_limits(const struct prov_trustlist *list, int64_t now,
                                         struct prov_error *err) PROV_CHECKED;

/* True if both lists differ at most in timestamp and signature. */
PROV_API bool prov_trustlist_same(const struct prov_trustlist *a, const struct prov_trustlist *b);

/* The timestamp for a list that replaces those whose timestamps are in `held`: `clock`, or one
 * second after the newest of them. PROV_E_CONTINUITY if that lies more than a day after `now` or
 * does not fit 32 bits. `held` may be NULL when `count` is 0. */
PROV_API int prov_trustlist_next_timestamp(const struct prov_trustlist *const *held, size_t count,
                                           int64_t clock, int64_t now, uint32_t *out,
                                           struct prov_error *err) PROV_CHECKED;

#endif
