/* SPDX-License-Identifier: MIT */
/* Both roots opened and watched, and which answer a request gets. */
#include "server/resolver/internal.h"

#include "server/resolver/reach.h"
#include "tree/roots.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HELD_BUDGET (32 * 1024 * 1024) /* bytes of content in memory */

static int
open_root(struct root *root, const char *path, struct prov_error *err)
{
    int result = root_open(path, &root->fd, err);
    if (result != PROV_OK)
        return result;
    root->path = strdup(path);
    root->index = folder_index_new(root->fd);
    return root->path != NULL && root->index != NULL
               ? PROV_OK
               : prov_fail(err, PROV_E_MEMORY, "out of memory");
}

static void
close_root(struct root *root)
{
    folder_index_free(root->index);
    free(root->path);
    if (root->fd >= 0)
        close(root->fd);
}

static int
check_roots(const struct resolver *resolver, struct prov_error *err)
{
    int result = reach_check(resolver->public.fd, resolver->public.path, err);
    if (result == PROV_OK && resolver->secure.path != NULL)
        result = reach_check(resolver->secure.fd, resolver->secure.path, err);
    return result;
}

int
resolver_new(const char *root, const char *secure, struct resolver **out, struct prov_error *err)
{
    *out = NULL;
    struct resolver *resolver = calloc(1, sizeof *resolver);
    if (resolver == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    resolver->public.fd = resolver->secure.fd = -1;
    int result = PROV_OK;
    if ((resolver->scanner = scanner_new()) == NULL ||
        (resolver->store = content_store_new(HELD_BUDGET, resolver->scanner)) == NULL)
        result = prov_fail(err, PROV_E_MEMORY, "out of memory");
    if (result == PROV_OK)
        result = open_root(&resolver->public, root, err);
    if (result == PROV_OK && secure != NULL)
        result = open_root(&resolver->secure, secure, err);
    if (result == PROV_OK && secure != NULL)
        result = roots_check_apart(resolver->public.fd, root, resolver->secure.fd, secure, err);
    if (result == PROV_OK)
        result = check_roots(resolver, err);
    if (result == PROV_OK)
        result = turns_new(&resolver->turns, err);
    if (result == PROV_OK && (resolver->proven = proven_new()) == NULL)
        result = prov_fail(err, PROV_E_MEMORY, "out of memory");
    if (result != PROV_OK) {
        resolver_free(resolver);
        return result;
    }
    *out = resolver;
    return PROV_OK;
}

void
resolver_free(struct resolver *resolver)
{
    if (resolver == NULL)
        return;
    scanner_free(resolver->scanner);
    content_store_free(resolver->store);
    close_root(&resolver->public);
    close_root(&resolver->secure);
    turns_free(resolver->turns);
    proven_free(resolver->proven);
    free(resolver);
}

int
resolver_start(struct resolver *resolver, struct prov_error *err)
{
    return scanner_start(resolver->scanner, err);
}

int
resolver_check(const struct resolver *resolver, struct prov_error *err)
{
    struct prov_error why;
    int result = check_roots(resolver, err);
    if (result != PROV_OK)
        return result;
    result = turns_refresh(resolver->turns, resolver->public.fd, &why);
    return result == PROV_OK ? PROV_OK
                             : prov_fail(err, result, "%s/" RESOLVER__TURNS_TABLE ": %s",
                                         resolver->public.path, why.text);
}

void
resolver_set_secure_open(struct resolver *resolver, bool open)
{
    atomic_store(&resolver->secure_open, open);
}

void
resolver_set_search(struct resolver *resolver, char *const *folders, size_t count)
{
    resolver->search = folders;
    resolver->search_count = count;
}

static bool
has_folder(struct resolver *resolver, const char *path)
{
    struct folder_candidates candidates;
    struct stat status;
    bool found = false;
    if (folder_candidates_find(resolver->public.index, path, &candidates, NULL) != PROV_OK)
        return true; /* who knows */
    for (size_t i = 0; i < candidates.count && !found; i++)
        found = fstatat(resolver->public.fd, candidates.paths[i], &status, 0) == 0 &&
                S_ISDIR(status.st_mode);
    folder_candidates_clear(&candidates);
    return found;
}

const char *
resolver_missing_folder(struct resolver *resolver)
{
    for (size_t i = 0; i < resolver->search_count; i++)
        if (!has_folder(resolver, resolver->search[i]))
            return resolver->search[i];
    return NULL;
}

void
resolver_tell_configured(struct resolver *resolver)
{
    resolver->tells_configured = true;
}

/* --- finding */

/* By the names in the roots alone; strangers make up names that no file has. */
static bool
is_configured(struct resolver *resolver, const struct prov_mac *phone)
{
    char sep[PROV_MAC_LEN + sizeof "SEP.cnf"], sip[sizeof sep];
    const char *const starts[] = {sep, sip};
    snprintf(sep, sizeof sep, "SEP%s.cnf", phone->text);
    snprintf(sip, sizeof sip, "SIP%s.cnf", phone->text);
    return folder_index_begins(resolver->public.index, starts, 2) ||
           (resolver->secure.path != NULL &&
            folder_index_begins(resolver->secure.index, starts, 2));
}

static bool
is_bare(const struct resolver_request *request)
{
    return name_is_bare(request->name, request->len, request->via != RESOLVER_TFTP);
}

static void
find(struct resolver *resolver, const struct resolver_request *request,
     struct resolver_found *found)
{
    struct name_meaning meaning;
    *found = (struct resolver_found){.answer = RESOLVER_MISSING, .kind = NAME_OTHER};
    if (!name_tidy(request->name, request->len, request->via != RESOLVER_TFTP, found->asked)) {
        found->asked[0] = '\0';
        return;
    }
    name_read(found->asked, &meaning);
    found->names_phone = meaning.names_phone;
    found->phone = meaning.phone;
    found->kind = meaning.kind;
    if (name_is_denied(found->asked))
        return;
    if (request->via == RESOLVER_HTTPS && meaning.clear_on_https) {
        if (resolver->secure.path == NULL)
            return;
        found->secure = true;
        found->answer =
            resolver__find_secure(resolver, request, found->asked, &meaning, &found->file);
        return;
    }
    enum opened result = resolver__open_public(resolver, found->asked, &meaning, &found->file);
    if (result == ABSENT && resolver->search_count > 0 && is_bare(request))
        result = resolver__open_searched(resolver, found->asked, &found->file);
    switch (result) {
    case OPENED:
        found->answer = RESOLVER_FOUND;
        found->in_turns = resolver__is_rung(found->file);
        return;
    case UNREADY:
    case BROKEN:
        found->answer = resolver__answer_without_file(result);
        return;
    default:
        resolver__note_secure_attempt(resolver, found->asked, &meaning);
    }
}

void
resolver_find(struct resolver *resolver, const struct resolver_request *request,
              struct resolver_found *found)
{
    find(resolver, request, found);
    bool got = found->answer == RESOLVER_FOUND && found->kind == NAME_CONFIGURATION;
    found->configured = resolver->tells_configured && found->names_phone &&
                        (got || is_configured(resolver, &found->phone));
}
