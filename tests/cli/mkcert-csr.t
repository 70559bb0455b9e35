#!/bin/bash
# SPDX-License-Identifier: MIT
# mkcert --csr: what is taken over from a request, and which requests are refused.

# shellcheck source=tests/cli/lib.sh
. "${0%/*}/lib.sh"

requires openssl

show() { # OPENSSL-X509-OPTION...
    openssl x509 -in out.crt -noout "$@"
}

extension() { # NAME
    show -text | sed -n "/X509v3 $1:/{s/.*X509v3 $1: *//;h;n;s/^ *//;H;x;p;}" | paste -sd ' ' |
        sed 's/^ *//; s/ *$//'
}

subject() {
    show -subject -nameopt RFC2253,-dn_rev | cut -d = -f 2-
}

quick=(-newkey ec -pkeyopt ec_paramgen_curve:P-256)
# request FILE SUBJECT OPENSSL-REQ-OPTION...: a new key, request.key, and its request
request() {
    local file=$1 subject=$2
    shift 2
    openssl req -new -nodes -keyout request.key -out "$file" -subj "$subject" "$@" 2>/dev/null ||
        fail "openssl makes $file"
}

signed() { # NAME REQUEST ARGUMENT...
    local name=$1 file=$2
    shift 2
    rm -f out.crt
    silent "$name" mkcert --issuer ca.pem --csr "$file" "$@" out.crt
}

silent 'a CA' mkcert --ca -c 'Acme CA' -o Acme -u Voice ca.pem
silent 'a CA below it' mkcert --ca --issuer ca.pem -c 'Acme Sub CA' -E secp384r1 sub.pem

# --- what is taken over

request rsa.csr '/C=NZ/O=Else/OU=Gateways/CN=gw.acme.example' -newkey rsa:2048 \
    -addext 'subjectAltName=DNS:GW.acme.example,DNS:b.acme.example,IP:192.0.2.7,IP:2001:db8::7' \
    -addext 'keyUsage=cRLSign' -addext 'extendedKeyUsage=codeSigning' \
    -addext 'certificatePolicies=1.2.3.4' -addext 'basicConstraints=CA:FALSE'
signed 'a request' rsa.csr
is 'a request: the certificate alone' "$(grep -c -e -----BEGIN out.crt)" 1
is 'a request: others may read it' "$(stat -c %a out.crt)" 644
is 'a request: its subject' "$(subject)" 'C=NZ,O=Else,OU=Gateways,CN=gw.acme.example'
is 'a request: its key' "$(show -pubkey)" "$(openssl pkey -in request.key -pubout)"
is 'a request: its names' "$(extension 'Subject Alternative Name')" \
    'DNS:gw.acme.example, DNS:b.acme.example, IP Address:192.0.2.7, IP Address:2001:DB8:0:0:0:0:0:7'
is 'a request: keyUsage is ours' "$(extension 'Key Usage')" \
    'critical Digital Signature, Key Encipherment'
is 'a request: extendedKeyUsage is ours' "$(extension 'Extended Key Usage')" \
    'TLS Web Server Authentication, TLS Web Client Authentication'
is 'a request: no policies' "$(extension 'Certificate Policies')" ''
is 'a request: basicConstraints' "$(extension 'Basic Constraints')" 'critical CA:FALSE'
for purpose in sslserver sslclient; do
    ok "a request: OpenSSL, $purpose" sh -c \
        "openssl verify -x509_strict -purpose $purpose -CAfile ca.pem out.crt >/dev/null"
done
openssl req -in rsa.csr -outform DER -out rsa.der
signed 'a request in DER' rsa.der
is 'a request in DER: its subject' "$(subject)" 'C=NZ,O=Else,OU=Gateways,CN=gw.acme.example'
signed '--san' rsa.csr --san DNS:only.acme.example
is '--san replaces the names it asks for' "$(extension 'Subject Alternative Name')" \
    'DNS:gw.acme.example, DNS:only.acme.example'
