/* SPDX-License-Identifier: MIT */
/* Whether a root can still be served: somebody may have unmounted it, moved it, or shut it. */
#ifndef SERVER_RESOLVER_REACH_H
#define SERVER_RESOLVER_REACH_H

#include <prov/error.h>

/* `root` was opened as `path`. PROV_E_SYSTEM if another folder or none stands there now, or if it
 * or a file in it cannot be opened for another reason than the file's own mode. */
int reach_check(int root, const char *path, struct prov_error *err) PROV_CHECKED;

#endif
