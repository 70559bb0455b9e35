/* SPDX-License-Identifier: MIT */
/* A site: settings, keys and copies of it, and provbuild's runs. */
#include "tests/oracle/site.h"

#include "ledger/ledger.h"

#include <prov.h>

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <dirent.h>

static const char *const part_names[SITE_PARTS] = {"archive", "tree", "var"};

/* --- programs */

#define ARGUMENTS_MAX 24

/* What it printed, as far as there is room, and its status as from wait(2). */
static int
run_program(char *const *arguments, char *const *environment, char *said, size_t size)
{
    int ends[2], status = 0;
    pid_t pid = 0;
    size_t have = 0;
    posix_spawn_file_actions_t actions;
    if (pipe2(ends, O_CLOEXEC) != 0 || posix_spawn_file_actions_init(&actions) != 0 ||
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0) != 0 ||
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1) != 0 ||
        posix_spawn_file_actions_adddup2(&actions, ends[1], 2) != 0)
        die("no pipe: %s", strerror(errno));
    int rc = posix_spawn(&pid, arguments[0], &actions, NULL, arguments, environment);
    if (rc != 0)
        die("%s: %s", arguments[0], strerror(rc));
    close(ends[1]);
    for (char buffer[4096];;) {
        ssize_t got = read(ends[0], buffer, sizeof buffer);
        if (got <= 0)
            break;
        size_t taken = (size_t)got < size - 1 - have ? (size_t)got : size - 1 - have;
        memcpy(said + have, buffer, taken);
        have += taken;
    }
    said[have] = '\0';
    close(ends[0]);
    posix_spawn_file_actions_destroy(&actions);
    if (waitpid(pid, &status, 0) != pid)
        die("%s: %s", arguments[0], strerror(errno));
    return status;
}

/* --- keys */

static void
make_key(const struct site_tools *tools, const char *kind, int number)
{
    char program[PATH_SIZE], file[PATH_SIZE], common[64], date[64], said[4096];
    snprintf(common, sizeof common, "%s %d", kind, number);
    snprintf(date, sizeof date, "SOURCE_DATE_EPOCH=%lld", (long long)SITE_FIRST_DAY);
    char *arguments[] = {path_to(program, tools->programs, "mkcert"),
                         "--common",
                         common,
                         "--organization",
                         "Oracle",
                         "--unit",
                         "Voice",
                         "--years",
                         "40",
                         "--bits",
                         "1024", /* which are made soon, and every phone takes them */
                         path_to(file, tools->pool, "%s-%d.pem", kind, number),
                         NULL};
    char *environment[] = {"LC_ALL=C", date, NULL};
    if (run_program(arguments, environment, said, sizeof said) != 0)
        die("mkcert: %s", said);
}

/* The certificate alone: the last part of the file that mkcert writes, or the first. */
static void
cut_out_certificate(const struct site_tools *tools, const char *kind, int number)
{
    char path[PATH_SIZE], text[16384];
    FILE *file = fopen(path_to(path, tools->pool, "%s-%d.pem", kind, number), "re");
    size_t len = file != NULL ? fread(text, 1, sizeof text - 1, file) : 0;
    text[len] = '\0';
    const char *start = strstr(text, "-----BEGIN CERTIFICATE-----");
    char *end = start != NULL ? strstr(start, "-----END CERTIFICATE-----\n") : NULL;
    if (file == NULL || fclose(file) != 0 || end == NULL)
        die("%s holds no certificate", path);
    end[strlen("-----END CERTIFICATE-----\n")] = '\0';
    file_write(path_to(path, tools->pool, "%s-%d.crt", kind, number), start);
}

void
site_make_pool(const struct site_tools *tools)
{
    folder_make(tools->pool);
    for (int i = 0; i < SITE_SASTS; i++)
        make_key(tools, "sast", i);
    for (int i = 0; i < SITE_RECOVERIES; i++) {
        make_key(tools, "recovery", i);
        cut_out_certificate(tools, "recovery", i);
    }
    for (int i = 0; i < SITE_SIGNERS; i++)
        make_key(tools, "signer", i);
    for (int i = 0; i < SITE_SERVICES; i++)
        make_key(tools, "service", i);
}

