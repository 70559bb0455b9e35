/* SPDX-License-Identifier: MIT */
/* The sockets of the transport, and which address a datagram was sent to. */
#include "server/tftp/socket.h"
#include "server/tftp/packet.h"
#include "server/tftp/tftp.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#define REQUESTS_BUFFER (8 * 1024 * 1024) /* holds a boot storm */
#define REPLIES_BUFFER (4 * 1024 * 1024)  /* of a socket that many transfers share */
#define UDP_OVER_V4 28                    /* bytes of both headers */
#define UDP_OVER_V6 48

static int
switch_on(int fd, int level, int option)
{
    int on = 1;
    return setsockopt(fd, level, option, &on, sizeof on);
}

static int
receive_buffer(int fd)
{
    int size = 0;
    socklen_t len = sizeof size;
    return getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, &len) == 0 ? size : 0;
}

int
tftp_socket_prepare(int fd, int family, struct prov_error *err)
{
    int rc = 0, size = REQUESTS_BUFFER;
    if (family == AF_INET6)
        rc = switch_on(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO);
    /* On a socket for both families it tells IPv4 broadcasts apart. */
    if (rc == 0)
        rc = switch_on(fd, IPPROTO_IP, IP_PKTINFO);
    if (rc != 0)
        return prov_system_failed(err, "cannot learn the addresses that TFTP requests are sent to");
    if (receive_buffer(fd) >= size) /* systemd saw to it (ReceiveBuffer=) */
        return PROV_OK;
    /* Beyond net.core.rmem_max with CAP_NET_ADMIN only; else as much as that allows. */
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) != 0 &&
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size) != 0)
        return prov_system_failed(err, "cannot enlarge a TFTP socket's receive buffer");
    return PROV_OK;
}

static void
enlarge(int fd, int option, int force)
{
    int size = REPLIES_BUFFER;
    if (setsockopt(fd, SOL_SOCKET, force, &size, sizeof size) != 0)
        (void)setsockopt(fd, SOL_SOCKET, option, &size, sizeof size);
}

/* A datagram that is too large for a part of the path arrives in fragments, instead of not at all:
 * this machine does not know the whole path. */
static void
allow_fragments(int fd, int family)
{
    int discover = IP_PMTUDISC_DONT;
    if (family == AF_INET)
        (void)setsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, &discover, sizeof discover);
    else
        (void)setsockopt(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, &discover, sizeof discover);
}

static int
prepare(int fd, int family)
{
    enlarge(fd, SO_RCVBUF, SO_RCVBUFFORCE);
    enlarge(fd, SO_SNDBUF, SO_SNDBUFFORCE);
    allow_fragments(fd, family);
    if (family == AF_INET)
        return switch_on(fd, IPPROTO_IP, IP_PKTINFO);
    return switch_on(fd, IPPROTO_IPV6, IPV6_V6ONLY) == 0
               ? switch_on(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO)
               : -1;
}

static void
close_keeping_errno(int fd)
{
    int sys = errno;
    close(fd);
    errno = sys;
}

/* SO_REUSEPORT comes after bind for the first socket of a port: asked for before, the port might be
 * one that others share already. */
static int
bind_port(int fd, const union tftp_address *own, bool shared)
{
    if (shared && switch_on(fd, SOL_SOCKET, SO_REUSEPORT) != 0)
        return -1;
    if (bind(fd, &own->any, tftp_address_len(own)) != 0)
        return -1;
    return shared ? 0 : switch_on(fd, SOL_SOCKET, SO_REUSEPORT);
}

void
tftp_socket_send_from(int fd, int family)
{
    enlarge(fd, SO_SNDBUF, SO_SNDBUFFORCE);
    allow_fragments(fd, AF_INET); /* also of a socket for both families */
    if (family == AF_INET6)
        allow_fragments(fd, AF_INET6);
}

