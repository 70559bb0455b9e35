#!/bin/bash
# SPDX-License-Identifier: MIT
# The administrator's port: health, metrics, phones; read only.

# shellcheck source=tests/server/lib.sh
. "${0%/*}/lib.sh"
requires curl

client=$root/tests/server/http.pl
mkdir tree out
printf 'list\n' >tree/ITLFile.tlv
mkcert -c localhost -o A -u B --curve secp256r1 server.pem
free_ports tcp 3 | { read -r http && read -r https && read -r admin; }

start() { # OPTION...
    start_provd --root tree --tftp off --http "127.0.0.1:$http" --https "127.0.0.1:$https" \
        --certificate server.pem --admin "127.0.0.1:$admin" "$@"
}

# Keeps the header in out/header, the body in out/body; prints the status.
ask() { # PATH OPTION...
    curl -s --max-time "$deadline" -D out/header -o out/body -w '%{http_code}' "${@:2}" \
        "http://127.0.0.1:$admin$1"
}

type_is() { # NAME TYPE
    like "$1" "$(tr -d '\r' <out/header)" "^Content-Type: $2"
    like "$1, not to be kept" "$(tr -d '\r' <out/header)" '^Cache-Control: no-store$'
}

ok 'provd starts' start --ledger ledger.db
is 'healthy' "$(ask /healthz) $(<out/body)" '200 ok'
type_is 'text' 'text/plain'
is 'metrics' "$(ask /metrics)" 200
type_is 'the text format' 'text/plain; version=0\.0\.4'
like 'when the certificate ends' "$(<out/body)" 'server\.pem.* [0-9]+$'

curl -sf -o out/list "http://127.0.0.1:$http/ITLSEP001122334455.tlv"
knows() {
    [ "$(ask "/phones/SEP$1")" = 200 ]
}
ok 'a phone that asked' wait_until knows 001122334455
type_is 'JSON' 'application/json'
is_json() {
    perl -MJSON::PP -e 'local $/; open F, "<", $ARGV[0] or die; decode_json(<F>)' "$1"
}
ok 'it parses' is_json out/body
like 'with its list' "$(<out/body)" 'ITLFile\.tlv'
is 'its digits in any case' "$(ask /phones/SEP001122334455)" 200
is 'all phones' "$(ask /phones)" 200
ok 'they parse' is_json out/body
like 'it is among them' "$(<out/body)" '001122334455'

# --- pages

for mac in 00112233445{6,7,8,9}; do
    curl -s -o out/list "http://127.0.0.1:$http/ITLSEP$mac.tlv"
    wait_until knows "$mac"
done
page() { # QUERY: the phones' last digits and what is next
    ask "/phones$1" >/dev/null
    is_json out/body &&
        grep -o '"phone":"SEP[0-9]*"\|"next":.*' out/body | sed 's/"phone":"SEP[0-9]*\([0-9]\)"/\1/' | xargs
}
is 'all on one page' "$(page '')" '5 6 7 8 9 next:null}'
is 'the first two' "$(page '?limit=2')" '5 6 next:SEP001122334456}'
is 'the next two' "$(page '?limit=2&after=SEP001122334456')" '7 8 next:SEP001122334458}'
is 'the last' "$(page '?limit=2&after=SEP001122334458')" '9 next:null}'
is 'after a phone that is not there' "$(page '?after=SEP000000000000&limit=1')" '5 next:SEP001122334455}'
is 'that end exactly' "$(page '?limit=5')" '5 6 7 8 9 next:null}'
is 'nothing comes after the last' "$(page '?after=SEPFFFFFFFFFFFF')" 'next:null}'
for query in limit=0 limit=-1 limit=x limit= limit=10001 limit=99999999999 after=x after=; do
    is "no page: $query" "$(ask "/phones?$query")" 400
done

# --- names that lead here without being ours

for host in evil.example evil.example:9100 127.0.0.1.evil.example localhost.evil.example '[evil' \
    "$(hostname).evil.example" 127.0.0.1x; do
    for path in /healthz /metrics /phones /phones/SEP001122334455; do
        is "Host: $host for $path" "$(ask "$path" -H "Host: $host")" 403
    done
