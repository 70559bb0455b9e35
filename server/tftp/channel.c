/* SPDX-License-Identifier: MIT */
#include "channel.h"
#include "packet.h"
#include "socket.h"

#include <errno.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>
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
    for (size_t i = 0; i < TFTP_STANDINGS; i++) {
        if (channel->outboxes[i] != NULL && channel->outboxes[i]->fd >= 0)
            close(channel->outboxes[i]->fd);
        free(channel->outboxes[i]);
        channel->outboxes[i] = NULL;
    }
}

static int
open_channel(struct tftp_channel *channel, int family)
{
    union tftp_address own = {.any.sa_family = (sa_family_t)family};
    channel->family = family;
    for (size_t i = 0; i < TFTP_STANDINGS; i++) {
        struct tftp_outbox *outbox = calloc(1, sizeof *outbox);
        if (outbox == NULL)
            return -1;
        channel->outboxes[i] = outbox;
        outbox->fd = tftp_socket_open(&own); /* the second one on the port of the first */
        socklen_t len = sizeof own;
        if (outbox->fd < 0 || getsockname(outbox->fd, &own.any, &len) != 0)
            return -1;
    }
    return 0;
}

int
tftp_channels_open(struct tftp_channels *channels, int family)
{
    for (size_t i = 0; i < TFTP_CHANNELS && channels->count < TFTP_CHANNELS_MAX; i++) {
        struct tftp_channel *channel = &channels->at[channels->count];
        if (open_channel(channel, family) != 0) {
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
tftp_channels_next(struct tftp_channels *channels, int family)
{
    for (size_t i = 0; i < channels->count; i++) {
        struct tftp_channel *channel = &channels->at[channels->turn++ % channels->count];
        if (channel->family == family)
            return channel;
    }
    return NULL;
}

int
tftp_channel_socket(const struct tftp_channel *channel, enum tftp_standing standing)
{
    return channel->outboxes[standing]->fd;
}

/* --- sending */

static void
flush(struct tftp_outbox *outbox)
{
    unsigned done = 0;
    while (done < outbox->count) {
        int sent = sendmmsg(outbox->fd, outbox->messages + done, outbox->count - done,
                            MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0 && errno == EAGAIN)
            break; /* the send buffer is full: all the rest is lost on the way */
        done += sent > 0 ? (unsigned)sent : 1; /* one that cannot be sent stops no other */
    }
    outbox->count = 0;
    outbox->used = 0;
}

uint8_t *
tftp_channel_room(struct tftp_channel *channel, enum tftp_standing standing, size_t max)
{
    struct tftp_outbox *outbox = channel->outboxes[standing];
    if (outbox->count == BATCH || BATCH_BYTES - outbox->used < max)
        flush(outbox);
    return outbox->bytes + outbox->used;
}

void
tftp_channel_put(struct tftp_channel *channel, enum tftp_standing standing,
                 const union tftp_address *local, const union tftp_address *peer, size_t len)
{
    struct tftp_outbox *outbox = channel->outboxes[standing];
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
    for (size_t i = 0; i < TFTP_STANDINGS; i++)
        flush(channel->outboxes[i]);
}

void
tftp_channels_flush(struct tftp_channels *channels)
{
    for (size_t i = 0; i < channels->count; i++)
        tftp_channel_flush(&channels->at[i]);
}
