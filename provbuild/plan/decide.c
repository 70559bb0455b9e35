/* SPDX-License-Identifier: MIT */
/* What is to be done for one output: the rules, as functions over values. */
#include "provbuild/plan/decide.h"

#include <string.h>

/* --- what is known of a phone */

enum encrypted_state
decide_encrypted_before(const struct rules *rules, const struct facts *facts)
{
    if (rules->state == ENCRYPTED_ONCE ||
        (rules->state == ENCRYPTED_NO_MORE && facts_show_clear(facts)))
        return rules->state;
    if (facts_show_encrypted(facts))
        return ENCRYPTED_ONCE;
    if (rules->state == ENCRYPTED_NEVER && rules->lost && !facts_show_clear(facts))
        return ENCRYPTED_UNKNOWN;
    return rules->state;
}

bool
decide_quick(const struct rules *rules, const struct output *output, const struct facts *facts)
{
    bool secret = rules->state == ENCRYPTED_ONCE || rules->state == ENCRYPTED_UNKNOWN ||
                  (!rules->recorded && facts_show_encrypted(facts));
    return !output->configuration || output->kind == OUTPUT_ENCRYPTED || !secret;
}

/* --- what cannot be built */

void
decide_problem(struct step *step, const struct facts *facts)
{
    const struct output *output = step->output;
    if (output->refused && (facts->stands & PART_COPY) != 0)
        step_withhold(step, "%s; its clear text stands in the public tree: remove it there",
                      output->problem);
    else if (output->refused && facts_show_clear(facts) && (facts->stands & PART_ENCRYPTED) == 0)
        step_withhold(step,
                      "%s; its clear text stands in the public tree, signed: --prune removes it",
                      output->problem);
    else
        step_withhold(step, "%s", output->problem);
}

/* --- encrypted configurations */

static void
set_kind(struct step *step)
{
    if (step->kind == STEP_NONE && (step->parts | step->obsolete) != 0)
        step->kind = STEP_WRITE;
}

bool
decide_new_pair(struct step *step, const struct rules *rules, const struct facts *facts)
{
    if (rules->dry_run || (facts->stands & (PART_ENCRYPTED | PART_SIGNED | PART_COPY)) != 0)
        return false;
    step->parts = PART_ENCRYPTED | PART_SIGNED | (rules->secure ? PART_CLEAR : 0U);
    step->reason = "new";
    set_kind(step);
    return true;
}

/* A phone whose key changed may be another one under its name. True if that is settled. */
static bool
key_is_settled(struct step *step, const struct rules *rules, const struct facts *facts)
{
    if (!facts->stub || strcmp(facts->stub_hash, facts->device_hash) == 0)
        return true;
    if (rules->accepted) {
        step->reason = "key";
        return true;
    }
    step_withhold(step,
                  "the phone's certificate changed: its configuration is encrypted to another one "
                  "(MD5 %s) than %s (MD5 %s); if the phone was enrolled again, give --accept-key "
                  "SEP%s",
                  facts->stub_hash, step->output->device->path, facts->device_hash,
                  step->output->phone.text);
    return false;
}

void
decide_pair(struct step *step, const struct rules *rules, const struct facts *facts)
{
    if (facts->source_error.code != PROV_OK) {
        step_withhold(step, "%s", facts->source_error.text);
        return;
    }
    if (!key_is_settled(step, rules, facts))
        return;
    if (step->reason == NULL)
        step->reason = facts->pair;
    if (step->reason != NULL)
        step->parts |= PART_ENCRYPTED | PART_SIGNED;
    if (facts->clear != NULL)
        step->parts |= PART_CLEAR;
    if (step->reason == NULL)
        step->reason = facts->clear;
    step->exposed = (facts->stands & PART_COPY) != 0;
    set_kind(step);
}

/* --- files in the clear */

void
decide_refuse_clear(struct step *step, enum encrypted_state why)
{
    const char *phone = step->output->phone.text;
    if (why == ENCRYPTED_UNKNOWN)
        step_withhold(step,
                      "the tree was emptied, and the record of phones that were encrypted is lost, "
                      "so whether it was is unknown; put SEP%s.pem into the devices folder, or "
                      "give --force SEP%s to publish clear text",
                      phone, phone);
    else
        step_withhold(
            step,
            "it was published encrypted, and the phone's certificate is gone; what stands "
            "stays; put SEP%s.pem back into the devices folder, or give --force SEP%s to "
            "publish clear text",
            phone, phone);
}

