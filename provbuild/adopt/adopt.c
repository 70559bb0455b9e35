/* SPDX-License-Identifier: MIT */
/* --adopt: the lists of a running tree, and who signed its files, as sections of the settings. */
#include "provbuild/adopt/adopt.h"

#include "provbuild/adopt/internal.h"
#include "provbuild/lists/draft.h"
#include "provbuild/source/walk.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define CONFIG_MAX (1024 * 1024)
#define PEM_MAX (64 * 1024)
#define CONFIG_MODE 0640
#define CERTIFICATE_MODE 0644
#define NAMED_BYTES 4 /* of the hash, in the name of a file */

/* --- certificates and keys */

static void
ignore(void *context, const char *place, const char *text)
{
    (void)context;
    cli_warn(place, "%s", text);
}

static int
add_key(struct adoption *adoption, char *path, struct prov_identity *identity,
        struct prov_error *err)
{
    struct adopt_key *keys =
        reallocarray(adoption->keys, adoption->key_count + 1, sizeof *adoption->keys);
    if (path == NULL || keys == NULL) {
        if (keys != NULL)
            adoption->keys = keys;
        free(path);
        prov_identity_free(identity);
        return prov_fail(err, PROV_E_MEMORY, "out of memory");
    }
    adoption->keys = keys;
    keys[adoption->key_count++] = (struct adopt_key){path, identity};
    return PROV_OK;
}

/* With the key where there is one: only such a file can sign. */
static int
find_keys(struct adoption *adoption, const char *folder, struct prov_error *err)
{
    struct walk walk = {0};
    size_t faults = 0;
    int rc = walk_folder(folder, NULL, ignore, NULL, &faults, &walk, err);
    for (size_t i = 0; rc == PROV_OK && i < walk.count; i++) {
        struct prov_identity *identity = NULL;
        char *path = run_path(folder, walk.files[i].path, "");
        if (path != NULL && (prov_identity_load(path, PROV_NEED_CERTIFICATE | PROV_NEED_KEY, NULL,
                                                NULL, &identity, NULL) == PROV_OK ||
                             prov_identity_load(path, PROV_NEED_CERTIFICATE, NULL, NULL, &identity,
                                                NULL) == PROV_OK))
            rc = add_key(adoption, run_real_path(path), identity, err);
        free(path);
    }
    walk_release(&walk);
    return rc;
}

static int
write_certificate(const char *path, const struct prov_identity *certificate, struct prov_error *err)
{
    struct prov_bytes *pem = prov_bytes_new(PEM_MAX);
    int rc = pem != NULL ? prov_pem_put_certificate(pem, certificate, err)
                         : prov_fail(err, PROV_E_MEMORY, "out of memory");
    if (rc == PROV_OK) {
        struct prov_span text = prov_bytes_span(pem);
        rc = prov_file_write(path, CERTIFICATE_MODE, text.data, text.len, err);
    }
    prov_bytes_free(pem);
    return rc;
}

static int
keep_certificate(struct adoption *adoption, const struct prov_identity *certificate,
                 struct prov_error *err)
{
    struct prov_span der = prov_identity_der(certificate);
    struct prov_identity *identity = NULL;
    struct prov_hash hash;
    char digits[PROV_HEX_SIZE(NAMED_BYTES)], name[64], *path;
    int rc = prov_identity_hash(certificate, PROV_SHA1, &hash, err);
    if (rc != PROV_OK)
        return rc;
    prov_hex(hash.value, NAMED_BYTES, digits, sizeof digits);
    snprintf(name, sizeof name, "adopted-%s.crt", digits);
    path = run_path(adoption->run->adopt, name, "");
    if (path == NULL)
        rc = prov_fail(err, PROV_E_MEMORY, "out of memory");
    else if (!adoption->run->dry_run)
        rc = write_certificate(path, certificate, err);
    if (rc == PROV_OK)
        rc = prov_identity_from_der(der.data, der.len, &identity, err);
    if (rc == PROV_OK)
        rc = add_key(adoption, run_real_path(path), identity, err);
    free(path);
    return rc;
}

/* The file of a certificate; NULL after a message. One that a list alone holds gets a file. */
static const char *
file_of(struct adoption *adoption, const struct prov_identity *certificate, const char *list)
{
    struct prov_error err;
    const struct adopt_key *found = NULL;
    for (size_t i = 0; i < adoption->key_count; i++) {
        const struct adopt_key *key = &adoption->keys[i];
        if (prov_span_equal(prov_identity_der(key->identity), prov_identity_der(certificate)) &&
            (found == NULL || prov_identity_has_key(key->identity)))
            found = key;
    }
    if (found != NULL)
        return found->path;
    if (keep_certificate(adoption, certificate, &err) != PROV_OK) {
        cli_error(list, "%s", err.text);
        adoption->faults++;
        return NULL;
    }
    return adoption->keys[adoption->key_count - 1].path;
}

