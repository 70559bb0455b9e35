#!/bin/bash
# SPDX-License-Identifier: MIT
# provbuild --rotate-sast, with provd and phones: those that stay on, and one that was off.

# shellcheck disable=SC2016,SC2119
# shellcheck source=tests/provbuild/fleet.sh
. "${0%/*}/fleet.sh"

old='SAST acme' recovery='SAST-2 acme' next='SAST Next'
bridge="$old, $next by $old" last="$next, $recovery by $next"
wrote='wrote ITLFile.tlv: content; with 1 bridge'

# --- the whole way

ok 'a fleet' fleet way
new_key next "$next"
comes_up 'a phone boots' "$phone"
comes_up 'another one boots' "$other"
comes_up 'a third one boots, and is switched off' "$third"
cp $list published-1.tlv
silent 'nothing is to be done' build
not_ok 'nothing is in turns' test -e tftpboot/.ladder/rungs

files=$(snapshot)
run build --rotate-sast pem/next.pem --dry-run
is 'it can be tried' "$code $(<"$out")" '0 would write ITLFile.tlv: content; with 1 bridge'
run build --rotate-sast pem/next.pem --dry-run --json
is 'in JSON, too' "$(perl -MJSON::PP -0777 -ne '$_ = decode_json($_)->{changes}[0];
    print "$_->{action} $_->{file} $_->{reason} $_->{remark}"' "$out")" 'write ITLFile.tlv content with 1 bridge'
unchanged 'without a trace' "$files"
run build --rotate-sast pem/next.pem
is 'it publishes the ladder' "$code $(<"$out")" "0 $wrote"
is 'a bridge by the old one, then the newest' "$(ladder)" "$bridge; $last"
ok 'the newest is dated after the bridge' test "$(rungs_of | head -n 1)" '<' "$(newest)"
like 'what was published is kept' "$(cat archive/under-way)" "^sast-before [0-9a-f]{64} .*/pem/sast.pem$"
for file in $(rungs_of); do
    ok "${file##*/} is in the archive" same "$file" "archive/${file##*/}"
done
silent 'later runs change nothing' build
silent 'nor by modification times' build --quick
silent 'the order again changes nothing' build --rotate-sast pem/next.pem
is 'the ladder stands' "$(ladder)" "$bridge; $last"
arrives 'a phone comes to hold it' "$phone"
arrives 'another one, too' "$other"
arrives 'and the third, whenever it comes back' "$third"
silent 'what phones hold is no reason to write' build

# --- servers that know no turns

held=''
draws() { # both rungs come to stand under the list's name
    local i
    for ((i = 0; i < 100; i++)); do
        build >"$out" 2>&1 && [ ! -s "$out" ] || return 1
        held+="$(sasts $list);"
        [[ "$held" != *"$bridge;"* || "$held" != *"$last;"* ]] || return 0
    done
    return 1
}
rm -f restarted
fleet_settings more 'hooks { restart = "echo >>restarted" }'
ok 'each run draws the rung that stands in the tree, in silence' draws
not_ok 'and restarts nobody for it' test -e restarted
fleet_settings

# --- an edit, a tree that is emptied, a clock that is set back

fleet_settings trust "$fleet_trust tvs = {pem/tvs.pem}"
run build
is 'an edit makes all rungs anew' "$code $(<"$out")" "0 $wrote"
is 'which say the same' "$(ladder)" "$bridge; $last"
is 'the old rungs are gone from the tree' "$(find tftpboot/.ladder -name 'ITL*' | wc -l)" 2
arrives 'a phone follows' "$phone"
rm -rf kept && cp -R tftpboot kept
find tftpboot -mindepth 1 -delete
run build
is 'an emptied tree gets the ladder back' "$code $(head -n 1 "$out")" \
    '0 wrote ITLFile.tlv: missing, taken from the archive; with 1 bridge'
