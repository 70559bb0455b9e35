/* SPDX-License-Identifier: MIT */
/* Trust lists in turns: the table of ladders as it stands, and what was last delivered in whose
 * name. */
#include "server/resolver/turns.h"

#include "ladder/draw.h"
#include "tree/roots.h"

#include <prov/file.h>

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TABLE_PATH LADDER_FOLDER "/" LADDER_TABLE

/* Names are remembered by a hash that nobody outside can foresee. Two that share a place see each
 * other's deliveries, which shifts their odds and no more; so does whoever asks in thousands of
 * names. */
#define PLACES 65536

/* One kind of list in one name. */
struct place {
    int64_t window;    /* of the newest delivery */
    uint8_t delivered; /* the rung, counted from 1; 0: none */
    uint8_t before;    /* the one of the windows before: a boot draws once */
};

struct turns {
    uint8_t secret[LADDER_SECRET_LEN];
    pthread_mutex_t lock; /* of all that follows */
    struct ladder_table table;
    struct stat looked_at;     /* the file at the last look; st_ino 0: there was none */
    struct prov_error failure; /* why that could not be taken; code PROV_OK: it was */
    struct place places[PLACES][LADDER_KINDS];
};

int
turns_new(struct turns **out, struct prov_error *err)
{
    struct turns *turns = calloc(1, sizeof *turns);
    if (turns == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    if (RAND_bytes(turns->secret, sizeof turns->secret) != 1) {
        free(turns);
        return prov_fail(err, PROV_E_CRYPTO, "there are no random numbers");
    }
    if (pthread_mutex_init(&turns->lock, NULL) != 0) {
        free(turns);
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    }
    *out = turns;
    return PROV_OK;
}

void
turns_free(struct turns *turns)
{
    if (turns == NULL)
        return;
    pthread_mutex_destroy(&turns->lock);
    ladder_table_release(&turns->table);
    OPENSSL_cleanse(turns->secret, sizeof turns->secret);
    free(turns);
}

/* --- the table */

static bool
is_same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
           a->st_ctim.tv_sec == b->st_ctim.tv_sec && a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

/* As much as the file had when it was looked at; a table that grows meanwhile is replaced, not
 * written on. */
static int
read_table(int fd, const struct stat *status, struct ladder_table *out, struct prov_error *err)
{
    size_t size = (size_t)status->st_size, have = 0;
    if (status->st_size < 0 || size > LADDER_TABLE_MAX)
        return prov_fail(err, PROV_E_LIMIT, "larger than %d bytes", LADDER_TABLE_MAX);
    uint8_t *text = malloc(size + 1);
    if (text == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    int rc = prov_read_full(fd, text, size, &have, err);
    if (rc == PROV_OK && have < size)
        rc = prov_fail(err, PROV_E_FORMAT, "it shrank while it was read");
    if (rc == PROV_OK)
        rc = ladder_table_read((struct prov_span){text, size}, out, err);
    free(text);
    return rc;
}

/* The one that stands now, whatever was there at the last look. */
static int
look(struct turns *turns, int root, struct prov_error *err)
{
    struct ladder_table table = {.count = 0};
    struct stat status = {.st_ino = 0};
    int rc = PROV_OK, fd = root_open_file(root, TABLE_PATH, &status);
    if (fd >= 0)
        rc = read_table(fd, &status, &table, err);
    else if (errno != ENOENT && errno != ENOTDIR)
        rc = prov_fail(err, PROV_E_SYSTEM, "cannot be opened: %s", strerror(errno));
    if (fd >= 0)
        close(fd);
    else /* what could not be opened may be so a moment later, though nothing seems to change */
        status = (struct stat){.st_ino = 0, .st_size = rc == PROV_OK ? 0 : -1};
    turns->looked_at = status;
    if (rc != PROV_OK)
        return rc;
    ladder_table_release(&turns->table);
    turns->table = table;
    return PROV_OK;
}

int
turns_refresh(struct turns *turns, int root, struct prov_error *err)
{
    struct stat status;
    if (fstatat(root, TABLE_PATH, &status, 0) != 0)
        status = (struct stat){.st_ino = 0};
    pthread_mutex_lock(&turns->lock);
    if (!is_same_file(&status, &turns->looked_at)) {
        turns->failure = (struct prov_error){.code = PROV_OK};
        turns->failure.code = look(turns, root, &turns->failure);
    }
    int rc = turns->failure.code;
    if (rc != PROV_OK && err != NULL)
        *err = turns->failure;
    pthread_mutex_unlock(&turns->lock);
    return rc;
}

/* --- names */

static struct place *
place_of(struct turns *turns, const char *who, bool ctl)
{
    uint32_t hash = 0;
    memcpy(&hash, turns->secret, sizeof hash); /* FNV-1a from a secret start */
    for (const char *at = who; *at != '\0'; at++)
        hash = (hash ^ (uint8_t)*at) * 16777619U;
    return &turns->places[(hash ^ hash >> 16) % PLACES][ctl ? LADDER_CTL : LADDER_ITL];
}

static size_t
delivered_before(const struct place *place, int64_t window)
{
    uint8_t rung = place->window == window ? place->before : place->delivered;
    return rung > 0 ? rung - 1U : LADDER_NONE_DELIVERED;
}

static bool
is_proven(const struct turns *turns, const char *who, bool ctl)
{
    struct prov_mac phone;
    return prov_mac_of_file(who, "", "", &phone) &&
           ladder_table_proves(&turns->table, ctl ? LADDER_CTL : LADDER_ITL, &phone);
}

bool
turns_draw(struct turns *turns, const char *name, const char *who, int64_t now,
           char out[static TURNS_PATH_SIZE])
{
    pthread_mutex_lock(&turns->lock);
    const struct ladder_row *row = ladder_table_find(&turns->table, name);
    if (row != NULL) {
        const struct place *place = place_of(turns, who, name[0] == 'C');
        size_t rung = is_proven(turns, who, name[0] == 'C')
                          ? row->count - 1
                          : ladder_draw(turns->secret, who, now, row->count,
                                        delivered_before(place, now / LADDER_WINDOW));
        snprintf(out, TURNS_PATH_SIZE, "%s/%s", LADDER_FOLDER, row->file[rung]);
    }
    pthread_mutex_unlock(&turns->lock);
    return row != NULL;
}

bool
turns_rung(struct turns *turns, const char *name, size_t from_newest,
           char out[static TURNS_PATH_SIZE])
{
    pthread_mutex_lock(&turns->lock);
    const struct ladder_row *row = ladder_table_find(&turns->table, name);
    bool found = row != NULL && from_newest < row->count;
    if (found)
        snprintf(out, TURNS_PATH_SIZE, "%s/%s", LADDER_FOLDER,
                 row->file[row->count - 1 - from_newest]);
    pthread_mutex_unlock(&turns->lock);
    return found;
}

/* The list whose rung the file is; NULL if it is none. */
static const struct ladder_row *
row_of_file(const struct turns *turns, const char *file)
{
    char name[LADDER_NAME_SIZE];
    const char *end = strstr(file, ".tlv.");
    size_t len = end != NULL ? (size_t)(end - file) + strlen(".tlv") : sizeof name;
    if (len >= sizeof name)
        return NULL;
    memcpy(name, file, len);
    name[len] = '\0';
    return ladder_table_find(&turns->table, name);
}

void
turns_note(struct turns *turns, const char *who, const char *file, int64_t now)
{
    static const char folder[] = LADDER_FOLDER "/";
    if (strncmp(file, folder, sizeof folder - 1) != 0)
        return;
    file += sizeof folder - 1;
    pthread_mutex_lock(&turns->lock);
    const struct ladder_row *row = row_of_file(turns, file);
    size_t rung = row != NULL ? ladder_row_find(row, file) : LADDER_NO_LIST;
    if (rung != LADDER_NO_LIST) {
        struct place *place = place_of(turns, who, file[0] == 'C');
        int64_t window = now / LADDER_WINDOW;
        if (place->window != window)
            place->before = place->delivered;
        place->window = window;
        place->delivered = (uint8_t)(rung + 1);
    }
    pthread_mutex_unlock(&turns->lock);
}
