#!/bin/bash
# SPDX-License-Identifier: MIT
# provbuild: what was lost, or put back together from an older backup, is told before anything is
# published from it: by lists that the ledger says phones were given and nobody has, by what the
# inventory says of the archive's records.

# shellcheck disable=SC2016,SC2119
# shellcheck source=tests/provbuild/fleet.sh
. "${0%/*}/fleet.sh"

next='SAST Next'

# The run stops, names what is lost, and writes nothing, however it is asked.
stops() { # NAME PATTERN
    local before option
    before=$(snapshot)
    for option in '' --quick --dry-run --force; do
        faulty "$1${option:+, $option}" "$2" ${option:+"$option"}
    done
    unchanged "$1: nothing is written" "$before"
}

sha256() { # FILE
    sha256sum <"$1" | cut -d ' ' -f 1
}

# As a server writes it, or somebody else. [KIND]
given() { # SEP<MAC> DIGEST
    sqlite3 ledger "INSERT OR REPLACE INTO phone VALUES('${1#SEP}', $clock, 1, 0);
        INSERT OR REPLACE INTO list VALUES('${1#SEP}', '${3-itl}', x'$2', 0)"
}

# --- tree and archive put back together to before a rotation

ok 'a fleet' fleet back
new_key next "$next"
boots "$phone" && boots "$other" && boots "$third"
cp -a tftpboot tree-before && cp -a archive archive-before
build --rotate-sast pem/next.pem >/dev/null
arrives 'a phone takes the newest list' "$phone"
held=$(sha256 "$(newest)")
stop_provd
cp -a tftpboot tree-after && cp -a archive archive-after
set_back() { # FOLDER...
    rm -rf tftpboot archive && cp -a "tree-$1" tftpboot && cp -a "archive-$1" archive
}
set_back before
lost="(.*ledger: $phone was given on 20..-..-.. at ..:.. UTC the ITL with the SHA-256 $held, .*--accept-archive)"
stops 'the ledger knows a list that nobody has' "$lost"
like '--status says it' "$(build --status)" "archive: $lost"
rm -rf archive && cp -a archive-after archive
run build
is 'the newest archive is enough' "$code $(cat "$err")" '0 '
set_back before
mv ledger away && mv ledger-wal ledger-shm "$temporary/" 2>/dev/null
silent 'without the ledger nobody knows' build
mv away ledger && mv "$temporary"/ledger-wal "$temporary"/ledger-shm . 2>/dev/null
set_back before
run build --accept-archive --dry-run
is '--accept-archive, as a plan' "$code $(cat "$err")" '0 '
not_ok 'keeps nothing' test -e archive/accepted-lists
silent '--accept-archive takes it' build --accept-archive
like 'which is kept' "$(<archive/accepted-lists)" "^$held\$"
silent 'once' build
silent 'for quick runs, too' build --quick
given "$other" "$(printf '5%.0s' $(seq 64))" ctl
stops 'the next one stops it again' ".*ledger: $other was given the CTL with the SHA-256 55555.*--accept-archive"
given "$third" "$(printf '6%.0s' $(seq 64))"
faulty 'of two one is named' '.*ledger: .*so are 1 others.*--accept-archive'
silent '--accept-archive takes both' build --accept-archive
silent 'once more' build
printf x >archive/accepted-lists
faulty 'a spoilt record of it' 'archive/accepted-lists: .*no digest of a list.*--accept-archive again'
silent 'is made anew' build --accept-archive
silent 'and counts' build

# --- .ladder lost as a whole, and the archive with it