/* Certificates without keys are always there; keys as KIND-NUMBER.pem. */
void
site_lay_key(const struct site *site, const char *kind, int number)
{
    char from[PATH_SIZE], to[PATH_SIZE];
    path_to(from, site->tools->pool, "%s-%d.pem", kind, number);
    path_to(to, site->folder, "keys/%s-%d.pem", kind, number);
    if (link(from, to) != 0 && errno != EEXIST)
        die("%s: %s", to, strerror(errno));
}

void
site_take_key(const struct site *site, const char *kind, int number)
{
    char path[PATH_SIZE];
    if (unlink(path_to(path, site->folder, "keys/%s-%d.pem", kind, number)) != 0)
        die("%s: %s", path, strerror(errno));
}

bool
site_has_key(const struct site *site, const char *kind, int number)
{
    char path[PATH_SIZE];
    return file_exists(path_to(path, site->folder, "keys/%s-%d.pem", kind, number));
}

/* --- the site */

void
site_begin(struct site *site, const struct site_tools *tools, const char *folder)
{
    static const char *const folders[] = {"source", "tree", "archive", "var", "keys"};
    char from[PATH_SIZE], to[PATH_SIZE];
    *site = (struct site){.tools = tools, .now = SITE_FIRST_DAY + 86400};
    snprintf(site->folder, sizeof site->folder, "%s", folder);
    folder_make(folder);
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        folder_make(path_to(to, folder, "%s", folders[i]));
    for (int i = 0; i < SITE_RECOVERIES; i++) {
        path_to(from, tools->pool, "recovery-%d.crt", i);
        if (link(from, path_to(to, folder, "keys/recovery-%d.crt", i)) != 0)
            die("%s: %s", to, strerror(errno));
    }
    for (int i = 0; i < SITE_SERVICES; i++)
        site_lay_key(site, "service", i);
}

void
site_add_phone(const struct site *site, const char *name)
{
    char path[PATH_SIZE];
    file_write(path_to(path, site->folder, "source/%s.cnf.xml", name),
               "<device><loadInformation>SIP42</loadInformation></device>\n");
}

/* --- settings */

static void
put_list(FILE *file, const struct site_settings *settings, const char *section, const char *title,
         unsigned services)
{
    fprintf(file, "%s%s%s%s { version = \"1.1\"\n", section, title != NULL ? " \"" : "",
            title != NULL ? title : "", title != NULL ? "\"" : "");
    fprintf(file, "    sast = { keys/sast-%d.pem, %s }\n", settings->sast, settings->recovery);
    fprintf(file, "    ccm-tftp = { keys/signer-%d.pem", settings->signer);
    if (settings->signer_too >= 0)
        fprintf(file, ", keys/signer-%d.pem", settings->signer_too);
    fprintf(file, " }\n");
    for (int i = 0; i < SITE_SERVICES; i++)
        if ((services & 1U << i) != 0)
            fprintf(file, "    app-server += keys/service-%d.pem\n", i);
    fprintf(file, "}\n");
}

void
site_write_settings(const struct site *site)
{
    static const char *const sections[] = {"ctl", "trust"};
    char path[PATH_SIZE];
    const struct site_settings *settings = &site->wanted;
    FILE *file = fopen(path_to(path, site->folder, "prov.conf"), "we");
    if (file == NULL)
        die("%s: %s", path, strerror(errno));
    fprintf(file, "paths { source = source tftpboot = tree archive = archive%s }\n",
            settings->ledger ? " ledger = var/ledger" : "");
    fprintf(file, "sign { certificate = keys/signer-%d.pem }\n", settings->signer);
    for (int kind = 0; kind < 2; kind++) {
        if (settings->lists[kind])
            put_list(file, settings, sections[kind], NULL, settings->services);
        for (int i = 0; i < SITE_OWN; i++)
            if ((settings->own[kind] & 1U << i) != 0)
                put_list(file, settings, sections[kind], site->own[i], ~settings->services);
    }
    if (fclose(file) != 0)
        die("%s: %s", path, strerror(errno));
}

