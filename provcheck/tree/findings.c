/* SPDX-License-Identifier: MIT */
/* All that can be wrong with a tree, as a table with the words for it, and what was found. */
#include "provcheck/tree/findings.h"

#include "cli/array.h"

#include <fnmatch.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define WHAT_MAX 1024
#define SHOWN_MAX PROV_PRINTABLE_SIZE(4096)

#define FAILS RULE_FAILS
#define WARNS RULE_WARNS
#define NOTES RULE_NOTES

/* Those of trust lists and of what phones parse stand where files on their way to a tree are
 * judged, too. */
static const struct rule_words kinds[FINDINGS] = {
    [LIST_CONFLICT] = {"list-conflict", FAILS,
                       "a phone that holds one of both can never take the other",
                       "sign both with a SAST certificate that both hold",
                       "docs/phones.md, section 5"},
    [LIST_CTL_ITL] = {"list-ctl-itl", FAILS, "phones verify their ITL with the CTL that they hold",
                      "sign the ITL with a SAST certificate of the CTL",
                      "docs/phones.md, section 5"},
    [LIST_VERSION] = {"list-version", WARNS,
                      "phones do not ask over HTTPS, so the secure root is of no use to them",
                      "build the list with --version 1.1", "docs/phones.md, section 2"},
    [NO_LIST] = {"no-list", WARNS, "without one, phones ask for unsigned files",
                 "build ITLFile.tlv with tlvfile", "docs/phones.md, section 6"},

    [SIGNED_UNREADABLE] = {"signed-unreadable", FAILS, "phones discard it", "sign it again",
                           "docs/phones.md, section 6"},
    [SIGNED_SIGNER] = {"signed-signer", FAILS, "phones refuse files of strangers",
                       "sign it with a certificate that is listed for TFTP, or list this one",
                       "docs/phones.md, section 6"},
    [SIGNED_ROLE] = {"signed-role", FAILS, "phones take files of TFTP and CCM+TFTP records alone",
                     "list the certificate with --tftp, too", "docs/phones.md, section 6"},
    [SIGNED_SIGNATURE] = {"signed-signature", FAILS, "phones refuse it", "sign it again",
                          "docs/phones.md, section 6"},
    [SIGNED_NAME] = {"signed-name", FAILS, "phones refuse a file that is named otherwise inside",
                     "sign it again at its place in the tree (sgnfile --root)",
                     "docs/phones.md, section 6"},
    [SIGNED_FUTURE] = {"signed-future", FAILS, "phones refuse files from the future",
                       "set the clock of the machine that signs, and sign it again",
                       "docs/phones.md, section 6"},
    [SIGNED_DIGEST] = {"signed-digest", WARNS, "7900 phones and older ones know SHA-1 alone",
                       "sign it with --digest sha1", "docs/phones.md, section 5"},
    [ENCRYPTED_UNREADABLE] = {"encrypted-unreadable", FAILS, "the phone gets no configuration",
                              "encrypt it again", "docs/phones.md, section 7"},
    [STUB_ALONE] = {"stub-alone", FAILS, "the phone follows the stub, and gets no configuration",
                    "encrypt the configuration again", "docs/phones.md, section 7"},
    [ENCRYPTED_ALONE] = {"encrypted-alone", FAILS, "no phone asks for it without a stub",
                         "encrypt the configuration again, which writes both files",
                         "docs/phones.md, section 7"},
    [PAIR_SIGNERS] = {"pair-signers", WARNS,
                      "they come from different runs, and a change of lists may break one of both",
                      "encrypt the configuration again, which writes both files",
                      "docs/phones.md, section 7"},
    [CERTIFICATE_HASH] = {"certificate-hash", FAILS,
                          "the phone starts CAPF instead of fetching its configuration",
                          "encrypt it again, to the phone's certificate of today",
                          "docs/phones.md, section 7"},
    [DEVICE_CERTIFICATE] = {"device-certificate", WARNS,
                            "the next change of this configuration cannot be encrypted",
                            "put the phone's certificate back into the devices folder",
                            "docs/phones.md, section 7"},

    [CONFIG_UNSIGNED] = {"config-unsigned", FAILS,
                         "phones that hold the trust list ask for the signed name alone",
                         "sign it with sgnfile, or encrypt it with enccnf",
                         "docs/phones.md, section 6"},
    [CONFIG_BESIDE_ENCRYPTED] = {"config-beside-encrypted", FAILS,
                                 "anybody can fetch in clear what was encrypted",
                                 "move it out of the tree", "docs/phones.md, section 7"},
    [CLEAR_PASSWORD] = {"clear-password", FAILS, "anybody on the network can fetch it over TFTP",
                        "encrypt the configuration with enccnf, or serve it over HTTPS alone",
                        "RFC 1350, security considerations"},
    [TEXT_PASSWORD] = {"text-password", FAILS,
                       "anybody on the network can fetch it, and phones that read such a file know "
                       "neither HTTPS nor encrypted files without a key entered by hand",
                       "let nobody but these phones reach the server (allow), and use a password "
                       "that opens nothing else",
                       "docs/phones.md, sections 7 and 9"},
    [LOAD_MISSING] = {"load-missing", WARNS, "a phone with another load can loop through restarts",
                      "put the load there, or take loadInformation out",
                      "docs/phones.md, section 8"},
    [LOCALE_MISSING] = {"locale-missing", WARNS, "the phone keeps another language or tones",
                        "put the locale's files there, or take the element out",
                        "https://usecallmanager.nz/user-locale.html"},
    [FILE_MISSING] = {"file-missing", WARNS, "phones ask for it in vain",
                      "put it there (signed, for phones with a trust list), or take the name out",
                      "docs/phones.md, section 1"},
    [ROLE_CAPF] = {"role-capf", FAILS, "the phone does not trust the enrolment service",
                   "build the list with --capf",
                   "https://usecallmanager.nz/certificate-enrollment.html"},
    [ROLE_TVS] = {"role-tvs", WARNS, "the phone does not trust the verification service",
                  "build the list with --tvs", "docs/phones.md, section 5"},
    [ROLE_APP_SERVER] = {"role-app-server", WARNS, "the phone does not trust the service",
                         "build the list with --app-server and the service's certificate",
                         "https://usecallmanager.nz/device-security.html"},
    [ROLE_CCM] = {"role-ccm", FAILS,
                  "the phone does not trust the call server, and does not register",
                  "build the list with --ccm and the call server's certificate",
                  "https://usecallmanager.nz/device-security.html"},

    [CERTIFICATE_UNREADABLE] = {"certificate-unreadable", FAILS, "it cannot be used for phones",
                                "put a sound file in its place", "docs/formats.md, section 5"},
    [CERTIFICATE_DENIED] = {"certificate-denied", FAILS, "it cannot be looked at",
                            "check as a user who may read it", "docs/formats.md, section 5"},
    [CERTIFICATE_EXPIRED] = {"certificate-expired", FAILS,
                             "phones may refuse connections and signatures that depend on it",
                             "replace it; lists first, then what it signs",
                             "docs/phones.md, section 5"},
    [CERTIFICATE_EXPIRES] = {"certificate-expires", WARNS,
                             "from then on phones may refuse what depends on it",
                             "replace it in time; lists first, then what it signs",
                             "docs/phones.md, section 5"},
    [PHONE_EXPIRED] = {"phone-certificate-expired", FAILS,
                       "the server refuses the phone its configuration over HTTPS",
                       "enrol the phone again, or, for a manufacturer's certificate, set maker-ca "
                       "with expired-maker-certificates = yes",
                       "docs/server.md"},
    [PHONE_EXPIRES] = {"phone-certificate-expires", WARNS,
                       "from then on the server refuses the phone its configuration over HTTPS",
                       "enrol the phone again, or, for a manufacturer's certificate, set maker-ca "
                       "with expired-maker-certificates = yes",
                       "docs/server.md"},
    [HTTPS_NOT_EC] = {"https-not-ec", FAILS,
                      "phones want an EC certificate where they fetch configurations over HTTPS",
                      "give the server a certificate made with prov mkcert --curve",
                      "docs/phones.md, section 2"},
    [HTTPS_UNLISTED] = {"https-unlisted", FAILS,
                        "phones do not trust the server, and fall back to HTTP and TFTP",
                        "build the list with --tftp and this certificate, too",
                        "docs/phones.md, section 2"},
    [KEY_IN_TREE] = {"key-in-tree", FAILS, "whoever fetches it can sign for it or listen in",
                     "move it out of the tree, and replace it as if it were stolen",
                     "docs/server.md"},
    [KEY_EXPOSED] = {"key-exposed", FAILS, "every user of this machine can sign for it",
                     "chmod o-r, and think about replacing it", "docs/server.md"},

    [CASE_TWIN] = {"case-twin", WARNS, "servers that ignore case give out one of both, but which",
                   "keep one of both", "docs/phones.md, section 1"},
    [DOT_FILE] = {"dot-file", NOTES, "it is served by no name that phones ask for",
                  "remove it, if nothing else needs it", "docs/server.md"},
    [LINK_OUTSIDE] = {"link-outside", WARNS, "it is not served: it is absolute or leaves the tree",
                      "put the file itself there, or a relative link inside the tree",
                      "docs/server.md"},
    [LINK_BROKEN] = {"link-broken", WARNS, "it leads to no file, so phones do not find it",
                     "mend or remove it", "docs/server.md"},
    [NOT_A_FILE] = {"not-a-file", WARNS, "it cannot be served, and stalls some servers",
                    "remove it", "docs/server.md"},
    [UNREADABLE] = {"unreadable", FAILS, "the server cannot give it to phones",
                    "make it readable for the server's user", "docs/server.md"},
    [EMPTY] = {"empty", WARNS, "phones cannot use it", "write it again, or remove it",
               "docs/phones.md, section 3"},
    [TOO_LARGE] = {"too-large", FAILS, "phones download configurations of 2048 KB at most",
                   "make it smaller", "docs/phones.md, section 2"},
    [LARGE] =
        {"large", WARNS,
         "a 7821 said that it downloads 2048 KB at most, but for firmware, and others may, too",
         "make it smaller", "docs/phones.md, section 2"},
    [NAME_IMPOSSIBLE] = {"name-impossible", WARNS, "phones cannot ask for it",
                         "use letters, digits and punctuation of ASCII, and fewer than 256",
                         "docs/phones.md, section 1"},
    [NAME_DENIED] = {"name-denied", WARNS, "files of this name are taken for keys and not served",
                     "rename it, or move it out of the tree", "docs/server.md"},
    [TWIN_DIFFERS] = {"twin-differs", WARNS,
                      "phones with and without a trust list are given different files",
                      "sign it again, or remove one of both", "docs/phones.md, section 6"},
    [SECURE_EXPOSED] = {"secure-exposed", FAILS,
                        "every user of this machine can read what is encrypted elsewhere",
                        "chmod o-r", "docs/server.md"},
    [SECURE_SIGNED] = {"secure-signed", WARNS,
                       "over HTTPS phones want the clear file under the signed name",
                       "put the clear file there", "docs/phones.md, section 2"},
};

