/* SPDX-License-Identifier: MIT */
/* A UDP relay that loses packets. TFTP answers from another port than the one that was asked, so
 * each client gets a socket towards the server, and each port that the server answers from gets a
 * socket towards the client: both sides see the ports change as they do without a relay. Which
 * packets are lost depends on the seed, the client's turn, the direction and the packet's count
 * alone, so a second run loses the same ones. */
#include "tests/bench/load.h"

#include <errno.h>
#include <getopt.h>
#include <netdb.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define IDLE_SECONDS 70 /* longer than any server waits for an acknowledgement */
#define PACKET_MAX 65536

enum direction { UP, DOWN };

struct session;

/* A socket and whom it forwards to. */
struct port {
    int fd;
    struct session *session; /* NULL: the listening one */
    struct load_endpoint far;
    struct port *next; /* of the same session */
};

struct session {
    struct load_endpoint client;
    uint64_t number;
    uint64_t packets[2]; /* by direction */
    int64_t used;
    struct port up;     /* towards the server */
    struct port *downs; /* towards the client, one for each port of the server */
    struct session *next;
};

static struct {
    struct load_endpoint listen, server;
    double loss, duplicate; /* 0 to 1 */
    uint64_t seed;
    struct port port;
    int epoll;
    struct session *sessions;
    uint64_t session_count, forwarded, lost, duplicated;
} relay = {.seed = 1};

static volatile sig_atomic_t stopping;

static const char help[] =
    "usage: relay [OPTION...] LISTEN SERVER\n"
    "Forwards datagrams from LISTEN to SERVER and back; both are ADDRESS:PORT. Says\n"
    "\"relay: ready ADDRESS:PORT\" on standard output (port 0: a free one), runs until SIGTERM\n"
    "and then prints what it forwarded and lost.\n"
    "  -l, --loss PERCENT       lose so many packets in each direction (0)\n"
    "  -d, --duplicate PERCENT  send so many packets twice (0)\n"
    "  -s, --seed NUMBER        which ones (1)\n";

static int
open_port(struct port *port, const struct load_endpoint *local)
{
    int family = local->address.ss_family;
    struct sockaddr_storage address = local->address;
    port->fd = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (port->fd < 0)
        return -1;
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = port};
    int room = 1 << 20;
    if (bind(port->fd, (struct sockaddr *)&address, local->len) != 0 ||
        setsockopt(port->fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room) != 0 ||
        epoll_ctl(relay.epoll, EPOLL_CTL_ADD, port->fd, &event) != 0) {
        close(port->fd);
        port->fd = -1;
        return -1;
    }
    return 0;
}

/* The relay's own address with a port of the system's choice. */
static struct load_endpoint
any_port(void)
{
    struct load_endpoint local = relay.listen;
    if (local.address.ss_family == AF_INET)
        ((struct sockaddr_in *)&local.address)->sin_port = 0;
    else
        ((struct sockaddr_in6 *)&local.address)->sin6_port = 0;
    return local;
}

static bool
same_endpoint(const struct load_endpoint *a, const struct load_endpoint *b)
{
    return a->len == b->len && memcmp(&a->address, &b->address, a->len) == 0;
}