/* --- lists */

/* The option for certificates of this role: its name in small letters, with - for +. */
static void
print_option(FILE *text, unsigned role)
{
    for (const char *at = prov_role_name(role); *at != '\0'; at++)
        fputc(*at == '+' ? '-' : tolower((unsigned char)*at), text);
}

static uint64_t
number_of(const struct prov_trustlist *list, unsigned tag, uint64_t missing)
{
    const struct prov_field *field = prov_header_find(prov_trustlist_header(list), tag);
    return field != NULL ? field->number : missing;
}

/* Without the key the list could never be changed. */
static bool
check_key(const struct adoption *adoption, const struct list *list, size_t signer)
{
    const struct prov_record *record = prov_trustlist_at(list->stands, signer);
    for (size_t i = 0; record->certificate != NULL && i < adoption->key_count; i++)
        if (prov_identity_has_key(adoption->keys[i].identity) &&
            prov_span_equal(prov_identity_der(adoption->keys[i].identity),
                            prov_identity_der(record->certificate)))
            return true;
    cli_error(list->name,
              "%s holds no private key of its signer, so the list could not be signed again; put "
              "the key there",
              adoption->run->adopt);
    return false;
}

/* The entries as the list has them, the signer first. */
static bool
describe_entries(struct adoption *adoption, const struct list *list, struct settings_list *out)
{
    size_t count = prov_trustlist_count(list->stands), signer = 0;
    if (prov_trustlist_verify(list->stands, NULL, &signer, NULL) != PROV_OK ||
        !check_key(adoption, list, signer))
        return false;
    for (size_t k = 0; k <= count; k++) {
        size_t at = k == 0 ? signer : k - 1;
        const struct prov_record *record = prov_trustlist_at(list->stands, at);
        if (k > 0 && at == signer)
            continue;
        if (record->certificate == NULL || prov_role_name(record->role) == NULL) {
            cli_warn(list->name, "a record without a certificate, or of an unknown role, is left "
                                 "out");
            continue;
        }
        const char *path = file_of(adoption, record->certificate, list->name);
        if (path == NULL)
            return false;
        out->entries[out->entry_count++] =
            (struct settings_entry){(enum prov_role)record->role, (char *)path};
    }
    return true;
}

/* In which layout it was written: that which gives the same bytes. */
static bool
find_layout(struct adoption *adoption, const struct list *list, struct settings_list *wanted)
{
    const struct prov_layout *layout;
    struct prov_error err;
    for (size_t i = 0; (layout = prov_layout_at(i)) != NULL; i++) {
        struct list_draft *draft = NULL;
        struct prov_trustlist *again = NULL;
        wanted->layout = layout;
        bool same =
            list_draft_new(adoption->run, wanted, list->name, NULL, &draft, &err) == PROV_OK &&
            list_draft_sign(draft, (uint32_t)prov_trustlist_timestamp(list->stands), &again,
                            &err) == PROV_OK &&
            prov_trustlist_same(again, list->stands);
        list_draft_free(draft);
        prov_trustlist_free(again);
        if (same)
            return true;
    }
    wanted->layout = prov_layout_default();
    return false;
}

static void
print_entries(FILE *text, const struct settings_list *list)
{
    for (size_t i = 0; i < list->entry_count; i++) {
        bool first = true;
        for (size_t k = 0; k < i; k++)
            first &= list->entries[k].role != list->entries[i].role;
        if (!first)
            continue;
        fputs("    ", text);
        print_option(text, list->entries[i].role);
        fputs(" = {", text);
        for (size_t k = i; k < list->entry_count; k++) {
            if (list->entries[k].role != list->entries[i].role)
                continue;
            fputs(k > i ? ", " : "", text);
            adopt_quote(text, list->entries[k].certificate);
        }
        fputs("}\n", text);
    }
}

