/* SPDX-License-Identifier: MIT */
/* provbuild: keeps the tree that phones fetch from as the settings describe it. */
#include "cli/program.h"
#include "cli/progress.h"
#include "cli/workers.h"
#include "provbuild/adopt/adopt.h"
#include "provbuild/apply/apply.h"
#include "provbuild/change/rotation.h"
#include "provbuild/disk/compare.h"
#include "provbuild/disk/tree_emptied.h"
#include "provbuild/fleet/forget.h"
#include "provbuild/fleet/seen.h"
#include "provbuild/fleet/signed.h"
#include "provbuild/lists/evidence.h"
#include "provbuild/lists/keep.h"
#include "provbuild/main/clock.h"
#include "provbuild/main/lock.h"
#include "provbuild/main/orders.h"
#include "provbuild/main/roots.h"
#include "provbuild/main/status.h"
#include "provbuild/plan/plan.h"
#include "provbuild/publish/publish.h"
#include "provbuild/restart/hook.h"
#include "provbuild/secrets/same_content.h"
#include "provbuild/source/writers.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WAIT_SECONDS 60
#define PUBLIC_UMASK 022 /* what phones fetch must be readable, whoever builds it */
#define SECURE "secure/"
#define DAY 86400      /* seconds */
#define TIME_MAX 10000 /* days or weeks */

enum {
    KEY_CONFIG = CLI_KEY_TOOL,
    KEY_DRY_RUN,
    KEY_QUICK,
    KEY_PRUNE,
    KEY_JOBS,
    KEY_WAIT,
    KEY_ACCEPT_KEY,
    KEY_ACCEPT_ARCHIVE,
    KEY_ACCEPT_CLOCK,
    KEY_STATUS,
    KEY_SEEN,
    KEY_FORGET,
    KEY_FOLLOWED,
    KEY_SILENT,
    KEY_FOR,
    KEY_ROTATE_SAST,
    KEY_ROTATE_SIGNER,
    KEY_RECOVERY_KEY,
    KEY_NEW_RECOVERY,
    KEY_RELEASE,
    KEY_TAKE_BACK,
    KEY_ADOPT
};

/* clang-format off */
static const struct cli_option config_option = {
    KEY_CONFIG, 'c', "config", "FILE", false, "settings (default " SETTINGS_FILE_DEFAULT ")"};
static const struct cli_option dry_run_option = {
    KEY_DRY_RUN, 'n', "dry-run", NULL, false, "print what would be done, do nothing"};
static const struct cli_option quick_option = {
    KEY_QUICK, 'q', "quick", NULL, false, "trust modification times"};
static const struct cli_option prune_option = {
    KEY_PRUNE, '\0', "prune", NULL, false, "remove own outputs whose source is gone"};
static const struct cli_option jobs_option = {
    KEY_JOBS, 'j', "jobs", "N", false, "threads (default: one for each processor)"};
static const struct cli_option wait_option = {
    KEY_WAIT, '\0', "wait", "SECONDS", false, "how long to wait for another run (default 60)"};
static const struct cli_option force_option = {
    CLI_KEY_FORCE, 'f', "force", NULL, false, "do what is refused; with SEP<MAC>, for these phones"};
static const struct cli_option accept_key_option = {
    KEY_ACCEPT_KEY, '\0', "accept-key", "SEP<MAC>", true, "encrypt to this phone's new key"};
static const struct cli_option accept_archive_option = {
    KEY_ACCEPT_ARCHIVE, '\0', "accept-archive", NULL, false, "the archive is whole, though lists are missing or damaged"};
static const struct cli_option accept_clock_option = {
    KEY_ACCEPT_CLOCK, '\0', "accept-clock", NULL, false, "the clock is right, though the last run's was another"};
static const struct cli_option status_option = {
    KEY_STATUS, 's', "status", NULL, false, "print where changes stand, which phones hold what, and warnings"};
static const struct cli_option seen_option = {
    KEY_SEEN, '\0', "seen", NULL, false, "phones show these checksums of lists: SEP<MAC> CHECKSUM, or @FILE"};
static const struct cli_option forget_option = {
    KEY_FORGET, '\0', "forget", NULL, true, "these phones count as if they held the newest lists: SEP<MAC>..., or as follows"};
static const struct cli_option followed_option = {
    KEY_FOLLOWED, '\0', "followed", "N", false, "with --forget: those that followed the newest list so often"};
