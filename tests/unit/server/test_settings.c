/* SPDX-License-Identifier: MIT */
/* The file of settings and the options that replace it: what is taken, what is refused. */
#include "settings/internal.h"
#include "tests/unit/support.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void
release(void *object)
{
    settings_free(object);
}

static const char *
file_of(const char *content)
{
    return write_temporary("prov.conf", content, strlen(content));
}

static const struct settings *
loaded(const char *path, const struct settings_override *overrides, size_t count)
{
    const struct settings *settings = NULL;
    struct prov_error err;
    expect_ok(settings_load(path, overrides, count, &settings, &err), &err);
    return keep((void *)settings, release);
}

static const struct settings *
read_text(const char *content)
{
    return loaded(file_of(content), NULL, 0);
}

/* A `text` that starts with a colon follows the path of the file. */
static void
refuses(const char *content, int code, const char *text)
{
    const struct settings *settings = NULL;
    struct prov_error err = {.code = PROV_OK};
    const char *path = file_of(content);
    int rc = settings_load(path, NULL, 0, &settings, &err);
    assert_null(settings);
    if (rc == PROV_OK)
        fail_msg("accepted: %s", content);
    assert_string_equal(err.text, text_of("%s%s", text[0] == ':' ? path : "", text));
    assert_int_equal(rc, code);
    assert_int_equal(err.code, code);
}

static void
refuses_override(const char *name, const char *value, const char *text)
{
    const struct settings *settings = NULL;
    struct prov_error err = {.code = PROV_OK};
    struct settings_override override = {name, value};
    int rc = settings__load(temporary("none.conf"), true, &override, 1, &settings, &err);
    assert_null(settings);
    if (rc == PROV_OK)
        fail_msg("accepted: --%s %s", name, value);
    assert_string_equal(err.text, text);
}

static void
listens(const struct settings_listeners *list, const char *texts)
{
    char all[1024] = "";
    size_t used = 0;
    for (size_t i = 0; i < list->count; i++)
        used += (size_t)snprintf(all + used, sizeof all - used, "%s%s", i > 0 ? " " : "",
                                 list->at[i].text);
    assert_string_equal(all, texts);
}

/* --- the file */

static void
without_a_file_the_defaults_hold(void **state)
{
    (void)state;
    const struct settings *made = NULL;
    struct prov_error err;
    expect_ok(settings__load(temporary("none.conf"), true, NULL, 0, &made, &err), &err);
    const struct settings *settings = keep((void *)made, release);
    listens(&settings->tftp, "0.0.0.0:69 [::]:69");
    listens(&settings->http, "0.0.0.0:6970 [::]:6970");
    listens(&settings->https, "");
    listens(&settings->admin, "");
    assert_true(settings->tftp.defaulted && settings->http.defaulted);
    assert_null(settings->source);
    assert_null(settings->tftpboot);
    assert_null(settings->secure);
    assert_null(settings->devices);
    assert_null(settings->archive);
    assert_null(settings->ledger);
    assert_null(settings->client_ca);
    assert_null(settings->user);
    assert_null(settings->log_file);
    assert_false(settings->secure_root_open);
    assert_int_equal(settings->log, SETTINGS_LOG_STDERR);
    assert_int_equal(settings->certificate_count, 0);
    assert_int_equal(settings->network_count, 0);
    assert_int_equal(settings->https_count, 0);
    assert_int_equal(settings->transfers, 10000);
    assert_int_equal(settings->blksize, 1428);
    assert_int_equal(settings->windowsize, 16);
    assert_int_equal(settings->connections, 1000);
    assert_int_equal(settings->request_seconds, 15);
    assert_int_equal(settings->answer_seconds, 900);
    assert_int_equal(settings->answer_rate, 1024);
    assert_int_equal(settings->shared_count, 0);
}

