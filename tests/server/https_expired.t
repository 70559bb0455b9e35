#!/bin/bash
# SPDX-License-Identifier: MIT
# The secure root for phones whose factory certificate has expired: maker-ca, and what it excuses.

# shellcheck source=tests/server/lib.sh
. "${0%/*}/lib.sh"
# shellcheck source=tests/server/https.sh
. "$root/tests/server/https.sh"
requires curl

mac=001122334455
config=SEP$mac.cnf.xml
mkdir tree secure out
printf 'clear text of %s\n' $mac >"secure/$config"
mkcert -c localhost -o A -u B --curve secp256r1 server.pem
new_ca maker.pem 'Manufacturing CA'
new_ca phones.pem 'Phone CA'
new_ca foreign.pem 'Manufacturing CA'
for ca in maker phones; do openssl x509 -in $ca.pem >$ca.crt; done

# A certificate of a CA for a time of its own (YYYYMMDD), and an extended key usage.
dated() { # CA NAME SUBJECT FROM TO [USAGE]
    mkdir -p "ca-$2" && : >"ca-$2/index" && echo "${RANDOM:0:1}${RANDOM:0:1}10" >"ca-$2/serial"
    printf '[ca]\ndefault_ca=d\n[d]\nnew_certs_dir=ca-%s\ndatabase=ca-%s/index\nserial=ca-%s/serial
default_md=sha256\npolicy=p\nunique_subject=no\n[p]\nO=optional\nCN=supplied\n[x]
extendedKeyUsage=%s\n' "$2" "$2" "$2" "${6-clientAuth}" >"ca-$2/cnf"
    openssl req -newkey rsa:2048 -nodes -keyout "$2.key" -out "$2.csr" -subj "$3" 2>out/req &&
        openssl ca -batch -config "ca-$2/cnf" -extensions x -cert "$1" -keyfile "$1" \
            -startdate "${4}000000Z" -enddate "${5}000000Z" -in "$2.csr" -out "$2.crt" -notext \
            2>out/ca && cat "$2.crt" "$2.key" >"$2.pem"
}
mic="/O=Acme/CN=CP-7965G-SEP$mac"
dated maker.pem expired "$mic" 20140101 20240101
dated maker.pem valid "$mic" 20140101 20440101
dated maker.pem later "$mic" 20400101 20440101
dated maker.pem server "$mic" 20140101 20240101 serverAuth
dated maker.pem another /CN=CP-7965G-SEP0011223344FF 20140101 20240101
dated maker.pem nobody /CN=somebody 20140101 20240101
dated foreign.pem foreign "$mic" 20140101 20240101
dated phones.pem lsc "/CN=SEP$mac" 20140101 20240101

https=$(free_ports tcp 1)
terms() { # SETTING...
    printf 'server { %s }\n' "$*" >prov.conf
}
start() {
    start_provd --config prov.conf --root tree --secure-root secure --tftp off --http off \
        --https "127.0.0.1:$https" --certificate server.pem --ledger off || {
        fail 'provd starts' "$(<"$provd_log")"
        done_testing
        exit
    }
}
with() { # CERTIFICATE; prints the status
    tls_status "$https" "/$config" -cert "$1.pem"
}
refused_for() { # NAME CERTIFICATE EXTENDED-REGULAR-EXPRESSION
    is "$1" "$(with "$2")" 403
    like "$1: why" "$(grep 'the certificate of 127.0.0.1 is not accepted' "$provd_log")" "$3"
}

# --- without the setting

terms 'client-ca = maker.crt'
start
refused_for 'an expired certificate is refused' expired \
    'expired.* Enrol the phone again; if its manufacturer issued it, and no other can be had, name that CA in maker-ca instead, with expired-maker-certificates = yes\.$'
ok 'and nobody says that it showed none' wait_for_line \
    "the configuration of SEP$mac was asked for over HTTPS by a client whose certificate is not accepted and refused"
is 'a valid one is taken' "$(with valid)" 200
stop_provd

terms 'maker-ca = maker.crt'
start
is 'a manufacturer is trusted while its certificates are valid' "$(with valid)" 200
refused_for 'and not beyond' expired \
    'it has expired, and its manufacturer renews none: expired-maker-certificates = yes takes it, or enrol the phone$'
is 'nor does it say so of others' "$(grep -c 'it is taken' "$provd_log")" 0
terms 'maker-ca = maker.crt expired-maker-certificates = yes client-ca = phones.crt'
kill -HUP "$provd_pid"
taken() { [ "$(with expired)" = 200 ]; }
ok 'a reload lets it in' wait_until taken
used 'with the configuration' "clear text of $mac"
stop_provd

# --- with it

start
is 'an expired certificate of a manufacturer' "$(with expired)" 200
used 'gets the clear file' "clear text of $mac"
ok 'the log says so' wait_for_line "SEP$mac at 127.0.0.1 shows a certificate of its manufacturer that has expired; it is taken \(expired-maker-certificates\)"
is 'a valid one' "$(with valid)" 200
is 'another phone' "$(with another)" 403
stop_provd
only() { # NAME CERTIFICATE EXTENDED-REGULAR-EXPRESSION
    start
    refused_for "$@"
    stop_provd
}
only 'one that is not yet valid' later 'not yet'
only 'one that is not for clients' server 'purpose'
only 'one that names no phone' nobody 'it names no phone'
only 'one of another CA' foreign 'issuer is unknown|signature'
only 'an expired one of client-ca' lsc 'expired.* Enrol the phone again'
cat phones.crt expired.crt >both.crt
terms 'maker-ca = maker.crt expired-maker-certificates = yes client-ca = both.crt'
only 'one that is expired and stands in client-ca' expired 'it has expired\. Enrol the phone again'

# --- settings that make no sense

check() { # NAME MESSAGE
    run "$PROV_BIN/provd" --check-config --config prov.conf --root tree --certificate server.pem
    want_code 1
    want_message "$2"
    judge "$1"
}
terms 'expired-maker-certificates = yes'
run "$PROV_BIN/provd" --check-config --config prov.conf --root tree
like 'no maker-ca' "$(<"$err")" "expired-maker-certificates is set without maker-ca; name the manufacturer's CAs there"
terms 'maker-ca = expired.crt'
check 'a phone is no manufacturer' \
    "expired\.crt: it holds the certificate of SEP$mac itself, which is no manufacturer's CA; put it into client-ca"
terms 'maker-ca = prov.conf'
check 'a file without a certificate' 'prov\.conf: it holds no certificate of a CA; it must be a PEM file'
terms 'maker-ca = none.crt'
check 'a file that is not there' 'none\.crt: .*No such file'
done_testing
