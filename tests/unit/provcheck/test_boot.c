/* SPDX-License-Identifier: MIT */
/* The walk of a boot, without a network: what is asked for, in which order, over what. */
#include "provcheck/phone/boot.h"
#include "tests/unit/support.h"

#include <stdlib.h>
#include <string.h>

#define ASKED_MAX 4096

static struct prov_error err;
static const struct prov_mac mac = {"58971ECC97C1"};

/* An answer by name; what is not in the table is not found. */
struct served {
    const char *name;
    enum fetch_transport transport;
    enum fetch_outcome outcome;
    struct prov_span content;
};

struct booted {
    enum boot_result result;
    char asked[ASKED_MAX]; /* "tftp:NAME tftp:NAME …" */
    char said[4 * ASKED_MAX];
};

static void
note(void *context, const struct step *step)
{
    struct booted *booted = context;
    size_t used = strlen(booted->said);
    snprintf(booted->said + used, sizeof booted->said - used, "%s: %s\n",
             step_kind_name(step->kind), step->text);
}

static const struct served *
find_served(const struct served *served, const struct fetch_request *request)
{
    for (; served != NULL && served->name != NULL; served++)
        if (strcmp(served->name, request->name) == 0 && served->transport == request->transport)
            return served;
    return NULL;
}

static struct booted *
boot_with(const char *family, struct trust *trust, const struct served *served)
{
    struct booted *booted = keep(calloc(1, sizeof *booted), free);
    const struct boot_phone phone = {.family = family_find(family),
                                     .mac = mac,
                                     .now = VECTOR_TIME,
                                     .listener = note,
                                     .context = booted};
    struct boot *boot = boot_new(&phone, trust);
    struct fetch_request request;
    assert_non_null(boot);
    while (boot_next(boot, &request)) {
        const struct served *found = find_served(served, &request);
        size_t used = strlen(booted->asked);
        snprintf(booted->asked + used, sizeof booted->asked - used, "%s%s:%s", used > 0 ? " " : "",
                 fetch_transport_name(request.transport), request.name);
        if (found != NULL)
            boot_answer(boot, found->outcome, found->content, "served");
        else
            boot_answer(boot, FETCH_NOT_FOUND, (struct prov_span){NULL, 0}, "not found");
    }
    assert_false(boot_next(boot, &request));
    booted->result = boot_result(boot);
    boot_free(boot);
    return booted;
}

static struct trust
new_trust(void)
{
    struct trust_library *library = trust_library_new();
    assert_non_null(library);
    keep(library, (void (*)(void *))trust_library_free);
    return (struct trust){.known = library};
}

static struct prov_span
list_of(uint8_t minor, enum prov_role role)
{
    const struct prov_signing how = {
        .signer = pem("sast.pem"), .digest = PROV_SHA1, .timestamp = VECTOR_TIME};
    const struct prov_trustlist_entry entries[] = {{pem("sast.pem"), PROV_ROLE_SAST},
                                                   {pem("asterisk.pem"), role}};
    return build_list(&how,
                      &(struct prov_trustlist_plan){.size = sizeof(struct prov_trustlist_plan),
                                                    .signer_version = {1, minor},
                                                    .name = "ITLFile.tlv",
                                                    .entries = entries,
                                                    .count = 2});
}

static void
each_family_asks_in_its_order(void **state)
{
    (void)state;
    static const struct {
        const char *family;
        const char *asked;
    } expected[] = {
        {"7940", "tftp:CTLSEP58971ECC97C1.tlv tftp:SEP58971ECC97C1.cnf.xml tftp:SIPDefault.cnf "
                 "tftp:./SIP58971ECC97C1.cnf"},
        {"7900", "tftp:CTLSEP58971ECC97C1.tlv tftp:ITLSEP58971ECC97C1.tlv tftp:ITLFile.tlv "
                 "tftp:SEP58971ECC97C1.cnf.xml tftp:XMLDefault.cnf.xml"},
        {"7800", "http:CTLSEP58971ECC97C1.tlv http:ITLSEP58971ECC97C1.tlv http:ITLFile.tlv "
                 "http:SEP58971ECC97C1.cnf.xml http:XMLDefault.cnf.xml"},
        {"8800", "http:CTLSEP58971ECC97C1.tlv http:ITLSEP58971ECC97C1.tlv http:ITLFile.tlv "
                 "http:SEP58971ECC97C1.cnf.xml http:XMLDefault.cnf.xml"},
    };
    for (size_t i = 0; i < LENGTH(expected); i++) {
        struct trust trust = new_trust();
        const struct booted *booted = boot_with(expected[i].family, &trust, NULL);
        assert_string_equal(booted->asked, expected[i].asked);
        assert_int_equal(booted->result, BOOT_NO_CONFIG);
    }
}

