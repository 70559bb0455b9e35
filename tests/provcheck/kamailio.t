#!/bin/bash
# SPDX-License-Identifier: MIT
# SIP over TLS through a real Kamailio, with and without client certificates, all of them made by
# mkcert; and what provcheck tls says of it, sound and broken. Kamailio comes as Debian package,
# unpacked below build/ and never installed.

# shellcheck source=tests/server/lib.sh
. "${0%/*}/../server/lib.sh"
# shellcheck source=tests/voice/lib.sh
. "$root/tests/voice/lib.sh"

says='^provcheck: '
proxy=proxy.acme.example

requires_peers kamailio

# A certificate of that authority, with its key in one file.
issue() { # AUTHORITY FILE COMMON-NAME [OPTION...]
    mkcert --issuer "$1" -c "$3" "${@:4}" "$2"
}

make_certificates() {
    mkcert --ca -c 'Acme Voice CA' -o Acme -u Voice ca.pem &&
        mkcert --ca -c 'Other CA' -o Other -u Voice other-ca.pem &&
        SOURCE_DATE_EPOCH=1500000000 mkcert --ca -c 'Old CA' -o Acme -u Voice -y 50 old-ca.pem &&
        issue ca.pem proxy.pem $proxy --server &&
        SOURCE_DATE_EPOCH=1500000000 issue old-ca.pem expired.pem $proxy --server -y 1 &&
        issue ca.pem proxy-client.pem $proxy --client &&
        issue ca.pem phone.pem phone.acme.example --client &&
        issue ca.pem gateway.pem gateway.acme.example &&
        issue ca.pem pbx.pem pbx.acme.example &&
        issue other-ca.pem stranger.pem stranger.example --client &&
        issue other-ca.pem foreign.pem $proxy --server &&
        for ca in ca other-ca old-ca; do openssl x509 -in $ca.pem -out $ca.crt || return; done
}

# Kamailio's TLS settings, open to old devices; verify and require say what it wants of clients.
tls_settings() { # VERIFY REQUIRE CERTIFICATE
    cat <<END
[server:default]
method = TLSv1+
cipher_list = DEFAULT:@SECLEVEL=0
certificate = $PWD/$3
private_key = $PWD/$3
ca_list = $PWD/ca.crt
verify_certificate = $1
require_certificate = $2
verify_depth = 4

[client:default]
method = TLSv1.2+
certificate = $PWD/proxy-client.pem
private_key = $PWD/proxy-client.pem
ca_list = $PWD/ca.crt
verify_certificate = yes
require_certificate = yes
END
}

# Kamailio with these settings instead of the last ones.
kamailio_with() { # NAME VERIFY REQUIRE [CERTIFICATE]
    [ -z "${server-}" ] || stop_group "$server"
    tls_settings "$2" "$3" "${4-proxy.pem}" >tls.cfg
    ok "$1" start_kamailio "$PWD" "$port"
}

# --- a SIP OPTIONS from end to end

# An end that answers requests of whoever has a certificate of the site.
start_answering() { # NAME
    start_helper "$sip_options" answer "$1.pem" ca.crt >>"$1.log" 2>&1
    wait_for_line '^port ' "$1.log"
    sed -n 's/^port //p' "$1.log" | read -r answering_port
    uri="sip:$1@127.0.0.1:$answering_port;transport=tls"
}

ask() { # URI [PEM]
    run "$sip_options" ask "127.0.0.1:$port" "$1" $proxy ca.crt "${@:2}"
}

passes() { # NAME URI LOG [PEM]
    local problem=''
    : >"$3"
    ask "$2" "${@:4}"
    [ "$code" -eq 0 ] || problem='it was not answered'
    grep -qx 'SIP/2.0 200 OK' "$out" || problem='the answer is not 200'
    [ "$(<"$3")" = "OPTIONS $2 SIP/2.0 from $proxy" ] || problem='it did not come from the proxy'
    judge "$1" "$problem"
}

