/* SPDX-License-Identifier: MIT */
#include "provbuild/plan/survey.h"

#include "provbuild/disk/compare.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CLEAR_MODE 0640

/* The paths that matter for one output. */
struct places {
    char *source, *encrypted, *signed_file, *copy, *clear; /* `clear` NULL: no secure root */
    const char *base;                                      /* the name inside, without ending */
    bool none;                                             /* nothing stands there, as is known */
};

static bool
find_places(const struct run *run, const struct output *output, struct places *out)
{
    const struct settings *settings = run->settings;
    *out = (struct places){
        .source = run_path(settings->source, output->source, ""),
        .encrypted = output_path(output, PART_ENCRYPTED, settings),
        .signed_file = output_path(output, PART_SIGNED, settings),
        .copy = output_path(output, PART_COPY, settings),
        .clear = settings->secure != NULL ? output_path(output, PART_CLEAR, settings) : NULL,
        .base = output->source,
    };
    return out->source != NULL && out->encrypted != NULL && out->signed_file != NULL &&
           out->copy != NULL && (settings->secure == NULL || out->clear != NULL);
}

/* The same for those who ask before anything of the plan was carried out. */
static bool
find_planned(const struct plan *plan, const struct output *output, struct places *out)
{
    bool found = find_places(plan->run, output, out);
    out->none = plan->first && output->configuration;
    return found;
}

static void
forget_places(struct places *places)
{
    free(places->source);
    free(places->encrypted);
    free(places->signed_file);
    free(places->copy);
    free(places->clear);
}

/* The name that the header of a part holds. False when memory is short. */
static bool
inner_name(const struct places *places, enum output_part part, char **out)
{
    if (asprintf(out, "%s%s", places->base, output_ending(part)) >= 0)
        return true;
    *out = NULL;
    return false;
}

/* --- --quick */

/* Changed after its inputs. */
static bool
is_newer(const char *path, const struct output *output, struct timespec *modified)
{
    return standing_there(path, modified) && walk_later(*modified, output->modified) &&
           (output->device == NULL || walk_later(*modified, output->device->modified)) &&
           (output->signing == NULL || walk_later(*modified, output->signing->modified));
}

/* The header says who signed: a certificate can be replaced by one whose file is older. The parts
 * of a pair are signed alike, and the stub is the last of them; so the other one is looked at only
 * where the settings are newer. */
static bool
is_settled(const struct plan *plan, const struct output *output, const struct places *places,
           enum output_part part, struct timespec modified)
{
    const char *path = part == PART_SIGNED ? places->signed_file : places->encrypted;
    struct prov_identity *device = NULL;
    char *name = NULL;
    if (part == PART_ENCRYPTED && walk_later(modified, plan->run->settled))
        return true;
    if (part == PART_ENCRYPTED &&
        device_load(&plan->manifest->devices, output->device, &device, NULL) != PROV_OK)
        return false;
    bool fits = inner_name(places, part, &name) &&
                standing_header_fits(output->signing, path, name, device);
    prov_identity_free(device);
    free(name);
    return fits;
}

static bool
quickly_current(const struct plan *plan, const struct output *output, const struct places *places)
{
    struct timespec modified;
    if (output->configuration && output->kind != OUTPUT_ENCRYPTED &&
        (evidence_closed(plan->evidence, &output->phone) ||
         (!plan->evidence->recorded && survey_was_encrypted(plan->run, output))))
        return false;
    switch (output->kind) {
    case OUTPUT_COPY:
        return is_newer(places->copy, output, &modified);
    case OUTPUT_SIGNED:
        return !standing_there(places->encrypted, NULL) &&
               is_newer(places->signed_file, output, &modified) &&
               is_settled(plan, output, places, PART_SIGNED, modified);
    case OUTPUT_ENCRYPTED:
        return !standing_there(places->copy, NULL) &&
               (places->clear == NULL || is_newer(places->clear, output, &modified)) &&
               is_newer(places->signed_file, output, &modified) &&
               is_settled(plan, output, places, PART_SIGNED, modified) &&
               is_newer(places->encrypted, output, &modified) &&
               is_settled(plan, output, places, PART_ENCRYPTED, modified);
    }
    return false;
}

