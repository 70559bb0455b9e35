/* SPDX-License-Identifier: MIT */
/* Load lists in their three forms, and what they name. */
#include "checks/loads.h"
#include "tests/unit/support.h"

#include <stdio.h>
#include <string.h>

static struct prov_error err;

/* A tree: files and their sizes, up to a NULL. */
struct size_of {
    const char *name;
    uint64_t size;
};

static bool
find(void *context, const char *name, struct served *out)
{
    for (const struct size_of *file = context; file->name != NULL; file++)
        if (strcmp(file->name, name) == 0) {
            *out = (struct served){.size = file->size};
            return true;
        }
    return false;
}

static void
note(void *context, const struct check_finding *finding)
{
    char *said = context;
    size_t used = strlen(said);
    snprintf(said + used, 1024 - used, "%u:%s|", finding->line, finding->what);
    assert_int_equal(finding->rule, CHECK_LOAD_INCOMPLETE);
    assert_string_equal(finding->severity, RULE_WARNS);
}

static void
each_form_is_read(void **state)
{
    (void)state;
    static const struct {
        const char *list;
        const char *said;
    } cases[] = {
        {"# comment\ncnu42.sbn \napps42.sbn\t\r\n\n", "3:it names apps42.sbn, which is not there|"},
        {"cnu42.sbn", ""},
        {"cnu42.sbn 10 d41d8cd98f00b204e9800998ecf8427e\n", ""},
        {"cnu42.sbn 11 d41d8cd98f00b204e9800998ecf8427e\n",
         "1:it names cnu42.sbn with 11 bytes, and there are 10|"},
        {"#? HW_REV >= 2\r\n#+gone.bin 10 d41d8cd98f00b204e9800998ecf8427e\r\ncnu42.sbn 10 0\r\n",
         ""},
        {"#+ cnu42.sbn 12 d41d8cd98f00b204e9800998ecf8427e\n",
         "1:it names cnu42.sbn with 12 bytes, and there are 10|"},
        {"kern=cnu42.sbn size=10\nrootfs=gone.sbn size=5\n",
         "2:it names gone.sbn, which is not there|"},
        {"kern=cnu42.sbn size=9\n", "1:it names cnu42.sbn with 9 bytes, and there are 10|"},
        {"empty.sbn\n", "1:it names empty.sbn, which is empty|"},
    };
    struct size_of tree[] = {{"cnu42.sbn", 10}, {"empty.sbn", 0}, {NULL, 0}};
    const struct served_files files = {find, tree};
    for (size_t i = 0; i < LENGTH(cases); i++) {
        char said[1024] = "";
        loads_check(span_of(cases[i].list), &files, note, said);
        assert_string_equal(said, cases[i].said);
    }
}

static void
other_files_are_passed_over(void **state)
{
    (void)state;
    static const char *const others[] = {
        "",
        "# nothing but this\n",
        "x",
        "<AutoUpdateManifest>\n<archive name=\"a.zip\"/>\n",
        "a.sbn b.sbn\n",
        "a.sbn 10 md5 more\n",
        "key=a.sbn size=ten\n",
        "../a.sbn\n",
        "a.sbn\nCNU_\001\n",
    };
    struct size_of tree[] = {{NULL, 0}};
    const struct served_files files = {find, tree};
    for (size_t i = 0; i < LENGTH(others); i++) {
        struct loads loads = {0};
        char said[1024] = "";
        assert_int_equal(loads_read(span_of(others[i]), &loads, &err), PROV_E_FORMAT);
        assert_null(loads.files);
        loads_check(span_of(others[i]), &files, note, said);
        assert_string_equal(said, "");
    }
}

static void
both_envelopes_are_opened(void **state)
{
    (void)state;
    const struct prov_signing how = {
        .signer = pem("asterisk.pem"), .digest = PROV_SHA1, .timestamp = VECTOR_TIME};
    struct prov_bytes *file = NULL;
    struct loads loads = {0};
    expect_ok(prov_signedfile_sign(&how, "a.loads", span_of("b.sbn\n"), &file, &err), &err);
    expect_ok(loads_read(kept_bytes(file), &loads, &err), &err);
    assert_int_equal(loads.count, 1);
    assert_string_equal(loads.files[0].name, "b.sbn");
    loads_free(&loads);

    static const uint8_t start[] = {0xcd, 0x34, 0x12, 0xab, 60, 1, 0, 0, 0, 0, 0, 0, 6};
    uint8_t container[316 + 6] = {0};
    memcpy(container, start, sizeof start);
    container[52] = 1;
    container[56] = 'a';
    memcpy(container + 316, "b.sbn\n", 6);
    expect_ok(loads_read(bytes_of(container, sizeof container), &loads, &err), &err);
    assert_int_equal(loads.count, 1);
    loads_free(&loads);
}

static void
a_list_has_an_end(void **state)
{
    (void)state;
    char text[(LOADS_FILES_MAX + 1) * 8 + 1] = "";
    struct loads loads = {0};
    for (int i = 0; i < LOADS_FILES_MAX; i++)
        memcpy(text + i * 6, "a.sbn\n", 7);
    expect_ok(loads_read(span_of(text), &loads, &err), &err);
    assert_int_equal(loads.count, LOADS_FILES_MAX);
    loads_free(&loads);
    memcpy(text + LOADS_FILES_MAX * 6, "a.sbn\n", 7);
    assert_int_equal(loads_read(span_of(text), &loads, &err), PROV_E_LIMIT);
    char name[LOADS_NAME_MAX + 2];
    memset(name, '.', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    assert_int_equal(loads_read(span_of(name), &loads, &err), PROV_E_FORMAT);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_form_is_read),
        cmocka_unit_test(other_files_are_passed_over),
        cmocka_unit_test(both_envelopes_are_opened),
        cmocka_unit_test(a_list_has_an_end),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
