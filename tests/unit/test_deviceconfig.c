/* SPDX-License-Identifier: MIT */
/* Reading configurations, and their stubs. */
#include "tests/unit/support.h"

#include <iconv.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HASH "00112233445566778899aabbccddeeff"
#define STUB_START                                                                                 \
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<device>\n  <fullConfig>false</fullConfig>\n"
#define STUB_END "  <certHash>" HASH "</certHash>\n  <encrConfig>true</encrConfig>\n</device>\n"

static struct prov_error err;

static void
refuses_bytes(const void *xml, size_t len, int code, const char *part)
{
    struct prov_deviceconfig *config = NULL;
    expect_failure(prov_deviceconfig_read(xml, len, &config, &err), code, &err, part);
    assert_null(config);
}

static void
refuses(const char *xml, const char *part)
{
    refuses_bytes(xml, strlen(xml), PROV_E_FORMAT, part);
}

/* The stub of `xml` holds exactly `copied` between its fixed parts. */
static void
gives_bytes(const void *xml, size_t len, const char *copied)
{
    struct prov_deviceconfig *config = NULL;
    struct prov_bytes *stub = NULL;
    expect_ok(prov_deviceconfig_read(xml, len, &config, &err), &err);
    expect_ok(prov_deviceconfig_stub(config, HASH, &stub, &err), &err);
    expect_same(kept_bytes(stub), span_of(text_of("%s%s%s", STUB_START, copied, STUB_END)));
    prov_deviceconfig_free(config);
}

static void
gives(const char *xml, const char *copied)
{
    gives_bytes(xml, strlen(xml), copied);
}

static void
a_stub_needs_nothing_of_the_configuration(void **state)
{
    (void)state;
    gives("<device/>", "");
    gives("<device note=\"x\">text<a>b</a></device>", "");
    prov_deviceconfig_free(NULL);
}

static void
four_elements_are_copied_in_their_order(void **state)
{
    (void)state;
    gives("<device><capfList><capf><phonePort>3804</phonePort></capf></capfList>"
          "<x>1</x><loadInformation model=\"7962\">SIP &amp; co</loadInformation>"
          "<capfAuthMode>0</capfAuthMode><ipAddressMode/><capfAuthMode>1</capfAuthMode>"
          "<deep><ipAddressMode>2</ipAddressMode></deep></device>",
          "  <capfList>\n    <capf>\n      <phonePort>3804</phonePort>\n    </capf>\n"
          "  </capfList>\n  <loadInformation model=\"7962\">SIP &amp; co</loadInformation>\n"
          "  <capfAuthMode>0</capfAuthMode>\n  <ipAddressMode/>\n"
          "  <capfAuthMode>1</capfAuthMode>\n");
}

static void
names_are_case_sensitive_and_whole(void **state)
{
    (void)state;
    gives("<device><loadinformation>a</loadinformation><capfList2/><capfLis/></device>", "");
}

static void
cdata_becomes_text_and_comments_stay_inside(void **state)
{
    (void)state;
    gives("<!-- before --><device><!-- out --><loadInformation><![CDATA[a<b&c]]></loadInformation>"
          "<capfList><!-- in --></capfList></device>",
          "  <loadInformation>a&lt;b&amp;c</loadInformation>\n"
          "  <capfList>\n    <!-- in -->\n  </capfList>\n");
}

static void
characters_outside_ascii_become_references(void **state)
{
    (void)state;
    gives("<device><loadInformation>caf\xc3\xa9 \xe2\x82\xac</loadInformation></device>",
          "  <loadInformation>caf&#233; &#8364;</loadInformation>\n");
    gives("<device><loadInformation>caf&#xe9;&amp;&lt;&quot;</loadInformation></device>",
          "  <loadInformation>caf&#233;&amp;&lt;\"</loadInformation>\n");
}

static void
an_undeclared_prefix_is_taken(void **state)
{
    (void)state;
    gives("<device  xsi:type=\"axl:XIPPhone\" ctiid=\"94\">"
          "<capfAuthMode>0</capfAuthMode></device>",
          "  <capfAuthMode>0</capfAuthMode>\n");
    gives("<device><capfList xsi:nil=\"true\"/></device>", "  <capfList xsi:nil=\"true\"/>\n");
}

static void
a_byte_order_mark_and_carriage_returns_are_taken(void **state)
{
    (void)state;
    gives("\xef\xbb\xbf<device>\r\n  <capfAuthMode>0</capfAuthMode>\r\n</device>\r\n",
          "  <capfAuthMode>0</capfAuthMode>\n");
    gives("\xef\xbb\xbf<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n<device>\r\n</device>", "");
}

