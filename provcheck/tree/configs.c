/* SPDX-License-Identifier: MIT */
/* Configurations and other files that phones parse: what they say, and what lists must vouch for.
 */
#include "checks/config.h"
#include "checks/parsed.h"
#include "checks/xml.h"
#include "provcheck/tree/internal.h"

#include "tree/name.h"
#include "tree/passwords.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* What a configuration says. */
struct facts {
    char root[TREE_VALUE_MAX];
    char encrypted[TREE_VALUE_MAX]; /* "true": a stub */
    char certificate_hash[TREE_VALUE_MAX];
    char load[TREE_VALUE_MAX];
    char capf_mode[TREE_VALUE_MAX];
    char capf_server[TREE_VALUE_MAX];
    char password[PASSWORD_NAME_MAX]; /* its element */
    bool uses[TREE_USES];
};

/* Elements whose text is kept; a parent of NULL stands for any. */
static const struct {
    const char *parent, *name;
    size_t offset;
} values[] = {
    {"device", "encrConfig", offsetof(struct facts, encrypted)},
    {"device", "certHash", offsetof(struct facts, certificate_hash)},
    {"device", "loadInformation", offsetof(struct facts, load)},
    {NULL, "capfAuthMode", offsetof(struct facts, capf_mode)},
    {"capf", "processNodeName", offsetof(struct facts, capf_server)},
};

static bool
is_https_url(const struct xml_element *element)
{
    return name_ends_with(element->name, "URL") && strncasecmp(element->text, "https://", 8) == 0;
}

static bool
is_tvs_server(const struct xml_element *element)
{
    return element->text[0] != '\0' && xml_is_below(element, "TVS") &&
           (strcasecmp(element->name, "address") == 0 ||
            strcasecmp(element->name, "processNodeName") == 0);
}

/* Without one of these modes, phones do not use TLS, whatever transport is asked for. */
static bool
is_secure_sip(const struct xml_element *element)
{
    return strcmp(element->name, "deviceSecurityMode") == 0 &&
           (strcmp(element->text, "2") == 0 || strcmp(element->text, "3") == 0);
}

static void
take_password(struct facts *facts, const char *name, const char *value)
{
    if (value[0] != '\0' && password_is_name(name, strlen(name)))
        snprintf(facts->password, sizeof facts->password, "%s", name);
}

static void
take(void *context, const struct xml_element *element)
{
    struct facts *facts = context;
    if (element->parent_number == 0)
        snprintf(facts->root, sizeof facts->root, "%s", element->name);
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
        if (strcmp(element->name, values[i].name) == 0 &&
            (values[i].parent == NULL || strcmp(element->parent, values[i].parent) == 0) &&
            strlen(element->text) < TREE_VALUE_MAX)
            snprintf((char *)facts + values[i].offset, TREE_VALUE_MAX, "%s", element->text);
    take_password(facts, element->name, element->text);
    for (size_t i = 0; i < element->attribute_count; i++)
        take_password(facts, element->attributes[i].name, element->attributes[i].value);
    facts->uses[USE_APP_SERVER] = facts->uses[USE_APP_SERVER] || is_https_url(element);
    facts->uses[USE_TVS] = facts->uses[USE_TVS] || is_tvs_server(element);
    facts->uses[USE_CCM] = facts->uses[USE_CCM] || is_secure_sip(element);
}

/* False for what is not well-formed, which others report. */
static bool
read_facts(struct prov_span xml, struct facts *facts)
{
    struct xml_fault fault;
    *facts = (struct facts){.root = ""};
    return xml_read(xml, take, facts, &fault);
}

/* Mode 0 tells the phone not to enrol; without a server it cannot. */
static bool
uses_capf(const struct facts *facts)
{
    return facts->capf_server[0] != '\0' && strcmp(facts->capf_mode, "0") != 0;
}

/* A configuration at hand. */
struct at_hand {
    struct tree *tree;
    const struct tree_root *root;
    const struct tree_file *file;
    struct tree_phone *phone;
};

#define report(at, finding, ...)                                                                   \
    tree_report((at)->tree, finding, (at)->root, (at)->file, __VA_ARGS__)

static void
count_uses(const struct at_hand *at, const struct facts *facts)
{
    struct tree_trust *trust = &at->tree->lists.trusts[at->phone->trust];
    for (size_t use = 0; use < TREE_USES; use++)
        if (facts->uses[use] && trust->users[use].count++ == 0) {
            trust->users[use].root = at->root;
            trust->users[use].example = at->file;
        }
}

/* --- the configuration of a phone */

static void
report_check(void *context, const struct check_finding *finding)
{
    const struct at_hand *at = context;
    findings_add_check(at->tree->findings, at->root->path, at->file->path, finding);
}