/* --- encrypted configurations */

/* What an encrypted output is built from. */
struct material {
    struct prov_identity *device;
    struct prov_bytes *clear;
    struct prov_bytes *stub; /* its content */
    char hash[STANDING_HASH_SIZE];
};

static int
make_stub(struct material *material, struct prov_error *err)
{
    struct prov_hash hash;
    struct prov_deviceconfig *config = NULL;
    struct prov_span xml = prov_bytes_span(material->clear);
    int rc = prov_identity_hash(material->device, PROV_MD5, &hash, err);
    for (size_t i = 0; rc == PROV_OK && 2 * i + 2 < sizeof material->hash; i++)
        snprintf(material->hash + 2 * i, 3, "%02x", hash.value[i]);
    if (rc == PROV_OK)
        rc = prov_deviceconfig_read(xml.data, xml.len, &config, err);
    if (rc == PROV_OK)
        rc = prov_deviceconfig_stub(config, material->hash, &material->stub, err);
    prov_deviceconfig_free(config);
    return rc;
}

static int
load_material(const struct plan *plan, const struct output *output, const struct places *places,
              struct material *material, struct prov_error *err)
{
    *material = (struct material){0};
    int rc = device_load(&plan->manifest->devices, output->device, &material->device, err);
    if (rc == PROV_OK)
        rc = prov_file_read(places->source, PROV_DEVICECONFIG_MAX, &material->clear, err);
    return rc == PROV_OK ? make_stub(material, err) : rc;
}

static void
forget_material(struct material *material)
{
    prov_identity_free(material->device);
    prov_bytes_free(material->clear);
    prov_bytes_free(material->stub);
}

/* A phone whose key changed may be another one under its name. True if that is settled. */
static bool
key_is_settled(const struct plan *plan, struct step *step, const struct places *places,
               const struct material *material)
{
    char standing[STANDING_HASH_SIZE];
    const char *phone = step->output->phone.text;
    if (!standing_stub_hash(places->signed_file, standing) || strcmp(standing, material->hash) == 0)
        return true;
    if (phones_hold(&plan->run->accepted, &step->output->phone)) {
        step->reason = "key";
        return true;
    }
    step_withhold(step,
                  "the phone's certificate changed: its configuration is encrypted to another one "
                  "(MD5 %s) than %s (MD5 %s); if the phone was enrolled again, give --accept-key "
                  "SEP%s",
                  standing, step->output->device->path, material->hash, phone);
    return false;
}

static void
compare_pair(struct step *step, const struct places *places, const struct material *material)
{
    struct signing *signing = step->output->signing;
    char *encrypted_name = NULL, *stub_name = NULL;
    const char *reason = step->reason;
    if (!inner_name(places, PART_ENCRYPTED, &encrypted_name) ||
        !inner_name(places, PART_SIGNED, &stub_name))
        reason = "memory";
    if (reason == NULL)
        reason = standing_encrypted(signing, places->encrypted, encrypted_name, material->device,
                                    prov_bytes_span(material->clear));
    if (reason == NULL)
        reason =
            standing_stub(signing, places->signed_file, stub_name, prov_bytes_span(material->stub));
    if (reason != NULL) {
        step->parts |= PART_ENCRYPTED | PART_SIGNED;
        step->reason = reason;
    }
    free(encrypted_name);
    free(stub_name);
}

/* Nothing of a pair stands: whether it can be built shows as it is built. */
static bool
is_new(const struct plan *plan, const struct places *places)
{
    return !plan->run->dry_run && (places->none || (!standing_there(places->encrypted, NULL) &&
                                                    !standing_there(places->signed_file, NULL) &&
                                                    !standing_there(places->copy, NULL)));
}

static void
survey_encrypted(const struct plan *plan, struct step *step, const struct places *places)
{
    struct prov_error err;
    struct material material;
    const char *reason;
    if (is_new(plan, places)) {
        step->parts = output_parts(step->output, plan->run->settings);
        step->reason = "new";
        return;
    }
    if (load_material(plan, step->output, places, &material, &err) != PROV_OK) {
        step_withhold(step, "%s", err.text);
    } else if (key_is_settled(plan, step, places, &material)) {
        compare_pair(step, places, &material);
        reason =
            places->clear != NULL ? standing_copy(places->clear, places->source, CLEAR_MODE) : NULL;
        if (reason != NULL)
            step->parts |= PART_CLEAR;
        if (step->reason == NULL)
            step->reason = reason;
        if (standing_there(places->copy, NULL))
            step->exposed = true;
    }
    forget_material(&material);
}

