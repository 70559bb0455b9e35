#!/bin/bash
# SPDX-License-Identifier: MIT
# provbuild: ways in which phones could be locked out, or be kept from their configuration, unseen.

# shellcheck disable=SC2016,SC2119
# shellcheck source=tests/provbuild/fleet.sh
. "${0%/*}/fleet.sh"

old='SAST acme' recovery='SAST-2 acme' next='SAST Next'
absent=SEP0A0B0C0D0E0F # has neither a configuration nor ever asked

bridge="$old, $next by $old" last="$next, $recovery by $next"

# What another run is to settle has its two lines in any order.
lines() {
    sort "$out" | tr '\n' '|'
}
status() {
    build --status 2>&1
}
# --- a section names a phone that nobody ever saw

ok 'a fleet with a section of an absent phone' fleet absent more "trust '$absent' { $fleet_trust }"
new_key next "$next"
boots "$phone" && boots "$other" && boots "$third"
build --rotate-sast pem/next.pem >/dev/null
is 'it has a ladder of its own' "$(ladder "$absent")" "$bridge; $last"
stop_provd

# --- a stranger asks for a phone that the ledger never saw, and for one that is off

ok 'a fleet with a phone that was off since before the ledger' fleet unseen
new_key next "$next"
boots "$phone" && boots "$other"
mkdir -p "phones/$third" && cp -R "phones/$other/." "phones/$third/"
build --rotate-sast pem/next.pem >/dev/null
for name in "$third" "$other"; do
    ok "somebody asks in the name of $name" forge "$name" "ITL$name.tlv"
    silent 'which changes nothing' build
    ok 'somebody asks again' forge "$name" "ITL$name.tlv"
    silent 'which changes nothing either' build
done
is 'the ladder stands' "$(ladder)" "$bridge; $last"
arrives 'the one comes back, and follows' "$third"
arrives 'the other one, too' "$other"
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
run build
is 'another list for all does it no worse' "$code $(grep -c ITL "$out")" '0 2'
ok 'and it comes back' same "tftpboot/ITL$other.tlv" own.tlv

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
faulty 'and are not written' "$other.cnf.xml: its phone, by its load, would refuse how it is signed .*SHA-1 alone.*--force $other"
is 'those of other phones are' "$(grep -v ^wrote.ITL "$out")" "wrote $phone.cnf.xml.enc.sgn: digest"
is 'what stands stays' "$(field "tftpboot/$other.cnf.xml.sgn" 'Digest Algorithm')" SHA1
sed -i 's|<loadInformation>.*</loadInformation>||' "source/$other.cnf.xml"
run build
is 'where no load is named they are' "$code $(grep -c "^wrote $other.cnf.xml.sgn: " "$out")" '0 1'
like 'which is said' "$(<"$err")" "configurations: warning: 1 name no load, .*7900 .*: $other: .*SHA-1 alone"
silent 'once' build
like 'and stands in the status' "$(status)" "$other.cnf.xml: it names no load, .*7900 .*SHA-1 alone"
configuration "$other"
run build --force "$other"
is 'by force it is written' "$code $(grep -c "^wrote $other.cnf.xml.sgn: " "$out")" '0 1'
settings trust "$fleet_trust tftp = {pem/big.pem}" more 'sign "SEP*" { certificate = pem/big.pem }'
faulty 'nor those that a long key signs' "($other.cnf.xml: its phone, by its load, .*2048 bits|.*: warning: .*4096)"

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
silent 'its list came back meanwhile, since no list for all led it on' build
is 'as it was' "$(sasts "tftpboot/ITL$third.tlv")" "SAST Three, $recovery by SAST Three"

# --- every list of the archive may be held

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
run build
is 'another one in its place is led to by what was published between' "$code $(<"$out")" \
    '0 wrote ITLFile.tlv: content; with 1 bridge'
