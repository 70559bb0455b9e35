/* SPDX-License-Identifier: MIT */
/* Which file a request means, each rule on a tree of its own. */
#include "server/log/log.h"
#include "server/resolver/resolver.h"

#include "tests/unit/support.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAC "58971ECC97C1"
#define OTHER_MAC "001122334455"

/* A folder for one test, with a public and a secure root. */
struct tree {
    char folder[64];
    char public[80], secure[80];
    struct resolver *resolver;
};

static void
in_folder(char *out, size_t size, const char *folder, const char *name)
{
    assert_true(snprintf(out, size, "%s/%s", folder, name) < (int)size);
}

/* Files get a time in the past so that they count as settled. */
static void
put_bytes(const char *folder, const char *name, const void *data, size_t len)
{
    char path[PATH_MAX];
    struct timespec old[2] = {{.tv_sec = 1000000}, {.tv_sec = 1000000}};
    in_folder(path, sizeof path, folder, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, data, len), (ssize_t)len);
    assert_int_equal(futimens(fd, old), 0);
    close(fd);
}

static void
put(const char *folder, const char *name, const char *text)
{
    put_bytes(folder, name, text, strlen(text));
}

static void
make_folder(const char *folder, const char *name)
{
    char path[PATH_MAX];
    in_folder(path, sizeof path, folder, name);
    assert_int_equal(mkdir(path, 0755), 0);
}

static void
make_link(const char *target, const char *folder, const char *name)
{
    char path[PATH_MAX];
    in_folder(path, sizeof path, folder, name);
    assert_int_equal(symlink(target, path), 0);
}

static void
remove_file(const char *folder, const char *name)
{
    char path[PATH_MAX];
    in_folder(path, sizeof path, folder, name);
    assert_int_equal(unlink(path), 0);
}

static int
set_up(void **state)
{
    struct tree *tree = calloc(1, sizeof *tree);
    assert_non_null(tree);
    snprintf(tree->folder, sizeof tree->folder, "/tmp/prov-resolver.XXXXXX");
    assert_non_null(mkdtemp(tree->folder));
    snprintf(tree->public, sizeof tree->public, "%s/public", tree->folder);
    snprintf(tree->secure, sizeof tree->secure, "%s/secure", tree->folder);
    assert_int_equal(mkdir(tree->public, 0755), 0);
    assert_int_equal(mkdir(tree->secure, 0755), 0);
    struct prov_error err;
    assert_int_equal(resolver_new(tree->public, tree->secure, &tree->resolver, &err), PROV_OK);
    assert_int_equal(resolver_start(tree->resolver, &err), PROV_OK);
    *state = tree;
    return 0;
}

static int
tear_down(void **state)
{
    struct tree *tree = *state;
    char command[128];
    resolver_free(tree->resolver);
    snprintf(command, sizeof command, "rm -rf '%s'", tree->folder);
    int status = system(command);
    free(tree);
    return status;
}

static struct resolver_found
find_as(const struct tree *tree, enum resolver_via via, const char *name, const char *client)
{
    struct resolver_found found;
    struct prov_mac mac;
    if (client != NULL)
        snprintf(mac.text, sizeof mac.text, "%s", client);
    struct resolver_request request = {name, strlen(name), via, client != NULL ? &mac : NULL,
                                       false};
    resolver_find(tree->resolver, &request, &found);
    assert_int_equal(found.file != NULL, found.answer == RESOLVER_FOUND);
    return found;
}

static struct resolver_found
find(const struct tree *tree, const char *name)
{
    return find_as(tree, RESOLVER_TFTP, name, NULL);
}

/* What `found` sends, read in pieces that fit nothing. */
static void
assert_content(struct resolver_found *found, const char *wanted)
{
    char got[4096];
    size_t n = 0;
    assert_int_equal(found->answer, RESOLVER_FOUND);
    assert_int_equal(found->file->size, strlen(wanted));
    for (ssize_t part; (part = resolver_read(found->file, n, got + n, 7)) != 0; n += (size_t)part)
        assert_true(part > 0 && n < sizeof got - 8);
    assert_int_equal(n, strlen(wanted));
    assert_memory_equal(got, wanted, n);
    resolver_release(found->file);
}

static void
assert_serves(const struct tree *tree, const char *name, const char *wanted)
{
    struct resolver_found found = find(tree, name);
    if (found.answer != RESOLVER_FOUND)
        print_error("%s is not served\n", name);
    assert_content(&found, wanted);
}

static void
assert_missing(const struct tree *tree, const char *name)
{
    struct resolver_found found = find(tree, name);
    if (found.answer != RESOLVER_MISSING)
        print_error("%s is not missing\n", name);
    assert_int_equal(found.answer, RESOLVER_MISSING);
}

/* --- letter case */

