#!/bin/bash
# SPDX-License-Identifier: MIT
# A new trust list is only written if phones that hold the old one will take it.

# shellcheck source=tests/cli/lib.sh
. "${0%/*}/lib.sh"
copy_inputs

a='pem/sast.pem' a_says='CN=SAST acme;O=SAST;OU=SAST, serial 69accfe0a59ff5bfe0da8185eaf7a093'
b='pem/sast2.pem' b_says='CN=SAST-2 acme;O=SAST;OU=SAST, serial 01'
c='pem/tvs.pem' c_says='CN=TVS-acme;O=TVS;OU=TVS, serial 45ad4658aa608a3a1768380a026deb09697e7d85'
now=$(date +%s)

timestamp_of() { # LIST, in seconds since 1970
    tlvfile --parse --json "$1" | sed -n 's/^ *"timestamp": \([0-9]*\),*$/\1/p'
}

# With a certificate for files, whatever else is in it.
build() { # LIST ARGUMENT...
    local files=(--tftp pem/asterisk.pem)
    [[ "$*" != *tftp* ]] || files=()
    tlvfile --build "$@" "${files[@]}"
}

# FILE is the list that stands in the way; nothing may happen to it.
refuses() { # NAME PATTERN FILE COMMAND...
    local name=$1 pattern=$2 file=$3 before
    shift 3
    before=$(identity_of "$file" 2>&1)
    refused "$name" "$pattern" "$@"
    is "$name: the old list stays" "$(identity_of "$file" 2>&1)" "$before"
    no_temporaries "$name: nothing is left behind"
}

# --- the first list, and the same once more

silent 'a first list' build itl.tlv --sast "$a" --sast "$b" --tftp pem/asterisk.pem
is 'it can be read by everybody' "$(mode itl.tlv)" 644
cp itl.tlv first.tlv
before=$(identity_of itl.tlv)
silent 'the same list again' build itl.tlv --sast "$a" --sast "$b" --tftp pem/asterisk.pem
is 'it is left alone' "$(identity_of itl.tlv)" "$before"
silent 'the same list with another timestamp' \
    build itl.tlv --sast "$a" --sast "$b" --tftp pem/asterisk.pem --timestamp $((now + 60))
is 'it is left alone with another timestamp' "$(identity_of itl.tlv)" "$before"
silent 'the same list in the equal layout 4.11' \
    build itl.tlv --sast "$a" --sast "$b" --tftp pem/asterisk.pem --layout 4.11
is 'it is left alone in the equal layout' "$(identity_of itl.tlv)" "$before"
silent 'the same list with --force' \
    build itl.tlv --sast "$a" --sast "$b" --tftp pem/asterisk.pem --force
is 'it is left alone with --force' "$(identity_of itl.tlv)" "$before"

# --- lists that phones take

silent 'another certificate' build itl.tlv --sast "$a" --sast "$b" --tftp pem/capf.pem
not_ok 'the list is a new one' same itl.tlv first.tlv
ok 'its timestamp is later, even within the same second' \
    test "$(timestamp_of itl.tlv)" -gt "$(timestamp_of first.tlv)"
done_well 'phones will take it' tlvfile --diff first.tlv itl.tlv
cp itl.tlv second.tlv
silent 'another digest is another list' \
    build itl.tlv --sast "$a" --sast "$b" --tftp pem/capf.pem --digest sha512
not_ok 'the list with another digest is written' same itl.tlv second.tlv
silent 'the recovery certificate may sign' build itl.tlv --sast "$b" --sast "$a"
done_well 'phones will take what it signed' tlvfile --diff second.tlv itl.tlv
chmod 640 itl.tlv
silent 'a list whose mode was changed' build itl.tlv --sast "$a" --sast "$b"
is 'the mode stays as it was made' "$(mode itl.tlv)" 640

# --- lists that phones refuse

cp first.tlv itl.tlv
refuses 'a signer that is not in the old list' \
    "itl.tlv: phones would refuse the new list: it is signed by $c_says, but the old list trusts $a_says; $b_says; to rotate, first publish a list that one of those signs and that names the new SAST too, and sign with the new one when every phone has it\$" \
    itl.tlv build itl.tlv --sast "$c" --sast "$a"
