/* SPDX-License-Identifier: MIT */
/* Modules and tokens, through PKCS#11 itself: OpenSSL's engine would take the last of several keys
 * that fit, and say of anything else that nothing was found. */
#include "libprov/internal.h"
#include "libprov/pkcs11.h"

#include <prov/text.h>

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#define MODULE_VARIABLE "PKCS11_MODULE_PATH" /* which the engine knows too */
#define MODULE_DEFAULT "p11-kit-proxy.so"
#define SLOTS_MAX 256

static struct prov__module *modules;

/* --- modules */

/* What is loaded stays in memory: it may have threads and handlers of its own. NULL after an error.
 */
static CK_FUNCTION_LIST *
load_functions(const char *path, struct prov_error *err)
{
    CK_C_GetFunctionList get_functions = NULL;
    CK_FUNCTION_LIST *functions = NULL;
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    void *symbol = library != NULL ? dlsym(library, "C_GetFunctionList") : NULL;
    const char *why = symbol == NULL ? dlerror() : NULL;
    if (symbol == NULL)
        prov_fail(err, PROV_E_SYSTEM,
                  "the PKCS#11 module cannot be loaded: %s; name the one of the token with "
                  "module-path in the URI, or with %s",
                  why != NULL ? why : path, MODULE_VARIABLE);
    memcpy(&get_functions, &symbol, sizeof get_functions);
    if (symbol != NULL && get_functions(&functions) != CKR_OK)
        functions = NULL;
    if (symbol != NULL && functions == NULL)
        prov_fail(err, PROV_E_SYSTEM, "the PKCS#11 module %s gives no functions", path);
    if (library != NULL)
        dlclose(library);
    return functions;
}

static int
start(struct prov__module *module, struct prov_error *err)
{
    CK_C_INITIALIZE_ARGS arguments = {.flags = CKF_OS_LOCKING_OK};
    module->call = load_functions(module->path, err);
    if (module->call == NULL)
        return PROV_E_SYSTEM;
    CK_RV rv = module->call->C_Initialize(&arguments);
    module->initialized = rv == CKR_OK;
    if (rv == CKR_OK || rv == CKR_CRYPTOKI_ALREADY_INITIALIZED)
        return PROV_OK;
    return prov_fail(err, PROV_E_SYSTEM,
                     "the PKCS#11 module %s does not start: error 0x%lX; is it set up for this "
                     "user?",
                     module->path, rv);
}

static void
end_module(struct prov__module *module)
{
    if (module->initialized)
        (void)module->call->C_Finalize(NULL);
    while (module->tokens != NULL) {
        struct prov__token *token = module->tokens;
        module->tokens = token->next;
        free(token);
    }
    free(module->path);
    free(module);
}

void
prov__modules_close(void (*end)(struct prov__module *module))
{
    while (modules != NULL) {
        struct prov__module *module = modules;
        modules = module->next;
        end(module);
        end_module(module);
    }
}

int
prov__module_open(const struct prov__uri *uri, void (*at_exit)(void), struct prov__module **out,
                  struct prov_error *err)
{
    const char *path = secure_getenv(MODULE_VARIABLE);
    if (uri->at[PROV__URI_MODULE_PATH].given)
        path = uri->at[PROV__URI_MODULE_PATH].text;
    else if (path == NULL || path[0] == '\0')
        path = MODULE_DEFAULT;
    for (struct prov__module *module = modules; module != NULL; module = module->next)
        if (strcmp(module->path, path) == 0) {
            *out = module;
            return PROV_OK;
        }
    struct prov__module *module = calloc(1, sizeof *module);
    if (module == NULL || (module->path = strdup(path)) == NULL) {
        free(module);
        return prov__no_memory(err);
    }
    int rc = start(module, err);
    /* For each module anew: it must be ended before the handlers that loading it left. */
    if (rc == PROV_OK && atexit(at_exit) != 0)
        rc = prov__no_memory(err);
    if (rc != PROV_OK) {
        end_module(module);
        return rc;
    }
    module->next = modules;
    modules = *out = module;
    return PROV_OK;
}

/* --- tokens */

static size_t
field_len(const CK_UTF8CHAR *field, size_t size)
{
    while (size > 0 && field[size - 1] == ' ')
        size--;
    return size;
}

/* A field of a token that a URI can name. */
struct field {
    enum prov__uri_attribute attribute;
    const CK_UTF8CHAR *text;
    size_t len;
};

#define FIELDS 4

