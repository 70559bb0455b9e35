/* SPDX-License-Identifier: MIT */
/* What each cause means, how it is mended, and where it is known from. */
#include "provcheck/why/causes.h"

#define SIPCC "the vendor's SIP stack as published (mozilla/ikran, src/sipcc)"
#define PHONES(section) "docs/phones.md, section " section

static const struct why_words words[WHY_CAUSES] = {
    [WHY_ODD_NAME] = {"odd-name", "no phone asks for a file of this name",
                      "name it as the phone asks for it", false, PHONES("1")},
    [WHY_NO_CONFIGURATION] =
        {"no-configuration", "without a configuration a phone does not come up",
         "write one into the source folder, and run provbuild; if there is one "
         "for another name, compare the MAC address with the label on the phone",
         false, PHONES("1")},
    [WHY_SOURCE_FAULT] = {"source-fault", "provbuild publishes nothing that phones cannot parse",
                          "correct it (provcheck config says where), and run provbuild", false,
                          PHONES("8")},
    [WHY_NO_CERTIFICATE] =
        {"no-phone-certificate",
         "provbuild publishes no configuration that it cannot encrypt to the phone",
         "fetch the phone's certificate (CAPF, or off the phone) into the folder of devices, and "
         "run provbuild",
         false, "prov.conf(5), encryption"},
    [WHY_NOT_BUILT] = {"not-built", "what is not published, no phone gets",
                       "run provbuild, and read what it says of this phone", false, "provbuild(8)"},
    [WHY_UNREADABLE] = {"unreadable", "the server cannot give what it cannot read",
                        "give its user read permission", false, "provd(8)"},
    [WHY_OTHER_NAME] =
        {"other-name", "a phone asks by its own MAC address, whatever the files are called",
         "compare the MAC address on the phone's label with the name of its configuration", false,
         PHONES("1")},
    [WHY_NOT_ALLOWED] = {"not-allowed", "the server does not answer addresses outside of allow",
                         "add the phone's network to allow, or find out why it is in that one",
                         false, "prov.conf(5), allow"},
    [WHY_NEVER_ASKED] =
        {"never-asked", "it does not know of this server, or does not reach it",
         "see what DHCP tells it (provcheck dhcp); then its VLAN, and a firewall on the way (UDP "
         "69, TCP 6970 and 6971); the address that it shows as its TFTP server is the one it asks",
         false, PHONES("2")},

    [WHY_SERVER_FAILED] = {"server-failed", "the server's own machine is at fault",
                           "the log of provd says what kept it from reading", false, "provd(8)"},
    [WHY_SERVER_REFUSED] =
        {"server-refused", "the server withholds it, or wants a certificate that the phone lacks",
         "the log of provd says why: a file with a private key, or a phone without a certificate "
         "of client-ca",
         false, "provd(8)"},
    [WHY_TRANSFER_CUT] =
        {"transfer-cut", "requests come through, and what is sent does not arrive whole",
         "look for a firewall that passes port 69 alone (tftp-ports or tftp-single-port in "
         "prov.conf), for address translation, and for packets that are too large for the way",
         false, "RFC 1350, section 4"},
    [WHY_SERVER_BUSY] = {"server-busy", "a phone that is told to come again turns to TFTP",
                         "see connections in prov.conf, and serve TFTP too", false, PHONES("2")},
    [WHY_RESTART_NEEDED] = {"restart-needed",
                            "phones read their files when they start, and then no more",
                            "restart the phone", false, PHONES("1")},

    [WHY_LIST_TOO_LARGE] = {"list-too-large",
                            "phones do not load a list above 64 KB, and do not register",
                            "leave out certificates that no phone needs", false, PHONES("5")},
    [WHY_LIST_WITHOUT_SERVER] =
        {"list-without-server",
         "phones of this family ask a server for nothing that their CTL does not name",
         "add a TFTP or CCM+TFTP record to the list, signed by a signer that the phone knows", true,
         PHONES("6")},
    [WHY_MODE_WITHOUT_LIST] =
        {"mode-without-list",
         "authenticated and encrypted phones want a list, and ask for it several times",
         "publish a list (section trust of prov.conf), or set deviceSecurityMode to 1", false,
         "the vendor's administration guides 6.1, 8.5 and 9.0"},
    [WHY_LIST_IGNORED] =
        {"list-ignored",
         "it holds a CTL in which this server is not named, and asks it for nothing more",
         "give it a list that names the server as TFTP or CCM+TFTP, signed by a signer that it "
         "knows",
         true, PHONES("6")},
    [WHY_LIST_REFUSED] =
        {"list-refused", "it stays with the list that it holds, and follows no later one either",
         "publish a list that a signer of the one it holds has signed (provbuild --status says "
         "which)",
         true, PHONES("5")},

    [WHY_HTTPS_CERTIFICATE] =
        {"https-certificate",
         "phones take a configuration over HTTPS from a certificate alone "
         "that is EC and in their ITL for TFTP",
         "give the server an EC certificate, and name it in section trust as tftp", false,
         PHONES("2")},
    [WHY_PHONE_CERTIFICATE] =
        {"phone-certificate", "the server refuses an expired certificate",
         "issue the phone a new LSC; a manufacturer's certificate cannot be renewed, see "
         "expired-maker-certificates",
         false, "prov.conf(5), client-ca"},
    [WHY_UNSIGNED] = {"unsigned",
                      "a phone whose list names a TFTP server asks for signed files alone",
                      "sign it: run provbuild, or sgnfile --build", false, PHONES("6")},
    [WHY_SIGNER_UNKNOWN] =
        {"signer-unknown", "the lists that it holds do not name the signer for files",
         "sign with a certificate that they name, or publish a list with the new one first, signed "
         "as before",
         true, PHONES("6")},
    [WHY_DIGEST_UNKNOWN] = {"digest-unknown", "phones of this family cannot verify this digest",
                            "set digest = sha1 for this phone (section sign \"SEP<MAC>\")", false,
                            PHONES("5")},
    [WHY_KEY_UNFIT] = {"key-unfit", "phones of this family cannot verify with such a key",
                       "sign with an RSA key of 2048 bits", false, PHONES("5")},
    [WHY_SIGNATURE_BROKEN] = {"signature-broken", "it was changed after it was signed",
                              "sign it again (provbuild, or sgnfile --build)", false, PHONES("6")},
    [WHY_INNER_NAME] = {"inner-name", "the name inside of a signed file must be the one asked for",
                        "sign it under the name that it stands by; do not rename signed files",
                        false, PHONES("6")},
    [WHY_TIMESTAMP] = {"timestamp", "phones refuse what was signed in the future",
                       "set the clock of the machine that signs, and sign again", false,
                       PHONES("5")},
    [WHY_NOT_SIGNED_FILE] = {"not-signed", "under the name of a signed file stands another one",
                             "sign it again, from the clear file", false, PHONES("6")},
    [WHY_ENCRYPTED_MISSING] = {"encrypted-missing",
                               "the signed stub alone holds no line and no server",
                               "run provbuild, which writes both, or enccnf --build", false,
                               PHONES("7")},
    [WHY_OTHER_CERTIFICATE] =
        {"other-certificate",
         "it was encrypted to a certificate that the phone does not have, so the phone starts CAPF",
         "put the phone's present certificate into the folder of devices, and run provbuild", false,
         PHONES("7")},
    [WHY_TOO_LARGE] = {"too-large", "phones download 2048 KB at most", "make it smaller", false,
                       PHONES("2")},
    [WHY_MALFORMED] = {"malformed",
                       "a phone discards the whole file at the first thing that it cannot parse",
                       "correct it (provcheck config says where)", false, PHONES("8")},
    [WHY_HOLDS_NO_LIST] =
        {"holds-no-list", "a phone asks for the plain name until a list tells it to ask for .sgn",
         "see that the list is served (ITLFile.tlv), restart the phone, and watch whether it asks "
         "for it",
         false, PHONES("6")},
    [WHY_NOT_GIVEN] = {"not-given", "what stands for it is not what it asks for",
                       "provcheck boot shows what it asks for, in which order", false, PHONES("1")},
    [WHY_CONFIG_ERROR] = {"config-error", "the phone cannot work with this configuration",
                          "correct it; provcheck config says more", false, "docs/checks.md"},
    [WHY_NO_SERVER] = {"no-server", "the phone has no server to register with",
                       "write its address into processNodeName of callManagerGroup", false,
                       "docs/checks.md"},
    [WHY_DOES_NOT_PARSE] =
        {"does-not-parse", "a configuration that does not parse is fetched again at once",
         "look for what this model refuses (provcheck config --strict), and give it a smaller one",
         false, PHONES("1")},
    [WHY_FOREIGN_LIST] =
        {"foreign-list",
         "it cannot use what it gets: it holds a list from elsewhere, or an older one, and refuses "
         "what is signed here",
         "have a list signed by somebody whom the phone knows: by the server that it came from, or "
         "by a "
         "recovery key that its list names",
         true, PHONES("1")},
    [WHY_NOTHING_USABLE] =
        {"nothing-usable", "it gets its configuration, and cannot use it",
         "give it a configuration for its model and load (provcheck config); a phone with a list "
         "from elsewhere refuses unsigned files without a word",
         true, PHONES("1")},
    [WHY_LOAD_MISSING] = {"load-missing",
                          "a load that is not there can loop the phone through restarts",
                          "put the whole load there, or take loadInformation out", false,
                          PHONES("8")},

    [WHY_NO_PBX_HOST] = {"pbx-name", "the phone drops a server whose name does not resolve",
                         "enter the name in DNS, or write an address into processNodeName", false,
                         SIPCC},
    [WHY_PBX_AWAY] = {"pbx-unreachable",
                      "the phone has its configuration, and nobody to register "
                      "with",
                      "see that the PBX runs and listens there, over this transport, and that no "
                      "firewall is between (this was asked from here, not from the phone)",
                      false, "RFC 3261, section 18.4"},
    [WHY_PBX_MUTE] = {"pbx-silent", "what listens there does not speak SIP over this transport",
                      "compare port and transport with those of the PBX (transportLayerProtocol, "
                      "sipPort, securedSipPort, deviceSecurityMode)",
                      false, "RFC 3261, section 11"},
    [WHY_PBX_TLS_FAILS] = {"pbx-tls", "the phone and the PBX do not come to terms over TLS",
                           "provcheck tls shows all of it, and the mend of each finding", false,
                           "docs/tls.md"},
    [WHY_PBX_NOT_LISTED] = {"pbx-not-listed",
                            "phones trust a PBX by their list alone, in the role CCM",
                            "name the certificate that the PBX shows in section trust as ccm or "
                            "ccm-tftp, and run provbuild",
                            false, "docs/tls.md"},
    [WHY_STALE] = {"stale", "what was changed since then, no phone has seen",
                   "run provbuild, and restart the phone", false, "provbuild(8)"},
};

const struct why_words *
why_words(enum why_cause cause)
{
    return &words[cause];
}
