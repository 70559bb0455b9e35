/* SPDX-License-Identifier: MIT */
/* .sgn files: a header, then the content as it was (formats.md, section 3). Also reads the vendor's
 * firmware, which has the same header, and its later container, which has not (artifacts.md,
 * sections 2 and 5). What is done to files streams: memory does not grow with them. */
#ifndef PROV_SIGNEDFILE_H
#define PROV_SIGNEDFILE_H

#include <prov/error.h>
#include <prov/header.h>

#include <stdint.h>

/* Reads `in` to its end and writes the signed file to `out`, which must be seekable and empty.
 * `name` is what the phone asks for, folder included. Both descriptors stay open. */
PROV_API int prov_signedfile_build(const struct prov_signing *how, const char *name, int in,
                                   int out, struct prov_error *err) PROV_CHECKED;

/* The signed file of `content`, all in memory: a new buffer. `name` as above. */
PROV_API int prov_signedfile_sign(const struct prov_signing *how, const char *name,
                                  struct prov_span content, struct prov_bytes **out,
                                  struct prov_error *err) PROV_CHECKED;

/* A signed file, open for reading or in memory. */
struct prov_signedfile;

/* Opens a regular file and reads its header. PROV_E_SYSTEM, PROV_E_FORMAT. */
PROV_API int prov_signedfile_open(const char *path, struct prov_signedfile **out,
                                  struct prov_error *err) PROV_CHECKED;
/* Reads all of `data`, of which it keeps a copy. PROV_E_FORMAT. */
PROV_API int prov_signedfile_read(const void *data, size_t len, struct prov_signedfile **out,
                                  struct prov_error *err) PROV_CHECKED;
PROV_API void prov_signedfile_free(struct prov_signedfile *file);
/* Borrowed. */
PROV_API const struct prov_header *prov_signedfile_header(const struct prov_signedfile *file);
/* The descriptor it reads from, borrowed, at any position: for what is to be done to the very file
 * that was verified. -1 for one in memory. */
PROV_API int prov_signedfile_descriptor(const struct prov_signedfile *file);
/* Bytes after the header. */
PROV_API uint64_t prov_signedfile_content_len(const struct prov_signedfile *file);
/* The content of one in memory, borrowed; empty for one that was opened. */
PROV_API struct prov_span prov_signedfile_content(const struct prov_signedfile *file);
/* As prov_header_verify; PROV_E_SIGNATURE also where the file's size changes meanwhile. */
PROV_API int prov_signedfile_verify(struct prov_signedfile *file,
                                    const struct prov_identity *signer,
                                    struct prov_error *err) PROV_CHECKED;

/* Copies what stands after the header of `in` to `out`. Trusts tags 1 and 2 alone, so that it also
 * takes packages (.cop.sgn, .cop.sha512) whose other tags differ. Both descriptors stay open. */
PROV_API int prov_signedfile_strip(int in, int out, struct prov_error *err) PROV_CHECKED;

#define PROV_FIFTHGEN_NAME_MAX 128 /* bytes of a name; those that were seen have up to 32 */

/* The "5th generation" container of 7800 and 8800 phones' firmware. */
struct prov_fifthgen {
    uint32_t header_len;
    uint32_t payload_len;
    char name[PROV_FIFTHGEN_NAME_MAX + 1]; /* file name inside; not yet printable */
    struct prov_hash stated;               /* SHA-256 that the header states */
    struct prov_hash actual;               /* SHA-256 of the payload */
};

/* True if `path` starts like such a container. Files that cannot be read are none. */
PROV_API bool prov_fifthgen_detect(const char *path);
/* Reads the container and digests its payload. That both digests agree is the caller's to check.
 * PROV_E_FORMAT where the header does not fit the file, PROV_E_SYSTEM, PROV_E_ARGUMENT for what is
 * no regular file. */
PROV_API int prov_fifthgen_read(const char *path, struct prov_fifthgen *out,
                                struct prov_error *err) PROV_CHECKED;
/* What a container in memory holds, borrowed from `data`; no digest is taken. PROV_E_FORMAT. */
PROV_API int prov_fifthgen_content(const void *data, size_t len, struct prov_span *out,
                                   struct prov_error *err) PROV_CHECKED;

#endif
