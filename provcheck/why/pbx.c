/* SPDX-License-Identifier: MIT */
/* Asks the servers of a configuration whether they are there, as the phone would speak to them. */
#include "provcheck/why/reading.h"

#include "provcheck/why/options.h"

#include "provcheck/tls/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct asking {
    const struct why_question *question;
    const struct why_facts *facts;
    struct tls_peer peer;
    struct why_pbx *pbx;
};

static void
answer(struct why_pbx *pbx, enum why_pbx_state state, const char *text)
{
    pbx->state = state;
    snprintf(pbx->text, sizeof pbx->text, "%s", text);
}

/* --- without TLS */

static void
ask_tcp(const struct asking *asking)
{
    struct prov_error err;
    int fd = -1;
    int64_t deadline = fetch_clock() + asking->peer.timeout;
    if (tls_peer_connect(&asking->peer, deadline, &fd, &err) != PROV_OK) {
        answer(asking->pbx, WHY_PBX_UNREACHABLE, err.text);
        return;
    }
    if (asking->facts->config.sccp)
        answer(asking->pbx, WHY_PBX_ANSWERS, "it takes connections");
    else if (options_over_tcp(fd, &asking->peer, deadline, &err) == PROV_OK)
        answer(asking->pbx, WHY_PBX_ANSWERS, "it answers OPTIONS");
    else
        answer(asking->pbx, WHY_PBX_SILENT, err.text);
    close(fd);
}

static void
ask_udp(const struct asking *asking)
{
    struct prov_error err;
    int rc = options_over_udp(&asking->peer, fetch_clock() + asking->peer.timeout, &err);
    if (rc == PROV_OK)
        answer(asking->pbx, WHY_PBX_ANSWERS, "it answers OPTIONS");
    else
        answer(asking->pbx, rc == PROV_E_SYSTEM ? WHY_PBX_UNREACHABLE : WHY_PBX_SILENT, err.text);
}

/* --- over TLS */

static const struct tls_device *
device_of(const struct family *family)
{
    bool old =
        family != NULL && (strcmp(family->name, "7900") == 0 || strcmp(family->name, "7925") == 0);
    return tls_device_find(old ? "7900" : "8800");
}

/* What a server asks of the phone's own key is not known here. */
static bool
counts(const struct tls_finding *finding)
{
    return finding->severity == TLS_REFUSES && finding->problem != TLS_CLIENT_DEMANDED &&
           finding->problem != TLS_CLIENT_REFUSED;
}

static enum why_pbx_state
state_of(enum tls_problem problem)
{
    switch (problem) {
    case TLS_NO_CONNECTION:
        return WHY_PBX_UNREACHABLE;
    case TLS_LIST:
    case TLS_NOT_LISTED:
    case TLS_LISTED_ROLE:
        return WHY_PBX_UNLISTED;
    default:
        return WHY_PBX_TLS;
    }
}

/* The first finding decides. */
static void
judge(const struct tls_result *result, struct why_pbx *pbx)
{
    answer(pbx, WHY_PBX_ANSWERS, "the handshake is one that the phone accepts");
    for (size_t i = 0; i < result->findings.count; i++)
        if (counts(&result->findings.at[i])) {
            answer(pbx, state_of(result->findings.at[i].problem), result->findings.at[i].what);
            return;
        }
}

/* Of either kind of list, what the phone is taken to hold, else what it would get. */
static struct prov_trustlist *
read_list(const struct asking *asking, enum trust_kind kind)
{
    const struct why_list *held = &asking->facts->lists[kind];
    struct prov_trustlist *list = NULL;
    struct prov_bytes *bytes = NULL;
    char name[WHY_NAME_SIZE], path[PATH_MAX];
    const char *tree = asking->question->settings->tftpboot;
    why_file_name(kind == TRUST_CTL ? WHY_CTL : WHY_ITL, &asking->facts->phone, name);
    if (held->held[0] != '\0')
        snprintf(path, sizeof path, "%s", held->held);
    else if (!why_find(tree, name, path) && !why_find(tree, trust_list_name(kind), path))
        return NULL;
    if (prov_file_read(path, PROV_TRUSTLIST_READ_MAX, &bytes, NULL) != PROV_OK)
        return NULL;
    struct prov_span span = prov_bytes_span(bytes);
    if (prov_trustlist_read(span.data, span.len, &list, NULL) != PROV_OK)
        list = NULL;
    prov_bytes_free(bytes);
    return list;
}

