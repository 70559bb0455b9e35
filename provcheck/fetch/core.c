/* SPDX-License-Identifier: MIT */
/* What every protocol does to the fetch at hand: waits, takes content in, ends it. */
#include "provcheck/fetch/internal.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>

int64_t
fetch_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct prov_span
fetch_content(const struct fetch *fetch)
{
    return prov_bytes_span(fetch->content);
}

void
fetch_end(struct fetch *fetch, enum fetch_outcome outcome, const char *format, ...)
{
    va_list arguments;
    fetch->outcome = outcome;
    va_start(arguments, format);
    vsnprintf(fetch->text, sizeof fetch->text, format, arguments);
    va_end(arguments);
}

bool
fetch_put(struct fetch *fetch, const void *data, size_t len)
{
    struct prov_error err;
    int rc = prov_bytes_put(fetch->content, data, len, &err);
    if (rc == PROV_E_LIMIT)
        fetch_end(fetch, FETCH_TOO_LARGE, "larger than the %d KB that phones take",
                  FETCH_FILE_MAX / 1024);
    else if (rc != PROV_OK)
        fetch_end(fetch, FETCH_BROKEN, "%s", err.text);
    return rc == PROV_OK;
}

bool
fetch_wait(struct fetch *fetch, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = fetch};
    if (events == fetch->waiting_for)
        return true;
    fetch->waiting_for = events;
    if (epoll_ctl(fetch->epoll, EPOLL_CTL_MOD, fetch->fd, &event) == 0)
        return true;
    fetch_end(fetch, FETCH_BROKEN, "cannot wait for the server: %s", strerror(errno));
    return false;
}
