/* SPDX-License-Identifier: MIT */
/* One output surveyed: the facts that a decision asks for, in the order of what they cost. */
#include "provbuild/plan/survey.h"

#include "provbuild/plan/decide.h"

#include <stdlib.h>

static struct rules
rules_for(const struct plan *plan, const struct output *output)
{
    const struct run *run = plan->run;
    return (struct rules){
        .dry_run = run->dry_run,
        .forced_all = run_forces_all(run),
        .forced = phones_hold(&run->forced, &output->phone),
        .accepted = phones_hold(&run->accepted, &output->phone),
        .devices = run->settings->devices != NULL,
        .unmounted = plan->unmounted,
        .secure = run->settings->secure != NULL,
        .required = run->settings->build.encryption == SETTINGS_ENCRYPTION_REQUIRED,
        .state = encrypted_state_of(plan->encrypted, &output->phone),
        .recorded = plan->encrypted->recorded,
        .lost = plan->encrypted->lost,
    };
}

static bool
is_quickly_current(const struct plan *plan, const struct output *output, const struct rules *rules,
                   struct facts *facts)
{
    if (!plan->run->quick || (!rules->recorded && !look_stub(plan->run, output, facts)) ||
        !decide_quick(rules, output, facts))
        return false;
    look_fresh(plan->run, &plan->manifest->devices, output, facts);
    return facts->fresh;
}

static void
survey_pair(const struct plan *plan, struct step *step, const struct rules *rules,
            struct facts *facts)
{
    if (decide_new_pair(step, rules, facts))
        return;
    look_pair(plan->run, &plan->manifest->devices, step->output, facts);
    decide_pair(step, rules, facts);
}

/* True if the contents of its source may be published. */
static bool
survey_contents(const struct plan *plan, struct step *step, const struct rules *rules,
                const struct facts *facts)
{
    struct contents contents;
    struct prov_error err;
    const struct output *output = step->output;
    char *source = run_path(plan->run->settings->source, output->source, "");
    int rc = source == NULL
                 ? prov_fail(&err, PROV_E_MEMORY, "out of memory")
                 : contents_look(source, output->source, !output->configuration, plan->run,
                                 plan->encrypted, plan->manifest, &contents, &err);
    free(source);
    if (rc == PROV_OK)
        return decide_contents(step, rules, facts, &contents);
    step_withhold(step, "%s", err.text);
    return false;
}

/* What is large and stands as it is was judged when it was written. */
static bool
is_old_firmware(const struct plan *plan, const struct output *output, const struct facts *facts)
{
    size_t number = (size_t)(output - plan->manifest->outputs);
    return output->kind == OUTPUT_COPY && facts->copy == NULL &&
           plan->manifest->source.files[number].size > CONTENTS_HELD_MAX;
}

static void
survey_clear(const struct plan *plan, struct step *step, const struct rules *rules,
             struct facts *facts)
{
    if (!decide_may_be_clear(step, rules, facts))
        return;
    look_clear(plan->run, step->output, facts);
    if (is_old_firmware(plan, step->output, facts) || survey_contents(plan, step, rules, facts))
        decide_clear(step, rules, facts);
}

static bool
is_trusted(const struct plan *plan, const struct output *output)
{
    const struct signing *signing = output->signing;
    return lists_trust(plan->lists, output->configuration ? &output->phone : NULL,
                       signing->how.signer, signing->plain);
}

/* What stands before anything of the plan is carried out. */
static bool
look_planned(const struct plan *plan, const struct output *output, struct facts *facts)
{
    *facts = (struct facts){.source_error = {.code = PROV_OK}};
    return (plan->first && output->configuration) || look_stands(plan->run, output, facts);
}

/* Its signature is for one phone alone; that of common files is told by the check of the tree. */
static void
survey_ability(const struct plan *plan, struct step *step, const struct rules *rules)
{
    const struct output *output = step->output;
    const char *lack =
        output->configuration && step->kind == STEP_WRITE
            ? abilities_lack(output->signing->how.digest, output->signing->how.signer)
            : NULL;
    if (lack != NULL)
        decide_ability(step, rules, lack, abilities_age(plan->run, &output->phone));
}

void
survey_output(const struct plan *plan, struct step *step)
{
    const struct output *output = step->output;
    struct rules rules = rules_for(plan, output);
    struct facts facts;
    if (!look_planned(plan, output, &facts)) {
        step_withhold(step, "out of memory");
        return;
    }
    if (output->problem == NULL && is_quickly_current(plan, output, &rules, &facts))
        return;
    if (!look_stub(plan->run, output, &facts))
        step_withhold(step, "out of memory");
    else if (output->problem != NULL)
        decide_problem(step, &facts);
    else if (output->kind == OUTPUT_ENCRYPTED)
        survey_pair(plan, step, &rules, &facts);
    else
        survey_clear(plan, step, &rules, &facts);
    if (step->kind == STEP_WRITE && output->signing != NULL) {
        decide_signer(step, &rules, is_trusted(plan, output));
        survey_ability(plan, step, &rules);
    }
}

/* --- what stands, alone */

static bool
look(const struct run *run, const struct output *output, struct facts *facts)
{
    *facts = (struct facts){.source_error = {.code = PROV_OK}};
    return look_stands(run, output, facts) && look_stub(run, output, facts);
}

enum encrypted_state
survey_encrypted_before(const struct plan *plan, const struct output *output)
{
    struct rules rules = rules_for(plan, output);
    struct facts facts;
    if (rules.state == ENCRYPTED_ONCE)
        return rules.state;
    return look_planned(plan, output, &facts) && look_stub(plan->run, output, &facts)
               ? decide_encrypted_before(&rules, &facts)
               : ENCRYPTED_UNKNOWN;
}

bool
survey_is_clear(const struct run *run, const struct output *output)
{
    struct facts facts;
    return look(run, output, &facts) && facts_show_clear(&facts) && !facts_show_encrypted(&facts);
}

bool
survey_was_encrypted(const struct run *run, const struct output *output)
{
    struct facts facts;
    return !look(run, output, &facts) || facts_show_encrypted(&facts);
}
