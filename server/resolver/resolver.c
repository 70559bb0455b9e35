/* SPDX-License-Identifier: MIT */
/* Which file a request means, and whether this client may have it. */
#include "server/resolver/resolver.h"

#include "server/log/log.h"
#include "server/resolver/content.h"
#include "server/resolver/folder.h"
#include "server/resolver/proven.h"
#include "server/resolver/reach.h"
#include "server/resolver/scanner.h"
#include "server/resolver/survey.h"
#include "server/resolver/turns.h"
#include "tree/name.h"
#include "tree/roots.h"

#include <prov/text.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HELD_BUDGET (32 * 1024 * 1024) /* bytes of content in memory */
#define STUB_MAX (16 * 1024)           /* bytes of a configuration that are searched for its mark */
#define SUBJECT_SIZE 64
#define WHO_SIZE 16 /* SEP<MAC>, ITLFile.tlv */
#define TURNS_TABLE LADDER_FOLDER "/" LADDER_TABLE
#define SIGNED ".sgn"
#define ENCRYPTED ".enc.sgn"

/* A root and what is known of it. */
struct root {
    char *path;
    int fd;
    struct folder_index *index;
};

struct resolver {
    struct root public, secure; /* `secure.path` is NULL if there is none */
    struct scanner *scanner;
    struct content_store *store;
    struct turns *turns;
    struct proven *proven;
    atomic_bool secure_open;
    atomic_bool survey_stopped;
};

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
    return result == PROV_OK
               ? PROV_OK
               : prov_fail(err, result, "%s/" TURNS_TABLE ": %s", resolver->public.path, why.text);
}

void
resolver_set_secure_open(struct resolver *resolver, bool open)
{
    atomic_store(&resolver->secure_open, open);
}

/* --- opening a path that stands in the file system as it is written */

enum opened {
    OPENED,
    ABSENT,
    UNREADY,  /* there, but not looked through yet */
    WITHHELD, /* there, but never served: said once */
    BROKEN    /* this machine's fault: said once */
};

/* `path` must exist: names that clients make up would fill the log. */
static void
say_once(const struct root *root, const char *path, const char *text)
{
    char shown[PROV_PRINTABLE_SIZE(NAME_LEN_MAX)], subject[PATH_MAX + NAME_LEN_MAX];
    prov_printable(path, strlen(path), shown, sizeof shown);
    snprintf(subject, sizeof subject, "%s/%s", root->path, path);
    log_warn_once(subject, "%s/%s: %s", root->path, shown, text);
}

/* What an errno of opening or reading means to the one who asked. */
static enum opened
judge_error(const struct root *root, const char *path, int error)
{
    char text[128];
    switch (error) {
    case ENOENT:
        return ABSENT;
    case EXDEV:
    case ELOOP:
        say_once(root, path,
                 "not served: a link on the way is absolute, leads out of the root or in a circle; "
                 "make it relative (ln -sr)");
        return WITHHELD;
    case EACCES:
    case EPERM:
        say_once(root, path, "not served: this user may not read it; give it read permission");
        return WITHHELD;
    default:
        snprintf(text, sizeof text, "cannot be read: %s", strerror(error));
        say_once(root, path, text);
        return BROKEN;
    }
}

/* The same where nothing says that all of `path` exists: then only its first folder is named. */
static enum opened
judge_lookup_error(const struct root *root, const char *path, int error)
{
    char first[NAME_LEN_MAX + 1];
    if (error == ENOENT || error == ENOTDIR || error == ENAMETOOLONG)
        return ABSENT;
    snprintf(first, sizeof first, "%.*s", (int)strcspn(path, "/"), path);
    return judge_error(root, first, error);
}

/* A link may lead to what its own name does not show. Without one, the name was judged before. */
static bool
target_is_denied(const struct root *root, const char *path, int fd)
{
    char real[PATH_MAX];
    if (root_real_name(root->fd, fd, real, sizeof real) &&
        (strcmp(real, path) == 0 || !name_is_denied(real)))
        return false;
    say_once(root, path, "not served: the link leads to a file that is never served");
    return true;
}

