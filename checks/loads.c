/* SPDX-License-Identifier: MIT */
/* Reads load lists in their three forms, and whether all is there that they name.
 *
 *   7900, 69xx, 89xx   NAME                  a line each
 *   792x               NAME SIZE MD5         #+ before it: optional; #? begins a condition
 *   78xx, 88xx         KEY=NAME size=N
 *
 * Lines may end in CRLF and in blanks. Other lines that begin with # are comments. */
#include "checks/loads.h"

#include "checks/say.h"

#include <stdlib.h>
#include <string.h>

#define BLANKS " \t\r"
#define TOKENS_MAX 3
#define LINE_MAX 512

/* --- what is inside of the envelope */

static struct prov_span
content_of(struct prov_span file)
{
    struct prov_span content = file;
    size_t header_len = 0;
    if (prov_fifthgen_content(file.data, file.len, &content, NULL) == PROV_OK)
        return content;
    if (prov_header_length(file.data, file.len, &header_len, NULL) == PROV_OK &&
        header_len <= file.len)
        return (struct prov_span){file.data + header_len, file.len - header_len};
    return file;
}

/* --- a line */

/* Letters, digits and what stands in names of firmware; a dot must be among them. */
static bool
is_name(const char *text)
{
    size_t len = strlen(text);
    return len > 0 && len <= LOADS_NAME_MAX && strchr(text, '.') != NULL &&
           strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._+-()") ==
               len;
}

static bool
read_number(const char *text, uint64_t *out)
{
    size_t len = strspn(text, "0123456789");
    if (len == 0 || len > 12 || text[len] != '\0')
        return false;
    *out = strtoull(text, NULL, 10);
    return true;
}

static size_t
split(char *line, char *tokens[static TOKENS_MAX])
{
    char *rest = NULL;
    size_t count = 0;
    for (char *token = strtok_r(line, BLANKS, &rest); token != NULL;
         token = strtok_r(NULL, BLANKS, &rest)) {
        if (count == TOKENS_MAX)
            return TOKENS_MAX + 1;
        tokens[count++] = token;
    }
    return count;
}

/* False for a line that names no file in any of the forms. */
static bool
read_file(char *line, struct loads_file *out)
{
    char *tokens[TOKENS_MAX] = {NULL};
    size_t count = split(line, tokens);
    if (count == 0 || count > TOKENS_MAX)
        return false;
    char *key_end = strchr(tokens[0], '=');
    const char *name = key_end != NULL ? key_end + 1 : tokens[0];
    if (key_end != NULL && count == 2 && strncmp(tokens[1], "size=", 5) == 0)
        out->sized = read_number(tokens[1] + 5, &out->size);
    else if (key_end == NULL && count >= 2)
        out->sized = read_number(tokens[1], &out->size);
    if (!is_name(name) || (count > 1 && !out->sized))
        return false;
    memcpy(out->name, name, strlen(name) + 1);
    return true;
}

enum line { LINE_FILE, LINE_NOTHING, LINE_FOREIGN };

static enum line
read_line(const char *start, size_t len, struct loads_file *out)
{
    char line[LINE_MAX];
    if (len >= sizeof line || memchr(start, '\0', len) != NULL)
        return LINE_FOREIGN;
    memcpy(line, start, len);
    line[len] = '\0';
    char *text = line + strspn(line, BLANKS);
    if (strncmp(text, "#+", 2) == 0) {
        out->optional = true;
        text += 2;
    }
    if (*text == '#' || *text == '\0')
        return LINE_NOTHING;
    return read_file(text, out) ? LINE_FILE : LINE_FOREIGN;
}

/* --- the list */

static int
read_lines(struct prov_span content, struct loads *out, struct prov_error *err)
{
    const char *next = (const char *)content.data, *end = next + content.len;
    for (unsigned number = 1; next < end; number++) {
        const char *stop = memchr(next, '\n', (size_t)(end - next));
        size_t len = stop != NULL ? (size_t)(stop - next) : (size_t)(end - next);
        struct loads_file file = {.line = number};
        enum line line = read_line(next, len, &file);
        if (line == LINE_FOREIGN)
            return prov_fail(err, PROV_E_FORMAT, "line %u names no file", number);
        if (line == LINE_FILE && out->count == LOADS_FILES_MAX)
            return prov_fail(err, PROV_E_LIMIT, "it names more than %d files", LOADS_FILES_MAX);
        if (line == LINE_FILE)
            out->files[out->count++] = file;
        next += len + 1;
    }
    if (out->count == 0)
        return prov_fail(err, PROV_E_FORMAT, "it names no file");
    return PROV_OK;
}

int
loads_read(struct prov_span file, struct loads *out, struct prov_error *err)
{
    struct loads found = {.files = calloc(LOADS_FILES_MAX, sizeof *found.files)};
    if (found.files == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    struct prov_span content = content_of(file);
    int rc = read_lines(content, &found, err);
    if (rc == PROV_OK)
        *out = found;
    else
        loads_free(&found);
    return rc;
}

void
loads_free(struct loads *loads)
{
    free(loads->files);
    *loads = (struct loads){0};
}

/* --- what it names */

static void
check_file(const struct loads_file *file, const struct served_files *files,
           const struct check_told *told)
{
    struct served served;
    if (!files->find(files->context, file->name, &served)) {
        if (!file->optional)
            check_say(told, CHECK_LOAD_INCOMPLETE, file->line, "it names %s, which is not there",
                      file->name);
    } else if (served.size == 0) {
        check_say(told, CHECK_LOAD_INCOMPLETE, file->line, "it names %s, which is empty",
                  file->name);
    } else if (file->sized && served.size != file->size) {
        check_say(told, CHECK_LOAD_INCOMPLETE, file->line,
                  "it names %s with %llu bytes, and there are %llu", file->name,
                  (unsigned long long)file->size, (unsigned long long)served.size);
    }
}

void
loads_check(struct prov_span file, const struct served_files *files, check_report *report,
            void *context)
{
    const struct check_told told = {report, context};
    struct loads loads = {0};
    if (loads_read(file, &loads, NULL) != PROV_OK)
        return;
    for (size_t i = 0; i < loads.count; i++)
        check_file(&loads.files[i], files, &told);
    loads_free(&loads);
}
