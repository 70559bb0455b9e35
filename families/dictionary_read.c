/* SPDX-License-Identifier: MIT */
/* Reads the dictionary of configurations from its files of lines. */
#include "families/internal.h"

#include "tree/list_rules.h"

#include <ctype.h>
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef PROV_SHAREDIR
#define PROV_SHAREDIR "/usr/local/share/prov"
#endif
#define FILE_NAME "elements.tsv"
#define FILE_MAX (1024 * 1024)
#define LINES_MAX 20000
#define PATH_MAX_LEN 400
#define RANGE_MAX 999999

enum column { PATH, TYPE, VALUES, FAMILIES, SEVERITY, SOURCE, MEANING, COLUMNS };

static const char *const types[ELEMENT_TYPES] = {
    [ELEMENT_BLOCK] = "block",   [ELEMENT_BOOLEAN] = "boolean", [ELEMENT_NUMBER] = "number",
    [ELEMENT_CHOICE] = "choice", [ELEMENT_WORD] = "word",       [ELEMENT_LIST] = "list",
    [ELEMENT_HOST] = "host",     [ELEMENT_IPV6] = "ipv6",       [ELEMENT_URL] = "url",
    [ELEMENT_HTTPS] = "https",   [ELEMENT_LOAD] = "load",       [ELEMENT_TIME] = "time",
    [ELEMENT_DATE] = "date",     [ELEMENT_DIGITS] = "digits",   [ELEMENT_HEX] = "hex",
    [ELEMENT_TEXT] = "text",     [ELEMENT_SECRET] = "secret",   [ELEMENT_FILE] = "file",
};

const char *
element_type_name(enum element_type type)
{
    return types[type];
}

/* --- a line */

/* A number at `*text`, which then follows it; false if there is none. */
static bool
read_number(const char **text, unsigned *out)
{
    char *end = NULL;
    if (!isdigit((unsigned char)**text))
        return false;
    unsigned long number = strtoul(*text, &end, 10);
    if (end - *text > 6 || number > RANGE_MAX)
        return false;
    *text = end;
    *out = (unsigned)number;
    return true;
}

/* MIN-MAX, and nothing else. */
static bool
read_range(const char *text, unsigned *min, unsigned *max)
{
    return read_number(&text, min) && *text++ == '-' && read_number(&text, max) && *text == '\0' &&
           *min <= *max;
}

/* Cuts {MIN-MAX} off the end of a path. */
static bool
read_path(char *path, struct element *out)
{
    char *brace = strchr(path, '{');
    size_t len = strlen(path);
    if (brace != NULL) {
        if (brace == path || path[len - 1] != '}')
            return false;
        path[len - 1] = '\0';
        *brace = '\0';
        if (!read_range(brace + 1, &out->first, &out->last) || out->first == 0)
            return false;
    }
    const char *slash = strrchr(path, '/');
    out->path = path;
    out->name = slash != NULL ? slash + 1 : path;
    return len > 0 && len < PATH_MAX_LEN && strpbrk(path, " {}") == NULL && out->name[0] != '\0' &&
           path[0] != '/' && strstr(path, "//") == NULL;
}

static bool
read_type(const char *text, enum element_type *out)
{
    for (size_t i = 0; i < ELEMENT_TYPES; i++)
        if (strcmp(types[i], text) == 0) {
            *out = (enum element_type)i;
            return true;
        }
    return false;
}

static bool
read_values(const char *text, struct element *out)
{
    bool empty = *text == '\0';
    out->values = text;
    switch (out->type) {
    case ELEMENT_BLOCK:
        return empty || strcmp(text, "many") == 0;
    case ELEMENT_CHOICE:
    case ELEMENT_WORD:
        return !empty;
    case ELEMENT_NUMBER:
        return empty || read_range(text, &out->min, &out->max);
    case ELEMENT_LIST:
        return read_range(text, &out->min, &out->max);
    case ELEMENT_HEX:
        return read_number(&text, &out->max) && *text == '\0' && out->max > 0;
    case ELEMENT_HOST:
    case ELEMENT_URL:
    case ELEMENT_HTTPS:
    case ELEMENT_DIGITS:
    case ELEMENT_TEXT:
    case ELEMENT_SECRET:
    case ELEMENT_FILE:
        return empty || (read_number(&text, &out->max) && *text == '\0' && out->max > 0);
    default:
        return empty;
    }
}

static bool
read_severity(const char *text, const char **out)
{
    static const char *const words[] = {RULE_FAILS, RULE_WARNS, RULE_NOTES};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(words[i], text) == 0) {
            *out = words[i];
            return true;
        }
    return false;
}

static bool
are_families(const char *text)
{
    for (; *text != '\0'; text++)
        if (!islower((unsigned char)*text) && !isdigit((unsigned char)*text) && *text != ' ')
            return false;
    return true;
}

/* Takes the line apart, in place; how many columns it has. */
static size_t
split(char *line, const char *columns[COLUMNS])
{
    size_t count = 0;
    for (char *rest = line, *column; (column = strsep(&rest, "\t")) != NULL; count++)
        if (count < COLUMNS)
            columns[count] = column;
    return count;
}

/* What is wrong with the line; NULL: nothing. */
static const char *
read_line(char *line, struct element *out)
{
    const char *columns[COLUMNS] = {"", "", "", "all", RULE_WARNS, "your own line", ""};
    size_t count = split(line, columns);
    if (count < 2 || count > COLUMNS)
        return "a line has 2 to 7 columns, with tabs between them: path, type, values, families, "
               "severity, source, meaning";
    if (!read_path((char *)columns[PATH], out))
        return "its path is no path of elements";
    if (!read_type(columns[TYPE], &out->type))
        return "its type is not known";
    if (!read_values(columns[VALUES], out))
        return "its values do not fit its type";
    if (!are_families(columns[FAMILIES]))
        return "families are written as small letters and digits, with blanks between them";
    if (!read_severity(columns[SEVERITY], &out->severity))
        return "its severity is none of error, warning and note";
    out->families = columns[FAMILIES];
    out->source = columns[SOURCE];
    out->meaning = columns[MEANING];
    return NULL;
}

