/* SPDX-License-Identifier: MIT */
/* Networks in CIDR notation, and whether an address lies in one. */
#include "settings/internal.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#define V4_PREFIX 96U /* ::ffff:0:0/96 (RFC 4291, section 2.5.5.2) */

static void
map(const struct in_addr *v4, struct in6_addr *out)
{
    memset(out, 0, sizeof *out);
    out->s6_addr[10] = out->s6_addr[11] = 0xff;
    memcpy(out->s6_addr + 12, v4, sizeof *v4);
}

static int
malformed(const char *text, struct prov_error *err)
{
    return prov_fail(err, PROV_E_ARGUMENT,
                     "'%s' is no network; write 192.0.2.0/24, 2001:db8::/32 or one address",
                     settings__quoted(text).text);
}

static bool
parse_prefix(const char *text, unsigned max, unsigned *prefix)
{
    size_t len = strlen(text);
    if (len < 1 || len > 3 || strspn(text, "0123456789") != len || (len > 1 && text[0] == '0'))
        return false;
    *prefix = (unsigned)strtoul(text, NULL, 10);
    return *prefix <= max;
}

static struct in6_addr
masked(const struct in6_addr *address, unsigned prefix)
{
    struct in6_addr out = *address;
    for (unsigned i = 0; i < 16; i++) {
        unsigned bits = prefix > 8 * i ? prefix - 8 * i : 0;
        if (bits < 8)
            out.s6_addr[i] &= (uint8_t)(0xff00U >> bits);
    }
    return out;
}

static int
host_bits(const char *text, const struct settings_network *network, bool v4, struct prov_error *err)
{
    char address[INET6_ADDRSTRLEN] = "";
    struct in6_addr base = masked(&network->address, network->prefix);
    inet_ntop(v4 ? AF_INET : AF_INET6, v4 ? base.s6_addr + 12 : base.s6_addr, address,
              sizeof address);
    return prov_fail(err, PROV_E_ARGUMENT,
                     "'%s' has bits set beyond its prefix; write %s/%u for the network, or the "
                     "address without a prefix",
                     settings__quoted(text).text, address,
                     v4 ? network->prefix - V4_PREFIX : network->prefix);
}

int
settings_parse_network(const char *text, struct settings_network *out, struct prov_error *err)
{
    char host[INET6_ADDRSTRLEN] = "";
    struct settings_network network;
    struct in_addr v4;
    size_t len = strcspn(text, "/");
    if (len >= sizeof host)
        return malformed(text, err);
    memcpy(host, text, len);
    bool is_v4 = inet_pton(AF_INET, host, &v4) == 1;
    if (is_v4)
        map(&v4, &network.address);
    else if (inet_pton(AF_INET6, host, &network.address) != 1)
        return malformed(text, err);
    unsigned max = is_v4 ? 32 : 128;
    network.prefix = max;
    if (text[len] == '/' && !parse_prefix(text + len + 1, max, &network.prefix))
        return malformed(text, err);
    network.prefix += is_v4 ? V4_PREFIX : 0;
    struct in6_addr base = masked(&network.address, network.prefix);
    if (!IN6_ARE_ADDR_EQUAL(&base, &network.address))
        return host_bits(text, &network, is_v4, err);
    *out = network;
    return PROV_OK;
}

/* ::/0 means all of IPv6: the place of IPv4 within it is only our way to write that down. */
static bool
holds(const struct settings_network *network, const struct in6_addr *address)
{
    if (network->prefix < V4_PREFIX && IN6_IS_ADDR_V4MAPPED(address))
        return false;
    struct in6_addr base = masked(address, network->prefix);
    return IN6_ARE_ADDR_EQUAL(&base, &network->address);
}

bool
settings_networks_hold(const struct settings_network *networks, size_t count,
                       const struct sockaddr *address)
{
    struct in6_addr v6;
    if (address->sa_family == AF_INET) {
        struct sockaddr_in peer;
        memcpy(&peer, address, sizeof peer);
        map(&peer.sin_addr, &v6);
    } else if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 peer;
        memcpy(&peer, address, sizeof peer);
        v6 = peer.sin6_addr;
    } else {
        return false;
    }
    for (size_t i = 0; i < count; i++)
        if (holds(&networks[i], &v6))
            return true;
    return false;
}
