/* SPDX-License-Identifier: MIT */
/* A trust list that reached the phone: does it install it (phones.md, section 5)? */
#ifndef PROVCHECK_PHONE_INSTALL_H
#define PROVCHECK_PHONE_INSTALL_H

#include "provcheck/phone/verify.h"

enum install_outcome {
    INSTALL_FIRST,    /* taken on faith */
    INSTALL_UPDATED,  /* signed by a SAST of a held list */
    INSTALL_RELEASED, /* the held lists let the phone take anything */
    INSTALL_SAME,     /* byte for byte the one that it holds */
    INSTALL_EMPTY,    /* a file of no bytes, which does no harm */
    INSTALL_REFUSED,
    INSTALL_TOO_LARGE /* the phone does not even come up */
};

/* Offers a list; `err` is filled where it is refused. The name, roles and trust of `how` are filled
 * in here. */
enum install_outcome install_list(struct trust *trust, enum trust_kind kind, struct prov_span list,
                                  const struct verify_rules *how, struct prov_error *err);

#endif
