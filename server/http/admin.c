/* SPDX-License-Identifier: MIT */
/* The administrator's port: health, metrics, what the phones got. */
#include "server/http/http.h"
#include "server/log/log.h"

#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* `name`: what stands behind "/phones/", or NULL for all. */
static enum MHD_Result
show_phones(struct delivery *delivery, struct MHD_Connection *mhd, const char *name)
{
    struct prov_mac phone;
    struct prov_bytes *json = NULL;
    struct prov_error err;
    bool known = true;
    if (name != NULL && !prov_mac_of_file(name, "", "", &phone))
        return send_sentence(mhd, MHD_HTTP_NOT_FOUND,
                             "a phone is SEP and the twelve digits of its MAC address");
    if (delivery_phones(delivery, name != NULL ? &phone : NULL, &known, &json, &err) != PROV_OK)
        return send_sentence(mhd, MHD_HTTP_SERVICE_UNAVAILABLE, err.text);
    if (name != NULL && !known) {
        prov_bytes_free(json);
        return send_sentence(mhd, MHD_HTTP_NOT_FOUND, "this phone never asked for a file");
    }
    return send_bytes(mhd, TYPE_JSON, json);
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
        return show_phones(delivery, mhd, NULL);
    if (strncmp(url, PHONES "/", sizeof PHONES) == 0)
        return show_phones(delivery, mhd, url + sizeof PHONES);
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
