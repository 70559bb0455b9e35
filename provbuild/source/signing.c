/* SPDX-License-Identifier: MIT */
/* How each file is signed: the section that holds for it, its certificate, and its header. */
#include "provbuild/source/signing.h"

#include "families/load.h"
#include "provbuild/source/reference.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#define AHEAD_MAX ((int64_t)86400) /* seconds; what is dated later was signed by a wrong clock */

/* --- which section holds for a file */

/* Patterns with a slash mean the path, others the name in any folder, or the phone. Firmware comes
 * in capitals too. */
static bool
matches(const char *pattern, const char *path, const struct prov_mac *phone)
{
    char name[PHONE_NAME_SIZE];
    const char *whole = strchr(pattern, '/') != NULL ? path : prov_file_base(path);
    if (fnmatch(pattern, whole, FNM_CASEFOLD) == 0)
        return true;
    if (phone == NULL)
        return false;
    phone_name(phone, name);
    return fnmatch(pattern, name, FNM_CASEFOLD) == 0;
}

/* Of the vendor's files all; else by pattern. */
static bool
is_excluded(const char *pattern, const char *path)
{
    if (strcasecmp(pattern, SETTINGS_FIRMWARE) == 0)
        return load_is_firmware(path);
    return matches(pattern, path, NULL);
}

bool
signings_exclude(const struct signings *signings, const char *path)
{
    const struct settings_sign *all = &signings->signs[0];
    for (size_t i = 0; i < all->exclude_count; i++)
        if (is_excluded(all->exclude[i], path))
            return true;
    return false;
}

static bool
is_kept(const struct signings_kept *kept, const char *certificate, const struct prov_mac *phone)
{
    return kept->to != NULL && strcmp(certificate, kept->to) == 0 &&
           (phone != NULL ? phones_hold(&kept->phones, phone) : kept->common);
}

static struct settings_sign
section_for(const struct signings *signings, const char *path, const struct prov_mac *phone)
{
    struct settings_sign sign = signings->signs[0];
    for (size_t i = 1; i < signings->sign_count; i++) {
        const struct settings_sign *section = &signings->signs[i];
        if (!matches(section->pattern, path, phone))
            continue;
        if (section->certificate != NULL)
            sign.certificate = section->certificate;
        if (section->has_digest)
            sign.digest = section->digest;
        if (section->has_layout)
            sign.layout = section->layout;
    }
    if (is_kept(signings->kept, sign.certificate, phone))
        sign.certificate = (char *)signings->kept->from;
    return sign;
}

/* --- ways to sign */

