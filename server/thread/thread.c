/* SPDX-License-Identifier: MIT */
/* Starts threads that take no signals. */
#include "server/thread/thread.h"

#include <errno.h>
#include <signal.h>

int
thread_start(pthread_t *thread, const char *name, void *(*run)(void *context), void *context,
             struct prov_error *err)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int number = pthread_create(thread, NULL, run, context);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (number == 0) {
        pthread_setname_np(*thread, name);
        return PROV_OK;
    }
    errno = number;
    return prov_system_failed(err, "cannot start the thread for %s", name);
}
