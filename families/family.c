/* SPDX-License-Identifier: MIT */
/* What each family of phones asks for, in which order, what it verifies and speaks, and from where
 * that is known. */
#include "families/family.h"

#include "families/load.h"

#include <string.h>
#include <strings.h>

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])
#define BIT(digest) (1U << (digest))

/* --- requests */

/* Seen with 7940 and 7960, load SIP 8.12. */
static const struct family_request requests_7940[] = {
    {FILE_CTL, "CTLSEP%M.tlv"},
    {FILE_CONFIG, "SEP%M.cnf.xml"},
    {FILE_LOAD, "%I"},
    {FILE_COMMON, "SIPDefault.cnf"},
    {FILE_CONFIG_TEXT, "./SIP%M.cnf"},
    {FILE_EXTRA, "%R"},
    {FILE_EXTRA, "dialplan.xml"},
    {0, NULL},
};

/* Seen with 7942 and 7962, load SIP 9.4(2), and assumed for kin of which nothing was seen. */
static const struct family_request requests_7900[] = {
    {FILE_CTL, "CTLSEP%M.tlv"},
    {FILE_ITL, "ITLSEP%M.tlv"},
    {FILE_ITL_COMMON, "ITLFile.tlv"},
    {FILE_CONFIG, "SEP%M.cnf.xml"},
    {FILE_DEFAULT, "XMLDefault.cnf.xml"},
    {FILE_LOAD, "%I"},
    {FILE_LOCALE, "%U/%J"},
    {FILE_TONES, "%N/%T"},
    {FILE_EXTRA, "%D"},
    {FILE_EXTRA, "%K"},
    {FILE_EXTRA, "%R"},
    {0, NULL},
};

/* As 7900 phones, but without an ITL. */
static const struct family_request requests_6901[] = {
    {FILE_CTL, "CTLSEP%M.tlv"},
    {FILE_CONFIG, "SEP%M.cnf.xml"},
    {FILE_DEFAULT, "XMLDefault.cnf.xml"},
    {FILE_LOAD, "%I"},
    {FILE_LOCALE, "%U/%J"},
    {FILE_TONES, "%N/%T"},
    {FILE_EXTRA, "%D"},
    {FILE_EXTRA, "%K"},
    {0, NULL},
};

/* Seen with 7821, load sip78xx 12.1. */
static const struct family_request requests_7800[] = {
    {FILE_CTL, "CTLSEP%M.tlv"},
    {FILE_ITL, "ITLSEP%M.tlv"},
    {FILE_ITL_COMMON, "ITLFile.tlv"},
    {FILE_CONFIG, "SEP%M.cnf.xml"},
    {FILE_DEFAULT, "XMLDefault.cnf.xml"},
    {FILE_LOAD, "%I"},
    {FILE_LOCALE, "%U/%J"},
    {FILE_TONES, "%N/%T"},
    {FILE_EXTRA, "%K"},
    {FILE_EXTRA, "%D"},
    {FILE_EXTRA, "%R"},
    {0, NULL},
};

/* Seen with 8861, and 8851 with its enterprise load. */
static const struct family_request requests_8800[] = {
    {FILE_CTL, "CTLSEP%M.tlv"},
    {FILE_ITL, "ITLSEP%M.tlv"},
    {FILE_ITL_COMMON, "ITLFile.tlv"},
    {FILE_CONFIG, "SEP%M.cnf.xml"},
    {FILE_DEFAULT, "XMLDefault.cnf.xml"},
    {FILE_LOAD, "%I"},
    {FILE_LOCALE, "%U/%J"},
    {FILE_TONES, "%N/%T"},
    {FILE_EXTRA, "%K"},
    {FILE_EXTRA, "AppDialRules.xml"},
    {FILE_EXTRA, "%D"},
    {FILE_EXTRA, "defaultheadsetconfig.json"},
    {FILE_EXTRA, "%R"},
    {0, NULL},
};

