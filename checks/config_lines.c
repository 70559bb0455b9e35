/* SPDX-License-Identifier: MIT */
/* The lines of a SIP phone: which buttons they have, and what they need to register. */
#include "checks/internal.h"

#include "checks/value.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define FEATURE_LINE "9"
#define PASSWORD_MAX_7942 12 /* characters that were reported to work (phones.md, section 8) */
#define BY_GROUP "USECALLMANAGER"

/* --- taking them in */

static void
check_number(struct config_check *check, const struct xml_element *line, const char *attribute,
             bool taken[static CONFIG_NUMBERS])
{
    const char *text = xml_value(line, attribute);
    char *end = NULL;
    unsigned long number = text != NULL ? strtoul(text, &end, 10) : 0;
    if (text == NULL || end == text || *end != '\0' || number >= CONFIG_NUMBERS)
        return;
    if (number == 0)
        config_say(check, CHECK_LINE_BUTTON, NULL, config_place(line), "%s is 0", attribute);
    else if (taken[number])
        config_say(check, CHECK_LINE_BUTTON, NULL, config_place(line),
                   "another line has %s %lu already", attribute, number);
    taken[number] = true;
}

/* A host, and none of the words that stand for the servers of the group. */
static bool
is_foreign(const struct config_value *proxy)
{
    return proxy->text[0] != '\0' && strncasecmp(proxy->text, "USE", 3) != 0 &&
           !value_is_placeholder(proxy->text);
}

/* The line at hand has ended. */
static void
take_whole_line(struct config_check *check, const struct xml_element *element)
{
    struct config_facts *facts = &check->facts;
    bool is_line = strcmp(facts->at_hand.feature.text, FEATURE_LINE) == 0 ||
                   value_is_placeholder(facts->at_hand.feature.text);
    facts->has_lines = facts->has_lines || facts->at_hand.feature.there;
    check_number(check, element, "button", facts->buttons);
    if (is_line) {
        check_number(check, element, "lineIndex", facts->indexes);
        if (!facts->has_first) {
            facts->first = facts->at_hand;
            facts->first_place = config_place(element);
            facts->has_first = true;
        }
        if (!facts->foreign_proxy.there && is_foreign(&facts->at_hand.proxy))
            facts->foreign_proxy = facts->at_hand.proxy;
    }
    facts->at_hand = (struct config_line){.password_len = 0};
}

void
config_take_line(struct config_check *check, const struct xml_element *element)
{
    struct config_line *line = &check->facts.at_hand;
    if (strcmp(element->name, "line") == 0 && strcmp(element->parent, "sipLines") == 0)
        take_whole_line(check, element);
    if (strcmp(element->parent, "line") != 0)
        return;
    if (strcmp(element->name, "featureID") == 0)
        config_keep(&line->feature, element);
    else if (strcmp(element->name, "name") == 0)
        config_keep(&line->name, element);
    else if (strcmp(element->name, "proxy") == 0)
        config_keep(&line->proxy, element);
    else if (strcmp(element->name, "authName") == 0)
        config_keep(&line->user, element);
    else if (strcmp(element->name, "authPassword") == 0 && !value_is_placeholder(element->text)) {
        line->password_len = strlen(element->text);
        line->password = config_place(element);
    }
}

/* --- judging them */

static void
judge_first(const struct config_check *check)
{
    const struct config_facts *facts = &check->facts;
    const struct config_line *line = &facts->first;
    if (line->name.text[0] == '\0')
        config_say(check, CHECK_LINE_LACKS, NULL, facts->first_place,
                   "the first line has no <name>, which is what is registered");
    if (line->proxy.text[0] == '\0')
        config_say(check, CHECK_LINE_LACKS, NULL, facts->first_place,
                   "the first line has no <proxy>");
    if (config_is_family(check, "8800") && line->user.text[0] == '\0')
        config_say(check, CHECK_LINE_LACKS, NULL, facts->first_place,
                   "the first line has no <authName>, and 8800 phones do not take <name> for it");
}

static bool
is_7942(const struct config_check *check)
{
    const struct model *model = check->about->model;
    if (model != NULL)
        return strcmp(model->name, "7942") == 0 || strcmp(model->name, "7962") == 0;
    return strncasecmp(check->facts.load.text, "SIP42", 5) == 0;
}

static void
judge_password(const struct config_check *check)
{
    const struct config_line *line = &check->facts.first;
    if (is_7942(check) && line->password_len > PASSWORD_MAX_7942)
        config_say(check, CHECK_VALUE_LENGTH, NULL, line->password,
                   "authPassword has more than %d characters, which 7942 and 7962 were reported to "
                   "refuse",
                   PASSWORD_MAX_7942);
}

static void
judge_proxy(const struct config_check *check)
{
    const struct config_value *proxy = &check->facts.foreign_proxy;
    if (proxy->there && !config_is_old(&check->facts))
        config_say(check, CHECK_PROXY, NULL, proxy->place,
                   "<proxy> names a host instead of " BY_GROUP);
}

void
config_judge_lines(const struct config_check *check)
{
    const struct config_facts *facts = &check->facts;
    if (facts->has_first) {
        judge_first(check);
        judge_password(check);
        judge_proxy(check);
    } else if (facts->has_lines) {
        config_say(check, CHECK_NO_LINE, NULL, facts->lines, "no line has featureID " FEATURE_LINE);
    } else if (facts->has_profile && facts->group.there && facts->lines.line == 0) {
        config_say(check, CHECK_NO_LINE, NULL, facts->profile, "it has no <sipLines>");
    }
}
