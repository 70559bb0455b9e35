/* SPDX-License-Identifier: MIT */
/* SQLite's statements, made ready once, and its errors in this project's words. */
#include "ledger/internal.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#define OLDEST_ADDRESS " FROM seen WHERE phone = ?1 ORDER BY delivered, moment, address LIMIT 1"

static const char *const statements[LEDGER__STATEMENTS] = {
    [LEDGER__BEGIN] = "BEGIN IMMEDIATE",
    [LEDGER__COMMIT] = "COMMIT",
    [LEDGER__ROLLBACK] = "ROLLBACK",
    [LEDGER__STATE] = "SELECT wall, moment, phones, forgotten FROM state",
    [LEDGER__STATE_KEEP] = "UPDATE state SET wall = ?1, moment = ?2, phones = ?3, forgotten = ?4",
    [LEDGER__LOSS] = "UPDATE state SET missed = ?1, gap = CASE WHEN ?2 THEN ?1 ELSE gap END",

    [LEDGER__PHONE_ASKED] = "UPDATE phone SET moment = ?2 WHERE phone = ?1",
    [LEDGER__PHONE_NEW] = "INSERT INTO phone(phone, moment, crowded) VALUES(?1, ?2, ?3)",
    [LEDGER__PHONE_RANK] = "UPDATE phone SET rank = ?2 WHERE phone = ?1 AND rank < ?2",
    [LEDGER__PHONE_OLDEST] = "SELECT phone, moment FROM phone ORDER BY rank, moment LIMIT 1",
    [LEDGER__PHONE_CROWDED] =
        "UPDATE phone SET crowded = max(crowded, (SELECT moment" OLDEST_ADDRESS
        ")) WHERE phone = ?1",
    [LEDGER__PHONE_DELETE] = "DELETE FROM phone WHERE phone = ?1",

    [LEDGER__ADDRESS_ASKED] = "UPDATE seen SET last = ?3, moment = ?4, asked = ?5"
                              " WHERE phone = ?1 AND address = ?2",
    [LEDGER__ADDRESS_NEW] = "INSERT INTO seen(phone, address, first, last, moment, asked)"
                            " VALUES(?1, ?2, ?3, ?3, ?4, ?5)",
    [LEDGER__ADDRESS_GOT] = "UPDATE seen SET delivered = 1,"
                            " configured = CASE WHEN ?4 THEN ?3 ELSE configured END"
                            " WHERE phone = ?1 AND address = ?2",
    [LEDGER__ADDRESS_COUNT] = "SELECT count(*) FROM seen WHERE phone = ?1",
    [LEDGER__ADDRESS_DELETE] = "DELETE FROM seen WHERE phone = ?1 AND address ="
                               " (SELECT address" OLDEST_ADDRESS ")",

    [LEDGER__DELIVERED_AGAIN] = "UPDATE delivered SET file = ?5, transport = ?6, time = ?7,"
                                " moment = ?8, sha256 = ?9, unsure = 0"
                                " WHERE phone = ?1 AND address = ?2 AND kind = ?3 AND slot = ?4",
    [LEDGER__DELIVERED_NEW] = "INSERT INTO delivered(phone, address, kind, slot, file, transport,"
                              " time, moment, sha256) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    [LEDGER__DELIVERED_TRIM] = "DELETE FROM delivered WHERE phone = ?1 AND address = ?2"
                               " AND slot <> '' AND (kind, slot) IN (SELECT kind, slot"
                               " FROM delivered WHERE phone = ?1 AND address = ?2 AND slot <> ''"
                               " ORDER BY moment DESC, slot LIMIT -1 OFFSET ?3)",
    [LEDGER__DELIVERED_UNSURE] = "UPDATE delivered SET unsure = 1 WHERE phone = ?1 AND address = ?2"
                                 " AND kind = ?3 AND slot = '' AND sha256 <> ?4",
    [LEDGER__LIST] = "INSERT INTO list(phone, kind, sha256) VALUES(?1, ?2, ?3)"
                     " ON CONFLICT DO UPDATE SET sha256 = ?3, unsure = 0",
    [LEDGER__LIST_UNSURE] = "UPDATE list SET unsure = 1"
                            " WHERE phone = ?1 AND kind = ?2 AND sha256 <> ?3",
    [LEDGER__GIVEN] = "INSERT INTO given(phone, kind, sha256, first, last)"
                      " VALUES(?1, ?2, ?3, ?4, ?4) ON CONFLICT DO UPDATE SET last = ?4,"
                      " first = CASE WHEN sha256 = ?3 THEN first ELSE ?4 END,"
                      " followed = CASE WHEN sha256 = ?3 THEN followed ELSE 0 END,"
                      " followed_first = CASE WHEN sha256 = ?3 THEN followed_first ELSE 0 END,"
                      " followed_last = CASE WHEN sha256 = ?3 THEN followed_last ELSE 0 END,"
                      " sha256 = ?3",
    [LEDGER__FOLLOWED] = "UPDATE given SET followed = followed + 1, followed_last = ?2,"
                         " followed_first = CASE WHEN followed THEN followed_first ELSE ?2 END"
                         " WHERE phone = ?1 AND followed_last + ?3 <= ?2"
                         " AND sha256 = (SELECT l.sha256 FROM list l"
                         "  WHERE l.phone = ?1 AND l.kind = given.kind)",
    [LEDGER__REQUEST] = "INSERT INTO request(phone, number, time, asked, transport, outcome,"
                        " address, bytes) SELECT ?1, 1 + ifnull((SELECT max(number) FROM request"
                        " WHERE phone = ?1), 0), ?2, ?3, ?4, ?5, ?6, ?7"
                        " WHERE EXISTS (SELECT 1 FROM phone WHERE phone = ?1)",
    [LEDGER__PROOF] = "INSERT INTO proof(phone, kind, sha256, certificate, time)"
                      " VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET"
                      " sha256 = ?3, certificate = ?4, time = ?5",
    [LEDGER__HELD] = "SELECT state = 'holds', sha256 FROM (" LEDGER__HELD_SELECT
                     ") WHERE phone = ?1 AND kind = ?2",
};

