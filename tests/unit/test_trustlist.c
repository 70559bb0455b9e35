/* SPDX-License-Identifier: MIT */
/* Trust lists: built, read, verified. */
#include "libprov/tlv.h"
#include "tests/unit/support.h"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

static struct prov_error err;

static struct prov_signing
how(const struct prov_identity *signer)
{
    return (struct prov_signing){.signer = signer, .digest = PROV_SHA1, .timestamp = VECTOR_TIME};
}

static int
try_build(const struct prov_identity *signer, const struct prov_trustlist_entry *entries,
          size_t count, struct prov_bytes **out)
{
    const struct prov_signing signing = how(signer);
    const struct prov_trustlist_plan plan = {.size = sizeof plan,
                                             .signer_version = {1, 0},
                                             .name = "ITLFile.tlv",
                                             .entries = entries,
                                             .count = count};
    *out = NULL;
    return prov_trustlist_build(&signing, &plan, out, &err);
}

/* What is expected differs from what is built in the signature alone. */
static void
what_is_expected_is_what_is_built(void **state)
{
    (void)state;
    const struct prov_trustlist_entry entries[] = {{pem("sast.pem"), PROV_ROLE_SAST},
                                                   {certificate_of("tvs.pem"), PROV_ROLE_TVS}};
    const struct prov_signing signing = how(entries[0].certificate);
    const struct prov_trustlist_plan plan = {.size = sizeof plan,
                                             .signer_version = {1, 1},
                                             .name = "ITLFile.tlv",
                                             .entries = entries,
                                             .count = LENGTH(entries)};
    struct prov_bytes *built = NULL, *expected = NULL;
    struct prov_trustlist *a = NULL, *b = NULL;
    expect_ok(prov_trustlist_build(&signing, &plan, &built, &err), &err);
    expect_ok(prov_trustlist_expect(&signing, &plan, &expected, &err), &err);
    struct prov_span span = prov_bytes_span(built);
    expect_ok(prov_trustlist_read(span.data, span.len, &a, &err), &err);
    span = prov_bytes_span(expected);
    expect_ok(prov_trustlist_read(span.data, span.len, &b, &err), &err);
    assert_true(prov_trustlist_same(a, b));
    assert_int_equal(prov_trustlist_timestamp(b), VECTOR_TIME);
    assert_int_equal(prov_trustlist_verify(b, NULL, NULL, &err), PROV_E_SIGNATURE);
    prov_trustlist_free(a);
    prov_trustlist_free(b);
    prov_bytes_free(built);
    prov_bytes_free(expected);
}

static void
refuses_to_build(const struct prov_identity *signer, const struct prov_trustlist_entry *entries,
                 size_t count, int code, const char *part)
{
    struct prov_bytes *out = NULL;
    expect_failure(try_build(signer, entries, count, &out), code, &err, part);
    assert_null(out);
}

static void
roles_and_tags_have_names(void **state)
{
    (void)state;
    static const struct {
        unsigned role;
        const char *name;
    } roles[] = {{0, "SAST"}, {1, "CCM"},        {2, "CCM+TFTP"}, {3, "TFTP"},
                 {4, "CAPF"}, {7, "APP-SERVER"}, {21, "TVS"}};
    for (size_t i = 0; i < LENGTH(roles); i++)
        assert_string_equal(prov_role_name(roles[i].role), roles[i].name);
    assert_null(prov_role_name(5));
    enum prov_role role = PROV_ROLE_SAST;
    for (size_t i = 0; i < LENGTH(roles); i++) {
        assert_true(prov_role_by_name(roles[i].name, &role));
        assert_int_equal(role, roles[i].role);
    }
    assert_true(prov_role_by_name("ccm-tftp", &role));
    assert_int_equal(role, PROV_ROLE_CCM_TFTP);
    assert_false(prov_role_by_name("CCM+", &role));
    assert_false(prov_role_by_name("CCM+TFTP ", &role));
    assert_false(prov_role_by_name("", &role));
    assert_int_equal(role, PROV_ROLE_CCM_TFTP);
    assert_null(prov_role_name(99));
    for (unsigned tag = 1; tag <= 12; tag++)
        assert_non_null(prov_record_tag_name(tag));
    assert_string_equal(prov_record_tag_name(2), "DNS Name");
    assert_null(prov_record_tag_name(0));
    assert_null(prov_record_tag_name(13));
}

