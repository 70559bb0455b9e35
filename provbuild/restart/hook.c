/* SPDX-License-Identifier: MIT */
#include "provbuild/restart/hook.h"

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORDS_MAX 64
#define NAMES_MAX 5000 /* in one call: the kernel bounds what a program can be given */

/* --- whom to call it for */

static bool
changes(const struct step *step, bool configuration)
{
    return (step->kind == STEP_WRITE || step->torn) && step->output->configuration == configuration;
}

static bool
changed_for_all(const struct plan *plan)
{
    for (size_t i = 0; i < plan->lists->count; i++) {
        const struct list *list = &plan->lists->at[i];
        if (list->changed && !list->wanted->for_one)
            return true;
    }
    for (size_t i = 0; i < plan->count; i++)
        if (changes(&plan->steps[i], false))
            return true;
    return false;
}

/* Those that something changed for, or is about to. */
static int
collect(const struct plan *plan, struct pending *names, struct prov_error *err)
{
    int rc = PROV_OK;
    names->all |= changed_for_all(plan);
    for (size_t i = 0; rc == PROV_OK && i < plan->count; i++) {
        const struct step *step = &plan->steps[i];
        if (changes(step, true))
            rc = pending_add(names, &step->output->phone, err);
    }
    for (size_t i = 0; rc == PROV_OK && i < plan->lists->count; i++) {
        const struct list *list = &plan->lists->at[i];
        if (list->changed && list->wanted->for_one)
            rc = pending_add(names, &list->wanted->phone, err);
    }
    for (size_t i = 0; rc == PROV_OK && i < plan->run->freed.count; i++)
        rc = pending_add(names, &plan->run->freed.at[i], err);
    return rc;
}

static int
add_all(const struct plan *plan, struct pending *names, struct prov_error *err)
{
    int rc = PROV_OK;
    for (size_t i = 0; rc == PROV_OK && i < plan->manifest->count; i++)
        if (plan->manifest->outputs[i].configuration)
            rc = pending_add(names, &plan->manifest->outputs[i].phone, err);
    return rc;
}

static int
copy_names(const struct pending *from, struct pending *to, struct prov_error *err)
{
    *to = (struct pending){.all = from->all};
    if (from->count == 0)
        return PROV_OK;
    to->at = calloc(from->count, sizeof *to->at);
    if (to->at == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    memcpy(to->at, from->at, from->count * sizeof *to->at);
    to->count = to->room = from->count;
    return PROV_OK;
}

int
hook_prepare(const struct plan *plan, struct pending *waiting, struct prov_error *err)
{
    struct pending planned = {0};
    *waiting = (struct pending){0};
    if (plan->run->settings->build.restart == NULL)
        return PROV_OK;
    int rc = pending_read(plan->run, waiting, err);
    if (rc == PROV_OK)
        rc = copy_names(waiting, &planned, err);
    if (rc == PROV_OK)
        rc = collect(plan, &planned, err);
    if (rc == PROV_OK && (planned.all || planned.count > 0))
        rc = pending_write(plan->run, &planned, err);
    pending_release(&planned);
    return rc;
}

int
hook_begin(const struct plan *plan, struct pending *waiting, struct hook *out,
           struct prov_error *err)
{
    *out = (struct hook){.names = *waiting, .lock = -1};
    *waiting = (struct pending){0};
    if (plan->run->settings->build.restart == NULL)
        return PROV_OK;
    int rc = collect(plan, &out->names, err);
    out->any = out->names.all || out->names.count > 0;
    if (rc == PROV_OK)
        rc = pending_write(plan->run, &out->names, err);
    if (rc == PROV_OK && out->any)
        rc = pending_begin(plan->run, &out->lock, &out->path, err);
    if (rc == PROV_OK && out->names.all)
        rc = add_all(plan, &out->names, err);
    pending_sort(&out->names);
    return rc;
}

/* --- the command */

/* Anything that a shell makes something of: then the command is a shell's. */
static const char shell_signs[] = "|&;<>()$`\\\"'*?[]#~=%!{}\n";

/* The words of the command without the names, at most WORDS_MAX; `text` is changed. */
static size_t
split(char *text, bool shell, char **words)
{
    size_t count = 0;
    if (shell) {
        words[count++] = (char *)"/bin/sh";
        words[count++] = (char *)"-c";
        words[count++] = text;
        words[count++] = (char *)"provbuild";
        return count;
    }
    char *rest = text;
    for (char *word = strtok_r(rest, " \t", &rest); word != NULL && count < WORDS_MAX;
         word = strtok_r(NULL, " \t", &rest))
        words[count++] = word;
    return count;
}

static int
call(char **words, struct prov_error *err)
{
    pid_t child;
    int status = 0;
    fflush(stdout);
    int error = posix_spawnp(&child, words[0], NULL, NULL, words, environ);
    if (error != 0) {
        errno = error;
        return prov_system_failed(err, "cannot run %s", words[0]);
    }
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return prov_system_failed(err, "cannot wait for %s", words[0]);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return PROV_OK;
    return prov_fail(err, PROV_E_SYSTEM,
                     WIFSIGNALED(status) ? "it was ended by signal %d"
                                         : "it ended with exit code %d",
                     WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
}

static int
call_for(const char *command, const struct pending *names, struct prov_error *err)
{
    /* The names follow as "$@", whatever the shell makes of the rest. */
    char *text = NULL;
    char **words = calloc(WORDS_MAX + NAMES_MAX + 1, sizeof *words);
    bool shell = strpbrk(command, shell_signs) != NULL;
    if (words == NULL || asprintf(&text, "%s%s", command, shell ? " \"$@\"" : "") < 0) {
        free(words);
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    }
    size_t fixed = split(text, shell, words);
    int rc = fixed == 0 ? prov_fail(err, PROV_E_ARGUMENT, "it names no program") : PROV_OK;
    for (size_t i = 0; rc == PROV_OK && i < names->count; i += NAMES_MAX) {
        size_t count = names->count - i < NAMES_MAX ? names->count - i : NAMES_MAX;
        for (size_t k = 0; k < count; k++)
            words[fixed + k] = names->at[i + k];
        words[fixed + count] = NULL;
        rc = call(words, err);
    }
    free(text);
    free(words);
    return rc;
}

bool
hook_call(const struct plan *plan, struct hook *hook)
{
    const struct run *run = plan->run;
    struct prov_error err = {.code = PROV_OK}, why = {.code = PROV_OK};
    if (!hook->any) {
        pending_release(&hook->names);
        return true;
    }
    mode_t mask = umask(run->umask); /* the command's files are its own */
    int rc = call_for(run->settings->build.restart, &hook->names, &why);
    (void)umask(mask);
    if (rc != PROV_OK)
        prov_fail(&err, rc, "%s; %s", why.text,
                  hook->path != NULL ? "the next run calls it again for the same phones"
                                     : "the phones may not have been restarted");
    int ended = pending_end(hook->lock, hook->path, rc == PROV_OK, rc == PROV_OK ? &err : NULL);
    pending_release(&hook->names);
    if (rc != PROV_OK || ended != PROV_OK)
        report_fault(run->report, "hooks restart", err.text);
    return rc == PROV_OK && ended == PROV_OK;
}
