#!/bin/bash
# SPDX-License-Identifier: MIT
# docs/fleet.md lists the kinds of findings as tree/list_rules.c and provcheck/tree/findings.c have
# them and the program prints them. "tests/provcheck/findings.t --write" brings the document up to date.

document=$PWD/docs/fleet.md

# The table, out of the source: a row for each kind.
table() {
    perl -0777 -ne '
        s/"\s*\n\s*"//g;    # strings that go on in the next line
        print "| id | severity | why | mend |\n| --- | --- | --- | --- |\n";
        my %severity = /^#define RULE_(FAILS|WARNS|NOTES) "(\w+)"/mg;
        while (/\[[A-Z_]+\] = \{"([^"]+)",\s*(?:RULE_)?(\w+),\s*"([^"]+)",\s*"([^"]+)"\}/g) {
            my $row = "| `$1` | $severity{$2} | $3 | $4 |\n";
            $row =~ s/</\\</g;
            print $row;
        }' <(cat "${root:-.}"/tree/list_rules.[hc] "${root:-.}/provcheck/tree/findings.c")
}

if [ "${1-}" = --write ]; then
    grep -qx '<!-- findings -->' "$document" || exit 1
    whole=$(<"$document") before=${whole%%'<!-- findings -->'*} after=${whole##*'<!-- end of'}
    printf '%s<!-- findings -->\n%s\n<!-- end of%s\n' "$before" "$(table)" "$after" >"$document"
    exit
fi

# shellcheck source=tests/lib/test.sh
. tests/lib/test.sh

says='^provcheck: '
table >wanted
sed -n '/^<!-- findings -->$/,/^<!-- end of findings -->$/p' "$document" | grep -v '^<!--' >documented
kinds=$(sed -n '/^enum \(finding\|list_rule\) {$/,/^};$/p' "$root/tree/list_rules.h" "$root/provcheck/tree/findings.h" |
    grep -c '^    [A-Z_]*\( = LIST_RULES\)\?,$')
is 'the table has each kind' "$(($(wc -l <wanted) - 2))" "$kinds"
is 'docs/fleet.md has the table' "$(diff wanted documented)" ''
is 'no kind has the name of another' "$(cut -d '|' -f 2 wanted | sort | uniq -d)" ''

# What the program prints of some faults, as rows.
mkdir tftp && : >tftp/.swp && : >tftp/empty.xml && mkfifo tftp/pipe && ln -s nowhere tftp/link
echo '<oops>' >tftp/SEP58971ECC97C1.cnf.xml
run provcheck tree tftp --json
perl -MJSON::PP -0777 -ne '
    for (@{decode_json($_)->{findings}}) {
        my $row = "| `$_->{id}` | $_->{severity} | $_->{why} | $_->{mend} |\n";
        $row =~ s/</\\</g;
        print $row;
    }' "$out" | sort -u >printed_rows
is 'the program finds what was planted' "$(grep -Eo '^\| `[a-z-]+' printed_rows | tr -d '|` ' | paste -sd' ')" \
    'config-malformed dot-file empty link-broken not-a-file'
is 'and prints it as documented' "$(comm -23 printed_rows <(sort documented))" ''

done_testing
