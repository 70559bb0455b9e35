#!/bin/bash
# SPDX-License-Identifier: MIT
# provbuild --release: lists of SAST records alone; --take-back: no more.

# shellcheck disable=SC2016,SC2119
# shellcheck source=tests/provbuild/fleet.sh
. "${0%/*}/fleet.sh"

roles() { # LIST
    tlvfile --parse "$1" | sed -n 's/^Role: *//p' | sort -u | tr '\n' ' '
}

ok 'a fleet' fleet first
boots "$phone" && boots "$other"
run build --release
is 'whom it releases must be said' "$code" 2
run build --release "$other"
is 'one phone' "$code $(<"$out")" "0 wrote ITL$other.tlv: new"
like 'it is said to be experimental' "$(<"$err")" 'warning: --release is experimental'
is 'its list has SASTs alone' "$(roles "tftpboot/ITL$other.tlv")" 'SAST '
is 'the others keep theirs' "$(roles $list)" 'CCM+TFTP SAST '
silent 'later runs do not undo it' build
boots "$other"
is 'the phone takes it' "$(roles "phones/$other/ITLFile.tlv")" 'SAST '

# --- one phone is taken back

run build --take-back "$phone"
like 'who is not released cannot be taken back' "$code $(<"$err")" "^1 provbuild: $phone is not released"
run build --take-back
is 'whom it takes back must be said' "$code" 2
run build --take-back "$other" --dry-run
is 'it can be tried' "$code $(<"$out")" "0 would write ITLFile.tlv: content
would remove ITL$other.tlv: the phone is taken back; it gets the list for all"
cp $list before.tlv && cp "tftpboot/ITL$other.tlv" released.tlv
run build --take-back "$other"
is 'one phone is taken back' "$code $(<"$out")" "0 wrote ITLFile.tlv: content
removed ITL$other.tlv: the phone is taken back; it gets the list for all"
not_ok 'nothing is kept about it' test -e archive/under-way
silent 'later runs do nothing' build
for held in before.tlv released.tlv; do
    run tlvfile --diff $held $list
    is "who holds ${held%.tlv} follows" "$code" 0
done
comes_up 'the phone comes up' "$other"
is 'with the list for all' "$(roles "phones/$other/ITLFile.tlv")" 'CCM+TFTP SAST '
comes_up 'another one, too' "$phone"

# --- all phones

build --release "$other" >/dev/null 2>&1
run build --release --force
like 'all phones' "$code $(<"$out")" '^0 wrote ITLFile.tlv: (content|missing, taken from the archive)$'
is 'their list too' "$(roles $list)" 'SAST '
silent 'later runs do not undo that' build
boots "$phone"
is 'the other phone takes it' "$(roles "phones/$phone/ITLFile.tlv")" 'SAST '
boots "$other"
run build --take-back "$phone"
like 'all go back together' "$code $(<"$err")" '^1 provbuild: all phones are released'
run build --take-back --force
is 'all phones are taken back' "$code $(head -n 1 "$out")" '0 wrote ITLFile.tlv: content'
is 'their list is the old one' "$(roles $list)" 'CCM+TFTP SAST '
not_ok 'and the only one' test -e "tftpboot/ITL$other.tlv"
silent 'later runs do nothing' build
for name in "$phone" "$other"; do
    comes_up "$name follows" "$name"
    is "$name holds it" "$(roles "phones/$name/ITLFile.tlv")" 'CCM+TFTP SAST '
done

# --- a phone with a section of its own

fleet_settings more "trust '$other' { $fleet_trust tvs = {pem/tvs.pem} }"
build >/dev/null
boots "$other"
build --release "$other" >/dev/null 2>&1
boots "$other"
is 'it is released with its own list' "$(roles "phones/$other/ITLFile.tlv")" 'SAST '
run build --take-back "$other"
is 'and taken back with it' "$code $(<"$out")" "0 wrote ITL$other.tlv: content"
comes_up 'it follows' "$other"
is 'to its own list' "$(roles "phones/$other/ITLFile.tlv")" 'CCM+TFTP SAST TVS '
silent 'later runs do nothing' build
not_ok 'nothing that was encrypted is in clear text' leaks "$phone"
stop_provd
done_testing
