/* SPDX-License-Identifier: MIT */
/* Lists of rings and pictures, dial templates and languages, as phones ask for them. */
#include "checks/backgrounds.h"
#include "checks/dial_template.h"
#include "checks/locale.h"
#include "checks/png.h"
#include "checks/ring_list.h"
#include "tests/unit/support.h"

#include <stdio.h>
#include <string.h>

#define SAID_MAX 2048

/* A tree: files up to one without a name. */
struct file {
    const char *name;
    uint64_t size;
    const char *start;
    size_t start_len;
};

static bool
find(void *context, const char *name, struct served *out)
{
    for (const struct file *file = context; file->name != NULL; file++)
        if (strcmp(file->name, name) == 0) {
            *out = (struct served){.size = file->size, .start_len = file->start_len};
            memcpy(out->start, file->start != NULL ? file->start : "", file->start_len);
            return true;
        }
    return false;
}

/* "id:line what|", in capitals for what is no note. */
static void
note(void *context, const struct check_finding *finding)
{
    char *said = context;
    size_t used = strlen(said);
    snprintf(said + used, SAID_MAX - used, "%s%s:%u %s|",
             strcmp(finding->severity, RULE_NOTES) == 0 ? "note " : "",
             check_rule_words(finding->rule)->id, finding->line, finding->what);
}

/* --- pictures */

#define PNG(width, height) "\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0" width "\0\0" height

static void
pictures_are_known_by_their_beginning(void **state)
{
    (void)state;
    static const char png[] = PNG("\x01\x40", "\x00\xd4");
    struct png_size size = {0};
    const uint8_t *start = (const uint8_t *)png;
    assert_true(png_read(start, 24, &size));
    assert_int_equal(size.width, 320);
    assert_int_equal(size.height, 212);
    for (size_t len = 0; len < 24; len++)
        assert_false(png_read(start, len, &size));
    assert_string_equal(png_other_kind((const uint8_t *)"\xff\xd8\xff\xe0", 4), "a JPEG");
    assert_string_equal(png_other_kind((const uint8_t *)"\xff\xd8", 2), "no PNG");
    assert_string_equal(png_other_kind((const uint8_t *)"GIF89a", 6), "a GIF");
    assert_string_equal(png_other_kind(NULL, 0), "no PNG");
}

static const struct file pictures[] = {
    {"Desktops/320x212x16/a.png", 99, PNG("\x01\x40", "\x00\xd4"), 24},
    {"Desktops/320x212x16/small.png", 99, PNG("\x00\x50", "\x00\x35"), 24},
    {"Desktops/320x212x16/b.jpg", 99, "\xff\xd8\xff\xe0", 4},
    {"Desktops/800x480x24/a.png", 99, PNG("\x02\x80", "\x01\xe0"), 24},
    {0},
};

static void
lists_of_pictures_are_judged(void **state)
{
    (void)state;
    static const struct {
        const char *path, *items, *said;
    } cases[] = {
        {"Desktops/320x212x16/List.xml",
         "<ImageItem Image='TFTP:Desktops/320x212x16/small.png' "
         "URL='TFTP:Desktops/320x212x16/a.png'/>",
         ""},
        {"Desktops/320x212x16/List.xml",
         "<ImageItem Image='TFTP:gone.png' URL='TFTP:Desktops/320x212x16/small.png'/>",
         "background-image:1 Desktops/320x212x16/small.png has 80 x 53 points, and the display 320 "
         "x 212|"},
        {"Desktops/320x212x16/List.xml",
         "<ImageItem Image='TFTP:Desktops/320x212x16/b.jpg' URL='http://pbx/a.png'/>",
         "background-image:1 Desktops/320x212x16/b.jpg is a JPEG|"
         "background-item:1 the URL of this item does not begin with TFTP:|"},
        {"Desktops/320x212x16/List.xml", "<ImageItem Image='TFTP:gone.png'/>",
         "background-item:1 this item has no URL|"},
        {"Desktops/800x480x24/List.xml",
         "<ImageItem Image='TFTP:gone.png' URL='TFTP:Desktops/800x480x24/a.png'/>", ""},
        {"Desktops/320x212/List.xml", "",
         "background-folder:0 the folder 320x212 is not named by width, height and depth, as "
         "320x196x4 is|"},
        {"Desktops/95x34x1/List.xml", "",
         "note background-folder:0 the folder 95x34x1 is that of no display that is known|"},
    };
    const struct served_files files = {find, (void *)pictures};
    for (size_t i = 0; i < LENGTH(cases); i++) {
        char said[SAID_MAX] = "";
        backgrounds_check(
            span_of(text_of("<CiscoIPPhoneImageList>%s</CiscoIPPhoneImageList>", cases[i].items)),
            cases[i].path, &files, note, said);
        assert_string_equal(said, cases[i].said);
    }
    assert_true(backgrounds_is_path("desktops/320X212x16/LIST.XML"));
    assert_false(backgrounds_is_path("Desktops/List.xml"));
    assert_false(backgrounds_is_path("Desktops/a/b/List.xml"));
    assert_false(backgrounds_is_path("old/Desktops/320x212x16/List.xml"));
}

