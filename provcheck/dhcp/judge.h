/* SPDX-License-Identifier: MIT */
/* What phones make of the offers of DHCP servers, and what is wrong with them; over values. */
#ifndef PROVCHECK_DHCP_JUDGE_H
#define PROVCHECK_DHCP_JUDGE_H

#include "provcheck/dhcp/message.h"

#define DHCP_ADDRESSES_MAX (DHCP_VALUE_MAX / 4)
#define DHCP_NAME_MAX 255

/* What an offer says of the server that phones fetch their files from. */
enum dhcp_source {
    DHCP_FROM_NOTHING,
    DHCP_FROM_150,        /* addresses */
    DHCP_FROM_66,         /* an address as text, or a name */
    DHCP_FROM_NEXT_SERVER /* the field siaddr alone: known of the vendor's gateways only */
};

struct dhcp_servers {
    enum dhcp_source source;
    char name[DHCP_NAME_MAX + 1]; /* what option 66 says, fit for a terminal; empty: none */
    bool is_name; /* it is no address, and what it means is asked of a name server */
    size_t count; /* of addresses; a name has those that the caller found */
    struct in_addr at[DHCP_ADDRESSES_MAX];
};

/* The first source that can be used, with its addresses. */
void dhcp_servers_of(const struct dhcp_answer *answer, struct dhcp_servers *out);

enum dhcp_problem {
    DHCP_SILENT,
    DHCP_UNREADABLE,
    DHCP_NO_SERVER,
    DHCP_NEXT_SERVER_ALONE,
    DHCP_150_TEXT,
    DHCP_150_LENGTH,
    DHCP_150_ADDRESS,
    DHCP_66_BINARY,
    DHCP_66_EMPTY,
    DHCP_66_NUL,
    DHCP_66_URL,
    DHCP_66_BLANK,
    DHCP_66_FIELD,
    DHCP_66_NAME,
    DHCP_66_UNKNOWN,
    DHCP_BOTH_DIFFER,
    DHCP_OUT_OF_REACH,
    DHCP_SERVERS_DIFFER,
    DHCP_ELSEWHERE,
    DHCP_PROBLEMS /* how many there are */
};

/* The words for it. */
struct dhcp_words {
    const char *id;
    const char *severity; /* as in tree/list_rules.h */
    const char *why;
    const char *mend;
    const char *source;
};
const struct dhcp_words *dhcp_words(enum dhcp_problem problem);

#define DHCP_FINDINGS_MAX 64
#define DHCP_WHAT_MAX 512

struct dhcp_findings {
    size_t count;
    struct dhcp_finding {
        enum dhcp_problem problem;
        struct in_addr server; /* whose offer it is about; 0.0.0.0: about all */
        char what[DHCP_WHAT_MAX];
    } at[DHCP_FINDINGS_MAX];
};

/* Where the files are served, as the settings say. */
struct dhcp_served {
    bool known;
    size_t count;
    struct in_addr at[64];
};

/* Everything that is wrong with `count` offers; `servers` has what dhcp_servers_of made of each,
 * with names resolved. Nothing came in if `count` is 0. */
void dhcp_judge(const struct dhcp_answer *answers, const struct dhcp_servers *servers, size_t count,
                const struct dhcp_served *served, struct dhcp_findings *out);
/* Notes one that the caller found. */
void dhcp_found(struct dhcp_findings *findings, enum dhcp_problem problem, struct in_addr server,
                const char *what, ...) PROV_PRINTF(4, 5);

#define DHCP_TEXT_MAX 1100
/* "192.0.2.1, 192.0.2.2", "none" for no address. Returns `out`. */
const char *dhcp_addresses_text(const struct in_addr *addresses, size_t count,
                                char out[static DHCP_TEXT_MAX]);

#endif
