/* SPDX-License-Identifier: MIT */
/* What phones make of the offers of DHCP servers, and what is wrong with them. */
#include "provcheck/dhcp/judge.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const struct in_addr nobody = {INADDR_ANY};

void
dhcp_found(struct dhcp_findings *findings, enum dhcp_problem problem, struct in_addr server,
           const char *what, ...)
{
    va_list arguments;
    if (findings->count == DHCP_FINDINGS_MAX)
        return;
    struct dhcp_finding *found = &findings->at[findings->count++];
    *found = (struct dhcp_finding){.problem = problem, .server = server};
    va_start(arguments, what);
    vsnprintf(found->what, sizeof found->what, what, arguments);
    va_end(arguments);
}

const char *
dhcp_addresses_text(const struct in_addr *addresses, size_t count, char out[static DHCP_TEXT_MAX])
{
    size_t len = 0;
    snprintf(out, DHCP_TEXT_MAX, "none");
    for (size_t i = 0; i < count && len < DHCP_TEXT_MAX - INET_ADDRSTRLEN - 2; i++) {
        char text[INET_ADDRSTRLEN] = "";
        inet_ntop(AF_INET, &addresses[i], text, sizeof text);
        len += (size_t)snprintf(out + len, DHCP_TEXT_MAX - len, "%s%s", i > 0 ? ", " : "", text);
    }
    return out;
}

/* --- values */

static bool
is_text(const struct dhcp_value *value)
{
    size_t len = value->len;
    while (len > 0 && value->bytes[len - 1] == '\0')
        len--;
    for (size_t i = 0; i < len; i++)
        if (!isgraph(value->bytes[i]) && value->bytes[i] != ' ')
            return false;
    return len > 0;
}

/* Two addresses whose eight bytes are all characters of a host's name are hardly anybody's; what
 * people type is. */
static bool
is_address_as_text(const struct dhcp_value *value)
{
    size_t len = value->len;
    while (len > 0 && value->bytes[len - 1] == '\0')
        len--;
    for (size_t i = 0; i < len; i++)
        if (!isalnum(value->bytes[i]) &&
            (value->bytes[i] == '\0' || strchr(".-:/, ", value->bytes[i]) == NULL))
            return false;
    return len >= 7;
}

static bool
is_list(const struct dhcp_value *value)
{
    return value->len > 0 && value->len % 4 == 0 && !is_address_as_text(value);
}

/* True for addresses that no server has: all of 0/8 and 127/8, 224/4 and above. */
static bool
is_impossible(struct in_addr address)
{
    uint32_t first = ntohl(address.s_addr) >> 24;
    return first == 0 || first == 127 || first >= 224;
}

static struct in_addr
address_at(const struct dhcp_value *value, size_t i)
{
    struct in_addr address;
    memcpy(&address, value->bytes + 4 * i, sizeof address);
    return address;
}

/* Option 66 without NULs at its end; false if it is no text. */
static bool
take_name(const struct dhcp_value *value, char out[static DHCP_NAME_MAX + 1])
{
    size_t len = strnlen((const char *)value->bytes, value->len);
    out[0] = '\0';
    if (!value->given || len == 0 || len > DHCP_NAME_MAX || !is_text(value))
        return false;
    memcpy(out, value->bytes, len);
    out[len] = '\0';
    return true;
}

void
dhcp_servers_of(const struct dhcp_answer *answer, struct dhcp_servers *out)
{
    struct in_addr address;
    *out = (struct dhcp_servers){.source = DHCP_FROM_NOTHING};
    bool named = take_name(&answer->tftp_name, out->name);
    if (is_list(&answer->tftp_addresses)) {
        out->source = DHCP_FROM_150;
        for (; out->count < answer->tftp_addresses.len / 4; out->count++)
            out->at[out->count] = address_at(&answer->tftp_addresses, out->count);
    } else if (named) {
        out->source = DHCP_FROM_66;
        out->is_name = inet_pton(AF_INET, out->name, &address) != 1;
        if (!out->is_name)
            out->at[out->count++] = address;
    } else if (answer->next_server.s_addr != INADDR_ANY) {
        out->source = DHCP_FROM_NEXT_SERVER;
        out->at[out->count++] = answer->next_server;
    }
}

