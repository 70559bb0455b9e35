/* SPDX-License-Identifier: MIT */
/* The lists that are served to a phone, and copies of those that it was given before. */
#include "provcheck/why/reading.h"

#include "ladder/rungs.h"
#include "provcheck/phone/trust.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- what stands */

static void
read_standing(const struct why_question *question, struct why_facts *facts, enum trust_kind kind)
{
    char name[WHY_NAME_SIZE], path[PATH_MAX];
    struct why_list *list = &facts->lists[kind];
    struct prov_trustlist *standing = NULL;
    struct prov_bytes *bytes = NULL;
    struct prov_hash hash;
    const char *tree = question->settings->tftpboot;
    enum why_file file = kind == TRUST_CTL ? WHY_CTL : WHY_ITL;
    if ((!why_find(tree, why_file_name(file, &facts->phone, name), path) &&
         !why_find(tree, trust_list_name(kind), path)) ||
        prov_file_read(path, PROV_TRUSTLIST_READ_MAX, &bytes, NULL) != PROV_OK)
        return;
    struct prov_span span = prov_bytes_span(bytes);
    list->stands = true;
    if (prov_trustlist_read(span.data, span.len, &standing, NULL) == PROV_OK)
        list->signs_files = prov_trustlist_signs_files(standing);
    if (prov_digest(PROV_SHA256, span.data, span.len, &hash, NULL) == PROV_OK) {
        char hex[sizeof list->sha256];
        prov_hex(hash.value, hash.len, hex, sizeof hex);
        list->is_newest = strcmp(hex, list->sha256) == 0;
    }
    prov_trustlist_free(standing);
    prov_bytes_free(bytes);
}

/* --- what it holds */

static bool
has_digest(const char *path, const char *sha256)
{
    struct prov_bytes *bytes = NULL;
    struct prov_hash hash;
    char hex[2 * LEDGER_SHA256_LEN + 1] = "";
    if (prov_file_read(path, PROV_TRUSTLIST_READ_MAX, &bytes, NULL) != PROV_OK)
        return false;
    struct prov_span span = prov_bytes_span(bytes);
    if (prov_digest(PROV_SHA256, span.data, span.len, &hash, NULL) == PROV_OK)
        prov_hex(hash.value, hash.len, hex, sizeof hex);
    prov_bytes_free(bytes);
    return strcmp(hex, sha256) == 0;
}

/* Lists are kept as ITLFile.tlv.1795258194 and the like. */
static bool
find_copy(const char *folder, const char *beginning, struct why_list *list)
{
    DIR *dir = folder != NULL ? opendir(folder) : NULL;
    const struct dirent *entry;
    bool found = false;
    while (dir != NULL && !found && (entry = readdir(dir)) != NULL)
        found = strncmp(entry->d_name, beginning, strlen(beginning)) == 0 &&
                strstr(entry->d_name, ".tlv") != NULL &&
                snprintf(list->held, sizeof list->held, "%s/%s", folder, entry->d_name) <
                    (int)sizeof list->held &&
                has_digest(list->held, list->sha256);
    if (dir != NULL)
        closedir(dir);
    if (!found)
        list->held[0] = '\0';
    return found;
}

static void
find_held(const struct why_question *question, struct why_facts *facts, enum trust_kind kind)
{
    struct why_list *list = &facts->lists[kind];
    const char *beginning = kind == TRUST_CTL ? "CTL" : "ITL";
    char rungs[PATH_MAX];
    if (list->holding == WHY_HOLDS_UNKNOWN)
        return;
    snprintf(rungs, sizeof rungs, "%s/" LADDER_FOLDER, question->settings->tftpboot);
    if (!find_copy(question->settings->tftpboot, beginning, list) &&
        !find_copy(rungs, beginning, list))
        find_copy(question->settings->archive, beginning, list);
}

void
why_read_lists(const struct why_question *question, struct why_facts *facts)
{
    for (enum trust_kind kind = 0; kind < TRUST_KINDS; kind++) {
        if (question->settings->tftpboot != NULL)
            read_standing(question, facts, kind);
        find_held(question, facts, kind);
    }
}
