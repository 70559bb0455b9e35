#!/bin/bash
# SPDX-License-Identifier: MIT
# provcheck dhcp against real DHCP servers, in network namespaces of the test's own: what is right,
# and what people get wrong.
. tests/provcheck/lib.sh
# shellcheck source=tests/lib/peers.sh
. "$root/tests/lib/peers.sh"
requires ip nsenter
if ! is_root || ! unshare -n true 2>/dev/null; then
    skip_all 'needs network namespaces of its own'
fi
if [ "${1-}" != inside ]; then
    requires_peers dnsmasq dhcpd # from outside
    cd "$root" && exec unshare -n bash tests/provcheck/dhcp.t inside
fi

# --- a network: the phones' end is here, two servers have a namespace each

ip link set lo up
ip link add bridge type bridge && ip link set bridge up
ip link add phones type veth peer name phones-end
ip link set phones up && ip link set phones-end master bridge && ip link set phones-end up

# shellcheck disable=SC2329 # for wait_until
has_own_namespace() { # PID
    [ "$(readlink /proc/self/ns/net)" != "$(readlink "/proc/$1/ns/net")" ]
}

make_host() { # NAME ADDRESS; its namespace is that of the process $helper
    start_helper unshare -n sleep 1000
    wait_until has_own_namespace "$helper"
    ip link add "$1" type veth peer name "$1-end"
    ip link set "$1-end" master bridge && ip link set "$1-end" up
    ip link set "$1" netns "$helper"
    nsenter -t "$helper" -n sh -c \
        "ip link set lo up && ip addr add $2/24 dev $1 && ip link set $1 up"
}
make_host first 192.0.2.1
first=$helper
make_host second 192.0.2.2
second=$helper
ok 'the namespaces are there' has_own_namespace "$second"

# --- servers

dnsmasq_says() { # PID INTERFACE RANGE OPTION...
    : >"$2.leases"
    start_helper nsenter -t "$1" -n "$peers/bin/dnsmasq" --no-daemon --conf-file=/dev/null --port=0 \
        --interface="$2" --bind-interfaces --no-ping --dhcp-leasefile="$PWD/$2.leases" \
        --user=root --dhcp-range="$3,255.255.255.0,1h" "${@:4}" >"$2.log" 2>&1
    wait_for_line 'IP range' "$2.log"
}

dhcpd_says() { # SUBNET-DECLARATIONS; global ones before a line "--"
    {
        sed '/^--$/,$d' <<<"$1"
        echo 'authoritative; ping-check false; subnet 192.0.2.0 netmask 255.255.255.0 {'
        echo 'range 192.0.2.100 192.0.2.110;'
        sed '0,/^--$/d' <<<"$1"
        echo '}'
    } >dhcpd.conf
    : >dhcpd.leases
    start_helper nsenter -t "$first" -n "$peers/bin/dhcpd" -4 -f -cf "$PWD/dhcpd.conf" \
        -lf "$PWD/dhcpd.leases" --no-pid first >first.log 2>&1
    wait_for_line 'Sending on +Socket' first.log
}

option_150='option voip code 150 = array of ip-address;'
text_150='option voip code 150 = text;'