refuses 'a signer that the old list names in another role only' \
    'it is signed by C=NZ;.*, but the old list trusts CN=SAST acme' \
    itl.tlv build itl.tlv --sast pem/asterisk.pem --sast "$a"
refuses 'another layout' \
    "itl.tlv: phones would refuse the new list: its signer \(CN=SAST acme,O=SAST,OU=SAST, serial 69ac[0-9a-f]*\) is in the old list, but written in another layout \($a_says; $b_says\); keep the old list's --layout\$" \
    itl.tlv build itl.tlv --sast "$a" --sast "$b" --layout 4.13
refuses 'another name inside' \
    'phones would refuse the new list: the name inside is ITLFile.tlv, in the old list itl.tlv; give --filename$' \
    itl.tlv build itl.tlv --sast "$a" --sast "$b" --filename ITLFile.tlv
if have openssl; then
    for i in 1 2; do
        openssl req -x509 -newkey rsa:1024 -nodes -set_serial 7 -subj /CN=twin/O=o/OU=u -days 3650 \
            -keyout "twin$i.pem" -out twin.crt 2>/dev/null && cat twin.crt >>"twin$i.pem"
    done
    warned 'a list by one of two twins' 'one SAST certificate only' build twin.tlv --sast twin1.pem
    refuses 'the same issuer and serial number with another key' \
        'its signer has the issuer and serial number of a SAST in the old list, but another key' \
        twin.tlv build twin.tlv --sast twin2.pem
else
    skip 'the same issuer and serial number with another key' 'openssl is not installed'
fi
for layout in 4.11 callmanager; do
    cp "$vectors/4.13/tlv/ITLFile.tlv" itl413.tlv
    refuses "a 4.13 list is not replaced by one in layout $layout" \
        "written in another layout .*; keep the old list's --layout\$" \
        itl413.tlv build itl413.tlv --sast "$a" --ccm "$c" --filename ITLFile.tlv --layout "$layout"
done
warned 'a 4.13 list is replaced by one of its own' 'one SAST certificate only' \
    build itl413.tlv --sast "$a" --ccm "$c" --filename ITLFile.tlv --layout 4.13
warned 'a 4.11 list is replaced by one of the default layout' 'one SAST certificate only' \
    sh -c "cp '$vectors/4.11/tlv/ITLFile.tlv' ITLFile.tlv &&
        tlvfile --build ITLFile.tlv --sast $a --ccm $c"

# --- old lists that say nothing for certain

doubt='the old list cannot be trusted \(.*\), so whether phones would take a new one is unknown; put the right list back, or give --force if no phone holds it$'
size=$(wc -c <first.tlv)
doubted() { # NAME REASON
    refuses "$1 as the old list" "doubt.tlv: $doubt" doubt.tlv \
        build doubt.tlv --sast "$a" --sast "$b"
    like "$1 as the old list: the reason" "$(<"$err")" "$2"
    refuses "$1 as --previous" "doubt.tlv: $doubt" doubt.tlv \
        build fresh.tlv --previous doubt.tlv --sast "$a" --sast "$b"
    not_ok "$1 as --previous: no list comes of it" test -e fresh.tlv
}

for at in 0 5 9 20 120 300 $((size / 2)) $((size - 1)); do
    flip first.tlv "$at" doubt.tlv
    doubted "a list with byte $at changed" '\('
done
for at in 1 9 200 $((size / 2)) $((size - 1)); do
    cut_to first.tlv "$at" doubt.tlv
    doubted "a list cut after $at bytes" 'ends after|Invalid signature'
