/* SPDX-License-Identifier: MIT */
/* The walk of a boot, without a network: what is asked for, in which order, over what. */
#include "provcheck/phone/boot.h"
#include "tests/unit/support.h"

#include <stdlib.h>
#include <string.h>

#define ASKED_MAX 4096

/* What a configuration needs for a phone that comes up: a server to register at. */
#define SERVER                                                                                     \
    "<callManagerGroup><members><member><callManager><processNodeName>pbx</processNodeName>"       \
    "</callManager></member></members></callManagerGroup>"

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
    const struct model *model = model_find(family);
    struct booted *booted = keep(calloc(1, sizeof *booted), free);
    const struct boot_phone phone = {.family = family_find(family),
                                     .load = model != NULL ? model_load(model) : NULL,
                                     .whole_firmware = true,
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
        span_of("<device>" SERVER "<loadInformation> SIP42 </loadInformation>"
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
                                          "tftp:dial.xml tftp:keys.xml tftp:Ringlist.xml"));
    assert_non_null(strstr(booted->said, "status: Error update locale"));
}

static void
without_locales_the_slash_stays(void **state)
{
    (void)state;
    const struct served served[] = {{"SEP58971ECC97C1.cnf.xml", FETCH_HTTP, FETCH_DELIVERED,
                                     span_of("<device>" SERVER "</device>")},
                                    {0}};
    struct trust trust = new_trust();
    const struct booted *booted = boot_with("8800", &trust, served);
    assert_int_equal(booted->result, BOOT_UP);
    assert_non_null(strstr(booted->asked, "http:SEP58971ECC97C1.cnf.xml http:/sl-be-sip.jar "
                                          "http:/g3-tones.xml http:AppDialRules.xml "
                                          "http:defaultheadsetconfig.json "
                                          "http:Ringlist-wb.xml"));
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
            {"SEP58971ECC97C1.cnf.xml", FETCH_TFTP, FETCH_DELIVERED,
             span_of("<device>" SERVER "</device>")},
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
    snprintf(xml, sizeof xml,
             "<device>" SERVER "<loadInformation>%0300d</loadInformation></device>", 0);
    const struct served served[] = {
        {"SEP58971ECC97C1.cnf.xml", FETCH_TFTP, FETCH_DELIVERED, span_of(xml)}, {0}};
    struct trust trust = new_trust();
    const struct booted *booted = boot_with("7900", &trust, served);
    assert_int_equal(booted->result, BOOT_UP);
    assert_null(strstr(booted->asked, "loads"));
}

/* A boot over TFTP with this configuration and, if not NULL, one more file. */
static const struct booted *
boot_on(const char *family, const char *xml, const char *file, const char *content)
{
    struct trust trust = new_trust();
    const struct served served[] = {
        {"SEP58971ECC97C1.cnf.xml", FETCH_TFTP, FETCH_DELIVERED, span_of(xml)},
        {"SEP58971ECC97C1.cnf.xml", FETCH_HTTP, FETCH_DELIVERED, span_of(xml)},
        {file, FETCH_TFTP, FETCH_DELIVERED, span_of(content != NULL ? content : "")},
        {0}};
    return boot_with(family, &trust, served);
}

static void
each_model_asks_for_its_own_archive(void **state)
{
    (void)state;
    static const struct {
        const char *family, *load, *wanted;
    } cases[] = {
        {"7900", "SIP11.8-5-3S", "tftp:Chile/tc-sip.jar"},
        {"7900", "SIP45.9-4-2", "tftp:Chile/be-sip.jar"},
        {"7900", "SCCP75.9-4-2", "tftp:Chile/td-sccp.jar"},
        {"7900", "", "tftp:Chile/mk-sip.jar"},
        {"7965", "", "tftp:Chile/be-sip.jar"},
        {"7800", "", "http:Chile/sp-sip.jar"},
        {"8800", "sip88xx.12-8-1", "http:Chile/sl-be-sip.jar"},
        {"8845", "", "http:Chile/sl-bev-sip.jar"},
        {"6921", "", "tftp:Chile/rtl-sip.jar"},
        {"8945", "", "tftp:Chile/gb-sccp-sip.jar"},
        {"9971", "", "tftp:Chile/gd-sip.jar"},
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        const struct booted *booted =
            boot_on(cases[i].family,
                    text_of("<device>" SERVER "<loadInformation>%s</loadInformation>"
                            "<userLocale><name>Chile</name></userLocale></device>",
                            cases[i].load),
                    "none", NULL);
        if (strstr(booted->asked, cases[i].wanted) == NULL)
            fail_msg("%s %s: %s", cases[i].family, cases[i].load, booted->asked);
    }
}

static void
an_archive_that_is_not_known_is_not_guessed(void **state)
{
    (void)state;
    const struct booted *booted =
        boot_on("9900", "<device>" SERVER "<userLocale><name>Chile</name></userLocale></device>",
                "none", NULL);
    assert_null(strstr(booted->asked, ".jar"));
    assert_non_null(strstr(booted->said, "warning: which archive of the language Chile"));
}

static void
what_comes_with_the_firmware_is_not_missed(void **state)
{
    (void)state;
    const struct booted *booted =
        boot_on("7900",
                "<device>" SERVER "<userLocale><name>English_United_States</name></userLocale>"
                "<networkLocale>United_States</networkLocale></device>",
                "none", NULL);
    assert_null(strstr(booted->said, "Error update locale"));
}

