#!/bin/bash
# SPDX-License-Identifier: MIT
# mkcert: the file, the names, the key, the certificate as openssl sees it.

# shellcheck source=tests/cli/lib.sh
. "${0%/*}/lib.sh"

# All but the file; keys of 1024 bits, which take no time.
quick=(mkcert -c name -o o -u u -b 1024)

# --- the file

for mask in 000 022 077; do
    rm -f masked.pem
    silent "umask $mask" bash -c "umask $mask; ${quick[*]} masked.pem"
    is "umask $mask: only its owner can read the key" "$(mode masked.pem)" 600
done
silent 'a key file' "${quick[@]}" key.pem
cp key.pem kept
refused 'an existing key' \
    'key.pem: it exists, and a lost key cannot be had back; choose another name or give --force$' \
    "${quick[@]}" key.pem
ok 'it stays' same key.pem kept
chmod 644 key.pem
silent '--force' "${quick[@]}" --force key.pem
not_ok '--force replaces it' same key.pem kept
is '--force: only its owner can read the key' "$(mode key.pem)" 600
ln -s nowhere dangling.pem
refused 'a link to nowhere' 'dangling.pem: it exists, and a lost key' "${quick[@]}" dangling.pem
refused 'a missing folder' 'missing/key.pem: cannot write in its folder: No such file' \
    "${quick[@]}" missing/key.pem
mkdir folder.pem
refused 'a folder' 'folder.pem: it exists' "${quick[@]}" folder.pem
refused 'a folder with --force' 'folder.pem: it exists and is not a regular file$' \
    "${quick[@]}" --force folder.pem
refused 'a full disk' 'full.pem: cannot write: File too large$' bash -c \
    "trap '' XFSZ; ulimit -f 1; exec ${quick[*]} full.pem"
not_ok 'a full disk: no key file' test -e full.pem
no_temporaries 'nothing is left behind'
is 'the key comes first in the file' "$(grep -e '-----BEGIN' key.pem | paste -sd ' ')" \
    '-----BEGIN PRIVATE KEY----- -----BEGIN CERTIFICATE-----'
silent '--file' "${quick[@]}" --file named.pem
ok '--file: the file' test -s named.pem
silent '-f' "${quick[@]}" -f named2.pem
ok '-f: the file' test -s named2.pem
ok 'two keys are two keys' test "$(cksum <named.pem)" != "$(cksum <named2.pem)"

default_name() { # COMMON-NAME FILE
    silent "default name of $1" mkcert -c "$1" -o o -u u -b 1024
    ok "default name of $1: $2" test -s "./$2"
}
default_name pbx.acme.example pbx_acme_example.pem
default_name 'SAST Acme' SAST_Acme.pem
default_name '*.acme.example' __acme_example.pem
default_name 'a/../b' a____b.pem
default_name 'x-1_Y' x-1_Y.pem
default_name 'Zoë' Zo_.pem
default_name 192.0.2.1 192_0_2_1.pem

# --- wrong usage

all='--common, --organization and --unit; phones expect all three$'
misused 'no common name' "$all" mkcert -o o -u u x.pem
misused 'no organization' "$all" mkcert -c c -u u x.pem
misused 'no unit' "$all" mkcert -c c -o o x.pem
for purpose in --ca --server '--for phone'; do
    read -ra words <<<"$purpose"
    misused "two files, $purpose" 'give one output file' "${quick[@]}" "${words[@]}" a.pem b.pem
done
misused '--bits and --curve' '--bits and --curve exclude each other' "${quick[@]}" -E secp256r1 x.pem
misused '--bits and --key-size' '--bits and --key-size are the same; give one' \
    "${quick[@]}" --key-size 2048 x.pem
misused '--common twice' 'option --common is given twice' "${quick[@]}" -c d x.pem
for bits in 0 512 1023 4097 two '' -2048 2048x; do
    misused "--bits '$bits'" "--bits must be a number from 1024 to 4096, not $bits" \
        mkcert -c c -o o -u u -b "$bits" x.pem
done
for bits in 1025 2047 2049 3000 4095; do
    misused "--bits $bits" "an RSA key has 1024, 2048, 3072 or 4096 bits, not $bits\$" \
        mkcert -c c -o o -u u -b "$bits" x.pem
