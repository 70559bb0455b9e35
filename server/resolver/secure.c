/* SPDX-License-Identifier: MIT */
/* The secure root: who may read which clear configuration. */
#include "server/resolver/internal.h"

#include "server/log/log.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define SUBJECT_SIZE 64

/* The clear file that SEP<MAC>.cnf.xml and SEP<MAC>.cnf.xml.sgn mean. */
static void
clear_name(const char *path, char out[static NAME_LEN_MAX + 1])
{
    size_t len = strlen(path), suffix = strlen(RESOLVER__SIGNED);
    memcpy(out, path, len + 1);
    if (len > suffix && strcasecmp(path + len - suffix, RESOLVER__SIGNED) == 0)
        out[len - suffix] = '\0';
}

/* What was said about phones is told apart by the last digit of their names alone: whoever makes up
 * names cannot fill the log. */
static void
name_subject(char subject[static SUBJECT_SIZE], const char *what, const struct prov_mac *phone)
{
    snprintf(subject, SUBJECT_SIZE, "%s: %c", what, phone->text[PROV_MAC_LEN - 1]);
}

static bool
may_read_clear(struct resolver *resolver, const struct resolver_request *request,
               const struct name_meaning *meaning)
{
    if (atomic_load(&resolver->secure_open))
        return true;
    return request->client != NULL && strcmp(request->client->text, meaning->phone.text) == 0;
}

enum resolver_answer
resolver__find_secure(struct resolver *resolver, const struct resolver_request *request,
                      const char *path, const struct name_meaning *meaning,
                      struct resolver_file **out)
{
    char clear[NAME_LEN_MAX + 1], subject[SUBJECT_SIZE];
    if (!may_read_clear(resolver, request, meaning)) {
        name_subject(subject, "secure root", &meaning->phone);
        log_warn_once(subject,
                      "the configuration of SEP%s was asked for over HTTPS by %s%s and refused",
                      meaning->phone.text,
                      request->client != NULL   ? "the phone SEP"
                      : request->client_refused ? "a client whose certificate is not accepted"
                                                : "a client without a certificate "
                                                  "that names the phone",
                      request->client != NULL ? request->client->text : "");
        return RESOLVER_FORBIDDEN;
    }
    clear_name(path, clear);
    enum opened result = resolver__open_any_case(resolver, &resolver->secure, clear, false, out);
    struct name_meaning opened;
    if (result == OPENED) {
        name_read((*out)->path, &opened);
        if (may_read_clear(resolver, request, &opened))
            return RESOLVER_FOUND;
        resolver_release(*out);
        *out = NULL;
        return RESOLVER_FORBIDDEN;
    }
    return resolver__answer_without_file(result);
}

void
resolver__note_secure_attempt(struct resolver *resolver, const char *path,
                              const struct name_meaning *meaning)
{
    char clear[NAME_LEN_MAX + 1], subject[SUBJECT_SIZE];
    struct resolver_file *file = NULL;
    if (resolver->secure.path == NULL || !meaning->clear_on_https)
        return;
    clear_name(path, clear);
    if (resolver__open_any_case(resolver, &resolver->secure, clear, false, &file) != OPENED)
        return;
    resolver_release(file);
    name_subject(subject, "secure root without TLS", &meaning->phone);
    log_warn_once(subject,
                  "the clear configuration of SEP%s was asked for without HTTPS (TLS 1.2 or newer) "
                  "and refused; sign or encrypt one into the public tree for phones without it",
                  meaning->phone.text);
}
