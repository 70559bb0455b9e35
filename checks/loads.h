/* SPDX-License-Identifier: MIT */
/* Load lists: the files of which a firmware consists (docs/artifacts.md, section 7). */
#ifndef CHECKS_LOADS_H
#define CHECKS_LOADS_H

#include "checks/finding.h"
#include "checks/served.h"

#include <prov.h>

#define LOADS_FILES_MAX 128
#define LOADS_NAME_MAX 128 /* bytes of a name */

struct loads_file {
    char name[LOADS_NAME_MAX + 1];
    unsigned line;
    bool optional;
    bool sized; /* the list states its size */
    uint64_t size;
};

struct loads {
    size_t count;
    struct loads_file *files;
};

/* Reads a whole file, in the vendor's envelope, the 5th generation container or neither.
 * PROV_E_FORMAT for what is no such list, PROV_E_LIMIT for more files than LOADS_FILES_MAX,
 * PROV_E_MEMORY. */
int loads_read(struct prov_span file, struct loads *out, struct prov_error *err) PROV_CHECKED;
void loads_free(struct loads *loads);

/* Reports files that the list names and that are not there, empty, or of another size than it says.
 * What is no list is passed over. */
void loads_check(struct prov_span file, const struct served_files *files, check_report *report,
                 void *context);

#endif
