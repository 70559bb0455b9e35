/* SPDX-License-Identifier: MIT */
/* Reads bytes as an encrypted configuration, verifies and decrypts it. */
#include "tests/fuzz/fuzz.h"

static struct prov_identity *signer;
static struct prov_identity *phone;

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    signer = fuzz_identity("asterisk.pem", PROV_NEED_CERTIFICATE);
    phone = fuzz_identity("SEP58971ECC97C1.pem", PROV_NEED_CERTIFICATE | PROV_NEED_KEY);
    return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct prov_encrypted *file = NULL;
    struct prov_bytes *xml = NULL;
    if (prov_encrypted_read(data, len, &file, NULL) != PROV_OK)
        return 0;
    fuzz_show_header(prov_encrypted_header(file));
    if (prov_encrypted_verify(file, signer, NULL) == PROV_OK)
        fuzz_require(prov_header_find(prov_encrypted_header(file), PROV_TAG_SIGNATURE) != NULL,
                     "what is verified has a signature");
    if (prov_encrypted_decrypt(file, phone, &xml, NULL) == PROV_OK)
        fuzz_require(prov_bytes_span(xml).len < len, "the text is shorter than its file");
    prov_bytes_free(xml);
    prov_encrypted_free(file);
    return 0;
}
