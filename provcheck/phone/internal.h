/* SPDX-License-Identifier: MIT */
/* What the files of this room share: what a phone verifies, installs and reads; a boot that goes
 * on. */
#ifndef PROVCHECK_PHONE_INTERNAL_H
#define PROVCHECK_PHONE_INTERNAL_H

#include "checks/loads.h"
#include "provcheck/phone/boot.h"

/* --- config.c: what a configuration tells the phone to do next (phones.md, sections 7 and 8) */

#define CONFIG_VALUE_MAX 128

/* Values that the configuration does not give are empty. */
struct config {
    bool encrypted; /* a stub: the configuration is in .enc.sgn */
    char certificate_hash[CONFIG_VALUE_MAX];
    char load[CONFIG_VALUE_MAX];
    char load_server[CONFIG_VALUE_MAX]; /* where it fetches its load, if not here */
    char user_locale[CONFIG_VALUE_MAX];
    char
        network_locale[CONFIG_VALUE_MAX]; /* by the element that newer loads read, if it is there */
    char dial_template[CONFIG_VALUE_MAX];
    char soft_keys[CONFIG_VALUE_MAX];
    char security_mode[CONFIG_VALUE_MAX];
    bool has_server; /* to register at */
    bool is_default; /* the root is Default, as in the file for phones without their own */
};

/* PROV_E_FORMAT where phones of this family cannot read it, PROV_E_LIMIT. */
int config_read(const struct family *family, struct prov_span xml, struct config *out,
                struct prov_error *err) PROV_CHECKED;

/* --- verify.c: whether a phone takes a signed file (phones.md, sections 5 and 6) */

/* What a file is held against. */
struct verify_rules {
    const struct family *family;
    const struct trust *trust;
    unsigned roles;   /* that may sign it, TRUST_ROLE(…) */
    const char *name; /* that must stand inside */
    int64_t now;
    prov_warning *warn; /* told what the phone may dislike */
    void *context;
};

/* PROV_OK if the phone takes a file with this header and content. PROV_E_SIGNER for a signer that
 * no held list names in these roles, PROV_E_SIGNATURE, PROV_E_UNFIT for a digest or key that the
 * family does not know, PROV_E_CONTINUITY for name and time, PROV_E_FORMAT. The texts begin with
 * the phone's own word for the error. */
int verify_header(const struct verify_rules *rules, const struct prov_header *header,
                  struct prov_span content, struct prov_error *err) PROV_CHECKED;

/* The same for a whole .sgn file; `*content` (borrowed from `file`) is what it holds. */
int verify_file(const struct verify_rules *rules, struct prov_span file, struct prov_span *content,
                struct prov_error *err) PROV_CHECKED;

/* --- install.c: does it install a trust list that reached it (phones.md, section 5)? */

enum install_outcome {
    INSTALL_FIRST,    /* taken on faith */
    INSTALL_UPDATED,  /* signed by a SAST of a held list */
    INSTALL_RELEASED, /* the held lists let the phone take anything */
    INSTALL_SAME,     /* byte for byte the one that it holds */
    INSTALL_EMPTY,    /* a file of no bytes, which does no harm */
    INSTALL_REFUSED,
    INSTALL_TOO_LARGE /* the phone does not even come up */
};

/* Offers a list; `err` is filled where it is refused. The name, roles and trust of `how` are filled
 * in here. */
enum install_outcome install_list(struct trust *trust, enum trust_kind kind, struct prov_span list,
                                  const struct verify_rules *how, struct prov_error *err);

/* --- boot.c */

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
    bool text_configured; /* SIP<MAC>.cnf was read */
    struct config config;

    struct loads firmware; /* what the load list at hand names */
    size_t part;           /* the one that it is asking for */
    size_t parts_missing;
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
/* The load that the phone runs or is to run; NULL: not known. */
const struct load *boot_load(const struct boot *boot);
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
/* A file that the load list names. */
void boot_take_part(struct boot *boot, const struct boot_delivery *delivery);
void boot_take_extra(struct boot *boot, const struct boot_delivery *delivery);
void boot_take_default(struct boot *boot, const struct boot_delivery *delivery);

#endif
