#!/bin/bash
# SPDX-License-Identifier: MIT
# docs/checks.md lists the kinds of findings as tree/list_rules.c, checks/rules.c,
# provcheck/tree/findings.c and provcheck/dhcp/words.c have them and the program prints them. "tests/provcheck/findings.t --write"
# brings the document up to date.

document=$PWD/docs/checks.md
sources=(tree/list_rules.c checks/rules.c provcheck/tree/findings.c provcheck/dhcp/words.c)
headers=(tree/list_rules.h checks/rules.h provcheck/tree/findings.h provcheck/dhcp/judge.h)

# The table, out of the source: a row for each kind.
table() {
    printf '| id | severity | why | mend | source |\n| --- | --- | --- | --- | --- |\n'
    perl -0777 -ne '
        my %word = /^#define (\w+) "([^"]*)"$/mg;
        for my $name (keys %word) { s/\b$name\b(?=\s*["},])/"$word{$name}"/g }
        s/"\s*"//g;    # strings that go on in the next line
        while (/\[[A-Z0-9_]+\] =\s*\{"([^"]+)",\s*(?:RULE_)?(\w+),\s*"([^"]+)",\s*"([^"]+)",\s*"([^"]+)"\}/g) {
            my $severity = {FAILS => "error", WARNS => "warning", NOTES => "note"}->{$2};
            my $row = "| `$1` | $severity | $3 | $4 | $5 |\n";
            $row =~ s/</\\</g;
            print $row;
        }' "${sources[@]/#/${root:-.}/}"
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
kinds=$(sed -n '/^enum \(finding\|list_rule\|check_rule\|dhcp_problem\) {$/,/^};$/p' "${headers[@]/#/$root/}" |
    grep -c '^    [A-Z0-9_]*\( = LIST_RULES + CHECK_RULES\)\?,$')
is 'the table has each kind' "$(($(wc -l <wanted) - 2))" "$kinds"
is 'docs/checks.md has the table' "$(diff wanted documented)" ''
is 'no kind has the name of another' "$(cut -d '|' -f 2 wanted | sort | uniq -d)" ''

# What the program prints of some faults, as rows.
mkdir tftp && : >tftp/.swp && : >tftp/empty.xml && mkfifo tftp/pipe && ln -s nowhere tftp/link
echo '<oops>' >tftp/SEP58971ECC97C1.cnf.xml
run provcheck tree tftp --strict --json
perl -MJSON::PP -0777 -ne '
    for (@{decode_json($_)->{findings}}) {
        my $row = "| `$_->{id}` | $_->{severity} | $_->{why} | $_->{mend} | $_->{source} |\n";
        $row =~ s/</\\</g;
        print $row;
    }' "$out" | sort -u >printed_rows
is 'the program finds what was planted' "$(grep -Eo '^\| `[a-z-]+' printed_rows | tr -d '|` ' | paste -sd' ')" \
    'config-malformed dot-file empty link-broken not-a-file'
is 'and prints it as documented' "$(comm -23 printed_rows <(sort documented))" ''

done_testing
