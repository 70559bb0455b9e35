/* SPDX-License-Identifier: MIT */
/* A history: what the operator does, what befalls the site, how phones boot meanwhile. */
#include "tests/oracle/history.h"

#include "tests/oracle/lot.h"
#include "tests/oracle/phone.h"
#include "tests/oracle/server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define DAY INT64_C(86400)
#define WINDOW 20 /* seconds in which a name draws the same */
#define PHONES 6
#define BOOTS_MAX 4000     /* a phone that needs more is lost */
#define STILL_RUNS_MAX 400 /* of cron, where each draws what stands */
#define UNDO 0             /* the backup before the last loss */

enum attack { ATTACK_NONE, ATTACK_POLL, ATTACK_RANDOM, ATTACKS };

struct history {
    uint64_t seed;
    struct lot lot;
    struct site site;
    struct server *server;
    bool still, verbose;
    enum attack attack;
    struct trust_library *lists;
    struct phone phones[PHONES];
    char names[PHONES][20];
    char noted[PHONES][PROV_HEX_SIZE(PROV_DIGEST_MAX)]; /* off the phone's screen, some time ago */
    int next_sast, next_signer, next_recovery;          /* not used yet */
    int rotated, signs; /* what the last rotations led to, whatever the settings say */
    bool torn;          /* parts were lost or set back, and no run went on from there yet */
    struct history_count count;
};

/* --- for the reader */

static void
tell(const struct history *history, const char *what)
{
    if (history->verbose)
        fprintf(stderr, "@%lld %s\n", (long long)history->site.now, what);
}

static void
forsake_all(struct history *history)
{
    tell(history, "(whatever phones hold, it was said before)");
    for (size_t i = 0; i < PHONES; i++)
        history->phones[i].forsaken = true;
}

/* A phone has one address; who asks in its name has another, or that one. */
static const char *
address_of(struct history *history, const struct phone *phone, bool itself)
{
    static const char *const addresses[PHONES] = {"192.0.2.1", "192.0.2.2", "192.0.2.3",
                                                  "192.0.2.4", "192.0.2.5", "192.0.2.6"};
    return itself || lot_percent(&history->lot, 50) ? addresses[phone - history->phones]
                                                    : "198.51.100.1";
}

/* --- the attacker */

/* Asks in its name until the server last saw delivered what suits him. */
static void
poll(struct history *history, const struct phone *phone)
{
    size_t wish = (size_t)lot_below(&history->lot, 4);
    for (int i = 0; i < 12; i++) {
        bool suits = false;
        history->site.now += WINDOW + 1;
        for (enum trust_kind kind = 0; kind < TRUST_KINDS; kind++) {
            struct given given, rung;
            if (!server_give_list(history->server, &phone->mac, kind, history->site.now, &given))
                continue;
            server_note(history->server, &phone->mac, address_of(history, phone, false), &given,
                        history->site.now);
            if (server_rung(history->server, &phone->mac, kind, wish, &rung)) {
                suits = prov_span_equal(rung.bytes, given.bytes);
                given_release(&rung);
            }
            given_release(&given);
        }
        if (suits)
            return;
    }
}

/* Asks a few times in any phone's name, and goes on within the boot's own moment. */
static void
ask_around(struct history *history)
{
    for (int i = lot_below(&history->lot, 6); i > 0; i--) {
        struct given given;
        const struct phone *phone = &history->phones[lot_below(&history->lot, PHONES)];
        enum trust_kind kind = (enum trust_kind)lot_below(&history->lot, TRUST_KINDS);
        if (!server_give_list(history->server, &phone->mac, kind, history->site.now, &given))
            continue;
        server_note(history->server, &phone->mac, address_of(history, phone, false), &given,
                    history->site.now);
        given_release(&given);
        history->site.now += lot_below(&history->lot, WINDOW);
    }
}

static void
attack(struct history *history, const struct phone *phone)
{
    if (history->attack == ATTACK_POLL)
        poll(history, phone);
    else if (history->attack == ATTACK_RANDOM)
        ask_around(history);
}

/* --- phones */

enum mishap { MISHAP_NONE, MISHAP_CUT_OFF, MISHAP_NOT_STORED };

