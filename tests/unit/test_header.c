/* SPDX-License-Identifier: MIT */
/* The signed header, read and written. */
#include "libprov/header.h"
#include "libprov/internal.h"
#include "libprov/tlv.h"
#include "tests/unit/support.h"

#include <stdlib.h>
#include <string.h>

static struct prov_error err;

static void
release_header(void *header)
{
    prov_header_free(header);
}

/* Version and length, then `fields`. */
static struct prov_span
header_with(const void *fields, size_t len)
{
    struct prov_bytes *bytes = prov_bytes_new(100000);
    expect_ok(prov__put_value(bytes, 1, bytes_of("\1\0", 2), &err), &err);
    expect_ok(prov__put_u16(bytes, 2, (uint16_t)(10 + len), &err), &err);
    expect_ok(prov_bytes_put(bytes, fields, len, &err), &err);
    return kept_bytes(bytes);
}

static const struct prov_header *
reads(struct prov_span bytes)
{
    struct prov_header *header = NULL;
    expect_ok(prov_header_read(bytes.data, bytes.len, &header, &err), &err);
    return keep(header, release_header);
}

static void
refuses(struct prov_span bytes, const char *part)
{
    struct prov_header *header = NULL;
    expect_failure(prov_header_read(bytes.data, bytes.len, &header, &err), PROV_E_FORMAT, &err,
                   part);
    assert_null(header);
}

static void
what_is_no_signed_file_is_refused(void **state)
{
    (void)state;
    refuses(bytes_of("", 0), "the file is empty");
    refuses(bytes_of("\1\0\2\1\0\2\0\2\0", 9), "this is no signed file: it ends after 9 bytes");
    refuses(span_of("<?xml version"), "this is no signed file: it does not start with a version");
    refuses(bytes_of("\1\0\3\1\0\2\0\2\0\12", 10), "it does not start with a version");
    refuses(bytes_of("\1\0\2\1\0\3\0\2\0\12", 10), "no header length follows its version");
    refuses(bytes_of("\1\0\2\1\0\2\0\1\0\12", 10), "no header length follows its version");
    assert_int_equal(err.offset, 5);
}

static void
a_header_length_that_cannot_be_is_refused(void **state)
{
    (void)state;
    refuses(bytes_of("\1\0\2\1\0\2\0\2\0\11", 10), "its header length of 9 bytes is too short");
    refuses(bytes_of("\1\0\2\1\0\2\0\2\0\13", 10),
            "the header should have 11 bytes, but the file ends after 10");
    refuses(bytes_of("\1\0\2\1\0\2\0\2\xff\xff", 10), "the header should have 65535 bytes");
}

static void
the_smallest_header_is_read(void **state)
{
    (void)state;
    const struct prov_header *header = reads(header_with("", 0));
    assert_int_equal(prov_header_len(header), 10);
    assert_int_equal(prov_header_count(header), 2);
    assert_int_equal(prov_header_padding(header), 0);
    assert_int_equal(prov_header_at(header, 1)->number, 10);
    assert_null(prov_header_find(header, PROV_TAG_SIGNATURE));
    assert_null(prov_header_find(header, 77));
    assert_false(prov_header_is_firmware(header));
    prov_header_free(NULL);
}

static void
what_follows_the_header_is_left_alone(void **state)
{
    (void)state;
    const struct prov_header *header = reads(bytes_of("\1\0\2\1\1\2\0\2\0\12\5\5\5", 13));
    assert_int_equal(prov_header_count(header), 2);
    assert_int_equal(prov_header_bytes(header).len, 10);
    assert_true(prov_header_is_firmware(header));
}

static void
tags_have_names(void **state)
{
    (void)state;
    assert_string_equal(prov_tag_name(1), "Version");
    assert_string_equal(prov_tag_name(5), "Serial Number");
    assert_string_equal(prov_tag_name(13), "Padding");
    assert_string_equal(prov_tag_name(28), "Signer Version");
    for (unsigned tag = 1; tag <= 28; tag++)
        assert_non_null(prov_tag_name(tag));
    assert_null(prov_tag_name(0));
    assert_null(prov_tag_name(29));
    assert_null(prov_tag_name(0xffffffffU));
}

