/* SPDX-License-Identifier: MIT */
/* Loading keys for tools: passphrases from a file or the terminal, warnings about loose keys. */
#include "cli/exposed.h"
#include "cli/program.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/ui.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PASSPHRASE_MAX 1024
#define SHOWN_MAX 256
#define EXPOSED_MAX 64 /* files that are told of once */

/* The first line of --passphrase-file, kept from the first use on: a pipe can be read only once. */
static struct {
    char text[PASSPHRASE_MAX + 2];
    int len;
    bool known;
} passphrase;

static void
forget_passphrase(void)
{
    OPENSSL_cleanse(&passphrase, sizeof passphrase);
}

/* False after a message. */
static bool
read_passphrase_file(const char *path)
{
    if (passphrase.known)
        return true;
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        cli_error(path, "cannot open it: %s", strerror(errno));
        return false;
    }
    (void)atexit(forget_passphrase);
    setvbuf(file, NULL, _IONBF, 0); /* no copy in a buffer of its own */
    bool read = fgets(passphrase.text, sizeof passphrase.text, file) != NULL || !ferror(file);
    fclose(file);
    passphrase.len = (int)strcspn(passphrase.text, "\r\n");
    passphrase.known = read && passphrase.len <= PASSPHRASE_MAX;
    if (!passphrase.known)
        cli_error(path, "it holds no passphrase of at most %d bytes", PASSPHRASE_MAX);
    return passphrase.known;
}

/* A URI without its query, and without a PIN in the wrong place; a path as it is. */
struct shown {
    char text[SHOWN_MAX];
};

static const char *
shown_name(const char *path, struct shown *shown)
{
    if (!prov_identity_is_uri(path))
        return path;
    const char *pin = strcasestr(path, "pin-value");
    size_t len = strcspn(path, "?");
    if (pin != NULL && (size_t)(pin - path) < len)
        len = (size_t)(pin - path);
    return prov_printable(path, len, shown->text, sizeof shown->text);
}

/* OpenSSL's dialogue reads from the terminal without echo; without one it would take standard
 * input, which may be a file. */
static int
passphrase_from_terminal(const char *path, char *buffer, size_t size)
{
    struct shown shown;
    if (access("/dev/tty", R_OK | W_OK) != 0)
        return -1;
    FILE *terminal = fopen("/dev/tty", "r");
    if (terminal == NULL)
        return -1;
    fclose(terminal);
    int answer = -1;
    char answered[PASSPHRASE_MAX + 1];
    UI *ui = UI_new();
    const char *wanted = prov_identity_is_uri(path) ? "PIN" : "passphrase";
    char *prompt = ui != NULL ? UI_construct_prompt(ui, wanted, shown_name(path, &shown)) : NULL;
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

/* What opens a file is never tried on a token, which counts wrong PINs. */
static int
answer_passphrase(void *context, const char *path, char *buffer, size_t size)
{
    (void)context;
    if (!passphrase.known || prov_identity_is_uri(path))
        return passphrase_from_terminal(path, buffer, size);
    if ((size_t)passphrase.len > size)
        return -1;
    memcpy(buffer, passphrase.text, (size_t)passphrase.len);
    return passphrase.len;
}

/* Once for each file of a run, which may name it in several roles. */
static void
warn_of_exposed(const char *path)
{
    static const char *told[EXPOSED_MAX];
    static size_t count;
    char advice[512];
    for (size_t i = 0; i < count; i++)
        if (strcmp(told[i], path) == 0)
            return;
    if (count < EXPOSED_MAX)
        told[count++] = path; /* of the command line, which stays */
    cli_warn(path, "%s", cli_exposed_advice(path, advice, sizeof advice));
}

struct prov_identity *
cli_identity(const struct cli_common *common, const char *path, unsigned need)
{
    struct prov_identity *identity = NULL;
    struct prov_error err;
    struct shown shown;
    if (common->passphrase_file != NULL && !read_passphrase_file(common->passphrase_file))
        return NULL;
    if (prov_identity_load(path, need, answer_passphrase, NULL, &identity, &err) != PROV_OK) {
        cli_fail(shown_name(path, &shown), &err);
        return NULL;
    }
    if (prov_identity_key_exposed(identity) && !common->loose_keys_elsewhere)
        warn_of_exposed(path);
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
    return cli_fail(path, &err);
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
