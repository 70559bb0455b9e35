/* SPDX-License-Identifier: MIT */
/* What the server would answer to a phone, out of the folders that it serves. */
#include "provcheck/why/reading.h"

#include "tree/name.h"
#include "tree/search.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#define SIGNED ".sgn"
#define ENCRYPTED ".enc.sgn"

/* --- finding */

/* The entry of this name in any case; false if there is none. */
static bool
find_entry(const char *folder, const char *name, size_t len, char out[static NAME_MAX + 1])
{
    DIR *dir = opendir(folder);
    const struct dirent *entry;
    bool found = false;
    while (dir != NULL && !found && (entry = readdir(dir)) != NULL)
        if (strlen(entry->d_name) == len && strncasecmp(entry->d_name, name, len) == 0) {
            snprintf(out, NAME_MAX + 1, "%s", entry->d_name);
            found = true;
        }
    if (dir != NULL)
        closedir(dir);
    return found;
}

static bool
is_file(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

bool
why_find(const char *folder, const char *name, char out[static PATH_MAX])
{
    char entry[NAME_MAX + 1];
    if (folder == NULL || snprintf(out, PATH_MAX, "%s/%s", folder, name) >= PATH_MAX)
        return false;
    if (is_file(out))
        return true;
    int used = snprintf(out, PATH_MAX, "%s", folder);
    for (const char *rest = name; used < PATH_MAX;) {
        size_t len = strcspn(rest, "/");
        if (len == 0 || !find_entry(out, rest, len, entry))
            return false;
        used += snprintf(out + used, (size_t)(PATH_MAX - used), "/%s", entry);
        if (rest[len] == '\0')
            return used < PATH_MAX && is_file(out);
        rest += len + 1;
    }
    return false;
}

static bool
find_searched(const struct settings *settings, const char *name, char out[static PATH_MAX])
{
    char path[NAME_LEN_MAX + 1];
    for (size_t i = 0; search_covers(name) && i < settings->search_count; i++)
        if (search_path(settings->search[i], name, path) && why_find(settings->tftpboot, path, out))
            return true;
    return false;
}

/* --- reading */

static enum fetch_outcome
read_path(const char *path, struct prov_bytes **content, char text[static WHY_TEXT_MAX])
{
    struct prov_error err;
    if (prov_file_read(path, FETCH_FILE_MAX, content, &err) == PROV_OK) {
        snprintf(text, WHY_TEXT_MAX, "found");
        return FETCH_DELIVERED;
    }
    snprintf(text, WHY_TEXT_MAX, "%s: %s", path, err.text);
    return err.code == PROV_E_LIMIT ? FETCH_TOO_LARGE : FETCH_REFUSED;
}

struct prov_span
why_without_header(struct prov_span bytes)
{
    size_t len = 0;
    if (prov_header_length(bytes.data, bytes.len, &len, NULL) != PROV_OK || len > bytes.len)
        return bytes;
    return (struct prov_span){bytes.data + len, bytes.len - len};
}

bool
why_is_stub(struct prov_span xml)
{
    static const char mark[] = "<encrConfig>true</encrConfig>";
    return memmem(xml.data, xml.len, mark, strlen(mark)) != NULL;
}

/* What stands in a signed file goes out under its plain name, where that is not there; the stub
 * alone does not. */
static enum fetch_outcome
serve_stripped(const char *path, struct prov_bytes **content, char text[static WHY_TEXT_MAX])
{
    struct prov_bytes *whole = NULL;
    struct prov_error err;
    enum fetch_outcome outcome = read_path(path, &whole, text);
    if (outcome != FETCH_DELIVERED)
        return outcome;
    struct prov_span clear = why_without_header(prov_bytes_span(whole));
    outcome = FETCH_NOT_FOUND;
    if (!why_is_stub(clear)) {
        *content = prov_bytes_new(FETCH_FILE_MAX);
        outcome =
            *content != NULL && prov_bytes_put(*content, clear.data, clear.len, &err) == PROV_OK
                ? FETCH_DELIVERED
                : FETCH_REFUSED;
    }
    prov_bytes_free(whole);
    return outcome;
}

/* Out of the public tree (server.md): the file, a list for all phones, or what is signed. */
static enum fetch_outcome
serve_public(const struct settings *settings, const char *name, const struct name_meaning *meaning,
             struct prov_bytes **content, char text[static WHY_TEXT_MAX])
{
    char path[PATH_MAX], other[NAME_LEN_MAX + sizeof ENCRYPTED];
    if (why_find(settings->tftpboot, name, path) ||
        (meaning->generic != NULL && why_find(settings->tftpboot, meaning->generic, path)) ||
        find_searched(settings, name, path))
        return read_path(path, content, text);
    snprintf(other, sizeof other, "%s" ENCRYPTED, name);
    bool encrypted =
        meaning->kind == NAME_CONFIGURATION && why_find(settings->tftpboot, other, path);
    snprintf(other, sizeof other, "%s" SIGNED, name);
    if (!encrypted && why_find(settings->tftpboot, other, path))
        return serve_stripped(path, content, text);
    snprintf(text, WHY_TEXT_MAX, "not found");
    return FETCH_NOT_FOUND;
}

/* --- HTTPS */

/* One of the server's certificates will do. */
static bool
is_trusted(const struct settings *settings, const struct fetch_request *request,
           char text[static WHY_TEXT_MAX])
{
    struct prov_error err = {.text = "the server has no certificate for HTTPS"};
    bool trusted = false;
    for (size_t i = 0; i < settings->certificate_count && !trusted; i++) {
        struct prov_identity *certificate = NULL;
        if (prov_identity_load(settings->certificates[i], PROV_NEED_CERTIFICATE, NULL, NULL,
                               &certificate, &err) == PROV_OK)
            trusted = request->trusts(request->context, prov_identity_der(certificate), &err);
        prov_identity_free(certificate);
    }
    if (!trusted)
        snprintf(text, WHY_TEXT_MAX, "%s", err.text);
    return trusted;
}

static enum fetch_outcome
serve_https(const struct settings *settings, const struct fetch_request *request,
            struct prov_bytes **content, char text[static WHY_TEXT_MAX])
{
    char path[PATH_MAX], name[NAME_LEN_MAX + 1];
    snprintf(name, sizeof name, "%s", request->name);
    if (name_ends_with(name, SIGNED))
        name[strlen(name) - strlen(SIGNED)] = '\0';
    if (!is_trusted(settings, request, text))
        return FETCH_UNTRUSTED;
    if (why_find(settings->secure, name, path))
        return read_path(path, content, text);
    snprintf(text, WHY_TEXT_MAX, "not found");
    return FETCH_NOT_FOUND;
}

enum fetch_outcome
why_serve(const struct settings *settings, const struct fetch_request *request,
          struct prov_bytes **content, char text[static WHY_TEXT_MAX])
{
    const size_t listens[FETCH_TRANSPORTS] = {[FETCH_TFTP] = settings->tftp.count,
                                              [FETCH_HTTP] = settings->http.count,
                                              [FETCH_HTTPS] = settings->https.count};
    char name[NAME_LEN_MAX + 1];
    struct name_meaning meaning;
    if (listens[request->transport] == 0) {
        snprintf(text, WHY_TEXT_MAX, "nobody listens for %s",
                 fetch_transport_name(request->transport));
        return FETCH_UNREACHABLE;
    }
    if (request->transport == FETCH_HTTPS)
        return serve_https(settings, request, content, text);
    if (!name_tidy(request->name, strlen(request->name), false, name)) {
        snprintf(text, WHY_TEXT_MAX, "not found");
        return FETCH_NOT_FOUND;
    }
    name_read(name, &meaning);
    return serve_public(settings, name, &meaning, content, text);
}
