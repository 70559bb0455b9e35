#!/bin/bash
# SPDX-License-Identifier: MIT
# mkcert as a CA: chains that OpenSSL, GnuTLS and NSS accept, and what no CA may issue.

# shellcheck source=tests/cli/lib.sh
. "${0%/*}/lib.sh"
may_hold only.pass kept # passphrases

requires openssl certtool certutil

show() { # FILE OPENSSL-X509-OPTION...
    local file=$1
    shift
    openssl x509 -in "$file" -noout "$@"
}

extension() { # FILE NAME
    show "$1" -text | sed -n "/X509v3 $2:/{s/.*X509v3 $2: *//;h;n;s/^ *//;H;x;p;}" |
        paste -sd ' ' | sed 's/^ *//; s/ *$//'
}

subject() { # FILE
    show "$1" -subject -nameopt RFC2253,-dn_rev | cut -d = -f 2-
}

blocks() { # FILE: what is in it, in order
    sed -n 's/^-----BEGIN \(.*\)-----$/\1/p' "$1" | paste -sd ,
}

# The certificates of FILE alone, for programs that stumble over keys.
certificates() { # FILE
    sed -n '/BEGIN CERTIFICATE/,/END CERTIFICATE/p' "$1"
}

openssl_accepts() { # NAME FILE ROOT PURPOSE
    run openssl verify -x509_strict -purpose "$4" -CAfile "$3" -untrusted "$2" "$2"
    judge "$1: OpenSSL, $4" "$([ "$code" -eq 0 ] || echo 'it does not verify')"
}

gnutls_accepts() { # NAME FILE ROOT OID
    certificates "$2" >chain
    certificates "$3" >>chain
    run certtool --verify-chain --infile chain
    judge "$1: GnuTLS, chain" "$([ "$code" -eq 0 ] || echo 'it does not verify')"
    certificates "$2" >chain
    run certtool --verify --load-ca-certificate "$3" --verify-purpose "$4" --infile chain
    judge "$1: GnuTLS, $4" "$([ "$code" -eq 0 ] || echo 'it does not verify')"
}

nss_accepts() { # NAME FILE ROOT USAGE
    local i=0
    rm -rf nss && mkdir nss && certutil -N -d sql:nss --empty-password
    certificates "$3" >root.crt
    certutil -A -d sql:nss -n root -t CT,C,C -a -i root.crt
    rm -f part.*
    certificates "$2" | csplit -s -z -f part. - '/BEGIN/' '{*}'
    for part in part.*; do
        certutil -A -d sql:nss -n "member$i" -t ,, -a -i "$part"
        i=$((i + 1))
    done
    run certutil -V -d sql:nss -n member0 -u "$4" -e
    judge "$1: NSS, $4" "$([ "$code" -eq 0 ] || echo 'it does not verify')"
}

accepted() { # NAME FILE ROOT [server|client]...
    local name=$1 file=$2 root_file=$3
    shift 3
    for purpose in "$@"; do
        case $purpose in
        server)
            openssl_accepts "$name" "$file" "$root_file" sslserver
            gnutls_accepts "$name" "$file" "$root_file" 1.3.6.1.5.5.7.3.1
            nss_accepts "$name" "$file" "$root_file" V
            ;;
        client)
            openssl_accepts "$name" "$file" "$root_file" sslclient
            gnutls_accepts "$name" "$file" "$root_file" 1.3.6.1.5.5.7.3.2
            nss_accepts "$name" "$file" "$root_file" C
            ;;
        esac
    done
}

# --- a CA

names=(--organization Acme --unit Voice)
silent 'a CA' mkcert --ca -c 'Acme Voice CA' "${names[@]}" ca.pem
is 'a CA: only its owner can read it' "$(mode ca.pem)" 600
is 'a CA: key and certificate' "$(blocks ca.pem)" 'PRIVATE KEY,CERTIFICATE'
is 'a CA: basicConstraints' "$(extension ca.pem 'Basic Constraints')" 'critical CA:TRUE, pathlen:2'
is 'a CA: keyUsage' "$(extension ca.pem 'Key Usage')" 'critical Certificate Sign, CRL Sign'
is 'a CA: no extendedKeyUsage' "$(extension ca.pem 'Extended Key Usage')" ''
is 'a CA: no alternative name' "$(extension ca.pem 'Subject Alternative Name')" ''
ok 'a CA verifies itself' sh -c \
    'openssl verify -x509_strict -CAfile ca.pem ca.pem >/dev/null'
