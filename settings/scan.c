/* SPDX-License-Identifier: MIT */
/* Makes the text fit for libconfuse, and refuses what that would pass over. libconfuse 3.3 counts
 * the lines of comments wrongly, takes no comment inside a list, and accepts a file that ends
 * inside a section, a string or a comment; an environment variable that is not set becomes nothing.
 */
#include "settings/internal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 8

struct scan {
    char *text;
    size_t len;
    size_t at;
    unsigned line;
    bool in_word;
    unsigned opened[DEPTH_MAX]; /* lines of the braces that are open */
    size_t depth;
    struct prov_error *err;
};

static bool
starts(const struct scan *scan, const char *what)
{
    size_t len = strlen(what);
    return scan->len - scan->at >= len && memcmp(scan->text + scan->at, what, len) == 0;
}

static void
step(struct scan *scan, size_t count)
{
    for (; count > 0 && scan->at < scan->len; count--)
        if (scan->text[scan->at++] == '\n')
            scan->line++;
}

static void
blank(struct scan *scan)
{
    if (scan->text[scan->at] != '\n')
        scan->text[scan->at] = ' ';
    step(scan, 1);
}

static void
blank_line_comment(struct scan *scan)
{
    while (scan->at < scan->len && scan->text[scan->at] != '\n')
        blank(scan);
}

static int
blank_block_comment(struct scan *scan)
{
    unsigned line = scan->line;
    while (scan->at < scan->len && !starts(scan, "*/"))
        blank(scan);
    if (scan->at == scan->len) {
        scan->line = line;
        return prov_fail(scan->err, PROV_E_FORMAT, "this comment has no end; write */ after it");
    }
    blank(scan);
    blank(scan);
    return PROV_OK;
}

/* At "${". libconfuse would take all up to the next brace, whatever stands between. */
static int
check_variable(struct scan *scan)
{
    char name[64] = "";
    size_t i = scan->at + 2, len = 0;
    for (; i < scan->len && (isalnum((unsigned char)scan->text[i]) || scan->text[i] == '_'); i++)
        if (len < sizeof name - 1)
            name[len++] = scan->text[i];
    bool optional = i + 1 < scan->len && scan->text[i] == ':' && scan->text[i + 1] == '-';
    if (optional)
        i += 2 + strcspn(scan->text + i + 2, "}\"'\n");
    if (len == 0 || len == sizeof name - 1 || i >= scan->len || scan->text[i] != '}')
        return prov_fail(scan->err, PROV_E_FORMAT,
                         "'${' starts an environment variable; write ${NAME} or ${NAME:-default}, "
                         "or single quotes around the value");
    if (!optional && getenv(name) == NULL)
        return prov_fail(scan->err, PROV_E_FORMAT,
                         "the environment variable %s is not set; write ${%s:-default}, or the "
                         "value itself",
                         name, name);
    step(scan, i + 1 - scan->at);
    return PROV_OK;
}

static int
pass_string(struct scan *scan)
{
    char quote = scan->text[scan->at];
    unsigned line = scan->line;
    int rc = PROV_OK;
    step(scan, 1);
    while (rc == PROV_OK && scan->at < scan->len && scan->text[scan->at] != quote) {
        if (quote == '"' && starts(scan, "${"))
            rc = check_variable(scan);
        else
            step(scan, scan->text[scan->at] == '\\' ? 2 : 1);
    }
    if (rc == PROV_OK && scan->at == scan->len) {
        scan->line = line;
        return prov_fail(scan->err, PROV_E_FORMAT, "this string has no end; write %c after it",
                         quote);
    }
    step(scan, 1);
    return rc;
}

static int
count_brace(struct scan *scan)
{
    if (scan->text[scan->at] == '}')
        scan->depth -= scan->depth > 0;
    else if (scan->depth == DEPTH_MAX)
        return prov_fail(scan->err, PROV_E_FORMAT, "too many braces inside one another");
    else
        scan->opened[scan->depth++] = scan->line;
    step(scan, 1);
    return PROV_OK;
}

static int
scan_next(struct scan *scan)
{
    char c = scan->text[scan->at];
    bool in_word = scan->in_word;
    scan->in_word = false;
    if (c == '#' || (!in_word && starts(scan, "//")))
        blank_line_comment(scan);
    else if (!in_word && starts(scan, "/*"))
        return blank_block_comment(scan);
    else if (starts(scan, "${"))
        return check_variable(scan);
    else if (c == '"' || c == '\'')
        return pass_string(scan);
    else if (c == '{' || c == '}')
        return count_brace(scan);
    else if (c == '*' || (c == '+' && !starts(scan, "+=")))
        return prov_fail(scan->err, PROV_E_FORMAT, "%c stands outside of quotes", c);
    else {
        scan->in_word = strchr(" \t\r\n=(),+", c) == NULL;
        step(scan, 1);
    }
    return PROV_OK;
}

int
settings__scan(char *text, size_t len, unsigned *line, struct prov_error *err)
{
    struct scan scan = {.text = text, .len = len, .line = 1, .err = err};
    int rc = PROV_OK;
    while (rc == PROV_OK && scan.at < len) {
        if (text[scan.at] == '\0')
            rc = prov_fail(err, PROV_E_FORMAT, "a NUL byte; this is not a text file");
        else
            rc = scan_next(&scan);
    }
    *line = scan.line;
    if (rc == PROV_OK && scan.depth > 0) {
        *line = scan.opened[scan.depth - 1];
        rc = prov_fail(err, PROV_E_FORMAT, "the brace opened here is never closed");
    }
    return rc;
}
