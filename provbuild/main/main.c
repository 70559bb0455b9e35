/* SPDX-License-Identifier: MIT */
/* provbuild: keeps the tree that phones fetch from as the settings describe it. */
#include "cli/program.h"
#include "cli/progress.h"
#include "provbuild/adopt/adopt.h"
#include "provbuild/apply/apply.h"
#include "provbuild/change/rotation.h"
#include "provbuild/disk/compare.h"
#include "provbuild/disk/roots.h"
#include "provbuild/disk/tree_emptied.h"
#include "provbuild/fleet/forget.h"
#include "provbuild/fleet/seen.h"
#include "provbuild/fleet/signed.h"
#include "provbuild/lists/evidence.h"
#include "provbuild/lists/keep.h"
#include "provbuild/main/clock.h"
#include "provbuild/main/lock.h"
#include "provbuild/main/options.h"
#include "provbuild/main/orders.h"
#include "provbuild/main/status.h"
#include "provbuild/plan/plan.h"
#include "provbuild/publish/publish.h"
#include "provbuild/restart/hook.h"
#include "provbuild/secrets/same_content.h"
#include "provbuild/source/writers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PUBLIC_UMASK 022 /* what phones fetch must be readable, whoever builds it */
#define SECURE "secure/"

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
                            : (step->parts & PART_BARE) != 0    ? PART_BARE
                            : (step->parts & PART_CLEAR) != 0   ? PART_CLEAR
                                                                : PART_COPY;
    const struct output *output = step->output;
    int len = output == NULL
                  ? asprintf(out, SECURE "%s", step->shown)
                  : asprintf(out, "%s%s%s", part == PART_CLEAR ? SECURE : "",
                             part == PART_BARE ? prov_file_base(output->source) : output->source,
                             output_ending(part));
    if (len >= 0)
        return *out;
    *out = NULL;
    return output == NULL ? step->shown : output->source;
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
    struct plan plan = {0};
    struct hook hook = {.lock = -1};
    int rc = same_content_refuse(run, encrypted, manifest, &err);
    if (rc == PROV_OK)
        rc = plan_make(run, manifest, lists, encrypted, &plan, &err);
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
    size_t faults = report_faults(run->report);
    int rc = rotation_leaving(rotation, lists, leaving, err);
    if (rc == PROV_OK)
        rc = publish_decide(run, lists, leaving, err);
    if (rc == PROV_OK)
        rc = rotation_leave(rotation, lists, err);
    if (rc == PROV_OK)
        rc = rotation_keep(rotation, lists, report_faults(run->report) > faults, err);
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
    struct run run = {.wait = OPTIONS_WAIT, .jobs = (unsigned)sysconf(_SC_NPROCESSORS_ONLN)};
    int status = CLI_USAGE;
    if (options_take(&run, argc, argv, &status))
        status = cli_finish(run_program(&run));
    options_release(&run);
    phones_release(&run.freed);
    return status;
}
