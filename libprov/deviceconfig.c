/* SPDX-License-Identifier: MIT */
/* Reading configurations with libxml2. Entities are refused instead of expanded: phones do not know
 * them, and expansion is how XML files fill memories and read other files. Nothing is ever loaded
 * besides the bytes given. */
#include "libprov/internal.h"

#include <prov/deviceconfig.h>
#include <prov/text.h>

#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/tree.h>
#include <libxml/xmlsave.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <threads.h>

/* libxml2 looks without a lock whether it is set up. */
static once_flag libxml2_ready = ONCE_FLAG_INIT;

struct prov_deviceconfig {
    xmlDocPtr document;
};

/* Elements that the stub takes over (formats.md, section 4). */
static const char *const copied[] = {"ipAddressMode", "loadInformation", "capfAuthMode",
                                     "capfList"};

/* What stopped the parser; lives in the parser context's _private. */
struct refusal {
    bool entity;
    bool malformed;
    bool no_memory;
    int line;
    int column;
    const char *reason;
};

/* libxml2's own sentences quote the text around a fault, which may be a piece of a password. */
static const struct {
    int code;
    const char *reason;
} reasons[] = {
    {XML_ERR_DOCUMENT_EMPTY, "there is no element"},
    {XML_ERR_DOCUMENT_END, "something follows the root element, or it is cut off"},
    {XML_ERR_DOCUMENT_START, "it does not start with an element"},
    {XML_ERR_INVALID_CHAR, "a character that XML does not allow"},
    {XML_ERR_INVALID_ENCODING, "bytes that are not in the declared encoding"},
    {XML_ERR_UNKNOWN_ENCODING, "an unknown encoding"},
    {XML_ERR_UNSUPPORTED_ENCODING, "an unknown encoding"},
    {XML_I18N_CONV_FAILED, "bytes that are not in the declared encoding"},
    {XML_ERR_NAME_REQUIRED, "a name is missing after < or &"},
    {XML_ERR_GT_REQUIRED, "a tag is not closed by >"},
    {XML_ERR_LT_IN_ATTRIBUTE, "a < stands in an attribute"},
    {XML_ERR_ATTRIBUTE_NOT_STARTED, "an attribute's value has no quotes"},
    {XML_ERR_ATTRIBUTE_NOT_FINISHED, "an attribute's value is not closed"},
    {XML_ERR_ATTRIBUTE_WITHOUT_VALUE, "an attribute has no value"},
    {XML_ERR_ATTRIBUTE_REDEFINED, "an attribute stands twice"},
    {XML_ERR_TAG_NAME_MISMATCH, "an end tag does not match its start tag"},
    {XML_ERR_TAG_NOT_FINISHED, "an element is not closed"},
    {XML_ERR_ENTITYREF_SEMICOL_MISSING, "a & that is not written &amp;"},
    {XML_ERR_INTERNAL_ERROR, "it is nested too deeply, or too large"},
};

static const char *
find_reason(int code)
{
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
        if (reasons[i].code == code)
            return reasons[i].reason;
    return "it is not well-formed";
}

static void
refuse_entity(void *context)
{
    xmlParserCtxtPtr parser = context;
    struct refusal *refusal = parser->_private;
    if (!refusal->entity) {
        refusal->entity = true;
        refusal->line = xmlSAX2GetLineNumber(parser);
    }
    xmlStopParser(parser);
}

