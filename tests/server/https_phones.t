#!/bin/bash
# SPDX-License-Identifier: MIT
# The secure root: over HTTPS alone, to the phone that its own certificate names.

# shellcheck source=tests/server/lib.sh
. "${0%/*}/lib.sh"
# shellcheck source=tests/server/https.sh
. "$root/tests/server/https.sh"
requires curl

mac=001122334455
config=SEP$mac.cnf.xml
mkdir tree secure out
printf 'clear text of %s\n' $mac >"secure/$config"
printf 'clear text of another\n' >secure/SEP0011223344FF.cnf.xml
printf 'open\n' >tree/open.txt
mkcert -c localhost -o A -u B --curve secp256r1 server.pem
mkcert -c localhost -o A -u B rsa.pem
new_ca ca.pem 'Phone CA'
new_ca mic-ca.pem 'Manufacturing CA' sha1
new_ca other-ca.pem 'Phone CA'
openssl x509 -in ca.pem >cas.pem
openssl x509 -in mic-ca.pem >>cas.pem
signed_by ca.pem lsc "/O=A/OU=B/CN=SEP$mac" sha256 3650 rsa:2048
signed_by ca.pem ec "/O=A/OU=B/CN=SEP$mac" sha256 3650 ec -pkeyopt ec_paramgen_curve:P-256
signed_by mic-ca.pem mic "/O=Cisco/CN=CP-7962G-SEP$mac" sha1 3650 rsa:2048
signed_by mic-ca.pem mic1024 "/O=Cisco/CN=CP-7962G-SEP$mac" sha1 3650 rsa:1024
signed_by ca.pem another '/CN=SEP0011223344FF' sha256 3650 rsa:2048
signed_by ca.pem two "/CN=SEP$mac/CN=x" sha256 3650 rsa:2048
signed_by ca.pem longer "/CN=SEP$mac.example" sha256 3650 rsa:2048
signed_by ca.pem before "/CN=xSEP$mac" sha256 3650 rsa:2048
signed_by ca.pem unit "/OU=SEP$mac/O=A" sha256 3650 rsa:2048
signed_by ca.pem expired "/CN=SEP$mac" sha256 -1 rsa:2048
signed_by other-ca.pem foreign "/CN=SEP$mac" sha256 3650 rsa:2048
mkcert -c "SEP$mac" -o A -u B self.pem

free_ports tcp 3 | { read -r https && read -r old && read -r http; }
free_ports udp 1 | read -r tftp
cat >prov.conf <<END
server {
    client-weak = true
}
https old {
    listen = { "127.0.0.1:$old" }
    certificate = { "$PWD/rsa.pem" }
}
END

start() { # OPTION...
    start_provd --config prov.conf --root tree --secure-root secure --tftp "127.0.0.1:$tftp" \
        --http "127.0.0.1:$http" --https "127.0.0.1:$https" --certificate server.pem \
        --ledger off "$@"
}

with() { # CERTIFICATE TARGET OPTION...; prints the status
    tls_status "$https" "$2" -cipher "$anything" -cert "$1.pem" "${@:3}"
}

# --- with a CA

ok 'provd starts' start --client-ca cas.pem
for version in tls1_2 tls1_3; do
    for certificate in lsc ec mic mic1024; do
        is "$version: $certificate" "$(with $certificate "/$config" "-$version")" 200
        used "$version: $certificate: the clear file" "clear text of $mac"
    done
    for certificate in another two longer before unit expired foreign self; do
        is "$version: $certificate" "$(with $certificate "/$config" "-$version")" 403
    done
    is "$version: no certificate" "$(tls_status "$https" "/$config" "-$version")" 403
    is "$version: the public tree needs none" "$(tls_status "$https" /open.txt "-$version")" 200
    is "$version: nor a good one" "$(with expired /open.txt "-$version")" 200
done
is 'the signed name means the clear file' "$(with lsc "/$config.sgn")" 200
used 'also its content' "clear text of $mac"
used 'not to be kept' '^Cache-Control: no-store'
is 'in any case' "$(with lsc "/sep${mac}.CNF.XML")" 200
is 'where there is no clear file, the phone goes on to HTTP' \
    "$(signed_by ca.pem none '/CN=SEP0000000000AA' sha256 3650 rsa:2048 &&
        with none /SEP0000000000AA.cnf.xml)" 404

# The answers to a client that may not have it: the same, whether it is there or not.
answer_to() { # TARGET
    curl -sk -i "https://127.0.0.1:$https$1" | grep -v '^Date:'
}
is 'a stranger learns nothing' "$(answer_to "/$config")" "$(answer_to /SEP0000000000AA.cnf.xml)"
like 'but 403' "$(answer_to "/$config")" '^HTTP/1.1 403 '
like 'it is in the log' "$(delivery_line "$config")" 'via=https .* file="" .* outcome=refused status=403$'

is 'not over HTTP' "$(curl -s -o out/body -w '%{http_code}' "http://127.0.0.1:$http/$config")" 404
not_ok 'not over TFTP' curl -sf -o out/body "tftp://127.0.0.1:$tftp/$config"
unlike 'not on the port for old phones' \
    "$(tls_status "$old" "/$config" -cipher "$anything" -cert lsc.pem)" '^200$'

# A session that is resumed without showing the certificate again is still that phone's.
for version in tls1_2 tls1_3; do
    is "$version: a first session" "$(with lsc "/$config" "-$version" -sess_out out/session)" 200
    is "$version: resumed" "$(tls_status "$https" "/$config" "-$version" -sess_in out/session)" 200
    used "$version: indeed" '^Reused, '
    is "$version: a stranger's session" "$(
        with foreign "/$config" "-$version" -sess_out out/session
    )" 403
    is "$version: resumed, is a stranger's" "$(
        tls_status "$https" "/$config" "-$version" -sess_in out/session
    )" 403
done

# A CA that is taken away: sessions of its phones lose their right too.
with lsc "/$config" -tls1_2 -sess_out out/session >out/first
openssl x509 -in mic-ca.pem >cas.pem
kill -HUP "$provd_pid"
lost() {
    [ "$(with lsc "/$config" -tls1_2)" = 403 ]
}
ok 'a CA is taken away at a reload' wait_until lost
is 'resumed sessions are checked again' "$(
    tls_status "$https" "/$config" -tls1_2 -sess_in out/session
)" 403
ok 'it ends' stop_provd

# --- without one

ok 'provd starts without a CA' start
is 'the secure root stays shut' "$(with lsc "/$config")" 403
ok 'it ends' stop_provd

ok 'provd starts with an open secure root' start --secure-root-open
ok 'with a warning' wait_for_line 'warning: .*secure-root-open|warning: .*anybody'
is 'anybody gets it' "$(tls_status "$https" "/$config")" 200
unlike 'but not on the port for old phones' "$(
    tls_status "$old" "/$config" -cipher "$anything"
)" '^200$'
is 'nor over HTTP' "$(curl -s -o out/body -w '%{http_code}' "http://127.0.0.1:$http/$config")" 404
ok 'it ends' stop_provd

printf 'nothing\n' >cas.pem
not_ok 'a CA file without a certificate' start --client-ca cas.pem
like 'is named' "$(<"$provd_log")" 'cas\.pem: it holds no certificate'
done_testing