static void
fields_of(const CK_TOKEN_INFO *info, struct field out[static FIELDS])
{
    out[0] = (struct field){PROV__URI_TOKEN, info->label, sizeof info->label};
    out[1] = (struct field){PROV__URI_SERIAL, info->serialNumber, sizeof info->serialNumber};
    out[2] =
        (struct field){PROV__URI_MANUFACTURER, info->manufacturerID, sizeof info->manufacturerID};
    out[3] = (struct field){PROV__URI_MODEL, info->model, sizeof info->model};
    for (size_t i = 0; i < FIELDS; i++)
        out[i].len = field_len(out[i].text, out[i].len);
}

static bool
is_meant(const CK_TOKEN_INFO *info, const struct prov__uri *uri)
{
    struct field fields[FIELDS];
    fields_of(info, fields);
    if ((info->flags & CKF_TOKEN_INITIALIZED) == 0)
        return false;
    for (size_t i = 0; i < FIELDS; i++) {
        const struct prov__uri_value *wanted = &uri->at[fields[i].attribute];
        if (wanted->given && (wanted->len != fields[i].len ||
                              memcmp(wanted->text, fields[i].text, wanted->len) != 0))
            return false;
    }
    return true;
}

void
prov__token_describe(const struct prov__token *token, struct prov__uri *uri)
{
    struct field fields[FIELDS];
    fields_of(&token->info, fields);
    for (size_t i = 0; i < FIELDS; i++) {
        struct prov__uri_value *value = &uri->at[fields[i].attribute];
        value->given = fields[i].len > 0;
        value->len = fields[i].len;
        memcpy(value->text, fields[i].text, fields[i].len);
        value->text[fields[i].len] = '\0';
    }
}

/* How many tokens are meant; `slot` and `info` are of the first. */
static int
look_for(const struct prov__module *module, const struct prov__uri *uri, CK_SLOT_ID *slot,
         CK_TOKEN_INFO *info, size_t *count, struct prov_error *err)
{
    CK_SLOT_ID slots[SLOTS_MAX];
    CK_ULONG slot_count = SLOTS_MAX;
    CK_RV rv = module->call->C_GetSlotList(CK_TRUE, slots, &slot_count);
    if (rv != CKR_OK)
        return prov_fail(err, PROV_E_SYSTEM,
                         "the PKCS#11 module %s does not list its tokens: error 0x%lX",
                         module->path, rv);
    *count = 0;
    for (CK_ULONG i = 0; i < slot_count; i++) {
        CK_TOKEN_INFO found;
        if (module->call->C_GetTokenInfo(slots[i], &found) != CKR_OK || !is_meant(&found, uri))
            continue; /* a token that was taken out just now is not there either */
        if ((*count)++ == 0) {
            *slot = slots[i];
            *info = found;
        }
    }
    return PROV_OK;
}

static int
open_token(struct prov__module *module, CK_SLOT_ID slot, const CK_TOKEN_INFO *info,
           struct prov__token **out, struct prov_error *err)
{
    struct prov__token *token = calloc(1, sizeof *token);
    if (token == NULL)
        return prov__no_memory(err);
    CK_RV rv = module->call->C_OpenSession(slot, CKF_SERIAL_SESSION, NULL, NULL, &token->session);
    if (rv != CKR_OK) {
        free(token);
        return prov_fail(err, PROV_E_SYSTEM, "the token opens no session: PKCS#11 error 0x%lX", rv);
    }
    token->module = module;
    token->slot = slot;
    token->info = *info;
    prov_printable((const char *)info->label, field_len(info->label, sizeof info->label),
                   token->label, sizeof token->label);
    token->next = module->tokens;
    module->tokens = *out = token;
    return PROV_OK;
}

int
prov__token_find(struct prov__module *module, const struct prov__uri *uri, struct prov__token **out,
                 struct prov_error *err)
{
    size_t count = 0;
    CK_SLOT_ID slot = 0;
    CK_TOKEN_INFO info;
    int rc = look_for(module, uri, &slot, &info, &count, err);
    if (rc != PROV_OK)
        return rc;
    if (count == 0)
        return prov_fail(err, PROV_E_FORMAT,
                         "there is no token as the URI describes it; see: pkcs11-tool --module %s "
                         "--list-slots",
                         module->path);
    if (count > 1)
        return prov_fail(err, PROV_E_UNFIT,
                         "the URI describes %zu tokens; add token=LABEL or serial=NUMBER, as shown "
                         "by: pkcs11-tool --module %s --list-slots",
                         count, module->path);
    for (struct prov__token *token = module->tokens; token != NULL; token = token->next)
        if (token->slot == slot) {
            token->info = info;
            *out = token;
            return PROV_OK;
        }
    return open_token(module, slot, &info, out, err);
}