/* --- rings */

static const struct file tones[] = {
    {"a.raw", 4800, "\x7f\x7f", 2},   {"odd.raw", 241, "\x7f", 1},   {"long.raw", 16081, "\x7f", 1},
    {"wav.raw", 4800, "RIFF1234", 8}, {"mp3.rwb", 480, "ID3", 3},    {"a.rwb", 480, "\0\0", 2},
    {"odd.rwb", 481, "\0", 1},        {"long.rwb", 321601, "\0", 1}, {0},
};

static void
lists_of_rings_are_judged(void **state)
{
    (void)state;
    static const struct {
        bool wide;
        const char *name, *file, *said;
    } cases[] = {
        {false, "A", "a.raw", ""},
        {false, "A", "a.rwb", ""},
        {true, "A", "a.rwb", ""},
        {true, "A", "a.raw", "ring-name:1 the file name a.raw does not end in .rwb|"},
        {false, "A", "gone.raw", ""},
        {false, "A", "odd.raw",
         "note ring-tone:1 odd.raw has 241 bytes, which is no multiple of "
         "240|"},
        {false, "A", "long.raw", "ring-tone:1 long.raw has 16081 bytes, and 16080 are the most|"},
        {false, "A", "wav.raw", "ring-tone:1 wav.raw is a WAV file|"},
        {true, "A", "mp3.rwb", "ring-tone:1 mp3.rwb is an MP3 file|"},
        {true, "A", "odd.rwb",
         "note ring-tone:1 odd.rwb has 481 bytes, which are no whole samples "
         "of 16 bits|"},
        {true, "A", "long.rwb", "ring-tone:1 long.rwb has 321601 bytes, and 321600 are the most|"},
        {false, "A", "tone.mp3",
         "ring-name:1 the file name tone.mp3 does not end in .raw or .rwb|"},
        {false, "A", "", "ring-name:1 this ring names no file|"},
        {false, "abcdefghijklmnopqrstuvwxy", "a.raw", ""},
        {false,
         "\xc3\xa4"
         "bcdefghijklmnopqrstuvwxy",
         "a.raw", ""},
        {false, "abcdefghijklmnopqrstuvwxyz", "a.raw",
         "ring-name:1 the name abcdefghijklmnopqrstuvwxyz has 26 characters|"},
        {false, "A", "abcdefghijklmnopqrstuv.raw",
         "ring-name:1 the file name abcdefghijklmnopqrstuv.raw has 26 characters|"},
    };
    const struct served_files files = {find, (void *)tones};
    for (size_t i = 0; i < LENGTH(cases); i++) {
        char said[SAID_MAX] = "";
        ring_list_check(span_of(text_of("<CiscoIPPhoneRingList><Ring><DisplayName>%s</DisplayName>"
                                        "<FileName>%s</FileName></Ring></CiscoIPPhoneRingList>",
                                        cases[i].name, cases[i].file)),
                        cases[i].wide, &files, note, said);
        assert_string_equal(said, cases[i].said);
    }
}

static void
a_list_of_rings_has_a_root_and_an_end(void **state)
{
    (void)state;
    const struct served_files files = {find, (void *)tones};
    char said[SAID_MAX] = "", xml[8192] = "<Rings>\n";
    for (int i = 0; i < 52; i++)
        strcat(xml, "<Ring><FileName>a.raw</FileName></Ring>\n");
    strcat(xml, "</Rings>");
    ring_list_check(span_of(xml), false, &files, note, said);
    assert_string_equal(said, "ring-count:52 this is ring number 51|"
                              "ring-root:1 its root element is Rings|");
    bool wide = true;
    assert_true(ring_list_is_name("RINGLIST.XML", &wide));
    assert_false(wide);
    assert_true(ring_list_is_name("Ringlist-wb.xml", &wide));
    assert_true(wide);
    assert_false(ring_list_is_name("ringtones/Ringlist.xml", &wide));
    said[0] = '\0';
    ring_list_check(span_of("<CiscoIPPhoneRingList><Ring>"), false, &files, note, said);
    assert_string_equal(said, "");
}

/* --- dial templates */

