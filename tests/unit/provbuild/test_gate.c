/* SPDX-License-Identifier: MIT */
/* What a scope's lists come to, and which of that the gate refuses: each case as a row, over lists
 * in memory. */
#include "provbuild/publish/gate.h"
#include "tests/unit/provbuild/values.h"

#define VALID 1795300000U /* seconds since 1970: the certificates are good then */

#define A "sast.pem"
#define B "sast2.pem"
#define C "tvs.pem"
#define D "apache.pem"

#define ITL(signer, second, time)                                                                  \
    {                                                                                              \
        {"ITLFile.tlv", signer, second, time, 0}, true                                             \
    }
#define OLD_ITL(signer, second, time)                                                              \
    {                                                                                              \
        {"ITLFile.tlv", signer, second, time, 0}, false                                            \
    }
#define CTL(signer, second, time)                                                                  \
    {                                                                                              \
        {"CTLFile.tlv", signer, second, time, 0}, true                                             \
    }
#define OWN_CTL(signer, second, time)                                                              \
    {                                                                                              \
        {"CTL" ONE ".tlv", signer, second, time, 0}, true                                          \
    }

struct past {
    struct list_wish wish;
    bool stands;
};

struct passing {
    struct past past[3];
    const char *first, *second;  /* the SASTs that are wanted */
    const char *other, *other_2; /* of the CTL; NULL: none is wanted */
    const char *key;             /* of a SAST of before that is at hand; NULL */
    size_t rungs;                /* of the ITL */
    bool changes;
    const char *refusal; /* NULL: it may pass */
};

static void
forget_decision(void *object)
{
    decision_release(object);
    free(object);
}

static void
forget_scopes(void *object)
{
    scopes_release(object);
    free(object);
}

static struct scopes *
scopes_of(struct world *world)
{
    const struct phones leaving[LIST_KINDS] = {{0}, {0}};
    struct scopes *scopes = keep(calloc(1, sizeof *scopes), forget_scopes);
    assert_int_equal(scopes_make(&world->lists, leaving, scopes, NULL), PROV_OK);
    return scopes;
}

static struct decision *
decide(struct world *world, const struct scope *scope, bool forced)
{
    struct prov_error err = {.code = PROV_OK};
    struct decision *decision = keep(calloc(1, sizeof *decision), forget_decision);
    decision->run = &world->run;
    decision->scope = scope;
    decision->forced = forced;
    for (enum list_kind kind = 0; kind < LIST_KINDS; kind++)
        if (scope_decides(scope, kind))
            expect_ok(decision_draft(decision, kind, &err), &err);
    expect_ok(decision_plan(decision, &world->fleet, &err), &err);
    expect_ok(decision_sign(decision, &err), &err);
    return decision;
}

static const char *
path_of(const char *name)
{
    return name != NULL ? text_of("%s/pem/%s", VECTORS, name) : NULL;
}

static struct world *
world_of(const struct passing *at)
{
    struct world *world = world_of_nothing();
    world->run.now = VALID;
    world->run.common.loose_keys_elsewhere = true;
    for (size_t i = 0; i < LENGTH(at->past); i++)
        if (at->past[i].wish.name != NULL)
            publish_once(world, at->past[i].wish, at->past[i].stands);
    want(world, NULL, path_of(at->first), path_of(at->second), path_of("asterisk.pem"));
    if (at->other != NULL)
        want(world, NULL, path_of(at->other), path_of(at->other_2), path_of("asterisk.pem"))->kind =
            LIST_CTL;
    if (at->key != NULL)
        assert_int_equal(wanted_add_key(&world->wanted, path_of(at->key), NULL), PROV_OK);
    settle(world);
    phone_holds(world, ONE, -1);
    return world;
}

