#!/bin/bash
# SPDX-License-Identifier: MIT
# HTTP under clients that are slow, many, or silent: they are cut in time, and the others go on.

# shellcheck source=tests/server/lib.sh
. "${0%/*}/lib.sh"
requires curl

client=$root/tests/server/http.pl
mkdir tree out
head -c 10240 /dev/urandom >tree/ten.bin
head -c 40000000 /dev/zero >tree/large.bin
free_ports tcp 2 | { read -r port && read -r admin; }
url=http://127.0.0.1:$port/ten.bin

# All clients here have one address, which is one of many phones unless said otherwise.
configure() { # CONNECTIONS REQUEST-TIMEOUT ANSWER-TIMEOUT [LINE]
    cat >prov.conf <<END
server {
    connections = $1
    request-timeout = $2
    answer-timeout = $3
    ${4-shared-addresses = { "127.0.0.0/8" \}}
}
END
}

start() {
    start_provd --config prov.conf --root tree --tftp off --https off --http "127.0.0.1:$port" \
        --admin "127.0.0.1:$admin" --ledger off
}

# Clients of which none may hang for ever.
fetch() {
    curl -sf --max-time "$deadline" -o out/file "$1" && same out/file "tree/${1##*/}"
}

status_of() { # URL
    curl -s --max-time "$deadline" -o out/body -w '%{http_code}' "$1"
}

active() {
    curl -sf --max-time "$deadline" "http://127.0.0.1:$admin/metrics" >out/metrics &&
        grep -E '^[a-z_]*active[a-z_]*\{[^}]*"http"[^}]*\} ' out/metrics | grep -oE '[0-9]+$'
}

active_is() { # COUNT
    [ "$(active)" = "$1" ]
}

hold() { # COUNT BYTES
    rm -f out/held
    # shellcheck disable=SC2059 # the bytes are a format
    printf "$2" | "$client" hold "$port" "$1" out/held &
    holder=$!
    started+=("$holder")
    wait_until test -e out/held
}

# --- who does not ask, or does not end

configure 1000 2 4 'answer-rate = 0'
ok 'provd starts' start
ok 'the large file was looked through' served "http://127.0.0.1:$port/large.bin"
ok 'a header that trickles in is cut' [ "$("$client" trickle "$port")" -lt 30 ]
ok 'and said' wait_for_line '127\.0\.0\.1 did not finish its request within 2 s'
hold 50 ''
ok 'so are silent connections' wait "$holder"
hold 50 'GET /ten.bin HTTP/1.1\r\nX'
ok 'half a header' wait "$holder"
hold 50 'GET /ten.bin HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc'
ok 'half a body' wait "$holder"
hold 50 'GET /ten.bin HTTP/1.1\r\n\r\n'
ok 'connections that stay idle after an answer' wait "$holder"
rm -f out/started out/gate
"$client" pause "$port" /large.bin out/started out/gate >out/count &
reader=$!
wait_until test -e out/started
ok 'an answer that is not taken is cut' wait_for_line 'did not take its answer within 4 s'
: >out/gate
wait "$reader"
ok 'and does not arrive whole' [ "$(<out/count)" -lt 40000000 ]
like 'it was a part' "$(delivery_line large.bin)" 'outcome=partial'
ok 'nobody is left' wait_until active_is 0
ok 'it ends' stop_provd

# --- who takes next to nothing of an answer

configure 1000 1 600 'answer-rate = 1024'
ok 'provd starts with a lowest rate' start
ok 'the large file was looked through' served "http://127.0.0.1:$port/large.bin"
rm -f out/started out/gate
"$client" pause "$port" /large.bin out/started out/gate >out/count &
reader=$!
ok 'a client that takes less is cut' \
    wait_for_line '127\.0\.0\.1 took its answer at less than 1024 bytes a second: cut'
: >out/gate
wait "$reader"
ok 'its answer does not arrive whole' [ "$(<out/count)" -lt 40000000 ]
ok 'who takes more gets it' fetch "http://127.0.0.1:$port/large.bin"
ok 'it ends' stop_provd

# --- one address

