/* SPDX-License-Identifier: MIT */
/* A finished transfer's way into log, ledger, metrics and JSON. */
#include "server/delivery/line.h"
#include "server/log/log.h"
#include "tests/unit/server/deliveries.h"

#include <arpa/inet.h>
#include <jansson.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PHONE "58971ECC97C1"
#define SECOND 1795246200 /* 2026-11-21T07:30:00Z */

static void
set_peer(struct sockaddr_storage *peer, const char *address)
{
    memset(peer, 0, sizeof *peer);
    if (strchr(address, ':') != NULL) {
        struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)peer;
        v6->sin6_family = AF_INET6;
        assert_int_equal(inet_pton(AF_INET6, address, &v6->sin6_addr), 1);
    } else {
        struct sockaddr_in *v4 = (struct sockaddr_in *)peer;
        v4->sin_family = AF_INET;
        assert_int_equal(inet_pton(AF_INET, address, &v4->sin_addr), 1);
    }
}

static struct delivery_event
event_of(const char *phone, enum ledger_kind kind, enum delivery_outcome outcome)
{
    struct delivery_event event = {.transport = DELIVERY_TFTP,
                                   .outcome = outcome,
                                   .names_phone = phone != NULL,
                                   .kind = kind,
                                   .asked = "ITLSEP58971ECC97C1.tlv",
                                   .file = "ITLFile.tlv",
                                   .bytes = 3412,
                                   .milliseconds = 12,
                                   .digested = true};
    set_peer(&event.peer, "192.0.2.7");
    snprintf(event.phone.text, sizeof event.phone.text, "%s", phone != NULL ? phone : "");
    memset(event.sha256, 7, sizeof event.sha256);
    return event;
}

static void
report(struct delivery *delivery, struct delivery_event event)
{
    delivery_report(delivery, &event);
}

static void
expect_metric(struct delivery *delivery, const char *line)
{
    const char *text = metrics_of(delivery);
    if (strstr(text, text_of("\n%s\n", line)) == NULL)
        fail_msg("%s is missing in %s", line, text);
}

static void
release_json(void *object)
{
    json_decref(object);
}

static json_t *
phones_of(struct delivery *delivery, const char *phone)
{
    struct prov_mac mac;
    struct prov_bytes *text = NULL;
    bool known = false;
    json_error_t error;
    snprintf(mac.text, sizeof mac.text, "%s", phone != NULL ? phone : "");
    if (phone != NULL)
        expect_ok(delivery_phone(delivery, &mac, &known, &text, &err), &err);
    else
        expect_ok(delivery_phones(delivery, NULL, 1000, &text, &err), &err);
    json_t *json = json_loads(string_of(text), 0, &error);
    assert_true(phone == NULL || known == (json != NULL));
    return json != NULL ? keep(json, release_json) : NULL;
}

/* Until the ledger has seen the phone. */
static json_t *
wait_for_phone(struct delivery *delivery, const char *phone)
{
    for (unsigned i = 0; i < 1000; i++) {
        json_t *json = phones_of(delivery, phone);
        if (json != NULL)
            return json;
        usleep(10000);
    }
    fail_msg("the ledger never heard of %s", phone);
    return NULL;
}

static const char *
text_at(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    assert_non_null(text);
    return text;
}

/* --- the line */

static const char *
line_of(const struct delivery_event *event, struct timespec time)
{
    static struct delivery__line_clock clock;
    static char line[DELIVERY__LINE_MAX + 1];
    struct delivery__entry entry = {*event, time};
    memset(line, 'X', sizeof line);
    size_t len = delivery__line(&clock, &entry, line);
    assert_true(len <= DELIVERY__LINE_MAX);
    return text_of("%.*s", (int)len, line);
}

static void
a_line_says_all(void **state)
{
    (void)state;
    struct delivery_event event = event_of(PHONE, LEDGER_ITL, DELIVERY_DELIVERED);
    assert_string_equal(
        line_of(&event, (struct timespec){SECOND, 123999999}),
        "time=2026-11-21T07:30:00.123Z peer=192.0.2.7 phone=SEP58971ECC97C1 via=tftp"
        " asked=\"ITLSEP58971ECC97C1.tlv\" file=\"ITLFile.tlv\" bytes=3412 ms=12"
        " outcome=delivered status=0\n");
    event = event_of(NULL, LEDGER_OTHER, DELIVERY_MISSING);
    event.transport = DELIVERY_HTTPS;
    event.file[0] = '\0';
    event.bytes = UINT64_MAX;
    event.milliseconds = 0;
    event.status = 404;
    set_peer(&event.peer, "2001:db8::7");
    assert_string_equal(line_of(&event, (struct timespec){SECOND + 59, 5000000}),
                        "time=2026-11-21T07:30:59.005Z peer=2001:db8::7 phone=- via=https"
                        " asked=\"ITLSEP58971ECC97C1.tlv\" file=\"\" bytes=18446744073709551615"
                        " ms=0 outcome=missing status=404\n");
}