static const struct cli_option silent_option = {
    KEY_SILENT, '\0', "silent", NULL, false, "with --forget and --for: those that asked for nothing so long"};
static const struct cli_option for_option = {
    KEY_FOR, '\0', "for", "TIME", false, "with --followed or --silent: over so long a time, as 60d or 8w"};
static const struct cli_option rotate_sast_option = {
    KEY_ROTATE_SAST, '\0', "rotate-sast", "NEW.pem", false, "change the certificate that signs lists"};
static const struct cli_option rotate_signer_option = {
    KEY_ROTATE_SIGNER, '\0', "rotate-signer", "NEW.pem", false, "begin to change the certificate that signs files"};
static const struct cli_option recovery_key_option = {
    KEY_RECOVERY_KEY, '\0', "recovery-key", "FILE", false, "with the SAST's key lost: the recovery key"};
static const struct cli_option new_recovery_option = {
    KEY_NEW_RECOVERY, '\0', "new-recovery", "FILE", false, "make the recovery key, and list its certificate"};
static const struct cli_option release_option = {
    KEY_RELEASE, '\0', "release", NULL, false, "let these phones (with --force: all) go; experimental"};
static const struct cli_option take_back_option = {
    KEY_TAKE_BACK, '\0', "take-back", NULL, false, "undo --release for these phones (with --force: for all)"};
static const struct cli_option adopt_option = {
    KEY_ADOPT, '\0', "adopt", "FOLDER", false, "describe a running tree in the settings; keys are in FOLDER"};
/* clang-format on */