struct found {
    enum finding kind;
    const char *severity;
    unsigned line, column; /* 0: none */
    char *file;
    char *what;
};

struct findings {
    struct findings_filter filter;
    char today[sizeof "2026-12-31"];
    size_t left_out;
    struct found *at;
    size_t count;
    bool incomplete; /* memory was short */
};

const struct rule_words *
finding_words(enum finding kind)
{
    if ((int)kind < LIST_RULES)
        return list_rule_words((enum list_rule)kind);
    if ((int)kind < LIST_CONFLICT)
        return check_rule_words((enum check_rule)((int)kind - (int)FIRST_CHECK));
    return &kinds[kind];
}

/* --- what is left out */

static const struct rule_words *
words_called(const char *id)
{
    for (int kind = 0; kind < FINDINGS; kind++)
        if (strcmp(finding_words((enum finding)kind)->id, id) == 0)
            return finding_words((enum finding)kind);
    return NULL;
}

static bool
is_error(const char *severity)
{
    return strcmp(severity, RULE_FAILS) == 0;
}

/* One file until a day. */
static bool
is_narrow(const struct settings_ignore *ignore)
{
    return ignore->until != NULL && strpbrk(ignore->pattern, "*?[\\") == NULL;
}

const char *
findings_fault_of_ignore(const struct settings_ignore *ignore)
{
    const struct rule_words *words = words_called(ignore->id);
    if (words == NULL)
        return "there is no finding of this name; docs/checks.md has them all";
    if (is_error(words->severity) && !is_narrow(ignore))
        return "it is an error, which is left out for a single file and until a day alone, as "
               "SEP001122334455.cnf.xml 2027-01-31";
    return NULL;
}

