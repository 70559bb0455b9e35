/* SPDX-License-Identifier: MIT */
/* Which word a mistyped one was likely meant to be. */
#ifndef CLI_GUESS_H
#define CLI_GUESS_H

#include <stddef.h>

/* The one of `words` that `word` was likely meant to be: by few wrong, missing, added or exchanged
 * letters for its length, and no other word is as near. NULL where there is none. */
const char *cli_guess(const char *word, const char *const *words, size_t count);

#endif
