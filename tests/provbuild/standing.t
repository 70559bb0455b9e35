#!/bin/bash
# SPDX-License-Identifier: MIT
# provbuild: lists that stand and leave phones behind are told in each run, whoever put them there,
# until somebody says with --force that he knows.

# shellcheck disable=SC2119,SC2016
# shellcheck source=tests/provbuild/lib.sh
. "${0%/*}/lib.sh"

files='ccm-tftp = {pem/asterisk.pem}'
both="sast = {pem/sast.pem, pem/sast2.pem} $files"
strangers="sast = {pem/capf.pem, pem/tvs.pem} $files"

# Somebody puts a list there that no phone of the site can take, and the settings follow.
by_hand() {
    cp -a "$temporary/strange/tftpboot/ITLFile.tlv" tftpboot/ITLFile.tlv
    settings trust "$strangers"
}

site strange
settings trust "$strangers"
build --timestamp 1795300100 >/dev/null

# --- a list that was put there by hand

site hand
settings trust "$both"
build --timestamp 1795300000 >/dev/null
first=archive/ITLFile.tlv.1795300000
silent 'what leads on is not told' build
by_hand
behind="ITLFile.tlv: nothing that stands leads phones on that hold $first, .*; 2 of 2 phones: $other, $phone; put $first back as tftpboot/ITLFile.tlv with the settings of its day"
faulty 'one that was put there by hand' "$behind, .*--rotate-sast.*--forget SEP.*--force"
faulty 'in each run' "$behind"
faulty 'in a quick one, too' "$behind" --quick
faulty 'in a plan' "$behind" --dry-run
run build --status
like '--status says whom' "$(<"$out")" "^Left Behind: *2 of 2 phones: $other, $phone"
like '--status says by which list' "$(<"$out")" '^By: *ITLFile.tlv'
like '--status says from where' "$(<"$out")" "^May Hold: *${first##*/}"
like '--status says the way back' "$(<"$out")" "^Way Back: *${first##*/}"
like '--status warns' "$(<"$out")" "nothing that stands leads phones on that hold $first"
run build --status --json
is '--status, as JSON' "$(jq -r '.left_behind[] | .by + " " + .may_hold + " " + .way_back' "$out")" \
    "ITLFile.tlv ${first##*/} ${first##*/}"
run build --json
is 'JSON has it as a fault' "$(jq -r '.faults[].place' "$out")" ITLFile.tlv

cp -a . "$temporary/kept"
run build --force --dry-run
is '--force, as a plan' "$code $(grep -c 'warning: nothing that stands' "$err")" '0 1'
not_ok 'keeps nothing' test -e archive/forced-lists
run build --force
is '--force tells it once more' "$code $(grep -c 'warning: nothing that stands' "$err")" '0 1'
silent 'then it is known' build
silent 'to quick runs, too' build --quick
unlike 'and to --status' "$(build --status)" 'Left Behind'
settings trust "$strangers tvs = {pem/tvs.pem}"
run build
is 'a later edit is none of it' "$code $(<"$out")" '0 wrote ITLFile.tlv: content'
silent 'and leaves nobody else behind' build
printf x >archive/forced-lists
faulty 'a spoilt record knows nobody' 'ITLFile.tlv: nothing that stands'

# --- the ways out

cd "$temporary/kept" || exit 1
run build --force "$other"
is 'one phone that is known' "$code $(grep -c "1 of 2 phones: $phone;" "$err")" '1 1'
faulty 'is not counted any more' "ITLFile.tlv: .*; 1 of 2 phones: $phone;"
cp "$first" tftpboot/ITLFile.tlv && rm -rf tftpboot/.ladder
settings trust "$both"
run build
unlike 'the list that was put back leads on' "$(<"$err")" "hold $first"
build --force >/dev/null 2>&1 # the phones that hold the other one are told of here
silent 'and whom that leaves behind is known by force' build

# --- a CTL and an ITL that no phone can hold together

site pair
settings trust "$both"
build --timestamp 1795300000 >/dev/null
tlvfile --build tftpboot/CTLFile.tlv --sast pem/capf.pem --sast pem/tvs.pem --ccm-tftp pem/asterisk.pem \
    --force >/dev/null 2>&1
faulty 'a CTL of strangers, by hand' \
    'ITLFile.tlv: nothing that stands leads phones on that hold tftpboot/CTLFile.tlv, .*; 2 of 2 phones: .*; let the same certificates stand as sast in the CTL and in the ITL, or remove'
run build --forget "$phone" "$other"
silent 'phones that are forgotten are not told of' build

# --- one phone's own list

site own
settings trust "$both" more "trust '$phone' { $both }"
build --timestamp 1795300000 >/dev/null
cp "$temporary/strange/tftpboot/ITLFile.tlv" "tftpboot/ITL$phone.tlv"
settings trust "$both" more "trust '$phone' { $strangers }"
faulty "one phone's own list" "ITL$phone.tlv: nothing that stands .*; 1 of 1 phones: $phone;"
run build --force "$phone"
silent 'is known by --force for this phone' build
done_testing