/* True if a list was stored. */
static bool
fetch_list(struct history *history, struct phone *phone, enum trust_kind kind, enum mishap mishap)
{
    struct given given;
    bool stored = false;
    if (!server_give_list(history->server, &phone->mac, kind, history->site.now, &given))
        return false;
    if (mishap != MISHAP_CUT_OFF) {
        server_note(history->server, &phone->mac, address_of(history, phone, true), &given,
                    history->site.now);
        if (mishap != MISHAP_NOT_STORED)
            stored = phone_offer(phone, kind, given.bytes, history->site.now);
    }
    given_release(&given);
    return stored;
}

static bool
is_served(struct history *history, const struct phone *phone)
{
    struct given given;
    if (!server_give_configuration(history->server, &phone->mac, phone_wants_signed(phone), &given))
        return false;
    bool served = phone_is_served(phone, given.bytes);
    server_note(history->server, &phone->mac, address_of(history, phone, true), &given,
                history->site.now);
    given_release(&given);
    return served;
}

/* A boot asks for the CTL, then for the ITL. One in fourteen loses a list on the way. */
static void
boot(struct history *history, struct phone *phone, bool safe)
{
    attack(history, phone);
    for (enum trust_kind kind = 0; kind < TRUST_KINDS; kind++) {
        int lot = safe ? 99 : lot_below(&history->lot, 100);
        bool stored = fetch_list(history, phone, kind,
                                 lot < 2   ? MISHAP_CUT_OFF
                                 : lot < 4 ? MISHAP_NOT_STORED
                                           : MISHAP_NONE);
        history->site.now += lot_below(&history->lot, 3);
        if (stored && lot < 7) /* the power goes: perhaps before the other is asked for */
            phone_lose_last(phone, kind);
        if (lot == 4)
            return;
    }
}

/* It holds the newest of all lists that it is given. */
static bool
is_through(struct history *history, const struct phone *phone)
{
    bool through = true;
    for (enum trust_kind kind = 0; through && kind < TRUST_KINDS; kind++) {
        struct given newest;
        if (!server_newest(history->server, &phone->mac, kind, &newest))
            continue;
        through = phone_holds(phone, kind, newest.bytes);
        given_release(&newest);
    }
    return through;
}

static void
count_boot(struct history *history, struct phone *phone)
{
    boot(history, phone, false);
    history->count.boots++;
    history->count.behind += !is_through(history, phone);
    history->count.unserved += !is_served(history, phone);
}

/* Each phone is off, or starts once or twice. */
static void
start_phones(struct history *history)
{
    for (size_t i = 0; i < PHONES; i++) {
        struct phone *phone = &history->phones[i];
        int lot = lot_below(&history->lot, 100);
        if (lot < 10)
            phone->off = !phone->off;
        else if (lot == 10)
            phone_reset(phone);
        else if (lot < 20)
            phone_keep(phone);
        else if (lot < 22 && !phone->proven) {
            phone_set_back(phone);
            history->noted[i][0] = '\0';
        }
        for (int boots = lot_below(&history->lot, 3); !phone->off && boots > 0; boots--)
            count_boot(history, phone);
    }
}

/* --- the operator's runs */

static int64_t
clock_now(struct history *history)
{
    int lot = lot_below(&history->lot, 100);
    if (lot >= 5)
        return history->site.now;
    return history->site.now + (lot_below(&history->lot, 60) - 20) * DAY;
}

/* Who takes the section of a single phone away removes its list, too. */
static void
change_settings(struct history *history, const struct site_settings *wanted)
{
    history->site.wanted = *wanted;
    site_write_settings(&history->site);
    history->torn |= site_drop_own_lists(&history->site);
}

/* A clock that seems wrong, and is right, is said to be. */
static enum site_outcome
run_by_clock(struct history *history, int64_t clock, int kill_before, const char *const *options)
{
    const char *more[8] = {"--accept-clock"};
    enum site_outcome outcome = site_run(&history->site, clock, kill_before, options);
    if (outcome != SITE_REFUSED || clock != history->site.now ||
        strstr(history->site.said, "--accept-clock") == NULL)
        return outcome;
    for (size_t i = 0; options[i] != NULL && i < LENGTH(more) - 2; i++)
        more[1 + i] = options[i];
    return site_run(&history->site, clock, 0, more);
}

