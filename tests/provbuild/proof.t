#!/bin/bash
# SPDX-License-Identifier: MIT
# provbuild: what phones are proven to hold, by their certificates, by what they show, by --forget.

# shellcheck disable=SC2016,SC2119
# shellcheck source=tests/provbuild/fleet.sh
. "${0%/*}/fleet.sh"
may_hold 'partial/away/*' # the source folder, which is not mounted then

clients='server { client-ca = phones.crt }'
sum() { # md5|sha1 LIST
    "$1sum" <"$2" | cut -d ' ' -f 1
}
newest() { # the newest list of the archive, whatever stands
    find archive -name 'ITLFile.tlv.*' | sort -V | tail -n 1
}
oldest() {
    find archive -name 'ITLFile.tlv.*' | sort -V | head -n 1
}
proven() { # lines of the record, without times
    [ ! -e archive/proven ] || sed -n -E 's/^(seen|signed|forgotten|again) //p' archive/proven |
        cut -d ' ' -f 1,2
}
lose_proofs() { # which is told, and accepted
    rm archive/proven
    sqlite3 ledger 'DELETE FROM proof'
    faulty 'proofs that are lost' 'archive/proven: it is missing.*--accept-archive: each phone may hold any list'
    build --accept-archive >/dev/null
}
day_of() { # SECONDS
    date -u -d "@$1" '+%Y-%m-%d at %H:%M UTC'
}
# What the phone showed by its certificate, as the server writes it. [LIST CERTIFICATE TIME]
signed() { # SEP<MAC>
    local list=${2-$(newest)} certificate=${3-pem/proof.pem}
    sqlite3 ledger "INSERT OR REPLACE INTO proof VALUES('${1#SEP}', 'itl', x'$(sum sha256 "$list")',
        x'$(openssl x509 -in "$certificate" -outform der | sha256sum | cut -d ' ' -f 1)', ${4-$clock})"
}

ok 'a fleet' fleet proof more "$clients"
new_key proof 'Proof'
openssl x509 -in "pem/$phone.pem" -out phones.crt
openssl x509 -in pem/tvs.pem >>phones.crt
stop_provd
fleet_settings trust "$fleet_trust tftp = {pem/proof.pem}" more "$clients"
build >/dev/null
is 'two lists were published' "$(find archive -name 'ITLFile.tlv.*' | wc -l)" 2

# --- seen

run build --seen "$phone" "$(sum md5 "$(newest)")"
is 'a phone shows the newest list' "$code $(cat "$out" "$err")" \
    "0 proved $phone: $(basename "$(newest)"); seen on the phone"
is 'which is kept' "$(proven)" "$phone $(basename "$(newest)")"
silent 'and said once' build
before=$(snapshot)
run build --seen "$phone" "$(sum sha1 "$(oldest)")" --dry-run
like 'what it would prove' "$(<"$err")" "$phone: warning: it holds $(basename "$(oldest)"), and the newest is"
unchanged 'is not kept in a plan' "$before"
run build --seen "$phone" "$(sum sha1 "$(oldest)")" "$other" "$(sum sha1 "$(newest)" | sed 's/../&:/g; s/:$//')"
is 'an older list, and another phone' "$code $(<"$out")" \
    "0 proved $other: $(basename "$(newest)"); seen on the phone"
like 'is told' "$(<"$err")" "$phone: warning: it holds $(basename "$(oldest)"), .*not there yet"
is 'the latest look counts' "$(proven)" "$other $(basename "$(newest)")
$phone $(basename "$(oldest)")"

before=$(snapshot)
faulty 'a list that was never published' \
    "($phone: no list that was ever published .*reset by hand|1 of 1 checksums)" --seen "$phone" "$(printf '0%.0s' $(seq 32))"
faulty 'a phone that does not belong here' '(SEP0A0B0C0D0E0F: there is no configuration|1 of 1 checksums)' \
    --seen SEP0A0B0C0D0E0F "$(sum md5 "$(newest)")"
unchanged 'nothing is kept' "$before"
cat >seen.txt <<END
# read on the second floor
$phone $(sum md5 "$(newest)")   # in the kitchen

