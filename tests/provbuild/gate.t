#!/bin/bash
# SPDX-License-Identifier: MIT
# provbuild: the gate that every trust list passes. A CTL and an ITL that no phone could hold
# together, a list that takes the certificates for files away, a recovery certificate that no phone
# verifies, and a signature that a configured phone may not know are refused.

# shellcheck disable=SC2119,SC2016

# shellcheck source=tests/provbuild/lib.sh
. "${0%/*}/lib.sh"

files='ccm-tftp = {pem/asterisk.pem}'
both="sast = {pem/sast.pem, pem/sast2.pem} $files"
strangers="sast = {pem/capf.pem, pem/tvs.pem} $files"
away='it names no certificate as tftp or ccm-tftp any more.*--release'

ec_key() { # NAME
    mkcert --common "SAST $1" --organization Test --unit Voice --curve secp256r1 "pem/$1.pem" \
        >/dev/null 2>&1
}

lists() {
    find tftpboot archive -name '*.tlv*' -exec cksum {} + | sort -k3
}

# What is refused changes nothing, also in a plan; by force it goes out, and the cost is said.
refused() { # NAME LIST PATTERN [SECTION TEXT]...
    local before name=$1 list=$2 pattern=$3
    before=$(lists)
    shift 3
    settings "$@"
    faulty "$name" "$list: $pattern"
    faulty "$name, in a plan" "$list: $pattern" --dry-run
    is "$name: nothing is published" "$(lists)" "$before"
}

forced() { # NAME LIST PATTERN
    run build --force
    is "$1, by force" "$code $(grep -c "^wrote $2: " "$out")" '0 1'
    like "$1, by force: it is said" "$(<"$err")" "$2: warning: $3"
    silent "$1, by force: then it is current" build
}

allowed() { # NAME LIST [SECTION TEXT]...
    local name=$1 list=$2
    shift 2
    settings "$@"
    run build
    is "$name" "$code $(grep -c "^wrote $list: " "$out")" '0 1'
}

# --- CTL and ITL together

site pairs
settings trust "$both"
build >/dev/null
refused 'a CTL of strangers' CTLFile.tlv 'all phones that hold archive/ITLFile.* hold both .*no SAST of' \
    trust "$both" more "ctl { $strangers }"
like 'what helps is said' "$(<"$err")" '; let the same certificates stand as sast in the sections trust and ctl, leave'
unlike 'and nothing that does not' "$(<"$err")" 'rotate-sast|old-sast'
like 'it says how many phones' "$(<"$err")" "; 2 of 2 phones: $other, $phone"
refused "one phone's CTL of strangers" "CTL$phone.tlv" 'all phones that hold archive/ITLFile.*no SAST of' \
    trust "$both" more "ctl '$phone' { $strangers }"
like 'it says whose' "$(<"$err")" "; 1 of 1 phones: $phone"
allowed 'a CTL of the same SASTs' CTLFile.tlv trust "$both" more "ctl { $both }"
allowed 'one that another of them signs' CTLFile.tlv trust "$both" \
    more "ctl { sast = {pem/sast2.pem, pem/sast.pem} $files }"
refused "one phone's ITL of strangers" "ITL$phone.tlv" 'all phones that hold .* would be locked out' \
    trust "$both" more "ctl { sast = {pem/sast2.pem, pem/sast.pem} $files } trust '$phone' { $strangers }"

site pairs-first
settings trust "$both" more "ctl { $strangers }"
run build
is 'of two that do not fit none goes out' "$code $(grep -c '^wrote .TLFile.tlv' "$out")" '1 0'
like 'and why is said' "$(<"$err")" 'no SAST of'

site pairs-forced
settings trust "$both"
build >/dev/null
settings trust "$both" more "ctl { $strangers }"
forced 'a CTL of strangers' CTLFile.tlv '.*no SAST of'
settings trust "$both" more "ctl { $both }"
run build --force
is 'and back' "$code $(<"$out")" '0 wrote CTLFile.tlv: content'
allowed 'what no phone could follow is no reason later' ITLFile.tlv \
    trust "$both tvs = {pem/tvs.pem}" more "ctl { $both }"