static void
the_stored_name_is_the_generic_one(void **state)
{
    (void)state;
    static const struct {
        const char *file, *stored;
    } names[] = {
        {"ITLFile.tlv", "ITLFile.tlv"},
        {"/tftp/ITLSEP58971ECC97C1.tlv", "ITLFile.tlv"},
        {"CTLSEP58971ecc97c1.tlv", "CTLFile.tlv"},
        {"./CTLFile.tlv", "CTLFile.tlv"},
        {"ITLSEP58971ECC97C.tlv", "ITLSEP58971ECC97C.tlv"},
        {"ITLSEP58971ECC97C1.tlv.old", "ITLSEP58971ECC97C1.tlv.old"},
        {"x/mine.tlv", "mine.tlv"},
    };
    for (size_t i = 0; i < LENGTH(names); i++)
        assert_string_equal(prov_trustlist_stored_name(names[i].file), names[i].stored);
}

static void
a_list_needs_its_signer_as_first_sast(void **state)
{
    (void)state;
    const struct prov_trustlist_entry entries[] = {
        {certificate_of("asterisk.pem"), PROV_ROLE_CCM},
        {certificate_of("sast2.pem"), PROV_ROLE_SAST},
        {certificate_of("sast.pem"), PROV_ROLE_SAST},
    };
    struct prov_bytes *out = NULL;
    refuses_to_build(pem("sast.pem"), entries, 1, PROV_E_ARGUMENT,
                     "a trust list needs a SAST certificate, which signs it");
    refuses_to_build(pem("sast.pem"), entries, 0, PROV_E_ARGUMENT, "needs a SAST certificate");
    refuses_to_build(pem("sast.pem"), entries, 3, PROV_E_ARGUMENT,
                     "the first SAST certificate must be the signer");
    refuses_to_build(certificate_of("sast2.pem"), entries, 3, PROV_E_UNFIT,
                     "the signer needs a certificate and its private key");
    expect_ok(try_build(pem("sast2.pem"), entries, 3, &out), &err);
    prov_bytes_free(out);
}

static void
a_list_has_two_sasts_at_most(void **state)
{
    (void)state;
    const struct prov_trustlist_entry entries[] = {
        {certificate_of("sast.pem"), PROV_ROLE_SAST},
        {certificate_of("sast2.pem"), PROV_ROLE_SAST},
        {certificate_of("tvs.pem"), PROV_ROLE_SAST},
    };
    struct prov_bytes *out = NULL;
    refuses_to_build(pem("sast.pem"), entries, 3, PROV_E_ARGUMENT,
                     "3 SAST certificates; phones take at most 2");
    expect_ok(try_build(pem("sast.pem"), entries, 2, &out), &err);
    prov_bytes_free(out);
}

static void
a_certificate_stands_once_per_role(void **state)
{
    (void)state;
    const struct prov_trustlist_entry entries[] = {
        {certificate_of("sast.pem"), PROV_ROLE_SAST},
        {certificate_of("asterisk.pem"), PROV_ROLE_CCM},
        {certificate_of("asterisk.pem"), PROV_ROLE_TFTP},
        {pem("asterisk.pem"), PROV_ROLE_TFTP},
    };
    struct prov_bytes *out = NULL;
    refuses_to_build(pem("sast.pem"), entries, 4, PROV_E_ARGUMENT,
                     "CN=pbx.acme.example stands twice in role TFTP; give each certificate once");
    expect_ok(try_build(pem("sast.pem"), entries, 3, &out), &err);
    prov_bytes_free(out);
}

static void
keys_of_other_kinds_are_refused(void **state)
{
    (void)state;
    EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    const struct prov_trustlist_entry entries[] = {
        {certificate_of("sast.pem"), PROV_ROLE_SAST},
        {identity_of(x509_of(key, name_of("CN=odd", NULL), 1), NULL), PROV_ROLE_TVS},
    };
    EVP_PKEY_free(key);
    refuses_to_build(pem("sast.pem"), entries, 2, PROV_E_UNFIT,
                     "CN=odd has an ED25519 key; a trust list holds RSA and EC keys only");
}

static void
compressed_points_are_refused(void **state)
{
    (void)state;
    EVP_PKEY *key = ec_key("P-256");
    assert_int_equal(EVP_PKEY_set_utf8_string_param(key, "point-format", "compressed"), 1);
    const struct prov_trustlist_entry entries[] = {
        {certificate_of("sast.pem"), PROV_ROLE_SAST},
        {identity_of(x509_of(key, name_of("CN=squeezed", NULL), 1), NULL), PROV_ROLE_TFTP},
    };
    refuses_to_build(pem("sast.pem"), entries, 2, PROV_E_UNFIT,
                     "CN=squeezed holds its EC key as a compressed point");
}

/* A certificate of about `len` bytes. */
static const struct prov_identity *
large_certificate(EVP_PKEY *key, size_t len, long serial)
{
    char *value = keep(calloc(1, len + 1), free);
    X509_NAME *name = name_of("O=o", NULL);
    memset(value, 'v', len);
    assert_int_equal(X509_NAME_add_entry_by_NID(name, NID_commonName, V_ASN1_UTF8STRING,
                                                (const unsigned char *)value, -1, -1, 0),
                     1);
    X509 *x509 = x509_of(key, name, serial);
    X509_NAME *short_name = name_of("O=o", NULL);
    assert_int_equal(X509_set_issuer_name(x509, short_name), 1);
    assert_true(X509_sign(x509, key, EVP_sha256()) > 0);
    return identity_of(x509, NULL);
}

