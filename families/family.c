/* SPDX-License-Identifier: MIT */
/* What each family of phones asks for, in which order, which digests and keys it knows, and which
 * firmware it runs. */
#include "families/family.h"

#include <string.h>
#include <strings.h>

#define BIT(digest) (1U << (digest))

/* Seen with 7940 and 7960, load SIP 8.12. */
static const struct family_request requests_7940[] = {
    {FILE_CTL, "CTLSEP%M.tlv"},        {FILE_CONFIG, "SEP%M.cnf.xml"},
    {FILE_LOAD, "%I.loads"},           {FILE_COMMON, "SIPDefault.cnf"},
    {FILE_CONFIG_TEXT, "./SIP%M.cnf"}, {FILE_EXTRA, "RINGLIST.DAT"},
    {FILE_EXTRA, "dialplan.xml"},      {0, NULL},
};

/* Seen with 7942 and 7962, load SIP 9.4(2). */
static const struct family_request requests_7900[] = {
    {FILE_CTL, "CTLSEP%M.tlv"},
    {FILE_ITL, "ITLSEP%M.tlv"},
    {FILE_ITL_COMMON, "ITLFile.tlv"},
    {FILE_CONFIG, "SEP%M.cnf.xml"},
    {FILE_DEFAULT, "XMLDefault.cnf.xml"},
    {FILE_LOAD, "%I.loads"},
    {FILE_EXTRA, "%U/mk-sip.jar"},
    {FILE_EXTRA, "%N/g3-tones.xml"},
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
    {FILE_LOAD, "%I.loads"},
    {FILE_EXTRA, "%U/mk-sip.jar"},
    {FILE_EXTRA, "%N/g3-tones.xml"},
    {FILE_EXTRA, "%K"},
    {FILE_EXTRA, "%D"},
    {0, NULL},
};

/* Seen with 8861, and 8851 with its enterprise load. */
static const struct family_request requests_8800[] = {
    {FILE_CTL, "CTLSEP%M.tlv"},
    {FILE_ITL, "ITLSEP%M.tlv"},
    {FILE_ITL_COMMON, "ITLFile.tlv"},
    {FILE_CONFIG, "SEP%M.cnf.xml"},
    {FILE_DEFAULT, "XMLDefault.cnf.xml"},
    {FILE_LOAD, "%I.loads"},
    {FILE_EXTRA, "%U/mk-sip.jar"},
    {FILE_EXTRA, "%N/g3-tones.xml"},
    {FILE_EXTRA, "%K"},
    {FILE_EXTRA, "AppDialRules.xml"},
    {FILE_EXTRA, "%D"},
    {FILE_EXTRA, "defaultheadsetconfig.json"},
    {0, NULL},
};

static const struct family families[] = {
    {
        .name = "7940",
        .models = "7940, 7960",
        .digests = BIT(PROV_SHA1),
        .key_bits = 2048,
        .requests = requests_7940,
    },
    {
        .name = "7900",
        .models = "7906 to 7975",
        .encrypted = true,
        .ctl_needs_tftp = true,
        .digests = BIT(PROV_SHA1),
        .key_bits = 2048,
        .requests = requests_7900,
    },
    {
        .name = "7800",
        .models = "7811 to 7861",
        .http = true,
        .https = true,
        .encrypted = true,
        .digests = BIT(PROV_SHA1) | BIT(PROV_SHA512),
        .digests_unsure = BIT(PROV_SHA256),
        .key_bits = 4096,
        .requests = requests_7800,
    },
    {
        .name = "8800",
        .models = "8811 to 8865",
        .http = true,
        .https = true,
        .encrypted = true,
        .digests = BIT(PROV_SHA1) | BIT(PROV_SHA512),
        .digests_unsure = BIT(PROV_SHA256),
        .key_bits = 4096,
        .requests = requests_8800,
    },
};

/* Loads by the beginning of their names. */
static const struct load {
    const char *prefix;
    const char *family; /* NULL: none of those that are known */
    bool no_itl;        /* asks for no ITL (phones.md, section 7) */
} loads[] = {
    {"P0", "7940", true},       {"SIP4", "7900", false},   {"SIP70", "7900", false},
    {"SIP75", "7900", false},   {"SIP11", "7900", false},  {"SIP06", "7900", false},
    {"SCCP4", "7900", false},   {"SCCP70", "7900", false}, {"SCCP75", "7900", false},
    {"SCCP11", "7900", false},  {"SCCP06", "7900", false}, {"TERM", "7900", false},
    {"sip78xx", "7800", false}, {"sip88", "8800", false},  {"SIP6901", NULL, true},
    {"SIP6911", NULL, true},    {"SCCP6901", NULL, true},  {"SCCP6911", NULL, true},
};

const struct family *
family_find(const char *name)
{
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++)
        if (strcmp(families[i].name, name) == 0)
            return &families[i];
    return NULL;
}

static const struct load *
find_load(const char *load)
{
    for (size_t i = 0; i < sizeof loads / sizeof loads[0]; i++)
        if (strncasecmp(load, loads[i].prefix, strlen(loads[i].prefix)) == 0)
            return &loads[i];
    return NULL;
}

const struct family *
family_of_load(const char *load)
{
    const struct load *found = find_load(load);
    return found != NULL && found->family != NULL ? family_find(found->family) : NULL;
}

bool
family_load_asks_itl(const char *load)
{
    const struct load *found = find_load(load);
    return found == NULL || !found->no_itl;
}
