/* SPDX-License-Identifier: MIT */
/* --prune: what has lost its source goes, if it is known to be provbuild's own work. */
#include "provbuild/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHARE 10 /* one file in so many may go without --force */

static void
report(void *context, const char *place, const char *text)
{
    const struct run *run = context;
    report_warning(run->report, place, text);
}

static bool
ends_with(const char *text, const char *ending)
{
    size_t len = strlen(text), ending_len = strlen(ending);
    return len > ending_len && strcmp(text + len - ending_len, ending) == 0;
}

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

/* Takes over `path`. */
static int
add(struct plan *plan, char *path, const char *folder, struct prov_error *err)
{
    struct step *steps =
        path != NULL ? reallocarray(plan->steps, plan->count + 1, sizeof *steps) : NULL;
    if (steps == NULL) {
        free(path);
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    }
    plan->steps = steps;
    steps[plan->count++] = (struct step){.kind = STEP_REMOVE,
                                         .path = path,
                                         .shown = path + strlen(folder) + 1,
                                         .reason = "its source is gone"};
    return PROV_OK;
}

/* The clear configuration goes with the encrypted one. */
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
    return add(plan, clear, settings->secure, err);
}

static int
consider(struct plan *plan, const char *path, struct prov_error *err)
{
    const struct settings *settings = plan->run->settings;
    struct prov_mac phone;
    if (!ends_with(path, ".sgn") || manifest_wants(plan->manifest, path))
        return PROV_OK;
    char *whole = run_path(settings->tftpboot, path, "");
    if (whole == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    if (!is_own(plan, whole)) {
        free(whole);
        return PROV_OK;
    }
    int rc = add(plan, whole, settings->tftpboot, err);
    if (rc == PROV_OK && settings->secure != NULL &&
        prov_mac_of_file(path, "", ".cnf.xml.enc.sgn", &phone) &&
        manifest_configuration(plan->manifest, &phone) == NULL)
        rc = add_clear(plan, path, err);
    return rc;
}

/* So many at once rather means that the source folder is not what it should be. */
static void
check_share(struct plan *plan, size_t first, size_t total)
{
    size_t removals = plan->count - first;
    char text[256];
    if (removals * SHARE <= total || run_forces_all(plan->run))
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
        rc = walk_folder(plan->run->settings->tftpboot, report, (void *)plan->run, &faults, &tree,
                         err);
    if (rc != PROV_OK)
        return rc;
    for (size_t i = 0; rc == PROV_OK && i < tree.count && !cli_interrupted(); i++)
        rc = consider(plan, tree.files[i].path, err);
    if (rc == PROV_OK)
        check_share(plan, first, tree.count);
    walk_release(&tree);
    return rc;
}
