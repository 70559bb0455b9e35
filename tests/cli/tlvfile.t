#!/bin/bash
# SPDX-License-Identifier: MIT
# tlvfile: what it refuses to build, what it warns about, what it shows. See also continuity.t.

# shellcheck source=tests/cli/lib.sh
. "${0%/*}/lib.sh"
copy_inputs

a=pem/sast.pem
b=pem/sast2.pem
now=$(date +%s)

# Each refusal leaves no list.
refuses() { # NAME PATTERN ARGUMENT...
    local name=$1 pattern=$2
    shift 2
    rm -f x.tlv
    refused "$name" "$pattern" tlvfile --build x.tlv "$@"
    is "$name: no list comes of it" "$(find . -name '*x.tlv*' -o -name '.*.tmp')" ''
}

# A list that is built with this warning and no other, unless told how many. It names who signs files.
warns() { # NAME PATTERN LINES ARGUMENT...
    local name=$1 pattern=$2 count=$3
    shift 3
    rm -f x.tlv
    warned "$name" "$pattern" tlvfile --build x.tlv "$@" --tftp pem/tvs.pem
    is "$name: warnings" "$(lines "$err")" "$count"
    ok "$name: the list is written" test -s x.tlv
}

certificate_of() { # PEM; without the key
    sed -n '/BEGIN CERTIFICATE/,$p' "$1"
}

key_of() { # PEM; without the certificate
    sed '/BEGIN CERTIFICATE/,$d' "$1"
}

# --- refused

misused 'no SAST certificate' '--build needs --sast, the certificate and key that sign the list$' \
    tlvfile --build x.tlv --tftp pem/asterisk.pem
misused 'no certificate at all' '--build needs --sast' tlvfile --build x.tlv
refuses 'three SAST certificates' '3 SAST certificates; phones take at most 2$' \
    --sast "$a" --sast "$b" --sast pem/tvs.pem
refuses 'the same SAST certificate twice' \
    'CN=SAST acme;O=SAST;OU=SAST stands twice in role SAST; give each certificate once per role$' \
    --sast "$a" --sast "$a"
cp pem/tvs.pem tvs-again.pem
refuses 'the same certificate twice in one role, out of two files' \
    'CN=TVS-acme;O=TVS;OU=TVS stands twice in role TVS' \
    --sast "$a" --tvs pem/tvs.pem --ccm pem/p256.pem --tvs tvs-again.pem
refuses 'an EC signer' "the signer's key is EC, but phones take RSA signatures only" \
    --sast pem/p256.pem --sast "$b"
certificate_of "$a" >certificate.pem
refuses 'a signer without its key' \
    'certificate.pem: it holds no private key; give the file that holds the key too$' \
    --sast certificate.pem --sast "$b"
key_of "$a" >key.pem && chmod 600 key.pem
refuses 'a signer without its certificate' 'key.pem: it holds no certificate$' \
    --sast key.pem --sast "$b"
{ key_of "$b" && certificate_of "$a"; } >mixed.pem && chmod 600 mixed.pem
refuses "a signer with another's key" 'mixed.pem: its private key does not belong to its certificate$' \
    --sast mixed.pem --sast "$b"
refuses 'a key where a certificate should be' 'key.pem: it holds no certificate$' \
    --sast "$a" --sast "$b" --ccm key.pem
refuses 'a certificate that does not exist' 'missing.pem: cannot open it: No such file' \
    --sast "$a" --sast missing.pem
refuses 'a folder for a certificate' 'in: cannot read: Is a directory' --sast in
refuses 'another file for a certificate' \
    'one.xml: it holds neither a certificate nor a private key in PEM, DER or PKCS#12$' \
    --sast in/one.xml
refuses 'another file for a certificate without a key' 'one.xml: it holds no certificate$' \
    --sast "$a" --ccm in/one.xml
truncate -s $((1024 * 1024 + 1)) huge.pem
refuses 'a file too large for certificates' 'huge.pem: larger than the 1048576 bytes that are read$' \
    --sast huge.pem
certificate_of "$a" | sed '5s/./!/' >broken.pem
refuses 'a broken certificate' 'broken.pem: it holds no certificate$' --sast "$a" --ccm broken.pem

