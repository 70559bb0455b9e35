/* SPDX-License-Identifier: MIT */
/* Checksums of trust lists as somebody read them off phones. */
#ifndef PROVBUILD_RUN_CHECKSUMS_H
#define PROVBUILD_RUN_CHECKSUMS_H

#include <prov.h>

#include <stdbool.h>

struct checksum {
    struct prov_mac phone;
    enum prov_digest digest; /* MD5 or SHA-1, by its length */
    uint8_t value[20];
    unsigned line; /* of the file; 0: the command line */
};

struct checksums {
    const char *file; /* borrowed; NULL: the command line */
    size_t count;
    struct checksum *at;
};

/* Adds what phone and checksum say: hexadecimal digits, with or without colons between bytes.
 * PROV_E_ARGUMENT if one of both is none. */
int checksums_add(struct checksums *checksums, const char *phone, const char *checksum,
                  unsigned line, struct prov_error *err) PROV_CHECKED;

/* Reads lines of a phone and a checksum; empty lines and what follows # count for nothing. Tells
 * each line that is none, and then fails with PROV_E_FORMAT. */
typedef void checksums_tell(void *context, const char *place, const char *text);
int checksums_read(struct checksums *checksums, const char *file, checksums_tell *tell,
                   void *context, struct prov_error *err) PROV_CHECKED;

/* "FILE:LINE", or the phone's name where it came from the command line. */
#define CHECKSUM_PLACE_SIZE 512
void checksum_place(const struct checksums *checksums, const struct checksum *checksum,
                    char out[static CHECKSUM_PLACE_SIZE]);

void checksums_release(struct checksums *checksums);

#endif
