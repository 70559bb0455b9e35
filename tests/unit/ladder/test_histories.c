/* SPDX-License-Identifier: MIT */
/* Years of a fleet, by lot: a builder that edits, rotates and stops giving CTLs, phones that are
 * off, lose what they stored or are reset, and somebody on the network who asks in any name. No
 * phone may be left without a way to the newest list, but where the plan said so before and was
 * forced.
 *
 * PROV_HISTORIES  how many (300)
 * PROV_SEED       where to begin */
#include "ladder/draw.h"
#include "ladder/plan.h"

#include "tests/unit/ladder/lists.h"
#include "tests/unit/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PHONES 12
#define LISTS 400
#define DAY 86400
#define YEARS_DAYS 720
/* Until a phone has got through: its way may be a dozen rungs, whose bridges a CTL that is given
 * out no more makes it take again. */
#define BOOTS_MORE 400000

static struct prov_error err;
static const uint8_t secret[LADDER_SECRET_LEN] = {7};

struct phone {
    char name[16];
    bool heeds_time;
    const struct ladder_list *list[LADDER_KINDS], *before[LADDER_KINDS];
    int64_t next;
    int gap; /* days between its starts */
    size_t delivered[LADDER_KINDS];
};

struct fleet {
    unsigned seed;
    bool ctl;   /* lists of both kinds; who was given CTLs keeps the last one */
    bool still; /* a server that gives everybody what was drawn that day */
    int64_t now;
    int signer, recovery, records;
    size_t key_count;
    struct ladder_signer keys[64];
    /* All that was ever published; the rungs that stand are copies. */
    size_t held_count[LADDER_KINDS];
    struct ladder_list held[LADDER_KINDS][LISTS];
    size_t rung_count[LADDER_KINDS];
    struct ladder_list rungs[LADDER_KINDS][LADDER_RUNGS_MAX];
    struct phone phones[PHONES];
    unsigned refused, published;
};

/* --- the builder */

static struct ladder_problem
problem_of(const struct fleet *fleet, int signer, int recovery, int records)
{
    struct ladder_problem problem = {.key_count = fleet->key_count, .keys = fleet->keys};
    problem.now = fleet->now;
    for (int kind = 0; kind < LADDER_KINDS; kind++) {
        problem.wish[kind].wanted = kind == LADDER_ITL || fleet->ctl;
        problem.wish[kind].content =
            list_of(signer, signer, recovery, 0, 2 * records + (kind == LADDER_CTL));
        problem.held.count[kind] = fleet->held_count[kind];
        problem.held.at[kind] = fleet->held[kind];
        problem.stands.count[kind] = fleet->rung_count[kind];
        problem.stands.at[kind] = fleet->rungs[kind];
    }
    return problem;
}

/* What a signature gives it: a hash of its own. */
static void
stand(struct fleet *fleet, const struct ladder_plan *plan)
{
    for (int kind = 0; kind < LADDER_KINDS; kind++) {
        fleet->rung_count[kind] = plan->count[kind];
        for (size_t i = 0; i < plan->count[kind]; i++) {
            struct ladder_list *rung = &fleet->rungs[kind][i];
            *rung = plan->rung[kind][i].list;
            if (plan->rung[kind][i].stands)
                continue;
            struct ladder_list hashed = list_of(1, 0, 0, 0, 0);
            memcpy(rung->sha256, hashed.sha256, sizeof rung->sha256);
            if (fleet->held_count[kind] < LISTS)
                fleet->held[kind][fleet->held_count[kind]++] = *rung;
        }
    }
}

/* Publishes nothing that would strand a phone. */
static bool
build(struct fleet *fleet, int signer, int recovery, int records)
{
    struct ladder_problem problem = problem_of(fleet, signer, recovery, records);
    struct ladder_plan plan;
    if (fleet->held_count[LADDER_ITL] + LADDER_RUNGS_MAX > LISTS)
        return false;
    expect_ok(ladder_make_plan(&problem, &plan, &err), &err);
    if (plan.verdict.fault != LADDER_SOUND) {
        fleet->refused++;
        return false;
    }
    if (!plan.current)
        stand(fleet, &plan);
    fleet->signer = signer;
    fleet->recovery = recovery;
    fleet->records = records;
    fleet->published++;
    return true;
}

