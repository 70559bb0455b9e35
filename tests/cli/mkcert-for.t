#!/bin/bash
# SPDX-License-Identifier: MIT
# mkcert --for: the files of each system, their modes, and the lines to paste.

# shellcheck source=tests/cli/lib.sh
. "${0%/*}/lib.sh"

requires openssl
export PROV_SHARE=$root/share/prov

blocks() { # FILE: what is in it, in order
    sed -n 's/^-----BEGIN \(.*\)-----$/\1/p' "$1" | sed 's/CERTIFICATE/crt/; s/PRIVATE KEY/key/' |
        paste -sd ' '
}

files() { # FOLDER: names, modes and what is in them
    for file in "$1"/*; do
        echo "${file##*/} $(mode "$file"): $(blocks "$file")"
    done
}

subjects() { # FILE
    openssl crl2pkcs7 -nocrl -certfile "$1" | openssl pkcs7 -print_certs -noout |
        sed -n 's/^subject=.*CN = \([^,]*\).*/\1/p' | paste -sd ,
}

belongs() { # CERTIFICATE-FILE KEY-FILE
    [ "$(openssl x509 -in "$1" -noout -pubkey)" = "$(openssl pkey -in "$2" -pubout)" ]
}

verifies() { # CA-FILE CERTIFICATE-FILE
    openssl verify -x509_strict -purpose sslserver -verify_hostname pbx.acme.example -CAfile "$1" \
        -untrusted "$2" "$2" >/dev/null
}

# Whatever a pasted command names is there.
commands_fit() { # NAME
    local missing='' word
    grep -E '^ch(own|mod) ' "$out" | cut -d ' ' -f 3- | tr ' ' '\n' | while read -r word; do
        [ -e "$word" ] || missing+=" $word"
    done
    is "$1: its commands name what is there" "$missing" ''
    ok "$1: it has commands" grep -q '^chown ' "$out"
    ok "$1: chmod, too" grep -q '^chmod ' "$out"
    grep '^chmod ' "$out" >commands
    ok "$1: they run" sh -e ./commands
    not_ok "$1: no placeholder is left" grep -q '@[A-Z_]*@' "$out"
}

silent 'a CA' mkcert --ca -c 'Acme CA' -o Acme -u Voice -E secp256r1 ca.pem
silent 'a CA below' mkcert --ca --issuer ca.pem -c 'Acme Sub CA' -E secp256r1 sub.pem
here=(--issuer sub.pem -c pbx.acme.example -E secp256r1)

# --- asterisk

done_well 'asterisk' mkcert --for asterisk "${here[@]}" asterisk
is 'asterisk: its files' "$(files asterisk)" 'ca.crt 644: crt
pbx_acme_example.crt 644: crt crt
pbx_acme_example.key 600: key'
ok 'asterisk: the key belongs' belongs asterisk/pbx_acme_example.{crt,key}
is 'asterisk: the root is trusted' "$(subjects asterisk/ca.crt)" 'Acme CA'
ok 'asterisk: it verifies' verifies asterisk/ca.crt asterisk/pbx_acme_example.crt
folder=$PWD/asterisk
for line in '\[transport-tls\]' type=transport protocol=tls bind=0.0.0.0:5061 \
    "cert_file=$folder/pbx_acme_example.crt" "priv_key_file=$folder/pbx_acme_example.key" \
    "ca_list_file=$folder/ca.crt" method=sslv23; do
    printed "asterisk: $line" "^$line$"
done
printed 'asterisk: a restart' 'restart of Asterisk, not a reload'
commands_fit asterisk

# --- freeswitch

