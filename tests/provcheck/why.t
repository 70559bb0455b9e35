#!/bin/bash
# SPDX-License-Identifier: MIT
# provcheck why: planted situations, each with the cause that is told first; and phones that are well.

# shellcheck source=tests/provcheck/lib.sh
. "${0%/*}/lib.sh"
# shellcheck source=tests/provcheck/why.sh
. "$root/tests/provcheck/why.sh"
requires sqlite3 curl

make_keys && find_ports || exit 1
new_key old 'SAST Old' && new_key large large --bits 4096 && new_key rsa web-rsa || exit 1
free_ports tcp 1 | read -r pbx_port
mkdir source tree secure devices archive
new_list tree/ITLFile.tlv
echo '<device/>' >tree/SEPFEDCBA987654.cnf.xml # for `known`
settings
start_pbx "$pbx_port"
ok 'provd starts' start_provd --config prov.conf
now=$(($(date +%s) + 600))

# --- phones that are well

prepare
start 7900
nothing 'a 7900 that is well'
printed 'its family' '^Family: +7900$'
printed 'its list' '^ITL: +the one given at .*, which stands there'
printed 'its PBX answers' '^PBX Answer: +it answers OPTIONS'
prepare load=sip88xx.12-8-1-0001-455 '<transportLayerProtocol>4</transportLayerProtocol>'
start 8800
nothing 'an 8800 that is well'
prepare load=sip78xx.12-8-1-0001-455 '<transportLayerProtocol>2</transportLayerProtocol>'
start 7800
nothing 'a 7800 that is well'
printed 'its PBX was asked over UDP' "^PBX: +127.0.0.1 port $pbx_port over UDP"
nothing 'the same without its PBX' --no-pbx
unlike 'nobody asked it' "$(<"$out")" '^PBX'

prepare
cp "$keys/phone.pem" "devices/$phone_name.pem"
enccnf --build --force --tftp "$keys/asterisk.pem" --certificate "devices/$phone_name.pem" \
    "source/$xml" >enccnf.out 2>&1 && mv "source/$xml".*sgn tree
start 7900
nothing 'one with an encrypted configuration'
next_phone
configuration load=P0S3-8-12-00 >"source/$xml" && cp "source/$xml" "tree/$xml"
printf 'proxy1_address: "127.0.0.1"\n' >"tree/SIP$mac.cnf"
start 7940
nothing 'a 7940 that is well'

# --- files on this machine

next_phone
configuration >"source/SEP${mac:0:11}.cnf.xml"
first 'a digit is missing in its name' odd-name "source/SEP${mac:0:11}\.cnf\.xml stands there"
rm "source/SEP${mac:0:11}.cnf.xml"
configuration >"tree/SEP${mac:0:2}:${mac:2:2}:${mac:4:2}:${mac:6:2}:${mac:8:2}:${mac:10:2}.cnf.xml"
first 'colons in its name' odd-name 'stands there, and the phone asks for'
rm "tree/SEP${mac:0:2}:"*
mkdir tree/phones && configuration >"tree/phones/$xml"
first 'a folder around it' odd-name "tree/phones/$xml stands there"
rm -r tree/phones
start 7900
first 'no configuration at all' no-configuration "there is no $xml in source tree secure; it last asked"
configuration '<a>&</a>' >"source/$xml"
first 'a source that does not parse' source-fault "source: $xml:[0-9]+: "
settings && sed -i 's/^sign {/& encryption = required/' prov.conf
configuration >"source/$xml"
first 'no certificate to encrypt to' no-phone-certificate 'encryption = required'
settings
first 'not published yet' not-built "in source, and not in tree"
publish
configuration '<a>&</a>' >"source/$xml"
first 'an older configuration, since the source does not parse' source-fault 'an older configuration is served'
configuration load=SIP42.9-4-2SR3-2S >"source/$xml"
first 'a source that was changed since' stale 'its configuration in source says something else since'

# --- the way to the server