static void
find_in_any_case(void **state)
{
    const struct tree *tree = *state;
    put(tree->public, "ringlist.dat", "rings");
    make_folder(tree->public, "English_United_States");
    put(tree->public, "English_United_States/mk-sip.jar", "jar");
    assert_serves(tree, "RINGLIST.DAT", "rings");
    assert_serves(tree, "english_united_STATES\\MK-SIP.jar", "jar");
    assert_missing(tree, "RINGLIST.DAT2");
    assert_missing(tree, "English/mk-sip.jar");
    struct resolver_found found = find(tree, "RINGLIST.dat");
    assert_string_equal(found.file->path, "ringlist.dat");
    assert_string_equal(found.asked, "RINGLIST.dat");
    resolver_release(found.file);
}

static void
prefer_the_exact_name(void **state)
{
    const struct tree *tree = *state;
    put(tree->public, "b.xml", "small");
    put(tree->public, "B.xml", "large");
    put(tree->public, "B.XML", "largest");
    assert_serves(tree, "b.xml", "small");
    assert_serves(tree, "B.xml", "large");
    assert_serves(tree, "b.XML", "largest"); /* B.XML, B.xml, b.xml is the order of bytes */
    make_folder(tree->public, "F");
    make_folder(tree->public, "f");
    put(tree->public, "f/only.here", "found");
    assert_serves(tree, "F/ONLY.here", "found");
}

static void
see_changes_of_folders(void **state)
{
    const struct tree *tree = *state;
    assert_missing(tree, "NEW.xml");
    put(tree->public, "new.xml", "new");
    assert_serves(tree, "new.xml", "new");
    for (unsigned i = 0; i < 1000; i++) { /* at the latest, when the moment has passed */
        struct resolver_found found = find(tree, "NEW.xml");
        if (found.answer == RESOLVER_FOUND) {
            assert_content(&found, "new");
            break;
        }
        usleep(10000);
    }
    assert_serves(tree, "NEW.xml", "new");
    remove_file(tree->public, "new.xml");
    assert_missing(tree, "new.xml");
    assert_missing(tree, "NEW.xml");
}

/* --- what is never served */

static void
stay_in_the_root(void **state)
{
    const struct tree *tree = *state;
    put(tree->folder, "outside.xml", "outside");
    make_folder(tree->public, "sub");
    put(tree->public, "sub/inside.xml", "inside");
    make_link("../outside.xml", tree->public, "out.xml");
    make_link("/etc/passwd", tree->public, "passwd");
    make_link("/etc", tree->public, "etc");
    make_link("sub/inside.xml", tree->public, "in.xml");
    make_link("sub", tree->public, "folder");
    make_link("loop", tree->public, "loop");
    make_link("nothing", tree->public, "dangling");
    assert_serves(tree, "in.xml", "inside");
    assert_serves(tree, "IN.xml", "inside");
    assert_serves(tree, "folder/inside.xml", "inside");
    assert_missing(tree, "out.xml");
    assert_missing(tree, "OUT.XML");
    assert_missing(tree, "passwd");
    assert_missing(tree, "etc/passwd");
    assert_missing(tree, "ETC/passwd");
    assert_missing(tree, "loop");
    assert_missing(tree, "dangling");
    assert_missing(tree, "sub");
    assert_missing(tree, "../outside.xml");
    char absolute[PATH_MAX];
    in_folder(absolute, sizeof absolute, tree->public, "sub/inside.xml");
    make_link(absolute, tree->public, "absolute.xml"); /* into the root, but not portable */
    assert_missing(tree, "absolute.xml");
}

/* As under a service manager that filters openat2(2). */
static void
lose_openat2(void **state)
{
    (void)state;
    forbid_openat2(ENOSYS);
}

static void
serve_regular_files_alone(void **state)
{
    const struct tree *tree = *state;
    char path[PATH_MAX];
    in_folder(path, sizeof path, tree->public, "fifo.xml");
    assert_int_equal(mkfifo(path, 0644), 0);
    assert_missing(tree, "fifo.xml");
    assert_missing(tree, "FIFO.xml");
    put(tree->public, "empty.xml", "");
    assert_serves(tree, "empty.xml", "");
}

static void
withhold_by_name(void **state)
{
    const struct tree *tree = *state;
    static const char *const names[] = {"a.key", "B.PEM", ".hidden", "c.Key"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        put(tree->public, names[i], "x");
        assert_missing(tree, names[i]);
    }
    assert_missing(tree, "b.pem");
    make_folder(tree->public, ".git");
    put(tree->public, ".git/config", "x");
    assert_missing(tree, ".git/config");
    make_link("a.key", tree->public, "harmless.xml");
    make_link(".git/config", tree->public, "config.xml");
    assert_missing(tree, "harmless.xml");
    assert_missing(tree, "config.xml");
    put(tree->public, "b.pem.sgn", "x");
    assert_missing(tree, "b.pem");
}

#define BEGIN_KEY "-----BEGIN PRIVATE KEY-----"

