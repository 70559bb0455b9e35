/* SPDX-License-Identifier: MIT */
/* The reference's own files: built byte for byte, read, verified, decrypted. */
#include "tests/unit/support.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ENTRIES_MAX 9

static struct prov_error err;

static const char *const layouts[] = {"4.11", "4.13"};

/* As vectors/commands.txt has it. */
static const struct list_case {
    const char *file;
    const char *stored;
    uint8_t minor;
    enum prov_digest digest;
    struct {
        const char *pem;
        enum prov_role role;
    } entries[ENTRIES_MAX + 1];
} lists[] = {
    {"ITLFile.tlv",
     "ITLFile.tlv",
     0,
     PROV_SHA1,
     {{"sast.pem", PROV_ROLE_SAST},
      {"asterisk.pem", PROV_ROLE_CCM},
      {"apache.pem", PROV_ROLE_APP_SERVER}}},
    {"full.tlv",
     "ITLFile.tlv",
     1,
     PROV_SHA512,
     {{"sast.pem", PROV_ROLE_SAST},
      {"sast2.pem", PROV_ROLE_SAST},
      {"asterisk.pem", PROV_ROLE_CCM},
      {"odd.pem", PROV_ROLE_CCM_TFTP},
      {"apache-ec.pem", PROV_ROLE_TFTP},
      {"capf.pem", PROV_ROLE_CAPF},
      {"p256.pem", PROV_ROLE_APP_SERVER},
      {"p521.pem", PROV_ROLE_APP_SERVER},
      {"tvs.pem", PROV_ROLE_TVS}}},
    {"CTLSEP58971ECC97C1.tlv",
     "CTLFile.tlv",
     0,
     PROV_SHA1,
     {{"sast.pem", PROV_ROLE_SAST}, {"apache.pem", PROV_ROLE_APP_SERVER}}},
    {"issued.tlv",
     "issued.tlv",
     0,
     PROV_SHA1,
     {{"issued.pem", PROV_ROLE_SAST},
      {"issued.pem", PROV_ROLE_CCM},
      {"apache-ec.pem", PROV_ROLE_TFTP}}},
    {"r1024.tlv",
     "r1024.tlv",
     0,
     PROV_SHA1,
     {{"rsa1024.pem", PROV_ROLE_SAST}, {"asterisk.pem", PROV_ROLE_TFTP}}},
    {"r4096.tlv", "r4096.tlv", 0, PROV_SHA512, {{"rsa4096.pem", PROV_ROLE_SAST}}},
    {"odd.tlv",
     "odd.tlv",
     0,
     PROV_SHA1,
     {{"odd.pem", PROV_ROLE_SAST}, {"odd.pem", PROV_ROLE_TFTP}}},
};

static const struct file_case {
    const char *path;
    const char *input;
    const char *stored;
    enum prov_digest digest;
    const char *signer;
} files[] = {
    {"plain/SEP58971ECC97C1.cnf.xml.sgn", "SEP58971ECC97C1.cnf.xml", "SEP58971ECC97C1.cnf.xml.sgn",
     PROV_SHA1, "asterisk.pem"},
    {"sha512/SEP58971ECC97C1.cnf.xml.sgn", "SEP58971ECC97C1.cnf.xml", "SEP58971ECC97C1.cnf.xml.sgn",
     PROV_SHA512, "asterisk.pem"},
    {"named/mk-sip.jar.sgn", "mk-sip.jar", "New_Zealand/mk-sip.jar.sgn", PROV_SHA1, "asterisk.pem"},
    {"issued/one.xml.sgn", "one.xml", "one.xml.sgn", PROV_SHA1, "issued.pem"},
    {"empty/empty.xml.sgn", "empty.xml", "empty.xml.sgn", PROV_SHA1, "apache.pem"},
    {"one/one.xml.sgn", "one.xml", "one.xml.sgn", PROV_SHA1, "odd.pem"},
    {"r1024/one.xml.sgn", "one.xml", "one.xml.sgn", PROV_SHA1, "rsa1024.pem"},
    {"r4096/one.xml.sgn", "one.xml", "one.xml.sgn", PROV_SHA512, "rsa4096.pem"},
};

