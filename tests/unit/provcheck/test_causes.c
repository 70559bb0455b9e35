/* SPDX-License-Identifier: MIT */
/* Why a phone does not come up: situations, and the cause that is told first in each. */
#include "provcheck/why/causes.h"
#include "provcheck/why/pattern.h"
#include "tests/unit/support.h"

#include <stdio.h>
#include <string.h>

#define NOW 1700000000
#define NOTHING WHY_CAUSES

static struct why_facts facts;
static struct why_causes causes;

/* --- a phone that is well, and what can be amiss with it */

static void
ask_from(enum why_file file, enum why_outcome outcome, int64_t ago, const char *transport)
{
    struct why_request *request = &facts.requests[facts.request_count++];
    *request = (struct why_request){.time = NOW - ago, .file = file, .outcome = outcome};
    if (file < WHY_FILES)
        why_file_name(file, &facts.phone, request->asked);
    snprintf(request->transport, sizeof request->transport, "%s", transport);
    snprintf(request->address, sizeof request->address, "192.0.2.7");
}

static void
ask(enum why_file file, enum why_outcome outcome, int64_t ago)
{
    ask_from(file, outcome, ago, "tftp");
}

/* Another history than a sound boot. */
static void
forget_requests(void)
{
    facts.request_count = 0;
}

static void
begin_well(void)
{
    facts = (struct why_facts){
        .phone = {"58971ECC97C1"},
        .now = NOW,
        .places = {[WHY_SOURCE] = {.path = "source"},
                   [WHY_TREE] = {.path = "tree"},
                   [WHY_SECURE] = {.path = "secure"}},
        .build = WHY_BUILD_CURRENT,
        .family = family_find("7900"),
        .config = {.read = true, .path = "tree/SEP", .security_mode = 1, .server_count = 1},
        .lists = {[TRUST_ITL] = {.stands = true,
                                 .signs_files = true,
                                 .holding = WHY_HOLDS,
                                 .is_newest = true}},
        .boot = {.played = true, .result = BOOT_UP},
        .ledger = WHY_LEDGER_READ,
        .seen = true,
        .last_seen = NOW - 3600,
        .address = "192.0.2.7",
        .address_allowed = true,
        .pbx = {.state = WHY_PBX_ANSWERS, .server = "pbx"},
    };
    facts.places[WHY_SOURCE].files[WHY_CLEAR].there = true;
    facts.places[WHY_TREE].files[WHY_SIGNED] =
        (struct why_stands){.there = true, .changed = NOW - 90000};
    ask(WHY_CTL, WHY_MISSING, 3602);
    ask(WHY_ITL, WHY_DELIVERED, 3601);
    ask(WHY_SIGNED, WHY_DELIVERED, 3600);
}

static void
stand(enum why_folder folder, enum why_file file, bool there)
{
    facts.places[folder].files[file].there = there;
}

static void
stop(enum boot_result result, const char *text)
{
    facts.boot.result = result;
    snprintf(facts.boot.text, sizeof facts.boot.text, "%s", text);
}

static void
refuse(const char *word)
{
    char text[128];
    snprintf(text, sizeof text, "the phone refuses it: %s: whatever", word);
    stop(BOOT_NOT_VERIFIED, text);
}

/* --- situations */

static void
well(void)
{
}

static void
well_without_ledger(void)
{
    forget_requests();
    facts.seen = false;
    facts.ledger = WHY_LEDGER_ABSENT;
}

static void
well_over_https(void)
{
    forget_requests();
    facts.family = family_find("8800");
    stand(WHY_SECURE, WHY_CLEAR, true);
    ask_from(WHY_ITL, WHY_DELIVERED, 601, "http");
    ask_from(WHY_SIGNED, WHY_DELIVERED, 600, "https");
    ask_from(WHY_CTL, WHY_MISSING, 500, "http"); /* 8851 ask for it once more */
}

