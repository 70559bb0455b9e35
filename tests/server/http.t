#!/bin/bash
# SPDX-License-Identifier: MIT
# HTTP: what phones send is understood, what they get is right, and the log tells what became of it.

# shellcheck source=tests/server/lib.sh
. "${0%/*}/lib.sh"
requires curl

client=$root/tests/server/http.pl
mkdir tree secure out
head -c 10240 /dev/urandom >tree/ten.bin
head -c 3000000 /dev/urandom >tree/large.bin
printf '<tones/>\n' >tree/g3-tones.xml
printf '<device/>\n' >tree/SEP001122334455.cnf.xml
printf '<device>clear</device>\n' >secure/SEP00112233AABB.cnf.xml
printf 'list\n' >tree/ITLFile.tlv
: >tree/empty.bin
free_ports tcp 1 | read -r port
url=http://127.0.0.1:$port

ok 'provd starts' start_provd --root tree --secure-root secure --tftp off --https off \
    --http "127.0.0.1:$port" --ledger off

# Sends a request as it is, `\` sequences included, and keeps answer (out/answer: status line and
# header; out/body) and what became of the connection (fate).
ask() { # REQUEST [OPTION...]
    # shellcheck disable=SC2059 # the request is a format
    printf "$1" | "$client" exchange "${@:2}" "$port" >out/all 2>out/fate
    perl -0777 -ne 's/^(.*?\r\n\r\n)//s; open F, ">", "out/answer"; print F $1; print' \
        out/all >out/body
    fate=$(<out/fate)
    status=$(head -n 1 out/answer | cut -d ' ' -f 2)
}

gets() { # NAME FILE REQUEST
    ask "$3"
    if [ "$status" = 200 ] && same out/body "$2"; then
        pass "$1"
    else
        fail "$1" "status $status, $(stat -c %s out/body) bytes"
    fi
}

ok 'a large file is served after a while' served "$url/large.bin"

# --- what phones and others send (server.md, section 3.3; phones.md, section 2)

gets 'a bare request: Host without a space, no other header' tree/ten.bin \
    'GET /ten.bin HTTP/1.1\r\nHost:1.2.3.4:6970\r\n\r\n'
is 'the connection is kept' "$fate" open
gets 'a blank after the slash' tree/SEP001122334455.cnf.xml \
    'GET / SEP001122334455.cnf.xml HTTP/1.1\r\nHost:1.2.3.4:6970\r\n\r\n'
gets 'HTTP/1.0' tree/ten.bin 'GET /ten.bin HTTP/1.0\r\n\r\n'
is 'HTTP/1.0 ends with the answer' "$fate" closed
gets 'no Host' tree/ten.bin 'GET /ten.bin HTTP/1.1\r\n\r\n'
gets 'lines that end in LF' tree/ten.bin 'GET /ten.bin HTTP/1.1\nHost:x\n\n'
gets 'an absolute target' tree/ten.bin \
    'GET http://192.0.2.1:6970/ten.bin HTTP/1.1\r\nHost: 192.0.2.1\r\n\r\n'
gets 'no leading slash' tree/ten.bin 'GET ten.bin HTTP/1.1\r\n\r\n'
gets 'an encoded name' tree/ten.bin 'GET /%%74en%%2ebin HTTP/1.1\r\n\r\n'
gets 'a query' tree/ten.bin 'GET /ten.bin?v=1 HTTP/1.1\r\n\r\n'
gets 'any case' tree/ten.bin 'GET /TEN.BIN HTTP/1.1\r\n\r\n'
gets 'an empty file' tree/empty.bin 'GET /empty.bin HTTP/1.1\r\n\r\n'
is 'and the connection is kept' "$fate" open
gets 'a large file' tree/large.bin 'GET /large.bin HTTP/1.1\r\n\r\n'
gets 'a name for each phone means the one list' tree/ITLFile.tlv \
    'GET /ITLSEP001122334455.tlv HTTP/1.1\r\n\r\n'

while read -r name target; do
    ask "GET $target HTTP/1.1\\r\\n\\r\\n"
    is "$name is not found" "$status" 404
    is "$name: the connection is kept" "$fate" open
done <<'END'
missing /no-such-file
encoded-twice /%%2574en.bin
encoded-NUL /ten.bin%%00.xml
NUL /ten.bin\000.xml
parent /%%2e%%2e/secret
slash /..%%2f..%%2fetc/passwd
backslash /..%%5c..%%5cetc/passwd
control /ten%%0a.bin
END
ask "GET /$(printf 'a%.0s' {1..3000}) HTTP/1.1\\r\\n\\r\\n"
is 'a target of 3000 bytes is not found' "$status" 404

