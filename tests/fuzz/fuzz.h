/* SPDX-License-Identifier: MIT */
/* What libFuzzer calls, and what the targets share. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include "checks/finding.h"
#include "checks/served.h"

#include <prov.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Only targets that load something define the first. */
int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* Ends the program if `holds` is false: `what` must be true of every input. */
void fuzz_require(bool holds, const char *what);

/* A certificate and key out of the vectors. */
struct prov_identity *fuzz_identity(const char *file, unsigned need);

/* A served_find: every name is there, and begins as the span `context`. */
bool fuzz_find(void *context, const char *name, struct served *out);
/* A check_report. */
void fuzz_take_finding(void *context, const struct check_finding *finding);

#define FUZZ_PATH_MAX 64

/* A file in memory with this content, positioned at its start; its name in `path`. */
int fuzz_file(const void *data, size_t len, char path[static FUZZ_PATH_MAX]);

/* Reads every field as a program that shows them does. */
void fuzz_show_header(const struct prov_header *header);
void fuzz_show_field(const struct prov_field *field);

#endif
