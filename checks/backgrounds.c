/* SPDX-License-Identifier: MIT */
/* Lists of backgrounds, and whether the pictures that they name are what phones show. */
#include "checks/backgrounds.h"

#include "checks/png.h"
#include "checks/say.h"
#include "checks/xml.h"
#include "families/load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define FOLDER "Desktops/"
#define LIST "/List.xml"
#define SCHEME "TFTP:"
#define ITEMS_MAX 50
#define PICTURES_MAX (2 * ITEMS_MAX) /* that are looked at, each once */
#define NAME_KEPT 128

struct backgrounds {
    struct check_told told;
    const struct served_files *files;
    struct png_size display; /* 0: its folder does not tell */
    size_t count;
    size_t seen_count;
    struct {
        char name[NAME_KEPT];
        bool whole;       /* no thumbnail */
    } seen[PICTURES_MAX]; /* pictures that were looked at */
};

bool
backgrounds_is_path(const char *path)
{
    size_t len = strlen(path);
    return strncasecmp(path, FOLDER, strlen(FOLDER)) == 0 && len > strlen(FOLDER LIST) &&
           strcasecmp(path + len - strlen(LIST), LIST) == 0 &&
           strchr(path + strlen(FOLDER), '/') == path + len - strlen(LIST);
}

/* --- the folder */

/* A number of up to five digits at the beginning of `*text`, which is moved behind it. */
static bool
read_number(const char **text, uint32_t *out)
{
    size_t len = strspn(*text, "0123456789");
    *out = (uint32_t)strtoul(*text, NULL, 10);
    *text += len;
    return len > 0 && len <= 5;
}

/* "320x196x4"; the depth is not kept. */
static bool
read_display(const char *folder, struct png_size *out)
{
    uint32_t depth;
    if (!read_number(&folder, &out->width) || *folder++ != 'x' ||
        !read_number(&folder, &out->height) || *folder++ != 'x')
        return false;
    return read_number(&folder, &depth) && *folder == '\0';
}

static void
check_folder(struct backgrounds *check, const char *path)
{
    char folder[64];
    struct png_size display;
    const char *name = path + strlen(FOLDER);
    snprintf(folder, sizeof folder, "%.*s", (int)strcspn(name, "/"), name);
    if (!read_display(folder, &display)) {
        check_say(&check->told, CHECK_BACKGROUND_FOLDER, 0,
                  "the folder %s is not named by width, height and depth, as 320x196x4 is", folder);
        return;
    }
    check->display = display;
    if (load_is_display(folder))
        return;
    char what[128];
    snprintf(what, sizeof what, "the folder %s is that of no display that is known", folder);
    const struct check_finding finding = {
        .rule = CHECK_BACKGROUND_FOLDER, .severity = RULE_NOTES, .what = what};
    check->told.report(check->told.context, &finding);
}

/* --- its pictures */

/* What a page of its own names for 8941 and 8945, in the folder of a larger display. */
static bool
fits(const struct backgrounds *check, const struct png_size *size)
{
    const struct png_size *display = &check->display;
    if (size->width == display->width && size->height == display->height)
        return true;
    return display->width == 800 && display->height == 480 && size->width == 640 &&
           size->height == 480;
}

/* False for one that was looked at before, and where there is no room to note it. */
static bool
see(struct backgrounds *check, const char *name, bool whole)
{
    for (size_t i = 0; i < check->seen_count; i++)
        if (check->seen[i].whole == whole && strcmp(check->seen[i].name, name) == 0)
            return false;
    if (check->seen_count == PICTURES_MAX || strlen(name) >= NAME_KEPT)
        return false;
    check->seen[check->seen_count].whole = whole;
    memcpy(check->seen[check->seen_count++].name, name, strlen(name) + 1);
    return true;
}

static void
check_picture(struct backgrounds *check, const char *name, bool whole, unsigned line)
{
    struct served picture;
    struct png_size size;
    if (!see(check, name, whole) || !check->files->find(check->files->context, name, &picture) ||
        picture.size == 0)
        return;
    if (!png_read(picture.start, picture.start_len, &size))
        check_say(&check->told, CHECK_BACKGROUND_IMAGE, line, "%s is %s", name,
                  png_other_kind(picture.start, picture.start_len));
    else if (whole && check->display.width != 0 && !fits(check, &size))
        check_say(&check->told, CHECK_BACKGROUND_IMAGE, line,
                  "%s has %u x %u points, and the display %u x %u", name, size.width, size.height,
                  check->display.width, check->display.height);
}

static void
check_attribute(struct backgrounds *check, const struct xml_element *item, const char *attribute,
                bool whole)
{
    const char *value = xml_value(item, attribute);
    if (value == NULL || *value == '\0')
        check_say(&check->told, CHECK_BACKGROUND_ITEM, item->line, "this item has no %s",
                  attribute);
    else if (strncasecmp(value, SCHEME, strlen(SCHEME)) != 0)
        check_say(&check->told, CHECK_BACKGROUND_ITEM, item->line,
                  "the %s of this item does not begin with " SCHEME, attribute);
    else
        check_picture(check, value + strlen(SCHEME), whole, item->line);
}

static void
visit(void *context, const struct xml_element *element)
{
    struct backgrounds *check = context;
    if (strcmp(element->name, "ImageItem") == 0) {
        if (++check->count == ITEMS_MAX + 1)
            check_say(&check->told, CHECK_BACKGROUND_COUNT, element->line,
                      "this is picture number %d", ITEMS_MAX + 1);
        check_attribute(check, element, "Image", false);
        check_attribute(check, element, "URL", true);
    }
    if (element->parent[0] == '\0' && strcmp(element->name, "CiscoIPPhoneImageList") != 0)
        check_say(&check->told, CHECK_BACKGROUND_ITEM, element->line,
                  "its root element is %s instead of CiscoIPPhoneImageList", element->name);
}

void
backgrounds_check(struct prov_span xml, const char *path, const struct served_files *files,
                  check_report *report, void *context)
{
    struct xml_fault fault;
    struct backgrounds check = {.told = {report, context}, .files = files};
    check_folder(&check, path);
    (void)xml_read(xml, visit, &check, &fault);
}
