/* SPDX-License-Identifier: MIT */
/* Says what somebody likely did where XML is not well-formed, without quoting what may be secret.
 */
#include "checks/internal.h"

#include "tree/passwords.h"

#include <prov/text.h>

#include <ctype.h>
#include <libxml/xmlerror.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define NAME_SHOWN_MAX 64
#define LOOK_BEFORE 80 /* bytes around a fault in which its cause is looked for */
#define LOOK_AFTER 40

/* libxml2's own sentences quote the text around a fault, which may be a piece of a password. */
static const struct {
    int code;
    const char *reason;
} reasons[] = {
    {XML_ERR_DOCUMENT_EMPTY, "there is no element"},
    {XML_ERR_DOCUMENT_START, "it does not begin with an element"},
    {XML_ERR_INVALID_CHAR, "a character that XML does not allow stands here"},
    {XML_ERR_INVALID_ENCODING,
     "these bytes are not in the encoding that it declares (UTF-8 if none)"},
    {XML_I18N_CONV_FAILED, "these bytes are not in the encoding that it declares (UTF-8 if none)"},
    {XML_ERR_UNKNOWN_ENCODING, "it declares an encoding that is not known"},
    {XML_ERR_UNSUPPORTED_ENCODING, "it declares an encoding that is not known"},
    {XML_ERR_GT_REQUIRED, "a tag is not closed by >"},
    {XML_ERR_LT_IN_ATTRIBUTE, "a < stands in an attribute"},
    {XML_ERR_ATTRIBUTE_NOT_STARTED, "an attribute's value has no quotes"},
    {XML_ERR_ATTRIBUTE_NOT_FINISHED, "an attribute's value is not closed by a quote"},
    {XML_ERR_ATTRIBUTE_WITHOUT_VALUE, "an attribute has no value"},
    {XML_ERR_ATTRIBUTE_REDEFINED, "an attribute stands twice"},
    {XML_ERR_SPACE_REQUIRED, "a blank is missing between two attributes"},
    {XML_ERR_COMMENT_NOT_FINISHED, "a comment is not closed by -->"},
    {XML_ERR_HYPHEN_IN_COMMENT, "two hyphens stand in a comment"},
    {XML_ERR_CDATA_NOT_FINISHED, "a CDATA section is not closed by ]]>"},
    {XML_ERR_RESERVED_XML_NAME, "something stands before <?xml, which must be the very first"},
    {XML_ERR_INTERNAL_ERROR, "it is nested too deeply"},
};

static const char *
find_reason(int code)
{
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
        if (reasons[i].code == code)
            return reasons[i].reason;
    return "it is not well-formed";
}

static void PROV_PRINTF(2, 3) say(struct xml_fault *fault, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(fault->what, sizeof fault->what, format, arguments);
    va_end(arguments);
}

/* --- the text around a fault */

struct around {
    const char *begin, *at, *end;
};

/* Where this line and column are; the begin of the text if they are nowhere. */
static struct around
find_around(struct prov_span xml, unsigned line, unsigned column)
{
    const char *text = (const char *)xml.data, *end = text + xml.len, *at = text;
    for (unsigned i = 1; i < line && at != NULL; i++) {
        at = memchr(at, '\n', (size_t)(end - at));
        at = at != NULL ? at + 1 : NULL;
    }
    if (at == NULL)
        at = end;
    for (unsigned i = 1; i < column && at < end && *at != '\n'; at++) /* characters of UTF-8 */
        i += ((unsigned char)at[0] & 0xc0) != 0x80;
    const struct around around = {.begin = at - text > LOOK_BEFORE ? at - LOOK_BEFORE : text,
                                  .at = at,
                                  .end = end - at > LOOK_AFTER ? at + LOOK_AFTER : end};
    return around;
}

static bool
holds(const struct around *around, const char *word)
{
    return memmem(around->begin, (size_t)(around->end - around->begin), word, strlen(word)) != NULL;
}

/* Typographic quotes after a =, in UTF-8 or as Windows writes them. */
static bool
has_quotes(const struct around *around)
{
    static const char *const quotes[] = {"\xe2\x80\x9c", "\xe2\x80\x9d", "\xe2\x80\x9e",
                                         "\xe2\x80\x98", "\xe2\x80\x99", "\xc2\xab",
                                         "\x93",         "\x94"};
    for (const char *at = around->begin; at < around->end; at++) {
        if (*at != '=')
            continue;
        for (size_t i = 0; i < sizeof quotes / sizeof quotes[0]; i++) {
            size_t len = strlen(quotes[i]);
            if ((size_t)(around->end - at) > len && memcmp(at + 1, quotes[i], len) == 0)
                return true;
        }
    }
    return false;
}

/* What is no character of UTF-8: Latin-1 most likely, without a word on it. */
static bool
is_other_encoding(const struct around *around)
{
    return around->at < around->end && (*around->at & 0x80) != 0;
}

static bool
has_placeholder(const struct around *around)
{
    static const char *const marks[] = {"{{",  "{%", "[==", "<%", "<?php",
                                        "<?=", "${", "{$",  "%%", "[["};
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
        if (holds(around, marks[i]))
            return true;
    return false;
}

/* --- elements that are open */

static bool
is_secret(const struct xml_open *open)
{
    return password_is_name(open->name, strlen(open->name));
}

