/* SPDX-License-Identifier: MIT */
/* The resolver, with names that a client made up: nothing but files of the root is ever given out.
 * The first byte says how the request came. */
#include "tests/fuzz/fuzz.h"

#include "server/resolver/resolver.h"
#include "tree/name.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAC "58971ECC97C1"
#define INSIDE "inside"

static struct resolver *resolver;
static char folder[64];

static void
put(const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    fuzz_require(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text), "file written");
    close(fd);
}

static void
make(const char *name)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    fuzz_require(mkdir(path, 0755) == 0, "folder made");
}

static void
point(const char *target, const char *name)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    fuzz_require(symlink(target, path) == 0, "link made");
}

static void
clean_up(void)
{
    char command[128];
    resolver_free(resolver);
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    if (system(command) != 0)
        perror(folder);
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
    char public[128], secure[128];
    (void)argc;
    (void)argv;
    snprintf(folder, sizeof folder, "/tmp/prov-fuzz.XXXXXX");
    fuzz_require(mkdtemp(folder) != NULL, "folder made");
    make("public");
    make("public/sub");
    make("secure");
    put("outside", "outside");
    put("public/a.xml", INSIDE);
    put("public/ITLFile.tlv", INSIDE);
    put("public/sub/A.XML", INSIDE);
    put("public/.hidden", "hidden");
    put("public/k.pem", "key");
    put("secure/SEP" MAC ".cnf.xml", "clear");
    point("../outside", "public/out");
    point("..", "public/up");
    point("/etc", "public/etc");
    point("sub", "public/in");
    snprintf(public, sizeof public, "%s/public", folder);
    snprintf(secure, sizeof secure, "%s/secure", folder);
    fuzz_require(resolver_new(public, secure, &resolver, NULL) == PROV_OK, "resolver made");
    return atexit(clean_up);
}

static void
check_tidied(const char *name)
{
    size_t len = strlen(name);
    fuzz_require(len > 0 && len <= NAME_LEN_MAX, "a tidied name has a length");
    fuzz_require(name[0] != '/' && name[len - 1] != '/', "it has no slash around it");
    fuzz_require(strstr(name, "//") == NULL && strchr(name, '\\') == NULL, "nor more inside");
    for (const char *at = name; at != NULL; at = strchr(at, '/')) {
        at += *at == '/';
        size_t component = strcspn(at, "/");
        fuzz_require(!(component == 1 && at[0] == '.'), "no component is a dot");
        fuzz_require(!(component == 2 && at[0] == '.' && at[1] == '.'), "nor two");
    }
    for (const char *at = name; *at != '\0'; at++)
        fuzz_require((unsigned char)*at >= 0x20 && *at != 0x7f, "nothing controls a terminal");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct resolver_found found;
    struct prov_mac mac = {MAC};
    if (len == 0)
        return 0;
    struct resolver_request request = {.name = (const char *)data + 1,
                                       .len = len - 1,
                                       .via = (enum resolver_via)(data[0] % 4),
                                       .client = data[0] & 4 ? &mac : NULL};
    resolver_find(resolver, &request, &found);
    if (found.asked[0] != '\0')
        check_tidied(found.asked);
    if (found.answer != RESOLVER_FOUND)
        return 0;
    char got[16];
    ssize_t n = resolver_read(found.file, 0, got, sizeof got);
    bool secure = request.via == RESOLVER_HTTPS && request.client != NULL && found.secure;
    const char *wanted = secure ? "clear" : INSIDE;
    fuzz_require(n == (ssize_t)strlen(wanted) && memcmp(got, wanted, (size_t)n) == 0,
                 "what is given out is a file of the root");
    fuzz_require(!name_is_denied(found.file->path), "and none that is withheld");
    resolver_release(found.file);
    return 0;
}
