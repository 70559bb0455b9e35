/* SPDX-License-Identifier: MIT */
/* What each phone was last given, per address: written by the server, read by whoever has to know
 * which phones are ready for the next step. A SQLite file in WAL mode. One struct ledger belongs to
 * one thread at a time. */
#ifndef LEDGER_LEDGER_H
#define LEDGER_LEDGER_H

#include <prov/device.h>
#include <prov/error.h>

#include <stdbool.h>
#include <stdint.h>

#define LEDGER_ADDRESS_SIZE 46 /* an IPv6 address as text and its NUL */
#define LEDGER_FILE_SIZE 256
#define LEDGER_SHA256_LEN 32
/* A phone's addresses count as lately used if they asked within this time before its newest
 * request: a phone boots within minutes, and a lease outlives that. */
#define LEDGER_LATELY (24 * 60 * 60) /* seconds */

enum ledger_kind { LEDGER_ITL, LEDGER_CTL, LEDGER_CONFIGURATION, LEDGER_OTHER };

struct ledger;

enum ledger_mode {
    LEDGER_READ, /* PROV_E_SYSTEM with ENOENT where there is no ledger */
    LEDGER_WRITE /* made where there is none: mode 0640 (its -wal and -shm too) */
};
int ledger_open(const char *path, enum ledger_mode mode, struct ledger **out,
                struct prov_error *err) PROV_CHECKED;
void ledger_close(struct ledger *ledger);

/* That `phone` (or somebody in its name) asked for `file` from `address`; and, where `delivered`,
 * that it got it whole. */
struct ledger_record {
    struct prov_mac phone;
    char address[LEDGER_ADDRESS_SIZE];
    char asked[LEDGER_FILE_SIZE]; /* the name it asked for */
    char file[LEDGER_FILE_SIZE];  /* the file that it meant, below its root; "" if there was none */
    enum ledger_kind kind;
    char transport[8]; /* "tftp", "http", "https" */
    int64_t time;      /* seconds since 1970, UTC */
    bool delivered;
    bool unacknowledged; /* not delivered, but all of it was sent: the phone may have it */
    uint8_t sha256[LEDGER_SHA256_LEN]; /* of the content that was sent; zeros: unknown */
    bool newest;                       /* a list, and the newest of those that are given in turns */
};

/* Writes all of them in one transaction, in order. On failure none is written: PROV_E_SYSTEM where
 * the disk is full or the file cannot be written, PROV_E_FORMAT where it is no sound ledger. */
int ledger_write(struct ledger *ledger, const struct ledger_record *records, size_t count,
                 struct prov_error *err) PROV_CHECKED;

#define LEDGER_REQUESTS_MAX 32 /* that are kept of a phone */

/* A request in a phone's name (by whomever), and what came of it. */
struct ledger_request {
    struct prov_mac phone;
    char address[LEDGER_ADDRESS_SIZE];
    char asked[LEDGER_FILE_SIZE];
    char transport[8]; /* "tftp", "http", "https" */
    char outcome[16];  /* as in the log: "delivered", "missing", ... */
    int64_t time;      /* seconds since 1970, UTC */
    int64_t bytes;     /* that were sent */
};

/* Writes all of them in one transaction, in order; of each phone the last ones stay. Those of a
 * phone that no record was written of are left out. Fails as ledger_write does. */
int ledger_write_requests(struct ledger *ledger, const struct ledger_request *requests,
                          size_t count, struct prov_error *err) PROV_CHECKED;
/* What was last asked for in the names of phones, newest first within a phone; as
 * ledger_each_delivery. Others can ask in a phone's name. A ledger of an older version has none. */
int ledger_each_request(struct ledger *ledger, const struct prov_mac *phone,
                        bool (*each)(void *context, const struct ledger_request *request),
                        void *context, struct prov_error *err) PROV_CHECKED;

/* Records were dropped before they could be written: until all is asked for anew, nobody can be
 * said to hold anything. `deliveries`: some of them may have been delivered or unacknowledged. */
int ledger_note_missed(struct ledger *ledger, bool deliveries, int64_t time,
                       struct prov_error *err) PROV_CHECKED;

enum ledger_state {
    LEDGER_NOTHING, /* no list of this kind is known to have gone out in its name */
    LEDGER_HOLDS,   /* every address that asked in its name lately last got the same list, and that
                     * is also the last that went out in its name to any address */
    LEDGER_DISPUTED /* all else: different lists, none for some address, or records were dropped */
};

/* Which list of `kind` (LEDGER_ITL or LEDGER_CTL) a phone is taken to hold. `*sha256` is set where
 * LEDGER_HOLDS. A phone that was never seen gives LEDGER_NOTHING. Only LEDGER_HOLDS is knowledge:
 * a phone without it may hold any list. */
