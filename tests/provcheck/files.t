#!/bin/bash
# SPDX-License-Identifier: MIT
# provcheck tree: files other than configurations and lists of trust, as they stand in trees that
# people really have: firmware, languages, rings, pictures, names in every case.

# shellcheck source=tests/lib/test.sh
. tests/lib/test.sh

says='^(provcheck|mkcert|tlvfile|sgnfile): '
chmod 755 "$temporary"
mac=001122334455

# "id file: what" for each finding about the folder t, with notes; then t is empty again.
found() { # NAME [EXPECTED-LINE...]
    local expected
    run provcheck tree t --strict --json
    perl -MJSON::PP -0777 -ne 'for (@{decode_json($_)->{findings}}) {
        $_->{file} =~ s,^t/,,;
        print "$_->{id} $_->{file}: $_->{what}\n" if $_->{id} !~ /^'"${passed_over:-(none)}"'$/;
    }' "$out" | sort >got
    expected=$(printf '%s\n' "${@:2}" | sed '/^$/d')
    is "$1" "$(<got)" "$expected"
    rm -rf t && mkdir t && chmod 755 t
}

# A configuration with these elements, and a server; of an SCCP phone, so that lines need not be.
phone() { # [ELEMENT...]
    printf '<device><deviceProtocol>SCCP</deviceProtocol><devicePool><callManagerGroup><members><member priority="0"><callManager><ports><ethernetPhonePort>2000</ethernetPhonePort></ports><processNodeName>192.0.2.10</processNodeName></callManager></member></members></callManagerGroup></devicePool>%s</device>\n' "$*"
}

# A file in the vendor's envelope: header of version 1.1, its placeholders as names, no true signature.
vendor() { # NAME; the content from standard input
    perl -e 'my $name = shift; local $/; binmode STDIN; my $content = <STDIN>;
        sub t { pack("Cn", $_[0], length $_[1]) . $_[1] }
        my $signer = t(4, "CN=someSigner;OU=someOrgUnit;O=someOrg\0") . t(5, pack("H*", "1234567890abcdef"))
            . t(6, "CN=someCA;OU=someOrgUnit;O=someOrg\0");
        my $rest = t(3, $signer) . pack("Cn", 7, 15) . t(8, "\1") . pack("Cn", 9, 8) . t(10, "\0") . t(11, "\2")
            . t(12, "s" x 256) . t(14, "$name\0");
        my $pad = -(10 + length $rest) % 4;
        print t(1, "\1\1") . t(2, pack("n", 10 + length($rest) + $pad)) . $rest . "\r" x $pad . $content' "$1"
}

# The 5th generation container.
container() { # NAME; the content from standard input
    perl -MDigest::SHA=sha256 -e 'my $name = shift; local $/; my $content = <STDIN>; my $len = length $name;
        $name .= "\0" while length($name) % 4;
        print pack("L<5", 0xab1234cd, 312 + length $name, 0, length $content, 0), sha256($content),
            pack("L<", $len), $name, "s" x 256, $content' "$1"
}

mkdir t && chmod 755 t

# --- firmware

for file in BOOT69xx.0-0-0-14.zz.sgn SCCP69xx.9-4-1-3SR3.zz.sgn SCCP6945.9-3-1-3.bin1.sgn unknown.sgn; do
    { echo firmware && head -c 2500000 /dev/zero; } | vendor "$file" >"t/$file"
done
printf 'BOOT69xx.0-0-0-14.zz.sgn\r\nSCCP69xx.9-4-1-3SR3.zz.sgn\r\n' | vendor SCCP69xx.loads >t/SCCP69xx.loads
head -c 2845432 /dev/zero >t/APP3905.9-4-1SR3.zz
echo raw >t/CP7905080003SCCP070409A.zup
found "the vendor's firmware, also above 2 MiB, is nobody's signed files"

printf '# made\ncnu42.sbn \napps42.sbn\ngone.sbn\n' | vendor SIP42.9.loads >t/SIP42.9.loads
echo x >t/cnu42.sbn && : >t/apps42.sbn
found "a load list in the vendor's envelope" \
    'empty apps42.sbn: it is empty' \
    'load-incomplete SIP42.9.loads: it names apps42.sbn, which is empty' \
    'load-incomplete SIP42.9.loads: it names gone.sbn, which is not there'

printf 'kern=kern.sbn size=5\nrootfs=rootfs.sbn size=7\n' | container sip78xx.14-2-1-0101-26.loads \
    >t/sip78xx.14-2-1-0101-26.loads
echo kern >t/kern.sbn && echo root >t/rootfs.sbn
found 'a load list in the container of the 5th generation' \
    'load-incomplete sip78xx.14-2-1-0101-26.loads: it names rootfs.sbn with 7 bytes, and there are 5'

