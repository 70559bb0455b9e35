/* SPDX-License-Identifier: MIT */
/* SEP<MAC>.cnf.xml.enc.sgn and its companion SEP<MAC>.cnf.xml.sgn (formats.md, section 4). */
#ifndef PROV_ENCRYPTED_H
#define PROV_ENCRYPTED_H

#include <prov/bytes.h>
#include <prov/error.h>
#include <prov/header.h>
#include <prov/identity.h>

#define PROV_ENCRYPTED_MAX (2048 * 1024 + 65535 + 16) /* bytes: configuration, header, padding */

/* The certificate of a phone, to encrypt to it: prov_identity_load with PROV_NEED_CERTIFICATE, in a
 * fifth of the time if the file is one certificate in PEM with an RSA key, and nothing else. */
PROV_API int prov_encrypted_load_device(const char *path, struct prov_identity **out,
                                        struct prov_error *err) PROV_CHECKED;

/* PROV_OK if a configuration can be encrypted to this certificate: it must hold an RSA key. */
PROV_API int prov_encrypted_check_device(const struct prov_identity *device,
                                         struct prov_error *err) PROV_CHECKED;

/* Encrypts the configuration `xml`, named `name` (SEP<MAC>.cnf.xml), to the phone whose certificate
 * `device` is. Gives both files, each in a new buffer: the encrypted one under the name `name`
 * .enc.sgn, the stub under `name` .sgn. */
PROV_API int prov_encrypted_build(const struct prov_signing *how,
                                  const struct prov_identity *device, const char *name,
                                  const void *xml, size_t len, struct prov_bytes **encrypted,
                                  struct prov_bytes **stub, struct prov_error *err) PROV_CHECKED;

/* An encrypted file that was read: header and ciphertext. */
struct prov_encrypted;

/* Reads all of `data`, of which it keeps a copy. PROV_E_FORMAT where a field that an encrypted
 * configuration needs is missing. */
PROV_API int prov_encrypted_read(const void *data, size_t len, struct prov_encrypted **out,
                                 struct prov_error *err) PROV_CHECKED;
PROV_API void prov_encrypted_free(struct prov_encrypted *file);
PROV_API const struct prov_header *prov_encrypted_header(const struct prov_encrypted *file);
/* As prov_header_verify. */
PROV_API int prov_encrypted_verify(const struct prov_encrypted *file,
                                   const struct prov_identity *signer,
                                   struct prov_error *err) PROV_CHECKED;
/* Decrypts with the phone's private key and compares the digest: PROV_E_UNFIT if the key is not the
 * one that the file was encrypted to, PROV_E_FORMAT for a ciphertext that is not whole blocks, a
 * padding count that cannot be, an algorithm other than AES-128 to a phone's key. The caller frees
 * `*xml`, which wipes it. */
PROV_API int prov_encrypted_decrypt(const struct prov_encrypted *file,
                                    const struct prov_identity *device, struct prov_bytes **xml,
                                    struct prov_error *err) PROV_CHECKED;

#endif
