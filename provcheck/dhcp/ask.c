/* SPDX-License-Identifier: MIT */
/* Asks the DHCP servers of a network, and gathers their offers. */
#include "provcheck/dhcp/ask.h"
#include "provcheck/dhcp/frame.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if_arp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PACKET_MAX 2048 /* bytes; a longer one is cut, and then not ours */

/* When the question is sent, in milliseconds from the start. */
static const int64_t rounds[] = {0, 2000, 6000};
#define ROUNDS (sizeof rounds / sizeof rounds[0])

/* --- the interface */

static bool
is_ethernet(const struct ifaddrs *entry)
{
    if (entry->ifa_addr == NULL || entry->ifa_addr->sa_family != AF_PACKET)
        return false;
    const struct sockaddr_ll *link = (const struct sockaddr_ll *)(const void *)entry->ifa_addr;
    return link->sll_hatype == ARPHRD_ETHER && link->sll_halen == DHCP_HARDWARE_LEN;
}

static bool
is_candidate(const struct ifaddrs *entry, const char *name)
{
    if (name != NULL)
        return strcmp(entry->ifa_name, name) == 0;
    return (entry->ifa_flags & IFF_UP) != 0 && (entry->ifa_flags & IFF_RUNNING) != 0;
}

static void
take_interface(const struct ifaddrs *entry, struct dhcp_interface *out)
{
    const struct sockaddr_ll *link = (const struct sockaddr_ll *)(const void *)entry->ifa_addr;
    *out = (struct dhcp_interface){.index = link->sll_ifindex};
    strncpy(out->name, entry->ifa_name, sizeof out->name - 1);
    memcpy(out->hardware, link->sll_addr, DHCP_HARDWARE_LEN);
}

int
dhcp_interface_find(const char *name, struct dhcp_interface *out, struct prov_error *err)
{
    struct ifaddrs *all = NULL;
    size_t found = 0;
    if (getifaddrs(&all) != 0)
        return prov_system_failed(err, "cannot list the network interfaces");
    for (const struct ifaddrs *entry = all; entry != NULL; entry = entry->ifa_next)
        if (is_ethernet(entry) && is_candidate(entry, name)) {
            take_interface(entry, out);
            found++;
        }
    freeifaddrs(all);
    if (found == 1)
        return PROV_OK;
    if (name != NULL)
        return prov_fail(err, PROV_E_ARGUMENT, "no Ethernet interface of this machine");
    return prov_fail(err, PROV_E_ARGUMENT,
                     found == 0 ? "no Ethernet interface is up; name one with --interface"
                                : "several Ethernet interfaces are up; name the one in the phones' "
                                  "network with --interface");
}

/* --- sockets */

/* Through the machine's own IP, so that a DHCP server on this very machine hears it, too. */
static int
open_sender(const struct dhcp_interface *interface, int *out, struct prov_error *err)
{
    const int on = 1;
    int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
    if (fd < 0)
        return prov_system_failed(err, "cannot ask, which takes root (or CAP_NET_RAW)");
    *out = fd;
    if (setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof on) != 0 ||
        setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, interface->name,
                   (socklen_t)strlen(interface->name)) != 0)
        return prov_system_failed(err, "cannot ask over %s", interface->name);
    return PROV_OK;
}

/* Sees all packets of the interface: one who has no address yet is not spoken to by a socket's, and
 * whatever already has port 68 keeps it. */
static int
open_receiver(const struct dhcp_interface *interface, int *out, struct prov_error *err)
{
    struct sockaddr_ll where = {
        .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = interface->index};
    int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, htons(ETH_P_ALL));
    if (fd < 0)
        return prov_system_failed(err, "cannot listen to answers, which takes root");
    *out = fd;
    if (bind(fd, (const struct sockaddr *)&where, sizeof where) != 0)
        return prov_system_failed(err, "cannot listen to answers on %s", interface->name);
    return PROV_OK;
}

