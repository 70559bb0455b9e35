/* SPDX-License-Identifier: MIT */
/* .sgn files, streamed or in memory (formats.md, section 3). */
#include "libprov/header.h"
#include "libprov/internal.h"

#include <prov/signedfile.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STEP 65536
#define SIGN_STEP 32768 /* glibc tidies its heap when 64 KiB are freed, which takes its time */

struct prov_signedfile {
    int fd;        /* -1: it is in memory */
    uint64_t size; /* when it was opened */
    struct prov_header *header;
    struct prov_bytes *content; /* of one in memory; else NULL */
};

/* Reads the next piece and signs it; one that is not full is the last. */
static int
sign_next(struct prov__header_writer *writer, int in, uint8_t *content, size_t *got,
          struct prov_error *err)
{
    int rc = prov_read_full(in, content, SIGN_STEP, got, err);
    return rc != PROV_OK ? rc : prov__header_write_content(writer, content, *got, err);
}

/* Signs, and puts the header where room was left for it. */
static int
finish_header(struct prov__header_writer *writer, uint8_t *room, struct prov_error *err)
{
    struct prov_bytes *header = prov_bytes_new(PROV_HEADER_MAX);
    if (header == NULL)
        return prov__no_memory(err);
    int rc = prov__header_write_finish(writer, header, err);
    struct prov_span bytes = prov_bytes_span(header);
    if (rc == PROV_OK)
        memcpy(room, bytes.data, bytes.len);
    prov_bytes_free(header);
    return rc;
}

/* The length of the header is known beforehand, its signature only after the content. So the input
 * is read once, and may be a pipe: its pieces go behind the room for the header, which is written
 * at the end. A configuration is one piece, and written together with its header. */
static int
copy_and_sign(struct prov__header_writer *writer, int in, int out, struct prov_error *err)
{
    const size_t header_len = prov__header_write_len(writer);
    uint8_t *buffer = malloc(header_len + SIGN_STEP);
    if (buffer == NULL)
        return prov__no_memory(err);
    uint8_t *content = buffer + header_len;
    size_t got = 0;
    int rc = sign_next(writer, in, content, &got, err);
    const bool one_piece = got < SIGN_STEP;
    if (rc == PROV_OK && !one_piece && lseek(out, (off_t)header_len, SEEK_SET) < 0)
        rc = prov_system_failed(err, "cannot write");
    while (rc == PROV_OK && got == SIGN_STEP) {
        rc = prov_write_full(out, content, got, err);
        if (rc == PROV_OK)
            rc = sign_next(writer, in, content, &got, err);
    }
    if (rc == PROV_OK && !one_piece)
        rc = prov_write_full(out, content, got, err);
    if (rc == PROV_OK)
        rc = finish_header(writer, buffer, err);
    if (rc == PROV_OK && lseek(out, 0, SEEK_SET) != 0)
        rc = prov_system_failed(err, "cannot write");
    if (rc == PROV_OK)
        rc = prov_write_full(out, buffer, header_len + (one_piece ? got : 0), err);
    free(buffer);
    return rc;
}

int
prov_signedfile_build(const struct prov_signing *how, const char *name, int in, int out,
                      struct prov_error *err)
{
    struct prov__header_writer writer = {0};
    const struct prov__header_plan plan = {.major = 1, .minor = 0, .name = name};
    int rc = prov__header_write_begin(&writer, how, &plan, err);
    if (rc == PROV_OK)
        rc = copy_and_sign(&writer, in, out, err);
    prov__header_write_end(&writer);
    return rc;
}

int
prov_signedfile_sign(const struct prov_signing *how, const char *name, struct prov_span content,
                     struct prov_bytes **out, struct prov_error *err)
{
    const struct prov__header_plan plan = {.major = 1, .minor = 0, .name = name};
    if (content.len > SIZE_MAX - PROV_HEADER_MAX)
        return prov_fail(err, PROV_E_LIMIT, "the content fills all memory");
    struct prov_bytes *bytes = prov_bytes_new(PROV_HEADER_MAX + content.len);
    if (bytes == NULL)
        return prov__no_memory(err);
    int rc = prov__header_write(how, &plan, content, bytes, err);
    if (rc == PROV_OK)
        *out = bytes;
    else
        prov_bytes_free(bytes);
    return rc;
}

static int
read_header(struct prov_signedfile *file, struct prov_error *err)
{
    struct stat status;
    uint8_t *start = malloc(PROV_HEADER_MAX);
    if (start == NULL)
        return prov__no_memory(err);
    size_t got = 0;
    int rc = prov_read_full(file->fd, start, PROV_HEADER_MAX, &got, err);
    if (rc == PROV_OK)
        rc = prov_header_read(start, got, &file->header, err);
    free(start);
    if (rc != PROV_OK)
        return rc;
    if (fstat(file->fd, &status) != 0)
        return prov_system_failed(err, "cannot read");
    file->size = (uint64_t)status.st_size;
    if (file->size < prov_header_len(file->header))
        return prov_fail(err, PROV_E_FORMAT, "the file changed while it was read; try again");
    return PROV_OK;
}

