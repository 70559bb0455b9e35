/* SPDX-License-Identifier: MIT */
/* The options that say which server phones ask, and how. */
#include "provcheck/main/target.h"

#include <stdio.h>

/* clang-format off */
const struct cli_option target_server = {
    TARGET_SERVER, 's', "server", "HOST", false, "the phones' server, a name or an address"};
const struct cli_option target_tftp_port = {
    TARGET_PORTS + FETCH_TFTP, '\0', "tftp-port", "PORT", false, "instead of 69"};
const struct cli_option target_http_port = {
    TARGET_PORTS + FETCH_HTTP, '\0', "http-port", "PORT", false, "instead of 6970"};
const struct cli_option target_https_port = {
    TARGET_PORTS + FETCH_HTTPS, '\0', "https-port", "PORT", false, "instead of 6971"};
const struct cli_option target_as_phone = {
    TARGET_AS_PHONE, '\0', "as-phone", NULL, false, "ask without the mark of provcheck"};
/* clang-format on */

void
target_begin(struct target *target)
{
    *target =
        (struct target){.ports = {[FETCH_TFTP] = 69, [FETCH_HTTP] = 6970, [FETCH_HTTPS] = 6971}};
}

bool
target_take(struct target *target, int key, const char *value)
{
    static const char *const ports[] = {
        [FETCH_TFTP] = "tftp-port", [FETCH_HTTP] = "http-port", [FETCH_HTTPS] = "https-port"};
    if (key >= TARGET_PORTS)
        return cli_number(&target->ports[key - TARGET_PORTS], ports[key - TARGET_PORTS], value, 1,
                          65535);
    if (key == TARGET_SERVER)
        target->host = value;
    else
        target->as_phone = true;
    return true;
}

const struct family *
target_family(const char *name)
{
    char known[256] = "";
    size_t used = 0;
    const struct family *family = family_find(name);
    for (size_t i = 0; family_at(i) != NULL && used < sizeof known; i++)
        used += (size_t)snprintf(known + used, sizeof known - used, "%s%s", i > 0 ? ", " : "",
                                 family_at(i)->name);
    if (family == NULL)
        cli_usage("family %s is unknown; known are %s, and their models", name, known);
    return family;
}

int
target_find(const struct target *target, struct fetch_server *out)
{
    struct prov_error err;
    if (fetch_server_find(target->host, target->ports, out, &err) != PROV_OK)
        return cli_fail(target->host, &err);
    out->as_phone = target->as_phone;
    return CLI_DONE;
}
