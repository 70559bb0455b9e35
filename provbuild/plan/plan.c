/* SPDX-License-Identifier: MIT */
#include "provbuild/plan/plan.h"

#include "cli/workers.h"
#include "provbuild/disk/compare.h"
#include "provbuild/plan/survey.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void
step_withhold(struct step *step, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    free(step->text);
    if (vasprintf(&step->text, format, arguments) < 0)
        step->text = NULL; /* then it is told without a reason */
    va_end(arguments);
    step->kind = STEP_WITHHOLD;
    step->parts = step->obsolete = 0;
}

static void
survey_one(void *context, unsigned worker, size_t index)
{
    const struct plan *plan = context;
    (void)worker;
    survey_output(plan, &plan->steps[index]);
}

static bool
any_encrypted(const struct plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        const struct output *output = plan->steps[i].output;
        if (output->configuration && (evidence_closed(plan->evidence, &output->phone) ||
                                      survey_was_encrypted(plan->run, output)))
            return true;
    }
    return false;
}

/* A first start, or the next after one that was stopped before it wrote anything. */
static bool
is_first(const struct settings *settings)
{
    static const char phone[] = "SEP"; /* how names of configurations begin */
    return folder_lacks(settings->tftpboot, phone) &&
           (settings->secure == NULL || folder_lacks(settings->secure, phone));
}

int
plan_make(const struct run *run, struct manifest *manifest, const struct lists *lists,
          struct evidence *evidence, struct plan *out, struct prov_error *err)
{
    *out = (struct plan){.run = run, .manifest = manifest, .lists = lists, .evidence = evidence};
    out->steps = calloc(manifest->count + 1, sizeof *out->steps);
    if (out->steps == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    out->count = manifest->count;
    for (size_t i = 0; i < manifest->count; i++)
        out->steps[i].output = &manifest->outputs[i];
    out->first = is_first(run->settings);
    out->unmounted =
        run->settings->devices != NULL && manifest->devices.count == 0 && any_encrypted(out);
    workers_run(run->jobs, 0, out->count, survey_one, out);
    for (size_t i = 0; i < out->count; i++)
        out->current += out->steps[i].kind == STEP_NONE;
    return PROV_OK;
}

/* --- evidence of phones that were encrypted */

static bool
is_clear_configuration(const struct step *step)
{
    return step->output != NULL && step->output->configuration &&
           step->output->kind != OUTPUT_ENCRYPTED;
}

static bool
is_forced(const struct plan *plan, const struct step *step)
{
    return phones_hold(&plan->run->forced, &step->output->phone);
}

/* True if the ledger may know better than what stands. A tree that has no record yet may be one of
 * an earlier version, which noted nowhere that a phone went back by name. */
static bool
is_asked_for(const struct plan *plan, const struct step *step)
{
    const struct settings *settings = plan->run->settings;
    bool first =
        settings->archive != NULL && settings->devices != NULL && !plan->evidence->recorded;
    return (step->kind == STEP_WRITE || (step->kind == STEP_NONE && first)) &&
           is_clear_configuration(step) && !is_forced(plan, step) &&
           evidence_of(plan->evidence, &step->output->phone) != EVIDENCE_CLEAR;
}

static int
take_answer(struct plan *plan, struct step *step, const struct evidence *seen,
            struct prov_error *err)
{
    const struct prov_mac *phone = &step->output->phone;
    if (!evidence_closed(seen, phone))
        return PROV_OK;
    if (!plan->evidence->recorded && survey_is_clear(plan->run, step->output))
        return evidence_note(plan->evidence, phone, EVIDENCE_CLEAR, err);
    survey_refuse_clear(step, EVIDENCE_ENCRYPTED);
    return evidence_note(plan->evidence, phone, EVIDENCE_ENCRYPTED, err);
}

/* Where what stands says nothing, the ledger may still have seen it. */
static int
ask_ledger(struct plan *plan, struct prov_error *err)
{
    struct evidence seen = {0};
    struct prov_error why = {.code = PROV_OK};
    bool asked = false;
    int known = PROV_OK, rc = PROV_OK;
    for (size_t i = 0; rc == PROV_OK && i < plan->count; i++) {
        struct step *step = &plan->steps[i];
        if (!is_asked_for(plan, step))
            continue;
        if (!asked)
            known = evidence_from_ledger(plan->run, &seen, &why);
        asked = true;
        if (known == PROV_OK)
            rc = take_answer(plan, step, &seen, err);
        else if (step->kind == STEP_WRITE)
            step_withhold(step,
                          "whether it was ever encrypted is unknown: %s; mend that, or give "
                          "--force SEP%s to publish clear text",
                          why.text, step->output->phone.text);
    }
    evidence_release(&seen);
    return rc;
}

static enum evidence_state
state_after(const struct plan *plan, const struct step *step)
{
    if (step->kind == STEP_WITHHOLD)
        return step->before;
    if (step->output->kind == OUTPUT_ENCRYPTED)
        return EVIDENCE_ENCRYPTED;
    return is_forced(plan, step) ? EVIDENCE_CLEAR
                                 : evidence_of(plan->evidence, &step->output->phone);
}

/* Those without a configuration, too: it may come back. */
static int
note_forced(struct plan *plan, struct prov_error *err)
{
    const struct phones *forced = &plan->run->forced;
    int rc = PROV_OK;
    for (size_t i = 0; rc == PROV_OK && i < forced->count; i++)
        if (manifest_configuration(plan->manifest, &forced->at[i]) == NULL &&
            evidence_closed(plan->evidence, &forced->at[i]))
            rc = evidence_note(plan->evidence, &forced->at[i], EVIDENCE_CLEAR, err);
    return rc;
}

int
plan_keep_evidence(struct plan *plan, struct prov_error *err)
{
    int rc = ask_ledger(plan, err);
    for (size_t i = 0; rc == PROV_OK && i < plan->count; i++) {
        struct step *step = &plan->steps[i];
        if (step->output == NULL || !step->output->configuration)
            continue;
        step->before = survey_evidence(plan, step->output);
        rc = evidence_note(plan->evidence, &step->output->phone, state_after(plan, step), err);
    }
    if (rc == PROV_OK)
        rc = note_forced(plan, err);
    return rc == PROV_OK ? evidence_write(plan->run, plan->evidence, err) : rc;
}

int
plan_correct_evidence(struct plan *plan, struct prov_error *err)
{
    int rc = PROV_OK;
    for (size_t i = 0; rc == PROV_OK && i < plan->count; i++) {
        const struct step *step = &plan->steps[i];
        if (step->output != NULL && step->output->kind == OUTPUT_ENCRYPTED &&
            step->before != EVIDENCE_ENCRYPTED && !survey_was_encrypted(plan->run, step->output))
            rc = evidence_note(plan->evidence, &step->output->phone, step->before, err);
    }
    return rc == PROV_OK ? evidence_write(plan->run, plan->evidence, err) : rc;
}

void
plan_release(struct plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        free(plan->steps[i].path);
        free(plan->steps[i].text);
    }
    free(plan->steps);
    *plan = (struct plan){0};
}