static void
fixed_sizes_are_demanded(void **state)
{
    (void)state;
    static const struct {
        uint8_t tag, len;
    } fixed[] = {{8, 1},  {10, 1}, {11, 1}, {15, 4}, {18, 1}, {19, 16},
                 {20, 2}, {22, 1}, {23, 2}, {24, 1}, {26, 1}, {28, 2}};
    for (size_t i = 0; i < LENGTH(fixed); i++) {
        for (uint8_t len = 0; len < 20; len++) {
            uint8_t field[3 + 20] = {fixed[i].tag, 0, len};
            struct prov_span bytes = header_with(field, 3U + len);
            if (len == fixed[i].len)
                assert_int_equal(prov_header_count(reads(bytes)), 3);
            else
                refuses(bytes, text_of("header tag %u at byte 10 has %u bytes instead of %u",
                                       fixed[i].tag, len, fixed[i].len));
        }
    }
}

static void
known_tags_stand_once(void **state)
{
    (void)state;
    for (uint8_t tag = 1; tag <= 28; tag++) {
        uint8_t fields[2 * (3 + 16)] = {0};
        size_t len = 0;
        static const uint8_t sizes[] = {
            [1] = 2,   [2] = 2,  [8] = 1,  [10] = 1, [11] = 1, [15] = 4, [18] = 1,
            [19] = 16, [20] = 2, [22] = 1, [23] = 2, [24] = 1, [26] = 1, [28] = 2};
        if (tag == PROV_TAG_PADDING)
            continue;
        for (int i = 0; i < 2; i++) {
            fields[len] = tag;
            fields[len + 2] = sizes[tag];
            len += 3U + sizes[tag];
        }
        refuses(header_with(fields, len), text_of("header tag %u stands twice, again at", tag));
    }
}

static void
unknown_tags_are_kept(void **state)
{
    (void)state;
    const struct prov_header *header = reads(header_with("\x1d\0\1x\xff\0\0\x1d\0\1y", 11));
    assert_int_equal(prov_header_count(header), 5);
    assert_int_equal(prov_header_at(header, 2)->kind, PROV_FIELD_UNKNOWN);
    expect_same(prov_header_find(header, 0x1d)->value, span_of("x"));
}

static void
fields_are_limited(void **state)
{
    (void)state;
    uint8_t fields[3 * 255];
    for (size_t i = 0; i < sizeof fields; i += 3)
        memcpy(fields + i, "\x40\0\0", 3);
    assert_int_equal(prov_header_count(reads(header_with(fields, 3 * 254UL))), 256);
    refuses(header_with(fields, 3 * 255UL), "more than 256 fields in a header");
}

static void
padding_is_counted_wherever_it_stands(void **state)
{
    (void)state;
    const struct prov_header *header = reads(header_with("\r\x40\0\0\r\r", 6));
    assert_int_equal(prov_header_padding(header), 3);
    assert_int_equal(prov_header_count(header), 3);
}

/* A signed file of this content with the odd certificate. */
static struct prov_span
signed_with(const char *signer, const char *name, struct prov_span content)
{
    const struct prov_signing how = {
        .signer = pem(signer), .digest = PROV_SHA1, .timestamp = VECTOR_TIME};
    const struct prov__header_plan plan = {.major = 1, .name = name};
    struct prov_bytes *out = prov_bytes_new(1000000);
    expect_ok(prov__header_write(&how, &plan, content, out, &err), &err);
    return kept_bytes(out);
}

static void
headers_end_on_four_bytes(void **state)
{
    (void)state;
    static const char *const names[] = {"", "a", "ab", "abc", "abcd"};
    for (size_t i = 0; i < LENGTH(names); i++) {
        struct prov_span file = signed_with("rsa1024.pem", names[i], span_of("content"));
        const struct prov_header *header = reads(file);
        assert_int_equal(prov_header_len(header) % 4, 0);
        assert_true(prov_header_padding(header) < 4);
        assert_int_equal(file.len, prov_header_len(header) + 7);
        expect_same(prov_header_find(header, PROV_TAG_FILENAME)->value, span_of(names[i]));
        assert_int_equal(prov_header_find(header, PROV_TAG_TIMESTAMP)->number, VECTOR_TIME);
    }
}

static int
write_with(const struct prov_signing *how, const char *name, struct prov_bytes **out)
{
    const struct prov__header_plan plan = {.major = 1, .name = name};
    *out = prov_bytes_new(1000000);
    return prov__header_write(how, &plan, bytes_of("", 0), *out, &err);
}