/* Below the root, or by the name alone. */
static bool
fits(const struct settings_ignore *ignore, const char *file)
{
    return fnmatch(ignore->pattern, file, 0) == 0 ||
           fnmatch(ignore->pattern, prov_file_base(file), 0) == 0;
}

/* What the dictionary makes an error is left out as an error is. */
static bool
is_ignored(const struct findings *findings, enum finding kind, const char *severity,
           const char *file)
{
    const char *id = finding_words(kind)->id;
    for (size_t i = 0; i < findings->filter.ignore_count; i++) {
        const struct settings_ignore *ignore = &findings->filter.ignores[i];
        bool open = ignore->until == NULL || strcmp(findings->today, ignore->until) <= 0;
        bool enough = !is_error(severity) || is_narrow(ignore);
        if (open && enough && strcmp(ignore->id, id) == 0 && fits(ignore, file))
            return true;
    }
    return false;
}

/* True for what is to be shown. */
static bool
is_wanted(struct findings *findings, enum finding kind, const char *severity, const char *file)
{
    if (!findings->filter.strict && strcmp(severity, RULE_NOTES) == 0)
        return false;
    bool ignored = is_ignored(findings, kind, severity, file);
    findings->left_out += ignored;
    return !ignored;
}

/* --- what is kept */