static void
dial_templates_are_judged(void **state)
{
    (void)state;
    static const struct {
        const char *xml, *said;
    } cases[] = {
        {"<dialTemplate><versionStamp>x</versionStamp><TEMPLATE match='0.' timeout='3' "
         "User='Phone'/>"
         "<TEMPLATE MATCH='*' Timeout='5'/></dialTemplate>",
         ""},
        {"<DIALTEMPLATE/>", ""},
        {"<dialTemplate><TEMPLATE match='' timeout='0' rewrite='300'/></dialTemplate>", ""},
        {"<dialTemplate><TEMPLATE match='0.'/></dialTemplate>",
         "note dial-rest:0 no rule matches *|"},
        {"<dialTemplate><template match='*'/></dialTemplate>",
         "dial-rule:1 template is not in capitals|"},
        {"<dialTemplate><TEMPLATE match='*' time='3'/></dialTemplate>",
         "dial-rule:1 no phone knows an attribute time|"},
        {"<dialTemplate><TEMPLATE match='*' timeout='soon'/></dialTemplate>",
         "dial-rule:1 timeout is no number of seconds: soon|"},
        {"<dialTemplate><TEMPLATE match='*' user='me'/></dialTemplate>",
         "dial-rule:1 user cannot be me|"},
        {"<dialTemplate><TEMPLATE match='*' route='Emergency'/></dialTemplate>", ""},
        {"<dialTemplate><TEMPLATE match='*' tone='a,b,c,d'/></dialTemplate>",
         "dial-rule:1 more than 3 tones|"},
        {"<dialTemplate>\n<TEMPLATE timeout='3'/><TEMPLATE match='*'/></dialTemplate>",
         "dial-rule:2 this rule has no match|"},
        {"<dialplan><TEMPLATE match='*'/></dialplan>", "dial-root:1 its root element is dialplan|"},
        {"<dialTemplate><TEMPLATE", ""},
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        char said[SAID_MAX] = "";
        dial_template_check(span_of(cases[i].xml), note, said);
        assert_string_equal(said, cases[i].said);
    }
}

static void
a_dial_template_has_an_end(void **state)
{
    (void)state;
    char said[SAID_MAX] = "";
    dial_template_check(span_of(text_of("<dialTemplate><TEMPLATE match='*' rewrite='%0197d'/>"
                                        "<!--%08192d--></dialTemplate>",
                                        0, 0)),
                        note, said);
    assert_non_null(strstr(said, "dial-rule:1 rewrite has 197 characters, and 196 are the most|"));
    assert_non_null(strstr(said, "dial-size:0 it has "));
}

/* --- languages */

static const struct file locales[] = {
    {"Chile/be-sip.jar", 1, NULL, 0},
    {"Chile/g3-tones.xml", 1, NULL, 0},
    {"Peru/mk-sip.jar", 1, NULL, 0},
    {0},
};

static void
each_model_has_its_archive_and_tones(void **state)
{
    (void)state;
    static const struct {
        const char *load, *user, *network, *info, *said;
    } cases[] = {
        {"SIP45.9", "Chile", "Chile", "Chile", ""},
        {"SIP45.9", "English_United_States", "United_States", "", ""},
        {"SIP45.9", "Peru", "Peru", "",
         "locale-file:0 there is no be-sip.jar in Peru, which phones of this load (7945, 7965) ask "
         "for|locale-file:0 there is no g3-tones.xml in Peru, which phones of this load (7945, "
         "7965) "
         "ask for|"},
        {"SIP45.9", "", "", "Peru",
         "locale-file:0 there is no g3-tones.xml in Peru, which phones of this load (7945, 7965) "
         "ask for|"},
        {"sip8961.9", "", "Chile", "", ""},
        {"sip9971.9", "", "Chile", "",
         "locale-file:0 there is no g4-tones.xml in Chile, which phones of this load (9971) ask "
         "for|"},
        {"SCCP31.9", "Peru", "", "", ""},
        {"unknown", "Peru", "Peru", "", ""},
    };
    const struct served_files files = {find, (void *)locales};
    for (size_t i = 0; i < LENGTH(cases); i++) {
        char said[SAID_MAX] = "";
        const struct locale locale = {load_find(cases[i].load), cases[i].user, cases[i].network,
                                      cases[i].info};
        locale_check(&locale, &files, note, said);
        assert_string_equal(said, cases[i].said);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pictures_are_known_by_their_beginning),
        cmocka_unit_test(lists_of_pictures_are_judged),
        cmocka_unit_test(lists_of_rings_are_judged),
        cmocka_unit_test(a_list_of_rings_has_a_root_and_an_end),
        cmocka_unit_test(dial_templates_are_judged),
        cmocka_unit_test(a_dial_template_has_an_end),
        cmocka_unit_test(each_model_has_its_archive_and_tones),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
