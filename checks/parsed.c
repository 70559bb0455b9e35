/* SPDX-License-Identifier: MIT */
/* The names of the files that phones parse as XML (artifacts.md, section 6). */
#include "checks/parsed.h"

#include "checks/xml.h"
#include "tree/name.h"

#include <prov/device.h>
#include <prov/file.h>

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define SIGNED ".sgn"

/* Names of files, without their folders. What a configuration names as dial template, soft keys or
 * feature policy may be called anything; these are usual. */
static const char *const patterns[] = {
    "*.cnf.xml",      "*dial*plan*.xml",      "*dial*template*.xml", "*dial*rules*.xml",
    "*soft*key*.xml", "SK[0-9a-f]*-*.xml",    "*ring*list*.xml",     "List.xml",
    "g?-tones.xml",   "*feature*policy*.xml", "DefaultFP.xml",       "LdapDirectories.xml",
};

/* The base name without .sgn; false if it is too long to be asked for. */
static bool
base_name(const char *path, char out[static NAME_LEN_MAX + 1])
{
    const char *base = prov_file_base(path);
    size_t len = strlen(base);
    if (name_ends_with(base, SIGNED))
        len -= strlen(SIGNED);
    if (len > NAME_LEN_MAX)
        return false;
    snprintf(out, NAME_LEN_MAX + 1, "%.*s", (int)len, base);
    return true;
}

bool
parsed_by_phones(const char *path)
{
    char base[NAME_LEN_MAX + 1];
    if (!base_name(path, base))
        return false;
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++)
        if (fnmatch(patterns[i], base, FNM_CASEFOLD) == 0)
            return true;
    return false;
}

enum config_owner
parsed_owner(const char *path)
{
    char base[NAME_LEN_MAX + 1];
    struct prov_mac phone;
    if (!base_name(path, base))
        return CONFIG_OF_NOBODY;
    if (prov_mac_of_file(base, "", ".cnf.xml", &phone))
        return CONFIG_OF_PHONE;
    return strcasecmp(base, "XMLDefault.cnf.xml") == 0 ? CONFIG_OF_ALL : CONFIG_OF_NOBODY;
}

static void
pass_over(void *context, const struct xml_element *element)
{
    (void)context, (void)element;
}

void
parsed_check(struct prov_span xml, check_report *report, void *context)
{
    struct xml_fault fault;
    if (xml_read(xml, pass_over, NULL, &fault))
        return;
    const struct check_finding finding = {.rule = CHECK_MALFORMED,
                                          .severity = check_rule_words(CHECK_MALFORMED)->severity,
                                          .line = fault.line,
                                          .column = fault.column,
                                          .what = fault.what};
    report(context, &finding);
}

int
parsed_read(struct prov_span xml, struct prov_error *err)
{
    struct xml_fault fault;
    if (xml_read(xml, pass_over, NULL, &fault))
        return PROV_OK;
    if (fault.line == 0)
        return prov_fail(err, PROV_E_FORMAT, "%s; a phone discards the whole file", fault.what);
    return prov_fail(err, PROV_E_FORMAT,
                     "malformed XML at line %u, column %u: %s; a phone discards the whole file",
                     fault.line, fault.column, fault.what);
}
