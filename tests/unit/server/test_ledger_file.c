/* SPDX-License-Identifier: MIT */
/* The ledger as a file: whose it is, who may read it, full disks and sudden ends. */
#include "../support.h"
#include "ledger/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOON INT64_C(1795262400) /* 2026-11-21T12:00:00Z */
#define PHONE "58971ECC97C1"
#define READER 54321 /* a user and a group that nobody has */
#define BATCH 50

static struct prov_error err;

static struct ledger *
open_ledger(const char *path)
{
    struct ledger *ledger = NULL;
    expect_ok(ledger_open(path, LEDGER_WRITE, &ledger, &err), &err);
    return ledger;
}

static struct ledger_record
delivery(const char *phone, uint8_t content, int64_t time)
{
    struct ledger_record record = {.kind = LEDGER_ITL,
                                   .address = "192.0.2.1",
                                   .asked = "ITLFile.tlv",
                                   .file = "ITLFile.tlv",
                                   .transport = "http",
                                   .time = time,
                                   .delivered = true};
    snprintf(record.phone.text, sizeof record.phone.text, "%s", phone);
    memset(record.sha256, content, sizeof record.sha256);
    return record;
}

static void
write_one(struct ledger *ledger, uint8_t content)
{
    struct ledger_record record = delivery(PHONE, content, NOON);
    expect_ok(ledger_write(ledger, &record, 1, &err), &err);
}

/* The list that the phone holds by its first byte, 0 for all else, -1 if that cannot be said. */
static int
held_in(const char *path)
{
    struct ledger *ledger = NULL;
    struct prov_mac mac = {PHONE};
    enum ledger_state state = LEDGER_NOTHING;
    uint8_t sha256[LEDGER_SHA256_LEN] = {0};
    if (ledger_open(path, LEDGER_READ, &ledger, &err) != PROV_OK)
        return -1;
    int rc = ledger_list_held(ledger, &mac, LEDGER_ITL, &state, sha256, &err);
    ledger_close(ledger);
    return rc != PROV_OK ? -1 : state == LEDGER_HOLDS ? sha256[0] : 0;
}

static unsigned
mode_of(const char *path)
{
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    return status.st_mode & 07777;
}

