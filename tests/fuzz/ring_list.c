/* SPDX-License-Identifier: MIT */
/* Reads bytes as a list of rings, and, from their beginning, as each tone that it names. */
#include "checks/ring_list.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

static bool
find(void *context, const char *name, struct served *out)
{
    const struct prov_span *bytes = context;
    fuzz_require(*name != '\0', "a tone has a name");
    *out = (struct served){.size = bytes->len};
    out->start_len = bytes->len < sizeof out->start ? bytes->len : sizeof out->start;
    memcpy(out->start, bytes->data, out->start_len);
    return true;
}

static void
note(void *context, const struct check_finding *finding)
{
    (void)context;
    fuzz_require(finding->what[0] != '\0', "a finding says what");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct prov_span xml = {data, len};
    const struct served_files files = {find, &xml};
    ring_list_check(xml, false, &files, note, NULL);
    ring_list_check(xml, true, &files, note, NULL);
    return 0;
}
