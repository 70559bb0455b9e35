/* SPDX-License-Identifier: MIT */
/* Which phones were ever published encrypted, by the record and by the ledger. */
#include "provbuild/secrets/encrypted_before.h"

#include "cli/lines.h"
#include "cli/program.h"

#include "ledger/ledger.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RECORD_FILE "encrypted-phones"
#define RECORD_MODE 0644

static const char *const words[] = {
    [ENCRYPTED_NO_MORE] = "clear",
    [ENCRYPTED_ONCE] = "encrypted",
    [ENCRYPTED_UNKNOWN] = "unknown",
};

/* --- phones */

enum encrypted_state
encrypted_state_of(const struct encrypted_before *encrypted, const struct prov_mac *phone)
{
    enum encrypted_state state = ENCRYPTED_STATES - 1;
    while (state > ENCRYPTED_NEVER && !phones_hold(&encrypted->in[state], phone))
        state--;
    return state;
}

bool
encrypted_may_be_secret(const struct encrypted_before *encrypted, const struct prov_mac *phone)
{
    enum encrypted_state state = encrypted_state_of(encrypted, phone);
    return state == ENCRYPTED_ONCE || state == ENCRYPTED_UNKNOWN;
}

int
encrypted_note(struct encrypted_before *encrypted, const struct prov_mac *phone,
               enum encrypted_state state, struct prov_error *err)
{
    enum encrypted_state before = encrypted_state_of(encrypted, phone);
    if (state == before)
        return PROV_OK;
    encrypted->changed = true;
    (void)phones_drop(&encrypted->in[before], phone);
    return state == ENCRYPTED_NEVER ? PROV_OK : phones_add(&encrypted->in[state], phone, err);
}

void
encrypted_release(struct encrypted_before *encrypted)
{
    for (enum encrypted_state state = 0; state < ENCRYPTED_STATES; state++)
        phones_release(&encrypted->in[state]);
}

/* --- the record */

static int
take_line(void *context, char *line, struct prov_error *err)
{
    struct encrypted_before *encrypted = context;
    struct prov_mac phone;
    char *word = strchr(line, ' ');
    if (word != NULL)
        *word++ = '\0';
    if (word != NULL && prov_mac_of_file(line, "", "", &phone))
        for (int state = ENCRYPTED_NO_MORE; state <= ENCRYPTED_UNKNOWN; state++)
            if (strcmp(word, words[state]) == 0)
                return encrypted_note(encrypted, &phone, (enum encrypted_state)state, err);
    return prov_fail(err, PROV_E_FORMAT, "nobody knows what '%.40s' means there", line);
}

int
encrypted_read(const struct run *run, bool lost, struct encrypted_before *out,
               struct prov_error *err)
{
    const struct settings *settings = run->settings;
    struct prov_error why = {.code = PROV_OK};
    bool missing = false;
    *out = (struct encrypted_before){.lost = lost && settings->devices != NULL};
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
        rc = prov_fail(
            err, rc, "%s: it says which phones were encrypted, but: %s; %s", path, why.text,
            cli_mend(&why, "put the right one back from the backup, or, without one, "
                           "remove it while the tree stands: it is made anew from that"));
    free(path);
    return rc;
}

/* The first phone, by name, that none of `next` is beyond; its state, or NEVER at the end. */
static enum encrypted_state
first_of(const struct encrypted_before *encrypted, const size_t next[static ENCRYPTED_STATES])
{
    enum encrypted_state first = ENCRYPTED_NEVER;
    for (enum encrypted_state state = ENCRYPTED_NO_MORE; state < ENCRYPTED_STATES; state++)
        if (next[state] < encrypted->in[state].count &&
            (first == ENCRYPTED_NEVER || strcmp(encrypted->in[state].at[next[state]].text,
                                                encrypted->in[first].at[next[first]].text) < 0))
            first = state;
    return first;
}

static void
put_lines(const void *context, FILE *to)
{
    const struct encrypted_before *encrypted = context;
    size_t next[ENCRYPTED_STATES] = {0};
    fputs("# Phones whose configuration was published encrypted: without --force SEP<MAC> none of\n"
          "# them goes back to clear text. Written by provbuild; not to be edited.\n",
          to);
    for (enum encrypted_state state; (state = first_of(encrypted, next)) != ENCRYPTED_NEVER;
         next[state]++)
        fprintf(to, "SEP%s %s\n", encrypted->in[state].at[next[state]].text, words[state]);
}

int
encrypted_write(const struct run *run, struct encrypted_before *encrypted, struct prov_error *err)
{
    const char *archive = run->settings->archive;
    struct prov_error why = {.code = PROV_OK};
    if (archive == NULL || !encrypted->changed || run->dry_run)
        return PROV_OK;
    char *path = run_path(archive, RECORD_FILE, "");
    if (path == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    int rc = lines_write(path, RECORD_MODE, put_lines, encrypted, &why);
    if (rc == PROV_OK)
        encrypted->changed = false;
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
    struct encrypted_before *seen;
    struct prov_error *err;
    int rc;
};

static bool
note_delivery(void *context, const struct ledger_entry *entry)
{
    struct reading *reading = context;
    struct prov_mac phone;
    if (prov_mac_of_file(entry->file, "", ".cnf.xml.enc.sgn", &phone))
        reading->rc = encrypted_note(reading->seen, &phone, ENCRYPTED_ONCE, reading->err);
    return reading->rc == PROV_OK;
}

int
encrypted_by_ledger(const struct run *run, struct encrypted_before *seen, struct prov_error *err)
{
    struct ledger *ledger = NULL;
    struct prov_error why = {.code = PROV_OK};
    struct reading reading = {seen, err, PROV_OK};
    *seen = (struct encrypted_before){0};
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
