/* SPDX-License-Identifier: MIT */
/* What phones are given: by provd's own rules over the tree that provbuild wrote, or, from a server
 * that knows none, what stands in the tree. */
#ifndef TESTS_ORACLE_SERVER_H
#define TESTS_ORACLE_SERVER_H

#include "provcheck/phone/trust.h"
#include "tests/oracle/lot.h"

struct server;

/* A file as it was given; to be released. */
struct given {
    struct prov_span bytes;
    const char *path;           /* below the tree */
    struct resolver_file *file; /* provd's */
    struct prov_bytes *content; /* another server's */
};

/* `still`: it gives what stands. All its random numbers come from `lot`. */
struct server *server_new(const char *tree, bool still, struct lot lot);
void server_free(struct server *server);

/* The list that this phone is given at the time `now`; false if there is none. */
bool server_give_list(struct server *server, const struct prov_mac *phone, enum trust_kind kind,
                      int64_t now, struct given *out);
/* The server saw the whole of it arrive at this address, in this phone's name. */
void server_note(struct server *server, const struct prov_mac *phone, const char *address,
                 const struct given *given, int64_t now);
/* Writes what it saw into a ledger; NULL: forgets it. */
void server_write_ledger(struct server *server, const char *path);
/* The one that all lists given to this phone lead to. */
bool server_newest(struct server *server, const struct prov_mac *phone, enum trust_kind kind,
                   struct given *out);
/* The rung with this number, 0 being the newest; false if it is given no list in turns, or none of
 * that number. */
bool server_rung(struct server *server, const struct prov_mac *phone, enum trust_kind kind,
                 size_t from_newest, struct given *out);
bool server_give_configuration(struct server *server, const struct prov_mac *phone, bool is_signed,
                               struct given *out);
void given_release(struct given *given);

#endif
