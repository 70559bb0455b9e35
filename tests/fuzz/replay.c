/* SPDX-License-Identifier: MIT */
/* Runs a fuzz target over the files of the folders named, without libFuzzer: a test per file. */
#include "tests/fuzz/fuzz.h"

#include <ftw.h>
#include <stdio.h>

#pragma weak LLVMFuzzerInitialize

#define INPUT_MAX (4 * 1024 * 1024)
#define FOLDERS_MAX 8 /* open at once */

static unsigned tests;

static int
replay(const char *path, const struct stat *status, int type, struct FTW *ftw)
{
    (void)status, (void)ftw;
    struct prov_bytes *input = NULL;
    struct prov_error err;
    if (type != FTW_F)
        return 0;
    tests++;
    if (prov_file_read(path, INPUT_MAX, &input, &err) != PROV_OK) {
        printf("not ok %u - %s: %s\n", tests, path, err.text);
        return 0;
    }
    struct prov_span bytes = prov_bytes_span(input);
    LLVMFuzzerTestOneInput(bytes.len > 0 ? bytes.data : (const uint8_t *)"", bytes.len);
    prov_bytes_free(input);
    printf("ok %u - %s\n", tests, path);
    return 0;
}

int
main(int argc, char **argv)
{
    if (LLVMFuzzerInitialize != NULL)
        LLVMFuzzerInitialize(&argc, &argv);
    for (int i = 1; i < argc; i++) {
        if (nftw(argv[i], replay, FOLDERS_MAX, FTW_PHYS) != 0) {
            fprintf(stderr, "%s: cannot walk through it\n", argv[i]);
            return 1;
        }
    }
    printf("1..%u\n", tests);
    return 0;
}