static void
every_outcome_has_a_word(void **state)
{
    (void)state;
    static const char *const words[DELIVERY_OUTCOMES] = {
        "delivered", "unacknowledged", "partial", "head", "missing", "refused", "busy", "failed"};
    for (unsigned i = 0; i < DELIVERY_OUTCOMES; i++)
        assert_string_equal(delivery__outcome_name((enum delivery_outcome)i), words[i]);
    assert_string_equal(delivery__transport_name(DELIVERY_HTTP), "http");
}

static void
a_name_cannot_break_its_line(void **state)
{
    (void)state;
    struct delivery_event event = event_of(PHONE, LEDGER_OTHER, DELIVERY_MISSING);
    snprintf(event.asked, sizeof event.asked, "a\" outcome=\"x\\\n\x1b[31m\xc3\xa9\x7f");
    const char *line = line_of(&event, (struct timespec){SECOND, 0});
    assert_non_null(
        strstr(line, " asked=\"a\\\" outcome=\\\"x\\\\\\x0a\\x1b[31m\\xc3\\xa9\\x7f\""));
    memset(event.asked, 0xff, DELIVERY_ASKED_MAX);
    memset(event.file, 0xff, LEDGER_FILE_SIZE - 1);
    event.bytes = UINT64_MAX;
    event.milliseconds = event.status = UINT32_MAX;
    set_peer(&event.peer, "2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff");
    line = line_of(&event, (struct timespec){SECOND, 999999999});
    assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
}

static void
addresses_are_without_port_and_mapping(void **state)
{
    (void)state;
    static const char *const cases[][2] = {{"0.0.0.0", "0.0.0.0"},
                                           {"255.255.255.255", "255.255.255.255"},
                                           {"::ffff:192.0.2.7", "192.0.2.7"},
                                           {"::1", "::1"},
                                           {"2001:db8::ffff:1", "2001:db8::ffff:1"}};
    struct sockaddr_storage peer = {0};
    char text[LEDGER_ADDRESS_SIZE];
    delivery__address(&peer, text);
    assert_string_equal(text, "-");
    for (size_t i = 0; i < LENGTH(cases); i++) {
        set_peer(&peer, cases[i][0]);
        delivery__address(&peer, text);
        assert_string_equal(text, cases[i][1]);
    }
}

static void
lines_come_in_order_into_the_log(void **state)
{
    (void)state;
    const char *path = temporary("log");
    struct delivery *delivery = new_delivery(NULL);
    expect_ok(log_open(SETTINGS_LOG_FILE, path, &err), &err);
    expect_ok(delivery_start(delivery, &err), &err);
    for (unsigned i = 0; i < 3000; i++) {
        struct delivery_event event = event_of(NULL, LEDGER_OTHER, DELIVERY_HEAD);
        event.bytes = i;
        report(delivery, event);
    }
    delivery_free(delivery);
    expect_ok(log_open(SETTINGS_LOG_FILE, temporary("all"), &err), &err);
    struct prov_span log = read_path(path);
    const char *at = text_of("%.*s", (int)log.len, (const char *)log.data);
    for (unsigned i = 0; i < 3000; i++) {
        assert_memory_equal(at, "time=20", 7);
        const char *bytes = strstr(at, " bytes="), *end = strchr(at, '\n');
        assert_true(bytes != NULL && end != NULL && bytes < end);
        assert_int_equal(strtoul(bytes + 7, NULL, 10), i);
        at = end + 1;
    }
    assert_string_equal(at, "");
}