static const char *
text_in(struct ledger *ledger, const char *sql)
{
    sqlite3_stmt *row = NULL;
    assert_int_equal(sqlite3_prepare_v2(ledger->db, sql, -1, &row, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(row), SQLITE_ROW);
    const char *text = text_of("%s", (const char *)sqlite3_column_text(row, 0));
    sqlite3_finalize(row);
    return text;
}

static void
run_sql(const char *path, const char *sql)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

/* Runs `work` in a process of its own; what it returns is how that ends. */
static int
in_child(int (*work)(const char *path), const char *path)
{
    int status = 0;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(work(path));
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* --- whose file it is */

static void
a_new_ledger_is_readable_by_its_group(void **state)
{
    (void)state;
    static const mode_t masks[] = {0, 022, 077, 0777};
    for (size_t i = 0; i < LENGTH(masks); i++) {
        const char *path = temporary(text_of("modes%zu", i));
        mode_t before = umask(masks[i]);
        struct ledger *ledger = open_ledger(path);
        umask(before);
        write_one(ledger, 1);
        assert_int_equal(mode_of(path), 0640);
        assert_int_equal(mode_of(text_of("%s-wal", path)), 0640);
        assert_int_equal(mode_of(text_of("%s-shm", path)), 0640);
        ledger_close(ledger);
    }
}

static void
it_is_what_it_says(void **state)
{
    (void)state;
    struct ledger *ledger = open_ledger(temporary("settings"));
    assert_string_equal(text_in(ledger, "PRAGMA journal_mode"), "wal");
    assert_string_equal(text_in(ledger, "PRAGMA synchronous"), "1");
    assert_string_equal(text_in(ledger, "PRAGMA application_id"), "1886547830");
    assert_string_equal(text_in(ledger, "PRAGMA user_version"), "3");
    ledger_close(ledger);
}

static void
refuse(const char *path, const char *why)
{
    struct ledger *ledger = NULL;
    struct prov_span before = read_path(path);
    expect_failure(ledger_open(path, LEDGER_WRITE, &ledger, &err), PROV_E_FORMAT, &err, why);
    expect_failure(ledger_open(path, LEDGER_READ, &ledger, &err), PROV_E_FORMAT, &err, why);
    expect_same(read_path(path), before);
    assert_int_not_equal(access(text_of("%s-wal", path), F_OK), 0);
}

static void
a_file_that_is_no_ledger_stays_as_it_is(void **state)
{
    (void)state;
    struct ledger *ledger = NULL;
    char text[4096];
    memset(text, 'x', sizeof text);
    refuse(write_temporary("short", "no ledger", 9), "no ledger");
    refuse(write_temporary("long", text, sizeof text), "no ledger");
    const char *foreign = temporary("foreign");
    run_sql(foreign, "CREATE TABLE phone(x)");
    refuse(foreign, "another program");
    const char *newer = temporary("newer");
    run_sql(newer,
            "CREATE TABLE x(x); PRAGMA application_id = 1886547830; PRAGMA user_version = 4");
    refuse(newer, "newer version");
    expect_failure(ledger_open(temporary(""), LEDGER_WRITE, &ledger, &err), PROV_E_FORMAT, &err,
                   "regular file");
    assert_int_equal(mkfifo(temporary("fifo"), 0600), 0);
    expect_failure(ledger_open(temporary("fifo"), LEDGER_WRITE, &ledger, &err), PROV_E_FORMAT, &err,
                   "regular file");
}

static void
a_missing_ledger_is_made_by_writers_only(void **state)
{
    (void)state;
    struct ledger *ledger = NULL;
    const char *path = temporary("missing");
    expect_failure(ledger_open(path, LEDGER_READ, &ledger, &err), PROV_E_SYSTEM, &err, "No such");
    assert_int_equal(err.sys, ENOENT);
    assert_int_not_equal(access(path, F_OK), 0);
    expect_failure(ledger_open(temporary("no/such/folder"), LEDGER_WRITE, &ledger, &err),
                   PROV_E_SYSTEM, &err, "cannot be made");
    /* What is left if its maker is killed at once. */
    path = write_temporary("empty", "", 0);
    expect_failure(ledger_open(path, LEDGER_READ, &ledger, &err), PROV_E_FORMAT, &err, "empty");
    ledger = open_ledger(path);
    write_one(ledger, 1);
    assert_int_equal(held_in(path), 1);
    ledger_close(ledger);
}

/* SQLite takes such names for something other than files. */
static void
a_name_is_always_a_file(void **state)
{
    (void)state;
    static const char *const names[] = {":memory:", "file:x?mode=memory"};
    char *before = getcwd(NULL, 0);
    assert_non_null(before);
    assert_int_equal(chdir(temporary("")), 0);
    for (size_t i = 0; i < LENGTH(names); i++) {
        struct ledger *ledger = open_ledger(names[i]);
        write_one(ledger, 1);
        ledger_close(ledger);
        assert_int_equal(held_in(names[i]), 1);
    }
    assert_int_equal(chdir(before), 0);
    free(before);
}

static void
a_ledger_that_went_away_is_missed(void **state)
{
    (void)state;
    const char *path = temporary("moved");
    struct ledger *ledger = open_ledger(path);
    struct ledger_record record = delivery(PHONE, 1, NOON);
    assert_int_equal(rename(path, temporary("moved.old")), 0);
    expect_failure(ledger_write(ledger, &record, 1, &err), PROV_E_SYSTEM, &err, "moved");
    assert_int_equal(err.sys, ESTALE);
    ledger_close(ledger);
}

static void
what_another_program_put_into_a_ledger_is_not_believed(void **state)
{
    (void)state;
    static const struct {
        const char *sql, *says;
    } cases[] = {
        {"DROP VIEW held; CREATE VIEW held AS SELECT phone, 'itl' AS kind, 'holds' AS state,"
         " x'00' AS sha256 FROM phone",
         "held is not as this program makes it"},
        {"ALTER TABLE list RENAME TO was; CREATE VIEW list AS SELECT * FROM was",
         "list is missing"},
        {"CREATE TRIGGER evil AFTER INSERT ON list BEGIN DELETE FROM seen; END",
         "evil is not as this program makes it"},
        {"DROP TRIGGER seen_goes", "seen_goes is missing"},
        {"DROP VIEW held", "held is missing"},
        {"DROP INDEX phone_gives_way", "phone_gives_way is missing"},
        {"ALTER TABLE seen ADD COLUMN more INTEGER", "seen is not as this program makes it"},
        {"CREATE TABLE zzz(a)", "zzz is not as this program makes it"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ledger *ledger = NULL;
        const char *path = temporary(text_of("believed%zu", i));
        ledger = open_ledger(path);
        write_one(ledger, 1);
        ledger_close(ledger);
        assert_int_equal(held_in(path), 1);
        run_sql(path, cases[i].sql);
        expect_failure(ledger_open(path, LEDGER_READ, &ledger, &err), PROV_E_FORMAT, &err,
                       cases[i].says);
    }
}

static void
a_damaged_ledger_is_named(void **state)
{
    (void)state;
    const char *path = temporary("damaged");
    struct ledger *ledger = open_ledger(path);
    write_one(ledger, 1);
    ledger_close(ledger);
    struct prov_span content = read_path(path);
    char *copy = keep(malloc(content.len), free);
    memcpy(copy, content.data, content.len);
    memset(copy + 4096, 0xa5, content.len - 4096);
    write_temporary("damaged", copy, content.len);
    struct ledger_record record = delivery(PHONE, 1, NOON);
    int rc = ledger_open(path, LEDGER_WRITE, &ledger, &err);
    if (rc == PROV_OK) {
        rc = ledger_write(ledger, &record, 1, &err);
        ledger_close(ledger);
    }
    expect_failure(rc, PROV_E_FORMAT, &err, "damaged");
}

/* --- who may only read */

/* Neither file nor folder may be written; as root that takes another user. */
static int
read_as_stranger(const char *path)
{
    struct ledger *ledger = NULL;
    if (geteuid() == 0 && (setgid(READER) != 0 || setuid(READER) != 0))
        return 100;
    if (open(path, O_RDWR | O_CLOEXEC) >= 0 ||
        ledger_open(path, LEDGER_WRITE, &ledger, &err) == PROV_OK)
        return 101;
    int held = held_in(path);
    return held >= 0 ? held : 102;
}

/* A ledger in a folder of its own, which the reader may only read. */
static const char *
path_for_reader(const char *folder)
{
    const char *path = temporary(text_of("%s/ledger", folder));
    assert_int_equal(mkdir(temporary(folder), 0755), 0);
    assert_int_equal(chmod(temporary(""), 0755), 0);
    return path;
}

static void
let_read(const char *path)
{
    static const char *const endings[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < LENGTH(endings); i++)
        if (geteuid() == 0)
            assert_int_equal(chown(text_of("%s%s", path, endings[i]), (uid_t)-1, READER), 0);
        else
            assert_int_equal(chmod(text_of("%s%s", path, endings[i]), 0440), 0);
}

static void
a_reader_needs_no_right_to_write(void **state)
{
    (void)state;
    const char *path = path_for_reader("group");
    struct ledger *ledger = open_ledger(path);
    write_one(ledger, 1);
    let_read(path);
    assert_int_equal(in_child(read_as_stranger, path), 1);
    write_one(ledger, 2); /* it is in the -wal file only */
    assert_int_equal(in_child(read_as_stranger, path), 2);
    ledger_close(ledger);
    assert_int_equal(in_child(read_as_stranger, path), 2);
}

static int
write_and_vanish(const char *path)
{
    write_one(open_ledger(path), 3);
    _exit(0);
}

static void
a_reader_needs_no_writer_that_ended_well(void **state)
{
    (void)state;
    const char *path = path_for_reader("killed");
    assert_int_equal(in_child(write_and_vanish, path), 0);
    let_read(path);
    assert_int_equal(in_child(read_as_stranger, path), 3);
}

static void
a_reader_cannot_write(void **state)
{
    (void)state;
    const char *path = temporary("readonly");
    struct ledger *writer = open_ledger(path), *reader = NULL;
    struct ledger_record record = delivery(PHONE, 1, NOON);
    expect_ok(ledger_open(path, LEDGER_READ, &reader, &err), &err);
    expect_failure(ledger_write(reader, &record, 1, &err), PROV_E_SYSTEM, &err,
                   "may not be written");
    write_one(writer, 2);
    assert_int_equal(held_in(path), 2);
    ledger_close(reader);
    ledger_close(writer);
}

/* --- full disks */

static int
limit_files(rlim_t size)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_FSIZE, &limit) != 0)
        return -1;
    limit.rlim_cur = size;
    return setrlimit(RLIMIT_FSIZE, &limit);
}