ask 'GET /ten.bin HTTP/2.0\r\n\r\n'
is 'HTTP/2.0' "$status" 505
ask 'GET /ten.bin\r\n\r\n'
is 'no version' "$status" 400
ask "GET /$(printf 'a%.0s' {1..30000}) HTTP/1.1\\r\\n\\r\\n"
is 'a target of 30,000 bytes' "$status" 414
ask "GET /ten.bin HTTP/1.1\\r\\nX: $(printf 'a%.0s' {1..30000})\\r\\n\\r\\n"
is 'a header of 30,000 bytes' "$status" 431
gets 'a header of 6,000 bytes' tree/ten.bin \
    "GET /ten.bin HTTP/1.1\\r\\nX: $(printf 'a%.0s' {1..6000})\\r\\n\\r\\n"
# How many there may be is bounded by the memory of a connection.
ask "GET /ten.bin HTTP/1.1\\r\\n$(printf 'a%d:\\r\\n' {1..150})\\r\\n"
is '150 headers' "$status" 200
ask "GET /ten.bin HTTP/1.1\\r\\n$(printf 'a%d:\\r\\n' {1..300})\\r\\n"
is '300 headers' "$status" 431
ask "GET /ten.bin HTTP/1.1\\r\\nCookie: $(printf 'a%d=b;' {1..150})\\r\\n\\r\\n"
is '150 cookies' "$status" 200
ask "GET /ten.bin HTTP/1.1\\r\\nCookie: $(printf 'a%d=b;' {1..300})\\r\\n\\r\\n"
is '300 cookies' "$status" 431

# --- several on one connection

request='GET /ten.bin HTTP/1.1\r\n\r\n'
ask "$request$request$request" --answers 3
is 'three requests at once get three answers' "$(grep -ao 'HTTP/1.1 200' out/all | wc -l)" 3
is 'all of them whole' "$(($(stat -c %s out/all) - 3 * $(stat -c %s out/answer)))" 30720
ask 'POST /ten.bin HTTP/1.1\r\nContent-Length: 5\r\n\r\nabcdeGET /ten.bin HTTP/1.1\r\n\r\n' --answers 2
is 'a body that nobody asked for is skipped' "$(grep -a '^HTTP' out/all | tr -d '\r' | paste -sd ,)" \
    'HTTP/1.1 405 Method Not Allowed,HTTP/1.1 200 OK'
ask 'GET /ten.bin HTTP/1.1\r\nContent-Length: 5\r\n\r\nabcdeGET /ten.bin HTTP/1.1\r\n\r\n' --answers 2
is 'also after GET' "$(grep -ao 'HTTP/1.1 200' out/all | wc -l)" 2
ask 'PUT /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n'
is 'a chunked body' "$status $fate" '405 open'
not_ok 'nothing was written' test -e tree/x

# --- methods and headers

header() { # NAME
    sed -n "s/^$1: \(.*\)\r\$/\1/p" out/answer
}

ask 'HEAD /ten.bin HTTP/1.1\r\n\r\n' --head
is 'HEAD' "$status $(header Content-Length) $(stat -c %s out/body) $fate" '200 10240 0 open'
ask 'HEAD /none HTTP/1.1\r\n\r\n' --head
is 'HEAD of what is not there' "$status" 404
for method in POST PUT DELETE OPTIONS TRACE PROPFIND get; do
    ask "$method /ten.bin HTTP/1.1\\r\\n\\r\\n"
    is "$method" "$status $(header Allow)" '405 GET, HEAD'
done

ask 'GET /ten.bin HTTP/1.1\r\n\r\n'
is 'the date of the file' "$(header Last-Modified)" \
    "$(date -u -r tree/ten.bin '+%a, %d %b %Y %H:%M:%S GMT')"
is 'its type' "$(header Content-Type)" application/octet-stream
is 'may be kept' "$(header Cache-Control)" ''
ask 'GET /g3-tones.xml HTTP/1.1\r\n\r\n'
is 'XML' "$(header Content-Type) $(header Cache-Control)" 'text/xml '
ask 'GET /SEP001122334455.cnf.xml HTTP/1.1\r\n\r\n'
is 'a configuration is not to be kept' "$(header Cache-Control)" no-store
ask 'GET /none HTTP/1.1\r\n\r\n'
is 'nor is an error' "$(header Cache-Control)" no-store
gets 'a range is not looked at' tree/ten.bin \
    'GET /ten.bin HTTP/1.1\r\nRange: bytes=0-10\r\nIf-Range: x\r\n\r\n'
gets 'nor what the client holds' tree/ten.bin \
    'GET /ten.bin HTTP/1.1\r\nIf-Modified-Since: Fri, 31 Dec 2099 00:00:00 GMT\r\nIf-None-Match: *\r\n\r\n'