done
for host in 127.0.0.1 192.0.2.1:9100 '[::1]:9100' '[2001:db8::1]' localhost LOCALHOST:9100 "$(hostname)"; do
    is "Host: $host" "$(ask /healthz -H "Host: $host")" 200
done
printf 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nhost: evil.example\r\n\r\n' |
    "$client" exchange "$admin" >out/all
like 'two of them' "$(tr -d '\r' <out/all)" '^HTTP/1.1 403 '
is 'none at all' "$(ask /healthz -0 -H 'Host:')" 200

is 'a phone that never asked' "$(ask /phones/SEP0000000000AA)" 404
like 'in words' "$(<out/body)" 'never asked'
for path in /phones/ /phones/SEP /phones/SEP00112233445 /phones/SEP001122334455x \
    /phones/001122334455 /phones/..%2f.. /phonesSEP001122334455 / /ITLFile.tlv /metrics/ ''; do
    is "not here: ${path:-nothing}" "$(ask "$path" --path-as-is)" 404
done
for method in POST PUT DELETE; do
    is "$method" "$(ask /metrics -X "$method" -d x)" 405
    like "$method: Allow" "$(tr -d '\r' <out/header)" '^Allow: GET, HEAD$'
done
is 'HEAD' "$(ask /healthz -I)" 200
printf 'GET /healthz HTTP/1.1\r\n\r\nGET /healthz HTTP/1.1\r\n\r\n' |
    "$client" exchange --answers 2 "$admin" >out/all 2>out/fate
is 'the connection is kept' "$(grep -c '^HTTP/1.1 200' out/all) $(<out/fate)" '2 open'

# Connections to it are not the phones' connections.
rm -f out/held
: | "$client" hold "$admin" 40 out/held &
holder=$!
started+=("$holder")
wait_until test -e out/held
is 'more than it takes stop no phone' \
    "$(curl -s -o out/list -w '%{http_code}' "http://127.0.0.1:$http/ITLFile.tlv")" 200
kill "$holder"
answers() {
    [ "$(ask /healthz)" = 200 ]
}
ok 'and it answers again' wait_until answers
ok 'it ends' stop_provd

ok 'provd starts without a ledger' start --ledger off
is 'no phones' "$(ask /phones)" 503
like 'and why' "$(<out/body)" 'ledger'
is 'none by name' "$(ask /phones/SEP001122334455)" 503
is 'healthy all the same' "$(ask /healthz)" 200
ok 'it ends too' stop_provd

# --- a tree that is gone

# Run by root it is another user, whom modes stop.
chmod 755 "$temporary" .
chmod 644 server.pem
user=()
if is_root; then
    user=(--user nobody)
fi
mkdir secure other
ok 'provd starts' start --ledger off --secure-root secure "${user[@]}"
is 'healthy' "$(ask /healthz)" 200
for folder in tree secure; do
    mv "$folder" elsewhere
    is "without its $folder" "$(ask /healthz)" 503
    like 'and why' "$(<out/body)" "^the folder $folder is out of reach: No such file or directory$"
    mkdir "$folder"
    is "with another $folder" "$(ask /healthz)" 503
    like 'and why' "$(<out/body)" "^$folder is another folder than the one .* at the start: was it"
    rmdir "$folder" && mv elsewhere "$folder"
    is "the old $folder again" "$(ask /healthz) $(<out/body)" '200 ok'
    chmod 000 "$folder"
    is "a $folder that cannot be read" "$(ask /healthz)" 503
    like 'and why' "$(<out/body)" "^the folder $folder cannot be opened: Permission denied$"
    chmod 755 "$folder"
    is 'one that can' "$(ask /healthz)" 200
done
echo x >tree/private && chmod 000 tree/private
is 'a file that its mode shuts is no fault' "$(ask /healthz)" 200
rm -f tree/private
ok 'it ends' stop_provd
done_testing
