/* SPDX-License-Identifier: MIT */
/* Reads bytes as a configuration, and makes its stub. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

static const char declaration[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<device>\n";

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct prov_deviceconfig *config = NULL;
    struct prov_bytes *stub = NULL;
    struct prov_error err;
    if (prov_deviceconfig_read(data, len, &config, &err) != PROV_OK) {
        fuzz_require(strchr(err.text, '\n') == NULL, "a message is one line");
        return 0;
    }
    if (prov_deviceconfig_stub(config, "00112233445566778899aabbccddeeff", &stub, NULL) ==
        PROV_OK) {
        struct prov_span text = prov_bytes_span(stub);
        fuzz_require(text.len > sizeof declaration &&
                         memcmp(text.data, declaration, sizeof declaration - 1) == 0,
                     "a stub starts with declaration and root");
    }
    prov_bytes_free(stub);
    prov_deviceconfig_free(config);
    return 0;
}