static void
withhold_private_keys(void **state)
{
    const struct tree *tree = *state;
    put(tree->public, "words.bin", "x" BEGIN_KEY); /* a program that reads keys */
    put(tree->public, "key.xml", "text before\n" BEGIN_KEY "\nMIIE\n");
    put(tree->public, "crlf.xml", "-----BEGIN RSA PRIVATE KEY-----\r\nMIIE\r\n");
    put(tree->public, "blank.xml", BEGIN_KEY " \nMIIE\n"); /* OpenSSL takes that */
    put(tree->public, "entity.xml", "<k>" BEGIN_KEY "&#xa;MIIE</k>");
    put(tree->public, "text.json", "\"" BEGIN_KEY "\\nMIIE\"");
    put_bytes(tree->public, "writer.bin", BEGIN_KEY "\n\0MIIE",
              33); /* a program that writes keys */
    put(tree->public, "sealed.xml", "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIE\n");
    put(tree->public, "certificate.xml", "-----BEGIN CERTIFICATE-----\nMIIE\n");
    assert_serves(tree, "words.bin", "x" BEGIN_KEY);
    assert_serves(tree, "certificate.xml", "-----BEGIN CERTIFICATE-----\nMIIE\n");
    assert_missing(tree, "key.xml");
    assert_missing(tree, "KEY.xml");
    assert_missing(tree, "crlf.xml");
    assert_missing(tree, "sealed.xml");
    assert_missing(tree, "blank.xml");
    assert_missing(tree, "entity.xml");
    assert_missing(tree, "text.json");
    struct resolver_found found = find(tree, "writer.bin");
    assert_int_equal(found.answer, RESOLVER_FOUND);
    resolver_release(found.file);
    put(tree->public, "key.xml", "harmless now");
    assert_serves(tree, "key.xml", "harmless now");
}

/* What a request for a large file is answered once that was looked through. */
static struct resolver_found
find_scanned(const struct tree *tree, const char *name)
{
    struct resolver_found found = find(tree, name);
    for (unsigned i = 0; i < 3000 && found.answer == RESOLVER_WAITING; i++) {
        usleep(10000);
        found = find(tree, name);
    }
    return found;
}

#define LARGE_LEN ((size_t)3 * 1024 * 1024)

/* A large file with a text in it. */
static void
put_large(const struct tree *tree, const char *name, size_t at, const char *text)
{
    char *data = calloc(1, LARGE_LEN);
    assert_non_null(data);
    memcpy(data + at, text, strlen(text));
    put_bytes(tree->public, name, data, LARGE_LEN);
    free(data);
}

static void
withhold_keys_in_large_files(void **state)
{
    const struct tree *tree = *state;
    const size_t border = 256 * 1024;
    put_large(tree, "clean.bin", 0, "");
    for (size_t at = border - 60; at <= border + 60; at += 3) /* across every border */
        put_large(tree, text_of("image%zu.bin", at), at, BEGIN_KEY "\nMIIE\n");
    for (size_t at = border - 60; at <= border + 60; at += 3)
        assert_int_equal(find_scanned(tree, text_of("image%zu.bin", at)).answer, RESOLVER_MISSING);
    struct resolver_found found = find_scanned(tree, "clean.bin");
    assert_int_equal(found.answer, RESOLVER_FOUND);
    assert_int_equal(found.file->size, LARGE_LEN);
    assert_null(found.file->data);
    assert_false(found.file->digested);
    resolver_release(found.file);
}

