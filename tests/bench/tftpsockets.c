/* SPDX-License-Identifier: MIT */
/* The phones' packets through sockets, one for each transfer. */
#include "tests/bench/tftpload.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define WINDOW_BUFFER (4 << 20) /* a window of large blocks */

static int queue = -1;

static void
sockets_start(void)
{
    load_raise_descriptors();
    queue = epoll_create1(EPOLL_CLOEXEC);
    if (queue < 0)
        load_fatal("no epoll: %s", strerror(errno));
}

static void
sockets_open(struct phone *phone)
{
    int family = load.run.server.address.ss_family, room = WINDOW_BUFFER;
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = phone};
    phone->fd = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (phone->fd < 0 || epoll_ctl(queue, EPOLL_CTL_ADD, phone->fd, &event) != 0)
        load_fatal("no socket: %s", strerror(errno));
    if (load.windowsize > 1)
        (void)setsockopt(phone->fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
}

static void
sockets_close(struct phone *phone)
{
    close(phone->fd);
    phone->fd = -1;
}

static void
sockets_send(struct phone *phone, const uint8_t *packet, size_t len)
{
    if (phone->settled)
        (void)send(phone->fd, packet, len, 0);
    else
        (void)sendto(phone->fd, packet, len, 0, (struct sockaddr *)&load.run.server.address,
                     load.run.server.len);
}

/* The first answer tells the server's port; the socket is connected to it, and from then on nobody
 * else is heard and a packet costs less. */
static ssize_t
receive_one(struct phone *phone, uint8_t *packet, size_t room)
{
    if (phone->settled)
        return recv(phone->fd, packet, room, 0);
    struct load_endpoint source = {.len = sizeof source.address};
    ssize_t len =
        recvfrom(phone->fd, packet, room, 0, (struct sockaddr *)&source.address, &source.len);
    if (len < 0)
        return len;
    if (connect(phone->fd, (struct sockaddr *)&source.address, source.len) != 0)
        load_fatal("cannot connect: %s", strerror(errno));
    phone->settled = true;
    return len;
}

/* In lock-step nothing can follow before the acknowledgement; a window is read to its end. */
static void
on_readable(struct phone *phone)
{
    static uint8_t packet[TFTP_HEADER + TFTP_BLKSIZE_MAX + 1];
    unsigned turn = phone->turn;
    do {
        ssize_t len = receive_one(phone, packet, sizeof packet);
        if (len < 0)
            return;
        phone_on_packet(phone, packet, (size_t)len);
    } while (phone->running && phone->turn == turn && phone->windowsize > 1);
}

static void
sockets_receive(int milliseconds)
{
    struct epoll_event events[256];
    int count = epoll_wait(queue, events, 256, milliseconds);
    load.now = load_now();
    for (int i = 0; i < count; i++)
        on_readable(events[i].data.ptr);
}

static void
sockets_stop(void)
{
    close(queue);
}

const struct wire wire_sockets = {.start = sockets_start,
                                  .open = sockets_open,
                                  .close = sockets_close,
                                  .send = sockets_send,
                                  .receive = sockets_receive,
                                  .stop = sockets_stop};
