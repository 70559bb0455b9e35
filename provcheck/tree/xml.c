/* SPDX-License-Identifier: MIT */
/* Walks the elements of an XML file. */
#include "provcheck/tree/internal.h"

#include <libxml/parser.h>
#include <libxml/tree.h>
#include <string.h>
#include <strings.h>

#define BLANKS " \t\r\n"

struct visit {
    xml_visitor *visit;
    void *context;
};

static char *
trim(char *text)
{
    text += strspn(text, BLANKS);
    size_t len = strlen(text);
    while (len > 0 && strchr(BLANKS, text[len - 1]) != NULL)
        text[--len] = '\0';
    return text;
}

static const char *
parent_name(const xmlNode *node)
{
    const xmlNode *parent = node->parent;
    return parent != NULL && parent->type == XML_ELEMENT_NODE ? (const char *)parent->name : "";
}

static void
see(const struct visit *visit, const xmlNode *node, const char *parent, bool with_text)
{
    xmlChar *text = with_text ? xmlNodeGetContent(node) : NULL;
    const struct xml_element element = {.name = (const char *)node->name,
                                        .parent = parent,
                                        .text = text != NULL ? trim((char *)text) : "",
                                        .node = node};
    visit->visit(visit->context, &element);
    xmlFree(text);
}

static void
see_element(const struct visit *visit, const xmlNode *node)
{
    see(visit, node, parent_name(node), xmlFirstElementChild((xmlNode *)node) == NULL);
    for (const xmlAttr *attribute = node->properties; attribute != NULL;
         attribute = attribute->next)
        see(visit, (const xmlNode *)attribute, (const char *)node->name, true);
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

static void
ignore_error(void *context, xmlErrorPtr error)
{
    (void)context, (void)error;
}

bool
xml_visit(struct prov_span xml, xml_visitor *visit, void *context)
{
    const int options =
        XML_PARSE_NONET | XML_PARSE_NOCDATA | XML_PARSE_NOERROR | XML_PARSE_NOWARNING;
    const struct visit how = {visit, context};
    xmlSetStructuredErrorFunc(NULL, ignore_error);
    xmlDocPtr document =
        xml.len > 0 && prov_deviceconfig_fits(xml.data, xml.len)
            ? xmlReadMemory((const char *)xml.data, (int)xml.len, NULL, NULL, options)
            : NULL;
    const xmlNode *node = document != NULL ? xmlDocGetRootElement(document) : NULL;
    bool well_formed = node != NULL;
    for (; node != NULL; node = next_node(node))
        if (node->type == XML_ELEMENT_NODE)
            see_element(&how, node);
    xmlFreeDoc(document);
    xmlSetStructuredErrorFunc(NULL, NULL);
    return well_formed;
}

bool
xml_is_below(const struct xml_element *element, const char *name)
{
    const xmlNode *node = ((const xmlNode *)element->node)->parent;
    for (; node != NULL && node->type == XML_ELEMENT_NODE; node = node->parent)
        if (strcasecmp((const char *)node->name, name) == 0)
            return true;
    return false;
}
