/* SPDX-License-Identifier: MIT */
/* Contents of files, shared by all who send them and kept while they do not change. */
#include "server/resolver/content.h"

#include "server/resolver/scanner.h"
#include "tree/secret.h"

#include <prov/digest.h>
#include <prov/header.h>

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BUCKETS 1024
#define CONTENTS_MAX 8192 /* versions of files remembered, most of them without their content */
#define TRIES 3           /* for a file that is overwritten while it is read */

/* A version of a file. `file` comes first: the two are converted into one another. */
struct content {
    struct resolver_file file;
    struct content_store *store;
    struct content *next;            /* in its bucket */
    struct content *older, *younger; /* by last use */
    unsigned holders;
    bool listed; /* can be found */
    bool secret;
    int root;
    bool stripped;
    char *path;
    struct stat status;
    int64_t seen;    /* this version, for the first time: scan_clock */
    int64_t read;    /* when its reading began */
    bool sure;       /* it was read when it could not change unseen any more */
    uint64_t offset; /* where the bytes to send begin */
    uint8_t *held;   /* what `file.data` points into */
    int fd;          /* for what is not held; -1 while nobody needs it */
};

struct content_store {
    struct scanner *scanner;
    pthread_mutex_t lock; /* of all that follows */
    struct content *buckets[BUCKETS];
    struct content *oldest, *youngest; /* the listed ones */
    size_t count;
    size_t budget, held; /* bytes */
    uint64_t version;
};

struct content_store *
content_store_new(size_t budget, struct scanner *scanner)
{
    struct content_store *store = calloc(1, sizeof *store);
    if (store == NULL)
        return NULL;
    store->budget = budget;
    store->scanner = scanner;
    if (pthread_mutex_init(&store->lock, NULL) != 0) {
        free(store);
        return NULL;
    }
    return store;
}

/* --- the list of what can be found; all need the lock */

static struct content **
bucket_of(struct content_store *store, const struct content_key *key)
{
    uint64_t hash = 14695981039346656037U ^ (unsigned)key->root ^ (key->stripped ? 0x100U : 0);
    for (const char *c = key->path; *c != '\0'; c++) /* FNV-1a */
        hash = (hash ^ (unsigned char)*c) * 1099511628211U;
    return &store->buckets[(hash ^ hash >> 32) % BUCKETS];
}

static struct content *
look_up(struct content_store *store, const struct content_key *key)
{
    struct content *content = *bucket_of(store, key);
    while (content != NULL && (content->root != key->root || content->stripped != key->stripped ||
                               strcmp(content->path, key->path) != 0))
        content = content->next;
    return content;
}

static void
unlink_by_use(struct content_store *store, struct content *content)
{
    if (content->older != NULL)
        content->older->younger = content->younger;
    else
        store->oldest = content->younger;
    if (content->younger != NULL)
        content->younger->older = content->older;
    else
        store->youngest = content->older;
}

static void
link_as_youngest(struct content_store *store, struct content *content)
{
    content->younger = NULL;
    content->older = store->youngest;
    if (store->youngest != NULL)
        store->youngest->younger = content;
    else
        store->oldest = content;
    store->youngest = content;
}

static void
free_content(struct content *content)
{
    if (content->held != NULL)
        content->store->held -= content->file.size + content->offset;
    if (content->fd >= 0)
        close(content->fd);
    free(content->held);
    free(content->path);
    free(content);
}

/* From now on nobody finds it; those who hold it keep it. */
static void
unlist(struct content *content)
{
    struct content_store *store = content->store;
    struct content_key key = {content->root, content->path, content->stripped};
    struct content **at = bucket_of(store, &key);
    while (*at != content)
        at = &(*at)->next;
    *at = content->next;
    unlink_by_use(store, content);
    store->count--;
    content->listed = false;
    if (content->holders == 0)
        free_content(content);
}

static void
list(struct content *content)
{
    struct content_store *store = content->store;
    struct content_key key = {content->root, content->path, content->stripped};
    struct content *old = look_up(store, &key);
    if (old != NULL)
        unlist(old);
    if (store->count == CONTENTS_MAX)
        unlist(store->oldest);
    struct content **bucket = bucket_of(store, &key);
    content->next = *bucket;
    *bucket = content;
    link_as_youngest(store, content);
    store->count++;
    content->listed = true;
}

/* Makes room for `size` more bytes by forgetting what nobody holds. */
static bool
make_room(struct content_store *store, uint64_t size)
{
    for (struct content *content = store->oldest; content != NULL;) {
        if (store->held + size <= store->budget)
            return true;
        struct content *younger = content->younger;
        if (content->holders == 0 && content->held != NULL)
            unlist(content);
        content = younger;
    }
    return store->held + size <= store->budget;
}

