/* SPDX-License-Identifier: MIT */
/* What the ledger says of phones: which list one holds, what all were given and when seen. */
#include "ledger/internal.h"

#include <string.h>

#define DELIVERIES "SELECT phone, address, file, kind, transport, time, sha256 FROM delivered"
/* CROSS: the few phones that were given a list in turns first, then what was delivered to them. */
#define DELIVERIES_OF_GIVEN                                                                        \
    "SELECT d.phone, d.address, d.file, d.kind, d.transport, d.time, d.sha256 FROM given g"        \
    " CROSS JOIN delivered d ON d.phone = g.phone AND d.kind = g.kind AND d.sha256 = g.sha256"
#define SIGHTINGS "SELECT phone, address, first, last, configured FROM seen"
#define PHONES                                                                                     \
    "SELECT phone, '', min(first), max(last), max(configured) FROM seen GROUP BY phone"            \
    " ORDER BY phone"
#define GIVEN                                                                                      \
    "SELECT phone, kind, sha256, first, last, followed, followed_first, followed_last FROM given"
#define PROOFS "SELECT phone, kind, sha256, certificate, time FROM proof"
#define LISTS_1 "SELECT phone, kind, sha256, 0 FROM list"
#define LISTS                                                                                      \
    LISTS_1 " UNION ALL SELECT phone, kind, sha256, last FROM given"                               \
            " UNION ALL SELECT phone, kind, sha256, time FROM proof"
#define REQUESTS "SELECT phone, address, asked, transport, outcome, time, bytes FROM request"
#define ONE " WHERE phone = ?1"
#define AFTER " WHERE phone > ?1"
#define ORDER " ORDER BY phone, moment DESC, address"
#define ORDER_OF_KINDS " ORDER BY phone, kind"
#define ORDER_OF_REQUESTS " ORDER BY phone, number DESC"

typedef bool visit(sqlite3_stmt *row, const void *visitor);

/* A text column; what does not fit is cut. */
static void
copy_text(sqlite3_stmt *row, int column, char *out, size_t size)
{
    const unsigned char *text = sqlite3_column_text(row, column);
    size_t len = text != NULL ? (size_t)sqlite3_column_bytes(row, column) : 0;
    len = len < size ? len : size - 1;
    if (len > 0)
        memcpy(out, text, len);
    out[len] = '\0';
}

static void
copy_digest(sqlite3_stmt *row, int column, uint8_t *out)
{
    const void *digest = sqlite3_column_blob(row, column);
    memset(out, 0, LEDGER_SHA256_LEN);
    if (digest != NULL && sqlite3_column_bytes(row, column) == LEDGER_SHA256_LEN)
        memcpy(out, digest, LEDGER_SHA256_LEN);
}

int
ledger_list_held(struct ledger *ledger, const struct prov_mac *phone, enum ledger_kind kind,
                 enum ledger_state *state, uint8_t sha256[LEDGER_SHA256_LEN],
                 struct prov_error *err)
{
    sqlite3_stmt *row = NULL;
    if (kind != LEDGER_ITL && kind != LEDGER_CTL)
        return prov_fail(err, PROV_E_ARGUMENT, "phones hold trust lists only");
    int rc =
        ledger__bind(ledger, LEDGER__HELD, &row, err, "tt", phone->text, ledger__kind_name(kind));
    if (rc != PROV_OK)
        return rc;
    int step = sqlite3_step(row);
    if (step == SQLITE_DONE) {
        *state = LEDGER_NOTHING;
    } else if (step != SQLITE_ROW) {
        rc = ledger__failed(ledger->db, step, err);
    } else if (sqlite3_column_int(row, 0) == 0) {
        *state = LEDGER_DISPUTED;
    } else {
        *state = LEDGER_HOLDS;
        copy_digest(row, 1, sha256);
    }
    sqlite3_reset(row);
    return rc;
}

/* Not a kept statement: a walk may start within another. */
static int
walk(struct ledger *ledger, const char *sql, const struct prov_mac *phone, visit *each,
     const void *visitor, struct prov_error *err)
{
    sqlite3_stmt *row = NULL;
    int rc = sqlite3_prepare_v2(ledger->db, sql, -1, &row, NULL);
    if (rc == SQLITE_OK && phone != NULL)
        rc = sqlite3_bind_text(row, 1, phone->text, -1, SQLITE_STATIC);
    if (rc == SQLITE_OK) {
        do {
            rc = sqlite3_step(row);
        } while (rc == SQLITE_ROW && each(row, visitor));
    }
    int result =
        rc == SQLITE_ROW || rc == SQLITE_DONE ? PROV_OK : ledger__failed(ledger->db, rc, err);
    sqlite3_finalize(row);
    return result;
}