struct findings *
findings_new(const struct findings_filter *filter)
{
    struct findings *findings = calloc(1, sizeof *findings);
    time_t now = (time_t)filter->now;
    struct tm day;
    if (findings == NULL)
        return NULL;
    findings->filter = *filter;
    if (gmtime_r(&now, &day) != NULL)
        strftime(findings->today, sizeof findings->today, "%Y-%m-%d", &day);
    return findings;
}

void
findings_free(struct findings *findings)
{
    if (findings == NULL)
        return;
    for (size_t i = 0; i < findings->count; i++) {
        free(findings->at[i].file);
        free(findings->at[i].what);
    }
    free(findings->at);
    free(findings);
}

static bool
grow(struct findings *findings)
{
    struct found *at = array_room(findings->at, findings->count, sizeof *at);
    if (at != NULL)
        findings->at = at;
    return at != NULL;
}

static char *
whole_path(const char *folder, const char *file)
{
    char *path = NULL;
    if (folder == NULL || *file == '\0')
        return strdup(folder == NULL ? file : folder);
    return asprintf(&path, "%s/%s", folder, file) >= 0 ? path : NULL;
}

/* Takes over the texts of `found`, all but its file. */
static void
keep(struct findings *findings, struct found found, const char *folder, const char *file)
{
    found.file = whole_path(folder, file);
    if (found.file == NULL || found.what == NULL || !grow(findings)) {
        free(found.file);
        free(found.what);
        findings->incomplete = true;
        return;
    }
    findings->at[findings->count++] = found;
}

