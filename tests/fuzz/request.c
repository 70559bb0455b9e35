/* SPDX-License-Identifier: MIT */
/* Requests for certificates, read and, where they are sound, issued. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#define NOW 1700000000

static struct prov_identity *ca;

static struct prov_certificate_plan
plan_of(unsigned purposes)
{
    return (struct prov_certificate_plan){.size = sizeof(struct prov_certificate_plan),
                                          .common_name = "Fuzz CA",
                                          .organization = "o",
                                          .unit = "u",
                                          .curve = "secp256r1",
                                          .digest = "sha256",
                                          .years = 1,
                                          .now = NOW,
                                          .purposes = purposes};
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    const struct prov_certificate_plan plan = plan_of(PROV_PURPOSE_CA);
    fuzz_require(prov_certificate_issue(&plan, &ca, NULL) == PROV_OK, "a CA");
    return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct prov_request *request = NULL;
    struct prov_identity *made = NULL;
    char name[256];
    struct prov_certificate_plan plan = plan_of(0);
    plan.issuer = ca;
    if (prov_request_read(data, len, &request, NULL) != PROV_OK)
        return 0;
    if (prov_request_issue(request, &plan, &made, NULL) == PROV_OK)
        fuzz_require(prov_identity_common_name(made, name, sizeof name) && strlen(name) > 0,
                     "what is issued has a name");
    prov_identity_free(made);
    prov_request_free(request);
    return 0;
}
