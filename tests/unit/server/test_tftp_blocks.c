/* SPDX-License-Identifier: MIT */
/* A file as blocks, which of them were acknowledged, and whose they are. */
#include "server/access/hash.h"
#include "server/tftp/content.h"
#include "server/tftp/table.h"
#include "server/tftp/window.h"
#include "tests/unit/support.h"

#include <stdlib.h>
#include <string.h>

/* --- netascii and octet */

static const char text[] = "\nab\r\n\r\r\nlong line without an end of any kind\0nul\n\n\n\r";
static const char converted[] =
    "\r\nab\r\0\r\n\r\0\r\0\r\nlong line without an end of any kind\0nul"
    "\r\n\r\n\r\n\r\0";

static struct resolver_file
file_of(const void *data, size_t len)
{
    return (struct resolver_file){.path = "f", .data = data, .size = len, .version = 1};
}

/* All blocks in order, each asked for twice; acknowledged one by one. */
static struct prov_span
read_blocks(struct resolver_file *file, enum tftp_mode mode, uint16_t blksize)
{
    struct tftp_content content = {.file = file, .mode = mode, .blksize = blksize};
    uint8_t out[1500], again[1500], scratch[1500];
    struct prov_bytes *all = prov_bytes_new(1 << 20);
    size_t len = blksize, len_again = 0;
    for (uint64_t block = 1; len == blksize; block++) {
        assert_int_equal(tftp_content_block(&content, block, out, &len), 0);
        assert_int_equal(tftp_content_block(&content, block, again, &len_again), 0);
        expect_same(bytes_of(out, len), bytes_of(again, len_again));
        assert_int_equal(prov_bytes_put(all, out, len, NULL), PROV_OK);
        assert_int_equal(tftp_content_acknowledge(&content, block, scratch), 0);
        assert_true(len == blksize || tftp_content_bytes(&content, block) == file->size);
        assert_true(mode != TFTP_OCTET ||
                    (tftp_content_last(&content) == block) == (len < blksize));
    }
    return kept_bytes(all);
}

static void
netascii_is_the_same_in_blocks_of_any_size(void **state)
{
    (void)state;
    struct resolver_file file = file_of(text, sizeof text - 1);
    for (uint16_t blksize = 1; blksize <= sizeof converted + 1; blksize++)
        expect_same(read_blocks(&file, TFTP_NETASCII, blksize),
                    bytes_of(converted, sizeof converted - 1));
}

static void
octets_are_the_same_in_blocks_of_any_size(void **state)
{
    (void)state;
    struct resolver_file file = file_of(text, sizeof text - 1);
    for (uint16_t blksize = 1; blksize <= sizeof text + 1; blksize++)
        expect_same(read_blocks(&file, TFTP_OCTET, blksize), bytes_of(text, sizeof text - 1));
}

static void
empty_files_are_one_empty_block(void **state)
{
    (void)state;
    struct resolver_file file = file_of("", 0);
    expect_same(read_blocks(&file, TFTP_OCTET, 512), bytes_of("", 0));
    expect_same(read_blocks(&file, TFTP_NETASCII, 512), bytes_of("", 0));
}

/* With a window blocks are sent ahead, and again from any block after the acknowledged one. */
static void
netascii_can_go_back_within_a_window(void **state)
{
    (void)state;
    struct resolver_file file = file_of(text, sizeof text - 1);
    struct tftp_content content = {.file = &file, .mode = TFTP_NETASCII, .blksize = 5};
    uint8_t out[5], scratch[5];
    size_t len = 0;
    for (uint64_t acknowledged = 0; acknowledged < 10; acknowledged++) {
        assert_int_equal(tftp_content_acknowledge(&content, acknowledged, scratch), 0);
        for (uint64_t block = acknowledged + 1; block <= 10; block++) {
            assert_int_equal(tftp_content_block(&content, block, out, &len), 0);
            expect_same(bytes_of(out, len), bytes_of(converted + (block - 1) * 5, 5));
        }
    }
}

static void
a_full_pair_may_be_cut_by_the_caller_anywhere(void **state)
{
    (void)state;
    struct tftp_netascii netascii = {0};
    uint8_t out[4];
    size_t used = 99;
    assert_int_equal(tftp_netascii_encode(&netascii, (const uint8_t *)"\n\n", 2, &used, out, 1), 1);
    assert_int_equal(used, 1);
    assert_int_equal(tftp_netascii_encode(&netascii, NULL, 0, &used, out, 0), 0);
    assert_int_equal(tftp_netascii_encode(&netascii, NULL, 0, &used, out, 4), 1);
    assert_int_equal(out[0], '\n');
    assert_int_equal(used, 0);
    assert_int_equal(tftp_netascii_encode(&netascii, NULL, 0, &used, out, 4), 0);
}

/* --- windows */

static void
send_all(struct tftp_window *window)
{
    while (tftp_window_open(window)) {
        window->sent++;
        if (window->newest < window->sent)
            window->newest = window->sent;
    }
}

static void
one_block_at_a_time(void **state)
{
    (void)state;
    struct tftp_window window = {.last = 3, .size = 1};
    assert_int_equal(tftp_window_take(&window, 0), TFTP_ACK_DUPLICATE);
    assert_int_equal(tftp_window_take(&window, 1), TFTP_ACK_FOREIGN); /* not sent */
    send_all(&window);
    assert_int_equal(window.sent, 1);
    assert_int_equal(tftp_window_take(&window, 2), TFTP_ACK_FOREIGN);
    assert_int_equal(tftp_window_take(&window, 1), TFTP_ACK_PROGRESS);
    assert_int_equal(tftp_window_take(&window, 1), TFTP_ACK_DUPLICATE);
    assert_int_equal(tftp_window_take(&window, 0), TFTP_ACK_FOREIGN); /* long ago */
    send_all(&window);
    assert_int_equal(tftp_window_take(&window, 2), TFTP_ACK_PROGRESS);
    send_all(&window);
    assert_int_equal(window.sent, 3);
    assert_int_equal(tftp_window_take(&window, 3), TFTP_ACK_PROGRESS);
    assert_false(tftp_window_open(&window));
}

