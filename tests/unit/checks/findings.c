/* SPDX-License-Identifier: MIT */
/* Keeps what checks report. */
#include "tests/unit/checks/findings.h"

#include "tests/unit/support.h"

#include <stdio.h>
#include <string.h>

void
keep_finding(void *context, const struct check_finding *finding)
{
    struct kept *kept = context;
    assert_true(kept->count < KEPT_MAX);
    kept->at[kept->count].rule = finding->rule;
    kept->at[kept->count].severity = finding->severity;
    kept->at[kept->count].line = finding->line;
    kept->at[kept->count].column = finding->column;
    snprintf(kept->at[kept->count].what, sizeof kept->at[0].what, "%s", finding->what);
    kept->count++;
}

const char *
ids_of(const struct kept *kept, bool notes)
{
    static char text[1024];
    size_t len = 0;
    text[0] = '\0';
    for (size_t i = 0; i < kept->count; i++)
        if (notes || strcmp(kept->at[i].severity, RULE_NOTES) != 0)
            len += (size_t)snprintf(text + len, sizeof text - len, "%s%s", len > 0 ? " " : "",
                                    check_rule_words(kept->at[i].rule)->id);
    return text;
}

struct dictionary *
shared_dictionary(void)
{
    struct prov_bytes *bytes = NULL;
    struct dictionary *dictionary = NULL;
    struct prov_error err = {.text = ""};
    assert_int_equal(prov_file_read("share/prov/elements.tsv", 1024 * 1024, &bytes, &err), PROV_OK);
    if (dictionary_of(prov_bytes_span(bytes), "elements.tsv", &dictionary, &err) != PROV_OK)
        fail_msg("%s", err.text);
    prov_bytes_free(bytes);
    return dictionary;
}

struct kept
check_text(const char *xml)
{
    struct kept kept = {.count = 0};
    struct dictionary *dictionary = shared_dictionary();
    const struct config_context about = {.dictionary = dictionary, .owner = CONFIG_OF_PHONE};
    config_check((struct prov_span){(const uint8_t *)xml, strlen(xml)}, &about, keep_finding,
                 &kept);
    dictionary_free(dictionary);
    return kept;
}
