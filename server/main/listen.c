/* SPDX-License-Identifier: MIT */
/* The sockets: bound here, or taken over from systemd. */
#include "server/main/listen.h"

#include "server/tftp/tftp.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PASSED_FIRST 3 /* sd_listen_fds(3) */
#define HTTPS_PORT 6971

/* --- sockets of our own */

static int
explain(int error, const char *what, const char *address, struct prov_error *err)
{
    const char *cure = "";
    if (error == EADDRINUSE)
        cure = "; another server, or a second provd, has this port: `ss -lnptu` shows which";
    else if (error == EACCES)
        cure = "; ports below 1024 need root or CAP_NET_BIND_SERVICE";
    else if (error == EADDRNOTAVAIL)
        cure = "; no interface has this address";
    int rc = prov_fail(err, PROV_E_SYSTEM, "cannot serve %s on %s: %s%s", what, address,
                       strerror(error), cure);
    if (err != NULL)
        err->sys = error;
    return rc;
}

static int
prepare(int fd, int family, int type, struct prov_error *err)
{
    int one = 1;
    if (family == AF_INET6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one) != 0)
        return prov_system_failed(err, "cannot prepare a socket");
    if (type == SOCK_DGRAM)
        return tftp_socket_prepare(fd, family, err);
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) != 0)
        return prov_system_failed(err, "cannot prepare a socket");
    return PROV_OK;
}

static int
open_one(const struct settings_listener *listener, int type, const char *what, int *out,
         struct prov_error *err)
{
    int family = listener->address.ss_family;
    int fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return explain(errno, what, listener->text, err);
    int result = prepare(fd, family, type, err);
    if (result == PROV_OK &&
        (bind(fd, (const struct sockaddr *)&listener->address, listener->address_len) != 0 ||
         (type == SOCK_STREAM && listen(fd, SOMAXCONN) != 0)))
        result = explain(errno, what, listener->text, err);
    if (result != PROV_OK) {
        int saved = errno;
        close(fd);
        errno = saved;
        return result;
    }
    *out = fd;
    return PROV_OK;
}

/* A host without IPv6 (or IPv4) serves the other. */
static bool
may_be_left_out(const struct settings_listeners *wanted, int error)
{
    return wanted->defaulted && (error == EAFNOSUPPORT || error == EADDRNOTAVAIL);
}

static int
open_all(const struct settings_listeners *wanted, int type, const char *what,
         struct listen_sockets *out, struct prov_error *err)
{
    for (size_t i = 0; i < wanted->count; i++) {
        int fd = -1;
        int result = open_one(&wanted->at[i], type, what, &fd, err);
        if (result == PROV_OK)
            out->fds[out->count++] = fd;
        else if (!may_be_left_out(wanted, errno) || (i + 1 == wanted->count && out->count == 0))
            return result;
    }
    return PROV_OK;
}

/* --- sockets that systemd opened */

/* The sockets that one passed by this name, or of this type and port, belongs to. */
static struct listen_sockets *
kind_of(const struct settings *settings, struct listeners *out, const char *name, int fd)
{
    struct sockaddr_in6 address = {0}; /* the port stands where IPv4 has it */
    socklen_t len = sizeof address;
    int type = 0;
    socklen_t type_len = sizeof type;
    if (strcmp(name, "tftp") == 0)
        return &out->tftp;
    if (strcmp(name, "http") == 0)
        return &out->http;
    if (strcmp(name, "https") == 0)
        return &out->https;
    if (strcmp(name, "admin") == 0)
        return &out->admin;
    for (size_t i = 0; i < settings->https_count; i++)
        if (strcmp(name, settings->old_phones[i].title) == 0)
            return &out->old_phones[i];
    if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &type_len) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &len) != 0)
        return NULL;
    if (type == SOCK_DGRAM)
        return &out->tftp;
    return ntohs(address.sin6_port) == HTTPS_PORT ? &out->https : &out->http;
}

