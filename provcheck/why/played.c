/* SPDX-License-Identifier: MIT */
/* Plays the phone's boot with the files that stand and the lists that it was given, without a
 * network: what it would accept, and where it would stop. */
#include "provcheck/why/reading.h"

#include "ladder/rungs.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

struct play {
    const struct why_question *question;
    struct why_boot *boot;
};

/* --- what it says meanwhile */

static bool
is_config_name(const char *file)
{
    return strncasecmp(prov_file_base(file), "SEP", 3) == 0;
}

static void
keep(char out[static WHY_TEXT_MAX], const struct step *step)
{
    if (out[0] == '\0')
        snprintf(out, WHY_TEXT_MAX, "%s: %s", step->file, step->text);
}

/* Of a load it says that it is not there, or not whole. */
static void
listen_to(void *context, const struct step *step)
{
    struct why_boot *boot = ((struct play *)context)->boot;
    if (step->kind == STEP_REFUSED && strstr(step->file, ".tlv") != NULL) {
        keep(boot->list, step);
    } else if (step->kind == STEP_REFUSED) {
        snprintf(boot->file, sizeof boot->file, "%s", step->file);
        snprintf(boot->text, sizeof boot->text, "%s", step->text);
    } else if (step->kind == STEP_FALLBACK && is_config_name(step->file) &&
               strcmp(step->via, fetch_transport_name(FETCH_HTTPS)) == 0) {
        keep(boot->https, step);
    } else if (step->kind == STEP_WARNING && strstr(step->text, "firmware") != NULL) {
        keep(boot->load, step);
    }
}

/* --- what it holds */

static int
hold(const struct why_facts *facts, struct trust *trust, struct prov_error *err)
{
    int rc = PROV_OK;
    trust->known = trust_library_new();
    if (trust->known == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    for (enum trust_kind kind = 0; rc == PROV_OK && kind < TRUST_KINDS; kind++) {
        struct prov_bytes *bytes = NULL;
        const char *path = facts->lists[kind].held;
        if (path[0] == '\0' ||
            prov_file_read(path, PROV_TRUSTLIST_READ_MAX, &bytes, NULL) != PROV_OK)
            continue;
        /* What is no list, the phone did not take. */
        rc = trust_library_read(trust->known, prov_bytes_span(bytes), &trust->lists[kind], err);
        if (rc == PROV_E_FORMAT) {
            trust->lists[kind] = NULL;
            rc = PROV_OK;
        }
        prov_bytes_free(bytes);
    }
    return rc;
}

static bool
is_in_turns(const struct settings *settings)
{
    char path[PATH_MAX];
    return why_find(settings->tftpboot, LADDER_FOLDER "/" LADDER_TABLE, path);
}

/* --- the boot */

static void
run(const struct play *play, struct boot *boot)
{
    struct fetch_request request;
    char text[WHY_TEXT_MAX];
    while (boot_next(boot, &request)) {
        struct prov_bytes *content = NULL;
        enum fetch_outcome outcome = why_serve(play->question->settings, &request, &content, text);
        struct prov_span span =
            content != NULL ? prov_bytes_span(content) : (struct prov_span){NULL, 0};
        boot_answer(boot, outcome, span, text);
        prov_bytes_free(content);
    }
    play->boot->result = boot_result(boot);
    play->boot->played = true;
    if (play->boot->result == BOOT_LIST_TOO_LARGE) { /* more than a list that it does not take */
        memcpy(play->boot->text, play->boot->list, sizeof play->boot->text);
        play->boot->list[0] = '\0';
    }
}

/* A family that is not known is taken for the one that verifies and speaks the most. */
static int
play_with(const struct why_question *question, const struct why_facts *facts, struct trust *trust,
          struct why_boot *out, struct prov_error *err)
{
    struct play play = {question, out};
    struct prov_identity *device = NULL;
    char path[PATH_MAX];
    if (facts->has_certificate) {
        snprintf(path, sizeof path, "%s/SEP%s.pem", question->settings->devices, facts->phone.text);
        int rc = prov_encrypted_load_device(path, &device, err);
        if (rc != PROV_OK)
            return rc;
    }
    const struct boot_phone phone = {.family = facts->family != NULL ? facts->family
                                                                     : family_find("8800"),
                                     .load = load_find(facts->config.load),
                                     .mac = facts->phone,
                                     .device = device,
                                     .now = question->now,
                                     .listener = listen_to,
                                     .context = &play};
    struct boot *boot = boot_new(&phone, trust);
    if (boot != NULL)
        run(&play, boot);
    boot_free(boot);
    prov_identity_free(device);
    return boot != NULL ? PROV_OK : prov_fail(err, PROV_E_MEMORY, "out of memory");
}

int
why_play_boot(const struct why_question *question, struct why_facts *facts, struct prov_error *err)
{
    struct trust trust = {.known = NULL};
    if (question->settings->tftpboot == NULL)
        return PROV_OK;
    int rc = hold(facts, &trust, err);
    if (rc == PROV_OK)
        rc = play_with(question, facts, &trust, &facts->boot, err);
    /* One of several lists, given in turns, fits in the end. */
    if (is_in_turns(question->settings))
        facts->boot.list[0] = '\0';
    trust_library_free(trust.known);
    return rc;
}