bool
site_drop_own_lists(const struct site *site)
{
    static const char *const kinds[] = {"CTL", "ITL"};
    char path[PATH_SIZE];
    bool dropped = false;
    for (int kind = 0; kind < 2; kind++)
        for (int i = 0; i < SITE_OWN; i++)
            if ((site->wanted.own[kind] & 1U << i) == 0 &&
                unlink(path_to(path, site->folder, "tree/%s%s.tlv", kinds[kind], site->own[i])) ==
                    0)
                dropped = true;
    return dropped;
}

/* --- which lists were published */

static uint64_t
digest_file(const char *path)
{
    uint64_t digest = UINT64_C(14695981039346656037); /* FNV-1a */
    FILE *file = fopen(path, "re");
    for (int c; file != NULL && (c = fgetc(file)) != EOF;)
        digest = (digest ^ (uint64_t)c) * UINT64_C(1099511628211);
    if (file != NULL)
        (void)fclose(file);
    return digest;
}

static void
learn(struct site *site, uint64_t digest)
{
    for (size_t i = 0; i < site->list_count; i++)
        if (site->lists[i] == digest)
            return;
    if (site->list_count == SITE_LISTS_MAX)
        die("more than %d lists", SITE_LISTS_MAX);
    site->lists[site->list_count++] = digest;
}

/* A file of the tree that is a list, or a copy of one. */
static void
learn_folder(struct site *site, const char *name)
{
    char path[PATH_SIZE], file[PATH_SIZE];
    DIR *folder = opendir(path_to(path, site->folder, "%s", name));
    for (struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;)
        if (entry->d_name[0] != '.' && strstr(entry->d_name, ".tlv") != NULL)
            learn(site, digest_file(path_to(file, path, "%s", entry->d_name)));
    if (folder != NULL)
        closedir(folder);
}

static void
learn_lists(struct site *site)
{
    size_t before = site->list_count;
    learn_folder(site, "tree");
    learn_folder(site, "tree/.ladder");
    for (int part = 0; part < SITE_PARTS; part++) /* who knew all knows these, too */
        if (site->known[part] == before)
            site->known[part] = site->list_count;
}

/* --- runs */

static enum site_outcome
outcome_of(int status, int kill_before)
{
    if (WIFSIGNALED(status))
        return WTERMSIG(status) == SIGKILL && kill_before > 0 ? SITE_KILLED : SITE_BROKEN;
    if (WEXITSTATUS(status) == 0)
        return SITE_DONE;
    return WEXITSTATUS(status) <= 2 ? SITE_REFUSED : SITE_BROKEN;
}

static void
show_run(const struct site *site, int64_t clock, int kill_before, const char *const *options,
         int status)
{
    fprintf(stderr, "    @%lld provbuild%s", (long long)clock, site->older ? " (older)" : "");
    for (size_t i = 0; options[i] != NULL; i++)
        fprintf(stderr, " %s", options[i]);
    if (kill_before > 0)
        fprintf(stderr, ", killed before call %d", kill_before);
    if (WIFSIGNALED(status))
        fprintf(stderr, ": signal %d\n", WTERMSIG(status));
    else
        fprintf(stderr, ": exit code %d\n", WEXITSTATUS(status));
    fputs(site->said, stderr);
}

enum site_outcome
site_run(struct site *site, int64_t clock, int kill_before, const char *const *options)
{
    char program[PATH_SIZE], settings[PATH_SIZE], tree[PATH_SIZE];
    char preload[PATH_SIZE + 16], now[64], end[64];
    const char *programs = site->older ? site->tools->older : site->tools->programs;
    char *arguments[ARGUMENTS_MAX] = {path_to(program, programs, "provbuild"), "--config",
                                      path_to(settings, site->folder, "prov.conf"), "--jobs", "1"};
    snprintf(preload, sizeof preload, "LD_PRELOAD=%s", site->tools->fate);
    snprintf(now, sizeof now, "ORACLE_CLOCK=%lld", (long long)clock);
    snprintf(end, sizeof end, "ORACLE_KILL=%d", kill_before);
    char *environment[] = {"LC_ALL=C", "ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0",
                           preload,    now,
                           end,        NULL};
    size_t count = 5;
    for (size_t i = 0; options[i] != NULL && count < ARGUMENTS_MAX - 1; i++)
        arguments[count++] = (char *)(uintptr_t)options[i];
    int status = run_program(arguments, environment, site->said, sizeof site->said);
    for (int part = 0; part < SITE_PARTS; part++)
        folder_date(path_to(tree, site->folder, "%s", part_names[part]), SITE_FIRST_DAY, clock);
    learn_lists(site);
    if (site->verbose)
        show_run(site, clock, kill_before, options, status);
    site->older = false;
    return outcome_of(status, kill_before);
}

