/* SPDX-License-Identifier: MIT */
/* The text of an element, judged by its line in the dictionary. */
#ifndef CHECKS_VALUE_H
#define CHECKS_VALUE_H

#include "checks/finding.h"
#include "families/dictionary.h"

#define VALUE_WHAT_MAX 512

struct value_fault {
    enum check_rule rule;
    const char *severity;
    char what[VALUE_WHAT_MAX]; /* holds no secret */
};

/* True if the value is one that is known, or empty, or a placeholder, which is for others to say.
 * `name` is the element's in the file. */
bool value_fits(const struct dictionary *dictionary, const struct element *element,
                const char *name, const char *text, struct value_fault *fault);

/* True if a template has still to fill this text in. */
bool value_is_placeholder(const char *text);

#endif
