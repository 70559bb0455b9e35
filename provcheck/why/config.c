/* SPDX-License-Identifier: MIT */
/* Reads a phone's configuration: its servers, how it speaks to them, and what is wrong with it. */
#include "provcheck/why/reading.h"

#include "checks/config.h"
#include "checks/xml.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- finding it */

/* Where its clear text is, the text that the phone gets before that which it is made of. */
static struct prov_bytes *
read_clear(const struct why_facts *facts, struct prov_span *xml, char path[static PATH_MAX])
{
    static const struct {
        enum why_folder folder;
        enum why_file file;
    } places[] = {{WHY_SECURE, WHY_CLEAR},
                  {WHY_TREE, WHY_SIGNED},
                  {WHY_TREE, WHY_CLEAR},
                  {WHY_SOURCE, WHY_CLEAR}};
    char name[WHY_NAME_SIZE];
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        struct prov_bytes *bytes = NULL;
        if (!why_find(facts->places[places[i].folder].path,
                      why_file_name(places[i].file, &facts->phone, name), path) ||
            prov_file_read(path, PROV_DEVICECONFIG_MAX, &bytes, NULL) != PROV_OK)
            continue;
        *xml = why_without_header(prov_bytes_span(bytes));
        if (!why_is_stub(*xml))
            return bytes;
        prov_bytes_free(bytes);
    }
    path[0] = '\0';
    return NULL;
}

/* --- what it says */

enum port { PORT_SIP, PORT_SIPS, PORT_SCCP, PORT_SCCPS, PORTS };

static const struct {
    const char *element;
    unsigned standard;
} port_facts[PORTS] = {
    [PORT_SIP] = {"sipPort", 5060},
    [PORT_SIPS] = {"securedSipPort", 5061},
    [PORT_SCCP] = {"ethernetPhonePort", 2000},
    [PORT_SCCPS] = {"secureEthernetPhonePort", 2443},
};

struct saying {
    struct why_config *config;
    unsigned transport;                    /* transportLayerProtocol */
    unsigned ports[PORTS];                 /* of the server at hand; 0: not said */
    unsigned kept[WHY_SERVERS_MAX][PORTS]; /* of those in `config` */
    char proxy[WHY_HOST_MAX];              /* of the first line that has one of its own */
};

static unsigned
number_of(const char *text)
{
    char *end = NULL;
    unsigned long number = strtoul(text, &end, 10);
    return end != text && *end == '\0' && number <= 65535 ? (unsigned)number : 0;
}

/* What stands behind processNodeName comes too late for the phone. */
static void
add_server(struct saying *saying, const char *host)
{
    struct why_config *config = saying->config;
    if (*host != '\0' && config->server_count < WHY_SERVERS_MAX && strlen(host) < WHY_HOST_MAX) {
        memcpy(saying->kept[config->server_count], saying->ports, sizeof saying->ports);
        snprintf(config->servers[config->server_count++].host, WHY_HOST_MAX, "%s", host);
    }
    memset(saying->ports, 0, sizeof saying->ports);
}

static void
take_member(struct saying *saying, const struct xml_element *element)
{
    for (enum port port = 0; port < PORTS; port++)
        if (strcmp(element->name, port_facts[port].element) == 0)
            saying->ports[port] = number_of(element->text);
    if (strcmp(element->name, "processNodeName") == 0)
        add_server(saying, element->text);
}

/* Of the root's children, and of the line's. */
static void
take_value(struct saying *saying, const struct xml_element *element)
{
    struct why_config *config = saying->config;
    bool top = element->parent_number == 1;
    if (top && strcmp(element->name, "deviceSecurityMode") == 0)
        config->security_mode = number_of(element->text);
    else if (top && strcmp(element->name, "transportLayerProtocol") == 0)
        saying->transport = number_of(element->text);
    else if (top && strcmp(element->name, "deviceProtocol") == 0)
        config->sccp = strcmp(element->text, "SCCP") == 0;
    else if (top && strcmp(element->name, "loadInformation") == 0)
        snprintf(config->load, sizeof config->load, "%s", element->text);
    else if (strcmp(element->name, "proxy") == 0 && strcmp(element->parent, "line") == 0 &&
             saying->proxy[0] == '\0' && strcmp(element->text, "USECALLMANAGER") != 0)
        snprintf(saying->proxy, sizeof saying->proxy, "%s", element->text);
}