static void
a_name_that_makes_the_header_too_long_is_refused(void **state)
{
    (void)state;
    char *name = keep(calloc(1, 70000), free);
    const struct prov_signing how = {.signer = pem("rsa1024.pem"), .digest = PROV_SHA1};
    struct prov_bytes *out = NULL;
    size_t longest = 65532 - prov_header_len(reads(signed_with("rsa1024.pem", "", span_of("")))) +
                     prov_header_padding(reads(signed_with("rsa1024.pem", "", span_of(""))));
    memset(name, 'n', longest);
    expect_ok(write_with(&how, name, &out), &err);
    assert_int_equal(kept_bytes(out).len, 65532);
    name[longest] = 'n';
    expect_failure(write_with(&how, name, &out), PROV_E_LIMIT, &err,
                   "the header would have 65536 bytes, more than 65535: a name is too long");
    prov_bytes_free(out);
    memset(name, 'n', 65535);
    expect_failure(write_with(&how, name, &out), PROV_E_LIMIT, &err, "the name inside is too long");
    prov_bytes_free(out);
}

/* A certificate whose subject and issuer have about `len` bytes each. */
static const struct prov_identity *
long_named(size_t len)
{
    char *value = keep(calloc(1, len + 1), free);
    EVP_PKEY *key = rsa_key(1024);
    X509_NAME *name = name_of("CN=c", NULL);
    memset(value, 'v', len);
    assert_int_equal(X509_NAME_add_entry_by_NID(name, NID_organizationName, V_ASN1_UTF8STRING,
                                                (const unsigned char *)value, -1, -1, 0),
                     1);
    return identity_of(x509_of(key, name, 1), key);
}

static void
signer_names_that_overflow_are_refused(void **state)
{
    (void)state;
    struct prov_signing how = {.signer = long_named(20000), .digest = PROV_SHA1};
    struct prov_bytes *out = NULL;
    expect_ok(write_with(&how, "n", &out), &err);
    assert_int_equal(prov_header_find(reads(kept_bytes(out)), PROV_TAG_SIGNER_NAME)->value.len,
                     20007);
    how.signer = long_named(40000);
    expect_failure(write_with(&how, "n", &out), PROV_E_LIMIT, &err,
                   "the names are too long for a header");
    prov_bytes_free(out);
    how.signer = long_named(65533);
    expect_failure(write_with(&how, "n", &out), PROV_E_LIMIT, &err,
                   "a certificate's name is too long");
    prov_bytes_free(out);
}

static void
writing_stops_at_the_buffers_maximum(void **state)
{
    (void)state;
    const struct prov_signing how = {.signer = pem("rsa1024.pem"), .digest = PROV_SHA1};
    const struct prov__header_plan plan = {.major = 1, .name = "n"};
    size_t whole = signed_with("rsa1024.pem", "n", span_of("content")).len;
    for (size_t max = 0; max < whole; max += 20) {
        struct prov_bytes *out = prov_bytes_new(max);
        expect_failure(prov__header_write(&how, &plan, span_of("content"), out, &err), PROV_E_LIMIT,
                       &err, "more than");
        prov_bytes_free(out);
    }
}

static int
check(const struct prov_identity *signer, enum prov_digest digest)
{
    const struct prov_signing how = {.signer = signer, .digest = digest};
    return prov_signing_check(&how, &err);
}

static const struct prov_identity *
new_rsa(unsigned bits)
{
    EVP_PKEY *key = rsa_key(bits);
    return identity_of(x509_of(key, name_of("CN=c", NULL), 1), key);
}

static void
signers_are_checked(void **state)
{
    (void)state;
    expect_ok(check(pem("rsa1024.pem"), PROV_SHA1), &err);
    expect_ok(check(pem("rsa4096.pem"), PROV_SHA512), &err);
    expect_failure(check(certificate_of("sast.pem"), PROV_SHA1), PROV_E_UNFIT, &err,
                   "the signer needs a certificate and its private key");
    expect_failure(check(pem("p256.pem"), PROV_SHA1), PROV_E_UNFIT, &err,
                   "the signer's key is EC, but phones take RSA signatures only");
    expect_failure(check(new_rsa(1536), PROV_SHA1), PROV_E_UNFIT, &err,
                   "the signer's key has 1536 bits; the format knows 512, 1024, 2048 and 4096");
    expect_failure(check(pem("sast.pem"), PROV_SHA256), PROV_E_ARGUMENT, &err,
                   "files are signed with SHA-1 or SHA-512 only");
    expect_failure(check(pem("sast.pem"), PROV_MD5), PROV_E_ARGUMENT, &err, "SHA-1 or SHA-512");
}

