/* SPDX-License-Identifier: MIT */
/* Single files that stand, compared with what they should be. */
#include "provbuild/disk/compare.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#define STEP 16384

static const char missing[] = "new", unreadable[] = "unreadable", content_differs[] = "content",
                  signature_fails[] = "signature";

/* --- contents */

/* Compares what follows in both. */
static bool
same_rest(int a, int b)
{
    uint8_t of_a[STEP], of_b[STEP];
    size_t got_a = 0, got_b = 0;
    do {
        if (prov_read_full(a, of_a, sizeof of_a, &got_a, NULL) != PROV_OK ||
            prov_read_full(b, of_b, sizeof of_b, &got_b, NULL) != PROV_OK || got_a != got_b ||
            memcmp(of_a, of_b, got_a) != 0)
            return false;
    } while (got_a == sizeof of_a);
    return true;
}

static bool
same_as_file(struct prov_signedfile *file, const char *source)
{
    int fd = -1, stands = prov_signedfile_descriptor(file);
    size_t header_len = prov_header_len(prov_signedfile_header(file));
    if (prov_file_open(source, &fd, NULL) != PROV_OK)
        return false;
    bool same = lseek(stands, (off_t)header_len, SEEK_SET) >= 0 && same_rest(stands, fd);
    close(fd);
    return same;
}

static bool
same_as_bytes(struct prov_signedfile *file, struct prov_span content)
{
    uint8_t buffer[STEP];
    int fd = prov_signedfile_descriptor(file);
    if (prov_signedfile_content_len(file) != content.len ||
        lseek(fd, (off_t)prov_header_len(prov_signedfile_header(file)), SEEK_SET) < 0)
        return false;
    for (size_t at = 0; at < content.len;) {
        size_t got = 0;
        if (prov_read_full(fd, buffer, sizeof buffer, &got, NULL) != PROV_OK || got == 0 ||
            got > content.len - at || memcmp(buffer, content.data + at, got) != 0)
            return false;
        at += got;
    }
    return true;
}

/* --- signed files */

/* `source` NULL: the content is `bytes`. */
static const char *
compare_either(struct signing *signing, const char *path, const char *name, const char *source,
               struct prov_span bytes)
{
    struct prov_error err = {.code = PROV_OK};
    struct prov_signedfile *file = NULL;
    if (prov_signedfile_open(path, &file, &err) != PROV_OK)
        return err.sys == ENOENT ? missing : unreadable;
    const char *reason = NULL;
    if (source != NULL ? !same_as_file(file, source) : !same_as_bytes(file, bytes))
        reason = content_differs;
    if (reason == NULL)
        reason = signing_difference(signing, prov_signedfile_header(file), NULL, name);
    if (reason == NULL && prov_signedfile_verify(file, signing->how.signer, NULL) != PROV_OK)
        reason = signature_fails;
    prov_signedfile_free(file);
    return reason;
}

const char *
compare_signed(struct signing *signing, const char *path, const char *name, const char *source)
{
    return compare_either(signing, path, name, source, (struct prov_span){NULL, 0});
}

const char *
compare_stub(struct signing *signing, const char *path, const char *name, struct prov_span content)
{
    return compare_either(signing, path, name, NULL, content);
}

bool
compare_header(struct signing *signing, const char *path, const char *name,
               const struct prov_identity *device)
{
    struct prov_signedfile *file = NULL;
    if (prov_signedfile_open(path, &file, NULL) != PROV_OK)
        return false;
    bool fits = signing_difference(signing, prov_signedfile_header(file), device, name) == NULL;
    prov_signedfile_free(file);
    return fits;
}

/* --- encrypted files */

static bool
states_digest_of(const struct prov_header *header, enum prov_digest digest, struct prov_span clear)
{
    struct prov_hash actual;
    struct prov_span stated = prov_header_find(header, PROV_TAG_ENCRYPTION_DIGEST)->value;
    return prov_digest(digest, clear.data, clear.len, &actual, NULL) == PROV_OK &&
           prov_span_equal(stated, (struct prov_span){actual.value, actual.len});
}