$third
$other 0123 4567
SEP12 $(sum md5 "$(newest)")
END
faulty 'a file with faults' '(seen.txt:(4|5): a line is|seen.txt:6: SEP12 is no phone|3 lines of seen.txt)' --seen @seen.txt
is 'each is told with its line' "$(grep -c 'seen.txt:[456]: ' "$err")" 3
unchanged 'all or nothing' "$before"
sed -i "s/^$third\$/$third $(printf 'a%.0s' $(seq 40))/; /^$other\|^SEP12/d" seen.txt
faulty 'a file with an unknown list' '(seen.txt:4: no list|1 of 2 checksums)' --seen @seen.txt
unchanged 'all or nothing again' "$before"
sed -i "s/a\{40\}/$(sum sha1 "$(newest)")/" seen.txt
run build --seen @seen.txt
is 'a file' "$code $(wc -l <"$out") $(<"$err")" '0 2 '
faulty 'a file that is not there' 'nowhere.txt: cannot open it' --seen @nowhere.txt
printf 'a\0b\n' >zero.txt
faulty 'a file that is no text' 'zero.txt: it holds bytes of zero' --seen @zero.txt
for arguments in '' "$phone" "$phone 12" "SEP1 $(sum md5 "$(newest)")" '@a @b'; do
    read -ra words <<<"$arguments"
    run build --seen "${words[@]}"
    is "--seen $arguments is wrong usage" "$code $(wc -l <"$err")" '2 1'
done

# --- signed

lose_proofs
signed "$phone"
chmod o+w ledger
run build
like 'a ledger that anybody may write to proves nothing' "$code $(<"$out") $(<"$err")" \
    '^0  .*ledger: warning: everybody may write to it.*chmod o-w$'
not_ok 'and nothing is kept' test -e archive/proven
chmod o-w ledger
run build
is 'a phone proves by its certificate' "$code $(cat "$out" "$err")" \
    "0 proved $phone: $(basename "$(newest)"); by its certificate, on $(day_of "$clock")"
silent 'which is said once' build
signed "$other"
silent 'one without a certificate of its own in client-ca cannot' build
signed "$phone" "$(newest)" pem/proof.pem $((clock + 1))
silent 'a later proof of the same is no news' build
like 'but is kept' "$(<archive/proven)" "signed $phone .* $((clock + 1))\$"
cp "$(oldest)" $list && build >/dev/null
like 'an older list in the tree is noted' "$(<archive/proven)" "^again $(basename "$(oldest)") "
signed "$phone" "$(newest)" pem/proof.pem $((clock + 1000))
run build
is 'one that ends what was published again is' "$code $(<"$out")" \
    "0 proved $phone: $(basename "$(newest)"); by its certificate, on $(day_of $((clock + 1000)))"
lose_proofs
signed "$phone" "$(newest)" pem/asterisk.pem
run build
is 'a certificate that both lists name proves the older' "$code $(<"$out")" \
    "0 proved $phone: $(basename "$(oldest)"); by its certificate, on $(day_of "$clock")"
lose_proofs
signed "$phone" "$(newest)" pem/sast.pem
silent 'one in another role proves nothing' build
signed "$phone" source/SoftKeys.xml
faulty 'nor does a list that was not published, which is told' '.*ledger: .* was given .*--accept-archive'
signed "$phone" "$(oldest)"
silent 'nor one that does not name it' build
not_ok 'nothing is kept' test -e archive/proven

# --- a spoilt record

signed "$phone"
build >/dev/null
cp archive/proven kept
sed -i '$d' archive/proven
faulty 'a spoilt record' 'archive/proven: .*its last line is missing; put the right one back'
cp kept archive/proven
silent 'the right one' build

# --- forget by a rule: another SAST, so that whoever is not proven may need a bridge

