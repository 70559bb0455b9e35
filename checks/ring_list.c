/* SPDX-License-Identifier: MIT */
/* Lists of rings, and whether the tones that they name are what phones play. */
#include "checks/ring_list.h"

#include "checks/say.h"
#include "checks/xml.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define RINGS_MAX 50
#define NAME_MAX_CHARACTERS 25
#define NAME_KEPT 256
#define SLICE 240 /* bytes of a .raw that phones take at once */
#define RAW_MAX 16080
#define RWB_MAX (2 * 160800)

struct ring {
    char name[NAME_KEPT], file[NAME_KEPT];
};

struct ring_list {
    struct check_told told;
    const struct served_files *files;
    bool wide;
    size_t count;
    struct ring ring; /* the one at hand */
};

static bool
ends_with(const char *name, const char *end)
{
    size_t len = strlen(name), end_len = strlen(end);
    return len >= end_len && strcasecmp(name + len - end_len, end) == 0;
}

bool
ring_list_is_name(const char *file, bool *wide)
{
    *wide = strcasecmp(file, "Ringlist-wb.xml") == 0;
    return *wide || strcasecmp(file, "Ringlist.xml") == 0 ||
           strcasecmp(file, "DistinctiveRingList.xml") == 0;
}

/* Of UTF-8. */
static size_t
count_characters(const char *text)
{
    size_t count = 0;
    for (; *text != '\0'; text++)
        count += ((unsigned char)*text & 0xc0) != 0x80;
    return count;
}

/* --- the tone */

/* What else sound is kept in; NULL for what may well have no header. */
static const char *
container_of(const struct served *tone)
{
    static const struct {
        const char *begins;
        size_t len;
        const char *kind;
    } kinds[] = {
        {"RIFF", 4, "a WAV file"},   {"ID3", 3, "an MP3 file"},  {"\xff\xfb", 2, "an MP3 file"},
        {"OggS", 4, "an Ogg file"},  {"fLaC", 4, "a FLAC file"}, {".snd", 4, "an AU file"},
        {"FORM", 4, "an AIFF file"},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (tone->start_len >= kinds[i].len &&
            memcmp(tone->start, kinds[i].begins, kinds[i].len) == 0)
            return kinds[i].kind;
    return NULL;
}

/* A length that no phone was seen to take or to refuse is a note. */
static void
note_length(const struct ring_list *list, unsigned line, const char *what, uint64_t size)
{
    char text[NAME_KEPT + 128];
    snprintf(text, sizeof text, "%.200s has %llu bytes, %s", list->ring.file,
             (unsigned long long)size, what);
    const struct check_finding finding = {
        .rule = CHECK_RING_TONE, .severity = RULE_NOTES, .line = line, .what = text};
    list->told.report(list->told.context, &finding);
}

static void
check_tone(const struct ring_list *list, unsigned line)
{
    const char *file = list->ring.file;
    bool raw = ends_with(file, ".raw");
    struct served tone;
    if (!list->files->find(list->files->context, file, &tone) || tone.size == 0)
        return;
    const char *container = container_of(&tone);
    if (container != NULL)
        check_say(&list->told, CHECK_RING_TONE, line, "%s is %s", file, container);
    else if (tone.size > (raw ? RAW_MAX : RWB_MAX))
        check_say(&list->told, CHECK_RING_TONE, line, "%s has %llu bytes, and %d are the most",
                  file, (unsigned long long)tone.size, raw ? RAW_MAX : RWB_MAX);
    else if (raw && tone.size % SLICE != 0)
        note_length(list, line, "which is no multiple of 240", tone.size);
    else if (!raw && tone.size % 2 != 0)
        note_length(list, line, "which are no whole samples of 16 bits", tone.size);
}

/* --- the list */

static void
check_ring(struct ring_list *list, unsigned line)
{
    const struct ring *ring = &list->ring;
    if (++list->count == RINGS_MAX + 1)
        check_say(&list->told, CHECK_RING_COUNT, line, "this is ring number %d", RINGS_MAX + 1);
    if (count_characters(ring->name) > NAME_MAX_CHARACTERS)
        check_say(&list->told, CHECK_RING_NAME, line, "the name %s has %zu characters", ring->name,
                  count_characters(ring->name));
    if (ring->file[0] == '\0')
        check_say(&list->told, CHECK_RING_NAME, line, "this ring names no file");
    else if (count_characters(ring->file) > NAME_MAX_CHARACTERS)
        check_say(&list->told, CHECK_RING_NAME, line, "the file name %s has %zu characters",
                  ring->file, count_characters(ring->file));
    else if (!ends_with(ring->file, ".rwb") && (list->wide || !ends_with(ring->file, ".raw")))
        check_say(&list->told, CHECK_RING_NAME, line, "the file name %s does not end in %s",
                  ring->file, list->wide ? ".rwb" : ".raw or .rwb");
    if (ring->file[0] != '\0')
        check_tone(list, line);
}

static void
visit(void *context, const struct xml_element *element)
{
    struct ring_list *list = context;
    if (strcmp(element->parent, "Ring") == 0 && strcmp(element->name, "DisplayName") == 0)
        snprintf(list->ring.name, sizeof list->ring.name, "%s", element->text);
    if (strcmp(element->parent, "Ring") == 0 && strcmp(element->name, "FileName") == 0)
        snprintf(list->ring.file, sizeof list->ring.file, "%s", element->text);
    if (strcmp(element->name, "Ring") == 0) {
        check_ring(list, element->line);
        list->ring = (struct ring){0};
    }
    if (element->parent[0] == '\0' && strcmp(element->name, "CiscoIPPhoneRingList") != 0)
        check_say(&list->told, CHECK_RING_ROOT, element->line, "its root element is %s",
                  element->name);
}

void
ring_list_check(struct prov_span xml, bool wide, const struct served_files *files,
                check_report *report, void *context)
{
    struct xml_fault fault;
    struct ring_list list = {.told = {report, context}, .files = files, .wide = wide};
    (void)xml_read(xml, visit, &list, &fault);
}