done
for years in 0 -1 many 100000; do
    misused "--years $years" "--years must be a number from 1 to [0-9]+, not $years" \
        "${quick[@]}" -y "$years" x.pem
done
for curve in secp256k1 prime192v1 brainpoolP256r1 P-224 SECP256R1 ''; do
    misused "--curve '$curve'" 'phones know the curves secp256r1, secp384r1 and secp521r1 only$' \
        mkcert -c c -o o -u u -E "$curve" x.pem
done
for digest in md5 sha224 sha-256 ''; do
    misused "--digest '$digest'" 'a certificate is signed with sha1, sha256 or sha512$' \
        "${quick[@]}" -d "$digest" x.pem
done
for country in N NZL N1 '' 'Ñ'; do
    misused "--country '$country'" 'a country is a code of two letters \(ISO 3166\), as NZ$' \
        "${quick[@]}" -C "$country" x.pem
done
for san in pbx DNS: IP: DNS:a..b DNS:-a DNS:a- 'DNS:a b' DNS:a_b 'DNS:a.*.b' DNS:.a IP:1.2.3 IP:1.2.3.256 \
    IP:pbx IP:::g email:a@b URI:http://x "DNS:$(printf '%064d' 0)" "DNS:$(printf 'a.%.0s' {1..130})a" ''; do
    misused "--san '${san:0:20}'" 'is no subject alternative name; write DNS:NAME or IP:ADDRESS$' \
        "${quick[@]}" --san "$san" x.pem
done
many=()
for i in $(seq 65); do
    many+=(--san "DNS:a$i")
done
misused '65 names' 'more than 64 --san$' "${quick[@]}" "${many[@]}" x.pem
misused 'an empty common name' 'CN cannot be "": it is empty, too long or not UTF-8$' \
    mkcert -c '' -o o -u u -b 1024 x.pem
misused 'a common name too long' 'CN cannot be "a+.*": it is empty, too long or not UTF-8$' \
    mkcert -c "$(printf 'a%.0s' {1..65})" -o o -u u -b 1024 x.pem
misused 'an organization that is not UTF-8' 'O cannot be ".xff": it is empty, too long or not UTF-8$' \
    mkcert -c c -o $'\xff' -u u -b 1024 x.pem
misused 'a wrong SOURCE_DATE_EPOCH' 'SOURCE_DATE_EPOCH must be seconds since 1970' \
    env SOURCE_DATE_EPOCH=x "${quick[@]}" x.pem
not_ok 'wrong usage makes no file' test -e x.pem

# --- the key and the certificate

if ! have openssl; then
    skip 'certificates as openssl sees them' 'openssl is not installed'
    done_testing
    exit
fi

show() { # OPENSSL-X509-OPTION...
    openssl x509 -in cert.pem -noout "$@"
}

# The value below an extension's name.
extension() { # NAME
    show -text | sed -n "/X509v3 $1:/{s/.*X509v3 $1: *//;h;n;s/^ *//;H;x;p;}" | paste -sd ' ' |
        sed 's/^ *//; s/ *$//'
}

made() { # NAME ARGUMENT...
    local name=$1
    shift
    silent "$name" mkcert --force -o Acme -u Voice "$@" cert.pem
}

made 'a certificate' -c pbx.acme.example -l Dunedin -s Otago -C nz
ok 'openssl verifies it' sh -c 'openssl verify -CAfile cert.pem cert.pem >/dev/null'
is 'the key belongs to it' "$(openssl pkey -in cert.pem -pubout)" "$(show -pubkey)"
is 'its subject, in order, the country in capitals' "$(show -subject -nameopt RFC2253,-dn_rev)" \
    'subject=CN=pbx.acme.example,O=Acme,OU=Voice,L=Dunedin,ST=Otago,C=NZ'
is 'it is self-signed' "$(show -issuer -nameopt RFC2253 | cut -d = -f 2-)" \
    "$(show -subject -nameopt RFC2253 | cut -d = -f 2-)"
