/* SPDX-License-Identifier: MIT */
/* Writes what phones were given, and forgets the oldest where there are too many. */
#include "ledger/internal.h"

#include <errno.h>
#include <string.h>

#define LATEST ((int64_t)1 << 40) /* beyond any clock, far from overflow */

enum rank { RANK_ASKED, RANK_GOT, RANK_CONFIGURED };

/* The row of table `state`, during a transaction. */
struct state {
    int64_t wall;   /* what the clock said last */
    int64_t moment; /* the same, but never backwards */
    int64_t phones;
    int64_t forgotten;
};

/* A clock that was set back goes on from where it stood, and one that returns to the right time
 * does not count the years between as passed: nothing old becomes new, nothing new old. */
static void
advance(struct state *state, int64_t now)
{
    now = now < 0 ? 0 : now > LATEST ? LATEST : now;
    int64_t passed = now - state->wall;
    state->wall = now;
    if (passed <= 0)
        return;
    int64_t moment = state->moment + passed;
    state->moment = now >= state->moment && now < moment ? now : moment;
}

static bool
is_list(const struct ledger_record *record)
{
    return record->kind == LEDGER_ITL || record->kind == LEDGER_CTL;
}

static int
note_phone(struct ledger *ledger, const struct ledger_record *record, struct state *state,
           struct prov_error *err)
{
    const char *phone = record->phone.text;
    int changed = 0;
    int rc = ledger__run(ledger, LEDGER__PHONE_ASKED, &changed, err, "ti", phone, state->moment);
    if (rc != PROV_OK || changed > 0)
        return rc;
    state->phones++;
    return ledger__run(ledger, LEDGER__PHONE_NEW, NULL, err, "tii", phone, state->moment,
                       state->forgotten);
}

static int
note_address(struct ledger *ledger, const struct ledger_record *record, const struct state *state,
             bool *added, struct prov_error *err)
{
    int changed = 0;
    int rc = ledger__run(ledger, LEDGER__ADDRESS_ASKED, &changed, err, "ttiit", record->phone.text,
                         record->address, state->wall, state->moment, record->asked);
    if (rc != PROV_OK || changed > 0)
        return rc;
    *added = true;
    return ledger__run(ledger, LEDGER__ADDRESS_NEW, NULL, err, "ttiit", record->phone.text,
                       record->address, state->wall, state->moment, record->asked);
}

static int
note_content(struct ledger *ledger, const struct ledger_record *record, const struct state *state,
             struct prov_error *err)
{
    const char *phone = record->phone.text, *address = record->address;
    const char *kind = ledger__kind_name(record->kind), *slot = is_list(record) ? "" : record->file;
    int changed = 0;
    int rc = ledger__run(ledger, LEDGER__DELIVERED_AGAIN, &changed, err, "ttttttiib", phone,
                         address, kind, slot, record->file, record->transport, state->wall,
                         state->moment, record->sha256);
    if (rc != PROV_OK || changed > 0)
        return rc;
    rc = ledger__run(ledger, LEDGER__DELIVERED_NEW, NULL, err, "ttttttiib", phone, address, kind,
                     slot, record->file, record->transport, state->wall, state->moment,
                     record->sha256);
    if (rc == PROV_OK && !is_list(record))
        rc = ledger__run(ledger, LEDGER__DELIVERED_TRIM, NULL, err, "tti", phone, address,
                         (int64_t)LEDGER__FILES_MAX);
    return rc;
}

static int
note_delivery(struct ledger *ledger, const struct ledger_record *record, const struct state *state,
              struct prov_error *err)
{
    const char *phone = record->phone.text, *kind = ledger__kind_name(record->kind);
    bool configuration = record->kind == LEDGER_CONFIGURATION;
    int64_t rank = configuration ? RANK_CONFIGURED : RANK_GOT;
    int rc = note_content(ledger, record, state, err);
    if (rc == PROV_OK)
        rc = ledger__run(ledger, LEDGER__ADDRESS_GOT, NULL, err, "ttii", phone, record->address,
                         state->wall, (int64_t)configuration);
    if (rc == PROV_OK)
        rc = ledger__run(ledger, LEDGER__PHONE_RANK, NULL, err, "ti", phone, rank);
    if (rc == PROV_OK && is_list(record))
        rc = ledger__run(ledger, LEDGER__LIST, NULL, err, "ttb", phone, kind, record->sha256);
    if (rc == PROV_OK && is_list(record) && record->newest)
        rc = ledger__run(ledger, LEDGER__GIVEN, NULL, err, "ttbi", phone, kind, record->sha256,
                         state->wall);
    if (rc == PROV_OK && configuration)
        rc = ledger__run(ledger, LEDGER__FOLLOWED, NULL, err, "tii", phone, state->wall,
                         (int64_t)LEDGER__BOOT_SECONDS);
    return rc;
}

