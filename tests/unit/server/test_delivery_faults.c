/* SPDX-License-Identifier: MIT */
/* Disks that are full, ledgers that are locked or gone, logs that nobody reads, and more events
 * than anybody can write down: the transports notice nothing, and what concerns phones is kept. */
#include "server/delivery/queue.h"
#include "server/log/log.h"
#include "tests/unit/server/deliveries.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define THREADS 8
#define EVENTS_EACH 2500
#define DEADLINE 2000 /* hundredths of a second */

static struct delivery_event
event_of(const char *phone, enum ledger_kind kind, enum delivery_outcome outcome)
{
    struct delivery_event event = {.transport = DELIVERY_HTTP,
                                   .outcome = outcome,
                                   .names_phone = phone != NULL,
                                   .kind = kind,
                                   .asked = "ITLFile.tlv",
                                   .file = "ITLFile.tlv",
                                   .digested = true,
                                   .status = 200};
    struct sockaddr_in *peer = (struct sockaddr_in *)&event.peer;
    peer->sin_family = AF_INET;
    peer->sin_addr.s_addr = htonl(0xc0000207); /* 192.0.2.7 */
    snprintf(event.phone.text, sizeof event.phone.text, "%s", phone != NULL ? phone : "");
    memset(event.sha256, 7, sizeof event.sha256);
    return event;
}

static struct delivery_event
list_to(unsigned phone)
{
    return event_of(text_of("%012X", phone), LEDGER_ITL, DELIVERY_DELIVERED);
}

static void
report_lists(struct delivery *delivery, unsigned first, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        struct delivery_event event = list_to(first + i);
        delivery_report(delivery, &event);
    }
}

static struct delivery *
started(const char *ledger)
{
    struct delivery *delivery = new_delivery(ledger);
    expect_ok(delivery_start(delivery, &err), &err);
    return delivery;
}

static unsigned long
metric(struct delivery *delivery, const char *name)
{
    const char *line = strstr(metrics_of(delivery), text_of("\n%s ", name));
    assert_non_null(line);
    return strtoul(line + strlen(name) + 2, NULL, 10);
}

/* Until it is healthy, or not for a reason that holds `part`. */
static void
wait_for_health(struct delivery *delivery, bool healthy, const char *part)
{
    char why[512] = "";
    for (unsigned i = 0; i < DEADLINE; i++) {
        if (delivery_healthy(delivery, why, sizeof why) == healthy &&
            (healthy || strstr(why, part) != NULL))
            return;
        usleep(10000);
    }
    fail_msg("healthy never became %d; last reason: %s", healthy, why);
}

struct held {
    unsigned holds, disputed, phones;
};

static bool
count_held(void *context, const struct ledger_sighting *sighting)
{
    struct {
        struct ledger *ledger;
        struct held held;
    } *counted = context;
    enum ledger_state state = LEDGER_NOTHING;
    uint8_t sha256[LEDGER_SHA256_LEN];
    expect_ok(ledger_list_held(counted->ledger, &sighting->phone, LEDGER_ITL, &state, sha256, &err),
              &err);
    counted->held.phones++;
    counted->held.holds += state == LEDGER_HOLDS;
    counted->held.disputed += state == LEDGER_DISPUTED;
    return true;
}

static struct held
held_in(const char *path)
{
    struct {
        struct ledger *ledger;
        struct held held;
    } counted = {NULL, {0}};
    expect_ok(ledger_open(path, LEDGER_READ, &counted.ledger, &err), &err);
    expect_ok(ledger_each_sighting(counted.ledger, NULL, count_held, &counted, &err), &err);
    ledger_close(counted.ledger);
    return counted.held;
}

static unsigned
lines_in(const char *path, const char *part)
{
    struct prov_span log = read_path(path);
    const char *text = text_of("%.*s", (int)log.len, (const char *)log.data);
    unsigned lines = 0;
    for (const char *at = strstr(text, part); at != NULL; at = strstr(at + 1, part))
        lines++;
    return lines;
}

static const char *
log_to(const char *name)
{
    const char *path = temporary(name);
    expect_ok(log_open(SETTINGS_LOG_FILE, path, &err), &err);
    return path;
}