static void
a_list_over_64_kilobytes_is_refused(void **state)
{
    (void)state;
    EVP_PKEY *key = rsa_key(1024);
    struct prov_trustlist_entry entries[40] = {{certificate_of("sast.pem"), PROV_ROLE_SAST}};
    struct prov_bytes *out = NULL;
    for (size_t i = 1; i < LENGTH(entries); i++)
        entries[i] = (struct prov_trustlist_entry){
            identity_of(x509_of(key, name_of("CN=c", NULL), (long)i), NULL), PROV_ROLE_APP_SERVER};
    expect_ok(try_build(pem("sast.pem"), entries, 40, &out), &err);
    prov_bytes_free(out);
    entries[1].certificate = large_certificate(key, 15000, 1);
    entries[2].certificate = large_certificate(key, 15000, 2);
    refuses_to_build(pem("sast.pem"), entries, 40, PROV_E_LIMIT,
                     "the list would be larger than the 65536 bytes that a phone holds");
}

static void
the_largest_list_has_65536_bytes(void **state)
{
    (void)state;
    EVP_PKEY *key = rsa_key(1024);
    struct prov_trustlist_entry entries[] = {
        {certificate_of("sast.pem"), PROV_ROLE_SAST},
        {large_certificate(key, 15000, 1), PROV_ROLE_TVS},
        {NULL, PROV_ROLE_CAPF},
    };
    struct prov_bytes *out = NULL;
    entries[2].certificate = large_certificate(key, 10000, 2);
    expect_ok(try_build(pem("sast.pem"), entries, 3, &out), &err);
    size_t left = PROV_TRUSTLIST_BUILD_MAX - kept_bytes(out).len;
    entries[2].certificate = large_certificate(key, 10000 + left / 2, 2);
    expect_ok(try_build(pem("sast.pem"), entries, 3, &out), &err);
    assert_in_range(kept_bytes(out).len, PROV_TRUSTLIST_BUILD_MAX - 8, PROV_TRUSTLIST_BUILD_MAX);
    entries[2].certificate = large_certificate(key, 10008 + left / 2, 2);
    refuses_to_build(pem("sast.pem"), entries, 3, PROV_E_LIMIT, "would be larger than the 65536");
}

static void
a_certificate_that_is_too_large_is_refused(void **state)
{
    (void)state;
    EVP_PKEY *key = rsa_key(1024);
    struct prov_trustlist_entry entries[] = {
        {certificate_of("sast.pem"), PROV_ROLE_SAST},
        {large_certificate(key, 32400, 1), PROV_ROLE_TVS},
    };
    refuses_to_build(pem("sast.pem"), entries, 2, PROV_E_LIMIT, "would be larger than the 65536");
    entries[1].certificate = large_certificate(key, 70000, 1);
    refuses_to_build(pem("sast.pem"), entries, 2, PROV_E_LIMIT,
                     "a certificate is too large for a trust list");
}

static void
a_name_that_cannot_be_written_is_refused(void **state)
{
    (void)state;
    X509_NAME *name = name_of("O=o", NULL);
    assert_int_equal(X509_NAME_add_entry_by_NID(name, NID_commonName, V_ASN1_BIT_STRING,
                                                (const unsigned char *)"a", 1, -1, 0),
                     1);
    const struct prov_identity *odd = identity_of(x509_of(rsa_key(1024), name, 1), NULL);
    const struct prov_trustlist_entry entries[] = {
        {certificate_of("sast.pem"), PROV_ROLE_SAST}, {odd, PROV_ROLE_TVS}, {odd, PROV_ROLE_TVS}};
    refuses_to_build(pem("sast.pem"), entries, 2, PROV_E_UNFIT,
                     "a certificate's name holds text that is not readable");
    refuses_to_build(pem("sast.pem"), entries, 3, PROV_E_ARGUMENT,
                     "a certificate stands twice in role TVS");
}

struct notes {
    unsigned count;
    char text[4096];
};

static void
note(void *context, const char *text)
{
    struct notes *notes = context;
    notes->count++;
    strncat(notes->text, text, sizeof notes->text - strlen(notes->text) - 2);
    strcat(notes->text, "\n");
}

static struct notes
warnings(const struct prov_trustlist_entry *entries, size_t count, uint8_t minor, int64_t now)
{
    struct notes notes = {0};
    const struct prov_trustlist_plan plan = {.size = sizeof plan,
                                             .signer_version = {1, minor},
                                             .name = "n",
                                             .entries = entries,
                                             .count = count};
    prov_trustlist_plan_warnings(&plan, now, note, &notes);
    return notes;
}