int
tftp_socket_open(const union tftp_address *own, bool shared)
{
    int fd = socket(own->any.sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    if (prepare(fd, own->any.sa_family) == 0 && bind_port(fd, own, shared) == 0)
        return fd;
    close_keeping_errno(fd);
    return -1;
}

/* What the kernel knows of the path, or -1. */
static int
path_mtu(const union tftp_address *local, const union tftp_address *peer)
{
    int mtu = -1, family = local->any.sa_family;
    socklen_t len = sizeof mtu;
    int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    if (bind(fd, &local->any, tftp_address_len(local)) != 0 ||
        connect(fd, &peer->any, tftp_address_len(peer)) != 0 ||
        (family == AF_INET ? getsockopt(fd, IPPROTO_IP, IP_MTU, &mtu, &len)
                           : getsockopt(fd, IPPROTO_IPV6, IPV6_MTU, &mtu, &len)) != 0)
        mtu = -1;
    close(fd);
    return mtu;
}

size_t
tftp_path_blksize(const union tftp_address *local, const union tftp_address *peer)
{
    int headers = (local->any.sa_family == AF_INET ? UDP_OVER_V4 : UDP_OVER_V6) + TFTP_HEADER_LEN;
    int mtu = path_mtu(local, peer);
    return mtu < headers + TFTP_BLKSIZE_MIN ? TFTP_BLKSIZE_DEFAULT : (size_t)(mtu - headers);
}

static void
put_control(struct msghdr *message, int level, int type, const void *data, size_t len)
{
    struct cmsghdr *control = message->msg_control;
    control->cmsg_level = level;
    control->cmsg_type = type;
    control->cmsg_len = CMSG_LEN(len);
    memcpy(CMSG_DATA(control), data, len);
    message->msg_controllen = CMSG_SPACE(len);
}

void
tftp_put_local_address(struct msghdr *message, const union tftp_address *local)
{
    if (local->any.sa_family == AF_INET) {
        struct in_pktinfo from = {.ipi_spec_dst = local->v4.sin_addr};
        put_control(message, IPPROTO_IP, IP_PKTINFO, &from, sizeof from);
    } else {
        struct in6_pktinfo from = {.ipi6_addr = local->v6.sin6_addr,
                                   .ipi6_ifindex = local->v6.sin6_scope_id};
        put_control(message, IPPROTO_IPV6, IPV6_PKTINFO, &from, sizeof from);
    }
}

static bool
local_v4(const struct in_pktinfo *info, union tftp_address *local)
{
    in_addr_t to = info->ipi_addr.s_addr, own = info->ipi_spec_dst.s_addr;
    /* The header's address is another one than ours for broadcasts and multicasts. Ours is unknown
     * (0) for what came before the option was set. */
    if ((own != 0 && own != to) || IN_MULTICAST(ntohl(to)) || to == INADDR_BROADCAST)
        return false;
    *local = (union tftp_address){.v4 = {.sin_family = AF_INET, .sin_addr = info->ipi_addr}};
    return true;
}

static bool
local_v6(const struct in6_pktinfo *info, union tftp_address *local)
{
    if (IN6_IS_ADDR_MULTICAST(&info->ipi6_addr))
        return false;
    *local = (union tftp_address){.v6 = {.sin6_family = AF_INET6, .sin6_addr = info->ipi6_addr}};
    if (IN6_IS_ADDR_LINKLOCAL(&info->ipi6_addr))
        local->v6.sin6_scope_id = info->ipi6_ifindex;
    return true;
}

bool
tftp_local_address(struct msghdr *message, union tftp_address *local)
{
    struct in_pktinfo v4;
    struct in6_pktinfo v6;
    bool known_v6 = false;
    for (struct cmsghdr *control = CMSG_FIRSTHDR(message); control != NULL;
         control = CMSG_NXTHDR(message, control)) {
        if (control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_PKTINFO &&
            control->cmsg_len >= CMSG_LEN(sizeof v4)) {
            memcpy(&v4, CMSG_DATA(control), sizeof v4);
            return local_v4(&v4, local);
        }
        if (control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_PKTINFO &&
            control->cmsg_len >= CMSG_LEN(sizeof v6)) {
            memcpy(&v6, CMSG_DATA(control), sizeof v6);
            known_v6 = true;
        }
    }
    if (!known_v6 || !local_v6(&v6, local))
        return false;
    tftp_address_unmap(local);
    return true;
}
