/* SPDX-License-Identifier: MIT */
/* What a tool found, as aligned text or as JSON. */
#include "cli/report.h"
#include "cli/program.h"

#include <ctype.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LABEL_WIDTH 29
#define DEPTH_MAX 4

struct cli_report {
    json_t *objects[DEPTH_MAX]; /* JSON: the object at hand and those around it; else NULL */
    size_t depth;
    bool failed;
};

struct cli_report *
cli_report_new(bool json)
{
    struct cli_report *report = calloc(1, sizeof *report);
    if (report != NULL && json) {
        report->objects[0] = json_object();
        if (report->objects[0] == NULL) {
            free(report);
            return NULL;
        }
    }
    return report;
}

void
cli_report_free(struct cli_report *report)
{
    if (report == NULL)
        return;
    json_decref(report->objects[0]);
    free(report);
}

bool
cli_report_print(struct cli_report *report)
{
    if (report->objects[0] == NULL)
        return true;
    /* A standard output that cannot be written is cli_finish's to complain about. */
    bool printed = !report->failed &&
                   (json_dumpf(report->objects[0], stdout, JSON_INDENT(2)) == 0 || ferror(stdout));
    putchar('\n');
    json_object_clear(report->objects[0]);
    return printed;
}

int
cli_report_end(struct cli_report *report, int status)
{
    if (report == NULL)
        return cli_error(NULL, "out of memory");
    if (!cli_report_print(report))
        status = cli_error("standard output", "cannot print the report");
    cli_report_free(report);
    return status;
}

bool
cli_report_is_json(const struct cli_report *report)
{
    return report->objects[0] != NULL;
}

static void
make_key(const char *label, char *key, size_t size)
{
    size_t i = 0;
    for (; i < size - 1 && label[i] != '\0'; i++)
        key[i] = (char)(label[i] == ' ' || label[i] == '-' ? '_' : tolower(label[i]));
    key[i] = '\0';
}

/* Takes over `value`. */
static void
add(struct cli_report *report, const char *label, json_t *value)
{
    char key[64];
    make_key(label, key, sizeof key);
    if (json_object_set_new(report->objects[report->depth], key, value) != 0)
        report->failed = true;
}

static void
print(const char *label, const char *text)
{
    int pad = LABEL_WIDTH - (int)strlen(label) - 1;
    printf("%s:%*s%s\n", label, pad > 1 ? pad : 1, "", text);
}

void
cli_report_text(struct cli_report *report, const char *label, const char *text)
{
    if (cli_report_is_json(report))
        add(report, label, json_string(text));
    else
        print(label, text);
}

void
cli_report_name(struct cli_report *report, const char *label, struct prov_span name)
{
    size_t size = PROV_PRINTABLE_SIZE(name.len) + 4;
    char *text = malloc(size);
    if (text == NULL) {
        report->failed = true;
        return;
    }
    cli_report_text(report, label, prov_printable(name.data, name.len, text, size));
    free(text);
}

void
cli_report_hex(struct cli_report *report, const char *label, struct prov_span bytes)
{
    size_t size = PROV_HEX_SIZE(bytes.len);
    char *text = malloc(size);
    if (text == NULL) {
        report->failed = true;
        return;
    }
    cli_report_text(report, label, prov_hex(bytes.data, bytes.len, text, size));
    free(text);
}

void
cli_report_blob(struct cli_report *report, const char *label, struct prov_span bytes)
{
    if (cli_report_is_json(report))
        cli_report_hex(report, label, bytes);
    else
        cli_report_number(report, label, bytes.len, " bytes", NULL);
}

void
cli_report_number(struct cli_report *report, const char *label, uint64_t number, const char *unit,
                  const char *meaning)
{
    char text[64];
    if (cli_report_is_json(report)) {
        add(report, label, json_integer((json_int_t)number));
        return;
    }
    snprintf(text, sizeof text, "%llu%s", (unsigned long long)number, unit);
    if (number == 1 && unit[0] != '\0')
        text[strlen(text) - 1] = '\0'; /* 1 byte */
    print(label, meaning != NULL ? meaning : text);
}

void
cli_report_time(struct cli_report *report, const char *label, int64_t seconds)
{
    char text[128] = "beyond any calendar";
    struct tm tm;
    time_t time = (time_t)seconds;
    if (cli_report_is_json(report)) {
        add(report, label, json_integer(seconds));
        return;
    }
    if (gmtime_r(&time, &tm) != NULL)
        strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", &tm);
    print(label, text);
}

void
cli_report_flag(struct cli_report *report, const char *label, bool value)
{
    if (cli_report_is_json(report))
        add(report, label, json_boolean(value));
    else
        print(label, value ? "yes" : "no");
}

void
cli_report_warning(struct cli_report *report, const char *text)
{
    if (!cli_report_is_json(report)) {
        print("Warning", text);
        return;
    }
    json_t *object = report->objects[report->depth];
    if (json_object_get(object, "warnings") == NULL)
        add(report, "warnings", json_array());
    if (json_array_append_new(json_object_get(object, "warnings"), json_string(text)) != 0)
        report->failed = true;
}

void
cli_report_line(struct cli_report *report, const char *format, ...)
{
    va_list arguments;
    if (cli_report_is_json(report))
        return;
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
}

void
cli_report_open(struct cli_report *report, const char *label, bool compact)
{
    if (!cli_report_is_json(report)) {
        if (!compact)
            putchar('\n');
        return;
    }
    char key[64];
    json_t *around = report->objects[report->depth];
    make_key(label, key, sizeof key);
    if (json_object_get(around, key) == NULL)
        add(report, label, json_array());
    json_t *object = json_object();
    if (json_array_append_new(json_object_get(around, key), object) != 0)
        report->failed = true;
    /* After a failure nothing is printed; the object at hand only has to be a valid one. */
    report->objects[report->depth + 1] = report->failed ? around : object;
    report->depth++;
}

void
cli_report_close(struct cli_report *report)
{
    if (cli_report_is_json(report))
        report->depth--;
}

void
cli_report_verdict(struct cli_report *report, const char *verdict, const char *reason)
{
    if (!cli_report_is_json(report))
        return;
    add(report, "verdict", json_string(verdict));
    if (reason != NULL)
        add(report, "reason", json_string(reason));
}
