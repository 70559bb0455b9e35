#!/bin/bash
# SPDX-License-Identifier: MIT
# provbuild --new-recovery.

# shellcheck disable=SC2016,SC2119
# shellcheck source=tests/provbuild/fleet.sh
. "${0%/*}/fleet.sh"

one='version = "1.1" sast = {pem/sast.pem} ccm-tftp = {pem/asterisk.pem}'
ok 'a fleet with one SAST' fleet first trust "$one"
boots "$phone"
cp $list published.tlv
run build --new-recovery usb.pem
is 'it makes one and lists it' "$code $(<"$out")" \
    '0 wrote usb.pem: recovery key; take it off this machine, and keep two encrypted copies
wrote ITLFile.tlv: content'
like 'beside the other' "$(sasts $list)" '^SAST acme, SAST .*recovery by SAST acme$'
is 'the key is for its owner alone' "$(stat -c %a usb.pem)" 600
is 'the certificate stands without it' "$(grep -c PRIVATE usb.pem.crt)" 0
run tlvfile --diff published.tlv $list
is 'phones follow' "$code" 0
mv usb.pem "$temporary/offline.pem"
silent 'it stays listed, without its key' build
before=$(snapshot)
touch there.pem
faulty 'a file is not replaced' '.*(exists|there.pem)' --new-recovery there.pem
unchanged 'and nothing changes' "$before"
fleet_settings trust "${one/sast.pem/sast.pem, usb.pem.crt}"
silent 'the settings can name it' build
not_ok 'then nothing is kept about it' test -e archive/under-way
comes_up 'a phone follows' "$phone"
run tlvfile --build drill.tlv --filename ITLFile.tlv --previous $list --version 1.1 \
    --sast "$temporary/offline.pem" --sast pem/sast.pem --ccm-tftp pem/asterisk.pem
is 'the key can sign a list that phones take' "$code" 0
run build --new-recovery other.pem --dry-run
is 'it cannot be tried' "$code" 1
not_ok 'and leaves no key' test -e other.pem
stop_provd
done_testing
