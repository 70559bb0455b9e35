/* SPDX-License-Identifier: MIT */
/* Reads XML with libxml2, element by element, and keeps no tree of it. */
#include "checks/internal.h"

#include <prov/deviceconfig.h>

#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <threads.h>

#define BLANKS " \t\r\n"
#define DEPTH_MAX 256      /* of libxml2 itself */
#define LINE_LOOK_MAX 4096 /* bytes before a tag in which its line is looked for */

/* libxml2 looks without a lock whether it is set up. */
static once_flag libxml2_ready = ONCE_FLAG_INIT;

struct level {
    size_t name, end; /* of its name in the path, and in the names */
    size_t number;
    unsigned line, column;
    bool has_children;
    size_t attribute_count;
    struct xml_attribute *attributes; /* one allocation with their texts */
};

struct reading {
    xml_visitor *visit;
    void *context;
    size_t depth, count;
    struct level levels[DEPTH_MAX + 1];
    char *path, *names; /* of all that is open, joined by / and by NUL */
    size_t path_room;
    char *text; /* of the element at hand */
    size_t text_len, text_room;
    bool no_memory, entity, failed;
    int code;
    unsigned line, column;
};

static struct reading *
reading_of(void *context)
{
    return ((xmlParserCtxtPtr)context)->_private;
}

/* --- where a start tag stands */

/* Counts characters of UTF-8. */
static unsigned
characters(const xmlChar *from, const xmlChar *to)
{
    unsigned count = 0;
    for (; from < to; from++)
        count += (*from & 0xc0) != 0x80;
    return count;
}

/* The column of a tag that began in an earlier line than the parser's; 0 if it cannot be told. */
static unsigned
column_of(const xmlParserInput *input, const xmlChar *tag)
{
    const xmlChar *line = tag;
    while (line > input->base && tag - line < LINE_LOOK_MAX && line[-1] != '\n')
        line--;
    bool begins = line == input->base ? input->consumed == 0 : line[-1] == '\n';
    return begins ? 1 + characters(line, tag) : 0;
}

/* The parser stands at the end of the tag. */
static void
find_place(xmlParserCtxtPtr parser, struct level *level)
{
    const xmlParserInput *input = parser->input;
    const xmlChar *at = input->cur;
    level->line = (unsigned)input->line;
    while (at > input->base && *at != '<')
        level->line -= *--at == '\n';
    if (*at != '<')
        return;
    level->column = level->line == (unsigned)input->line
                        ? (unsigned)input->col - characters(at, input->cur)
                        : column_of(input, at);
}

/* --- elements */

/* An attribute as libxml2 gives it: name, prefix, URI of the prefix, begin and end of the value. */
#define ATTRIBUTE_PARTS 5

static size_t
size_of(const xmlChar *text)
{
    return text != NULL ? strlen((const char *)text) + 1 : 0;
}

/* Writes prefix and name, and returns where it ended, behind a NUL. */
static char *
put_name(char *to, const xmlChar *prefix, const xmlChar *name)
{
    if (prefix != NULL) {
        to = stpcpy(to, (const char *)prefix);
        *to++ = ':';
    }
    return stpcpy(to, (const char *)name) + 1;
}

/* The names and values of a start tag; false when memory is short. */
static bool
keep_attributes(struct level *level, size_t count, const xmlChar **given)
{
    size_t len = 0;
    for (size_t i = 0; i < count; i++) {
        const xmlChar **parts = given + i * ATTRIBUTE_PARTS;
        len += size_of(parts[0]) + size_of(parts[1]) + (size_t)(parts[4] - parts[3]) + 1;
    }
    level->attribute_count = count;
    if (count == 0)
        return true;
    level->attributes = malloc(count * sizeof *level->attributes + len);
    if (level->attributes == NULL)
        return false;
    char *to = (char *)(level->attributes + count);
    for (size_t i = 0; i < count; i++) {
        const xmlChar **parts = given + i * ATTRIBUTE_PARTS;
        size_t value_len = (size_t)(parts[4] - parts[3]);
        level->attributes[i].name = to;
        to = put_name(to, parts[1], parts[0]);
        level->attributes[i].value = to;
        memcpy(to, parts[3], value_len);
        to[value_len] = '\0';
        to += value_len + 1;
    }
    return true;
}

static bool
make_room(struct reading *reading, size_t needed)
{
    if (needed <= reading->path_room)
        return true;
    char *path = realloc(reading->path, 2 * needed);
    if (path != NULL)
        reading->path = path;
    char *names = realloc(reading->names, 2 * needed);
    if (names != NULL)
        reading->names = names;
    if (path == NULL || names == NULL)
        return false;
    reading->path_room = 2 * needed;
    return true;
}

