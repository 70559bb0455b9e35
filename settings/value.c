/* SPDX-License-Identifier: MIT */
/* What all kinds of values need: texts and paths as they are kept, and words about bad ones. */
#include "settings/internal.h"

#include <prov/identity.h>
#include <prov/text.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int
settings__no_memory(struct prov_error *err)
{
    return prov_fail(err, PROV_E_MEMORY, "out of memory");
}

struct settings_quoted
settings__quoted(const char *text)
{
    struct settings_quoted quoted = {""};
    prov_printable(text, strlen(text), quoted.text, sizeof quoted.text);
    return quoted;
}

int
settings__blame(struct prov_error *err, const char *format, ...)
{
    char place[PROV_ERROR_TEXT_MAX / 2];
    struct prov_error why = *err;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(place, sizeof place, format, arguments);
    va_end(arguments);
    prov_fail(err, why.code, "%s: %s", place, why.text);
    err->sys = why.sys;
    return why.code;
}

int
settings__copy_text(const char *text, char **out, struct prov_error *err)
{
    if (text[0] == '\0')
        return prov_fail(err, PROV_E_ARGUMENT, "an empty value; leave the option out instead");
    *out = strdup(text);
    return *out != NULL ? PROV_OK : settings__no_memory(err);
}

int
settings__copy_path(const char *folder, const char *text, char **out, struct prov_error *err)
{
    if (folder == NULL || text[0] == '/' || text[0] == '\0')
        return settings__copy_text(text, out, err);
    char *joined = NULL;
    if (asprintf(&joined, "%s/%s", folder, text) < 0)
        return settings__no_memory(err);
    *out = joined;
    return PROV_OK;
}

int
settings__copy_key(const char *folder, const char *text, char **out, struct prov_error *err)
{
    if (!prov_identity_is_uri(text))
        return settings__copy_path(folder, text, out, err);
    if (strcasestr(text, "pin-value") != NULL)
        return prov_fail(err, PROV_E_ARGUMENT,
                         "a PIN has no place in the settings; write it into a file of mode 600, "
                         "and the URI with pin-source=/path/to/file");
    return settings__copy_text(text, out, err);
}

void
settings__replace(char **text, char *by)
{
    free(*text);
    *text = by;
}
