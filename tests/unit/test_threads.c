/* SPDX-License-Identifier: MIT */
/* Several threads that share constant objects; made for ThreadSanitizer. */
#include "tests/unit/support.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define THREADS 8
#define ROUNDS 10
#define XML "<device><loadInformation>caf\xc3\xa9</loadInformation></device>"

/* What all threads share: loaded before they start, and only read by them. */
static struct {
    const struct prov_identity *signer;
    const struct prov_identity *phone;
    struct prov_trustlist *list;
    const char *signed_path;
    const char *pem_path;
    const char *folder;
} shared;

/* cmocka's asserts belong to the main thread: a worker counts what went wrong instead. */
struct worker {
    pthread_t thread;
    unsigned number;
    unsigned failures;
    struct prov_error err;
};

static void
note(struct worker *worker, bool good)
{
    worker->failures += !good;
}

static void
use_list(struct worker *worker)
{
    struct prov_trustlist *own = NULL;
    struct prov_span bytes = prov_trustlist_bytes(shared.list);
    size_t signer = 0;
    note(worker, prov_trustlist_verify(shared.list, NULL, &signer, &worker->err) == PROV_OK);
    note(worker, prov_trustlist_read(bytes.data, bytes.len, &own, &worker->err) == PROV_OK);
    note(worker, own != NULL && prov_trustlist_same(own, shared.list));
    note(worker, own != NULL && prov_trustlist_follows(shared.list, own, &worker->err) == PROV_OK);
    prov_trustlist_free(own);
}

static void
build_a_list(struct worker *worker)
{
    const struct prov_signing how = {
        .signer = shared.signer, .digest = PROV_SHA1, .timestamp = worker->number};
    const struct prov_trustlist_entry entries[] = {{shared.signer, PROV_ROLE_SAST},
                                                   {shared.phone, PROV_ROLE_TFTP}};
    const struct prov_trustlist_plan plan = {.size = sizeof plan,
                                             .signer_version = {1, 0},
                                             .name = "ITLFile.tlv",
                                             .entries = entries,
                                             .count = 2};
    struct prov_bytes *out = NULL;
    note(worker, prov_trustlist_build(&how, &plan, &out, &worker->err) == PROV_OK);
    prov_bytes_free(out);
}

static void
use_signed_file(struct worker *worker)
{
    struct prov_signedfile *file = NULL;
    note(worker, prov_signedfile_open(shared.signed_path, &file, &worker->err) == PROV_OK);
    note(worker, file != NULL &&
                     prov_signedfile_verify(file, shared.signer, &worker->err) != PROV_OK &&
                     worker->err.code == PROV_E_SIGNATURE);
    prov_signedfile_free(file);
}

static void
use_encryption(struct worker *worker)
{
    const struct prov_signing how = {
        .signer = shared.signer, .digest = PROV_SHA512, .timestamp = worker->number};
    struct prov_bytes *encrypted = NULL, *stub = NULL, *xml = NULL;
    struct prov_encrypted *file = NULL;
    note(worker, prov_encrypted_build(&how, shared.phone, "SEP58971ECC97C1.cnf.xml", XML,
                                      strlen(XML), &encrypted, &stub, &worker->err) == PROV_OK);
    struct prov_span bytes =
        encrypted != NULL ? prov_bytes_span(encrypted) : (struct prov_span){NULL, 0};
    note(worker, prov_encrypted_read(bytes.data, bytes.len, &file, &worker->err) == PROV_OK);
    note(worker,
         file != NULL && prov_encrypted_decrypt(file, shared.phone, &xml, &worker->err) == PROV_OK);
    prov_encrypted_free(file);
    prov_bytes_free(encrypted);
    prov_bytes_free(stub);
    prov_bytes_free(xml);
}

static void
refuse_bad_xml(struct worker *worker)
{
    static const char bad[] =
        "<?xml version=\"1.0\" encoding=\"EUC-JP\"?><device>\xff\xff</device>";
    struct prov_deviceconfig *config = NULL;
    note(worker,
         prov_deviceconfig_read(bad, sizeof bad - 1, &config, &worker->err) == PROV_E_FORMAT);
    prov_deviceconfig_free(config);
}

static void
load_an_identity(struct worker *worker)
{
    struct prov_identity *identity = NULL;
    struct prov_hash hash;
    note(worker, prov_identity_load(shared.pem_path, PROV_NEED_CERTIFICATE | PROV_NEED_KEY, NULL,
                                    NULL, &identity, &worker->err) == PROV_OK);
    note(worker, identity != NULL && prov_identity_same_key(identity, shared.signer));
    note(worker, prov_identity_hash(shared.signer, PROV_SHA1, &hash, &worker->err) == PROV_OK);
    prov_identity_free(identity);
}

static void
write_a_file(struct worker *worker)
{
    char path[256];
    struct prov_batch *batch = prov_batch_new();
    snprintf(path, sizeof path, "%sfile%u", shared.folder, worker->number % 3);
    note(worker, batch != NULL &&
                     prov_batch_put(batch, path, 0644, XML, strlen(XML), &worker->err) == PROV_OK);
    note(worker, batch != NULL && prov_batch_commit(batch, &worker->err) == PROV_OK);
    prov_batch_free(batch);
}

static void *
work(void *context)
{
    struct worker *worker = context;
    static void (*const jobs[])(struct worker *) = {
        use_list,       build_a_list,     use_signed_file, use_encryption,
        refuse_bad_xml, load_an_identity, write_a_file,
    };
    for (unsigned i = 0; i < ROUNDS * LENGTH(jobs); i++)
        jobs[(i + worker->number) % LENGTH(jobs)](worker);
    return NULL;
}

static void
threads_share_constant_objects(void **state)
{
    (void)state;
    struct worker workers[THREADS] = {0};
    shared.signer = pem("sast.pem");
    shared.phone = pem("SEP58971ECC97C1.pem");
    shared.list = read_list(vector("4.11/tlv/ITLFile.tlv"));
    shared.signed_path = VECTORS "/4.11/sgn/plain/SEP58971ECC97C1.cnf.xml.sgn";
    shared.pem_path = VECTORS "/pem/sast.pem";
    shared.folder = temporary("");
    for (unsigned i = 0; i < THREADS; i++) {
        workers[i].number = i;
        assert_int_equal(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
    }
    for (unsigned i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(workers[i].thread, NULL), 0);
    for (unsigned i = 0; i < THREADS; i++)
        if (workers[i].failures > 0)
            fail_msg("thread %u: %u failures, last %s", i, workers[i].failures,
                     workers[i].err.text);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_share_constant_objects),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
