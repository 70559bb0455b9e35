/* SPDX-License-Identifier: MIT */
/* The file of proofs: a line for each phone and kind of list, and one for each list that was
 * published again. */
#include "provbuild/fleet/proofs.h"

#include "cli/array.h"
#include "cli/lines.h"
#include "cli/program.h"
#include "provbuild/lists/records.h"
#include "provbuild/run/run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PROOFS_MODE 0640
#define WORDS_MAX 5 /* in a line */

static const char *const hows[] = {
    [PROOF_SEEN] = "seen", [PROOF_SIGNED] = "signed", [PROOF_FORGOTTEN] = "forgotten"};

/* --- in memory */

static int
compare(const void *a, const void *b)
{
    const struct proof *x = a, *y = b;
    int order = strcmp(x->phone.text, y->phone.text);
    return order != 0 ? order : (int)x->kind - (int)y->kind;
}

int
proofs_put(struct proofs *proofs, const struct proof *proof, struct prov_error *err)
{
    bool there = false;
    size_t place = array_place(proof, proofs->at, proofs->count, sizeof *proof, compare, &there);
    struct proof *at = proofs->at;
    if (!there)
        at = array_open(at, proofs->count, place, sizeof *at);
    if (at == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    proofs->at = at;
    proofs->count += there ? 0 : 1;
    at[place] = *proof;
    return PROV_OK;
}

bool
proofs_lack_again(const struct proofs *proofs, const char *file, int64_t now)
{
    int64_t noted = 0;
    for (size_t i = 0; i < proofs->again_count; i++)
        if (strcmp(proofs->again[i].file, file) == 0)
            noted = proofs->again[i].time;
    for (size_t i = 0; i < proofs->count; i++) {
        const struct proof *proof = &proofs->at[i];
        if (proof->how == PROOF_FORGOTTEN ? proof->time >= noted && proof->time < now
                                          : proof->time > noted)
            return true;
    }
    return false;
}

int
proofs_note_again(struct proofs *proofs, const char *file, int64_t time, struct prov_error *err)
{
    struct proof_again again = {.time = time};
    for (size_t i = 0; i < proofs->again_count; i++)
        if (strcmp(proofs->again[i].file, file) == 0) {
            proofs->again[i].time = time;
            return PROV_OK;
        }
    struct proof_again *at = reallocarray(proofs->again, proofs->again_count + 1, sizeof *at);
    if (at == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    snprintf(again.file, sizeof again.file, "%s", file);
    proofs->again = at;
    at[proofs->again_count++] = again;
    return PROV_OK;
}

void
proofs_release(struct proofs *proofs)
{
    free(proofs->at);
    free(proofs->again);
    *proofs = (struct proofs){0};
}

/* --- reading */

static bool
take_time(const char *text, int64_t *out)
{
    char *end = NULL;
    errno = 0;
    long long time = strtoll(text, &end, 10);
    *out = time;
    return errno == 0 && end != text && *end == '\0' && time > 0;
}

/* A file of the archive: of which kind of list. */
static bool
take_file(const char *text, char out[static INVENTORY_NAME_SIZE], enum list_kind *kind)
{
    *kind = strncmp(text, "CTL", 3) == 0 ? LIST_CTL : LIST_ITL;
    return snprintf(out, INVENTORY_NAME_SIZE, "%s", text) < INVENTORY_NAME_SIZE &&
           (*kind == LIST_CTL || strncmp(text, "ITL", 3) == 0) && strstr(text, ".tlv.") != NULL &&
           strchr(text, '/') == NULL;
}

static bool
take_sha256(const char *text, uint8_t out[static LIST_SHA256_LEN])
{
    size_t len = 0;
    return prov_hex_read(text, out, LIST_SHA256_LEN, &len) && len == LIST_SHA256_LEN;
}

static bool
take_how(const char *text, enum proof_how *out)
{
    for (size_t i = 0; i < sizeof hows / sizeof hows[0]; i++)
        if (strcmp(text, hows[i]) == 0) {
            *out = (enum proof_how)i;
            return true;
        }
    return false;
}

/* HOW SEP<MAC> FILE SHA256 TIME, or: again FILE TIME */
static int
take_line(void *context, char *line, struct prov_error *err)
{
    struct proofs *proofs = context;
    struct proof proof = {.time = 0};
    struct proof_again again;
    enum list_kind kind;
    char *words[WORDS_MAX + 1], *rest = line;
    size_t count = 0;
    if (record_take_written(line, &proofs->written))
        return PROV_OK;
    for (char *word; count <= WORDS_MAX && (word = strtok_r(rest, " ", &rest)) != NULL;)
        words[count++] = word;
    if (count == 5 && take_how(words[0], &proof.how) &&
        prov_mac_of_file(words[1], "", "", &proof.phone) &&
        take_file(words[2], proof.file, &proof.kind) && take_sha256(words[3], proof.sha256) &&
        take_time(words[4], &proof.time))
        return proofs_put(proofs, &proof, err);
    if (count == 3 && strcmp(words[0], "again") == 0 && take_file(words[1], again.file, &kind) &&
        take_time(words[2], &again.time))
        return proofs_note_again(proofs, again.file, again.time, err);
    return prov_fail(err, PROV_E_FORMAT, "nobody knows what '%.40s' and what follows it mean there",
                     count > 0 ? words[0] : "");
}

int
proofs_read(const char *archive, struct proofs *out, struct prov_error *err)
{
    struct prov_error why = {.code = PROV_OK};
    char *path = run_path(archive, inventory_file_of(INVENTORY_PROVEN), "");
    bool missing = false;
    *out = (struct proofs){0};
    if (path == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    int rc = lines_read(path, take_line, out, &missing, &why);
    if (rc != PROV_OK)
        rc = prov_fail(
            err, rc, "%s: it says which phones are proven to hold which list, but: %s; %s", path,
            why.text,
            cli_mend(&why, "put the right one back from the backup, or, without one, "
                           "remove it, and give --accept-archive: then each phone may hold any "
                           "list again"));
    free(path);
    return rc;
}

/* --- writing */

static void
put_lines(const void *context, FILE *to)
{
    const struct proofs *proofs = context;
    fputs("# What phones are proven to hold (provbuild --status). Not to be edited.\n", to);
    record_put_written(to, proofs->written);
    for (size_t i = 0; i < proofs->count; i++) {
        const struct proof *proof = &proofs->at[i];
        char hex[PROV_HEX_SIZE(LIST_SHA256_LEN)];
        fprintf(to, "%s SEP%s %s %s %lld\n", hows[proof->how], proof->phone.text, proof->file,
                prov_hex(proof->sha256, sizeof proof->sha256, hex, sizeof hex),
                (long long)proof->time);
    }
    for (size_t i = 0; i < proofs->again_count; i++)
        fprintf(to, "again %s %lld\n", proofs->again[i].file, (long long)proofs->again[i].time);
}

int
proofs_write(const char *archive, struct proofs *proofs, struct prov_error *err)
{
    char *path = run_path(archive, inventory_file_of(INVENTORY_PROVEN), "");
    if (path == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    int rc = PROV_OK;
    if (proofs->count + proofs->again_count > 0 && !lines_same(path, put_lines, proofs)) {
        proofs->written++;
        rc = lines_write(path, PROOFS_MODE, put_lines, proofs, err);
    }
    free(path);
    return rc;
}