static void
the_smallest_key_has_no_room_for_sha512(void **state)
{
    (void)state;
    const struct prov_identity *small = new_rsa(512);
    const struct prov_signing how = {.signer = small, .digest = PROV_SHA1};
    struct prov_bytes *out = NULL;
    expect_ok(check(small, PROV_SHA1), &err);
    expect_failure(check(small, PROV_SHA512), PROV_E_UNFIT, &err,
                   "a key of 512 bits has no room for a SHA-512 signature");
    expect_ok(write_with(&how, "n", &out), &err);
    const struct prov_header *header = reads(kept_bytes(out));
    assert_int_equal(prov_header_find(header, PROV_TAG_SIGNATURE_MODULUS)->number, 0);
    assert_int_equal(prov_header_find(header, PROV_TAG_SIGNATURE)->value.len, 64);
}

static int
verify(struct prov_span file, const struct prov_identity *signer)
{
    const struct prov_header *header = reads(file);
    size_t len = prov_header_len(header);
    return prov_header_verify(header, bytes_of(file.data + len, file.len - len), signer, &err);
}

static void
the_signer_alone_verifies(void **state)
{
    (void)state;
    struct prov_span file = signed_with("sast.pem", "name", span_of("content"));
    expect_ok(verify(file, certificate_of("sast.pem")), &err);
    expect_failure(verify(file, certificate_of("sast2.pem")), PROV_E_SIGNATURE, &err,
                   "Invalid signature: the file was changed, or another certificate signed it");
    expect_failure(verify(file, certificate_of("rsa1024.pem")), PROV_E_SIGNATURE, &err,
                   "Invalid signature");
    expect_failure(verify(file, certificate_of("p256.pem")), PROV_E_UNFIT, &err,
                   "the signature is RSA, but the signer's certificate holds an EC key");
}

static void
another_serial_number_of_the_same_key_is_told(void **state)
{
    (void)state;
    EVP_PKEY *key = rsa_key(1024);
    X509_NAME *name = name_of("CN=c", NULL);
    const struct prov_signing how = {.signer = identity_of(x509_of(key, name, 1), key),
                                     .digest = PROV_SHA1};
    struct prov_bytes *out = NULL;
    expect_ok(write_with(&how, "n", &out), &err);
    struct prov_span file = kept_bytes(out);
    expect_ok(verify(file, how.signer), &err);
    expect_failure(verify(file, identity_of(x509_of(key, name, 2), NULL)), PROV_E_SIGNATURE, &err,
                   "the key is right, but the header names another serial number");
}

/* A signed file's header with all fields but `tag`. */
static struct prov_span
without(struct prov_span file, unsigned tag)
{
    const struct prov_header *header = reads(file);
    struct prov_bytes *fields = prov_bytes_new(100000);
    for (size_t i = 2; i < prov_header_count(header); i++) {
        const struct prov_field *field = prov_header_at(header, i);
        if (field->tag != tag)
            expect_ok(prov__put_value(fields, field->tag, field->value, &err), &err);
    }
    struct prov_span span = kept_bytes(fields);
    return header_with(span.data, span.len);
}

static void
what_is_missing_for_verifying_is_told(void **state)
{
    (void)state;
    struct prov_span file = signed_with("sast.pem", "name", span_of(""));
    const struct prov_identity *signer = certificate_of("sast.pem");
    expect_failure(verify(without(file, PROV_TAG_SIGNATURE), signer), PROV_E_FORMAT, &err,
                   "its header has no Signature (tag 12), so nothing can be verified");
    expect_failure(verify(without(file, PROV_TAG_DIGEST_ALGORITHM), signer), PROV_E_FORMAT, &err,
                   "its header has no Digest Algorithm (tag 8)");
    expect_failure(verify(without(file, PROV_TAG_SIGNATURE_ALGORITHM), signer), PROV_E_FORMAT, &err,
                   "its header has no Signature Algorithm (tag 10)");
    expect_failure(verify(without(file, PROV_TAG_SERIAL_NUMBER), signer), PROV_E_SIGNATURE, &err,
                   "Invalid signature");
}

