/* SPDX-License-Identifier: MIT */
/* What a phone gets encrypted must not stand under another name. */
#include "provbuild/secrets/same_content.h"
#include "tests/unit/provbuild/values.h"

#include <stdlib.h>
#include <unistd.h>

#define SECRET "<device><pass>1</pass></device>"
#define HARMLESS "<device><pass>2</pass></device>" /* as long */

/* A source folder of two files: the configuration of ONE, and `name` beside it. */
struct source {
    enum output_kind kind;       /* of the configuration */
    enum encrypted_state before; /* of its phone */
    const char *problem;         /* with the configuration */
    const char *name, *content;  /* `content` NULL: a link to the configuration */
    bool refused;
};

static void
check(const struct source *source, size_t number)
{
    const char *folder = temporary(""), *path = temporary(source->name);
    struct walk_file files[] = {{.path = (char *)ONE ".cnf.xml", .size = strlen(SECRET)},
                                {.path = (char *)source->name, .size = strlen(SECRET)}};
    struct output outputs[] = {{.kind = source->kind,
                                .source = ONE ".cnf.xml",
                                .configuration = true,
                                .phone = phone_of(ONE),
                                .problem = source->problem},
                               {.kind = OUTPUT_SIGNED, .source = source->name}};
    const struct settings settings = {.source = (char *)folder};
    const struct run run = {.settings = &settings};
    struct encrypted_before encrypted = {0};
    struct manifest manifest = {
        .source = {.count = 2, .files = files}, .count = 2, .outputs = outputs};
    write_temporary(ONE ".cnf.xml", SECRET, strlen(SECRET));
    (void)unlink(path);
    if (source->content != NULL)
        write_temporary(source->name, source->content, strlen(source->content));
    else
        assert_int_equal(symlink(ONE ".cnf.xml", path), 0);
    files[1].link = source->content == NULL;
    assert_int_equal(encrypted_note(&encrypted, &outputs[0].phone, source->before, NULL), PROV_OK);
    assert_int_equal(same_content_refuse(&run, &encrypted, &manifest, NULL), PROV_OK);
    if ((outputs[1].problem != NULL) != source->refused)
        fail_msg("case %zu: %s", number, outputs[1].problem != NULL ? outputs[1].problem : "taken");
    if (source->refused)
        assert_non_null(
            strstr(outputs[1].problem, "it is the configuration of " ONE " under another name"));
    free(outputs[1].own_problem);
    encrypted_release(&encrypted);
    (void)unlink(path);
}

static void
a_secret_under_another_name_is_refused(void **state)
{
    (void)state;
    static const struct source cases[] = {
        {OUTPUT_ENCRYPTED, ENCRYPTED_NEVER, NULL, "template.xml", SECRET, true},
        {OUTPUT_ENCRYPTED, ENCRYPTED_NEVER, NULL, "template.xml", HARMLESS, false},
        {OUTPUT_ENCRYPTED, ENCRYPTED_NEVER, NULL, "zz.xml", NULL, true},
        {OUTPUT_SIGNED, ENCRYPTED_NEVER, NULL, "template.xml", SECRET, false},
        {OUTPUT_SIGNED, ENCRYPTED_NO_MORE, NULL, "template.xml", SECRET, false},
        {OUTPUT_SIGNED, ENCRYPTED_ONCE, NULL, "template.xml", SECRET, true},
        {OUTPUT_SIGNED, ENCRYPTED_UNKNOWN, NULL, "template.xml", SECRET, true},
        {OUTPUT_SIGNED, ENCRYPTED_NEVER, "it cannot be built", "template.xml", SECRET, true},
        {OUTPUT_SIGNED, ENCRYPTED_NEVER, NULL, "zz.xml", NULL, true}, /* a link names a phone */
        {OUTPUT_ENCRYPTED, ENCRYPTED_NEVER, NULL, "XMLDefault.cnf.xml", SECRET, false},
    };
    for (size_t i = 0; i < LENGTH(cases); i++)
        check(&cases[i], i);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_secret_under_another_name_is_refused),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
