#!/bin/bash
# SPDX-License-Identifier: MIT
# Many phones at once: all come up, and those that do not are counted by kind.

# shellcheck source=tests/provcheck/lib.sh
. "${0%/*}/lib.sh"

phones=200
make_keys && sound_tree && find_ports || exit 1
for ((i = 1; i <= phones; i++)); do
    printf -v name 'tree/SEP%012X.cnf.xml' "$i"
    cp "tree/$phone_name.cnf.xml" "$name"
done
sgnfile --build --tftp "$keys/asterisk.pem" tree/SEP0000*.cnf.xml >/dev/null

storm() { # FAMILY... -- [OPTION...]
    local families=()
    while [ "$1" != -- ]; do
        families+=(--family "$1")
        shift
    done
    run provcheck storm --server 127.0.0.1 --phones "$phones" "${families[@]}" "${ports[@]}" "${@:2}"
}

all_up() { # NAME FAMILY...
    storm "${@:2}" --
    want_code 0
    want_no_messages
    [ "$(value Up)" = "$phones" ] || problem='not all came up'
    [ "$(value Failed)" = 0 ] || problem='some failed'
    judge "$1"
}

ok 'provd starts' serve --https "127.0.0.1:$https_port" --certificate "$keys/web.pem"
for family in 7940 7900 7800 8800; do
    all_up "$phones phones of the $family family" "$family"
done
all_up 'phones of all families' 7940 7900 7800 8800
for label in 'Milliseconds' 'Boots per Second' 'Requests' 'Retransmissions' 'Slowest Phone'; do
    like "the table has: $label" "$(value "$label")" '^(SEP)?[0-9A-F]+$'
done
storm 8800 -- --json
is 'the table as JSON' "$(perl -MJSON::PP -0777 -ne '$_ = decode_json $_;
    print join " ", @$_{qw(phones up failed)}' "$out")" "$phones $phones 0"

if have script; then
    script -qec "provcheck storm --server 127.0.0.1 --phones $phones --family 7900 ${ports[*]}" \
        terminal >/dev/null </dev/null
    like 'on a terminal a line says how far it is' "$(<terminal)" "[0-9]+ of $phones phones are through"
else
    skip 'on a terminal a line says how far it is' 'script is not installed'
fi
ok 'provd ends' stop_provd

# --- a server with few connections sends phones to TFTP

cat >few.conf <<END
server { connections = 20 }
END
ok 'provd starts with few connections' serve --https off --config few.conf
all_up 'phones that find no connection' 8800
ok 'provd ends' stop_provd

# --- all of TFTP from one port, or from a few

ok 'provd starts with a single port' serve --https off --tftp-single-port
for family in 7940 7900 7800; do
    all_up "$phones phones of the $family family by a single port" "$family"
done
ok 'provd ends' stop_provd
first=$((30000 + RANDOM % 2000))
ok 'provd starts with a range of ports' serve --https off --tftp-ports "$first-$((first + 20))"
all_up "$phones phones by a range" 7900
ok 'provd ends' stop_provd

# --- failures

ok 'provd starts again' serve --https off
storm 7900 -- --first SEP000000000051
is 'phones beyond the last fail' "$code $(value Up) $(value Failed)" '1 120 80'
is 'by kind' "$(value Failure) $(value Phones 2) $(value First)" \
    'configuration not found 80 SEP0000000000C9'
rm tree/SEP000000000001.cnf.xml* && flip tree/SEP000000000002.cnf.xml.sgn -9 bad &&
    cp bad tree/SEP000000000002.cnf.xml.sgn
storm 7900 -- --json
is 'two kinds' "$(perl -MJSON::PP -0777 -ne 'print join ", ",
    map { "$_->{failure} $_->{phones} $_->{first}" } @{decode_json($_)->{failures}}' "$out")" \
    'configuration not found 1 SEP000000000001, configuration not verified 1 SEP000000000002'
ok 'provd ends' stop_provd
storm 8800 --
is 'without a server none comes up' "$code $(value Up) $(value Failure)" \
    '1 0 server not reachable'

done_testing
