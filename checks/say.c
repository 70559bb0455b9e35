/* SPDX-License-Identifier: MIT */
/* Words for a finding. */
#include "checks/say.h"

#include <stdarg.h>
#include <stdio.h>

#define WHAT_MAX 512

void
check_say(const struct check_told *told, enum check_rule rule, unsigned line, const char *format,
          ...)
{
    char what[WHAT_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    const struct check_finding finding = {
        .rule = rule, .severity = check_rule_words(rule)->severity, .line = line, .what = what};
    told->report(told->context, &finding);
}
