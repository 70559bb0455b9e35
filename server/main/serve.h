/* SPDX-License-Identifier: MIT */
/* The rooms put together: started in the one order that is safe, reloaded, stopped. */
#ifndef SERVER_MAIN_SERVE_H
#define SERVER_MAIN_SERVE_H

#include "server/main/options.h"

struct serve;

/* Binds, gives up privileges, opens keys, trees and ledger, and serves. `settings` becomes the
 * server's. On failure nothing runs. */
int serve_start(const struct settings *settings, const char *config, struct serve **out,
                struct prov_error *err) PROV_CHECKED;

/* Reads settings and certificates again and opens the log anew; what is wrong is logged, and the
 * old stays in use. */
void serve_reload(struct serve *serve, const struct options *options);

/* Lets transfers finish for a few seconds, then ends all. */
void serve_stop(struct serve *serve);

#endif
