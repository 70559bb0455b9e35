/* SPDX-License-Identifier: MIT */
/* URIs of keys in hardware, as text: RFC 7512. */
#include "libprov/internal.h"
#include "libprov/pkcs11.h"

#include <prov/text.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCHEME_LEN (sizeof PROV_URI_SCHEME - 1)

static const struct {
    const char *name;
    bool in_query;
} attributes[PROV__URI_ATTRIBUTES] = {
    [PROV__URI_TOKEN] = {"token", false},
    [PROV__URI_SERIAL] = {"serial", false},
    [PROV__URI_MANUFACTURER] = {"manufacturer", false},
    [PROV__URI_MODEL] = {"model", false},
    [PROV__URI_ID] = {"id", false},
    [PROV__URI_OBJECT] = {"object", false},
    [PROV__URI_TYPE] = {"type", false},
    [PROV__URI_PIN_SOURCE] = {"pin-source", true},
    [PROV__URI_MODULE_PATH] = {"module-path", true},
};

static int
decode(const char *text, size_t len, struct prov__uri_value *out, const char *name,
       struct prov_error *err)
{
    for (size_t i = 0; i < len; i++) {
        uint8_t byte = (uint8_t)text[i];
        if (byte <= ' ' || byte >= 0x7f)
            return prov_fail(err, PROV_E_ARGUMENT,
                             "the URI's %s holds a character that must be written as %%%02X", name,
                             byte);
        if (byte == '%') {
            char digits[3] = "";
            size_t decoded = 0;
            if (i + 2 < len)
                memcpy(digits, text + i + 1, 2);
            if (!prov_hex_read(digits, &byte, 1, &decoded) || decoded != 1)
                return prov_fail(err, PROV_E_ARGUMENT,
                                 "the URI's %s has a %% without two hexadecimal digits", name);
            i += 2;
        }
        if (out->len == PROV__URI_VALUE_MAX)
            return prov_fail(err, PROV_E_ARGUMENT, "the URI's %s has more than %d bytes", name,
                             PROV__URI_VALUE_MAX);
        out->text[out->len++] = (char)byte;
    }
    out->text[out->len] = '\0';
    return PROV_OK;
}

static int
find_attribute(const char *text, size_t len, bool in_query)
{
    for (int i = 0; i < PROV__URI_ATTRIBUTES; i++)
        if (attributes[i].in_query == in_query && strlen(attributes[i].name) == len &&
            memcmp(attributes[i].name, text, len) == 0)
            return i;
    return -1;
}

static bool
holds_control(const struct prov__uri_value *value)
{
    for (size_t i = 0; i < value->len; i++)
        if ((unsigned char)value->text[i] < ' ' || value->text[i] == 0x7f)
            return true;
    return false;
}

/* One "name=value". What is not understood would name another key than was meant. */
static int
take_attribute(const char *text, size_t len, bool in_query, struct prov__uri *uri,
               struct prov_error *err)
{
    const char *equals = memchr(text, '=', len);
    size_t name_len = equals != NULL ? (size_t)(equals - text) : len;
    int found = equals != NULL ? find_attribute(text, name_len, in_query) : -1;
    if (found < 0)
        return prov_fail(err, PROV_E_ARGUMENT,
                         "the URI has a part that is not understood %s; there are token, serial, "
                         "manufacturer, model, id, object and type, and after a ? pin-source and "
                         "module-path",
                         in_query ? "after its ?" : "before any ?");
    struct prov__uri_value *value = &uri->at[found];
    const char *name = attributes[found].name;
    if (value->given)
        return prov_fail(err, PROV_E_ARGUMENT, "the URI has %s twice", name);
    value->given = true;
    int rc = decode(equals + 1, len - name_len - 1, value, name, err);
    if (rc == PROV_OK && value->len == 0)
        return prov_fail(err, PROV_E_ARGUMENT, "the URI's %s is empty", name);
    if (rc == PROV_OK && found != PROV__URI_ID && holds_control(value))
        return prov_fail(err, PROV_E_ARGUMENT, "the URI's %s holds a control character", name);
    return rc;
}