static enum opened
judge_content(const struct root *root, const char *path, enum content_answer answer)
{
    switch (answer) {
    case CONTENT_FOUND:
        return OPENED;
    case CONTENT_WAITING:
        return UNREADY;
    case CONTENT_SECRET:
        say_once(root, path,
                 "not served: it holds a private key; take it out of the tree, and make a new key "
                 "if it was ever served");
        return WITHHELD;
    case CONTENT_FAILED:
        return judge_error(root, path, errno);
    default:
        return ABSENT;
    }
}

/* The content of the file `path`, or, `stripped`, what stands after its header. */
static enum opened
open_exact(struct resolver *resolver, const struct root *root, const char *path, bool stripped,
           struct resolver_file **out)
{
    struct content_key key = {root->fd, path, stripped};
    struct stat status;
    if (fstatat(root->fd, path, &status, AT_SYMLINK_NOFOLLOW) != 0)
        return judge_lookup_error(root, path, errno);
    /* If this is the very file that was opened as `path` before, how it is reached does not matter:
     * most requests end here, after one system call. */
    enum content_answer answer = CONTENT_UNKNOWN;
    bool link = !S_ISREG(status.st_mode);
    if (!link)
        answer = content_find(resolver->store, &key, &status, out);
    if (answer != CONTENT_UNKNOWN)
        return judge_content(root, path, answer);
    int fd = root_open_file(root->fd, path, &status);
    if (fd < 0)
        return judge_error(root, path, errno);
    if (target_is_denied(root, path, fd)) {
        close(fd);
        return WITHHELD;
    }
    if (link)
        answer = content_find(resolver->store, &key, &status, out);
    if (answer != CONTENT_UNKNOWN)
        close(fd);
    else
        answer = content_load(resolver->store, &key, fd, false, out);
    return judge_content(root, path, answer);
}

/* --- names in any case */

static enum opened
open_folded(struct resolver *resolver, const struct root *root, const char *path, bool stripped,
            struct resolver_file **out)
{
    struct folder_candidates candidates;
    struct prov_error err = {0};
    if (folder_candidates_find(root->index, path, &candidates, &err) != PROV_OK) {
        log_warn_once("folders", "%s: %s", root->path, err.text);
        return BROKEN;
    }
    enum opened result = ABSENT;
    for (size_t i = 0; i < candidates.count && result == ABSENT; i++)
        result = open_exact(resolver, root, candidates.paths[i], stripped, out);
    if (result == OPENED && candidates.count > 1)
        say_once(root, candidates.paths[0],
                 "several files have this name in other letter cases; the first in byte order is "
                 "served, keep one of them");
    folder_candidates_clear(&candidates);
    return result;
}

/* The exact name wins. */
static enum opened
open_any_case(struct resolver *resolver, const struct root *root, const char *path, bool stripped,
              struct resolver_file **out)
{
    enum opened result = open_exact(resolver, root, path, stripped, out);
    return result == ABSENT ? open_folded(resolver, root, path, stripped, out) : result;
}

/* --- lists in turns */

/* A table that cannot be read is no reason to give nobody a list. */
static void
refresh_turns(struct resolver *resolver)
{
    struct prov_error err;
    if (turns_refresh(resolver->turns, resolver->public.fd, &err) != PROV_OK)
        log_warn_once(TURNS_TABLE, "%s/" TURNS_TABLE ": %s; lists are given as they were before",
                      resolver->public.path, err.text);
}

