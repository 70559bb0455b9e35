#!/bin/bash
# SPDX-License-Identifier: MIT
# Each family boots from a sound tree in its own way, and stops where a file is not what it takes.

# shellcheck source=tests/provcheck/lib.sh
. "${0%/*}/lib.sh"

make_keys && sound_tree && find_ports || exit 1
ok 'provd starts' serve --https off
xml=$phone_name.cnf.xml

# --- sound trees

comes_up 'a 7940 comes up' 7940
shows 'a 7940 holds no list' 'No Trust List installed'
got 'a 7940 asks for the clear name' "$xml" tftp
unlike 'a 7940 asks for no ITL' "$(<"$out")" 'ITL'

comes_up 'a 7900 comes up' 7900
shows 'it misses a CTL' 'File not found CTLFile.tlv'
shows 'it installs the ITL' 'ITL installed'
got 'its list came over TFTP' "ITLSEP$mac.tlv" tftp
got 'then it asks for the signed name' "$xml.sgn" tftp
got 'and for what the configuration names' dialplan.xml.sgn tftp

for family in 7800 8800; do
    comes_up "a $family comes up" "$family"
    got "a $family gets its list over HTTP" "ITLSEP$mac.tlv" http
    got "a $family asks for the signed name" "$xml.sgn" http
done
printed 'a list that says 1.1 sends it to HTTPS first' "^$xml.sgn +https +.*the phone tries http\$"

printf 'sip: text\n' >"tree/SIP$mac.cnf" && mv "tree/$xml" clear.xml
comes_up 'a 7940 comes up with a SIP<MAC>.cnf alone' 7940
mv clear.xml "tree/$xml" && rm "tree/SIP$mac.cnf"

mv tree/ITLFile.tlv .
comes_up 'without a list an 8800 comes up on the clear configuration' 8800
shows 'and says so' 'No Trust List installed'
got 'and asks for the common list too' ITLFile.tlv http
got 'and asks for the clear name' "$xml" http
: >tree/ITLFile.tlv
comes_up 'an empty list does no harm' 8800
shows 'and is none' 'No Trust List installed'
mv ITLFile.tlv tree

new_list tree/CTLFile.tlv --sast "$keys/sast.pem" --sast "$keys/recovery.pem" \
    --ccm-tftp "$keys/asterisk.pem" && mv tree/CTLFile.tlv "tree/CTLSEP$mac.tlv"
for family in 7900 8800; do
    comes_up "a $family with a CTL verifies the ITL with it" "$family"
    shows "a $family installs both" 'CTL and ITL installed'
done
comes_up 'a 7940 with a CTL' 7940
shows 'it installs the CTL' 'CTL installed'
got 'and asks for the signed name' "$xml.sgn" tftp
new_list tree/CTLFile.tlv --sast "$keys/sast.pem" --sast "$keys/recovery.pem" \
    --ccm "$keys/asterisk.pem" && mv tree/CTLFile.tlv "tree/CTLSEP$mac.tlv"
mv tree/ITLFile.tlv .
stops 'a 7900 whose CTL lacks the server asks for nothing' 'CTL does not name this server' 7900
comes_up 'an 8800 asks for the clear name then' 8800
got 'indeed' "$xml" http
rm "tree/CTLSEP$mac.tlv" && mv ITLFile.tlv tree

# --- families of which little is known

for family in 3905 6921 7925 8821 8945 9971; do
    comes_up "a $family comes up" "$family"
    printed "a $family is said to be little known" '^not known of [0-9]+ phones, and assumed here: '
done
comes_up 'a 7912 asks for a name in lower case' 7912
got 'indeed' "SEP${mac,,}.cnf.xml" tftp
stops 'an ATA 186 has no profile here' 'has no configuration' ata186
printf 'profile' >"tree/ata${mac,,}"
comes_up 'with one it comes up' ata186
rm "tree/ata${mac,,}"
boot 7900
unlike 'of a 7900 all is known' "$(<"$out")" 'not known of'

# --- 7940 and 7960 with SIP firmware

mv tree/ITLFile.tlv .
load='<loadInformation>P0S3-8-12-00</loadInformation>'
cp "tree/$xml" clear.xml && sed -i "s|</device>|$load</device>|" "tree/$xml"
stops 'a 7940 with SIP firmware and no SIP<MAC>.cnf' "SIP firmware that reads SIPDefault.cnf and SIP$mac.cnf" 7940
printf 'line1_name: 100\n' >"tree/SIP$mac.cnf"
comes_up 'with one it comes up' 7940
printf '<Default><loadInformation8>P0S3-8-12-00</loadInformation8></Default>' >"tree/$xml"
comes_up 'a root Default will do' 7960
printed 'with a warning' "^$xml +tftp +warning: its root is Default"
stops 'not for others' 'Default' 7900
rm "tree/SIP$mac.cnf" && mv clear.xml "tree/$xml"