silent 'a CA named as a host' mkcert --ca -c ca.acme.example "${names[@]}" host-ca.pem
is 'a CA named as a host: no alternative name' \
    "$(extension host-ca.pem 'Subject Alternative Name')" ''
silent 'a CA below it' mkcert --ca --issuer ca.pem -c 'Acme Sites CA' -E secp384r1 sites.pem
is 'a CA below it: with the root' "$(blocks sites.pem)" 'PRIVATE KEY,CERTIFICATE,CERTIFICATE'
is 'a CA below it: O and OU of its issuer' "$(subject sites.pem)" 'CN=Acme Sites CA,O=Acme,OU=Voice'
is 'a CA below it: basicConstraints' "$(extension sites.pem 'Basic Constraints')" \
    'critical CA:TRUE, pathlen:1'
is 'a CA below it: names its key' "$(extension sites.pem 'Authority Key Identifier')" \
    "$(extension ca.pem 'Subject Key Identifier')"
silent 'a CA below that' mkcert --ca --issuer sites.pem -c 'Acme Site 1 CA' -b 1024 site1.pem
is 'a CA below that: basicConstraints' "$(extension site1.pem 'Basic Constraints')" \
    'critical CA:TRUE, pathlen:0'
refused 'a CA too deep' 'deep.pem: what this CA issues would end a chain of 5 certificates, and gateways such as the IMG 2020 look at no more than 4; issue from a CA nearer to the root$' \
    mkcert --ca --issuer site1.pem -c Deep deep.pem
not_ok 'a CA too deep: no file' test -e deep.pem

# --- what it issues

quick=(-E secp256r1)
silent 'a server' mkcert --issuer ca.pem -c pbx.acme.example pbx.pem
is 'a server: only its owner can read it' "$(mode pbx.pem)" 600
is 'a server: no root' "$(blocks pbx.pem)" 'PRIVATE KEY,CERTIFICATE'
is 'a server: O and OU of the issuer' "$(subject pbx.pem)" 'CN=pbx.acme.example,O=Acme,OU=Voice'
is 'a server: basicConstraints' "$(extension pbx.pem 'Basic Constraints')" 'critical CA:FALSE'
is 'a server: keyUsage' "$(extension pbx.pem 'Key Usage')" \
    'critical Digital Signature, Key Encipherment'
is 'a server: extendedKeyUsage' "$(extension pbx.pem 'Extended Key Usage')" \
    'TLS Web Server Authentication, TLS Web Client Authentication'
is 'a server: alternative name' "$(extension pbx.pem 'Subject Alternative Name')" \
    DNS:pbx.acme.example
is 'a server: the key belongs to it' "$(openssl pkey -in pbx.pem -pubout)" "$(show pbx.pem -pubkey)"
like 'a server: its serial number' "$(show pbx.pem -serial)" '^serial=[0-9A-F]{32}$'
accepted 'a server' pbx.pem ca.pem server client

silent 'an EC server' mkcert --issuer ca.pem --server -c ec.acme.example -o Other -u Else \
    --san IP:192.0.2.1 "${quick[@]}" ec.pem
is 'an EC server: names of its own' "$(subject ec.pem)" 'CN=ec.acme.example,O=Other,OU=Else'
is 'an EC server: keyUsage' "$(extension ec.pem 'Key Usage')" 'critical Digital Signature'
is 'an EC server: extendedKeyUsage' "$(extension ec.pem 'Extended Key Usage')" \
    'TLS Web Server Authentication'
is 'an EC server: alternative names' "$(extension ec.pem 'Subject Alternative Name')" \
    'DNS:ec.acme.example, IP Address:192.0.2.1'
accepted 'an EC server' ec.pem ca.pem server
not_ok 'a server is no client' sh -c \
    'openssl verify -purpose sslclient -CAfile ca.pem ec.pem >/dev/null 2>&1'
silent 'a client' mkcert --issuer ca.pem --client -c 'Client 1' "${quick[@]}" client.pem
is 'a client: extendedKeyUsage' "$(extension client.pem 'Extended Key Usage')" \
    'TLS Web Client Authentication'
accepted 'a client' client.pem ca.pem client
not_ok 'a client is no server' sh -c \
    'openssl verify -purpose sslserver -CAfile ca.pem client.pem >/dev/null 2>&1'
