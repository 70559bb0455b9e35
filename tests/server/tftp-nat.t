#!/bin/bash
# SPDX-License-Identifier: MIT
# TFTP through NAT and a firewall that do not know TFTP: a phone's network, a router and a server's,
# each a network namespace. Nothing outside of these is touched.
. tests/server/lib.sh
# shellcheck source=tests/lib/peers.sh
. "$root/tests/lib/peers.sh"
requires curl ip

if ! is_root || ! unshare -nm true 2>/dev/null; then
    skip_all 'needs network namespaces of its own'
fi
requires_peers nftables
if [ "${1-}" != inside ]; then
    cd "$root" && exec unshare -nm bash tests/server/tftp-nat.t inside
fi

nft=$peers/bin/nft
mkdir -p /run/netns
mount -t tmpfs tmpfs /run/netns || skip_all 'cannot mount in a namespace'
"$nft" add table ip probe 2>nft.err || skip_all "this kernel has no nftables: $(<nft.err)"
"$nft" delete table ip probe

# The router is this namespace; the other two hang on it.
join() { # NAME OWN ROUTER
    ip netns add "$1" && ip link add "to-$1" type veth peer name eth0 netns "$1" &&
        ip address add "$3/24" dev "to-$1" && ip link set "to-$1" up &&
        ip -n "$1" address add "$2/24" dev eth0 && ip -n "$1" link set eth0 up &&
        ip -n "$1" link set lo up && ip -n "$1" route add default via "$3"
}
ok 'three networks' eval 'join phone 10.1.0.2 10.1.0.1 && join server 10.2.0.2 10.2.0.1 &&
    echo 1 >/proc/sys/net/ipv4/ip_forward'

mkdir tree wrapped
head -c 20000 /dev/urandom >tree/of-20000
cat >wrapped/provd <<END
#!/bin/sh
exec ip netns exec server $PROV_BIN/provd "\$@"
END
chmod +x wrapped/provd

start() { # [PROVD-OPTION...]
    PROV_BIN=$PWD/wrapped start_provd "$@" --root tree --tftp 10.2.0.2:69 --http off --https off \
        --ledger off && return
    fail 'provd starts' "$(<"$provd_log")"
    done_testing
    exit
}

phone_gets() { # SECONDS
    rm -f got
    ip netns exec phone curl -sS --max-time "$1" -o got tftp://10.2.0.2/of-20000 2>curl.err &&
        same got tree/of-20000
}

start
ok 'a phone gets a file through a router' phone_gets "$deadline"
stop_provd

# --- NAT: what comes from a port that the phone did not ask does not reach it

"$nft" -f - <<'END'
table ip nat {
    chain out {
        type nat hook postrouting priority 100; policy accept;
        ip saddr 10.1.0.0/24 oifname "to-server" masquerade
    }
}
table ip filter {
    chain through {
        type filter hook forward priority 0; policy drop;
        ct state established accept
        iifname "to-phone" udp dport 69 accept
    }
}
END
start
not_ok 'through NAT it gets none' phone_gets 2
stop_provd
start --tftp-single-port
ok 'through NAT, from a single port' phone_gets "$deadline"
ok 'the log has the address of the router' wait_for_line 'peer=10\.2\.0\.1 .*outcome=delivered'
stop_provd
"$nft" flush ruleset

# --- a firewall without memory: only what its rules name gets through

"$nft" -f - <<'END'
table ip filter {
    chain through {
        type filter hook forward priority 0; policy drop;
        iifname "to-phone" udp dport { 69, 40000-40100 } accept
        iifname "to-server" udp sport { 69, 40000-40100 } accept
    }
}
END
start
not_ok 'through a firewall that passes some ports it gets none' phone_gets 2
stop_provd
start --tftp-ports 40000-40100
ok 'through that firewall, from its ports' phone_gets "$deadline"
stop_provd
start --tftp-single-port
ok 'or from a single port' phone_gets "$deadline"
stop_provd
done_testing
