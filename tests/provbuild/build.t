#!/bin/bash
# SPDX-License-Identifier: MIT
# provbuild: what is built, that it is kept current, and what a run says.

# shellcheck disable=SC2119,SC2016

# shellcheck source=tests/provbuild/lib.sh
. "${0%/*}/lib.sh"

clear_remark='in clear text: there is no certificate of this phone'

site first
built 'a first run' "wrote ITLFile.tlv: new
wrote Chile/mk-sip.jar.sgn: new
wrote $other.cnf.xml.sgn: new; $clear_remark
wrote $phone.cnf.xml.enc.sgn: new
wrote SoftKeys.xml.sgn: new
wrote term42.SBN: new"
silent 'a second run' build
silent 'a plan of it' build --dry-run
is 'the tree' "$(cd tftpboot && find . -type f | sort)" "./.ladder/archive
./Chile/mk-sip.jar.sgn
./ITLFile.tlv
./$other.cnf.xml.sgn
./$phone.cnf.xml.enc.sgn
./$phone.cnf.xml.sgn
./SoftKeys.xml.sgn
./term42.SBN"
no_temporaries 'nothing else is left'
ok 'excluded files are copied, whatever the case of their ending' \
    same source/term42.SBN tftpboot/term42.SBN
done_well 'all is signed' sgnfile --parse --tftp pem/asterisk.pem tftpboot/*.sgn tftpboot/Chile/*.sgn
is 'all signatures are valid' "$(grep -c '^Valid signature$' "$out")" 5
is 'a name inside holds the folder' "$(field tftpboot/Chile/mk-sip.jar.sgn Filename)" \
    Chile/mk-sip.jar.sgn
done_well 'the list' tlvfile --parse tftpboot/ITLFile.tlv
printed 'the list is as described' '^Signer Version: *1\.1$'
is 'roles in order' "$(sed -n 's/^Role: *//p' "$out" | tr '\n' ' ')" 'SAST SAST CCM+TFTP '
is 'public files are open' "$(mode tftpboot/SoftKeys.xml.sgn) $(mode tftpboot/ITLFile.tlv)" '644 644'
decrypts_to 'the phone can read its configuration' "$phone"

# --- what is not current

changes() { # NAME FILE REASON COMMAND...
    local name=$1 file=$2 reason=$3
    shift 3
    "$@" || exit 1
    built "$name" "wrote $file: $reason"
    silent "$name: then it is current" build
}
resign() { # FILE NAME OPTION...
    cp source/SoftKeys.xml s && sgnfile --build --filename "$2" "${@:3}" s && mv s.sgn "$1" && rm s
}
keys=tftpboot/SoftKeys.xml.sgn
changes 'content' SoftKeys.xml.sgn content eval 'echo "<more/>" >source/SoftKeys.xml'
changes 'another signer' SoftKeys.xml.sgn signer resign $keys SoftKeys.xml.sgn --tftp pem/apache.pem
changes 'another digest' SoftKeys.xml.sgn digest \
    resign $keys SoftKeys.xml.sgn --tftp pem/asterisk.pem --digest sha512
changes 'another name inside' SoftKeys.xml.sgn name resign $keys x.sgn --tftp pem/asterisk.pem
changes 'another layout' SoftKeys.xml.sgn layout \
    resign $keys SoftKeys.xml.sgn --tftp pem/asterisk.pem --layout 4.13
pair() { # OPTION...: the phone's pair by enccnf
    cp "source/$phone.cnf.xml" tftpboot/ && enccnf --build --tftp pem/asterisk.pem "$@" \
        "tftpboot/$phone.cnf.xml"
}
changes 'a pair in another layout' "$phone.cnf.xml.enc.sgn" layout \
    pair --certificate "devices/$phone.pem" --layout 4.11
changes 'a pair with another digest' "$phone.cnf.xml.enc.sgn" digest \
    pair --certificate "devices/$phone.pem" --digest sha512
pair --certificate "devices/$phone.pem"
silent 'what enccnf built as it is wanted is current' build
resign $keys SoftKeys.xml.sgn --tftp pem/asterisk.pem
silent 'what sgnfile built as it is wanted is current' build
damaged() { # FILE OFFSET
    flip "$1" "$2" damaged && cat damaged >"$1"
}
changes 'a damaged signature' SoftKeys.xml.sgn signature damaged $keys 300
changes 'a damaged header' SoftKeys.xml.sgn unreadable damaged $keys 1
changes 'half a file' SoftKeys.xml.sgn content eval 'head -c -3 $keys >half; cat half >$keys'
changes 'an empty file' SoftKeys.xml.sgn unreadable eval ': >$keys'
changes 'a damaged ciphertext' "$phone.cnf.xml.enc.sgn" signature \
    damaged "tftpboot/$phone.cnf.xml.enc.sgn" 800
