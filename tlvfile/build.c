/* SPDX-License-Identifier: MIT */
/* tlvfile --build. A list that phones hold is only replaced by one that they will take: whatever is
 * in doubt about the old list refuses the new one, and --force is the only way around. */
#include "tlvfile/tlvfile.h"
#include "tree/list_rules.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PUBLIC_MODE 0644
#define HELD_MAX 3 /* the output file's list, the generic one beside it, --previous */

/* Lists that phones may hold. */
struct held {
    struct prov_trustlist *lists[HELD_MAX];
    const char *paths[HELD_MAX];
    size_t count;
    char *generic_path; /* to be freed */
    bool output_exists;
    struct prov_trustlist *output; /* the output file's list, one of `lists`; NULL: none readable */
};

static void
free_entries(struct prov_trustlist_entry *entries, size_t count)
{
    for (size_t i = 0; i < count; i++)
        prov_identity_free((struct prov_identity *)entries[i].certificate);
    free(entries);
}

/* The signer, the first SAST, with its key; of the others the certificate is enough. */
static struct prov_trustlist_entry *
load_entries(const struct tlvfile *run, const struct prov_identity **signer)
{
    struct prov_trustlist_entry *entries = calloc(run->count + 1, sizeof *entries);
    *signer = NULL;
    for (size_t i = 0; entries != NULL && i < run->count; i++) {
        bool signs = run->entries[i].role == PROV_ROLE_SAST && *signer == NULL;
        unsigned need = PROV_NEED_CERTIFICATE | (signs ? PROV_NEED_KEY : 0);
        entries[i].role = run->entries[i].role;
        entries[i].certificate = cli_identity(&run->common, run->entries[i].path, need);
        if (entries[i].certificate == NULL) {
            free_entries(entries, i);
            return NULL;
        }
        if (signs)
            *signer = entries[i].certificate;
    }
    return entries;
}

/* An old list that cannot be read or does not verify may differ from what phones hold. */
static bool
add_held(struct held *held, const char *path, const struct prov_identity *signer, bool force)
{
    struct prov_error err;
    struct prov_trustlist *list = NULL;
    int rc = cli_read_list(path, &list, &err);
    if (rc == PROV_OK)
        rc = prov_trustlist_verify(list, signer, NULL, &err);
    if (rc == PROV_OK) {
        held->paths[held->count] = path;
        held->lists[held->count++] = list;
        return true;
    }
    prov_trustlist_free(list);
    if (force) {
        cli_warn(path, "the old list cannot be trusted (%s)", err.text);
        return true;
    }
    cli_error(path,
              "the old list cannot be trusted (%s), so whether phones would take a new one is "
              "unknown; %s, or give --force if no phone holds it",
              err.text, cli_mend(&err, "put the right list back"));
    return false;
}

/* A phone that gets its first list of its own (ITLSEP<MAC>.tlv) holds the generic one beside it. */
static bool
add_generic(struct held *held, const char *path, const struct prov_identity *signer, bool force)
{
    struct stat status;
    const char *base = prov_file_base(path), *generic = prov_trustlist_stored_name(path);
    if (strcmp(base, generic) == 0)
        return true;
    if (asprintf(&held->generic_path, "%.*s%s", (int)(base - path), path, generic) < 0) {
        held->generic_path = NULL;
        cli_error(NULL, "out of memory");
        return false;
    }
    return stat(held->generic_path, &status) != 0 ||
           add_held(held, held->generic_path, signer, force);
}

static bool
load_held(const struct tlvfile *run, const struct prov_identity *signer, struct held *held)
{
    struct stat status;
    bool force = run->common.force;
    held->output_exists = lstat(run->files[0], &status) == 0;
    if (!held->output_exists && errno != ENOENT) {
        cli_error(run->files[0], "cannot look at it: %s", strerror(errno));
        return false;
    }
    if (held->output_exists && !add_held(held, run->files[0], signer, force))
        return false;
    if (held->count > 0)
        held->output = held->lists[0];
    if (!held->output_exists && !add_generic(held, run->files[0], signer, force))
        return false;
    return run->previous == NULL || add_held(held, run->previous, signer, force);
}

static void
warn_entry(void *context, const char *text)
{
    cli_warn(context, "%s", text);
}

static struct prov_trustlist_plan
make_plan(const struct tlvfile *run, const struct prov_trustlist_entry *entries)
{
    return (struct prov_trustlist_plan){
        .size = sizeof(struct prov_trustlist_plan),
        .signer_version = run->version,
        .name = run->filename != NULL ? run->filename : prov_trustlist_stored_name(run->files[0]),
        .entries = entries,
        .count = run->count,
    };
}

