# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Processes: free ports, waiting for events, and programs that run beside the test. Each is ended by
# its id, at the latest when the test ends.

deadline=${PROV_DEADLINE:-60} # seconds until a thing that must happen counts as not happening
started=()                    # every process to end
groups=()                     # process groups to end: of servers that fork

# shellcheck disable=SC2329 # called at the end of the test
end_started() {
    local id
    for id in "${groups[@]}"; do kill -KILL -- "-$id" 2>/dev/null; done
    for id in "${started[@]}"; do kill -KILL "$id" 2>/dev/null; done
    [ "${#groups[@]}${#started[@]}" = 00 ] || wait 2>/dev/null
}
at_exit end_started

# --- events

# Runs COMMAND… until it succeeds; fails after the deadline.
wait_until() { # COMMAND...
    local end=$((SECONDS + deadline))
    until "$@" 2>/dev/null; do
        [ "$SECONDS" -lt "$end" ] || return 1
        read -rt 0.02 <> <(:)
    done
    return 0
}

# Waits until a line of FILE is like the pattern.
wait_for_line() { # EXTENDED-REGULAR-EXPRESSION [FILE]
    wait_until grep -Eq -e "$1" "${2-$provd_log}"
}

gone() { # PID
    ! kill -0 "$1" 2>/dev/null
}

# --- ports

# Ports that nobody has now, different ones in one call. Below those that the kernel gives to
# clients, which would take them between two starts of a server.
free_ports() { # udp|tcp COUNT
    perl -MIO::Socket::INET -e '
        my ($proto, $count) = @ARGV;
        my %open;
        for (1 .. 10000) {
            my $port = 10000 + int rand 20000;
            next if $open{$port};
            my $socket = IO::Socket::INET->new(LocalAddr => "0.0.0.0", LocalPort => $port,
                Proto => $proto, $proto eq "tcp" ? (Listen => 1) : ()) or next;
            $open{$port} = $socket;
            print "$port\n";
            last if keys %open == $count;
        }' "$1" "$2"
}

# This machine has ::1.
has_ipv6() {
    grep -qs '^0*1 ' /proc/net/if_inet6
}

listens() { # TCP-PORT
    perl -MIO::Socket::INET -e 'exit !IO::Socket::INET->new(PeerAddr => "127.0.0.1:$ARGV[0]")' "$1"
}

# shellcheck disable=SC2329 # for wait_until
listens_or_is_gone() { # TCP-PORT PID
    listens "$1" || gone "$2"
}

# --- helpers

# Starts a helper that runs until the test ends; its process id is in $helper.
start_helper() { # COMMAND...
    "$@" &
    helper=$!
    started+=("$helper")
}

end_helper() { # PID
    kill -KILL "$1" 2>/dev/null
    wait "$1" 2>/dev/null
}

# Starts a server that forks, in a process group of its own; its process id is in $server.
start_group() { # LOG COMMAND...
    setsid "${@:2}" >"$1" 2>&1 </dev/null &
    server=$!
    groups+=("$server")
}

# Ends it as a service manager does, with all that it forked.
stop_group() { # PID
    kill -TERM "$1"
    wait "$1" 2>/dev/null
    wait_until gone "-$1"
}

# --- provd

# shellcheck disable=SC2154 # tests/lib/test.sh
provd_log=$temporary/provd.log # what provd says on stderr
provd_pid=''

# Starts provd with these options and waits until it says that it is ready. Its messages go to
# $provd_log, its process id to $provd_pid. Fails if it ends before.
start_provd() { # OPTION...
    local socket=$temporary/notify.$RANDOM waiter first
    perl -MIO::Socket::UNIX -MSocket -e '
        my $socket = IO::Socket::UNIX->new(Local => $ARGV[0], Type => SOCK_DGRAM) or die;
        chmod 0666, $ARGV[0];
        alarm $ARGV[1];
        while ($socket->recv(my $state, 4096), 1) { exit 0 if $state =~ /^READY=1/m }
        ' "$socket" "$deadline" &
    waiter=$!
    wait_until test -S "$socket" || return 1
    NOTIFY_SOCKET=$socket "$PROV_BIN/provd" "$@" >"$temporary/provd.out" 2>"$provd_log" </dev/null &
    provd_pid=$!
    started+=("$provd_pid")
    wait -n -p first "$waiter" "$provd_pid"
    if [ "$first" = "$waiter" ]; then
        return 0
    fi
    kill "$waiter" 2>/dev/null
    wait "$waiter" 2>/dev/null
    return 1
}

# Ends provd as a service manager does; its exit code is that of this function.
stop_provd() {
    kill -TERM "$provd_pid"
    wait "$provd_pid"
}