static void
what_the_configuration_names_is_asked_for(void **state)
{
    (void)state;
    const struct prov_span xml =
        span_of("<device><loadInformation> SIP42 </loadInformation>"
                "<userLocale><name>Chile</name></userLocale><networkLocale>Peru</networkLocale>"
                "<sipProfile><dialTemplate>dial.xml</dialTemplate>"
                "<softKeyFile>keys.xml</softKeyFile></sipProfile></device>");
    const struct served served[] = {{"SEP58971ECC97C1.cnf.xml", FETCH_TFTP, FETCH_DELIVERED, xml},
                                    {0}};
    struct trust trust = new_trust();
    const struct booted *booted = boot_with("7900", &trust, served);
    assert_int_equal(booted->result, BOOT_UP);
    assert_non_null(strstr(booted->asked, "tftp:SEP58971ECC97C1.cnf.xml tftp:SIP42.loads "
                                          "tftp:Chile/mk-sip.jar tftp:Peru/g3-tones.xml "
                                          "tftp:dial.xml tftp:keys.xml"));
    assert_non_null(strstr(booted->said, "status: Error update locale"));
}

static void
without_locales_the_slash_stays(void **state)
{
    (void)state;
    const struct served served[] = {
        {"SEP58971ECC97C1.cnf.xml", FETCH_HTTP, FETCH_DELIVERED, span_of("<device/>")}, {0}};
    struct trust trust = new_trust();
    const struct booted *booted = boot_with("8800", &trust, served);
    assert_int_equal(booted->result, BOOT_UP);
    assert_non_null(strstr(booted->asked, "http:SEP58971ECC97C1.cnf.xml http:/mk-sip.jar "
                                          "http:/g3-tones.xml http:AppDialRules.xml "
                                          "http:defaultheadsetconfig.json"));
}

static void
a_transport_that_fails_leads_to_the_next(void **state)
{
    (void)state;
    static const enum fetch_outcome failures[] = {FETCH_BUSY, FETCH_REFUSED, FETCH_UNREACHABLE,
                                                  FETCH_UNTRUSTED, FETCH_BROKEN};
    for (size_t i = 0; i < LENGTH(failures); i++) {
        const struct served served[] = {
            {"ITLSEP58971ECC97C1.tlv", FETCH_HTTP, FETCH_DELIVERED, list_of(1, PROV_ROLE_CCM)},
            {"SEP58971ECC97C1.cnf.xml", FETCH_HTTPS, failures[i], {NULL, 0}},
            {"SEP58971ECC97C1.cnf.xml", FETCH_HTTP, failures[i], {NULL, 0}},
            {"SEP58971ECC97C1.cnf.xml", FETCH_TFTP, FETCH_DELIVERED, span_of("<device/>")},
            {0}};
        struct trust trust = new_trust();
        const struct booted *booted = boot_with("7800", &trust, served);
        assert_int_equal(booted->result, BOOT_UP);
        assert_non_null(strstr(booted->asked, "https:SEP58971ECC97C1.cnf.xml "
                                              "http:SEP58971ECC97C1.cnf.xml "
                                              "tftp:SEP58971ECC97C1.cnf.xml"));
    }
}

