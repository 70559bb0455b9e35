/* SPDX-License-Identifier: MIT */
/* The counters, in Prometheus' text format, version 0.0.4. */
#include "server/delivery/internal.h"
#include "server/delivery/line.h"
#include "server/log/log.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define TEXT_MAX (64 * 1024)

/* Text on its way out; the first failure stays. */
struct text {
    struct prov_bytes *bytes;
    struct prov_error *err;
    int rc;
};

static const struct {
    const char *name;
    const char *help;
} counters[DELIVERY_COUNTERS] = {
    [DELIVERY_TFTP_RESENDS] = {"prov_tftp_resends_total", "Blocks that were sent again."},
    [DELIVERY_TFTP_GIVEN_UP] = {"prov_tftp_given_up_total",
                                "Transfers whose client stopped answering."},
    [DELIVERY_TFTP_MALFORMED] = {"prov_tftp_malformed_total", "Datagrams that were no request."},
    [DELIVERY_TFTP_DISPLACED] = {"prov_tftp_displaced_total",
                                 "Transfers that were never acknowledged and gave way to others."},
    [DELIVERY_TLS_FAILED] = {"prov_tls_failed_total", "TLS handshakes that came to nothing."},
    [DELIVERY_TLS_OLD] = {"prov_tls_old_total", "TLS handshakes below TLS 1.2."},
    [DELIVERY_NOT_ALLOWED] = {"prov_not_allowed_total",
                              "Requests from outside of the allowed networks."},
    [DELIVERY_TURNS] = {"prov_turns_total",
                        "Lists of several in turns that were delivered in a phone's name."},
    [DELIVERY_TURNS_NEWEST] = {"prov_turns_newest_total",
                               "Those of them that were the newest of their ladder."},
    [DELIVERY_PROOFS] = {"prov_proofs_total", "Proofs by phones that they hold the newest list."},
};

void
delivery_gauge_add(struct delivery *delivery, enum delivery_gauge gauge, int by)
{
    atomic_fetch_add_explicit(&delivery->metrics.gauges[gauge], by, memory_order_relaxed);
}

void
delivery_count(struct delivery *delivery, enum delivery_counter counter)
{
    atomic_fetch_add_explicit(&delivery->metrics.counters[counter], 1, memory_order_relaxed);
}

void
delivery_set_certificates(struct delivery *delivery,
                          const struct delivery_certificate *certificates, size_t count)
{
    struct delivery__metrics *metrics = &delivery->metrics;
    if (count > DELIVERY__CERTIFICATES_MAX)
        count = DELIVERY__CERTIFICATES_MAX;
    pthread_mutex_lock(&metrics->mutex);
    if (count > 0)
        memcpy(metrics->certificates, certificates, count * sizeof certificates[0]);
    metrics->certificate_count = count;
    pthread_mutex_unlock(&metrics->mutex);
}

static void put(struct text *text, const char *format, ...) PROV_PRINTF(2, 3);

static void
put(struct text *text, const char *format, ...)
{
    char line[512];
    va_list arguments;
    if (text->rc != PROV_OK)
        return;
    va_start(arguments, format);
    int len = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (len < 0 || (size_t)len >= sizeof line)
        text->rc = prov_fail(text->err, PROV_E_LIMIT, "a line of the metrics is too long");
    else
        text->rc = prov_bytes_put(text->bytes, line, (size_t)len, text->err);
}

