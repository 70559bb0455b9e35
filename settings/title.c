/* SPDX-License-Identifier: MIT */
/* Sections without a title, which libconfuse would refuse, get an empty one. */
#include "settings/internal.h"

#include <stdlib.h>
#include <string.h>

#define NO_TITLE " ''"

/* The text as settings__scan left it: without comments, with all quotes and braces closed. */
struct copy {
    const char *text;
    size_t len;
    size_t at;
    char *out;
    size_t used;
    size_t depth;
};

static bool
may_do_without(const char *word, size_t len)
{
    for (size_t i = 0; i < SETTINGS_SECTIONS; i++)
        if (settings__titles[i] == SETTINGS_MAY_BE_TITLED &&
            strlen(settings__section_names[i]) == len &&
            memcmp(settings__section_names[i], word, len) == 0)
            return true;
    return false;
}

static void
take(struct copy *copy, size_t count)
{
    memcpy(copy->out + copy->used, copy->text + copy->at, count);
    copy->used += count;
    copy->at += count;
}

static void
take_string(struct copy *copy)
{
    char quote = copy->text[copy->at];
    size_t end = copy->at + 1;
    while (end < copy->len && copy->text[end] != quote)
        end += copy->text[end] == '\\' && end + 1 < copy->len ? 2 : 1;
    take(copy, (end < copy->len ? end + 1 : copy->len) - copy->at);
}

/* A word, and the missing title after it. */
static void
take_word(struct copy *copy)
{
    static const char ends[] = " \t\r\n=(),+{}\"'";
    size_t len = strcspn(copy->text + copy->at, ends);
    const char *word = copy->text + copy->at;
    take(copy, len);
    if (copy->depth > 0 || !may_do_without(word, len))
        return;
    if (copy->text[copy->at + strspn(copy->text + copy->at, " \t\r\n")] != '{')
        return;
    memcpy(copy->out + copy->used, NO_TITLE, strlen(NO_TITLE));
    copy->used += strlen(NO_TITLE);
}

static void
take_next(struct copy *copy)
{
    char c = copy->text[copy->at];
    if (c == '"' || c == '\'') {
        take_string(copy);
    } else if (strchr(" \t\r\n=(),+{}", c) == NULL) {
        take_word(copy);
    } else {
        if (c == '{')
            copy->depth++;
        else if (c == '}' && copy->depth > 0)
            copy->depth--;
        take(copy, 1);
    }
}

int
settings__add_titles(const char *text, size_t len, char **out, struct prov_error *err)
{
    struct copy copy = {.text = text, .len = len};
    /* The shortest such section is "ctl{}", so the text at most doubles. */
    copy.out = malloc(2 * len + 1);
    if (copy.out == NULL)
        return settings__no_memory(err);
    while (copy.at < len)
        take_next(&copy);
    copy.out[copy.used] = '\0';
    *out = copy.out;
    return PROV_OK;
}
