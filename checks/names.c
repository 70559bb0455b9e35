/* SPDX-License-Identifier: MIT */
/* Tells names that phones ask for from those that only look like it (artifacts.md, section 6). */
#include "checks/names.h"

#include "tree/name.h"

#include <prov/device.h>
#include <prov/file.h>

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define PHONE "SEP"
#define DEFAULTS "XMLDefault"
#define ENDING ".cnf.xml"
#define DIGITS_MIN 6 /* of a MAC address, for text to be meant as one */

/* Where the name of a phone begins: SEP that is no part of a word. NULL: nowhere. */
static const char *
find_phone(const char *base)
{
    for (const char *at = base; (at = strcasestr(at, PHONE)) != NULL; at++)
        if (at == base || !isalpha((unsigned char)at[-1]))
            return at;
    return NULL;
}

/* Hexadecimal digits from here on, passing over marks between them; 0 for what may be a word. */
static size_t
count_digits(const char *at)
{
    size_t count = 0;
    if (strcspn(at, "0123456789") > strspn(at, "abcdefABCDEF:-_"))
        return 0;
    for (; isxdigit((unsigned char)*at) || (*at != '\0' && strchr(":-_", *at) != NULL); at++)
        count += isxdigit((unsigned char)*at) != 0;
    return count;
}

static bool
ends_well(const char *base)
{
    return name_ends_with(base, ENDING);
}

/* What stands where the MAC address belongs: up to the first dot. */
static const char *
judge_address(const char *address)
{
    size_t len = strcspn(address, "."), digits = strspn(address, "0123456789abcdefABCDEF");
    size_t with_letter_o = strspn(address, "0123456789abcdefABCDEFoO");
    if (digits == len && len > 0 && len != PROV_MAC_LEN)
        return "its MAC address has more or less than twelve digits";
    if (digits == len && len == PROV_MAC_LEN)
        return NULL;
    if (with_letter_o == len && len == PROV_MAC_LEN)
        return "the letter O stands for a zero in its MAC address";
    if (count_digits(address) >= PROV_MAC_LEN && digits < PROV_MAC_LEN)
        return "marks stand in its MAC address";
    if (digits >= PROV_MAC_LEN)
        return "its name goes on behind the MAC address";
    return "it holds something else instead of a MAC address";
}

/* A name with SEP in it that is not that of a phone's configuration. */
static const char *
judge_phone(const char *base, const char *at)
{
    bool has_ending = strcasestr(base, ".cnf") != NULL;
    size_t digits = count_digits(at + strlen(PHONE));
    bool marked = at[3] != '\0' && strchr("-_([<{$", at[3]) != NULL && name_ends_with(base, ".xml");
    if (!has_ending && digits < DIGITS_MIN && !marked)
        return NULL; /* a word that begins so */
    if (!has_ending && name_ends_with(base, ".pem"))
        return NULL; /* a certificate, of which others speak */
    const char *why = judge_address(at + strlen(PHONE));
    if (at > base)
        why = "something stands before SEP";
    if (why == NULL && !ends_well(base))
        why = "it does not end in .cnf.xml";
    return why;
}

/* The MAC address alone. */
static const char *
judge_digits(const char *base)
{
    size_t digits = strspn(base, "0123456789abcdefABCDEF:-");
    if (count_digits(base) == PROV_MAC_LEN && strncasecmp(base + digits, ".cnf", 4) == 0)
        return "SEP is missing before its MAC address";
    return NULL;
}

/* A copy of the defaults for all phones. Those of a model (XMLDefault7960.cnf.xml) are none. */
static const char *
judge_defaults(const char *base)
{
    const char *rest = base + strlen(DEFAULTS);
    rest += strspn(rest, "0123456789");
    if (strcasecmp(rest, ENDING) == 0 || strcasestr(rest, ".cnf") == NULL)
        return NULL;
    return "it is not named XMLDefault.cnf.xml";
}

/* SIP<MAC>.cnf of 7940 and 7960. */
static const char *
judge_text(const char *base)
{
    size_t digits = strspn(base + 3, "0123456789abcdefABCDEF");
    if (digits < DIGITS_MIN || digits == PROV_MAC_LEN || base[3 + digits] != '.')
        return NULL;
    return "its MAC address has more or less than twelve digits";
}

static bool
is_for_others(const char *base)
{
    static const char *const lists[] = {"CTLSEP", "ITLSEP", "EXT_ITLSEP"};
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        if (strncasecmp(base, lists[i], strlen(lists[i])) == 0 && name_ends_with(base, ".tlv"))
            return true;
    return strncasecmp(base, "SEPDefault.cnf", 14) == 0;
}

/* The base name without what is added when it is signed. */
static void
cut_signature(const char *path, char out[static NAME_LEN_MAX + 1])
{
    static const char *const endings[] = {".enc.sgn", ".sgn"};
    const char *base = prov_file_base(path);
    size_t len = strlen(base);
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++)
        if (name_ends_with(base, endings[i])) {
            len -= strlen(endings[i]);
            break;
        }
    snprintf(out, NAME_LEN_MAX + 1, "%.*s", (int)len, base);
}

const char *
name_oddity(const char *path)
{
    char base[NAME_LEN_MAX + 1];
    struct prov_mac phone;
    cut_signature(path, base);
    bool below = prov_file_base(path) != path;
    if (prov_mac_of_file(base, "", ENDING, &phone) || strcasecmp(base, DEFAULTS ENDING) == 0)
        return below ? "phones ask for it without a folder" : NULL;
    if (is_for_others(base))
        return NULL;
    if (strncasecmp(base, DEFAULTS, strlen(DEFAULTS)) == 0)
        return judge_defaults(base);
    if (strncasecmp(base, "SIP", 3) == 0 && name_ends_with(base, ".cnf"))
        return judge_text(base);
    const char *at = find_phone(base);
    return at != NULL ? judge_phone(base, at) : judge_digits(base);
}
