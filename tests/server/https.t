#!/bin/bash
# SPDX-License-Identifier: MIT
# HTTPS: protocol versions, cipher suites, certificates (server.md, section 3.2).

# shellcheck source=tests/server/lib.sh
. "${0%/*}/lib.sh"
# shellcheck source=tests/server/https.sh
. "$root/tests/server/https.sh"
requires curl

mkdir tree out
head -c 10240 /dev/urandom | base64 >tree/ten.txt
mkcert -c localhost -o A -u B --curve secp256r1 p256.pem
mkcert -c localhost -o A -u B --curve secp384r1 p384.pem
mkcert -c localhost -o A -u B rsa.pem
free_ports tcp 2 | { read -r https && read -r old; }
cat >both.conf <<END
https old {
    listen = { "127.0.0.1:$old" }
    certificate = { "$PWD/rsa.pem", "$PWD/p256.pem" }
}
END

start() { # OPTION...
    start_provd --root tree --tftp off --http off --https "127.0.0.1:$https" --ledger off "$@"
}

fetched() { # NAME OPTION...
    ok "$1" tls_fetch "$https" tree/ten.txt "${@:2}"
}

refused_by_port() { # NAME PORT OPTION...
    is "$1" "$(tls_status "$2" /ten.txt "${@:3}")" none
}

# --- one certificate of each kind

for kind in p256 p384 rsa; do
    ok "$kind: provd starts" start --certificate "$kind.pem"
    for version in tls1_2 tls1_3; do
        fetched "$kind: $version" "-$version"
    done
    for version in tls1 tls1_1; do
        refused_by_port "$kind: not $version" "$https" "-$version" -cipher "$anything"
    done
    ok "$kind: curl" curl -sfk -o out/file "https://127.0.0.1:$https/ten.txt"
    ok "$kind: it ends" stop_provd
done

# --- EC and RSA at once, and the port for old phones

ok 'both: provd starts' start --config both.conf --certificate rsa.pem --certificate p256.pem
ok 'the protocols are told' wait_for_line "127.0.0.1:$https: TLS 1.3, TLS 1.2\$"
ok 'those of old phones too' wait_for_line "127.0.0.1:$old: TLS 1.3, TLS 1.2, TLS 1.1, TLS 1.0\$"
ok 'with a warning' wait_for_line "warning: 127.0.0.1:$old is for old phones"

fetched 'an EC suite' -tls1_2 -cipher ECDHE-ECDSA-AES128-GCM-SHA256
used 'gets the EC certificate' 'Peer signature type: ECDSA'
fetched 'an RSA suite' -tls1_2 -cipher ECDHE-RSA-AES128-GCM-SHA256
used 'gets the RSA certificate' 'Peer signature type: RSA'
fetched 'TLS 1.3' -tls1_3
used 'EC comes first' 'Peer signature type: ECDSA'
is 'TLS 1.3, watched' "$(tls_status "$https" /ten.txt -tls1_3 -msg)" 200
is 'its first hello is enough' "$(grep -ac '^>>> .*, ClientHello$' out/tls)" 1
fetched 'TLS 1.3 of a client without ECDSA' -tls1_3 -sigalgs RSA-PSS+SHA256
used 'gets the RSA one' 'Peer signature type: RSA-PSS'
refused_by_port 'RSA key exchange' "$https" -tls1_2 -cipher "AES128-SHA:@SECLEVEL=0"
refused_by_port 'only SHA-1 signatures' "$https" -tls1_2 -cipher "$anything" \
    -sigalgs RSA+SHA1:ECDSA+SHA1

while read -r suite; do
    ok "old phones: $suite" tls_fetch "$old" tree/ten.txt -tls1 -cipher "$suite:@SECLEVEL=0"
    used "old phones: $suite is TLS 1.0" 'Protocol *: TLSv1$'
done <<'END'
AES128-SHA
AES256-SHA
ECDHE-RSA-AES128-SHA
ECDHE-ECDSA-AES256-SHA
END
for version in tls1_1 tls1_2 tls1_3; do
    ok "old phones' port: $version" tls_fetch "$old" tree/ten.txt "-$version" -cipher "$anything"
