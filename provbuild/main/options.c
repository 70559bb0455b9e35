/* SPDX-License-Identifier: MIT */
/* The command line of provbuild: its options, and which of them the operands belong to. */
#include "provbuild/main/options.h"

#include "cli/workers.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DAY 86400      /* seconds */
#define TIME_MAX 10000 /* days or weeks */

enum {
    KEY_JOBS = CLI_KEY_TOOL,
    KEY_WAIT,
    KEY_ACCEPT_KEY,
    KEY_STATUS,
    KEY_SEEN,
    KEY_FORGET,
    KEY_FOLLOWED,
    KEY_SILENT,
    KEY_FOR,
    KEY_ROTATE_SAST,
    KEY_ROTATE_SIGNER,
    KEY_NEW_RECOVERY,
    KEY_RELEASE,
    KEY_TAKE_BACK,
    KEY_ADOPT
};

static const struct cli_option *const options[] = {
    CLI_OPTION(CLI_TEXT(struct run, config), 'c', "config", "FILE", false,
               "settings (default " SETTINGS_FILE_DEFAULT ")"),
    CLI_OPTION(CLI_FLAG(struct run, dry_run), 'n', "dry-run", NULL, false,
               "print what would be done, do nothing"),
    CLI_OPTION(CLI_FLAG(struct run, quick), 'q', "quick", NULL, false, "trust modification times"),
    CLI_OPTION(CLI_FLAG(struct run, prune), '\0', "prune", NULL, false,
               "remove own outputs whose source is gone"),
    CLI_OPTION(CLI_KEY_FORCE, 'f', "force", NULL, false,
               "do what is refused; with SEP<MAC>, for these phones"),
    CLI_OPTION(KEY_ACCEPT_KEY, '\0', "accept-key", "SEP<MAC>", true,
               "encrypt to this phone's new key"),
    CLI_OPTION(CLI_FLAG(struct run, accept_archive), '\0', "accept-archive", NULL, false,
               "the archive is whole, though lists are missing or damaged"),
    CLI_OPTION(CLI_FLAG(struct run, accept_clock), '\0', "accept-clock", NULL, false,
               "the clock is right, though the last run's was another"),
    CLI_OPTION(KEY_JOBS, 'j', "jobs", "N", false, "threads (default: one for each processor)"),
    CLI_OPTION(KEY_WAIT, '\0', "wait", "SECONDS", false,
               "how long to wait for another run (default 60)"),
    &cli_timestamp,
    &cli_passphrase_file,
    CLI_OPTION(KEY_STATUS, 's', "status", NULL, false,
               "print where changes stand, which phones hold what, and warnings"),
    CLI_OPTION(KEY_SEEN, '\0', "seen", NULL, false,
               "phones show these checksums of lists: SEP<MAC> CHECKSUM, or @FILE"),
    CLI_OPTION(KEY_FORGET, '\0', "forget", NULL, true,
               "these phones count as if they held the newest lists: SEP<MAC>..., or as follows"),
    CLI_OPTION(KEY_FOLLOWED, '\0', "followed", "N", false,
               "with --forget: those that followed the newest list so often"),
    CLI_OPTION(KEY_SILENT, '\0', "silent", NULL, false,
               "with --forget and --for: those that asked for nothing so long"),
    CLI_OPTION(KEY_FOR, '\0', "for", "TIME", false,
               "with --followed or --silent: over so long a time, as 60d or 8w"),
    CLI_OPTION(KEY_ROTATE_SAST, '\0', "rotate-sast", "NEW.pem", false,
               "change the certificate that signs lists"),
    CLI_OPTION(KEY_ROTATE_SIGNER, '\0', "rotate-signer", "NEW.pem", false,
               "begin to change the certificate that signs files"),
    CLI_OPTION(CLI_TEXT(struct run, old_sast), '\0', "old-sast", "FILE", false,
               "where the key of an older SAST lies: it signs bridges again"),
    CLI_OPTION(CLI_TEXT(struct run, recovery_key), '\0', "recovery-key", "FILE", false,
               "with the SAST's key lost: the recovery key"),
    CLI_OPTION(KEY_NEW_RECOVERY, '\0', "new-recovery", "FILE", false,
               "make the recovery key, and list its certificate"),
    CLI_OPTION(KEY_RELEASE, '\0', "release", NULL, false,
               "let these phones (with --force: all) go; experimental"),
    CLI_OPTION(KEY_TAKE_BACK, '\0', "take-back", NULL, false,
               "undo --release for these phones (with --force: for all)"),
    CLI_OPTION(KEY_ADOPT, '\0', "adopt", "FOLDER", false,
               "describe a running tree in the settings; keys are in FOLDER"),
    &cli_json,
    &cli_version,
    &cli_help,
    NULL,
};

