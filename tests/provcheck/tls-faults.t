#!/bin/bash
# SPDX-License-Identifier: MIT
# Certificates with every fault that devices of the voice network refuse, each shown by a server in
# a real handshake, and sound ones.

# shellcheck source=tests/provcheck/tls.sh
. "${0%/*}/tls.sh"

sip_families='sangoma-d img2020 mediatrix'
new_rsa server.key && new_root ca 'Voice CA' && new_root other 'Other CA' || exit 1

# --- sound

issue_server ca sound
ok 'a sound server' serve_old sound.crt
for family in $sip_families; do
    accepts "$family: sound" "$family" --ca ca.crt
    as=127.0.0.1 accepts "$family: its address is a name, too" "$family" --ca ca.crt
    as=PBX.Voice.Example accepts "$family: names in any case" "$family" --ca ca.crt
    as=other.example refuses "$family: another name" 'identity mismatch' 0x40000000 "$family" \
        --ca ca.crt
    printed "$family: and which it has" 'for DNS pbx.voice.example, IP 127.0.0.1, and not for other.example'
    as=127.0.0.2 refuses "$family: another address" 'identity mismatch' 0x40000000 "$family" \
        --ca ca.crt
    refuses "$family: another CA" 'issuer not found' 0x00000001 "$family" --ca other.crt
    printed "$family: and which CA is missing" '^refused: .* CN=Voice CA, is neither sent'
done
cat other.crt ca.crt >cas.crt
accepts 'one of two CAs' sangoma-d --ca cas.crt
as=$server_name. accepts 'a name to its root' sangoma-d --ca cas.crt
sed '5s/./!/' other.crt | cat ca.crt - ca.crt >no-base64.crt
sed 5d other.crt | cat ca.crt - ca.crt >no-asn1.crt
head -n 5 other.crt | cat ca.crt - >cut-off.crt
for fault in no-base64 no-asn1 cut-off; do
    refused "a damaged CA: $fault" "$fault.crt: certificate 2 of it cannot be read" provcheck tls a:1 \
        --ca "$fault.crt"
done
sed 5d ca.crt >first.crt
refused 'a single damaged CA' 'first.crt: certificate 1 of it cannot be read' provcheck tls a:1 --ca first.crt
openssl x509 -in ca.crt -outform DER -out ca.der
accepts 'a CA as DER' sangoma-d --ca ca.der
refuses 'no CA but the public ones' 'issuer not found' 0x00000001 sangoma-d
printed 'which is said' '^Trusted CAs: *the public ones'
refuses 'no CA of a device without public ones' 'issuer not found' 0x00000001 img2020
printed 'is assumed' '^note: CAs assumed: '
not_after=$(date -u -d "$(openssl x509 -in sound.crt -noout -enddate | cut -d = -f 2)" +%s)
accepts 'until its last second' sangoma-d --ca ca.crt --timestamp "$((not_after - 1))"
refuses 'not after it' 'expired' 0x00000004 sangoma-d --ca ca.crt --timestamp "$((not_after + 1))"

cat sound.crt ca.crt >with-root.crt
serve_old with-root.crt -cert_chain with-root.crt
accepts 'the root sent, too' sangoma-d --ca ca.crt
refuses 'a root that is not trusted' 'untrusted' 0x00000002 sangoma-d --ca other.crt

# --- trust

new_root self "$server_name" "${server_extensions/authorityKeyIdentifier = keyid/}"
serve_tls self.crt self.key -cipher "$old"
for family in $sip_families; do
    refuses "$family: self-signed" 'untrusted' 0x00000002 "$family" --ca ca.crt
    accepts "$family: self-signed, and loaded" "$family" --ca self.crt
done

# The CA made anew: the same name, another key.
new_root again 'Voice CA'
serve_old sound.crt
for family in $sip_families; do
    refuses "$family: a CA made anew" 'issuer mismatch' 0x00000020 "$family" --ca again.crt
done
serve_old with-root.crt -cert_chain with-root.crt
refuses 'a CA made anew, the old one sent' 'issuer mismatch,untrusted' 0x00000022 sangoma-d \
    --ca again.crt
as=other.example refuses "the vendor's example" 'identity mismatch,issuer mismatch,untrusted' 0x40000022 sangoma-d \
    --ca again.crt
printed 'in words' '^Error Word: .*\(EUNTRUSTED \+ EISSUER_MISMATCH \+ EIDENTITY_NOT_MATCH\)$'
new_root bare1 'Bare CA' 'basicConstraints = critical, CA:TRUE'
new_root bare2 'Bare CA' 'basicConstraints = critical, CA:TRUE'
issue bare1 no-ids "$server_name" "${server_extensions/authorityKeyIdentifier = keyid/}"
serve_old no-ids.crt
accepts 'a CA without key identifiers' sangoma-d --ca bare1.crt
refuses 'one made anew without them' 'issuer mismatch' 0x00000020 sangoma-d --ca bare2.crt

