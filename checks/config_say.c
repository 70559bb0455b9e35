/* SPDX-License-Identifier: MIT */
/* What the parts of judging a configuration share: reporting at a place, keeping a value. */
#include "checks/internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define WHAT_MAX 512

void
config_say(const struct config_check *check, enum check_rule rule, const char *severity,
           struct config_place place, const char *format, ...)
{
    char what[WHAT_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    const struct check_finding finding = {
        .rule = rule,
        .severity = severity != NULL ? severity : check_rule_words(rule)->severity,
        .line = place.line,
        .column = place.column,
        .what = what};
    check->report(check->context, &finding);
}

struct config_place
config_place(const struct xml_element *element)
{
    return (struct config_place){element->line, element->column};
}

void
config_keep(struct config_value *value, const struct xml_element *element)
{
    value->there = true;
    value->place = config_place(element);
    value->text[0] = '\0';
    if (strlen(element->text) < sizeof value->text)
        snprintf(value->text, sizeof value->text, "%s", element->text);
}

bool
config_is_family(const struct config_check *check, const char *name)
{
    return check->about->family != NULL && strcmp(check->about->family->name, name) == 0;
}
