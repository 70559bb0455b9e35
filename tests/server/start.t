#!/bin/bash
# SPDX-License-Identifier: MIT
# provd's start and stop: the service manager's protocol, sockets handed over, ports that are taken,
# and running transfers at the end.
. tests/server/lib.sh
requires curl

mkdir tree
echo 'a list' >tree/ITLFile.tlv
truncate -s 64M tree/large.bin
new_certificate web.pem web
mapfile -t tcp < <(free_ports tcp 5)
mapfile -t udp < <(free_ports udp 2)
http=${tcp[0]} https=${tcp[1]} spare=${tcp[2]} admin=${tcp[3]} spare_tls=${tcp[4]}
tftp=${udp[0]} spare_udp=${udp[1]}
ports=(--tftp "127.0.0.1:$tftp" --http "127.0.0.1:$http" --https "127.0.0.1:$https"
    --certificate web.pem)
states=$temporary/states

tftp_get() { # PORT NAME
    "$phone" tftp-get "$1" "$2"
}

http_get() { # PORT PATH [OPTION...]
    curl -sS --max-time "$deadline" "http://127.0.0.1:$1/$2"
}

https_get() { # PORT PATH
    curl -ksS --max-time "$deadline" "https://127.0.0.1:$1/$2"
}

# Starts a program under a manager that notes its states in $states.
start_managed() { # COMMAND...
    local socket=$temporary/manager.$RANDOM$RANDOM
    : >"$states"
    start_helper "$phone" manager "$socket" "$states"
    manager=$helper
    wait_until test -S "$socket"
    NOTIFY_SOCKET=$socket "$@" >"$temporary/provd.out" 2>"$provd_log" </dev/null &
    provd_pid=$!
    started+=("$provd_pid")
}

# --- the service manager's protocol

start_managed provd --root tree "${ports[@]}"
ok 'READY=1 when it serves' wait_for_line '^READY=1$' "$states"
is 'and it does, over TFTP' "$(tftp_get "$tftp" ITLFile.tlv)" 'a list'
is 'over HTTP' "$(http_get "$http" ITLFile.tlv)" 'a list'
is 'over HTTPS' "$(https_get "$https" ITLFile.tlv)" 'a list'
: >"$states"
kill -HUP "$provd_pid"
ok 'READY=1 after a reload' wait_for_line '^READY=1$' "$states"
is 'with RELOADING=1 before it' "$(head -n 1 "$states")" 'RELOADING=1'
stop_provd
is 'it ends well' $? 0
ok 'STOPPING=1 at the end' wait_for_line '^STOPPING=1$' "$states"
end_helper "$manager"

WATCHDOG_USEC=2000000 start_managed provd --root tree "${ports[@]}"
ok 'signs of life for a watchdog' wait_for_line '^WATCHDOG=1$' "$states"
kill -INT "$provd_pid"
wait "$provd_pid"
is 'SIGINT ends it too' $? 0
end_helper "$manager"

NOTIFY_SOCKET=$temporary/nobody provd --root tree "${ports[@]}" 2>"$provd_log" &
provd_pid=$!
started+=("$provd_pid")
wait_for_line 'cannot notify' && stop_provd
like 'a manager that is gone is no reason to stop' "$(<"$provd_log")" \
    '^provd: warning: cannot notify the service manager at .*/nobody: No such file'
start_provd --root tree "${ports[@]}"
like 'it says that it is ready' "$(<"$provd_log")" '^provd: ready$'

stop_provd
for log in stderr "$PWD/start.log"; do
    run provd --root tree --tftp off --http off --https "127.0.0.1:$spare" --certificate no.pem \
        --log "$log"
    like "with the log in ${log##*/} a failed start says why on stderr" "$code $(grep -v \
        'runs as root' "$err")" '^1 provd: no\.pem: cannot open it: No such file'
done

# --- a tree that cannot be served

# Runs a command that may open no file in ./tree, while its folder and modes are as ever: Landlock
# lets READ_FILE pass in other places alone.
in_sandbox() { # COMMAND...
    # shellcheck disable=SC2016 # Perl's
    setpriv --no-new-privs perl -e '
        my $handled = 1 << 2; # LANDLOCK_ACCESS_FS_READ_FILE
        my $prctl = { x86_64 => 157, aarch64 => 167 }->{ (split " ", `uname -m`)[0] } or die;
        my $ruleset = syscall 444, my $attributes = pack("Q", $handled), 8, 0;
        $ruleset >= 0 or die;
        for my $path (grep { -e } split /:/, shift) {
            open my $folder, "<", $path or next;
            syscall(445, $ruleset, 1, my $rule = pack("Qi", $handled, fileno $folder), 0) == 0 or die;
        }
        syscall(446, $ruleset, 0) == 0 or die;
        exec @ARGV' "/usr:/lib:/lib64:/etc:/proc:/dev:$PROV_BIN" "$@"
}