changes 'a configuration' "$phone.cnf.xml.enc.sgn" content configuration "$phone" '<a/>'
decrypts_to 'the phone can read the new one' "$phone"
changes 'a lost stub' "$phone.cnf.xml.enc.sgn" new rm "tftpboot/$phone.cnf.xml.sgn"
changes 'a lost encrypted file' "$phone.cnf.xml.enc.sgn" new rm "tftpboot/$phone.cnf.xml.enc.sgn"
changes 'a copy' term42.SBN content eval 'echo x >source/term42.SBN'
changes 'a lost file in a lost folder' Chile/mk-sip.jar.sgn new rm -r tftpboot/Chile

# --- patterns

sed -i s/SIP42/sip88xx/ "source/$phone.cnf.xml"
build >/dev/null
settings more 'sign "SEP5897*" { digest = sha512 } sign "Chile/*" { layout = "4.11" }
    sign "*.jar" { digest = sha512 }'
built 'sections for patterns' "wrote Chile/mk-sip.jar.sgn: digest
wrote $phone.cnf.xml.enc.sgn: digest"
silent 'they hold' build
is 'a phone by its name' "$(field "tftpboot/$phone.cnf.xml.sgn" 'Digest Algorithm')" 'SHA512'
is 'a file by its folder and its ending' "$(field tftpboot/Chile/mk-sip.jar.sgn 'Digest Algorithm')" \
    'SHA512'

# --- nothing is done by a plan

settings
before=$(snapshot)
configuration "$other" '<b/>'
built 'a plan' "would write Chile/mk-sip.jar.sgn: digest
would write $other.cnf.xml.sgn: content; $clear_remark
would write $phone.cnf.xml.enc.sgn: digest" --dry-run
unchanged 'a plan changes nothing' "$before"
run build --json
is 'JSON' "$(perl -MJSON::PP -0777 -ne '$_ = decode_json($_);
    print join(" ", $_->{changed}, $_->{failed}, $_->{current}, map { "$_->{file}=$_->{reason}" }
        @{$_->{changes}})' "$out")" \
    "3 0 2 Chile/mk-sip.jar.sgn=digest $other.cnf.xml.sgn=content $phone.cnf.xml.enc.sgn=digest"

# --- one thread or many

for jobs in 1 2 64; do
    rm -rf tftpboot/* tftpboot/.ladder secure/* archive/*
    run build --jobs $jobs --timestamp 1795300000
    is "--jobs $jobs: all is built" "$code $(lines "$out")" '0 6'
    (cd tftpboot && cat ITLFile.tlv SoftKeys.xml.sgn Chile/* $other*) >"jobs$jobs"
done
ok '--jobs 2 gives the same bytes as 1' same jobs1 jobs2
ok '--jobs 64 too' same jobs1 jobs64

# --- what cannot be built

before=$(cksum <"tftpboot/$phone.cnf.xml.enc.sgn")
printf '<device><pw>%s</device>' "$password" >"source/$phone.cnf.xml"
echo '<soft/>' >source/SoftKeys.xml
faulty 'bad XML' "$phone.cnf.xml: malformed XML at line 1, column [0-9]+: an end tag"
printed 'bad XML: the others are built' '^wrote SoftKeys.xml.sgn: content$'
is 'bad XML: what stands stays' "$(cksum <"tftpboot/$phone.cnf.xml.enc.sgn")" "$before"
unlike 'bad XML: no password is said' "$(<"$err")" "$password"
configuration "$phone" '<a/>'
printf '<device>' >"source/$other.cnf.xml"
faulty 'bad XML of a phone without a certificate' "$other.cnf.xml: malformed XML"
configuration "$other"
build >/dev/null

refuses() { # NAME PATTERN FILE
    touch "source/$3"
    faulty "$1" "$2"
    is "$1: nothing is published" "$(cd tftpboot && find . -name "*${3##*/}*")" ''
    rm "source/$3"
}
refuses 'a key' 'my.pem: keys have no place' my.pem
refuses 'a configuration that was kept' 'SEP58971ECC97C1.cnf.xml.bak: it names a phone but' \
    SEP58971ECC97C1.cnf.xml.bak
