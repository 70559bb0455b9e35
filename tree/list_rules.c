/* SPDX-License-Identifier: MIT */
/* The rules of trust lists, with their words, and whether a list keeps them. */
#include "tree/list_rules.h"

#include <prov/text.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define KEY_BITS_OLD 2048 /* the largest RSA key of 7900 phones and older ones */
#define WHAT_MAX 512
#define NAME_SHOWN_MAX 128

static const struct rule_words words[LIST_RULES] = {
    [LIST_UNREADABLE] = {"list-unreadable", RULE_FAILS,
                         "phones refuse it and stay with what they hold, or with nothing",
                         "build it again", "docs/phones.md, section 5"},
    [LIST_TOO_LARGE] = {"list-too-large", RULE_FAILS,
                        "phones do not load a list above 64 KB, and do not register",
                        "leave certificates out, or give them to the phones concerned alone",
                        "docs/phones.md, section 5"},
    [LIST_NO_SAST] = {"list-no-sast", RULE_FAILS,
                      "a phone that took it could never take another list", "build it with --sast",
                      "docs/phones.md, section 5"},
    [LIST_MANY_SAST] = {"list-many-sast", RULE_FAILS, "phones take two SAST records at most",
                        "leave out all but the signer and the recovery certificate",
                        "https://usecallmanager.nz/device-security.html"},
    [LIST_ONE_SAST] = {"list-one-sast", RULE_WARNS,
                       "once its key is lost, every phone must be reset by hand",
                       "add a second SAST certificate whose key is kept offline",
                       "docs/phones.md, section 5"},
    [LIST_EC_SAST] = {"list-ec-sast", RULE_FAILS, "phones verify lists with RSA alone",
                      "use an RSA certificate of 2048 bits for SAST", "docs/phones.md, section 5"},
    [LIST_SIGNER] = {"list-signer", RULE_FAILS,
                     "phones look the signer up among the SAST records, and refuse the list",
                     "build it again with the signer as the first --sast",
                     "docs/phones.md, section 5"},
    [LIST_SIGNATURE] = {"list-signature", RULE_FAILS, "phones refuse it", "build it again",
                        "docs/phones.md, section 5"},
    [LIST_NAME] = {"list-name", RULE_FAILS, "phones refuse a list that is named otherwise inside",
                   "build it again under the name that phones ask for",
                   "docs/phones.md, section 5"},
    [LIST_FUTURE] = {"list-future", RULE_FAILS,
                     "phones refuse a list from the future, and afterwards any that is older",
                     "set the clock of the machine that signs, and build it again",
                     "docs/phones.md, section 5"},
    [LIST_DIGEST] = {"list-digest", RULE_WARNS, "7900 phones and older ones know SHA-1 alone",
                     "build it with --digest sha1", "docs/phones.md, section 5"},
    [LIST_KEY_SIZE] = {"list-key-size", RULE_WARNS,
                       "7900 phones and older ones refuse keys above 2048 bits",
                       "use a certificate with an RSA key of 2048 bits",
                       "docs/phones.md, section 5"},
    [LIST_CERTIFICATE] = {"list-certificate", RULE_WARNS, "phones cannot use this record",
                          "build the list again with the whole certificate",
                          "docs/phones.md, section 5"},
    [LIST_NO_TFTP] = {"list-no-tftp", RULE_WARNS,
                      "phones that hold it accept files and lists from anybody",
                      "build it with --tftp, unless these phones are being released",
                      "docs/phones.md, section 5"},
};

const struct rule_words *
list_rule_words(enum list_rule rule)
{
    return &words[rule];
}

struct checking {
    const struct prov_trustlist *list;
    list_rule_report *report;
    void *context;
};

