/* SPDX-License-Identifier: MIT */
/* What a name says, and which names cannot be or are never served. */
#include "tree/name.h"

#include <prov/file.h>
#include <prov/text.h>

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* Bytes of "http://" or "https://" at the start. */
static size_t
scheme_len(const char *raw, size_t len)
{
    static const char *const schemes[] = {"http://", "https://"};
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++)
        if (len >= strlen(schemes[i]) && strncasecmp(raw, schemes[i], strlen(schemes[i])) == 0)
            return strlen(schemes[i]);
    return 0;
}

/* The path of a request target: without scheme and host (RFC 9112, section 3.2.2), query and
 * fragment. */
static void
cut_target(const char **raw, size_t *len)
{
    size_t scheme = scheme_len(*raw, *len);
    if (scheme > 0) {
        const char *path = memchr(*raw + scheme, '/', *len - scheme);
        const char *end = *raw + *len;
        *raw = path != NULL ? path : end;
        *len = (size_t)(end - *raw);
    }
    for (size_t i = 0; i < *len; i++)
        if ((*raw)[i] == '?' || (*raw)[i] == '#')
            *len = i;
}

/* One byte of the name and how many bytes it took; 0 taken for a broken escape. */
static size_t
decode(const char *raw, size_t len, bool target, char *out)
{
    *out = raw[0];
    if (!target || raw[0] != '%')
        return 1;
    char digits[3] = "";
    size_t decoded = 0;
    if (len >= 3)
        memcpy(digits, raw + 1, 2);
    return prov_hex_read(digits, out, 1, &decoded) && decoded == 1 ? 3 : 0;
}

static bool
decode_all(const char *raw, size_t len, bool target, char *out)
{
    size_t n = 0;
    for (size_t i = 0, taken; i < len; i += taken) {
        char c;
        taken = decode(raw + i, len - i, target, &c);
        if (taken == 0 || n == NAME_LEN_MAX || (unsigned char)c < 0x20 || c == 0x7f)
            return false;
        out[n++] = c == '\\' ? '/' : c;
    }
    out[n] = '\0';
    return true;
}

bool
name_tidy(const char *raw, size_t len, bool target, char out[static NAME_LEN_MAX + 1])
{
    char decoded[NAME_LEN_MAX + 1] = "";
    size_t n = 0;
    if (target)
        cut_target(&raw, &len);
    if (!decode_all(raw, len, target, decoded))
        return false;
    const char *at = decoded;
    if (*at == '/') /* some phones ask "GET / SEP….cnf.xml" */
        at += strspn(at, "/ ");
    while (*at != '\0') {
        size_t component = strcspn(at, "/");
        if (component == 2 && at[0] == '.' && at[1] == '.')
            return false;
        if (component > 0 && !(component == 1 && at[0] == '.')) {
            if (n > 0)
                out[n++] = '/';
            memcpy(out + n, at, component);
            n += component;
        }
        at += component + (at[component] == '/');
    }
    out[n] = '\0';
    return n > 0;
}

bool
name_is_bare(const char *raw, size_t len, bool target)
{
    char decoded[NAME_LEN_MAX + 1] = "";
    if (target)
        cut_target(&raw, &len);
    if (!decode_all(raw, len, target, decoded))
        return false;
    return strchr(decoded + (target && decoded[0] == '/'), '/') == NULL;
}

bool
name_ends_with(const char *text, const char *end)
{
    size_t len = strlen(text), end_len = strlen(end);
    return len >= end_len && strcasecmp(text + len - end_len, end) == 0;
}

bool
name_is_denied(const char *path)
{
    const char *component = path;
    do {
        component += *component == '/';
        if (*component == '.')
            return true;
    } while ((component = strchr(component, '/')) != NULL);
    return name_ends_with(path, ".key") || name_ends_with(path, ".pem");
}

/* Names of one phone's files (phones.md, section 1), as prov_mac_of_file takes them apart. Letters
 * stand in upper case since requests come in any. */
struct form {
    const char *prefix, *suffix;
    const char *generic;
    enum name_kind kind;
    bool clear_on_https;
};

static const struct form forms[] = {
    {"CTL", ".TLV", "CTLFile.tlv", NAME_CTL, false},
    {"ITL", ".TLV", "ITLFile.tlv", NAME_ITL, false},
    {"EXT_ITL", ".TLV", NULL, NAME_OTHER, false},
    {"", ".CNF.XML", NULL, NAME_CONFIGURATION, true},
    {"", ".CNF.XML.SGN", NULL, NAME_CONFIGURATION, true},
    {"", ".CNF.XML.ENC.SGN", NULL, NAME_CONFIGURATION, false},
    {"", ".CNF", NULL, NAME_CONFIGURATION, false},
};

/* Configurations for all phones (XMLDefault.cnf.xml, SIPDefault.cnf). */
static const char *const suffixes[] = {".cnf.xml", ".cnf.xml.sgn", ".cnf.xml.enc.sgn", ".cnf"};

static bool
read_form(const char *base, struct name_meaning *meaning)
{
    char upper[NAME_LEN_MAX + 1];
    size_t n = 0;
    for (; n < NAME_LEN_MAX && base[n] != '\0'; n++)
        upper[n] = (char)toupper((unsigned char)base[n]);
    upper[n] = '\0';
    if (strncmp(upper, "SIP", 3) == 0 && name_ends_with(upper, ".cnf")) /* 7940, 7960 */
        memcpy(upper, "SEP", 3);
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if (!prov_mac_of_file(upper, forms[i].prefix, forms[i].suffix, &meaning->phone))
            continue;
        meaning->names_phone = true;
        meaning->kind = forms[i].kind;
        meaning->generic = forms[i].generic;
        meaning->clear_on_https = forms[i].clear_on_https;
        return true;
    }
    return false;
}

void
name_read(const char *path, struct name_meaning *meaning)
{
    const char *base = prov_file_base(path);
    *meaning = (struct name_meaning){.kind = NAME_OTHER};
    if (read_form(base, meaning)) {
        bool list = meaning->kind == NAME_CTL || meaning->kind == NAME_ITL;
        if (list && base != path) /* phones ask for lists at the root alone */
            meaning->kind = NAME_OTHER;
        return;
    }
    if (strcasecmp(base, "ITLFile.tlv") == 0)
        meaning->kind = NAME_ITL;
    if (strcasecmp(base, "CTLFile.tlv") == 0)
        meaning->kind = NAME_CTL;
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
        if (name_ends_with(base, suffixes[i]))
            meaning->kind = NAME_CONFIGURATION;
}
