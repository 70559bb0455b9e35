#!/bin/bash
# SPDX-License-Identifier: MIT
# provbuild --rotate-sast, with provd and phones: those that stay on, and one that was off.

# shellcheck disable=SC2016,SC2119
# shellcheck source=tests/provbuild/fleet.sh
. "${0%/*}/fleet.sh"

old='SAST acme' recovery='SAST-2 acme' next='SAST Next'

# --- the whole way

ok 'a fleet' fleet way
new_key next "$next"
comes_up 'a phone boots' "$phone"
comes_up 'another one boots' "$other"
comes_up 'a third one boots, and is switched off' "$third"
cp $list published-1.tlv
silent 'nothing is to be done' build

run build --rotate-sast pem/next.pem
is 'it begins with the list between' "$code $(<"$out")" '0 wrote ITLFile.tlv: content'
is 'which names both, signed by the old one' "$(sasts $list)" "$old, $next by $old"
cp $list published-2.tlv
silent 'it waits for phones' build
silent 'the order again changes nothing' build --rotate-sast pem/next.pem
faulty 'another rotation must wait' 'another change, to .*next.pem, is under way' \
    --rotate-signer pem/apache.pem
comes_up 'a phone takes it' "$phone"
silent 'one of three is too few to move on' build
run build --dry-run --timestamp $((clock + 8 * 86400))
like 'after a week it is enough' "$(<"$out")" 'would write ITLFile.tlv: content'
comes_up 'another one takes it' "$other"
run build --dry-run
like 'it would move on' "$(<"$out")" "would write ITL$third.tlv: the phone is behind"
not_ok 'and does nothing' test -e "tftpboot/ITL$third.tlv"
run build
is 'it moves on' "$code $(<"$out")" "0 wrote ITL$third.tlv: the phone is behind
wrote ITLFile.tlv: content"
is 'the new one signs' "$(sasts $list)" "$next, $recovery by $next"
ok 'the phone that is behind has the list between' same "tftpboot/ITL$third.tlv" published-2.tlv
comes_up 'a phone follows' "$phone"
comes_up 'another one follows' "$other"
silent 'it waits for the third' build

# --- a stranger, a tree that is emptied, a clock that is set back

before=$(snapshot)
ok 'a stranger fetches in the name of the one that is off' forge "$third" "ITL$third.tlv"
is 'which is disputed' "$(held "$third" | cut -d ' ' -f 1)" disputed
ok 'a stranger fetches in the name of one that is through' forge "$phone" "$phone.cnf.xml.sgn"
is 'which is disputed too' "$(held "$phone" | cut -d ' ' -f 1)" disputed
silent 'nothing is changed by it' build
unchanged 'nothing at all' "$before"
cp -R tftpboot kept && cp "archive/under-way" under-way
find tftpboot -mindepth 1 -delete
run build
is 'an emptied tree gets both lists back' "$(grep -c ITL "$out")" 2
ok 'the one for all' same $list kept/ITLFile.tlv
ok 'the one for the phone that is behind' same "tftpboot/ITL$third.tlv" published-2.tlv
before=$(snapshot)
faulty 'a clock set back' 'the clock is more than a day behind' --timestamp $((clock - 200000))
unchanged 'publishes nothing' "$before"
mv devices gone && mkdir devices
run build
unlike 'without the devices folder nothing is published' "$(<"$out")" wrote
unchanged 'nothing at all' "$before"
rmdir devices && mv gone devices
mv ledger away && mv ledger-wal ledger-shm "$temporary/" 2>/dev/null
silent 'without its ledger nothing moves' build
unchanged 'nothing at all' "$before"
mv away ledger && mv "$temporary"/ledger-wal "$temporary"/ledger-shm . 2>/dev/null

# --- weeks later

comes_up 'the third comes back' "$third"
is 'it holds the list between' "$(sasts "phones/$third/ITLFile.tlv")" "$old, $next by $old"
wait_until holds "$third"
run build
is 'its own list is taken away once it is the same at every address' "$code $(<"$out")" \
    "0 removed ITL$third.tlv: the phone is through; it gets the list for all"