roles=(--ccm --tftp --ccm-tftp --capf --app-server --tvs)
many=()
for role in "${roles[@]}"; do
    for pem in pem/*.pem; do
        many+=("$role" "$pem")
    done
done
refuses 'a list over 64 KB' \
    'x.tlv: the list would be larger than the 65536 bytes that a phone holds; list fewer certificates$' \
    --sast "$a" --sast "$b" "${many[@]}"
warned 'a list just under 64 KB' 'key has 4096 bits' \
    tlvfile --build x.tlv --sast "$a" --sast "$b" "${many[@]:0:80}" -v 1.1
done_well 'a list just under 64 KB is valid' tlvfile --parse x.tlv
long=$(printf '%070000d' 0)
refuses 'a name too long' 'the name inside is too long$' \
    --sast "$a" --sast "$b" --filename "$long"
mkdir file && touch file/x
refused 'a target in a missing folder' 'cannot open its folder: No such file' \
    tlvfile --build missing/x.tlv --sast "$a" --sast "$b"
refused 'a target that is a folder' 'the old list cannot be trusted \(this is not a regular file\)' \
    tlvfile --build file --sast "$a" --sast "$b"

# --- warned

only='the list names one SAST certificate only: if its key is lost, every phone must be reset by hand; add a second one and keep its key offline$'
nobody='it names nobody who may sign files: phones that hold it accept files and lists from anybody; build it with --tftp'
warned 'a first list without a certificate for files' "x2.tlv: warning: $nobody" \
    tlvfile --build x2.tlv --sast "$a" --sast "$b"
silent 'which is said once' tlvfile --build x2.tlv --sast "$b" --sast "$a"
rm x2.tlv
warns 'one SAST only' "x.tlv: warning: $only" 1 --sast "$a"
warns 'an EC certificate for HTTPS in a list of version 1.0' \
    'CN=Apache-EC;O=Apache-EC;OU=Asterisk-EC: phones ignore an EC certificate for HTTPS unless the list has version 1.1$' \
    1 --sast "$a" --sast "$b" --tftp pem/apache-ec.pem
silent 'an EC certificate for HTTPS in a list of version 1.1' \
    tlvfile --build ec11.tlv --sast "$a" --sast "$b" --tftp pem/apache-ec.pem --version 1.1
silent 'an EC certificate in another role' \
    tlvfile --build ec10.tlv --sast "$a" --sast "$b" --app-server pem/apache-ec.pem --tftp pem/tvs.pem
refuses 'an EC certificate as the second SAST' \
    'the certificate of record 2 .SAST. holds an EC key: phones verify lists with RSA alone; use an RSA certificate' \
    --sast "$a" --sast pem/p256.pem
warns 'by force it is built' \
    'CN=p256;O=o;OU=u: an EC certificate in role SAST cannot sign a later list$' \
    2 --force --sast "$a" --sast pem/p256.pem
warns 'a key over 2048 bits' 'CN=r4096;O=o;OU=u: its key has 4096 bits; 7900 phones refuse more than 2048$' \
    1 --sast "$a" --sast "$b" --ccm pem/rsa4096.pem
warns 'a key over 2048 bits in two roles is warned about once' 'its key has 4096 bits' \
    1 --sast "$a" --sast "$b" --ccm pem/rsa4096.pem --tftp pem/rsa4096.pem
warns 'a signer over 2048 bits' 'its key has 4096 bits' 1 --sast pem/rsa4096.pem --sast "$b"

dated() { # FILE SECONDS-SINCE-1970 YEARS
    SOURCE_DATE_EPOCH=$2 mkcert -c "${1%.pem}" -o o -u u -b 1024 -y "$3" -f "$1"
}
dated expired.pem 1000000000 1
dated soon.pem $((now - 365 * 86400 + 10 * 86400)) 1
dated early.pem $((now + 3 * 86400)) 1
warns 'an expired certificate' 'CN=expired;O=o;OU=u: it has expired$' 1 \
    --sast "$a" --sast "$b" --ccm expired.pem
warns 'a certificate that expires within 30 days' 'CN=soon;O=o;OU=u: it expires within 30 days$' 1 \
    --sast "$a" --sast "$b" --ccm soon.pem
warns 'a certificate that is not valid yet' 'CN=early;O=o;OU=u: it is not valid yet$' 1 \
    --sast "$a" --sast "$b" --ccm early.pem
warns 'an expired signer' 'CN=expired;O=o;OU=u: it has expired$' 1 --sast expired.pem --sast "$b"
chmod 644 "$b"
silent 'a certificate whose key others can read, where no key is needed' \
    tlvfile --build exposed.tlv --sast "$a" --sast "$b" --tftp pem/tvs.pem
cp "$a" exposed.pem && chmod 644 exposed.pem
warns 'a signing key that others can read' \
    'exposed.pem: warning: every user can read the private key; run: chmod o= exposed.pem; that leaves it to' 1 \
    --sast exposed.pem --sast "$b"
run tlvfile --build roles.tlv --sast exposed.pem --sast "$b" --ccm exposed.pem --tftp exposed.pem
is 'once for each file, whatever its roles' "$(grep -c 'can read the private key' "$err")" 1
not_ok 'a refused list is not warned about' sh -c \
    "tlvfile --build x2.tlv --sast $a --sast $a 2>&1 | grep -q warning"
warns 'several warnings' "$only" 3 --sast "$a" --ccm expired.pem --tftp pem/apache-ec.pem

if have openssl; then
    made() { # FILE SUBJECT OPENSSL-OPTION...
        local file=$1 subject=$2
        shift 2
        openssl req -x509 -nodes -days 3650 -subj "$subject" -keyout "$file.key" -out "$file.crt" \
            "$@" 2>/dev/null && cat "$file.key" "$file.crt" >"$file" && chmod 600 "$file"
    }
    for subject in /O=o/OU=u /CN=cn/OU=u /CN=cn/O=o; do
        made names.pem "$subject" -newkey rsa:1024
        warns "a certificate with $subject only" ': its subject lacks CN, O or OU, which phones expect$' \
            1 --sast "$a" --sast "$b" --ccm names.pem
    done
    made rsa3072.pem /CN=r3072/O=o/OU=u -newkey rsa:3072
    refuses 'a signer of 3072 bits' \
        "the signer's key has 3072 bits; the format knows 512, 1024, 2048 and 4096$" \
        --sast rsa3072.pem --sast "$b"
    made ed.pem /CN=ed/O=o/OU=u -newkey ed25519
    refuses 'an Ed25519 certificate' 'CN=ed;O=o;OU=u has an ED25519 key; a trust list holds RSA and EC keys only$' \
        --sast "$a" --sast "$b" --ccm ed.pem
    refuses 'an Ed25519 signer' "the signer's key is ED25519, but phones take RSA signatures only" \
        --sast ed.pem --sast "$b"
    made k1.pem /CN=k1/O=o/OU=u -newkey ec -pkeyopt ec_paramgen_curve:secp256k1
    refuses 'another curve' \
        'CN=k1;O=o;OU=u has an EC key on a curve that phones do not know; they know secp256r1, secp384r1 and secp521r1$' \
        --sast "$a" --sast "$b" --ccm k1.pem
    openssl ecparam -name prime256v1 -genkey -noout |
        openssl ec -conv_form compressed -out compressed.key 2>/dev/null
    openssl req -x509 -key compressed.key -days 3650 -subj /CN=compressed/O=o/OU=u \
        -out compressed.crt
    refuses 'a compressed EC point' \
        'CN=compressed;O=o;OU=u holds its EC key as a compressed point, which no phone is known to read' \
        --sast "$a" --sast "$b" --ccm compressed.crt
    openssl x509 -in "$b" -outform DER -out b.der
    openssl pkcs12 -export -in "$a" -inkey "$a" -passout pass:planted-passphrase -out a.p12
    chmod 600 a.p12
    printf 'planted-passphrase\r\nnot read\n' >passphrase
    silent 'a signer in PKCS#12 and a certificate in DER' \
        tlvfile --build stores.tlv --sast a.p12 --sast b.der --tftp pem/tvs.pem --passphrase-file passphrase \
        --timestamp 1700000000
    silent 'the same in PEM' \
        tlvfile --build pems.tlv --sast "$a" --sast "$b" --tftp pem/tvs.pem --filename stores.tlv --timestamp 1700000000
    ok 'both give the same list' same stores.tlv pems.tlv
    echo wrong >wrong
    refuses 'a wrong passphrase' 'a.p12: the passphrase is wrong$' \
        --sast a.p12 --sast "$b" --passphrase-file wrong
    { key_of "$b" && for pem in pem/tvs.pem pem/capf.pem "$b"; do certificate_of "$pem"; done; } \
        >bundle.pem && chmod 600 bundle.pem
    warned 'of several certificates the one with the key signs' 'one SAST' \
        tlvfile --build bundle.tlv --sast bundle.pem
    run tlvfile --parse bundle.tlv
    is 'that is the signer' "$(value 'Signer Name')" 'CN=SAST-2 acme;O=SAST;OU=SAST'
else
    skip 'certificates of other kinds' 'openssl is not installed'
fi

# --- shown

silent 'a list to show' tlvfile --build show.tlv --version 1.1 --sast "$a" --sast "$b" \
    --ccm pem/asterisk.pem --tftp pem/apache-ec.pem --tvs pem/tvs.pem --timestamp 1700000000
done_well 'it is shown' tlvfile --parse show.tlv
sed -n '1,/^$/p' "$out" >header
is 'the header, field by field' "$(sed -n 's/^\([^:]*\):.*/\1/p' header)" 'Version
Header Length
Signer Version
Signer Name
Serial Number
Issuer Name
Digest Algorithm
Signature Algorithm
Signature Modulus
Signature
Filename
Timestamp
Padding
File Length
File MD5
File SHA1'
is 'its MD5, which a phone displays' "$(value 'File MD5')" "$(md5sum <show.tlv | cut -d ' ' -f 1)"
is 'its SHA-1' "$(value 'File SHA1')" "$(sha1sum <show.tlv | cut -d ' ' -f 1)"
is 'its length' "$(value 'File Length')" "$(wc -c <show.tlv) bytes"
is 'the time is UTC' "$(value Timestamp)" '2023-11-14 22:13:20 UTC'
is 'a record, field by field' \
    "$(sed -n '/^$/,$p' "$out" | sed -n '2,/^$/s/^\([^:]*\):.*/\1/p')" 'Record Length
