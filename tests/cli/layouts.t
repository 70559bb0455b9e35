#!/bin/bash
# SPDX-License-Identifier: MIT
# Phones compare the signer's name with their list byte by byte, so every tool writes it as the list
# does: the layout comes from the list that stands there, and another one is refused.

# shellcheck source=tests/cli/lib.sh
. "${0%/*}/lib.sh"
may_hold 'tree/*.cnf.xml' # what is encrypted
copy_inputs

key=pem/asterisk.pem
phone=SEP58971ECC97C1
time=1700000000

# The separator in the signer's name.
separator() { # FILE
    perl -0777 -ne 'print "$1\n" if /CN?=[^\0]*?(?<!\\)([;,])[A-Z]+=/' "$1"
}

is_like() { # NAME FILE LAYOUT
    is "$1" "$(separator "$2")" "$([ "$3" = 4.13 ] && echo , || echo ';')"
}

tree() { # LAYOUT [LIST]
    rm -rf tree && mkdir -p tree/Chile &&
        cp "$vectors/${1/callmanager/4.11}/tlv/ITLFile.tlv" "tree/${2-ITLFile.tlv}" &&
        cp "$vectors/in/mk-sip.jar" tree/Chile/ && cp "$vectors/in/one.xml" tree/ &&
        cp "$vectors/in/$phone.cnf.xml" tree/
}

sign() { # FILE OPTION...
    sgnfile --build --tftp "$key" --timestamp "$time" "$@"
}

encrypt() { # OPTION...
    enccnf --build --tftp "$key" --certificate "pem/$phone.pem" --timestamp "$time" "$@"
}

for layout in callmanager 4.11 4.13; do
    for list in ITLFile.tlv CTLFile.tlv; do
        tree "$layout" "$list"
        silent "$layout, $list: a file beside it" sign tree/one.xml
        is_like "$layout, $list: as the list" tree/one.xml.sgn "$layout"
        silent "$layout, $list: a file in a folder" sign --root tree tree/Chile/mk-sip.jar
        is_like "$layout, $list: in a folder as the list" tree/Chile/mk-sip.jar.sgn "$layout"
        silent "$layout, $list: a configuration" encrypt "tree/$phone.cnf.xml"
        is_like "$layout, $list: the stub" "tree/$phone.cnf.xml.sgn" "$layout"
        is_like "$layout, $list: the encrypted file" "tree/$phone.cnf.xml.enc.sgn" "$layout"
    done
    tree "$layout"
    silent "$layout: --layout as the list" sign --layout "$layout" tree/one.xml
    cp "$vectors/in/$phone.cnf.xml" .
    silent "$layout: a configuration that stands elsewhere, --root" encrypt --root tree "$phone.cnf.xml"
    is_like "$layout: as the list of --root" "$phone.cnf.xml.sgn" "$layout"
    rm -f "$phone".cnf.xml*
    tree "$layout"
    sign tree/one.xml
    ok "$layout: what is signed is what --layout gives" same tree/one.xml.sgn \
        <(cp tree/one.xml . && sign --layout "$layout" one.xml && cat one.xml.sgn)
    rm -f one.xml one.xml.sgn
done

# --- another layout than the list's

other_of() { # LAYOUT
    [ "$1" = 4.13 ] && echo 'callmanager 4.11' || echo 4.13
}

for layout in callmanager 4.13; do
    for other in $(other_of "$layout"); do
        tree "$layout"
        says_so="tree/ITLFile.tlv: phones hold this list, in the layout $layout, .* would refuse what is signed in the layout $other"
        refused "$other for $layout: a file" "$says_so; leave --layout out, or give --force" \
            sign --layout "$other" tree/one.xml
        refused "$other for $layout: --root" "$says_so" sign --layout "$other" --root tree tree/Chile/mk-sip.jar
        refused "$other for $layout: a configuration" "$says_so" \
            encrypt --layout "$other" "tree/$phone.cnf.xml"
        is "$other for $layout: nothing is written, nothing lost" "$(cd tree && find . -type f | sort | paste -sd ' ')" \
            "./Chile/mk-sip.jar ./ITLFile.tlv ./$phone.cnf.xml ./one.xml"
        warned "$other for $layout: --force" "warning: phones hold this list" \
            sign --layout "$other" --force tree/one.xml
        is_like "$other for $layout: --force gives it" tree/one.xml.sgn "$other"
    done
done

# --- several lists

