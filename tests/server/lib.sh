# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# What the server's tests share: provd started on free loopback ports, ended by its process id, and
# waiting for events. To be sourced first, from the repository's root.

. tests/cli/lib.sh

deadline=${PROV_DEADLINE:-60} # seconds until a thing that must happen counts as not happening
provd_log=$temporary/provd.log # what provd says on stderr
provd_pid=''
started=() # every process to end

end_started() {
    local pid
    for pid in "${started[@]}"; do
        kill -KILL "$pid" 2>/dev/null
    done
    wait 2>/dev/null
    cd / && chmod -R u+w "$temporary" && rm -rf "$temporary"
}
trap end_started EXIT

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

# The last line of the delivery log about a name, once there is one.
delivery_line() { # NAME [FILE]
    wait_for_line "^time=.* asked=\"$1\" " "${2-$provd_log}"
    grep -E "^time=.* asked=\"$1\" " "${2-$provd_log}" | tail -n 1
}

# --- for the tests of the server as a whole

# shellcheck disable=SC2034 # for the tests
says='^provd: ' # its messages begin so (tests/cli/lib.sh)

# shellcheck disable=SC2034 # for the tests
phone=$root/tests/server/phone.pl # clients that curl and tftp cannot be

is_root() {
    [ "$(id -u)" -eq 0 ]
}

# A certificate and its key in one file.
new_certificate() { # FILE COMMON-NAME [rsa]
    local key=(ec -pkeyopt ec_paramgen_curve:P-256)
    [ "${3-ec}" = ec ] || key=(rsa:2048)
    openssl req -x509 -newkey "${key[@]}" -nodes -days 90 -subj "/CN=$2" \
        -keyout "$1.key.tmp" -out "$1.crt.tmp" 2>/dev/null &&
        cat "$1.crt.tmp" "$1.key.tmp" >"$1.tmp" && chmod 600 "$1.tmp" && mv "$1.tmp" "$1" &&
        rm "$1.key.tmp" "$1.crt.tmp"
}

# The common name that a TLS port shows.
shown_name() { # PORT
    openssl s_client -connect "127.0.0.1:$1" </dev/null 2>/dev/null |
        openssl x509 -noout -subject 2>/dev/null | sed -n 's/^subject=CN = //p'
}

# The value of a metric, by its whole name with labels.
metric() { # ADMIN-PORT NAME
    curl -s "http://127.0.0.1:$1/metrics" | awk -v name="$2" '$1 == name { print $2 }'
}

# How many lines of the log are like the pattern.
said() { # EXTENDED-REGULAR-EXPRESSION [FILE]
    grep -Ec -e "$1" "${2-$provd_log}"
}

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

# Failed, with one line of its own that is like the pattern.
failed_with() { # NAME EXTENDED-REGULAR-EXPRESSION COMMAND...
    local name=$1 pattern=$2 problem=''
    shift 2
    run "$@"
    grep -Eq -e "$pattern" "$err" || problem="it is not like: $pattern"
    grep -Eq -e "$says" "$err" || problem='it does not say who it is'
    [ "$(lines "$err")" -eq 1 ] || problem='there is not exactly one line'
    [ ! -s "$out" ] || problem='it said something on stdout'
    [ "$code" -eq 1 ] || problem='the exit code is not 1'
    judge "$name" "$problem"
}