printf '#?HW_REV >= 2\n#+optional.bin 3 0\nCP7925.bin 5 d41d8cd98f00b204e9800998ecf8427e \n' >t/CP7925G-1.4.5.LOADS
echo four >t/CP7925.bin
mkdir -p t/firmware/7942 && echo x.sbn >t/firmware/7942/SIP42.9.loads && echo x >t/firmware/7942/x.sbn
printf '<AutoUpdateManifest>\n<archive name="a.zip"/>\n</AutoUpdateManifest>\n' >t/firmware/CIPC_Locale.loads
echo term.sbn >t/term42.default.loads
found 'lists of wireless phones, in folders, and what is no list' \
    'load-incomplete term42.default.loads: it names term.sbn, which is not there'

# --- sizes

mkdir t/Japanese_Japan && head -c 3035975 /dev/zero >t/Japanese_Japan/gb-sccp-sip.jar
head -c 2097153 /dev/zero >t/huge.png
{ phone && head -c 2200000 /dev/zero | tr '\0' ' '; } >"t/SEP$mac.cnf.xml"
found 'archives of languages may be large, configurations not' \
    'large huge.png: it has 2097153 bytes' \
    "too-large SEP$mac.cnf.xml: it has $((2200000 + $(phone | wc -c))) bytes"

# --- names in every case

mkcert --common SAST --organization X --unit Y sast.pem 2>/dev/null
mkcert --common REC --organization X --unit Y rec.pem 2>/dev/null
echo one >t/CTU24.raw && echo two >t/ctu24.raw
echo '<CiscoIPPhoneRingList/>' | tee t/Ringlist.xml >t/RINGLIST.XML
tlvfile --build --sast sast.pem --sast rec.pem --tftp sast.pem t/ITLFile.tlv
for file in CTU24.raw ctu24.raw Ringlist.xml RINGLIST.XML; do
    sgnfile --build --keep --tftp sast.pem --root t "t/$file" 2>/dev/null
done
passed_over='ring-tone'
found 'twins with the same content are none, and their signed files say nothing new' \
    'case-twin ctu24.raw: it differs from CTU24.raw in case alone'
tlvfile --build --sast sast.pem --sast rec.pem --tftp sast.pem t/ITLFile.tlv
for file in A.xml a.xml B.xml b.xml; do
    echo "<x>$file</x>" >"t/$file" && sgnfile --build --tftp sast.pem --root t "t/$file"
done
rm t/b.xml && echo '<x>B.xml</x>' | tee t/b.xml >t/B.xml
for file in B.xml b.xml; do sgnfile --build --tftp sast.pem --root t "t/$file"; done
rm t/?.xml
found 'signed twins alone are compared without their headers' \
    'case-twin a.xml.sgn: it differs from A.xml.sgn in case alone'

passed_over=''

# --- loads that configurations name

last=10
for pair in CP7912080004SCCP080108A.sbin CP7905080003SCCP070409A.zup P00405000700.bin apps37sccp.1-4-5-7.bin \
    cmterm_7936.3-3-21-0.bin ATA030204SCCP090202A.zup P0030801SR02.sb2 own-build.sbn; do
    last=$((last + 1))
    echo firmware >"t/$pair"
    phone "<loadInformation>${pair%.*}</loadInformation>" >"t/SEP0011223344$last.cnf.xml"
done
phone '<loadInformation>SIP45.9</loadInformation><vendorConfig><loadServer>192.0.2.9</loadServer></vendorConfig>' \
    >"t/SEP$mac.cnf.xml"
passed_over='value-.*|element-.*|load-.*protocol|load-family'
found 'loads without a list, and those that another server has'

phone '<loadInformation>P0S3-8-12-00</loadInformation>' >"t/SEP$mac.cnf.xml" && echo x >t/P0S3-8-12-00.loads
found 'a 7940 with SIP firmware and no file that it reads' \
    "file-missing SEP$mac.cnf.xml: it names the load P0S3-8-12-00, whose phones read SIP$mac.cnf, which is not there"

phone '<loadInformation>CP7912080004SCCP080108A</loadInformation><inactiveLoadInformation>SIP42.8</inactiveLoadInformation><addOnModules><addOnModule idx="1"><loadInformation>B015-1-0-3</loadInformation></addOnModule></addOnModules>' \
    >"t/SEP$mac.cnf.xml"
