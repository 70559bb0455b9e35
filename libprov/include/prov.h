/* SPDX-License-Identifier: MIT */
/*
 * libprov: the files that Cisco-style phones read while they provision themselves.
 *
 *   prov/error.h          the one error type
 *   prov/bytes.h          growing buffers and borrowed spans
 *   prov/digest.h         the digests that the formats name by code
 *   prov/identity.h       a certificate with or without its private key
 *   prov/anchors.h        authorities whose certificates count
 *   prov/chain.h          the certificates of a file, a CA's issuers
 *   prov/certificate.h    making keys and certificates, self-signed or from a CA
 *   prov/request.h        requests for certificates
 *   prov/pem.h            keys and certificates as text
 *   prov/layout.h         the three layouts of the formats
 *   prov/field.h          a tag and its value
 *   prov/header.h         the signed header that all formats share
 *   prov/signedfile.h     .sgn, and vendor firmware read-only
 *   prov/trustlist.h      ITLFile.tlv, CTLFile.tlv
 *   prov/device.h         phones by their MAC address
 *   prov/deviceconfig.h   SEP<MAC>.cnf.xml
 *   prov/encrypted.h      .enc.sgn and its companion
 *   prov/file.h           reading with a bound, atomic replacement
 *   prov/text.h           untrusted bytes made fit for a terminal, hexadecimal digits
 *   prov/version.h        which library this is
 *
 * The library prints nothing and never exits. Different objects may be used by different threads at
 * once, and one const object by many. It keeps no state of its own but what it loads for keys on a
 * PKCS#11 token, which is the process's (docs/api.md).
 */
#ifndef PROV_H
#define PROV_H

#include <prov/anchors.h>
#include <prov/bytes.h>
#include <prov/certificate.h>
#include <prov/chain.h>
#include <prov/device.h>
#include <prov/deviceconfig.h>
#include <prov/digest.h>
#include <prov/encrypted.h>
#include <prov/error.h>
#include <prov/field.h>
#include <prov/file.h>
#include <prov/header.h>
#include <prov/identity.h>
#include <prov/layout.h>
#include <prov/pem.h>
#include <prov/request.h>
#include <prov/signedfile.h>
#include <prov/text.h>
#include <prov/trustlist.h>
#include <prov/version.h>

#endif