# --- a CTL whose section was taken out of the settings

site undescribed
settings trust "$both" more "ctl { $both }"
build >/dev/null
mkcert --common 'SAST Next' --organization Test --unit Voice pem/next.pem >/dev/null 2>&1
settings trust "$both"
faulty 'it stands, and cannot go with a rotation' \
    'ITLFile.tlv: .*tftpboot/CTLFile.tlv stands beside it, and no section describes it: .*remove it' \
    --rotate-sast pem/next.pem
rm tftpboot/CTLFile.tlv
run build --rotate-sast pem/next.pem
is 'without it the rotation begins' "$code $(<"$out")" '0 wrote ITLFile.tlv: content; with 1 bridge'

# --- a tree from before a rotation, with the settings of that day

site restored
settings trust "$both"
build >/dev/null
mkcert --common 'SAST Next' --organization Test --unit Voice pem/next.pem >/dev/null 2>&1
cp -a tftpboot before
build --rotate-sast pem/next.pem >/dev/null
rm -rf tftpboot && mv before tftpboot
settings trust "$both tvs = {pem/tvs.pem}"
rm -f archive/under-way
before=$(lists)
faulty 'phones hold newer lists than the tree that was put back' \
    'ITLFile.tlv: all phones that hold archive/ITLFile.tlv.* would be locked out'
like 'for whom no rotation of today helps' "$(<"$err")" '; say with --old-sast where the key of a SAST that it names'
unlike 'so none is recommended' "$(<"$err")" 'rotate with --rotate-sast'
is 'nothing is published' "$(lists)" "$before"
settings trust "${both/sast.pem/next.pem}"
run build
is 'the settings of today are taken' "$code $(<"$out")" \
    '0 wrote ITLFile.tlv: missing, taken from the archive; with 1 bridge'

# --- a tree that lost its ladder, and an archive with a list that was never given out

site never
settings trust "$both"
build --timestamp 1795300000 >/dev/null
mkcert --common 'SAST Next' --organization Test --unit Voice pem/next.pem >/dev/null 2>&1
build --rotate-sast pem/next.pem >/dev/null
later=$(($(date +%s) + 600))
cp "tftpboot/.ladder/$(sed -n 's/^ITLFile.tlv \([^ ]*\) .*/\1/p' tftpboot/.ladder/rungs)" tftpboot/ITLFile.tlv
rm -r tftpboot/.ladder
tlvfile --build later.tlv --filename ITLFile.tlv --version 1.1 --timestamp $later --sast pem/tvs.pem \
    --sast pem/sast2.pem --ccm-tftp pem/asterisk.pem >/dev/null
cp later.tlv archive/ITLFile.tlv.$later
settings trust 'sast = {pem/tvs.pem, pem/sast2.pem} ccm-tftp = {pem/asterisk.pem}'
before=$(lists)
faulty 'what stood once counts, though a bridge was in its place' \
    'ITLFile.tlv: all phones that hold archive/ITLFile.tlv.*; 2 of 2 phones'
is 'nothing is published' "$(lists | grep -v archive)" "$(grep -v archive <<<"$before")"

# --- settings that name the newest SAST, and are refused for another reason

site catching-up
settings trust "$both"
build >/dev/null
mkcert --common 'SAST Next' --organization Test --unit Voice pem/next.pem >/dev/null 2>&1
build --rotate-sast pem/next.pem >/dev/null
settings trust 'sast = {pem/next.pem, pem/sast2.pem}'
faulty 'the rotation is not forgotten' "ITLFile.tlv: $away"
settings trust "$both"
silent 'so that the settings of before go on with it' build

# --- certificates for files

