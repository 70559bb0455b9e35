/* SPDX-License-Identifier: MIT */
/* The TFTP load generator's parts: phones that speak TFTP (tftpphone.c), and what carries their
 * packets, either sockets (tftpsockets.c) or a network device (tftpdevice.c). */
#ifndef TESTS_BENCH_TFTPLOAD_H
#define TESTS_BENCH_TFTPLOAD_H

#include "tests/bench/load.h"

#define TFTP_HEADER 4
#define TFTP_BLKSIZE_DEFAULT 512
#define TFTP_BLKSIZE_MAX 65464
#define TFTP_REQUEST_MAX 512

struct phone {
    unsigned number; /* from 1 */
    struct load_file **files;
    unsigned turn; /* transfers begun */
    bool running;
    int fd;       /* sockets: of this transfer */
    uint16_t tid; /* device: the server's port; 0 while unknown */
    bool settled; /* the server answered */
    bool resumed; /* a gap in the window was reported */
    uint64_t block;
    unsigned unacknowledged; /* blocks */
    unsigned blksize, windowsize;
    size_t received;
    int64_t began, due, progressed;
};

/* Each transfer is opened, so that the answer can arrive, before its request is sent. */
struct wire {
    void (*start)(void);
    void (*open)(struct phone *phone);
    void (*close)(struct phone *phone);
    /* To the server's port for requests until it answered, then to the port it answered from. */
    void (*send)(struct phone *phone, const uint8_t *packet, size_t len);
    /* Waits for up to `milliseconds` and hands what arrived to phone_on_packet. */
    void (*receive)(int milliseconds);
    void (*stop)(void);
};

extern const struct wire wire_sockets, wire_device;

struct tftp_load {
    struct load_run run; /* seconds 0: so many rounds */
    const struct wire *wire;
    const char *device;
    unsigned phone_count, rounds, blksize, windowsize, request_ms, ack_ms, give_up_seconds;

    struct load_file *shared; /* one for each name without a number */
    struct phone *phones;
    int64_t now;
    uint64_t request_resends, ack_resends, duplicates;
};

extern struct tftp_load load;

/* All phones begin at once; returns when the last one has ended. */
void phones_run(void);
void phone_on_packet(struct phone *phone, const uint8_t *packet, size_t len);

#endif
