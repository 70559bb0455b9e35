/* SPDX-License-Identifier: MIT */
/* What a run says, as text or as one JSON object. */
#include "provbuild/run/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct report {
    struct cli_report *json; /* NULL: text */
    bool plans;
    size_t faults;
    size_t changes;
};

struct report *
report_new(bool json, bool plans)
{
    struct report *report = calloc(1, sizeof *report);
    if (report == NULL)
        return NULL;
    report->plans = plans;
    if (json && (report->json = cli_report_new(true)) == NULL) {
        free(report);
        return NULL;
    }
    return report;
}

void
report_free(struct report *report)
{
    if (report == NULL)
        return;
    cli_report_free(report->json);
    free(report);
}

static void
add_name(struct cli_report *json, const char *label, const char *name)
{
    cli_report_name(json, label, (struct prov_span){(const uint8_t *)name, strlen(name)});
}

void
report_change(struct report *report, enum report_change change, const char *file,
              const char *reason, const char *remark)
{
    static const struct {
        const char *did, *would, *action;
    } words[] = {
        [REPORT_WROTE] = {"wrote", "would write", "write"},
        [REPORT_REMOVED] = {"removed", "would remove", "remove"},
        [REPORT_PROVED] = {"proved", "would prove", "prove"},
        [REPORT_FORGOT] = {"forgot", "would forget", "forget"},
    };
    char shown[PROV_PRINTABLE_SIZE(1024)];
    report->changes++;
    if (report->json == NULL) {
        printf("%s %s: %s%s%s\n", report->plans ? words[change].would : words[change].did,
               prov_printable(file, strlen(file), shown, sizeof shown), reason,
               remark != NULL ? "; " : "", remark != NULL ? remark : "");
        return;
    }
    cli_report_open(report->json, "changes", true);
    cli_report_text(report->json, "action", words[change].action);
    add_name(report->json, "file", file);
    cli_report_text(report->json, "reason", reason);
    if (remark != NULL)
        cli_report_text(report->json, "remark", remark);
    cli_report_close(report->json);
}

static void
add_finding(struct report *report, const char *list, const char *place, const char *text)
{
    if (report->json == NULL)
        return;
    cli_report_open(report->json, list, true);
    if (place != NULL)
        add_name(report->json, "place", place);
    add_name(report->json, "text", text);
    cli_report_close(report->json);
}

void
report_fault(struct report *report, const char *place, const char *text)
{
    report->faults++;
    cli_error(place, "%s", text);
    add_finding(report, "faults", place, text);
}

void
report_warning(struct report *report, const char *place, const char *text)
{
    cli_warn(place, "%s", text);
    add_finding(report, "warnings", place, text);
}

size_t
report_faults(const struct report *report)
{
    return report->faults;
}

void
report_fatal(struct report *report, bool json, const char *text)
{
    cli_error(NULL, "%s", text);
    struct cli_report *fresh = json && report == NULL ? cli_report_new(true) : NULL;
    struct cli_report *out = report != NULL ? report->json : fresh;
    if (out != NULL) {
        add_name(out, "error", text);
        if (!cli_report_print(out))
            cli_error(NULL, "out of memory");
    }
    cli_report_free(fresh);
}

bool
report_print(struct report *report, size_t current)
{
    if (report->json == NULL)
        return true;
    cli_report_flag(report->json, "dry run", report->plans);
    cli_report_number(report->json, "current", current, "", NULL);
    cli_report_number(report->json, "changed", report->changes, "", NULL);
    cli_report_number(report->json, "failed", report->faults, "", NULL);
    return cli_report_print(report->json);
}
