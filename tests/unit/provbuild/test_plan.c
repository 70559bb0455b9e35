/* SPDX-License-Identifier: MIT */
/* What is decided for an output: each refusal as a case, without a disk. */
#include "provbuild/plan/decide.h"
#include "tests/unit/provbuild/values.h"

#include <stdlib.h>

#define CERTIFICATE "/devices/" ONE ".pem"
#define HASH "b20a7824ddaa7f38e022916b24b9f5df"
#define OTHER_HASH "c6ba2319cfde1e7665a5a2ee0e5af3f3"
#define PAIR (PART_ENCRYPTED | PART_SIGNED)

static struct device device = {.path = (char *)CERTIFICATE};

static struct output
configuration(enum output_kind kind)
{
    return (struct output){.kind = kind,
                           .source = ONE ".cnf.xml",
                           .configuration = true,
                           .phone = phone_of(ONE),
                           .device = kind == OUTPUT_ENCRYPTED ? &device : NULL};
}

/* What a step must have become; `text` NULL: it is not withheld. */
struct expected {
    unsigned parts, obsolete;
    const char *reason, *text;
};

static void
check(struct step *step, struct expected expected, size_t number)
{
    enum step_kind kind = expected.text != NULL                       ? STEP_WITHHOLD
                          : (expected.parts | expected.obsolete) != 0 ? STEP_WRITE
                                                                      : STEP_NONE;
    if (step->kind != kind || step->parts != expected.parts || step->obsolete != expected.obsolete)
        fail_msg("case %zu: kind %d, parts %u, obsolete %u (%s)", number, (int)step->kind,
                 step->parts, step->obsolete, step->text != NULL ? step->text : "");
    if (expected.text != NULL && strstr(step->text, expected.text) == NULL)
        fail_msg("case %zu: %s", number, step->text);
    if (expected.reason != NULL)
        assert_string_equal(step->reason, expected.reason);
    free(step->text);
}

/* --- what was known of the phone before */

static void
what_was_encrypted_is_never_forgotten(void **state)
{
    (void)state;
    static const struct {
        enum encrypted_state recorded;
        bool lost;
        unsigned stands;
        bool stub;
        enum encrypted_state known;
    } cases[] = {
        {ENCRYPTED_NEVER, false, 0, false, ENCRYPTED_NEVER},
        {ENCRYPTED_NEVER, false, PART_SIGNED, false, ENCRYPTED_NEVER},
        {ENCRYPTED_NEVER, false, PART_SIGNED, true, ENCRYPTED_ONCE},
        {ENCRYPTED_NEVER, false, PART_ENCRYPTED, false, ENCRYPTED_ONCE},
        {ENCRYPTED_NEVER, false, PART_CLEAR, false, ENCRYPTED_ONCE},
        {ENCRYPTED_NEVER, false, PART_COPY | PART_CLEAR, false, ENCRYPTED_ONCE},
        {ENCRYPTED_ONCE, false, PART_SIGNED, false, ENCRYPTED_ONCE},
        {ENCRYPTED_ONCE, false, 0, false, ENCRYPTED_ONCE},
        {ENCRYPTED_NO_MORE, false, PART_SIGNED, false, ENCRYPTED_NO_MORE},
        {ENCRYPTED_NO_MORE, false, PART_SIGNED | PART_ENCRYPTED, false, ENCRYPTED_NO_MORE},
        {ENCRYPTED_NO_MORE, false, PAIR, true, ENCRYPTED_ONCE},
        {ENCRYPTED_NO_MORE, false, 0, false, ENCRYPTED_NO_MORE},
        {ENCRYPTED_NEVER, true, 0, false, ENCRYPTED_UNKNOWN},
        {ENCRYPTED_NEVER, true, PART_SIGNED, false, ENCRYPTED_NEVER},
        {ENCRYPTED_UNKNOWN, false, PART_SIGNED, false, ENCRYPTED_UNKNOWN},
        {ENCRYPTED_UNKNOWN, false, PART_ENCRYPTED, false, ENCRYPTED_ONCE},
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        const struct rules rules = {.state = cases[i].recorded, .lost = cases[i].lost};
        const struct facts facts = {.stands = cases[i].stands, .stub = cases[i].stub};
        if (decide_encrypted_before(&rules, &facts) != cases[i].known)
            fail_msg("case %zu: %d", i, (int)decide_encrypted_before(&rules, &facts));
    }
}

/* --- --quick */