static const struct pair_case {
    const char *folder;
    const char *input;
    enum prov_digest digest;
    const char *signer;
    const char *device;
} pairs[] = {
    {"plain", "SEP58971ECC97C1.cnf.xml", PROV_SHA1, "asterisk.pem", "SEP58971ECC97C1.pem"},
    {"sha512", "SEP58971ECC97C1.cnf.xml", PROV_SHA512, "asterisk.pem", "SEP58971ECC97C1.pem"},
    {"issued", "SEP58971ECC97C1.cnf.xml", PROV_SHA1, "issued.pem", "SEP58971ECC97C1.pem"},
    {"odd", "SEP00AABBCCDDEE.cnf.xml", PROV_SHA1, "asterisk.pem", "SEP00AABBCCDDEE.pem"},
    {"r1024", "SEP001122334455.cnf.xml", PROV_SHA1, "asterisk.pem", "SEP001122334455.pem"},
};

static struct prov_signing
signing(const char *layout, const char *signer, enum prov_digest digest)
{
    return (struct prov_signing){.layout = prov_layout_find(layout),
                                 .signer = pem(signer),
                                 .digest = digest,
                                 .timestamp = VECTOR_TIME};
}

static struct prov_span
build_case(const struct list_case *list, const char *layout)
{
    const struct prov_signing how = signing(layout, list->entries[0].pem, list->digest);
    struct prov_trustlist_entry entries[ENTRIES_MAX];
    size_t count = 0;
    for (; list->entries[count].pem != NULL; count++)
        entries[count] = (struct prov_trustlist_entry){certificate_of(list->entries[count].pem),
                                                       list->entries[count].role};
    const struct prov_trustlist_plan plan = {.size = sizeof plan,
                                             .signer_version = {1, list->minor},
                                             .name = list->stored,
                                             .entries = entries,
                                             .count = count};
    return build_list(&how, &plan);
}

static void
lists_are_built_byte_for_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(lists); i++)
        for (size_t k = 0; k < LENGTH(layouts); k++)
            expect_same(build_case(&lists[i], layouts[k]),
                        vector("%s/tlv/%s", layouts[k], lists[i].file));
}

static void
callmanager_lists_equal_4_11(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(lists); i++)
        expect_same(build_case(&lists[i], "callmanager"), vector("4.11/tlv/%s", lists[i].file));
}

static void
lists_are_read_and_verified(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(lists); i++) {
        for (size_t k = 0; k < LENGTH(layouts); k++) {
            struct prov_trustlist *list = read_list(vector("%s/tlv/%s", layouts[k], lists[i].file));
            size_t signer = 77;
            expect_ok(prov_trustlist_verify(list, NULL, &signer, &err), &err);
            assert_int_equal(signer, 0);
            for (size_t n = 0; n < prov_trustlist_count(list); n++) {
                const struct prov_record *record = prov_trustlist_at(list, n);
                assert_int_equal(record->role, lists[i].entries[n].role);
                expect_same(prov_identity_der(record->certificate),
                            prov_identity_der(certificate_of(lists[i].entries[n].pem)));
            }
            assert_null(lists[i].entries[prov_trustlist_count(list)].pem);
        }
    }
}

static struct prov_span
build_file(const struct file_case *file, const char *layout)
{
    const struct prov_signing how = signing(layout, file->signer, file->digest);
    int in = memory_file(vector("in/%s", file->input)), out = memory_file(span_of(""));
    expect_ok(prov_signedfile_build(&how, file->stored, in, out, &err), &err);
    struct prov_span built = read_descriptor(out);
    close(in);
    close(out);
    return built;
}

static void
signed_files_are_built_byte_for_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(files); i++)
        for (size_t k = 0; k < LENGTH(layouts); k++)
            expect_same(build_file(&files[i], layouts[k]),
                        vector("%s/sgn/%s", layouts[k], files[i].path));
}

static void
callmanager_signed_files_equal_4_11(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(files); i++)
        expect_same(build_file(&files[i], "callmanager"), vector("4.11/sgn/%s", files[i].path));
}

