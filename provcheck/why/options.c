/* SPDX-License-Identifier: MIT */
/* SIP's OPTIONS, and what comes back. */
#include "provcheck/why/options.h"
#include "provcheck/fetch/fetch.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <openssl/rand.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MESSAGE_MAX 2048
#define ADDRESS_SIZE 64 /* an address of IPv6 with its zone */
#define LOCAL_SIZE (ADDRESS_SIZE + 12)
#define RESEND 500 /* milliseconds, doubled each time (RFC 3261, section 17.1.2.1) */

static const char start[] = "SIP/2.0 ";

/* An address of IPv6 in brackets. */
static void
put_host(const char *host, char *out, size_t size)
{
    snprintf(out, size, strchr(host, ':') != NULL ? "[%s]" : "%s", host);
}

static int
local_name(int fd, char out[static LOCAL_SIZE], struct prov_error *err)
{
    struct sockaddr_storage local;
    socklen_t len = sizeof local;
    char host[ADDRESS_SIZE], port[8], shown[ADDRESS_SIZE + 2];
    if (getsockname(fd, (struct sockaddr *)&local, &len) != 0 ||
        getnameinfo((const struct sockaddr *)&local, len, host, sizeof host, port, sizeof port,
                    NI_NUMERICHOST | NI_NUMERICSERV) != 0)
        return prov_system_failed(err, "the own address is not known");
    host[strcspn(host, "%")] = '\0';
    put_host(host, shown, sizeof shown);
    snprintf(out, LOCAL_SIZE, "%s:%s", shown, port);
    return PROV_OK;
}

static int
write_options(int fd, const struct tls_peer *peer, const char *transport,
              char out[static MESSAGE_MAX], struct prov_error *err)
{
    char local[LOCAL_SIZE], host[TLS_HOST_MAX + 2], id[PROV_HEX_SIZE(16)];
    uint8_t random[16];
    int rc = local_name(fd, local, err);
    if (rc != PROV_OK)
        return rc;
    if (RAND_bytes(random, sizeof random) != 1)
        return prov_fail(err, PROV_E_CRYPTO, "there are no random numbers");
    prov_hex(random, sizeof random, id, sizeof id);
    put_host(peer->host, host, sizeof host);
    int len =
        snprintf(out, MESSAGE_MAX,
                 "OPTIONS sip:%s:%u SIP/2.0\r\n"
                 "Via: SIP/2.0/%s %s;branch=z9hG4bK%s;rport\r\n"
                 "Max-Forwards: 70\r\n"
                 "From: <sip:provcheck@%s>;tag=%.8s\r\n"
                 "To: <sip:%s:%u>\r\n"
                 "Call-ID: %s\r\n"
                 "CSeq: 1 OPTIONS\r\n"
                 "Contact: <sip:provcheck@%s>\r\n"
                 "User-Agent: provcheck/" PROV_VERSION "\r\n"
                 "Content-Length: 0\r\n\r\n",
                 host, peer->port, transport, local, id, local, id, host, peer->port, id, local);
    return len < MESSAGE_MAX ? PROV_OK : prov_fail(err, PROV_E_LIMIT, "its name is too long");
}

static int
judge(const char *said, size_t len, struct prov_error *err)
{
    char shown[80];
    if (len >= strlen(start) && memcmp(said, start, strlen(start)) == 0)
        return PROV_OK;
    if (len == 0)
        return prov_fail(err, PROV_E_FORMAT, "it closed the connection without an answer");
    return prov_fail(err, PROV_E_FORMAT, "what it says is not SIP: \"%s\"",
                     prov_printable(said, len < 40 ? len : 40, shown, sizeof shown));
}

/* --- over UDP */

/* False where nothing came in time. */
static bool
receive(int fd, int64_t deadline, char said[static MESSAGE_MAX], ssize_t *got)
{
    if (!tls_peer_wait(fd, POLLIN, deadline))
        return false;
    *got = recv(fd, said, MESSAGE_MAX, 0);
    return true;
}

static int
exchange(int fd, const char *message, int64_t deadline, struct prov_error *err)
{
    char said[MESSAGE_MAX];
    ssize_t got = 0;
    for (int64_t wait = RESEND; fetch_clock() < deadline; wait *= 2) {
        int64_t next = fetch_clock() + wait;
        if (send(fd, message, strlen(message), 0) < 0)
            return prov_system_failed(err, "nobody takes OPTIONS there");
        if (!receive(fd, next < deadline ? next : deadline, said, &got))
            continue;
        if (got < 0)
            return prov_system_failed(err, "nobody takes OPTIONS there");
        return judge(said, (size_t)got, err);
    }
    return prov_fail(err, PROV_E_FORMAT, "no answer to OPTIONS");
}

int
options_over_udp(const struct tls_peer *peer, int64_t deadline, struct prov_error *err)
{
    const struct tls_address *address = &peer->addresses[0];
    char message[MESSAGE_MAX];
    int fd = socket(address->address.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return prov_system_failed(err, "no socket");
    int rc = PROV_OK;
    if (connect(fd, (const struct sockaddr *)&address->address, address->len) != 0)
        rc = prov_system_failed(err, "%s", peer->host);
    if (rc == PROV_OK)
        rc = write_options(fd, peer, "UDP", message, err);
    if (rc == PROV_OK)
        rc = exchange(fd, message, deadline, err);
    close(fd);
    return rc;
}

/* --- over TCP */

static int
send_all(int fd, const char *message, int64_t deadline, struct prov_error *err)
{
    for (size_t left = strlen(message); left > 0;) {
        ssize_t sent = send(fd, message, left, MSG_NOSIGNAL);
        if (sent > 0) {
            message += sent;
            left -= (size_t)sent;
        } else if ((errno != EAGAIN && errno != EINTR) || !tls_peer_wait(fd, POLLOUT, deadline)) {
            return prov_fail(err, PROV_E_FORMAT, "it does not take what is sent");
        }
    }
    return PROV_OK;
}

int
options_over_tcp(int fd, const struct tls_peer *peer, int64_t deadline, struct prov_error *err)
{
    char message[MESSAGE_MAX], said[MESSAGE_MAX];
    size_t len = 0;
    int rc = write_options(fd, peer, "TCP", message, err);
    if (rc == PROV_OK)
        rc = send_all(fd, message, deadline, err);
    while (rc == PROV_OK && len < strlen(start)) {
        ssize_t got = recv(fd, said + len, sizeof said - len, 0);
        if (got > 0)
            len += (size_t)got;
        else if (got == 0 || (errno != EAGAIN && errno != EINTR))
            break;
        else if (!tls_peer_wait(fd, POLLIN, deadline))
            return prov_fail(err, PROV_E_FORMAT,
                             "it takes the connection, and no answer comes "
                             "to OPTIONS");
    }
    return rc == PROV_OK ? judge(said, len, err) : rc;
}
