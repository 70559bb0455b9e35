/* SPDX-License-Identifier: MIT */
/* Judges a configuration: reads it once, element by element, and then what they say together. */
#include "checks/internal.h"

#include <prov/text.h>

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define NAME_SHOWN_MAX 64

/* --- a first glance: the root is seen last, and so may be the load */

struct glance {
    char root[NAME_SHOWN_MAX];
    bool names_old_loads; /* those of 7940 and 7960, in defaults for all phones */
    struct config_value load;
};

static void
glance_at(void *context, const struct xml_element *element)
{
    struct glance *glance = context;
    if (element->parent_number == 0)
        prov_printable(element->name, strlen(element->name), glance->root, sizeof glance->root);
    else if (strcmp(element->name, "loadInformation") == 0 &&
             strcmp(element->parent, "device") == 0)
        config_keep(&glance->load, element);
    else if (strcmp(element->name, "loadInformation7") == 0 ||
             strcmp(element->name, "loadInformation8") == 0)
        glance->names_old_loads = true;
}

static const struct family *
family_of(const struct config_context *about, const struct glance *glance)
{
    const struct load *load = about->model != NULL ? model_load(about->model) : NULL;
    if (about->family != NULL)
        return about->family;
    return load != NULL && load->family != NULL ? family_find(load->family)
                                                : family_of_load(glance->load.text);
}

static void
say_root(const struct config_check *check, const struct glance *glance)
{
    const struct config_place nowhere = {0};
    bool old = glance->names_old_loads || config_is_family(check, "7940");
    if (strcasecmp(glance->root, "Default") == 0)
        config_say(check, old ? CHECK_ROOT_DEFAULT : CHECK_ROOT, NULL, nowhere,
                   "its root element is %s: these are defaults for all phones", glance->root);
    else
        config_say(check, CHECK_ROOT, NULL, nowhere, "its root element is %s instead of %s",
                   glance->root, check->about->owner == CONFIG_OF_ALL ? "Default" : "device");
}

/* True if it is one that is judged. A sample may be anything. */
static bool
check_root(const struct config_check *check, const struct glance *glance)
{
    enum config_owner owner = check->about->owner;
    if (strcmp(glance->root, "device") == 0 ||
        (owner != CONFIG_OF_PHONE && strcasecmp(glance->root, "Default") == 0))
        return true;
    if (owner != CONFIG_OF_NOBODY)
        say_root(check, glance);
    return false;
}

/* --- its elements */

static void
see(void *context, const struct xml_element *element)
{
    struct config_check *check = context;
    config_check_element(check, element);
    config_take(check, element);
    config_take_line(check, element);
}

/* What they say together. Of a stub nothing counts: all is in the encrypted file. */
static void
judge(const struct config_check *check)
{
    const struct config_facts *facts = &check->facts;
    if (strcasecmp(facts->encrypted.text, "true") == 0)
        return;
    config_judge(check);
    if (config_is_sip(facts))
        config_judge_sip(check);
    if (config_is_sip(facts) && !facts->of_all)
        config_judge_lines(check);
}

static void
check_elements(struct prov_span xml, struct config_check *check)
{
    struct xml_fault fault;
    check->seen = calloc(dictionary_count(check->about->dictionary) + 1, sizeof *check->seen);
    if (check->seen == NULL)
        config_say(check, CHECK_MALFORMED, NULL, (struct config_place){0}, "out of memory");
    else if (xml_read(xml, see, check, &fault))
        judge(check);
    free(check->seen);
}

void
config_check(struct prov_span xml, const struct config_context *about, check_report *report,
             void *context)
{
    struct glance glance = {.root = ""};
    struct xml_fault fault = {.line = 0};
    struct config_context known = *about;
    struct config_check check = {.about = &known, .report = report, .context = context};
    if (!xml_read(xml, glance_at, &glance, &fault)) {
        config_say(&check, CHECK_MALFORMED, NULL, (struct config_place){fault.line, fault.column},
                   "%s", fault.what);
        return;
    }
    known.family = family_of(about, &glance);
    check.facts.of_all = strcasecmp(glance.root, "Default") == 0;
    if (check_root(&check, &glance))
        check_elements(xml, &check);
}
