/* SPDX-License-Identifier: MIT */
/* DHCP: the question's bytes, answers of all shapes, and what is found in them. */
#include "provcheck/dhcp/frame.h"
#include "provcheck/dhcp/judge.h"
#include "provcheck/dhcp/vendor_class.h"
#include "tests/unit/support.h"

#include <arpa/inet.h>
#include <string.h>

#define MESSAGE_MAX 1024
#define SNAME 44
#define FILE_FIELD 108
#define OPTIONS 240

static const struct dhcp_question question = {
    .id = 0x12345678,
    .hardware = {0x00, 0x11, 0x22, 0x33, 0x44, 0x55},
    .host = "SEP001122334455",
    .vendor_class = {(const uint8_t *)"Cisco Systems, Inc. IP Phone CP-7941G", 38},
};

/* --- an answer, made of its parts */

struct message {
    size_t len;
    uint8_t bytes[MESSAGE_MAX];
};

static void
put(struct message *message, unsigned code, const void *value, size_t len)
{
    uint8_t *at = message->bytes + message->len;
    at[0] = (uint8_t)code;
    at[1] = (uint8_t)len;
    memcpy(at + 2, value, len);
    message->len += 2 + len;
}

static struct message
offer(void)
{
    struct message message = {.len = OPTIONS};
    static const uint8_t head[] = {2, 1, 6, 0, 0x12, 0x34, 0x56, 0x78};
    static const uint8_t cookie[] = {99, 130, 83, 99};
    memcpy(message.bytes, head, sizeof head);
    memcpy(message.bytes + 16, "\xc0\x00\x02\x32", 4); /* 192.0.2.50 */
    memcpy(message.bytes + 28, question.hardware, sizeof question.hardware);
    memcpy(message.bytes + 236, cookie, sizeof cookie);
    put(&message, 53, "\x02", 1);
    put(&message, 54, "\xc0\x00\x02\x01", 4);
    put(&message, 1, "\xff\xff\xff\x00", 4);
    return message;
}

static enum dhcp_reading
read_message(const struct message *message, struct dhcp_answer *out)
{
    return dhcp_answer_read((struct prov_span){message->bytes, message->len}, &question, out);
}

/* --- reading */

static void
asks_as_a_phone_does(void **state)
{
    uint8_t sent[DHCP_DISCOVER_MAX];
    static const uint8_t wanted[] = {55, 7, 1, 66, 6, 3, 15, 150, 35, 255};
    (void)state;
    assert_int_equal(dhcp_discover(&question, sent), DHCP_DISCOVER_MAX);
    assert_memory_equal(sent, "\x01\x01\x06\x00\x12\x34\x56\x78", 8);
    assert_int_equal(sent[10], 0x80);
    assert_memory_equal(sent + 28, question.hardware, 6);
    assert_memory_equal(sent + OPTIONS, "\x35\x01\x01\x3d\x07\x01", 6);
    assert_non_null(memmem(sent, sizeof sent, "\x0c\x0fSEP001122334455", 17));
    assert_non_null(memmem(sent, sizeof sent,
                           "\x3c\x26"
                           "Cisco Systems, Inc. IP Phone CP-7941G",
                           40));
    assert_non_null(memmem(sent, sizeof sent, wanted, sizeof wanted));
}

static void
reads_an_offer(void **state)
{
    struct message message = offer();
    struct dhcp_answer answer;
    (void)state;
    put(&message, 150, "\xc0\x00\x02\x0a\xc0\x00\x02\x0b", 8);
    put(&message, 66, "192.0.2.10", 10);
    memcpy(message.bytes + SNAME, "boot", 4);
    message.bytes[message.len++] = 255;
    assert_int_equal(read_message(&message, &answer), DHCP_OFFER);
    assert_int_equal(ntohl(answer.from.s_addr), 0xc0000201);
    assert_int_equal(ntohl(answer.offered.s_addr), 0xc0000232);
    assert_int_equal(answer.tftp_addresses.len, 8);
    assert_int_equal(answer.tftp_name.len, 10);
    assert_string_equal(answer.server_name, "boot");
}

static void
joins_the_parts_of_an_option(void **state)
{
    struct message message = offer();
    struct dhcp_answer answer;
    (void)state;
    put(&message, 150, "\xc0\x00", 2);
    put(&message, 150, "\x02\x0a", 2);
    assert_int_equal(read_message(&message, &answer), DHCP_OFFER);
    assert_int_equal(answer.tftp_addresses.len, 4);
    assert_memory_equal(answer.tftp_addresses.bytes, "\xc0\x00\x02\x0a", 4);
}

