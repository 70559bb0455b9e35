/* SPDX-License-Identifier: MIT */
/* Signed files: built, read, verified, stripped. */
#include "tests/unit/support.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct prov_error err;

static struct prov_signing
how(void)
{
    return (struct prov_signing){
        .signer = pem("rsa1024.pem"), .digest = PROV_SHA1, .timestamp = VECTOR_TIME};
}

static struct prov_span
build(const char *name, struct prov_span content)
{
    const struct prov_signing signing = how();
    int in = memory_file(content), out = memory_file(span_of(""));
    expect_ok(prov_signedfile_build(&signing, name, in, out, &err), &err);
    struct prov_span file = read_descriptor(out);
    close(in);
    close(out);
    return file;
}

static struct prov_signedfile *
open_file(const char *path)
{
    struct prov_signedfile *file = NULL;
    expect_ok(prov_signedfile_open(path, &file, &err), &err);
    return file;
}

static void
a_built_file_verifies_and_strips(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 32767, 32768, 32769, 65535, 65536, 65537, 200000};
    uint8_t *content = keep(malloc(200000), free);
    for (size_t i = 0; i < 200000; i++)
        content[i] = (uint8_t)(i * 31 & 0xff);
    for (size_t i = 0; i < LENGTH(sizes); i++) {
        struct prov_span bytes = build("a.xml.sgn", bytes_of(content, sizes[i]));
        struct prov_signedfile *file = open_file(write_temporary("a.sgn", bytes.data, bytes.len));
        assert_int_equal(prov_signedfile_content_len(file), sizes[i]);
        expect_ok(prov_signedfile_verify(file, certificate_of("rsa1024.pem"), &err), &err);
        expect_ok(prov_signedfile_verify(file, certificate_of("rsa1024.pem"), &err), &err);
        expect_failure(prov_signedfile_verify(file, certificate_of("sast.pem"), &err),
                       PROV_E_SIGNATURE, &err, "Invalid signature");
        expect_failure(prov_signedfile_verify(file, certificate_of("p256.pem"), &err), PROV_E_UNFIT,
                       &err, "holds an EC key");
        prov_signedfile_free(file);
        int in = memory_file(bytes), out = memory_file(span_of(""));
        expect_ok(prov_signedfile_strip(in, out, &err), &err);
        expect_same(read_descriptor(out), bytes_of(content, sizes[i]));
        close(in);
        close(out);
    }
    prov_signedfile_free(NULL);
}

/* The same bytes as through descriptors, which need not be there. */
static void
memory_is_signed_and_read(void **state)
{
    (void)state;
    static const char *const contents[] = {"", "x", "<device/>"};
    const struct prov_signing signing = how();
    for (size_t i = 0; i < LENGTH(contents); i++) {
        struct prov_bytes *made = NULL;
        struct prov_signedfile *file = NULL;
        struct prov_span content = span_of(contents[i]);
        expect_ok(prov_signedfile_sign(&signing, "a.sgn", content, &made, &err), &err);
        struct prov_span bytes = kept_bytes(made);
        expect_same(bytes, build("a.sgn", content));
        expect_ok(prov_signedfile_read(bytes.data, bytes.len, &file, &err), &err);
        assert_int_equal(prov_signedfile_descriptor(file), -1);
        assert_int_equal(prov_signedfile_content_len(file), content.len);
        expect_same(prov_signedfile_content(file), content);
        expect_ok(prov_signedfile_verify(file, certificate_of("rsa1024.pem"), &err), &err);
        expect_failure(prov_signedfile_verify(file, certificate_of("sast.pem"), &err),
                       PROV_E_SIGNATURE, &err, "Invalid signature");
        prov_signedfile_free(file);
        if (content.len == 0)
            continue;
        struct prov_span flipped = altered(bytes, bytes.len - 1, 1);
        expect_ok(prov_signedfile_read(flipped.data, flipped.len, &file, &err), &err);
        expect_failure(prov_signedfile_verify(file, certificate_of("rsa1024.pem"), &err),
                       PROV_E_SIGNATURE, &err, "");
        prov_signedfile_free(file);
    }
}

static void
memory_that_is_no_signed_file_is_refused(void **state)
{
    (void)state;
    struct prov_signing signing = how();
    struct prov_bytes *made = NULL;
    struct prov_signedfile *file = NULL;
    struct prov_span bytes = build("a.sgn", span_of(""));
    expect_failure(prov_signedfile_read("", 0, &file, &err), PROV_E_FORMAT, &err,
                   "the file is empty");
    expect_failure(prov_signedfile_read(bytes.data, bytes.len - 1, &file, &err), PROV_E_FORMAT,
                   &err, "but the file ends after");
    assert_null(file);
    signing.signer = certificate_of("sast.pem");
    expect_failure(prov_signedfile_sign(&signing, "a", span_of("x"), &made, &err), PROV_E_UNFIT,
                   &err, "the signer needs a certificate and its private key");
    expect_failure(
        prov_signedfile_sign(&signing, "a", (struct prov_span){NULL, SIZE_MAX}, &made, &err),
        PROV_E_LIMIT, &err, "");
    assert_null(made);
}

static void
the_header_says_what_was_asked(void **state)
{
    (void)state;
    struct prov_span bytes = build("New_Zealand/a.jar.sgn", span_of("x"));
    struct prov_signedfile *file = open_file(write_temporary("a.sgn", bytes.data, bytes.len));
    const struct prov_header *header = prov_signedfile_header(file);
    expect_same(prov_header_find(header, PROV_TAG_VERSION)->value, bytes_of("\1\0", 2));
    expect_same(prov_header_find(header, PROV_TAG_FILENAME)->value,
                span_of("New_Zealand/a.jar.sgn"));
    assert_int_equal(prov_header_find(header, PROV_TAG_TIMESTAMP)->number, VECTOR_TIME);
    assert_null(prov_header_find(header, PROV_TAG_SIGNER_VERSION));
    prov_signedfile_free(file);
}

