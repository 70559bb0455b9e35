#!/bin/bash
# SPDX-License-Identifier: MIT
# Lists in turns: over each transport every rung comes up, the same for both kinds within one boot,
# whatever others ask for; own lists come before those for all; a table that is replaced or spoilt.
. tests/server/lib.sh
requires curl

a=SEP58971ECC97C1 own=SEP001122334455
mkdir -p tree/.ladder keys out
mapfile -t tcp < <(free_ports tcp 3)
http=${tcp[0]} https=${tcp[1]} admin=${tcp[2]} tftp=$(free_ports udp 1)
new_certificate keys/web.pem localhost

# Rungs are told apart by their content; they need not be lists for this.
rung() { # NAME NUMBER
    printf '%s rung %s\n' "$1" "$2" >"tree/.ladder/$1.$2"
}

table() { # LINE...
    printf '%s\n' "$@" "end $#" >tree/.ladder/rungs.new
    mv tree/.ladder/rungs.new tree/.ladder/rungs
}

for kind in ITL CTL; do
    for i in 1 2 3; do
        rung ${kind}File.tlv $i
    done
    for i in 1 2; do
        rung $kind$own.tlv $i
    done
    printf '%s in the tree\n' $kind >tree/${kind}File.tlv
    printf '%s own in the tree\n' $kind >tree/$kind$own.tlv
done
all=('CTLFile.tlv CTLFile.tlv.1 CTLFile.tlv.2 CTLFile.tlv.3'
    "CTL$own.tlv CTL$own.tlv.1 CTL$own.tlv.2"
    'ITLFile.tlv ITLFile.tlv.1 ITLFile.tlv.2 ITLFile.tlv.3'
    "ITL$own.tlv ITL$own.tlv.1 ITL$own.tlv.2")
table "${all[@]}"

get() { # VIA NAME
    case $1 in
    tftp) curl -sf "tftp://127.0.0.1:$tftp/$2" ;;
    http) curl -sf "http://127.0.0.1:$http/$2" ;;
    https) curl -sfk "https://127.0.0.1:$https/$2" ;;
    esac
}

# Names of phones, so many that every rung must come up: the odds that one of three does not, with a
# sixth for it each time, are below 10 to the power of -10.
phones() { # COUNT
    local i
    for ((i = 0; i < $1; i++)); do
        printf 'SEP%012X\n' $((0xa00000000000 + RANDOM * 32768 + RANDOM))
    done
}

ok 'it starts' start_provd --root tree --tftp "127.0.0.1:$tftp" --http "127.0.0.1:$http" \
    --https "127.0.0.1:$https" --admin "127.0.0.1:$admin" --certificate keys/web.pem --ledger ledger

# What was delivered in phones' names is counted; the lists under the names for all are not.
for name in $(phones 12); do
    get tftp "ITL$name.tlv"
    get https "CTL$name.tlv"
done >out/counted
# Both kinds, as a phone does: what was delivered shifts the odds of each.
get tftp ITLFile.tlv >/dev/null
get tftp CTLFile.tlv >/dev/null
counted() { # METRIC COUNT
    [ "$(metric "$admin" "$1")" = "$2" ]
}
ok 'lists in turns are counted' wait_until counted prov_turns_total 24
ok 'and how many were the newest' wait_until counted prov_turns_newest_total \
    "$(grep -c 'rung 3$' out/counted)"

for via in tftp http https; do
    for name in $(phones 130); do
        get $via "ITL$name.tlv"
    done | sort | uniq -c >"out/$via"
    is "$via: every rung comes up" "$(awk '{ print $NF }' "out/$via" | paste -sd ' ')" '1 2 3'
    # What was delivered to none is followed by the first: it is the likelier.
    # shellcheck disable=SC2016 # awk's own
    ok "$via: the first most often" awk '$NF == 1 && $1 > most { first = 1; most = $1 }
        $NF > 1 && $1 >= most { first = 0; most = $1 } END { exit !first }' "out/$via"
done

# In one boot a phone asks for both within a window; between two windows that may fail once.
alike() { # VIA NAME
    local i ctl itl
    for i in 1 2 3; do
        ctl=$(get "$1" "CTL$2.tlv") itl=$(get "$1" "ITL$2.tlv")
        [ "${ctl#CTL}" != "${itl#ITL}" ] || return 0
    done
    return 1
}
for via in tftp http https; do
    ok "$via: both kinds the same" alike $via $a
    ok "$via: for names without a phone, too" alike $via File
    ok "$via: of its own ladder" alike $via $own
    like "$via: an own list before that for all" "$(get $via "ITL$own.tlv")" "^ITL$own.tlv rung [12]$"