/* --- damage */

/* One of the lists, rungs or the table; false if there is none. */
static bool
choose_file(const struct site *site, uint64_t lot, char out[static PATH_SIZE])
{
    char path[PATH_SIZE];
    size_t count = 0;
    const char *folder_name = lot % 4 == 0 ? "tree" : "tree/.ladder";
    DIR *folder = opendir(path_to(path, site->folder, "%s", folder_name));
    for (struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;)
        if (entry->d_name[0] != '.' && strstr(entry->d_name, ".xml") == NULL &&
            (lot >> 8) % ++count == 0)
            path_to(out, path, "%s", entry->d_name);
    if (folder != NULL)
        closedir(folder);
    return count > 0;
}

static void
lead_elsewhere(const struct site *site)
{
    char ladder[PATH_SIZE], elsewhere[PATH_SIZE];
    path_to(ladder, site->folder, "tree/.ladder");
    path_to(elsewhere, site->folder, "elsewhere");
    if (!file_exists(elsewhere))
        folder_make(elsewhere);
    if (file_exists(ladder)) {
        folder_empty(ladder);
        if (rmdir(ladder) != 0 && unlink(ladder) != 0)
            die("%s: %s", ladder, strerror(errno));
    }
    if (symlink(elsewhere, ladder) != 0)
        die("%s: %s", ladder, strerror(errno));
}

void
site_mend(struct site *site)
{
    char path[PATH_SIZE];
    (void)unlink(path_to(path, site->folder, "tree/.ladder")); /* fails for folders */
    (void)unlink(site->damaged);
    site->damaged[0] = '\0'; /* once */
}

void
site_damage(struct site *site, uint64_t lot)
{
    char *path = site->damaged;
    if (lot % 11 == 0) {
        lead_elsewhere(site);
        if (site->verbose)
            fprintf(stderr, "    tree/.ladder leads elsewhere\n");
    } else if (choose_file(site, lot, path)) {
        if (site->verbose)
            fprintf(stderr, "    %s is %s\n", path, lot % 3 == 0 ? "cut off" : "gone");
        if ((lot % 3 == 0 ? truncate(path, (off_t)(lot % 700)) : unlink(path)) != 0)
            die("%s: %s", path, strerror(errno));
    }
}

/* --- lists by hand, and what is lost by itself */

static bool
choose_archived(const struct site *site, uint64_t lot, char out[static PATH_SIZE])
{
    char path[PATH_SIZE];
    size_t count = 0;
    DIR *folder = opendir(path_to(path, site->folder, "archive"));
    for (struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;)
        if (strstr(entry->d_name, ".tlv.") != NULL && lot % ++count == 0)
            path_to(out, path, "%s", entry->d_name);
    if (folder != NULL)
        closedir(folder);
    return count > 0;
}

bool
site_put_older(struct site *site, uint64_t lot, bool respelt)
{
    char from[PATH_SIZE], name[PATH_SIZE];
    struct prov_bytes *content = NULL;
    struct prov_error err;
    if (!choose_archived(site, lot, from))
        return false;
    snprintf(name, sizeof name, "%s", strrchr(from, '/') + 1);
    strstr(name, ".tlv.")[strlen(".tlv")] = '\0';
    for (char *c = name; respelt && *c != '\0'; c++)
        *c = (char)tolower((unsigned char)*c);
    path_to(site->damaged, site->folder, "tree/%s", name);
    if (prov_file_read(from, 1 << 16, &content, &err) != PROV_OK)
        return false; /* cut off before */
    struct prov_span bytes = prov_bytes_span(content);
    if (prov_file_write(site->damaged, 0644, bytes.data, bytes.len, &err) != PROV_OK)
        die("%s: %s", site->damaged, err.text);
    prov_bytes_free(content);
    if (site->verbose)
        fprintf(stderr, "    %s stands as %s\n", from, name);
    if (!respelt)
        site->damaged[0] = '\0';
    return true;
}