static void
signed_files_are_verified_and_stripped(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(files); i++) {
        for (size_t k = 0; k < LENGTH(layouts); k++) {
            struct prov_signedfile *file = NULL;
            const char *path = text_of("%s/%s/sgn/%s", VECTORS, layouts[k], files[i].path);
            expect_ok(prov_signedfile_open(path, &file, &err), &err);
            expect_ok(prov_signedfile_verify(file, certificate_of(files[i].signer), &err), &err);
            assert_true(prov_header_names_issuer(prov_signedfile_header(file),
                                                 certificate_of(files[i].signer)));
            prov_signedfile_free(file);
            int in = memory_file(read_path(path)), out = memory_file(span_of(""));
            expect_ok(prov_signedfile_strip(in, out, &err), &err);
            expect_same(read_descriptor(out), vector("in/%s", files[i].input));
            close(in);
            close(out);
        }
    }
}

struct built_pair {
    struct prov_span encrypted;
    struct prov_span stub;
};

static struct built_pair
build_pair(const struct pair_case *pair, const char *layout)
{
    const struct prov_signing how = signing(layout, pair->signer, pair->digest);
    struct prov_span xml = vector("in/%s", pair->input);
    struct prov_bytes *encrypted = NULL, *stub = NULL;
    expect_ok(prov_encrypted_build(&how, certificate_of(pair->device), pair->input, xml.data,
                                   xml.len, &encrypted, &stub, &err),
              &err);
    return (struct built_pair){kept_bytes(encrypted), kept_bytes(stub)};
}

static void
release_encrypted(void *file)
{
    prov_encrypted_free(file);
}

static const struct prov_encrypted *
read_encrypted(struct prov_span bytes)
{
    struct prov_encrypted *file = NULL;
    expect_ok(prov_encrypted_read(bytes.data, bytes.len, &file, &err), &err);
    return keep(file, release_encrypted);
}

static struct prov_span
reference_pair(const struct pair_case *pair, const char *layout, const char *suffix)
{
    return vector("%s/enc/%s/%s%s", layout, pair->folder, pair->input, suffix);
}

static void
stubs_are_built_byte_for_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(pairs); i++)
        for (size_t k = 0; k < LENGTH(layouts); k++)
            expect_same(build_pair(&pairs[i], layouts[k]).stub,
                        reference_pair(&pairs[i], layouts[k], ".sgn"));
}

static void
decrypts(struct prov_span bytes, const struct pair_case *pair)
{
    const struct prov_encrypted *file = read_encrypted(bytes);
    struct prov_bytes *xml = NULL;
    expect_ok(prov_encrypted_verify(file, certificate_of(pair->signer), &err), &err);
    expect_ok(prov_encrypted_decrypt(file, pem(pair->device), &xml, &err), &err);
    expect_same(kept_bytes(xml), vector("in/%s", pair->input));
}

static void
encrypted_files_decrypt_both_ways(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(pairs); i++) {
        for (size_t k = 0; k < LENGTH(layouts); k++) {
            decrypts(reference_pair(&pairs[i], layouts[k], ".enc.sgn"), &pairs[i]);
            decrypts(build_pair(&pairs[i], layouts[k]).encrypted, &pairs[i]);
        }
        decrypts(build_pair(&pairs[i], "callmanager").encrypted, &pairs[i]);
    }
}

/* The header with the values of these tags zeroed: what differs from build to build. */
static struct prov_span
masked(struct prov_span bytes, const unsigned *tags, size_t count)
{
    const struct prov_header *header = prov_encrypted_header(read_encrypted(bytes));
    struct prov_span all = prov_header_bytes(header);
    uint8_t *copy = keep(malloc(all.len), free);
    memcpy(copy, all.data, all.len);
    for (size_t i = 0; i < count; i++) {
        const struct prov_field *field = prov_header_find(header, tags[i]);
        memset(copy + field->offset + 3, 0, field->value.len);
    }
    return bytes_of(copy, all.len);
}

static void
encrypted_headers_equal_the_references(void **state)
{
    (void)state;
    static const unsigned random[] = {PROV_TAG_SIGNATURE, PROV_TAG_ENCRYPTION_IV,
                                      PROV_TAG_ENCRYPTION_KEY};
    for (size_t i = 0; i < LENGTH(pairs); i++)
        for (size_t k = 0; k < LENGTH(layouts); k++)
            expect_same(masked(build_pair(&pairs[i], layouts[k]).encrypted, random, 3),
                        masked(reference_pair(&pairs[i], layouts[k], ".enc.sgn"), random, 3));
}