Subject Name
Role
Role Number
Issuer Name
Serial Number
Public Key
Signature
Certificate
Key Algorithm
Key Size
Valid From
Valid Until
Certificate Hash
Certificate MD5'
is 'roles by name' "$(sed -n 's/^Role: *//p' "$out" | paste -sd ' ')" 'SAST SAST CCM TFTP TVS'
is 'roles by number' "$(sed -n 's/^Role Number: *//p' "$out" | paste -sd ' ')" '0 0 1 3 21'
is 'key algorithms' "$(sed -n 's/^Key Algorithm: *//p' "$out" | paste -sd ' ')" 'RSA RSA RSA EC RSA'
is 'key sizes' "$(sed -n 's/^Key Size: *//p' "$out" | paste -sd , )" \
    '2048 bits,2048 bits,2048 bits,384 bits,2048 bits'
printed 'validity' '^Valid Until: +2046-11-16 01:01:03 UTC$'
is 'a certificate hash that a phone displays' "$(value 'Certificate Hash')" \
    c07f873f4fb1012fdbec0f3ccf918addce94b258
if have openssl; then
    is 'its MD5' "$(value 'Certificate MD5')" \
        "$(openssl x509 -in "$a" -outform DER | md5sum | cut -d ' ' -f 1)"
else
    skip 'its MD5' 'openssl is not installed'