static void
forget_key(struct fleet *fleet, size_t index)
{
    memmove(&fleet->keys[index], &fleet->keys[index + 1],
            (fleet->key_count - index - 1) * sizeof *fleet->keys);
    fleet->key_count--;
}

static void
rotate(struct fleet *fleet)
{
    int next = fleet->signer + 2;
    if (fleet->key_count + 2 >= LENGTH(fleet->keys))
        return;
    fleet->keys[fleet->key_count++] = signer_of(next);
    if (!build(fleet, next, fleet->recovery, fleet->records))
        fleet->key_count--;
}

/* The current key is lost: the recovery key signs once, and another recovery certificate is
 * named. */
static void
recover(struct fleet *fleet)
{
    int next = fleet->signer + 2;
    struct ladder_signer lost = signer_of(fleet->signer);
    if (fleet->key_count + 3 >= LENGTH(fleet->keys))
        return;
    for (size_t i = 0; i < fleet->key_count; i++)
        if (ladder_signer_equal(&fleet->keys[i], &lost))
            forget_key(fleet, i);
    fleet->keys[fleet->key_count++] = signer_of(next);
    fleet->keys[fleet->key_count++] = signer_of(fleet->recovery);
    (void)build(fleet, next, fleet->recovery + 2, fleet->records);
    forget_key(fleet, fleet->key_count - 1);
    if (fleet->signer != next) { /* refused: the key was found again after all */
        forget_key(fleet, fleet->key_count - 1);
        fleet->keys[fleet->key_count++] = lost;
    }
}

/* CTLs are given out no more, or again. Not by a server without turns: with the CTL that it keeps,
 * a phone takes bridges again that it has behind it, and climbs a dozen of them by luck alone in
 * more boots than it has. */
static void
turn_ctl(struct fleet *fleet)
{
    if (fleet->still)
        return;
    fleet->ctl = !fleet->ctl;
    if (!build(fleet, fleet->signer, fleet->recovery, fleet->records))
        fleet->ctl = !fleet->ctl;
}

static void
change(struct fleet *fleet)
{
    int what = lot_of(&fleet->seed, 11);
    if (what < 5)
        (void)build(fleet, fleet->signer, fleet->recovery, fleet->records + 1);
    else if (what < 8)
        rotate(fleet);
    else if (what == 8)
        recover(fleet);
    else if (what == 9)
        turn_ctl(fleet);
    else if (fleet->key_count > 1) /* an old key is destroyed, maybe too early */
        forget_key(fleet, 0);
}

/* --- the phones */

static void
offer(struct phone *phone, enum ladder_kind kind, const struct ladder_list *next,
      const struct fleet *fleet)
{
    struct ladder_pair pair = {{phone->list[LADDER_CTL], phone->list[LADDER_ITL]}};
    if (!ladder_takes(&pair, kind, next, phone->heeds_time))
        return;
    for (size_t i = 0; i < fleet->held_count[kind]; i++)
        if (ladder_list_equal(&fleet->held[kind][i], next))
            phone->list[kind] = &fleet->held[kind][i];
}

/* What somebody on the network made the server believe. */
static void
attack(struct fleet *fleet, struct phone *phone)
{
    for (int i = lot_of(&fleet->seed, 4); i > 0; i--)
        for (int kind = 0; kind < LADDER_KINDS; kind++)
            if (fleet->rung_count[kind] > 0)
                phone->delivered[kind] =
                    ladder_draw(secret, phone->name, fleet->now - i, fleet->rung_count[kind],
                                phone->delivered[kind]);
}