lose_proofs
new_key s3 'SAST Three'
fleet_settings trust "${fleet_trust/sast.pem, pem\/sast2.pem/s3.pem, pem\/tvs.pem}" more "$clients"
build --force >/dev/null 2>&1
build --seen "$phone" "$(sum md5 "$(newest)")" >/dev/null
given() { # SEP<MAC> FOLLOWED DAYS
    sqlite3 ledger "INSERT OR REPLACE INTO phone VALUES('${1#SEP}', $clock, 1, 0);
        INSERT OR REPLACE INTO seen VALUES('${1#SEP}', '192.0.2.1', $clock, $clock, $clock, 'x', 1, 0);
        INSERT OR REPLACE INTO given VALUES('${1#SEP}', 'itl', x'$(sum sha256 "$(newest)")',
            $((clock - $3 * 86400)), $clock, $2, $((clock - $3 * 86400)), $clock)"
}
given "$phone" 9 99
given "$other" 3 60
given "$third" 2 60
before=$(snapshot)
run build --forget --followed 3 --for 60d --dry-run
is 'whom a rule means' "$code $(cut -d ';' -f 1 "$out")" "0 would forget 1 of 3 phones: $other"
like 'and what is risked' "$(<"$out")" 'must be reset by hand'
unchanged 'a plan keeps nothing' "$before"
run build --forget "$third" "$other" --dry-run
is 'those that are named' "$code $(cut -d ';' -f 1 "$out")" "0 would forget 2 of 3 phones: $third, $other"
like 'and what is risked with them' "$(<"$out")" 'given no bridge any more, .*must be reset by hand'
unchanged 'nor does that plan' "$before"
run build --forget --followed 3 --for 61d
is 'nobody for so long' "$code $(<"$out")" '0 forgot 0 of 3 phones: none is meant'
run build --forget --followed 3 --for 8w
is 'one followed so often' "$code $(cut -d ';' -f 1 "$out")" "0 forgot 1 of 3 phones: $other"
is 'which is kept' "$(proven)" "$other $(basename "$(newest)")
$phone $(basename "$(newest)")"
faulty 'a ledger that is younger' 'the ledger does not reach back so far' --forget --silent --for 2d
sqlite3 ledger "UPDATE seen SET first = first - 300000 WHERE phone = '${phone#SEP}'"
run build --forget --silent --for 2d
is 'one asked lately' "$code $(<"$out")" '0 forgot 0 of 3 phones: none is meant'
sqlite3 ledger "UPDATE seen SET last = last - 300000 WHERE phone = '${third#SEP}'"
run build --forget --silent --for 2d --json
is 'one was silent' "$code $(perl -MJSON::PP -0777 -ne 'my $s = decode_json($_);
    print "$_->{action} $_->{file}: $_->{reason}" for @{$s->{changes}}' "$out")" \
    "0 forget 1 of 3 phones: $third"
for arguments in '--forget' '--followed 3' '--for 3d' '--silent' '--forget --silent' '--forget --for 3d' \
    '--forget --followed 0' '--forget --followed 3 --for 3' '--forget --followed 3 --for 3y' \
    '--forget --followed 3 --for -3d' '--forget --followed 3 --silent --for 3d' "--forget $phone --force" \
    "--seen $phone --forget" '--forget SEP1'; do
    read -ra words <<<"$arguments"
    run build "${words[@]}"
    is "$arguments is wrong usage" "$code $(wc -l <"$err")" '2 1'
done
mv ledger away && rm -f ledger-*
faulty 'a rule without a ledger' 'which phones followed or were silent only the ledger knows' \
    --forget --followed 3
settings paths 'source = source tftpboot = tftpboot secure = secure devices = devices'
faulty 'nothing is kept without an archive' 'what phones hold is kept in the archive' --forget "$phone"

# --- who was forgotten counts again in the next rotation, with the lists of that day

site again
settings paths 'source = source tftpboot = tftpboot devices = devices archive = archive ledger = ledger'
build >/dev/null 2>&1
new_key next 'SAST Next' && new_key last 'SAST Last'
build --rotate-sast pem/next.pem >/dev/null
build --forget "$phone" "$other" >/dev/null 2>&1
not_ok 'nothing is in turns' test -e tftpboot/.ladder/rungs
run build --rotate-sast pem/last.pem
is 'the next rotation gives a bridge again' "$code $(head -n 1 "$out")" '0 wrote ITLFile.tlv: content; with 1 bridge'
is 'from the lists of that day on' "$(sasts "$(rungs_of | head -n 1)")" 'SAST Next, SAST Last by SAST Next'

# --- lists are dated after those that stand, also where nobody is left to hold them

site dates
settings paths 'source = source tftpboot = tftpboot devices = devices archive = archive ledger = ledger'
moment=$(date +%s)
new_key next 'SAST Next'
build --timestamp "$moment" >/dev/null 2>&1
build --timestamp "$((moment + 1))" --rotate-sast pem/next.pem >/dev/null
dated() { # FILE
    tlvfile --parse "$1" | sed -n 's/^Timestamp: *//p'
}
before=$(dated "$(newest)")
build --timestamp "$((moment + 1))" --forget "$phone" "$other" >/dev/null 2>&1
is 'a list without bridges is not older than the one with them' \
    "$(printf '%s\n' "$(dated tftpboot/ITLFile.tlv)" "$before" | sort | head -n 1)" "$before"
