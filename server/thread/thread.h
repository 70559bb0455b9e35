/* SPDX-License-Identifier: MIT */
/* The threads that serve: signals are for the main thread alone. */
#ifndef SERVER_THREAD_THREAD_H
#define SERVER_THREAD_THREAD_H

#include <prov/error.h>

#include <pthread.h>

/* Starts `run` in a thread of this name (at most 15 bytes), which no signal interrupts; the caller
 * joins it. PROV_E_SYSTEM. */
int thread_start(pthread_t *thread, const char *name, void *(*run)(void *context), void *context,
                 struct prov_error *err) PROV_CHECKED;

#endif
