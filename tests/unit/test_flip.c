/* SPDX-License-Identifier: MIT */
/* Any byte changed and any end cut off must be noticed, given the signer's certificate. */
#include "tests/unit/support.h"

#include <stdlib.h>
#include <string.h>

/* PROV_OK if `bytes` are read and verified. */
typedef int check_function(struct prov_span bytes, const struct prov_identity *signer,
                           struct prov_error *err);

static int
check_list(struct prov_span bytes, const struct prov_identity *signer, struct prov_error *err)
{
    (void)signer;
    struct prov_trustlist *list = NULL;
    int rc = prov_trustlist_read(bytes.data, bytes.len, &list, err);
    if (rc == PROV_OK)
        rc = prov_trustlist_verify(list, NULL, NULL, err);
    prov_trustlist_free(list);
    return rc;
}

static int
check_signed(struct prov_span bytes, const struct prov_identity *signer, struct prov_error *err)
{
    struct prov_header *header = NULL;
    int rc = prov_header_read(bytes.data, bytes.len, &header, err);
    if (rc != PROV_OK)
        return rc;
    size_t len = prov_header_len(header);
    rc = prov_header_verify(header, bytes_of(bytes.data + len, bytes.len - len), signer, err);
    prov_header_free(header);
    return rc;
}

static int
check_encrypted(struct prov_span bytes, const struct prov_identity *signer, struct prov_error *err)
{
    struct prov_encrypted *file = NULL;
    int rc = prov_encrypted_read(bytes.data, bytes.len, &file, err);
    if (rc == PROV_OK)
        rc = prov_encrypted_verify(file, signer, err);
    prov_encrypted_free(file);
    return rc;
}

static void
must_fail(check_function *check, struct prov_span bytes, const struct prov_identity *signer,
          const char *what, size_t at)
{
    struct prov_error err = {0};
    int rc = check(bytes, signer, &err);
    if (rc == PROV_OK || rc != err.code || err.text[0] == '\0')
        fail_msg("%s at byte %zu: %d %s", what, at, rc, err.text);
}

static void
notices_everything(check_function *check, struct prov_span bytes, const char *signer_name)
{
    static const uint8_t masks[] = {0x01, 0x80, 0xff};
    const struct prov_identity *signer = signer_name != NULL ? certificate_of(signer_name) : NULL;
    struct prov_error err;
    uint8_t *copy = malloc(bytes.len + 1);
    memcpy(copy, bytes.data, bytes.len);
    copy[bytes.len] = 0;
    expect_ok(check(bytes_of(copy, bytes.len), signer, &err), &err);
    for (size_t i = 0; i < bytes.len; i++) {
        for (size_t k = 0; k < sizeof masks; k++) {
            copy[i] ^= masks[k];
            must_fail(check, bytes_of(copy, bytes.len), signer, "flipped", i);
            copy[i] ^= masks[k];
        }
    }
    must_fail(check, bytes_of(copy, bytes.len + 1), signer, "appended", bytes.len);
    free(copy);
    for (size_t len = 0; len < bytes.len; len++) {
        /* Of just this size, so that a read beyond it is seen by AddressSanitizer. */
        uint8_t *part = malloc(len > 0 ? len : 1);
        memcpy(part, bytes.data, len);
        must_fail(check, bytes_of(part, len), signer, "cut", len);
        free(part);
    }
}

static void
a_list_in_4_11(void **state)
{
    (void)state;
    notices_everything(check_list, vector("4.11/tlv/r1024.tlv"), NULL);
}

static void
a_list_in_4_13(void **state)
{
    (void)state;
    notices_everything(check_list, vector("4.13/tlv/r1024.tlv"), NULL);
}

static void
a_list_with_two_roles_of_one_certificate(void **state)
{
    (void)state;
    notices_everything(check_list, vector("4.13/tlv/issued.tlv"), NULL);
}

static void
a_list_with_sha512(void **state)
{
    (void)state;
    notices_everything(check_list, vector("4.11/tlv/r4096.tlv"), NULL);
}

static void
a_list_of_the_call_manager(void **state)
{
    (void)state;
    notices_everything(check_list, vector("callmanager-shape/CTLFile-etoken-nonsecure.tlv"), NULL);
}

static void
a_built_list_in_callmanager(void **state)
{
    (void)state;
    const struct prov_signing how = {
        .signer = pem("rsa1024.pem"), .digest = PROV_SHA512, .timestamp = VECTOR_TIME};
    const struct prov_trustlist_entry entries[] = {{how.signer, PROV_ROLE_SAST},
                                                   {certificate_of("p256.pem"), PROV_ROLE_TFTP}};
    const struct prov_trustlist_plan plan = {.size = sizeof plan,
                                             .signer_version = {1, 1},
                                             .name = "ITLFile.tlv",
                                             .entries = entries,
                                             .count = 2};
    notices_everything(check_list, build_list(&how, &plan), NULL);
}

static void
signed_files(void **state)
{
    (void)state;
    notices_everything(check_signed, vector("4.11/sgn/plain/SEP58971ECC97C1.cnf.xml.sgn"),
                       "asterisk.pem");
    notices_everything(check_signed, vector("4.13/sgn/sha512/SEP58971ECC97C1.cnf.xml.sgn"),
                       "asterisk.pem");
    notices_everything(check_signed, vector("4.13/sgn/one/one.xml.sgn"), "odd.pem");
    notices_everything(check_signed, vector("4.11/sgn/empty/empty.xml.sgn"), "apache.pem");
    notices_everything(check_signed, vector("4.13/sgn/r4096/one.xml.sgn"), "rsa4096.pem");
    notices_everything(check_signed, vector("4.11/sgn/issued/one.xml.sgn"), "issued.pem");
}

static void
encrypted_files(void **state)
{
    (void)state;
    notices_everything(check_encrypted, vector("4.11/enc/plain/SEP58971ECC97C1.cnf.xml.enc.sgn"),
                       "asterisk.pem");
    notices_everything(check_encrypted, vector("4.13/enc/sha512/SEP58971ECC97C1.cnf.xml.enc.sgn"),
                       "asterisk.pem");
    notices_everything(check_encrypted, vector("4.13/enc/r1024/SEP001122334455.cnf.xml.enc.sgn"),
                       "asterisk.pem");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_in_4_11),
        cmocka_unit_test(a_list_in_4_13),
        cmocka_unit_test(a_list_with_two_roles_of_one_certificate),
        cmocka_unit_test(a_list_with_sha512),
        cmocka_unit_test(a_list_of_the_call_manager),
        cmocka_unit_test(a_built_list_in_callmanager),
        cmocka_unit_test(signed_files),
        cmocka_unit_test(encrypted_files),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