static void
warned_once(struct notes notes, const char *part)
{
    assert_int_equal(notes.count, 1);
    if (strstr(notes.text, part) == NULL)
        fail_msg("%s", notes.text);
}

/* A certificate that gives no reason to warn at VECTOR_TIME. */
static const struct prov_identity *
plain_certificate(long serial)
{
    static EVP_PKEY *key;
    if (key == NULL)
        key = rsa_key(2048);
    return identity_of(x509_of(key, name_of("CN=c", "O=o", "OU=u", NULL), serial), NULL);
}

static void
a_good_plan_gives_no_warning(void **state)
{
    (void)state;
    const struct prov_trustlist_entry entries[] = {
        {plain_certificate(1), PROV_ROLE_SAST},
        {plain_certificate(2), PROV_ROLE_SAST},
        {plain_certificate(2), PROV_ROLE_TFTP},
    };
    assert_int_equal(warnings(entries, 3, 0, VECTOR_TIME).count, 0);
}

static void
one_sast_gives_a_warning(void **state)
{
    (void)state;
    const struct prov_trustlist_entry entries[] = {{plain_certificate(1), PROV_ROLE_SAST}};
    warned_once(warnings(entries, 1, 0, VECTOR_TIME), "the list names one SAST certificate only");
}

static void
certificates_give_warnings_once(void **state)
{
    (void)state;
    EVP_PKEY *key = rsa_key(1024);
    const struct prov_identity *nameless =
        identity_of(x509_of(key, name_of("CN=c", "O=o", NULL), 9), NULL);
    const struct prov_trustlist_entry entries[] = {
        {plain_certificate(1), PROV_ROLE_SAST},
        {plain_certificate(2), PROV_ROLE_SAST},
        {nameless, PROV_ROLE_CCM},
        {nameless, PROV_ROLE_TVS},
    };
    warned_once(warnings(entries, 4, 0, VECTOR_TIME),
                "CN=c;O=o: its subject lacks CN, O or OU, which phones expect");
}

static void
large_keys_give_a_warning(void **state)
{
    (void)state;
    const struct prov_trustlist_entry entries[] = {
        {plain_certificate(1), PROV_ROLE_SAST},
        {plain_certificate(2), PROV_ROLE_SAST},
        {certificate_of("rsa4096.pem"), PROV_ROLE_TVS},
    };
    int64_t now = prov_identity_not_before(entries[2].certificate);
    if (now < VECTOR_TIME + 3000 * INT64_C(86400))
        warned_once(warnings(entries, 3, 0, now),
                    "CN=r4096;O=o;OU=u: its key has 4096 bits; 7900 phones refuse more than 2048");
}

static void
validity_gives_warnings(void **state)
{
    (void)state;
    const struct prov_identity *certificate = plain_certificate(3);
    const struct prov_trustlist_entry entries[] = {{certificate, PROV_ROLE_TVS}};
    int64_t end = prov_identity_not_after(certificate);
    int64_t start = prov_identity_not_before(certificate);
    warned_once(warnings(entries, 1, 0, end + 1), "it has expired");
    warned_once(warnings(entries, 1, 0, end), "it expires within 30 days");
    warned_once(warnings(entries, 1, 0, end - 30 * 86400 + 1), "it expires within 30 days");
    assert_int_equal(warnings(entries, 1, 0, end - 30 * 86400).count, 0);
    assert_int_equal(warnings(entries, 1, 0, start).count, 0);
    warned_once(warnings(entries, 1, 0, start - 1), "it is not valid yet");
}

static void
ec_certificates_give_warnings(void **state)
{
    (void)state;
    EVP_PKEY *key = ec_key("P-256");
    X509_NAME *name = name_of("CN=e", "O=o", "OU=u", NULL);
    const struct prov_identity *ec = identity_of(x509_of(key, name, 1), NULL);
    const struct prov_trustlist_entry tftp[] = {{ec, PROV_ROLE_TFTP}};
    warned_once(warnings(tftp, 1, 0, VECTOR_TIME),
                "phones ignore an EC certificate for HTTPS unless the list has version 1.1");
    assert_int_equal(warnings(tftp, 1, 1, VECTOR_TIME).count, 0);
    const struct prov_trustlist_entry sast[] = {{plain_certificate(1), PROV_ROLE_SAST},
                                                {ec, PROV_ROLE_SAST}};
    warned_once(warnings(sast, 2, 1, VECTOR_TIME),
                "an EC certificate in role SAST cannot sign a later list");
}

