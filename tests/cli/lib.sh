# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# What the command line tests share besides tests/lib: which tools there are, and files that none of
# them makes. To be sourced first, from the repository's root.

# shellcheck source=tests/lib/test.sh
. "${0%/*}/../lib/test.sh"

# shellcheck disable=SC2034 # for the tests
programs='mkcert certhash tlvfile sgnfile stripsgn enccnf'
# shellcheck disable=SC2034 # for tests/lib/programs.sh
says='^(mkcert|certhash|tlvfile|sgnfile|stripsgn|enccnf): '

tlv() { # TAG HEX-VALUE; in hexadecimal
    printf '%02x%04x%s' "$1" "$((${#2} / 2))" "$2"
}

# A file whose header says version 1.0 and its length, then goes on as given, without content.
header() { # HEX-FIELDS
    printf '0100020100020002%04x%s' "$((10 + ${#1} / 2))" "$1" | unhex
}