# --- a server to register at

cp "tree/$xml" clear.xml && sed -i 's|>pbx<|><|' "tree/$xml"
stops 'a configuration without a server' 'names no server to register at' 8800
mv clear.xml "tree/$xml"

# --- a server over TLS, which a list must vouch for

cp "tree/$xml" clear.xml && sed -i 's|</device>|<deviceSecurityMode>3</deviceSecurityMode></device>|' "tree/$xml"
if [ -e tree/ITLFile.tlv ]; then mv tree/ITLFile.tlv list.tlv; fi
stops 'SIP over TLS without a list' 'deviceSecurityMode is 3, SIP over TLS, and the phone holds no trust list' 8800
new_list tree/ITLFile.tlv --sast "$keys/sast.pem" --sast "$keys/recovery.pem" --tftp "$keys/asterisk.pem"
sign "tree/$xml"
stops 'a list without the call server' 'no list that the phone holds has a CCM record' 8800
new_list tree/ITLFile.tlv
comes_up 'one with it' 8800
rm "tree/$xml.sgn" tree/ITLFile.tlv
sed -i 's|<deviceSecurityMode>3|<deviceSecurityMode>1|' "tree/$xml"
comes_up 'without TLS no list is needed' 8800
if [ -e list.tlv ]; then mv list.tlv tree/ITLFile.tlv; fi
mv clear.xml "tree/$xml"

# --- firmware, and what it consists of

cp "tree/$xml" clear.xml && sed -i 's|</device>|<loadInformation>SIP42.9</loadInformation></device>|' "tree/$xml"
printf '# made\r\na.sbn \r\nb.sbn\r\n' >tree/SIP42.9.loads && echo image >tree/a.sbn && : >tree/b.sbn
comes_up 'a load whose parts are missing' 7900
printed 'its list is read' "^SIP42.9.loads +tftp +the list of the firmware's 2 files"
printed 'a part that is there' '^a.sbn +tftp +6 bytes'
printed 'one that is empty' '^b.sbn +tftp +warning: empty: the load list names it'
printed 'and the firmware is not all there' 'warning: of the firmware .* 1 of 2 files are missing'
head -c 3000000 /dev/zero >tree/b.sbn
comes_up 'a part above 2048 KB' 7900
printed 'is there' '^b.sbn +tftp +there'
printed 'and so is the firmware' '^b.sbn +tftp +the firmware that the configuration names is there'
rm tree/SIP42.9.loads tree/a.sbn tree/b.sbn && mv clear.xml "tree/$xml"
mv ITLFile.tlv tree

# --- what the phone may fetch besides

sed -i 's|</device>|<loadInformation>none-1</loadInformation><userLocale><name>Chile</name></userLocale></device>|' \
    "tree/$xml" && sign "tree/$xml"
comes_up 'a load that is not there does not stop it' 8800
printed 'but is a warning' '^none-1.loads +http +warning: .*can loop the phone through restarts'
shows 'a locale that is not there' 'Error update locale'
printed 'its archive is that of the model' '^Chile/sl-be-sip.jar.sgn '
mkdir tree/Chile && echo locale >tree/Chile/mk-sip.jar && echo load >tree/none-1.loads
sign tree/Chile/mk-sip.jar --root tree
comes_up 'with both there' 7900
printed 'the load is found' '^none-1.loads +tftp +the firmware'
unlike 'and the locale is taken' "$(<"$out")" 'Error update locale'
sign tree/Chile/mk-sip.jar
comes_up 'a locale signed without its folder' 7900
printed 'has the wrong name' '^Chile/mk-sip.jar.sgn .*warning: .*wrong file name: .* mk-sip.jar.sgn, .* Chile/mk-sip.jar.sgn'
sound_tree

# Without a locale phones ask for names that begin with a slash; what is signed is named without it.
printf '<tones/>\n' >tree/g3-tones.xml && sign tree/g3-tones.xml
for family in 7900:tftp:mk 7800:http:sp 8800:http:sl-be; do
    IFS=: read -r name via archive <<<"$family"
    printf 'jar\n' >"tree/$archive-sip.jar" && sign "tree/$archive-sip.jar"
    comes_up "a $name without a locale" "$name"
    for file in "$archive-sip.jar" g3-tones.xml; do
        printed "a $name takes $file by its name with a slash" "^/$file.sgn +$via +[0-9]+ bytes"
    done
