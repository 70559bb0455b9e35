/* SPDX-License-Identifier: MIT */
/* What files name that phones then ask for: firmware, languages, rings, pictures, dial templates.
 */
#include "checks/backgrounds.h"
#include "checks/dial_template.h"
#include "checks/locale.h"
#include "checks/ring_list.h"
#include "checks/xml.h"
#include "provcheck/tree/internal.h"

#include "tree/name.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define LOADS_SHOWN 4 /* of those that XMLDefault.cnf.xml names in vain */

/* A file that names others. */
struct at_hand {
    struct tree *tree;
    const struct tree_root *root;
    const struct tree_file *file;
    bool only_signed; /* its phone asks for signed names */
};

#define report(at, finding, ...)                                                                   \
    tree_report((at)->tree, finding, (at)->root, (at)->file, __VA_ARGS__)

static void
report_check(void *context, const struct check_finding *finding)
{
    const struct at_hand *at = context;
    findings_add_check(at->tree->findings, at->root->path, at->file->path, finding);
}

static void
report_missing(void *context, const char *name)
{
    const struct at_hand *at = context;
    report(at, FILE_MISSING, "it names %s, which is not there", name);
}

/* --- firmware (docs/artifacts.md, section 7) */

/* True if a file at the top of the tree is that load, whatever its ending. */
static bool
has_any(const struct tree *tree, const char *load)
{
    char beginning[TREE_VALUE_MAX + 2];
    const struct tree_root *root = &tree->root;
    int len = snprintf(beginning, sizeof beginning, "%s.", load);
    for (size_t i = tree_from(root, beginning);
         i < root->count && strncasecmp(root->files[i].path, beginning, (size_t)len) == 0; i++)
        if (load_is_firmware(root->files[i].path))
            return true;
    return false;
}

/* The file that a phone asks for is there, or, of a load that nobody knows, some file. */
static bool
load_is_there(const struct tree *tree, const char *name)
{
    const struct load *load = load_find(name);
    char file[TREE_VALUE_MAX + 8];
    snprintf(file, sizeof file, "%s.loads", name);
    if (load == NULL)
        return has_any(tree, name) || tree_has(&tree->root, file);
    for (size_t i = 0; i < LOAD_SUFFIXES_MAX && load->suffixes[i] != NULL; i++) {
        snprintf(file, sizeof file, "%s%s", name, load->suffixes[i]);
        if (tree_has(&tree->root, file))
            return true;
    }
    return false;
}

static void
check_load(const struct at_hand *at, const char *name, const char *what)
{
    const struct load *load = load_find(name);
    if (name[0] != '\0' && !load_is_there(at->tree, name))
        report(at, LOAD_MISSING, "it names the %s %s, and there is no %s%s", what, name, name,
               load != NULL ? load->suffixes[0] : ".loads");
}

/* --- a phone's configuration */

struct names {
    const struct at_hand *at;
    char load[TREE_VALUE_MAX];
    char inactive_load[TREE_VALUE_MAX];
    char module_load[TREE_VALUE_MAX];
    char load_server[TREE_VALUE_MAX];
    char user_locale[TREE_VALUE_MAX];
    char network_locale[TREE_VALUE_MAX];
    char network_info[TREE_VALUE_MAX];
    char dial_template[TREE_VALUE_MAX];
    char soft_keys[TREE_VALUE_MAX];
    char wallpaper[TREE_VALUE_MAX];
};

/* Elements whose text is kept; a parent of NULL stands for any. */
static const struct {
    const char *parent, *name;
    size_t offset;
} values[] = {
    {"device", "loadInformation", offsetof(struct names, load)},
    {"device", "inactiveLoadInformation", offsetof(struct names, inactive_load)},
    {"addOnModule", "loadInformation", offsetof(struct names, module_load)},
    {"vendorConfig", "loadServer", offsetof(struct names, load_server)},
    {"userLocale", "name", offsetof(struct names, user_locale)},
    {"device", "networkLocale", offsetof(struct names, network_locale)},
    {"networkLocaleInfo", "name", offsetof(struct names, network_info)},
    {"sipProfile", "dialTemplate", offsetof(struct names, dial_template)},
    {"device", "dialTemplate", offsetof(struct names, dial_template)},
    {"sipProfile", "softKeyFile", offsetof(struct names, soft_keys)},
    {"device", "softKeyFile", offsetof(struct names, soft_keys)},
    {NULL, "defaultWallpaperFile", offsetof(struct names, wallpaper)},
};

static void
take(void *context, const struct xml_element *element)
{
    struct names *names = context;
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
        if (strcmp(element->name, values[i].name) == 0 &&
            (values[i].parent == NULL || strcmp(element->parent, values[i].parent) == 0) &&
            strlen(element->text) < TREE_VALUE_MAX)
            snprintf((char *)names + values[i].offset, TREE_VALUE_MAX, "%s", element->text);
}

