/* SPDX-License-Identifier: MIT */
/* The "5th generation" container of 8800 phones: 344 bytes, little-endian (artifacts.md, section
 * 5).
 *
 *   0  magic      4  header length   8  4          12  payload length   16  0
 *  20  SHA-256   52  name length    56  name (32)   88  signature (256)
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
#define NAME_LEN 32
#define SHA256_LEN 32
#define STEP 65536

static int
read_start(int fd, uint8_t start[static PROV_FIFTHGEN_HEADER_LEN], struct prov_error *err)
{
    size_t got = 0;
    int rc = prov_read_full(fd, start, PROV_FIFTHGEN_HEADER_LEN, &got, err);
    if (rc != PROV_OK)
        return rc;
    if (got < 4 || prov__get_u32_little(start) != MAGIC)
        return prov__bad_format(err, 0, "this is no 5th generation container");
    if (got < PROV_FIFTHGEN_HEADER_LEN)
        return prov__bad_format(err, got, "the 5th generation container ends inside its header");
    return PROV_OK;
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
    uint8_t start[PROV_FIFTHGEN_HEADER_LEN];
    struct prov_fifthgen found = {0};
    int rc = read_start(fd, start, err);
    if (rc != PROV_OK)
        return rc;
    found.header_len = prov__get_u32_little(start + AT_HEADER_LEN);
    found.payload_len = prov__get_u32_little(start + AT_PAYLOAD_LEN);
    if (found.header_len != PROV_FIFTHGEN_HEADER_LEN)
        return prov__bad_format(err, AT_HEADER_LEN,
                                "the 5th generation container has a header of %u bytes, not %d",
                                found.header_len, PROV_FIFTHGEN_HEADER_LEN);
    uint32_t name_len = prov__get_u32_little(start + AT_NAME_LEN);
    if (name_len > NAME_LEN)
        return prov__bad_format(err, AT_NAME_LEN,
                                "the 5th generation container has a name of %u bytes", name_len);
    memcpy(found.name, start + AT_NAME, name_len);
    memcpy(found.stated.value, start + AT_SHA256, SHA256_LEN);
    found.stated.len = SHA256_LEN;
    uint64_t payload = 0;
    rc = digest_payload(fd, &payload, &found.actual, err);
    if (rc == PROV_OK && payload != found.payload_len)
        rc = prov__bad_format(
            err, AT_PAYLOAD_LEN,
            "the 5th generation container says %u bytes of payload, but holds %llu",
            found.payload_len, (unsigned long long)payload);
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
