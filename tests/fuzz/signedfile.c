/* SPDX-License-Identifier: MIT */
/* Reads bytes as a signed file, verifies and strips it. */
#include "tests/fuzz/fuzz.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static struct prov_identity *signer;

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    signer = fuzz_identity("asterisk.pem", PROV_NEED_CERTIFICATE);
    return 0;
}

/* In memory and as a stream a file must mean the same. */
static void
verify(const uint8_t *data, size_t len, const char *path)
{
    struct prov_header *header = NULL;
    struct prov_signedfile *file = NULL;
    int whole = prov_header_read(data, len, &header, NULL);
    int opened = prov_signedfile_open(path, &file, NULL);
    fuzz_require(whole == opened, "both ways read the same");
    if (whole == PROV_OK) {
        size_t header_len = prov_header_len(header);
        struct prov_span content = {data + header_len, len - header_len};
        fuzz_show_header(header);
        fuzz_require(prov_signedfile_content_len(file) == content.len, "the content is the rest");
        fuzz_require(prov_header_verify(header, content, signer, NULL) ==
                         prov_signedfile_verify(file, signer, NULL),
                     "both ways verify the same");
        (void)prov_header_names_issuer(header, signer);
    }
    prov_header_free(header);
    prov_signedfile_free(file);
}

static void
strip(const uint8_t *data, size_t len, int in)
{
    char path[FUZZ_PATH_MAX];
    size_t header_len = 0;
    int out = fuzz_file("", 0, path);
    if (prov_signedfile_strip(in, out, NULL) == PROV_OK) {
        struct stat status;
        fuzz_require(prov_header_length(data, len, &header_len, NULL) == PROV_OK,
                     "what is stripped has a header");
        fuzz_require(fstat(out, &status) == 0 && (size_t)status.st_size == len - header_len,
                     "the header alone is gone");
    }
    close(out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    char path[FUZZ_PATH_MAX];
    struct prov_fifthgen container;
    struct prov_span content;
    int in = fuzz_file(data, len, path);
    verify(data, len, path);
    strip(data, len, in);
    if (prov_fifthgen_read(path, &container, NULL) == PROV_OK) {
        fuzz_require(prov_fifthgen_detect(path), "what is read was detected");
        fuzz_require(strnlen(container.name, sizeof container.name) < sizeof container.name,
                     "the name ends");
        fuzz_require(prov_fifthgen_content(data, len, &content, NULL) == PROV_OK &&
                         content.len == container.payload_len,
                     "in memory it is the same");
    }
    close(in);
    return 0;
}
