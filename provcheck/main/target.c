/* SPDX-License-Identifier: MIT */
/* The options that say which server phones ask, and how. */
#include "provcheck/main/target.h"

/* clang-format off */
const struct cli_option target_server = {
    TARGET_SERVER, 's', "server", "HOST", false, "the phones' server, a name or an address"};
const struct cli_option target_tftp_port = {
    TARGET_TFTP_PORT, '\0', "tftp-port", "PORT", false, "instead of 69"};
const struct cli_option target_http_port = {
    TARGET_HTTP_PORT, '\0', "http-port", "PORT", false, "instead of 6970"};
const struct cli_option target_https_port = {
    TARGET_HTTPS_PORT, '\0', "https-port", "PORT", false, "instead of 6971"};
const struct cli_option target_as_phone = {
    TARGET_AS_PHONE, '\0', "as-phone", NULL, false, "ask without the mark of provcheck"};
/* clang-format on */

void
target_begin(struct target *target)
{
    *target =
        (struct target){.ports = {[FETCH_TFTP] = 69, [FETCH_HTTP] = 6970, [FETCH_HTTPS] = 6971}};
}

static bool
take_port(struct target *target, enum fetch_transport transport, const struct cli_option *option,
          const char *value)
{
    return cli_number(&target->ports[transport], option->name, value, 1, 65535);
}

bool
target_take(struct target *target, int key, const char *value)
{
    switch (key) {
    case TARGET_SERVER:
        target->host = value;
        return true;
    case TARGET_TFTP_PORT:
        return take_port(target, FETCH_TFTP, &target_tftp_port, value);
    case TARGET_HTTP_PORT:
        return take_port(target, FETCH_HTTP, &target_http_port, value);
    case TARGET_HTTPS_PORT:
        return take_port(target, FETCH_HTTPS, &target_https_port, value);
    default:
        target->as_phone = true;
        return true;
    }
}

const struct family *
target_family(const char *name)
{
    const struct family *family = family_find(name);
    if (family == NULL)
        cli_usage("family %s is unknown; 7940, 7900, 7800 and 8800 are known", name);
    return family;
}

int
target_find(const struct target *target, struct fetch_server *out)
{
    struct prov_error err;
    if (fetch_server_find(target->host, target->ports, out, &err) != PROV_OK) {
        cli_fail(target->host, &err);
        return CLI_FAILED;
    }
    out->as_phone = target->as_phone;
    return CLI_DONE;
}