static void
set_times(const struct tree *tree, const char *name, time_t seconds)
{
    char path[PATH_MAX];
    struct timespec times[2] = {{.tv_sec = seconds}, {.tv_sec = seconds}};
    in_folder(path, sizeof path, tree->public, name);
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

/* A time in the future makes no version new: it is looked through once and found from then on. */
static void
large_files_are_looked_through_once(void **state)
{
    const struct tree *tree = *state;
    put_large(tree, "future.bin", 0, "");
    set_times(tree, "future.bin", time(NULL) + 365 * 24 * 3600);
    assert_int_equal(find(tree, "future.bin").answer, RESOLVER_WAITING);
    struct resolver_found found = find_scanned(tree, "future.bin");
    assert_int_equal(found.answer, RESOLVER_FOUND);
    resolver_release(found.file);
    for (unsigned i = 0; i < 100; i++) {
        found = find(tree, "future.bin");
        assert_int_equal(found.answer, RESOLVER_FOUND);
        resolver_release(found.file);
    }
}

/* The same bytes under another name, or without their header, are no other version. */
static void
one_version_has_many_names(void **state)
{
    const struct tree *tree = *state;
    put_large(tree, "first.bin", 0, "");
    make_link("first.bin", tree->public, "second.bin");
    struct resolver_found found = find_scanned(tree, "first.bin");
    assert_int_equal(found.answer, RESOLVER_FOUND);
    resolver_release(found.file);
    found = find(tree, "second.bin");
    assert_int_equal(found.answer, RESOLVER_FOUND);
    resolver_release(found.file);
}

/* Whatever its times say, what is written into a file makes it another version. */
static void
keys_that_come_later_are_found(void **state)
{
    const struct tree *tree = *state;
    put_large(tree, "later.bin", 0, "");
    struct resolver_found found = find_scanned(tree, "later.bin");
    assert_int_equal(found.answer, RESOLVER_FOUND);
    resolver_release(found.file);
    put_large(tree, "later.bin", 2000000, BEGIN_KEY "\nMIIE\n"); /* in place, with the same times */
    assert_int_equal(find(tree, "later.bin").answer, RESOLVER_WAITING);
    assert_int_equal(find_scanned(tree, "later.bin").answer, RESOLVER_MISSING);
    put_large(tree, "later.bin", 0, "");
    found = find_scanned(tree, "later.bin");
    assert_int_equal(found.answer, RESOLVER_FOUND);
    resolver_release(found.file);
}

/* A small one is read again until it cannot change unseen any more, then found. */
static void
small_files_settle_whatever_their_times_say(void **state)
{
    const struct tree *tree = *state;
    put(tree->public, "future.xml", "text");
    set_times(tree, "future.xml", time(NULL) + 365 * 24 * 3600);
    struct resolver_found found = find(tree, "future.xml");
    uint64_t version = 0;
    for (unsigned i = 0; i < 3000 && version != found.file->version; i++) {
        version = found.file->version;
        resolver_release(found.file);
        usleep(10000);
        found = find(tree, "future.xml");
        assert_int_equal(found.answer, RESOLVER_FOUND);
    }
    assert_int_equal(version, found.file->version);
    resolver_release(found.file);
}

static void
withhold_binary_keys(void **state)
{
    const struct tree *tree = *state;
    char command[512];
    snprintf(command, sizeof command,
             "cd '%s' && openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 "
             "-outform DER -out a.xml 2>/dev/null && "
             "openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=x -keyout b.pem -out c.pem "
             "2>/dev/null && openssl x509 -in c.pem -outform DER -out c.xml && "
             "openssl pkcs12 -export -in c.pem -inkey b.pem -passout pass:x -out d.xml && "
             "openssl pkcs8 -topk8 -in b.pem -passout pass:x -outform DER -out e.xml",
             tree->public);
    assert_int_equal(system(command), 0);
    assert_missing(tree, "a.xml");
    assert_missing(tree, "d.xml");
    assert_missing(tree, "e.xml");
    struct resolver_found found = find(tree, "c.xml"); /* a certificate is no secret */
    assert_int_equal(found.answer, RESOLVER_FOUND);
    resolver_release(found.file);
}

struct survey_notes {
    char text[4096];
};

static void
note(void *context, const char *path, const char *why)
{
    struct survey_notes *notes = context;
    const char *base = strrchr(path, '/');
    size_t len = strlen(notes->text);
    snprintf(notes->text + len, sizeof notes->text - len, "%s: %s\n", base + 1, why);
}

static void
survey_the_roots(void **state)
{
    const struct tree *tree = *state;
    struct survey_notes notes = {0};
    put(tree->public, "fine.xml", "fine");
    put(tree->public, ".prov-123.tmp", "being written");
    make_folder(tree->public, "sub");
    put(tree->public, "sub/fine.xml", "fine");
    make_link("/etc/shadow", tree->public, "shadow");
    assert_true(resolver_survey(tree->resolver, note, &notes));
    assert_string_equal(notes.text, "");
    put(tree->public, "sub/a.xml", BEGIN_KEY "\nMIIE\n");
    assert_false(resolver_survey(tree->resolver, note, &notes));
    assert_string_equal(notes.text, "a.xml: it holds a private key\n");
    put(tree->secure, "b.pem", "x");
    put(tree->secure, ".hidden", "x");
    notes.text[0] = '\0';
    assert_false(resolver_survey(tree->resolver, note, &notes));
    assert_non_null(strstr(notes.text, "a.xml: it holds a private key\n"));
    assert_non_null(strstr(notes.text, "b.pem: files of this name"));
    assert_non_null(strstr(notes.text, ".hidden: dot files"));
}

/* --- stand-ins */

static void
answer_with_generic_lists(void **state)
{
    const struct tree *tree = *state;
    put(tree->public, "ITLFile.tlv", "generic");
    assert_serves(tree, "ITLSEP" MAC ".tlv", "generic");
    assert_serves(tree, "itlsep" MAC ".TLV", "generic");
    assert_missing(tree, "CTLSEP" MAC ".tlv");
    assert_missing(tree, "ITLSEP" MAC "0.tlv");
    struct resolver_found found = find(tree, "ITLSEP" MAC ".tlv");
    assert_int_equal(found.kind, NAME_ITL);
    assert_true(found.names_phone);
    assert_string_equal(found.phone.text, MAC);
    assert_string_equal(found.file->path, "ITLFile.tlv");
    assert_true(found.file->digested);
    resolver_release(found.file);
    put(tree->public, "ITLSEP" MAC ".tlv", "own");
    assert_serves(tree, "ITLSEP" MAC ".tlv", "own");
    assert_serves(tree, "ITLSEP" OTHER_MAC ".tlv", "generic");
    put(tree->public, "CTLFile.tlv", "ctl");
    assert_serves(tree, "CTLSEP" MAC ".tlv", "ctl");
}

/* Replaces a file by the signed one, with this name inside. */
static void
sign_as(const struct tree *tree, const char *name, const char *inner)
{
    char path[PATH_MAX], signed_path[PATH_MAX + 4];
    struct prov_error err;
    const struct prov_signing how = {
        .signer = pem("asterisk.pem"), .digest = PROV_SHA1, .timestamp = VECTOR_TIME};
    in_folder(path, sizeof path, tree->public, name);
    snprintf(signed_path, sizeof signed_path, "%s.sgn", path);
    int in = open(path, O_RDONLY), out = open(signed_path, O_RDWR | O_CREAT | O_TRUNC, 0644);
    assert_true(in >= 0 && out >= 0);
    expect_ok(prov_signedfile_build(&how, inner, in, out, &err), &err);
    close(in);
    close(out);
    remove_file(tree->public, name);
}

static void
sign(const struct tree *tree, const char *name)
{
    sign_as(tree, name, name);
}

static void
take_headers_off(void **state)
{
    const struct tree *tree = *state;
    put(tree->public, "SoftKeys.xml", "soft keys");
    sign(tree, "SoftKeys.xml");
    assert_serves(tree, "SoftKeys.xml", "soft keys");
    assert_serves(tree, "softkeys.XML", "soft keys");
    struct resolver_found found = find(tree, "SoftKeys.xml.sgn");
    assert_int_equal(found.answer, RESOLVER_FOUND);
    assert_true(found.file->size > strlen("soft keys"));
    resolver_release(found.file);
    put(tree->public, "fake.xml.sgn", "no signed file at all, but long enough to be one");
    assert_missing(tree, "fake.xml");
    put(tree->public, "SEP" MAC ".cnf.xml", "<device><fullConfig>true</fullConfig></device>");
    sign(tree, "SEP" MAC ".cnf.xml");
    assert_serves(tree, "SEP" MAC ".cnf.xml", "<device><fullConfig>true</fullConfig></device>");
}

/* --- phones that have a configuration */

static bool
is_configured(const struct tree *tree, const char *name)
{
    struct resolver_found found = find(tree, name);
    resolver_release(found.file);
    return found.configured;
}

static void
tell_configured_phones_from_strangers(void **state)
{
    const struct tree *tree = *state;
    put(tree->public, "ITLFile.tlv", "list");
    put(tree->public, "SEP000000000003.cnf.xml", "x");
    assert_false(is_configured(tree, "SEP000000000003.cnf.xml")); /* nobody wants to know */
    resolver_tell_configured(tree->resolver);
    assert_true(is_configured(tree, "SEP000000000003.cnf.xml"));
    assert_false(is_configured(tree, "ITLSEP" MAC ".tlv"));
    put(tree->public, "sep58971ecc97c1.cnf.xml.enc.sgn", "x");
    assert_true(is_configured(tree, "ITLSEP" MAC ".tlv"));
    assert_true(is_configured(tree, "SEP" MAC ".cnf.xml"));
    assert_false(is_configured(tree, "SEP" OTHER_MAC ".cnf.xml"));
    assert_false(is_configured(tree, "ITLFile.tlv"));
    put(tree->secure, "SEP" OTHER_MAC ".cnf.xml", "x");
    assert_true(is_configured(tree, "CTLSEP" OTHER_MAC ".tlv"));
    assert_false(is_configured(tree, "SIP000000000001.cnf"));
    put(tree->public, "SIP000000000001.cnf", "x");
    assert_true(is_configured(tree, "SIP000000000001.cnf"));
    assert_false(is_configured(tree, "SEP000000000002.cnf.xml"));
}

/* --- folders that are searched */

static void
search_folders_in_order(void **state)
{
    const struct tree *tree = *state;
    static char *const folders[] = {"second", "First/deep", "absent"};
    make_folder(tree->public, "first");
    make_folder(tree->public, "first/deep");
    make_folder(tree->public, "second");
    put(tree->public, "first/deep/SIP42.loads", "deep");
    put(tree->public, "second/only.sbn", "second");
    put(tree->public, "second/both.sbn", "of the second");
    put(tree->public, "first/deep/both.sbn", "of the first");
    put(tree->public, "first/not.sbn", "not searched");
    put(tree->public, "second/top.sbn", "of the second");
    put(tree->public, "top.sbn", "at the top");
    assert_missing(tree, "SIP42.loads");
    resolver_set_search(tree->resolver, folders, 3);
    assert_string_equal(resolver_missing_folder(tree->resolver), "absent");
    assert_serves(tree, "SIP42.loads", "deep");
    assert_serves(tree, "sip42.LOADS", "deep");
    assert_serves(tree, "only.sbn", "second");
    assert_serves(tree, "both.sbn", "of the second");
    assert_serves(tree, "top.sbn", "at the top");
    assert_missing(tree, "not.sbn");
    struct resolver_found found = find_as(tree, RESOLVER_HTTP, "/sip42.loads", NULL);
    assert_string_equal(found.file->path, "first/deep/SIP42.loads");
    assert_string_equal(found.asked, "sip42.loads");
    resolver_release(found.file);
    static const char *const spelled[] = {"/SIP42.loads", "./SIP42.loads", "deep/SIP42.loads",
                                          "\\SIP42.loads", "x/../SIP42.loads"};
    for (size_t i = 0; i < sizeof spelled / sizeof spelled[0]; i++)
        assert_missing(tree, spelled[i]);
    assert_int_equal(find_as(tree, RESOLVER_HTTP, "//SIP42.loads", NULL).answer, RESOLVER_MISSING);
    assert_int_equal(find_as(tree, RESOLVER_HTTP, "/%2fSIP42.loads", NULL).answer,
                     RESOLVER_MISSING);
}

static void
search_no_lists_and_configurations(void **state)
{
    const struct tree *tree = *state;
    static char *const folders[] = {"f"};
    static const char *const names[] = {
        "ITLFile.tlv",    "CTLFile.tlv",        "SEP" MAC ".cnf.xml",     "ITLSEP" MAC ".tlv",
        "SIP" MAC ".cnf", "XMLDefault.cnf.xml", "SEP" MAC ".cnf.xml.sgn", "other.cnf.xml"};
    char path[128];
    make_folder(tree->public, "f");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        in_folder(path, sizeof path, "f", names[i]);
        put(tree->public, path, "x");
    }
    resolver_set_search(tree->resolver, folders, 1);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_missing(tree, names[i]);
}