static void
reads_options_in_the_fields(void **state)
{
    struct message message = offer();
    struct dhcp_answer answer;
    (void)state;
    put(&message, 52, "\x03", 1);
    memcpy(message.bytes + FILE_FIELD, "\x96\x04\xc0\x00\x02\x0a\xff", 7);
    memcpy(message.bytes + SNAME, "\x42\x04tftp\xff", 7);
    assert_int_equal(read_message(&message, &answer), DHCP_OFFER);
    assert_int_equal(answer.tftp_addresses.len, 4);
    assert_memory_equal(answer.tftp_name.bytes, "tftp", 4);
    assert_string_equal(answer.server_name, "");
}

static void
passes_over_what_is_not_for_it(void **state)
{
    struct dhcp_answer answer;
    (void)state;
    for (size_t at = 0; at < OPTIONS; at++) {
        struct message message = offer();
        bool matters = at == 0 || (at >= 4 && at < 8) || (at >= 28 && at < 34) || at >= 236;
        message.bytes[at] ^= 0x40;
        assert_int_equal(read_message(&message, &answer), matters ? DHCP_OTHER : DHCP_OFFER);
    }
    struct message acknowledged = offer();
    acknowledged.bytes[OPTIONS + 2] = 5; /* DHCPACK */
    assert_int_equal(read_message(&acknowledged, &answer), DHCP_OTHER);
}

static void
names_a_server_whose_answer_is_broken(void **state)
{
    struct message message = offer();
    struct dhcp_answer answer;
    (void)state;
    message.bytes[message.len++] = 150; /* without a length */
    assert_int_equal(read_message(&message, &answer), DHCP_MALFORMED);
    assert_int_equal(ntohl(answer.from.s_addr), 0xc0000201);
    message.bytes[message.len++] = 4; /* and without its bytes */
    assert_int_equal(read_message(&message, &answer), DHCP_MALFORMED);
}

static void
bounds_an_option_in_many_parts(void **state)
{
    struct message message = offer();
    struct dhcp_answer answer;
    uint8_t part[255] = {0};
    (void)state;
    put(&message, 150, part, sizeof part);
    put(&message, 150, part, sizeof part);
    assert_int_equal(read_message(&message, &answer), DHCP_OFFER);
    assert_int_equal(answer.tftp_addresses.len, DHCP_VALUE_MAX);
    put(&message, 150, part, 1);
    assert_int_equal(read_message(&message, &answer), DHCP_MALFORMED);
}

/* --- headers */

static void
opens_packets(void **state)
{
    uint8_t packet[DHCP_FRAME_HEADERS + 4] = {0};
    struct prov_span message;
    struct in_addr from;
    (void)state;
    dhcp_frame_put(4, packet);
    assert_false(dhcp_frame_open((struct prov_span){packet, sizeof packet}, &message, &from));
    packet[21] = 67; /* the ports of an answer */
    packet[23] = 68;
    assert_true(dhcp_frame_open((struct prov_span){packet, sizeof packet}, &message, &from));
    assert_int_equal(message.len, 4);
    assert_ptr_equal(message.data, packet + DHCP_FRAME_HEADERS);
    for (size_t len = 0; len < sizeof packet; len++)
        assert_false(dhcp_frame_open((struct prov_span){packet, len}, &message, &from));
    packet[6] = 0x20; /* more fragments */
    assert_false(dhcp_frame_open((struct prov_span){packet, sizeof packet}, &message, &from));
    packet[6] = 0;
    packet[25] = 7; /* UDP's length is below its own header */
    assert_false(dhcp_frame_open((struct prov_span){packet, sizeof packet}, &message, &from));
    packet[25] = 13; /* and beyond the packet */
    assert_false(dhcp_frame_open((struct prov_span){packet, sizeof packet}, &message, &from));
}

static void
names_models(void **state)
{
    static const struct {
        const char *model, *text;
        size_t len;
    } all[] = {
        {"6901", "Cisco Systems, Inc.", 19},
        {"7912", "Cisco Systems, Inc. IP Phone 7912", 33},
        {"7911", "Cisco Systems, Inc. IP Phone CP-7911G", 38},
        {"8961", "Cisco Systems, Inc. IP Phone CP-8961", 37},
    };
    char text[DHCP_VENDOR_CLASS_MAX];
    size_t len;
    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        assert_true(dhcp_vendor_class(all[i].model, text, &len));
        assert_string_equal(text, all[i].text);
        assert_int_equal(len, all[i].len);
    }
    assert_false(dhcp_vendor_class("", text, &len));
    assert_false(dhcp_vendor_class("88510", text, &len));
    assert_false(dhcp_vendor_class("8851%", text, &len));
}

