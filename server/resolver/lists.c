/* SPDX-License-Identifier: MIT */
/* Trust lists that are given in turns, as files: which one a name is given, and what is noted of
 * it. */
#include "server/resolver/internal.h"

#include "server/log/log.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define WHO_SIZE 16 /* SEP<MAC>, ITLFile.tlv */

/* A table that cannot be read is no reason to give nobody a list. */
static void
refresh_turns(struct resolver *resolver)
{
    struct prov_error err;
    if (turns_refresh(resolver->turns, resolver->public.fd, &err) != PROV_OK)
        log_warn_once(RESOLVER__TURNS_TABLE,
                      "%s/" RESOLVER__TURNS_TABLE ": %s; lists are given as they were before",
                      resolver->public.path, err.text);
}

/* The table may be replaced, and a rung removed, between looking at one and at the other. */
static enum opened
open_rung(struct resolver *resolver, const char *list, const char *who, struct resolver_file **out)
{
    char path[TURNS_PATH_SIZE];
    for (int i = 0; i < 2; i++) {
        refresh_turns(resolver);
        if (!turns_draw(resolver->turns, list, who, (int64_t)time(NULL), path))
            return ABSENT;
        enum opened result = resolver__open_exact(resolver, &resolver->public, path, false, out);
        if (result != ABSENT)
            return result == WITHHELD ? ABSENT : result;
    }
    resolver__say_once(&resolver->public, path,
                       "is missing; the list in the tree is given instead");
    return ABSENT;
}

/* In whose name a list is asked for or delivered. Those without a phone's name draw together, and
 * both kinds of lists alike. */
static void
name_who(const struct prov_mac *phone, char who[static WHO_SIZE])
{
    if (phone != NULL)
        snprintf(who, WHO_SIZE, "SEP%s", phone->text);
    else
        snprintf(who, WHO_SIZE, "ITLFile.tlv");
}

/* What a phone has shown to hold, if that is the newest still. */
static enum opened
open_proven(struct resolver *resolver, const char *list, const struct prov_mac *phone, bool ctl,
            struct resolver_file **out)
{
    char path[TURNS_PATH_SIZE];
    uint8_t sha256[RESOLVER_SHA256_LEN];
    if (!proven_find(resolver->proven, phone, ctl, sha256))
        return ABSENT;
    refresh_turns(resolver);
    if (!turns_rung(resolver->turns, list, 0, path) ||
        resolver__open_exact(resolver, &resolver->public, path, false, out) != OPENED)
        return ABSENT;
    if ((*out)->digested && memcmp((*out)->sha256, sha256, sizeof sha256) == 0)
        return OPENED;
    resolver_release(*out);
    *out = NULL;
    return ABSENT;
}

/* Lists stand at the root of the tree, under names in the letters that phones use. */
enum opened
resolver__open_in_turns(struct resolver *resolver, const char *path,
                        const struct name_meaning *meaning, bool generic,
                        struct resolver_file **out)
{
    char who[WHO_SIZE], list[LADDER_NAME_SIZE];
    const char *kind = meaning->kind == NAME_CTL ? "CTL" : "ITL";
    if ((meaning->kind != NAME_ITL && meaning->kind != NAME_CTL) || strchr(path, '/') != NULL ||
        (generic && meaning->generic == NULL))
        return ABSENT;
    name_who(meaning->names_phone ? &meaning->phone : NULL, who);
    snprintf(list, sizeof list, "%s%s.tlv", kind, meaning->names_phone && !generic ? who : "File");
    enum opened result = ABSENT;
    if (meaning->names_phone)
        result = open_proven(resolver, list, &meaning->phone, meaning->kind == NAME_CTL, out);
    return result == ABSENT ? open_rung(resolver, list, who, out) : result;
}

bool
resolver_rung(struct resolver *resolver, const struct prov_mac *phone, bool ctl, size_t from_newest,
              struct resolver_file **out)
{
    char path[TURNS_PATH_SIZE], list[LADDER_NAME_SIZE];
    const struct root *root = &resolver->public;
    snprintf(list, sizeof list, "%sSEP%s.tlv", ctl ? "CTL" : "ITL", phone->text);
    refresh_turns(resolver);
    if (!turns_rung(resolver->turns, list, 0, path)) {
        struct resolver_file *file = NULL;
        if (resolver__open_any_case(resolver, root, list, false, &file) == OPENED) {
            resolver_release(file); /* its own, and always the same */
            return false;
        }
        snprintf(list, sizeof list, "%sFile.tlv", ctl ? "CTL" : "ITL");
    }
    return turns_rung(resolver->turns, list, from_newest, path) &&
           resolver__open_exact(resolver, root, path, false, out) == OPENED;
}

bool
resolver_add_proof(struct resolver *resolver, const struct prov_mac *phone, bool ctl,
                   const uint8_t sha256[static RESOLVER_SHA256_LEN])
{
    return proven_put(resolver->proven, phone, ctl, sha256);
}

bool
resolver_is_proven(struct resolver *resolver, const struct prov_mac *phone, bool ctl,
                   const uint8_t sha256[static RESOLVER_SHA256_LEN])
{
    uint8_t shown[RESOLVER_SHA256_LEN];
    return proven_find(resolver->proven, phone, ctl, shown) &&
           memcmp(shown, sha256, sizeof shown) == 0;
}

void
resolver_note_list(struct resolver *resolver, const struct prov_mac *phone, const char *path)
{
    char who[WHO_SIZE];
    name_who(phone, who);
    turns_note(resolver->turns, who, path, (int64_t)time(NULL));
}

bool
resolver__is_rung(const struct resolver_file *file)
{
    static const char folder[] = LADDER_FOLDER "/";
    return strncmp(file->path, folder, sizeof folder - 1) == 0;
}