found 'loads that are not there, of all kinds' \
    "load-missing SEP$mac.cnf.xml: it names the inactive load SIP42.8, and there is no SIP42.8.loads" \
    "load-missing SEP$mac.cnf.xml: it names the load CP7912080004SCCP080108A, and there is no CP7912080004SCCP080108A.sbin" \
    "load-missing SEP$mac.cnf.xml: it names the load of a key expansion module B015-1-0-3, and there is no B015-1-0-3.sbn"

echo x.sbn >t/SIP42.9.loads && echo x >t/x.sbn
printf '<Default><loadInformation434 model="7942">SIP42.9</loadInformation434>\n<loadInformation437 model="7975">SIP75.9</loadInformation437>\n<loadInformation435>SIP42.9</loadInformation435></Default>\n' \
    >t/XMLDefault.cnf.xml
found 'the loads of phones without a configuration of their own' \
    'load-missing XMLDefault.cnf.xml: 1 of the loads that it names are not there: SIP75.9 for the 7975' \
    'load-model XMLDefault.cnf.xml: it names the load SIP42.9 for the 7945, and it is one of 7942, 7962'

printf 'P003-8-12-00 ' >t/OS79XX.TXT && echo x >t/P003-8-12-00.bin
found 'a blank behind the name in OS79XX.TXT' 'load-file OS79XX.TXT: a blank stands behind the name'
printf 'P003-8-12-00\r\n' >t/OS79XX.TXT
found 'a load in OS79XX.TXT that is not there' \
    'load-missing OS79XX.TXT: it names the load P003-8-12-00, of which no file is there'

# --- languages

locale='<userLocale><name>German_Germany</name></userLocale><networkLocale>Germany</networkLocale>'
tree_of() { # ARCHIVE TONES LOAD [ELEMENT]
    mkdir t/German_Germany t/Germany
    echo x >"t/German_Germany/$1" && echo '<tones/>' >"t/Germany/$2"
    echo x.sbn >"t/$3.loads" && echo x >t/x.sbn
    phone "<loadInformation>$3</loadInformation>${4-$locale}" >"t/SEP$mac.cnf.xml"
}

for pair in SIP11.8-5-3S=tc-sip.jar SIP42.9=mk-sip.jar SIP45.9=be-sip.jar SIP75.9=td-sip.jar sip78xx.12=sp-sip.jar \
    sip88xx.12=sl-be-sip.jar sip8845_65.12=sl-bev-sip.jar SIP69xx.9=rtl-sip.jar SIP894x.9=gb-sccp-sip.jar SCCP45.9=be-sccp.jar; do
    tree_of "${pair#*=}" g3-tones.xml "${pair%=*}"
    found "${pair%=*} has ${pair#*=}"
done
tree_of gd-sip.jar g4-tones.xml sip9971.9
found 'a 9971 has other tones'
tree_of mk-sip.jar readme.xml SIP45.9
found 'the archive of another model, and no tones' \
    "locale-file SEP$mac.cnf.xml: there is no be-sip.jar in German_Germany, which phones of this load (7945, 7965) ask for" \
    "locale-file SEP$mac.cnf.xml: there is no g3-tones.xml in Germany, which phones of this load (7945, 7965) ask for"
tree_of be-sip.jar g3-tones.xml SIP45.9 '<networkLocaleInfo><name>Peru</name></networkLocaleInfo>'
found 'a network locale as newer loads read it' \
    "locale-missing SEP$mac.cnf.xml: it names the locale Peru, and there is no such folder"
tree_of be-sip.jar g3-tones.xml SIP45.9 \
    '<userLocale><name>English_United_States</name></userLocale><networkLocale>United_States</networkLocale>'
found 'what comes with the firmware'

# --- rings

rings() { # FILE...
    printf '<CiscoIPPhoneRingList>\n'
    printf '<Ring><DisplayName>A</DisplayName><FileName>%s</FileName></Ring>\n' "$@"
    printf '</CiscoIPPhoneRingList>\n'
}
mkdir t/ringtones && head -c 480 /dev/zero >t/ringtones/a.raw
rings ringtones/a.raw >t/Ringlist.xml && rings a.raw gone.raw >t/ringtones/RINGLIST.XML
found 'a list of rings in a folder, for which no phone asks'
rings Ascent.rwb | tee t/Ringlist-wb.xml >t/Ringlist.xml
found 'both lists name a tone that is not there' \
    'file-missing Ringlist-wb.xml: it names Ascent.rwb, which is not there' \
    'file-missing Ringlist.xml: it names Ascent.rwb, which is not there'