/* --- more than can be written down */

/* The thread does not run yet: nothing leaves the queue. */
static void
a_full_queue_loses_what_matters_least(void **state)
{
    (void)state;
    const char *path = temporary("overflow"), *log = log_to("overflow.log");
    struct delivery *delivery = new_delivery(path);
    struct delivery_event plain = event_of(NULL, LEDGER_OTHER, DELIVERY_DELIVERED);
    struct delivery_event asked = event_of("FFFFFFFFFFFF", LEDGER_ITL, DELIVERY_MISSING);
    for (unsigned i = 0; i < DELIVERY__QUEUE_EVENTS; i++)
        delivery_report(delivery, &plain);
    assert_int_equal(metric(delivery, "prov_events_lost_total"), DELIVERY__QUEUE_EVENTS / 4);
    report_lists(delivery, 0, 100);
    assert_int_equal(metric(delivery, "prov_events_lost_total"), DELIVERY__QUEUE_EVENTS / 4);
    delivery_free(delivery);
    assert_int_equal(lines_in(log, "\n"), DELIVERY__QUEUE_EVENTS / 4 * 3 + 100);
    assert_int_equal(held_in(path).holds, 100);

    delivery = new_delivery(path);
    for (unsigned i = 0; i < DELIVERY__QUEUE_EVENTS; i++)
        delivery_report(delivery, &asked);
    report_lists(delivery, 0, DELIVERY__QUEUE_EVENTS / 8);
    assert_int_equal(metric(delivery, "prov_events_lost_total"), DELIVERY__QUEUE_EVENTS / 8);
    delivery_free(delivery);
    /* A request was lost: it may have been in anybody's name. */
    assert_int_equal(held_in(path).holds, 0);
    assert_int_equal(held_in(path).disputed, DELIVERY__QUEUE_EVENTS / 8);
}

static void
a_lost_delivery_leaves_nobody_certain(void **state)
{
    (void)state;
    const char *path = temporary("lost");
    log_to("lost.log");
    struct delivery *delivery = new_delivery(path);
    report_lists(delivery, 0, DELIVERY__QUEUE_EVENTS + 1);
    assert_int_equal(metric(delivery, "prov_events_lost_total"), 1);
    delivery_free(delivery);
    struct held held = held_in(path);
    assert_int_equal(held.phones, DELIVERY__QUEUE_EVENTS);
    assert_int_equal(held.disputed, DELIVERY__QUEUE_EVENTS);
}

struct producer {
    pthread_t thread;
    struct delivery *delivery;
    unsigned number;
};

static void *
produce(void *context)
{
    const struct producer *producer = context;
    struct delivery_event event = event_of("000000000000", LEDGER_ITL, DELIVERY_DELIVERED);
    for (unsigned i = 0; i < EVENTS_EACH; i++) {
        snprintf(event.phone.text, sizeof event.phone.text, "%06X%06X", producer->number, i % 100);
        delivery_gauge_add(producer->delivery, DELIVERY_HTTP_ACTIVE, i % 2 == 0 ? 1 : -1);
        delivery_count(producer->delivery, DELIVERY_TLS_OLD);
        delivery_report(producer->delivery, &event);
        if (i % 100 == 99)
            usleep(1000);
    }
    return NULL;
}

