#!/bin/bash
# SPDX-License-Identifier: MIT
# provbuild --adopt: a tree that the single tools made is described, and then nothing is planned.

# shellcheck disable=SC2119
# shellcheck source=tests/provbuild/lib.sh
. "${0%/*}/lib.sh"

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

site missing
tlvfile --build tftpboot/ITLFile.tlv --version 1.1 --sast pem/sast.pem --sast pem/sast2.pem \
    --ccm-tftp pem/asterisk.pem
echo "$paths" >prov.conf
mkdir keys && cp pem/asterisk.pem keys/
run build --adopt keys
like 'a SAST whose key is not there' "$(<"$err")" 'ITLFile.tlv: .*holds no private key|none of the layouts'
done_testing
