#!/bin/bash
# SPDX-License-Identifier: MIT
# provcheck tls: its command line, what devices and servers agree on, client certificates, servers
# that are none, JSON.

# shellcheck disable=SC2016 # programs in Perl

# shellcheck source=tests/provcheck/tls.sh
. "${0%/*}/tls.sh"

# --- the command line

done_well 'help' provcheck tls --help
for family in 7900 8800 sangoma-d img2020 mediatrix any; do
    printed "it names $family" "--family NAME .*$family"
done
misused 'no server' 'give one server' provcheck tls
misused 'two servers' 'give one server' provcheck tls a:1 b:1
misused 'no port' 'HOST:PORT' provcheck tls pbx.voice.example
misused 'a port that is none' 'port must be' provcheck tls a:70000
misused 'another' 'port must be' provcheck tls a:5061x
misused 'no host' 'HOST:PORT' provcheck tls :5061
misused 'an IPv6 address without brackets' 'in brackets' provcheck tls 2001:db8::1:5061
misused 'brackets around a name' 'no IPv6 address' provcheck tls '[pbx.voice.example]:5061'
misused 'a zone of nothing' 'no IPv6 address' provcheck tls '[fe80::1%]:5061'
misused 'a zone of IPv4' 'no IPv6 address' provcheck tls '[192.0.2.1%lo]:5061'
misused 'the root of all names' 'full name' provcheck tls .:5061
misused 'an unknown family' 'family 9900 is unknown' provcheck tls a:1 --family 9900
misused 'an unknown role' 'role SAST is none' provcheck tls a:1 --role SAST
misused 'a name that is none' 'full name' provcheck tls a:1 --name .example
misused 'a timeout of nothing' 'timeout must be' provcheck tls a:1 --timeout 0
misused 'a list without a role' 'give --role' provcheck tls a:1 --itl x
misused 'a list for a device without' 'trust by list' provcheck tls a:1 --itl x --role CCM \
    --family img2020
for value in 1.3 1.2-1.0 1.0- 1 TLS1.2 '' 1.0-1.2-1.3; do
    misused "versions that are none: '$value'" 'tls must be 1.0, 1.1 or 1.2, or a range such as 1.0-1.2' \
        provcheck tls a:1 --family mediatrix --tls "$value"
done
misused 'a cipher suite that is misspelt' \
    'ciphers: no cipher suite AES128-SHA265; did you mean AES128-SHA256\?' \
    provcheck tls a:1 --family mediatrix --ciphers AES256-SHA,AES128-SHA265
misused 'a cipher suite that nobody knows' \
    "ciphers: no cipher suite HIGH; give those of TLS 1.2 and older by OpenSSL's names, such as ECDHE-RSA-AES128-GCM-SHA256:AES128-SHA" \
    provcheck tls a:1 --family mediatrix --ciphers HIGH
misused 'one of TLS 1.3' 'ciphers: no cipher suite TLS_AES_128_GCM_SHA256; ' \
    provcheck tls a:1 --family mediatrix --ciphers TLS_AES_128_GCM_SHA256
misused 'an empty one' 'ciphers: no cipher suite ; ' \
    provcheck tls a:1 --family mediatrix --ciphers AES128-SHA::
for family in 7900 8800 sangoma-d img2020 any; do
    misused "$family has no such settings" \
        '--tls and --ciphers are for a device that has such settings; give --family mediatrix' \
        provcheck tls a:1 --family $family --tls 1.2
done
misused 'nor has a device that is not named' 'give --family mediatrix' \
    provcheck tls a:1 --ciphers AES128-SHA
for option in ca crl client; do
    refused "no such file: $option" 'No such file|not a PEM file' provcheck tls a:1 --$option none
    printf junk >junk
    refused "a file that is none: $option" 'holds no |not a PEM file' provcheck tls a:1 --$option junk
done
refused 'a list that is none' 'junk: ' provcheck tls a:1 --itl junk --role CCM

# --- error words

done_well "the vendor's example" provcheck tls --decode 0x40000022
is 'names its bits' "$(awk '{ print $2 }' "$out" | paste -sd ' ')" \
    'EUNTRUSTED EISSUER_MISMATCH EIDENTITY_NOT_MATCH'