static void
threads_report_while_others_look(void **state)
{
    (void)state;
    const char *path = temporary("threads"), *log = log_to("threads.log");
    struct delivery *delivery = started(path);
    struct delivery_certificate certificate = {"web.pem", 1};
    struct producer producers[THREADS];
    for (unsigned i = 0; i < THREADS; i++) {
        producers[i] = (struct producer){.delivery = delivery, .number = i};
        assert_int_equal(pthread_create(&producers[i].thread, NULL, produce, &producers[i]), 0);
    }
    for (unsigned i = 0; i < 10; i++) {
        struct prov_bytes *json = NULL;
        delivery_set_certificates(delivery, &certificate, 1);
        expect_ok(delivery_phones(delivery, NULL, 1000, &json, &err), &err);
        prov_bytes_free(json);
        metric(delivery, "prov_events_lost_total");
    }
    for (unsigned i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(producers[i].thread, NULL), 0);
    unsigned long lost = metric(delivery, "prov_events_lost_total");
    assert_int_equal(
        metric(delivery, "prov_transfers_total{transport=\"http\",outcome=\"delivered\"}"),
        THREADS * EVENTS_EACH);
    assert_int_equal(metric(delivery, "prov_tls_old_total"), THREADS * EVENTS_EACH);
    assert_int_equal(metric(delivery, "prov_active{transport=\"http\"}"), 0);
    delivery_free(delivery);
    assert_int_equal(lines_in(log, "\n"), THREADS * EVENTS_EACH - lost);
    struct held held = held_in(path);
    assert_int_equal(lost == 0 ? held.holds : held.disputed, THREADS * 100);
}

/* --- the ledger */

static int
limit_files(rlim_t size)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_FSIZE, &limit) != 0)
        return -1;
    limit.rlim_cur = size;
    return setrlimit(RLIMIT_FSIZE, &limit);
}

static void
a_full_disk_loses_nothing(void **state)
{
    (void)state;
    const char *path = temporary("full"), *log = log_to("full.log");
    struct rlimit before;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, SIG_IGN);
    struct delivery *delivery = started(path);
    assert_int_equal(limit_files(300 * 1024), 0);
    report_lists(delivery, 0, 1000);
    wait_for_health(delivery, false, path);
    assert_int_equal(metric(delivery, "prov_ledger_writable"), 0);
    report_lists(delivery, 1000, 100);
    assert_int_equal(limit_files(before.rlim_cur), 0);
    wait_for_health(delivery, true, "");
    assert_int_equal(metric(delivery, "prov_ledger_writable"), 1);
    assert_int_equal(metric(delivery, "prov_events_lost_total"), 0);
    delivery_free(delivery);
    assert_int_equal(held_in(path).phones, 1100);
    assert_int_equal(lines_in(log, "is kept in memory"), 1);
    assert_int_equal(lines_in(log, "can be written again"), 1);
}

static void
lock(sqlite3 *db, const char *sql)
{
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
}

static void
a_locked_ledger_is_waited_for(void **state)
{
    (void)state;
    const char *path = temporary("locked"), *log = log_to("locked.log");
    struct delivery *delivery = started(path);
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    lock(db, "BEGIN IMMEDIATE");
    report_lists(delivery, 0, 10);
    wait_for_health(delivery, false, "locked");
    lock(db, "COMMIT");
    wait_for_health(delivery, true, "");
    lock(db, "BEGIN IMMEDIATE"); /* once more: nothing more is said */
    report_lists(delivery, 10, 10);
    wait_for_health(delivery, false, "locked");
    lock(db, "COMMIT");
    wait_for_health(delivery, true, "");
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    delivery_free(delivery);
    assert_int_equal(held_in(path).holds, 20);
    assert_int_equal(lines_in(log, "is kept in memory"), 1);
    assert_true(lines_in(log, "can be written again") <= 1);
}

static void
a_ledger_that_stays_locked_is_told_of_at_the_end(void **state)
{
    (void)state;
    const char *path = temporary("stuck"), *log = log_to("stuck.log");
    struct delivery *delivery = started(path);
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    lock(db, "BEGIN IMMEDIATE");
    report_lists(delivery, 0, 10);
    delivery_free(delivery);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    assert_int_equal(held_in(path).phones, 0);
    assert_int_equal(lines_in(log, "in 10 cases is lost"), 1);
}

static void
a_ledger_that_was_removed_is_made_anew(void **state)
{
    (void)state;
    const char *path = temporary("removed");
    log_to("removed.log");
    struct delivery *delivery = started(path);
    report_lists(delivery, 0, 10);
    for (unsigned i = 0; i < DEADLINE && held_in(path).phones < 10; i++)
        usleep(10000);
    assert_int_equal(held_in(path).holds, 10);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(unlink(text_of("%s-wal", path)), 0);
    assert_int_equal(unlink(text_of("%s-shm", path)), 0);
    report_lists(delivery, 0, 5);
    wait_for_health(delivery, false, "removed");
    wait_for_health(delivery, true, "");
    delivery_free(delivery);
    struct held held = held_in(path);
    assert_int_equal(held.phones, 5);
    assert_int_equal(held.disputed, 5); /* what the old one knew is gone */
}

