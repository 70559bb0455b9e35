/* SPDX-License-Identifier: MIT */
/* What systemd is told (sd_notify(3)); nothing happens where nobody listens. */
#ifndef SERVER_MAIN_NOTIFY_H
#define SERVER_MAIN_NOTIFY_H

void notify_send(const char *state);

/* Seconds between two signs of life that systemd wants; 0: none. */
unsigned notify_watchdog_seconds(void);

#endif
