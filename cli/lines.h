/* SPDX-License-Identifier: MIT */
/* Small files of lines, in the archive folder and beside the lists that are given in turns. The
 * last line, "end N", counts those before it, so that what is left of a spoilt file never passes
 * for all of it. Lines that begin with # are comments. */
#ifndef CLI_LINES_H
#define CLI_LINES_H

#include <prov.h>

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

typedef int lines_take(void *context, char *line, struct prov_error *err);
typedef void lines_put(const void *context, FILE *to);

/* Gives each line to `take`. A file that is not there is no failure: `*missing`. */
int lines_read(const char *path, lines_take *take, void *context, bool *missing,
               struct prov_error *err) PROV_CHECKED;
/* The same of such lines in memory. */
int lines_take_all(struct prov_span content, lines_take *take, void *context,
                   struct prov_error *err) PROV_CHECKED;
/* What `put` prints, as such lines. */
int lines_text(lines_put *put, const void *context, struct prov_bytes **out,
               struct prov_error *err) PROV_CHECKED;
/* True if the file holds what `put` prints. */
bool lines_same(const char *path, lines_put *put, const void *context);
/* Writes what `put` prints, where it differs; it is on the disk when this returns. */
int lines_write(const char *path, mode_t mode, lines_put *put, const void *context,
                struct prov_error *err) PROV_CHECKED;

#endif
