/* SPDX-License-Identifier: MIT */
#include "provbuild/hook.h"

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define NAME_SIZE (3 + PROV_MAC_LEN + 1)
#define WORDS_MAX 64
#define NAMES_MAX 5000 /* in one call: the kernel bounds what a program can be given */

/* Names of phones, in ascending order. */
struct names {
    size_t count;
    char (*at)[NAME_SIZE];
};

static void
add(struct names *names, const struct prov_mac *phone)
{
    snprintf(names->at[names->count++], NAME_SIZE, "SEP%s", phone->text);
}

static int
compare(const void *a, const void *b)
{
    return strcmp(a, b);
}

static void
sort(struct names *names)
{
    size_t kept = 0;
    qsort(names->at, names->count, sizeof *names->at, compare);
    for (size_t i = 0; i < names->count; i++)
        if (kept == 0 || strcmp(names->at[kept - 1], names->at[i]) != 0)
            memmove(names->at[kept++], names->at[i], NAME_SIZE);
    names->count = kept;
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
        if (plan->steps[i].kind == STEP_WRITE && !plan->steps[i].output->configuration)
            return true;
    return false;
}

static void
collect(const struct plan *plan, struct names *names)
{
    bool all = changed_for_all(plan);
    for (size_t i = 0; i < plan->count; i++) {
        const struct step *step = &plan->steps[i];
        if (step->output != NULL && step->output->configuration &&
            (all || step->kind == STEP_WRITE))
            add(names, &step->output->phone);
    }
    for (size_t i = 0; i < plan->lists->count; i++) {
        const struct list *list = &plan->lists->at[i];
        if (list->changed && list->wanted->for_one)
            add(names, &list->wanted->phone);
    }
    for (size_t i = 0; i < plan->run->freed.count; i++)
        add(names, &plan->run->freed.at[i]);
    sort(names);
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
    if (error != 0)
        return prov_fail(err, PROV_E_SYSTEM, "cannot run %s: %s", words[0], strerror(error));
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return prov_fail(err, PROV_E_SYSTEM, "cannot wait for %s: %s", words[0],
                             strerror(errno));
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return PROV_OK;
    return prov_fail(err, PROV_E_SYSTEM,
                     WIFSIGNALED(status)
                         ? "it was ended by signal %d; the phones may not have been "
                           "restarted"
                         : "it ended with exit code %d; the phones may not have "
                           "been restarted",
                     WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
}

static int
call_for(const char *command, const struct names *names, struct prov_error *err)
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
hook_restart(const struct plan *plan)
{
    const char *command = plan->run->settings->build.restart;
    struct prov_error err = {.code = PROV_OK};
    struct names names = {0};
    if (command == NULL)
        return true;
    names.at =
        calloc(plan->count + plan->lists->count + plan->run->freed.count + 1, sizeof *names.at);
    int rc = PROV_OK;
    if (names.at == NULL)
        rc = prov_fail(&err, PROV_E_MEMORY, "out of memory");
    else
        collect(plan, &names);
    if (rc == PROV_OK && names.count > 0)
        rc = call_for(command, &names, &err);
    if (rc != PROV_OK)
        report_fault(plan->run->report, "hooks restart", err.text);
    free(names.at);
    return rc == PROV_OK;
}
