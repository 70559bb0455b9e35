/* SPDX-License-Identifier: MIT */
/* Configurations: what is found in one that has a fault, and nothing in one that has none. */
#include "tests/unit/checks/findings.h"
#include "tests/unit/support.h"

#include <stdio.h>
#include <string.h>

#define GROUP                                                                                      \
    "<devicePool><dateTimeSetting><ntps><ntp><name>192.0.2.1</name></ntp></ntps>"                  \
    "</dateTimeSetting><callManagerGroup><members><member priority='0'><callManager><ports>"       \
    "<sipPort>5060</sipPort></ports><processNodeName>192.0.2.10</processNodeName></callManager>"   \
    "</member></members></callManagerGroup></devicePool>"
#define LINE                                                                                       \
    "<line button='1' lineIndex='1'><featureID>9</featureID><proxy>USECALLMANAGER</proxy>"         \
    "<port>5060</port><name>100</name><authName>100</authName></line>"
#define SIP "<device><deviceProtocol>SIP</deviceProtocol>"
#define LINES(lines) "<sipProfile><sipLines>" lines "</sipLines></sipProfile>"
#define SOUND SIP GROUP LINES(LINE)

/* What is found, without notes. */
static const struct {
    const char *xml, *ids;
} cases[] = {
    {SOUND "</device>", ""},
    {"<device xsi:type='axl:XIPPhone' ctiid='1'><deviceProtocol>SIP</deviceProtocol>" GROUP LINES(
         LINE) "</device>",
     ""},
    {"<device><deviceProtocol>SCCP</deviceProtocol></device>", ""},
    {"<device/>", ""},

    /* elements */
    {SOUND "<fullConfg>true</fullConfg></device>", "element-misspelt"},
    {SOUND "<fullconfig>true</fullconfig></device>", "element-case"},
    {SOUND "<nothing>true</nothing></device>", ""},
    {SOUND "<vendorConfig><sipPort>5060</sipPort></vendorConfig></device>", ""},
    {SOUND "<idleTimeout>1</idleTimeout><idleTimeout>2</idleTimeout></device>", "element-twice"},
    {SOUND "<idleTimeout>1</idleTimeout><idleTimeout>1</idleTimeout></device>", ""},
    {SOUND "<vendorConfig><pcPort>1</pcPort></vendorConfig><commonConfig><pcPort>0</pcPort>"
           "</commonConfig></device>",
     ""},
    {SOUND "<vendorConfig><webAccess>on</webAccess></vendorConfig></device>", "value-on-off"},
    {SOUND "<fullConfig>yes</fullConfig></device>", "value-on-off"},
    {SOUND "<fullConfig>True</fullConfig></device>", "value"},
    {SOUND "<fullConfig>False</fullConfig></device>", ""},
    {SOUND "<fullConfig></fullConfig><idleTimeout> 5 </idleTimeout></device>", ""},
    {SOUND "<idleTimeout>{{ timeout }}</idleTimeout></device>", "placeholder"},
    {SOUND "<idleTimeout>#IDLE TIME#</idleTimeout></device>", "placeholder"},
    {SIP GROUP "<sipProfile><phoneLabel>phone_EXTENSION_</phoneLabel><sipLines>" LINE
               "</sipLines></sipProfile></device>",
     "placeholder"},

    /* servers */
    {SIP
     "<devicePool><callManagerGroup><members><member><callManager><name>192.0.2.10</name>"
     "</callManager></member></members></callManagerGroup></devicePool>" LINES(LINE) "</device>",
     "no-server"},
    {SIP LINES(LINE) "</device>", "no-server"},
    {SIP "<devicePool><callManagerGroup><members><member><callManager><processNodeName>pbx"
         "</processNodeName><ports><sipPort>5070</sipPort></ports></callManager></member></members>"
         "</callManagerGroup></devicePool>" LINES(LINE) "</device>",
     "server-ports"},
    {SIP "<devicePool><callManagerGroup><members><member><callManager><processNodeName>pbx"
         "</processNodeName><ports><sipPort>5060</sipPort></ports></callManager></member></members>"
         "</callManagerGroup></devicePool>" LINES(LINE) "</device>",
     ""},

    /* lines */
    {SIP GROUP LINES("<line button='1'><featureID>21</featureID></line>") "</device>", "no-line"},
    {SIP GROUP "<sipProfile/></device>", "no-line"},
    {SIP GROUP LINES(LINE LINE) "</device>", "line-button line-button"},
    {SIP GROUP LINES(LINE
                     "<line button='2' lineIndex='1'><featureID>21</featureID></line>") "</device>",
     ""},
    {SIP GROUP LINES(
         "<line button='1'><featureID>9</featureID><proxy>USECALLMANAGER</proxy></line>") "</"
                                                                                          "device>",
     "line-lacks"},
    {SIP "<loadInformation>sip88xx.12-8-1</loadInformation>" GROUP LINES(
         "<line button='1'><featureID>9</featureID><proxy>USECALLMANAGER</proxy><name>1</name>"
         "</line>") "</device>",
     "line-lacks"},
    {SIP "<loadInformation>SIP41.9-4-2</loadInformation>" GROUP LINES("<line "
                                                                      "button='1'><featureID>9</"
                                                                      "featureID><proxy>192.0.2.10<"
                                                                      "/proxy><name>1</name></"
                                                                      "line>") "</device>",
     "proxy"},
    {SIP "<loadInformation>SIP41.8-5-4S</loadInformation><transportLayerProtocol>2"
         "</transportLayerProtocol>" GROUP LINES(
             "<line "
             "button='1'><featureID>9</featureID><proxy>192.0.2.10</proxy><name>1</name></"
             "line>") "</device>",
     ""},
    {SIP "<loadInformation>SIP42.9-4-2</loadInformation>" GROUP LINES(
         "<line button='1'><featureID>9</featureID><proxy>USECALLMANAGER</proxy><name>1</name>"
         "<authPassword>0123456789abc</authPassword></line>") "</device>",
     "value-length"},
    {SIP GROUP LINES("<line button='1'><featureID>9</featureID><proxy>USECALLMANAGER</proxy>"
                     "<name>1</name><authPassword>0123456789abcdef0123456789abcdef</authPassword>"
                     "</line>") "</device>",
     "value-length"},

    /* transport and security */
    {SOUND "<transportLayerProtocol>2</transportLayerProtocol></device>", "transport-udp"},
    {SOUND "<transportLayerProtocol>3</transportLayerProtocol></device>", "security-mode"},
    {SOUND "<transportLayerProtocol>1</transportLayerProtocol><deviceSecurityMode>3"
           "</deviceSecurityMode></device>",
     "security-mode"},
    {SOUND "<transportLayerProtocol>3</transportLayerProtocol><deviceSecurityMode>2"
           "</deviceSecurityMode></device>",
     ""},
    {SOUND "<sshPassword>cisco</sshPassword><vendorConfig><sshAccess>0</sshAccess></vendorConfig>"
           "</device>",
     "ssh-password"},
    {SOUND "<sshPassword>cisco</sshPassword><vendorConfig><sshAccess>1</sshAccess></vendorConfig>"
           "</device>",
     ""},
    {SOUND "<capfAuthMode>1</capfAuthMode><capfList><capf><processNodeName/></capf></capfList>"
           "</device>",
     ""},

    /* loads */
    {SOUND "<loadInformation>SIP42.9-4-2SR3-1S.loads</loadInformation></device>", "load-name"},
    {SOUND "<loadInformation>SCCP42.9-4-2SR3-1S</loadInformation></device>", "load-protocol"},

    /* what is judged otherwise, or not at all */
    {"<device><deviceProtocol>SCCP</deviceProtocol><transportLayerProtocol>2"
     "</transportLayerProtocol><devicePool><callManagerGroup/></devicePool></device>",
     ""},
    {"<device><encrConfig>true</encrConfig><deviceProtocol>SIP</deviceProtocol><devicePool>"
     "<callManagerGroup/></devicePool></device>",
     ""},
    {"<flat-profile/>", "config-root"},
    {"<Default/>", "config-root"},
    {"<Default><loadInformation7>P0S3-8-12-00</loadInformation7></Default>", ""},
    {"<device><a></device>", "config-malformed"},
};