fi
is 'the verdict' "$(sed -n '/^Valid signature/,$p' "$out")" "Valid signature
by the list's own record 1: SAST, CN=SAST acme;O=SAST;OU=SAST
This does not prove that a phone trusts the list: it must hold one already that names this
signer as SAST, or none (tlvfile --diff OLD NEW)."
done_well 'parse with the certificate of its signer' tlvfile --parse --sast "$a" show.tlv
printed 'it is valid' '^Valid signature$'

tlvfile --build dated.tlv --sast "$a" --sast "$b" --ccm expired.pem --ccm soon.pem --ccm early.pem \
    --ccm pem/rsa4096.pem 2>/dev/null
done_well 'a list with old certificates is still valid' tlvfile --parse dated.tlv
printed 'it warns of one that expired' '^Warning: +it has expired$'
printed 'it warns of one that expires' '^Warning: +it expires within 30 days$'
printed 'it warns of one that is not valid yet' '^Warning: +it is not valid yet$'
printed 'it warns of a large key' '^Warning: +7900 phones refuse keys over 2048 bits$'
is 'it warns of nothing else' "$(grep -c '^Warning' "$out")" 4

# --- shown as JSON

well_formed() { # NAME
    if have jq; then
        ok "$1" sh -c "jq -e . '$out' >/dev/null"
    elif have python3; then
        ok "$1" python3 -m json.tool "$out" /dev/null
    else
        skip "$1" 'neither jq nor python3 is installed'
    fi
}

