#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# completion/prov: what the tab key offers, and that it offers every option of --help.
# shellcheck disable=SC1091
bin=${PROV_BIN:-build/bin}
. completion/prov || exit 1
count=0
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT

# expect NAME "WANTED WORDS" COMMAND LINE...: the last word is the one to complete.
expect()
{
    local name=$1 wanted=$2 got
    shift 2
    COMP_WORDS=("$@")
    COMP_CWORD=$(($# - 1))
    _prov "$1"
    got=$(printf '%s\n' "${COMPREPLY[@]}" | LC_ALL=C sort | paste -sd' ')
    count=$((count + 1))
    if [ "$got" = "$wanted" ]; then
        echo "ok $count - $name"
    else
        echo "not ok $count - $name"
        echo "# wanted '$wanted', got '$got'"
    fi
}

for words in prov mkcert certhash tlvfile sgnfile stripsgn enccnf provd provbuild provcheck \
    "provcheck boot" "provcheck dhcp" "provcheck why" "provcheck tls" "provcheck tree" "provcheck storm"; do
    read -ra words <<<"$words"
    options=$("$bin/${words[0]}" "${words[@]:1}" --help |
        sed -n '/^options:$/,/^$/s/^  \(-., \|    \)\(--[a-z-]*\).*/\2/p' | LC_ALL=C sort | paste -sd' ')
    expect "all options of ${words[*]}" "$options" "${words[@]}" --
done
verbs=$("$bin/provcheck" --help | sed -n '/^verbs:$/,/^$/s/^  \([a-z]*\).*/\1/p' |
    LC_ALL=C sort | paste -sd' ')
expect "all verbs" "$verbs" provcheck ""
commands=$("$bin/prov" --help | sed -n '/^commands:$/,/^$/s/^  \([a-z]*\).*/\1/p' |
    LC_ALL=C sort | paste -sd' ')
expect "all commands" "$commands" prov ""

mkdir "$scratch/Chile folder"
for file in a.pem b.p12 ITLFile.tlv mk-sip.jar mk-sip.jar.sgn pkg.cop.sha512 \
    SEP58971ECC97C1.cnf.xml SEP58971ECC97C1.cnf.xml.enc.sgn "two words.tlv" prov.conf phones.crt \
    ledger.db; do
    : >"$scratch/$file"
done
cd "$scratch" || exit 1
expect "layouts" "4.11 4.13 callmanager" tlvfile --layout ""
expect "a layout after an equals sign" "4.11 4.13" tlvfile --layout = 4
expect "just the equals sign" "4.11 4.13 callmanager" tlvfile --layout =
expect "digests of a signature" "sha1 sha512" sgnfile -d ""
expect "digests of a certificate" "sha1 sha256 sha512" mkcert --digest ""
expect "signer versions" "1.0 1.1" tlvfile --version ""
expect "curves" "secp384r1" mkcert -E secp3
expect "key sizes" "1024 2048 3072 4096" mkcert --bits ""
expect "kinds of names" "DNS: IP:" mkcert --san ""
expect "systems" "asterisk freeswitch img2020 mediatrix phone" mkcert --for ""
expect "an issuer" "Chile folder a.pem b.p12 phones.crt" mkcert --issuer ""
expect "what is renewed" "Chile folder a.pem phones.crt" mkcert --renew ""
expect "a folder for a system" "Chile folder" mkcert --for asterisk ""
expect "a file for a phone" "Chile folder a.pem" mkcert --for phone ""
expect "no idea of a common name" "" mkcert --common ""
expect "certificates" "Chile folder a.pem b.p12 phones.crt" tlvfile --build --sast ""
expect "a certificate by its letter" "Chile folder a.pem b.p12 phones.crt" enccnf -k ""
expect "lists" "Chile folder ITLFile.tlv two words.tlv" tlvfile --diff ""
expect "a second list" "ITLFile.tlv" tlvfile --diff a.tlv ITL
expect "an escaped blank" "two words.tlv" tlvfile --parse 'two\ w'
expect "an opening quote" "two words.tlv" tlvfile --parse '"two w'
expect "files to sign" "mk-sip.jar" sgnfile --build --tftp a.pem mk
expect "files to unwrap" "mk-sip.jar.sgn" sgnfile --remove mk
expect "files to show" "mk-sip.jar mk-sip.jar.sgn" sgnfile --parse mk
expect "folders only" "Chile folder" sgnfile --root ""
expect "files to strip" "Chile folder SEP58971ECC97C1.cnf.xml.enc.sgn mk-sip.jar.sgn pkg.cop.sha512" \
    stripsgn ""
expect "any file to strip with a name" "mk-sip.jar mk-sip.jar.sgn" stripsgn --output x mk
expect "configurations to encrypt" "SEP58971ECC97C1.cnf.xml" enccnf --build SEP
expect "configurations to decrypt" "SEP58971ECC97C1.cnf.xml.enc.sgn" enccnf --remove SEP
expect "settings" "Chile folder prov.conf" provd -c ""
expect "a tree" "Chile folder" provd --root ""
expect "a secure tree" "Chile folder" provd --secure-root ""
expect "a certificate with its key" "Chile folder a.pem" provd --certificate ""
expect "who issued certificates" "Chile folder a.pem phones.crt" provd --client-ca ""
expect "an address or none" "127.0.0.1:6971 off" provd --https ""
expect "a ledger or none" "Chile folder ledger.db off" provd --ledger ""
expect "where a log goes" "stderr syslog" provd --log s
expect "a user" "root" provd --user roo
expect "no idea of a network" "" provd --allow ""
expect "nothing to operate on" "" provd ""
expect "what is built by" "Chile folder prov.conf" provbuild -c ""
expect "a new certificate" "Chile folder a.pem" provbuild --rotate-sast ""
expect "a tree to take over" "Chile folder" provbuild --adopt ""
expect "no idea of a phone" "" provbuild --accept-key ""
expect "a verb" "storm" provcheck s
expect "a verb, not a folder" "boot config dhcp storm tls tree why" provcheck ""
expect "families" "3905 6900 6901 7800 7900 7905 7920 7925 7940 8800 8821 8900 9900 ata186" provcheck boot SEP58971ECC97C1 --family ""
expect "a family by its letter" "7900 7905 7920 7925 7940" provcheck storm -f 79
expect "a phone's key" "Chile folder a.pem" provcheck boot --key ""
expect "what a phone holds" "Chile folder" provcheck boot --state ""
expect "no idea of a port" "" provcheck boot --https-port ""
expect "a tree to look at" "Chile folder" provcheck tree ""
expect "settings of a tree" "Chile folder prov.conf" provcheck tree --config ""
expect "an interface" "lo" provcheck dhcp --interface lo
expect "no idea of a phone to boot" "" provcheck boot ""
expect "no verb after a verb" "" provcheck storm t
expect "a command" "mkcert" prov mk
expect "help for a command" "build" prov help bu
expect "an option of a command" "--previous" prov tlvfile --pre
expect "a value of a command's option" "4.11 4.13" prov tlvfile --layout = 4
expect "an operand of a command" "SEP58971ECC97C1.cnf.xml" prov enccnf --build SEP
expect "settings, by the command's own word" "Chile folder prov.conf" prov build -c ""
expect "options by the command's own word" "--client-ca" prov serve --cl
expect "a verb of a command" "storm" prov check s
expect "an option of a verb of a command" "--first" prov check storm --fi
expect "a value of a verb of a command" "7900 8800 any img2020 mediatrix sangoma-d" prov check tls -f ""
expect "no idea of an unknown command" "" prov nonsense ""
expect "prov by its path" "--version" /usr/bin/prov --v
expect "a program by its path" "--previous" /usr/bin/tlvfile --pre
echo "1..$count"
