/* SPDX-License-Identifier: MIT */
/* libmicrohttpd's response objects: the few fixed ones, and those that carry a file. */
#ifndef SERVER_HTTP_RESPONSE_H
#define SERVER_HTTP_RESPONSE_H

#include "server/resolver/resolver.h"
#include <prov/error.h>

#include <microhttpd.h>

struct fixed_responses {
    struct MHD_Response *missing;   /* 404 */
    struct MHD_Response *forbidden; /* 403 */
    struct MHD_Response *method;    /* 405 */
    struct MHD_Response *busy;      /* 503, closes */
    struct MHD_Response *waiting;   /* 503, to be asked for again */
    struct MHD_Response *failed;    /* 503 */
};

int fixed_responses_new(struct fixed_responses *fixed, struct prov_error *err) PROV_CHECKED;
void fixed_responses_free(struct fixed_responses *fixed);

struct request;

/* The answer with the file's content. Small files are sent again and again: theirs stay with the
 * thread (`*kept`); any other is the caller's to destroy. NULL when memory is short. */
struct MHD_Response *response_with_file(struct resolver_file *file, bool no_store,
                                        struct request *request, bool *kept);

#endif
