/* SPDX-License-Identifier: MIT */
/* What the unit tests share. */
#include "tests/unit/support.h"
#include "libprov/header.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FILE_MAX (4 * 1024 * 1024)
#define PEMS_MAX 32
#define YEAR (365 * 86400L)

struct kept {
    void *object;
    void (*release)(void *);
    struct kept *before;
};

static struct kept *kept;
static char folder[64];
static unsigned pem_count;
static struct {
    char name[64];
    unsigned need;
    const struct prov_identity *identity;
} pems[PEMS_MAX];

void *
keep(void *object, void (*release)(void *))
{
    struct kept *next = malloc(sizeof *next);
    assert_non_null(object);
    assert_non_null(next);
    *next = (struct kept){object, release, kept};
    kept = next;
    return object;
}

static void
release_bytes(void *object)
{
    prov_bytes_free(object);
}

static void
release_identity(void *object)
{
    prov_identity_free(object);
}

static void
release_list(void *object)
{
    prov_trustlist_free(object);
}

static void
release_key(void *object)
{
    EVP_PKEY_free(object);
}

static void
release_x509(void *object)
{
    X509_free(object);
}

static void
release_name(void *object)
{
    X509_NAME_free(object);
}

static int
remove_entry(const char *path, const struct stat *status, int type, struct FTW *ftw)
{
    (void)status, (void)type, (void)ftw;
    return remove(path);
}

int
support_begin(void **state)
{
    (void)state;
    const char *base = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/prov-test-XXXXXX", base != NULL ? base : "/tmp");
    return mkdtemp(folder) != NULL ? 0 : -1;
}

int
support_end(void **state)
{
    (void)state;
    while (kept != NULL) {
        struct kept *last = kept;
        kept = last->before;
        last->release(last->object);
        free(last);
    }
    return nftw(folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

static const char *format_text(const char *format, va_list arguments) PROV_PRINTF(1, 0);

static const char *
format_text(const char *format, va_list arguments)
{
    char *text = NULL;
    assert_true(vasprintf(&text, format, arguments) >= 0);
    return keep(text, free);
}

const char *
text_of(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const char *text = format_text(format, arguments);
    va_end(arguments);
    return text;
}

const char *
temporary(const char *name)
{
    return text_of("%s/%s", folder, name);
}

const char *
write_temporary(const char *name, const void *data, size_t len)
{
    const char *path = temporary(name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, data, len), len);
    assert_int_equal(close(fd), 0);
    return path;
}

struct prov_span
kept_bytes(struct prov_bytes *bytes)
{
    return prov_bytes_span(keep(bytes, release_bytes));
}

struct prov_span
read_path(const char *path)
{
    struct prov_bytes *bytes = NULL;
    struct prov_error err;
    int rc = prov_file_read(path, FILE_MAX, &bytes, &err);
    if (rc != PROV_OK)
        fail_msg("%s: %s", path, err.text);
    return kept_bytes(bytes);
}

struct prov_span
vector(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const char *name = format_text(format, arguments);
    va_end(arguments);
    return read_path(text_of("%s/%s", VECTORS, name));
}

struct prov_span
span_of(const char *text)
{
    return (struct prov_span){(const uint8_t *)text, strlen(text)};
}

struct prov_span
bytes_of(const void *data, size_t len)
{
    return (struct prov_span){data, len};
}

struct prov_span
altered(struct prov_span bytes, size_t at, uint8_t mask)
{
    uint8_t *copy = keep(malloc(bytes.len), free);
    assert_true(at < bytes.len);
    memcpy(copy, bytes.data, bytes.len);
    copy[at] ^= mask;
    return (struct prov_span){copy, bytes.len};
}

int
memory_file(struct prov_span content)
{
    int fd = memfd_create("test", MFD_CLOEXEC);
    assert_true(fd >= 0);
    if (content.len > 0)
        assert_int_equal(write(fd, content.data, content.len), content.len);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    return fd;
}

struct prov_span
read_descriptor(int fd)
{
    return read_path(text_of("/proc/self/fd/%d", fd));
}

static const struct prov_identity *
load_pem(const char *name, unsigned need)
{
    for (unsigned i = 0; i < pem_count; i++)
        if (strcmp(pems[i].name, name) == 0 && pems[i].need == need)
            return pems[i].identity;
    struct prov_identity *identity = NULL;
    struct prov_error err;
    const char *path = text_of("%s/pem/%s", VECTORS, name);
    expect_ok(prov_identity_load(path, need, NULL, NULL, &identity, &err), &err);
    keep(identity, release_identity);
    assert_true(pem_count < PEMS_MAX);
    snprintf(pems[pem_count].name, sizeof pems[pem_count].name, "%s", name);
    pems[pem_count].need = need;
    pems[pem_count++].identity = identity;
    return identity;
}

const struct prov_identity *
pem(const char *name)
{
    return load_pem(name, PROV_NEED_CERTIFICATE | PROV_NEED_KEY);
}

const struct prov_identity *
certificate_of(const char *name)
{
    return load_pem(name, PROV_NEED_CERTIFICATE);
}

void
forbid_openat2(int error)
{
    struct sock_filter instructions[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)error),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog filter = {LENGTH(instructions), instructions};
    assert_int_equal(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
    assert_int_equal(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0), 0);
    assert_int_equal(syscall(SYS_openat2, -1, "", NULL, 0), -1);
    assert_int_equal(errno, error);
}