static void
a_peer_that_fills_its_part_is_left_out(void **state)
{
    (void)state;
    const char *path = temporary("left out");
    struct delivery *delivery = new_delivery(NULL);
    struct delivery_event event = event_of(NULL, LEDGER_OTHER, DELIVERY_MISSING);
    expect_ok(log_open(SETTINGS_LOG_FILE, path, &err), &err);
    set_peer(&event.peer, "198.51.100.7");
    for (unsigned i = 0; i < 3000; i++)
        report(delivery, event);
    expect_ok(delivery_start(delivery, &err), &err);
    event.outcome = DELIVERY_DELIVERED; /* that has a part of its own */
    report(delivery, event);
    set_peer(&event.peer, "198.51.100.8");
    report(delivery, event);
    delivery_free(delivery);
    expect_ok(log_open(SETTINGS_LOG_FILE, temporary("all"), &err), &err);
    struct prov_span log = read_path(path);
    const char *text = text_of("%.*s", (int)log.len, (const char *)log.data);
    assert_true(log.len < DELIVERY__PEER_BURST);
    assert_non_null(strstr(text, "outcome=delivered status=0 left-out=2"));
    assert_non_null(strstr(text,
                           "peer=198.51.100.8 phone=- via=tftp asked=\"ITLSEP58971ECC97C1.tlv\""
                           " file=\"ITLFile.tlv\" bytes=3412 ms=12 outcome=delivered status=0\n"));
}

/* --- the ledger and /phones */

static void
phones_appear_with_what_they_got(void **state)
{
    (void)state;
    struct delivery *delivery = new_delivery(temporary("phones"));
    expect_ok(delivery_start(delivery, &err), &err);
    report(delivery, event_of(NULL, LEDGER_OTHER, DELIVERY_DELIVERED));
    report(delivery, event_of(PHONE, LEDGER_ITL, DELIVERY_DELIVERED));
    json_t *phone = wait_for_phone(delivery, PHONE);
    assert_string_equal(text_at(phone, "phone"), "SEP" PHONE);
    assert_string_equal(text_at(phone, "state"), "holds");
    assert_string_equal(text_at(json_object_get(phone, "itl"), "sha256"),
                        "0707070707070707070707070707070707070707070707070707070707070707");
    assert_string_equal(text_at(json_object_get(phone, "ctl"), "state"), "nothing");
    assert_true(json_is_null(json_object_get(json_object_get(phone, "ctl"), "sha256")));
    assert_true(json_is_false(json_object_get(phone, "configured")));
    json_t *address = json_array_get(json_object_get(phone, "addresses"), 0);
    assert_string_equal(text_at(address, "address"), "192.0.2.7");
    json_t *got = json_array_get(json_object_get(address, "deliveries"), 0);
    assert_string_equal(text_at(got, "file"), "ITLFile.tlv");
    assert_string_equal(text_at(got, "kind"), "itl");
    assert_string_equal(text_at(got, "transport"), "tftp");
    assert_string_equal(text_at(got, "time"), text_at(phone, "last"));
    assert_int_equal(strlen(text_at(got, "time")), strlen("2026-11-21T07:30:00Z"));
    assert_int_equal(json_array_size(json_object_get(phones_of(delivery, NULL), "phones")), 1);
    assert_null(phones_of(delivery, "000000000000"));
    delivery_free(delivery);
}

/* Everything that was reported is in the ledger once the delivery is gone. */
static json_t *
phone_after(const struct delivery_event *events, size_t count)
{
    static unsigned ledgers;
    const char *path = temporary(text_of("after%u", ledgers++));
    struct delivery *delivery = new_delivery(path);
    for (size_t i = 0; i < count; i++)
        delivery_report(delivery, &events[i]);
    delivery_free(delivery);
    delivery = new_delivery(path);
    json_t *phone = phones_of(delivery, PHONE);
    delivery_free(delivery);
    assert_non_null(phone);
    return phone;
}

static size_t
deliveries_in(const json_t *phone)
{
    const json_t *address = json_array_get(json_object_get(phone, "addresses"), 0);
    return json_array_size(json_object_get(address, "deliveries"));
}

static void
only_what_was_delivered_counts(void **state)
{
    (void)state;
    for (unsigned outcome = 0; outcome < DELIVERY_OUTCOMES; outcome++) {
        struct delivery_event event =
            event_of(PHONE, LEDGER_CONFIGURATION, (enum delivery_outcome)outcome);
        json_t *phone = phone_after(&event, 1);
        bool delivered = outcome == DELIVERY_DELIVERED;
        assert_int_equal(json_is_true(json_object_get(phone, "configured")), delivered);
        assert_int_equal(deliveries_in(phone), delivered);
        assert_string_equal(text_at(phone, "state"), "nothing");
    }
}