is 'as it was' "$(ladder)" "SAST acme, SAST Three by SAST acme; SAST Three, SAST Four by SAST Three"
settings trust "${fleet_trust/sast.pem, pem\/sast2.pem/tvs.pem, pem\/capf.pem}"
faulty 'strangers' \
    "ITLFile.tlv: all phones that hold archive/ITLFile.tlv.1795300000 would be locked out.* 2 of 2 phones: $other, $phone"
run build --force
is '--force' "$code $(<"$out")" '0 wrote ITLFile.tlv: content'
like 'says how many and which' "$(<"$err")" "warning: all phones that hold .*$other, $phone"
settings trust "${fleet_trust/sast.pem, pem\/sast2.pem/tvs.pem, pem\/capf.pem} tvs = {pem/tvs.pem}"
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
    "ITLFile.tlv: warning: all phones that hold .*; 3 of 3 phones: $third, $other, $phone"
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
is 'the ladder stands' "$(ladder)" "$bridge; $last"
mv gone.pem pem/sast.pem

# --- the new certificate is lost

fleet_settings
mv pem/next.pem away.pem
echo '<softkeys>2</softkeys>' >source/SoftKeys.xml
run build
is 'files are built' "$code $(<"$out")" '1 wrote SoftKeys.xml.sgn: content'
like 'it is said' "$(<"$err")" 'pem/next.pem: warning: the new certificate cannot be read, so trust lists stay'
is 'the ladder stands' "$(ladder)" "$bridge; $last"
run build --status
is 'the status can be seen' "$code $(grep -c '^Rotation: *SAST' "$out")" '0 1'
run build --rotate-sast away.pem
is 'it may lie elsewhere' "$code $(<"$out")" '0 '
silent 'and all is well again' build
rm away.pem
new_key last 'SAST Last'
faulty 'for good: no other one can follow it without its key' '.*away.pem is not at hand' \
    --rotate-sast pem/last.pem
stop_provd

ok 'a fleet' fleet goback
new_key next "$next"
boots "$phone" && boots "$other"
build --rotate-sast pem/next.pem >/dev/null
arrives 'a phone takes part' "$phone"
run build --rotate-sast pem/sast.pem
is 'the change can be taken back' "$code $(<"$out")" '0 wrote ITLFile.tlv: content; with 1 bridge'
is 'with the list of before' "$(ladder)" "$next, $old by $next; $old, $recovery by $old"
arrives 'who took part follows' "$phone"
arrives 'who did not, too' "$other"

# One that was killed before it published anything.
printf 'sast-before %064d %s\nsast %064d %s\nend 2\n' 0 "$PWD/pem/sast.pem" 1 "$PWD/gone.pem" >under-way
site killed
settings trust "$fleet_trust"
build >/dev/null
sed "s|$PWD/../goback|$PWD|" ../goback/under-way >archive/under-way
run build
is 'a change that no list knows is given up' "$code $(<"$out")" '0 '
like 'which is said' "$(<"$err")" 'gone.pem: warning: .* no list names it yet: the change is given up'
silent 'once' build
cd ../goback || exit 1

# --- a release

run build --release "$phone"
like 'it is said that the phone does not come up here' "$(<"$err")" 'does not come up from this tree'
boots "$phone"
stays_down 'it does not' "$phone"
like 'the status says so' "$(status)" 'released phones ask for files without signature'
build --take-back "$phone" >/dev/null
arrives 'it is taken back' "$phone"
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

# --- a list that an earlier version gave a phone that was behind

ok 'a fleet' fleet earlier
new_key next "$next"
boots "$phone" && boots "$other" && boots "$third"
tlvfile --build between.tlv --filename ITLFile.tlv --version 1.1 --sast pem/sast.pem --sast pem/next.pem \
    --ccm-tftp pem/asterisk.pem --previous $list >/dev/null
fleet_settings trust "${fleet_trust/pem\/sast.pem/pem/next.pem}"
cp between.tlv "tftpboot/ITL$third.tlv"
for name in ITLFile "ITL$third"; do
    cp between.tlv "archive/$name.tlv.$(tlvfile --parse --json between.tlv | perl -MJSON::PP -0777 -ne \
        'print decode_json($_)->{files}[0]{timestamp} // decode_json($_)->{timestamp}')"