static const struct cli_option *const options[] = {
    &config_option,
    &dry_run_option,
    &quick_option,
    &prune_option,
    &force_option,
    &accept_key_option,
    &accept_archive_option,
    &accept_clock_option,
    &jobs_option,
    &wait_option,
    &cli_timestamp,
    &cli_passphrase_file,
    &status_option,
    &seen_option,
    &forget_option,
    &followed_option,
    &silent_option,
    &for_option,
    &rotate_sast_option,
    &rotate_signer_option,
    &recovery_key_option,
    &new_recovery_option,
    &release_option,
    &take_back_option,
    &adopt_option,
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

/* --- the command line */

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
    if (key == KEY_RECOVERY_KEY) {
        run->recovery_key = value;
        return true;
    }
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
    case KEY_CONFIG:
        run->config = value;
        return true;
    case KEY_DRY_RUN:
        run->dry_run = true;
        return true;
    case KEY_QUICK:
        run->quick = true;
        return true;
    case KEY_PRUNE:
        run->prune = true;
        return true;
    case KEY_JOBS:
        return cli_number(&run->jobs, "--jobs", value, 1, WORKERS_MAX);
    case KEY_WAIT:
        return cli_number(&run->wait, "--wait", value, 0, 86400);
    case KEY_ACCEPT_ARCHIVE:
        run->accept_archive = true;
        return true;
    case KEY_ACCEPT_CLOCK:
        run->accept_clock = true;
        return true;
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

/* --- a run */

static int
tell(const struct run *run, const struct prov_error *err)
{
    report_fatal(run->report, run->common.json, err->text);
    return CLI_FAILED;
}

/* The path below the public tree, or with `secure` before it that below the secure root. */
static const char *
shown_name(const struct step *step, char **out)
{
    if (step->output == NULL && !step->secure)
        return step->shown;
    enum output_part part = (step->parts & PART_ENCRYPTED) != 0 ? PART_ENCRYPTED
                            : (step->parts & PART_SIGNED) != 0  ? PART_SIGNED
                            : (step->parts & PART_CLEAR) != 0   ? PART_CLEAR
                                                                : PART_COPY;
    int len = step->output == NULL ? asprintf(out, SECURE "%s", step->shown)
                                   : asprintf(out, "%s%s%s", part == PART_CLEAR ? SECURE : "",
                                              step->output->source, output_ending(part));
    if (len >= 0)
        return *out;
    *out = NULL;
    return step->output == NULL ? step->shown : step->output->source;
}

static void
report_step(struct report *report, const struct step *step)
{
    char *name = NULL;
    const char *place = step->output != NULL ? step->output->source : step->shown;
    if (step->exposed)
        report_fault(
            report, place,
            "its clear text stands in the public tree, though the phone gets it encrypted; "
            "remove it there");
    if (step->kind == STEP_WITHHOLD)
        report_fault(report, place, step->text != NULL ? step->text : "out of memory");
    else if (step->kind == STEP_WRITE)
        report_change(report, REPORT_WROTE, shown_name(step, &name),
                      step->reason != NULL ? step->reason : "forced", step->remark);
    else if (step->kind == STEP_REMOVE)
        report_change(report, REPORT_REMOVED, shown_name(step, &name), step->reason, NULL);
    free(name);
}

/* All that have a configuration, where something changed for all. */
static int
find_configured(const struct manifest *manifest, bool all, struct phones *out,
                struct prov_error *err)
{
    int rc = PROV_OK;
    for (size_t i = 0; all && rc == PROV_OK && i < manifest->count; i++)
        if (manifest->outputs[i].configuration)
            rc = phones_add(out, &manifest->outputs[i].phone, err);
    return rc;
}

static int
begin_restarts(const struct plan *plan, struct restarts_waiting *waiting, struct hook *hook,
               struct prov_error *err)
{
    struct restarts_waiting changed = {0};
    struct phones all = {0};
    int rc = plan_restarts(plan, &changed, err);
    if (rc == PROV_OK)
        rc = find_configured(plan->manifest, changed.all || waiting->all, &all, err);
    if (rc == PROV_OK)
        rc = hook_begin(plan->run, &changed, &all, waiting, hook, err);
    phones_release(&all);
    restarts_release(&changed);
    return rc;
}

static int
keep_restarts(const struct plan *plan, struct restarts_waiting *waiting, struct prov_error *err)
{
    struct restarts_waiting changing = {0};
    int rc = plan_restarts(plan, &changing, err);
    if (rc == PROV_OK)
        rc = hook_prepare(plan->run, &changing, waiting, err);
    restarts_release(&changing);
    return rc;
}

/* What must not be forgotten is on the disk before anything becomes visible. */
static int
carry_out(struct plan *plan, struct hook *hook, struct prov_error *err)
{
    struct restarts_waiting waiting = {0};
    int rc = plan_keep_encrypted(plan, err);
    if (rc != PROV_OK || plan->run->dry_run)
        return rc;
    rc = keep_restarts(plan, &waiting, err);
    if (rc == PROV_OK) {
        apply_plan(plan);
        rc = plan_correct_encrypted(plan, err);
    }
    if (rc == PROV_OK && !cli_interrupted())
        rc = begin_restarts(plan, &waiting, hook, err);
    restarts_release(&waiting);
    return rc;
}

/* What is to be done besides lists. */
static int
build_files(struct run *run, const struct lists *lists, struct manifest *manifest,
            struct encrypted_before *encrypted, int lock)
{
    struct prov_error err;
    struct plan plan;
    struct hook hook = {.lock = -1};
    same_content_refuse(run, encrypted, manifest);
    int rc = plan_make(run, manifest, lists, encrypted, &plan, &err);
    if (rc == PROV_OK && run->prune)
        rc = plan_prune(&plan, &err);
    if (rc == PROV_OK)
        rc = carry_out(&plan, &hook, &err);
    cli_progress_end();
    close(lock); /* restarting phones may take long */
    for (size_t i = 0; rc == PROV_OK && i < plan.count; i++)
        report_step(run->report, &plan.steps[i]);
    if (cli_interrupted())
        report_fault(run->report, NULL, "a signal ended the run; the next one does the rest");
    bool told = hook_call(run, &hook);
    bool printed = rc != PROV_OK || report_print(run->report, plan.current);
    plan_release(&plan);
    if (rc != PROV_OK)
        return tell(run, &err);
    if (!printed)
        cli_error(NULL, "out of memory");
    return told && printed && report_faults(run->report) == 0 ? CLI_DONE : CLI_FAILED;
}

static void
tidy(const struct settings *settings)
{
    walk_tidy(settings->tftpboot);
    if (settings->secure != NULL)
        walk_tidy(settings->secure);
    if (settings->archive != NULL)
        walk_tidy(settings->archive);
    char *folder = run_path(settings->tftpboot, LADDER_FOLDER, "");
    if (folder != NULL)
        walk_tidy(folder);
    free(folder);
}

/* Trust lists are decided on, and what is under way is kept, before any of them is written. */
static int
build_lists(struct run *run, struct lists *lists, struct rotation *rotation, struct prov_error *err)
{
    struct phones leaving[LIST_KINDS] = {{0}, {0}};
    int rc = rotation_leaving(rotation, lists, leaving, err);
    if (rc == PROV_OK)
        rc = publish_decide(run, lists, leaving, err);
    if (rc == PROV_OK)
        rc = rotation_leave(rotation, lists, err);
    if (rc == PROV_OK)
        rc = rotation_keep(rotation, lists, err);
    if (rc == PROV_OK && !run->dry_run)
        rc = publish_write(run, lists, err);
    if (rc == PROV_OK)
        rc = rotation_end(rotation, lists, err);
    for (enum list_kind kind = 0; kind < LIST_KINDS; kind++)
        phones_release(&leaving[kind]);
    return rc;
}

static void
tell_checksum(void *context, const char *place, const char *text)
{
    const struct run *run = context;
    report_fault(run->report, place, text);
}

/* What phones are proven to hold, with what this run is told of it. */
static int
know_fleet(struct run *run, struct prov_error *err)
{
    bool told = run->seen || run->forgets;
    int rc = PROV_OK;
    if (told && run->settings->archive == NULL)
        return prov_fail(err, PROV_E_ARGUMENT,
                         "what phones hold is kept in the archive; set archive in section paths");
    if (run->quick && !told)
        return PROV_OK;
    if (run->checksums.file != NULL)
        rc = checksums_read(&run->checksums, run->checksums.file, tell_checksum, run, err);
    if (rc == PROV_OK)
        rc = fleet_know(run, err);
    if (rc == PROV_OK)
        rc = signed_take(run, run->fleet, err);
    if (rc == PROV_OK && run->seen)
        rc = seen_take(run, run->fleet, &run->checksums, err);
    return rc == PROV_OK && run->forgets ? forget_take(run, run->fleet, err) : rc;
}

/* Before lists are published by what they say. */
static int
keep_proofs(const struct run *run, struct prov_error *err)
{
    if (run->dry_run || run->fleet == NULL || run->settings->archive == NULL)
        return PROV_OK;
    return proofs_write(run->settings->archive, &run->fleet->proofs, err);
}

/* What a run reads before it changes anything. */
struct building {
    struct published published;
    struct rotation rotation;
    struct lists lists;
    struct manifest manifest;
    struct encrypted_before encrypted;
};

static int
gather(struct run *run, struct building *building, struct prov_error *err)
{
    const struct settings *settings = run->settings;
    struct lists *lists = &building->lists;
    bool forced = run_forces_all(run);
    int rc = published_read(settings->archive, settings->tftpboot, &building->published, err);
    run->published = &building->published;
    if (rc == PROV_OK)
        rc = evidence_check(run->published, settings->archive, settings->tftpboot, &run->forgotten,
                            run->accept_archive, run->quick, err);
    if (rc == PROV_OK && !run->quick)
        rc = fleet_check_ledger(run, err);
    if (rc == PROV_OK)
        rc = know_fleet(run, err);
    if (rc == PROV_OK)
        rc = rotation_prepare(&building->rotation, run, err);
    if (rc == PROV_OK)
        rc = lists_make(run->wanted, run->published, settings->tftpboot, lists, err);
    if (rc == PROV_OK && !forced)
        rc = clock_check(run, lists, err);
    if (rc == PROV_OK)
        rc = manifest_make(run, run->wanted->signs, run->wanted->sign_count,
                           &building->rotation.kept, &building->manifest, err);
    if (rc == PROV_OK)
        rc = encrypted_read(run, lists_lost(lists, run->published, settings->archive != NULL),
                            &building->encrypted, err);
    if (rc == PROV_OK)
        rc = orders_check(run, lists, &building->manifest, &building->encrypted, err);
    if (rc == PROV_OK && !forced)
        rc = tree_emptied_check(run, lists, &building->manifest, err);
    return rc;
}

/* A first run keeps its record of phones that were encrypted, still empty, before it keeps its
 * first list: if it is killed between the two, the next one would find a list that the tree has
 * lost, and no record. */
static int
begin_record(struct run *run, struct building *building, struct prov_error *err)
{
    if (building->published.count > 0 || !folder_lacks(run->settings->tftpboot, ""))
        return PROV_OK;
    return encrypted_write(run, &building->encrypted, err);
}

static int
build(struct run *run, int lock)
{
    struct prov_error err;
    struct building building = {.published = {.archive_error = {.code = PROV_OK}}};
    int status = CLI_FAILED;
    if (!run->dry_run)
        tidy(run->settings);
    int rc = gather(run, &building, &err);
    if (rc == PROV_OK)
        rc = begin_record(run, &building, &err);
    if (rc == PROV_OK)
        rc = keep_proofs(run, &err);
    if (rc == PROV_OK)
        rc = build_lists(run, &building.lists, &building.rotation, &err);
    if (rc == PROV_OK) {
        clock_note(run);
        status = build_files(run, &building.lists, &building.manifest, &building.encrypted, lock);
    } else {
        close(lock);
        tell(run, &err);
    }
    encrypted_release(&building.encrypted);
    manifest_release(&building.manifest);
    lists_release(&building.lists);
    rotation_release(&building.rotation);
    fleet_free(run->fleet);
    run->fleet = NULL;
    published_release(&building.published);
    run->published = NULL;
    return status;
}

/* What others may write to is followed with --force alone, which is said. */
static void
tell_writer(void *context, const char *place, const char *text)
{
    const struct run *run = context;
    char *refusal = NULL;
    if (run_forces_all(run))
        report_warning(run->report, place, text);
    else if (asprintf(&refusal, "%s, or give --force; nothing was done", text) >= 0)
        report_fault(run->report, place, refusal);
    else
        report_fault(run->report, place, "out of memory");
    free(refusal);
}

/* False after a report. */
static bool
check_writers(struct run *run, const char *config)
{
    struct prov_error err;
    if (writers_check(run, config, tell_writer, run, &err) != PROV_OK) {
        tell(run, &err);
        return false;
    }
    if (report_faults(run->report) == 0)
        return true;
    if (!report_print(run->report, 0))
        cli_error(NULL, "out of memory");
    return false;
}

static int
check_signs(const struct settings *settings, struct prov_error *err)
{
    if (settings->build.sign_count > 0)
        return PROV_OK;
    return prov_fail(err, PROV_E_ARGUMENT,
                     "nothing says how files are to be signed; add a section sign to the settings");
}

static int
lock_and_build(struct run *run)
{
    struct prov_error err;
    struct stat status;
    const char *config = run->config != NULL ? run->config : SETTINGS_FILE_DEFAULT;
    int lock = -1;
    if (stat(config, &status) == 0)
        run->settled = status.st_mtim;
    if (check_signs(run->settings, &err) != PROV_OK ||
        lock_folder(run->settings->tftpboot, run->wait, &lock, &err) != PROV_OK)
        return tell(run, &err);
    run->report = report_new(run->common.json, run->dry_run);
    if (run->report == NULL) {
        close(lock);
        cli_error(NULL, "out of memory");
        return CLI_FAILED;
    }
    int result = CLI_FAILED;
    if (check_writers(run, config))
        result = build(run, lock);
    else
        close(lock);
    report_free(run->report);
    run->report = NULL;
    return result;
}

static int
run_with_settings(struct run *run)
{
    struct prov_error err;
    const struct settings *settings = NULL;
    if (settings_load(run->config, NULL, 0, &settings, &err) != PROV_OK)
        return tell(run, &err);
    run->settings = settings;
    int status = roots_check(settings, &err) != PROV_OK ? tell(run, &err)
                 : run->adopt != NULL                   ? adopt(run)
                 : run->status                          ? status_print(run)
                                                        : lock_and_build(run);
    settings_free(settings);
    if (run->adopt == NULL || run->dry_run || status != CLI_DONE)
        return status;
    /* What the tree still lacks is said at once. */
    run->adopt = NULL;
    run->dry_run = true;
    return run_with_settings(run);
}

static int
run_program(struct run *run)
{
    int64_t now = 0;
    if (!cli_clock(&run->common, &now))
        return CLI_USAGE;
    run->now = (uint32_t)now;
    run->dated = run->common.timestamp != NULL || getenv("SOURCE_DATE_EPOCH") != NULL;
    run->common.loose_keys_elsewhere = true; /* --status */
    run->umask = umask(PUBLIC_UMASK);
    cli_finish_before_signals();
    return run_with_settings(run);
}

int
main(int argc, char **argv)
{
    struct run run = {.wait = WAIT_SECONDS, .jobs = (unsigned)sysconf(_SC_NPROCESSORS_ONLN)};
    char **operands = NULL;
    int status = CLI_USAGE;
    int count = cli_parse(&program, argc, argv, &run, &run.common, &operands, &status);
    if (count >= 0)
        status = take_operands(&run, operands, count);
    if (count >= 0 && status == CLI_DONE)
        status = cli_finish(run_program(&run));
    phones_release(&run.forced);
    phones_release(&run.accepted);
    phones_release(&run.forgotten);
    checksums_release(&run.checksums);
    phones_release(&run.released);
    phones_release(&run.freed);
    return status;
}
