/* SPDX-License-Identifier: MIT */
/* A trust list from the section that describes it to its signed bytes. */
#include "provbuild/lists/draft.h"

#include "provbuild/lists/keep.h"
#include "provbuild/lists/lists.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct list_draft {
    const char *name;   /* of the file */
    const char *signer; /* path */
    struct prov_trustlist_plan plan;
    struct prov_trustlist_entry *entries;
    struct prov_signing how; /* without time */
    bool proof_worn;         /* the certificate for proof cannot serve as one */
};

static int
add_entry(struct list_draft *draft, const struct run *run, enum prov_role role, const char *path,
          unsigned need, struct prov_error *err)
{
    struct prov_trustlist_entry *entry = &draft->entries[draft->plan.count];
    entry->role = role;
    entry->certificate = cli_identity(&run->common, path, PROV_NEED_CERTIFICATE | need);
    if (entry->certificate == NULL)
        return prov_fail(err, PROV_E_UNFIT, "it cannot be built without %s", path);
    draft->plan.count++;
    return PROV_OK;
}

/* Where all that was ever published leads to this list at once, nobody has to prove anything. Where
 * a list that does not names the certificate, too, whoever holds that would be proven to hold what
 * it refuses. */
static bool
can_prove(struct list_draft *draft, const struct published *published,
          const struct prov_identity *proof)
{
    const struct prov_identity *signer = draft->entries[0].certificate;
    bool needed = false;
    draft->proof_worn = false;
    for (size_t i = 0; i < published->count; i++) {
        const struct prov_trustlist *list = past_list_read(&published->at[i]);
        if (list == NULL || list_names(list, signer, true))
            continue;
        needed = true;
        draft->proof_worn |= list_names(list, proof, false);
    }
    return needed && !draft->proof_worn;
}

static bool
names(const struct list_draft *draft, const struct prov_identity *certificate, bool *signer)
{
    bool named = false;
    for (size_t i = 0; i < draft->plan.count; i++) {
        const struct prov_trustlist_entry *entry = &draft->entries[i];
        *signer |= list_role_signs(entry->role);
        named |=
            prov_span_equal(prov_identity_der(entry->certificate), prov_identity_der(certificate));
    }
    return named;
}

/* Lists of both kinds that named it would only show that a phone holds one of them. */
static bool
proves(const struct run *run, const struct settings_list *wanted)
{
    bool itl = false;
    for (size_t i = 0; i < run->settings->build.list_count; i++)
        itl |= run->settings->build.lists[i].kind == LIST_ITL;
    return run->settings->proof_certificate != NULL && wanted->kind == (itl ? LIST_ITL : LIST_CTL);
}

/* Who takes a server that shows this certificate holds the list that names it. One that lets phones
 * go names nobody. */
static int
add_proof(struct list_draft *draft, const struct run *run, const struct settings_list *wanted,
          struct prov_error *err)
{
    const char *path = run->settings->proof_certificate;
    bool signer = false;
    if (!proves(run, wanted))
        return PROV_OK;
    struct prov_identity *proof = cli_identity(&run->common, path, PROV_NEED_CERTIFICATE);
    if (proof == NULL)
        return prov_fail(err, PROV_E_UNFIT, "it cannot be built without %s", path);
    bool named = names(draft, proof, &signer);
    if (named || !signer || !can_prove(draft, run->published, proof))
        prov_identity_free(proof);
    else
        draft->entries[draft->plan.count++] = (struct prov_trustlist_entry){proof, PROV_ROLE_TFTP};
    return PROV_OK;
}

static int
load_entries(struct list_draft *draft, const struct run *run, const struct settings_list *wanted,
             const char *key, struct prov_error *err)
{
    int rc = key != NULL ? add_entry(draft, run, PROV_ROLE_SAST, key, PROV_NEED_KEY, err) : PROV_OK;
    for (size_t i = 0; rc == PROV_OK && i < wanted->entry_count; i++) {
        const struct settings_entry *entry = &wanted->entries[i];
        unsigned need = i == 0 && key == NULL ? PROV_NEED_KEY : 0;
        if (key == NULL || i == 0 || entry->role != PROV_ROLE_SAST)
            rc = add_entry(draft, run, entry->role, entry->certificate, need, err);
    }
    return rc == PROV_OK && key == NULL ? add_proof(draft, run, wanted, err) : rc;
}

int
list_draft_new(const struct run *run, const struct settings_list *wanted, const char *name,
               const char *key, struct list_draft **out, struct prov_error *err)
{
    struct list_draft *draft = calloc(1, sizeof *draft);
    if (draft != NULL) /* with a key before the first, and the proof after the last */
        draft->entries = calloc(wanted->entry_count + 2, sizeof *draft->entries);
    if (draft == NULL || draft->entries == NULL) {
        list_draft_free(draft);
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    }
    draft->name = name;
    draft->signer = key != NULL ? key : wanted->entries[0].certificate;
    draft->plan = (struct prov_trustlist_plan){.size = sizeof(struct prov_trustlist_plan),
                                               .signer_version = wanted->version,
                                               .name = prov_trustlist_stored_name(name),
                                               .entries = draft->entries};
    int rc = load_entries(draft, run, wanted, key, err);
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

static int
read_built(const struct prov_bytes *bytes, struct prov_trustlist **out, struct prov_error *err)
{
    struct prov_span built = prov_bytes_span(bytes);
    return prov_trustlist_read(built.data, built.len, out, err);
}

int
list_draft_value(const struct list_draft *draft, const struct prov_identity *proof,
                 struct ladder_list *out, struct prov_error *err)
{
    struct prov_bytes *bytes = NULL;
    struct prov_trustlist *list = NULL;
    int rc = prov_trustlist_expect(&draft->how, &draft->plan, &bytes, err);
    if (rc == PROV_OK)
        rc = read_built(bytes, &list, err);
    if (rc == PROV_OK)
        rc = ladder_list_drafted(list, proof, out, err);
    prov_trustlist_free(list);
    prov_bytes_free(bytes);
    return rc;
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
    if (rc == PROV_OK)
        rc = read_built(bytes, &list, err);
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

bool
list_draft_is_trusted(const struct list_draft *draft, const struct prov_trustlist *list)
{
    return list_names(list, draft->how.signer, true);
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

bool
list_draft_expired(const struct list_draft *draft, int64_t now)
{
    return now > prov_identity_not_after(draft->how.signer);
}

void
list_draft_warn_expired(const struct list_draft *draft, const struct run *run)
{
    char day[32] = "", text[1024];
    time_t end = (time_t)prov_identity_not_after(draft->how.signer);
    struct tm tm;
    if (gmtime_r(&end, &tm) == NULL || strftime(day, sizeof day, " on %Y-%m-%d", &tm) == 0)
        *day = '\0';
    snprintf(text, sizeof text,
             "its bridge is signed by %.600s, which expired%s: whether phones mind that is not "
             "known, but without it those that hold its lists would be locked out",
             draft->signer, day);
    report_warning(run->report, draft->name, text);
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
    if (draft->proof_worn)
        report_warning(run->report, draft->name, LIST_LACKS_PROOF);
    prov_trustlist_plan_warnings(&draft->plan, run->now, warn, &warning);
}
