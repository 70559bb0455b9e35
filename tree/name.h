/* SPDX-License-Identifier: MIT */
/* Rules about names that need no file system: tidying what was received, and what a name says. */
#ifndef TREE_NAME_H
#define TREE_NAME_H

#include <prov/device.h>

#include <stdbool.h>
#include <stddef.h>

#define NAME_LEN_MAX 255 /* bytes of a request's name, decoded */

enum name_kind { NAME_ITL, NAME_CTL, NAME_CONFIGURATION, NAME_OTHER };

/* The path below a root that a request names: decoded once if it is an HTTP target, with `/` alone
 * between components, none of them empty, `.` or `..`. False for what cannot be a name. */
bool name_tidy(const char *raw, size_t len, bool target, char out[static NAME_LEN_MAX + 1]);

/* True if what was received is a name without any folder, as name_tidy reads it: no slash but the
 * first of an HTTP target, in whatever spelling. */
bool name_is_bare(const char *raw, size_t len, bool target);

/* True if `text` ends with `end` in any case. */
bool name_ends_with(const char *text, const char *end);

/* True for what is never served whatever it holds: dot files (and what is below dot folders),
 * *.key, *.pem. */
bool name_is_denied(const char *path);

/* What a tidied name means to a phone. */
struct name_meaning {
    enum name_kind kind;
    bool names_phone;
    struct prov_mac phone;
    /* The list for all phones that answers for a missing list of one phone; else NULL. */
    const char *generic;
    /* SEP<MAC>.cnf.xml or SEP<MAC>.cnf.xml.sgn: over HTTPS, the clear file. */
    bool clear_on_https;
};

void name_read(const char *path, struct name_meaning *meaning);

#endif