static int
take_part(const char *text, size_t len, bool in_query, struct prov__uri *uri,
          struct prov_error *err)
{
    const char separator = in_query ? '&' : ';';
    int rc = PROV_OK;
    while (rc == PROV_OK && len > 0) {
        const char *end = memchr(text, separator, len);
        size_t one = end != NULL ? (size_t)(end - text) : len;
        rc = take_attribute(text, one, in_query, uri, err);
        one += end != NULL ? 1 : 0;
        text += one;
        len -= one;
    }
    return rc;
}

/* The file that a pin-source of RFC 7512, section 2.4, names. */
static int
take_pin_source(struct prov__uri_value *value, struct prov_error *err)
{
    static const char *const prefixes[] = {"file://localhost/", "file:///", "file:/"};
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
        size_t before = strlen(prefixes[i]) - 1;
        if (strncmp(value->text, prefixes[i], before + 1) != 0)
            continue;
        memmove(value->text, value->text + before, value->len - before + 1);
        value->len -= before;
        break;
    }
    if (value->text[0] == '/' && value->text[1] != '/')
        return PROV_OK;
    return prov_fail(err, PROV_E_ARGUMENT,
                     "the URI's pin-source is no absolute path; write pin-source=/path/to/file");
}

static int
check(struct prov__uri *uri, struct prov_error *err)
{
    static const char *const types[] = {"private", "public", "cert"};
    const struct prov__uri_value *type = &uri->at[PROV__URI_TYPE];
    bool known = !type->given;
    if (!uri->at[PROV__URI_ID].given && !uri->at[PROV__URI_OBJECT].given)
        return prov_fail(err, PROV_E_ARGUMENT,
                         "the URI names no key; add its id, as in id=%%01, or its label, as in "
                         "object=sast");
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        known = known || strcmp(types[i], type->text) == 0;
    if (!known)
        return prov_fail(err, PROV_E_ARGUMENT,
                         "the URI's type is none of private, public and cert");
    return uri->at[PROV__URI_PIN_SOURCE].given
               ? take_pin_source(&uri->at[PROV__URI_PIN_SOURCE], err)
               : PROV_OK;
}

int
prov__uri_parse(const char *text, struct prov__uri *out, struct prov_error *err)
{
    memset(out, 0, sizeof *out);
    size_t len = strnlen(text, PROV__URI_MAX + 1);
    if (len > PROV__URI_MAX)
        return prov_fail(err, PROV_E_ARGUMENT, "a URI with more than %d characters", PROV__URI_MAX);
    if (strcasestr(text, "pin-value") != NULL)
        return prov_fail(err, PROV_E_ARGUMENT,
                         "the URI holds a PIN, which others can read there; write it into a file "
                         "of mode 600, and the URI with pin-source=FILE instead of pin-value");
    const char *path = text + SCHEME_LEN;
    const char *query = strchr(path, '?');
    size_t path_len = query != NULL ? (size_t)(query - path) : strlen(path);
    int rc = take_part(path, path_len, false, out, err);
    if (rc == PROV_OK && query != NULL)
        rc = take_part(query + 1, strlen(query + 1), true, out, err);
    return rc == PROV_OK ? check(out, err) : rc;
}

/* All but letters and digits is escaped: that is right wherever it stands. */
static void
write_value(FILE *to, const struct prov__uri_value *value)
{
    for (size_t i = 0; i < value->len; i++) {
        unsigned char byte = (unsigned char)value->text[i];
        if ((byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
            (byte >= 'a' && byte <= 'z'))
            fputc(byte, to);
        else
            fprintf(to, "%%%02X", byte);
    }
}

char *
prov__uri_write(const struct prov__uri *uri)
{
    char *text = NULL;
    size_t len = 0;
    FILE *to = open_memstream(&text, &len);
    if (to == NULL)
        return NULL;
    fputs(PROV_URI_SCHEME, to);
    bool first = true;
    for (int i = 0; i < PROV__URI_ATTRIBUTES; i++) {
        if (!uri->at[i].given || attributes[i].in_query)
            continue;
        fprintf(to, "%s%s=", first ? "" : ";", attributes[i].name);
        write_value(to, &uri->at[i]);
        first = false;
    }
    if (fclose(to) == 0)
        return text;
    free(text);
    return NULL;
}
