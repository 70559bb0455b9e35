/* SPDX-License-Identifier: MIT */
/* The commands of `prov` as one table, and which of them a mistyped word means. */
#include "cli/guess.h"
#include "prov/internal.h"

#include <string.h>

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

#define COMMAND_COUNT (sizeof commands / sizeof commands[0])

const struct command *
command_find(const char *name)
{
    for (const struct command *command = commands; command->name != NULL; command++)
        if (strcmp(command->name, name) == 0)
            return command;
    return NULL;
}

static const struct command *
command_of(const char *word)
{
    for (const struct command *command = commands; command->name != NULL; command++)
        if (strcmp(command->name, word) == 0 || strcmp(command->program, word) == 0)
            return command;
    return NULL;
}

const struct command *
command_guess(const char *name)
{
    const char *words[2 * COMMAND_COUNT];
    size_t count = 0;
    for (const struct command *command = commands; command->name != NULL; command++) {
        words[count++] = command->name;
        words[count++] = command->program;
    }
    const struct command *same = command_of(name);
    const char *guess = same == NULL ? cli_guess(name, words, count) : NULL;
    return guess != NULL ? command_of(guess) : same;
}