/* --- files in the clear */

static bool
shows_encrypted(const struct places *places)
{
    char hash[STANDING_HASH_SIZE];
    if (places->none)
        return false;
    return standing_there(places->encrypted, NULL) ||
           (places->clear != NULL && standing_there(places->clear, NULL)) ||
           standing_stub_hash(places->signed_file, hash);
}

/* Everybody can read it already. */
static bool
shows_clear(const struct places *places)
{
    char hash[STANDING_HASH_SIZE];
    if (places->none)
        return false;
    return standing_there(places->copy, NULL) || (standing_there(places->signed_file, NULL) &&
                                                  !standing_stub_hash(places->signed_file, hash));
}

bool
survey_was_encrypted(const struct run *run, const struct output *output)
{
    struct places places;
    bool was = !find_places(run, output, &places) || shows_encrypted(&places);
    forget_places(&places);
    return was;
}

bool
survey_is_clear(const struct run *run, const struct output *output)
{
    struct places places;
    bool is =
        find_places(run, output, &places) && shows_clear(&places) && !shows_encrypted(&places);
    forget_places(&places);
    return is;
}

/* A phone that went back by name stays there, even if the run ended before its pair was removed. */
static enum evidence_state
evidence_at(const struct plan *plan, const struct output *output, const struct places *places)
{
    enum evidence_state state = evidence_of(plan->evidence, &output->phone);
    if (state == EVIDENCE_ENCRYPTED || (state == EVIDENCE_CLEAR && shows_clear(places)))
        return state;
    if (shows_encrypted(places))
        return EVIDENCE_ENCRYPTED;
    if (state == EVIDENCE_NONE && plan->evidence->lost && !shows_clear(places))
        return EVIDENCE_UNKNOWN;
    return state;
}

enum evidence_state
survey_evidence(const struct plan *plan, const struct output *output)
{
    struct places places;
    enum evidence_state state =
        find_planned(plan, output, &places) ? evidence_at(plan, output, &places) : EVIDENCE_UNKNOWN;
    forget_places(&places);
    return state;
}