/* Options as they are written, and what is kept of them at which place of the settings. */
static void
every_text_is_kept(void **state)
{
    (void)state;
    static const struct {
        const char *written;
        size_t at;
        const char *kept;
    } cases[] = {
        {"paths { source = \"/srv/source\" }", offsetof(struct settings, source), "/srv/source"},
        {"paths { tftpboot = /srv/tftp }", offsetof(struct settings, tftpboot), "/srv/tftp"},
        {"paths { secure = '/srv/secure' }", offsetof(struct settings, secure), "/srv/secure"},
        {"paths { devices = /devices }", offsetof(struct settings, devices), "/devices"},
        {"paths { archive = /archive }", offsetof(struct settings, archive), "/archive"},
        {"paths { ledger = /var/ledger }", offsetof(struct settings, ledger), "/var/ledger"},
        {"server { client-ca = /ca.pem }", offsetof(struct settings, client_ca), "/ca.pem"},
        {"server { user = prov }", offsetof(struct settings, user), "prov"},
        {"server { certificate = {/ec, /rsa} }", offsetof(struct settings, certificates[0]), "/ec"},
        {"server { certificate = {/ec, /b} }", offsetof(struct settings, certificates[1]), "/b"},
        {"https old { listen = {:1} certificate = /old.pem }",
         offsetof(struct settings, old_phones[0].title), "old"},
        {"https 'older ones' { listen = {:1} certificate = {/a, /b} }",
         offsetof(struct settings, old_phones[0].certificates[1]), "/b"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct settings *settings = read_text(cases[i].written);
        assert_string_equal(*(char *const *)((const char *)settings + cases[i].at), cases[i].kept);
    }
}

static void
every_number_is_read(void **state)
{
    (void)state;
    static const struct {
        const char *written;
        size_t at;
        unsigned kept;
    } cases[] = {
        {"server { transfers = 1 }", offsetof(struct settings, transfers), 1},
        {"server { blksize = 65464 }", offsetof(struct settings, blksize), 65464},
        {"server { windowsize = 64 }", offsetof(struct settings, windowsize), 64},
        {"server { connections = 10 }", offsetof(struct settings, connections), 10},
        {"server { request-timeout = 86400 }", offsetof(struct settings, request_seconds), 86400},
        {"server { answer-timeout = 1 }", offsetof(struct settings, answer_seconds), 1},
        {"server { answer-rate = 0 }", offsetof(struct settings, answer_rate), 0},
        {"server { log = syslog }", offsetof(struct settings, log), SETTINGS_LOG_SYSLOG},
        {"server { allow = {192.0.2.0/24} }", offsetof(struct settings, networks[0].prefix), 120},
        {"server { allow = {::1, 2001:db8::/32} }", offsetof(struct settings, networks[1].prefix),
         32},
        {"server { shared-addresses = {198.51.100.7} }",
         offsetof(struct settings, shared[0].prefix), 128},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct settings *settings = read_text(cases[i].written);
        assert_int_equal(*(const unsigned *)((const char *)settings + cases[i].at), cases[i].kept);
    }
}

static void
every_listener_is_read(void **state)
{
    (void)state;
    const struct settings *settings =
        read_text("server { tftp = {\":1069\"} http = {\"192.0.2.1:80\", \"[2001:db8::1]:80\"}\n"
                  "    https = 192.0.2.1:443 certificate = {/ec, /rsa} admin = 127.0.0.1:9100 }\n"
                  "https old { listen = {:6974} certificate = /old.pem }\n"
                  "https \"older ones\" { listen = [::1]:6975 certificate = {/a, /b} }\n");
    listens(&settings->tftp, "0.0.0.0:1069 [::]:1069");
    listens(&settings->http, "192.0.2.1:80 [2001:db8::1]:80");
    listens(&settings->https, "192.0.2.1:443");
    listens(&settings->admin, "127.0.0.1:9100");
    listens(&settings->old_phones[0].listen, "0.0.0.0:6974 [::]:6974");
    listens(&settings->old_phones[1].listen, "[::1]:6975");
    assert_false(settings->tftp.defaulted || settings->http.defaulted || settings->https.defaulted);
    assert_int_equal(settings->certificate_count, 2);
    assert_int_equal(settings->https_count, 2);
    assert_int_equal(settings->old_phones[0].certificate_count, 1);
    assert_int_equal(settings->old_phones[1].certificate_count, 2);
}

static void
lists_and_flags_are_read(void **state)
{
    (void)state;
    const struct settings *settings =
        read_text("server { secure-root-open = yes allow = {192.0.2.0/24, 2001:db8::/32}\n"
                  "    shared-addresses = {198.51.100.7, 2001:db8:7::/48} }\n");
    assert_true(settings->secure_root_open);
    assert_int_equal(settings->network_count, 2);
    assert_int_equal(settings->shared_count, 2);
    assert_int_equal(settings->shared[1].prefix, 48);
}

static void
paths_start_at_the_folder_of_the_file(void **state)
{
    (void)state;
    const struct settings *settings =
        read_text("paths { tftpboot = tree ledger = data/ledger }\n"
                  "server { certificate = web.pem client-ca = ca.pem log = provd.log user = x }\n"
                  "https old { listen = :1 certificate = old.pem }\n");
    assert_string_equal(settings->tftpboot, temporary("tree"));
    assert_string_equal(settings->ledger, temporary("data/ledger"));
    assert_string_equal(settings->certificates[0], temporary("web.pem"));
    assert_string_equal(settings->client_ca, temporary("ca.pem"));
    assert_string_equal(settings->log_file, temporary("provd.log"));
    assert_int_equal(settings->log, SETTINGS_LOG_FILE);
    assert_string_equal(settings->user, "x");
    assert_string_equal(settings->old_phones[0].certificates[0], temporary("old.pem"));
}

static void
a_file_without_a_folder_starts_at_the_working_directory(void **state)
{
    (void)state;
    char *before = keep(getcwd(NULL, 0), free);
    file_of("paths { tftpboot = tree source = /x }\n");
    assert_int_equal(chdir(temporary("")), 0);
    const struct settings *settings = loaded("prov.conf", NULL, 0);
    assert_int_equal(chdir(before), 0);
    assert_string_equal(settings->tftpboot, "tree");
    assert_string_equal(settings->source, "/x");
}

static void
off_is_none(void **state)
{
    (void)state;
    const struct settings *settings =
        read_text("paths { ledger = off }\n"
                  "server { tftp = {off} http = off https = {} certificate = /a admin = off }\n");
    assert_null(settings->ledger);
    listens(&settings->tftp, "");
    listens(&settings->http, "");
    listens(&settings->https, "");
    listens(&settings->admin, "");
    assert_false(settings->tftp.defaulted || settings->http.defaulted || settings->https.defaulted);
}

static void
https_has_a_default_where_a_certificate_is_set(void **state)
{
    (void)state;
    const struct settings *settings = read_text("server { certificate = /a }\n");
    listens(&settings->https, "0.0.0.0:6971 [::]:6971");
    assert_true(settings->https.defaulted);
    settings = read_text("server { certificate = {} }\n");
    listens(&settings->https, "");
}

static void
lists_grow_and_are_replaced(void **state)
{
    (void)state;
    const struct settings *settings = read_text("server { tftp = {:1} tftp += {:2} tftp += :3\n"
                                                "http = {:4, :5} http = :6\n"
                                                "allow += {10.0.0.0/8} }\n"
                                                "server { allow += 192.0.2.1 transfers = 5 }\n"
                                                "server { transfers = 6 }\n");
    listens(&settings->tftp, "0.0.0.0:1 [::]:1 0.0.0.0:2 [::]:2 0.0.0.0:3 [::]:3");
    listens(&settings->http, "0.0.0.0:6 [::]:6");
    assert_int_equal(settings->network_count, 2);
    assert_int_equal(settings->transfers, 6);
    settings = read_text("server { tftp = {:1} tftp = {} allow = {10.0.0.0/8} allow = {} }\n");
    listens(&settings->tftp, "");
    assert_int_equal(settings->network_count, 0);
}

static void
comments_and_variables(void **state)
{
    (void)state;
    assert_int_equal(setenv("PROV_TEST", "here", 1), 0);
    assert_int_equal(unsetenv("PROV_UNSET"), 0);
    const struct settings *settings =
        read_text("# server { nothing }\n// nor this }\r\n/* nor\n * this { */ paths {\n"
                  "source = /srv//a#b\n tftpboot = \"/${PROV_TEST}/x # y\" // z\n"
                  "secure = '/${PROV_TEST}/\"' devices = ${PROV_UNSET:-/default}\n"
                  "archive = \"/a\\\"/*b*/\" }\n"
                  "server { allow = { # phones\n 192.0.2.1, /* and */ 192.0.2.2 // more\n } }#");
    assert_string_equal(settings->source, "/srv//a");
    assert_string_equal(settings->tftpboot, "/here/x # y");
    assert_string_equal(settings->secure, "/${PROV_TEST}/\"");
    assert_string_equal(settings->devices, "/default");
    assert_string_equal(settings->archive, "/a\"/*b*/");
    assert_int_equal(settings->network_count, 2);
}

static void
the_shipped_example_is_sound(void **state)
{
    (void)state;
    const struct settings *settings = loaded("contrib/prov.conf", NULL, 0);
    assert_string_equal(settings->tftpboot, "/srv/tftp");
    assert_string_equal(settings->ledger, "/var/lib/prov/ledger.db");
}

static bool
holds_line(const char *path, const char *start)
{
    struct prov_span bytes = read_path(path);
    const char *text = text_of("\n%.*s", (int)bytes.len, (const char *)bytes.data);
    return strstr(text, text_of("\n%s", start)) != NULL;
}

static void
every_option_is_documented(void **state)
{
    (void)state;
    for (const struct settings_option *option = settings__options; option->name != NULL; option++) {
        const char *name = option->name;
        if (!holds_line("man/prov.conf.5", text_of(".It Ic %s No = ", name)))
            fail_msg("not in the manual: %s", name);
        if (!holds_line("contrib/prov.conf", text_of("    %s = ", name)) &&
            !holds_line("contrib/prov.conf", text_of("    # %s = ", name)) &&
            !holds_line("contrib/prov.conf", text_of("#     %s = ", name)))
            fail_msg("not in the example: %s", name);
    }
}

/* The example with its comments taken off, but for those that are sentences. */
static void
the_examples_in_comments_are_sound(void **state)
{
    (void)state;
    struct prov_span bytes = read_path("contrib/prov.conf");
    char *text = keep(calloc(1, bytes.len + 1), free);
    memcpy(text, bytes.data, bytes.len);
    for (char *line = text; line != NULL; line = strchr(line, '\n')) {
        line += *line == '\n';
        char *mark = line + strspn(line, " ");
        size_t len = strcspn(line, "\n");
        if (*mark == '#' &&
            (memmem(line, len, " = ", 3) != NULL || line[len - 1] == '{' || line[len - 1] == '}'))
            *mark = ' ';
    }
    const struct settings *settings = read_text(text);
    assert_int_equal(settings->certificate_count, 2);
    assert_string_equal(settings->certificates[0], temporary("web-ec.pem"));
    assert_int_equal(settings->network_count, 2);
    assert_int_equal(settings->https_count, 1);
    assert_string_equal(settings->old_phones[0].title, "7900");
    listens(&settings->https, "0.0.0.0:6971 [::]:6971");
    assert_int_equal(settings->transfers, 10000);
    assert_int_equal(settings->answer_seconds, 900);
}

static void
what_is_no_sound_file_is_refused(void **state)
{
    (void)state;
    refuses("serve {\n}\n", PROV_E_FORMAT, ":1: no such option 'serve'; did you mean server?");
    refuses("/* a\n */\n# b\nserver {\n  // c\n  /* d */ port = 1\n}\n", PROV_E_FORMAT,
            ":6: no such option 'port'");
    refuses("turst { }\n", PROV_E_FORMAT, ":1: no such option 'turst'; did you mean trust?");
    refuses("include(\"x\")\n", PROV_E_FORMAT, ":1: no such option 'include'");
    refuses("https a {\n listen = :1 certificate = /a\n tftp = :2\n}\n", PROV_E_FORMAT,
            ":3: no such option 'tftp'");
    refuses("server|user = x\n", PROV_E_FORMAT, ":1: option 'user' stands outside of its section");
    refuses("\nserver {\n user = x\n", PROV_E_FORMAT, ":2: the brace opened here is never closed");
    refuses("server {\n\n}\n}\n", PROV_E_FORMAT, ":4: unexpected closing brace");
    refuses("server {\n user = \"x }\n\n", PROV_E_FORMAT,
            ":2: this string has no end; write \" after it");
    refuses("server {\n user = 'x }\n\n", PROV_E_FORMAT,
            ":2: this string has no end; write ' after it");
    refuses("\n/* server\n\n", PROV_E_FORMAT, ":2: this comment has no end; write */ after it");
    refuses("server { user x }\n", PROV_E_FORMAT, ":1: missing equal sign after option 'user'");
    refuses("server { user = }\n", PROV_E_FORMAT, ":1: unexpected token '}'");
    refuses("server\n= 3\n", PROV_E_FORMAT, ":2: missing opening brace for section 'server'");
    refuses("server { user += x }\n", PROV_E_FORMAT,
            ":1: attempt to append to non-list option 'user'");
    refuses("server { user = {x} }\n", PROV_E_FORMAT, ":1: unexpected token '{'");
    refuses("server { allow = {1.2.3.4 1.2.3.5} }\n", PROV_E_FORMAT,
            ":1: unexpected token '1.2.3.5'");
    refuses("https { }\n", PROV_E_FORMAT, ":1: missing title for section 'https'");
    refuses("https a { listen = :1 certificate = a }\nhttps a {\n}\n", PROV_E_FORMAT,
            ":2: found duplicate title 'a'");
    refuses("server { user = \"\\777\" }\n", PROV_E_FORMAT, ":1: invalid octal number '\\777'");
    refuses("server { \x1b[2J = 1 }\n", PROV_E_FORMAT, ":1: no such option '\\x1b[2J'");
    refuses("=", PROV_E_FORMAT, ":1: unexpected token '='");
    refuses("\n*", PROV_E_FORMAT, ":2: * stands outside of quotes");
    refuses("paths { source = /a* }", PROV_E_FORMAT, ":1: * stands outside of quotes");
    refuses("paths { source + = /a }", PROV_E_FORMAT, ":1: + stands outside of quotes");
    refuses("{{{{{{{{{", PROV_E_FORMAT, ":1: too many braces inside one another");
}

static void
environment_variables_do_not_vanish(void **state)
{
    (void)state;
    assert_int_equal(unsetenv("PROV_UNSET"), 0);
    refuses("paths {\n source = \"${PROV_UNSET}/x\" }\n", PROV_E_FORMAT,
            ":2: the environment variable PROV_UNSET is not set; write ${PROV_UNSET:-default}, or "
            "the value itself");
    const char *syntax = ":1: '${' starts an environment variable; write ${NAME} or "
                         "${NAME:-default}, or single quotes around the value";
    refuses("paths { source = \"${\" }\n", PROV_E_FORMAT, syntax);
    refuses("paths { source = \"${A B}\" }\n", PROV_E_FORMAT, syntax);
    refuses("paths { source = ${}\n}\n", PROV_E_FORMAT, syntax);
    refuses("paths { source = \"${A:-x\" }\n", PROV_E_FORMAT, syntax);
    refuses("paths { source = \"${A:-", PROV_E_FORMAT, syntax);
    refuses(text_of("paths { source = \"${%0100d}\" }", 7), PROV_E_FORMAT, syntax);
}

static void
a_nul_byte_is_refused(void **state)
{
    (void)state;
    const struct settings *settings = NULL;
    struct prov_error err;
    const char *path = write_temporary("nul.conf", "paths {\n\0 }", 11);
    expect_failure(settings_load(path, NULL, 0, &settings, &err), PROV_E_FORMAT, &err,
                   "nul.conf:2: a NUL byte; this is not a text file");
    assert_null(settings);
}

static void
what_cannot_be_read_is_refused(void **state)
{
    (void)state;
    const struct settings *settings = NULL;
    struct prov_error err;
    const char *path = temporary("no.conf");
    expect_failure(settings_load(path, NULL, 0, &settings, &err), PROV_E_SYSTEM, &err, path);
    assert_int_equal(err.sys, ENOENT);
    assert_string_equal(err.text, text_of("%s: cannot open it: No such file or directory", path));
    path = temporary("fifo.conf");
    assert_int_equal(mkfifo(path, 0600), 0);
    expect_failure(settings_load(path, NULL, 0, &settings, &err), PROV_E_ARGUMENT, &err,
                   "fifo.conf: this is not a regular file");
    expect_failure(settings_load("/tmp", NULL, 0, &settings, &err), PROV_E_ARGUMENT, &err,
                   "/tmp: this is not a regular file");
    size_t size = SETTINGS_FILE_MAX + 1;
    char *blanks = keep(malloc(size), free);
    memset(blanks, ' ', size);
    path = write_temporary("large.conf", blanks, size);
    expect_failure(settings_load(path, NULL, 0, &settings, &err), PROV_E_LIMIT, &err,
                   "large.conf: larger than the 1048576 bytes");
    assert_null(settings);
    assert_int_equal(truncate(path, (off_t)size - 1), 0);
    loaded(path, NULL, 0);
}

static void
an_error_need_not_be_asked_for(void **state)
{
    (void)state;
    const struct settings *settings = NULL;
    assert_int_equal(settings_load(temporary("no.conf"), NULL, 0, &settings, NULL), PROV_E_SYSTEM);
    assert_int_equal(settings_load(file_of("x"), NULL, 0, &settings, NULL), PROV_E_FORMAT);
    assert_int_equal(settings_load(file_of("server { tftp = x }"), NULL, 0, &settings, NULL),
                     PROV_E_ARGUMENT);
    assert_null(settings);
}

static void
the_default_file_may_be_missing_but_not_broken(void **state)
{
    (void)state;
    const struct settings *settings = NULL;
    struct prov_error err;
    expect_failure(settings__load(file_of("x"), true, NULL, 0, &settings, &err), PROV_E_FORMAT,
                   &err, "no such option 'x'");
    expect_failure(settings__load("/dev/null/x", true, NULL, 0, &settings, &err), PROV_E_SYSTEM,
                   &err, "Not a directory");
    assert_null(settings);
}

/* --- values */

static void
wrong_values_are_refused(void **state)
{
    (void)state;
    refuses("server {\n http = :1\n tftp = {\n :69,\n foo }\n}\n", PROV_E_ARGUMENT,
            ":5: tftp: 'foo' is no address and port; write 192.0.2.1:69, [2001:db8::1]:69 or :69");
    refuses("server { tftp = {:69, off} }", PROV_E_ARGUMENT,
            ":1: tftp: 'off' stands beside addresses");
    refuses("server { http = {off, :80} }", PROV_E_ARGUMENT,
            ":1: http: 'off' stands beside addresses");
    refuses("server { https = {:1,\n:1} }", PROV_E_ARGUMENT, ":2: https: 0.0.0.0:1 is named twice");
    refuses("server { tftp = {:1,:2,:3,:4,:5,:6,:7,:8,\n:9} }", PROV_E_ARGUMENT,
            ":2: tftp: more than 16 addresses");
    refuses("server { certificate = {a,\nb,\nc} }", PROV_E_ARGUMENT,
            ":3: certificate: more than 2 certificates; one with an EC key and one with an RSA key "
            "serve all phones");
    refuses("server { certificate = {''} }", PROV_E_ARGUMENT,
            ":1: certificate: an empty value; leave the option out instead");
    refuses("paths { tftpboot = \"\" }", PROV_E_ARGUMENT,
            ":1: tftpboot: an empty value; leave the option out instead");
    refuses("paths { ledger = '' }", PROV_E_ARGUMENT,
            ":1: ledger: an empty value; leave the option out instead");
    refuses("server { user = '' }", PROV_E_ARGUMENT,
            ":1: user: an empty value; leave the option out instead");
    refuses("server { log = '' }", PROV_E_ARGUMENT,
            ":1: log: an empty value; leave the option out instead");
    refuses("server {\nsecure-root-open = maybe\n}", PROV_E_ARGUMENT,
            ":2: secure-root-open: 'maybe' is neither true nor false");
    refuses("server { allow = 1.2.3 }", PROV_E_ARGUMENT,
            ":1: allow: '1.2.3' is no network; write 192.0.2.0/24, 2001:db8::/32 or one address");
    refuses("server { admin = :9100 }", PROV_E_ARGUMENT,
            ":1: admin: ':9100' means all addresses; name one, such as 127.0.0.1:9100");
    refuses(
        "server { admin = 9100 }", PROV_E_ARGUMENT,
        ":1: admin: '9100' is no address and port; write 192.0.2.1:69, [2001:db8::1]:69 or :69");
    refuses("server { http = :80\nadmin = 0.0.0.0:80 }", PROV_E_ARGUMENT,
            "http and admin are both to listen on 0.0.0.0:80; change one");
}

static void
numbers_have_limits(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        unsigned min, max;
    } numbers[] = {{"transfers", 1, 100000},      {"blksize", 512, 65464},
                   {"windowsize", 1, 64},         {"connections", 10, 100000},
                   {"request-timeout", 1, 86400}, {"answer-timeout", 1, 86400},
                   {"answer-rate", 0, 1000000}};
    static const char *const wrong[] = {"",    "x",   "-1",  "1e3",        "0x10",
                                        " 20", "20 ", "+20", "4294967297", "18446744073709551617"};
    for (size_t i = 0; i < LENGTH(numbers); i++) {
        const char *name = numbers[i].name;
        unsigned min = numbers[i].min, max = numbers[i].max;
        for (size_t k = 0; k < LENGTH(wrong); k++)
            refuses(
                text_of("server {\n%s = \"%s\" }", name, wrong[k]), PROV_E_ARGUMENT,
                text_of(":2: %s: '%s' is no whole number from %u to %u", name, wrong[k], min, max));
        refuses(text_of("server { %s = %u }", name, min - 1), PROV_E_ARGUMENT,
                text_of(":1: %s: '%u' is no whole number from %u to %u", name, min - 1, min, max));
        refuses(text_of("server { %s = %u }", name, max + 1), PROV_E_ARGUMENT,
                text_of(":1: %s: '%u' is no whole number from %u to %u", name, max + 1, min, max));
        read_text(text_of("server { %s = %u %s = %u }", name, min, name, max));
    }
}

