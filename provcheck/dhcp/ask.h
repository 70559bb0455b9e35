/* SPDX-License-Identifier: MIT */
/* Asks the DHCP servers of a network, as a phone does that is switched on there. Nothing is leased:
 * no offer is taken. */
#ifndef PROVCHECK_DHCP_ASK_H
#define PROVCHECK_DHCP_ASK_H

#include "provcheck/dhcp/message.h"

#include <net/if.h>

#define DHCP_ANSWERS_MAX 16

struct dhcp_interface {
    char name[IFNAMSIZ];
    int index;
    uint8_t hardware[DHCP_HARDWARE_LEN];
};

/* The interface of this name; NULL: the only Ethernet interface that is up. PROV_E_ARGUMENT where
 * there is none, several, or it is no Ethernet; PROV_E_SYSTEM. */
int dhcp_interface_find(const char *name, struct dhcp_interface *out,
                        struct prov_error *err) PROV_CHECKED;

/* What came in. A server's repeated offer counts once. */
struct dhcp_answers {
    size_t count;
    struct dhcp_answer at[DHCP_ANSWERS_MAX];
    size_t malformed;              /* answers that could not be read, */
    struct in_addr malformed_from; /* and who sent one of them */
    size_t left_out;               /* beyond the table */
};

/* Asks over an interface in rounds, for `milliseconds` in all. PROV_E_SYSTEM: for one who may not,
 * too. */
int dhcp_ask(const struct dhcp_interface *interface, const struct dhcp_question *question,
             int64_t milliseconds, struct dhcp_answers *out, struct prov_error *err) PROV_CHECKED;

#endif