bool
site_lose_record(struct site *site, const char *file)
{
    char path[PATH_SIZE];
    return unlink(path_to(path, site->folder, "archive/%s", file)) == 0;
}

void
site_lose_ladder(struct site *site)
{
    char path[PATH_SIZE];
    path_to(path, site->folder, "tree/.ladder");
    if (file_exists(path))
        folder_empty(path);
    if (rmdir(path) != 0 && errno != ENOENT)
        die("%s: %s", path, strerror(errno));
    site->known[SITE_TREE] = 0;
}

/* --- what the ledger knows */

struct knowing {
    const struct site *site;
    bool more;
};

static bool
stands_in(const struct site *site, const char *name, const uint8_t *sha256)
{
    char path[PATH_SIZE], file[PATH_SIZE];
    bool stands = false;
    DIR *folder = opendir(path_to(path, site->folder, "%s", name));
    for (struct dirent *entry; folder != NULL && !stands && (entry = readdir(folder)) != NULL;) {
        struct prov_bytes *content = NULL;
        struct prov_hash hash;
        if (strstr(entry->d_name, ".tlv") == NULL ||
            prov_file_read(path_to(file, path, "%s", entry->d_name), 1 << 16, &content, NULL) !=
                PROV_OK)
            continue;
        struct prov_span bytes = prov_bytes_span(content);
        stands = prov_digest(PROV_SHA256, bytes.data, bytes.len, &hash, NULL) == PROV_OK &&
                 memcmp(hash.value, sha256, hash.len) == 0;
        prov_bytes_free(content);
    }
    if (folder != NULL)
        closedir(folder);
    return stands;
}

static bool
know_list(void *context, const struct ledger_list *list)
{
    struct knowing *knowing = context;
    knowing->more = !stands_in(knowing->site, "archive", list->sha256) &&
                    !stands_in(knowing->site, "tree", list->sha256) &&
                    !stands_in(knowing->site, "tree/.ladder", list->sha256);
    return !knowing->more;
}

bool
site_ledger_knows_more(const struct site *site)
{
    struct knowing knowing = {.site = site};
    struct ledger *ledger = NULL;
    char path[PATH_SIZE];
    path_to(path, site->folder, "var/ledger");
    if (!site->wanted.ledger || ledger_open(path, LEDGER_READ, &ledger, NULL) != PROV_OK)
        return false;
    if (ledger_each_list(ledger, know_list, &knowing, NULL) != PROV_OK)
        knowing.more = false;
    ledger_close(ledger);
    return knowing.more;
}

/* --- copies */

void
site_back_up(struct site *site, int number)
{
    char from[PATH_SIZE], backup[PATH_SIZE], to[PATH_SIZE];
    path_to(backup, site->folder, "backup-%d", number);
    if (site->backups[number].made)
        folder_empty(backup);
    else
        folder_make(backup);
    for (int part = 0; part < SITE_PARTS; part++) {
        folder_make(path_to(to, backup, "%s", part_names[part]));
        folder_copy(path_to(from, site->folder, "%s", part_names[part]), to);
    }
    site->backups[number].made = true;
    site->backups[number].settings = site->accepted;
    memcpy(site->backups[number].known, site->known, sizeof site->known);
}

void
site_set_back(struct site *site, enum site_part part, int number)
{
    char from[PATH_SIZE], to[PATH_SIZE];
    folder_empty(path_to(to, site->folder, "%s", part_names[part]));
    if (number >= 0)
        folder_copy(path_to(from, site->folder, "backup-%d/%s", number, part_names[part]), to);
    site->known[part] = number >= 0 ? site->backups[number].known[part] : 0;
}