static void
tones_are_those_of_the_element_that_newer_loads_read(void **state)
{
    (void)state;
    const struct booted *booted =
        boot_on("9971",
                "<device>" SERVER "<networkLocale>Peru</networkLocale>"
                "<networkLocaleInfo><name>Chile</name></networkLocaleInfo></device>",
                "none", NULL);
    assert_non_null(strstr(booted->asked, "tftp:Chile/g4-tones.xml"));
}

static void
the_files_of_a_load_list_are_asked_for(void **state)
{
    (void)state;
    const char *xml = "<device>" SERVER "<loadInformation>SIP42.9</loadInformation></device>";
    struct trust trust = new_trust();
    const struct served served[] = {
        {"SEP58971ECC97C1.cnf.xml", FETCH_TFTP, FETCH_DELIVERED, span_of(xml)},
        {"SIP42.9.loads", FETCH_TFTP, FETCH_DELIVERED, span_of("# a list\na.sbn \r\nb.sbn\n")},
        {"a.sbn", FETCH_TFTP, FETCH_TOO_LARGE, {NULL, 0}},
        {0}};
    const struct booted *booted = boot_with("7900", &trust, served);
    assert_non_null(strstr(booted->asked, "tftp:SIP42.9.loads tftp:a.sbn tftp:b.sbn "));
    assert_non_null(strstr(booted->said, "accepted: the list of the firmware's 2 files"));
    assert_non_null(strstr(booted->said, "warning: of the firmware that the configuration names 1 "
                                         "of 2 files are missing"));
    assert_null(strstr(booted->said, "the firmware that the configuration names is there"));
    assert_int_equal(booted->result, BOOT_UP);
}

static void
loads_without_a_list_are_asked_for_as_they_are(void **state)
{
    (void)state;
    const struct booted *booted =
        boot_on("7912",
                "<device>" SERVER "<loadInformation>CP7912080004SCCP080108A</loadInformation>"
                "</device>",
                "none", NULL);
    assert_non_null(strstr(booted->asked, "tftp:SEP58971ecc97c1.cnf.xml"));
    booted = boot_on("7900",
                     "<device>" SERVER "<loadInformation>SIP42.9</loadInformation><vendorConfig>"
                     "<loadServer>192.0.2.9</loadServer></vendorConfig></device>",
                     "none", NULL);
    assert_null(strstr(booted->asked, "SIP42.9"));
}

static void
without_a_server_to_register_at_it_does_not_come_up(void **state)
{
    (void)state;
    static const struct {
        const char *xml;
        enum boot_result result;
    } cases[] = {
        {"<device/>", BOOT_NO_SERVER},
        {"<device><callManagerGroup><processNodeName> </processNodeName></callManagerGroup>"
         "</device>",
         BOOT_NO_SERVER},
        {"<device><capfList><capf><processNodeName>ca</processNodeName></capf></capfList></device>",
         BOOT_NO_SERVER},
        {"<device><sipLines><line><proxy>USECALLMANAGER</proxy></line></sipLines></device>",
         BOOT_NO_SERVER},
        {"<device><sipLines><line><proxy>pbx</proxy></line></sipLines></device>", BOOT_UP},
        {"<device>" SERVER "</device>", BOOT_UP},
    };
    for (size_t i = 0; i < LENGTH(cases); i++)
        assert_int_equal(boot_on("8800", cases[i].xml, "none", NULL)->result, cases[i].result);
}

static void
a_7940_with_sip_firmware_needs_a_file_of_its_own(void **state)
{
    (void)state;
    const char *xml = "<device>" SERVER "<loadInformation>P0S3-8-12-00</loadInformation></device>";
    assert_int_equal(boot_on("7940", xml, "none", NULL)->result, BOOT_NO_CONFIG);
    assert_int_equal(boot_on("7940", xml, "./SIP58971ECC97C1.cnf", "line1_name: 1")->result,
                     BOOT_UP);
    xml = "<Default>" SERVER "<loadInformation8>P0S3-8-12-00</loadInformation8></Default>";
    const struct booted *booted = boot_on("7940", xml, "none", NULL);
    assert_int_equal(booted->result, BOOT_UP);
    assert_non_null(strstr(booted->said, "warning: from its next boot on, the load P0S3-8-12-00"));
    booted = boot_on("7940", xml, "./SIP58971ECC97C1.cnf", "line1_name: 1");
    assert_int_equal(booted->result, BOOT_UP);
    assert_non_null(strstr(booted->said, "warning: its root is Default"));
    assert_non_null(strstr(booted->asked, "tftp:P0S3-8-12-00.loads"));
    assert_int_equal(boot_on("7900", xml, "none", NULL)->result, BOOT_MALFORMED);
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
        cmocka_unit_test(each_model_asks_for_its_own_archive),
        cmocka_unit_test(an_archive_that_is_not_known_is_not_guessed),
        cmocka_unit_test(what_comes_with_the_firmware_is_not_missed),
        cmocka_unit_test(tones_are_those_of_the_element_that_newer_loads_read),
        cmocka_unit_test(the_files_of_a_load_list_are_asked_for),
        cmocka_unit_test(loads_without_a_list_are_asked_for_as_they_are),
        cmocka_unit_test(without_a_server_to_register_at_it_does_not_come_up),
        cmocka_unit_test(a_7940_with_sip_firmware_needs_a_file_of_its_own),
        cmocka_unit_test(every_result_and_step_has_a_name),
    };
    return cmocka_run_group_tests(tests, support_begin, support_end);
}
