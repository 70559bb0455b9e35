#!/bin/bash
# SPDX-License-Identifier: MIT
# When TFTP sends again, measured from the packets, and when it gives up.
. tests/server/lib.sh

mkdir tree
for name in first negotiated later long; do
    head -c 9000 /dev/urandom >tree/$name
done
TFTP_PORT=$(free_ports udp 1)
export TFTP_PORT PROV_DEADLINE=$deadline
start_provd --root tree --tftp "127.0.0.1:$TFTP_PORT" --http off --https off --ledger off || {
    fail 'provd starts' "$(<"$provd_log")"
    done_testing
    exit
}

probes=()
begin() { # COMMAND [ARGUMENT...]
    perl "$root/tests/server/tftpprobe.pl" "$@" &
    probes+=($!)
    started+=($!)
}

begin later-timers later
begin first-timers first
begin negotiated-timers negotiated
begin long-round-trip long 10
ok 'from the round trip on, doubling, until 30 s have passed' wait "${probes[0]}"
ok 'before the first acknowledgement: 0, 0.25, 0.75, 1.75, 3.75 s' wait "${probes[1]}"
ok 'a negotiated timeout: 0, 1, 3 s' wait "${probes[2]}"
ok 'a round trip longer than the first timer is learnt' wait "${probes[3]}"
like 'who stopped answering got a part' "$(delivery_line later)" 'bytes=4096 .*outcome=partial'
like 'who never answered got nothing' "$(delivery_line first)" 'bytes=0 .*outcome=partial'
stop_provd
is 'it ends well' $? 0
done_testing