static void
callmanager_tells_the_symmetric_key_size(void **state)
{
    (void)state;
    static const unsigned random[] = {PROV_TAG_SIGNATURE, PROV_TAG_ENCRYPTION_IV,
                                      PROV_TAG_ENCRYPTION_KEY, PROV_TAG_ENCRYPTION_KEY_SIZE};
    for (size_t i = 0; i < LENGTH(pairs); i++) {
        struct prov_span built = build_pair(&pairs[i], "callmanager").encrypted;
        const struct prov_header *header = prov_encrypted_header(read_encrypted(built));
        assert_int_equal(prov_header_find(header, PROV_TAG_ENCRYPTION_KEY_SIZE)->number, 128);
        expect_same(masked(built, random, 4),
                    masked(reference_pair(&pairs[i], "4.11", ".enc.sgn"), random, 4));
    }
}

static struct prov_trustlist *
shape(const char *name)
{
    return read_list(vector("callmanager-shape/%s", name));
}

static void
shapes_of_the_call_manager_are_valid(void **state)
{
    (void)state;
    static const char *const valid[] = {"CTLFile-etoken-nonsecure.tlv", "ITLFile-tvs-hash-only.tlv",
                                        "ITLFile-sha512-v28.tlv",       "ITLFile-sha256.tlv",
                                        "ITLFile-unknown-rectag.tlv",   "ITLFile-unknown-role.tlv",
                                        "ITLFile-latin1-name.tlv"};
    for (size_t i = 0; i < LENGTH(valid); i++)
        expect_ok(prov_trustlist_verify(shape(valid[i]), NULL, NULL, &err), &err);
}

static size_t
records_without(const struct prov_trustlist *list, unsigned tag)
{
    size_t count = 0;
    for (size_t i = 0; i < prov_trustlist_count(list); i++)
        count += prov_record_find(prov_trustlist_at(list, i), tag) == NULL;
    return count;
}

static void
the_etoken_list_has_bare_records_and_odd_names(void **state)
{
    (void)state;
    struct prov_trustlist *list = shape("CTLFile-etoken-nonsecure.tlv");
    assert_int_equal(prov_trustlist_count(list), 5);
    assert_int_equal(records_without(list, PROV_RECORD_CERTIFICATE), 2);
    assert_true(records_without(list, PROV_RECORD_SIGNATURE) > 2);
    assert_null(prov_header_find(prov_trustlist_header(list), PROV_TAG_SIGNER_VERSION));
    assert_non_null(prov_record_find(prov_trustlist_at(list, 0), PROV_RECORD_DNS_NAME));
    struct prov_span name =
        prov_record_find(prov_trustlist_at(list, 0), PROV_RECORD_SUBJECT_NAME)->value;
    assert_non_null(memmem(name.data, name.len, "  ", 2));
    assert_non_null(memmem(name.data, name.len, "\"", 1));
}

static void
details_of_the_shapes_are_read(void **state)
{
    (void)state;
    struct prov_trustlist *list = shape("ITLFile-tvs-hash-only.tlv");
    size_t last = prov_trustlist_count(list) - 1;
    assert_int_equal(records_without(list, PROV_RECORD_CERTIFICATE_HASH), last);
    list = shape("ITLFile-sha512-v28.tlv");
    assert_int_equal(prov_header_find(prov_trustlist_header(list), 8)->number, PROV_SHA512);
    expect_same(prov_header_find(prov_trustlist_header(list), 28)->value, bytes_of("\1\1", 2));
    list = shape("ITLFile-sha256.tlv");
    assert_int_equal(prov_header_find(prov_trustlist_header(list), 8)->number, PROV_SHA256);
}

static void
unknown_tags_and_roles_are_kept_by_number(void **state)
{
    (void)state;
    unsigned unknown_tags = 0, unknown_roles = 0;
    struct prov_trustlist *list = shape("ITLFile-unknown-rectag.tlv");
    for (size_t i = 0; i < prov_trustlist_count(list); i++)
        for (size_t k = 0; k < prov_trustlist_at(list, i)->count; k++)
            unknown_tags += prov_trustlist_at(list, i)->fields[k].kind == PROV_FIELD_UNKNOWN;
    assert_true(unknown_tags > 0);
    list = shape("ITLFile-unknown-role.tlv");
    for (size_t i = 0; i < prov_trustlist_count(list); i++)
        unknown_roles += prov_trustlist_at(list, i)->role == 99;
    assert_int_equal(unknown_roles, 1);
}

