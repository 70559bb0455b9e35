#!/bin/bash
# SPDX-License-Identifier: MIT
# docs/from-certutils.md: a tree in the layout of certutils 4.13, its script and its cron job, taken
# over by the commands as they stand there, on a machine that a folder stands for (examples.pl).

# shellcheck source=tests/cli/lib.sh
. "${0%/*}/lib.sh"
# shellcheck source=tests/cli/machine.sh
. "$root/tests/cli/machine.sh"
# Sources; what is decrypted; a phone without a certificate.
may_hold 'machine/root/*' SEP58971ECC97C1.cnf.xml 'machine/srv/tftp/SEP001122334455.cnf.xml.sgn'

document=$root/docs/from-certutils.md
mkdir -p "$machine"/{etc/cron.d,root/certs,root/configs,srv/tftp,media/usb}
make_install
mount_stick

# --- the machine as the document describes it

make_key() { # NAME FILE
    mkcert --common "$1" --organization Acme --unit Voice "$2" && chmod 644 "$2"
}
certs=$machine/root/certs
make_key 'SAST Acme' "$certs/sast.pem"
make_key pbx.acme.example "$certs/asterisk.pem"
mkcert --common SEP58971ECC97C1 --organization Acme --unit Phones phone.pem
openssl x509 -in phone.pem -out "$certs/SEP58971ECC97C1.pem"
for phone in SEP58971ECC97C1 SEP001122334455; do
    printf '<device><authPassword>secret</authPassword><!-- planted-in-clear --></device>\n' \
        >"$machine/root/configs/$phone.cnf.xml"
done
# shellcheck disable=SC2016 # these are the document's
sed -n '/^```sh$/,/^```$/p' "$document" | grep -v '^```' |
    sed -E "s#(^|[ =\"])/(root|srv)/#\1$machine/\2/#g" >"$machine/root/phones.sh"
sed -n 's/^ *\(\*.*root  sh .*\)/\1/p' "$document" >"$machine/etc/cron.d/phones"
ok 'the document has a script' grep -q 'tlvfile --build' "$machine/root/phones.sh"
is 'and cron runs it' "$(<"$machine/etc/cron.d/phones")" '*/10 * * * *  root  sh /root/phones.sh'

# As certutils 4.13 made it: its files come out byte for byte (vectors.t).
sed 's/--build/& --layout 4.13 --timestamp 1700000000/' "$machine/root/phones.sh" >as-certutils.sh
run sh as-certutils.sh
is 'the script makes a tree' "$code" 0
sed -n '/^\/srv\/tftp\//,/^\/etc/p; /^\/etc/q' "$document" | grep -oE '(ITL|SEP)[A-Za-z0-9.]+' >files
is 'the document names five files' "$(lines files)" 5
while IFS= read -r file; do
    ok "$file is there" test -s "$machine/srv/tftp/$file"
done <files
before=$(cksum <"$machine/srv/tftp/ITLFile.tlv")

# --- what the document does

run_documents "$document"
ok 'there are many' test "$(grep -c '^ok' "$out")" -gt 25

# --- what must hold at its end

is 'the list of before is in the archive' "$(cksum <"$machine/srv/prov/archive/ITLFile.tlv.1700000000")" "$before"
for file in "$machine"/srv/tftp/*.sgn "$machine"/srv/tftp/ITLFile.tlv; do
    like "${file##*/}: the layout of before" "$(tr '\0' '\n' <"$file" | grep -a CN=pbx -m 1)$(tr '\0' '\n' <"$file" | grep -a CN=SAST -m 1)" \
        'CN=(pbx.acme.example|SAST Acme),O=Acme,OU=Voice'
done
cp "$machine/srv/tftp/SEP58971ECC97C1.cnf.xml.enc.sgn" .
silent 'the phone opens its configuration' enccnf --remove --key phone.pem \
    --tftp "$certs/asterisk.pem" SEP58971ECC97C1.cnf.xml.enc.sgn
is 'the new one' "$(<SEP58971ECC97C1.cnf.xml)" \
    '<device><authPassword>better</authPassword><!-- planted-in-clear --></device>'
recovery_key_is_away
is 'no key can be read by everybody' "$(find "$machine" -name '*.pem' -perm -o=r -exec grep -l PRIVATE {} +)" ''

done_testing