# --- dates

issue_server ca expired -startdate 20200101000000Z -enddate 20210101000000Z
issue_server ca future -startdate 20900101000000Z -enddate 20950101000000Z
serve_old expired.crt
for family in $sip_families; do
    refuses "$family: expired" 'expired' 0x00000004 "$family" --ca ca.crt
done
printed 'since when' 'expired at 2021-01-01 00:00:00 UTC'
serve_old future.crt
for family in $sip_families; do
    refuses "$family: not yet valid" 'not yet valid' 0x00000004 "$family" --ca ca.crt
done
printed 'from when on' 'not valid before 2090-01-01 00:00:00 UTC'

# --- purposes

issue ca client "$server_name" "${server_extensions/serverAuth/clientAuth}"
issue ca usage "$server_name" "${server_extensions/digitalSignature, keyEncipherment/cRLSign}"
for fault in client usage; do
    serve_old "$fault.crt"
    for family in $sip_families; do
        refuses "$family: $fault purpose" 'bad purpose' 0x00000010 "$family" --ca ca.crt
    done
done
new_intermediate ca no-ca 'No CA' "${ca_extensions/CA:TRUE/CA:FALSE}"
issue_server no-ca under-no-ca
serve_old under-no-ca.crt -cert_chain no-ca.crt
refuses 'issued by what is no CA' 'bad purpose' 0x00000010 sangoma-d --ca ca.crt
new_intermediate ca no-sign 'Not For Certificates' "${ca_extensions/keyCertSign, /}"
issue_server no-sign under-no-sign
serve_old under-no-sign.crt -cert_chain no-sign.crt
refuses 'issued by a CA that may not' 'bad purpose' 0x00000010 sangoma-d --ca ca.crt
printed 'which is named' 'CN=Not For Certificates: invalid CA certificate'

# --- chains

new_intermediate ca sub1 'Sub 1' && new_intermediate sub1 sub2 'Sub 2' &&
    new_intermediate sub2 sub3 'Sub 3'
issue_server sub2 four
issue_server sub3 five
cat sub2.crt sub1.crt >above-four.crt
cat sub3.crt sub2.crt sub1.crt >above-five.crt
serve_old four.crt -cert_chain above-four.crt
for family in $sip_families; do
    accepts "$family: a chain of four" "$family" --ca ca.crt
done
serve_old five.crt -cert_chain above-five.crt
refuses 'img2020: a chain of five' 'chain too long' 0x00000100 img2020 --ca ca.crt
accepts 'sangoma-d: a chain of five' sangoma-d --ca ca.crt
serve_old four.crt -cert_chain sub2.crt
for family in $sip_families; do
    refuses "$family: a CA between is missing" 'issuer not found' 0x00000001 "$family" --ca ca.crt
done
printed 'which one' 'CN=Sub 1, is neither sent'
new_intermediate ca short 'Short' "${ca_extensions/CA:TRUE/CA:TRUE, pathlen:0}"
new_intermediate short beyond 'Beyond'
issue_server beyond too-deep
cat beyond.crt short.crt >above-too-deep.crt
serve_old too-deep.crt -cert_chain above-too-deep.crt
refuses 'longer than a CA allows' 'chain too long' 0x00000100 sangoma-d --ca ca.crt

for _ in {1..40}; do cat sub1.crt; done >forty.crt
issue_server sub1 three
serve_old three.crt -cert_chain forty.crt
refuses 'more certificates than are read' 'chain too long' 0x00000100 sangoma-d --ca ca.crt
printed 'how many' 'sends 41 certificates, and 32 are read'

for _ in {1..16}; do cat other.crt; done | cat - ca.crt >seventeen.crt
serve_old sound.crt
refuses 'img2020: seventeen CAs' 'too many CAs' 0x00000000 img2020 --ca seventeen.crt
accepts 'sangoma-d: seventeen CAs' sangoma-d --ca seventeen.crt

# --- revocation

crl_of() { # CA FILE [OPTION...]
    openssl ca -config "$1.cnf" -gencrl -out "$2" "${@:3}" 2>openssl.err
}

crl_of ca nobody.crl && crl_of other other.crl && issue_server ca revoked &&
    openssl ca -config ca.cnf -revoke revoked.crt 2>openssl.err && crl_of ca revoked.crl
accepts 'not revoked' sangoma-d --ca ca.crt --crl revoked.crl
accepts 'a list without entries' sangoma-d --ca ca.crt --crl nobody.crl
refuses 'a list of another CA' 'revocation list unusable' 0x00000040 sangoma-d --ca ca.crt \
    --crl other.crl