done_well '--json' tlvfile --parse --json show.tlv
well_formed '--json is JSON'
printed '--json: a name' '^  "signer_name": "CN=SAST acme;O=SAST;OU=SAST",?$'
printed '--json: a number' '^  "header_length": [0-9]+,?$'
printed '--json: a time in seconds' '^  "timestamp": 1700000000,?$'
printed '--json: a signature in hexadecimal' '^  "signature": "[0-9a-f]{512}",?$'
printed '--json: a role' '^ +"role": "TFTP",?$'
printed '--json: a role number' '^ +"role_number": 3,?$'
printed '--json: a certificate' '^ +"certificate": "3082[0-9a-f]+",?$'
printed '--json: the verdict' '^  "verdict": "valid",?$'
printed '--json: which record signed' '^  "signed_by_record": 1,?$'
is '--json: records' "$(grep -c '"record_length"' "$out")" 5
done_well '--json of a list with odd names' tlvfile --parse --json "$vectors/4.13/tlv/odd.tlv"
well_formed '--json of odd names is JSON'
done_well '--json with warnings' tlvfile --parse --json dated.tlv
well_formed '--json with warnings is JSON'
printed '--json: warnings' '"it has expired"'
done_well '--json of an unknown role' \
    tlvfile --parse --json "$vectors/callmanager-shape/ITLFile-unknown-role.tlv"
well_formed '--json of an unknown role is JSON'
flip show.tlv 700 changed.tlv
refused '--json of a changed list' 'changed.tlv: Invalid signature: ' tlvfile --parse --json changed.tlv
well_formed '--json of a changed list is JSON'
printed '--json: verdict of a changed list' '^  "verdict": "invalid"'
printed '--json: reason of a changed list' '^  "reason": "Invalid signature: '
refused '--json of what is no list' 'this is no signed file' tlvfile --parse --json in/mk-sip.jar
well_formed '--json of what is no list is JSON'
done_well '--json of a diff' tlvfile --diff --json show.tlv show.tlv
well_formed '--json of a diff is JSON'

# --- what cannot be shown or is not valid

invalid='Invalid signature: the file was changed, or another certificate signed it$'
flip show.tlv 700 changed.tlv
refused 'a changed list' "changed.tlv: $invalid" tlvfile --parse changed.tlv
not_ok 'a changed list is not called valid' grep -q '^Valid signature' "$out"
printed 'a changed list is shown all the same' '^Record Length: '
refused 'a missing list' 'missing.tlv: cannot open it: No such file' tlvfile --parse missing.tlv
refused 'a folder' 'in: this is not a regular file$' tlvfile --parse in
mkfifo fifo
refused 'a FIFO' 'fifo: this is not a regular file$' timeout 10 tlvfile --parse fifo
truncate -s $((1024 * 1024 + 1)) huge.tlv
refused 'a list over a megabyte' 'huge.tlv: larger than the 1048576 bytes that are read$' \
    tlvfile --parse huge.tlv
refused 'a missing certificate for --sast' 'missing.pem: cannot open it' \
    tlvfile --parse --sast missing.pem show.tlv