static void
quick_looks_closer_where_clear_text_may_be_a_secret(void **state)
{
    (void)state;
    static const struct {
        enum output_kind kind;
        enum encrypted_state recorded;
        bool has_record;
        unsigned stands;
        bool quick;
    } cases[] = {
        {OUTPUT_SIGNED, ENCRYPTED_NEVER, true, PART_SIGNED, true},
        {OUTPUT_SIGNED, ENCRYPTED_NO_MORE, true, PART_SIGNED, true},
        {OUTPUT_SIGNED, ENCRYPTED_ONCE, true, PART_SIGNED, false},
        {OUTPUT_SIGNED, ENCRYPTED_UNKNOWN, true, PART_SIGNED, false},
        {OUTPUT_COPY, ENCRYPTED_UNKNOWN, true, PART_COPY, false},
        {OUTPUT_SIGNED, ENCRYPTED_NEVER, false, PART_SIGNED, true},
        {OUTPUT_SIGNED, ENCRYPTED_NEVER, false, PART_SIGNED | PART_CLEAR, false},
        {OUTPUT_ENCRYPTED, ENCRYPTED_ONCE, true, PAIR, true},
        {OUTPUT_ENCRYPTED, ENCRYPTED_UNKNOWN, true, PAIR, true},
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        const struct output output = configuration(cases[i].kind);
        const struct rules rules = {.state = cases[i].recorded, .recorded = cases[i].has_record};
        const struct facts facts = {.stands = cases[i].stands};
        if (decide_quick(&rules, &output, &facts) != cases[i].quick)
            fail_msg("case %zu", i);
    }
    struct output file = {.kind = OUTPUT_SIGNED, .source = "SoftKeys.xml"};
    assert_true(decide_quick(&(struct rules){0}, &file, &(struct facts){.stands = PART_ENCRYPTED}));
}

/* --- clear text */

static void
clear_text_is_published_only_where_it_was_no_secret(void **state)
{
    (void)state;
    static const struct {
        struct rules rules;
        struct facts facts;
        struct expected expected;
    } cases[] = {
        {{.state = ENCRYPTED_NEVER}, {.signed_file = "new"}, {PART_SIGNED, 0, "new", NULL}},
        {{.state = ENCRYPTED_NEVER}, {.stands = PART_SIGNED}, {0, 0, NULL, NULL}},
        {{.state = ENCRYPTED_ONCE},
         {.stands = PAIR, .stub = true},
         {.text = "it was published encrypted, and the phone's certificate is gone"}},
        {{.state = ENCRYPTED_NEVER},
         {.stands = PAIR, .stub = true},
         {.text = "it was published encrypted"}},
        {{.state = ENCRYPTED_NEVER, .forced_all = true}, /* --force alone does not do it */
         {.stands = PAIR, .stub = true},
         {.text = "it was published encrypted"}},
        {{.state = ENCRYPTED_ONCE, .forced = true},
         {.stands = PAIR | PART_CLEAR, .stub = true, .signed_file = "content"},
         {PART_SIGNED, PART_ENCRYPTED | PART_CLEAR, "content", NULL}},
        {{.state = ENCRYPTED_NO_MORE},
         {.stands = PART_SIGNED | PART_ENCRYPTED},
         {0, PART_ENCRYPTED, NULL, NULL}},
        {{.state = ENCRYPTED_NEVER, .lost = true},
         {.signed_file = "new"},
         {.text = "the tree was emptied, and the record of phones that were encrypted is lost"}},
        {{.state = ENCRYPTED_UNKNOWN}, {.stands = PART_SIGNED}, {.text = "the tree was emptied"}},
        {{.state = ENCRYPTED_UNKNOWN, .forced = true},
         {.signed_file = "new"},
         {PART_SIGNED, 0, "new", NULL}},
        {{.state = ENCRYPTED_NEVER, .unmounted = true},
         {.signed_file = "new"},
         {.text = "the devices folder holds no certificate at all, while others were encrypted"}},
        {{.state = ENCRYPTED_NEVER, .unmounted = true}, /* clear text that stands is kept current */
         {.stands = PART_SIGNED, .signed_file = "content"},
         {PART_SIGNED, 0, "content", NULL}},
        {{.state = ENCRYPTED_NEVER, .unmounted = true, .forced = true},
         {.signed_file = "new"},
         {PART_SIGNED, 0, "new", NULL}},
        {{.state = ENCRYPTED_NEVER},
         {.source_error = {.code = PROV_E_FORMAT, .text = "malformed XML at line 3"}},
         {.text = "malformed XML at line 3"}},
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        const struct output output = configuration(OUTPUT_SIGNED);
        struct step step = {.output = &output};
        if (decide_may_be_clear(&step, &cases[i].rules, &cases[i].facts))
            decide_clear(&step, &cases[i].rules, &cases[i].facts);
        check(&step, cases[i].expected, i);
    }
}