static void
search_no_signed_file_of_another_name(void **state)
{
    const struct tree *tree = *state;
    static char *const folders[] = {"f", "g"};
    make_folder(tree->public, "f");
    make_folder(tree->public, "g");
    put(tree->public, "f/a.xml", "of f");
    sign_as(tree, "f/a.xml", "f/a.xml.sgn");
    put(tree->public, "g/plain.sgn", "no signed file");
    resolver_set_search(tree->resolver, folders, 2);
    assert_serves(tree, "a.xml", "of f"); /* without its header the name does not matter */
    assert_missing(tree, "a.xml.sgn");
    assert_serves(tree, "plain.sgn", "no signed file");
    put(tree->public, "g/a.xml", "bare");
    sign_as(tree, "g/a.xml", "a.xml.sgn");
    struct resolver_found found = find(tree, "a.xml.sgn");
    assert_int_equal(found.answer, RESOLVER_FOUND);
    assert_string_equal(found.file->path, "g/a.xml.sgn");
    resolver_release(found.file);
    assert_missing(tree, "A.xml.sgn"); /* a phone that asks so would refuse it */
}

static void
search_by_the_same_rules(void **state)
{
    const struct tree *tree = *state;
    static char *const folders[] = {"f", "out", "link"};
    make_folder(tree->public, "f");
    make_folder(tree->public, "real");
    put(tree->folder, "outside.bin", "outside");
    put(tree->public, "f/key.bin", BEGIN_KEY "\nMIIE\n");
    put(tree->public, "f/a.pem", "x");
    put(tree->public, "real/linked.bin", "linked");
    make_link("../../outside.bin", tree->public, "f/link.bin");
    make_link("..", tree->public, "out");
    make_link("real", tree->public, "link");
    resolver_set_search(tree->resolver, folders, 3);
    assert_missing(tree, "key.bin");
    assert_missing(tree, "a.pem");
    assert_missing(tree, "link.bin");
    assert_missing(tree, "outside.bin");
    assert_missing(tree, "f");
    assert_serves(tree, "linked.bin", "linked");
}

