/* SPDX-License-Identifier: MIT */
/* The file of ladders that were published with --force: a line for each of their lists. */
#include "provbuild/publish/known_lost.h"

#include "cli/array.h"
#include "cli/lines.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FORCED_FILE "forced-lists"
#define FORCED_MODE 0640
#define WORDS 4 /* in a line */
#define FOR_ALL "all"

static const char *const kinds[LIST_KINDS] = {[LIST_CTL] = "CTL", [LIST_ITL] = "ITL"};

static bool
concerns(const struct known_rung *rung, const struct prov_mac *phone)
{
    return phone != NULL ? rung->for_one && phone_same(&rung->phone, phone) : !rung->for_one;
}

static int
add(struct known_lost *known, const struct known_rung *rung, struct prov_error *err)
{
    struct known_rung *at = array_room(known->at, known->count, sizeof *at);
    if (at == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    known->at = at;
    at[known->count++] = *rung;
    return PROV_OK;
}

static void
drop(struct known_lost *known, const struct prov_mac *phone)
{
    size_t kept = 0;
    for (size_t i = 0; i < known->count; i++)
        if (!concerns(&known->at[i], phone))
            known->at[kept++] = known->at[i];
    known->count = kept;
}

static int64_t
newest_of(const struct ladder_lists *lists)
{
    int64_t newest = 0;
    for (enum ladder_kind kind = 0; kind < LADDER_KINDS; kind++)
        for (size_t i = 0; i < lists->count[kind]; i++)
            newest = lists->at[kind][i].time > newest ? lists->at[kind][i].time : newest;
    return newest;
}

int
known_lost_put(struct known_lost *known, const struct prov_mac *phone,
               const struct ladder_lists *rungs, const struct ladder_lists *held,
               struct prov_error *err)
{
    const int64_t of_held = newest_of(held), of_rungs = newest_of(rungs);
    const int64_t until = of_held > of_rungs ? of_held : of_rungs;
    int rc = PROV_OK;
    drop(known, phone);
    for (enum list_kind kind = 0; kind < LIST_KINDS; kind++)
        for (size_t i = 0; rc == PROV_OK && i < rungs->count[ladder_kind_of(kind)]; i++) {
            struct known_rung rung = {.for_one = phone != NULL, .kind = kind, .until = until};
            if (phone != NULL)
                rung.phone = *phone;
            memcpy(rung.sha256, rungs->at[ladder_kind_of(kind)][i].sha256, sizeof rung.sha256);
            rc = add(known, &rung, err);
        }
    return rc;
}

void
known_lost_release(struct known_lost *known)
{
    free(known->at);
    *known = (struct known_lost){0};
}

/* --- as lists */

static bool
knows(const struct known_lost *known, const struct prov_mac *phone)
{
    for (size_t i = 0; i < known->count; i++)
        if (concerns(&known->at[i], phone))
            return true;
    return false;
}

int
known_lost_ladder(const struct known_lost *known, const struct prov_mac *phone,
                  struct published *published, const struct prov_identity *proof,
                  struct ladder_known *out, struct values *room, struct prov_error *err)
{
    struct rungs rungs[LIST_KINDS] = {{0}, {0}};
    const struct rungs *const found[LIST_KINDS] = {&rungs[0], &rungs[1]};
    const struct rungs *const none[LIST_KINDS] = {NULL, NULL};
    bool whole = true;
    *out = (struct ladder_known){.until = INT64_MIN};
    *room = (struct values){.room = {NULL}};
    if (phone != NULL && !knows(known, phone))
        phone = NULL;
    int rc = known->count > 0 ? published_index(published, err) : PROV_OK;
    for (size_t i = 0; rc == PROV_OK && i < known->count; i++) {
        struct rungs *to = &rungs[known->at[i].kind];
        if (!concerns(&known->at[i], phone))
            continue;
        const struct past_list *past = published_find(published, known->at[i].sha256);
        whole = whole && past != NULL && to->count < LADDER_RUNGS_MAX;
        out->until = known->at[i].until;
        if (whole)
            to->at[to->count++] = past->list;
    }
    if (rc == PROV_OK)
        rc = values_of_rungs(whole ? found : none, proof, room, err);
    out->rungs = room->lists;
    return rc;
}

/* --- on the disk */

static bool
take_time(const char *text, int64_t *out)
{
    char *end = NULL;
    errno = 0;
    *out = strtoll(text, &end, 10);
    return errno == 0 && end != text && *end == '\0';
}

/* all|SEP<MAC> CTL|ITL SHA256 TIME */
static int
take_line(void *context, char *line, struct prov_error *err)
{
    struct known_rung rung = {.for_one = true};
    char *words[WORDS] = {NULL}, *rest = line;
    size_t count = 0, len = 0;
    for (char *word; count < WORDS && (word = strtok_r(rest, " ", &rest)) != NULL;)
        words[count++] = word;
    if (count < WORDS || strtok_r(rest, " ", &rest) != NULL)
        return prov_fail(err, PROV_E_FORMAT, "it does not have four words");
    rung.for_one = strcmp(words[0], FOR_ALL) != 0;
    rung.kind = strcmp(words[1], kinds[LIST_CTL]) == 0 ? LIST_CTL : LIST_ITL;
    if ((rung.for_one && !prov_mac_of_file(words[0], "", "", &rung.phone)) ||
        strcmp(words[1], kinds[rung.kind]) != 0 ||
        !prov_hex_read(words[2], rung.sha256, sizeof rung.sha256, &len) ||
        len != sizeof rung.sha256 || !take_time(words[3], &rung.until))
        return prov_fail(err, PROV_E_FORMAT, "it names no phone, kind, digest and time");
    return add(context, &rung, err);
}

int
known_lost_read(const char *archive, struct known_lost *out, struct prov_error *err)
{
    bool missing = false;
    char *path = run_path(archive, FORCED_FILE, "");
    *out = (struct known_lost){0};
    if (path == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    int rc = lines_read(path, take_line, out, &missing, NULL);
    free(path);
    if (rc == PROV_E_MEMORY)
        return prov_fail(err, rc, "out of memory");
    if (rc != PROV_OK)
        known_lost_release(out);
    return PROV_OK;
}

static void
put_lines(const void *context, FILE *to)
{
    const struct known_lost *known = context;
    fputs("# Lists that were published with --force: who cannot follow them is known to be lost.\n",
          to);
    for (size_t i = 0; i < known->count; i++) {
        const struct known_rung *rung = &known->at[i];
        char hex[PROV_HEX_SIZE(LIST_SHA256_LEN)], name[PHONE_NAME_SIZE] = FOR_ALL;
        if (rung->for_one)
            phone_name(&rung->phone, name);
        fprintf(to, "%s %s %s %lld\n", name, kinds[rung->kind],
                prov_hex(rung->sha256, sizeof rung->sha256, hex, sizeof hex),
                (long long)rung->until);
    }
}

int
known_lost_write(const char *archive, const struct known_lost *known, struct prov_error *err)
{
    char *path = run_path(archive, FORCED_FILE, "");
    if (path == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    int rc = lines_write(path, FORCED_MODE, put_lines, known, err);
    free(path);
    return rc;
}
