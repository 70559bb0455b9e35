/* SPDX-License-Identifier: MIT */
/* Whether a ledger's schema is exactly the one that this program makes: what else a file holds,
 * such as a view under a table's name, was put there by somebody who wants to be believed. */
#include "ledger/internal.h"

#include <prov/text.h>

#include <string.h>

#define OBJECTS "SELECT type, name, tbl_name, ifnull(sql, '') FROM sqlite_schema"
#define ORDER " ORDER BY type, name"
#define OF_VERSION_2 "'given', 'given_goes', 'proof'"
#define OF_VERSION_3 "'request', 'request_gives_way', 'request_goes'"
#define NAMES 2 /* of these columns tell objects apart */
#define COLUMNS 4

static int
make_ours(sqlite3 **out, struct prov_error *err)
{
    int rc = sqlite3_open_v2(
        ":memory:", out, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(*out, ledger__schema, NULL, NULL, NULL);
    return rc == SQLITE_OK ? PROV_OK : ledger__failed(*out, rc, err);
}

/* The order of both walks: by columns, as far as they tell objects apart. */
static int
order_of(sqlite3_stmt *a, sqlite3_stmt *b, int columns)
{
    int order = 0;
    for (int i = 0; order == 0 && i < columns; i++) {
        const char *x = (const char *)sqlite3_column_text(a, i);
        const char *y = (const char *)sqlite3_column_text(b, i);
        order = strcmp(x != NULL ? x : "", y != NULL ? y : "");
    }
    return order;
}

static int
refuse(sqlite3_stmt *row, const char *what, struct prov_error *err)
{
    char shown[64];
    const char *name = (const char *)sqlite3_column_text(row, 1);
    prov_printable(name, name != NULL ? strlen(name) : 0, shown, sizeof shown);
    return prov_fail(err, PROV_E_FORMAT,
                     "%s %s, so another program wrote to this ledger and nothing in it counts; "
                     "see who may write it, move it away, and a new one will be made",
                     shown, what);
}

/* `a` are theirs, `b` ours. */
static int
compare(sqlite3 *theirs, sqlite3_stmt *a, sqlite3_stmt *b, struct prov_error *err)
{
    int of_a = sqlite3_step(a), of_b = sqlite3_step(b);
    while (of_a == SQLITE_ROW || of_b == SQLITE_ROW) {
        int order = of_a != SQLITE_ROW ? 1 : of_b != SQLITE_ROW ? -1 : order_of(a, b, NAMES);
        if (order > 0)
            return refuse(b, "is missing", err);
        if (order < 0 || order_of(a, b, COLUMNS) != 0)
            return refuse(a, "is not as this program makes it", err);
        of_a = sqlite3_step(a);
        of_b = sqlite3_step(b);
    }
    return of_a == SQLITE_DONE ? PROV_OK : ledger__failed(theirs, of_a, err);
}

int
ledger__check_schema(sqlite3 *db, int64_t version, struct prov_error *err)
{
    static const char sql[] = OBJECTS ORDER;
    /* What earlier versions had; the writer makes the rest when it starts. */
    static const char sql_1[] =
        OBJECTS " WHERE name NOT IN (" OF_VERSION_2 ", " OF_VERSION_3 ")" ORDER;
    static const char sql_2[] = OBJECTS " WHERE name NOT IN (" OF_VERSION_3 ")" ORDER;
    const char *had = version == 1 ? sql_1 : version == 2 ? sql_2 : sql;
    sqlite3 *ours = NULL;
    sqlite3_stmt *a = NULL, *b = NULL;
    int rc = make_ours(&ours, err);
    int code = rc == PROV_OK ? sqlite3_prepare_v2(db, sql, -1, &a, NULL) : SQLITE_OK;
    if (rc == PROV_OK && code != SQLITE_OK)
        rc = ledger__failed(db, code, err);
    code = rc == PROV_OK ? sqlite3_prepare_v2(ours, had, -1, &b, NULL) : SQLITE_OK;
    if (rc == PROV_OK && code != SQLITE_OK)
        rc = ledger__failed(ours, code, err);
    if (rc == PROV_OK)
        rc = compare(db, a, b, err);
    sqlite3_finalize(a);
    sqlite3_finalize(b);
    sqlite3_close(ours);
    return rc;
}