static void
subjects_in_warnings_are_printable(void **state)
{
    (void)state;
    X509_NAME *name = name_of("CN=\x1b[31m", NULL);
    const struct prov_trustlist_entry entries[] = {
        {identity_of(x509_of(rsa_key(1024), name, 1), NULL), PROV_ROLE_TVS}};
    warned_once(warnings(entries, 1, 0, VECTOR_TIME), "CN=\\x1b[31m: its subject lacks");
}

/* A header of these records, signed by no one. */
static struct prov_span
list_with(const void *records, size_t len)
{
    struct prov_bytes *list = prov_bytes_new(3 * PROV_TRUSTLIST_READ_MAX);
    expect_ok(prov_bytes_put(list, "\1\0\2\1\2\2\0\2\0\12", 10, &err), &err);
    expect_ok(prov_bytes_put(list, records, len, &err), &err);
    return kept_bytes(list);
}

static void
refuses_to_read(struct prov_span bytes, int code, const char *part)
{
    struct prov_trustlist *list = NULL;
    expect_failure(prov_trustlist_read(bytes.data, bytes.len, &list, &err), code, &err, part);
    assert_null(list);
}

static void
a_list_without_records_is_read(void **state)
{
    (void)state;
    struct prov_trustlist *list = read_list(list_with("", 0));
    assert_int_equal(prov_trustlist_count(list), 0);
    assert_int_equal(prov_trustlist_bytes(list).len, 10);
    expect_failure(prov_trustlist_verify(list, NULL, NULL, &err), PROV_E_FORMAT, &err,
                   "its header does not name its signer by issuer and serial number");
    prov_trustlist_free(NULL);
}

static void
the_smallest_record_is_read(void **state)
{
    (void)state;
    struct prov_trustlist *list =
        read_list(list_with("\1\0\2\0\12\4\0\2\0\7\1\0\2\0\17\4\0\2\0\1\x0d\0\2xy", 25));
    assert_int_equal(prov_trustlist_count(list), 2);
    const struct prov_record *record = prov_trustlist_at(list, 1);
    assert_int_equal(record->offset, 20);
    assert_int_equal(record->len, 15);
    assert_int_equal(record->role, PROV_ROLE_CCM);
    assert_int_equal(record->count, 3);
    assert_int_equal(record->fields[0].offset, 20);
    assert_null(record->certificate);
    assert_null(prov_record_find(record, PROV_RECORD_CERTIFICATE));
    expect_same(prov_record_find(record, 13)->value, span_of("xy"));
}

static void
records_are_bounded_by_their_length(void **state)
{
    (void)state;
    refuses_to_read(list_with("\1\0\2\0", 4), PROV_E_FORMAT,
                    "record 1 does not start with its length at byte 10");
    refuses_to_read(list_with("\4\0\2\0\12", 5), PROV_E_FORMAT, "does not start with its length");
    refuses_to_read(list_with("\1\0\1\0\12", 5), PROV_E_FORMAT, "does not start with its length");
    refuses_to_read(list_with("\1\0\2\0\4", 5), PROV_E_FORMAT,
                    "record 1 at byte 10 is too short: 4 bytes");
    refuses_to_read(list_with("\1\0\2\0\0", 5), PROV_E_FORMAT, "is too short: 0 bytes");
    refuses_to_read(list_with("\1\0\2\0\12\4\0\2\0", 9), PROV_E_FORMAT,
                    "record 1 at byte 10 says 10 bytes, but the file ends after 9");
    refuses_to_read(list_with("\1\0\2\0\12\4\0\2\0\0\1\0\2\0\5", 15), PROV_E_FORMAT,
                    "record 2 at byte 20 has no role");
    assert_int_equal(err.offset, 20);
    refuses_to_read(list_with("\1\0\2\0\13\4\0\2\0\0\5", 11), PROV_E_FORMAT,
                    "record tag 5 at byte 20 is cut off");
    refuses_to_read(list_with("\1\0\2\0\15\4\0\2\0\0\5\0\1\1\0\2\0\12\4\0\2\0\0", 23),
                    PROV_E_FORMAT,
                    "record tag 5 at byte 20 says 1 bytes, but the record ends after 0");
}

static void
record_fields_have_their_sizes(void **state)
{
    (void)state;
    static const struct {
        uint8_t tag, len;
    } fixed[] = {{4, 2}, {10, 4}, {12, 1}};
    for (size_t i = 0; i < LENGTH(fixed); i++) {
        for (uint8_t len = 0; len < 8; len++) {
            uint8_t record[18] = {1, 0, 2, 0, (uint8_t)(8 + len), fixed[i].tag, 0, len};
            if (len != fixed[i].len)
                refuses_to_read(list_with(record, 8U + len), PROV_E_FORMAT,
                                text_of("record tag %u at byte 15 has %u bytes instead of %u",
                                        fixed[i].tag, len, fixed[i].len));
        }
    }
    for (uint8_t tag = 1; tag <= 12; tag++) {
        uint8_t record[40] = {1, 0, 2, 0, 0};
        size_t at = 5;
        uint8_t len = tag == 1 || tag == 4 ? 2 : tag == 10 ? 4 : tag == 12 ? 1 : 0;
        for (int i = 0; i < 2; i++) {
            record[at] = tag;
            record[at + 2] = len;
            at += 3U + len;
        }
        record[4] = (uint8_t)at;
        refuses_to_read(list_with(record, at), PROV_E_FORMAT,
                        text_of("record tag %u stands twice", tag));
    }
}

