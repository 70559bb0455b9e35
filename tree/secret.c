/* SPDX-License-Identifier: MIT */
/* Recognises private keys by what they look like. */
#include "tree/secret.h"

#include "tree/wide.h"

#include <prov/header.h>

#include <ctype.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define BEGIN "-----BEGIN "
#define PRIVATE_KEY "PRIVATE KEY"
#define PUTTY "PuTTY-User-Key-File-"
#define OPENSSH "openssh-key-v1" /* what its PEM form holds, with the NUL that ends it */
#define KIND_MAX 32              /* bytes between the two: "RSA ", "ENCRYPTED ", "OPENSSH " */
#define SEPARATORS_MAX 64        /* bytes after the words */
#define KEY_START 4
#define DER_MAX (1024 * 1024)
/* Of a key whose length stands nowhere (BER): each of OpenSSL's many decoders looks for its end. */
#define OPEN_KEY_MAX (64 * 1024)
#define OPEN_LENGTH 0x80
#define PIECE (256 * 1024)
#define OVERLAP 128

/* Bytes of what stands between the lines of a key: blanks and ends of lines, or what XML and JSON
 * write for them. */
static size_t
separator_len(const uint8_t *at, size_t len)
{
    static const char *const separators[] = {" ",   "\t",    "\r",    "\n",    "\\n",
                                             "\\r", "&#10;", "&#13;", "&#xA;", "&#xD;"};
    for (size_t i = 0; i < sizeof separators / sizeof separators[0]; i++) {
        size_t wanted = strlen(separators[i]);
        if (len >= wanted && strncasecmp((const char *)at, separators[i], wanted) == 0)
            return wanted;
    }
    return 0;
}

/* Programs that read or write keys hold the words too, but nothing of a key after them. */
static bool
key_follows(const uint8_t *at, const uint8_t *end)
{
    size_t skipped = 0, len;
    while (skipped < SEPARATORS_MAX && (len = separator_len(at, (size_t)(end - at))) > 0) {
        at += len;
        skipped += len;
    }
    for (size_t i = 0; i < KEY_START; i++)
        if (at + i >= end || !(isalnum(at[i]) || at[i] == '+' || at[i] == '/' || at[i] == '-'))
            return false; /* neither base64 nor a header such as Proc-Type */
    return skipped > 0;
}

static bool
is_line_of_pem(const uint8_t *data, const uint8_t *end, const uint8_t *found)
{
    static const char *const endings[] = {"-----", " BLOCK-----"}; /* PGP's is the second */
    const uint8_t *after = found + strlen(PRIVATE_KEY);
    bool follows = false;
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        size_t len = strlen(endings[i]);
        follows = follows || ((size_t)(end - after) >= len && memcmp(after, endings[i], len) == 0 &&
                              key_follows(after + len, end));
    }
    if (!follows)
        return false;
    size_t before = (size_t)(found - data);
    size_t look = strlen(BEGIN) + KIND_MAX;
    if (look > before)
        look = before;
    return memmem(found - look, look, BEGIN, strlen(BEGIN)) != NULL;
}

/* "PuTTY-User-Key-File-3: ssh-ed25519": a version, and what it is a key for. */
static bool
is_putty(const uint8_t *data, size_t len)
{
    const uint8_t *at = memmem(data, len, PUTTY, strlen(PUTTY));
    const uint8_t *after = at != NULL ? at + strlen(PUTTY) : NULL;
    return at != NULL && (size_t)(data + len - after) > 2 && isdigit(after[0]) && after[1] == ':';
}

bool
secret_in_text(const uint8_t *data, size_t len)
{
    const uint8_t *end = data + len, *at = data;
    if (is_putty(data, len))
        return true;
    while ((at = memmem(at, (size_t)(end - at), PRIVATE_KEY, strlen(PRIVATE_KEY))) != NULL) {
        if (is_line_of_pem(data, end, at))
            return true;
        at++;
    }
    return false;
}

/* Two pieces that follow each other share OVERLAP bytes, so that a key between them shows. */
int
secret_in_file(int fd)
{
    uint8_t *text = malloc(OVERLAP + PIECE);
    size_t kept = 0;
    int found = text != NULL ? 0 : -1;
    for (off_t offset = 0; found == 0;) {
        ssize_t got = pread(fd, text + kept, PIECE, offset);
        if (got < 0 && errno != EINTR)
            found = -1;
        if (got == 0)
            break;
        if (got < 0)
            continue;
        size_t len = kept + (size_t)got;
        found = secret_in_text(text, len);
        kept = len < OVERLAP ? len : OVERLAP;
        memmove(text, text + len - kept, kept);
        offset += got;
    }
    free(text);
    return found;
}

static bool
is_key_in_der(const uint8_t *data, size_t len)
{
    if (len < 2 || len > DER_MAX || data[0] != 0x30) /* SEQUENCE */
        return false;
    const uint8_t *at = data;
    bool too_open = data[1] == OPEN_LENGTH && len > OPEN_KEY_MAX;
    EVP_PKEY *key = too_open ? NULL : d2i_AutoPrivateKey(NULL, &at, (long)len);
    at = data;
    X509_SIG *encrypted = key == NULL ? d2i_X509_SIG(NULL, &at, (long)len) : NULL;
    at = data;
    PKCS12 *pkcs12 = key == NULL && encrypted == NULL ? d2i_PKCS12(NULL, &at, (long)len) : NULL;
    bool found = key != NULL || encrypted != NULL || pkcs12 != NULL;
    EVP_PKEY_free(key);
    X509_SIG_free(encrypted);
    PKCS12_free(pkcs12);
    ERR_clear_error();
    return found;
}

/* A Java keystore (JKS, JCEKS) whose first entry is a private key, which is entry 1; certificates
 * alone are entries of kind 2. Magic, version, number of entries, kind. */
static bool
is_java_keystore(const uint8_t *data, size_t len)
{
    static const uint8_t jks[] = {0xfe, 0xed, 0xfe, 0xed}, jceks[] = {0xce, 0xce, 0xce, 0xce};
    static const uint8_t private_key[] = {0, 0, 0, 1};
    return len > 16 && (memcmp(data, jks, 4) == 0 || memcmp(data, jceks, 4) == 0) &&
           memcmp(data + 12, private_key, 4) == 0;
}

static bool
is_key_in_bytes(const uint8_t *data, size_t len)
{
    return is_key_in_der(data, len) || is_java_keystore(data, len) ||
           (len > sizeof OPENSSH && memcmp(data, OPENSSH, sizeof OPENSSH) == 0);
}

bool
secret_in_der(const uint8_t *data, size_t len)
{
    size_t header_len;
    if (prov_header_length(data, len, &header_len, NULL) == PROV_OK && header_len < len)
        return is_key_in_bytes(data + header_len, len - header_len);
    return is_key_in_bytes(data, len);
}

bool
secret_in_content(const uint8_t *data, size_t len)
{
    if (secret_in_text(data, len) || secret_in_der(data, len))
        return true;
    if (!wide_is((struct prov_span){data, len}))
        return false;
    size_t narrow_len = 0;
    uint8_t *narrow = wide_narrow((struct prov_span){data, len}, &narrow_len);
    bool found = narrow == NULL || secret_in_text(narrow, narrow_len);
    wide_free(narrow, narrow_len);
    return found;
}