static const char *
compare_fields(struct signing *signing, const struct prov_encrypted *file, const char *name,
               const struct prov_identity *device, struct prov_span clear)
{
    const struct prov_header *header = prov_encrypted_header(file);
    const char *reason = signing_difference(signing, header, device, name);
    if (reason == NULL && !states_digest_of(header, signing->how.digest, clear))
        reason = content_differs;
    if (reason == NULL && prov_encrypted_verify(file, signing->how.signer, NULL) != PROV_OK)
        reason = signature_fails;
    return reason;
}

const char *
compare_encrypted(struct signing *signing, const char *path, const char *name,
                  const struct prov_identity *device, struct prov_span clear)
{
    struct prov_error err = {.code = PROV_OK};
    struct prov_bytes *bytes = NULL;
    struct prov_encrypted *file = NULL;
    int rc = prov_file_read(path, PROV_ENCRYPTED_MAX, &bytes, &err);
    if (rc == PROV_E_SYSTEM && err.sys == ENOENT)
        return missing;
    const char *reason = unreadable;
    if (rc == PROV_OK) {
        struct prov_span span = prov_bytes_span(bytes);
        rc = prov_encrypted_read(span.data, span.len, &file, NULL);
    }
    if (rc == PROV_OK)
        reason = compare_fields(signing, file, name, device, clear);
    prov_encrypted_free(file);
    prov_bytes_free(bytes);
    return reason;
}

/* --- stubs */

static bool
is_hash(const char *text)
{
    return strlen(text) == STUB_HASH_SIZE - 1 &&
           strspn(text, "0123456789abcdefABCDEF") == STUB_HASH_SIZE - 1;
}

static bool
read_hash(struct prov_span xml, char out[static STUB_HASH_SIZE])
{
    struct prov_deviceconfig *config = NULL;
    char encrypted[8];
    if (prov_deviceconfig_read(xml.data, xml.len, &config, NULL) != PROV_OK)
        return false;
    bool found = prov_deviceconfig_value(config, "encrConfig", encrypted, sizeof encrypted) &&
                 strcasecmp(encrypted, "true") == 0 &&
                 prov_deviceconfig_value(config, "certHash", out, STUB_HASH_SIZE) && is_hash(out);
    for (size_t i = 0; found && i < STUB_HASH_SIZE - 1; i++)
        out[i] = (char)tolower((unsigned char)out[i]);
    prov_deviceconfig_free(config);
    return found;
}

bool
stub_hash_of(const char *path, char out[static STUB_HASH_SIZE])
{
    struct prov_bytes *bytes = NULL;
    size_t header_len = 0;
    if (prov_file_read(path, PROV_HEADER_MAX + PROV_DEVICECONFIG_MAX, &bytes, NULL) != PROV_OK)
        return false;
    struct prov_span span = prov_bytes_span(bytes);
    bool found = prov_header_length(span.data, span.len, &header_len, NULL) == PROV_OK &&
                 header_len < span.len &&
                 read_hash((struct prov_span){span.data + header_len, span.len - header_len}, out);
    prov_bytes_free(bytes);
    return found;
}

/* --- others */

const char *
compare_copy(const char *path, const char *source, mode_t mode)
{
    struct prov_error err = {.code = PROV_OK};
    struct stat status;
    int stands = -1, wanted = -1;
    if (prov_file_open(path, &stands, &err) != PROV_OK)
        return err.sys == ENOENT ? missing : unreadable;
    const char *reason = NULL;
    if (prov_file_open(source, &wanted, NULL) != PROV_OK || !same_rest(stands, wanted))
        reason = content_differs;
    else if (mode != 0 && (fstat(stands, &status) != 0 || (status.st_mode & 07777 & ~mode) != 0))
        reason = "mode";
    close(stands);
    if (wanted >= 0)
        close(wanted);
    return reason;
}

bool
stands_at(const char *path, struct timespec *modified)
{
    struct stat status;
    if (lstat(path, &status) != 0)
        return false;
    if (modified != NULL)
        *modified = status.st_mtim;
    return true;
}

bool
folder_lacks(const char *folder, const char *start)
{
    DIR *entries = opendir(folder);
    if (entries == NULL)
        return false;
    const struct dirent *entry;
    bool lacks = true;
    errno = 0; /* tells the end from a failure */
    while (lacks && (entry = readdir(entries)) != NULL)
        lacks = entry->d_name[0] == '.' || strncasecmp(entry->d_name, start, strlen(start)) != 0;
    lacks = lacks && errno == 0;
    closedir(entries);
    return lacks;
}
