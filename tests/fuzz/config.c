/* SPDX-License-Identifier: MIT */
/* Configurations judged: what the library reads is never said to be malformed, and what is said is
 * one line. */
#include "tests/fuzz/fuzz.h"

#include "checks/config.h"
#include "checks/names.h"

#include <stdlib.h>
#include <string.h>

static void
see(void *context, const struct check_finding *finding)
{
    bool *malformed = context;
    *malformed = *malformed || finding->rule == CHECK_MALFORMED;
    for (const char *at = finding->what; *at != '\0'; at++)
        fuzz_require((unsigned char)*at >= 0x20 && *at != 0x7f, "what is said can be shown");
}

static const struct dictionary *
shared_dictionary(void)
{
    static struct dictionary *dictionary;
    struct prov_bytes *bytes = NULL;
    if (dictionary != NULL)
        return dictionary;
    fuzz_require(prov_file_read("share/prov/elements.tsv", 1024 * 1024, &bytes, NULL) == PROV_OK &&
                     dictionary_of(prov_bytes_span(bytes), "", &dictionary, NULL) == PROV_OK,
                 "there is a dictionary");
    prov_bytes_free(bytes);
    return dictionary;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    const struct config_context about = {.dictionary = shared_dictionary(),
                                         .owner = CONFIG_OF_PHONE};
    struct prov_deviceconfig *config = NULL;
    bool malformed = false;
    char name[256];
    config_check((struct prov_span){data, len}, &about, see, &malformed);
    bool read = prov_deviceconfig_read(data, len, &config, NULL) == PROV_OK;
    fuzz_require(!read || !malformed, "what can be read is not malformed");
    prov_deviceconfig_free(config);

    size_t name_len = len < sizeof name - 1 ? len : sizeof name - 1;
    memcpy(name, data, name_len);
    name[name_len] = '\0';
    (void)name_oddity(name);
    return 0;
}
