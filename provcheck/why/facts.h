/* SPDX-License-Identifier: MIT */
/* All that this machine knows of one phone that does not come up, as one value: gathered from the
 * disk, the ledger and the network first, and judged afterwards. Texts are fit for a terminal. */
#ifndef PROVCHECK_WHY_FACTS_H
#define PROVCHECK_WHY_FACTS_H

#include "families/family.h"
#include "ledger/ledger.h"
#include "provcheck/phone/boot.h"

#include <prov.h>

#include <limits.h>

#define WHY_TEXT_MAX (PROV_ERROR_TEXT_MAX + 300)
#define WHY_HOST_MAX 256
#define WHY_SERVERS_MAX 5 /* of a configuration; phones use three */
#define WHY_ERRORS_MAX 4  /* of a configuration that are told */

/* --- what stands for it */

/* The names by which a phone asks for what is its own. */
enum why_file {
    WHY_CTL,
    WHY_ITL,
    WHY_CLEAR,     /* SEP<MAC>.cnf.xml */
    WHY_SIGNED,    /* SEP<MAC>.cnf.xml.sgn */
    WHY_ENCRYPTED, /* SEP<MAC>.cnf.xml.enc.sgn */
    WHY_TEXT,      /* SIP<MAC>.cnf */
    WHY_FILES,
    WHY_OTHER = WHY_FILES /* a request for something else */
};

/* A folder in which its files may stand. */
enum why_folder {
    WHY_SOURCE, /* what provbuild signs */
    WHY_TREE,   /* what is served */
    WHY_SECURE, /* clear configurations, over HTTPS alone */
    WHY_FOLDERS
};

struct why_place {
    const char *path; /* NULL: the settings name none */
    struct why_stands {
        bool there;
        bool unreadable; /* the server's user may not read it */
        int64_t changed; /* seconds since 1970 */
    } files[WHY_FILES];
    bool common[TRUST_KINDS]; /* CTLFile.tlv, ITLFile.tlv */
    char odd[NAME_MAX + 1]; /* a file that was meant for it, under a name that no phone asks for */
};

/* --- what the server told of it */

enum why_outcome {
    WHY_DELIVERED,
    WHY_CUT,     /* the client stopped before its end, or did not acknowledge it */
    WHY_MISSING, /* no such file */
    WHY_REFUSED,
    WHY_BUSY,
    WHY_FAILED, /* the server's machine's fault */
    WHY_NOTHING /* what says nothing here */
};

struct why_request {
    int64_t time;
    enum why_file file;
    enum why_outcome outcome;
    char asked[LEDGER_FILE_SIZE];
    char transport[8];
    char address[LEDGER_ADDRESS_SIZE];
};

enum why_ledger {
    WHY_LEDGER_OFF,        /* the settings name none */
    WHY_LEDGER_ABSENT,     /* there is none yet */
    WHY_LEDGER_UNREADABLE, /* `ledger_text` says why */
    WHY_LEDGER_READ
};

/* Another name that may be this phone's. */
struct why_stranger {
    bool found;
    bool at_its_address; /* asks from where this phone was seen before; else its name is like it */
    struct prov_mac phone;
    char address[LEDGER_ADDRESS_SIZE];
    int64_t last;
};

/* --- the lists that it was given */

enum why_holding {
    WHY_HOLDS_UNKNOWN, /* nothing is known to have gone out in its name */
    WHY_HOLDS_PERHAPS, /* the last that went out in its name */
    WHY_HOLDS,         /* every address that used its name got it last */
    WHY_HOLDS_PROVEN   /* it has shown that it does, with its own key */
};

struct why_list {
    bool stands;      /* one is served to it */
    bool signs_files; /* and phones that hold it ask for signed files */
    enum why_holding holding;
    bool is_newest;      /* what it holds is what stands */
    char held[PATH_MAX]; /* where a copy of what it holds is; "": nowhere on this machine */
    char sha256[2 * LEDGER_SHA256_LEN + 1]; /* of what it holds */
    int64_t given;                          /* when it was given that; 0: not known */
};

/* --- what it would make of what stands */