/* Appends a name to the path; false when memory is short. */
static bool
extend_path(struct reading *reading, struct level *level, const xmlChar *prefix,
            const xmlChar *name)
{
    size_t begin = reading->depth > 0 ? reading->levels[reading->depth - 1].end : 0;
    level->name = begin + (begin > 0);
    level->end = level->name + size_of(prefix) + size_of(name) - 1;
    if (!make_room(reading, level->end + 1))
        return false;
    if (begin > 0)
        reading->path[begin] = '/';
    put_name(reading->path + level->name, prefix, name);
    put_name(reading->names + level->name, prefix, name);
    return true;
}

static void
on_start(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
         int namespace_count, const xmlChar **namespaces, int attribute_count, int defaulted,
         const xmlChar **attributes)
{
    xmlParserCtxtPtr parser = context;
    struct reading *reading = reading_of(context);
    (void)uri, (void)namespace_count, (void)namespaces, (void)defaulted;
    if (reading->no_memory || reading->depth == DEPTH_MAX + 1)
        return;
    struct level *level = &reading->levels[reading->depth];
    *level = (struct level){.number = ++reading->count};
    if (!extend_path(reading, level, prefix, name) ||
        !keep_attributes(level, (size_t)attribute_count, attributes)) {
        reading->no_memory = true;
        xmlStopParser(parser);
        return;
    }
    find_place(parser, level);
    if (reading->depth > 0)
        reading->levels[reading->depth - 1].has_children = true;
    reading->depth++;
    reading->text_len = 0;
}

static bool
is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static const char *
trimmed(struct reading *reading)
{
    char *text = reading->text;
    while (reading->text_len > 0 && is_blank(text[reading->text_len - 1]))
        reading->text_len--;
    text[reading->text_len] = '\0';
    return text + strspn(text, BLANKS);
}

static void
on_end(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
    struct reading *reading = reading_of(context);
    (void)name, (void)prefix, (void)uri;
    if (reading->no_memory || reading->depth == 0)
        return;
    struct level *level = &reading->levels[--reading->depth];
    const struct level *above = reading->depth > 0 ? level - 1 : NULL;
    reading->path[level->end] = '\0';
    const struct xml_element element = {.name = reading->names + level->name,
                                        .parent = above != NULL ? reading->names + above->name : "",
                                        .path = reading->path,
                                        .text = level->has_children ? "" : trimmed(reading),
                                        .number = level->number,
                                        .parent_number = above != NULL ? above->number : 0,
                                        .line = level->line,
                                        .column = level->column,
                                        .attribute_count = level->attribute_count,
                                        .attributes = level->attributes};
    reading->visit(reading->context, &element);
    free(level->attributes);
    reading->text_len = 0;
}

static void
on_text(void *context, const xmlChar *text, int len)
{
    struct reading *reading = reading_of(context);
    if (len <= 0 || reading->text_len + (size_t)len >= reading->text_room)
        return;
    memcpy(reading->text + reading->text_len, text, (size_t)len);
    reading->text_len += (size_t)len;
}

/* --- faults */

static void
note_fault(struct reading *reading, int code, int line, int column)
{
    if (reading->failed)
        return;
    reading->failed = true;
    reading->code = code;
    reading->line = line > 0 ? (unsigned)line : 0;
    reading->column = column > 0 ? (unsigned)column : 0;
}

static void
refuse_entity(void *context)
{
    struct reading *reading = reading_of(context);
    reading->entity = reading->entity || !reading->failed;
    note_fault(reading, 0, xmlSAX2GetLineNumber(context), xmlSAX2GetColumnNumber(context));
    xmlStopParser(context);
}

static void
on_entity(void *context, const xmlChar *name, int type, const xmlChar *public_id,
          const xmlChar *system_id, xmlChar *content)
{
    (void)name, (void)type, (void)public_id, (void)system_id, (void)content;
    refuse_entity(context);
}

static void
on_reference(void *context, const xmlChar *name)
{
    (void)name;
    refuse_entity(context);
}

static void
on_error(void *context, xmlErrorPtr error)
{
    struct reading *reading = reading_of(context);
    bool placed = error->line > 0;
    if (error->code == XML_ERR_NO_MEMORY)
        reading->no_memory = true;
    if (error->level == XML_ERR_FATAL || error->code == XML_ERR_UNDECLARED_ENTITY)
        note_fault(reading, error->code, placed ? error->line : xmlSAX2GetLineNumber(context),
                   placed ? error->int2 : xmlSAX2GetColumnNumber(context));
}