static void
well_and_encrypted(void)
{
    stand(WHY_TREE, WHY_ENCRYPTED, true);
    ask(WHY_ENCRYPTED, WHY_DELIVERED, 3599);
}

/* Phones that run the load already do not fetch it. */
static void
well_without_its_load(void)
{
    snprintf(facts.boot.load, sizeof facts.boot.load, "SIP42.loads: not there");
}

/* Two starts, then peace. */
static void
well_after_a_restart(void)
{
    forget_requests();
    ask(WHY_SIGNED, WHY_DELIVERED, 900);
    ask(WHY_SIGNED, WHY_DELIVERED, 600);
}

static void
odd_name(void)
{
    stand(WHY_SOURCE, WHY_CLEAR, false);
    stand(WHY_TREE, WHY_SIGNED, false);
    stop(BOOT_NO_CONFIG, "the phone has no configuration");
    facts.config.read = false;
    snprintf(facts.places[WHY_TREE].odd, NAME_MAX, "SEP58-97-1E-CC-97-C1.cnf.xml");
}

static void
no_configuration(void)
{
    odd_name();
    facts.places[WHY_TREE].odd[0] = '\0';
}

static void
source_fault(void)
{
    no_configuration();
    stand(WHY_SOURCE, WHY_CLEAR, true);
    snprintf(facts.source_fault, sizeof facts.source_fault, "SEP.cnf.xml:3: & alone");
}

static void
source_fault_beside_older(void)
{
    snprintf(facts.source_fault, sizeof facts.source_fault, "SEP.cnf.xml:3: & alone");
}

static void
no_certificate(void)
{
    no_configuration();
    stand(WHY_SOURCE, WHY_CLEAR, true);
    facts.encryption_required = true;
}

static void
not_built(void)
{
    no_configuration();
    stand(WHY_SOURCE, WHY_CLEAR, true);
}

static void
unreadable(void)
{
    facts.places[WHY_TREE].files[WHY_SIGNED].unreadable = true;
}

static void
never_asked(void)
{
    forget_requests();
    facts.seen = false;
}

static void
other_name(void)
{
    never_asked();
    facts.stranger = (struct why_stranger){
        .found = true, .phone = {"58971ECC97C7"}, .address = "192.0.2.8", .last = NOW - 60};
}

static void
other_name_at_its_address(void)
{
    other_name();
    facts.seen = true;
    facts.stranger.at_its_address = true;
}

static void
not_allowed(void)
{
    facts.allows_some = true;
    facts.address_allowed = false;
}

static void
end_with(enum why_outcome outcome)
{
    forget_requests();
    ask(WHY_ITL, WHY_DELIVERED, 601);
    ask(WHY_SIGNED, outcome, 600);
}

static void
failed(void)
{
    end_with(WHY_FAILED);
}

static void
refused(void)
{
    end_with(WHY_REFUSED);
}

static void
refused_over_https(void)
{
    forget_requests();
    facts.family = family_find("8800");
    stand(WHY_TREE, WHY_SIGNED, false);
    stand(WHY_SECURE, WHY_CLEAR, true);
    ask_from(WHY_SIGNED, WHY_REFUSED, 601, "https");
    ask_from(WHY_SIGNED, WHY_MISSING, 600, "http");
}

/* Given over HTTP, and the refusal over HTTPS noted after it. */
static void
well_though_refused_over_https(void)
{
    forget_requests();
    ask_from(WHY_SIGNED, WHY_DELIVERED, 601, "http");
    ask_from(WHY_SIGNED, WHY_REFUSED, 600, "https");
}

static void
busy(void)
{
    end_with(WHY_BUSY);
}

static void
cut(void)
{
    forget_requests();
    ask(WHY_ITL, WHY_CUT, 601);
    ask(WHY_SIGNED, WHY_CUT, 600);
}

static void
cut_once(void)
{
    forget_requests();
    ask(WHY_SIGNED, WHY_DELIVERED, 3600);
    ask(WHY_ITL, WHY_CUT, 600);
    ask(WHY_SIGNED, WHY_DELIVERED, 590);
}

