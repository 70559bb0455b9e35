/* SPDX-License-Identifier: MIT */
/* What each family of phones does, as a table that the rest walks (phones.md, sections 1 to 8). */
#ifndef FAMILIES_FAMILY_H
#define FAMILIES_FAMILY_H

#include <prov.h>

#include <stdbool.h>

/* What a file is to the phone, and with that when it asks for it. */
enum family_file {
    FILE_CTL,
    FILE_ITL,         /* the phone's own name for it */
    FILE_ITL_COMMON,  /* only where the phone's own was not found */
    FILE_CONFIG,      /* SEP<MAC>.cnf.xml */
    FILE_COMMON,      /* for all phones, asked for in any case */
    FILE_CONFIG_TEXT, /* SIP<MAC>.cnf */
    FILE_DEFAULT,     /* only where the phone has no configuration */
    FILE_LOAD,        /* from here on: once a configuration was accepted */
    FILE_EXTRA
};

/* In names: %M the MAC address, and out of the configuration %I the firmware load, %U and %N the
 * folders of user and network locale (may be empty: phones then ask for "/mk-sip.jar"), %D the dial
 * template, %K the soft keys. A file whose %I, %D or %K is not configured is not asked for. */
struct family_request {
    enum family_file kind;
    const char *name; /* NULL ends a table */
};

struct family {
    const char *name;   /* 7940, 7900, 7800, 8800 */
    const char *models; /* for --help */
    bool http;          /* asks over HTTP 6970 before TFTP */
    bool https;         /* fetches its configuration over HTTPS 6971 if the ITL is of version 1.1 */
    bool encrypted;     /* takes .enc.sgn; a 7940 has a key entered by hand */
    bool ctl_needs_tftp; /* asks for no file if its CTL lacks the server (section 6) */
    unsigned digests;    /* it verifies with: a bit for each enum prov_digest */
    unsigned digests_unsure;
    unsigned key_bits; /* largest RSA key that it verifies with */
    const struct family_request *requests;
};

/* NULL for an unknown name. */
const struct family *family_find(const char *name);

/* The family whose phones run this firmware load (loadInformation, without .loads); NULL where that
 * is not known. */
const struct family *family_of_load(const char *load);
/* False for loads whose phones ask for no ITL (section 7); true where that is not known. */
bool family_load_asks_itl(const char *load);

#endif
