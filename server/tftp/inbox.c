/* SPDX-License-Identifier: MIT */
/* Datagrams that wait on a socket, many with one system call. */
#include "server/tftp/internal.h"
#include "server/tftp/socket.h"

#include <stdalign.h>
#include <stdlib.h>

#define BATCH 64            /* datagrams in one system call */
#define BATCHES_PER_TURN 64 /* then running transfers have a turn */

struct tftp_inbox {
    struct mmsghdr messages[BATCH];
    struct iovec pieces[BATCH];
    union tftp_address peers[BATCH];
    alignas(struct cmsghdr) uint8_t controls[BATCH][TFTP_CONTROL_SIZE];
    uint8_t packets[BATCH][TFTP_REQUEST_MAX + 1]; /* one more byte shows what is too long */
};

/* Room for datagram number `i`, as recvmmsg wants it before each. */
static void
make_room(struct tftp_inbox *inbox, size_t i)
{
    inbox->pieces[i] = (struct iovec){inbox->packets[i], sizeof inbox->packets[i]};
    inbox->messages[i].msg_hdr = (struct msghdr){
        .msg_name = &inbox->peers[i],
        .msg_namelen = sizeof inbox->peers[i],
        .msg_iov = &inbox->pieces[i],
        .msg_iovlen = 1,
        .msg_control = inbox->controls[i],
        .msg_controllen = sizeof inbox->controls[i],
    };
}

struct tftp_inbox *
tftp_inbox_new(void)
{
    struct tftp_inbox *inbox = calloc(1, sizeof *inbox);
    for (size_t i = 0; inbox != NULL && i < BATCH; i++)
        make_room(inbox, i);
    return inbox;
}

void
tftp_inbox_free(struct tftp_inbox *inbox)
{
    free(inbox);
}

static void
serve_message(struct tftp_server *server, struct tftp_inbox *inbox, size_t number, int socket,
              tftp_serve *serve, void *context)
{
    struct mmsghdr *message = &inbox->messages[number];
    struct tftp_arrival arrival = {
        .key = {.peer = inbox->peers[number], .listener = socket},
        .packet = inbox->packets[number],
        .len = message->msg_len,
    };
    tftp_address_unmap(&arrival.key.peer);
    if (tftp_local_address(&message->msg_hdr, &arrival.key.local) &&
        arrival.key.local.any.sa_family == arrival.key.peer.any.sa_family)
        serve(server, &arrival, context);
}

void
tftp_inbox_serve(struct tftp_server *server, struct tftp_inbox *inbox, int socket,
                 tftp_serve *serve, void *context)
{
    int count = BATCH;
    for (unsigned i = 0; i < BATCHES_PER_TURN && count == BATCH; i++) {
        count = recvmmsg(socket, inbox->messages, BATCH, MSG_DONTWAIT, NULL);
        for (int number = 0; number < count; number++) {
            serve_message(server, inbox, (size_t)number, socket, serve, context);
            make_room(inbox, (size_t)number);
        }
    }
}
