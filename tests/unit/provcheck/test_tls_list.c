/* SPDX-License-Identifier: MIT */
/* A server's certificate against trust lists that tlvfile does not write: records that name a
 * certificate by its digest alone. */
#include "provcheck/tls/internal.h"
#include "tests/unit/support.h"

#include <string.h>

static struct prov_error err;

static X509 *
x509_from(const struct prov_identity *identity)
{
    struct prov_span der = prov_identity_der(identity);
    const unsigned char *at = der.data;
    X509 *certificate = d2i_X509(NULL, &at, (long)der.len);
    assert_non_null(certificate);
    return keep(certificate, (void (*)(void *))X509_free);
}

static size_t
put_field(uint8_t *out, uint8_t tag, const void *value, size_t len)
{
    out[0] = tag;
    out[1] = (uint8_t)(len >> 8);
    out[2] = (uint8_t)len;
    memcpy(out + 3, value, len);
    return 3 + len;
}

/* A list with one record: a role and a digest. */
static struct prov_trustlist *
list_of_hash(uint8_t role, struct prov_span hash)
{
    uint8_t record[256];
    const struct prov_signing how = {
        .signer = pem("sast.pem"), .digest = PROV_SHA1, .timestamp = VECTOR_TIME};
    size_t len = 5;
    len += put_field(record + len, PROV_RECORD_ROLE, (uint8_t[]){0, role}, 2);
    len += put_field(record + len, PROV_RECORD_CERTIFICATE_HASH, hash.data, hash.len);
    put_field(record, PROV_RECORD_LENGTH, (uint8_t[]){0, (uint8_t)len}, 2);
    return read_list(build_raw_list(&how, "ITLFile.tlv", bytes_of(record, len)));
}

static void
look_up(struct tls_findings *findings, const struct prov_trustlist *list, enum prov_role role,
        const struct prov_identity *server)
{
    const struct tls_check check = {.list = list, .role_given = true, .role = role};
    memset(findings, 0, sizeof *findings);
    assert_true(tls_check_list(&check, x509_from(server), findings));
}

static void
a_digest_is_enough(void **state)
{
    (void)state;
    static const enum prov_digest digests[] = {PROV_SHA1, PROV_SHA256, PROV_SHA512};
    const struct prov_identity *server = pem("asterisk.pem");
    struct tls_findings findings;
    struct prov_hash hash;
    for (size_t i = 0; i < LENGTH(digests); i++) {
        expect_ok(prov_identity_hash(server, digests[i], &hash, &err), &err);
        const struct prov_trustlist *list =
            list_of_hash(PROV_ROLE_CCM, bytes_of(hash.value, hash.len));
        look_up(&findings, list, PROV_ROLE_CCM, server);
        assert_false(tls_has(&findings, TLS_NOT_LISTED));
        look_up(&findings, list, PROV_ROLE_TFTP, server);
        assert_true(tls_has(&findings, TLS_LISTED_ROLE));
        look_up(&findings, list, PROV_ROLE_CCM, pem("p256.pem"));
        assert_true(tls_has(&findings, TLS_NOT_LISTED));
    }
}

static void
half_a_digest_is_none(void **state)
{
    (void)state;
    const struct prov_identity *server = pem("asterisk.pem");
    struct tls_findings findings;
    struct prov_hash hash;
    expect_ok(prov_identity_hash(server, PROV_SHA1, &hash, &err), &err);
    look_up(&findings, list_of_hash(PROV_ROLE_CCM, bytes_of(hash.value, hash.len - 1)),
            PROV_ROLE_CCM, server);
    assert_true(tls_has(&findings, TLS_NOT_LISTED));
    look_up(&findings, list_of_hash(PROV_ROLE_CCM, bytes_of("", 0)), PROV_ROLE_CCM, server);
    assert_true(tls_has(&findings, TLS_NOT_LISTED));
}

static void
roles_that_nobody_knows_are_numbers(void **state)
{
    (void)state;
    const struct prov_identity *server = pem("asterisk.pem");
    struct tls_findings findings;
    struct prov_hash hash;
    expect_ok(prov_identity_hash(server, PROV_SHA1, &hash, &err), &err);
    look_up(&findings, list_of_hash(99, bytes_of(hash.value, hash.len)), PROV_ROLE_CCM, server);
    assert_true(tls_has(&findings, TLS_LISTED_ROLE));
    assert_non_null(strstr(findings.at[findings.count - 1].what, "with role 99, and not CCM"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_digest_is_enough),
        cmocka_unit_test(half_a_digest_is_none),
        cmocka_unit_test(roles_that_nobody_knows_are_numbers),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
