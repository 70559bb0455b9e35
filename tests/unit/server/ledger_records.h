/* SPDX-License-Identifier: MIT */
/* What the tests of the ledger share: records, and questions to it. */
#ifndef TESTS_UNIT_SERVER_LEDGER_RECORDS_H
#define TESTS_UNIT_SERVER_LEDGER_RECORDS_H

#include "../support.h"
#include "ledger/internal.h"

#include <stdio.h>
#include <string.h>

#define NOON INT64_C(1795262400) /* 2026-11-21T12:00:00Z */
#define HOUR 3600
#define PHONE "58971ECC97C1"
#define A "192.0.2.1"
#define B "192.0.2.2"
#define C "2001:db8::3"

static struct prov_error err;

static inline struct ledger *
open_ledger(const char *path)
{
    struct ledger *ledger = NULL;
    expect_ok(ledger_open(path, LEDGER_WRITE, &ledger, &err), &err);
    return ledger;
}

static inline struct ledger *
open_reader(const char *path)
{
    struct ledger *ledger = NULL;
    expect_ok(ledger_open(path, LEDGER_READ, &ledger, &err), &err);
    return ledger;
}

static inline const char *
new_path(void)
{
    static unsigned ledgers;
    return temporary(text_of("ledger%u", ledgers++));
}

static inline struct ledger *
new_ledger(void)
{
    return open_ledger(new_path());
}

static inline struct ledger_record
request(const char *phone, const char *address, int64_t time)
{
    struct ledger_record record = {.kind = LEDGER_OTHER, .transport = "tftp", .time = time};
    snprintf(record.phone.text, sizeof record.phone.text, "%s", phone);
    snprintf(record.address, sizeof record.address, "%s", address);
    snprintf(record.asked, sizeof record.asked, "dialplan.xml");
    return record;
}

static inline struct ledger_record
delivery(const char *phone, const char *address, enum ledger_kind kind, uint8_t content,
         int64_t time)
{
    struct ledger_record record = request(phone, address, time);
    record.kind = kind;
    record.delivered = true;
    snprintf(record.file, sizeof record.file, "%s", kind == LEDGER_ITL ? "ITLFile.tlv" : "file");
    memset(record.sha256, content, sizeof record.sha256);
    return record;
}

static inline void
write_one(struct ledger *ledger, struct ledger_record record)
{
    expect_ok(ledger_write(ledger, &record, 1, &err), &err);
}

static inline void
asks(struct ledger *ledger, const char *address, int64_t time)
{
    write_one(ledger, request(PHONE, address, time));
}

static inline void
gets(struct ledger *ledger, const char *address, uint8_t content, int64_t time)
{
    write_one(ledger, delivery(PHONE, address, LEDGER_ITL, content, time));
}

/* A list's first byte, or one of the other states. */
enum { NOTHING = -1, DISPUTED = -2 };

static inline int
held_by(struct ledger *ledger, const char *phone, enum ledger_kind kind)
{
    struct prov_mac mac;
    enum ledger_state state = LEDGER_NOTHING;
    uint8_t sha256[LEDGER_SHA256_LEN] = {0}, expected[LEDGER_SHA256_LEN];
    snprintf(mac.text, sizeof mac.text, "%s", phone);
    expect_ok(ledger_list_held(ledger, &mac, kind, &state, sha256, &err), &err);
    memset(expected, state == LEDGER_HOLDS ? sha256[0] : 0, sizeof expected);
    assert_memory_equal(sha256, expected, sizeof expected);
    return state == LEDGER_HOLDS ? sha256[0] : state == LEDGER_NOTHING ? NOTHING : DISPUTED;
}

static inline int
itl(struct ledger *ledger)
{
    return held_by(ledger, PHONE, LEDGER_ITL);
}

static inline int64_t
number(struct ledger *ledger, const char *sql)
{
    sqlite3_stmt *row = NULL;
    assert_int_equal(sqlite3_prepare_v2(ledger->db, sql, -1, &row, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(row), SQLITE_ROW);
    int64_t value = sqlite3_column_int64(row, 0);
    sqlite3_finalize(row);
    return value;
}

#endif