/* --- judging: options as bytes, and the only finding that they give */

struct option {
    unsigned code;
    const char *bytes;
    size_t len;
};

#define GIVES(code, text)                                                                          \
    {                                                                                              \
        code, text, sizeof text - 1                                                                \
    }
#define SOUND_150 GIVES(150, "\xc0\x00\x02\x0a")
#define FINDS(...)                                                                                 \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }
#define NOTHING DHCP_PROBLEMS

static const struct judged {
    const char *name;
    struct option options[3]; /* up to one without bytes */
    const char *field;        /* sname */
    const char *next_server;
    enum dhcp_problem found[2]; /* up to NOTHING */
} cases[] = {
    {"an address", {SOUND_150}, "", NULL, FINDS(NOTHING)},
    {"two addresses", {GIVES(150, "\xc0\x00\x02\x0a\xc0\x00\x02\x0b")}, "", NULL, FINDS(NOTHING)},
    {"66 as text", {GIVES(66, "192.0.2.10")}, "", NULL, FINDS(NOTHING)},
    {"both, the same", {SOUND_150, GIVES(66, "192.0.2.10")}, "", NULL, FINDS(NOTHING)},
    {"150 and a field", {SOUND_150}, "192.0.2.11", NULL, FINDS(NOTHING)},
    {"nothing", {{0, NULL, 0}}, "", NULL, FINDS(DHCP_NO_SERVER, NOTHING)},
    {"next-server", {{0, NULL, 0}}, "", "192.0.2.10", FINDS(DHCP_NEXT_SERVER_ALONE, NOTHING)},
    {"150 as text", {GIVES(150, "192.0.2.10")}, "", NULL, FINDS(DHCP_NO_SERVER, DHCP_150_TEXT)},
    {"of a length that fits",
     {GIVES(150, "192.168.0.10")},
     "",
     NULL,
     FINDS(DHCP_NO_SERVER, DHCP_150_TEXT)},
    {"with a NUL", {GIVES(150, "192.0.2.1\0")}, "", NULL, FINDS(DHCP_NO_SERVER, DHCP_150_TEXT)},
    {"a name", {GIVES(150, "tftp.example")}, "", NULL, FINDS(DHCP_NO_SERVER, DHCP_150_TEXT)},
    {"text beside a sound 66",
     {GIVES(150, "192.0.2.10"), GIVES(66, "192.0.2.10")},
     "",
     NULL,
     FINDS(DHCP_150_TEXT, NOTHING)},
    {"five bytes",
     {GIVES(150, "\xc0\x00\x02\x0a\x00")},
     "",
     NULL,
     FINDS(DHCP_NO_SERVER, DHCP_150_LENGTH)},
    {"no bytes", {{150, "", 0}}, "", NULL, FINDS(DHCP_NO_SERVER, DHCP_150_LENGTH)},
    {"0.0.0.0", {GIVES(150, "\0\0\0\0")}, "", NULL, FINDS(DHCP_150_ADDRESS, NOTHING)},
    {"loopback", {GIVES(150, "\x7f\0\0\x01")}, "", NULL, FINDS(DHCP_150_ADDRESS, NOTHING)},
    {"66 as bytes",
     {GIVES(66, "\xc0\x00\x02\x0a")},
     "",
     NULL,
     FINDS(DHCP_NO_SERVER, DHCP_66_BINARY)},
    {"66 with a NUL", {GIVES(66, "192.0.2.10\0")}, "", NULL, FINDS(DHCP_66_NUL, NOTHING)},
    {"66 empty", {{66, "", 0}}, "", NULL, FINDS(DHCP_NO_SERVER, DHCP_66_EMPTY)},
    {"66 a URL", {GIVES(66, "tftp://192.0.2.10")}, "", NULL, FINDS(DHCP_66_URL, NOTHING)},
    {"66 two", {GIVES(66, "192.0.2.10 192.0.2.11")}, "", NULL, FINDS(DHCP_66_BLANK, NOTHING)},
    {"66 in the field", {{0, NULL, 0}}, "192.0.2.10", NULL, FINDS(DHCP_NO_SERVER, DHCP_66_FIELD)},
    {"a name without DNS", {GIVES(66, "tftp.example")}, "", NULL, FINDS(DHCP_66_NAME, NOTHING)},
    {"a name that nobody knows",
     {GIVES(66, "tftp.example"), GIVES(6, "\xc0\x00\x02\x01")},
     "",
     NULL,
     FINDS(DHCP_66_UNKNOWN, NOTHING)},
    {"two that differ",
     {SOUND_150, GIVES(66, "192.0.2.11")},
     "",
     NULL,
     FINDS(DHCP_BOTH_DIFFER, NOTHING)},
    {"another network",
     {GIVES(150, "\xc6\x33\x64\x0a")},
     "",
     NULL,
     FINDS(DHCP_OUT_OF_REACH, NOTHING)},
    {"behind a router",
     {GIVES(150, "\xc6\x33\x64\x0a"), GIVES(3, "\xc0\x00\x02\x01")},
     "",
     NULL,
     FINDS(NOTHING)},
};