done
cp first.tlv doubt.tlv && printf '\0' >>doubt.tlv
doubted 'a list with a byte too many' 'cut off|record'
: >doubt.tlv
doubted 'an empty file' 'the file is empty'
echo 'not a list' >doubt.tlv
doubted 'another file' 'this is no signed file'
cp "$vectors/4.11/sgn/plain/SEP58971ECC97C1.cnf.xml.sgn" doubt.tlv
doubted 'a signed file that is no list' 'record 1 does not start with its length'
rm doubt.tlv && mkdir doubt.tlv
doubted 'a folder' 'this is not a regular file'
rmdir doubt.tlv && mkfifo doubt.tlv
doubted 'a FIFO' 'this is not a regular file'
rm doubt.tlv && ln -s nowhere doubt.tlv
doubted 'a link to nowhere' 'No such file'
rm doubt.tlv && cp "$vectors/callmanager-shape/ITLFile-sast-hash-only.tlv" doubt.tlv
doubted "a list that names another's certificate by hash" 'another hash'
if [ "$(id -u)" -ne 0 ]; then
    cp first.tlv doubt.tlv && chmod 0 doubt.tlv
    doubted 'a list that may not be read' 'Permission denied'
    rm -f doubt.tlv
else
    skip 'a list that may not be read' 'root may read everything'
fi
refuses '--previous that does not exist' 'missing.tlv: the old list cannot be trusted .*No such file' \
    missing.tlv build fresh.tlv --previous missing.tlv --sast "$a" --sast "$b"
refuses 'a target below a file' 'cannot open its folder: Not a directory$' first.tlv \
    build first.tlv/itl.tlv --sast "$a" --sast "$b"

# --- --previous

silent '--previous with a signer of that list' \
    build fresh.tlv --previous first.tlv --sast "$a" --sast "$c" --filename itl.tlv
ok 'the list is later than --previous' \
    test "$(timestamp_of fresh.tlv)" -gt "$(timestamp_of first.tlv)"
rm fresh.tlv
refuses '--previous with another signer' "first.tlv: phones would refuse .* signed by $c_says" \
    first.tlv build fresh.tlv --previous first.tlv --sast "$c" --sast "$a" --filename itl.tlv
not_ok 'no list comes of it' test -e fresh.tlv
refuses '--previous with another name inside' 'first.tlv: .*the name inside is fresh.tlv, in the old' \
    first.tlv build fresh.tlv --previous first.tlv --sast "$a" --sast "$b"
silent 'an output that C signed' build both.tlv --sast "$c" --sast "$b" --filename itl.tlv
refuses 'both old lists must name the signer: --previous does not' 'first.tlv: .*refuse' both.tlv \
    build both.tlv --previous first.tlv --sast "$c" --sast "$a" --filename itl.tlv
refuses 'both old lists must name the signer: the output does not' 'both.tlv: .*refuse' both.tlv \
    build both.tlv --previous first.tlv --sast "$a" --sast "$c" --filename itl.tlv
silent 'both old lists name the signer' \
    build both.tlv --previous first.tlv --sast "$b" --sast "$c" --filename itl.tlv

# --- timestamps

cp first.tlv itl.tlv
silent 'the clock gone back' env SOURCE_DATE_EPOCH=1700000000 \
    tlvfile --build itl.tlv --sast "$a" --sast "$c" --tftp pem/asterisk.pem
is 'one second after the old list' "$(timestamp_of itl.tlv)" $(($(timestamp_of first.tlv) + 1))
silent 'a list that is dated a few hours ahead' \
    build ahead.tlv --sast "$a" --sast "$b" --timestamp $((now + 20000)) --filename itl.tlv
silent 'the next one' build ahead.tlv --sast "$a" --sast "$c" --filename itl.tlv
is 'it comes one second later' "$(timestamp_of ahead.tlv)" $((now + 20001))
silent 'a later timestamp is taken as it is' \
    build ahead.tlv --sast "$a" --sast "$b" --timestamp $((now + 30000)) --filename itl.tlv
is 'that very timestamp' "$(timestamp_of ahead.tlv)" $((now + 30000))
silent 'the later of two old lists counts' \
    build itl.tlv --previous ahead.tlv --sast "$a" --sast "$b"
is 'one second after the later one' "$(timestamp_of itl.tlv)" $((now + 30001))
future='the new list.s timestamp would lie more than a day ahead of the clock, and phones refuse lists from the future; set the clock$'
refused 'a timestamp more than a day ahead' "far.tlv: $future" \
    tlvfile --build far.tlv --sast "$a" --sast "$b" --timestamp $((now + 86400 * 2)) -F itl.tlv
