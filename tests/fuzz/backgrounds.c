/* SPDX-License-Identifier: MIT */
/* Reads bytes as a list of pictures, and, from their beginning, as each picture that it names. */
#include "checks/backgrounds.h"
#include "checks/png.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct prov_span xml = {data, len};
    const struct served_files files = {fuzz_find, &xml};
    struct png_size size = {0};
    bool png = png_read(data, len, &size);
    fuzz_require(png || (size.width == 0 && size.height == 0), "no size without a picture");
    fuzz_require(png_other_kind(data, len) != NULL, "other pictures have a kind");
    backgrounds_check(xml, "Desktops/320x212x16/List.xml", &files, fuzz_take_finding, NULL);
    return 0;
}
