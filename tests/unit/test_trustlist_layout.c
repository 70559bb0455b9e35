/* SPDX-License-Identifier: MIT */
/* In which layout a list is written, over the vectors of all layouts and lists of their edges. */
#include "libprov/tlv.h"
#include "tests/unit/support.h"

#include <string.h>

static const char *const files[] = {"ITLFile.tlv", "full.tlv",  "CTLSEP58971ECC97C1.tlv",
                                    "issued.tlv",  "r1024.tlv", "r4096.tlv",
                                    "odd.tlv"};

/* The name of the layout; "none" for none. */
static const char *
layout_of(const struct prov_trustlist *list, const char *preferred)
{
    const struct prov_layout *layout =
        prov_trustlist_layout(list, preferred != NULL ? prov_layout_find(preferred) : NULL);
    return layout != NULL ? prov_layout_name(layout) : "none";
}

static void
the_reference_s_lists_are_told_apart(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(files); i++) {
        const struct prov_trustlist *old = read_list(vector("4.11/tlv/%s", files[i]));
        const struct prov_trustlist *late = read_list(vector("4.13/tlv/%s", files[i]));
        assert_string_equal(layout_of(old, NULL), "callmanager");
        assert_string_equal(layout_of(old, "callmanager"), "callmanager");
        assert_string_equal(layout_of(old, "4.11"), "4.11");
        assert_string_equal(layout_of(old, "4.13"), "callmanager");
        assert_string_equal(layout_of(late, NULL), "4.13");
        assert_string_equal(layout_of(late, "callmanager"), "4.13");
        assert_string_equal(layout_of(late, "4.11"), "4.13");
        assert_string_equal(layout_of(late, "4.13"), "4.13");
    }
}

/* Fields that are missing, tags that nobody knows, nothing escaped, no UTF-8. */
static void
lists_in_the_vendor_s_shapes_are_the_vendor_s(void **state)
{
    (void)state;
    static const char *const shapes[] = {
        "CTLFile-etoken-nonsecure.tlv", "ITLFile-latin1-name.tlv", "ITLFile-sast-hash-only.tlv",
        "ITLFile-sha256.tlv",           "ITLFile-sha512-v28.tlv",  "ITLFile-tvs-hash-only.tlv",
        "ITLFile-unknown-rectag.tlv",   "ITLFile-unknown-role.tlv"};
    for (size_t i = 0; i < LENGTH(shapes); i++) {
        const struct prov_trustlist *list = read_list(vector("callmanager-shape/%s", shapes[i]));
        assert_string_equal(layout_of(list, NULL), "callmanager");
        assert_string_equal(layout_of(list, "4.13"), "callmanager");
    }
}

/* What we build is what we find, whatever stands in the names. */
static void
a_list_is_found_in_the_layout_that_it_was_built_in(void **state)
{
    (void)state;
    static const char *const names[][2] = {{"CN=a", "O=b"},
                                           {"CN=a, Inc", "O=b; c"},
                                           {"CN=x;O=y", "O=z,OU=w"},
                                           {"CN=\\", "O=,"},
                                           {"CN=;O=", "O=;"}};
    for (size_t i = 0; i < LENGTH(names); i++) {
        EVP_PKEY *key = rsa_key(1024);
        const struct prov_identity *signer =
            identity_of(x509_of(key, name_of(names[i][0], names[i][1], "OU=c", NULL), 7), key);
        const struct prov_trustlist_entry entries[] = {{signer, PROV_ROLE_SAST}};
        for (size_t k = 0; prov_layout_at(k) != NULL; k++) {
            const struct prov_signing how = {
                .layout = prov_layout_at(k), .signer = signer, .digest = PROV_SHA1, .timestamp = 1};
            const struct prov_trustlist_plan plan = {.size = sizeof plan,
                                                     .signer_version = {1, 0},
                                                     .name = "ITLFile.tlv",
                                                     .entries = entries,
                                                     .count = 1};
            const struct prov_trustlist *list = read_list(build_list(&how, &plan));
            const char *name = prov_layout_name(prov_layout_at(k));
            assert_string_equal(layout_of(list, name), name);
            assert_string_equal(layout_of(list, NULL), k == 2 ? "4.13" : "callmanager");
        }
    }
}

/* The list with the first `from` after `after` made `to`. */
static const struct prov_trustlist *
patched(struct prov_span list, const char *after, char from, char to)
{
    const uint8_t *place = memmem(list.data, list.len, after, strlen(after));
    assert_non_null(place);
    place = memchr(place, from, (size_t)(list.data + list.len - place));
    assert_non_null(place);
    return read_list(altered(list, (size_t)(place - list.data), (uint8_t)(from ^ to)));
}

static void
a_list_of_two_minds_is_in_no_layout(void **state)
{
    (void)state;
    const struct prov_trustlist *list = patched(vector("4.13/tlv/ITLFile.tlv"), "CN=", ',', ';');
    assert_string_equal(layout_of(list, NULL), "none");
    assert_string_equal(layout_of(list, "4.11"), "none");
    assert_string_equal(layout_of(list, "4.13"), "none");
    /* A comma that nothing escapes, as in lists of the vendor. */
    list = patched(vector("4.11/tlv/ITLFile.tlv"), "CN=", ';', ',');
    assert_string_equal(layout_of(list, NULL), "callmanager");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_reference_s_lists_are_told_apart),
        cmocka_unit_test(lists_in_the_vendor_s_shapes_are_the_vendor_s),
        cmocka_unit_test(a_list_is_found_in_the_layout_that_it_was_built_in),
        cmocka_unit_test(a_list_of_two_minds_is_in_no_layout),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