static void
other_files_are_signed_or_copied(void **state)
{
    (void)state;
    struct output file = {.kind = OUTPUT_SIGNED, .source = "load.loads"};
    struct facts facts = {.carries_signature = true};
    struct step step = {.output = &file};
    decide_clear(&step, &(struct rules){0}, &facts);
    check(&step, (struct expected){.text = "it carries a signature already"}, 0);
    file.kind = OUTPUT_COPY;
    facts = (struct facts){.copy = "content"};
    step = (struct step){.output = &file};
    decide_clear(&step, &(struct rules){0}, &facts);
    check(&step, (struct expected){PART_COPY, 0, "content", NULL}, 1);
}

static void
clear_text_is_said_to_be(void **state)
{
    (void)state;
    const struct output output = configuration(OUTPUT_SIGNED);
    struct step step = {.output = &output};
    decide_clear(&step, &(struct rules){.devices = true}, &(struct facts){.signed_file = "new"});
    assert_non_null(strstr(step.remark, "in clear text"));
    step = (struct step){.output = &output};
    decide_clear(&step, &(struct rules){0}, &(struct facts){.signed_file = "new"});
    assert_null(step.remark);
}

/* --- contents */

static void
what_gives_a_secret_away_is_withheld(void **state)
{
    (void)state;
    static const struct {
        enum output_kind kind;
        bool configuration, required;
        unsigned stands;
        struct contents contents;
        const char *text, *remark;
    } cases[] = {
        {OUTPUT_SIGNED, false, false, 0, {0}, NULL, NULL},
        {OUTPUT_SIGNED, false, true, PART_SIGNED, {0}, NULL, NULL},
        {OUTPUT_SIGNED, false, false, 0, {.key = true}, "it holds a private key", NULL},
        {OUTPUT_COPY, false, true, 0, {.key = true}, "it holds a private key", NULL},
        {OUTPUT_SIGNED, true, false, 0, {.key = true}, "it holds a private key", NULL},
        {OUTPUT_COPY, false, false, PART_COPY, {.key = true}, "public tree: remove it there", NULL},
        {OUTPUT_SIGNED, false, false, PART_SIGNED, {.key = true}, "tree: --prune removes it", NULL},
        {OUTPUT_SIGNED, false, false, 0, {.password = "pwd"}, NULL, "it holds a password"},
        {OUTPUT_COPY, false, false, 0, {.password = "pwd"}, NULL, "it holds a password"},
        {OUTPUT_SIGNED, false, true, 0, {.password = "pwd"}, "encryption is required, and", NULL},
        {OUTPUT_COPY, false, true, 0, {.password = "pwd"}, "it holds a password (pwd)", NULL},
        {OUTPUT_COPY, false, true, PART_COPY, {.password = "pwd"}, "tree: remove it there", NULL},
        {OUTPUT_SIGNED, false, false, 0, {.password = "pwd", .names = true}, "and names SEP", NULL},
        {OUTPUT_SIGNED, false, true, 0, {.password = "pwd", .names = true}, "and names SEP", NULL},
        {OUTPUT_SIGNED, true, false, 0, {.password = "pwd"}, NULL, NULL}, /* judged as a whole */
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct output output = configuration(cases[i].kind);
        output.configuration = cases[i].configuration;
        struct step step = {.output = &output};
        const struct rules rules = {.required = cases[i].required};
        const struct facts facts = {.stands = cases[i].stands};
        bool allowed = decide_contents(&step, &rules, &facts, &cases[i].contents);
        assert_int_equal(allowed, cases[i].text == NULL);
        assert_int_equal(step.secret, cases[i].text != NULL);
        if (cases[i].remark != NULL)
            assert_non_null(strstr(step.remark, cases[i].remark));
        else
            assert_null(step.remark);
        check(&step, (struct expected){.text = cases[i].text}, i);
    }
}

/* --- encrypted configurations */

static void
a_pair_is_written_where_it_differs(void **state)
{
    (void)state;
    static const struct {
        struct rules rules;
        struct facts facts;
        struct expected expected;
        bool exposed;
    } cases[] = {
        {{0}, {.stands = PAIR, .stub = true}, {0, 0, NULL, NULL}, false},
        {{0}, {.stands = PAIR, .pair = "content"}, {PAIR, 0, "content", NULL}, false},
        {{0}, {.stands = PAIR, .clear = "new"}, {PART_CLEAR, 0, "new", NULL}, false},
        {{0},
         {.stands = PAIR, .pair = "signer", .clear = "mode"},
         {PAIR | PART_CLEAR, 0, "signer", NULL},
         false},
        {{0}, {.stands = PAIR | PART_COPY}, {0, 0, NULL, NULL}, true},
        {{0},
         {.stands = PAIR, .stub = true, .stub_hash = OTHER_HASH},
         {.text = "the phone's certificate changed"},
         false},
        {{.accepted = true},
         {.stands = PAIR, .stub = true, .stub_hash = OTHER_HASH},
         {PAIR, 0, "key", NULL},
         false},
        {{.forced = true, .forced_all = true}, /* --force is no --accept-key */
         {.stands = PAIR, .stub = true, .stub_hash = OTHER_HASH},
         {.text = "the phone's certificate changed"},
         false},
        {{0},
         {.stands = PAIR, .source_error = {.code = PROV_E_UNFIT, .text = "of another phone"}},
         {.text = "of another phone"},
         false},
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        const struct output output = configuration(OUTPUT_ENCRYPTED);
        struct facts facts = cases[i].facts;
        struct step step = {.output = &output};
        snprintf(facts.device_hash, sizeof facts.device_hash, HASH);
        if (facts.stub && facts.stub_hash[0] == '\0')
            snprintf(facts.stub_hash, sizeof facts.stub_hash, HASH);
        decide_pair(&step, &cases[i].rules, &facts);
        assert_int_equal(step.exposed, cases[i].exposed);
        check(&step, cases[i].expected, i);
    }
}