/* The table may be replaced, and a rung removed, between looking at one and at the other. */
static enum opened
open_rung(struct resolver *resolver, const char *list, const char *who, struct resolver_file **out)
{
    char path[TURNS_PATH_SIZE];
    for (int i = 0; i < 2; i++) {
        refresh_turns(resolver);
        if (!turns_draw(resolver->turns, list, who, (int64_t)time(NULL), path))
            return ABSENT;
        enum opened result = open_exact(resolver, &resolver->public, path, false, out);
        if (result != ABSENT)
            return result == WITHHELD ? ABSENT : result;
    }
    say_once(&resolver->public, path, "is missing; the list in the tree is given instead");
    return ABSENT;
}

/* In whose name a list is asked for or delivered. Those without a phone's name draw together, and
 * both kinds of lists alike. */
static void
name_who(const struct prov_mac *phone, char who[static WHO_SIZE])
{
    if (phone != NULL)
        snprintf(who, WHO_SIZE, "SEP%s", phone->text);
    else
        snprintf(who, WHO_SIZE, "ITLFile.tlv");
}

/* What a phone has shown to hold, if that is the newest still. */
static enum opened
open_proven(struct resolver *resolver, const char *list, const struct prov_mac *phone, bool ctl,
            struct resolver_file **out)
{
    char path[TURNS_PATH_SIZE];
    uint8_t sha256[RESOLVER_SHA256_LEN];
    if (!proven_find(resolver->proven, phone, ctl, sha256))
        return ABSENT;
    refresh_turns(resolver);
    if (!turns_rung(resolver->turns, list, 0, path) ||
        open_exact(resolver, &resolver->public, path, false, out) != OPENED)
        return ABSENT;
    if ((*out)->digested && memcmp((*out)->sha256, sha256, sizeof sha256) == 0)
        return OPENED;
    resolver_release(*out);
    *out = NULL;
    return ABSENT;
}

/* The list of its own that a phone asks for, or (`generic`) the one for all that stands in for it.
 * They stand at the root of the tree, under names in the letters that phones use. */
static enum opened
open_in_turns(struct resolver *resolver, const char *path, const struct name_meaning *meaning,
              bool generic, struct resolver_file **out)
{
    char who[WHO_SIZE], list[LADDER_NAME_SIZE];
    const char *kind = meaning->kind == NAME_CTL ? "CTL" : "ITL";
    if ((meaning->kind != NAME_ITL && meaning->kind != NAME_CTL) || strchr(path, '/') != NULL ||
        (generic && meaning->generic == NULL))
        return ABSENT;
    name_who(meaning->names_phone ? &meaning->phone : NULL, who);
    snprintf(list, sizeof list, "%s%s.tlv", kind, meaning->names_phone && !generic ? who : "File");
    enum opened result = ABSENT;
    if (meaning->names_phone)
        result = open_proven(resolver, list, &meaning->phone, meaning->kind == NAME_CTL, out);
    return result == ABSENT ? open_rung(resolver, list, who, out) : result;
}

bool
resolver_rung(struct resolver *resolver, const struct prov_mac *phone, bool ctl, size_t from_newest,
              struct resolver_file **out)
{
    char path[TURNS_PATH_SIZE], list[LADDER_NAME_SIZE];
    const struct root *root = &resolver->public;
    snprintf(list, sizeof list, "%sSEP%s.tlv", ctl ? "CTL" : "ITL", phone->text);
    refresh_turns(resolver);
    if (!turns_rung(resolver->turns, list, 0, path)) {
        struct resolver_file *file = NULL;
        if (open_any_case(resolver, root, list, false, &file) == OPENED) {
            resolver_release(file); /* its own, and always the same */
            return false;
        }
        snprintf(list, sizeof list, "%sFile.tlv", ctl ? "CTL" : "ITL");
    }
    return turns_rung(resolver->turns, list, from_newest, path) &&
           open_exact(resolver, root, path, false, out) == OPENED;
}

bool
resolver_add_proof(struct resolver *resolver, const struct prov_mac *phone, bool ctl,
                   const uint8_t sha256[static RESOLVER_SHA256_LEN])
{
    return proven_put(resolver->proven, phone, ctl, sha256);
}

