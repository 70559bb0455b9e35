/* SPDX-License-Identifier: MIT */
/* Loads and models, as tables. */
#include "families/load.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Of two rows that fit a name, the first counts. Names and models: labels in published
 * XMLDefault.cnf.xml files and load lists. Archives: https://usecallmanager.nz/user-locale.html.
 * Pictures: https://usecallmanager.nz/background-images.html. Loads that are no list: files in
 * public trees (docs/artifacts.md, section 7). */
/* clang-format off */
static const struct load loads[] = {
    /* beginning, family, models, ends, archive, pictures, SCCP, SIP<MAC>.cnf, either tones */
    {"SIP06",        "7900", "7906",             {".loads"}, "tc", NULL, false, false, false},
    {"SIP11",        "7900", "7906, 7911",       {".loads"}, "tc", NULL, false, false, false},
    {"SIP31",        "7900", "7931",             {".loads"}, NULL, NULL, false, false, false},
    {"SIP41",        "7900", "7941, 7961",       {".loads"}, "mk", "320x196x4", false, false, false},
    {"SIP42",        "7900", "7942, 7962",       {".loads"}, "mk", "320x196x4", false, false, false},
    {"SIP45",        "7900", "7945, 7965",       {".loads"}, "be", "320x212x16", false, false, false},
    {"SIP70",        "7900", "7970, 7971",       {".loads"}, "td", "320x212x12", false, false, false},
    {"SIP75",        "7900", "7975",             {".loads"}, "td", "320x216x16", false, false, false},
    {"SCCP06",       "7900", "7906",             {".loads"}, "tc", NULL, true, false, false},
    {"SCCP11",       "7900", "7906, 7911",       {".loads"}, "tc", NULL, true, false, false},
    {"SCCP31",       "7900", "7931",             {".loads"}, NULL, NULL, true, false, false},
    {"SCCP41",       "7900", "7941, 7961",       {".loads"}, "mk", "320x196x4", true, false, false},
    {"SCCP42",       "7900", "7942, 7962",       {".loads"}, "mk", "320x196x4", true, false, false},
    {"SCCP45",       "7900", "7945, 7965",       {".loads"}, "be", "320x212x16", true, false, false},
    {"SCCP70",       "7900", "7970, 7971",       {".loads"}, "td", "320x212x12", true, false, false},
    {"SCCP75",       "7900", "7975",             {".loads"}, "td", "320x216x16", true, false, false},
    {"SIP4",         "7900", "7941 to 7965",     {".loads"}, NULL, NULL, false, false, false},
    {"SCCP4",        "7900", "7941 to 7965",     {".loads"}, NULL, NULL, true, false, false},
    {"term",         "7900", "7906 to 7975",     {".loads"}, NULL, NULL, false, false, false},

    {"P0S3",         "7940", "7940, 7960", {".loads", ".sb2", ".bin", ".sbn"}, NULL, NULL, false, true, false},
    {"P003",         "7940", "7940, 7960", {".loads", ".sb2", ".bin", ".sbn"}, NULL, NULL, true, false, false},
    {"P004",         NULL,   "7910",             {".bin", ".sbn"}, NULL, NULL, true, false, false},
    {"P005",         NULL,   "7935",             {".bin", ".sbn"}, NULL, NULL, true, false, false},
    {"P0",           "7940", "7940, 7960", {".loads", ".sb2", ".bin", ".sbn"}, NULL, NULL, false, false, false},

    {"sip78xx",      "7800", "7811 to 7861",     {".loads"}, "sp", NULL, false, false, false},
    {"sip8821",      "8821", "8821",             {".loads"}, NULL, "240x320x24", false, false, false},
    {"sip8831",      NULL,   "8831",             {".loads"}, NULL, NULL, false, false, false},
    {"sip8832",      NULL,   "8832",             {".loads"}, NULL, NULL, false, false, false},
    {"sip8845",      "8800", "8845, 8865",       {".loads"}, "sl-bev", "800x480x24", false, false, false},
    {"sip88",        "8800", "8811 to 8861",     {".loads"}, "sl-be", "800x480x24", false, false, false},

    {"SIP894",       "8900", "8941, 8945",       {".loads"}, "gb-sccp", NULL, false, false, false},
    {"SCCP894",      "8900", "8941, 8945",       {".loads"}, NULL, NULL, true, false, false},
    {"sip8961",      "9900", "8961",             {".loads"}, "gh", "640x480x24", false, false, true},
    {"sip9951",      "9900", "9951",             {".loads"}, "lk", "640x480x24", false, false, false},
    {"sip9971",      "9900", "9971",             {".loads"}, "gd", "640x480x24", false, false, false},

    {"SIP6901",      "6901", "6901",             {".loads"}, "rtl", NULL, false, false, false},
    {"SIP6911",      "6901", "6911",             {".loads"}, "rtl", NULL, false, false, false},
    {"SCCP6901",     "6901", "6901",             {".loads"}, "rtl", NULL, true, false, false},
    {"SCCP6911",     "6901", "6911",             {".loads"}, "rtl", NULL, true, false, false},
    {"SIP69",        "6900", "6921 to 6961",     {".loads"}, "rtl", NULL, false, false, false},
    {"SCCP69",       "6900", "6921 to 6961",     {".loads"}, "rtl", NULL, true, false, false},
    {"CP3905",       "3905", "3905",             {".loads"}, NULL, NULL, false, false, false},

    {"CP7921G",      "7925", "7921",             {".loads"}, NULL, NULL, true, false, false},
    {"CP7925G",      "7925", "7925",             {".loads"}, NULL, NULL, true, false, false},
    {"CP7926G",      "7925", "7926",             {".loads"}, NULL, NULL, true, false, false},
    {"cmterm_7920",  "7920", "7920",             {".bin"}, NULL, NULL, true, false, false},
    {"CP7902",       "7905", "7902",             {".sbin", ".zup"}, NULL, NULL, false, false, false},
    {"CP7905",       "7905", "7905",             {".sbin", ".zup"}, NULL, NULL, false, false, false},
    {"CP7912",       "7905", "7912",             {".sbin", ".zup"}, NULL, NULL, false, false, false},
    {"ATA03",        "ata186", "ATA 186, ATA 188", {".zup"}, NULL, NULL, false, false, false},
    {"apps37sccp",   NULL,   "7937",             {".bin"}, NULL, NULL, true, false, false},
    {"cmterm_7936",  NULL,   "7936",             {".bin"}, NULL, NULL, true, false, false},
    {"cmterm_7985",  NULL,   "7985",             {".bin"}, NULL, NULL, true, false, false},
    {"S00105",       NULL,   "7914",             {".sbn", ".bin"}, NULL, NULL, false, false, false},
    {"B015",         NULL,   "7915",             {".sbn"}, NULL, NULL, false, false, false},
    {"B016",         NULL,   "7916",             {".sbn"}, NULL, NULL, false, false, false},
    {"SPA",          NULL,   "SPA",              {".bin"}, NULL, NULL, false, false, false},
};

