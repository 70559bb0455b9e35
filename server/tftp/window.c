/* SPDX-License-Identifier: MIT */
/* Which blocks were sent and acknowledged. */
#include "server/tftp/window.h"

enum tftp_ack
tftp_window_take(struct tftp_window *window, uint16_t number)
{
    uint64_t ahead = (uint16_t)(number - window->acknowledged);
    if (ahead == 0)
        return TFTP_ACK_DUPLICATE;
    if (ahead > window->newest - window->acknowledged)
        return TFTP_ACK_FOREIGN;
    window->acknowledged += ahead;
    /* What was sent before a resumption may have arrived after all. */
    if (window->sent < window->acknowledged)
        window->sent = window->acknowledged;
    return TFTP_ACK_PROGRESS;
}

bool
tftp_window_open(const struct tftp_window *window)
{
    return window->sent < window->acknowledged + window->size && window->sent < window->last;
}

void
tftp_window_resume(struct tftp_window *window)
{
    window->sent = window->acknowledged;
}
