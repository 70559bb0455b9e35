/* SPDX-License-Identifier: MIT */
/* What the files of this room share: an open ledger, its statements, its limits. */
#ifndef LEDGER_INTERNAL_H
#define LEDGER_INTERNAL_H

#include "ledger/ledger.h"

#include <sqlite3.h>

#define LEDGER__PHONES_MAX 100000
#define LEDGER__ADDRESSES_MAX 64 /* of one phone */
#define LEDGER__BOOT_SECONDS 300 /* a configuration fetched again this soon is one boot's */
#define LEDGER__FILES_MAX 16     /* of one phone and address, trust lists not counted */
#define LEDGER__APPLICATION_ID 1886547830 /* "prov" */
#define LEDGER__VERSION 3
#define LEDGER__VERSION_TURNS 2    /* from here on there are the tables `given` and `proof` */
#define LEDGER__VERSION_REQUESTS 3 /* from here on there is the table `request` */

#define LEDGER__TEXT_OF(value) #value
#define LEDGER__NUMBER(value) LEDGER__TEXT_OF(value)

/* Whether each phone holds the list that went out last in its name, from the tables themselves: the
 * view of the same name is for others, and whoever can write the file can put another in its place.
 */
#define LEDGER__HELD_SELECT                                                                        \
    "SELECT l.phone, l.kind, CASE WHEN NOT l.unsure"                                               \
    " AND max(p.crowded, s.missed) < p.moment - " LEDGER__NUMBER(                                  \
        LEDGER_LATELY) " AND NOT EXISTS (SELECT 1 FROM seen a LEFT JOIN delivered d"               \
                       "  ON d.phone = a.phone AND d.address = a.address AND d.kind = l.kind AND " \
                       "d.slot = ''"                                                               \
                       "  WHERE a.phone = l.phone AND a.moment >= p.moment - " LEDGER__NUMBER(     \
                           LEDGER_LATELY) "  AND (d.sha256 IS NOT l.sha256 OR d.unsure OR "        \
                                          "d.moment <= s.gap))"                                    \
                                          " THEN 'holds' ELSE 'disputed' END AS state, l.sha256"   \
                                          " FROM list l JOIN phone p ON p.phone = l.phone JOIN "   \
                                          "state s"

enum ledger__statement {
    LEDGER__BEGIN,
    LEDGER__COMMIT,
    LEDGER__ROLLBACK,
    LEDGER__STATE,
    LEDGER__STATE_KEEP,
    LEDGER__LOSS,
    LEDGER__PHONE_ASKED,
    LEDGER__PHONE_NEW,
    LEDGER__PHONE_RANK,
    LEDGER__PHONE_OLDEST,
    LEDGER__PHONE_CROWDED,
    LEDGER__PHONE_DELETE,
    LEDGER__ADDRESS_ASKED,
    LEDGER__ADDRESS_NEW,
    LEDGER__ADDRESS_GOT,
    LEDGER__ADDRESS_COUNT,
    LEDGER__ADDRESS_DELETE,
    LEDGER__DELIVERED_AGAIN,
    LEDGER__DELIVERED_NEW,
    LEDGER__DELIVERED_TRIM,
    LEDGER__DELIVERED_UNSURE,
    LEDGER__LIST,
    LEDGER__LIST_UNSURE,
    LEDGER__HELD,
    LEDGER__PROOF,
    LEDGER__GIVEN,
    LEDGER__FOLLOWED,
    LEDGER__REQUEST,
    LEDGER__STATEMENTS
};

struct ledger {
    sqlite3 *db;
    sqlite3_stmt *statements[LEDGER__STATEMENTS]; /* prepared when first used */
    int64_t phones_max;
    int64_t version; /* of the file */
};

extern const char ledger__schema[];
extern const char ledger__from_version_1[]; /* makes such a file what the schema makes */
extern const char ledger__from_version_2[];

/* PROV_E_FORMAT if the tables, views, indexes and triggers of a file of this version are not those
 * of `ledger__schema`: somebody else made them, or changed them. */
int ledger__check_schema(sqlite3 *db, int64_t version, struct prov_error *err) PROV_CHECKED;

/* SQLite's last error as one of ours. */
int ledger__failed(sqlite3 *db, int code, struct prov_error *err);

/* The kept statement, its parameters bound by `types`: t text, i int64_t, b a digest. */
int ledger__bind(struct ledger *ledger, enum ledger__statement which, sqlite3_stmt **out,
                 struct prov_error *err, const char *types, ...) PROV_CHECKED;
/* The same, run to its end; the number of rows it changed goes to `*changed` (may be NULL). */
int ledger__run(struct ledger *ledger, enum ledger__statement which, int *changed,
                struct prov_error *err, const char *types, ...) PROV_CHECKED;

const char *ledger__kind_name(enum ledger_kind kind);
enum ledger_kind ledger__kind_of(const char *name);

#endif
