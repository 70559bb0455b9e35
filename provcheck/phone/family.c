/* SPDX-License-Identifier: MIT */
/* What each family of phones asks for, in which order, and which digests and keys it knows. */
#include "provcheck/phone/family.h"

#include <string.h>

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

const struct family *
family_find(const char *name)
{
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++)
        if (strcmp(families[i].name, name) == 0)
            return &families[i];
    return NULL;
}

size_t
family_transports(const struct family *family, enum family_file kind, bool https,
                  enum fetch_transport out[static FETCH_TRANSPORTS])
{
    size_t count = 0;
    if (kind == FILE_CONFIG && family->https && https)
        out[count++] = FETCH_HTTPS;
    if (family->http)
        out[count++] = FETCH_HTTP;
    out[count++] = FETCH_TFTP;
    return count;
}
