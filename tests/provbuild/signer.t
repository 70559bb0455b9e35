#!/bin/bash
# SPDX-License-Identifier: MIT
# provbuild --rotate-signer, with provd and phones: one that is proven, one that was off, one that is
# forgotten, and an old key that is gone.

# shellcheck disable=SC2016,SC2119
# shellcheck source=tests/provbuild/fleet.sh
. "${0%/*}/fleet.sh"

serial_of() { # PEM
    openssl x509 -in "$1" -noout -serial | cut -d = -f 2 | tr '[:upper:]' '[:lower:]'
}
# The files that carry the new one's signature.
signed_anew() {
    local file
    find tftpboot -name '*.sgn' | sort | while read -r file; do
        ! sgnfile --parse "$file" 2>/dev/null | grep -qi "$(serial_of pem/next.pem)" ||
            echo "${file#tftpboot/}"
    done
}
without_key() { # PEM
    openssl x509 -in "$1" -out certificate.pem && mv certificate.pem "$1"
}
shows() { # what a phone shows that holds the list that stands
    md5sum <$list | cut -d ' ' -f 1
}
status() {
    build --status 2>&1
}

ok 'a fleet' fleet way
new_key next pbx2
for name in "$phone" "$other" "$third"; do boots "$name"; done
run build --rotate-signer pem/next.pem
is 'it begins with a list of both' "$code $(<"$out")" '0 wrote ITLFile.tlv: content'
is 'which names both as signers' "$(tlvfile --parse $list | grep -c '^Role: *CCM+TFTP')" 2
is 'and the same SASTs' "$(sasts $list)" 'SAST acme, SAST-2 acme by SAST acme'
is 'files stay as they are' "$(signed_anew)" ''
silent 'it waits' build
comes_up 'a phone takes the list' "$phone"
comes_up 'another one takes it' "$other"
ok 'a stranger fetches the list of the third' forge "$third" "ITL$third.tlv"
silent 'what was delivered proves nothing' build
like 'the status says who keeps the old one' "$(status)" "Old One Needed By: *3 of 3 phones: $third, $other, $phone"
echo '<softkeys>2</softkeys>' >source/SoftKeys.xml
run build
is 'what changes is signed by the old one' "$code $(<"$out") $(signed_anew)" \
    '0 wrote SoftKeys.xml.sgn: content '
run build --rotate-signer pem/asterisk.pem
is 'it can go back' "$code $(<"$out")" '0 wrote ITLFile.tlv: content'
is 'to a list of the old one' "$(tlvfile --parse $list | grep -c '^Role: *CCM+TFTP')" 1
not_ok 'and nothing is kept about it' test -e archive/under-way
run build --rotate-signer pem/next.pem
is 'and begin again' "$code $(<"$out")" '0 wrote ITLFile.tlv: content'

# --- phone by phone

boots "$phone" && boots "$other"
run build --seen "$phone" "$(shows)"
is 'a proven phone gets its configuration signed by the new one' \
    "$code $(grep -v ^proved "$out" | cut -d : -f 1 | sort | tr '\n' ' ')" \
    "0 wrote $phone.cnf.xml.enc.sgn "
is 'and nobody else' "$(signed_anew | tr '\n' ' ')" "$phone.cnf.xml.enc.sgn $phone.cnf.xml.sgn "
comes_up 'it comes up' "$phone"
comes_up 'so does another one' "$other"
silent 'later runs change nothing' build
silent 'nor by modification times' build --quick
faulty 'it cannot go back any more' '.*asterisk.pem cannot take the place of .*next.pem again' \
    --rotate-signer pem/asterisk.pem
like 'the status says who is left' "$(status)" "Old One Needed By: *2 of 3 phones: $third, $other$"
like 'and the stage' "$(status)" 'Stage: *the new one signs configurations of phones that know it'
fleet_settings sign 'certificate = pem/next.pem exclude = {"*.sbn"}' trust "${fleet_trust/asterisk/next}"
silent 'settings that drop the old one do not matter yet' build
fleet_settings
comes_up 'the third comes back with its old list' "$third"

# --- all of them

run build --seen "$third" "$(shows)" --dry-run
is 'a plan says what would be signed anew' "$code $(grep -c "would write $third.cnf.xml.sgn: signer" "$out")" '0 1'
run build --seen "$third" "$(shows)"
is 'the third gets its own' "$code $(grep -v ^proved "$out" | cut -d ';' -f 1)" \
    "0 wrote $third.cnf.xml.sgn: signer"
run build --forget "$other"
is 'with the last one everything changes' "$code $(grep -v ^forgot "$out" | cut -d ';' -f 1 | LC_ALL=C sort | tr '\n' ' ')" \
    "0 wrote Chile/mk-sip.jar.sgn: signer wrote $other.cnf.xml.sgn: signer wrote SoftKeys.xml.sgn: signer "
is 'all files' "$(signed_anew)" "$(cd tftpboot && find . -name '*.sgn' | sort | cut -c 3-)"
for name in "$phone" "$other" "$third"; do comes_up "$name follows" "$name"; done
like 'the status says what is left' "$(status)" 'put it in the place of the old one'
without_key pem/asterisk.pem
silent 'the old key is needed no more' build
silent 'nor by --prune' build --prune
fleet_settings trust "${fleet_trust/asterisk.pem/next.pem}" \
    sign 'certificate = pem/next.pem exclude = {"*.sbn"}'
run build
is 'with other settings the old one is dropped' "$code $(<"$out")" '0 wrote ITLFile.tlv: content'
is 'from the list' "$(tlvfile --parse $list | grep -c '^Role: *CCM+TFTP')" 1
unlike 'and the change is over' "$(status)" '^Rotation: *signer'
comes_up 'a phone follows' "$phone"
stop_provd

# --- the old key is gone

ok 'a fleet' fleet gone
new_key next pbx2
build --rotate-signer pem/next.pem >/dev/null
build --seen "$phone" "$(shows)" >/dev/null
mv pem/asterisk.pem pem/away.pem && ln -s asterisk.pem pem/asterisk.pem
before=$(find tftpboot -name '*.sgn' -exec cksum {} + | sort)
build >/dev/null 2>&1
is 'one that cannot be read is not gone' "$(find tftpboot -name '*.sgn' -exec cksum {} + | sort)" "$before"
rm pem/asterisk.pem && mv pem/away.pem pem/asterisk.pem
without_key pem/asterisk.pem
run build
is 'then the new one signs all' "$code $(grep -c ': signer' "$out")" '0 4'
like 'it is said, with the phones' "$(<"$err")" \
    "asterisk.pem: warning: its key is gone, so all files are signed by .*next.pem, .*: $third, $other$"
silent 'once' build
like 'and kept in the status' "$(status)" 'the key of the old signer of files is gone'
stop_provd
done_testing
