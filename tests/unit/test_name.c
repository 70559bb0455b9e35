/* SPDX-License-Identifier: MIT */
/* X.509 names as the strings that phones compare. */
#include "libprov/internal.h"
#include "tests/unit/support.h"

#include <openssl/objects.h>
#include <stdlib.h>
#include <string.h>

static void
release_name(void *name)
{
    X509_NAME_free(name);
}

static X509_NAME *
empty_name(void)
{
    return keep(X509_NAME_new(), release_name);
}

/* `set` as X509_NAME_add_entry has it: 0 starts an RDN, -1 joins the one before. */
static void
add(X509_NAME *name, const char *oid, int type, const void *value, int len, int set)
{
    ASN1_OBJECT *object = OBJ_txt2obj(oid, 1);
    assert_non_null(object);
    assert_int_equal(X509_NAME_add_entry_by_OBJ(name, object, type, value, len, -1, set), 1);
    ASN1_OBJECT_free(object);
}

static void
reads(X509_NAME *name, const char *expected)
{
    struct prov_error err;
    struct prov_bytes *text = NULL;
    expect_ok(prov__name_string(name, ';', &text, &err), &err);
    expect_same(kept_bytes(text), span_of(expected));
}

static void
reads_value(const char *value, int len, const char *expected)
{
    X509_NAME *name = empty_name();
    add(name, "2.5.4.3", V_ASN1_UTF8STRING, value, len, 0);
    reads(name, expected);
}

static void
special_characters_are_escaped(void **state)
{
    (void)state;
    reads_value("plain", 5, "CN=plain");
    reads_value("a\\b", 3, "CN=a\\\\b");
    reads_value("\"q\"", 3, "CN=\\\"q\\\"");
    reads_value("a+b", 3, "CN=a\\+b");
    reads_value("a,b;c", 5, "CN=a\\,b\\;c");
    reads_value("<a>", 3, "CN=\\<a\\>");
    reads_value("a=b", 3, "CN=a=b");
    reads_value("a/b'c", 5, "CN=a/b'c");
}

static void
edges_are_escaped(void **state)
{
    (void)state;
    reads_value("#a#", 3, "CN=\\#a#");
    reads_value(" a b ", 5, "CN=\\ a b\\ ");
    reads_value("  ", 2, "CN=\\ \\ ");
    reads_value(" ", 1, "CN=\\ ");
    reads_value("#", 1, "CN=\\#");
    reads_value("a #b", 4, "CN=a #b");
}

static void
nul_is_escaped_and_other_controls_stay(void **state)
{
    (void)state;
    reads_value("a\0b", 3, "CN=a\\00b");
    reads_value("\0", 1, "CN=\\00");
    reads_value("a\nb\x7f", 4, "CN=a\nb\x7f");
}

static void
an_empty_value_stays_empty(void **state)
{
    (void)state;
    X509_NAME *name = empty_name();
    X509_NAME_ENTRY *entry = X509_NAME_ENTRY_new();
    ASN1_OBJECT *object = OBJ_txt2obj("2.5.4.10", 1);
    assert_int_equal(X509_NAME_ENTRY_set_object(entry, object), 1);
    assert_int_equal(X509_NAME_ENTRY_set_data(entry, V_ASN1_UTF8STRING, (unsigned char *)"", 0), 1);
    assert_int_equal(X509_NAME_add_entry(name, entry, -1, 0), 1);
    X509_NAME_ENTRY_free(entry);
    ASN1_OBJECT_free(object);
    reads(name, "O=");
    reads(empty_name(), "");
}

static void
characters_outside_ascii_stay(void **state)
{
    (void)state;
    reads_value("Zo\xc3\xab \xe2\x82\xac", 8, "CN=Zo\xc3\xab \xe2\x82\xac");
}

static void
other_string_types_become_utf8(void **state)
{
    (void)state;
    X509_NAME *name = empty_name();
    add(name, "2.5.4.3", V_ASN1_BMPSTRING, "\0Z\0\xeb\x20\xac", 6, 0);
    add(name, "2.5.4.10", V_ASN1_T61STRING, "caf\xe9", 4, 0);
    add(name, "2.5.4.11", V_ASN1_UNIVERSALSTRING, "\0\1\xf4\xde", 4, 0);
    add(name, "2.5.4.7", V_ASN1_PRINTABLESTRING, "a,b", 3, 0);
    add(name, "1.2.840.113549.1.9.1", V_ASN1_IA5STRING, "a@b", 3, 0);
    reads(name, "CN=Z\xc3\xab\xe2\x82\xac;O=caf\xc3\xa9;OU=\xf0\x9f\x93\x9e;L=a\\,b;"
                "1.2.840.113549.1.9.1=a@b");
}

