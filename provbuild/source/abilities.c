/* SPDX-License-Identifier: MIT */
/* Which signatures old phones cannot verify, and which phones are old. */
#include "provbuild/source/abilities.h"

#include "families/family.h"
#include "families/load.h"

#include <stdio.h>
#include <stdlib.h>

const char *
abilities_lack(unsigned digest, const struct prov_identity *signer)
{
    if (digest != PROV_SHA1)
        return "phones of the 7900 series and older ones verify SHA-1 alone; set digest = \"sha1\"";
    if (signer != NULL && prov_identity_key_bits(signer) > PROV_SIGNER_KEY_MAX)
        return "phones of the 7900 series and older ones refuse keys over 2048 bits; sign with "
               "another certificate";
    return NULL;
}

const char *
abilities_lack_of(const struct prov_trustlist *list)
{
    size_t signer = 0;
    const struct prov_field *digest =
        prov_header_find(prov_trustlist_header(list), PROV_TAG_DIGEST_ALGORITHM);
    bool found = prov_trustlist_verify(list, NULL, &signer, NULL) == PROV_OK;
    return abilities_lack(digest != NULL ? digest->number : PROV_SHA1,
                          found ? prov_trustlist_at(list, signer)->certificate : NULL);
}

/* By the first member of SHA-2 that any phone is known to verify. A load that nobody knows is taken
 * for a new one, one of phones of which that is not known for none. */
static enum abilities_age
age_of(const char *load)
{
    const struct family *family = family_of_load(load);
    if (load_find(load) == NULL)
        return ABILITIES_NEW;
    if (family == NULL)
        return ABILITIES_UNNAMED;
    switch (family_verifies(family, PROV_SHA512)) {
    case FAMILY_YES:
        return ABILITIES_NEW;
    case FAMILY_NO:
        return ABILITIES_OLD;
    default:
        return ABILITIES_UNNAMED;
    }
}

enum abilities_age
abilities_age(const struct run *run, const struct prov_mac *phone)
{
    struct prov_bytes *xml = NULL;
    struct prov_deviceconfig *config = NULL;
    char load[256], *path = NULL;
    if (asprintf(&path, "%s/SEP%s.cnf.xml", run->settings->source, phone->text) < 0)
        return ABILITIES_UNNAMED;
    int rc = prov_file_read(path, PROV_DEVICECONFIG_MAX, &xml, NULL);
    if (rc == PROV_OK) {
        struct prov_span span = prov_bytes_span(xml);
        rc = prov_deviceconfig_read(span.data, span.len, &config, NULL);
    }
    bool named = rc == PROV_OK &&
                 prov_deviceconfig_value(config, "loadInformation", load, sizeof load) &&
                 load[0] != '\0';
    prov_deviceconfig_free(config);
    prov_bytes_free(xml);
    free(path);
    return named ? age_of(load) : ABILITIES_UNNAMED;
}