static void
a_pipe_is_signed(void **state)
{
    (void)state;
    const struct prov_signing signing = how();
    int ends[2], out = memory_file(span_of(""));
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "content", 7), 7);
    close(ends[1]);
    expect_ok(prov_signedfile_build(&signing, "a.sgn", ends[0], out, &err), &err);
    expect_same(read_descriptor(out), build("a.sgn", span_of("content")));
    close(ends[0]);
    close(out);
}

static void
a_signer_that_cannot_sign_writes_nothing(void **state)
{
    (void)state;
    struct prov_signing signing = how();
    int in = memory_file(span_of("x")), out = memory_file(span_of(""));
    signing.signer = certificate_of("sast.pem");
    expect_failure(prov_signedfile_build(&signing, "a", in, out, &err), PROV_E_UNFIT, &err,
                   "the signer needs a certificate and its private key");
    assert_int_equal(read_descriptor(out).len, 0);
    close(in);
    close(out);
}

static void
descriptors_that_fail_are_told(void **state)
{
    (void)state;
    const struct prov_signing signing = how();
    int in = memory_file(span_of("x")), out = memory_file(span_of("")), ends[2];
    int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
    assert_int_equal(pipe(ends), 0);
    expect_failure(prov_signedfile_build(&signing, "a", -1, out, &err), PROV_E_SYSTEM, &err,
                   "cannot read: Bad file descriptor");
    expect_failure(prov_signedfile_build(&signing, "a", in, ends[1], &err), PROV_E_SYSTEM, &err,
                   "cannot write: Illegal seek");
    assert_int_equal(err.sys, ESPIPE);
    expect_failure(prov_signedfile_build(&signing, "a", in, full, &err), PROV_E_SYSTEM, &err,
                   "cannot write: No space left on device");
    struct prov_span file = build("a", span_of("content"));
    int signed_in = memory_file(file);
    expect_failure(prov_signedfile_strip(signed_in, full, &err), PROV_E_SYSTEM, &err,
                   "cannot write: No space left on device");
    expect_failure(prov_signedfile_strip(-1, out, &err), PROV_E_SYSTEM, &err, "cannot read: Bad");
    close(signed_in);
    close(ends[0]);
    close(ends[1]);
    close(full);
    close(in);
    close(out);
}

static void
what_cannot_be_opened_is_told(void **state)
{
    (void)state;
    struct prov_signedfile *file = NULL;
    expect_failure(prov_signedfile_open(temporary("missing"), &file, &err), PROV_E_SYSTEM, &err,
                   "cannot open it: No such file");
    expect_failure(prov_signedfile_open("/dev/null", &file, &err), PROV_E_ARGUMENT, &err,
                   "this is not a regular file");
    expect_failure(prov_signedfile_open(write_temporary("empty", "", 0), &file, &err),
                   PROV_E_FORMAT, &err, "the file is empty");
    expect_failure(prov_signedfile_open(write_temporary("text", "hello, world", 12), &file, &err),
                   PROV_E_FORMAT, &err, "this is no signed file");
    assert_null(file);
}

static void
a_file_that_shrinks_or_grows_is_told(void **state)
{
    (void)state;
    static const off_t changes[] = {-1, 1, -7};
    struct prov_span bytes = build("a", span_of("content"));
    for (size_t i = 0; i < LENGTH(changes); i++) {
        const char *path = write_temporary("changing", bytes.data, bytes.len);
        struct prov_signedfile *file = open_file(path);
        assert_int_equal(truncate(path, (off_t)bytes.len + changes[i]), 0);
        expect_failure(prov_signedfile_verify(file, certificate_of("rsa1024.pem"), &err),
                       PROV_E_SIGNATURE, &err, "the file changed while it was read; try again");
        prov_signedfile_free(file);
    }
}

static void
strips_refused(struct prov_span bytes, const char *part)
{
    int in = memory_file(bytes), out = memory_file(span_of(""));
    expect_failure(prov_signedfile_strip(in, out, &err), PROV_E_FORMAT, &err, part);
    assert_int_equal(read_descriptor(out).len, 0);
    close(in);
    close(out);
}

static void
stripping_trusts_the_first_two_tags_alone(void **state)
{
    (void)state;
    int in = memory_file(bytes_of("\1\0\2\1\1\2\0\2\0\14\5\xff"
                                  "package",
                                  19));
    int out = memory_file(span_of(""));
    expect_ok(prov_signedfile_strip(in, out, &err), &err);
    expect_same(read_descriptor(out), span_of("package"));
    close(in);
    close(out);
    strips_refused(bytes_of("\1\0\2\1\1\2\0\2\0\14\5", 11),
                   "the header should have 12 bytes, but the file ends after 11");
    strips_refused(span_of(""), "the file is empty");
    strips_refused(span_of("<?xml version=\"1.0\"?>"), "this is no signed file");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_built_file_verifies_and_strips),
        cmocka_unit_test(memory_is_signed_and_read),
        cmocka_unit_test(memory_that_is_no_signed_file_is_refused),
        cmocka_unit_test(the_header_says_what_was_asked),
        cmocka_unit_test(a_pipe_is_signed),
        cmocka_unit_test(a_signer_that_cannot_sign_writes_nothing),
        cmocka_unit_test(descriptors_that_fail_are_told),
        cmocka_unit_test(what_cannot_be_opened_is_told),
        cmocka_unit_test(a_file_that_shrinks_or_grows_is_told),
        cmocka_unit_test(stripping_trusts_the_first_two_tags_alone),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
