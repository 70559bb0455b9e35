/* SPDX-License-Identifier: MIT */
/* What the files of this room share: a tree that is looked at, its lists, its phones. */
#ifndef PROVCHECK_TREE_INTERNAL_H
#define PROVCHECK_TREE_INTERNAL_H

#include "checks/served.h"
#include "families/family.h"
#include "families/load.h"
#include "provcheck/phone/trust.h"
#include "provcheck/tree/findings.h"
#include "provcheck/tree/tree.h"
#include "tree/reader.h"

#include <stdint.h>
#include <sys/stat.h>

#define TREE_SLACK 300 /* seconds that clocks may differ before a timestamp lies in the future */
#define TREE_VALUE_MAX 128

/* --- files (walk.c) */

enum tree_kind { TREE_PLAIN, TREE_LIST, TREE_SIGNED, TREE_ENCRYPTED, TREE_FIRMWARE };

struct tree_file {
    char *path; /* below the root */
    struct stat status;
    enum tree_kind kind;
    unsigned digest; /* that it is signed with: enum prov_digest; 0: not signed */
};

/* A folder with all of its files, links inside of it followed. */
struct tree_root {
    const char *path; /* NULL: there is none */
    bool secure;
    int fd;
    size_t count;
    struct tree_file *files;        /* in the order of their paths, whatever their case */
    const struct tree_file **bases; /* the same in the order of their base names */
    size_t search_count;            /* folders that the server searches for bare names */
    char *const *search;
};

/* One phone's files, as it asks for them at the top of the tree. */
enum tree_slot { SLOT_CTL, SLOT_ITL, SLOT_CLEAR, SLOT_SIGNED, SLOT_ENCRYPTED, TREE_SLOTS };

/* --- trust lists (lists.c) */

/* What a configuration may use that the phone's lists must vouch for. */
enum tree_use { USE_CAPF, USE_TVS, USE_APP_SERVER, USE_CCM, TREE_USES };

/* Configurations that use it, and one of them. */
struct tree_users {
    size_t count;
    const struct tree_root *root;
    const struct tree_file *example;
};

/* Lists that phones would hold together. */
struct tree_trust {
    struct trust trust;             /* its lists belong to tree_lists */
    char example[PROV_MAC_LEN + 4]; /* SEP<MAC> of a phone that has them; empty: all without own */
    const struct tree_file *file;   /* the ITL of these phones, or else the CTL; NULL: none */
    struct tree_users users[TREE_USES];
};

/* A list's records, for all lists that hold the same. */
struct tree_class {
    enum trust_kind kind;
    struct prov_hash key;
    struct prov_trustlist *list;
};

struct tree_lists {
    const struct prov_trustlist
        *common[TRUST_KINDS]; /* CTLFile.tlv, ITLFile.tlv; belong to classes */
    bool lacking;             /* one of these is there and cannot be read, or is missing at all */
    size_t class_count;
    struct tree_class *classes;
    size_t trust_count; /* the first is that of phones without lists of their own */
    struct tree_trust *trusts;
};

/* --- phones (phones.c) */

struct tree_phone {
    struct prov_mac mac;
    struct tree_file *files[TREE_SLOTS];
    const struct tree_file *secure; /* its clear configuration below the secure root */
    const struct prov_trustlist *own[TRUST_KINDS]; /* what its own lists hold; belong to classes */
    size_t trust;                                  /* index of tree_lists.trusts */
    const struct family *family;                   /* NULL: its configuration does not tell */
    bool no_itl;                                   /* its family asks for no ITL */
    bool configured;                               /* its configuration could be read */
    bool is_stub;                                  /* the signed file leads to the encrypted one */
    char certificate_hash[TREE_VALUE_MAX];         /* that the stub states */
    struct prov_hash signers[TREE_SLOTS];          /* who signed it, and how; len 0: unknown */
};

/* Certificates that were looked at: each is reported once. */
struct tree_seen {
    size_t count, room;
    struct prov_hash *at;
};

struct tree {
    const struct tree_place *place;
    struct findings *findings;
    struct tree_root root, secure;
    const char *devices;  /* NULL: unknown, or not readable */
    struct reader reader; /* the server's user */
    struct tree_lists lists;
    size_t phone_count;
    struct tree_phone *phones; /* in the order of their MAC addresses */
    struct tree_seen seen;
};

/* A rule of files that phones parse, as a finding of a tree. */
#define CHECKED(rule) ((enum finding)((int)FIRST_CHECK + (int)(rule)))

/* A finding about a file of a root. */
#define tree_report(tree, finding, root, file, ...)                                                \
    findings_add((tree)->findings, (finding), (root)->path, (file)->path, __VA_ARGS__)

/* --- files as phones get them (served.c) */

/* Who asks for files, and how: the context of tree_served. */
struct tree_asking {
    struct tree *tree;
    const char *folder; /* looked into before the top; "": the top alone */
    bool only_signed;   /* phones ask for signed names */
    /* Told of a name that is not there; NULL: nobody. */
    void (*missing)(void *context, const char *name);
    void *context;
};