done
like 'in letters of any case' "$(get http "itl${a,,}.TLV")" '^ITLFile.tlv rung [123]$'
like 'also an own one' "$(get tftp "ctl${own,,}.TLV")" "^CTL$own.tlv rung [12]$"
like 'and the one for all' "$(get https ITLFILE.tlv)" '^ITLFile.tlv rung [123]$'
is 'in a folder it is a file like any other' "$(mkdir tree/x && echo x >tree/x/ITLFile.tlv &&
    get http x/ITLFile.tlv)" x
for name in .ladder/rungs .ladder/ITLFile.tlv.1; do
    for via in tftp http https; do
        not_ok "$via: $name is nobody's to fetch" get $via $name
    done
done

# --- the log and the ledger

# From an address of its own: so many requests as those above are not all in the log.
curl -sf --interface 127.0.0.9 "http://127.0.0.1:$http/CTL$own.tlv" >/dev/null
like 'the log names the rung' "$(delivery_line "CTL$own.tlv")" \
    " phone=$own .* file=\"\\.ladder/CTL$own\\.tlv\\.[12]\" .* outcome=delivered"
get tftp "ITL$a.tlv" >out/last
sum=$(sha256sum <out/last | cut -d ' ' -f 1)
in_ledger() {
    curl -s "http://127.0.0.1:$admin/phones/$a" | grep -q "\"kind\":\"itl\",\"sha256\":\"$sum\""
}
ok 'the ledger has its digest' wait_until in_ledger

# --- HEAD and ranges

head_length() { # PHONE
    curl -sI "http://127.0.0.1:$http/ITL$1.tlv" | tr -d '\r' | sed -n 's/^Content-Length: //p'
}
is 'HEAD has a length' "$(head_length $a)" "$(stat -c %s tree/.ladder/ITLFile.tlv.1)"
like 'not to be kept' "$(curl -sI "http://127.0.0.1:$http/ITL$a.tlv")" 'Cache-Control: no-store'
like 'a range gives all of it' "$(curl -s -r 3-5 "http://127.0.0.1:$http/ITL$a.tlv")" \
    '^ITLFile.tlv rung [123]$'

# --- the table is replaced while it is served

rm tree/.ladder/ITLFile.tlv.2
rung ITLFile.tlv 4
table 'ITLFile.tlv ITLFile.tlv.3 ITLFile.tlv.4'
for name in $(phones 60); do
    get http "ITL$name.tlv"
done | sort | uniq >out/replaced
is 'another table is used at once' "$(awk '{ print $NF }' out/replaced | paste -sd ' ')" '3 4'
is 'a list that is not in it is given as it stands' "$(get tftp "ITL$own.tlv")" 'ITL own in the tree'
is 'also the other kind' "$(get https "CTL$a.tlv")" 'CTL in the tree'
rm tree/.ladder/ITLFile.tlv.[34]
is 'rungs that are missing: the list in the tree' "$(get tftp "ITL$a.tlv")" 'ITL in the tree'
ok 'it is said' wait_for_line 'ITLFile.tlv.[34]: is missing'
rung ITLFile.tlv 3
rung ITLFile.tlv 4

is 'health is fine' "$(curl -s "http://127.0.0.1:$admin/healthz")" ok
printf 'ITLFile.tlv ITLFile.tlv.3\nend 1\n' >tree/.ladder/rungs
like 'with a table that cannot be read' "$(get http "ITL$a.tlv")" '^ITLFile.tlv rung [34]$'
like 'the old one is used' "$(get tftp "ITL$a.tlv")" '^ITLFile.tlv rung [34]$'
is 'it is said once' "$(said 'warning: .*tree/.ladder/rungs: .*; lists are given as they were')" 1
like 'and health says so' "$(curl -s "http://127.0.0.1:$admin/healthz")" 'tree/.ladder/rungs: '
kill -HUP "$provd_pid"
ok 'a reload' wait_for_line 'provd: reloaded'
like 'changes nothing' "$(get http "ITL$a.tlv")" '^ITLFile.tlv rung [34]$'
rm -r tree/.ladder
is 'without the folder everything is as it stands' "$(get tftp "ITL$a.tlv")" 'ITL in the tree'
is 'health is fine again' "$(curl -s "http://127.0.0.1:$admin/healthz")" ok
ok 'it ends' stop_provd

mkdir tree/.ladder
echo junk >tree/.ladder/rungs
not_ok '--check-config finds a table that cannot be read' sh -c \
    'provd --check-config --root tree --https off --ledger off >/dev/null 2>out/check'
like 'and names it' "$(<out/check)" 'tree/.ladder/rungs: '
ok 'the server starts all the same' start_provd --root tree --tftp "127.0.0.1:$tftp" --http off \
    --https off --ledger off
is 'and serves' "$(get tftp "ITL$a.tlv")" 'ITL in the tree'
stop_provd
done_testing