prepare
first 'a phone that never came' never-asked "no request in the name $phone_name$"
settings 'allow = { "192.0.2.0/24" }'
first 'or was not let in' never-asked 'outside of the networks of allow'
settings
wrong=${mac:0:11}$(tr 0-9A-F 1-9A-F0 <<<"${mac:11:1}")
curl -s -o /dev/null "http://127.0.0.1:$http_port/SEP$wrong.cnf.xml" && known
first 'one that asks by another name' other-name "SEP$wrong asked, .* which is nearly this name"
start 7900
nothing 'until it asks by its own'
settings 'allow = { "192.0.2.0/24" }'
first 'a network that is not allowed' not-allowed 'from 127.0.0.1, which is in no network of allow'
settings
prepare
stranger=0A0B0C0D0E0F
printf '%s\n' "90001 ITLSEP$mac.tlv delivered tftp" "90000 $xml.sgn partial tftp" | ago 192.0.2.77
"$asked" ledger.db SEP$stranger 192.0.2.77 "$now" <<<"60 SEP$stranger.cnf.xml missing tftp"
first "another phone's name from its address" other-name "SEP$stranger asked, .* where this phone was before"
prepare
ago <<END
300 $xml.sgn partial tftp
200 $xml.sgn partial tftp
100 $xml.sgn unacknowledged tftp
END
first 'transfers that do not end' transfer-cut 'its last 3 transfers did not come to their end'
prepare
ago <<<"300 $xml.sgn failed tftp"
touch -d "@$((now - 3600))" "tree/$xml.sgn"
first 'a file that the server could not read' server-failed 'the server could not read the file'
prepare
touch -d "@$((now - 3600))" "tree/$xml.sgn"
ago <<<"300 $xml.sgn busy http"
first 'a server that was busy' server-busy 'was told to come again'

prepare
ago <<<"300 $xml.sgn refused https"
touch -d "@$((now - 3600))" "tree/$xml.sgn"
first 'a file that the server withheld' server-refused 'over https from 192.0.2.7, and was refused'

# --- what stands there, and what it asks for

next_phone
configuration >"source/$xml" && cp "source/$xml" "tree/$xml"
touch -d "@$((now - 3600))" "tree/$xml"
start 7900
first 'only the plain name' unsigned "it asked for $xml.sgn at .*, and $xml stands there alone"
publish && touch -d "@$((now - 60))" "tree/$xml.sgn"
first 'signed since' restart-needed 'what stands there now is newer'
prepare
enccnf --build --force --tftp "$keys/asterisk.pem" --certificate "$keys/phone.pem" "source/$xml" \
    >enccnf.out 2>&1 && mv "source/$xml.sgn" tree && mv "source/$xml.enc.sgn" away
touch -d "@$((now - 3600))" "tree/$xml.sgn"
start 7900
first 'the stub alone' encrypted-missing "it asked for $xml.enc.sgn at "
mv away "tree/$xml.enc.sgn" && cp "$keys/asterisk.pem" "devices/$phone_name.pem"
ago <<<"60 $xml.sgn delivered tftp"
first 'encrypted to another certificate' other-certificate 'its certHash is not that of the phone'
cp "$keys/phone.pem" "devices/$phone_name.pem"
touch -d "@$((now - 3600))" "tree/$xml".*
first 'a phone that goes no further than the stub' other-certificate 'and did not ask for that'
ago <<<"30 $xml missing tftp"
first 'one that asks for the plain name' holds-no-list 'it holds no list with a TFTP record'

# --- signatures

signed_with() { # NAME CAUSE PATTERN [OPTION of sgnfile...]
    prepare
    cp "source/$xml" "tree/$xml" && "${@:4}" && rm -f "tree/$xml"
    start 7900
    first "$1" "$2" "$3"
}
by() { # KEY [OPTION...]
    sgnfile --build --force --tftp "$keys/$1.pem" "${@:2}" "tree/$xml" >sgn.out 2>&1
}
signed_with 'a signer that the list does not name' signer-unknown 'signer not in CTL or ITL' by old
signed_with 'a digest that the family does not know' digest-unknown 'bad digest algorithm' by asterisk --digest sha512
signed_with 'a signature of the day after tomorrow' timestamp 'timestamp failed' by asterisk \
    --timestamp $((now + 400000))