bool
resolver_is_proven(struct resolver *resolver, const struct prov_mac *phone, bool ctl,
                   const uint8_t sha256[static RESOLVER_SHA256_LEN])
{
    uint8_t shown[RESOLVER_SHA256_LEN];
    return proven_find(resolver->proven, phone, ctl, shown) &&
           memcmp(shown, sha256, sizeof shown) == 0;
}

void
resolver_note_list(struct resolver *resolver, const struct prov_mac *phone, const char *path)
{
    char who[WHO_SIZE];
    name_who(phone, who);
    turns_note(resolver->turns, who, path, (int64_t)time(NULL));
}

static bool
is_rung(const struct resolver_file *file)
{
    static const char folder[] = LADDER_FOLDER "/";
    return strncmp(file->path, folder, sizeof folder - 1) == 0;
}

/* --- what stands in for a missing file */

/* `path` with its last component, or the end of it, replaced; false if it gets too long. */
static bool
replace_base(const char *path, const char *base, char out[static NAME_LEN_MAX + 1])
{
    const char *slash = strrchr(path, '/');
    int folder_len = slash != NULL ? (int)(slash + 1 - path) : 0;
    return snprintf(out, NAME_LEN_MAX + 1, "%.*s%s", folder_len, path, base) <= NAME_LEN_MAX;
}

static bool
append(const char *path, const char *suffix, char out[static NAME_LEN_MAX + 1])
{
    return snprintf(out, NAME_LEN_MAX + 1, "%s%s", path, suffix) <= NAME_LEN_MAX;
}

/* The stub of an encrypted configuration tells the phone to ask for the encrypted one, and holds
 * nothing else: without its signature it would only take the phone's lines away. */
static bool
is_stub(const struct resolver_file *file)
{
    static const char mark[] = "<encrConfig>true</encrConfig>"; /* formats.md, section 4 */
    char start[STUB_MAX];
    ssize_t len = resolver_read(file, 0, start, sizeof start);
    return len > 0 && memmem(start, (size_t)len, mark, strlen(mark)) != NULL;
}

static enum opened
open_stripped(struct resolver *resolver, const struct root *root, const char *path,
              const struct name_meaning *meaning, struct resolver_file **out)
{
    char other[NAME_LEN_MAX + 1];
    struct resolver_file *encrypted = NULL;
    if (meaning->kind == NAME_CONFIGURATION && append(path, ENCRYPTED, other) &&
        open_any_case(resolver, root, other, false, &encrypted) != ABSENT) {
        resolver_release(encrypted);
        return ABSENT;
    }
    if (!append(path, SIGNED, other))
        return ABSENT;
    enum opened result = open_any_case(resolver, root, other, true, out);
    if (result != OPENED || meaning->kind != NAME_CONFIGURATION || !is_stub(*out))
        return result;
    resolver_release(*out);
    *out = NULL;
    return ABSENT;
}

static enum opened
open_public(struct resolver *resolver, const char *path, const struct name_meaning *meaning,
            struct resolver_file **out)
{
    const struct root *root = &resolver->public;
    char other[NAME_LEN_MAX + 1];
    enum opened result = open_in_turns(resolver, path, meaning, false, out);
    if (result == ABSENT)
        result = open_any_case(resolver, root, path, false, out);
    if (result == ABSENT)
        result = open_in_turns(resolver, path, meaning, true, out);
    if (result == ABSENT && meaning->generic != NULL && replace_base(path, meaning->generic, other))
        result = open_any_case(resolver, root, other, false, out);
    if (result == ABSENT)
        result = open_stripped(resolver, root, path, meaning, out);
    return result;
}

/* --- the secure root */