/* What is fetched from another server is not looked for here. */
static void
check_loads(const struct names *names)
{
    if (names->load_server[0] != '\0')
        return;
    check_load(names->at, names->load, "load");
    check_load(names->at, names->inactive_load, "inactive load");
    check_load(names->at, names->module_load, "load of a key expansion module");
}

/* A load that reads a file of its own takes from this one its name alone. */
static void
check_text_config(const struct names *names, const struct prov_mac *phone)
{
    char file[sizeof "SIP.cnf" + PROV_MAC_LEN];
    const struct load *load = names->load[0] != '\0' ? load_find(names->load) : NULL;
    snprintf(file, sizeof file, "SIP%s.cnf", phone->text);
    if (load != NULL && load->text_config && !tree_has(&names->at->tree->root, file))
        report(names->at, FILE_MISSING,
               "it names the load %s, whose phones read %s, which is not "
               "there",
               names->load, file);
}

/* The folder of a locale, or "" after a finding and where none is needed. */
static const char *
check_folder(const struct at_hand *at, const char *folder)
{
    if (folder[0] == '\0' || locale_is_built_in(folder))
        return "";
    if (tree_has_folder(&at->tree->root, folder))
        return folder;
    report(at, LOCALE_MISSING, "it names the locale %s, and there is no such folder", folder);
    return "";
}

static void
check_locales(const struct names *names)
{
    struct tree_asking asking = {
        .tree = names->at->tree, .folder = "", .only_signed = names->at->only_signed};
    const struct served_files files = {tree_served, &asking};
    bool same = strcasecmp(names->network_locale, names->network_info) == 0;
    const struct locale locale = {.load = names->load[0] != '\0' ? load_find(names->load) : NULL,
                                  .user = check_folder(names->at, names->user_locale),
                                  .network = check_folder(names->at, names->network_locale),
                                  .network_info =
                                      same ? "" : check_folder(names->at, names->network_info)};
    locale_check(&locale, &files, report_check, (void *)names->at);
}

/* As the phone asks for it; the server finds an unsigned file in the signed one, too. */
static bool
is_there(const struct at_hand *at, const char *name)
{
    char signed_name[TREE_VALUE_MAX + 8];
    snprintf(signed_name, sizeof signed_name, "%s.sgn", name);
    return (!at->only_signed && tree_has(&at->tree->root, name)) ||
           tree_has(&at->tree->root, signed_name);
}

static void
check_file(const struct at_hand *at, const char *what, const char *name)
{
    if (name[0] != '\0' && !is_there(at, name))
        report(at, FILE_MISSING, "it names %s%s as %s, which is not there", name,
               at->only_signed ? ".sgn" : "", what);
}

static void
check_wallpaper(const struct at_hand *at, const char *name)
{
    char signed_name[TREE_VALUE_MAX + 8];
    snprintf(signed_name, sizeof signed_name, "%s.sgn", name);
    if (name[0] != '\0' && !tree_has_base(&at->tree->root, name) &&
        !tree_has_base(&at->tree->root, signed_name))
        report(at, FILE_MISSING, "it names %s as wallpaper, which is nowhere in the tree", name);
}

void
tree_check_named(struct tree *tree, const struct tree_root *root, const struct tree_file *file,
                 const struct tree_phone *phone, struct prov_span xml)
{
    const struct at_hand at = {tree, root, file,
                               !phone->no_itl &&
                                   trust_signs_files(&tree->lists.trusts[phone->trust].trust)};
    struct xml_fault fault;
    struct names names = {.at = &at};
    if (phone->is_stub && phone->secure != NULL && !root->secure)
        return; /* the clear one below the secure root names the same */
    if (!xml_read(xml, take, &names, &fault))
        return;
    check_loads(&names);
    check_text_config(&names, &phone->mac);
    check_locales(&names);
    check_file(&at, "dial template", names.dial_template);
    check_file(&at, "soft keys", names.soft_keys);
    check_wallpaper(&at, names.wallpaper);
}

/* --- the configuration of phones without their own: a load for each model */

struct defaults {
    const struct at_hand *at;
    size_t missing;
    char shown[LOADS_SHOWN * (TREE_VALUE_MAX + 16)];
};

static void
note_missing(struct defaults *defaults, const struct model *model, const char *load)
{
    size_t used = strlen(defaults->shown);
    if (defaults->missing++ < LOADS_SHOWN)
        snprintf(defaults->shown + used, sizeof defaults->shown - used, "%s%s for the %s",
                 used > 0 ? ", " : "", load, model != NULL ? model->name : "model of that number");
}

