#!/bin/bash
# SPDX-License-Identifier: MIT
# Firewalls, containers and NAT: transfers from a range of ports, and all of them from the port that
# was asked. Clients take nothing from another port, as a connected socket or NAT does not.
. tests/server/lib.sh
requires curl tftp

mkdir tree got
for size in 0 511 512 9000; do
    head -c "$size" /dev/urandom >"tree/of-$size"
done
head -c 3000000 /dev/urandom >tree/large
for name in twice repeated once strangers nonsense; do
    head -c 1024 /dev/urandom >tree/$name
done
head -c $((512 * 40)) /dev/urandom >tree/forty
head -c 100000 /dev/urandom >tree/window
head -c 100 /dev/urandom >tree/short

TFTP_PORT=$(free_ports udp 1)
export TFTP_PORT PROV_DEADLINE=$deadline

start() { # [PROVD-OPTION...]
    start_provd "$@" --root tree --tftp "127.0.0.1:$TFTP_PORT" --http off --https off \
        --ledger off && return
    fail 'provd starts' "$(<"$provd_log")"
    done_testing
    exit
}

probe() { # COMMAND [ARGUMENT...]
    perl "$root/tests/server/tftpprobe.pl" "$@"
}

hpa_gets() { # FILE
    rm -f got/file
    timeout "$deadline" tftp -m octet 127.0.0.1 "$TFTP_PORT" -c get "$1" got/file >/dev/null &&
        same got/file "tree/$1"
}

curl_gets() { # FILE [CURL-OPTION...]
    rm -f got/file
    curl -sS --max-time "$deadline" "${@:2}" -o got/file "tftp://127.0.0.1:$TFTP_PORT/$1" &&
        { [ -s got/file ] || : >got/file; } && same got/file "tree/$1"
}

# The ports that one client's transfers came from, one after the other.
answering_ports() { # COUNT
    perl -MIO::Socket::INET -e '
        my $to = pack_sockaddr_in($ENV{TFTP_PORT}, inet_aton("127.0.0.1"));
        alarm $ENV{PROV_DEADLINE};
        my $client = IO::Socket::INET->new(Proto => "udp", LocalAddr => "127.0.0.1") or die;
        for (1 .. $ARGV[0]) {
            $client->send(pack("n", 1) . "short\0octet\0", 0, $to) or die;
            my $from = $client->recv(my $packet, 600);
            $client->send(pack("nn", 4, 1), 0, $from);
            $seen{(unpack_sockaddr_in($from))[0]}++;
        }
        print join(" ", sort { $a <=> $b } keys %seen)' "$1"
}