static int
build_list(const struct prov_trustlist_plan *plan, const struct prov_signing *how,
           struct prov_bytes **bytes, struct prov_trustlist **list, struct prov_error *err)
{
    int rc = prov_trustlist_build(how, plan, bytes, err);
    if (rc != PROV_OK)
        return rc;
    /* Read back what phones will read. */
    struct prov_span built = prov_bytes_span(*bytes);
    rc = prov_trustlist_read(built.data, built.len, list, err);
    return rc != PROV_OK ? rc : prov_trustlist_verify(*list, NULL, NULL, err);
}

/* True if the output file says already what is planned, whenever it was signed, and whoever holds
 * another of the old lists will take it too. */
static bool
is_current(const struct prov_trustlist_plan *plan, const struct prov_signing *how,
           const struct held *held)
{
    struct prov_bytes *bytes = NULL;
    struct prov_trustlist *list = NULL;
    bool same = held->output != NULL && build_list(plan, how, &bytes, &list, NULL) == PROV_OK &&
                prov_trustlist_same(held->output, list);
    for (size_t i = 0; same && i < held->count; i++)
        same = prov_trustlist_follows(held->lists[i], held->output, NULL) == PROV_OK;
    prov_trustlist_free(list);
    prov_bytes_free(bytes);
    return same;
}

/* Without --layout that of the lists that phones hold; for a first list of its kind that of the
 * other kind beside it. False after a message. */
static bool
keep_layout(const struct tlvfile *run, const struct held *held, const struct prov_layout **layout)
{
    if (run->common.layout != NULL)
        return true;
    if (held->count == 0)
        return cli_layout_of_lists(&run->common, NULL, run->files, 1, layout);
    *layout = prov_trustlist_layout(held->lists[0], NULL);
    return true;
}

static bool
check_continuity(const struct held *held, const struct prov_trustlist *list, bool force)
{
    struct prov_error err;
    for (size_t i = 0; i < held->count; i++) {
        if (prov_trustlist_follows(held->lists[i], list, &err) == PROV_OK)
            continue;
        if (!force) {
            cli_fail(held->paths[i], &err);
            return false;
        }
        cli_warn(held->paths[i], "%s", err.text);
    }
    return true;
}

/* Refused, but by force only told. */
static bool
refuse(const char *path, bool force, const char *what, const char *mend)
{
    if (force)
        cli_warn(path, "%s", what);
    else
        cli_error(path, "%s; %s", what, mend);
    return force;
}

/* Phones that ask for signed files are not told by the way to take any. */
static bool
check_signs_files(const struct held *held, const struct prov_trustlist *list, bool force)
{
    for (size_t i = 0; i < held->count; i++)
        if (list_release_of(held->lists[i], list) == LIST_LETS_GO &&
            !refuse(held->paths[i], force,
                    "phones that hold it ask for signed files, and with the new list, which names "
                    "no certificate for them, would take any file and any list from anybody",
                    "give --tftp or --ccm-tftp, or --force to let the phones go"))
            return false;
    return true;
}

/* A first list may be so. */
static void
warn_first(const char *path, const struct held *held, const struct prov_trustlist *list)
{
    if (held->count == 0 && list_release_of(NULL, list) == LIST_FIRST_WITHOUT)
        cli_warn(path, "it names nobody who may sign files: %s; %s",
                 list_rule_words(LIST_NO_TFTP)->why, list_rule_words(LIST_NO_TFTP)->mend);
}

struct rules {
    const char *path;
    bool force, kept;
};

static void
check_rule(void *context, enum list_rule rule, const char *what)
{
    struct rules *rules = context;
    const struct rule_words *words = list_rule_words(rule);
    char text[1024];
    if (strcmp(words->severity, RULE_FAILS) != 0 || rule == LIST_NAME) /* --filename says that */
        return;
    snprintf(text, sizeof text, "%s: %s", what, words->why);
    if (!refuse(rules->path, rules->force, text, words->mend))
        rules->kept = false;
}

static bool
check_rules(const char *path, const struct prov_trustlist *list, bool force)
{
    struct rules rules = {path, force, true};
    list_rules_check(list, path, (int64_t)time(NULL), UINT32_MAX, check_rule, &rules);
    return rules.kept;
}

