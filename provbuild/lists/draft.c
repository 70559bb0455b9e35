/* SPDX-License-Identifier: MIT */
/* A trust list from the section that describes it to its signed bytes. */
#include "provbuild/lists/draft.h"

#include "provbuild/lists/keep.h"
#include "provbuild/lists/lists.h"

#include <stdlib.h>

struct list_draft {
    const char *name;   /* of the file */
    const char *signer; /* path */
    struct prov_trustlist_plan plan;
    struct prov_trustlist_entry *entries;
    struct prov_signing how; /* without time */
};

static int
load_entries(struct list_draft *draft, const struct run *run, const struct settings_list *wanted,
             struct prov_error *err)
{
    for (size_t i = 0; i < wanted->entry_count; i++) {
        const struct settings_entry *entry = &wanted->entries[i];
        unsigned need = PROV_NEED_CERTIFICATE | (i == 0 ? PROV_NEED_KEY : 0);
        draft->entries[i].role = entry->role;
        draft->entries[i].certificate = cli_identity(&run->common, entry->certificate, need);
        if (draft->entries[i].certificate == NULL)
            return prov_fail(err, PROV_E_UNFIT, "it cannot be built without %s",
                             entry->certificate);
        draft->plan.count++;
    }
    return PROV_OK;
}

int
list_draft_new(const struct run *run, const struct settings_list *wanted, const char *name,
               struct list_draft **out, struct prov_error *err)
{
    struct list_draft *draft = calloc(1, sizeof *draft);
    if (draft != NULL)
        draft->entries = calloc(wanted->entry_count + 1, sizeof *draft->entries);
    if (draft == NULL || draft->entries == NULL) {
        list_draft_free(draft);
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    }
    draft->name = name;
    draft->signer = wanted->entries[0].certificate;
    draft->plan = (struct prov_trustlist_plan){.size = sizeof(struct prov_trustlist_plan),
                                               .signer_version = wanted->version,
                                               .name = prov_trustlist_stored_name(name),
                                               .entries = draft->entries};
    int rc = load_entries(draft, run, wanted, err);
    draft->how = (struct prov_signing){.layout = wanted->layout,
                                       .signer = draft->entries[0].certificate,
                                       .digest = wanted->digest};
    if (rc == PROV_OK)
        rc = prov_signing_check(&draft->how, err);
    if (rc != PROV_OK) {
        list_draft_free(draft);
        return rc;
    }
    *out = draft;
    return PROV_OK;
}

void
list_draft_free(struct list_draft *draft)
{
    if (draft == NULL)
        return;
    for (size_t i = 0; draft->entries != NULL && i < draft->plan.count; i++)
        prov_identity_free((struct prov_identity *)draft->entries[i].certificate);
    free(draft->entries);
    free(draft);
}

int
list_draft_sign(const struct list_draft *draft, uint32_t time, struct prov_trustlist **out,
                struct prov_error *err)
{
    struct prov_signing how = draft->how;
    struct prov_bytes *bytes = NULL;
    struct prov_trustlist *list = NULL;
    how.timestamp = time;
    int rc = prov_trustlist_build(&how, &draft->plan, &bytes, err);
    if (rc == PROV_OK) {
        struct prov_span built = prov_bytes_span(bytes);
        rc = prov_trustlist_read(built.data, built.len, &list, err);
    }
    if (rc == PROV_OK)
        rc = prov_trustlist_verify(list, NULL, NULL, err);
    prov_bytes_free(bytes);
    if (rc != PROV_OK) {
        prov_trustlist_free(list);
        return rc;
    }
    *out = list;
    return PROV_OK;
}

int
list_draft_note(const struct list_draft *draft, const struct run *run, struct prov_error *err)
{
    struct prov_signing how = draft->how;
    how.timestamp = run->now;
    return keep_inventory(run->published, run->settings->tftpboot, &how, err);
}

int
list_draft_check_time(const struct list_draft *draft, int64_t now, struct prov_error *err)
{
    if (now > prov_identity_not_after(draft->how.signer))
        return prov_fail(err, PROV_E_UNFIT, "its signer %s has expired", draft->signer);
    if (now < prov_identity_not_before(draft->how.signer))
        return prov_fail(err, PROV_E_UNFIT, "its signer %s is not valid yet; is the clock right?",
                         draft->signer);
    return PROV_OK;
}

struct warning {
    const struct run *run;
    const char *name;
};

static void
warn(void *context, const char *text)
{
    const struct warning *warning = context;
    report_warning(warning->run->report, warning->name, text);
}

void
list_draft_warn(const struct list_draft *draft, const struct run *run)
{
    struct warning warning = {run, draft->name};
    bool signer = run->settings->build.sign_count == 0 || run->release;
    for (size_t i = 0; i < draft->plan.count; i++)
        signer |= list_role_signs(draft->entries[i].role);
    if (!signer)
        report_warning(run->report, draft->name, LIST_NAMES_NO_SIGNER);
    prov_trustlist_plan_warnings(&draft->plan, run->now, warn, &warning);
}
