/* SPDX-License-Identifier: MIT */
/* What was sent to whom, with what outcome. The transports report each finished transfer once; a
 * thread of this room writes the log line, counts, and feeds the ledger, so that nobody who serves
 * ever waits for a disk. Knows nothing of the transports. */
#ifndef SERVER_DELIVERY_DELIVERY_H
#define SERVER_DELIVERY_DELIVERY_H

#include "ledger/ledger.h"
#include "server/access/access.h"
#include <prov/bytes.h>
#include <prov/device.h>
#include <prov/error.h>

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#define DELIVERY_ASKED_MAX 255 /* bytes of a name; what is longer is cut */

enum delivery_transport { DELIVERY_TFTP, DELIVERY_HTTP, DELIVERY_HTTPS, DELIVERY_TRANSPORTS };

/* How a transfer ended. DELIVERED is the one that counts: over TFTP the last block was
 * acknowledged; over HTTP(S) a whole 200 body left and the send queue was empty at the next request
 * or close. */
enum delivery_outcome {
    DELIVERY_DELIVERED,
    DELIVERY_UNACKNOWLEDGED, /* all was sent, the end of it was not acknowledged */
    DELIVERY_PARTIAL,        /* the client went away or stopped answering before the end */
    DELIVERY_HEAD,           /* only the header was asked for */
    DELIVERY_MISSING,        /* no such file */
    DELIVERY_REFUSED,        /* forbidden, or a request of a kind that is not served */
    DELIVERY_BUSY,           /* too many connections: try TFTP */
    DELIVERY_FAILED,         /* this machine's fault */
    DELIVERY_OUTCOMES
};

struct delivery_event {
    enum delivery_transport transport;
    struct sockaddr_storage peer;
    enum delivery_outcome outcome;
    bool names_phone;
    bool marked; /* by a program that only plays a phone: logged, but kept out of the ledger */
    struct prov_mac phone;
    bool configured; /* that phone has a configuration: its requests are kept */
    enum ledger_kind kind;
    char asked[DELIVERY_ASKED_MAX + 1]; /* as received; made printable here */
    char file[LEDGER_FILE_SIZE];        /* what it meant, "" if nothing */
    uint64_t bytes;                     /* of the content that were sent (TFTP: acknowledged) */
    uint32_t milliseconds;              /* since the request arrived */
    bool digested;
    uint8_t sha256[LEDGER_SHA256_LEN]; /* of the whole content */
    bool in_turns;                     /* a list, of several that are given in turns */
    bool newest;                       /* and the newest of them */
    unsigned status;                   /* HTTP's status or TFTP's error code; 0: none */
};

struct delivery;

/* Opens the ledger (NULL: none). `shared`: addresses behind which many phones stand, which may fill
 * more of the log than others; NULL: none. No thread is started yet. */
int delivery_new(const char *ledger, struct access_list *shared, struct delivery **out,
                 struct prov_error *err) PROV_CHECKED;
/* Starts the thread. After the sandbox is shut. */
int delivery_start(struct delivery *delivery, struct prov_error *err) PROV_CHECKED;
/* Writes what waits, ends the thread, frees. */
void delivery_free(struct delivery *delivery);

/* Takes a copy and returns at once. If the queue is full the event is counted as dropped. */
void delivery_report(struct delivery *delivery, const struct delivery_event *event);

/* That a phone showed to hold a list, for the ledger; also without one. False if there is no room
 * for it now: then the phone is to show it again. */
bool delivery_prove(struct delivery *delivery, const struct ledger_proof *proof);

/* Counters that the transports keep here for --admin. */
enum delivery_gauge {
    DELIVERY_TFTP_ACTIVE,  /* transfers now */
    DELIVERY_HTTP_ACTIVE,  /* connections now */
    DELIVERY_HTTPS_ACTIVE, /* connections now */
    DELIVERY_GAUGES
};
enum delivery_counter {
    DELIVERY_TFTP_RESENDS,        /* blocks sent again */
    DELIVERY_TFTP_GIVEN_UP,       /* transfers whose client stopped answering */
    DELIVERY_TFTP_MALFORMED,      /* datagrams that were no request */
    DELIVERY_TFTP_DISPLACED,      /* never acknowledged, gave way to others */
    DELIVERY_TLS_FAILED,          /* handshakes that came to nothing */
    DELIVERY_TLS_OLD,             /* handshakes below TLS 1.2 */
    DELIVERY_NOT_ALLOWED,         /* peers outside of --allow */
    DELIVERY_CONNECTIONS_REFUSED, /* of addresses that have their share */
    DELIVERY_REQUESTS_REFUSED,    /* over TFTP, of addresses that have their share */
    DELIVERY_TURNS,               /* lists of those in turns, delivered in a phone's name */
    DELIVERY_TURNS_NEWEST,        /* those of them that were the newest */
    DELIVERY_PROOFS,              /* phones that have shown to hold the newest list */
    DELIVERY_RELOADS,             /* settings read again */
    DELIVERY_RELOADS_FAILED,
    DELIVERY_COUNTERS
};
void delivery_gauge_add(struct delivery *delivery, enum delivery_gauge gauge, int by);
void delivery_count(struct delivery *delivery, enum delivery_counter counter);
/* When a certificate that is served ends; shown in the metrics. Replaces all. At most 16. */
struct delivery_certificate {
    char name[256];    /* its file */
    int64_t not_after; /* seconds since 1970 */
};
void delivery_set_certificates(struct delivery *delivery,
                               const struct delivery_certificate *certificates, size_t count);

#define DELIVERY_PAGE_PHONES 1000      /* in a page, where nobody asks for another number */
#define DELIVERY_PAGE_PHONES_MAX 10000 /* in the largest */

/* What --admin shows, as new buffers. Prometheus' text format, and JSON. `*known` is false for a
 * phone that never asked. Of all phones a page has up to `limit`, or some MB, that come after the
 * phone `after` (NULL: from the first on); its "next" is the `after` of the page that follows.
 * PROV_E_ARGUMENT for phones without a ledger. */
int delivery_metrics(struct delivery *delivery, struct prov_bytes **text,
                     struct prov_error *err) PROV_CHECKED;
int delivery_phone(struct delivery *delivery, const struct prov_mac *phone, bool *known,
                   struct prov_bytes **json, struct prov_error *err) PROV_CHECKED;
int delivery_phones(struct delivery *delivery, const struct prov_mac *after, size_t limit,
                    struct prov_bytes **json, struct prov_error *err) PROV_CHECKED;
/* True while all is well; else `*why` says what is not (a ledger that cannot be written, say). */
bool delivery_healthy(struct delivery *delivery, char *why, size_t size);

#endif
