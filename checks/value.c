/* SPDX-License-Identifier: MIT */
/* Judges the text of an element by its type and range. */
#include "checks/value.h"

#include <prov/text.h>

#include <arpa/inet.h>
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define SHOWN_MAX 48
#define CHOICE_SHOWN_MAX 160

/* --- placeholders */

/* %name% or @NAME@. */
static bool
is_between(const char *text, char mark)
{
    const char *first = strchr(text, mark);
    const char *second = first != NULL ? strchr(first + 1, mark) : NULL;
    if (second == NULL || second - first < 3)
        return false;
    for (const char *at = first + 1; at < second; at++)
        if (!isalnum((unsigned char)*at) && *at != '_')
            return false;
    return true;
}

/* $NAME or $name, and nothing before it. */
static bool
is_variable(const char *text)
{
    return text[0] == '$' && (isalpha((unsigned char)text[1]) || text[1] == '_');
}

/* One or more words in capitals with _ between them, as SERVER_ADDRESS. */
static bool
is_capitals(const char *text)
{
    bool joined = false;
    for (const char *at = text; *at != '\0'; at++) {
        if (!isupper((unsigned char)*at) && *at != '_')
            return false;
        joined = joined || (*at == '_' && at > text);
    }
    return joined && strncmp(text, "USE_", 4) != 0;
}

/* Three capitals or more between two _ behind other text, as in phone_EXTENSION_. */
static bool
ends_in_capitals(const char *text)
{
    size_t len = strlen(text);
    if (len == 0 || text[len - 1] != '_')
        return false;
    size_t last = len - 1;
    size_t first = last;
    while (first > 0 && isupper((unsigned char)text[first - 1]))
        first--;
    return first > 0 && text[first - 1] == '_' && last - first >= 3;
}

/* #WORDS#, and no digits alone: those are dialled. */
static bool
is_in_hashes(const char *text)
{
    size_t len = strlen(text);
    if (len < 3 || text[0] != '#' || text[len - 1] != '#')
        return false;
    for (size_t i = 1; i < len - 1; i++)
        if (isalpha((unsigned char)text[i]))
            return true;
    return false;
}

static bool
is_in_brackets(const char *text)
{
    size_t len = strlen(text);
    return len > 2 && ((text[0] == '<' && text[len - 1] == '>') ||
                       (text[0] == '[' && text[len - 1] == ']' && strchr(text, ':') == NULL));
}

bool
value_is_placeholder(const char *text)
{
    static const char *const marks[] = {"{{", "{%", "{$", "${", "[==", "<%", "<?", "[[", "%%"};
    if (strpbrk(text, "{[<%@$_#") == NULL)
        return false;
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
        if (strstr(text, marks[i]) != NULL)
            return true;
    return is_between(text, '%') || is_between(text, '@') || is_variable(text) ||
           is_capitals(text) || ends_in_capitals(text) || is_in_hashes(text) ||
           is_in_brackets(text);
}

/* --- what is wrong, in words */

struct judging {
    const struct dictionary *dictionary;
    const struct element *element;
    const char *name;
    struct value_fault *fault;
};

static void PROV_PRINTF(2, 3) say(const struct judging *judging, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(judging->fault->what, sizeof judging->fault->what, format, arguments);
    va_end(arguments);
}

/* Says that the value is none of `wanted`; false. */
static bool PROV_PRINTF(3, 4)
    wants(const struct judging *judging, const char *text, const char *format, ...)
{
    char shown[SHOWN_MAX], wanted[CHOICE_SHOWN_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(wanted, sizeof wanted, format, arguments);
    va_end(arguments);
    say(judging, "%s is '%s', and takes %s", judging->name,
        prov_printable(text, strlen(text), shown, sizeof shown), wanted);
    return false;
}

/* --- by type */

static bool
is_one_of(const char *text, const char *const *words)
{
    for (; *words != NULL; words++)
        if (strcasecmp(text, *words) == 0)
            return true;
    return false;
}

/* As people write what is neither. */
static bool
is_on_or_off(const char *text)
{
    static const char *const words[] = {"on",      "off",     "yes",      "no", "enable",
                                        "disable", "enabled", "disabled", NULL};
    return is_one_of(text, words);
}

static bool
fits_boolean(const struct judging *judging, const char *text)
{
    static const char *const also_false[] = {"0", "false", NULL};
    if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)
        return true;
    if (is_one_of(text, also_false)) /* what is not true is false, so it is what was meant */
        judging->fault->severity = RULE_NOTES;
    return wants(judging, text, "true or false, in small letters");
}

