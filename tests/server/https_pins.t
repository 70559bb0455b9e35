#!/bin/bash
# SPDX-License-Identifier: MIT
# A phone's certificate in client-ca is good for itself alone; weak ones want a setting; and what a
# reload takes away is taken away from connections, sessions and transfers that are open, too.

# shellcheck source=tests/server/lib.sh
. "${0%/*}/lib.sh"
# shellcheck source=tests/server/https.sh
. "$root/tests/server/https.sh"
requires curl

a=SEP58971ECC97C1 b=SEP001122334455
mkdir tree secure out
for mac in $a $b; do
    printf 'clear text of %s\n' "$mac" >"secure/$mac.cnf.xml"
done
head -c 300000 /dev/urandom >tree/load.bin
printf 'open\n' >tree/open.txt
mkcert -c localhost -o A -u B --curve secp256r1 server.pem

# A self-signed certificate that may issue others, as FILE with its key.
phone_authority() { # FILE SUBJECT
    openssl req -x509 -newkey rsa:2048 -nodes -days 90 -subj "$2" -keyout "$1.key" -out "$1.crt" \
        -addext basicConstraints=critical,CA:TRUE 2>>out/openssl.err && cat "$1.crt" "$1.key" >"$1"
}

# A certificate as NAME.pem, issued by CA, with extensions.
issued_by() { # CA NAME SUBJECT EXTENSION...
    printf '%s\n' "${@:4}" >"$2.ext"
    openssl req -new -newkey rsa:2048 -nodes -keyout "$2.key" -out "$2.csr" -subj "$3" \
        2>>out/openssl.err &&
        openssl x509 -req -in "$2.csr" -CA "$1" -CAkey "$1" -CAcreateserial -days 90 -sha256 \
            -extfile "$2.ext" -out "$2.crt" 2>>out/openssl.err && cat "$2.crt" "$2.key" >"$2.pem"
}

ca='basicConstraints=critical,CA:TRUE' leaf='basicConstraints=critical,CA:FALSE'
phone_authority a.pem "/O=A/OU=B/CN=$a"
mkcert -c $b -o A -u B b.pem
issued_by a.pem minted "/O=A/CN=$b" "$leaf"
issued_by a.pem middle '/O=A/CN=Middle' "$ca"
issued_by middle.pem below "/O=A/CN=$b" "$leaf"
cat middle.crt a.pem.crt >middle.chain
phone_authority other.pem "/O=A/OU=B/CN=$b"
openssl req -x509 -key b.pem -days 30 -subj "/O=A/OU=B/CN=$b" -out again.crt 2>>out/openssl.err
cat again.crt b.pem >again.pem
openssl req -new -key b.pem -subj "/O=A/OU=B/CN=$b" -out b.csr
openssl x509 -req -in b.csr -signkey b.pem -days -1 -out expired.crt 2>>out/openssl.err
cat expired.crt b.pem >expired.pem
openssl req -x509 -newkey rsa:1024 -nodes -days 90 -subj "/O=A/OU=B/CN=CP-7962G-$b" -keyout short.key \
    -out short.crt 2>>out/openssl.err
cat short.crt short.key >short.pem
mkcert -c $b -o A -u B --server purpose.pem
new_ca ca.pem 'Phone CA'
openssl req -x509 -newkey rsa:2048 -nodes -days 90 -subj '/O=A/CN=Root' -keyout root.key \
    -out root.crt -addext "$ca" 2>>out/openssl.err
cat root.crt root.key >root.pem
issued_by root.pem authority "/O=A/CN=$a" "$ca"
issued_by authority.pem evil "/O=A/CN=$b" "$leaf"
issued_by root.pem good "/O=A/CN=$b" "$leaf"
issued_by root.pem servers "/O=A/CN=$b" "$leaf" 'extendedKeyUsage=serverAuth'
new_ca sha1-ca.pem 'Manufacturing CA' sha1
signed_by sha1-ca.pem mic "/O=Cisco/CN=CP-7962G-$b" sha1 3650 rsa:2048

# What client-ca holds.
trusts() { # CERTIFICATE...
    local file
    for file in "$@"; do
        openssl x509 -in "$file"
    done >phones.crt.tmp
    mv phones.crt.tmp phones.crt
}

free_ports tcp 2 | { read -r https && read -r http; }
free_ports udp 1 | read -r tftp
settings() { # LINE...
    server_settings 'certificate = { "server.pem" }' 'client-ca = "phones.crt"' "$@"
}

with() { # CERTIFICATE PHONE OPTION...; prints the status
    tls_status "$https" "/$2.cnf.xml" -cipher "$anything" -cert "$1.pem" "${@:3}"
}

# --- a pinned certificate is no issuer

