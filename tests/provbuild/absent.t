#!/bin/bash
# SPDX-License-Identifier: MIT
# Folders that are not mounted, a tree that was emptied, a clock that was set back: before a rotation
# and amid it, with a ledger, without it, and with one that forgot everything. Nothing is published
# then that phones would refuse, or that shows what was encrypted.

# shellcheck disable=SC2016,SC2119
# shellcheck source=tests/provbuild/fleet.sh
. "${0%/*}/fleet.sh"

# --- what is wrong, and what the run says of it

no_devices() { mv devices away; }
empty_devices() { find devices -mindepth 1 -delete; }
no_tree() { mv tftpboot away; }
empty_tree() { find tftpboot -mindepth 1 -delete; }
empty_both() { empty_tree && empty_devices; }
empty_all() { empty_both && find secure -mindepth 1 -delete; }
no_source() { mv source away; }
empty_source() { find source -mindepth 1 -delete; }
no_archive() { mv archive away; }
empty_archive() { find archive -mindepth 1 -delete; }
empty_archive_and_tree() { empty_tree && find archive -mindepth 1 -delete; }
clock_back() { options+=(--timestamp $((clock - 200000))); }
clock_back_and_empty() { clock_back && empty_tree; }

declare -A says_of=(
    [no_devices]='certificates of phones cannot be read'
    [empty_devices]='was published encrypted|devices folder holds no certificate'
    [no_tree]='tftpboot: cannot use .*; see whether it is mounted'
    [empty_tree]=''
    [empty_both]='was published encrypted|tree .* was emptied'
    [empty_all]='tree .* was emptied, and the devices folder'
    [no_source]='source: cannot use .*; see whether it is mounted'
    [empty_source]=''
    [no_archive]='archive'
    [empty_archive]=''
    [empty_archive_and_tree]='tree .* and the archive .* are empty|stands neither in the tree nor in archive'
    [clock_back]='the clock is more than a day behind|not valid yet; is the clock right'
    [clock_back_and_empty]='the clock is more than a day behind|not valid yet; is the clock right'
)

with_ledger() { :; }
lost_ledger() { rm -f ledger ledger-wal; }
emptied_ledger() { rm -f ledger-wal && cp "$temporary/ledger.empty" ledger; }

# --- what must hold afterwards

# Lists that stand and were not published before the fault.
new_lists() {
    local file old
    for file in tftpboot/*.tlv; do
        [ -e "$file" ] || continue
        for old in "$origin"/archive/*.tlv.*; do
            ! same "$file" "$old" || continue 2
        done
        echo "$file is new"
    done
}

# The fault alone, in a copy of the site at hand, before a run. $strict names faults under which no list
# may be new: the others say nothing about what phones hold.
faces() { # MOMENT FAULT LEDGER [OPTION...]
    local name="$1, $2, $3" problem='' wanted=${says_of[$2]}
    options=("${@:4}")
    copy_site "$temporary/faulty" && cd "$temporary/faulty" || exit 1
    "$3" && "$2"
    run build "${options[@]}"
    if [ -n "$wanted" ]; then
        [ "$code" -eq 1 ] || problem+='it does not fail; '
        grep -Eq "$wanted" "$err" || problem+='it does not say why; '
    fi
    [ -e tftpboot ] || mv away tftpboot
    [ -z "$(leaks "$phone")" ] || problem+='a password can be read; '
    problem+=$(locked_out "$origin")
    case $2 in
    *devices* | *both | *all | clock*)
        ! grep -q 'SEP.*cnf.xml' "$out" || problem+='a configuration is published; ' ;;
    esac
    [[ " $strict " != *" $2 "* ]] || problem+=$(new_lists)
    judge "$name" "$problem"
    cd "$origin" || exit 1
}

each_fault() { # MOMENT LEDGER [OPTION...]
    local fault
    for fault in "${!says_of[@]}"; do
        faces "$1" "$fault" "${@:2}"
    done
}

# --- before a rotation

ok 'a fleet' fleet first
origin=$PWD
new_key next 'SAST Next'
stop_provd && mv ledger kept.ledger && serve && stop_provd &&
    mv ledger "$temporary/ledger.empty" && rm -f ledger-* && mv kept.ledger ledger && serve
strict='no_tree empty_all no_source no_archive clock_back clock_back_and_empty'
for name in "$phone" "$other" "$third"; do boots "$name"; done
configuration "$phone" '<new/>'
cp prov.conf prov.conf.kept
fleet_settings trust "$fleet_trust tvs = {pem/tvs.pem}"
for state in with_ledger lost_ledger emptied_ledger; do
    each_fault 'a change' $state
done
mv prov.conf.kept prov.conf

# --- the order

each_fault 'the order' with_ledger --rotate-sast pem/next.pem

# --- amid it: whatever phones hold, nothing changes by itself

build --rotate-sast pem/next.pem >/dev/null
arrives 'a phone takes part' "$phone"
arrives 'another one, too' "$other"
strict+=' empty_source no_devices empty_devices empty_tree empty_both'
for state in with_ledger lost_ledger emptied_ledger; do
    each_fault 'amid a rotation' $state
done

# --- a ledger that forgot everything, to the end

stop_provd
emptied_ledger && rm -f ledger-shm && serve
silent 'a ledger that forgot everything changes nothing' build
for name in "$phone" "$other" "$third"; do arrives "$name follows" "$name"; done
stop_provd
done_testing