ok 'as it was' same tftpboot/.ladder/rungs kept/.ladder/rungs
rm "$(newest)"
silent 'a rung that is missing comes back' build
ok 'as it was' same "$(newest)" "kept/.ladder/$(basename "$(newest)")"
printf x >tftpboot/.ladder/rungs
run build
ok 'a table that is spoilt is made anew' same tftpboot/.ladder/rungs kept/.ladder/rungs
mv pem/next.pem pem/away.pem
for damage in 'rm -f' 'cp /dev/null'; do
    $damage tftpboot/.ladder/rungs
    build >/dev/null 2>&1
    ok "also while no list can be built ($damage)" same tftpboot/.ladder/rungs kept/.ladder/rungs
    is "and no rung is lost ($damage)" "$(find tftpboot/.ladder -name 'ITL*' | wc -l)" 2
done
mv pem/away.pem pem/next.pem
files=$(snapshot)
faulty 'a clock set back' 'the clock is more than a day behind' --timestamp $((clock - 200000))
unchanged 'publishes nothing' "$files"
mv ledger away && mv ledger-wal ledger-shm "$temporary/" 2>/dev/null
silent 'without its ledger it is the same' build
mv away ledger && mv "$temporary"/ledger-wal "$temporary"/ledger-shm . 2>/dev/null

# --- the settings catch up

ok 'the settings still name the old one' grep -q pem/sast.pem prov.conf
fleet_settings trust "${fleet_trust/pem\/sast.pem/pem/next.pem} tvs = {pem/tvs.pem}"
silent 'they may name the new one' build
is 'the ladder stands' "$(ladder)" "$bridge; $last"
unlike 'its place need not be kept any more' "$(cat archive/under-way)" '^sast '
like 'but that of the old one, which signs bridges' "$(cat archive/under-way)" '^sast-before '
fleet_settings trust "${fleet_trust/pem\/sast.pem/pem/next.pem}"
run build
is 'later lists go on' "$code $(<"$out")" "0 $wrote"
arrives 'the third follows' "$third"
stop_provd

# --- an order that is given once more, after the settings went back

site once
new_key next "$next"
build >/dev/null
build --rotate-sast pem/next.pem >/dev/null
settings trust "${fleet_trust/pem\/sast.pem/pem/next.pem}"
silent 'the settings follow' build
settings trust "$fleet_trust"
silent 'the order again, with the settings of before' build --rotate-sast pem/next.pem
is 'the old key is noted once' "$(grep -c '^sast-before' archive/under-way)" 1

# --- the next rotation, while the old keys are still needed

ok 'a fleet that rotates twice' fleet twice
new_key next "$next" && new_key last 'SAST Last'
boots "$phone" && boots "$other" && boots "$third"
build --rotate-sast pem/next.pem >/dev/null
arrives 'one phone takes part' "$phone"
run build --rotate-sast pem/last.pem
is 'another one at once' "$code $(<"$out")" '0 wrote ITLFile.tlv: content; with 2 bridges'
is 'a bridge for each' "$(ladder)" \
    "$old, SAST Last by $old; $next, SAST Last by $next; SAST Last, $recovery by SAST Last"
arrives 'who took part in the first follows' "$phone"
arrives 'who missed it follows' "$other"
build --rotate-sast pem/next.pem >/dev/null
is 'it can go back' "$(ladder)" "$old, $next by $old; SAST Last, $next by SAST Last; $last"
arrives 'who missed both follows' "$third"
arrives 'who had them follows' "$phone"
stop_provd

# --- the old key is destroyed

ok 'a fleet' fleet destroyed
new_key next "$next"
boots "$phone" && boots "$other" && boots "$third"
build --rotate-sast pem/next.pem >/dev/null
fleet_settings trust "${fleet_trust/pem\/sast.pem/pem/next.pem}"
mv pem/sast.pem gone.pem
silent 'without the old key the ladder stands' build
find tftpboot -mindepth 1 -delete
run build
is 'and comes out of the archive' "$code $(head -n 1 "$out")" \
    '0 wrote ITLFile.tlv: missing, taken from the archive; with 1 bridge'