silent '--server and --client' mkcert --issuer ca.pem --server --client -c b "${quick[@]}" both.pem
is '--server and --client: both' "$(extension both.pem 'Extended Key Usage')" \
    'TLS Web Server Authentication, TLS Web Client Authentication'

silent 'a server three below' mkcert --issuer site1.pem -c deep.acme.example deep.pem
is 'a server three below: what lies between' "$(blocks deep.pem)" \
    'PRIVATE KEY,CERTIFICATE,CERTIFICATE,CERTIFICATE'
# NSS refuses keys of 1024 bits in a chain, as it should.
openssl_accepts 'a server three below' deep.pem ca.pem sslserver
gnutls_accepts 'a server three below' deep.pem ca.pem 1.3.6.1.5.5.7.3.1
silent 'a server two below' mkcert --issuer sites.pem -c two.acme.example "${quick[@]}" two.pem
accepted 'a server two below' two.pem ca.pem server client

# --- self-signed ones for a purpose

silent '--server alone' mkcert --server -c pbx "${names[@]}" "${quick[@]}" alone.pem
is '--server alone: no CA' "$(extension alone.pem 'Basic Constraints')" 'critical CA:FALSE'
is '--server alone: extendedKeyUsage' "$(extension alone.pem 'Extended Key Usage')" \
    'TLS Web Server Authentication'
is '--server alone: keyUsage' "$(extension alone.pem 'Key Usage')" \
    'Digital Signature, Key Encipherment, Data Encipherment'
for purpose in --server --client; do
    silent "$purpose alone" mkcert --force $purpose -c pbx "${names[@]}" "${quick[@]}" alone.pem
    refused "self-signed for a purpose ($purpose) it issues nothing" 'is no CA \(basicConstraints\)' \
        mkcert --issuer alone.pem $purpose -c x "${quick[@]}" x.pem
done
for name in SEP58971ECC97C1 sep58971ecc97c1 SEP58971ECC97C1.example CP-7962G-SEP58971ECC97C1; do
    silent "a phone: $name" mkcert --force -c $name "${names[@]}" "${quick[@]}" alone.pem
    is "a phone: $name: no CA" "$(extension alone.pem 'Basic Constraints')" 'critical CA:FALSE'
    is "a phone: $name: for all that phones do" "$(extension alone.pem 'Extended Key Usage')" \
        'TLS Web Server Authentication, TLS Web Client Authentication, IPSec End System'
    ok "a phone: $name: it verifies" sh -c \
        'openssl verify -CAfile alone.pem alone.pem >/dev/null'
done
for name in 'Separate SAST' SEP58971ECC97C CP-Voice; do
    silent "no phone: $name" mkcert --force -c "$name" "${names[@]}" "${quick[@]}" alone.pem
    is "no phone: $name: as ever" "$(extension alone.pem 'Basic Constraints')" \
        'critical CA:TRUE, pathlen:0'
done

# --- keys

silent 'a key of its own' mkcert -c old "${names[@]}" "${quick[@]}" key.pem
silent '--key' mkcert --issuer ca.pem --key key.pem -c keyed.acme.example keyed.pem
is '--key: the certificate alone' "$(blocks keyed.pem)" CERTIFICATE
is '--key: others may read it' "$(mode keyed.pem)" 644
is '--key: that key' "$(show keyed.pem -pubkey)" "$(show key.pem -pubkey)"
silent '--key, self-signed' mkcert --key key.pem -c self "${names[@]}" self.pem
is '--key, self-signed: that key' "$(show self.pem -pubkey)" "$(show key.pem -pubkey)"
ok '--key, self-signed: it verifies' sh -c \
    'openssl verify -CAfile self.pem self.pem >/dev/null'