static void PROV_PRINTF(3, 4)
    say(const struct checking *checking, enum list_rule rule, const char *format, ...)
{
    char what[WHAT_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    checking->report(checking->context, rule, what);
}

/* --- the header */

static void
check_header(const struct checking *checking, const char *file, int64_t now, int64_t slack)
{
    const struct prov_header *header = prov_trustlist_header(checking->list);
    const struct prov_field *time = prov_header_find(header, PROV_TAG_TIMESTAMP);
    const struct prov_field *name = prov_header_find(header, PROV_TAG_FILENAME);
    const char *wanted = prov_trustlist_stored_name(file);
    char shown[NAME_SHOWN_MAX] = "none";
    if (time != NULL && time->number > now + slack)
        say(checking, LIST_FUTURE, "its timestamp lies %lld seconds ahead of the clock",
            (long long)time->number - (long long)now);
    if (name != NULL)
        prov_printable(name->value.data, name->value.len, shown, sizeof shown);
    if (name == NULL || strcmp(shown, wanted) != 0)
        say(checking, LIST_NAME, "the name inside is %s instead of %s", shown, wanted);
    if (prov_trustlist_bytes(checking->list).len > PROV_TRUSTLIST_BUILD_MAX)
        say(checking, LIST_TOO_LARGE, "it has %zu bytes", prov_trustlist_bytes(checking->list).len);
}

/* --- who signs lists */

static size_t
count_sasts(const struct prov_trustlist *list)
{
    size_t count = 0;
    for (size_t i = 0; i < prov_trustlist_count(list); i++)
        count += prov_trustlist_at(list, i)->role == PROV_ROLE_SAST;
    return count;
}

static bool
same_value(const struct prov_field *a, const struct prov_field *b)
{
    return a != NULL && b != NULL && prov_span_equal(a->value, b->value);
}

static bool
lists_signer(const struct prov_trustlist *list)
{
    const struct prov_header *header = prov_trustlist_header(list);
    for (size_t i = 0; i < prov_trustlist_count(list); i++) {
        const struct prov_record *record = prov_trustlist_at(list, i);
        if (record->role == PROV_ROLE_SAST &&
            same_value(prov_record_find(record, PROV_RECORD_ISSUER_NAME),
                       prov_header_find(header, PROV_TAG_ISSUER_NAME)) &&
            same_value(prov_record_find(record, PROV_RECORD_SERIAL_NUMBER),
                       prov_header_find(header, PROV_TAG_SERIAL_NUMBER)))
            return true;
    }
    return false;
}

static void
check_sasts(const struct checking *checking)
{
    size_t count = count_sasts(checking->list);
    struct prov_error err;
    if (count == 0)
        say(checking, LIST_NO_SAST, "it has no SAST record");
    else if (count > PROV_TRUSTLIST_SAST_MAX)
        say(checking, LIST_MANY_SAST, "it has %zu SAST records", count);
    else if (count == 1)
        say(checking, LIST_ONE_SAST, "it has one SAST record alone, and so no recovery");
    if (count == 0)
        return;
    int rc = prov_trustlist_verify(checking->list, NULL, NULL, &err);
    if (rc == PROV_E_SIGNER && !lists_signer(checking->list)) /* else one without certificate */
        say(checking, LIST_SIGNER, "its signer is not among its SAST records: %s", err.text);
    else if (rc == PROV_E_SIGNATURE || rc == PROV_E_FORMAT)
        say(checking, LIST_SIGNATURE, "%s", err.text);
}

/* --- records */

static bool
verifies(unsigned role)
{
    return role == PROV_ROLE_SAST || role == PROV_ROLE_TFTP || role == PROV_ROLE_CCM_TFTP;
}

static void
check_record(const struct checking *checking, size_t index)
{
    const struct prov_record *record = prov_trustlist_at(checking->list, index);
    const struct prov_identity *certificate = record->certificate;
    const char *role = prov_role_name(record->role);
    char whose[NAME_SHOWN_MAX];
    snprintf(whose, sizeof whose, "the certificate of record %zu (%s)", index + 1,
             role != NULL ? role : "an unknown role");
    if (certificate == NULL) {
        if (prov_record_find(record, PROV_RECORD_CERTIFICATE) != NULL)
            say(checking, LIST_CERTIFICATE, "%s cannot be read", whose);
        return;
    }
    enum prov_key_type type = prov_identity_key_type(certificate);
    if (record->role == PROV_ROLE_SAST && type != PROV_KEY_RSA)
        say(checking, LIST_EC_SAST, "%s holds an %s key", whose,
            prov_identity_key_name(certificate));
    if (verifies(record->role) && type == PROV_KEY_RSA &&
        prov_identity_key_bits(certificate) > KEY_BITS_OLD)
        say(checking, LIST_KEY_SIZE, "%s holds a key of %u bits", whose,
            prov_identity_key_bits(certificate));
}

void
list_rules_check(const struct prov_trustlist *list, const char *name, int64_t now, int64_t slack,
                 list_rule_report *report, void *context)
{
    const struct checking checking = {list, report, context};
    check_header(&checking, name, now, slack);
    check_sasts(&checking);
    for (size_t i = 0; i < prov_trustlist_count(list); i++)
        check_record(&checking, i);
    if (!prov_trustlist_signs_files(list))
        say(&checking, LIST_NO_TFTP, "it names nobody who may sign files");
}

enum list_release
list_release_of(const struct prov_trustlist *before, const struct prov_trustlist *next)
{
    if (prov_trustlist_signs_files(next))
        return LIST_SERVES;
    return before != NULL && prov_trustlist_signs_files(before) ? LIST_LETS_GO : LIST_FIRST_WITHOUT;
}
