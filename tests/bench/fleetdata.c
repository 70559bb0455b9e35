/* SPDX-License-Identifier: MIT */
/* A fleet to build: configurations in FOLDER/source, certificates of the first ENCRYPTED phones in
 * FOLDER/devices. The phones share one key, since making thousands would take the longest.
 *
 *   fleetdata FOLDER PHONES ENCRYPTED TEMPLATE.cnf.xml */
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define TEMPLATE_MAX 65536
#define YEAR (365L * 86400)

static void
give_up(const char *what)
{
    perror(what);
    exit(1);
}

static FILE *
create(const char *folder, const char *kind, unsigned long phone, const char *ending)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s/SEP%012lX%s", folder, kind, phone, ending);
    FILE *file = fopen(path, "w");
    if (file == NULL)
        give_up(path);
    return file;
}

static void
finish(FILE *file)
{
    if (fclose(file) != 0)
        give_up("cannot write");
}

static X509 *
make_certificate(EVP_PKEY *key, unsigned long phone)
{
    char name[32];
    snprintf(name, sizeof name, "SEP%012lX", phone);
    X509 *certificate = X509_new();
    if (certificate == NULL)
        give_up("no memory");
    X509_NAME *subject = X509_get_subject_name(certificate);
    if (X509_set_version(certificate, X509_VERSION_3) != 1 ||
        ASN1_INTEGER_set(X509_get_serialNumber(certificate), (long)phone) != 1 ||
        X509_gmtime_adj(X509_getm_notBefore(certificate), 0) == NULL ||
        X509_gmtime_adj(X509_getm_notAfter(certificate), 10 * YEAR) == NULL ||
        X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *)name, -1, -1,
                                   0) != 1 ||
        X509_set_issuer_name(certificate, subject) != 1 || X509_set_pubkey(certificate, key) != 1 ||
        X509_sign(certificate, key, EVP_sha256()) == 0)
        give_up("cannot make a certificate");
    return certificate;
}

int
main(int argc, char **argv)
{
    static char template[TEMPLATE_MAX];
    if (argc != 5) {
        fprintf(stderr, "usage: fleetdata FOLDER PHONES ENCRYPTED TEMPLATE.cnf.xml\n");
        return 2;
    }
    unsigned long phones = strtoul(argv[2], NULL, 10), encrypted = strtoul(argv[3], NULL, 10);
    FILE *in = fopen(argv[4], "r");
    if (in == NULL)
        give_up(argv[4]);
    size_t len = fread(template, 1, sizeof template - 1, in);
    fclose(in);
    const char *end = strstr(template, "</device>");
    EVP_PKEY *key = EVP_RSA_gen(2048);
    if (key == NULL || end == NULL || len == 0)
        give_up("no key, or no </device> in the template");
    for (unsigned long phone = 1; phone <= phones; phone++) {
        FILE *file = create(argv[1], "source", phone, ".cnf.xml");
        fprintf(file, "%.*s<note>%lu</note></device>\n", (int)(end - template), template, phone);
        finish(file);
        if (phone > encrypted)
            continue;
        file = create(argv[1], "devices", phone, ".pem");
        X509 *certificate = make_certificate(key, phone);
        if (PEM_write_X509(file, certificate) != 1)
            give_up("cannot write a certificate");
        X509_free(certificate);
        finish(file);
    }
    EVP_PKEY_free(key);
    return 0;
}