static void
explain(struct prov_span xml, const struct reading *reading, struct xml_fault *fault)
{
    struct xml_open open[DEPTH_MAX + 1];
    for (size_t i = 0; i < reading->depth; i++) {
        const struct level *level = &reading->levels[i];
        open[i] = (struct xml_open){reading->names + level->name, level->line, level->column};
    }
    const struct xml_failure failure = {reading->code, reading->line, reading->column,
                                        reading->depth, open};
    if (reading->entity) {
        *fault = (struct xml_fault){reading->line, reading->column, ""};
        snprintf(fault->what, sizeof fault->what,
                 "it uses an XML entity of its own, which phones do not expand");
    } else {
        xml_explain(xml, &failure, fault);
    }
}

/* --- reading */

static void
parse(struct prov_span xml, xmlParserCtxtPtr parser, struct reading *reading)
{
    static const xmlSAXHandler handlers = {.initialized = XML_SAX2_MAGIC,
                                           .startElementNs = on_start,
                                           .endElementNs = on_end,
                                           .characters = on_text,
                                           .ignorableWhitespace = on_text,
                                           .cdataBlock = on_text,
                                           .entityDecl = on_entity,
                                           .reference = on_reference,
                                           .serror = on_error};
    xmlStructuredErrorFunc function = xmlStructuredError;
    void *context = xmlStructuredErrorContext;
    *parser->sax = handlers;
    parser->_private = reading;
    xmlSetStructuredErrorFunc(parser, on_error);
    xmlFreeDoc(xmlCtxtReadMemory(parser, (const char *)xml.data, (int)xml.len, NULL, NULL,
                                 XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING));
    xmlSetStructuredErrorFunc(context, function);
    /* libxml2 takes a NUL for the end of the text; what follows would reach the phone unread. */
    if (parser->input != NULL && parser->input->cur < parser->input->end)
        note_fault(reading, XML_ERR_INVALID_CHAR, parser->input->line, parser->input->col);
    if (!parser->wellFormed)
        note_fault(reading, XML_ERR_DOCUMENT_END, parser->input != NULL ? parser->input->line : 0,
                   0);
}

static bool
refuse(struct xml_fault *fault, const char *what)
{
    *fault = (struct xml_fault){.line = 0};
    snprintf(fault->what, sizeof fault->what, "%s", what);
    return false;
}

static bool
read_with(struct prov_span xml, xmlParserCtxtPtr parser, struct reading *reading,
          struct xml_fault *fault)
{
    parse(xml, parser, reading);
    bool whole = !reading->failed && !reading->no_memory;
    if (reading->no_memory)
        refuse(fault, "out of memory");
    else if (!whole)
        explain(xml, reading, fault);
    while (reading->depth > 0)
        free(reading->levels[--reading->depth].attributes);
    return whole;
}

bool
xml_read(struct prov_span xml, xml_visitor *visit, void *context, struct xml_fault *fault)
{
    if (xml.len == 0)
        return refuse(fault, "it is empty");
    if (!prov_deviceconfig_fits(xml.data, xml.len))
        return refuse(fault,
                      "it is larger than what a phone downloads, or crowded with attributes");
    call_once(&libxml2_ready, xmlInitParser);
    /* In UTF-8, text takes at most twice the bytes that it has in other encodings. */
    struct reading *reading = calloc(1, sizeof *reading);
    xmlParserCtxtPtr parser = xmlNewParserCtxt();
    char *text = malloc(2 * xml.len + 1);
    bool whole = false;
    if (reading == NULL || parser == NULL || text == NULL) {
        refuse(fault, "out of memory");
    } else {
        reading->visit = visit;
        reading->context = context;
        reading->text = text;
        reading->text_room = 2 * xml.len + 1;
        whole = read_with(xml, parser, reading, fault);
        free(reading->path);
        free(reading->names);
        OPENSSL_cleanse(text, 2 * xml.len + 1);
    }
    free(text);
    xmlFreeParserCtxt(parser);
    free(reading);
    return whole;
}

const char *
xml_value(const struct xml_element *element, const char *name)
{
    for (size_t i = 0; i < element->attribute_count; i++)
        if (strcmp(element->attributes[i].name, name) == 0)
            return element->attributes[i].value;
    return NULL;
}

bool
xml_is_below(const struct xml_element *element, const char *name)
{
    size_t len = strlen(name);
    for (const char *at = element->path; (at = strchr(at, '/')) != NULL; at++) {
        const char *begin = at;
        while (begin > element->path && begin[-1] != '/')
            begin--;
        if ((size_t)(at - begin) == len && strncasecmp(begin, name, len) == 0)
            return true;
    }
    return false;
}