/* A whole number that begins at `*text`; false if there is none. */
static bool
read_number(const char **text, unsigned long *out)
{
    char *end = NULL;
    if (!isdigit((unsigned char)**text))
        return false;
    *out = strtoul(*text, &end, 10);
    *text = end;
    return true;
}

static bool
is_within(const struct element *element, unsigned long number)
{
    return element->max == 0 || (number >= element->min && number <= element->max);
}

static bool
fits_number(const struct judging *judging, const char *text)
{
    const struct element *element = judging->element;
    const char *at = text;
    unsigned long number = 0;
    if (read_number(&at, &number) && *at == '\0' && is_within(element, number))
        return true;
    return element->max == 0
               ? wants(judging, text, "a whole number")
               : wants(judging, text, "a number from %u to %u", element->min, element->max);
}

static bool
is_list(const struct element *element, const char *at)
{
    unsigned long number = 0;
    for (;;) {
        at += strspn(at, " ");
        if (!read_number(&at, &number) || !is_within(element, number))
            return false;
        at += strspn(at, " ");
        if (*at == '\0')
            return true;
        if (*at++ != ',')
            return false;
    }
}

static bool
fits_list(const struct judging *judging, const char *text)
{
    const struct element *element = judging->element;
    return is_list(element, text) ||
           wants(judging, text, "numbers from %u to %u with commas between them", element->min,
                 element->max);
}

static bool
fits_choice(const struct judging *judging, const char *text)
{
    const struct element *element = judging->element;
    char words[CHOICE_SHOWN_MAX];
    if (dictionary_allows(judging->dictionary, element, text))
        return true;
    if (element->values[0] == '@')
        return wants(judging, text, "one of the names of prov-elements(5)");
    snprintf(words, sizeof words, "%s", element->values);
    if (strlen(element->values) >= sizeof words)
        return wants(judging, text, "other values");
    for (char *at = words; (at = strchr(at, '|')) != NULL;)
        *at = ' ';
    return wants(judging, text, "one of: %s", words);
}

static bool
fits_host(const struct judging *judging, const char *text)
{
    for (const char *at = text; *at != '\0'; at++)
        if (!isalnum((unsigned char)*at) && strchr("-._:[]%", *at) == NULL)
            return wants(judging, text, "a name or an address");
    return true;
}

static bool
fits_ipv6(const struct judging *judging, const char *text)
{
    struct in6_addr address;
    return inet_pton(AF_INET6, text, &address) == 1 || wants(judging, text, "an IPv6 address");
}

static bool
fits_url(const struct judging *judging, const char *text)
{
    size_t scheme = strcspn(text, ":");
    if (judging->element->type == ELEMENT_HTTPS && strncasecmp(text, "https://", 8) != 0)
        return wants(judging, text, "a URL that begins with https://");
    for (size_t i = 0; i < scheme; i++)
        if (!isalnum((unsigned char)text[i]) && strchr("+-.", text[i]) == NULL)
            return wants(judging, text, "a URL");
    return text[scheme] == ':' || wants(judging, text, "a URL");
}

static bool
fits_load(const struct judging *judging, const char *text)
{
    size_t len = strlen(text);
    if (len <= 6 || strcasecmp(text + len - 6, ".loads") != 0)
        return true;
    judging->fault->rule = CHECK_LOAD_NAME;
    return wants(judging, text, "the name of a load without .loads");
}

/* H:MM or HH:MM, to 24:00. */
static bool
fits_time(const struct judging *judging, const char *text)
{
    const char *at = text;
    unsigned long hours = 0, minutes = 0;
    bool fits = read_number(&at, &hours) && *at++ == ':' && isdigit((unsigned char)at[0]) &&
                isdigit((unsigned char)at[1]) && at[2] == '\0';
    if (fits)
        minutes = strtoul(at, NULL, 10);
    return (fits && hours * 60 + minutes <= 24UL * 60 && minutes < 60) ||
           wants(judging, text, "a time as HH:MM");
}

