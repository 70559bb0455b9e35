/* SPDX-License-Identifier: MIT */
/* The restart command: for whom it is called, and how. */
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

int
hook_prepare(const struct run *run, const struct restarts_waiting *changing,
             struct restarts_waiting *waiting, struct prov_error *err)
{
    struct restarts_waiting planned = {0};
    *waiting = (struct restarts_waiting){0};
    if (run->settings->build.restart == NULL)
        return PROV_OK;
    int rc = restarts_read(run, waiting, err);
    if (rc == PROV_OK)
        rc = restarts_add(&planned, waiting, err);
    if (rc == PROV_OK)
        rc = restarts_add(&planned, changing, err);
    if (rc == PROV_OK && restarts_any(&planned))
        rc = restarts_write(run, &planned, err);
    restarts_release(&planned);
    return rc;
}

int
hook_begin(const struct run *run, const struct restarts_waiting *changed, const struct phones *all,
           struct restarts_waiting *waiting, struct hook *out, struct prov_error *err)
{
    *out = (struct hook){.names = *waiting, .lock = -1};
    *waiting = (struct restarts_waiting){0};
    if (run->settings->build.restart == NULL)
        return PROV_OK;
    int rc = restarts_add(&out->names, changed, err);
    out->any = restarts_any(&out->names);
    if (rc == PROV_OK)
        rc = restarts_write(run, &out->names, err);
    if (rc == PROV_OK && out->any)
        rc = restarts_begin(run, &out->lock, &out->path, err);
    if (rc == PROV_OK && out->names.all)
        rc = phones_add_all(&out->names.phones, all, err);
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
call_for(const char *command, const struct phones *phones, struct prov_error *err)
{
    /* The names follow as "$@", whatever the shell makes of the rest. */
    char *text = NULL;
    char **words = calloc(WORDS_MAX + NAMES_MAX + 1, sizeof *words);
    char(*names)[PHONE_NAME_SIZE] = calloc(NAMES_MAX, sizeof *names);
    bool shell = strpbrk(command, shell_signs) != NULL;
    if (words == NULL || names == NULL ||
        asprintf(&text, "%s%s", command, shell ? " \"$@\"" : "") < 0) {
        free(names);
        free(words);
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    }
    size_t fixed = split(text, shell, words);
    int rc = fixed == 0 ? prov_fail(err, PROV_E_ARGUMENT, "it names no program") : PROV_OK;
    for (size_t i = 0; rc == PROV_OK && i < phones->count; i += NAMES_MAX) {
        size_t count = phones->count - i < NAMES_MAX ? phones->count - i : NAMES_MAX;
        for (size_t k = 0; k < count; k++) {
            phone_name(&phones->at[i + k], names[k]);
            words[fixed + k] = names[k];
        }
        words[fixed + count] = NULL;
        rc = call(words, err);
    }
    free(text);
    free(names);
    free(words);
    return rc;
}

bool
hook_call(const struct run *run, struct hook *hook)
{
    struct prov_error err = {.code = PROV_OK}, why = {.code = PROV_OK};
    if (!hook->any) {
        restarts_release(&hook->names);
        return true;
    }
    mode_t mask = umask(run->umask); /* the command's files are its own */
    int rc = call_for(run->settings->build.restart, &hook->names.phones, &why);
    (void)umask(mask);
    if (rc != PROV_OK)
        prov_fail(&err, rc, "%s; %s", why.text,
                  hook->path != NULL ? "the next run calls it again for the same phones"
                                     : "the phones may not have been restarted");
    int ended = restarts_end(hook->lock, hook->path, rc == PROV_OK, rc == PROV_OK ? &err : NULL);
    restarts_release(&hook->names);
    if (rc != PROV_OK || ended != PROV_OK)
        report_fault(run->report, "hooks restart", err.text);
    return rc == PROV_OK && ended == PROV_OK;
}