/* The clear file that SEP<MAC>.cnf.xml and SEP<MAC>.cnf.xml.sgn mean. */
static void
clear_name(const char *path, char out[static NAME_LEN_MAX + 1])
{
    size_t len = strlen(path), suffix = strlen(SIGNED);
    memcpy(out, path, len + 1);
    if (len > suffix && strcasecmp(path + len - suffix, SIGNED) == 0)
        out[len - suffix] = '\0';
}

/* What was said about phones is told apart by the last digit of their names alone: whoever makes up
 * names cannot fill the log. */
static void
name_subject(char subject[static SUBJECT_SIZE], const char *what, const struct prov_mac *phone)
{
    snprintf(subject, SUBJECT_SIZE, "%s: %c", what, phone->text[PROV_MAC_LEN - 1]);
}

static bool
may_read_clear(struct resolver *resolver, const struct resolver_request *request,
               const struct name_meaning *meaning)
{
    if (atomic_load(&resolver->secure_open))
        return true;
    return request->client != NULL && strcmp(request->client->text, meaning->phone.text) == 0;
}

static enum resolver_answer
answer_without_file(enum opened result)
{
    if (result == UNREADY)
        return RESOLVER_WAITING;
    return result == BROKEN ? RESOLVER_FAILED : RESOLVER_MISSING;
}

static enum resolver_answer
find_secure(struct resolver *resolver, const struct resolver_request *request, const char *path,
            const struct name_meaning *meaning, struct resolver_file **out)
{
    char clear[NAME_LEN_MAX + 1], subject[SUBJECT_SIZE];
    if (!may_read_clear(resolver, request, meaning)) {
        name_subject(subject, "secure root", &meaning->phone);
        log_warn_once(subject,
                      "the configuration of SEP%s was asked for over HTTPS by %s%s and refused",
                      meaning->phone.text,
                      request->client != NULL ? "the phone SEP"
                                              : "a client without a certificate "
                                                "that names the phone",
                      request->client != NULL ? request->client->text : "");
        return RESOLVER_FORBIDDEN;
    }
    clear_name(path, clear);
    enum opened result = open_any_case(resolver, &resolver->secure, clear, false, out);
    struct name_meaning opened;
    if (result == OPENED) {
        name_read((*out)->path, &opened);
        if (may_read_clear(resolver, request, &opened))
            return RESOLVER_FOUND;
        resolver_release(*out);
        *out = NULL;
        return RESOLVER_FORBIDDEN;
    }
    return answer_without_file(result);
}

/* A phone that asks for its clear configuration without TLS, or with a TLS that is too old, gets
 * none; its administrator learns why. */
static void
note_secure_attempt(struct resolver *resolver, const char *path, const struct name_meaning *meaning)
{
    char clear[NAME_LEN_MAX + 1], subject[SUBJECT_SIZE];
    struct resolver_file *file = NULL;
    if (resolver->secure.path == NULL || !meaning->clear_on_https)
        return;
    clear_name(path, clear);
    if (open_any_case(resolver, &resolver->secure, clear, false, &file) != OPENED)
        return;
    resolver_release(file);
    name_subject(subject, "secure root without TLS", &meaning->phone);
    log_warn_once(subject,
                  "the clear configuration of SEP%s was asked for without HTTPS (TLS 1.2 or newer) "
                  "and refused; sign or encrypt one into the public tree for phones without it",
                  meaning->phone.text);
}

/* --- */

void
resolver_find(struct resolver *resolver, const struct resolver_request *request,
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
        found->answer = find_secure(resolver, request, found->asked, &meaning, &found->file);
        return;
    }
    enum opened result = open_public(resolver, found->asked, &meaning, &found->file);
    switch (result) {
    case OPENED:
        found->answer = RESOLVER_FOUND;
        found->in_turns = is_rung(found->file);
        return;
    case UNREADY:
    case BROKEN:
        found->answer = answer_without_file(result);
        return;
    default:
        note_secure_attempt(resolver, found->asked, &meaning);
    }
}

/* --- the survey */

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
