/* SPDX-License-Identifier: MIT */
/* What phones are given: provd's resolver, with a clock and random numbers of the history's own. */
#include "tests/oracle/server.h"

#include "ledger/ledger.h"
#include "server/resolver/resolver.h"
#include "tests/oracle/folder.h"

#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LIST_MAX (1024 * 1024) /* bytes */
#define SEEN_MAX 1024

struct server {
    bool still;
    char tree[PATH_SIZE];
    struct resolver *resolver;
    size_t seen_count;
    struct ledger_record seen[SEEN_MAX]; /* the oldest are forgotten */
};

/* --- in the place of the system's */

static struct lot server_lot;
static int64_t server_clock;

int
RAND_bytes(unsigned char *bytes, int count)
{
    for (int i = 0; i < count; i++)
        bytes[i] = (unsigned char)lot_draw(&server_lot);
    return 1;
}

time_t
time(time_t *out)
{
    if (out != NULL)
        *out = (time_t)server_clock;
    return (time_t)server_clock;
}

/* --- */

struct server *
server_new(const char *tree, bool still, struct lot lot)
{
    struct prov_error err;
    struct server *server = calloc(1, sizeof *server);
    if (server == NULL)
        die("out of memory");
    server_lot = lot;
    server->still = still;
    snprintf(server->tree, sizeof server->tree, "%s", tree);
    if (resolver_new(tree, NULL, &server->resolver, &err) != PROV_OK)
        die("%s: %s", tree, err.text);
    return server;
}

void
server_free(struct server *server)
{
    resolver_free(server->resolver);
    free(server);
}

void
given_release(struct given *given)
{
    resolver_release(given->file);
    prov_bytes_free(given->content);
    *given = (struct given){.path = NULL};
}

static const char *
prefix_of(enum trust_kind kind)
{
    return kind == TRUST_CTL ? "CTL" : "ITL";
}

/* --- as provd does */

static bool
take_file(struct resolver_file *file, struct given *out)
{
    if (file->data == NULL)
        die("%s is too large", file->path);
    *out = (struct given){.bytes = {file->data, file->size}, .path = file->path, .file = file};
    return true;
}

static bool
resolve(struct server *server, const char *name, struct given *out)
{
    struct resolver_found found;
    const struct resolver_request request = {
        .name = name, .len = strlen(name), .via = RESOLVER_TFTP};
    resolver_find(server->resolver, &request, &found);
    return found.answer == RESOLVER_FOUND && take_file(found.file, out);
}

/* --- as others do */

static bool
read_standing(const struct server *server, const char *name, struct given *out)
{
    char path[PATH_SIZE];
    struct prov_error err;
    struct prov_bytes *content = NULL;
    if (prov_file_read(path_to(path, server->tree, "%s", name), LIST_MAX, &content, &err) !=
        PROV_OK)
        return false;
    *out = (struct given){.bytes = prov_bytes_span(content), .content = content};
    return true;
}

/* --- both */

bool
server_give_list(struct server *server, const struct prov_mac *phone, enum trust_kind kind,
                 int64_t now, struct given *out)
{
    char own[64], common[64];
    snprintf(own, sizeof own, "%sSEP%s.tlv", prefix_of(kind), phone->text);
    snprintf(common, sizeof common, "%sFile.tlv", prefix_of(kind));
    server_clock = now;
    return server->still ? read_standing(server, own, out) || read_standing(server, common, out)
                         : resolve(server, own, out);
}

static enum ledger_kind
kind_of(const char *path)
{
    const char *base = strrchr(path, '/') != NULL ? strrchr(path, '/') + 1 : path;
    if (strncmp(base, "ITL", 3) == 0)
        return LEDGER_ITL;
    return strncmp(base, "CTL", 3) == 0 ? LEDGER_CTL : LEDGER_CONFIGURATION;
}

/* It is the last rung of those that this phone is given. */
static bool
is_newest(struct server *server, const struct prov_mac *phone, const struct given *given)
{
    struct given newest;
    enum trust_kind kind = kind_of(given->path) == LEDGER_CTL ? TRUST_CTL : TRUST_ITL;
    if (kind_of(given->path) == LEDGER_CONFIGURATION ||
        !server_rung(server, phone, kind, 0, &newest))
        return false;
    bool same = prov_span_equal(newest.bytes, given->bytes);
    given_release(&newest);
    return same;
}

static void
remember(struct server *server, const struct prov_mac *phone, const char *address,
         const struct given *given, int64_t now)
{
    struct ledger_record *record = &server->seen[server->seen_count++ % SEEN_MAX];
    *record = (struct ledger_record){.phone = *phone,
                                     .kind = kind_of(given->path),
                                     .transport = "http",
                                     .time = now,
                                     .delivered = true,
                                     .newest = is_newest(server, phone, given)};
    snprintf(record->address, sizeof record->address, "%s", address);
    snprintf(record->asked, sizeof record->asked, "%s", given->path);
    snprintf(record->file, sizeof record->file, "%s", given->path);
    memcpy(record->sha256, given->file->sha256, sizeof record->sha256);
}

void
server_note(struct server *server, const struct prov_mac *phone, const char *address,
            const struct given *given, int64_t now)
{
    server_clock = now;
    if (given->file == NULL)
        return;
    resolver_note_list(server->resolver, phone, given->path);
    remember(server, phone, address, given, now);
}

void
server_write_ledger(struct server *server, const char *path)
{
    struct prov_error err;
    struct ledger *ledger = NULL;
    size_t count = server->seen_count < SEEN_MAX ? server->seen_count : SEEN_MAX;
    server->seen_count = 0;
    if (path == NULL)
        return;
    if (ledger_open(path, LEDGER_WRITE, &ledger, &err) != PROV_OK ||
        ledger_write(ledger, server->seen, count, &err) != PROV_OK)
        die("%s: %s", path, err.text);
    ledger_close(ledger);
}

bool
server_rung(struct server *server, const struct prov_mac *phone, enum trust_kind kind,
            size_t from_newest, struct given *out)
{
    struct resolver_file *file = NULL;
    return resolver_rung(server->resolver, phone, kind == TRUST_CTL, from_newest, &file) &&
           take_file(file, out);
}

bool
server_newest(struct server *server, const struct prov_mac *phone, enum trust_kind kind,
              struct given *out)
{
    char own[64];
    snprintf(own, sizeof own, "%sSEP%s.tlv", prefix_of(kind), phone->text);
    return server_rung(server, phone, kind, 0, out) || resolve(server, own, out);
}

bool
server_give_configuration(struct server *server, const struct prov_mac *phone, bool is_signed,
                          struct given *out)
{
    char name[64];
    snprintf(name, sizeof name, "SEP%s.cnf.xml%s", phone->text, is_signed ? ".sgn" : "");
    return resolve(server, name, out);
}
