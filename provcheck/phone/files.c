/* SPDX-License-Identifier: MIT */
/* What a phone makes of each kind of file. */
#include "provcheck/phone/internal.h"

#include "checks/locale.h"

#include <string.h>
#include <strings.h>

static void
warn(void *context, const char *text)
{
    boot_say(context, STEP_WARNING, "%s", text);
}

/* The name that must stand inside: the one asked for, without what says "here". */
static const char *
stored_name(const char *name)
{
    name += strncmp(name, "./", 2) == 0 ? 2 : 0;
    return name + (*name == '/');
}

/* How a file of the name at hand is held against the phone's lists. */
static struct verify_rules
rules_for(struct boot *boot)
{
    return (struct verify_rules){.family = boot->phone->family,
                                 .trust = boot->trust,
                                 .roles = TRUST_ROLES_FILES,
                                 .name = stored_name(boot->name),
                                 .now = boot->phone->now,
                                 .warn = warn,
                                 .context = boot};
}

/* Verifies the file at hand and gives its content. */
static int
open_file(struct boot *boot, struct prov_span file, struct prov_span *content,
          struct prov_error *err)
{
    const struct verify_rules rules = rules_for(boot);
    *content = file;
    return boot_asks_signed(boot) ? verify_file(&rules, file, content, err) : PROV_OK;
}

/* --- trust lists (section 5) */

static void
say_missing(struct boot *boot, enum trust_kind kind, const struct boot_delivery *delivery)
{
    boot->list_failed = boot->list_failed || delivery->outcome != FETCH_NOT_FOUND;
    if (delivery->outcome != FETCH_NOT_FOUND) {
        boot_say(boot, STEP_WARNING, "the list did not arrive: %s", delivery->text);
        return;
    }
    boot_say(boot, STEP_ABSENT, "%s", delivery->text);
    if (kind == TRUST_CTL && boot->trust->lists[kind] == NULL)
        boot_say(boot, STEP_STATUS, "File not found CTLFile.tlv");
}

static void
say_installed(struct boot *boot, enum trust_kind kind, enum install_outcome outcome)
{
    static const char *const how[] = {
        [INSTALL_FIRST] = "installed as the phone's first list, without asking who signed it",
        [INSTALL_UPDATED] = "installed: signed by a SAST of the lists that the phone held",
        [INSTALL_RELEASED] =
            "may be installed unasked: the list it held names neither TFTP nor TVS",
        [INSTALL_SAME] = "the list that the phone holds",
        [INSTALL_EMPTY] = "an empty file, which does no harm",
    };
    boot_say(boot, outcome == INSTALL_EMPTY ? STEP_ABSENT : STEP_ACCEPTED, "%s", how[outcome]);
    if (outcome == INSTALL_FIRST || outcome == INSTALL_UPDATED || outcome == INSTALL_RELEASED)
        boot->installed |= 1U << kind;
}

void
boot_take_list(struct boot *boot, enum trust_kind kind, const struct boot_delivery *delivery)
{
    struct prov_error err;
    const struct verify_rules rules = rules_for(boot);
    if (delivery->outcome != FETCH_DELIVERED) {
        say_missing(boot, kind, delivery);
        return;
    }
    boot->itl_found = boot->itl_found || kind == TRUST_ITL;
    enum install_outcome outcome = install_list(boot->trust, kind, delivery->content, &rules, &err);
    if (outcome == INSTALL_TOO_LARGE) {
        boot_stop(boot, BOOT_LIST_TOO_LARGE, "%s", err.text);
    } else if (outcome == INSTALL_REFUSED) {
        boot->list_failed = boot->list_refused = true;
        boot_say(boot, STEP_REFUSED, "not installed: %s", err.text);
    } else {
        say_installed(boot, kind, outcome);
    }
}