done
sign tree/sl-be-sip.jar --filename /sl-be-sip.jar.sgn
comes_up 'a name inside that begins with a slash' 8800
printed 'is another name' '^/sl-be-sip.jar.sgn .*warning: .*wrong file name'
mv tree/ITLFile.tlv .
comes_up 'a 7900 without a list' 7900
printed 'asks for the clear names' '^/mk-sip.jar +tftp +[0-9]+ bytes'
mv ITLFile.tlv tree
rm tree/*-sip.jar* tree/g3-tones.xml*

# --- signed configurations

resign() { # OPTION...; the configuration, with another signature
    sign "tree/$xml" "$@"
}

new_key stranger stranger && new_key large large --bits 4096
sgnfile --build --tftp "$keys/stranger.pem" "tree/$xml" >/dev/null
stops 'a signer that no list names' 'signer not in CTL or ITL: .*CN=stranger.*CN=pbx' 7900
shows 'the phone says so' "Invalid file $xml.sgn, authenticated fail"
resign --filename other.cnf.xml.sgn
stops 'another name inside' 'wrong file name: .*other.cnf.xml.sgn.*expects SEP' 8800
now=$(date +%s)
resign --timestamp $((now + 200000))
stops 'a timestamp in the future' 'timestamp failed: .*future' 8800
resign --timestamp $((now + 3600))
comes_up 'one slightly ahead' 8800
printed 'is only doubtful' 'warning: its timestamp .* may refuse'
resign --digest sha512
for family in 7800 8800; do comes_up "SHA-512 for a $family" "$family"; done
stops 'SHA-512 for a 7900' 'bad digest algorithm: .*SHA512.*7900' 7900
resign && flip "tree/$xml.sgn" -20 tampered && cp tampered "tree/$xml.sgn"
stops 'a file that was changed' 'signature failed' 8800
cut_to "tree/$xml.sgn" 100 cut && cp cut "tree/$xml.sgn"
stops 'a file that was cut off' 'format error' 8800
new_list tree/ITLFile.tlv --sast "$keys/sast.pem" --sast "$keys/recovery.pem" --tftp "$keys/large.pem"
sgnfile --build --tftp "$keys/large.pem" "tree/$xml" >/dev/null 2>&1
comes_up 'a key of 4096 bits for an 8800' 8800
stops 'a key of 4096 bits for a 7900' 'bad modulus length: .*4096 bits.*2048' 7900
sound_tree
rm "tree/$xml.sgn" "tree/$xml"
stops 'no configuration' 'no configuration' 7900
got 'the default is asked for' XMLDefault.cnf.xml.sgn tftp

# --- what the configuration says

printf '<device><a></device>' >"tree/$xml" && resign
stops 'XML that is not well-formed' 'does not take it: malformed XML at line 1' 8800
printf '<other/>' >"tree/$xml" && resign
stops 'another root element' 'does not take it: ' 7900
{ printf '<device><a>' && head -c 2100000 /dev/zero | tr '\0' a && printf '</a></device>'; } \
    >"tree/$xml" && resign
for family in 7900 8800; do
    stops "a file over 2048 KB for a $family" 'larger than the 2048 KB' "$family"
    shows "and the $family says so" 'CFG TFTP Size Error'
done
sound_tree

# --- encrypted configurations

encrypt_config phone
for family in 7900 7800 8800; do
    comes_up "a $family decrypts" "$family" --key "$keys/phone.pem"
    printed "a $family says so" "^$xml.enc.sgn .*decrypted with the phone's key\$"
done
comes_up 'without the key it is verified alone' 8800
printed 'and said so' "not decrypted here without the phone's key"
stops 'another phone does not take it' 'certHash is not that of the phone.* CAPF' 8800 \
    --key "$keys/stranger.pem"
cp "tree/$xml.sgn" stub.sgn && cp "tree/$xml.enc.sgn" right.enc.sgn
config_text >"tree/$xml" && encrypt_config stranger && cp stub.sgn "tree/$xml.sgn"
stops 'a file encrypted to another key' 'cannot decrypt it: this key does not' 8800 \
    --key "$keys/phone.pem"
flip right.enc.sgn -5 "tree/$xml.enc.sgn"
stops 'an encrypted file that was changed' 'signature failed' 7900 --key "$keys/phone.pem"
rm "tree/$xml.enc.sgn"
stops 'a stub without its encrypted file' 'the stub leads here, .* not found' 8800 \
    --key "$keys/phone.pem"
rm "tree/$xml.sgn" tree/ITLFile.tlv
printf '<device><encrConfig>true</encrConfig><certHash></certHash></device>' >"tree/$xml"
stops 'a stub without a hash' 'certHash is empty.*CAPF' 8800 --key "$keys/phone.pem"
stops 'a 7940 takes no encrypted file' '7940 family knows only keys that are entered by hand' 7940

ok 'provd ends' stop_provd
done_testing