void
findings_add(struct findings *findings, enum finding kind, const char *folder, const char *file,
             const char *what, ...)
{
    char text[WHAT_MAX];
    va_list arguments;
    const char *severity = finding_words(kind)->severity;
    if (!is_wanted(findings, kind, severity, file))
        return;
    va_start(arguments, what);
    vsnprintf(text, sizeof text, what, arguments);
    va_end(arguments);
    keep(findings, (struct found){.kind = kind, .severity = severity, .what = strdup(text)}, folder,
         file);
}

void
findings_add_check(struct findings *findings, const char *folder, const char *file,
                   const struct check_finding *finding)
{
    struct found found = {.kind = (enum finding)((int)FIRST_CHECK + (int)finding->rule),
                          .severity = finding->severity,
                          .line = finding->line,
                          .column = finding->column};
    if (!is_wanted(findings, found.kind, found.severity, file))
        return;
    found.what = strdup(finding->what);
    keep(findings, found, folder, file);
}

size_t
findings_count(const struct findings *findings)
{
    return findings->count;
}

size_t
findings_left_out(const struct findings *findings)
{
    return findings->left_out;
}

static int
by_number(unsigned a, unsigned b)
{
    return (a > b) - (a < b);
}

static int
by_file(const void *a, const void *b)
{
    const struct found *x = a, *y = b;
    int order = strcmp(x->file, y->file);
    if (order == 0)
        order = by_number(x->line, y->line);
    if (order == 0)
        order = by_number(x->column, y->column);
    if (order == 0)
        order = (int)x->kind - (int)y->kind;
    return order != 0 ? order : strcmp(x->what, y->what);
}

static void
print_line(const struct found *found)
{
    char file[SHOWN_MAX], what[SHOWN_MAX];
    const struct rule_words *kind = finding_words(found->kind);
    fputs(prov_printable(found->file, strlen(found->file), file, sizeof file), stdout);
    if (found->line > 0)
        printf(":%u", found->line);
    if (found->line > 0 && found->column > 0)
        printf(":%u", found->column);
    printf(": %s; %s; %s\n", prov_printable(found->what, strlen(found->what), what, sizeof what),
           kind->why, kind->mend);
}

static json_t *
as_json(const struct found *found)
{
    char file[SHOWN_MAX], what[SHOWN_MAX];
    const struct rule_words *kind = finding_words(found->kind);
    prov_printable(found->file, strlen(found->file), file, sizeof file);
    prov_printable(found->what, strlen(found->what), what, sizeof what);
    json_t *json = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "id", kind->id, "severity",
                             found->severity, "file", file, "what", what, "why", kind->why, "mend",
                             kind->mend, "source", kind->source);
    if (found->line > 0)
        json_object_set_new(json, "line", json_integer(found->line));
    if (found->line > 0 && found->column > 0)
        json_object_set_new(json, "column", json_integer(found->column));
    return json;
}

static bool
print_json(const struct findings *findings)
{
    json_t *list = json_array();
    bool whole = list != NULL;
    for (size_t i = 0; whole && i < findings->count; i++)
        whole = json_array_append_new(list, as_json(&findings->at[i])) == 0;
    json_t *report = whole ? json_pack("{s:O, s:I}", "findings", list, "left_out",
                                       (json_int_t)findings->left_out)
                           : NULL;
    whole = report != NULL && json_dumpf(report, stdout, JSON_INDENT(2)) == 0;
    if (whole)
        putchar('\n');
    json_decref(report);
    json_decref(list);
    return whole;
}

bool
findings_print(struct findings *findings, bool json)
{
    bool whole = true;
    if (findings->count > 0)
        qsort(findings->at, findings->count, sizeof *findings->at, by_file);
    if (json)
        whole = print_json(findings);
    for (size_t i = 0; !json && i < findings->count; i++)
        print_line(&findings->at[i]);
    if (!json && findings->left_out > 0)
        printf("%zu finding%s left out, as prov.conf says\n", findings->left_out,
               findings->left_out == 1 ? " is" : "s are");
    return whole && !findings->incomplete;
}