renamed() { cp "tree/SEP$(printf '%012X' $((0x1F3A7B5D91))).cnf.xml.sgn" "tree/$xml.sgn"; }
signed_with 'a file that was renamed' inner-name 'wrong file name' renamed
not_signed() { cp "source/$xml" "tree/$xml.sgn"; }
signed_with 'a file that is not signed' not-signed 'format error' not_signed
changed() { by asterisk && flip "tree/$xml.sgn" "$(($(stat -c %s "tree/$xml.sgn") - 20))" away && mv away "tree/$xml.sgn"; }
signed_with 'a file that was changed' signature-broken 'signature failed' changed
malformed() { printf '<device><a></device>\n' >"tree/$xml" && by asterisk; }
signed_with 'a configuration that does not parse' malformed 'cnf.xml.sgn: the phone does not take it' malformed
large() { { configuration && head -c 3000000 /dev/zero | tr '\0' ' '; } >"tree/$xml" && by asterisk; }
signed_with 'one that is too large' too-large 'cnf.xml.sgn' large

# --- what its configuration says

pbx_host=''
prepare
start 7900
first 'no server in it' no-server 'no processNodeName of callManagerGroup names a server'
pbx_host=127.0.0.1
prepare load=sip88xx.12-8-1-0001-455 '<deviceSecurityMode>2</deviceSecurityMode>'
mv tree/ITLFile.tlv away && cp "source/$xml" "tree/$xml"
start 8800
first 'authenticated mode without a list' mode-without-list 'deviceSecurityMode is 2, and no list stands'
mv away tree/ITLFile.tlv

# --- lists

prepare
tlvfile --build --force --sast "$keys/sast.pem" --sast "$keys/recovery.pem" --ccm "$keys/asterisk.pem" \
    "tree/CTLSEP$mac.tlv" >tlv.out 2>&1
rm tree/ITLFile.tlv
start 7900
first 'a CTL without the server' list-without-server "CTL does not name this server as TFTP"
printed 'how it is erased' '^  if nothing else is left, erase its lists by hand: Settings, Security'
new_list tree/ITLFile.tlv
rm "tree/CTLSEP$mac.tlv"
prepare
ago <<END
302 CTLSEP$mac.tlv delivered tftp
301 ITLSEP$mac.tlv missing tftp
END
first 'lists, and nothing after them' list-ignored 'and for no configuration after it'
prepare
head -c 70000 /dev/zero >"tree/ITLSEP$mac.tlv"
start 7900
first 'a list that is too large' list-too-large '64 KB'
rm "tree/ITLSEP$mac.tlv"

# It was given a list, which is kept in the archive; another site's stands there now.
cp tree/ITLFile.tlv archive/ITLFile.tlv.1700000000
prepare
start 7900
new_list tree/ITLFile.tlv --sast "$keys/old.pem" --sast "$keys/large.pem" --tftp "$keys/old.pem"
first 'a list from elsewhere' list-refused "ITLSEP$mac.tlv: not installed: signer not in CTL or ITL"
cp "source/$xml" "tree/$xml" && by old && rm "tree/$xml"
first 'and files that only that one vouches for' list-refused 'the ITL that it was given at .* is an older one'
printed 'which it refuses, too' '^signer-unknown \[likely\]: .*signer not in CTL or ITL'
printed 'the list that it holds' '^ITL: +the one given at .*, which is not what stands there now'
cp archive/ITLFile.tlv.1700000000 tree/ITLFile.tlv

# --- what it asks for again and again

again() { # SECONDS FILE
    local i
    for i in 5 4 3 2 1; do
        printf '%d ITLSEP%s.tlv delivered tftp\n' $((i * $1 + 1)) "$mac"
        printf '%d %s delivered tftp\n' $((i * $1)) "$2"
    done | ago
    touch -d "@$((now - 3600))" "tree/$xml".*
}
prepare
again 15 "$xml.sgn"
first 'every 15 seconds' does-not-parse 'asked for it 5 times in a row, about 15 seconds apart'
prepare
again 45 "$xml.sgn"
first 'every 45 seconds, signed' foreign-list 'about 45 seconds apart'
printed 'how to erase' '^  if nothing else is left'
prepare
again 45 "$xml"
first 'every 45 seconds, plain' nothing-usable "it asked for $xml at"
prepare
again 240 "$xml.sgn"
first 'starting again without its load' load-missing 'it started 5 times in a row'
prepare load=sip88xx.12-8-1-0001-455
ago <<END
302 ITLSEP$mac.tlv delivered http
300 $xml.sgn delivered http
200 CTLSEP$mac.tlv missing http
END
nothing 'an 8800 that asks for its CTL once more'

# --- over HTTPS