header_len=$(sed -n 's/^Header Length: *\([0-9]*\).*/\1/p' header)
with_records() { # HEX
    head -c "$header_len" show.tlv
    printf '%s' "$1" | unhex
}
number() { # VALUE; in hexadecimal, 16 bits
    printf '%04x' "$1"
}
role0=$(tlv 4 0000)
tiny=$(tlv 1 000a)$role0
with_records "$(tlv 4 0000)$(tlv 4 0000)" >r.tlv
refused 'a record without its length' 'record 1 does not start with its length at byte [0-9]+$' \
    tlvfile --parse r.tlv
with_records "$(tlv 1 0004)" >r.tlv
refused 'a record shorter than its length' 'record 1 at byte [0-9]+ is too short: 4 bytes$' \
    tlvfile --parse r.tlv
with_records "$tiny$(tlv 1 0005)" >r.tlv
refused 'a record without a role' 'record 2 at byte [0-9]+ has no role$' tlvfile --parse r.tlv
with_records "$(tlv 1 000f)$role0$role0" >r.tlv
refused 'a record with two roles' 'record tag 4 stands twice, again at byte [0-9]+$' \
    tlvfile --parse r.tlv
with_records "$(tlv 1 000b)$(tlv 4 000000)" >r.tlv
refused 'a role of three bytes' 'record tag 4 at byte [0-9]+ has 3 bytes instead of 2$' \
    tlvfile --parse r.tlv
with_records "$(tlv 1 0010)${role0}0300ff414243" >r.tlv
refused 'a field beyond its record' \
    'record tag 3 at byte [0-9]+ says 255 bytes, but the record ends after 3$' tlvfile --parse r.tlv
with_records "$(tlv 1 000c)${role0}0300" >r.tlv
refused 'a field cut off' 'record tag 3 at byte [0-9]+ is cut off$' tlvfile --parse r.tlv
fields=''
for ((i = 0; i < 64; i++)); do
    fields+=$(tlv 200 '')
done
with_records "$(tlv 1 "$(number $((10 + 3 * 64)))")$role0$fields" >r.tlv
refused 'a record with too many fields' 'more than 64 fields in a record$' tlvfile --parse r.tlv
{ head -c "$header_len" show.tlv && perl -e 'print pack("H*", $ARGV[0]) x 4097' "$tiny"; } >r.tlv
refused 'a list with too many records' 'the list has more than 4096 records$' tlvfile --parse r.tlv
with_records '' >r.tlv
refused 'a list without records' 'no SAST record of the list is the signer that its header names$' \
    tlvfile --parse r.tlv
{ cat show.tlv && for ((i = 0; i < 9; i++)); do tail -c +$((header_len + 1)) show.tlv; done; } >r.tlv
refused 'a list that is too large for phones' "$invalid" tlvfile --parse r.tlv
printed 'it says that it is too large' '^Warning: +the list is larger than the 64 KB that a phone holds$'
printed 'it says that there are too many SAST' '^Warning: +the list has more than two SAST records'
header "$(tlv 14 6100)" >r.tlv
printf '%s' "$tiny" | unhex >>r.tlv
refused 'a list without a signer' 'its header does not name its signer by issuer and serial number$' \
    tlvfile --parse r.tlv
with_records "$(tlv 1 001f)${role0}$(tlv 10 7f000001)$(tlv 12 01)$(tlv 200 "$(printf '%014d' 0)")" >r.tlv
run tlvfile --parse r.tlv
printed 'an address is shown' '^IP Address: +127\.0\.0\.1$'
printed 'a tag nobody knows is shown' '^Tag 200: +00000000000000$'

# The certificate in the signer's record, made unreadable.
certificate=$(perl -e 'local $/; $_ = <>; print index($_, "\x09\x03\x45\x30\x82")' show.tlv)
flip show.tlv $((certificate + 3)) r.tlv
refused 'a signer whose certificate cannot be read' \
    "Invalid signature: the signer's SAST record holds a certificate that cannot be read$" \
    tlvfile --parse r.tlv
printed 'it warns of that certificate' '^Warning: +the certificate cannot be read$'

done_testing