static void
on_entity_declaration(void *context, const xmlChar *name, int type, const xmlChar *public_id,
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

/* The first fault is the one to mend: libxml2 goes on and finds more that follow from it. */
static void
on_error(void *context, xmlErrorPtr error)
{
    xmlParserCtxtPtr parser = context;
    struct refusal *refusal = parser->_private;
    if (error->code == XML_ERR_NO_MEMORY)
        refusal->no_memory = true;
    if (error->code == XML_ERR_UNDECLARED_ENTITY && !refusal->malformed)
        refuse_entity(context);
    if (error->level != XML_ERR_FATAL || refusal->malformed || refusal->entity)
        return;
    bool placed = error->line > 0;
    refusal->malformed = true;
    refusal->line = placed ? error->line : xmlSAX2GetLineNumber(parser);
    refusal->column = placed ? error->int2 : xmlSAX2GetColumnNumber(parser);
    refusal->reason = find_reason(error->code);
}

static void
ignore_error(void *context, xmlErrorPtr error)
{
    (void)context, (void)error;
}

/* What libxml2 cannot lay to a parser, such as bytes that are not in the declared encoding, goes to
 * the thread's handler, and to stderr without one. */
struct handler {
    xmlStructuredErrorFunc function;
    void *context;
};

/* Returns the one before, to be put back. */
static struct handler
set_handler(struct handler handler)
{
    struct handler before = {xmlStructuredError, xmlStructuredErrorContext};
    xmlSetStructuredErrorFunc(handler.context, handler.function);
    return before;
}

static int
malformed(const struct refusal *refusal, struct prov_error *err)
{
    if (refusal->no_memory)
        return prov__no_memory(err);
    if (!refusal->malformed)
        return prov_fail(err, PROV_E_FORMAT, "this is not XML");
    return prov_fail(err, PROV_E_FORMAT,
                     "malformed XML at line %d, column %d: %s; a phone discards the whole file",
                     refusal->line, refusal->column, refusal->reason);
}

static int
check_root(xmlDocPtr document, struct prov_error *err)
{
    xmlNodePtr root = xmlDocGetRootElement(document);
    const char *name = root != NULL ? (const char *)root->name : "";
    char shown[128];
    if (strcmp(name, "device") == 0)
        return PROV_OK;
    if (strcmp(name, "Default") == 0 || strcmp(name, "default") == 0)
        return prov_fail(
            err, PROV_E_FORMAT,
            "its root element is %s: these are defaults for all phones; make the root <device>, "
            "or name the file XMLDefault.cnf.xml",
            name);
    return prov_fail(err, PROV_E_FORMAT, "its root element is %s instead of device",
                     prov_printable(name, strlen(name), shown, sizeof shown));
}

static int
parse(xmlParserCtxtPtr parser, const void *xml, size_t len, xmlDocPtr *document,
      struct prov_error *err)
{
    /* Blank nodes go and CDATA becomes text, as the stub wants it. An undeclared prefix, the
     * vendor's own habit, is an error of namespaces only and leaves the document well-formed. */
    const int options = XML_PARSE_NONET | XML_PARSE_NOBLANKS | XML_PARSE_NOCDATA |
                        XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_COMPACT;
    struct refusal refusal = {0};
    parser->_private = &refusal;
    parser->sax->entityDecl = on_entity_declaration;
    parser->sax->reference = on_reference;
    parser->sax->serror = on_error;
    struct handler before = set_handler((struct handler){on_error, parser});
    *document = xmlCtxtReadMemory(parser, xml, (int)len, NULL, NULL, options);
    set_handler(before);
    parser->_private = NULL;
    if (refusal.entity)
        return prov_fail(err, PROV_E_FORMAT,
                         "it uses an XML entity of its own at line %d, which phones do not expand; "
                         "write the text itself",
                         refusal.line);
    if (*document == NULL || refusal.malformed)
        return malformed(&refusal, err);
    /* libxml2 takes a NUL for the end of the text; what follows would reach the phone unread. */
    if (parser->input != NULL && parser->input->cur < parser->input->end)
        return prov_fail(err, PROV_E_FORMAT, "malformed XML at line %d: it holds a NUL character",
                         xmlSAX2GetLineNumber(parser));
    return check_root(*document, err);
}

/* Whether a quote comes next. NUL: every second byte in UTF-16. */
static bool
is_quoted(const char *at, const char *end)
{
    while (at < end && memchr(" \t\r\n", *at, sizeof " \t\r\n") != NULL)
        at++;
    return at < end && (*at == '"' || *at == '\'');
}

/* By bytes, before anything is taken apart: libxml2 compares each attribute of an element with all
 * before it, looks for each prefix among all namespaces around it, and nothing stops it. */
static bool
is_crowded(const char *xml, size_t len)
{
    const char *end = xml + len;
    size_t count = 0;
    if (len < sizeof "a=''" * PROV_DEVICECONFIG_ATTRIBUTES_MAX)
        return false;
    for (const char *at = xml; at < end && count <= PROV_DEVICECONFIG_ATTRIBUTES_MAX; at++)
        count += *at == '=' && is_quoted(at + 1, end);
    return count > PROV_DEVICECONFIG_ATTRIBUTES_MAX;
}

bool
prov_deviceconfig_fits(const void *xml, size_t len)
{
    return len <= PROV_DEVICECONFIG_MAX && !is_crowded(xml, len);
}

int
prov_deviceconfig_read(const void *xml, size_t len, struct prov_deviceconfig **out,
                       struct prov_error *err)
{
    if (len > PROV_DEVICECONFIG_MAX)
        return prov_fail(err, PROV_E_LIMIT, "larger than the %d bytes that a phone downloads",
                         PROV_DEVICECONFIG_MAX);
    if (is_crowded(xml, len))
        return prov_fail(err, PROV_E_LIMIT, "more than %d attributes",
                         PROV_DEVICECONFIG_ATTRIBUTES_MAX);
    if (len == 0)
        return prov_fail(err, PROV_E_FORMAT, "the configuration is empty");
    call_once(&libxml2_ready, xmlInitParser);
    struct prov_deviceconfig *config = calloc(1, sizeof *config);
    xmlParserCtxtPtr parser = xmlNewParserCtxt();
    int rc = config == NULL || parser == NULL ? prov__no_memory(err)
                                              : parse(parser, xml, len, &config->document, err);
    xmlFreeParserCtxt(parser);
    if (rc == PROV_OK)
        *out = config;
    else
        prov_deviceconfig_free(config);
    return rc;
}

void
prov_deviceconfig_free(struct prov_deviceconfig *config)
{
    if (config == NULL)
        return;
    xmlFreeDoc(config->document);
    free(config);
}

bool
prov_deviceconfig_value(const struct prov_deviceconfig *config, const char *name, char *out,
                        size_t size)
{
    static const char blanks[] = " \t\r\n";
    xmlNodePtr node = xmlDocGetRootElement(config->document)->children;
    while (node != NULL &&
           (node->type != XML_ELEMENT_NODE || strcmp((const char *)node->name, name) != 0))
        node = node->next;
    xmlChar *content = node != NULL ? xmlNodeGetContent(node) : NULL;
    if (content == NULL)
        return false;
    const char *text = (const char *)content + strspn((const char *)content, blanks);
    size_t len = strlen(text);
    while (len > 0 && strchr(blanks, text[len - 1]) != NULL)
        len--;
    bool fits = len < size;
    if (fits) {
        memcpy(out, text, len);
        out[len] = '\0';
    }
    xmlFree(content);
    return fits;
}

static bool
is_copied(const xmlNode *node)
{
    for (size_t i = 0; i < sizeof copied / sizeof copied[0]; i++)
        if (node->type == XML_ELEMENT_NODE && strcmp((const char *)node->name, copied[i]) == 0)
            return true;
    return false;
}

/* The tree of the stub; NULL when memory is short. */
static xmlDocPtr
stub_document(const struct prov_deviceconfig *config, const char *cert_hash)
{
    xmlDocPtr stub = xmlNewDoc(BAD_CAST "1.0");
    xmlNodePtr root = stub != NULL ? xmlNewDocNode(stub, NULL, BAD_CAST "device", NULL) : NULL;
    if (root == NULL) {
        xmlFreeDoc(stub);
        return NULL;
    }
    xmlDocSetRootElement(stub, root);
    bool whole = xmlNewTextChild(root, NULL, BAD_CAST "fullConfig", BAD_CAST "false") != NULL;
    xmlNodePtr node = xmlDocGetRootElement(config->document)->children;
    for (; whole && node != NULL; node = node->next) {
        if (!is_copied(node))
            continue;
        xmlNodePtr copy = xmlDocCopyNode(node, stub, 1);
        whole = copy != NULL && xmlAddChild(root, copy) != NULL;
    }
    whole = whole && xmlNewTextChild(root, NULL, BAD_CAST "certHash", BAD_CAST cert_hash) != NULL &&
            xmlNewTextChild(root, NULL, BAD_CAST "encrConfig", BAD_CAST "true") != NULL;
    if (!whole) {
        xmlFreeDoc(stub);
        return NULL;
    }
    return stub;
}

/* The declaration says UTF-8 while the text is saved as US-ASCII, so that characters beyond it
 * become references (formats.md, section 4); hence it is written apart from the tree. */
static int
print_document(xmlDocPtr stub, struct prov_bytes *out, struct prov_error *err)
{
    static const char declaration[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    xmlBufferPtr text = xmlBufferCreate();
    xmlSaveCtxtPtr save =
        text != NULL ? xmlSaveToBuffer(text, "US-ASCII", XML_SAVE_FORMAT | XML_SAVE_NO_DECL) : NULL;
    bool saved = save != NULL && xmlSaveDoc(save, stub) >= 0;
    saved = save != NULL && xmlSaveClose(save) >= 0 && saved;
    int rc = saved ? prov_bytes_put(out, declaration, sizeof declaration - 1, err)
                   : prov__no_memory(err);
    if (rc == PROV_OK)
        rc = prov_bytes_put(out, xmlBufferContent(text), (size_t)xmlBufferLength(text), err);
    xmlBufferFree(text);
    return rc;
}

/* A name outside ASCII cannot be written as a reference, so what holds one does not survive. A stub
 * without references holds nothing outside ASCII. */
static int
check_stub(const struct prov_bytes *stub, struct prov_error *err)
{
    struct prov_deviceconfig *config = NULL;
    struct prov_span xml = prov_bytes_span(stub);
    if (xml.len <= PROV_DEVICECONFIG_MAX && memmem(xml.data, xml.len, "&#", 2) == NULL)
        return PROV_OK;
    int rc = prov_deviceconfig_read(xml.data, xml.len, &config, err);
    prov_deviceconfig_free(config);
    if (rc != PROV_E_FORMAT)
        return rc;
    return prov_fail(err, rc,
                     "an element of loadInformation, ipAddressMode, capfAuthMode or capfList has a "
                     "name outside ASCII, which the signed stub cannot hold");
}

int
prov_deviceconfig_stub(const struct prov_deviceconfig *config, const char *cert_hash,
                       struct prov_bytes **out, struct prov_error *err)
{
    struct handler before = set_handler((struct handler){ignore_error, NULL});
    xmlDocPtr stub = stub_document(config, cert_hash);
    /* Indentation and character references can make a stub several times as large as its source. */
    struct prov_bytes *bytes = prov_bytes_new(16 * (size_t)PROV_DEVICECONFIG_MAX);
    int rc =
        stub == NULL || bytes == NULL ? prov__no_memory(err) : print_document(stub, bytes, err);
    xmlFreeDoc(stub);
    set_handler(before);
    if (rc == PROV_OK)
        rc = check_stub(bytes, err);
    if (rc == PROV_OK)
        *out = bytes;
    else
        prov_bytes_free(bytes);
    return rc;
}