static void
never_serve_a_stub_alone(void **state)
{
    const struct tree *tree = *state;
    static const char stub[] = "<device>\n  <encrConfig>true</encrConfig>\n</device>\n";
    put(tree->public, "SEP" MAC ".cnf.xml", stub);
    sign(tree, "SEP" MAC ".cnf.xml");
    assert_missing(tree, "SEP" MAC ".cnf.xml");
    put(tree->public, "SEP" OTHER_MAC ".cnf.xml", "<device/>");
    sign(tree, "SEP" OTHER_MAC ".cnf.xml");
    assert_serves(tree, "SEP" OTHER_MAC ".cnf.xml", "<device/>");
    put(tree->public, "SEP" OTHER_MAC ".cnf.xml.enc.sgn", "x");
    assert_missing(tree, "SEP" OTHER_MAC ".cnf.xml");
}

/* --- the secure root */

static void
guard_the_secure_root(void **state)
{
    const struct tree *tree = *state;
    static const char name[] = "/SEP" MAC ".cnf.xml", signed_name[] = "/SEP" MAC ".cnf.xml.sgn";
    put(tree->secure, "SEP" MAC ".cnf.xml", "clear");
    assert_missing(tree, name);
    assert_int_equal(find_as(tree, RESOLVER_HTTP, name, MAC).answer, RESOLVER_MISSING);
    assert_int_equal(find_as(tree, RESOLVER_HTTPS_OLD, name, MAC).answer, RESOLVER_MISSING);
    assert_int_equal(find_as(tree, RESOLVER_HTTPS, name, NULL).answer, RESOLVER_FORBIDDEN);
    assert_int_equal(find_as(tree, RESOLVER_HTTPS, name, OTHER_MAC).answer, RESOLVER_FORBIDDEN);
    struct resolver_found found = find_as(tree, RESOLVER_HTTPS, name, MAC);
    assert_true(found.secure);
    assert_content(&found, "clear");
    found = find_as(tree, RESOLVER_HTTPS, signed_name, MAC);
    assert_content(&found, "clear");
    found = find_as(tree, RESOLVER_HTTPS, "/sep58971ecc97c1.CNF.xml.SGN", MAC);
    assert_content(&found, "clear");
    /* Another phone's name tells nothing about whether there is a file. */
    static const char absent[] = "/SEP" OTHER_MAC ".cnf.xml";
    assert_int_equal(find_as(tree, RESOLVER_HTTPS, absent, NULL).answer, RESOLVER_FORBIDDEN);
    assert_int_equal(find_as(tree, RESOLVER_HTTPS, absent, MAC).answer, RESOLVER_FORBIDDEN);
    assert_int_equal(find_as(tree, RESOLVER_HTTPS, absent, OTHER_MAC).answer, RESOLVER_MISSING);
}

