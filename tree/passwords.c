/* SPDX-License-Identifier: MIT */
/* Finds passwords that stand in clear in a file. */
#include "tree/passwords.h"

#include "tree/wide.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define BLANKS " \t\r\n"
#define UNSET "UNPROVISIONED" /* the 7940's word for none */
#define COMMENT_MAX 4096
#define TAR_MAGIC "ustar"
#define TAR_MAGIC_AT 257

/* --- names */

static const char *const endings[] = {"password", "passwd", "passphrase", "secret", "pwd"};
static const char *const names[] = {"psk", "presharedkey"};

bool
password_is_name(const char *element, size_t len)
{
    while (len > 0 && (isdigit((unsigned char)element[len - 1]) || element[len - 1] == '_'))
        len--; /* Password_1_, of an ATA's first line */
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        size_t end = strlen(endings[i]);
        if (len >= end && strncasecmp(element + len - end, endings[i], end) == 0)
            return true;
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (len == strlen(names[i]) && strncasecmp(element, names[i], len) == 0)
            return true;
    return false;
}

static void
keep_name(const char *start, size_t len, char name[static PASSWORD_NAME_MAX])
{
    snprintf(name, PASSWORD_NAME_MAX, "%.*s", (int)len, start);
}

/* --- text between two pointers */

static bool
begins(const char *at, const char *end, const char *word)
{
    size_t len = strlen(word);
    return (size_t)(end - at) >= len && strncmp(at, word, len) == 0;
}

static bool
is_one_of(char c, const char *set)
{
    return c != '\0' && strchr(set, c) != NULL;
}

static const char *
skip(const char *at, const char *end, const char *set)
{
    while (at < end && is_one_of(*at, set))
        at++;
    return at;
}

static bool
is_name_char(char c)
{
    return isalnum((unsigned char)c) || is_one_of(c, "_-.");
}

static const char *
skip_name(const char *at, const char *end)
{
    while (at < end && (is_name_char(*at) || *at == ':'))
        at++;
    return at;
}

/* --- XML */

/* Behind comments and instructions, which are no text of an element. One without a near end counts
 * as text: whoever reads it decides. */
static const char *
skip_comments(const char *at, const char *end)
{
    for (;;) {
        at = skip(at, end, BLANKS);
        const char *mark = begins(at, end, "<!--") ? "-->" : begins(at, end, "<?") ? "?>" : NULL;
        if (mark == NULL)
            return at;
        size_t look = (size_t)(end - at) < COMMENT_MAX ? (size_t)(end - at) : COMMENT_MAX;
        const char *close = memmem(at, look, mark, strlen(mark));
        if (close == NULL)
            return at + 1;
        at = close + strlen(mark);
    }
}

/* Text after a start tag that is not blank. */
static bool
has_text(const char *at, const char *end)
{
    at = skip_comments(at, end);
    if (begins(at, end, "<![CDATA[")) {
        at += strlen("<![CDATA[");
        return at < end && !begins(at, end, "]]>");
    }
    return at < end && *at != '<' && !begins(at, end, UNSET);
}

/* An attribute of this start tag that is a password, or whose value says that the text of the
 * element is one (name="password"). */
static bool
attribute_is_password(const char *at, const char *close, const char *end,
                      char name[static PASSWORD_NAME_MAX])
{
    while ((at = memchr(at, '=', (size_t)(close - at))) != NULL) {
        const char *last = at, *value = skip(at + 1, close, BLANKS);
        while (is_one_of(last[-1], BLANKS))
            last--;
        const char *first = last;
        while (is_name_char(first[-1]))
            first--;
        at = value;
        if (value == close || (*value != '"' && *value != '\''))
            continue;
        const char *rest = memchr(value + 1, *value, (size_t)(close - value - 1));
        size_t value_len = (size_t)((rest != NULL ? rest : close) - value - 1);
        bool named = password_is_name(value + 1, value_len) && close[-1] != '/' &&
                     strncasecmp(first, "name", (size_t)(last - first)) == 0;
        if (value_len > 0 && password_is_name(first, (size_t)(last - first)))
            keep_name(first, (size_t)(last - first), name);
        else if (named && has_text(close + 1, end))
            keep_name(value + 1, value_len, name);
        else
            continue;
        return true;
    }
    return false;
}

