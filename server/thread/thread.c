/* SPDX-License-Identifier: MIT */
/* Starts threads that take no signals. */
#include "server/thread/thread.h"

#include <signal.h>
#include <string.h>

int
thread_start(pthread_t *thread, const char *name, void *(*run)(void *context), void *context,
             struct prov_error *err)
{
    sigset_t all, before;
    char reason[128];
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int number = pthread_create(thread, NULL, run, context);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (number == 0) {
        pthread_setname_np(*thread, name);
        return PROV_OK;
    }
    prov_fail(err, PROV_E_SYSTEM, "cannot start the thread for %s: %s", name,
              strerror_r(number, reason, sizeof reason));
    if (err != NULL)
        err->sys = number;
    return PROV_E_SYSTEM;
}