/* `xml` (in UTF-8) in another encoding, after a byte order mark. */
static struct prov_span
converted(const char *encoding, const char *mark, size_t mark_len, const char *xml)
{
    char *out = keep(malloc(4096), free);
    char *in_at = (char *)(uintptr_t)xml, *out_at = out + mark_len;
    size_t in_left = strlen(xml), out_left = 4096 - mark_len;
    memcpy(out, mark, mark_len);
    iconv_t conversion = iconv_open(encoding, "UTF-8");
    assert_int_equal(iconv(conversion, &in_at, &in_left, &out_at, &out_left), 0);
    iconv_close(conversion);
    return bytes_of(out, 4096 - out_left);
}

static void
other_encodings_are_taken(void **state)
{
    (void)state;
    static const char utf16[] = "<?xml version=\"1.0\" encoding=\"UTF-16\"?>"
                                "<device><loadInformation>caf\xc3\xa9</loadInformation></device>";
    static const char latin1[] = "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>"
                                 "<device><loadInformation>caf\xc3\xa9</loadInformation></device>";
    static const char copied[] = "  <loadInformation>caf&#233;</loadInformation>\n";
    struct prov_span little = converted("UTF-16LE", "\xff\xfe", 2, utf16);
    struct prov_span big = converted("UTF-16BE", "\xfe\xff", 2, utf16);
    struct prov_span undeclared = converted("UTF-16LE", "\xff\xfe", 2, utf16 + 39);
    struct prov_span latin = converted("ISO-8859-1", "", 0, latin1);
    gives_bytes(little.data, little.len, copied);
    gives_bytes(big.data, big.len, copied);
    gives_bytes(undeclared.data, undeclared.len, copied);
    gives_bytes(latin.data, latin.len, copied);
}

static void
wrong_encodings_are_refused(void **state)
{
    (void)state;
    refuses("<device><loadInformation>caf\xe9</loadInformation></device>",
            "malformed XML at line 1, column");
    refuses("<?xml version=\"1.0\" encoding=\"klingon\"?><device/>", "malformed XML at line 1");
}

static void
a_doctype_without_entities_is_taken(void **state)
{
    (void)state;
    gives("<!DOCTYPE device><device/>", "");
    gives("<!DOCTYPE device [<!ELEMENT device ANY>]><device/>", "");
    gives("<!DOCTYPE device SYSTEM \"/nowhere/device.dtd\"><device/>", "");
}

static void
entities_are_refused(void **state)
{
    (void)state;
    static const char message[] = "it uses an XML entity of its own at line";
    refuses("<!DOCTYPE device [<!ENTITY a \"x\">]><device/>", message);
    refuses(
        "<!DOCTYPE device [\n<!ENTITY a \"x\">]><device>&a;</device>",
        "it uses an XML entity of its own at line 2, which phones do not expand; write the text "
        "itself");
    refuses("<!DOCTYPE device [<!ENTITY a SYSTEM \"file:///etc/hostname\">]><device>&a;</device>",
            message);
    refuses("<!DOCTYPE device [<!ENTITY % a SYSTEM \"file:///etc/hostname\"> %a;]><device/>",
            message);
    refuses("<!DOCTYPE device [<!ENTITY % a \"<!ENTITY b 'c'>\"> %a;]><device>&b;</device>",
            message);
    refuses("<!DOCTYPE device [<!ENTITY a PUBLIC \"p\" \"s\">]><device x=\"&a;\"/>", message);
}

static void
undeclared_entities_are_refused(void **state)
{
    (void)state;
    struct prov_deviceconfig *config = NULL;
    static const char *const inputs[] = {
        "<device>&a;</device>", "<device><loadInformation>&nbsp;</loadInformation></device>",
        "<device x=\"&a;\"/>", "<!DOCTYPE device SYSTEM \"x\"><device>&a;</device>",
        "<!DOCTYPE device [<!ELEMENT device ANY> %a; ]><device>&b;</device>"};
    for (size_t i = 0; i < LENGTH(inputs); i++) {
        int rc = prov_deviceconfig_read(inputs[i], strlen(inputs[i]), &config, &err);
        expect_failure(rc, PROV_E_FORMAT, &err, "");
        assert_null(config);
    }
}

static void
billions_of_laughs_are_refused_at_once(void **state)
{
    (void)state;
    refuses("<!DOCTYPE device [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">"
            "<!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;\"><!ENTITY d \"&c;&c;&c;&c;&c;&c;&c;&c;\">"
            "<!ENTITY e \"&d;&d;&d;&d;&d;&d;&d;&d;\">]><device>&e;&e;&e;&e;</device>",
            "it uses an XML entity of its own at line 1");
}

