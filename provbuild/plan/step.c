/* SPDX-License-Identifier: MIT */
/* A step that is not to be done, and why. */
#include "provbuild/plan/step.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void
step_withhold(struct step *step, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    free(step->text);
    if (vasprintf(&step->text, format, arguments) < 0)
        step->text = NULL; /* then it is told without a reason */
    va_end(arguments);
    step->kind = STEP_WITHHOLD;
    step->parts = step->obsolete = 0;
}