/* Puts a descriptor where the content of a signed or other file begins; returns how far that is. */
size_t tree_seek_content(int fd, bool is_signed);
/* A served_find. */
bool tree_served(void *context, const char *name, struct served *out);

/* --- twins (twins.c) */

/* Reports files that differ in the case of their names and in what they hold. */
void tree_check_twins(struct tree *tree, const struct tree_root *root);

/* Finds all files of a root, and reports what is wrong with names, kinds and modes. */
int tree_walk(struct tree *tree, struct tree_root *root, struct prov_error *err) PROV_CHECKED;
void tree_root_release(struct tree_root *root);

/* The index of the first file whose path is not before this one, in any case. */
size_t tree_from(const struct tree_root *root, const char *path);
/* The file of this path, if there is none in any other case; NULL if there is none either. */
struct tree_file *tree_find(const struct tree_root *root, const char *path);
/* The file that the server finds for a bare name in the folders that are searched, which may be the
 * signed one; NULL if there is none. */
const struct tree_file *tree_find_searched(const struct tree_root *root, const char *name);
/* True if there is one, or a link to a folder leads to it. */
bool tree_has(const struct tree_root *root, const char *path);
bool tree_has_folder(const struct tree_root *root, const char *path);
/* True if a file of this base name stands anywhere. */
bool tree_has_base(const struct tree_root *root, const char *base);

/* --- reading (read.c) */

/* Says so if the server cannot read a file or folder of this mode. */
void tree_check_mode(struct tree *tree, const struct tree_root *root, const char *path,
                     const struct stat *status);
/* A descriptor to read from; -1 after a finding, or where the file is gone. */
int tree_open(struct tree *tree, const struct tree_root *root, const struct tree_file *file);
/* The whole file; NULL after a finding. */
struct prov_bytes *tree_read(struct tree *tree, const struct tree_root *root,
                             const struct tree_file *file, size_t max);
/* --- contents of files (files.c) */

/* Of all files of a root, lists excepted. */
void tree_check_files(struct tree *tree, struct tree_root *root);

/* --- phones */

/* Gathers the phones of both roots. */
int tree_find_phones(struct tree *tree, struct prov_error *err) PROV_CHECKED;
/* NULL if the path is not one phone's. */
struct tree_phone *tree_phone_of(const struct tree *tree, const char *path, enum tree_slot *slot);
/* What shows only when all files were seen: pairs, digests, missing signatures. */
void tree_check_phones(struct tree *tree);

/* --- lists */

/* Reads and checks all lists, and gathers which of them phones hold together. */
int tree_check_lists(struct tree *tree, struct prov_error *err) PROV_CHECKED;
/* Reports a tree of signed files without any list; after all files. */
void tree_check_list_missing(struct tree *tree);
void tree_lists_release(struct tree_lists *lists);

/* --- signed files (signed.c) */

/* Checks header and signature of a .sgn or .enc.sgn file; what it holds is `content` (empty where
 * it cannot be told). */
void tree_check_signed(struct tree *tree, const struct tree_root *root, struct tree_file *file,
                       struct prov_span bytes, struct prov_span *content);

/* --- names (names.c) */

/* Reports names that were meant for a phone and that no phone asks for. */
void tree_check_names(struct tree *tree, const struct tree_root *root);

/* --- what files name (named.c) */

/* Load, languages and other files that the configuration of a phone names. */
void tree_check_named(struct tree *tree, const struct tree_root *root, const struct tree_file *file,
                      const struct tree_phone *phone, struct prov_span xml);
/* The loads that XMLDefault.cnf.xml names by model. */
void tree_check_default_loads(struct tree *tree, const struct tree_root *root,
                              const struct tree_file *file, struct prov_span xml);
/* Lists of rings and pictures, dial templates and OS79XX.TXT, where phones ask for them; `name` is
 * the path without .sgn. */
void tree_check_other(struct tree *tree, const struct tree_root *root, const struct tree_file *file,
                      const char *name, struct prov_span content);

/* --- contents (configs.c) */

/* What a file says, its header taken off, and what it names. */
void tree_check_content(struct tree *tree, const struct tree_root *root,
                        const struct tree_file *file, struct prov_span content);
/* Roles that lists lack for what configurations use; after all files. */
void tree_check_roles(struct tree *tree);

/* --- certificates and keys (certificates.c) */

/* Reports a certificate that expires, once for all places. `what` says whose it is. */
void tree_note_certificate(struct tree *tree, const struct prov_identity *certificate,
                           const char *folder, const char *file, const char *what);
/* Reports a devices folder that cannot be read, once, and forgets it. */
void tree_check_devices(struct tree *tree);
/* The HTTPS certificate, and who can read keys. */
void tree_check_certificates(struct tree *tree);
/* The phone's certificate out of the devices folder; NULL if it is not there. */
struct prov_identity *tree_device(struct tree *tree, const struct prov_mac *mac);
/* Reports that the phone's certificate there expires, where it fetches its configuration by it. */
void tree_check_device_over_https(struct tree *tree, const struct prov_mac *mac);
/* True if every user of the machine can read this file. */
bool tree_is_exposed(const char *path);

#endif
