/* SPDX-License-Identifier: MIT */
/* The commands of `prov` as one table, and which of them a mistyped word means. */
#include "prov/internal.h"

#include <string.h>

#define WORD_MAX 32    /* longer words are near to no command */
#define DISTANCE_MAX 2 /* letters that are wrong, missing or too many in a near miss */

const struct command commands[] = {
    {"mkcert", "mkcert", "make keys with their certificates, self-signed or from a CA"},
    {"certhash", "certhash", "print the hash of a certificate for VPN settings"},
    {"tlvfile", "tlvfile", "build, show and compare trust lists"},
    {"sgnfile", "sgnfile", "sign files, show and verify signed ones"},
    {"stripsgn", "stripsgn", "take the header off a signed file"},
    {"enccnf", "enccnf", "encrypt configurations to single phones, and decrypt them"},
    {"build", "provbuild", "build the tree that phones fetch from, and keep it current"},
    {"check", "provcheck", "look at a tree or a server as phones do"},
    {"serve", "provd", "serve the tree over TFTP, HTTP and HTTPS"},
    {0},
};

const struct command *
command_find(const char *name)
{
    for (const struct command *command = commands; command->name != NULL; command++)
        if (strcmp(command->name, name) == 0)
            return command;
    return NULL;
}

static size_t
least(size_t a, size_t b, size_t c)
{
    size_t less = a < b ? a : b;
    return less < c ? less : c;
}

/* How many letters must be changed, added or removed to make one word of the other
 * (Levenshtein's distance, row by row). */
static size_t
distance(const char *from, const char *to)
{
    size_t row[WORD_MAX + 1];
    size_t len = strlen(to);
    for (size_t i = 0; i <= len; i++)
        row[i] = i;
    for (; *from != '\0'; from++) {
        size_t above = row[0]++;
        for (size_t i = 1; i <= len; i++) {
            size_t changed = above + (*from == to[i - 1] ? 0 : 1);
            above = row[i];
            row[i] = least(changed, row[i - 1] + 1, row[i] + 1);
        }
    }
    return row[len];
}

const struct command *
command_guess(const char *name)
{
    const struct command *nearest = NULL;
    size_t least_distance = DISTANCE_MAX + 1;
    if (strlen(name) > WORD_MAX)
        return NULL;
    for (const struct command *command = commands; command->name != NULL; command++) {
        size_t by_name = distance(command->name, name);
        size_t by_program = distance(command->program, name);
        size_t found = by_name < by_program ? by_name : by_program;
        if (found < least_distance && found < strlen(name)) {
            least_distance = found;
            nearest = command;
        }
    }
    return nearest;
}
