#!/bin/bash
# SPDX-License-Identifier: MIT
# provbuild: ways in which phones could be locked out, or be kept from their configuration, unseen.

# shellcheck disable=SC2016,SC2119
# shellcheck source=tests/provbuild/fleet.sh
. "${0%/*}/fleet.sh"

old='SAST acme' recovery='SAST-2 acme' next='SAST Next'
absent=SEP0A0B0C0D0E0F # has neither a configuration nor ever asked

# What another run is to settle has its two lines in any order.
lines() {
    sort "$out" | tr '\n' '|'
}
status() {
    build --status 2>&1
}
# The ledger's times for a phone, so many seconds earlier.
age() { # SEP<MAC> SECONDS
    sqlite3 ledger "UPDATE seen SET first = first - $2, last = last - $2, moment = moment - $2
        WHERE phone = '${1#SEP}'; UPDATE delivered SET time = time - $2, moment = moment - $2
        WHERE phone = '${1#SEP}'; UPDATE phone SET moment = moment - $2 WHERE phone = '${1#SEP}'"
}

was_given_today() { # SEP<MAC>
    [ "$(sqlite3 -readonly ledger "SELECT count(*) FROM delivered WHERE kind = 'itl'
        AND phone = '${1#SEP}' AND address = '127.0.0.1' AND time >= $clock")" -gt 0 ]
}

# --- a section names a phone that nobody ever saw

ok 'a fleet with a section of an absent phone' fleet absent more "trust '$absent' { $fleet_trust }"
new_key next "$next"
boots "$phone" && boots "$other" && boots "$third"
build --rotate-sast pem/next.pem >/dev/null
like 'it is behind' "$(status)" "Behind: *$absent"
boots "$phone" && boots "$other"
run build
is 'the others move on, and it does not' "$code $(sasts $list)|$(sasts "tftpboot/ITL$absent.tlv")" \
    "0 $next, $recovery by $next|$old, $next by $old"
mv ledger away && rm -f ledger-wal ledger-shm
silent 'without a ledger it does not move either' build
is 'it still has the list between' "$(sasts "tftpboot/ITL$absent.tlv")" "$old, $next by $old"
stop_provd
mv away ledger
run build --forget "$absent"
is 'it moves when it is left out' "$(sasts "tftpboot/ITL$absent.tlv")" "$next, $recovery by $next"

# --- the ledger file goes while only single phones' lists are to move

ok 'a fleet' fleet ledgerless more "trust '$phone' { $fleet_trust }"
new_key next "$next"
boots "$phone" && boots "$other" && boots "$third"
build --rotate-sast pem/next.pem >/dev/null
stop_provd && rm -f ledger ledger-wal ledger-shm
silent 'without its ledger no list moves' build
silent 'nor after weeks' build --timestamp $((clock + 30 * 86400))

# --- a stranger asks for a phone that the ledger never saw

ok 'a fleet with a phone that was off since before the ledger' fleet unseen
new_key next "$next"
boots "$phone" && boots "$other"
mkdir -p "phones/$third" && cp -R "phones/$other/." "phones/$third/"
build --rotate-sast pem/next.pem >/dev/null
boots "$phone" && boots "$other"
ok 'somebody asks in its name' forge "$third" "ITL$third.tlv"
wait_until holds "$third"
run build
is 'it gets a list of its own all the same' "$code $(<"$out")" "0 wrote ITL$third.tlv: the phone is behind
wrote ITLFile.tlv: content"
like 'the status says why' "$(status)" "$third.*|.*first heard of it during the rotation"
ok 'somebody asks again' forge "$third" "ITL$third.tlv"
silent 'which changes nothing' build
comes_up 'it comes back' "$third"
is 'and takes its list' "$(sasts "phones/$third/ITLFile.tlv")" "$old, $next by $old"
silent 'it keeps the list that day' build
age "$third" 90000
boots "$third"
wait_until was_given_today "$third"
run build
is 'on another day it is through' "$code $(<"$out")" \
    "0 removed ITL$third.tlv: the phone is through; it gets the list for all"
comes_up 'it starts again' "$third"
is 'and follows' "$(sasts "phones/$third/ITLFile.tlv")" "$next, $recovery by $next"
stop_provd

# --- the list of a phone that lost its section, and then the tree

ok 'a fleet' fleet stray
new_key s3 'SAST Three'
fleet_settings more "trust '$other' { version = '1.1' sast = {pem/s3.pem, pem/sast2.pem}
    ccm-tftp = {pem/asterisk.pem} }"
