/* SPDX-License-Identifier: MIT */
/* Texts with @PLACEHOLDERS@: the lines that a system's administrator pastes. */
#include "mkcert/mkcert.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef PROV_SHAREDIR
#define PROV_SHAREDIR "/usr/local/share/prov"
#endif
#define TEMPLATE_MAX (64 * 1024)

/* The length of the name of a placeholder that begins at `at`, an @; 0 if none does. */
static size_t
placeholder_len(const char *at)
{
    size_t len = 0;
    while (isupper((unsigned char)at[1 + len]) || at[1 + len] == '_')
        len++;
    return at[1 + len] == '@' ? len : 0;
}

static const char *
find_value(const char *name, size_t len, const struct mkcert_value *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strncmp(values[i].name, name, len) == 0 && values[i].name[len] == '\0')
            return values[i].value;
    return NULL;
}

static bool
write_filled(FILE *out, const char *source, const char *text, const struct mkcert_value *values,
             size_t count)
{
    for (const char *at = text; *at != '\0'; at++) {
        size_t len = *at == '@' ? placeholder_len(at) : 0;
        if (len == 0) {
            fputc(*at, out);
            continue;
        }
        const char *value = find_value(at + 1, len, values, count);
        if (value == NULL) {
            cli_error(source, "placeholder @%.*s@ is unknown", (int)len, at + 1);
            return false;
        }
        fputs(value, out);
        at += len + 1;
    }
    return true;
}

char *
mkcert_fill_in(const char *source, const char *text, const struct mkcert_value *values,
               size_t count)
{
    char *filled = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&filled, &len);
    bool complete = out != NULL && write_filled(out, source, text, values, count);
    bool written = out != NULL && ferror(out) == 0;
    if (out == NULL || fclose(out) != 0 || !written)
        cli_error(source, "out of memory");
    else if (complete)
        return filled;
    free(filled);
    return NULL;
}

char *
mkcert_template(const char *name, const struct mkcert_value *values, size_t count)
{
    struct prov_error err;
    struct prov_bytes *content = NULL;
    char *path = NULL, *filled = NULL;
    const char *folder = getenv("PROV_SHARE");
    if (asprintf(&path, "%s/%s", folder != NULL ? folder : PROV_SHAREDIR, name) < 0) {
        cli_error(NULL, "out of memory");
        return NULL;
    }
    int rc = prov_file_read(path, TEMPLATE_MAX, &content, &err);
    if (rc == PROV_OK)
        rc = prov_bytes_put(content, "", 1, &err); /* its NUL */
    if (rc == PROV_OK)
        filled = mkcert_fill_in(path, (const char *)prov_bytes_span(content).data, values, count);
    else
        cli_fail(path, &err);
    prov_bytes_free(content);
    free(path);
    return filled;
}