later=$(($(date +%s) + 60 * 86400))
refuses 'a list that ran out' 'revocation list unusable' 0x00000040 sangoma-d --ca ca.crt \
    --crl nobody.crl --timestamp "$later"
serve_old revoked.crt
for family in sangoma-d mediatrix; do
    refuses "$family: revoked" 'revoked' 0x00000080 "$family" --ca ca.crt --crl revoked.crl
    accepts "$family: revoked, but it does not know" "$family" --ca ca.crt
done
accepts 'img2020: knows no lists' img2020 --ca ca.crt --crl revoked.crl
printed 'which is said' '^note: revocation list not used: '
# A list by another CA of the same name, which revokes it.
openssl ca -config again.cnf -revoke revoked.crt 2>openssl.err && crl_of again forged.crl
refuses 'revoked by a forged list' 'revocation list unusable' 0x00000040 sangoma-d --ca ca.crt \
    --crl forged.crl
sed 4d revoked.crl | cat revoked.crl - >damaged.crl
refused 'a damaged list' 'damaged.crl: revocation list 2 of it cannot be read' provcheck tls a:1 \
    --crl damaged.crl
openssl ca -config ca.cnf -revoke sub1.crt 2>openssl.err && crl_of ca sub1.crl && crl_of sub1 sub2.crl
crl_of sub2 leaf.crl && cat sub1.crl leaf.crl >chain.crl
serve_old four.crt -cert_chain above-four.crt
refuses 'a CA revoked' 'revoked' 0x00000080 sangoma-d --ca ca.crt --crl chain.crl

# --- names

issue_names() { # NAME COMMON-NAME ALTERNATIVE-NAMES
    local extensions=${server_extensions%subjectAltName*}
    issue ca "$1" "$2" "$extensions${3:+subjectAltName = $3}"
}

issue_names wildcard x 'DNS:*.voice.example' && issue_names common "$server_name" '' &&
    issue_names ignored "$server_name" DNS:other.example && issue_names uri x URI:sip:PBX.voice.example &&
    issue_names user x URI:sip:pbx@pbx.voice.example && issue_names sips x URI:https://pbx.voice.example &&
    issue_names port x 'URI:sip:pbx.voice.example:5061' && issue_names longer x URI:sip:pbx.voice.example.net
serve_old wildcard.crt
for family in $sip_families; do
    refuses "$family: a wildcard" 'wildcard name' 0x40000000 "$family" --ca ca.crt
    accepts "$family: a wildcard that is allowed" "$family" --ca ca.crt --allow-wildcard
    as=pbx.other refuses "$family: a wildcard for another domain" 'identity mismatch' 0x40000000 "$family" \
        --ca ca.crt --allow-wildcard
    as=a.pbx.voice.example refuses "$family: a wildcard for two labels" 'identity mismatch' 0x40000000 "$family" \
        --ca ca.crt --allow-wildcard
done
for names in common uri port; do
    serve_old "$names.crt"
    accepts "names: $names" sangoma-d --ca ca.crt
done
for names in ignored user sips longer; do
    serve_old "$names.crt"
    refuses "names: $names" 'identity mismatch' 0x40000000 sangoma-d --ca ca.crt
done

# --- several at once, and what cannot be read

issue ca mess "$server_name" "${server_extensions/serverAuth/clientAuth}" \
    -startdate 20200101000000Z -enddate 20210101000000Z
serve_old mess.crt
as=other.example refuses 'everything at once' 'bad purpose,expired,identity mismatch,issuer not found' 0x40000015 \
    sangoma-d --ca other.crt
issue ca critical "$server_name" "$server_extensions
1.3.6.1.4.1.99999.1 = critical, ASN1:UTF8String:x"
serve_old critical.crt
refuses 'what nobody knows, and must' 'other verification error' 0x80000000 sangoma-d --ca ca.crt
printed 'in words' 'unhandled critical extension'
printf junk >junk.der
openssl x509 -in sound.crt -outform DER -out sound.der
serve_fake flight 0303 009d junk.der
refuses 'a certificate that is none' 'handshake failed,invalid format' 0x00000008 sangoma-d --ca ca.crt
serve_fake asking 0303 009d junk.der
refuses 'one that asks for another' 'handshake failed,invalid format' 0x00000008 sangoma-d --ca ca.crt
serve_fake flight 0303 009d sound.der junk.der
refuses 'a CA that is none' 'handshake failed,invalid format' 0x00000008 sangoma-d --ca ca.crt
serve_fake flight 0303 009d
refuses 'no certificate' 'handshake failed,invalid format' 0x00000008 sangoma-d --ca ca.crt
done_testing
