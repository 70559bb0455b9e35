/* SPDX-License-Identifier: MIT */
/* The rules of files that phones parse, each with its words and where it is known from. */
#include "checks/rules.h"

#define SIPCC "the vendor's SIP stack as published (mozilla/ikran, src/sipcc)"
#define RINGS "https://usecallmanager.nz/ring-tones.html"
#define PICTURES "https://usecallmanager.nz/background-images.html"
#define DIALLING "https://usecallmanager.nz/dial-template.html"
#define UCM "https://usecallmanager.nz/sepmac-cnf-xml.html"

static const struct rule_words words[CHECK_RULES] = {
    [CHECK_MALFORMED] = {"config-malformed", RULE_FAILS,
                         "a phone discards the whole file at the first thing that it cannot parse",
                         "correct the XML", "docs/phones.md, section 8; " SIPCC},
    [CHECK_ROOT] = {"config-root", RULE_FAILS, "the phone does not take it for a configuration",
                    "make the root <device>, or name the file XMLDefault.cnf.xml",
                    "docs/artifacts.md, section 6"},
    [CHECK_ROOT_DEFAULT] = {"config-root-default", RULE_NOTES,
                            "of all phones, 7940 and 7960 alone take defaults under this name",
                            "make the root <device> once they run SIP firmware",
                            "https://www.voip-info.org (firmware issues on 7940 and 7960)"},
    [CHECK_PLACEHOLDER] = {"placeholder", RULE_WARNS,
                           "the phone takes the placeholder of a template for the value itself",
                           "fill the template in, or leave the element out",
                           "docs/artifacts.md, section 6"},
    [CHECK_NAME] = {"name-odd", RULE_WARNS, "no phone asks for this name",
                    "name it as phones ask for it, SEP<MAC>.cnf.xml with the MAC address in "
                    "capitals or XMLDefault.cnf.xml, at the top of the tree; or move it away",
                    "docs/phones.md, section 1"},

    [CHECK_ELEMENT_UNKNOWN] = {"element-unknown", RULE_NOTES,
                               "phones pass over what they do not know",
                               "take it out, or add a line to /etc/prov/elements.d",
                               "log of a 7975 (chan-sccp/sccp_manager, issue 58)"},
    [CHECK_ELEMENT_MISSPELT] = {"element-misspelt", RULE_WARNS,
                                "phones compare names letter by letter, and pass over this one",
                                "correct the name", SIPCC},
    [CHECK_ELEMENT_CASE] = {"element-case", RULE_WARNS,
                            "phones compare names with their case, and pass over this one",
                            "write it as it is known", SIPCC},
    [CHECK_ELEMENT_PLACE] = {"element-place", RULE_NOTES,
                             "the one stack whose source is known looks at names alone, others may "
                             "pass over it here",
                             "move it to its usual place", SIPCC},
    [CHECK_ELEMENT_TWICE] = {"element-twice", RULE_WARNS, "the last one counts",
                             "leave one of them", SIPCC},
    [CHECK_ELEMENT_FAMILY] = {"element-family", RULE_NOTES,
                              "phones of this family are not known to read it",
                              "leave it, or take it out", UCM},
    [CHECK_VALUE] = {"value", RULE_WARNS, "phones read another value, or none",
                     "give it one of the values that are known", UCM "; " SIPCC},
    [CHECK_VALUE_ON_OFF] = {"value-on-off", RULE_WARNS,
                            "phones know true and false, or 0 and 1, as the element wants them; a "
                            "7945 ignores others, and a 7940 restarts without end",
                            "write the value that the element takes",
                            "chan-sccp/sccp_manager, issue 58"},
    [CHECK_VALUE_LENGTH] = {"value-length", RULE_WARNS,
                            "phones cut it off, or discard the configuration", "shorten it",
                            UCM "; docs/phones.md, section 8"},

    [CHECK_NO_SERVER] = {"no-server", RULE_FAILS, "the phone has no server to register with",
                         "write its address into processNodeName of callManagerGroup", UCM},
    [CHECK_SERVER_PORTS] = {"server-ports", RULE_WARNS,
                            "processNodeName closes the entry of a server, and ports behind it are "
                            "not used",
                            "move <ports> before <processNodeName>", SIPCC},
    [CHECK_NO_LINE] = {"no-line", RULE_WARNS, "a SIP phone needs one line at least",
                       "give a line featureID 9", UCM},
    [CHECK_LINE_LACKS] = {"line-lacks", RULE_WARNS, "the phone does not register the line",
                          "fill it in", UCM "; " SIPCC},
    [CHECK_LINE_BUTTON] = {"line-button", RULE_WARNS, "a button has room for one line",
                           "number buttons and lines from 1, each once",
                           "https://usecallmanager.nz/line-keys.html"},
    [CHECK_PROXY] = {"proxy", RULE_WARNS, "firmware 9 and later does not register at it",
                     "write USECALLMANAGER, which means the servers of callManagerGroup",
                     UCM "; provisioner/Provisioner, issue 242"},
    [CHECK_TRANSPORT] = {"transport-udp", RULE_WARNS,
                         "with it, retransmissions end in errors, and the phone may not register",
                         "set transportLayerProtocol to 4 (TCP first) or 1 (TCP)",
                         UCM "; provisioner/Provisioner, issue 242"},
    [CHECK_SECURITY_MODE] =
        {"security-mode", RULE_WARNS,
         "TLS is used with deviceSecurityMode 2 or 3 and transportLayerProtocol "
         "3, and with nothing else",
         "change one of both", UCM},
    [CHECK_TLS_TIME] = {"tls-time", RULE_NOTES,
                        "without the time a phone cannot judge whether a certificate is valid",
                        "name an NTP server in dateTimeSetting", UCM},
    [CHECK_CAPF] = {"capf", RULE_NOTES, "the phone does not enrol",
                    "set capfAuthMode, or leave the server out",
                    "https://usecallmanager.nz/certificate-enrollment.html"},
    [CHECK_LOAD_NAME] = {"load-name", RULE_WARNS,
                         "the phone adds .loads by itself, and asks for a file that is not there",
                         "write the name without its ending", UCM},
    [CHECK_LOAD_PROTOCOL] = {"load-protocol", RULE_WARNS,
                             "a load that speaks the other protocol cannot use this configuration",
                             "change deviceProtocol, or name the other load", UCM},
    [CHECK_LOAD_FAMILY] = {"load-family", RULE_WARNS,
                           "the phone cannot run the load of another model",
                           "name a load of this model", "docs/phones.md, section 8"},
    [CHECK_SSH_PASSWORD] = {"ssh-password", RULE_WARNS, "anybody on the network can log in",
                            "choose another password, or set sshAccess to 1, which is off", UCM},

    [CHECK_LOAD_INCOMPLETE] =
        {"load-incomplete", RULE_WARNS,
         "a phone that begins to load it cannot end, and stays in its upgrade",
         "put the whole set of files there",
         "https://tickett.wordpress.com/tag/sip/; docs/artifacts.md, section 7"},
    [CHECK_LOAD_MODEL] = {"load-model", RULE_NOTES, "phones of this model cannot run it",
                          "name a load of this model", "docs/phones.md, section 10"},
    [CHECK_LOAD_FILE] =
        {"load-file", RULE_WARNS,
         "a phone takes all that stands there for the name, and asks for a file that "
         "is not there",
         "write the name alone, without blanks behind it", "the vendor's bug CSCdv19260"},

    [CHECK_LOCALE_FILE] = {"locale-file", RULE_WARNS,
                           "the phone says that it cannot update its locale, and keeps another "
                           "language or tones",
                           "put the file for this model there, out of the vendor's package",
                           "https://usecallmanager.nz/user-locale.html; "
                           "https://usecallmanager.nz/network-locale.html"},

    [CHECK_RING_ROOT] = {"ring-root", RULE_WARNS, "phones say that the list is unavailable",
                         "make the root <CiscoIPPhoneRingList>", RINGS},
    [CHECK_RING_COUNT] = {"ring-count", RULE_WARNS, "phones take 50 rings at most",
                          "leave out those that nobody uses", RINGS},
    [CHECK_RING_NAME] = {"ring-name", RULE_WARNS, "phones do not offer this ring",
                         "shorten it to 25 characters, and have the file end in .raw or .rwb",
                         RINGS},
    [CHECK_RING_TONE] = {"ring-tone", RULE_WARNS, "phones do not play it, or play noise",
                         "convert it: u-law, 8 kHz, no header, a multiple of 240 bytes up to 16080 "
                         "for .raw; 16 bits, 16 kHz, no header, up to 160800 samples for .rwb",
                         RINGS},

    [CHECK_BACKGROUND_COUNT] = {"background-count", RULE_WARNS, "phones take 50 pictures at most",
                                "leave out those that nobody uses", PICTURES},
    [CHECK_BACKGROUND_ITEM] = {"background-item", RULE_WARNS, "phones do not show it",
                               "give Image and URL, both as TFTP: and the path of the file",
                               PICTURES},
    [CHECK_BACKGROUND_IMAGE] = {"background-image", RULE_WARNS,
                                "phones show PNG of the size of their display alone", "convert it",
                                PICTURES},
    [CHECK_BACKGROUND_FOLDER] = {"background-folder", RULE_WARNS,
                                 "no phone is known whose display this is, and none asks for it",
                                 "name the folder after the display of a phone", PICTURES},

    [CHECK_DIAL_ROOT] = {"dial-root", RULE_WARNS, "phones do not take it for a dial template",
                         "make the root <dialTemplate>", DIALLING "; " SIPCC},
    [CHECK_DIAL_RULE] = {"dial-rule", RULE_WARNS,
                         "the stack whose source is known drops the whole template for one fault",
                         "correct it", DIALLING "; " SIPCC},
    [CHECK_DIAL_SIZE] = {"dial-size", RULE_WARNS, "phones read 8 KB at most", "make it smaller",
                         SIPCC},
    [CHECK_DIAL_REST] = {"dial-rest", RULE_NOTES,
                         "what no rule matches waits for the time that the phone has for itself",
                         "end with a rule that matches *", DIALLING "; " SIPCC},
};

const struct rule_words *
check_rule_words(enum check_rule rule)
{
    return &words[rule];
}