is 'version 3' "$(show -text | sed -n 's/^ *Version: \([0-9]*\).*/\1/p')" 3
is 'basicConstraints' "$(extension 'Basic Constraints')" 'critical CA:TRUE, pathlen:0'
is 'keyUsage' "$(extension 'Key Usage')" \
    'Digital Signature, Key Encipherment, Data Encipherment, Certificate Sign, CRL Sign'
is 'extendedKeyUsage' "$(extension 'Extended Key Usage')" \
    'TLS Web Server Authentication, TLS Web Client Authentication, IPSec End System'
like 'subjectKeyIdentifier' "$(extension 'Subject Key Identifier')" '^([0-9A-F]{2}:){19}[0-9A-F]{2}$'
is 'subjectAltName' "$(extension 'Subject Alternative Name')" DNS:pbx.acme.example
is 'no other extension' "$(show -text | grep -c '^ *X509v3 .*: *\(critical\)*$')" 6
like 'a serial number of 16 bytes' "$(show -serial)" '^serial=[0-9A-F]{32}$'
like 'SHA-256 by default' "$(show -text)" 'Signature Algorithm: sha256WithRSAEncryption'
like '2048 bits by default' "$(show -text)" 'Public-Key: \(2048 bit\)'
like 'the usual exponent' "$(show -text)" 'Exponent: 65537'
serial=$(show -serial)
ok 'a phone takes it in a list' sh -c \
    'tlvfile --build list.tlv --sast cert.pem 2>/dev/null && tlvfile --parse list.tlv >/dev/null'
made 'another certificate' -c pbx.acme.example -b 1024
not_ok 'another serial number' test "$serial" = "$(show -serial)"
like '1024 bits' "$(show -text)" 'Public-Key: \(1024 bit\)'
made '--key-size 1024' -c pbx --key-size 1024
like '--key-size is --bits' "$(show -text)" 'Public-Key: \(1024 bit\)'
warned 'a key of 4096 bits' 'cert.pem: warning: 7900 phones refuse keys over 2048 bits$' \
    mkcert --force -c c -o o -u u -b 4096 cert.pem
like '4096 bits' "$(show -text)" 'Public-Key: \(4096 bit\)'
warned 'a key of 3072 bits, which can sign nothing for phones' \
    'warning: 7900 phones refuse keys over 2048 bits, and no file for phones can be signed' \
    mkcert --force -c c -o o -u u -b 3072 cert.pem
like '3072 bits' "$(show -text)" 'Public-Key: \(3072 bit\)'
refused 'it signs no list' 'the format knows 512, 1024, 2048 and 4096' \
    tlvfile --build list3072.tlv --sast cert.pem
for option in --key --key-s --k; do
    made "$option is --key-size" -c pbx "$option" 1024
    like "$option 1024: its bits" "$(show -text)" 'Public-Key: \(1024 bit\)'
done
while read -r curve same; do
    made "--curve $curve" -c web -E "$curve"
    like "$curve is $same" "$(show -text)" "ASN1 OID: $same"
done <<'END'
prime256v1 prime256v1
P-256 prime256v1
P-384 secp384r1
P-521 secp521r1
END
rm -f first.pem second.pem third.pem
warned 'names after the first' 'second.pem: warning: nothing is written there: the one output file is first.pem$' \
    mkcert -c c -o o -u u -b 1024 first.pem second.pem
warned 'a name beside --file' 'second.pem: warning: nothing is written there: the one output file is third.pem$' \
    mkcert -c c -o o -u u -b 1024 --file third.pem second.pem
is 'nothing is written there' "$(echo first.pem second.pem* third.pem)" 'first.pem second.pem* third.pem'
ok 'the first name, and that of --file' test -s first.pem -a -s third.pem
for curve in secp256r1 secp384r1 secp521r1; do
    made "--curve $curve" -c web -E "$curve"
    like "$curve" "$(show -text)" "ASN1 OID: $([ $curve = secp256r1 ] && echo prime256v1 || echo $curve)"
    ok "$curve: openssl verifies it" sh -c 'openssl verify -CAfile cert.pem cert.pem >/dev/null'
done
for digest in sha1 sha256 sha512 SHA512; do
    made "--digest $digest" -c pbx -b 1024 -d "$digest"
    like "$digest" "$(show -text)" "Signature Algorithm: ${digest,,}WithRSAEncryption"
