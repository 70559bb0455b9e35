/* SPDX-License-Identifier: MIT */
/* Which blocks were sent and acknowledged. Blocks count from 1 and never roll over here; on the
 * wire they are 16 bits. */
#ifndef SERVER_TFTP_WINDOW_H
#define SERVER_TFTP_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

struct tftp_window {
    uint64_t acknowledged;
    uint64_t sent; /* after a resumption lower than `newest` */
    uint64_t newest;
    uint64_t last; /* the block that ends the file; UINT64_MAX while it is unknown */
    unsigned size; /* below 32768, so that a number on the wire is never ambiguous */
};

enum tftp_ack {
    TFTP_ACK_FOREIGN,   /* of a block that was not sent, or of one long ago */
    TFTP_ACK_DUPLICATE, /* of the block acknowledged before */
    TFTP_ACK_PROGRESS
};

/* Takes in the number of an acknowledgement. */
enum tftp_ack tftp_window_take(struct tftp_window *window, uint16_t number);
/* True if there is a block that may be sent now. */
bool tftp_window_open(const struct tftp_window *window);
/* Goes back: the block after the last acknowledged is the next to send. */
void tftp_window_resume(struct tftp_window *window);

#endif