/* As the vendor's guide for 7912 phones has it, and its guide for CME for SIP. */
static const struct family_request requests_7905[] = {
    {FILE_CONFIG, "SEP%m.cnf.xml"},
    {FILE_CONFIG_TEXT, "gk%M"},
    {FILE_DEFAULT, "XMLDefault.cnf.xml"},
    {FILE_DEFAULT, "SEPDefault.cnf"},
    {FILE_LOAD, "%I"},
    {0, NULL},
};

/* Nothing was seen; what every phone asks for. */
static const struct family_request requests_plain[] = {
    {FILE_CONFIG, "SEP%M.cnf.xml"},
    {FILE_DEFAULT, "XMLDefault.cnf.xml"},
    {FILE_LOAD, "%I"},
    {0, NULL},
};

/* As the vendor's guide for SIP has it: a profile in binary. */
static const struct family_request requests_ata[] = {
    {FILE_CONFIG_TEXT, "ata%m"},
    {0, NULL},
};

/* --- sources */

#define STRINGS "messages in firmware of a 7906, a 7925 and a 7940 (docs/phones.md)"
#define UCM_TONES "https://usecallmanager.nz/network-locale.html"
#define UCM_RINGS "https://usecallmanager.nz/ring-tones.html"
#define UCM_HTTP "https://usecallmanager.nz/apache-conf.html"
#define SECURITY_GUIDE "the vendor's Security Guide for CUCM 12.5(1), TFTP File Signature Algorithm"
#define ENCRYPTED "the vendor's Security Guide, encrypted phone configuration files"
#define GUIDE_7800 "the vendor's Administration Guide for 7800 phones, May 2025, Maintenance"
#define GUIDE_8800 "the vendor's Administration Guide for 8800 phones, November 2025, Maintenance"
#define BOOT_7821 "www.cisco.com, document 214535-troubleshoot-extension-mobility-cross-cl"
#define BOOT_8861 "www.cisco.com, document 214528-configure-and-troubleshoot-proxy-tftp-on"
#define GUIDE_7912                                                                                 \
    "Cisco IP Phone Administration Guide for Cisco CallManager 3.3, 7902G/7905G/7912G, page 2-6"
#define GUIDE_ATA                                                                                  \
    "Cisco ATA 186 and Cisco ATA 188 Administrator's Guide (SIP), OL-3410-01, chapter 3"
#define GUIDE_8961                                                                                 \
    "Cisco Unified IP Phone 8961, 9951, and 9971 Administration Guide for 8.5, page 2-6"
#define AUTH_NAME "usecallmanagernz/usecallmanagernz.github.io, issue 3"
#define ERASING_RESET "Applications, Admin settings, Reset settings, Security settings"

/* --- the families */

