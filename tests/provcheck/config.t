#!/bin/bash
# SPDX-License-Identifier: MIT
# provcheck config: what it says of configurations, of which it is silent, and lines of one's own. What
# it finds of single elements is tested in tests/unit/checks.
# shellcheck source=tests/lib/test.sh
. tests/lib/test.sh

may_hold SEP58971ECC97C1.cnf.xml.sgn # one of the vectors

says='^provcheck: '
password=Xyzzy-99

# A configuration that phones take, with further elements, in SEP001122334455.cnf.xml.
config() { # [ELEMENTS]
    cat >SEP001122334455.cnf.xml <<END
<device>
  <deviceProtocol>SIP</deviceProtocol>
  <devicePool><callManagerGroup><members><member priority="0"><callManager>
    <ports><sipPort>5060</sipPort></ports><processNodeName>192.0.2.10</processNodeName>
  </callManager></member></members></callManagerGroup></devicePool>
  <sipProfile><sipLines><line button="1"><featureID>9</featureID><proxy>USECALLMANAGER</proxy>
    <name>100</name><authName>100</authName><authPassword>$password</authPassword></line></sipLines></sipProfile>
${1-}
</device>
END
}

# "id line" for each finding of the last run in JSON.
found() {
    perl -MJSON::PP -0777 -ne 'print map { "$_->{id} " . ($_->{line} // 0) . "\n" }
        @{decode_json($_)->{findings}}' "$out" | paste -sd' '
}

finds() { # NAME FINDINGS [OPTION...]
    run provcheck config SEP001122334455.cnf.xml --json "${@:3}"
    is "$1" "$(found)" "$2"
    unlike "$1, without a secret" "$(cat "$out" "$err")" "$password"
}

# --- what is found

config
silent 'a sound configuration' provcheck config SEP001122334455.cnf.xml
config '<vendorConfig><webAccess>on</webAccess></vendorConfig><nonsense>1</nonsense>'
run provcheck config SEP001122334455.cnf.xml
want_code 1
judge 'a fault'
is 'in one line, with its place' "$(<"$out")" "SEP001122334455.cnf.xml:8:15: webAccess is 'on', and takes one of: 0 1 2; phones know true and false, or 0 and 1, as the element wants them; a 7945 ignores others, and a 7940 restarts without end; write the value that the element takes"
finds 'notes are shown where they are wanted' 'value-on-off 8 element-unknown 8' --strict
config '<transportLayerProtocol>2</transportLayerProtocol>'
sed -i 's/USECALLMANAGER/192.0.2.10/' SEP001122334455.cnf.xml
finds 'a proxy of its own, and UDP' 'proxy 6 transport-udp 8'
config && sed -i 's/processNodeName/name/g' SEP001122334455.cnf.xml
finds 'no server' 'no-server 3'
config && sed -i 's/<authName>100/<authName>/' SEP001122334455.cnf.xml
finds 'no user for a 7900' ''
finds 'no user for an 8800' 'line-lacks 6' --family 8800
finds 'or an 8851' 'line-lacks 6' --model 8851
config '<loadInformation>SIP42.9-4-2SR3-1S</loadInformation>'
finds 'the load of another model' 'load-family 8' --model 7975
finds 'the load of this model' '' --model 7962
printf '<Default/>\n' >SEP001122334455.cnf.xml
finds 'defaults for all phones' 'config-root 0'
finds 'which a 7940 takes' 'config-root-default 0' --family 7940 --strict
config "<phonePassword>$password&</phonePassword>"
finds 'a fault of XML' 'config-malformed 8'
: >SEP001122334455.cnf.xml
finds 'an empty file' 'config-malformed 0'

# --- files

config '<fullConfg>true</fullConfg>'
cp SEP001122334455.cnf.xml template.xml
cp "$vectors/4.13/sgn/plain/SEP58971ECC97C1.cnf.xml.sgn" .
printf '<flat-profile><a>on</a></flat-profile>\n' >spa.xml
silent 'the profile of a multiplatform phone' provcheck config spa.xml
run provcheck config template.xml spa.xml SEP001122334455.cnf.xml
is 'several files' "$(cut -d: -f1,2 "$out" | paste -sd' ')" 'SEP001122334455.cnf.xml:8 template.xml:8'
run provcheck config SEP58971ECC97C1.cnf.xml.sgn
unlike 'a signed file is read' "$(cat "$out" "$err")" malformed
refused 'an encrypted one is not' 'SEP.*it is encrypted' provcheck config SEP58971ECC97C1.cnf.xml.enc.sgn
refused 'none at all' 'nowhere.xml: ' provcheck config nowhere.xml
misused 'no file' 'give the files to check' provcheck config
misused 'an unknown model' 'model 1234 is unknown' provcheck config --model 1234 template.xml

# --- what the documents show is without a fault

