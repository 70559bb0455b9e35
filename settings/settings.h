/* SPDX-License-Identifier: MIT */
/* /etc/prov/prov.conf as one checked value: the same paths for every program of the project. */
#ifndef SETTINGS_SETTINGS_H
#define SETTINGS_SETTINGS_H

#include <prov/device.h>
#include <prov/digest.h>
#include <prov/error.h>
#include <prov/layout.h>
#include <prov/trustlist.h>

#include "tree/search.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#define SETTINGS_FILE_DEFAULT "/etc/prov/prov.conf"

#define SETTINGS_LISTENERS_MAX 16
#define SETTINGS_CERTIFICATES_MAX 2 /* one EC, one RSA */
#define SETTINGS_NETWORKS_MAX 256
#define SETTINGS_HTTPS_MAX 8     /* `https` sections */
#define SETTINGS_ADDRESS_TEXT 56 /* bytes of "[v6]:port" and its NUL */

/* An address and port to listen on. */
struct settings_listener {
    struct sockaddr_storage address;
    socklen_t address_len;
    char text[SETTINGS_ADDRESS_TEXT]; /* 192.0.2.1:69 or [2001:db8::1]:69 */
};

struct settings_listeners {
    size_t count; /* 0: off */
    struct settings_listener at[SETTINGS_LISTENERS_MAX];
    bool defaulted; /* nobody named them: an address family that this host lacks may be left out */
};

/* Ports of UDP, both ends included. */
struct settings_ports {
    uint16_t first, last; /* 0: whichever the system has free */
};

/* A network in CIDR notation. IPv4 addresses are kept and compared as v4-mapped IPv6. */
struct settings_network {
    struct in6_addr address;
    unsigned prefix; /* bits, 0 to 128 */
};

enum settings_log { SETTINGS_LOG_STDERR, SETTINGS_LOG_SYSLOG, SETTINGS_LOG_FILE };

/* Another TLS port, for phones that know TLS 1.0 alone. */
struct settings_https {
    char *title;
    struct settings_listeners listen;
    size_t certificate_count;
    char *certificates[SETTINGS_CERTIFICATES_MAX];
};

/* --- what is to be built: trust lists, signatures (sections trust, ctl, sign, hooks) */

enum list_kind {
    LIST_ITL, /* section `trust`: ITLFile.tlv, ITLSEP<MAC>.tlv */
    LIST_CTL, /* section `ctl`: CTLFile.tlv, CTLSEP<MAC>.tlv */
    LIST_KINDS
};

/* A certificate and what phones are to trust it for. */
struct settings_entry {
    enum prov_role role;
    char *certificate; /* PEM, or a URI; the key too for the one that signs the list */
};

/* A trust list: section `trust` or `ctl`, for all phones, or `trust "SEP<MAC>"` for one. */
struct settings_list {
    enum list_kind kind;
    bool for_one; /* `phone` is set */
    struct prov_mac phone;
    struct prov_signer_version version;
    enum prov_digest digest;
    const struct prov_layout *layout;
    size_t entry_count; /* in the order of the file, SAST first; the first of them signs */
    struct settings_entry *entries;
};

enum settings_encryption {
    SETTINGS_ENCRYPTION_AVAILABLE, /* configurations of phones whose certificate is at hand */
    SETTINGS_ENCRYPTION_REQUIRED   /* of a phone without one, nothing is published */
};

/* How files are signed: section `sign`, or `sign "PATTERN"` for names that a shell pattern matches
 * (SEP58971ECC97C1, SEP58*, Chile/...: against the source's path and the phone's name). */
struct settings_sign {
    char *pattern;     /* NULL: all files */
    char *certificate; /* PEM with key, or a URI; NULL in a pattern's section: as for all */
    bool has_digest;   /* set in this section */
    enum prov_digest digest;
    bool has_layout;
    const struct prov_layout *layout;
#define SETTINGS_FIRMWARE "firmware" /* in exclude: all that the vendor made for phones to run */
    size_t exclude_count; /* patterns of files that are copied as they are; for all files only */
    char **exclude;
};

struct settings_build {
    size_t list_count;
    struct settings_list *lists;
    size_t sign_count; /* 0: nothing is signed; else the first is for all files */
    struct settings_sign *signs;
    enum settings_encryption encryption; /* option of section `sign` */
    char *devices_ca; /* option of section `sign`; NULL: any certificate of a phone counts */
    char *restart;    /* hooks: a command that gets the names of phones to restart; NULL: none */
    size_t trusted_group_count; /* option of section `paths`: who may write to what is built from */
    char **trusted_groups;
};

