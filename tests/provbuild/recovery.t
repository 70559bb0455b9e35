#!/bin/bash
# SPDX-License-Identifier: MIT
# provbuild --new-recovery, and --recovery-key for a SAST whose key is lost.

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

# --- the SAST's key is lost

recovery='SAST-2 acme' next='SAST Next'
ok 'a fleet whose key is lost' fleet lost
new_key next "$next"
boots "$phone" && boots "$other" && boots "$third"
mv pem/sast.pem lost.pem && mv pem/sast2.pem usb.pem && openssl x509 -in usb.pem -out pem/sast2.pem
files=$(snapshot)
faulty 'without any key it does not begin' '.*pem/sast.pem is not at hand.*give --recovery-key FILE' \
    --rotate-sast pem/next.pem
faulty 'with the recovery key alone it does not either' \
    '.*the newest list must name another recovery certificate.*--new-recovery FILE' \
    --rotate-sast pem/next.pem --recovery-key usb.pem
not_ok 'nothing is kept of it' test -e archive/under-way
unchanged 'nor published' "$files"
run build --new-recovery usb-2.pem --release --rotate-sast pem/next.pem
is 'no other order goes with them' "$code" 2
run build --rotate-sast pem/next.pem --recovery-key usb.pem --new-recovery usb-2.pem
is 'with another one it does' "$code $(<"$out")" \
    '0 wrote usb-2.pem: recovery key; take it off this machine, and keep two encrypted copies
wrote ITLFile.tlv: content; with 1 bridge'
unlike 'the lost key is not said to be of no use' "$(<"$err")" 'may be destroyed'
is 'the recovery key signs the bridge' "$(ladder)" \
    "$recovery, $next by $recovery; $next, SAST Test recovery by $next"
mv usb.pem "$temporary/usb.pem" && mv usb-2.pem "$temporary/usb-2.pem"
silent 'both keys can be taken away' build
like 'the status says who is waited for, too' "$(build --status)" "Needed By: *3 of 3 phones, until they are proven: "
arrives 'a phone follows' "$phone"
arrives 'another one, too' "$other"
before=$(ladder)
find tftpboot -mindepth 1 -delete
run build
is 'an emptied tree gets both lists back' "$code $(ladder)" "0 $before"
fleet_settings trust 'version = "1.1" sast = {pem/next.pem, usb-2.pem.crt} ccm-tftp = {pem/asterisk.pem}'
silent 'the settings can name both' build
arrives 'the third follows, after all that' "$third"
fleet_settings trust 'version = "1.1" sast = {pem/next.pem, usb-2.pem.crt} ccm-tftp = {pem/asterisk.pem}
    tvs = {pem/tvs.pem}'
faulty 'a later edit needs the recovery key once more' \
    'ITLFile.tlv: the lists in turns would differ: phones that may hold an older list are led on by one of the archive.*--recovery-key FILE'
is 'and changes nothing' "$(ladder)" "$before"
fleet_settings trust 'version = "1.1" sast = {pem/next.pem, usb-2.pem.crt} ccm-tftp = {pem/asterisk.pem}'
new_key pbx2 pbx2
faulty 'nor can another signer of files be listed' \
    'ITLFile.tlv: the lists in turns would differ: phones that may hold an older list are led on by one of the archive' \
    --rotate-signer pem/pbx2.pem
silent 'and that is not under way then' build
fleet_settings trust 'version = "1.1" sast = {pem/next.pem, usb-2.pem.crt} ccm-tftp = {pem/asterisk.pem}
    tvs = {pem/tvs.pem}'
run build --recovery-key "$temporary/usb.pem"
is 'with it, it is done' "$code $(<"$out")" '0 wrote ITLFile.tlv: content; with 1 bridge'
is 'by the same keys' "$(ladder)" "$before"
arrives 'a phone follows' "$phone"
build --seen "$phone" "$(md5sum <"$(newest)" | cut -d ' ' -f 1)" >/dev/null
run build --forget "$other" "$third"
like 'once nobody is waited for, both say so' "$(<"$err")" 'pem/sast.pem: warning: no phone needs this key any more'
unlike 'the status is in step' "$(build --status)" '^Old SAST'
stop_provd

# --- and the settings name another recovery certificate already

ok 'a fleet whose key is lost' fleet named
new_key next "$next" && new_key other 'SAST Other'
boots "$phone"
mv pem/sast.pem lost.pem
fleet_settings trust 'version = "1.1" sast = {pem/sast.pem, pem/other.pem} ccm-tftp = {pem/asterisk.pem}'
run build --rotate-sast pem/next.pem --recovery-key pem/sast2.pem
is 'then it needs no other' "$code $(<"$out") $(ladder)" \
    "0 wrote ITLFile.tlv: content; with 1 bridge $recovery, $next by $recovery; $next, SAST Other by $next"
arrives 'a phone follows' "$phone"
stop_provd
done_testing
