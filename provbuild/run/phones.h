/* SPDX-License-Identifier: MIT */
/* A set of phones: each once, in ascending order. */
#ifndef PROVBUILD_RUN_PHONES_H
#define PROVBUILD_RUN_PHONES_H

#include <prov.h>

#include <stdbool.h>

#define PHONE_NAME_SIZE (3 + PROV_MAC_LEN + 1) /* SEP<MAC> and its NUL */

struct phones {
    size_t count;
    struct prov_mac *at;
};

bool phones_hold(const struct phones *phones, const struct prov_mac *phone);
/* One that is there already stays. */
int phones_add(struct phones *phones, const struct prov_mac *phone,
               struct prov_error *err) PROV_CHECKED;
int phones_add_all(struct phones *phones, const struct phones *others,
                   struct prov_error *err) PROV_CHECKED;
/* True if it was there. */
bool phones_drop(struct phones *phones, const struct prov_mac *phone);
void phones_release(struct phones *phones);

bool phone_same(const struct prov_mac *a, const struct prov_mac *b);
/* "SEP<MAC>" */
void phone_name(const struct prov_mac *phone, char out[static PHONE_NAME_SIZE]);
/* The phone that is named anywhere in a file's name, in letters of any case. */
bool phone_named_in(const char *base, struct prov_mac *out);

#endif
