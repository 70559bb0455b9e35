/* SPDX-License-Identifier: MIT */
/* The first byte says which packet follows: a reply of a client for 0xff, else a request, and how
 * large blocks and windows may be. */
#include "server/tftp/negotiate.h"
#include "server/tftp/packet.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

static bool
lies_within(const char *text, const uint8_t *data, size_t len)
{
    uintptr_t start = (uintptr_t)data, at = (uintptr_t)text;
    return at >= start && at < start + len && memchr(text, '\0', start + len - at) != NULL;
}

static void
check_oack(const struct tftp_terms *terms)
{
    if (terms->oack_len == 0)
        return;
    fuzz_require(terms->oack_len > 2 && terms->oack_len <= TFTP_OACK_MAX, "the OACK fits");
    fuzz_require(terms->oack[0] == 0 && terms->oack[1] == TFTP_OACK, "it is an OACK");
    size_t strings = 0;
    for (size_t i = 2; i < terms->oack_len; i++)
        strings += terms->oack[i] == '\0';
    fuzz_require(terms->oack[terms->oack_len - 1] == '\0', "its last string ends");
    fuzz_require(strings % 2 == 0 && strings <= 2 * TFTP_OPTIONS, "it holds pairs");
}

static void
check_terms(const struct tftp_request *request, const struct tftp_limits *limits)
{
    struct tftp_terms terms;
    tftp_negotiate(request, limits, &terms);
    fuzz_require(terms.blksize >= TFTP_BLKSIZE_MIN, "a block is not too small");
    fuzz_require(terms.blksize <= limits->blksize || terms.blksize == TFTP_BLKSIZE_DEFAULT,
                 "a block is not too large");
    fuzz_require(terms.windowsize >= 1 && terms.windowsize < 32768, "a window is unambiguous");
    fuzz_require(terms.windowsize <= limits->windowsize || terms.windowsize == 1,
                 "a window is not too large");
    check_oack(&terms);
}

static void
check_request(const uint8_t *data, size_t len, const struct tftp_limits *limits)
{
    struct tftp_request request;
    enum tftp_verdict verdict = tftp_parse_request(data, len, &request);
    fuzz_require(request.name != NULL && strlen(request.name) == request.name_len,
                 "there is a name, perhaps an empty one");
    if (verdict == TFTP_MALFORMED)
        return;
    fuzz_require(len >= 2 && len <= TFTP_REQUEST_MAX, "a request has a size");
    fuzz_require(request.name_len == 0 || lies_within(request.name, data, len),
                 "the name lies in the packet");
    if (verdict != TFTP_READ)
        return;
    fuzz_require(data[len - 1] == '\0', "a request that is served ends with NUL");
    fuzz_require(request.option_count <= TFTP_OPTIONS, "an option counts once");
    for (size_t i = 0; i < request.option_count; i++)
        fuzz_require(lies_within(request.options[i].spelling, data, len),
                     "an option's name lies in the packet");
    check_terms(&request, limits);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static const size_t blksizes[] = {1428, 65464, 7, 8, 512, 100000};
    static const size_t windowsizes[] = {16, 1, 65535, 32768};
    uint16_t block = 0;
    if (len == 0)
        return 0;
    struct tftp_limits limits = {.blksize = blksizes[data[0] % 6],
                                 .windowsize = windowsizes[data[0] / 6 % 4],
                                 .size = UINT64_MAX};
    if (data[0] != 0xff)
        check_request(data + 1, len - 1, &limits);
    else if (tftp_parse_reply(data + 1, len - 1, &block) != TFTP_REPLY_OTHER)
        fuzz_require(len > TFTP_HEADER_LEN, "a reply has a size");
    return 0;
}
