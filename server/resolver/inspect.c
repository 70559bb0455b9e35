/* SPDX-License-Identifier: MIT */
/* The survey of both roots: what in them is never served because of what it is or holds. */
#include "server/resolver/internal.h"

#include "server/resolver/survey.h"
#include "tree/roots.h"

#include <limits.h>
#include <stdio.h>
#include <unistd.h>

struct survey_context {
    struct resolver *resolver;
    const struct root *root;
    void (*each)(void *context, const char *path, const char *why);
    void *context;
    bool clean;
};

static bool
holds_secret(void *context, int root, const char *path)
{
    struct survey_context *survey = context;
    struct content_key key = {root, path, false};
    struct resolver_file *file = NULL;
    struct stat status;
    int fd = root_open_file(root, path, &status);
    if (fd < 0)
        return false;
    enum content_answer answer = content_find(survey->resolver->store, &key, &status, &file);
    if (answer != CONTENT_UNKNOWN)
        close(fd);
    else
        answer = content_load(survey->resolver->store, &key, fd, true, &file);
    if (answer == CONTENT_FOUND)
        resolver_release(file);
    return answer == CONTENT_SECRET;
}

static void
found_secret(void *context, int root, const char *path, const char *why)
{
    struct survey_context *survey = context;
    char full[PATH_MAX];
    (void)root;
    survey->clean = false;
    snprintf(full, sizeof full, "%s/%s", survey->root->path, path);
    survey->each(survey->context, full, why);
}

static bool
survey_is_stopped(void *context)
{
    const struct survey_context *survey = context;
    return atomic_load(&survey->resolver->survey_stopped);
}

void
resolver_stop_survey(struct resolver *resolver)
{
    atomic_store(&resolver->survey_stopped, true);
}

bool
resolver_survey(struct resolver *resolver,
                void (*each)(void *context, const char *path, const char *why), void *context)
{
    struct survey_context state = {resolver, NULL, each, context, true};
    const struct root *roots[] = {&resolver->public, &resolver->secure};
    for (size_t i = 0; i < 2 && roots[i]->path != NULL; i++) {
        state.root = roots[i];
        struct survey survey = {roots[i]->fd, &state, holds_secret, found_secret,
                                survey_is_stopped};
        if (!survey_root(&survey)) {
            state.clean = false;
            each(context, roots[i]->path, "not all of it could be read");
        }
    }
    return state.clean;
}
