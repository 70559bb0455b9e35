#!/bin/bash
# SPDX-License-Identifier: MIT
# The ports that transfers are served from are different ones, however few there are to choose from.
. tests/server/lib.sh

[ "$(id -u)" -eq 0 ] && unshare -n true 2>/dev/null ||
    skip_all 'needs a network namespace of its own'
if [ "${1-}" != inside ]; then
    cd "$root" && exec unshare -n bash tests/server/tftp-ports.t inside
fi

perl -MSocket -e 'socket(my $s, AF_INET, SOCK_DGRAM, 0) or die;
    my $request = pack("a16 s x22", "lo", 0x41); # IFF_UP, IFF_RUNNING
    ioctl($s, 0x8914, $request) or die "SIOCSIFFLAGS: $!"'
echo 20000 20003 >/proc/sys/net/ipv4/ip_local_port_range
mkdir tree
echo content >tree/a.xml

# Ports that UDP sockets have, those that nobody asked for.
ports() {
    perl -ane 'next unless $F[1] =~ /:([0-9A-F]{4})$/; $p = hex $1; print "$p\n" if $p >= 20000' \
        /proc/net/udp | sort | uniq -c | awk '{ print $2 "x" $1 }' | tr '\n' ' '
}

for round in 1 2 3; do
    ok "provd starts, round $round" start_provd --root tree --tftp 127.0.0.1:69 --http off \
        --https off --ledger off
    is "four ports, two sockets each, round $round" "$(ports)" \
        '20000x2 20001x2 20002x2 20003x2 '
    for i in 1 2 3 4 5; do
        run curl -sS --local-port 30000-30100 tftp://127.0.0.1/a.xml
        is "transfer $i arrives, round $round" "$(<"$out")" content
    done
    stop_provd
done
done_testing
