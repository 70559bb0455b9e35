/* SPDX-License-Identifier: MIT */
/* Elements of an XML file, one after the other. */
#ifndef PROVCHECK_TREE_XML_H
#define PROVCHECK_TREE_XML_H

#include <prov.h>

#include <stdbool.h>

/* An element, or an attribute as if it were a child of its element. */
struct xml_element {
    const char *name;
    const char *parent; /* "" for the root */
    const char *text;   /* without blanks around it; "" for an element that has children */
    const void *node;   /* for xml_is_below */
};

typedef void xml_visitor(void *context, const struct xml_element *element);

/* True if it is well-formed; then every element was visited, the root first. */
bool xml_visit(struct prov_span xml, xml_visitor *visit, void *context);
/* True if an element around it has this name, in any case. */
bool xml_is_below(const struct xml_element *element, const char *name);

#endif