static const char *const kinds[] = {
    [LEDGER_ITL] = "itl",
    [LEDGER_CTL] = "ctl",
    [LEDGER_CONFIGURATION] = "configuration",
    [LEDGER_OTHER] = "other",
};

const char *
ledger__kind_name(enum ledger_kind kind)
{
    return kinds[kind];
}

enum ledger_kind
ledger__kind_of(const char *name)
{
    for (int kind = LEDGER_ITL; kind < LEDGER_OTHER; kind++)
        if (strcmp(kinds[kind], name) == 0)
            return (enum ledger_kind)kind;
    return LEDGER_OTHER;
}

static int
system_failed(struct prov_error *err, int number, const char *sentence)
{
    prov_fail(err, PROV_E_SYSTEM, "%s", sentence);
    if (err != NULL)
        err->sys = number;
    return PROV_E_SYSTEM;
}

int
ledger__failed(sqlite3 *db, int code, struct prov_error *err)
{
    int number = db != NULL ? sqlite3_system_errno(db) : 0;
    switch (code & 0xff) {
    case SQLITE_NOMEM:
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    case SQLITE_NOTADB:
        return prov_fail(err, PROV_E_FORMAT, "this is no ledger; move it away or name another");
    case SQLITE_CORRUPT:
    case SQLITE_SCHEMA:
    case SQLITE_ERROR: /* a table is missing */
        return prov_fail(err, PROV_E_FORMAT,
                         "the ledger is damaged (%s); move it away, a new one will be made",
                         db != NULL ? sqlite3_errmsg(db) : sqlite3_errstr(code));
    case SQLITE_FULL:
        return system_failed(err, ENOSPC, "the disk is full; make room on it");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return system_failed(err, EBUSY, "another program keeps the ledger locked; end it");
    case SQLITE_READONLY:
        return system_failed(err, EACCES,
                             "the ledger may not be written; check who owns it and "
                             "its folder");
    default:
        prov_fail(err, PROV_E_SYSTEM, "the ledger cannot be used: %s%s%s", sqlite3_errstr(code),
                  number != 0 ? ": " : "", number != 0 ? strerror(number) : "");
        if (err != NULL)
            err->sys = number;
        return PROV_E_SYSTEM;
    }
}

static int
bind_all(sqlite3_stmt *statement, const char *types, va_list values)
{
    int rc = SQLITE_OK;
    for (int i = 0; rc == SQLITE_OK && types[i] != '\0'; i++) {
        if (types[i] == 't')
            rc = sqlite3_bind_text(statement, i + 1, va_arg(values, const char *), -1,
                                   SQLITE_STATIC);
        else if (types[i] == 'i')
            rc = sqlite3_bind_int64(statement, i + 1, va_arg(values, int64_t));
        else
            rc = sqlite3_bind_blob(statement, i + 1, va_arg(values, const uint8_t *),
                                   LEDGER_SHA256_LEN, SQLITE_STATIC);
    }
    return rc;
}

static int
prepare(struct ledger *ledger, enum ledger__statement which, const char *types, va_list values,
        struct prov_error *err)
{
    sqlite3_stmt **kept = &ledger->statements[which];
    int rc = SQLITE_OK;
    if (*kept == NULL)
        rc = sqlite3_prepare_v3(ledger->db, statements[which], -1, SQLITE_PREPARE_PERSISTENT, kept,
                                NULL);
    if (rc == SQLITE_OK)
        rc = bind_all(*kept, types, values);
    return rc == SQLITE_OK ? PROV_OK : ledger__failed(ledger->db, rc, err);
}

int
ledger__bind(struct ledger *ledger, enum ledger__statement which, sqlite3_stmt **out,
             struct prov_error *err, const char *types, ...)
{
    va_list values;
    va_start(values, types);
    int rc = prepare(ledger, which, types, values, err);
    va_end(values);
    if (rc == PROV_OK)
        *out = ledger->statements[which];
    return rc;
}

int
ledger__run(struct ledger *ledger, enum ledger__statement which, int *changed,
            struct prov_error *err, const char *types, ...)
{
    va_list values;
    va_start(values, types);
    int rc = prepare(ledger, which, types, values, err);
    va_end(values);
    if (rc != PROV_OK)
        return rc;
    int step = sqlite3_step(ledger->statements[which]);
    if (step != SQLITE_DONE)
        rc = ledger__failed(ledger->db, step, err);
    else if (changed != NULL)
        *changed = sqlite3_changes(ledger->db);
    sqlite3_reset(ledger->statements[which]);
    return rc;
}