static void
keep_ledger(struct history *history)
{
    char ledger[PATH_SIZE];
    path_to(ledger, history->site.folder, "var/ledger");
    server_write_ledger(history->server, history->site.wanted.ledger ? ledger : NULL);
}

/* What stands in prov.conf now; taken back if it is refused, mostly. */
static enum site_outcome
run(struct history *history, const char *const *options)
{
    struct site *site = &history->site;
    int kill_before = lot_percent(&history->lot, 20) ? 1 + lot_below(&history->lot, 50) : 0;
    keep_ledger(history);
    site_write_settings(site);
    enum site_outcome outcome = run_by_clock(history, clock_now(history), kill_before, options);
    history->count.runs++;
    history->count.refused += outcome == SITE_REFUSED;
    history->count.killed += outcome == SITE_KILLED;
    history->count.broken += outcome == SITE_BROKEN;
    if (outcome == SITE_BROKEN)
        fprintf(stderr, "SEED=%llu: provbuild broke: %s\n", (unsigned long long)history->seed,
                site->said);
    if (outcome == SITE_DONE) {
        site->accepted = site->wanted;
        site->known[SITE_TREE] = site->known[SITE_ARCHIVE];
        history->torn = false;
    }
    if (outcome == SITE_REFUSED && !lot_percent(&history->lot, 15))
        change_settings(history, &site->accepted);
    return outcome;
}

/* Who gave an order that was killed gives it again, mostly. */
static enum site_outcome
order(struct history *history, const char *const *options)
{
    enum site_outcome outcome = run(history, options);
    if (outcome == SITE_KILLED && lot_percent(&history->lot, 60)) {
        if (lot_percent(&history->lot, 50))
            start_phones(history);
        outcome = run(history, options);
    }
    return outcome;
}

static enum site_outcome
plain_run(struct history *history)
{
    return order(history, (const char *const[]){NULL});
}

static const char *
key_path(const struct history *history, char out[static PATH_SIZE], const char *kind, int number)
{
    return path_to(out, history->site.folder, "keys/%s-%d.pem", kind, number);
}

/* --- the steps */

static void
cron(struct history *history)
{
    static const char *const options[] = {"--quick", "--prune", NULL, NULL};
    const char *const chosen[] = {options[lot_below(&history->lot, 4)], NULL};
    history->site.older = history->site.tools->older != NULL && lot_percent(&history->lot, 50);
    order(history, chosen);
}

static void
edit(struct history *history)
{
    struct site_settings *wanted = &history->site.wanted;
    int lot = lot_below(&history->lot, 12);
    wanted->services ^= 1U << lot_below(&history->lot, SITE_SERVICES);
    if (lot == 0 && wanted->lists[TRUST_ITL])
        wanted->lists[TRUST_CTL] = !wanted->lists[TRUST_CTL];
    if (lot == 1)
        wanted->own[lot_below(&history->lot, TRUST_KINDS)] ^= 1U
                                                              << lot_below(&history->lot, SITE_OWN);
    if (lot == 2)
        wanted->ledger = !wanted->ledger;
    change_settings(history, wanted);
    plain_run(history);
}

/* One that was used before, seldom. */
static int
choose_sast(struct history *history)
{
    if (history->next_sast == SITE_SASTS || lot_percent(&history->lot, 5))
        return lot_below(&history->lot, history->next_sast);
    return history->next_sast++;
}

static void
rotate(struct history *history)
{
    char path[PATH_SIZE];
    int next = choose_sast(history);
    site_lay_key(&history->site, "sast", next);
    if (order(history, (const char *const[]){"--rotate-sast", key_path(history, path, "sast", next),
                                             NULL}) != SITE_DONE)
        return;
    history->rotated = next;
    history->count.rotations++;
    if (lot_percent(&history->lot, 40)) {
        history->site.wanted.sast = next;
        plain_run(history);
    }
}

static void
catch_up(struct history *history)
{
    history->site.wanted.sast = history->rotated;
    history->site.wanted.signer = history->signs;
    history->site.wanted.signer_too =
        lot_percent(&history->lot, 50) ? lot_below(&history->lot, history->next_signer) : -1;
    plain_run(history);
}

