/* SPDX-License-Identifier: MIT */
/* What to do about a private key that every user can read. */
#ifndef CLI_EXPOSED_H
#define CLI_EXPOSED_H

#include <stddef.h>

/* A sentence for the file at `path`, with the owner and the group who keep the key: a server that
 * reads it must be one of them. */
const char *cli_exposed_advice(const char *path, char *out, size_t size);

#endif