/* A start tag ends before the next one begins. */
static const char *
end_of_tag(const char *at, const char *end)
{
    const char *next = memchr(at, '<', (size_t)(end - at));
    return memchr(at, '>', (size_t)((next != NULL ? next : end) - at));
}

bool
password_in_xml(struct prov_span text, char name[static PASSWORD_NAME_MAX])
{
    const char *at = (const char *)text.data, *end = at + text.len;
    while (at < end && (at = memchr(at, '<', (size_t)(end - at))) != NULL) {
        const char *start = ++at;
        const char *after = skip_name(start, end);
        size_t len = (size_t)(after - start);
        const char *close = len > 0 ? end_of_tag(after, end) : NULL;
        if (close == NULL)
            continue;
        if (password_is_name(start, len) && close[-1] != '/' && has_text(close + 1, end)) {
            keep_name(start, len, name);
            return true;
        }
        if (attribute_is_password(after, close, end, name))
            return true;
    }
    return false;
}

/* --- settings in lines */

/* What follows a name and what parts it from its value: where the value begins, NULL without one.
 */
static const char *
value_at(const char *at, const char *end)
{
    at = skip(at, end, BLANKS ":=>");
    if (at < end && is_one_of(*at, "\"'")) {
        char quote = *at++;
        return at < end && *at != quote && !begins(at, end, UNSET) ? at : NULL;
    }
    bool comment = at < end && is_one_of(*at, "#;") && (is_one_of(at[-1], BLANKS) || at + 1 == end);
    bool none = at == end || comment || is_one_of(*at, ",<{}[])") || begins(at, end, UNSET) ||
                begins(at, end, "null");
    return none ? NULL : at;
}

/* The name of a password right before `mark`; without data where there is none. */
static struct prov_span
name_before(const char *line, const char *mark)
{
    const char *last = mark;
    while (last > line && is_one_of(last[-1], BLANKS "\"'"))
        last--;
    const char *first = last;
    while (first > line && is_name_char(first[-1]))
        first--;
    size_t len = (size_t)(last - first);
    return (struct prov_span){password_is_name(first, len) ? (const uint8_t *)first : NULL, len};
}

/* A name, blanks and one word: more of them is prose. */
static bool
is_word_after_name(const char *line, const char *after, const char *end)
{
    const char *value = after < end && is_one_of(*after, " \t") ? value_at(after, end) : NULL;
    if (value == NULL || name_before(line, after).data == NULL)
        return false;
    const char *rest = value;
    while (rest < end && !is_one_of(*rest, BLANKS))
        rest++;
    rest = skip(rest, end, BLANKS);
    return value[-1] == '"' || rest == end || is_one_of(*rest, "#;");
}

static bool
line_has_password(const char *line, const char *end, char name[static PASSWORD_NAME_MAX])
{
    line = skip(line, end, BLANKS);
    const char *at = line;
    while (at < end && is_name_char(*at))
        at++;
    bool found = is_word_after_name(line, at, end);
    while (!found && at < end) {
        found = (*at == ':' || *at == '=') && name_before(line, at).data != NULL &&
                value_at(at, end) != NULL;
        at += !found;
    }
    struct prov_span word = name_before(line, at);
    if (found)
        keep_name((const char *)word.data, word.len, name);
    return found;
}

static const char *
end_of_line(const char *at, const char *end)
{
    const char *found = memchr(at, '\n', (size_t)(end - at));
    return found != NULL ? found : end;
}

bool
password_in_lines(struct prov_span text, char name[static PASSWORD_NAME_MAX])
{
    const char *at = (const char *)text.data, *end = at + text.len;
    for (const char *next; at < end; at = next + 1) {
        next = end_of_line(at, end);
        if (line_has_password(at, next, name))
            return true;
    }
    return false;
}

/* --- tables */

