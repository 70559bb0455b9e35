# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# A machine that a folder stands for: what is installed there, and documents whose commands are run
# there by root. To be sourced after lib.sh.

# shellcheck disable=SC2154 # tests/lib/test.sh
machine=$temporary/machine

# What is installed there is used from then on.
make_install() {
    local build=${PROV_BIN%/bin}
    run env -u MAKEFLAGS make -s -C "$root" -o all install B="${build#"$root/"}" \
        DESTDIR="$machine" PREFIX=/usr/local
    is 'make install' "$code" 0
    export no_proxy='*' PATH=$machine/usr/local/bin:$PATH
}

# Something is mounted on /media/usb, and there alone.
mount_stick() {
    printf '#!/bin/sh\n[ "$*" = "-q %s/media/usb" ]\n' "$machine" \
        >"$machine/usr/local/bin/mountpoint"
    chmod +x "$machine/usr/local/bin/mountpoint"
}

# Runs every command of root's in these documents (examples.pl), each a test; what was said about
# them stays in $out.
run_documents() { # DOCUMENT...
    local line
    perl "$root/tests/cli/examples.pl" '#' "$machine" "$@" >"$out"
    while IFS= read -r line; do
        case $line in
        'ok '*) pass "${line#* - }" ;;
        'not ok '*) fail "${line#* - }" ;;
        '#'*) printf '%s\n' "$line" ;;
        esac
    done <"$out"
    is 'all commands were run' "$(tail -n 1 "$out")" "1..$(grep -Ec '^(not )?ok ' "$out")"
}

recovery_key_is_away() {
    ok 'the recovery key is on the stick, and there alone' \
        test -s "$machine/media/usb/recovery.pem" -a ! -e "$machine/root/recovery.pem"
}
