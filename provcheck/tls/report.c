/* SPDX-License-Identifier: MIT */
/* What was found about a server's TLS, for people and as JSON. */
#include "provcheck/tls/report.h"
#include "provcheck/tls/internal.h"

#include <stdio.h>
#include <string.h>

#define INDENT 29 /* where the values of a report begin */
#define WIDTH 100

static void
report_server(struct cli_report *report, const struct tls_check *check)
{
    char server[TLS_HOST_MAX + 16], cas[32];
    bool v6 = strchr(check->peer.host, ':') != NULL;
    snprintf(server, sizeof server, "%s%s%s:%u", v6 ? "[" : "", check->peer.host, v6 ? "]" : "",
             check->peer.port);
    cli_report_text(report, "Server", server);
    cli_report_text(report, "Name", check->name);
    snprintf(cas, sizeof cas, "%zu given", check->anchors.ca_count);
    cli_report_text(report, "Trusted CAs",
                    check->anchors.ca_count > 0 ? cas : "the public ones of this system");
}

/* --- what was offered and agreed */

/* The suites below one another, as many on a line as fit. */
static void
print_suites(const struct tls_suites *suites)
{
    size_t column = WIDTH;
    char name[TLS_SUITE_TEXT_MAX];
    for (size_t i = 0; i < suites->count; i++) {
        size_t len = strlen(tls_suite_text(suites->at[i], name));
        if (column + 1 + len > WIDTH) {
            printf("%s%*s", i > 0 ? "\n" : "", INDENT - 1, "");
            column = INDENT - 1;
        }
        printf(" %s", name);
        column += 1 + len;
    }
    putchar('\n');
}

static void
report_offer(struct cli_report *report, const struct tls_result *result)
{
    char versions[TLS_VERSIONS_TEXT_MAX], name[TLS_SUITE_TEXT_MAX];
    tls_versions_text(result->versions, versions);
    if (!cli_report_is_json(report)) {
        char text[128];
        snprintf(text, sizeof text, "%s; %zu cipher suites%s", versions, result->suites.count,
                 result->signalling ? " (those for SIP)" : "");
        cli_report_text(report, "Offered", text);
        print_suites(&result->suites);
        return;
    }
    cli_report_text(report, "Offered Versions", versions);
    for (size_t i = 0; i < result->suites.count; i++) {
        char number[8];
        cli_report_open(report, "Offered Suites", true);
        snprintf(number, sizeof number, "%04x", result->suites.at[i]);
        cli_report_text(report, "Number", number);
        cli_report_text(report, "Name", tls_suite_text(result->suites.at[i], name));
        cli_report_close(report);
    }
}

static void
report_agreement(struct cli_report *report, const struct tls_result *result)
{
    static const char *const clients[] = {
        [TLS_CLIENT_NOT_ASKED] = "not asked for",
        [TLS_CLIENT_OPTIONAL] = "asked for, none was shown",
        [TLS_CLIENT_TAKEN] = "asked for, and taken",
        [TLS_CLIENT_MISSED] = "demanded, none was shown",
        [TLS_CLIENT_TURNED_DOWN] = "asked for, and refused",
        [TLS_CLIENT_UNKNOWN] = "asked for",
    };
    char name[TLS_SUITE_TEXT_MAX];
    if (cli_report_is_json(report))
        cli_report_flag(report, "Agreed", result->agreed);
    if (!result->agreed) {
        cli_report_line(report, "%-*s%s", INDENT, "Agreed:", "nothing");
        return;
    }
    tls_suite_text(result->suite, name);
    if (cli_report_is_json(report)) {
        cli_report_text(report, "Version", tls_version_name(result->version));
        cli_report_text(report, "Suite", name);
    }
    cli_report_line(report, "%-*s%s, %s", INDENT, "Agreed:", tls_version_name(result->version),
                    name);
    cli_report_text(report, "Client Certificate", clients[result->client]);
}