done_well 'freeswitch' mkcert --for freeswitch "${here[@]}" freeswitch
is 'freeswitch: its files' "$(files freeswitch)" 'agent.pem 640: crt crt key
cafile.pem 640: crt crt'
ok 'freeswitch: the key belongs' belongs freeswitch/agent.pem freeswitch/agent.pem
is 'freeswitch: whom it trusts' "$(subjects freeswitch/cafile.pem)" 'Acme CA,Acme Sub CA'
ok 'freeswitch: it verifies' verifies freeswitch/cafile.pem freeswitch/agent.pem
printed 'freeswitch: its folder' "data=\"internal_ssl_dir=$PWD/freeswitch\""
for variable in sip_tls_version= internal_ssl_enable=true internal_tls_port=5061; do
    printed "freeswitch: $variable" "<X-PRE-PROCESS cmd=\"set\" data=\"$variable.*\"/>"
done
for variable in external_ssl_enable=true external_tls_port=5081 "external_ssl_dir=$PWD/freeswitch"; do
    printed "freeswitch: $variable" "<X-PRE-PROCESS cmd=\"set\" data=\"$variable\"/>"
done
printed 'freeswitch: its group' '^chown root:freeswitch .*agent.pem'
printed 'freeswitch: its mode' '^chmod 640 .*agent.pem'
commands_fit freeswitch
valid_for() { # DAYS
    openssl x509 -in freeswitch/agent.pem -noout -checkend $(($1 * 86400)) >/dev/null
}
ok 'freeswitch: five years' valid_for $((5 * 365 - 2))
not_ok 'freeswitch: no more than 2190 days' valid_for 2190
run mkcert --for freeswitch "${here[@]}" --years 6 freeswitch6
is 'freeswitch for six years: done' "$code" 0
like 'freeswitch for six years: a warning' "$(<"$err")" \
    'freeswitch6: warning: FreeSWITCH has wrapped validities over 2190 days around; give --years 5 or less$'

# Like FreeSWITCH, s_server sends the first certificate of -cert, and the CAs above it out of -CAfile.
openssl s_server -accept 127.0.0.1:0 -cert freeswitch/agent.pem -key freeswitch/agent.pem \
    -CAfile freeswitch/cafile.pem -www >server.out 2>server.err &
server=$!
for _ in {1..200}; do
    port=$(sed -n 's/^ACCEPT 127.0.0.1://p' server.out)
    if [ -n "$port" ] || ! kill -0 $server 2>/dev/null; then break; fi
    sleep 0.05
done
openssl x509 -in ca.pem -out root.crt
run timeout 20 openssl s_client -connect "127.0.0.1:$port" -CAfile root.crt -verify_return_error \
    -verify_hostname pbx.acme.example -tls1_2
is 'freeswitch: who has the root alone accepts it' "$code" 0
kill $server
wait $server 2>/dev/null

# --- img2020

done_well 'img2020' mkcert --for img2020 "${here[@]}" img2020
is 'img2020: its files' "$(files img2020)" 'CAList.pem 644: crt crt
privateKey.pem 600: key
publickey.pem 644: crt'
ok 'img2020: the key belongs' belongs img2020/publickey.pem img2020/privateKey.pem
is 'img2020: whom it trusts' "$(subjects img2020/CAList.pem)" 'Acme CA,Acme Sub CA'
ok 'img2020: it verifies' verifies img2020/CAList.pem img2020/publickey.pem
commands_fit img2020
: >many.crt
for i in {1..15}; do
    mkcert --ca -c "Other $i" -o o -u u -E secp256r1 "other$i.pem"
    openssl x509 -in "other$i.pem" >>many.crt
done
refused 'img2020 with 17 CAs' 'CAList.pem: it would hold 17 CAs; an IMG 2020 takes 16$' \
    mkcert --for img2020 "${here[@]}" --ca-list many.crt img17
not_ok 'img2020 with 17 CAs: no folder' test -e img17
sed '/END/q' many.crt >first.crt
csplit -s many.crt '/BEGIN/' '{1}' && mv xx02 fourteen.crt
done_well 'img2020 with 16 CAs' mkcert --for img2020 "${here[@]}" --ca-list fourteen.crt img16
is 'img2020 with 16 CAs: all' "$(grep -c BEGIN img16/CAList.pem)" 16
done_well 'CAs twice' mkcert --for img2020 "${here[@]}" --ca-list first.crt --ca-list first.crt \
    --ca-list sub.pem twice