static void
a_new_pair_needs_no_comparison(void **state)
{
    (void)state;
    const struct output output = configuration(OUTPUT_ENCRYPTED);
    struct step step = {.output = &output};
    assert_true(decide_new_pair(&step, &(struct rules){.secure = true}, &(struct facts){0}));
    check(&step, (struct expected){PAIR | PART_CLEAR, 0, "new", NULL}, 0);
    step = (struct step){.output = &output};
    assert_false(decide_new_pair(&step, &(struct rules){.dry_run = true}, &(struct facts){0}));
    static const unsigned stands[] = {PART_ENCRYPTED, PART_SIGNED, PART_COPY};
    for (size_t i = 0; i < LENGTH(stands); i++)
        assert_false(
            decide_new_pair(&step, &(struct rules){0}, &(struct facts){.stands = stands[i]}));
}

/* --- what cannot be built */

static void
clear_text_of_before_is_named_where_encryption_is_required(void **state)
{
    (void)state;
    static const struct {
        bool refused;
        struct facts facts;
        const char *text;
    } cases[] = {
        {true, {.stands = PART_COPY}, "its clear text stands in the public tree: remove it there"},
        {true, {.stands = PART_SIGNED}, "signed: --prune removes it"},
        {true, {.stands = PAIR, .stub = true}, "no certificate"},
        {true, {.stands = PART_SIGNED, .stub = true}, "no certificate"},
        {false, {.stands = PART_COPY}, "no certificate"},
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct output output = configuration(OUTPUT_SIGNED);
        struct step step = {.output = &output};
        output.problem = "no certificate";
        output.refused = cases[i].refused;
        decide_problem(&step, &cases[i].facts);
        if (i > 1)
            assert_string_equal(step.text, "no certificate");
        check(&step, (struct expected){.text = cases[i].text}, i);
    }
}

/* --- who signs */

static void
phones_must_know_the_signer(void **state)
{
    (void)state;
    static const struct {
        struct rules rules;
        bool configuration, trusted;
        const char *problem;
        unsigned parts;
        const char *text;
    } cases[] = {
        {{0}, true, true, NULL, PART_SIGNED, NULL},
        {{0}, true, false, NULL, PART_SIGNED, "is not in the trust list that stands"},
        {{0}, false, false, NULL, PART_SIGNED, "is not in the trust list that stands"},
        {{.forced_all = true}, false, false, NULL, PART_SIGNED, NULL},
        {{.forced = true}, true, false, NULL, PART_SIGNED, NULL},
        {{.forced_all = true}, true, true, "it has expired", PART_SIGNED, "it has expired"},
        {{0}, true, false, "it has expired", PART_CLEAR, NULL}, /* nothing is signed */
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct signing signing = {.certificate = "/keys/signer.pem",
                                  .problem = (char *)cases[i].problem};
        struct output output = configuration(OUTPUT_SIGNED);
        output.configuration = cases[i].configuration;
        output.signing = &signing;
        struct step step = {.output = &output, .kind = STEP_WRITE, .parts = cases[i].parts};
        decide_signer(&step, &cases[i].rules, cases[i].trusted);
        check(&step,
              (struct expected){.parts = cases[i].text == NULL ? cases[i].parts : 0,
                                .text = cases[i].text},
              i);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_encrypted_is_never_forgotten),
        cmocka_unit_test(quick_looks_closer_where_clear_text_may_be_a_secret),
        cmocka_unit_test(clear_text_is_published_only_where_it_was_no_secret),
        cmocka_unit_test(other_files_are_signed_or_copied),
        cmocka_unit_test(clear_text_is_said_to_be),
        cmocka_unit_test(what_gives_a_secret_away_is_withheld),
        cmocka_unit_test(a_pair_is_written_where_it_differs),
        cmocka_unit_test(a_new_pair_needs_no_comparison),
        cmocka_unit_test(clear_text_of_before_is_named_where_encryption_is_required),
        cmocka_unit_test(phones_must_know_the_signer),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