configure 100 60 60 ''
ok 'provd starts for all addresses alike' start
hold 9 ''
is 'below a tenth all is served' "$(status_of "$url")" 200
first=$holder
hold 1 ''
is 'an address that has its tenth gets no more' "$(status_of "$url")" 000
is 'others do' "$(curl -s --interface 127.0.0.2 -o out/body -w '%{http_code}' "$url")" 200
ok 'it says so' wait_for_line '127\.0\.0\.1 has 10 HTTP connections, its share of all: .*shared-add'
is 'and counts them' "$(metric "$admin" 'prov_over_share_total{kind="connection"}')" 1
kill "$first" "$holder"
ok 'room again' wait_until fetch "$url"
hold 9 ''
first=$holder
sed -i 's/^    $/    shared-addresses = { "127.0.0.0\/30" }/' prov.conf
kill -HUP "$provd_pid"
ok 'a reload names it as one of many phones' wait_for_line 'reloaded'
hold 20 ''
is 'that has more' "$(status_of "$url")" 200
kill "$first" "$holder"
ok 'it ends' stop_provd

# --- many

configure 1000 60 60
ok 'provd starts for many' start
hold 300 ''
first=$holder
hold 300 'GET /'
all_well=yes
for _ in {1..40}; do
    fetch "$url" || all_well=no
done
is 'hundreds that hang stop nobody' "$all_well" yes
kill "$first" "$holder"
ok 'they are forgotten' wait_until active_is 0
ok 'it ends again' stop_provd

configure 20 60 60
ok 'provd starts for few' start
hold 15 ''
first=$holder
is 'at the limit all is served' "$(status_of "$url")" 200
hold 4 ''
second=$holder
is 'beyond nine tenths: busy' "$(status_of "$url")" 503
like 'in the log too' "$(delivery_line /ten.bin)" 'outcome=busy status=503$'
ok 'and why, once' wait_for_line 'are in use: phones are sent to TFTP'
ok 'the connection ends' grep -q '^closed$' <(
    printf 'GET /ten.bin HTTP/1.1\r\n\r\n' | "$client" exchange "$port" 2>&1 >out/all
)
hold 4 ''
is 'beyond all: nothing' "$(status_of "$url")" 000
kill "$first" "$second" "$holder"
ok 'room again' wait_until fetch "$url"
is 'room for 200' "$(status_of "$url")" 200

# Idle connections give way before anybody is told to go elsewhere.
hold 17 'GET /ten.bin HTTP/1.1\r\n\r\n'
ok 'idle ones make room' wait "$holder"
is 'nobody is busy then' "$(status_of "$url")" 200
ok 'it ends once more' stop_provd

# --- descriptors

configure 1000 60 60
ok 'provd starts to run out of descriptors' start
prlimit --pid "$provd_pid" --nofile=40
hold 60 ''
ok 'it says what is short' wait_for_line 'resource limit'
before=$(awk '{ print $14 + $15 }' "/proc/$provd_pid/stat")
kill "$holder"
wait "$holder" 2>/dev/null
ok 'and goes on when there are some again' wait_until fetch "$url"
after=$(awk '{ print $14 + $15 }' "/proc/$provd_pid/stat")
ok 'without spinning' [ $((after - before)) -lt 100 ]
ok 'it says so once, not each time' [ "$(grep -c 'resource limit' "$provd_log")" -le 2 ]
ok 'it ends after that' stop_provd

# --- the end

configure 1000 60 60
ok 'provd starts to be stopped' start
ok 'the large file was looked through' served "http://127.0.0.1:$port/large.bin"
rm -f out/started out/gate
"$client" pause "$port" /large.bin out/started out/gate >out/count &
reader=$!
wait_until test -e out/started
hold 5 'GET /ten.bin HTTP/1.1\r\n\r\n'
kill -TERM "$provd_pid"
ok 'SIGTERM ends idle connections' wait "$holder"
: >out/gate
wait "$reader"
ok 'an answer under way arrives whole' [ "$(<out/count)" -gt 40000000 ]
ok 'then it ends' wait "$provd_pid"
like 'and that was a delivery' "$(delivery_line large.bin)" 'outcome=delivered'
done_testing