static void
faults_are_found_and_nothing_else(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        const struct kept kept = check_text(cases[i].xml);
        if (strcmp(ids_of(&kept, false), cases[i].ids) != 0)
            fail_msg("%s: %s, not %s (%s)", cases[i].xml, ids_of(&kept, false), cases[i].ids,
                     kept.count > 0 ? kept.at[0].what : "");
    }
}

/* It may register there. */
static void
a_phone_with_an_outbound_proxy_is_only_warned_of(void **state)
{
    (void)state;
    const struct kept kept = check_text(
        SIP "<devicePool><callManagerGroup/></devicePool><sipProfile><sipProxies><outboundProxy>pbx"
            "</outboundProxy></sipProxies><sipLines>" LINE "</sipLines></sipProfile></device>");
    assert_string_equal(ids_of(&kept, true), "no-server");
    assert_string_equal(kept.at[0].severity, RULE_WARNS);
}

static void
notes_are_told_apart(void **state)
{
    (void)state;
    struct kept kept = check_text(SOUND "<nothing>true</nothing></device>");
    assert_string_equal(ids_of(&kept, true), "element-unknown");
    kept = check_text(SOUND "<vendorConfig><sipPort>5060</sipPort></vendorConfig></device>");
    assert_string_equal(ids_of(&kept, true), "element-place");
    kept = check_text("<Default><loadInformation8>P0S3-8-12-00</loadInformation8></Default>");
    assert_string_equal(ids_of(&kept, true), "config-root-default");
    kept = check_text(SOUND "<capfAuthMode>0</capfAuthMode><capfList><capf><processNodeName>x"
                            "</processNodeName></capf></capfList></device>");
    assert_string_equal(ids_of(&kept, true), "capf");
}

