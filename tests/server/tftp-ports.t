#!/bin/bash
# SPDX-License-Identifier: MIT
# The ports that transfers are served from are different ones, however few there are to choose from.
. tests/server/lib.sh
requires curl

if ! is_root || ! unshare -n true 2>/dev/null; then
    skip_all 'needs a network namespace of its own'
fi
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
    # The ports that one client is served from, one transfer after another, others in between.
    is "a client's transfers come from different ports, round $round" "$(perl -MIO::Socket::INET -e '
        sub client { IO::Socket::INET->new(Proto => "udp", LocalAddr => "127.0.0.1",
            LocalPort => $_[0], PeerAddr => undef) or die }
        my $server = pack_sockaddr_in(69, inet_aton("127.0.0.1"));
        sub ask {
            $_[0]->send(pack("n", 1) . "a.xml\0octet\0", 0, $server) or die;
            my $from = $_[0]->recv(my $packet, 600);
            $_[0]->send(pack("nn", 4, 1), 0, $from);
            return (unpack_sockaddr_in($from))[0];
        }
        alarm 20;
        my $port = 31000;
        my $first = client($port);
        my %seen;
        for (1 .. 4) {
            $seen{ask($first)}++;
            ask(client(++$port)) for 1 .. 3;
        }
        print scalar keys %seen')" 4
    stop_provd
done
done_testing
