/* SPDX-License-Identifier: MIT */
/* A step for each output; and who was encrypted, before and after they are carried out. */
#include "provbuild/plan/plan.h"

#include "cli/workers.h"
#include "provbuild/plan/decide.h"
#include "provbuild/plan/survey.h"

#include <stdlib.h>

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
        if (output->configuration && (encrypted_may_be_secret(plan->encrypted, &output->phone) ||
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
          struct encrypted_before *encrypted, struct plan *out, struct prov_error *err)
{
    *out = (struct plan){.run = run, .manifest = manifest, .lists = lists, .encrypted = encrypted};
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

/* --- who was encrypted */

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
        settings->archive != NULL && settings->devices != NULL && !plan->encrypted->recorded;
    return (step->kind == STEP_WRITE || (step->kind == STEP_NONE && first)) &&
           is_clear_configuration(step) && !is_forced(plan, step) &&
           encrypted_state_of(plan->encrypted, &step->output->phone) != ENCRYPTED_NO_MORE;
}

static int
take_answer(struct plan *plan, struct step *step, const struct encrypted_before *seen,
            struct prov_error *err)
{
    const struct prov_mac *phone = &step->output->phone;
    if (!encrypted_may_be_secret(seen, phone))
        return PROV_OK;
    if (!plan->encrypted->recorded && survey_is_clear(plan->run, step->output))
        return encrypted_note(plan->encrypted, phone, ENCRYPTED_NO_MORE, err);
    decide_refuse_clear(step, ENCRYPTED_ONCE);
    return encrypted_note(plan->encrypted, phone, ENCRYPTED_ONCE, err);
}

/* Where what stands says nothing, the ledger may still have seen it. */
static int
ask_ledger(struct plan *plan, struct prov_error *err)
{
    struct encrypted_before seen = {0};
    struct prov_error why = {.code = PROV_OK};
    bool asked = false;
    int known = PROV_OK, rc = PROV_OK;
    for (size_t i = 0; rc == PROV_OK && i < plan->count; i++) {
        struct step *step = &plan->steps[i];
        if (!is_asked_for(plan, step))
            continue;
        if (!asked)
            known = encrypted_by_ledger(plan->run, &seen, &why);
        asked = true;
        if (known == PROV_OK)
            rc = take_answer(plan, step, &seen, err);
        else if (step->kind == STEP_WRITE)
            step_withhold(step,
                          "whether it was ever encrypted is unknown: %s; mend that, or give "
                          "--force SEP%s to publish clear text",
                          why.text, step->output->phone.text);
    }
    encrypted_release(&seen);
    return rc;
}

static enum encrypted_state
state_after(const struct plan *plan, const struct step *step)
{
    if (step->kind == STEP_WITHHOLD)
        return step->before;
    if (step->output->kind == OUTPUT_ENCRYPTED)
        return ENCRYPTED_ONCE;
    return is_forced(plan, step) ? ENCRYPTED_NO_MORE
                                 : encrypted_state_of(plan->encrypted, &step->output->phone);
}

/* Those without a configuration, too: it may come back. */
static int
note_forced(struct plan *plan, struct prov_error *err)
{
    const struct phones *forced = &plan->run->forced;
    int rc = PROV_OK;
    for (size_t i = 0; rc == PROV_OK && i < forced->count; i++)
        if (manifest_configuration(plan->manifest, &forced->at[i]) == NULL &&
            encrypted_may_be_secret(plan->encrypted, &forced->at[i]))
            rc = encrypted_note(plan->encrypted, &forced->at[i], ENCRYPTED_NO_MORE, err);
    return rc;
}

int
plan_keep_encrypted(struct plan *plan, struct prov_error *err)
{
    int rc = ask_ledger(plan, err);
    for (size_t i = 0; rc == PROV_OK && i < plan->count; i++) {
        struct step *step = &plan->steps[i];
        if (step->output == NULL || !step->output->configuration)
            continue;
        step->before = survey_encrypted_before(plan, step->output);
        rc = encrypted_note(plan->encrypted, &step->output->phone, state_after(plan, step), err);
    }
    if (rc == PROV_OK)
        rc = note_forced(plan, err);
    return rc == PROV_OK ? encrypted_write(plan->run, plan->encrypted, err) : rc;
}

int
plan_correct_encrypted(struct plan *plan, struct prov_error *err)
{
    int rc = PROV_OK;
    for (size_t i = 0; rc == PROV_OK && i < plan->count; i++) {
        const struct step *step = &plan->steps[i];
        if (step->output != NULL && step->output->kind == OUTPUT_ENCRYPTED &&
            step->before != ENCRYPTED_ONCE && !survey_was_encrypted(plan->run, step->output))
            rc = encrypted_note(plan->encrypted, &step->output->phone, step->before, err);
    }
    return rc == PROV_OK ? encrypted_write(plan->run, plan->encrypted, err) : rc;
}

/* --- who must restart */

static bool
changes(const struct step *step, bool configuration)
{
    return (step->kind == STEP_WRITE || step->torn) && step->output->configuration == configuration;
}

int
plan_restarts(const struct plan *plan, struct restarts_waiting *out, struct prov_error *err)
{
    int rc = phones_add_all(&out->phones, &plan->run->freed, err);
    for (size_t i = 0; rc == PROV_OK && i < plan->count; i++) {
        const struct step *step = &plan->steps[i];
        out->all |= changes(step, false);
        if (changes(step, true))
            rc = phones_add(&out->phones, &step->output->phone, err);
    }
    for (size_t i = 0; rc == PROV_OK && i < plan->lists->count; i++) {
        const struct list *list = &plan->lists->at[i];
        out->all |= list->changed && !list->wanted->for_one;
        if (list->changed && list->wanted->for_one)
            rc = phones_add(&out->phones, &list->wanted->phone, err);
    }
    return rc;
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
