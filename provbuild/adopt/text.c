/* SPDX-License-Identifier: MIT */
/* Text of the settings, as --adopt writes it. */
#include "provbuild/adopt/internal.h"

#include <string.h>

void
adopt_quote(FILE *text, const char *value)
{
    fputc('"', text);
    for (; *value != '\0'; value++) {
        if (strchr("\"\\$", *value) != NULL)
            fputc('\\', text);
        fputc(*value, text);
    }
    fputc('"', text);
}
