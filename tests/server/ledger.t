#!/bin/bash
# SPDX-License-Identifier: MIT
# What provd writes down of deliveries, seen with sqlite3; and that a kill at any moment leaves it
# sound.
#
#   PROV_KILLS  how often it is killed under load (10)
. tests/server/lib.sh
requires curl sqlite3

mkdir tree
a=SEP001122334455
b=SEP00AABBCCDDEE
echo 'list one' >tree/ITLFile.tlv
echo 'ctl' >tree/CTLFile.tlv
echo 'a configuration' >tree/$a.cnf.xml.sgn
echo 'default' >tree/XMLDefault.cnf.xml
truncate -s 32M tree/large.bin
ln -s large.bin "tree/$b.cnf.xml"
new_certificate web.pem web
mapfile -t tcp < <(free_ports tcp 3)
mapfile -t udp < <(free_ports udp 1)
http=${tcp[0]} https=${tcp[1]} admin=${tcp[2]} tftp=${udp[0]}
ports=(--tftp "127.0.0.1:$tftp" --http "127.0.0.1:$http" --https "127.0.0.1:$https"
    --certificate web.pem --admin "127.0.0.1:$admin")
ledger=$PWD/ledger.db

query() { # SQL
    sqlite3 -readonly -cmd '.timeout 10000' "$ledger" "$1"
}

query_gives() { # SQL WANTED
    [ "$(query "$1")" = "$2" ]
}

# Waits for it: the ledger is written in batches.
soon() { # NAME SQL WANTED
    wait_until query_gives "$2" "$3"
    is "$1" "$(query "$2")" "$3"
}

held_by() { # NAME PHONE KIND WANTED
    soon "$1" "SELECT state FROM held WHERE phone = '$2' AND kind = '$3'" "$4"
}

get() { # PATH [OPTION...]
    local path=$1
    shift
    curl -ksS --max-time "$deadline" "http://127.0.0.1:$http/$path" "$@"
}

# --- off, and on

ok 'it starts without a ledger' start_provd --root tree "${ports[@]}" --ledger off
get ITLSEP001122334455.tlv >/dev/null
stop_provd
is 'and makes no file' "$(find . -name '*ledger*')" ''
: >"$provd_log"
(
    umask 000
    cd / && exec "$PROV_BIN/provd" --root "$temporary/tree/tree" --tftp off --http off \
        --ledger "$ledger"
) 2>"$provd_log" &
provd_pid=$!
started+=("$provd_pid")
wait_for_line 'provd: ready'
is 'the modes of its files' "$(stat -c '%n %a' "$ledger"* | sed 's/.*ledger/ledger/' |
    paste -sd ' ')" 'ledger.db 640 ledger.db-shm 640 ledger.db-wal 640'
kill -TERM "$provd_pid"
wait "$provd_pid"
group=$(getent group prov | cut -d: -f1)
is 'its group' "$(stat -c %G "$ledger")" "${group:-$(id -gn)}"
ok 'it starts again' start_provd --root tree "${ports[@]}" --ledger "$ledger"
ok 'a large file is served after a while' served "http://127.0.0.1:$http/large.bin"

# --- what was delivered

row="SELECT transport, file, kind FROM delivered WHERE phone = '${a#SEP}' AND address ="
"$phone" tftp-get "$tftp" "ITL$a.tlv" >/dev/null
soon 'a list over TFTP' "$row '127.0.0.1'" 'tftp|ITLFile.tlv|itl'
is 'the digest is that of the file' "$(query 'SELECT lower(hex(sha256)) FROM delivered')" \
    "$(sha256sum <tree/ITLFile.tlv | cut -d' ' -f1)"
ok 'and the time that of the clock' test "$(query 'SELECT time FROM delivered')" -gt \
    $(($(date +%s) - 3600))
held_by 'the phone holds it' "${a#SEP}" itl holds
get "CTL$a.tlv" >/dev/null
soon 'a list over HTTP' "$row '127.0.0.1' AND kind = 'ctl'" 'http|CTLFile.tlv|ctl'
get "$a.cnf.xml.sgn" >/dev/null
soon 'a configuration' "SELECT count(*) FROM delivered WHERE kind = 'configuration'" 1
curl -ksS "https://127.0.0.1:$https/ITL$a.tlv" >/dev/null
soon 'the same list over HTTPS replaces it' "$row '127.0.0.1' AND kind = 'itl'" \
    'https|ITLFile.tlv|itl'

# --- what was not

count='SELECT count(*) FROM delivered'
before=$(query "$count")
get "ITL$b.tlv" -I >/dev/null
like 'HEAD is logged' "$(delivery_line "ITL$b.tlv")" 'outcome=head'
get "$b.cnf.xml" --limit-rate 100k --max-time 1 >/dev/null 2>&1
wait_for_line "asked=\"$b.cnf.xml\""
like 'a partial transfer is logged' "$(delivery_line "$b.cnf.xml")" 'outcome=partial'
"$phone" tftp-get --abort "$tftp" "CTL$b.tlv" >/dev/null
like 'a transfer that is not acknowledged is logged' "$(delivery_line "CTL$b.tlv")" \
    'outcome=(partial|unacknowledged)'
