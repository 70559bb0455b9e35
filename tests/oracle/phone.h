/* SPDX-License-Identifier: MIT */
/* A phone, by what provcheck knows of phones: the lists that it holds, those that it takes, and
 * what its flash may lose. */
#ifndef TESTS_ORACLE_PHONE_H
#define TESTS_ORACLE_PHONE_H

#include "provcheck/phone/trust.h"

struct phone {
    struct prov_mac mac;
    bool heeds_time; /* refuses a list that is not newer than the one that it holds */
    bool off;        /* for weeks */
    bool forsaken;   /* somebody was told that it may be left behind */
    bool proven;     /* somebody read off its screen what it holds; from then on it loses nothing */
    struct trust holds;
    /* Of each kind: what it held before the last one was stored, and at some earlier time. */
    const struct prov_trustlist *before[TRUST_KINDS], *earlier[TRUST_KINDS];
};

/* The phone with this number, which holds nothing. */
void phone_begin(struct phone *phone, int number, bool heeds_time, struct trust_library *known);

/* Offers a list; true if it was installed. */
bool phone_offer(struct phone *phone, enum trust_kind kind, struct prov_span list, int64_t now);
bool phone_holds(const struct phone *phone, enum trust_kind kind, struct prov_span list);

/* The last list of this kind never reached the flash. */
void phone_lose_last(struct phone *phone, enum trust_kind kind);
void phone_reset(struct phone *phone);
/* What it holds now it may be set back to later. */
void phone_keep(struct phone *phone);
void phone_set_back(struct phone *phone);

/* It asks for signed files. */
bool phone_wants_signed(const struct phone *phone);
/* It takes this file for its configuration. */
bool phone_is_served(const struct phone *phone, struct prov_span file);

/* What it holds, by the SASTs of its lists, for whoever reads a history. */
void phone_print(const struct phone *phone);
void list_print(const struct prov_trustlist *list);

#endif
