/* SPDX-License-Identifier: MIT */
/* Which word a mistyped one was likely meant to be, by the letters that differ. */
#include "cli/guess.h"

#include <string.h>

#define WORD_MAX 32    /* longer words are near to none */
#define DISTANCE_MAX 2 /* letters that differ in a near miss */

static size_t
least(size_t a, size_t b, size_t c)
{
    size_t less = a < b ? a : b;
    return less < c ? less : c;
}

/* How many letters must be changed, added, removed or exchanged with their neighbour to make one
 * word of the other (optimal string alignment, row by row). Both are at most WORD_MAX long. */
static size_t
distance(const char *from, const char *to)
{
    size_t rows[3][WORD_MAX + 1] = {{0}};
    size_t *before = rows[0], *above = rows[1], *row = rows[2];
    size_t len = strlen(to), from_len = strlen(from);
    for (size_t k = 0; k <= len; k++)
        above[k] = k;
    for (size_t i = 1; i <= from_len; i++) {
        row[0] = i;
        for (size_t k = 1; k <= len; k++) {
            size_t changed = above[k - 1] + (from[i - 1] == to[k - 1] ? 0 : 1);
            row[k] = least(changed, above[k] + 1, row[k - 1] + 1);
            if (i > 1 && k > 1 && from[i - 1] == to[k - 2] && from[i - 2] == to[k - 1] &&
                before[k - 2] + 1 < row[k])
                row[k] = before[k - 2] + 1;
        }
        size_t *free_row = before;
        before = above;
        above = row;
        row = free_row;
    }
    return above[len];
}

/* A short word with two wrong letters may be anything. */
static size_t
allowed(size_t len)
{
    size_t third = len / 3;
    return third < DISTANCE_MAX ? third : DISTANCE_MAX;
}

const char *
cli_guess(const char *word, const char *const *words, size_t count)
{
    const char *nearest = NULL;
    size_t len = strlen(word), nearest_distance = allowed(len) + 1;
    if (len > WORD_MAX)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        if (strlen(words[i]) > WORD_MAX)
            continue;
        size_t found = distance(words[i], word);
        if (found < nearest_distance) {
            nearest_distance = found;
            nearest = words[i];
        } else if (found == nearest_distance && nearest != NULL && strcmp(words[i], nearest) != 0) {
            nearest = NULL; /* it may be either */
        }
    }
    return nearest;
}