is 'as it was' "$(ladder)" "$bridge; $last"
arrives 'a phone that was off follows' "$third"
files=$(ladder)
fleet_settings trust "${fleet_trust/pem\/sast.pem/pem/next.pem} tvs = {pem/tvs.pem}"
faulty 'an edit needs the key' \
    "ITLFile.tlv: the lists in turns would differ: phones that may hold an older list are led on by one of the archive.*put the key back.*3 of 3 phones: $third, $other, $phone"
is 'and changes nothing' "$(ladder)" "$files"
run build --force
is 'by force it goes out' "$code $(<"$out")" "0 $wrote"
like 'with a warning' "$(<"$err")" 'warning: the lists in turns would differ: phones that may hold an older list are led on by one of the archive'
silent 'and is then current' build
mv gone.pem pem/sast.pem
run build
is 'the key mends it' "$code $(<"$out") $(ladder)" "0 $wrote $bridge; $last"
stop_provd

# --- lists of single phones, CTLs, and the hook

ok 'a fleet with lists of all kinds' fleet kinds more "trust '$phone' { $fleet_trust tvs = {pem/tvs.pem} }
    ctl { $fleet_trust } hooks { restart = \"echo >>restarted\" }"
new_key next "$next"
for name in "$phone" "$other" "$third"; do boots "$name"; done
rm -f restarted
run build --rotate-sast pem/next.pem
is 'all are published' "$code $(sort "$out" | tr '\n' '|')" \
    "0 wrote CTLFile.tlv: content; with 1 bridge|$wrote|wrote ITL$phone.tlv: content|"
ok 'phones must restart' test -s restarted
is 'in one table' "$(cut -d ' ' -f 1 tftpboot/.ladder/rungs | tr '\n' ' ')" 'CTLFile.tlv ITLFile.tlv end '
is "a phone's own list needs no bridge beside that of the CTL" "$(ladder "$phone")" "$last"
for name in "$phone" "$other" "$third"; do arrives "$name follows" "$name"; done
is 'the CTL too' "$(sasts "phones/$third/CTLFile.tlv" | head -n 1)" "$(sasts "$(newest | sed s/ITL/CTL/)")"
not_ok 'no phone has a copy of a list' test -e "tftpboot/ITL$third.tlv"
stop_provd

ok 'a fleet with an ITL of one phone alone' fleet own more "trust '$phone' { $fleet_trust tvs = {pem/tvs.pem} }"
new_key next "$next"
for name in "$phone" "$other" "$third"; do boots "$name"; done
run build --rotate-sast pem/next.pem
is 'it has a ladder of its own' "$code $(sort "$out" | tr '\n' '|') $(ladder "$phone")" \
    "0 $wrote|wrote ITL$phone.tlv: content; with 1 bridge| $bridge; $last"
is 'in the same table' "$(cut -d ' ' -f 1 tftpboot/.ladder/rungs | tr '\n' ' ')" \
    "ITLFile.tlv ITL$phone.tlv end "
for name in "$phone" "$other" "$third"; do arrives "$name follows" "$name"; done
stop_provd

# --- a CTL that is not given out any more

ok 'a fleet whose phones hold a CTL' fleet stale more "ctl { $fleet_trust }"
new_key next "$next"
boots "$phone" && boots "$third"
fleet_settings && rm tftpboot/CTLFile.tlv
build --rotate-sast pem/next.pem >/dev/null
arrives 'a phone with it comes to hold the newest ITL' "$phone"
arrives 'another one, too' "$third"
stop_provd

# --- lists that would lock phones out

ok 'a fleet that is changed too fast' fleet fast
new_key next "$next"
for name in "$phone" "$other" "$third"; do boots "$name"; done
fleet_settings trust 'version = "1.1" sast = {pem/next.pem, pem/sast2.pem} ccm-tftp = {pem/asterisk.pem}'
faulty 'phones are counted and named' \
    "ITLFile.tlv: all phones that hold .* would be locked out: .*--rotate-sast.*; 3 of 3 phones: $third, $other, $phone"
run build --forget "$third"
like 'one can be left out' "$(<"$err")" "; 2 of 2 phones: $other, $phone"
run build --force
is 'by force it goes out' "$code $(<"$out")" '0 wrote ITLFile.tlv: content'
like 'with a warning' "$(<"$err")" 'ITLFile.tlv: warning: all phones that hold .* would be locked out'
stays_down 'a phone that is locked out by force is found' "$phone"
printed 'and why' "^ITLSEP58971ECC97C1.tlv .*STOP: not installed: signer not in CTL or ITL"
printed 'in its words' 'the phone shows "Trust List update failed"'
stop_provd

# --- what it needs

site needs
new_key next "$next"
build >/dev/null
run build --rotate-sast pem/next.pem
is 'no ledger' "$code $(<"$out")" "0 $wrote"
site wrong
new_key next "$next"
build >/dev/null
faulty 'no change to what is there' '.*is what the settings have already' --rotate-sast pem/sast.pem
openssl x509 -in pem/next.pem -out pem/next.crt
faulty 'no change without a key' '(pem/next.crt: it holds no private key|no change without)' \
    --rotate-sast pem/next.crt
not_ok 'nothing is kept of it' test -e archive/under-way
mv pem/sast.pem gone.pem
faulty 'no change without the key of before' '.*pem/sast.pem is not at hand.*--recovery-key FILE' \
    --rotate-sast pem/next.pem
not_ok 'nothing is kept of that either' test -e archive/under-way
mv gone.pem pem/sast.pem
settings paths 'source = source tftpboot = tftpboot'
faulty 'no change without an archive' 'trust lists need an archive' --rotate-sast pem/next.pem

# --- the old SAST has run out; its key is there

site expired
SOURCE_DATE_EPOCH=$((clock - 364 * 86400)) mkcert --common 'SAST Short' --organization Test --unit Voice \
    --years 1 pem/short.pem >/dev/null 2>&1
new_key next 'SAST Next'
settings trust "${fleet_trust/sast.pem/short.pem}"
build >/dev/null 2>&1
later=(--timestamp $((clock + 5 * 86400)))
settings trust "${fleet_trust/sast.pem/short.pem} tvs = {pem/tvs.pem}"
faulty 'it signs no newest list' 'ITLFile.tlv: its signer pem/short.pem has expired' "${later[@]}"
settings trust "${fleet_trust/sast.pem/short.pem}"
run build --rotate-sast pem/next.pem "${later[@]}"
is 'but a bridge' "$code $(grep ITLFile "$out")" '0 wrote ITLFile.tlv: content; with 1 bridge'
is 'which leads on' "$(ladder)" 'SAST Short, SAST Next by SAST Short; SAST Next, SAST-2 acme by SAST Next'
like 'that is said, with name and day' "$(<"$err")" \
    'ITLFile.tlv: warning: its bridge is signed by .*short.pem, which expired on 20[0-9-]+: whether phones mind'
settings trust "${fleet_trust/sast.pem/short.pem} tvs = {pem/tvs.pem}"
run build "${later[@]}"
is 'a later edit signs it anew' "$code $(grep ITLFile "$out")" '0 wrote ITLFile.tlv: content; with 1 bridge'
mv pem/short.pem elsewhere.pem
settings trust "${fleet_trust/sast.pem/next.pem}"
run build "${later[@]}"
like 'without its key none is' "$code $(<"$err")" '^1 .*--old-sast FILE'
run build --old-sast elsewhere.pem "${later[@]}"
is 'and one can say where it lies' "$code $(grep ITLFile "$out")" '0 wrote ITLFile.tlv: content; with 1 bridge'

done_testing
