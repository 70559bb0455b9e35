/* SPDX-License-Identifier: MIT */
/* What the fuzz targets share. */
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

void
fuzz_require(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "not true of this input: %s\n", what);
    abort();
}

struct prov_identity *
fuzz_identity(const char *file, unsigned need)
{
    char path[256];
    struct prov_identity *identity = NULL;
    snprintf(path, sizeof path, "%s/vectors/pem/%s", TEST_DATA, file);
    int rc = prov_identity_load(path, need, NULL, NULL, &identity, NULL);
    fuzz_require(rc == PROV_OK, "the vectors are found from the repository's root");
    return identity;
}

int
fuzz_file(const void *data, size_t len, char path[static FUZZ_PATH_MAX])
{
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    fuzz_require(fd >= 0, "memory for a file");
    fuzz_require(write(fd, data, len) == (ssize_t)len, "the file holds it all");
    fuzz_require(lseek(fd, 0, SEEK_SET) == 0, "the file goes back to its start");
    snprintf(path, FUZZ_PATH_MAX, "/proc/self/fd/%d", fd);
    return fd;
}

void
fuzz_show_field(const struct prov_field *field)
{
    char text[200];
    const char *shown = prov_printable(field->value.data, field->value.len, text, sizeof text);
    fuzz_require(strlen(shown) < sizeof text, "printable text fits its buffer");
    for (const char *c = shown; *c != '\0'; c++)
        fuzz_require((unsigned char)*c >= 0x20 && *c != 0x7f, "printable text has no controls");
}

void
fuzz_show_header(const struct prov_header *header)
{
    struct prov_span bytes = prov_header_bytes(header);
    fuzz_require(bytes.len == prov_header_len(header), "a header is as long as its bytes");
    for (size_t i = 0; i < prov_header_count(header); i++) {
        const struct prov_field *field = prov_header_at(header, i);
        fuzz_require(field->offset < bytes.len, "a field starts in its header");
        fuzz_require(field->value.len <= bytes.len - field->offset, "a field ends in its header");
        fuzz_show_field(field);
        (void)prov_tag_name(field->tag);
    }
    (void)prov_header_padding(header);
    (void)prov_header_is_firmware(header);
}

bool
fuzz_find(void *context, const char *name, struct served *out)
{
    const struct prov_span *bytes = context;
    (void)name;
    *out = (struct served){.size = bytes->len};
    out->start_len = bytes->len < sizeof out->start ? bytes->len : sizeof out->start;
    memcpy(out->start, bytes->data, out->start_len);
    return true;
}

void
fuzz_take_finding(void *context, const struct check_finding *finding)
{
    (void)context;
    fuzz_require(finding->what[0] != '\0', "a finding says what");
}