sqlite3 ledger "DELETE FROM list WHERE sha256 IN (x'$(printf '5%.0s' $(seq 64))', x'$(printf '6%.0s' $(seq 64))')"
set_back after
cp archive/ITLFile.tlv.* . && bridge=$(rungs_of | head -n 1) && cp "$bridge" bridge.tlv
rm -r tftpboot/.ladder archive/* && cp bridge.tlv tftpboot/ITLFile.tlv
stops 'a tree with one list alone' ".*ledger: SEP.* was given .*the ITL with the SHA-256 [0-9a-f]{64}, .*--accept-archive"
cp ITLFile.tlv.* archive/
run build --force
is 'its lists from the backup' "$code $(grep -c accept-archive "$err")" '0 0'

# --- what is no reason to stop

ok 'a fleet' fleet asked
boots "$phone"
stranger=SEP0A0B0C0D0E0F
for name in "ITL$phone.tlv" "itl${phone,,}.TLV" "CTL$other.tlv" ITLFile.tlv "Chile/ITL$other.tlv" \
    ".ladder/ITL$other.tlv" ".ladder/archive" "ITL$stranger.tlv" "$other.cnf.xml.sgn"; do
    curl -s --interface 127.0.0.66 -o /dev/null "http://127.0.0.1:$http_port/$name"
done
curl -s --interface 127.0.0.66 -H 'Range: bytes=0-9' -o /dev/null "http://127.0.0.1:$http_port/ITL$other.tlv"
forge "$third" "ITL$third.tlv"
silent 'whatever somebody asks for' build
mkdir tftpboot/Chile && cp pem/asterisk.pem "tftpboot/Chile/x" && cp source/SoftKeys.xml "tftpboot/Chile/ITL$other.tlv"
curl -s --interface 127.0.0.66 -o /dev/null "http://127.0.0.1:$http_port/Chile/ITL$other.tlv"
forge "$third" "ITL$third.tlv"
silent 'nor a file that is called like a list, in another folder' build
silent 'in quick runs' build --quick
given $stranger "$(printf '7%.0s' $(seq 64))"
silent 'what a phone was given that is none of the fleet' build
given "$other" "$(printf '0%.0s' $(seq 64))"
silent 'a list whose digest is not known' build
stop_provd
rm -r tftpboot/.ladder archive/*
sqlite3 ledger "DELETE FROM list WHERE phone = '${other#SEP}'"
silent 'a tree by other hands, and phones that were given what stands' build
given "$other" "$(printf '7%.0s' $(seq 64))"
run build --forget "$other"
is 'a phone that is forgotten' "$code $(<"$err")" '0 '
silent 'for good' build

# --- proofs of a list that nobody has

site proofs
settings
build --timestamp 1795300000 >/dev/null
settings trust "$fleet_trust tvs = {pem/tvs.pem}"
build --timestamp 1795300010 >/dev/null
build --seen "$phone" "$(md5sum <tftpboot/ITLFile.tlv | cut -d ' ' -f 1)" >/dev/null
cp archive/ITLFile.tlv.1795300000 tftpboot/ITLFile.tlv && rm -r tftpboot/.ladder
lost=$(sha256 archive/ITLFile.tlv.1795300010) && rm archive/ITLFile.tlv.1795300010
faulty 'a proof of a list that nobody has' "archive/proven: $phone was proven to hold on .* the ITL with the SHA-256 $lost"
settings
silent 'which is looked for where lists change' build --quick
run build --accept-archive
is 'it can be accepted' "$code $(<"$err")" '0 '
silent 'once' build

# --- where the keys of a change lie

site record
new_key next "$next" && new_key last 'SAST Last'
settings
build >/dev/null
build --rotate-sast pem/next.pem >/dev/null
cp archive/under-way first
next_trust=${fleet_trust/pem\/sast.pem/pem/next.pem}
settings trust "$next_trust"
silent 'the settings name the new one' build
cp archive/under-way second
rm archive/under-way
gone='archive/under-way: it is missing; it says where the keys of changes lie.*--accept-archive: .*--old-sast'
stops 'the record of changes is lost' "$gone"
like '--status says it' "$(build --status)" "archive: $gone"
cp first archive/under-way
stops 'an older copy of it' 'archive/under-way: it is older than it was'
sed 's/sast.pem$/tvs.pem/' second >archive/under-way
stops 'one that somebody wrote' 'archive/under-way: it is another one than was kept there'
cp second archive/under-way
silent 'the right one' build
rm archive/under-way
silent '--accept-archive' build --accept-archive
silent 'is given once' build
settings trust "$next_trust tvs = {pem/tvs.pem}"
faulty 'an edit needs the old key' 'ITLFile.tlv: .*say with --old-sast FILE where it is'
faulty 'the order is no help' '.*is what the settings have already.*give --old-sast' --rotate-sast pem/next.pem
run build --old-sast pem/sast.pem
is '--old-sast is' "$code $(cat "$out" "$err")" '0 wrote ITLFile.tlv: content; with 1 bridge'
is 'which signs a bridge again' "$(ladder)" \
    "SAST acme, $next by SAST acme; $next, SAST-2 acme by $next"
settings trust "$next_trust"
run build
is 'also in later runs' "$code $(cat "$out" "$err")" '0 wrote ITLFile.tlv: content; with 1 bridge'
before=$(snapshot)
faulty 'a stranger signs no bridges' '.*pem/last.pem: no list that was ever published names' --old-sast pem/last.pem
faulty 'nor does the newest' 'pem/next.pem signs the newest lists' --old-sast pem/next.pem
openssl x509 -in pem/sast.pem -out sast.crt
faulty 'nor a certificate without key' '(sast.crt: it holds no private key|no change without)' --old-sast sast.crt
settings paths 'source = source tftpboot = tftpboot' trust ''
faulty 'nor without an archive' 'trust lists need an archive' --old-sast pem/sast.pem
settings trust "$next_trust"
unchanged 'nothing is kept of that' "$before"
silent 'the same again changes nothing' build --old-sast pem/sast.pem
shown=$(md5sum <"$(newest)" | cut -d ' ' -f 1)
run build --seen "$phone" "$shown" "$other" "$shown"
like 'until nobody needs it' "$(<"$err")" 'pem/sast.pem: warning: no phone needs this key any more'
not_ok 'nothing is under way then' test -e archive/under-way
silent 'and nothing is missed' build
run build --old-sast pem/sast.pem
like 'one that nobody needs is said' "$(<"$err")" 'pem/sast.pem: warning: no phone needs this key any more'

# --- a key is forgotten once nothing that stands needs it, and not before

if can_trace; then
    rm -rf ../whole && cp -a . ../whole && cd ../whole || exit 1
    rm -r archive tftpboot secure && mkdir archive tftpboot secure
    settings && build >/dev/null && build --rotate-sast pem/next.pem >/dev/null
    settings trust "$next_trust"
    shown=$(md5sum <"$(newest)" | cut -d ' ' -f 1)
    bad='' moments=0
    for ((n = 1; ; n++)); do
        rm -rf ../killed && cp -a . ../killed && cd ../killed || exit 1
        { ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o /dev/null -e trace=fsync \
            -e "inject=fsync:signal=KILL:when=$n" provbuild --config prov.conf --jobs 1 \
            --seen "$phone" "$shown" "$other" "$shown" >/dev/null 2>&1; } 2>/dev/null
        [ $? -eq 137 ] || break
        moments=$((moments + 1))
        [ ! -e tftpboot/.ladder/rungs ] || grep -q '^sast-before' archive/under-way || bad+="fsync $n; "
        cd ../whole || exit 1
    done
    ok 'the last proof, killed at some moments' test $moments -gt 2
    is 'as long as a bridge stands, its key is known' "$bad" ''
    cd ../record || exit 1
else
    skip 'as long as a bridge stands, its key is known' 'strace is missing, or may not trace'
fi

# --- what phones are proven to hold

cp archive/proven first
settings trust "$next_trust tvs = {pem/tvs.pem}"
build >/dev/null
build --seen "$phone" "$(md5sum <"$(newest)" | cut -d ' ' -f 1)" >/dev/null
cp archive/proven second
cp first archive/proven
stops 'an older record of proofs' 'archive/proven: it is older than it was; it says what phones are proven to hold'
rm archive/proven
stops 'none' 'archive/proven: it is missing.*--accept-archive: each phone may hold any list again then'
cp second archive/proven
silent 'the right one' build
rm archive/proven
faulty 'proofs may be given up, but then the old key is needed again' 'ITLFile.tlv: .*say with --old-sast FILE' \
    --accept-archive
run build --old-sast pem/sast.pem
is 'and may be named' "$code $(cat "$out" "$err")" '0 wrote ITLFile.tlv: bridges; with 1 bridge'
silent 'once' build

# --- an older list that somebody puts back into the tree, and phones that were proven to hold more

proven_all() { # by what they show of the newest list
    local shown
    shown=$(md5sum <"$(newest)" | cut -d ' ' -f 1)
    build --seen "$phone" "$shown" "$other" "$shown" >/dev/null 2>&1
}
# All hold the newest list of a rotation, and nothing is in turns. [LEDGER]
rotated() { # NAME
    site "$1"
    new_key next "$next"
    settings paths "source = source tftpboot = tftpboot devices = devices archive = archive ${2-}"
    build --timestamp $((clock - 9)) >/dev/null
    build --timestamp $((clock - 8)) --rotate-sast pem/next.pem >/dev/null
    settings paths "source = source tftpboot = tftpboot devices = devices archive = archive ${2-}" \
        trust "$next_trust"
}
clock=$(date +%s)
for ledger in 'ledger = ledger' ''; do
    rotated "older${ledger:+-with-ledger}" "$ledger"
    proven_all
    is "all are proven (${ledger:-no ledger})" "$(rungs_of)" tftpboot/ITLFile.tlv
    cp archive/ITLFile.tlv.$((clock - 9)) tftpboot/ITLFile.tlv
    run build
    is 'an older list in the tree is replaced, with a bridge for whoever took it' "$code $(<"$out")" \
        '0 wrote ITLFile.tlv: missing, taken from the archive; with 1 bridge'
    is 'by the key of the archive' "$(ladder)" "SAST acme, $next by SAST acme; $next, SAST-2 acme by $next"
    like 'it is noted' "$(<archive/proven)" "^again ITLFile.tlv.$((clock - 9)) [0-9]+\$"
    before=$(snapshot)
    silent 'once' build
    sleep_past=$(($(date +%s) + 1))
    build --timestamp $sleep_past --seen "$phone" "$(md5sum <"$(newest)" | cut -d ' ' -f 1)" >/dev/null
    like 'the next proof counts' "$(build --status --timestamp $sleep_past)" "Needed By: *1 of 2 phones, until they are proven: $other"
done

# Other servers give what stands: a bridge that was drawn is given to proven phones, too.
for ledger in 'ledger = ledger' ''; do
    rotated "drawn${ledger:+-with-ledger}" "$ledger"
    cp "$(rungs_of | head -n 1)" tftpboot/ITLFile.tlv
    bridge=$(basename "$(rungs_of | head -n 1)")
    proven_all
    is "a bridge that stood when phones were proven (${ledger:-no ledger})" "$(grep -c "^again $bridge " archive/proven)" \
        "$([ -n "$ledger" ] && echo 0 || echo 1)"
    silent 'the next run does nothing' build
done

# --- lists that somebody put into the tree

site hands
settings paths 'source = source tftpboot = tftpboot devices = devices archive = archive ledger = ledger'
build >/dev/null
tlvfile --build own.tlv --filename ITLFile.tlv --version 1.1 --sast pem/sast.pem --sast pem/sast2.pem \
    --ccm-tftp pem/asterisk.pem --tvs pem/tvs.pem >/dev/null
for name in "ITL${other,,}.tlv" "itl$other.TLV" "iTLsep${other#SEP}.tlv" itlfile.tlv; do
    mv tftpboot/ITLFile.tlv . && cp own.tlv "tftpboot/$name"
    stops "one in other letters ($name)" "tftpboot/$name: phones are given it as ITL(File|$other).tlv, .*rename it"
    faulty "whatever is accepted ($name)" "tftpboot/$name: phones are given it" --accept-archive
    rm "tftpboot/$name" && mv ITLFile.tlv tftpboot/
done
cp own.tlv tftpboot/itlfile.tlv
silent 'beside the right one it is given to nobody' build
mv tftpboot/itlfile.tlv "tftpboot/ITL$other.tlv"
silent 'a list of one phone, without a section' build
ok 'is kept' same own.tlv "$(find archive -name "ITL$other.tlv.*")"
start_provd --root tftpboot --tftp off --http "127.0.0.1:$http_port" --https off --ledger ledger
curl -s -o /dev/null "http://127.0.0.1:$http_port/ITL$other.tlv"
stop_provd
rm "tftpboot/ITL$other.tlv"
run build
is 'so that it comes back, being newer than the list for all' "$code $(cat "$out" "$err")" \
    "0 wrote ITL$other.tlv: missing, taken from the archive"

# --- a list of one phone without a section, and a rotation

site left
new_key next "$next"
settings more "trust '$other' { $fleet_trust tvs = {pem/tvs.pem} }"
build >/dev/null
settings
silent 'a section is taken back' build
before=$(snapshot)
faulty 'a rotation would leave its list behind' \
    "ITLFile.tlv: 1 lists of single phones stand in the tree that no section describes, .*: $other; describe them in sections, or remove" \
    --rotate-sast pem/next.pem
unchanged 'nothing is written' "$before"
not_ok 'nor noted' test -e archive/under-way
settings more "trust '$other' { $fleet_trust tvs = {pem/tvs.pem} }"
run build --rotate-sast pem/next.pem
is 'with its section it goes along' "$code $(sort "$out" | tr '\n' '|') $(ladder "$other")" \
    "0 wrote ITLFile.tlv: content; with 1 bridge|wrote ITL$other.tlv: content; with 1 bridge| SAST acme, $next by SAST acme; $next, SAST-2 acme by $next"

# --- an edit of which the list for all is refused

site together
new_key s3 'SAST Three'
settings
build >/dev/null
settings trust "${fleet_trust/sast.pem, pem\/sast2.pem/s3.pem, pem\/tvs.pem}" more "trust '$other' { $fleet_trust }"
before=$(snapshot)
faulty 'takes new lists of single phones with it' \
    "(ITLFile.tlv: all phones that hold|ITL$other.tlv: ITLFile.tlv is refused, so this one, which is new .* --force $other)"
is 'both are told' "$(grep -c 'tlv: ' "$err")" 2
unchanged 'nothing is published' "$before"
settings
silent 'so that the edit can be taken back' build
not_ok 'without a trace' test -e "tftpboot/ITL$other.tlv"

# --- one that the tree lost passes the gate on its way back

site gate
new_key s3 'SAST Three'
settings more "trust '$other' { sast = {pem/s3.pem, pem/sast2.pem} }"
build --force "$other" >/dev/null 2>&1
settings && rm "tftpboot/ITL$other.tlv"
faulty 'a list without certificates for files' \
    "(ITL$other.tlv: it names no certificate as tftp or ccm-tftp|ITLFile.tlv: nothing that stands leads .* 1 of 2 phones: $other;)"
is 'and that its phone is left behind so' "$(grep -c 'tlv: ' "$err")" 2
not_ok 'does not come back' test -e "tftpboot/ITL$other.tlv"
run build --force "$other"
is 'but by force' "$code $(<"$out")" "0 wrote ITL$other.tlv: missing, taken from the archive"

done_testing