static const char *const synopsis[] = {"[OPTION]...",
                                       "--force SEP<MAC>...",
                                       "--seen SEP<MAC> CHECKSUM...|@FILE",
                                       "--forget SEP<MAC>...|--followed N|--silent",
                                       "--release SEP<MAC>...|--force",
                                       "--take-back SEP<MAC>...|--force",
                                       NULL};

static bool take_option(void *context, int key, const char *value);

static const struct cli_program program = {
    .name = "provbuild",
    .synopsis = synopsis,
    .summary =
        "Builds the tree that phones fetch from: trust lists, signed files and encrypted\n"
        "configurations, as the settings describe it, and writes only what differs.\n"
        "Made for cron: silent when nothing changed, a line for each change, exit code 1 if\n"
        "something could not or may not be built.",
    .options = options,
    .examples = "  provbuild --dry-run\n"
                "  provbuild --quick\n"
                "  provbuild --accept-key SEP58971ECC97C1\n",
    .take = take_option,
};

/* --- options */

static bool
add_phone(struct phones *phones, const char *name)
{
    struct prov_mac phone;
    struct prov_error err;
    if (!prov_mac_of_file(name, "", "", &phone)) {
        cli_usage("%s is no phone; write SEP and the twelve digits of its MAC address", name);
        return false;
    }
    if (phones_add(phones, &phone, &err) == PROV_OK)
        return true;
    cli_error(NULL, "%s", err.text);
    return false;
}

/* Days or weeks, in seconds. */
static bool
take_time(int64_t *out, const char *value)
{
    char *unit = NULL;
    errno = 0;
    unsigned long number = strtoul(value, &unit, 10);
    if (errno != 0 || !isdigit((unsigned char)value[0]) || number > TIME_MAX ||
        (strcmp(unit, "d") != 0 && strcmp(unit, "w") != 0)) {
        cli_usage("--for must be days or weeks, such as 60d or 8w, not %s", value);
        return false;
    }
    *out = (int64_t)number * (*unit == 'w' ? 7 : 1) * DAY;
    return true;
}

/* What says whom --forget means. */
static bool
take_rule(struct run *run, int key, const char *value)
{
    struct forget_rule *rule = &run->forget;
    if (key == KEY_FORGET)
        run->forgets = true;
    else if (key == KEY_FOR)
        run->forget_time = true;
    else
        rule->given = true;
    rule->silent |= key == KEY_SILENT;
    return key == KEY_FOLLOWED ? cli_number(&rule->followed, "--followed", value, 1, 1000000)
           : key == KEY_FOR    ? take_time(&rule->seconds, value)
                               : true;
}

/* Options that say what to do besides a plain run. */
static bool
take_change(struct run *run, int key, const char *value)
{
    static const char names[] =
        "--rotate-sast, --rotate-signer, --new-recovery, --seen, --release, --take-back, --adopt "
        "or --status";
    if (key == KEY_NEW_RECOVERY && run->rotate_sast != NULL) {
        run->new_recovery = value;
        return true;
    }
    if (key == KEY_ROTATE_SAST && run->new_recovery != NULL) /* these two go together */
        run->verb = 0;
    if (!cli_verb(&run->verb, key, names))
        return false;
    if (key == KEY_ROTATE_SAST)
        run->rotate_sast = value;
    else if (key == KEY_ROTATE_SIGNER)
        run->rotate_signer = value;
    else if (key == KEY_NEW_RECOVERY)
        run->new_recovery = value;
    else if (key == KEY_SEEN)
        run->seen = true;
    else if (key == KEY_ADOPT)
        run->adopt = value;
    else if (key == KEY_RELEASE)
        run->release = true;
    else if (key == KEY_TAKE_BACK)
        run->take_back = true;
    else
        run->status = true;
    return true;
}

