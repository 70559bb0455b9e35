/* SPDX-License-Identifier: MIT */
/* Descriptors: as many as connections may need, or fewer of those. */
#ifndef SERVER_MAIN_LIMITS_H
#define SERVER_MAIN_LIMITS_H

/* Raises the soft limit of open files for so many connections. Returns how many it allows, with a
 * warning where that is fewer: a server that never runs out has nobody to turn away at random. */
unsigned limits_connections(unsigned wanted);

#endif
