/* SPDX-License-Identifier: MIT */
/* MAC addresses in names of files and certificates. */
#include "tests/unit/support.h"

static void
file_is(const char *name, const char *prefix, const char *suffix, const char *expected)
{
    struct prov_mac mac = {"untouched"};
    assert_int_equal(prov_mac_of_file(name, prefix, suffix, &mac), expected != NULL);
    assert_string_equal(mac.text, expected != NULL ? expected : "untouched");
}

static void
files_of_phones_are_recognised(void **state)
{
    (void)state;
    file_is("SEP58971ECC97C1.cnf.xml", "", ".cnf.xml", "58971ECC97C1");
    file_is("SEP58971ecc97c1.cnf.xml", "", ".cnf.xml", "58971ECC97C1");
    file_is("ITLSEP001122334455.tlv", "ITL", ".tlv", "001122334455");
    file_is("SEPabcdefABCDEF", "", "", "ABCDEFABCDEF");
}

static void
other_files_are_not(void **state)
{
    (void)state;
    file_is("SEP58971ECC97C.cnf.xml", "", ".cnf.xml", NULL);
    file_is("SEP58971ECC97C11.cnf.xml", "", ".cnf.xml", NULL);
    file_is("SEP58971ECC97G1.cnf.xml", "", ".cnf.xml", NULL);
    file_is("SEP58971ECC97C1.cnf.xml.sgn", "", ".cnf.xml", NULL);
    file_is("SEP58971ECC97C1.CNF.XML", "", ".cnf.xml", NULL);
    file_is("sep58971ECC97C1.cnf.xml", "", ".cnf.xml", NULL);
    file_is("BAK_SEP58971ECC97C1.cnf.xml", "", ".cnf.xml", NULL);
    file_is("XMLDefault.cnf.xml", "", ".cnf.xml", NULL);
    file_is("CTLSEP001122334455.tlv", "ITL", ".tlv", NULL);
    file_is("SEP", "", "", NULL);
    file_is("", "", "", NULL);
    file_is("IT", "ITL", "", NULL);
}

static void
certificate_is(X509_NAME *name, const char *expected)
{
    struct prov_mac mac = {"untouched"};
    static EVP_PKEY *key;
    if (key == NULL)
        key = ec_key("P-256");
    const struct prov_identity *certificate = identity_of(x509_of(key, name, 1), NULL);
    assert_int_equal(prov_mac_of_certificate(certificate, &mac), expected != NULL);
    assert_string_equal(mac.text, expected != NULL ? expected : "untouched");
}

static void
certificates_of_phones_are_recognised(void **state)
{
    (void)state;
    certificate_is(name_of("O=o", "CN=SEP001122334455", NULL), "001122334455");
    certificate_is(name_of("CN=SEP00aabbccddee", NULL), "00AABBCCDDEE");
    certificate_is(name_of("CN=CP-7962G-SEP00AABBCCDDEE", NULL), "00AABBCCDDEE");
    certificate_is(name_of("CN=CP-8845-K9-SEP00AABBCCDDEE", NULL), "00AABBCCDDEE");
}

static void
other_certificates_are_not(void **state)
{
    (void)state;
    certificate_is(name_of("CN=SEP00112233445", NULL), NULL);
    certificate_is(name_of("CN=SEP0011223344556", NULL), NULL);
    certificate_is(name_of("CN=SEP001122334455 ", NULL), NULL);
    certificate_is(name_of("CN=x-SEP001122334455", NULL), NULL);
    certificate_is(name_of("CN=CP-SEP001122334455", NULL), NULL);
    certificate_is(name_of("CN=CP--SEP001122334455", NULL), NULL);
    certificate_is(name_of("CN=CP-7962G-SEP00112233445", NULL), NULL);
    certificate_is(name_of("CN=CP-", NULL), NULL);
    certificate_is(name_of("O=SEP001122334455", NULL), NULL);
    certificate_is(name_of("CN=SEP001122334455", "CN=SEP001122334455", NULL), NULL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_of_phones_are_recognised),
        cmocka_unit_test(other_files_are_not),
        cmocka_unit_test(certificates_of_phones_are_recognised),
        cmocka_unit_test(other_certificates_are_not),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
