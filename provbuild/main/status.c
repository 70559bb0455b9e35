/* SPDX-License-Identifier: MIT */
/* --status: where changes stand, which phones hold what, and what is allowed but unwise. */
#include "provbuild/main/status.h"

#include "cli/report.h"
#include "provbuild/change/rotation.h"
#include "provbuild/fleet/delivered.h"
#include "provbuild/fleet/given.h"
#include "provbuild/fleet/signed.h"
#include "provbuild/lists/draft.h"
#include "provbuild/lists/evidence.h"
#include "provbuild/main/exposed.h"
#include "provbuild/main/status_phones.h"
#include "provbuild/publish/decide.h"
#include "provbuild/publish/standing.h"
#include "provbuild/secrets/contents.h"
#include "provbuild/source/abilities.h"
#include "provbuild/source/manifest.h"
#include "provbuild/source/writers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is said; `out` NULL when memory is short. */
struct status {
    struct run *run;
    const struct settings *settings;
    struct rotation *rotation;
    struct lists *lists;
    struct cli_report *out;
    const char *place;          /* what warnings are about */
    struct prov_error evidence; /* what is wrong with the archive */
    struct reach reach;
};

static void
say_warning(void *context, const char *text)
{
    struct status *status = context;
    char *line = NULL;
    if (asprintf(&line, "%s: %s", status->place, text) < 0)
        return;
    cli_report_warning(status->out, line);
    free(line);
}

/* --- changes that are under way */

static void
print_ladder(struct status *status, const struct list *list)
{
    char text[64];
    snprintf(text, sizeof text, "%zu", list->rungs.count);
    cli_report_open(status->out, "ladders", true);
    cli_report_text(status->out, "List", list->name);
    cli_report_text(status->out, "In Turns", text);
    cli_report_close(status->out);
}

static void
print_signer(struct status *status)
{
    const struct record *record = &status->rotation->record;
    const struct phones *kept = &status->rotation->kept.phones;
    struct fleet_names names = {.count = 0};
    char text[sizeof names.text + 64];
    cli_report_text(status->out, "Stage",
                    record->all_signed ? "the new one signs all files"
                    : record->signs    ? "the new one signs configurations of phones that know it"
                                       : "listed beside the old one, which signs files");
    for (size_t i = 0; i < kept->count; i++)
        fleet_name(&names, &kept->at[i]);
    fleet_names_end(&names);
    snprintf(text, sizeof text, "%zu of %zu phones%s%s", kept->count, status->run->fleet->count,
             kept->count > 0 ? ": " : "", names.text);
    cli_report_text(status->out, "Old One Needed By", text);
}

static void
print_released(struct status *status, const struct phones *released)
{
    for (size_t i = 0; i < released->count; i++) {
        char name[PHONE_NAME_SIZE];
        phone_name(&released->at[i], name);
        cli_report_open(status->out, "released phones", true);
        cli_report_text(status->out, "Released", name);
        cli_report_close(status->out);
    }
}

static void
print_change(struct status *status)
{
    const struct record *record = &status->rotation->record;
    bool sast = record->newest.path != NULL || record->old_count > 0;
    cli_report_text(status->out, "Rotation",
                    record->from.path != NULL ? "signer of files"
                    : sast                    ? "SAST"
                                              : "none");
    if (record->newest.path != NULL)
        cli_report_text(status->out, "Newest SAST Key", record->newest.path);
    if (record->from.path != NULL) {
        cli_report_text(status->out, "From", record->from.path);
        cli_report_text(status->out, "To", record->to.path);
        print_signer(status);
    }
    if (record_keeps_recovery(record))
        cli_report_text(status->out, "New Recovery Certificate", record->recovery);
    if (record->release_all)
        cli_report_text(status->out, "Released", "all phones (experimental)");
    print_released(status, &record->released);
    for (size_t i = 0; i < status->lists->count; i++)
        if (status->lists->at[i].rungs.count > 1)
            print_ladder(status, &status->lists->at[i]);
}

/* --- warnings */

/* No section describes it, so it never changes. */
static void
warn_of_unlisted(struct status *status, const struct list *list)
{
    const struct record *record = &status->rotation->record;
    enum list_kind kind;
    struct prov_mac phone;
    if (list->wanted != NULL || !list_phone_of(list->name, &kind, &phone) ||
        phones_hold(&record->own[kind], &phone) || phones_hold(&record->taken_back[kind], &phone) ||
        !wanted_takes_generic(status->run->wanted, kind, &phone))
        return;
    const struct list *generic = lists_generic(status->lists, kind);
    if (generic == NULL || generic->stands == NULL ||
        prov_trustlist_follows(list->stands, generic->stands, NULL) == PROV_OK)
        say_warning(status, "no section describes it, so it stays as it is: describe it, or remove "
                            "it: its phone takes the list for all then");
    else
        say_warning(status, "no section describes it, so it stays as it is, and its phone would "
                            "refuse the list for all: do not remove it, but describe it in a "
                            "section of this phone, and sign it with a SAST that it names; or, if "
                            "the phone is gone, give --forget SEP<MAC>: its list goes then");
}

