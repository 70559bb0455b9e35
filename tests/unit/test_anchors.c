/* SPDX-License-Identifier: MIT */
/* Authorities, and which certificates come from them. */
#include "tests/unit/support.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

static struct prov_error err;

static void
release(void *object)
{
    prov_anchors_free(object);
}

/* Writes certificates as one PEM file. */
static const char *
pem_file(const char *name, X509 *const *certificates, size_t count)
{
    BIO *bio = BIO_new(BIO_s_mem());
    for (size_t i = 0; i < count; i++)
        assert_int_equal(PEM_write_bio_X509(bio, certificates[i]), 1);
    char *data = NULL;
    long len = BIO_get_mem_data(bio, &data);
    const char *path = write_temporary(name, data, (size_t)len);
    BIO_free(bio);
    return path;
}

static const struct prov_anchors *
anchors_of(X509 *const *certificates, size_t count)
{
    struct prov_anchors *anchors = NULL;
    expect_ok(prov_anchors_load(pem_file("ca.pem", certificates, count), &anchors, &err), &err);
    return keep(anchors, release);
}

/* Lets `subject` be issued by the owner of `issuer` and `key`. */
static void
issue(X509 *subject, X509 *issuer, EVP_PKEY *key)
{
    assert_int_equal(X509_set_issuer_name(subject, X509_get_subject_name(issuer)), 1);
    assert_true(X509_sign(subject, key, EVP_sha256()) > 0);
}

static void
make_authority(X509 *certificate, EVP_PKEY *key)
{
    X509_EXTENSION *extension =
        X509V3_EXT_conf_nid(NULL, NULL, NID_basic_constraints, "critical,CA:TRUE");
    assert_non_null(extension);
    assert_int_equal(X509_add_ext(certificate, extension, -1), 1);
    X509_EXTENSION_free(extension);
    assert_true(X509_sign(certificate, key, EVP_sha256()) > 0);
}

/* A root, an authority below it, and a phone below that. */
struct chain {
    EVP_PKEY *root_key, *middle_key, *phone_key;
    X509 *root, *middle, *phone;
};

static struct chain
make_chain(void)
{
    struct chain chain = {rsa_key(2048), rsa_key(1024), rsa_key(1024), NULL, NULL, NULL};
    chain.root = x509_of(chain.root_key, name_of("CN=root", NULL), 1);
    make_authority(chain.root, chain.root_key);
    chain.middle = x509_of(chain.middle_key, name_of("CN=middle", NULL), 2);
    make_authority(chain.middle, chain.middle_key);
    issue(chain.middle, chain.root, chain.root_key);
    chain.phone = x509_of(chain.phone_key, name_of("CN=SEP58971ECC97C1", NULL), 3);
    issue(chain.phone, chain.middle, chain.middle_key);
    return chain;
}

static void
a_chain_is_followed(void **state)
{
    (void)state;
    struct chain chain = make_chain();
    const struct prov_identity *phone = identity_of(chain.phone, NULL);
    X509 *both[] = {chain.root, chain.middle};
    expect_ok(prov_anchors_check(anchors_of(both, 2), phone, &err), &err);
    expect_ok(prov_anchors_check(anchors_of(&chain.middle, 1), phone, &err), &err);
    expect_ok(prov_anchors_check(anchors_of(&chain.phone, 1), phone, &err), &err);
    expect_failure(
        prov_anchors_check(anchors_of(&chain.root, 1), phone, &err), PROV_E_UNFIT, &err,
        "its certificate does not chain to a known authority: unable to get local issuer");
}

static void
a_forged_issuer_does_not_count(void **state)
{
    (void)state;
    struct chain chain = make_chain();
    issue(chain.phone, chain.middle, chain.root_key); /* named, but it did not sign */
    expect_failure(
        prov_anchors_check(anchors_of(&chain.middle, 1), identity_of(chain.phone, NULL), &err),
        PROV_E_UNFIT, &err, "does not chain to a known authority");
}

static void
times_do_not_matter(void **state)
{
    (void)state;
    struct chain chain = make_chain();
    assert_non_null(X509_gmtime_adj(X509_getm_notBefore(chain.phone), -2000000));
    assert_non_null(X509_gmtime_adj(X509_getm_notAfter(chain.phone), -1000000));
    issue(chain.phone, chain.middle, chain.middle_key);
    expect_ok(
        prov_anchors_check(anchors_of(&chain.middle, 1), identity_of(chain.phone, NULL), &err),
        &err);
}

static void
files_without_certificates_are_refused(void **state)
{
    (void)state;
    struct prov_anchors *anchors = NULL;
    expect_failure(prov_anchors_load(write_temporary("x", "x", 1), &anchors, &err), PROV_E_FORMAT,
                   &err, "it holds no certificates in PEM that can be read");
    expect_failure(prov_anchors_load(write_temporary("x", "", 0), &anchors, &err), PROV_E_FORMAT,
                   &err, "it holds no certificates in PEM");
    expect_failure(prov_anchors_load(temporary("none"), &anchors, &err), PROV_E_SYSTEM, &err,
                   "cannot open it: No such file");
    assert_null(anchors);
    prov_anchors_free(NULL);
}

/* --- a certificate alone in PEM is read by a shorter way than others */

static void
all_ways_of_loading_agree(void **state)
{
    (void)state;
    static const char *const names[] = {"asterisk.pem", "SEP58971ECC97C1.pem", "p256.pem",
                                        "odd.pem"};
    for (size_t i = 0; i < LENGTH(names); i++) {
        const struct prov_identity *long_way = certificate_of(names[i]);
        struct prov_identity *short_way = NULL;
        struct prov_span der = prov_identity_der(long_way);
        const unsigned char *at = der.data;
        X509 *certificate = d2i_X509(NULL, &at, (long)der.len);
        const char *path = pem_file("alone.pem", &certificate, 1);
        expect_ok(prov_identity_load(path, PROV_NEED_CERTIFICATE, NULL, NULL, &short_way, &err),
                  &err);
        expect_same(prov_identity_der(short_way), der);
        assert_false(prov_identity_has_key(short_way));
        prov_identity_free(short_way);
        X509_free(certificate);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_chain_is_followed),
        cmocka_unit_test(a_forged_issuer_does_not_count),
        cmocka_unit_test(times_do_not_matter),
        cmocka_unit_test(files_without_certificates_are_refused),
        cmocka_unit_test(all_ways_of_loading_agree),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
