/* SPDX-License-Identifier: MIT */
/* The sockets: bound here, or handed over by systemd (sd_listen_fds(3)). */
#ifndef SERVER_MAIN_LISTEN_H
#define SERVER_MAIN_LISTEN_H

#include "settings/settings.h"

struct listen_sockets {
    size_t count;
    int fds[SETTINGS_LISTENERS_MAX]; /* -1: given away */
};

struct listeners {
    struct listen_sockets tftp, http, https, admin;
    struct listen_sockets old_phones[SETTINGS_HTTPS_MAX]; /* as the sections of the settings */
};

/* Opens all that the settings name; what systemd hands over stands in for its kind. All are
 * non-blocking and closed at exec. */
int listeners_open(const struct settings *settings, struct listeners *out,
                   struct prov_error *err) PROV_CHECKED;
/* Closes what was not given away. */
void listeners_close(struct listeners *listeners);

#endif