not_ok 'no list comes of the future' test -e far.tlv
warned '--force writes it' 'more than a day ahead' \
    build far.tlv --sast "$a" --sast "$b" --timestamp $((now + 86400 * 2)) -F itl.tlv --force
refuses 'an old list more than a day ahead' "far.tlv: $future" far.tlv \
    build far.tlv --sast "$a" --sast "$c" -F itl.tlv
refuses '--previous more than a day ahead' "fresh.tlv: $future" far.tlv \
    build fresh.tlv --previous far.tlv --sast "$a" --sast "$c" --filename itl.tlv
silent 'it may still be built as it is' build far.tlv --sast "$a" --sast "$b" -F itl.tlv
refused 'phones refuse a list from the future' 'its timestamp lies in the future$' \
    tlvfile --diff first.tlv far.tlv --json
warned 'a list at the end of time' 'more than a day ahead' \
    build end.tlv --sast "$a" --sast "$b" --timestamp 4294967295 --force
refuses 'no list can follow it' 'a timestamp must lie between 1970 and 2106$' end.tlv \
    build end.tlv --sast "$a" --sast "$c" --force

# --- --force

cp first.tlv forced.tlv
stamp=$(timestamp_of first.tlv)
run build forced.tlv --sast "$c" --sast "$a" --filename itl.tlv --force
is '--force with another signer: exit code' "$code" 0
like '--force warns that phones would refuse it' "$(<"$err")" \
    '^tlvfile: forced.tlv: warning: phones would refuse the new list: it is signed by CN=TVS-acme'
like '--force says where the old list is' "$(<"$err")" \
    "^tlvfile: forced.tlv: warning: the old list is kept as forced.tlv.$stamp\$"
is '--force says nothing else' "$(lines "$err")" 2
ok 'the old list is kept' same "forced.tlv.$stamp" first.tlv
done_well 'the new list is valid' tlvfile --parse forced.tlv
printed 'the new list is signed by C' '^by the list.s own record 1: SAST, CN=TVS-acme'
cp first.tlv forced.tlv
warned 'the kept name is taken' "the old list is kept as forced.tlv.$stamp.1\$" \
    build forced.tlv --sast "$c" --sast "$b" --filename itl.tlv --force
ok 'the second old list is kept' same "forced.tlv.$stamp.1" first.tlv
warned '--force where phones take the list keeps the old one too' 'is kept as forced.tlv.[0-9]+$' \
    build forced.tlv --sast "$c" --sast "$a" --filename itl.tlv --force
echo 'not a list' >garbage.tlv
touch -d @1234567890 garbage.tlv
warned '--force over what is no list' 'warning: the old list cannot be trusted \(this is no signed' \
    build garbage.tlv --sast "$a" --sast "$b" --force
is 'it is kept by its date' "$(<garbage.tlv.1234567890)" 'not a list'
silent '--force without an old list' build new.tlv --sast "$a" --sast "$b" --force
is '--force without an old list keeps none' "$(ls new.tlv*)" new.tlv
warned '--force over a missing --previous' 'missing.tlv: warning: the old list cannot be trusted' \
    build new2.tlv --sast "$a" --sast "$b" --previous missing.tlv --force
warned '--force in another layout' 'written in another layout' \
    build new.tlv --sast "$a" --sast "$b" --layout 4.13 --force
mkdir folder.tlv
run build folder.tlv --sast "$a" --sast "$b" --force
is '--force over a folder: exit code' "$code" 1
like '--force over a folder: message' "$(<"$err")" \
    'folder.tlv: cannot keep the old file beside the new one: '
no_temporaries '--force leaves nothing behind'

# --- the name inside

name_in() { # NAME FILE STORED
    silent "$2" build "$2" --sast "$a" --sast "$b" --tftp pem/asterisk.pem
    run tlvfile --parse "$2"
    is "$1" "$(value Filename)" "$3"
}