/* The key that signs is gone; the recovery key signs once, and another one is listed from then on:
 * one of the pool, or one that provbuild makes, or none by mistake. */
static void
recover(struct history *history)
{
    struct site *site = &history->site;
    char path[PATH_SIZE], recovery[PATH_SIZE], made[PATH_SIZE];
    const char *options[] = {"--rotate-sast", NULL, "--recovery-key", recovery, NULL, NULL, NULL};
    int number = -1, next = choose_sast(history), lost = history->rotated;
    if (sscanf(site->wanted.recovery, "keys/recovery-%d.crt", &number) == 1)
        path_to(recovery, site->tools->pool, "recovery-%d.pem", number);
    else
        path_to(recovery, site->folder, "%.*s", (int)strlen(site->wanted.recovery) - 4,
                site->wanted.recovery);
    if (next == lost || !site_has_key(site, "sast", lost))
        return;
    site_take_key(site, "sast", lost);
    site_lay_key(site, "sast", next);
    options[1] = key_path(history, path, "sast", next);
    struct site_settings before = site->wanted;
    int how = lot_below(&history->lot, 10);
    if (how < 7 && history->next_recovery < SITE_RECOVERIES) {
        snprintf(site->wanted.recovery, sizeof site->wanted.recovery, "keys/recovery-%d.crt",
                 history->next_recovery++);
    } else if (how < 8) {
        options[4] = "--new-recovery";
        options[5] = path_to(made, site->folder, "keys/made-%u", site->made_recoveries++);
    }
    if (order(history, options) != SITE_DONE) { /* the key is found again after all */
        site_lay_key(site, "sast", lost);
        site->wanted = before;
        return;
    }
    history->rotated = next;
    history->count.recoveries++;
    if (options[4] != NULL)
        snprintf(site->wanted.recovery, sizeof site->wanted.recovery, "keys/made-%u.crt",
                 site->made_recoveries - 1);
    if (lot_percent(&history->lot, 70))
        site->wanted.sast = next;
    plain_run(history);
}

static void
new_recovery(struct history *history)
{
    struct site *site = &history->site;
    char path[PATH_SIZE];
    unsigned number = site->made_recoveries++;
    path_to(path, site->folder, "keys/made-%u", number);
    if (order(history, (const char *const[]){"--new-recovery", path, NULL}) != SITE_DONE)
        return;
    if (lot_percent(&history->lot, 70))
        snprintf(site->wanted.recovery, sizeof site->wanted.recovery, "keys/made-%u.crt", number);
    plain_run(history);
}

/* An old key, perhaps too early. */
static void
destroy(struct history *history)
{
    for (int i = 0; i < history->next_sast; i++)
        if (i != history->rotated && i != history->site.wanted.sast &&
            site_has_key(&history->site, "sast", i)) {
            site_take_key(&history->site, "sast", i);
            break;
        }
    plain_run(history);
}

static void
rotate_signer(struct history *history)
{
    char path[PATH_SIZE];
    if (history->next_signer == SITE_SIGNERS)
        return;
    int next = history->next_signer++;
    site_lay_key(&history->site, "signer", next);
    if (order(history, (const char *const[]){"--rotate-signer",
                                             key_path(history, path, "signer", next), NULL}) ==
        SITE_DONE)
        history->signs = next;
}

/* Somebody who did not read the manual. */
static void
edit_wrongly(struct history *history)
{
    struct site_settings *wanted = &history->site.wanted;
    int sast = choose_sast(history);
    site_lay_key(&history->site, "sast", sast);
    if (lot_percent(&history->lot, 60))
        wanted->sast = sast;
    if (lot_percent(&history->lot, 40))
        snprintf(wanted->recovery, sizeof wanted->recovery, "keys/recovery-%d.crt",
                 lot_below(&history->lot, SITE_RECOVERIES));
    if (plain_run(history) == SITE_DONE)
        history->rotated = wanted->sast;
}

static void
force(struct history *history)
{
    struct site_settings *wanted = &history->site.wanted;
    int sast = choose_sast(history);
    site_lay_key(&history->site, "sast", sast);
    wanted->sast = sast;
    forsake_all(history);
    history->count.forced++;
    if (order(history, (const char *const[]){"--force", NULL}) == SITE_DONE)
        history->rotated = sast;
}