prepare load=sip88xx.12-8-1-0001-455
rm "tree/$xml.sgn" && cp "source/$xml" "secure/$xml"
ago <<<"300 ITLSEP$mac.tlv delivered http"
settings && sed -i "s#$keys/web.pem#$keys/rsa.pem#" prov.conf
first 'a server whose HTTPS certificate is RSA' https-certificate 'phones want EC there'
settings
start 8800
first 'a phone without a certificate' server-refused "it asked for $xml.sgn at .* over https"
settings 'secure-root-open = yes'
ok 'provd ends' stop_provd
ok 'provd starts with an open secure root' start_provd --config prov.conf
prepare load=sip88xx.12-8-1-0001-455
rm "tree/$xml.sgn" && cp "source/$xml" "secure/$xml"
start 8800
nothing 'one that fetches its configuration over HTTPS'
settings
prepare load=sip88xx.12-8-1-0001-455
rm "tree/$xml.sgn" && cp "source/$xml" "secure/$xml"
SOURCE_DATE_EPOCH=1500000000 mkcert -c "$phone_name" -o Test -u Voice -y 1 \
    "devices/$phone_name.pem" >/dev/null 2>&1
ago <<<"300 ITLSEP$mac.tlv delivered http"
first 'a phone whose certificate expired' phone-certificate 'its certificate expired at 2018-'
new_list tree/ITLFile.tlv --sast "$keys/sast.pem" --sast "$keys/recovery.pem" --tftp "$keys/asterisk.pem"
next_phone
configuration load=SIP42.9-4-2SR3-1S >"secure/$xml"
start 7900
first 'a 7900 whose configuration stands for HTTPS alone' not-given 'the phone has no configuration'
cp archive/ITLFile.tlv.1700000000 tree/ITLFile.tlv

# --- modes, where somebody else serves

if is_root; then
    settings 'user = nobody'
    prepare
    start 7900
    chmod 600 "tree/$xml.sgn"
    first 'a file that the server may not read' unreadable "tree/$xml.sgn may not be read by the server's user nobody"
    settings
else
    skip 'a file that the server may not read' 'only root can give a server another user'
fi
ok 'provd ends' stop_provd

# --- the ledger

sed 's/ledger = ledger.db/ledger = none.db/' prov.conf >absent.conf
prepare
run provcheck why "$phone_name" -c absent.conf --timestamp "$now"
printed 'no ledger yet' '^Warning: +there is no ledger yet'
is 'which is no cause' "$code" 0
sed 's/ledger = ledger.db//' prov.conf >off.conf
run provcheck why "$phone_name" -c off.conf --timestamp "$now"
printed 'no ledger at all' '^Warning: +the settings name no ledger'
echo no ledger >none.db
run provcheck why "$phone_name" -c absent.conf --timestamp "$now"
printed 'a ledger that is none' '^Warning: +'
sed 's/tftpboot = tree/tftpboot = nowhere/' prov.conf >nowhere.conf
failed_with 'a tree that is not there' 'nowhere cannot be read' provcheck why "$phone_name" -c nowhere.conf

# --- settings that name no more than a tree, and passwords

printf 'paths { tftpboot = tree }\n' >tree-only.conf
run provcheck why "$phone_name" -c tree-only.conf --timestamp "$now"
is 'a tree alone' "$code $(grep -c 'nothing found' "$out")" '0 1'
next_phone
run provcheck why "$phone_name" -c tree-only.conf --timestamp "$now"
printed 'and nothing in it' "^no-configuration \\[certain\\]: there is no $xml in tree$"
prepare
configuration '<sshPassword>hunter&2</sshPassword>' >"source/$xml"
run provcheck why "$phone_name" -c absent.conf --timestamp "$now" --json
printed 'a password that does not parse' 'source-fault'
unlike 'is not shown' "$(<"$out")" 'hunter'

# --- as JSON

prepare
rm "tree/$xml.sgn"
why --json
is 'as JSON' "$code $(perl -MJSON::PP -0777 -ne '$_ = decode_json $_;
    print join " ", $_->{phone}, $_->{causes}[0]{id}, $_->{causes}[0]{sureness},
    join ",", sort keys %{$_->{causes}[0]}' "$out")" \
    "1 $phone_name not-built certain evidence,id,mend,source,sureness,why"
done_testing