static void
ports_of_transfers_are_a_range(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",
                                        "x",
                                        "40000-",
                                        "-40000",
                                        "40000-x",
                                        "40000-40100-",
                                        "40000 - 40100",
                                        "40100-40000",
                                        "1023-2000",
                                        "40000-65536",
                                        "0",
                                        "400000"};
    struct settings_ports ports = read_text("server { tftp-ports = 40000-40100 }")->tftp_ports;
    assert_int_equal(ports.first, 40000);
    assert_int_equal(ports.last, 40100);
    ports = read_text("server { tftp-ports = 1024 }")->tftp_ports;
    assert_int_equal(ports.first, 1024);
    assert_int_equal(ports.last, 1024);
    assert_int_equal(read_text("server { }")->tftp_ports.first, 0);
    for (size_t i = 0; i < LENGTH(wrong); i++)
        refuses(text_of("server {\ntftp-ports = \"%s\" }", wrong[i]), PROV_E_ARGUMENT,
                text_of(":2: tftp-ports: '%s' is no range of ports; write 40000-40100, the lower "
                        "one first, from 1024 to 65535",
                        wrong[i]));
    assert_true(read_text("server { tftp-single-port = yes }")->tftp_single_port);
    refuses("server { tftp-single-port = yes tftp-ports = 40000-40100 }", PROV_E_ARGUMENT,
            "tftp-single-port and tftp-ports exclude each other: transfers come from the port that "
            "was asked, or from others; leave one out");
}

