#!/bin/bash
# SPDX-License-Identifier: MIT
# A phone's proof all the way: provbuild names the certificate in the newest list alone, provd shows it
# to a phone that was given that list, and what the phone proved by it ends its turns.

# shellcheck disable=SC2119
# shellcheck source=tests/provbuild/fleet.sh
. "${0%/*}/fleet.sh"
may_hold '*/shown' # what a phone was given over HTTPS

site served
new_key next 'SAST Next'
for name in web proof; do
    mkcert --common "$name" --organization Test --unit Voice --curve secp256r1 "pem/$name.pem"
    openssl x509 -in "pem/$name.pem" -out "$name.crt"
done
openssl x509 -in "pem/$phone.pem" -out phones.crt
free_ports udp 1 | read -r tftp_port
free_ports tcp 2 | tr '\n' ' ' | read -r http_port https_port
fleet_settings trust "$fleet_trust tftp = {pem/web.pem}" more "server {
    tftp = \"127.0.0.1:$tftp_port\" http = \"127.0.0.1:$http_port\" https = \"127.0.0.1:$https_port\"
    certificate = pem/web.pem client-ca = phones.crt proof-certificate = pem/proof.pem }"

start() {
    start_provd --config prov.conf
}
# The phone's next start, a while later.
next_start() {
    stop_provd
    sqlite3 ledger 'UPDATE delivered SET time = time - 600'
    start
}
# Asks in the phone's name until it is given the newest list: a server that starts again draws anew.
is_given_newest() {
    local i
    for ((i = 0; i < 40; i++)); do
        curl -sf -o given "http://127.0.0.1:$http_port/ITL$phone.tlv" || return 1
        ! same given "$(newest)" || return 0
        stop_provd && start || return 1
    done
    return 1
}
rows() { # TABLE: how many it has of this phone
    sqlite3 -readonly ledger "SELECT count(*) FROM $1 WHERE phone = '${phone#SEP}'"
}
has_row() { # TABLE
    [ "$(rows "$1")" -gt 0 ]
}
# The phone fetches its configuration over HTTPS, and trusts this certificate alone: whom it took, and
# the status of the answer.
connects() { # CERTIFICATE
    printf 'GET /%s.cnf.xml.sgn HTTP/1.0\r\n\r\n' "$phone" |
        timeout "${deadline:?}" openssl s_client -connect "127.0.0.1:$https_port" -ign_eof \
            -cert "pem/$phone.pem" -CAfile "$1" -verify_return_error >shown 2>/dev/null
    grep -aoE '^subject=.*|HTTP/1.1 [0-9]+' shown | sed 's/.*CN = \([a-z]*\).*/\1/; s/.* //' | tr '\n' ' '
}

run build
is 'lists and files' "$code" 0
ok 'the server starts' start
run build --rotate-sast pem/next.pem
is 'a rotation' "$code $(cut -d ';' -f 1 "$out")" '0 wrote ITLFile.tlv: content'
is 'the newest list alone names the certificate' \
    "$(rungs_of | while read -r file; do tlvfile --parse "$file" | grep -c '^Subject Name: *CN=proof;'; done | tr '\n' ' ')" '0 1 '
ok 'the phone is given the newest list' is_given_newest
ok 'which the ledger notes' wait_until has_row given
next_start
is 'one that did not take it refuses' "$(connects web.crt)" ''
is 'and is served as usual then' "$(connects web.crt)" 'web 200 '
silent 'that proves nothing' build
next_start
is 'one that took it is served' "$(connects proof.crt)" 'proof 200 '
ok 'and has proven it' wait_until has_row proof
like 'as the status says before any run' "$(build --status)" \
    "^ITL: *holds $(basename "$(newest)") or a later one, by its certificate"
run build
like 'the next run takes it down' "$code $(cat "$out" "$err")" \
    "^0 proved $phone: $(basename "$(newest)"); by its certificate, on 20[0-9-]+ at [0-9:]+ UTC\$"
like 'so one phone less needs the old key' "$(build --status)" "Needed By: *1 of 2 phones, until they are proven: $other"
sqlite3 ledger 'DELETE FROM proof'
silent 'it is kept, whatever becomes of the ledger' build
stop_provd
done_testing