static int
load(struct signings *signings, const char *path, const struct prov_identity **out,
     struct prov_error *err)
{
    for (size_t i = 0; i < signings->identity_count; i++)
        if (strcmp(signings->identities[i].path, path) == 0) {
            *out = signings->identities[i].identity;
            return PROV_OK;
        }
    void *more = reallocarray(signings->identities, signings->identity_count + 1,
                              sizeof *signings->identities);
    if (more == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    signings->identities = more;
    struct prov_identity *identity =
        cli_identity(signings->common, path, PROV_NEED_CERTIFICATE | PROV_NEED_KEY);
    if (identity == NULL)
        return prov_fail(err, PROV_E_UNFIT, "nothing is signed without the key %s", path);
    signings->identities[signings->identity_count].path = path;
    signings->identities[signings->identity_count++].identity = identity;
    *out = identity;
    return PROV_OK;
}

int
signings_load_all(struct signings *signings, struct prov_error *err)
{
    const struct prov_identity *identity;
    int rc = PROV_OK;
    for (size_t i = 0; rc == PROV_OK && i < signings->sign_count; i++)
        if (signings->signs[i].certificate != NULL)
            rc = load(signings, signings->signs[i].certificate, &identity, err);
    if (rc == PROV_OK && signings->kept->from != NULL)
        rc = load(signings, signings->kept->from, &identity, err);
    return rc;
}

static int
note_problem(struct signing *signing, struct prov_error *err)
{
    int64_t now = signing->how.timestamp;
    const char *what = NULL;
    if (now > prov_identity_not_after(signing->how.signer))
        what = "has expired";
    else if (now < prov_identity_not_before(signing->how.signer))
        what = "is not valid yet";
    if (what == NULL)
        return PROV_OK;
    if (asprintf(&signing->problem,
                 "its signer %s %s, so phones may refuse what it signs; name another, or set the "
                 "clock",
                 signing->certificate, what) >= 0)
        return PROV_OK;
    signing->problem = NULL;
    return prov_fail(err, PROV_E_MEMORY, "out of memory");
}

static void
free_signing(struct signing *signing)
{
    if (signing == NULL)
        return;
    for (size_t i = 0; i < signing->encrypted_count; i++)
        prov_header_free(signing->encrypted[i].header);
    prov_header_free(signing->plain);
    pthread_mutex_destroy(&signing->lock);
    free(signing->problem);
    free(signing);
}

static int
make(struct signings *signings, const struct settings_sign *sign, struct signing **out,
     struct prov_error *err)
{
    struct signing *signing = calloc(1, sizeof *signing);
    if (signing == NULL || pthread_mutex_init(&signing->lock, NULL) != 0) {
        free(signing);
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    }
    struct stat status;
    signing->certificate = sign->certificate;
    if (stat(sign->certificate, &status) == 0)
        signing->modified = status.st_mtim;
    signing->how = (struct prov_signing){
        .layout = sign->layout, .digest = sign->digest, .timestamp = signings->now};
    int rc = load(signings, sign->certificate, &signing->how.signer, err);
    if (rc == PROV_OK)
        rc = prov_signing_check(&signing->how, err);
    if (rc == PROV_OK)
        rc = note_problem(signing, err);
    if (rc == PROV_OK)
        rc = prov_header_expect(&signing->how, 0, &signing->plain, err);
    if (rc != PROV_OK) {
        struct prov_error why = *err;
        free_signing(signing);
        return prov_fail(err, rc, "%s: %s", sign->certificate, why.text);
    }
    *out = signing;
    return PROV_OK;
}

int
signings_for(struct signings *signings, const char *path, const struct prov_mac *phone,
             struct signing **out, struct prov_error *err)
{
    struct settings_sign sign = section_for(signings, path, phone);
    for (size_t i = 0; i < signings->count; i++) {
        *out = signings->at[i];
        if (strcmp((*out)->certificate, sign.certificate) == 0 &&
            (*out)->how.digest == sign.digest && (*out)->how.layout == sign.layout)
            return PROV_OK;
    }
    struct signing **more =
        reallocarray(signings->at, signings->count + 1, sizeof(struct signing *));
    if (more == NULL)
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    signings->at = more;
    int rc = make(signings, &sign, &signings->at[signings->count], err);
    if (rc != PROV_OK)
        return rc;
    *out = signings->at[signings->count++];
    return PROV_OK;
}

void
signings_release(struct signings *signings)
{
    for (size_t i = 0; i < signings->count; i++)
        free_signing(signings->at[i]);
    free(signings->at);
    for (size_t i = 0; i < signings->identity_count; i++)
        prov_identity_free(signings->identities[i].identity);
    free(signings->identities);
}

/* --- headers that stand */

/* The reference for phones with a key of this size, made where it is new. NULL when memory is short
 * or there are too many sizes. */
static const struct prov_header *
encrypted_reference(struct signing *signing, const struct prov_identity *device)
{
    const struct prov_header *found = NULL;
    unsigned bits = prov_identity_key_bits(device);
    pthread_mutex_lock(&signing->lock);
    for (size_t i = 0; i < signing->encrypted_count; i++)
        if (signing->encrypted[i].key_bits == bits)
            found = signing->encrypted[i].header;
    size_t count = signing->encrypted_count;
    if (found == NULL && count < SIGNING_KEY_SIZES &&
        prov_header_expect(&signing->how, bits, &signing->encrypted[count].header, NULL) ==
            PROV_OK) {
        signing->encrypted[count].key_bits = bits;
        found = signing->encrypted[signing->encrypted_count++].header;
    }
    pthread_mutex_unlock(&signing->lock);
    return found;
}

const char *
signing_difference(struct signing *signing, const struct prov_header *header,
                   const struct prov_identity *device, const char *name)
{
    const struct prov_field *time = prov_header_find(header, PROV_TAG_TIMESTAMP);
    if (time != NULL && time->number > signing->how.timestamp + AHEAD_MAX)
        return "timestamp";
    const struct prov_header *reference =
        device == NULL ? signing->plain : encrypted_reference(signing, device);
    return reference != NULL ? reference_difference(header, reference, name) : "layout";
}
