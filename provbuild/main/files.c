/* SPDX-License-Identifier: MIT */
/* The files of a run besides lists: planned, written, said; and the restarts that they mean. */
#include "provbuild/main/files.h"

#include "cli/program.h"
#include "cli/progress.h"
#include "provbuild/apply/apply.h"
#include "provbuild/fleet/fleet.h"
#include "provbuild/restart/hook.h"
#include "provbuild/secrets/same_content.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SECURE "secure/"

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

/* Phones of which nobody knows what they verify. */
static void
report_doubts(const struct plan *plan)
{
    struct fleet_names names = {.count = 0};
    const char *doubt = NULL;
    char text[1024];
    for (size_t i = 0; i < plan->count; i++) {
        const struct step *step = &plan->steps[i];
        if (step->kind != STEP_WRITE || step->doubt == NULL)
            continue;
        doubt = step->doubt;
        fleet_name(&names, &step->output->phone);
    }
    fleet_names_end(&names);
    snprintf(text, sizeof text,
             "%zu name no load, so that 7900 phones may be meant, which would not come up: %s: %s, "
             "or name their loads",
             names.count, names.text, doubt != NULL ? doubt : "");
    if (doubt != NULL)
        report_warning(plan->run->report, "configurations", text);
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

int
files_build(struct run *run, const struct lists *lists, struct manifest *manifest,
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
    if (rc == PROV_OK)
        report_doubts(&plan);
    if (cli_interrupted())
        report_fault(run->report, NULL, "a signal ended the run; the next one does the rest");
    bool told = hook_call(run, &hook);
    bool printed = rc != PROV_OK || report_print(run->report, plan.current);
    plan_release(&plan);
    if (rc != PROV_OK) {
        report_fatal(run->report, run->common.json, err.text);
        return CLI_FAILED;
    }
    if (!printed)
        cli_error(NULL, "out of memory");
    return told && printed && report_faults(run->report) == 0 ? CLI_DONE : CLI_FAILED;
}