static const struct family families[] = {
    {
        .name = "3905",
        .models = "3905",
        .requests = requests_plain,
        .usual_load = "CP3905",
    },
    {
        .name = "6901",
        .models = "6901, 6911",
        .sources = {[FACT_TONES] = UCM_TONES},
        .tones = "g3-tones.xml",
        .requests = requests_6901,
        .usual_load = "SIP6901",
    },
    {
        .name = "6900",
        .models = "6921, 6941, 6945, 6961",
        .sources = {[FACT_TONES] = UCM_TONES, [FACT_RINGS] = UCM_RINGS},
        .tones = "g3-tones.xml",
        .ring_list = "Ringlist.xml",
        .requests = requests_7900,
        .usual_load = "SIP69",
    },
    {
        .name = "7905",
        .models = "7902, 7905, 7912",
        .sources = {[FACT_ORDER] = GUIDE_7912},
        .requests = requests_7905,
    },
    {
        .name = "7920",
        .models = "7920",
        .requests = requests_plain,
        .usual_load = "cmterm_7920",
    },
    {
        .name = "7925",
        .models = "7921, 7925, 7926",
        .sources = {[FACT_SIGNATURES] = STRINGS, [FACT_TLS] = STRINGS},
        .digests = BIT(PROV_SHA1),
        .key_bits = 2048,
        .tls = "SSL 3.0, TLS 1.0",
        .requests = requests_7900,
        .usual_load = "CP7925G",
    },
    {
        .name = "7940",
        .models = "7940, 7960",
        .sources = {[FACT_ORDER] = "https://www.scribd.com/document/358424356",
                    [FACT_TRANSPORTS] = "a capture of a 7940 (docs/phones.md, section 3)",
                    [FACT_SIGNATURES] = STRINGS,
                    [FACT_ENCRYPTION] = ENCRYPTED,
                    [FACT_RINGS] = "https://www.scribd.com/document/358424356"},
        .digests = BIT(PROV_SHA1),
        .key_bits = 2048,
        .ring_list = "RINGLIST.DAT",
        .requests = requests_7940,
    },
    {
        .name = "7900",
        .models = "7906, 7911, 7931, 7941 to 7975",
        .sources = {[FACT_ORDER] = "https://github.com/waynemerricks/Cisco7942FreePBX",
                    [FACT_TRANSPORTS] = "captures of a 7962 (docs/phones.md, section 3)",
                    [FACT_SIGNATURES] = STRINGS,
                    [FACT_ENCRYPTION] = ENCRYPTED,
                    [FACT_TLS] = STRINGS,
                    [FACT_AUTH_NAME] = AUTH_NAME,
                    [FACT_TONES] = UCM_TONES,
                    [FACT_RINGS] = UCM_RINGS,
                    [FACT_ERASING] = "https://github.com/levensailor/py-cisco-cti-remote"},
        .encrypted = true,
        .ctl_needs_tftp = true,
        .digests = BIT(PROV_SHA1),
        .key_bits = 2048,
        .tls = "SSL 3.0, TLS 1.0",
        .tones = "g3-tones.xml",
        .ring_list = "Ringlist.xml",
        .erasing = "Settings, Security Configuration, Trust List, then the ITL or CTL file; **# "
                   "unlocks it for the softkey Erase",
        .requests = requests_7900,
        .usual_load = "SIP42",
    },
    {
        .name = "7800",
        .models = "7811, 7821, 7841, 7861",
        .sources = {[FACT_ORDER] = BOOT_7821,
                    [FACT_TRANSPORTS] = UCM_HTTP,
                    [FACT_SIGNATURES] = SECURITY_GUIDE,
                    [FACT_ENCRYPTION] = ENCRYPTED,
                    [FACT_TLS] = "the vendor's security guide, TLS setup",
                    [FACT_TONES] = UCM_TONES,
                    [FACT_RINGS] = UCM_RINGS,
                    [FACT_ERASING] = GUIDE_7800},
        .http = true,
        .https = true,
        .encrypted = true,
        .digests = BIT(PROV_SHA1) | BIT(PROV_SHA512),
        .digests_unsure = BIT(PROV_SHA256),
        .key_bits = 4096,
        .tls = "up to TLS 1.2",
        .tones = "g3-tones.xml",
        .ring_list = "Ringlist-wb.xml",
        .erasing = ERASING_RESET,
        .requests = requests_7800,
        .usual_load = "sip78xx",
    },
    {
        .name = "8800",
        .models = "8811, 8841, 8845, 8851, 8861, 8865",
        .sources = {[FACT_ORDER] = BOOT_8861,
                    [FACT_TRANSPORTS] = UCM_HTTP,
                    [FACT_SIGNATURES] = SECURITY_GUIDE,
                    [FACT_ENCRYPTION] = ENCRYPTED,
                    [FACT_TLS] = "the vendor's security guide, TLS setup",
                    [FACT_AUTH_NAME] = AUTH_NAME,
                    [FACT_TONES] = UCM_TONES,
                    [FACT_RINGS] = UCM_RINGS,
                    [FACT_ERASING] = GUIDE_8800},
        .http = true,
        .https = true,
        .encrypted = true,
        .needs_auth_name = true,
        .digests = BIT(PROV_SHA1) | BIT(PROV_SHA512),
        .digests_unsure = BIT(PROV_SHA256),
        .key_bits = 4096,
        .tls = "up to TLS 1.2",
        .tones = "g3-tones.xml",
        .ring_list = "Ringlist-wb.xml",
        .erasing = ERASING_RESET,
        .requests = requests_8800,
        .usual_load = "sip88xx",
    },
    {
        .name = "8821",
        .models = "8821",
        .sources = {[FACT_TONES] = UCM_TONES, [FACT_RINGS] = UCM_RINGS},
        .encrypted = true,
        .tones = "g3-tones.xml",
        .ring_list = "Ringlist-wb.xml",
        .requests = requests_8800,
        .usual_load = "sip8821",
    },
    {
        .name = "8900",
        .models = "8941, 8945",
        .sources = {[FACT_TLS] = "a public study of 8941 and 8945 firmware",
                    [FACT_TONES] = UCM_TONES,
                    [FACT_RINGS] = UCM_RINGS},
        .encrypted = true,
        .tls = "TLS 1.0",
        .tones = "g3-tones.xml",
        .ring_list = "Ringlist.xml",
        .requests = requests_7900,
        .usual_load = "SIP894",
    },
    {
        .name = "9900",
        .models = "8961, 9951, 9971",
        .sources = {[FACT_ORDER] = GUIDE_8961, [FACT_TONES] = UCM_TONES, [FACT_RINGS] = UCM_RINGS},
        .encrypted = true,
        .tones = "g4-tones.xml",
        .ring_list = "Ringlist.xml",
        .requests = requests_7900,
    },
    {
        .name = "ata186",
        .models = "ATA 186, ATA 188",
        .sources = {[FACT_ORDER] = GUIDE_ATA},
        .requests = requests_ata,
        .usual_load = "ATA03",
    },
};

