/* SPDX-License-Identifier: MIT */
/* What refuses a whole run, or what it would remove: each rule as a table of cases, without a disk.
 */
#include "provbuild/disk/roots.h"
#include "provbuild/disk/tree_emptied.h"
#include "provbuild/plan/plan.h"
#include "tests/unit/provbuild/values.h"

#include <errno.h>
#include <stdlib.h>

static void
says(int rc, int code, const struct prov_error *err, const char *text, size_t number)
{
    if (rc != code || (code != PROV_OK && strstr(err->text, text) == NULL))
        fail_msg("case %zu: %d, %s", number, rc, rc != PROV_OK ? err->text : "taken");
}

static void
folders_stand_and_stand_apart(void **state)
{
    (void)state;
    static const struct {
        struct root first, second;
        int code;
        const char *text;
    } cases[] = {
        {{"tftpboot", "t", true, 0, "/srv/t"}, {"source", "s", true, 0, "/srv/s"}, PROV_OK, ""},
        {{"tftpboot", NULL, true, 0, NULL},
         {"source", "s", true, 0, "/srv/s"},
         PROV_E_ARGUMENT,
         "set tftpboot in section paths of prov.conf"},
        {{"devices", NULL, false, 0, NULL}, {"source", "s", true, 0, "/srv/s"}, PROV_OK, ""},
        {{"archive", "a", true, ENOENT, NULL},
         {"source", "s", true, 0, "/srv/s"},
         PROV_E_SYSTEM,
         "archive: cannot use a: No such file or directory; see whether it is mounted"},
        {{"devices", "d", false, ENOENT, NULL}, {"source", "s", true, 0, "/srv/s"}, PROV_OK, ""},
        {{"devices", "d", false, EACCES, NULL},
         {"source", "s", true, 0, "/srv/s"},
         PROV_E_SYSTEM,
         "devices: cannot use d: Permission denied"},
        {{"tftpboot", "t", true, 0, "/srv"},
         {"source", "s", true, 0, "/srv"},
         PROV_E_ARGUMENT,
         "source (s) and tftpboot (t) are one within the other"},
        {{"tftpboot", "t", true, 0, "/srv"},
         {"source", "s", true, 0, "/srv/s"},
         PROV_E_ARGUMENT,
         "one within the other"},
        {{"tftpboot", "t", true, 0, "/srv/t/x"},
         {"source", "s", true, 0, "/srv/t"},
         PROV_E_ARGUMENT,
         "one within the other"},
        {{"tftpboot", "t", true, 0, "/srv/t"},
         {"source", "s", true, 0, "/"},
         PROV_E_ARGUMENT,
         "one within the other"},
        {{"tftpboot", "t", true, 0, "/srv/t"}, {"source", "s", true, 0, "/srv/t2"}, PROV_OK, ""},
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct root roots[] = {cases[i].first, cases[i].second};
        struct prov_error err;
        says(roots_decide(roots, 2, "prov.conf", &err), cases[i].code, &err, cases[i].text, i);
    }
}

