#!/bin/bash
# SPDX-License-Identifier: MIT
# provbuild: XML that phones could not parse is not published, nor is what only looks like the name of
# a phone's configuration.

# shellcheck disable=SC2119

# shellcheck source=tests/provbuild/lib.sh
. "${0%/*}/lib.sh"

# Files of the source of which the last run published nothing, by the names that stand.
unpublished() { # NAME...
    local name
    for name; do
        [ -z "$(find tftpboot -name "${name##*/}*" -print -quit)" ] || echo "$name stands"
    done
}

# --- XML

site malformed
broken='XMLDefault.cnf.xml dialplan.xml SoftKeys.xml AppDialRules.xml Ringlist.xml Desktops/320x212x12/List.xml
    Chile/g3-tones.xml DefaultFP.xml'
mkdir -p source/Desktops/320x212x12
for name in $broken; do printf '<a>\n<b></a>\n' >"source/$name"; done
printf '<a>\n<b></a>\n' >source/menu.xml # which no phone parses
configuration SEP001122334455 '<authPassword>a&b</authPassword>'
run build
want_code 1
judge 'a run with malformed files'
for name in $broken; do
    printed="provbuild: $name: malformed XML at line 2, column 8: this end tag is not that of <b>"
    ok "$name is refused with its place" grep -Fq "$printed" "$err"
done
ok 'so is a configuration, in the words of people' grep -Fq \
    'SEP001122334455.cnf.xml: malformed XML at line 1, column ' "$err"
ok 'without its password' grep -Fq 'an & that is not written &amp; stands in <authPassword>' "$err"
# shellcheck disable=SC2086
is 'nothing of them stands' "$(unpublished $broken SEP001122334455.cnf.xml)" ''
ok 'all else does' test -e tftpboot/menu.xml.sgn -a -e "tftpboot/$phone.cnf.xml.enc.sgn" -a \
    -e tftpboot/Chile/mk-sip.jar.sgn

before=$(cksum tftpboot/menu.xml.sgn)
printf '<softkeys/>\n' >source/SoftKeys.xml
run build
ok 'mended, it is published' test -e tftpboot/SoftKeys.xml.sgn
signed=$(cksum tftpboot/SoftKeys.xml.sgn)
printf '<softkeys>\n' >source/SoftKeys.xml
run build
is 'broken again, what stands stays' "$(cksum tftpboot/SoftKeys.xml.sgn)" "$signed"
is 'and so does all else' "$(cksum tftpboot/menu.xml.sgn)" "$before"

site copied
settings sign 'certificate = pem/asterisk.pem exclude = {"*.sbn", "*.xml"}'
printf '<a>\n<b></a>\n' >source/dialplan.xml
rm source/SEP*.xml
faulty 'a copy is no way around it' 'dialplan\.xml: malformed XML at line 2'

site default
rm source/SEP*.xml
printf '<Default><sipProfile/></Default>\n' >source/SEP001122334455.cnf.xml
faulty 'defaults under the name of a phone: what to do' \
    'SEP001122334455\.cnf\.xml: its root element is Default: .*; make the root <device>, or name the file XMLDefault\.cnf\.xml'

# --- names

site names
rm source/SEP*.xml
odd=("SEP00:11:22:33:44:55.cnf.xml" SEP0011223344.cnf.xml 'SEP(mac_address).cnf.xml' XMLDefault.cnf.txt
    SEPOO1122334455.cnf.xml "SEP001122334455.cnf.xml~" SEP001122334455.cnf.xml.bak
    'Copy of SEP001122334455.cnf.xml' SEP001122334455.cnf.xml_ SEP001122334455.cnf.txt
    001122334455.cnf.xml old/SEP001122334455.cnf.xml old/XMLDefault.cnf.xml)
mkdir source/old
for name in "${odd[@]}"; do
    printf '<device><authPassword>%s</authPassword></device>\n' "$password" >"source/$name"
done
run build
want_code 1
judge 'a run with odd names'
for name in "${odd[@]}"; do
    ok "$name is refused" grep -Fq "provbuild: $name: " "$err"
done
is 'nothing of them stands' "$(unpublished "${odd[@]}")" ''
is 'no password either' "$(grep -rla "$password" tftpboot)" ''
ok 'all else does' test -e tftpboot/SoftKeys.xml.sgn

done_testing
