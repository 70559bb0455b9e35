#!/bin/bash
# SPDX-License-Identifier: MIT
# provbuild: what cannot be read is not absent. A damaged archive, one that is emptier than it was,
# a clock that jumped and a ledger that another program wrote stop the run before it writes.

# shellcheck disable=SC2119,SC2016

# shellcheck source=tests/provbuild/fleet.sh
. "${0%/*}/fleet.sh"

both='sast = {pem/sast.pem, pem/sast2.pem} ccm-tftp = {pem/asterisk.pem}'
swapped='sast = {pem/sast2.pem, pem/sast.pem} ccm-tftp = {pem/asterisk.pem}'
inventory=tftpboot/.ladder/archive

# A site whose archive holds three lists for all, one of a phone, and a CTL.
published() { # NAME
    site "$1"
    settings trust "$both" more "trust '$phone' { $both } ctl { $both }"
    build --timestamp 1795300000 >/dev/null
    settings trust "$swapped" more "trust '$phone' { $both } ctl { $both }"
    build --timestamp 1795300010 >/dev/null
    settings trust "$both" more "trust '$phone' { $both } ctl { $both }"
    build --timestamp 1795300020 >/dev/null
    rm -rf backup && cp -a archive backup
}

restore() {
    rm -rf archive && cp -a backup archive
}

# The run stops, names the file, says the way out, and writes nothing.
stops() { # NAME PATTERN [OPTION...]
    local before
    echo "<soft>$1</soft>" >source/SoftKeys.xml
    before=$(snapshot)
    faulty "$1" "$2" "${@:3}"
    unchanged "$1: nothing is written" "$before"
}

# Each kind of damage, to each kind of list.
damage() { # HOW FILE
    case $1 in
    byte) printf '\377' | dd of="$2" bs=1 seek=700 conv=notrunc 2>/dev/null ;;
    cut) truncate -s 700 "$2" ;;
    empty) : >"$2" ;;
    zeros) head -c "$(stat -c %s "$2")" /dev/zero >"$2.tmp" && mv "$2.tmp" "$2" ;;
    folder) rm "$2" && mkdir "$2" ;;
    closed) chmod 0 "$2" ;;
    another) cp archive/ITLFile.tlv.1795300010 "$2" ;;
    gone) rm "$2" ;;
    esac
}

published damaged
for file in ITLFile.tlv.1795300000 "ITL$phone.tlv.1795300000" CTLFile.tlv.1795300000; do
    for how in byte cut empty zeros folder closed another gone; do
        if [ "$how" = closed ] && [ "$(id -u)" -eq 0 ]; then
            skip "$file, $how" 'root reads it all the same'
            continue
        fi
        damage $how "archive/$file"
        stops "$file, $how" "archive/$file: .*phones may hold what it was.*--accept-archive"
        chmod u+r "archive/$file" 2>/dev/null
        restore
    done
done
run build
is 'the backup mends it' "$code $(<"$err")" '0 '

damage empty archive/ITLFile.tlv.1795300000
like '--status says so' "$(build --status)" 'archive: .*ITLFile.tlv.1795300000: '
run build --accept-archive
is '--accept-archive' "$code $(<"$err")" '0 '
silent 'what was accepted is no news' build
restore
silent 'nor is the list once it is back' build
damage cut archive/ITLFile.tlv.1795300000
stops 'damaged once more' 'archive/ITLFile.tlv.1795300000: '
restore

damage byte "archive/ITL$phone.tlv.1795300000"
stops "a phone's own list" "archive/ITL$phone.tlv.1795300000: .*--forget $phone"
run build --forget "$phone"
is '--forget leaves it out' "$code $(<"$err")" '0 '
silent 'for good' build

# --- an archive that lost lists