/* SplitMix64's output function. */
static uint64_t
mix(uint64_t value)
{
    value += UINT64_C(0x9e3779b97f4a7c15);
    value = (value ^ (value >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ (value >> 27)) * UINT64_C(0x94d049bb133111eb);
    return value ^ (value >> 31);
}

static double
draw(struct session *session, enum direction direction, uint64_t purpose)
{
    uint64_t value = mix(relay.seed + mix(4 * session->number + 2 * purpose + direction));
    return (double)(mix(value + session->packets[direction]) >> 11) * 0x1p-53;
}

static void
forward(struct port *from, struct session *session, enum direction direction,
        const struct load_endpoint *to, const uint8_t *packet, size_t len)
{
    session->packets[direction]++;
    session->used = load_now();
    if (draw(session, direction, 0) < relay.loss) {
        relay.lost++;
        return;
    }
    int times = draw(session, direction, 1) < relay.duplicate ? 2 : 1;
    relay.duplicated += times == 2;
    relay.forwarded++;
    while (times-- > 0)
        (void)sendto(from->fd, packet, len, 0, (const struct sockaddr *)&to->address, to->len);
}

static struct session *
session_of(const struct load_endpoint *client)
{
    struct session *session = relay.sessions;
    while (session != NULL && !same_endpoint(&session->client, client))
        session = session->next;
    if (session != NULL)
        return session;
    session = calloc(1, sizeof *session);
    if (session == NULL)
        return NULL;
    struct load_endpoint local = any_port();
    session->client = *client;
    session->number = ++relay.session_count;
    session->up.session = session;
    if (open_port(&session->up, &local) != 0) {
        free(session);
        return NULL;
    }
    session->next = relay.sessions;
    relay.sessions = session;
    return session;
}

static struct port *
down_port(struct session *session, const struct load_endpoint *server)
{
    struct port *port = session->downs;
    while (port != NULL && !same_endpoint(&port->far, server))
        port = port->next;
    if (port != NULL)
        return port;
    port = calloc(1, sizeof *port);
    struct load_endpoint local = any_port();
    if (port == NULL || open_port(port, &local) != 0) {
        free(port);
        return NULL;
    }
    port->session = session;
    port->far = *server;
    port->next = session->downs;
    session->downs = port;
    return port;
}

static void
on_packet(struct port *port, const struct load_endpoint *source, const uint8_t *packet, size_t len)
{
    struct session *session = port->session;
    if (session == NULL) {
        session = session_of(source);
        if (session != NULL)
            forward(&session->up, session, UP, &relay.server, packet, len);
    } else if (port == &session->up) {
        struct port *down = down_port(session, source);
        if (down != NULL)
            forward(down, session, DOWN, &session->client, packet, len);
    } else if (same_endpoint(source, &session->client)) {
        forward(&session->up, session, UP, &port->far, packet, len);
    }
}

static void
drain(struct port *port)
{
    static uint8_t packet[PACKET_MAX];
    for (;;) {
        struct load_endpoint source = {.len = sizeof source.address};
        ssize_t len = recvfrom(port->fd, packet, sizeof packet, 0,
                               (struct sockaddr *)&source.address, &source.len);
        if (len < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return;
        if (len >= 0)
            on_packet(port, &source, packet, (size_t)len);
    }
}

static void
end_session(struct session *session)
{
    struct port *next;
    for (struct port *port = session->downs; port != NULL; port = next) {
        next = port->next;
        close(port->fd);
        free(port);
    }
    close(session->up.fd);
    free(session);
}

static void
end_sessions(int64_t unused_since)
{
    struct session **link = &relay.sessions;
    while (*link != NULL) {
        struct session *session = *link;
        if (session->used <= unused_since) {
            *link = session->next;
            end_session(session);
        } else {
            link = &session->next;
        }
    }
}

static void
parse_arguments(int argc, char **argv)
{
    static const struct option options[] = {{"loss", required_argument, NULL, 'l'},
                                            {"duplicate", required_argument, NULL, 'd'},
                                            {"seed", required_argument, NULL, 's'},
                                            {"help", no_argument, NULL, 'h'},
                                            {0}};
    int option;
    while ((option = getopt_long(argc, argv, "l:d:s:h", options, NULL)) != -1) {
        if (option == 'l') {
            relay.loss = load_parse_decimal(optarg, 0, 100) / 100;
        } else if (option == 'd') {
            relay.duplicate = load_parse_decimal(optarg, 0, 100) / 100;
        } else if (option == 's') {
            relay.seed = load_parse_number(optarg, 0, UINT32_MAX);
        } else {
            fputs(help, option == 'h' ? stdout : stderr);
            exit(option == 'h' ? 0 : 2);
        }
    }
    if (argc - optind != 2)
        load_fatal("two addresses are needed; see --help");
    load_parse_endpoint(argv[optind], &relay.listen);
    load_parse_endpoint(argv[optind + 1], &relay.server);
    if (relay.listen.address.ss_family != relay.server.address.ss_family)
        load_fatal("both addresses must be of one family");
}

static void
say_ready(void)
{
    char host[NI_MAXHOST], port[NI_MAXSERV];
    struct load_endpoint local = {.len = sizeof local.address};
    if (getsockname(relay.port.fd, (struct sockaddr *)&local.address, &local.len) != 0 ||
        getnameinfo((struct sockaddr *)&local.address, local.len, host, sizeof host, port,
                    sizeof port, NI_NUMERICHOST | NI_NUMERICSERV) != 0)
        load_fatal("the address of the socket is unknown: %s", strerror(errno));
    bool v6 = local.address.ss_family == AF_INET6;
    printf("relay: ready %s%s%s:%s\n", v6 ? "[" : "", host, v6 ? "]" : "", port);
    fflush(stdout);
}

static void
on_signal(int number)
{
    stopping = number;
}

static void
catch_signals(sigset_t *waiting)
{
    struct sigaction action = {.sa_handler = on_signal};
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    sigaddset(&blocked, SIGINT);
    sigprocmask(SIG_BLOCK, &blocked, waiting);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
}

int
main(int argc, char **argv)
{
    sigset_t waiting;
    parse_arguments(argc, argv);
    load_raise_descriptors();
    catch_signals(&waiting);
    relay.epoll = epoll_create1(EPOLL_CLOEXEC);
    if (relay.epoll < 0 || open_port(&relay.port, &relay.listen) != 0)
        load_fatal("cannot listen: %s", strerror(errno));
    say_ready();
    while (!stopping) {
        struct epoll_event events[64];
        int count = epoll_pwait(relay.epoll, events, 64, 1000, &waiting);
        for (int i = 0; i < count; i++)
            drain(events[i].data.ptr);
        if (count == 0)
            end_sessions(load_now() - (int64_t)IDLE_SECONDS * 1000000);
    }
    printf("clients=%ju forwarded=%ju lost=%ju duplicated=%ju\n", (uintmax_t)relay.session_count,
           (uintmax_t)relay.forwarded, (uintmax_t)relay.lost, (uintmax_t)relay.duplicated);
    end_sessions(INT64_MAX);
    close(relay.port.fd);
    close(relay.epoll);
    return 0;
}