static void
ladders_pass_that_do_nobody_worse(void **state)
{
    (void)state;
    static const char first[] = "a phone without lists", locked[] = "all phones that hold ",
                      both[] = "could never hold both";
    static const struct passing cases[] = {
        /* one kind alone */
        {{{{0}, false}}, A, B, NULL, NULL, NULL, 1, true, NULL},
        {{ITL(A, B, 0)}, A, B, NULL, NULL, NULL, 1, false, NULL},
        {{OLD_ITL(A, B, 0)}, A, B, NULL, NULL, NULL, 1, true, NULL},
        {{ITL(A, B, 0)}, B, A, NULL, NULL, NULL, 1, true, NULL},
        {{ITL(A, B, 0)}, A, C, NULL, NULL, NULL, 1, true, NULL},
        {{ITL(A, B, 0)}, C, D, NULL, NULL, NULL, 1, true, locked},
        {{OLD_ITL(A, B, 0)}, C, D, NULL, NULL, NULL, 1, true, locked},
        /* a bridge where the key of before is at hand, and names the newest */
        {{ITL(A, B, 0)}, C, B, NULL, NULL, A, 2, true, NULL},
        {{ITL(A, B, 0)}, C, D, NULL, NULL, A, 2, true, NULL},
        {{ITL(A, B, 0)}, C, B, NULL, NULL, B, 1, true, locked}, /* the newest names it */
        {{ITL(A, B, 0)}, C, D, NULL, NULL, B, 2, true, NULL},
        {{ITL(A, B, 0)}, A, B, NULL, NULL, A, 1, false, NULL}, /* it signs already */
        /* a CTL beside an ITL */
        {{ITL(A, B, 0)}, A, B, A, B, NULL, 1, false, NULL},
        {{ITL(A, B, 0)}, A, B, C, D, NULL, 1, false, both},
        {{ITL(A, B, 0)}, A, B, B, C, NULL, 1, false, first},
        {{ITL(A, B, 0), CTL(A, B, 0)}, C, B, C, B, A, 2, true, NULL},
        {{ITL(A, B, 0), CTL(A, B, 0)}, C, D, A, B, NULL, 1, true, locked},
        /* what is broken already may be replaced, and what is held by nobody */
        {{ITL(A, B, 1), CTL(C, D, 0)}, A, D, C, D, NULL, 1, true, NULL},
        {{ITL(C, D, 1), OLD_ITL(A, B, 0)}, C, B, NULL, NULL, NULL, 1, true, NULL},
        /* one phone's own CTL beside the ITL for all */
        {{ITL(A, B, 0), OWN_CTL(A, C, 0)}, A, D, NULL, NULL, NULL, 1, true, NULL},
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        const struct passing *at = &cases[i];
        struct prov_error err = {.code = PROV_OK}, warning;
        struct world *world = world_of(at);
        const struct scopes *scopes = scopes_of(world);
        const struct decision *decision = decide(world, &scopes->at[0], false);
        const struct gate gate = {decision, scopes, &world->lists, &world->fleet};
        int rc = gate_judge_ways(&gate, &warning, &err);
        if (decision->next[LIST_ITL].count != at->rungs ||
            decision->changes[LIST_ITL] != at->changes ||
            rc != (at->refusal != NULL ? PROV_E_CONTINUITY : PROV_OK) ||
            (at->refusal != NULL && strstr(err.text, at->refusal) == NULL))
            fail_msg("case %zu: %zu rungs, %d: %s", i, decision->next[LIST_ITL].count, rc,
                     err.text);
    }
}

/* Those named with --force do not count; those that are left out are not even named. */
static void
phones_are_counted_and_named(void **state)
{
    (void)state;
    static const struct {
        const char *forced; /* a phone */
        bool left_out;      /* the other one */
        const char *refusal;
        const char *warning;
    } cases[] = {
        {NULL, false, "2 of 2 phones: " ONE ", " TWO, NULL},
        {ONE, false, "2 of 2 phones: " TWO, NULL},
        {NULL, true, "1 of 1 phones: " ONE, NULL},
        {ONE, true, NULL, "1 of 1 phones"},
    };
    const struct passing change = {{ITL(A, B, 0)}, C, D, NULL, NULL, NULL, 1, true, NULL};
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct prov_error err = {.code = PROV_OK}, warning = err;
        struct world *world = world_of(&change);
        phone_holds(world, TWO, -1)->left_out = cases[i].left_out;
        if (cases[i].forced != NULL)
            world->run.forced = phones_of(cases[i].forced, NULL);
        const struct scopes *scopes = scopes_of(world);
        const struct gate gate = {decide(world, &scopes->at[0], false), scopes, &world->lists,
                                  &world->fleet};
        int rc = gate_judge_ways(&gate, &warning, &err);
        if (rc != (cases[i].refusal != NULL ? PROV_E_CONTINUITY : PROV_OK) ||
            (rc != PROV_OK && strstr(err.text, cases[i].refusal) == NULL) ||
            (cases[i].warning != NULL && strstr(warning.text, cases[i].warning) == NULL))
            fail_msg("case %zu: %d: %s; %s", i, rc, err.text, warning.text);
    }
}

