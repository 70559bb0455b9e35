/* SPDX-License-Identifier: MIT */
/* Feeds the ledger, and keeps what it does not take until it does. */
#include "server/delivery/recorder.h"
#include "server/delivery/line.h"
#include "server/delivery/requests.h"
#include "server/delivery/unwritten.h"
#include "server/log/log.h"

#include <errno.h>
#include <prov/text.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BATCH 256 /* records in a transaction: some 10 ms */
#define COLLECT_MILLISECONDS 200
#define RETRY_MILLISECONDS 1000
#define PROOFS_MAX 1024 /* that wait */

struct delivery__recorder {
    char *path;
    struct ledger *ledger; /* NULL: to be opened again */
    bool replaced;         /* since it was open */
    struct delivery__unwritten *unwritten;
    struct ledger_record batch[BATCH];
    struct delivery__requests requests;
    int64_t next; /* earliest time of the next transaction */
    atomic_bool missed_requests, missed_deliveries;
    atomic_bool proofs_wait;
    pthread_mutex_t mutex; /* guards what follows */
    size_t proof_count;
    struct ledger_proof proofs[PROOFS_MAX];
    char why[PROV_ERROR_TEXT_MAX]; /* the ledger cannot be written; "": it can */
};

int
delivery__recorder_new(const char *path, struct delivery__recorder **out, struct prov_error *err)
{
    struct delivery__recorder *recorder = calloc(1, sizeof *recorder);
    if (recorder == NULL || pthread_mutex_init(&recorder->mutex, NULL) != 0) {
        free(recorder);
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    }
    recorder->path = strdup(path);
    recorder->unwritten = delivery__unwritten_new(DELIVERY__UNWRITTEN_MAX);
    int rc = PROV_OK;
    if (recorder->path == NULL || recorder->unwritten == NULL)
        rc = prov_fail(err, PROV_E_MEMORY, "out of memory");
    else
        rc = ledger_open(path, LEDGER_WRITE, &recorder->ledger, err);
    if (rc != PROV_OK) {
        delivery__recorder_free(recorder);
        return rc;
    }
    *out = recorder;
    return PROV_OK;
}

void
delivery__recorder_free(struct delivery__recorder *recorder)
{
    if (recorder == NULL)
        return;
    ledger_close(recorder->ledger);
    delivery__unwritten_free(recorder->unwritten);
    pthread_mutex_destroy(&recorder->mutex);
    free(recorder->path);
    free(recorder);
}

const char *
delivery__recorder_path(const struct delivery__recorder *recorder)
{
    return recorder->path;
}

static void
note_missed(struct delivery__recorder *recorder, bool delivery)
{
    if (delivery)
        atomic_store(&recorder->missed_deliveries, true);
    atomic_store(&recorder->missed_requests, true); /* last: it is what write_missed looks at */
}

void
delivery__recorder_missed(struct delivery__recorder *recorder, const struct delivery_event *event)
{
    if (event->names_phone && !event->marked)
        note_missed(recorder, event->outcome == DELIVERY_DELIVERED ||
                                  event->outcome == DELIVERY_UNACKNOWLEDGED);
}

/* A list whose digest is unknown cannot be told from any other, so it counts as unacknowledged. */
static void
set_result(struct ledger_record *record, const struct delivery_event *event)
{
    bool list = event->kind == LEDGER_ITL || event->kind == LEDGER_CTL;
    record->delivered = event->outcome == DELIVERY_DELIVERED && (event->digested || !list);
    record->unacknowledged = event->outcome == DELIVERY_UNACKNOWLEDGED ||
                             (event->outcome == DELIVERY_DELIVERED && !record->delivered);
    if (event->digested)
        memcpy(record->sha256, event->sha256, sizeof record->sha256);
    record->newest = event->newest;
}

