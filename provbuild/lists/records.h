/* SPDX-License-Identifier: MIT */
/* Files in the archive folder that are written again and again, as the inventory knows them. Each
 * says in a line "written N" how often that was: a kill after it was written and before the
 * inventory was leaves it ahead, while an older copy of it is behind. */
#ifndef PROVBUILD_LISTS_RECORDS_H
#define PROVBUILD_LISTS_RECORDS_H

#include "provbuild/lists/inventory.h"

#include <stdio.h>

/* The line, and back; false for another one. */
void record_put_written(FILE *to, unsigned long written);
bool record_take_written(const char *line, unsigned long *out);

/* What stands in the archive; one that is not there, or says nothing, is not noted. A file that
 * cannot be read, or is damaged, is told to who asks for what it says: `*readable` false. */
int record_look(const char *archive, enum inventory_record which, struct inventory_noted *out,
                bool *readable, struct prov_error *err) PROV_CHECKED;

/* What is wrong with the file that stands, by what was noted of it; NULL: nothing. */
const char *record_fault(const struct inventory_noted *noted, const struct inventory_noted *stands);

#endif