/* --- files */

static bool
grow(struct dictionary *dictionary)
{
    if (dictionary->count < dictionary->room)
        return true;
    size_t room = dictionary->room > 0 ? 2 * dictionary->room : 1024;
    struct element *at = reallocarray(dictionary->at, room, sizeof *at);
    if (at == NULL)
        return false;
    dictionary->at = at;
    dictionary->room = room;
    return true;
}

/* A copy of the text that the dictionary owns; NULL when memory is short. */
static char *
own_text(struct dictionary *dictionary, struct prov_span lines)
{
    char **texts =
        reallocarray(dictionary->texts, dictionary->text_count + 1, sizeof *dictionary->texts);
    if (texts == NULL)
        return NULL;
    dictionary->texts = texts;
    char *text = strndup(lines.len > 0 ? (const char *)lines.data : "", lines.len);
    if (text != NULL)
        texts[dictionary->text_count++] = text;
    return text;
}

int
dictionary_add(struct dictionary *dictionary, struct prov_span lines, const char *name,
               struct prov_error *err)
{
    size_t number = 0;
    if (lines.len > 0 && memchr(lines.data, '\0', lines.len) != NULL)
        return prov_fail(err, PROV_E_FORMAT, "%s: it holds bytes of zero", name);
    char *rest = own_text(dictionary, lines);
    if (rest == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    for (char *line; (line = strsep(&rest, "\n")) != NULL;) {
        struct element element = {.age = dictionary->count};
        number++;
        line[strcspn(line, "\r")] = '\0';
        if (line[0] == '\0' || line[0] == '#')
            continue;
        const char *why = read_line(line, &element);
        if (why == NULL && dictionary->count == LINES_MAX)
            why = "there are too many lines";
        if (why != NULL)
            return prov_fail(err, PROV_E_FORMAT, "%s:%zu: %s", name, number, why);
        if (!grow(dictionary))
            return prov_fail(err, PROV_E_MEMORY, "out of memory");
        dictionary->at[dictionary->count++] = element;
    }
    return PROV_OK;
}

static int
add_file(struct dictionary *dictionary, const char *path, struct prov_error *err)
{
    struct prov_bytes *content = NULL;
    struct prov_error why = {.code = PROV_OK};
    int rc = prov_file_read(path, FILE_MAX, &content, &why);
    if (rc != PROV_OK)
        return prov_fail(err, rc, "%s: %s", path, why.text);
    rc = dictionary_add(dictionary, prov_bytes_span(content), path, err);
    prov_bytes_free(content);
    return rc;
}

/* Beside the program, in a tree that was built or installed elsewhere; else where it is installed.
 * The caller frees it; NULL when memory is short. */
static char *
shared_file(void)
{
    char program[PATH_MAX_LEN], *path = NULL;
    const char *folder = getenv("PROV_SHARE");
    ssize_t len = readlink("/proc/self/exe", program, sizeof program);
    if (folder == NULL && len > 0 && (size_t)len < sizeof program) {
        program[len] = '\0';
        *strrchr(program, '/') = '\0';
        if (asprintf(&path, "%s/../share/prov/" FILE_NAME, program) < 0)
            return NULL;
        if (access(path, R_OK) == 0)
            return path;
        free(path);
    }
    return asprintf(&path, "%s/" FILE_NAME, folder != NULL ? folder : PROV_SHAREDIR) < 0 ? NULL
                                                                                         : path;
}

static int
add_own(struct dictionary *dictionary, const char *folder, struct prov_error *err)
{
    glob_t found = {.gl_pathc = 0};
    char *pattern = NULL;
    if (asprintf(&pattern, "%s/*.tsv", folder) < 0)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    int rc = PROV_OK, status = glob(pattern, 0, NULL, &found);
    if (status == GLOB_NOSPACE)
        rc = prov_fail(err, PROV_E_MEMORY, "out of memory");
    for (size_t i = 0; rc == PROV_OK && status == 0 && i < found.gl_pathc; i++)
        rc = add_file(dictionary, found.gl_pathv[i], err);
    globfree(&found);
    free(pattern);
    return rc;
}

/* Takes over `dictionary` where all went well before. */
static int
finish(struct dictionary *dictionary, int rc, struct dictionary **out, struct prov_error *err)
{
    if (rc == PROV_OK)
        rc = dictionary_sort(dictionary, err);
    if (rc == PROV_OK)
        *out = dictionary;
    else
        dictionary_free(dictionary);
    return rc;
}

int
dictionary_load(const char *own, struct dictionary **out, struct prov_error *err)
{
    struct dictionary *dictionary = calloc(1, sizeof *dictionary);
    char *path = shared_file();
    int rc = dictionary == NULL || path == NULL ? prov_fail(err, PROV_E_MEMORY, "out of memory")
                                                : add_file(dictionary, path, err);
    if (rc == PROV_OK && own != NULL)
        rc = add_own(dictionary, own, err);
    free(path);
    return finish(dictionary, rc, out, err);
}

int
dictionary_of(struct prov_span lines, const char *name, struct dictionary **out,
              struct prov_error *err)
{
    struct dictionary *dictionary = calloc(1, sizeof *dictionary);
    int rc = dictionary == NULL ? prov_fail(err, PROV_E_MEMORY, "out of memory")
                                : dictionary_add(dictionary, lines, name, err);
    return finish(dictionary, rc, out, err);
}