ask 'GET /SEP00112233AABB.cnf.xml HTTP/1.1\r\n\r\n'
unlike 'the secure root is not for HTTP' "$(<out/body)" clear
isnt_200=$([ "$status" = 200 ] || echo refused)
is 'nor is the answer 200' "$isnt_200" refused

# A new content under the old name, the responses of the old one still at hand.
head -c 10240 /dev/urandom >tree/new && mv tree/new tree/ten.bin
gets 'a replaced file' tree/ten.bin 'GET /ten.bin HTTP/1.1\r\n\r\n'

# --- what became of it

outcome() { # NAME
    delivery_line "$1" | sed -n 's/.* bytes=\([0-9]*\) .* outcome=\([a-z]*\) status=\([0-9]*\)$/\2 \3 \1/p'
}

for name in whole unread10 part reset closed old10 head; do
    cp tree/ten.bin "tree/$name.bin"
done
cp tree/large.bin tree/large2.bin
curl -sf -o out/file "$url/whole.bin"
is 'delivered' "$(outcome whole.bin)" 'delivered 200 10240'
like 'with its phone' "$(
    curl -sf -o out/file "$url/CTLSEP00aabbccddee.tlv"
    delivery_line CTLSEP00aabbccddee.tlv
)" 'phone=SEP00AABBCCDDEE via=http .* file="" .* outcome=missing status=404$'
curl -sf -o out/file "$url/ITLSEP00AABBCCDDEE.tlv"
like 'and the file that it meant' "$(delivery_line ITLSEP00AABBCCDDEE.tlv)" \
    ' peer=127.0.0.1 phone=SEP00AABBCCDDEE via=http .* file="ITLFile.tlv" bytes=5 .* outcome=delivered status=200$'
curl -sf -0 -o out/file "$url/old10.bin"
is 'delivered over HTTP/1.0, where the answer ends the connection' "$(outcome old10.bin)" \
    'delivered 200 10240'
curl -sfI -o out/file "$url/head.bin"
is 'HEAD is no delivery' "$(outcome head.bin)" 'head 200 0'
"$client" leave --reset "$port" /reset.bin
is 'reset before the end was acknowledged' "$(outcome reset.bin)" 'unacknowledged 200 10240'
"$client" leave "$port" /closed.bin
is 'closed before' "$(outcome closed.bin)" 'unacknowledged 200 10240'
"$client" leave --version 1.0 "$port" /unread10.bin
is 'closed before, over HTTP/1.0' "$(outcome unread10.bin)" 'unacknowledged 200 10240'
served "$url/large2.bin"
"$client" leave --reset --take 50000 "$port" /large2.bin
like 'a part' "$(outcome large2.bin)" '^partial 200 [0-9]+$'
curl -s -X DELETE -o out/file "$url/part.bin"
is 'refused' "$(outcome '/part.bin')" 'refused 405 0'

# A slow reader that acknowledges the end long after the answer was handed over.
rm -f out/started out/gate
cp tree/ten.bin tree/slow.bin
"$client" pause "$port" /slow.bin out/started out/gate >out/count &
wait_until test -e out/started
not_ok 'not counted while the reader pauses' grep -q 'asked="slow.bin"' "$provd_log"
: >out/gate
is 'delivered once it has read on' "$(outcome slow.bin)" 'delivered 200 10240'

# --- a file that shrinks while it is sent (server.md, section 3.1)

head -c 40000000 /dev/zero >tree/shrinks.bin
ask 'GET /shrinks.bin HTTP/1.1\r\n\r\n'
is 'a large file that is new is to be asked for again' "$status" 503
like 'soon' "$(tr -d '\r' <out/answer)" '^Retry-After: [0-9]+$'
like 'and is said to be' "$(outcome shrinks.bin)" '^busy 503 '
ok 'then it is served' served "$url/shrinks.bin"
rm -f out/started out/gate
"$client" pause "$port" /shrinks.bin out/started out/gate >out/count &
reader=$!
wait_until test -e out/started
truncate -s 1000 tree/shrinks.bin
: >out/gate
wait "$reader"
ok 'it breaks off' [ "$(<out/count)" -lt 40000000 ]
like 'and is reported' "$(outcome shrinks.bin)" '^failed 200 '
before=$(awk '{ print $14 + $15 }' "/proc/$provd_pid/stat")
curl -sf -o out/file "$url/large.bin"
after=$(awk '{ print $14 + $15 }' "/proc/$provd_pid/stat")
ok 'nothing spins' [ $((after - before)) -lt 50 ]

ok 'provd ends well' stop_provd

done_testing
