#!/bin/bash
# SPDX-License-Identifier: MIT
# provbuild: a phone that is configured after a rotation, when the old key was destroyed as --status
# allowed: it counts as one that may hold anything, and the refusal names it alone.

# shellcheck disable=SC2119
# shellcheck source=tests/provbuild/lib.sh
. "${0%/*}/lib.sh"

third=SEP001122334455
files='ccm-tftp = {pem/asterisk.pem}'

# Ten seconds after the one before, so that no list is dated ahead of the clock.
now=$(date +%s)
build() { # OPTION...
    provbuild --config prov.conf --timestamp "$((now += 10))" "$@"
}

# The rotation is over: each phone shows the newest list, and the old key goes.
rotated() { # NAME
    site "$1"
    mkcert --common 'SAST Next' --organization Test --unit Voice pem/next.pem >/dev/null 2>&1
    mkcert --common 'SAST Old' --organization Test --unit Voice pem/old.pem >/dev/null 2>&1
    settings trust "sast = {pem/old.pem, pem/sast2.pem} $files"
    build >/dev/null
    build --rotate-sast pem/next.pem >/dev/null
    settings trust "sast = {pem/next.pem, pem/sast2.pem} $files"
    build >/dev/null
    local shown
    shown=$(tlvfile --parse "$(find tftpboot/.ladder -name 'ITLFile.tlv.*' | sort | tail -n 1)" |
        sed -n 's/^File MD5: *//p')
    run build --seen "$phone" "$shown" "$other" "$shown"
}

rotated newcomer
like 'the old key may be destroyed' "$(<"$err")" \
    'pem/old.pem: warning: no phone needs this key any more; it may be destroyed'
rm pem/old.pem
silent 'without it nothing changes' build
settings trust "sast = {pem/next.pem, pem/sast2.pem} $files tvs = {pem/tvs.pem}"
run build
is 'nor does an edit need it' "$code $(cat "$err")" '0 '

configuration "$third"
settings trust "sast = {pem/next.pem, pem/sast2.pem} $files capf = {pem/capf.pem}"
faulty 'a newcomer may hold anything, and is named alone' \
    "ITLFile.tlv: the lists in turns would differ: .*name it with --forget; .*; 1 of 3 phones: $third\$"
run build --forget "$third" --dry-run
like 'what forgetting it risks is said' "$(<"$out")" "^would forget 1 of 3 phones: $third; .*must be reset by hand"
run build --forget "$third"
is 'forgotten it is no hindrance' "$code $(grep -c '^wrote ITLFile.tlv: content' "$out")" '0 1'
silent 'for good' build
done_testing
