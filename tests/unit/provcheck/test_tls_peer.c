/* SPDX-License-Identifier: MIT */
/* A server's addresses: which strings are one, and which of several is connected to. */
#include "provcheck/fetch/fetch.h"
#include "provcheck/tls/peer.h"
#include "tests/unit/support.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATIENCE 20000   /* milliseconds, for what is to succeed */
#define IMPATIENCE 600   /* for what is to fail */
#define QUEUE_PROBE 1000 /* without an answer for so long, a queue is full */
#define FILL_MAX 16

/* --- servers: something that connects, refuses, or never answers */

struct place {
    int listener;
    struct sockaddr_in address;
    int fill[FILL_MAX]; /* connections that take its queue */
    size_t fill_count;
};

static void
leave(void *place)
{
    struct place *at = place;
    for (size_t i = 0; i < at->fill_count; i++)
        close(at->fill[i]);
    if (at->listener >= 0)
        close(at->listener);
    free(at);
}

static struct place *
listen_here(void)
{
    struct place *at = keep(calloc(1, sizeof *at), leave);
    socklen_t len = sizeof at->address;
    at->address.sin_family = AF_INET;
    at->address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    at->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(at->listener, (struct sockaddr *)&at->address, len), 0);
    assert_int_equal(getsockname(at->listener, (struct sockaddr *)&at->address, &len), 0);
    assert_int_equal(listen(at->listener, 0), 0);
    return at;
}

static struct place *
refuse_here(void)
{
    struct place *at = listen_here();
    close(at->listener);
    at->listener = -1;
    return at;
}

/* The kernel drops what comes to a full queue. */
static struct place *
drop_here(void)
{
    struct place *at = listen_here();
    while (at->fill_count < FILL_MAX) {
        struct pollfd wait = {.events = POLLOUT};
        wait.fd = at->fill[at->fill_count++] =
            socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        int rc = connect(wait.fd, (struct sockaddr *)&at->address, sizeof at->address);
        assert_true(rc == 0 || errno == EINPROGRESS);
        if (poll(&wait, 1, QUEUE_PROBE) == 0)
            return at;
    }
    fail_msg("the queue has no end");
    return NULL;
}

static void
add(struct tls_peer *peer, const struct place *place)
{
    struct tls_address *address = &peer->addresses[peer->address_count++];
    memcpy(&address->address, &place->address, sizeof place->address);
    address->len = sizeof place->address;
}

static void
expect_connection(const struct tls_peer *peer, const struct place *wanted)
{
    int fd = -1;
    struct prov_error err;
    struct sockaddr_in got;
    socklen_t len = sizeof got;
    int rc = tls_peer_connect(peer, fetch_clock() + PATIENCE, &fd, &err);
    expect_ok(rc, &err);
    assert_int_equal(getpeername(fd, (struct sockaddr *)&got, &len), 0);
    assert_int_equal(got.sin_port, wanted->address.sin_port);
    close(fd);
}

/* --- several addresses */

static void
the_first_that_answers_is_taken(void **state)
{
    (void)state;
    struct tls_peer peer = {.host = "pbx.example", .port = 5061};
    struct place *first = listen_here();
    add(&peer, first);
    add(&peer, listen_here());
    expect_connection(&peer, first);
}

static void
one_that_refuses_is_passed_over(void **state)
{
    (void)state;
    struct tls_peer peer = {.host = "pbx.example", .port = 5061};
    struct place *second = listen_here();
    add(&peer, refuse_here());
    add(&peer, second);
    expect_connection(&peer, second);
}

static void
one_that_never_answers_is_passed_over(void **state)
{
    (void)state;
    struct tls_peer peer = {.host = "pbx.example", .port = 5061};
    struct place *last = listen_here(), *dead = drop_here();
    for (size_t i = 1; i < TLS_ADDRESSES_MAX; i++)
        add(&peer, dead);
    add(&peer, last);
    expect_connection(&peer, last);
}

static void
none_of_them_answers(void **state)
{
    (void)state;
    struct tls_peer peer = {.host = "pbx.example", .port = 5061};
    struct prov_error err;
    int fd = -1;
    int rc = tls_peer_connect(&peer, fetch_clock() + IMPATIENCE, &fd, &err);
    expect_failure(rc, PROV_E_SYSTEM, &err, "pbx.example port 5061: ");
    add(&peer, refuse_here());
    add(&peer, refuse_here());
    rc = tls_peer_connect(&peer, fetch_clock() + PATIENCE, &fd, &err);
    expect_failure(rc, PROV_E_SYSTEM, &err, "pbx.example port 5061: Connection refused");
    add(&peer, drop_here());
    rc = tls_peer_connect(&peer, fetch_clock() + IMPATIENCE, &fd, &err);
    expect_failure(rc, PROV_E_SYSTEM, &err, "pbx.example port 5061: Connection timed out");
    assert_int_equal(fd, -1);
}

/* --- zones (RFC 4007, section 11) */

static void
an_address_may_have_a_zone(void **state)
{
    (void)state;
    struct tls_peer peer;
    struct prov_error err;
    int rc = tls_peer_parse("[fe80::1%lo]:5061", &peer, &err);
    expect_ok(rc, &err);
    assert_string_equal(peer.host, "fe80::1%lo");
    rc = tls_peer_find(&peer, &err);
    expect_ok(rc, &err);
    assert_int_equal(peer.address_count, 1);
    struct sockaddr_in6 found;
    memcpy(&found, &peer.addresses[0].address, sizeof found);
    assert_int_equal(found.sin6_scope_id, if_nametoindex("lo"));
    assert_int_equal(ntohs(found.sin6_port), 5061);
}

static void
brackets_hold_ipv6_addresses_alone(void **state)
{
    (void)state;
    static const char *const wrong[] = {"[fe80::1%]:1", "[%lo]:1", "[pbx.example]:1",
                                        "[192.0.2.1%lo]:1"};
    struct tls_peer peer;
    struct prov_error err;
    for (size_t i = 0; i < LENGTH(wrong); i++) {
        int rc = tls_peer_parse(wrong[i], &peer, &err);
        expect_failure(rc, PROV_E_ARGUMENT, &err, "is no IPv6 address");
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_that_answers_is_taken),
        cmocka_unit_test(one_that_refuses_is_passed_over),
        cmocka_unit_test(one_that_never_answers_is_passed_over),
        cmocka_unit_test(none_of_them_answers),
        cmocka_unit_test(an_address_may_have_a_zone),
        cmocka_unit_test(brackets_hold_ipv6_addresses_alone),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
