/* SPDX-License-Identifier: MIT */
/* By what phones name their model to a DHCP server (option 60). */
#ifndef PROVCHECK_DHCP_VENDOR_CLASS_H
#define PROVCHECK_DHCP_VENDOR_CLASS_H

#include <prov.h>

#include <stdbool.h>

#define DHCP_VENDOR_CLASS_MAX 64

/* Writes that of `model` ("7960", "8851") and its length, as such phones send it: most end it with
 * a NUL that counts. False if the text is no model's number. */
bool dhcp_vendor_class(const char *model, char out[static DHCP_VENDOR_CLASS_MAX], size_t *len);

#endif
