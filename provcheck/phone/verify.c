/* SPDX-License-Identifier: MIT */
/* Whether a phone takes a signed file; its checks in their order (phones.md, section 6). */
#include "provcheck/phone/internal.h"

#include <string.h>

#define DAY INT64_C(86400)
#define SIGNERS_SHOWN 600

static int
unknown_signer(const struct verify_rules *rules, const struct prov_header *header,
               struct prov_error *err)
{
    char signer[PROV_SIGNER_TEXT_MAX], known[SIGNERS_SHOWN] = "";
    prov_signer_text(prov_header_find(header, PROV_TAG_ISSUER_NAME),
                     prov_header_find(header, PROV_TAG_SERIAL_NUMBER), signer, sizeof signer);
    for (size_t kind = 0; kind < TRUST_KINDS; kind++)
        if (rules->trust->lists[kind] != NULL)
            prov_trustlist_put_signers(rules->trust->lists[kind], rules->roles, known,
                                       sizeof known);
    return prov_fail(err, PROV_E_SIGNER,
                     "signer not in CTL or ITL: it is signed by %s, and the lists that the phone "
                     "holds name as %s: %s%s",
                     signer, (rules->roles & TRUST_ROLE(PROV_ROLE_SAST)) != 0 ? "SAST" : "TFTP",
                     known[0] != '\0' ? known : "nobody",
                     trust_has_tvs(rules->trust)
                         ? "; a TVS is listed that may vouch for it, which is not asked here"
                         : "");
}

static int
check_algorithms(const struct verify_rules *rules, const struct prov_header *header,
                 struct prov_error *err)
{
    const struct prov_field *digest = prov_header_find(header, PROV_TAG_DIGEST_ALGORITHM);
    const struct prov_field *algorithm = prov_header_find(header, PROV_TAG_SIGNATURE_ALGORITHM);
    if (digest == NULL || algorithm == NULL)
        return prov_fail(err, PROV_E_FORMAT,
                         "format error: its header does not say how it is signed");
    unsigned bit = digest->number < 32 ? 1U << digest->number : 0;
    const char *name = prov_digest_name(digest->number);
    if (rules->family->sources[FACT_SIGNATURES] == NULL)
        rules->warn(rules->context, "whether phones of this family verify such a signature is not "
                                    "known");
    else if ((rules->family->digests_unsure & bit) != 0)
        rules->warn(rules->context, "it is signed with SHA-256, which the phone may refuse; sign "
                                    "with --digest sha1 or sha512");
    else if ((rules->family->digests & bit) == 0)
        return prov_fail(err, PROV_E_UNFIT,
                         "bad digest algorithm: it is signed with %s, which the %s family does not "
                         "know; sign with --digest sha1",
                         name != NULL ? name : "an unknown digest", rules->family->name);
    if (algorithm->number != 0)
        return prov_fail(err, PROV_E_UNFIT,
                         "bad signature algorithm: number %u, and phones know 0 (RSA) alone",
                         algorithm->number);
    return PROV_OK;
}

static int
check_key(const struct verify_rules *rules, const struct prov_identity *signer,
          struct prov_error *err)
{
    unsigned bits = prov_identity_key_bits(signer);
    if (prov_identity_key_type(signer) != PROV_KEY_RSA)
        return prov_fail(err, PROV_E_UNFIT,
                         "bad signature algorithm: the signer's key is %s, and files are verified "
                         "with RSA alone",
                         prov_identity_key_name(signer));
    if (rules->family->key_bits != 0 && bits > rules->family->key_bits)
        return prov_fail(
            err, PROV_E_UNFIT,
            "bad modulus length: the signer's key has %u bits, and the %s family takes "
            "%u at most; sign with a key of 2048 bits",
            bits, rules->family->name, rules->family->key_bits);
    return PROV_OK;
}

/* With each held record that names the signer, until one fits. */
static int
check_signature(const struct verify_rules *rules, const struct prov_header *header,
                struct prov_span content, struct prov_error *err)
{
    const struct prov_record *record;
    struct prov_error cause;
    int rc = unknown_signer(rules, header, err);
    size_t at = 0;
    while ((record = trust_next_signer(rules->trust, rules->roles, header, &at)) != NULL) {
        if (record->certificate == NULL) {
            rc = prov_fail(err, PROV_E_SIGNER,
                           "signer not in CTL or ITL: the held list names it without a certificate "
                           "that can be read");
            continue;
        }
        rc = check_key(rules, record->certificate, err);
        if (rc != PROV_OK)
            continue;
        rc = prov_header_verify(header, content, record->certificate, &cause);
        if (rc == PROV_OK)
            return rc;
        if (rc == PROV_E_SIGNATURE)
            prov_fail(err, rc,
                      "signature failed: it was changed after it was signed, or signed "
                      "with another key than that of the listed certificate");
        else
            prov_fail(err, rc, "format error: %s", cause.text);
    }
    return rc;
}

static int
check_time(const struct verify_rules *rules, const struct prov_header *header,
           struct prov_error *err)
{
    const struct prov_field *field = prov_header_find(header, PROV_TAG_TIMESTAMP);
    if (field == NULL || field->number <= rules->now)
        return PROV_OK;
    if (field->number <= rules->now + DAY) {
        rules->warn(rules->context, "its timestamp lies ahead of the clock, which the phone may "
                                    "refuse (\"timestamp failed\")");
        return PROV_OK;
    }
    return prov_fail(err, PROV_E_CONTINUITY,
                     "timestamp failed: it was signed more than a day in the future; set the clock "
                     "of the machine that signs");
}

static int
check_name(const struct verify_rules *rules, const struct prov_header *header,
           struct prov_error *err)
{
    const struct prov_field *field = prov_header_find(header, PROV_TAG_FILENAME);
    char shown[200] = "";
    if (field == NULL)
        return prov_fail(err, PROV_E_CONTINUITY,
                         "wrong file name: there is no name inside, and the phone expects %s",
                         rules->name);
    if (prov_span_equal(field->value,
                        (struct prov_span){(const uint8_t *)rules->name, strlen(rules->name)}))
        return PROV_OK;
    return prov_fail(
        err, PROV_E_CONTINUITY, "wrong file name: the name inside is %s, and the phone expects %s",
        prov_printable(field->value.data, field->value.len, shown, sizeof shown), rules->name);
}

static int
check_name_and_time(const struct verify_rules *rules, const struct prov_header *header,
                    struct prov_error *err)
{
    int rc = check_time(rules, header, err);
    return rc == PROV_OK ? check_name(rules, header, err) : rc;
}

int
verify_header(const struct verify_rules *rules, const struct prov_header *header,
              struct prov_span content, struct prov_error *err)
{
    int rc = check_algorithms(rules, header, err);
    if (rc == PROV_OK)
        rc = check_signature(rules, header, content, err);
    if (rc == PROV_OK)
        rc = check_name_and_time(rules, header, err);
    return rc;
}

int
verify_file(const struct verify_rules *rules, struct prov_span file, struct prov_span *content,
            struct prov_error *err)
{
    struct prov_header *header = NULL;
    struct prov_error cause;
    if (prov_header_read(file.data, file.len, &header, &cause) != PROV_OK)
        return prov_fail(err, PROV_E_FORMAT, "format error: this is no signed file: %s",
                         cause.text);
    size_t len = prov_header_len(header);
    *content = (struct prov_span){file.data + len, file.len - len};
    int rc = verify_header(rules, header, *content, err);
    prov_header_free(header);
    return rc;
}