get "SEP00AABBCCDDEE.missing" >/dev/null
wait_for_line "asked=\"SEP00AABBCCDDEE.missing\""
get "ITL$a.tlv" >/dev/null # when this is there, the others would be
soon 'when another delivery is there' "$row '127.0.0.1' AND kind = 'itl'" 'http|ITLFile.tlv|itl'
is 'none of them counts as delivered' "$(query "$count")" "$before"
soon 'but it is known that the phone asked' \
    "SELECT count(*) FROM seen WHERE phone = '${b#SEP}'" 1
is 'and it holds nothing for sure' \
    "$(query "SELECT count(*) FROM held WHERE phone = '${b#SEP}' AND state = 'holds'")" 0

# --- what was asked for lately

c=58971ECC97C1
asked="SELECT asked || ' ' || transport || ' ' || outcome || ' ' || address || ' ' || bytes FROM request
    WHERE phone = '$c' ORDER BY number"
get "CTLSEP$c.tlv" >/dev/null
get "SEP$c.cnf.xml.sgn" >/dev/null
soon 'a stranger is known to have asked' "SELECT count(*) FROM seen WHERE phone = '$c'" 1
echo 'clear' >"tree/SEP$c.cnf.xml"
"$phone" tftp-get "$tftp" "SEP$c.cnf.xml.sgn" >/dev/null
get "SEP$c.cnf.xml" --interface 127.0.0.2 >/dev/null
get "SEP$c.cnf.xml" -X POST >/dev/null
get "ITLSEP$c.tlv" -I >/dev/null
soon 'of a phone that is configured, what it asked and got' "$asked" "SEP$c.cnf.xml.sgn tftp missing 127.0.0.1 0
SEP$c.cnf.xml http delivered 127.0.0.2 6
ITLSEP$c.tlv http head 127.0.0.1 0"
for _ in $(seq 40); do get "SEP$c.cnf.xml.sgn" >/dev/null; done
soon 'the last 32 of them are kept' "SELECT count(*), min(number), max(number) FROM request
    WHERE phone = '$c'" '32|12|43'
get "SEP$c.cnf.xml" -A provcheck/1 >/dev/null
get "ITL$a.tlv" >/dev/null
soon 'another one' "SELECT asked FROM request WHERE phone = '${a#SEP}' ORDER BY number DESC
    LIMIT 1" "ITL$a.tlv"
is 'what only plays a phone is not kept' \
    "$(query "SELECT max(number) FROM request WHERE phone = '$c'")" 43
is 'strangers have none' "$(query "SELECT count(*) FROM request
    WHERE phone NOT IN ('$c', '${a#SEP}', '${b#SEP}')")" 0

# --- two addresses

get "ITL$a.tlv" --interface 127.0.0.2 >/dev/null
soon 'the same list to another address' "$row '127.0.0.2'" 'http|ITLFile.tlv|itl'
held_by 'is no dispute' "${a#SEP}" itl holds
echo 'list two' >tree/new && mv tree/new tree/ITLFile.tlv
get "ITL$a.tlv" --interface 127.0.0.2 >/dev/null
held_by 'another list is' "${a#SEP}" itl disputed
get "ITL$a.tlv" >/dev/null
held_by 'until both have it' "${a#SEP}" itl holds
is 'the digest is that of the new one' "$(query "SELECT lower(hex(sha256)) FROM held WHERE
    phone = '${a#SEP}' AND kind = 'itl'")" "$(sha256sum <tree/ITLFile.tlv | cut -d' ' -f1)"
"$phone" tftp-get --from 127.0.0.3 "$tftp" "CTL$a.tlv" >/dev/null
held_by 'an address that has another kind only' "${a#SEP}" itl disputed
stop_provd
is 'it ends well' $? 0
is 'and the ledger is sound' "$(query 'PRAGMA integrity_check')" ok
is 'and still there' "$(query "SELECT count(*) > 3 FROM delivered WHERE phone = '${a#SEP}'")" 1

# --- a ledger that is none

echo 'no database, but a text of more than some bytes' >text.db
sqlite3 other.db 'CREATE TABLE t(x); INSERT INTO t VALUES(1)'
for file in text.db other.db tree; do
    cp -R $file before.$file
    run timeout "$deadline" provd --root tree --tftp off --http off --ledger $file
    like "$file is no ledger" "$code $(grep -v 'runs as root' "$err")" "^1 provd: $file: "
    is 'and stays as it was' "$(diff -r $file before.$file)" ''
done

# --- killed under load

kills=${PROV_KILLS:-10}
rm -f "$ledger"*
run "$root/tests/server/soak" "$kills" "$PROV_BIN/provd" tree "$ledger" "$tftp" "$http"
is "killed $kills times under load, the ledger is sound and it starts again" \
    "$code $(tail -n 1 "$out")" "0 $kills kills, 0 failures"
[ "$code" -eq 0 ] || sed 's/^/# /' "$out" "$err"

done_testing