tree 4.13
cp "$vectors/4.11/tlv/ITLFile.tlv" "tree/ITL$phone.tlv"
silent "a phone's own list comes first" encrypt --keep "tree/$phone.cnf.xml"
is_like 'its file is as its list' "tree/$phone.cnf.xml.sgn" callmanager
silent 'but for it alone' sign tree/one.xml
is_like 'all others are as the list for all' tree/one.xml.sgn 4.13
refused 'both in one run' 'this list is in the layout 4.13, and tree/ITL.*tlv in the layout callmanager' \
    sign "tree/$phone.cnf.xml" tree/one.xml
tree 4.13
: >"tree/ITL$phone.tlv" && : >"tree/CTL$phone.tlv"
silent 'an empty list of its own is none' encrypt "tree/$phone.cnf.xml"
is_like 'it holds the list for all' "tree/$phone.cnf.xml.sgn" 4.13
tree 4.13
cp "$vectors/4.11/tlv/ITLFile.tlv" tree/CTLFile.tlv
refused 'lists that differ' \
    'tree/CTLFile.tlv: this list is in the layout callmanager, and tree/ITLFile.tlv in the layout 4.13' \
    sign tree/one.xml
for layout in callmanager 4.13; do
    warned "lists that differ, --layout $layout --force" 'warning: phones hold this list' \
        sign --layout "$layout" --force tree/one.xml
    is_like "lists that differ, $layout" tree/one.xml.sgn "$layout"
done

# --- lists that say nothing

for damage in ': >tree/ITLFile.tlv' 'echo no list >tree/ITLFile.tlv' \
    'head -c 300 tree/ITLFile.tlv >cut && cp cut tree/ITLFile.tlv' \
    'rm tree/ITLFile.tlv && mkdir tree/ITLFile.tlv'; do
    tree 4.13
    eval "$damage"
    refused "$damage: a file" 'tree/ITLFile.tlv: the list cannot be read .*; put the right list back, or give --force' \
        sign tree/one.xml
    refused "$damage: a configuration" 'tree/ITLFile.tlv: the list cannot be read' encrypt "tree/$phone.cnf.xml"
    warned "$damage: --force" 'warning: the list cannot be read' sign --force --layout 4.13 tree/one.xml
done
tree 4.13
sed -i '0,/,O=/s//;O=/' tree/ITLFile.tlv
refused 'a list of two minds' 'this list is written in none of the layouts.*say it with --layout' sign tree/one.xml
silent 'and with --layout' sign --layout 4.13 tree/one.xml
tree 4.13
rm tree/ITLFile.tlv
silent 'without a list' sign tree/one.xml
is_like 'without a list: the default' tree/one.xml.sgn callmanager
if [ "$(id -u)" -eq 0 ] && have setpriv; then
    tree 4.13
    chmod 755 . tree && chmod 600 tree/ITLFile.tlv && chmod 777 tree && cp "$key" nobody.pem && chown 65534 nobody.pem
    refused 'a list that may not be read' 'cannot open it: Permission denied.*; run this as a user who may read it' \
        setpriv --reuid 65534 --regid 65534 --clear-groups "$PROV_BIN/sgnfile" --build --tftp nobody.pem tree/one.xml
else
    skip 'a list that may not be read' 'this takes root and setpriv'
fi

# --- tlvfile keeps the layout of the list that it replaces

for layout in callmanager 4.11 4.13; do
    rm -rf lists && mkdir lists
    list=(--sast pem/sast.pem --sast pem/sast2.pem --ccm-tftp pem/asterisk.pem)
    tlvfile --build lists/ITLFile.tlv "${list[@]}" --layout "$layout" --timestamp "$time"
    cp lists/ITLFile.tlv lists/old.tlv
    silent "$layout: a list is replaced" tlvfile --build lists/ITLFile.tlv "${list[@]}" --tftp pem/apache.pem
    is_like "$layout: it stays" lists/ITLFile.tlv "$layout"
    done_well "$layout: phones take it" tlvfile --diff lists/old.tlv lists/ITLFile.tlv
    silent "$layout: a phone's first own list" tlvfile --build "lists/ITL$phone.tlv" "${list[@]}" --tftp pem/apache.pem
    is_like "$layout: it is as that for all" "lists/ITL$phone.tlv" "$layout"
    silent "$layout: a first list of the other kind" tlvfile --build lists/CTLFile.tlv "${list[@]}"
    is_like "$layout: it is as the one beside it" lists/CTLFile.tlv "$layout"
    silent "$layout: --previous" tlvfile --build new.tlv --filename ITLFile.tlv "${list[@]}" \
        --previous lists/old.tlv
    is_like "$layout: --previous is kept" new.tlv "$layout"
    rm new.tlv
    for other in $(other_of "$layout"); do
        refused "$layout: another layout, $other" 'written in another layout .*keep the old list.s --layout' \
            tlvfile --build lists/ITLFile.tlv "${list[@]}" --layout "$other"
    done
done

done_testing