/* What looks like a tag inside of an element that holds a password may be a piece of it. */
static bool
may_be_named(const struct xml_failure *failure, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (is_secret(&failure->open[i]))
            return false;
    return true;
}

struct shown {
    char text[NAME_SHOWN_MAX + 3];
};

static struct shown
show(const struct xml_failure *failure, size_t index)
{
    struct shown shown = {"a tag"};
    char name[NAME_SHOWN_MAX];
    const char *text = failure->open[index].name;
    if (may_be_named(failure, index))
        snprintf(shown.text, sizeof shown.text, "<%s>",
                 prov_printable(text, strlen(text), name, sizeof name));
    return shown;
}

static void
say_ampersand(const struct xml_failure *failure, struct xml_fault *fault)
{
    if (failure->depth == 0)
        say(fault, "an & that is not written &amp;");
    else
        say(fault, "an & that is not written &amp; stands in %s",
            show(failure, failure->depth - 1).text);
}

/* <TVS> ... <TVS>: an end tag without its slash. */
static bool
say_reopened(const struct xml_failure *failure, struct xml_fault *fault)
{
    for (size_t i = 1; i < failure->depth; i++) {
        const struct xml_open *open = &failure->open[i], *above = open - 1;
        if (strcmp(open->name, above->name) != 0 || !may_be_named(failure, i))
            continue;
        const struct shown shown = show(failure, i);
        const char *name = shown.text + 1; /* behind the < */
        fault->line = open->line;
        fault->column = open->column;
        say(fault, "<%s opens again what line %u opened: the end tag </%s was likely meant", name,
            above->line, name);
        return true;
    }
    return false;
}

/* <Phone-Mac> where a value belongs: no element of phones has such a name. */
static bool
is_filler(const char *name)
{
    size_t capitals = 0, small = 0;
    for (const char *at = name; *at != '\0'; at++) {
        capitals += isupper((unsigned char)*at) != 0;
        small += islower((unsigned char)*at) != 0;
    }
    return strpbrk(name, "-_") != NULL || (capitals > 1 && small == 0);
}

static void
say_unclosed(const struct xml_failure *failure, struct xml_fault *fault)
{
    size_t last = failure->depth - 1;
    const struct xml_open *open = &failure->open[last];
    bool ended = failure->code == XML_ERR_TAG_NOT_FINISHED || failure->code == XML_ERR_DOCUMENT_END;
    if (last > 0 && is_secret(open - 1))
        say(fault, "%s holds a < that is not written &lt;, or a placeholder of a template",
            show(failure, last - 1).text);
    else if (last > 0 && is_filler(open->name) && may_be_named(failure, last))
        say(fault, "%s is never closed: a placeholder of a template was left over",
            show(failure, last).text);
    else if (ended)
        say(fault,
            "the file ends before %s of line %u is closed: it is cut off, or an end tag is missing",
            show(failure, last).text, open->line);
    else
        say(fault, "this end tag is not that of %s, which line %u opened", show(failure, last).text,
            open->line);
}

/* --- the fault */

static bool
is_about_name(int code)
{
    return code == XML_ERR_NAME_REQUIRED || code == XML_ERR_ENTITYREF_SEMICOL_MISSING ||
           code == XML_ERR_ENTITYREF_NO_NAME || code == XML_ERR_UNDECLARED_ENTITY ||
           code == XML_ERR_INVALID_CHARREF || code == XML_ERR_INVALID_DEC_CHARREF ||
           code == XML_ERR_INVALID_HEX_CHARREF;
}

static bool
is_about_tags(int code)
{
    return code == XML_ERR_TAG_NAME_MISMATCH || code == XML_ERR_TAG_NOT_FINISHED ||
           code == XML_ERR_LTSLASH_REQUIRED || code == XML_ERR_DOCUMENT_END;
}

/* A & that begins what the parser could not read on. */
static bool
follows_ampersand(const struct around *around)
{
    for (const char *at = around->at; at > around->begin && at[-1] != '<' && at[-1] != '>'; at--)
        if (at[-1] == '&')
            return true;
    return false;
}

void
xml_explain(struct prov_span xml, const struct xml_failure *failure, struct xml_fault *fault)
{
    const struct around around = find_around(xml, failure->line, failure->column);
    int code = failure->code;
    *fault = (struct xml_fault){.line = failure->line, .column = failure->column};
    if (is_about_name(code) && follows_ampersand(&around))
        say_ampersand(failure, fault);
    else if (has_quotes(&around))
        say(fault, "a typographic quote stands where \" belongs");
    else if (is_about_tags(code) && say_reopened(failure, fault))
        return;
    else if (has_placeholder(&around))
        say(fault, "a placeholder of a template was left over");
    else if (is_about_tags(code) && failure->depth > 0)
        say_unclosed(failure, fault);
    else if (code == XML_ERR_DOCUMENT_END)
        say(fault, "something follows the root element, or it is cut off");
    else if (code == XML_ERR_NAME_REQUIRED || code == XML_ERR_LT_REQUIRED)
        say(fault, "a < that is not written &lt;, or a tag without a name");
    else
        say(fault, "%s",
            find_reason(code == XML_ERR_INVALID_CHAR && is_other_encoding(&around)
                            ? XML_ERR_INVALID_ENCODING
                            : code));
}