static struct dhcp_answer
answer_of(const struct judged *one)
{
    struct message message = offer();
    struct dhcp_answer answer;
    for (size_t i = 0; i < 3 && one->options[i].bytes != NULL; i++)
        put(&message, one->options[i].code, one->options[i].bytes, one->options[i].len);
    memcpy(message.bytes + SNAME, one->field, strlen(one->field));
    if (one->next_server != NULL)
        inet_pton(AF_INET, one->next_server, message.bytes + 20);
    assert_int_equal(read_message(&message, &answer), DHCP_OFFER);
    return answer;
}

static void
finds_what_is_wrong(void **state)
{
    static const struct dhcp_served unknown = {.known = false};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct dhcp_answer answer = answer_of(&cases[i]);
        struct dhcp_findings findings = {.count = 0};
        struct dhcp_servers servers;
        size_t wanted = 0;
        dhcp_servers_of(&answer, &servers);
        dhcp_judge(&answer, &servers, 1, &unknown, &findings);
        while (wanted < 2 && cases[i].found[wanted] != NOTHING)
            wanted++;
        if (findings.count != wanted)
            fail_msg("%s: %zu findings, not %zu", cases[i].name, findings.count, wanted);
        for (size_t j = 0; j < wanted; j++)
            if (findings.at[j].problem != cases[i].found[j])
                fail_msg("%s: %s", cases[i].name, dhcp_words(findings.at[j].problem)->id);
    }
}

static void
compares_servers(void **state)
{
    struct dhcp_answer answers[2] = {answer_of(&cases[0]), answer_of(&cases[2])};
    struct dhcp_findings findings = {.count = 0};
    struct dhcp_servers servers[2];
    struct dhcp_served served = {.known = true, .count = 1, .at = {{htonl(0xc000020a)}}};
    (void)state;
    answers[1].from.s_addr = htonl(0xc0000202);
    for (size_t i = 0; i < 2; i++)
        dhcp_servers_of(&answers[i], &servers[i]);
    dhcp_judge(answers, servers, 2, &served, &findings);
    assert_int_equal(findings.count, 0);
    servers[1].at[0].s_addr = htonl(0xc000020b);
    dhcp_judge(answers, servers, 2, &served, &findings);
    assert_int_equal(findings.count, 2);
    assert_int_equal(findings.at[0].problem, DHCP_ELSEWHERE);
    assert_int_equal(findings.at[1].problem, DHCP_SERVERS_DIFFER);
    assert_string_equal(findings.at[1].what,
                        "the DHCP servers 192.0.2.1 and 192.0.2.2 name different servers");
}

static void
says_that_nobody_answered(void **state)
{
    struct dhcp_findings findings = {.count = 0};
    static const struct dhcp_served unknown = {.known = false};
    (void)state;
    dhcp_judge(NULL, NULL, 0, &unknown, &findings);
    assert_int_equal(findings.count, 1);
    assert_int_equal(findings.at[0].problem, DHCP_SILENT);
    for (int i = 0; i < DHCP_PROBLEMS; i++) {
        assert_non_null(dhcp_words(i)->id);
        assert_non_null(dhcp_words(i)->source);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(asks_as_a_phone_does),
        cmocka_unit_test(reads_an_offer),
        cmocka_unit_test(joins_the_parts_of_an_option),
        cmocka_unit_test(reads_options_in_the_fields),
        cmocka_unit_test(passes_over_what_is_not_for_it),
        cmocka_unit_test(names_a_server_whose_answer_is_broken),
        cmocka_unit_test(bounds_an_option_in_many_parts),
        cmocka_unit_test(opens_packets),
        cmocka_unit_test(names_models),
        cmocka_unit_test(finds_what_is_wrong),
        cmocka_unit_test(compares_servers),
        cmocka_unit_test(says_that_nobody_answered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
