/* SPDX-License-Identifier: MIT */
/* The names of a phone's files, both ways, and times for people. */
#include "provcheck/why/facts.h"

#include <stdio.h>
#include <strings.h>
#include <time.h>

static const struct {
    const char *before, *after;
} names[WHY_FILES] = {
    [WHY_CTL] = {"CTLSEP", ".tlv"},
    [WHY_ITL] = {"ITLSEP", ".tlv"},
    [WHY_CLEAR] = {"SEP", ".cnf.xml"},
    [WHY_SIGNED] = {"SEP", ".cnf.xml.sgn"},
    [WHY_ENCRYPTED] = {"SEP", ".cnf.xml.enc.sgn"},
    [WHY_TEXT] = {"SIP", ".cnf"},
};

const char *
why_file_name(enum why_file file, const struct prov_mac *phone, char out[static WHY_NAME_SIZE])
{
    snprintf(out, WHY_NAME_SIZE, "%s%s%s", names[file].before, phone->text, names[file].after);
    return out;
}

enum why_file
why_file_of(const char *asked, const struct prov_mac *phone)
{
    char name[WHY_NAME_SIZE];
    const char *base = prov_file_base(asked);
    for (enum why_file file = 0; file < WHY_FILES; file++)
        if (strcasecmp(base, why_file_name(file, phone, name)) == 0)
            return file;
    return WHY_OTHER;
}

const char *
why_time_text(int64_t time, char out[static WHY_TIME_SIZE])
{
    struct tm tm;
    time_t when = (time_t)time;
    if (gmtime_r(&when, &tm) == NULL ||
        strftime(out, WHY_TIME_SIZE, "%Y-%m-%d %H:%M:%S UTC", &tm) == 0)
        snprintf(out, WHY_TIME_SIZE, "%lld", (long long)time);
    return out;
}

bool
why_has_configuration(const struct why_place *place)
{
    return place->files[WHY_CLEAR].there || place->files[WHY_SIGNED].there ||
           place->files[WHY_ENCRYPTED].there || place->files[WHY_TEXT].there;
}