/* The phone may have this list now instead of the one that it got before. */
static int
note_doubt(struct ledger *ledger, const struct ledger_record *record, struct prov_error *err)
{
    const char *phone = record->phone.text, *kind = ledger__kind_name(record->kind);
    int rc = ledger__run(ledger, LEDGER__DELIVERED_UNSURE, NULL, err, "tttb", phone,
                         record->address, kind, record->sha256);
    if (rc == PROV_OK)
        rc =
            ledger__run(ledger, LEDGER__LIST_UNSURE, NULL, err, "ttb", phone, kind, record->sha256);
    return rc;
}

/* Too many addresses ask in one phone's name. What goes leaves a trace: for a day the phone cannot
 * be said to hold anything. */
static int
bound_addresses(struct ledger *ledger, const char *phone, struct prov_error *err)
{
    sqlite3_stmt *count = NULL;
    int rc = ledger__bind(ledger, LEDGER__ADDRESS_COUNT, &count, err, "t", phone);
    if (rc != PROV_OK)
        return rc;
    int step = sqlite3_step(count);
    bool many = step == SQLITE_ROW && sqlite3_column_int64(count, 0) > LEDGER__ADDRESSES_MAX;
    if (step != SQLITE_ROW)
        rc = ledger__failed(ledger->db, step, err);
    sqlite3_reset(count);
    if (!many)
        return rc;
    rc = ledger__run(ledger, LEDGER__PHONE_CROWDED, NULL, err, "t", phone);
    if (rc == PROV_OK)
        rc = ledger__run(ledger, LEDGER__ADDRESS_DELETE, NULL, err, "t", phone);
    return rc;
}

/* Phones that never got anything give way first, those with a configuration last. */
static int
bound_phones(struct ledger *ledger, struct state *state, struct prov_error *err)
{
    if (state->phones <= ledger->phones_max)
        return PROV_OK;
    struct prov_mac phone = {""};
    sqlite3_stmt *oldest = NULL;
    int rc = ledger__bind(ledger, LEDGER__PHONE_OLDEST, &oldest, err, "");
    if (rc != PROV_OK)
        return rc;
    int step = sqlite3_step(oldest);
    if (step == SQLITE_ROW) {
        const unsigned char *text = sqlite3_column_text(oldest, 0);
        int64_t moment = sqlite3_column_int64(oldest, 1);
        strncpy(phone.text, text != NULL ? (const char *)text : "", PROV_MAC_LEN);
        if (moment > state->forgotten)
            state->forgotten = moment;
    } else {
        rc = ledger__failed(ledger->db, step, err);
    }
    sqlite3_reset(oldest);
    if (rc == PROV_OK)
        rc = ledger__run(ledger, LEDGER__PHONE_DELETE, NULL, err, "t", phone.text);
    state->phones--;
    return rc;
}

static int
write_record(struct ledger *ledger, const struct ledger_record *record, struct state *state,
             struct prov_error *err)
{
    bool new_address = false;
    advance(state, record->time);
    int rc = note_phone(ledger, record, state, err);
    if (rc == PROV_OK)
        rc = note_address(ledger, record, state, &new_address, err);
    if (rc == PROV_OK && record->delivered)
        rc = note_delivery(ledger, record, state, err);
    else if (rc == PROV_OK && record->unacknowledged && is_list(record))
        rc = note_doubt(ledger, record, err);
    if (rc == PROV_OK && new_address)
        rc = bound_addresses(ledger, record->phone.text, err);
    if (rc == PROV_OK)
        rc = bound_phones(ledger, state, err);
    return rc;
}