static void
sections_for_old_phones_are_whole(void **state)
{
    (void)state;
    refuses("https a {\n}\n", PROV_E_ARGUMENT, ":2: https 'a' has no address; set listen");
    refuses("https a {\nlisten = off certificate = x\n}\n", PROV_E_ARGUMENT,
            ":3: https 'a' has no address; set listen");
    refuses("https a { listen = :1\n}\n", PROV_E_ARGUMENT,
            ":2: https 'a' has no certificate; set certificate");
    refuses("https a { listen = :1 certificate = x certificate = {} }\n", PROV_E_ARGUMENT,
            ":1: https 'a' has no certificate; set certificate");
    refuses(
        "https a { listen = :1 certificate = x }\nhttps b { listen = {:2, :1} certificate = y }",
        PROV_E_ARGUMENT, "a and b are both to listen on 0.0.0.0:1; change one");
    refuses("https a { listen = 127.0.0.1:1 certificate = x }\nserver { http = 127.0.0.1:1 }",
            PROV_E_ARGUMENT, "http and a are both to listen on 127.0.0.1:1; change one");
    refuses("server { https = :1 }", PROV_E_ARGUMENT,
            "https is set without a certificate; set certificate, or https to off");
    char many[1024] = "";
    for (unsigned i = 1; i <= 9; i++)
        snprintf(many + strlen(many), sizeof many - strlen(many),
                 "https t%u { listen = :%u certificate = x }\n", i, i);
    refuses(many, PROV_E_ARGUMENT, ":9: listen: more than 8 sections https");
    *strstr(many, "https t9") = '\0';
    assert_int_equal(read_text(many)->https_count, 8);
}

