/* SPDX-License-Identifier: MIT */
/* Requests that were received and wait for their turn. Each address has its own line, and whoever
 * had nothing waiting comes before those who had: so a phone, which asks for one file at a time, is
 * served at once while a thousand addresses send more than can be. */
#ifndef SERVER_TFTP_BACKLOG_H
#define SERVER_TFTP_BACKLOG_H

#include "server/tftp/internal.h"

/* NULL when memory is short or there are no random numbers. */
struct tftp_backlog *tftp_backlog_new(void);
void tftp_backlog_free(struct tftp_backlog *backlog);

/* Copies the request. Where there is no room, the oldest of somebody who has several is dropped. */
void tftp_backlog_put(struct tftp_backlog *backlog, const struct tftp_arrival *arrival);
/* The next one to serve, valid until something is put; false if there is none. */
bool tftp_backlog_take(struct tftp_backlog *backlog, struct tftp_arrival *arrival);
bool tftp_backlog_empty(const struct tftp_backlog *backlog);

#endif
