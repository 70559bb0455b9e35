/* SPDX-License-Identifier: MIT */
/* What the elements of a configuration say together: servers, transport, security, firmware. */
#include "checks/internal.h"

#include "checks/value.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#define FIRST_NEW_SIP 9 /* the version from which on phones want USECALLMANAGER and TCP */

/* --- taking them in */

/* Elements whose text is kept; a parent of NULL stands for any. */
static const struct {
    const char *parent, *name;
    size_t offset;
} kept[] = {
    {NULL, "deviceProtocol", offsetof(struct config_facts, protocol)},
    {"device", "loadInformation", offsetof(struct config_facts, load)},
    {NULL, "encrConfig", offsetof(struct config_facts, encrypted)},
    {NULL, "deviceSecurityMode", offsetof(struct config_facts, security)},
    {"device", "transportLayerProtocol", offsetof(struct config_facts, transport)},
    {NULL, "capfAuthMode", offsetof(struct config_facts, capf_mode)},
    {"vendorConfig", "sshAccess", offsetof(struct config_facts, ssh_access)},
    {NULL, "callManagerGroup", offsetof(struct config_facts, group)},
};

static bool
is(const struct xml_element *element, const char *parent, const char *name)
{
    return strcmp(element->name, name) == 0 && strcmp(element->parent, parent) == 0;
}

static bool
begins(const char *text, const char *word)
{
    return strncasecmp(text, word, strlen(word)) == 0;
}

static bool
is_well_known(const char *password)
{
    static const char *const words[] = {"cisco", "cisco123", "admin",    "admin123", "password",
                                        "1234",  "12345",    "123456",   "root",     "default",
                                        "debug", "user",     "password1"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcasecmp(password, words[i]) == 0)
            return true;
    return false;
}

/* Ports behind the address of their server are not used, unless they are what is used anyhow. */
static void
take_port(struct config_check *check, const struct xml_element *element)
{
    const char *usual = strcmp(element->name, "sipPort") == 0          ? "5060"
                        : strcmp(element->name, "securedSipPort") == 0 ? "5061"
                                                                       : NULL;
    if (usual != NULL && check->facts.server_closed && element->text[0] != '\0' &&
        strcmp(element->text, usual) != 0)
        config_say(check, CHECK_SERVER_PORTS, NULL, config_place(element),
                   "<%s> stands behind <processNodeName>", element->name);
}

static void
take_server(struct config_check *check, const struct xml_element *element)
{
    struct config_facts *facts = &check->facts;
    if (is(element, "callManager", "processNodeName")) {
        facts->servers += element->text[0] != '\0';
        facts->server_closed = true;
    } else if (strcmp(element->parent, "ports") == 0) {
        take_port(check, element);
    } else if (is(element, "member", "callManager")) {
        facts->server_closed = false;
    }
}

static void
take_others(struct config_facts *facts, const struct xml_element *element)
{
    if (is(element, "capf", "processNodeName") && element->text[0] != '\0')
        config_keep(&facts->capf_server, element);
    if (is(element, "ntp", "name"))
        facts->has_time_server = facts->has_time_server || element->text[0] != '\0';
    if (is(element, "sipProxies", "outboundProxy"))
        facts->has_outbound_proxy = element->text[0] != '\0' && !begins(element->text, "USE");
    if (strcmp(element->name, "sshPassword") == 0) {
        facts->weak_ssh_password = is_well_known(element->text);
        facts->ssh_password = config_place(element);
    }
    if (strcmp(element->name, "sipProfile") == 0) {
        facts->has_profile = true;
        facts->profile = config_place(element);
    }
    if (strcmp(element->name, "sipLines") == 0)
        facts->lines = config_place(element);
}

void
config_take(struct config_check *check, const struct xml_element *element)
{
    struct config_facts *facts = &check->facts;
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
        if (strcmp(element->name, kept[i].name) == 0 &&
            (kept[i].parent == NULL || strcmp(element->parent, kept[i].parent) == 0))
            config_keep((struct config_value *)(void *)((char *)facts + kept[i].offset), element);
    take_server(check, element);
    take_others(facts, element);
}

/* --- judging them */

/* What the load speaks, by its name: SIP, SCCP, or NULL where that does not tell. */
static const char *
protocol_of_load(const char *load)
{
    if (begins(load, "SIP") || begins(load, "P0S"))
        return "SIP";
    if (begins(load, "SCCP") || begins(load, "P00"))
        return "SCCP";
    return NULL;
}

bool
config_is_sip(const struct config_facts *facts)
{
    const char *of_load = protocol_of_load(facts->load.text);
    if (facts->protocol.text[0] != '\0')
        return strcasecmp(facts->protocol.text, "SIP") == 0;
    return of_load != NULL ? strcmp(of_load, "SIP") == 0 : facts->has_profile;
}

