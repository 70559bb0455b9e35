/* SPDX-License-Identifier: MIT */
/* Reads out of a configuration what it tells the phone to do next. */
#include "provcheck/phone/internal.h"

#include <libxml/parser.h>
#include <libxml/tree.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Elements below `device` whose text is asked for. */
static const struct {
    const char *path[3];
    size_t offset;
} values[] = {
    {{"certHash"}, offsetof(struct config, certificate_hash)},
    {{"loadInformation"}, offsetof(struct config, load)},
    {{"userLocale", "name"}, offsetof(struct config, user_locale)},
    {{"networkLocale"}, offsetof(struct config, network_locale)},
    {{"sipProfile", "dialTemplate"}, offsetof(struct config, dial_template)},
    {{"dialTemplate"}, offsetof(struct config, dial_template)},
    {{"sipProfile", "softKeyFile"}, offsetof(struct config, soft_keys)},
    {{"softKeyFile"}, offsetof(struct config, soft_keys)},
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
    if (len < CONFIG_VALUE_MAX)
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

int
config_read(struct prov_span xml, struct config *out, struct prov_error *err)
{
    struct prov_deviceconfig *config = NULL;
    int rc = prov_deviceconfig_read(xml.data, xml.len, &config, err);
    prov_deviceconfig_free(config);
    if (rc != PROV_OK)
        return rc;
    /* Known to be well-formed and without entities. */
    xmlDocPtr document = xmlReadMemory((const char *)xml.data, (int)xml.len, NULL, NULL,
                                       XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    const xmlNode *device = document != NULL ? xmlDocGetRootElement(document) : NULL;
    *out = (struct config){0};
    if (device != NULL)
        read_values(device, out);
    else
        rc = prov_fail(err, PROV_E_MEMORY, "out of memory");
    xmlFreeDoc(document);
    return rc;
}
