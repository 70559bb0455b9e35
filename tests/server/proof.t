#!/bin/bash
# SPDX-License-Identifier: MIT
# Proof that a phone holds the newest list: who is shown the certificate that only this list names,
# who proves by it, and what follows from it.

# shellcheck source=tests/server/lib.sh
. "${0%/*}/lib.sh"
# shellcheck source=tests/server/https.sh
. "$root/tests/server/https.sh"
requires curl sqlite3

a=SEP58971ECC97C1 b=SEP001122334455
mkdir -p tree/.ladder secure out
for name in sast recovery web proof; do
    mkcert -c "$name" -o A -u B "$name.pem"
done
for name in $a $b; do
    mkcert -c "$name" -o A -u B "$name.pem"
    printf 'clear text of %s\n' "$name" >"secure/$name.cnf.xml"
    openssl x509 -in "$name.pem"
done >phones.crt
openssl x509 -in recovery.pem -out recovery.crt

# A rung of the ladder; the certificates that it names as tftp.
rung() { # NUMBER CERTIFICATE...
    local tftp=() certificate
    for certificate in "${@:2}"; do
        tftp+=(--tftp "$certificate.pem")
    done
    tlvfile --build out/ITLFile.tlv --force --version 1.1 --sast sast.pem --sast recovery.crt \
        "${tftp[@]}" 2>>out/tlvfile.err && mv out/ITLFile.tlv "tree/.ladder/ITLFile.tlv.$1"
}

table() { # RUNG...
    printf 'ITLFile.tlv%s\nend 1\n' "$(printf ' ITLFile.tlv.%s' "$@")" >tree/.ladder/rungs.tmp
    mv tree/.ladder/rungs.tmp tree/.ladder/rungs
}

ok 'a bridge' rung 1 web
ok 'the newest list, which names the certificate for proof' rung 2 web proof
table 1 2
mapfile -t tcp < <(free_ports tcp 3)
http=${tcp[0]} https=${tcp[1]} admin=${tcp[2]}
cat >prov.conf <<END
paths {
    tftpboot = "tree"
    secure = "secure"
    ledger = "ledger"
}
server {
    tftp = off
    http = { "127.0.0.1:$http" }
    https = { "127.0.0.1:$https" }
    admin = "127.0.0.1:$admin"
    certificate = { "web.pem" }
    client-ca = "phones.crt"
    proof-certificate = "proof.pem"
}
END

start() {
    start_provd --config prov.conf && wait_for_line 'provd: ready'
}

# The server is started again, and what was delivered before is of an earlier boot.
next_boot() {
    stop_provd
    sqlite3 ledger 'UPDATE delivered SET time = time - 600'
    start
}

digest_of() { # NUMBER
    sha256sum <"tree/.ladder/ITLFile.tlv.$1" | cut -d ' ' -f 1
}

# Asks in the phone's name; the digest of what it is given.
fetch() { # PHONE
    curl -sf "http://127.0.0.1:$http/ITL$1.tlv" | sha256sum | cut -d ' ' -f 1
}

# The newest list is given for sure while its ladder has no other.
give_newest() { # PHONE OLDER NEWEST
    local before=$2
    cp "tree/.ladder/ITLFile.tlv.$3" "tree/.ladder/ITLFile.tlv.0$3"
    table "$3" "0$3"
    fetch "$1"
    table "$before" "$3"
    rm "tree/.ladder/ITLFile.tlv.0$3"
}

# The CN that the server shows, and the status of the answer.
connect() { # PHONE OPTION...
    local status
    status=$(tls_status "$https" "/$1.cnf.xml" -cert "$1.pem" "${@:2}")
    printf '%s %s\n' "$(sed -n 's/^subject=.*CN = \([a-z]*\).*/\1/p' out/tls | head -n 1)" "$status"
}

proofs() {
    sqlite3 -readonly ledger "SELECT 'SEP' || phone, kind, lower(hex(sha256)), lower(hex(certificate))
        FROM proof"
}

ok 'it starts' start
is 'nobody was given anything' "$(connect $a)" 'web 200'
is 'the newest list is given' "$(give_newest $a 1 2)" "$(digest_of 2)"
is 'within a boot nobody is asked for proof' "$(connect $a)" 'web 200'
recorded() {
    [ "$(sqlite3 -readonly ledger "SELECT count(*) FROM given WHERE phone = '${a#SEP}'")" = 1 ]
}
ok 'it is recorded as given' wait_until recorded

# --- who does not prove

ok 'a later boot' next_boot
is 'a client without a certificate' "$(tls_status "$https" /x)" 404
like 'is shown it' "$(<out/tls)" 'CN = proof'
is 'and the address then has its usual one' "$(connect $a)" 'web 200'
next_boot
is 'another phone at this address takes it' "$(connect $b)" 'proof 200'
next_boot
openssl x509 -in web.pem -out web.crt
is 'a phone without the newest list refuses it' \
    "$(connect $a -CAfile web.crt -verify_return_error)" ' none'
is 'and its next connection is served' "$(connect $a -CAfile web.crt -verify_return_error)" 'web 200'
is 'nobody has proved anything' "$(proofs)" ''

# --- who does

ok 'a later boot' next_boot
openssl x509 -in proof.pem -out proof.crt
is 'the phone takes it' "$(connect $a -CAfile proof.crt -verify_return_error)" 'proof 200'
certificate=$(openssl x509 -in proof.pem -outform der | sha256sum | cut -d ' ' -f 1)
proved() {
    [ "$(proofs)" = "$a|itl|$(digest_of 2)|$certificate" ]
}
ok 'the ledger has the proof' wait_until proved
is 'it is counted' "$(metric "$admin" prov_proofs_total)" 1
ok 'the log says so' wait_for_line "provd: $a has shown that it holds the newest ITL"
phones=$(curl -s "http://127.0.0.1:$admin/phones/$a")
like '/phones shows it' "$phones" \
    "\"newest\":\\{\"sha256\":\"$(digest_of 2)\",\"given\":\"[^\"]+\",\"followed\":[0-9]+,\"proven\":\"[^\"]+\"\\}"
next_boot
is 'it is asked no more' "$(connect $a)" 'web 200'

# Within a window a name draws once, but each start draws by another secret. Counts how many of the
# draws fall on a rung.
draws() { # PHONE RUNG COUNT
    local i
    : >out/draws
    for ((i = 0; i < $3; i++)); do
        stop_provd
        start
        fetch "$1" >>out/draws
    done
    drawn=$(grep -c "$(digest_of "$2")" out/draws)
}
draws $a 2 20
is 'it is given the newest alone, after restarts, too' "$drawn" 20
for name in $(printf 'SEP%012X ' $(seq 100)); do
    fetch "$name"
done | sort -u >out/others
is 'others draw' "$(wc -l <out/others)" 2
rung 3 web
table 2 3
draws $a 3 30
ok 'with a newer list it draws as all do' test "$drawn" -lt 30

# --- lists that prove nothing

rung 4 web proof
rung 5 web proof
table 4 5
give_newest $b 4 5 >out/given
next_boot
is 'a certificate that an older rung names is not shown' "$(connect $b)" 'web 200'
rung 6 web
table 4 6
give_newest $b 4 6 >out/given
next_boot
is 'nor one that the newest does not name' "$(connect $b)" 'web 200'
is 'so nothing is proved by them' "$(proofs | wc -l)" 1
ok 'it ends' stop_provd
done_testing
