/* SPDX-License-Identifier: MIT */
/* Opens the ledger's file, with the owner and mode that its readers need, and closes it. */
#include "ledger/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define GROUP "prov"
#define BUSY_MILLISECONDS 250
#define WAL_KEPT 4194304 /* bytes of the -wal file that stay after a burst */
#define NUMBER_OF(value) #value
#define TEXT_OF(value) NUMBER_OF(value)

/* Members of the group may read. Where there is no such group, or we are not in it, so be it. */
static void
give_to_group(const char *path)
{
    char buffer[4096];
    struct group entry, *group = NULL;
    if (getgrnam_r(GROUP, &entry, buffer, sizeof buffer, &group) == 0 && group != NULL &&
        chown(path, (uid_t)-1, group->gr_gid) != 0)
        return;
}

/* SQLite gives -wal and -shm the mode of the file. */
static int
create_file(const char *path, struct prov_error *err)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
    if (fd < 0)
        return errno == EEXIST ? PROV_OK : prov_system_failed(err, "the ledger cannot be made");
    int rc = fchmod(fd, 0640) == 0 ? PROV_OK : prov_system_failed(err, "the ledger's mode");
    close(fd);
    give_to_group(path);
    return rc;
}

/* The absolute path, since SQLite has names of its own that mean no file. Nothing but SQLite may
 * open and close a ledger that exists: its locks would go. */
static int
find_file(const char *path, enum ledger_mode mode, char **out, struct prov_error *err)
{
    struct stat status;
    if (stat(path, &status) != 0) {
        if (errno != ENOENT || mode == LEDGER_READ)
            return prov_system_failed(err, "the ledger cannot be opened");
        int rc = create_file(path, err);
        if (rc != PROV_OK)
            return rc;
    } else if (!S_ISREG(status.st_mode)) {
        return prov_fail(err, PROV_E_FORMAT,
                         "this is no regular file; name another for the ledger");
    }
    *out = realpath(path, NULL);
    return *out != NULL ? PROV_OK : prov_system_failed(err, "the ledger cannot be opened");
}