mkdir tftp
name_in 'ITLSEP<MAC>.tlv holds the generic name' ITLSEP58971ECC97C1.tlv ITLFile.tlv
name_in 'CTLSEP<MAC>.tlv holds the generic name' CTLSEP58971ECC97C1.tlv CTLFile.tlv
name_in 'the folder does not matter' tftp/ITLSEP001122334455.tlv ITLFile.tlv
name_in 'ITLFile.tlv holds its base name' tftp/ITLFile.tlv ITLFile.tlv
name_in 'a name without a MAC is its own' ITLSEP58971ECC97C.tlv ITLSEP58971ECC97C.tlv
name_in 'a MAC too long is none' ITLSEP58971ECC97C12.tlv ITLSEP58971ECC97C12.tlv
silent '--filename' build other.tlv --sast "$a" --sast "$b" --filename Chile/ITLFile.tlv
run tlvfile --parse other.tlv
is '--filename is what the list holds' "$(value Filename)" Chile/ITLFile.tlv
mkdir -p named other
silent '--filename goes before the generic name' \
    build named/ITLSEP00AABBCCDDEE.tlv --sast "$a" --sast "$b" -F x.tlv
run tlvfile --parse named/ITLSEP00AABBCCDDEE.tlv
is 'ITLSEP<MAC>.tlv with --filename' "$(value Filename)" x.tlv
ok 'lists of one content and name are the same in any folder' sh -c "
    tlvfile --build named/ITLSEP0000AAAA0000.tlv --sast $a --sast $b --timestamp 1700000000 &&
    tlvfile --build other/ITLSEP0000AAAA1111.tlv --sast $a --sast $b --timestamp 1700000000 &&
    cmp -s named/ITLSEP0000AAAA0000.tlv other/ITLSEP0000AAAA1111.tlv"

# A phone's own list comes after the generic one that it holds.
silent 'a generic list' build tftp/CTLFile.tlv --sast "$c" --sast "$b" --tftp pem/asterisk.pem
refuses "a phone's first list of its own by another signer than the generic one's" \
    'tftp/CTLFile.tlv: phones would refuse the new list: it is signed by CN=SAST acme' \
    tftp/CTLFile.tlv build tftp/CTLSEP001122334455.tlv --sast "$a" --sast "$b" --tftp pem/asterisk.pem
not_ok 'no such list comes of it' test -e tftp/CTLSEP001122334455.tlv
silent "a phone's first list of its own by the generic one's signer" \
    build tftp/CTLSEP001122334455.tlv --sast "$c" --sast "$a" --tftp pem/asterisk.pem
done_well 'phones will take it' tlvfile --diff tftp/CTLFile.tlv tftp/CTLSEP001122334455.tlv

# --- several at once