static void
forget(struct history *history)
{
    int number = lot_below(&history->lot, PHONES);
    history->phones[number].forsaken = true;
    history->count.forced++;
    order(history, (const char *const[]){"--forget", history->names[number], NULL});
}

/* Notes what the phone's screen shows of a list. */
static void
note(struct history *history, int number)
{
    const struct phone *phone = &history->phones[number];
    const struct prov_trustlist *list = phone->holds.lists[lot_below(&history->lot, TRUST_KINDS)];
    struct prov_hash hash;
    struct prov_error err;
    if (list == NULL)
        return;
    struct prov_span bytes = prov_trustlist_bytes(list);
    if (prov_digest(PROV_SHA1, bytes.data, bytes.len, &hash, &err) != PROV_OK)
        die("%s", err.text);
    prov_hex(hash.value, hash.len, history->noted[number], sizeof history->noted[number]);
}

/* What was noted now, or some time ago. */
static void
see(struct history *history)
{
    int number = lot_below(&history->lot, PHONES);
    struct phone *phone = &history->phones[number];
    if (history->noted[number][0] == '\0' || lot_percent(&history->lot, 60))
        note(history, number);
    if (history->noted[number][0] == '\0')
        return;
    phone->proven = true;
    order(history,
          (const char *const[]){"--seen", history->names[number], history->noted[number], NULL});
    note(history, lot_below(&history->lot, PHONES));
}

static void
back_up(struct history *history)
{
    site_back_up(&history->site, 1 + lot_below(&history->lot, SITE_BACKUPS - 1));
}

/* Where nothing that is left can know of all lists, nobody could do better. */
static void
weigh_evidence(struct history *history)
{
    size_t *known = history->site.known, all = history->site.list_count;
    keep_ledger(history);
    if (known[SITE_ARCHIVE] == all || known[SITE_TREE] > known[SITE_ARCHIVE])
        return;
    if (site_ledger_knows_more(&history->site)) {
        tell(history, "(the ledger knows a list that is lost)");
        return;
    }
    history->count.beyond++;
    forsake_all(history);
    known[SITE_ARCHIVE] = known[SITE_TREE] = all;
}

/* The options that say so. Where the archive has all lists, phones lose nothing by it. */
static const char *const *
accept_archive(struct history *history)
{
    static const char *const options[] = {"--accept-archive", NULL};
    size_t *known = history->site.known;
    history->count.accepted++;
    if (known[SITE_ARCHIVE] < history->site.list_count)
        forsake_all(history);
    known[SITE_ARCHIVE] = known[SITE_TREE] = history->site.list_count;
    return options;
}

/* What provbuild asks for where lists are missing: the operator finds them after all, or says that
 * phones hold no others. */
static void
answer_archive(struct history *history)
{
    if (strstr(history->site.said, "--accept-archive") == NULL)
        return;
    if (lot_percent(&history->lot, 50)) {
        tell(history, "all that was lost is found again");
        for (enum site_part part = 0; part < SITE_PARTS; part++)
            site_set_back(&history->site, part, UNDO);
        history->torn = false;
        return;
    }
    order(history, accept_archive(history));
}

static void
lose(struct history *history)
{
    struct site *site = &history->site;
    int parts = lot_percent(&history->lot, 70) ? 1 << lot_below(&history->lot, SITE_PARTS)
                                               : 1 + lot_below(&history->lot, 7);
    int number = 1 + lot_below(&history->lot, SITE_BACKUPS - 1);
    if (!site->backups[number].made || lot_percent(&history->lot, 25))
        number = -1;
    site_back_up(site, UNDO);
    for (enum site_part part = 0; part < SITE_PARTS; part++)
        if ((parts & 1 << part) != 0) {
            site_set_back(site, part, number);
            if (history->verbose)
                fprintf(stderr, "    %s %s\n",
                        (const char *const[]){"the archive", "the tree", "the ledger"}[part],
                        number >= 0 ? "as it was once" : "is lost");
        }
    history->torn = true;
    if (number >= 0 && lot_percent(&history->lot, 40)) {
        tell(history, "the settings are as they were then");
        change_settings(history, &site->backups[number].settings);
    }
    if (lot_percent(&history->lot, 30))
        start_phones(history);
    weigh_evidence(history);
    plain_run(history);
    answer_archive(history);
}