static void
an_emptied_tree_is_no_first_start(void **state)
{
    (void)state;
    enum { ALL = PART_ENCRYPTED | PART_SIGNED | PART_COPY | PART_CLEAR };
    static const char devices[] = "no certificate, so which phones were encrypted is unknown";
    static const char archive[] = "so which lists phones hold is unknown";
    static const struct {
        struct tree_emptied facts;
        const char *text; /* NULL: it goes on */
    } cases[] = {
        {{.lists_wanted = true}, NULL}, /* a first start */
        {{.lists_lost = true, .no_certificates = true}, devices},
        {{.lists_lost = true, .no_certificates = false}, NULL},
        {{.lists_lost = false, .no_certificates = true}, NULL},
        {{.lists_lost = true, .no_certificates = true, .parts_stand = PART_ENCRYPTED}, NULL},
        {{.lists_lost = true, .no_certificates = true, .parts_stand = PART_SIGNED}, NULL},
        {{.lists_lost = true, .no_certificates = true, .parts_stand = PART_COPY}, NULL},
        {{.lists_lost = true, .no_certificates = true, .parts_stand = PART_CLEAR}, NULL},
        {{.lists_wanted = true, .secure_filled = true, .parts_stand = PART_CLEAR}, archive},
        {{.lists_wanted = false, .secure_filled = true, .parts_stand = PART_CLEAR}, NULL},
        {{.lists_wanted = true, .secure_filled = false, .parts_stand = PART_CLEAR}, NULL},
        {{.lists_wanted = true, .secure_filled = true, .parts_stand = 0}, NULL},
        {{.lists_wanted = true, .secure_filled = true, .parts_stand = PART_SIGNED | PART_CLEAR},
         NULL},
        {{.lists_wanted = true,
          .secure_filled = true,
          .lists_stand = true,
          .parts_stand = PART_CLEAR},
         NULL},
        {{.lists_lost = true, .lists_wanted = true, .secure_filled = true, .parts_stand = ALL},
         NULL},
    };
    const struct settings settings = {
        .tftpboot = (char *)"/t", .devices = (char *)"/d", .secure = (char *)"/s"};
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct prov_error err;
        int rc = tree_emptied_decide(&cases[i].facts, &settings, &err);
        says(rc, cases[i].text != NULL ? PROV_E_CONTINUITY : PROV_OK, &err, cases[i].text, i);
        if (rc != PROV_OK) /* the parts were looked at, then */
            assert_true(tree_emptied_may_be(&cases[i].facts));
    }
}

static void
a_tenth_of_the_files_may_go_at_once(void **state)
{
    (void)state;
    assert_true(prune_may_remove(0, 0, false));
    assert_true(prune_may_remove(1, 10, false));
    assert_true(prune_may_remove(1, 19, false));
    assert_false(prune_may_remove(1, 9, false));
    assert_false(prune_may_remove(2, 19, false));
    assert_false(prune_may_remove(SIZE_MAX / 2, SIZE_MAX, false));
    assert_true(prune_may_remove(SIZE_MAX, 1, true));
}

/* What looks like the phone's certificate, but is not taken for it, keeps its configuration from
 * going out in clear text. */
static void
clear_text_goes_out_on_purpose(void **state)
{
    (void)state;
    static const char lookalike[] = "/d/" ONE ".crt seems to be the phone's certificate";
    static const struct {
        bool known, lookalike, forced, required;
        const char *text; /* NULL: nothing against it */
    } cases[] = {
        {true, false, false, false, NULL},
        {false, false, false, false, "the certificates of phones cannot be read"},
        {false, true, true, false, "the certificates of phones cannot be read"},
        {true, true, false, false, lookalike},
        {true, true, true, false, NULL},
        {true, false, false, true, "encryption is required"},
        {true, false, true, true, "encryption is required"},
        {true, true, false, true, lookalike},
        {true, true, true, true, "encryption is required"},
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct device device = {.path = (char *)"/d/" ONE ".crt", .phone = phone_of(ONE)};
        struct manifest manifest = {.devices = {.known = cases[i].known,
                                                .lookalikes = &device,
                                                .lookalike_count = cases[i].lookalike}};
        struct output output = {
            .kind = OUTPUT_SIGNED, .configuration = true, .phone = phone_of(ONE)};
        const struct settings settings = {.build.encryption = cases[i].required
                                                                  ? SETTINGS_ENCRYPTION_REQUIRED
                                                                  : SETTINGS_ENCRYPTION_AVAILABLE};
        struct run run = {.settings = &settings};
        struct prov_error err;
        if (cases[i].forced)
            assert_int_equal(phones_add(&run.forced, &output.phone, &err), PROV_OK);
        output_check_encryption(&run, &manifest, &output);
        if ((output.problem != NULL) != (cases[i].text != NULL) ||
            (output.problem != NULL && strstr(output.problem, cases[i].text) == NULL))
            fail_msg("case %zu: %s", i, output.problem != NULL ? output.problem : "taken");
        assert_int_equal(output.refused, cases[i].required);
        free(output.own_problem);
        phones_release(&run.forced);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(folders_stand_and_stand_apart),
        cmocka_unit_test(an_emptied_tree_is_no_first_start),
        cmocka_unit_test(a_tenth_of_the_files_may_go_at_once),
        cmocka_unit_test(clear_text_goes_out_on_purpose),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
