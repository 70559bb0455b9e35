/* SPDX-License-Identifier: MIT */
/* Reads bytes as a dial template. */
#include "checks/dial_template.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    dial_template_check((struct prov_span){data, len}, fuzz_take_finding, NULL);
    return 0;
}
