/* SPDX-License-Identifier: MIT */
/* Recognises private keys, whatever the file is called. */
#ifndef TREE_SECRET_H
#define TREE_SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The beginning of a private key stands in this text: in PEM, or in OpenSSH's, PGP's or PuTTY's
 * format. The words alone, as programs that read keys hold them, do not count. */
bool secret_in_text(const uint8_t *data, size_t len);

/* The same for a file that is too large to be held: 1 if it is there, 0 if not, -1 with errno where
 * the file cannot be read to its end. */
int secret_in_file(int fd);

/* All of the file is a private key in DER, PKCS#12, or a Java keystore or OpenSSH's format in
 * bytes; `len` is the length of the whole file. Also where it is the content of a signed file. */
bool secret_in_der(const uint8_t *data, size_t len);

/* One of the two, or text in UTF-16 that holds a key, in a file that is held whole. */
bool secret_in_content(const uint8_t *data, size_t len);

#endif