if have setpriv && in_sandbox true 2>/dev/null; then
    failed_with 'a sandbox around the files is said at the start' \
        '^provd: tree/[A-Za-z.]* cannot be opened: Permission denied; its mode would let this' \
        in_sandbox "$PROV_BIN/provd" --root tree --tftp off --http "127.0.0.1:$spare" --user "$(id -un)"
    mkdir empty
    ok 'an empty tree is none of its business' start_provd --root empty "${ports[@]}"
    stop_provd
else
    skip 'a sandbox around the files' 'no setpriv or no Landlock'
fi

# --- ports that are taken

start_provd --root tree "${ports[@]}"

serves_on() { # NAME
    is "$1" "$(tftp_get "$tftp" ITLFile.tlv; http_get "$http" ITLFile.tlv
        https_get "$https" ITLFile.tlv)" $'a list\na list\na list'
}

# shellcheck disable=SC2016 # as it is said
taken='Address already in use; another server, or a second provd, has this port: `ss -lnptu`'
failed_second() { # WHAT ADDRESS OPTION...
    local what=$1 address=$2
    shift 2
    run timeout "$deadline" provd --root tree "$@"
    like "a second one on the port for $what" "$code $(grep -v 'runs as root' "$err")" \
        "^1 provd: cannot serve $what on $address: $taken"
}

failed_second TFTP "127.0.0.1:$tftp" "${ports[@]}"
failed_second TFTP "0.0.0.0:$tftp" --tftp "*:$tftp" --http off
failed_second HTTP "127.0.0.1:$http" --tftp off --http "127.0.0.1:$http"
failed_second HTTPS "127.0.0.1:$https" --tftp off --http off --https "127.0.0.1:$https" \
    --certificate web.pem
failed_second "the administrator's port" "127.0.0.1:$http" --tftp off --http off \
    --admin "127.0.0.1:$http"
serves_on 'the first one goes on'
failed_with 'an address of another host' \
    'cannot serve HTTP on 192\.0\.2\.1:[0-9]+: Cannot assign requested.*; no interface has this' \
    provd --root tree --tftp off --http "192.0.2.1:$spare"
if is_root && have setpriv; then
    failed_with 'a port below 1024 without the right to it' \
        'on 127\.0\.0\.1:1: Permission denied; ports below 1024 need root or CAP_NET_BIND_SERVICE' \
        setpriv --reuid=65534 --regid=65534 --clear-groups "$PROV_BIN/provd" \
        --root / --tftp off --http 127.0.0.1:1
elif [ "$(cat /proc/sys/net/ipv4/ip_unprivileged_port_start)" -gt 1 ]; then
    failed_with 'a port below 1024 without the right to it' \
        'on 127\.0\.0\.1:1: Permission denied; ports below 1024 need root or CAP_NET_BIND_SERVICE' \
        provd --root tree --tftp off --http 127.0.0.1:1
fi
stop_provd

# --- sockets handed over

start_managed "$phone" launch "tftp=udp:$tftp" "http=tcp:$http" "https=tcp:$https" \
    "admin=tcp:$admin" -- provd --root tree --certificate web.pem --tftp "127.0.0.1:$spare_udp" \
    --http "127.0.0.1:$spare" --https "127.0.0.1:$spare_tls"
ok 'it starts on sockets handed over by name' wait_for_line '^READY=1' "$states"
serves_on 'and serves on them'
is 'also the administrator' "$(curl -sS -o /dev/null -w '%{http_code}' \
    "http://127.0.0.1:$admin/healthz")" 200
not_ok 'but not where the settings say' http_get "$spare" ITLFile.tlv 2>/dev/null
stop_provd
is 'it ends well' $? 0
end_helper "$manager"

start_managed "$phone" launch "-=udp:$tftp" "-=tcp:$http" -- provd --root tree \
    --tftp "127.0.0.1:$spare_udp" --http "127.0.0.1:$spare"
ok 'it starts on sockets without names' wait_for_line '^READY=1' "$states"
is 'a datagram socket is for TFTP' "$(tftp_get "$tftp" ITLFile.tlv)" 'a list'
is 'a stream socket is for HTTP' "$(http_get "$http" ITLFile.tlv)" 'a list'
stop_provd
end_helper "$manager"

start_managed "$phone" launch "http=tcp:$http" -- provd --root tree --tftp "127.0.0.1:$spare_udp"
ok 'it starts with only some handed over' wait_for_line '^READY=1' "$states"
is 'the one handed over' "$(http_get "$http" ITLFile.tlv)" 'a list'
is 'the others are opened' "$(tftp_get "$spare_udp" ITLFile.tlv)" 'a list'
stop_provd
end_helper "$manager"

cat >old.conf <<END
https "7900" {
    listen = { "127.0.0.1:$spare" }
    certificate = { "rsa.pem" }
}
END
new_certificate rsa.pem old rsa
start_managed "$phone" launch "7900=tcp:$https" -- provd --config old.conf --root tree --tftp off \
    --http off
