/* SPDX-License-Identifier: MIT */
/* The trust lists that stand where a file is signed: what its phones hold. */
#ifndef CLI_LISTS_H
#define CLI_LISTS_H

#include "cli/program.h"

/* Reads the list at `path`. */
int cli_read_list(const char *path, struct prov_trustlist **list,
                  struct prov_error *err) PROV_CHECKED;

/* The layout in which to sign `files`, since phones compare the signer's name byte by byte: that of
 * the trust lists in `root` (NULL: beside each file), a phone's own before that for all; without a
 * list --layout, or the default. False after a message, without --force: where lists contradict
 * --layout or one another, or say nothing that can be read. */
bool cli_layout_of_lists(const struct cli_common *common, const char *root, char *const *files,
                         size_t count, const struct prov_layout **out);

#endif