static void
many_networks_are_a_limit(void **state)
{
    (void)state;
    char many[8192] = "server { allow = {";
    for (unsigned i = 0; i <= 255; i++)
        snprintf(many + strlen(many), sizeof many - strlen(many), "%s10.0.%u.0/24",
                 i > 0 ? "," : "", i);
    assert_int_equal(read_text(text_of("%s} }", many))->network_count, 256);
    refuses(text_of("%s,\n192.0.2.1} }", many), PROV_E_ARGUMENT, ":2: allow: more than 256 values");
}

/* --- the command line */

static void
overrides_replace(void **state)
{
    (void)state;
    const struct settings_override overrides[] = {
        {"root", "tree"},       {"tftp", ":1"},          {"secure-root", "hidden"},
        {"tftp", "[::1]:2"},    {"http", "off"},         {"ledger", "off"},
        {"certificate", "a"},   {"certificate", "b"},    {"secure-root-open", NULL},
        {"allow", "192.0.2.1"}, {"admin", "[::1]:9100"}, {"user", "me"},
        {"log", "./stderr"},    {"transfers", "7"},      {"client-ca", "ca.pem"}};
    const char *path = file_of("paths { tftpboot = t secure = s ledger = l source = kept }\n"
                               "server { tftp = {:3, :4} http = :5 certificate = c\n"
                               "allow = {10.0.0.0/8, 11.0.0.0/8} log = syslog user = you\n"
                               "transfers = 8 blksize = 512 client-ca = other.pem }\n");
    const struct settings *settings = loaded(path, overrides, LENGTH(overrides));
    assert_string_equal(settings->tftpboot, "tree");
    assert_string_equal(settings->secure, "hidden");
    assert_null(settings->ledger);
    assert_string_equal(settings->source, temporary("kept"));
    listens(&settings->tftp, "0.0.0.0:1 [::]:1 [::1]:2");
    listens(&settings->http, "");
    listens(&settings->https, "0.0.0.0:6971 [::]:6971");
    listens(&settings->admin, "[::1]:9100");
    assert_int_equal(settings->certificate_count, 2);
    assert_string_equal(settings->certificates[0], "a");
    assert_string_equal(settings->certificates[1], "b");
    assert_string_equal(settings->client_ca, "ca.pem");
    assert_true(settings->secure_root_open);
    assert_int_equal(settings->network_count, 1);
    assert_string_equal(settings->user, "me");
    assert_int_equal(settings->log, SETTINGS_LOG_FILE);
    assert_string_equal(settings->log_file, "./stderr");
    assert_int_equal(settings->transfers, 7);
    assert_int_equal(settings->blksize, 512);
}