#define ENROLMENT                                                                                  \
    "<capfAuthMode>0</capfAuthMode><capfList><capf><phonePort>3804</phonePort></capf></capfList>"  \
    "<encrConfig>false</encrConfig>"
#define OF_79XX                                                                                    \
    "<vendorConfig><forwardingDelay>1</forwardingDelay>"                                           \
    "<autoSelectLineEnable>0</autoSelectLineEnable></vendorConfig>"

static void
what_a_family_reads_is_not_noted(void **state)
{
    (void)state;
    static const struct {
        const char *load, *elements;
    } reads[] = {
        {"SIP69xx.9-4-1-3", ENROLMENT "<vendorConfig><loggingDisplay>1</loggingDisplay>"
                                      "</vendorConfig>"},
        {"CP7925G-1.4.5.3", ENROLMENT OF_79XX},
        {"P0S3-8-12-00", OF_79XX},
        {"SIP42.9-4-2", "<ipAddressMode>0</ipAddressMode><allowAutoConfig>true</allowAutoConfig>"},
    };
    for (size_t i = 0; i < LENGTH(reads); i++) {
        char xml[2048];
        snprintf(xml, sizeof xml, SOUND "<loadInformation>%s</loadInformation>%s</device>",
                 reads[i].load, reads[i].elements);
        const struct kept kept = check_text(xml);
        assert_null(strstr(ids_of(&kept, true), "element-family"));
    }
}

static void
places_are_those_of_elements(void **state)
{
    (void)state;
    const struct kept kept =
        check_text("<device>\n  <vendorConfig>\n    <webAccess>on</webAccess>\n"
                   "  </vendorConfig>\n</device>");
    assert_int_equal(kept.count, 1);
    assert_int_equal(kept.at[0].line, 3);
    assert_int_equal(kept.at[0].column, 5);
}

/* Wherever it stands, whatever is said. */
static void
no_secret_is_shown(void **state)
{
    (void)state;
    static const char *const elements[] = {"sshPassword", "commonProfile><phonePassword",
                                           "vendorConfig><adminPassword"};
    char xml[1024];
    for (size_t i = 0; i < LENGTH(elements); i++) {
        const char *inner = strchr(elements[i], '<');
        snprintf(xml, sizeof xml, SIP GROUP "<%s>Xyzzy-%s</%s>%s%.*s%s</device>", elements[i],
                 "a-secret-that-is-far-longer-than-any-phone-takes-and-then-some",
                 inner != NULL ? inner + 1 : elements[i], inner != NULL ? "</" : "",
                 inner != NULL ? (int)(inner - elements[i]) - 1 : 0, elements[i],
                 inner != NULL ? ">" : "");
        const struct kept kept = check_text(xml);
        for (size_t k = 0; k < kept.count; k++)
            assert_null(strstr(kept.at[k].what, "yzzy"));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(faults_are_found_and_nothing_else),
        cmocka_unit_test(a_phone_with_an_outbound_proxy_is_only_warned_of),
        cmocka_unit_test(notes_are_told_apart),
        cmocka_unit_test(what_a_family_reads_is_not_noted),
        cmocka_unit_test(places_are_those_of_elements),
        cmocka_unit_test(no_secret_is_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
