/* SPDX-License-Identifier: MIT */
#ifndef SERVER_RESOLVER_SURVEY_H
#define SERVER_RESOLVER_SURVEY_H

#include <stdbool.h>

/* A walk over all files below a root. */
struct survey {
    int root;
    void *context;
    bool (*holds_secret)(void *context, int root, const char *path);
    void (*found)(void *context, int root, const char *path, const char *why);
    bool (*stopped)(void *context); /* asked between two files */
};

/* False if not all of the tree could be read. */
bool survey_root(const struct survey *survey);

#endif