static void
take_element(void *context, const struct xml_element *element)
{
    if (xml_is_below(element, "callManagerGroup"))
        take_member(context, element);
    else
        take_value(context, element);
}

/* Mode 2 and 3 take TLS, whatever else is said; without them transport 3 has no effect. */
static void
settle(struct saying *saying)
{
    struct why_config *config = saying->config;
    bool secure = config->security_mode == 2 || config->security_mode == 3;
    enum port port =
        config->sccp ? (secure ? PORT_SCCPS : PORT_SCCP) : (secure ? PORT_SIPS : PORT_SIP);
    config->transport = secure                   ? WHY_TLS
                        : config->sccp           ? WHY_TCP
                        : saying->transport == 1 ? WHY_TCP
                        : saying->transport == 2 ? WHY_UDP
                                                 : WHY_EITHER;
    if (config->server_count == 0)
        add_server(saying, saying->proxy);
    for (size_t i = 0; i < config->server_count; i++)
        config->servers[i].port =
            saying->kept[i][port] != 0 ? saying->kept[i][port] : port_facts[port].standard;
}

/* --- what is wrong with it */

/* What the boot and the rules of this room say better is left to them. */
static void
take_finding(void *context, const struct check_finding *finding)
{
    struct why_config *config = context;
    if (strcmp(finding->severity, RULE_FAILS) != 0 || finding->rule == CHECK_MALFORMED ||
        finding->rule == CHECK_ROOT || finding->rule == CHECK_NO_SERVER ||
        config->error_count == WHY_ERRORS_MAX)
        return;
    const struct rule_words *words = check_rule_words(finding->rule);
    struct why_error *error = &config->errors[config->error_count++];
    *error = (struct why_error){
        .id = words->id, .why = words->why, .mend = words->mend, .line = finding->line};
    snprintf(error->what, sizeof error->what, "%s", finding->what);
}

/* --- the source */

/* The first thing for which provbuild would not publish it. */
static void
take_fault(void *context, const struct check_finding *finding)
{
    struct why_facts *facts = context;
    char name[WHY_NAME_SIZE];
    if (facts->source_fault[0] == '\0' && finding->rule == CHECK_MALFORMED)
        snprintf(facts->source_fault, sizeof facts->source_fault, "%s:%u: %s",
                 why_file_name(WHY_CLEAR, &facts->phone, name), finding->line, finding->what);
}

static bool
same_text(const struct prov_span *a, const struct prov_span *b)
{
    return a->len == b->len && memcmp(a->data, b->data, a->len) == 0;
}

static void
compare_with_source(const struct why_question *question, struct why_facts *facts,
                    const struct prov_span *served, const char *served_path)
{
    char name[WHY_NAME_SIZE], path[PATH_MAX];
    struct prov_bytes *bytes = NULL;
    if (!why_find(facts->places[WHY_SOURCE].path, why_file_name(WHY_CLEAR, &facts->phone, name),
                  path) ||
        prov_file_read(path, PROV_DEVICECONFIG_MAX, &bytes, NULL) != PROV_OK)
        return;
    const struct config_context about = {.dictionary = question->dictionary,
                                         .owner = CONFIG_OF_PHONE};
    struct prov_span source = prov_bytes_span(bytes);
    config_check(source, &about, take_fault, facts);
    if (served != NULL && strcmp(served_path, path) != 0)
        facts->build = same_text(&source, served) ? WHY_BUILD_CURRENT : WHY_BUILD_STALE;
    prov_bytes_free(bytes);
}

void
why_read_config(const struct why_question *question, struct why_facts *facts)
{
    struct why_config *config = &facts->config;
    struct saying saying = {.config = config};
    struct prov_span xml;
    struct xml_fault fault;
    struct prov_bytes *bytes = read_clear(facts, &xml, config->path);
    if (bytes != NULL)
        config->read = xml_read(xml, take_element, &saying, &fault);
    if (bytes != NULL && !config->read) {
        config->server_count = 0;
        config->load[0] = '\0';
    }
    if (config->read) {
        const struct config_context about = {.dictionary = question->dictionary,
                                             .owner = CONFIG_OF_PHONE};
        settle(&saying);
        config_check(xml, &about, take_finding, config);
    }
    compare_with_source(question, facts, bytes != NULL ? &xml : NULL, config->path);
    prov_bytes_free(bytes);
}
