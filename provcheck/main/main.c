/* SPDX-License-Identifier: MIT */
/* provcheck: sees a server and a tree through the eyes of phones. */
#include "provcheck/main/verbs.h"

#include "cli/program.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

static const struct verb {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *help;
} verbs[] = {
    {"boot", verb_boot, "boot one phone from a server, step by step"},
    {"config", verb_config, "find what is wrong with configurations, file by file"},
    {"tree", verb_tree, "find what is wrong with a tree, for every phone in it"},
    {"storm", verb_storm, "boot thousands of phones at once"},
    {"tls", verb_tls, "find why a TLS handshake with a server fails"},
    {"dhcp", verb_dhcp, "see what DHCP servers tell phones"},
    {"why", verb_why, "find why a phone does not come up, by all that is known of it"},
};

#define VERBS (sizeof verbs / sizeof verbs[0])

static int
print_help(void)
{
    printf("usage:\n  provcheck VERB [option ...]\n\n"
           "Fetches and judges what a server gives to phones as the phones do.\n\nverbs:\n");
    for (size_t i = 0; i < VERBS; i++)
        printf("  %-8s %s\n", verbs[i].name, verbs[i].help);
    printf("\noptions:\n"
           "  -H, --help                  print this help; after a verb: that verb's\n"
           "  -V, --version               print the program's version\n");
    return cli_finish(CLI_DONE);
}

static int
print_version(void)
{
    printf("provcheck " PROV_VERSION "\n");
    return cli_finish(CLI_DONE);
}

int
main(int argc, char **argv)
{
    const char *word = argc > 1 ? argv[1] : "";
    (void)signal(SIGPIPE, SIG_IGN); /* a server that hangs up is a finding, not an end */
    for (size_t i = 0; i < VERBS; i++)
        if (strcmp(word, verbs[i].name) == 0)
            return verbs[i].run(argc - 1, argv + 1);
    if (strcmp(word, "--help") == 0 || strcmp(word, "-H") == 0)
        return print_help();
    if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0)
        return print_version();
    if (*word == '\0')
        return cli_usage("say what to do; see provcheck --help");
    return cli_usage("%s is unknown; see provcheck --help", word);
}
