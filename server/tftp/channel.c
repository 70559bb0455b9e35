/* SPDX-License-Identifier: MIT */
/* The ports that transfers are served from, and the datagrams that leave them together. */
#include "server/tftp/channel.h"
#include "server/tftp/packet.h"
#include "server/tftp/socket.h"

#include <assert.h>
#include <errno.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define BATCH 64                 /* datagrams in one system call */
#define BATCH_BYTES (128 * 1024) /* at least one block of the largest size */

struct tftp_outbox {
    int fd;
    unsigned count;
    size_t used; /* of `bytes` */
    struct mmsghdr messages[BATCH];
    struct iovec pieces[BATCH];
    union tftp_address to[BATCH];
    alignas(struct cmsghdr) uint8_t controls[BATCH][TFTP_CONTROL_SIZE];
    uint8_t bytes[BATCH_BYTES];
};

static void
close_channel(struct tftp_channel *channel)
{
    for (size_t i = 0; i < TFTP_PATHS; i++) {
        if (channel->outboxes[i] != NULL && channel->outboxes[i]->fd >= 0 && channel->listener < 0)
            close(channel->outboxes[i]->fd);
        free(channel->outboxes[i]);
        channel->outboxes[i] = NULL;
    }
}

/* A socket at the port of `own` that epoll watches for the channel. -1 with errno. */
static int
open_watched(const struct tftp_channel *channel, const union tftp_address *own, bool shared)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = channel->event};
    int fd = tftp_socket_open(own, shared);
    if (fd < 0 || epoll_ctl(channel->epoll, EPOLL_CTL_ADD, fd, &event) == 0)
        return fd;
    int sys = errno;
    close(fd);
    errno = sys;
    return -1;
}

/* `port` in the order of the network; 0: one that is free. */
static int
open_channel(struct tftp_channel *channel, in_port_t port)
{
    union tftp_address own = {.any.sa_family = (sa_family_t)channel->family};
    own.v4.sin_port = port; /* IPv6 has it in the same place */
    for (size_t i = 0; i < TFTP_PATHS; i++) {
        struct tftp_outbox *outbox = calloc(1, sizeof *outbox);
        if (outbox == NULL)
            return -1;
        channel->outboxes[i] = outbox;
        outbox->fd = -1;
        outbox->fd = open_watched(channel, &own, i > 0); /* the second on the port of the first */
        socklen_t len = sizeof own;
        if (outbox->fd < 0 || getsockname(outbox->fd, &own.any, &len) != 0)
            return -1;
    }
    return 0;
}

static int
add_channel(struct tftp_channels *channels, int family, in_port_t port, int epoll,
            uint64_t first_event)
{
    struct tftp_channel *channel = &channels->at[channels->count];
    *channel = (struct tftp_channel){
        .family = family, .listener = -1, .epoll = epoll, .event = first_event + channels->count};
    if (open_channel(channel, port) == 0) {
        channels->count++;
        return 0;
    }
    int sys = errno;
    close_channel(channel);
    errno = sys;
    return -1;
}

int
tftp_channels_open(struct tftp_channels *channels, int family, const struct settings_ports *ports,
                   int epoll, uint64_t first_event)
{
    static_assert(2 * TFTP_CHANNELS <= TFTP_CHANNELS_MAX, "both families have room");
    bool any = ports->first == 0;
    unsigned port = ports->first, opened = 0;
    while (opened < TFTP_CHANNELS && port <= ports->last) {
        if (add_channel(channels, family, htons((in_port_t)port), epoll, first_event) == 0)
            opened++;
        else if (any || errno != EADDRINUSE)
            return -1;
        port += any ? 0 : 1;
    }
    return opened > 0 ? 0 : -1;
}

int
tftp_channels_add_listener(struct tftp_channels *channels, int listener)
{
    union tftp_address own = {.any.sa_family = AF_UNSPEC};
    socklen_t len = sizeof own;
    if (channels->count == TFTP_CHANNELS_MAX) {
        errno = EMFILE;
        return -1;
    }
    if (getsockname(listener, &own.any, &len) != 0)
        return -1;
    struct tftp_channel *channel = &channels->at[channels->count];
    *channel = (struct tftp_channel){.family = own.any.sa_family, .listener = listener};
    for (size_t i = 0; i < TFTP_PATHS; i++) {
        channel->outboxes[i] = calloc(1, sizeof *channel->outboxes[i]);
        if (channel->outboxes[i] == NULL) {
            close_channel(channel);
            return -1;
        }
        channel->outboxes[i]->fd = listener;
    }
    tftp_socket_send_from(listener, own.any.sa_family);
    channels->count++;
    return 0;
}

