#!/bin/bash
# SPDX-License-Identifier: MIT
# provd under what the network and the machine do to it: garbage, clients that hang, tables and
# descriptors used up, full disks. It goes on answering, and says what is wrong once.
. tests/server/lib.sh
requires curl sqlite3

mkdir tree
echo 'a list' >tree/ITLFile.tlv
truncate -s 300k tree/firmware.bin
truncate -s 8M tree/large.bin
new_certificate web.pem web
mapfile -t tcp < <(free_ports tcp 3)
mapfile -t udp < <(free_ports udp 1)
http=${tcp[0]} https=${tcp[1]} admin=${tcp[2]} tftp=${udp[0]}

# The settings, with more lines for the section `server` as arguments.
settings() { # LINE...
    {
        cat <<END
paths {
    tftpboot = "tree"
}
server {
    tftp = { "127.0.0.1:$tftp" }
    http = { "127.0.0.1:$http" }
    https = { "127.0.0.1:$https" }
    admin = "127.0.0.1:$admin"
    certificate = { "web.pem" }
    shared-addresses = "127.0.0.0/8" # all clients here have one
END
        printf '    %s\n' "$@"
        echo '}'
    } >prov.conf
}

tftp_get() { # NAME
    "$phone" tftp-get "$tftp" "$1" 2>&1
}

web_get() { # http|https NAME
    local port=$http
    [ "$1" = http ] || port=$https
    curl -ksS --max-time "$deadline" "$1://127.0.0.1:$port/$2" 2>&1
}

serves() { # NAME
    is "$1: TFTP" "$(tftp_get ITLFile.tlv)" 'a list'
    is "$1: HTTP" "$(web_get http ITLFile.tlv)" 'a list'
    is "$1: HTTPS" "$(web_get https ITLFile.tlv)" 'a list'
}

alive() { # NAME
    ok "$1: it still runs" kill -0 "$provd_pid"
}

metric_is() { # NAME VALUE
    [ "$(metric "$admin" "$1")" = "$2" ]
}

# Said once, not once for each time it happened.
once() { # NAME EXTENDED-REGULAR-EXPRESSION [FILE]
    is "$1 is said once" "$(said "$2" "${3-$provd_log}")" 1
}

few_warnings() { # NAME
    local count
    count=$(said '^provd: ')
    if [ "$count" -lt 25 ]; then
        pass "$1: few words"
    else
        fail "$1: few words" "$count lines: $(grep '^provd: ' "$provd_log" | tail -n 5)"
    fi
}

# --- garbage

settings
ok 'it starts' start_provd --config prov.conf
for seed in 1 2 3; do
    "$phone" tftp-garbage "$tftp" 2000 "$seed"
done
serves 'after garbage datagrams'
ok 'they are counted' test "$(metric "$admin" prov_tftp_malformed_total)" -gt 500
"$phone" tcp-hold "$http" 5 '\x00\x01\xff\xfe\r\n\r\n' "$temporary/garbage.http" &
garbage=$!
"$phone" tcp-hold "$https" 5 'GET / HTTP/1.1\r\n\r\n' "$temporary/garbage.https" &
more=$!
started+=("$garbage" "$more")
for _ in 1 2 3 4 5; do
    head -c 100000 /dev/urandom | curl -s --max-time "$deadline" -T - \
        "http://127.0.0.1:$http/SEP001122334455.cnf.xml" >/dev/null
    for port in "$http" "$https"; do
        (head -c 5000 /dev/urandom >"/dev/tcp/127.0.0.1/$port") 2>/dev/null
    done
done
wait_until test -e "$temporary/garbage.http" -a -e "$temporary/garbage.https"
serves 'after garbage over TCP'
end_helper "$garbage"
end_helper "$more"
alive garbage
few_warnings garbage
stop_provd
is 'and it ends well' $? 0

# --- clients that hang

settings 'request-timeout = 2' 'connections = 1000'
start_provd --config prov.conf
served "http://127.0.0.1:$http/large.bin"
hanging=()
hangs=0
hang() { # PORT COUNT TEXT
    local ready=$temporary/hang.$((hangs += 1))
    start_helper "$phone" tcp-hold "$1" "$2" "$3" "$ready"
    hanging+=("$helper")
    wait_until test -e "$ready"
}
hang "$http" 75 ''
hang "$http" 75 'GET /ITLFile.tlv HTTP/1.1\r\nHost: x\r\nX-'
hang "$http" 25 'GET /large.bin HTTP/1.1\r\nHost: x\r\n\r\n'
hang "$https" 75 ''
hang "$https" 75 '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'
serves 'beside 325 connections that hang'
many=$(for _ in 1 2 3 4 5 6 7 8 9 10; do
    web_get http firmware.bin | wc -c
    web_get https firmware.bin | wc -c
done | sort | uniq -c | xargs)
is 'and larger files too' "$many" '20 307200'
ok 'what does not finish its request is cut' wait_for_line \
    'warning: 127.0.0.1 did not finish its request within 2 s: cut'
ok 'so that only those that wait for an answer stay' wait_until metric_is \
    'prov_active{transport="http"}' 25
once 'a slow request' 'did not finish its request within'
few_warnings 'clients that hang'
for pid in "${hanging[@]}"; do end_helper "$pid"; done
serves 'afterwards'
stop_provd
is 'and it ends well' $? 0

settings 'connections = 20'
start_provd --config prov.conf
hanging=()
hang "$http" 60 'GET /'
code=$(curl -s -o /dev/null --max-time "$deadline" -w '%{http_code}' \
    "http://127.0.0.1:$http/ITLFile.tlv")
like 'with all connections in use a phone is turned away at once' "$code" '^(000|503)$'
is 'and goes to TFTP' "$(tftp_get ITLFile.tlv)" 'a list'
once 'that' 'warning: (all 20 HTTP connections are in use|[0-9]+ of 20 HTTP connections)'
end_helper "${hanging[0]}"
back() {
    [ "$(web_get http ITLFile.tlv)" = 'a list' ]
}
ok 'when they are gone it is served again' wait_until back
stop_provd

# --- more transfers than there is room for

settings 'transfers = 50'
start_provd --config prov.conf
crowd() { # COUNT
    rm -f "$temporary/crowd"
    start_helper "$phone" tftp-crowd "$tftp" firmware.bin "$1" "$temporary/crowd" 127.0.0.1 \
        127.0.0.2 127.0.0.3 127.1.2.3
    wait_until test -e "$temporary/crowd"
}
crowd 300
serves 'beside 300 read requests that nobody follows'
is 'a whole transfer too' "$(tftp_get firmware.bin | wc -c)" 307200
once 'a full table' 'warning: 50 TFTP transfers at once: the oldest that were never acknow'
ok 'those that gave way are counted' test "$(metric "$admin" prov_tftp_displaced_total)" -ge 250
few_warnings 'a full table'
end_helper "$helper"
end_helper "$provd_pid" # it would wait for those transfers

# --- descriptors

settings
few() { # COUNT OPTION...
    local count=$1
    shift
    mkdir -p few
    printf '#!/bin/bash\nulimit -n %d && exec "%s/provd" "$@"\n' "$count" "$PROV_BIN" >few/provd
    chmod +x few/provd
    local PROV_BIN=$PWD/few
    start_provd "$@"
}
ok 'it starts with few descriptors' few 120 --config prov.conf
like 'and says so' "$(<"$provd_log")" \
    'warning: only 120 files may be open .*: at most 28 HTTP connections at once'
serves 'with few descriptors'
crowd 200
hanging=()
hang "$http" 100 'GET /large.bin HTTP/1.1\r\nHost: x\r\n\r\n'
hang "$https" 100 '\x16\x03\x01'
is 'TFTP goes on when they are used up' "$(tftp_get firmware.bin | wc -c)" 307200
alive 'descriptors used up'
few_warnings 'descriptors used up'
end_helper "${hanging[0]}"
end_helper "${hanging[1]}"
ok 'HTTP goes on when there are some again' wait_until back
serves 'with descriptors again'
end_helper "$provd_pid"

# The limit that is lowered while it runs: what was planned with is not there.
if have prlimit; then
    settings 'request-timeout = 2' # after which libmicrohttpd accepts again at the latest
    start_provd --config prov.conf
    serves 'before'
    open=$(find "/proc/$provd_pid/fd" -mindepth 1 2>/dev/null | wc -l)
    prlimit --pid "$provd_pid" --nofile=$((open + 6)):
    crowd 100
    hanging=()
    hang "$http" 30 'GET /ITL'
    alive 'no descriptor left'
    end_helper "$helper"
    end_helper "${hanging[0]}"
    few_warnings 'no descriptor left'
    ok 'no descriptor left is said' test "$(said 'open|descriptor|limit|Too many')" -ge 1
    prlimit --pid "$provd_pid" --nofile=1024:
    ok 'with descriptors again HTTP goes on' wait_until back
    serves 'with descriptors again'
    stop_provd
    is 'and it ends well' $? 0
fi

# --- a full disk

# Makes $disk, a small file system of its own; fills it; makes room again.
disk=$PWD/disk
mkdir disk
unmount() {
    ! mountpoint -q "$disk" || umount -l "$disk"
}
fill() {
    cat /dev/zero >"$disk/filler" 2>/dev/null
}
ask_many() { # COUNT: as many phones
    curl -s -o /dev/null --max-time "$deadline" \
        "http://127.0.0.1:$http/ITLSEP001122[100000-$((99999 + $1))].tlv"
}
if is_root && mount -t tmpfs -o size=1m tmpfs "$disk" 2>/dev/null; then
    at_exit unmount
    settings
    ok 'it starts with its ledger on a small disk' start_provd --config prov.conf \
        --ledger "$disk/ledger"
    ask_many 10
    rows() {
        sqlite3 -readonly "$disk/ledger" 'SELECT count(*) FROM delivered'
    }
    rows_are() {
        [ "$(rows)" = "$1" ]
    }
    wait_until rows_are 10
    is 'and writes it' "$(rows)" 10
    fill
    ask_many 400
    ok 'a full disk under the ledger is said' wait_for_line \
        "warning: $disk/ledger: .*; what phones get is kept in memory until it can be written"
    serves 'with a full disk under the ledger'
    is 'and it is not healthy' "$(curl -s -o /dev/null -w '%{http_code}' \
        "http://127.0.0.1:$admin/healthz")" 503
    ask_many 400
    wait_until metric_is prov_ledger_writable 0
    once 'a full disk under the ledger' "$disk/ledger: .*kept in memory"
    rm "$disk/filler"
    ok 'when there is room again' wait_for_line "$disk/ledger: can be written again"
    wait_until rows_are 400
    is 'all that was kept is written' "$(rows)" 400
    is 'and it is healthy' "$(curl -s -o /dev/null -w '%{http_code}' \
        "http://127.0.0.1:$admin/healthz")" 200
    stop_provd
    is 'it ends well' $? 0
    is 'and the ledger is sound' "$(sqlite3 "$disk/ledger" 'PRAGMA integrity_check')" ok
    start_provd --config prov.conf --ledger "$disk/ledger"
    fill
    ask_many 400
    wait_for_line "$disk/ledger: .*kept in memory"
    stop_provd
    is 'it ends well with a full disk too' $? 0
    like 'and says that something is lost' "$(<"$provd_log")" \
        "provd: $disk/ledger: could not be written; what phones got in [0-9]+ cases is lost"
    rm -f "$disk"/*

    # the log
    start_provd --config prov.conf --log "$disk/log"
    fill
    ask_many 400
    wait_for_line "cannot write the log"
    serves 'with a full disk under the log'
    ask_many 400
    once 'a full disk under the log' \
        "^provd: warning: cannot write the log $disk/log: No space left on device; lines are lost"
    is 'and nothing else' "$(said . "$provd_log" | awk '{ print ($1 < 6) }')" 1
    rm "$disk/filler"
    web_get http when-there-is-room >/dev/null
    ok 'when there is room again it goes on' wait_for_line 'asked="when-there-is-room"' "$disk/log"
    like 'and says what is missing' "$(<"$disk/log")" ' provd: warning: [0-9]+ lines lost$'
    # The line that the disk filled up in ends early.
    is 'where they are missing, and only there' "$(grep -Ev '^time=.* status=[0-9]+$' "$disk/log" |
        grep -v '^[0-9T:.-]*Z provd: [^w]' | sed '1s/^time=.*/torn/; s/^.* warning: [0-9]*/N/' |
        paste -sd ' ' | sed 's/^torn //')" 'N lines lost'
    stop_provd
    is 'it ends well' $? 0
    unmount
else
    skip 'a full disk' 'only root can mount a small one'
fi

# The same by a limit on the size of files, which sends a signal too.
settings
mkdir -p few
printf '#!/bin/bash\nulimit -f 8 && exec "%s/provd" "$@"\n' "$PROV_BIN" >few/provd
real_bin=$PROV_BIN
PROV_BIN=$PWD/few
start_provd --config prov.conf --log "$PWD/limited.log"
PROV_BIN=$real_bin
ask_many 300
ok 'a limit on the size of files is said' wait_for_line 'cannot write the log .*: (File too large|No space left)'
serves 'at a limit on the size of files'
ask_many 100
once 'a limit on the size of files' 'cannot write the log'
stop_provd
is 'and it ends well' $? 0

done_testing