static void
put_there_since(void)
{
    end_with(WHY_MISSING);
    facts.places[WHY_TREE].files[WHY_SIGNED].changed = NOW - 10;
}

static void
list_too_large(void)
{
    stop(BOOT_LIST_TOO_LARGE, "70000 bytes");
}

static void
list_without_server(void)
{
    stop(BOOT_NOT_ASKED, "no record");
}

static void
list_ignored(void)
{
    forget_requests();
    ask(WHY_CTL, WHY_DELIVERED, 301);
    ask(WHY_ITL, WHY_MISSING, 300);
}

static void
lists_just_asked_for(void)
{
    forget_requests();
    ask(WHY_CTL, WHY_DELIVERED, 3);
    ask(WHY_ITL, WHY_MISSING, 2);
}

static void
mode_without_list(void)
{
    facts.lists[TRUST_ITL] = (struct why_list){.stands = false};
    facts.config.security_mode = 2;
}

static void
list_refused(void)
{
    facts.lists[TRUST_ITL].is_newest = false;
    facts.boot.result = BOOT_LIST_REFUSED;
    snprintf(facts.boot.list, sizeof facts.boot.list, "ITLSEP.tlv: not installed");
}

static void
https_certificate(void)
{
    stand(WHY_TREE, WHY_SIGNED, false);
    stand(WHY_SECURE, WHY_CLEAR, true);
    stop(BOOT_NO_CONFIG, "the phone has no configuration");
    snprintf(facts.boot.https, sizeof facts.boot.https, "the certificate is RSA");
}

static void
phone_certificate(void)
{
    stand(WHY_TREE, WHY_SIGNED, false);
    stand(WHY_SECURE, WHY_CLEAR, true);
    facts.certificate_wanted = true;
    facts.certificate_ends = NOW - 1;
}

static void
only_plain(void)
{
    end_with(WHY_MISSING);
    stand(WHY_TREE, WHY_SIGNED, false);
    stand(WHY_TREE, WHY_CLEAR, true);
}

static void
would_miss_signed(void)
{
    forget_requests();
    stand(WHY_TREE, WHY_SIGNED, false);
    stand(WHY_TREE, WHY_CLEAR, true);
    stop(BOOT_NO_CONFIG, "the phone has no configuration");
}

static void
signer_unknown(void)
{
    refuse("signer not in CTL or ITL");
}

static void
digest_unknown(void)
{
    refuse("bad digest algorithm");
}

static void
key_too_large(void)
{
    refuse("bad modulus length");
}

static void
key_of_another_kind(void)
{
    refuse("bad signature algorithm");
}

static void
signature_broken(void)
{
    refuse("signature failed");
}

static void
inner_name(void)
{
    refuse("wrong file name");
}

static void
from_the_future(void)
{
    refuse("timestamp failed");
}

static void
no_signed_file(void)
{
    refuse("format error");
}

static void
encrypted_missing(void)
{
    stop(BOOT_NO_ENCRYPTED, "not found");
}

static void
encrypted_missed(void)
{
    forget_requests();
    ask(WHY_SIGNED, WHY_DELIVERED, 601);
    ask(WHY_ENCRYPTED, WHY_MISSING, 600);
}

/* The end of the stub's transfer was noted after the request that it led to. */
static void
encrypted_missed_before_stub_ended(void)
{
    forget_requests();
    ask(WHY_ENCRYPTED, WHY_MISSING, 601);
    ask(WHY_SIGNED, WHY_DELIVERED, 600);
}

static void
other_certificate(void)
{
    stop(BOOT_NOT_DECRYPTED, "its certHash differs");
}

static void
stops_at_stub(void)
{
    stand(WHY_TREE, WHY_ENCRYPTED, true);
}

static void
too_large(void)
{
    stop(BOOT_FILE_TOO_LARGE, "3 MB");
}