/* --- the log */

static void
a_log_that_nobody_reads_stops_nobody(void **state)
{
    (void)state;
    const char *fifo = temporary("fifo"), *path = temporary("fifo.ledger");
    assert_int_equal(mkfifo(fifo, 0600), 0);
    int reader = open(fifo, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    assert_true(reader >= 0);
    expect_ok(log_open(SETTINGS_LOG_FILE, fifo, &err), &err);
    struct delivery *delivery = started(path);
    unsigned long before = log_dropped();
    report_lists(delivery, 0, 5000);
    wait_for_health(delivery, false, "log");
    assert_true(log_dropped() > before);
    assert_int_equal(metric(delivery, "prov_log_lines_lost_total"), log_dropped());
    for (unsigned i = 0; i < DEADLINE && held_in(path).phones < 5000; i++)
        usleep(10000);
    char drained[65536];
    while (read(reader, drained, sizeof drained) > 0)
        continue;
    report_lists(delivery, 0, 1);
    wait_for_health(delivery, true, "");
    delivery_free(delivery);
    close(reader);
    assert_int_equal(held_in(path).holds, 5000);
    log_to("after-fifo.log");
}

/* --- an idle server */

static bool
is_named(const char *task, const char *name)
{
    char line[32] = "";
    FILE *file = fopen(text_of("/proc/self/task/%s/comm", task), "re");
    assert_non_null(file);
    bool same = fgets(line, sizeof line, file) != NULL && strcmp(line, name) == 0;
    fclose(file);
    return same;
}

static unsigned long
switches_of(const char *task)
{
    unsigned long switches = 0;
    char line[256];
    FILE *file = fopen(text_of("/proc/self/task/%s/status", task), "re");
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, "voluntary_ctxt_switches:", 24) == 0)
            switches = strtoul(line + 24, NULL, 10);
    fclose(file);
    assert_true(switches > 0);
    return switches;
}

/* How often the thread of the delivery has gone to sleep. */
static unsigned long
sleeps(void)
{
    unsigned long found = 0;
    DIR *tasks = opendir("/proc/self/task");
    assert_non_null(tasks);
    for (struct dirent *task = readdir(tasks); task != NULL; task = readdir(tasks))
        if (task->d_name[0] != '.' && is_named(task->d_name, DELIVERY__THREAD_NAME "\n"))
            found += switches_of(task->d_name);
    closedir(tasks);
    assert_true(found > 0);
    return found;
}

static void
an_idle_server_sleeps(void **state)
{
    (void)state;
    const char *path = temporary("idle");
    log_to("idle.log");
    struct delivery *delivery = started(path);
    report_lists(delivery, 0, 10);
    for (unsigned i = 0; i < DEADLINE && held_in(path).phones < 10; i++)
        usleep(10000);
    unsigned long before = 0, after = sleeps();
    for (unsigned i = 0; i < 20 && before != after; i++) {
        before = after;
        usleep(300000);
        after = sleeps();
    }
    assert_int_equal(before, after);
    delivery_free(delivery);
}

static int
end(void **state)
{
    log_close();
    return support_end(state);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_queue_loses_what_matters_least),
        cmocka_unit_test(a_lost_delivery_leaves_nobody_certain),
        cmocka_unit_test(threads_report_while_others_look),
        cmocka_unit_test(a_full_disk_loses_nothing),
        cmocka_unit_test(a_locked_ledger_is_waited_for),
        cmocka_unit_test(a_ledger_that_stays_locked_is_told_of_at_the_end),
        cmocka_unit_test(a_ledger_that_was_removed_is_made_anew),
        cmocka_unit_test(a_log_that_nobody_reads_stops_nobody),
        cmocka_unit_test(an_idle_server_sleeps),
    };
    return cmocka_run_group_tests(tests, support_begin, end);
}
