/* SPDX-License-Identifier: MIT */
/* Which rung of a ladder is given to whoever asks in a phone's name: drawn by lot, since whatever a
 * server concludes from requests, somebody on the network can make it conclude. */
#ifndef LADDER_DRAW_H
#define LADDER_DRAW_H

#include <stddef.h>
#include <stdint.h>

#define LADDER_SECRET_LEN 32
#define LADDER_WINDOW                                                                              \
    20 /* seconds during which a name draws the same: a boot asks for two lists                    \
        */

/* The last rung that was delivered in this name. */
#define LADDER_NONE_DELIVERED ((size_t)-1)

/* A number below `count` (1 to 2^16): half of the draws fall evenly on all rungs, half on the one
 * after `delivered`, the newest (the last) staying where it is. So each rung keeps odds of
 * 1 / (2 * count) at least, whatever was asked in whoever's name, and every history leads to the
 * newest. For ladders of different lengths the even half draws the same part of both. `name` is the
 * phone's, or "ITLFile.tlv" for those without one. Without a working HMAC, which does not happen,
 * the newest. */
size_t ladder_draw(const uint8_t secret[static LADDER_SECRET_LEN], const char *name, int64_t time,
                   size_t count, size_t delivered);

#endif