static void
malformed(void)
{
    stop(BOOT_MALFORMED, "line 3");
}

static void
holds_no_list(void)
{
    forget_requests();
    stand(WHY_TREE, WHY_ENCRYPTED, true);
    ask(WHY_CLEAR, WHY_MISSING, 600);
}

static void
not_given(void)
{
    forget_requests();
    stand(WHY_TREE, WHY_SIGNED, false);
    stand(WHY_SECURE, WHY_CLEAR, true);
    stop(BOOT_NO_CONFIG, "the phone has no configuration");
}

static void
config_error(void)
{
    facts.config.error_count = 1;
    facts.config.errors[0] = (struct why_error){.id = "capf", .line = 3, .what = "amiss"};
}

static void
no_server(void)
{
    facts.config.server_count = 0;
}

static void
again_and_again(enum why_file file, int64_t seconds)
{
    forget_requests();
    for (int64_t i = 5; i > 0; i--) {
        ask(WHY_ITL, WHY_DELIVERED, i * seconds + 1);
        ask(file, WHY_DELIVERED, i * seconds);
    }
}

static void
every_15_seconds(void)
{
    again_and_again(WHY_SIGNED, 15);
}

static void
every_45_seconds(void)
{
    again_and_again(WHY_SIGNED, 45);
}

static void
plain_every_45_seconds(void)
{
    again_and_again(WHY_CLEAR, 45);
}

static void
restarts_without_load(void)
{
    again_and_again(WHY_SIGNED, 180);
    snprintf(facts.boot.load, sizeof facts.boot.load, "SIP42.loads: not there");
}

static void
pbx(enum why_pbx_state state)
{
    facts.pbx.state = state;
}

static void
pbx_without_host(void)
{
    pbx(WHY_PBX_NO_HOST);
}

static void
pbx_away(void)
{
    pbx(WHY_PBX_UNREACHABLE);
}

static void
pbx_mute(void)
{
    pbx(WHY_PBX_SILENT);
}

static void
pbx_tls(void)
{
    pbx(WHY_PBX_TLS);
}

static void
pbx_unlisted(void)
{
    pbx(WHY_PBX_UNLISTED);
}

static void
stale(void)
{
    facts.build = WHY_BUILD_STALE;
}