void
delivery__recorder_add(struct delivery__recorder *recorder, const struct delivery__entry *entry)
{
    const struct delivery_event *event = &entry->event;
    if (!event->names_phone || event->marked || event->phone.text[0] == '\0')
        return;
    struct ledger_record record = {
        .phone = event->phone, .kind = event->kind, .time = entry->time.tv_sec};
    delivery__address(&event->peer, record.address);
    prov_printable(event->asked, strlen(event->asked), record.asked, sizeof record.asked);
    snprintf(record.file, sizeof record.file, "%s", event->file);
    snprintf(record.transport, sizeof record.transport, "%s",
             delivery__transport_name(event->transport));
    set_result(&record, event);
    enum delivery__drop dropped = delivery__unwritten_add(recorder->unwritten, &record);
    if (dropped != DELIVERY__KEPT)
        note_missed(recorder, dropped == DELIVERY__DROPPED_DELIVERY);
    if (event->configured)
        delivery__requests_add(&recorder->requests, entry);
}

static bool
waits_for_ledger(const struct delivery__recorder *recorder)
{
    return delivery__unwritten_count(recorder->unwritten) > 0 || recorder->requests.count > 0;
}

int64_t
delivery__recorder_due(const struct delivery__recorder *recorder, int64_t now)
{
    if (!waits_for_ledger(recorder) && !atomic_load(&recorder->missed_requests) &&
        !atomic_load(&recorder->proofs_wait))
        return -1;
    return recorder->next > now ? recorder->next - now : 0;
}

static void
set_failing(struct delivery__recorder *recorder, const char *why)
{
    pthread_mutex_lock(&recorder->mutex);
    bool news = strcmp(recorder->why, why) != 0;
    snprintf(recorder->why, sizeof recorder->why, "%s", why);
    pthread_mutex_unlock(&recorder->mutex);
    if (news && why[0] != '\0')
        log_warn_once(why, "%s: %s; what phones get is kept in memory until it can be written",
                      recorder->path, why);
    else if (news)
        log_warn_once("ledger works again", "%s: can be written again", recorder->path);
}

static bool
stop_walk(void *context, const struct ledger_sighting *sighting)
{
    (void)sighting;
    bool *empty = context;
    return *empty = false;
}

/* A file that replaced the ledger does not know who asked before: that counts as missed. */
static int
open_again(struct delivery__recorder *recorder, struct prov_error *err)
{
    bool empty = true;
    int rc = ledger_open(recorder->path, LEDGER_WRITE, &recorder->ledger, err);
    if (rc == PROV_OK)
        rc = ledger_each_sighting(recorder->ledger, NULL, stop_walk, &empty, err);
    if (rc == PROV_OK && (empty || recorder->replaced))
        note_missed(recorder, true);
    if (rc == PROV_OK)
        recorder->replaced = false;
    return rc;
}

static int
write_missed(struct delivery__recorder *recorder, struct prov_error *err)
{
    if (!atomic_exchange(&recorder->missed_requests, false))
        return PROV_OK;
    bool deliveries = atomic_exchange(&recorder->missed_deliveries, false);
    int rc = ledger_note_missed(recorder->ledger, deliveries, time(NULL), err);
    if (rc != PROV_OK)
        note_missed(recorder, deliveries);
    return rc;
}

bool
delivery__recorder_prove(struct delivery__recorder *recorder, const struct ledger_proof *proof)
{
    pthread_mutex_lock(&recorder->mutex);
    bool room = recorder->proof_count < PROOFS_MAX;
    if (room)
        recorder->proofs[recorder->proof_count++] = *proof;
    pthread_mutex_unlock(&recorder->mutex);
    if (room)
        atomic_store(&recorder->proofs_wait, true);
    return room;
}

/* The first one that waits; others may come behind it meanwhile. */
static bool
first_proof(struct delivery__recorder *recorder, struct ledger_proof *out)
{
    pthread_mutex_lock(&recorder->mutex);
    bool waits = recorder->proof_count > 0;
    if (waits)
        *out = recorder->proofs[0];
    pthread_mutex_unlock(&recorder->mutex);
    return waits;
}

