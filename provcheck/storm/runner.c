/* SPDX-License-Identifier: MIT */
/* Boots phones against one server, all at once, on one epoll. */
#include "provcheck/storm/runner.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

#define EVENTS 256
#define TICK 20 /* milliseconds between two looks at the clock */

struct runner {
    int epoll;
    const struct runner_server *server;
    int64_t start;
    size_t done;
    size_t failed;
};

/* Its boot is over. */
static void
end_phone(struct runner *runner, struct runner_phone *phone)
{
    phone->result = boot_result(phone->boot);
    phone->milliseconds = fetch_clock() - runner->start;
    runner->done++;
    runner->failed += phone->result != BOOT_UP;
    boot_free(phone->boot);
    phone->boot = NULL;
}

static int
ask_next(struct runner *runner, struct runner_phone *phone, struct prov_error *err)
{
    struct fetch_request request;
    if (!boot_next(phone->boot, &request)) {
        end_phone(runner, phone);
        return PROV_OK;
    }
    phone->requests++;
    request.owner = phone;
    phone->fetch =
        fetch_start(runner->epoll, runner->server->server, runner->server->tls, &request, err);
    return phone->fetch != NULL ? PROV_OK : err->code;
}

static void
take_answer(struct runner_phone *phone)
{
    struct fetch *fetch = phone->fetch;
    enum fetch_outcome outcome = fetch_outcome(fetch);
    phone->resends += fetch_resends(fetch);
    phone->fallbacks += outcome != FETCH_DELIVERED && outcome != FETCH_NOT_FOUND;
    boot_answer(phone->boot, outcome, fetch_content(fetch), fetch_text(fetch));
    fetch_free(fetch);
    phone->fetch = NULL;
}

/* As far as the phone gets without waiting. */
static int
advance(struct runner *runner, struct runner_phone *phone, struct prov_error *err)
{
    int rc = PROV_OK;
    while (rc == PROV_OK && phone->boot != NULL &&
           (phone->fetch == NULL || fetch_outcome(phone->fetch) != FETCH_RUNNING)) {
        if (phone->fetch != NULL)
            take_answer(phone);
        rc = ask_next(runner, phone, err);
    }
    return rc;
}

static int
handle_events(struct runner *runner, struct prov_error *err)
{
    struct epoll_event events[EVENTS];
    int count = epoll_wait(runner->epoll, events, EVENTS, TICK);
    if (count < 0 && errno != EINTR)
        return prov_system_failed(err, "cannot wait for the server");
    int rc = PROV_OK;
    for (int i = 0; i < count && rc == PROV_OK; i++) {
        struct fetch *fetch = events[i].data.ptr;
        struct runner_phone *phone = fetch_owner(fetch);
        fetch_ready(fetch, events[i].events);
        rc = advance(runner, phone, err);
    }
    return rc;
}

static int
handle_time(struct runner *runner, struct runner_phone *phones, size_t count,
            struct prov_error *err)
{
    int rc = PROV_OK;
    for (size_t i = 0; i < count && rc == PROV_OK; i++) {
        if (phones[i].fetch == NULL)
            continue;
        fetch_tick(phones[i].fetch);
        rc = advance(runner, &phones[i], err);
    }
    return rc;
}

static int
boot_all(struct runner *runner, struct runner_phone *phones, size_t count,
         runner_progress *progress, void *context, struct prov_error *err)
{
    int64_t last_look = runner->start;
    int rc = PROV_OK;
    for (size_t i = 0; i < count && rc == PROV_OK; i++) {
        phones[i].boot = boot_new(&phones[i].phone, &phones[i].trust);
        rc = phones[i].boot == NULL ? prov_fail(err, PROV_E_MEMORY, "out of memory")
                                    : advance(runner, &phones[i], err);
    }
    while (rc == PROV_OK && runner->done < count) {
        rc = handle_events(runner, err);
        if (rc != PROV_OK || fetch_clock() - last_look < TICK)
            continue;
        rc = handle_time(runner, phones, count, err);
        last_look = fetch_clock();
        if (progress != NULL)
            progress(context, runner->done, runner->failed);
    }
    return rc;
}

int
runner_run(struct runner_phone *phones, size_t count, const struct runner_server *server,
           runner_progress *progress, void *context, struct prov_error *err)
{
    struct runner runner = {.server = server, .start = fetch_clock()};
    runner.epoll = epoll_create1(EPOLL_CLOEXEC);
    if (runner.epoll < 0)
        return prov_system_failed(err, "cannot wait for sockets");
    int rc = boot_all(&runner, phones, count, progress, context, err);
    for (size_t i = 0; i < count; i++) {
        fetch_free(phones[i].fetch);
        boot_free(phones[i].boot);
        phones[i].fetch = NULL;
        phones[i].boot = NULL;
    }
    close(runner.epoll);
    return rc;
}
