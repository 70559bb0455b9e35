/* SPDX-License-Identifier: MIT */
/* Which file a request means. All rules about names and roots stand here, and nobody else opens a
 * file by a name that a client sent. All functions may be called from any thread. */
#ifndef SERVER_RESOLVER_RESOLVER_H
#define SERVER_RESOLVER_RESOLVER_H

#include "tree/name.h"

#include <prov/device.h>
#include <prov/error.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#define RESOLVER_SHA256_LEN 32

struct resolver;

/* Opens both roots and checks them; `secure` may be NULL. PROV_E_SYSTEM; PROV_E_ARGUMENT if one
 * root holds the other, by whatever names. */
int resolver_new(const char *root, const char *secure, struct resolver **out,
                 struct prov_error *err) PROV_CHECKED;
/* Starts the thread that looks through large files: until then they are not served. */
int resolver_start(struct resolver *resolver, struct prov_error *err) PROV_CHECKED;
/* After the last file was given back. */
void resolver_free(struct resolver *resolver);

/* PROV_E_… if a root cannot be served any more (unmounted, replaced, or out of reach for this
 * user), or if the table of lists in turns cannot be read. What is served goes on being served
 * while it can be. */
int resolver_check(const struct resolver *resolver, struct prov_error *err) PROV_CHECKED;

/* Folders of the public root, in order, that are searched for names without a folder that are not
 * at its top; as search_tidy_folder makes them. They stay the caller's. Before anything is found.
 */
void resolver_set_search(struct resolver *resolver, char *const *folders, size_t count);
/* The first of them that is not there now; NULL: all are. */
const char *resolver_missing_folder(struct resolver *resolver);

/* From now on what is found says whether its phone is configured, which costs a look at each root
 * for every name of a phone: for one who keeps the phones' requests. Before anything is found. */
void resolver_tell_configured(struct resolver *resolver);

/* How the secure root is guarded: only by the phone's own certificate, or (`open`) not at all. */
void resolver_set_secure_open(struct resolver *resolver, bool open);

/* Calls `each` for every file of the roots that is never served because of what it is or holds (a
 * key, in whatever form): `path` with the root, `why` a phrase. Links are not followed. Returns
 * false if there was any. May take long: reads every file that it did not look into before. */
bool resolver_survey(struct resolver *resolver,
                     void (*each)(void *context, const char *path, const char *why), void *context);

/* Ends a survey that runs in another thread. */
void resolver_stop_survey(struct resolver *resolver);

enum resolver_via {
    RESOLVER_TFTP,      /* names as they are */
    RESOLVER_HTTP,      /* a request target: percent-encoded, perhaps with a query or a host */
    RESOLVER_HTTPS_OLD, /* as HTTP: too old a protocol for the secure root */
    RESOLVER_HTTPS
};

struct resolver_request {
    const char *name; /* as received */
    size_t len;
    enum resolver_via via;
    const struct prov_mac *client; /* the phone that a verified certificate names, or NULL */
    bool client_refused;           /* it has a certificate, and not one that is accepted */
};

enum resolver_answer {
    RESOLVER_FOUND,
    RESOLVER_MISSING,   /* also a name that cannot be or may not be served */
    RESOLVER_WAITING,   /* not looked through for keys yet: in a moment it may be had */
    RESOLVER_FORBIDDEN, /* the secure root, and the client is not the phone concerned */
    RESOLVER_FAILED     /* this machine's fault: no descriptors, no memory, a disk error */
};

/* A version of a file, shared by all who send it. Read only; its content never changes, unless it
 * is too large to be held: then it is read as it is sent, and may have shrunk meanwhile. */
struct resolver_file {
    const char *path;    /* below its root, as it stands there */
    uint64_t size;       /* bytes to send: without a header that was taken off */
    const uint8_t *data; /* all of it, or NULL: use resolver_read */
    time_t modified;
    bool digested; /* `sha256` is that of the bytes to send */
    uint8_t sha256[RESOLVER_SHA256_LEN];
    uint64_t version; /* different for each content that was ever given out, never 0 */
};

struct resolver_found {
    enum resolver_answer answer;
    struct resolver_file *file; /* where RESOLVER_FOUND; give it back with resolver_release */
    bool names_phone;           /* the name asked for is one phone's */
    struct prov_mac phone;
    bool configured; /* where that is told: there is a configuration of that phone, for whomever */
    enum name_kind kind;
    char asked[NAME_LEN_MAX + 1]; /* the name, decoded and tidied; "" if it cannot be one */
    bool secure;                  /* out of the secure root */
    bool in_turns;                /* a list that the same name is not always given */
};

void resolver_find(struct resolver *resolver, const struct resolver_request *request,
                   struct resolver_found *found);

/* That a list was delivered in a phone's name (NULL: under the name for all): where lists are given
 * in turns, the next one is the likelier then. `path` is that of its file; what is given to
 * everybody is passed over. */
void resolver_note_list(struct resolver *resolver, const struct prov_mac *phone, const char *path);

/* A rung of the ladder that the phone is given lists from, 0 being the newest, to be released.
 * False if it is given none in turns, or there is none of that number. */
bool resolver_rung(struct resolver *resolver, const struct prov_mac *phone, bool ctl,
                   size_t from_newest, struct resolver_file **out);
/* That the phone has shown to hold a list: as long as it is the newest, it is given no other. False
 * when memory is short. */
bool resolver_add_proof(struct resolver *resolver, const struct prov_mac *phone, bool ctl,
                        const uint8_t sha256[static RESOLVER_SHA256_LEN]);
/* Whether it has shown to hold this one. */
bool resolver_is_proven(struct resolver *resolver, const struct prov_mac *phone, bool ctl,
                        const uint8_t sha256[static RESOLVER_SHA256_LEN]);

/* Another holder of the same file. */
struct resolver_file *resolver_hold(struct resolver_file *file);
/* NULL is allowed. */
void resolver_release(struct resolver_file *file);
/* Up to `len` bytes from `offset`; fewer only at the end. -1 with errno. EIO if the file is shorter
 * now than when it was opened. */
ssize_t resolver_read(const struct resolver_file *file, uint64_t offset, void *buffer, size_t len);

#endif
