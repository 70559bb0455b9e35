/* SPDX-License-Identifier: MIT */
/* Which names of sources are refused, and what stands in a tree for those that are not. */
#include "provbuild/source/manifest.h"
#include "tests/unit/provbuild/values.h"

static void
names_that_would_leak_or_mislead_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *path, *why; /* NULL: taken */
    } cases[] = {
        {ONE ".cnf.xml", NULL},
        {"XMLDefault.cnf.xml", NULL},
        {"Chile/tones.xml", NULL},
        {"term42.SBN", NULL},
        {"sast.pem", "keys have no place"},
        {"Chile/SAST.PEM", "keys have no place"},
        {"sast.key", "keys have no place"},
        {"sast.p12", "keys have no place"},
        {"ITLFile.tlv", "trust lists are built"},
        {"CTLFile.TLV", "trust lists are built"},
        {"Chile/" ONE ".cnf.xml", "without a folder"},
        {"SEP58971ecc97c1.cnf.xml", "in capitals"},
        {ONE ".cnf.xml~", "it names a phone"},
        {ONE ".cnf.xml.bak", "it names a phone"},
        {"Chile/" ONE ".xml", "it names a phone"},
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        const char *why = manifest_refuse_name(cases[i].path);
        if (cases[i].why == NULL ? why != NULL : why == NULL || strstr(why, cases[i].why) == NULL)
            fail_msg("%s: %s", cases[i].path, why != NULL ? why : "taken");
    }
}

static void
what_a_source_wants_is_not_pruned(void **state)
{
    (void)state;
    static const struct {
        enum output_kind kind;
        const char *problem;
        bool encrypted, is_signed, copied; /* wanted as .cnf.xml.enc.sgn, .cnf.xml.sgn, .cnf.xml */
    } cases[] = {
        {OUTPUT_ENCRYPTED, NULL, true, true, false},
        {OUTPUT_SIGNED, NULL, true, true, false}, /* a pair's rest shows who was encrypted */
        {OUTPUT_COPY, NULL, false, false, true},
        {OUTPUT_COPY, "anything", true, true, true},
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct output output = {.source = ONE ".cnf.xml",
                                .kind = cases[i].kind,
                                .problem = cases[i].problem,
                                .configuration = true};
        struct manifest manifest = {.count = 1, .outputs = &output};
        assert_int_equal(manifest_wants(&manifest, ONE ".cnf.xml.enc.sgn"), cases[i].encrypted);
        assert_int_equal(manifest_wants(&manifest, ONE ".cnf.xml.sgn"), cases[i].is_signed);
        assert_int_equal(manifest_wants(&manifest, ONE ".cnf.xml"), cases[i].copied);
        assert_false(manifest_wants(&manifest, TWO ".cnf.xml.sgn"));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_that_would_leak_or_mislead_are_refused),
        cmocka_unit_test(what_a_source_wants_is_not_pruned),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
