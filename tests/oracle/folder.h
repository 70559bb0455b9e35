/* SPDX-License-Identifier: MIT */
/* Folders as a whole: copied, emptied, dated. What fails ends the program: nothing here may. */
#ifndef TESTS_ORACLE_FOLDER_H
#define TESTS_ORACLE_FOLDER_H

#include <prov/bytes.h>

#include <stdbool.h>
#include <stdint.h>
#include <stdnoreturn.h>

#define PATH_SIZE 512

/* Says it on stderr and ends the program. */
noreturn void die(const char *format, ...) PROV_PRINTF(1, 2);

/* "FOLDER/NAME" into `out`, which it returns. */
char *path_to(char out[static PATH_SIZE], const char *folder, const char *format, ...)
    PROV_PRINTF(3, 4);

void folder_make(const char *path);
/* Removes what is in it, and leaves the folder itself: whoever has it open still sees it. */
void folder_empty(const char *path);
/* All files and folders that are in `from`, with modes and times; `to` is there. */
void folder_copy(const char *from, const char *to);
/* Whatever the kernel's clock dated, which stands before `first`, was written at `now`. */
void folder_date(const char *path, int64_t first, int64_t now);

void file_write(const char *path, const char *text);
bool file_exists(const char *path);

#endif
