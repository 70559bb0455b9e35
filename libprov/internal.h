/* SPDX-License-Identifier: MIT */
/* What the library's files share, and nobody else sees; what is about OpenSSL's objects apart,
 * which stands in headers of its own. */
#ifndef LIBPROV_INTERNAL_H
#define LIBPROV_INTERNAL_H

#include <prov/chain.h>
#include <prov/device.h>
#include <prov/file.h>
#include <prov/layout.h>
#include <prov/trustlist.h>

#include <openssl/types.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

/* --- error.c: the short forms of prov_fail */

int prov__no_memory(struct prov_error *err);
/* PROV_E_ARGUMENT unless a plan states the size of the struct that this library knows. */
int prov__check_plan_size(size_t stated, size_t known, struct prov_error *err) PROV_CHECKED;
/* PROV_E_FORMAT at a byte of the input. */
int prov__bad_format(struct prov_error *err, size_t offset, const char *format, ...)
    PROV_PRINTF(3, 4);
/* PROV_E_CRYPTO with OpenSSL's reason after `what`; empties OpenSSL's error queue. */
int prov__crypto_failed(struct prov_error *err, const char *what);

/* --- bytes.c: what writers need beyond the public part; all arithmetic on sizes is checked there
 */

/* Overwrites two bytes that were put before, big-endian. */
void prov__bytes_patch_u16(struct prov_bytes *bytes, size_t offset, uint16_t value);
/* Room for `len` more bytes, counted as content; to be filled by the caller. NULL on failure. */
uint8_t *prov__bytes_extend(struct prov_bytes *bytes, size_t len, struct prov_error *err);
/* Forgets (and wipes) all content from `len` on. */
void prov__bytes_truncate(struct prov_bytes *bytes, size_t len);

/* --- file.c */

/* As prov_file_read, for anything that can be opened (a pipe too), with what fstat said. */
int prov__file_read_with_status(const char *path, size_t max, struct prov_bytes **out,
                                struct stat *status, struct prov_error *err) PROV_CHECKED;

enum prov__sync_what {
    PROV__SYNC_FILE,
    PROV__SYNC_FOLDER,     /* the one that `path` stands in */
    PROV__SYNC_FILE_SYSTEM /* the one that `path` stands on */
};
/* Waits until what was written is on the disk: `path` below the open folder `at`, or AT_FDCWD. */
int prov__sync_at(int at, const char *path, enum prov__sync_what what,
                  struct prov_error *err) PROV_CHECKED;

/* --- layout.c: what differs between the layouts, as data (formats.md, section 7) */

#define PROV__SIGNER_FIELDS 3
#define PROV__RECORD_FIELDS 7

struct prov_layout {
    const char *name;
    char separator;                            /* between the attributes of a name */
    uint8_t signer_order[PROV__SIGNER_FIELDS]; /* header tags inside tag 3 */
    uint8_t record_order[PROV__RECORD_FIELDS]; /* record tags after tag 1 */
    bool encryption_info_holds_digest;         /* length of tag 16 covers tags 26 and 27 */
    bool key_size_is_wrapped_size;             /* tag 23 counts the wrapped key's bits */
};

/* The layout meant by one that may be NULL. */
const struct prov_layout *prov__layout_or_default(const struct prov_layout *layout);

/* --- device.c, chain.c, name.c */

/* True for what begins as the common name of a phone's certificate does: SEP and a MAC address, or
 * CP-<model>-SEP and one; in letters of any case, whatever follows. Wider than
 * prov_mac_of_certificate: a name that is almost a phone's is not to be an authority's. */
bool prov__names_phone(const char *common_name);
/* Issued by itself, with its own key's signature. */
bool prov__self_signed(const struct prov_identity *identity);
/* In certificate order, TYPE=value joined by `separator`, values escaped after RFC 4514
 * section 2.4, characters outside ASCII as raw UTF-8. A new buffer without a NUL at its end. */
int prov__name_string(const X509_NAME *name, char separator, struct prov_bytes **out,
                      struct prov_error *err) PROV_CHECKED;

/* --- trustlist.c */

/* True if `record` is a SAST record with these issuer and serial bytes: how phones find a signer
 * (phones.md, section 5). */
bool prov__record_is_sast(const struct prov_record *record, struct prov_span issuer,
                          struct prov_span serial);
/* The certificate that `record` stands for: its own, or `known` if the record names that by its
 * hash; NULL if neither. */
const struct prov_identity *prov__record_certificate(const struct prov_record *record,
                                                     const struct prov_identity *known);

#endif
