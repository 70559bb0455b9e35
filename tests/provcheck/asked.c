/* SPDX-License-Identifier: MIT */
/* Writes requests of other times into a ledger, by the server's own writer: what a test cannot wait
 * for. usage: asked LEDGER SEP<MAC> ADDRESS NOW < LINES
 * A line: SECONDS-AGO NAME OUTCOME TRANSPORT [FILE-WHOSE-SHA256-WAS-SENT] */
#include "ledger/ledger.h"

#include <prov.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE 1024

static struct prov_error err;

static void
check(int rc)
{
    if (rc == PROV_OK)
        return;
    fprintf(stderr, "asked: %s\n", err.text);
    exit(1);
}

static enum ledger_kind
kind_of(const char *name)
{
    return strncmp(name, "ITL", 3) == 0   ? LEDGER_ITL
           : strncmp(name, "CTL", 3) == 0 ? LEDGER_CTL
           : strstr(name, ".cnf") != NULL ? LEDGER_CONFIGURATION
                                          : LEDGER_OTHER;
}

static void
take_digest(const char *path, struct ledger_record *record)
{
    struct prov_bytes *bytes = NULL;
    struct prov_hash hash;
    check(prov_file_read(path, PROV_TRUSTLIST_READ_MAX, &bytes, &err));
    struct prov_span span = prov_bytes_span(bytes);
    check(prov_digest(PROV_SHA256, span.data, span.len, &hash, &err));
    memcpy(record->sha256, hash.value, sizeof record->sha256);
    prov_bytes_free(bytes);
}

static void
write_line(struct ledger *ledger, const struct ledger_request *whose, char *line)
{
    struct ledger_record record = {.phone = whose->phone};
    struct ledger_request request = *whose;
    const char *ago = strtok(line, " \n"), *name = strtok(NULL, " \n"),
               *outcome = strtok(NULL, " \n"), *transport = strtok(NULL, " \n"),
               *file = strtok(NULL, " \n");
    if (transport == NULL) {
        fprintf(stderr, "asked: a line lacks words\n");
        exit(1);
    }
    request.time = record.time = whose->time - strtoll(ago, NULL, 10);
    record.kind = kind_of(name);
    record.delivered = strcmp(outcome, "delivered") == 0;
    snprintf(record.address, sizeof record.address, "%s", whose->address);
    snprintf(record.asked, sizeof record.asked, "%s", name);
    snprintf(record.file, sizeof record.file, "%s", record.delivered ? name : "");
    snprintf(record.transport, sizeof record.transport, "%s", transport);
    snprintf(request.asked, sizeof request.asked, "%s", name);
    snprintf(request.transport, sizeof request.transport, "%s", transport);
    snprintf(request.outcome, sizeof request.outcome, "%s", outcome);
    if (file != NULL)
        take_digest(file, &record);
    check(ledger_write(ledger, &record, 1, &err));
    check(ledger_write_requests(ledger, &request, 1, &err));
}

int
main(int argc, char **argv)
{
    struct ledger *ledger = NULL;
    struct ledger_request whose = {.bytes = 100};
    char line[LINE];
    if (argc != 5 || !prov_mac_of_file(argv[2], "", "", &whose.phone)) {
        fprintf(stderr, "usage: asked LEDGER SEP<MAC> ADDRESS NOW\n");
        return 2;
    }
    snprintf(whose.address, sizeof whose.address, "%s", argv[3]);
    whose.time = strtoll(argv[4], NULL, 10);
    check(ledger_open(argv[1], LEDGER_WRITE, &ledger, &err));
    while (fgets(line, sizeof line, stdin) != NULL)
        write_line(ledger, &whose, line);
    ledger_close(ledger);
    return 0;
}
