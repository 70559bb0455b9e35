/* SPDX-License-Identifier: MIT */
/* Whether files that are too large to be held contain keys: each version of one is looked through
 * once, in a thread of its own, so that nobody who serves ever waits for it. */
#ifndef SERVER_RESOLVER_SCANNER_H
#define SERVER_RESOLVER_SCANNER_H

#include <prov/error.h>

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

struct scanner;

/* No thread yet. NULL when memory is short. */
struct scanner *scanner_new(void);
int scanner_start(struct scanner *scanner, struct prov_error *err) PROV_CHECKED;
/* Ends the thread. */
void scanner_free(struct scanner *scanner);

enum scan_verdict {
    SCAN_WAITING, /* not looked through yet: ask again */
    SCAN_HARMLESS,
    SCAN_SECRET, /* holds a private key */
    SCAN_FAILED  /* errno; asking again tries again */
};

/* What is known of this version of the open file, which the thread goes through if that is nothing.
 * A file that changed so lately that it might change again unseen waits until it cannot. */
enum scan_verdict scanner_ask(struct scanner *scanner, int fd, const struct stat *status);
/* The same, but goes through the file in the caller's thread, and waits for nothing. */
enum scan_verdict scanner_look(struct scanner *scanner, int fd, const struct stat *status);

/* Clocks of file systems are coarse: what changed within this time may change again unseen. */
#define SCAN_SETTLED 2000 /* milliseconds */
/* False for a version whose times are that recent, or in the future. */
bool scan_settled(const struct stat *status);
/* Milliseconds of a clock that nobody sets: after SCAN_SETTLED of them a version that was seen is
 * settled, whatever its times say. */
int64_t scan_clock(void);

#endif
