/* SPDX-License-Identifier: MIT */
/* The first byte says where the rest, a server's answer, is cut in two. */
#include "provcheck/tls/hello.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

static void
check_certificates(const struct tls_flight *flight)
{
    const uint8_t *end = flight->handshake + flight->handshake_len;
    fuzz_require(flight->certificate_count <= TLS_CERTIFICATES_MAX, "the chain fits");
    for (size_t i = 0; i < flight->certificate_count; i++) {
        struct prov_span der = flight->certificates[i];
        fuzz_require(der.data >= flight->handshake && der.data <= end &&
                         der.len <= (size_t)(end - der.data),
                     "a certificate lies in the messages");
    }
}

static void
check(const struct tls_flight *flight, size_t len)
{
    fuzz_require(flight->records_read <= len, "no more is read than there is");
    fuzz_require(flight->handshake_len <= flight->records_read, "messages lie in records");
    fuzz_require(flight->handshake_read <= flight->handshake_len, "they are read once");
    fuzz_require((flight->answer == TLS_BROKEN) == (flight->problem != NULL), "faults are named");
    fuzz_require(flight->answer != TLS_AGREED || tls_version_name(flight->version) != NULL,
                 "an agreement has a version");
    fuzz_require(tls_alert_text(flight->alert) != NULL, "an alert has a text");
    check_certificates(flight);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    if (len == 0)
        return 0;
    struct tls_flight *whole = calloc(1, sizeof *whole), *halves = calloc(1, sizeof *halves);
    size_t size = len - 1, half = data[0] < size ? data[0] : size;
    if (whole != NULL && halves != NULL) {
        tls_flight_read(data + 1, size, whole);
        check(whole, size);
        tls_flight_read(data + 1, half, halves);
        check(halves, half);
        tls_flight_read(data + 1, size, halves);
        check(halves, size);
        fuzz_require(whole->answer == halves->answer && whole->version == halves->version &&
                         whole->suite == halves->suite && whole->alert == halves->alert &&
                         whole->certificate_count == halves->certificate_count,
                     "it does not matter how an answer arrives");
    }
    free(whole);
    free(halves);
    return 0;
}
