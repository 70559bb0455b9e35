#!/bin/bash
# SPDX-License-Identifier: MIT
# Many TFTP clients at once: memory, descriptors, the table.
. tests/server/lib.sh

crowd=10000
mkdir tree
head -c 9000 /dev/urandom >tree/nine
head -c 100 /dev/urandom >tree/short
[ "$(ulimit -n)" -ge $((crowd + 2000)) ] || ulimit -n $((crowd + 2000)) ||
    ulimit -n "$(ulimit -H -n)"

TFTP_PORT=$(free_ports udp 1)
export TFTP_PORT PROV_DEADLINE=$deadline

start() { # [PROVD-OPTION...]
    start_provd "$@" --root tree --tftp "127.0.0.1:$TFTP_PORT" --http off --https off \
        --ledger off --log "$temporary/log" || {
        fail 'provd starts' "$(<"$provd_log")"
        done_testing
        exit
    }
}

probe() { # COMMAND [ARGUMENT...]
    perl "$root/tests/server/tftpprobe.pl" "$@"
}

descriptors() {
    find "/proc/$provd_pid/fd" -mindepth 1 2>/dev/null | wc -l
}

peak_kib() {
    awk '$1 == "VmHWM:" { print $2 }' "/proc/$provd_pid/status"
}

# A file that was changed lately is not shared: each transfer has it open.
has_settled() { # FILE
    [ $(($(date +%s) - $(stat -c %Z "$1"))) -gt 3 ]
}

# --- ten thousand

start
wait_until has_settled tree/short
before=$(descriptors)
mkfifo go
probe crowd nine "$crowd" acked <go >said &
client=$!
started+=("$client")
exec 9>go
ok "$crowd transfers at once" wait_for_line '^ready$' said
ok 'they need no descriptor each' [ "$(descriptors)" -le $((before + 10)) ]
if sanitized provd; then
    pass 'less than 64 MiB of memory'
else
    is 'less than 64 MiB of memory' "$([ "$(peak_kib)" -lt 65536 ] || peak_kib)" ''
fi
exec 9>&-
wait "$client"
is 'all were ended' $? 0
ok 'no descriptor is lost' wait_until eval "[ \"\$(descriptors)\" -le $before ]"
ok '500 requests in the same instant are all answered' probe same-instant short 500
stop_provd
is 'it ends well' $? 0

# --- who acknowledges nothing

printf 'server { transfers = 200 }\n' >prov.conf
start --config prov.conf
ok 'a tenth of all transfers may wait for one address' probe silent-address nine 200 36
is 'it says so once' "$(grep -c 'has begun its share of all TFTP transfers' "$temporary/log")" 1
stop_provd
printf 'server { transfers = 200 shared-addresses = "127.0.0.0/8" }\n' >prov.conf
start --config prov.conf
ok 'more for one with many phones' probe silent-address nine 60 60
ok 'a silent peer gets five packets' probe silent-peer nine short
stop_provd

# --- a full table

printf 'server { transfers = 4 }\n' >prov.conf
start --config prov.conf
before=$(descriptors)
ok 'in a full table the oldest that was never acknowledged gives way' probe full-table nine
is 'it says so once' "$(grep -c 'give way' "$temporary/log")" 1
stop_provd

done_testing
