#!/bin/bash
# SPDX-License-Identifier: MIT
# Rotations, killed before each call that makes something durable or visible: whatever stands then, no
# phone is locked out and nothing is half; and further runs lead where an unharmed one would have.
#
# limit: 1200

# shellcheck disable=SC2016,SC2119
# shellcheck source=tests/provbuild/fleet.sh
. "${0%/*}/fleet.sh"

export GCOV_PREFIX=$temporary/coverage # a killed program leaves half a record
released='' # whether lists may lack TFTP records
going='' # whether a list of one phone is about to go, which it holds until then
may_fail='' # what a run may say that cannot go on by itself
origin='' # where phones are

# What stands: lists by what they say, since those of a run that was killed are dated anew, and all
# else by its bytes; but for the note that lists of such a run were given out once more.
standing() {
    local name
    find tftpboot secure archive -type f ! -name settled-lists ! -name proven ! -name '*.tlv*' ! -path '*/.ladder/*' \
        -exec cksum {} + | sort -k3
    find tftpboot -maxdepth 1 -name '*.tlv' | sort
    for name in '' "$third"; do ladder $name; done
}

# One thread: then files come in one order. A clock that stands: then lists are the same bytes again.
step() { # OPTION...
    build --jobs 1 --timestamp "$clock" "$@"
}

# Each phone is led from what it holds to the newest list that it would be given now, and files are
# whole and signed by somebody that phones know. What the table names is there.
sound() {
    local name files file
    locked_out "$origin"
    while read -r name files; do
        for file in $files; do
            [ "$name" = end ] || [ -s "tftpboot/.ladder/$file" ] || echo "$file is not there"
        done
    done < <(cat tftpboot/.ladder/rungs 2>/dev/null)
    provcheck tree --config prov.conf 2>&1 |
        grep -Ev "/\.prov-[0-9a-f]*\.tmp: ${released:+|being released}${going:+|neither it nor ITLFile.tlv}"
}

problem() { # TEXT
    [ -z "$1" ] || bad+="$place: $1"$'\n'
}

# The run is killed at the Nth such call; false if it ended before.
killed_at() { # CALL N OPTION...
    { ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o /dev/null -e "trace=$1" \
        -e "inject=$1:signal=KILL:when=$2" provbuild --config prov.conf --jobs 1 \
        --timestamp "$clock" "${@:3}" >/dev/null 2>"$err"; } 2>/dev/null
    [ $? -eq 137 ]
}

# A run killed at each of its calls, on copies; then the run itself, whose outcome is the measure.
# What it prints is left in $out.
killed() { # NAME OPTION...
    local name=$1 call n wanted before moments=0
    local bad='' place=''
    shift
    before=$(standing)
    copy_site "$temporary/whole" && cd "$temporary/whole" || exit 1
    step "$@" >/dev/null 2>&1
    wanted=$(standing)
    cd "$origin" || exit 1
    for call in fsync rename renameat renameat2 unlink unlinkat; do
        for ((n = 1; ; n++)); do
            copy_site "$temporary/killed" && cd "$temporary/killed" || exit 1
            killed_at $call $n "$@" || break
            place="$call $n"
            moments=$((moments + 1))
            problem "$(sound)"
            step >/dev/null 2>"$err" || grep -Eq "${may_fail:-^$}" "$err" ||
                problem "the next run fails: $(head -n 1 "$err")"
            problem "$(sound)"
            [ "$(standing)" = "$wanted" ] || [ "$(standing)" = "$before" ] || [ -n "$may_fail" ] ||
                problem 'the next run leads elsewhere'
            step "$@" >/dev/null 2>&1
            [ "$(standing)" = "$wanted" ] || problem 'given again, it leads elsewhere'
            cd "$origin" || exit 1
        done
        cd "$origin" || exit 1
    done
    is "$name: killed at each of its moments" "$bad" ''
    ok "$name: which are some" test "$moments" -gt 0
    run step "$@"
    is "$name: the run itself" "$code $(standing)" "0 $wanted"
}