static void
keep_public_configurations_off_https(void **state)
{
    const struct tree *tree = *state;
    put(tree->public, "SEP" MAC ".cnf.xml.sgn", "signed");
    put(tree->public, "ITLFile.tlv", "list");
    assert_int_equal(find_as(tree, RESOLVER_HTTPS, "/SEP" MAC ".cnf.xml.sgn", MAC).answer,
                     RESOLVER_MISSING);
    struct resolver_found found = find_as(tree, RESOLVER_HTTPS, "/ITLSEP" MAC ".tlv", NULL);
    assert_content(&found, "list");
    found = find_as(tree, RESOLVER_HTTPS_OLD, "/SEP" MAC ".cnf.xml.sgn", NULL);
    assert_content(&found, "signed");
}

static void
open_the_secure_root(void **state)
{
    const struct tree *tree = *state;
    put(tree->secure, "SEP" MAC ".cnf.xml", "clear");
    resolver_set_secure_open(tree->resolver, true);
    struct resolver_found found = find_as(tree, RESOLVER_HTTPS, "/SEP" MAC ".cnf.xml.sgn", NULL);
    assert_content(&found, "clear");
    assert_missing(tree, "SEP" MAC ".cnf.xml");
    assert_int_equal(find_as(tree, RESOLVER_HTTP, "/SEP" MAC ".cnf.xml", NULL).answer,
                     RESOLVER_MISSING);
    resolver_set_secure_open(tree->resolver, false);
    assert_int_equal(find_as(tree, RESOLVER_HTTPS, "/SEP" MAC ".cnf.xml", NULL).answer,
                     RESOLVER_FORBIDDEN);
}

static void
refuse_roots_in_one_another(void **state)
{
    const struct tree *tree = *state;
    struct resolver *resolver = NULL;
    struct prov_error err;
    char inner[PATH_MAX], link[PATH_MAX];
    make_folder(tree->public, "inner");
    in_folder(inner, sizeof inner, tree->public, "inner");
    make_link("public/inner", tree->folder, "elsewhere");
    in_folder(link, sizeof link, tree->folder, "elsewhere");
    assert_int_equal(resolver_new(tree->public, inner, &resolver, &err), PROV_E_ARGUMENT);
    assert_int_equal(resolver_new(inner, tree->public, &resolver, &err), PROV_E_ARGUMENT);
    assert_int_equal(resolver_new(tree->public, tree->public, &resolver, &err), PROV_E_ARGUMENT);
    assert_int_equal(resolver_new(tree->public, link, &resolver, &err), PROV_E_ARGUMENT);
    assert_non_null(strstr(err.text, "keep them apart"));
    assert_int_equal(resolver_new("/", tree->public, &resolver, &err), PROV_E_ARGUMENT);
    assert_int_equal(resolver_new("/nowhere", NULL, &resolver, &err), PROV_E_SYSTEM);
    assert_int_equal(err.sys, ENOENT);
    assert_null(resolver);
}

/* --- contents */

static void
miss_a_root_that_is_gone(void **state)
{
    const struct tree *tree = *state;
    struct prov_error err = {.code = PROV_OK};
    char moved[PATH_MAX];
    in_folder(moved, sizeof moved, tree->folder, "moved");
    expect_ok(resolver_check(tree->resolver, &err), &err);
    assert_int_equal(rename(tree->public, moved), 0);
    expect_failure(resolver_check(tree->resolver, &err), PROV_E_SYSTEM, &err, "is out of reach");
    assert_int_equal(err.sys, ENOENT);
    assert_int_equal(rename(moved, tree->public), 0);
    expect_ok(resolver_check(tree->resolver, &err), &err);
}