static void
an_unacknowledged_list_casts_doubt(void **state)
{
    (void)state;
    struct delivery_event events[] = {event_of(PHONE, LEDGER_ITL, DELIVERY_DELIVERED),
                                      event_of(PHONE, LEDGER_ITL, DELIVERY_UNACKNOWLEDGED)};
    assert_string_equal(text_at(phone_after(events, 2), "state"), "holds");
    events[1].sha256[0] = 8;
    assert_string_equal(text_at(phone_after(events, 2), "state"), "disputed");
    /* So does one whose content nobody knows. */
    events[1] = event_of(PHONE, LEDGER_ITL, DELIVERY_DELIVERED);
    events[1].digested = false;
    assert_string_equal(text_at(phone_after(events, 2), "state"), "disputed");
    struct delivery_event large = event_of(PHONE, LEDGER_OTHER, DELIVERY_DELIVERED);
    large.digested = false;
    json_t *address = json_array_get(json_object_get(phone_after(&large, 1), "addresses"), 0);
    json_t *got = json_array_get(json_object_get(address, "deliveries"), 0);
    assert_true(json_is_null(json_object_get(got, "sha256")));
}

static void
addresses_are_told_apart(void **state)
{
    (void)state;
    struct delivery_event events[] = {event_of(PHONE, LEDGER_ITL, DELIVERY_DELIVERED),
                                      event_of(PHONE, LEDGER_CTL, DELIVERY_DELIVERED)};
    set_peer(&events[1].peer, "2001:db8::9");
    json_t *phone = phone_after(events, 2);
    assert_int_equal(json_array_size(json_object_get(phone, "addresses")), 2);
    assert_int_equal(deliveries_in(phone), 1);
    assert_string_equal(text_at(phone, "state"), "disputed");
    set_peer(&events[1].peer, "::ffff:192.0.2.7");
    phone = phone_after(events, 2);
    assert_int_equal(json_array_size(json_object_get(phone, "addresses")), 1);
    assert_string_equal(text_at(phone, "state"), "holds");
}

static void
names_in_json_are_utf8(void **state)
{
    (void)state;
    struct delivery_event event = event_of(PHONE, LEDGER_OTHER, DELIVERY_DELIVERED);
    snprintf(event.file, sizeof event.file, "\xff\"\n\xc3\xa9");
    json_t *address = json_array_get(json_object_get(phone_after(&event, 1), "addresses"), 0);
    json_t *got = json_array_get(json_object_get(address, "deliveries"), 0);
    assert_string_equal(text_at(got, "file"), "\\xff\"\\x0a\xc3\xa9");
}

static void
without_a_ledger_there_are_no_phones(void **state)
{
    (void)state;
    struct delivery *delivery = new_delivery(NULL);
    struct prov_bytes *text = NULL;
    expect_failure(delivery_phones(delivery, NULL, 1000, &text, &err), PROV_E_ARGUMENT, &err,
                   "no ledger");
    report(delivery, event_of(PHONE, LEDGER_ITL, DELIVERY_DELIVERED));
    assert_null(strstr(metrics_of(delivery), "prov_ledger_writable"));
    assert_true(delivery_healthy(delivery, NULL, 0));
    delivery_free(delivery);
}

static void
a_ledger_that_cannot_be_opened_is_an_error(void **state)
{
    (void)state;
    struct delivery *delivery = NULL;
    expect_failure(delivery_new(temporary("no/such/folder"), NULL, &delivery, &err), PROV_E_SYSTEM,
                   &err, "cannot be made");
    assert_null(delivery);
}

/* --- metrics */

static void
metrics_count_what_was_reported(void **state)
{
    (void)state;
    struct delivery *delivery = new_delivery(temporary("metrics"));
    struct delivery_event event = event_of(PHONE, LEDGER_ITL, DELIVERY_PARTIAL);
    event.transport = DELIVERY_HTTPS;
    report(delivery, event);
    report(delivery, event);
    delivery_gauge_add(delivery, DELIVERY_HTTP_ACTIVE, 3);
    delivery_gauge_add(delivery, DELIVERY_HTTP_ACTIVE, -1);
    for (unsigned i = 0; i < DELIVERY_COUNTERS; i++)
        for (unsigned k = 0; k <= i; k++)
            delivery_count(delivery, (enum delivery_counter)i);
    static const char build[] = "prov_build_info{version=\"" PROV_VERSION "\"} 1";
    static const char *const lines[] = {
        "prov_transfers_total{transport=\"https\",outcome=\"partial\"} 2",
        "prov_transfers_total{transport=\"tftp\",outcome=\"delivered\"} 0",
        "prov_bytes_total{transport=\"https\"} 6824",
        "prov_active{transport=\"http\"} 2",
        "prov_active{transport=\"tftp\"} 0",
        "prov_tftp_resends_total 1",
        "prov_tftp_given_up_total 2",
        "prov_tftp_malformed_total 3",
        "prov_tftp_displaced_total 4",
        "prov_tls_failed_total 5",
        "prov_tls_old_total 6",
        "prov_not_allowed_total 7",
        "prov_over_share_total{kind=\"connection\"} 8",
        "prov_over_share_total{kind=\"request\"} 9",
        "prov_turns_total 10",
        "prov_turns_newest_total 11",
        "prov_proofs_total 12",
        "prov_reloads_total{result=\"ok\"} 13",
        "prov_reloads_total{result=\"failed\"} 14",
        "prov_log_lines_left_out_total 0",
        "prov_events_lost_total 0",
        "prov_ledger_writable 1",
        build,
    };
    for (size_t i = 0; i < LENGTH(lines); i++)
        expect_metric(delivery, lines[i]);
    assert_true(delivery_healthy(delivery, NULL, 0));
    delivery_free(delivery);
}