#define SEPARATORS ";,\t|"
#define PHONE "SEP"

static const char *
end_of_field(const char *at, const char *end)
{
    while (at < end && !is_one_of(*at, SEPARATORS))
        at++;
    return at;
}

static struct prov_span
field_at(const char *at, const char *end)
{
    const char *last = end_of_field(at, end);
    at = skip(at, last, " \r\"'");
    while (last > at && is_one_of(last[-1], " \r\"'"))
        last--;
    return (struct prov_span){(const uint8_t *)at, (size_t)(last - at)};
}

/* A field of the line by number; nothing behind the last. */
static struct prov_span
field_of(const char *line, const char *end, size_t number)
{
    for (; number > 0; number--) {
        line = end_of_field(line, end);
        if (line == end)
            return (struct prov_span){NULL, 0};
        line++;
    }
    return field_at(line, end);
}

/* The column that the first line calls so. */
static bool
find_column(const char *line, const char *end, size_t *column, char name[static PASSWORD_NAME_MAX])
{
    *column = 0;
    for (const char *at = line; at < end; at = end_of_field(at, end) + 1, (*column)++) {
        struct prov_span field = field_at(at, end);
        if (password_is_name((const char *)field.data, field.len)) {
            keep_name((const char *)field.data, field.len, name);
            return *column > 0 || end_of_field(line, end) < end;
        }
    }
    return false;
}

static bool
is_line_of_phone(const char *line, const char *end)
{
    struct prov_span first = field_at(line, end);
    return (first.len == strlen(PHONE) || first.len == strlen(PHONE) + 12) &&
           strncasecmp((const char *)first.data, PHONE, strlen(PHONE)) == 0 &&
           field_of(line, end, 1).len > 0;
}

bool
password_in_table(struct prov_span text, char name[static PASSWORD_NAME_MAX])
{
    const char *at = (const char *)text.data, *end = at + text.len;
    char column_name[PASSWORD_NAME_MAX];
    size_t column = 0;
    bool has_column = text.len > 0 && find_column(at, end_of_line(at, end), &column, column_name);
    bool first = true;
    for (const char *next; at < end; at = next + 1, first = false) {
        next = end_of_line(at, end);
        if (has_column && !first && field_of(at, next, column).len > 0) {
            keep_name(column_name, strlen(column_name), name);
            return true;
        }
        if (is_line_of_phone(at, next)) {
            snprintf(name, PASSWORD_NAME_MAX, "in a table of phones");
            return true;
        }
    }
    return false;
}

/* --- files */

static bool
is_tar(struct prov_span content)
{
    return content.len > TAR_MAGIC_AT + strlen(TAR_MAGIC) &&
           memcmp(content.data + TAR_MAGIC_AT, TAR_MAGIC, strlen(TAR_MAGIC)) == 0;
}

static bool
is_markup(struct prov_span content)
{
    const char *at = (const char *)content.data, *end = at + content.len;
    if (begins(at, end, "\xef\xbb\xbf")) /* the mark of UTF-8 */
        at += 3;
    at = skip(at, end, BLANKS);
    return at < end && *at == '<';
}

static bool
in_narrow(struct prov_span text, char name[static PASSWORD_NAME_MAX])
{
    if (is_markup(text) || is_tar(text))
        return password_in_xml(text, name);
    if (memchr(text.data, '\0', text.len) != NULL)
        return false;
    return password_in_xml(text, name) || password_in_lines(text, name) ||
           password_in_table(text, name);
}

bool
password_in_file(struct prov_span content, char name[static PASSWORD_NAME_MAX])
{
    if (content.len == 0)
        return false;
    if (!wide_is(content))
        return in_narrow(content, name);
    size_t len = 0;
    uint8_t *narrow = wide_narrow(content, &len);
    bool found = narrow == NULL || in_narrow((struct prov_span){narrow, len}, name);
    if (narrow == NULL) /* what cannot be looked at is not let pass */
        snprintf(name, PASSWORD_NAME_MAX, "out of memory");
    wide_free(narrow, len);
    return found;
}
