/* SPDX-License-Identifier: MIT */
/* Dial templates, by the rules of the one stack whose source is known. */
#include "checks/dial_template.h"

#include "checks/say.h"
#include "checks/xml.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define SIZE_MAX_BYTES 8192
#define VALUE_MAX_BYTES 196
#define TIMEOUT_MAX 255
#define TONES_MAX 3

struct dial_template {
    struct check_told told;
    bool named; /* its root is right */
    bool rest;  /* a rule takes whatever is dialled */
    size_t count;
};

/* Values that an attribute may have, in any case; without a table it is not looked at here. */
static const char *const users[] = {"phone", "ip", NULL};
static const char *const routes[] = {"default", "emergency", "fqdn", NULL};

static const struct {
    const char *name;
    const char *const *values;
} attributes[] = {
    {"match", NULL},   {"line", NULL},    {"timeout", NULL}, {"user", users},
    {"rewrite", NULL}, {"route", routes}, {"tone", NULL},
};

static bool
is_among(const char *value, const char *const *values)
{
    for (; *values != NULL; values++)
        if (strcasecmp(value, *values) == 0)
            return true;
    return false;
}

static bool
is_number(const char *value, unsigned long max)
{
    size_t len = strspn(value, "0123456789");
    return len > 0 && len <= 9 && value[len] == '\0' && strtoul(value, NULL, 10) <= max;
}

static size_t
count_tones(const char *value)
{
    size_t count = *value != '\0';
    for (; *value != '\0'; value++)
        count += *value == ',';
    return count;
}

static void
check_attribute(const struct dial_template *check, const struct xml_attribute *attribute,
                unsigned line)
{
    const char *name = attribute->name, *value = attribute->value;
    size_t i = 0;
    while (i < sizeof attributes / sizeof attributes[0] &&
           strcasecmp(name, attributes[i].name) != 0)
        i++;
    if (i == sizeof attributes / sizeof attributes[0])
        check_say(&check->told, CHECK_DIAL_RULE, line, "no phone knows an attribute %.40s", name);
    else if (strlen(value) > VALUE_MAX_BYTES)
        check_say(&check->told, CHECK_DIAL_RULE, line, "%s has %zu characters, and %d are the most",
                  attributes[i].name, strlen(value), VALUE_MAX_BYTES);
    else if (attributes[i].values != NULL && !is_among(value, attributes[i].values))
        check_say(&check->told, CHECK_DIAL_RULE, line, "%s cannot be %.40s", attributes[i].name,
                  value);
    else if (strcasecmp(name, "timeout") == 0 && !is_number(value, TIMEOUT_MAX))
        check_say(&check->told, CHECK_DIAL_RULE, line, "timeout is no number of seconds: %.40s",
                  value);
    else if (strcasecmp(name, "line") == 0 && !is_number(value, TIMEOUT_MAX))
        check_say(&check->told, CHECK_DIAL_RULE, line, "line is no number: %.40s", value);
    else if (strcasecmp(name, "tone") == 0 && count_tones(value) > TONES_MAX)
        check_say(&check->told, CHECK_DIAL_RULE, line, "more than %d tones", TONES_MAX);
}

static const char *
match_of(const struct xml_element *rule)
{
    for (size_t i = 0; i < rule->attribute_count; i++)
        if (strcasecmp(rule->attributes[i].name, "match") == 0)
            return rule->attributes[i].value;
    return NULL;
}

static void
check_rule(struct dial_template *check, const struct xml_element *rule)
{
    const char *match = match_of(rule);
    check->count++;
    if (strcmp(rule->name, "TEMPLATE") != 0)
        check_say(&check->told, CHECK_DIAL_RULE, rule->line, "%s is not in capitals", rule->name);
    if (match == NULL)
        check_say(&check->told, CHECK_DIAL_RULE, rule->line, "this rule has no match");
    /* An empty one is a hotline, which dials at once. */
    check->rest = check->rest || (match != NULL && (strcmp(match, "*") == 0 || *match == '\0'));
    for (size_t i = 0; i < rule->attribute_count; i++)
        check_attribute(check, &rule->attributes[i], rule->line);
}

static void
visit(void *context, const struct xml_element *element)
{
    struct dial_template *check = context;
    if (element->parent[0] == '\0') {
        check->named = strcasecmp(element->name, "dialTemplate") == 0;
        if (!check->named)
            check_say(&check->told, CHECK_DIAL_ROOT, element->line, "its root element is %s",
                      element->name);
    } else if (strcasecmp(element->name, "TEMPLATE") == 0) {
        check_rule(check, element);
    }
}

void
dial_template_check(struct prov_span xml, check_report *report, void *context)
{
    struct xml_fault fault;
    struct dial_template check = {.told = {report, context}};
    if (xml.len > SIZE_MAX_BYTES)
        check_say(&check.told, CHECK_DIAL_SIZE, 0, "it has %zu bytes", xml.len);
    if (xml_read(xml, visit, &check, &fault) && check.named && check.count > 0 && !check.rest)
        check_say(&check.told, CHECK_DIAL_REST, 0, "no rule matches *");
}