static bool
take_option(void *context, int key, const char *value)
{
    struct run *run = context;
    switch (key) {
    case KEY_JOBS:
        return cli_number(&run->jobs, "--jobs", value, 1, WORKERS_MAX);
    case KEY_WAIT:
        return cli_number(&run->wait, "--wait", value, 0, 86400);
    case KEY_ACCEPT_KEY:
        return add_phone(&run->accepted, value);
    case KEY_FORGET:
    case KEY_FOLLOWED:
    case KEY_SILENT:
    case KEY_FOR:
        return take_rule(run, key, value);
    default:
        return take_change(run, key, value);
    }
}

/* --- operands */

/* Pairs of words, or a file that says the same. */
static int
take_checksums(struct run *run, char **operands, int count)
{
    struct prov_error err;
    bool file = count == 1 && operands[0][0] == '@';
    if (!file && (count == 0 || count % 2 != 0))
        return cli_usage("--seen needs phones with what they show, SEP<MAC> CHECKSUM, or @FILE");
    for (int i = 0; !file && i < count; i += 2)
        if (checksums_add(&run->checksums, operands[i], operands[i + 1], 0, &err) != PROV_OK)
            return cli_usage("%s", err.text);
    run->checksums.file = file ? operands[0] + 1 : NULL;
    return CLI_DONE;
}

static int
check_rule(const struct run *run, int count)
{
    const struct forget_rule *rule = &run->forget;
    if (!run->forgets && (rule->given || run->forget_time))
        return cli_usage("--followed, --silent and --for say whom --forget means");
    if (run->forgets && count == 0 && !rule->given)
        return cli_usage("name the phones to forget, or say which by --followed or --silent");
    if (rule->silent && rule->followed > 0)
        return cli_usage("--followed and --silent exclude one another");
    if (rule->silent != run->forget_time && rule->followed == 0)
        return cli_usage("--silent and --for, or --followed and --for, belong together");
    return CLI_DONE;
}

static int
take_operands(struct run *run, char **operands, int count)
{
    bool release = run->release || run->take_back;
    int takers = run->common.force + run->forgets + run->seen + release;
    if (release && run->common.force == (count > 0))
        return cli_usage("name the phones to %s, or give --force for all of them",
                         run->release ? "release" : "take back");
    if (count > 0 && takers == 0)
        return cli_usage("%s: phones are named after --force alone, --forget, --release or "
                         "--take-back",
                         operands[0]);
    if (count > 0 && takers > 1)
        return cli_usage("%s: it is not clear which option means it; give --force, --forget, "
                         "--seen, --release and --take-back in runs of their own",
                         operands[0]);
    if (run->seen)
        return take_checksums(run, operands, count);
    struct phones *named = release ? &run->released : run->forgets ? &run->forgotten : &run->forced;
    for (int i = 0; i < count; i++)
        if (!add_phone(named, operands[i]))
            return CLI_USAGE;
    run->all_phones = release && run->common.force;
    if (release)
        run->common.force = false; /* it means all phones, but forces nothing else */
    return check_rule(run, count);
}

bool
options_take(struct run *run, int argc, char **argv, int *status)
{
    char **operands = NULL;
    int count = cli_parse(&program, argc, argv, run, &run->common, &operands, status);
    if (count < 0)
        return false;
    *status = take_operands(run, operands, count);
    return *status == CLI_DONE;
}

void
options_release(struct run *run)
{
    phones_release(&run->forced);
    phones_release(&run->accepted);
    phones_release(&run->forgotten);
    phones_release(&run->released);
    checksums_release(&run->checksums);
}
