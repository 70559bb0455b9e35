/* SPDX-License-Identifier: MIT */
/* Lists made of letters: what the tests of ladders share. */
#ifndef TESTS_UNIT_LADDER_LISTS_H
#define TESTS_UNIT_LADDER_LISTS_H

#include "ladder/list.h"

/* The signer with this number; 0 is nobody. */
struct ladder_signer signer_of(int number);
/* A list by `by` that trusts `a` and `b` (0: nobody), with the records `records`. No two have the
 * same hash. */
struct ladder_list list_of(int by, int a, int b, int64_t time, int records);

struct ladder_lists both_kinds(const struct ladder_list *ctl, size_t ctl_count,
                               const struct ladder_list *itl, size_t itl_count);
struct ladder_lists itls_alone(const struct ladder_list *itl, size_t count);

/* A number from 0 below `below`. */
int lot_of(unsigned *seed, int below);
/* PROV_SEED, or this one; printed when a test fails. */
unsigned seed_or(unsigned given);

#endif