does_not_pass() { # NAME EXTENDED-REGULAR-EXPRESSION URI [PEM]
    local problem=''
    ask "${@:3}"
    [ "$code" -ne 0 ] || problem='it was answered'
    grep -Eq -e "$2" "$out" "$err" || problem="it is not like: $2"
    judge "$1" "$problem"
}

# --- what provcheck says

doctor() { # OPTION...
    run provcheck tls "127.0.0.1:$port" "$@"
}

sound() { # NAME OPTION...
    doctor --ca ca.crt --name $proxy "${@:2}"
    want_code 0
    want_no_messages
    ! grep -q '^refused: ' "$out" || problem='it reports something'
    judge "$1" "$problem"
}

# The device refuses this, and nothing else.
refused_for() { # NAME FINDING OPTION...
    doctor "${@:3}"
    want_code 1
    want_no_messages
    [ "$(sed -n 's/^refused: \([^:]*\): .*/\1/p' "$out")" = "$2" ] ||
        problem="what is refused is not just: $2"
    judge "$1" "$problem"
}

families='sangoma-d img2020 mediatrix'
to_known=(--ca ca.crt --name "$proxy")

ok 'certificates' make_certificates
free_ports tcp 1 | read -r port
start_answering gateway && gateway=$uri
start_answering pbx && pbx=$uri

# --- without client certificates

kamailio_with 'Kamailio asks for no certificate' no no
passes 'an OPTIONS to the gateway, without a certificate' "$gateway" gateway.log
passes 'one to the PBX' "$pbx" pbx.log
for family in $families; do
    sound "sound for $family" --family "$family"
    refused_for "another name, for $family" 'identity mismatch' --family "$family" --ca ca.crt \
        --name pbx.acme.example
    refused_for "an authority that $family does not know" untrusted --family "$family" \
        --ca other-ca.crt --name $proxy
done

# --- with them

kamailio_with 'Kamailio checks certificates that it gets' yes no
passes 'the PBX asks the gateway' "$gateway" gateway.log pbx.pem
passes 'the gateway asks the PBX' "$pbx" pbx.log gateway.pem
does_not_pass 'an OPTIONS with a certificate of strangers' 'alert unknown ca' "$gateway" stranger.pem
for family in img2020 mediatrix; do
    sound "sound for $family with a certificate" --family "$family" --client phone.pem
    sound "sound for $family without one" --family "$family"
    refused_for "a certificate of strangers, with $family" 'client certificate refused' \
        --family "$family" "${to_known[@]}" --client stranger.pem
done

kamailio_with 'Kamailio demands certificates' yes yes
passes 'an OPTIONS with a certificate' "$gateway" gateway.log phone.pem
does_not_pass 'one without' 'alert certificate required' "$gateway"
does_not_pass 'one with the certificate of a server' 'alert unsupported certificate' "$gateway" proxy.pem
for family in img2020 mediatrix; do
    sound "sound for $family with a certificate" --family "$family" --client phone.pem
done
for family in $families; do
    refused_for "$family without one" 'client certificate demanded' --family "$family" "${to_known[@]}"
done

# --- broken

kamailio_with 'Kamailio with an expired certificate' no no expired.pem
for family in $families; do
    refused_for "$family refuses it" expired --family "$family" --ca old-ca.crt --name $proxy
done
kamailio_with 'Kamailio with a certificate of another authority' no no foreign.pem
for family in $families; do
    refused_for "$family refuses it" 'issuer not found' --family "$family" "${to_known[@]}"
done
stop_group "$server"
tls_settings no no proxy.pem | sed -e '/^cipher_list/d' -e 's/TLSv1+/TLSv1.2+/' >tls.cfg
ok 'Kamailio with the versions of Debian' start_kamailio "$PWD" "$port"
sound 'sound for sangoma-d' --family sangoma-d
sound 'sound for img2020' --family img2020
doctor --family mediatrix "${to_known[@]}"
printed 'perhaps not for mediatrix' '^may be refused: no common protocol version: '

stop_group "$server"
ok 'no process of Kamailio is left' gone "-$server"
done_testing