static const struct {
    const char *name;
    void (*arrange)(void);
    enum why_cause first;
    enum why_sureness sureness;
} situations[] = {
    {"well", well, NOTHING, WHY_NOT_SO},
    {"well, without a ledger", well_without_ledger, NOTHING, WHY_NOT_SO},
    {"well, over HTTPS", well_over_https, NOTHING, WHY_NOT_SO},
    {"well, encrypted", well_and_encrypted, NOTHING, WHY_NOT_SO},
    {"well, its load not here", well_without_its_load, NOTHING, WHY_NOT_SO},
    {"well, restarted", well_after_a_restart, NOTHING, WHY_NOT_SO},
    {"well, cut off once", cut_once, NOTHING, WHY_NOT_SO},
    {"well, starting right now", lists_just_asked_for, NOTHING, WHY_NOT_SO},
    {"well, refused over HTTPS", well_though_refused_over_https, NOTHING, WHY_NOT_SO},
    {"odd name", odd_name, WHY_ODD_NAME, WHY_CERTAIN},
    {"no configuration", no_configuration, WHY_NO_CONFIGURATION, WHY_CERTAIN},
    {"source malformed", source_fault, WHY_SOURCE_FAULT, WHY_CERTAIN},
    {"source malformed, older served", source_fault_beside_older, WHY_SOURCE_FAULT, WHY_LIKELY},
    {"no certificate", no_certificate, WHY_NO_CERTIFICATE, WHY_CERTAIN},
    {"not built", not_built, WHY_NOT_BUILT, WHY_CERTAIN},
    {"unreadable", unreadable, WHY_UNREADABLE, WHY_CERTAIN},
    {"never asked", never_asked, WHY_NEVER_ASKED, WHY_CERTAIN},
    {"another name", other_name, WHY_OTHER_NAME, WHY_LIKELY},
    {"another name at its address", other_name_at_its_address, WHY_OTHER_NAME, WHY_LIKELY},
    {"not allowed", not_allowed, WHY_NOT_ALLOWED, WHY_CERTAIN},
    {"server failed", failed, WHY_SERVER_FAILED, WHY_CERTAIN},
    {"server refused", refused, WHY_SERVER_REFUSED, WHY_CERTAIN},
    {"server refused over HTTPS", refused_over_https, WHY_SERVER_REFUSED, WHY_CERTAIN},
    {"server busy", busy, WHY_SERVER_BUSY, WHY_POSSIBLE},
    {"transfers cut", cut, WHY_TRANSFER_CUT, WHY_LIKELY},
    {"put there since", put_there_since, WHY_RESTART_NEEDED, WHY_LIKELY},
    {"list too large", list_too_large, WHY_LIST_TOO_LARGE, WHY_CERTAIN},
    {"list without server", list_without_server, WHY_LIST_WITHOUT_SERVER, WHY_CERTAIN},
    {"lists and nothing more", list_ignored, WHY_LIST_IGNORED, WHY_LIKELY},
    {"mode without list", mode_without_list, WHY_MODE_WITHOUT_LIST, WHY_CERTAIN},
    {"list refused", list_refused, WHY_LIST_REFUSED, WHY_POSSIBLE},
    {"HTTPS certificate", https_certificate, WHY_HTTPS_CERTIFICATE, WHY_CERTAIN},
    {"phone's certificate", phone_certificate, WHY_PHONE_CERTIFICATE, WHY_LIKELY},
    {"only the plain name", only_plain, WHY_UNSIGNED, WHY_CERTAIN},
    {"only the plain name, not asked yet", would_miss_signed, WHY_UNSIGNED, WHY_LIKELY},
    {"signer unknown", signer_unknown, WHY_SIGNER_UNKNOWN, WHY_LIKELY},
    {"digest unknown", digest_unknown, WHY_DIGEST_UNKNOWN, WHY_LIKELY},
    {"key too large", key_too_large, WHY_KEY_UNFIT, WHY_LIKELY},
    {"key of another kind", key_of_another_kind, WHY_KEY_UNFIT, WHY_LIKELY},
    {"signature broken", signature_broken, WHY_SIGNATURE_BROKEN, WHY_LIKELY},
    {"inner name", inner_name, WHY_INNER_NAME, WHY_LIKELY},
    {"from the future", from_the_future, WHY_TIMESTAMP, WHY_LIKELY},
    {"no signed file", no_signed_file, WHY_NOT_SIGNED_FILE, WHY_LIKELY},
    {"encrypted missing", encrypted_missing, WHY_ENCRYPTED_MISSING, WHY_CERTAIN},
    {"encrypted missed", encrypted_missed, WHY_ENCRYPTED_MISSING, WHY_CERTAIN},
    {"encrypted missed, told early", encrypted_missed_before_stub_ended, WHY_ENCRYPTED_MISSING,
     WHY_CERTAIN},
    {"other certificate", other_certificate, WHY_OTHER_CERTIFICATE, WHY_CERTAIN},
    {"stops at the stub", stops_at_stub, WHY_OTHER_CERTIFICATE, WHY_LIKELY},
    {"too large", too_large, WHY_TOO_LARGE, WHY_CERTAIN},
    {"malformed", malformed, WHY_MALFORMED, WHY_CERTAIN},
    {"holds no list", holds_no_list, WHY_HOLDS_NO_LIST, WHY_CERTAIN},
    {"not given", not_given, WHY_NOT_GIVEN, WHY_LIKELY},
    {"configuration error", config_error, WHY_CONFIG_ERROR, WHY_LIKELY},
    {"no server", no_server, WHY_NO_SERVER, WHY_LIKELY},
    {"every 15 seconds", every_15_seconds, WHY_DOES_NOT_PARSE, WHY_LIKELY},
    {"every 45 seconds", every_45_seconds, WHY_FOREIGN_LIST, WHY_LIKELY},
    {"plain every 45 seconds", plain_every_45_seconds, WHY_NOTHING_USABLE, WHY_LIKELY},
    {"restarts without its load", restarts_without_load, WHY_LOAD_MISSING, WHY_LIKELY},
    {"PBX without address", pbx_without_host, WHY_NO_PBX_HOST, WHY_LIKELY},
    {"PBX away", pbx_away, WHY_PBX_AWAY, WHY_LIKELY},
    {"PBX mute", pbx_mute, WHY_PBX_MUTE, WHY_LIKELY},
    {"PBX's TLS", pbx_tls, WHY_PBX_TLS_FAILS, WHY_LIKELY},
    {"PBX not listed", pbx_unlisted, WHY_PBX_NOT_LISTED, WHY_LIKELY},
    {"stale", stale, WHY_STALE, WHY_POSSIBLE},
};

