/* SPDX-License-Identifier: MIT */
/* What is kept of proofs, what rows of the ledger prove, and what checksums do. */
#include "provbuild/fleet/forget.h"
#include "provbuild/fleet/seen.h"
#include "provbuild/fleet/signed.h"
#include "tests/unit/provbuild/values.h"

#include <stdio.h>
#include <sys/stat.h>

static const struct list_wish first = {"ITLFile.tlv", "sast.pem", NULL, 0, 0},
                              second = {"ITLFile.tlv", "sast.pem", "sast2.pem", 10, 0},
                              third = {"ITLFile.tlv", "sast2.pem", NULL, 20, 0},
                              own = {"ITL" TWO ".tlv", "sast2.pem", NULL, 25, 0},
                              ctl = {"CTLFile.tlv", "sast.pem", NULL, 30, 0};

static struct world *
world_of_lists(void)
{
    struct world *world = world_of_nothing();
    publish_once(world, first, false);
    publish_once(world, second, false);
    publish_once(world, third, true);
    settle(world);
    phone_holds(world, ONE, -1);
    phone_holds(world, TWO, -1);
    return world;
}

/* --- the file */

static const char *
folder_of(const char *text)
{
    const char *folder = temporary(text_of("archive%zu", strlen(text)));
    mkdir(folder, 0755);
    FILE *file = fopen(text_of("%s/proven", folder), "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
    return folder;
}

static void
what_is_written_is_read_again(void **state)
{
    (void)state;
    const char *folder = folder_of("end 0\n");
    struct proof proof = {phone_of(ONE), LIST_CTL, PROOF_SIGNED, "CTLFile.tlv.7", {1, 2, 255}, 99};
    struct proofs proofs = {0}, again;
    struct prov_error err;
    expect_ok(proofs_put(&proofs, &proof, &err), &err);
    proof.phone = phone_of(TWO);
    proof.how = PROOF_FORGOTTEN;
    expect_ok(proofs_put(&proofs, &proof, &err), &err);
    proof.phone = phone_of(ONE);
    proof.kind = LIST_ITL;
    snprintf(proof.file, sizeof proof.file, "ITLFile.tlv.8.1");
    proof.how = PROOF_SEEN;
    expect_ok(proofs_put(&proofs, &proof, &err), &err);
    expect_ok(proofs_note_again(&proofs, "ITLFile.tlv.5", 7, &err), &err);
    expect_ok(proofs_note_again(&proofs, "ITLFile.tlv.5", 8, &err), &err);
    expect_ok(proofs_write(folder, &proofs, &err), &err);
    expect_ok(proofs_read(folder, &again, &err), &err);
    assert_int_equal(again.count, 3);
    assert_int_equal(again.again_count, 1);
    assert_int_equal(again.again[0].time, 8);
    assert_int_equal(again.at[0].kind, LIST_ITL);
    const struct proof *found = &again.at[1];
    assert_string_equal(found->phone.text, "001122334455");
    assert_int_equal(found->kind, LIST_CTL);
    assert_int_equal(found->how, PROOF_SIGNED);
    assert_string_equal(found->file, "CTLFile.tlv.7");
    assert_memory_equal(found->sha256, proof.sha256, sizeof proof.sha256);
    assert_int_equal(found->time, 99);
    proofs_release(&proofs);
    proofs_release(&again);
}

#define SHA "0000000000000000000000000000000000000000000000000000000000000000"

static void
a_damaged_file_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "seen " ONE " ITLFile.tlv.7 " SHA " 9\n",
        "seen " ONE " ITLFile.tlv.7 " SHA " 9\nend 2\n",
        "heard " ONE " ITLFile.tlv.7 " SHA " 9\nend 1\n",
        "seen SEP1 ITLFile.tlv.7 " SHA " 9\nend 1\n",
        "seen " ONE " ITLFile.tlv " SHA " 9\nend 1\n",
        "seen " ONE " ITL/.tlv.7 " SHA " 9\nend 1\n",
        "seen " ONE " XTLFile.tlv.7 " SHA " 9\nend 1\n",
        "seen " ONE " ITLFile.tlv.7 00 9\nend 1\n",
        "seen " ONE " ITLFile.tlv.7 " SHA " x\nend 1\n",
        "seen " ONE " ITLFile.tlv.7 " SHA " 9 more\nend 1\n",
        "again ITLFile.tlv.7\nend 1\n",
        "again ITLFile.tlv.7 0\nend 1\n",
    };
    for (size_t i = 0; i < LENGTH(texts); i++) {
        struct proofs proofs;
        struct prov_error err;
        expect_failure(proofs_read(folder_of(texts[i]), &proofs, &err), PROV_E_FORMAT, &err,
                       "which phones are proven to hold which list");
        proofs_release(&proofs);
    }
}