static void
adopt_list(struct adoption *adoption, const struct list *list)
{
    struct settings_list wanted = {.kind = LIST_ITL};
    const struct prov_field *version =
        prov_header_find(prov_trustlist_header(list->stands), PROV_TAG_SIGNER_VERSION);
    wanted.for_one = list_phone_of(list->name, &wanted.kind, &wanted.phone);
    wanted.version = (struct prov_signer_version){1, version != NULL && version->value.len == 2 &&
                                                         version->value.data[1] == 1};
    wanted.digest = number_of(list->stands, PROV_TAG_DIGEST_ALGORITHM, PROV_SHA1) == PROV_SHA512
                        ? PROV_SHA512
                        : PROV_SHA1;
    wanted.entries = calloc(prov_trustlist_count(list->stands) + 1, sizeof *wanted.entries);
    if (wanted.entries == NULL || !describe_entries(adoption, list, &wanted)) {
        adoption->faults++;
    } else {
        if (!find_layout(adoption, list, &wanted))
            cli_warn(list->name, "none of the layouts gives it again byte for byte, so the next "
                                 "run will plan a new one; look at it with --dry-run");
        fprintf(adoption->text, "%s ", wanted.kind == LIST_CTL ? "ctl" : "trust");
        if (wanted.for_one)
            fprintf(adoption->text, "\"SEP%s\" ", wanted.phone.text);
        fprintf(adoption->text,
                "{\n    version = \"1.%d\"\n    digest = \"%s\"\n    layout = \"%s\"\n",
                wanted.version.minor, wanted.digest == PROV_SHA512 ? "sha512" : "sha1",
                prov_layout_name(wanted.layout));
        print_entries(adoption->text, &wanted);
        fputs("}\n", adoption->text);
    }
    free(wanted.entries);
}

/* --- the whole */

static int
append_to(const char *path, const char *sections, struct prov_error *err)
{
    struct prov_bytes *old = NULL;
    char *whole = NULL;
    int len = 0;
    int rc = prov_file_read(path, CONFIG_MAX, &old, err);
    if (rc != PROV_OK)
        return rc;
    struct prov_span span = prov_bytes_span(old);
    len = asprintf(&whole, "%.*s\n# What follows was read off the tree by provbuild --adopt.\n%s",
                   (int)span.len, span.len > 0 ? (const char *)span.data : "", sections);
    rc = len < 0 ? prov_fail(err, PROV_E_MEMORY, "out of memory")
                 : prov_file_write(path, CONFIG_MODE, whole, (size_t)len, err);
    if (len >= 0)
        free(whole);
    prov_bytes_free(old);
    return rc;
}

static int
describe(struct adoption *adoption, struct prov_error *err)
{
    const char *tree = adoption->settings->tftpboot;
    const struct wanted none = {0};
    struct published published;
    struct lists lists = {0};
    int rc = published_read(NULL, tree, &published, err);
    if (rc == PROV_OK)
        rc = lists_make(&none, &published, tree, &lists, err);
    for (size_t i = 0; rc == PROV_OK && i < lists.count; i++) {
        if (lists.at[i].stands != NULL) {
            adopt_list(adoption, &lists.at[i]);
        } else {
            cli_error(lists.at[i].name, "%s",
                      lists.at[i].doubt != NULL ? lists.at[i].doubt : "it is gone");
            adoption->faults++;
        }
    }
    lists_release(&lists);
    published_release(&published);
    if (rc == PROV_OK)
        rc = adopt_signers(adoption, err);
    if (rc == PROV_OK && adoption->faults > 0)
        rc = prov_fail(err, PROV_E_UNFIT, "the settings stay as they are");
    return rc;
}

int
adopt(struct run *run)
{
    const struct settings *settings = run->settings;
    struct prov_error err = {.code = PROV_OK};
    struct adoption adoption = {.run = run, .settings = settings};
    const char *config = run->config != NULL ? run->config : SETTINGS_FILE_DEFAULT;
    char *sections = NULL;
    size_t len = 0;
    int rc = PROV_OK;
    if (settings->build.list_count > 0 || settings->build.sign_count > 0)
        rc = prov_fail(&err, PROV_E_EXISTS, "%s describes lists or signatures already", config);
    else if ((adoption.text = open_memstream(&sections, &len)) == NULL)
        rc = prov_fail(&err, PROV_E_MEMORY, "out of memory");
    if (rc == PROV_OK)
        rc = find_keys(&adoption, run->adopt, &err);
    if (rc == PROV_OK)
        rc = describe(&adoption, &err);
    if (adoption.text != NULL && fclose(adoption.text) != 0 && rc == PROV_OK)
        rc = prov_fail(&err, PROV_E_MEMORY, "out of memory");
    if (rc == PROV_OK)
        rc = adopt_sources(&adoption, &err);
    if (rc == PROV_OK && run->dry_run)
        fputs(sections, stdout);
    else if (rc == PROV_OK)
        rc = append_to(config, sections, &err);
    if (rc != PROV_OK)
        report_fatal(NULL, run->common.json, err.text);
    free(sections);
    for (size_t i = 0; i < adoption.key_count; i++) {
        free(adoption.keys[i].path);
        prov_identity_free(adoption.keys[i].identity);
    }
    free(adoption.keys);
    while (adoption.lost_count > 0)
        free(adoption.lost[--adoption.lost_count]);
    free(adoption.lost);
    return rc == PROV_OK ? CLI_DONE : CLI_FAILED;
}