trusts a.pem b.pem expired.pem short.pem purpose.pem root.pem
settings
ok 'provd starts' start_provd --config prov.conf
is "a phone's certificate that a CA issued issues nothing" \
    "$(with evil $b -cert_chain authority.crt)" 403
ok 'which is said' wait_for_line "a phone's certificate stands among its issuers"
for version in tls1_2 tls1_3; do
    is "$version: one pinned phone" "$(with a $a "-$version")" 200
    is "$version: another" "$(with b $b "-$version")" 200
    is "$version: not the other's" "$(with a $b "-$version")" 403
    is "$version: issued by a pinned one" "$(with minted $b "-$version")" 403
    is "$version: the same, with its issuer" \
        "$(with minted $b "-$version" -cert_chain a.pem.crt)" 403
    is "$version: through an intermediate" \
        "$(with below $b "-$version" -cert_chain middle.chain)" 403
    is "$version: the same name, another key" "$(with other $b "-$version")" 403
    is "$version: the same key, another certificate" "$(with again $b "-$version")" 403
    is "$version: expired" "$(with expired $b "-$version")" 403
    is "$version: from a CA" "$(with good $b "-$version")" 200
    is "$version: from a phone's certificate that a CA issued" \
        "$(with evil $b "-$version" -cert_chain authority.crt)" 403
done
is 'a key of 1024 bits is refused' "$(with short $b)" 403
is 'a certificate for servers is refused' "$(with purpose $b)" 403
is 'also from a CA' "$(with servers $b)" 403

# --- what is weak

trusts sha1-ca.pem root.pem short.pem purpose.pem
ok 'a reload with a CA of SHA-1' reload
is 'what it signed is refused' "$(with mic $b)" 403
settings 'client-weak = true'
ok 'client-weak is set' reload
for certificate in mic short purpose servers good; do
    is "client-weak: $certificate" "$(with $certificate $b)" 200
done
is 'but no other name' "$(with mic $a)" 403
settings
ok 'and taken back' reload
is 'it is refused again' "$(with mic $b)" 403

# --- sessions, connections and transfers over a reload

trusts a.pem b.pem
reload
for version in tls1_2 tls1_3; do
    is "$version: a session" "$(with b $b "-$version" -sess_out "out/$version")" 200
done
mkfifo kept.in
openssl s_client -quiet -ign_eof -connect "127.0.0.1:$https" -cert b.pem <kept.in >kept.out \
    2>/dev/null &
kept=$!
started+=("$kept")
exec 9>kept.in
get=$(printf 'GET /%s.cnf.xml HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n' $b)
answers() { # STATUS COUNT
    [ "$(grep -ac "^HTTP/1.1 $1 " kept.out)" -eq "$2" ]
}
printf '%b' "$get" >&9
ok 'an open connection' wait_until answers 200 1
trusts a.pem
ok 'the certificate is taken out' reload
printf '%b' "$get" >&9
ok 'the open connection is refused' wait_until answers 403 1
is 'and got nothing more' "$(grep -ac "clear text" kept.out)" 1
for version in tls1_2 tls1_3; do
    is "$version: the resumed session is refused" "$(
        tls_status "$https" "/$b.cnf.xml" "-$version" -sess_in "out/$version"
    )" 403
    used "$version: it was resumed" '^Reused, '
done
trusts a.pem b.pem
reload
printf '%b' "$get" >&9
ok 'the open connection is served when it is back' wait_until answers 200 2

"$phone" http-kept "$http" /open.txt - /open.txt gate >http.out &
waiting=$!
"$phone" tftp-get --started started --gate gate "$tftp" load.bin >tftp.out 2>tftp.err &
loading=$!
started+=("$waiting" "$loading")
first_answer() {
    grep -q '^HTTP/1.1 200' http.out
}
ok 'an open HTTP connection' wait_until first_answer
ok 'a TFTP transfer under way' wait_until test -e started
settings 'allow = { "127.0.0.2" }'
ok 'their network is taken out' reload
ok 'the transfer ends' wait_for_line 'asked="load.bin" .* outcome=(partial|unacknowledged)'
gone() {
    ! kill -0 "$kept" 2>/dev/null
}
ok 'the HTTPS connection is cut' wait_until gone
exec 9>&-
touch gate
wait "$waiting"
is 'the HTTP connection is closed' "$(tail -n 1 http.out)" closed
end_helper "$loading"
ok 'the TFTP client has not got it all' test "$(stat -c %s tftp.out)" -lt 300000
is 'others are served' "$("$phone" tftp-ask-both "$tftp" open.txt 127.0.0.1 127.0.0.2)" 127.0.0.2
ok 'it ends' stop_provd
done_testing