/* Numbers: as published XMLDefault.cnf.xml files label them, the most frequent label. */
static const struct model models[] = {
    {6, "7910", {"P004"}},
    {7, "7960", {"P0S3", "P003"}},
    {8, "7940", {"P0S3", "P003"}},
    {9, "7935", {"P005"}},
    {12, "ATA186", {"ATA03"}},
    {115, "7941", {"SIP41", "SCCP41"}},
    {119, "7971", {"SIP70", "SCCP70"}},
    {124, "7914", {"S00105"}},
    {227, "7915", {"B015"}},
    {228, "7915", {"B015"}},
    {229, "7916", {"B016"}},
    {230, "7916", {"B016"}},
    {302, "7985", {"cmterm_7985"}},
    {307, "7911", {"SIP11", "SCCP11"}},
    {308, "7961G-GE", {"SIP41", "SCCP41"}},
    {309, "7941G-GE", {"SIP41", "SCCP41"}},
    {348, "7931", {"SIP31", "SCCP31"}},
    {365, "7921", {"CP7921G"}},
    {369, "7906", {"SIP11", "SIP06", "SCCP11", "SCCP06"}},
    {404, "7962", {"SIP42", "SCCP42"}},
    {431, "7937", {"apps37sccp"}},
    {434, "7942", {"SIP42", "SCCP42"}},
    {435, "7945", {"SIP45", "SCCP45"}},
    {436, "7965", {"SIP45", "SCCP45"}},
    {437, "7975", {"SIP75", "SCCP75"}},
    {484, "7925", {"CP7925G"}},
    {493, "9971", {"sip9971"}},
    {495, "6921", {"SIP69", "SCCP69"}},
    {496, "6941", {"SIP69", "SCCP69"}},
    {497, "6961", {"SIP69", "SCCP69"}},
    {537, "9951", {"sip9951"}},
    {540, "8961", {"sip8961"}},
    {547, "6901", {"SIP6901", "SCCP6901"}},
    {548, "6911", {"SIP6911", "SCCP6911"}},
    {564, "6945", {"SIP69", "SCCP69"}},
    {577, "7926", {"CP7926G"}},
    {585, "8945", {"SIP894", "SCCP894"}},
    {586, "8941", {"SIP894", "SCCP894"}},
    {592, "3905", {"CP3905"}},
    {621, "7821", {"sip78xx"}},
    {622, "7841", {"sip78xx"}},
    {623, "7861", {"sip78xx"}},
    {659, "8831", {"sip8831"}},
    {680, "8832", {"sip8832"}},
    {683, "8841", {"sip88"}},
    {684, "8851", {"sip88"}},
    {685, "8861", {"sip88"}},
    {20000, "7905", {"CP7905"}},
    {30002, "7920", {"cmterm_7920"}},
    {30006, "7970", {"SIP70", "SCCP70"}},
    {30007, "7912", {"CP7912"}},
    {30008, "7902", {"CP7902"}},
    {30018, "7961", {"SIP41", "SCCP41"}},
    {30019, "7936", {"cmterm_7936"}},
    {36216, "8821", {"sip8821"}},
    {36217, "8811", {"sip88"}},
    {0, "7811", {"sip78xx"}},
    {0, "8845", {"sip8845"}},
    {0, "8865", {"sip8845"}},
    {0, "ATA188", {"ATA03"}},
};
/* clang-format on */