is 'CAs twice: once' "$(subjects twice/CAList.pem)" 'Acme CA,Acme Sub CA,Other 1'

# --- mediatrix

done_well 'mediatrix' mkcert --for mediatrix "${here[@]}" mediatrix
is 'mediatrix: its files' "$(files mediatrix)" 'host.crt 600: crt crt key
other.crt 644: crt'
ok 'mediatrix: the key belongs' belongs mediatrix/host.crt mediatrix/host.crt
ok 'mediatrix: it verifies' verifies mediatrix/other.crt mediatrix/host.crt
printed 'mediatrix: the host certificate' "^Host certificate: +$PWD/mediatrix/host.crt"
printed 'mediatrix: the CA' "^Other certificate: +$PWD/mediatrix/other.crt"
commands_fit mediatrix

# --- phone

silent 'phone' mkcert --for phone -c pbx -o o -u u -E secp256r1 phone.pem
is 'phone: one file' "$(blocks phone.pem)" 'key crt'

# --- all systems

for system in asterisk freeswitch img2020 mediatrix; do
    done_well "$system, self-signed" mkcert --for $system -c 192.0.2.1 -o o -u u -E secp256r1 \
        "self-$system"
    before=$(cat $system/*)
    refused "$system again" "$system/.*: it exists, and a lost key cannot be had back" \
        mkcert --for $system "${here[@]}" $system
    is "$system again: all as it was" "$(cat $system/*)" "$before"
    done_well "$system --force" mkcert --for $system "${here[@]}" --force $system
    not_ok "$system --force: all is new" test "$(cat $system/*)" = "$before"
done
is 'self-signed: it is its own root' "$(subjects self-asterisk/ca.crt)" 192.0.2.1
ok 'self-signed: it verifies' sh -c 'openssl verify -purpose sslserver -verify_ip 192.0.2.1 \
    -CAfile self-asterisk/ca.crt self-asterisk/192_0_2_1.crt >/dev/null'
touch self-freeswitch/other && rm self-freeswitch/agent.pem
refused 'one of the files is there' 'cafile.pem: it exists' \
    mkcert --for freeswitch "${here[@]}" self-freeswitch
is 'one of the files is there: none is written' "$(ls self-freeswitch)" $'cafile.pem\nother'
done_well 'more CAs' mkcert --for asterisk "${here[@]}" --ca-list first.crt more
is 'more CAs: trusted' "$(subjects more/ca.crt)" 'Acme CA,Other 1'
done_well '--key' mkcert --for asterisk --issuer ca.pem -c pbx --key other1.pem keyed
ok '--key: that key' belongs keyed/pbx.crt other1.pem
ok '--key: in its file' belongs keyed/pbx.crt keyed/pbx.key
done_well 'for clients' mkcert --for freeswitch --client "${here[@]}" client
umask 077
done_well 'a strict umask' mkcert --for freeswitch "${here[@]}" strict
is 'a strict umask: kept where there is a key' "$(files strict)" 'agent.pem 600: crt crt key
cafile.pem 640: crt crt'
is 'a strict umask: others reach the files' "$(mode strict)" 755
commands_fit 'a strict umask'
is 'a strict umask: then as it is needed' "$(mode strict/agent.pem)" 640
done_well 'a strict umask, asterisk' mkcert --for asterisk "${here[@]}" strict-asterisk
is 'a strict umask, asterisk: its files' "$(files strict-asterisk)" 'ca.crt 644: crt
pbx_acme_example.crt 644: crt crt
pbx_acme_example.key 600: key'
umask 022
done_well 'the folder is a link' sh -c 'mkdir real && ln -s real linked && exec mkcert --for mediatrix \
    --issuer ca.pem -c pbx -E secp256r1 linked'
printed 'the folder is a link: where it leads' "$PWD/real/host.crt"

# --- a key in hardware

# token_key ID TYPE: a key on the token
token_key() {
    pkcs11-tool --module "$module" --token-label voice --login --pin 1234 --keypairgen \
        --key-type "$2" --usage-sign --id "$1" >/dev/null 2>&1
}

module=/usr/lib/softhsm/libsofthsm2.so
if have softhsm2-util && have pkcs11-tool && [ -e $module ]; then
    mkdir tokens
    echo "directories.tokendir = $PWD/tokens" >softhsm2.conf
    echo 'objectstore.backend = file' >>softhsm2.conf
    export SOFTHSM2_CONF=$PWD/softhsm2.conf
    (umask 077 && echo 1234 >pin)
    softhsm2-util --init-token --free --label voice --so-pin 12345678 --pin 1234 >/dev/null
    token_key 01 rsa:2048
    token_key 02 EC:prime256v1
    for id in 01 02; do
        token="pkcs11:token=voice;id=%$id?pin-source=$PWD/pin"
        silent "a CA on a token, key $id" mkcert --ca --key "$token" -c "Token CA $id" -o o -u u \
            "token$id.pem"
        is "a CA on a token, key $id: its certificate alone" "$(blocks "token$id.pem")" crt
        done_well "a server from it, key $id" mkcert --for asterisk --issuer "token$id.pem" \
            --issuer-key "$token" -c pbx.acme.example -E secp256r1 "token$id"
        ok "a server from it, key $id: it verifies" verifies "token$id.pem" \
            "token$id/pbx_acme_example.crt"
        refused "a file for a key on a token, key $id" \
            'x.key: the private key cannot be written to a file; it may not leave its token$' \
            mkcert --for asterisk --issuer ca.pem --key "$token" -c x leaves
        not_ok "a file for a key on a token, key $id: none" test -e leaves
        refused "a file for a key on a token that signs itself, key $id" \
            'x.key: the private key cannot be written to a file; it may not leave its token$' \
            mkcert --for asterisk --key "$token" -c x -o o -u u leaves
    done
else
    skip 'a key in hardware' 'softhsm2 or opensc is not installed'
fi

# --- templates

mkdir share
for case in 'key_file=@FOLDER@/@KEYFILE@ @' 'ok@@X_Y@'; do
    echo "$case" >share/asterisk.txt.in
    name=$(grep -Eo '@[A-Z_]+@' <<<"${case/@FOLDER@/}" | head -n 1)
    refused "an unknown placeholder, $name" "asterisk.txt.in: placeholder $name is unknown$" \
        env PROV_SHARE=share mkcert --for asterisk "${here[@]}" new
    not_ok "an unknown placeholder, $name: no files" test -e new
done
echo 'a@b.example @HOST@ @ @NAME @1@ @host@ @@NAME@' >share/asterisk.txt.in
done_well 'a template of your own' env PROV_SHARE=share mkcert --for asterisk "${here[@]}" own
is 'a template of your own: filled in' "$(<"$out")" \
    'a@b.example pbx.acme.example @ @NAME @1@ @host@ @pbx_acme_example'
refused 'no template' 'none/asterisk.txt.in: cannot open it: No such file' \
    env PROV_SHARE=none mkcert --for asterisk "${here[@]}" new
not_ok 'no template: no files' test -e new
mkdir there
refused 'no template, and a folder' 'none/asterisk.txt.in: cannot open it: No such file' \
    env PROV_SHARE=none mkcert --for asterisk "${here[@]}" there
ok 'no template, and a folder: it stays' test -d there

# --- what is refused

openssl x509 -in sub.pem >lonely.crt
openssl pkey -in sub.pem >>lonely.crt
chmod 600 lonely.crt
refused 'an issuer without its root' 'lonely.crt: the root above it is not in it, and asterisk must trust that; give it with --chain$' \
    mkcert --for asterisk --issuer lonely.crt -c pbx -E secp256r1 new
done_well 'an issuer without its root, but --chain' mkcert --for asterisk --issuer lonely.crt \
    --chain ca.pem -c pbx -E secp256r1 new
refused '--ca-list without a certificate' 'empty: it holds no certificate in PEM or DER$' \
    sh -c ': >empty; exec mkcert --for asterisk --issuer ca.pem -c pbx --ca-list empty -E secp256r1 new2'
refused '--ca-list of no file' 'none: cannot open it' \
    mkcert --for asterisk "${here[@]}" --ca-list none new2
for name in 'Acme PBX' 'pbx;x' "pbx'" '-pbx' 'pbx/..' 'Zoë' 'a_b'; do
    misused "common name $name" '^mkcert: with --for asterisk the common name is the host name or IP address that devices connect to$' \
        mkcert --for asterisk --issuer ca.pem -E secp256r1 --common="$name" new2
done
for name in 'a b' 'a;b' "a'b" a\$b $'a\nb' 'a#b'; do
    refused "folder ${name/$'\n'/ newline }" 'its path holds characters that shells and configuration files take apart; choose another folder$' \
        mkcert --for asterisk "${here[@]}" "$name"
    not_ok "folder ${name/$'\n'/ newline }: not made" test -e "$name"
done
mkdir mixed && cp other1.pem mixed/pbx.key && cp mixed/pbx.key kept
refused 'a key that would be replaced' 'mixed/pbx.key: it is what --key reads, and would be lost; choose another name$' \
    mkcert --for asterisk --issuer ca.pem -c pbx --key mixed/pbx.key --force mixed
ok 'a key that would be replaced: it stays' same mixed/pbx.key kept
cp first.crt mixed/ca.crt
refused 'a list that would be replaced' 'mixed/ca.crt: it is what --ca-list reads, and would be lost' \
    mkcert --for asterisk --issuer ca.pem -c pbx.x -E secp256r1 --ca-list other2.pem \
    --ca-list mixed/ca.crt --force mixed
is 'what would be replaced: nothing new' "$(ls mixed)" $'ca.crt\npbx.key'
refused 'a folder in none' 'none/new: cannot make this folder: No such file' \
    mkcert --for asterisk "${here[@]}" none/new
refused 'a file for a folder' 'ca.pem' mkcert --for asterisk "${here[@]}" ca.pem
misused 'an unknown system' 'system kamailio is unknown; asterisk, freeswitch, img2020, mediatrix and phone are known$' \
    mkcert --for kamailio "${here[@]}" new2
misused 'no folder' 'give the folder that the files for asterisk go to$' \
    mkcert --for asterisk "${here[@]}"
misused '--ca' '--for is for what a CA issues, not for the CA$' \
    mkcert --for asterisk --ca -c x -o o -u u new2
misused 'a wildcard' 'is a wildcard, which RFC 5922' \
    mkcert --for asterisk -c '*.acme.example' -o o -u u -E secp256r1 new2
not_ok 'a wildcard: no folder' test -e new2
done_well 'a wildcard, allowed' mkcert --for asterisk --allow-wildcard -c '*.acme.example' \
    -o o -u u -E secp256r1 wild
ok 'a wildcard, allowed: its file' test -s wild/__acme_example.key
misused '--ca-list alone' '--ca-list goes with --for and a system that has a list$' \
    mkcert "${here[@]}" --ca-list first.crt x.pem
misused '--ca-list for a phone' '--ca-list goes with --for and a system that has a list$' \
    mkcert --for phone "${here[@]}" --ca-list first.crt x.pem
misused '--ca-list for a Mediatrix unit' 'a Mediatrix unit takes each further CA as an Other certificate of its own$' \
    mkcert --for mediatrix "${here[@]}" --ca-list first.crt x
lists=()
for i in {1..17}; do
    lists+=(--ca-list first.crt)
done
misused '17 lists' 'more than 16 --ca-list$' mkcert --for asterisk "${here[@]}" "${lists[@]}" x
run sh -c "mkcert --for asterisk ${here[*]} full >/dev/full"
is 'a full standard output: exit code' "$code" 1
no_temporaries 'nothing is left behind'
done_testing