int
prov_signedfile_open(const char *path, struct prov_signedfile **out, struct prov_error *err)
{
    struct prov_signedfile *file = calloc(1, sizeof *file);
    if (file == NULL)
        return prov__no_memory(err);
    file->fd = -1;
    int rc = prov_file_open(path, &file->fd, err);
    if (rc == PROV_OK)
        rc = read_header(file, err);
    if (rc == PROV_OK)
        *out = file;
    else
        prov_signedfile_free(file);
    return rc;
}

static int
read_memory(struct prov_signedfile *file, const uint8_t *data, size_t len, struct prov_error *err)
{
    int rc = prov_header_read(data, len, &file->header, err);
    if (rc != PROV_OK)
        return rc;
    size_t header_len = prov_header_len(file->header);
    file->size = len;
    file->content = prov_bytes_new(len - header_len);
    return file->content == NULL
               ? prov__no_memory(err)
               : prov_bytes_put(file->content, data + header_len, len - header_len, err);
}

int
prov_signedfile_read(const void *data, size_t len, struct prov_signedfile **out,
                     struct prov_error *err)
{
    struct prov_signedfile *file = calloc(1, sizeof *file);
    if (file == NULL)
        return prov__no_memory(err);
    file->fd = -1;
    int rc = read_memory(file, data, len, err);
    if (rc == PROV_OK)
        *out = file;
    else
        prov_signedfile_free(file);
    return rc;
}

void
prov_signedfile_free(struct prov_signedfile *file)
{
    if (file == NULL)
        return;
    if (file->fd >= 0)
        close(file->fd);
    prov_header_free(file->header);
    prov_bytes_free(file->content);
    free(file);
}

const struct prov_header *
prov_signedfile_header(const struct prov_signedfile *file)
{
    return file->header;
}

int
prov_signedfile_descriptor(const struct prov_signedfile *file)
{
    return file->fd;
}

struct prov_span
prov_signedfile_content(const struct prov_signedfile *file)
{
    return file->content != NULL ? prov_bytes_span(file->content) : (struct prov_span){0};
}

uint64_t
prov_signedfile_content_len(const struct prov_signedfile *file)
{
    return file->size - prov_header_len(file->header);
}

static int
digest_content(struct prov_signedfile *file, EVP_MD_CTX *verifying, struct prov_error *err)
{
    if (lseek(file->fd, (off_t)prov_header_len(file->header), SEEK_SET) < 0)
        return prov_system_failed(err, "cannot read");
    uint8_t *buffer = malloc(STEP);
    if (buffer == NULL)
        return prov__no_memory(err);
    int rc = PROV_OK;
    size_t got = STEP;
    uint64_t total = 0;
    while (rc == PROV_OK && got == STEP) {
        rc = prov_read_full(file->fd, buffer, STEP, &got, err);
        if (rc == PROV_OK)
            rc = prov__header_verify_content(verifying, buffer, got, err);
        total += got;
    }
    free(buffer);
    if (rc == PROV_OK && total != prov_signedfile_content_len(file))
        return prov_fail(err, PROV_E_SIGNATURE, "the file changed while it was read; try again");
    return rc;
}

int
prov_signedfile_verify(struct prov_signedfile *file, const struct prov_identity *signer,
                       struct prov_error *err)
{
    EVP_MD_CTX *verifying = NULL;
    if (file->content != NULL)
        return prov_header_verify(file->header, prov_bytes_span(file->content), signer, err);
    int rc = prov__header_verify_begin(file->header, signer, &verifying, err);
    if (rc != PROV_OK)
        return rc;
    rc = digest_content(file, verifying, err);
    if (rc == PROV_OK)
        rc = prov__header_verify_finish(file->header, signer, verifying, err);
    EVP_MD_CTX_free(verifying);
    return rc;
}

static int
copy_rest(int in, int out, uint8_t *buffer, struct prov_error *err)
{
    int rc = PROV_OK;
    size_t got = STEP;
    while (rc == PROV_OK && got == STEP) {
        rc = prov_read_full(in, buffer, STEP, &got, err);
        if (rc == PROV_OK)
            rc = prov_write_full(out, buffer, got, err);
    }
    return rc;
}

int
prov_signedfile_strip(int in, int out, struct prov_error *err)
{
    uint8_t *buffer = malloc(STEP);
    if (buffer == NULL)
        return prov__no_memory(err);
    size_t got = 0, header_len = 0;
    int rc = prov_read_full(in, buffer, PROV_HEADER_PREFIX, &got, err);
    if (rc == PROV_OK)
        rc = prov_header_length(buffer, got, &header_len, err);
    if (rc == PROV_OK)
        rc = prov_read_full(in, buffer, header_len - PROV_HEADER_PREFIX, &got, err);
    if (rc == PROV_OK && got != header_len - PROV_HEADER_PREFIX)
        rc = prov__bad_format(err, got + PROV_HEADER_PREFIX,
                              "the header should have %zu bytes, but the file ends after %zu",
                              header_len, got + PROV_HEADER_PREFIX);
    if (rc == PROV_OK)
        rc = copy_rest(in, out, buffer, err);
    free(buffer);
    return rc;
}