static void
report_certificates(struct cli_report *report, const struct tls_result *result)
{
    char name[TLS_NAME_TEXT_MAX], time[TLS_DAY_TEXT_MAX], names[TLS_WHAT_MAX];
    for (int i = 0; i < sk_X509_num(result->certificates); i++) {
        const X509 *certificate = sk_X509_value(result->certificates, i);
        cli_report_open(report, "Certificates", false);
        cli_report_text(report, "Subject", tls_name_text(X509_get_subject_name(certificate), name));
        cli_report_text(report, "Issuer", tls_name_text(X509_get_issuer_name(certificate), name));
        if (i == 0)
            cli_report_text(report, "Names", tls_identities_text(certificate, names));
        cli_report_text(report, "Not Before",
                        tls_time_text(X509_get0_notBefore(certificate), time));
        cli_report_text(report, "Not After", tls_time_text(X509_get0_notAfter(certificate), time));
        cli_report_close(report);
    }
}

/* --- what was found */

static void
report_finding(struct cli_report *report, const struct tls_finding *found)
{
    const struct tls_problem_fact *fact = tls_problem_fact(found->problem);
    const char *severity = tls_severity_name(found->severity);
    if (!cli_report_is_json(report)) {
        printf("\n%s: %s: %s\n  mend: %s\n", severity, fact->name, found->what, fact->mend);
        return;
    }
    cli_report_open(report, "Findings", true);
    cli_report_text(report, "Id", fact->id);
    cli_report_text(report, "Severity", severity);
    cli_report_text(report, "Name", fact->name);
    cli_report_text(report, "What", found->what);
    cli_report_text(report, "Mend", fact->mend);
    cli_report_close(report);
}

static const char *
verdict(const struct tls_result *result)
{
    if (!tls_result_accepts(result))
        return "refuses";
    return tls_has_severity(&result->findings, TLS_MAY) ? "may refuse" : "accepts";
}

/* The phone shows a word for certificates alone. */
static void
report_error_word(struct cli_report *report, const struct tls_result *result)
{
    char number[16], names[TLS_WORD_TEXT_MAX];
    uint32_t word = tls_word_of(&result->findings);
    if (result->device->by_list || result->certificates == NULL)
        return;
    snprintf(number, sizeof number, "0x%08x", word);
    tls_word_text(word, names);
    if (cli_report_is_json(report)) {
        cli_report_text(report, "Error Word", number);
        cli_report_text(report, "Error Names", names);
    }
    cli_report_line(report, "%-*s%s (%s)", INDENT, "Error Word:", number, names);
}

static void
report_result(struct cli_report *report, const struct tls_result *result)
{
    const struct tls_device *device = result->device;
    cli_report_text(report, "Family", device->name);
    cli_report_text(report, "Models", device->models);
    if (device->unsure != NULL && !result->known)
        cli_report_text(report, "Unsure", device->unsure);
    report_offer(report, result);
    report_agreement(report, result);
    report_error_word(report, result);
    report_certificates(report, result);
    for (size_t i = 0; i < result->findings.count; i++)
        report_finding(report, &result->findings.at[i]);
    if (cli_report_is_json(report)) {
        cli_report_flag(report, "Accepts", tls_result_accepts(result));
        cli_report_text(report, "Verdict", verdict(result));
    }
}

void
tls_report_device(struct cli_report *report, const struct tls_check *check,
                  const struct tls_result *result)
{
    report_server(report, check);
    if (cli_report_is_json(report))
        cli_report_open(report, "Devices", true);
    report_result(report, result);
    if (cli_report_is_json(report))
        cli_report_close(report);
    cli_report_line(report, "\n%s %s %s port %u", result->device->name, verdict(result),
                    check->peer.host, check->peer.port);
}

/* --- the table */

/* Those of one severity, each once; `open` and `close` stand around them. */
static void
print_problems(const struct tls_findings *findings, enum tls_severity severity, const char *open,
               const char *close)
{
    bool told[TLS_PROBLEMS] = {false};
    const char *before = open;
    for (size_t i = 0; i < findings->count; i++) {
        const struct tls_finding *found = &findings->at[i];
        if (found->severity != severity || told[found->problem])
            continue;
        printf("%s%s", before, tls_problem_fact(found->problem)->name);
        told[found->problem] = true;
        before = ", ";
    }
    if (before != open)
        printf("%s", close);
}

