/* SPDX-License-Identifier: MIT */
/* Lines about elements: what can be read can be searched, and finds itself. */
#include "tests/fuzz/fuzz.h"

#include "families/dictionary.h"

#include <string.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct dictionary *dictionary = NULL;
    struct prov_error err;
    if (dictionary_of((struct prov_span){data, len}, "lines", &dictionary, &err) != PROV_OK) {
        fuzz_require(strchr(err.text, '\n') == NULL, "a message is one line");
        return 0;
    }
    for (size_t i = 0; i < dictionary_count(dictionary); i++) {
        const struct element *element = dictionary_at(dictionary, i);
        (void)dictionary_guess(dictionary, element->path);
        (void)dictionary_in_other_case(dictionary, element->name);
        if (element->type == ELEMENT_CHOICE || element->type == ELEMENT_WORD)
            (void)dictionary_allows(dictionary, element, element->values);
        if (element->last == 0 && element->path[0] != '@')
            fuzz_require(dictionary_find(dictionary, element->path) == element,
                         "a line is found by its path");
    }
    dictionary_free(dictionary);
    return 0;
}