site files
settings trust "$both"
build >/dev/null
refused 'a list that takes them away' ITLFile.tlv "$away" trust "${both/$files/}"
refused 'with others in it' ITLFile.tlv "$away" trust "${both/$files/tvs = \{pem/tvs.pem\}}"
refused "one phone's" "ITL$phone.tlv" "$away" trust "$both" \
    more "trust '$phone' { ${both/$files/} }"
settings trust "${both/$files/}"
forced 'a list that takes them away' ITLFile.tlv "$away"
allowed 'they come back' ITLFile.tlv trust "$both"

site files-first
settings trust "${both/$files/}"
run build
is 'a first list without them' "$code $(grep -c '^wrote ITLFile.tlv: new' "$out")" '0 1'
like 'is told' "$(<"$err")" 'ITLFile.tlv: warning: it names no certificate as tftp or ccm-tftp'
allowed 'and may change' ITLFile.tlv trust "${both/$files/tvs = \{pem/tvs.pem\}}"

site files-ctl
settings trust "$both" more "ctl { $both }"
build >/dev/null
refused 'a CTL that takes them away' CTLFile.tlv "$away" trust "$both" more "ctl { ${both/$files/} }"

site files-emptied
settings trust "$both"
build >/dev/null
rm tftpboot/ITLFile.tlv
refused 'after the tree was emptied' ITLFile.tlv "$away" trust "${both/$files/}"

# --- the recovery certificate

site recovery
ec_key curved
refused 'an EC one' ITLFile.tlv 'the certificate of record 2 .SAST. holds an EC key: phones verify lists with RSA alone' \
    trust "sast = {pem/sast.pem, pem/curved.pem} $files"
forced 'an EC one' ITLFile.tlv 'the certificate of record 2 .SAST. holds an EC key: phones verify lists with RSA alone'
allowed 'an RSA one instead' ITLFile.tlv trust "$both"
refused 'an EC one instead' ITLFile.tlv 'the certificate of record 2 .SAST. holds an EC key: phones verify lists with RSA alone' \
    trust "sast = {pem/sast.pem, pem/curved.pem} $files"

# --- what a phone may not know

site loads
sed -i 's/SIP42/sip88xx/' source/SEP*.cnf.xml
settings trust "$both"
build >/dev/null
sed -i 's|<loadInformation>.*</loadInformation>||' "source/$other.cnf.xml"
refused 'a digest, and a phone without a load' ITLFile.tlv \
    "1 phones may be locked out, since their configurations name no load .*$other: " \
    trust "digest = sha512 $both"
sed -i 's|<device>|<device><loadInformation></loadInformation>|' "source/$other.cnf.xml"
refused 'with an empty one' ITLFile.tlv '1 phones may be locked out' trust "digest = sha512 $both"
sed -i 's|<loadInformation>.*</loadInformation>|<loadInformation>SIP69xx.9-4-1</loadInformation>|' "source/$other.cnf.xml"
refused 'with one of phones of which nobody knows' ITLFile.tlv \
    "1 phones may be locked out, .* load of phones that are known to verify it: $other: " \
    trust "digest = sha512 $both"
rm "source/$other.cnf.xml"
allowed 'with newer ones alone' ITLFile.tlv trust "digest = sha512 $both"

# --- a tree that was set back is no excuse

site back
both_of() { echo "sast = {pem/$1.pem, pem/sast2.pem} $files"; }
mkcert --common 'SAST Next' --organization Test --unit Voice pem/next.pem >/dev/null 2>&1
settings trust "$(both_of sast)"
build >/dev/null && cp -R tftpboot before
build --rotate-sast pem/next.pem >/dev/null
settings trust "$(both_of next)"
silent 'the settings name the new one' build
rm -rf tftpboot && mv before tftpboot
refused 'the settings are set back, too' ITLFile.tlv 'all phones that hold archive/ITLFile.tlv.* would be locked out' \
    trust "$(both_of sast)"
allowed 'the tree alone' ITLFile.tlv trust "$(both_of next)"

done_testing
