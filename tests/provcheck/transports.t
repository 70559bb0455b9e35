#!/bin/bash
# SPDX-License-Identifier: MIT
# Servers that are busy, broken or slow: what phones fall back to, and how they ask.

# shellcheck source=tests/provcheck/lib.sh
. "${0%/*}/lib.sh"

make_keys && sound_tree && find_ports || exit 1
rm tree/ITLFile.tlv
xml=$phone_name.cnf.xml
tftp_only() {
    start_provd --root tree --tftp "127.0.0.1:$tftp_port" --http off --https off --ledger off
}

# All that the fake servers were sent since their records were removed.
requests() {
    cat "$temporary"/ready.*.log
}

# --- HTTP that does not serve

ok 'provd starts with TFTP alone' tftp_only
comes_up 'nobody listens on 6970' 8800
printed 'the phone turns to TFTP' "^$xml +http +Connection refused; the phone tries tftp"
got 'and gets its file' "$xml" tftp

while IFS='|' read -r name answer wanted; do
    start_fake http "$http_port" "$answer"
    comes_up "HTTP: $name" 8800
    printed "HTTP: $name: why TFTP" "^$xml +http +$wanted; the phone tries tftp"
    got "HTTP: $name: then TFTP" "$xml" tftp
    end_helper "$helper"
done <<'END'
busy|HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n|HTTP status 503
forbidden|HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n|HTTP status 403
elsewhere|HTTP/1.1 302 Found\r\nLocation: /x\r\n\r\n|HTTP status 302
another protocol|SSH-2.0-x\r\n\r\n|the server's answer is not HTTP
no answer||the server closed the connection too early
half an answer|HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n<device>|the server closed the connection too early
chunks|HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n|the answer has no Content-Length.*
END
ok 'provd ends' stop_provd

if has_ipv6; then
    ok 'provd starts on IPv6' start_provd --root tree --tftp "[::1]:$tftp_port" \
        --http "[::1]:$http_port" --https off --ledger off
    for family in 7900 8800; do
        run provcheck boot "$phone_name" --server ::1 --family "$family" "${ports[@]}"
        is "a $family boots over IPv6" "$code" 0
    done
    ok 'provd ends' stop_provd
else
    skip 'IPv6' 'this machine has none'
fi

# --- HTTP that serves

answer='HTTP/1.1 200 OK\r\ncontent-length: 8\r\nX: y\r\n\r\n<device>and more'
start_fake http "$http_port" "$answer"
stops 'the answer ends where its length says' 'malformed XML' 8800
end_helper "$helper"
start_fake http "$http_port" 'HTTP/1.0 200 OK\r\n\r\n<device/>'
boot 8800
printed 'without a length it ends with the connection' "^$xml +http +the configuration"
end_helper "$helper"
start_fake http "$http_port" 'HTTP/1.1 200 OK\r\nContent-Length: 9999999999\r\n\r\n' --keep-open
stops 'a length over 2048 KB is not waited for' 'larger than the 2048 KB' 8800
end_helper "$helper"

like 'its HTTP requests carry a mark' "$(requests)" '^User-Agent: provcheck/'
rm -f "$temporary"/ready.*
start_fake http "$http_port" 'HTTP/1.1 404 Not Found\r\n\r\n'
boot 8800 --as-phone
is 'as a phone it sends what an 8861 sends' "$(requests | head -n 3 | tr -d '\r')" \
    "GET /CTLSEP$mac.tlv HTTP/1.1"$'\n'"Host:127.0.0.1:$http_port"
end_helper "$helper"
unlike 'not found over HTTP is an answer' "$(<"$out")" ' tftp '

# --- TFTP

server='<callManagerGroup><processNodeName>pbx</processNodeName></callManagerGroup>'
printf '<device>%s%s</device>\n' "$server" "$(printf 'x%.0s' {1..2000})" >file.xml
printf '<device>%s%0932d</device>' "$server" 0 >whole.xml
is 'a file of whole blocks' "$(stat -c %s whole.xml)" 1024
rm -f "$temporary"/ready.*
for mode in lossy oack; do
    start_fake tftp "$tftp_port" "$mode" file.xml
    comes_up "TFTP: $mode" 7940 --as-phone
    end_helper "$helper"
done
start_fake tftp "$tftp_port" plain whole.xml
comes_up 'TFTP: a last block that is empty' 7940
end_helper "$helper"
like 'its TFTP requests carry a mark' "$(requests | tr '\0' '|')" \
    'CTLSEP.*\.tlv\|octet\|provcheck\|1\|'
rm -f "$temporary"/ready.*
start_fake tftp "$tftp_port" plain file.xml
comes_up 'TFTP: as a phone' 7900 --as-phone
end_helper "$helper"
unlike 'without a mark' "$(requests | tr '\0' '|')" 'provcheck'
start_fake tftp "$tftp_port" error
stops 'TFTP: another error' 'did not arrive: TFTP error 2: no.x1b' 7940
shows 'TFTP: it shows so' 'TFTP error'
end_helper "$helper"
start_fake tftp "$tftp_port" garbage
stops 'TFTP: what is no TFTP' "answer is not TFTP" 7940
end_helper "$helper"
start_fake tftp "$tftp_port" cut file.xml
stops 'TFTP: a block that is too long' "answer is not TFTP" 7940
end_helper "$helper"

stops 'nobody listens at all' 'the server is not reachable' 7900
run provcheck boot "$phone_name" --server no-such-host.invalid --family 7900
is 'a host that is not there' "$code" 1
like 'is named' "$(<"$err")" '^provcheck: no-such-host.invalid: '
done_testing