/* Makes it what a socket of our own would be. */
static int
adopt(int fd, bool datagrams, const char *name, struct prov_error *err)
{
    int type = 0, family = 0, flags = fcntl(fd, F_GETFL);
    socklen_t len = sizeof type;
    if (flags < 0 || getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) != 0 ||
        getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &len) != 0 ||
        fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) != 0)
        return prov_system_failed(err, "descriptor %d, handed over as \"%s\", is no usable socket",
                                  fd, name);
    if ((family != AF_INET && family != AF_INET6) || (type == SOCK_DGRAM) != datagrams)
        return prov_fail(err, PROV_E_ARGUMENT,
                         "the socket handed over as \"%s\" is not for %s; mend its unit "
                         "(%s=)",
                         name, datagrams ? "datagrams of the internet" : "internet connections",
                         datagrams ? "ListenDatagram" : "ListenStream");
    return datagrams ? tftp_socket_prepare(fd, family, err) : PROV_OK;
}

static int
take_passed(const struct settings *settings, struct listeners *out, const char *name, int fd,
            struct prov_error *err)
{
    struct listen_sockets *kind = kind_of(settings, out, name, fd);
    int result = adopt(fd, kind == &out->tftp, name, err);
    if (result != PROV_OK)
        return result;
    if (kind == NULL || kind->count == SETTINGS_LISTENERS_MAX)
        return prov_fail(err, PROV_E_LIMIT, "more than %d sockets were handed over for %s",
                         SETTINGS_LISTENERS_MAX, name);
    kind->fds[kind->count++] = fd;
    return PROV_OK;
}

static int
take_all_passed(const struct settings *settings, struct listeners *out, struct prov_error *err)
{
    const char *pid = getenv("LISTEN_PID"), *count = getenv("LISTEN_FDS");
    const char *names = getenv("LISTEN_FDNAMES");
    if (pid == NULL || count == NULL || strtol(pid, NULL, 10) != (long)getpid())
        return PROV_OK;
    long n = strtol(count, NULL, 10);
    int result = PROV_OK;
    for (long i = 0; result == PROV_OK && i < n; i++) {
        char name[64] = "";
        if (names != NULL) {
            size_t len = strcspn(names, ":");
            snprintf(name, sizeof name, "%.*s", (int)len, names);
            names += len + (names[len] == ':');
        }
        result = take_passed(settings, out, name, PASSED_FIRST + (int)i, err);
    }
    unsetenv("LISTEN_PID");
    unsetenv("LISTEN_FDS");
    unsetenv("LISTEN_FDNAMES");
    return result;
}

/* --- */

int
listeners_open(const struct settings *settings, struct listeners *out, struct prov_error *err)
{
    *out = (struct listeners){0};
    int result = take_all_passed(settings, out, err);
    if (result == PROV_OK && out->tftp.count == 0)
        result = open_all(&settings->tftp, SOCK_DGRAM, "TFTP", &out->tftp, err);
    if (result == PROV_OK && out->http.count == 0)
        result = open_all(&settings->http, SOCK_STREAM, "HTTP", &out->http, err);
    if (result == PROV_OK && out->https.count == 0)
        result = open_all(&settings->https, SOCK_STREAM, "HTTPS", &out->https, err);
    for (size_t i = 0; result == PROV_OK && i < settings->https_count; i++)
        if (out->old_phones[i].count == 0)
            result = open_all(&settings->old_phones[i].listen, SOCK_STREAM, "HTTPS for old phones",
                              &out->old_phones[i], err);
    if (result == PROV_OK && out->admin.count == 0)
        result =
            open_all(&settings->admin, SOCK_STREAM, "the administrator's port", &out->admin, err);
    if (result != PROV_OK)
        listeners_close(out);
    return result;
}

static void
close_all(struct listen_sockets *sockets)
{
    for (size_t i = 0; i < sockets->count; i++)
        if (sockets->fds[i] >= 0)
            close(sockets->fds[i]);
    sockets->count = 0;
}

void
listeners_close(struct listeners *listeners)
{
    close_all(&listeners->tftp);
    close_all(&listeners->http);
    close_all(&listeners->https);
    close_all(&listeners->admin);
    for (size_t i = 0; i < SETTINGS_HTTPS_MAX; i++)
        close_all(&listeners->old_phones[i]);
}
