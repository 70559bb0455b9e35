/* SPDX-License-Identifier: MIT */
/* A finished transfer as one line of the log, and the words for it. */
#ifndef SERVER_DELIVERY_LINE_H
#define SERVER_DELIVERY_LINE_H

#include "server/delivery/queue.h"

/* Both names with each byte as \xHH, and all else. */
#define DELIVERY__LINE_MAX (4 * (DELIVERY_ASKED_MAX + LEDGER_FILE_SIZE) + 416)

/* The second that was written last: most lines share it with their neighbours. */
struct delivery__line_clock {
    time_t second;
    char text[sizeof "2026-11-21T07:30:00"];
};

/* Writes the line with its newline, without NUL, into at least DELIVERY__LINE_MAX bytes; returns
 * its length. */
size_t delivery__line(struct delivery__line_clock *clock, const struct delivery__entry *entry,
                      char *out);

/* Says at the end of a line of `len` bytes how many before it were left out; returns the bytes
 * added. */
size_t delivery__line_left_out(char *line, size_t len, unsigned long count);

/* The peer's address without its port, "-" if it has none; an IPv4-mapped one as IPv4. */
void delivery__address(const struct sockaddr_storage *peer, char out[LEDGER_ADDRESS_SIZE]);

const char *delivery__transport_name(enum delivery_transport transport);
const char *delivery__outcome_name(enum delivery_outcome outcome);

#endif