done
fleet_settings
printf 'rotate-sast\nold %s\nnew %s\nheard 1\nown ITL%s.tlv\nunseen %s\nend 6\n' \
    "$PWD/pem/sast.pem" "$PWD/pem/next.pem" "$third" "$third" >archive/under-way
run build
is 'its rotation goes on as a ladder' "$code $(sort "$out" | tr '\n' '|') $(ladder)" \
    "0 removed ITL$third.tlv: the list for all leads the phone on|wrote ITLFile.tlv: content; with 1 bridge| $bridge; $last"
unlike 'nothing of the stages is kept' "$(cat archive/under-way)" '^(own|heard|unseen|rotate)'
silent 'later runs do nothing' build
for name in "$phone" "$other" "$third"; do arrives "$name follows" "$name"; done

# --- a rotation does not hold up the next

run build --rotate-signer pem/capf.pem
is 'that of the signer' "$code $(<"$out")" '0 wrote ITLFile.tlv: content; with 1 bridge'
like 'is under way' "$(status)" '^Rotation: *signer of files'
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
run build
is 'another list for all does it no worse' "$code $(<"$out")" '0 wrote ITLFile.tlv: content'
run build --forget "$absent"
is 'once that phone is left out, it goes' "$code $(lines)" \
    "0 forgot 1 phone: $absent; none of the fleet: lists of their own go, and one that comes back with such a list may refuse all others, and must be reset by hand then|removed ITL$absent.tlv: the phone is left out (--forget); it gets the list for all, which it may refuse|"
ok 'its list stays in the archive' test -n "$(find archive -name "ITL$absent.tlv.*")"
silent 'it does not come back' build
silent 'nor in a quick run' build --quick
fleet_settings
run build
is 'nor with the next list' "$code $(<"$out")" '0 wrote ITLFile.tlv: content'
new_key next "$next"
build --rotate-sast pem/next.pem >/dev/null
is 'nor with the next signer' "$(find tftpboot -name 'ITLSEP*')" ''
build --rotate-sast pem/sast.pem >/dev/null
silent 'going back does not bring it back either' build
not_ok 'nor does it stand' test -e "tftpboot/ITL$absent.tlv"
fleet_settings more "$scrapped"
build --force "$absent" >/dev/null 2>&1
ok 'a section does' test -e "tftpboot/ITL$absent.tlv"
fleet_settings
rm -f archive/under-way "tftpboot/ITL$absent.tlv"
run build --accept-archive
is 'one that is removed by hand comes back' "$code $(<"$out")" \
    "0 wrote ITL$absent.tlv: missing, taken from the archive"
rm -f "tftpboot/ITL$absent.tlv"
run build --forget "$absent"
is 'a list in the archive makes a phone known' "$code $(cut -d ';' -f 1 "$out") $(<"$err")" "0 forgot 1 phone: $absent "
silent 'and stays away' build
silent 'for good' build

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
build --rotate-signer pem/signer.pem >/dev/null
shown=$(md5sum <$list | cut -d ' ' -f 1)
build --seen "$phone" "$shown" "$other" "$shown" "$third" "$shown" >/dev/null
like 'the new one signs' "$(status)" 'the new one signs all files'
fleet_settings sign 'certificate = pem/signer.pem exclude = {"*.sbn"}' \
    trust 'version = "1.1" sast = {pem/sast.pem, pem/sast2.pem} ccm = {pem/asterisk.pem} tftp = {pem/signer.pem}'
run build
is 'the settings take it over' "$code $(<"$out")" '0 wrote ITLFile.tlv: content'
unlike 'the rotation is over' "$(status)" '^Rotation: *signer'
is 'the old one signs no files any more' "$(tlvfile --parse $list | grep -c 'Role: *TFTP')" 1
not_ok 'nothing is kept about it' test -e archive/under-way
stop_provd
done_testing
