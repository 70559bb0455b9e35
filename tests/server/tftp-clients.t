#!/bin/bash
# SPDX-License-Identifier: MIT
# Whole files over TFTP, with tftp-hpa's client, with curl, in netascii, over lossy paths.
. tests/server/lib.sh
requires curl tftp

mkdir tree got
for size in 0 1 511 512 513 1024 1428 9000 65464; do
    head -c "$size" /dev/urandom >"tree/of-$size"
done
head -c 34000000 /dev/urandom >tree/large
head -c 300000 /dev/urandom >tree/lossy
perl -e 'srand 7; print map { ("a", "\n", "\r", "\r\n", "line of text", "\0")[rand 6] } 1 .. 3000' \
    >tree/text
perl -pe 's/\r/\r\0/g; s/\n/\r\n/g' tree/text >text.netascii

TFTP_PORT=$(free_ports udp 1)
export TFTP_PORT PROV_DEADLINE=$deadline
v6=()
! has_ipv6 || v6=(--tftp "[::1]:$TFTP_PORT")
printf 'server { blksize = 65464 }\n' >prov.conf
start_provd --config prov.conf --root tree --tftp "127.0.0.1:$TFTP_PORT" "${v6[@]}" \
    --http off --https off --ledger off || {
    fail 'provd starts' "$(<"$provd_log")"
    done_testing
    exit
}

probe() { # COMMAND [ARGUMENT...]
    perl "$root/tests/server/tftpprobe.pl" "$@"
}

hpa_gets() { # FILE [TFTP-OPTION...]
    rm -f got/file
    timeout "$deadline" tftp -m octet "${@:2}" 127.0.0.1 "$TFTP_PORT" -c get "$1" got/file \
        >/dev/null && same got/file "tree/$1"
}

curl_gets() { # FILE BLKSIZE [HOST]
    rm -f got/file
    curl -sS --max-time "$deadline" --tftp-blksize "$2" -o got/file \
        "tftp://${3-127.0.0.1}:$TFTP_PORT/$1" && { [ -s got/file ] || : >got/file; } &&
        same got/file "tree/$1"
}

probe_gets() { # LOST MODE FILE WANTED [OPTION VALUE]...
    probe fetch "$1" "$2" "$3" "${@:5}" >got/file && same got/file "$4"
}

for size in 0 1 511 512 513 1024 9000; do
    ok "tftp-hpa gets $size bytes" hpa_gets "of-$size"
    ok "curl gets $size bytes" curl_gets "of-$size" 512
done
ok 'tftp-hpa gets 34 MB in blocks of 512 bytes' hpa_gets large
is 'it was delivered once' \
    "$(delivery_line large | sed -n 's/.* \(bytes=[0-9]*\) .*\(outcome=[a-z]*\).*/\1 \2/p')" \
    'bytes=34000000 outcome=delivered'
for blksize in 8 9 100 511 512 513 1024 1428 1468 8192 65463 65464; do
    ok "curl in blocks of $blksize bytes" curl_gets of-9000 "$blksize"
    ok "a whole number of blocks of $blksize bytes or not" curl_gets of-65464 "$blksize"
done
ok 'curl gets 34 MB in blocks of 1428 bytes' curl_gets large 1428
if has_ipv6; then
    ok 'over IPv6' curl_gets large 1428 '[::1]'
else
    skip 'over IPv6' 'this machine has none'
fi

for blksize in 8 9 10 11 64 512 1428; do
    ok "netascii in blocks of $blksize bytes" probe_gets 0 netascii text text.netascii \
        blksize "$blksize"
    ok "with a window" probe_gets 0 netascii text text.netascii blksize "$blksize" windowsize 7
done
ok 'a client turns netascii back into lines' \
    eval "timeout $deadline tftp -m netascii 127.0.0.1 $TFTP_PORT -c get text got/file >/dev/null &&
        same got/file tree/text"

# 34 MB as netascii are not in memory, and are more than 65535 blocks.
perl -0777 -pe 's/\r/\r\0/g; s/\n/\r\n/g' tree/large >large.netascii
ok 'netascii rolls over' probe_gets 0 netascii large large.netascii windowsize 16
ok 'a window rolls over' probe_gets 0 octet large tree/large windowsize 16

for windowsize in 1 2 4 16; do
    ok "window of $windowsize without loss" probe_gets 0 octet lossy tree/lossy \
        windowsize "$windowsize" blksize 1428
    ok "window of $windowsize, one packet of 20 lost" probe_gets 20 octet lossy tree/lossy \
        windowsize "$windowsize" blksize 1428
    ok "window of $windowsize, one packet of 10 lost" probe_gets 10 octet lossy tree/lossy \
        windowsize "$windowsize" blksize 1428
    ok "netascii, window of $windowsize, one packet of 10 lost" probe_gets 10 netascii text \
        text.netascii windowsize "$windowsize" blksize 100
done
is 'nothing failed' "$(said 'outcome=failed')" 0
stop_provd
is 'it ends well' $? 0
done_testing
