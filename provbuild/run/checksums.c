/* SPDX-License-Identifier: MIT */
/* Reading checksums of lists: from two words of the command line, or from a file of such lines. */
#include "provbuild/run/checksums.h"

#include "cli/array.h"
#include "provbuild/run/phones.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX (16 * 1024 * 1024)
#define SPACE " \t\r"

/* Colons between bytes are how some phones show it. */
static bool
take_value(const char *text, struct checksum *out)
{
    char digits[2 * sizeof out->value + 1] = "";
    size_t count = 0, len = 0;
    for (const char *at = text; *at != '\0'; at++) {
        if (*at == ':' && count > 0 && count % 2 == 0 && at[1] != '\0')
            continue;
        if (count == sizeof digits - 1)
            return false;
        digits[count++] = *at;
    }
    if (!prov_hex_read(digits, out->value, sizeof out->value, &len))
        return false;
    out->digest = len == prov_digest_len(PROV_MD5) ? PROV_MD5 : PROV_SHA1;
    return len == prov_digest_len(out->digest);
}

int
checksums_add(struct checksums *checksums, const char *phone, const char *checksum, unsigned line,
              struct prov_error *err)
{
    struct checksum one = {.line = line};
    if (!prov_mac_of_file(phone, "", "", &one.phone))
        return prov_fail(err, PROV_E_ARGUMENT,
                         "%.40s is no phone; write SEP and the twelve digits of its MAC address",
                         phone);
    if (!take_value(checksum, &one))
        return prov_fail(err, PROV_E_ARGUMENT,
                         "%.80s is no checksum; write the 32 digits of MD5 or the 40 of SHA-1 as "
                         "the phone shows them",
                         checksum);
    struct checksum *at = array_room(checksums->at, checksums->count, sizeof *at);
    if (at == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    checksums->at = at;
    at[checksums->count++] = one;
    return PROV_OK;
}

/* PROV_E_ARGUMENT for a line that says something else. */
static int
take_line(struct checksums *checksums, char *line, unsigned number, struct prov_error *err)
{
    char *rest = line;
    line[strcspn(line, "#")] = '\0';
    const char *phone = strtok_r(rest, SPACE, &rest), *value = strtok_r(rest, SPACE, &rest);
    if (phone == NULL)
        return PROV_OK;
    if (value == NULL || strtok_r(rest, SPACE, &rest) != NULL)
        return prov_fail(err, PROV_E_ARGUMENT, "a line is a phone and a checksum, SEP<MAC> 0123…");
    return checksums_add(checksums, phone, value, number, err);
}

static int
take_text(struct checksums *checksums, char *text, checksums_tell *tell, void *context,
          struct prov_error *err)
{
    unsigned number = 0, faults = 0;
    for (char *line, *rest = text; (line = strsep(&rest, "\n")) != NULL;) {
        char place[CHECKSUM_PLACE_SIZE];
        struct prov_error why;
        struct checksum at = {.line = ++number};
        int rc = take_line(checksums, line, number, &why);
        if (rc != PROV_OK && rc != PROV_E_ARGUMENT)
            return prov_fail(err, rc, "%s", why.text);
        checksum_place(checksums, &at, place);
        if (rc != PROV_OK)
            tell(context, place, why.text);
        faults += rc != PROV_OK;
    }
    return faults == 0 ? PROV_OK
                       : prov_fail(err, PROV_E_FORMAT,
                                   "%u lines of %s say nothing, so nothing was "
                                   "done",
                                   faults, checksums->file);
}

int
checksums_read(struct checksums *checksums, const char *file, checksums_tell *tell, void *context,
               struct prov_error *err)
{
    struct prov_bytes *content = NULL;
    struct prov_error why;
    checksums->file = file;
    int rc = prov_file_read(file, FILE_MAX, &content, &why);
    if (rc != PROV_OK)
        return prov_fail(err, rc, "%s: %s", file, why.text);
    struct prov_span bytes = prov_bytes_span(content);
    if (bytes.len > 0 && memchr(bytes.data, '\0', bytes.len) != NULL) {
        prov_bytes_free(content);
        return prov_fail(err, PROV_E_FORMAT, "%s: it holds bytes of zero, so it is no text", file);
    }
    char *text = strndup(bytes.len > 0 ? (const char *)bytes.data : "", bytes.len);
    prov_bytes_free(content);
    rc = text != NULL ? take_text(checksums, text, tell, context, err)
                      : prov_fail(err, PROV_E_MEMORY, "out of memory");
    free(text);
    return rc;
}

void
checksum_place(const struct checksums *checksums, const struct checksum *checksum,
               char out[static CHECKSUM_PLACE_SIZE])
{
    if (checksum->line == 0)
        snprintf(out, CHECKSUM_PLACE_SIZE, "SEP%s", checksum->phone.text);
    else
        snprintf(out, CHECKSUM_PLACE_SIZE, "%.480s:%u", checksums->file, checksum->line);
}

void
checksums_release(struct checksums *checksums)
{
    free(checksums->at);
    *checksums = (struct checksums){0};
}
