/* SPDX-License-Identifier: MIT */
/* Passwords, in whatever file they stand. */
#include "tree/passwords.h"

#include "tests/unit/support.h"

#include <stdlib.h>
#include <string.h>

typedef bool search(struct prov_span text, char name[static PASSWORD_NAME_MAX]);

/* On memory of exactly this size, so that a sanitizer sees what reads beyond it. */
static void
finds(search *in, const char *text, size_t len, const char *wanted)
{
    char name[PASSWORD_NAME_MAX] = "";
    uint8_t *copy = malloc(len > 0 ? len : 1);
    assert_non_null(copy);
    memcpy(copy, text, len);
    bool found = in((struct prov_span){copy, len}, name);
    free(copy);
    assert_int_equal(found, wanted != NULL);
    assert_string_equal(name, wanted != NULL ? wanted : "");
}

static void
in_xml(const char *text, const char *wanted)
{
    finds(password_in_xml, text, strlen(text), wanted);
}

static void
in_lines(const char *text, const char *wanted)
{
    finds(password_in_lines, text, strlen(text), wanted);
}

static void
elements_with_text(void **state)
{
    (void)state;
    in_xml("<device><authPassword>x</authPassword>", "authPassword");
    in_xml("<SSHPASSWORD a=\"b\">\n x", "SSHPASSWORD");
    in_xml("<psk>x", "psk");
    in_xml("<!-- <phonePassword>x</phonePassword> -->", "phonePassword");
    in_xml("<aPassword/><bPassword><![CDATA[x]]>", "bPassword");
    in_xml("<x:password>0</x:password>", "x:password");
    in_xml("<Password_1_ ua=\"na\">x</Password_1_>", "Password_1_"); /* an ATA's */
    in_xml("<aPassword><!-- the first --> <!-- ' --><?x?>x", "aPassword");
    in_xml("<line auth='a' password = \"x\"/>", "password");
    in_xml("<reg reg.1.auth.password=\"x\" a='b'/>", "reg.1.auth.password");
    in_xml("<parameter name=\"sip_password\">x</parameter>", "sip_password");
}

static void
elements_without_text(void **state)
{
    (void)state;
    in_xml("", NULL);
    in_xml("<authPassword/>", NULL);
    in_xml("<authPassword a='b' />", NULL);
    in_xml("<authPassword> \r\n\t</authPassword>", NULL);
    in_xml("<authPassword><![CDATA[]]></authPassword>", NULL);
    in_xml("<authPassword>UNPROVISIONED</authPassword>", NULL);
    in_xml("<passwordPersistent>1</passwordPersistent>", NULL);
    in_xml("</authPassword>x", NULL);
    in_xml("<pskx>x</pskx>", NULL);
    in_xml("<aPassword><!-- x --></aPassword>", NULL);
    in_xml("<line password=\"\" />", NULL);
    in_xml("<parameter name=\"password\"/>x", NULL);
    in_xml("<prompt title=\"Password:\">x</prompt>", NULL);
    in_xml("<aPassword <x>", NULL);
}

static void
settings_in_lines(void **state)
{
    (void)state;
    in_lines("a: b\r\n  line1_password: \"x\"\r\n", "line1_password");
    in_lines("phone_password : x", "phone_password");
    in_lines("phone_password: \"\"\nphone_prompt: \"x\"\n", NULL);
    in_lines("phone_password: UNPROVISIONED\n", NULL);
    in_lines("phone_password: # none\n", NULL);
    in_lines("phone_password", NULL);
    in_lines("export SIP_PASSWORD='#x'\n", "SIP_PASSWORD");
    in_lines("account.1.password = x", "account.1.password");
    in_lines("secret=>x", "secret");
    in_lines("secret=#x", "secret");
    in_lines("secret = ;\nsecret = # x\nsecret=;", NULL);
    in_lines("line1_password \"x y\" # mine", "line1_password");
    in_lines("line1_password x", "line1_password");
    in_lines("{\"name\": \"a\", \"password\" : \"x\"}", "password");
    in_lines("{\"password\": null, \"pwd\": \"\", \"secret\": []}", NULL);
    in_lines("password is what a phone wants", NULL);
    in_lines("", NULL);
}

static void
in_file(const char *text, const char *wanted)
{
    finds(password_in_file, text, strlen(text), wanted);
}

static void
files_of_any_kind(void **state)
{
    static const char table[] = "in a table of phones";
    char binary[] = "\x7f"
                    "ELF\0 password=x <aPassword>x</aPassword>",
         tar[600] = "";
    (void)state;
    in_file("<device><authPassword>x</authPassword>", "authPassword");
    in_file("\xef\xbb\xbf\n<device><authPassword>x</authPassword>", "authPassword");
    in_file("line1_password: \"x\"", "line1_password");
    in_file("mac;name;Password\n001122334455;a;\n001122334456;b;\"x\"\n", "Password");
    in_file("mac,secret\n001122334455,\n", NULL);
    in_file("password\nx\n", NULL);
    in_file("SEP;x\n", table);
    in_file("name;who\r\nsep001122334455,x\n", table);
    in_file("SEP001122334455\n", NULL);
    in_file("SEP001122334455,\n", NULL);
    in_file("<p>password: what only you know</p>", NULL);
    in_file("", NULL);
    finds(password_in_file, binary, sizeof binary - 1, NULL);
    memcpy(tar + 257, "ustar", 5);
    memcpy(tar + 512, "<aPassword>x", 12);
    finds(password_in_file, tar, sizeof tar, "aPassword");
}

static void
in_utf16(const char *mark, bool little, const char *text, const char *wanted)
{
    char wide[256];
    size_t len = strlen(mark);
    memcpy(wide, mark, len);
    for (const char *at = text; *at != '\0'; at++) {
        wide[len++] = little ? *at : '\0';
        wide[len++] = little ? '\0' : *at;
    }
    finds(password_in_file, wide, len, wanted);
}

static void
texts_in_utf16(void **state)
{
    static const char xml[] = "<device><authPassword>x</authPassword>";
    (void)state;
    in_utf16("\xff\xfe", true, xml, "authPassword");
    in_utf16("\xfe\xff", false, xml, "authPassword");
    in_utf16("", true, xml, "authPassword");
    in_utf16("", false, xml, "authPassword");
    in_utf16("\xff\xfe", true, "line1_password: x", "line1_password");
    in_utf16("\xff\xfe", true, "<device/>", NULL);
}

/* Cut anywhere, and with a NUL anywhere, nothing is read beyond the text. */
static void
texts_cut_short(void **state)
{
    (void)state;
    static const char text[] =
        "<aPassword q='r'>\n<![CDATA[]]></aPassword><bPassword>\nline1_password: \"\"\n";
    char name[PASSWORD_NAME_MAX];
    for (size_t len = 1; len < sizeof text; len++) {
        for (size_t i = 0; i <= len; i++) {
            uint8_t *copy = malloc(len);
            assert_non_null(copy);
            memcpy(copy, text, len);
            if (i < len)
                copy[i] = '\0';
            (void)password_in_xml((struct prov_span){copy, len}, name);
            (void)password_in_lines((struct prov_span){copy, len}, name);
            (void)password_in_table((struct prov_span){copy, len}, name);
            (void)password_in_file((struct prov_span){copy, len}, name);
            free(copy);
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(elements_with_text), cmocka_unit_test(elements_without_text),
        cmocka_unit_test(settings_in_lines),  cmocka_unit_test(files_of_any_kind),
        cmocka_unit_test(texts_in_utf16),     cmocka_unit_test(texts_cut_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