void
boot_lists_done(struct boot *boot)
{
    static const char *const first[] = {
        [1U << TRUST_CTL] = "CTL installed",
        [1U << TRUST_ITL] = "ITL installed",
        [1U << TRUST_CTL | 1U << TRUST_ITL] = "CTL and ITL installed",
    };
    boot->lists_done = true;
    boot->name[0] = '\0';
    if (boot->list_failed && boot->held_before)
        boot_say(boot, STEP_STATUS, "Trust List update failed");
    else if (trust_is_empty(boot->trust))
        boot_say(boot, STEP_STATUS, "No Trust List installed");
    else if (boot->installed != 0)
        boot_say(boot, STEP_STATUS, "%s",
                 boot->held_before ? "Trust List updated" : first[boot->installed]);
    if (boot->phone->family->ctl_needs_tftp && trust_lacks_server(boot->trust))
        boot_stop(boot, BOOT_NOT_ASKED,
                  "the phone's CTL does not name this server as TFTP, so the phone asks it for "
                  "nothing more; add a TFTP or CCM+TFTP record");
}

/* --- configurations (sections 6 to 8) */

/* A configuration that did not come. A family may have others to ask for. */
static void
config_missing(struct boot *boot, const struct boot_delivery *delivery)
{
    if (delivery->outcome == FETCH_NOT_FOUND) {
        boot_say(boot, STEP_ABSENT, "%s", delivery->text);
    } else if (delivery->outcome == FETCH_TOO_LARGE) {
        boot_say(boot, STEP_STATUS, "CFG TFTP Size Error");
        boot_stop(boot, BOOT_FILE_TOO_LARGE, "%s", delivery->text);
    } else {
        if (delivery->outcome == FETCH_REFUSED)
            boot_say(boot, STEP_STATUS, "TFTP error");
        boot_stop(boot,
                  delivery->outcome == FETCH_UNREACHABLE ? BOOT_UNREACHABLE : BOOT_NOT_DELIVERED,
                  "the configuration did not arrive: %s", delivery->text);
    }
}

static void
not_verified(struct boot *boot, const struct prov_error *err)
{
    boot_say(boot, STEP_STATUS, "Invalid file %s, authenticated fail", boot->name);
    boot_stop(boot, BOOT_NOT_VERIFIED, "the phone refuses it: %s", err->text);
}

/* False after a message. */
static bool
read_config(struct boot *boot, struct prov_span xml, struct config *out)
{
    struct prov_error err;
    if (config_read(boot->phone->family, xml, out, &err) == PROV_OK)
        return true;
    boot_stop(boot, BOOT_MALFORMED, "the phone does not take it: %s", err.text);
    return false;
}

/* The stub names the certificate whose key opens the encrypted file (section 7). */
static bool
check_certificate_hash(struct boot *boot, const char *stated)
{
    const struct prov_identity *device = boot->phone->device;
    struct prov_hash hash;
    struct prov_error err;
    char hex[PROV_HEX_SIZE(PROV_DIGEST_MAX)] = "";
    if (*stated == '\0') {
        boot_stop(boot, BOOT_NOT_DECRYPTED,
                  "its certHash is empty, so the phone starts CAPF instead of fetching its "
                  "configuration");
        return false;
    }
    if (device == NULL || !prov_identity_has_certificate(device)) {
        boot_say(boot, STEP_WARNING,
                 "whether its certHash is that of the phone's certificate is not known here; give "
                 "--key");
        return true;
    }
    if (prov_identity_hash(device, PROV_MD5, &hash, &err) != PROV_OK) {
        boot_stop(boot, BOOT_NOT_DECRYPTED, "%s", err.text);
        return false;
    }
    if (strcasecmp(prov_hex(hash.value, hash.len, hex, sizeof hex), stated) == 0)
        return true;
    boot_stop(boot, BOOT_NOT_DECRYPTED,
              "its certHash is not that of the phone's certificate (%s), so the phone starts CAPF; "
              "encrypt the configuration again, to this certificate",
              hex);
    return false;
}

static void
take_stub(struct boot *boot, const struct config *config)
{
    const struct family *family = boot->phone->family;
    if (family->sources[FACT_ENCRYPTION] == NULL) {
        boot_say(
            boot, STEP_WARNING,
            "it leads to an encrypted file, and whether phones of the %s family decrypt one is "
            "not known",
            family->name);
    } else if (!family->encrypted) {
        boot_stop(boot, BOOT_NOT_DECRYPTED,
                  "it leads to an encrypted file, but the %s family knows only keys that are "
                  "entered by hand; give it the configuration in clear",
                  family->name);
        return;
    }
    if (!check_certificate_hash(boot, config->certificate_hash))
        return;
    boot_say(boot, STEP_ACCEPTED, "the signed stub, which leads to the encrypted file");
    boot->encrypted = true;
}