static struct ledger_record *
many_phones(size_t count)
{
    struct ledger_record *records = calloc(count, sizeof *records);
    for (size_t i = 0; records != NULL && i < count; i++)
        records[i] = delivery(text_of("F%011zX", i), 1, NOON);
    return records;
}

/* Returns 0 if a write fails, what was written before stays, and later writes work again. */
static int
fill_up(const char *path)
{
    struct ledger *ledger = NULL;
    struct ledger_record *records = many_phones(20000), last = delivery(PHONE, 9, NOON);
    signal(SIGXFSZ, SIG_IGN);
    if (records == NULL || ledger_open(path, LEDGER_WRITE, &ledger, &err) != PROV_OK)
        return 10;
    if (ledger_write(ledger, records, 100, &err) != PROV_OK || limit_files(1024 * 1024) != 0)
        return 11;
    if (ledger_write(ledger, records, 20000, &err) != PROV_E_SYSTEM || err.sys == EBUSY)
        return 12;
    if (strcmp(text_in(ledger, "SELECT count(*) FROM phone"), "100") != 0)
        return 13;
    if (limit_files(RLIM_INFINITY) != 0 || ledger_write(ledger, &last, 1, &err) != PROV_OK)
        return 14;
    if (strcmp(text_in(ledger, "PRAGMA integrity_check"), "ok") != 0)
        return 15;
    ledger_close(ledger);
    free(records);
    return held_in(path) == 9 ? 0 : 16;
}

