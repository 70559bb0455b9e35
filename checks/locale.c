/* SPDX-License-Identifier: MIT */
/* Whether the archive of a language and the tones of a country are there for the model. */
#include "checks/locale.h"

#include "checks/say.h"
#include "families/family.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define PATH_SIZE 256

bool
locale_is_built_in(const char *folder)
{
    return strcasecmp(folder, "English_United_States") == 0 ||
           strcasecmp(folder, "United_States") == 0;
}

static bool
is_there(const struct served_files *files, const char *folder, const char *file)
{
    char path[PATH_SIZE];
    struct served served;
    snprintf(path, sizeof path, "%s/%s", folder, file);
    return files->find(files->context, path, &served);
}

static bool
is_wanted(const char *folder)
{
    return folder[0] != '\0' && !locale_is_built_in(folder);
}

static void
check_language(const struct locale *locale, const struct served_files *files,
               const struct check_told *told)
{
    char name[LOAD_ARCHIVE_SIZE];
    const char *archive = load_archive(locale->load, name);
    if (archive != NULL && is_wanted(locale->user) && !is_there(files, locale->user, archive))
        check_say(told, CHECK_LOCALE_FILE, 0,
                  "there is no %s in %s, which phones of this load (%s) ask for", archive,
                  locale->user, locale->load->models);
}

static void
check_tones(const struct locale *locale, const char *folder, const struct served_files *files,
            const struct check_told *told)
{
    const struct family *family = family_of_load(locale->load->beginning);
    const char *tones = family != NULL ? family->tones : NULL;
    if (tones == NULL || !is_wanted(folder) || is_there(files, folder, tones))
        return;
    if (locale->load->either_tones && is_there(files, folder, "g3-tones.xml"))
        return;
    check_say(told, CHECK_LOCALE_FILE, 0,
              "there is no %s in %s, which phones of this load (%s) ask for", tones, folder,
              locale->load->models);
}

void
locale_check(const struct locale *locale, const struct served_files *files, check_report *report,
             void *context)
{
    const struct check_told told = {report, context};
    if (locale->load == NULL)
        return;
    check_language(locale, files, &told);
    check_tones(locale, locale->network, files, &told);
    if (strcasecmp(locale->network, locale->network_info) != 0)
        check_tones(locale, locale->network_info, files, &told);
}
