/* SPDX-License-Identifier: MIT */
/* What can be wrong with a file that phones parse, as a table. */
#ifndef CHECKS_RULES_H
#define CHECKS_RULES_H

#include "tree/list_rules.h"

enum check_rule {
    /* any file that phones parse */
    CHECK_MALFORMED,
    CHECK_ROOT,
    CHECK_ROOT_DEFAULT,
    CHECK_PLACEHOLDER,
    CHECK_NAME,

    /* elements of a configuration */
    CHECK_ELEMENT_UNKNOWN,
    CHECK_ELEMENT_MISSPELT,
    CHECK_ELEMENT_CASE,
    CHECK_ELEMENT_PLACE,
    CHECK_ELEMENT_TWICE,
    CHECK_ELEMENT_FAMILY,
    CHECK_VALUE,
    CHECK_VALUE_ON_OFF,
    CHECK_VALUE_LENGTH,

    /* elements that must fit one another */
    CHECK_NO_SERVER,
    CHECK_SERVER_PORTS,
    CHECK_NO_LINE,
    CHECK_LINE_LACKS,
    CHECK_LINE_BUTTON,
    CHECK_PROXY,
    CHECK_TRANSPORT,
    CHECK_SECURITY_MODE,
    CHECK_TLS_TIME,
    CHECK_CAPF,
    CHECK_LOAD_NAME,
    CHECK_LOAD_PROTOCOL,
    CHECK_LOAD_FAMILY,
    CHECK_SSH_PASSWORD,

    /* firmware */
    CHECK_LOAD_INCOMPLETE,
    CHECK_LOAD_MODEL,
    CHECK_LOAD_FILE,

    /* languages and tones */
    CHECK_LOCALE_FILE,

    /* lists of rings */
    CHECK_RING_ROOT,
    CHECK_RING_COUNT,
    CHECK_RING_NAME,
    CHECK_RING_TONE,

    /* backgrounds */
    CHECK_BACKGROUND_COUNT,
    CHECK_BACKGROUND_ITEM,
    CHECK_BACKGROUND_IMAGE,
    CHECK_BACKGROUND_FOLDER,

    /* dial templates */
    CHECK_DIAL_ROOT,
    CHECK_DIAL_RULE,
    CHECK_DIAL_SIZE,
    CHECK_DIAL_REST,

    CHECK_RULES /* how many there are */
};

const struct rule_words *check_rule_words(enum check_rule rule);

#endif
