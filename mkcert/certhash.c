/* SPDX-License-Identifier: MIT */
/* certhash: the hash of a certificate as VPN settings want it (formats.md, section 5). */
#include "cli/program.h"

#include <openssl/evp.h>
#include <stdio.h>

static const char *const synopsis[] = {"[--digest sha1|sha512] CERTIFICATE", NULL};

static const struct cli_option *const options[] = {&cli_digest, &cli_passphrase_file, &cli_help,
                                                   &cli_version, NULL};

static const struct cli_program program = {
    .name = "certhash",
    .synopsis = synopsis,
    .summary = "Prints the base64 of a certificate's digest, as a phone's VPN settings want it.",
    .options = options,
    .examples = "  certhash vpn.pem\n"
                "  certhash --digest sha512 vpn.pem\n",
};

int
main(int argc, char **argv)
{
    struct cli_common common;
    char **operands = NULL;
    int status = CLI_USAGE;
    int count = cli_parse(&program, argc, argv, NULL, &common, &operands, &status);
    if (count < 0)
        return status;
    if (count != 1)
        return cli_usage("give one certificate; see certhash --help");
    struct prov_identity *certificate = cli_identity(&common, operands[0], PROV_NEED_CERTIFICATE);
    if (certificate == NULL)
        return CLI_FAILED;
    struct prov_hash hash;
    struct prov_error err;
    unsigned char base64[2 * PROV_DIGEST_MAX];
    if (prov_identity_hash(certificate, common.digest, &hash, &err) == PROV_OK) {
        EVP_EncodeBlock(base64, hash.value, (int)hash.len);
        printf("%s\n", (const char *)base64);
        status = CLI_DONE;
    } else {
        status = cli_fail(operands[0], &err);
    }
    prov_identity_free(certificate);
    return cli_finish(status);
}
