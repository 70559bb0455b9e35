#!/bin/bash
# SPDX-License-Identifier: MIT
# TFTP, packet by packet: what is answered, with what, and what is not (server.md, section 2.2).
. tests/server/lib.sh
requires curl

mkdir -p tree/sub outside
head -c 9000 /dev/urandom >tree/nine
echo secret >outside/secret
ln -s ../outside/secret tree/link
echo linked >tree/sub/file
ln -s sub/file tree/inside
mkfifo tree/fifo
for name in twice repeated once strangers nonsense aborted; do
    head -c 1024 /dev/urandom >tree/$name
done
head -c $((512 * 40)) /dev/urandom >tree/forty
head -c 100000 /dev/urandom >tree/window
head -c 100 /dev/urandom >tree/short
head -c 100 /dev/urandom >tree/unacknowledged
truncate -s 3M tree/shrinking

TFTP_PORT=$(free_ports udp 1)
export TFTP_PORT PROV_DEADLINE=$deadline
v6=()
! has_ipv6 || v6=(--tftp "[::1]:$TFTP_PORT")
start_provd --root tree --tftp "0.0.0.0:$TFTP_PORT" "${v6[@]}" --http off \
    --https off --ledger off || {
    fail 'provd starts' "$(<"$provd_log")"
    done_testing
    exit
}

probe() { # COMMAND [ARGUMENT...]
    perl "$root/tests/server/tftpprobe.pl" "$@"
}

hex() { # PRINTF-FORMAT
    # shellcheck disable=SC2059 # that is the argument
    printf "$1" | od -An -v -tx1 | tr -d ' \n'
}

answers() { # NAME WANTED FILE MODE [OPTION VALUE]...
    is "$1" "$(probe first "${@:3}" 2>&1)" "$2"
}

raw() { # NAME WANTED PRINTF-FORMAT
    is "$1" "$(probe raw "$(hex "$3")" 2>&1)" "$2"
}

descriptors() {
    find "/proc/$provd_pid/fd" -mindepth 1 2>/dev/null | wc -l
}

outcome_of() { # NAME, of its last finished transfer
    delivery_line "$1" | sed -n 's/.* outcome=\([a-z]*\).*/\1/p'
}

answers 'the server answers' 'DATA 1 512' nine octet
before=$(descriptors)

# --- options

answers 'octet in any case' 'DATA 1 512' nine OCTET
answers 'no options, no OACK' 'DATA 1 512' nine octet
answers 'unknown options are left out' 'DATA 1 512' nine octet multicast '' x 1
answers 'blksize' 'OACK blksize~1024~' nine octet blksize 1024
answers 'blksize 8' 'OACK blksize~8~' nine octet blksize 8
answers 'blksize 7 is left out' 'DATA 1 512' nine octet blksize 7
answers 'blksize abc is left out' 'DATA 1 512' nine octet blksize abc
answers 'blksize of 80 bits is left out' 'DATA 1 512' nine octet blksize 1208925819614629174706176
answers 'blksize 65464 is capped' 'OACK blksize~1428~' nine octet blksize 65464
answers 'blksize 65465 is capped' 'OACK blksize~1428~' nine octet blksize 65465
answers 'timeout' 'OACK timeout~255~' nine octet timeout 255
answers 'timeout 0 is left out' 'DATA 1 512' nine octet timeout 0
answers 'timeout 256 is left out' 'DATA 1 512' nine octet timeout 256
answers 'timeout 300 is left out' 'DATA 1 512' nine octet timeout 300
answers 'tsize' 'OACK tsize~9000~' nine octet tsize 0
answers 'windowsize' 'OACK windowsize~4~' nine octet windowsize 4
answers 'windowsize is capped' 'OACK windowsize~16~' nine octet windowsize 65535
answers 'windowsize 0 is left out' 'DATA 1 512' nine octet windowsize 0
answers 'the first of the same option counts' 'OACK blksize~600~' nine octet blksize 600 blksize 700
answers 'names in any case, answered as written' 'OACK BlkSize~600~TSIZE~9000~' \
    nine octet BlkSize 600 TSIZE 0
answers 'an option too many does not spoil the others' 'OACK tsize~9000~' \
    nine octet blksize 7 tsize 0 nonsense 1
answers 'netascii has no tsize' 'DATA 1 8' inside netascii tsize 0
is 'a client that only wanted the size is a partial transfer' \
    "$(probe aborted aborted && outcome_of aborted)" partial

# --- requests