static void
warn_of_list(struct status *status, const struct list *list)
{
    struct prov_trustlist_plan plan = {.size = sizeof plan, .name = list->name};
    struct prov_trustlist_entry *entries =
        calloc(prov_trustlist_count(list->stands) + 1, sizeof *entries);
    const struct prov_field *version =
        prov_header_find(prov_trustlist_header(list->stands), PROV_TAG_SIGNER_VERSION);
    if (entries == NULL)
        return;
    for (size_t i = 0; i < prov_trustlist_count(list->stands); i++) {
        const struct prov_record *record = prov_trustlist_at(list->stands, i);
        if (record->certificate == NULL || prov_role_name(record->role) == NULL)
            continue;
        entries[plan.count].certificate = record->certificate;
        entries[plan.count++].role = (enum prov_role)record->role;
    }
    plan.entries = entries;
    plan.signer_version = (struct prov_signer_version){
        1, version != NULL && version->value.len == 2 && version->value.data[1] == 1};
    status->place = list->name;
    prov_trustlist_plan_warnings(&plan, status->run->now, say_warning, status);
    free(entries);
    const char *lack = abilities_lack_of(list->stands);
    if (lack != NULL)
        say_warning(status, lack);
    if (status->settings->build.sign_count > 0 && !prov_trustlist_signs_files(list->stands))
        say_warning(status, LIST_NAMES_NO_SIGNER);
    warn_of_unlisted(status, list);
}

/* Signed for phones that cannot verify it, or may not be able to. */
static void
warn_of_signature(struct status *status, const struct output *output)
{
    static const char *const whose[] = {
        [ABILITIES_OLD] = "its phone, by its load, refuses how it is signed",
        [ABILITIES_UNNAMED] = "it names no load, and a 7900 phone, which may be meant, refuses how "
                              "it is signed",
    };
    const char *lack =
        output->configuration && output->signing != NULL
            ? abilities_lack(output->signing->how.digest, output->signing->how.signer)
            : NULL;
    char text[512];
    enum abilities_age age =
        lack != NULL ? abilities_age(status->run, &output->phone) : ABILITIES_NEW;
    if (age == ABILITIES_NEW)
        return;
    snprintf(text, sizeof text, "%s: %s", whose[age], lack);
    status->place = output->source;
    say_warning(status, text);
}

static void
warn_of_clear(struct status *status, const struct manifest *manifest)
{
    const struct settings *settings = status->settings;
    for (size_t i = 0; i < manifest->count; i++) {
        const struct output *output = &manifest->outputs[i];
        warn_of_signature(status, output);
        if (!output->configuration || output->kind == OUTPUT_ENCRYPTED || settings->devices == NULL)
            continue;
        status->place = output->source;
        say_warning(status, output->problem != NULL
                                ? output->problem
                                : "it is published in clear text: there is no certificate of this "
                                  "phone in the devices folder");
    }
    if (settings->devices == NULL) {
        status->place = "configurations";
        say_warning(status, "all are published in clear text: no devices folder is set");
    } else if (settings->archive == NULL) {
        status->place = "configurations";
        say_warning(status, "set archive in section paths: it remembers which phones were "
                            "encrypted, when tree, secure root and ledger no longer tell");
    }
}

static void
say_of(void *context, const char *place, const char *text)
{
    struct status *status = context;
    status->place = place;
    say_warning(status, text);
}

/* Phones that nothing leads on, as an object of its own and as a warning. */
static void
say_left_behind(void *context, const struct left_behind *behind)
{
    struct status *status = context;
    char count[sizeof behind->phones.text + 64];
    snprintf(count, sizeof count, "%zu of %zu phones%s%s", behind->phones.count, behind->all,
             behind->phones.count > 0 ? ": " : "", behind->phones.text);
    cli_report_open(status->out, "left behind", false);
    cli_report_text(status->out, "Left Behind", count);
    cli_report_text(status->out, "By", behind->list->name);
    cli_report_time(status->out, "Signed", prov_trustlist_timestamp(behind->list->stands));
    cli_report_text(status->out, "May Hold", behind->held != NULL ? behind->held->file : "none");
    cli_report_text(status->out, "Way Back", behind->back != NULL ? behind->back->file : "none");
    cli_report_close(status->out);
    say_of(status, behind->list->name, behind->text);
}

static void
warn_of_left_behind(struct status *status)
{
    const struct phones nobody[LIST_KINDS] = {{0}, {0}};
    struct prov_error err;
    if (standing_check(status->run, status->lists, nobody, NULL, say_left_behind, status, &err) !=
        PROV_OK)
        say_of(status, "archive", err.text);
}