static void
wrong_overrides_are_refused(void **state)
{
    (void)state;
    refuses_override("tftp", "foo",
                     "--tftp: 'foo' is no address and port; write 192.0.2.1:69, [2001:db8::1]:69 "
                     "or :69");
    refuses_override("root", "", "--root: an empty value; leave the option out instead");
    refuses_override("transfers", "0", "--transfers: '0' is no whole number from 1 to 100000");
    refuses_override("source", "x", "--source: no such option");
    refuses_override("https", ":1",
                     "https is set without a certificate; set certificate, or https to off");
    struct settings_override two[] = {{"admin", "127.0.0.1:1"}, {"admin", "127.0.0.1:2"}};
    const struct settings *settings = NULL;
    struct prov_error err;
    expect_failure(settings_load(file_of(""), two, 2, &settings, &err), PROV_E_ARGUMENT, &err,
                   "--admin: takes one value");
    struct settings_override many[SETTINGS_VALUES_MAX + 1];
    for (size_t i = 0; i < LENGTH(many); i++)
        many[i] = (struct settings_override){"allow", "192.0.2.1"};
    expect_failure(settings_load(file_of(""), many, LENGTH(many), &settings, &err), PROV_E_ARGUMENT,
                   &err, "--allow: more than 256 values");
    assert_null(settings);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_file_the_defaults_hold),
        cmocka_unit_test(every_text_is_kept),
        cmocka_unit_test(every_number_is_read),
        cmocka_unit_test(every_listener_is_read),
        cmocka_unit_test(lists_and_flags_are_read),
        cmocka_unit_test(paths_start_at_the_folder_of_the_file),
        cmocka_unit_test(a_file_without_a_folder_starts_at_the_working_directory),
        cmocka_unit_test(off_is_none),
        cmocka_unit_test(https_has_a_default_where_a_certificate_is_set),
        cmocka_unit_test(lists_grow_and_are_replaced),
        cmocka_unit_test(comments_and_variables),
        cmocka_unit_test(the_shipped_example_is_sound),
        cmocka_unit_test(every_option_is_documented),
        cmocka_unit_test(the_examples_in_comments_are_sound),
        cmocka_unit_test(what_is_no_sound_file_is_refused),
        cmocka_unit_test(environment_variables_do_not_vanish),
        cmocka_unit_test(a_nul_byte_is_refused),
        cmocka_unit_test(what_cannot_be_read_is_refused),
        cmocka_unit_test(an_error_need_not_be_asked_for),
        cmocka_unit_test(the_default_file_may_be_missing_but_not_broken),
        cmocka_unit_test(wrong_values_are_refused),
        cmocka_unit_test(numbers_have_limits),
        cmocka_unit_test(ports_of_transfers_are_a_range),
        cmocka_unit_test(sections_for_old_phones_are_whole),
        cmocka_unit_test(many_networks_are_a_limit),
        cmocka_unit_test(overrides_replace),
        cmocka_unit_test(wrong_overrides_are_refused),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