static void
print_row(const struct tls_result *result)
{
    char name[TLS_SUITE_TEXT_MAX], word[16] = "-", agreed[TLS_SUITE_TEXT_MAX + 16] = "-";
    if (result->agreed)
        snprintf(agreed, sizeof agreed, "%s %s", tls_version_name(result->version),
                 tls_suite_text(result->suite, name));
    if (result->certificates != NULL && !result->device->by_list)
        snprintf(word, sizeof word, "0x%08x", tls_word_of(&result->findings));
    printf("%-10s %-10s %-10s  %-38s", result->device->name, verdict(result), word, agreed);
    print_problems(&result->findings, TLS_REFUSES, " ", "");
    print_problems(&result->findings, TLS_MAY, " (", ")");
    putchar('\n');
}

/* True if a result before this one has it in the same words. */
static bool
was_told(const struct tls_result *results, size_t at, const struct tls_finding *found)
{
    for (size_t i = 0; i < at; i++)
        for (size_t k = 0; k < results[i].findings.count; k++)
            if (results[i].findings.at[k].problem == found->problem &&
                strcmp(results[i].findings.at[k].what, found->what) == 0)
                return true;
    return false;
}

/* Which devices a finding is about, by those that have it in the same words. */
static void
print_holders(const struct tls_result *results, size_t count, size_t at,
              const struct tls_finding *found)
{
    printf("\n%s", results[at].device->name);
    for (size_t i = at + 1; i < count; i++)
        if (was_told(results + i, 1, found))
            printf(", %s", results[i].device->name);
    printf(":");
}

void
tls_report_table(struct cli_report *report, const struct tls_check *check,
                 const struct tls_result *results, size_t count)
{
    report_server(report, check);
    cli_report_line(report, "\n%-10s %-10s %-10s  %-38s %s", "FAMILY", "VERDICT", "ERROR WORD",
                    "AGREED", "PROBLEMS");
    for (size_t i = 0; i < count; i++) {
        if (cli_report_is_json(report)) {
            cli_report_open(report, "Devices", true);
            report_result(report, &results[i]);
            cli_report_close(report);
        } else {
            print_row(&results[i]);
        }
    }
    for (size_t i = 0; i < count && !cli_report_is_json(report); i++)
        for (size_t k = 0; k < results[i].findings.count; k++) {
            const struct tls_finding *found = &results[i].findings.at[k];
            if (was_told(results, i, found))
                continue;
            print_holders(results, count, i, found);
            report_finding(report, found);
        }
}

/* --- an error word */

static void
report_bit(struct cli_report *report, uint32_t bit)
{
    char number[16];
    const struct tls_word_bit *known = tls_word_find(bit);
    const char *name = known != NULL ? known->name : "unknown";
    const char *meaning = known != NULL ? known->meaning : "no such bit is documented";
    snprintf(number, sizeof number, "0x%08x", bit);
    cli_report_open(report, "Bits", true);
    if (cli_report_is_json(report)) {
        cli_report_text(report, "Bit", number);
        cli_report_text(report, "Name", name);
        cli_report_text(report, "Meaning", meaning);
        cli_report_flag(report, "Known", known != NULL);
    }
    cli_report_line(report, "%s  %-20s %s", number, name, meaning);
    cli_report_close(report);
}

void
tls_report_word(struct cli_report *report, uint32_t word)
{
    char number[16];
    snprintf(number, sizeof number, "0x%08x", word);
    if (cli_report_is_json(report))
        cli_report_text(report, "Error Word", number);
    if (word == 0)
        cli_report_line(report, "%s  no error", number);
    for (unsigned i = 0; i < 32; i++)
        if ((word >> i & 1) != 0)
            report_bit(report, (uint32_t)1 << i);
}