refuses 'a configuration in lower case' 'sep58971ecc97c1.cnf.xml: it names a phone' \
    sep58971ecc97c1.cnf.xml
refuses 'digits in lower case' 'SEP00aabbccddff.cnf.xml: phones ask for this name in capitals' \
    SEP00aabbccddff.cnf.xml
refuses 'a configuration in a folder' 'Chile/SEP001122334455.cnf.xml: .* move it to the top' \
    Chile/SEP001122334455.cnf.xml
refuses 'a trust list' 'CTLFile.tlv: trust lists are built' CTLFile.tlv
cp tftpboot/SoftKeys.xml.sgn source/signed.xml
faulty 'a file that is signed already' 'signed.xml: it carries a signature already'
rm source/signed.xml
settings sign 'certificate = pem/asterisk.pem exclude = { firmware, "kept.*" }'
for file in BOOT69xx.0-0-0-14.zz.sgn SCCP6945.9-3-1-3.bin1.sgn CP7912.SBIN APP3905.zz P003.sb2 kept.png; do
    printf 'raw' >"source/$file"
done
build >/dev/null
is 'firmware is copied as it is, by all endings' \
    "$(cd tftpboot && printf '%s\n' BOOT69xx* SCCP6945* CP7912* APP3905* P003* kept* | sort | paste -sd' ')" \
    'APP3905.zz BOOT69xx.0-0-0-14.zz.sgn CP7912.SBIN P003.sb2 SCCP6945.9-3-1-3.bin1.sgn kept.png'
rm source/{BOOT69xx,SCCP6945,CP7912,APP3905,P003,kept}* tftpboot/{BOOT69xx,SCCP6945,CP7912,APP3905,P003,kept}*
settings
printf x >source/SoftKeys.xml.sgn
settings sign 'certificate = pem/asterisk.pem exclude = {"*.sbn", "*.sgn"}'
faulty 'two sources of one name' 'SoftKeys.xml(.sgn)?: two sources would be published under one name'
rm source/SoftKeys.xml.sgn
settings
touch source/.hidden
silent 'dot files are nobody'"'"'s' build
ln -s /etc source/link
faulty 'a link to a folder' 'link: this link leads to no regular file'
rm source/link
ln -s "$PWD/source/SoftKeys.xml" source/linked.xml
built 'a link to a file' 'wrote linked.xml.sgn: new'
rm source/linked.xml tftpboot/linked.xml.sgn

# --- certificates that ran out

mkcert -c short -o O -u U -y 1 short.pem >/dev/null
settings sign 'certificate = short.pem exclude = {"*.sbn"}' \
    trust 'sast = {pem/sast.pem, pem/sast2.pem} ccm-tftp = {pem/asterisk.pem, short.pem}'
build >/dev/null 2>&1
silent 'a certificate that holds' build
configuration "$other" '<c/>'
later=$(($(date +%s) + 500 * 86400))
before=$(snapshot)
faulty 'an expired signer' "$other.cnf.xml: its signer .*short.pem has expired" --timestamp $later
unchanged 'an expired signer signs nothing' "$before"
faulty 'a signer that is not valid yet' \
    "($other.cnf.xml|ITLFile.tlv): its signer .*short.pem is not valid yet|the clock is more" \
    --timestamp 1795000000

# --- usage and settings

misused 'phones without --force' 'named after --force alone' build "$phone"
misused 'no phone' 'x is no phone' build --force x
misused 'no number' '--jobs must be a number' build --jobs 0
run provbuild --config none.conf
like 'no settings' "$code $(<"$err")" '^1 provbuild: none.conf: cannot open it'
settings paths 'tftpboot = tftpboot'
faulty 'no source' 'set source in section paths'
settings paths 'source = nowhere tftpboot = tftpboot'
faulty 'a source that is not there' 'source: cannot use .*nowhere'
settings paths 'source = source tftpboot = nowhere archive = archive'
faulty 'a tree that is not there' 'tftpboot: cannot use .*nowhere'
for inner in secure devices archive; do
    mkdir -p "tftpboot/inner"
    settings paths "source = source tftpboot = tftpboot $inner = tftpboot/inner"
    faulty "$inner in the public tree" "$inner .*tftpboot/inner.* are one within the other"
done
rmdir tftpboot/inner
settings paths 'source = . tftpboot = tftpboot archive = archive'
faulty 'a tree in the source' 'source .* are one within the other'
printf 'paths { source = source tftpboot = tftpboot }' >prov.conf
faulty 'nothing on signing' 'nothing says how files are to be signed'

done_testing