perl -0777 -e '
    for my $file (@ARGV) {
        open(my $in, "<", $file) or die "$file: $!";
        my $text = <$in>;
        (my $name = $file) =~ s,.*/,,;
        my $count = 0;
        while ($text =~ m{(<device\b[^>]*>.*?</device>)}sg) {
            open(my $out, ">", "$name-" . ++$count . ".cnf.xml") or die $!;
            print $out $1;
        }
    }' "$root"/docs/voice/*.md "$root/README.md" "$root/quickstart" "$root"/docs/{walkthrough,tools,fleet}.md
shown=(*.md-*.cnf.xml quickstart-*.cnf.xml)
is 'the documents show configurations' "$((${#shown[@]} > 3))" 1
for file in "${shown[@]}"; do
    silent "$file" provcheck config "$file"
done

# --- what is left out

config '<fullConfg>true</fullConfg>'
conf() { # VALUES
    printf 'paths { tftpboot = "%s" }\ncheck { ignore = { %s } elements = own }\n' "$PWD/served" "$1" >prov.conf
}
with_conf() { # NAME FINDINGS LEFT-OUT [OPTION...]
    run provcheck config SEP001122334455.cnf.xml -c prov.conf --json "${@:4}"
    is "$1" "$(found) $(perl -MJSON::PP -0777 -ne 'print decode_json($_)->{left_out}' "$out")" "$2 $3"
}
conf '"element-misspelt SEP0011*"'
with_conf 'a finding by name and pattern' '' 1
conf '"element-misspelt SEP0022*", "element-case SEP0011*"'
with_conf 'of other files, and others of this file' 'element-misspelt 8' 0
conf '"element-misspelt * 2026-12-31"'
with_conf 'until a day' '' 1 --timestamp 1798758000
with_conf 'and no longer' 'element-misspelt 8' 0 --timestamp 1798761601
conf '"element-misspelt *"'
run provcheck config SEP001122334455.cnf.xml -c prov.conf
is 'the report says how many' "$(<"$out")" '1 finding is left out, as prov.conf says'
want_code 0
judge 'and that is no fault'
config && sed -i 's/processNodeName/name/g' SEP001122334455.cnf.xml
conf '"no-server SEP001122334455.cnf.xml 2099-01-01"'
with_conf 'an error, for a file and until a day' '' 1
for value in 'no-server *' 'no-server SEP001122334455.cnf.xml' 'no-server SEP*.xml 2099-01-01'; do
    conf "\"$value\""
    with_conf "no error by '$value'" 'no-server 3' 0
    ok 'which is said' grep -Fq 'ignore: no-server: it is an error, which is left out for a single file' "$err"
done
conf '"nonsense *"'
run provcheck config SEP001122334455.cnf.xml -c prov.conf
ok 'a finding that there is not' grep -Fq 'ignore: nonsense: there is no finding of this name' "$err"
for value in no-server 'no-server a b' 'no-server a 2027-13-01' 'no-server a 2027-01-01 b' ''; do
    conf "\"$value\""
    refused "not '$value'" "prov.conf:2: ignore: " provcheck config SEP001122334455.cnf.xml -c prov.conf
done
mkdir served own && config '<fullConfg>true</fullConfg>' && mv SEP001122334455.cnf.xml served && chmod -R a+rX served
conf '"element-misspelt SEP001122334455.cnf.xml", "clear-password SEP001122334455.cnf.xml 2099-01-01"'
run provcheck tree -c prov.conf
is 'of a tree as well' "$(<"$out")" '2 findings are left out, as prov.conf says'

config '<vendorConfig><newThing>3</newThing></vendorConfig>'
conf '"element-misspelt b"'
printf 'device/vendorConfig/newThing\tnumber\t0-2\n' >own/site.tsv
run provcheck config SEP001122334455.cnf.xml -c prov.conf --json
is 'lines of your own' "$(found)" 'value 8'
printf 'device/vendorConfig/newThing\n' >own/z.tsv
refused 'malformed ones' 'own/z.tsv:1: a line has 2 to 7 columns' \
    provcheck config SEP001122334455.cnf.xml -c prov.conf

# --- the dictionary

mkdir share && cp "$root/share/prov/elements.tsv" share/
config '<vendorConfig><newThing>3</newThing></vendorConfig>'
export PROV_SHARE=$PWD/share
printf 'device/vendorConfig/newThing\tnumber\t0-2\t7900\twarning\tus\tours\n' >>share/elements.tsv
finds 'a line that was added' 'value 8'
printf 'device/vendorConfig/newThing\tnumber\t0-3\n' >>share/elements.tsv
finds 'one that replaces it' '' --strict
printf 'device/vendorConfig/newThing\tnumbers\n' >>share/elements.tsv
lines=$(wc -l <share/elements.tsv)
refused 'one that is malformed' "share/elements.tsv:$lines: its type is not known" \
    provcheck config SEP001122334455.cnf.xml
rm share/elements.tsv
refused 'no dictionary at all' 'elements.tsv: ' provcheck config SEP001122334455.cnf.xml

done_testing
