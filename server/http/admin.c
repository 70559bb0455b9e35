/* SPDX-License-Identifier: MIT */
/* The administrator's port: health, metrics, what the phones got. */
#include "server/http/http.h"
#include "server/log/log.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define CONNECTIONS 32
#define TIMEOUT 10 /* seconds */
#define PHONES "/phones"
#define TYPE_TEXT "text/plain; charset=utf-8"
#define TYPE_METRICS                                                                               \
    "text/plain; version=0.0.4; charset=utf-8" /* Prometheus' exposition format                    \
                                                */
#define TYPE_JSON "application/json"

struct admin_server {
    struct MHD_Daemon *daemon;
    struct delivery *delivery;
    const struct resolver *resolver;
};

/* --- answers */

struct page {
    unsigned status;
    const char *type;
    const char *allow; /* for 405 */
};

static enum MHD_Result
send_page(struct MHD_Connection *mhd, const struct page *page, const void *body, size_t len)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(len, (void *)body, MHD_RESPMEM_MUST_COPY);
    if (response == NULL)
        return MHD_NO;
    enum MHD_Result result = MHD_NO;
    if (MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, page->type) == MHD_YES &&
        MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store") == MHD_YES &&
        (page->allow == NULL ||
         MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, page->allow) == MHD_YES))
        result = MHD_queue_response(mhd, page->status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result
send_sentence(struct MHD_Connection *mhd, unsigned status, const char *text)
{
    char line[PROV_ERROR_TEXT_MAX + 2];
    int len = snprintf(line, sizeof line, "%s\n", text);
    return send_page(mhd, &(struct page){.status = status, .type = TYPE_TEXT}, line, (size_t)len);
}

/* Takes the buffer over. */
static enum MHD_Result
send_bytes(struct MHD_Connection *mhd, const char *type, struct prov_bytes *bytes)
{
    struct prov_span span = prov_bytes_span(bytes);
    enum MHD_Result result =
        send_page(mhd, &(struct page){.status = MHD_HTTP_OK, .type = type}, span.data, span.len);
    prov_bytes_free(bytes);
    return result;
}

/* --- pages */

static enum MHD_Result
show_health(const struct admin_server *admin, struct MHD_Connection *mhd)
{
    char why[PROV_ERROR_TEXT_MAX] = "";
    struct prov_error err;
    if (resolver_check(admin->resolver, &err) != PROV_OK)
        return send_sentence(mhd, MHD_HTTP_SERVICE_UNAVAILABLE, err.text);
    if (delivery_healthy(admin->delivery, why, sizeof why))
        return send_sentence(mhd, MHD_HTTP_OK, "ok");
    return send_sentence(mhd, MHD_HTTP_SERVICE_UNAVAILABLE, why);
}

static enum MHD_Result
show_metrics(struct delivery *delivery, struct MHD_Connection *mhd)
{
    struct prov_bytes *text = NULL;
    struct prov_error err = {0};
    if (delivery_metrics(delivery, &text, &err) != PROV_OK)
        return send_sentence(mhd, MHD_HTTP_SERVICE_UNAVAILABLE, err.text);
    return send_bytes(mhd, TYPE_METRICS, text);
}

/* `name`: what stands behind "/phones/". */
static enum MHD_Result
show_phone(struct delivery *delivery, struct MHD_Connection *mhd, const char *name)
{
    struct prov_mac phone;
    struct prov_bytes *json = NULL;
    struct prov_error err;
    bool known = false;
    if (!prov_mac_of_file(name, "", "", &phone))
        return send_sentence(mhd, MHD_HTTP_NOT_FOUND,
                             "a phone is SEP and the twelve digits of its MAC address");
    if (delivery_phone(delivery, &phone, &known, &json, &err) != PROV_OK)
        return send_sentence(mhd, MHD_HTTP_SERVICE_UNAVAILABLE, err.text);
    if (known)
        return send_bytes(mhd, TYPE_JSON, json);
    prov_bytes_free(json);
    return send_sentence(mhd, MHD_HTTP_NOT_FOUND, "this phone never asked for a file");
}

/* A number of phones that a page may have; 0: `text` is none. */
static size_t
page_limit(const char *text)
{
    size_t len = strlen(text);
    unsigned long number =
        len > 0 && len < 6 && strspn(text, "0123456789") == len ? strtoul(text, NULL, 10) : 0;
    return number <= DELIVERY_PAGE_PHONES_MAX ? number : 0;
}

static enum MHD_Result
show_phones(struct delivery *delivery, struct MHD_Connection *mhd)
{
    const char *after = MHD_lookup_connection_value(mhd, MHD_GET_ARGUMENT_KIND, "after");
    const char *limit = MHD_lookup_connection_value(mhd, MHD_GET_ARGUMENT_KIND, "limit");
    size_t most = limit != NULL ? page_limit(limit) : DELIVERY_PAGE_PHONES;
    struct prov_mac phone;
    struct prov_bytes *json = NULL;
    struct prov_error err;
    if (most == 0 || (after != NULL && !prov_mac_of_file(after, "", "", &phone)))
        return send_sentence(mhd, MHD_HTTP_BAD_REQUEST,
                             "limit is a number from 1 to 10000, after is a phone, SEP<MAC>");
    if (delivery_phones(delivery, after != NULL ? &phone : NULL, most, &json, &err) != PROV_OK)
        return send_sentence(mhd, MHD_HTTP_SERVICE_UNAVAILABLE, err.text);
    return send_bytes(mhd, TYPE_JSON, json);
}

/* --- whom the request is for */

/* Strangers' pages can make an administrator's browser ask here, under a name of theirs that leads
 * to this address; they cannot make it name the address itself, or this machine. */
static bool
is_own_host(const char *host)
{
    char name[256], own[256] = "";
    uint8_t address[16];
    const char *end = *host == '[' ? strchr(host, ']') : NULL;
    size_t len = end != NULL ? (size_t)(end - host) - 1 : strcspn(host, ":");
    host += end != NULL;
    if (len >= sizeof name)
        return false;
    memcpy(name, host, len);
    name[len] = '\0';
    if (inet_pton(AF_INET, name, address) == 1 || inet_pton(AF_INET6, name, address) == 1)
        return true;
    return strcasecmp(name, "localhost") == 0 ||
           (gethostname(own, sizeof own - 1) == 0 && strcasecmp(name, own) == 0);
}

static enum MHD_Result
judge_header(void *cls, enum MHD_ValueKind kind, const char *name, const char *value)
{
    bool *own = cls;
    (void)kind;
    if (strcasecmp(name, MHD_HTTP_HEADER_HOST) == 0)
        *own = *own && value != NULL && is_own_host(value);
    return MHD_YES;
}

static enum MHD_Result
show(const struct admin_server *admin, struct MHD_Connection *mhd, const char *url)
{
    struct delivery *delivery = admin->delivery;
    if (strcmp(url, "/healthz") == 0)
        return show_health(admin, mhd);
    if (strcmp(url, "/metrics") == 0)
        return show_metrics(delivery, mhd);
    if (strcmp(url, PHONES) == 0)
        return show_phones(delivery, mhd);
    if (strncmp(url, PHONES "/", sizeof PHONES) == 0)
        return show_phone(delivery, mhd, url + sizeof PHONES);
    return send_sentence(mhd, MHD_HTTP_NOT_FOUND,
                         "here are /healthz, /metrics, /phones and /phones/SEP<MAC>");
}

/* Answers in the second call, so that the connection is kept. */
static enum MHD_Result
handle(void *cls, struct MHD_Connection *mhd, const char *url, const char *method,
       const char *version, const char *upload, size_t *upload_size, void **context)
{
    struct admin_server *admin = cls;
    (void)version, (void)upload;
    if (*context == NULL) {
        *context = admin;
        return MHD_YES;
    }
    if (*upload_size > 0) {
        *upload_size = 0;
        return MHD_YES;
    }
    bool own = true;
    MHD_get_connection_values(mhd, MHD_HEADER_KIND, judge_header, &own);
    if (!own)
        return send_sentence(mhd, MHD_HTTP_FORBIDDEN,
                             "ask by address, localhost or this machine's own name");
    if (strcmp(method, MHD_HTTP_METHOD_GET) == 0 || strcmp(method, MHD_HTTP_METHOD_HEAD) == 0)
        return show(admin, mhd, url);
    static const char text[] = "only GET and HEAD\n";
    return send_page(mhd,
                     &(struct page){.status = MHD_HTTP_METHOD_NOT_ALLOWED,
                                    .type = TYPE_TEXT,
                                    .allow = "GET, HEAD"},
                     text, sizeof text - 1);
}

/* --- start and stop */

static void __attribute__((format(printf, 2, 0)))
log_message(void *cls, const char *format, va_list arguments)
{
    char text[512];
    (void)cls;
    vsnprintf(text, sizeof text, format, arguments);
    text[strcspn(text, "\r\n")] = '\0';
    log_warn_once(format, "the administrator's port: %s", text);
}

int
admin_server_start(int fd, struct delivery *delivery, const struct resolver *resolver,
                   struct admin_server **out, struct prov_error *err)
{
    struct admin_server *admin = calloc(1, sizeof *admin);
    if (admin == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    admin->delivery = delivery;
    admin->resolver = resolver;
    admin->daemon = MHD_start_daemon(
        MHD_USE_POLL_INTERNAL_THREAD | MHD_USE_ITC | MHD_USE_ERROR_LOG, 0, NULL, NULL, handle,
        admin, MHD_OPTION_EXTERNAL_LOGGER, log_message, NULL, MHD_OPTION_LISTEN_SOCKET, fd,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)TIMEOUT, MHD_OPTION_END);
    if (admin->daemon == NULL) {
        free(admin);
        return prov_fail(err, PROV_E_SYSTEM,
                         "cannot serve the administrator's port: libmicrohttpd does not start");
    }
    *out = admin;
    return PROV_OK;
}

void
admin_server_stop(struct admin_server *admin)
{
    if (admin == NULL)
        return;
    MHD_stop_daemon(admin->daemon);
    free(admin);
}