static void
never_serve_a_replaced_file(void **state)
{
    const struct tree *tree = *state;
    char text[32];
    for (unsigned i = 0; i < 200; i++) { /* same length, same modification time, new content */
        snprintf(text, sizeof text, "content %04u", i);
        put(tree->public, "a.xml", text);
        assert_serves(tree, "a.xml", text);
        assert_serves(tree, "A.xml", text);
    }
}

/* Settled contents are shared; their version changes with the file. */
static void
share_contents(void **state)
{
    const struct tree *tree = *state;
    put(tree->public, "a.xml", "first");
    sleep(3); /* the change time cannot be set; nothing younger is kept */
    struct resolver_found one = find(tree, "a.xml"), two = find(tree, "a.xml");
    assert_ptr_equal(one.file, two.file);
    put(tree->public, "a.xml", "second");
    struct resolver_found three = find(tree, "a.xml");
    assert_ptr_not_equal(one.file, three.file);
    assert_true(one.file->version != three.file->version);
    assert_content(&one, "first"); /* those who hold it keep it */
    assert_content(&two, "first");
    assert_content(&three, "second");
}

static void
notice_files_that_shrink(void **state)
{
    const struct tree *tree = *state;
    char path[PATH_MAX];
    char byte;
    size_t len = 2 * 1024 * 1024;
    char *data = calloc(1, len);
    assert_non_null(data);
    put_bytes(tree->public, "large.bin", data, len);
    free(data);
    struct resolver_found found = find_scanned(tree, "large.bin");
    assert_int_equal(found.answer, RESOLVER_FOUND);
    assert_int_equal(resolver_read(found.file, len - 1, &byte, 1), 1);
    in_folder(path, sizeof path, tree->public, "large.bin");
    assert_int_equal(truncate(path, 10), 0);
    assert_int_equal(resolver_read(found.file, len - 1, &byte, 1), -1);
    assert_int_equal(resolver_read(found.file, len, &byte, 1), 0);
    resolver_release(found.file);
}

/* More content than the budget: all of it is right, whether held or read. */
static void
live_within_the_budget(void **state)
{
    const struct tree *tree = *state;
    enum { FILES = 48 };
    struct resolver_found found[FILES];
    char name[16];
    size_t len = 1024 * 1024;
    char *data = malloc(len), *got = malloc(len);
    unsigned held = 0;
    assert_true(data != NULL && got != NULL);
    for (unsigned i = 0; i < FILES; i++) {
        snprintf(name, sizeof name, "%u.bin", i);
        memset(data, (int)i, len);
        put_bytes(tree->public, name, data, len);
        found[i] = find(tree, name);
        assert_int_equal(found[i].answer, RESOLVER_FOUND);
        held += found[i].file->data != NULL;
    }
    assert_int_equal(held, 32);
    for (unsigned i = 0; i < FILES; i++) {
        assert_int_equal(resolver_read(found[i].file, 0, got, len), (ssize_t)len);
        memset(data, (int)i, len);
        assert_memory_equal(got, data, len);
        assert_true(found[i].file->digested);
        resolver_release(found[i].file);
    }
    free(data);
    free(got);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(find_in_any_case),
        TEST(prefer_the_exact_name),
        TEST(see_changes_of_folders),
        TEST(stay_in_the_root),
        TEST(serve_regular_files_alone),
        TEST(withhold_by_name),
        TEST(withhold_private_keys),
        TEST(withhold_keys_in_large_files),
        TEST(large_files_are_looked_through_once),
        TEST(one_version_has_many_names),
        TEST(keys_that_come_later_are_found),
        TEST(small_files_settle_whatever_their_times_say),
        TEST(withhold_binary_keys),
        TEST(survey_the_roots),
        TEST(answer_with_generic_lists),
        TEST(take_headers_off),
        TEST(tell_configured_phones_from_strangers),
        TEST(search_folders_in_order),
        TEST(search_no_lists_and_configurations),
        TEST(search_no_signed_file_of_another_name),
        TEST(search_by_the_same_rules),
        TEST(never_serve_a_stub_alone),
        TEST(guard_the_secure_root),
        TEST(keep_public_configurations_off_https),
        TEST(open_the_secure_root),
        TEST(refuse_roots_in_one_another),
        TEST(miss_a_root_that_is_gone),
        TEST(never_serve_a_replaced_file),
        TEST(share_contents),
        TEST(notice_files_that_shrink),
        TEST(live_within_the_budget),
        TEST(lose_openat2), /* for good: from here on all is opened without it */
        TEST(find_in_any_case),
        TEST(see_changes_of_folders),
        TEST(stay_in_the_root),
        TEST(serve_regular_files_alone),
        TEST(withhold_by_name),
        TEST(withhold_private_keys),
        TEST(survey_the_roots),
        TEST(answer_with_generic_lists),
        TEST(take_headers_off),
        TEST(guard_the_secure_root),
    };
#undef TEST
    return cmocka_run_group_tests_name("resolver", tests, support_begin, support_end);
}