static void
short_types_are_those_of_rfc_4514(void **state)
{
    (void)state;
    static const struct {
        const char *oid;
        const char *expected;
    } types[] = {
        {"2.5.4.3", "CN=v"},
        {"2.5.4.7", "L=v"},
        {"2.5.4.8", "ST=v"},
        {"2.5.4.10", "O=v"},
        {"2.5.4.11", "OU=v"},
        {"2.5.4.6", "C=v"},
        {"2.5.4.9", "STREET=v"},
        {"0.9.2342.19200300.100.1.25", "DC=v"},
        {"0.9.2342.19200300.100.1.1", "UID=v"},
        {"2.5.4.5", "2.5.4.5=v"},
        {"2.5.4.12", "2.5.4.12=v"},
        {"2.5.4.42", "2.5.4.42=v"},
        {"1.3.6.1.4.1.99999.7", "1.3.6.1.4.1.99999.7=v"},
    };
    for (size_t i = 0; i < LENGTH(types); i++) {
        X509_NAME *name = empty_name();
        add(name, types[i].oid, V_ASN1_UTF8STRING, "v", 1, 0);
        reads(name, types[i].expected);
    }
}

static void
attributes_stand_in_certificate_order(void **state)
{
    (void)state;
    reads(name_of("C=NZ", "O=o", "CN=c", "O=p", NULL), "C=NZ;O=o;CN=c;O=p");
}

static void
attributes_of_one_rdn_are_joined_alike(void **state)
{
    (void)state;
    X509_NAME *name = empty_name();
    add(name, "2.5.4.10", V_ASN1_UTF8STRING, "o", 1, 0);
    add(name, "2.5.4.3", V_ASN1_UTF8STRING, "a", 1, 0);
    add(name, "2.5.4.11", V_ASN1_UTF8STRING, "b", 1, -1);
    reads(name, "O=o;CN=a;OU=b");
}

static void
the_separator_is_the_layouts(void **state)
{
    (void)state;
    struct prov_error err;
    struct prov_bytes *text = NULL;
    expect_ok(prov__name_string(name_of("O=a,b", "CN=c", NULL), ',', &text, &err), &err);
    expect_same(kept_bytes(text), span_of("O=a\\,b,CN=c"));
}

static void
refused(X509_NAME *name, int code, const char *part)
{
    struct prov_error err;
    struct prov_bytes *text = NULL;
    expect_failure(prov__name_string(name, ';', &text, &err), code, &err, part);
    assert_null(text);
}

static void
text_that_is_not_readable_is_refused(void **state)
{
    (void)state;
    X509_NAME *name = empty_name();
    add(name, "2.5.4.3", V_ASN1_UTF8STRING, "caf\xe9", 4, 0);
    refused(name, PROV_E_UNFIT, "a certificate's name holds text that is not readable");
    name = empty_name();
    add(name, "2.5.4.3", V_ASN1_BIT_STRING, "a", 1, 0);
    refused(name, PROV_E_UNFIT, "not readable");
}

static void
an_attribute_type_without_end_is_refused(void **state)
{
    (void)state;
    char oid[400] = "1.2";
    while (strlen(oid) < 200)
        strcat(oid, ".1234567");
    X509_NAME *name = empty_name();
    add(name, oid, V_ASN1_UTF8STRING, "v", 1, 0);
    refused(name, PROV_E_UNFIT, "a certificate's name holds an unreadable attribute");
}

static void
a_name_fits_a_string_field_or_is_refused(void **state)
{
    (void)state;
    char *value = keep(malloc(65536), free);
    memset(value, 'x', 65536);
    X509_NAME *name = empty_name();
    struct prov_bytes *text = NULL;
    struct prov_error err;
    add(name, "2.5.4.3", V_ASN1_UTF8STRING, value, 65531, 0);
    expect_ok(prov__name_string(name, ';', &text, &err), &err);
    assert_int_equal(kept_bytes(text).len, 65534);
    name = empty_name();
    add(name, "2.5.4.3", V_ASN1_UTF8STRING, value, 65532, 0);
    refused(name, PROV_E_LIMIT, "a certificate's name is too long");
    name = empty_name();
    memset(value, '"', 65536);
    add(name, "2.5.4.3", V_ASN1_UTF8STRING, value, 40000, 0);
    refused(name, PROV_E_LIMIT, "a certificate's name is too long");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(special_characters_are_escaped),
        cmocka_unit_test(edges_are_escaped),
        cmocka_unit_test(nul_is_escaped_and_other_controls_stay),
        cmocka_unit_test(an_empty_value_stays_empty),
        cmocka_unit_test(characters_outside_ascii_stay),
        cmocka_unit_test(other_string_types_become_utf8),
        cmocka_unit_test(short_types_are_those_of_rfc_4514),
        cmocka_unit_test(attributes_stand_in_certificate_order),
        cmocka_unit_test(attributes_of_one_rdn_are_joined_alike),
        cmocka_unit_test(the_separator_is_the_layouts),
        cmocka_unit_test(text_that_is_not_readable_is_refused),
        cmocka_unit_test(an_attribute_type_without_end_is_refused),
        cmocka_unit_test(a_name_fits_a_string_field_or_is_refused),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