comes_up 'it starts again' "$third"
is 'it follows' "$(sasts "phones/$third/ITLFile.tlv")" "$next, $recovery by $next"
silent 'all is done' build
ok 'the settings still name the old one' grep -q pem/sast.pem prov.conf
fleet_settings trust "${fleet_trust/pem\/sast.pem/pem/next.pem}"
silent 'until they do not' build
not_ok 'then nothing is kept about it' test -e archive/under-way
fleet_settings trust "${fleet_trust/pem\/sast.pem/pem/next.pem} tvs = {pem/tvs.pem}"
run build
is 'later lists go on' "$code $(head -n 1 "$out")" '0 wrote ITLFile.tlv: content'
comes_up 'the third follows' "$third"
stop_provd

# --- through the recovery key

ok 'a fleet whose key is lost' fleet lost
new_key next "$next"
for name in "$phone" "$other" "$third"; do boots "$name"; done
mv pem/sast.pem lost.pem && mv pem/sast2.pem usb.pem && openssl x509 -in usb.pem -out pem/sast2.pem
run build --rotate-sast pem/next.pem
is 'without any key it does not begin' "$code $(<"$out")" '1 '
not_ok 'and keeps nothing of it' test -e archive/under-way
run build --rotate-sast pem/next.pem --recovery-key usb.pem
is 'with the recovery key it does' "$code $(<"$out")" '0 wrote ITLFile.tlv: content'
is 'which signs the list between' "$(sasts $list)" "$recovery, $next by $recovery"
mv usb.pem away.pem
silent 'the key can be taken away' build
comes_up 'a phone takes it' "$phone"
comes_up 'another one takes it' "$other"
run build
is 'the third gets its own' "$code $(<"$out")" "0 wrote ITL$third.tlv: the phone is behind
wrote ITLFile.tlv: content"
is 'the new one signs' "$(sasts $list)" "$next, $recovery by $next"
comes_up 'a phone follows' "$phone"
comes_up 'the third comes back' "$third"
run build
is 'its own list goes' "$code $(cut -d : -f 1 "$out")" "0 removed ITL$third.tlv"
comes_up 'it follows' "$third"
is 'as all the others' "$(sasts "phones/$third/ITLFile.tlv")" "$next, $recovery by $next"
stop_provd

# --- lists of single phones, CTLs, and the hook