/* Each of D, M and Y once, the year perhaps as YY, the same mark between them, A for 12 hours. */
static bool
fits_date(const struct judging *judging, const char *text)
{
    char letters[4] = "", mark = '\0';
    const char *at = text;
    for (size_t i = 0; i < 3; i++) {
        letters[i] = *at;
        if (*at == '\0' || strchr("DMY", *at) == NULL)
            break;
        at += at[0] == at[1] ? 2 : 1;
        if (i < 2 && *at != '\0' && strchr("/-.", *at) != NULL && (i == 0 || *at == mark))
            mark = *at++;
    }
    at += *at == 'A' || *at == 'a';
    bool fits = *at == '\0' && mark != '\0' && strchr(letters, 'D') != NULL &&
                strchr(letters, 'M') != NULL && strchr(letters, 'Y') != NULL;
    return fits || wants(judging, text, "a template such as D/M/Y, M-D-YA or D.M.YY");
}

static bool
fits_digits(const struct judging *judging, const char *text)
{
    return strspn(text, "0123456789*#+, ") == strlen(text) ||
           wants(judging, text, "digits, * # + and commas");
}

static bool
fits_hex(const struct judging *judging, const char *text)
{
    size_t len = strspn(text, "0123456789abcdefABCDEF");
    return (text[len] == '\0' && len == judging->element->max) ||
           wants(judging, text, "%u hexadecimal digits", judging->element->max);
}

typedef bool fits(const struct judging *judging, const char *text);

static fits *const by_type[ELEMENT_TYPES] = {
    [ELEMENT_BOOLEAN] = fits_boolean, [ELEMENT_NUMBER] = fits_number,
    [ELEMENT_CHOICE] = fits_choice,   [ELEMENT_WORD] = fits_choice,
    [ELEMENT_LIST] = fits_list,       [ELEMENT_HOST] = fits_host,
    [ELEMENT_IPV6] = fits_ipv6,       [ELEMENT_URL] = fits_url,
    [ELEMENT_HTTPS] = fits_url,       [ELEMENT_LOAD] = fits_load,
    [ELEMENT_TIME] = fits_time,       [ELEMENT_DATE] = fits_date,
    [ELEMENT_DIGITS] = fits_digits,   [ELEMENT_HEX] = fits_hex,
};

/* --- lengths */

static bool
has_length(enum element_type type)
{
    return type == ELEMENT_HOST || type == ELEMENT_URL || type == ELEMENT_HTTPS ||
           type == ELEMENT_DIGITS || type == ELEMENT_TEXT || type == ELEMENT_SECRET ||
           type == ELEMENT_FILE;
}

/* Characters of UTF-8. */
static size_t
length(const char *text)
{
    size_t count = 0;
    for (; *text != '\0'; text++)
        count += ((unsigned char)*text & 0xc0) != 0x80;
    return count;
}

static bool
fits_length(const struct judging *judging, const char *text)
{
    const struct element *element = judging->element;
    size_t len = has_length(element->type) && element->max > 0 ? length(text) : 0;
    if (len <= element->max)
        return true;
    judging->fault->rule = CHECK_VALUE_LENGTH;
    say(judging, "%s has %zu characters, and room for %u", judging->name, len, element->max);
    return false;
}

/* --- all of it */

/* Of booleans, and of choices and numbers that stand for them. */
static bool
is_switch(const struct element *element)
{
    return element->type == ELEMENT_BOOLEAN || element->type == ELEMENT_NUMBER ||
           (element->type == ELEMENT_CHOICE && isdigit((unsigned char)element->values[0]));
}

bool
value_fits(const struct dictionary *dictionary, const struct element *element, const char *name,
           const char *text, struct value_fault *fault)
{
    const struct judging judging = {dictionary, element, name, fault};
    fault->rule = CHECK_VALUE;
    fault->severity = element->severity;
    if (*text == '\0' || element->type == ELEMENT_BLOCK)
        return true;
    if (element->type != ELEMENT_SECRET && value_is_placeholder(text))
        return true;
    if (!fits_length(&judging, text))
        return false;
    if (by_type[element->type] == NULL || by_type[element->type](&judging, text))
        return true;
    if (is_switch(element) && is_on_or_off(text)) {
        fault->rule = CHECK_VALUE_ON_OFF;
        fault->severity = RULE_WARNS;
    }
    return false;
}
