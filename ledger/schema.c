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

#define HELD_VIEW "CREATE VIEW held AS " LEDGER__HELD_SELECT ";"

const char ledger__schema[] =
    STATE_TABLE PHONE_TABLE SEEN_TABLE DELIVERED_TABLE LIST_TABLE HELD_VIEW
    "PRAGMA application_id = " LEDGER__NUMBER(
        LEDGER__APPLICATION_ID) ";"
                                "PRAGMA user_version = " LEDGER__NUMBER(LEDGER__VERSION) ";";
