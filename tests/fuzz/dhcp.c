/* SPDX-License-Identifier: MIT */
/* A packet of IPv4: what phones would make of the offer in it. */
#include "provcheck/dhcp/frame.h"
#include "provcheck/dhcp/judge.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

static const struct dhcp_question question = {.hardware = {0, 0x11, 0x22, 0x33, 0x44, 0x55}};

static void
check_value(const struct dhcp_value *value)
{
    fuzz_require(value->len <= sizeof value->bytes, "an option fits");
    fuzz_require(value->given || value->len == 0, "what was not given is empty");
}

static void
judge(const struct dhcp_answer *answer)
{
    static const struct dhcp_served served = {.known = true};
    struct dhcp_findings findings = {.count = 0};
    struct dhcp_servers servers;
    dhcp_servers_of(answer, &servers);
    fuzz_require(servers.count <= DHCP_ADDRESSES_MAX, "its addresses fit");
    fuzz_require(strlen(servers.name) <= DHCP_NAME_MAX, "its name ends");
    dhcp_judge(answer, &servers, 1, &served, &findings);
    fuzz_require(findings.count <= DHCP_FINDINGS_MAX, "the findings fit");
    fuzz_require(servers.source == DHCP_FROM_150 || servers.source == DHCP_FROM_66 ||
                     findings.count > 0,
                 "an offer without a server is found");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct prov_span message;
    struct in_addr from;
    struct dhcp_answer answer;
    if (!dhcp_frame_open((struct prov_span){data, len}, &message, &from))
        return 0;
    fuzz_require(message.data >= data && message.data + message.len <= data + len,
                 "the message lies in the packet");
    enum dhcp_reading reading = dhcp_answer_read(message, &question, &answer);
    check_value(&answer.mask);
    check_value(&answer.tftp_name);
    check_value(&answer.tftp_addresses);
    fuzz_require(memchr(answer.server_name, '\0', sizeof answer.server_name) != NULL,
                 "the field ends");
    if (reading == DHCP_OFFER)
        judge(&answer);
    return 0;
}