static void
the_root_must_be_device(void **state)
{
    (void)state;
    refuses("<Default/>", "its root element is Default: these are defaults for all phones; make "
                          "the root <device>, or name the file XMLDefault.cnf.xml");
    refuses("<default></default>", "its root element is default: these are defaults");
    refuses("<Device/>", "its root element is Device instead of device");
    refuses("<x/>", "its root element is x instead of device");
    refuses("<x\xe2\x80\x8d/>", "its root element is x\xe2\x80\x8d instead of device");
}

static void
malformed_xml_is_placed(void **state)
{
    (void)state;
    refuses("<device>\n  <loadInformation434>x</loadInformation435>\n</device>",
            "malformed XML at line 2, column 45: an end tag does not match its start tag; "
            "a phone discards the whole file");
    refuses("<device>\n\n<authPassword[== pass ==]</authPassword>\n</device>",
            "malformed XML at line 3, column");
    refuses("<device>", "malformed XML at line 1");
    refuses("hello", "malformed XML at line 1, column 1");
    refuses("<device/><device/>", "malformed XML at line 1");
    refuses("<device a=\"1\" a=\"2\"/>", "malformed XML at line 1");
    refuses("<device>a & b</device>", "malformed XML at line 1");
}

static void
messages_about_xml_are_printable(void **state)
{
    (void)state;
    refuses("<device><a\xe2\x80\xae></b></device>", "malformed XML at line 1");
    assert_null(strstr(err.text, "\xe2\x80\xae"));
}

static void
nothing_and_nul_bytes_are_refused(void **state)
{
    (void)state;
    refuses_bytes("", 0, PROV_E_FORMAT, "the configuration is empty");
    refuses(" \n", "malformed XML");
    refuses_bytes("\0\0\0\0", 4, PROV_E_FORMAT, "");
    refuses_bytes("<device>\0</device>", 18, PROV_E_FORMAT, "malformed XML at line 1");
    refuses_bytes("<device/>\0\0", 11, PROV_E_FORMAT,
                  "malformed XML at line 1: it holds a NUL character");
    refuses_bytes("<device/>\n\0<x>", 14, PROV_E_FORMAT, "malformed XML at line 2: it holds a NUL");
    struct prov_span wide = converted("UTF-16LE", "\xff\xfe", 2, "<device/>\n\n<!---->x");
    wide = altered(wide, wide.len - 2, 'x');
    refuses_bytes(wide.data, wide.len, PROV_E_FORMAT, "malformed XML at line 3: it holds a NUL");
}

static void
what_a_phone_does_not_download_is_refused(void **state)
{
    (void)state;
    char *xml = keep(malloc(PROV_DEVICECONFIG_MAX + 1), free);
    memset(xml, ' ', PROV_DEVICECONFIG_MAX + 1);
    memcpy(xml, "<device/>", 9);
    gives_bytes(xml, PROV_DEVICECONFIG_MAX, "");
    refuses_bytes(xml, PROV_DEVICECONFIG_MAX + 1, PROV_E_LIMIT,
                  "larger than the 2097152 bytes that a phone downloads");
}

/* `depth` elements inside each other in the root. */
static const char *
nested(size_t depth)
{
    char *xml = keep(malloc(7 * depth + 100), free);
    char *at = stpcpy(xml, "<device><capfList>");
    for (size_t i = 0; i < depth; i++)
        at = stpcpy(at, "<a>");
    for (size_t i = 0; i < depth; i++)
        at = stpcpy(at, "</a>");
    stpcpy(at, "</capfList></device>");
    return xml;
}

static void
deep_nesting_is_refused(void **state)
{
    (void)state;
    struct prov_deviceconfig *config = NULL;
    const char *xml = nested(200);
    expect_ok(prov_deviceconfig_read(xml, strlen(xml), &config, &err), &err);
    prov_deviceconfig_free(config);
    refuses(nested(300), "malformed XML at line 1");
    refuses(nested(100000), "malformed XML at line 1");
}

static void
nothing_is_printed(void **state)
{
    (void)state;
    int ends[2], saved = dup(STDERR_FILENO);
    char text[256];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(dup2(ends[1], STDERR_FILENO), STDERR_FILENO);
    refuses("<device", "malformed XML");
    refuses("<device xsi:type=\"x\">&a;</device>", "");
    refuses("<?xml version=\"1.0\" encoding=\"EUC-JP\"?>\n<device>\xff\xff\xff</device>",
            "malformed XML at line");
    struct prov_span lone = converted("UTF-16LE", "\xff\xfe", 2, "<device>ab</device>");
    lone = altered(lone, 19, 0xdc);
    refuses_bytes(lone.data, lone.len, PROV_E_FORMAT, "malformed XML at line 1, column");
    assert_int_equal(dup2(saved, STDERR_FILENO), STDERR_FILENO);
    close(saved);
    close(ends[1]);
    assert_int_equal(read(ends[0], text, sizeof text), 0);
    close(ends[0]);
}

