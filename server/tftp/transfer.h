/* SPDX-License-Identifier: MIT */
/* One transfer from its first packet to its report. Where a function may end the transfer, the
 * pointer is not to be used afterwards. */
#ifndef SERVER_TFTP_TRANSFER_H
#define SERVER_TFTP_TRANSFER_H

#include "server/tftp/server.h"

/* Sends the first packet of a transfer whose channel, content and terms are set. May end it. */
void tftp_transfer_begin(struct tftp_server *server, struct tftp_transfer *transfer);
/* Takes in a datagram from the client; nothing is done about it yet. */
void tftp_transfer_hear(struct tftp_server *server, struct tftp_transfer *transfer,
                        const uint8_t *packet, size_t len);
/* Does what those transfers want that heard something. May end them. */
void tftp_transfers_act(struct tftp_server *server);
/* Its time has come. May end it. */
void tftp_transfer_expire(struct tftp_server *server, struct tftp_transfer *transfer);
/* The same request came again: if nothing was acknowledged, the first packet may be lost. */
void tftp_transfer_repeat(struct tftp_server *server, struct tftp_transfer *transfer);
/* Ends it because the client has gone, or has to go. */
void tftp_transfer_abandon(struct tftp_server *server, struct tftp_transfer *transfer);
/* Frees all that it holds, without a report. */
void tftp_transfer_drop(struct tftp_server *server, struct tftp_transfer *transfer);

#endif
