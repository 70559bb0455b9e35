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

done_testing
