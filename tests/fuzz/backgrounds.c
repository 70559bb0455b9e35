/* SPDX-License-Identifier: MIT */
/* Reads bytes as a list of pictures, and, from their beginning, as each picture that it names. */
#include "checks/backgrounds.h"
#include "checks/png.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

static bool
find(void *context, const char *name, struct served *out)
{
    const struct prov_span *bytes = context;
    (void)name;
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
    struct png_size size = {0};
    bool png = png_read(data, len, &size);
    fuzz_require(png || (size.width == 0 && size.height == 0), "no size without a picture");
    fuzz_require(png_other_kind(data, len) != NULL, "other pictures have a kind");
    backgrounds_check(xml, "Desktops/320x212x16/List.xml", &files, note, NULL);
    return 0;
}