/* --- finding */

static bool
same_time(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

static bool
unchanged(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
           same_time(&a->st_mtim, &b->st_mtim) && same_time(&a->st_ctim, &b->st_ctim);
}

bool
content_knows(struct content_store *store, const struct content_key *key)
{
    pthread_mutex_lock(&store->lock);
    bool known = look_up(store, key) != NULL;
    pthread_mutex_unlock(&store->lock);
    return known;
}

enum content_answer
content_find(struct content_store *store, const struct content_key *key, const struct stat *status,
             struct resolver_file **out)
{
    enum content_answer answer = CONTENT_UNKNOWN;
    pthread_mutex_lock(&store->lock);
    struct content *content = look_up(store, key);
    if (content != NULL && content->sure && unchanged(&content->status, status)) {
        if (content->secret)
            answer = CONTENT_SECRET;
        else if (content->held != NULL || content->fd >= 0)
            answer = CONTENT_FOUND;
    }
    if (answer == CONTENT_FOUND) {
        content->holders++;
        unlink_by_use(store, content);
        link_as_youngest(store, content);
        *out = &content->file;
    }
    pthread_mutex_unlock(&store->lock);
    return answer;
}

/* --- loading */

/* As pread, but all of it: fewer bytes only at the end of the file. */
static ssize_t
read_at(int fd, uint64_t offset, uint8_t *buffer, size_t len)
{
    size_t n = 0;
    while (n < len) {
        ssize_t got = pread(fd, buffer + n, len - n, (off_t)(offset + n));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        n += (size_t)got;
    }
    return (ssize_t)n;
}

/* All of a small file, as it was at one moment. Sets `content->held` and `content->status`. */
static enum content_answer
read_whole(struct content *content)
{
    for (unsigned i = 0; i < TRIES; i++) {
        struct stat after;
        size_t size = (size_t)content->status.st_size;
        uint8_t *data = malloc(size + 1);
        if (data == NULL)
            return CONTENT_FAILED;
        ssize_t got = read_at(content->fd, 0, data, size + 1);
        if (got >= 0 && fstat(content->fd, &after) == 0) {
            if ((size_t)got == size && unchanged(&content->status, &after)) {
                content->held = data;
                return CONTENT_FOUND;
            }
            content->status = after;
            errno = EAGAIN;
        }
        free(data);
        if (content->status.st_size > CONTENT_HELD_MAX)
            break;
    }
    return CONTENT_FAILED;
}

/* Whether a file that is too large to be held may be sent. */
static enum content_answer
look_through(const struct content *content, bool patient)
{
    struct scanner *scanner = content->store->scanner;
    switch (patient ? scanner_look(scanner, content->fd, &content->status)
                    : scanner_ask(scanner, content->fd, &content->status)) {
    case SCAN_HARMLESS:
        return CONTENT_FOUND;
    case SCAN_SECRET:
        return CONTENT_SECRET;
    case SCAN_WAITING:
        return CONTENT_WAITING;
    default:
        return CONTENT_FAILED;
    }
}

/* Where the content of a signed file begins. */
static enum content_answer
skip_header(struct content *content)
{
    uint8_t prefix[PROV_HEADER_PREFIX];
    size_t header_len;
    ssize_t got = read_at(content->fd, 0, prefix, sizeof prefix);
    if (got < 0)
        return CONTENT_FAILED;
    if (prov_header_length(prefix, (size_t)got, &header_len, NULL) != PROV_OK ||
        header_len > (uint64_t)content->status.st_size)
        return CONTENT_UNSIGNED;
    content->offset = header_len;
    return CONTENT_FOUND;
}

static enum content_answer
digest_held(struct content *content)
{
    struct prov_hash hash;
    if (prov_digest(PROV_SHA256, content->held + content->offset, content->file.size, &hash,
                    NULL) != PROV_OK) {
        errno = ENOMEM;
        return CONTENT_FAILED;
    }
    memcpy(content->file.sha256, hash.value, sizeof content->file.sha256);
    content->file.digested = true;
    return CONTENT_FOUND;
}

/* Reads and judges what `content->fd` holds. */
static enum content_answer
examine(struct content *content, bool patient)
{
    bool small = content->status.st_size <= CONTENT_HELD_MAX;
    enum content_answer answer = small ? read_whole(content) : look_through(content, patient);
    if (answer == CONTENT_FOUND && content->stripped)
        answer = skip_header(content);
    if (answer != CONTENT_FOUND)
        return answer;
    content->file.size = (uint64_t)content->status.st_size - content->offset;
    content->file.modified = content->status.st_mtim.tv_sec;
    if (!small)
        return CONTENT_FOUND;
    size_t len = (size_t)content->status.st_size;
    if (secret_in_content(content->held, len))
        return CONTENT_SECRET;
    return digest_held(content);
}

/* What changed lately may change again unseen, and is read at each request until it cannot: a
 * version is that old some time after it was seen first, whatever its times say. Needs the lock. */
static void
list_version(struct content *content)
{
    const struct content_key key = {content->root, content->path, content->stripped};
    const struct content *old = look_up(content->store, &key);
    if (old != NULL && unchanged(&old->status, &content->status))
        content->seen = old->seen;
    content->sure = scan_settled(&content->status) || content->read - content->seen >= SCAN_SETTLED;
    list(content);
}

/* Gives the content its place in the store: held in memory where there is room, by its descriptor
 * else. Needs the lock. */
static void
settle(struct content *content)
{
    struct content_store *store = content->store;
    uint64_t whole = content->file.size + content->offset;
    if (content->held != NULL && make_room(store, whole)) {
        store->held += whole;
        content->file.data = content->held + content->offset;
        close(content->fd);
        content->fd = -1;
    } else {
        free(content->held);
        content->held = NULL;
    }
    content->file.version = ++store->version;
    content->holders = 1;
    list_version(content);
}

/* That a file holds a key is remembered, so that it is read once. Needs the lock. */
static void
remember_secret(struct content *content)
{
    free(content->held);
    content->held = NULL;
    close(content->fd);
    content->fd = -1;
    content->secret = true;
    content->file.size = 0;
    list_version(content);
}

static struct content *
new_content(struct content_store *store, const struct content_key *key, int fd)
{
    struct content *content = calloc(1, sizeof *content);
    if (content == NULL || (content->path = strdup(key->path)) == NULL ||
        fstat(fd, &content->status) != 0) {
        if (content != NULL)
            free(content->path);
        free(content);
        return NULL;
    }
    content->store = store;
    content->seen = content->read = scan_clock();
    content->root = key->root;
    content->stripped = key->stripped;
    content->fd = fd;
    content->file.path = content->path;
    return content;
}

enum content_answer
content_load(struct content_store *store, const struct content_key *key, int fd, bool patient,
             struct resolver_file **out)
{
    struct content *content = new_content(store, key, fd);
    if (content == NULL) {
        int saved = errno;
        close(fd);
        errno = saved;
        return CONTENT_FAILED;
    }
    enum content_answer answer = examine(content, patient);
    int saved = errno;
    pthread_mutex_lock(&store->lock);
    if (answer == CONTENT_FOUND) {
        settle(content);
        *out = &content->file;
    } else if (answer == CONTENT_SECRET) {
        remember_secret(content);
    } else {
        free(content->held);
        content->held = NULL;
        free_content(content);
    }
    pthread_mutex_unlock(&store->lock);
    errno = saved;
    return answer;
}

/* --- holding */

struct resolver_file *
resolver_hold(struct resolver_file *file)
{
    struct content *content = (struct content *)file;
    pthread_mutex_lock(&content->store->lock);
    content->holders++;
    pthread_mutex_unlock(&content->store->lock);
    return file;
}

void
resolver_release(struct resolver_file *file)
{
    if (file == NULL)
        return;
    struct content *content = (struct content *)file;
    struct content_store *store = content->store;
    pthread_mutex_lock(&store->lock);
    if (--content->holders == 0) {
        if (!content->listed) {
            free_content(content);
        } else if (content->fd >= 0) { /* a deleted file would keep its place on the disk */
            close(content->fd);
            content->fd = -1;
        }
    }
    pthread_mutex_unlock(&store->lock);
}

ssize_t
resolver_read(const struct resolver_file *file, uint64_t offset, void *buffer, size_t len)
{
    const struct content *content = (const struct content *)file;
    if (offset >= file->size)
        return 0;
    if (len > file->size - offset)
        len = (size_t)(file->size - offset);
    if (file->data != NULL) {
        memcpy(buffer, file->data + offset, len);
        return (ssize_t)len;
    }
    ssize_t got = read_at(content->fd, content->offset + offset, buffer, len);
    if (got >= 0 && (size_t)got < len) {
        errno = EIO;
        return -1;
    }
    return got;
}

void
content_store_free(struct content_store *store)
{
    if (store == NULL)
        return;
    for (struct content *content = store->oldest; content != NULL;) {
        struct content *younger = content->younger;
        free_content(content);
        content = younger;
    }
    pthread_mutex_destroy(&store->lock);
    free(store);
}