static void
record_fields_are_limited(void **state)
{
    (void)state;
    uint8_t record[10 + 3 * 63] = {1, 0, 2, 0, 0, 4, 0, 2, 0, 0};
    for (size_t i = 10; i < sizeof record; i += 3)
        memcpy(record + i, "\x40\0\0", 3);
    record[4] = 10 + 3 * 62;
    assert_int_equal(prov_trustlist_at(read_list(list_with(record, 10 + 3 * 62)), 0)->count, 64);
    record[4] = 10 + 3 * 63;
    refuses_to_read(list_with(record, sizeof record), PROV_E_FORMAT,
                    "more than 64 fields in a record");
}

static void
records_are_limited(void **state)
{
    (void)state;
    const size_t count = PROV_TRUSTLIST_RECORDS_MAX + 1;
    uint8_t *records = keep(malloc(10 * count), free);
    for (size_t i = 0; i < count; i++)
        memcpy(records + 10 * i, "\1\0\2\0\12\4\0\2\0\0", 10);
    assert_int_equal(prov_trustlist_count(read_list(list_with(records, 10 * (count - 1)))), 4096);
    refuses_to_read(list_with(records, 10 * count), PROV_E_LIMIT,
                    "the list has more than 4096 records");
}

static void
a_file_over_a_mebibyte_is_not_read(void **state)
{
    (void)state;
    uint8_t *data = keep(calloc(1, PROV_TRUSTLIST_READ_MAX + 1), free);
    refuses_to_read(bytes_of(data, PROV_TRUSTLIST_READ_MAX + 1), PROV_E_LIMIT,
                    "larger than the 1048576 bytes that are read");
    refuses_to_read(bytes_of(data, PROV_TRUSTLIST_READ_MAX), PROV_E_FORMAT,
                    "this is no signed file");
    refuses_to_read(bytes_of("", 0), PROV_E_FORMAT, "the file is empty");
}

static void
a_certificate_that_cannot_be_read_leaves_the_list_readable(void **state)
{
    (void)state;
    struct prov_trustlist *list = read_list(list_with("\1\0\2\0\17\4\0\2\0\0\x09\0\2\x30\0", 15));
    assert_null(prov_trustlist_at(list, 0)->certificate);
    assert_non_null(prov_record_find(prov_trustlist_at(list, 0), PROV_RECORD_CERTIFICATE));
}

/* A SAST record of `certificate`: with its DER, or with what the caller gives instead. */
static void
put_sast(struct prov_bytes *out, const struct prov_identity *certificate, uint8_t tag,
         struct prov_span value, int hash_algorithm)
{
    struct prov_bytes *fields = prov_bytes_new(65535), *issuer = NULL;
    expect_ok(prov__put_u16(fields, PROV_RECORD_ROLE, PROV_ROLE_SAST, &err), &err);
    expect_ok(prov_identity_issuer(certificate, NULL, &issuer, &err), &err);
    expect_ok(prov__put_string(fields, PROV_RECORD_ISSUER_NAME, kept_bytes(issuer), &err), &err);
    expect_ok(
        prov__put_value(fields, PROV_RECORD_SERIAL_NUMBER, prov_identity_serial(certificate), &err),
        &err);
    if (value.data != NULL)
        expect_ok(prov__put_value(fields, tag, value, &err), &err);
    if (hash_algorithm >= 0)
        expect_ok(prov__put_u8(fields, PROV_RECORD_HASH_ALGORITHM, (uint8_t)hash_algorithm, &err),
                  &err);
    struct prov_span span = kept_bytes(fields);
    expect_ok(prov__put_u16(out, PROV_RECORD_LENGTH, (uint16_t)(5 + span.len), &err), &err);
    expect_ok(prov_bytes_put(out, span.data, span.len, &err), &err);
}

static struct prov_trustlist *
signed_list(struct prov_bytes *records)
{
    const struct prov_signing signing = how(pem("sast.pem"));
    return read_list(build_raw_list(&signing, "ITLFile.tlv", kept_bytes(records)));
}