/* What provbuild keeps beside the tree, alone or together with the archive. */
static void
lose_ladder(struct history *history)
{
    struct site *site = &history->site;
    site_back_up(site, UNDO);
    site_lose_ladder(site);
    if (lot_percent(&history->lot, 50))
        site_set_back(site, SITE_ARCHIVE, -1);
    history->torn = true;
    if (lot_percent(&history->lot, 30))
        start_phones(history);
    weigh_evidence(history);
    plain_run(history);
    answer_archive(history);
}

/* Who gave up the record of changes gives them again, and says where the old keys are. */
static void
name_keys(struct history *history)
{
    char path[PATH_SIZE];
    if (history->site.wanted.sast != history->rotated)
        order(history,
              (const char *const[]){"--rotate-sast",
                                    key_path(history, path, "sast", history->rotated), NULL});
    for (int i = 0; i < history->next_sast; i++)
        if (i != history->rotated && site_has_key(&history->site, "sast", i))
            order(history,
                  (const char *const[]){"--old-sast", key_path(history, path, "sast", i), NULL});
}

static void
lose_record(struct history *history)
{
    const char *file = lot_percent(&history->lot, 70) ? "under-way" : "proven";
    site_back_up(&history->site, UNDO);
    if (!site_lose_record(&history->site, file))
        return;
    if (history->verbose)
        fprintf(stderr, "    %s is lost\n", file);
    history->torn = true;
    plain_run(history);
    answer_archive(history);
    if (history->torn || strstr(history->site.said, "--old-sast") != NULL ||
        lot_percent(&history->lot, 50))
        name_keys(history);
}

static void
put_by_hand(struct history *history)
{
    bool respelt = lot_percent(&history->lot, 30);
    if (!site_put_older(&history->site, lot_draw(&history->lot), respelt))
        return;
    history->torn = true;
    if (lot_percent(&history->lot, 70))
        start_phones(history);
    plain_run(history);
    if (strstr(history->site.said, "rename it") == NULL)
        return;
    site_mend(&history->site);
    plain_run(history);
}

/* A run whose clock is weeks ahead, and an edit after it. */
static void
run_ahead(struct history *history)
{
    static const char *const plain[] = {NULL};
    struct site *site = &history->site;
    site->wanted.services ^= 1U << lot_below(&history->lot, SITE_SERVICES);
    change_settings(history, &site->wanted);
    keep_ledger(history);
    int64_t clock = site->now + (2 + lot_below(&history->lot, 28)) * DAY;
    if (run_by_clock(history, clock, 0, plain) == SITE_DONE)
        site->accepted = site->wanted;
    if (lot_percent(&history->lot, 50))
        start_phones(history);
    edit(history);
}

static void
damage(struct history *history)
{
    site_damage(&history->site, lot_draw(&history->lot));
    history->torn = true;
    if (lot_percent(&history->lot, 50))
        start_phones(history);
    if (plain_run(history) == SITE_REFUSED &&
        strstr(history->site.said, "--accept-archive") != NULL)
        order(history, accept_archive(history));
    if (history->torn) {
        site_mend(&history->site);
        plain_run(history);
    }
}

static const struct step {
    const char *name;
    int weight;
    void (*take)(struct history *);
} steps[] = {
    {"cron", 12, cron},
    {"an edit", 17, edit},
    {"a rotation", 16, rotate},
    {"the settings catch up", 10, catch_up},
    {"a key is lost", 6, recover},
    {"another recovery key", 1, new_recovery},
    {"an old key is destroyed", 6, destroy},
    {"another signer of files", 5, rotate_signer},
    {"a wrong edit", 4, edit_wrongly},
    {"force", 1, force},
    {"forget", 1, forget},
    {"a phone's screen", 6, see},
    {"a backup", 9, back_up},
    {"a loss", 7, lose},
    {"a hand in the tree", 4, damage},
    {"what stands beside the tree is lost", 2, lose_ladder},
    {"a record is lost", 3, lose_record},
    {"an older list by hand", 4, put_by_hand},
    {"a clock ahead", 2, run_ahead},
};

