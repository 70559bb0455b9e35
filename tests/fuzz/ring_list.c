/* SPDX-License-Identifier: MIT */
/* Reads bytes as a list of rings, and, from their beginning, as each tone that it names. */
#include "checks/ring_list.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct prov_span xml = {data, len};
    const struct served_files files = {fuzz_find, &xml};
    ring_list_check(xml, false, &files, fuzz_take_finding, NULL);
    ring_list_check(xml, true, &files, fuzz_take_finding, NULL);
    return 0;
}