bool
decide_may_be_clear(struct step *step, const struct rules *rules, const struct facts *facts)
{
    if (!step->output->configuration)
        return true;
    enum encrypted_state state = decide_encrypted_before(rules, facts);
    if (state == ENCRYPTED_NO_MORE || rules->forced) {
        step->obsolete = facts->stands & (PART_ENCRYPTED | PART_CLEAR);
        return true;
    }
    if (state != ENCRYPTED_NEVER) {
        decide_refuse_clear(step, state);
        return false;
    }
    if (!rules->unmounted || facts_show_clear(facts))
        return true;
    step_withhold(step,
                  "the devices folder holds no certificate at all, while others were encrypted, so "
                  "it is not published in clear text; see whether the folder is mounted, or give "
                  "--force SEP%s",
                  step->output->phone.text);
    return false;
}

/* What to do about a file that is withheld for what it holds. */
static const char *
standing_remedy(const struct step *step, const struct facts *facts)
{
    if ((facts->stands & PART_COPY) != 0 && step->output->kind == OUTPUT_COPY)
        return "; it stands in the public tree: remove it there";
    if ((facts->stands & (PART_SIGNED | PART_BARE)) != 0)
        return "; it stands in the public tree: --prune removes it";
    return "";
}

bool
decide_contents(struct step *step, const struct rules *rules, const struct facts *facts,
                const struct contents *contents)
{
    const char *remedy = standing_remedy(step, facts);
    bool password = contents->password[0] != '\0' && !step->output->configuration;
    if (contents->key)
        step_withhold(step,
                      "it holds a private key, which everybody could read; move it out of the "
                      "source folder%s",
                      remedy);
    else if (password && contents->names)
        step_withhold(step,
                      "it holds a password (%s) and names SEP%s, whose configuration is encrypted "
                      "so that nobody reads it; take it out, or move the file out of the source "
                      "folder%s",
                      contents->password, contents->phone.text, remedy);
    else if (password && rules->required)
        step_withhold(step,
                      "encryption is required, and it holds a password (%s), which everybody could "
                      "read; take it out, or move the file out of the source folder%s",
                      contents->password, remedy);
    else if (password)
        step->remark = "it holds a password, which everybody can read";
    step->secret = step->kind == STEP_WITHHOLD;
    return !step->secret;
}

void
decide_clear(struct step *step, const struct rules *rules, const struct facts *facts)
{
    bool copied = step->output->kind == OUTPUT_COPY;
    if (facts->source_error.code != PROV_OK) {
        step_withhold(step, "%s", facts->source_error.text);
    } else if (facts->carries_signature) {
        step_withhold(step,
                      "it carries a signature already; name it in exclude of section sign, so "
                      "that it is copied as it is (firmware there means all of the vendor's)");
    } else {
        step->reason = copied ? facts->copy : facts->signed_file;
        if (step->reason != NULL)
            step->parts = copied ? PART_COPY : PART_SIGNED;
        if (facts->bare != NULL)
            step->parts |= PART_BARE;
        if (step->reason == NULL)
            step->reason = facts->bare;
    }
    if (step->output->configuration && rules->devices)
        step->remark = "in clear text: there is no certificate of this phone";
    set_kind(step);
}

/* --- who signs */

void
decide_signer(struct step *step, const struct rules *rules, bool trusted)
{
    const struct signing *signing = step->output->signing;
    if (step->kind != STEP_WRITE || signing == NULL || step->parts == PART_CLEAR)
        return;
    if (signing->problem != NULL)
        step_withhold(step, "%s", signing->problem);
    else if (!rules->forced_all && !(step->output->configuration && rules->forced) && !trusted)
        step_withhold(
            step,
            "phones would refuse it: its signer %s is not in the trust list that stands, or is "
            "written there in another layout; list it as tftp or ccm-tftp first, or give --force",
            signing->certificate);
}

void
decide_ability(struct step *step, const struct rules *rules, const char *lack,
               enum abilities_age age)
{
    if (step->kind != STEP_WRITE || lack == NULL || step->parts == PART_CLEAR)
        return;
    if (age == ABILITIES_OLD && !rules->forced_all && !rules->forced)
        step_withhold(step,
                      "its phone, by its load, would refuse how it is signed and not come up: %s, "
                      "in a section sign of its own, or give --force SEP%s",
                      lack, step->output->phone.text);
    else if (age == ABILITIES_UNNAMED)
        step->doubt = lack;
}
