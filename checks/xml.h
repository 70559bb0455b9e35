/* SPDX-License-Identifier: MIT */
/* Reads XML as phones do, strictly: each element with its place, or what is wrong and where. */
#ifndef CHECKS_XML_H
#define CHECKS_XML_H

#include <prov/bytes.h>

#include <stdbool.h>

struct xml_attribute {
    const char *name, *value;
};

/* An element, borrowed until the visitor returns. */
struct xml_element {
    const char *name;      /* with its prefix */
    const char *parent;    /* "" for the root */
    const char *path;      /* all names from the root on, joined by / */
    const char *text;      /* without blanks around it; "" for an element that has children */
    size_t number;         /* of its start tag, from 1 */
    size_t parent_number;  /* 0 for the root */
    unsigned line, column; /* of its start tag, from 1; column 0: unknown */
    size_t attribute_count;
    const struct xml_attribute *attributes;
};

/* Sees each element when it ends: children before their parents, the root last. */
typedef void xml_visitor(void *context, const struct xml_element *element);

#define XML_FAULT_MAX 256

/* The first thing that a phone could not parse. `what` quotes nothing of what stands in elements
 * that may be secret. */
struct xml_fault {
    unsigned line, column; /* 0: none */
    char what[XML_FAULT_MAX];
};

/* True if it is well-formed; then each element was visited. Entities other than those of XML itself
 * are faults, and so is what is larger than phones download. */
bool xml_read(struct prov_span xml, xml_visitor *visit, void *context, struct xml_fault *fault);

/* The value of this attribute; NULL: there is none. */
const char *xml_value(const struct xml_element *element, const char *name);
/* True if an element around it has this name, in any case. */
bool xml_is_below(const struct xml_element *element, const char *name);

#endif
