/* SPDX-License-Identifier: MIT */
/* provcheck boot: one phone, step by step. */
#include "provcheck/main/target.h"
#include "provcheck/main/verbs.h"
#include "provcheck/storm/runner.h"

#include "cli/report.h"

#include <stdio.h>
#include <string.h>

enum { KEY_FAMILY = TARGET_KEY_VERB };

struct command {
    struct cli_common common;
    struct target target;
    const struct family *family;
    const struct load *load; /* of the model; NULL: the family alone was given */
    const char *key;
    const char *state;
    const char *name; /* of the phone */
    struct prov_mac mac;
    int64_t now;
};

static const struct cli_option *const options[] = {
    &target_server,
    CLI_OPTION(KEY_FAMILY, 'f', "family", "NAME", false,
               "7900, 8800 and so on, or a model such as 7942"),
    CLI_OPTION(CLI_TEXT(struct command, key), 'k', "key", "PEM", false,
               "the phone's key and certificate"),
    CLI_OPTION(CLI_TEXT(struct command, state), '\0', "state", "DIR", false,
               "keep the phone's trust lists there"),
    TARGET_OPTIONS,
    &cli_timestamp,
    &cli_json,
    &cli_passphrase_file,
    &cli_help,
    &cli_version,
    NULL,
};

static bool
take(void *context, int option, const char *value)
{
    struct command *command = context;
    if (option != KEY_FAMILY)
        return target_take(&command->target, option, value);
    const struct model *model = model_find(value);
    command->family = target_family(value);
    command->load = model != NULL ? model_load(model) : NULL;
    return command->family != NULL;
}

static const char *const synopsis[] = {
    "SEP<MAC> --server HOST --family NAME [option ...]",
    NULL,
};

static const struct cli_program program = {
    .name = "provcheck boot",
    .synopsis = synopsis,
    .summary = "Fetches, verifies and decrypts what a phone does when it is switched on, and says\n"
               "what it accepts and where and why it would stop.",
    .options = options,
    .examples = "  provcheck boot SEP58971ECC97C1 --server 192.0.2.10 --family 8800\n"
                "      as a phone fresh from the box\n"
                "  provcheck boot SEP58971ECC97C1 --server 192.0.2.10 --family 7900 \\\n"
                "      --key SEP58971ECC97C1.pem --state phones\n"
                "      as one that keeps its trust lists from boot to boot, with its own key\n",
    .take = take,
};

/* --- what it says */

static void
print_step(const struct step *step)
{
    char file[PROV_PRINTABLE_SIZE(256)];
    prov_printable(step->file, strlen(step->file), file, sizeof file);
    if (step->kind == STEP_STATUS)
        printf("%-42s the phone shows \"%s\"\n", "", step->text);
    else
        printf("%-35s %-6s %s%s\n", file, step->via,
               step->kind == STEP_WARNING   ? "warning: "
               : step->kind == STEP_REFUSED ? "STOP: "
                                            : "",
               step->text);
}

static void
listen_to(void *context, const struct step *step)
{
    struct cli_report *report = context;
    if (!cli_report_is_json(report)) {
        print_step(step);
        return;
    }
    cli_report_open(report, "steps", true);
    cli_report_name(report, "file",
                    (struct prov_span){(const uint8_t *)step->file, strlen(step->file)});
    cli_report_text(report, "via", step->via);
    cli_report_text(report, "kind", step_kind_name(step->kind));
    cli_report_text(report, "text", step->text);
    cli_report_close(report);
}

static bool
comes_up(enum boot_result result)
{
    return result == BOOT_UP || result == BOOT_LIST_REFUSED;
}

static void
conclude(const struct command *command, const struct runner_phone *phone, struct cli_report *report)
{
    if (!cli_report_is_json(report)) {
        printf("\n%s %s%s\n", command->name,
               comes_up(phone->result) ? "comes up" : "does not come up: ",
               phone->result == BOOT_LIST_REFUSED
                   ? ", but it refuses the trust list: it will follow no later change either"
               : phone->result == BOOT_UP ? ""
                                          : boot_result_name(phone->result));
        return;
    }
    cli_report_text(report, "phone", command->name);
    cli_report_text(report, "family", command->family->name);
    cli_report_text(report, "server", command->target.host);
    cli_report_flag(report, "comes_up", comes_up(phone->result));
    cli_report_text(report, "result", boot_result_name(phone->result));
    cli_report_number(report, "milliseconds", (uint64_t)phone->milliseconds, "", NULL);
}