struct delivery_visitor {
    bool (*each)(void *context, const struct ledger_entry *entry);
    void *context;
};

static bool
visit_delivery(sqlite3_stmt *row, const void *visitor)
{
    const struct delivery_visitor *to = visitor;
    struct ledger_entry entry = {.time = sqlite3_column_int64(row, 5)};
    char kind[16];
    copy_text(row, 0, entry.phone.text, sizeof entry.phone.text);
    copy_text(row, 1, entry.address, sizeof entry.address);
    copy_text(row, 2, entry.file, sizeof entry.file);
    copy_text(row, 3, kind, sizeof kind);
    copy_text(row, 4, entry.transport, sizeof entry.transport);
    copy_digest(row, 6, entry.sha256);
    entry.kind = ledger__kind_of(kind);
    return to->each(to->context, &entry);
}

int
ledger_each_delivery(struct ledger *ledger, const struct prov_mac *phone,
                     bool (*each)(void *context, const struct ledger_entry *entry), void *context,
                     struct prov_error *err)
{
    const struct delivery_visitor visitor = {each, context};
    return walk(ledger, phone != NULL ? DELIVERIES ONE ORDER : DELIVERIES ORDER, phone,
                visit_delivery, &visitor, err);
}

int
ledger_each_delivery_of_given(struct ledger *ledger,
                              bool (*each)(void *context, const struct ledger_entry *entry),
                              void *context, struct prov_error *err)
{
    const struct delivery_visitor visitor = {each, context};
    if (ledger->version < LEDGER__VERSION_TURNS)
        return PROV_OK;
    return walk(ledger, DELIVERIES_OF_GIVEN, NULL, visit_delivery, &visitor, err);
}

struct sighting_visitor {
    bool (*each)(void *context, const struct ledger_sighting *sighting);
    void *context;
};

static bool
visit_sighting(sqlite3_stmt *row, const void *visitor)
{
    const struct sighting_visitor *to = visitor;
    struct ledger_sighting sighting = {.first = sqlite3_column_int64(row, 2),
                                       .last = sqlite3_column_int64(row, 3),
                                       .configured = sqlite3_column_int64(row, 4)};
    copy_text(row, 0, sighting.phone.text, sizeof sighting.phone.text);
    copy_text(row, 1, sighting.address, sizeof sighting.address);
    return to->each(to->context, &sighting);
}

int
ledger_each_sighting(struct ledger *ledger, const struct prov_mac *phone,
                     bool (*each)(void *context, const struct ledger_sighting *sighting),
                     void *context, struct prov_error *err)
{
    const struct sighting_visitor visitor = {each, context};
    return walk(ledger, phone != NULL ? SIGHTINGS ONE ORDER : SIGHTINGS ORDER, phone,
                visit_sighting, &visitor, err);
}

struct given_visitor {
    bool (*each)(void *context, const struct ledger_given *given);
    void *context;
};

static bool
visit_given(sqlite3_stmt *row, const void *visitor)
{
    const struct given_visitor *to = visitor;
    struct ledger_given given = {.first = sqlite3_column_int64(row, 3),
                                 .last = sqlite3_column_int64(row, 4),
                                 .followed = sqlite3_column_int64(row, 5),
                                 .followed_first = sqlite3_column_int64(row, 6),
                                 .followed_last = sqlite3_column_int64(row, 7)};
    char kind[16];
    copy_text(row, 0, given.phone.text, sizeof given.phone.text);
    copy_text(row, 1, kind, sizeof kind);
    copy_digest(row, 2, given.sha256);
    given.kind = ledger__kind_of(kind);
    return to->each(to->context, &given);
}

int
ledger_each_given(struct ledger *ledger, const struct prov_mac *phone,
                  bool (*each)(void *context, const struct ledger_given *given), void *context,
                  struct prov_error *err)
{
    const struct given_visitor visitor = {each, context};
    if (ledger->version < LEDGER__VERSION_TURNS)
        return PROV_OK;
    return walk(ledger, phone != NULL ? GIVEN ONE ORDER_OF_KINDS : GIVEN ORDER_OF_KINDS, phone,
                visit_given, &visitor, err);
}