static void
warn(struct status *status, const struct manifest *manifest)
{
    const struct record *record = &status->rotation->record;
    for (size_t i = 0; i < status->lists->count; i++) {
        const struct list *list = &status->lists->at[i];
        status->place = list->name;
        if (list->stands != NULL)
            warn_of_list(status, list);
        else
            say_warning(status,
                        list->doubt != NULL ? list->doubt : "it is wanted, and does not stand yet");
    }
    status->place = "archive";
    if (status->evidence.code != PROV_OK)
        say_warning(status, status->evidence.text);
    warn_of_left_behind(status);
    warn_of_clear(status, manifest);
    struct prov_error err;
    if (contents_standing(status->run, manifest, say_of, status, &err) != PROV_OK)
        say_of(status, status->settings->tftpboot, err.text);
    const char *config = status->run->config != NULL ? status->run->config : SETTINGS_FILE_DEFAULT;
    if (writers_check(status->run, config, say_of, status, &err) != PROV_OK)
        say_of(status, "settings", err.text);
    exposed_keys(status->run->wanted, say_of, status);
    status->place = "ledger";
    if (status->settings->ledger == NULL)
        say_warning(status, "none is set, so nobody knows which phones were given what");
    else if (!status->run->fleet->ledger)
        say_warning(status, "it is not there; does provd run, with this ledger?");
    status->place = "settings";
    if (record_keeps_recovery(record))
        say_warning(status, "name the new recovery certificate as the second sast");
    if (record->released.count > 0 || record->release_all)
        say_warning(status, "released phones ask for files without signature, and do not come up "
                            "from this tree before --take-back");
    if (record->newest.path != NULL)
        say_warning(status, "put the newest SAST in the place of the old one");
    if (status->rotation->old_lost)
        say_warning(status, "the key of the old signer of files is gone: phones that may hold a "
                            "list which names it alone refuse their files");
    if (record->from.path != NULL && record->all_signed)
        say_warning(status, "the new certificate signs all files: put it in the place of the old "
                            "one, in section sign and in the lists");
}

/* --- the whole */

/* What would stop a run is only told. */
static int
look_at_archive(struct status *status, struct published *published, struct prov_error *err)
{
    const struct run *run = status->run;
    int rc = evidence_check(published, run->settings->archive, run->settings->tftpboot,
                            &run->forgotten, run->accept_archive, false, &status->evidence);
    if (rc == PROV_OK)
        rc = delivered_check(status->run, &status->evidence);
    return rc == PROV_E_MEMORY ? prov_fail(err, rc, "%s", status->evidence.text) : PROV_OK;
}

/* What phones are proven to hold, with what the next run would take from the ledger. */
static int
know_fleet(struct status *status, struct prov_error *err)
{
    struct run *run = status->run;
    int rc = fleet_know(run, err);
    if (rc == PROV_OK)
        rc = signed_take(run, run->fleet, err);
    if (rc == PROV_OK)
        rc = given_read(run, run->fleet, err);
    return rc == PROV_OK ? reach_make(run->fleet, &status->reach, err) : rc;
}

static int
gather(struct status *status, struct published *published, struct manifest *manifest,
       struct prov_error *err)
{
    struct run *run = status->run;
    const struct settings *settings = run->settings;
    int rc = published_read(settings->archive, settings->tftpboot, published, err);
    run->published = published;
    if (rc == PROV_OK)
        rc = look_at_archive(status, published, err);
    if (rc == PROV_OK)
        rc = know_fleet(status, err);
    if (rc == PROV_OK)
        rc = rotation_prepare(status->rotation, run, err);
    if (rc == PROV_OK)
        rc = lists_make(run->wanted, published, settings->tftpboot, status->lists, err);
    return rc == PROV_OK ? manifest_make(run, run->wanted->signs, run->wanted->sign_count,
                                         &status->rotation->kept, manifest, err)
                         : rc;
}

static void
print_all(struct status *status, const struct manifest *manifest)
{
    print_change(status);
    status_phones(status->out, status->run->fleet, &status->reach, &status->rotation->record);
    cli_report_line(status->out, "%s", "");
    warn(status, manifest);
}

int
status_print(struct run *run)
{
    struct prov_error err = {.code = PROV_OK};
    struct published published = {.archive_error = {.code = PROV_OK}};
    struct rotation rotation = {0};
    struct lists lists = {0};
    struct manifest manifest = {0};
    struct status status = {.run = run,
                            .settings = run->settings,
                            .rotation = &rotation,
                            .lists = &lists,
                            .out = cli_report_new(run->common.json)};
    bool printed = false;
    run->dry_run = true;
    run->report = report_new(false, true);
    if (status.out == NULL || run->report == NULL)
        prov_fail(&err, PROV_E_MEMORY, "out of memory");
    else if (gather(&status, &published, &manifest, &err) == PROV_OK)
        print_all(&status, &manifest);
    if (err.code == PROV_OK && !(printed = cli_report_print(status.out)))
        prov_fail(&err, PROV_E_MEMORY, "out of memory");
    if (!printed)
        report_fatal(NULL, run->common.json, err.text);
    manifest_release(&manifest);
    lists_release(&lists);
    rotation_release(&rotation);
    reach_release(&status.reach);
    fleet_free(run->fleet);
    run->fleet = NULL;
    published_release(&published);
    run->published = NULL;
    report_free(run->report);
    cli_report_free(status.out);
    return printed ? CLI_DONE : CLI_FAILED;
}