/* A boot, played without a network. */
struct why_boot {
    bool played;
    enum boot_result result;
    char file[256];           /* at which it stops */
    char text[WHY_TEXT_MAX];  /* and why, in the phone's words */
    char list[WHY_TEXT_MAX];  /* why a list is refused; "": none is */
    char https[WHY_TEXT_MAX]; /* why it does not take the configuration over HTTPS; "": it does, or
                                 does not try */
    char load[WHY_TEXT_MAX];  /* what is wrong with the firmware that it is to load; "": nothing */
};

/* --- its configuration, as far as this machine can read it */

struct why_server {
    char host[WHY_HOST_MAX];
    unsigned port;
};

enum why_transport { WHY_TCP, WHY_UDP, WHY_EITHER, WHY_TLS };

/* What a check of configurations calls an error. */
struct why_error {
    const char *id, *why, *mend;
    unsigned line;
    char what[WHY_TEXT_MAX];
};

struct why_config {
    bool read;
    char path[PATH_MAX];
    char load[128];
    bool sccp;
    unsigned security_mode; /* 1 none, 2 authenticated, 3 encrypted */
    enum why_transport transport;
    size_t server_count;
    struct why_server servers[WHY_SERVERS_MAX];
    size_t error_count;
    struct why_error errors[WHY_ERRORS_MAX];
};

/* The configuration in the source folder against what is served. */
enum why_build {
    WHY_BUILD_UNKNOWN, /* there is no source folder, or what is served cannot be read */
    WHY_BUILD_CURRENT,
    WHY_BUILD_STALE /* what is served is made of another text */
};

/* --- its PBX */

enum why_pbx_state {
    WHY_PBX_NOT_ASKED,
    WHY_PBX_ANSWERS,
    WHY_PBX_NO_HOST,     /* its name means nothing here */
    WHY_PBX_UNREACHABLE, /* nobody takes connections there */
    WHY_PBX_SILENT,      /* somebody does, but it does not speak the protocol */
    WHY_PBX_TLS,         /* the phone would refuse its TLS */
    WHY_PBX_UNLISTED     /* its certificate is not in the list */
};

struct why_pbx {
    enum why_pbx_state state;
    char server[4 * WHY_HOST_MAX + 64]; /* "pbx.example port 5061 over TLS" */
    char text[WHY_TEXT_MAX];            /* what came of it */
};

/* --- all of it */

struct why_facts {
    struct prov_mac phone;
    int64_t now; /* seconds since 1970 */

    struct why_place places[WHY_FOLDERS];
    char source_fault[WHY_TEXT_MAX]; /* why its source cannot be published; "": it can */
    enum why_build build;
    bool encryption_required; /* phones without a certificate are given nothing */
    bool has_devices;         /* there is a folder of phones' certificates */
    bool has_certificate;     /* and its own is in it */
    int64_t certificate_ends; /* 0: not known */
    bool certificate_wanted;  /* HTTPS is served to phones that show one that is valid */
    const char *user;         /* of the server; NULL: not known */

    const struct family *family; /* NULL: nothing tells */
    const char *family_by;       /* what tells, for people */
    const char *erasing;         /* how its lists are erased by hand; NULL: not known */
    struct why_config config;
    struct why_list lists[TRUST_KINDS];
    struct why_boot boot;

    enum why_ledger ledger;
    char ledger_text[WHY_TEXT_MAX];
    bool seen; /* somebody asked in its name */
    int64_t first_seen, last_seen;
    char address[LEDGER_ADDRESS_SIZE]; /* from where last */
    bool allows_some;                  /* the server answers some networks alone */
    bool address_allowed;
    struct why_stranger stranger;
    size_t request_count; /* in the order of their times */
    struct why_request requests[LEDGER_REQUESTS_MAX];

    struct why_pbx pbx;
};

/* The name that phones ask for. Returns `out`. */
#define WHY_NAME_SIZE 40
const char *why_file_name(enum why_file file, const struct prov_mac *phone,
                          char out[static WHY_NAME_SIZE]);
/* What a name that was asked for is to this phone, in whatever folder and letter case. */
enum why_file why_file_of(const char *asked, const struct prov_mac *phone);

/* "2026-11-21 07:30:05 UTC". Returns `out`. */
#define WHY_TIME_SIZE 32
const char *why_time_text(int64_t time, char out[static WHY_TIME_SIZE]);

/* True if a configuration of the phone stands in this folder, of whatever kind. */
bool why_has_configuration(const struct why_place *place);

#endif
