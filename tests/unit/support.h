/* SPDX-License-Identifier: MIT */
/* What the unit tests share. Objects handed out here are freed by support_end. */
#ifndef TESTS_UNIT_SUPPORT_H
#define TESTS_UNIT_SUPPORT_H

#include <prov.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#define VECTORS TEST_DATA "/vectors"
#define VECTOR_TIME 1700000000 /* at which the vectors were made */
#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* Setup and teardown of every test program. */
int support_begin(void **state);
int support_end(void **state);

/* Frees `object` at the end; returns it. */
void *keep(void *object, void (*release)(void *));

/* `printf` into a new string. */
const char *text_of(const char *format, ...) PROV_PRINTF(1, 2);
/* A path in a folder of this program's own. */
const char *temporary(const char *name);
/* A new file there; its path. */
const char *write_temporary(const char *name, const void *data, size_t len);
/* All bytes of a file. */
struct prov_span read_path(const char *path);
/* All bytes of one of the vectors. */
struct prov_span vector(const char *format, ...) PROV_PRINTF(1, 2);
/* The bytes of a text, of anything, and a buffer's. */
struct prov_span span_of(const char *text);
struct prov_span bytes_of(const void *data, size_t len);
struct prov_span kept_bytes(struct prov_bytes *bytes);
/* A copy whose byte at `at` is xored with `mask`. */
struct prov_span altered(struct prov_span bytes, size_t at, uint8_t mask);
/* A file in memory with this content, positioned at its start. */
int memory_file(struct prov_span content);
/* All bytes of a descriptor, from its start. */
struct prov_span read_descriptor(int fd);

/* vectors/pem/`name`: certificate and key, or the certificate alone. Loaded once. */
const struct prov_identity *pem(const char *name);
const struct prov_identity *certificate_of(const char *name);

/* From now on openat2(2) fails with `error` in this process, as filters of system calls make it. */
void forbid_openat2(int error);

EVP_PKEY *rsa_key(unsigned bits);
EVP_PKEY *ec_key(const char *curve);
/* An X.509 name of "TYPE=value" strings up to a NULL. */
X509_NAME *name_of(const char *first, ...);
/* A self-signed certificate. */
X509 *x509_of(EVP_PKEY *key, X509_NAME *name, long serial);
/* As an identity; `key` may be NULL. */
const struct prov_identity *identity_of(X509 *x509, EVP_PKEY *key);

struct prov_trustlist *read_list(struct prov_span bytes);
struct prov_span build_list(const struct prov_signing *how, const struct prov_trustlist_plan *plan);
/* A list whose records the caller wrote. */
struct prov_span build_raw_list(const struct prov_signing *how, const char *name,
                                struct prov_span records);

/* The call failed with this code and a sentence that holds `part`. */
#define expect_failure(rc, code, err, part)                                                        \
    expect_failure_at(rc, code, err, part, __FILE__, __LINE__)
void expect_failure_at(int rc, int code, const struct prov_error *err, const char *part,
                       const char *file, int line);
/* The call succeeded. */
#define expect_ok(rc, err) expect_ok_at(rc, err, __FILE__, __LINE__)
void expect_ok_at(int rc, const struct prov_error *err, const char *file, int line);
/* Both hold the same bytes. */
#define expect_same(a, b) expect_same_at(a, b, __FILE__, __LINE__)
void expect_same_at(struct prov_span a, struct prov_span b, const char *file, int line);

#endif
