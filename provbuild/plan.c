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
          struct plan *out, struct prov_error *err)
{
    *out = (struct plan){.run = run, .manifest = manifest, .lists = lists};
    out->steps = calloc(manifest->count + 1, sizeof *out->steps);
    if (out->steps == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    out->count = manifest->count;
    for (size_t i = 0; i < manifest->count; i++)
        out->steps[i].output = &manifest->outputs[i];
    if (run->settings->devices != NULL && manifest->devices.count == 0)
        out->encrypted_before = any_encrypted(run, manifest);
    workers_run(run->jobs, 0, out->count, survey_one, out);
    for (size_t i = 0; i < out->count; i++)
        out->current += out->steps[i].kind == STEP_NONE;
    return PROV_OK;
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
