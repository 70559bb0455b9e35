/* SPDX-License-Identifier: MIT */
/* Reads bytes as a dial template. */
#include "checks/dial_template.h"
#include "tests/fuzz/fuzz.h"

static void
note(void *context, const struct check_finding *finding)
{
    (void)context;
    fuzz_require(finding->what[0] != '\0', "a finding says what");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    dial_template_check((struct prov_span){data, len}, note, NULL);
    return 0;
}
