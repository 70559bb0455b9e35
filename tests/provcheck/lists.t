#!/bin/bash
# SPDX-License-Identifier: MIT
# The phone's trust store from boot to boot: what it installs, what it refuses, whom it follows.

# shellcheck source=tests/provcheck/lib.sh
. "${0%/*}/lib.sh"

make_keys && new_key next 'SAST Next' && new_key foreign 'SAST Foreign' && sound_tree &&
    find_ports || exit 1
ok 'provd starts' serve --https off
now=$(date +%s)
list=tree/ITLFile.tlv
rest=(--ccm "$keys/asterisk.pem" --tftp "$keys/asterisk.pem")

# A list of these SASTs, signed by the first, so many seconds after the test's start.
publish() { # SECONDS SAST [SAST]
    local sast=() seconds=$1 name
    shift
    for name; do sast+=(--sast "$keys/$name.pem"); done
    new_list "$list" --timestamp $((now + seconds)) "${sast[@]}" "${rest[@]}"
}

# Every phone has a folder of its own as state.
follows() { # NAME STATE FAMILY
    comes_up "$1" "$3" --state "$2"
}

# --- the store

publish -1000 sast recovery
follows 'the first list is taken' state 8800
ok 'and kept' same "state/$phone_name/ITLFile.tlv" "$list"
printed 'without asking who signed it' 'installed as the phone.s first list'
before=$(identity_of "state/$phone_name/ITLFile.tlv")
follows 'the same list again' state 8800
printed 'is not installed again' "ITLSEP$mac.tlv .*the list that the phone holds\$"
unlike 'and shows nothing' "$(<"$out")" 'shows "(ITL installed|Trust List)'
cp -R state behind && cp -R state off

publish -900 sast recovery
follows 'a newer list by the same SAST' state 8800
shows 'is an update' 'Trust List updated'
ok 'which is kept' same "state/$phone_name/ITLFile.tlv" "$list"
rm "$list"
follows 'a list that is gone from the server' state 8800
ok 'leaves the held one' test -s "state/$phone_name/ITLFile.tlv"
publish -1000 sast recovery
refuses_list 'an older list' 'timestamp failed: it is not newer' 8800 --state state
publish 200000 sast recovery
refuses_list 'a list from the future' 'timestamp failed: .*future' 7900 --state state
publish -800 sast recovery && flip "$list" -3 tampered && cp tampered "$list"
refuses_list 'a list that was changed' 'signature failed|format error' 8800 --state state
head -c 500 /dev/urandom >"$list"
refuses_list 'what is no list' 'format error' 8800 --state state
new_list "$list" --filename Other.tlv --sast "$keys/sast.pem" --sast "$keys/recovery.pem" "${rest[@]}"
refuses_list 'another name inside' 'wrong file name: .* Other.tlv, .* ITLFile.tlv' 8800 --state state
new_list "$list" --digest sha512 --sast "$keys/sast.pem" --sast "$keys/recovery.pem" "${rest[@]}"
cp -R state seven
refuses_list 'SHA-512 for a 7900' 'bad digest algorithm: ' 7900 --state seven
follows 'SHA-512 for an 8800' seven 8800
ok 'nothing refused was kept' test "$before" != "$(identity_of "state/$phone_name/ITLFile.tlv")"
publish -700 foreign
refuses_list "a foreign site's list" 'signer not in CTL or ITL: .*SAST Foreign.*SAST Test.*SAST Recovery' \
    8800 --state state
comes_up 'the foreign list alone is taken by a new phone' 8800

# --- a phone from another site

new_list "$list" --timestamp $((now - 650)) --sast "$keys/foreign.pem" --sast "$keys/next.pem" \
    --tftp "$keys/foreign.pem"
boot 8800 --state foreign
ok 'it holds a list of its own' same "foreign/$phone_name/ITLFile.tlv" "$list"
publish -640 sast recovery
stops 'it refuses everything here' 'signer not in CTL or ITL: .*CN=pbx.*CN=SAST Foreign' 8800 \
    --state foreign
shows 'the list first' 'Trust List update failed'

# --- lists that only a new phone takes, with doubts

publish 200000 sast recovery
comes_up 'a first list from the future' 7900
printed 'is doubtful' 'warning: the phone may refuse it although it is its first.*timestamp failed'
head -c 500 /dev/urandom >"$list"
boot 8800
is 'a first list that is none is not passed over' "$code" 1
shows 'and the phone holds none' 'No Trust List installed'
publish -600 sast recovery && cp "$list" held.tlv
perl -e 'local $/; open F, "<", $ARGV[0]; binmode STDOUT; $_ = <F>; my $n = unpack "n", substr $_, 8, 2;
    print $_, substr($_, $n) x 12' held.tlv >"$list"
ok 'a list over 64 KB' test "$(stat -c %s "$list")" -gt 65536
stops 'a list over 64 KB' 'above 64 KB' 8800

# --- rotations

publish -500 sast recovery
follows 'a phone that stays on' on 7900
follows 'another that stays on' on 8800
publish -400 sast next
follows 'takes the list that names the next SAST' on 7900
publish -300 next recovery
follows 'and the one that the next SAST signs' on 7900
shows 'with a message' 'Trust List updated'
refuses_list 'one that missed the step between is locked out' \
    'signer not in CTL or ITL: .*SAST Next' 7900 --state behind
ok 'and keeps its list' test "$(grep -c 'SAST Next' "behind/$phone_name/ITLFile.tlv")" -eq 0
publish -200 recovery next
follows 'the recovery SAST brings it back' off 7900
publish -100 next
follows 'and it follows again' off 7900

publish -95 next recovery
mkdir own # tlvfile makes it newer than a list beside it
new_list "own/ITLSEP$mac.tlv" --timestamp $((now - 98)) --sast "$keys/sast.pem" \
    --sast "$keys/next.pem" "${rest[@]}"
cp "own/ITLSEP$mac.tlv" tree
follows 'a list of its own brings one that missed the step back' behind 7900
ok 'it took that one' same "behind/$phone_name/ITLFile.tlv" "tree/ITLSEP$mac.tlv"
rm "tree/ITLSEP$mac.tlv"
follows 'then it follows the common one' behind 7900
ok 'and holds it' same "behind/$phone_name/ITLFile.tlv" "$list"

# --- released

publish -90 sast recovery
rm -rf released && follows 'a phone to be released' released 8800
new_list "$list" --timestamp $((now - 80)) --sast "$keys/sast.pem" --sast "$keys/recovery.pem"
follows 'it takes a list without TFTP and TVS' released 8800
printed 'what that means is said' \
    'warning: it names nobody who may sign files, and the list before it did: phones that hold it accept files and lists from anybody'
got 'and asks for clear files' "$phone_name.cnf.xml" http
publish -70 foreign
follows 'then it may take any list' released 8800
printed 'which is not certain' 'may be installed unasked'

new_list "$list" --timestamp $((now - 60)) --sast "$keys/sast.pem" --sast "$keys/recovery.pem"
follows 'a first list may be so' first 8800
printed 'and is told' 'warning: it names nobody who may sign files: phones that hold it accept'

# --- a server that is not there, a store that cannot be used

ok 'provd ends' stop_provd
stops 'a server that is down' 'the server is not reachable' 8800 --state on
shows 'fails the update' 'Trust List update failed'
echo junk >"on/$phone_name/ITLFile.tlv"
boot 8800 --state on
is 'a broken store stops everything' "$code" 1
like 'and is named' "$(<"$err")" "^provcheck: .*on/$phone_name/ITLFile.tlv: "
done_testing