static const char *
first_id(void)
{
    return causes.count > 0 ? why_words(causes.at[0].cause)->id : "nothing";
}

static void
each_situation_has_its_first_cause(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(situations); i++) {
        const char *wanted =
            situations[i].first == NOTHING ? "nothing" : why_words(situations[i].first)->id;
        begin_well();
        situations[i].arrange();
        why_causes_find(&facts, &causes);
        if (strcmp(first_id(), wanted) != 0)
            fail_msg("%s: %s instead of %s (%s)", situations[i].name, first_id(), wanted,
                     causes.count > 0 ? causes.at[0].evidence : "");
        if (causes.count > 0) {
            assert_int_equal(causes.at[0].sureness, situations[i].sureness);
            assert_string_not_equal(causes.at[0].evidence, "");
        }
    }
}

static void
each_cause_is_first_in_some_situation(void **state)
{
    (void)state;
    for (enum why_cause cause = 0; cause < WHY_CAUSES; cause++) {
        bool found = false;
        for (size_t i = 0; i < LENGTH(situations); i++)
            found = found || situations[i].first == cause;
        if (!found)
            fail_msg("no situation shows %s", why_words(cause)->id);
    }
}

static void
surer_causes_come_first(void **state)
{
    (void)state;
    begin_well();
    stale();
    pbx_away();
    malformed();
    why_causes_find(&facts, &causes);
    assert_int_equal(causes.count, 3);
    assert_string_equal(first_id(), "malformed");
    assert_int_equal(causes.at[1].cause, WHY_PBX_AWAY);
    assert_int_equal(causes.at[2].cause, WHY_STALE);
    assert_string_equal(why_sureness_name(causes.at[2].sureness), "possible");
}

static void
proof_makes_sure(void **state)
{
    (void)state;
    begin_well();
    signer_unknown();
    facts.lists[TRUST_ITL].holding = WHY_HOLDS_PROVEN;
    why_causes_find(&facts, &causes);
    assert_int_equal(causes.at[0].sureness, WHY_CERTAIN);
}

static void
an_older_list_is_named(void **state)
{
    (void)state;
    begin_well();
    signer_unknown();
    facts.lists[TRUST_ITL].is_newest = false;
    facts.lists[TRUST_ITL].given = NOW - 86400;
    why_causes_find(&facts, &causes);
    assert_non_null(strstr(causes.at[0].evidence,
                           "the ITL that it was given at 2023-11-13 22:13:20 UTC is an older one"));
}

static void
words_are_whole(void **state)
{
    (void)state;
    for (enum why_cause cause = 0; cause < WHY_CAUSES; cause++) {
        const struct why_words *words = why_words(cause);
        assert_non_null(words->id);
        assert_non_null(words->why);
        assert_non_null(words->mend);
        assert_non_null(words->source);
        for (enum why_cause other = 0; other < cause; other++)
            assert_string_not_equal(words->id, why_words(other)->id);
    }
}

