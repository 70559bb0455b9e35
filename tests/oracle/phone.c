/* SPDX-License-Identifier: MIT */
/* A phone: which lists it takes, and what it holds after all that may befall it. */
#include "tests/oracle/phone.h"

#include "provcheck/phone/internal.h"
#include <stdio.h>
#include <string.h>

static void
pass_over(void *context, const char *text)
{
    (void)context;
    (void)text;
}

void
phone_begin(struct phone *phone, int number, bool heeds_time, struct trust_library *known)
{
    *phone = (struct phone){.heeds_time = heeds_time, .holds = {.known = known}};
    snprintf(phone->mac.text, sizeof phone->mac.text, "0011223344%02X", (unsigned)number & 0xffU);
}

/* --- lists */

static bool
is_late(const struct phone *phone, enum trust_kind kind, const struct prov_trustlist *list)
{
    const struct prov_trustlist *held = phone->holds.lists[kind];
    return phone->heeds_time && held != NULL &&
           prov_trustlist_timestamp(list) <= prov_trustlist_timestamp(held);
}

static bool
takes(const struct phone *phone, enum trust_kind kind, const struct prov_trustlist *list,
      int64_t now)
{
    struct prov_error why;
    const struct verify_rules rules = {.family = family_find("8800"),
                                       .trust = &phone->holds,
                                       .roles = TRUST_ROLE(PROV_ROLE_SAST),
                                       .name = trust_list_name(kind),
                                       .now = now,
                                       .warn = pass_over};
    if (trust_is_empty(&phone->holds) || trust_is_released(&phone->holds))
        return true;
    return !is_late(phone, kind, list) &&
           verify_header(&rules, prov_trustlist_header(list), prov_trustlist_content(list), &why) ==
               PROV_OK;
}

bool
phone_holds(const struct phone *phone, enum trust_kind kind, struct prov_span list)
{
    const struct prov_trustlist *held = phone->holds.lists[kind];
    return held != NULL && prov_span_equal(prov_trustlist_bytes(held), list);
}

bool
phone_offer(struct phone *phone, enum trust_kind kind, struct prov_span bytes, int64_t now)
{
    const struct prov_trustlist *list = NULL;
    struct prov_error err;
    if (phone_holds(phone, kind, bytes))
        return false;
    if (trust_library_read(phone->holds.known, bytes, &list, &err) != PROV_OK ||
        !takes(phone, kind, list, now))
        return false;
    phone->before[kind] = phone->holds.lists[kind];
    phone->holds.lists[kind] = list;
    return true;
}

/* --- flash */

void
phone_lose_last(struct phone *phone, enum trust_kind kind)
{
    phone->holds.lists[kind] = phone->before[kind];
}

void
phone_reset(struct phone *phone)
{
    memset(phone->holds.lists, 0, sizeof phone->holds.lists);
    memset(phone->before, 0, sizeof phone->before);
}

void
phone_keep(struct phone *phone)
{
    memcpy(phone->earlier, phone->holds.lists, sizeof phone->earlier);
}

void
phone_set_back(struct phone *phone)
{
    memcpy(phone->holds.lists, phone->earlier, sizeof phone->earlier);
    memcpy(phone->before, phone->earlier, sizeof phone->before);
}

/* --- service */

bool
phone_wants_signed(const struct phone *phone)
{
    return trust_signs_files(&phone->holds);
}

bool
phone_is_served(const struct phone *phone, struct prov_span file)
{
    struct prov_header *header = NULL;
    struct prov_error err;
    size_t at = 0;
    if (!phone_wants_signed(phone))
        return true;
    if (prov_header_read(file.data, file.len, &header, &err) != PROV_OK)
        return false;
    bool served = trust_next_signer(&phone->holds, TRUST_ROLES_FILES, header, &at) != NULL;
    prov_header_free(header);
    return served;
}

/* --- for the reader */

/* The common name out of a subject as phones compare it. */
static void
print_name(const struct prov_field *name)
{
    struct prov_span rest = name != NULL ? name->value : (struct prov_span){NULL, 0};
    const uint8_t *start = rest.len > 0 ? memmem(rest.data, rest.len, "CN=", 3) : NULL;
    size_t len = start != NULL ? rest.len - (size_t)(start + 3 - rest.data) : 0;
    const uint8_t *end = len > 0 ? memchr(start + 3, ';', len) : NULL;
    fprintf(stderr, "%.*s", (int)(end != NULL ? end - start - 3 : (ptrdiff_t)len),
            start != NULL ? (const char *)start + 3 : "");
}

void
list_print(const struct prov_trustlist *list)
{
    if (list == NULL) {
        fputs("nothing", stderr);
        return;
    }
    fputc('{', stderr);
    for (size_t i = 0, shown = 0; i < prov_trustlist_count(list); i++) {
        const struct prov_record *record = prov_trustlist_at(list, i);
        if (record->role != PROV_ROLE_SAST)
            continue;
        fputs(shown++ > 0 ? ", " : "", stderr);
        print_name(prov_record_find(record, PROV_RECORD_SUBJECT_NAME));
    }
    fputs("} by ", stderr);
    print_name(prov_header_find(prov_trustlist_header(list), PROV_TAG_SIGNER_NAME));
    fprintf(stderr, " @%lld", (long long)prov_trustlist_timestamp(list));
}

void
phone_print(const struct phone *phone)
{
    fprintf(stderr, "SEP%s%s holds CTL ", phone->mac.text,
            phone->heeds_time ? ", which heeds timestamps," : "");
    list_print(phone->holds.lists[TRUST_CTL]);
    fputs(", ITL ", stderr);
    list_print(phone->holds.lists[TRUST_ITL]);
    fputc('\n', stderr);
}
