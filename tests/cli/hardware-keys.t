#!/bin/sh
# SPDX-License-Identifier: MIT
# The examples of docs/hardware-keys.md, as they stand (examples.pl), with a SoftHSM of their own.
set -u

for needed in softhsm2-util pkcs11-tool; do
    command -v $needed >/dev/null || {
        echo "1..0 # SKIP $needed is not installed"
        exit 0
    }
done
openssl engine pkcs11 >/dev/null 2>&1 || {
    echo '1..0 # SKIP libengine-pkcs11-openssl is not installed'
    exit 0
}

repository=$(pwd)
PATH=$(cd "${PROV_BIN:-build/bin}" && pwd):$PATH
work=$(mktemp -d "${TMPDIR:-/tmp}/prov-hardware.XXXXXX")
trap 'rm -rf "$work"' EXIT INT TERM
HOME=$work
export PATH HOME
unset SOFTHSM2_CONF PKCS11_MODULE_PATH
umask 022
cd "$work" || exit 1

# shellcheck disable=SC2016 # the prompt
perl "$repository/tests/cli/examples.pl" '$' "$repository/docs/hardware-keys.md"
