/* SPDX-License-Identifier: MIT */
/* All that can be wrong with the offers of DHCP servers, as a table with the words for it. */
#include "provcheck/dhcp/judge.h"

#include "tree/list_rules.h"

#define FAILS RULE_FAILS
#define WARNS RULE_WARNS

#define FIELD "reports of administrators"

static const struct dhcp_words words[DHCP_PROBLEMS] = {
    [DHCP_SILENT] = {"dhcp-silent", FAILS, "a phone without an address of its own comes no further",
                     "start the DHCP server; between networks, let the router relay to it (ip "
                     "helper-address)",
                     "RFC 2131, section 3.1"},
    [DHCP_UNREADABLE] = {"dhcp-malformed", WARNS,
                         "what a phone makes of such an answer is not known",
                         "look at the options that this server is told to send as bytes",
                         "RFC 2132, section 2"},
    [DHCP_NO_SERVER] = {"dhcp-no-server", FAILS,
                        "phones learn from DHCP alone where their files are, unless somebody types "
                        "it into each",
                        "give option 150 with the server's address, for these clients, too",
                        "the vendor's administration guides"},
    [DHCP_NEXT_SERVER_ALONE] = {"dhcp-next-server-alone", WARNS,
                                "that phones look at the field next-server is not known; the "
                                "vendor's gateways do",
                                "give option 150 with this address",
                                "the vendor's troubleshooting guide (of gateways)"},
    [DHCP_150_TEXT] = {"dhcp-150-text", FAILS, "phones take each four bytes of it for an address",
                       "give it as addresses: dhcp-option=150,192.0.2.10 in dnsmasq, option NAME "
                       "code 150 = array of ip-address in ISC dhcpd, type IPv4 address in others",
                       "RFC 5859; " FIELD},
    [DHCP_150_LENGTH] = {"dhcp-150-length", FAILS,
                         "its length is no multiple of four, so it is no list of addresses",
                         "give it as addresses, of four bytes each", "RFC 5859; " FIELD},
    [DHCP_150_ADDRESS] = {"dhcp-150-address", FAILS, "no server can have this address",
                          "give the server's own address", "RFC 1122, section 3.2.1.3"},
    [DHCP_66_BINARY] = {"dhcp-66-binary", FAILS, "option 66 is text, and phones read it as a name",
                        "give the address as text (192.0.2.10), or use option 150 for four bytes",
                        "RFC 2132, section 9.4; " FIELD},
    [DHCP_66_EMPTY] = {"dhcp-66-empty", WARNS, "it names no server", "give the server's address",
                       "RFC 2132, section 9.4"},
    [DHCP_66_NUL] = {"dhcp-66-nul", RULE_NOTES,
                     "clients are to take the NUL off (dnsmasq always sends one), but not every "
                     "client does",
                     "where a phone does not come: option 150, or the name without \\000",
                     "RFC 2132, section 2; " FIELD},
    [DHCP_66_URL] = {"dhcp-66-url", FAILS, "phones take all of it for the name of a host",
                     "give the host alone, without tftp:// and folders", "RFC 2132, section 9.4"},
    [DHCP_66_BLANK] = {"dhcp-66-blank", WARNS, "no host's name has such characters",
                       "give one host alone, without blanks, commas and quotation marks",
                       "RFC 1123, section 2.1"},
    [DHCP_66_FIELD] =
        {"dhcp-66-field", WARNS,
         "phones are not known to look at the field sname, where some servers put it",
         "give it as option: 66 as a numbered option (dnsmasq: dhcp-option-force=66,…; "
         "ISC dhcpd: option tftp-server-name), or use option 150",
         FIELD},
    [DHCP_66_NAME] = {"dhcp-66-name", FAILS, "without a name server a phone cannot find this host",
                      "give option 6, too, or an address instead of the name",
                      "the vendor's troubleshooting guide"},
    [DHCP_66_UNKNOWN] = {"dhcp-66-unknown", WARNS,
                         "this machine's name servers do not know the host; the phones' may",
                         "enter the name in DNS, or give an address", "RFC 2132, section 9.4"},
    [DHCP_BOTH_DIFFER] = {"dhcp-both-differ", WARNS,
                          "which of both a phone takes is not known for every model; the vendor's "
                          "gateways prefer 150",
                          "give both the same address, or only 150",
                          "the vendor's troubleshooting guide (of gateways); " FIELD},
    [DHCP_OUT_OF_REACH] = {"dhcp-out-of-reach", FAILS,
                           "it stands in another network, and the phone is given no router",
                           "give option 3, or an address in the phones' network",
                           "RFC 1122, section 3.3.1; " FIELD},
    [DHCP_SERVERS_DIFFER] = {"dhcp-servers-differ", WARNS,
                             "phones take the answer that comes first, so it is chance where they "
                             "look for their files",
                             "let one DHCP server answer in this network, or give all of them the "
                             "same options",
                             "RFC 2131, section 3.1; " FIELD},
    [DHCP_ELSEWHERE] = {"dhcp-elsewhere", WARNS,
                        "phones look for their files where these settings do not serve them",
                        "give an address that provd serves, or listen on this one",
                        "the settings' listen addresses"},
};

const struct dhcp_words *
dhcp_words(enum dhcp_problem problem)
{
    return &words[problem];
}
