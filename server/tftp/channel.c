/* SPDX-License-Identifier: MIT */
/* The ports that transfers are served from, and the datagrams that leave them together. */
#include "server/tftp/channel.h"
#include "server/tftp/packet.h"
#include "server/tftp/socket.h"

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
        if (channel->outboxes[i] != NULL && channel->outboxes[i]->fd >= 0)
            close(channel->outboxes[i]->fd);
        free(channel->outboxes[i]);
        channel->outboxes[i] = NULL;
    }
}

/* A socket at the port of `own` that epoll watches for the channel. -1 with errno. */
static int
open_watched(const struct tftp_channel *channel, const union tftp_address *own)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = channel->event};
    int fd = tftp_socket_open(own);
    if (fd < 0 || epoll_ctl(channel->epoll, EPOLL_CTL_ADD, fd, &event) == 0)
        return fd;
    int sys = errno;
    close(fd);
    errno = sys;
    return -1;
}

static int
open_channel(struct tftp_channel *channel)
{
    union tftp_address own = {.any.sa_family = (sa_family_t)channel->family};
    for (size_t i = 0; i < TFTP_PATHS; i++) {
        struct tftp_outbox *outbox = calloc(1, sizeof *outbox);
        if (outbox == NULL)
            return -1;
        channel->outboxes[i] = outbox;
        outbox->fd = open_watched(channel, &own); /* the second one on the port of the first */
        socklen_t len = sizeof own;
        if (outbox->fd < 0 || getsockname(outbox->fd, &own.any, &len) != 0)
            return -1;
    }
    return 0;
}

int
tftp_channels_open(struct tftp_channels *channels, int family, int epoll, uint64_t first_event)
{
    for (size_t i = 0; i < TFTP_CHANNELS && channels->count < TFTP_CHANNELS_MAX; i++) {
        struct tftp_channel *channel = &channels->at[channels->count];
        *channel = (struct tftp_channel){
            .family = family, .epoll = epoll, .event = first_event + channels->count};
        if (open_channel(channel) != 0) {
            int sys = errno;
            close_channel(channel);
            errno = sys;
            return -1;
        }
        channels->count++;
    }
    return 0;
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
    for (size_t i = 0; i < channels->count; i += TFTP_CHANNELS) {
        if (channels->at[i].family == family)
            return &channels->at[i + channels->turns[client_hash % TFTP_CLIENTS]++ % TFTP_CHANNELS];
    }
    return NULL;
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
    int fd = open_watched(channel, &own);
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
            if (path != TFTP_FRESH || renewed || !renew(channel, outbox))
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