static void
check_phone(struct at_hand *at, enum tree_slot slot, struct prov_span xml)
{
    struct facts facts;
    const struct config_context about = {.dictionary = at->tree->place->dictionary,
                                         .owner = CONFIG_OF_PHONE};
    bool readable = read_facts(xml, &facts) && strcmp(facts.root, "device") == 0;
    bool stub = slot == SLOT_SIGNED && strcasecmp(facts.encrypted, "true") == 0;
    bool unheard = slot == SLOT_CLEAR && !at->root->secure && at->phone->files[SLOT_SIGNED] != NULL;
    if (readable && stub) {
        at->phone->is_stub = true;
        memcpy(at->phone->certificate_hash, facts.certificate_hash, TREE_VALUE_MAX);
    }
    if (readable && unheard)
        return; /* the signed one speaks for it */
    config_check(xml, &about, report_check, at);
    if (!readable)
        return;
    at->phone->configured = true;
    if (facts.load[0] != '\0') {
        at->phone->family = family_of_load(facts.load);
        at->phone->no_itl = !family_load_asks_itl(facts.load);
    }
    facts.uses[USE_CAPF] = uses_capf(&facts);
    tree_check_named(at->tree, at->root, at->file, at->phone, xml);
    count_uses(at, &facts);
}

/* --- other files */

/* For all phones. */
static void
check_default(struct at_hand *at, struct prov_span xml)
{
    const struct config_context about = {.dictionary = at->tree->place->dictionary,
                                         .owner = CONFIG_OF_ALL};
    config_check(xml, &about, report_check, at);
    tree_check_default_loads(at->tree, at->root, at->file, xml);
}

static void
check_passwords(const struct at_hand *at, const char *name, struct prov_span content)
{
    char element[PASSWORD_NAME_MAX];
    struct facts facts;
    if (at->root->secure)
        return;
    if (password_in_file(content, element))
        report(at, name_ends_with(name, ".cnf") ? TEXT_PASSWORD : CLEAR_PASSWORD,
               "it holds a password (%s) in clear", element);
    else if (name_ends_with(name, ".cnf.xml") && read_facts(content, &facts) &&
             facts.password[0] != '\0') /* in an encoding other than ASCII's kin */
        report(at, CLEAR_PASSWORD, "it holds a password (%s) in clear", facts.password);
}

void
tree_check_content(struct tree *tree, const struct tree_root *root, const struct tree_file *file,
                   struct prov_span content)
{
    size_t cut = file->kind == TREE_SIGNED ? strlen(".sgn") : 0;
    char *name = strndup(file->path, strlen(file->path) - cut);
    enum tree_slot slot;
    struct at_hand at = {tree, root, file, tree_phone_of(tree, file->path, &slot)};
    if (name == NULL)
        return;
    check_passwords(&at, name, content);
    if (at.phone != NULL)
        check_phone(&at, slot, content);
    else if (strcasecmp(name, "XMLDefault.cnf.xml") == 0)
        check_default(&at, content);
    else if (parsed_by_phones(name))
        parsed_check(content, report_check, &at);
    if (at.phone == NULL && !root->secure)
        tree_check_other(tree, root, file, name, content);
    free(name);
}

/* --- roles (formats.md, section 2) */

#define ROLES_CCM (TRUST_ROLE(PROV_ROLE_CCM) | TRUST_ROLE(PROV_ROLE_CCM_TFTP))
#define ROLE_OF_TVS TRUST_ROLE(PROV_ROLE_TVS)

static const struct {
    enum finding finding;
    unsigned roles; /* one of these is enough; TVS vouches for services */
    const char *what;
    const char *role;
} uses[TREE_USES] = {
    [USE_CAPF] = {ROLE_CAPF, TRUST_ROLE(PROV_ROLE_CAPF), "enrolment (capfAuthMode, capfList)",
                  "CAPF"},
    [USE_TVS] = {ROLE_TVS, ROLE_OF_TVS, "trust verification (TVS)", "TVS"},
    [USE_APP_SERVER] = {ROLE_APP_SERVER, TRUST_ROLE(PROV_ROLE_APP_SERVER) | ROLE_OF_TVS,
                        "services over HTTPS", "APP-SERVER"},
    [USE_CCM] = {ROLE_CCM, ROLES_CCM, "SIP over TLS (deviceSecurityMode, transportLayerProtocol)",
                 "CCM"},
};

void
tree_check_roles(struct tree *tree)
{
    if (tree->lists.lacking) /* which is said already, and to be mended first */
        return;
    for (size_t i = 0; i < tree->lists.trust_count; i++) {
        const struct tree_trust *trust = &tree->lists.trusts[i];
        for (size_t use = 0; use < TREE_USES; use++) {
            const struct tree_users *users = &trust->users[use];
            bool on_list = trust->file != NULL;
            if (users->count == 0 || trust_is_released(&trust->trust) ||
                trust_holds(&trust->trust, uses[use].roles))
                continue;
            tree_report(tree, uses[use].finding, on_list ? &tree->root : users->root,
                        on_list ? trust->file : users->example,
                        "%zu configuration%s (%s) for %s, and no list has a %s record",
                        users->count, users->count == 1 ? " asks" : "s ask", users->example->path,
                        uses[use].what, uses[use].role);
        }
    }
}
