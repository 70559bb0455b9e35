/* SPDX-License-Identifier: MIT */
/* Finds passwords that stand in clear in a file. */
#include "provcheck/tree/passwords.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define BLANKS " \t\r\n"
#define UNSET "UNPROVISIONED" /* the 7940's word for none */

static const char *const endings[] = {"password", "passwd", "passphrase"};
static const char *const names[] = {"psk", "presharedkey", "sharedsecret"};

bool
password_is_name(const char *element, size_t len)
{
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

static bool
begins(const char *at, const char *end, const char *word)
{
    size_t len = strlen(word);
    return (size_t)(end - at) >= len && strncmp(at, word, len) == 0;
}

static size_t
name_len(const char *at, const char *end)
{
    const char *start = at;
    while (at < end && (isalnum((unsigned char)*at) || strchr("_-.:", *at) != NULL) && *at != '\0')
        at++;
    return (size_t)(at - start);
}

/* Text after a start tag that is not blank. */
static bool
has_text(const char *at, const char *end)
{
    while (at < end && strchr(BLANKS, *at) != NULL && *at != '\0')
        at++;
    if (begins(at, end, "<![CDATA[")) {
        at += strlen("<![CDATA[");
        return at < end && !begins(at, end, "]]>");
    }
    return at < end && *at != '<' && !begins(at, end, UNSET);
}

bool
password_in_xml(struct prov_span text, char name[static PASSWORD_NAME_MAX])
{
    const char *at = (const char *)text.data, *end = at + text.len;
    while (at < end && (at = memchr(at, '<', (size_t)(end - at))) != NULL) {
        const char *start = ++at;
        size_t len = name_len(start, end);
        if (!password_is_name(start, len))
            continue;
        const char *close = memchr(start, '>', (size_t)(end - start));
        if (close == NULL)
            return false;
        if (close[-1] != '/' && has_text(close + 1, end)) {
            keep_name(start, len, name);
            return true;
        }
    }
    return false;
}

static bool
line_has_password(const char *line, const char *end, char name[static PASSWORD_NAME_MAX])
{
    while (line < end && (*line == ' ' || *line == '\t'))
        line++;
    size_t len = strcspn(line, ": \t");
    const char *value = line;
    if (line + len > end)
        return false;
    value += len;
    if (!password_is_name(line, len))
        return false;
    while (value < end && (*value == ':' || strchr(BLANKS, *value) != NULL || *value == '"'))
        value++;
    if (value == end || *value == '#' || begins(value, end, UNSET))
        return false;
    keep_name(line, len, name);
    return true;
}

bool
password_in_lines(struct prov_span text, char name[static PASSWORD_NAME_MAX])
{
    const char *at = (const char *)text.data, *end = at + text.len;
    char line[512];
    while (at < end) {
        const char *next = memchr(at, '\n', (size_t)(end - at));
        size_t len = (size_t)((next != NULL ? next : end) - at);
        size_t kept = len < sizeof line ? len : sizeof line - 1;
        memcpy(line, at, kept);
        line[kept] = '\0';
        if (line_has_password(line, line + strlen(line), name))
            return true;
        at += len + 1;
    }
    return false;
}
