#!/bin/bash
# SPDX-License-Identifier: MIT
# provbuild: trust lists, and that none is published that phones would not follow.

# shellcheck disable=SC2119,SC2016

# shellcheck source=tests/provbuild/lib.sh
. "${0%/*}/lib.sh"

both='sast = {pem/sast.pem, pem/sast2.pem} ccm-tftp = {pem/asterisk.pem}'
swapped='sast = {pem/sast2.pem, pem/sast.pem} ccm-tftp = {pem/asterisk.pem}'
stranger='sast = {pem/capf.pem, pem/tvs.pem} ccm-tftp = {pem/asterisk.pem}'
list=tftpboot/ITLFile.tlv

timestamp() { # LIST
    tlvfile --parse --json "$1" | perl -MJSON::PP -0777 -ne 'print decode_json($_)->{files}[0]{timestamp}
        // decode_json($_)->{timestamp}'
}
archived() {
    find archive -name '*.tlv.*' | wc -l
}
follows() { # NAME OLD NEW
    run tlvfile --diff "$2" "$3"
    is "$1" "$code" 0
}

# --- built and kept

site first
settings trust "$both"
run build --timestamp 1795300000
is 'the first list' "$code $(head -n 1 "$out")" '0 wrote ITLFile.tlv: new'
cp $list first.tlv
ok 'it is in the archive, by its time' same $list archive/ITLFile.tlv.1795300000
silent 'it is current' build --timestamp 1795300000
settings trust "$swapped"
run build --timestamp 1795300001
is 'another one' "$code $(<"$out")" '0 wrote ITLFile.tlv: content'
follows 'phones follow' first.tlv $list
is 'both are in the archive' "$(archived)" 2
settings trust "$both"
run build --timestamp 1795300001
is 'a third in the same second' "$code $(<"$out")" '0 wrote ITLFile.tlv: content'
is 'it is newer than the one before' "$(timestamp $list)" 1795300002
sed -i 's/SIP42/sip88xx/' source/SEP*.cnf.xml # older phones know no SHA-512
build >/dev/null
settings trust "digest = sha512 layout = callmanager version = \"1.1\" $both app-server = {pem/apache.pem}"
run build
is 'digest, version and roles' "$code $(<"$out")" '0 wrote ITLFile.tlv: content'
run tlvfile --parse $list
is 'they are in the list' "$(sed -n -E 's/^(Digest Algorithm|Signer Version|Role): *//p' "$out" |
    tr '\n' ' ')" '1.1 SHA512 SAST SAST CCM+TFTP APP-SERVER '

# --- refused

before=$(snapshot)
settings trust "$stranger"
faulty 'a list that nobody would follow' 'ITLFile.tlv: all phones that hold archive/ITLFile.tlv.1795300000 would be locked out: .* it is signed by'
unchanged 'it is not published' "$before"
faulty 'neither is it planned' 'ITLFile.tlv: all phones' --dry-run
settings trust "layout = \"4.13\" $both"
faulty 'the signer in another layout' 'ITLFile.tlv: all phones .* written in another layout'
settings trust 'sast = {pem/sast.pem} ccm-tftp = {pem/asterisk.pem}'
run build
is 'a list with one SAST' "$code $(<"$out")" '0 wrote ITLFile.tlv: content'
like 'is built, and said to be unwise' "$(<"$err")" 'ITLFile.tlv: warning: .*one SAST'
silent 'and is not said again' build
settings trust "$stranger"
cp $list held.tlv
run build --force
is '--force' "$code $(head -n 1 "$out")" '0 wrote ITLFile.tlv: content'
like '--force says what it costs' "$(<"$err")" 'ITLFile.tlv: warning: all phones that hold .* would refuse the new list'
ok '--force keeps the old list' grep -qlF -f held.tlv -r archive
run tlvfile --diff held.tlv $list
is 'phones do not follow' "$code" 1
printf x >$list
faulty 'a broken list' 'ITLFile.tlv: tftpboot/ITLFile.tlv cannot be trusted'
is 'a broken list stays as it is' "$(<$list)" x
run build --force
done_well '--force replaces it' tlvfile --parse $list

# --- an emptied tree is not a first start

