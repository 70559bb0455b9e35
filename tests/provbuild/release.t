#!/bin/bash
# SPDX-License-Identifier: MIT
# provbuild --release: lists of SAST records alone.

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
run build --release --force
is 'all phones' "$code $(<"$out")" '0 wrote ITLFile.tlv: content'
is 'their list too' "$(roles $list)" 'SAST '
silent 'later runs do not undo that' build
boots "$phone"
is 'the other phone takes it' "$(roles "phones/$phone/ITLFile.tlv")" 'SAST '
not_ok 'nothing that was encrypted is in clear text' leaks "$phone"
stop_provd
done_testing