EVP_PKEY *
rsa_key(unsigned bits)
{
    return keep(EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)bits), release_key);
}

EVP_PKEY *
ec_key(const char *curve)
{
    return keep(EVP_PKEY_Q_keygen(NULL, NULL, "EC", curve), release_key);
}

X509_NAME *
name_of(const char *first, ...)
{
    X509_NAME *name = keep(X509_NAME_new(), release_name);
    va_list more;
    va_start(more, first);
    for (const char *part = first; part != NULL; part = va_arg(more, const char *)) {
        char type[64];
        const char *value = strchr(part, '=') + 1;
        snprintf(type, sizeof type, "%.*s", (int)(value - part - 1), part);
        assert_int_equal(X509_NAME_add_entry_by_txt(name, type, MBSTRING_UTF8,
                                                    (const unsigned char *)value, -1, -1, 0),
                         1);
    }
    va_end(more);
    return name;
}

X509 *
x509_of(EVP_PKEY *key, X509_NAME *name, long serial)
{
    X509 *x509 = keep(X509_new(), release_x509);
    assert_int_equal(X509_set_version(x509, X509_VERSION_3), 1);
    assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(x509), serial), 1);
    assert_int_equal(X509_set_subject_name(x509, name), 1);
    assert_int_equal(X509_set_issuer_name(x509, name), 1);
    assert_non_null(ASN1_TIME_set(X509_getm_notBefore(x509), VECTOR_TIME - YEAR));
    assert_non_null(ASN1_TIME_set(X509_getm_notAfter(x509), VECTOR_TIME + 10 * YEAR));
    assert_int_equal(X509_set_pubkey(x509, key), 1);
    const EVP_MD *digest = EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519 ? NULL : EVP_sha256();
    assert_true(X509_sign(x509, key, digest) > 0);
    return x509;
}

static struct prov_identity *
identity_with_key(X509 *x509, EVP_PKEY *key)
{
    struct prov_identity *identity = NULL;
    struct prov_error err;
    const char *path = write_temporary("identity.pem", "", 0);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(PEM_write_PKCS8PrivateKey(file, key, NULL, NULL, 0, NULL, NULL), 1);
    assert_int_equal(PEM_write_X509(file, x509), 1);
    assert_int_equal(fclose(file), 0);
    expect_ok(prov_identity_load(path, PROV_NEED_CERTIFICATE | PROV_NEED_KEY, NULL, NULL, &identity,
                                 &err),
              &err);
    assert_int_equal(unlink(path), 0);
    return identity;
}

const struct prov_identity *
identity_of(X509 *x509, EVP_PKEY *key)
{
    if (key != NULL)
        return keep(identity_with_key(x509, key), release_identity);
    struct prov_identity *identity = NULL;
    struct prov_error err;
    unsigned char *der = NULL;
    int len = i2d_X509(x509, &der);
    assert_true(len > 0);
    expect_ok(prov_identity_from_der(der, (size_t)len, &identity, &err), &err);
    OPENSSL_free(der);
    return keep(identity, release_identity);
}

struct prov_trustlist *
read_list(struct prov_span bytes)
{
    struct prov_trustlist *list = NULL;
    struct prov_error err;
    expect_ok(prov_trustlist_read(bytes.data, bytes.len, &list, &err), &err);
    return keep(list, release_list);
}

struct prov_span
build_list(const struct prov_signing *how, const struct prov_trustlist_plan *plan)
{
    struct prov_bytes *list = NULL;
    struct prov_error err;
    expect_ok(prov_trustlist_build(how, plan, &list, &err), &err);
    return kept_bytes(list);
}

struct prov_span
build_raw_list(const struct prov_signing *how, const char *name, struct prov_span records)
{
    struct prov_error err;
    struct prov_bytes *list = prov_bytes_new(PROV_TRUSTLIST_READ_MAX);
    const struct prov__header_plan plan = {.major = 1, .minor = 2, .name = name};
    assert_non_null(list);
    expect_ok(prov__header_write(how, &plan, records, list, &err), &err);
    return kept_bytes(list);
}

void
expect_failure_at(int rc, int code, const struct prov_error *err, const char *part,
                  const char *file, int line)
{
    if (rc == PROV_OK || err->code != rc) {
        print_error("returned %d\n", rc);
        _fail(file, line);
    }
    if (rc != code || strstr(err->text, part) == NULL || strchr(err->text, '\n') != NULL) {
        print_error("failed with %d: %s\n", rc, err->text);
        _fail(file, line);
    }
}

void
expect_ok_at(int rc, const struct prov_error *err, const char *file, int line)
{
    if (rc == PROV_OK)
        return;
    print_error("failed with %d: %s\n", rc, err->text);
    _fail(file, line);
}

void
expect_same_at(struct prov_span a, struct prov_span b, const char *file, int line)
{
    for (size_t i = 0; i < a.len && i < b.len; i++) {
        if (a.data[i] == b.data[i])
            continue;
        print_error("byte %zu: %02x instead of %02x\n", i, a.data[i], b.data[i]);
        _fail(file, line);
    }
    if (a.len == b.len)
        return;
    print_error("%zu bytes instead of %zu\n", a.len, b.len);
    _fail(file, line);
}