/* A proof of a list that the archive does not hold, or holds another in the place of, is none. */
static void
a_proof_stands_with_its_list(void **state)
{
    (void)state;
    struct world *world = world_of_lists();
    struct proof proof = {.phone = phone_of(ONE), .time = 5};
    snprintf(proof.file, sizeof proof.file, "%s", kept_list(world, &second)->file);
    assert_int_equal(proofs_put(&world->fleet.proofs, &proof, NULL), PROV_OK);
    fleet_prove(&world->fleet);
    assert_null(world->fleet.at[0].proof[LIST_ITL].list);
    memcpy(world->fleet.proofs.at[0].sha256, past_list_sha256(kept_list(world, &second)),
           LIST_SHA256_LEN);
    fleet_prove(&world->fleet);
    assert_ptr_equal(world->fleet.at[0].proof[LIST_ITL].list, kept_list(world, &second));
    snprintf(world->fleet.proofs.at[0].file, INVENTORY_NAME_SIZE, "ITLFile.tlv.1");
    fleet_prove(&world->fleet);
    assert_null(world->fleet.at[0].proof[LIST_ITL].list);
}

/* --- rows of the ledger; asterisk.pem stands in all lists, sast.pem never for files */

static struct ledger_proof
row_of(struct world *world, const struct list_wish *wish, const char *certificate)
{
    struct ledger_proof row = {.phone = phone_of(ONE), .kind = LEDGER_ITL, .time = 100};
    struct prov_hash hash;
    memcpy(row.sha256, past_list_sha256(kept_list(world, wish)), sizeof row.sha256);
    assert_int_equal(prov_identity_hash(pem(certificate), PROV_SHA256, &hash, NULL), PROV_OK);
    memcpy(row.certificate, hash.value, sizeof row.certificate);
    return row;
}

static void
a_row_proves_the_oldest_list_that_names_its_certificate(void **state)
{
    (void)state;
    struct world *world = world_of_lists();
    struct ledger_proof row = row_of(world, &third, "asterisk.pem");
    assert_ptr_equal(signed_shows(&world->published, &row), kept_list(world, &first));
    row = row_of(world, &third, "sast.pem");
    assert_null(signed_shows(&world->published, &row));
    row = row_of(world, &third, "asterisk.pem");
    row.sha256[0] ^= 1;
    assert_null(signed_shows(&world->published, &row));
    row = row_of(world, &third, "asterisk.pem");
    row.kind = LEDGER_CTL;
    assert_null(signed_shows(&world->published, &row));
}

static void
lists_of_others_and_of_the_other_kind_prove_nothing(void **state)
{
    (void)state;
    struct world *world = world_of_nothing();
    publish_once(world, third, true);
    publish_once(world, own, true);
    settle(world);
    struct ledger_proof row = row_of(world, &own, "asterisk.pem");
    assert_null(signed_shows(&world->published, &row));
    row.phone = phone_of(TWO);
    assert_ptr_equal(signed_shows(&world->published, &row), kept_list(world, &third));
    struct world *both = world_of_nothing();
    publish_once(both, third, true);
    publish_once(both, ctl, true);
    settle(both);
    row = row_of(both, &third, "asterisk.pem");
    assert_null(signed_shows(&both->published, &row));
}

static void
a_row_counts_where_it_tells_more(void **state)
{
    (void)state;
    struct world *world = world_of_lists();
    struct past_list *list[] = {kept_list(world, &first), kept_list(world, &second),
                                kept_list(world, &third)};
    const struct {
        struct fleet_proof known;
        struct past_list *shown;
        bool tells;
    } cases[] = {
        {{NULL, PROOF_SEEN, 0}, list[0], true},
        {{list[0], PROOF_SEEN, 99}, list[1], true},
        {{list[0], PROOF_SEEN, 101}, list[1], false}, /* somebody looked since */
        {{list[2], PROOF_SEEN, 99}, list[1], false},
        {{list[2], PROOF_FORGOTTEN, 99}, list[1], true},
        {{list[2], PROOF_FORGOTTEN, 101}, list[1], false},
        {{list[1], PROOF_SIGNED, 100}, list[1], false},
        {{list[1], PROOF_SIGNED, 99}, list[1], true},
    };
    for (size_t i = 0; i < LENGTH(cases); i++)
        assert_int_equal(signed_tells(&cases[i].known, cases[i].shown, 100), cases[i].tells);
}

/* --- checksums */

