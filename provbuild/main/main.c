/* SPDX-License-Identifier: MIT */
/* provbuild: keeps the tree that phones fetch from as the settings describe it. */
#include "cli/program.h"
#include "provbuild/adopt/adopt.h"
#include "provbuild/change/rotation.h"
#include "provbuild/disk/compare.h"
#include "provbuild/disk/roots.h"
#include "provbuild/disk/tree_emptied.h"
#include "provbuild/fleet/delivered.h"
#include "provbuild/fleet/forget.h"
#include "provbuild/fleet/seen.h"
#include "provbuild/fleet/signed.h"
#include "provbuild/lists/evidence.h"
#include "provbuild/lists/keep.h"
#include "provbuild/main/clock.h"
#include "provbuild/main/files.h"
#include "provbuild/main/lock.h"
#include "provbuild/main/options.h"
#include "provbuild/main/orders.h"
#include "provbuild/main/status.h"
#include "provbuild/publish/publish.h"
#include "provbuild/source/writers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PUBLIC_UMASK 022 /* what phones fetch must be readable, whoever builds it */

static int
tell(const struct run *run, const struct prov_error *err)
{
    report_fatal(run->report, run->common.json, err->text);
    return CLI_FAILED;
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
    if (rc == PROV_OK && !run->dry_run)
        rc = publish_note_archive(run, lists, err);
    if (rc == PROV_OK)
        rc = rotation_tidy(rotation, err);
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
    if (rc == PROV_OK)
        rc = delivered_check(run, err);
    if (rc == PROV_OK)
        rc = know_fleet(run, err);
    if (rc == PROV_OK)
        rc = rotation_prepare(&building->rotation, run, err);
    if (rc == PROV_OK)
        rc = lists_make(run->wanted, run->published, settings->tftpboot, lists, err);
    if (rc == PROV_OK)
        lists_note_again(lists, run->published, settings->ledger == NULL, run->now);
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
        status = files_build(run, &building.lists, &building.manifest, &building.encrypted, lock);
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