void
survey_refuse_clear(struct step *step, enum evidence_state why)
{
    const char *phone = step->output->phone.text;
    if (why == EVIDENCE_UNKNOWN)
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

static unsigned
parts_of_pair(const struct places *places)
{
    unsigned parts = standing_there(places->encrypted, NULL) ? PART_ENCRYPTED : 0U;
    if (places->clear != NULL && standing_there(places->clear, NULL))
        parts |= PART_CLEAR;
    return parts;
}

/* A configuration in the clear. False if it may not be published so. */
static bool
may_be_clear(const struct plan *plan, struct step *step, const struct places *places)
{
    const struct output *output = step->output;
    enum evidence_state state = evidence_at(plan, output, places);
    if (state == EVIDENCE_CLEAR || phones_hold(&plan->run->forced, &output->phone)) {
        step->obsolete = parts_of_pair(places);
        return true;
    }
    if (state != EVIDENCE_NONE) {
        survey_refuse_clear(step, state);
        return false;
    }
    if (!plan->unmounted || shows_clear(places))
        return true;
    step_withhold(step,
                  "the devices folder holds no certificate at all, while others were encrypted, so "
                  "it is not published in clear text; see whether the folder is mounted, or give "
                  "--force SEP%s",
                  output->phone.text);
    return false;
}

static bool
is_signed_already(const char *path)
{
    uint8_t start[PROV_HEADER_PREFIX];
    size_t header_len = 0;
    int fd = -1;
    if (prov_file_open(path, &fd, NULL) != PROV_OK)
        return false;
    bool is = pread(fd, start, sizeof start, 0) == (ssize_t)sizeof start &&
              prov_header_length(start, sizeof start, &header_len, NULL) == PROV_OK;
    close(fd);
    return is;
}

static bool
is_sound_configuration(struct step *step, const char *path)
{
    struct prov_error err = {.code = PROV_OK};
    struct prov_bytes *xml = NULL;
    struct prov_deviceconfig *config = NULL;
    int rc = prov_file_read(path, PROV_DEVICECONFIG_MAX, &xml, &err);
    if (rc == PROV_OK) {
        struct prov_span span = prov_bytes_span(xml);
        rc = prov_deviceconfig_read(span.data, span.len, &config, &err);
    }
    prov_deviceconfig_free(config);
    prov_bytes_free(xml);
    if (rc != PROV_OK)
        step_withhold(step, "%s", err.text);
    return rc == PROV_OK;
}

static void
survey_signed(struct step *step, const struct places *places)
{
    char *name = NULL;
    if (step->output->configuration) {
        if (!is_sound_configuration(step, places->source))
            return; /* as one that is signed already is not */
    } else if (is_signed_already(places->source)) {
        step_withhold(step,
                      "it carries a signature already; name it in exclude of section sign, so "
                      "that it is copied as it is");
        return;
    }
    if (places->none)
        step->reason = "new";
    else
        step->reason =
            inner_name(places, PART_SIGNED, &name)
                ? standing_signed(step->output->signing, places->signed_file, name, places->source)
                : "memory";
    if (step->reason != NULL)
        step->parts = PART_SIGNED;
    free(name);
}

static void
survey_clear(const struct plan *plan, struct step *step, const struct places *places)
{
    const struct output *output = step->output;
    if (output->configuration && !may_be_clear(plan, step, places))
        return;
    if (output->kind == OUTPUT_SIGNED)
        survey_signed(step, places);
    else if ((step->reason = standing_copy(places->copy, places->source, 0)) != NULL)
        step->parts = PART_COPY;
    if (output->configuration && plan->run->settings->devices != NULL)
        step->remark = "in clear text: there is no certificate of this phone";
}

/* --- */

/* Nothing new is signed with a certificate that ran out, or that phones do not know. */
static void
check_signer(const struct plan *plan, struct step *step)
{
    const struct output *output = step->output;
    const struct signing *signing = output->signing;
    if (step->kind != STEP_WRITE || signing == NULL || step->parts == PART_CLEAR)
        return;
    if (signing->problem != NULL) {
        step_withhold(step, "%s", signing->problem);
        return;
    }
    const struct prov_mac *phone = output->configuration ? &output->phone : NULL;
    if (run_forces_all(plan->run) || (phone != NULL && run_forces(plan->run, phone)) ||
        lists_trust(plan->lists, phone, signing->how.signer, signing->plain))
        return;
    step_withhold(
        step,
        "phones would refuse it: its signer %s is not in the trust list that stands, or is "
        "written there in another layout; list it as tftp or ccm-tftp first, or give --force",
        signing->certificate);
}

/* Where encryption is required, clear text that was published before is said too. */
static void
withhold_problem(struct step *step, const struct places *places)
{
    char hash[STANDING_HASH_SIZE];
    const struct output *output = step->output;
    if (output->refused && standing_there(places->copy, NULL))
        step_withhold(step, "%s; its clear text stands in the public tree: remove it there",
                      output->problem);
    else if (output->refused && standing_there(places->signed_file, NULL) &&
             !standing_there(places->encrypted, NULL) &&
             !standing_stub_hash(places->signed_file, hash))
        step_withhold(step,
                      "%s; its clear text stands in the public tree, signed: --prune removes it",
                      output->problem);
    else
        step_withhold(step, "%s", output->problem);
}

void
survey_output(const struct plan *plan, struct step *step)
{
    struct places places;
    if (!find_planned(plan, step->output, &places))
        step_withhold(step, "out of memory");
    else if (step->output->problem != NULL)
        withhold_problem(step, &places);
    else if (!plan->run->quick || !quickly_current(plan, step->output, &places)) {
        if (step->output->kind == OUTPUT_ENCRYPTED)
            survey_encrypted(plan, step, &places);
        else
            survey_clear(plan, step, &places);
    }
    forget_places(&places);
    if (step->kind == STEP_NONE && (step->parts | step->obsolete) != 0)
        step->kind = STEP_WRITE;
    check_signer(plan, step);
}
