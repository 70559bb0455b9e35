/* SPDX-License-Identifier: MIT */
/* DHCP messages as bytes: a phone's question, and the offers. */
#include "provcheck/dhcp/message.h"

#include <arpa/inet.h>
#include <string.h>

/* Places of the fixed fields (RFC 2131, section 2). */
enum {
    AT_OP = 0,
    AT_HARDWARE_TYPE = 1,
    AT_HARDWARE_LEN = 2,
    AT_ID = 4,
    AT_FLAGS = 10,
    AT_YOUR_ADDRESS = 16,
    AT_NEXT_SERVER = 20,
    AT_RELAY = 24,
    AT_HARDWARE = 28,
    AT_SERVER_NAME = 44,
    AT_FILE = 108,
    AT_COOKIE = 236,
    AT_OPTIONS = 240
};

enum { OP_REQUEST = 1, OP_REPLY = 2, ETHERNET = 1, DISCOVER = 1, OFFER = 2 };

enum option {
    OPTION_PAD = 0,
    OPTION_MASK = 1,
    OPTION_ROUTERS = 3,
    OPTION_NAME_SERVERS = 6,
    OPTION_HOST = 12,
    OPTION_DOMAIN = 15,
    OPTION_ARP_TIMEOUT = 35,
    OPTION_OVERLOAD = 52,
    OPTION_TYPE = 53,
    OPTION_SERVER = 54,
    OPTION_PARAMETERS = 55,
    OPTION_VENDOR_CLASS = 60,
    OPTION_CLIENT = 61,
    OPTION_TFTP_NAME = 66,
    OPTION_TFTP_ADDRESSES = 150,
    OPTION_END = 255
};

enum { OVERLOAD_FILE = 1, OVERLOAD_SERVER_NAME = 2 };

static const uint8_t cookie[] = {99, 130, 83, 99};

/* --- the question */

static size_t
put_option(uint8_t *out, size_t at, enum option code, const void *value, size_t len)
{
    if (len > UINT8_MAX || at + 2 + len + 1 > DHCP_DISCOVER_MAX)
        return at;
    out[at] = (uint8_t)code;
    out[at + 1] = (uint8_t)len;
    memcpy(out + at + 2, value, len);
    return at + 2 + len;
}

/* Options, their order and the broadcast flag are those of a 7911's request in a public trace. */
size_t
dhcp_discover(const struct dhcp_question *question, uint8_t out[static DHCP_DISCOVER_MAX])
{
    static const uint8_t wanted[] = {
        OPTION_MASK,   OPTION_TFTP_NAME,      OPTION_NAME_SERVERS, OPTION_ROUTERS,
        OPTION_DOMAIN, OPTION_TFTP_ADDRESSES, OPTION_ARP_TIMEOUT,
    };
    const uint8_t type = DISCOVER;
    uint8_t client[1 + DHCP_HARDWARE_LEN] = {ETHERNET};
    uint32_t id = htonl(question->id);
    size_t at = AT_OPTIONS;
    memset(out, 0, DHCP_DISCOVER_MAX);
    memcpy(client + 1, question->hardware, DHCP_HARDWARE_LEN);
    out[AT_OP] = OP_REQUEST;
    out[AT_HARDWARE_TYPE] = ETHERNET;
    out[AT_HARDWARE_LEN] = DHCP_HARDWARE_LEN;
    memcpy(out + AT_ID, &id, sizeof id);
    out[AT_FLAGS] = 0x80;
    memcpy(out + AT_HARDWARE, question->hardware, DHCP_HARDWARE_LEN);
    memcpy(out + AT_COOKIE, cookie, sizeof cookie);
    at = put_option(out, at, OPTION_TYPE, &type, sizeof type);
    at = put_option(out, at, OPTION_CLIENT, client, sizeof client);
    at = put_option(out, at, OPTION_HOST, question->host, strlen(question->host));
    at = put_option(out, at, OPTION_VENDOR_CLASS, question->vendor_class.data,
                    question->vendor_class.len);
    at = put_option(out, at, OPTION_PARAMETERS, wanted, sizeof wanted);
    out[at] = OPTION_END;
    return DHCP_DISCOVER_MAX;
}