static void
a_latin1_name_is_escaped(void **state)
{
    (void)state;
    char text[512] = "";
    struct prov_trustlist *list = shape("ITLFile-latin1-name.tlv");
    bool escaped = false;
    for (size_t i = 0; i < prov_trustlist_count(list); i++) {
        const struct prov_field *name =
            prov_record_find(prov_trustlist_at(list, i), PROV_RECORD_SUBJECT_NAME);
        prov_printable(name->value.data, name->value.len, text, sizeof text);
        escaped = escaped || strstr(text, "\\xe") != NULL;
    }
    assert_true(escaped);
}

static void
a_sast_by_hash_alone_needs_its_certificate(void **state)
{
    (void)state;
    struct prov_trustlist *list = shape("ITLFile-sast-hash-only.tlv");
    expect_failure(prov_trustlist_verify(list, NULL, NULL, &err), PROV_E_SIGNER, &err,
                   "names its certificate by hash only; give the certificate with --sast");
    expect_failure(prov_trustlist_verify(list, certificate_of("sast.pem"), NULL, &err),
                   PROV_E_SIGNER, &err, "the certificate at hand has another hash");
}

static void
broken_shapes_are_told(void **state)
{
    (void)state;
    static const struct {
        const char *file, *part;
    } broken[] = {
        {"ITLFile-trunc-hdr.tlv", "bytes, but the file ends after 200"},
        {"ITLFile-trunc-rec.tlv", "bytes, but the file ends after"},
        {"ITLFile-empty.tlv", "the file is empty"},
    };
    for (size_t i = 0; i < LENGTH(broken); i++) {
        struct prov_span bytes = vector("callmanager-shape/%s", broken[i].file);
        struct prov_trustlist *list = NULL;
        expect_failure(prov_trustlist_read(bytes.data, bytes.len, &list, &err), PROV_E_FORMAT, &err,
                       broken[i].part);
    }
}

static struct prov_span
from_hex(struct prov_span hex)
{
    uint8_t *bytes = keep(calloc(1, hex.len), free);
    size_t digits = 0;
    for (size_t i = 0; i < hex.len; i++) {
        int c = hex.data[i];
        if (!isxdigit(c))
            continue;
        int digit = isdigit(c) ? c - '0' : tolower(c) - 'a' + 10;
        bytes[digits / 2] = (uint8_t)(bytes[digits / 2] << 4 | digit);
        digits++;
    }
    return bytes_of(bytes, digits / 2);
}

static const uint8_t plain_tags[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14};
static const uint8_t encrypted_tags[] = {1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 14,
                                         15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 26, 27};