struct proof_visitor {
    bool (*each)(void *context, const struct ledger_proof *proof);
    void *context;
};

static bool
visit_proof(sqlite3_stmt *row, const void *visitor)
{
    const struct proof_visitor *to = visitor;
    struct ledger_proof proof = {.time = sqlite3_column_int64(row, 4)};
    char kind[16];
    copy_text(row, 0, proof.phone.text, sizeof proof.phone.text);
    copy_text(row, 1, kind, sizeof kind);
    copy_digest(row, 2, proof.sha256);
    copy_digest(row, 3, proof.certificate);
    proof.kind = ledger__kind_of(kind);
    return to->each(to->context, &proof);
}

int
ledger_each_proof(struct ledger *ledger, const struct prov_mac *phone,
                  bool (*each)(void *context, const struct ledger_proof *proof), void *context,
                  struct prov_error *err)
{
    const struct proof_visitor visitor = {each, context};
    if (ledger->version < LEDGER__VERSION_TURNS)
        return PROV_OK;
    return walk(ledger, phone != NULL ? PROOFS ONE ORDER_OF_KINDS : PROOFS ORDER_OF_KINDS, phone,
                visit_proof, &visitor, err);
}

struct list_visitor {
    bool (*each)(void *context, const struct ledger_list *list);
    void *context;
};

static bool
visit_list(sqlite3_stmt *row, const void *visitor)
{
    const struct list_visitor *to = visitor;
    struct ledger_list list = {.time = sqlite3_column_int64(row, 3)};
    char kind[16];
    copy_text(row, 0, list.phone.text, sizeof list.phone.text);
    copy_text(row, 1, kind, sizeof kind);
    copy_digest(row, 2, list.sha256);
    list.kind = ledger__kind_of(kind);
    return to->each(to->context, &list);
}

int
ledger_each_list(struct ledger *ledger, bool (*each)(void *context, const struct ledger_list *list),
                 void *context, struct prov_error *err)
{
    const struct list_visitor visitor = {each, context};
    return walk(ledger, ledger->version < LEDGER__VERSION_TURNS ? LISTS_1 : LISTS, NULL, visit_list,
                &visitor, err);
}

int
ledger_each_sighting_after(struct ledger *ledger, const struct prov_mac *after,
                           bool (*each)(void *context, const struct ledger_sighting *sighting),
                           void *context, struct prov_error *err)
{
    const struct sighting_visitor visitor = {each, context};
    return walk(ledger, SIGHTINGS AFTER ORDER, after, visit_sighting, &visitor, err);
}

int
ledger_each_phone(struct ledger *ledger,
                  bool (*each)(void *context, const struct ledger_sighting *sighting),
                  void *context, struct prov_error *err)
{
    const struct sighting_visitor visitor = {each, context};
    return walk(ledger, PHONES, NULL, visit_sighting, &visitor, err);
}

struct request_visitor {
    bool (*each)(void *context, const struct ledger_request *request);
    void *context;
};

static bool
visit_request(sqlite3_stmt *row, const void *visitor)
{
    const struct request_visitor *to = visitor;
    struct ledger_request request = {.time = sqlite3_column_int64(row, 5),
                                     .bytes = sqlite3_column_int64(row, 6)};
    copy_text(row, 0, request.phone.text, sizeof request.phone.text);
    copy_text(row, 1, request.address, sizeof request.address);
    copy_text(row, 2, request.asked, sizeof request.asked);
    copy_text(row, 3, request.transport, sizeof request.transport);
    copy_text(row, 4, request.outcome, sizeof request.outcome);
    return to->each(to->context, &request);
}

int
ledger_each_request(struct ledger *ledger, const struct prov_mac *phone,
                    bool (*each)(void *context, const struct ledger_request *request),
                    void *context, struct prov_error *err)
{
    const struct request_visitor visitor = {each, context};
    if (ledger->version < LEDGER__VERSION_REQUESTS)
        return PROV_OK;
    return walk(ledger, phone != NULL ? REQUESTS ONE ORDER_OF_REQUESTS : REQUESTS ORDER_OF_REQUESTS,
                phone, visit_request, &visitor, err);
}