static int
send_question(int fd, const struct dhcp_question *question, struct prov_error *err)
{
    struct sockaddr_in everybody = {.sin_family = AF_INET, .sin_addr = {INADDR_BROADCAST}};
    uint8_t packet[DHCP_FRAME_HEADERS + DHCP_DISCOVER_MAX];
    size_t len = dhcp_discover(question, packet + DHCP_FRAME_HEADERS);
    dhcp_frame_put(len, packet);
    if (sendto(fd, packet, DHCP_FRAME_HEADERS + len, 0, (const struct sockaddr *)&everybody,
               sizeof everybody) < 0)
        return prov_system_failed(err, "cannot send the question");
    return PROV_OK;
}

/* --- answers */

static bool
is_known(const struct dhcp_answers *answers, const struct dhcp_answer *answer)
{
    for (size_t i = 0; i < answers->count; i++)
        if (answers->at[i].from.s_addr == answer->from.s_addr &&
            answers->at[i].relay.s_addr == answer->relay.s_addr)
            return true;
    return false;
}

static void
take_packet(struct prov_span packet, const struct dhcp_question *question, struct dhcp_answers *out)
{
    struct dhcp_answer answer;
    struct prov_span message;
    struct in_addr sender;
    if (!dhcp_frame_open(packet, &message, &sender))
        return;
    enum dhcp_reading reading = dhcp_answer_read(message, question, &answer);
    if (answer.from.s_addr == INADDR_ANY)
        answer.from = sender;
    if (reading == DHCP_MALFORMED) {
        out->malformed++;
        out->malformed_from = answer.from;
    }
    if (reading != DHCP_OFFER || is_known(out, &answer))
        return;
    if (out->count < DHCP_ANSWERS_MAX)
        out->at[out->count++] = answer;
    else
        out->left_out++;
}

static void
take_packets(int fd, const struct dhcp_question *question, struct dhcp_answers *out)
{
    uint8_t packet[PACKET_MAX];
    struct sockaddr_ll from = {.sll_family = AF_PACKET};
    socklen_t from_len = sizeof from;
    ssize_t len;
    while ((len = recvfrom(fd, packet, sizeof packet, 0, (struct sockaddr *)&from, &from_len)) >=
           0) {
        if (from.sll_protocol == htons(ETH_P_IP))
            take_packet((struct prov_span){packet, (size_t)len}, question, out);
        from_len = sizeof from;
    }
}

static int64_t
milliseconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Until a moment; false when poll fails. */
static bool
gather_until(int fd, int64_t end, const struct dhcp_question *question, struct dhcp_answers *out)
{
    struct pollfd waiting = {.fd = fd, .events = POLLIN};
    for (int64_t left; (left = end - milliseconds_now()) > 0;) {
        if (poll(&waiting, 1, (int)left) < 0 && errno != EINTR)
            return false;
        take_packets(fd, question, out);
    }
    return true;
}

static int
ask_in_rounds(int sender, int receiver, const struct dhcp_question *question, int64_t milliseconds,
              struct dhcp_answers *out, struct prov_error *err)
{
    int64_t start = milliseconds_now();
    for (size_t i = 0; i < ROUNDS && rounds[i] < milliseconds; i++) {
        int64_t next = i + 1 < ROUNDS ? rounds[i + 1] : milliseconds;
        if (send_question(sender, question, err) != PROV_OK)
            return err->code;
        if (!gather_until(receiver, start + (next < milliseconds ? next : milliseconds), question,
                          out))
            return prov_system_failed(err, "cannot wait for answers");
    }
    return PROV_OK;
}

int
dhcp_ask(const struct dhcp_interface *interface, const struct dhcp_question *question,
         int64_t milliseconds, struct dhcp_answers *out, struct prov_error *err)
{
    int sender = -1, receiver = -1;
    *out = (struct dhcp_answers){.count = 0};
    int rc = open_receiver(interface, &receiver, err);
    if (rc == PROV_OK)
        rc = open_sender(interface, &sender, err);
    if (rc == PROV_OK)
        rc = ask_in_rounds(sender, receiver, question, milliseconds, out, err);
    if (sender >= 0)
        close(sender);
    if (receiver >= 0)
        close(receiver);
    return rc;
}