rings sox.raw long.raw a.mp3 | sed 's/CiscoIPPhoneRingList/Rings/' >t/RINGLIST.XML
printf 'RIFF....WAVE' >t/sox.raw && head -c 20000 /dev/zero >t/long.raw && printf 'ID3' >t/a.mp3
found 'what phones do not play' \
    'ring-name RINGLIST.XML: the file name a.mp3 does not end in .raw or .rwb' \
    'ring-root RINGLIST.XML: its root element is Rings' \
    'ring-tone RINGLIST.XML: a.mp3 is an MP3 file' \
    'ring-tone RINGLIST.XML: long.raw has 20000 bytes, and 16080 are the most' \
    'ring-tone RINGLIST.XML: sox.raw is a WAV file'

# --- pictures

pictures() { # ITEM...
    printf '<CiscoIPPhoneImageList>\n' && printf '<ImageItem %s/>\n' "$@" && printf '</CiscoIPPhoneImageList>\n'
}
png() { # WIDTH HEIGHT, as bytes
    printf '\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0%b\0\0%b' "$1" "$2"
}
display=TFTP:Desktops/320x212x16
right="Image=\"$display/right.png\" URL=\"$display/right.png\""
make_pictures() {
    mkdir -p t/Desktops/320x212x16
    png '\x01\x40' '\0\xd4' >t/Desktops/320x212x16/right.png
    png '\x03\x20' '\x01\xe0' >t/Desktops/320x212x16/large.png
    printf '\377\330\377\340JFIF' >t/Desktops/320x212x16/Lake.png
}
fifty=()
for ((i = 0; i < 50; i++)); do fifty+=("$right"); done

make_pictures && mkdir t/Desktops/320x212 t/Desktops/95x34x1
pictures "${fifty[@]}" >t/Desktops/320x212x16/List.xml
pictures "$right" | tee t/Desktops/320x212/List.xml >t/Desktops/95x34x1/List.xml
found 'a list of fifty, and folders of no display' \
    'background-folder Desktops/320x212/List.xml: the folder 320x212 is not named by width, height and depth, as 320x196x4 is' \
    'background-folder Desktops/95x34x1/List.xml: the folder 95x34x1 is that of no display that is known' \
    'background-image Desktops/95x34x1/List.xml: Desktops/320x212x16/right.png has 320 x 212 points, and the display 95 x 34'
make_pictures
pictures "${fifty[@]}" "Image=\"$display/Lake.png\" URL=\"$display/large.png\"" 'Image="http://pbx/a.png"' \
    "Image=\"$display/gone.png\" URL=\"$display/right.png\"" >t/Desktops/320x212x16/List.xml
passed_over='placeholder'
found 'what phones do not show' \
    'background-count Desktops/320x212x16/List.xml: this is picture number 51' \
    'background-image Desktops/320x212x16/List.xml: Desktops/320x212x16/Lake.png is a JPEG' \
    'background-image Desktops/320x212x16/List.xml: Desktops/320x212x16/large.png has 800 x 480 points, and the display 320 x 212' \
    'background-item Desktops/320x212x16/List.xml: the Image of this item does not begin with TFTP:' \
    'background-item Desktops/320x212x16/List.xml: this item has no URL' \
    'file-missing Desktops/320x212x16/List.xml: it names Desktops/320x212x16/gone.png, which is not there'

# --- dial templates

printf '<dialTemplate>\n<template match="0." timeout="soon"/>\n</dialTemplate>\n' >t/dialplan.xml
printf '<dialTemplate><TEMPLATE match="*" Timeout="5" user="Phone"/></dialTemplate>\n' >t/my-rules.xml
printf '<softkeys/>\n' >t/softkeys.xml
found 'a dial template, under whatever name' \
    'dial-rest dialplan.xml: no rule matches *' \
    'dial-rule dialplan.xml: template is not in capitals' \
    'dial-rule dialplan.xml: timeout is no number of seconds: soon'

# --- folders that the server searches for what is not at the top

mkdir -p t/firmware/7942 t/ringtones
printf 'cnu42.sbn\ngone.sbn\n' >t/firmware/7942/SCCP42.9.loads && echo x >t/firmware/7942/cnu42.sbn
echo x.sbn >t/other.loads && echo x >t/firmware/7942/x.sbn
rings a.raw gone.raw >t/ringtones/Ringlist.xml && head -c 480 /dev/zero >t/ringtones/a.raw
phone '<loadInformation>SCCP42.9</loadInformation>' >"t/SEP$mac.cnf.xml"
cat >prov.conf <<END
paths { tftpboot = "$PWD/t" search = { "firmware/7942", "ringtones" } }
END
run provcheck tree --config prov.conf --json
is 'with folders that are searched' "$(sed -n "s,^ *\"what\": \"\(.*\)\"\,\$,\1,p" "$out" | sort)" \
    'it names gone.raw, which is not there
it names gone.sbn, which is not there'

done_testing