static int
run_text(sqlite3 *db, const char *sql, struct prov_error *err)
{
    int rc = sqlite3_exec(db, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK ? PROV_OK : ledger__failed(db, rc, err);
}

static int
read_number(sqlite3 *db, const char *sql, int64_t *out, struct prov_error *err)
{
    sqlite3_stmt *statement = NULL;
    int rc = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(statement);
    if (rc == SQLITE_ROW)
        *out = sqlite3_column_int64(statement, 0);
    int result = rc == SQLITE_ROW ? PROV_OK : ledger__failed(db, rc, err);
    sqlite3_finalize(statement);
    return result;
}

/* Whose file it is, before anything is changed. `*empty`: just made, or its maker was killed. */
static int
check_file(sqlite3 *db, bool *empty, int64_t *file_version, struct prov_error *err)
{
    int64_t pages = 0, application = 0, version = 0;
    int rc = read_number(db, "PRAGMA page_count", &pages, err);
    if (rc == PROV_OK)
        rc = read_number(db, "PRAGMA application_id", &application, err);
    if (rc == PROV_OK)
        rc = read_number(db, "PRAGMA user_version", &version, err);
    if (rc != PROV_OK)
        return rc;
    *empty = pages == 0;
    *file_version = version;
    if (*empty)
        return PROV_OK;
    if (application != LEDGER__APPLICATION_ID || version < 1)
        return prov_fail(err, PROV_E_FORMAT,
                         "this is another program's database, no ledger; name another file");
    if (version > LEDGER__VERSION)
        return prov_fail(err, PROV_E_FORMAT,
                         "the ledger was made by a newer version of this program; use that one, or "
                         "name another file");
    return PROV_OK;
}

/* Tables that a file lacks, in one transaction: a kill leaves it as it was, or whole. Somebody else
 * may have been faster. */
static int
add_tables(sqlite3 *db, struct prov_error *err)
{
    int64_t tables = 0, version = 0;
    int rc = run_text(db, "BEGIN IMMEDIATE", err);
    if (rc == PROV_OK)
        rc = read_number(db, "SELECT count(*) FROM sqlite_schema", &tables, err);
    if (rc == PROV_OK)
        rc = read_number(db, "PRAGMA user_version", &version, err);
    if (rc == PROV_OK && tables == 0)
        rc = run_text(db, ledger__schema, err);
    else if (rc == PROV_OK && version == 1)
        rc = run_text(db, ledger__from_version_1, err);
    else if (rc == PROV_OK && version == 2)
        rc = run_text(db, ledger__from_version_2, err);
    return rc == PROV_OK ? run_text(db, "COMMIT", err) : rc;
}

/* The schema comes first. */
static int
make_ready(sqlite3 *db, bool complete, struct prov_error *err)
{
    int rc = complete ? PROV_OK : add_tables(db, err);
    if (rc == PROV_OK)
        rc = run_text(db, "PRAGMA journal_mode = WAL", err);
    if (rc == PROV_OK)
        rc = run_text(
            db, "PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = " TEXT_OF(WAL_KEPT), err);
    return rc;
}

/* The -wal and -shm files stay when the writer goes: whoever may only read could not make them. */
static int
keep_wal(struct ledger *ledger, const char *path, struct prov_error *err)
{
    int keep = 1;
    int rc = sqlite3_file_control(ledger->db, "main", SQLITE_FCNTL_PERSIST_WAL, &keep);
    if (rc != SQLITE_OK)
        return ledger__failed(ledger->db, rc, err);
    /* Reading makes them. */
    int64_t phones = 0;
    int result = read_number(ledger->db, "SELECT phones FROM state", &phones, err);
    char *name = NULL;
    static const char *const endings[] = {"-wal", "-shm"};
    for (size_t i = 0; result == PROV_OK && i < 2; i++) {
        if (asprintf(&name, "%s%s", path, endings[i]) < 0)
            return prov_fail(err, PROV_E_MEMORY, "out of memory");
        give_to_group(name);
        free(name);
    }
    return result;
}

static int
open_database(struct ledger *ledger, const char *path, enum ledger_mode mode,
              struct prov_error *err)
{
    int flags =
        (mode == LEDGER_WRITE ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY) | SQLITE_OPEN_NOMUTEX;
    bool empty = false;
    int code = sqlite3_open_v2(path, &ledger->db, flags, NULL);
    if (code != SQLITE_OK)
        return ledger__failed(ledger->db, code, err);
    sqlite3_extended_result_codes(ledger->db, 1);
    sqlite3_busy_timeout(ledger->db, BUSY_MILLISECONDS);
    int rc = run_text(ledger->db, "PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF", err);
    if (rc == PROV_OK)
        rc = check_file(ledger->db, &empty, &ledger->version, err);
    if (rc != PROV_OK)
        return rc;
    if (mode == LEDGER_READ && empty)
        return prov_fail(err, PROV_E_FORMAT,
                         "the ledger is empty; the server that keeps it has not yet started");
    if (mode == LEDGER_READ) {
        rc = ledger__check_schema(ledger->db, ledger->version, err);
        return rc == PROV_OK ? run_text(ledger->db, "PRAGMA query_only = ON", err) : rc;
    }
    /* SQLite opens what may not be written for reading. */
    if (sqlite3_db_readonly(ledger->db, "main") != 0)
        return ledger__failed(ledger->db, SQLITE_READONLY, err);
    rc = make_ready(ledger->db, !empty && ledger->version == LEDGER__VERSION, err);
    ledger->version = LEDGER__VERSION;
    return rc == PROV_OK ? keep_wal(ledger, path, err) : rc;
}

int
ledger_open(const char *path, enum ledger_mode mode, struct ledger **out, struct prov_error *err)
{
    char *found = NULL;
    struct ledger *ledger = calloc(1, sizeof *ledger);
    if (ledger == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    ledger->phones_max = LEDGER__PHONES_MAX;
    int rc = find_file(path, mode, &found, err);
    if (rc == PROV_OK)
        rc = open_database(ledger, found, mode, err);
    free(found);
    if (rc != PROV_OK) {
        ledger_close(ledger);
        return rc;
    }
    *out = ledger;
    return PROV_OK;
}

void
ledger_close(struct ledger *ledger)
{
    if (ledger == NULL)
        return;
    for (size_t i = 0; i < LEDGER__STATEMENTS; i++)
        sqlite3_finalize(ledger->statements[i]);
    sqlite3_close(ledger->db);
    free(ledger);
}
