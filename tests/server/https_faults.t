#!/bin/bash
# SPDX-License-Identifier: MIT
# HTTPS under clients that stall, fail and pile up, and while certificates are replaced.

# shellcheck source=tests/server/lib.sh
. "${0%/*}/lib.sh"
# shellcheck source=tests/server/https.sh
. "$root/tests/server/https.sh"
requires curl

client=$root/tests/server/http.pl
mkdir tree out
head -c 10240 /dev/urandom >tree/ten.bin
head -c 3000000 /dev/urandom >tree/large.bin
mkcert -c localhost -o A -u B --curve secp256r1 server.pem
free_ports tcp 2 | { read -r https && read -r admin; }

configure() { # REQUEST-TIMEOUT
    cat >prov.conf <<END
server {
    request-timeout = $1
    shared-addresses = "127.0.0.0/8" # all clients here have one
}
END
}

start() {
    start_provd --config prov.conf --root tree --tftp off --http off \
        --https "127.0.0.1:$https" --certificate server.pem --admin "127.0.0.1:$admin" \
        --ledger off
}

fetch() {
    curl -sfk --max-time "$deadline" -o out/file "https://127.0.0.1:$https/ten.bin" &&
        same out/file tree/ten.bin
}

ticks() {
    awk '{ print $14 + $15 }' "/proc/$provd_pid/stat"
}

counted() { # NAME-PATTERN; prints the value
    curl -sf "http://127.0.0.1:$admin/metrics" | grep -E "^$1 " | grep -oE '[0-9]+$'
}

# --- handshakes that come to nothing are explained, once for each peer

explained() { # NAME EXTENDED-REGULAR-EXPRESSION OPTION...
    configure 3
    start >/dev/null || fail "$1" 'provd does not start'
    is "$1" "$(tls_status "$https" /ten.bin "${@:3}")" none
    tls_status "$https" /ten.bin "${@:3}" >out/again
    ok "$1: said" wait_for_line \
        "127.0.0.1:$https: TLS handshake with 127.0.0.1 failed: $2"
    is "$1: once" "$(grep -c 'TLS handshake with' "$provd_log")" 1
    is "$1: counted" "$(counted '[a-z_]*tls[a-z_]*fail[a-z_]*')" 2
    stop_provd
}

explained 'TLS 1.1' 'it offers TLS 1\.1 at most and .* cipher suites \(.*\): too old' \
    -tls1_1 -cipher "$anything"
explained 'RSA key exchange' 'it offers TLS 1\.2 .*002f.*RSA key exchange alone' \
    -tls1_2 -cipher AES128-SHA:@SECLEVEL=0
explained 'suites that need an RSA certificate' 'it offers TLS 1\.2 .*name an RSA certificate' \
    -tls1_2 -cipher ECDHE-RSA-AES128-GCM-SHA256
explained 'a client that does not trust the certificate' 'it offers TLS 1\.3 .*it broke off' \
    -tls1_3 -verify_return_error

configure 3
ok 'provd starts' start
not_ok 'plain HTTP to a TLS port' curl -sf -o out/file "http://127.0.0.1:$https/ten.bin"
ok 'is told' wait_for_line 'what came was no TLS hello'
: | "$client" hold "$https" 1 out/looked &
holder=$!
wait "$holder"
is 'who only looks whether it is open is not a failure' \
    "$(grep -c 'TLS handshake with' "$provd_log")" 1

# --- stalled handshakes (server.md, section 3.1): cut in time, and nothing spins meanwhile

before=$(ticks)
printf '\026\003\001\000\360\001\000' | "$client" hold "$https" 50 out/stalled &
holder=$!
started+=("$holder")
wait_until test -e out/stalled
ok 'others go on' fetch
ok 'they are cut' wait "$holder"
after=$(ticks)
ok 'at rest until then' [ $((after - before)) -lt 100 ]
ok 'it ends' stop_provd

configure 60
ok 'provd starts for many' start
printf '\026\003\001' | "$client" hold "$https" 300 out/held &
holder=$!
started+=("$holder")
wait_until test -e out/held
all_well=yes
for _ in {1..20}; do
    fetch || all_well=no
done
is 'hundreds that hang stop nobody' "$all_well" yes
kill "$holder"
is 'delivered' "$(delivery_line ten.bin | grep -o 'via=.*asked\|outcome=.*' | paste -sd ' ')" \
    'via=https asked outcome=delivered status=200'
served "https://127.0.0.1:$https/large.bin"
curl -sfk -o out/file "https://127.0.0.1:$https/large.bin"
ok 'a large file' same out/file tree/large.bin
ok 'it ends again' stop_provd

# --- ten reloads under load: nothing fails, the new certificate is served

serial_of() { # FILE
    openssl x509 -in "$1" -noout -serial
}

served_serial() {
    openssl s_client -connect "127.0.0.1:$https" </dev/null 2>/dev/null | openssl x509 -noout -serial
}

serves() { # FILE
    [ "$(served_serial)" = "$(serial_of "$1")" ]
}

load() { # until out/enough is there
    local failed=0 count=0
    until [ -e out/enough ]; do
        curl -sfk --max-time "$deadline" -o "out/load.$1" "https://127.0.0.1:$https/large.bin" &&
            same "out/load.$1" tree/large.bin || failed=$((failed + 1))
        count=$((count + 1))
    done
    printf '%d %d\n' "$failed" "$count" >"out/load.$1.result"
}

ok 'provd starts under load' start
ok 'the large file was looked through' served "https://127.0.0.1:$https/large.bin"
rm -f out/started out/gate
loads=()
for i in 1 2 3; do
    load "$i" &
    loads+=("$!")
done
replaced=0
for i in {1..10}; do
    mkcert -c localhost -o A -u B --curve secp256r1 "new$i.pem"
    cp "new$i.pem" server.pem.new && mv server.pem.new server.pem
    kill -HUP "$provd_pid"
    wait_until serves "new$i.pem" && replaced=$((replaced + 1))
done
is 'ten certificates, one after the other' "$replaced" 10
: >out/enough
wait "${loads[@]}"
is 'no transfer failed' "$(cut -d ' ' -f 1 out/load.*.result | sort -u)" 0
ok 'and there were some' [ "$(cut -d ' ' -f 2 out/load.1.result)" -gt 5 ]

cp tree/ten.bin server.pem
kill -HUP "$provd_pid"
ok 'a bad file is refused' wait_for_line 'server\.pem'
ok 'and the old certificate served on' serves new10.pem
ok 'it ends at last' stop_provd
done_testing
