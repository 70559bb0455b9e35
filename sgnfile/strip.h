/* SPDX-License-Identifier: MIT */
/* Taking a header off: what sgnfile --remove and stripsgn do. */
#ifndef SGNFILE_STRIP_H
#define SGNFILE_STRIP_H

#include <prov.h>

#include <stdbool.h>
#include <sys/stat.h>

/* Whoever may read a file may read it signed, and what is in it: it may hold passwords. */
#define OPEN_TO (S_IRUSR | S_IWUSR | S_IRGRP | S_IWGRP | S_IROTH | S_IWOTH)

/* Adds the content of the signed file `path` to `batch`, under the name `output`, or, where that is
 * NULL, the file's own name less .sgn or .sha512; "-" is standard output. Where `signer` is not
 * NULL the signature is verified first. A file of that name with another content is kept unless
 * `force`. An exit code. */
int strip_header(struct prov_batch *batch, const char *path, const struct prov_identity *signer,
                 const char *output, bool force);

#endif