done_well 'all bits' provcheck tls --decode 0xC00001FF
is 'are eleven' "$(lines "$out") $(grep -c unknown "$out")" '11 1'
printed 'the last' '^0x80000000 +EUNKNOWN +unknown verification error$'
done_well 'a bit that nobody knows' provcheck tls --decode 0x200
printed 'is said to be one' '^0x00000200 +unknown +no such bit is documented$'
done_well 'no bits' provcheck tls --decode 0x0
printed 'are no error' 'no error'
misused 'the misprint' 'too long a number.*misprints' provcheck tls --decode 0x400000022
misused 'another that is too long' 'too long a number' provcheck tls --decode 0x123456789
unlike 'is no misprint' "$(<"$err")" misprint
misused 'a word without its mark' '0x and hexadecimal' provcheck tls --decode 40000022
misused 'no word' '0x and hexadecimal' provcheck tls --decode 0x
misused 'letters' '0x and hexadecimal' provcheck tls --decode 0xEUNKNOWN
misused 'a word and a server' 'needs no server' provcheck tls a:1 --decode 0x1
done_well 'a word as JSON' provcheck tls --decode 0x80000201 --json
is 'its bits' "$(perl -MJSON::PP -0777 -ne '$_ = decode_json $_; print join " ", $_->{error_word},
    map { $_->{name} . ($_->{known} ? "" : "?") } @{$_->{bits}}' "$out")" \
    '0x80000201 EISSUER_NOT_FOUND unknown? EUNKNOWN'

# --- versions and cipher suites

new_rsa server.key && new_root ca 'Voice CA' && issue_server ca rsa || exit 1
openssl ecparam -name prime256v1 -genkey -noout -out ec.key && issue_server ca ec
openssl x509 -in rsa.crt -outform DER -out rsa.der

# Both agree on this version and suite.
agrees() { # NAME "VERSION, SUITE" FAMILY [OPTION...]
    accepts "$1" "${@:3}" --ca ca.crt
    printed "$1: $2" "^Agreed: +$2\$"
}

serve_old rsa.crt
agrees '7900' 'TLS 1.0, AES256-SHA' 7900
agrees '7900 with SIP' 'TLS 1.0, AES128-SHA' 7900 --role CCM
agrees '8800' 'TLS 1.2, ECDHE-RSA-AES256-GCM-SHA384' 8800
agrees 'sangoma-d' 'TLS 1.2, ECDHE-RSA-AES256-GCM-SHA384' sangoma-d
agrees 'img2020' 'TLS 1.2, ECDHE-RSA-AES256-GCM-SHA384' img2020
agrees 'mediatrix' 'TLS 1.0, DHE-RSA-AES256-SHA' mediatrix
tls any --ca ca.crt
is 'a server for all' "$code $(grep -c ' accepts ' "$out")" '0 5'

serve_tls ec.crt ec.key -cipher "$old"
agrees 'sangoma-d, EC' 'TLS 1.2, ECDHE-ECDSA-AES256-GCM-SHA384' sangoma-d
agrees 'img2020, EC' 'TLS 1.2, ECDHE-ECDSA-AES256-GCM-SHA384' img2020
refuses '7900, EC' 'no common cipher suite' - 7900
printed 'what would do' 'with TLS 1.0 it takes ECDHE-ECDSA-'
refuses 'mediatrix, EC' 'no common cipher suite' - mediatrix --ca ca.crt

while read -r option name; do
    serve_old rsa.crt "$option"
    agrees "sangoma-d, $name" "$name, .*" sangoma-d
done <<'END'
-tls1 TLS 1.0
-tls1_1 TLS 1.1
-tls1_2 TLS 1.2
END
agrees 'img2020, TLS 1.2 alone' 'TLS 1.2, .*' img2020
refuses '7900, TLS 1.2 alone' 'no common protocol version' - 7900
printed 'what it speaks' 'the server speaks TLS 1.2, and the device SSLv3, TLS 1.0$'
accepts 'mediatrix, TLS 1.2 alone, perhaps' mediatrix --ca ca.crt
printed 'is not sure' '^may be refused: no common protocol version: the server wants TLS 1.2'
printed 'nor is the verdict' '^mediatrix may refuse '
agrees 'mediatrix that is set to TLS 1.2' 'TLS 1.2, .*' mediatrix --tls 1.0-1.2 --ciphers \
    ECDHE-RSA-AES256-GCM-SHA384:AES128-SHA