done
ok 'a client that knows TLS 1.0 and newer' tls_fetch "$old" tree/ten.txt -cipher "$anything"
used 'uses the newest' 'TLSv1\.3'
not_used 'old phones are not asked for a certificate' 'Requested Signature Algorithms'
fetched 'others' -tls1_2
used 'are' 'Requested Signature Algorithms'

# A hello as an SSL library of 2000 sends it, in the format of SSL 2, offering TLS 1.0.
perl -MIO::Socket::INET -e '
    my $s = IO::Socket::INET->new(PeerAddr => "127.0.0.1", PeerPort => $ARGV[0]) or die;
    my $hello = pack("CnnnnH*", 1, 0x0301, 6, 0, 16, "00002f000035" . "aa" x 16);
    syswrite $s, pack("n", 0x8000 | length $hello) . $hello;
    alarm 60; sysread $s, my $answer, 6; print unpack("H*", $answer)' "$old" >out/hello
like 'a hello in the format of SSL 2 is answered' "$(<out/hello)" '^160301....02$'

# --- resumption

for version in tls1_2 tls1_3; do
    fetched "$version: a first session" "-$version" -sess_out out/session
    fetched "$version: again" "-$version" -sess_in out/session
    used "$version: resumed" '^Reused, '
done
ok 'TLS 1.0: a first session' tls_fetch "$old" tree/ten.txt -tls1 -cipher "$anything" \
    -sess_out out/session
ok 'TLS 1.0: again' tls_fetch "$old" tree/ten.txt -tls1 -cipher "$anything" -sess_in out/session
used 'TLS 1.0: resumed' '^Reused, '
ok 'both: it ends' stop_provd

# --- what GnuTLS is told by the administrator

printf '[overrides]\ndisabled-version = tls1.0\n' >gnutls.conf
GNUTLS_SYSTEM_PRIORITY_FILE=$PWD/gnutls.conf
export GNUTLS_SYSTEM_PRIORITY_FILE
ok 'provd starts where TLS 1.0 is switched off' start --config both.conf --certificate p256.pem
ok 'the list of protocols shows it' wait_for_line "127.0.0.1:$old: TLS 1.3, TLS 1.2, TLS 1.1\$"
ok 'and it is explained' wait_for_line 'GnuTLS configuration switches TLS 1.0 off'
unset GNUTLS_SYSTEM_PRIORITY_FILE
ok 'it ends' stop_provd

# --- certificates that cannot be used

start_fails() { # NAME EXTENDED-REGULAR-EXPRESSION OPTION...
    if start "${@:3}"; then
        fail "$1" 'it started'
        stop_provd
    else
        like "$1" "$(<"$provd_log")" "$2"
    fi
}

openssl pkey -in rsa.pem -aes256 -passout pass:planted-passphrase -out out/key.pem
cat out/key.pem <(openssl x509 -in rsa.pem) >encrypted.pem
cat <(openssl pkey -in rsa.pem) <(openssl x509 -in p256.pem) >mixed.pem
openssl x509 -in rsa.pem >keyless.pem
start_fails 'two EC certificates' 'p256\.pem and p384\.pem are both EC' \
    --certificate p256.pem --certificate p384.pem
start_fails 'an encrypted key' 'encrypted\.pem: its key is encrypted' --certificate encrypted.pem
start_fails 'the key of another certificate' 'mixed\.pem: ' --certificate mixed.pem
start_fails 'no key' 'keyless\.pem: ' --certificate keyless.pem
start_fails 'no file' 'none\.pem: .*No such file' \
    --certificate none.pem
cat >old.conf <<END
https old {
    listen = { "127.0.0.1:$old" }
    certificate = { "$PWD/p256.pem" }
}
END
start_fails 'no RSA certificate for old phones' 'p256\.pem: old phones know RSA alone' \
    --config old.conf --certificate p256.pem

openssl req -new -newkey rsa:2048 -nodes -keyout out/key.pem -out out/request -subj /CN=x \
    2>out/openssl.err
openssl x509 -req -in out/request -signkey out/key.pem -days -1 -out out/old.pem 2>>out/openssl.err
cat out/key.pem out/old.pem >expired.pem
ok 'an expired one is served' start --certificate expired.pem
ok 'with a warning' wait_for_line 'warning: expired\.pem: it has expired'
fetched 'whole' -tls1_2
ok 'it ends after that' stop_provd
done_testing