static struct prov_trustlist *
hash_only_list(enum prov_digest digest, int stated)
{
    struct prov_hash hash;
    struct prov_bytes *records = prov_bytes_new(100000);
    expect_ok(prov_identity_hash(certificate_of("sast.pem"), digest, &hash, &err), &err);
    put_sast(records, certificate_of("sast.pem"), PROV_RECORD_CERTIFICATE_HASH,
             bytes_of(hash.value, hash.len), stated);
    return signed_list(records);
}

static void
a_signer_named_by_hash_must_be_given(void **state)
{
    (void)state;
    static const enum prov_digest digests[] = {PROV_SHA1, PROV_SHA256, PROV_SHA512};
    for (size_t i = 0; i < LENGTH(digests); i++) {
        struct prov_trustlist *list = hash_only_list(digests[i], (int)digests[i]);
        size_t signer = 77;
        expect_failure(prov_trustlist_verify(list, NULL, &signer, &err), PROV_E_SIGNER, &err,
                       "names its certificate by hash only; give the certificate with --sast");
        expect_failure(prov_trustlist_verify(list, certificate_of("sast2.pem"), &signer, &err),
                       PROV_E_SIGNER, &err, "the certificate at hand has another hash");
        assert_int_equal(signer, 77);
        expect_ok(prov_trustlist_verify(list, certificate_of("sast.pem"), &signer, &err), &err);
        assert_int_equal(signer, 0);
    }
}

static void
hashes_that_name_nothing_are_refused(void **state)
{
    (void)state;
    static const struct {
        enum prov_digest digest;
        int stated;
    } cases[] = {{PROV_MD5, PROV_MD5}, {PROV_SHA1, 9}, {PROV_SHA1, PROV_SHA256}, {PROV_SHA1, -1}};
    for (size_t i = 0; i < LENGTH(cases); i++)
        expect_failure(prov_trustlist_verify(hash_only_list(cases[i].digest, cases[i].stated),
                                             certificate_of("sast.pem"), NULL, &err),
                       PROV_E_SIGNER, &err, "the certificate at hand has another hash");
}

static void
a_record_without_certificate_or_hash_names_no_signer(void **state)
{
    (void)state;
    struct prov_bytes *records = prov_bytes_new(100000);
    put_sast(records, certificate_of("sast.pem"), 0, bytes_of(NULL, 0), -1);
    struct prov_trustlist *list = signed_list(records);
    expect_failure(prov_trustlist_verify(list, NULL, NULL, &err), PROV_E_SIGNER, &err,
                   "give the certificate with --sast");
    expect_failure(prov_trustlist_verify(list, certificate_of("sast.pem"), NULL, &err),
                   PROV_E_SIGNER, &err, "another hash");
}

static void
a_signer_whose_certificate_cannot_be_read_is_told(void **state)
{
    (void)state;
    struct prov_bytes *records = prov_bytes_new(100000);
    put_sast(records, certificate_of("sast.pem"), PROV_RECORD_CERTIFICATE, span_of("broken"), -1);
    expect_failure(
        prov_trustlist_verify(signed_list(records), certificate_of("sast.pem"), NULL, &err),
        PROV_E_SIGNER, &err, "holds a certificate that cannot be read");
}

static void
a_list_without_its_signer_is_told(void **state)
{
    (void)state;
    struct prov_bytes *records = prov_bytes_new(100000);
    put_sast(records, certificate_of("sast2.pem"), PROV_RECORD_CERTIFICATE,
             prov_identity_der(certificate_of("sast2.pem")), -1);
    expect_failure(prov_trustlist_verify(signed_list(records), NULL, NULL, &err), PROV_E_SIGNER,
                   &err, "no SAST record of the list is the signer that its header names");
}

static void
the_second_record_of_a_signer_may_verify(void **state)
{
    (void)state;
    size_t signer = 77;
    struct prov_bytes *records = prov_bytes_new(100000);
    put_sast(records, certificate_of("sast.pem"), PROV_RECORD_CERTIFICATE,
             prov_identity_der(certificate_of("tvs.pem")), -1);
    put_sast(records, certificate_of("sast.pem"), PROV_RECORD_CERTIFICATE,
             prov_identity_der(certificate_of("sast.pem")), -1);
    expect_ok(prov_trustlist_verify(signed_list(records), NULL, &signer, &err), &err);
    assert_int_equal(signer, 1);
}

static void
another_certificate_in_the_signers_record_does_not_verify(void **state)
{
    (void)state;
    struct prov_bytes *records = prov_bytes_new(100000);
    put_sast(records, certificate_of("sast.pem"), PROV_RECORD_CERTIFICATE,
             prov_identity_der(certificate_of("tvs.pem")), -1);
    expect_failure(prov_trustlist_verify(signed_list(records), NULL, NULL, &err), PROV_E_SIGNATURE,
                   &err, "Invalid signature");
}