/* Of load lists and what they name, packages, and images for boot loaders. */
static const char *const firmware[] = {".loads", ".sbn",  ".sebn", ".sbin",  ".sb2", ".bin",
                                       ".zup",   ".zz",   ".cop",  ".img",   ".tar", ".gz",
                                       ".zip",   ".bin1", ".bin2", ".sha512"};

/* Displays of key expansion modules: BEKEM, and those of 8800 phones. */
static const char *const modules[] = {"272x480x24", "320x480x24"};

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

static bool
begins(const char *name, const char *beginning)
{
    return strncasecmp(name, beginning, strlen(beginning)) == 0;
}

static bool
ends(const char *name, size_t len, const char *end)
{
    size_t end_len = strlen(end);
    return len >= end_len && strncasecmp(name + len - end_len, end, end_len) == 0;
}

const struct load *
load_find(const char *name)
{
    for (size_t i = 0; i < LENGTH(loads); i++)
        if (begins(name, loads[i].beginning))
            return &loads[i];
    return NULL;
}

const char *
load_archive(const struct load *load, char out[static LOAD_ARCHIVE_SIZE])
{
    if (load->locale == NULL)
        return NULL;
    snprintf(out, LOAD_ARCHIVE_SIZE, "%s-%s.jar", load->locale, load->sccp ? "sccp" : "sip");
    return out;
}

bool
load_is_factory_list(const char *file)
{
    return begins(file, "term") && ends(file, strlen(file), ".default.loads");
}

bool
load_is_firmware(const char *file)
{
    size_t len = strlen(file);
    if (ends(file, len, ".sgn"))
        len -= strlen(".sgn");
    for (size_t i = 0; i < LENGTH(firmware); i++)
        if (ends(file, len, firmware[i]))
            return true;
    return false;
}

bool
load_is_display(const char *folder)
{
    for (size_t i = 0; i < LENGTH(modules); i++)
        if (strcasecmp(folder, modules[i]) == 0)
            return true;
    for (size_t i = 0; i < LENGTH(loads); i++)
        if (loads[i].background != NULL && strcasecmp(folder, loads[i].background) == 0)
            return true;
    return false;
}

const struct model *
model_find(const char *name)
{
    for (size_t i = 0; i < LENGTH(models); i++)
        if (strcasecmp(models[i].name, name) == 0)
            return &models[i];
    return NULL;
}

const struct model *
model_of_number(unsigned number)
{
    for (size_t i = 0; i < LENGTH(models); i++)
        if (number != 0 && models[i].number == number)
            return &models[i];
    return NULL;
}

const struct model *
model_at(size_t index)
{
    return index < LENGTH(models) ? &models[index] : NULL;
}

const struct load *
model_load(const struct model *model)
{
    return load_find(model->loads[0]);
}

bool
model_runs(const struct model *model, const char *load)
{
    const struct load *found = load_find(load), *usual = model_load(model);
    if (found == NULL || usual == NULL)
        return true;
    for (size_t i = 0; i < MODEL_LOADS_MAX && model->loads[i] != NULL; i++)
        if (load_find(model->loads[i]) == found)
            return true;
    /* A beginning such as "SIP4" or "term" tells the family alone. */
    return found->locale == NULL && found->family != NULL && usual->family != NULL &&
           strcmp(found->family, usual->family) == 0;
}
