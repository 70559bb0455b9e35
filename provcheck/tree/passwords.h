/* SPDX-License-Identifier: MIT */
/* Passwords that stand in clear in a file, whether or not it is well-formed. They are never kept or
 * shown, but for the names that they go by. */
#ifndef PROVCHECK_TREE_PASSWORDS_H
#define PROVCHECK_TREE_PASSWORDS_H

#include <prov.h>

#include <stdbool.h>

#define PASSWORD_NAME_MAX 64

/* True if elements of this name hold passwords. */
bool password_is_name(const char *element, size_t len);
/* The first element with a password, in comments too; its name goes into `name`. */
bool password_in_xml(struct prov_span text, char name[static PASSWORD_NAME_MAX]);
/* The same for SIP<MAC>.cnf: a setting in a line. */
bool password_in_lines(struct prov_span text, char name[static PASSWORD_NAME_MAX]);

#endif