raw 'mode mail: error 4' 'ERROR 4 Malformed request~' '\0\1nine\0mail\0'
raw 'an unknown mode: error 4' 'ERROR 4 Malformed request~' '\0\1nine\0octets\0'
raw 'no NUL after the mode: error 4' 'ERROR 4 Malformed request~' '\0\1nine\0octet'
raw 'no mode: error 4' 'ERROR 4 Malformed request~' '\0\1nine\0'
raw 'no NUL after the name: error 4' 'ERROR 4 Malformed request~' '\0\1nine'
raw 'no NUL after an option: error 4' 'ERROR 4 Malformed request~' '\0\1nine\0octet\0tsize\0000'
raw 'an empty datagram: silence' silence ''
raw 'one byte: silence' silence '\0'
raw 'an unknown opcode: silence' silence '\0\7nine\0octet\0'
raw 'DATA on the port of requests: silence' silence '\0\3\0\1data'
raw 'ACK: silence' silence '\0\4\0\1'
raw 'ERROR: silence' silence '\0\5\0\1no\0'
raw 'OACK: silence' silence '\0\6tsize\0001\0'
raw 'a write request without end: silence' silence '\0\2nine\0octet'
padding=$(printf 'x%.0s' {1..500})
raw '512 bytes are a request' 'ERROR 1 File not found~' "\\0\\1${padding:0:503}xxx\\0octet\\0"
raw '513 bytes are none' silence "\\0\\1${padding:0:503}xxxx\\0octet\\0"
ok 'a request to a broadcast address: silence' probe broadcast nine

is 'a write of a new file: error 2' "$(probe put new 2>&1)" 'ERROR 2 Write access denied~'
is 'a write of a file that is there: error 2' "$(probe put nine 2>&1)" \
    'ERROR 2 Write access denied~'
not_ok 'nothing was written' test -e tree/new

# --- names

not_found='ERROR 1 File not found~'
answers 'a missing file: error 1' "$not_found" missing octet
answers 'an empty name: error 1' "$not_found" '' octet
answers 'a folder: error 1' "$not_found" sub octet
answers 'sub/../nine: error 1' "$not_found" sub/../nine octet
answers '../outside/secret: error 1' "$not_found" ../outside/secret octet
answers 'a link out of the root: error 1' "$not_found" link octet
answers 'a link within the root is served' 'DATA 1 7' inside octet
answers 'a FIFO: error 1, and nothing hangs' "$not_found" fifo octet
# shellcheck disable=SC1003 # one backslash
answers 'backslashes are slashes' 'DATA 1 7' 'sub\file' octet
is 'a missing file is logged' "$(outcome_of missing)" missing
is 'a refused write is logged' "$(outcome_of new)" refused

# --- addresses

is 'the answer comes from the address that was asked' \
    "$(TFTP_HOST=127.0.0.2 probe first nine octet 2>&1)" 'DATA 1 512'
is 'so does an error' "$(TFTP_HOST=127.0.0.3 probe first missing octet 2>&1)" "$not_found"
if has_ipv6; then
    curl -s --max-time "$deadline" -o got "tftp://[::1]:$TFTP_PORT/nine"
    ok 'IPv6' same got tree/nine
    run curl -s --max-time "$deadline" -o got6 "tftp://[::1]:$TFTP_PORT/missing"
    is 'a missing file over IPv6' "$code" 68
else
    skip 'IPv6' 'this machine has none'
fi

# --- conversations

ok 'every acknowledgement twice: no block twice' probe every-ack-twice forty 41
ok 'a repeated request starts no second transfer' probe repeated-request repeated
ok 'the new one is logged' wait_for_line 'asked="repeated".*outcome=partial'
is 'the first was delivered once' "$(grep -c 'asked="repeated".*outcome=delivered' "$provd_log")" 1
ok 'another request from the same port ends the first transfer' probe other-request once short
is 'as a partial one' "$(outcome_of once)" partial
is 'and is served' "$(outcome_of short)" delivered
ok 'foreign transfer ids disturb nothing' probe strangers strangers
is 'it was delivered' "$(outcome_of strangers)" delivered
ok 'nonsense on a transfer disturbs nothing' probe nonsense nonsense
is 'delivered too' "$(outcome_of nonsense)" delivered
ok 'a window resumes at the named block once per round trip' probe windows window
ok 'a client that keeps the last acknowledgement to itself' probe no-last-ack unacknowledged
is 'was not delivered to' "$(outcome_of unacknowledged)" unacknowledged
is 'nobody was turned away' "$(grep -c 'outcome=busy' "$provd_log")" 0
ok 'a large file is looked through' wait_until \
    curl -s --max-time "$deadline" -o /dev/null "tftp://127.0.0.1:$TFTP_PORT/shrinking"
ok 'a file that shrinks: error 0' probe shrinking shrinking tree/shrinking
is 'a failed transfer' "$(outcome_of shrinking)" failed


# --- and all is given back

ok 'no descriptor is lost' wait_until eval "[ \"\$(descriptors)\" -le $before ]"
stop_provd
is 'it ends well' $? 0
done_testing
