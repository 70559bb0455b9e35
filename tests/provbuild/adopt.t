#!/bin/bash
# SPDX-License-Identifier: MIT
# provbuild --adopt: a tree that the single tools made is described, and then nothing is planned.

# shellcheck disable=SC2119
# shellcheck source=tests/provbuild/lib.sh
. "${0%/*}/lib.sh"
may_hold '*/kept/*' # what was in the tree before

paths='paths { source = source tftpboot = tftpboot secure = secure devices = devices archive = archive }'

for layout in callmanager 4.11 4.13; do
    site "tools-$layout"
    tlvfile --build tftpboot/ITLFile.tlv --version 1.1 --layout "$layout" --sast pem/sast.pem \
        --sast pem/sast2.pem --ccm pem/asterisk.pem --tftp pem/asterisk.pem --tvs pem/tvs.pem
    tlvfile --build "tftpboot/CTL$phone.tlv" --digest sha512 --layout "$layout" --sast pem/sast2.pem \
        --sast pem/sast.pem --ccm-tftp pem/asterisk.pem
    cp -R source/. tftpboot/ && rm tftpboot/term42.SBN
    (cd tftpboot && sgnfile --build --layout "$layout" --tftp ../pem/asterisk.pem --root . \
        "$other.cnf.xml" Chile/mk-sip.jar)
    (cd tftpboot && sgnfile --build --layout "$layout" --digest sha512 --tftp ../pem/asterisk.pem \
        --root . SoftKeys.xml)
    (cd tftpboot && cp "$phone.cnf.xml" ../secure/ && chmod 640 "../secure/$phone.cnf.xml" &&
        enccnf --build --layout "$layout" --tftp ../pem/asterisk.pem \
            --certificate "../devices/$phone.pem" "$phone.cnf.xml")
    rm -f "tftpboot/$other.cnf.xml" tftpboot/SoftKeys.xml tftpboot/Chile/mk-sip.jar
    cp source/term42.SBN tftpboot/
    echo "$paths" >prov.conf
    mkdir keys && cp pem/sast.pem pem/sast2.pem pem/asterisk.pem keys/
    before=$(snapshot)
    run build --adopt keys --dry-run
    is "$layout: it can be tried" "$code $(cat prov.conf)" "0 $paths"
    run build --adopt keys
    is "$layout: a tree is adopted" "$code $(<"$err")" '0 '
    unchanged "$layout: it stays as it is" "$before"
    silent "$layout: nothing is planned" build --dry-run
    silent "$layout: nothing is done" build
    is "$layout: the lists are in the archive" "$(find archive -name '*.tlv.*' | wc -l)" 2
    ok "$layout: a certificate that no file held has one now" grep -q adopted- prov.conf
    faulty "$layout: only once" 'prov.conf describes lists or signatures already' --adopt keys
done

# --- sources that are lost

third=SEP001122334455 # has a certificate, and stands in clear
site lost
configuration "$third"
settings more 'sign "SoftKeys.xml" { digest = sha512 }'
build >/dev/null
cp "pem/$phone.pem" there.pem && mkcert -c "$third" -o O -u U third.pem >/dev/null &&
    openssl x509 -in third.pem -out "devices/$third.pem"
echo text >phone.txt && sgnfile --build --tftp pem/asterisk.pem --filename "$other.txt.sgn" phone.txt &&
    mv phone.txt.sgn "tftpboot/$other.txt.sgn"
echo foreign >foreign.xml && sgnfile --build --tftp pem/apache.pem foreign.xml &&
    mv foreign.xml.sgn tftpboot/
cp -R source kept && rm -rf source && mkdir source
echo "$paths" >prov.conf
mkdir keys && cp pem/sast.pem pem/sast2.pem pem/asterisk.pem keys/
before=$(snapshot)
taken='Chile/mk-sip.jar: its source was lost, and is taken out of Chile/mk-sip.jar.sgn
@ SEP00AABBCCDDEE.cnf.xml: its source was lost, and is taken out of SEP00AABBCCDDEE.cnf.xml.sgn
@ SEP58971ECC97C1.cnf.xml: its source was lost, and is taken from the secure root
@ SoftKeys.xml: its source was lost, and is taken out of SoftKeys.xml.sgn'
run build --adopt keys --dry-run
is 'it can be tried' "$code $(grep '^#' "$out")" "0 # would write ${taken//@/# would write}"
is 'without a trace' "$(find source -type f) $(cat prov.conf)" " $paths"
run build --adopt keys
is 'what was signed has its source back' "$code $(<"$out")" "0 wrote ${taken//@/wrote}"
for file in Chile/mk-sip.jar "$other.cnf.xml" "$phone.cnf.xml" SoftKeys.xml; do
    ok "$file as it was" same "source/$file" "kept/$file"
done
is 'they are for their owner alone' "$(stat -c %a "source/$phone.cnf.xml" source/SoftKeys.xml | tr '\n' ' ')" \
    '600 600 '
like 'a phone that would become encrypted is said' "$(<"$err")" \
    "$third.cnf.xml: warning: it has no source, and with one it would be encrypted"
like 'so is what would not be published' "$(<"$err")" \
    "$other.txt: warning: it has no source, and none of this name"
like 'so are files by another key' "$(<"$err")" 'warning: 1 signed files are by a key that is not in keys'
is 'and nothing else' "$(lines "$err")" 3
unchanged 'the tree stays as it is' "$before"
silent 'nothing is planned' build --dry-run
silent 'nothing is done' build
unchanged 'nothing at all' "$before"

site closed
build >/dev/null
cp -R source kept && rm -rf source secure/* && mkdir source
echo "$paths" >prov.conf
mkdir keys && cp pem/sast.pem pem/sast2.pem pem/asterisk.pem keys/
before=$(snapshot)
run build --adopt keys
is 'an encrypted configuration without its clear text' "$code $(cat "$err")" "0 provbuild: $phone.cnf.xml: \
warning: it has no source and is encrypted: only the phone's key opens it (enccnf --remove --key); without that, \
write the configuration anew; --prune would remove it"
not_ok 'it is not made up' test -e "source/$phone.cnf.xml"
silent 'nothing is planned' build --dry-run
silent 'nothing is done' build
unchanged 'nothing is lost' "$before"
echo changed >"secure/$phone.cnf.xml"
echo "$paths" >prov.conf
run build --adopt keys
like 'another text in the secure root is not taken' "$(<"$err")" "$phone.cnf.xml: warning: it has no source and"

site missing
tlvfile --build tftpboot/ITLFile.tlv --version 1.1 --sast pem/sast.pem --sast pem/sast2.pem \
    --ccm-tftp pem/asterisk.pem
echo "$paths" >prov.conf
mkdir keys && cp pem/asterisk.pem keys/
run build --adopt keys
like 'a SAST whose key is not there' "$(<"$err")" 'ITLFile.tlv: .*holds no private key|none of the layouts'
done_testing
