/* SPDX-License-Identifier: MIT */
/* The gate: which lists no phone could hold beside those of the other kind, as a table. */
#include "provbuild/publish/gate.h"
#include "tests/unit/provbuild/values.h"

#define NONE                                                                                       \
    {                                                                                              \
        NULL, NULL, NULL, 0, 0                                                                     \
    }
#define ITL(signer, second, time)                                                                  \
    {                                                                                              \
        "ITLFile.tlv", signer, second, time, 0                                                     \
    }
#define CTL(signer, second, time)                                                                  \
    {                                                                                              \
        "CTLFile.tlv", signer, second, time, 0                                                     \
    }
#define OWN_CTL(signer, second, time)                                                              \
    {                                                                                              \
        "CTLSEP001122334455.tlv", signer, second, time, 0                                          \
    }
#define OWN_ITL(signer, second, time)                                                              \
    {                                                                                              \
        "ITLSEP001122334455.tlv", signer, second, time, 0                                          \
    }
#define A "sast.pem"
#define B "sast2.pem"
#define C "tvs.pem"
#define D "apache.pem"

struct passing {
    struct list_wish stands[3]; /* whatever comes first stands there already */
    struct list_wish next;
    const char *refusal; /* NULL: it may pass */
};

static void
lists_pass_that_phones_can_hold_together(void **state)
{
    (void)state;
    static const char alone[] = "a phone without lists", both[] = "could never hold both",
                      date[] = "not dated after";
    static const struct passing cases[] = {
        /* one kind alone */
        {{NONE, NONE, NONE}, ITL(A, B, 0), NULL},
        {{ITL(A, B, 0), NONE, NONE}, ITL(A, B, 1), NULL},
        {{ITL(A, B, 0), NONE, NONE}, ITL(B, A, 1), NULL},
        {{ITL(A, B, 0), NONE, NONE}, ITL(A, C, 1), NULL},
        {{ITL(A, B, 0), NONE, NONE}, ITL(C, D, 1), both},
        {{ITL(A, B, 5), NONE, NONE}, ITL(A, C, 5), date},
        /* a CTL beside an ITL */
        {{ITL(A, B, 0), NONE, NONE}, CTL(A, B, 1), NULL},
        {{ITL(A, B, 0), NONE, NONE}, CTL(B, A, 1), NULL},
        {{ITL(A, B, 0), NONE, NONE}, CTL(A, NULL, 1), NULL},
        {{ITL(A, B, 0), NONE, NONE}, CTL(C, D, 1), alone},
        {{ITL(A, B, 0), NONE, NONE}, CTL(C, NULL, 1), alone},
        {{ITL(A, B, 0), NONE, NONE}, CTL(B, C, 1), alone},
        {{ITL(A, B, 0), CTL(A, B, 0), NONE}, CTL(A, C, 1), NULL},
        {{ITL(A, B, 0), CTL(A, B, 0), NONE}, CTL(C, D, 1), alone},
        /* an ITL beside a CTL */
        {{CTL(A, B, 0), NONE, NONE}, ITL(A, B, 1), NULL},
        {{CTL(A, B, 0), NONE, NONE}, ITL(C, D, 1), alone},
        {{CTL(A, B, 0), ITL(A, B, 0), NONE}, ITL(C, A, 1), alone},
        /* of one phone, beside what that phone is given */
        {{ITL(A, B, 0), NONE, NONE}, OWN_CTL(C, D, 1), alone},
        {{ITL(A, B, 0), OWN_ITL(C, D, 0), NONE}, OWN_CTL(C, D, 1), NULL},
        {{ITL(A, B, 0), CTL(A, B, 0), OWN_CTL(C, D, 0)}, OWN_ITL(C, D, 1), NULL},
        {{ITL(A, B, 0), CTL(A, B, 0), NONE}, OWN_ITL(C, D, 1), alone},
        /* for all, beside the lists of phones that take it */
        {{OWN_CTL(C, D, 0), NONE, NONE}, ITL(A, B, 1), alone},
        {{OWN_CTL(C, D, 0), OWN_ITL(C, D, 0), NONE}, ITL(A, B, 1), NULL},
        {{OWN_CTL(A, C, 0), NONE, NONE}, ITL(A, B, 1), NULL},
        /* what is broken already may be replaced */
        {{ITL(A, B, 0), CTL(C, D, 0), NONE}, CTL(A, B, 1), NULL},
        {{ITL(A, B, 0), CTL(C, D, 0), NONE}, ITL(A, C, 1), NULL},
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        const struct passing *at = &cases[i];
        struct prov_error err = {.code = PROV_OK};
        struct world *world = world_of_nothing();
        for (size_t k = 0; k < LENGTH(at->stands); k++)
            if (at->stands[k].name != NULL)
                publish_once(world, at->stands[k], true);
        settle(world);
        const struct gate gate = {
            .all = &world->lists,
            .name = at->next.name,
            .next = keep(list_like(at->next), (void (*)(void *))prov_trustlist_free)};
        int rc = gate_judge(&gate, &world->fleet, &err);
        if (rc != (at->refusal != NULL ? PROV_E_CONTINUITY : PROV_OK) ||
            (at->refusal != NULL && strstr(err.text, at->refusal) == NULL))
            fail_msg("case %zu: %d: %s", i, rc, err.text);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_pass_that_phones_can_hold_together),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
