/* SPDX-License-Identifier: MIT */
/* Passwords that stand in clear in a file, whether or not it is well-formed. They are never kept or
 * shown, but for the names that they go by. */
#ifndef TREE_PASSWORDS_H
#define TREE_PASSWORDS_H

#include <prov/bytes.h>

#include <stdbool.h>

#define PASSWORD_NAME_MAX 64

/* True if elements or settings of this name hold passwords. */
bool password_is_name(const char *element, size_t len);

/* The first password in a file of any kind: XML, settings in lines, JSON, a table with a line for
 * each phone; in ASCII's kin or UTF-16. Its name goes into `name`. Of what is no text, only XML and
 * the members of a tar file are looked at. */
bool password_in_file(struct prov_span content, char name[static PASSWORD_NAME_MAX]);

/* The first element or attribute with a password, in comments too. */
bool password_in_xml(struct prov_span text, char name[static PASSWORD_NAME_MAX]);
/* The same for settings, as `name: value`, `name = value`, or a name at the begin of a line. */
bool password_in_lines(struct prov_span text, char name[static PASSWORD_NAME_MAX]);
/* The same for tables: a column of such a name, or lines that begin with SEP or SEP<MAC>. */
bool password_in_table(struct prov_span text, char name[static PASSWORD_NAME_MAX]);

#endif
