/* SPDX-License-Identifier: MIT */
/* What is to be done for an output, by what is known of its phone, what was ordered, and what
 * stands: decided over values, without a disk. */
#ifndef PROVBUILD_PLAN_DECIDE_H
#define PROVBUILD_PLAN_DECIDE_H

#include "provbuild/disk/look.h"
#include "provbuild/plan/step.h"
#include "provbuild/secrets/contents.h"
#include "provbuild/source/abilities.h"

/* What holds for one output. */
struct rules {
    bool dry_run;
    bool forced_all;            /* --force without names */
    bool forced;                /* --force SEP<MAC> for this phone */
    bool accepted;              /* --accept-key for this phone */
    bool devices;               /* a devices folder is set */
    bool unmounted;             /* it is empty, though phones in the manifest were encrypted */
    bool secure;                /* a secure root is set */
    bool required;              /* encryption is */
    enum encrypted_state state; /* of this phone, by the record */
    bool recorded, lost;        /* the record was there; it was not, and the tree does not tell */
};

/* What record and what stands say of this phone. A phone that went back by name stays there, even
 * if the run ended before its pair was removed. */
enum encrypted_state decide_encrypted_before(const struct rules *rules, const struct facts *facts);
/* False if --quick must look at contents, too. */
bool decide_quick(const struct rules *rules, const struct output *output,
                  const struct facts *facts);

/* Withholds an output that cannot be built. Where encryption is required, clear text that was
 * published before is said too. */
void decide_problem(struct step *step, const struct facts *facts);
/* Nothing of a pair stands: whether it can be built shows as it is built. True if that is all. */
bool decide_new_pair(struct step *step, const struct rules *rules, const struct facts *facts);
void decide_pair(struct step *step, const struct rules *rules, const struct facts *facts);
/* What is about to be published as it is, and would give away what it holds. False if it may not be
 * published; a configuration is judged for keys alone. */
bool decide_contents(struct step *step, const struct rules *rules, const struct facts *facts,
                     const struct contents *contents);
/* A configuration in the clear. False if it may not be published so. */
bool decide_may_be_clear(struct step *step, const struct rules *rules, const struct facts *facts);
void decide_clear(struct step *step, const struct rules *rules, const struct facts *facts);
/* Withholds a configuration in clear text. */
void decide_refuse_clear(struct step *step, enum encrypted_state why);
/* Nothing new is signed with a certificate that ran out, or that phones do not know. */
void decide_signer(struct step *step, const struct rules *rules, bool trusted);
/* A configuration that its phone could not verify is withheld; where nobody knows the phone's load,
 * it is doubtful. `lack` as abilities_lack says it of its signature; NULL: nothing. */
void decide_ability(struct step *step, const struct rules *rules, const char *lack,
                    enum abilities_age age);

#endif