static void
configured(struct boot *boot, const struct config *config, const char *how)
{
    boot->config = *config;
    boot->configured = true;
    boot_say(boot, STEP_ACCEPTED, "the configuration, %s", how);
    if (config->is_default)
        boot_say(boot, STEP_WARNING,
                 "its root is Default, which 7940 and 7960 alone are known to take from this file");
}

void
boot_take_config(struct boot *boot, const struct boot_delivery *delivery)
{
    struct prov_error err;
    struct prov_span xml = delivery->content;
    struct config config;
    size_t header_len = 0;
    bool over_https = boot->transports[boot->transport] == FETCH_HTTPS;
    if (delivery->outcome != FETCH_DELIVERED) {
        config_missing(boot, delivery);
        return;
    }
    if (over_https && prov_header_length(xml.data, xml.len, &header_len, NULL) == PROV_OK) {
        boot_stop(
            boot, BOOT_MALFORMED,
            "over HTTPS the phone wants the clear configuration, and was given a signed file; "
            "put the clear one below the server's secure root");
        return;
    }
    if (!over_https && open_file(boot, xml, &xml, &err) != PROV_OK) {
        not_verified(boot, &err);
        return;
    }
    if (!read_config(boot, xml, &config))
        return;
    if (config.encrypted)
        take_stub(boot, &config);
    else
        configured(boot, &config,
                   over_https               ? "as the encrypted connection gave it"
                   : boot_asks_signed(boot) ? "signed by a certificate of its lists"
                                            : "which nothing had to sign");
}

/* Verified; now what it holds. */
static void
decrypt(struct boot *boot, const struct prov_encrypted *file)
{
    const struct prov_identity *device = boot->phone->device;
    struct prov_bytes *xml = NULL;
    struct prov_error err;
    struct config config = {.has_server = true}; /* unless it is known otherwise */
    if (device == NULL || !prov_identity_has_key(device)) {
        boot_say(boot, STEP_WARNING,
                 "it is not decrypted here without the phone's key; give --key");
        configured(boot, &config, "encrypted and signed by a certificate of its lists");
        return;
    }
    if (prov_encrypted_decrypt(file, device, &xml, &err) != PROV_OK) {
        boot_stop(boot, BOOT_NOT_DECRYPTED, "the phone cannot decrypt it: %s", err.text);
        return;
    }
    if (read_config(boot, prov_bytes_span(xml), &config))
        configured(boot, &config, "decrypted with the phone's key");
    prov_bytes_free(xml);
}

void
boot_take_encrypted(struct boot *boot, const struct boot_delivery *delivery)
{
    const struct verify_rules rules = rules_for(boot);
    struct prov_encrypted *file = NULL;
    struct prov_error err;
    struct prov_span bytes = delivery->content;
    if (delivery->outcome != FETCH_DELIVERED) {
        boot_stop(boot, BOOT_NO_ENCRYPTED,
                  "the stub leads here, and the phone gets no configuration: %s", delivery->text);
        return;
    }
    int rc = prov_encrypted_read(bytes.data, bytes.len, &file, &err);
    if (rc == PROV_OK) {
        const struct prov_header *header = prov_encrypted_header(file);
        size_t len = prov_header_len(header);
        rc = verify_header(&rules, header, (struct prov_span){bytes.data + len, bytes.len - len},
                           &err);
    }
    if (rc == PROV_OK)
        decrypt(boot, file);
    else
        not_verified(boot, &err);
    prov_encrypted_free(file);
}