static void
a_plan_of_another_size_is_refused(void **state)
{
    (void)state;
    const struct prov_signing signing = how(pem("sast.pem"));
    const struct prov_trustlist_entry entries[] = {{pem("sast.pem"), PROV_ROLE_SAST}};
    struct prov_trustlist_plan plan = {.name = "ITLFile.tlv", .entries = entries, .count = 1};
    static const size_t sizes[] = {0, sizeof plan - 1, sizeof plan + 1};
    struct prov_bytes *list = NULL;
    for (size_t i = 0; i < LENGTH(sizes); i++) {
        struct notes notes = {0};
        plan.size = sizes[i];
        expect_failure(prov_trustlist_build(&signing, &plan, &list, &err), PROV_E_ARGUMENT, &err,
                       text_of("the plan states a size of %zu bytes", sizes[i]));
        prov_trustlist_plan_warnings(&plan, VECTOR_TIME, note, &notes);
        assert_int_equal(notes.count, 1);
    }
    assert_null(list);
}

/* --- for messages */

static void
signers_are_shown_by_their_roles(void **state)
{
    (void)state;
    const unsigned sast = 1U << PROV_ROLE_SAST, tvs = 1U << PROV_ROLE_TVS;
    struct prov_trustlist *list = read_list(vector("4.13/tlv/ITLFile.tlv"));
    const struct prov_record *record = prov_trustlist_at(list, 0);
    char one[PROV_SIGNER_TEXT_MAX], text[4 * PROV_SIGNER_TEXT_MAX] = "";
    prov_signer_text(prov_record_find(record, PROV_RECORD_ISSUER_NAME),
                     prov_record_find(record, PROV_RECORD_SERIAL_NUMBER), one, sizeof one);
    assert_non_null(strstr(one, ", serial "));
    prov_trustlist_put_signers(list, tvs, text, sizeof text);
    assert_string_equal(text, "");
    prov_trustlist_put_signers(list, sast, text, sizeof text);
    assert_memory_equal(text, one, strlen(one));

    size_t len = strlen(text);
    prov_trustlist_put_signers(list, sast, text, sizeof text);
    assert_memory_equal(text + len, "; ", 2);
    char narrow[PROV_SIGNER_TEXT_MAX] = "";
    prov_trustlist_put_signers(list, sast, narrow, strlen(one));
    assert_string_equal(narrow, "");
    assert_string_equal(prov_signer_text(NULL, NULL, one, sizeof one), "nobody, serial ");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_expected_is_what_is_built),
        cmocka_unit_test(roles_and_tags_have_names),
        cmocka_unit_test(the_stored_name_is_the_generic_one),
        cmocka_unit_test(a_list_needs_its_signer_as_first_sast),
        cmocka_unit_test(a_plan_of_another_size_is_refused),
        cmocka_unit_test(a_list_has_two_sasts_at_most),
        cmocka_unit_test(a_certificate_stands_once_per_role),
        cmocka_unit_test(keys_of_other_kinds_are_refused),
        cmocka_unit_test(compressed_points_are_refused),
        cmocka_unit_test(a_list_over_64_kilobytes_is_refused),
        cmocka_unit_test(the_largest_list_has_65536_bytes),
        cmocka_unit_test(a_certificate_that_is_too_large_is_refused),
        cmocka_unit_test(a_name_that_cannot_be_written_is_refused),
        cmocka_unit_test(a_good_plan_gives_no_warning),
        cmocka_unit_test(one_sast_gives_a_warning),
        cmocka_unit_test(certificates_give_warnings_once),
        cmocka_unit_test(large_keys_give_a_warning),
        cmocka_unit_test(validity_gives_warnings),
        cmocka_unit_test(ec_certificates_give_warnings),
        cmocka_unit_test(subjects_in_warnings_are_printable),
        cmocka_unit_test(a_list_without_records_is_read),
        cmocka_unit_test(the_smallest_record_is_read),
        cmocka_unit_test(records_are_bounded_by_their_length),
        cmocka_unit_test(record_fields_have_their_sizes),
        cmocka_unit_test(record_fields_are_limited),
        cmocka_unit_test(records_are_limited),
        cmocka_unit_test(a_file_over_a_mebibyte_is_not_read),
        cmocka_unit_test(a_certificate_that_cannot_be_read_leaves_the_list_readable),
        cmocka_unit_test(a_signer_named_by_hash_must_be_given),
        cmocka_unit_test(hashes_that_name_nothing_are_refused),
        cmocka_unit_test(a_record_without_certificate_or_hash_names_no_signer),
        cmocka_unit_test(a_signer_whose_certificate_cannot_be_read_is_told),
        cmocka_unit_test(a_list_without_its_signer_is_told),
        cmocka_unit_test(the_second_record_of_a_signer_may_verify),
        cmocka_unit_test(another_certificate_in_the_signers_record_does_not_verify),
        cmocka_unit_test(signers_are_shown_by_their_roles),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