/* docs/why.md has a row for each cause, with its words as they are printed. */
static void
documents_are_in_step(void **state)
{
    (void)state;
    const struct prov_span page = read_path("docs/why.md");
    for (enum why_cause cause = 0; cause < WHY_CAUSES; cause++) {
        const struct why_words *words = why_words(cause);
        const char *row = text_of("| `%s` | %s | %s%s | %s |\n", words->id, words->why, words->mend,
                                  words->erases ? " *" : "", words->source);
        if (memmem(page.data, page.len, row, strlen(row)) == NULL)
            fail_msg("docs/why.md lacks the row: %s", row);
    }
}

/* --- patterns and names */

static void
rhythms_are_heard(void **state)
{
    (void)state;
    static const struct {
        int64_t seconds;
        enum why_rhythm rhythm;
    } heard[] = {{15, WHY_EVERY_15},
                 {28, WHY_ONCE},
                 {45, WHY_EVERY_45},
                 {240, WHY_RESTARTS},
                 {7200, WHY_ONCE}};
    struct why_pattern pattern;
    for (size_t i = 0; i < LENGTH(heard); i++) {
        begin_well();
        again_and_again(WHY_SIGNED, heard[i].seconds);
        why_pattern_find(&facts, &pattern);
        assert_int_equal(pattern.rhythm, heard[i].rhythm);
    }
    assert_int_equal(pattern.times, 0);
    assert_true(pattern.settled);
}

/* A phone that asks over HTTP, then over TFTP, asks once. */
static void
transports_count_once(void **state)
{
    (void)state;
    struct why_pattern pattern;
    begin_well();
    forget_requests();
    for (int64_t i = 3; i > 0; i--) {
        ask_from(WHY_SIGNED, WHY_BUSY, i * 15 + 1, "http");
        ask(WHY_SIGNED, WHY_DELIVERED, i * 15);
    }
    why_pattern_find(&facts, &pattern);
    assert_int_equal(pattern.rhythm, WHY_EVERY_15);
    assert_int_equal(pattern.times, 3);
}

/* Somebody who looks by hand, from elsewhere, is not the phone. */
static void
others_do_not_count(void **state)
{
    (void)state;
    struct why_pattern pattern;
    begin_well();
    again_and_again(WHY_SIGNED, 15);
    for (size_t i = 0; i < facts.request_count - 1; i++)
        snprintf(facts.requests[i].address, sizeof facts.requests[i].address, "192.0.2.9");
    why_pattern_find(&facts, &pattern);
    assert_int_equal(pattern.rhythm, WHY_ONCE);
}

static void
names_are_read_both_ways(void **state)
{
    (void)state;
    static const struct prov_mac phone = {"58971ECC97C1"};
    char name[WHY_NAME_SIZE];
    for (enum why_file file = 0; file < WHY_FILES; file++)
        assert_int_equal(why_file_of(why_file_name(file, &phone, name), &phone), file);
    assert_int_equal(why_file_of("./sip58971ecc97c1.CNF", &phone), WHY_TEXT);
    assert_int_equal(why_file_of("SEP58971ECC97C2.cnf.xml", &phone), WHY_OTHER);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_situation_has_its_first_cause),
        cmocka_unit_test(each_cause_is_first_in_some_situation),
        cmocka_unit_test(surer_causes_come_first),
        cmocka_unit_test(proof_makes_sure),
        cmocka_unit_test(an_older_list_is_named),
        cmocka_unit_test(words_are_whole),
        cmocka_unit_test(documents_are_in_step),
        cmocka_unit_test(rhythms_are_heard),
        cmocka_unit_test(transports_count_once),
        cmocka_unit_test(others_do_not_count),
        cmocka_unit_test(names_are_read_both_ways),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
