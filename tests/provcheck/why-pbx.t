#!/bin/bash
# SPDX-License-Identifier: MIT
# provcheck why, where a phone has its configuration and cannot register: PBXs that are away, mute, or
# whose TLS the phone refuses; over TLS a real Kamailio.

# shellcheck source=tests/provcheck/lib.sh
. "${0%/*}/lib.sh"
# shellcheck source=tests/provcheck/why.sh
. "$root/tests/provcheck/why.sh"
# shellcheck source=tests/voice/lib.sh
. "$root/tests/voice/lib.sh"
requires sqlite3 curl

make_keys && find_ports && new_key other 'other pbx' && new_key long pbx --bits 4096 || exit 1
free_ports tcp 2 | { read -r open_port && read -r pbx_port; }
mkdir source tree secure devices archive
new_list tree/ITLFile.tlv
# shellcheck disable=SC2119
settings
now=$(($(date +%s) + 600))

# A phone that has its configuration; its ledger says so.
configured() { # [ELEMENT...]
    prepare "$@"
    # shellcheck disable=SC2119
    ago <<<"300 $xml.sgn delivered tftp"
    touch -d "@$((now - 3600))" "tree/$xml.sgn"
}

# --- without TLS

configured
first 'nobody listens' pbx-unreachable "127.0.0.1 port $pbx_port over TCP, which tree/$xml.sgn names: .*Connection refused"
configured '<transportLayerProtocol>2</transportLayerProtocol>'
first 'nobody listens over UDP' pbx-unreachable "over UDP, .*Connection refused"
configured '<transportLayerProtocol>4</transportLayerProtocol>'
first 'nobody listens over either' pbx-unreachable 'over TCP or UDP'
pbx_host=pbx.invalid
configured
first 'a name that means nothing' pbx-name 'pbx.invalid'
pbx_host=127.0.0.1

start_fake http "$open_port" 'HTTP/1.1 400 Bad Request\r\n\r\n'
mute=$helper
closed_port=$pbx_port pbx_port=$open_port
configured
first 'what listens there is a web server' pbx-silent 'what it says is not SIP: "HTTP/1.1 400 Bad Request'
end_helper "$mute"
start_fake http "$open_port" '' --keep-open
mute=$helper
configured
first 'it says nothing' pbx-silent 'no answer comes to OPTIONS' --timeout 1
configured '<transportLayerProtocol>4</transportLayerProtocol>'
first 'nor over UDP' pbx-unreachable 'over TCP or UDP' --timeout 1
end_helper "$mute"
# shellcheck disable=SC2016 # of perl
start_helper perl -MIO::Socket::INET -e '$_ = IO::Socket::INET->new(LocalAddr => "127.0.0.1",
    LocalPort => $ARGV[0], Proto => "udp") or die; open F, ">", $ARGV[1]; sleep' "$open_port" silent
mute=$helper
wait_until test -e silent
configured '<transportLayerProtocol>2</transportLayerProtocol>'
first 'an open port of UDP that does not answer' pbx-silent 'no answer to OPTIONS' --timeout 1
end_helper "$mute"

start_pbx "$open_port"
for transport in 1 2 3 4; do
    configured "<transportLayerProtocol>$transport</transportLayerProtocol>"
    nothing "a PBX that answers, transport $transport"
done
pbx_port=$closed_port
sip_ports="<ports><sipPort>$open_port</sipPort></ports>"
configured
sed -i "s#</callManager></member>#&<member priority=\"1\"><callManager>$sip_ports<processNodeName>127.0.0.1</processNodeName></callManager></member>#" \
    "source/$xml" && publish && touch -d "@$((now - 3600))" "tree/$xml.sgn"
nothing 'the second server answers'
configured
sed -i "s#<deviceProtocol>SIP#<deviceProtocol>SCCP#; s#<sipPort>[0-9]*</sipPort>#<ethernetPhonePort>$open_port</ethernetPhonePort>#" \
    "source/$xml" && publish && touch -d "@$((now - 3600))" "tree/$xml.sgn"
nothing 'over SCCP it is enough that somebody takes connections'

# --- over TLS

secure_mode='<deviceSecurityMode>2</deviceSecurityMode>'
pbx_port=$open_port
configured "$secure_mode"
first 'no TLS at this port' pbx-tls "port $open_port over TLS"
if ! get_peers kamailio; then
    skip 'Kamailio over TLS' "it cannot be downloaded: $(tail -n 1 peers.err)"
    done_testing
    exit
fi

# Kamailio on a port of its own, with this certificate and these lines of settings.
kamailio() { # CERTIFICATE [LINE...]
    free_ports tcp 1 | read -r pbx_port
    printf '%s\n' '[server:default]' 'method = TLSv1+' 'cipher_list = DEFAULT:@SECLEVEL=0' \
        "certificate = $keys/$1.pem" "private_key = $keys/$1.pem" "${@:2}" '[client:default]' \
        'method = TLSv1.2+' >tls.cfg
    start_kamailio "$PWD" "$pbx_port"
}

ok 'Kamailio starts' kamailio asterisk
configured "$secure_mode"
nothing 'a 7900 and a Kamailio whose certificate is listed'
configured "$secure_mode" load=sip88xx.12-8-1-0001-455
nothing 'an 8800 and the same'
new_list "tree/ITLSEP$mac.tlv" --sast "$keys/sast.pem" --sast "$keys/recovery.pem" --tftp "$keys/asterisk.pem"
first 'the certificate is listed for files alone' pbx-not-listed 'with role TFTP, and not CCM'
stop_group "$server"

ok 'Kamailio with another certificate' kamailio other
configured "$secure_mode"
first 'its certificate is not in the list' pbx-not-listed 'not in the trust list'
printed 'how to mend it' '^  mend: name the certificate that the PBX shows in section trust as ccm'
stop_group "$server"

ok 'Kamailio that demands certificates' kamailio asterisk 'verify_certificate = yes' \
    'require_certificate = yes' "ca_list = $keys/phone.pem"
configured "$secure_mode"
nothing "what it makes of the phone's certificate is not known here"
stop_group "$server"

ok 'Kamailio with the versions of today' kamailio asterisk 'method = TLSv1.2+'
configured "$secure_mode"
first 'versions that a 7900 does not know' pbx-tls 'the server speaks TLS 1.2, TLS 1.3'
configured "$secure_mode" load=sip88xx.12-8-1-0001-455
nothing 'an 8800 knows them'
stop_group "$server"
ok 'no process of Kamailio is left' gone "-$server"
done_testing
