#!/bin/bash
# SPDX-License-Identifier: MIT
# provbuild: what the server would search for is signed under its bare name, too.

# shellcheck source=tests/provbuild/lib.sh
. "${0%/*}/lib.sh"
requires curl

paths='source = source tftpboot = tftpboot secure = secure devices = devices archive = archive'
search="$paths search = {rings, firmware/7941}"

site searched
mkdir -p source/rings source/firmware/7941 source/other
echo '<rings/>' >source/rings/Ringlist.xml
echo '<first/>' >source/rings/both.xml
echo '<second/>' >source/firmware/7941/both.xml
echo '<elsewhere/>' >source/other/elsewhere.xml
echo '<inner/>' >source/rings/SoftKeys.xml
printf 'vendor' >source/firmware/7941/SIP41.sbn
settings paths "$search"
done_well 'a first run' build
is 'what is searched for stands at the top, too' \
    "$(cd tftpboot && find . -type f -name '*.sgn' | grep -v SEP | sort)" "./Chile/mk-sip.jar.sgn
./Ringlist.xml.sgn
./SoftKeys.xml.sgn
./both.xml.sgn
./firmware/7941/both.xml.sgn
./other/elsewhere.xml.sgn
./rings/Ringlist.xml.sgn
./rings/SoftKeys.xml.sgn
./rings/both.xml.sgn"
is 'firmware is copied, once' "$(cd tftpboot && find . -name 'SIP41*')" ./firmware/7941/SIP41.sbn
is 'under its bare name inside' "$(field tftpboot/Ringlist.xml.sgn Filename)" Ringlist.xml.sgn
is 'and at its place with the folder' "$(field tftpboot/rings/Ringlist.xml.sgn Filename)" \
    rings/Ringlist.xml.sgn
content() { # FILE
    cp "$1" content.sgn && stripsgn --output content --force content.sgn && cat content
}
is 'the first folder wins' "$(content tftpboot/both.xml.sgn)" '<first/>'
is 'what is at the top of the source stays' "$(content tftpboot/SoftKeys.xml.sgn)" '<softkeys/>'
silent 'a second run' build
silent 'a quick one' build --quick

echo '<more/>' >source/rings/Ringlist.xml
built 'both are kept current' 'wrote rings/Ringlist.xml.sgn: content' --quick
is 'the bare one, too' "$(content tftpboot/Ringlist.xml.sgn)" '<more/>'
rm tftpboot/Ringlist.xml.sgn
built 'a bare one that is gone' 'wrote Ringlist.xml.sgn: new' --quick
cp tftpboot/rings/both.xml.sgn tftpboot/both.xml.sgn
built 'one of another name inside' 'wrote both.xml.sgn: name'
silent 'nothing is pruned' build --prune

# --- served

http=$(free_ports tcp 1)
start_provd --root tftpboot --search rings --search firmware/7941 --tftp off \
    --http "127.0.0.1:$http" --https off --ledger off
run curl -s "http://127.0.0.1:$http/Ringlist.xml.sgn"
ok 'a phone that holds a list gets what it accepts' same "$out" tftpboot/Ringlist.xml.sgn
run curl -s "http://127.0.0.1:$http/Ringlist.xml"
is 'and another the same without a header' "$(<"$out")" '<more/>'
run curl -s "http://127.0.0.1:$http/SIP41.sbn"
is 'firmware is found in its folder' "$(<"$out")" vendor
stop_provd

# --- and gone again

rm source/rings/both.xml
built 'the next folder takes its place' "wrote both.xml.sgn: content
removed rings/both.xml.sgn: its source is gone" --prune --force
is 'with its content' "$(content tftpboot/both.xml.sgn)" '<second/>'
settings
built 'without the setting' "removed Ringlist.xml.sgn: its source is gone
removed both.xml.sgn: its source is gone" --prune --force
printf -- '-----BEGIN PRIVATE KEY-----\nMIIE\n' >source/rings/Ringlist.xml
settings paths "$search"
faulty 'a secret is under no name' 'rings/Ringlist.xml: it holds a private key' --force
not_ok 'nor at the top' test -e tftpboot/Ringlist.xml.sgn
done_testing
