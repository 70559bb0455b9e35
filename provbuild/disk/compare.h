/* SPDX-License-Identifier: MIT */
/* Single files that stand, compared with what they should be. */
#ifndef PROVBUILD_DISK_COMPARE_H
#define PROVBUILD_DISK_COMPARE_H

#include "provbuild/source/signing.h"

#include <sys/stat.h>

#define STUB_HASH_SIZE 33 /* an MD5 in hexadecimal and its NUL */

/* Each returns NULL if the file is as it should be, else the reason why not in a word or two. */

/* A .sgn whose content is that of the file `source`. `name` is the name inside. */
const char *compare_signed(struct signing *signing, const char *path, const char *name,
                           const char *source);
/* The same for content in memory: a stub. */
const char *compare_stub(struct signing *signing, const char *path, const char *name,
                         struct prov_span content);
/* An .enc.sgn of this clear text for this phone. */
const char *compare_encrypted(struct signing *signing, const char *path, const char *name,
                              const struct prov_identity *device, struct prov_span clear);
/* A copy of the file `source`; with `mode` not 0 no more open than that. */
const char *compare_copy(const char *path, const char *source, mode_t mode);

/* The certificate hash in the stub at `path`, in lower-case hexadecimal. False if there is no stub.
 */
bool stub_hash_of(const char *path, char out[static STUB_HASH_SIZE]);

/* True if something stands at `path`; `*modified` (may be NULL) is when it was last changed. */
bool stands_at(const char *path, struct timespec *modified);

/* True if nothing in `folder` has a name that begins so, in letters of any case; names that begin
 * with a dot do not count. False also if that cannot be found out. */
bool folder_lacks(const char *folder, const char *start);

/* True if nothing in `folder` has a name that begins so, in letters of any case; names that begin
 * with a dot do not count. False also if that cannot be found out. */
bool folder_lacks(const char *folder, const char *start);

/* True if the header of the signed file at `path` is as it should be; its content is not looked at.
 */
bool compare_header(struct signing *signing, const char *path, const char *name,
                    const struct prov_identity *device);

#endif