static int
ask_tls_with(const struct asking *asking, const struct prov_trustlist *list, struct prov_error *err)
{
    struct tls_check check = {.peer = asking->peer,
                              .name = asking->peer.host,
                              .name_is_address = tls_is_address(asking->peer.host),
                              .list = list,
                              .role_given = true,
                              .role = PROV_ROLE_CCM,
                              .now = asking->question->now};
    struct tls_result *result = calloc(1, sizeof *result);
    if (result == NULL || !tls_check_run(&check, device_of(asking->facts->family), result)) {
        free(result);
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    }
    judge(result, asking->pbx);
    tls_result_release(result);
    free(result);
    return PROV_OK;
}

/* A certificate in either list will do. */
static int
ask_tls(const struct asking *asking, struct prov_error *err)
{
    int rc = PROV_OK;
    bool asked = false;
    for (enum trust_kind kind = 0; rc == PROV_OK && kind < TRUST_KINDS; kind++) {
        struct prov_trustlist *list = read_list(asking, kind);
        if (list != NULL && (!asked || asking->pbx->state == WHY_PBX_UNLISTED)) {
            rc = ask_tls_with(asking, list, err);
            asked = true;
        }
        prov_trustlist_free(list);
    }
    return rc != PROV_OK || asked ? rc : ask_tls_with(asking, NULL, err);
}

/* --- one server after the other */

static int
ask(const struct asking *asking, struct prov_error *err)
{
    enum why_transport transport = asking->facts->config.transport;
    if (transport == WHY_TLS)
        return ask_tls(asking, err);
    if (transport != WHY_UDP)
        ask_tcp(asking);
    if (transport == WHY_UDP || (transport == WHY_EITHER && asking->pbx->state != WHY_PBX_ANSWERS))
        ask_udp(asking);
    return PROV_OK;
}

static int
ask_server(const struct why_question *question, const struct why_facts *facts,
           const struct why_server *server, struct why_pbx *pbx, struct prov_error *err)
{
    static const char *const over[] = {
        [WHY_TCP] = "TCP", [WHY_UDP] = "UDP", [WHY_EITHER] = "TCP or UDP", [WHY_TLS] = "TLS"};
    struct prov_error cause;
    struct asking asking = {.question = question, .facts = facts, .pbx = pbx};
    char host[PROV_PRINTABLE_SIZE(WHY_HOST_MAX)];
    prov_printable(server->host, strlen(server->host), host, sizeof host);
    *pbx = (struct why_pbx){.state = WHY_PBX_NOT_ASKED};
    snprintf(pbx->server, sizeof pbx->server, "%s port %u over %s", host, server->port,
             over[facts->config.transport]);
    snprintf(asking.peer.host, sizeof asking.peer.host, "%s", server->host);
    asking.peer.port = server->port;
    asking.peer.timeout = question->pbx_timeout;
    if (tls_peer_find(&asking.peer, &cause) == PROV_OK)
        return ask(&asking, err);
    answer(pbx, WHY_PBX_NO_HOST, cause.text);
    return PROV_OK;
}

/* A phone registers with the first that answers; of those that do not, the first is told. */
int
why_ask_pbx(const struct why_question *question, struct why_facts *facts, struct prov_error *err)
{
    int rc = PROV_OK;
    bool answers = false;
    for (size_t i = 0; rc == PROV_OK && !answers && i < facts->config.server_count; i++) {
        struct why_pbx pbx;
        rc = ask_server(question, facts, &facts->config.servers[i], &pbx, err);
        answers = rc == PROV_OK && pbx.state == WHY_PBX_ANSWERS;
        if (i == 0 || answers)
            facts->pbx = pbx;
    }
    return rc;
}