static void
take_step(struct history *history)
{
    int total = 0;
    for (size_t i = 0; i < LENGTH(steps); i++)
        total += steps[i].weight;
    int lot = lot_below(&history->lot, total);
    const struct step *step = steps;
    while (lot >= step->weight)
        lot -= step++->weight;
    tell(history, step->name);
    step->take(history);
}

/* --- the judgement */

static void
lose_phone(struct history *history, const struct phone *phone, const char *when)
{
    history->count.lost++;
    fprintf(stderr, "SEED=%llu: %s, a phone does not get to the newest list%s: ",
            (unsigned long long)history->seed, when,
            history->still ? " (from a server without turns)" : "");
    phone_print(phone);
    for (enum trust_kind kind = 0; kind < TRUST_KINDS; kind++) {
        struct given given;
        const struct prov_trustlist *list = NULL;
        struct prov_error err;
        for (size_t i = 0; server_rung(history->server, &phone->mac, kind, i, &given); i++) {
            fprintf(stderr, "    %s: ", given.path);
            if (trust_library_read(history->lists, given.bytes, &list, &err) == PROV_OK)
                list_print(list);
            fputc('\n', stderr);
            given_release(&given);
        }
        if (server_newest(history->server, &phone->mac, kind, &given)) {
            fprintf(stderr, "    the newest %s: ", trust_list_name(kind));
            if (trust_library_read(history->lists, given.bytes, &list, &err) == PROV_OK)
                list_print(list);
            fputc('\n', stderr);
            given_release(&given);
        }
    }
}

static void
count_led(struct history *history, unsigned long boots)
{
    history->count.led++;
    history->count.late += boots > HISTORY_BOOTS;
    if (boots > history->count.most_boots)
        history->count.most_boots = boots;
}

/* The attacker goes on, and nothing else goes wrong. */
static void
lead_phone(struct history *history, struct phone *phone, const char *when)
{
    unsigned long boots = 0;
    while (boots < BOOTS_MAX && !is_through(history, phone)) {
        history->site.now += DAY / 4 + lot_below(&history->lot, (int)DAY / 2);
        boot(history, phone, true);
        boots++;
    }
    if (is_through(history, phone))
        count_led(history, boots);
    else
        lose_phone(history, phone, when);
}

/* Where no server draws, each run of cron does. */
static void
lead_by_cron(struct history *history, const char *when)
{
    bool led[PHONES] = {false};
    size_t count = 0;
    for (unsigned long runs = 0; count < PHONES && runs < STILL_RUNS_MAX; runs++) {
        if (runs > 0)
            run_by_clock(history, history->site.now, 0, (const char *const[]){NULL});
        for (size_t i = 0; i < PHONES; i++) {
            struct phone *phone = &history->phones[i];
            if (led[i])
                continue;
            if (!phone->forsaken && !is_through(history, phone))
                boot(history, phone, true);
            led[i] = phone->forsaken || is_through(history, phone);
            count += led[i];
            if (led[i] && !phone->forsaken)
                count_led(history, runs);
        }
        history->site.now += DAY;
    }
    for (size_t i = 0; i < PHONES; i++)
        if (!led[i])
            lose_phone(history, &history->phones[i], when);
}

static void
judge(struct history *history, const char *when)
{
    for (size_t i = 0; i < PHONES; i++)
        history->count.forsaken += history->phones[i].forsaken;
    history->site.now += 45 * DAY; /* what was dated ahead is not by now */
    if (history->still) {
        lead_by_cron(history, when);
        return;
    }
    for (size_t i = 0; i < PHONES; i++)
        if (!history->phones[i].forsaken)
            lead_phone(history, &history->phones[i], when);
}

/* On copies of the phones, as if nothing more ever changed. */
static void
judge_meanwhile(struct history *history)
{
    struct phone phones[PHONES];
    int64_t now = history->site.now;
    unsigned long forsaken = history->count.forsaken;
    if (history->torn || history->still)
        return;
    memcpy(phones, history->phones, sizeof phones);
    judge(history, "on the way");
    memcpy(history->phones, phones, sizeof phones);
    history->site.now = now;
    history->count.forsaken = forsaken;
}

