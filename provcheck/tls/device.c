/* SPDX-License-Identifier: MIT */
/* What each device of a voice network offers and trusts in TLS, as a table. */
#include "provcheck/tls/device.h"

#include <string.h>

#define SUITES(array)                                                                              \
    {                                                                                              \
        (array), sizeof(array) / sizeof((array)[0])                                                \
    }

/* 7900 phones: AES256-SHA, AES128-SHA, DES-CBC3-SHA. */
static const uint16_t suites_7900[] = {0x0035, 0x002f, 0x000a};
/* The same phones for SIP: AES128-SHA for encrypted signalling, NULL-SHA for authenticated. */
static const uint16_t signalling_7900[] = {0x002f, 0x0002};

/* 8800 phones: what their firmware and the vendor's server share, strongest first. */
static const uint16_t suites_8800[] = {
    0xc02c, 0xc02b, 0xc030, 0xc02f, 0x009d, 0x009c, 0x0035, 0x002f,
};

/* What OpenSSL offered with default settings when these phones' firmware was described. */
static const uint16_t suites_sangoma[] = {
    0xc030, 0xc02c, 0xc028, 0xc024, 0xc014, 0xc00a, 0x009f, 0x006b, 0x0039,
    0x009d, 0x003d, 0x0035, 0xc02f, 0xc02b, 0xc027, 0xc023, 0xc013, 0xc009,
    0x009e, 0x0067, 0x0033, 0x009c, 0x003c, 0x002f, 0x000a, 0x00ff,
};

/* The suites that the vendor lists, in its order. */
static const uint16_t suites_img2020[] = {
    0xc030, 0xc02c, 0xc028, 0xc024, 0xc014, 0xc00a, 0x00a5, 0x00a3, 0x00a1, 0x009f, 0x006b,
    0x006a, 0x0069, 0x0068, 0x0039, 0x0038, 0x0037, 0x0036, 0xc032, 0xc02e, 0xc02a, 0xc026,
    0xc00f, 0xc005, 0x009d, 0x003d, 0x0035, 0xc02f, 0xc02b, 0xc027, 0xc023, 0xc013, 0xc009,
    0x00a4, 0x00a2, 0x00a0, 0x009e, 0x0067, 0x0040, 0x003f, 0x003e, 0x0033, 0x0032, 0x0031,
    0x0030, 0xc031, 0xc02d, 0xc029, 0xc025, 0xc00e, 0xc004, 0x009c, 0x003c, 0x002f, 0x00ff,
};

/* Those of TLS 1.0 that OpenSSL offered in 2011, elliptic curves aside. */
static const uint16_t suites_mediatrix[] = {
    0x0039, 0x0035, 0x0033, 0x002f, 0x0016, 0x000a, 0x00ff,
};

static const struct tls_device device_7900 = {
    .name = "7900",
    .models = "Cisco 7906 to 7975",
    .versions = TLS_BIT(TLS_SSL3) | TLS_BIT(TLS_1_0),
    .suites = SUITES(suites_7900),
    .signalling = SUITES(signalling_7900),
    .by_list = true,
    .client_certificate = true,
    .rsa_bits_max = 2048,
};

static const struct tls_device device_8800 = {
    .name = "8800",
    .models = "Cisco 8811 to 8865",
    .versions = TLS_BIT(TLS_1_2),
    .suites = SUITES(suites_8800),
    .extensions = true,
    .sends_name = true,
    .by_list = true,
    .client_certificate = true,
    .rsa_bits_max = 4096,
    .unsure = "which suites it offers is known from the vendor's servers alone",
};

static const struct tls_device device_sangoma = {
    .name = "sangoma-d",
    .models = "Sangoma D-Series",
    .versions = TLS_BIT(TLS_1_0) | TLS_BIT(TLS_1_1) | TLS_BIT(TLS_1_2),
    .suites = SUITES(suites_sangoma),
    .extensions = true,
    .sends_name = true,
    .builtin_roots = true,
    .crl = true,
    .unsure = "the vendor does not list its cipher suites; usual ones are offered",
};

static const struct tls_device device_img2020 = {
    .name = "img2020",
    .models = "IMG 2020",
    .versions = TLS_BIT(TLS_SSL3) | TLS_BIT(TLS_1_2),
    .suites = SUITES(suites_img2020),
    .extensions = true,
    .client_certificate = true,
    .chain_max = 4,
    .ca_max = 16,
    .unsure = "the vendor does not say how it compares names; RFC 5922 is taken for it",
};

/* In 2011 its vendor had servers set to TLS 1.0, and said nothing else. From DGW 45 on versions and
 * suites are settings (documentation.media5corp.com, DGWLATEST, Transport Layer Security). */
static const struct tls_device device_mediatrix = {
    .name = "mediatrix",
    .models = "Mediatrix, DGW v2.0 and later",
    .versions = TLS_BIT(TLS_1_0),
    .versions_unsure = TLS_BIT(TLS_1_1) | TLS_BIT(TLS_1_2),
    .suites = SUITES(suites_mediatrix),
    .client_certificate = true,
    .crl = true,
    .settable = true,
    .unsure = "what is known is of 2011: TLS 1.0, with cipher suites that were usual then; from "
              "DGW 45 on both are settings of the unit, to be given with --tls and --ciphers",
};

const struct tls_device *const tls_devices[TLS_DEVICES] = {
    &device_7900, &device_8800, &device_sangoma, &device_img2020, &device_mediatrix};

const struct tls_device *
tls_device_find(const char *name)
{
    for (size_t i = 0; i < TLS_DEVICES; i++)
        if (strcmp(tls_devices[i]->name, name) == 0)
            return tls_devices[i];
    return NULL;
}
