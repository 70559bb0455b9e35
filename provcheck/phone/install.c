/* SPDX-License-Identifier: MIT */
/* Whether a phone installs a trust list that reached it. */
#include "provcheck/phone/internal.h"

#include "tree/list_rules.h"

#include <stdio.h>

static void
warn_roles(const struct verify_rules *rules, const struct prov_trustlist *list)
{
    for (size_t i = 0; i < prov_trustlist_count(list); i++) {
        unsigned role = prov_trustlist_at(list, i)->role;
        char text[128];
        if (prov_role_name(role) != NULL)
            continue;
        snprintf(text, sizeof text,
                 "record %zu has the unknown role %u, for which the phone may refuse the list",
                 i + 1, role);
        rules->warn(rules->context, text);
    }
}

/* What follows when the phone takes the list without a check: the next boots. */
static void
warn_first(const struct verify_rules *rules, const struct prov_trustlist *list)
{
    struct prov_error err;
    char text[PROV_ERROR_TEXT_MAX + 100];
    const struct prov_header *header = prov_trustlist_header(list);
    const struct trust own = {.lists = {[TRUST_ITL] = list}};
    struct verify_rules checked = *rules;
    checked.trust = &own;
    int rc = verify_header(&checked, header, prov_trustlist_content(list), &err);
    if (rc == PROV_OK && trust_count_role(list, PROV_ROLE_SAST) > PROV_TRUSTLIST_SAST_MAX)
        rc = prov_fail(&err, PROV_E_LIMIT, "it has more than two SAST records");
    if (rc == PROV_OK)
        return;
    snprintf(text, sizeof text,
             "the phone may refuse it although it is its first, and would refuse it as a later one "
             "(%s)",
             err.text);
    rules->warn(rules->context, text);
}

static int
check_newer(const struct prov_trustlist *held, const struct prov_trustlist *next,
            struct prov_error *err)
{
    int64_t old_time = held != NULL ? prov_trustlist_timestamp(held) : -1;
    if (old_time < 0 || prov_trustlist_timestamp(next) > old_time)
        return PROV_OK;
    return prov_fail(err, PROV_E_CONTINUITY,
                     "timestamp failed: it is not newer than the list that the phone holds");
}

/* A list for a phone that holds one. */
static int
check_next(const struct verify_rules *rules, const struct prov_trustlist *held,
           const struct prov_trustlist *next, struct prov_error *err)
{
    int rc = verify_header(rules, prov_trustlist_header(next), prov_trustlist_content(next), err);
    if (rc == PROV_OK)
        rc = check_newer(held, next, err);
    if (rc == PROV_OK && trust_count_role(next, PROV_ROLE_SAST) > PROV_TRUSTLIST_SAST_MAX)
        rc = prov_fail(err, PROV_E_LIMIT, "it has %zu SAST records, and phones take two",
                       trust_count_role(next, PROV_ROLE_SAST));
    return rc;
}

static enum install_outcome
judge(struct trust *trust, const struct prov_trustlist *held, const struct verify_rules *rules,
      const struct prov_trustlist *next, struct prov_error *err)
{
    warn_roles(rules, next);
    if (trust_is_empty(trust) || trust_is_released(trust)) {
        enum install_outcome outcome = trust_is_empty(trust) ? INSTALL_FIRST : INSTALL_RELEASED;
        warn_first(rules, next);
        return outcome;
    }
    return check_next(rules, held, next, err) == PROV_OK ? INSTALL_UPDATED : INSTALL_REFUSED;
}

/* What it means to the phone that the list names nobody who may sign files. */
static void
warn_release(const struct verify_rules *rules, const struct prov_trustlist *held,
             const struct prov_trustlist *next)
{
    enum list_release release = list_release_of(held, next);
    char text[256];
    if (release == LIST_SERVES)
        return;
    snprintf(text, sizeof text, "it names nobody who may sign files%s: %s",
             release == LIST_LETS_GO ? ", and the list before it did" : "",
             list_rule_words(LIST_NO_TFTP)->why);
    rules->warn(rules->context, text);
}

enum install_outcome
install_list(struct trust *trust, enum trust_kind kind, struct prov_span list,
             const struct verify_rules *how, struct prov_error *err)
{
    const struct prov_trustlist *held = trust->lists[kind];
    struct prov_error cause;
    const struct prov_trustlist *next = NULL;
    if (list.len == 0)
        return INSTALL_EMPTY;
    if (held != NULL && prov_span_equal(prov_trustlist_bytes(held), list))
        return INSTALL_SAME;
    if (list.len > PROV_TRUSTLIST_BUILD_MAX) {
        prov_fail(err, PROV_E_LIMIT,
                  "it has %zu bytes, and phones do not load a list above 64 KB and do not register",
                  list.len);
        return INSTALL_TOO_LARGE;
    }
    if (trust_library_read(trust->known, list, &next, &cause) != PROV_OK) {
        prov_fail(err, PROV_E_FORMAT, "format error: this is no trust list: %s", cause.text);
        return INSTALL_REFUSED;
    }
    struct verify_rules rules = *how;
    rules.trust = trust;
    rules.roles = TRUST_ROLE(PROV_ROLE_SAST);
    rules.name = trust_list_name(kind);
    enum install_outcome outcome = judge(trust, held, &rules, next, err);
    if (outcome == INSTALL_REFUSED)
        return outcome;
    warn_release(&rules, held, next);
    trust->lists[kind] = next;
    return outcome;
}