/* A last run, whatever it takes. */
static bool
settle(struct history *history)
{
    static const char *const plain[] = {NULL};
    struct site *site = &history->site;
    tell(history, "the end");
    for (int i = 0; i < 4; i++) {
        site->now += (i == 0 ? 20 : 45) * DAY;
        site_write_settings(site);
        enum site_outcome outcome = run_by_clock(history, site->now, 0, plain);
        if (outcome == SITE_REFUSED && strstr(site->said, "--accept-archive") != NULL) {
            outcome = run_by_clock(history, site->now, 0, accept_archive(history));
        }
        if (outcome == SITE_DONE)
            return true;
        change_settings(history, &site->accepted);
        site_mend(site);
    }
    return !history->torn;
}

/* --- */

static void
begin(struct history *history)
{
    static const char *const plain[] = {NULL};
    struct site *site = &history->site;
    struct lot *lot = &history->lot;
    history->lists = trust_library_new();
    if (history->lists == NULL)
        die("out of memory");
    for (int i = 0; i < PHONES; i++) {
        phone_begin(&history->phones[i], i, i % 2 == 0, history->lists);
        const struct prov_mac mac = history->phones[i].mac;
        snprintf(history->names[i], sizeof history->names[i], "SEP%s", mac.text);
        site_add_phone(site, history->names[i]);
    }
    for (int i = 0; i < SITE_OWN; i++)
        site->own[i] = history->names[PHONES - SITE_OWN + i];
    site->wanted = (struct site_settings){.recovery = "keys/recovery-0.crt", .signer_too = -1};
    int lists = lot_below(lot, 10);
    site->wanted.lists[TRUST_ITL] = lists > 0;
    site->wanted.lists[TRUST_CTL] = lists < 4;
    site->wanted.own[TRUST_ITL] = lot_percent(lot, 30) ? (unsigned)lot_below(lot, 4) : 0;
    site->wanted.own[TRUST_CTL] =
        site->wanted.lists[TRUST_CTL] && lot_percent(lot, 30) ? (unsigned)lot_below(lot, 4) : 0;
    site->wanted.ledger = lot_percent(lot, 50);
    site_lay_key(site, "sast", 0);
    site_lay_key(site, "signer", 0);
    history->next_sast = history->next_signer = history->next_recovery = 1;
    site_write_settings(site);
    if (site_run(site, site->now, 0, plain) != SITE_DONE)
        die("SEED=%llu: the first run fails: %s", (unsigned long long)history->seed, site->said);
    site->accepted = site->wanted;
}

static void
live(struct history *history, int step_count)
{
    for (int i = 0; i < step_count; i++) {
        history->site.now += lot_below(&history->lot, 20 * (int)DAY);
        start_phones(history);
        take_step(history);
        if (lot_percent(&history->lot, 5))
            judge_meanwhile(history);
    }
    start_phones(history);
    if (settle(history))
        judge(history, "at the end");
    else
        history->count.unsettled++;
}

void
history_live(const struct site_tools *tools, const char *folder, uint64_t seed, int step_count,
             bool verbose, struct history_count *out)
{
    char tree[PATH_SIZE];
    struct history *history = calloc(1, sizeof *history);
    if (history == NULL)
        die("out of memory");
    history->seed = seed;
    history->verbose = verbose;
    history->lot = (struct lot){seed};
    history->still = lot_percent(&history->lot, 15);
    history->attack = (enum attack)lot_below(&history->lot, ATTACKS);
    site_begin(&history->site, tools, folder);
    history->site.verbose = verbose;
    history->server = server_new(path_to(tree, folder, "tree"), history->still,
                                 (struct lot){lot_draw(&history->lot)});
    begin(history);
    live(history, step_count);
    history->count.histories = 1;
    history->count.still = history->still;
    *out = history->count;
    server_free(history->server);
    trust_library_free(history->lists);
    free(history);
    if (!verbose) {
        folder_empty(folder);
        (void)rmdir(folder);
    }
}

void
history_add(struct history_count *sum, const struct history_count *one)
{
    unsigned long most = one->most_boots > sum->most_boots ? one->most_boots : sum->most_boots;
    unsigned long *to = (unsigned long *)sum;
    const unsigned long *from = (const unsigned long *)one;
    for (size_t i = 0; i < sizeof *sum / sizeof *to; i++)
        to[i] += from[i];
    sum->most_boots = most;
}