ok 'it starts on a socket named as an https section' wait_for_line '^READY=1' "$states"
is 'and serves old phones there' "$(shown_name "$https")" old
stop_provd
end_helper "$manager"

LISTEN_PID=1 start_managed "$phone" launch "http=tcp:$http" -- provd --root tree --tftp off \
    --http "127.0.0.1:$spare"
ok 'sockets for another process' wait_for_line '^READY=1' "$states"
is 'are left alone' "$(http_get "$spare" ITLFile.tlv)" 'a list'
stop_provd
end_helper "$manager"

echo >plain
for name in - x; do
    run "$phone" launch "$name=file:plain" -- provd --root tree --tftp off
    like "a file handed over as '$name'" "$code $(<"$err")" \
        '^1 provd: descriptor 3, handed over as ".*", is no usable socket: Socket operation on non-'
done
for name in tftp http; do
    run "$phone" launch "$name=file:plain" -- provd --root tree --tftp off --http off
    like "a file handed over for $name" "$code $(grep -v 'runs as root' "$err")" \
        '^1 provd: descriptor 3, handed over as ".*", is no usable socket'
done

# --- the end, while transfers run

# Starts slow transfers that read on when $temporary/go.$1 is there.
slow_transfers() { # NAME
    local name=$1
    "$phone" tftp-get --started "$temporary/tftp.$name" --gate "$temporary/go.$name" "$tftp" \
        large.bin blksize 1428 windowsize 1 >"$temporary/tftp.out.$name" 2>"$temporary/tftp.err" &
    tftp_client=$!
    "$phone" http-slow "$http" /large.bin "$temporary/http.$name" "$temporary/go.$name" \
        >"$temporary/http.out.$name" &
    http_client=$!
    started+=("$tftp_client" "$http_client")
    wait_until test -e "$temporary/tftp.$name" && wait_until test -e "$temporary/http.$name"
}

truncate -s 1M tree/medium.bin
start_managed provd --root tree "${ports[@]}"
wait_for_line '^READY=1' "$states"
served "http://127.0.0.1:$http/large.bin"
"$phone" tftp-get --started "$temporary/tftp.1" --gate "$temporary/go.1" "$tftp" medium.bin \
    blksize 1428 >"$temporary/tftp.out.1" &
tftp_client=$!
"$phone" http-slow "$http" /large.bin "$temporary/http.1" "$temporary/go.1" >"$temporary/http.out.1" &
http_client=$!
started+=("$tftp_client" "$http_client")
ok 'transfers run' wait_until test -e "$temporary/tftp.1" -a -e "$temporary/http.1"
kill -TERM "$provd_pid"
wait_for_line '^STOPPING=1' "$states"
touch "$temporary/go.1"
wait "$tftp_client"
is 'a TFTP transfer is finished after SIGTERM' "$? $(wc -c <"$temporary/tftp.out.1")" '0 1048576'
wait "$http_client"
is 'an HTTP transfer is finished after SIGTERM' "$? $(tail -n 1 "$temporary/http.out.1")" \
    '0 67108864'
wait "$provd_pid"
is 'and it ends well' $? 0
like 'with a word' "$(tail -n 1 "$provd_log")" '^provd: stopped$'
like 'the TFTP transfer was delivered' "$(delivery_line medium.bin)" 'outcome=delivered'
like 'the HTTP transfer was seen' "$(delivery_line large.bin)" \
    'bytes=67108864 .*outcome=(delivered|unacknowledged)'
end_helper "$manager"

start_managed provd --root tree "${ports[@]}"
wait_for_line '^READY=1' "$states"
served "http://127.0.0.1:$http/large.bin"
slow_transfers 2
start_helper "$phone" tcp-hold "$http" 20 'GET /' "$temporary/held"
start_helper "$phone" tcp-hold "$https" 20 '\x16\x03\x01' "$temporary/held.tls"
wait_until test -e "$temporary/held" -a -e "$temporary/held.tls"
kill -TERM "$provd_pid"
wait_for_line '^STOPPING=1' "$states"
begin=$SECONDS
not_ok 'no new request is taken then' http_get "$http" ITLFile.tlv 2>/dev/null
wait "$provd_pid"
is 'transfers that never end do not hold it' $? 0
ok 'for longer than it says' test $((SECONDS - begin)) -lt 20
ok 'but they have their time' test $((SECONDS - begin)) -ge 3
end_helper "$tftp_client"
end_helper "$http_client"
end_helper "$manager"

start_managed provd --root tree "${ports[@]}"
wait_for_line '^READY=1' "$states"
served "http://127.0.0.1:$http/large.bin"
slow_transfers 3
kill -TERM "$provd_pid"
wait_for_line '^STOPPING=1' "$states"
kill -TERM "$provd_pid"
wait "$provd_pid"
is 'a second signal ends it at once' $? 143
end_helper "$tftp_client"
end_helper "$http_client"
end_helper "$manager"

done_testing
