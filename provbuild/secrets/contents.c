/* SPDX-License-Identifier: MIT */
/* Files judged by what they hold. */
#include "provbuild/secrets/contents.h"

#include "tree/secret.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- phones that are named */

/* A MAC address that begins here: its digits, with or without a mark between each two or four. */
static bool
read_mac(const char *at, const char *end, char digits[static PROV_MAC_LEN + 1])
{
    size_t count = 0;
    for (; at < end && count < PROV_MAC_LEN; at++) {
        bool mark = count > 0 && count % 2 == 0 && (*at == ':' || *at == '-' || *at == '.');
        if (isxdigit((unsigned char)*at))
            digits[count++] = (char)toupper((unsigned char)*at);
        else if (!mark)
            return false;
    }
    digits[count] = '\0';
    return count == PROV_MAC_LEN && (at == end || !isxdigit((unsigned char)*at));
}

static bool
is_secret(const struct run *run, const struct encrypted_before *encrypted,
          const struct manifest *manifest, const struct prov_mac *phone)
{
    const struct output *output = manifest_configuration(manifest, phone);
    return !phones_hold(&run->forced, phone) &&
           ((output != NULL && output->kind == OUTPUT_ENCRYPTED) ||
            encrypted_may_be_secret(encrypted, phone));
}

static bool
names_secret(const struct run *run, const struct encrypted_before *encrypted,
             const struct manifest *manifest, struct prov_span text, struct prov_mac *out)
{
    const char *at = (const char *)text.data, *end = at + text.len;
    char name[PHONE_NAME_SIZE] = "SEP";
    for (; at < end; at++) /* from every digit on: that before it may be a letter of a word */
        if (read_mac(at, end, name + 3) && prov_mac_of_file(name, "", "", out) &&
            is_secret(run, encrypted, manifest, out))
            return true;
    return false;
}

/* --- contents */

static struct prov_span
without_header(struct prov_span content)
{
    size_t len = 0;
    if (prov_header_length(content.data, content.len, &len, NULL) != PROV_OK || len > content.len)
        return content;
    return (struct prov_span){content.data + len, content.len - len};
}

static int
look_into_large(const char *path, struct contents *out, struct prov_error *err)
{
    int fd = -1;
    int rc = prov_file_open(path, &fd, err);
    int found = rc == PROV_OK ? secret_in_file(fd) : 0;
    if (found < 0)
        rc = prov_system_failed(err, "cannot look for keys in it");
    if (fd >= 0)
        close(fd);
    out->key = found > 0;
    return rc;
}

int
contents_look(const char *path, const char *name, bool passwords, const struct run *run,
              const struct encrypted_before *encrypted, const struct manifest *manifest,
              struct contents *out, struct prov_error *err)
{
    struct prov_bytes *bytes = NULL;
    *out = (struct contents){0};
    int rc = prov_file_read(path, CONTENTS_HELD_MAX, &bytes, err);
    if (rc == PROV_E_LIMIT)
        return look_into_large(path, out, err);
    if (rc != PROV_OK)
        return rc;
    struct prov_span content = prov_bytes_span(bytes);
    struct prov_span called = {(const uint8_t *)name, strlen(name)};
    out->key = secret_in_content(content.data, content.len);
    content = without_header(content);
    if (passwords && password_in_file(content, out->password) && encrypted != NULL)
        out->names = names_secret(run, encrypted, manifest, called, &out->phone) ||
                     names_secret(run, encrypted, manifest, content, &out->phone);
    prov_bytes_free(bytes);
    return PROV_OK;
}

/* --- what stands, whoever put it there */

/* Of one that everybody can read it is said already. */
static bool
is_configuration(const struct manifest *manifest, const char *file)
{
    static const enum output_part parts[] = {PART_ENCRYPTED, PART_SIGNED, PART_COPY};
    struct prov_mac phone;
    char ending[sizeof ".cnf.xml.enc.sgn"];
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        snprintf(ending, sizeof ending, ".cnf.xml%s", output_ending(parts[i]));
        if (prov_mac_of_file(file, "", ending, &phone))
            return manifest_configuration(manifest, &phone) != NULL;
    }
    return false;
}

static void
tell(const char *file, const struct contents *contents, walk_report *report, void *context)
{
    char text[PASSWORD_NAME_MAX + 128];
    if (contents->key)
        report(context, file,
               "it stands in the public tree and holds a private key: remove it, and replace that "
               "key");
    else if (contents->password[0] != '\0') {
        snprintf(
            text, sizeof text,
            "it stands in the public tree and holds a password (%s), which everybody can read: "
            "remove it, or take the password out",
            contents->password);
        report(context, file, text);
    }
}

int
contents_standing(const struct run *run, const struct manifest *manifest, walk_report *report,
                  void *context, struct prov_error *err)
{
    const char *tree = run->settings->tftpboot;
    struct walk walk = {0};
    size_t faults = 0;
    int rc = walk_folder(tree, NULL, NULL, NULL, &faults, &walk, err);
    for (size_t i = 0; rc == PROV_OK && i < walk.count; i++) {
        const char *file = walk.files[i].path;
        struct contents contents = {0};
        if (is_configuration(manifest, file))
            continue;
        char *path = run_path(tree, file, "");
        if (path == NULL)
            rc = prov_fail(err, PROV_E_MEMORY, "out of memory");
        else if (contents_look(path, file, true, run, NULL, NULL, &contents, NULL) == PROV_OK)
            tell(file, &contents, report, context);
        free(path);
    }
    walk_release(&walk);
    return rc;
}