/* The old list's timestamp, or the file's where there is none to be read. */
static bool
keep_old(const char *path, const struct prov_trustlist *old)
{
    struct prov_error err;
    struct stat status;
    char suffix[32];
    char *kept = NULL;
    int64_t timestamp = old != NULL ? prov_trustlist_timestamp(old) : -1;
    if (timestamp < 0 && stat(path, &status) != 0) {
        cli_error(path, "cannot look at it: %s", strerror(errno));
        return false;
    }
    snprintf(suffix, sizeof suffix, "%lld",
             timestamp >= 0 ? (long long)timestamp : (long long)status.st_mtim.tv_sec);
    if (prov_file_keep(path, suffix, &kept, &err) != PROV_OK) {
        cli_fail(path, &err);
        return false;
    }
    cli_warn(path, "the old list is kept as %s", kept);
    free(kept);
    return true;
}

static bool
publish(const char *path, struct prov_span bytes)
{
    struct prov_error err;
    int rc = prov_file_write(path, PUBLIC_MODE, bytes.data, bytes.len, &err);
    if (rc != PROV_OK)
        cli_fail(path, &err);
    return rc == PROV_OK;
}

static bool
replace(const struct tlvfile *run, const struct held *held, const struct prov_trustlist *list)
{
    const char *path = run->files[0];
    bool force = run->common.force;
    return check_continuity(held, list, force) && check_signs_files(held, list, force) &&
           check_rules(path, list, force) &&
           (!force || !held->output_exists || keep_old(path, held->output)) &&
           publish(path, prov_trustlist_bytes(list));
}

static bool
build_and_publish(const struct tlvfile *run, const struct prov_trustlist_plan *plan,
                  struct prov_signing *how, const struct held *held)
{
    const char *path = run->files[0];
    struct prov_error err;
    struct prov_bytes *bytes = NULL;
    struct prov_trustlist *list = NULL;
    int64_t clock = how->timestamp;
    if (is_current(plan, how, held))
        return true;
    const struct prov_trustlist *const *lists = (const struct prov_trustlist *const *)held->lists;
    int rc = prov_trustlist_next_timestamp(lists, held->count, clock, (int64_t)time(NULL),
                                           &how->timestamp, &err);
    if (rc == PROV_E_CONTINUITY && run->common.force) {
        struct prov_error overridden = err;
        rc = prov_trustlist_next_timestamp(lists, held->count, clock, UINT32_MAX, &how->timestamp,
                                           &err);
        if (rc == PROV_OK)
            cli_warn(path, "%s", overridden.text);
    }
    if (rc == PROV_OK)
        rc = build_list(plan, how, &bytes, &list, &err);
    if (rc != PROV_OK)
        cli_fail(path, &err);
    bool done = rc == PROV_OK && replace(run, held, list);
    if (done) {
        warn_first(path, held, list);
        prov_trustlist_plan_warnings(plan, (int64_t)time(NULL), warn_entry, run->files[0]);
    }
    prov_trustlist_free(list);
    prov_bytes_free(bytes);
    return done;
}

static const char *
signer_path(const struct tlvfile *run)
{
    size_t i = 0;
    while (run->entries[i].role != PROV_ROLE_SAST) /* check_usage saw one */
        i++;
    return run->entries[i].path;
}

/* Under the folder's lock: of two runs at once, the second must see what the first published. */
static bool
decide_and_publish(const struct tlvfile *run, const struct prov_trustlist_plan *plan,
                   struct prov_signing *how)
{
    struct prov_error err;
    struct held held = {0};
    int lock = -1;
    if (prov_file_lock(run->files[0], &lock, &err) != PROV_OK) {
        cli_fail(run->files[0], &err);
        return false;
    }
    bool done = load_held(run, how->signer, &held) && keep_layout(run, &held, &how->layout) &&
                build_and_publish(run, plan, how, &held);
    close(lock);
    for (size_t i = 0; i < held.count; i++)
        prov_trustlist_free(held.lists[i]);
    free(held.generic_path);
    return done;
}

int
tlvfile_build(const struct tlvfile *run)
{
    const struct prov_identity *signer = NULL;
    struct prov_signing how;
    struct prov_trustlist_entry *entries = load_entries(run, &signer);
    if (entries == NULL)
        return CLI_FAILED;
    struct prov_trustlist_plan plan = make_plan(run, entries);
    int status = cli_signing(&run->common, signer_path(run), signer, &how);
    cli_finish_before_signals();
    if (status == CLI_DONE && !decide_and_publish(run, &plan, &how))
        status = CLI_FAILED;
    free_entries(entries, run->count);
    return status;
}
