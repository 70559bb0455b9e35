/* SPDX-License-Identifier: MIT */
/* Lists made of letters, for the tests of ladders. */
#include "tests/unit/ladder/lists.h"

#include <stdlib.h>
#include <string.h>

struct ladder_signer
signer_of(int number)
{
    struct ladder_signer made = {{0}};
    memcpy(made.id, &number, sizeof number);
    return made;
}

struct ladder_list
list_of(int by, int a, int b, int64_t time, int records)
{
    static uint32_t count;
    struct ladder_list made = {.signer = signer_of(by), .time = time, .serves = true};
    count++;
    memcpy(made.sha256 + 8, &count, sizeof count);
    memcpy(made.records, &records, sizeof records);
    if (a != 0)
        made.sasts[made.sast_count++] = signer_of(a);
    if (b != 0)
        made.sasts[made.sast_count++] = signer_of(b);
    return made;
}

struct ladder_lists
both_kinds(const struct ladder_list *ctl, size_t ctl_count, const struct ladder_list *itl,
           size_t itl_count)
{
    return (struct ladder_lists){{ctl_count, itl_count}, {ctl, itl}};
}

struct ladder_lists
itls_alone(const struct ladder_list *itl, size_t count)
{
    return both_kinds(NULL, 0, itl, count);
}

int
lot_of(unsigned *seed, int below)
{
    *seed = *seed * 1103515245U + 12345U;
    return (int)(*seed >> 16) % below;
}

unsigned
seed_or(unsigned given)
{
    const char *asked = getenv("PROV_SEED");
    return asked != NULL ? (unsigned)strtoul(asked, NULL, 10) : given;
}
