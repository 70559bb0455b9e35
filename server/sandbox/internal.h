/* SPDX-License-Identifier: MIT */
/* What the files of this room share, and what its tests look at. */
#ifndef SERVER_SANDBOX_INTERNAL_H
#define SERVER_SANDBOX_INTERNAL_H

#include "server/sandbox/sandbox.h"

#include <stdint.h>

/* All rights that a kernel with this version of Landlock can take away. */
uint64_t sandbox__handled(int abi);

#endif