# A fleet whose configurations are not encrypted: those would be other bytes each time.
plain_fleet() { # NAME
    site "$1" && rm devices/* && configuration "$third"
    sed -i 's|<loadInformation>.*</loadInformation>||' source/*.xml
    fleet_trust="version = \"1.1\" sast = {$PWD/pem/sast.pem, $PWD/pem/sast2.pem}
        ccm-tftp = {$PWD/pem/asterisk.pem}"
    fleet_sign='exclude = {"*.sbn"} certificate = '
    fleet_settings sign "$fleet_sign $PWD/pem/asterisk.pem"
    step >/dev/null || return 1
    origin=$PWD
    mkdir phones
    free_ports udp 1 | read -r tftp_port
    free_ports tcp 1 | read -r http_port
    next=$PWD/pem/next.pem
    serve && boots "$phone" && boots "$other" && boots "$third"
}

sign_section() { # PEM
    echo "$fleet_sign $PWD/pem/$1"
}

can_trace || skip_all 'strace is not installed, or may not trace'
ok 'calls can be caught' strace -qq -o /dev/null true

# --- the certificate that signs lists

ok 'a fleet' plain_fleet sast
new_key next 'SAST Next' && new_key last 'SAST Last'
killed 'the order' --rotate-sast "$next"
arrives 'a phone takes part' "$phone"
killed 'another one' --rotate-sast "$PWD/pem/last.pem"
fleet_settings trust "${fleet_trust/pem\/sast.pem/pem/last.pem} tvs = {$PWD/pem/tvs.pem}" \
    sign "$(sign_section asterisk.pem)"
killed 'an edit'
for name in "$phone" "$other" "$third"; do arrives "$name follows" "$name"; done
is 'nobody holds less than the last list' "$(sound)" ''
stop_provd

# --- the same through the recovery key

ok 'a fleet whose key is lost' plain_fleet lost
new_key next 'SAST Next' && new_key other 'SAST Other'
rm pem/sast.pem
fleet_settings trust "${fleet_trust/sast2.pem/other.pem}" sign "$(sign_section asterisk.pem)"
may_fail="lost/pem/sast.pem: cannot open it|ITLFile.tlv: "
killed 'the order with the recovery key' --rotate-sast "$next" --recovery-key "$PWD/pem/sast2.pem"
may_fail=''
mv pem/sast2.pem away.pem
for name in "$phone" "$other" "$third"; do arrives "$name follows" "$name"; done
stop_provd

# --- a list that an earlier version gave a phone that was behind

ok 'a fleet' plain_fleet earlier
new_key next 'SAST Next'
cp $list "tftpboot/ITL$third.tlv" && cp archive/ITLFile.tlv.* "archive/ITL$third.tlv.1"
printf 'rotate-sast\nold %s\nnew %s\nown ITL%s.tlv\nend 4\n' "$PWD/pem/sast.pem" "$next" "$third" \
    >archive/under-way
going=1
killed 'its list goes'
going=''
not_ok 'it is gone' test -e "tftpboot/ITL$third.tlv"
arrives 'it follows' "$third"
stop_provd

# --- the certificate that signs files

ok 'a fleet' plain_fleet signer
new_key next pbx2
killed 'the order' --rotate-signer "$next"
boots "$phone" && boots "$other"
silent 'it waits for the third' step
boots "$third" && wait_until holds "$third"
killed 'all files are signed anew'
boots "$phone" && boots "$other" && boots "$third"
fleet_settings trust "${fleet_trust/asterisk.pem/next.pem}" sign "$(sign_section next.pem)"
killed 'the old one is dropped'
comes_up 'a phone follows' "$phone"
comes_up 'the third follows' "$third"
stop_provd

# --- phones that are released, and taken back

ok 'a fleet' plain_fleet release
released=1
killed 'a phone is released' --release "$other"
boots "$other"
killed 'it is taken back' --take-back "$other"
arrives 'it comes up' "$other"
killed 'all phones are released' --release --force
boots "$phone" && boots "$other"
killed 'they are taken back' --take-back --force
comes_up 'it comes up again' "$other"
comes_up 'the third was off meanwhile' "$third"
stop_provd

done_testing
