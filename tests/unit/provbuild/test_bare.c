/* SPDX-License-Identifier: MIT */
/* Which files in folders that are searched are signed under their bare names, too. */
#include "provbuild/source/bare.h"

#include "tests/unit/support.h"

#include <string.h>

static char *const folders[] = {"rings", "Firmware/7941", "locales"};

/* Paths that begin with = are copied; the one that is `wanted` (NULL: none) is bare. */
static void
marks(const char *wanted, const char *const *paths, size_t count)
{
    struct bare_source sources[8];
    struct prov_error err;
    for (size_t i = 0; i < count; i++)
        sources[i] = (struct bare_source){.path = paths[i] + (paths[i][0] == '='),
                                          .is_signed = paths[i][0] != '='};
    expect_ok(bare_mark(folders, 3, sources, count, &err), &err);
    for (size_t i = 0; i < count; i++)
        if (sources[i].bare != (wanted != NULL && strcmp(sources[i].path, wanted) == 0))
            fail_msg("%s is %sbare", sources[i].path, sources[i].bare ? "" : "not ");
}

#define MARKS(wanted, ...)                                                                         \
    marks(wanted, (const char *const[]){__VA_ARGS__},                                              \
          sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

static void
a_search_comes_to_the_first(void **state)
{
    (void)state;
    MARKS("rings/a.xml", "rings/a.xml");
    MARKS("firmware/7941/a.xml", "firmware/7941/a.xml");
    MARKS("rings/a.xml", "locales/a.xml", "rings/a.xml", "firmware/7941/A.XML");
    MARKS("rings/A.xml", "rings/A.xml", "rings/a.xml");
    MARKS(NULL, "a.xml");
    MARKS(NULL, "a.xml", "rings/a.xml");
    MARKS(NULL, "A.XML", "rings/a.xml");
    MARKS(NULL, "=a.xml", "rings/a.xml");
    MARKS(NULL, "=a.xml.sgn", "rings/a.xml");
    MARKS(NULL, "=rings/a.xml", "locales/a.xml");
    MARKS("locales/a.xml", "locales/a.xml", "=other/a.xml");
    MARKS("rings/a.xml.sgn", "a.xml", "rings/a.xml.sgn");
}

static void
others_are_not_looked_for(void **state)
{
    (void)state;
    MARKS(NULL, "rings/more/a.xml");
    MARKS(NULL, "Firmware/a.xml");
    MARKS(NULL, "rings");
    MARKS(NULL, "rings/XMLDefault.cnf.xml");
    MARKS(NULL, "rings/SEP58971ECC97C1.cnf.xml");
    MARKS(NULL, "=rings/SIP41.sbn");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_search_comes_to_the_first),
        cmocka_unit_test(others_are_not_looked_for),
    };
    return cmocka_run_group_tests_name("bare", tests, support_begin, support_end);
}