static void
windows_resume_at_the_named_block(void **state)
{
    (void)state;
    struct tftp_window window = {.last = 100, .size = 8};
    send_all(&window);
    assert_int_equal(window.sent, 8);
    assert_int_equal(tftp_window_take(&window, 3), TFTP_ACK_PROGRESS);
    tftp_window_resume(&window);
    assert_int_equal(window.sent, 3);
    send_all(&window);
    assert_int_equal(window.sent, 11);
    /* What was sent before the resumption arrived after all. */
    tftp_window_resume(&window);
    assert_int_equal(tftp_window_take(&window, 9), TFTP_ACK_PROGRESS);
    assert_int_equal(window.sent, 9);
    assert_int_equal(tftp_window_take(&window, 12), TFTP_ACK_FOREIGN);
}

static void
numbers_roll_over(void **state)
{
    (void)state;
    struct tftp_window window = {.last = 200000, .size = 16};
    while (window.acknowledged < 200000) {
        send_all(&window);
        assert_int_equal(tftp_window_take(&window, (uint16_t)(window.sent + 1)), TFTP_ACK_FOREIGN);
        assert_int_equal(tftp_window_take(&window, (uint16_t)window.sent), TFTP_ACK_PROGRESS);
        assert_int_equal(window.acknowledged, window.sent);
    }
}

/* --- table */

static struct tftp_key
key_of(unsigned port)
{
    return (struct tftp_key){
        .peer.v4 = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)},
        .local.v4 = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)}};
}

static void
transfers_are_found_by_their_ends(void **state)
{
    (void)state;
    struct tftp_table table;
    assert_int_equal(tftp_table_init(&table, 300, NULL), 0);
    struct tftp_transfer *transfers[300];
    for (unsigned i = 0; i < 300; i++) {
        struct tftp_key key = key_of(1000 + i);
        assert_null(tftp_table_find(&table, &key));
        transfers[i] = tftp_table_add(&table, &key);
        assert_non_null(transfers[i]);
    }
    struct tftp_key key = key_of(1);
    assert_null(tftp_table_add(&table, &key)); /* full */
    for (unsigned i = 0; i < 300; i += 2)
        tftp_table_remove(&table, transfers[i]);
    assert_int_equal(table.count, 150);
    for (unsigned i = 0; i < 300; i++) {
        key = key_of(1000 + i);
        assert_ptr_equal(tftp_table_find(&table, &key), i % 2 == 0 ? NULL : transfers[i]);
    }
    key = key_of(1001);
    key.listener = 1;
    assert_null(tftp_table_find(&table, &key));
    key = key_of(1001);
    key.local.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1);
    assert_null(tftp_table_find(&table, &key));
    tftp_table_free(&table);
}

static void
the_oldest_unacknowledged_is_known(void **state)
{
    (void)state;
    struct tftp_table table;
    assert_int_equal(tftp_table_init(&table, 4, NULL), 0);
    struct tftp_transfer *transfers[4];
    for (unsigned i = 0; i < 4; i++) {
        struct tftp_key key = key_of(1 + i);
        transfers[i] = tftp_table_add(&table, &key);
    }
    tftp_table_acknowledged(&table, transfers[1]);
    assert_ptr_equal(table.oldest, transfers[0]);
    tftp_table_acknowledged(&table, transfers[0]);
    tftp_table_acknowledged(&table, transfers[0]);
    assert_ptr_equal(table.oldest, transfers[2]);
    tftp_table_remove(&table, transfers[2]);
    assert_ptr_equal(table.oldest, transfers[3]);
    assert_ptr_equal(table.youngest, transfers[3]);
    tftp_table_remove(&table, transfers[3]);
    assert_null(table.oldest);
    assert_null(table.youngest);
    tftp_table_free(&table);
}

/* The authors' vectors: key 00 01 .. 0f, input of n bytes 00 01 .. */
static void
the_hash_is_siphash(void **state)
{
    (void)state;
    static const uint64_t secret[2] = {0x0706050403020100, 0x0f0e0d0c0b0a0908};
    static const struct {
        size_t len;
        uint64_t hash;
    } vectors[] = {{0, 0x726fdb47dd0e0e31}, {1, 0x74f839c593dc67fd}, {15, 0xa129ca6149be45e5}};
    uint8_t in[16];
    for (size_t i = 0; i < sizeof in; i++)
        in[i] = (uint8_t)i;
    for (size_t i = 0; i < LENGTH(vectors); i++)
        assert_true(access_hash(secret, in, vectors[i].len) == vectors[i].hash);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(netascii_is_the_same_in_blocks_of_any_size),
        cmocka_unit_test(octets_are_the_same_in_blocks_of_any_size),
        cmocka_unit_test(empty_files_are_one_empty_block),
        cmocka_unit_test(netascii_can_go_back_within_a_window),
        cmocka_unit_test(a_full_pair_may_be_cut_by_the_caller_anywhere),
        cmocka_unit_test(one_block_at_a_time),
        cmocka_unit_test(windows_resume_at_the_named_block),
        cmocka_unit_test(numbers_roll_over),
        cmocka_unit_test(transfers_are_found_by_their_ends),
        cmocka_unit_test(the_oldest_unacknowledged_is_known),
        cmocka_unit_test(the_hash_is_siphash),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