static int
read_state(struct ledger *ledger, struct state *state, struct prov_error *err)
{
    sqlite3_stmt *row = NULL;
    int rc = ledger__bind(ledger, LEDGER__STATE, &row, err, "");
    if (rc != PROV_OK)
        return rc;
    int step = sqlite3_step(row);
    if (step == SQLITE_ROW)
        *state = (struct state){sqlite3_column_int64(row, 0), sqlite3_column_int64(row, 1),
                                sqlite3_column_int64(row, 2), sqlite3_column_int64(row, 3)};
    else if (step == SQLITE_DONE)
        rc = prov_fail(err, PROV_E_FORMAT,
                       "the ledger is damaged (its state is missing); move it away, a new one will "
                       "be made");
    else
        rc = ledger__failed(ledger->db, step, err);
    sqlite3_reset(row);
    return rc;
}

/* SQLite would go on writing into a file that nobody can find. */
static int
check_place(struct ledger *ledger, struct prov_error *err)
{
    int moved = 0;
    sqlite3_file_control(ledger->db, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
    if (!moved)
        return PROV_OK;
    prov_fail(err, PROV_E_SYSTEM, "the ledger was moved or removed while it was in use");
    if (err != NULL)
        err->sys = ESTALE;
    return PROV_E_SYSTEM;
}

static int
begin(struct ledger *ledger, struct state *state, struct prov_error *err)
{
    int rc = check_place(ledger, err);
    if (rc == PROV_OK)
        rc = ledger__run(ledger, LEDGER__BEGIN, NULL, err, "");
    if (rc == PROV_OK)
        rc = read_state(ledger, state, err);
    return rc;
}

/* Commits, or undoes all if `rc` is a failure. */
static int
finish(struct ledger *ledger, int rc, const struct state *state, struct prov_error *err)
{
    if (rc == PROV_OK)
        rc = ledger__run(ledger, LEDGER__STATE_KEEP, NULL, err, "iiii", state->wall, state->moment,
                         state->phones, state->forgotten);
    if (rc == PROV_OK)
        rc = ledger__run(ledger, LEDGER__COMMIT, NULL, err, "");
    /* SQLite itself undoes some failures. */
    if (rc != PROV_OK && sqlite3_get_autocommit(ledger->db) == 0 &&
        ledger__run(ledger, LEDGER__ROLLBACK, NULL, NULL, "") != PROV_OK)
        return rc;
    return rc;
}

int
ledger_write(struct ledger *ledger, const struct ledger_record *records, size_t count,
             struct prov_error *err)
{
    struct state state = {0};
    int rc = begin(ledger, &state, err);
    for (size_t i = 0; rc == PROV_OK && i < count; i++)
        rc = write_record(ledger, &records[i], &state, err);
    return finish(ledger, rc, &state, err);
}

int
ledger_write_requests(struct ledger *ledger, const struct ledger_request *requests, size_t count,
                      struct prov_error *err)
{
    struct state state = {0};
    int rc = begin(ledger, &state, err);
    for (size_t i = 0; rc == PROV_OK && i < count; i++)
        rc = ledger__run(ledger, LEDGER__REQUEST, NULL, err, "titttti", requests[i].phone.text,
                         requests[i].time, requests[i].asked, requests[i].transport,
                         requests[i].outcome, requests[i].address, requests[i].bytes);
    return finish(ledger, rc, &state, err);
}

int
ledger_note_missed(struct ledger *ledger, bool deliveries, int64_t time, struct prov_error *err)
{
    struct state state = {0};
    int rc = begin(ledger, &state, err);
    if (rc == PROV_OK) {
        advance(&state, time);
        rc = ledger__run(ledger, LEDGER__LOSS, NULL, err, "ii", state.moment, (int64_t)deliveries);
    }
    return finish(ledger, rc, &state, err);
}

int
ledger_note_proof(struct ledger *ledger, const struct ledger_proof *proof, struct prov_error *err)
{
    int rc = check_place(ledger, err);
    if (rc != PROV_OK)
        return rc;
    return ledger__run(ledger, LEDGER__PROOF, NULL, err, "ttbbi", proof->phone.text,
                       ledger__kind_name(proof->kind), proof->sha256, proof->certificate,
                       proof->time);
}
