/* SPDX-License-Identifier: MIT */
/* The command line that all tools share: one table of options gives getopt's arguments and --help.
 */
#ifndef CLI_PROGRAM_H
#define CLI_PROGRAM_H

#include <prov.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum cli_exit {
    CLI_DONE = 0,
    CLI_FAILED = 1, /* failed, or what was checked is invalid */
    CLI_USAGE = 2
};

/* What an option means. */
enum cli_key {
    CLI_KEY_HELP = 1,
    CLI_KEY_VERSION,
    CLI_KEY_JSON,
    CLI_KEY_LAYOUT,
    CLI_KEY_DIGEST,
    CLI_KEY_TIMESTAMP,
    CLI_KEY_PASSPHRASE_FILE,
    CLI_KEY_FORCE,
    CLI_KEY_TOOL, /* the first that a tool may use for itself */
    CLI_KEY_TEXTS = 0x10000,
    CLI_KEY_FLAGS = 0x20000
};

/* The keys of options whose value is only kept: a `const char *`, or a `bool` that becomes true, in
 * the tool's structure. */
#define CLI_TEXT(type, member) (CLI_KEY_TEXTS + (int)offsetof(type, member))
#define CLI_FLAG(type, member) (CLI_KEY_FLAGS + (int)offsetof(type, member))

#define CLI_OPTIONS_MAX 40 /* in one tool */

struct cli_option {
    int key;              /* 0: no option, but a heading for those that follow, in `help` */
    char letter;          /* '\0': none */
    const char *name;     /* NULL: none */
    const char *argument; /* what --help calls it; NULL: a flag */
    bool repeatable;
    const char *help;
};

/* One in its place in a tool's table. */
#define CLI_OPTION(...) (&(const struct cli_option){__VA_ARGS__})

/* The options that mean the same in every tool. */
extern const struct cli_option cli_help, cli_version, cli_json, cli_layout, cli_digest,
    cli_timestamp, cli_passphrase_file;

/* What those options said. */
struct cli_common {
    bool json;
    bool force;
    const struct prov_layout *layout; /* NULL: not given */
    enum prov_digest digest;
    const char *passphrase_file;
    bool loose_keys_elsewhere; /* cli_identity need not warn of keys that others can read */
    const char *timestamp;     /* as given */
};

struct cli_program {
    const char *name;
    const char *const *synopsis;             /* lines after the name, up to a NULL */
    const char *summary;                     /* paragraphs for --help */
    const struct cli_option *const *options; /* up to a NULL; at most CLI_OPTIONS_MAX */
    const char *examples;                    /* whole lines for --help */
    /* Options that the program of this name in certutils has, up to a NULL: an abbreviation that
     * meant one of them there means it here (formats.md, section 6). NULL: there is none. */
    const char *const *reference;
    /* Takes an option that is none of the common ones and not only kept; false after a cli_usage of
     * its own. */
    bool (*take)(void *context, int key, const char *value);
};

/* Parses the command line, and forbids core files from here on. Returns the number of operands and
 * sets `*operands` to the first; -1 where the program is to end at once with `*status` (help,
 * version, wrong usage). */
int cli_parse(const struct cli_program *program, int argc, char **argv, void *context,
              struct cli_common *common, char ***operands, int *status);
/* The same, and has `check` look at all of it, which returns an exit code, other than CLI_DONE
 * after a message. False where the program is to end at once with `*status`. */
bool cli_start(const struct cli_program *program, int argc, char **argv, void *context,
               struct cli_common *common, int (*check)(void *context, int count, char **operands),
               int *status);

/* Messages on stderr, one line each: "tool: file: text". `file` may be NULL. An error returns
 * CLI_FAILED. */
int cli_error(const char *file, const char *format, ...) PROV_PRINTF(2, 3);
void cli_warn(const char *file, const char *format, ...) PROV_PRINTF(2, 3);
/* The error of a library call that concerned `file`. */
int cli_fail(const char *file, const struct prov_error *err);
/* What to do about a file that could not be read, as the end of a sentence: `otherwise`, but where
 * the user may not read it, since it may be sound. */
const char *cli_mend(const struct prov_error *err, const char *otherwise);
/* The day of a time in seconds since 1970, as 2026-11-21. */
#define CLI_DAY_SIZE 32
const char *cli_day(int64_t seconds, char out[static CLI_DAY_SIZE]);
/* Wrong usage; returns CLI_USAGE. */
int cli_usage(const char *format, ...) PROV_PRINTF(1, 2);

/* An option's value as a number of this range; false after a message. */
bool cli_number(unsigned *out, const char *option, const char *value, unsigned min, unsigned max);

/* Notes an option that says what to do; of all such, `names`, only one may be given. False after a
 * message. */
bool cli_verb(int *verb, int key, const char *names);

/* Now: --timestamp, else SOURCE_DATE_EPOCH, else the clock, in seconds since 1970. False after a
 * message. */
bool cli_clock(const struct cli_common *common, int64_t *now);

/* Loads a certificate or key for a tool: asks for passphrases, warns about a key that others can
 * read. NULL after a message. */
struct prov_identity *cli_identity(const struct cli_common *common, const char *path,
                                   unsigned need);
/* How to sign, as the command line says it, with the certificate and key of `path`; checked.
 * Returns an exit code, other than CLI_DONE after a message. */
int cli_signing(const struct cli_common *common, const char *path,
                const struct prov_identity *signer, struct prov_signing *how);
/* Warns if the key that signs is one that some phones refuse or whose certificate ran out. */
void cli_warn_signer(const char *path, const struct prov_identity *signer);

/* From now on a first SIGINT, SIGTERM or SIGHUP lets the program finish what it writes, so that no
 * temporary files stay behind; a second one ends it at once. cli_finish then ends as the signal
 * would have. */
void cli_finish_before_signals(void);
/* True once such a signal came: for long runs to stop between two files. */
bool cli_interrupted(void);

/* Ends a program whose output went to stdout: what could not be written is an error. */
int cli_finish(int status);

#endif