# What it finds, in the order in which it says it.
finds() { # NAME WANTED-IDS [SETTINGS [OPTION...]]
    run provcheck dhcp --interface phones --timeout 1 --json --config "${3-none.conf}" "${@:4}"
    is "$1" "$(perl -MJSON::PP -0e '
        my $said = decode_json(<>);
        print join " ", map { $_->{id} } @{$said->{findings} // []}' "$out" 2>&1)" "$2"
}
ends_server() {
    end_helper "$helper"
}
echo 'server { tftp = off http = off }' >none.conf

# --- nobody, and usage

run provcheck dhcp --interface phones --timeout 1 --config none.conf
want_code 1
judge 'without a server it fails'
like 'and says so' "$(<"$out")" '^error \[dhcp-silent\]: no DHCP server offered anything: '
refused 'an interface that is not there' 'nothing0: no Ethernet interface of this machine' provcheck dhcp \
    --interface nothing0 --timeout 1 --config none.conf
run provcheck dhcp --model 88 --interface phones
want_code 2
want_message 'model 88 is none; give its four digits'
judge 'a model of two digits'
run provcheck dhcp telephone --interface phones
want_code 2
want_message 'give no more than one phone, as SEP and its MAC address'
judge 'a phone of another name'
run setpriv --bounding-set=-net_raw --inh-caps=-net_raw provcheck dhcp --interface phones \
    --config none.conf
want_code 1
want_message 'takes root'
judge 'without the right to'

# --- dnsmasq

dnsmasq_says "$first" first 192.0.2.50,192.0.2.60 --dhcp-option=150,192.0.2.10,192.0.2.11
run provcheck dhcp SEP001122334455 --model 7941 --interface phones --timeout 1 --config none.conf
want_no_messages
want_code 0
judge 'addresses in option 150 are right'
like 'the phone asks both' "$(<"$out")" '^Phone Asks: +192.0.2.10, 192.0.2.11$'
like 'and where it learned that' "$(<"$out")" '^By: +option 150$'
ok 'dnsmasq saw the phone' grep -q 'DHCPDISCOVER(first) 00:11:22:33:44:55' first.log
ok 'and leased nothing' test ! -s first.leases
finds 'as JSON, without a finding' ''
echo 'server { tftp = "192.0.2.10:69" http = "192.0.2.11:6970" }' >here.conf
finds 'the addresses of these settings' '' here.conf
echo 'server { tftp = "192.0.2.10:69" http = off }' >elsewhere.conf
finds 'an address that these settings do not serve' dhcp-elsewhere elsewhere.conf
ends_server

dnsmasq_says "$first" first 192.0.2.50,192.0.2.60 --dhcp-option=66,192.0.2.10
finds 'option 66, which dnsmasq ends with a NUL' dhcp-66-nul
is 'and that is no fault' "$code" 0
ends_server
dnsmasq_says "$first" first 192.0.2.50,192.0.2.60 --dhcp-option=150,192.0.2.10 \
    --dhcp-option=66,192.0.2.11
finds 'both, and different' 'dhcp-66-nul dhcp-both-differ'
ends_server
dnsmasq_says "$first" first 192.0.2.50,192.0.2.60
finds 'neither' dhcp-next-server-alone
ends_server

# --- ISC dhcpd

dhcpd_says "$option_150
--
option voip 192.0.2.10;"
finds 'dhcpd: addresses' ''
ends_server
dhcpd_says "$text_150
--
option voip \"192.0.2.10\";"
finds 'dhcpd: text' 'dhcp-no-server dhcp-150-text'
ends_server
dhcpd_says '--
option tftp-server-name "192.0.2.10";'
finds 'dhcpd: option 66' ''
ends_server
dhcpd_says '--
option tftp-server-name "192.0.2.10\000";'
finds 'dhcpd: with a NUL' dhcp-66-nul
ends_server
dhcpd_says 'option bytes code 66 = ip-address;
--
option bytes 192.0.2.10;'
finds 'dhcpd: option 66 as an address' 'dhcp-no-server dhcp-66-binary'
ends_server
dhcpd_says '--
option tftp-server-name "tftp://192.0.2.10/phones";'
finds 'dhcpd: a URL' dhcp-66-url
ends_server
dhcpd_says '--
server-name "192.0.2.10";'
finds 'dhcpd: in the field' 'dhcp-no-server dhcp-66-field'
ends_server
dhcpd_says '--
option tftp-server-name "tftp.example";'
finds 'dhcpd: a name, and no name server' dhcp-66-name
ends_server
dhcpd_says "$option_150
--
option voip 198.51.100.10;"
finds 'dhcpd: in another network without a router' dhcp-out-of-reach
ends_server
dhcpd_says '--
next-server 192.0.2.10;'
finds 'dhcpd: next-server alone' dhcp-next-server-alone
ends_server
dhcpd_says "$option_150
class \"phones\" { match if substring(option vendor-class-identifier, 0, 36) = \"Cisco Systems, Inc. IP Phone CP-7960\"; }
--
if known or substring(option vendor-class-identifier, 0, 36) = \"Cisco Systems, Inc. IP Phone CP-7960\" { option voip 192.0.2.10; }"
finds 'dhcpd: told to another model' dhcp-no-server none.conf --model 8851
finds 'dhcpd: told to this model' '' none.conf --model 7960
ends_server

# --- two

dnsmasq_says "$first" first 192.0.2.50,192.0.2.60 --dhcp-option=150,192.0.2.10
dnsmasq_says "$second" second 192.0.2.70,192.0.2.80 --dhcp-option=150,192.0.2.20
finds 'two servers that disagree' dhcp-servers-differ
is 'and both answers are shown' "$(grep -c '"dhcp_server"' "$out")" 2
end_helper "$helper"
dnsmasq_says "$second" second 192.0.2.70,192.0.2.80 --dhcp-option=150,192.0.2.10
finds 'two servers that agree' ''

# --- a server on the machine that asks

ip addr add 192.0.2.3/24 dev phones
dnsmasq_says $$ phones 192.0.2.90,192.0.2.95 --dhcp-option=150,192.0.2.10
run provcheck dhcp --interface phones --timeout 1 --config none.conf
want_code 0
judge 'a server on this machine is asked, too'
ok 'it heard the question' grep -q DHCPDISCOVER phones.log
done_testing
