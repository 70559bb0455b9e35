/* SPDX-License-Identifier: MIT */
/* What the files of this room share: a boot that goes on. */
#ifndef PROVCHECK_PHONE_INTERNAL_H
#define PROVCHECK_PHONE_INTERNAL_H

#include "provcheck/phone/boot.h"
#include "provcheck/phone/config.h"
#include "provcheck/phone/verify.h"

#define BOOT_NAME_MAX 256

struct boot {
    const struct boot_phone *phone;
    struct trust *trust;
    enum boot_result result;

    const struct family_request *at; /* the file that it is asking for */
    char name[BOOT_NAME_MAX];        /* as it asks for it */
    enum fetch_transport transports[FETCH_TRANSPORTS];
    size_t transport_count;
    size_t transport; /* the one at hand */
    bool reached;     /* the server has answered */

    bool held_before; /* it was switched on with a list */
    bool itl_found;
    bool list_failed;  /* one did not verify, or did not arrive */
    bool list_refused; /* one did not verify */
    bool lists_done;
    unsigned installed; /* a bit for each enum trust_kind */

    bool encrypted; /* the configuration's stub was read: .enc.sgn is next */
    bool configured;
    struct config config;
};

/* What came of a request, on its last transport. */
struct boot_delivery {
    enum fetch_outcome outcome;
    struct prov_span content;
    const char *text;
};

/* --- step.c: the file at hand */

/* Tells the listener about the file at hand; printf. */
void boot_say(struct boot *boot, enum step_kind kind, const char *format, ...) PROV_PRINTF(3, 4);
/* Ends the boot: says why it stops here. */
void boot_stop(struct boot *boot, enum boot_result result, const char *format, ...)
    PROV_PRINTF(3, 4);
/* True if the file at hand is asked for under a signed name. */
bool boot_asks_signed(const struct boot *boot);

/* --- files.c: what each kind of file does to the phone */

void boot_take_list(struct boot *boot, enum trust_kind kind, const struct boot_delivery *delivery);
/* After the last list: the phone's message about them. */
void boot_lists_done(struct boot *boot);
void boot_take_config(struct boot *boot, const struct boot_delivery *delivery);
void boot_take_encrypted(struct boot *boot, const struct boot_delivery *delivery);
void boot_take_config_text(struct boot *boot, const struct boot_delivery *delivery);
void boot_take_load(struct boot *boot, const struct boot_delivery *delivery);
void boot_take_extra(struct boot *boot, const struct boot_delivery *delivery);
void boot_take_default(struct boot *boot, const struct boot_delivery *delivery);

#endif