openssl genpkey -quiet -algorithm ed25519 -out ed.key
openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:secp256k1 -out k1.key
openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:512 -out small.key
chmod 600 ./*.key
knows='neither RSA nor on secp256r1, secp384r1 or secp521r1, all that phones know$'
refused '--key of Ed25519' "x.pem: the key is $knows" mkcert --issuer ca.pem --key ed.key -c x x.pem
refused '--key on another curve' "the key is $knows" mkcert --issuer ca.pem --key k1.key -c x x.pem
refused '--key of 512 bits' 'the RSA key has 512 bits; 1024 to 4096 can be used$' \
    mkcert --issuer ca.pem --key small.key -c x x.pem
refused '--key without one' 'keyed.pem: it holds no private key' \
    mkcert --issuer ca.pem --key keyed.pem -c x x.pem

# --- an issuer in several files

certificates ca.pem >ca.crt
openssl pkey -in ca.pem -out ca.key
certificates site1.pem | sed '/END/q' >site1.crt
openssl pkey -in site1.pem -out site1.key
certificates sites.pem >above.crt
chmod 600 ./*.key
silent '--issuer-key' mkcert --issuer ca.crt --issuer-key ca.key -c apart "${quick[@]}" apart.pem
accepted '--issuer-key' apart.pem ca.pem server
silent '--chain' mkcert --issuer site1.crt --issuer-key site1.key --chain above.crt -c far \
    "${quick[@]}" far.pem
is '--chain: what lies between' "$(blocks far.pem)" 'PRIVATE KEY,CERTIFICATE,CERTIFICATE,CERTIFICATE'
openssl_accepts '--chain' far.pem ca.pem sslserver
refused 'an issuer without its key' 'ca.crt: it holds no private key; give the file that holds the key too$' \
    mkcert --issuer ca.crt -c x x.pem
refused "another CA's key" 'x.pem: the private key given for the issuer does not belong to its certificate$' \
    mkcert --issuer ca.crt --issuer-key site1.key -c x x.pem
refused 'a missing issuer' 'none.pem: cannot open it: No such file' mkcert --issuer none.pem -c x x.pem
refused 'a missing chain' 'none.crt: cannot open it: No such file' \
    mkcert --issuer ca.pem --chain none.crt -c x x.pem
{ cat ca.crt && printf -- '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'; } >torn.crt
refused 'a broken chain' 'torn.crt: certificate 2 of it cannot be read$' \
    mkcert --issuer ca.pem --chain torn.crt -c x x.pem
echo planted-passphrase >passphrase
openssl pkey -in ca.pem -aes256 -passout file:passphrase -out locked.key
cat locked.key ca.crt >locked.pem
chmod 600 locked.*
silent 'an encrypted issuer' mkcert --issuer locked.pem --passphrase-file passphrase -c locked \
    "${quick[@]}" opened.pem
accepted 'an encrypted issuer' opened.pem ca.pem server
refused 'an encrypted issuer without its passphrase' \
    'locked.pem: it is encrypted and there is no passphrase' \
    setsid mkcert --issuer locked.pem -c x x.pem

# --- issuers that cannot be one

refused 'no CA' 'x.pem: the issuer is no CA \(basicConstraints\), so nobody would accept the certificate$' \
    mkcert --issuer pbx.pem --chain ca.crt -c x x.pem

# A CA of openssl's making, with these extensions.
made_by_openssl() { # FILE DAYS EXTENSION...
    local file=$1 days=$2
    shift 2
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout part.key \
        -out part.crt -days "$days" -subj '/CN=Foreign CA' "${@/#/-addext=}" 2>/dev/null
    cat part.key part.crt >"$file"
    chmod 600 "$file"
}
made_by_openssl unsigning.pem 100 keyUsage=critical,cRLSign
refused 'a CA that may not sign' 'the issuer may not sign certificates \(keyUsage lacks keyCertSign\)' \
    mkcert --issuer unsigning.pem -c x -o o -u u x.pem
made_by_openssl flat.pem 100 basicConstraints=critical,CA:TRUE,pathlen:0
refused 'a CA that has none below it' 'x.pem: the issuer allows 0 CAs below it \(pathlen\), not 1$' \
    mkcert --ca --issuer flat.pem -c x -o o -u u x.pem
made_by_openssl narrow.pem 100 basicConstraints=critical,CA:TRUE,pathlen:1
warned 'a CA that has one below it' 'it ends on' \
    mkcert --ca --issuer narrow.pem -c x -o o -u u "${quick[@]}" narrow2.pem
is 'a CA that has one below it: pathlen' "$(extension narrow2.pem 'Basic Constraints')" \
    'critical CA:TRUE, pathlen:0'
made_by_openssl plain.pem 100
misused 'an issuer without O' "^mkcert: the issuer's certificate has no O to take over; give one$" \
    mkcert --issuer plain.pem -c x -u u x.pem
misused 'an issuer without OU' "the issuer's certificate has no OU to take over; give one$" \
    mkcert --issuer plain.pem -c x -o o x.pem
openssl req -x509 -newkey ed25519 -nodes -keyout part.key -out part.crt -subj /CN=Ed 2>/dev/null
cat part.key part.crt >edca.pem
chmod 600 edca.pem
refused 'an issuer with an Ed25519 key' "the issuer's key is ED25519; phones and gateways know RSA and EC$" \
    mkcert --issuer edca.pem -c x -o o -u u x.pem

# --- time

export SOURCE_DATE_EPOCH=1700000000 # 2023-11-14
silent 'a CA for two years' mkcert --ca -c Short -y 2 "${names[@]}" "${quick[@]}" short.pem
silent 'a server as long as its CA' mkcert --issuer short.pem -c x -y 2 "${quick[@]}" x2.pem
is 'a server as long as its CA: until' "$(show x2.pem -enddate -dateopt iso_8601)" \
    'notAfter=2025-11-14 00:00:00Z'
warned 'a server beyond its CA' \
    'x10.pem: warning: it ends on 2025-11-14 with its issuer, not after 10 years; renew the issuer first$' \
    mkcert --issuer short.pem -c x "${quick[@]}" x10.pem
is 'a server beyond its CA: until' "$(show x10.pem -enddate -dateopt iso_8601)" \
    'notAfter=2025-11-14 00:00:00Z'
SOURCE_DATE_EPOCH=1800000000
refused 'a CA that expired' 'x.pem: the issuer has expired; renew it first$' \
    mkcert --issuer short.pem -c x x.pem
SOURCE_DATE_EPOCH=1600000000
refused 'a CA of tomorrow' 'x.pem: the issuer is not valid yet$' mkcert --issuer short.pem -c x x.pem
unset SOURCE_DATE_EPOCH
SOURCE_DATE_EPOCH=1700000000 mkcert --ca --issuer ca.pem -c x -o o x.pem 2>err-early
like 'a CA above that is not valid yet' "$(<err-early)" 'the issuer is not valid yet'

# --- wildcards

forbidden='is a wildcard, which RFC 5922 \(section 7.2\) forbids for SIP and phones refuse; name the host, or give --allow-wildcard$'
misused 'a wildcard' "^mkcert: \*.acme.example $forbidden" mkcert --issuer ca.pem -c '*.acme.example' x.pem
misused 'a wildcard as --san' "^mkcert: \*.b.example $forbidden" \
    mkcert --issuer ca.pem -c pbx --san 'DNS:*.b.example' "${quick[@]}" x.pem
misused 'a wildcard, self-signed for servers' "$forbidden" \
    mkcert --server -c '*.acme.example' "${names[@]}" "${quick[@]}" x.pem
silent '--allow-wildcard' mkcert --issuer ca.pem --allow-wildcard -c '*.acme.example' \
    "${quick[@]}" wild.pem
is '--allow-wildcard: alternative name' "$(extension wild.pem 'Subject Alternative Name')" \
    'DNS:*.acme.example'
misused 'a wildcard, issued for a phone' "$forbidden" \
    mkcert --for phone --issuer ca.pem -c '*.acme.example' "${quick[@]}" x.pem
silent 'a wildcard, self-signed for phones' mkcert -c '*.acme.example' "${names[@]}" "${quick[@]}" w.pem
silent 'a wildcard, self-signed --for phone' mkcert --for phone -c '*.acme.example' "${names[@]}" \
    "${quick[@]}" w2.pem

# --- names that are none

warned 'a name with an umlaut' 'u.pem: warning: its common name is no host name, so it has no subjectAltName, and devices accept it under no name; give one with --san, with umlauts as xn--...$' \
    mkcert --issuer ca.pem -c pbx.münchen.example "${quick[@]}" u.pem
is 'a name with an umlaut: no alternative name' "$(extension u.pem 'Subject Alternative Name')" ''
silent 'a name with an umlaut, and --san' mkcert --issuer ca.pem -c pbx.münchen.example \
    --san DNS:pbx.xn--mnchen-3ya.example "${quick[@]}" u2.pem
silent 'a client of any name' mkcert --issuer ca.pem --client -c 'Zoë' "${quick[@]}" zoe.pem

# --- outputs that are inputs

openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out only.key 2>/dev/null
chmod 600 only.key
openssl req -new -key only.key -subj /O=o/OU=u/CN=r -out only.csr
ln -s only.key linked.key
ln only.key hard.key
cp passphrase only.pass
input_stays() { # OPTION FILE OUTPUT ARGUMENT...
    local option=$1 file=$2 output=$3
    shift 3
    cp "$file" kept
    for force in '' --force; do
        refused "$option is the output $force" "$output: it is what $option reads, and would be lost; choose another name$" \
            mkcert $force "$@" "$output"
        ok "$option is the output $force: it stays" same "$file" kept
    done
}
for output in only.key ./only.key "$PWD/only.key" hard.key linked.key; do
    input_stays --key only.key "$output" --issuer ca.pem --key only.key -c x
done
input_stays --key only.key only.key --issuer ca.pem --key linked.key -c x
input_stays --issuer ca.pem ca.pem --issuer ca.pem -c x "${quick[@]}"
input_stays --issuer-key ca.key ca.key --issuer ca.crt --issuer-key ca.key -c x "${quick[@]}"
input_stays --chain above.crt above.crt --issuer ca.pem --chain above.crt -c x "${quick[@]}"
input_stays --csr only.csr only.csr --issuer ca.pem --csr only.csr
input_stays --passphrase-file only.pass only.pass -c x "${names[@]}" "${quick[@]}" \
    --passphrase-file only.pass

# --- what the issuer's names are constrained to

constrained='the names of it or of its holder are none that the nameConstraints of its issuers permit, so nobody would accept it$'
made_by_openssl domain.pem 4000 'nameConstraints=critical,permitted;DNS:acme.example,permitted;IP:192.0.2.0/255.255.255.0'
silent 'a name that is permitted' mkcert --issuer domain.pem -c pbx.acme.example --san IP:192.0.2.1 \
    -o o -u u "${quick[@]}" inside.pem
for san in DNS:x.example IP:198.51.100.1; do
    refused "a name that is not, $san" "x.pem: $constrained" mkcert --issuer domain.pem \
        -c pbx.acme.example --san $san -o o -u u "${quick[@]}" x.pem
done
refused 'a common name that is not permitted' "x.pem: $constrained" \
    mkcert --issuer domain.pem -c x.example -o o -u u "${quick[@]}" x.pem
silent 'a constrained CA below' mkcert --ca --issuer domain.pem -c 'Domain CA' -o o -u u "${quick[@]}" domain2.pem
refused 'a name that the CA above does not permit' "x.pem: $constrained" \
    mkcert --issuer domain2.pem -c x.example "${quick[@]}" x.pem
openssl req -new -key only.key -subj /O=o/OU=u/CN=x.example -out x.csr
refused 'a request for a name that is not permitted' "x.csr: $constrained" \
    mkcert --issuer domain.pem --csr x.csr x.pem
made_by_openssl excluded.pem 4000 'nameConstraints=critical,excluded;DNS:secret.example'
refused 'a name that is excluded' "x.pem: $constrained" \
    mkcert --issuer excluded.pem -c a.secret.example -o o -u u "${quick[@]}" x.pem

# --- wrong usage

misused '--issuer without a name' 'give --common, the name of whom the certificate is for$' \
    mkcert --issuer ca.pem x.pem
misused '--ca without names' 'give --common, --organization and --unit' mkcert --ca -c x x.pem
misused '--issuer-key alone' '--issuer-key and --chain go with --issuer$' \
    mkcert -c x "${names[@]}" --issuer-key ca.key x.pem
misused '--chain alone' '--issuer-key and --chain go with --issuer$' \
    mkcert -c x "${names[@]}" --chain ca.crt x.pem
for option in --server --client '--san DNS:a'; do
    read -ra words <<<"$option"
    misused "--ca $option" 'a CA is no server or client; --server, --client and --san are for what it issues$' \
        mkcert --ca -c x "${names[@]}" "${words[@]}" x.pem
done
misused '--key --bits' '--key brings a key; --bits and --curve are for one that is made$' \
    mkcert -c x "${names[@]}" --key key.pem --bits 1024 x.pem
misused '--key --curve' '--key brings a key; --bits and --curve are for one that is made$' \
    mkcert -c x "${names[@]}" --key key.pem --curve secp256r1 x.pem
not_ok 'nothing that was refused left a file' test -e x.pem
no_temporaries 'nothing is left behind'
done_testing
