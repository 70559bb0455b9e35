/* SPDX-License-Identifier: MIT */
/* The file at hand: how it is asked for, and what the listener hears of it. */
#include "provcheck/phone/internal.h"

#include <stdarg.h>
#include <stdio.h>

static const char *const step_names[STEP_KINDS] = {
    [STEP_ACCEPTED] = "accepted", [STEP_ABSENT] = "absent",   [STEP_FALLBACK] = "fallback",
    [STEP_WARNING] = "warning",   [STEP_REFUSED] = "refused", [STEP_STATUS] = "status",
};

const char *
step_kind_name(enum step_kind kind)
{
    return step_names[kind];
}

const struct load *
boot_load(const struct boot *boot)
{
    const struct load *load = load_find(boot->config.load);
    if (load == NULL)
        load = boot->phone->load;
    if (load == NULL && boot->phone->family->usual_load != NULL)
        load = load_find(boot->phone->family->usual_load);
    return load;
}

bool
boot_asks_signed(const struct boot *boot)
{
    switch (boot->at->kind) {
    case FILE_CTL:
    case FILE_ITL:
    case FILE_ITL_COMMON:
    case FILE_LOAD: /* has the vendor's signature */
        return false;
    default:
        return boot->encrypted || trust_signs_files(boot->trust);
    }
}

PROV_PRINTF(3, 0)
static void
tell(struct boot *boot, enum step_kind kind, const char *format, va_list arguments)
{
    char text[PROV_ERROR_TEXT_MAX + 200];
    bool asking = boot->transport < boot->transport_count;
    const struct step step = {
        .kind = kind,
        .file = boot->name,
        .via = asking ? fetch_transport_name(boot->transports[boot->transport]) : "",
        .text = text,
    };
    vsnprintf(text, sizeof text, format, arguments);
    if (boot->phone->listener != NULL)
        boot->phone->listener(boot->phone->context, &step);
}

void
boot_say(struct boot *boot, enum step_kind kind, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    tell(boot, kind, format, arguments);
    va_end(arguments);
}

void
boot_stop(struct boot *boot, enum boot_result result, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    tell(boot, STEP_REFUSED, format, arguments);
    va_end(arguments);
    boot->result = result;
}