static void
check_model(const struct at_hand *at, const struct model *model, const char *load, unsigned line)
{
    char what[TREE_VALUE_MAX + 128];
    if (model == NULL || model_runs(model, load))
        return;
    snprintf(what, sizeof what, "it names the load %s for the %s, and it is one of %s", load,
             model->name, load_find(load)->models);
    const struct check_finding finding = {.rule = CHECK_LOAD_MODEL,
                                          .severity = check_rule_words(CHECK_LOAD_MODEL)->severity,
                                          .line = line,
                                          .what = what};
    report_check((void *)at, &finding);
}

static void
take_default(void *context, const struct xml_element *element)
{
    static const char name[] = "loadInformation";
    struct defaults *defaults = context;
    const char *number = element->name + strlen(name);
    if (strncmp(element->name, name, strlen(name)) != 0 || element->text[0] == '\0' ||
        number[strspn(number, "0123456789")] != '\0' || strlen(number) > 6 ||
        strlen(element->text) >= TREE_VALUE_MAX)
        return;
    const struct model *model = model_of_number((unsigned)strtoul(number, NULL, 10));
    check_model(defaults->at, model, element->text, element->line);
    if (!load_is_there(defaults->at->tree, element->text))
        note_missing(defaults, model, element->text);
}

void
tree_check_default_loads(struct tree *tree, const struct tree_root *root,
                         const struct tree_file *file, struct prov_span xml)
{
    const struct at_hand at = {tree, root, file, false};
    struct defaults defaults = {.at = &at};
    struct xml_fault fault;
    if (!xml_read(xml, take_default, &defaults, &fault) || defaults.missing == 0)
        return;
    report(&at, LOAD_MISSING, "%zu of the loads that it names are not there: %s%s",
           defaults.missing, defaults.shown, defaults.missing > LOADS_SHOWN ? " and so on" : "");
}

/* The one name that phones of before look for their firmware in. */
static void
check_old_list(const struct at_hand *at, struct prov_span content)
{
    char name[TREE_VALUE_MAX];
    size_t len = content.len < sizeof name ? content.len : sizeof name - 1;
    memcpy(name, content.data, len);
    name[len] = '\0';
    size_t end = strcspn(name, "\r\n");
    bool blank = end > 0 && (name[end - 1] == ' ' || name[end - 1] == '\t');
    name[end] = '\0';
    const struct check_finding finding = {.rule = CHECK_LOAD_FILE,
                                          .severity = check_rule_words(CHECK_LOAD_FILE)->severity,
                                          .line = 1,
                                          .what = "a blank stands behind the name"};
    if (blank)
        report_check((void *)at, &finding);
    else if (name[0] != '\0' && !has_any(at->tree, name))
        report(at, LOAD_MISSING, "it names the load %s, of which no file is there", name);
}

/* --- rings, pictures, dialling */

static void
take_root(void *context, const struct xml_element *element)
{
    bool *dials = context;
    *dials = element->parent_number == 0 && strcasecmp(element->name, "dialTemplate") == 0;
}

/* By its root, or the name that phones of before ask for. */
static bool
is_dial_template(const char *name, struct prov_span content)
{
    struct xml_fault fault;
    bool dials = false;
    if (!name_ends_with(name, ".xml") || !xml_read(content, take_root, &dials, &fault))
        return false;
    return dials || strcasecmp(name, "dialplan.xml") == 0;
}

/* By what name phones get a file: by its path, or, where a folder is searched for what is not at
 * the top, by its last part. */
static const char *
asked_name(const struct tree_root *root, const struct tree_file *file, const char *name)
{
    const char *base = prov_file_base(name);
    bool searched = base != name && root->search_count > 0 && tree_find(root, base) == NULL &&
                    tree_find_searched(root, base) == file;
    return searched ? base : name;
}

void
tree_check_other(struct tree *tree, const struct tree_root *root, const struct tree_file *file,
                 const char *name, struct prov_span content)
{
    struct at_hand at = {tree, root, file, false};
    struct tree_asking asking = {
        .tree = tree, .folder = "", .missing = report_missing, .context = &at};
    const struct served_files files = {tree_served, &asking};
    bool wide;
    name = asked_name(root, file, name);
    if (ring_list_is_name(name, &wide))
        ring_list_check(content, wide, &files, report_check, &at);
    else if (backgrounds_is_path(name))
        backgrounds_check(content, name, &files, report_check, &at);
    else if (strcasecmp(name, "OS79XX.TXT") == 0)
        check_old_list(&at, content);
    else if (is_dial_template(name, content))
        dial_template_check(content, report_check, &at);
}