static struct prov_span
with_number(struct prov_span file, unsigned tag, uint8_t number)
{
    const struct prov_field *field = prov_header_find(reads(file), tag);
    return altered(file, field->offset + 3, (uint8_t)(field->number ^ number));
}

static void
unknown_algorithms_are_told(void **state)
{
    (void)state;
    struct prov_span file = signed_with("sast.pem", "name", span_of(""));
    const struct prov_identity *signer = certificate_of("sast.pem");
    expect_failure(verify(with_number(file, PROV_TAG_SIGNATURE_ALGORITHM, 1), signer),
                   PROV_E_FORMAT, &err, "signature algorithm 1 is unknown");
    expect_failure(verify(with_number(file, PROV_TAG_DIGEST_ALGORITHM, 9), signer), PROV_E_FORMAT,
                   &err, "digest algorithm 9 is unknown");
    expect_failure(verify(with_number(file, PROV_TAG_DIGEST_ALGORITHM, 0), signer), PROV_E_FORMAT,
                   &err, "digest algorithm 0 is unknown");
    expect_failure(verify(with_number(file, PROV_TAG_DIGEST_ALGORITHM, 2), signer),
                   PROV_E_SIGNATURE, &err, "Invalid signature");
}

static void
the_issuer_is_known_in_every_layout(void **state)
{
    (void)state;
    const struct prov_layout *layout;
    for (size_t i = 0; (layout = prov_layout_at(i)) != NULL; i++) {
        const struct prov_signing how = {
            .layout = layout, .signer = pem("issued.pem"), .digest = PROV_SHA1};
        struct prov_bytes *out = NULL;
        expect_ok(write_with(&how, "n", &out), &err);
        struct prov_span file = kept_bytes(out);
        assert_true(prov_header_names_issuer(reads(file), certificate_of("issued.pem")));
        assert_true(prov_header_names_issuer(reads(file), certificate_of("asterisk.pem")));
        assert_false(prov_header_names_issuer(reads(file), certificate_of("sast.pem")));
        assert_false(prov_header_names_issuer(reads(without(file, PROV_TAG_ISSUER_NAME)),
                                              certificate_of("issued.pem")));
    }
}

static void
an_issuer_that_cannot_be_written_is_not_named(void **state)
{
    (void)state;
    X509_NAME *name = name_of("O=o", NULL);
    assert_int_equal(X509_NAME_add_entry_by_NID(name, NID_commonName, V_ASN1_BIT_STRING,
                                                (const unsigned char *)"a", 1, -1, 0),
                     1);
    const struct prov_identity *signer = identity_of(x509_of(rsa_key(1024), name, 1), NULL);
    struct prov_span file = signed_with("sast.pem", "name", span_of(""));
    assert_false(prov_header_names_issuer(reads(file), signer));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_signed_file_is_refused),
        cmocka_unit_test(a_header_length_that_cannot_be_is_refused),
        cmocka_unit_test(the_smallest_header_is_read),
        cmocka_unit_test(what_follows_the_header_is_left_alone),
        cmocka_unit_test(tags_have_names),
        cmocka_unit_test(fixed_sizes_are_demanded),
        cmocka_unit_test(known_tags_stand_once),
        cmocka_unit_test(unknown_tags_are_kept),
        cmocka_unit_test(fields_are_limited),
        cmocka_unit_test(padding_is_counted_wherever_it_stands),
        cmocka_unit_test(headers_end_on_four_bytes),
        cmocka_unit_test(a_name_that_makes_the_header_too_long_is_refused),
        cmocka_unit_test(signer_names_that_overflow_are_refused),
        cmocka_unit_test(writing_stops_at_the_buffers_maximum),
        cmocka_unit_test(signers_are_checked),
        cmocka_unit_test(the_smallest_key_has_no_room_for_sha512),
        cmocka_unit_test(the_signer_alone_verifies),
        cmocka_unit_test(another_serial_number_of_the_same_key_is_told),
        cmocka_unit_test(what_is_missing_for_verifying_is_told),
        cmocka_unit_test(unknown_algorithms_are_told),
        cmocka_unit_test(the_issuer_is_known_in_every_layout),
        cmocka_unit_test(an_issuer_that_cannot_be_written_is_not_named),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