/* A finding of provcheck that is left out of reports. */
struct settings_ignore {
    char *text;          /* what the others point into */
    const char *id;      /* of the finding */
    const char *pattern; /* of the files that it is about */
    const char *until;   /* the last day, YYYY-MM-DD; NULL: for ever */
};

/* Paths are absolute, or relative to the working directory where the command line named them; in
 * the file they are relative to the folder of the file. A URI (prov_identity_is_uri) stays as it
 * is. NULL: not set. */
struct settings {
    char *file; /* what was read; NULL: the default file, which is not there */

    /* paths */
    char *source;   /* clear files that provbuild signs */
    char *tftpboot; /* the public tree */
    size_t search_count;
    char *search[SEARCH_FOLDERS_MAX]; /* folders of tftpboot, for names that are not at its top */
    char *secure;                     /* clear configurations, for HTTPS alone */
    char *devices;                    /* certificates of phones */
    char *archive;                    /* trust lists that were published */
    char *ledger;                     /* NULL: off */

    /* server */
    struct settings_listeners tftp, http, https;
    size_t certificate_count;
    char *certificates[SETTINGS_CERTIFICATES_MAX];
    char *client_ca;
    bool client_weak;        /* phones' certificates that are weak are good, too */
    char *maker_ca;          /* CAs of the phones' manufacturers */
    bool expired_makers;     /* certificates of these are good, too, when they have expired */
    char *proof_certificate; /* named by the newest list alone; who takes it holds that; NULL */
    bool secure_root_open;
    size_t network_count; /* 0: everybody is answered */
    struct settings_network networks[SETTINGS_NETWORKS_MAX];
    size_t shared_count; /* addresses behind which many phones stand */
    struct settings_network shared[SETTINGS_NETWORKS_MAX];
    struct settings_listeners admin; /* at most one */
    char *user;                      /* NULL: stay who we are */
    enum settings_log log;
    char *log_file;

    struct settings_ports tftp_ports; /* that transfers are served from */
    bool tftp_single_port;            /* or all of them from the port that was asked */
    unsigned transfers;               /* TFTP transfers at once */
    unsigned blksize;                 /* largest TFTP block, bytes */
    unsigned windowsize;              /* largest TFTP window, blocks */
    unsigned connections;     /* HTTP and HTTPS connections at once; beyond nine tenths: 503 */
    unsigned request_seconds; /* until a request (and the TLS handshake before it) is complete */
    unsigned answer_seconds;  /* until its answer is sent */
    unsigned answer_rate;     /* bytes a second that are taken of it at least; 0: any */

    size_t https_count;
    struct settings_https old_phones[SETTINGS_HTTPS_MAX];

    struct settings_build build;

    /* check */
    size_t ignore_count;
    struct settings_ignore *ignores;
    char *elements; /* folder of lines about configurations; NULL: where they usually are */
};

/* One option of the command line that replaces what the file says: `name` as in section `server`
 * of the file, or "root", "secure-root", "ledger" for the paths. Several with the same name make a
 * list, where the name stands for one. A `value` of NULL is that of an option without argument. */
struct settings_override {
    const char *name;
    const char *value;
};

/* Reads `path` (NULL: the default file, which may be missing) and applies the overrides. The error
 * names file and line, or the option. PROV_E_FORMAT for syntax and unknown names, PROV_E_ARGUMENT
 * for values that cannot be, PROV_E_SYSTEM. The caller frees `*out`. */
int settings_load(const char *path, const struct settings_override *overrides, size_t count,
                  const struct settings **out, struct prov_error *err) PROV_CHECKED;
void settings_free(const struct settings *settings);

/* "192.0.2.1:69", "[2001:db8::1]:69", ":69" or "*:69" (both families: two listeners), appended to
 * `add`, which stays as it is on failure. */
int settings_parse_listener(const char *text, struct settings_listeners *add,
                            struct prov_error *err) PROV_CHECKED;
/* "40000-40100", or one port; from 1024 on. */
int settings_parse_ports(const char *text, struct settings_ports *out,
                         struct prov_error *err) PROV_CHECKED;
/* "192.0.2.0/24", "2001:db8::/32", or one address. Bits beyond the prefix must be zero. */
int settings_parse_network(const char *text, struct settings_network *out,
                           struct prov_error *err) PROV_CHECKED;
/* True if `address` (v4 or v6) lies in one of the networks. "::/0" holds no address of IPv4. */
bool settings_networks_hold(const struct settings_network *networks, size_t count,
                            const struct sockaddr *address);

#endif
