/* SPDX-License-Identifier: MIT */
/* Evidence as sentences. */
#include "provcheck/why/internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void
why_say(char evidence[static WHY_EVIDENCE_MAX], const char *format, ...)
{
    size_t used = strlen(evidence);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(evidence + used, WHY_EVIDENCE_MAX - used, format, arguments);
    va_end(arguments);
}

void
why_say_asked(char evidence[static WHY_EVIDENCE_MAX], const struct why_request *request)
{
    char time[WHY_TIME_SIZE];
    why_say(evidence, "it asked for %s at %s over %s from %s", request->asked,
            why_time_text(request->time, time), request->transport, request->address);
}

bool
why_lists_sign(const struct why_facts *facts)
{
    return facts->lists[TRUST_CTL].signs_files || facts->lists[TRUST_ITL].signs_files;
}