/* Reads one of the real headers, which must be firmware's, hold these tags and this name. */
static const struct prov_header *
real_header(const char *file, size_t len, const char *name, const uint8_t *tags, size_t count)
{
    static struct prov_header *header;
    prov_header_free(header);
    header = NULL;
    if (file == NULL)
        return NULL;
    struct prov_span bytes = from_hex(vector("real-headers/%s.hex", file));
    expect_ok(prov_header_read(bytes.data, bytes.len, &header, &err), &err);
    assert_int_equal(prov_header_len(header), len);
    assert_int_equal(bytes.len, len);
    assert_true(prov_header_is_firmware(header));
    assert_int_equal(prov_header_count(header), count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(prov_header_at(header, i)->tag, tags[i]);
    expect_same(prov_header_find(header, PROV_TAG_FILENAME)->value, span_of(name));
    assert_int_equal(prov_header_find(header, PROV_TAG_DIGEST_ALGORITHM)->number, PROV_SHA1);
    assert_int_equal(prov_header_find(header, PROV_TAG_SIGNATURE_MODULUS)->number, 2);
    assert_int_equal(prov_header_find(header, PROV_TAG_SIGNATURE)->value.len, 256);
    expect_same(prov_header_find(header, PROV_TAG_SERIAL_NUMBER)->value,
                bytes_of("\x12\x34\x56\x78\x90\xab\xcd\xef", 8));
    expect_same(prov_header_find(header, PROV_TAG_ISSUER_NAME)->value,
                span_of("CN=someCA;OU=someOrgUnit;O=someOrg"));
    return header;
}

static void
real_headers_are_read_to_their_last_tag(void **state)
{
    (void)state;
    const size_t count = sizeof plain_tags;
    real_header("JSYSH-1.4.7.3.SBN", 404, "JSYSH-1.4.7.3.SBN", plain_tags, count);
    real_header("P003-8-12-00.sbn", 404, "P003-8-12-00.sbn", plain_tags, count);
    real_header("SCCP42.9-4-2SR3-1S.loads", 412, "SCCP42.9-4-2SR3-1S.loads", plain_tags, count);
    real_header("DSP69xx.12-4-123-2.160119.zz.sgn", 420, "DSP69xx.12-4-123-2.160119.zz.sgn",
                plain_tags, count);
    real_header(NULL, 0, NULL, NULL, 0);
}

static void
the_real_encrypted_header_is_read_to_its_last_tag(void **state)
{
    (void)state;
    static const struct {
        unsigned tag, number;
    } numbers[] = {{18, 2}, {22, 1}, {23, 256}, {24, 2}, {26, 1}};
    const struct prov_header *header =
        real_header("skern8961.022809R2-9-4-2SR4-1.sebn", 504, "skern8961.022809R2-9-4-2SR4-1.sebn",
                    encrypted_tags, sizeof encrypted_tags);
    for (size_t i = 0; i < LENGTH(numbers); i++)
        assert_int_equal(prov_header_find(header, numbers[i].tag)->number, numbers[i].number);
    expect_same(prov_header_find(header, PROV_TAG_ENCRYPTION_IV)->value,
                bytes_of("\x0a\x01\x02\x03\x04\x0b\x0c\x0d\x0a\x01\x02\x03\x04\x0b\x0c\x0d", 16));
    assert_int_equal(prov_header_find(header, PROV_TAG_ENCRYPTION_DIGEST)->value.len, 20);
    assert_null(prov_header_find(header, PROV_TAG_ENCRYPTION_KEY));
    real_header(NULL, 0, NULL, NULL, 0);
}

static const char *
base64_hash(const struct prov_identity *certificate, enum prov_digest digest)
{
    struct prov_hash hash;
    unsigned char text[100];
    expect_ok(prov_identity_hash(certificate, digest, &hash, &err), &err);
    EVP_EncodeBlock(text, hash.value, (int)hash.len);
    return text_of("%s", (char *)text);
}

static void
certificate_hashes_are_the_references(void **state)
{
    (void)state;
    struct prov_span all = vector("certhash.txt");
    char *text = keep(strndup((const char *)all.data, all.len), free);
    char *rest = NULL;
    unsigned count = 0;
    for (char *line = strtok_r(text, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        char *name = strsep(&line, " ");
        const struct prov_identity *certificate = certificate_of(name);
        assert_string_equal(line, text_of("sha1=%s sha512=%s", base64_hash(certificate, PROV_SHA1),
                                          base64_hash(certificate, PROV_SHA512)));
        count++;
    }
    assert_int_equal(count, 16);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_are_built_byte_for_byte),
        cmocka_unit_test(callmanager_lists_equal_4_11),
        cmocka_unit_test(lists_are_read_and_verified),
        cmocka_unit_test(signed_files_are_built_byte_for_byte),
        cmocka_unit_test(callmanager_signed_files_equal_4_11),
        cmocka_unit_test(signed_files_are_verified_and_stripped),
        cmocka_unit_test(stubs_are_built_byte_for_byte),
        cmocka_unit_test(encrypted_files_decrypt_both_ways),
        cmocka_unit_test(encrypted_headers_equal_the_references),
        cmocka_unit_test(callmanager_tells_the_symmetric_key_size),
        cmocka_unit_test(shapes_of_the_call_manager_are_valid),
        cmocka_unit_test(the_etoken_list_has_bare_records_and_odd_names),
        cmocka_unit_test(details_of_the_shapes_are_read),
        cmocka_unit_test(unknown_tags_and_roles_are_kept_by_number),
        cmocka_unit_test(a_latin1_name_is_escaped),
        cmocka_unit_test(a_sast_by_hash_alone_needs_its_certificate),
        cmocka_unit_test(broken_shapes_are_told),
        cmocka_unit_test(real_headers_are_read_to_their_last_tag),
        cmocka_unit_test(the_real_encrypted_header_is_read_to_its_last_tag),
        cmocka_unit_test(certificate_hashes_are_the_references),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
