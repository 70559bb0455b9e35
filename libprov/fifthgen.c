/* SPDX-License-Identifier: MIT */
/* The "5th generation" container of 7800 and 8800 phones, little-endian (artifacts.md, section 5).
 *
 *   0  magic      4  header length   8  0 or 4     12  payload length   16  0
 *  20  SHA-256   52  name length    56  name, filled up with NUL to a multiple of 4, then signature
 *
 * A name whose length is such a multiple ends without NUL. The signature has 256 bytes.
 */
#include "libprov/internal.h"
#include "libprov/tlv.h"

#include <prov/signedfile.h>

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAGIC 0xab1234cdU
#define AT_HEADER_LEN 4
#define AT_PAYLOAD_LEN 12
#define AT_SHA256 20
#define AT_NAME_LEN 52
#define AT_NAME 56
#define SHA256_LEN 32
#define SIGNATURE_LEN 256
#define HEADER_MAX (AT_NAME + PROV_FIFTHGEN_NAME_MAX + SIGNATURE_LEN)
#define STEP 65536

/* Of what stands in the file's first bytes, `len` of them; the payload is not looked at. */
static int
read_header(const uint8_t *start, size_t len, struct prov_fifthgen *out, struct prov_error *err)
{
    if (len < AT_HEADER_LEN || prov__get_u32_little(start) != MAGIC)
        return prov__bad_format(err, 0, "this is no 5th generation container");
    if (len < AT_NAME)
        return prov__bad_format(err, len, "the 5th generation container ends inside its header");
    uint32_t name_len = prov__get_u32_little(start + AT_NAME_LEN);
    if (name_len > PROV_FIFTHGEN_NAME_MAX)
        return prov__bad_format(err, AT_NAME_LEN,
                                "the 5th generation container has a name of %u bytes", name_len);
    size_t wanted = AT_NAME + (name_len + 3U) / 4 * 4 + SIGNATURE_LEN;
    out->header_len = prov__get_u32_little(start + AT_HEADER_LEN);
    if (out->header_len != wanted)
        return prov__bad_format(err, AT_HEADER_LEN,
                                "the 5th generation container has a header of %u bytes, not %zu",
                                out->header_len, wanted);
    if (len < wanted)
        return prov__bad_format(err, len, "the 5th generation container ends inside its header");
    out->payload_len = prov__get_u32_little(start + AT_PAYLOAD_LEN);
    memcpy(out->name, start + AT_NAME, name_len);
    memcpy(out->stated.value, start + AT_SHA256, SHA256_LEN);
    out->stated.len = SHA256_LEN;
    return PROV_OK;
}

static int
check_payload_len(const struct prov_fifthgen *container, uint64_t len, struct prov_error *err)
{
    if (len == container->payload_len)
        return PROV_OK;
    return prov__bad_format(err, AT_PAYLOAD_LEN,
                            "the 5th generation container says %u bytes of payload, but holds %llu",
                            container->payload_len, (unsigned long long)len);
}

bool
prov_fifthgen_detect(const char *path)
{
    int fd = -1;
    uint8_t magic[4];
    size_t got = 0;
    if (prov_file_open(path, &fd, NULL) != PROV_OK)
        return false;
    int rc = prov_read_full(fd, magic, sizeof magic, &got, NULL);
    close(fd);
    return rc == PROV_OK && got == sizeof magic && prov__get_u32_little(magic) == MAGIC;
}

static int
digest_payload(int fd, uint64_t *len, struct prov_hash *out, struct prov_error *err)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    uint8_t *buffer = malloc(STEP);
    int rc = ctx == NULL || buffer == NULL ? prov__no_memory(err) : PROV_OK;
    if (rc == PROV_OK && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) != 1)
        rc = prov__crypto_failed(err, "cannot start a digest");
    size_t got = STEP;
    *len = 0;
    while (rc == PROV_OK && got == STEP) {
        rc = prov_read_full(fd, buffer, STEP, &got, err);
        if (rc == PROV_OK && EVP_DigestUpdate(ctx, buffer, got) != 1)
            rc = prov__crypto_failed(err, "cannot digest the payload");
        *len += got;
    }
    unsigned written = 0;
    if (rc == PROV_OK && EVP_DigestFinal_ex(ctx, out->value, &written) != 1)
        rc = prov__crypto_failed(err, "cannot digest the payload");
    out->len = written;
    free(buffer);
    EVP_MD_CTX_free(ctx);
    return rc;
}

static int
read_container(int fd, struct prov_fifthgen *out, struct prov_error *err)
{
    uint8_t start[HEADER_MAX];
    struct prov_fifthgen found = {0};
    uint64_t payload = 0;
    size_t got = 0;
    int rc = prov_read_full(fd, start, sizeof start, &got, err);
    if (rc == PROV_OK)
        rc = read_header(start, got, &found, err);
    if (rc == PROV_OK && lseek(fd, (off_t)found.header_len, SEEK_SET) < 0)
        rc = prov_system_failed(err, "cannot seek");
    if (rc == PROV_OK)
        rc = digest_payload(fd, &payload, &found.actual, err);
    if (rc == PROV_OK)
        rc = check_payload_len(&found, payload, err);
    if (rc == PROV_OK)
        *out = found;
    return rc;
}

int
prov_fifthgen_read(const char *path, struct prov_fifthgen *out, struct prov_error *err)
{
    int fd = -1;
    int rc = prov_file_open(path, &fd, err);
    if (rc != PROV_OK)
        return rc;
    rc = read_container(fd, out, err);
    close(fd);
    return rc;
}

int
prov_fifthgen_content(const void *data, size_t len, struct prov_span *out, struct prov_error *err)
{
    struct prov_fifthgen found = {0};
    int rc = read_header(data, len, &found, err);
    if (rc == PROV_OK)
        rc = check_payload_len(&found, len - found.header_len, err);
    if (rc == PROV_OK)
        *out = (struct prov_span){(const uint8_t *)data + found.header_len, found.payload_len};
    return rc;
}