printed 'is sure' '^mediatrix accepts '
printed 'it offers what it is set to' '^Offered: +TLS 1.0, TLS 1.1, TLS 1.2; 3 cipher suites'
printed 'in its order' '^ +ECDHE-RSA-AES256-GCM-SHA384 AES128-SHA$'
not_ok 'nothing is left that is not known' grep -q '^Unsure' "$out"
agrees 'mediatrix with other suites' 'TLS 1.2, AES128-SHA' mediatrix --tls 1.2 --ciphers AES128-SHA
refuses 'mediatrix that is set to TLS 1.1' 'no common protocol version' - mediatrix --tls 1.1 \
    --ca ca.crt
printed 'of which it is sure' 'the server speaks TLS 1.2, and the device TLS 1.1$'
serve_old rsa.crt -tls1_1
agrees 'mediatrix, by its settings, TLS 1.1' 'TLS 1.1, AES256-SHA' mediatrix --tls 1.0-1.2 \
    --ciphers AES256-SHA,AES128-SHA
refuses 'img2020, TLS 1.1 alone' 'no common protocol version' - img2020 --ca ca.crt
printed 'between what it knows' 'the server chose TLS 1.1, and the device knows SSLv3, TLS 1.2$'
refuses '8800, TLS 1.1 alone' 'no common protocol version' - 8800
serve_tls rsa.crt server.key -tls1_3
for family in 7900 8800 sangoma-d img2020 mediatrix; do
    refuses "$family: TLS 1.3 alone" 'no common protocol version' - "$family" --ca ca.crt
    printed "$family: what it speaks" 'the server speaks TLS 1.3, and the device '
done

# shellcheck disable=SC2034 # for lib.sh
while read -r family role suite; do
    serve_tls rsa.crt server.key -cipher "$suite:@SECLEVEL=0" -no_tls1_3
    agrees "$family: $suite" ".*, $suite" "$family" --role "$role"
done <<'END'
7900 APP-SERVER AES128-SHA
7900 CCM NULL-SHA
8800 CCM AES128-SHA
sangoma-d CCM AES256-SHA256
img2020 CCM DHE-RSA-AES128-SHA256
mediatrix CCM AES128-SHA
END
while read -r family role suite; do
    serve_tls rsa.crt server.key -cipher "$suite:@SECLEVEL=0" -no_tls1_3
    refuses "$family: not $suite" 'no common cipher suite' - "$family" --role "$role" --ca ca.crt
    printed "$family: the server takes it" "it takes $suite\$"
done <<'END'
7900 CCM AES256-SHA
7900 APP-SERVER NULL-SHA
8800 CCM ECDHE-RSA-AES256-SHA384
sangoma-d CCM NULL-SHA
sangoma-d CCM ADH-AES256-SHA
img2020 CCM ECDHE-RSA-CHACHA20-POLY1305
mediatrix CCM ECDHE-RSA-AES256-SHA
END

# --- groups and signature algorithms

serve_modern() { # [OPTION...]
    serve_tls rsa.crt server.key -no_tls1_3 -cipher 'ECDHE:@SECLEVEL=0' "$@"
}

for suites in ECDHE-RSA-AES256-GCM-SHA384 ECDHE-RSA-CHACHA20-POLY1305:ECDHE-RSA-AES128-SHA; do
    serve_modern -groups X25519 -cipher "$suites:@SECLEVEL=0"
    for family in sangoma-d img2020; do
        refuses "$family: X25519 alone, $suites" 'no common group' - "$family" --ca ca.crt
    done
done
printed 'in words' 'takes none of the groups .*P-256.* but a newer one'
serve_modern -groups X25519:P-256
accepts 'X25519 and P-256' sangoma-d --ca ca.crt
serve_modern -sigalgs RSA-PSS+SHA256
for family in 8800 sangoma-d img2020; do
    refuses "$family: RSA-PSS alone" 'no common signature algorithm' - "$family" --ca ca.crt