struct tftp_channel *
tftp_channels_at_listener(struct tftp_channels *channels, int listener)
{
    for (size_t i = 0; i < channels->count; i++)
        if (channels->at[i].listener == listener)
            return &channels->at[i];
    return NULL;
}

void
tftp_channels_close(struct tftp_channels *channels)
{
    while (channels->count > 0)
        close_channel(&channels->at[--channels->count]);
}

struct tftp_channel *
tftp_channels_next(struct tftp_channels *channels, int family, uint64_t client_hash)
{
    size_t first = 0, many = 0;
    for (size_t i = 0; i < channels->count; i++)
        if (channels->at[i].family == family && many++ == 0)
            first = i;
    if (many == 0)
        return NULL;
    return &channels->at[first + channels->turns[client_hash % TFTP_CLIENTS]++ % many];
}

int
tftp_channel_socket(const struct tftp_channel *channel, enum tftp_path path)
{
    return channel->outboxes[path]->fd;
}

/* --- sending */

/* A new socket at the same port takes over: datagrams that wait for ARP stay with the old one until
 * it is closed, and replies that it holds unread are dropped. */
static bool
renew(const struct tftp_channel *channel, struct tftp_outbox *outbox)
{
    union tftp_address own;
    socklen_t len = sizeof own;
    if (getsockname(outbox->fd, &own.any, &len) != 0)
        return false;
    int fd = open_watched(channel, &own, true);
    if (fd < 0)
        return false;
    close(outbox->fd);
    outbox->fd = fd;
    return true;
}

static void
flush(const struct tftp_channel *channel, enum tftp_path path)
{
    struct tftp_outbox *outbox = channel->outboxes[path];
    unsigned done = 0;
    bool renewed = false;
    while (done < outbox->count) {
        int sent = sendmmsg(outbox->fd, outbox->messages + done, outbox->count - done,
                            MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0 && errno == EAGAIN) { /* the send buffer is full */
            if (path != TFTP_FRESH || channel->listener >= 0 || renewed || !renew(channel, outbox))
                break; /* all the rest is dropped */
            renewed = true;
            continue;
        }
        done += sent > 0 ? (unsigned)sent : 1; /* one that cannot be sent stops no other */
    }
    outbox->count = 0;
    outbox->used = 0;
}

uint8_t *
tftp_channel_room(struct tftp_channel *channel, enum tftp_path path, size_t max)
{
    struct tftp_outbox *outbox = channel->outboxes[path];
    if (outbox->count == BATCH || BATCH_BYTES - outbox->used < max)
        flush(channel, path);
    return outbox->bytes + outbox->used;
}

void
tftp_channel_put(struct tftp_channel *channel, enum tftp_path path, const union tftp_address *local,
                 const union tftp_address *peer, size_t len)
{
    struct tftp_outbox *outbox = channel->outboxes[path];
    unsigned i = outbox->count++;
    outbox->to[i] = *peer;
    outbox->pieces[i] = (struct iovec){outbox->bytes + outbox->used, len};
    struct msghdr *message = &outbox->messages[i].msg_hdr;
    *message = (struct msghdr){.msg_name = &outbox->to[i],
                               .msg_namelen = tftp_address_len(peer),
                               .msg_iov = &outbox->pieces[i],
                               .msg_iovlen = 1,
                               .msg_control = outbox->controls[i]};
    tftp_put_local_address(message, local);
    outbox->used += len;
}

void
tftp_channel_flush(struct tftp_channel *channel)
{
    for (unsigned i = 0; i < TFTP_PATHS; i++)
        flush(channel, i);
}

void
tftp_channels_flush(struct tftp_channels *channels)
{
    for (size_t i = 0; i < channels->count; i++)
        tftp_channel_flush(&channels->at[i]);
}
