#!/bin/bash
# SPDX-License-Identifier: MIT
# provbuild --rotate-signer, with provd and phones.

# shellcheck disable=SC2016,SC2119
# shellcheck source=tests/provbuild/fleet.sh
. "${0%/*}/fleet.sh"

serial_of() { # PEM
    openssl x509 -in "$1" -noout -serial | cut -d = -f 2 | tr '[:upper:]' '[:lower:]'
}
signed_by() { # FILE
    field "tftpboot/$1" 'Serial Number'
}
signers() { # how many files carry the new one's signature
    find tftpboot -name '*.sgn' -exec sgnfile --parse {} \; 2>/dev/null | grep -ci "$(serial_of pem/next.pem)"
}

ok 'a fleet' fleet way
mkcert --common pbx2 --organization Test --unit Voice pem/next.pem
for name in "$phone" "$other" "$third"; do boots "$name"; done
run build --rotate-signer pem/next.pem
is 'it begins with a list of both' "$code $(<"$out")" '0 wrote ITLFile.tlv: content'
is 'which names both as signers' "$(tlvfile --parse $list | grep -c '^Role: *CCM+TFTP')" 2
is 'and the same SASTs' "$(sasts $list)" 'SAST acme, SAST-2 acme by SAST acme'
is 'files stay as they are' "$(signers)" 0
silent 'it waits' build
faulty 'not another one meanwhile' 'another change, to .*next.pem, is under way' \
    --rotate-signer pem/tvs.pem
comes_up 'a phone takes the list' "$phone"
comes_up 'another one takes it' "$other"
silent 'every phone must hold it' build
is 'files stay as they are' "$(signers)" 0
echo '<softkeys>2</softkeys>' >source/SoftKeys.xml
run build
is 'what changes is signed by the old one' "$code $(<"$out")" '0 wrote SoftKeys.xml.sgn: content'
is 'as it was' "$(signers)" 0
ok 'a stranger fetches the list of the third' forge "$third" "ITL$third.tlv"
silent 'and changes nothing' build
comes_up 'the third takes the list' "$third"
wait_until holds "$third"
run build
is 'then all are signed anew' "$code $(grep -c ': signer' "$out") $(grep -vc ': signer' "$out")" '0 5 0'
is 'all of them' "$(find tftpboot -name '*.sgn' | wc -l)" "$(signers)"
comes_up 'a phone follows' "$phone"
comes_up 'another one follows' "$other"
ok 'a stranger fetches the list of the third' forge "$third" "$third.cnf.xml.sgn"
silent 'nothing goes back' build
like 'the status says what is left' "$(build --status)" 'put it in the place of the old one'
fleet_settings trust "${fleet_trust/asterisk.pem/next.pem}" \
    sign 'certificate = pem/next.pem exclude = {"*.sbn"}'
run build
is 'with other settings the old one is dropped' "$code $(<"$out")" '0 wrote ITLFile.tlv: content'
is 'from the list' "$(tlvfile --parse $list | grep -c '^Role: *CCM+TFTP')" 1
not_ok 'and nothing is kept about it' test -e archive/under-way
comes_up 'a phone follows' "$phone"
comes_up 'the third follows' "$third"
stop_provd

# --- together with the certificate that signs lists

ok 'a fleet' fleet both
new_key next pbx2
for name in "$phone" "$other" "$third"; do boots "$name"; done
build --rotate-signer pem/next.pem >/dev/null
run build --rotate-sast pem/sast.pem
is 'the settings name that key already' "$code" 1
new_key third 'SAST Third'
run build --rotate-sast pem/third.pem
is 'both may change' "$code $(<"$out")" '0 wrote ITLFile.tlv: content; with 1 bridge'
for file in $(rungs_of); do
    is "${file##*/} names both signers" "$(tlvfile --parse "$file" | grep -c '^Role: *CCM+TFTP')" 2
done
for name in "$phone" "$other" "$third"; do arrives "$name follows" "$name"; done
run build --rotate-signer pem/asterisk.pem
is 'the signer goes back' "$code $(<"$out")" '0 wrote ITLFile.tlv: content; with 1 bridge'
is 'and only that' "$(ladder)" \
    'SAST acme, SAST Third by SAST acme; SAST Third, SAST-2 acme by SAST Third'
stop_provd
done_testing
