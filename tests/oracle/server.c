/* SPDX-License-Identifier: MIT */
/* What phones are given: provd's resolver, with a clock and random numbers of the history's own. */
#include "tests/oracle/server.h"

#include "server/resolver/resolver.h"
#include "tests/oracle/folder.h"

#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LIST_MAX (1024 * 1024) /* bytes */

struct server {
    bool still;
    char tree[PATH_SIZE];
    struct resolver *resolver;
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

void
server_note(struct server *server, const struct prov_mac *phone, const struct given *given,
            int64_t now)
{
    server_clock = now;
    if (given->file != NULL)
        resolver_note_list(server->resolver, phone, given->path);
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