static void
a_full_disk_passes(void **state)
{
    (void)state;
    assert_int_equal(in_child(fill_up, temporary("full")), 0);
}

/* --- sudden ends */

/* Batch n gives list n % 100 + 1 to phones 0 to BATCH - 1, and says so when it is written. */
static void
write_for_ever(const char *path, int progress)
{
    struct ledger *ledger = NULL;
    struct ledger_record *records = many_phones(BATCH);
    if (records == NULL || ledger_open(path, LEDGER_WRITE, &ledger, &err) != PROV_OK)
        _exit(1);
    for (unsigned n = 0;; n++) {
        for (size_t i = 0; i < BATCH; i++) {
            memset(records[i].sha256, (int)(n % 100 + 1), LEDGER_SHA256_LEN);
            records[i].time = NOON + n;
        }
        if (ledger_write(ledger, records, BATCH, &err) != PROV_OK || write(progress, "x", 1) != 1)
            _exit(1);
    }
}

/* Kills it some time after so many batches. */
static void
kill_a_writer(const char *path, unsigned batches, long nanoseconds)
{
    int progress[2], status = 0;
    char c;
    assert_int_equal(pipe(progress), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        write_for_ever(path, progress[1]);
    close(progress[1]);
    for (unsigned i = 0; i < batches; i++)
        assert_int_equal(read(progress[0], &c, 1), 1);
    struct timespec moment = {0, nanoseconds};
    nanosleep(&moment, NULL);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    close(progress[0]);
}

static void
remove_ledger(const char *path)
{
    static const char *const endings[] = {"", "-wal", "-shm", "-journal"};
    for (size_t i = 0; i < LENGTH(endings); i++)
        assert_true(unlink(text_of("%s%s", path, endings[i])) == 0 || errno == ENOENT);
}

static void
a_kill_at_any_moment_leaves_it_sound(void **state)
{
    (void)state;
    const char *path = temporary("kills"), *kills = getenv("PROV_KILLS");
    unsigned long count = kills != NULL ? strtoul(kills, NULL, 10) : 10;
    for (unsigned i = 0; i < count; i++) {
        if (i % 5 == 0) /* while the ledger is made */
            kill_a_writer(path, 0, i * 37 % 100 * 100000);
        else
            kill_a_writer(path, i % 23, i * 37 % 100 * 20000);
        struct ledger *ledger = open_ledger(path);
        assert_string_equal(text_in(ledger, "PRAGMA integrity_check"), "ok");
        assert_string_equal(text_in(ledger, "SELECT phones = (SELECT count(*) FROM phone)"
                                            " FROM state"),
                            "1");
        /* Batches are whole. */
        const char *rows = text_in(ledger, "SELECT count(*) FROM delivered");
        assert_true(strcmp(rows, "0") == 0 || strcmp(rows, "50") == 0);
        if (strcmp(rows, "50") == 0)
            assert_string_equal(text_in(ledger, "SELECT count(DISTINCT sha256) FROM delivered"),
                                "1");
        ledger_close(ledger);
        if (i % 5 == 4)
            remove_ledger(path);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_ledger_is_readable_by_its_group),
        cmocka_unit_test(it_is_what_it_says),
        cmocka_unit_test(a_file_that_is_no_ledger_stays_as_it_is),
        cmocka_unit_test(a_missing_ledger_is_made_by_writers_only),
        cmocka_unit_test(a_name_is_always_a_file),
        cmocka_unit_test(a_ledger_that_went_away_is_missed),
        cmocka_unit_test(a_damaged_ledger_is_named),
        cmocka_unit_test(what_another_program_put_into_a_ledger_is_not_believed),
        cmocka_unit_test(a_reader_needs_no_right_to_write),
        cmocka_unit_test(a_reader_needs_no_writer_that_ended_well),
        cmocka_unit_test(a_reader_cannot_write),
        cmocka_unit_test(a_full_disk_passes),
        cmocka_unit_test(a_kill_at_any_moment_leaves_it_sound),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
