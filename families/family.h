/* SPDX-License-Identifier: MIT */
/* What each family of phones does, as a table that the rest walks (phones.md). What is not known of
 * a family is said to be so: whoever goes on with an assumption has to say that. */
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
    FILE_CONFIG_TEXT, /* SIP<MAC>.cnf and its like, which is no XML */
    FILE_DEFAULT,     /* only where the phone has no configuration */
    FILE_LOAD,        /* from here on: once a configuration was accepted */
    FILE_LOCALE,
    FILE_TONES,
    FILE_EXTRA
};

/* In names: %M the MAC address, %m the same in lower case, and out of the configuration %I the file
 * of the firmware load, %U and %N the folders of user and network locale (may be empty: phones then
 * ask for "/mk-sip.jar"), %D the dial template, %K the soft keys; by model %J the archive of a
 * language; by family %T the tones, %R the list of rings. A file is not asked for where one of %I,
 * %D, %K, %J, %T and %R is not configured or not known. */
struct family_request {
    enum family_file kind;
    const char *name; /* NULL ends a table */
};

/* What may be known of a family. */
enum family_fact {
    FACT_ORDER,      /* requests */
    FACT_TRANSPORTS, /* http, https */
    FACT_SIGNATURES, /* digests, digests_unsure, key_bits */
    FACT_ENCRYPTION, /* encrypted */
    FACT_TLS,        /* tls */
    FACT_AUTH_NAME,  /* needs_auth_name */
    FACT_TONES,      /* tones */
    FACT_RINGS,      /* ring_list */
    FACT_ERASING,    /* erasing */
    FAMILY_FACTS
};

/* Members of what is not known hold what is assumed, or nothing. */
struct family {
    const char *name;
    const char *models;                /* for people */
    const char *sources[FAMILY_FACTS]; /* from where it is known; NULL: it is not */
    bool http;                         /* asks over HTTP 6970 before TFTP */
    bool https;     /* fetches its configuration over HTTPS 6971 if the ITL is of version 1.1 */
    bool encrypted; /* takes .enc.sgn; a 7940 has a key entered by hand */
    bool ctl_needs_tftp;  /* asks for no file if its CTL lacks the server (section 6) */
    bool needs_auth_name; /* has no user name without it */
    unsigned digests;     /* it verifies with: a bit for each enum prov_digest */
    unsigned digests_unsure;
    unsigned key_bits; /* largest RSA key that it verifies with */
    const char *tls;   /* versions that it speaks, for people */
    const char *tones; /* "g3-tones.xml" */
    const char *ring_list;
    const char *erasing; /* how somebody at the phone erases its lists */
    const char
        *usual_load; /* beginning of a load that all of its models share, or most; NULL: none */
    const struct family_request *requests;
};

/* By its name, or by that of a model ("7942"). NULL for an unknown one. */
const struct family *family_find(const char *name);
/* All of them in turn; NULL after the last. */
const struct family *family_at(size_t index);

/* The family whose phones run this firmware load (loadInformation, without .loads); NULL where that
 * is not known. */
const struct family *family_of_load(const char *load);
/* False for loads whose phones ask for no ITL (section 7), or were never seen to; true for loads
 * that are not known. */
bool family_load_asks_itl(const char *load);

/* True if a family's phones ask for files of this kind. */
bool family_asks(const struct family *family, enum family_file kind);
/* Whether it verifies with this digest. */
enum family_answer { FAMILY_YES, FAMILY_NO, FAMILY_NOT_KNOWN };
enum family_answer family_verifies(const struct family *family, unsigned digest);
/* A fact in words: "the order of its requests". */
const char *family_fact_name(enum family_fact fact);

#endif