static void
drop_first_proof(struct delivery__recorder *recorder)
{
    pthread_mutex_lock(&recorder->mutex);
    recorder->proof_count--;
    memmove(recorder->proofs, recorder->proofs + 1,
            recorder->proof_count * sizeof recorder->proofs[0]);
    pthread_mutex_unlock(&recorder->mutex);
}

static int
write_proofs(struct delivery__recorder *recorder, struct prov_error *err)
{
    struct ledger_proof proof;
    int rc = PROV_OK;
    if (!atomic_exchange(&recorder->proofs_wait, false))
        return PROV_OK;
    while (rc == PROV_OK && first_proof(recorder, &proof)) {
        rc = ledger_note_proof(recorder->ledger, &proof, err);
        if (rc == PROV_OK)
            drop_first_proof(recorder);
    }
    if (rc != PROV_OK)
        atomic_store(&recorder->proofs_wait, true);
    return rc;
}

/* Once all records are written: the ledger knows their phones then. */
static int
write_requests(struct delivery__recorder *recorder, struct prov_error *err)
{
    const struct ledger_request *first = NULL;
    size_t count = delivery__requests_first(&recorder->requests, BATCH, &first);
    if (count == 0 || delivery__unwritten_count(recorder->unwritten) > 0)
        return PROV_OK;
    int rc = ledger_write_requests(recorder->ledger, first, count, err);
    if (rc == PROV_OK)
        delivery__requests_drop_first(&recorder->requests, count);
    return rc;
}

/* A full disk and a lock pass by themselves. After any other failure the file is opened again,
 * since another one may stand there. */
static void
after_failure(struct delivery__recorder *recorder, const struct prov_error *err)
{
    set_failing(recorder, err->text);
    if (err->sys == ENOSPC || err->sys == EBUSY)
        return;
    recorder->replaced |= err->sys == ESTALE || err->code == PROV_E_FORMAT;
    ledger_close(recorder->ledger);
    recorder->ledger = NULL;
}

/* The oldest ones: a transaction of all might take longer than the queue has room for. */
static bool
write_some(struct delivery__recorder *recorder)
{
    struct prov_error err = {0};
    size_t count = delivery__unwritten_first(recorder->unwritten, recorder->batch, BATCH);
    int rc = recorder->ledger == NULL ? open_again(recorder, &err) : PROV_OK;
    if (rc == PROV_OK && count > 0)
        rc = ledger_write(recorder->ledger, recorder->batch, count, &err);
    if (rc == PROV_OK) {
        delivery__unwritten_drop_first(recorder->unwritten, count);
        rc = write_missed(recorder, &err);
    }
    if (rc == PROV_OK)
        rc = write_requests(recorder, &err);
    if (rc == PROV_OK)
        rc = write_proofs(recorder, &err);
    if (rc == PROV_OK)
        set_failing(recorder, "");
    else
        after_failure(recorder, &err);
    return rc == PROV_OK;
}

void
delivery__recorder_write(struct delivery__recorder *recorder, int64_t now)
{
    if (!write_some(recorder))
        recorder->next = now + RETRY_MILLISECONDS;
    else if (!waits_for_ledger(recorder))
        recorder->next = now + COLLECT_MILLISECONDS;
}

void
delivery__recorder_finish(struct delivery__recorder *recorder)
{
    while (delivery__recorder_due(recorder, INT64_MAX) == 0)
        if (!write_some(recorder)) {
            log_error("%s: could not be written; what phones got in %zu cases is lost",
                      recorder->path, delivery__unwritten_count(recorder->unwritten));
            return;
        }
}

bool
delivery__recorder_works(struct delivery__recorder *recorder, char *why, size_t size)
{
    pthread_mutex_lock(&recorder->mutex);
    bool works = recorder->why[0] == '\0';
    if (!works && size > 0)
        snprintf(why, size, "%s: %s", recorder->path, recorder->why);
    pthread_mutex_unlock(&recorder->mutex);
    return works;
}