static void
put_head(struct text *text, const char *name, const char *type, const char *help)
{
    put(text, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void
put_single(struct text *text, const char *name, const char *type, const char *help, uint64_t value)
{
    put_head(text, name, type, help);
    put(text, "%s %" PRIu64 "\n", name, value);
}

static uint64_t
value_of(atomic_ullong *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

static void
put_labelled(struct text *text, const char *name, atomic_ullong *counter)
{
    put(text, "%s %" PRIu64 "\n", name, value_of(counter));
}

static void
put_transfers(struct text *text, struct delivery__metrics *metrics)
{
    put_head(text, "prov_transfers_total", "counter", "Finished transfers.");
    for (int t = 0; t < DELIVERY_TRANSPORTS; t++)
        for (int o = 0; o < DELIVERY_OUTCOMES; o++)
            put(text, "prov_transfers_total{transport=\"%s\",outcome=\"%s\"} %" PRIu64 "\n",
                delivery__transport_name((enum delivery_transport)t),
                delivery__outcome_name((enum delivery_outcome)o),
                value_of(&metrics->transfers[t][o]));
    put_head(text, "prov_bytes_total", "counter", "Bytes of content that were sent.");
    for (int t = 0; t < DELIVERY_TRANSPORTS; t++)
        put(text, "prov_bytes_total{transport=\"%s\"} %" PRIu64 "\n",
            delivery__transport_name((enum delivery_transport)t), value_of(&metrics->bytes[t]));
}

static void
put_active(struct text *text, struct delivery__metrics *metrics)
{
    static const enum delivery_transport transports[DELIVERY_GAUGES] = {
        [DELIVERY_TFTP_ACTIVE] = DELIVERY_TFTP,
        [DELIVERY_HTTP_ACTIVE] = DELIVERY_HTTP,
        [DELIVERY_HTTPS_ACTIVE] = DELIVERY_HTTPS,
    };
    put_head(text, "prov_active", "gauge", "TFTP transfers, HTTP and HTTPS connections now.");
    for (int g = 0; g < DELIVERY_GAUGES; g++)
        put(text, "prov_active{transport=\"%s\"} %ld\n", delivery__transport_name(transports[g]),
            atomic_load_explicit(&metrics->gauges[g], memory_order_relaxed));
}

static void
put_counters(struct text *text, struct delivery__metrics *metrics)
{
    for (int c = 0; c < DELIVERY_COUNTERS; c++)
        if (counters[c].name != NULL)
            put_single(text, counters[c].name, "counter", counters[c].help,
                       value_of(&metrics->counters[c]));
    put_head(text, "prov_over_share_total", "counter",
             "What was turned away of addresses that have their share.");
    put_labelled(text, "prov_over_share_total{kind=\"connection\"}",
                 &metrics->counters[DELIVERY_CONNECTIONS_REFUSED]);
    put_labelled(text, "prov_over_share_total{kind=\"request\"}",
                 &metrics->counters[DELIVERY_REQUESTS_REFUSED]);
    put_head(text, "prov_reloads_total", "counter", "How often the settings were read again.");
    put_labelled(text, "prov_reloads_total{result=\"ok\"}", &metrics->counters[DELIVERY_RELOADS]);
    put_labelled(text, "prov_reloads_total{result=\"failed\"}",
                 &metrics->counters[DELIVERY_RELOADS_FAILED]);
}

/* The three characters that a label's value may not hold as they are. */
static void
escape_label(const char *value, char *out)
{
    for (; *value != '\0'; value++) {
        if (*value == '\\' || *value == '"' || *value == '\n')
            *out++ = '\\';
        *out++ = *value == '\n' ? 'n' : *value;
    }
    *out = '\0';
}

static void
put_certificates(struct text *text, struct delivery__metrics *metrics)
{
    put_head(text, "prov_certificate_expiry_timestamp_seconds", "gauge",
             "When a certificate that is served ends.");
    pthread_mutex_lock(&metrics->mutex);
    for (size_t i = 0; i < metrics->certificate_count; i++) {
        char name[2 * sizeof metrics->certificates[i].name];
        escape_label(metrics->certificates[i].name, name);
        put(text, "prov_certificate_expiry_timestamp_seconds{file=\"%s\"} %" PRId64 "\n", name,
            metrics->certificates[i].not_after);
    }
    pthread_mutex_unlock(&metrics->mutex);
}

static void
put_own_state(struct text *text, struct delivery *delivery)
{
    struct delivery__metrics *metrics = &delivery->metrics;
    char why[1];
    put_single(text, "prov_log_lines_lost_total", "counter", "Log lines that could not be written.",
               log_dropped());
    put_single(text, "prov_log_lines_left_out_total", "counter",
               "Log lines that were left out, since their peers had filled their part of the log.",
               value_of(&metrics->lines_left_out));
    put_single(text, "prov_events_lost_total", "counter",
               "Finished transfers that neither log nor ledger were told of.",
               value_of(&metrics->events_dropped));
    if (delivery->recorder != NULL)
        put_single(text, "prov_ledger_writable", "gauge", "Whether the ledger can be written.",
                   delivery__recorder_works(delivery->recorder, why, sizeof why));
    put_single(text, "prov_start_time_seconds", "gauge", "When the server started.",
               (uint64_t)metrics->started);
    put_head(text, "prov_build_info", "gauge", "The version that runs.");
    put(text, "prov_build_info{version=\"%s\"} 1\n", PROV_VERSION);
}

int
delivery_metrics(struct delivery *delivery, struct prov_bytes **text, struct prov_error *err)
{
    struct text out = {prov_bytes_new(TEXT_MAX), err, PROV_OK};
    if (out.bytes == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    put_transfers(&out, &delivery->metrics);
    put_active(&out, &delivery->metrics);
    put_counters(&out, &delivery->metrics);
    put_certificates(&out, &delivery->metrics);
    put_own_state(&out, delivery);
    if (out.rc != PROV_OK) {
        prov_bytes_free(out.bytes);
        return out.rc;
    }
    *text = out.bytes;
    return PROV_OK;
}
