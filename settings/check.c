/* SPDX-License-Identifier: MIT */
/* Section `check`: which findings are left out of reports. */
#include "settings/internal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define BLANKS " \t"
#define WORDS_MAX 3

/* YYYY-MM-DD. */
static bool
is_date(const char *text)
{
    static const char form[] = "0000-00-00";
    if (strlen(text) != sizeof form - 1)
        return false;
    for (size_t i = 0; form[i] != '\0'; i++)
        if (form[i] == '0' ? !isdigit((unsigned char)text[i]) : text[i] != form[i])
            return false;
    long month = strtol(text + 5, NULL, 10), day = strtol(text + 8, NULL, 10);
    return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

/* "ID PATTERN [DATE]", whose words point into one copy of it. */
static int
read_ignore(const char *text, struct settings_ignore *out, struct prov_error *err)
{
    const char *words[WORDS_MAX + 1] = {NULL};
    size_t count = 0;
    char *copy = strdup(text);
    if (copy == NULL)
        return settings__no_memory(err);
    char *rest = copy;
    for (char *word; (word = strsep(&rest, BLANKS)) != NULL;)
        if (*word != '\0' && count <= WORDS_MAX)
            words[count++] = word;
    if (count < 2 || count > WORDS_MAX || (count == WORDS_MAX && !is_date(words[2]))) {
        free(copy);
        return prov_fail(err, PROV_E_ARGUMENT,
                         "'%s' is no finding and pattern of files, with or without a date as "
                         "2027-01-31 behind them",
                         settings__quoted(text).text);
    }
    *out = (struct settings_ignore){copy, words[0], words[1], words[2]};
    return PROV_OK;
}

int
settings__take_ignore(const struct settings_option *option, void *into,
                      const struct settings_values *values, struct prov_error *err)
{
    (void)option, (void)into;
    struct settings *settings = values->settings;
    struct settings_ignore *ignores = calloc(values->count + 1, sizeof *ignores);
    size_t count = 0;
    int rc = PROV_OK;
    if (ignores == NULL)
        return settings__no_memory(err);
    while (rc == PROV_OK && count < values->count) {
        rc = read_ignore(values->at[count], &ignores[count], err);
        count += rc == PROV_OK;
    }
    if (rc != PROV_OK) {
        settings__ignores_release(ignores, count);
        return rc;
    }
    settings__ignores_release(settings->ignores, settings->ignore_count);
    settings->ignores = ignores;
    settings->ignore_count = count;
    return PROV_OK;
}

void
settings__ignores_release(struct settings_ignore *ignores, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(ignores[i].text);
    free(ignores);
}