cd ../again || exit 1

# --- a list that is published again

build --seen "$phone" "$(sum md5 "$(newest)")" >/dev/null
rm pem/next.pem
settings paths 'source = source tftpboot = tftpboot devices = devices archive = archive ledger = ledger' \
    trust "${fleet_trust/sast.pem/last.pem} tvs = {pem/tvs.pem}"
bridge=$(basename "$(rungs_of | head -n 1)")
run build --force
ok 'a bridge whose key is gone is taken from the archive' test -e "tftpboot/.ladder/$bridge"
like 'and may be held again by whom it was proven not to be' "$(<archive/proven)" "^again $bridge [0-9]+\$"
like 'as the status says' "$(build --status)" 'may hold any of|or a later one'

# --- lists of both kinds: what leads on is enough

site kinds
ctl="ctl { $fleet_trust }"
settings trust "$fleet_trust" more "$ctl"
build >/dev/null 2>&1
new_key next 'SAST Next'
build --rotate-sast pem/next.pem >/dev/null 2>&1
is 'both kinds are in turns' "$(grep -c '^[CI]TLFile.tlv ' tftpboot/.ladder/rungs)" 2
shown=$(sum md5 "$(rungs_of | tail -n 1)")
build --seen "$phone" "$shown" >/dev/null
like 'a proven ITL serves for both' "$(build --status)" "Needed By: *1 of 2 phones, until they are proven: $other"
run build --seen "$other" "$shown"
is 'with the last proof of an ITL both bridges go' \
    "$code $(grep -v ^proved "$out" | sort | tr '\n' ' ')" '0 wrote CTLFile.tlv: bridges wrote ITLFile.tlv: bridges '
not_ok 'nothing is in turns any more' test -e tftpboot/.ladder/rungs
silent 'later runs change nothing' build

# --- a source folder that is not mounted, while certificates of phones are there

site partial
build >/dev/null 2>&1
new_key next 'SAST Next'
build --rotate-sast pem/next.pem >/dev/null
build --seen "$phone" "$(sum md5 "$(rungs_of | tail -n 1)")" >/dev/null 2>&1
is 'the server is told whose turns are over' "$(grep newest tftpboot/.ladder/rungs)" "newest ITL $phone"
mv source away && mkdir source
before=$(ladder)
build >/dev/null 2>&1
is 'the bridge for phones that are not seen now stays' "$(ladder)" "$before"
like 'and the status does not say that its key may go' "$(build --status)" 'Needed By: *nobody knows'

# --- the certificate that serves as proof

site certificate
mkcert --common proof --organization Test --unit Voice --curve secp256r1 pem/proof.pem
new_key next 'SAST Next' && new_key last 'SAST Last'
proof='server { proof-certificate = pem/proof.pem }'
names_proof() { # for each of the lists that stand, the newest last
    local file
    while read -r file; do
        tlvfile --parse "$file" | grep -c '^Subject Name: *CN=proof;'
    done < <(if [ $# -gt 0 ]; then echo "$1"; else rungs_of; fi) | tr '\n' ' '
}
settings more "$proof"
build >/dev/null 2>&1
is 'no list names it while nothing is to be proven' "$(names_proof)" '0 '
run build --rotate-sast pem/next.pem
is 'in a rotation the newest alone does' "$(names_proof)" '0 1 '
silent 'later runs change nothing' build
settings trust "${fleet_trust/sast.pem/next.pem}" more "$proof"
run build --rotate-sast pem/last.pem
is 'in the next one it would prove too much' "$(names_proof)" '0 0 0 '
like 'which is said' "$(<"$err")" 'ITLFile.tlv: warning: it does not name proof-certificate: .*make another'
mkcert --common proof --organization Test --unit Voice --curve secp256r1 pem/other.pem
settings trust "${fleet_trust/sast.pem/last.pem}" more "${proof/proof.pem/other.pem}"
build >/dev/null
is 'another one is named' "$(names_proof)" '0 0 1 '
settings trust "${fleet_trust/sast.pem/last.pem}" more "${proof/proof.pem/other.pem}
    ctl { ${fleet_trust/sast.pem/last.pem} }"
build >/dev/null 2>&1
is 'with lists of both kinds the ITL alone names it' "$(names_proof tftpboot/CTLFile.tlv)" '0 '
done_testing
