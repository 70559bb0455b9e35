/* SPDX-License-Identifier: MIT */
/* Addresses and ports to listen on, as text and as socket addresses; ranges of ports. */
#include "settings/internal.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int
malformed(const char *text, struct prov_error *err)
{
    return prov_fail(err, PROV_E_ARGUMENT,
                     "'%s' is no address and port; write 192.0.2.1:69, [2001:db8::1]:69 or :69",
                     settings__quoted(text).text);
}

static bool
parse_port(const char *text, in_port_t *port)
{
    size_t len = strlen(text);
    if (len < 1 || len > 5 || strspn(text, "0123456789") != len)
        return false;
    unsigned long number = strtoul(text, NULL, 10);
    *port = htons((in_port_t)number);
    return number >= 1 && number <= 65535;
}

static void
describe(struct settings_listener *listener)
{
    char host[INET6_ADDRSTRLEN] = "";
    if (listener->address.ss_family == AF_INET) {
        const struct sockaddr_in *v4 = (const struct sockaddr_in *)&listener->address;
        inet_ntop(AF_INET, &v4->sin_addr, host, sizeof host);
        snprintf(listener->text, sizeof listener->text, "%s:%u", host, ntohs(v4->sin_port));
    } else {
        const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)&listener->address;
        inet_ntop(AF_INET6, &v6->sin6_addr, host, sizeof host);
        snprintf(listener->text, sizeof listener->text, "[%s]:%u", host, ntohs(v6->sin6_port));
    }
}

static int
append(struct settings_listeners *list, struct settings_listener *listener, struct prov_error *err)
{
    describe(listener);
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->at[i].text, listener->text) == 0)
            return prov_fail(err, PROV_E_ARGUMENT, "%s is named twice", listener->text);
    if (list->count == SETTINGS_LISTENERS_MAX)
        return prov_fail(err, PROV_E_ARGUMENT, "more than %d addresses", SETTINGS_LISTENERS_MAX);
    list->at[list->count++] = *listener;
    return PROV_OK;
}

static int
add_v4(struct settings_listeners *list, struct in_addr address, in_port_t port,
       struct prov_error *err)
{
    struct settings_listener listener = {.address_len = sizeof(struct sockaddr_in)};
    struct sockaddr_in *v4 = (struct sockaddr_in *)&listener.address;
    v4->sin_family = AF_INET;
    v4->sin_addr = address;
    v4->sin_port = port;
    return append(list, &listener, err);
}

static int
add_v6(struct settings_listeners *list, const struct in6_addr *address, in_port_t port,
       struct prov_error *err)
{
    struct settings_listener listener = {.address_len = sizeof(struct sockaddr_in6)};
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&listener.address;
    v6->sin6_family = AF_INET6;
    v6->sin6_addr = *address;
    v6->sin6_port = port;
    return append(list, &listener, err);
}

static int
add_host(const char *text, const char *host, in_port_t port, struct settings_listeners *list,
         struct prov_error *err)
{
    struct in_addr v4;
    struct in6_addr v6;
    size_t len = strlen(host);
    if (len == 0 || strcmp(host, "*") == 0) {
        int rc = add_v4(list, (struct in_addr){htonl(INADDR_ANY)}, port, err);
        return rc == PROV_OK ? add_v6(list, &in6addr_any, port, err) : rc;
    }
    if (inet_pton(AF_INET, host, &v4) == 1)
        return add_v4(list, v4, port, err);
    if (host[0] != '[' || host[len - 1] != ']')
        return malformed(text, err);
    if (strchr(host, '%') != NULL)
        return prov_fail(err, PROV_E_ARGUMENT,
                         "'%s' names an interface, which is not supported; write [::]:69 and limit "
                         "who is answered with allow",
                         settings__quoted(text).text);
    char inner[INET6_ADDRSTRLEN] = "";
    if (len - 2 >= sizeof inner)
        return malformed(text, err);
    memcpy(inner, host + 1, len - 2);
    if (inet_pton(AF_INET6, inner, &v6) != 1)
        return malformed(text, err);
    if (IN6_IS_ADDR_V4MAPPED(&v6))
        return prov_fail(err, PROV_E_ARGUMENT,
                         "'%s' is an IPv4 address written as IPv6; write it as 192.0.2.1:69",
                         settings__quoted(text).text);
    return add_v6(list, &v6, port, err);
}

int
settings_parse_listener(const char *text, struct settings_listeners *add, struct prov_error *err)
{
    char host[INET6_ADDRSTRLEN + 32];
    in_port_t port = 0;
    const char *colon = strrchr(text, ':');
    if (colon == NULL || (size_t)(colon - text) >= sizeof host)
        return malformed(text, err);
    if (!parse_port(colon + 1, &port))
        return malformed(text, err);
    memcpy(host, text, (size_t)(colon - text));
    host[colon - text] = '\0';
    struct settings_listeners more = *add;
    int rc = add_host(text, host, port, &more, err);
    if (rc == PROV_OK)
        *add = more;
    return rc;
}

/* Lower ones want a capability, which the server has given up when it opens these. */
#define PORT_MIN 1024

/* The port at the start of `text`, which ends where `*end` is. */
static bool
read_port(const char *text, uint16_t *port, const char **end)
{
    char digits[6] = "";
    in_port_t number = 0;
    size_t len = strspn(text, "0123456789");
    if (len >= sizeof digits)
        return false;
    memcpy(digits, text, len);
    *end = text + len;
    if (!parse_port(digits, &number))
        return false;
    *port = ntohs(number);
    return *port >= PORT_MIN;
}

int
settings_parse_ports(const char *text, struct settings_ports *out, struct prov_error *err)
{
    struct settings_ports ports = {0, 0};
    const char *end = text;
    bool sound = read_port(text, &ports.first, &end);
    ports.last = ports.first;
    if (sound && *end == '-')
        sound = read_port(end + 1, &ports.last, &end);
    if (!sound || *end != '\0' || ports.first > ports.last)
        return prov_fail(err, PROV_E_ARGUMENT,
                         "'%s' is no range of ports; write 40000-40100, the lower one first, from "
                         "%d to 65535",
                         settings__quoted(text).text, PORT_MIN);
    *out = ports;
    return PROV_OK;
}
