/* SPDX-License-Identifier: MIT */
/* Phones that boot at once against one server, on one epoll. */
#ifndef PROVCHECK_STORM_RUNNER_H
#define PROVCHECK_STORM_RUNNER_H

#include "provcheck/fetch/fetch.h"
#include "provcheck/phone/boot.h"

struct runner_phone {
    struct boot_phone phone;
    struct trust trust; /* as the phone holds it, before and after */
    enum boot_result result;
    int64_t milliseconds; /* from the common start to the end of its boot */
    unsigned requests;
    unsigned fallbacks;
    unsigned resends;

    struct boot *boot; /* while it runs */
    struct fetch *fetch;
};

struct runner_server {
    const struct fetch_server *server;
    struct fetch_tls *tls;
};

/* Called now and then while phones boot. */
typedef void runner_progress(void *context, size_t done, size_t failed);

/* Boots all phones to their end; `progress` may be NULL. A failure is one of this machine, not of
 * the server: PROV_E_SYSTEM, PROV_E_MEMORY. */
int runner_run(struct runner_phone *phones, size_t count, const struct runner_server *server,
               runner_progress *progress, void *context, struct prov_error *err) PROV_CHECKED;

#endif