const struct family *
family_at(size_t index)
{
    return index < LENGTH(families) ? &families[index] : NULL;
}

static const struct family *
find(const char *name)
{
    for (size_t i = 0; name != NULL && i < LENGTH(families); i++)
        if (strcasecmp(families[i].name, name) == 0)
            return &families[i];
    return NULL;
}

const struct family *
family_find(const char *name)
{
    const struct family *family = find(name);
    const struct model *model = family == NULL ? model_find(name) : NULL;
    return model != NULL ? family_of_load(model->loads[0]) : family;
}

const struct family *
family_of_load(const char *load)
{
    const struct load *found = load_find(load);
    return found != NULL ? find(found->family) : NULL;
}

bool
family_load_asks_itl(const char *load)
{
    const struct family *family = family_of_load(load);
    const struct load *found = load_find(load);
    if (family != NULL)
        return family_asks(family, FILE_ITL);
    /* SCCP phones of no family here, such as 7910 and 7935: no source shows them asking. */
    return found == NULL || !found->sccp;
}

bool
family_asks(const struct family *family, enum family_file kind)
{
    for (const struct family_request *request = family->requests; request->name != NULL; request++)
        if (request->kind == kind)
            return true;
    return false;
}

enum family_answer
family_verifies(const struct family *family, unsigned digest)
{
    unsigned bit = digest < 32 ? BIT(digest) : 0;
    if (family->sources[FACT_SIGNATURES] == NULL || (family->digests_unsure & bit) != 0)
        return FAMILY_NOT_KNOWN;
    return (family->digests & bit) != 0 ? FAMILY_YES : FAMILY_NO;
}

const char *
family_fact_name(enum family_fact fact)
{
    static const char *const names[FAMILY_FACTS] = {
        [FACT_ORDER] = "what it asks for, in which order",
        [FACT_TRANSPORTS] = "over what it asks",
        [FACT_SIGNATURES] = "which signatures it verifies",
        [FACT_ENCRYPTION] = "whether it decrypts configurations",
        [FACT_TLS] = "which TLS it speaks",
        [FACT_AUTH_NAME] = "whether it needs authName",
        [FACT_TONES] = "which file of tones it takes",
        [FACT_RINGS] = "which list of rings it takes",
        [FACT_ERASING] = "how its lists are erased by hand",
    };
    return names[fact];
}
