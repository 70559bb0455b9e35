/* SPDX-License-Identifier: MIT */
/* The phones behind a network device (tun) instead of sockets: each has an IPv4 address of its own,
 * and this program writes and reads the IP packets. Through sockets on the loopback device a packet
 * costs the client as much as the server, so that no server could be seen to be much faster than
 * another; this way it costs a third, and the server's packets leave as they do towards a wire. */
#include "tests/bench/tftpload.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define HEADERS (sizeof(struct iphdr) + sizeof(struct udphdr))
#define PACKET_MAX 65536
#define BATCH 256 /* packets until the clock is read again */
#define PORT_FIRST 49152
#define PORT_COUNT 16384

static int tun = -1;
static uint32_t server_address, first_address; /* first_address: of phone 0, which is none */
static uint16_t server_port;

static void
device_start(void)
{
    const struct sockaddr_in *server = (const struct sockaddr_in *)&load.run.server.address;
    struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI};
    if (server->sin_family != AF_INET)
        load_fatal("a device needs an IPv4 address of the server");
    if (strlen(load.device) >= sizeof request.ifr_name)
        load_fatal("%s is too long for a device", load.device);
    memcpy(request.ifr_name, load.device, strlen(load.device) + 1);
    server_address = ntohl(server->sin_addr.s_addr);
    server_port = ntohs(server->sin_port);
    first_address = (server_address & 0xffff0000) + 256;
    tun = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (tun < 0 || ioctl(tun, TUNSETIFF, &request) != 0)
        load_fatal("%s: %s", load.device, strerror(errno));
}

static uint16_t
own_port(const struct phone *phone)
{
    return (uint16_t)(PORT_FIRST + phone->turn % PORT_COUNT);
}

static void
device_open(struct phone *phone)
{
    phone->tid = 0;
}

static void
device_close(struct phone *phone)
{
    (void)phone;
}

/* RFC 1071 */
static uint16_t
checksum(const struct iphdr *header)
{
    uint16_t words[sizeof *header / 2];
    uint32_t sum = 0;
    memcpy(words, header, sizeof words);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        sum += words[i];
    sum = (sum >> 16) + (sum & 0xffff);
    sum += sum >> 16;
    return (uint16_t)~sum;
}

/* RFC 768: a checksum of zero says that there is none. */
static void
device_send(struct phone *phone, const uint8_t *packet, size_t len)
{
    uint8_t whole[HEADERS + TFTP_REQUEST_MAX];
    uint16_t total = (uint16_t)(HEADERS + len);
    struct iphdr ip = {.version = 4,
                       .ihl = sizeof ip / 4,
                       .tot_len = htons(total),
                       .frag_off = htons(IP_DF),
                       .ttl = 64,
                       .protocol = IPPROTO_UDP,
                       .saddr = htonl(first_address + phone->number),
                       .daddr = htonl(server_address)};
    struct udphdr udp = {.source = htons(own_port(phone)),
                         .dest = htons(phone->settled ? phone->tid : server_port),
                         .len = htons((uint16_t)(sizeof udp + len))};
    ip.check = checksum(&ip);
    memcpy(whole, &ip, sizeof ip);
    memcpy(whole + sizeof ip, &udp, sizeof udp);
    memcpy(whole + HEADERS, packet, len);
    (void)!write(tun, whole, total);
}

static void
on_ip_packet(const uint8_t *packet, size_t len)
{
    struct iphdr ip;
    struct udphdr udp;
    if (len < HEADERS)
        return;
    memcpy(&ip, packet, sizeof ip);
    memcpy(&udp, packet + sizeof ip, sizeof udp);
    if (ip.version != 4 || ip.ihl != sizeof ip / 4 || ip.protocol != IPPROTO_UDP)
        return;
    if ((ntohs(ip.frag_off) & (IP_MF | IP_OFFMASK)) != 0)
        load_fatal("the server sends fragments; ask for smaller blocks");
    uint32_t number = ntohl(ip.daddr) - first_address;
    size_t udp_len = ntohs(udp.len);
    if (number == 0 || number > load.phone_count || ntohl(ip.saddr) != server_address ||
        udp_len < sizeof udp || sizeof ip + udp_len > len)
        return;
    struct phone *phone = &load.phones[number - 1];
    uint16_t source = ntohs(udp.source);
    if (!phone->running || ntohs(udp.dest) != own_port(phone) ||
        (phone->settled && source != phone->tid))
        return;
    phone->tid = source;
    phone->settled = true;
    phone_on_packet(phone, packet + HEADERS, udp_len - sizeof udp);
}

static void
device_receive(int milliseconds)
{
    static uint8_t packet[PACKET_MAX];
    ssize_t len = read(tun, packet, sizeof packet);
    if (len < 0) {
        struct pollfd wait = {.fd = tun, .events = POLLIN};
        (void)poll(&wait, 1, milliseconds);
        len = read(tun, packet, sizeof packet);
    }
    load.now = load_now();
    for (int i = 0; len >= 0 && i < BATCH; i++) {
        on_ip_packet(packet, (size_t)len);
        len = i + 1 < BATCH ? read(tun, packet, sizeof packet) : -1;
    }
}

static void
device_stop(void)
{
    close(tun);
}

const struct wire wire_device = {.start = device_start,
                                 .open = device_open,
                                 .close = device_close,
                                 .send = device_send,
                                 .receive = device_receive,
                                 .stop = device_stop};
