/* SPDX-License-Identifier: MIT */
/* What tools say on stderr: one line each, fit for a terminal and for a log. */
#include "cli/program.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define LINE_MAX_LEN 4096

PROV_PRINTF(3, 0)
static void
say(const char *file, const char *kind, const char *format, va_list arguments)
{
    char text[LINE_MAX_LEN], shown_text[LINE_MAX_LEN], shown_file[LINE_MAX_LEN];
    fflush(stdout); /* what was found so far comes first */
    vsnprintf(text, sizeof text, format, arguments);
    prov_printable(text, strlen(text), shown_text, sizeof shown_text);
    if (file == NULL) {
        fprintf(stderr, "%s: %s%s\n", program_invocation_short_name, kind, shown_text);
        return;
    }
    prov_printable(file, strlen(file), shown_file, sizeof shown_file);
    fprintf(stderr, "%s: %s: %s%s\n", program_invocation_short_name, shown_file, kind, shown_text);
}

int
cli_error(const char *file, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say(file, "", format, arguments);
    va_end(arguments);
    return CLI_FAILED;
}

void
cli_warn(const char *file, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say(file, "warning: ", format, arguments);
    va_end(arguments);
}

int
cli_fail(const char *file, const struct prov_error *err)
{
    return cli_error(file, "%s", err->text);
}

const char *
cli_mend(const struct prov_error *err, const char *otherwise)
{
    bool denied = err->code == PROV_E_SYSTEM && (err->sys == EACCES || err->sys == EPERM);
    return denied ? "run this as a user who may read it" : otherwise;
}

const char *
cli_day(int64_t seconds, char out[static CLI_DAY_SIZE])
{
    time_t time = (time_t)seconds;
    struct tm day;
    if (gmtime_r(&time, &day) == NULL || strftime(out, CLI_DAY_SIZE, "%Y-%m-%d", &day) == 0)
        snprintf(out, CLI_DAY_SIZE, "an unknown day");
    return out;
}

int
cli_usage(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say(NULL, "", format, arguments);
    va_end(arguments);
    return CLI_USAGE;
}
