#!/bin/bash
# SPDX-License-Identifier: MIT
# No program leaves a core file, which would hold keys and passwords, whatever the limits allow.

# shellcheck source=tests/cli/lib.sh
. "${0%/*}/lib.sh"
may_hold 'files/*.cnf.xml' 'files/.prov-*.tmp' # what is signed, and what a program that died leaves

ulimit -c unlimited 2>/dev/null || skip_all 'core files are limited here'
grep -q '^[^|/]*$' /proc/sys/kernel/core_pattern || skip_all 'core files go elsewhere here'
mkdir control
{ (cd control && perl -e 'kill SEGV => $$'); } 2>/dev/null
[ -n "$(ls control)" ] || skip_all 'no core files are written here'
# LeakSanitizer and strace exclude one another; the sanitizer would set a limit of its own.
export ASAN_OPTIONS=${ASAN_OPTIONS:-}:detect_leaks=0:handle_segv=0:disable_coredump=0
strace -o /dev/null -e trace=none true 2>/dev/null || skip_all 'strace does not work here'

# Ends COMMAND by SIGSEGV at its first call of CALL, in a folder that is then empty of core files.
dies_without_core() { # NAME CALL COMMAND...
    local name=$1 call=$2
    shift 2
    { # the shell's own word about it goes nowhere
        strace -f -o /dev/null -e trace="$call" -e inject="$call":signal=SIGSEGV:when=1 "$@" \
            >"$out" 2>"$err" </dev/null
        code=$?
    } 2>/dev/null
    is "$name dies" $code 139
    is "$name leaves no core" "$(find . -name 'core*' -newer control | grep -v '^./control')" ''
}

for program in $programs provd provbuild provcheck; do
    verb=()
    [ "$program" != provcheck ] || verb=(tree)
    dies_without_core "$program --help" write "$program" "${verb[@]}" --help
done

copy_inputs
signer=pem/asterisk.pem
phone=SEP58971ECC97C1
mkdir files
cp in/$phone.cnf.xml files/
dies_without_core 'mkcert with a new key' fsync mkcert -c a -o b -u c files/new.pem
dies_without_core 'enccnf with a configuration' fsync enccnf --build --keep --tftp $signer \
    --certificate pem/$phone.pem files/$phone.cnf.xml
dies_without_core 'sgnfile with a key' fsync sgnfile --build --tftp $signer files/$phone.cnf.xml
dies_without_core 'tlvfile with a key' fsync tlvfile --build --sast $signer files/ITLFile.tlv
dies_without_core 'provcheck with a tree' write provcheck tree --root files

done_testing
