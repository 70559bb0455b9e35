/* SPDX-License-Identifier: MIT */
/* URIs of keys in hardware, as far as no token is needed. */
#include "libprov/pkcs11.h"
#include "tests/unit/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define MUTATIONS 20000

static const char *
value_of(const struct prov__uri *uri, enum prov__uri_attribute attribute)
{
    return uri->at[attribute].given ? uri->at[attribute].text : NULL;
}

static void
attributes_are_decoded(void **state)
{
    struct prov_error err;
    struct prov__uri uri;
    (void)state;
    expect_ok(prov__uri_parse("pkcs11:model=SoftHSM%20v2;manufacturer=SoftHSM%20project;"
                              "serial=f74b;token=The%20token;id=%00%01;object=sast;type=private"
                              "?pin-source=file:/run/pin&module-path=/usr/lib/m.so",
                              &uri, &err),
              &err);
    assert_string_equal(value_of(&uri, PROV__URI_MODEL), "SoftHSM v2");
    assert_string_equal(value_of(&uri, PROV__URI_MANUFACTURER), "SoftHSM project");
    assert_string_equal(value_of(&uri, PROV__URI_SERIAL), "f74b");
    assert_string_equal(value_of(&uri, PROV__URI_TOKEN), "The token");
    assert_string_equal(value_of(&uri, PROV__URI_OBJECT), "sast");
    assert_string_equal(value_of(&uri, PROV__URI_PIN_SOURCE), "/run/pin");
    assert_string_equal(value_of(&uri, PROV__URI_MODULE_PATH), "/usr/lib/m.so");
    assert_int_equal(uri.at[PROV__URI_ID].len, 2);
    assert_memory_equal(uri.at[PROV__URI_ID].text, "\0\1", 3);
}

static void
a_pin_source_is_a_file(void **state)
{
    static const char *const good[] = {"/run/pin", "file:/run/pin", "file:///run/pin",
                                       "file://localhost/run/pin", "%2Frun%2fpin"};
    static const char *const bad[] = {
        "pin",   "file:pin", "file://host/run/pin", "|cat",      "%7Ccat%20pin", "//run/pin",
        "file:", "file://",  "https://host/pin",    "file:////x"};
    struct prov_error err;
    struct prov__uri uri;
    (void)state;
    for (size_t i = 0; i < LENGTH(good); i++) {
        expect_ok(prov__uri_parse(text_of("pkcs11:id=%%01?pin-source=%s", good[i]), &uri, &err),
                  &err);
        assert_string_equal(value_of(&uri, PROV__URI_PIN_SOURCE), "/run/pin");
    }
    for (size_t i = 0; i < LENGTH(bad); i++) {
        const char *text = text_of("pkcs11:id=%%01?pin-source=%s", bad[i]);
        assert_int_equal(prov__uri_parse(text, &uri, &err), PROV_E_ARGUMENT);
        assert_non_null(strstr(err.text, "absolute path"));
    }
}

/* What a URI says, escaped anew, is the same key. */
static void
a_uri_is_written_as_it_was_read(void **state)
{
    struct prov_error err;
    struct prov__uri uri, again;
    (void)state;
    expect_ok(prov__uri_parse("PKCS11:object=a%3b%3F%26%25;token=%C3%A9;id=%ff?pin-source=/p", &uri,
                              &err),
              &err);
    char *text = keep(prov__uri_write(&uri), free);
    assert_string_equal(text, "pkcs11:token=%C3%A9;id=%FF;object=a%3B%3F%26%25");
    expect_ok(prov__uri_parse(text, &again, &err), &err);
    uri.at[PROV__URI_PIN_SOURCE] = again.at[PROV__URI_PIN_SOURCE];
    assert_memory_equal(&uri, &again, sizeof uri);
}

static void
malformed_uris_are_refused(void **state)
{
    static const struct {
        const char *uri, *why;
    } refused[] = {
        {"pkcs11:", "names no key"},
        {"pkcs11:token=t", "names no key"},
        {"pkcs11:?pin-source=/p", "names no key"},
        {"pkcs11:id", "not understood before any ?"},
        {"pkcs11:id=%01;slot-id=3", "not understood before any ?"},
        {"pkcs11:id=%01;;token=t", "not understood before any ?"},
        {"pkcs11:id=%01;pin-source=/p", "not understood before any ?"},
        {"pkcs11:id=%01?token=t", "not understood after its ?"},
        {"pkcs11:id=%01?pin-source=/p&module-name=m", "not understood after its ?"},
        {"pkcs11:id=%01;id=%02", "has id twice"},
        {"pkcs11:id=", "id is empty"},
        {"pkcs11:id=%0", "two hexadecimal digits"},
        {"pkcs11:id=%", "two hexadecimal digits"},
        {"pkcs11:id=%0g", "two hexadecimal digits"},
        {"pkcs11:object=a%00b", "object holds a control character"},
        {"pkcs11:id=%01?module-path=%1b[2J", "module-path holds a control character"},
        {"pkcs11:object=a b", "written as %20"},
        {"pkcs11:object=\xc3\xa9", "written as %C3"},
        {"pkcs11:object=a\n", "written as %0A"},
        {"pkcs11:id=%01;type=data", "none of private, public and cert"},
    };
    struct prov_identity *identity = NULL;
    struct prov_error err;
    (void)state;
    for (size_t i = 0; i < LENGTH(refused); i++) {
        assert_int_equal(
            prov_identity_load(refused[i].uri, PROV_NEED_KEY, NULL, NULL, &identity, &err),
            PROV_E_ARGUMENT);
        assert_non_null(strstr(err.text, refused[i].why));
        assert_null(identity);
    }
}