/* --- an answer */

/* What is gathered beside the answer itself. */
struct gathered {
    struct dhcp_answer *answer;
    struct dhcp_value type, server, overload, other;
};

static struct dhcp_value *
value_of(struct gathered *gathered, uint8_t code)
{
    switch (code) {
    case OPTION_MASK:
        return &gathered->answer->mask;
    case OPTION_ROUTERS:
        return &gathered->answer->routers;
    case OPTION_NAME_SERVERS:
        return &gathered->answer->name_servers;
    case OPTION_TFTP_NAME:
        return &gathered->answer->tftp_name;
    case OPTION_TFTP_ADDRESSES:
        return &gathered->answer->tftp_addresses;
    case OPTION_TYPE:
        return &gathered->type;
    case OPTION_SERVER:
        return &gathered->server;
    case OPTION_OVERLOAD:
        return &gathered->overload;
    default:
        gathered->other.len = 0;
        return &gathered->other;
    }
}

/* An option that stands twice is one value in two parts (RFC 3396). */
static bool
append(struct dhcp_value *value, const uint8_t *bytes, size_t len)
{
    if (len > sizeof value->bytes - value->len)
        return false;
    memcpy(value->bytes + value->len, bytes, len);
    value->len += len;
    value->given = true;
    return true;
}

static bool
gather(struct gathered *gathered, struct prov_span options)
{
    for (size_t at = 0; at < options.len && options.data[at] != OPTION_END;) {
        uint8_t code = options.data[at++];
        if (code == OPTION_PAD)
            continue;
        if (at == options.len)
            return false;
        size_t len = options.data[at++];
        if (len > options.len - at || !append(value_of(gathered, code), options.data + at, len))
            return false;
        at += len;
    }
    return true;
}

static bool
gather_all(struct gathered *gathered, struct prov_span message)
{
    struct prov_span options = {message.data + AT_OPTIONS, message.len - AT_OPTIONS};
    if (!gather(gathered, options))
        return false;
    unsigned overload = gathered->overload.len == 1 ? gathered->overload.bytes[0] : 0;
    if ((overload & OVERLOAD_FILE) != 0 &&
        !gather(gathered, (struct prov_span){message.data + AT_FILE, AT_COOKIE - AT_FILE}))
        return false;
    if ((overload & OVERLOAD_SERVER_NAME) != 0)
        return gather(gathered,
                      (struct prov_span){message.data + AT_SERVER_NAME, AT_FILE - AT_SERVER_NAME});
    memcpy(gathered->answer->server_name, message.data + AT_SERVER_NAME, DHCP_SERVER_NAME_MAX);
    return true;
}

static bool
is_answer_to(struct prov_span message, const struct dhcp_question *question)
{
    uint32_t id = htonl(question->id);
    return message.len >= AT_OPTIONS && message.data[AT_OP] == OP_REPLY &&
           memcmp(message.data + AT_ID, &id, sizeof id) == 0 &&
           memcmp(message.data + AT_HARDWARE, question->hardware, DHCP_HARDWARE_LEN) == 0 &&
           memcmp(message.data + AT_COOKIE, cookie, sizeof cookie) == 0;
}

enum dhcp_reading
dhcp_answer_read(struct prov_span message, const struct dhcp_question *question,
                 struct dhcp_answer *out)
{
    struct gathered gathered = {.answer = out};
    *out = (struct dhcp_answer){.from = {INADDR_ANY}};
    if (!is_answer_to(message, question))
        return DHCP_OTHER;
    memcpy(&out->offered, message.data + AT_YOUR_ADDRESS, sizeof out->offered);
    memcpy(&out->next_server, message.data + AT_NEXT_SERVER, sizeof out->next_server);
    memcpy(&out->relay, message.data + AT_RELAY, sizeof out->relay);
    bool whole = gather_all(&gathered, message);
    if (gathered.server.len == sizeof out->from)
        memcpy(&out->from, gathered.server.bytes, sizeof out->from);
    if (!whole)
        return DHCP_MALFORMED;
    return gathered.type.len == 1 && gathered.type.bytes[0] == OFFER ? DHCP_OFFER : DHCP_OTHER;
}
