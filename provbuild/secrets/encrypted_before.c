/* SPDX-License-Identifier: MIT */
#include "provbuild/secrets/encrypted_before.h"

#include "provbuild/run/lines.h"

#include "ledger/ledger.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RECORD_FILE "encrypted-phones"
#define RECORD_MODE 0644

static const char *const words[] = {
    [EVIDENCE_CLEAR] = "clear",
    [EVIDENCE_ENCRYPTED] = "encrypted",
    [EVIDENCE_UNKNOWN] = "unknown",
};

/* --- phones */

/* Where the phone is, or belongs. */
static size_t
place_of(const struct evidence *evidence, const struct prov_mac *phone, bool *there)
{
    size_t low = 0, high = evidence->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(evidence->at[middle].phone.text, phone->text) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *there = low < evidence->count && strcmp(evidence->at[low].phone.text, phone->text) == 0;
    return low;
}

enum evidence_state
evidence_of(const struct evidence *evidence, const struct prov_mac *phone)
{
    bool there = false;
    size_t place = place_of(evidence, phone, &there);
    return there ? evidence->at[place].state : EVIDENCE_NONE;
}

bool
evidence_closed(const struct evidence *evidence, const struct prov_mac *phone)
{
    enum evidence_state state = evidence_of(evidence, phone);
    return state == EVIDENCE_ENCRYPTED || state == EVIDENCE_UNKNOWN;
}

int
evidence_note(struct evidence *evidence, const struct prov_mac *phone, enum evidence_state state,
              struct prov_error *err)
{
    bool there = false;
    size_t place = place_of(evidence, phone, &there);
    if (state == (there ? evidence->at[place].state : EVIDENCE_NONE))
        return PROV_OK;
    if (!there && evidence->count == evidence->room) {
        size_t room = evidence->room > 0 ? 2 * evidence->room : 64;
        struct evidence_phone *at = reallocarray(evidence->at, room, sizeof *at);
        if (at == NULL)
            return prov_fail(err, PROV_E_MEMORY, "out of memory");
        evidence->at = at;
        evidence->room = room;
    }
    if (!there) {
        memmove(evidence->at + place + 1, evidence->at + place,
                (evidence->count - place) * sizeof *evidence->at);
        evidence->count++;
    }
    evidence->at[place] = (struct evidence_phone){*phone, state};
    evidence->changed = true;
    return PROV_OK;
}

void
evidence_release(struct evidence *evidence)
{
    free(evidence->at);
    *evidence = (struct evidence){0};
}

/* --- the record */

static int
take_line(void *context, char *line, struct prov_error *err)
{
    struct evidence *evidence = context;
    struct prov_mac phone;
    char *word = strchr(line, ' ');
    if (word != NULL)
        *word++ = '\0';
    if (word != NULL && prov_mac_of_file(line, "", "", &phone))
        for (int state = EVIDENCE_CLEAR; state <= EVIDENCE_UNKNOWN; state++)
            if (strcmp(word, words[state]) == 0)
                return evidence_note(evidence, &phone, (enum evidence_state)state, err);
    return prov_fail(err, PROV_E_FORMAT, "nobody knows what '%.40s' means there", line);
}

int
evidence_read(const struct run *run, bool lost, struct evidence *out, struct prov_error *err)
{
    const struct settings *settings = run->settings;
    struct prov_error why = {.code = PROV_OK};
    bool missing = false;
    *out = (struct evidence){.lost = lost && settings->devices != NULL};
    if (settings->archive == NULL)
        return PROV_OK;
    char *path = run_path(settings->archive, RECORD_FILE, "");
    if (path == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    int rc = lines_read(path, take_line, out, &missing, &why);
    out->recorded = !missing;
    out->lost = out->lost && missing;
    out->changed = missing && settings->devices != NULL;
    if (rc != PROV_OK)
        rc = prov_fail(err, rc,
                       "%s: it says which phones were encrypted, but: %s; put the right one back "
                       "from the backup, or, without one, remove it while the tree stands: it is "
                       "made anew from that",
                       path, why.text);
    free(path);
    return rc;
}

static void
put_lines(const void *context, FILE *to)
{
    const struct evidence *evidence = context;
    fputs("# Phones whose configuration was published encrypted: without --force SEP<MAC> none of\n"
          "# them goes back to clear text. Written by provbuild; not to be edited.\n",
          to);
    for (size_t i = 0; i < evidence->count; i++)
        if (evidence->at[i].state != EVIDENCE_NONE)
            fprintf(to, "SEP%s %s\n", evidence->at[i].phone.text, words[evidence->at[i].state]);
}

int
evidence_write(const struct run *run, struct evidence *evidence, struct prov_error *err)
{
    const char *archive = run->settings->archive;
    struct prov_error why = {.code = PROV_OK};
    if (archive == NULL || !evidence->changed || run->dry_run)
        return PROV_OK;
    char *path = run_path(archive, RECORD_FILE, "");
    if (path == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    int rc = lines_write(path, RECORD_MODE, put_lines, evidence, &why);
    if (rc == PROV_OK)
        evidence->changed = false;
    else
        prov_fail(err, rc,
                  "%s cannot be written (%s), so nobody would remember which phones were "
                  "encrypted, and no file is built",
                  path, why.text);
    free(path);
    return rc;
}

/* --- the ledger */

struct reading {
    struct evidence *seen;
    struct prov_error *err;
    int rc;
};

static bool
note_delivery(void *context, const struct ledger_entry *entry)
{
    struct reading *reading = context;
    struct prov_mac phone;
    if (prov_mac_of_file(entry->file, "", ".cnf.xml.enc.sgn", &phone))
        reading->rc = evidence_note(reading->seen, &phone, EVIDENCE_ENCRYPTED, reading->err);
    return reading->rc == PROV_OK;
}

int
evidence_from_ledger(const struct run *run, struct evidence *seen, struct prov_error *err)
{
    struct ledger *ledger = NULL;
    struct prov_error why = {.code = PROV_OK};
    struct reading reading = {seen, err, PROV_OK};
    *seen = (struct evidence){0};
    if (run->settings->ledger == NULL)
        return PROV_OK;
    int rc = ledger_open(run->settings->ledger, LEDGER_READ, &ledger, &why);
    if (rc == PROV_E_SYSTEM && why.sys == ENOENT)
        return PROV_OK;
    if (rc == PROV_OK)
        rc = ledger_each_delivery(ledger, NULL, note_delivery, &reading, &why);
    ledger_close(ledger);
    if (rc != PROV_OK)
        return prov_fail(err, rc, "the ledger %s: %s", run->settings->ledger, why.text);
    return reading.rc;
}