signed '--server' rsa.csr --server
is '--server: extendedKeyUsage' "$(extension 'Extended Key Usage')" 'TLS Web Server Authentication'
signed '--client' rsa.csr --client
is '--client: extendedKeyUsage' "$(extension 'Extended Key Usage')" 'TLS Web Client Authentication'
cp out.crt kept
refused 'an existing file' 'out.crt: it exists' mkcert --issuer ca.pem --csr rsa.csr out.crt
ok 'it stays' same out.crt kept
silent '--force' mkcert --force --issuer ca.pem --csr rsa.csr --file out.crt
not_ok '--force replaces it' same out.crt kept
for curve in P-256 P-384 P-521; do
    request ec.csr '/O=o/OU=u/CN=ec' -newkey ec -pkeyopt "ec_paramgen_curve:$curve"
    signed "a request on $curve" ec.csr
done
is 'an EC request: keyUsage' "$(extension 'Key Usage')" 'critical Digital Signature'
rm out.crt
silent 'from a CA below' mkcert --issuer sub.pem --csr rsa.csr out.crt
is 'from a CA below: with that CA' "$(grep -c -e -----BEGIN out.crt)" 2
ok 'from a CA below: it verifies' sh -c \
    'openssl verify -x509_strict -CAfile ca.pem -untrusted out.crt out.crt >/dev/null'
rm out.crt
request bare.csr /CN=bare "${quick[@]}"
warned 'a request without O and OU' 'out.crt: warning: it lacks one of CN, O and OU, so phones take it in no trust list$' \
    mkcert --issuer ca.pem --csr bare.csr out.crt
is 'a request without O and OU: its subject stays' "$(subject)" CN=bare

# --- CAs

request ca.csr '/O=o/OU=u/CN=Other CA' "${quick[@]}" -addext basicConstraints=critical,CA:TRUE
refused 'a request for a CA' 'ca.csr: it asks for the certificate of a CA; give --ca if it may be one$' \
    mkcert --issuer ca.pem --csr ca.csr x.crt
signed 'a request for a CA with --ca' ca.csr --ca
is 'a CA from a request: basicConstraints' "$(extension 'Basic Constraints')" \
    'critical CA:TRUE, pathlen:1'
is 'a CA from a request: with the root' "$(grep -c -e -----BEGIN out.crt)" 2
ok 'a CA from a request: it verifies' sh -c \
    'openssl verify -x509_strict -CAfile ca.pem out.crt >/dev/null'

# --- requests that are refused

refuses() { # NAME PATTERN REQUEST
    refused "$1" "^mkcert: $3: $2$" mkcert --issuer ca.pem --csr "$3" x.crt
}

none='it is no certificate request \(PKCS#10\) in PEM or DER'
: >empty.csr
echo nonsense >text.csr
{ cat rsa.der && echo; } >long.csr
head -c 100 rsa.der >short.csr
head -c 70000 /dev/zero >large.csr
refuses 'an empty request' "$none" empty.csr
refuses 'a text' "$none" text.csr
refuses 'a certificate' "$none" ca.pem
refuses 'bytes after a request' "$none" long.csr
refuses 'a torn request' "$none" short.csr
refuses 'a request of 70000 bytes' 'larger than the 65536 bytes that are read' large.csr
refuses 'no request' 'cannot open it: No such file or directory' none.csr
flip rsa.der $(($(stat -c %s rsa.der) - 1)) altered.csr
refuses 'an altered signature' \
    'the request was altered, or is not signed with the key it asks for' altered.csr
flip rsa.der 40 altered.csr
refuses 'an altered subject' 'the request was altered, or is not signed with the key it asks for' \
    altered.csr