done

# --- names

names() { # NAME WANTED ARGUMENT...
    local title=$1 wanted=$2
    shift 2
    made "$title" -b 1024 "$@"
    is "$title: subjectAltName" "$(extension 'Subject Alternative Name')" "$wanted"
}
names 'a name in capitals' DNS:pbx.acme.example -c PBX.Acme.Example
names 'a name with a space' '' -c 'SAST Acme'
names 'a name with other characters' '' -c 'Zoë_1'
names 'a wildcard' 'DNS:*.acme.example' -c '*.acme.example'
names 'a wildcard elsewhere' '' -c 'pbx.*.example'
names 'an address' 'IP Address:192.0.2.10' -c 192.0.2.10
names 'an IPv6 address' 'IP Address:2001:DB8:0:0:0:0:0:1' -c 2001:db8::1
names '--san DNS' 'DNS:pbx, DNS:pbx.acme.example' -c pbx --san DNS:PBX.acme.example
names '--san IP' 'DNS:pbx, IP Address:192.0.2.10' -c pbx --san IP:192.0.2.10
names '--san of IPv6' 'DNS:pbx, IP Address:2001:DB8:0:0:0:0:0:1' -c pbx --san IP:2001:db8::1
names '--san several times' 'DNS:pbx, DNS:a.example, IP Address:192.0.2.10, DNS:*.b.example' \
    -c pbx --san DNS:a.example --san ip:192.0.2.10 --san 'dns:*.b.example'
names '--san of what is there already' DNS:pbx -c pbx --san DNS:PBX --san DNS:pbx
names '--san for a name with a space' DNS:pbx -c 'SAST Acme' --san DNS:pbx
names '64 names' "DNS:a1$(printf ', DNS:a%d' $(seq 2 64))" -c 'A B' "${many[@]:0:128}"
for country in nz NZ Nz nZ; do
    made "--country $country" -c c -b 1024 -C "$country"
    is "--country $country: in capitals" "$(show -subject -nameopt RFC2253 | cut -d , -f 1)" 'subject=C=NZ'
done
made 'UTF-8 in names' -c 'Zoë Ünïcode' -b 1024 -l 'São Paulo'
like 'UTF-8 in names: kept' "$(show -subject -nameopt RFC2253,-esc_msb,utf8)" 'CN=Zoë Ünïcode'

# --- validity

valid() { # NAME FROM UNTIL SOURCE_DATE_EPOCH ARGUMENT...
    local title=$1 from=$2 until=$3
    export SOURCE_DATE_EPOCH=$4
    shift 4
    made "$title" -c c -b 1024 "$@"
    unset SOURCE_DATE_EPOCH
    is "$title: from" "$(show -startdate -dateopt iso_8601 | cut -d = -f 2)" "$from 00:00:00Z"
    is "$title: until" "$(show -enddate -dateopt iso_8601 | cut -d = -f 2)" "$until 00:00:00Z"
}
valid 'ten years' 2023-11-14 2033-11-14 1700000000
valid 'one year' 2023-11-14 2024-11-14 1700000000 -y 1
valid 'the last second of a day' 2023-11-14 2024-11-14 1700006399 -y 1
valid 'midnight' 2023-11-15 2024-11-15 1700006400 -y 1
valid '29 February, in a year without' 2024-02-29 2025-02-28 1709164800 -y 1
valid '29 February, in a year with' 2024-02-29 2028-02-29 1709164800 -y 4
valid 'the day before 29 February' 2024-02-28 2025-02-28 1709078400 -y 1
valid 'beyond 2049' 2023-11-14 2053-11-14 1700000000 -y 30
valid 'beyond 2038' 2099-12-31 2109-12-31 4102358400
valid '1970' 1970-01-01 1980-01-01 0
today=$(date -u +%F)
made 'today' -c c -b 1024
from=$(show -startdate -dateopt iso_8601 | cut -d = -f 2)
[ "$from" = "$today 00:00:00Z" ] || today=$(date -u +%F) # midnight just went by
is 'today' "$from" "$today 00:00:00Z"

done_testing
