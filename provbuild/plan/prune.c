/* SPDX-License-Identifier: MIT */
/* --prune: what has lost its source goes, if it is known to be provbuild's own work. */
#include "provbuild/disk/compare.h"
#include "provbuild/plan/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHARE 10 /* one file in so many may go without --force */

static const char source_is_gone[] = "its source is gone";

/* Signed by one of the certificates that sign now. */
static bool
is_own(const struct plan *plan, const char *path)
{
    const struct signings *signings = &plan->manifest->signings;
    struct prov_signedfile *file = NULL;
    if (prov_signedfile_open(path, &file, NULL) != PROV_OK)
        return false;
    bool own = false;
    for (size_t i = 0; !own && i < signings->identity_count; i++)
        own = prov_signedfile_verify(file, signings->identities[i].identity, NULL) == PROV_OK;
    prov_signedfile_free(file);
    return own;
}

/* Takes over `path`, which is in the secure root or the public one. */
static int
add(struct plan *plan, char *path, bool secure, const char *reason, struct prov_error *err)
{
    const struct settings *settings = plan->run->settings;
    struct step *steps =
        path != NULL ? reallocarray(plan->steps, plan->count + 1, sizeof *steps) : NULL;
    if (steps == NULL) {
        free(path);
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    }
    plan->steps = steps;
    steps[plan->count++] =
        (struct step){.kind = STEP_REMOVE,
                      .path = path,
                      .secure = secure,
                      .shown = path + strlen(secure ? settings->secure : settings->tftpboot) + 1,
                      .reason = reason};
    return PROV_OK;
}

/* The clear configuration goes with the encrypted one, and before it: what is left of it by a run
 * that is killed is only found by its pair. */
static int
add_clear(struct plan *plan, const char *encrypted, struct prov_error *err)
{
    const struct settings *settings = plan->run->settings;
    size_t len = strlen(encrypted) - strlen(".enc.sgn");
    char *source = strndup(encrypted, len);
    if (source == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    char *clear = run_path(settings->secure, source, "");
    free(source);
    if (clear == NULL || stands_at(clear, NULL))
        return add(plan, clear, true, source_is_gone, err);
    free(clear);
    return PROV_OK;
}

/* Half of a pair: who was encrypted must still be known when it is gone. */
static int
note_pair(struct plan *plan, const char *path, const char *whole, struct prov_error *err)
{
    struct prov_mac phone;
    char hash[STUB_HASH_SIZE];
    if (prov_mac_of_file(path, "", ".cnf.xml.enc.sgn", &phone) ||
        (prov_mac_of_file(path, "", ".cnf.xml.sgn", &phone) && stub_hash_of(whole, hash)))
        return encrypted_note(plan->encrypted, &phone, ENCRYPTED_ONCE, err);
    return PROV_OK;
}

/* A file whose source is withheld for what it holds. */
static bool
is_secret(const struct plan *plan, const char *path)
{
    const struct output *output = manifest_signed_as(plan->manifest, path);
    return output != NULL && plan->steps[output - plan->manifest->outputs].secret;
}

/* Clear text that was published before encryption was required. */
static bool
is_refused(const struct plan *plan, const char *path, const char *whole)
{
    struct prov_mac phone;
    char hash[STUB_HASH_SIZE];
    if (!prov_mac_of_file(path, "", ".cnf.xml.sgn", &phone))
        return false;
    const struct output *output = manifest_configuration(plan->manifest, &phone);
    char *encrypted = output != NULL && output->refused
                          ? output_path(output, PART_ENCRYPTED, plan->run->settings)
                          : NULL;
    bool refused = encrypted != NULL && !stands_at(encrypted, NULL) && !stub_hash_of(whole, hash);
    free(encrypted);
    return refused;
}

static int
consider_own(struct plan *plan, const char *path, char *whole, const char *reason,
             struct prov_error *err)
{
    struct prov_mac phone;
    int rc = note_pair(plan, path, whole, err);
    if (rc == PROV_OK && plan->run->settings->secure != NULL &&
        prov_mac_of_file(path, "", ".cnf.xml.enc.sgn", &phone) &&
        manifest_configuration(plan->manifest, &phone) == NULL)
        rc = add_clear(plan, path, err);
    if (rc == PROV_OK)
        return add(plan, whole, false, reason, err);
    free(whole);
    return rc;
}

static int
consider(struct plan *plan, const char *path, struct prov_error *err)
{
    if (!run_ends_with(path, ".sgn"))
        return PROV_OK;
    char *whole = run_path(plan->run->settings->tftpboot, path, "");
    if (whole == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    const char *reason = is_refused(plan, path, whole)           ? "encryption is required"
                         : is_secret(plan, path)                 ? "it holds a secret"
                         : !manifest_wants(plan->manifest, path) ? source_is_gone
                                                                 : NULL;
    if (reason != NULL && is_own(plan, whole))
        return consider_own(plan, path, whole, reason, err);
    free(whole);
    return PROV_OK;
}

bool
prune_may_remove(size_t removals, size_t total, bool forced)
{
    return forced || removals <= total / SHARE;
}

static void
check_share(struct plan *plan, size_t first, size_t total)
{
    size_t removals = plan->count - first;
    char text[256];
    if (prune_may_remove(removals, total, run_forces_all(plan->run)))
        return;
    snprintf(
        text, sizeof text,
        "%zu of %zu files have lost their source, more than one in %d; nothing is removed; see "
        "whether the source folder is whole, or give --force",
        removals, total, SHARE);
    report_fault(plan->run->report, plan->run->settings->tftpboot, text);
    while (plan->count > first)
        free(plan->steps[--plan->count].path);
}

int
plan_prune(struct plan *plan, struct prov_error *err)
{
    struct walk tree;
    size_t faults = 0, first = plan->count;
    if (!plan->manifest->complete) {
        report_fault(plan->run->report, plan->run->settings->source,
                     "not all of the source folder could be read, so nothing is removed");
        return PROV_OK;
    }
    int rc = signings_load_all(&plan->manifest->signings, err);
    if (rc == PROV_OK)
        rc = walk_folder(plan->run->settings->tftpboot, NULL, NULL, NULL, &faults, &tree, err);
    if (rc != PROV_OK)
        return rc;
    for (size_t i = 0; rc == PROV_OK && i < tree.count && !cli_interrupted(); i++)
        rc = consider(plan, tree.files[i].path, err);
    if (rc == PROV_OK)
        check_share(plan, first, tree.count);
    walk_release(&tree);
    return rc;
}
