/* SPDX-License-Identifier: MIT */
/* prov: one name for all programs, which hands its arguments to the one that a command names. */
#include "cli/program.h"
#include "prov/internal.h"

#include <stdio.h>
#include <string.h>

static void
print_command(const struct command *command)
{
    char left[64];
    bool same = strcmp(command->name, command->program) == 0;
    snprintf(left, sizeof left, "%s%s%s%s", command->name, same ? "" : " (",
             same ? "" : command->program, same ? "" : ")");
    printf("  %-27s %s\n", left, command->summary);
}

static int
print_help(void)
{
    printf(
        "usage:\n"
        "  prov COMMAND [ARGUMENT...]\n"
        "  prov help [COMMAND [ARGUMENT...]]\n\n"
        "Runs one of these programs, with the arguments after its name. Each can be called by its\n"
        "own name, too, but mkcert: where that is another program, ours is `prov mkcert` alone.\n\n"
        "commands:\n");
    for (const struct command *command = commands; command->name != NULL; command++)
        print_command(command);
    printf("  %-27s print this help, or that of a command\n\n", "help");
    printf("options:\n"
           "  -H, --help                  print this help\n"
           "  -V, --version               print the program's version\n\n"
           "examples:\n"
           "  prov mkcert --common \"SAST Acme\" --organization Acme --unit Voice sast.pem\n"
           "  prov build --config /etc/prov/prov.conf\n"
           "  prov help check tree\n");
    return cli_finish(CLI_DONE);
}

static int
print_version(void)
{
    printf("prov " PROV_VERSION "\n");
    return cli_finish(CLI_DONE);
}

static int
complain(const char *word)
{
    const struct command *meant = command_guess(word);
    if (word[0] == '-')
        return cli_usage("option %s is unknown or takes no value; see prov --help", word);
    if (meant == NULL)
        return cli_usage("there is no command %s; see prov --help", word);
    return cli_usage("there is no command %s; did you mean %s? See prov --help", word, meant->name);
}

/* The program's name takes the place of the command's, and all else goes to it as it is. */
static int
run(char **words)
{
    const struct command *command = command_find(words[0]);
    if (command == NULL)
        return complain(words[0]);
    words[0] = (char *)command->program; /* execv changes no argument */
    return program_run(command->program, words);
}

/* "help check tree" is "check tree --help": `words` is moved down over its first, and ends in the
 * option. */
static int
help(int count, char **words)
{
    static char option[] = "--help";
    if (count == 1 || strcmp(words[1], "help") == 0)
        return print_help();
    memmove(words, words + 1, (size_t)(count - 1) * sizeof *words);
    words[count - 1] = option;
    return run(words);
}

static bool
is_one_of(const char *word, const char *one, const char *other)
{
    return strcmp(word, one) == 0 || strcmp(word, other) == 0;
}

int
main(int argc, char **argv)
{
    if (argc < 2)
        return cli_usage("give a command; see prov --help");
    if (is_one_of(argv[1], "-V", "--version"))
        return print_version();
    if (is_one_of(argv[1], "-H", "--help") || strcmp(argv[1], "help") == 0)
        return help(argc - 1, argv + 1);
    return run(argv + 1);
}
