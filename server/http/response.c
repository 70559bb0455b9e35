/* SPDX-License-Identifier: MIT */
/* libmicrohttpd's response objects: the fixed ones, and those that carry a file. */
#include "server/http/internal.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define BLOCK_SIZE (64 * 1024)
#define KEPT_SIZE_MAX (64 * 1024) /* larger files get a response object of their own each time */
#define KEPT_SLOTS 64             /* so a thread keeps at most 4 MB */

/* --- headers */

static const char *
content_type(const char *path)
{
    static const struct {
        const char *ending, *type;
    } types[] = {
        {".xml", "text/xml"},
    };
    const char *ending = strrchr(path, '.');
    for (size_t i = 0; ending != NULL && i < sizeof types / sizeof types[0]; i++)
        if (strcasecmp(ending, types[i].ending) == 0)
            return types[i].type;
    return "application/octet-stream";
}

/* The form of RFC 9110, section 5.6.7, whatever the locale. */
static void
http_date(time_t when, char out[static 30])
{
    static const char days[7][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct tm t;
    out[0] = '\0';
    if (gmtime_r(&when, &t) == NULL || t.tm_year < -1900 || t.tm_year > 8099)
        return;
    char text[64];
    snprintf(text, sizeof text, "%s, %02d %s %04d %02d:%02d:%02d GMT", days[t.tm_wday], t.tm_mday,
             months[t.tm_mon], t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
    memcpy(out, text, 29);
    out[29] = '\0';
}

static bool
add_header(struct MHD_Response *response, const char *name, const char *value)
{
    return MHD_add_response_header(response, name, value) == MHD_YES;
}

/* The response, or NULL where memory is too short for its headers: then it is gone. */
static struct MHD_Response *
with_file_headers(struct MHD_Response *response, const struct resolver_file *file, bool no_store)
{
    char modified[30];
    http_date(file->modified, modified);
    if (add_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, content_type(file->path)) &&
        (modified[0] == '\0' || add_header(response, MHD_HTTP_HEADER_LAST_MODIFIED, modified)) &&
        (!no_store || add_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store")))
        return response;
    MHD_destroy_response(response);
    return NULL;
}

/* --- a file out of memory */

static void
release_file(void *file)
{
    resolver_release(file);
}

static struct MHD_Response *
memory_response(struct resolver_file *file, bool no_store)
{
    struct MHD_Response *response = MHD_create_response_from_buffer_with_free_callback_cls(
        (size_t)file->size, (void *)file->data, release_file, resolver_hold(file));
    if (response == NULL) {
        resolver_release(file);
        return NULL;
    }
    return with_file_headers(response, file, no_store);
}

/* --- a file that is read as it is sent. Never from a descriptor: libmicrohttpd spins or hangs when
 * such a file shrinks. */

struct reading {
    struct resolver_file *file;
    struct request *request; /* outlives the calls of read_block, not reading_free */
};

static ssize_t
read_block(void *cls, uint64_t offset, char *buffer, size_t max)
{
    struct reading *reading = cls;
    uint64_t left = reading->file->size - offset;
    size_t want = left < max ? (size_t)left : max;
    ssize_t got = resolver_read(reading->file, offset, buffer, want);
    if (got < 0 || (size_t)got < want) {
        reading->request->read_failed = true;
        return MHD_CONTENT_READER_END_WITH_ERROR;
    }
    reading->request->sent = offset; /* what was read before has gone by now */
    return got;
}

static void
reading_free(void *cls)
{
    struct reading *reading = cls;
    resolver_release(reading->file);
    free(reading);
}

static struct MHD_Response *
reading_response(struct resolver_file *file, bool no_store, struct request *request)
{
    struct reading *reading = malloc(sizeof *reading);
    if (reading == NULL)
        return NULL;
    reading->file = resolver_hold(file);
    reading->request = request;
    struct MHD_Response *response = MHD_create_response_from_callback(
        file->size, BLOCK_SIZE, read_block, reading, reading_free);
    if (response == NULL) {
        reading_free(reading);
        return NULL;
    }
    return with_file_headers(response, file, no_store);
}

/* --- responses that are kept, by the version of their file; each thread has its own, so that no
 * lock is shared */

struct kept {
    struct slot {
        uint64_t version; /* 0: empty */
        bool no_store;
        struct MHD_Response *response;
    } slots[KEPT_SLOTS];
};

static pthread_key_t kept_key;
static pthread_once_t kept_once = PTHREAD_ONCE_INIT;
static bool kept_usable;

static void
kept_free(void *thread_kept)
{
    struct kept *kept = thread_kept;
    for (size_t i = 0; i < KEPT_SLOTS; i++)
        if (kept->slots[i].version != 0)
            MHD_destroy_response(kept->slots[i].response);
    free(kept);
}

static void
kept_init(void)
{
    kept_usable = pthread_key_create(&kept_key, kept_free) == 0;
}

static struct kept *
kept_of_thread(void)
{
    pthread_once(&kept_once, kept_init);
    if (!kept_usable)
        return NULL;
    struct kept *kept = pthread_getspecific(kept_key);
    if (kept != NULL)
        return kept;
    kept = calloc(1, sizeof *kept);
    if (kept != NULL && pthread_setspecific(kept_key, kept) != 0) {
        free(kept);
        return NULL;
    }
    return kept;
}

/* libmicrohttpd counts references: one is the slot's, and each answer under way has its own, so
 * the slot's goes with the next file that falls into it. */
static struct MHD_Response *
kept_response(struct kept *kept, struct resolver_file *file, bool no_store)
{
    struct slot *slot = &kept->slots[file->version % KEPT_SLOTS];
    if (slot->version == file->version && slot->no_store == no_store)
        return slot->response;
    struct MHD_Response *response = memory_response(file, no_store);
    if (response == NULL)
        return NULL;
    if (slot->version != 0)
        MHD_destroy_response(slot->response);
    *slot = (struct slot){.version = file->version, .no_store = no_store, .response = response};
    return response;
}

struct MHD_Response *
response_with_file(struct resolver_file *file, bool no_store, struct request *request, bool *kept)
{
    *kept = false;
    if (file->data == NULL)
        return reading_response(file, no_store, request);
    struct kept *own = file->size <= KEPT_SIZE_MAX ? kept_of_thread() : NULL;
    if (own == NULL)
        return memory_response(file, no_store);
    *kept = true;
    return kept_response(own, file, no_store);
}

/* --- fixed ones */

static struct MHD_Response *
fixed_response(const char *text, const char *name, const char *value)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(strlen(text), (void *)text, MHD_RESPMEM_PERSISTENT);
    if (response == NULL)
        return NULL;
    if (add_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "text/plain") &&
        add_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store") &&
        (name == NULL || add_header(response, name, value)))
        return response;
    MHD_destroy_response(response);
    return NULL;
}

int
fixed_responses_new(struct fixed_responses *fixed, struct prov_error *err)
{
    fixed->missing = fixed_response("not found\n", NULL, NULL);
    fixed->forbidden = fixed_response("forbidden\n", NULL, NULL);
    fixed->method = fixed_response("only GET and HEAD\n", MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
    fixed->busy = fixed_response("busy\n", MHD_HTTP_HEADER_CONNECTION, "close");
    fixed->waiting = fixed_response("wait\n", MHD_HTTP_HEADER_RETRY_AFTER, "2");
    fixed->failed = fixed_response("failed\n", NULL, NULL);
    if (fixed->missing != NULL && fixed->forbidden != NULL && fixed->method != NULL &&
        fixed->busy != NULL && fixed->waiting != NULL && fixed->failed != NULL)
        return PROV_OK;
    return prov_fail(err, PROV_E_MEMORY, "out of memory");
}

void
fixed_responses_free(struct fixed_responses *fixed)
{
    struct MHD_Response *all[] = {fixed->missing, fixed->forbidden, fixed->method,
                                  fixed->busy,    fixed->waiting,   fixed->failed};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (all[i] != NULL)
            MHD_destroy_response(all[i]);
    *fixed = (struct fixed_responses){0};
}
