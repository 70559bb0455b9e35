/* SPDX-License-Identifier: MIT */
/* Who may write to what a run follows: each judgement as a case, without a disk. */
#include "provbuild/source/writers.h"
#include "tests/unit/support.h"

#include <stddef.h>
#include <sys/stat.h>

#define ME 1000
#define FRIEND 1001
#define STRANGER 1002
#define GROUP 200
#define OTHERS 300

static void
owners_and_modes_are_judged(void **state)
{
    static const char other[] = "belongs to another user", all[] = "can be written by everybody",
                      group[] = "can be written by a group";
    static const struct {
        uid_t user, owner;
        gid_t group;
        mode_t mode;
        const char *who;
    } cases[] = {
        {0, 0, 0, 0755, NULL},
        {0, 0, 0, 0775, NULL}, /* root's own group */
        {0, 0, OTHERS, 0755, NULL},
        {0, 0, OTHERS, 0775, group},
        {0, 0, GROUP, 0775, NULL},
        {0, 0, GROUP, 0777, all},
        {0, 0, 0, 0666, all},
        {0, 0, 0, 01777, all}, /* of a file or folder itself */
        {0, FRIEND, GROUP, 0644, NULL},
        {0, FRIEND, OTHERS, 0664, group},
        {0, STRANGER, GROUP, 0644, other},
        {0, STRANGER, 0, 0400, other},
        {ME, ME, OTHERS, 0777, NULL}, /* by the user's own leave */
        {ME, 0, 0, 0777, NULL},
        {ME, FRIEND, OTHERS, 0644, NULL},
        {ME, STRANGER, OTHERS, 0644, other},
    };
    static const gid_t groups[] = {GROUP};
    static const uid_t members[] = {FRIEND};
    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        const struct writers writers = {.user = cases[i].user,
                                        .group_count = 1,
                                        .groups = groups,
                                        .member_count = 1,
                                        .members = members};
        const char *who = writers_beyond(&writers, cases[i].owner, cases[i].group, cases[i].mode);
        if ((who == NULL) != (cases[i].who == NULL) ||
            (who != NULL && strcmp(who, cases[i].who) != 0))
            fail_msg("case %zu: %s", i, who != NULL ? who : "nobody");
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(owners_and_modes_are_judged)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