done
printed 'in words' 'signs with none of the algorithms .* but with a newer one'
serve_modern -sigalgs RSA-PSS+SHA256:RSA+SHA256
accepts 'RSA-PSS and the old one' sangoma-d --ca ca.crt
serve_modern -sigalgs RSA-PSS+SHA256 -groups X25519
refuses 'both' 'no common group,no common signature algorithm' - sangoma-d --ca ca.crt
openssl genpkey -quiet -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 -out pss.key && issue_server ca pss
openssl genpkey -algorithm ED25519 -out ed.key && issue_server ca ed
for key in pss ed; do
    serve_tls "$key.crt" "$key.key" -no_tls1_3 -cipher "$old"
    refuses "a key of $key" 'no common signature algorithm' - sangoma-d --ca ca.crt
done

# What OpenSSL does not implement is offered all the same.
while read -r version suite name; do
    serve_fake flight "$version" "$suite" rsa.der
    accepts "img2020: $name" img2020 --ca ca.crt
    printed "img2020: $name is agreed" "^Agreed: +$name\$"
    printed "img2020: $name is not tried" '^note: handshake not completed: the hellos agree on '
done <<'END'
0300 0035 SSLv3, AES256-SHA
0303 00a5 TLS 1.2, DH-DSS-AES256-GCM-SHA384
0303 c025 TLS 1.2, ECDH-ECDSA-AES128-SHA256
END
serve_fake flight 0301 0035 rsa.der
refuses 'img2020: TLS 1.0' 'no common protocol version' - img2020 --ca ca.crt
serve_fake flight 0303 1234 rsa.der
refuses 'a suite that was not offered' 'malformed answer' - img2020 --ca ca.crt
printed 'which one' 'it chose suite 0x1234'

# --- client certificates

new_root clients 'Client CA' && new_rsa phone.key && new_rsa stranger.key &&
    issue clients phone 'device' 'extendedKeyUsage = clientAuth' &&
    issue ca stranger 'device' 'extendedKeyUsage = clientAuth'
cat phone.crt phone.key >phone.pem
cat stranger.crt stranger.key >stranger.pem
serve_old rsa.crt -CAfile clients.crt -verify 2
accepts 'optional' img2020 --ca ca.crt
printed 'none is shown' '^Client Certificate: +asked for, none was shown$'
serve_old rsa.crt -CAfile clients.crt -Verify 2 -verify_return_error
for family in 7900 8800 img2020 mediatrix; do
    [ "$family" != 7900 ] && [ "$family" != 8800 ] && word=0x00000000 || word=-
    refuses "$family: demanded" 'client certificate demanded' "$word" "$family" --ca ca.crt
    printed "$family: is said" '^Client Certificate: +demanded, none was shown$'
    accepts "$family: shown" "$family" --ca ca.crt --client phone.pem
    printed "$family: taken" '^Client Certificate: +asked for, and taken$'
    refuses "$family: a stranger" 'client certificate refused' "$word" "$family" --ca ca.crt \
        --client stranger.pem
    printed "$family: refused by the server" 'refuses the device.s certificate: unknown CA .alert 48'
done
refuses 'sangoma-d has none' 'client certificate demanded' 0x00000000 sangoma-d --ca ca.crt \
    --client phone.pem
printed 'which is said' 'this device has none'

# --- no TLS

next_port
refuses 'nobody listens' 'no connection' - sangoma-d
printed 'in words' '127.0.0.1 port [0-9]+: Connection refused'
run provcheck tls name.invalid:5061 --family sangoma-d
is 'no address' "$code $(problems)" '1 no connection'
printed 'in words' 'the name name.invalid has no address'
serve_fake silent
refuses 'silence' 'no answer' - sangoma-d --timeout 1
printed 'in words' 'says nothing within 1 seconds'
tls any --timeout 1 --json
is 'silence for all' "$code $(perl -MJSON::PP -0777 -ne 'print join " ",
    map { $_->{findings}[0]{id} } @{decode_json($_)->{devices}}' "$out")" \
    '1 no-answer no-answer no-answer no-answer no-answer'
serve_fake stall 160303004002
refuses 'half an answer' 'no answer' - sangoma-d --timeout 1
printed 'in words' 'does not go on with its answer'
serve_fake hang-up
refuses 'hanging up' 'handshake failed' - sangoma-d
printed 'in words' 'closed the connection without an answer'
serve_fake hang-up 160303004002
refuses 'hanging up amid the answer' 'handshake failed' - sangoma-d
printed 'in words' 'closed the connection amid its answer'
serve_fake leave 0303 009d rsa.der
refuses 'hanging up amid the handshake' 'handshake failed' 0x00000000 sangoma-d --ca ca.crt
printed 'in words' 'the hellos agree, and then the handshake fails: the server hung up'
tls any --ca ca.crt --json
is 'which ends no program' "$code $(perl -MJSON::PP -0777 -ne 'print scalar
    @{decode_json($_)->{devices}}' "$out")" '1 5'
