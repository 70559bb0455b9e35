/* SPDX-License-Identifier: MIT */
/* Certificates in a row: those of a file, or a CA's issuers up to the root. */
#include <prov/chain.h>

#include "libprov/identity.h"
#include "libprov/internal.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

#define CERTIFICATES_MAX 1024 /* in one file */
#define ABOVE_MAX 16          /* two CAs can have issued each other's certificate */

struct prov_chain {
    struct prov_identity **members;
    size_t count;
};

void
prov_chain_free(struct prov_chain *chain)
{
    if (chain == NULL)
        return;
    for (size_t i = 0; i < chain->count; i++)
        prov_identity_free(chain->members[i]);
    free(chain->members);
    free(chain);
}

size_t
prov_chain_count(const struct prov_chain *chain)
{
    return chain != NULL ? chain->count : 0;
}

const struct prov_identity *
prov_chain_get(const struct prov_chain *chain, size_t index)
{
    return index < prov_chain_count(chain) ? chain->members[index] : NULL;
}

static int
append(struct prov_chain *chain, X509 *certificate, struct prov_error *err)
{
    if (chain->count == CERTIFICATES_MAX)
        return prov_fail(err, PROV_E_LIMIT, "more than %d certificates", CERTIFICATES_MAX);
    struct prov_identity **members =
        reallocarray(chain->members, chain->count + 1, sizeof(struct prov_identity *));
    if (members == NULL)
        return prov__no_memory(err);
    chain->members = members;
    if (X509_up_ref(certificate) != 1)
        return prov__crypto_failed(err, "cannot keep a certificate");
    int rc = prov__identity_assemble(certificate, NULL, &members[chain->count], err);
    if (rc == PROV_OK)
        chain->count++;
    return rc;
}

static int
read_pem(struct prov_chain *chain, struct prov_span content, struct prov_error *err)
{
    int rc = PROV_OK;
    X509 *certificate = NULL;
    BIO *bio = BIO_new_mem_buf(content.data, (int)content.len);
    if (bio == NULL)
        return prov__no_memory(err);
    while (rc == PROV_OK && (certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL)) != NULL) {
        rc = append(chain, certificate, err);
        X509_free(certificate);
    }
    BIO_free(bio);
    if (rc == PROV_OK && ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
        rc =
            prov_fail(err, PROV_E_FORMAT, "certificate %zu of it cannot be read", chain->count + 1);
    ERR_clear_error();
    return rc;
}

static int
read_der(struct prov_chain *chain, struct prov_span content, struct prov_error *err)
{
    const unsigned char *at = content.data;
    X509 *certificate = d2i_X509(NULL, &at, (long)content.len);
    ERR_clear_error();
    if (certificate == NULL)
        return PROV_OK;
    int rc = append(chain, certificate, err);
    X509_free(certificate);
    return rc;
}

int
prov_chain_read(const void *data, size_t len, struct prov_chain **out, struct prov_error *err)
{
    const struct prov_span content = {data, len};
    if (len > PROV_IDENTITY_FILE_MAX)
        return prov_fail(err, PROV_E_LIMIT, "larger than the %d bytes that are read",
                         PROV_IDENTITY_FILE_MAX);
    struct prov_chain *chain = calloc(1, sizeof *chain);
    if (chain == NULL)
        return prov__no_memory(err);
    int rc = PROV_OK;
    ERR_clear_error();
    if (len > 0 && content.data[0] == 0x30) /* a SEQUENCE */
        rc = read_der(chain, content, err);
    else if (len > 0)
        rc = read_pem(chain, content, err);
    if (rc == PROV_OK)
        *out = chain;
    else
        prov_chain_free(chain);
    return rc;
}

int
prov_chain_load(const char *path, struct prov_chain **out, struct prov_error *err)
{
    struct prov_bytes *content = NULL;
    struct stat status;
    int rc = prov__file_read_with_status(path, PROV_IDENTITY_FILE_MAX, &content, &status, err);
    if (rc != PROV_OK)
        return rc;
    struct prov_span bytes = prov_bytes_span(content);
    rc = prov_chain_read(bytes.data, bytes.len, out, err);
    prov_bytes_free(content);
    return rc;
}

bool
prov__self_signed(const struct prov_identity *identity)
{
    bool self_signed = X509_self_signed(prov__identity_x509(identity), 1) == 1;
    ERR_clear_error();
    return self_signed;
}

static bool
issued(const struct prov_identity *issuer, const struct prov_identity *subject)
{
    X509 *above = prov__identity_x509(issuer), *below = prov__identity_x509(subject);
    bool found = X509_check_issued(above, below) == X509_V_OK &&
                 X509_verify(below, X509_get0_pubkey(above)) == 1;
    ERR_clear_error();
    return found;
}

int
prov_chain_above(const struct prov_identity *certificate, const struct prov_chain *pool,
                 struct prov_chain **out, struct prov_error *err)
{
    struct prov_chain *chain = calloc(1, sizeof *chain);
    if (chain == NULL)
        return prov__no_memory(err);
    int rc = PROV_OK;
    const struct prov_identity *at = certificate;
    while (rc == PROV_OK && chain->count < ABOVE_MAX && !prov__self_signed(at)) {
        size_t i = 0;
        while (i < prov_chain_count(pool) && !issued(pool->members[i], at))
            i++;
        if (i == prov_chain_count(pool))
            break;
        at = pool->members[i];
        rc = append(chain, prov__identity_x509(at), err);
    }
    if (rc == PROV_OK)
        *out = chain;
    else
        prov_chain_free(chain);
    return rc;
}