static void
start(struct fleet *fleet, struct phone *phone, bool safe)
{
    int accident = safe ? 99 : lot_of(&fleet->seed, 40), lot = lot_of(&fleet->seed, 1 << 16);
    attack(fleet, phone);
    memcpy(phone->before, phone->list, sizeof phone->before);
    for (int kind = 0; kind < LADDER_KINDS; kind++) {
        if (fleet->rung_count[kind] == 0)
            continue;
        size_t count = fleet->rung_count[kind];
        size_t drawn = fleet->still ? (size_t)lot * count >> 16
                                    : ladder_draw(secret, phone->name, fleet->now, count,
                                                  phone->delivered[kind]);
        if (accident == kind) /* the answer was cut off */
            continue;
        offer(phone, (enum ladder_kind)kind, &fleet->rungs[kind][drawn], fleet);
        phone->delivered[kind] = drawn;
    }
    if (accident == 2 || accident == 3) /* the power went before it was stored */
        memcpy(phone->list, phone->before, sizeof phone->list);
    if (accident == 4)
        phone->list[LADDER_CTL] = phone->list[LADDER_ITL] = NULL;
}

static bool
is_through(const struct fleet *fleet, const struct phone *phone)
{
    for (int kind = 0; kind < LADDER_KINDS; kind++)
        if (fleet->rung_count[kind] > 0 &&
            (phone->list[kind] == NULL ||
             !ladder_list_equal(phone->list[kind],
                                &fleet->rungs[kind][fleet->rung_count[kind] - 1])))
            return false;
    return true;
}

/* --- a history */

static void
begin(struct fleet *fleet, unsigned seed)
{
    *fleet = (struct fleet){.seed = seed, .now = 1000000, .signer = 11, .recovery = 12};
    fleet->ctl = lot_of(&fleet->seed, 2) == 1;
    fleet->still = lot_of(&fleet->seed, 5) == 0;
    fleet->keys[fleet->key_count++] = signer_of(fleet->signer);
    assert_true(build(fleet, fleet->signer, fleet->recovery, 1));
    for (size_t i = 0; i < PHONES; i++) {
        struct phone *phone = &fleet->phones[i];
        *phone = (struct phone){.heeds_time = i % 2 == 0,
                                .delivered = {LADDER_NONE_DELIVERED, LADDER_NONE_DELIVERED}};
        snprintf(phone->name, sizeof phone->name, "SEP%012zX", i);
        phone->gap = (int[]){1, 7, 28, 300}[lot_of(&fleet->seed, 4)];
        phone->next = fleet->now + (int64_t)lot_of(&fleet->seed, phone->gap) * DAY;
    }
}

static void
live(struct fleet *fleet)
{
    int64_t end = fleet->now + (int64_t)YEARS_DAYS * DAY;
    int64_t next_change = fleet->now + (int64_t)lot_of(&fleet->seed, 40) * DAY;
    for (; fleet->now < end; fleet->now += DAY) {
        if (fleet->now >= next_change) {
            change(fleet);
            next_change = fleet->now + (int64_t)(1 + lot_of(&fleet->seed, 60)) * DAY;
        }
        for (size_t i = 0; i < PHONES; i++)
            if (fleet->phones[i].next <= fleet->now) {
                start(fleet, &fleet->phones[i], false);
                fleet->phones[i].next += (int64_t)fleet->phones[i].gap * DAY;
            }
    }
}

static void
nobody_is_left_behind(void **state)
{
    (void)state;
    const char *asked = getenv("PROV_HISTORIES");
    long histories = asked != NULL ? strtol(asked, NULL, 10) : 300;
    unsigned seed = seed_or(20261130U), refused = 0, published = 0;
    struct fleet *fleet = malloc(sizeof *fleet);
    assert_non_null(fleet);
    for (long history = 0; history < histories; history++) {
        unsigned first = seed + (unsigned)history;
        begin(fleet, first);
        live(fleet);
        for (size_t i = 0; i < PHONES; i++) {
            struct phone *phone = &fleet->phones[i];
            for (int k = 0; k < BOOTS_MORE && !is_through(fleet, phone); k++) {
                fleet->now += DAY / 4 + lot_of(&fleet->seed, DAY / 2);
                start(fleet, phone, true);
            }
            if (!is_through(fleet, phone)) {
                print_error("PROV_SEED=%u: phone %zu does not get through\n", first, i);
                fail();
            }
        }
        refused += fleet->refused;
        published += fleet->published;
    }
    free(fleet);
    assert_true(published > (unsigned)histories && refused > 0);
    print_message("# %ld histories, %u publications, %u refused\n", histories, published, refused);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_is_left_behind),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