silent 'a list for several' build busy.tlv --sast "$a" --sast "$b"
jobs=()
for pem in pem/*.pem; do
    tlvfile --build busy.tlv --sast "$a" --sast "$b" --tftp pem/asterisk.pem --capf "$pem" 2>/dev/null &
    jobs+=($!)
done
failed=0
for job in "${jobs[@]}"; do
    wait "$job" || failed=$((failed + 1))
done
is 'several builds of one list: all are done' "$failed" 0
ok 'several builds of one list: each comes after another' \
    test "$(timestamp_of busy.tlv)" -ge $((now + ${#jobs[@]} - 1))

# --- --diff

warned 'an old list' 'one SAST certificate only' build old.tlv --sast "$a" --ccm pem/asterisk.pem \
    --app-server pem/p256.pem --timestamp 1700000000 --filename ITLFile.tlv
silent 'a new list' build new-list.tlv --sast "$a" --sast "$b" --app-server pem/p521.pem \
    --app-server pem/p256.pem --timestamp 1700000001 --filename ITLFile.tlv
done_well '--diff: accepted' tlvfile --diff old.tlv new-list.tlv
is '--diff: what changed' "$(<"$out")" '- CCM        C=NZ;ST=Otago;L=Dunedin;O=Acme\, Ltd;OU=Voice \"Ops\";CN=pbx.acme.example, serial d0b55e9dcd274f75025ac33772e6330a
+ SAST       CN=SAST-2 acme;O=SAST;OU=SAST, serial 01
+ APP-SERVER CN=p521;O=o;OU=u, serial 0ba553f19eacea610c5df9bbdeb77862190c9627
A phone that holds old.tlv will take new-list.tlv.'
done_well '--diff --json: accepted' tlvfile --diff --json old.tlv new-list.tlv
printed '--diff --json: verdict' '^ *"verdict": "accepted"'
printed '--diff --json: removed' '^ *"change": "removed"'
printed '--diff --json: added' '^ *"change": "added"'
printed '--diff --json: role' '^ *"role_number": 7,?$'
done_well '--diff of a list with itself' tlvfile --diff old.tlv old.tlv
is '--diff of a list with itself: nothing changed' "$(<"$out")" \
    'A phone that holds old.tlv will take old.tlv.'
refused '--diff: an older list' "old.tlv: .*its timestamp is not later than the old list's\$" \
    tlvfile --diff new-list.tlv old.tlv
printed '--diff: what an older list would change' '^\+ CCM +C=NZ'
refused '--diff --json: refused' "its timestamp is not later" \
    tlvfile --diff --json new-list.tlv old.tlv
printed '--diff --json: refused, verdict' '^ *"verdict": "refused"'
printed '--diff --json: refused, reason' "^ *\"reason\": \"phones would refuse .*not later"
refused '--diff: a foreign signer' 'signed by CN=SAST-2 acme.*, but the old list trusts CN=SAST acme' \
    tlvfile --diff old.tlv both.tlv
refused '--diff: another name inside' 'the name inside is itl.tlv, in the old list ITLFile.tlv' \
    tlvfile --diff old.tlv first.tlv
refused '--diff: another layout' 'written in another layout' \
    tlvfile --diff "$vectors/4.11/tlv/ITLFile.tlv" "$vectors/4.13/tlv/ITLFile.tlv"
flip new-list.tlv 600 broken.tlv
refused '--diff: a changed list' 'broken.tlv: phones would refuse .*or the list was changed$' \
    tlvfile --diff old.tlv broken.tlv
refused '--diff: an old list that cannot be read' 'garbage: this is no signed file' \
    sh -c 'echo garbage >garbage; tlvfile --diff garbage old.tlv'
refused '--diff: a new list that cannot be read' 'garbage: this is no signed file' \
    tlvfile --diff old.tlv garbage
refused '--diff: a missing list' 'missing: cannot open it: No such file' \
    tlvfile --diff missing old.tlv

# What no tool makes: lists that the old signer signed, but phones would refuse.
if have openssl; then
    resign() { # FILE KEY; a list of a 2048-bit key and SHA-1
        local at
        at=$(perl -e 'local $/; $_ = <>; print index($_, "\x0c\x01\x00", 100)' "$1")
        { head -c "$at" "$1" && tail -c +$((at + 260)) "$1"; } >signed
        openssl dgst -sha1 -sign "$2" -out signature signed
        { head -c $((at + 3)) "$1" && cat signature && tail -c +$((at + 260)) "$1"; } >"$1.new"
        mv "$1.new" "$1"
    }
    run tlvfile --parse new-list.tlv
    header_len=$(value 'Header Length') && header_len=${header_len% bytes}
    first_len=$(value 'Record Length') && first_len=${first_len% bytes}
    tail -c +$((header_len + 1)) new-list.tlv | head -c "$first_len" >sast-record
    cat new-list.tlv sast-record >odd.tlv
    resign odd.tlv "$a"
    refused '--diff: three SAST records' 'it has 3 SAST records, and they take two$' \
        tlvfile --diff old.tlv odd.tlv
    head -c "$header_len" new-list.tlv >odd.tlv
    resign odd.tlv "$a"
    refused '--diff: no SAST record' \
        'the new list has no SAST record: phones that took it could never take another list$' \
        tlvfile --diff old.tlv odd.tlv
    # The record in role CCM, fifty times.
    cp new-list.tlv odd.tlv
    perl -e 'local $/; $_ = <STDIN>; s/\x04\0\x02\0\0/\x04\0\x02\0\x01/;
        print $_ x 50' <sast-record >>odd.tlv
    resign odd.tlv "$a"
    refused '--diff: a list over 64 KB' 'it is larger than 64 KB$' tlvfile --diff old.tlv odd.tlv
else
    skip '--diff of lists that no tool makes' 'openssl is not installed'
fi

# Moved records are no change; another certificate of the same name and role is one.
silent 'the records in another order' build moved.tlv --sast "$a" --sast "$b" \
    --app-server pem/p256.pem --app-server pem/p521.pem --timestamp 1700000002 \
    --filename ITLFile.tlv
done_well '--diff: moved records' tlvfile --diff new-list.tlv moved.tlv
is '--diff: moved records are no change' "$(<"$out")" \
    'A phone that holds new-list.tlv will take moved.tlv.'
for i in 1 2; do
    mkcert -c renewed -o o -u u -b 1024 -f "renewed$i.pem"
    tlvfile --build "renewed$i.tlv" --sast "$a" --sast "$b" --ccm "renewed$i.pem" \
        --filename ITLFile.tlv --timestamp "170000000$i"
done
done_well '--diff: a renewed certificate' tlvfile --diff renewed1.tlv renewed2.tlv
printed '--diff: a renewed certificate is a change' \
    '^~ CCM        CN=renewed;O=o;OU=u, serial [0-9a-f]{32} \(another certificate than before\)$'
is '--diff: a renewed certificate is one change' "$(lines "$out")" 2
done_well '--diff --json: a renewed certificate' tlvfile --diff --json renewed1.tlv renewed2.tlv
printed '--diff --json: changed' '^ *"change": "changed"'
printed '--diff --json: the serial number before' '^ *"old_serial_number": "[0-9a-f]{32}"'

# --- rotation: the old SAST, then old and new, then new and recovery

warned 'rotation: the old list' 'one SAST certificate only' build ITLFile.tlv.r --sast "$a" \
    --tftp pem/asterisk.pem -F ITLFile.tlv
cp ITLFile.tlv.r step1
refuses 'rotation: the new SAST cannot sign at once' 'to rotate, first publish' ITLFile.tlv.r \
    build ITLFile.tlv.r --sast "$b" --sast "$c" --tftp pem/asterisk.pem -F ITLFile.tlv
silent 'rotation: the old SAST signs a list with both' build ITLFile.tlv.r --sast "$a" \
    --sast "$b" --tftp pem/asterisk.pem -F ITLFile.tlv
cp ITLFile.tlv.r step2
silent 'rotation: then the new SAST signs, and a recovery certificate comes' build ITLFile.tlv.r \
    --sast "$b" --sast "$c" --tftp pem/asterisk.pem -F ITLFile.tlv
cp ITLFile.tlv.r step3
done_well 'rotation: phones take the second list' tlvfile --diff step1 step2
is 'rotation: the second list adds the new SAST' "$(head -n -1 "$out")" \
    '+ SAST       CN=SAST-2 acme;O=SAST;OU=SAST, serial 01'
done_well 'rotation: phones take the third list' tlvfile --diff step2 step3
is 'rotation: the third list swaps the old one for the recovery' "$(head -n -1 "$out")" \
    '- SAST       CN=SAST acme;O=SAST;OU=SAST, serial 69accfe0a59ff5bfe0da8185eaf7a093
+ SAST       CN=TVS-acme;O=TVS;OU=TVS, serial 45ad4658aa608a3a1768380a026deb09697e7d85'
refused 'rotation: a phone that missed the second list' 'signed by CN=SAST-2 acme' \
    tlvfile --diff step1 step3

# --- certificates for files

tlvfile --build files.tlv --sast "$a" --sast "$b" --ccm-tftp pem/asterisk.pem -F ITLFile.tlv
for left in '' "--tvs $c" '--capf pem/capf.pem'; do
    # shellcheck disable=SC2086 # words
    refuses "a list that takes them away ($left)" 'take any file and any list from anybody' files.tlv \
        tlvfile --build files.tlv --sast "$a" --sast "$b" $left -F ITLFile.tlv
done
silent 'another one in their place' tlvfile --build files.tlv --sast "$a" --sast "$b" --tftp pem/capf.pem -F ITLFile.tlv
tlvfile --build none.tlv --sast "$a" --sast "$b" -F ITLFile.tlv
silent 'a list that never had them' tlvfile --build none.tlv --sast "$a" --sast "$b" --tvs "$c" -F ITLFile.tlv

done_testing
