/* SPDX-License-Identifier: MIT */
/* Names that were meant for a phone's configuration, and that no phone asks for. */
#ifndef CHECKS_NAMES_H
#define CHECKS_NAMES_H

/* What is odd about the name of a file below the root of a tree, which may end in .sgn or .enc.sgn;
 * NULL: phones ask for it, or it was meant for something else. */
const char *name_oddity(const char *path);

#endif