serve_fake hang-up 15030300020250
refuses 'an alert' 'handshake failed' - sangoma-d
printed 'in words' 'it refuses the hello: internal error .alert 80'
serve_fake hang-up 1603ffffff
refuses 'a record that is too long' 'malformed answer' - sangoma-d
serve_fake hang-up "$(printf 'HTTP/1.1 400 Bad Request\r\n' | od -An -tx1 | tr -d ' \n')"
refuses 'plain HTTP' 'not TLS' - sangoma-d
printed 'in words' 'speaks plain HTTP there: "HTTP/1.1 400 Bad Request"'
serve_fake hang-up "$(printf 'SIP/2.0 400 \033[0m\r\n' | od -An -tx1 | tr -d ' \n')"
refuses 'plain SIP' 'not TLS' - sangoma-d
printed 'in words' 'speaks plain SIP there: "SIP/2.0 400 .x1b\[0m"'
serve_fake hang-up "$(printf 'SSH-2.0-x\r\n' | od -An -tx1 | tr -d ' \n')"
refuses 'another protocol' 'not TLS' - sangoma-d
printed 'in words' 'what it says is not TLS: "SSH-2.0-x"'

# --- JSON

read_json() { # PERL-EXPRESSION, $_ is the report
    perl -MJSON::PP -0777 -ne '$_ = decode_json $_; print '"$1" "$out"
}

serve_old rsa.crt
tls sangoma-d --ca ca.crt --json
is 'one device' "$code $(read_json 'join " ", $_->{name}, map { $_->{family}, $_->{verdict},
    $_->{accepts} ? 1 : 0, $_->{version}, $_->{suite}, $_->{error_word},
    scalar @{$_->{certificates}} } @{$_->{devices}}')" \
    "0 $server_name sangoma-d accepts 1 TLS 1.2 ECDHE-RSA-AES256-GCM-SHA384 0x00000000 1"
as=other.voice.example tls any --ca ca.crt --json
is 'all of them' "$code $(read_json 'join " ", map { my $d = $_; "$d->{family}:" . join ",",
    map { $_->{id} } grep { $_->{severity} eq "refused" } @{$d->{findings}} } @{$_->{devices}}')" \
    '1 7900: 8800: sangoma-d:identity img2020:identity mediatrix:identity'
is 'what to mend' "$(read_json '$_->{devices}[2]{findings}[0]{mend} =~ /subjectAltName/ ? 1 : 0')" 1
is 'the numbers of img2020' "$(read_json 'join " ", map { $_->{number} }
    @{$_->{devices}[3]{offered_suites}}')" "c030 c02c c028 c024 c014 c00a 00a5 00a3 00a1 009f 006b \
006a 0069 0068 0039 0038 0037 0036 c032 c02e c02a c026 c00f c005 009d 003d 0035 c02f c02b c027 c023 \
c013 c009 00a4 00a2 00a0 009e 0067 0040 003f 003e 0033 0032 0031 0030 c031 c02d c029 c025 c00e c004 \
009c 003c 002f 00ff"
next_port
tls sangoma-d --json
is 'no connection' "$code $(read_json 'join " ", map { $_->{findings}[0]{id},
    $_->{accepts} ? 1 : 0, $_->{agreed} ? 1 : 0 } @{$_->{devices}}')" '1 no-connection 0 0'
run provcheck tls name.invalid.:5061 --json
is 'a name to its root' "$code $(read_json '"$_->{server} $_->{name}"')" \
    '1 name.invalid.:5061 name.invalid'
run provcheck tls '[fe80::1%lo]:1' --timeout 1 --json
is 'an address with a zone' "$code $(read_json '"$_->{server} $_->{name}"')" '1 [fe80::1%lo]:1 fe80::1'
run provcheck tls a:1 --ca none --json
is 'a file that is not there' "$code $(read_json 'ref $_')" '1 HASH'
done_testing