build --force "$other" >/dev/null 2>&1
rm -rf "phones/$other" && boots "$other"
cp "tftpboot/ITL$other.tlv" own.tlv && cp $list all.tlv
fleet_settings
before=$(status)
like 'a list without a section is said' "$before" "ITL$other.tlv: no section describes it.*do not remove it"
stop_provd
for ledger in 'ledger = ledger' ''; do
    [ -n "$ledger" ] || settings trust "$fleet_trust"
    rm -rf tftpboot/*
    run build
    like "it comes back${ledger:+ with a ledger}" "$(lines)" \
        "wrote ITL$other.tlv: missing, taken from the archive"
    ok 'as it was' same "tftpboot/ITL$other.tlv" own.tlv
    ok 'and so does the one for all' same $list all.tlv
done
rm -rf tftpboot/*
settings trust "$fleet_trust tvs = {pem/tvs.pem}"
faulty 'a new list for all must be followed by it' "ITLFile.tlv: all phones .*ITL$other.tlv would be"

# --- phones hold a list that the archive does not know

ok 'a fleet' fleet unknown
new_key s3 'SAST Three'
boots "$phone" && boots "$other"
cp -R tftpboot kept
rm -rf tftpboot/* tftpboot/.ladder archive/*
cp -R kept/*.sgn tftpboot/
fleet_settings trust "${fleet_trust/sast.pem/s3.pem}"
faulty 'nobody knows what they would follow' \
    "ITLFile.tlv: 2 of 3 phones .*$other, $phone \(2 of them hold a list that the archive does not know\)"
not_ok 'no list is published' test -e $list
run build --forget "$phone" --forget "$other"
is 'unless they are left out' "$code $(head -n 1 "$out")" '0 wrote ITLFile.tlv: new'
stop_provd

# --- what old phones cannot verify

site abilities
settings trust "$fleet_trust"
build >/dev/null
mkcert --common big --organization Test --unit Voice --bits 4096 pem/big.pem >/dev/null 2>&1
before=$(snapshot)
settings trust "$fleet_trust digest = sha512"
faulty 'a digest' "ITLFile.tlv: 2 phones would be locked out, .*: $other, $phone: .*SHA-1 alone"
settings trust "${fleet_trust/sast.pem, pem\/sast2.pem/sast2.pem, pem\/big.pem}"
build >/dev/null 2>&1
rm -r tftpboot/.ladder archive/* && cp $list archive/ITLFile.tlv.1
settings trust "${fleet_trust/sast.pem, pem\/sast2.pem/big.pem, pem\/sast2.pem}"
faulty 'a key' "ITLFile.tlv: 2 phones would be locked out, .*2048 bits"
settings trust "$fleet_trust"
build --force >/dev/null 2>&1
sed -i s/SIP42/sip88xx/ source/SEP*.cnf.xml
settings trust "$fleet_trust digest = sha512"
run build
is 'newer ones can' "$code $(head -n 1 "$out")" '0 wrote ITLFile.tlv: content'
like 'it is said once' "$(<"$err")" 'ITLFile.tlv: warning: .*SHA-1 alone'
like 'and stands in the status' "$(status)" 'ITLFile.tlv: .*SHA-1 alone'
settings trust "$fleet_trust" more 'sign "SEP*" { digest = sha512 }'
sed -i s/sip88xx/SIP42/ "source/$other.cnf.xml"
like 'files that a phone refuses are said' "$(status)" "$other.cnf.xml: its phone, by its load, refuses"
unlike 'of that phone alone' "$(status)" "$phone.cnf.xml: its phone"

# --- an emptied tree, and settings with other certificates

site both
new_key s3 'SAST Three' && new_key signer pbx2
settings trust "$fleet_trust"
build >/dev/null
cp $list published.tlv
rm -rf tftpboot/*
settings trust 'version = "1.1" sast = {pem/s3.pem, pem/sast2.pem} ccm-tftp = {pem/signer.pem}' \
    sign 'certificate = pem/signer.pem exclude = {"*.sbn"}'
run build
is 'the list is refused' "$code $(grep -c 'ITLFile.tlv: all phones that hold archive/' "$err")" '1 1'
is 'and nothing is signed by whom the one of before does not name' \
    "$(find tftpboot -name '*.sgn' | wc -l)" 0
settings trust 'version = "1.1" sast = {pem/s3.pem, pem/sast2.pem} ccm-tftp = {pem/signer.pem}'
run build
is 'but by whom it names' "$code $(find tftpboot -name '*.sgn' | wc -l)" '1 5'
settings trust "$fleet_trust"
run build
ok 'the list of before comes back' same $list published.tlv
settings sign 'certificate = pem/signer.pem exclude = {"*.sbn"}'
rm -rf tftpboot/* && printf x >archive/ITLFile.tlv.4000000000
run build
is 'nor where the archive cannot be read' "$code $(find tftpboot -name '*.sgn' | wc -l)" '1 0'

# --- a section comes back, and its phone followed the list for all meanwhile

site back
new_key s3 'SAST Three' && new_key s4 'SAST Four'
own="trust '$third' { version = '1.1' sast = {pem/s3.pem, pem/sast2.pem} ccm-tftp = {pem/asterisk.pem} }"
settings trust "$fleet_trust" more "$own"
build --force "$third" >/dev/null 2>&1
settings trust "${fleet_trust/sast.pem, pem\/sast2.pem/sast2.pem, pem\/s4.pem}"
build --force >/dev/null 2>&1
rm "tftpboot/ITL$third.tlv"
settings trust "${fleet_trust/sast.pem/s4.pem}"
build --force >/dev/null 2>&1
settings trust "${fleet_trust/sast.pem/s4.pem}" more "$own"
faulty 'its old list is not for it any more' \
    "ITL$third.tlv: all phones that hold tftpboot/ITLFile.tlv would be locked out"
not_ok 'and does not stand' test -e "tftpboot/ITL$third.tlv"

# --- without a ledger every list of the archive may be held

site steps
new_key s3 'SAST Three' && new_key s4 'SAST Four'
settings trust "$fleet_trust"
build --timestamp 1795300000 >/dev/null
settings trust "$fleet_trust tvs = {pem/tvs.pem}"
run build
is 'an ordinary change' "$code $(<"$out")" '0 wrote ITLFile.tlv: content'
settings trust "${fleet_trust/sast2/s3}"
run build
is 'one step' "$code $(<"$out")" '0 wrote ITLFile.tlv: content'
settings trust "${fleet_trust/sast.pem, pem\/sast2/s3.pem, pem\/s4}"
faulty 'another one in its place' \
    "ITLFile.tlv: phones that were off .*2 in the archive, such as ITLFile.tlv.* 2 of 2 phones: $other, $phone; .*set ledger"
run build --force
is '--force' "$code $(<"$out")" '0 wrote ITLFile.tlv: content'
like 'says how many and which' "$(<"$err")" "warning: phones that were off .*$other, $phone"
settings trust "${fleet_trust/sast.pem, pem\/sast2/s3.pem, pem\/s4} tvs = {pem/tvs.pem}"
run build
is 'once they are lost, ordinary changes go on' "$code $(<"$out")" '0 wrote ITLFile.tlv: content'

site second
settings trust "$fleet_trust"
build --timestamp 1795300000 >/dev/null
settings trust "${fleet_trust/sast.pem, pem\/sast2/sast2.pem, pem\/tvs}"
run build
is 'the recovery key may sign where all lists name it' "$code $(<"$out")" '0 wrote ITLFile.tlv: content'

# --- refusals say how many and which

ok 'a fleet' fleet counts
new_key s3 'SAST Three' && new_key s4 'SAST Four'
boots "$phone"
fleet_settings trust 'version = "1.1" sast = {pem/s3.pem, pem/s4.pem} ccm-tftp = {pem/asterisk.pem}'
faulty 'a list that nobody follows' \
    "ITLFile.tlv: all phones that hold .* by hand; 3 of 3 phones: $third, $other, $phone\$"
run build --force
like '--force says it, too' "$(<"$err")" \
    "ITLFile.tlv: warning: phones would refuse .*; 3 of 3 phones: $third, $other, $phone"
stop_provd

# --- a rotation, and settings that spell its certificates otherwise

ok 'a fleet' fleet paths
new_key next "$next"
boots "$phone" && boots "$other"
build --rotate-sast pem/next.pem >/dev/null
cp -R pem certs
fleet_settings trust "${fleet_trust/pem\/sast.pem/certs/sast.pem}"
silent 'a copy is the same certificate' build
like 'and the rotation goes on' "$(status)" '^Rotation: *SAST'
mv pem/sast.pem gone.pem
silent 'one that was moved, too' build
is 'the list between stands' "$(sasts $list)" "$old, $next by $old"
boots "$phone" && boots "$other"
run build
is 'it moves on' "$code $(sasts $list)" "0 $next, $recovery by $next"
mv gone.pem pem/sast.pem

# --- the new certificate is lost

fleet_settings
boots "$phone" && boots "$other"
mv pem/next.pem away.pem
echo '<softkeys>2</softkeys>' >source/SoftKeys.xml
run build
is 'files are built' "$code $(<"$out")" '1 wrote SoftKeys.xml.sgn: content'
like 'it is said' "$(<"$err")" 'pem/next.pem: the new certificate cannot be read, so trust lists stay'
run build --status
is 'the status can be seen' "$code $(grep -c '^Rotation: *SAST' "$out")" '0 1'
faulty 'it cannot go back: lists are signed by it' '.*cannot take the place of' --rotate-sast pem/sast.pem
run build --rotate-sast away.pem
is 'it may lie elsewhere' "$code $(<"$out")" '0 '
stop_provd

ok 'a fleet' fleet goback
new_key next "$next"
boots "$phone" && boots "$other"
build --rotate-sast pem/next.pem >/dev/null
boots "$phone"
rm pem/next.pem
faulty 'lost before it signed' '.*pem/next.pem: the new certificate cannot be read'
run build --rotate-sast pem/sast.pem
is 'the change can be given up' "$code $(<"$out")" '0 wrote ITLFile.tlv: content'
is 'with the list of before' "$(sasts $list)" "$old, $recovery by $old"
comes_up 'who took the list between follows' "$phone"
is 'to that' "$(sasts "phones/$phone/ITLFile.tlv")" "$old, $recovery by $old"
not_ok 'and nothing is kept about it' test -e archive/under-way

# --- a release

run build --release "$phone"
like 'it is said that the phone does not come up here' "$(<"$err")" 'does not come up from this tree'
boots "$phone"
stays_down 'it does not' "$phone"
like 'the status says so' "$(status)" 'released phones ask for files without signature'
build --take-back "$phone" >/dev/null
comes_up 'it is taken back' "$phone"
stop_provd
fleet_settings trust 'version = "1.1" sast = {pem/sast.pem, pem/sast2.pem}'
run build --force
like 'a list without a signer of files is said' "$(<"$err")" 'ITLFile.tlv: warning: it names no certificate as tftp'
like 'in the status, too' "$(status)" 'ITLFile.tlv: it names no certificate as tftp'

# --- lists that no section describes

ok 'a fleet' fleet nosection more "trust '$other' { $fleet_trust }"
fleet_settings
like 'one that can be removed' "$(status)" "ITL$other.tlv: no section describes it.*or remove it"
touch -d '1 hour ago' "tftpboot/ITL$other.tlv"
build --prune >/dev/null 2>&1
ok '--prune leaves it alone' test -e "tftpboot/ITL$other.tlv"
stop_provd

# --- a phone that is left out is not through

ok 'a fleet' fleet forget
new_key next "$next" && mkcert --common pbx2 --organization Test --unit Voice pem/signer.pem
boots "$phone" && boots "$other"
build --rotate-sast pem/next.pem >/dev/null
boots "$phone" && boots "$other"
build >/dev/null
run build --forget "$third"
is 'what is removed is given up' "$code $(<"$out")" \
    "0 removed ITL$third.tlv: the phone is left out (--forget); it gets the list for all, which it may refuse"

# --- a rotation that is over does not hold up the next

fleet_settings trust "${fleet_trust/pem\/sast.pem/pem/next.pem}"
run build --rotate-signer pem/signer.pem
is 'once the settings name the new one' "$code $(<"$out")" '0 wrote ITLFile.tlv: content'
like 'the next one is under way' "$(status)" '^Rotation: *signer of files'
stop_provd

# --- the list of a phone that is scrapped

ok 'a fleet' fleet scrapped
new_key s3 'SAST Three'
scrapped="trust '$absent' { version = '1.1' sast = {pem/s3.pem, pem/sast2.pem} ccm-tftp = {pem/asterisk.pem} }"
fleet_settings more "$scrapped"
build --force "$absent" >/dev/null 2>&1
ok 'a phone with a section under other SASTs' test -e "tftpboot/ITL$absent.tlv"
fleet_settings
before=$(snapshot)
silent 'without its section the list for all is current' build
silent 'by modification times, too' build --quick
unchanged 'and nothing is written again' "$before"
run build --force
is 'not even by --force' "$code $(cat "$out" "$err")" '0 '
like 'the status says what ends it' "$(status)" "ITL$absent.tlv: no section describes it.*--forget SEP"
fleet_settings trust "$fleet_trust tvs = {pem/tvs.pem}"
faulty 'another list for all is refused' "ITLFile.tlv: all phones .*ITL$absent.tlv would be .*--forget SEP"
run build --forget "$absent"
is 'until that phone is left out' "$code $(lines)" \
    "0 removed ITL$absent.tlv: the phone is left out (--forget); it gets the list for all, which it may refuse|wrote ITLFile.tlv: content|"
ok 'its list stays in the archive' test -n "$(find archive -name "ITL$absent.tlv.*")"
silent 'it does not come back' build
silent 'nor in a quick run' build --quick
fleet_settings
run build
is 'nor with the next list' "$code $(<"$out")" '0 wrote ITLFile.tlv: content'
new_key next "$next"
build --rotate-sast pem/next.pem >/dev/null
run build --rotate-sast pem/sast.pem
is 'given up again' "$code $(find tftpboot -name 'ITLSEP*')" '0 '
silent 'does not bring it back either' build
not_ok 'nor does it stand' test -e "tftpboot/ITL$absent.tlv"
fleet_settings more "$scrapped"
build --force "$absent" >/dev/null 2>&1
ok 'a section does' test -e "tftpboot/ITL$absent.tlv"
fleet_settings
rm -f archive/under-way "tftpboot/ITL$absent.tlv"
run build
is 'one that is removed by hand comes back' "$code $(<"$out")" \
    "0 wrote ITL$absent.tlv: missing, taken from the archive"
rm -f "tftpboot/ITL$absent.tlv"
run build --forget "$absent"
is 'a list in the archive makes a phone known' "$code $(cat "$out" "$err")" '0 '
silent 'and stays away' build
silent 'for good' build

# --- the ledger knows newer lists than the archive

ok 'a fleet' fleet restored
boots "$other"
cp -R archive backup
fleet_settings trust "$fleet_trust tvs = {pem/tvs.pem}"
build >/dev/null
boots "$phone" && boots "$other"
rm -rf archive tftpboot/* tftpboot/.ladder && cp -R backup archive
fleet_settings
faulty 'an older list is not published again' \
    "ITLFile.tlv: 2 of 3 phones .*$other, $phone \(2 of them hold a list that the archive does not know\); put the archive back"
not_ok 'it does not stand' test -e $list
copy_site again && cd again || exit 1
run build --force
is 'but by force' "$code $(grep -c 'ITLFile.tlv: missing' "$out")" '0 1'
silent 'and then it is current' build
cd ..
run build --forget "$phone" --forget "$other"
is 'or with those phones left out' "$code $(grep -c 'ITLFile.tlv: missing' "$out")" '0 1'
silent 'which is remembered' build
fleet_settings trust "${fleet_trust/sast2/tvs}"
run build
is 'for the next list, too' "$code $(<"$out")" '0 wrote ITLFile.tlv: content'
like 'and said' "$(status)" 'Forgotten: *yes'
rm -rf "phones/$other" && boots "$other"
is 'until a phone has taken the list for all' "$(status | grep -c 'Forgotten: *yes')" 1
stop_provd

# --- a quick run reads no lists of phones that are through

ok 'a fleet' fleet settled more "trust '$third' { $fleet_trust }"
fleet_settings
rm "tftpboot/ITL$third.tlv"
silent 'a phone that takes the list for all' build
if can_trace; then
    reads() { # lists of the archive that a run opens
        strace -f -e trace=open,openat -o trace provbuild --config prov.conf "$@" >/dev/null 2>&1
        grep -c 'archive/ITLSEP\|"ledger"' trace
    }
    is 'is settled' "$(reads --quick)" 0
    rm archive/settled-lists
    not_ok 'which is known by a file alone' test "$(reads --quick)" = 0
    is 'that is written again' "$(reads --quick)" 0
else
    skip 'is settled' 'strace is not installed, or may not trace'
fi
stop_provd

# --- a signer that stays in the list in another role

ok 'a fleet' fleet roles trust 'version = "1.1" sast = {pem/sast.pem, pem/sast2.pem} ccm = {pem/asterisk.pem} tftp = {pem/asterisk.pem}'
new_key signer pbx2
boots "$phone" && boots "$other" && boots "$third"
build --rotate-signer pem/signer.pem >/dev/null
boots "$phone" && boots "$other" && boots "$third"
build >/dev/null
like 'the new one signs' "$(status)" 'the new one signs files'
fleet_settings sign 'certificate = pem/signer.pem exclude = {"*.sbn"}' \
    trust 'version = "1.1" sast = {pem/sast.pem, pem/sast2.pem} ccm = {pem/asterisk.pem} tftp = {pem/signer.pem}'
run build
is 'the settings take it over' "$code $(<"$out")" '0 wrote ITLFile.tlv: content'
unlike 'the rotation is over' "$(status)" '^Rotation: *signer'
is 'the old one signs no files any more' "$(tlvfile --parse $list | grep -c 'Role: *TFTP')" 1
not_ok 'nothing is kept about it' test -e archive/under-way
stop_provd
done_testing