int ledger_list_held(struct ledger *ledger, const struct prov_mac *phone, enum ledger_kind kind,
                     enum ledger_state *state, uint8_t sha256[LEDGER_SHA256_LEN],
                     struct prov_error *err) PROV_CHECKED;

/* That a phone showed, by a TLS handshake with its own certificate on one of the server's that only
 * this list names, that it holds the list. Nobody else can say so in its name. */
struct ledger_proof {
    struct prov_mac phone;
    enum ledger_kind kind;                  /* LEDGER_ITL or LEDGER_CTL */
    uint8_t sha256[LEDGER_SHA256_LEN];      /* of the list */
    uint8_t certificate[LEDGER_SHA256_LEN]; /* SHA-256 of what the server showed, as DER */
    int64_t time;
};

/* Replaces what the phone showed of that kind before. Fails as ledger_write does. */
int ledger_note_proof(struct ledger *ledger, const struct ledger_proof *proof,
                      struct prov_error *err) PROV_CHECKED;
/* What each phone showed last, in ascending order; as ledger_each_delivery. A ledger of an older
 * version has none. */
int ledger_each_proof(struct ledger *ledger, const struct prov_mac *phone,
                      bool (*each)(void *context, const struct ledger_proof *proof), void *context,
                      struct prov_error *err) PROV_CHECKED;

/* What came of the newest list of a kind, of those that the phone is given in turns, as of its last
 * delivery. Others can ask in its name: this shows how far a change has come, and proves nothing.
 */
struct ledger_given {
    struct prov_mac phone;
    enum ledger_kind kind;
    uint8_t sha256[LEDGER_SHA256_LEN];
    int64_t first, last;                   /* deliveries of it, in whatever boots */
    int64_t followed;                      /* boots in which it fetched a configuration after it */
    int64_t followed_first, followed_last; /* 0: never */
};
/* In ascending order of phones; as ledger_each_delivery. A ledger of an older version has none. */
int ledger_each_given(struct ledger *ledger, const struct prov_mac *phone,
                      bool (*each)(void *context, const struct ledger_given *given), void *context,
                      struct prov_error *err) PROV_CHECKED;

/* A list that went out in a phone's name: the last of a kind, the newest of those in turns when one
 * of them last did, or the one that it showed to hold. */
struct ledger_list {
    struct prov_mac phone;
    enum ledger_kind kind;
    uint8_t sha256[LEDGER_SHA256_LEN]; /* zeros: unknown */
    int64_t time;                      /* 0: ledger_each_delivery may tell */
};
/* All that is known of any phone, in no order; as ledger_each_delivery. */
int ledger_each_list(struct ledger *ledger,
                     bool (*each)(void *context, const struct ledger_list *list), void *context,
                     struct prov_error *err) PROV_CHECKED;

/* What was last delivered to each phone and address, newest first within a phone; phones in
 * ascending order. With `phone` not NULL only that one. `each` ends the walk by returning false; it
 * may use the ledger, and sees the state in which the walk began. */
struct ledger_entry {
    struct prov_mac phone;
    char address[LEDGER_ADDRESS_SIZE];
    char file[LEDGER_FILE_SIZE];
    enum ledger_kind kind;
    char transport[8];
    int64_t time;
    uint8_t sha256[LEDGER_SHA256_LEN];
};
int ledger_each_delivery(struct ledger *ledger, const struct prov_mac *phone,
                         bool (*each)(void *context, const struct ledger_entry *entry),
                         void *context, struct prov_error *err) PROV_CHECKED;
/* Those alone of the lists that ledger_each_given tells of, to whatever addresses, in no order. */
int ledger_each_delivery_of_given(struct ledger *ledger,
                                  bool (*each)(void *context, const struct ledger_entry *entry),
                                  void *context, struct prov_error *err) PROV_CHECKED;

/* Each phone that ever asked, in ascending order, and each of its addresses (newest first). */
struct ledger_sighting {
    struct prov_mac phone;
    char address[LEDGER_ADDRESS_SIZE];
    int64_t first, last; /* first and last request, seconds since 1970 as the clock stood then */
    int64_t configured;  /* last delivery of a configuration, 0: never */
};
int ledger_each_sighting(struct ledger *ledger, const struct prov_mac *phone,
                         bool (*each)(void *context, const struct ledger_sighting *sighting),
                         void *context, struct prov_error *err) PROV_CHECKED;

/* Each phone that ever asked, in ascending order, as a sighting of all its addresses together:
 * `address` is empty. */
int ledger_each_phone(struct ledger *ledger,
                      bool (*each)(void *context, const struct ledger_sighting *sighting),
                      void *context, struct prov_error *err) PROV_CHECKED;

/* Sightings of all phones that come after this one: a walk goes on where another ended. */
int ledger_each_sighting_after(struct ledger *ledger, const struct prov_mac *after,
                               bool (*each)(void *context, const struct ledger_sighting *sighting),
                               void *context, struct prov_error *err) PROV_CHECKED;

#endif
