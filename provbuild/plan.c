/* SPDX-License-Identifier: MIT */
#include "provbuild/plan.h"

#include "provbuild/survey.h"
#include "provbuild/workers.h"

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
any_encrypted(const struct run *run, const struct manifest *manifest)
{
    for (size_t i = 0; i < manifest->count; i++)
        if (manifest->outputs[i].configuration && survey_was_encrypted(run, &manifest->outputs[i]))
            return true;
    return false;
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
    if (run->settings->devices != NULL && manifest->devices.count == 0)
        out->encrypted_before = evidence_any_closed(evidence) || any_encrypted(run, manifest);
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
        if (step->kind != STEP_WRITE || !is_clear_configuration(step) ||
            evidence_of(plan->evidence, &step->output->phone) == EVIDENCE_CLEAR)
            continue;
        if (!asked)
            known = evidence_from_ledger(plan->run, &seen, &why);
        asked = true;
        bool forced = phones_hold(&plan->run->forced, &step->output->phone);
        if (known != PROV_OK && !forced) {
            step_withhold(step, "whether it was ever encrypted is unknown: %s", why.text);
        } else if (evidence_closed(&seen, &step->output->phone)) {
            if (!forced)
                survey_refuse_clear(step, EVIDENCE_ENCRYPTED);
            rc = evidence_note(plan->evidence, &step->output->phone, EVIDENCE_ENCRYPTED, err);
        }
    }
    evidence_release(&seen);
    return rc;
}

static enum evidence_state
state_after(const struct plan *plan, const struct step *step)
{
    const struct output *output = step->output;
    enum evidence_state state = evidence_of(plan->evidence, &output->phone);
    if (step->kind != STEP_WITHHOLD && output->kind == OUTPUT_ENCRYPTED)
        return EVIDENCE_ENCRYPTED;
    if (step->kind != STEP_WITHHOLD || state == EVIDENCE_ENCRYPTED)
        return state;
    if (survey_was_encrypted(plan->run, output))
        return EVIDENCE_ENCRYPTED;
    return step->unknown ? EVIDENCE_UNKNOWN : state;
}

int
plan_keep_evidence(struct plan *plan, struct prov_error *err)
{
    int rc = ask_ledger(plan, err);
    for (size_t i = 0; rc == PROV_OK && i < plan->count; i++) {
        const struct step *step = &plan->steps[i];
        if (step->output == NULL || !step->output->configuration)
            continue;
        enum evidence_state state = state_after(plan, step);
        if (state != EVIDENCE_NONE)
            rc = evidence_note(plan->evidence, &step->output->phone, state, err);
    }
    return rc == PROV_OK ? evidence_write(plan->run, plan->evidence, err) : rc;
}

int
plan_keep_forced(struct plan *plan, struct prov_error *err)
{
    int rc = PROV_OK;
    for (size_t i = 0; rc == PROV_OK && i < plan->count; i++) {
        const struct step *step = &plan->steps[i];
        if (step->kind != STEP_WITHHOLD && is_clear_configuration(step) &&
            phones_hold(&plan->run->forced, &step->output->phone) &&
            evidence_closed(plan->evidence, &step->output->phone))
            rc = evidence_note(plan->evidence, &step->output->phone, EVIDENCE_CLEAR, err);
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