published emptied
rm archive/*.tlv.*
stops 'an archive that is not mounted' 'archive/CTLFile.tlv.1795300000: it is missing.*so are 4 others'
restore
rm archive/ITLFile.tlv.1795300020
stops 'an older backup of it' 'archive/ITLFile.tlv.1795300020: it is missing'
stops 'with --force, too' 'archive/ITLFile.tlv.1795300020: it is missing' --force
faulty 'and in a plan' 'archive/ITLFile.tlv.1795300020: it is missing' --dry-run
run build --accept-archive
is '--accept-archive takes it' "$code $(<"$err")" '0 '
ok 'and keeps what stands' same archive/ITLFile.tlv.1795300020 tftpboot/ITLFile.tlv
rm -rf tftpboot/* archive/*.tlv.*
stops 'a tree that was emptied with it' 'tftpboot/.ladder/archive: .*unknown.*--accept-archive'
published more
settings trust "$swapped" more "trust '$phone' { $both } ctl { $both }"
cp -a $inventory older
build >/dev/null
cp -a older $inventory
silent 'an archive that holds more' build
not_ok 'is noted' same older $inventory

# --- the folder of lists in turns: through a link, root would write elsewhere, and the server would
# not find them

published link
mv tftpboot/.ladder elsewhere
for target in ../elsewhere "$PWD/elsewhere"; do
    ln -s "$target" tftpboot/.ladder
    before=$(find elsewhere -type f -exec cksum {} + | sort)
    stops "a link in its place ($target)" 'tftpboot/.ladder is not the folder.*; move it away'
    is "nothing is written through it ($target)" "$(find elsewhere -type f -exec cksum {} + | sort)" "$before"
    rm tftpboot/.ladder
done
echo >tftpboot/.ladder
stops 'a file in its place' 'tftpboot/.ladder is not the folder'
rm tftpboot/.ladder && mv elsewhere tftpboot/.ladder
mkdir tftpboot/.ladder/rungs
stops 'a folder in the place of the table' 'tftpboot/.ladder/rungs is not the file.*; move it away'
rmdir tftpboot/.ladder/rungs
ln -s archive tftpboot/.ladder/rungs
stops 'a link in its place' 'tftpboot/.ladder/rungs is not the file'
stops 'whatever is forced' 'tftpboot/.ladder/rungs is not the file' --force
run build --status
like 'and --status says it' "$(<"$err")" 'tftpboot/.ladder/rungs is not the file'
rm tftpboot/.ladder/rungs
run build
is 'without it all goes on' "$code $(<"$err")" '0 '

# --- the inventory

published in-turns
mkcert --common 'SAST Next' --organization Test --unit Voice pem/next.pem >/dev/null 2>&1
run build --rotate-sast pem/next.pem
is 'a rotation' "$code" 0
cp $inventory good
rm $inventory archive/ITLFile.tlv.1795300000
stops 'no inventory beside lists in turns' 'tftpboot/.ladder/archive: .*unknown.*--accept-archive'
rm tftpboot/.ladder/rungs
stops 'nor their table' 'tftpboot/.ladder/archive: .*unknown.*--accept-archive'
cp good $inventory
stops 'with it, the list that is missing is named' 'archive/ITLFile.tlv.1795300000: it is missing'
cp backup/ITLFile.tlv.1795300000 archive/
run build
is 'both from the backup' "$code $(<"$err")" '0 '

published inventory
rm -r tftpboot/.ladder
silent 'a tree of an older version' build
done_well 'gets its inventory' test -s $inventory
cp -a $inventory good
damage byte $inventory
stops 'a damaged inventory' 'tftpboot/.ladder/archive: .*unknown.*--accept-archive'
damage empty $inventory
stops 'an empty one' 'tftpboot/.ladder/archive: '
tail -c +300 good | sed '1,/^#/d; s/^/x/' >text
sgnfile --build --tftp pem/capf.pem --root . text >/dev/null 2>&1
cp text.sgn $inventory
stops "a stranger's" 'tftpboot/.ladder/archive: .*no SAST of a list'
run build --accept-archive
is '--accept-archive writes it anew' "$code $(<"$err")" '0 '
silent 'once' build
run provcheck tree --root tftpboot
not_ok 'it is nothing that provcheck minds' grep -q ladder "$out"

# --- the clock, by when the inventory was last touched

published clock
build >/dev/null 2>&1
for when in '+2 days' '+3 years' '-40 days' '-9 years'; do
    touch -d "$when" $inventory
    stops "the last run was at $when" 'the clock says .*, and the last run.s said .*--accept-clock'
done
for when in '+20 hours' '-20 days'; do
    touch -d "$when" $inventory
    echo "<soft>$when</soft>" >source/SoftKeys.xml
    run build
    is "the last run was at $when" "$code $(<"$out")" '0 wrote SoftKeys.xml.sgn: content'
done
touch -d '-40 days' $inventory
run build --accept-clock
is '--accept-clock' "$code $(<"$out")" '0 '
silent 'is given once' build

ahead=$(($(date +%s) + 90 * 86400))
site ahead
settings trust "$both"
build --timestamp $ahead >/dev/null
touch -d "@$ahead" $inventory
stops 'a clock that was ahead' 'the clock says'
rm source/SoftKeys.xml && echo '<softkeys/>' >source/SoftKeys.xml
run build --accept-clock
is 'what it dated is signed again' \
    "$code $(grep -c ': timestamp' "$out") $(grep -c ITLFile "$out")" '0 4 0'
like 'its list is told, and how far ahead it is' "$(<"$err")" \
    '^provbuild: ITLFile.tlv: warning: .* dated 90 days ahead of this one: until then lists are dated after it'
is 'once' "$(grep -c ahead "$err")" 1
settings trust "$swapped"
run build
is 'an edit follows it at once' "$code $(<"$out")" '0 wrote ITLFile.tlv: content'
is 'a second later' "$(find archive -name 'ITLFile.tlv.*' | sort | tr '\n' ' ')" \
    "archive/ITLFile.tlv.$ahead archive/ITLFile.tlv.$((ahead + 1)) "
is 'signed by whom its holders know' "$(sasts tftpboot/ITLFile.tlv)" 'SAST-2 acme, SAST acme by SAST-2 acme'
mkcert --common 'SAST Next' --organization Test --unit Voice pem/next.pem >/dev/null 2>&1
run build --rotate-sast pem/next.pem
is 'a rotation, too' "$code $(<"$out")" '0 wrote ITLFile.tlv: content; with 1 bridge'
is 'in order' "$(sed -n 's/^ITLFile.tlv //p' tftpboot/.ladder/rungs)" \
    "ITLFile.tlv.$((ahead + 2)) ITLFile.tlv.$((ahead + 3))"

# --- a ledger that another program wrote

ok 'a fleet' fleet ledger
boots "$phone" && boots "$other"
stop_provd
cp ledger whole
for sql in \
    "DROP VIEW held; CREATE VIEW held AS SELECT phone, 'itl' AS kind, 'holds' AS state, x'00' AS sha256 FROM phone" \
    'ALTER TABLE seen RENAME TO was; CREATE VIEW seen AS SELECT * FROM was' \
    'CREATE TRIGGER more AFTER INSERT ON phone BEGIN DELETE FROM seen; END' \
    'DROP VIEW held'; do
    rm -f ledger ledger-wal ledger-shm && cp whole ledger
    sqlite3 ledger "$sql"
    stops "${sql%% AS*}" '.*ledger.*(is not as this program makes it|is missing)'
done
rm -f ledger ledger-wal ledger-shm && cp whole ledger
run build
is 'the whole one is read' "$code $(<"$err")" '0 '

# --- a list that is given up takes its bridge with it, which is said

site bridge
build >/dev/null
mkcert --common 'SAST Next' --organization Test --unit Voice pem/next.pem >/dev/null 2>&1
old=$(find archive -name 'ITLFile.tlv.*')
build --rotate-sast pem/next.pem >/dev/null
bridge=$(sed -n 's/^ITLFile.tlv \([^ ]*\) .*/\1/p' tftpboot/.ladder/rungs)
rm "$old"
run build --accept-archive --dry-run
like 'in a plan' "$code $(<"$err")" "^0 .*ITLFile.tlv: warning: with --accept-archive its bridge $bridge is given to nobody"
run build --accept-archive
is 'the bridge goes' "$code $(<"$out")" '0 wrote ITLFile.tlv: bridges'
like 'which is said, with the risk and the phones' "$(<"$err")" \
    "ITLFile.tlv: warning: with --accept-archive its bridge $bridge .*reset by hand; 2 phones are not proven .*: $other, $phone\$"
silent 'once' build

done_testing