static void
certificates_are_replaced_and_escaped(void **state)
{
    (void)state;
    struct delivery *delivery = new_delivery(NULL);
    struct delivery_certificate many[20] = {{"web-ec.pem", 1}};
    struct delivery_certificate odd = {"a\"b\\c\nd", 1800000000};
    delivery_set_certificates(delivery, many, LENGTH(many));
    expect_metric(delivery, "prov_certificate_expiry_timestamp_seconds{file=\"web-ec.pem\"} 1");
    delivery_set_certificates(delivery, &odd, 1);
    assert_null(strstr(metrics_of(delivery), "web-ec.pem"));
    expect_metric(delivery, "prov_certificate_expiry_timestamp_seconds{file=\"a\\\"b\\\\c\\nd\"}"
                            " 1800000000");
    delivery_set_certificates(delivery, NULL, 0);
    assert_null(strstr(metrics_of(delivery), "seconds{file"));
    delivery_free(delivery);
}

/* Each sample follows the two comments of its family. */
static void
metrics_are_well_formed(void **state)
{
    (void)state;
    struct delivery *delivery = new_delivery(temporary("format"));
    regex_t sample;
    char family[128] = "";
    assert_int_equal(regcomp(&sample,
                             "^[a-z_]+(\\{[a-z]+=\"[^\"]*\"(,[a-z]+=\"[^\"]*\")*\\})? [0-9]+$",
                             REG_EXTENDED | REG_NOSUB),
                     0);
    char *text = keep(strdup(metrics_of(delivery)), free), *rest = text;
    assert_int_equal(text[strlen(text) - 1], '\n');
    for (char *line = strsep(&rest, "\n"); *line != '\0'; line = strsep(&rest, "\n")) {
        if (strncmp(line, "# HELP ", 7) == 0) {
            snprintf(family, sizeof family, "%.*s", (int)strcspn(line + 7, " "), line + 7);
            line = strsep(&rest, "\n");
            assert_true(strcmp(line, text_of("# TYPE %s counter", family)) == 0 ||
                        strcmp(line, text_of("# TYPE %s gauge", family)) == 0);
            assert_int_equal(strstr(line, "counter") != NULL, strstr(line, "_total ") != NULL);
        } else if (regexec(&sample, line, 0, NULL, 0) != 0 ||
                   strcspn(line, "{ ") != strlen(family) ||
                   strncmp(line, family, strlen(family)) != 0) {
            fail_msg("%s within %s", line, family);
        }
    }
    regfree(&sample);
    delivery_free(delivery);
}

static int
begin(void **state)
{
    if (support_begin(state) != 0)
        return -1;
    return log_open(SETTINGS_LOG_FILE, temporary("all"), &err);
}

static int
end(void **state)
{
    log_close();
    return support_end(state);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_says_all),
        cmocka_unit_test(every_outcome_has_a_word),
        cmocka_unit_test(a_name_cannot_break_its_line),
        cmocka_unit_test(addresses_are_without_port_and_mapping),
        cmocka_unit_test(lines_come_in_order_into_the_log),
        cmocka_unit_test(a_peer_that_fills_its_part_is_left_out),
        cmocka_unit_test(phones_appear_with_what_they_got),
        cmocka_unit_test(only_what_was_delivered_counts),
        cmocka_unit_test(an_unacknowledged_list_casts_doubt),
        cmocka_unit_test(addresses_are_told_apart),
        cmocka_unit_test(names_in_json_are_utf8),
        cmocka_unit_test(without_a_ledger_there_are_no_phones),
        cmocka_unit_test(a_ledger_that_cannot_be_opened_is_an_error),
        cmocka_unit_test(metrics_count_what_was_reported),
        cmocka_unit_test(certificates_are_replaced_and_escaped),
        cmocka_unit_test(metrics_are_well_formed),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
