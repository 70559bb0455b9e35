/* SPDX-License-Identifier: MIT */
/* Loading keys for tools: passphrases from a file or the terminal, warnings about loose keys. */
#include "cli/program.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/ui.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PASSPHRASE_FILE_MAX 65536

static int
passphrase_from_file(const char *path, char *buffer, size_t size)
{
    struct prov_bytes *content = NULL;
    if (prov_file_read(path, PASSPHRASE_FILE_MAX, &content, NULL) != PROV_OK)
        return -1;
    struct prov_span text = prov_bytes_span(content);
    const uint8_t *end = text.len > 0 ? memchr(text.data, '\n', text.len) : NULL;
    size_t len = end != NULL ? (size_t)(end - text.data) : text.len;
    if (len > 0 && text.data[len - 1] == '\r')
        len--;
    int answer = -1;
    if (len <= size) {
        memcpy(buffer, text.data, len);
        answer = (int)len;
    }
    prov_bytes_free(content);
    return answer;
}

/* OpenSSL's dialogue reads from the terminal without echo; without one it would take standard
 * input, which may be a file. */
static int
passphrase_from_terminal(const char *path, char *buffer, size_t size)
{
    if (access("/dev/tty", R_OK | W_OK) != 0)
        return -1;
    FILE *terminal = fopen("/dev/tty", "r");
    if (terminal == NULL)
        return -1;
    fclose(terminal);
    int answer = -1;
    char answered[1025];
    UI *ui = UI_new();
    char *prompt = ui != NULL ? UI_construct_prompt(ui, "passphrase", path) : NULL;
    if (prompt != NULL &&
        UI_add_input_string(ui, prompt, 0, answered, 0, (int)sizeof answered - 1) >= 0 &&
        UI_process(ui) == 0 && strlen(answered) <= size) {
        answer = (int)strlen(answered);
        memcpy(buffer, answered, (size_t)answer);
    }
    OPENSSL_cleanse(answered, sizeof answered);
    OPENSSL_free(prompt);
    UI_free(ui);
    return answer;
}

static int
answer_passphrase(void *context, const char *path, char *buffer, size_t size)
{
    const struct cli_common *common = context;
    return common->passphrase_file != NULL
               ? passphrase_from_file(common->passphrase_file, buffer, size)
               : passphrase_from_terminal(path, buffer, size);
}

struct prov_identity *
cli_identity(const struct cli_common *common, const char *path, unsigned need)
{
    struct prov_identity *identity = NULL;
    struct prov_error err;
    if (common->passphrase_file != NULL && access(common->passphrase_file, R_OK) != 0) {
        cli_error(common->passphrase_file, "cannot open it: %s", strerror(errno));
        return NULL;
    }
    if (prov_identity_load(path, need, answer_passphrase, (void *)common, &identity, &err) !=
        PROV_OK) {
        cli_fail(path, &err);
        return NULL;
    }
    if (prov_identity_key_exposed(identity))
        cli_warn(path, "others can read the private key; run: chmod 600 %s", path);
    return identity;
}

int
cli_signing(const struct cli_common *common, const char *path, const struct prov_identity *signer,
            struct prov_signing *how)
{
    struct prov_error err;
    int64_t now = 0;
    if (!cli_clock(common, &now))
        return CLI_USAGE;
    *how = (struct prov_signing){.layout = common->layout,
                                 .signer = signer,
                                 .digest = common->digest,
                                 .timestamp = (uint32_t)now};
    if (prov_signing_check(how, &err) == PROV_OK)
        return CLI_DONE;
    cli_fail(path, &err);
    return CLI_FAILED;
}

void
cli_warn_signer(const char *path, const struct prov_identity *signer)
{
    if (prov_identity_key_bits(signer) > PROV_SIGNER_KEY_MAX)
        cli_warn(path, "its key has %u bits; 7900 phones refuse more than %d",
                 prov_identity_key_bits(signer), PROV_SIGNER_KEY_MAX);
    const char *validity = prov_identity_validity_warning(signer, (int64_t)time(NULL));
    if (validity != NULL)
        cli_warn(path, "%s", validity);
}
