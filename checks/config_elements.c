/* SPDX-License-Identifier: MIT */
/* Single elements of a configuration against the dictionary: name, place, number and value. */
#include "checks/internal.h"

#include "checks/value.h"

#include <prov/text.h>

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define NAME_SHOWN_MAX 64

/* FNV-1a: only whether two texts are the same matters. */
static uint64_t
digest(const char *text)
{
    uint64_t value = 14695981039346656037U;
    for (; *text != '\0'; text++)
        value = (value ^ (unsigned char)*text) * 1099511628211U;
    return value;
}

/* --- elements that are known */

static void
check_twice(struct config_check *check, const struct xml_element *element,
            const struct element *known)
{
    struct config_seen *seen = &check->seen[dictionary_index(check->about->dictionary, known)];
    const struct config_seen now = {element->parent_number, digest(element->text)};
    bool block = known->type == ELEMENT_BLOCK;
    bool twice = seen->parent == now.parent && element->parent_number > 0;
    bool differs = seen->text != now.text;
    *seen = now;
    if (!twice || known->last > 0 || strcmp(known->values, "many") == 0)
        return;
    config_say(check, CHECK_ELEMENT_TWICE, !block && differs ? NULL : RULE_NOTES,
               config_place(element), "<%s> stands once more in its <%s>%s", element->name,
               element->parent, !block && differs ? ", with another value" : "");
}

static bool
lists_word(const char *words, const char *word)
{
    size_t len = strlen(word);
    for (const char *at = words; (at = strstr(at, word)) != NULL; at += len)
        if ((at == words || at[-1] == ' ') && (at[len] == '\0' || at[len] == ' '))
            return true;
    return false;
}

static void
check_family(const struct config_check *check, const struct xml_element *element,
             const struct element *known)
{
    const char *family = check->about->family != NULL ? check->about->family->name : NULL;
    bool any = !isdigit((unsigned char)known->families[0]);
    if (family != NULL && !any && element->text[0] != '\0' && !lists_word(known->families, family))
        config_say(check, CHECK_ELEMENT_FAMILY, NULL, config_place(element),
                   "<%s> is known of these families: %s", element->name, known->families);
}

static void
check_value(struct config_check *check, const struct xml_element *element,
            const struct element *known)
{
    struct value_fault fault = {.rule = CHECK_VALUE};
    if (!value_fits(check->about->dictionary, known, element->name, element->text, &fault))
        config_say(check, fault.rule, fault.severity, config_place(element), "%s", fault.what);
}

static void
count_placeholder(struct config_check *check, const struct xml_element *element)
{
    struct config_facts *facts = &check->facts;
    if (!value_is_placeholder(element->text))
        return;
    if (facts->placeholders++ == 0) {
        snprintf(facts->placeholder.text, sizeof facts->placeholder.text, "%s", element->name);
        facts->placeholder.place = config_place(element);
    }
}

/* --- elements that are not */

/* What is below something unknown is as unknown, and not said again. */
static bool
is_parent_known(const struct config_check *check, const struct xml_element *element)
{
    char parent[CONFIG_TEXT_MAX * 4];
    size_t len = strlen(element->path) - strlen(element->name);
    if (len == 0 || len > sizeof parent)
        return len == 0;
    snprintf(parent, sizeof parent, "%.*s", (int)len - 1, element->path);
    return strchr(parent, '/') == NULL || dictionary_find(check->about->dictionary, parent) != NULL;
}

/* sipPort2 is no misspelt sipPort1. */
static bool
differ_in_digits_alone(const char *a, const char *b)
{
    for (;; a++, b++) {
        while (isdigit((unsigned char)*a))
            a++;
        while (isdigit((unsigned char)*b))
            b++;
        if (*a != *b)
            return false;
        if (*a == '\0')
            return true;
    }
}

/* What was likely meant, if it does not stand beside. */
static const struct element *
guess(const struct config_check *check, const struct xml_element *element)
{
    const struct dictionary *dictionary = check->about->dictionary;
    const struct element *meant = dictionary_guess(dictionary, element->path);
    if (meant == NULL || strlen(meant->name) < 5 ||
        differ_in_digits_alone(meant->name, element->name) ||
        check->seen[dictionary_index(dictionary, meant)].parent == element->parent_number)
        return NULL;
    return meant;
}

static void
say_unknown(const struct config_check *check, const struct xml_element *element)
{
    const struct dictionary *dictionary = check->about->dictionary;
    struct config_place place = config_place(element);
    char name[NAME_SHOWN_MAX];
    const struct element *meant = dictionary_named(dictionary, element->name);
    prov_printable(element->name, strlen(element->name), name, sizeof name);
    if (meant != NULL) {
        config_say(check, CHECK_ELEMENT_PLACE, NULL, place, "<%s> usually stands elsewhere: %s",
                   name, meant->path);
    } else if ((meant = dictionary_in_other_case(dictionary, element->name)) != NULL) {
        config_say(check, CHECK_ELEMENT_CASE, NULL, place, "<%s> is known as <%s>", name,
                   meant->name);
    } else if ((meant = guess(check, element)) != NULL) {
        config_say(check, CHECK_ELEMENT_MISSPELT, NULL, place, "<%s> is not known; was <%s> meant?",
                   name, meant->name);
    } else {
        config_say(check, CHECK_ELEMENT_UNKNOWN, NULL, place, "<%s> is not known here", name);
    }
}

void
config_check_element(struct config_check *check, const struct xml_element *element)
{
    const struct element *known = dictionary_find(check->about->dictionary, element->path);
    if (element->parent_number == 0)
        return; /* the root: the name of the file says what it must be */
    count_placeholder(check, element);
    if (known == NULL) {
        if (is_parent_known(check, element))
            say_unknown(check, element);
        return;
    }
    check_twice(check, element, known);
    check_family(check, element, known);
    check_value(check, element, known);
}