static void
checksums_are_written_in_several_ways(void **state)
{
    (void)state;
    static const struct {
        const char *phone, *text;
        bool taken;
    } cases[] = {
        {ONE, "c933fed6f427352129d383d477623ca0", true},
        {ONE, "C9:33:FE:D6:F4:27:35:21:29:D3:83:D4:77:62:3C:A0", true},
        {ONE, "f33ea3809c19821f1b3ba05e4558b6ae15ad776c", true},
        {ONE, "c933fed6f427352129d383d477623ca", false},
        {ONE, "c933fed6f427352129d383d477623ca0:", false},
        {ONE, ":c933fed6f427352129d383d477623ca0", false},
        {ONE, "c9:3:3fed6f427352129d383d477623ca0", false},
        {ONE, "f33ea3809c19821f1b3ba05e4558b6ae15ad776c00", false},
        {ONE, "", false},
        {"SEP1", "c933fed6f427352129d383d477623ca0", false},
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct checksums checksums = {.file = NULL};
        int rc = checksums_add(&checksums, cases[i].phone, cases[i].text, 0, NULL);
        assert_int_equal(rc, cases[i].taken ? PROV_OK : PROV_E_ARGUMENT);
        checksums_release(&checksums);
    }
}

static struct checksums
checksum_of(struct past_list *past, enum prov_digest digest)
{
    struct checksums checksums = {.file = NULL};
    struct prov_span bytes = prov_trustlist_bytes(past->list);
    struct prov_hash hash;
    char hex[PROV_HEX_SIZE(PROV_DIGEST_MAX)];
    assert_int_equal(prov_digest(digest, bytes.data, bytes.len, &hash, NULL), PROV_OK);
    prov_hex(hash.value, hash.len, hex, sizeof hex);
    assert_int_equal(checksums_add(&checksums, ONE, hex, 0, NULL), PROV_OK);
    return checksums;
}

static void
what_a_phone_shows_counts(void **state)
{
    (void)state;
    struct world *world = world_of_lists();
    const struct fleet_proof *proof = &world->fleet.at[0].proof[LIST_ITL];
    static const struct list_wish *const shown[] = {&third, &first, &second};
    for (size_t i = 0; i < LENGTH(shown); i++) {
        struct past_list *past = kept_list(world, shown[i]);
        struct checksums checksums = checksum_of(past, i == 0 ? PROV_MD5 : PROV_SHA1);
        struct prov_error err;
        expect_ok(seen_take(&world->run, &world->fleet, &checksums, &err), &err);
        assert_ptr_equal(proof->list, past);
        assert_int_equal(proof->how, PROOF_SEEN);
        checksums_release(&checksums);
    }
}

static void
all_checksums_count_or_none(void **state)
{
    (void)state;
    struct world *world = world_of_lists();
    struct checksums checksums = checksum_of(kept_list(world, &third), PROV_MD5);
    struct prov_error err;
    assert_int_equal(checksums_add(&checksums, TWO, "c933fed6f427352129d383d477623ca0", 0, NULL),
                     PROV_OK);
    expect_failure(seen_take(&world->run, &world->fleet, &checksums, &err), PROV_E_ARGUMENT, &err,
                   "1 of 2 checksums prove nothing, so nothing was done");
    assert_int_equal(world->fleet.proofs.count, 0);
    checksums_release(&checksums);
}

/* --- whom a rule means */

static void
a_rule_means_phones_that_need_a_bridge_alone(void **state)
{
    (void)state;
    const struct forget_rule often = {.given = true, .followed = 3, .seconds = 100},
                             silent = {.given = true, .silent = true, .seconds = 100};
    const struct {
        struct fleet_phone phone;
        bool often, silent;
    } cases[] = {
        {{.seen = 950, .given = {[LIST_ITL] = {1, 3, 100, 200}}}, false, false},
        {{.seen = 950, .needs = {true, false}, .given = {{1, 3, 100, 200}}}, true, false},
        {{.seen = 950, .needs = {true, false}, .given = {{1, 2, 100, 200}}}, false, false},
        {{.seen = 950, .needs = {true, false}, .given = {{1, 3, 100, 199}}}, false, false},
        {{.seen = 950, .needs = {true, true}, .given = {{1, 3, 100, 200}}}, false, false},
        {{.seen = 950, .needs = {true, true}, .given = {{1, 3, 1, 200}, {1, 3, 1, 200}}},
         true,
         false},
        {{.seen = 900, .needs = {true, false}}, false, true},
        {{.needs = {false, true}}, false, true},
        {{.needs = {false, false}}, false, false},
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        assert_int_equal(forget_means(&often, &cases[i].phone, 1000), cases[i].often);
        assert_int_equal(forget_means(&silent, &cases[i].phone, 1000), cases[i].silent);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read_again),
        cmocka_unit_test(a_damaged_file_is_refused),
        cmocka_unit_test(a_proof_stands_with_its_list),
        cmocka_unit_test(a_row_proves_the_oldest_list_that_names_its_certificate),
        cmocka_unit_test(lists_of_others_and_of_the_other_kind_prove_nothing),
        cmocka_unit_test(a_row_counts_where_it_tells_more),
        cmocka_unit_test(checksums_are_written_in_several_ways),
        cmocka_unit_test(what_a_phone_shows_counts),
        cmocka_unit_test(all_checksums_count_or_none),
        cmocka_unit_test(a_rule_means_phones_that_need_a_bridge_alone),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
