/* SPDX-License-Identifier: MIT */
/* The tables of the ledger's file. Times are seconds since 1970 as the clock stood; moments are
 * seconds of a clock that never runs backwards (write.c), by which all comparisons are made. */
#include "ledger/internal.h"

/* One row: the state of the whole. `forgotten`: newest request of a phone that gave way to others;
 * `missed` and `gap`: when a request, and a delivery, was last missed. */
#define STATE_TABLE                                                                                \
    "CREATE TABLE state("                                                                          \
    " wall INTEGER NOT NULL, moment INTEGER NOT NULL, phones INTEGER NOT NULL,"                    \
    " forgotten INTEGER NOT NULL, missed INTEGER NOT NULL, gap INTEGER NOT NULL);"                 \
    "INSERT INTO state VALUES(0, 2 * " LEDGER__NUMBER(LEDGER_LATELY) ", 0, 0, 0, 0);"

/* `rank`: 0 nothing delivered, 1 something, 2 a configuration. `crowded`: newest request of an
 * address that gave way to others. */
#define PHONE_TABLE                                                                                \
    "CREATE TABLE phone("                                                                          \
    " phone TEXT PRIMARY KEY, moment INTEGER NOT NULL, rank INTEGER NOT NULL DEFAULT 0,"           \
    " crowded INTEGER NOT NULL) WITHOUT ROWID;"                                                    \
    "CREATE INDEX phone_gives_way ON phone(rank, moment);"

#define SEEN_TABLE                                                                                 \
    "CREATE TABLE seen("                                                                           \
    " phone TEXT NOT NULL, address TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,"  \
    " moment INTEGER NOT NULL, asked TEXT NOT NULL, delivered INTEGER NOT NULL DEFAULT 0,"         \
    " configured INTEGER NOT NULL DEFAULT 0,"                                                      \
    " PRIMARY KEY(phone, address)) WITHOUT ROWID;"                                                 \
    "CREATE TRIGGER phone_goes AFTER DELETE ON phone BEGIN"                                        \
    " DELETE FROM seen WHERE phone = old.phone;"                                                   \
    " DELETE FROM list WHERE phone = old.phone;"                                                   \
    " END;"

/* `slot` is the file, but '' for trust lists: the last of a kind is what counts. `unsure`: another
 * one was sent since then, and not acknowledged. */
#define DELIVERED_TABLE                                                                            \
    "CREATE TABLE delivered("                                                                      \
    " phone TEXT NOT NULL, address TEXT NOT NULL, kind TEXT NOT NULL, slot TEXT NOT NULL,"         \
    " file TEXT NOT NULL, transport TEXT NOT NULL, time INTEGER NOT NULL,"                         \
    " moment INTEGER NOT NULL, sha256 BLOB NOT NULL, unsure INTEGER NOT NULL DEFAULT 0,"           \
    " PRIMARY KEY(phone, address, kind, slot)) WITHOUT ROWID;"                                     \
    "CREATE TRIGGER seen_goes AFTER DELETE ON seen BEGIN"                                          \
    " DELETE FROM delivered WHERE phone = old.phone AND address = old.address;"                    \
    " END;"

/* The list that went out last in a phone's name, to whatever address. */
#define LIST_TABLE                                                                                 \
    "CREATE TABLE list("                                                                           \
    " phone TEXT NOT NULL, kind TEXT NOT NULL, sha256 BLOB NOT NULL,"                              \
    " unsure INTEGER NOT NULL DEFAULT 0, PRIMARY KEY(phone, kind)) WITHOUT ROWID;"

/* The newest of the lists that a phone is given in turns, as it was when it last got one: when it
 * got it first and last, and how often it fetched a configuration after it, once for each boot. */
#define GIVEN_TABLE                                                                                \
    "CREATE TABLE given("                                                                          \
    " phone TEXT NOT NULL, kind TEXT NOT NULL, sha256 BLOB NOT NULL, first INTEGER NOT NULL,"      \
    " last INTEGER NOT NULL, followed INTEGER NOT NULL DEFAULT 0,"                                 \
    " followed_first INTEGER NOT NULL DEFAULT 0, followed_last INTEGER NOT NULL DEFAULT 0,"        \
    " PRIMARY KEY(phone, kind)) WITHOUT ROWID;"                                                    \
    "CREATE TRIGGER given_goes AFTER DELETE ON phone BEGIN"                                        \
    " DELETE FROM given WHERE phone = old.phone;"                                                  \
    " END;"

/* What a phone itself has shown to hold, by the list that it showed last; `certificate` is what the
 * server showed it. Stays when the phone gives way in the other tables. */
#define PROOF_TABLE                                                                                \
    "CREATE TABLE proof("                                                                          \
    " phone TEXT NOT NULL, kind TEXT NOT NULL, sha256 BLOB NOT NULL,"                              \
    " certificate BLOB NOT NULL, time INTEGER NOT NULL, PRIMARY KEY(phone, kind)) WITHOUT ROWID;"

/* What was last asked for in a phone's name, and with what outcome: numbered, and bounded here,
 * whoever writes. */
#define REQUEST_TABLE                                                                              \
    "CREATE TABLE request("                                                                        \
    " phone TEXT NOT NULL, number INTEGER NOT NULL, time INTEGER NOT NULL, asked TEXT NOT NULL,"   \
    " transport TEXT NOT NULL, outcome TEXT NOT NULL, address TEXT NOT NULL,"                      \
    " bytes INTEGER NOT NULL, PRIMARY KEY(phone, number)) WITHOUT ROWID;"                          \
    "CREATE TRIGGER request_gives_way AFTER INSERT ON request BEGIN"                               \
    " DELETE FROM request WHERE phone = new.phone"                                                 \
    "  AND number <= new.number - " LEDGER__NUMBER(                                                \
        LEDGER_REQUESTS_MAX) ";"                                                                   \
                             " END;"                                                               \
                             "CREATE TRIGGER request_goes AFTER DELETE ON phone BEGIN"             \
                             " DELETE FROM request WHERE phone = old.phone;"                       \
                             " END;"

#define HELD_VIEW "CREATE VIEW held AS " LEDGER__HELD_SELECT ";"

#define VERSION "PRAGMA user_version = " LEDGER__NUMBER(LEDGER__VERSION) ";"

const char ledger__schema[] = STATE_TABLE PHONE_TABLE SEEN_TABLE DELIVERED_TABLE LIST_TABLE
    GIVEN_TABLE PROOF_TABLE REQUEST_TABLE HELD_VIEW
    "PRAGMA application_id = " LEDGER__NUMBER(LEDGER__APPLICATION_ID) ";" VERSION;

const char ledger__from_version_1[] = GIVEN_TABLE PROOF_TABLE REQUEST_TABLE VERSION;
const char ledger__from_version_2[] = REQUEST_TABLE VERSION;
