#!/bin/bash
# SPDX-License-Identifier: MIT
# docs/tls.md lists what can be found as provcheck/tls/findings.c has it.
# "tests/provcheck/tls-findings.t --write" brings the document up to date.

document=$PWD/docs/tls.md

# The table, out of the source: a row for each problem.
table() {
    perl -0777 -ne '
        s/"\s*\n\s*"//g;    # strings that go on in the next line
        print "| id | in words | device | error word | mend |\n| --- | --- | --- | --- | --- |\n";
        my %device = (REFUSES => "refuses", NOTE => "note");
        while (/\[TLS_[A-Z_]+\] =\s*\{"([^"]+)",\s*"([^"]+)",\s*TLS_(\w+),\s*(\w+),\s*"([^"]+)"\}/g) {
            my $bit = $4 eq "0" ? "" : sprintf "0x%08x", hex $4;
            print "| `$1` | $2 | $device{$3} | $bit | $5 |\n";
        }' "${root:-.}/provcheck/tls/findings.c"
}

if [ "${1-}" = --write ]; then
    grep -qx '<!-- findings -->' "$document" || exit 1
    whole=$(<"$document") before=${whole%%'<!-- findings -->'*} after=${whole##*'<!-- end of'}
    printf '%s<!-- findings -->\n%s\n<!-- end of%s\n' "$before" "$(table)" "$after" >"$document"
    exit
fi

# shellcheck source=tests/lib/test.sh
. tests/lib/test.sh

table >wanted
sed -n '/^<!-- findings -->$/,/^<!-- end of findings -->$/p' "$document" | grep -v '^<!--' >documented
kinds=$(sed -n '/^enum tls_problem {$/,/^};$/p' "$root/provcheck/tls/findings.h" |
    grep -c '^    TLS_[A-Z_]*,$')
is 'the table has each problem' "$(($(lines wanted) - 2))" "$kinds"
is 'docs/tls.md has the table' "$(diff wanted documented)" ''

# What the program prints, as documented.
run provcheck tls name.invalid:5061 --family img2020 --json
is 'it finds what it documents' "$(perl -MJSON::PP -0777 -ne '$_ = decode_json($_)->{devices}[0]{findings}[0];
    print "| `$_->{id}` | $_->{name} | refuses |  | $_->{mend} |"' "$out" | comm -12 - <(sort wanted))" \
    "$(grep no-connection wanted)"
# Every problem is one that another test provokes.
while IFS='|' read -r _ id name _; do
    [[ $id == *\`* ]] || continue # the head
    name=${name# } name=${name% }
    ok "$name is provoked" grep -q -e "$name" "$root"/tests/provcheck/tls{,-faults,-lists,-peers}.t
done <wanted
done_testing
