/* SPDX-License-Identifier: MIT */
/* Reads bytes as a load list, and asks for what it names. */
#include "checks/loads.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

/* Every other file is there. */
static bool
find(void *context, const char *name, struct served *out)
{
    size_t *asked = context;
    fuzz_require(*name != '\0' && strchr(name, '/') == NULL, "a name is one of a file");
    *out = (struct served){.size = *asked % 3};
    return (*asked)++ % 2 == 0;
}

static void
note(void *context, const struct check_finding *finding)
{
    (void)context;
    fuzz_require(finding->line > 0 && strchr(finding->what, '\n') == NULL,
                 "a finding is one line about one");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct loads loads = {0};
    size_t asked = 0;
    const struct served_files files = {find, &asked};
    const struct prov_span file = {data, len};
    bool read = loads_read(file, &loads, NULL) == PROV_OK;
    fuzz_require(!read || (loads.count > 0 && loads.count <= LOADS_FILES_MAX),
                 "a list names some files");
    loads_check(file, &files, note, NULL);
    fuzz_require(asked == loads.count, "each file is asked for once");
    loads_free(&loads);
    return 0;
}