site emptied
settings trust "$both"
build --timestamp 1795300000 >/dev/null
cp $list published.tlv
rm -rf tftpboot/*
settings trust "$stranger"
faulty 'an emptied tree and other keys' 'ITLFile.tlv: all phones that hold archive/ITLFile.tlv.1795300000 would be'
not_ok 'no list is published' test -e $list
settings trust "$both"
run build --timestamp 1795300100
is 'an emptied tree' "$code $(head -n 1 "$out")" \
    '0 wrote ITLFile.tlv: missing, taken from the archive'
ok 'the list is the one that phones hold' same $list published.tlv
rm $list
settings trust "$swapped"
run build --timestamp 1795300100
is 'a lost list that is to be another' "$code $(head -n 1 "$out")" '0 wrote ITLFile.tlv: new'
follows 'phones follow' published.tlv $list
cp published.tlv $list
run build --timestamp 1795300100
is 'an older list was put back' "$code $(<"$out")" '0 wrote ITLFile.tlv: missing, taken from the archive'
is 'the newer one stands again' "$(timestamp $list)" 1795300100
printf x >archive/ITLFile.tlv.1795309999
rm $list
faulty 'a broken archive' 'archive/ITLFile.tlv.1795309999: .*phones may hold what it was'
rm archive/ITLFile.tlv.1795309999 && mv archive gone
faulty 'no archive' "archive: cannot use archive: .*; see whether it is mounted, or make it"
not_ok 'no list without an archive' test -e $list
mv gone archive
settings paths 'source = source tftpboot = tftpboot'
faulty 'an archive must be named' 'trust lists need an archive'

# A list that came from elsewhere is kept from the first run on.
site adopted
tlvfile --build $list --sast pem/sast.pem --sast pem/sast2.pem --ccm-tftp pem/asterisk.pem
settings trust "$both"
build >/dev/null
is 'a list by tlvfile is current' "$(grep -c ITLFile "$out")" 0
ok 'and goes to the archive' same $list "$(find archive -name '*.tlv.*')"

# --- the clock

site clock
settings trust "$both"
build --timestamp 1795300000 >/dev/null
echo '<soft>3</soft>' >source/SoftKeys.xml
before=$(snapshot)
faulty 'a clock set back' 'the clock is more than a day behind ITLFile.tlv' --timestamp 1795200000
rm $list
faulty 'a clock set back and a lost list' 'the clock is more than a day behind ITLFile.tlv' \
    --timestamp 1795200000
cp archive/*.tlv.* $list
unchanged 'a clock set back publishes nothing' "$before"
settings trust "$swapped"
run build --timestamp 1795299000
is 'a clock a little behind' "$code $(head -n 1 "$out")" '0 wrote ITLFile.tlv: content'
is 'gives a list that is newer all the same' "$(timestamp $list)" 1795300001

# --- lists of single phones, and CTLs

site single
settings trust "$both" more "trust '$phone' { $both tvs = {pem/tvs.pem} } ctl { $both }
    ctl '$phone' { $both }"
run build
is 'four lists' "$code $(head -n 4 "$out" | sort | tr '\n' ' ')" "0 wrote CTLFile.tlv: new wrote \
CTL$phone.tlv: new wrote ITLFile.tlv: new wrote ITL$phone.tlv: new "
is 'the name inside' "$(tlvfile --parse "tftpboot/CTL$phone.tlv" | sed -n 's/^Filename: *//p')" \
    CTLFile.tlv
silent 'they are current' build
settings trust "$both" more "trust '$phone' { $stranger } ctl { $both } ctl '$phone' { $both }"
faulty "a phone's list that it would not follow" \
    "ITL$phone.tlv: all phones that hold archive/ITL.* would be locked out.*; 1 of 1 phones: $phone"
settings trust "$stranger" more "trust '$phone' { $both } ctl { $both } ctl '$phone' { $both }"
before=$(cksum <$list)
run build
is 'the generic one is refused, the other built' "$code $(<"$out")" "1 wrote ITL$phone.tlv: content"
is 'the generic one stays' "$(cksum <$list)" "$before"
run build --force "$phone"
is '--force for a phone is not for all' "$code" 1
site behind
settings trust "$both"
build >/dev/null
settings trust "$both" more "trust '$phone' { $stranger }"
faulty 'a first list of its own must follow the generic one' \
    "ITL$phone.tlv: all phones that hold archive/ITLFile.tlv.* would be"
run build --force "$phone"
is '--force for this phone' "$code $(<"$out")" "0 wrote ITL$phone.tlv: new"
settings trust "$both tvs = {pem/tvs.pem}"
run build
is 'whom no list for all leads on anyway is no reason to refuse another one' "$code $(<"$out")" \
    '0 wrote ITLFile.tlv: content'

# --- lists before files

site signer
settings trust "$both"
build >/dev/null
settings trust "$both" sign 'certificate = pem/apache.pem exclude = {"*.sbn"}'
before=$(snapshot)
faulty 'a signer that no list names' '[^ ]+: phones would refuse it: its signer .*apache.pem is not in the trust list'
unchanged 'nothing is signed by it' "$before"
settings trust "$both" sign 'certificate = pem/asterisk.pem layout = "4.13" exclude = {"*.sbn"}'
faulty 'a signer whose name the list writes in another layout' \
    '[^ ]+: phones would refuse it: .* written there in another layout'
unchanged 'nothing is signed in it' "$before"
settings trust "$stranger" sign 'certificate = pem/apache.pem exclude = {"*.sbn"}'
run build
is 'a list that is refused names no signer' "$code $(<"$out")" '1 '
unchanged 'nothing is signed' "$before"
settings trust "${both/asterisk.pem/asterisk.pem, pem/apache.pem}" \
    sign 'certificate = pem/apache.pem exclude = {"*.sbn"}'
run build
is 'listed and used' "$code $(head -n 1 "$out") $(grep -c ': signer' "$out")" \
    '0 wrote ITLFile.tlv: content 4'
rm -rf tftpboot/* tftpboot/.ladder secure/* archive/*
settings trust '' sign 'certificate = pem/apache.pem exclude = {"*.sbn"}'
run build
is 'without any list nothing is in the way' "$code" 0

# --- keys of lists

site keys
settings trust 'sast = {pem/none.pem}'
faulty 'a missing key' '(pem/none.pem: cannot open it|ITLFile.tlv: it cannot be built without pem/none.pem)'
openssl x509 -in pem/sast.pem -out sast.crt
settings trust 'sast = {sast.crt, pem/sast2.pem}'
faulty 'a signer without its key' '(sast.crt: it holds no private key|ITLFile.tlv: it cannot)'
settings trust 'sast = {pem/sast.pem, sast2.crt}'
openssl x509 -in pem/sast2.pem -out sast2.crt
run build
is 'the second SAST needs none' "$code" 0
later=$(($(date +%s) + 20 * 365 * 86400))
settings trust 'sast = {pem/sast.pem, sast2.crt} tvs = {pem/tvs.pem}'
before=$(snapshot)
faulty 'an expired SAST' '(ITLFile.tlv: its signer pem/sast.pem has expired|.*: its signer .*)' \
    --timestamp $later
unchanged 'nothing is published' "$before"

done_testing