# UDP ports taken on both families until the test ends.
take_ports() { # PORT...
    perl -MIO::Socket::IP -e '
        my @taken = map { IO::Socket::IP->new(Proto => "udp", LocalHost => "0.0.0.0",
            LocalPort => $_) // die "$_: $!" } @ARGV;
        open my $said, ">", "taken"; close $said; sleep 1000' "$@" &
    started+=("$!")
    taker=$!
    wait_until test -e taken
    rm -f taken
}

within() { # FIRST LAST PORT...
    local port
    for port in "${@:3}"; do
        [ "$port" -ge "$1" ] && [ "$port" -le "$2" ] || return 1
    done
    [ $# -gt 2 ]
}

# --- a range

first=$((20000 + RANDOM % 8000))
start --tftp-ports "$first-$((first + 100))"
read -ra ports <<<"$(answering_ports 40)"
ok 'transfers come from ports of the range' within "$first" $((first + 100)) "${ports[@]}"
is 'from four of them' "${#ports[@]}" 4
ok 'tftp-hpa gets a file' hpa_gets of-9000
ok 'curl gets a file' curl_gets of-9000
stop_provd

# Somebody else's ports are passed over; a single port is enough.
take_ports "${ports[@]:0:3}"
start --tftp-ports "${ports[0]}-${ports[3]}"
read -ra rest <<<"$(answering_ports 20)"
ok 'ports that others have are passed over' within "${ports[0]}" "${ports[3]}" "${rest[@]}"
not_ok 'and not shared' within "${ports[0]}" "${ports[2]}" "${rest[@]}"
stop_provd
start --tftp-ports "${ports[3]}"
is 'one port is enough' "$(answering_ports 20)" "${ports[3]}"
ok 'tftp-hpa gets a file from it' hpa_gets large
stop_provd
if [ "${ports[2]}" -eq $((ports[0] + 2)) ]; then
    run "$PROV_BIN/provd" --tftp-ports "${ports[0]}-${ports[2]}" --root tree \
        --tftp "127.0.0.1:$TFTP_PORT" --http off --https off --ledger off
    want_code 1
    want_message "none of the ports ${ports[0]}-${ports[2]} \(tftp-ports\) is free for TFTP over IPv4; .ss -lnpu. shows who has them: name others"
    judge 'all of them are taken'
else
    skip 'all of them are taken' 'another program has a port among them'
fi
end_helper "$taker"

misrange() { # NAME VALUE
    misused "$1" \
        "tftp-ports: '$2' is no range of ports; write 40000-40100, the lower one first, from 1024 to 65535" \
        "$PROV_BIN/provd" --check-config --root tree --tftp-ports "$2"
}
misrange 'a range that is turned round' 40100-40000
misrange 'a range below 1024' 69-40000
misrange 'a range beyond 65535' 40000-65536
misrange 'no range at all' some
misrange 'half a range' 40000-
failed_with 'a range and a single port' \
    'tftp-single-port and tftp-ports exclude each other: transfers come from the port that was asked, or from others; leave one out' \
    "$PROV_BIN/provd" --check-config --root tree --tftp-ports 40000-40100 --tftp-single-port

# --- a single port

export TFTP_SINGLE_PORT=1
start --tftp-single-port
is 'answers come from the port that was asked' "$(answering_ports 20)" "$TFTP_PORT"
is 'so do errors' "$(probe first missing octet 2>&1)" 'ERROR 1 File not found~'
for size in 0 511 512 9000; do
    ok "tftp-hpa gets $size bytes" hpa_gets "of-$size"
    ok "curl gets $size bytes" curl_gets "of-$size" --tftp-blksize 512
done
ok 'tftp-hpa gets 3 MB' hpa_gets large
ok 'over a path that loses packets' eval \
    'probe fetch 8 octet of-9000 windowsize 8 >got/file && same got/file tree/of-9000'
for i in 1 2 3 4 5 6 7 8; do
    probe fetch 0 octet large windowsize 16 >"got/$i" &
    clients[i]=$!
done
wait "${clients[@]}"
for i in 1 2 3 4 5 6 7 8; do
    ok "client $i of eight at once" same "got/$i" tree/large
done
ok 'every acknowledgement twice: no block twice' probe every-ack-twice forty 41
ok 'a repeated request starts no second transfer' probe repeated-request repeated
ok 'the new one is logged' wait_for_line 'asked="repeated".*outcome=partial'
is 'the first was delivered once' "$(grep -c 'asked="repeated".*outcome=delivered' "$provd_log")" 1
ok 'another request from the same port ends the first transfer' probe other-request once short
ok 'what strangers send disturbs nothing' probe strangers strangers
ok 'nonsense on a transfer disturbs nothing' probe nonsense nonsense
ok 'a window resumes at the named block once per round trip' probe windows window
ok 'a silent peer gets five packets' probe silent-peer of-9000 short
# As many as the kernel's own buffer holds: acknowledgements wait in the same one.
ok '200 requests in the same instant are all answered' probe same-instant short 200
is 'nobody was turned away' "$(grep -c 'outcome=busy' "$provd_log")" 0

# A transfer that runs when the server stops is finished.
perl -MIO::Socket::INET -e '
    my $client = IO::Socket::INET->new(Proto => "udp", PeerAddr => "127.0.0.1:$ENV{TFTP_PORT}") or die;
    alarm $ENV{PROV_DEADLINE};
    $client->send(pack("n", 1) . "of-9000\0octet\0");
    $client->recv(my $packet, 600);
    open my $said, ">", "begun"; close $said;
    select undef, undef, undef, 0.01 until -e "stopping";
    my $data = substr $packet, 4;
    for (my $block = 1; ; $block++) {
        $client->send(pack("nn", 4, $block));
        last if length $packet < 516;
        do { $client->recv($packet, 600) } until unpack("x2 n", $packet) == $block + 1;
        $data .= substr $packet, 4;
    }
    open my $got, ">", "got/file"; print $got $data' &
client=$!
started+=("$client")
wait_until test -e begun
kill -TERM "$provd_pid"
is 'a request after that gets nothing' \
    "$(curl -s --max-time 1 "tftp://127.0.0.1:$TFTP_PORT/short" | wc -c)" 0
: >stopping
wait "$provd_pid"
is 'it ends well' $? 0
wait "$client"
ok 'and what ran was finished' same got/file tree/of-9000

# --- a socket for both families, as a service manager may open it

if has_ipv6; then
    cat >handed.pl <<'END'
use Socket qw(:DEFAULT inet_pton IPPROTO_IPV6 IPV6_V6ONLY);
use Fcntl;
socket(my $socket, AF_INET6, SOCK_DGRAM, 0) or die;
setsockopt($socket, IPPROTO_IPV6, IPV6_V6ONLY, pack('i', 0)) or die;
bind($socket, Socket::pack_sockaddr_in6($ENV{TFTP_PORT}, inet_pton(AF_INET6, '::'))) or die;
POSIX::dup2(fileno $socket, 3) if fileno $socket != 3;
fcntl($socket, F_SETFD, 0);
$ENV{LISTEN_PID} = $$;
$ENV{LISTEN_FDS} = 1;
$ENV{LISTEN_FDNAMES} = 'tftp';
exec @ARGV;
END
    PROVD=$PROV_BIN/provd
    mkdir wrapped
    printf '#!/bin/sh\nexec perl -MPOSIX %s/handed.pl %s "$@"\n' "$PWD" "$PROVD" >wrapped/provd
    chmod +x wrapped/provd
    PROV_BIN=$PWD/wrapped start --tftp-single-port
    ok 'one socket for both families, asked over IPv4' curl_gets of-9000
    run curl -sS --max-time "$deadline" -o got/six "tftp://[::1]:$TFTP_PORT/of-9000"
    ok 'and over IPv6' same got/six tree/of-9000
    is 'from the port that was asked' "$(answering_ports 5)" "$TFTP_PORT"
    stop_provd
else
    skip 'one socket for both families' 'this machine has no IPv6'
fi
done_testing