request weak.csr '/O=o/OU=u/CN=weak' -newkey rsa:1024
refuses 'a key of 1024 bits' "the request's RSA key has 1024 bits; 2048 to 4096 can be used" weak.csr
knows='neither RSA nor on secp256r1, secp384r1 or secp521r1, all that phones know'
request k1.csr '/O=o/OU=u/CN=k1' -newkey ec -pkeyopt ec_paramgen_curve:secp256k1
refuses 'another curve' "the request's key is $knows" k1.csr
request explicit.csr '/O=o/OU=u/CN=x' "${quick[@]}" -pkeyopt ec_param_enc:explicit
refuses 'a curve by its numbers' "the request's key is $knows" explicit.csr
request ed.csr '/O=o/OU=u/CN=ed' -newkey ed25519
refuses 'an Ed25519 key' "the request's key is $knows" ed.csr
request nameless.csr / "${quick[@]}"
refuses 'no subject' 'it asks for no common name \(CN\); devices want one' nameless.csr
request unnamed.csr '/O=o/OU=u' "${quick[@]}" -addext subjectAltName=DNS:x
refuses 'no common name' 'it asks for no common name \(CN\); devices want one' unnamed.csr
request twins.csr '/CN=a/CN=b' "${quick[@]}"
refuses 'two common names' 'it asks for several common names \(CN\)' twins.csr
request control.csr $'/O=o/CN=a\x1b[31mb' "${quick[@]}"
refuses 'an escape sequence' \
    'part 2 of the subject that it asks for is empty or holds characters that no name has' control.csr
parts=$(printf '/OU=%d' {1..17})
request parts.csr "$parts/CN=a" "${quick[@]}"
refuses 'a subject of 18 parts' 'the subject that it asks for has more than 16 parts' parts.csr
request mail.csr '/O=o/OU=u/CN=m' "${quick[@]}" -addext subjectAltName=DNS:m,email:a@b.example
refuses 'a mail address' 'alternative name 2 that it asks for is no host name or IP address; give those that it shall have with --san' mail.csr
rm -f out.crt
many=$(printf 'DNS:a%d,' {1..65})
request many.csr '/O=o/OU=u/CN=m' "${quick[@]}" -addext "subjectAltName=${many%,}"
refuses '65 names' 'it asks for more than 64 alternative names' many.csr
request odd.csr '/O=o/OU=u/CN=m' "${quick[@]}" -addext 'subjectAltName=DNS:a b'
elsewise='is no host name or IP address; give those that it shall have with --san'
refuses 'a name that is none' "alternative name 1 that it asks for $elsewise" odd.csr
for name in under_score.example gw.example. '*' 'a.*.example'; do
    request odd.csr '/O=o/OU=u/CN=m' "${quick[@]}" -addext "subjectAltName=DNS:m,DNS:$name"
    refuses "the name $name" "alternative name 2 that it asks for $elsewise" odd.csr
done
for file in odd.csr mail.csr; do
    signed "--san for those of $file" $file --san DNS:good.example
    is "--san for those of $file: only that" "$(extension 'Subject Alternative Name')" \
        'DNS:m, DNS:good.example'
done
rm -f out.crt
request torn.csr '/O=o/OU=u/CN=m' "${quick[@]}" -addext subjectAltName=DER:0102
refuses 'an extension that is none' 'an extension that it asks for cannot be read' torn.csr
request wild2.csr '/O=o/OU=u/CN=m' "${quick[@]}" -addext 'subjectAltName=DNS:*.acme.example'
refuses 'a wildcard as alternative name' '\*.acme.example is a wildcard, which RFC 5922 .*' wild2.csr
request wild.csr '/O=o/OU=u/CN=*.acme.example' "${quick[@]}"
refuses 'a wildcard' '\*.acme.example is a wildcard, which RFC 5922 .*, or give --allow-wildcard' wild.csr
signed '--allow-wildcard' wild.csr --allow-wildcard
refused 'an issuer that is no CA' 'rsa.csr: the issuer is no CA' sh -c \
    'cat request.key out.crt >leaf.pem && chmod 600 leaf.pem && exec mkcert --issuer leaf.pem --csr rsa.csr x.crt'

# --- wrong usage

misused '--csr alone' 'give --issuer, the CA that signs the request$' mkcert --csr rsa.csr x.crt
misused '--csr without an output' 'give the output file for the certificate$' \
    mkcert --csr rsa.csr --issuer ca.pem
for option in '-c x' '-o x' '-u x' '-l x' '-s x' '-C NZ' '-b 2048' '-E secp256r1' '--key ca.pem' \
    '--for asterisk'; do
    read -ra words <<<"$option"
    misused "--csr $option" '--csr brings key and names with it; only --san replaces some$' \
        mkcert --csr rsa.csr --issuer ca.pem "${words[@]}" x.crt
done
not_ok 'nothing that was refused left a file' test -e x.crt
no_temporaries 'nothing is left behind'
done_testing