/* --- one offer */

static void
judge_150(const struct dhcp_answer *answer, struct dhcp_findings *out)
{
    const struct dhcp_value *value = &answer->tftp_addresses;
    char shown[PROV_PRINTABLE_SIZE(64)], text[INET_ADDRSTRLEN] = "";
    if (!value->given)
        return;
    if (is_address_as_text(value))
        dhcp_found(
            out, DHCP_150_TEXT, answer->from, "option 150 is the text \"%s\"",
            prov_printable(value->bytes, value->len < 64 ? value->len : 64, shown, sizeof shown));
    else if (!is_list(value))
        dhcp_found(out, DHCP_150_LENGTH, answer->from, "option 150 has %zu bytes", value->len);
    for (size_t i = 0; is_list(value) && i < value->len / 4; i++)
        if (is_impossible(address_at(value, i))) {
            struct in_addr address = address_at(value, i);
            inet_ntop(AF_INET, &address, text, sizeof text);
            dhcp_found(out, DHCP_150_ADDRESS, answer->from, "option 150 holds %s", text);
        }
}

static void
judge_name(const struct dhcp_answer *answer, const struct dhcp_servers *servers, const char *name,
           struct dhcp_findings *out)
{
    struct in_addr address;
    if (strstr(name, "://") != NULL || strchr(name, '/') != NULL)
        dhcp_found(out, DHCP_66_URL, answer->from, "option 66 is \"%s\"", name);
    else if (strpbrk(name, " ,;\"'") != NULL)
        dhcp_found(out, DHCP_66_BLANK, answer->from, "option 66 is \"%s\"", name);
    else if (inet_pton(AF_INET, name, &address) == 1)
        return;
    else if (answer->name_servers.len < 4)
        dhcp_found(out, DHCP_66_NAME, answer->from,
                   "option 66 is the name %s, and no name server is given", name);
    else if (servers->source == DHCP_FROM_66 && servers->count == 0)
        dhcp_found(out, DHCP_66_UNKNOWN, answer->from, "option 66 is the name %s", name);
}

static void
judge_66(const struct dhcp_answer *answer, const struct dhcp_servers *servers,
         struct dhcp_findings *out)
{
    const struct dhcp_value *value = &answer->tftp_name;
    char name[DHCP_NAME_MAX + 1], field[PROV_PRINTABLE_SIZE(DHCP_SERVER_NAME_MAX)];
    if (!value->given) {
        if (answer->server_name[0] != '\0' && !answer->tftp_addresses.given)
            dhcp_found(out, DHCP_66_FIELD, answer->from,
                       "the field sname holds \"%s\", and there is no option 66",
                       prov_printable(answer->server_name, strlen(answer->server_name), field,
                                      sizeof field));
        return;
    }
    if (value->len == 0)
        dhcp_found(out, DHCP_66_EMPTY, answer->from, "option 66 is empty");
    else if (value->len == 4 && !is_text(value))
        dhcp_found(out, DHCP_66_BINARY, answer->from, "option 66 has four bytes, an address");
    else if (!take_name(value, name))
        dhcp_found(out, DHCP_66_BINARY, answer->from, "option 66 has %zu bytes that are no text",
                   value->len);
    else {
        if (value->bytes[value->len - 1] == '\0')
            dhcp_found(out, DHCP_66_NUL, answer->from, "option 66 is \"%s\" and a NUL", name);
        judge_name(answer, servers, name, out);
    }
}

/* Only where both can be read, and 66 is an address, is it known that they differ. */
static void
judge_both(const struct dhcp_answer *answer, const struct dhcp_servers *servers,
           struct dhcp_findings *out)
{
    struct in_addr address;
    char text[DHCP_TEXT_MAX];
    if (servers->source != DHCP_FROM_150 || inet_pton(AF_INET, servers->name, &address) != 1)
        return;
    for (size_t i = 0; i < servers->count; i++)
        if (servers->at[i].s_addr == address.s_addr)
            return;
    dhcp_found(out, DHCP_BOTH_DIFFER, answer->from, "option 150 says %.256s, option 66 %.100s",
               dhcp_addresses_text(servers->at, servers->count, text), servers->name);
}

