/* SPDX-License-Identifier: MIT */
/* Small files of lines that one run leaves for the next, or for another program. */
#include "cli/lines.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX (16 * 1024 * 1024)
#define LAST "end "

/* --- reading */

static int
check_last(const char *line, size_t count, struct prov_error *err)
{
    char wanted[sizeof LAST + 20];
    snprintf(wanted, sizeof wanted, LAST "%zu", count);
    if (strcmp(line, wanted) == 0)
        return PROV_OK;
    return prov_fail(err, PROV_E_FORMAT, "it holds %zu lines, and its last line is '%.40s'", count,
                     line);
}

static int
take_text(char *text, lines_take *take, void *context, struct prov_error *err)
{
    int rc = PROV_OK;
    size_t count = 0;
    bool ended = false;
    char *rest = text;
    for (char *line; rc == PROV_OK && (line = strtok_r(rest, "\n", &rest)) != NULL;) {
        if (line[0] == '#')
            continue;
        if (ended)
            return prov_fail(err, PROV_E_FORMAT, "'%.40s' follows its last line", line);
        ended = strncmp(line, LAST, strlen(LAST)) == 0;
        rc = ended ? check_last(line, count, err) : take(context, line, err);
        count++;
    }
    if (rc == PROV_OK && !ended)
        rc = prov_fail(err, PROV_E_FORMAT, "its last line is missing");
    return rc;
}

int
lines_take_all(struct prov_span content, lines_take *take, void *context, struct prov_error *err)
{
    if (content.len > 0 && memchr(content.data, '\0', content.len) != NULL)
        return prov_fail(err, PROV_E_FORMAT, "it holds bytes of zero");
    char *text = content.len > 0 ? strndup((const char *)content.data, content.len) : strdup("");
    if (text == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    int rc = take_text(text, take, context, err);
    free(text);
    return rc;
}

int
lines_read(const char *path, lines_take *take, void *context, bool *missing, struct prov_error *err)
{
    struct prov_bytes *content = NULL;
    struct prov_error why = {.code = PROV_OK};
    int rc = prov_file_read(path, FILE_MAX, &content, &why);
    *missing = rc == PROV_E_SYSTEM && why.sys == ENOENT;
    if (*missing)
        return PROV_OK;
    if (rc == PROV_OK)
        rc = lines_take_all(prov_bytes_span(content), take, context, &why);
    prov_bytes_free(content);
    if (rc != PROV_OK && err != NULL)
        *err = why;
    return rc;
}

/* --- writing */

static size_t
count_lines(const char *text)
{
    size_t count = 0;
    for (const char *line = text; *line != '\0'; line = strchr(line, '\n') + 1)
        count += line[0] != '#';
    return count;
}

static int
make_text(lines_put *put, const void *context, char **text, size_t *len, struct prov_error *err)
{
    FILE *to = open_memstream(text, len);
    if (to == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    put(context, to);
    if (fflush(to) == 0)
        fprintf(to, LAST "%zu\n", count_lines(*text));
    bool whole = ferror(to) == 0;
    return fclose(to) == 0 && whole ? PROV_OK : prov_fail(err, PROV_E_MEMORY, "out of memory");
}

static bool
stands_already(const char *path, struct prov_span wanted)
{
    struct prov_bytes *content = NULL;
    bool same = prov_file_read(path, wanted.len, &content, NULL) == PROV_OK &&
                prov_span_equal(prov_bytes_span(content), wanted);
    prov_bytes_free(content);
    return same;
}

bool
lines_same(const char *path, lines_put *put, const void *context)
{
    char *text = NULL;
    size_t len = 0;
    bool same = make_text(put, context, &text, &len, NULL) == PROV_OK &&
                stands_already(path, (struct prov_span){(const uint8_t *)text, len});
    free(text);
    return same;
}

int
lines_write(const char *path, mode_t mode, lines_put *put, const void *context,
            struct prov_error *err)
{
    char *text = NULL;
    size_t len = 0;
    int rc = make_text(put, context, &text, &len, err);
    struct prov_span wanted = {(const uint8_t *)text, len};
    if (rc == PROV_OK && !stands_already(path, wanted))
        rc = prov_file_write(path, mode, text, len, err);
    free(text);
    return rc;
}

int
lines_text(lines_put *put, const void *context, struct prov_bytes **out, struct prov_error *err)
{
    char *text = NULL;
    size_t len = 0;
    struct prov_bytes *bytes = prov_bytes_new(FILE_MAX);
    int rc = bytes != NULL ? make_text(put, context, &text, &len, err)
                           : prov_fail(err, PROV_E_MEMORY, "out of memory");
    if (rc == PROV_OK)
        rc = prov_bytes_put(bytes, text, len, err);
    free(text);
    if (rc != PROV_OK) {
        prov_bytes_free(bytes);
        return rc;
    }
    *out = bytes;
    return PROV_OK;
}