static void
a_list_of_version_1_0_leads_to_no_https(void **state)
{
    (void)state;
    const struct served served[] = {
        {"ITLSEP58971ECC97C1.tlv", FETCH_HTTP, FETCH_DELIVERED, list_of(0, PROV_ROLE_TFTP)}, {0}};
    struct trust trust = new_trust();
    const struct booted *booted = boot_with("8800", &trust, served);
    assert_null(strstr(booted->asked, "https:"));
    assert_null(strstr(booted->asked, "ITLFile.tlv"));
    assert_non_null(strstr(booted->asked, "http:SEP58971ECC97C1.cnf.xml.sgn"));
}

static void
a_7900_never_asks_over_http(void **state)
{
    (void)state;
    const struct served served[] = {
        {"ITLSEP58971ECC97C1.tlv", FETCH_TFTP, FETCH_DELIVERED, list_of(1, PROV_ROLE_TFTP)}, {0}};
    struct trust trust = new_trust();
    const struct booted *booted = boot_with("7900", &trust, served);
    assert_null(strstr(booted->asked, "http"));
    assert_non_null(strstr(booted->asked, "tftp:SEP58971ECC97C1.cnf.xml.sgn"));
}

static void
a_server_that_is_down_is_asked_once(void **state)
{
    (void)state;
    const struct served served[] = {
        {"CTLSEP58971ECC97C1.tlv", FETCH_HTTP, FETCH_UNREACHABLE, {NULL, 0}},
        {"CTLSEP58971ECC97C1.tlv", FETCH_TFTP, FETCH_UNREACHABLE, {NULL, 0}},
        {0}};
    struct trust trust = new_trust();
    const struct booted *booted = boot_with("8800", &trust, served);
    assert_int_equal(booted->result, BOOT_UNREACHABLE);
    assert_string_equal(booted->asked, "http:CTLSEP58971ECC97C1.tlv tftp:CTLSEP58971ECC97C1.tlv");
}

static void
a_list_that_did_not_arrive_leaves_the_held_one(void **state)
{
    (void)state;
    const struct served served[] = {{"ITLSEP58971ECC97C1.tlv", FETCH_TFTP, FETCH_BROKEN, {NULL, 0}},
                                    {0}};
    struct trust trust = new_trust();
    const struct prov_trustlist *held = NULL;
    expect_ok(trust_library_read(trust.known, list_of(1, PROV_ROLE_CCM), &held, &err), &err);
    trust.lists[TRUST_ITL] = held;
    const struct booted *booted = boot_with("7900", &trust, served);
    assert_ptr_equal(trust.lists[TRUST_ITL], held);
    assert_non_null(strstr(booted->said, "status: Trust List update failed"));
}

static void
names_that_are_too_long_are_not_asked_for(void **state)
{
    (void)state;
    char xml[1000];
    snprintf(xml, sizeof xml, "<device><loadInformation>%0300d</loadInformation></device>", 0);
    const struct served served[] = {
        {"SEP58971ECC97C1.cnf.xml", FETCH_TFTP, FETCH_DELIVERED, span_of(xml)}, {0}};
    struct trust trust = new_trust();
    const struct booted *booted = boot_with("7900", &trust, served);
    assert_int_equal(booted->result, BOOT_UP);
    assert_null(strstr(booted->asked, "loads"));
}

static void
every_result_and_step_has_a_name(void **state)
{
    (void)state;
    for (int result = 0; result < BOOT_RESULTS; result++)
        assert_non_null(boot_result_name((enum boot_result)result));
    for (int kind = 0; kind < STEP_KINDS; kind++)
        assert_non_null(step_kind_name((enum step_kind)kind));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_family_asks_in_its_order),
        cmocka_unit_test(what_the_configuration_names_is_asked_for),
        cmocka_unit_test(without_locales_the_slash_stays),
        cmocka_unit_test(a_transport_that_fails_leads_to_the_next),
        cmocka_unit_test(a_list_of_version_1_0_leads_to_no_https),
        cmocka_unit_test(a_7900_never_asks_over_http),
        cmocka_unit_test(a_server_that_is_down_is_asked_once),
        cmocka_unit_test(a_list_that_did_not_arrive_leaves_the_held_one),
        cmocka_unit_test(names_that_are_too_long_are_not_asked_for),
        cmocka_unit_test(every_result_and_step_has_a_name),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