static void
a_list_from_the_future_is_followed(void **state)
{
    (void)state;
    const struct passing change = {
        {ITL(A, B, VALID - VECTOR_TIME + 500000)}, B, A, NULL, NULL, NULL, 1, true, NULL};
    struct prov_error err = {.code = PROV_OK};
    struct world *world = world_of(&change);
    const struct scopes *scopes = scopes_of(world);
    struct decision *decision = keep(calloc(1, sizeof *decision), forget_decision);
    decision->run = &world->run;
    decision->scope = &scopes->at[0];
    expect_ok(decision_draft(decision, LIST_ITL, &err), &err);
    expect_ok(decision_plan(decision, &world->fleet, &err), &err);
    expect_ok(decision_sign(decision, &err), &err);
    assert_int_equal(prov_trustlist_timestamp(decision->next[LIST_ITL].at[0]), VALID + 500001);
    const struct gate gate = {decision, scopes, &world->lists, &world->fleet};
    expect_ok(gate_judge_list(&gate, LIST_ITL, &err), &err);
}

/* --- lists by themselves */

static void
lists_by_themselves(void **state)
{
    (void)state;
    static const struct {
        struct past past;
        bool signs; /* the list that is wanted names a certificate for files */
        const char *refusal;
    } cases[] = {
        {{{0}, false}, true, NULL},
        {{{0}, false}, false, NULL}, /* a first list may be without */
        {ITL(A, B, 0), false, "it names no certificate as tftp or ccm-tftp any more"},
        {OLD_ITL(A, B, 0), false, "--release"},
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct prov_error err = {.code = PROV_OK};
        struct world *world = world_of_nothing();
        world->run.now = VALID;
        world->run.common.loose_keys_elsewhere = true;
        if (cases[i].past.wish.name != NULL)
            publish_once(world, cases[i].past.wish, cases[i].past.stands);
        want(world, NULL, path_of(A), path_of(B), cases[i].signs ? path_of("asterisk.pem") : NULL);
        settle(world);
        phone_holds(world, ONE, -1);
        const struct scopes *scopes = scopes_of(world);
        const struct gate gate = {decide(world, &scopes->at[0], false), scopes, &world->lists,
                                  &world->fleet};
        int rc = gate_judge_list(&gate, LIST_ITL, &err);
        if (rc != (cases[i].refusal != NULL ? PROV_E_CONTINUITY : PROV_OK) ||
            (rc != PROV_OK && strstr(err.text, cases[i].refusal) == NULL))
            fail_msg("case %zu: %d: %s", i, rc, err.text);
    }
}

/* --- lists of single phones */

static void
what_leads_on_from_a_list_of_its_own(void **state)
{
    (void)state;
    static const struct {
        struct past past[2];
        struct list_wish own;
        bool led;
    } cases[] = {
        {{ITL(A, B, 5)}, {"ITLFile.tlv", A, C, 0, 0}, true},
        {{ITL(A, B, 5)}, {"ITLFile.tlv", C, D, 0, 0}, false},
        {{ITL(A, B, 5)}, {"ITLFile.tlv", A, C, 9, 0}, false}, /* it is newer */
        {{CTL(A, B, 5)}, {"ITLFile.tlv", A, B, 0, 0}, false}, /* no ITL for all */
        {{ITL(A, B, 5), CTL(A, B, 5)}, {"ITLFile.tlv", A, C, 0, 0}, true},
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct world *world = world_of_nothing();
        for (size_t k = 0; k < LENGTH(cases[i].past); k++)
            if (cases[i].past[k].wish.name != NULL)
                publish_once(world, cases[i].past[k].wish, true);
        settle(world);
        const struct prov_trustlist *own =
            keep(list_like(cases[i].own), (void (*)(void *))prov_trustlist_free);
        if (scope_leads(&world->lists, LIST_ITL, own) != cases[i].led)
            fail_msg("case %zu", i);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ladders_pass_that_do_nobody_worse),
        cmocka_unit_test(phones_are_counted_and_named),
        cmocka_unit_test(a_list_from_the_future_is_followed),
        cmocka_unit_test(lists_by_themselves),
        cmocka_unit_test(what_leads_on_from_a_list_of_its_own),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
