/* SPDX-License-Identifier: MIT */
/* A set of phones, as a sorted array, and how a phone is named. */
#include "provbuild/run/phones.h"

#include "cli/array.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int
compare(const void *a, const void *b)
{
    const struct prov_mac *x = a, *y = b;
    return strcmp(x->text, y->text);
}

/* Where the phone is, or belongs. */
static size_t
place_of(const struct phones *phones, const struct prov_mac *phone, bool *there)
{
    return array_place(phone, phones->at, phones->count, sizeof *phones->at, compare, there);
}

bool
phones_hold(const struct phones *phones, const struct prov_mac *phone)
{
    bool there = false;
    (void)place_of(phones, phone, &there);
    return there;
}

int
phones_add(struct phones *phones, const struct prov_mac *phone, struct prov_error *err)
{
    bool there = false;
    size_t place = place_of(phones, phone, &there);
    if (there)
        return PROV_OK;
    struct prov_mac *at = array_open(phones->at, phones->count, place, sizeof *at);
    if (at == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    phones->at = at;
    phones->count++;
    at[place] = *phone;
    return PROV_OK;
}

int
phones_add_all(struct phones *phones, const struct phones *others, struct prov_error *err)
{
    int rc = PROV_OK;
    for (size_t i = 0; rc == PROV_OK && i < others->count; i++)
        rc = phones_add(phones, &others->at[i], err);
    return rc;
}

bool
phones_drop(struct phones *phones, const struct prov_mac *phone)
{
    bool there = false;
    size_t place = place_of(phones, phone, &there);
    if (there)
        memmove(phones->at + place, phones->at + place + 1,
                (--phones->count - place) * sizeof *phones->at);
    return there;
}

void
phones_release(struct phones *phones)
{
    free(phones->at);
    *phones = (struct phones){0};
}

/* --- names */

bool
phone_same(const struct prov_mac *a, const struct prov_mac *b)
{
    return strcmp(a->text, b->text) == 0;
}

void
phone_name(const struct prov_mac *phone, char out[static PHONE_NAME_SIZE])
{
    snprintf(out, PHONE_NAME_SIZE, "SEP%s", phone->text);
}

bool
phone_named_in(const char *base, struct prov_mac *out)
{
    char name[PHONE_NAME_SIZE];
    for (const char *at = strcasestr(base, "SEP"); at != NULL; at = strcasestr(at + 1, "SEP")) {
        snprintf(name, sizeof name, "SEP%.*s", PROV_MAC_LEN, at + 3);
        if (prov_mac_of_file(name, "", "", out))
            return true;
    }
    return false;
}