static void
judge_reach(const struct dhcp_answer *answer, const struct dhcp_servers *servers,
            struct dhcp_findings *out)
{
    char text[INET_ADDRSTRLEN] = "";
    if (answer->mask.len != 4 || answer->routers.len >= 4)
        return;
    uint32_t mask = address_at(&answer->mask, 0).s_addr;
    for (size_t i = 0; i < servers->count; i++)
        if (((servers->at[i].s_addr ^ answer->offered.s_addr) & mask) != 0 &&
            !is_impossible(servers->at[i])) {
            inet_ntop(AF_INET, &servers->at[i], text, sizeof text);
            dhcp_found(out, DHCP_OUT_OF_REACH, answer->from,
                       "the server %s is not in the phone's network", text);
        }
}

static void
judge_source(const struct dhcp_answer *answer, const struct dhcp_servers *servers,
             struct dhcp_findings *out)
{
    char text[DHCP_TEXT_MAX];
    if (servers->source == DHCP_FROM_NOTHING)
        dhcp_found(out, DHCP_NO_SERVER, answer->from,
                   "neither option 150 nor option 66 names a server");
    else if (servers->source == DHCP_FROM_NEXT_SERVER)
        dhcp_found(out, DHCP_NEXT_SERVER_ALONE, answer->from,
                   "only the field next-server names one, %s",
                   dhcp_addresses_text(servers->at, servers->count, text));
}

/* --- all of them */

static bool
holds(const struct in_addr *addresses, size_t count, struct in_addr address)
{
    for (size_t i = 0; i < count; i++)
        if (addresses[i].s_addr == address.s_addr)
            return true;
    return false;
}

static void
judge_elsewhere(const struct dhcp_answer *answer, const struct dhcp_servers *servers,
                const struct dhcp_served *served, struct dhcp_findings *out)
{
    char text[INET_ADDRSTRLEN] = "";
    if (!served->known)
        return;
    for (size_t i = 0; i < servers->count; i++)
        if (!holds(served->at, served->count, servers->at[i])) {
            inet_ntop(AF_INET, &servers->at[i], text, sizeof text);
            dhcp_found(out, DHCP_ELSEWHERE, answer->from, "%s is no address of this server", text);
        }
}

static bool
is_same(const struct dhcp_servers *a, const struct dhcp_servers *b)
{
    if (a->count == 0 && b->count == 0)
        return strcasecmp(a->name, b->name) == 0;
    return a->count == b->count && memcmp(a->at, b->at, a->count * sizeof a->at[0]) == 0;
}

static void
judge_agreement(const struct dhcp_answer *answers, const struct dhcp_servers *servers, size_t count,
                struct dhcp_findings *out)
{
    char first[INET_ADDRSTRLEN] = "", other[INET_ADDRSTRLEN] = "";
    for (size_t i = 1; i < count; i++)
        if (!is_same(&servers[0], &servers[i])) {
            inet_ntop(AF_INET, &answers[0].from, first, sizeof first);
            inet_ntop(AF_INET, &answers[i].from, other, sizeof other);
            dhcp_found(out, DHCP_SERVERS_DIFFER, nobody,
                       "the DHCP servers %s and %s name different servers", first, other);
            return;
        }
}

void
dhcp_judge(const struct dhcp_answer *answers, const struct dhcp_servers *servers, size_t count,
           const struct dhcp_served *served, struct dhcp_findings *out)
{
    if (count == 0)
        dhcp_found(out, DHCP_SILENT, nobody, "no DHCP server offered anything");
    for (size_t i = 0; i < count; i++) {
        judge_source(&answers[i], &servers[i], out);
        judge_150(&answers[i], out);
        judge_66(&answers[i], &servers[i], out);
        judge_both(&answers[i], &servers[i], out);
        judge_reach(&answers[i], &servers[i], out);
        judge_elsewhere(&answers[i], &servers[i], served, out);
    }
    judge_agreement(answers, servers, count, out);
}