static void
a_pin_in_a_uri_is_refused_and_not_repeated(void **state)
{
    static const char *const uris[] = {
        "pkcs11:id=%01?pin-value=4711", "pkcs11:id=%01;pin-value=4711",
        "pkcs11:id=%01?PIN-VALUE=4711", "pkcs11:pin-value=4711?pin-source=/p"};
    struct prov_identity *identity = NULL;
    struct prov_error err;
    (void)state;
    for (size_t i = 0; i < LENGTH(uris); i++) {
        assert_int_equal(prov_identity_load(uris[i], PROV_NEED_KEY, NULL, NULL, &identity, &err),
                         PROV_E_ARGUMENT);
        assert_non_null(strstr(err.text, "pin-source=FILE"));
        assert_null(strstr(err.text, "4711"));
    }
}

static void
lengths_are_bounded(void **state)
{
    static char text[PROV__URI_MAX + 2];
    struct prov_error err;
    struct prov__uri uri;
    (void)state;
    int prefix = snprintf(text, sizeof text, "pkcs11:object=");
    memset(text + prefix, 'a', PROV__URI_VALUE_MAX);
    expect_ok(prov__uri_parse(text, &uri, &err), &err);
    assert_int_equal(uri.at[PROV__URI_OBJECT].len, PROV__URI_VALUE_MAX);
    memset(text + prefix, 'a', PROV__URI_VALUE_MAX + 1);
    assert_int_equal(prov__uri_parse(text, &uri, &err), PROV_E_ARGUMENT);
    assert_non_null(strstr(err.text, "more than 1024 bytes"));
    memset(text + prefix, 'a', sizeof text - (size_t)prefix - 1);
    assert_int_equal(prov__uri_parse(text, &uri, &err), PROV_E_ARGUMENT);
    assert_non_null(strstr(err.text, "more than 4096 characters"));
}

/* Whatever stands in a URI, values end with a NUL within their room. */
static void
hostile_uris_stay_in_bounds(void **state)
{
    static const char seed[] =
        "pkcs11:token=t;id=%01%ff;object=%20;type=cert?pin-source=file:///p&module-path=/m";
    static const char signs[] = "%;&=?:/|\x01\xff"
                                "0aG";
    uint32_t number = 1;
    struct prov__uri uri;
    (void)state;
    for (size_t i = 0; i < MUTATIONS; i++) {
        char text[sizeof seed];
        memcpy(text, seed, sizeof seed);
        for (size_t k = 0; k < 1 + i % 4; k++) {
            number = number * 1664525 + 1013904223;
            size_t at = sizeof PROV_URI_SCHEME - 1 + (number >> 8) % (sizeof seed - 8);
            text[at] = signs[(number >> 24) % sizeof signs];
        }
        if (prov__uri_parse(text, &uri, NULL) != PROV_OK)
            continue;
        for (size_t k = 0; k < PROV__URI_ATTRIBUTES; k++) {
            assert_true(uri.at[k].len <= PROV__URI_VALUE_MAX);
            assert_int_equal(uri.at[k].text[uri.at[k].len], '\0');
        }
    }
}

/* --- files that a URI names */

static void
expect_load(const char *uri, int code, const char *why)
{
    struct prov_identity *identity = NULL;
    struct prov_error err;
    assert_int_equal(
        prov_identity_load(uri, PROV_NEED_CERTIFICATE | PROV_NEED_KEY, NULL, NULL, &identity, &err),
        code);
    assert_non_null(strstr(err.text, why));
    assert_null(identity);
}

static void
a_module_that_is_none_is_refused(void **state)
{
    (void)state;
    const char *none = temporary("module.so");
    expect_load(text_of("pkcs11:id=%%01?module-path=%s", none), PROV_E_SYSTEM, "cannot be loaded");
    const char *text = write_temporary("text.so", "no library", 10);
    expect_load(text_of("pkcs11:id=%%01?module-path=%s", text), PROV_E_SYSTEM, "cannot be loaded");
    expect_load("pkcs11:id=%01?module-path=libcrypto.so.3", PROV_E_SYSTEM, "C_GetFunctionList");
}

/* A file whose name begins like a URI can still be named. */
static void
uris_are_told_from_paths(void **state)
{
    (void)state;
    assert_true(prov_identity_is_uri("pkcs11:"));
    assert_true(prov_identity_is_uri("Pkcs11:id=%01"));
    assert_false(prov_identity_is_uri("pkcs11"));
    assert_false(prov_identity_is_uri(""));
    assert_false(prov_identity_is_uri("./pkcs11:id=%01"));
    expect_load("./pkcs11:id=%01", PROV_E_SYSTEM, "No such file");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(attributes_are_decoded),
        cmocka_unit_test(a_pin_source_is_a_file),
        cmocka_unit_test(a_uri_is_written_as_it_was_read),
        cmocka_unit_test(malformed_uris_are_refused),
        cmocka_unit_test(a_pin_in_a_uri_is_refused_and_not_repeated),
        cmocka_unit_test(lengths_are_bounded),
        cmocka_unit_test(hostile_uris_stay_in_bounds),
        cmocka_unit_test(a_module_that_is_none_is_refused),
        cmocka_unit_test(uris_are_told_from_paths),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