ok 'a fleet with lists of all kinds' fleet kinds more "trust '$phone' { $fleet_trust tvs = {pem/tvs.pem} }
    ctl { $fleet_trust } hooks { restart = \"echo >>restarted\" }"
new_key next "$next"
for name in "$phone" "$other" "$third"; do boots "$name"; done
run build --rotate-sast pem/next.pem --dry-run
is 'it can be tried' "$code $(grep -c 'would write .TL.*: content' "$out")" '0 3'
not_ok 'without a trace' test -e archive/under-way
build --rotate-sast pem/next.pem >/dev/null
for file in ITLFile "ITL$phone" CTLFile; do
    is "$file names both" "$(sasts "tftpboot/$file.tlv")" "$old, $next by $old"
done
boots "$phone" && boots "$other"
run build
is "a phone's own list goes on when it holds it" "$(sasts "tftpboot/ITL$phone.tlv")" \
    "$next, $recovery by $next"
is 'the one for all too' "$(sasts $list)" "$next, $recovery by $next"
ok 'the other one has one to wait with' test -e "tftpboot/ITL$third.tlv"
boots "$third"
rm restarted
run build
like 'which goes' "$(<"$out")" "^removed ITL$third.tlv"
like 'and the phone must restart' "$(<restarted)" "$third"
for name in "$phone" "$other" "$third"; do
    comes_up "$name follows" "$name"
    is "$name holds the last list" "$(sasts "phones/$name/ITLFile.tlv")" "$next, $recovery by $next"
done
run build --forget "$third"
is 'a phone that is forgotten has no list of its own' "$code $(find tftpboot -name "?TL$third.tlv")" '0 '
stop_provd

# --- a stranger who waits: the ledger takes him for a phone that moved

ok 'a fleet with a phone that was off for weeks' fleet stranger
new_key next "$next"
for name in "$phone" "$other" "$third"; do boots "$name"; done
stop_provd
month=$((30 * 86400))
sqlite3 ledger "UPDATE seen SET first = first - $month, last = last - $month, moment = moment - $month
    WHERE phone = '${third#SEP}'; UPDATE delivered SET time = time - $month, moment = moment - $month
    WHERE phone = '${third#SEP}'; UPDATE phone SET moment = moment - $month
    WHERE phone = '${third#SEP}'"
serve
build --rotate-sast pem/next.pem >/dev/null
boots "$phone" && boots "$other"
ok 'a stranger fetches the list between in its name' forge "$third" "ITL$third.tlv"
wait_until holds "$third"
is 'the ledger is fooled' "$(held "$third" | cut -d ' ' -f 1)" holds
run build
is 'the phone gets its own list all the same' "$code $(head -n 1 "$out")" \
    "0 wrote ITL$third.tlv: the phone is behind"
silent 'and keeps it' build
like 'the status says why' "$(build --status)" 'holds ITLFile.tlv[.0-9]*; 127.0.0.1 was given another list'
comes_up 'it comes back' "$third"
run build
comes_up 'and follows' "$third"
is 'to the last list' "$(sasts "phones/$third/ITLFile.tlv")" "$next, $recovery by $next"
stop_provd

# --- lists that would lock phones out

ok 'a fleet that is changed too fast' fleet fast
new_key next "$next" && new_key last 'SAST Last'
for name in "$phone" "$other" "$third"; do boots "$name"; done
fleet_settings trust 'version = "1.1" sast = {pem/sast2.pem, pem/next.pem} ccm-tftp = {pem/asterisk.pem}'
build >/dev/null
boots "$phone"
fleet_settings trust 'version = "1.1" sast = {pem/next.pem, pem/last.pem} ccm-tftp = {pem/asterisk.pem}'
faulty 'phones that are behind are named' \
    "ITLFile.tlv: 2 of 3 phones would be locked out, or may be, .*: $third, $other; "
run build --forget "$third"
like 'one can be left out' "$(<"$err")" "ITLFile.tlv: 1 of 3 phones would be .*: $other; "
run build --forget "$third" --forget "$other"
is 'or all' "$code $(<"$out")" '0 wrote ITLFile.tlv: content'
comes_up 'the one that was there follows' "$phone"
stays_down 'one that was left out is locked out' "$other"
fleet_settings trust 'version = "1.1" sast = {pem/tvs.pem, pem/capf.pem} ccm-tftp = {pem/asterisk.pem}'
faulty 'a list that nobody would follow' 'ITLFile.tlv: all phones that hold tftpboot/ITLFile.tlv would be locked out'
comes_up 'is not published' "$phone"
run build --force
like 'but with --force' "$code $(<"$err")" '^0 provbuild: .*warning: phones would refuse the new list'
stays_down 'a phone that is locked out by force is found' "$phone"
printed 'and why' "^ITLSEP58971ECC97C1.tlv .*STOP: not installed: signer not in CTL or ITL"
printed 'in its words' 'the phone shows "Trust List update failed"'
stop_provd

# --- what it needs

site needs
new_key next "$next"
build >/dev/null
faulty 'no staged step without a ledger' 'which phones are ready .* only the ledger knows' \
    --rotate-sast pem/next.pem
fleet_settings
faulty 'no change to what is there' '.*is what the settings have already' --rotate-sast pem/sast.pem
openssl x509 -in pem/next.pem -out pem/next.crt
faulty 'no change without a key' '(pem/next.crt: it holds no private key|no change without)' \
    --rotate-sast pem/next.crt
not_ok 'nothing is kept of it' test -e archive/under-way

done_testing
