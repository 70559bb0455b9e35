#!/bin/bash
# SPDX-License-Identifier: MIT
# provbuild with keys in hardware: URIs in the settings, many threads with one key, PINs that are
# wrong, and rotations to keys of a token.

# shellcheck disable=SC2119
# shellcheck source=tests/provbuild/fleet.sh
. "${0%/*}/fleet.sh"
# shellcheck source=tests/cli/token.sh
. "$root/tests/cli/token.sh"
may_hold hardware/taken/SEP58971ECC97C1.cnf.xml # the source that --adopt makes

# shellcheck disable=SC2154 # of token.sh
uri() { # ID
    printf 'pkcs11:token=box;id=%%%s?%s' "$1" "$source_of_pin"
}

# Made by provd: no phone is in it.
new_ledger() {
    start_provd --root tftpboot --tftp "127.0.0.1:$(free_ports udp 1)" --http off --https off \
        --ledger ledger && stop_provd
}

new_token box || exit 1
site hardware
new_signer box sast 01 sast.crt || exit 1
new_signer box tftp 02 tftp.crt || exit 1
new_signer box next 03 next.crt || exit 1
in_hardware=(trust "version = \"1.1\" sast = {\"$(uri 01)\", pem/sast2.pem} ccm-tftp = {\"$(uri 02)\"}"
    sign "certificate = \"$(uri 02)\" exclude = {\"*.sbn\"}"
    paths 'source = source tftpboot = tftpboot secure = secure devices = devices archive = archive
        ledger = ledger')
settings "${in_hardware[@]}" more 'hooks { restart = "touch restarted" }'
ok 'an empty ledger' new_ledger
for i in $(seq 300); do
    echo "<ringer>$i</ringer>" >"source/ringer$i.xml"
done

verifies() { # FILE...
    SOFTHSM2_CONF=/nonexistent sgnfile --parse --tftp tftp.crt "$@" | grep -c '^Valid signature'
}

# --- a whole tree

run spied build --jobs 1 --timestamp "$clock"
is 'a tree' "$code $(<"$err")" '0 '
is 'one login is enough' "$(calls_of C_Login)" 1
is 'all files are signed' "$(verifies tftpboot/ringer*.xml.sgn)" 300
is 'firmware too' "$(verifies tftpboot/Chile/mk-sip.jar.sgn)" 1
done_well 'the list verifies' env SOFTHSM2_CONF=/nonexistent tlvfile --parse \
    tftpboot/ITLFile.tlv --sast sast.crt
decrypts_to_signed_by() {
    cp tftpboot/$phone.cnf.xml.enc.sgn taken.cnf.xml.enc.sgn && mkdir -p taken &&
        mv taken.cnf.xml.enc.sgn "taken/$phone.cnf.xml.enc.sgn" &&
        enccnf --remove --tftp tftp.crt --key "pem/$phone.pem" "taken/$phone.cnf.xml.enc.sgn" &&
        same "taken/$phone.cnf.xml" "source/$phone.cnf.xml"
}
ok 'a phone can open its configuration' decrypts_to_signed_by
ok 'the hook ran' test -e restarted
is 'nothing in the tree is a key' "$(grep -rl PRIVATE tftpboot secure archive)" ''
before=$(find tftpboot -name 'ringer*' -exec cksum {} + | sort -k3)

silent 'a second run finds all as it is to be' build
is 'and what it reads holds no PIN' "$(grep -c "$pin" prov.conf)" 0
done_well '--status' build --status

for jobs in 2 3 8 16; do
    rm tftpboot/ringer*
    run build --jobs $jobs --timestamp "$clock"
    is "$jobs jobs" "$code $(<"$err")" '0 '
    is "$jobs jobs: the same signatures" \
        "$(find tftpboot -name 'ringer*' -exec cksum {} + | sort -k3)" "$before"
done

# --- programs that need no key

settings "${in_hardware[@]}"
rm -rf tftpboot archive && mkdir tftpboot archive
run build --force
is 'a tree of now' "$code $(<"$err")" '0 '
run env SOFTHSM2_CONF=/nonexistent provcheck tree --config prov.conf
is 'provcheck tree knows such settings' "$(grep -hv 'there is no SIP42.loads' "$out" "$err")" ''
is 'and looks at all files' "$(grep -c 'there is no SIP42.loads' "$out")" 2
run env SOFTHSM2_CONF=/nonexistent provd --check-config --config prov.conf --tftp 127.0.0.1:6969 \
    --http off --https off
is 'provd takes such settings' "$code $(<"$err")" '0 '

# --- PINs

echo 999999 >"$temporary/pin"
before=$(snapshot)
echo "<changed/>" >source/SoftKeys.xml
run spied build
is 'a wrong PIN' "$code" 1
like 'is told' "$(<"$err")" "the PIN of the token 'box' is wrong; it is not tried again"
unlike 'without saying it' "$(<"$err")" 999999
is 'it was tried once' "$(calls_of C_Login)" 1
run spied build
is 'the next run of cron' "$code" 1
like 'leaves it' "$(<"$err")" "the last PIN that the token 'box' got was wrong"
is 'alone' "$(calls_of C_Login)" 0
unchanged 'nothing was touched' "$before"
echo "$pin" >"$temporary/pin"
on_token box --list-objects >/dev/null 2>&1
chmod 644 "$temporary/pin"
run build
like 'a PIN that others can read' "$(<"$err")" "others can read the PIN's file"
chmod 600 "$temporary/pin"
run build
is 'the right PIN' "$code $(<"$out")" '0 wrote SoftKeys.xml.sgn: content'

settings "${in_hardware[@]}" sign 'certificate = "pkcs11:id=%02?pin-value=planted-pin-471147"'
run build
is 'a PIN in the settings' "$code" 1
like 'is refused' "$(<"$err")" 'a PIN has no place in the settings; write it into a file'
unlike 'and not repeated' "$(<"$err")" planted-pin-471147
settings "${in_hardware[@]}" more "server { https = \"127.0.0.1:6971\" certificate = {\"$(uri 02)\"} }"
run build
like 'HTTPS with a key in hardware' "$(<"$err")" 'HTTPS takes its key from a file'
settings "${in_hardware[@]}" sign 'certificate = "pkcs11:token=box;id=%02"'
run setsid -w provbuild --config prov.conf
like 'nobody to ask' "$(<"$err")" "the token 'box' wants its PIN, and there is no terminal"
settings "${in_hardware[@]}"
silent 'the settings as they were' build

# --- rotations

bridge() { # the older one of two lists in turns
    sed -n 's|^ITLFile.tlv \([^ ]*\) [^ ]*$|tftpboot/.ladder/\1|p' tftpboot/.ladder/rungs
}
faulty 'a recovery key is a file' 'a recovery key is made as a file' --new-recovery pkcs11:id=%09
run build --rotate-sast "$(uri 03)"
is 'a rotation to a key of the token' "$code $(<"$out") $(<"$err")" '0 wrote ITLFile.tlv: content; with 1 bridge '
is 'names it by its URI' "$(sed -n 's/^sast [0-9a-f]* //p' archive/under-way)" "$(uri 03)"
run tlvfile --parse "$(bridge)" --sast sast.crt
is 'the old one signs' "$code" 0
like 'both are named' "$(<"$out")" 'Subject Name: +CN=next;O=Acme'
silent 'the order again changes nothing' build --rotate-sast "$(uri 03)"
done_well '--status tells' build --status
printed 'the key that is meant' 'pkcs11:token=box;id=%03'

# --- a key that is lost

site lost
settings "${in_hardware[@]}"
new_ledger
run build
is 'another tree' "$code $(<"$err")" '0 '
run on_token box --delete-object --type privkey --id 01
is 'its SAST key is deleted' "$code" 0
echo "<changed/>" >source/SoftKeys.xml
run build --rotate-sast "$(uri 03)" --recovery-key pem/sast2.pem --new-recovery usb.pem
is 'a rotation by the recovery key' "$code $(<"$err")" '0 '
run tlvfile --parse "$(bridge)" --sast pem/sast2.pem
is 'which signs' "$code" 0
like 'the list that names the new one' "$(<"$out")" 'Subject Name: +CN=next;O=Acme'

done_testing