static void
values_are_read(void **state)
{
    (void)state;
    static const char xml[] = "<device><a> x \n y </a><b><c>in</c></b><a>second</a>"
                              "<d><!-- - -->1<e>2</e><![CDATA[<3]]></d><f/></device>";
    struct prov_deviceconfig *config = NULL;
    char value[8] = "";
    expect_ok(prov_deviceconfig_read(xml, strlen(xml), &config, &err), &err);
    assert_true(prov_deviceconfig_value(config, "a", value, sizeof value));
    assert_string_equal(value, "x \n y");
    assert_true(prov_deviceconfig_value(config, "d", value, sizeof value));
    assert_string_equal(value, "12<3");
    assert_true(prov_deviceconfig_value(config, "f", value, sizeof value));
    assert_string_equal(value, "");
    assert_false(prov_deviceconfig_value(config, "c", value, sizeof value));
    assert_false(prov_deviceconfig_value(config, "A", value, sizeof value));
    assert_true(prov_deviceconfig_value(config, "a", value, 6));
    assert_false(prov_deviceconfig_value(config, "a", value, 5));
    prov_deviceconfig_free(config);
}

/* `count` attributes of different names, in an element `device`. */
static struct prov_span
with_attributes(size_t count)
{
    struct prov_bytes *xml = prov_bytes_new(PROV_DEVICECONFIG_MAX);
    expect_ok(prov_bytes_put(xml, "<device", 7, &err), &err);
    for (size_t i = 0; i < count; i++) {
        const char *attribute = text_of(" a%zu=''", i);
        expect_ok(prov_bytes_put(xml, attribute, strlen(attribute), &err), &err);
    }
    expect_ok(prov_bytes_put(xml, "/>", 2, &err), &err);
    return kept_bytes(xml);
}

static void
attributes_are_counted_before_they_are_compared(void **state)
{
    (void)state;
    struct prov_deviceconfig *config = NULL;
    struct prov_span xml = with_attributes(PROV_DEVICECONFIG_ATTRIBUTES_MAX);
    assert_true(prov_deviceconfig_fits(xml.data, xml.len));
    expect_ok(prov_deviceconfig_read(xml.data, xml.len, &config, &err), &err);
    prov_deviceconfig_free(config);
    xml = with_attributes(PROV_DEVICECONFIG_ATTRIBUTES_MAX + 1);
    assert_false(prov_deviceconfig_fits(xml.data, xml.len));
    refuses_bytes(xml.data, xml.len, PROV_E_LIMIT, "more than 8192 attributes");
}

static void
banners_are_no_attributes(void **state)
{
    (void)state;
    char banner[4 * PROV_DEVICECONFIG_ATTRIBUTES_MAX];
    memset(banner, '=', sizeof banner);
    gives(text_of("<device><!-- %.*s --></device>", (int)sizeof banner, banner), "");
    gives(text_of("<device note='%.*s'/>", (int)sizeof banner, banner), "");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(attributes_are_counted_before_they_are_compared),
        cmocka_unit_test(banners_are_no_attributes),
        cmocka_unit_test(a_stub_needs_nothing_of_the_configuration),
        cmocka_unit_test(four_elements_are_copied_in_their_order),
        cmocka_unit_test(names_are_case_sensitive_and_whole),
        cmocka_unit_test(cdata_becomes_text_and_comments_stay_inside),
        cmocka_unit_test(characters_outside_ascii_become_references),
        cmocka_unit_test(an_undeclared_prefix_is_taken),
        cmocka_unit_test(a_byte_order_mark_and_carriage_returns_are_taken),
        cmocka_unit_test(other_encodings_are_taken),
        cmocka_unit_test(wrong_encodings_are_refused),
        cmocka_unit_test(a_doctype_without_entities_is_taken),
        cmocka_unit_test(entities_are_refused),
        cmocka_unit_test(undeclared_entities_are_refused),
        cmocka_unit_test(billions_of_laughs_are_refused_at_once),
        cmocka_unit_test(the_root_must_be_device),
        cmocka_unit_test(malformed_xml_is_placed),
        cmocka_unit_test(messages_about_xml_are_printable),
        cmocka_unit_test(nothing_and_nul_bytes_are_refused),
        cmocka_unit_test(what_a_phone_does_not_download_is_refused),
        cmocka_unit_test(deep_nesting_is_refused),
        cmocka_unit_test(nothing_is_printed),
        cmocka_unit_test(values_are_read),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