void
boot_take_config_text(struct boot *boot, const struct boot_delivery *delivery)
{
    struct prov_error err;
    struct prov_span content;
    if (delivery->outcome != FETCH_DELIVERED) {
        if (boot->configured)
            boot_say(boot, STEP_ABSENT, "%s", delivery->text);
        else
            config_missing(boot, delivery);
    } else if (open_file(boot, delivery->content, &content, &err) != PROV_OK) {
        not_verified(boot, &err);
    } else {
        boot->configured = boot->text_configured = true;
        boot_say(boot, STEP_ACCEPTED, "the configuration for SIP");
    }
}

void
boot_take_default(struct boot *boot, const struct boot_delivery *delivery)
{
    if (delivery->outcome == FETCH_DELIVERED)
        boot_say(boot, STEP_WARNING,
                 "this is for phones that the call server does not know yet; "
                 "the phone may register by itself");
    else
        boot_say(boot, STEP_ABSENT, "%s", delivery->text);
}

/* --- the others, without which the phone comes up all the same (section 1) */

/* Firmware may be larger than what is fetched of it here. */
static bool
is_there(const struct boot_delivery *delivery)
{
    return delivery->outcome == FETCH_DELIVERED || delivery->outcome == FETCH_TOO_LARGE;
}

void
boot_take_load(struct boot *boot, const struct boot_delivery *delivery)
{
    struct prov_error err;
    if (!is_there(delivery)) {
        boot_say(boot, STEP_WARNING,
                 "%s: the configuration names a firmware that is not there, which can loop the "
                 "phone through restarts; put it there or take loadInformation out",
                 delivery->text);
        return;
    }
    bool list = delivery->outcome == FETCH_DELIVERED &&
                loads_read(delivery->content, &boot->firmware, &err) == PROV_OK;
    if (!list)
        boot_say(boot, STEP_ACCEPTED, "the firmware that the configuration names is there");
    else if (boot->phone->whole_firmware)
        boot_say(boot, STEP_ACCEPTED, "the list of the firmware's %zu files", boot->firmware.count);
    else
        loads_free(&boot->firmware);
}

static void
say_parts(struct boot *boot)
{
    if (boot->parts_missing == 0)
        boot_say(boot, STEP_ACCEPTED, "the firmware that the configuration names is there");
    else
        boot_say(boot, STEP_WARNING,
                 "of the firmware that the configuration names %zu of %zu files are missing: a "
                 "phone that begins to load it cannot end, and stays in its upgrade",
                 boot->parts_missing, boot->firmware.count);
}

void
boot_take_part(struct boot *boot, const struct boot_delivery *delivery)
{
    const struct loads_file *file = &boot->firmware.files[boot->part];
    bool empty = delivery->outcome == FETCH_DELIVERED && delivery->content.len == 0;
    bool missing = !is_there(delivery) && !file->optional;
    if (missing || empty)
        boot_say(boot, STEP_WARNING, "%s: the load list names it",
                 empty ? "empty" : delivery->text);
    else
        boot_say(boot, is_there(delivery) ? STEP_ACCEPTED : STEP_ABSENT, "%s",
                 delivery->outcome == FETCH_TOO_LARGE ? "there" : delivery->text);
    boot->parts_missing += missing || empty;
    if (++boot->part == boot->firmware.count)
        say_parts(boot);
}

/* What comes with the firmware needs no file. */
static bool
is_locale(const struct boot *boot)
{
    const char *folder = boot->at->kind == FILE_LOCALE  ? boot->config.user_locale
                         : boot->at->kind == FILE_TONES ? boot->config.network_locale
                                                        : "";
    return folder[0] != '\0' && !locale_is_built_in(folder);
}

void
boot_take_extra(struct boot *boot, const struct boot_delivery *delivery)
{
    struct prov_error err;
    struct prov_span content;
    bool delivered = delivery->outcome == FETCH_DELIVERED;
    int rc = delivered ? open_file(boot, delivery->content, &content, &err) : PROV_OK;
    if (delivered && rc == PROV_OK) {
        boot_say(boot, STEP_ACCEPTED, "%s", delivery->text);
        return;
    }
    if (!delivered)
        boot_say(boot, STEP_ABSENT, "%s", delivery->text);
    else
        boot_say(boot, STEP_WARNING, "the phone goes on without it: %s", err.text);
    if (is_locale(boot))
        boot_say(boot, STEP_STATUS, "Error update locale");
}