bool
config_is_old(const struct config_facts *facts)
{
    const char *load = facts->load.text, *dot = strchr(load, '.');
    if (begins(load, "P0S"))
        return true;
    return dot != NULL && isdigit((unsigned char)dot[1]) && !isdigit((unsigned char)dot[2]) &&
           dot[1] - '0' < FIRST_NEW_SIP;
}

static bool
is_text(const struct config_value *value, const char *text)
{
    return strcmp(value->text, text) == 0;
}

static void
judge_servers(const struct config_check *check)
{
    const struct config_facts *facts = &check->facts;
    bool elsewhere = facts->foreign_proxy.there || facts->has_outbound_proxy;
    bool by_group = begins(facts->first.proxy.text, "USECALLMANAGER");
    if (facts->servers > 0)
        return;
    if (facts->group.there)
        config_say(check, CHECK_NO_SERVER, elsewhere ? RULE_WARNS : NULL, facts->group.place,
                   "no member of <callManagerGroup> has an address in <processNodeName>");
    else if (by_group && !elsewhere)
        config_say(check, CHECK_NO_SERVER, NULL, facts->first.proxy.place,
                   "<proxy> means the servers of <callManagerGroup>, and there are none");
}

static void
judge_transport(const struct config_check *check)
{
    const struct config_facts *facts = &check->facts;
    bool secure = is_text(&facts->security, "2") || is_text(&facts->security, "3");
    bool tls = is_text(&facts->transport, "3");
    if (tls && !secure && !value_is_placeholder(facts->security.text))
        config_say(check, CHECK_SECURITY_MODE, NULL, facts->transport.place,
                   "transportLayerProtocol is 3 (TLS), and deviceSecurityMode is %s",
                   facts->security.text[0] != '\0' ? "neither 2 nor 3" : "missing");
    else if (secure && (is_text(&facts->transport, "1") || is_text(&facts->transport, "2")))
        config_say(check, CHECK_SECURITY_MODE, NULL, facts->transport.place,
                   "deviceSecurityMode is %s, and transportLayerProtocol is %s, which is no TLS",
                   facts->security.text, facts->transport.text);
    else if (is_text(&facts->transport, "2") && !config_is_old(facts))
        config_say(check, CHECK_TRANSPORT, NULL, facts->transport.place,
                   "transportLayerProtocol is 2 (UDP)");
    if (tls && secure && !facts->has_time_server)
        config_say(check, CHECK_TLS_TIME, NULL, facts->transport.place,
                   "it asks for TLS and names no NTP server");
}

static void
judge_capf(const struct config_check *check)
{
    const struct config_facts *facts = &check->facts;
    if (facts->capf_server.there && is_text(&facts->capf_mode, "0"))
        config_say(check, CHECK_CAPF, NULL, facts->capf_mode.place,
                   "capfAuthMode is 0, nothing pending, and capfList names a server");
}

static void
judge_load(const struct config_check *check)
{
    const struct config_facts *facts = &check->facts;
    const char *load = facts->load.text, *speaks = protocol_of_load(load);
    const struct family *of_load = family_of_load(load);
    if (*load == '\0' || value_is_placeholder(load))
        return;
    if (speaks != NULL && facts->protocol.text[0] != '\0' &&
        !value_is_placeholder(facts->protocol.text) &&
        strcasecmp(facts->protocol.text, speaks) != 0)
        config_say(check, CHECK_LOAD_PROTOCOL, NULL, facts->load.place,
                   "the load speaks %s, and deviceProtocol is another", speaks);
    const struct model *model = check->about->model;
    if (model != NULL && !model_runs(model, load))
        config_say(check, CHECK_LOAD_FAMILY, NULL, facts->load.place,
                   "a %s does not run the load that it names", model->name);
    else if (of_load != NULL && check->about->family != NULL && of_load != check->about->family)
        config_say(check, CHECK_LOAD_FAMILY, NULL, facts->load.place,
                   "the load that it names is that of %s", of_load->models);
}

static void
judge_ssh(const struct config_check *check)
{
    const struct config_facts *facts = &check->facts;
    if (facts->weak_ssh_password && is_text(&facts->ssh_access, "0"))
        config_say(check, CHECK_SSH_PASSWORD, NULL, facts->ssh_password,
                   "sshAccess is 0, which is on, and sshPassword is one that everybody knows");
}

static void
judge_placeholders(const struct config_check *check)
{
    const struct config_facts *facts = &check->facts;
    if (facts->placeholders > 0)
        config_say(
            check, CHECK_PLACEHOLDER, check->about->owner == CONFIG_OF_NOBODY ? RULE_NOTES : NULL,
            facts->placeholder.place, "<%s> holds a placeholder of a template%s",
            facts->placeholder.text, facts->placeholders > 1 ? ", and it is not the only one" : "");
}

void
config_judge(const struct config_check *check)
{
    judge_placeholders(check);
    judge_load(check);
    judge_ssh(check);
    judge_capf(check);
}

void
config_judge_sip(const struct config_check *check)
{
    judge_transport(check);
    if (!check->facts.of_all)
        judge_servers(check);
}
