/* SPDX-License-Identifier: MIT */
/* Reads out of a configuration what it tells the phone to do next. */
#include "provcheck/phone/internal.h"

#include <libxml/parser.h>
#include <libxml/tree.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Elements below the root whose text is asked for; of two for the same, the later one counts. */
static const struct {
    const char *path[3];
    size_t offset;
} values[] = {
    {{"certHash"}, offsetof(struct config, certificate_hash)},
    {{"loadInformation"}, offsetof(struct config, load)},
    {{"userLocale", "name"}, offsetof(struct config, user_locale)},
    {{"networkLocale"}, offsetof(struct config, network_locale)},
    {{"networkLocaleInfo", "name"}, offsetof(struct config, network_locale)},
    {{"vendorConfig", "loadServer"}, offsetof(struct config, load_server)},
    {{"sipProfile", "dialTemplate"}, offsetof(struct config, dial_template)},
    {{"dialTemplate"}, offsetof(struct config, dial_template)},
    {{"sipProfile", "softKeyFile"}, offsetof(struct config, soft_keys)},
    {{"softKeyFile"}, offsetof(struct config, soft_keys)},
    {{"deviceSecurityMode"}, offsetof(struct config, security_mode)},
};

static const xmlNode *
child_named(const xmlNode *node, const char *name)
{
    for (const xmlNode *child = node->children; child != NULL; child = child->next)
        if (child->type == XML_ELEMENT_NODE && strcmp((const char *)child->name, name) == 0)
            return child;
    return NULL;
}

/* The element's text without blanks around it; what does not fit is no name of a file. */
static void
copy_text(const xmlNode *node, char *out)
{
    xmlChar *text = xmlNodeGetContent(node);
    if (text == NULL)
        return;
    const char *start = (const char *)text + strspn((const char *)text, " \t\r\n");
    size_t len = strlen(start);
    while (len > 0 && strchr(" \t\r\n", start[len - 1]) != NULL)
        len--;
    if (len > 0 && len < CONFIG_VALUE_MAX)
        snprintf(out, CONFIG_VALUE_MAX, "%.*s", (int)len, start);
    xmlFree(text);
}

static void
read_values(const xmlNode *device, struct config *out)
{
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        const xmlNode *node = device;
        for (size_t j = 0; values[i].path[j] != NULL && node != NULL; j++)
            node = child_named(node, values[i].path[j]);
        if (node != NULL)
            copy_text(node, (char *)out + values[i].offset);
    }
    char flag[CONFIG_VALUE_MAX] = "";
    const xmlNode *encrypted = child_named(device, "encrConfig");
    if (encrypted != NULL)
        copy_text(encrypted, flag);
    out->encrypted = strcasecmp(flag, "true") == 0;
}

/* --- servers to register at: those of the group, or a proxy of a line's own */

static bool
is_below(const xmlNode *node, const char *name)
{
    for (node = node->parent; node != NULL && node->type == XML_ELEMENT_NODE; node = node->parent)
        if (strcmp((const char *)node->name, name) == 0)
            return true;
    return false;
}

static bool
is_server(const xmlNode *node)
{
    char text[CONFIG_VALUE_MAX] = "";
    const char *name = (const char *)node->name;
    bool member = strcmp(name, "processNodeName") == 0 && is_below(node, "callManagerGroup");
    bool proxy = strcmp(name, "proxy") == 0 && is_below(node, "sipLines");
    if (member || proxy)
        copy_text(node, text);
    return text[0] != '\0' && (member || strcmp(text, "USECALLMANAGER") != 0);
}

/* Along the document, without recursion. */
static const xmlNode *
next_node(const xmlNode *node)
{
    if (node->type == XML_ELEMENT_NODE && node->children != NULL)
        return node->children;
    while (node != NULL && node->next == NULL)
        node = node->parent;
    return node != NULL ? node->next : NULL;
}

static bool
has_server(const xmlNode *root)
{
    for (const xmlNode *node = root; node != NULL; node = next_node(node))
        if (node->type == XML_ELEMENT_NODE && is_server(node))
            return true;
    return false;
}

/* --- the root Default, which 7940 and 7960 take from a file of their own (section 8) */

/* The load of either model: both run the same. */
static void
read_default(const xmlNode *root, struct config *out)
{
    const xmlNode *load = child_named(root, "loadInformation8");
    if (load == NULL)
        load = child_named(root, "loadInformation7");
    if (load != NULL)
        copy_text(load, out->load);
    out->is_default = true;
}

/* NULL where it cannot be parsed. */
static xmlDocPtr
parse(struct prov_span xml)
{
    if (xml.len == 0 || !prov_deviceconfig_fits(xml.data, xml.len))
        return NULL;
    return xmlReadMemory((const char *)xml.data, (int)xml.len, NULL, NULL,
                         XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
}

static bool
takes_default(const struct family *family, xmlDocPtr document)
{
    const xmlNode *root = document != NULL ? xmlDocGetRootElement(document) : NULL;
    return root != NULL && strcmp((const char *)root->name, "Default") == 0 &&
           strcmp(family->name, "7940") == 0;
}

int
config_read(const struct family *family, struct prov_span xml, struct config *out,
            struct prov_error *err)
{
    struct prov_deviceconfig *config = NULL;
    int rc = prov_deviceconfig_read(xml.data, xml.len, &config, err);
    prov_deviceconfig_free(config);
    xmlDocPtr document = parse(xml);
    bool is_default = rc == PROV_E_FORMAT && takes_default(family, document);
    if (rc == PROV_OK && document == NULL)
        rc = prov_fail(err, PROV_E_MEMORY, "out of memory");
    if (rc == PROV_OK || is_default) {
        const xmlNode *root = xmlDocGetRootElement(document);
        *out = (struct config){.has_server = has_server(root)};
        read_values(root, out);
        if (is_default)
            read_default(root, out);
        rc = PROV_OK;
    }
    xmlFreeDoc(document);
    return rc;
}