/* What the boot rests on and nobody knows of these phones: the rest of it is as sure as that. */
static void
say_unknown(const struct family *family, struct cli_report *report)
{
    static const enum family_fact facts[] = {FACT_ORDER, FACT_TRANSPORTS, FACT_SIGNATURES,
                                             FACT_ENCRYPTION};
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        if (family->sources[facts[i]] != NULL)
            continue;
        if (!cli_report_is_json(report)) {
            printf("not known of %s phones, and assumed here: %s\n", family->name,
                   family_fact_name(facts[i]));
            continue;
        }
        cli_report_open(report, "unknown", true);
        cli_report_text(report, "text", family_fact_name(facts[i]));
        cli_report_close(report);
    }
}

/* --- the boot */

static int
run_phone(const struct command *command, struct runner_phone *phone,
          const struct runner_server *server, struct cli_report *report)
{
    struct prov_error err;
    int rc = PROV_OK;
    if (command->state != NULL)
        rc = trust_load(&phone->trust, command->state, &phone->phone.mac, &err);
    if (rc == PROV_OK)
        rc = runner_run(phone, 1, server, NULL, NULL, &err);
    if (rc == PROV_OK && command->state != NULL)
        rc = trust_save(&phone->trust, command->state, &phone->phone.mac, &err);
    if (rc != PROV_OK)
        return cli_fail(command->name, &err);
    conclude(command, phone, report);
    return phone->result == BOOT_UP ? CLI_DONE : CLI_FAILED;
}

/* The phone's certificate goes with its key into TLS; without one it shows none. */
static int
start_tls(const struct command *command, const struct prov_identity *device, struct fetch_tls **tls)
{
    struct prov_error err;
    bool shows = device != NULL && prov_identity_has_certificate(device) && command->family->https;
    if (fetch_tls_new(shows ? command->key : NULL, tls, &err) == PROV_OK)
        return CLI_DONE;
    return cli_fail(command->key, &err);
}

static int
boot_phone(const struct command *command, struct cli_report *report)
{
    struct fetch_server server;
    struct runner_server asked = {.server = &server};
    struct prov_identity *device = NULL;
    struct runner_phone phone = {.phone = {.family = command->family,
                                           .load = command->load,
                                           .whole_firmware = true,
                                           .mac = command->mac,
                                           .now = command->now,
                                           .listener = listen_to,
                                           .context = report}};
    int status = target_find(&command->target, &server);
    phone.trust.known = trust_library_new();
    if (phone.trust.known == NULL)
        status = cli_error(NULL, "out of memory");
    if (status == CLI_DONE && command->key != NULL) {
        device = cli_identity(&command->common, command->key, PROV_NEED_KEY);
        status = device != NULL ? CLI_DONE : CLI_FAILED;
    }
    if (status == CLI_DONE)
        status = start_tls(command, device, &asked.tls);
    phone.phone.device = device;
    if (status == CLI_DONE)
        say_unknown(command->family, report);
    if (status == CLI_DONE)
        status = run_phone(command, &phone, &asked, report);
    trust_library_free(phone.trust.known);
    fetch_tls_free(asked.tls);
    prov_identity_free(device);
    return status;
}

static int
check_usage(void *context, int count, char **operands)
{
    struct command *command = context;
    if (count != 1 || !prov_mac_of_file(operands[0], "", "", &command->mac))
        return cli_usage(
            "give one phone as SEP and its MAC address, SEP58971ECC97C1; see provcheck "
            "boot --help");
    if (command->target.host == NULL)
        return cli_usage("give --server, which the phone asks");
    if (command->family == NULL)
        return cli_usage("give --family, which phones of this name are: 7900, 8800 and so on");
    command->name = operands[0];
    return cli_clock(&command->common, &command->now) ? CLI_DONE : CLI_USAGE;
}

int
verb_boot(int argc, char **argv)
{
    struct command command = {0};
    int status;
    target_begin(&command.target);
    if (!cli_start(&program, argc, argv, &command, &command.common, check_usage, &status))
        return status;
    struct cli_report *report = cli_report_new(command.common.json);
    if (report != NULL)
        status = boot_phone(&command, report);
    return cli_finish(cli_report_end(report, status));
}
