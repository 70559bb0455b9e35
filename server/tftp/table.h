/* SPDX-License-Identifier: MIT */
/* All transfers that go on: found by their ends, taken from one block of memory, those that were
 * never acknowledged in order of age. */
#ifndef SERVER_TFTP_TABLE_H
#define SERVER_TFTP_TABLE_H

#include "server/tftp/address.h"
#include "server/tftp/channel.h"
#include "server/tftp/content.h"
#include "server/tftp/estimator.h"
#include "server/tftp/negotiate.h"
#include "server/tftp/timers.h"
#include "server/tftp/window.h"

#include "server/access/budget.h"
#include "server/delivery/delivery.h"

/* Whose transfer it is. */
struct tftp_key {
    union tftp_address peer;
    union tftp_address local; /* what was asked; port 0 */
    int listener;             /* on which socket */
};

/* What its client said since it was looked at last, in order of weight. */
enum tftp_heard { TFTP_NOTHING, TFTP_DUPLICATE, TFTP_PROGRESS, TFTP_ABORTED };

struct tftp_transfer {
    struct tftp_timer timer;     /* first, so that a timer is converted into its transfer */
    struct tftp_transfer *next;  /* in its bucket, or among the unused */
    struct tftp_transfer *older; /* among the never acknowledged */
    struct tftp_transfer *younger;
    bool acknowledged; /* anything, ever */
    bool negotiating;  /* the OACK waits for its ACK 0 */
    bool timing;       /* a round trip is being measured (Karn's rule ends it) */
    bool asked_again;  /* to resume, but too soon */
    uint8_t sends;     /* of the first packet */
    enum tftp_heard heard;
    struct tftp_transfer *next_heard; /* among those that heard something */
    struct tftp_channel *channel;     /* through which it is served */
    struct tftp_key key;
    uint64_t request; /* digest of the packet that asked */
    struct tftp_content content;
    struct tftp_window window;
    struct tftp_estimator estimator;
    uint64_t started; /* all times: monotonic, microseconds */
    uint64_t progressed;
    uint64_t timed_block; /* whose acknowledgement ends the measuring */
    uint64_t timed_at;
    uint64_t burst_at;   /* when the last block left */
    uint64_t resumed_at; /* when blocks were last sent again */
    struct tftp_terms terms;
    struct delivery_event event; /* what is reported of it in the end */
};

struct tftp_table {
    struct tftp_transfer *transfers;
    struct tftp_transfer *unused;
    struct tftp_transfer **buckets;
    struct tftp_transfer *oldest, *youngest; /* of the never acknowledged */
    size_t capacity;
    size_t touched; /* memory above was never used */
    size_t count;
    size_t mask;
    uint64_t secret[2];
    struct access_budget *unacknowledged; /* transfers of each address */
};

/* `shared`: addresses that may have any number of them; NULL: none may. -1 when memory is short or
 * there are no random numbers. */
int tftp_table_init(struct tftp_table *table, size_t capacity, struct access_list *shared);
void tftp_table_free(struct tftp_table *table);

struct tftp_transfer *tftp_table_find(const struct tftp_table *table, const struct tftp_key *key);
/* The transfer between these ends that is served through that channel. */
struct tftp_transfer *tftp_table_find_served(const struct tftp_table *table,
                                             const struct tftp_key *key,
                                             const struct tftp_channel *channel);
/* Counts a transfer that this peer's address did not acknowledge yet; false: there were too many
 * lately. `now`: microseconds. */
bool tftp_table_takes(struct tftp_table *table, const union tftp_address *peer, uint64_t now);
/* A new transfer, all zeroes but for the key. NULL when the table is full. */
struct tftp_transfer *tftp_table_add(struct tftp_table *table, const struct tftp_key *key);
/* A client's address and port as a number that nobody outside can foresee. */
uint64_t tftp_table_client(const struct tftp_table *table, const union tftp_address *peer);
void tftp_table_remove(struct tftp_table *table, struct tftp_transfer *transfer);
/* It is not among the never acknowledged any more. */
void tftp_table_acknowledged(struct tftp_table *table, struct tftp_transfer *transfer);

#endif
